"""What styles are known by, and whether they are known again."""

from dataclasses import replace

import numpy as np

from audiopod_mcp.music.analysis import analyse
from audiopod_mcp.music.caption import read_caption
from audiopod_mcp.music.making import make
from audiopod_mcp.music.sounding import features
from audiopod_mcp.music.styles import STYLES


def styles_table():
    """The means, the spreads and the rows of :mod:`audiopod_mcp.music.sounding`, from pieces made here."""
    rows = {}
    for style in STYLES:
        for seed in (1, 2, 3, 4):
            made = make(
                replace(read_caption(style, duration=30, seed=seed, instrumental=True), style=style),
                seed=seed,
            )
            found = features(made.audio, made.rate, analyse(made.audio, made.rate))
            rows.setdefault(style, []).append(found)
    every = np.concatenate([np.asarray(found) for found in rows.values()])
    mean, spread = np.nanmean(every, axis=0), np.nanstd(every, axis=0)
    for name, values in (("_MEAN", mean), ("_SPREAD", spread)):
        print(f"{name} = ({', '.join(f'{x:.3g}' for x in values)})")
    for style, found in rows.items():
        apart = (np.asarray(found) - mean) / spread
        typical = np.clip(np.where(np.isnan(apart), 0.0, apart).mean(axis=0), -3, 3)
        print(f'    "{style}": ({", ".join(str(round(10 * x)) for x in typical)}),')
