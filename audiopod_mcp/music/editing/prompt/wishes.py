"""The wishes of one clause: typed edits for whom it names and when it says, each checked as such."""

# ruff: noqa: E501 (patterns: one of meaning a line)

from __future__ import annotations

import re
from typing import Any

from pydantic import ValidationError

from audiopod_mcp.edits.model import RULES, TrackEdit

from .clauses import RawClause
from .lexicon import ALONE, CROPPED, PARTLY, SOLOED
from .meaning import Clause, edits_of
from .plan import Wish
from .table import Fields
from .unsupported import find_unsupported

Made = list[Wish] | str | None
"""The wishes of a clause; a sentence: why there are none; ``None``: it is not sure."""
_LIGHT = re.compile(
    r"\b(?:in|to|at|on|from|during|for) T\b|\b(?:please|can you|could you|the|a|an|some|it|me|part|sound|track|also|just|T)\b"
)
_SWAPPED = re.compile(
    r"(?:replace|swap|change|switch|exchange|substitute|turn|trade)(?: out)? W (?:with|for|to|into|by) W"
)
_INSTEAD = re.compile(r"(?:use |play |have )?W (?:instead of|rather than|in place of) W")
_ADDED = re.compile(
    r"(?:add(?:ed)?(?: in)?|bring in|include|introduce|layer(?: in)?|throw in|put in|with added) W|W added"
)

_ONLY_THEN = re.compile(r"\bonly\W*$", re.IGNORECASE)
"""What says that a player is heard at no other time: "keep the drums in the chorus only"."""
_UNWANTED = re.compile(r"\b(?:don'?t|do not|not) (?:want|need)\b.*\bto \w", re.IGNORECASE)
"""What says what somebody is not to do: "I don't want the piano to change"."""


def wishes_of(clause: Clause) -> Made:
    """The wishes that all words and amounts of a clause belong to."""
    names, when, core = clause.names, clause.when, clause.core
    if clause.bare and names and clause.players and not clause.players.all_but and ALONE.fullmatch(core):
        if SOLOED.search(clause.asked) or (when and _ONLY_THEN.search(clause.asked)):
            return None
        return _made(clause, [{"action": "remove", "but": list(names)}])
    if clause.bare and when and not names and (ALONE.fullmatch(core) or CROPPED.fullmatch(core)):
        if core == "keep" and not {"start", "end"} & when.keys():
            return "say keep only it, or leave it as it is"
        return _made(clause, [{"action": "keep"}])
    if clause.bare and core == "cut" and names == ("bass",) and not when:
        return "it could mean a player or the low end; say remove the bass, or less low end"
    if _UNWANTED.search(clause.asked):
        return None
    fields = edits_of(clause)
    return None if fields is None else _made(clause, fields)


def wishes_of_two(raw: RawClause, text: str, clause: Clause) -> Made:
    """The wishes of a clause that depends on who is named first: replaced, added."""
    words = " ".join(_LIGHT.sub(" ", text).split())
    names = [player.names for player in raw.players]
    if any(player.pieces or player.all_but or player.rest for player in raw.players):
        return None
    for pattern, old, new in ((_SWAPPED, 0, 1), (_INSTEAD, 1, 0)):
        if pattern.fullmatch(words) and len(names) == 2 and len(names[new]) == 1:
            return _made(clause, [{"action": "replace", "on": list(names[old]), "instrument": names[new][0]}])
    if not _ADDED.fullmatch(words) or len(names) != 1 or find_unsupported(raw.asked):
        return None
    if names[0] == ("bass",):
        return "it could mean a player or the low end; say add a bass guitar, or more low end"
    return _made(clause, [{"action": "add", "instrument": name} for name in names[0]])


def _made(clause: Clause, fields: list[Fields]) -> Made:
    wishes = []
    for given in fields:
        values = dict(given)
        if values["action"] == "remove" and PARTLY.search(clause.asked):
            return None
        at = values.pop("at", clause.when)
        who: dict[str, Any] = {}
        if "who" in values:
            named = values.pop("who")
            who = {"on": named} if named else {}
        elif clause.players and not {"but", "on", "instrument"} & values.keys():
            who = {"but" if clause.players.all_but else "on": list(clause.names)}
        if who and not RULES[values["action"]].players:
            return None
        try:
            wishes.append(Wish(TrackEdit.model_validate({**values, **who, **at}), clause.asked))
        except ValidationError as error:
            return str(error.errors()[0]["msg"]).removeprefix("Value error, ")
    return wishes
