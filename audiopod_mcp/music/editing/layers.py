"""What is edited: layers that sum to the mix, and the score they were played from, if there is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.analysis.analyze import analyse
from audiopod_mcp.music.effects.crossfade import (
    CROSSFADE,
    crossfade,
    equal_power_fade,
    fix_length,
    mixdown,
    resample,
)
from audiopod_mcp.music.effects.mix_matching import loudness_gain
from audiopod_mcp.music.leadsheet import Frame, heard_frame, score_frame
from audiopod_mcp.music.model import SAMPLE_RATE, Audio, Progress, Refused, Score, Span, silent
from audiopod_mcp.music.score import excerpt, joined
from audiopod_mcp.music.separation.separate import separate
from audiopod_mcp.music.signal.loudness import integrated_loudness

RESIDUAL = ""
"""The one layer of a recording that has no stems, or what is left of it beside those taken out."""

Separator: TypeAlias = Callable[[Audio, int, str, Progress], tuple[Audio, tuple[str, ...]]]
"""Takes a track out of a recording at so many Hz: the stem, and notes on it."""


def separate_by_signal(
    audio: Audio, rate: int, track: str, report: Progress
) -> tuple[Audio, tuple[str, ...]]:
    """:func:`separate`, with a short note."""
    note = f"The {track_label(track)} came from a separation: traces remain on both sides."
    return separate(audio, rate, track, report), (note,)


@dataclass(frozen=True)
class LayeredTrack:
    """What is edited: layers that sum to the mix (stems, or only :data:`RESIDUAL`), and their score."""

    layers: Mapping[str, Audio]
    rate: int
    score: Score | None = None
    notes: tuple[str, ...] = ()
    seed: int = 0
    """Of what is newly played."""
    separator: Separator = separate_by_signal

    @property
    def mix(self) -> Audio:
        return mixdown(self.layers)

    @property
    def samples(self) -> int:
        return len(next(iter(self.layers.values())))

    @property
    def seconds(self) -> float:
        return self.samples / self.rate

    def excerpt(self, first: int, last: int) -> LayeredTrack:
        """What is in samples ``[first, last)``."""
        if (first, last) == (0, self.samples):
            return self
        layers = {track: layer[first:last] for track, layer in self.layers.items()}
        score = self.score and excerpt(self.score, first / self.rate, last / self.rate)
        return replace(self, layers=layers, score=score)

    def map_layers(
        self, change: Callable[[Audio], Audio], track: str | None = None, report: Progress = silent
    ) -> LayeredTrack:
        """Every layer changed, or the one of ``track``."""
        piece = self if track is None else self.separate(track, report)
        layers = {name: change(x) if track in (None, name) else x for name, x in piece.layers.items()}
        return replace(piece, layers=layers)

    def separate(self, track: str, report: Progress) -> LayeredTrack:
        """With a layer for ``track``: there is one, or it is separated from the recording."""
        if track in self.layers:
            return self
        if RESIDUAL not in self.layers:
            raise Refused("track_not_in_mix", track=track, tracks=tuple(sorted(self.layers)))
        stem, notes = self.separator(self.layers[RESIDUAL], self.rate, track, report)
        layers = {**self.layers, RESIDUAL: self.layers[RESIDUAL] - stem, track: stem}
        return replace(self, layers=layers, notes=(*self.notes, *notes))

    def frame(self, report: Progress) -> Frame:
        if self.score is not None:
            return score_frame(self.score)
        return heard_frame(analyse(self.mix, self.rate, report))

    def sections(self, report: Progress) -> tuple[Span, ...]:
        return (
            self.score.sections if self.score is not None else analyse(self.mix, self.rate, report).sections
        )

    def bars(self, report: Progress) -> tuple[float, ...]:
        """When bars begin, seconds; empty where none are heard."""
        if self.score is not None:
            return self.score.downbeats
        return analyse(self.mix, self.rate, report).downbeats

    def insert(self, part: LayeredTrack, first: int, last: int) -> LayeredTrack:
        """The piece with ``part`` where ``[first, last)`` was; the crossfades lie inside.

        A part as long as what it replaces is the same music, changed: its crossfades are of equal gain.
        """
        fade = round(CROSSFADE * self.rate)
        before, after = first > 0, last < self.samples
        if not before and not after:
            return part
        nothing, silence = np.zeros_like(self.mix), np.zeros_like(part.mix)
        layers = {}
        for track in (*self.layers, *(track for track in part.layers if track not in self.layers)):
            old, new = self.layers.get(track, nothing), part.layers.get(track, silence)
            if part.samples == last - first:
                layers[track] = old.copy()
                layers[track][first:last] += _weight(part.samples, fade * before, fade * after) * (
                    new - old[first:last]
                )
            else:
                whole = crossfade(old[: first + fade], new, fade) if before else new
                layers[track] = crossfade(whole, old[last - fade :], fade) if after else whole
        score = part.score
        if self.score is not None and score is not None:
            start, end = first / self.rate, last / self.rate
            score = joined((excerpt(self.score, 0, start), score, excerpt(self.score, end, self.seconds)))
        return replace(part, layers=layers, score=score)

    def concatenate(self, spans: Sequence[tuple[int, int]]) -> LayeredTrack:
        """The stretches ``[first, last)`` one after another; where they do not go on, they are crossfaded.

        A crossfade takes its samples from what follows the stretch before it: no time is lost.
        """
        fade = round(CROSSFADE * self.rate)
        layers = {}
        for track, layer in self.layers.items():
            out = layer[spans[0][0] : spans[0][1]]
            for (_, end), (first, last) in pairwise(spans):
                tail = fix_length(layer[end : end + fade], fade) if end != first else layer[:0]
                out = crossfade(np.concatenate((out, tail)), layer[first:last], len(tail))
            layers[track] = out
        score = self.score
        if score is not None:
            score = joined([excerpt(score, first / self.rate, last / self.rate) for first, last in spans])
        return replace(self, layers=layers, score=score)


def _weight(samples: int, fade_in: int, fade_out: int) -> npt.NDArray[np.float32]:
    """From 0 to 1 and to 0 again, ``(samples, 1)``; fades of 0 samples are hard edges."""
    weight = np.ones((samples, 1), np.float32)
    fade_in, fade_out = min(fade_in, samples // 2), min(fade_out, samples // 2)
    weight[:fade_in] = np.square(equal_power_fade(fade_in))
    weight[samples - fade_out :] *= np.square(equal_power_fade(fade_out))[::-1]
    return weight


def track_label(track: str) -> str:
    return track.replace("_", " ")


def pronoun(track: str) -> str:
    return "it" if track in ("bass", "brass", "percussion", "keyboard", "guitar", "synth") else "them"


def conform_stems(
    stems: Mapping[str, Audio], piece: LayeredTrack, *, beside: Audio | None = None
) -> dict[str, Audio]:
    """New stems at 44.1 kHz with the rate, channels and length of ``piece``, as loud as it or ``beside``."""
    channels = next(iter(piece.layers.values())).shape[1]
    layers = {
        track: fix_length(resample(stem, SAMPLE_RATE, piece.rate, channels), piece.samples)
        for track, stem in stems.items()
    }
    loudness = integrated_loudness(piece.mix if beside is None else beside, piece.rate)
    gain = np.float32(loudness_gain(mixdown(layers), piece.rate, loudness, at_most=12.0))
    return {track: layer * gain for track, layer in layers.items()}
