"""New music that feels like a reference: its tempo, key and density, its balance, width and loudness."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from audiopod_mcp.music.analysis.analyze import analyze
from audiopod_mcp.music.analysis.onsets import BROADBAND, onset_envelopes, onset_frames
from audiopod_mcp.music.captions.asked import (
    asked,
    key_asked,
    length_asked,
    metre_asked,
    tempo_asked,
    wanted_phrases,
)
from audiopod_mcp.music.captions.context import brief_in_context
from audiopod_mcp.music.captions.text_search import names_style
from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.effects.mix_matching import (
    MixProfile,
    match_mix,
    spectral_balance,
    stereo_width,
)
from audiopod_mcp.music.leadsheet import SOFT_DENSITY
from audiopod_mcp.music.model import (
    SAMPLE_RATE,
    Activity,
    Analysis,
    Audio,
    Brief,
    Progress,
    Refused,
    Rendering,
    Score,
    ignore_progress,
    progress_within,
)
from audiopod_mcp.music.score import excerpt
from audiopod_mcp.music.signal.downmix import downmix
from audiopod_mcp.music.synthesis import KeptDesks, record

from .accompany import STYLE_NOTE
from .changed_frame import wanted_key
from .finish import finish, with_receipt
from .lyric_requests import fade_as_asked, with_lyric_receipts
from .production import Production
from .receipts import Played
from .style_matching import matching_style

_LIKE_IT = r"\b(?:same|similar|like (?:this|it|the reference)|reference)\b"
"""How music that is like the reference is asked for."""
_DURATION_RANGE = (20.0, 180.0)
"""Seconds at least and at most, where no duration is asked for: the reference's own, within these."""
_DENSITY_NOTE = "The reference has {:.1f} onsets a beat; in {}, {:.1f} was as near as its players come."
_TRIAL, _HALVINGS = 12.0, 4
"""Seconds that are played to hear how dense they are, and at how many levels of activity at most."""
_NEAR_ENOUGH = 0.05
"""By how much of an octave a density may be missed; in so few seconds no other one is nearer for certain."""
_LOUDNESS_RANGE = (-26.0, -8.0)
"""Between these is the loudness of the new music, LUFS; it is the reference's own within them."""


def reference(
    audio: Audio,
    rate: int,
    *,
    caption: str,
    lyrics: str | None = None,
    seed: int = 0,
    report: Progress = ignore_progress,
    tempo: float | None = None,
    key: str | None = None,
    timesignature: str | None = None,
    duration: float | None = None,
    **wanted: Any,
) -> Rendering:
    """Make new music in the tempo, key, metre and density of a reference, mastered like it.

    No note of the reference is used. What the caption or an argument states wins over the reference.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
        The reference.
    rate : int
        Sample rate, Hz.
    caption : str
        What the music should be; where it names no style, it is the one that the reference sounds most like.
    lyrics : str, optional
        Words to sing.
    seed : int
        The same seed gives the same samples.
    report : Progress
    tempo : float, optional
        Tempo in beats a minute.
    key, timesignature : str, optional
        Key and metre.
    duration : float, optional
        Seconds; else as long as the reference, within 20 s and 3 minutes.
    **wanted
        Passed on to :func:`~audiopod_mcp.music.captions.parse.read_caption`.

    Returns
    -------
    Rendering
        44.1 kHz, stereo, with stems and a score.

    Raises
    ------
    Refused
        Where the reference is silent, or what is asked for can't be played.
    """
    analysis = analyze(audio, rate, progress_within(report, 0.0, 0.2))
    if analysis.loudness is None:
        raise Refused("reference_silent")
    phrases = wanted_phrases(caption)
    if tempo is None and tempo_asked(phrases) is None and not asked(phrases, "pace"):
        tempo = analysis.tempo
    if key is None and key_asked(phrases) is None:
        key = wanted_key(caption, analysis.key) or analysis.key
    stated = length_asked(phrases)
    length = float(np.clip(analysis.duration, *_DURATION_RANGE))
    if duration and duration > 0:
        length = duration
    elif stated:
        length = stated
    profile = MixProfile(analysis.loudness, spectral_balance(audio, rate))
    heard_style = None if names_style(caption) else matching_style(audio, rate, analysis, profile)
    brief = brief_in_context(
        caption,
        None,
        (),
        heard_style=heard_style,
        tempo=tempo,
        key=key,
        timesignature=timesignature or metre_asked(phrases) or analysis.timesignature,
        duration=length,
        lyrics=lyrics,
        **wanted,
    )
    notes: tuple[str, ...] = (STYLE_NOTE.format(heard_style),) if heard_style else ()
    if analysis.beats and analysis.density >= SOFT_DENSITY and brief.activity == Activity():
        brief, dense = _with_density(
            brief, analysis.density, profile, seed, progress_within(report, 0.2, 0.4)
        )
        if abs(_octaves(dense, analysis.density)) > 0.5:
            notes += (_DENSITY_NOTE.format(analysis.density, brief.style, dense),)
    score = compose(brief, seed=seed, report=progress_within(report, 0.4, 0.45))
    made = Production.record(score, seed=seed, report=progress_within(report, 0.45, 0.85))
    made.cut(0, round(length * SAMPLE_RATE))
    report(0.9, "mastering it like the reference")
    loudness = float(np.clip(analysis.loudness, *_LOUDNESS_RANGE))
    balance = None if profile.balance is None else profile.balance.tolist()
    made.match(loudness, balance, 0.9, report=progress_within(report, 0.9, 0.97))
    own = stereo_width(made.audio)
    if audio.shape[1] > 1 and own > 1e-4:
        # It comes after the equalizer, which widens the mix where it takes bass, which is in the middle.
        factor = float(np.clip(np.sqrt(stereo_width(audio) / own), 0.25, 2.5))
        made.widen(factor)
        made.match(loudness, report=progress_within(report, 0.97, 1.0))
    facts = finish(made, caption)
    facts = (*facts, *fade_as_asked(made, brief, facts))
    new = made.rendering(score, notes)
    new = replace(new, done=(f"as the reference: {_likeness(analysis, score)}, {loudness:.1f} LUFS",))
    told = with_receipt(new, caption, Played(brief, score, finish=facts, own_words=_LIKE_IT))
    return with_lyric_receipts(told, brief, facts=facts)


def _likeness(analysis: Analysis, score: Score) -> str:
    """What a score has of what was heard in the reference."""
    tempo = analysis.tempo is not None and abs(score.tempo - analysis.tempo) < 1
    facts = [f"{score.tempo:.4g} BPM"] * tempo
    facts += [score.key] * (score.key == analysis.key)
    facts += [score.timesignature] * (score.timesignature == analysis.timesignature)
    return ", ".join(facts) or "its balance"


def _octaves(dense: float, wanted: float) -> float:
    """By how many octaves one density is above another."""
    return float(np.log2(max(dense, 0.1) / max(wanted, 0.1)))


def _with_density(
    brief: Brief, wanted: float, profile: MixProfile, seed: int, report: Progress
) -> tuple[Brief, float]:
    """``brief`` with players so busy that ``wanted`` onsets are heard a beat, or nearly; and how many are.

    It is found by bisection: a moment from the middle is played at four levels of activity with the
    reference's ``profile``, and listened to as the reference was. What is written and what stands out differ
    from style to style.
    """
    start = max(0.0, (brief.duration - _TRIAL) / 2)

    trial_profile = replace(profile, loudness=-14.0)
    kept: KeptDesks = {}  # from one level to the next, many play the same notes

    def density_at(level: float) -> float:
        score = compose(replace(brief, activity=Activity(level, level, level, level)), seed=seed)
        moment = excerpt(score, start, min(start + _TRIAL, brief.duration))
        played = record(
            moment, seed=seed, report=lambda done, _: report(done, "finding the density"), kept=kept
        )
        mix = match_mix({"mix": played.mix}, SAMPLE_RATE, 2, trial_profile)["mix"]
        onsets = len(onset_frames(onset_envelopes(downmix(mix, SAMPLE_RATE)[0])[BROADBAND]))
        return onsets / moment.duration * 60 / brief.tempo

    low, high, tried = 0.0, 1.0, {}
    for _ in range(_HALVINGS):
        level = (low + high) / 2
        tried[level] = density_at(level)
        if abs(_octaves(tried[level], wanted)) < _NEAR_ENOUGH:
            break
        low, high = (level, high) if tried[level] < wanted else (low, level)
    best = min(tried, key=lambda level: abs(tried[level] - wanted))
    return replace(brief, activity=Activity(best, best, best, best)), tried[best]
