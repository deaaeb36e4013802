"""What lyrics ask of a whole piece beside its words: fades, and a word on what came of the rest."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from audiopod_mcp.music.lyrics.text import read_lyrics
from audiopod_mcp.music.model import SAMPLE_RATE, Brief, Rendering

from .lyric_receipts import lyric_receipts
from .production import Production

_LONGEST_FADE = 8.0
"""Seconds."""
_SHARE = 0.15
"""The share of a piece that fades at most."""


def fade_as_asked(made: Production, brief: Brief, finished: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Make the fades that the lyrics of ``brief`` ask for, beside what is ``finished``; and tell of them."""
    sheet = read_lyrics(brief.lyrics or "")
    seconds = min(_LONGEST_FADE, _SHARE * made.samples / SAMPLE_RATE)
    facts = []
    for side, asked in (("in", sheet.fades_in), ("out", sheet.fades_out)):
        if asked and not any(fact.startswith(f"fade {side}") for fact in finished):
            (made.fade_in if side == "in" else made.fade_out)(seconds)
            facts.append(f"fade {side} over {seconds:.2g} s")
    return tuple(facts)


def with_lyric_receipts(
    made: Rendering,
    brief: Brief,
    *,
    facts: tuple[str, ...] = (),
    tracks: Collection[str] | None = None,
    joins: bool = False,
) -> Rendering:
    """``made`` with what was made of its lyrics, ``facts`` first, and what was not.

    ``tracks`` are the only ones that are heard; ``joins`` where it has the course of another song.
    """
    assert made.score is not None  # noqa: S101 - it was composed
    done, not_done = lyric_receipts(brief, made.score, tracks, joins=joins)
    told = tuple(dict.fromkeys((*made.done, *facts, *done)))
    return replace(made, done=told, not_done=(*made.not_done, *not_done))
