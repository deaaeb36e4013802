"""What an edit does to the sound: tone, room, echo, width, dynamics. A track and a step in, the track out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from audiopod_mcp.music.effects.crossfade import mixdown
from audiopod_mcp.music.effects.dynamics import (
    bandpass,
    compressor_gain,
    deesser,
    feedback_delay,
    panning,
    saturate,
    transient_shaper_gain,
)
from audiopod_mcp.music.effects.equalizer_reverb import apply_fade, change_reverb, equalize
from audiopod_mcp.music.effects.mix_matching import scale_stereo_width
from audiopod_mcp.music.model import Audio, Progress, Refused
from audiopod_mcp.music.signal.loudness import integrated_loudness
from audiopod_mcp.music.synthesis import tapes_of

from .layers import LayeredTrack
from .step import EditStep, StepKind

_ECHO_BEATS = 0.75
"""Beats between echoes where nobody says: a dotted eighth note."""
_ECHO_SECONDS = 0.35
"""Seconds between echoes of what has no beat."""
_LOWEST_CORNER = 10.0
"""Corner frequency of a filter, Hz, at least."""
_MAX_MAKE_UP = 9.0
"""By how much loudness is brought back at most, dB."""


def equalize_layers(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    """``piece`` with the tone of one track, or of all, equalized; made bright it is no louder."""
    report(0.0, "equalising")

    def change(x: Audio) -> Audio:
        return equalize(x, piece.rate, step.kind, step.amount, report, hertz=step.hertz)

    changed = piece.map_layers(change, step.track, report)
    return match_loudness(piece, changed, step.track) if step.kind == "bright" else changed


def _filter(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    report(0.0, "filtering")
    low, high = (step.hertz, 0.0) if step.kind == "highpass" else (0.0, step.hertz)
    if not _LOWEST_CORNER <= step.hertz <= piece.rate / 2:
        raise Refused(
            "frequency_out_of_range", hertz=step.hertz, lowest=_LOWEST_CORNER, highest=piece.rate // 2
        )
    return piece.map_layers(lambda x: bandpass(x, piece.rate, low, high), step.track, report)


def _reverb(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    report(0.0, "changing the room")
    changed = piece.map_layers(
        lambda x: change_reverb(x, piece.rate, step.amount, report), step.track, report
    )
    return match_loudness(piece, changed, step.track)


def _echo(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    report(0.0, "adding echoes")
    interval, notes = step.seconds, []
    if interval is None:
        frame = piece.frame(report)
        interval = _ECHO_BEATS * frame.beat_seconds if frame.has_pulse else _ECHO_SECONDS
        if not frame.has_pulse:
            notes = [f"No steady beat was heard: the echoes are {_ECHO_SECONDS:g} s apart."]
    changed = piece.map_layers(
        lambda x: feedback_delay(x, piece.rate, interval, step.amount), step.track, report
    )
    return match_loudness(piece, changed, step.track).with_notes(*notes)


def _width(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    report(0.0, "changing the width")
    if piece.channels == 1 and (step.kind, step.amount) == ("width", 0.0):
        raise Refused("mono_already")
    if piece.channels != 2:
        raise Refused("not_stereo")
    if step.kind == "pan":
        piece = piece if step.track is None else piece.separate(step.track, report)
        sides = panning(piece.heard(step.track), step.amount)
        return piece.map_layers(lambda x: x @ sides, step.track)
    return match_loudness(
        piece, piece.map_layers(lambda x: scale_stereo_width(x, step.amount), step.track, report), step.track
    )


def _dynamics(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    report(0.0, "shaping dynamics")
    piece = piece if step.track is None else piece.separate(step.track, report)
    audio = mixdown(piece.layers) if step.track is None else piece.layers[step.track]
    if step.kind == "esses":
        band, gain = deesser(audio, piece.rate, step.amount)
        gain -= 1

        def held_down(x: Audio) -> Audio:
            sibilance = band(x)
            sibilance *= gain
            sibilance += x
            return sibilance

        return piece.map_layers(held_down, step.track)
    if step.kind == "compress":
        gain = compressor_gain(audio, piece.rate, step.amount)
        return match_loudness(piece, piece.map_layers(lambda x: x * gain, step.track), step.track)
    gain = transient_shaper_gain(audio, piece.rate, step.amount)
    return piece.map_layers(lambda x: x * gain, step.track)


def _saturate(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    report(0.0, "driving it")
    piece = piece if step.track is None else piece.separate(step.track, report)
    tracks = list(piece.layers) if step.track is None else [step.track]
    tapes = tapes_of(piece.layers)
    driven = piece.with_layers(
        zip(tracks, saturate([tapes[track] for track in tracks], piece.rate, step.amount), strict=True)
    )
    return match_loudness(piece, driven, step.track)


def _fade(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    report(0.0, "fading")
    length = step.amount or piece.seconds
    at_start = step.kind == "fade in"
    return piece.map_layers(
        lambda x: apply_fade(x, piece.rate, length, at_start=at_start), step.track, report
    )


def match_loudness(before: LayeredTrack, after: LayeredTrack, track: str | None) -> LayeredTrack:
    """Bring ``after``, or its layer of ``track``, back to the loudness that it has in ``before``.

    It is for changes that nobody asked to be heard as louder or softer.
    """
    if track is not None and track not in before.layers:
        return after  # the layer was separated just now: there is nothing to compare it with
    old, new = (_loudness_of(piece, track) for piece in (before, after))
    if old is None or new is None:
        return after
    gain = np.float32(10 ** (float(np.clip(old - new, -_MAX_MAKE_UP, _MAX_MAKE_UP)) / 20))
    return after.map_layers(lambda x: x * gain, track)


def _loudness_of(piece: LayeredTrack, track: str | None) -> float | None:
    return integrated_loudness(piece.heard(track), piece.rate)


SOUND_EDITS: Mapping[StepKind, Callable[[LayeredTrack, EditStep, Progress], LayeredTrack]] = {
    **dict.fromkeys(("bright", "bass", "treble", "bell"), equalize_layers),
    **dict.fromkeys(("highpass", "lowpass"), _filter),
    **dict.fromkeys(("esses", "compress", "punch"), _dynamics),
    **dict.fromkeys(("width", "pan"), _width),
    **dict.fromkeys(("fade in", "fade out"), _fade),
    "reverb": _reverb,
    "echo": _echo,
    "saturate": _saturate,
}
