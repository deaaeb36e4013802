"""Who is meant: the instruments that an edit's prompt names, and the stems they are in."""

# ruff: noqa: E501 (patterns: one alternative of meaning a line)

from __future__ import annotations

import re

TRACK_WORDS = {
    # The stem, and what its players are called; the longer names first.
    "backing_vocals": r"back(?:ing|ground)[ -]?(?:vocals?|voices?|sing(?:ers?|ing))|choirs?|harmon(?:y|ies)",
    "vocals": r"(?:lead |main )?(?:vocals?|vox|voices?|sing(?:er|ers|ing))|rapp?(?:er|ing)?|acapella",
    "percussion": r"(?:hand )?percussion|shakers?|tablas?|cajons?|djembes?|maracas|triangles?|taikos?|hand ?claps|claps|castanets|congas?|bongos?|tambourines?|claves?|cowbells?|timpani",
    "drums": r"(?:(?:electronic|acoustic|brushed) )?drum(?:s|mer|ming| kit| ?set| machine| track)?|(?:the|a) beats?"
    r"|beats?$|kicks?|snares?|hi-?hats?|hats|cymbals?|(?:acoustic|electronic|brushed) kit",
    "bass": r"(?:(?:electric|upright|synth|acoustic|slap|fretless|808) )?bass(?:es| guitar| line|line|ist)?|808s?",
    "guitar": r"(?:(?:electric|acoustic|lead|distorted|nylon|steel|rhythm) )?guitars?|ukuleles?|banjos?|mandolins?"
    r"|sitars?|pedal steels?|guitarist|shamisens?|lutes?",
    "keyboard": r"(?:(?:electric|grand|upright) )?pianos?|pianist|keys|keyboards?|organs?|rhodes|harpsichords?"
    r"|clavinets?|vibraphones?|marimbas?|accordions?|kalimbas?|glockenspiels?|music box|bells",
    "strings": r"strings?|string section|violins?|violas?|cellos?|fiddles?|harps?|kotos?|orchestra",
    "brass": r"brass|trumpets?|trombones?|horns?|tubas?",
    "woodwinds": r"woodwinds?|sax(?:es|ophones?)?|flutes?|clarinets?|oboes?|bassoons?|recorders?"
    r"|harmonicas?|bagpipes?|whistles?",
    "synth": r"synth(?:s|esi[sz]ers?)?(?: lead| pad)?|pads?|arps?|arpeggios?|leads?(?= synth|s?$)",
    "fx": r"fx|sound effects?|risers?",
}


def find_track(text: str) -> str | None:
    """The stem of the instrument that ``text`` names first; ``None`` if it names none."""
    return _first(text)[0]


def find_instrument(text: str) -> str:
    """The instrument as it was called; empty if none was."""
    return _first(text)[1]


def is_only_an_instrument(text: str) -> bool:
    """Whether ``text`` is an instrument and nothing else."""
    return any(re.fullmatch(rf"(?:the |a |an |some )*(?:{words})", text) for words in TRACK_WORDS.values())


def _first(text: str) -> tuple[str | None, str]:
    """Stem and name of the first instrument in ``text``, the longest name where several begin together."""
    found = [
        (match.start(), -match.end(), track, match[0])
        for track, words in TRACK_WORDS.items()
        if (match := re.search(rf"\b(?:{words})\b", text))
    ]
    return min(found)[2:] if found else (None, "")
