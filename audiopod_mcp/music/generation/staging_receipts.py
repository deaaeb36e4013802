"""Who plays in the sections of tagged lyrics, as it was made: measured in the score."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from audiopod_mcp.music.captions.tagged_players import read_tag_players, words_of
from audiopod_mcp.music.captions.wishes import read_wishes
from audiopod_mcp.music.composition.course import plays_it
from audiopod_mcp.music.lyrics.text import LyricSheet
from audiopod_mcp.music.model import Brief, NotDone, Part, Score, Span, Staging, format_time

from .played import MARKED, fact, played_a_second

_SOLO = re.compile(r"(?:\w+ )?\w+ solo", re.IGNORECASE)
_EARLY = 0.05
"""Seconds by which a note may be early: hands are not clocks."""
_BEFORE = 2.0
"""Seconds of silence that make an entry."""


def staging_receipts(
    brief: Brief,
    sheet: LyricSheet,
    score: Score,
    places: Mapping[int, Span],
    at: float,
    solos: Collection[int],
) -> tuple[list[str], list[NotDone]]:
    """What became of who plays when in the sections that are at ``places``; ``score`` begins ``at`` s.

    There are ``solos`` in some of them, as is told already.
    """
    staging = brief.staging
    soloists = {player for step in staging if step.action == "only" for player in step.players}
    soloists |= {name for name, _ in brief.solos}
    done: dict[int, list[str]] = {}
    missed: list[NotDone] = []
    named = {
        (step.section, player)
        for step in staging
        if step.action in ("only", "plays")
        for player in step.players
    }
    for step in staging:
        if step.action == "enters":  # Of who is to play there no more is asked.
            players = tuple(player for player in step.players if (step.section, player) not in named)
            step = replace(step, players=players)
        span = places.get(step.section)
        if span is None:
            continue  # That there is no place for the section is told already.
        for told in _settled(step, soloists, score, span, at):
            if isinstance(told, NotDone):
                missed.append(NotDone(sheet.sections[step.section].tag or "", told.instead))
            else:
                done.setdefault(step.section, []).append(told)
    for number in dict.fromkeys(step.section for step in staging):
        section = sheet.sections[number]
        missed += [
            NotDone(words, _instead_of(words))
            for words in read_tag_players(words_of(section)).unread
            if number not in solos or not _SOLO.fullmatch(words)
        ]
    facts = [fact(sheet.sections[number].tag or "", "; ".join(told)) for number, told in done.items()]
    return facts, missed


def _instead_of(words: str) -> str:
    """What there is in place of something that a tag says beside its players."""
    impossible = (wish.value for wish in read_wishes(words) if wish.kind == "cannot")
    return next(filter(None, impossible), "How it sounds can be asked for in the caption.")


def _settled(
    step: Staging, soloists: Collection[str], score: Score, span: Span, at: float
) -> list[str | NotDone]:
    """What was made of one step: facts, and why not."""
    sung = [part for part in score.parts if part.track == "vocals" and score.lyrics]
    others = [part for part in score.parts if not plays_it(part, step.players) and part not in sung]
    where = f"{format_time(at + span.start)}-{format_time(at + span.end)}"
    if step.action == "all":
        heard = _playing(others, span)
        absent = [
            p for p in others if p.instrument not in heard and not plays_it(p, soloists) and p.track != "fx"
        ]
        told = f"all of the band but {_names(absent)} at {where}" if absent else f"all of the band at {where}"
        # Who has the tune rests while it is sung.
        return [told if len(absent) < 2 else NotDone("", told)]
    if step.action in ("more", "less"):
        inner = [other for other in score.sections if other.label not in ("intro", "outro") and other != span]
        if not inner:
            return [NotDone("", "there is no other section")]
        change = played_a_second(score.parts, [span]) / max(1e-6, played_a_second(score.parts, inner)) - 1
        told = f"{abs(change):.0%} {'more' if change > 0 else 'less'} is played at {where} than elsewhere"
        return [
            told if abs(change) > MARKED and (change > 0) == (step.action == "more") else NotDone("", told)
        ]
    if step.action == "enters":
        return _entries(step.players, score, span, at)
    playing_of = {player: _playing(_of(player, score), span) for player in step.players}
    silent = [player for player, names in playing_of.items() if not names]
    playing = ", ".join(dict.fromkeys(name for player in step.players for name in playing_of[player]))
    if step.action in ("rests", "leaves"):
        found = [NotDone("", f"{playing} at {where}")] if playing else []
        if step.action == "leaves":
            found += [NotDone("", f"no {player} plays here") for player in silent if not _of(player, score)]
            silent = [player for player in silent if _of(player, score)]
        resting = ", ".join(_names(_of(player, score)) or player for player in silent)
        return [*found, *([f"{resting} silent at {where}"] if resting else [])]
    missing = [NotDone("", f"no {player} plays here") for player in silent]
    middle = (span.start + span.end) / 2
    for player in dict.fromkeys(step.players):
        first = min(
            (n.start for part in _of(player, score) for n in part.notes if _in(n.start, span)), default=0.0
        )
        if player not in silent and first >= middle:  # A fill before the next section is no playing along.
            missing.append(NotDone("", f"{', '.join(playing_of.pop(player))} from {format_time(at + first)}"))
    playing = ", ".join(dict.fromkeys(name for names in playing_of.values() for name in names))
    if step.action == "plays":
        return [*([f"{playing} at {where}"] if playing else []), *missing]
    beside = _playing(others, span)
    if beside:
        return [NotDone("", f"with {', '.join(beside)} at {where}"), *missing]
    return [f"{playing} alone at {where}" if playing else NotDone("", f"nobody plays at {where}"), *missing]


def _entries(players: Sequence[str], score: Score, span: Span, at: float) -> list[str | NotDone]:
    """When each of ``players`` enters in a section."""
    entered: dict[str, list[Part]] = {}
    missed: list[str | NotDone] = []
    for player in players:
        mine = _of(player, score)
        starts = [note.start for part in mine for note in part.notes]
        first = min((start for start in starts if start >= span.start - _EARLY), default=score.duration)
        told = f"from {format_time(at + max(first, span.start))}"
        if not mine:
            missed.append(NotDone("", f"no {player} plays here"))
        elif any(
            note.start < span.start - _EARLY and note.start + note.duration > span.start - _BEFORE
            for part in mine
            for note in part.notes
        ):
            missed.append(NotDone("", f"{_names(mine)} plays before it, too"))
        elif first >= span.end - _EARLY:
            missed.append(NotDone("", f"{_names(mine)} silent until {format_time(at + span.end)}"))
        elif first >= (span.start + span.end) / 2:
            missed.append(NotDone("", f"{_names(mine)} {told}"))
        else:
            entered.setdefault(told, []).extend(mine)
    return [*(f"{_names(parts)} {told}" for told, parts in entered.items()), *missed]


def _of(player: str, score: Score) -> list[Part]:
    return [part for part in score.parts if plays_it(part, (player,))]


def _playing(parts: Sequence[Part], span: Span) -> list[str]:
    """The instruments that are heard between the beginning and the end of a section."""
    return list(
        dict.fromkeys(part.instrument for part in parts if any(_in(note.start, span) for note in part.notes))
    )


def _in(time: float, span: Span) -> bool:
    return span.start - _EARLY <= time < span.end - _EARLY


def _names(parts: Sequence[Part]) -> str:
    return ", ".join(dict.fromkeys(part.instrument for part in parts))
