"""How much an engine, which may be anybody's, can say of what it made."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, Final

from audiopod_mcp.plain_text import one_line
from audiopod_mcp.studio.engines.base import NotDone, Outcome, Take

MOST_LINES: Final = 20
"""Notes, things done, and things not done."""
LONGEST_LINE: Final = 600
"""Characters."""
LARGEST_DETAILS: Final = 128 * 2**10
"""Characters as JSON: twice what the chords of ten minutes take."""
LONGEST_LRC: Final = 200_000
"""Characters of the timed lyrics of a take."""
LARGEST_RESULT: Final = 4 * 2**20
"""Characters, as JSON, of what is answered while one waits: a third of it holds the beats of hours."""


def within_bounds(outcome: Outcome) -> Outcome:
    """``outcome`` as it is stored and told: its lines clean, with a note of what was too much."""
    left_out: list[str] = []
    notes, done, not_done = (
        _first(name, getattr(outcome, name), left_out) for name in ("notes", "done", "not_done")
    )
    details = _details(outcome.details, left_out)
    takes = []
    for take in outcome.takes:
        if len(take.lrc or "") > LONGEST_LRC:
            left_out.append(f"the timed lyrics of {one_line(take.name, 40)}")
        takes.append(replace(take, lrc=None) if len(take.lrc or "") > LONGEST_LRC else take)
    told = [_line(note) for note in notes]
    if left_out:
        remark = _line(f"The engine said more than is kept; left out: {', '.join(left_out)}.")
        told = [remark, *told[: MOST_LINES - 1]]
    return replace(
        outcome,
        takes=tuple(takes),
        notes=tuple(told),
        done=tuple(map(_line, done)),
        not_done=tuple(
            NotDone(**{name: _line(text) for name, text in asdict(wish).items()}) for wish in not_done
        ),
        details=details,
    )


def fault_in(outcome: Outcome) -> str | None:
    """What in ``outcome`` is not as the author's guide says, or too much to be told; ``None``: nothing."""
    if not all(isinstance(take, Take) for take in outcome.takes):
        return "gave back takes that are no Take"
    if not all(isinstance(wish, NotDone) for wish in outcome.not_done):
        return "gave back things not done that are no NotDone"
    try:
        json.dumps([outcome.details, outcome.notes, outcome.done], allow_nan=False)
        size = len(json.dumps(outcome.result, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        return f"gave back what JSON can't hold ({error})"
    if size > LARGEST_RESULT:
        return f"gave back {size} characters as its result; at most {LARGEST_RESULT} are told"
    return None


def _first(name: str, lines: Sequence[Any], left_out: list[str]) -> Sequence[Any]:
    if len(lines) > MOST_LINES:
        left_out.append(f"{len(lines) - MOST_LINES} of {len(lines)} {name}")
    return lines[:MOST_LINES]


def _details(details: dict[str, Any], left_out: list[str]) -> dict[str, Any]:
    """As many of ``details`` as find room, the small ones first, in the order that they came in."""
    room, kept = LARGEST_DETAILS, set()
    sizes = {name: len(json.dumps({name: value})) for name, value in details.items()}
    for name, size in sorted(sizes.items(), key=lambda item: item[1]):
        if size > room:
            break
        kept.add(name)
        room -= size
    missing = [name for name in details if name not in kept]
    left_out += [one_line(str(name), 40) for name in missing[:5]]
    if len(missing) > 5:
        left_out.append(f"{len(missing) - 5} more details")
    return {name: value for name, value in details.items() if name in kept}


def _line(text: Any) -> str:
    return one_line(str(text), LONGEST_LINE)
