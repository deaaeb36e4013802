"""What is edited: layers that sum to the mix, and the score they were played from, if there is one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.analysis.analyze import analyze
from audiopod_mcp.music.effects.crossfade import (
    CROSSFADE,
    crossfade,
    equal_power_fade,
    fix_length,
    mixdown,
    resample,
)
from audiopod_mcp.music.effects.mix_matching import loudness_gain
from audiopod_mcp.music.leadsheet import LeadSheet, lead_sheet_from_analysis, lead_sheet_from_score
from audiopod_mcp.music.model import (
    SAMPLE_RATE,
    Analysis,
    Audio,
    Progress,
    Refused,
    Score,
    Span,
    ignore_progress,
)
from audiopod_mcp.music.score import concatenated, excerpt
from audiopod_mcp.music.separation.separate import DOUBT_NOTE, separate_with_notes
from audiopod_mcp.music.signal.loudness import Sliceable, integrated_loudness
from audiopod_mcp.music.synthesis import Mix, Multitrack, pieces, tapes_of
from audiopod_mcp.music.synthesis.multitrack import Tape

RESIDUAL = ""
"""The layer of a recording without stems: all of it, or what is left beside the stems taken out of it."""

TRACES = "traces remain on both sides."
"""The end of a note on a player that came from a separation."""
_MAX_SAMPLES = 1_200 * SAMPLE_RATE * 2
"""Samples of all channels that a track may come to have: 20 minutes of stereo at 44.1 kHz."""

Separator: TypeAlias = Callable[[Audio, int, str, Progress], tuple[Audio, tuple[str, ...]]]
"""Takes a recording, its sample rate (Hz) and a track; gives the track's stem, and notes on it."""


def separate_by_signal(
    audio: Audio, rate: int, track: str, report: Progress
) -> tuple[Audio, tuple[str, ...]]:
    """Separate ``track`` from a recording with :func:`separate_with_notes`, with a short note on it."""
    stem, notes = separate_with_notes(audio, rate, track, report)
    doubt = DOUBT_NOTE.format(track=track)
    note = f"The {track_label(track)} came from a separation: {TRACES}"
    return stem, (note, *([doubt] if doubt in notes else []))


@dataclass(frozen=True)
class LayeredTrack:
    """What is edited: layers that sum to the mix, and the score that they were played from, if any."""

    layers: Mapping[str, Audio]
    """By track: the stems, or only :data:`RESIDUAL`. All have the shape ``(samples, channels)``."""
    rate: int
    """Sample rate, Hz."""
    score: Score | None = None
    notes: tuple[str, ...] = ()
    """What the listener should know, each one sentence."""
    facts: tuple[str, ...] = ()
    """What was done, where who did it knows it better than who compares."""
    shortfalls: tuple[str, ...] = ()
    """In what respect less was done than was asked for, one sentence each."""
    seed: int = 0
    """Seed of what is newly played."""
    separator: Separator = separate_by_signal
    """What takes players out of a recording."""
    rendered: list[tuple[Score, Mapping[str, Audio]]] = field(default_factory=list, repr=False, compare=False)
    """The score that was rendered last, whatever was done to the song since, and its stems."""
    _analyses: list[Analysis] = field(default_factory=list, init=False, repr=False, compare=False)
    """The analysis of the mix, once there is one: it takes seconds."""

    @property
    def mix(self) -> Mix:
        """The sum of the layers, of which stretches can be had: all of it would be large."""
        return Mix(tapes_of(self.layers).values())

    def heard(self, track: str | None) -> Sliceable:
        """The layer of ``track`` if there is one, else the sum of all."""
        tape = None if track is None else tapes_of(self.layers).get(track)
        return self.mix if tape is None else tape

    @property
    def channels(self) -> int:
        return self._shape[1]

    @property
    def _shape(self) -> tuple[int, int]:
        samples, channels = self.mix.shape
        return samples, channels

    @property
    def samples(self) -> int:
        return self._shape[0]

    @property
    def seconds(self) -> float:
        return self.samples / self.rate

    def check_length(self, samples: int) -> None:
        """Refuse a change that would make it so many ``samples`` long, where they are too many to hold."""
        if samples * self.channels > _MAX_SAMPLES:
            longest = _MAX_SAMPLES / self.channels / self.rate
            raise Refused("result_too_long", length=samples / self.rate, longest=longest)

    def with_notes(self, *notes: str) -> LayeredTrack:
        """The same track with more notes."""
        noted = replace(self, notes=(*self.notes, *notes))
        noted._analyses.extend(self._analyses)
        return noted

    def with_facts(self, *facts: str) -> LayeredTrack:
        """The same track with more facts."""
        return replace(self, facts=(*self.facts, *facts))

    def with_shortfall(self, shortfall: str) -> LayeredTrack:
        """The same track with one more thing that was not done as it was asked for."""
        return replace(self, shortfalls=(*self.shortfalls, shortfall))

    @property
    def heard_tempo(self) -> float | None:
        """The tempo that was heard, BPM; ``None`` where nobody has listened yet, or there is no pulse."""
        return self._analyses[0].tempo if self._analyses else None

    def excerpt(self, first: int, last: int) -> LayeredTrack:
        """What is in samples ``[first, last)``, of the layers and of the score."""
        if (first, last) == (0, self.samples):
            return self
        tapes = tapes_of(self.layers)
        layers = Multitrack.gather((track, tape[first:last]) for track, tape in tapes.items())
        score = self.score and excerpt(self.score, first / self.rate, last / self.rate)
        return replace(self, layers=layers, score=score)

    def map_layers(
        self, change: Callable[[Audio], Audio], track: str | None = None, report: Progress = ignore_progress
    ) -> LayeredTrack:
        """Change every layer with ``change``, or only that of ``track``, which is separated if need be."""
        piece = self if track is None else self.separate(track, report)
        return piece.with_layers(
            (name, change(piece.layers[name])) for name in piece.layers if track in (None, name)
        )

    def with_layers(self, changed: Iterable[tuple[str, Audio]]) -> LayeredTrack:
        """The same track with some layers ``changed``, or more of them; the others are not read for it."""
        tapes = tapes_of(self.layers) | tapes_of(Multitrack.gather(changed))
        return replace(self, layers=Multitrack.gather(tapes.items()))

    def separate(self, track: str, report: Progress) -> LayeredTrack:
        """Have a layer for ``track``: there is one, or it is separated from the recording.

        Raises
        ------
        Refused
            Where nobody plays ``track``, or it can't be separated.
        """
        if track in self.layers:
            return self
        if RESIDUAL not in self.layers:
            raise Refused("track_not_in_mix", track=track, tracks=tuple(sorted(self.layers)))
        whole = self.layers[RESIDUAL]
        stem, notes = self.separator(whole, self.rate, track, report)
        layers = Multitrack.gather([(track, stem), (RESIDUAL, whole - stem)])
        parted = self.with_layers((name, layers[name]) for name in (RESIDUAL, track))
        return replace(parted, notes=(*self.notes, *notes))

    def analysis(self, report: Progress) -> Analysis:
        """What is heard in the mix; it is listened to once."""
        if not self._analyses:
            self._analyses.append(analyze(mixdown(self.layers), self.rate, report))
        return self._analyses[0]

    def frame(self, report: Progress) -> LeadSheet:
        """Beats, chords and form: those of the score, or those that are heard."""
        if self.score is not None:
            return lead_sheet_from_score(self.score)
        return lead_sheet_from_analysis(self.analysis(report))

    def sections(self, report: Progress) -> tuple[Span, ...]:
        return self.score.sections if self.score is not None else self.analysis(report).sections

    def downbeats(self, report: Progress) -> tuple[float, ...]:
        """When bars begin, seconds; empty where none are heard."""
        return self.score.downbeats if self.score is not None else self.analysis(report).downbeats

    def insert(self, part: LayeredTrack, first: int, last: int) -> LayeredTrack:
        """Put ``part`` where samples ``[first, last)`` are, with crossfades inside.

        A part as long as what it replaces is the same music, changed: its crossfades are of equal gain, not
        of equal power. The result has the notes of ``part``.
        """
        fade = round(CROSSFADE * self.rate)
        before, after = first > 0, last < self.samples
        if not before and not after:
            return part
        # No memory is taken by what stays silent.
        nothing, silence = np.zeros(self._shape, np.float32), np.zeros(part._shape, np.float32)
        weight = _weight(part.samples, fade * before, fade * after)
        own, parts = tapes_of(self.layers), tapes_of(part.layers)

        def joined(track: str) -> Audio:
            old, new = own.get(track, nothing), parts.get(track, silence)
            if part.samples == last - first:
                layer = old[:].copy() if isinstance(old, np.ndarray) else old[:]
                for piece in pieces(part.samples):
                    here = layer[first:last][piece]
                    here += weight[piece] * (new[piece] - here)
                return layer
            whole = crossfade(old[: first + fade], new[:], fade) if before else new[:]
            return crossfade(whole, old[last - fade :], fade) if after else whole

        tracks = (*self.layers, *(track for track in part.layers if track not in self.layers))
        layers = Multitrack.gather((track, joined(track)) for track in tracks)
        score = part.score
        if self.score is not None and score is not None:
            start, end = first / self.rate, last / self.rate
            score = concatenated(
                (excerpt(self.score, 0, start), score, excerpt(self.score, end, self.seconds))
            )
            if part.samples == last - first:  # a chorus that changes halfway is still one chorus
                score = replace(score, sections=self.score.sections)
        return replace(part, layers=layers, score=score)

    def concatenate(self, spans: Sequence[tuple[int, int]]) -> LayeredTrack:
        """Put stretches, samples ``[first, last)`` each, one after another.

        Where one does not go on from the one before it, they are crossfaded. The crossfade takes its samples
        from what follows the stretch before it, so that no time is lost.
        """
        fade = round(CROSSFADE * self.rate)

        def joined(layer: Tape) -> Audio:
            joins = [0, *(fade * (end != first) for (_, end), (first, _) in pairwise(spans))]
            sizes = [max(join, last - first) for join, (first, last) in zip(joins, spans, strict=True)]
            out = np.empty((sum(sizes), layer.shape[1]), np.float32)
            for number, ((first, last), join) in enumerate(zip(spans, joins, strict=True)):
                stretch, at = layer[first:last], sum(sizes[:number])
                if join:
                    end = spans[number - 1][1]
                    stretch = crossfade(fix_length(layer[end : end + fade], fade), stretch, fade)
                out[at : at + len(stretch)] = stretch
            return out

        tapes = tapes_of(self.layers)
        layers = Multitrack.gather((track, joined(tape)) for track, tape in tapes.items())
        score = self.score
        if score is not None:
            score = concatenated(
                [excerpt(score, first / self.rate, last / self.rate) for first, last in spans]
            )
        return replace(self, layers=layers, score=score)


def _weight(samples: int, fade_in: int, fade_out: int) -> npt.NDArray[np.float32]:
    """A gain from 0 to 1 and to 0 again, ``(samples, 1)``; fades of 0 samples are hard edges."""
    weight = np.ones((samples, 1), np.float32)
    fade_in, fade_out = min(fade_in, samples // 2), min(fade_out, samples // 2)
    weight[:fade_in] = np.square(equal_power_fade(fade_in))
    weight[samples - fade_out :] *= np.square(equal_power_fade(fade_out))[::-1]
    return weight


def track_label(track: str) -> str:
    """The name of a track as it is written in a sentence."""
    return track.replace("_", " ")


def pronoun(track: str) -> str:
    """Which pronoun stands for the players of a track."""
    return "it" if track in ("bass", "brass", "percussion", "keyboard", "guitar", "synth") else "them"


def conform_stems(
    stems: Mapping[str, Audio], piece: LayeredTrack, *, beside: Audio | None = None
) -> Multitrack:
    """Bring new stems to the format, the length and the loudness of a track.

    Parameters
    ----------
    stems : mapping of float32 arrays, each of shape (n, 2)
        At 44.1 kHz.
    piece : LayeredTrack
        The track that they join.
    beside : float32 array, shape (samples, channels), optional
        What they are to be as loud as, in place of the mix of ``piece``. They are raised by 12 dB at most.

    Returns
    -------
    Multitrack of float32 arrays, each shaped like the layers of ``piece``
    """
    layers = Multitrack.gather(
        (track, fix_length(resample(stems[track], SAMPLE_RATE, piece.rate, piece.channels), piece.samples))
        for track in stems  # one in memory at a time
    )
    loudness = integrated_loudness(piece.mix if beside is None else beside, piece.rate)
    whole = Mix(tapes_of(layers).values())
    gain = np.float32(loudness_gain(whole, piece.rate, loudness, at_most=12.0))
    return Multitrack.gather((track, layers[track] * gain) for track in layers)
