"""Rendering of a track: what its players play, block after block, with their effects and their room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from audiopod_mcp.music.model import Audio, Part, Progress, Score
from audiopod_mcp.music.theory import parse_key

from . import mix_effects
from .instruments import INSTRUMENTS
from .mix_effects import ROTARY_DELAY, Reverb
from .multitrack import IN_MEMORY, Tape, blank_tapes
from .part_rendering import render_part, with_drones
from .rooms import Room, gains, room_of
from .tone import Signal

ONE_SHOT = "one-shot"
"""The section of a score that is one sound, which stands in the middle: a sampler's user places it."""


def render_track(
    parts: Sequence[Part],
    score: Score,
    samples: int,
    seed: int,
    report: Progress,
    *,
    kicks: Sequence[float] = (),
) -> Iterator[Audio]:
    """Render the parts of one track to its stem, a few seconds at a time.

    Parameters
    ----------
    parts
        Those of ``score`` that are of the track.
    score
        What they are of: its key and tempo count.
    samples
        Length of the stem, at 44.1 kHz.
    seed
        Decides the noise of the instruments.
    report
        Is told the fraction that is done, and may raise to stop it.
    kicks
        When the bass drum ducks the track, s.

    Yields
    ------
    ndarray
        Consecutive blocks of the stem; float32, shape (n, 2).

    """
    room = room_of(score.brief.style if score.brief else None, score.tempo)
    if [section.label for section in score.sections] == [ONE_SHOT]:
        room = replace(room, width=0.0)
    reverb = Reverb(room, samples)

    def strip(index: int) -> _ChannelStrip:
        def part_progress(fraction: float, doing: str) -> None:
            report((index + fraction) / len(parts), doing)

        part, twins = parts[index], 0
        if part.track == "guitar":
            twins = sum(before.instrument == part.instrument for before in parts[:index])
        return _ChannelStrip(part, score, room, samples, seed, part_progress, twins)

    # Where what they play is too long to be in memory at once, the last player finds the sum of the others:
    # left, right, and what the room hears.
    before = len(parts) - 1 if 8 * samples * len(parts) > IN_MEMORY else 0
    earlier: Tape = blank_tapes(1, samples if before else 0, 3)[0]
    for index in range(before):
        player = strip(index)
        for start in range(0, samples, reverb.block):
            piece = slice(start, start + reverb.block)
            heard = earlier[piece]
            player.add_to(heard[:, :2], start)
            player.add_to_send(heard[:, 2], start)
            earlier[piece] = heard
        del player
    players = [strip(index) for index in range(before, len(parts))]
    for start in range(0, samples, reverb.block):
        report(0.95, players[0].name)
        # While it is worked on, the samples of one side follow each other.
        stem = np.zeros((2, min(reverb.block, samples - start)), np.float32).T
        first, last = reverb.needs(start)
        send = np.zeros(max(0, last - first), np.float32)
        if len(earlier):
            stem += earlier[start : start + len(stem)][:, :2]
            send += earlier[first : first + len(send)][:, 2]
        for player in players:
            player.add_to(stem, start)
            player.add_to_send(send, first)
        reverb.add(stem, send, start)
        if kicks:
            stem *= mix_effects.ducking_gain(kicks, start, len(stem))[:, None]
        yield np.ascontiguousarray(stem)


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

    def add_to(self, stem: Audio, start: int) -> None:
        """Add what is heard directly, and its echoes, to ``stem`` (n, 2), the block from ``start`` on."""
        block = self._dry[start : start + len(stem)]
        if self._instrument.rotary_speaker:
            lead = min(start, ROTARY_DELAY)
            mono = self._mono(start - lead, start + len(stem))
            block = mix_effects.rotary_speaker(mono, start, lead) / np.float32(self._level)
        for side, gain in enumerate(self._gains):
            heard = gain * (block if block.ndim == 1 else block[:, side])
            if self._sway is not None:
                heard *= np.resize(np.roll(self._sway[side], -start), len(heard))
            stem[:, side] += heard
        if self._echo_level:
            mix_effects.add_echo(stem, self._mono, start, self._echo_seconds, self._echo_level)

    def add_to_send(self, send: Signal, start: int) -> None:
        """Add what the room hears to ``send`` (n,), the block from ``start`` on."""
        if self._send:
            send += self._mono(start, start + len(send)) * np.float32(self._send)

    def _mono(self, start: int, stop: int) -> Signal:
        block = self._dry[start:stop]
        if block.ndim == 1:
            return block * np.float32(self._level)
        mono: Signal = block[:, 0] + block[:, 1]
        mono *= np.float32(0.5 * self._level)
        return mono
