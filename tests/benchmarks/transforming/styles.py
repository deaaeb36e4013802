"""What styles are known by, and whether they are known again."""

from dataclasses import replace

import numpy as np

from audiopod_mcp.music.analysis.analyze import analyse
from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.generation import style_features
from audiopod_mcp.music.generation.generate import generate
from audiopod_mcp.music.generation.style_features import features, nearest_to
from audiopod_mcp.music.styles import STYLES


def styles_table(seeds=(1, 2, 3), seconds=20):
    """The means, the spreads and the rows of :mod:`audiopod_mcp.music.generation.style_features`, from pieces made here; then how often
    a style is known again from the pieces of the other seeds alone.
    """
    found, heard = {}, {}
    for style in STYLES:
        for seed in seeds:
            brief = replace(read_caption(style, duration=seconds, seed=seed, instrumental=True), style=style)
            made = generate(brief, seed=seed)
            heard[style, seed] = analyse(made.audio, made.rate)
            found[style, seed] = features(made.audio, made.rate, heard[style, seed])
    mean, spread, typical = rows_of(found)
    for name, values in (("_MEAN", mean), ("_SPREAD", spread)):
        print(f"{name} = ({', '.join(f'{x:.3g}' for x in values)})")
    for style, row in typical.items():
        print(f'    "{style}": ({", ".join(map(str, row))}),')
    ranks = []
    for seed in seeds:
        others = {key: row for key, row in found.items() if key[1] != seed}
        style_features._MEAN, style_features._SPREAD, style_features.TYPICAL = rows_of(others)
        for style in STYLES:
            near = nearest_to(found[style, seed], heard[style, seed], len(STYLES))
            ranks.append(near.index(style))
    shares = ", ".join(f"{(np.asarray(ranks) < n).mean():.2f} among the first {n}" for n in (1, 3, 5))
    print(f"known again from other seeds: {shares}")


def rows_of(found):
    """Means, spreads, and each style's mean distance from the means in tenths of the spreads."""
    every = np.asarray(list(found.values()))
    mean, spread = np.nanmean(every, axis=0), np.nanstd(every, axis=0)
    typical = {}
    for style in dict.fromkeys(style for style, _ in found):
        apart = (np.asarray([row for key, row in found.items() if key[0] == style]) - mean) / spread
        known = np.clip(np.where(np.isnan(apart), 0.0, apart).mean(axis=0), -3, 3)
        typical[style] = tuple(round(10 * x) for x in known)
    return mean, spread, typical
