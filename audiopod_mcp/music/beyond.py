"""What people ask an edit for and it can't do, and what can be done instead."""

from __future__ import annotations

import re

from audiopod_mcp.music.edit_words import in_english
from audiopod_mcp.music.playing import names_style
from audiopod_mcp.music.wishes import clauses

_BEYOND = (
    (
        r"revers(?:e[ds]?|ing)|backwards?|r[uü]ckw[aä]rts|à l'envers|al rev[eé]s",
        "a track can't be played backwards",
        "a retake or a repaint makes something new of it",
    ),
    (
        r"distort(?:ion|s)?|overdriven?|saturat(?:e|ed|ion)|bit-?crush\w*|fuzz|verzerr\w+|distorsi[oó]n",
        "distortion can't be added to a sound",
        "brighter or louder guitar comes near; in a track composed here, swap an instrument for a distorted "
        "guitar; a cover in a metal style plays them",
    ),
    (
        r"pan(?:ned|ning)?(?! ?(?:flute|pipe))|(?:hard|far|to the|more) (?:left|right)|nach (?:links|rechts)",
        "nothing can be moved to the left or the right",
        "say wider, narrower or mono, for all or for one instrument",
    ),
    (
        r"nois(?:e|es) (?:removal|reduction|gate)|de-?nois\w*|background noises?|clean(?:ed|er)? up|rauschen"
        r"|(?:remove|reduce|less|without|no|get rid of)(?: the| any| all)* (?:noise|hum|crackle|clicks)",
        "noise can't be removed",
        "less treble makes hiss softer, less bass makes hum and rumble softer",
    ),
    (
        r"(?:more|less|much|very|too|not so) energ(?:y|etic)|energi[sz]\w+|energ(?:y|etic)(?=$)|energischer"
        r"|plus (?:énergique|d'énergie)|more energ[ií]a",
        "energy is too wide a word for an edit",
        "say what makes it: 5 % faster, drums 3 dB louder, brighter, add drums; "
        "a cover with a livelier caption plays it anew",
    ),
    (
        r"delay|ping-?pong|chorus effect|flang\w+|phaser",
        "there are no delay, chorus or phaser effects",
        "more reverb and wider are what an edit has for space",
    ),
    (
        r"compress(?:ed|ion|or)?|side-?chain\w*",
        "there is no compressor",
        "normalise to -14 LUFS holds the peaks; the level of each instrument can be changed",
    ),
    (
        r"auto-?tun\w+|pitch[- ]correct\w*|quanti[sz]\w+",
        "neither tuning nor timing of what was played can be corrected",
        "a repaint plays a part anew",
    ),
    (
        r"normali[sz]\w+(?!.*\blufs\b).*\d ?db\w*",
        "a track isn't normalised to a peak",
        "say normalise to -14 LUFS: its true peak stays below -1 dBTP",
    ),
)

_SECTION = r"(?:chorus|verse|intro|outro|bridge|first half|second half)(?:e?s)?"
_SECTIONS = (
    rf"(?:in|during|from|for|of) (?:the |each |every |all )*(?:\w+ )?{_SECTION}"
    rf"|the {_SECTION} (?:louder|quieter|softer|brighter|darker|faster|slower)",
    "an edit does not look for a section",
    "give the part that is to change as edit_n_min and edit_n_max, fractions 0 to 1 of the length",
)


def beyond(prompt: str, *, part: bool = False) -> str | None:
    """Why something in ``prompt`` can't be done and what can be done instead; ``None`` if nothing is known.

    ``part`` tells that the part to change is given, so that a section may be named. Words that go
    with a style ("metal with distortion") are about the style.
    """
    for clause in clauses(in_english(prompt)):
        for words, why, instead in _BEYOND if part else (*_BEYOND, _SECTIONS):
            found = re.search(rf"(?<!\w)(?:{words})(?!\w)", clause, re.IGNORECASE)
            if found and not names_style(clause):
                return f"{clause!r}: {why}; {instead}"
    return None
