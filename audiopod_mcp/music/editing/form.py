"""What an edit does to the course of a track: stretches cut, kept, repeated, silence trimmed, backwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from audiopod_mcp.music.effects.crossfade import CROSSFADE
from audiopod_mcp.music.effects.loop import closed, loop_fact
from audiopod_mcp.music.model import Refused, format_time, ignore_progress
from audiopod_mcp.music.synthesis import Multitrack, pieces

from .layers import LayeredTrack
from .receipts import is_silent, who_is_meant
from .step import EditStep

FORM_EDITS = ("cut", "keep", "repeat", "trim", "reverse", "loop")
"""The kinds of step that are done here."""
_SILENCE = -60.0
"""What is softer than this at an end is silence, dB below the loudest moment."""
_MARGIN = 0.02
"""Seconds of silence that are left before the first sound and after the last."""
_MAX_REPEATS = 16
"""How many times a stretch can be heard."""
_BAR_TOLERANCE = 0.05
"""By how much a bar may begin outside the stretch that is looped, seconds."""
_MAX_DURATION = 1_200.0
"""How long a track can become, seconds."""

SampleRange = tuple[int, int]
"""Samples ``[first, last)``."""


def edit_form(piece: LayeredTrack, step: EditStep, spans: Sequence[SampleRange]) -> LayeredTrack:
    """Do a step of one of :data:`FORM_EDITS` to a track.

    Parameters
    ----------
    piece : LayeredTrack
    step : EditStep
    spans : sequence of (int, int)
        The stretches that it is for, samples ``[first, last)``, in order; none means all of the track.

    Returns
    -------
    LayeredTrack

    Raises
    ------
    Refused
        Where nothing would be left, nothing is heard, or it would become too long.
    """
    if step.kind == "reverse":
        return _reversed(piece, step, spans)
    if step.kind == "trim":
        return _trimmed(piece, step)
    if step.kind == "loop":
        return _looped(piece, (spans or [(0, piece.samples)])[0])
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
    if not 1 < times <= _MAX_REPEATS or piece.seconds + more > _MAX_DURATION:
        raise Refused("repeat_out_of_range", times=times, most=_MAX_REPEATS, longest=_MAX_DURATION)
    piece.check_length(piece.samples + round(more * piece.rate))
    order: list[SampleRange] = []
    at = 0
    for first, last in spans:
        order += [(at, last), *[(first, last)] * (times - 1)]
        at = last
    return piece.concatenate([(a, b) for a, b in (*order, (at, piece.samples)) if b > a])


def _trimmed(piece: LayeredTrack, step: EditStep) -> LayeredTrack:
    mix, level = piece.mix, np.empty(piece.samples, np.float32)
    for stretch in pieces(piece.samples):
        level[stretch] = np.abs(mix[stretch]).max(axis=1)
    loud = np.flatnonzero(level > level.max(initial=0.0) * 10 ** (_SILENCE / 20))
    if not len(loud):
        raise Refused("nothing_but_silence")
    margin = round(_MARGIN * piece.rate)
    first = max(0, int(loud[0]) - margin) if step.text != "end" else 0
    last = min(piece.samples, int(loud[-1]) + 1 + margin) if step.text != "start" else piece.samples
    if (first, last) == (0, piece.samples):
        where = {"start": "at its beginning", "end": "at its end"}.get(step.text, "at its ends")
        raise Refused("no_silence_there", where=where)
    gone = (piece.samples - (last - first)) / piece.rate
    fact = f"{gone:.1f} s of silence removed; it lasts {format_time((last - first) / piece.rate)} now"
    return piece.excerpt(first, last).with_facts(fact)


def _looped(piece: LayeredTrack, span: SampleRange) -> LayeredTrack:
    """The stretch cut to whole bars, its end leading into its beginning; without bars it is as given."""
    rate, (first, last) = piece.rate, span
    bars = [
        round(bar * rate)
        for bar in piece.downbeats(ignore_progress)
        if first - _BAR_TOLERANCE * rate <= bar * rate <= last + _BAR_TOLERANCE * rate
    ]
    if len(bars) > 1:
        if abs(2 * bars[-1] - bars[-2] - last) < _BAR_TOLERANCE * rate:
            bars.append(last)  # no bar begins where a track ends
        first, last = max(0, bars[0]), min(piece.samples, bars[-1])
    reach = round(CROSSFADE * rate)
    before = piece.excerpt(max(0, first - reach), first).layers
    after = piece.excerpt(last, min(piece.samples, last + reach)).layers
    loop = piece.concatenate([(first, last)])
    layers = Multitrack.gather(
        (track, closed(layer, before[track], after[track], rate)) for track, layer in loop.layers.items()
    )
    fact = loop_fact(max(0, len(bars) - 1), last - first, rate)
    return replace(loop, layers=layers).with_facts(f"cut to a {fact}")


def _reversed(piece: LayeredTrack, step: EditStep, spans: Sequence[SampleRange]) -> LayeredTrack:
    """``piece`` backwards, all of it or one player. Its score no longer tells what is heard: it goes."""
    piece = piece if step.track is None else piece.separate(step.track, ignore_progress)
    if all(is_silent(piece.excerpt(*span), step.track) for span in spans or [(0, piece.samples)]):
        raise Refused("nothing_heard_there", who=who_is_meant(step, piece))
    for first, last in spans or [(0, piece.samples)]:
        part = piece.excerpt(first, last)
        turned = part.map_layers(lambda x: np.ascontiguousarray(x[::-1]), step.track)
        piece = piece.insert(turned, first, last)
    notes = piece.notes
    if piece.score is not None:
        notes = (*notes, "What plays backwards has no score: later edits treat this track as a recording.")
    return replace(piece, score=None, notes=notes)
