"""Scenes with a name of their own, each by what differs from the style that it is derived from."""

# ruff: noqa: E501 (tables: one entry a line)
# fmt: off

from __future__ import annotations

from dataclasses import replace

from .genres import (
    BLUES,
    CLASSICAL,
    HIPHOP,
    HOUSE,
    JAZZ,
    POP,
    REGGAE,
    ROCK,
)
from .style import Style, band

SCENES: tuple[Style, ...] = (
    replace(BLUES, name="boogie", parents=("blues", "rock"), tempo=(132.0, 172.0), energy=0.8, minor_share=0.05, groove="boogie", melody_pace=1.5, band=band(
        ("drums", "acoustic kit", "boogie", 0.3, 0.9), ("bass", "upright bass", "boogie"), ("comp", "piano", "boogie"),
        ("lead", "piano", "melody"), ("counter", "saxophone", "answers", 0.6),
    )),
    replace(BLUES, name="rock and roll", room="live room", parents=("rock", "blues"), tempo=(144.0, 176.0), energy=0.85, minor_share=0.05, groove="rocknroll", swing=0.6,
        major=("I vi IV V", "I7 IV7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7", "I IV I V"), form=("intro", "verse", "verse", "solo", "verse", "outro"), band=band(
            ("drums", "acoustic kit", "rocknroll"), ("bass", "upright bass", "boogie"), ("comp", "electric guitar", "shuffle"),
            ("comp", "piano", "eighths", 0.5, 0.7), ("lead", "electric guitar", "melody"), ("counter", "saxophone", "answers", 0.6),
        )),
    replace(JAZZ, name="ragtime", room="parlour", parents=("jazz", "classical"), tempo=(88.0, 112.0), swing=0.5, energy=0.55, minor_share=0.05, groove="none", melody_pace=1.9,
        major=("I VI7 II7 V7", "I I V7 I", "IV iv6 I VI7,V7", "I I7 IV iv6", "II7 V7 I VI7", "I V7 I VI7,II7"), band=band(
            ("bass", "tuba", "fifths", 0.3, 0.6), ("comp", "piano", "stride"), ("lead", "piano", "melody"), ("counter", "clarinet", "answers", 0.7, 0.7),
        )),
    replace(JAZZ, name="gypsy jazz", parents=("jazz", "swing"), tempo=(160.0, 208.0), energy=0.7, minor_share=0.7, groove="none", melody_pace=1.6,
        minor=("i6 i6 iv6 i6", "i6 iv6 V7 i6", "i6 VI7 V7 i6", "iv6 i6 V7 i6", "i6 i6 V7 V7", "i6 II7 V7 i6"), band=band(
            ("comp", "acoustic guitar", "pompe"), ("bass", "upright bass", "country"), ("lead", "violin", "melody"),
            ("counter", "acoustic guitar", "answers", 0.4),
        )),
    replace(REGGAE, name="dub", room="cathedral", parents=("reggae", "electronic"), tempo=(66.0, 78.0), minor_share=0.9, groove="steppers", energy=0.4, melody_pace=0.6,
        minor=("i i iv i", "i VII i VII", "i i VII VII", "iv iv i i", "i v i v"), band=band(
            ("drums", "acoustic kit", "steppers"), ("bass", "electric bass", "dub", 0.0, 1.2), ("comp", "electric guitar", "dubchord"),
            ("comp", "organ", "bubble", 0.5, 0.6), ("lead", "accordion", "melody", 0.4), ("fx", "riser", "transitions"),
        )),
    replace(HIPHOP, name="grime", parents=("hip hop", "electronic"), tempo=(138.0, 142.0), minor_share=1.0, swing=0.5, energy=0.8, groove="grime", scale="dark",
        minor=("i i bII i", "i VI i bII", "i i VII i", "i bII i VII", "VI VII i i", "i iv bII i"), band=band(
            ("drums", "electronic kit", "grime", 0.0, 1.1), ("bass", "synth bass", "grime"), ("comp", "pizzicato", "stabs"),
            ("pad", "brass", "swell", 0.7, 0.6), ("lead", "synth pluck", "riff", 0.3),
        )),
    replace(HIPHOP, name="phonk", parents=("trap", "hip hop"), tempo=(124.0, 142.0), minor_share=1.0, swing=0.5, energy=0.85, groove="phonk", scale="dark",
        minor=("i VI i VII", "i i VI V", "i bII i VII", "i iv VI V", "VI bII i i", "i VII VI bII"), band=band(
            ("drums", "dusty kit", "phonk", 0.0, 1.15), ("percussion", "percussion", "cowbellriff"), ("bass", "808 bass", "phonk"),
            ("comp", "bells", "pluck16", 0.3, 0.7), ("pad", "choir", "swell", 0.5, 0.6), ("lead", "synth pluck", "riff", 0.3), ("fx", "vinyl", "bed", 0.0, 0.5),
        )),
    replace(HIPHOP, name="trip hop", room="plate", parents=("hip hop", "electronic"), tempo=(76.0, 92.0), minor_share=0.95, energy=0.35, groove="triphop", scale="harmonic", melody_pace=0.7,
        minor=("i7 i7 VImaj7 V7", "i iv6 i VI", "i VII VI iv", "i7 v7 iv6 i7", "VImaj7 VII i7 i7", "i7 bII i7 V7"), band=band(
            ("drums", "dusty kit", "triphop", 0.2), ("bass", "upright bass", "dub"), ("comp", "electric piano", "hold"),
            ("pad", "strings", "swell", 0.4, 0.8), ("comp", "electric guitar", "dubchord", 0.5, 0.7), ("lead", "trumpet", "melody"), ("fx", "vinyl", "bed", 0.0, 0.6),
        )),
    replace(HOUSE, name="uk garage", parents=("electronic", "house"), tempo=(128.0, 136.0), swing=0.61, energy=0.7, groove="garage", minor=("i9 iv9 VImaj7 v7", "i7 VII VImaj7 v7", "iv9 v7 i9 i9", "VImaj7 VII i9 v7", "i9 IIImaj7 iv9 VII"), band=band(
        ("drums", "electronic kit", "garage", 0.0, 1.05), ("percussion", "percussion", "shaker", 0.5, 0.5), ("bass", "synth bass", "garage", 0.3),
        ("comp", "organ", "stabs"), ("pad", "pad", "swell", 0.3, 0.8), ("lead", "synth pluck", "riff", 0.5), ("fx", "riser", "transitions"),
    )),
    replace(HOUSE, name="amapiano", parents=("electronic", "house"), tempo=(110.0, 115.0), swing=0.56, energy=0.6, minor_share=0.85, groove="amapiano", minor=("i9 VImaj7 iv9 v7", "i7 iv7 VImaj7 VII", "iv9 iv9 i9 v7", "VImaj7 v7 i9 i9", "i9 v7 iv9 VImaj7"), band=band(
        ("drums", "electronic kit", "amapiano"), ("percussion", "percussion", "afro", 0.0, 0.7), ("bass", "808 bass", "logdrum", 0.3),
        ("comp", "piano", "popkeys"), ("pad", "pad", "swell", 0.4, 0.7), ("lead", "flute", "riff", 0.5), ("fx", "riser", "transitions"),
    )),
    replace(HOUSE, name="hardstyle", parents=("electronic", "trance"), tempo=(148.0, 154.0), swing=0.5, energy=0.95, minor_share=0.9, groove="hardstyle", minor=("i VI VII v", "VI VII i v", "i VI III VII", "VI i III VII", "i iv VI VII", "iv VI i VII"), band=band(
        ("drums", "electronic kit", "hardstyle", 0.0, 1.2), ("bass", "reese bass", "offbeat", 0.35), ("comp", "supersaw", "trance", 0.75),
        ("pad", "choir", "swell", 0.3, 0.7), ("lead", "supersaw", "melody"), ("fx", "riser", "transitions"), ("fx", "impact", "arrivals"),
    )),
    replace(HOUSE, name="future bass", parents=("electronic",), tempo=(140.0, 156.0), swing=0.5, energy=0.75, minor_share=0.3, groove="halfstep",
        major=("IVmaj9 V6 iii7 vi7", "IVmaj7 Imaj7 V6 vi7", "vi7 IVmaj7 Imaj7 V6", "ii7 V6 Imaj7 vi7"), minor=("VImaj7 VII v7 i7", "iv9 VII i7 VImaj7", "VImaj7 IIImaj7 VII i7", "i7 VII VImaj7 iv9"), band=band(
            ("drums", "electronic kit", "halfstep", 0.0, 1.1), ("bass", "synth bass", "hold", 0.3), ("comp", "supersaw", "swells", 0.6),
            ("comp", "bells", "arp8", 0.0, 0.8), ("pad", "pad", "swell"), ("lead", "synth pluck", "riff", 0.4), ("fx", "riser", "transitions"), ("fx", "impact", "arrivals"),
        )),
    replace(POP, name="k-pop", parents=("pop",), tempo=(112.0, 132.0), energy=0.8, groove="kpop", looseness=0.3, minor_share=0.5, melody_pace=1.3,
        form=("intro", "verse", "pre-chorus", "chorus", "verse", "pre-chorus", "chorus", "bridge", "chorus", "outro"),
        major=("IVmaj7 V iii7 vi", "IV V vi I", "I V vi IV", "vi IV I V", "IV iv I vi"), minor=("VI VII i v", "i VI III VII", "iv VII III VI", "VI iv VII i"), band=band(
            ("drums", "electronic kit", "kpop", 0.0, 1.1), ("percussion", "percussion", "snaps", 0.4, 0.7), ("bass", "synth bass", "syncopated"),
            ("comp", "synth pluck", "pluck16"), ("comp", "supersaw", "trance", 0.85, 0.8), ("pad", "pad", "swell", 0.3, 0.8), ("lead", "synth lead", "melody"), ("fx", "riser", "transitions"),
        )),
    replace(POP, name="city pop", room="plate", parents=("pop", "disco"), tempo=(98.0, 118.0), energy=0.65, groove="citypop", minor_share=0.35, melody_pace=1.2,
        major=("IVmaj7 III7 vi7 I7", "ii9 V13 Imaj9 VI7", "IVmaj7 V6 iii7 vi7", "Imaj9 IVmaj7 iii7 VI7", "ii9 iii7 IVmaj7 V13"), minor=("VImaj7 V7 i7 III", "iv9 VII IIImaj7 VImaj7", "iv9 v7 i7 i7", "i7 IV7 VImaj7 V7"), bridge=("ii7 V7 iii7 VI7", "iv7 VII IIImaj7 V7"), band=band(
            ("drums", "acoustic kit", "citypop"), ("bass", "electric bass", "funk"), ("comp", "electric piano", "popkeys"), ("comp", "electric guitar", "funk", 0.4, 0.7),
            ("pad", "strings", "swell", 0.6, 0.7), ("lead", "saxophone", "melody"), ("counter", "brass", "answers", 0.6),
        )),
    replace(ROCK, name="post-rock", room="cathedral", parents=("rock",), tempo=(84.0, 112.0), energy=0.6, groove="postrock", melody_pace=0.7, scale="diatonic", minor_share=0.5,
        form=("intro", "verse", "build", "chorus", "break", "build", "chorus", "outro"), major=("I iii IV I", "I IV vi IV", "vi IV I V", "I V ii IV", "IV I V vi"), minor=("i VI III iv", "VI III i VII", "i III VII VI", "VI i III VII"), band=band(
            ("drums", "acoustic kit", "postrock", 0.35), ("bass", "electric bass", "eighths", 0.3), ("comp", "electric guitar", "delayed"),
            ("comp", "distorted guitar", "rock", 0.75), ("pad", "strings", "swell", 0.5, 0.8), ("lead", "electric guitar", "melody"),
        )),
    replace(ROCK, name="shoegaze", room="cathedral", parents=("rock", "pop"), tempo=(88.0, 120.0), energy=0.6, groove="shoegaze", melody_pace=0.7, scale="diatonic", minor_share=0.2,
        major=("Imaj7 IVmaj7 Imaj7 IVmaj7", "Iadd9 V6 IVmaj7 ii7", "I iii7 IVmaj7 iv6", "IVmaj7 Imaj7 V6 ii7", "Imaj7 bVII IVmaj7 Imaj7"), band=band(
            ("drums", "acoustic kit", "shoegaze"), ("bass", "electric bass", "eighths"), ("comp", "distorted guitar", "power", 0.4, 0.9), ("comp", "electric guitar", "jangle"),
            ("pad", "pad", "swell"), ("pad", "choir", "swell", 0.6, 0.6), ("lead", "electric guitar", "melody"),
        )),
    replace(ROCK, name="grunge", parents=("rock",), tempo=(92.0, 124.0), energy=0.75, groove="grunge", minor_share=0.75, scale="blues",
        major=("I bVII5 IV I", "I IV vi V5", "I bIII5 IV I"), minor=("i iv5 III5 VI5", "i VI5 i VII5", "i III5 iv5 bII5", "i bII5 i VI5", "i VII5 iv VI5"), band=band(
            ("drums", "acoustic kit", "grunge", 0.0, 1.1), ("bass", "electric bass", "eighths"), ("comp", "electric guitar", "jangle"),
            ("comp", "distorted guitar", "grunge", 0.7, 1.1), ("lead", "lead guitar", "melody"),
        )),
    replace(ROCK, name="surf", room="plate", parents=("rock",), tempo=(148.0, 172.0), energy=0.8, groove="surf", minor_share=0.75, scale="harmonic", melody_pace=1.6,
        major=("I IV V IV", "I vi IV V"), minor=("i i iv i", "i VII VI V", "i iv V7 i", "i VI iv V", "i iv i V7", "VI VII i i"), band=band(
            ("drums", "acoustic kit", "surf"), ("bass", "electric bass", "eighths"), ("comp", "electric guitar", "tremolo"),
            ("comp", "organ", "hold", 0.7, 0.5), ("lead", "electric guitar", "melody"),
        )),
    replace(CLASSICAL, name="baroque", parents=("classical",), tempo=(76.0, 104.0), energy=0.45, melody_pace=1.9, looseness=0.8, minor_share=0.5,
        major=("I V vi iii IV I IV V", "I IV,V I V7", "I vi ii V", "I V I IV,V", "I iii vi ii,V"), minor=("i iv VII III VI iiø7 V i", "i V i,iv V7", "i VII VI V", "i iv V i"), bridge=("vi ii V I", "III VII i V7"), band=band(
            ("comp", "harpsichord", "arp8"), ("bass", "cello", "walking8"), ("pad", "strings", "swell", 0.4, 0.7),
            ("lead", "violin", "melody"), ("counter", "oboe", "answers", 0.3),
        )),
    replace(POP, name="christmas", room="hall", parents=("pop",), tempo=(104.0, 132.0), energy=0.6, groove="soul", swing=0.62, swing_unit=0.5, minor_share=0.0,
        major=("I vi ii7 V7", "I I7 IV iv6", "I iii7 IV V7", "I V vi iii IV I ii7 V7", "I IV ii7 V7", "I bVII IV V7"), bridge=("IV iv6 I VI7", "VI VII i v"), band=band(
            ("drums", "acoustic kit", "soul", 0.4, 0.8), ("percussion", "percussion", "sleigh"), ("bass", "upright bass", "country"),
            ("comp", "piano", "popkeys"), ("pad", "strings", "swell", 0.3, 0.8), ("lead", "bells", "melody"), ("counter", "brass", "answers", 0.6), ("pad", "choir", "swell", 0.7, 0.7),
        )),
)
