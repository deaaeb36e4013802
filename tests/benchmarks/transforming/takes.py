"""Retakes: how like the song, by variance."""

import itertools

import numpy as np

from audiopod_mcp.music.analysis.key import beat_chroma
from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.generation.retake import retake
from audiopod_mcp.music.generation.retake_score import retake_score
from audiopod_mcp.music.model import ignore_progress
from tests.benchmarks.transforming.judging import correlation, notes_of, onsets, rows_alike, table
from tests.benchmarks.transforming.songs import PIECES

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


def chords_of(score):
    """The chord in each quarter of a second."""
    at = np.arange(0.1, score.duration, 0.25)
    return np.array([next((s.label for s in score.chords if s.start <= t < s.end), "N") for t in at])


def scores_table(seeds, lengths=(10, 30, 90)):
    """How evenly notes and chords give way, by the length of composed pieces: the steepest of ten steps (0.1 is even)
    in the mean and at worst, the share of steps without a change, and what is kept at variance 1.
    """
    lines = []
    for length in lengths:
        found = []
        for (caption, bpm, key, words), seed in itertools.product(PIECES, seeds):
            brief = read_caption(
                caption, bpm=bpm, keyscale=key, duration=length, lyrics=words, instrumental=not words
            )
            score = compose(brief, seed=seed)
            takes = [
                retake_score(score, variance, seed + 8, ignore_progress) for variance in np.linspace(0, 1, 11)
            ]
            own, harmony = notes_of(score), chords_of(score)
            curves = (
                [len(own & notes_of(take)) / max(len(own), len(notes_of(take))) for take in takes],
                [float((chords_of(take) == harmony).mean()) for take in takes],
            )
            for curve in curves:
                falls = -np.diff(curve)
                found += [falls.max() / max(1e-6, falls.sum()), float((falls < 1e-9).mean()), curve[-1]]
        rows = np.asarray(found).reshape(-1, 2, 3)
        mean, worst = rows.mean(axis=0), rows.max(axis=0)
        for name, m, w in zip(("notes", "chords"), mean, worst, strict=True):
            lines.append([f"{length} s", name, float(m[0]), float(w[0]), float(m[1]), float(m[2])])
    head = ("length", "of", "steepest", "at worst", "flat", "kept")
    table("retake of composed pieces, by length", head, lines)
