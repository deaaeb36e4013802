"""The course of a piece: who opens it alone, who enters or leaves when, and who ends it alone.

It is arranged as producers do, by muting: everybody's part is written for the whole piece, and what lies
outside a player's entries and exits is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from audiopod_mcp.music.model import Cue, Note, Part, Score, Span

from .form import NOMINAL_BARS

_TOLERANCE = 0.06
"""Seconds by which a player may be early: hands are not clocks."""
_CLOSING_BARS = 4
"""Bars of an ending that somebody plays alone, where the last section is longer than twice that."""

Stretch = tuple[float, float]


def follow_course(score: Score, course: Sequence[Cue], origin: float = 0.0) -> Score:
    """Leave out of ``score`` what lies before a player's entry or after its exit.

    Words are sung wherever they are.

    Parameters
    ----------
    score
        A composed piece.
    course
        Cues; one whose moment the piece does not have, or whose players do not play, is passed over.
    origin
        The time in the score, s, at which the piece that the cues are about begins.

    """
    if not course:
        return score
    silences = _silences(score, course, origin)
    parts = (replace(part, notes=outside(part.notes, silences.get(_name(part), ()))) for part in score.parts)
    return replace(score, parts=tuple(part for part in parts if part.notes))


def cue_times(score: Score, course: Sequence[Cue], origin: float = 0.0) -> list[Stretch | None]:
    """Give the stretch, s, that each cue is about; ``None`` where the piece has no such moment.

    That of an opening is the time alone; an entry's and an exit's begins there and goes on to the end.
    """
    times: list[Stretch | None] = []
    before = origin
    for number, cue in enumerate(course):
        if cue.action == "opens":
            until = (
                _moment(score, replace(cue, unit=""), origin, origin)
                if cue.unit == "intro"  # to its end
                else _moment(score, cue, origin, origin)
                if cue.unit
                else _first_entry(score, course[number + 1 :], origin)
            )
            times.append((origin, until) if until is not None and until > origin else None)
            before = until or before
        elif cue.action == "ends":
            times.append((_closing(score), score.duration))
        elif cue.action in ("only", "rests"):
            start = _moment(score, cue, origin, before)
            times.append(None if start is None else (start, score.duration))
        else:
            opened = number and course[number - 1].action == "opens"
            start = before if opened and not cue.unit else _moment(score, cue, origin, before)
            times.append(None if start is None or start >= score.duration - 0.5 else (start, score.duration))
            before = start or before
    return times


def sections_for(course: Sequence[Cue], labels: Sequence[str]) -> tuple[str, ...]:
    """Give the sections of a form that has every one that the cues name; empty where ``labels`` are such."""
    wanted = dict.fromkeys(NOMINAL_BARS, 0)
    for cue in course:
        if (label := cue.unit.removeprefix("after ")) in wanted:
            wanted[label] = max(wanted[label], 1, round(abs(cue.number)))
    if all(labels.count(label) >= count for label, count in wanted.items()):
        return ()
    rounds = max(2, wanted["verse"], wanted["chorus"])
    middle = [label for label in ("bridge", "solo", "break", "build", "drop") for _ in range(wanted[label])]
    ahead = ["pre-chorus"] if wanted["pre-chorus"] else []
    body = ["verse", *ahead, "chorus"] * (rounds - 1) + [
        *middle,
        *([] if middle and rounds > 1 and wanted["verse"] < rounds else ["verse", *ahead]),
        "chorus",
    ]
    return ("intro", *body, "outro")


def sections_of(score: Score, cue: Cue) -> list[Span]:
    """Give the sections that a cue is about: each of its label, or the one that it counts."""
    label = cue.unit.removeprefix("after ")
    spans = [span for span in score.sections if _is_called(span.label, label)]
    number = round(cue.number)
    if not number:
        return spans
    at = number - 1 if number > 0 else number
    return [spans[at]] if -len(spans) <= at < len(spans) else []


def plays_it(part: Part, players: Collection[str]) -> bool:
    """Whether ``part`` is that of one of ``players``, instruments or tracks; a banjo is no guitar."""
    if part.track == "guitar" and "guitar" not in part.instrument:
        return part.instrument in players
    return part.instrument in players or part.track in players


def _name(part: Part) -> tuple[str, str]:
    return part.track, part.instrument


def _silences(score: Score, course: Sequence[Cue], origin: float) -> dict[tuple[str, str], list[Stretch]]:
    """Give the stretches in which each part is silent."""
    found: dict[tuple[str, str], list[Stretch]] = {_name(part): [] for part in score.parts}
    times = cue_times(score, course, origin)
    steps = [
        (cue, time)
        for cue, time in zip(course, times, strict=True)
        if time is not None and any(plays_it(part, cue.players) for part in score.parts)
    ]
    opening = next((step for step in steps if step[0].action == "opens"), None)
    entries = [(cue, time) for cue, time in steps if cue.action == "enters"]
    for part in score.parts:
        silent = found[_name(part)]
        mine = [(cue, time) for cue, time in steps if plays_it(part, cue.players)]
        entered = next((time[0] for cue, time in mine if cue.action == "enters"), None)
        sings = part.track == "vocals" and bool(score.lyrics)
        opens = opening is not None and plays_it(part, opening[0].players)
        if sings:
            continue
        if entered is not None and not opens:
            silent.append((0.0, entered))
        elif opening is not None and not opens:
            # Who is not named comes in with the last of those who are.
            silent.append((0.0, max((time[0] for _, time in entries), default=opening[1][1])))
        for cue, time in mine:
            if cue.action == "leaves":
                back = next(
                    (t[0] for c, t in mine if c.action == "enters" and t[0] > time[0]), score.duration
                )
                silent.append((time[0], back))
            elif cue.action in ("only", "rests"):
                there = sections_of(score, cue)
                silent += [
                    (span.start, span.end)
                    for span in score.sections
                    if (span in there) == (cue.action == "rests")
                ]
        for cue, time in steps:
            if cue.action == "ends" and not plays_it(part, cue.players):
                silent.append(time)
    return found


def outside(notes: tuple[Note, ...], silences: Sequence[Stretch]) -> tuple[Note, ...]:
    """``notes`` without those that begin in one of ``silences``; what would reach into one ends before it."""
    kept = []
    for note in notes:
        if any(a - _TOLERANCE <= note.start < b - _TOLERANCE for a, b in silences):
            continue
        ends = [a for a, b in silences if note.start < a < note.start + note.duration]
        kept.append(replace(note, duration=min(ends) - note.start) if ends else note)
    return tuple(kept)


def _moment(score: Score, cue: Cue, origin: float, before: float) -> float | None:
    """Give the time of a cue, s; ``None`` where there is no such moment."""
    downbeats = [beat for beat in score.downbeats if beat > origin - _TOLERANCE]
    if cue.unit in ("s", "whole"):
        wanted = origin + cue.number * (1 if cue.unit == "s" else score.duration - origin)
        return (
            min((beat for beat in downbeats), key=lambda beat: abs(beat - wanted), default=None)
            if wanted < score.duration
            else None
        )
    if cue.unit == "bars":
        number = round(cue.number)
        return downbeats[number] if 0 <= number < len(downbeats) else None
    if cue.unit == "end":
        return _closing(score)
    if cue.unit:
        first = next(iter(sections_of(score, cue)), None)
        return None if first is None else first.end if cue.unit.startswith("after ") else first.start
    return next((span.start for span in score.sections if span.start > before + 1.0), None)


def _first_entry(score: Score, later: Sequence[Cue], origin: float) -> float | None:
    """Give the time to which an opening lasts: that of the first entry, else that of the next section."""
    for cue in later:
        if cue.action == "enters" and (cue.unit or cue is later[0]):
            return _moment(score, cue, origin, origin)
    return next((span.start for span in score.sections if span.start > origin + 1.0), None)


def _closing(score: Score) -> float:
    """Give the time from which an ending is played: the last section, or the last bars of a long one."""
    last = score.sections[-1].start if score.sections else 0.0
    bars = [beat for beat in score.downbeats if beat >= last - _TOLERANCE]
    if len(bars) > 2 * _CLOSING_BARS or len(score.sections) < 2:
        return bars[-_CLOSING_BARS - 1] if len(bars) > _CLOSING_BARS + 1 else bars[-1] if bars else last
    return last


def _is_called(label: str, name: str) -> bool:
    return label.lower().split(" ")[0] == name
