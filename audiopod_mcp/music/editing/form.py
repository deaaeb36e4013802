"""What an edit does to the course of a track: stretches cut, kept, repeated, silence trimmed, backwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from audiopod_mcp.music.editing.prompt.edits import EditStep
from audiopod_mcp.music.editing.prompt.time_ranges import format_time
from audiopod_mcp.music.model import Refused, silent

from .layers import LayeredTrack

FORM_EDITS = ("cut", "keep", "repeat", "trim", "reverse")
"""The kinds of step that are read here."""
_SILENCE = -60.0
"""dB below the loudest moment: what is softer than this at an end is silence."""
_LEAD = 0.02
"""Seconds of silence left before the first sound and after the last."""
_MOST = 16
"""Times a stretch can be heard."""
_LONGEST = 1_200.0
"""Seconds a track can have in the end."""

SampleRange = tuple[int, int]
"""Samples ``[first, last)``."""


def edit_form(piece: LayeredTrack, step: EditStep, spans: Sequence[SampleRange]) -> LayeredTrack:
    """``piece`` with a step of :data:`FORM_EDITS` done to ``spans``, in order; empty: all of it."""
    if step.kind == "reverse":
        return _reversed(piece, step, spans)
    if step.kind == "trim":
        return _trimmed(piece, step)
    if step.kind == "cut":
        edges = [0, *(edge for span in spans for edge in span), piece.samples]
        kept = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b > a]
        if not kept:
            raise Refused("cut_leaves_nothing")
        return piece.concatenate(kept)
    if step.kind == "keep":
        return piece.concatenate(spans) if spans else piece
    return _repeated(piece, step, spans or [(0, piece.samples)])


def _repeated(piece: LayeredTrack, step: EditStep, spans: Sequence[SampleRange]) -> LayeredTrack:
    times = round(step.amount)
    more = sum(last - first for first, last in spans) * (times - 1) / piece.rate
    if not 1 < times <= _MOST or piece.seconds + more > _LONGEST:
        raise Refused("repeat_out_of_range", times=times, most=_MOST, longest=_LONGEST)
    order: list[SampleRange] = []
    at = 0
    for first, last in spans:
        order += [(at, last), *[(first, last)] * (times - 1)]
        at = last
    return piece.concatenate([(a, b) for a, b in (*order, (at, piece.samples)) if b > a])


def _trimmed(piece: LayeredTrack, step: EditStep) -> LayeredTrack:
    level = np.abs(piece.mix).max(axis=1)
    loud = np.flatnonzero(level > level.max(initial=0.0) * 10 ** (_SILENCE / 20))
    if not len(loud):
        raise Refused("nothing_but_silence")
    lead = round(_LEAD * piece.rate)
    first = max(0, int(loud[0]) - lead) if step.text != "end" else 0
    last = min(piece.samples, int(loud[-1]) + 1 + lead) if step.text != "start" else piece.samples
    if (first, last) == (0, piece.samples):
        where = {"start": "at its beginning", "end": "at its end"}.get(step.text, "at its ends")
        return replace(piece, notes=(*piece.notes, f"There is no silence {where} to remove."))
    gone = (piece.samples - (last - first)) / piece.rate
    note = f"{gone:.1f} s of silence were removed; it lasts {format_time((last - first) / piece.rate)} now."
    return replace(piece.excerpt(first, last), notes=(*piece.notes, note))


def _reversed(piece: LayeredTrack, step: EditStep, spans: Sequence[SampleRange]) -> LayeredTrack:
    """Backwards, all of it or one player. The notes of a score tell that no longer: it is given up."""
    piece = piece if step.track is None else piece.separate(step.track, silent)
    for first, last in spans or [(0, piece.samples)]:
        part = piece.excerpt(first, last)
        turned = part.map_layers(lambda x: np.ascontiguousarray(x[::-1]), step.track)
        piece = piece.insert(turned, first, last)
    notes = piece.notes
    if piece.score is not None:
        notes = (*notes, "What plays backwards has no score: later edits treat this track as a recording.")
    return replace(piece, score=None, notes=notes)
