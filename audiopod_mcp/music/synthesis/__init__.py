"""Rendering a score: stems by track, in one room, under one mastering gain."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from audiopod_mcp.music.model import SAMPLE_RATE, Audio, Part, Progress, Score, ignore_progress

from .gain_envelope import GainEnvelope
from .instruments import INSTRUMENTS, TRACKS, Instrument
from .mastering import mastering_gain
from .multitrack import Mix, Multitrack, StemsOnDemand, blank_tapes, make_round, pieces, tapes_of
from .track_rendering import ONE_SHOT, Desk, add_players

__all__ = [
    "INSTRUMENTS", "ONE_SHOT", "TRACKS", "Instrument", "KeptDesks", "Mix", "Multitrack", "Recording",
    "StemsOnDemand", "make_round", "mix", "pieces", "record", "render", "tapes_of",
]  # fmt: skip

KeptDesks: TypeAlias = MutableMapping[Hashable, Desk]
"""What the players of a track play, by all that it depends on."""

_DUCKED_STYLES = frozenset({"house", "electronic", "techno", "trance", "synthwave", "dubstep", "reggaeton"})
"""Styles in which the bass drum ducks everything else."""
_DUCKED_TRACKS = frozenset({"synth", "strings", "keyboard", "bass", "fx"})
_LOOP_TAIL = 2.5
"""Seconds after a loop's end that are folded back to its start."""


@dataclass(frozen=True)
class Recording:
    """A score that was played."""

    mix: Audio
    tracks: tuple[str, ...]
    """Who plays, in the order of :data:`TRACKS`."""
    stems: Multitrack
    """Where they were wanted; they sum to the mix but for rounding."""


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
    apart = record(score, seed=seed, report=report, tracks=tracks, loop=loop, mastered=mastered, apart=True)
    return dict(apart.stems)


def record(
    score: Score,
    *,
    seed: int | None = None,
    report: Progress = ignore_progress,
    tracks: Collection[str] | None = None,
    loop: bool = False,
    mastered: bool = True,
    apart: bool = False,
    kept: KeptDesks | None = None,
) -> Recording:
    """:func:`render` a piece that may be long: no more than its mix need fit into memory.

    Unless the stems are wanted ``apart``, all players share one desk and one answer of the room. The mix is
    the same to the last bit. What is ``kept`` of scores that have some tracks in common is not played again,
    what is not is added.

    Raises
    ------
    OSError
        Where what players sum up to, or the stems, don't fit onto the disk, either.

    """
    seed = score.seed if seed is None else seed
    samples = round(score.duration * SAMPLE_RATE)
    whole = samples + (round(_LOOP_TAIL * SAMPLE_RATE) if loop else 0)
    players: dict[str, list[Part]] = {}
    for part in score.parts:
        if part.notes and (tracks is None or part.track in tracks):
            players.setdefault(part.track, []).append(part)
    kicks = _kicks(score)
    ducked = [track for track in players if kicks and track in _DUCKED_TRACKS]
    others = [track for track in players if track not in ducked]
    tapes = dict(zip(players, blank_tapes(len(players) if apart else 0, samples), strict=False))
    desk, done = Desk(whole), 0

    def progress(fraction: float, doing: str) -> None:
        report(0.8 * (done + fraction) / len(players), f"Playing the {doing}")

    def tick() -> None:
        report(0.8 * done / len(players), "Adding the room")

    # The bass drum ducks what is on the desk before the others are.
    for group, ducked_by in ((ducked, kicks), (others, ())):
        for track in group:
            own = Desk(whole) if apart else desk
            desks = [desk, own] if apart else [desk]
            if kept is None:
                add_players(players[track], score, seed, progress, desks)
            else:
                brief = score.brief and (score.brief.style, score.brief.dry)
                what = (tuple(players[track]), brief, score.key, score.tempo, whole, seed)
                if what not in kept:
                    kept[what] = Desk(whole)
                    add_players(players[track], score, seed, progress, [kept[what]])
                for each in desks:
                    each.add(kept[what])
            done += 1
            if apart:
                own.let_room_answer(score, tick, ducked_by)
                own.cut(samples, loop=loop)
                for piece in pieces(samples):
                    tapes[track][piece] = own[piece]
            del own, desks
        if group:
            desk.let_room_answer(score, tick, ducked_by)
    desk.cut(samples, loop=loop)
    stems = Multitrack({name: tapes[name] for name in TRACKS if name in tapes}, samples)
    mix = np.empty((samples, 2), np.float32)
    curve: GainEnvelope | None = None
    if mastered and players:
        curve = mastering_gain(desk, wrap=loop, report=lambda _, doing: report(0.87, doing))
        report(0.95, "Mastering")
        stems.scale(curve)
    for piece in pieces(samples):
        gain = np.float32(1) if curve is None else curve[piece]
        for side, heard in enumerate(desk[piece].T):
            np.multiply(heard, gain, out=mix[piece, side])
    report(1.0, "Rendered")
    return Recording(mix, tuple(name for name in TRACKS if name in players), stems)


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


def _kicks(score: Score) -> tuple[float, ...]:
    """When the bass drum ducks the others, s; never, in most styles."""
    if score.brief is None or score.brief.style not in _DUCKED_STYLES:
        return ()
    drums = (part for part in score.parts if part.track == "drums")
    return tuple(note.start for part in drums for note in part.notes if round(note.pitch) in (35, 36))
