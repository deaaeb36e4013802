"""References: what is taken of them."""

import itertools

import numpy as np

from audiopod_mcp.music.analysis import analyse
from audiopod_mcp.music.matching import spectral_balance, width_of
from audiopod_mcp.music.reference import reference
from tests.benchmarks.transforming.judging import table


def reference_table(songs, captions=("soul with organ", "electronic")):
    for song, caption in itertools.product(songs, captions):
        made = reference(song.audio, song.rate, caption=caption, seed=4, duration=24)
        own, new = song.heard, analyse(made.audio, made.rate)
        balance = np.abs(spectral_balance(song.audio, song.rate) - spectral_balance(made.audio, made.rate))[
            2:17
        ].mean()
        table(
            f"reference: {song.name} for {caption}", ("", "tempo", "key", "density", "width", "LUFS", "balance"),
            [
                ["source", own.tempo, own.key, own.density, width_of(song.audio), own.loudness, 0.0],
                ["new", new.tempo, f"{made.score.key}/{new.key}", new.density, width_of(made.audio), new.loudness, float(balance)],
            ],
        )  # fmt: skip
