"""Rendering of players: what they play, stretch after stretch, with their effects, in one room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from audiopod_mcp.music.model import SAMPLE_RATE, Audio, Part, Progress, Score
from audiopod_mcp.music.theory import parse_key

from . import mix_effects
from .instruments import INSTRUMENTS
from .mix_effects import ROTARY_DELAY, Reverb, Tick
from .multitrack import DiskTape, blank_tapes, pieces
from .part_rendering import render_part, with_drones
from .rooms import Room, gains, room_of
from .tone import Signal

ONE_SHOT = "one-shot"
"""The section of a score that is one sound, which stands in the middle: a sampler's user places it."""
_STRETCH = 1 << 16
"""Samples that a player adds at a time: few enough for what is added to, and what is, to be in the cache."""
_IN_MEMORY = 1.5
"""Share of the memory for stems that a desk may take, which stands in for all of them: three minutes."""


class Desk:
    """What players sum up to: both sides, as they are heard directly, and what the room hears of them.

    Each of the three lies in one piece, which is faster to add to, in memory or on the disk. As a recording,
    it is both sides, of which stretches can be had.
    """

    def __init__(self, samples: int) -> None:
        self.shape = (samples, 2)
        (self._tape,) = blank_tapes(1, 3 * samples, 1, share=_IN_MEMORY)
        self._places = [samples * number for number in range(3)]

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, piece: slice) -> Audio:
        """The stretch; it may be part of the desk, so that it is not to be written to."""
        start, stop, _ = piece.indices(len(self))
        if isinstance(self._tape, np.ndarray):
            return self._tape.reshape(3, -1)[:2, start:stop].T
        return np.stack([self._tape[at + start : at + stop][:, 0] for at in self._places[:2]]).T

    @contextmanager
    def changed(self, start: int, stop: int, *, send: bool = False) -> Iterator[list[Signal]]:
        """Both sides of a stretch, and the ``send`` if that is wanted, to be changed in place; each (n,)."""
        stop = min(stop, len(self))
        places = [slice(at + start, at + stop) for at in self._places[: 3 if send else 2]]
        stretch = [self._tape[place] for place in places]
        yield [each[:, 0] for each in stretch]
        if isinstance(self._tape, DiskTape):
            for place, each in zip(places, stretch, strict=True):
                self._tape[place] = each

    def add(self, other: Desk) -> None:
        """Add what another desk, which is as long, has summed up before any room heard it."""
        for start in range(0, len(self), _STRETCH):
            stop = start + _STRETCH
            with self.changed(start, stop, send=True) as own, other.changed(start, stop, send=True) as more:
                for sum_, each in zip(own, more, strict=True):
                    sum_ += each

    def let_room_answer(self, score: Score, tick: Tick, kicks: Sequence[float] = ()) -> None:
        """Add what the room makes of all that was sent to it; it hears nothing any more then.

        The bass drum ducks all that is on the desk so far at each of ``kicks``, s.
        """
        samples, send = len(self), self._places[2]
        reverb = Reverb(_room(score), samples)
        for start in range(0, samples, reverb.block):
            tick()
            first, last = reverb.needs(start)
            with self.changed(start, start + reverb.block) as sides:
                reverb.add(sides, self._tape[send + first : send + last][:, 0], start)
                if kicks:
                    gain = mix_effects.ducking_gain(kicks, start, len(sides[0]))
                    for side in sides:
                        side *= gain
        for piece in pieces(samples):
            self._tape[send + piece.start : send + piece.stop] = np.zeros(
                (piece.stop - piece.start, 1), np.float32
            )

    def cut(self, samples: int, *, loop: bool) -> None:
        """Keep the first ``samples``. What sounds on after them is added to the start of a ``loop``.

        Else the last 15 ms fade out: what is cut off must not click.
        """
        for first in range(samples, len(self) if loop else 0, max(1, samples)):
            rest = self[first : first + samples]
            with self.changed(0, len(rest)) as sides:
                for side, after in zip(sides, rest.T, strict=True):
                    side += after
        self.shape = (samples, 2)
        n = 0 if loop else min(samples, int(0.015 * SAMPLE_RATE))
        with self.changed(samples - n, samples) as sides:
            for side in sides:
                side *= np.linspace(1, 0, n, dtype=np.float32)


def add_players(
    parts: Sequence[Part], score: Score, seed: int, report: Progress, desks: Sequence[Desk]
) -> None:
    """Add what the players of one track play to each of ``desks``, which are equally long.

    Parameters
    ----------
    parts
        Those of ``score`` that are of the track.
    score
        What they are of: its key and tempo count.
    seed
        Decides the noise of the instruments.
    report
        Is told the fraction that is done, and may raise to stop it.
    desks
        What they are added to.

    """
    room, samples = _room(score), len(desks[0])
    for index, part in enumerate(parts):

        def part_progress(fraction: float, doing: str, index: int = index) -> None:
            report((index + fraction) / len(parts), doing)

        twins = 0
        if part.track == "guitar":
            twins = sum(before.instrument == part.instrument for before in parts[:index])
        player = _ChannelStrip(part, score, room, samples, seed, part_progress, twins)
        for start in range(0, samples, _STRETCH):
            player.add_to(desks, start, min(samples, start + _STRETCH))
        del player  # what it plays is large, and so is what the next one does


def _room(score: Score) -> Room:
    room = room_of(score.brief.style if score.brief else None, score.tempo)
    if [section.label for section in score.sections] == [ONE_SHOT]:
        room = replace(room, width=0.0)
    return room


class _ChannelStrip:
    """One part on the desk: what is played, and the effects through which it goes to the stem.

    Of several guitarists with one kind of guitar, every other one stands on the other side, and none plays a
    note as his ``twins`` do.
    """

    def __init__(
        self, part: Part, score: Score, room: Room, samples: int, seed: int, report: Progress, twins: int
    ) -> None:
        self.name = part.instrument
        self._instrument = INSTRUMENTS[part.instrument]
        dry = score.brief is not None and score.brief.dry
        self._send = 0.0 if dry else 2.2 * room.level * self._instrument.reverb_send
        self._echo_level = 0.0 if dry else room.echo * self._instrument.echo_level
        key = parse_key(score.key)
        if key:
            part = with_drones(part, key.tonic)
        tonic = key.tonic if key else None
        self._dry = render_part(part, samples, seed + twins, report, tonic, room.width)
        if self._instrument.drive:
            mix_effects.distort(self._dry, self._instrument.drive, lambda: report(0.9, self.name))
        self._level = 10 ** (self._instrument.level_db / 20)
        place = room.width * room.seats.get(part.instrument, self._instrument.pan)
        self._gains = np.float32(self._level) * gains(-place if twins % 2 else place)
        depth = self._instrument.auto_pan_depth
        self._sway = mix_effects.auto_pan_gains(depth) if depth else None
        self._echo_seconds = 45 / max(score.tempo, 40)

    def add_to(self, desks: Sequence[Desk], start: int, stop: int) -> None:
        """Add what is heard of a stretch directly, its echoes, and what the room hears, to ``desks``."""
        playing = bool(self._dry[max(0, start - ROTARY_DELAY) : stop].any())
        if not playing and not self._echo_level:
            return
        direct = self._direct(self._dry[start:stop], start) if playing else []
        sent = self._mono(start, stop, self._send) if playing and self._send else None
        for desk in desks:
            with desk.changed(start, stop, send=True) as (*sides, send):
                for side, heard in zip(sides, direct, strict=False):
                    side += heard
                if self._echo_level:
                    mix_effects.add_echo(sides, self._mono, start, self._echo_seconds, self._echo_level)
                if sent is not None:
                    send += sent

    def _direct(self, block: Signal, start: int) -> list[Signal]:
        """What is heard on both sides, without the room, of the stretch ``block`` from ``start`` on."""
        if self._instrument.rotary_speaker:
            lead = min(start, ROTARY_DELAY)
            mono = self._mono(start - lead, start + len(block))
            block = mix_effects.rotary_speaker(mono, start, lead) / np.float32(self._level)
        sides = [
            gain * (block if block.ndim == 1 else block[:, side]) for side, gain in enumerate(self._gains)
        ]
        if self._sway is not None:
            for heard, sway in zip(sides, self._sway, strict=True):
                heard *= np.resize(np.roll(sway, -start), len(heard))
        return sides

    def _mono(self, start: int, stop: int, gain: float = 1.0) -> Signal:
        block = self._dry[start:stop]
        if block.ndim == 1:
            return block * np.float32(gain * self._level)
        mono: Signal = block[:, 0] + block[:, 1]
        mono *= np.float32(0.5 * gain * self._level)
        return mono
