"""How much a caption wants to be played: "sparse", "less drums", "a busy bassline", "simple melody"."""

from __future__ import annotations

import re

from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS

from .text_search import find_words, word_pattern
from .vocabulary import FORM_WORDS, INSTRUMENT_WORDS, STYLE_WORDS, TRACK_WORDS

AMOUNTS: dict[str, float] = {
    r"less|fewer|reduced": 0.22,
    r"minimal(?:ist|istic)?|sparse|bare(?:-?bones)?|stripped(?:[\s-](?:back|down))?|barely any"
    r"|uncluttered": 0.15,
    r"simple|light|subtle|restrained|understated|basic": 0.3,
    r"more|extra|lots of|plenty of": 0.75,
    r"busy|busier|dense(?:ly)?|complex|intricate|elaborate|maximalist": 0.82,
}
_OVERALL = re.compile(r"more|extra|lots of|plenty of|less|fewer|reduced|light|subtle|basic")
"""Words that say nothing about the whole when no layer is named."""
_LAYER_WORDS: dict[str, str] = {
    r"grooves?|rhythms?(?: section)?|hi-?hats?|fills|kit|cymbals?": "drums",
    r"chords?|comping|strumming|accompaniment|harmon(?:y|ies)": "chords",
    r"melod(?:y|ies)|leads?|hooks?|toplines?": "melody",
    r"arrangements?|production|textures?|instrumentation|soundscapes?": "",
}
_LAYERS = {"drums": "drums", "percussion": "drums", "bass": "bass"}
_STANDS_ALONE = re.compile(
    r"\s*(?:$|[,.;|/)!]|(?:and|but|with|yet|in)\b|(?:\w+\s+)?(?:songs?|music|tracks?|tunes?|pieces?|beats?|instrumentals?)\b)",
    re.IGNORECASE,
)
_BEFORE = 80
"""Characters before a word in which what denies it must begin."""
_AND = re.compile(r"\s*(?:&|and)\s*", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|nothing|never|no)\s+(?:(?:too|so|very|overly)\s+)?$", re.IGNORECASE)


def find_amounts(text: str, wanted: str) -> list[tuple[int, int, set[str], float]]:
    """Start and end of each word for an amount, the layers it is said of ("" is all), and their activity.

    ``wanted`` is ``text`` with blanks for what it denies.
    """
    found: list[tuple[int, int, set[str], float]] = []
    for pattern, level in AMOUNTS.items():
        where = text if pattern.startswith("less") else wanted
        layers_named = _layers_named(where)
        for match in word_pattern(pattern).finditer(where):
            named = _layers_after(where, match.end(), layers_named) or _layer_before(
                where, match.start(), layers_named
            )
            if (
                not named
                and not _OVERALL.fullmatch(match[0].lower())
                and _of_music(where[match.end() : match.end() + 200])
            ):
                named = {""}
            layers = {layer for layer in named if layer is not None}
            denied = _NOT.search(where, max(0, match.start() - _BEFORE), match.start())
            if layers:
                found.append((match.start(), match.end(), layers, 0.75 - 0.5 * level if denied else level))
    return found


def _of_music(rest: str) -> bool:
    """Whether what follows a word leaves it said of the music: "a busy song", not "a busy street"."""
    if _STANDS_ALONE.match(rest):
        return True
    styles = find_words(rest[:40], {**STYLE_WORDS, **FORM_WORDS})
    return bool(styles) and len(rest[: styles[0][0]].split()) <= 1


def _layers_named(text: str) -> list[tuple[int, int, str | None]]:
    """The layers that ``text`` names, with where; ``None`` is a singer."""
    named = [
        (start, end, track if isinstance(track, str) else track[0])
        for start, end, track in find_words(text, {**TRACK_WORDS, **INSTRUMENT_WORDS})
    ]
    found: list[tuple[int, int, str | None]] = []
    for start, end, name in named:
        track = INSTRUMENTS[name].track if name in INSTRUMENTS else name
        found.append((start, end, None if "vocals" in track else _LAYERS.get(track, "chords")))
    words = [hit for hit in find_words(text, _LAYER_WORDS) if not any(a <= hit[0] < b for a, b, _ in found)]
    return sorted([*found, *words], key=lambda hit: hit[0])


def _layers_after(text: str, end: int, layers_named: list[tuple[int, int, str | None]]) -> set[str | None]:
    """The layers of the list that begins within two words behind ``end``."""
    layers: set[str | None] = set()
    for start, stop, layer in layers_named:
        if start < end:
            continue
        between = text[end:start]
        near = re.fullmatch(r"(?:[\s-]+\w+){0,2}[\s-]*", between) and not layers
        if not near and not (layers and _AND.fullmatch(between)):
            break
        layers.add(layer)
        end = stop
    return layers


def _layer_before(text: str, start: int, layers_named: list[tuple[int, int, str | None]]) -> set[str | None]:
    """The layer that is named right before: "drums: sparse", "the bass is simple"."""
    for _, stop, layer in reversed(layers_named):
        if stop <= start:
            link = r"\s*[:=]?\s*(?:(?:is|are|stays?|kept|very|quite|rather)\s+){0,3}"
            return {layer} if re.fullmatch(link, text[stop:start]) else set()
    return set()
