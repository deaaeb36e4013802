"""What the words, the amounts and the players of one clause mean together: the fields of typed edits."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import log2, log10

from audiopod_mcp.edits.model import RULES

from .amounts import Amounts
from .clauses import Players
from .plan import Wish
from .table import ROWS, Fields, Row, Word
from .times import When

UP, DOWN = {"more", "up", "higher", "add"}, {"less", "too", "down", "dip", "cut", "remove"}
_ROW_OF = {"U": "loudness", "P": "loudness", "B": "speed", "I": "pitch", "K": "pitch", "N": "repeat"}
"""What is meant where an amount is all that says it, by its unit."""
_CUT_OFF = {"bass": "low_cut", "treble": "high_cut"}
"""What is named beside a filter, "the lows below 80 Hz"."""


@dataclass
class Clause:
    """One clause as it was read, and the wishes it gave."""

    asked: str = ""
    core: str = ""
    """Its words but for players, times, amounts and what says nothing."""
    words: list[Word] | None = None
    """What they mean; ``None``: one is not known."""
    amounts: Amounts = field(default_factory=Amounts)
    degree: float = 1.0
    when: When = field(default_factory=dict)
    players: Players | None = None
    """``None``: everything."""
    stated: bool = False
    """Whether it may say how something is, not how it should be."""
    made: list[Wish] = field(default_factory=list)
    refers: str = ""
    """Who "it" is after it: "remark" the players of it, "praise" and "new" nobody knows."""

    @property
    def names(self) -> tuple[str, ...]:
        return self.players.names if self.players else ()

    @property
    def bare(self) -> bool:
        """Whether it has no amount."""
        return not self.letters

    @property
    def sense(self) -> str:
        return next((word.sense for word in self.words or () if word.row), "")

    @property
    def is_for_all(self) -> bool:
        """Whether it is about what can't be done to some players only, such as the tempo."""
        actions = (word.row.action for word in self.words or () if word.row)
        return any((action in RULES and not RULES[action].players) for action in actions)

    @property
    def ways(self) -> set[str]:
        return {word.way for word in self.words or () if word.way}

    @property
    def way(self) -> str:
        return next(iter(self.ways - {"set", "absolute"}), "")

    @property
    def letters(self) -> set[str]:
        return {*self.amounts.values, *("K" if self.amounts.key else "")}

    def amount(self, letter: str, otherwise: float = 0.0) -> float:
        return self.amounts.values.get(letter, otherwise)


def edits_of(clause: Clause) -> list[Fields] | None:
    """The fields of the edits that a clause asks for; ``None``: it is not sure."""
    if clause.words is None:
        return None
    rows = {word.row for word in clause.words if word.row}
    actions = {row.action for row in rows}
    rows = {row for row in rows if _CUT_OFF.get(row.action) not in actions}
    senses = {word.sense for word in clause.words if word.row in rows} - {"noun"}
    several = len(rows) > 1 and not all(row.action.endswith("_cut") for row in rows)
    if several or len(clause.ways - {"set", "absolute"}) > 1 or len(senses) > 1:
        return None
    row, sense = min(rows, key=lambda row: row.usual, default=None), next(iter(senses), "noun")
    if clause.degree > 2 and (row is None or row.action != "pan"):
        return None
    if row is None or (row.action == "level" and "U" in clause.letters):
        unit = next((letter for letter in _ROW_OF if letter in clause.letters), "")
        if not unit:
            return _by_the_way_alone(clause)
        row = next(row for row in ROWS if row.action == _ROW_OF[unit])
    takes, _, needs = row.letters.partition("!")
    if not set(needs) <= clause.letters <= {*takes, *needs}:
        return None
    if row.fixed:
        return list(row.fixed) if clause.way in ("", "add", "dip", "remove", "cut", "snip") else None
    sign = _sign(clause, row, sense)
    if row.action in ("speed", "pitch", "loudness", "fade_in", "fade_out", "fades"):
        return _of_its_own(clause, row.action, sign)
    return _by_the_row(clause, row, sign)


def _by_the_row(clause: Clause, row: Row, sign: int | None) -> list[Fields] | None:
    """An amount as a row has it: how far it goes from its ``base``, or where it is to be."""
    action, letters, absolute = row.action, clause.letters, "absolute" in clause.ways
    if row.base is None:
        filters = action.endswith("_cut")
        if (filters and clause.way in UP - {"add"}) or (not filters and sign != 1):
            return None
        if action == "repeat" and (clause.players or not clause.words or not (clause.when or letters)):
            return None
        return [{"action": action, "amount": clause.amount(row.letters[-1], row.usual)}]
    if row.base and "C" in letters and (sign is None or absolute):
        return [{"action": action, "amount": clause.amount("C")}]
    if sign is None or (absolute and (sign < 0 or action != "reverb")):
        return None
    if action == "level":
        return _level(clause, sign)
    if action == "pan" and not ("set" in clause.ways or "C" in letters or clause.degree > 2):
        return None
    if action == "echo" and sign < 0:
        action = "reverb"
    usual = 60 if action == "reverb" and sign < 0 else row.usual * clause.degree
    if row.base and clause.amount("C") >= 100:
        return None  # "wider, 150 %": of what it is, or beside it?
    letter = row.letters[0] if row.letters else ""
    amount = row.base + sign * abs(clause.amount(letter, usual if letter == "D" else min(100, usual)))
    more = {"hz": row.hz} if row.hz else {"time": clause.amount("S")} if "S" in letters else {}
    return [{"action": action, "amount": amount, **more}]


def _sign(clause: Clause, row: Row, sense: str) -> int | None:
    """Whether a clause asks for more of a row or for less; ``None``: it does not say."""
    way, fault = clause.way, sense in ("lack", "excess")
    if sense == "noun":
        sign = 1 if way in UP or (not way and row.alone) else -1 if way in DOWN else None
    elif way not in {"", "more", "add", "less", "too", *(DOWN if fault else ())} or (fault and way in UP):
        return None
    elif clause.stated and not way and not fault:
        return None  # "the drums are loud": is that a wish?
    else:
        sign = (1 if sense in ("more", "lack") else -1) * (-1 if way in ("less", "too") and not fault else 1)
    if clause.amounts.signed:
        below = min(clause.amount(letter) for letter in clause.amounts.signed) < 0
        if sign is None or (sense == "noun" and not way):
            return -1 if below else 1
        return None if below and sign > 0 else sign
    return sign


def _by_the_way_alone(clause: Clause) -> list[Fields] | None:
    """What is asked for by a way and who: louder, quieter, gone."""
    way, letters, players = clause.way, clause.letters, clause.names
    share, signed = "C" in letters, "D" in clause.amounts.signed
    sign = 1 if way in UP else -1 if way in DOWN else 0
    if way in ("too", "higher") or "absolute" in clause.ways or letters - {"D", "C", "H"}:
        return None
    if sign > 0 and any(clause.amount(letter) < 0 for letter in letters):
        return None  # "boost by -3 dB"
    if "H" in letters:
        if share or not (sign or (signed and not way)):
            return None
        amount = sign * abs(clause.amount("D", 4 * clause.degree)) or clause.amount("D")
        return [{"action": "equaliser", "amount": amount, "hz": clause.amount("H")}]
    if players == ("bass",) and way in ("more", "less") and not share:
        # "More bass" is a turn of a knob on every amplifier; "the bass louder" is about who plays it.
        return [{"action": "bass", "amount": sign * abs(clause.amount("D", 6 * clause.degree)), "who": None}]
    if signed and not way and not share and "set" not in clause.ways:
        return [{"action": "level", "amount": clause.amount("D")}]
    if way in ("up", "down") or (way in ("more", "less") and players):
        return _level(clause, sign)
    if (way == "add" and "D" in letters) or (way == "cut" and letters):
        return _level(clause, sign)
    if letters or way not in ("cut", "remove", "mute", "snip") or clause.stated:
        return None  # "the drums are gone": is that a wish?
    if players:
        return [{"action": "remove"}] if way != "snip" else None
    return [{"action": "remove" if way == "mute" else "cut"}] if clause.when else None


def _level(clause: Clause, sign: int) -> list[Fields] | None:
    if share := abs(clause.amount("C")) / 100:
        change = 20 * log10(1 + share if sign > 0 else max(1 - share, 1e-3))
    else:
        change = sign * abs(clause.amount("D", (5 if clause.names else 4) * clause.degree))
    return [{"action": "level", "amount": change}] if len(clause.letters) < 2 else None


def _of_its_own(clause: Clause, action: str, sign: int | None) -> list[Fields] | None:
    """What several units mean different things of."""
    letters, value, absolute = clause.letters, clause.amounts.values, "absolute" in clause.ways
    if action == "loudness":
        peak = value.get("P", value.get("D"))
        if "U" not in value and peak is not None:
            return [{"action": "peak", "amount": -abs(peak)}]
        below = {} if peak is None else {"true_peak": -abs(peak)}
        loudness = {"action": "loudness", "amount": -abs(clause.amount("U", 14)), **below}
        return [loudness] if "U" in value or sign != -1 else None
    if action.startswith("fade"):
        return _fades(clause, action) if sign == 1 else None
    if len(letters) > 1 or "B" in clause.amounts.signed:
        return None
    if "B" in letters:
        return [{"action": "tempo", "amount": value["B"]}] if value["B"] > 30 else None
    if "N" in letters:
        return [{"action": "speed", "amount": 100 * value["N"] ** (sign or 1)}]
    if "K" in letters:
        return [{"action": "key", "key": clause.amounts.key}] if clause.way in ("", "add") else None
    if "H" in letters:
        return (
            [{"action": "pitch", "amount": 12 * log2(value["H"] / 440)}] if 400 <= value["H"] <= 480 else None
        )
    if "C" in letters and (sign is None or absolute):
        return [{"action": "speed", "amount": value["C"]}]
    if sign is None or absolute or clause.amount("C") >= 100:
        return None
    if action == "speed":
        return [{"action": "speed", "amount": 100 + sign * abs(clause.amount("C", 10 * clause.degree))}]
    if clause.way in ("more", "less", "too", "add", "remove"):
        return None
    return [{"action": "pitch", "amount": sign * abs(clause.amount("I", 2 * min(1, clause.degree)))}]


def _fades(clause: Clause, action: str) -> list[Fields]:
    """Fades over a length that is told, over the stretch that is named, or over four seconds."""
    start, end = clause.when.get("start"), clause.when.get("end")
    length = clause.amounts.values.get("S")
    if length is None and start is not None and start < 0 and end is None and action == "fade_out":
        return [{"action": "fade_out", "amount": -start, "at": {}}]
    if length is None and not start and end is not None and end > 0 and action == "fade_in":
        return [{"action": "fade_in", "amount": end, "at": {}}]
    if length is None:
        length = 4 if not clause.when else end - start if start is not None and end and end > start else 600
    return [
        {"action": kind, "amount": length} for kind in ("fade_in", "fade_out") if action in (kind, "fades")
    ]
