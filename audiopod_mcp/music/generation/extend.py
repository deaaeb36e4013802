"""Extending: what comes before a song, and what comes after it, in its own tempo, harmony and groove."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from audiopod_mcp.music.analysis.analyze import analyze
from audiopod_mcp.music.captions.context import brief_in_context
from audiopod_mcp.music.captions.text_search import names_style
from audiopod_mcp.music.captions.wishes import asks_for_end
from audiopod_mcp.music.effects.crossfade import CROSSFADE, equal_power_fade, fix_length
from audiopod_mcp.music.effects.mix_matching import MixProfile, match_mix
from audiopod_mcp.music.effects.normalization import TRUE_PEAK_CEILING, true_peak_gain
from audiopod_mcp.music.leadsheet import LeadSheet, lead_sheet_from_analysis, lead_sheet_from_score
from audiopod_mcp.music.lyrics.text import read_lyrics
from audiopod_mcp.music.model import (
    Audio,
    Progress,
    Refused,
    Rendering,
    Score,
    ignore_progress,
    progress_within,
)
from audiopod_mcp.music.score import concatenated, excerpt, shifted_lines
from audiopod_mcp.music.signal.loudness import integrated_loudness, true_peak
from audiopod_mcp.music.synthesis import Multitrack, pieces, tapes_of

from .accompany import STYLE_NOTE, accompany, fold_like
from .changed_frame import changed_frame
from .extension_receipt import both_sides, fades_out_by, own_words_of, receipt_of
from .intensity import Change, set_level, wanted_change, with_energy
from .lyric_receipts import lyric_receipts
from .receipts import Receipt
from .style_matching import matching_style

MAX_EXTENSION = 60.0
"""Seconds that are added at most on either side."""
_NEIGHBORHOOD = 90.0
"""Seconds of the song, from the end that is extended, that are listened to."""
_MAX_WAIT = 0.7
"""Seconds that new music waits for a beat; slow beats are farther apart, and a hole is worse."""
_FADING_LEVEL = 6.0
"""dB below its own level from which on a song gives way to what is added; twice that at its very end."""


def extend(
    audio: Audio,
    rate: int,
    *,
    before: float = 0.0,
    after: float = 30.0,
    caption: str = "",
    lyrics: str | None = None,
    seed: int = 0,
    report: Progress = ignore_progress,
    score: Score | None = None,
    stems: Mapping[str, Audio] | None = None,
    **wanted: Any,
) -> Rendering:
    """Add new music before and after a song.

    The song's beats and chords go on as they were, unless the caption asks for another key, metre or tempo;
    loudness and spectral balance are those of the nearest
    stretch of it. The song is untouched but for a crossfade of at most 30 ms at each seam. Where it fades,
    rings out or is silent at that end, the new music is added to it from the beat on which it gives way, so
    that no gap is heard.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
        The song.
    rate : int
        Sample rate, Hz.
    before, after : float
        Seconds of new music before and after it, 0 to 60 each.
    caption : str
        What the new music should be like; an outro, an ending or a fade is made where it asks for one.
    lyrics : str, optional
        Words to sing.
    seed : int
        The same seed gives the same samples.
    report : Progress
    score, stems : Score and mapping of float32 arrays shaped like ``audio``, optional
        Those of a piece that was composed here; they are extended with it.
    **wanted
        Passed on to :func:`~audiopod_mcp.music.captions.parse.read_caption`.

    Returns
    -------
    Rendering
        With as many channels as ``audio``, at its rate.

    Raises
    ------
    Refused
        Where a length is out of range, or both are 0.
    """
    for side, length in (("before", before), ("after", after)):
        if not 0 <= length <= MAX_EXTENSION:
            raise Refused("extension_out_of_range", side=side, length=length, longest=MAX_EXTENSION)
    if before == 0 and after == 0:
        raise Refused("nothing_to_extend", longest=MAX_EXTENSION)
    # Room for all of it at once: each further copy of a long song would be large.
    first = round(before * rate)
    room = np.empty((first + len(audio) + round(after * rate), audio.shape[1]), np.float32)
    room[first : first + len(audio)] = audio
    song = room[first : first + len(audio)]
    parts = Rendering(song, rate, stems or {}, score, score.lyrics if score else ())
    sides = [(side, length) for side, length in (("after", after), ("before", before)) if length > 0]
    notes: list[str] = []
    told: list[Receipt] = []
    for number, (side, length) in enumerate(sides):
        parts = _extended(
            parts, room if side == "before" else room[first:], side == "before", length, caption,
            lyrics if number == 0 else None, seed + number,
            progress_within(report, number / len(sides), (number + 1) / len(sides)), wanted, notes, told,
            lead=before,
        )  # fmt: skip
    both = both_sides(told)
    return Rendering(
        parts.audio,
        rate,
        parts.stems,
        parts.score,
        parts.lyrics,
        tuple(dict.fromkeys(notes)),
        both.done,
        (*both.not_done, *parts.not_done),
    )


def _extended(
    song: Rendering,
    room: Audio,
    before: bool,
    length: float,
    prompt: str,
    lyrics: str | None,
    seed: int,
    report: Progress,
    wanted: Mapping[str, Any],
    notes: list[str],
    told: list[Receipt],
    lead: float,
) -> Rendering:
    """``song`` with ``length`` seconds more on one side, in ``room``, at whose other side it is already.

    In the end ``lead`` seconds come before the song.
    """
    audio, rate = song.audio, song.rate
    frame, heard_style = _frame_of(song, before, prompt, progress_within(report, 0.0, 0.3))
    if not frame.has_pulse:
        notes.append("No steady beat was heard; the new music keeps its own time.")
    if heard_style:
        notes.append(STYLE_NOTE.format(heard_style))
    # Songs begin with an attack and end with something that rings: the one must not be softened.
    fade = min(round((CROSSFADE / 6 if before else CROSSFADE) * rate), len(audio) // 2)
    edge = _find_edge(audio, rate, before, frame, fade)
    overlap = edge.samples / rate
    own, frame = (
        frame,
        changed_frame(frame, prompt, overlap if before else frame.duration - overlap, before=before),
    )
    brief = brief_in_context(
        prompt,
        song.score.brief if song.score else None,
        song.stems.keys(),
        heard_style=heard_style,
        **(dict(wanted) | {"tempo": frame.tempo, "key": frame.key, "timesignature": frame.timesignature}),
        duration=length,
        lyrics=lyrics,
    )
    start, end = (-length, overlap) if before else (frame.duration - overlap, frame.duration + length)
    close = "" if before else asks_for_end(prompt)
    fades_out = not before and (fades_out_by(prompt) or read_lyrics(lyrics or "").fades_out)
    change, own_words = wanted_change(prompt)
    played = accompany(
        frame, with_energy(brief, change, frame.density), start, end,
        seed=seed, report=progress_within(report, 0.3, 0.9),
        label=_label(own, before, prompt), ending=bool(close), big=close == "big",
        apart=True,
    )  # fmt: skip
    assert played.score is not None  # noqa: S101 - accompany() always writes one
    at = 0.0 if before else lead + len(audio) / rate - overlap
    done, not_done = lyric_receipts(brief, played.score, joins=True, fades_out=fades_out, at=at)
    report(0.9, "joining it to the song")
    unmet = tuple(dict.fromkeys((*song.not_done, *not_done)))
    if overlap > 0.5:
        stretch, moves = ("first", "goes on") if before else ("last", "enters")
        notes.append(
            f"The song is quiet for its {stretch} {overlap:.1f} s: the new music {moves} under them, "
            "so that no gap is heard."
        )

    near, gone = round(15 * rate), 0 if edge.level is None else edge.samples
    near_end = (
        slice(gone, gone + near) if before else slice(max(0, len(audio) - gone - near), len(audio) - gone)
    )
    nearest = audio[near_end]
    # What an ending leaves out must not be made up for by those who play: neither before it nor in it.
    silent = [stem for track, stem in tapes_of(song.stems).items() if track not in played.stems]
    rest = nearest - sum((stem[near_end] for stem in silent), np.zeros_like(nearest)) if silent else nearest
    fold_like(played, nearest)
    profile = MixProfile.measure(nearest, rate)
    profile = replace(profile, loudness=integrated_loudness(rest, rate) or profile.loudness)
    new = match_mix(
        played.stems, rate, audio.shape[1], profile,
        first=_steady_seconds(played.score) if close else None, report=progress_within(report, 0.9, 1.0),
    )  # fmt: skip
    played = replace(played, audio=audio[:0], stems={})
    samples = round(length * rate) + edge.samples
    shape = _level_curve(samples, rate, edge, before, fading=fades_out)
    new = Multitrack.gather((track, fix_length(stem, samples) * shape) for track, stem in new.items())
    set_level(new, change, rate, (not before, before))

    mixed = new.mixdown()
    gain = true_peak_gain(mixed, rate, max(TRUE_PEAK_CEILING, true_peak(nearest, rate)))
    new.scale(gain[:, 0])
    mixed *= gain
    there = near_end.start / rate, near_end.start / rate + len(nearest) / rate
    scores = (excerpt(song.score, *there), played.score) if song.score and played.score else None
    before_it = song.score.brief if song.score else None
    same_energy = before_it is not None and abs(before_it.energy - brief.energy) < 0.05
    of_prompt = receipt_of(
        song,
        played,
        brief,
        prompt,
        before,
        length,
        overlap,
        "|".join(filter(None, (own_words_of(own, frame, bool(close), same_energy), own_words))),
        close,
        Change.measure(change, nearest, mixed, rate, scores) if change else None,
        lead,
    )
    told.append(Receipt((*of_prompt.done, *done), of_prompt.not_done))
    # Two loud moments may meet where they overlap.
    peak = max(1.0, float(audio.max(initial=0.0)), float(-audio.min(initial=0.0)))
    _lay_over(room, mixed, edge, before)
    np.clip(room, -peak, peak, out=room)
    if song.score is None or not song.stems or played.score is None:
        if before:
            lines = played.lyrics + shifted_lines(song.lyrics, length)
        else:
            lines = song.lyrics + shifted_lines(played.lyrics, len(audio) / rate - overlap)
        return Rendering(room, rate, lyrics=lines, notes=song.notes, not_done=unmet)
    old, more = tapes_of(song.stems), tapes_of(new)
    silence = np.zeros((samples, audio.shape[1]), np.float32)

    def merged_stem(track: str) -> Audio:
        stem = np.zeros(room.shape, np.float32)
        if track in old:
            place = stem[-len(audio) :] if before else stem[: len(audio)]
            for piece in pieces(len(audio)):
                place[piece] = old[track][piece]
        _lay_over(stem, more.get(track, silence)[:], edge, before)
        return stem

    tracks = (*old, *(track for track in more if track not in old))
    merged = Multitrack.gather((track, merged_stem(track)) for track in tracks)
    if edge.level is None:
        added = excerpt(played.score, *((0.0, length) if before else (overlap, overlap + length)))
        whole = concatenated((added, song.score) if before else (song.score, added))
    elif before:
        whole = concatenated((played.score, excerpt(song.score, overlap, song.score.duration)))
    else:
        whole = concatenated((excerpt(song.score, 0.0, song.score.duration - overlap), played.score))
    return Rendering(room, rate, merged, whole, whole.lyrics, song.notes, not_done=unmet)


@dataclass(frozen=True)
class _Edge:
    """Where a song and what is added to it overlap."""

    samples: int
    """Length of the overlap."""
    fade: int
    """Samples of it over which the song is crossfaded."""
    level: npt.NDArray[np.float32] | None = None
    """What is left of the song, ``(samples, 1)`` from 0 to 1, where it fades or falls silent on its own."""


def _find_edge(audio: Audio, rate: int, before: bool, frame: LeadSheet, fade: int) -> _Edge:
    """Where new music takes over at this end: at the very end, or on the beat at which the song gives way.

    A fade or a last chord that rings would leave a hole in front of the new music, silence even more so.
    """
    frame_size = round(0.05 * rate)
    near = audio[: round(_NEIGHBORHOOD * rate)] if before else audio[-round(_NEIGHBORHOOD * rate) :]
    towards = near[::-1] if before else near
    towards = towards[len(towards) % frame_size :]
    if len(towards) < 20 * frame_size:
        return _Edge(fade, fade)
    power = np.square(towards).reshape(-1, frame_size * audio.shape[1]).mean(axis=1)
    # Between two beats of sparse music it is not over: half a second of rest is none yet.
    held = uniform_filter1d(maximum_filter1d(power, 11, mode="nearest"), 5, mode="nearest")
    audible = power[power > 1e-3 * power.max(initial=0.0)]
    own = float(np.percentile(audible, 60)) if power.any() else 0.0
    full = np.flatnonzero(held >= 10 ** (-_FADING_LEVEL / 10) * own)
    plays_to_the_end = power[-2:].mean() > 10 ** (-2 * _FADING_LEVEL / 10) * own
    if own <= 1e-10 or not full.size or plays_to_the_end:
        return _Edge(fade, fade)
    left = (len(power) - 1 - int(full[-1]) + 3) * frame_size  # the held level sees 0.25 s too far
    left = min(left, len(audio) // 2)
    beats = np.asarray(frame.beats)
    if before:
        end = left / rate + 0.05
        earlier = beats[(beats <= end) & (beats > end - _MAX_WAIT)]
        samples = left if not earlier.size else max(fade, round(float(earlier[-1]) * rate))
    else:
        end = frame.duration - left / rate - 0.05
        following = beats[(beats >= end) & (beats < end + _MAX_WAIT)]
        samples = left
        if following.size:  # An attack may come a little before its beat.
            samples = round((frame.duration - float(following[0]) + 0.01) * rate)
    if samples <= fade:
        return _Edge(fade, fade)
    kept = np.sqrt(np.clip(held / own, 0.0, 1.0))
    at = (np.arange(len(kept)) + 0.5) * frame_size
    level = np.interp(len(towards) - samples + np.arange(samples), at, kept)
    level = (level[::-1] if before else level)[:, None].astype(np.float32)
    return _Edge(samples, fade, level)


def _lay_over(room: Audio, new: Audio, edge: _Edge, before: bool) -> None:
    """Lay ``new`` at one end of ``room``, at whose other end the song is, over it at the edge.

    The song's samples are as they were but for the crossfade; where it gives way, ``new`` is added to them.
    """
    overlap = edge.samples
    seam = slice(len(new) - overlap, len(new)) if before else slice(0, overlap)
    alone = slice(0, len(new) - overlap) if before else slice(overlap, len(new))
    place = room[: len(new)] if before else room[len(room) - len(new) :]
    place[alone] = new[alone]
    up = equal_power_fade(edge.fade)
    faded = slice(seam.start, seam.start + edge.fade) if before else slice(seam.stop - edge.fade, seam.stop)
    place[faded] *= up if before else up[::-1]
    if edge.level is None:
        up = equal_power_fade(overlap)
        place[seam] += new[seam] * (up[::-1] if before else up)
    else:
        place[seam] += new[seam]


def _level_curve(
    samples: int, rate: int, edge: _Edge, before: bool, *, fading: bool
) -> npt.NDArray[np.float32]:
    """The level, ``(samples, 1)``, of new music: no click at its end, the rest of the song's at the edge."""
    shape = np.ones((samples, 1), np.float32)
    outer = edge.fade + 1
    if edge.level is not None:
        place = slice(samples - edge.samples, samples) if before else slice(0, edge.samples)
        shape[place] = np.sqrt(1 - np.square(edge.level))
        ramp = min(round((0.03 if before else 0.005) * rate), samples // 2)
        if before:
            shape[samples - ramp :] *= equal_power_fade(ramp)[::-1]
        else:
            shape[:ramp] *= equal_power_fade(ramp)
    if before:
        shape[:outer] *= equal_power_fade(outer)[: len(shape[:outer])]
        return shape
    length = samples / rate
    fade_out = max(0.7 * length, min(4.0, length)) if fading else min(0.4, length / 2)
    tail = round(fade_out * rate)
    shape[samples - tail :] *= equal_power_fade(tail)[::-1]
    return shape


def _steady_seconds(score: Score) -> float:
    """How long music plays as it does before it comes to its end, s; at least a third of it."""
    return max(score.duration / 3, score.sections[-1].start if score.sections else 0.0)


def _label(frame: LeadSheet, before: bool, prompt: str) -> str:
    """What the new part is called: what the prompt calls it, an intro, or what the song ends with."""
    named = re.search(r"\b(verse|chorus|bridge|solo|break|build|drop|intro)\b", prompt, re.IGNORECASE)
    if named:
        return named[1].lower()
    labels = [span.label for span in frame.sections if span.label not in ("intro", "outro")]
    return "intro" if before else labels[-1] if labels else "verse"


def _frame_of(song: Rendering, before: bool, prompt: str, report: Progress) -> tuple[LeadSheet, str | None]:
    """The frame of the song, and the style that a recording sounds like if the prompt names none.

    Of a recording only the end that is extended is listened to: the frame's time begins where that does.
    """
    if song.score is not None:
        return lead_sheet_from_score(song.score), None
    near = round(_NEIGHBORHOOD * song.rate)
    part = song.audio[:near] if before else song.audio[-near:]
    analysis = analyze(part, song.rate, progress_within(report, 0.0, 0.8))
    heard_style = None
    if not names_style(prompt):
        heard_style = matching_style(part, song.rate, analysis, report=progress_within(report, 0.8, 1.0))
    return lead_sheet_from_analysis(analysis), heard_style
