"""The style for music beside a recording: a few that are like it are tried, the most alike is taken."""

from __future__ import annotations

import numpy as np

from audiopod_mcp.music.caching import kept_name
from audiopod_mcp.music.captions.context import brief_in_context
from audiopod_mcp.music.effects.mix_matching import MixProfile, match_mix, spectral_balance
from audiopod_mcp.music.leadsheet import lead_sheet_from_analysis
from audiopod_mcp.music.model import SAMPLE_RATE, Analysis, Audio, Progress, ignore_progress, progress_within

from .accompany import accompany
from .style_features import nearest_styles, timbre_statistics

_CANDIDATES = 5
"""Styles that are tried, besides pop, which is like a little of everything."""
_TRIAL = 8.0
"""Seconds in the middle of the recording that each is tried on."""


def matching_style(
    audio: Audio,
    rate: int,
    analysis: Analysis,
    profile: MixProfile | None = None,
    report: Progress = ignore_progress,
) -> str:
    """The style in which the studio plays music like a recording's.

    By rhythm, drums and register the nearest styles are known (:func:`nearest_styles`). Each of them is
    played for a moment on the recording's own chords and with its spectral balance; the one whose timbre is
    most like the recording's is taken. That is some two seconds of work, done once for each recording.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
        The recording.
    rate : int
        Sample rate, Hz.
    analysis : Analysis
        What :func:`~audiopod_mcp.music.analysis.analyze.analyze` heard in it.
    profile : MixProfile, optional
        That of ``audio``, where it was measured already.
    report : Progress

    Returns
    -------
    str
        The name of a style.
    """
    return kept_name("style", audio, rate, lambda: _matching_style(audio, rate, analysis, profile, report))


def _matching_style(
    audio: Audio, rate: int, analysis: Analysis, profile: MixProfile | None, report: Progress
) -> str:
    near = nearest_styles(audio, rate, analysis, _CANDIDATES, progress_within(report, 0.0, 0.3))
    if analysis.loudness is None:
        return near[0]
    frame = lead_sheet_from_analysis(analysis)
    start = max(0.0, (analysis.duration - _TRIAL) / 2)
    profile = profile or MixProfile(analysis.loudness, spectral_balance(audio, rate))
    own = timbre_statistics(audio, rate)

    def distance(name: str) -> float:
        brief = brief_in_context(
            "", None, (), heard_style=name, tempo=frame.tempo, key=frame.key,
            timesignature=frame.timesignature, duration=_TRIAL, instrumental=True,
        )  # fmt: skip
        played = accompany(
            frame, brief, start, start + _TRIAL, seed=1, report=lambda _, doing: report(0.5, doing)
        )
        mix = match_mix({"mix": played.audio}, SAMPLE_RATE, 2, profile)["mix"]
        return float(np.linalg.norm(timbre_statistics(mix, SAMPLE_RATE) - own))

    return min(dict.fromkeys((*near, "pop")), key=distance)
