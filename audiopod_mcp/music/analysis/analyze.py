"""All that can be heard in a recording, in one pass through the listening modules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.caching import Kept, Samples, kept
from audiopod_mcp.music.model import Analysis, Progress, ignore_progress, progress_within
from audiopod_mcp.music.signal.downmix import downmix
from audiopod_mcp.music.signal.loudness import integrated_loudness
from audiopod_mcp.music.signal.stft import Array, Ints

from .beats import Pulse, find_pulse
from .caption import describe
from .chords import find_chords, tonic_evidence
from .chroma import bass_chromagram, chromagram, spectral_peaks
from .downbeats import downbeat_salience, track_downbeats
from .key import estimate_key, harmonic_change, sync_to_beats
from .metre_features import METRES, ODD_METRES
from .onsets import BROADBAND, onset_envelopes, onset_frames
from .structure import find_sections
from .timbre import measure_timbre
from .vocal_activity import find_vocals

_MIN_BEATS_FOR_METRE = 8
"""Fewer beats than this say nothing about bars."""


@kept("analysis", lambda made: Kept(asdict(made)), lambda found: Analysis.from_dict(found.facts))
def analyze(audio: Samples, rate: int, report: Progress = ignore_progress) -> Analysis:
    """Tempo, beats, metre, key, chords, sections, singing, loudness and sound of a recording.

    Parameters
    ----------
    audio : float32 array, shape (samples, channels)
        Of any length and number of channels; in memory, or where it can be read a stretch at a time.
    rate : int
        Samples a second, any.
    report : Progress

    Returns
    -------
    Analysis

    Raises
    ------
    Refused
        There are no samples.

    Notes
    -----
    About 300 times faster than real time; memory beyond the input is the middle and the sides at 22,050 Hz,
    and some hundred bytes a millisecond at most.
    """
    report(0.0, "reading")
    mid, side = downmix(audio, rate, progress_within(report, 0.0, 0.15))
    duration = len(audio) / rate
    loudness = integrated_loudness(audio, rate, progress_within(report, 0.15, 0.25))
    envelopes = onset_envelopes(mid, progress_within(report, 0.25, 0.35))
    timbre = measure_timbre(mid, progress_within(report, 0.35, 0.4))
    peaks = spectral_peaks(mid, progress_within(report, 0.4, 0.65))
    chroma, bass = chromagram(peaks), bass_chromagram(peaks)
    del peaks
    pulse = find_pulse(envelopes, harmonic_change(chroma, bass), chroma, progress_within(report, 0.65, 0.75))
    something_begins = envelopes[BROADBAND].any()  # a hum does not sing
    vocals = find_vocals(mid, side, progress_within(report, 0.75, 0.95)) if something_begins else ()

    beats: tuple[float, ...] = ()
    downbeats: tuple[float, ...] = ()
    timesignature = None
    if pulse is not None:
        beats = _beat_times(pulse.beats, duration)
        if len(beats) >= _MIN_BEATS_FOR_METRE:
            timesignature = pulse.timesignature
            downbeats = tuple(beats[i] for i in _downbeat_indices(pulse, envelopes, chroma))
    grid = _chord_grid(beats, duration)
    beat_chroma, beat_bass = sync_to_beats(chroma, grid), sync_to_beats(bass, grid)
    tonics = tonic_evidence(find_chords(beat_chroma, beat_bass, grid), downbeats)
    key, key_confidence = estimate_key(chroma, bass, tonics)
    chords = find_chords(beat_chroma, beat_bass, grid, key) if key is not None else ()
    sections = find_sections(duration, downbeats, chroma, timbre, vocals) if loudness is not None else ()
    onsets = len(onset_frames(envelopes[BROADBAND]))
    tempo = pulse.tempo if pulse is not None else None
    span = pulse.tempo_span if pulse is not None and pulse.tempo_span[1] > pulse.tempo_span[0] else None
    density = onsets / duration * (60 / tempo if tempo is not None else 1.0)
    width = _stereo_width(mid, side)
    report(1.0, "putting it into words")
    return Analysis(
        duration=duration,
        tempo=tempo,
        tempo_confidence=pulse.confidence if pulse is not None else 0.0,
        tempo_span=span,
        beats=beats,
        downbeats=downbeats,
        timesignature=timesignature,
        metre_confidence=pulse.metre_confidence if pulse is not None and timesignature else 0.0,
        other_metre=pulse.other_metre if pulse is not None and timesignature else None,
        key=key,
        key_confidence=key_confidence,
        loudness=loudness,
        chords=chords,
        sections=sections,
        vocals=vocals,
        brightness=timbre.centroid,
        density=density,
        width=width,
        caption=describe(
            duration=duration,
            tempo=tempo,
            tempo_span=span,
            key=key,
            key_confidence=key_confidence,
            timesignature=timesignature,
            metre_confidence=pulse.metre_confidence if pulse is not None else 0.0,
            loudness=loudness,
            brightness=timbre.centroid,
            density=density,
            width=width,
            sections=sections,
            vocals=vocals,
        ),
    )


def _downbeat_indices(pulse: Pulse, envelopes: Array, chroma: Array) -> Ints:
    """The beats (indices) that begin bars."""
    stress = downbeat_salience(envelopes, pulse.beats, sync_to_beats(chroma, pulse.beats.tolist()))
    return track_downbeats(stress, (METRES | ODD_METRES)[pulse.timesignature])


def _beat_times(beats: npt.NDArray[np.float64], duration: float) -> tuple[float, ...]:
    """Beats within the recording, to a tenth of a millisecond."""
    return tuple(float(t) for t in np.round(np.clip(beats, 0.0, duration), 4))


def _chord_grid(beats: Sequence[float], duration: float) -> tuple[float, ...]:
    """Beats from 0 to the end; half seconds where there is no pulse."""
    inner = beats if len(beats) > 1 else tuple(np.arange(0.5, duration, 0.5))
    inside = tuple(float(t) for t in inner if 0.1 < t < duration - 0.1)
    return (0.0, *inside, duration)


def _stereo_width(mid: Array, side: Array) -> float:
    """Side-to-mid energy ratio, capped at 1."""
    middle, sides = float(mid @ mid), float(side @ side)
    return min(1.0, sides / middle) if middle > 0 else float(sides > 0)
