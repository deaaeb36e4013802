"""A cover: the song that was heard, played again in another style."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from audiopod_mcp.music.analysis.analyze import analyze
from audiopod_mcp.music.analysis.melody import melody_on_beats
from audiopod_mcp.music.captions.asked import length_asked, tempo_asked, wanted_phrases
from audiopod_mcp.music.captions.context import brief_in_context
from audiopod_mcp.music.captions.text_search import names_style
from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.effects.mix_matching import dynamics_gain
from audiopod_mcp.music.leadsheet import LeadSheet, lead_sheet_from_analysis, lead_sheet_from_score
from audiopod_mcp.music.model import (
    Analysis,
    Audio,
    Brief,
    Note,
    Progress,
    Refused,
    Rendering,
    Score,
    ignore_progress,
    progress_within,
)
from audiopod_mcp.music.score import lead_part
from audiopod_mcp.music.signal.loudness import integrated_loudness
from audiopod_mcp.music.theory import parse_key

from .accompany import accompany
from .changed_frame import wanted_key
from .finish import finish, with_receipt
from .lyric_requests import with_lyric_receipts
from .production import Production
from .receipts import Played
from .style_matching import matching_style

_ANEW = r"\b(?:covers?|renditions?|reimagin\w+|arranged|remix\w*)\b"
"""How a cover is asked for."""
_LOUDEST, _QUIETEST = -9.0, -24.0
"""Between these is the loudness of a cover, LUFS; it is the song's own within them."""
_FADE = 0.015
"""Seconds of a fade at the end: the music was in full swing where it is cut."""


def cover(
    audio: Audio,
    rate: int,
    *,
    caption: str,
    strength: float = 0.7,
    lyrics: str | None = None,
    seed: int = 0,
    report: Progress = ignore_progress,
    score: Score | None = None,
    tempo: float | None = None,
    key: str | None = None,
    duration: float | None = None,
    analysis: Analysis | None = None,
    apart: bool = False,
    **wanted: Any,
) -> Rendering:
    """Play a song again in another style, on its own beats.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
        The song.
    rate : int
        Sample rate, Hz.
    caption : str
        The style, in words; where it names none, it is the one that a recording sounds most like.
    strength : float
        How closely the song is followed. 0 keeps the beat, the metre and the form only; towards 1 more and
        more bars keep their chords and their melody, and the dynamics follow the song's. Which bars those are
        depends on ``seed``; those of a lower strength are among those of a higher one.
    lyrics : str, optional
        New words, which are sung.
    seed : int
        The same seed gives the same samples.
    report : Progress
    score : Score, optional
        What was composed, where the song was made here; then the audio is not listened to.
    tempo : float, optional
        Beats a minute, which plays the song slower or faster; a tempo in the caption does so, too.
    key : str, optional
        The key to play it in.
    duration : float, optional
        Seconds; else it is as long as the song at its tempo.
    analysis : Analysis, optional
        That of ``audio``, where there is one already.
    apart : bool
        Whether the stems are wanted at once; else they are played again when one is looked at.
    **wanted
        Passed on to :func:`~audiopod_mcp.music.captions.parse.read_caption`.

    Returns
    -------
    Rendering
        44.1 kHz, stereo, with stems and a score.

    Raises
    ------
    Refused
        Where the recording is silent or the key is none, or nobody is left to play.
    """
    heard_style = None
    if score is not None:
        frame = lead_sheet_from_score(score)
        heard_style = score.brief.style if score.brief else None
    else:
        analysis = analysis or analyze(audio, rate, progress_within(report, 0.0, 0.15))
        if analysis.loudness is None:
            raise Refused("cover_source_silent")
        notes = (
            melody_on_beats(audio, rate, analysis.beats, progress_within(report, 0.2, 0.25))
            if strength > 0
            else ()
        )
        frame = lead_sheet_from_analysis(analysis, melody=notes)
        if not names_style(caption):
            heard_style = matching_style(audio, rate, analysis, report=progress_within(report, 0.15, 0.2))
    report(0.25, "thinking of an arrangement")
    phrases = wanted_phrases(caption)
    if tempo := tempo or tempo_asked(phrases):
        frame = frame.at_tempo(tempo)
    if key := key or wanted_key(caption, frame.key):
        frame = _in_key(frame, key)
    length = duration if duration and duration > 0 else length_asked(phrases) or frame.duration
    brief = brief_in_context(
        caption,
        None,
        (),
        heard_style=heard_style,
        tempo=frame.tempo,
        key=frame.key,
        duration=min(600.0, length),
        lyrics=lyrics,
        **(wanted | {"timesignature": frame.timesignature}),
    )
    sketch = _partly_recomposed(frame, brief, strength, seed, length)
    played = accompany(
        sketch, brief, 0.0, length, seed=seed, report=progress_within(report, 0.3, 0.9),
        melody=bool(sketch.melody), ending=score is None and length != frame.duration,
        apart=apart,
    )  # fmt: skip
    report(0.9, "balancing")
    gains = dynamics_gain(audio, played.audio, strength) if strength > 0 else ()
    made = Production.of(played)
    made.fade_out(_FADE)
    made.follow(gains)
    played = replace(played, audio=audio[:0])  # the mix will be another: minutes of it are large
    loudness = integrated_loudness(audio, rate) if analysis is None else analysis.loudness
    target = None if loudness is None else float(np.clip(loudness, _QUIETEST, _LOUDEST))
    made.match(target, report=progress_within(report, 0.92, 1.0))
    notes_made = []
    if wanted.get("timesignature") not in (None, frame.timesignature):
        notes_made.append(f"A cover keeps the metre of the song, {frame.timesignature}.")
    if not frame.has_pulse:
        notes_made.append("No steady beat was heard, so the cover keeps its own time.")
    assert played.score is not None  # noqa: S101 - accompany() always writes one
    kept = {
        "metre": f"a cover keeps the metre of the song, {frame.timesignature}",
        "pace": f"a cover keeps the song's tempo unless one is given in BPM; it is {frame.tempo:.4g} BPM",
    }
    facts = finish(made, caption)
    covered = made.rendering(played.score, tuple(notes_made))
    covered = replace(covered, done=(f"the song's own beats, {strength:.0%} of its bars with its chords",))
    told = Played(brief, played.score, finish=facts, kept=kept, own_words=_ANEW)
    return with_lyric_receipts(with_receipt(covered, caption, told), brief, joins=True)


def _in_key(frame: LeadSheet, key: str) -> LeadSheet:
    """``frame`` moved to another key by the smallest interval."""
    to, own = parse_key(key), parse_key(frame.key or "")
    if to is None:
        raise Refused("cover_key_unknown", key=key)
    by = 0 if own is None else (to.tonic - own.tonic + 5) % 12 - 5
    return frame.transposed(by, str(to))


def _partly_recomposed(
    frame: LeadSheet, brief: Brief, strength: float, seed: int, length: float
) -> LeadSheet:
    """``frame`` with the harmony and melody of some bars replaced by the composer's own.

    The composer writes a piece of its own on the same beats. For each bar a lot is drawn once; the bar comes
    from the source where its lot is below ``strength``.
    """
    if strength >= 1 or not frame.chords:
        return frame
    free = replace(frame, chords=(), melody=())
    grid, origin = free.grid(0.0, length, chords=False)
    own = compose(replace(brief, duration=grid.beats[-1]), seed=seed, grid=grid)
    written = lead_sheet_from_score(own)
    count = len(frame.chords)
    bars = (np.arange(count) - frame.first_downbeat) // frame.beats_per_bar + 1
    lots = np.random.default_rng((seed, 7)).random(int(bars[-1]) + 1)
    keeps = lots[bars] < strength
    sings = lots[bars] < (strength - 0.2) / 0.7
    at = np.asarray(frame.beats)
    index = np.searchsorted(np.asarray(written.beats), at[:-1] - origin + 1e-3, side="right") - 1
    index = np.clip(index, 0, max(0, len(written.chords) - 1))
    chords = tuple(
        mine if keep or not written.chords else written.chords[i]
        for mine, keep, i in zip(frame.chords, keeps, index, strict=True)
    )

    def beat_of(note: Note, shift: float) -> int:
        return int(np.clip(np.searchsorted(at, note.start + shift + 1e-3, side="right") - 1, 0, count - 1))

    lead = lead_part(own)
    kept = [note for note in frame.melody if sings[beat_of(note, 0.0)]]
    added = [
        replace(note, start=note.start + origin, syllable=None)
        for note in (lead.notes if lead else ())
        if not sings[beat_of(note, origin)]
    ]
    tune = tuple(sorted((*kept, *added), key=lambda note: note.start)) if kept else ()
    return replace(frame, chords=chords, melody=tune)
