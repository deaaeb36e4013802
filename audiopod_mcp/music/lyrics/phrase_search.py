"""The lines of a text under a separated voice, by dynamic programming over time and pace.

A line is a stretch in which the voice sounds, lasts about as long as its syllables take at the pace of the
moment, moves on about as often as it has syllables, and hisses where its letters do. Between lines the voice
is silent for any while. The pace may change from line to line, at a cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.model import Progress, ignore_progress
from audiopod_mcp.music.signal.stft import Array, Ints

from .alignment import AlignedLine
from .letter_sounds import sibilant_places
from .line_search import LineLayout
from .voice_evidence import VoiceEvidence, smoothed

_PACES = np.array([0.6, 0.72, 0.85, 1.0, 1.18, 1.4, 1.7, 2.1])
"""Paces of a line, as multiples of the song's."""
_LENGTHS = np.exp(np.linspace(np.log(0.35), np.log(3.2), 36))
"""Lengths of a line that are tried, as multiples of what is expected."""
_MAX_LENGTH = 15.0
"""Seconds a line is sung at most."""


@dataclass(frozen=True, slots=True)
class PhraseModel:
    """What speaks for a line's place, by how much. All weights in nats."""

    range: float = 22.0
    """dB below the loud voice (exceeded in a tenth of all steps) down to which it counts as singing."""
    slope: float = 5.0
    """dB that are worth a unit of presence, up to three."""
    inside: float = 1.0
    """Of a second at unit presence, within a line …"""
    outside: float = 0.6
    """… and against one where presence is above 0, outside any."""
    pause: float = 0.02
    """Against a second outside any line."""
    parted: float = 0.3
    """Against a pause before a line at all."""
    begin: float = 1.2
    """Of a line's start where the voice sets in."""
    rise: float = 1.0
    """How much the rise of its bands counts in that, beside the rise of its presence."""
    length_spread: float = 0.25
    """Spread of a line's length around its syllables at the pace of the moment, in its logarithm."""
    length: float = 1.0
    held: float = 0.5
    """How much of that cost lines bear which are longer: last notes are held."""
    movement_spread: float = 0.35
    """Spread of how much the voice moves around the count of syllables, in its logarithm."""
    movement: float = 0.5
    tail: float = 1.5
    """Spreads beyond which either cost grows evenly (Huber)."""
    hiss: float = 1.0
    """Of a sibilant in its place, in spreads of the hissing."""
    blur: float = 0.05
    """How far a sibilant may be from its place, as a share of the line, beside 80 ms."""
    pace: float = 0.85
    """The song's pace, as a share of the time with a voice in it for each syllable."""
    pace_spread: float = 0.5
    """Spread of a line's pace around the song's, in its logarithm."""
    pace_change: float = 1.0
    """Against another pace, times the root of the steps that it is away."""


def align_phrases(
    evidence: VoiceEvidence, lines: Sequence[str], syllables: Ints, report: Progress = ignore_progress
) -> list[AlignedLine]:
    """When each line is sung, by a voice that was separated.

    The lines are laid out with several weights (:data:`_MODELS`), and the layout is taken that the others
    agree with most. How many agree on a line, and how much of a voice is in it, is its confidence.

    Parameters
    ----------
    evidence : VoiceEvidence
    lines : sequence of str
    syllables : intp array, shape (lines,)
        How many each line has.
    report : Progress

    Returns
    -------
    list of AlignedLine
    """
    layouts = []
    for number, model in enumerate(_MODELS):
        report(number / len(_MODELS), "placing the lines")
        layout, presence = search_phrases(evidence, lines, syllables, model)
        layouts.append(layout)
        if number == 0:
            sings = presence > 0
    starts = np.stack([layout.starts for layout in layouts])
    near = np.abs(starts[:, None] - starts[None]) < 0.5 * evidence.fps
    best = int(near.sum(axis=(1, 2)).argmax())
    agreement = (near[best].sum(axis=0) - 1) / (len(layouts) - 1)
    if not np.isfinite(layouts[best].score):  # there was no room for the lines
        agreement[:] = 0.0
    return [
        AlignedLine(
            float(start / evidence.fps),
            float(end / evidence.fps),
            float(agree * sings[start : max(start + 1, end)].mean()) if start < len(sings) else 0.0,
        )
        for start, end, agree in zip(layouts[best].starts, layouts[best].ends, agreement, strict=True)
    ]


def search_phrases(
    evidence: VoiceEvidence, lines: Sequence[str], syllables: Ints, model: PhraseModel
) -> tuple[LineLayout, Array]:
    """The best layout of the lines.

    Parameters
    ----------
    evidence : VoiceEvidence
    lines : sequence of str
    syllables : intp array, shape (lines,)
    model : PhraseModel

    Returns
    -------
    layout : LineLayout
        Spread out evenly, at a score of minus infinity, where there is no room for the lines.
    presence : float32 array, shape (steps,)
        -3 to 3, above 0 where a voice counts as singing.
    """
    presence = _presence(smoothed(evidence.level), evidence.level, model)
    search = _Search(evidence, presence, lines, syllables, model)
    return search.run(), presence


_MODELS = (
    PhraseModel(),
    replace(PhraseModel(), range=18.0),
    replace(PhraseModel(), range=26.0),
    replace(PhraseModel(), hiss=0.5),
    replace(PhraseModel(), movement=1.0),
)
"""The weights that are tried: the first are the best single ones."""


def _presence(level: Array, reference: Array, model: PhraseModel) -> Array:
    threshold = np.percentile(reference, 90) - model.range
    presence: Array = np.clip((level - threshold) / model.slope, -3, 3).astype(np.float32)
    return presence


class _Search:
    """The scores of one search, and the search."""

    def __init__(
        self,
        evidence: VoiceEvidence,
        presence: Array,
        lines: Sequence[str],
        syllables: Ints,
        model: PhraseModel,
    ) -> None:
        self.model, self.fps, self.syllables = model, evidence.fps, syllables
        self.steps = len(presence)
        sung = presence > 0
        self.present = _sums(presence * np.float32(model.inside / self.fps))
        per_step = np.maximum(presence, 0) * (model.outside / self.fps) + model.pause / self.fps
        self.skipped = _sums(per_step)
        self.begin = model.begin * self._beginnings(evidence)
        moved = _sums(np.where(sung, evidence.movement, 0))
        self.moved = moved * (syllables.sum() / max(float(moved[-1]), 1e-9))
        spread = float(evidence.hiss[sung].std()) if sung.any() else 0.0
        centred = evidence.hiss - (evidence.hiss[sung].mean() if sung.any() else 0)
        self.hiss = np.where(sung, centred / (spread + 1e-9), 0).astype(np.float32)
        self.places = [sibilant_places(line) for line in lines]
        self.hiss_rate = sum(map(len, self.places)) / float(syllables.sum())
        share = float(sung.sum()) / self.fps / float(syllables.sum())
        self.seconds = min(max(share, 0.1), 0.6) * model.pace

    def _beginnings(self, evidence: VoiceEvidence) -> Array:
        """How much the voice sets in at each edge of a step, about 0 to 1."""
        reach = max(1, round(0.3 * self.fps))
        presence = np.clip(_presence(evidence.level, evidence.level, self.model), -1, 1)
        sums = _sums(presence)
        edges = np.arange(self.steps + 1)
        after = sums[np.minimum(edges + reach, self.steps)] - sums
        before = sums - sums[np.maximum(edges - reach, 0)]
        usual = float(np.percentile(evidence.rise, 95)) + 1e-9
        rise = np.minimum(np.append(evidence.rise, 0) / usual, 1.5)
        out = 0.5 * np.maximum(after - before, 0) / reach + self.model.rise * rise
        return np.asarray(out, np.float32)

    def run(self) -> LineLayout:
        """The best layout, from the last line back."""
        count, edges = len(self.syllables), np.arange(self.steps + 1)
        arrived = np.repeat((self.begin - self.skipped)[None], len(_PACES), axis=0).astype(np.float32)
        lengths: list[npt.NDArray[np.int16]] = []
        before: list[tuple[npt.NDArray[np.int32], npt.NDArray[np.int8]]] = []
        for line in range(count):
            ended, taken = self._ended(arrived, line)
            lengths.append(taken)
            if line == count - 1:
                break
            # Where the line before ended, if this one begins here: at once, or after a pause.
            kept = ended + self.skipped
            best = np.maximum.accumulate(kept, axis=1)
            place = np.maximum.accumulate(np.where(kept >= best, edges, 0), axis=1)
            paused = best - self.skipped - np.float32(self.model.parted)
            follows = np.where(paused > ended, paused, ended)
            place = np.where(paused > ended, place, edges)
            follows, came_from = self._with_pace_changes(follows)
            before.append((place.astype(np.int32), came_from))
            arrived = follows + self.begin
        final = ended + (self.skipped - self.skipped[-1])
        pace, end = (int(i) for i in np.unravel_index(int(final.argmax()), final.shape))
        if not final[pace, end] > _IMPOSSIBLE / 2:
            starts = np.linspace(0, self.steps, count, endpoint=False).astype(np.intp)
            return LineLayout(-np.inf, starts, np.append(starts[1:], self.steps))
        starts, ends = np.zeros(count, np.intp), np.zeros(count, np.intp)
        for line in range(count - 1, -1, -1):
            ends[line] = end
            starts[line] = start = end - int(lengths[line][pace, end])
            if line:
                places, paces = before[line - 1]
                pace = int(paces[pace, start])
                end = int(places[pace, start])
        return LineLayout(float(final.max()), starts, ends)

    def _ended(self, arrived: Array, line: int) -> tuple[Array, npt.NDArray[np.int16]]:
        """The best score of a line that ends at each edge, by pace, and how long it is then."""
        model, count = self.model, int(self.syllables[line])
        expected = self.seconds * count * self.fps
        longest = min(_MAX_LENGTH * self.fps, self.steps)
        lengths = np.unique(np.clip(np.round(expected * _LENGTHS), 2, max(2, longest)).astype(np.intp))
        edges = np.arange(self.steps + 1)
        starts = edges[None] - lengths[:, None]
        inside = starts >= 0
        starts = np.maximum(starts, 0)
        moved = np.log(np.maximum(self.moved - self.moved[starts], 0.25) / count) / model.movement_spread
        scores = self.present - self.present[starts] - model.movement * _huber(moved, model.tail)
        for row, length in enumerate(lengths):
            if length <= self.steps:
                template = self._hisses(line, int(length))
                scores[row, length:] += np.correlate(self.hiss, template, "valid")
        scores = np.where(inside, scores, _IMPOSSIBLE).astype(np.float32)
        ended = np.empty_like(arrived)
        taken = np.empty(arrived.shape, np.int16)
        for pace, factor in enumerate(_PACES):
            odd = np.log(lengths / (expected * factor)) / model.length_spread
            cost = model.length * _huber(odd, model.tail) * np.where(odd > 0, model.held, 1.0)
            cost += 0.5 * (np.log(factor) / model.pace_spread) ** 2
            values = arrived[pace][starts] + scores - cost[:, None].astype(np.float32)
            best = values.argmax(axis=0)
            ended[pace] = values[best, edges]
            taken[pace] = lengths[best]
        return ended, taken

    def _hisses(self, line: int, length: int) -> Array:
        """What hissing is expected in a line of so many steps, less what is usual: ``(length,)``."""
        usual = self.hiss_rate * float(self.syllables[line]) / length
        blur = 0.08 * self.fps + self.model.blur * length
        away = (np.arange(length) + 0.5 - length * self.places[line][:, None]) / blur
        expected = np.exp(-0.5 * away**2).sum(axis=0) / (blur * np.sqrt(2 * np.pi)) - usual
        return np.asarray(self.model.hiss * expected, np.float32)

    def _with_pace_changes(self, scores: Array) -> tuple[Array, npt.NDArray[np.int8]]:
        """The scores with the pace free to change, and from which pace each came."""
        best = scores.copy()
        source = np.repeat(np.arange(len(_PACES), dtype=np.int8)[:, None], scores.shape[1], axis=1)
        for pace in range(len(_PACES)):
            for other in range(len(_PACES)):
                if other != pace:
                    value = scores[other] - np.float32(self.model.pace_change * abs(other - pace) ** 0.5)
                    better = value > best[pace]
                    best[pace] = np.where(better, value, best[pace])
                    source[pace][better] = other
        return best, source


_IMPOSSIBLE = np.float32(-1e9)


def _sums(values: npt.ArrayLike) -> Array:
    """What values sum to before each of them, and in all: one longer."""
    return np.concatenate(([0.0], np.cumsum(values, dtype=np.float64))).astype(np.float32)


def _huber(values: npt.NDArray[Any], tail: float) -> npt.NDArray[Any]:
    """Half the square, growing evenly beyond ``tail``."""
    away = np.abs(values)
    return np.asarray(np.where(away < tail, 0.5 * away**2, tail * away - 0.5 * tail**2))
