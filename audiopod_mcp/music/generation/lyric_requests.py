"""What lyrics ask of a whole piece beside its words: fades, and a word on what came of the rest."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from audiopod_mcp.music.captions.lyric_receipts import lyric_receipts
from audiopod_mcp.music.lyrics.text import read_lyrics
from audiopod_mcp.music.model import Brief, Rendering

from .production import Production

_LONGEST_FADE = 8.0
"""Seconds."""
_SHARE = 0.15
"""The share of a piece that fades at most."""


def fade_as_asked(made: Production, brief: Brief, *, out: bool = False) -> tuple[str, ...]:
    """Make the fades that the lyrics of ``brief`` ask for, and one ``out`` anyway; and tell of them."""
    sheet = read_lyrics(brief.lyrics or "")
    seconds = min(_LONGEST_FADE, _SHARE * made.recipe.score.duration)
    facts = []
    if sheet.fades_in:
        made.fade_in(seconds)
        facts.append(f"fades in over {seconds:.1f} s")
    if out or sheet.fades_out:
        made.fade_out(seconds)
        facts.append(f"fades out over {seconds:.1f} s")
    return tuple(facts)


def with_lyric_receipts(
    made: Rendering, brief: Brief, *, facts: tuple[str, ...] = (), tracks: Collection[str] | None = None
) -> Rendering:
    """``made`` with what was made of its lyrics, ``facts`` first, and what was not.

    ``tracks`` are the only ones that are heard.
    """
    assert made.score is not None  # noqa: S101 - it was composed
    done, not_done = lyric_receipts(brief, made.score, tracks)
    return replace(made, done=(*made.done, *facts, *done), not_done=(*made.not_done, *not_done))
