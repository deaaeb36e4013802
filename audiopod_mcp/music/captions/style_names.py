"""Which style of music a caption names, or suggests by the instruments and moods that it names."""

from __future__ import annotations

import re
from collections.abc import Mapping

from audiopod_mcp.music.model import Refused
from audiopod_mcp.music.styles import PRESETS, STYLES
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS

from .text_search import find_words, word_pattern
from .vocabulary import FORM_WORDS, HINT_WORDS, INSTRUMENT_WORDS, MOODS, STYLE_WORDS

_STYLES_BY_RANK: tuple[Mapping[str, str | None], ...] = (STYLE_WORDS, FORM_WORDS, HINT_WORDS)
_FLAVOUR = re.compile(r"[\s-]?(?:flavou?red|tinged|inspired|influenced|infused|leaning)\b", re.IGNORECASE)


def choose_style(text: str, preset: str | None) -> str:
    """The style that's named by the words or the preset, else the one that the instruments suggest.

    Parameters
    ----------
    text : str
        A caption.
    preset : str or None
        One of :data:`~audiopod_mcp.music.styles.PRESETS`, in any case, or "custom".

    Returns
    -------
    str
        One of :data:`~audiopod_mcp.music.styles.STYLES`.

    Raises
    ------
    Refused
        The preset is not known.
    """
    chosen = (preset or "").strip().lower()
    if chosen and chosen != "custom" and chosen not in PRESETS:
        raise Refused("genre_preset_unknown", preset=preset, presets=tuple(sorted(PRESETS)))
    styles = _styles_named(text)
    if chosen and chosen != "custom":
        kin = PRESETS[chosen]
        # "Electronic" with "techno" in the caption is techno; "Jazz" with "rock" is jazz.
        return next((style for style in styles if style == kin or kin in STYLES[style].parents), kin)
    return styles[0] if styles else _style_of_sounds(text)


def _styles_named(text: str) -> list[str]:
    """The styles that ``text`` names, the one that decides first.

    In a compound the last word does ("folk rock", "ambient techno"), unless the one before is a kind of it
    ("punk rock"); forms ("ballad", "waltz") and hints ("80s", "party") count when no style is named.
    """
    found = [
        (start, end, "hip hop" if style == "rap" else style)
        for start, end, style in find_words(text, {**HINT_WORDS, **FORM_WORDS, **STYLE_WORDS})
        if style is not None
    ]
    hits = [hit for hit in found if not _FLAVOUR.match(text, hit[1])] or found
    # "Acoustic guitar" is an instrument; but with nothing else to go by, "flamenco guitar" is flamenco.
    instrument_spans = [(start, end) for start, end, _ in find_words(text, INSTRUMENT_WORDS)]
    clear = [
        hit
        for hit in hits
        if not any(a <= hit[0] and hit[1] <= b and (a, b) != hit[:2] for a, b in instrument_spans)
    ]
    for candidates in (clear, hits):
        ranks = [
            [hit for hit in candidates if _is_one_of(words, text[hit[0] : hit[1]])]
            for words in _STYLES_BY_RANK
        ]
        hits_of_rank = next(filter(None, ranks), None)
        if hits_of_rank is None:
            continue
        head = hits_of_rank[0]
        for following in hits:
            if following[0] < head[1]:
                continue
            if text[head[1] : following[0]].strip(" -/") or following[2] in STYLES[head[2]].parents:
                break
            if _is_one_of(STYLE_WORDS, text[following[0] : following[1]]):
                head = following
        others = [style for _, _, style in (*hits_of_rank, *ranks[1])]
        chosen = next((style for style in others if head[2] in STYLES[style].parents), head[2])
        return [chosen, *(style for style in others if style != chosen)]
    return []


def _is_one_of(words: Mapping[str, object], text: str) -> bool:
    return any(word_pattern(pattern).fullmatch(text) for pattern in words)


def _style_of_sounds(text: str) -> str:
    """The style that the instruments and the mood suggest."""
    tracks = {
        INSTRUMENTS[name].track for _, _, name in find_words(text, INSTRUMENT_WORDS) if name in INSTRUMENTS
    }
    if re.search(r"\bsax", text, re.IGNORECASE):
        return "jazz"
    if tracks == {"guitar"}:
        return "folk"
    if tracks and tracks <= {"strings", "woodwinds", "keyboard", "brass"}:
        return "classical"
    moods = {mood for _, _, (mood, _, _) in find_words(text, MOODS)}
    if tracks or not moods & {"dreamy", "epic"}:
        return "pop"
    return "ambient" if "dreamy" in moods else "cinematic"
