"""What a caption asks for that this composer can't do, said in words: nothing is dropped silently.

Only what sounds like a musical wish is looked at, in four kinds: kinds of music that are played as their
nearest relative, a metre that isn't played, things a synthesiser of notes can't do, and words that name a genre
by their ending and mean nothing to us. Scenery ("sunset", "for a road trip") asks for nothing.
"""

# ruff: noqa: E501 (tables: one entry a line)

from __future__ import annotations

import re

from audiopod_mcp.music.model import Brief
from audiopod_mcp.music.theory import METRES

from .negation import split_negated
from .numbers import find_key, find_metre, find_tempo, find_unsupported_metre
from .text_search import find_words, normalize_text, word_pattern
from .vocabulary import FORM_WORDS, HINT_WORDS, INSTRUMENT_WORDS, MOODS, NEAREST_STYLES, STYLE_WORDS

_CANNOT: dict[str, str] = {
    # How voices are to sound: the guide voice has one sound.
    r"scream(?:s|ed|ing|o)?(?: vocals?)?(?= |$|,|\.)(?! guitars?)|growl(?:s|ed|ing)?(?: vocals?)?(?! (?:reese|bass|synth))|guttural vocals?": "screamed or growled vocals",
    r"whisper(?:s|ed|y|ing)?(?: vocals?)?|breathy vocals?": "whispered vocals",
    r"auto-?tuned?|vocoder|talk ?box": "auto-tune or vocoder",
    r"falsetto|yodel\w*|melisma\w*|vibrato vocals?|opera(?:tic)? (?:vocals?|voice|singing)": "a singing technique",
    r"vocal chops|chopped vocals|beat-?box\w*": "chopped vocals or beatboxing",
    r"duets?(?= vocals| between|,|$)|call and response vocals|ad-?libs": "a second singer",
    # How the piece is to go.
    r"key change|modulat(?:es|ion|ing)|modulates? up": "a key change",
    r"tempo changes?|accelerando|ritardando|speeds? up|slows? down|rubato|beat switch|gets? faster|gets? slower": "a change of tempo",
    r"time signature changes?|changing (?:metre|meter|time signatures?)|poly-?rhythm\w*|poly-?met\w+": "changing or layered metres",
    r"micro-?tonal|quarter[\s-]tones?|atonal\w*|twelve[\s-]tone|serialis[mt]|just intonation|432 ?hz|maqam|xenharmonic": "another tuning or no key",
    # Sounds that are no notes.
    r"rain(?: sounds?)?(?=,|\.|$| sounds?| and thunder)|thunder|bird ?song|birds chirping|ocean (?:waves|sounds)|waves crashing|crowd (?:noise|cheering)|applause|sirens?|gunshots?|street noise|city sounds|field recordings?|nature sounds|footsteps|fire crackling|sound effects": "recorded sounds (rain, crowds, nature)",
    r"scratch(?:es|ing)|turntabl\w+|record scratch\w*|(?:chopped|flipped|soul|vocal|movie) samples?|sampled (?:from|vocals?|drums?)": "samples and scratching",
    r"bit-?crush\w*|glitch(?:es|y|ed)?|stutter\w*|granular|reversed?(?: \w+){0,2}(?=,|\.|$)|tape stop|8d audio|binaural": "this effect on the sound",
}
_ENDINGS = re.compile(
    r"\b(?!(?:micro|heat|sound|brain|air|shock)wave)[a-z]{3,}(?:wave|core|gaze|tronica|billy|punk|metal)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:no|not|without|zero|never|avoid)\s+(?:any\s+|too much\s+)?$", re.IGNORECASE)
_LIKE = re.compile(
    r"\b(?:in the (?:style|vein|manner) of|sounds? like|similar to|inspired by|à la)\s+((?:[A-Z][\w.'&-]*)(?:\s+(?:and|&|of|the)?\s*[A-Z][\w.'&-]*){0,3})"
)


def unmet_requests(brief: Brief) -> tuple[str, ...]:
    """A sentence for each kind of wish in the brief's caption that isn't met; empty for most captions."""
    caption = brief.caption
    without, text = split_negated(normalize_text(caption))
    known = {**HINT_WORDS, **FORM_WORDS, **STYLE_WORDS}
    notes: list[str] = []
    if metre := find_unsupported_metre(text):
        notes.append(f"{metre} can't be played here: it is in another metre (there are {', '.join(METRES)}).")
    nearest = dict.fromkeys((text[a:b].lower(), style) for a, b, style in find_words(text, NEAREST_STYLES))
    if nearest:
        listed = ", ".join(f"{name} as {style}" for name, style in nearest)
        notes.append(f"Played as the nearest style there is: {listed}.")
    if what := list(
        dict.fromkeys(thing for at, _, thing in find_words(text, _CANNOT) if not _DENIED.search(text[:at]))
    ):
        notes.append(f"Asked for but not possible here: {', '.join(what)}.")
    unknown = [
        m[0] for m in _ENDINGS.finditer(text) if not find_words(m[0], {**known, **INSTRUMENT_WORDS, **MOODS})
    ]
    if unknown := [
        name for name in unknown if not any(word_pattern(p).fullmatch(name) for p in NEAREST_STYLES)
    ]:
        notes.append(f"Not understood: {', '.join(dict.fromkeys(unknown))}.")
    names = [m[1] for m in _LIKE.finditer(normalize_text(caption)) if not find_words(m[1], known)]
    if names:
        notes.append(f"No artist's style is imitated ({', '.join(names)}): the other words were followed.")
    if against := _overruled(brief, text, without):
        notes.append(f"The caption says otherwise ({', '.join(against)}); the other arguments were followed.")
    return tuple(notes)


def _overruled(brief: Brief, text: str, without: set[str]) -> list[str]:
    """What the caption states and an argument has decided against."""
    tempo, key, metre = find_tempo(text, 30, 300), find_key(text), find_metre(text)
    overruled = []
    if tempo is not None and abs(tempo - brief.tempo) > 1:
        overruled.append(f"{tempo:g} BPM")
    if key is not None and str(key) != brief.key:
        overruled.append(str(key))
    if metre is not None and metre != brief.timesignature:
        overruled.append(metre)
    if "vocals" in without and brief.lyrics and not brief.instrumental:
        overruled.append("no vocals")
    return overruled
