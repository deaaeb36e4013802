"""New music that feels like a reference: its tempo, key and density, its balance, width and loudness."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from audiopod_mcp.music.analysis import analyse
from audiopod_mcp.music.audition import style_of
from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.matching import spectral_balance, widened, width_of
from audiopod_mcp.music.model import SAMPLE_RATE, Audio, Grid, Refused, Rendering, Report, silent
from audiopod_mcp.music.playing import AS_THE_SONG, as_if_beside, brief_beside, names_style, within
from audiopod_mcp.music.splice import fit, mixed
from audiopod_mcp.music.synthesis import render
from audiopod_mcp.music.theory import METRES

_TEMPO_STATED = re.compile(r"\d{2,3}(?:\.\d+)?\s*bpm", re.IGNORECASE)
_KEY_STATED = re.compile(
    r"\b(?:in|key of) [A-G](?:#|b| sharp| flat)?[ -]?(?:major|minor|maj|min)\b", re.IGNORECASE
)
_LENGTHS = (20.0, 180.0)
"""Seconds at least and at most, where no duration is asked for: the reference's own, within these."""


def reference(
    audio: Audio,
    rate: int,
    *,
    caption: str,
    lyrics: str | None = None,
    seed: int = 0,
    report: Report = silent,
    bpm: float | None = None,
    keyscale: str | None = None,
    timesignature: str | None = None,
    duration: float | None = None,
    **wanted: Any,
) -> Rendering:
    """What ``caption`` asks for, in the tempo, key, metre and density of ``audio``, and mastered like it.

    No note of the reference is used. What the caption or an argument states wins over the reference.
    """
    analysis = analyse(audio, rate, within(report, 0.0, 0.2))
    if analysis.loudness is None:
        raise Refused(
            "reference_audio_url: the recording is silent, it has no sound to go by; send another one"
        )
    if bpm is None and not _TEMPO_STATED.search(caption):
        bpm = analysis.tempo
    if keyscale is None and not _KEY_STATED.search(caption):
        keyscale = analysis.key
    length = duration if duration and duration > 0 else float(np.clip(analysis.duration, *_LENGTHS))
    sounds = None if names_style(caption) else style_of(audio, rate, analysis)
    brief = brief_beside(
        caption,
        None,
        (),
        sounds=sounds,
        bpm=bpm,
        keyscale=keyscale,
        timesignature=timesignature or analysis.timesignature,
        duration=length,
        lyrics=lyrics,
        **wanted,
    )
    beat = METRES[brief.timesignature].beat(brief.tempo)
    beats = np.arange(0, length + beat, beat)
    grid = Grid(
        beats=tuple(float(beat) for beat in beats),
        beats_per_bar=METRES[brief.timesignature].beats,
        density=analysis.density if analysis.beats else None,
    )
    score = compose(brief, seed=seed, grid=grid, report=within(report, 0.2, 0.3))
    stems = render(score, seed=seed, report=within(report, 0.3, 0.85))
    samples = round(length * SAMPLE_RATE)
    stems = {track: fit(stem, samples) for track, stem in stems.items()}
    report(0.9, "mastering it like the reference")
    loudness = float(np.clip(analysis.loudness, -26.0, -8.0))
    balance = spectral_balance(audio, rate)
    stems = as_if_beside(
        stems, SAMPLE_RATE, 2, balance=balance, loudness=loudness, amount=0.9,
        report=within(report, 0.9, 0.97),
    )  # fmt: skip
    own = width_of(mixed(stems))
    if audio.shape[1] > 1 and own > 1e-4:
        # After the equaliser: what it takes from the bass, which is in the middle, widens the whole.
        factor = float(np.clip(np.sqrt(width_of(audio) / own), 0.25, 2.5))
        stems = {track: widened(stem, factor) for track, stem in stems.items()}
        stems = as_if_beside(
            stems, SAMPLE_RATE, 2, balance=None, loudness=loudness, report=within(report, 0.97, 1.0)
        )
    notes = (AS_THE_SONG.format(sounds),) if sounds else ()
    return Rendering(mixed(stems), SAMPLE_RATE, stems, score, score.lyrics, notes)
