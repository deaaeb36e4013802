"""Covers: what is kept of the song, by strength, and whether they sound like their caption."""

from dataclasses import replace
from functools import cache

import numpy as np

from audiopod_mcp.music.analysis.analyze import analyze
from audiopod_mcp.music.analysis.key import beat_chroma
from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.generation.cover import cover
from audiopod_mcp.music.generation.generate import generate
from audiopod_mcp.music.score import UNPITCHED
from tests.benchmarks.transforming.judging import contour, distance, rows_alike, sung_pitch, table, timbre

CAPTIONS = {"bossa nova": "bossa nova", "rock": "rock", "techno": "techno", "string quartet": "classical"}
"""What covers are asked for, and the style that they should sound like."""
STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)


@cache
def sound_of(style):
    """The colour of a style: the mean of two pieces made in it."""
    brief = replace(read_caption(style, duration=15, instrumental=True), style=style)
    made = [generate(brief, seed=seed) for seed in (21, 22)]
    return np.mean([timbre(m.audio, m.rate) for m in made], axis=0)


def beats_found(truth, heard, within=0.07):
    """F-measure of beats, with octaves allowed: every second or twice as many count as well."""

    def score(one, other):
        if not len(one) or not len(other):
            return 0.0
        near = np.abs(np.asarray(one)[:, None] - np.asarray(other)[None]) <= within
        precision, recall = near.any(axis=0).mean(), near.any(axis=1).mean()
        return 2 * precision * recall / max(1e-9, precision + recall)

    truth, heard = np.asarray(truth), np.asarray(heard)
    both = [
        (truth, heard),
        (truth[::2], heard),
        (truth[1::2], heard),
        (truth, heard[::2]),
        (truth, heard[1::2]),
    ]
    return float(max(score(*pair) for pair in both))


def at_beats(notes, beats):
    """The pitch that sounds in the middle of each beat, NaN where none does."""
    middles = (np.asarray(beats[1:]) + np.asarray(beats[:-1])) / 2
    found = np.full(len(middles), np.nan)
    for note in notes:
        found[(middles >= note.start) & (middles < note.start + note.duration)] = note.pitch
    return found


def followed(pitch, tunes, rng, shuffles=20):
    """The share of beats on which the best of ``tunes`` has ``pitch``, and that of the best by chance."""

    def best(wanted):
        return max((contour(wanted, tune) for tune in tunes), default=np.nan, key=np.nan_to_num)

    return best(pitch), float(np.nanmean([best(rng.permutation(pitch)) for _ in range(shuffles)]))


def cover_table(songs, seed=3):
    """By strength: harmony beside that of shuffled beats; the tune as it is played (in the score) and heard (in the
    mix) beside shuffled; length; beats; and the share of other styles whose sound is further than the caption's.
    """
    every = []
    for number, song in enumerate(songs):
        caption = list(CAPTIONS)[number % len(CAPTIONS)]
        if len(song.beats) < 9:
            continue
        own = beat_chroma(song.audio, song.rate, song.beats)
        pitch = sung_pitch(song.audio, song.rate, song.beats)
        rng = np.random.default_rng(0)
        lines = []
        for strength in STRENGTHS:
            score = {"score": song.composed["score"]} if song.composed else {}
            made = cover(song.audio, song.rate, caption=caption, strength=strength, seed=seed, **score)
            new = beat_chroma(made.audio, made.rate, song.beats)
            parts = [p for p in made.score.parts if p.track not in (*UNPITCHED, "bass", "backing_vocals")]
            played = [at_beats(part.notes, song.beats) for part in parts]
            heard = [sung_pitch(made.audio, made.rate, song.beats)]
            control = np.mean([rows_alike(own[rng.permutation(len(own))], new) for _ in range(20)])
            sound = timbre(made.audio, made.rate)
            far = {style: distance(sound, sound_of(style)) for style in CAPTIONS.values()}
            wanted = far.pop(CAPTIONS[caption])
            lines.append([
                strength, rows_alike(own, new), float(control), *followed(pitch, played, rng),
                *followed(pitch, heard, rng), len(made.audio) / made.rate - len(song.audio) / song.rate,
                beats_found(song.beats, analyze(made.audio, made.rate).beats) or float("nan"),
                float(np.mean([other > wanted for other in far.values()])),
            ])  # fmt: skip
        table(f"cover: {song.name} as {caption}", HEAD, lines)
        every.append(lines)
    table("cover: mean", HEAD, np.nanmean(np.asarray(every, float), axis=0).tolist())


HEAD = (
    "strength", "harmony", "shuffled", "played", "shuffled", "heard", "shuffled", "longer s", "beats F", "sounds",
)  # fmt: skip
