"""New music on a song's own frame: composed, rendered, and cut to the second where it has to fit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from audiopod_mcp.music.captions.parse import mentions, read_caption
from audiopod_mcp.music.captions.text_search import find, tidy
from audiopod_mcp.music.captions.vocabulary import FORM_WORDS, STYLE_WORDS
from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.effects.crossfade import CEILING, convert, fit, limiter, mixed
from audiopod_mcp.music.effects.mix_matching import (
    Levels,
    filtered,
    matching_equaliser,
    matching_gain,
    spectral_balance,
)
from audiopod_mcp.music.leadsheet import Frame
from audiopod_mcp.music.model import (
    SAMPLE_RATE,
    Audio,
    Brief,
    Grid,
    Note,
    Refused,
    Rendering,
    Report,
    Score,
    Span,
    silent,
    within,
)
from audiopod_mcp.music.score import UNPITCHED, excerpt
from audiopod_mcp.music.signal.loudness import integrated_loudness
from audiopod_mcp.music.synthesis import INSTRUMENTS, TRACKS, render
from audiopod_mcp.music.theory import parse_key

AS_THE_SONG = "No style was asked for: it is played as {}, which the recording sounds most like."
"""The note on music beside a recording whose style was heard, not named."""


_RINGS = 1.4
"""Seconds, at least, that the last chord of an ending has to ring in."""


def brief_beside(
    prompt: str, own: Brief | None, tracks: Collection[str], *, sounds: str | None = None, **wanted: Any
) -> Brief:
    """The brief for music that joins a piece: ``prompt``, on top of what the piece is if it names no style.

    Then the players are those of the piece, ``tracks``, and who else the prompt names, without those that it
    rules out. A recording is known by the style it ``sounds`` like. ``wanted`` goes to :func:`read_caption`.
    """
    wanted["duration"] = min(600.0, wanted.get("duration") or 60.0)
    if names_style(prompt) or (own is None and sounds is None):
        return read_caption(prompt, **wanted)
    if own is None:
        return replace(read_caption(f"{sounds}. {prompt}", **wanted), style=sounds or "pop")
    brief = replace(read_caption(f"{own.caption}. {prompt}", **wanted), style=own.style)
    beside = {name: wanted[name] for name in ("lyrics", "negative") if wanted.get(name)}
    ruled_out = set(read_caption(prompt, duration=wanted["duration"], **beside).without)
    asked = set(mentions(prompt)) & set(INSTRUMENTS)
    playing = {*tracks, *(INSTRUMENTS[name].track for name in asked), *(("vocals",) if brief.lyrics else ())}
    playing -= ruled_out
    # Without words of its own the new part has no singer, unless it asks for one or has nobody else.
    alone = playing <= {"vocals", "backing_vocals"}
    named = [name for name in brief.instruments if name != "voice" or name in asked]
    return replace(
        brief,
        instruments=(*named, "voice") if alone and not brief.lyrics else tuple(named),
        without=tuple(sorted({*brief.without, *TRACKS} - playing)) if tracks else brief.without,
    )


def names_style(prompt: str) -> bool:
    """Whether ``prompt`` says what kind of music is wanted."""
    return bool(find(tidy(prompt), {**STYLE_WORDS, **FORM_WORDS, r"acoustic|80s|eighties|dance|club": "pop"}))


def play(
    frame: Frame,
    brief: Brief,
    start: float,
    end: float,
    *,
    seed: int,
    report: Report,
    chords: bool = True,
    melody: bool = False,
    label: str | None = None,
    ending: bool = False,
    big: bool = False,
) -> Rendering:
    """``[start, end)`` of the song, newly composed and played: at 44.1 kHz, stereo, with stems and score.

    The music begins before ``start`` and goes on after ``end``, and is cut there: at a seam it is in
    full swing, as the song is. ``ending`` makes it come to an end instead, on the tonic; a ``big`` one is
    a chorus up to its last chord. ``label`` names the section it is, in place of the song's own sections.
    """
    reach, final = end + frame.bar, frame.downbeat(end - _RINGS)
    if ending:  # The last chord begins on a downbeat, early enough to ring.
        reach = max(start + frame.beat, min(end - 0.3, final + frame.bar - frame.beat / 3))
    grid, origin = frame.grid(start, reach, chords=chords, melody=melody)
    if brief.lyrics and not brief.instrumental and not melody:
        grid = replace(grid, sections=_sung_sections(grid, start - origin, end - origin, label))
    elif label is not None:
        grid = replace(grid, sections=(Span(0.0, grid.beats[-1], label),))
    if ending:
        grid = _ended(grid, frame, max(0.0, grid.beats[-1] - 4 * frame.bar, start - origin), big)
        brief = replace(brief, energy=max(brief.energy, 0.9)) if big else brief
    brief = replace(
        brief,
        tempo=frame.tempo,
        key=frame.key or brief.key,
        timesignature=frame.timesignature,
        duration=grid.beats[-1],
    )
    score = compose(brief, seed=seed, grid=grid, report=within(report, 0.0, 0.2))
    if ending:
        score = _ringing(score, final - origin, max(score.duration, end - origin))
    stems = render(score, seed=seed, report=within(report, 0.2, 1.0))
    if not stems:
        raise Refused("caption: nobody is left to play what it asks for; name an instrument")
    first, samples = round((start - origin) * SAMPLE_RATE), round((end - start) * SAMPLE_RATE)
    stems = {track: fit(stem[first:], samples) for track, stem in stems.items()}
    cut = replace(excerpt(score, start - origin, end - origin), tempo=round(frame.tempo, 3))
    return Rendering(mixed(stems), SAMPLE_RATE, stems, cut, cut.lyrics)


def _ended(grid: Grid, frame: Frame, outro: float, big: bool) -> Grid:
    """``grid`` with an outro from ``outro`` (s) on; its last bar is the tonic, after a dominant it has."""
    count, last = len(grid.beats) - 1, grid.beats[-1]
    final = (count - 1) // grid.beats_per_bar * grid.beats_per_bar
    kept = tuple(Span(s.start, min(s.end, outro), s.label) for s in grid.sections if s.start < outro)
    if big:
        parts: tuple[Span, ...] = (
            Span(outro, grid.beats[final], "chorus"),
            Span(grid.beats[final], last, "ending"),
        )
    else:
        parts = (Span(outro, last, "outro"),)
    grid = replace(grid, sections=(*kept, *(span for span in parts if span.end > span.start)))
    key = parse_key(frame.key) if frame.key else None
    if key is None or len(grid.chords) != count:
        return grid
    home = key.names[key.tonic] + "m" * key.minor
    chords = list(grid.chords)
    chords[final:] = [home] * (count - final)
    dominant = key.names[(key.tonic + 7) % 12]
    leads = next(
        (chord for chord in (f"{dominant}7", dominant, f"{dominant}m") if chord in grid.chords), None
    )
    before = max(0, final - grid.beats_per_bar)
    if leads and all(chord == home for chord in chords[before:final]):
        half = (before + final + 1) // 2
        chords[half:final] = [leads] * (final - half)
    return replace(grid, chords=tuple(chords))


def _ringing(score: Score, final: float, duration: float) -> Score:
    """``score`` with what is struck from ``final`` (s) on held almost until ``duration``, its new end."""

    def held(note: Note) -> Note:
        left = duration - note.start
        return replace(note, duration=max(note.duration, left - min(0.9, 0.4 * left)))

    parts = tuple(
        part
        if part.track in UNPITCHED
        else replace(part, notes=tuple(held(n) if n.start > final - 0.1 else n for n in part.notes))
        for part in score.parts
    )
    return replace(score, parts=parts, duration=duration)


def _sung_sections(grid: Grid, start: float, end: float, label: str | None) -> tuple[Span, ...]:
    """Sections with the singing in whole bars of ``[start, end)``: what is cut off around it has none."""
    bars = grid.beats[:: grid.beats_per_bar]
    opening = next((bar for bar in bars if bar >= start - 0.05), bars[-1])
    if end - opening < 0.6 * (end - start):
        opening = max(bar for bar in bars if bar <= start + 0.05)
    last = grid.beats[-1]
    closing = max(bar for bar in bars if bar <= end + 0.05)
    closing = closing if closing > opening else last
    middle = (opening + closing) / 2
    own = next((span.label for span in grid.sections if span.start <= middle < span.end), "verse")
    name = label or own
    name = "verse" if name in ("intro", "outro", "solo", "instrumental", "break") else name
    spans = (Span(0.0, opening, "break"), Span(opening, closing, name), Span(closing, last, "break"))
    return tuple(span for span in spans if span.end > span.start)


def as_if_beside(
    stems: Mapping[str, Audio],
    rate: int,
    channels: int,
    *,
    balance: Levels | None,
    loudness: float | None,
    amount: float = 0.8,
    report: Report = silent,
) -> dict[str, Audio]:
    """Stems at 44.1 kHz as the song they join would have them.

    That is: at ``rate`` with ``channels``, with the spectral ``balance`` of the song (by ``amount``), at
    its ``loudness`` (LUFS), within full scale. They still sum to their mix. ``stems`` may be changed in
    place: minutes of many of them fill a computer's memory.
    """
    mix = mixed(stems)
    own = spectral_balance(mix, SAMPLE_RATE)
    if own is not None and balance is not None:
        taps = matching_equaliser(own, balance, SAMPLE_RATE, amount=amount)
        stems = {track: filtered(stem, taps, report) for track, stem in stems.items()}
    matched = {}
    for track, stem in stems.items():
        report(0.0, "fitting it in")
        matched[track] = convert(stem, SAMPLE_RATE, rate, channels)
    mix = mixed(matched)
    curve = np.ones((len(mix), 1), np.float32)
    # A limiter takes loudness away again: twice round is within a tenth of a decibel or two.
    for _ in range(2):
        report(0.0, "matching the loudness")
        step = np.float32(matching_gain(mix, rate, loudness))
        mix *= step
        report(0.0, "matching the loudness")
        limit = limiter(mix, rate, CEILING)
        mix *= limit
        curve *= step * limit
    for stem in matched.values():
        report(1.0, "matching the loudness")
        stem *= curve
    return matched


def loudness_around(
    audio: Audio, rate: int, start: int, end: int, *, reach: float = 15.0
) -> tuple[float | None, Levels | None]:
    """Loudness (LUFS) and spectral balance that new music in samples ``[start, end)`` should have.

    The balance is that of ``reach`` seconds on both sides. The loudness is the stretch's own, unless that
    is silent or more than 12 LU away from what surrounds it, also from the nearest seconds (in a fade it is
    not): then it is the surroundings'.
    """
    margin = round(reach * rate)
    around = np.concatenate((audio[max(0, start - margin) : start], audio[end : end + margin]))
    if len(around) < rate:
        around = audio
    balance = spectral_balance(around, rate)
    outside = integrated_loudness(around, rate)
    inside = integrated_loudness(audio[start:end], rate) if end > start else None
    near = (audio[max(0, start - 2 * rate) : start], audio[end : end + 2 * rate])
    levels = [outside, *(integrated_loudness(piece, rate) for piece in near if len(piece) >= rate // 2)]
    if inside is None or (
        outside is not None and all(level is None or abs(inside - level) > 12 for level in levels)
    ):
        return (outside if outside is not None else integrated_loudness(audio, rate)), balance
    return inside, balance


def dynamics_of(
    source: Audio, new: Audio, strength: float = 1.0, *, rate: int = SAMPLE_RATE
) -> npt.NDArray[np.float32]:
    """The gain, ``(samples, 1)``, that gives ``new`` the rises and falls of ``source`` by ``strength``.

    ``rate`` is that of ``new``. Levels of half seconds, smoothed over three, each against its mean; at
    most 8 dB down and 4 dB up.
    """

    def contour(audio: Audio, steps: int) -> npt.NDArray[np.float64]:
        edges = np.linspace(0, len(audio), steps + 1).astype(int)[:-1]
        power = sum(np.square(channel) for channel in audio.T)
        energy = np.add.reduceat(power, edges, dtype=np.float64) / max(1, len(audio) // steps)
        level = 10 * np.log10(energy + 1e-7)
        return np.asarray(gaussian_filter1d(level, 3.0, mode="nearest"))

    steps = max(2, round(2 * len(new) / rate))
    if min(len(source), len(new)) < 2 * steps:
        return np.ones((len(new), 1), np.float32)
    wanted, own = contour(source, steps), contour(new, steps)
    gains = strength * np.clip((wanted - wanted.mean()) - (own - own.mean()), -8.0, 4.0)
    curve = np.interp(np.arange(len(new)), (np.arange(steps) + 0.5) * len(new) / steps, 10 ** (gains / 20))
    return np.asarray(curve[:, None], dtype=np.float32)
