"""Which style of music a caption names, or suggests by the instruments and moods that it names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from audiopod_mcp.music.model import Refused
from audiopod_mcp.music.styles import PRESETS, STYLES
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS

from .asked import asked
from .phrases import Phrase
from .text_search import find_words
from .vocabulary import FORM_WORDS, HINT_WORDS, INSTRUMENT_WORDS, STYLE_WORDS

_RANKS = ("style", "form", "hint")
_FLAVOUR = re.compile(r"(?:flavou?red|tinged|inspired|influenced|infused|leaning)\b", re.IGNORECASE)


def choose_style(phrases: Sequence[Phrase], preset: str | None) -> str:
    """The style that's named by the words or the preset, else the one that the instruments suggest.

    Parameters
    ----------
    phrases : sequence of Phrase
        Those of a caption.
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
    styles = _styles_named(phrases)
    if chosen and chosen != "custom":
        kin = PRESETS[chosen]
        # "Electronic" with "techno" in the caption is techno; "Jazz" with "rock" is jazz.
        return next((style for style in styles if style == kin or kin in STYLES[style].parents), kin)
    return styles[0] if styles else _style_of_sounds(phrases)


def _styles_named(phrases: Sequence[Phrase]) -> list[str]:
    """The styles that are named, the one that decides first.

    In a compound the last word does ("folk rock", "ambient techno"), unless the one before is a kind of it
    ("punk rock"); forms ("ballad", "waltz") and hints ("80s", "party") count when no style is named.
    """
    found = [
        (number, kind, "hip hop" if phrase.means[kind] == "rap" else phrase.means[kind])
        for number, phrase in enumerate(phrases)
        for kind in _RANKS
        if phrase.means.get(kind) and phrase.kind != "cannot"
    ]
    if not found:  # With nothing else to go by, "flamenco guitar" is flamenco, and "like Hans Zimmer" a film.
        every = {**HINT_WORDS, **FORM_WORDS, **STYLE_WORDS}
        inside = {"imitation": HINT_WORDS, "player": every, "ensemble": every}
        found = [
            (number, "style", style)
            for number, phrase in enumerate(phrases)
            for _, _, style in find_words(phrase.text, inside.get(phrase.kind, {}))
            if style
        ]
    clear = [hit for hit in found if not _FLAVOUR.match("".join(p.text for p in phrases[hit[0] + 1 :][:1]))]
    clear = clear or found
    ranks = [[hit for hit in clear if hit[1] == kind] for kind in _RANKS]
    of_rank = next(filter(None, ranks), None)
    if of_rank is None:
        return []
    head = of_rank[0]
    for following in clear[clear.index(head) + 1 :]:
        between = "".join(phrase.text for phrase in phrases[head[0] + 1 : following[0]])
        if between not in ("", "/") or following[2] in STYLES[head[2]].parents:
            break
        if following[1] == "style":
            head = following
    others = [style for _, _, style in (*of_rank, *ranks[1])]
    chosen = next((style for style in others if head[2] in STYLES[style].parents), head[2])
    return [chosen, *(style for style in others if style != chosen)]


def _style_of_sounds(phrases: Sequence[Phrase]) -> str:
    """The style that the instruments and the mood suggest."""
    named = [phrase.text for phrase in phrases if not {"player", "ensemble"}.isdisjoint(phrase.means)]
    names = [name for text in named for _, _, name in find_words(text, INSTRUMENT_WORDS)]
    tracks = {INSTRUMENTS[name].track for name in names if name in INSTRUMENTS}
    if "saxophone" in names:
        return "jazz"
    if tracks == {"guitar"}:
        return "folk"
    if tracks and tracks <= {"strings", "woodwinds", "keyboard", "brass"}:
        return "classical"
    moods = {mood for mood, _, _ in asked(phrases, "mood")}
    if tracks or not moods & {"dreamy", "epic"}:
        return "pop"
    return "ambient" if "dreamy" in moods else "cinematic"
