"""The style for music beside a recording: those like it are tried, and the one that sounds most so stays."""

from __future__ import annotations

import numpy as np

from audiopod_mcp.music.captions.parse import brief_in_context
from audiopod_mcp.music.effects.crossfade import mixdown
from audiopod_mcp.music.effects.mix_matching import match_mix, spectral_balance
from audiopod_mcp.music.leadsheet import heard_frame
from audiopod_mcp.music.model import SAMPLE_RATE, Analysis, Audio, Progress, silent, within

from .accompany import accompany
from .style_features import nearest_styles, timbre_statistics

_TRIED = 5
"""Styles that are played for a moment, besides pop, which is like a little of everything."""
_MOMENT = 8.0
"""Seconds they are played for, in the middle of the recording."""


def matching_style(audio: Audio, rate: int, analysis: Analysis, report: Progress = silent) -> str:
    """The style that the studio plays ``audio``'s kind of music in.

    By rhythm, drums and register the nearest styles are known (:func:`nearest_styles`); of those it is the
    one whose sound, on the recording's own chords and with its spectral balance, has the colour most like
    the recording's. Some two seconds of work.
    """
    near = nearest_styles(audio, rate, analysis, _TRIED, within(report, 0.0, 0.3))
    if analysis.loudness is None:
        return near[0]
    frame = heard_frame(analysis)
    start = max(0.0, (analysis.duration - _MOMENT) / 2)
    own, balance = timbre_statistics(audio, rate), spectral_balance(audio, rate)

    def trying(_: float, doing: str) -> None:
        report(0.5, doing)

    def far(name: str) -> float:
        brief = brief_in_context(
            "", None, (), heard_style=name, bpm=frame.tempo, keyscale=frame.key,
            timesignature=frame.timesignature, duration=_MOMENT, instrumental=True,
        )  # fmt: skip
        played = accompany(
            frame, brief, start, start + _MOMENT, seed=1, report=lambda _, doing: report(0.5, doing)
        )
        stems = match_mix(played.stems, SAMPLE_RATE, 2, balance=balance, loudness=analysis.loudness)
        return float(np.linalg.norm(timbre_statistics(mixdown(stems), SAMPLE_RATE) - own))

    return min(dict.fromkeys((*near, "pop")), key=far)
