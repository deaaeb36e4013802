"""Covers: how like the song, by strength."""

import numpy as np

from audiopod_mcp.music.cover import cover
from audiopod_mcp.music.tonality import beat_chroma
from tests.benchmarks.transforming.judging import contour, rows_alike, sung_pitch, table


def cover_table(songs, captions=("bossa nova", "rock", "techno", "string quartet")):
    for number, song in enumerate(songs):
        caption = captions[number % len(captions)]
        own, pitch = (
            beat_chroma(song.audio, song.rate, song.beats),
            sung_pitch(song.audio, song.rate, song.beats),
        )
        rng = np.random.default_rng(0)
        lines = []
        for strength in (0.0, 0.25, 0.5, 0.75, 1.0):
            score = {"score": song.composed["score"]} if song.composed else {}
            made = cover(song.audio, song.rate, caption=caption, strength=strength, seed=3, **score)
            new, tune = (
                beat_chroma(made.audio, made.rate, song.beats),
                sung_pitch(made.audio, made.rate, song.beats),
            )
            control = np.mean([rows_alike(own[rng.permutation(len(own))], new) for _ in range(20)])
            chance = np.nanmean([contour(rng.permutation(pitch), tune) for _ in range(20)])
            same = len(made.audio) / made.rate - len(song.audio) / song.rate
            lines.append(
                [strength, rows_alike(own, new), float(control), contour(pitch, tune), float(chance), same]
            )
        table(
            f"cover: {song.name} as {caption}",
            ("strength", "harmony", "shuffled", "melody", "shuffled", "longer s"),
            lines,
        )
