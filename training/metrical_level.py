"""Fits how a pulse is counted: ``python -m training.metrical_level --library FOLDER … --library FOLDER …
[--write]``.

A library is one or more folders of one origin, made by ``tests.benchmarks.corpus``, ``tunes`` or
``songs``: each is left out of a fit in turn and judged by it. Of every piece the whole is heard and three
excerpts of 8 to 24 s. Pieces are weighted so that each metre has its share of :data:`EVEN`; the odds are
then moved to music at large, :data:`AT_LARGE` (an estimate, not a count), and made as sure as they are
right on what was left out. ``--write`` replaces the table of the package by a fit to all.
"""

from __future__ import annotations

import argparse
import json
import random
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile
from scipy.optimize import minimize, minimize_scalar

from audiopod_mcp.music.analysis import metrical_level
from audiopod_mcp.music.analysis.autocorrelation import onset_autocorrelations
from audiopod_mcp.music.analysis.beats import estimate_tempo, refine_and_track
from audiopod_mcp.music.analysis.chroma import CHROMA_FPS, bass_chromagram, chromagram, spectral_peaks
from audiopod_mcp.music.analysis.key import harmonic_change
from audiopod_mcp.music.analysis.metre_features import LEVEL_RATIOS, METRES, extract_metre_features
from audiopod_mcp.music.analysis.onsets import ONSET_FPS, onset_envelopes
from audiopod_mcp.music.analysis.tatums import TatumFeatures, sync_to_tatums
from audiopod_mcp.music.signal.downmix import downmix
from audiopod_mcp.music.signal.stft import Array

from .tables import Material, Provenance, rounded, write_table

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Truth = dict[str, Any]
"""A line of ``truth.jsonl``."""

NAMES = list(METRES)
ALSO = {"12/8": ("4/4", "6/8"), "5/4": NAMES, "7/4": NAMES}
"""Metres that are not told: what may be said of them."""
EVEN = {"2/4": 0.1, "3/4": 0.2, "4/4": 0.5, "6/8": 0.2}
AT_LARGE = {"2/4": 0.05, "3/4": 0.12, "4/4": 0.70, "6/8": 0.13}
EXCERPTS, EXCERPT = 3, 0.5
"""Excerpts a piece, and what they count together with their piece as 1."""


@dataclass(frozen=True, slots=True)
class Example:
    """What was heard in a piece, or an excerpt of one, and what is true of it."""

    features: Array
    """``(levels, metres, 74)``."""
    right: Flags
    """``(levels, metres)``."""
    plausible: Flags
    """``(levels,)``."""
    truth: Truth
    excerpt: bool


class Examples:
    """Many of them, stacked; the features get a last column of 1."""

    def __init__(self, rows: Sequence[Example]) -> None:
        features = np.stack([row.features for row in rows])
        self.features = np.concatenate((features, np.ones((*features.shape[:3], 1))), axis=3)
        self.right = np.stack([row.right for row in rows])
        self.plausible = np.stack([row.plausible for row in rows])
        self.excerpt = np.asarray([row.excerpt for row in rows])
        self.metre = np.asarray([row.truth["timesig"] for row in rows])
        self.rows = rows

    def where(self, which: Flags) -> Examples:
        return Examples([row for row, chosen in zip(self.rows, which, strict=True) if chosen])

    def weights(self) -> Numbers:
        """What each counts: a metre its share in all, an excerpt its part of a piece."""
        weight = np.where(self.excerpt, EXCERPT / EXCERPTS, 1.0)
        total = weight.sum()
        for metre in sorted(set(self.metre)):
            here = self.metre == metre
            weight[here] *= EVEN.get(metre, 0.01) * total / weight[here].sum()
        return weight

    def weights_at_large(self) -> Numbers:
        shares = [AT_LARGE.get(metre, 0.0) / EVEN.get(metre, 1.0) for metre in self.metre]
        weights: Numbers = self.weights() * np.asarray(shares)
        return weights


@dataclass(frozen=True, slots=True)
class Hearing:
    """The pulse that is found first in a piece, or an excerpt of one."""

    tatums: TatumFeatures
    excerpt: bool


def hearings(folder: Path, truth: Truth) -> Iterator[Hearing]:
    """What is heard in a piece and in excerpts of it, those without a pulse left out."""
    audio, rate = soundfile.read(folder / truth["file"], dtype="float32", always_2d=True)
    mid, _ = downmix(audio, rate)
    envelopes, peaks = onset_envelopes(mid), spectral_peaks(mid)
    chroma, bass = chromagram(peaks), bass_chromagram(peaks)
    dice, duration = random.Random(truth["file"]), envelopes.shape[1] / ONSET_FPS
    spans = [(0.0, duration)]
    for _ in range(EXCERPTS):
        length = dice.uniform(8, 24)
        start = dice.uniform(0, max(0, duration - length))
        spans.append((start, start + length))
    for number, (start, end) in enumerate(spans):
        frames = slice(round(start * CHROMA_FPS), round(end * CHROMA_FPS))
        part = envelopes[:, round(start * ONSET_FPS) : round(end * ONSET_FPS)]
        estimate = estimate_tempo(part, onset_autocorrelations(part)[0])
        if estimate is None:
            continue
        tempo, beats = refine_and_track(part, estimate[0])
        if len(beats) >= metrical_level.MIN_BEATS:
            harmony = harmonic_change(chroma[frames], bass[frames])
            tatums = sync_to_tatums(part, harmony, chroma[frames], beats, tempo)
            yield Hearing(tatums, number > 0)


def right_levels(tempo: float, truth: Truth) -> Flags:
    """Which levels of a pulse have the true tempo, within 4 %: ``(levels,)``."""
    within: Flags = np.abs(truth["bpm"] / (tempo * np.asarray(LEVEL_RATIOS)) - 1) < 0.04
    return within


def examples_of(case: tuple[Path, Truth]) -> list[Example]:
    """A piece and its excerpts, those without a pulse left out."""
    folder, truth = case
    metres = np.asarray([metre in ALSO.get(truth["timesig"], (truth["timesig"],)) for metre in NAMES])
    return [
        Example(
            extract_metre_features(heard.tatums),
            right_levels(heard.tatums.tempo, truth)[:, None] & metres,
            metrical_level.plausible_levels(heard.tatums.tempo * np.asarray(LEVEL_RATIOS)),
            truth,
            heard.excerpt,
        )
        for heard in hearings(folder, truth)
    ]


def fit(examples: Examples, penalty: float) -> Numbers:
    """Weights ``(features, metres)`` that make what is right most probable; features are standardised first.

    A weight is the sum of one that all metres share and one of the metre's own, both held small.
    """
    every = examples.features
    mean, spread = every.mean((0, 1, 2)), every.std((0, 1, 2)) + 1e-9
    mean[-1], spread[-1] = 0, 1  # the constant
    known = examples.right.any((1, 2))
    standard, right = (every[known] - mean) / spread, examples.right[known]
    counts = examples.weights()[known][:, None, None]
    allowed = examples.plausible[known][:, :, None] | right
    shape = every.shape[3], len(NAMES) + 1
    strength = np.append(np.ones(len(NAMES)), 0.3) * penalty

    def loss(flat: Numbers) -> tuple[float, Numbers]:
        parts = flat.reshape(shape)
        odds = np.einsum("nlmf,fm->nlm", standard, parts[:, :-1] + parts[:, -1:], optimize=True)
        odds = np.where(allowed, odds, metrical_level.IMPLAUSIBLE_LOG_ODDS)
        share = np.exp(odds - odds.max((1, 2), keepdims=True))
        share /= share.sum((1, 2), keepdims=True)
        hit = (share * right).sum((1, 2), keepdims=True) + 1e-300
        pull = (share * right / hit - share) * allowed * counts
        slope = np.einsum("nlmf,nlm->fm", standard, pull, optimize=True)
        slope = np.hstack((slope, slope.sum(1, keepdims=True)))
        penalised = (strength * parts**2).sum() - (counts * np.log(hit)).sum()
        return float(penalised), (2 * strength * parts - slope).ravel()

    start = np.zeros(shape[0] * shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300})
    parts = found.x.reshape(shape)
    weights: Numbers = (parts[:, :-1] + parts[:, -1:]) / spread[:, None]
    weights[-1] -= (mean[:, None] * weights).sum(0)
    weights[-1] += np.log([AT_LARGE[name] / EVEN[name] for name in NAMES])
    return weights


def temperature(odds: Numbers, examples: Examples) -> float:
    """By what the odds are to be divided to be as sure as they are right (Guo et al., ICML 2017)."""
    known = examples.right.any((1, 2))
    right, counts = examples.right[known], examples.weights_at_large()[known]

    def loss(log: float) -> float:
        share = np.exp((odds[known] - odds[known].max((1, 2), keepdims=True)) / np.exp(log))
        share /= share.sum((1, 2), keepdims=True)
        return float(-(counts * np.log((share * right).sum((1, 2)) + 1e-12)).sum())

    return float(np.exp(minimize_scalar(loss, bounds=(-1, 2), method="bounded").x))


def log_odds(weights: Numbers, examples: Examples) -> Numbers:
    """``(examples, levels, metres)``."""
    odds = np.einsum("nlmf,fm->nlm", examples.features, weights, optimize=True)
    return np.where(examples.plausible[:, :, None], odds, metrical_level.IMPLAUSIBLE_LOG_ODDS)


def judge(title: str, examples: Examples, odds: Numbers) -> dict[str, str]:
    """Prints, and of the whole pieces returns, how often level and metre are right, and how sure it was."""
    chosen = [metrical_level.most_probable(each) for each in odds]
    level, metre = (np.asarray([each[k] for each in chosen], int) for k in (0, 1))
    sure = np.asarray([each[2] for each in chosen])
    right: Flags = np.asarray(examples.right.any(axis=2))
    figures: dict[str, str] = {}
    for name, which in (("excerpts", examples.excerpt), ("whole", ~examples.excerpt)):
        here = np.flatnonzero(which)
        hits, first = right[here, level[here]], right[here, 0].mean()
        figures = {"level": f"{hits.mean():.1%} of {len(here)}"}
        print(f"\n{title}, {name}: level right in {figures['level']}, found first {first:.1%}")
        for true in [*NAMES, "12/8", "5/4"]:
            heard = Counter(NAMES[metre[n]] for n in here if examples.metre[n] == true)
            if heard:
                figures[true] = f"{heard[true]} of {sum(heard.values())}"
                print(f"  {true:4} {figures[true]} {dict(sorted(heard.items()))}")
    told = np.isin(examples.metre, NAMES)
    good = np.asarray([NAMES[m] == true for m, true in zip(metre, examples.metre, strict=True)])
    large = examples.weights_at_large()
    print("  said to be so sure, right (weighted as music at large):", end="")
    for low in np.arange(0.3, 1.0, 0.1):
        within = np.flatnonzero(told & (sure >= low) & (sure < low + 0.1 + 1e-9))
        if len(within):
            said, was = (np.average(values[within], weights=large[within]) for values in (sure, good))
            print(f"  {said:.2f} {was:.2f} ({len(within)})", end="")
    print()
    return figures


def cross_validate(libraries: Sequence[Sequence[Example]], penalty: float) -> tuple[Numbers, dict[str, Any]]:
    """The weights of a fit to all, and figures on libraries, and on grooves, left out."""
    examples = Examples([row for library in libraries for row in library])
    origin = np.repeat(np.arange(len(libraries)), [len(library) for library in libraries])
    grooves = [f"{o} {row.truth['groove']}" for o, row in zip(origin, examples.rows, strict=True)]
    groove = np.asarray([zlib.crc32(name.encode()) % 5 for name in grooves])
    judged, cooling = {}, 1.0
    for title, fold in (("Grooves left out", groove), ("Libraries left out", origin)):
        odds = np.zeros(examples.right.shape)
        for number in np.unique(fold):
            out = fold == number
            odds[out] = log_odds(fit(examples.where(~out), penalty), examples.where(out))
        cooling = temperature(odds, examples)
        print(f"\n{title}: odds divided by {cooling:.2f}")
        judged[title] = judge(title, examples, odds / cooling)
        for number in np.unique(origin):
            here = origin == number
            judge(f"  of which library {number + 1}", examples.where(here), odds[here] / cooling)
    return fit(examples, penalty) / cooling, judged


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", type=Path, nargs="+", action="append", required=True)
    parser.add_argument("--penalty", type=float, default=6.0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="replace the table of the package")
    arguments = parser.parse_args()
    libraries, data = [], []
    with ProcessPoolExecutor(arguments.processes) as pool:
        for folders in arguments.library:
            cases = [
                (folder, json.loads(line))
                for folder in folders
                for line in (folder / "truth.jsonl").read_text("utf-8").splitlines()
            ]
            libraries.append([row for rows in pool.map(examples_of, cases, chunksize=4) for row in rows])
            name = " ".join(folder.name for folder in folders)
            data.append(Material(name, f"{len(cases)} pieces", "generated", "see docs/weights.md"))
    weights, judged = cross_validate(libraries, arguments.penalty)
    if arguments.write:
        command = "python -m training.metrical_level " + " ".join(
            "--library " + " ".join(folder.name for folder in folders) for folders in arguments.library
        )
        provenance = Provenance(
            "Conditional logit over levels of the pulse and metres",
            f"{command} --penalty {arguments.penalty} --write",
            tuple(data),
            judged,
            "from the same folders",
        )
        print(write_table(metrical_level, {"weights": rounded(weights, ".2f")}, provenance))


if __name__ == "__main__":
    main()
