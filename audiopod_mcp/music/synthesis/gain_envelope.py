"""A gain that moves in time, held as the few points between which it is straight."""

from __future__ import annotations

import numpy as np

from .tone import FloatArray, Signal

GAIN_BLOCK = 64
"""Samples from one point to the next."""
_RAMP = (np.arange(GAIN_BLOCK) / GAIN_BLOCK).astype(np.float32)


class GainEnvelope:
    """The gain of each sample of a piece; slices of it are float32 arrays of shape (n,)."""

    def __init__(self, knots: Signal, samples: int) -> None:
        """Join ``knots``, :data:`GAIN_BLOCK` samples apart, by lines; the last is at or after the end."""
        self.knots = knots
        self.samples = samples
        self._level = np.float32(1)
        self._latest: tuple[tuple[int, int], Signal] | None = None

    def __len__(self) -> int:
        return self.samples

    def __getitem__(self, piece: slice) -> Signal:
        start, stop, _ = piece.indices(self.samples)
        # All stems of a piece are asked about the same stretch, one after another.
        if self._latest is None or self._latest[0] != (start, stop):
            first, last = start // GAIN_BLOCK, -(-stop // GAIN_BLOCK)
            knots = self.knots[first : last + 1]
            lines = np.diff(knots)[:, None] * _RAMP
            lines += knots[:-1, None]
            lines *= self._level
            at = first * GAIN_BLOCK
            self._latest = (start, stop), lines.reshape(-1)[start - at : stop - at]
        return self._latest[1]

    def mean_squares(self, step: int, count: int) -> FloatArray:
        """The mean square of the gain in each of the first ``count`` steps of so many samples, (count,).

        Where a step begins or ends between two points, the mean square between them stands for it.
        """
        left, right = self.knots[:-1].astype(np.float64), self.knots[1:].astype(np.float64)
        squares = float(self._level) ** 2 * GAIN_BLOCK / 3 * (left * left + left * right + right * right)
        at = np.minimum(np.arange(count + 1) * step, self.samples)
        sums = np.interp(
            at / GAIN_BLOCK, np.arange(len(self.knots)), np.concatenate(([0.0], np.cumsum(squares)))
        )
        means: FloatArray = np.diff(sums) / np.maximum(1, np.diff(at))
        return means

    def lower(self, factor: float) -> None:
        """Multiply the whole curve by ``factor``."""
        self._level *= np.float32(factor)
        self._latest = None
