"""What an edit does to the sound: tone, room, echo, width, dynamics. A piece and a wish in, the piece out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from audiopod_mcp.music.editing.prompt.edits import Kind, Wish
from audiopod_mcp.music.effects.dynamics import (
    compressing,
    echoed,
    panned,
    passed,
    punching,
    saturated,
    sibilance,
)
from audiopod_mcp.music.effects.equalizer_reverb import equalised, faded, reverberated
from audiopod_mcp.music.effects.mix_matching import widened
from audiopod_mcp.music.model import Audio, Progress, Refused
from audiopod_mcp.music.signal.loudness import integrated_loudness

from .layers import Piece

_ECHO = 0.75
"""Beats between echoes where nobody says: the dotted eighth note, between the beats."""
_NO_BEAT = 0.35
"""Seconds between echoes of what has no beat."""
_LOWEST_CORNER = 10.0
"""Corner frequency of a filter, Hz, at least."""
_MADE_UP = 9.0
"""dB that loudness is brought back by, at most."""


def tone(piece: Piece, wish: Wish, report: Progress) -> Piece:
    report(0.0, "equalising")

    def change(x: Audio) -> Audio:
        return equalised(x, piece.rate, wish.kind, wish.amount, report, hertz=wish.hertz)

    changed = piece.each(change, wish.track, report)
    return as_loud(piece, changed, wish.track) if wish.kind == "bright" else changed


def _filter(piece: Piece, wish: Wish, report: Progress) -> Piece:
    report(0.0, "filtering")
    low, high = {
        "highpass": (wish.hertz, 0.0), "lowpass": (0.0, wish.hertz), "band": (wish.amount, wish.hertz)
    }[wish.kind]  # fmt: skip
    if wish.kind != "band" and not _LOWEST_CORNER <= wish.hertz <= piece.rate / 2:
        raise Refused(
            "frequency_out_of_range", hertz=wish.hertz, lowest=_LOWEST_CORNER, highest=piece.rate // 2
        )
    changed = piece.each(lambda x: passed(x, piece.rate, low, high), wish.track, report)
    return as_loud(piece, changed, wish.track) if wish.kind == "band" else changed


def _reverb(piece: Piece, wish: Wish, report: Progress) -> Piece:
    report(0.0, "changing the room")
    changed = piece.each(lambda x: reverberated(x, piece.rate, wish.amount, report), wish.track, report)
    return as_loud(piece, changed, wish.track)


def _echo(piece: Piece, wish: Wish, report: Progress) -> Piece:
    report(0.0, "adding echoes")
    number, _, unit = wish.text.partition(" ")
    every, notes = float(number or _ECHO), piece.notes
    if unit or not number:
        frame = piece.frame(report)
        every = every * frame.beat if frame.steady else _NO_BEAT
        if not frame.steady:
            notes = (*notes, f"No steady beat was heard: the echoes are {_NO_BEAT:g} s apart.")
    changed = piece.each(lambda x: echoed(x, piece.rate, every, wish.amount), wish.track, report)
    return replace(as_loud(piece, changed, wish.track), notes=(*changed.notes, *notes[len(piece.notes) :]))


def _width(piece: Piece, wish: Wish, report: Progress) -> Piece:
    report(0.0, "changing the width")
    channels = next(iter(piece.layers.values())).shape[1]
    if channels == 1 and (wish.kind, wish.amount) == ("width", 0.0):
        return replace(piece, notes=(*piece.notes, "It is mono already."))
    if channels != 2:
        raise Refused("not_stereo")
    if wish.kind == "pan":
        return piece.each(lambda x: panned(x, wish.amount), wish.track, report)
    return as_loud(piece, piece.each(lambda x: widened(x, wish.amount), wish.track, report), wish.track)


def _dynamics(piece: Piece, wish: Wish, report: Progress) -> Piece:
    report(0.0, "shaping dynamics")
    piece = piece if wish.track is None else piece.apart(wish.track, report)
    heard = piece.mix if wish.track is None else piece.layers[wish.track]
    if wish.kind == "esses":
        band, gain = sibilance(heard, piece.rate, wish.amount)
        return piece.each(lambda x: x + band(x) * (gain - 1), wish.track)
    if wish.kind == "compress":
        gain = compressing(heard, piece.rate, wish.amount)
        return as_loud(piece, piece.each(lambda x: x * gain, wish.track), wish.track)
    gain = punching(heard, piece.rate, wish.amount)
    return piece.each(lambda x: x * gain, wish.track)


def _saturate(piece: Piece, wish: Wish, report: Progress) -> Piece:
    report(0.0, "driving it")
    piece = piece if wish.track is None else piece.apart(wish.track, report)
    tracks = list(piece.layers) if wish.track is None else [wish.track]
    driven = saturated([piece.layers[track] for track in tracks], piece.rate, wish.amount)
    layers = {**piece.layers, **dict(zip(tracks, driven, strict=True))}
    return as_loud(piece, replace(piece, layers=layers), wish.track)


def _fade(piece: Piece, wish: Wish, report: Progress) -> Piece:
    report(0.0, "fading")
    length = wish.amount or piece.seconds
    return piece.each(lambda x: faded(x, piece.rate, length, at_start=wish.kind == "fade in"))


def as_loud(before: Piece, after: Piece, track: str | None) -> Piece:
    """``after``, whose loudness nobody asked to change, as loud as ``before``: all of it, or one layer."""
    old, new = (
        integrated_loudness(piece.mix if track is None else piece.layers.get(track, piece.mix), piece.rate)
        for piece in (before if track is None or track in before.layers else after, after)
    )
    if old is None or new is None:
        return after
    gain = np.float32(10 ** (float(np.clip(old - new, -_MADE_UP, _MADE_UP)) / 20))
    return after.each(lambda x: x * gain, track)


SOUND: Mapping[Kind, Callable[[Piece, Wish, Progress], Piece]] = {
    **dict.fromkeys(("bright", "bass", "middle", "treble", "bell"), tone),
    **dict.fromkeys(("highpass", "lowpass", "band"), _filter),
    **dict.fromkeys(("esses", "compress", "punch"), _dynamics),
    **dict.fromkeys(("width", "pan"), _width),
    **dict.fromkeys(("fade in", "fade out"), _fade),
    "reverb": _reverb,
    "echo": _echo,
    "saturate": _saturate,
}
