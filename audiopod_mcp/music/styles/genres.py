"""The styles from which others are derived: one for each genre preset, and house for dance music."""

# ruff: noqa: E501 (tables: one entry a line)
# fmt: off

from __future__ import annotations

from .style import Style, band

_HEAD_SOLO = ("intro", "verse", "verse", "bridge", "solo", "solo", "verse", "outro")
_BUILD_DROP = ("intro", "build", "drop", "break", "build", "drop", "outro")
_LOOPED = ("intro", "verse", "chorus", "verse", "chorus", "break", "chorus", "outro")
_TWELVE_BARS = (
    "I7 IV7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7", "I7 I7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 I7",
    "I7 IV7 I7 I7 IV7 IV7 I7 VI7 ii7 V7 I7,VI7 ii7,V7", "I7 I7 I7 I7 IV7 IV7 I7 I7 V7 V7 I7 V7",
)
_TWELVE_MINOR = (
    "i7 i7 i7 i7 iv7 iv7 i7 i7 VI7 V7 i7 V7", "i7 iv7 i7 i7 iv7 iv7 i7 i7 v7 iv7 i7 V7",
    "i7 i7 i7 i7 iv7 iv7 i7 i7 iiø7 V7 i7 V7",
)

POP = Style(
    "pop", (96, 124),
    band(
        ("drums", "acoustic kit", "pop"), ("percussion", "percussion", "tambourine", 0.75, 0.7),
        ("bass", "electric bass", "pop", 0.3), ("comp", "piano", "popkeys"),
        ("comp", "electric guitar", "muted", 0.5, 0.8), ("pad", "pad", "swell", 0.45, 0.8),
        ("lead", "synth lead", "melody"), ("counter", "strings", "long", 0.8),
    ),
    major=("I V vi IV", "vi IV I V", "I vi IV V", "IV I V vi", "I iii IV V", "I ii vi IV", "vi V IV V", "I IV vi V"),
    minor=("i VI III VII", "i VII VI VII", "i iv VI VII", "VI VII i III", "i III VII iv", "i v VI iv"),
    groove="pop",
)
ROCK = Style(
    "rock", (108, 148), room="live room", band=
    band(
        ("drums", "acoustic kit", "rock", 0.0, 1.1), ("percussion", "percussion", "tambourine", 0.85, 0.6),
        ("bass", "electric bass", "eighths"), ("comp", "distorted guitar", "rock", 0.45),
        ("comp", "electric guitar", "strum"), ("pad", "organ", "swell", 0.75, 0.7),
        ("lead", "lead guitar", "melody"),
    ),
    major=("I IV V IV", "I bVII IV I", "I V vi IV", "I IV I V", "I V IV V", "I bIII IV V", "vi IV I V"),
    minor=("i VII VI VII", "i III VII IV", "i VI VII i", "i VI III VII", "i iv VII III", "VI VII i i"),
    groove="rock", minor_share=0.4, scale="pentatonic", energy=0.75,
)
HIPHOP = Style(
    "hip hop", (84, 98), room="booth", band=
    band(
        ("drums", "electronic kit", "hiphop", 0.0, 1.6), ("percussion", "percussion", "claps"),
        ("bass", "808 bass", "808", 0.0, 1.5), ("comp", "electric piano", "lofi", 0.0, 0.6),
        ("lead", "synth pluck", "riff", 0.3, 0.7), ("fx", "vinyl", "bed", 0.0, 0.5),
    ),
    major=("Imaj7 vi7 IVmaj7 V7", "IVmaj7 iii7 vi7 Imaj7", "ii7 iii7 IVmaj7 V7", "vi7 IVmaj7 Imaj7 V6"),
    minor=("i VI iv V", "i7 iv7 i7 v7", "i VI VII v", "i VII VI v", "iv VI i VII", "i7 VImaj7 iv7 V7"),
    bridge=("IVmaj7 V6 iii7 vi7", "VI VII i i"),
    form=_LOOPED, groove="hiphop", minor_share=0.8, expression=0.5, swing=0.57, swing_unit=0.25, scale="pentatonic", melody_pace=0.9,
)
JAZZ = Style(
    "jazz", (108, 168), room="club", band=
    band(
        ("drums", "brushed kit", "jazz", 0.0, 0.5), ("bass", "upright bass", "walking", 0.0, 1.3), ("comp", "piano", "jazz", 0.0, 0.7),
        ("lead", "saxophone", "melody", 0.0, 1.4), ("counter", "trumpet", "answers", 0.7, 0.8),
    ),
    major=("ii7 V7 Imaj7 vi7", "Imaj7 vi7 ii9 V13", "iii7 VI7 ii9 V13", "Imaj7,VI7 ii7,V7 iii7,VI7 ii9,V13", "ii9 V13 Imaj7 I6"),
    minor=("i6 iiø7,V7 i6 VI7,V7", "iiø7 V7b9 i6 i6", "iv7 VII7 IIImaj7 V7", "i6 iv7 iiø7,V7b9 i6"),
    bridge=("III7 VI7 II7 V7", "iv7 VII7 IIImaj7 iiø7,V7"),
    form=_HEAD_SOLO, groove="jazz", swing=0.66, scale="diatonic", looseness=1.3, melody_pace=1.4, energy=0.45, expression=1.3,
)
CLASSICAL = Style(
    "classical", (72, 120), room="hall", band=
    band(
        ("comp", "piano", "alberti"), ("pad", "strings", "swell", 0.35), ("bass", "cello", "roots", 0.3, 0.8),
        ("lead", "violin", "melody"), ("counter", "flute", "answers", 0.5, 0.8),
        ("pad", "french horn", "swell", 0.75, 0.7), ("comp", "harp", "arp8", 0.8, 0.6),
    ),
    major=("I V I,IV V", "I vi ii V", "I IV,V I V7,I", "I V vi iii IV I ii V", "I ii V7 I", "I iii IV V7", "I vi IV,ii V7"),
    minor=("i iv V i", "i VI iiø7 V", "i V i,iv V7", "i VII III V7", "i iv VII III VI iiø7 V7 i"),
    bridge=("vi iii IV V7", "III VII VI V7"),
    form=("verse", "verse", "bridge", "chorus", "verse", "outro"), groove="none", scale="harmonic", looseness=1.2,
    energy=0.4, expression=1.8,
)
HOUSE = Style(
    "house", (120, 127), parents=("electronic",), band=
    band(
        ("drums", "electronic kit", "house", 0.0, 1.1), ("percussion", "percussion", "congas", 0.5, 0.6),
        ("bass", "synth bass", "offbeat", 0.35), ("comp", "piano", "stabs", 0.5), ("pad", "pad", "swell"),
        ("lead", "synth pluck", "riff", 0.4), ("fx", "riser", "transitions"), ("fx", "impact", "arrivals"),
    ),
    major=("I V vi IV", "IVmaj7 V6 vi7 iii7", "vi IV I V", "I iii7 vi IV"),
    minor=("i7 VII iv7 VI", "i VI III VII", "i7 i7 iv7 v7", "VI VII i v", "i III VI VII", "iv7 v7 i7 VI"),
    form=_BUILD_DROP, groove="house", minor_share=0.75, swing=0.54, swing_unit=0.25, looseness=0.2, energy=0.75, expression=0.4,
)
COUNTRY = Style(
    "country", (92, 132), room="parlour", band=
    band(
        ("drums", "acoustic kit", "train"), ("bass", "upright bass", "country"),
        ("comp", "acoustic guitar", "folkstrum"), ("comp", "banjo", "arp16", 0.6, 0.7),
        ("lead", "violin", "melody"), ("counter", "electric guitar", "answers", 0.5, 0.8),
    ),
    major=("I IV I V", "I V IV I", "I I IV V", "I IV V I", "I vi IV V", "I V vi IV", "IV I V I"), minor=("i VII VI VII", "i iv i V", "i III VII iv"),
    groove="train", minor_share=0.1, scale="pentatonic",
)
FOLK = Style(
    "folk", (84, 116), room="parlour", band=
    band(
        ("comp", "acoustic guitar", "travis", 0.0, 1.3), ("bass", "upright bass", "fifths", 0.4, 0.7),
        ("percussion", "percussion", "tambourine", 0.75, 0.4), ("drums", "brushed kit", "folk", 0.75, 0.5),
        ("lead", "harmonica", "melody"), ("counter", "violin", "long", 0.7, 0.7),
    ),
    major=("I V vi IV", "I IV I V", "I iii IV V", "vi IV I V", "I IV ii V", "I vi IV V"), minor=("i VII VI VII", "i III VII iv", "i VI III VII", "i v iv VII"),
    groove="folk", minor_share=0.3, energy=0.35, expression=1.3,
)
BLUES = Style(
    "blues", (76, 116), room="club", band=
    band(
        ("drums", "acoustic kit", "shuffle"), ("bass", "electric bass", "shuffle"),
        ("comp", "electric guitar", "shuffle"), ("comp", "organ", "stabs", 0.6, 0.7), ("comp", "piano", "charleston", 0.4),
        ("lead", "lead guitar", "melody"), ("counter", "harmonica", "answers", 0.0, 0.9),
    ),
    major=_TWELVE_BARS, minor=_TWELVE_MINOR, bridge=(_TWELVE_BARS[0], _TWELVE_MINOR[0]),
    form=("intro", "verse", "verse", "solo", "verse", "outro"), groove="shuffle", minor_share=0.25, swing=0.66,
    scale="blues", looseness=1.3, expression=1.3,
)
REGGAE = Style(
    "reggae", (68, 84),
    band(
        ("drums", "acoustic kit", "reggae"), ("percussion", "percussion", "bongos", 0.6, 0.6),
        ("bass", "electric bass", "reggae", 0.0, 1.15), ("comp", "electric guitar", "skank"),
        ("comp", "organ", "bubble", 0.3, 0.8), ("lead", "trombone", "melody"), ("counter", "brass", "answers", 0.5, 0.8),
    ),
    major=("I IV I IV", "I V vi IV", "I ii IV I", "I IV V IV", "I vi ii V"), minor=("i iv i iv", "i VII VI VII", "i VII i VII", "i v iv i", "i III VII iv"),
    groove="reggae", minor_share=0.45, swing=0.58, swing_unit=0.25,
)
LATIN = Style(
    "latin", (92, 112),
    band(
        ("drums", "acoustic kit", "latin", 0.3, 0.8), ("percussion", "percussion", "salsa"), ("bass", "upright bass", "tumbao"),
        ("comp", "piano", "montuno"), ("lead", "trumpet", "melody"), ("counter", "brass", "answers", 0.5),
    ),
    major=("I IV V IV", "I vi ii V7", "ii7 V7 I I", "I IV ii7 V7", "IV V7 I vi", "I I7 IV V7"), minor=("i iv V7 i", "i VII VI V7", "i i V7 V7", "iv V7 i i", "i VI iv V7", "i iv VII III"),
    groove="latin", minor_share=0.6, scale="harmonic", energy=0.65,
)
RNB = Style(
    "r&b", (68, 96),
    band(
        ("drums", "electronic kit", "rnb"), ("percussion", "percussion", "snaps", 0.4, 0.7), ("bass", "synth bass", "rnb"),
        ("comp", "electric piano", "ballad"), ("pad", "pad", "swell", 0.5, 0.7),
        ("comp", "electric guitar", "funk", 0.7, 0.6), ("lead", "synth lead", "melody"),
    ),
    major=("Imaj9 iii7 IVmaj7 V7sus4", "IVmaj9 iii7 ii9 Imaj7", "ii9 V13 Imaj9 vi7", "Imaj7 vi7 ii9 V13", "vi7 ii9 IVmaj7 iii7", "IVmaj9 V6 iii7 vi7"),
    minor=("i9 iv9 VImaj7 v7", "VImaj7 v7 i9 i9", "i9 VII iv9 V7", "i9 VImaj7 iv9 v7", "iv9 v7 i9 VII", "i7 IIImaj7 VImaj7 V7"),
    bridge=("IVmaj7 iii7 ii7 V7sus4", "VImaj7 VII i9 v7"), groove="rnb", minor_share=0.55, swing=0.57, swing_unit=0.25,
    scale="pentatonic", melody_pace=1.3,
)
METAL = Style(
    "metal", (128, 176), room="live room", band=
    band(
        ("drums", "acoustic kit", "metal", 0.0, 1.3), ("bass", "electric bass", "driven"),
        ("comp", "distorted guitar", "grunge", 0.0, 1.5), ("comp", "distorted guitar", "power", 0.8, 2.0),
        ("lead", "lead guitar", "melody", 0.45),
    ),
    major=("I5 V5 vi5 IV5", "I5 bVII5 IV5 I5", "vi5 IV5 I5 V5", "I5 iii5 IV5 V5"), minor=("i5 VI5 VII5 i5", "i5 i5 bII5 i5", "i5 VI5 III5 VII5", "i5 VII5 VI5 VII5", "i5 i5 VI5 V5", "i5 iv5 VI5 V5"),
    bridge=("I5 bII5 I5 bVII5", "VI5 VII5 i5 bII5"), groove="metal", minor_share=0.95, scale="harmonic", energy=0.95,
    melody_pace=1.8, looseness=0.5, expression=0.6,
)

GENRES = (POP, ROCK, HIPHOP, JAZZ, CLASSICAL, HOUSE, COUNTRY, FOLK, BLUES, REGGAE, LATIN, RNB, METAL)
