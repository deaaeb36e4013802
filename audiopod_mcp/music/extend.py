"""Extending: what comes before a song, and what comes after it, in its own tempo, harmony and groove."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.analysis import analyse
from audiopod_mcp.music.frame import Frame, heard_frame, score_frame
from audiopod_mcp.music.model import Audio, Refused, Rendering, Report, Score, silent
from audiopod_mcp.music.playing import as_if_beside, brief_beside, loudness_around, play, within
from audiopod_mcp.music.scores import excerpt, joined, later
from audiopod_mcp.music.splice import CROSSFADE, fit, join, mixed, rise

LONGEST = 60.0
"""Seconds that are added at most on either side."""
_NEIGHBOURHOOD = 90.0
"""Seconds of the song, from the end that is extended, that are listened to."""
_ENDING = re.compile(
    r"\b(?:outro|endings?|ends?|conclu\w+|finale|final|resol\w+|close[sd]?|last chord)\b", re.IGNORECASE
)
_FADING = re.compile(r"\bfad(?:e|es|ing)\b(?![ -]in)", re.IGNORECASE)


def extend(
    audio: Audio,
    rate: int,
    *,
    left: float = 0.0,
    right: float = 30.0,
    prompt: str = "",
    lyrics: str | None = None,
    seed: int = 0,
    report: Report = silent,
    score: Score | None = None,
    stems: Mapping[str, Audio] | None = None,
    **wanted: Any,
) -> Rendering:
    """``audio`` with ``left`` and ``right`` seconds (0 to 60) of new music before and after it.

    The song's beats and chords go on as they were; loudness and spectral balance are those of the
    nearest stretch of it. The source is untouched but for a crossfade of at most 30 ms at each seam.
    A prompt that asks for an outro, an ending or a fade gets one.
    """
    for name, length in (("left_extend_length", left), ("right_extend_length", right)):
        if not 0 <= length <= LONGEST:
            raise Refused(f"{name}: {length:g} s is out of range; give 0 to {LONGEST:.0f} s")
    if left == 0 and right == 0:
        raise Refused("right_extend_length: both lengths are 0; give at least one of them, up to 60 s")
    parts = Rendering(audio, rate, dict(stems or {}), score, score.lyrics if score else ())
    sides = [(side, length) for side, length in (("right", right), ("left", left)) if length > 0]
    notes: list[str] = []
    for number, (side, length) in enumerate(sides):
        parts = _extended(
            parts, side == "left", length, prompt, lyrics if number == 0 else None, seed + number,
            within(report, number / len(sides), (number + 1) / len(sides)), wanted, notes,
        )  # fmt: skip
    return Rendering(parts.audio, rate, parts.stems, parts.score, parts.lyrics, tuple(dict.fromkeys(notes)))


def _extended(
    song: Rendering,
    before: bool,
    length: float,
    prompt: str,
    lyrics: str | None,
    seed: int,
    report: Report,
    wanted: Mapping[str, Any],
    notes: list[str],
) -> Rendering:
    """``song`` with ``length`` seconds more on one side."""
    audio, rate = song.audio, song.rate
    frame = _frame(song, before, within(report, 0.0, 0.3))
    if not frame.steady:
        notes.append("No steady beat was heard; the new music keeps its own time.")
    brief = brief_beside(
        prompt,
        song.score.brief if song.score else None,
        song.stems.keys(),
        **(dict(wanted) | {"bpm": frame.tempo, "keyscale": frame.key, "timesignature": frame.timesignature}),
        duration=length,
        lyrics=lyrics,
    )
    # Songs begin with an attack and end with something that rings: the one must not be softened.
    fade = min(round((CROSSFADE / 6 if before else CROSSFADE) * rate), len(audio) // 2)
    overlap = fade / rate
    start, end = (-length, overlap) if before else (frame.duration - overlap, frame.duration + length)
    ending = not before and bool(_ENDING.search(prompt))
    played = play(
        frame, brief, start, end, seed=seed, report=within(report, 0.3, 0.9),
        label=_label(frame, before, prompt), ending=ending,
    )  # fmt: skip
    report(0.9, "joining it to the song")

    near = round(15 * rate)
    place = (0, min(near, len(audio))) if before else (max(0, len(audio) - near), len(audio))
    loudness, balance = loudness_around(audio, rate, *place)
    new = as_if_beside(
        played.stems, rate, audio.shape[1], balance=balance, loudness=loudness,
        report=within(report, 0.9, 1.0),
    )  # fmt: skip
    samples = round(length * rate) + fade
    if before:
        shape = _leading(audio, rate, samples, fade)
    else:
        beats = frame.grid(frame.duration, end)
        entry = next(beat + beats[1] for beat in beats[0].beats if beat + beats[1] > frame.duration - 0.005)
        shape = _following(audio, rate, samples, entry - start, fading=bool(_FADING.search(prompt)))
    new = {track: fit(stem, samples) * shape for track, stem in new.items()}

    def with_new(old: Audio, piece: Audio) -> Audio:
        return join(piece, old, fade) if before else join(old, piece, fade)

    # Two loud moments may meet in a crossfade.
    peak = max(1.0, float(np.abs(audio).max(initial=0.0)))
    out = np.clip(with_new(audio, mixed(new)), -peak, peak)
    if song.score is None or not song.stems or played.score is None:
        if before:
            lines = played.lyrics + later(song.lyrics, length)
        else:
            lines = song.lyrics + later(played.lyrics, len(audio) / rate - overlap)
        return Rendering(out, rate, lyrics=lines, notes=song.notes)
    nothing, silence = np.zeros_like(audio), np.zeros((samples, audio.shape[1]), np.float32)
    tracks = (*song.stems, *(track for track in new if track not in song.stems))
    merged = {t: with_new(song.stems.get(t, nothing), new.get(t, silence)) for t in tracks}
    added = excerpt(played.score, *((0.0, length) if before else (overlap, overlap + length)))
    whole = joined((added, song.score) if before else (song.score, added))
    return Rendering(out, rate, merged, whole, whole.lyrics, song.notes)


def _leading(audio: Audio, rate: int, samples: int, fade: int) -> npt.NDArray[np.float32]:
    """The level, ``(samples, 1)``, of what comes before ``audio``, whose last ``fade`` samples overlap it."""
    shape = np.ones((samples, 1), np.float32)
    shape[: fade + 1] = rise(fade + 1)
    if _quiet(audio[: round(0.05 * rate)], audio):
        # The song begins with silence: what leads to it dies away instead of being cut off.
        ring = min(round(0.25 * rate), samples // 2)
        shape[samples - fade - ring : samples - fade] = rise(ring)[::-1]
        shape[samples - fade :] = 0.0
    return shape


def _following(
    audio: Audio, rate: int, samples: int, entry: float, *, fading: bool
) -> npt.NDArray[np.float32]:
    """The level, ``(samples, 1)``, of what comes after ``audio``; its first beat is ``entry`` seconds in."""
    shape = np.ones((samples, 1), np.float32)
    if _quiet(audio[-round(0.05 * rate) :], audio):
        # The song had come to its end: the music starts again on a beat, not in the middle of one.
        ramp = round(0.005 * rate)
        first = min(max(0, round(entry * rate) - ramp), samples // 2)
        shape[:first] = 0.0
        shape[first : first + ramp] = rise(len(shape[first : first + ramp]))
    length = samples / rate
    tail = round((max(0.7 * length, min(4.0, length)) if fading else min(0.4, length / 2)) * rate)
    shape[samples - tail :] *= rise(tail)[::-1]
    return shape


def _quiet(part: Audio, whole: Audio) -> bool:
    """Whether ``part`` is 35 dB or more below the peaks of ``whole``: an end, not a breath."""
    return bool(np.abs(part).max(initial=0.0) < 10 ** (-35 / 20) * np.abs(whole).max(initial=0.0))


def _label(frame: Frame, before: bool, prompt: str) -> str:
    """What the new part is called: what the prompt calls it, an intro, or what the song ends with."""
    named = re.search(r"\b(verse|chorus|bridge|solo|break|build|drop|intro)\b", prompt, re.IGNORECASE)
    if named:
        return named[1].lower()
    labels = [span.label for span in frame.sections if span.label not in ("intro", "outro")]
    return "intro" if before else labels[-1] if labels else "verse"


def _frame(song: Rendering, before: bool, report: Report) -> Frame:
    """The frame of the song, or of the end of it that is extended: its clock begins where that does."""
    if song.score is not None:
        return score_frame(song.score)
    near = round(_NEIGHBOURHOOD * song.rate)
    return heard_frame(analyse(song.audio[:near] if before else song.audio[-near:], song.rate, report))
