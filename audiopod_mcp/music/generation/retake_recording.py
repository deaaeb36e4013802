"""A recording, partly played anew: phrase by phrase and layer by layer, the rest of it as it was recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.analysis.analyze import analyze
from audiopod_mcp.music.effects.crossfade import (
    CEILING,
    CROSSFADE,
    equal_power_fade,
    limiter_gain,
)
from audiopod_mcp.music.effects.mix_matching import MixProfile, loudness_gain, match_mix, spectral_balance
from audiopod_mcp.music.leadsheet import LeadSheet, lead_sheet_from_analysis
from audiopod_mcp.music.model import Audio, Progress, Refused, Rendering, Score, progress_within
from audiopod_mcp.music.score import UNPITCHED, lead_part
from audiopod_mcp.music.separation.separate import separate
from audiopod_mcp.music.signal.loudness import integrated_loudness
from audiopod_mcp.music.synthesis import Multitrack, pieces, tapes_of

from .cover import cover
from .style_matching import matching_style

_LONG = 24
"""Bars up to which a phrase is one bar; in longer recordings it is two."""
_LAYER_LABELS = {"rest": "the accompaniment", "drums": "the drums", "vocals": "the tune"}
_VOCALS_FROM = 0.5
"""Variance from which on singing gives way to an instrument: a song is known by its singer."""
_HARMONY_FROM = 0.35
"""Variance from which on phrases that are new in all layers get a harmony of their own."""
_MAX_LAYER_GAIN = 9.0
"""By how much a new layer is raised to the loudness of the recorded one at most, dB."""


def retake_recording(audio: Audio, rate: int, variance: float, seed: int, report: Progress) -> Rendering:
    """Play a share of a recording anew, in the style that it sounds like.

    Each phrase of each layer (the drums and the singing that :func:`separate` finds, and the rest) has a lot.
    Where it is below ``variance``, the studio's instruments play the phrase over the same chords, with
    crossfades on the bar lines. What is new at one variance is new at every higher one. Where nothing is new,
    every sample stays.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
    rate : int
        Sample rate, Hz.
    variance : float
        The share that is new, above 0 and up to 1.
    seed : int
    report : Progress

    Returns
    -------
    Rendering

    Raises
    ------
    Refused
        Where the recording is silent.
    """
    analysis = analyze(audio, rate, progress_within(report, 0.0, 0.1))
    if analysis.loudness is None:
        raise Refused("retake_source_silent")
    profile = MixProfile(analysis.loudness, spectral_balance(audio, rate))
    style = matching_style(audio, rate, analysis, profile, progress_within(report, 0.1, 0.15))
    if variance >= 1:
        taken = cover(
            audio,
            rate,
            caption=style,
            strength=0.0,
            seed=seed + 1,
            report=progress_within(report, 0.15, 1.0),
            analysis=analysis,
        )
        note = (
            "All of it is played anew by the studio's instruments: the beat, the key and the form are left."
        )
        return replace(taken, notes=(note, *taken.notes))
    close = cover(
        audio,
        rate,
        caption=style,
        strength=1.0,
        seed=seed,
        report=progress_within(report, 0.15, 0.35),
        analysis=analysis,
        apart=True,
    )
    edges = _phrase_edges(lead_sheet_from_analysis(analysis))
    own = _layers(
        audio, rate, close.stems, sung=bool(analysis.vocals), report=progress_within(report, 0.35, 0.6)
    )
    loudness = {layer: integrated_loudness(recorded, rate) for layer, recorded in own.items()}
    lots = _draw_lots(np.random.default_rng((seed, 17)), list(own), len(edges) - 1)
    news = [_matched_layers(close, loudness, audio, rate, profile, progress_within(report, 0.6, 0.7))]
    if (lots["harmony"] < variance).any():
        free = cover(
            audio,
            rate,
            caption=style,
            strength=0.0,
            seed=seed + 1,
            report=progress_within(report, 0.7, 0.85),
            analysis=analysis,
            apart=True,
        )
        news.append(
            _matched_layers(free, loudness, audio, rate, profile, progress_within(report, 0.85, 0.95))
        )
    score, close = close.score, replace(close, audio=audio[:0], stems={})  # minutes of it are large
    out = audio.copy()
    fade = round(CROSSFADE * rate)
    at = np.round(np.asarray(edges) * rate).astype(int)
    new_harmony = lots["harmony"] < variance
    for layer in own:
        report(0.95, "putting it together")
        same_harmony = (lots[layer] < variance) & ~new_harmony
        kept = _phrase_gain(~(same_harmony | new_harmony), at, len(audio), fade)
        for piece in pieces(len(out)):
            out[piece] += (kept[piece] - 1) * own.tape(layer)[piece]
        for new, chosen in zip(news, (same_harmony, new_harmony), strict=False):
            if layer in new:
                level = _phrase_gain(chosen, at, len(audio), fade)
                for piece in pieces(len(out)):
                    out[piece] += level[piece] * new.tape(layer)[piece]
    loudest = max(float(audio.max(initial=0.0)), float(-audio.min(initial=0.0)))
    out *= limiter_gain(out, rate, max(CEILING, loudest))
    return Rendering(out, rate, notes=_notes_on(lots, edges, variance, score))


def _phrase_edges(frame: LeadSheet) -> tuple[float, ...]:
    """Where phrases begin, and the end: bar lines, beats where there are few of them, or even
    parts of about four seconds where there is no pulse.
    """
    count = max(4, round(frame.duration / 4))
    if not frame.has_pulse:
        return tuple(np.linspace(0.0, frame.duration, count + 1).tolist())
    bars = frame.beats[frame.first_downbeat :: frame.beats_per_bar]
    bars = bars[:: 1 if len(bars) <= _LONG else 2] if len(bars) > 3 else frame.beats
    least = frame.beat_seconds / 2
    inner = [bar for bar in bars if least < bar < frame.duration - least]
    return (0.0, *inner, frame.duration)


def _layers(audio: Audio, rate: int, new: Mapping[str, Audio], *, sung: bool, report: Progress) -> Multitrack:
    """The recording's layers, which sum to it: those that something new takes the place of, and the rest."""
    wanted = [track for track, there in (("drums", "drums" in new), ("vocals", sung)) if there]
    rest = audio.copy()

    def found() -> Iterator[tuple[str, Audio]]:
        for number, track in enumerate(wanted):
            share = progress_within(report, number / len(wanted), (number + 1) / len(wanted))
            try:
                layer = separate(rest, rate, track, share)
            except Refused:
                continue  # next to nothing of it was found: it stays with the rest
            np.subtract(rest, layer, out=rest)
            yield track, layer

    layers = Multitrack.gather(found())
    return Multitrack.gather({"rest": rest, **tapes_of(layers)}.items())


def _draw_lots(rng: np.random.Generator, layers: list[str], count: int) -> dict[str, npt.NDArray[np.float64]]:
    """For each layer and phrase the variance from which on it is played anew; and with new ``harmony``."""

    def spread(offset: float = 0.0) -> npt.NDArray[np.float64]:
        return np.asarray((rng.permutation(count) + offset) / max(1, count))

    # Something is new at any variance, but at the lowest it is one layer of one phrase.
    lots = {"rest": spread(), "drums": spread(0.7), "vocals": _VOCALS_FROM + (1 - _VOCALS_FROM) * spread()}
    lots = {layer: found for layer, found in lots.items() if layer in layers}
    latest = np.maximum.reduce(list(lots.values()))
    return {**lots, "harmony": np.maximum(latest, _HARMONY_FROM + (1 - _HARMONY_FROM) * spread())}


def _matched_layers(
    made: Rendering,
    loudness: Mapping[str, float | None],
    audio: Audio,
    rate: int,
    profile: MixProfile,
    report: Progress,
) -> Multitrack:
    """What was played, by layer, in the format of the recording ``audio`` and with its ``profile``.

    The stems of ``made`` may be changed in place.
    Each layer is brought to the ``loudness`` (LUFS) that it has in the recording.
    """
    stems = match_mix(made.stems, rate, audio.shape[1], profile, report=report)
    players: dict[str, list[str]] = {}
    for track in stems:
        layer = _layer_of(track, made.score) if made.score else "rest"
        players.setdefault(layer if layer in loudness else "rest", []).append(track)

    def played(layer: str) -> Audio:
        sound = np.zeros(audio.shape, np.float32)
        for track in players[layer]:
            stem = stems[track][: len(audio)]
            sound[: len(stem)] += stem
        sound *= np.float32(loudness_gain(sound, rate, loudness[layer], at_most=_MAX_LAYER_GAIN))
        return sound

    return Multitrack.gather((layer, played(layer)) for layer in players)


def _layer_of(track: str, score: Score) -> str:
    lead = lead_part(score)
    alone = sum(part.track == track for part in score.parts) == 1
    if lead is not None and lead.track == track and alone:
        return "vocals"
    return "drums" if track in UNPITCHED else "rest"


def _phrase_gain(
    chosen: npt.NDArray[np.bool_], edges: npt.NDArray[np.int_], samples: int, fade: int
) -> npt.NDArray[np.float32]:
    """The gain, ``(samples, 1)``, of what sounds in the ``chosen`` phrases; it fades before the bar lines."""
    curve = np.zeros((samples, 1), np.float32)
    for wanted, (start, end) in zip(chosen, pairwise(edges), strict=True):
        curve[start:end] = wanted
    for before, after, edge in zip(chosen[:-1], chosen[1:], edges[1:-1], strict=True):
        if before != after:
            up = equal_power_fade(fade)[-min(fade, int(edge)) :]
            curve[edge - len(up) : edge] = up if after else up[::-1]
    return curve


def _notes_on(
    lots: Mapping[str, npt.NDArray[np.float64]],
    edges: tuple[float, ...],
    variance: float,
    score: Score | None,
) -> tuple[str, ...]:
    """What was done, for the listener."""
    lengths = np.diff(edges)
    style = score.brief.style if score and score.brief else "pop"
    shares = {layer: float(lengths[lots[layer] < variance].sum()) for layer in lots if layer != "harmony"}
    touched = np.logical_or.reduce([lots[layer] < variance for layer in shares])
    parts = ", ".join(f"{_LAYER_LABELS[layer]} for {time:.0f} s" for layer, time in shares.items() if time)
    kept = float(lengths[~touched].sum())
    notes = [
        f"A recording has no score to vary: the studio's instruments play {parts} anew, as {style}; "
        f"{kept:.0f} of {edges[-1]:.0f} s are as they were recorded, every sample of them."
    ]
    if (lots["harmony"] < variance).any():
        notes.append(f"The harmony is new for {float(lengths[lots['harmony'] < variance].sum()):.0f} s.")
    if len(shares) > 1:
        notes.append("Drums and singing were separated by ear: traces of what was recorded may remain.")
    return tuple(notes)
