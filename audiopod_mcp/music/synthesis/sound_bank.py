"""The bank of recorded notes: which sample sounds for which key and velocity, and the samples.

``sound_bank.zip`` holds an index and Ogg Vorbis streams; ``sound_bank.json`` says where they come from and
``sound_bank.LICENSE`` on what terms. ``training.sound_bank`` makes all of it. Only what is played is read.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import numpy as np
import soundfile

from .tone import Signal

_BANK = "sound_bank.zip"
_DECODED = 16
"""Samples that stay decoded, 15 MB at most: the notes of a part are played in the order of their pitch."""
_LENGTHS_AT = 26
"""Where the head of a file in a zip file tells the lengths of its name and of what follows that."""
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Zone:
    """What one sample sounds for: keys and velocities, both ends included."""

    sample: str
    rate: int
    keys: Range
    velocities: Range
    root: float
    """MIDI pitch at which the sample sounds as it was recorded."""
    start: int
    """The first sample that is heard."""
    loop: Range | None
    """Samples between which it goes on, while the key is down."""
    pan: float
    """-1 (left) to 1 (right)."""
    gain: float
    """dB."""
    attack: float
    """Seconds in which the envelope rises,"""
    hold: float
    """stays up,"""
    decay: float
    """dB a second by which it falls then,"""
    sustain: float
    """down to so many dB."""
    cutoff: tuple[float, float]
    """Hz of the low-pass filter at the softest and at the hardest stroke."""
    pitch: float | None = None
    """MIDI pitch of the tone that a drum has, if it has one."""


@cache
def zones(program: str) -> tuple[Zone, ...]:
    """Those of a program; the ones of lower keys come first.

    Raises
    ------
    KeyError
        The bank has no such program.

    """
    return tuple(_zone(entry) for entry in _index()[program])


def waveform(zone: Zone, samples: int | None = None) -> Signal:
    """The sample of a zone, at its own rate and about zero; float32, shape (n,), not to be written to.

    Of a sample without a loop, only the beginning that has so many ``samples``, or some more, is decoded:
    2, 4, 8 … seconds, whatever was asked for before, as its mean depends on it.
    """
    if samples is None or zone.loop:
        return _decoded(zone, -1)
    seconds = max(2, -(-samples // zone.rate))
    return _decoded(zone, zone.rate << (seconds - 1).bit_length())


@lru_cache(maxsize=_DECODED)
def _decoded(zone: Zone, frames: int) -> Signal:
    start, size = _places()[zone.sample]
    with (files(__package__) / _BANK).open("rb") as file:
        file.seek(start)
        audio, _ = soundfile.read(io.BytesIO(file.read(size)), frames, dtype="float32")
    audio = np.asarray(audio, np.float32)
    audio -= audio[slice(*zone.loop)].mean() if zone.loop else audio.mean()
    audio.flags.writeable = False
    return audio


@cache
def _places() -> Mapping[str, tuple[int, int]]:
    """The first byte of each sample in the bank, where it lies uncompressed, and how many there are.

    A :class:`ZipFile` would read the list of all of them each time that the bank is opened.
    """
    places = {}
    with (files(__package__) / _BANK).open("rb") as file, ZipFile(file) as bank:
        for member in bank.infolist():
            assert member.compress_type == ZIP_STORED  # noqa: S101 - training.sound_bank writes it so
            file.seek(member.header_offset + _LENGTHS_AT)
            name, extra = struct.unpack("<HH", file.read(4))
            places[member.filename] = (file.tell() + name + extra, member.file_size)
    return places


@cache
def _index() -> Mapping[str, Any]:
    with (files(__package__) / _BANK).open("rb") as file, ZipFile(file) as bank:
        index: Mapping[str, Any] = json.loads(bank.read("index.json"))
    return index


def _zone(entry: Mapping[str, Any]) -> Zone:
    ranges = {
        name: tuple(value) if value is not None else None
        for name, value in entry.items()
        if name in ("keys", "velocities", "loop", "cutoff")
    }
    return Zone(**{**entry, **ranges})
