"""Whether vocals, drums and a bass are in a recording, and how much of each a stem will hold.

Where a source is silent, :func:`.estimator.shares` give it little, and that little nowhere
surely. Thresholds were chosen on some 150 mixes of played parts, with and without each source.
"""

from __future__ import annotations

import numpy as np

from audiopod_mcp.music.signal.stft import Array

from .estimator import SOURCES
from .features import Complex

_ABSENT = {"vocals": -1.25, "drums": -1.75, "bass": -4.5}
"""Scores below which a source is not there …"""
_FAINT = {"vocals": -0.6, "drums": -1.1, "bass": -2.8}
"""… and below which it may be taken for there."""


class Heard:
    """What the shares found in a recording so far, block by block."""

    def __init__(self) -> None:
        self.scores = dict.fromkeys(_ABSENT, -np.inf)
        self.expected = np.zeros(len(SOURCES))
        self.certain = np.zeros(len(SOURCES))

    def add(self, spectra: list[Complex], found: Array) -> None:
        """The shares ``(4, frames, bins)`` of a block. A source is there if any block has it."""
        power: Array = np.sum([np.square(np.abs(spectrum)) for spectrum in spectra], axis=0)
        whole = float(power.sum(dtype=np.float64))
        if whole <= 0:
            return
        evened = power**0.3
        for number, (source, share) in enumerate(zip(SOURCES, found, strict=True)):
            part = share * power
            expected = float(part.sum(dtype=np.float64))
            certain = float((part * share).sum(dtype=np.float64))
            self.expected[number] += expected
            self.certain[number] += certain
            sure = _log_odds(certain / (expected + 1e-12 * whole))
            if source == "drums":
                score = _log_odds(float((share * evened).sum() / evened.sum()))
            elif source == "bass":
                score = np.log(expected / whole + 1e-6) + 0.8 * sure
            else:
                score = sure
            if source in self.scores:
                self.scores[source] = max(self.scores[source], score)

    def present(self, track: str, *, sure: bool = True) -> bool:
        """Whether the track is there: faintly is enough, if other evidence is ``sure`` of it."""
        return self.scores[track] >= (_ABSENT if sure else _FAINT)[track]

    def doubted(self, track: str) -> bool:
        return self.scores[track] < _FAINT[track]

    def instead_of(self, track: str) -> tuple[str, ...]:
        """The other tracks that were surely heard."""
        return tuple(other for other in _ABSENT if other != track and not self.doubted(other))

    def clearness(self, track: str) -> float:
        """By how many dB the track is likely to stand above what else is left in its stem.

        A share is what is to be expected of a cell; of stems cut out by such shares the part that is the
        track's own follows from how sure they are.
        """
        number = SOURCES.index(track)
        return float(10 / np.log(10) * _log_odds(self.certain[number] / (self.expected[number] + 1e-12)))

    def quality(self, track: str) -> str:
        """:meth:`clearness` in words."""
        clear = self.clearness(track)
        if clear >= 0:
            return f"The {track} should stand some {round(clear)} dB above what else is left in the stem."
        return f"What else is left in the stem may be as loud as the {track}."


def _log_odds(share: float) -> float:
    share = min(max(share, 1e-5), 1 - 1e-5)
    return float(np.log(share / (1 - share)))
