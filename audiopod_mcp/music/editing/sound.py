"""What an edit does to the sound: tone, room, echo, width, dynamics. A piece and a step in, the piece out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from audiopod_mcp.music.editing.prompt.edits import EditKind, EditStep
from audiopod_mcp.music.effects.dynamics import (
    bandpass,
    compressor_gain,
    deesser,
    feedback_delay,
    pan,
    saturate,
    transient_shaper_gain,
)
from audiopod_mcp.music.effects.equalizer_reverb import apply_fade, change_reverb, equalize
from audiopod_mcp.music.effects.mix_matching import scale_stereo_width
from audiopod_mcp.music.model import Audio, Progress, Refused
from audiopod_mcp.music.signal.loudness import integrated_loudness

from .layers import LayeredTrack

_ECHO = 0.75
"""Beats between echoes where nobody says: the dotted eighth note, between the beats."""
_NO_BEAT = 0.35
"""Seconds between echoes of what has no beat."""
_LOWEST_CORNER = 10.0
"""Corner frequency of a filter, Hz, at least."""
_MADE_UP = 9.0
"""dB that loudness is brought back by, at most."""


def equalize_layers(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    report(0.0, "equalising")

    def change(x: Audio) -> Audio:
        return equalize(x, piece.rate, step.kind, step.amount, report, hertz=step.hertz)

    changed = piece.map_layers(change, step.track, report)
    return match_loudness(piece, changed, step.track) if step.kind == "bright" else changed


def _filter(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    report(0.0, "filtering")
    low, high = {
        "highpass": (step.hertz, 0.0), "lowpass": (0.0, step.hertz), "band": (step.amount, step.hertz)
    }[step.kind]  # fmt: skip
    if step.kind != "band" and not _LOWEST_CORNER <= step.hertz <= piece.rate / 2:
        raise Refused(
            "frequency_out_of_range", hertz=step.hertz, lowest=_LOWEST_CORNER, highest=piece.rate // 2
        )
    changed = piece.map_layers(lambda x: bandpass(x, piece.rate, low, high), step.track, report)
    return match_loudness(piece, changed, step.track) if step.kind == "band" else changed


def _reverb(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    report(0.0, "changing the room")
    changed = piece.map_layers(
        lambda x: change_reverb(x, piece.rate, step.amount, report), step.track, report
    )
    return match_loudness(piece, changed, step.track)


def _echo(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    report(0.0, "adding echoes")
    number, _, unit = step.text.partition(" ")
    every, notes = float(number or _ECHO), piece.notes
    if unit or not number:
        frame = piece.frame(report)
        every = every * frame.beat if frame.steady else _NO_BEAT
        if not frame.steady:
            notes = (*notes, f"No steady beat was heard: the echoes are {_NO_BEAT:g} s apart.")
    changed = piece.map_layers(
        lambda x: feedback_delay(x, piece.rate, every, step.amount), step.track, report
    )
    return replace(
        match_loudness(piece, changed, step.track), notes=(*changed.notes, *notes[len(piece.notes) :])
    )


def _width(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    report(0.0, "changing the width")
    channels = next(iter(piece.layers.values())).shape[1]
    if channels == 1 and (step.kind, step.amount) == ("width", 0.0):
        return replace(piece, notes=(*piece.notes, "It is mono already."))
    if channels != 2:
        raise Refused("not_stereo")
    if step.kind == "pan":
        return piece.map_layers(lambda x: pan(x, step.amount), step.track, report)
    return match_loudness(
        piece, piece.map_layers(lambda x: scale_stereo_width(x, step.amount), step.track, report), step.track
    )


def _dynamics(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    report(0.0, "shaping dynamics")
    piece = piece if step.track is None else piece.separate(step.track, report)
    heard = piece.mix if step.track is None else piece.layers[step.track]
    if step.kind == "esses":
        band, gain = deesser(heard, piece.rate, step.amount)
        return piece.map_layers(lambda x: x + band(x) * (gain - 1), step.track)
    if step.kind == "compress":
        gain = compressor_gain(heard, piece.rate, step.amount)
        return match_loudness(piece, piece.map_layers(lambda x: x * gain, step.track), step.track)
    gain = transient_shaper_gain(heard, piece.rate, step.amount)
    return piece.map_layers(lambda x: x * gain, step.track)


def _saturate(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    report(0.0, "driving it")
    piece = piece if step.track is None else piece.separate(step.track, report)
    tracks = list(piece.layers) if step.track is None else [step.track]
    driven = saturate([piece.layers[track] for track in tracks], piece.rate, step.amount)
    layers = {**piece.layers, **dict(zip(tracks, driven, strict=True))}
    return match_loudness(piece, replace(piece, layers=layers), step.track)


def _fade(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    report(0.0, "fading")
    length = step.amount or piece.seconds
    return piece.map_layers(lambda x: apply_fade(x, piece.rate, length, at_start=step.kind == "fade in"))


def match_loudness(before: LayeredTrack, after: LayeredTrack, track: str | None) -> LayeredTrack:
    """``after``, whose loudness nobody asked to change, as loud as ``before``: all of it, or one layer."""
    old, new = (
        integrated_loudness(piece.mix if track is None else piece.layers.get(track, piece.mix), piece.rate)
        for piece in (before if track is None or track in before.layers else after, after)
    )
    if old is None or new is None:
        return after
    gain = np.float32(10 ** (float(np.clip(old - new, -_MADE_UP, _MADE_UP)) / 20))
    return after.map_layers(lambda x: x * gain, track)


SOUND_EDITS: Mapping[EditKind, Callable[[LayeredTrack, EditStep, Progress], LayeredTrack]] = {
    **dict.fromkeys(("bright", "bass", "middle", "treble", "bell"), equalize_layers),
    **dict.fromkeys(("highpass", "lowpass", "band"), _filter),
    **dict.fromkeys(("esses", "compress", "punch"), _dynamics),
    **dict.fromkeys(("width", "pan"), _width),
    **dict.fromkeys(("fade in", "fade out"), _fade),
    "reverb": _reverb,
    "echo": _echo,
    "saturate": _saturate,
}
