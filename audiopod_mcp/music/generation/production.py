"""A production: music rendered from a score and mixed, step by step, so that it can be done again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from audiopod_mcp.music.effects.equalizer_reverb import apply_fade
from audiopod_mcp.music.effects.mix_matching import MixProfile, gain_curve, match_mix, scale_stereo_width
from audiopod_mcp.music.effects.normalization import TRUE_PEAK_CEILING, energy, true_peak_gain
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
from audiopod_mcp.music.synthesis import Multitrack, StemsOnDemand, make_round, record, tapes_of
from audiopod_mcp.music.synthesis.multitrack import Gain

_MIX: Final = "mix"


@dataclass
class Production:
    """The mix of what was played; and its stems, which the same is done with, where they are wanted apart."""

    mixed: Multitrack
    """The mix, as the only track."""
    tracks: tuple[str, ...]
    """Who plays."""
    recipe: Recipe
    stems: Multitrack | None = None

    @classmethod
    def record(
        cls,
        score: Score,
        *,
        seed: int | None = None,
        tracks: Collection[str] | None = None,
        loop: bool = False,
        apart: bool = False,
        report: Progress = ignore_progress,
    ) -> Production:
        """Render ``score``, or only some ``tracks`` of it, with its own ``seed`` or another.

        The mix is the same whether or not the stems are recorded ``apart``, which takes longer.
        """
        recipe = Recipe(
            score,
            score.seed if seed is None else seed,
            None if tracks is None else tuple(sorted(tracks)),
            loop,
        )
        played = record(score, seed=recipe.seed, tracks=tracks, loop=loop, apart=apart, report=report)
        mixed = Multitrack({_MIX: played.mix}, len(played.mix))
        return cls(mixed, played.tracks, recipe, played.stems if apart else None)

    @classmethod
    def of(cls, made: Rendering) -> Production:
        """Go on with music that was rendered by :meth:`record`, which is changed in place."""
        assert made.recipe is not None  # noqa: S101 - it was
        assert isinstance(made.stems, Multitrack)  # noqa: S101 - so they are
        stems = None if isinstance(made.stems, StemsOnDemand) else made.stems
        return cls(Multitrack({_MIX: made.audio}, len(made.audio)), tuple(made.stems), made.recipe, stems)

    @classmethod
    def repeat(cls, recipe: Recipe, report: Progress = ignore_progress) -> Production:
        """Do everything again that ``recipe`` tells, this time with the stems apart.

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
            apart=True,
            report=progress_within(report, 0.0, 0.8),
        )
        for name, arguments in recipe.steps:
            if name not in _STEPS:
                raise ValueError(f"there is no step {name!r}")
            report(0.9, "Mixing")
            _STEPS[name](again, *arguments)
        if recipe.steps[-1:] != ((_MIX, ()),):
            again.mix()
        return again

    @property
    def audio(self) -> Audio:
        """The mix."""
        return self.mixed[_MIX]

    @property
    def samples(self) -> int:
        return self.mixed.samples

    def cut(self, first: int, samples: int) -> None:
        """Keep so many ``samples`` from sample ``first`` on; silence comes where there are fewer."""
        for music in self._all():
            music.cut(first, samples)
        self._did("cut", first, samples)

    def follow(self, gains: Sequence[float]) -> None:
        """Apply gains that are evenly spaced, such as those that follow another recording."""
        if gains:
            self._scale(gain_curve(gains, self.samples))
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
        for music in self._all():
            match_mix(music, SAMPLE_RATE, 2, profile, amount=amount, report=report)
        if self.tracks:
            self._scale(true_peak_gain(self.mixed.tape(_MIX), SAMPLE_RATE, TRUE_PEAK_CEILING)[:, 0])
        self._did("match", loudness, None if balance is None else [float(level) for level in balance], amount)

    def widen(self, factor: float) -> None:
        """Multiply the side signal by ``factor``."""
        for music in self._all():
            music.map(lambda sound: scale_stereo_width(sound, factor))
        self._did("widen", factor)

    def fold_to_mono(self) -> None:
        """Make both sides alike, and the whole as loud as it was, as far as a true peak of −1 dBTP allows."""
        loudness = self._loudness()
        self.widen(0.0)
        folded = self._loudness()
        if loudness is not None and folded is not None:
            room = TRUE_PEAK_CEILING - true_peak(self.mixed.tape(_MIX), SAMPLE_RATE)
            self.scale(10 ** (max(0.0, min(loudness - folded, room)) / 20))

    def scale(self, gain: float) -> None:
        """Multiply everything by ``gain``."""
        self._scale(np.float32(gain))
        self._did("scale", gain)

    def normalize_peak(self) -> None:
        """Multiply everything so that the true peak of the mix is at −1 dBTP."""
        peak = true_peak(self.mixed.tape(_MIX), SAMPLE_RATE)
        if np.isfinite(peak):
            self.scale(10 ** ((TRUE_PEAK_CEILING - peak) / 20))

    def mix(self) -> None:
        """Have the stems sum up to the mix to the last bit, now or when somebody looks at them."""
        mix = self.audio
        make_round(mix)
        self.mixed = Multitrack({_MIX: mix}, self.samples)
        if self.stems:
            self.stems.sum_up_to(mix)
        self._did("mix")

    def balance(self, levels: Mapping[str, Audio]) -> None:
        """Bring each player whose stem is in ``levels`` to the level of that; no recipe tells of it.

        The stems are recorded apart.
        """
        assert self.stems is not None  # noqa: S101 - they are
        wanted = tapes_of(levels)
        for track, tape in tapes_of(self.stems).items():
            if track in wanted and (own := energy(tape)):
                gain = np.float32(np.sqrt(energy(wanted[track]) / own))
                Multitrack({track: tape}, self.samples).scale(gain)
        self.mixed = Multitrack({_MIX: self.stems.mixdown()}, self.samples)

    def fade_out(self, seconds: float) -> None:
        """Fade out the last ``seconds``."""
        curve = apply_fade(np.ones((self.samples, 1), np.float32), SAMPLE_RATE, seconds, at_start=False)
        self._scale(curve[:, 0])
        self._did("fade_out", seconds)

    def fade_in(self, seconds: float) -> None:
        """Fade in the first ``seconds``."""
        curve = apply_fade(np.ones((self.samples, 1), np.float32), SAMPLE_RATE, seconds, at_start=True)
        self._scale(curve[:, 0])
        self._did("fade_in", seconds)

    def rendering(self, score: Score, notes: tuple[str, ...] = ()) -> Rendering:
        """What was made, of which ``score`` tells what is heard; stems are played when they are wanted."""
        self.mix()
        recipe = self.recipe
        stems = self.stems or StemsOnDemand(self.tracks, self.samples, lambda: _stems_of(recipe))
        return Rendering(
            self.audio, SAMPLE_RATE, stems, score, score.lyrics, notes, recipe=recipe if self.tracks else None
        )

    def _all(self) -> tuple[Multitrack, ...]:
        return (self.mixed,) if self.stems is None else (self.mixed, self.stems)

    def _scale(self, gain: Gain) -> None:
        for music in self._all():
            music.scale(gain)

    def _loudness(self) -> float | None:
        """LUFS; of nobody there is none."""
        return integrated_loudness(self.mixed.tape(_MIX), SAMPLE_RATE)

    def _did(self, name: str, *arguments: Any) -> None:
        self.recipe = replace(self.recipe, steps=(*self.recipe.steps, (name, arguments)))


def _stems_of(recipe: Recipe) -> Multitrack:
    stems = Production.repeat(recipe).stems
    assert stems is not None  # noqa: S101 - they are apart
    return stems


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
