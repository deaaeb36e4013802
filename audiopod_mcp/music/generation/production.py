"""A production: music rendered from a score and mixed, step by step, so that it can be done again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from audiopod_mcp.music.effects.equalizer_reverb import apply_fade
from audiopod_mcp.music.effects.mix_matching import MixProfile, gain_curve, match_mix, scale_stereo_width
from audiopod_mcp.music.effects.normalization import TRUE_PEAK_CEILING, true_peak_gain
from audiopod_mcp.music.model import (
    SAMPLE_RATE,
    Audio,
    Progress,
    Recipe,
    Rendering,
    Score,
    ignore_progress,
    progress_within,
)
from audiopod_mcp.music.signal.loudness import integrated_loudness, true_peak
from audiopod_mcp.music.synthesis import Mix, Multitrack, record


@dataclass
class Production:
    """Stems, what has been done to them so far, and their mix once there is one."""

    stems: Multitrack
    recipe: Recipe
    audio: Audio | None = None
    """The mix. Until it is made, what is done is done to the stems alone."""

    @classmethod
    def record(
        cls,
        score: Score,
        *,
        seed: int | None = None,
        tracks: Collection[str] | None = None,
        loop: bool = False,
        report: Progress = ignore_progress,
    ) -> Production:
        """Render ``score``, or only some ``tracks`` of it, with its own ``seed`` or another."""
        recipe = Recipe(
            score,
            score.seed if seed is None else seed,
            None if tracks is None else tuple(sorted(tracks)),
            loop,
        )
        stems = record(score, seed=recipe.seed, tracks=tracks, loop=loop, report=report)
        return cls(stems, recipe)

    @classmethod
    def of(cls, made: Rendering) -> Production:
        """Go on with music that was rendered by :meth:`record`; its stems are changed in place."""
        assert made.recipe is not None  # noqa: S101 - it was
        assert isinstance(made.stems, Multitrack)  # noqa: S101 - so they are
        return cls(made.stems, made.recipe)

    @classmethod
    def repeat(cls, recipe: Recipe, report: Progress = ignore_progress) -> Production:
        """Do everything again that ``recipe`` tells, ending with the mix.

        Raises
        ------
        ValueError
            Where there is no such step.

        """
        again = cls.record(
            recipe.score,
            seed=recipe.seed,
            tracks=recipe.tracks,
            loop=recipe.loop,
            report=progress_within(report, 0.0, 0.8),
        )
        for name, arguments in recipe.steps:
            if name not in _STEPS:
                raise ValueError(f"there is no step {name!r}")
            report(0.9, "Mixing")
            _STEPS[name](again, *arguments)
        if again.audio is None:
            again.mix()
        return again

    def cut(self, first: int, samples: int) -> None:
        """Keep so many ``samples`` from sample ``first`` on; silence comes where there are fewer."""
        self.stems.cut(first, samples)
        if self.audio is not None:
            kept = self.audio[first : first + samples]
            self.audio = np.pad(kept, ((0, samples - len(kept)), (0, 0)))
        self._did("cut", first, samples)

    def follow(self, gains: Sequence[float]) -> None:
        """Apply gains that are evenly spaced, such as those that follow another recording."""
        if gains:
            self.stems.scale(gain_curve(gains, self.stems.samples))
            self._did("follow", list(gains))

    def match(
        self,
        loudness: float | None,
        balance: Sequence[float] | None = None,
        amount: float = 0.8,
        report: Progress = ignore_progress,
    ) -> None:
        """Bring the mix to a loudness (LUFS) and a spectral balance, its true peak at −1 dBTP at most."""
        profile = MixProfile(loudness, None if balance is None else np.asarray(balance, np.float64))
        match_mix(self.stems, SAMPLE_RATE, 2, profile, amount=amount, report=report)
        if self.stems:
            self.stems.scale(true_peak_gain(self._sum(), SAMPLE_RATE, TRUE_PEAK_CEILING)[:, 0])
        self._did("match", loudness, None if balance is None else [float(level) for level in balance], amount)

    def widen(self, factor: float) -> None:
        """Multiply the side signal by ``factor``."""
        self.stems.map(lambda stem: scale_stereo_width(stem, factor))
        self._did("widen", factor)

    def fold_to_mono(self) -> None:
        """Make both sides alike, and the whole as loud as it was, as far as a true peak of −1 dBTP allows."""
        loudness = self._loudness()
        self.widen(0.0)
        folded = self._loudness()
        if loudness is not None and folded is not None:
            room = TRUE_PEAK_CEILING - true_peak(self._sum(), SAMPLE_RATE)
            self.scale(10 ** (max(0.0, min(loudness - folded, room)) / 20))

    def scale(self, gain: float) -> None:
        """Multiply everything by ``gain``."""
        self.stems.scale(np.float32(gain))
        self._did("scale", gain)

    def normalize_peak(self) -> None:
        """Multiply everything so that the true peak of the mix is at −1 dBTP."""
        peak = true_peak(self._sum(), SAMPLE_RATE) if self.stems else -np.inf
        if np.isfinite(peak):
            self.scale(10 ** ((TRUE_PEAK_CEILING - peak) / 20))

    def mix(self) -> Audio:
        """Sum the stems up; what is done afterwards is done to this mix, too."""
        self.audio = self.stems.mixdown()
        self._did("mix")
        return self.audio

    def fade_out(self, seconds: float) -> None:
        """Fade out the last ``seconds`` of the mix and of every stem."""
        curve = apply_fade(np.ones((self.stems.samples, 1), np.float32), SAMPLE_RATE, seconds, at_start=False)
        self.stems.scale(curve[:, 0])
        if self.audio is not None:
            self.audio *= curve
        self._did("fade_out", seconds)

    def fade_in(self, seconds: float) -> None:
        """Fade in the first ``seconds`` of the mix and of every stem."""
        curve = apply_fade(np.ones((self.stems.samples, 1), np.float32), SAMPLE_RATE, seconds, at_start=True)
        self.stems.scale(curve[:, 0])
        if self.audio is not None:
            self.audio *= curve
        self._did("fade_in", seconds)

    def rendering(self, score: Score, notes: tuple[str, ...] = ()) -> Rendering:
        """What was made, of which ``score`` tells what is heard."""
        audio = self.mix() if self.audio is None else self.audio
        recipe = self.recipe if self.stems else None
        return Rendering(audio, SAMPLE_RATE, self.stems, score, score.lyrics, notes, recipe=recipe)

    def _sum(self) -> Mix:
        return Mix(self.stems.tape(track) for track in self.stems)

    def _loudness(self) -> float | None:
        """LUFS; of nobody there is none."""
        return integrated_loudness(self._sum(), SAMPLE_RATE) if self.stems else None

    def _did(self, name: str, *arguments: Any) -> None:
        self.recipe = replace(self.recipe, steps=(*self.recipe.steps, (name, arguments)))


_STEPS: Final[Mapping[str, Callable[..., object]]] = {
    "cut": Production.cut,
    "follow": Production.follow,
    "match": Production.match,
    "widen": Production.widen,
    "scale": Production.scale,
    "mix": Production.mix,
    "fade_in": Production.fade_in,
    "fade_out": Production.fade_out,
}
