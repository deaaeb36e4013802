"""Dances and traditions of many places, each by what differs from the style that it is derived from."""

# ruff: noqa: E501 (tables: one entry a line)
# fmt: off

from __future__ import annotations

from dataclasses import replace

from .genres import (
    CLASSICAL,
    COUNTRY,
    FOLK,
    LATIN,
    RNB,
)
from .style import Style, band

REGIONAL: tuple[Style, ...] = (
    replace(FOLK, name="celtic", parents=("folk",), tempo=(104.0, 126.0), energy=0.6, scale="modal", melody_pace=1.8, swing=0.54, groove="folk",
        major=("I I bVII I", "I V bVII IV", "I bVII I V", "I IV I V", "vi IV I V", "I ii bVII I"), minor=("i i VII VII", "i VII III VII", "i VII VI VII", "i III VII i", "VI VII i i"), band=band(
            ("comp", "acoustic guitar", "folkstrum"), ("percussion", "percussion", "bodhran", 0.35, 0.8), ("bass", "upright bass", "fifths", 0.5, 0.8),
            ("pad", "accordion", "swell", 0.6, 0.5), ("lead", "violin", "melody"), ("counter", "whistle", "answers", 0.5, 0.8),
        )),
    replace(COUNTRY, name="bluegrass", parents=("country", "folk"), tempo=(118.0, 148.0), energy=0.7, melody_pace=1.8, groove="none",
        major=("I I IV V", "I IV I V", "I bVII I V", "I V I V", "I IV V I", "vi IV I V"), band=band(
            ("comp", "banjo", "roll"), ("comp", "acoustic guitar", "folkstrum", 0.0, 0.8), ("bass", "upright bass", "country"),
            ("comp", "banjo", "backbeat", 0.5, 0.7), ("lead", "violin", "melody"), ("counter", "acoustic guitar", "answers", 0.5, 0.8),
        )),
    replace(LATIN, name="tango", room="club", tempo=(112.0, 128.0), parents=("latin",), minor_share=0.95, groove="none", energy=0.55, looseness=1.2, melody_pace=1.0,
        minor=("i i V7 V7", "i iv V7 i", "iv i V7 i", "i V7 i V7", "i VI iv V7", "iv VII III V7"), bridge=("I V7 V7 I", "VI III iiø7 V7"), band=band(
            ("bass", "contrabass", "marcato"), ("comp", "piano", "marcato"), ("comp", "accordion", "tangostab", 0.3),
            ("lead", "violin", "melody"), ("counter", "accordion", "answers", 0.5), ("pad", "strings", "swell", 0.75, 0.7),
        )),
    replace(LATIN, name="flamenco", room="parlour", tempo=(104.0, 132.0), parents=("latin",), minor_share=1.0, groove="none", scale="dark", energy=0.65, melody_pace=1.5,
        minor=("i VII VI V", "iv III VI V", "V VI V V", "VI V VI V", "iv VI V V", "i VI iv V"), bridge=("IV III VI V", "VI V VI V"), band=band(
            ("comp", "nylon guitar", "rasgueado"), ("comp", "nylon guitar", "arp16", 0.4, 0.7), ("bass", "upright bass", "fifths", 0.6, 0.7),
            ("percussion", "percussion", "palmas", 0.35, 0.9), ("lead", "nylon guitar", "melody"),
        )),
    replace(FOLK, name="klezmer", parents=("folk",), tempo=(112.0, 144.0), minor_share=1.0, energy=0.7, scale="dark", melody_pace=1.7, groove="klezmer",
        minor=("i i iv i", "i VII iv i", "i iv VII i", "i V7 i i", "iv i V7 i", "i i V7 V7"), bridge=("I iv I bVII", "iv VII III i"), band=band(
            ("drums", "acoustic kit", "klezmer", 0.3, 0.8), ("bass", "tuba", "fifths"), ("comp", "accordion", "bulgar"),
            ("lead", "clarinet", "melody"), ("counter", "violin", "answers", 0.4), ("comp", "piano", "offbeats", 0.6, 0.6),
        )),
    replace(LATIN, name="samba", room="live room", tempo=(92.0, 108.0), parents=("latin", "bossa nova"), groove="samba", minor_share=0.3, energy=0.75, scale="diatonic",
        major=("Imaj7 VI7 ii7 V7", "I vi7 ii7 V7", "IV iv6 Imaj7 VI7", "ii7 V7 Imaj7 vi7", "Imaj7 IV6 iii7 VI7", "I6 ii7 V7 I6"), band=band(
            ("drums", "acoustic kit", "samba", 0.0, 0.8), ("percussion", "percussion", "samba"), ("bass", "electric bass", "samba"),
            ("comp", "nylon guitar", "cavaco"), ("lead", "flute", "melody"), ("counter", "trombone", "answers", 0.6, 0.8),
        )),
    replace(LATIN, name="cumbia", tempo=(86.0, 104.0), parents=("latin",), groove="cumbia", minor_share=0.7, energy=0.6,
        major=("I I V7 V7", "I IV V7 I", "IV I V7 I", "I vi V7 I"), minor=("i i V7 V7", "i VII VI V7", "i iv V7 i", "VI VII i V7", "i V7 i V7"), band=band(
            ("drums", "acoustic kit", "cumbia", 0.3, 0.7), ("percussion", "percussion", "cumbia"), ("bass", "electric bass", "cumbia"),
            ("comp", "accordion", "offbeats"), ("comp", "electric guitar", "skank", 0.6, 0.6), ("lead", "accordion", "melody"),
        )),
    replace(LATIN, name="mariachi", room="parlour", tempo=(100.0, 132.0), parents=("latin",), groove="none", minor_share=0.15, scale="diatonic",
        major=("I V7 V7 I", "I IV V7 I", "I I V7 V7", "IV I V7 I", "I IV I V7", "V7 I V7 I"), band=band(
            ("bass", "upright bass", "country"), ("comp", "nylon guitar", "oompah4"), ("comp", "acoustic guitar", "strum", 0.4, 0.7),
            ("lead", "trumpet", "melody"), ("counter", "violin", "long", 0.4),
        )),
    replace(CLASSICAL, name="polka", room="parlour", tempo=(112.0, 128.0), timesignature="2/4", parents=("folk",), groove="polka", minor_share=0.05, energy=0.75, melody_pace=1.6,
        scale="diatonic", major=("I I V7 V7", "I V7 V7 I", "I IV V7 I", "V7 I V7 I", "IV I V7 I", "I vi V7 I"), band=band(
            ("drums", "acoustic kit", "polka", 0.3, 0.8), ("bass", "tuba", "country"), ("comp", "accordion", "skank"),
            ("lead", "clarinet", "melody"), ("counter", "trumpet", "answers", 0.5, 0.8),
        )),
    replace(RNB, name="afrobeat", room="live room", tempo=(98.0, 116.0), parents=("latin", "funk"), groove="afrobeat", swing=0.53, minor_share=0.7, energy=0.7, scale="modal",
        major=("I IV V IV", "I IV I V", "I ii7 I IV", "IV V IV I"), minor=("i7 i7 IV7 IV7", "i7 VII i7 VII", "i7 IV7 VII IV7", "iv7 iv7 i7 i7", "i7 v7 i7 IV7", "VII IV7 i7 i7"), band=band(
            ("drums", "acoustic kit", "afrobeat"), ("percussion", "percussion", "afro"), ("bass", "electric bass", "afrobeat"),
            ("comp", "electric guitar", "highlife"), ("comp", "organ", "stabs", 0.5, 0.6), ("lead", "saxophone", "riff", 0.3),
            ("counter", "brass", "answers", 0.5),
        )),
)
