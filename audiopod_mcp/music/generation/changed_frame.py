"""A song's frame where what joins it is to be in another key, metre or tempo."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from audiopod_mcp.music.captions.asked import key_asked, metre_asked, tempo_asked, wanted_phrases
from audiopod_mcp.music.leadsheet import LeadSheet
from audiopod_mcp.music.theory import METRES, parse_key

_BARS = 4
"""Bars of the new frame that are laid out; it goes on for as long as it is asked."""


def wanted_key(caption: str, own: str | None) -> str | None:
    """The key that ``caption`` asks for, where it is another than ``own``; a mode alone is on its tonic."""
    key = key_asked(wanted_phrases(caption), parse_key(own or ""))
    return str(key) if key is not None and str(key) != own else None


def changed_frame(frame: LeadSheet, caption: str, at: float, *, before: bool = False) -> LeadSheet:
    """Give the frame of music that joins a song at the time ``at``, s, as ``caption`` asks for it.

    It is the song's own where the caption names no other key, metre or tempo. Else a bar begins at ``at``,
    and the harmony is the composer's, unless nothing but the tonic changes: then the song's chords are
    transposed.
    """
    phrases = wanted_phrases(caption)
    tempo = tempo_asked(phrases)
    tempo = None if tempo is None or abs(tempo - frame.tempo) < 0.5 else tempo
    metre = metre_asked(phrases)
    metre = None if metre == frame.timesignature else metre
    key, own = wanted_key(caption, frame.key), parse_key(frame.key or "")
    if tempo is None and metre is None:
        if key is None:
            return frame
        to = parse_key(key)
        if own is not None and to is not None and (own.minor, own.mode) == (to.minor, to.mode):
            return frame.transposed((to.tonic - own.tonic + 5) % 12 - 5, key)
        return replace(frame, key=key, chords=(), melody=())
    felt = METRES[metre or frame.timesignature]
    speed = tempo or frame.tempo
    beat = felt.beat_seconds(speed)
    steps = np.arange(-_BARS * felt.beats, 1) if before else np.arange(_BARS * felt.beats + 1)
    return replace(
        frame,
        beats=tuple(float(at + step * beat) for step in steps),
        first_downbeat=0,
        beats_per_bar=felt.beats,
        tempo=speed,
        key=key or frame.key,
        timesignature=felt.name,
        chords=(),
        melody=(),
        density=None,
    )
