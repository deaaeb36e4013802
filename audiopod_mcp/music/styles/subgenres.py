"""Subgenres, each by what differs from the style that it is derived from."""

# ruff: noqa: E501 (tables: one entry a line)
# fmt: off

from __future__ import annotations

from dataclasses import replace

from .genres import CLASSICAL, HIPHOP, HOUSE, JAZZ, LATIN, POP, REGGAE, RNB, ROCK
from .style import band

SUBGENRES = (
    replace(HOUSE, name="electronic", parents=(), tempo=(112.0, 128.0), band=band(
        ("drums", "electronic kit", "house", 0.3), ("percussion", "percussion", "shaker", 0.6, 0.6),
        ("bass", "synth bass", "octaves", 0.3), ("comp", "synth pluck", "pluck16"), ("pad", "pad", "swell"),
        ("lead", "synth lead", "riff", 0.5), ("fx", "riser", "transitions"), ("fx", "impact", "arrivals"),
    )),
    replace(POP, name="ballad", room="plate", parents=("pop",), tempo=(62.0, 80.0), groove="ballad", energy=0.35, band=band(
        ("drums", "acoustic kit", "ballad", 0.45, 0.9), ("bass", "electric bass", "roots", 0.35), ("comp", "piano", "ballad"),
        ("pad", "strings", "swell", 0.4), ("comp", "acoustic guitar", "arp8", 0.5, 0.7), ("lead", "oboe", "melody"),
    )),
    replace(ROCK, name="punk", parents=("rock",), tempo=(164.0, 192.0), groove="punk", energy=0.95, minor_share=0.2, scale="diatonic", melody_pace=1.3,
        major=("I5 V5 vi5 IV5", "I5 IV5 V5 IV5", "I5 V5 IV5 V5", "vi5 IV5 I5 V5"), minor=("i5 VI5 III5 VII5", "i5 VII5 VI5 V5", "i5 III5 iv5 V5", "i5 iv5 VI5 V5"), band=band(
            ("drums", "acoustic kit", "punk", 0.0, 0.8), ("bass", "electric bass", "driven"), ("comp", "distorted guitar", "rock", 0.0, 1.5),
            ("comp", "distorted guitar", "rock", 0.8, 2.0), ("lead", "lead guitar", "melody", 0.7),
        )),
    replace(HIPHOP, name="trap", parents=("hip hop",), tempo=(132.0, 150.0), groove="trap", minor_share=0.95, swing=0.5, band=band(
        ("drums", "electronic kit", "trap", 0.0, 1.1), ("bass", "808 bass", "trap"), ("comp", "bells", "arp8"),
        ("pad", "choir", "swell", 0.5, 0.7), ("lead", "synth pluck", "riff", 0.4), ("fx", "riser", "transitions"),
    )),
    replace(HIPHOP, name="lo-fi", parents=("hip hop",), tempo=(70.0, 86.0), groove="lofi", swing=0.6, energy=0.25, looseness=1.8, minor_share=0.5,
        band=band(
            ("drums", "dusty kit", "lofi", 0.2), ("bass", "upright bass", "rnb", 0.2), ("comp", "electric piano", "lofi"),
            ("pad", "pad", "swell", 0.5, 0.6), ("comp", "nylon guitar", "arp8", 0.45, 0.7),
            ("lead", "vibraphone", "melody"), ("fx", "vinyl", "bed", 0.0, 0.8),
        ), major=("ii9 V13 Imaj9 vi7", "IVmaj7 iii7 vi7 ii7", "Imaj9 vi9 ii9 V13", "iii7 vi7 ii9 Imaj9", "Imaj7 ii7 iii7 ii7"), minor=("i9 iv9 VII VImaj7", "iv9 v7 i9 i9", "VImaj7 v7 iv9 i9", "i9 IIImaj7 iv9 v7", "iv9 i9 VImaj7 VII")),
    replace(JAZZ, name="swing", parents=("jazz",), tempo=(140.0, 190.0), energy=0.7, groove="swing", band=band(
        ("drums", "acoustic kit", "swing"), ("bass", "upright bass", "walking"), ("comp", "acoustic guitar", "quarters"),
        ("comp", "brass", "charleston", 0.5), ("lead", "clarinet", "melody"), ("counter", "brass", "answers", 0.6),
    )),
    replace(JAZZ, name="bossa nova", parents=("jazz", "latin"), tempo=(116.0, 138.0), groove="bossa", swing=0.5, energy=0.3, looseness=0.8,
        melody_pace=1.0, band=band(
            ("drums", "brushed kit", "bossa"), ("percussion", "percussion", "bossa", 0.5, 0.6), ("bass", "upright bass", "bossa"),
            ("comp", "nylon guitar", "bossa"), ("comp", "electric piano", "hold", 0.6, 0.6), ("lead", "flute", "melody"),
        )),
    replace(CLASSICAL, name="waltz", parents=("classical",), tempo=(132.0, 168.0), timesignature="3/4", band=band(
        ("bass", "cello", "roots"), ("comp", "strings", "oompah"), ("comp", "piano", "oompah", 0.4, 0.7),
        ("lead", "violin", "melody"), ("counter", "clarinet", "answers", 0.6, 0.8), ("pad", "french horn", "swell", 0.75, 0.6),
    )),
    replace(CLASSICAL, name="cinematic", parents=("classical",), tempo=(76.0, 104.0), minor_share=0.75, energy=0.6, groove="cinematic",
        form=("intro", "verse", "build", "chorus", "break", "build", "chorus", "outro"), melody_pace=0.6,
        major=("I V vi IV", "vi IV I V", "I bVII IV I", "I iii IV iv", "vi iii IV V"), minor=("i VI III VII", "i iv VI V", "VI VII i i", "i v VI iv", "i VI iv V", "VI i VII iv"), band=band(
            ("drums", "acoustic kit", "cinematic", 0.5), ("bass", "contrabass", "roots", 0.2), ("pad", "strings", "swell"),
            ("comp", "pizzicato", "arp16", 0.35, 0.7), ("pad", "choir", "swell", 0.8, 0.8), ("pad", "brass", "swell", 0.7),
            ("lead", "french horn", "melody", 0.3), ("counter", "violin", "long", 0.7), ("fx", "riser", "transitions"), ("fx", "impact", "arrivals"),
        )),
    replace(CLASSICAL, name="ambient", room="cathedral", parents=("electronic", "classical"), tempo=(58.0, 76.0), energy=0.15, melody_pace=0.35, scale="pentatonic",
        form=("intro", "verse", "verse", "break", "verse", "outro"),
        major=("Imaj7 Imaj7 IVmaj7 IVmaj7", "Iadd9 vi7 IVmaj7 Iadd9", "IVmaj7 IVmaj7 Imaj7 Imaj7", "Imaj7 iii7 IVmaj7 Imaj7"), minor=("i9 i9 VImaj7 VImaj7", "i9 VImaj7 III VII", "i9 iv9 i9 iv9", "VImaj7 VImaj7 i9 v7"),
        band=band(
            ("pad", "pad", "swell"), ("pad", "choir", "swell", 0.35, 0.6), ("bass", "synth bass", "pedal", 0.3, 0.7),
            ("comp", "electric piano", "arp8", 0.3, 0.6), ("lead", "bells", "melody"),
        )),
    replace(HOUSE, name="techno", parents=("electronic",), tempo=(128.0, 138.0), groove="techno", minor_share=1.0, energy=0.85, scale="dark",
        minor=("i i i i", "i i VI i", "i i bII i", "i i VII i", "i iv i i", "i i i v", "i VI i VII"), band=band(
            ("drums", "electronic kit", "techno", 0.0, 1.15), ("bass", "synth bass", "techno", 0.3),
            ("comp", "synth pluck", "pluck16", 0.3), ("pad", "pad", "swell", 0.4, 0.7), ("lead", "acid synth", "riff", 0.6),
            ("fx", "riser", "transitions"),
        )),
    replace(HOUSE, name="trance", room="plate", parents=("electronic",), tempo=(132.0, 140.0), energy=0.85, band=band(
        ("drums", "electronic kit", "house"), ("bass", "synth bass", "driving", 0.35), ("comp", "supersaw", "trance", 0.6),
        ("comp", "synth pluck", "arp16"), ("pad", "pad", "swell"), ("lead", "supersaw", "melody", 0.75), ("fx", "riser", "transitions"), ("fx", "impact", "arrivals"),
    )),
    replace(HOUSE, name="drum and bass", parents=("electronic",), tempo=(168.0, 176.0), groove="breaks", swing=0.5, energy=0.9, band=band(
        ("drums", "electronic kit", "breaks", 0.0, 1.1), ("percussion", "percussion", "shaker", 0.6, 0.6),
        ("bass", "reese bass", "syncopated", 0.35), ("pad", "pad", "swell"), ("comp", "electric piano", "popkeys", 0.3, 0.8),
        ("lead", "synth lead", "riff", 0.5), ("fx", "riser", "transitions"), ("fx", "impact", "arrivals"),
    )),
    replace(HOUSE, name="dubstep", parents=("electronic",), tempo=(138.0, 142.0), groove="dubstep", minor_share=1.0, energy=0.85, swing=0.5, band=band(
        ("drums", "electronic kit", "dubstep", 0.0, 1.15), ("bass", "reese bass", "wobble", 0.4), ("pad", "pad", "swell"),
        ("comp", "bells", "arp8"), ("lead", "synth lead", "riff", 0.5), ("fx", "riser", "transitions"), ("fx", "impact", "arrivals"),
    )),
    replace(POP, name="synthwave", room="plate", parents=("electronic", "pop"), tempo=(84.0, 112.0), groove="synthwave", minor_share=0.7, energy=0.65, looseness=0.2,
        band=band(
            ("drums", "electronic kit", "synthwave"), ("bass", "synth bass", "synthwave"), ("comp", "synth pluck", "arp16", 0.4, 0.8),
            ("pad", "pad", "swell"), ("lead", "synth lead", "melody", 0.3), ("fx", "riser", "transitions"),
        )),
    replace(POP, name="chiptune", room="booth", parents=("electronic",), tempo=(132.0, 160.0), groove="rock", energy=0.75, looseness=0.0, melody_pace=1.8, band=band(
        ("drums", "chip kit", "chip"), ("bass", "chip bass", "octaves"), ("comp", "chip arpeggio", "arp16"), ("lead", "chip lead", "melody"),
    )),
    replace(POP, name="disco", parents=("pop",), tempo=(112.0, 122.0), groove="disco", energy=0.8, band=band(
        ("drums", "acoustic kit", "disco"), ("percussion", "percussion", "tambourine8", 0.4, 0.6), ("bass", "electric bass", "octaves"),
        ("comp", "electric guitar", "funk", 0.3, 0.8), ("comp", "clavinet", "stabs", 0.6, 0.7), ("pad", "strings", "swell", 0.4),
        ("lead", "strings", "melody"), ("counter", "brass", "answers", 0.6),
    )),
    replace(RNB, name="soul", room="plate", parents=("r&b",), tempo=(88.0, 112.0), groove="soul", minor_share=0.3, swing=0.55, band=band(
        ("drums", "acoustic kit", "soul"), ("percussion", "percussion", "tambourine", 0.4, 0.7), ("bass", "electric bass", "soul"),
        ("comp", "electric piano", "ballad"), ("comp", "electric guitar", "backbeat", 0.3, 0.8), ("comp", "organ", "hold", 0.6, 0.6),
        ("lead", "saxophone", "melody"), ("counter", "brass", "answers", 0.5),
    )),
    replace(RNB, name="funk", room="booth", parents=("r&b", "soul"), tempo=(98.0, 116.0), groove="funk", energy=0.75, minor_share=0.5, swing=0.54, scale="blues",
        major=("I9 I9 IV9 I9", "I7 I7 I7 IV7", "I9 IV9 I9 bVII9", "I7 I7 ii7 V9"), minor=("i7 i7 IV7 IV7", "i9 i9 i9 IV7", "i7 VII i7 iv7", "i7 i7 VI7 V7"), band=band(
            ("drums", "acoustic kit", "funk", 0.0, 1.4), ("bass", "electric bass", "funk", 0.0, 1.6), ("comp", "electric piano", "stabs"),
            ("comp", "electric guitar", "funk", 0.6, 0.5), ("comp", "clavinet", "stabs", 0.6, 0.5), ("lead", "trumpet", "riff", 0.3),
            ("counter", "brass", "answers", 0.5),
        )),
    replace(REGGAE, name="ska", room="live room", parents=("reggae",), tempo=(132.0, 160.0), groove="ska", swing=0.5, energy=0.8, minor_share=0.2, band=band(
        ("drums", "acoustic kit", "ska"), ("bass", "electric bass", "ska"), ("comp", "electric guitar", "skank"),
        ("comp", "organ", "offbeats", 0.5, 0.7), ("lead", "trumpet", "melody"), ("counter", "brass", "answers", 0.5),
    )),
    replace(RNB, name="gospel", room="hall", parents=("r&b", "soul"), tempo=(66.0, 96.0), groove="gospel", minor_share=0.05, scale="diatonic", swing=0.6, swing_unit=0.5,
        major=("I I7 IV iv6", "I vi7 ii7 V7", "IV V6 iii7 vi7", "I IV I V7", "I iii7 IV ii7,V7", "vi7 II7 IV V7sus4"),
        minor=("i iv V7 i", "i VI iiø7 V7", "i iv i V7", "i VII VI V7", "i iv7 VII V7"), band=band(
            ("drums", "acoustic kit", "gospel", 0.3), ("percussion", "percussion", "tambourine8", 0.6, 0.7), ("bass", "electric bass", "soul", 0.2),
            ("comp", "organ", "hold"), ("comp", "piano", "popkeys"), ("pad", "choir", "swell", 0.5), ("lead", "organ", "melody"),
        )),
    replace(LATIN, name="reggaeton", room="booth", parents=("latin",), tempo=(88.0, 98.0), groove="reggaeton", minor_share=0.85, energy=0.7, band=band(
        ("drums", "electronic kit", "reggaeton", 0.0, 1.1), ("percussion", "percussion", "shaker", 0.5, 0.6), ("bass", "808 bass", "reggaeton"),
        ("comp", "synth pluck", "offbeats"), ("pad", "pad", "swell", 0.5, 0.7), ("lead", "flute", "riff"),
    )),
    replace(CLASSICAL, name="march", room="hall", parents=("classical",), tempo=(108.0, 122.0), timesignature="2/4", groove="march", energy=0.7, band=band(
        ("drums", "acoustic kit", "march"), ("bass", "tuba", "fifths"), ("comp", "brass", "offbeats"),
        ("lead", "trumpet", "melody"), ("counter", "flute", "answers", 0.5),
    )),
    replace(CLASSICAL, name="lullaby", room="parlour", parents=("classical", "folk"), tempo=(60.0, 76.0), timesignature="3/4", energy=0.15, minor_share=0.1, band=band(
        ("comp", "harp", "arp8"), ("pad", "strings", "swell", 0.4, 0.7), ("lead", "music box", "melody"),
    )),
)
