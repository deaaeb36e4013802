"""Styles as data: tempo, swing, band, harmony and form of each kind of music the composer knows.

A band member is a :class:`Member`: an instrument, the role it plays and the figure it plays, named in
:mod:`audiopod_mcp.music.composition.patterns`. Harmony is written in Roman numerals, one word a bar,
``a,b`` for two chords in one bar; ``major``, ``minor`` and ``bridge`` progressions are chosen among.
"""

# ruff: noqa: E501 (tables: one entry a line)
# fmt: off

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Member:
    """One player: ``role`` is drums, percussion, bass, comp, pad, lead, counter or fx."""

    role: str
    instrument: str
    figure: str
    enters: float = 0.0
    """Plays in sections of at least this intensity."""
    level: float = 1.0


@dataclass(frozen=True, slots=True)
class Style:
    """What makes music sound like its kind. ``swing`` is the share of the pair the first note takes."""

    name: str
    tempo: tuple[float, float]
    band: tuple[Member, ...]
    major: tuple[str, ...]
    minor: tuple[str, ...]
    bridge: tuple[str, str] = ("IV V vi V", "VI VII i v")
    form: tuple[str, ...] = ("intro", "verse", "chorus", "verse", "chorus", "bridge", "chorus", "outro")
    groove: str = "pop"
    minor_share: float = 0.3
    swing: float = 0.5
    swung: float = 0.5
    """The swung unit in beats: 0.5 eighths, 0.25 sixteenths."""
    scale: str = "diatonic"
    looseness: float = 1.0
    """How far from the grid players are, 0 a machine … 2 a late night."""
    timesignature: str = "4/4"
    energy: float = 0.5
    melody_pace: float = 1.0
    """Melody notes a beat, about."""


def _band(*members: tuple[str, str, str] | tuple[str, str, str, float] | tuple[str, str, str, float, float]) -> tuple[Member, ...]:
    return tuple(Member(*member) for member in members)


_VERSE_CHORUS = ("intro", "verse", "chorus", "verse", "chorus", "bridge", "chorus", "outro")
_HEAD_SOLO = ("intro", "verse", "verse", "bridge", "solo", "solo", "verse", "outro")
_BUILD_DROP = ("intro", "build", "drop", "break", "build", "drop", "outro")
_LOOPED = ("intro", "verse", "chorus", "verse", "chorus", "break", "chorus", "outro")
_BLUES = ("I7 IV7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7", "i7 i7 i7 i7 iv7 iv7 i7 i7 VI7 V7 i7 V7")

_POP = Style(
    "pop", (96, 124),
    _band(
        ("drums", "acoustic kit", "pop"), ("percussion", "percussion", "tambourine", 0.75, 0.7),
        ("bass", "electric bass", "pop", 0.3), ("comp", "piano", "popkeys"),
        ("comp", "electric guitar", "muted", 0.5, 0.8), ("pad", "pad", "swell", 0.45, 0.8),
        ("lead", "synth lead", "melody"), ("counter", "strings", "long", 0.8),
    ),
    major=("I V vi IV", "vi IV I V", "I vi IV V", "IV I V vi", "I iii IV V"),
    minor=("i VI III VII", "i VII VI VII", "i iv VI VII"),
    groove="pop",
)
_ROCK = Style(
    "rock", (108, 148),
    _band(
        ("drums", "acoustic kit", "rock", 0.0, 1.1), ("percussion", "percussion", "tambourine", 0.85, 0.6),
        ("bass", "electric bass", "eighths"), ("comp", "distorted guitar", "rock", 0.45),
        ("comp", "electric guitar", "strum"), ("pad", "organ", "swell", 0.75, 0.7),
        ("lead", "lead guitar", "melody"),
    ),
    major=("I IV V IV", "I bVII IV I", "I V vi IV", "I IV I V"),
    minor=("i VII VI VII", "i III VII IV", "i VI VII i"),
    groove="rock", minor_share=0.4, scale="pentatonic", energy=0.75,
)
_HIPHOP = Style(
    "hip hop", (84, 98),
    _band(
        ("drums", "electronic kit", "hiphop", 0.0, 1.1), ("percussion", "percussion", "shaker", 0.7, 0.6),
        ("bass", "808 bass", "808"), ("comp", "electric piano", "lofi"), ("pad", "strings", "swell", 0.6, 0.7),
        ("lead", "synth pluck", "riff", 0.3), ("fx", "vinyl", "bed", 0.0, 0.5),
    ),
    major=("Imaj7 vi7 IVmaj7 V7", "IVmaj7 iii7 vi7 Imaj7"),
    minor=("i VI iv V", "i7 iv7 i7 v7", "i VI VII v"),
    bridge=("IVmaj7 V6 iii7 vi7", "VI VII i i"),
    form=_LOOPED, groove="hiphop", minor_share=0.8, swing=0.57, swung=0.25, scale="pentatonic", melody_pace=0.9,
)
_JAZZ = Style(
    "jazz", (108, 168),
    _band(
        ("drums", "brushed kit", "jazz"), ("bass", "upright bass", "walking"), ("comp", "piano", "jazz"),
        ("lead", "saxophone", "melody"), ("counter", "trumpet", "answers", 0.7, 0.8),
    ),
    major=("ii7 V7 Imaj7 vi7", "Imaj7 vi7 ii7 V7", "iii7 VI7 ii7 V7", "Imaj7,VI7 ii7,V7 iii7,VI7 ii7,V7"),
    minor=("i6 iiø7,V7 i6 VI7,V7", "iiø7 V7b9 i6 i6", "iv7 VII7 IIImaj7 V7"),
    bridge=("III7 VI7 II7 V7", "iv7 VII7 IIImaj7 iiø7,V7"),
    form=_HEAD_SOLO, groove="jazz", swing=0.66, scale="diatonic", looseness=1.3, melody_pace=1.4, energy=0.45,
)
_CLASSICAL = Style(
    "classical", (72, 120),
    _band(
        ("comp", "piano", "alberti"), ("pad", "strings", "swell", 0.35), ("bass", "cello", "roots", 0.3, 0.8),
        ("lead", "violin", "melody"), ("counter", "flute", "answers", 0.5, 0.8),
        ("pad", "french horn", "swell", 0.75, 0.7), ("comp", "harp", "arp8", 0.8, 0.6),
    ),
    major=("I V I,IV V", "I vi ii V", "I IV,V I V7,I", "I V vi iii IV I ii V"),
    minor=("i iv V i", "i VI iiø7 V", "i V i,iv V7"),
    bridge=("vi iii IV V7", "III VII VI V7"),
    form=("verse", "verse", "bridge", "chorus", "verse", "outro"), groove="none", scale="harmonic", looseness=1.2,
    energy=0.4,
)
_HOUSE = Style(
    "house", (120, 127),
    _band(
        ("drums", "electronic kit", "house", 0.0, 1.1), ("percussion", "percussion", "congas", 0.5, 0.6),
        ("bass", "synth bass", "offbeat", 0.35), ("comp", "piano", "stabs", 0.5), ("pad", "pad", "swell"),
        ("lead", "synth pluck", "riff", 0.4), ("fx", "riser", "transitions"), ("fx", "impact", "arrivals"),
    ),
    major=("I V vi IV", "IVmaj7 V6 vi7 iii7"),
    minor=("i7 VII iv7 VI", "i VI III VII", "i7 i7 iv7 v7"),
    form=_BUILD_DROP, groove="house", minor_share=0.75, swing=0.54, swung=0.25, looseness=0.2, energy=0.75,
)
_COUNTRY = Style(
    "country", (92, 132),
    _band(
        ("drums", "acoustic kit", "train"), ("bass", "upright bass", "country"),
        ("comp", "acoustic guitar", "folkstrum"), ("comp", "banjo", "arp16", 0.6, 0.7),
        ("lead", "violin", "melody"), ("counter", "electric guitar", "answers", 0.5, 0.8),
    ),
    major=("I IV I V", "I V IV I", "I I IV V", "I IV V I"), minor=("i VII VI VII", "i iv i V"),
    groove="train", minor_share=0.1, scale="pentatonic",
)
_FOLK = Style(
    "folk", (84, 116),
    _band(
        ("comp", "acoustic guitar", "travis"), ("bass", "upright bass", "fifths", 0.4),
        ("percussion", "percussion", "tambourine", 0.55, 0.6), ("drums", "brushed kit", "folk", 0.65, 0.8),
        ("lead", "flute", "melody"), ("counter", "violin", "long", 0.6, 0.8),
    ),
    major=("I V vi IV", "I IV I V", "I iii IV V", "vi IV I V"), minor=("i VII VI VII", "i III VII iv"),
    groove="folk", minor_share=0.3, energy=0.35,
)
_BLUES_STYLE = Style(
    "blues", (76, 116),
    _band(
        ("drums", "acoustic kit", "shuffle"), ("bass", "electric bass", "shuffle"),
        ("comp", "electric guitar", "shuffle"), ("comp", "organ", "stabs", 0.6, 0.7), ("comp", "piano", "charleston", 0.4),
        ("lead", "lead guitar", "melody"),
    ),
    major=_BLUES[:1], minor=_BLUES[1:], bridge=_BLUES,
    form=("intro", "verse", "verse", "solo", "verse", "outro"), groove="shuffle", minor_share=0.25, swing=0.66,
    scale="blues", looseness=1.3,
)
_REGGAE = Style(
    "reggae", (68, 84),
    _band(
        ("drums", "acoustic kit", "reggae"), ("percussion", "percussion", "bongos", 0.6, 0.6),
        ("bass", "electric bass", "reggae", 0.0, 1.15), ("comp", "electric guitar", "skank"),
        ("comp", "organ", "bubble", 0.3, 0.8), ("lead", "trombone", "melody"), ("counter", "brass", "answers", 0.7, 0.8),
    ),
    major=("I IV I IV", "I V vi IV", "I ii IV I"), minor=("i iv i iv", "i VII VI VII", "i VII i VII"),
    groove="reggae", minor_share=0.45, swing=0.58, swung=0.25,
)
_LATIN = Style(
    "latin", (92, 112),
    _band(
        ("drums", "acoustic kit", "latin", 0.3, 0.8), ("percussion", "percussion", "salsa"), ("bass", "upright bass", "tumbao"),
        ("comp", "piano", "montuno"), ("lead", "trumpet", "melody"), ("counter", "brass", "answers", 0.6),
    ),
    major=("I IV V IV", "I vi ii V7", "ii7 V7 I I"), minor=("i iv V7 i", "i VII VI V7", "i i V7 V7"),
    groove="latin", minor_share=0.6, scale="harmonic", energy=0.65,
)
_RNB = Style(
    "r&b", (68, 96),
    _band(
        ("drums", "electronic kit", "rnb"), ("percussion", "percussion", "snaps", 0.4, 0.7), ("bass", "synth bass", "rnb"),
        ("comp", "electric piano", "ballad"), ("pad", "pad", "swell", 0.5, 0.7),
        ("comp", "electric guitar", "funk", 0.7, 0.6), ("lead", "synth lead", "melody"),
    ),
    major=("Imaj9 iii7 IVmaj7 V7sus4", "IVmaj9 iii7 ii9 Imaj7", "ii9 V13 Imaj9 vi7"),
    minor=("i9 iv9 VImaj7 v7", "VImaj7 v7 i9 i9", "i9 VII iv9 V7"),
    bridge=("IVmaj7 iii7 ii7 V7sus4", "VImaj7 VII i9 v7"), groove="rnb", minor_share=0.55, swing=0.57, swung=0.25,
    scale="pentatonic", melody_pace=1.3,
)
_METAL = Style(
    "metal", (128, 176),
    _band(
        ("drums", "acoustic kit", "metal", 0.0, 0.9), ("bass", "electric bass", "gallop"),
        ("comp", "distorted guitar", "chug"), ("comp", "distorted guitar", "power", 0.6),
        ("lead", "lead guitar", "melody", 0.45), ("pad", "choir", "swell", 0.85, 0.6),
    ),
    major=("I5 bVI5 bVII5 I5", "I5 I5 bII5 I5"), minor=("i5 VI5 VII5 i5", "i5 i5 bII5 i5", "i5 VI5 III5 VII5"),
    bridge=("I5 bII5 I5 bVII5", "VI5 VII5 i5 bII5"), groove="metal", minor_share=0.95, scale="harmonic", energy=0.95,
    melody_pace=1.8, looseness=0.5,
)

_ALL = (
    _POP, _ROCK, _HIPHOP, _JAZZ, _CLASSICAL, _HOUSE, _COUNTRY, _FOLK, _BLUES_STYLE, _REGGAE, _LATIN, _RNB, _METAL,
    replace(_HOUSE, name="electronic", tempo=(112.0, 128.0), band=_band(
        ("drums", "electronic kit", "house", 0.3), ("percussion", "percussion", "shaker", 0.6, 0.6),
        ("bass", "synth bass", "octaves", 0.3), ("comp", "synth pluck", "pluck16"), ("pad", "pad", "swell"),
        ("lead", "synth lead", "riff", 0.5), ("fx", "riser", "transitions"), ("fx", "impact", "arrivals"),
    )),
    replace(_POP, name="ballad", tempo=(62.0, 80.0), groove="ballad", energy=0.35, band=_band(
        ("drums", "acoustic kit", "ballad", 0.45, 0.9), ("bass", "electric bass", "roots", 0.35), ("comp", "piano", "ballad"),
        ("pad", "strings", "swell", 0.4), ("comp", "acoustic guitar", "arp8", 0.5, 0.7), ("lead", "oboe", "melody"),
    )),
    replace(_ROCK, name="punk", tempo=(164.0, 192.0), groove="punk", energy=0.95, minor_share=0.2),
    replace(_HIPHOP, name="trap", tempo=(132.0, 150.0), groove="trap", minor_share=0.95, swing=0.5, band=_band(
        ("drums", "electronic kit", "trap", 0.0, 1.1), ("bass", "808 bass", "trap"), ("comp", "bells", "arp8"),
        ("pad", "choir", "swell", 0.5, 0.7), ("lead", "synth pluck", "riff", 0.4), ("fx", "riser", "transitions"),
    )),
    replace(_HIPHOP, name="lo-fi", tempo=(70.0, 86.0), groove="lofi", swing=0.6, energy=0.25, looseness=1.8, minor_share=0.5,
        band=_band(
            ("drums", "dusty kit", "lofi", 0.2), ("bass", "upright bass", "rnb", 0.2), ("comp", "electric piano", "lofi"),
            ("pad", "pad", "swell", 0.5, 0.6), ("comp", "nylon guitar", "arp8", 0.45, 0.7),
            ("lead", "vibraphone", "melody"), ("fx", "vinyl", "bed", 0.0, 0.8),
        ), major=("ii9 V13 Imaj9 vi7", "IVmaj7 iii7 vi7 ii7", "Imaj9 vi9 ii9 V13"), minor=("i9 iv9 VII VImaj7", "iv9 v7 i9 i9")),
    replace(_JAZZ, name="swing", tempo=(140.0, 190.0), energy=0.7, band=_band(
        ("drums", "acoustic kit", "jazz"), ("bass", "upright bass", "walking"), ("comp", "acoustic guitar", "quarters"),
        ("comp", "brass", "charleston", 0.5), ("lead", "clarinet", "melody"), ("counter", "brass", "answers", 0.6),
    )),
    replace(_JAZZ, name="bossa nova", tempo=(116.0, 138.0), groove="bossa", swing=0.5, energy=0.3, looseness=0.8,
        melody_pace=1.0, band=_band(
            ("drums", "brushed kit", "bossa"), ("percussion", "percussion", "bossa", 0.5, 0.6), ("bass", "upright bass", "bossa"),
            ("comp", "nylon guitar", "bossa"), ("comp", "electric piano", "hold", 0.6, 0.6), ("lead", "flute", "melody"),
        )),
    replace(_CLASSICAL, name="waltz", tempo=(132.0, 168.0), timesignature="3/4", band=_band(
        ("bass", "cello", "roots"), ("comp", "strings", "oompah"), ("comp", "piano", "oompah", 0.4, 0.7),
        ("lead", "violin", "melody"), ("counter", "clarinet", "answers", 0.6, 0.8), ("pad", "french horn", "swell", 0.75, 0.6),
    )),
    replace(_CLASSICAL, name="cinematic", tempo=(76.0, 104.0), minor_share=0.75, energy=0.6, groove="cinematic",
        form=("intro", "verse", "build", "chorus", "break", "build", "chorus", "outro"), melody_pace=0.6,
        major=("I V vi IV", "vi IV I V", "I bVII IV I"), minor=("i VI III VII", "i iv VI V", "VI VII i i"), band=_band(
            ("drums", "acoustic kit", "cinematic", 0.5), ("bass", "contrabass", "roots", 0.2), ("pad", "strings", "swell"),
            ("comp", "pizzicato", "arp16", 0.35, 0.7), ("pad", "choir", "swell", 0.8, 0.8), ("pad", "brass", "swell", 0.7),
            ("lead", "french horn", "melody", 0.3), ("counter", "violin", "long", 0.7), ("fx", "riser", "transitions"), ("fx", "impact", "arrivals"),
        )),
    replace(_CLASSICAL, name="ambient", tempo=(58.0, 76.0), energy=0.15, melody_pace=0.35, scale="pentatonic",
        form=("intro", "verse", "verse", "break", "verse", "outro"),
        major=("Imaj7 Imaj7 IVmaj7 IVmaj7", "Iadd9 vi7 IVmaj7 Iadd9"), minor=("i9 i9 VImaj7 VImaj7", "i9 VImaj7 III VII"),
        band=_band(
            ("pad", "pad", "swell"), ("pad", "choir", "swell", 0.35, 0.6), ("bass", "synth bass", "hold", 0.3, 0.7),
            ("comp", "electric piano", "arp8", 0.3, 0.6), ("lead", "bells", "melody"),
        )),
    replace(_HOUSE, name="techno", tempo=(128.0, 138.0), groove="techno", minor_share=1.0, energy=0.85, scale="dark",
        minor=("i i i i", "i i VI i", "i i bII i"), band=_band(
            ("drums", "electronic kit", "techno", 0.0, 1.15), ("bass", "synth bass", "techno", 0.3),
            ("comp", "synth pluck", "pluck16", 0.3), ("pad", "pad", "swell", 0.4, 0.7), ("lead", "acid synth", "riff", 0.6),
            ("fx", "riser", "transitions"),
        )),
    replace(_HOUSE, name="trance", tempo=(132.0, 140.0), energy=0.85, band=_band(
        ("drums", "electronic kit", "house"), ("bass", "synth bass", "driving", 0.35), ("comp", "supersaw", "trance", 0.6),
        ("comp", "synth pluck", "arp16"), ("pad", "pad", "swell"), ("lead", "supersaw", "melody", 0.75), ("fx", "riser", "transitions"), ("fx", "impact", "arrivals"),
    )),
    replace(_HOUSE, name="drum and bass", tempo=(168.0, 176.0), groove="breaks", swing=0.5, energy=0.9, band=_band(
        ("drums", "electronic kit", "breaks", 0.0, 1.1), ("percussion", "percussion", "shaker", 0.6, 0.6),
        ("bass", "reese bass", "syncopated", 0.35), ("pad", "pad", "swell"), ("comp", "electric piano", "popkeys", 0.3, 0.8),
        ("lead", "synth lead", "riff", 0.5), ("fx", "riser", "transitions"), ("fx", "impact", "arrivals"),
    )),
    replace(_HOUSE, name="dubstep", tempo=(138.0, 142.0), groove="dubstep", minor_share=1.0, energy=0.85, swing=0.5, band=_band(
        ("drums", "electronic kit", "dubstep", 0.0, 1.15), ("bass", "reese bass", "wobble", 0.4), ("pad", "pad", "swell"),
        ("comp", "bells", "arp8"), ("lead", "synth lead", "riff", 0.5), ("fx", "riser", "transitions"), ("fx", "impact", "arrivals"),
    )),
    replace(_POP, name="synthwave", tempo=(84.0, 112.0), groove="synthwave", minor_share=0.7, energy=0.65, looseness=0.2,
        band=_band(
            ("drums", "electronic kit", "synthwave"), ("bass", "synth bass", "synthwave"), ("comp", "synth pluck", "arp16", 0.4, 0.8),
            ("pad", "pad", "swell"), ("lead", "synth lead", "melody", 0.3), ("fx", "riser", "transitions"),
        )),
    replace(_POP, name="chiptune", tempo=(132.0, 160.0), groove="rock", energy=0.75, looseness=0.0, melody_pace=1.8, band=_band(
        ("drums", "chip kit", "rock"), ("bass", "chip bass", "octaves"), ("comp", "chip arpeggio", "arp16"), ("lead", "chip lead", "melody"),
    )),
    replace(_POP, name="disco", tempo=(112.0, 122.0), groove="disco", energy=0.8, band=_band(
        ("drums", "acoustic kit", "disco"), ("percussion", "percussion", "tambourine8", 0.4, 0.6), ("bass", "electric bass", "octaves"),
        ("comp", "electric guitar", "funk", 0.3, 0.8), ("comp", "clavinet", "stabs", 0.6, 0.7), ("pad", "strings", "swell", 0.4),
        ("lead", "strings", "melody"), ("counter", "brass", "answers", 0.6),
    )),
    replace(_RNB, name="soul", tempo=(88.0, 112.0), groove="soul", minor_share=0.3, swing=0.55, band=_band(
        ("drums", "acoustic kit", "soul"), ("percussion", "percussion", "tambourine", 0.4, 0.7), ("bass", "electric bass", "soul"),
        ("comp", "electric piano", "ballad"), ("comp", "electric guitar", "backbeat", 0.3, 0.8), ("comp", "organ", "hold", 0.6, 0.6),
        ("lead", "saxophone", "melody"), ("counter", "brass", "answers", 0.5),
    )),
    replace(_RNB, name="funk", tempo=(98.0, 116.0), groove="funk", energy=0.75, minor_share=0.5, swing=0.54, scale="blues",
        major=("I9 I9 IV9 I9", "I7 I7 I7 IV7"), minor=("i7 i7 IV7 IV7", "i9 i9 i9 IV7"), band=_band(
            ("drums", "acoustic kit", "funk"), ("percussion", "percussion", "congas", 0.5, 0.6), ("bass", "electric bass", "funk", 0.0, 1.1),
            ("comp", "electric guitar", "funk"), ("comp", "clavinet", "stabs", 0.4, 0.8), ("lead", "saxophone", "riff"),
            ("counter", "brass", "answers", 0.5),
        )),
    replace(_REGGAE, name="ska", tempo=(132.0, 160.0), groove="ska", swing=0.5, energy=0.8, minor_share=0.2, band=_band(
        ("drums", "acoustic kit", "ska"), ("bass", "electric bass", "ska"), ("comp", "electric guitar", "skank"),
        ("comp", "organ", "offbeats", 0.5, 0.7), ("lead", "trumpet", "melody"), ("counter", "brass", "answers", 0.5),
    )),
    replace(_RNB, name="gospel", tempo=(66.0, 96.0), groove="gospel", minor_share=0.05, scale="diatonic", swing=0.6, swung=0.5,
        major=("I I7 IV iv6", "I vi7 ii7 V7", "IV V6 iii7 vi7"), band=_band(
            ("drums", "acoustic kit", "gospel", 0.3), ("percussion", "percussion", "tambourine8", 0.6, 0.7), ("bass", "electric bass", "soul", 0.2),
            ("comp", "organ", "hold"), ("comp", "piano", "popkeys"), ("pad", "choir", "swell", 0.5), ("lead", "organ", "melody"),
        )),
    replace(_LATIN, name="reggaeton", tempo=(88.0, 98.0), groove="reggaeton", minor_share=0.85, energy=0.7, band=_band(
        ("drums", "electronic kit", "reggaeton", 0.0, 1.1), ("percussion", "percussion", "shaker", 0.5, 0.6), ("bass", "808 bass", "reggaeton"),
        ("comp", "synth pluck", "offbeats"), ("pad", "pad", "swell", 0.5, 0.7), ("lead", "flute", "riff"),
    )),
    replace(_CLASSICAL, name="march", tempo=(108.0, 122.0), timesignature="2/4", groove="march", energy=0.7, band=_band(
        ("drums", "acoustic kit", "march"), ("bass", "tuba", "fifths"), ("comp", "brass", "offbeats"),
        ("lead", "trumpet", "melody"), ("counter", "flute", "answers", 0.5),
    )),
    replace(_CLASSICAL, name="lullaby", tempo=(60.0, 76.0), timesignature="3/4", energy=0.15, minor_share=0.1, band=_band(
        ("comp", "harp", "arp8"), ("pad", "strings", "swell", 0.4, 0.7), ("lead", "music box", "melody"),
    )),
)

STYLES: dict[str, Style] = {style.name: style for style in _ALL}

PRESETS: dict[str, str] = {
    "modern pop": "pop", "rock": "rock", "hip hop": "hip hop", "jazz": "jazz", "classical": "classical",
    "electronic": "electronic", "country": "country", "folk": "folk", "blues": "blues", "reggae": "reggae",
    "latin": "latin", "r&b": "r&b", "metal": "metal",
}
"""The service's genre presets, in lower case; ``Custom`` leaves the choice to the caption."""
