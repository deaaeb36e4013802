"""Retakes: how like the song, by variance."""

import itertools

import numpy as np

from audiopod_mcp.music.retake import retake
from audiopod_mcp.music.tonality import beat_chroma
from tests.benchmarks.transforming.judging import correlation, notes_of, onsets, rows_alike, table

VARIANCES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def retake_table(songs, seeds):
    """Likeness of harmony, rhythm and notes to the song, by variance; the worst step beside an even one's."""
    curves = []
    for song, seed in itertools.product(songs, seeds):
        own, rhythm = beat_chroma(song.audio, song.rate, song.beats), onsets(song.audio, song.rate)
        lines = []
        for variance in VARIANCES:
            made = retake(song.audio, song.rate, variance=variance, seed=seed, **song.composed)
            line = [
                variance,
                rows_alike(own, beat_chroma(made.audio, made.rate, song.beats)),
                correlation(rhythm, onsets(made.audio, made.rate)),
            ]
            if song.composed:
                mine, new = notes_of(song.composed["score"]), notes_of(made.score)
                line.append(len(mine & new) / max(len(mine), len(new)))
                line.append(len(made.lyrics))
            lines.append(line)
        table(f"retake: {song.name}, seed {seed}", ("variance", "harmony", "rhythm", "notes", "lines"), lines)
        curves.append([line[1:4] for line in lines])
    mean = np.mean(curves, axis=0)
    table(
        "retake: mean",
        ("variance", "harmony", "rhythm", "notes"),
        [[v, *map(float, m)] for v, m in zip(VARIANCES, mean, strict=True)],
    )
    steps = -np.diff(np.asarray(curves), axis=1) / np.diff(VARIANCES)[None, :, None]
    fall = np.asarray(curves)[:, :1] - np.asarray(curves)[:, -1:]
    steps = steps / np.maximum(fall, 1e-3)
    names = ("harmony", "rhythm", "notes")
    rising = [
        [
            float((steps[..., k] < -0.02).mean()),
            float(steps[..., k].max()),
            float(np.abs(steps[..., k]).mean()),
        ]
        for k in range(steps.shape[2])
    ]
    table(
        "retake: steps over an even fall (1)",
        ("of", "rising", "steepest", "mean"),
        [[n, *r] for n, r in zip(names, rising, strict=False)],
    )
