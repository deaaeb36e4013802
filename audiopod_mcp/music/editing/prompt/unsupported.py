"""What people ask an edit for and it can't do, and what can be done instead."""

# ruff: noqa: E501 (patterns: one alternative of meaning a line)

from __future__ import annotations

import re

from audiopod_mcp.music.captions.parse import names_style

from .parse import clauses
from .translations import in_english

_BEYOND = (
    (
        r"nois(?:e|es) (?:removal|reduction|gate)|de-?nois\w*|background noises?|rauschen"
        r"|(?:remove|reduce|less|without|no|get rid of)(?: the| any| all)* (?:noise|hum|crackle|clicks)",
        "noise can't be removed",
        "less treble makes hiss softer, cut everything below 60 Hz makes hum and rumble softer",
    ),
    (
        r"(?:more|less|much|very|too|not so) energ(?:y|etic)|energi[sz]\w+|energ(?:y|etic)(?=$)|energischer"
        r"|plus (?:énergique|d'énergie)|more energ[ií]a",
        "energy is too wide a word for an edit",
        "say what makes it: 5 % faster, drums 3 dB louder, brighter, add drums; "
        "a cover with a livelier caption plays it anew",
    ),
    (
        r"chorus effect|flang\w+|phaser|vocoder|robot(?:ic)?(?: voice| vocals?)?|8d(?: audio)?|side-?chain\w*|duck(?:s|ed|ing)? (?:the )?\w+ under",
        "there is no such effect",
        "an edit has echo, reverb, compression, distortion, filters, width and a place left or right",
    ),
    (
        r"auto-?tun\w+|pitch[- ]correct\w*|quanti[sz]\w+|out of tune|off-?key",
        "neither tuning nor timing of what was played can be corrected",
        "a repaint plays a part anew (repaint_section)",
    ),
    (
        r"(?:original|old|first|previous) (?:key|tempo|speed|version|volume)|undo|revert|back to (?:what|how) it was",
        "an edit does not know what the track was before",
        "edit the earlier job again (list_jobs names it), or say the key or tempo: in G minor, to 120 bpm",
    ),
    (
        r"(?:change|new|other|different|rewrite|translate|replace)(?: the| its)? (?:lyrics|words)|lyrics (?:to|about|in)",
        "new words come as an argument of their own",
        "give them as edit_target_lyrics; it works with tracks that were composed by this studio",
    ),
    (
        r"extend\w*|(?:make|make it|make the song) (?:a bit |much )?longer|longer (?:version|intro|outro|ending)|\d+ seconds? longer"
        r"|add (?:a|an|another|one more) (?:\w+ )?(?:@\d+@|intro|outro|bridge|verse|chorus|ending|section)",
        "an edit composes no new sections",
        "extend_track goes on before or after the track, repaint_section plays a stretch anew, "
        "and an edit can repeat a part: repeat the chorus",
    ),
    (
        r"(?:male|female|man'?s|woman'?s|child'?s|different|another|other) (?:voice|singer|vocals?|vocalist)",
        "the singer can't be exchanged for another",
        "pitch the vocals up or down by 3 semitones, or make a new take (retake_track)",
    ),
    (
        r"shorten(?:ed)?|shorter|(?:is |are )?too long",
        "how much of it should go has to be said",
        "say cut the first 4 seconds, cut from 0:30 to 0:45, cut the intro or keep only the first minute",
    ),
    (
        r"crescendo|decrescendo|gradual(?:ly)?|builds? up|get(?:s|ting)? (?:louder|quieter|faster|slower)|automat(?:e|ion)",
        "an edit changes a stretch as a whole, not little by little",
        "fade in over 10 seconds and fade out do; or give stretches: 3 dB quieter from 0:00 to 0:20",
    ),
    (
        r"(?:split|separate|export|extract|isolate)\w* (?:the )?(?:stems|tracks|parts)|stems",
        "an edit gives one mix",
        "extract_stem gives one instrument as a track of its own",
    ),
    (
        r"(?:time signature|metre|meter|[2-9]/[48]|in waltz time|swing(?: it| feel)?)(?=$|\W)",
        "metre and feel of what was played can't be bent",
        "a cover plays the song anew in another style (cover_song)",
    ),
)  # fmt: skip


def beyond(prompt: str) -> str | None:
    """Why something in ``prompt`` can't be done and what can be done instead; ``None`` if nothing is known.

    Words that go with a style ("swing like in jazz") are about the style.
    """
    for clause in clauses(in_english(prompt)):
        for words, why, instead in _BEYOND:
            found = re.search(rf"(?<!\w)(?:{words})(?!\w)", clause, re.IGNORECASE)
            if found and not names_style(clause):
                return f"{clause!r}: {why}; {instead}"
    return None
