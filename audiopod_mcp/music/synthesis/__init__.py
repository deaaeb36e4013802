"""Rendering a score: stems by track, in one room, under one mastering gain."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, MutableMapping
from typing import TypeAlias

import numpy as np

from audiopod_mcp.music.model import SAMPLE_RATE, Audio, Part, Progress, Score, ignore_progress

from .instruments import INSTRUMENTS, TRACKS, Instrument
from .mastering import mastering_gain
from .multitrack import Mix, Multitrack, blank_tapes, pieces, tapes_of
from .track_rendering import ONE_SHOT, render_track

__all__ = [
    "INSTRUMENTS", "ONE_SHOT", "TRACKS", "Instrument", "KeptStems", "Mix", "Multitrack", "mix", "pieces",
    "record", "render", "tapes_of",
]  # fmt: skip

KeptStems: TypeAlias = MutableMapping[Hashable, Audio]
"""Stems before mastering, by all that they depend on."""

_DUCKED_STYLES = frozenset({"house", "electronic", "techno", "trance", "synthwave", "dubstep", "reggaeton"})
"""Styles in which the bass drum ducks everything else."""
_DUCKED_TRACKS = frozenset({"synth", "strings", "keyboard", "bass", "fx"})
_SHARE_OF_SUM = 0.5
"""Share of the memory for stems that their sum may take: what a player plays lies beside it."""
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
    kept: KeptStems | None = None,
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
    kept
        Where stems are kept for scores that have some tracks in common: what is there is not played again,
        what is not is added.

    Returns
    -------
    dict of str to ndarray
        By track name, in the order of :data:`TRACKS`; float32, shape (round(duration · 44100), 2).

    """
    return dict(
        record(score, seed=seed, report=report, tracks=tracks, loop=loop, mastered=mastered, kept=kept)
    )


def record(
    score: Score,
    *,
    seed: int | None = None,
    report: Progress = ignore_progress,
    tracks: Collection[str] | None = None,
    loop: bool = False,
    mastered: bool = True,
    kept: KeptStems | None = None,
) -> Multitrack:
    """:func:`render` a piece that may be long: its stems need not fit into memory.

    Raises
    ------
    OSError
        Where they don't fit onto the disk, either.

    """
    seed = score.seed if seed is None else seed
    samples = round(score.duration * SAMPLE_RATE)
    tail = round(_LOOP_TAIL * SAMPLE_RATE) if loop else 0
    players: dict[str, list[Part]] = {}
    for part in score.parts:
        if part.notes and (tracks is None or part.track in tracks):
            players.setdefault(part.track, []).append(part)
    kicks = _kicks(score)
    tapes = blank_tapes(len(players), samples)
    (total,) = blank_tapes(1, samples, share=_SHARE_OF_SUM)
    for number, (track, parts) in enumerate(players.items()):

        def track_progress(fraction: float, doing: str, number: int = number) -> None:
            report(0.8 * (number + fraction) / len(players), f"Playing the {doing}")

        ducked_by = kicks if track in _DUCKED_TRACKS else ()
        stem = render_track(parts, score, samples + tail, seed, track_progress, kicks=ducked_by)
        if kept is not None:
            brief = score.brief and (score.brief.style, score.brief.dry)
            what = (tuple(parts), brief, score.key, score.tempo, samples + tail, seed, ducked_by)
            stem = _played_once(what, stem, kept)
        if loop:
            stem = iter([_fold_loop_tail(np.concatenate(list(stem)), samples)])
        at = 0
        for block in stem:
            if not loop:
                _fade_out_end(block, at, samples)
            piece = slice(at, at + len(block))
            tapes[number][piece] = block
            total[piece] += block
            at += len(block)
    recorded = dict(zip(players, tapes, strict=True))
    music = Multitrack({name: recorded[name] for name in TRACKS if name in recorded}, samples)
    if mastered and players:
        curve = mastering_gain(total, wrap=loop, report=lambda _, doing: report(0.87, doing))
        del total
        report(0.95, "Mastering")
        music.scale(curve)
    report(1.0, "Rendered")
    return music


def mix(stems: Mapping[str, Audio]) -> Audio:
    """Add up ``stems``, which all have one shape (samples, channels).

    Raises
    ------
    ValueError
        There are no stems.

    """
    if not stems:
        raise ValueError("there are no stems to mix")
    if isinstance(stems, Multitrack):
        return stems.mixdown()
    total = np.zeros_like(next(iter(stems.values())))
    for stem in stems.values():
        total += stem
    return total


def _played_once(what: Hashable, stem: Iterator[Audio], kept: KeptStems) -> Iterator[Audio]:
    """``stem``, or what is kept of it."""
    if what not in kept:
        kept[what] = np.concatenate(list(stem))
    yield kept[what].copy()


def _kicks(score: Score) -> tuple[float, ...]:
    """When the bass drum ducks the others, s; never, in most styles."""
    if score.brief is None or score.brief.style not in _DUCKED_STYLES:
        return ()
    drums = (part for part in score.parts if part.track == "drums")
    return tuple(note.start for part in drums for note in part.notes if round(note.pitch) in (35, 36))


def _fold_loop_tail(stem: Audio, samples: int) -> Audio:
    """Add what sounds on after the first ``samples`` to the start, as often as it takes."""
    out = stem[:samples].copy()
    rest = stem[samples:]
    while len(rest):
        part = rest[:samples]
        out[: len(part)] += part
        rest = rest[samples:]
    return out


def _fade_out_end(block: Audio, start: int, samples: int) -> None:
    """Fade out, in place, what is in ``block`` of the last 15 ms of a stem: what is cut off must not click.

    The block begins at sample ``start`` of so many ``samples``.
    """
    n = min(samples, int(0.015 * SAMPLE_RATE))
    first = samples - n
    faded = block[max(0, first - start) :]
    faded *= np.linspace(1, 0, n, dtype=np.float32)[max(0, start - first) :][: len(faded), None]
