"""What an edit does to the course of a track: stretches cut, kept, repeated, silence trimmed, backwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from audiopod_mcp.music.editing.prompt.edits import Wish
from audiopod_mcp.music.editing.prompt.time_ranges import clock
from audiopod_mcp.music.model import Refused, silent

from .layers import Piece

FORM = ("cut", "keep", "repeat", "trim", "reverse")
"""The kinds of wish that are read here."""
_SILENCE = -60.0
"""dB below the loudest moment: what is softer than this at an end is silence."""
_LEAD = 0.02
"""Seconds of silence left before the first sound and after the last."""
_MOST = 16
"""Times a stretch can be heard."""
_LONGEST = 1_200.0
"""Seconds a track can have in the end."""

Stretch = tuple[int, int]
"""Samples ``[first, last)``."""


def formed(piece: Piece, wish: Wish, spans: Sequence[Stretch]) -> Piece:
    """``piece`` with the wish of :data:`FORM` done to ``spans``, stretches in order; empty: all of it."""
    if wish.kind == "reverse":
        return _reversed(piece, wish, spans)
    if wish.kind == "trim":
        return _trimmed(piece, wish)
    if wish.kind == "cut":
        edges = [0, *(edge for span in spans for edge in span), piece.samples]
        kept = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b > a]
        if not kept:
            raise Refused("cut_leaves_nothing")
        return piece.in_order(kept)
    if wish.kind == "keep":
        return piece.in_order(spans) if spans else piece
    return _repeated(piece, wish, spans or [(0, piece.samples)])


def _repeated(piece: Piece, wish: Wish, spans: Sequence[Stretch]) -> Piece:
    times = round(wish.amount)
    more = sum(last - first for first, last in spans) * (times - 1) / piece.rate
    if not 1 < times <= _MOST or piece.seconds + more > _LONGEST:
        raise Refused("repeat_out_of_range", times=times, most=_MOST, longest=_LONGEST)
    order: list[Stretch] = []
    at = 0
    for first, last in spans:
        order += [(at, last), *[(first, last)] * (times - 1)]
        at = last
    return piece.in_order([(a, b) for a, b in (*order, (at, piece.samples)) if b > a])


def _trimmed(piece: Piece, wish: Wish) -> Piece:
    level = np.abs(piece.mix).max(axis=1)
    loud = np.flatnonzero(level > level.max(initial=0.0) * 10 ** (_SILENCE / 20))
    if not len(loud):
        raise Refused("nothing_but_silence")
    lead = round(_LEAD * piece.rate)
    first = max(0, int(loud[0]) - lead) if wish.text != "end" else 0
    last = min(piece.samples, int(loud[-1]) + 1 + lead) if wish.text != "start" else piece.samples
    if (first, last) == (0, piece.samples):
        where = {"start": "at its beginning", "end": "at its end"}.get(wish.text, "at its ends")
        return replace(piece, notes=(*piece.notes, f"There is no silence {where} to remove."))
    gone = (piece.samples - (last - first)) / piece.rate
    note = f"{gone:.1f} s of silence were removed; it lasts {clock((last - first) / piece.rate)} now."
    return replace(piece.cut(first, last), notes=(*piece.notes, note))


def _reversed(piece: Piece, wish: Wish, spans: Sequence[Stretch]) -> Piece:
    """Backwards, all of it or one player. The notes of a score tell that no longer: it is given up."""
    piece = piece if wish.track is None else piece.apart(wish.track, silent)
    for first, last in spans or [(0, piece.samples)]:
        part = piece.cut(first, last)
        turned = part.each(lambda x: np.ascontiguousarray(x[::-1]), wish.track)
        piece = piece.put_back(turned, first, last)
    notes = piece.notes
    if piece.score is not None:
        notes = (*notes, "What plays backwards has no score: later edits treat this track as a recording.")
    return replace(piece, score=None, notes=notes)
