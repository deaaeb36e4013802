"""Whether vocals, drums and a bass are in a recording, and how much of each a stem will hold.

Where a source is silent, :func:`.estimator.ratio_masks` give it little, and that little nowhere
surely. Thresholds were chosen on some 150 mixes of played parts, with and without each source.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from audiopod_mcp.music.signal.stft import Array, Complex

from .estimator import SOURCES

_MIN_PRESENT_SCORE = {"vocals": -1.25, "drums": -1.75, "bass": -4.5}
"""Scores below which a source is not there …"""
_MIN_CLEAR_SCORE = {"vocals": -0.6, "drums": -1.1, "bass": -2.8}
"""… and below which it is doubtful whether it is."""
_LEFT: Final = "else is left in the stem"
"""What every note on how clear a stem is says."""


class SourceActivity:
    """Which sources are in a recording, by the ratio masks of its blocks so far.

    Attributes
    ----------
    scores : dict of str to float
        For each source how much speaks for its being there, in the block where it is clearest.
    expected : float64 array, shape (sources,)
        Power that the masks give each source.
    certain : float64 array, shape (sources,)
        The same, weighted by the masks once more: where they are 1 they are sure.
    """

    def __init__(self) -> None:
        self.scores = dict.fromkeys(_MIN_PRESENT_SCORE, -np.inf)
        self.expected = np.zeros(len(SOURCES))
        self.certain = np.zeros(len(SOURCES))

    def add(self, spectra: list[Complex], masks: Array) -> None:
        """Takes in a block; a source is there if any block has it.

        Parameters
        ----------
        spectra : list of complex64 array, shape (frames, bins)
            The channels'.
        masks : float32 array, shape (4, frames, bins)
            :func:`.estimator.ratio_masks`.
        """
        power: Array = np.sum([np.square(np.abs(spectrum)) for spectrum in spectra], axis=0)
        whole = float(power.sum(dtype=np.float64))
        if whole <= 0:
            return
        compressed = power**0.3
        for number, (source, mask) in enumerate(zip(SOURCES, masks, strict=True)):
            part = mask * power
            expected = float(part.sum(dtype=np.float64))
            certain = float((part * mask).sum(dtype=np.float64))
            self.expected[number] += expected
            self.certain[number] += certain
            sure = _log_odds(certain / (expected + 1e-12 * whole))
            if source == "drums":
                score = _log_odds(float((mask * compressed).sum() / compressed.sum()))
            elif source == "bass":
                score = np.log(expected / whole + 1e-6) + 0.8 * sure
            else:
                score = sure
            if source in self.scores:
                self.scores[source] = max(self.scores[source], score)

    def is_present(self, track: str, *, sure: bool = True) -> bool:
        """Whether the track is there: faintly is enough, if other evidence is ``sure`` of it."""
        return self.scores[track] >= (_MIN_PRESENT_SCORE if sure else _MIN_CLEAR_SCORE)[track]

    def is_doubtful(self, track: str) -> bool:
        """Whether it is doubtful that the track is there."""
        return self.scores[track] < _MIN_CLEAR_SCORE[track]

    def instead_of(self, track: str) -> tuple[str, ...]:
        """The other tracks that were surely heard."""
        return tuple(other for other in _MIN_PRESENT_SCORE if other != track and not self.is_doubtful(other))

    def expected_sdr(self, track: str) -> float:
        """By how many dB the track is likely to stand above what else is left in its stem.

        A ratio mask is what is to be expected of a bin; of stems cut out by such masks the part that is the
        track's own follows from how sure they are.
        """
        number = SOURCES.index(track)
        return float(10 / np.log(10) * _log_odds(self.certain[number] / (self.expected[number] + 1e-12)))

    def quality_note(self, track: str) -> str:
        """:meth:`expected_sdr` in words."""
        clear = self.expected_sdr(track)
        if clear >= 0:
            return f"The {track} should stand some {round(clear)} dB above what {_LEFT}."
        return f"What {_LEFT} may be as loud as the {track}."


def without_quality(notes: Iterable[str]) -> tuple[str, ...]:
    """``notes`` on stems without how clear they are, for whoever gets to hear what they were taken from."""
    return tuple(note for note in notes if _LEFT not in note)


def _log_odds(share: float) -> float:
    """The log-odds of a probability, at most 11.5 either way."""
    share = min(max(share, 1e-5), 1 - 1e-5)
    return float(np.log(share / (1 - share)))
