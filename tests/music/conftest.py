"""Pieces to work on, composed once a session."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from audiopod_mcp.music.caching import Kept, using
from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.effects.crossfade import resample
from audiopod_mcp.music.generation.generate import generate
from audiopod_mcp.music.model import SAMPLE_RATE, Rendering

SONG = "pop song with piano"
LYRICS = """[Verse]
morning light is on the river
boats are going out to sea
[Chorus]
sail away
sail away with me"""


@pytest.fixture(scope="session")
def song() -> Rendering:
    """A sung pop song of 12 s in G major at 120 BPM, with stems and score."""
    return generate(read_caption(SONG, tempo=120, key="G major", duration=12, lyrics=LYRICS), seed=1)


@pytest.fixture(scope="session")
def short_song() -> Rendering:
    """The verse of such a song in 4 s, for what plays all of it anew."""
    return generate(read_caption(SONG, tempo=120, key="G major", duration=4, lyrics=LYRICS), seed=1)


@pytest.fixture(scope="session")
def tune() -> Rendering:
    """An instrumental rock piece of 12 s in A minor at 110 BPM, whose chords change."""
    brief = read_caption("rock, instrumental", tempo=110, key="A minor", duration=12, instrumental=True)
    return generate(brief, seed=3)


@dataclass(frozen=True)
class Recording:
    """What a stranger's file holds: samples, at some rate."""

    audio: Any
    rate: int


@pytest.fixture(scope="session")
def recording(tune) -> Recording:
    """The instrumental as a recording at 48 kHz: 16-bit samples, and no score."""
    audio = resample(tune.audio, SAMPLE_RATE, 48_000, 2)
    return Recording((np.round(audio * 2**15) / 2**15).astype(np.float32), 48_000)


@pytest.fixture(scope="session")
def composed(song) -> dict[str, Any]:
    """What operations get beside the audio of a piece that was composed here."""
    return {"score": song.score, "stems": song.stems}


@pytest.fixture(scope="session")
def composed_short(short_song) -> dict[str, Any]:
    return {"score": short_song.score, "stems": short_song.stems}


class _Memory:
    """Keeps what it is given as it was, whatever becomes of it."""

    def __init__(self) -> None:
        self._kept: dict[str, Kept] = {}

    def load(self, key: str) -> Kept | None:
        return deepcopy(self._kept.get(key))

    def store(self, key: str, kept: Kept) -> None:
        self._kept[key] = deepcopy(kept)


@pytest.fixture(scope="module")
def heard_once() -> Iterator[None]:
    """What is heard in a recording is kept, as in a studio, where a module asks about the same one again and again."""
    with using(_Memory()):
        yield
