"""Making music from a brief: songs, raps, vocals alone, loops and one-shots."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Literal

import numpy as np

from audiopod_mcp.music.captions.asked import asked, wanted_phrases
from audiopod_mcp.music.captions.parse import default_duration
from audiopod_mcp.music.captions.wishes import Wish, read_wishes
from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.composition.harmony import tonic_chord
from audiopod_mcp.music.composition.stanzas import stanzas
from audiopod_mcp.music.effects.loop import loop_fact
from audiopod_mcp.music.model import (
    SAMPLE_RATE,
    Brief,
    Grid,
    NotDone,
    Note,
    Part,
    Progress,
    Rendering,
    Score,
    Span,
    ignore_progress,
    progress_within,
)
from audiopod_mcp.music.styles import STYLES
from audiopod_mcp.music.synthesis import INSTRUMENTS, ONE_SHOT
from audiopod_mcp.music.theory import METRES, parse_key, voice_leading

from .drum_keys import PERCUSSION_KEYS, drum_key, keys_of
from .finish import finish, with_receipt
from .lyric_requests import fade_as_asked, with_lyric_receipts
from .production import Production
from .receipts import Played

BY_RULE_NOTE = "New music by rule: no neural model, no musician."
GUIDE_VOCAL_NOTE = "A guide voice: its words can't be understood."
_GUIDE_SPEECH_NOTE = "The voice is a guide: it speaks vowels in the rhythm of the words, not the words."
_SHOT = r"\b(?:one[ -]?shots?|samples?|hits?|stabs?|kit)\b"
_LOOP = r"\b(?:loops?|loopable|samples?|kit)\b"
"""How a loop is asked for."""
_MAX_LOOP = 120.0
"""Seconds."""


def generate(
    brief: Brief, *, seed: int, report: Progress = ignore_progress, tracks: Collection[str] | None = None
) -> Rendering:
    """Compose and play a brief.

    Parameters
    ----------
    brief : Brief
        What is wanted, as :func:`~audiopod_mcp.music.captions.parse.read_caption` reads it from words.
    seed : int
        The same seed gives the same samples.
    report : Progress
    tracks : collection of str, optional
        The only stems to render; ``{"vocals"}`` is a cappella.

    Returns
    -------
    Rendering
        44.1 kHz, stereo, with stems and a score.

    Raises
    ------
    Refused
        Where the brief can't be played.
    """
    score = compose(brief, seed=seed, report=progress_within(report, 0.0, 0.12))
    made = Production.record(score, tracks=tracks, report=progress_within(report, 0.12, 1.0))
    facts = finish(made, brief.caption)
    facts = (*facts, *fade_as_asked(made, brief, facts))
    song = made.rendering(score, _notes_on(brief, made, loop=False))
    told = with_receipt(song, brief.caption, Played(brief, score, finish=facts, tracks=tracks))
    return with_lyric_receipts(told, brief, facts=facts, tracks=tracks)


def rap_brief(brief: Brief) -> Brief:
    """The same brief with its lyrics spoken in rhythm, over a hip hop beat unless it has one already."""
    instruments = tuple(name for name in brief.instruments if INSTRUMENTS[name].track != "vocals")
    instruments = (*instruments, "spoken voice")
    style = brief.style if brief.style in ("hip hop", "trap", "lo-fi", "reggaeton", "funk") else "hip hop"
    rap = replace(brief, style=style, instruments=instruments)
    if brief.duration == default_duration(brief):  # Nobody said how long; and speech takes less time.
        rap = replace(rap, duration=default_duration(rap))
    return rap


def generate_sample(
    brief: Brief, sample_type: Literal["loop", "one-shot"], *, seed: int, report: Progress = ignore_progress
) -> Rendering:
    """Make a loop or a one-shot.

    Parameters
    ----------
    brief : Brief
        Its caption decides who plays.
    sample_type : {"loop", "one-shot"}
        A loop of whole bars repeats without a seam. It has the bars that the caption names, else it is as
        long as the brief asks, to the nearest of 1, 2, 4, 8 … bars (four, if nobody says), and at most two
        minutes. A one-shot is one hit, note or chord.
    seed : int
    report : Progress

    Returns
    -------
    Rendering
        44.1 kHz, stereo, with stems and a score.

    Raises
    ------
    Refused
        Where the brief can't be played.
    """
    if sample_type == "one-shot":
        return _one_shot(brief, seed, report)
    metre = METRES[brief.timesignature]
    beat = metre.beat_seconds(brief.tempo)
    bar = metre.beats * beat
    wanted = 4.0 if brief.duration == default_duration(brief) else min(brief.duration, _MAX_LOOP) / bar
    bars = 2 ** max(0, round(np.log2(max(wanted, 0.5))))
    bars = next((wish.value for wish in read_wishes(brief.caption) if wish.kind == "bars"), bars)
    while bars > 1 and bars * bar > _MAX_LOOP:
        bars //= 2
    length = bars * bar
    asked = brief.duration
    not_done = (
        () if abs(asked - length) < 0.05 or asked == default_duration(brief) else (_whole_bars(asked, bar),)
    )
    brief = replace(brief, duration=length, lyrics=None)
    grid = Grid(
        tuple(float(t) for t in np.arange(bars * metre.beats + 1) * beat),
        beats_per_bar=metre.beats,
        sections=(Span(0.0, length, "chorus"),),
    )
    score = compose(
        _just_what_is_named(brief), seed=seed, grid=grid, report=progress_within(report, 0.0, 0.1)
    )
    score = _just_the_drums_named(score, brief.caption)
    made = Production.record(score, loop=True, report=progress_within(report, 0.1, 1.0))
    facts = finish(made, brief.caption, fades=False)
    loop = made.rendering(score, _notes_on(brief, made, loop=True))
    loop = replace(loop, loop=True, not_done=not_done, done=(loop_fact(bars, len(loop.audio), SAMPLE_RATE),))
    return with_receipt(loop, brief.caption, Played(brief, score, finish=facts, own_words=_LOOP))


def _whole_bars(asked: float, bar: float) -> NotDone:
    return NotDone(f"{asked:g} s", f"a loop is whole bars, {bar:.4g} s each: 1, 2, 4, 8 … of them")


def _notes_on(brief: Brief, made: Production, *, loop: bool) -> tuple[str, ...]:
    score = made.recipe.score
    notes = [BY_RULE_NOTE]
    if score.lyrics and "vocals" in made.tracks:
        notes.insert(0, _GUIDE_SPEECH_NOTE if "spoken voice" in brief.instruments else GUIDE_VOCAL_NOTE)
    lines = 0 if brief.instrumental else sum(len(part.lines) for part in stanzas(brief.lyrics))
    missing = lines - len(score.lyrics)
    if missing > 0 and not loop:
        notes.append(f"{missing} line{'s' * (missing > 1)} of the lyrics didn't fit in: left out.")
    if not made.tracks:
        notes.append("Nothing that was asked for plays here: the audio is silent.")
    return tuple(notes)


def _just_what_is_named(brief: Brief) -> Brief:
    """``brief`` without anybody whom the caption does not name: a "drum loop" is drums, not a band."""
    named = {INSTRUMENTS[name].track for name in brief.instruments}
    if not named:
        if not any(wish.value == "drums" for wish in _players(brief.caption)):
            return brief
        named = {"drums", "percussion"}
    return replace(brief, without=tuple(sorted(set(_TRACKS) - named | set(brief.without))))


def _players(caption: str) -> list[Wish]:
    return [wish for wish in read_wishes(caption) if wish.kind == "player"]


def _just_the_drums_named(score: Score, caption: str) -> Score:
    """``score`` with no other drums where ``caption`` names single ones: a "hi-hat loop" has no kick."""
    players = [wish for wish in _players(caption) if wish.value in ("drums", "percussion")]
    named = [keys_of(wish.asked) for wish in players]
    if not named or not all(named):
        return score
    keys = set().union(*named)
    parts = (
        replace(part, notes=tuple(note for note in part.notes if round(note.pitch) in keys))
        if part.track in ("drums", "percussion")
        else part
        for part in score.parts
    )
    heard = tuple(part for part in parts if part.notes)
    return replace(score, parts=heard) if heard else score


_TRACKS = {instrument.track for instrument in INSTRUMENTS.values()}


def _one_shot(brief: Brief, seed: int, report: Progress) -> Rendering:
    """One sound: the drum that the caption names, or a note or chord of the instrument that it names."""
    caption = brief.caption.lower()
    key = parse_key(brief.key)
    drum = drum_key(caption)
    length = min(brief.duration, 6.0)
    if drum is not None and not re.search(r"\b808 bass\b", caption):
        name = _kit_for(brief, drum)
        notes = [Note(0.0, length, drum, 110)]
    else:
        name = _instrument_for(brief)
        instrument = INSTRUMENTS[name]
        middle = (instrument.low + instrument.high) // 2
        root = middle + ((key.tonic if key else 0) - middle) % 12
        root -= 12 if root > middle + 6 else 0
        held = max(0.2, length - instrument.release - 0.8)
        if name.endswith("kit"):
            pitches: tuple[int, ...] = (36,)  # What a drummer is heard by.
        elif name == "percussion":
            pitches = (63,)
        elif re.search(r"\bchords?\b|\bstabs?\b", caption) and not instrument.unpitched and key is not None:
            chord = tonic_chord(STYLES[brief.style], key)
            pitches = voice_leading(
                chord, (), max(instrument.low, middle - 9), min(instrument.high, middle + 12)
            )
            held = min(held, 0.25) if "stab" in caption else held
        else:
            pitches = (root,)
        notes = [Note(0.0, held, pitch, 105) for pitch in pitches]
    score = Score(
        seed, length, brief.tempo, brief.key, brief.timesignature, (0.0,), (0.0,),
        (Span(0.0, length, ONE_SHOT),), (), (Part(INSTRUMENTS[name].track, name, tuple(notes)),), (), brief,
    )  # fmt: skip
    made = Production.record(score, report=report)
    made.normalize_peak()
    facts = finish(made, brief.caption, fades=False)
    end = _end_of_sound(made.audio)
    made.cut(0, end)
    score = replace(score, duration=end / SAMPLE_RATE)
    shot = made.rendering(score, _notes_on(replace(brief, lyrics=None), made, loop=False))
    shot = replace(shot, done=(f"one-shot of {score.duration:.3g} s",))
    return with_receipt(shot, brief.caption, Played(brief, score, finish=facts, own_words=_SHOT))


def _kit_for(brief: Brief, drum: int) -> str:
    """The kit that the caption names for a drum (General MIDI key), or the style's own."""
    caption = brief.caption.lower()
    if drum in PERCUSSION_KEYS:
        return "percussion"
    if kits := [name for name in brief.instruments if name.endswith("kit")]:
        return kits[0]
    if "808" in caption or "electronic" in caption:
        return "electronic kit"
    return next((m.instrument for m in STYLES[brief.style].band if m.role == "drums"), "acoustic kit")


def _instrument_for(brief: Brief) -> str:
    """The instrument that the caption names; a piano where it names none."""
    caption = brief.caption.lower()
    named: list[str] = [name for name in asked(wanted_phrases(caption), "player") if name in INSTRUMENTS]
    if named or brief.instruments:
        return (*named, *brief.instruments)[0]
    if "riser" in caption:
        return "riser"
    return "impact" if re.search(r"impact|boom|hit", caption) else "piano"


def _end_of_sound(audio: np.ndarray) -> int:
    """Samples up to where nothing above −70 dB of the peak is left, at least 0.1 s."""
    level = np.abs(audio).max(axis=1)
    loud = np.flatnonzero(level > level.max(initial=0.0) * 10 ** (-70 / 20))
    return int(min(len(audio), max(SAMPLE_RATE // 10, (loud[-1] if len(loud) else 0) + SAMPLE_RATE // 50)))
