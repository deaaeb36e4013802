"""Measures what styles are known by: ``python -m training.style_features [--write]``.

Three pieces of 20 s in each style are composed and played here, heard and measured: minutes of work.
Printed are how often a style is known again from the pieces of the other seeds alone, and how far the new
table is from the one in the package; ``--write`` replaces that one, together with how the synthesizer
sounds today.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.analysis.analyze import analyze
from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.generation import style_features
from audiopod_mcp.music.generation.generate import generate
from audiopod_mcp.music.generation.style_features import StyleTable, features, nearest_to, style_table
from audiopod_mcp.music.model import Analysis
from audiopod_mcp.music.styles import STYLES

from .fingerprint import measure_instruments
from .tables import Material, Provenance, rounded, write_table

Numbers = npt.NDArray[np.float64]
Piece = tuple[str, int]
"""A style and a seed."""

SEEDS = (1, 2, 3)
SECONDS = 20.0
_RANKS = (1, 3, 5)


def measure_piece(piece: Piece) -> tuple[Numbers, Analysis]:
    """The features ``(45,)`` of a piece composed here, and what was heard in it."""
    style, seed = piece
    brief = replace(read_caption(style, duration=SECONDS, seed=seed, instrumental=True), style=style)
    made = generate(brief, seed=seed)
    heard = analyze(made.audio, made.rate)
    return features(made.audio, made.rate, heard), heard


def tabulate(measured: Mapping[Piece, Numbers]) -> StyleTable:
    """Mean and spread of all pieces' features, and each style's mean distance in spreads, at most 3."""
    every = np.asarray(list(measured.values()))
    mean, spread = np.nanmean(every, axis=0), np.nanstd(every, axis=0)
    typical = {}
    for style in dict.fromkeys(style for style, _ in measured):
        apart = (np.asarray([row for piece, row in measured.items() if piece[0] == style]) - mean) / spread
        known = np.clip(np.where(np.isnan(apart), 0.0, apart).mean(axis=0), -3, 3)
        typical[style] = np.round(10 * known) / 10
    return StyleTable(rounded(mean, ".3g"), rounded(spread, ".3g"), typical)


def known_again(
    measured: Mapping[Piece, Numbers], heard: Mapping[Piece, Analysis], seeds: Sequence[int] = SEEDS
) -> dict[str, float]:
    """The share of pieces whose style is among the first so many by the pieces of the other seeds alone."""
    ranks = []
    for seed in seeds:
        table = tabulate({piece: row for piece, row in measured.items() if piece[1] != seed})
        for style in table.typical:
            near = nearest_to(measured[style, seed], heard[style, seed], len(STYLES), table)
            ranks.append(near.index(style))
    return {f"among the first {n}": round(float((np.asarray(ranks) < n).mean()), 3) for n in _RANKS}


def provenance(judged: Mapping[str, float]) -> Provenance:
    """What stands beside a table that this command has just measured."""
    count = f"{len(STYLES)} styles x {len(SEEDS)} seeds, {SECONDS:.0f} s each"
    return Provenance(
        "Mean features of each style that the composer knows, in spreads of all pieces",
        "python -m training.style_features --write",
        (Material("Pieces composed and synthesized by this package", count, "made by the command", "MIT"),),
        {"Pieces of the seed left out, of the same composer and synthesizer": dict(judged)},
        "bit for bit, with the same code",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="replace the table of the package")
    arguments = parser.parse_args()
    pieces = list(itertools.product(STYLES, SEEDS))
    with ProcessPoolExecutor(arguments.processes) as pool:
        found = dict(zip(pieces, pool.map(measure_piece, pieces, chunksize=3), strict=True))
    measured = {piece: row for piece, (row, _) in found.items()}
    judged = known_again(measured, {piece: heard for piece, (_, heard) in found.items()})
    print("known again from other seeds:", ", ".join(f"{share:.2f} {what}" for what, share in judged.items()))
    table = tabulate(measured)
    _print_differences(table, style_table())
    if arguments.write:
        sound = measure_instruments()
        arrays = {
            "mean": table.mean,
            "spread": table.spread,
            "styles": np.asarray(list(table.typical)),
            "typical": np.round(10 * np.asarray(list(table.typical.values()))).astype(np.int8),
            "instruments": np.asarray(list(sound)),
            "octave_levels": np.asarray(list(sound.values())),
        }
        print(write_table(style_features, arrays, provenance(judged)))


def _print_differences(new: StyleTable, old: StyleTable) -> None:
    """How far a table is from another: styles gained and lost, and those that moved, in spreads."""
    print("new styles:", ", ".join(new.typical.keys() - old.typical.keys()) or "none", end="; ")
    print("gone:", ", ".join(old.typical.keys() - new.typical.keys()) or "none")
    moved = {
        style: float(np.abs(row - old.typical[style]).max())
        for style, row in new.typical.items()
        if style in old.typical
    }
    same = sum(apart == 0 for apart in moved.values())
    print(f"{same} of {len(moved)} styles as in the package", end="; ")
    print("mean and spread", "the same" if _same(new, old) else "changed")
    for style, apart in sorted(moved.items(), key=lambda each: -each[1])[:5]:
        if apart:
            print(f"  {style}: a feature moved by {apart:.1f} spreads")


def _same(new: StyleTable, old: StyleTable) -> bool:
    return bool(np.array_equal(new.mean, old.mean) and np.array_equal(new.spread, old.spread))


if __name__ == "__main__":
    main()
