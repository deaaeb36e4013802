"""What is changed: recordings from a folder, and pieces composed here."""

import itertools
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import soundfile

from audiopod_mcp.music.analysis.analyze import analyze
from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.generation.generate import generate
from audiopod_mcp.music.model import Score
from tests.benchmarks.transforming.judging import flux

WORDS = "[Verse]\nmorning light is on the river\nboats are going out to sea\n[Chorus]\nsail away\nsail away with me"
PIECES = [
    ("pop song with piano", 118, "G major", WORDS), ("jazz trio, instrumental", 132, "Bb major", None),
    ("techno, instrumental", 130, "A minor", None), ("folk ballad with guitar", 92, "D major", WORDS),
    ("bossa nova, instrumental", 124, "F major", None), ("metal, instrumental", 150, "E minor", None),
]  # fmt: skip


@dataclass(frozen=True)
class Song:
    name: str
    audio: np.ndarray
    rate: int
    composed: dict = field(default_factory=dict)

    @cached_property
    def flux(self):
        return flux(self.audio, self.rate)

    @cached_property
    def heard(self):
        return analyze(self.audio, self.rate)

    @cached_property
    def beats(self):
        score: Score | None = self.composed.get("score")
        return score.beats if score else self.heard.beats


def pieces(seconds, seeds=(1,)):
    for (caption, bpm, key, words), seed in itertools.product(PIECES, seeds):
        brief = read_caption(
            caption, bpm=bpm, keyscale=key, duration=seconds, lyrics=words, instrumental=not words
        )
        made = generate(brief, seed=seed)
        yield Song(f"{brief.style} {seed}", made.audio, made.rate, {"score": made.score, "stems": made.stems})


def recordings(folder, seconds):
    files = [
        *sorted(folder.glob("*/mix.flac")),
        *sorted(folder.glob("*.mp3")),
        *sorted(folder.glob("on-the-run/*.ogg")),
    ]
    for file in files:
        audio, rate = soundfile.read(file, dtype="float32", always_2d=True)
        start = 0 if file.parent != folder or len(audio) < 90 * rate else 20 * rate
        audio = audio[start : start + round(seconds * rate)]
        yield Song(file.parent.name if file.parent != folder else file.stem, audio, rate)
    tracks = [
        soundfile.read(file, dtype="float32", always_2d=True)[0]
        for file in sorted(folder.glob("multitrack/*.mp3"))
    ]
    if tracks:
        audio = np.zeros((max(map(len, tracks)), 2), np.float32)
        for track in tracks:
            audio[: len(track)] += track
        audio /= max(1.0, np.abs(audio).max())
        yield Song("multitrack", audio[: round(seconds * 44_100)], 44_100)
