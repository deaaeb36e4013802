"""Rhythmic motifs: cells that come back, a rest at the end of the phrase, small changes at a repetition."""

from __future__ import annotations

import numpy as np

Rhythm = tuple[tuple[float, float], ...]
"""(onset, length) in beats from the phrase's start."""

# Onsets within a beat, and how readily each is sung or played.
_SIMPLE_CELLS: tuple[tuple[tuple[float, ...], float], ...] = (
    ((0.0,), 1.0), ((0.0, 0.5), 1.1), ((0.5,), 0.45), ((), 0.55), ((0.0, 0.75), 0.35),
    ((0.0, 0.5, 0.75), 0.3), ((0.0, 0.25, 0.5), 0.25), ((0.25, 0.5), 0.1), ((0.0, 0.25, 0.5, 0.75), 0.35),
)  # fmt: skip
_COMPOUND_CELLS: tuple[tuple[tuple[float, ...], float], ...] = (
    ((0.0,), 1.0), ((0.0, 2 / 3), 1.2), ((0.0, 1 / 3, 2 / 3), 0.9), ((2 / 3,), 0.3), ((), 0.4),
    ((0.0, 1 / 3), 0.3),
)  # fmt: skip
_LONGEST_NOTE = 3.0


def rhythmic_motif(
    rng: np.random.Generator, beats: float, pace: float, compound: bool, *, rest: float = 1.0, bar: int = 4
) -> Rhythm:
    """Invent the rhythm of a phrase.

    The first half of a bar is mostly taken up by the next bar, which makes the phrase recognisable.

    Parameters
    ----------
    rng
        Its chance.
    beats
        Length of the phrase.
    pace
        Notes a beat, about.
    compound
        Whether a beat divides into three.
    rest
        Beats of silence at the end.
    bar
        Beats of a bar.

    """
    usable = max(1.0 / 3, beats - rest)
    cells: list[tuple[float, ...]] = []
    half = max(1, bar // 2)
    for beat in range(int(np.ceil(usable))):
        again = beat - bar
        if again >= 0 and beat % bar < half and rng.random() < 0.8:
            cells.append(cells[again])
        else:
            cells.append(_beat_cell(rng, pace, compound, first=beat == 0))
    onsets = [beat + at for beat, cell in enumerate(cells) for at in cell if beat + at < usable - 1e-6]
    if rest >= 0.5 and len(onsets) > 2:
        # The last note is held, so it comes on the last beat that leaves room for it.
        last = max(0.0, float(np.floor(usable - 0.75 + 1e-6)))
        onsets = [onset for onset in onsets if onset < last - 0.2] + [last]
    return _with_lengths(onsets or [0.0], usable)


def vary_rhythm(rhythm: Rhythm, rng: np.random.Generator, compound: bool) -> Rhythm:
    """Vary a rhythm for its repetition: split a note, leave one out, or play one early."""
    onsets = [onset for onset, _ in rhythm]
    end = rhythm[-1][0] + rhythm[-1][1]
    step = 1 / 3 if compound else 0.5
    long = [i for i, (_, length) in enumerate(rhythm) if length >= 2 * step - 1e-6]
    way = rng.random()
    if long and way < 0.5:
        onset = rhythm[long[int(rng.integers(len(long)))]][0] + step
        onsets = sorted({*onsets, onset})
    elif len(onsets) > 3 and way < 0.75:
        del onsets[int(rng.integers(1, len(onsets) - 1))]
    elif len(onsets) > 2:
        i = int(rng.integers(1, len(onsets)))
        if onsets[i] - onsets[i - 1] > 2 * step - 1e-6:
            onsets[i] -= step
    return _with_lengths(onsets, end)


def _beat_cell(rng: np.random.Generator, pace: float, compound: bool, *, first: bool) -> tuple[float, ...]:
    """Draw one beat's onsets, about ``pace`` of them; the ``first`` beat of a phrase is never empty."""
    table = _COMPOUND_CELLS if compound else _SIMPLE_CELLS
    wanted = pace if not compound else 1.2 * pace
    weights = np.array(
        [
            liking * np.exp(-(((len(cell) - wanted) / 0.8) ** 2)) * (not (first and not cell))
            for cell, liking in table
        ]
    )
    return table[int(rng.choice(len(table), p=weights / weights.sum()))][0]


def _with_lengths(onsets: list[float], end: float) -> Rhythm:
    ends = [*onsets[1:], max(end, onsets[-1] + 0.25)]
    return tuple((onset, min(stop - onset, _LONGEST_NOTE)) for onset, stop in zip(onsets, ends, strict=True))
