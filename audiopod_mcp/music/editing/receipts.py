"""What a step made of the sound: a short fact, measured on the audio before and after; and all of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import fft

from audiopod_mcp.music.editing.prompt.plan import NOT_UNDERSTOOD
from audiopod_mcp.music.effects.mix_matching import stereo_width
from audiopod_mcp.music.generation.drum_keys import keys_of
from audiopod_mcp.music.model import NotDone, Refused, format_time
from audiopod_mcp.music.signal.loudness import Sliceable, integrated_loudness, true_peak
from audiopod_mcp.music.synthesis import pieces

from .layers import RESIDUAL, LayeredTrack, track_label
from .step import EditStep

_STRETCH = 1 << 20
"""Samples whose spectrum is measured at a time: that of ten minutes would be large."""
_SILENT = 1e-9
"""Power of what is not heard."""
_UNTOLD = 2.0**-15
"""Differences that 16 bits can't hold."""
_RESIDUE = 40.0
"""How far below a recording what was separated from it is nothing but residue, dB."""
_SOFT = 9.0
"""How much softer than all in all a separated player is where it may be residue, dB. Of 16 players of six
pieces composed here, each silenced for 5 s, ten were, and none of the 12 that played on."""
OF_SILENCE = frozenset({"tempo", "bpm", "key", "loudness", "peak", "add", "only"})
"""The kinds of step that can be done where nothing is heard, or say themselves why not."""
OF_STATE = frozenset({"tempo", "bpm", "key", "loudness", "peak"})
"""The kinds of step that say what is to be, so that they are done where it is so already."""


@dataclass
class Receipt:
    """What was done of a plan, and what was not."""

    wording: Callable[[Refused], str] = str
    done: list[str] = field(default_factory=list)
    not_done: list[NotDone] = field(default_factory=list)
    refusal: Refused | None = None
    """Why the first was not done that was understood, or else the first."""

    def fail(self, asked: str, instead: str) -> None:
        self.not_done.append(NotDone(asked, instead))

    def refused(self, asked: str, why: Refused) -> None:
        """Say why, without the name of the argument and the words that are quoted beside it."""
        if self.refusal is None or self.refusal.code == NOT_UNDERSTOOD:
            self.refusal = why
        text = re.sub(r"^[\w, ]+: ", "", self.wording(why)).removeprefix(f"{why.values.get('clause')!r}: ")
        self.fail(asked, f"{text[:1].upper()}{text[1:].rstrip('.')}.")

    def take(self, step: EditStep, piece: LayeredTrack) -> LayeredTrack:
        """Take down what a step did; ``piece`` without it."""
        self.done.extend(piece.facts)
        for shortfall in piece.shortfalls:
            self.fail(step.asked, shortfall)
        return replace(piece, facts=(), shortfalls=())


def fact_of(step: EditStep, before: LayeredTrack, after: LayeredTrack, where: str = "") -> str:
    """Say what a step did.

    Parameters
    ----------
    step : EditStep
    before, after : LayeredTrack
        What the step was for, as it was, and as the step left it.
    where : str
        When it happens, as :func:`~.time_range.spoken` says it; of changes of the course alone.

    Returns
    -------
    str
        A few words: ``drums −5.9 dB``.
    """
    who = who_is_meant(step, before)
    kind, amount = step.kind, step.amount
    if kind in ("bpm", "tempo"):
        return _tempo(before, after)
    if kind == "key" and after.score is not None:
        return f"key {after.score.key}"
    if kind in ("cut", "keep", "repeat"):
        verb = {
            "cut": "cut",
            "keep": "kept alone",
            "repeat": f"heard {amount:g} times",
        }
        return f"{verb[kind]}{where}; it lasts {format_time(after.seconds)} now"
    words = {
        "silence": "silent",
        "remove": f"{who} removed",
        "only": f"{who} removed",
        "add": f"{_newcomer(step, before, after)} added",
        "swap": f"{who} replaced with {_newcomer(step, before, after)}",
        "reverse": f"{who} backwards{where}",
        "pitch": f"{who} {signed(amount, 'semitones', 4)}",
        "key": f"key {step.text}",
        "reverb": f"{who} {signed(100 * amount, '% reverb', 0)}",
        "echo": f"{who} {signed(100 * amount, '% echo', 0)}",
        "compress": f"{who} compressed by up to {amount:g} dB",
        "saturate": f"{who} saturated, {amount:g} dB of drive",
        "esses": f"{who} de-essed by up to {amount:g} dB",
        "punch": f"{who} attacks {signed(amount, 'dB at most')}",
        "fade in": f"{who} fade-in of {min(amount, before.seconds):.4g} s",
        "fade out": f"{who} fade-out of {min(amount, before.seconds):.4g} s",
    }
    if kind in words:
        return words[kind]
    old, new = (piece.heard(step.track) for piece in (before, after))
    if kind == "level":
        return f"{who} {signed(level_change(old, new), 'dB')}"
    if kind == "loudness":
        return f"{who} {figure(integrated_loudness(new, after.rate) or -np.inf)} LUFS"
    if kind == "peak":
        return f"true peak {figure(true_peak(new, after.rate))} dBTP"
    if kind == "width":
        return f"{who} stereo width {stereo_width(old):.2f} → {stereo_width(new):.2f}"
    if kind == "pan":
        left, right = sum(
            np.square(new[piece], dtype=np.float64).sum(axis=0) for piece in pieces(len(new))
        ) + np.array(_SILENT)
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
    if step.track is None:
        alone = "backing_vocals" in {*piece.layers} - {*step.others}
        names = ("lead vocals" if t == "vocals" and alone else track_label(t) for t in step.others)
        kept = " and ".join(names)
        return f"everything but {kept}" if kept else "everything"
    label = track_label(step.track)
    played = (
        {part.instrument for part in piece.score.parts if part.track == step.track} if piece.score else set()
    )
    called = " and ".join(step.names) or label
    if label in step.names or set(step.names) <= played:
        return label if label in step.names else called
    return f"{called} ({', '.join(sorted(played)) or label})"


def _newcomer(step: EditStep, before: LayeredTrack, after: LayeredTrack) -> str:
    """Who plays now and did not before: as it was called and, where that differs, the instrument."""
    old, new = (
        [part.instrument for part in piece.score.parts] if piece.score else [] for piece in (before, after)
    )
    plays = list(dict.fromkeys(name for name in new if name not in old))
    if step.kind == "add" and len(new) > len(old) and not plays and _plays_already(step.text, before):
        return f"second {step.text}, beside that which plays already,"
    return f"{step.text} ({', '.join(plays)})" if plays and step.text not in plays else step.text


def _plays_already(name: str, piece: LayeredTrack) -> bool:
    """Whether a percussion instrument is heard in the score; anything else is."""
    keys = keys_of(name)
    parts = [part for part in piece.score.parts if part.track == "percussion"] if piece.score else []
    return not keys or any(round(note.pitch) in keys for part in parts for note in part.notes)


def signed(number: float, unit: str, decimals: int = 1) -> str:
    """``"+3.0 dB"``, with a real minus sign."""
    if number == -np.inf:
        return f"−∞ {unit}"
    text = f"{abs(number):.{decimals}f}" if decimals < 4 else f"{abs(number):.4f}".rstrip("0").rstrip(".")
    return f"{'−' if number < 0 and float(text) else '+'}{text} {unit}"


def figure(number: float) -> str:
    """``"−14.0"``, with a real minus sign."""
    return f"{number:.1f}".replace("-", "−")


def level_change(before: Sliceable, after: Sliceable) -> float:
    """By how much the level changed, dB."""
    if len(before) != len(after):
        return 0.0
    old, new = (_energy(x) / max(1, x.shape[0] * x.shape[1]) for x in (before, after))
    return float(10 * np.log10(new / old)) if old > _SILENT**2 and new > _SILENT**2 else -np.inf


def is_silent(piece: LayeredTrack, track: str | None) -> bool:
    """Whether nothing can be heard of ``track``, or of all of them.

    That is what the absolute gate of ITU-R BS.1770 keeps out, -70 LUFS, and of what was separated from a
    recording its residue.
    """
    audio, rate = piece.heard(track), piece.rate
    if all(integrated_loudness(audio[stretch], rate) is None for stretch in pieces(len(audio))):
        return True
    if track is None or RESIDUAL not in piece.layers:
        return False
    return level_change(piece.mix, audio) < -_RESIDUE


def is_softer(audio: Sliceable, span: tuple[int, int], rate: int) -> bool:
    """Whether what was separated is so soft in samples ``[first, last)`` that it may be residue there."""
    whole, there = integrated_loudness(audio, rate), integrated_loudness(audio[slice(*span)], rate)
    return whole is not None and (there is None or there < whole - _SOFT)


def is_unchanged(before: Sliceable, after: Sliceable) -> bool:
    """Whether both are the same but for what 16 bits can't hold."""
    return before.shape == after.shape and all(
        np.abs(after[stretch] - before[stretch]).max(initial=0.0) < _UNTOLD for stretch in pieces(len(before))
    )


def _energy(audio: Sliceable) -> float:
    stretches = (audio[piece] for piece in pieces(len(audio)))
    return sum(float(np.einsum("ij,ij->", x, x, dtype=np.float64)) for x in stretches)


def band_change(before: Sliceable, after: Sliceable, rate: int, low: float, high: float) -> float:
    """By how much the level between two frequencies, Hz, changed, dB."""

    def power(audio: Sliceable) -> float:
        total = 0.0
        for start in range(0, len(audio), _STRETCH):
            stretch = audio[start : start + _STRETCH]
            # Silence is added up to a length that transforms well: a prime one takes 200 MB.
            size = fft.next_fast_len(len(stretch), real=True)
            hertz = fft.rfftfreq(size, 1 / rate)
            spectrum = fft.rfft(stretch, size, axis=0)[(low <= hertz) & (hertz <= high)]
            total += float(np.square(np.abs(spectrum)).sum(dtype=np.float64)) / size
        return total + 1e-12

    return float(10 * np.log10(power(after) / power(before)))


def _tempo(before: LayeredTrack, after: LayeredTrack) -> str:
    if before.score is not None and after.score is not None:
        return f"tempo {after.score.tempo:.1f} (was {before.score.tempo:.1f})"
    speed = before.seconds / after.seconds
    heard = before.heard_tempo
    if heard is None:
        return f"speed {100 * speed:.1f} %, it lasts {format_time(after.seconds)} now"
    return f"tempo {heard * speed:.1f} (was {heard:.1f})"
