"""Rendering a score: stems by track, in one room, under one mastering gain."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from audiopod_mcp.music.model import SAMPLE_RATE, Audio, Part, Progress, Score, ignore_progress
from audiopod_mcp.music.theory import parse_key

from . import mix_effects
from .instruments import INSTRUMENTS, TRACKS, Instrument
from .mastering import mastering_gain
from .part_rendering import render_part, with_drones
from .tone import Signal

__all__ = ["INSTRUMENTS", "TRACKS", "Instrument", "mix", "render"]

_DUCKED_STYLES = frozenset({"house", "electronic", "techno", "trance", "synthwave", "dubstep", "reggaeton"})
"""Styles in which the bass drum ducks everything else."""
_DUCKED_TRACKS = frozenset({"synth", "strings", "keyboard", "bass", "fx"})
_BLOCK = 1 << 15
_LOOP_TAIL = 2.5
"""Seconds after a loop's end that are folded back to its start."""


def render(
    score: Score,
    *,
    seed: int | None = None,
    report: Progress = ignore_progress,
    tracks: Collection[str] | None = None,
    loop: bool = False,
    mastered: bool = True,
) -> dict[str, Audio]:
    """Render a score to stems, whose sum (:func:`mix`) is the master.

    The mix is at -14 LUFS as far as a true peak of -1 dBTP allows.

    Parameters
    ----------
    score
        What is played.
    seed
        Decides the noise of the instruments only; by default the score's own.
    report
        Is told how far the work is, and may raise to stop it.
    tracks
        Render only these stems.
    loop
        Whether what rings beyond the end sounds on at the start, so that the loop has no seam.
    mastered
        Whether the mastering gain is applied.

    Returns
    -------
    dict of str to ndarray
        By track name, in the order of :data:`TRACKS`; float32, shape (round(duration · 44100), 2).

    """
    seed = score.seed if seed is None else seed
    samples = round(score.duration * SAMPLE_RATE)
    tail = round(_LOOP_TAIL * SAMPLE_RATE) if loop else 0
    parts = [part for part in score.parts if part.notes and (tracks is None or part.track in tracks)]
    ducked = score.brief is not None and score.brief.style in _DUCKED_STYLES
    kicks = [
        n.start for p in score.parts if p.track == "drums" for n in p.notes if round(n.pitch) in (35, 36)
    ]
    duck = mix_effects.ducking_gain(kicks, samples + tail) if ducked and kicks else None
    dry = score.brief is not None and score.brief.dry
    stems: dict[str, Audio] = {}
    sends: dict[str, Signal] = {}
    for index, part in enumerate(parts):

        def part_progress(fraction: float, doing: str, index: int = index) -> None:
            report(0.8 * (index + fraction) / len(parts), f"Playing the {doing}")

        stem = stems.setdefault(part.track, np.zeros((samples + tail, 2), np.float32))
        send = sends.setdefault(part.track, np.zeros(samples + tail, np.float32))
        _mix_part(part, stem, send, score, seed, part_progress)
    for track, stem in stems.items():
        if sends[track].any() and not dry:
            mix_effects.add_reverb(stem, sends[track], lambda: report(0.84, "Mixing"))
        if duck is not None and track in _DUCKED_TRACKS:
            stem *= duck[:, None]
    del sends
    for name, stem in stems.items():
        stems[name] = _fold_loop_tail(stem, samples) if loop else _with_fade_out(stem)
    if mastered and stems:
        total = np.zeros((samples, 2), np.float32)
        for stem in stems.values():
            report(0.86, "Mixing")
            total += stem
        curve = mastering_gain(total, wrap=loop, report=lambda _, doing: report(0.87, doing))
        del total
        for stem in stems.values():
            report(0.95, "Mastering")
            stem *= curve[:, None]
    report(1.0, "Rendered")
    return {name: stems[name] for name in TRACKS if name in stems}


def mix(stems: Mapping[str, Audio]) -> Audio:
    """Add up ``stems``, which all have one shape (samples, channels).

    Raises
    ------
    ValueError
        There are no stems.

    """
    if not stems:
        raise ValueError("there are no stems to mix")
    total = np.zeros_like(next(iter(stems.values())))
    for stem in stems.values():
        total += stem
    return total


def _mix_part(part: Part, stem: Audio, send: Signal, score: Score, seed: int, report: Progress) -> None:
    """Add one part, with its effects, to ``stem`` (n, 2), and what the room hears of it to ``send`` (n,)."""
    instrument = INSTRUMENTS[part.instrument]

    def tick() -> None:
        report(0.9, part.instrument)

    if key := parse_key(score.key):
        part = with_drones(part, key.tonic)
    dry = render_part(part, len(stem), seed, report)
    if instrument.drive:
        dry = mix_effects.distort(dry, instrument.drive, tick)
    level = 10 ** (instrument.level_db / 20)
    angle = (instrument.pan * 0.8 + 1) * np.pi / 4
    gains = np.array([np.cos(angle), np.sin(angle)]) * np.sqrt(2) * level
    mono = np.empty(len(dry), np.float32)
    for start in range(0, len(dry), _BLOCK):  # a block at a time stays in the cache
        tick()
        block = dry[start : start + _BLOCK]
        if block.ndim == 2:
            np.add(block[:, 0], block[:, 1], out=mono[start : start + _BLOCK])
        else:
            mono[start : start + _BLOCK] = block
        mono[start : start + _BLOCK] *= np.float32(0.5 * level if block.ndim == 2 else level)
    if instrument.rotary_speaker:
        dry = mix_effects.rotary_speaker(mono, tick) / np.float32(level)
    sway = mix_effects.auto_pan_gains(instrument.auto_pan_depth) if instrument.auto_pan_depth else None
    for start in range(0, len(dry), _BLOCK):
        tick()
        block = dry[start : start + _BLOCK]
        for side, gain in enumerate(gains.astype(np.float32)):
            heard = gain * (block if block.ndim == 1 else block[:, side])
            if sway is not None:
                heard *= np.take(sway[side], np.arange(start, start + len(heard)), mode="wrap")
            stem[start : start + _BLOCK, side] += heard
    if instrument.echo_level and not (score.brief and score.brief.dry):
        mix_effects.add_echo(stem, mono, 45 / max(score.tempo, 40), instrument.echo_level, tick)
    if instrument.reverb_send:
        mono *= np.float32(2.2 * instrument.reverb_send)
        send += mono


def _fold_loop_tail(stem: Audio, samples: int) -> Audio:
    """Add what sounds on after the first ``samples`` to the start, as often as it takes."""
    out = stem[:samples].copy()
    rest = stem[samples:]
    while len(rest):
        part = rest[:samples]
        out[: len(part)] += part
        rest = rest[samples:]
    return out


def _with_fade_out(stem: Audio) -> Audio:
    """Fade out the last 15 ms of ``stem`` in place: audio that is cut off must not click."""
    n = min(len(stem), int(0.015 * SAMPLE_RATE))
    if n:
        stem[-n:] *= np.linspace(1, 0, n, dtype=np.float32)[:, None]
    return stem
