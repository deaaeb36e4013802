"""New players for a piece that is there: an instrument added or swapped, new words, another style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from audiopod_mcp.music.captions.context import brief_in_context
from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.captions.text_search import word_pattern
from audiopod_mcp.music.captions.vocabulary import KIT_WORDS
from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.effects.crossfade import fix_length
from audiopod_mcp.music.generation.accompany import accompany
from audiopod_mcp.music.generation.drum_keys import keys_of
from audiopod_mcp.music.leadsheet import LeadSheet, lead_sheet_from_score
from audiopod_mcp.music.lyrics.numbered_chords import in_key
from audiopod_mcp.music.model import SAMPLE_RATE, Audio, Brief, Part, Progress, Refused, Rendering, Score
from audiopod_mcp.music.score import excerpt
from audiopod_mcp.music.synthesis import render
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS

PlayedParts = tuple[dict[str, Audio], tuple[Part, ...]]
"""Stems at 44.1 kHz, and the parts they are of."""


def add_instrument(
    frame: LeadSheet, brief: Brief, instrument: str, track: str, *, seed: int, report: Progress
) -> PlayedParts:
    """Have an instrument play along with a song from its start to its end.

    Parameters
    ----------
    frame : Frame
        The song's beats, chords and form.
    brief : Brief
        What the song is like.
    instrument, track : str
        The instrument as it was called, and the track that it plays in.
    seed : int
    report : Progress

    Returns
    -------
    dict of float32 arrays, and the parts that they were played from

    Raises
    ------
    Refused
        Where the composer has no part for the instrument.
    """
    asked = read_caption(instrument)
    named = asked.instruments
    wanted = replace(brief, instruments=named, percussion=asked.percussion, without=(), lyrics=None)
    wanted = replace(wanted, instrumental=track != "vocals")
    grid, origin = frame.grid(0.0, frame.duration)
    wanted = replace(wanted, tempo=frame.tempo, key=frame.key or brief.key, timesignature=frame.timesignature)
    score = compose(replace(wanted, duration=grid.beats[-1]), seed=seed, grid=grid)
    score = excerpt(score, -origin, frame.duration - origin)
    parts = tuple(part for part in score.parts if part.track == track)
    exact = tuple(part for part in parts if part.instrument in named)
    parts = exact or parts
    if not parts or not _is_played(instrument, parts):
        raise Refused("instrument_not_addable", instrument=instrument)
    return _rendered(replace(score, parts=parts), frame.duration, seed, report), parts


def _is_played(instrument: str, parts: Sequence[Part]) -> bool:
    """Whether ``parts`` are of ``instrument``: a piece of a kit is not the kit, nor congas a tambourine."""
    if word_pattern(KIT_WORDS).fullmatch(instrument):
        return False
    unpitched = [part for part in parts if INSTRUMENTS[part.instrument].unpitched]
    keys = keys_of(instrument) if unpitched else set()
    return not keys or any(round(note.pitch) in keys for part in unpitched for note in part.notes)


def track_of_instrument(name: str) -> str:
    """The stem that an instrument plays in, called as a person does.

    Raises
    ------
    Refused
        Where no such instrument is known.
    """
    named = read_caption(name).instruments
    if not named:
        raise Refused("instrument_unknown", instrument=name)
    return INSTRUMENTS[named[0]].track


def swap_instrument(score: Score, old: str, instrument: str, *, seed: int, report: Progress) -> PlayedParts:
    """Have the parts of track ``old`` played by another ``instrument``, which is called as a person does.

    Raises
    ------
    Refused
        Where no such instrument is known.
    """
    named = read_caption(instrument).instruments
    if not named:
        raise Refused("instrument_unknown", instrument=instrument)
    new = INSTRUMENTS[named[0]]
    mine = [part for part in score.parts if part.track == old]
    if named[0] == "percussion" or any(
        INSTRUMENTS[part.instrument].unpitched != new.unpitched for part in mine
    ):
        # The notes of the one say nothing to the other: a piano has no drum keys.
        brief = score.brief or Brief(instrument, tempo=score.tempo, key=score.key)
        frame = lead_sheet_from_score(score)
        return add_instrument(frame, brief, instrument, new.track, seed=seed, report=report)
    parts = tuple(replace(part, track=new.track, instrument=named[0]) for part in mine)
    return _rendered(replace(score, parts=parts), score.duration, seed, report), parts


def replace_lyrics(score: Score, lyrics: str, *, seed: int, report: Progress) -> tuple[PlayedParts, Score]:
    """Have other words sung to a composed piece.

    Returns the singer's stems and parts, and the whole score with them.

    Raises
    ------
    Refused
        Where there is nothing to sing.
    """
    frame = lead_sheet_from_score(score)
    grid, origin = frame.grid(0.0, score.duration, melody=any(part.track == "vocals" for part in score.parts))
    brief = score.brief or Brief("", tempo=score.tempo, key=score.key, timesignature=score.timesignature)
    # The band plays on as it did: of new words it is only the voice that follows.
    lyrics = in_key(lyrics, score.key)
    solos = tuple(solo for solo in brief.solos if solo[1] is None)
    brief = replace(brief, lyrics=lyrics, solos=solos, instrumental=False, duration=grid.beats[-1])
    new = excerpt(compose(brief, seed=score.seed, grid=grid), -origin, score.duration - origin)
    parts = tuple(part for part in new.parts if part.track == "vocals")
    if not parts:
        raise Refused("nothing_to_sing")
    others = tuple(part for part in score.parts if part.track != "vocals")
    whole = replace(
        score, parts=(*others, *parts), lyrics=new.lyrics, brief=replace(brief, duration=score.duration)
    )
    return (_rendered(replace(new, parts=parts), score.duration, seed, report), parts), whole


def rearrange(score: Score, prompt: str, *, seed: int, report: Progress) -> Rendering:
    """Play the same song, its chords, its tune and its form, as ``prompt`` asks."""
    frame = lead_sheet_from_score(score)
    old = score.brief
    brief = brief_in_context(
        prompt,
        old,
        {part.track for part in score.parts},
        tempo=score.tempo,
        key=score.key,
        timesignature=score.timesignature,
        duration=score.duration,
        lyrics=old.lyrics if old else None,
        instrumental=old.instrumental if old else False,
    )
    return accompany(frame, brief, 0.0, score.duration, seed=seed, report=report, melody=True, apart=True)


def _rendered(score: Score, duration: float, seed: int, report: Progress) -> dict[str, Audio]:
    samples = round(duration * SAMPLE_RATE)
    stems = render(score, seed=seed, report=report)
    return {track: fix_length(stem, samples) for track, stem in stems.items()}
