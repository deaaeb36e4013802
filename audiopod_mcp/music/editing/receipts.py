"""What a step made of the sound: a short fact, measured on the audio before and after."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from audiopod_mcp.music.effects.crossfade import CROSSFADE
from audiopod_mcp.music.effects.mix_matching import stereo_width
from audiopod_mcp.music.model import Audio, format_time
from audiopod_mcp.music.signal.loudness import integrated_loudness, true_peak

from .layers import LayeredTrack, track_label
from .step import EditStep
from .time_range import spoken

_SILENT = 1e-9
"""Power of what is not heard."""


def fact_of(
    step: EditStep, before: LayeredTrack, after: LayeredTrack, spans: Sequence[tuple[int, int]]
) -> str:
    """Say what a step did.

    Parameters
    ----------
    step : EditStep
    before, after : LayeredTrack
        The track as it was, and as the step left it.
    spans : sequence of (int, int)
        The samples ``[first, last)`` of ``before`` that the step was for; none means all.

    Returns
    -------
    str
        A few words: ``drums −5.9 dB from 0:30``.
    """
    where = spoken([(first / before.rate, last / before.rate) for first, last in spans], before.seconds)
    return _said(step, before, after, spans) + where


def _said(step: EditStep, before: LayeredTrack, after: LayeredTrack, spans: Sequence[tuple[int, int]]) -> str:
    who = who_is_meant(step, before)
    kind, amount = step.kind, step.amount
    if kind in ("bpm", "tempo"):
        return _tempo(before, after, amount)
    if kind == "key" and after.score is not None:
        return f"key {after.score.key}"
    if kind in ("cut", "keep", "repeat", "trim", "loop"):
        verb = {"cut": "cut", "keep": "kept alone", "repeat": f"heard {amount:g} times", "trim": "silence removed"}
        return f"{verb.get(kind, 'cut to a loop')}; it lasts {format_time(after.seconds)} now"
    words = {
        "silence": "silent", "remove": f"{who} removed", "reverse": f"{who} backwards", "swap": f"{who} replaced with {step.text}",
        "pitch": f"{who} {signed(amount, 'semitones', 4)}", "reverb": f"{who} {signed(100 * amount, '% reverb', 0)}",
        "echo": f"{who} {signed(100 * amount, '% echo', 0)}", "compress": f"{who} compressed by up to {amount:g} dB",
        "saturate": f"{who} saturated, {amount:g} dB of drive", "esses": f"{who} de-essed by up to {amount:g} dB",
        "punch": f"{who} attacks {signed(amount, 'dB at most')}", "add": f"{step.text} added",
        "fade in": f"fade-in of {amount:g} s", "fade out": f"fade-out of {amount:g} s", "key": f"key {step.text}",
        "only": f"everything but {who} removed",
    }  # fmt: skip
    if kind in words:
        return words[kind]
    old, new = (_heard(step, piece, spans) for piece in (before, after))
    if kind == "level":
        return f"{who} {signed(level_change(old, new), 'dB')}"
    if kind == "loudness":
        return f"{who} {figure(integrated_loudness(new, after.rate) or -np.inf)} LUFS"
    if kind == "peak":
        return f"true peak {figure(true_peak(new, after.rate))} dBTP"
    if kind == "width":
        return f"{who} stereo width {stereo_width(old):.2f} → {stereo_width(new):.2f}"
    if kind == "pan":
        left, right = np.square(new, dtype=np.float64).sum(axis=0) + _SILENT
        return f"{who} right against left {signed(float(10 * np.log10(right / left)), 'dB')}"
    low, high, name = {
        "bass": (0.0, 150.0, "below 150 Hz"),
        "treble": (5_000.0, np.inf, "above 5 kHz"),
        "bright": (2_000.0, np.inf, "above 2 kHz"),
        "highpass": (0.0, step.hertz, f"below {step.hertz:g} Hz"),
        "lowpass": (step.hertz, np.inf, f"above {step.hertz:g} Hz"),
    }.get(kind, (step.hertz / 1.1, step.hertz * 1.1, f"at {step.hertz:g} Hz"))
    return f"{who} {signed(band_change(old, new, before.rate, low, high), 'dB')} {name}"


def who_is_meant(step: EditStep, piece: LayeredTrack) -> str:
    """The player as it was called and, where that differs, the stem that is changed."""
    if step.kind == "only":
        return " and ".join(track_label(track) for track in (step.track or "", *step.text.split()))
    if step.track is None:
        kept = " and ".join(map(track_label, step.others))
        return f"everything but {kept}" if kept else "everything"
    label = track_label(step.track)
    played = {part.instrument for part in piece.score.parts if part.track == step.track} if piece.score else set()
    if step.name in ("", label) or step.name in played:
        return step.name or label
    return f"{step.name} ({', '.join(sorted(played)) or label})"


def signed(number: float, unit: str, decimals: int = 1) -> str:
    """``"+3.0 dB"``, with a real minus sign."""
    if number == -np.inf:
        return f"−∞ {unit}"
    text = f"{abs(number):.{decimals}f}" if decimals < 4 else f"{abs(number):.4f}".rstrip("0").rstrip(".")
    return f"{'−' if number < 0 and float(text) else '+'}{text} {unit}"


def figure(number: float) -> str:
    """``"−14.0"``, with a real minus sign."""
    return f"{number:.1f}".replace("-", "−")


def level_change(before: Audio, after: Audio) -> float:
    """By how much the level changed, dB."""
    if len(before) != len(after):
        return 0.0
    old, new = (float(np.square(audio, dtype=np.float64).mean()) for audio in (before, after))
    return float(10 * np.log10(new / old)) if old > _SILENT**2 and new > _SILENT**2 else -np.inf


def band_change(before: Audio, after: Audio, rate: int, low: float, high: float) -> float:
    """By how much the level between two frequencies, Hz, changed, dB."""

    def power(audio: Audio) -> float:
        spectrum = np.square(np.abs(np.fft.rfft(audio, axis=0))).sum(axis=1)
        hertz = np.fft.rfftfreq(len(audio), 1 / rate)
        return float(spectrum[(low <= hertz) & (hertz <= high)].sum()) / max(1, len(audio)) + 1e-12

    return float(10 * np.log10(power(after) / power(before)))


def _tempo(before: LayeredTrack, after: LayeredTrack, amount: float) -> str:
    if before.score is not None and after.score is not None:
        return f"tempo {after.score.tempo:.1f} (was {before.score.tempo:.1f})"
    speed = before.seconds / after.seconds
    heard = before.heard_tempo
    if heard is None:
        return f"speed {100 * speed:.1f} %, it lasts {format_time(after.seconds)} now"
    return f"tempo {heard * speed:.1f} (was {heard:.1f})"


def _heard(step: EditStep, piece: LayeredTrack, spans: Sequence[tuple[int, int]]) -> Audio:
    """What the step was about, in ``piece``."""
    if step.track is not None and step.track in piece.layers:
        audio = piece.layers[step.track]
    elif step.others:
        kept = [x for track, x in piece.layers.items() if track not in step.others]
        audio = np.sum(kept, axis=0) if kept else np.zeros_like(piece.mix)
    else:
        audio = piece.mix
    seam = round(CROSSFADE * piece.rate)  # what is faded at the edges is neither old nor new
    inner = [(first + seam, last - seam) for first, last in spans if last - first > 4 * seam]
    return np.concatenate([audio[first:last] for first, last in inner or spans]) if spans else audio
