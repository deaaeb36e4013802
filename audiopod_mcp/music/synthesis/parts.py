"""A part becomes sound: each different note is synthesised once, then placed as often as it's played."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

import numpy as np

from audiopod_mcp.music.model import SAMPLE_RATE, Note, Part, Report
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS, Instrument
from audiopod_mcp.music.synthesis.voice import consonant_of, vowel_of
from audiopod_mcp.music.synthesis.waves import Tone, Wave, without_dc

_FORCES = (0.3, 0.58, 0.9)
_REFERENCE = 0.1
"""RMS of the loudest quarter second of a pitched note at full velocity, before its instrument's level."""
_DRUM_LEVEL = 0.42
_Key = tuple[int, int, int, str]


def play(part: Part, samples: int, seed: int, report: Report) -> Wave:
    """The dry signal of ``part``: shape ``(samples,)``, or ``(samples, 2)`` for an ensemble.

    ``report`` is told the fraction of *this part* that is done.
    """
    instrument = INSTRUMENTS[part.instrument]
    groups = list(_groups(part, instrument))
    dry = np.zeros(samples, np.float32)
    for done, (key, notes) in enumerate(groups):
        report(0.85 * done / len(groups), part.instrument)
        body = _body(instrument, part.instrument, key, notes, seed)
        if body.ndim == 2 and dry.ndim == 1:
            dry = np.repeat(dry[:, None], 2, axis=1)
        for note in notes:
            _place(dry, body, note, instrument)
    return dry


def _groups(part: Part, instrument: Instrument) -> Iterator[tuple[_Key, list[Note]]]:
    """Notes that share one synthesised body, in a stable order."""

    def key(numbered: tuple[int, Note]) -> _Key:
        number, note = numbered
        force = 0 if note.velocity < 64 else 1 if note.velocity < 98 else 2
        sung = ""
        if note.syllable is not None:
            sung = consonant_of(note.syllable) + vowel_of(note.syllable)
        variant = number % 2 if instrument.unpitched else 0
        return round(note.pitch * 20), force, variant, sung

    ordered = sorted(enumerate(part.notes), key=key)
    for shared, members in groupby(ordered, key=key):
        yield shared, [note for _, note in members]


def _body(instrument: Instrument, name: str, key: _Key, notes: list[Note], seed: int) -> Wave:
    """The longest sound these notes need, at reference level."""
    pitch, force, _, sung = key
    seconds = min(max(note.duration for note in notes), instrument.longest) + instrument.release
    rng = np.random.default_rng(
        [
            seed & 0xFFFFFFFF,
            zlib.crc32(name.encode()),
            *(abs(part) for part in key[:3]),
            zlib.crc32(sung.encode()),
        ]
    )
    tone = Tone(pitch / 20, seconds, _FORCES[force], rng, sung or None)
    body = instrument.play(tone)
    if instrument.unpitched or instrument.track == "bass":
        body = without_dc(body)
    if instrument.unpitched:
        return body * np.float32(_DRUM_LEVEL)
    return body * np.float32(_REFERENCE / (_loudest(body) + 1e-9))


def _loudest(body: Wave) -> float:
    """RMS of the loudest five of the first second's 50 ms frames."""
    mono = body if body.ndim == 1 else (body[:, 0] + body[:, 1]) * np.float32(0.6)
    frame = min(SAMPLE_RATE // 20, len(mono))
    count = max(1, min(20, len(mono) // frame))
    energy = np.sort(np.mean(mono[: count * frame].reshape(count, frame) ** 2, axis=1))
    return float(np.sqrt(energy[-5:].mean()))


@lru_cache(maxsize=64)
def _dying(samples: int) -> Wave:
    """1 → 0, level at both ends, so that no note ends in a click."""
    x = np.linspace(0, 1, max(2, samples), dtype=np.float32)
    curve: Wave = np.exp(-5 * x**2) * np.cos(0.5 * np.pi * x) ** 2
    curve.flags.writeable = False
    return curve


def _place(dry: Wave, body: Wave, note: Note, instrument: Instrument) -> None:
    start = round(note.start * SAMPLE_RATE)
    whole = instrument.unpitched and instrument.track != "fx"
    release = round(instrument.release * SAMPLE_RATE)
    held = len(body) - release if whole else min(round(note.duration * SAMPLE_RATE), len(body) - release)
    held = max(held, 0)
    skip = max(0, -start)
    end = min(len(dry), start + min(held + release, len(body)))
    if end <= start + skip:
        return
    gain = np.float32((note.velocity / 127) ** 1.6)
    piece = body[skip : end - start] * gain
    dying = _dying(min(release, len(body) - held))
    first = held - skip
    if first < len(piece):
        fade = dying[max(0, -first) :][: len(piece) - max(0, first)]
        piece[max(0, first) :] *= fade if piece.ndim == 1 else fade[:, None]
    if dry.ndim == 2 and piece.ndim == 1:
        dry[start + skip : end] += piece[:, None]
    else:
        dry[start + skip : end] += piece
