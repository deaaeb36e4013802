"""Fits at which octave a pulse is counted: ``python -m training.octave --library FOLDER … [--write]``.

A library is a folder of one origin with a ``truth.jsonl``, as ``tests.benchmarks.corpus`` and
``packaged`` write it, or one with a ``tempo.csv`` (``file, bpm, timesignature, source``), each source of
which is an origin. Each origin is left out of a fit in turn and judged by it: with the table of metrical
levels alone, with tempo and density, and with the drums as well. Of every piece the whole is heard and
three excerpts of 8 to 24 s. The model is a conditional logit over the octaves of the right level; an
origin counts as the square root of its size. ``--write`` replaces the table of the package by a fit to all.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from audiopod_mcp.music.analysis import octave
from audiopod_mcp.music.analysis.metrical_level import weigh_levels
from audiopod_mcp.music.signal.stft import Array

from .metrical_level import EXCERPT, EXCERPTS, Flags, Numbers, Truth, hearings, right_levels
from .tables import Material, Provenance, rounded, write_table

EVIDENCE = {"levels alone": (), "with tempo and density": (0, 1), "with drums too": (0, 1, 2, 3)}
"""Which of the features are used."""
ORIGINS = {
    "fnf": ("recordings: songs of a game", "terms not stated; not distributed"),
    "lmms": ("recordings: loops, repeated", "GPL-2+, in part doubted by Debian; not distributed"),
    "orin": ("recordings: drum tracks", "terms not stated; not distributed"),
    "smartplay": ("recordings: drum tracks", "terms not stated; not distributed"),
    "fretsonfire": ("recordings: eight metal songs in stretches of 35 s", "CC BY-SA 3.0, GPL"),
    "lmmsdemos": ("projects of LMMS, rendered", "GPL-2+, in part doubted by Debian"),
    "hydrogen": ("songs of Hydrogen, rendered", "GPL-2+"),
    "openttd": ("MIDI files of a game", "GPL-2"),
    "freedoom": ("MIDI files of a game", "BSD-3-Clause"),
}
"""By origin: what it is, and its licence."""
LEFT_OUT = "Each origin left out of the fit, its level right"
PENALTY = 5.0
"""Of the squared weights of standardised features."""


@dataclass(frozen=True, slots=True)
class Example:
    """What was heard in a piece, or an excerpt of one, and what is true of it."""

    log_odds: Numbers
    """``(levels, metres)``."""
    features: Array
    """``(levels, 4)``."""
    right: Flags
    """``(levels,)``."""
    origin: str
    excerpt: bool


def cases_of(folder: Path) -> Iterator[tuple[Path, Truth, str]]:
    """The pieces of a library, with what is true of each and its origin."""
    if (folder / "tempo.csv").exists():
        with (folder / "tempo.csv").open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                truth = {"file": row["file"], "bpm": float(row["bpm"]), "timesig": row["timesignature"]}
                yield folder, truth, row["source"]
    else:
        for line in (folder / "truth.jsonl").read_text("utf-8").splitlines():
            yield folder, json.loads(line), folder.name


def examples_of(case: tuple[Path, Truth, str]) -> list[Example]:
    """A piece and its excerpts, those without a pulse left out."""
    folder, truth, origin = case
    return [
        Example(
            *weigh_levels(heard.tatums),
            right_levels(heard.tatums.tempo, truth),
            origin,
            heard.excerpt,
        )
        for heard in hearings(folder, truth)
    ]


def weights_of(examples: Sequence[Example]) -> Numbers:
    """What each counts: an excerpt its part of a piece, an origin the square root of its pieces."""
    weight = np.asarray([EXCERPT / EXCERPTS if each.excerpt else EXCERPT for each in examples])
    origins = np.asarray([each.origin for each in examples])
    for origin in np.unique(origins):
        here = origins == origin
        weight[here] /= np.sqrt(weight[here].sum())
    counts: Numbers = weight * len(weight) / weight.sum()
    return counts


def fit(examples: Sequence[Example], used: Sequence[int]) -> Numbers:
    """The weights ``(4,)`` of the features that make the right level most probable among its octaves."""
    weights = np.zeros(examples[0].features.shape[1])
    known = [each for each in examples if each.right.any()]
    if not used:
        return weights
    every = np.stack([each.features for each in known])[:, :, list(used)].astype(np.float64)
    spread = every.std(axis=(0, 1))
    standard = (every - every.mean(axis=(0, 1))) / spread
    right = np.stack([each.right for each in known])
    family = octave.FAMILIES[right.argmax(axis=1)][:, None] == octave.FAMILIES
    before = np.stack([np.logaddexp.reduce(each.log_odds, axis=1) for each in known])
    counts = weights_of(known)[:, None]

    def loss(found: Numbers) -> tuple[float, Numbers]:
        odds = np.where(family, before + standard @ found, -np.inf)
        share = np.exp(odds - np.logaddexp.reduce(odds, axis=1, keepdims=True))
        of_right = share * (right & family)
        hit = of_right.sum(axis=1, keepdims=True) + 1e-300
        slope = np.einsum("nlf,nl->f", standard, counts * (of_right / hit - share))
        return (
            float(PENALTY / 2 * (found @ found) - (counts * np.log(hit)).sum()),
            PENALTY * found - slope,
        )

    weights[list(used)] = minimize(loss, np.zeros(len(used)), jac=True, method="L-BFGS-B").x / spread
    return weights


def judge(examples: Sequence[Example], weights: Numbers) -> tuple[float, float, float]:
    """Shares of pieces and of excerpts whose level is right, and the mean log probability of that."""
    hits: dict[bool, list[bool]] = {False: [], True: []}
    logs = []
    for each in examples:
        odds = np.logaddexp.reduce(octave.decide_octaves(each.log_odds, each.features, weights), axis=1)
        hits[each.excerpt].append(bool(each.right[odds.argmax()]))
        if each.right.any():
            logs.append(float(np.logaddexp.reduce(odds[each.right]) - np.logaddexp.reduce(odds)))
    return float(np.mean(hits[False])), float(np.mean(hits[True])), float(np.mean(logs))


def cross_validate(examples: Sequence[Example]) -> dict[str, dict[str, Any]]:
    """Prints, and returns, how often the level of each origin is right when it is left out of the fit."""
    origins = sorted({each.origin for each in examples})
    figures: dict[str, dict[str, Any]] = {}
    print(f"{'left out':16}{'pieces':>7}" + "".join(f"{title:>32}" for title in EVIDENCE))
    print(f"{'':23}" + f"{'pieces  excerpts  log prob.':>32}" * len(EVIDENCE))
    means = {title: np.zeros(3) for title in EVIDENCE}
    for origin in origins:
        inside = [each for each in examples if each.origin == origin]
        outside = [each for each in examples if each.origin != origin]
        pieces = sum(not each.excerpt for each in inside)
        print(f"{origin:16}{pieces:7}", end="")
        figures[origin] = {}
        for title, used in EVIDENCE.items():
            weights = fit(outside, used)
            whole, excerpts, sure = judge(inside, weights)
            means[title] += np.asarray((whole, excerpts, sure)) / len(origins)
            figures[origin][title] = f"{whole:.1%} of {pieces}"
            print(f"{whole:>15.1%}{excerpts:>8.1%}{sure:>9.3f}", end="")
        figures[origin]["weights without it"] = rounded(weights, ".3f").tolist()
        print()
    print(f"{'mean':23}" + "".join(f"{a:>15.1%}{b:>8.1%}{c:>9.3f}" for a, b, c in means.values()))
    figures["mean of origins"] = {title: f"{mean[0]:.1%}" for title, mean in means.items()}
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", type=Path, nargs="+", required=True)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="replace the table of the package")
    arguments = parser.parse_args()
    cases = [case for folder in arguments.library for case in cases_of(folder)]
    with ProcessPoolExecutor(arguments.processes) as pool:
        examples = [row for rows in pool.map(examples_of, cases, chunksize=4) for row in rows]
    judged = cross_validate(examples)
    weights = fit(examples, EVIDENCE["with drums too"])
    print("weights", rounded(weights, ".3f"))
    if arguments.write:
        names = " ".join(folder.name for folder in arguments.library)
        provenance = Provenance(
            "Conditional logit over the octaves of a level: tempo, density, kick against snare; 4 weights",
            f"python -m training.octave --library {names} --write",
            tuple(
                Material(name, f"{count} pieces", *ORIGINS.get(name, ("generated", "see docs/weights.md")))
                for name, count in Counter(origin for *_, origin in cases).items()
            ),
            {LEFT_OUT: judged},
            "from the same folders",
        )
        print(write_table(octave, {"weights": rounded(weights, ".3f")}, provenance))


if __name__ == "__main__":
    main()
