"""What lyrics ask of a whole piece beside its words: fades, and a word on what came of the rest."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from audiopod_mcp.music.captions.lyric_receipts import lyric_receipts
from audiopod_mcp.music.effects.equalizer_reverb import apply_fade
from audiopod_mcp.music.lyrics.text import read_lyrics
from audiopod_mcp.music.model import Audio, Brief, Rendering, Score

_LONGEST_FADE = 8.0
"""Seconds."""
_SHARE = 0.15
"""The share of a piece that fades at most."""


def with_lyric_receipts(
    made: Rendering, brief: Brief, score: Score, tracks: Collection[str] | None = None
) -> Rendering:
    """``made`` with the fades that its lyrics ask for, and with what was made of them, and what was not.

    ``tracks`` are the only ones that are heard.
    """
    sheet = read_lyrics(brief.lyrics or "")
    if sheet.fades_in:
        made = faded(made, at_start=True)
    if sheet.fades_out:
        made = faded(made, at_start=False)
    done, not_done = lyric_receipts(brief, score, tracks)
    return replace(made, done=(*made.done, *done), not_done=(*made.not_done, *not_done))


def faded(made: Rendering, *, at_start: bool) -> Rendering:
    """``made`` with a fade at its start or end."""
    seconds = min(_LONGEST_FADE, _SHARE * len(made.audio) / made.rate)

    def fade(audio: Audio) -> Audio:
        return apply_fade(audio, made.rate, seconds, at_start=at_start)

    stems = {track: fade(stem) for track, stem in made.stems.items()}
    fact = f"fades {'in' if at_start else 'out'} over {seconds:.1f} s"
    return replace(made, audio=fade(made.audio), stems=stems, done=(*made.done, fact))
