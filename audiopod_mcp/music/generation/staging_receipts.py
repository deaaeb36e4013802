"""Who plays in the sections of tagged lyrics, as it was made: measured in the score."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from audiopod_mcp.music.captions.tagged_players import read_tag_players, words_of
from audiopod_mcp.music.composition.course import plays_it
from audiopod_mcp.music.lyrics.text import LyricSheet
from audiopod_mcp.music.model import Brief, NotDone, Part, Score, Span, Staging, format_time

from .played import MARKED, fact, played_a_second

_EARLY = 0.05
"""Seconds by which a note may be early: hands are not clocks."""
_BEFORE = 2.0
"""Seconds of silence that make an entry."""


def staging_receipts(
    brief: Brief, sheet: LyricSheet, score: Score, places: Mapping[int, Span], at: float
) -> tuple[list[str], list[NotDone]]:
    """What became of who plays when in the sections that are at ``places``; ``score`` begins ``at`` s."""
    staging = brief.staging
    soloists = {player for step in staging if step.action == "only" for player in step.players}
    soloists |= {name for name, _ in brief.solos}
    done: dict[int, list[str]] = {}
    missed: list[NotDone] = []
    for step in staging:
        span = places.get(step.section)
        if span is None:
            continue  # That there is no place for the section is told already.
        told = _settled(step, soloists, score, span, at)
        if isinstance(told, NotDone):
            missed.append(NotDone(sheet.sections[step.section].tag or "", told.instead))
        else:
            done.setdefault(step.section, []).append(told)
    for number in dict.fromkeys(step.section for step in staging):
        section = sheet.sections[number]
        missed += [
            NotDone(words, "How it sounds can be asked for in the caption.")
            for words in read_tag_players(words_of(section)).unread
            if not (any(section.voices) and words.lower() in {voice.lower() for voice in section.voices})
        ]
    facts = [fact(sheet.sections[number].tag or "", "; ".join(told)) for number, told in done.items()]
    return facts, missed


def _settled(step: Staging, soloists: Collection[str], score: Score, span: Span, at: float) -> str | NotDone:
    """What was made of one step: a fact, or why not."""
    mine = [part for part in score.parts if plays_it(part, step.players)]
    others = [
        part for part in score.parts if part not in mine and not (part.track == "vocals" and score.lyrics)
    ]
    where = f"{format_time(at + span.start)}-{format_time(at + span.end)}"
    if step.action == "all":
        heard = _playing(others, span)
        absent = [
            p for p in others if p.instrument not in heard and not plays_it(p, soloists) and p.track != "fx"
        ]
        told = f"all of the band but {_names(absent)} at {where}" if absent else f"all of the band at {where}"
        # Who has the tune rests while it is sung.
        return told if len(absent) < 2 else NotDone("", told)
    if step.action in ("more", "less"):
        inner = [other for other in score.sections if other.label not in ("intro", "outro") and other != span]
        if not inner:
            return NotDone("", "there is no other section")
        change = played_a_second(score.parts, [span]) / max(1e-6, played_a_second(score.parts, inner)) - 1
        told = f"{abs(change):.0%} {'more' if change > 0 else 'less'} is played at {where} than elsewhere"
        return told if abs(change) > MARKED and (change > 0) == (step.action == "more") else NotDone("", told)
    if not mine:
        return NotDone("", f"no {' or '.join(step.players)} plays here")
    heard = _playing(mine, span)
    if step.action == "only":
        if beside := _playing(others, span):
            return NotDone("", f"with {', '.join(beside)} at {where}")
        return f"{', '.join(heard)} alone at {where}" if heard else NotDone("", f"nobody plays at {where}")
    if step.action == "enters":
        starts = [note.start for part in mine for note in part.notes]
        if any(span.start - _BEFORE <= start < span.start - _EARLY for start in starts):
            return NotDone("", f"{_names(mine)} plays before it, too")
        entered = min((start for start in starts if start >= span.start - _EARLY), default=score.duration)
        if entered >= span.end - _EARLY:
            return NotDone("", f"{_names(mine)} silent at {where}")
        told = f"{_names(mine)} from {format_time(at + max(entered, span.start))}"
        return told if entered < (span.start + span.end) / 2 else NotDone("", told)
    return NotDone("", f"{', '.join(heard)} at {where}") if heard else f"{_names(mine)} silent at {where}"


def _playing(parts: Sequence[Part], span: Span) -> list[str]:
    """The instruments that are heard between the beginning and the end of a section."""
    return list(
        dict.fromkeys(
            part.instrument
            for part in parts
            if any(span.start - _EARLY <= note.start < span.end - _EARLY for note in part.notes)
        )
    )


def _names(parts: Sequence[Part]) -> str:
    return ", ".join(dict.fromkeys(part.instrument for part in parts))
