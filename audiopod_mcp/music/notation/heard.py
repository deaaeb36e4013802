"""A recording as a score: its beats, chords, sections and leading tune, as far as they are heard."""

from __future__ import annotations

from dataclasses import dataclass

from audiopod_mcp.music.analysis.analyze import analyze
from audiopod_mcp.music.analysis.melody import melody_on_beats
from audiopod_mcp.music.model import (
    Audio,
    LyricLine,
    Part,
    Progress,
    Refused,
    Score,
    ignore_progress,
    progress_within,
)

_NO_PULSE_TEMPO = 120.0


@dataclass(frozen=True)
class Heard:
    """A lead sheet by ear, and a sentence that says how far to trust it."""

    score: Score
    remark: str


def transcribe(
    audio: Audio, rate: int, lyrics: tuple[LyricLine, ...] = (), report: Progress = ignore_progress
) -> Heard:
    """Write down what is heard in a recording: no arrangement, but a lead sheet.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
    rate : int
    lyrics : tuple of LyricLine
        Its timed words, where they are known.
    report : Progress

    Raises
    ------
    Refused
        Where nothing is heard that could be written down.

    """
    analysis = analyze(audio, rate, progress_within(report, 0.0, 0.7))
    melody = melody_on_beats(audio, rate, analysis.beats, progress_within(report, 0.7, 1.0))
    if not melody and not analysis.chords:
        raise Refused("nothing_to_write_down")
    score = Score(
        seed=0,
        duration=analysis.duration,
        tempo=analysis.tempo or _NO_PULSE_TEMPO,
        key=analysis.key or "",
        timesignature=analysis.timesignature or "4/4",
        beats=analysis.beats,
        downbeats=analysis.downbeats,
        sections=analysis.sections,
        chords=analysis.chords,
        parts=(Part("melody", "melody", melody),) if melody else (),
        lyrics=lyrics,
    )
    if analysis.tempo is None:
        beat = f"no steady beat was heard, so that it is written at {_NO_PULSE_TEMPO:.0f} BPM"
    else:
        beat = f"tempo {analysis.tempo:.1f} BPM ({analysis.tempo_confidence:.0%} sure)"
    key = f"{analysis.key} ({analysis.key_confidence:.0%} sure)" if analysis.key else "no clear key"
    tune = "the tune is the most prominent one at each moment" if melody else "no tune was heard"
    return Heard(score, f"Heard in a recording, not composed: {beat}; {key}; {tune}.")
