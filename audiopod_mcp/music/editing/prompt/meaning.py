"""What the words, the amounts and the players of one clause mean together: the fields of typed edits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log2, log10

from .amounts import Amounts
from .table import ROWS, Fields, Row, Word
from .times import When

UP, DOWN = (
    frozenset({"more", "up", "higher", "add"}),
    frozenset({"less", "too", "down", "dip", "cut", "remove"}),
)
_ROW_OF = {"B": "speed", "U": "loudness", "P": "loudness", "I": "pitch", "K": "pitch", "N": "repeat"}
"""What is meant where an amount is all that says it, by its unit."""
_CUT_OFF = {"bass": "low_cut", "treble": "high_cut"}
"""What is named beside a filter, "the lows below 80 Hz"."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: ``words`` as they are in the table, who is named, and when."""

    words: list[Word]
    amounts: Amounts
    degree: float
    players: tuple[str, ...]
    when: When
    stated: bool = False
    """Whether it may say how something is, not how it should be."""

    @property
    def ways(self) -> set[str]:
        return {word.way for word in self.words if word.way}

    @property
    def way(self) -> str:
        return next(iter(self.ways - {"set", "absolute"}), "")

    @property
    def letters(self) -> set[str]:
        return {*self.amounts.values, *("K" if self.amounts.key else "")}

    def amount(self, letter: str, otherwise: float = 0.0) -> float:
        return self.amounts.values.get(letter, otherwise)


def edits_of(clause: Clause) -> list[Fields] | str | None:
    """The fields of the edits that a clause asks for; ``None``: it is not sure; a sentence: why it is not."""
    named = {
        word.row.action if "_cut" in word.row.action else id(word.row): word.row
        for word in clause.words
        if word.row
    }
    cuts = {row.action for row in named.values()}
    named = {at: row for at, row in named.items() if _CUT_OFF.get(row.action) not in cuts}
    senses = {word.sense for word in clause.words if word.row}
    if len(named) > 1 or len(clause.ways - {"set", "absolute"}) > 1 or len(senses - {"noun"}) > 1:
        return None
    row = next(iter(named.values()), None)
    if clause.degree > 2 and (row is None or row.action != "pan"):
        return None
    sense = next(iter(senses - {"noun"}), "noun")
    if row is not None and row.action == "level" and "U" in clause.letters:
        row = None  # "loudness to -16 LUFS"
    if row is None:
        unit = next((letter for letter in "UPBIKN" if letter in clause.letters), "")
        if not unit:
            return _by_the_way_alone(clause)
        row = next(row for row in ROWS if row.action == _ROW_OF[unit])
    takes, _, needs = row.letters.partition("!")
    if not set(needs) <= clause.letters <= {*takes, *needs}:
        return None
    if row.fixed:
        return list(row.fixed) if clause.way in ("", "add", "dip", "remove", "cut", "snip") else None
    sign = _sign(clause, row, sense)
    if row.action in _FREE:
        return _FREE[row.action](clause, sign)
    if sign is None or ("absolute" in clause.ways and row.action != "reverb"):
        return None
    if row.action in _SHARES:
        return _SHARES[row.action](clause, sign)
    amount = sign * abs(clause.amount("D", row.usual * clause.degree))
    return [{"action": row.action, "amount": amount} | ({"hz": row.hz} if row.hz else {})]


def _sign(clause: Clause, row: Row, sense: str) -> int | None:
    """Whether a clause asks for more of a row or for less; ``None``: it does not say."""
    way, fault = clause.way, sense in ("lack", "excess")
    if sense == "noun":
        sign = 1 if way in UP or (not way and row.alone) else -1 if way in DOWN else None
    elif way not in ("", "more", "add", "less", "too", *(DOWN if fault else ())) or (fault and way in UP):
        return None
    elif clause.stated and not way and not fault:
        return None  # "the drums are loud": is that a wish?
    elif fault:
        return 1 if sense == "lack" else -1
    else:
        sign = (1 if sense == "more" else -1) * (-1 if way in ("less", "too") else 1)
    if clause.amounts.signed:
        below = min(clause.amounts.values[letter] for letter in clause.amounts.signed) < 0
        if sign is None or (sense == "noun" and not way):
            return -1 if below else 1
        return None if below and sign > 0 else sign
    return sign


def _by_the_way_alone(clause: Clause) -> list[Fields] | str | None:
    """What is asked for by a way and who: louder, quieter, gone."""
    way, letters, players = clause.way, clause.letters, clause.players
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
    if (
        way in ("up", "down")
        or (way in ("more", "less") and players)
        or (way == "add" and "D" in letters)
        or (way == "cut" and letters)
    ):
        return _level(clause, sign)
    if letters or way not in ("cut", "remove", "mute", "snip"):
        return None
    if players and way != "snip":
        return [{"action": "remove"}]
    return [{"action": "remove" if way == "mute" else "cut"}] if clause.when and not players else None


def _level(clause: Clause, sign: int) -> list[Fields] | None:
    if share := abs(clause.amount("C")) / 100:
        change = 20 * log10(1 + share if sign > 0 else max(1 - share, 1e-3))
    else:
        change = sign * abs(clause.amount("D", (5 if clause.players else 4) * clause.degree))
    return [{"action": "level", "amount": change}] if len(clause.letters) < 2 else None


def _reverb(clause: Clause, sign: int) -> list[Fields] | None:
    if sign < 0 and "absolute" in clause.ways:
        return None
    usual = min(100, 35 * clause.degree) if sign > 0 else 60
    return [{"action": "reverb", "amount": sign * abs(clause.amount("C", usual))}]


def _echo(clause: Clause, sign: int) -> list[Fields] | None:
    if sign < 0:
        return None if "S" in clause.letters else _reverb(clause, sign)
    every = {"time": clause.amount("S")} if "S" in clause.letters else {}
    return [{"action": "echo", "amount": clause.amount("C", min(100, 40 * clause.degree)), **every}]


def _pan(clause: Clause, sign: int) -> list[Fields] | None:
    if "set" not in clause.ways and "C" not in clause.letters and clause.degree < 2:
        return None
    return [{"action": "pan", "amount": sign * clause.amount("C", min(100, 60 * clause.degree))}]


def _width(clause: Clause, sign: int | None) -> list[Fields] | None:
    if "C" in clause.letters and (sign is None or "absolute" in clause.ways):
        return [{"action": "width", "amount": clause.amount("C")}]
    if sign is None:
        return None
    by = abs(clause.amount("C", min(100, 60 * clause.degree)))
    return [{"action": "width", "amount": 100 + sign * by}]


def _speed(clause: Clause, sign: int | None) -> list[Fields] | None:
    if len(clause.letters) > 1 or "B" in clause.amounts.signed:
        return None
    if "B" in clause.letters:
        return [{"action": "tempo", "amount": clause.amount("B")}] if clause.amount("B") > 30 else None
    if "N" in clause.letters:
        return [{"action": "speed", "amount": 100 * clause.amount("N") ** (sign or 1)}]
    if "C" in clause.letters and (sign is None or "absolute" in clause.ways):
        return [{"action": "speed", "amount": clause.amount("C")}]
    if sign is None or "absolute" in clause.ways:
        return None
    return [{"action": "speed", "amount": 100 + sign * abs(clause.amount("C", 10 * clause.degree))}]


def _pitch(clause: Clause, sign: int | None) -> list[Fields] | None:
    if clause.amounts.key:
        alone = len(clause.letters) < 2 and clause.way in ("", "add")
        return [{"action": "key", "key": clause.amounts.key}] if alone else None
    if "H" in clause.letters:
        hertz = clause.amount("H")
        return [{"action": "pitch", "amount": 12 * log2(hertz / 440)}] if 400 <= hertz <= 480 else None
    if sign is None or "absolute" in clause.ways or (clause.way in ("more", "less", "too", "add", "remove")):
        return None
    return [{"action": "pitch", "amount": sign * abs(clause.amount("I", 2 * min(1, clause.degree)))}]


def _loudness(clause: Clause, sign: int | None) -> list[Fields] | None:
    amounts = clause.amounts.values
    peak = amounts.get("P", amounts.get("D"))
    if "U" not in amounts and peak is not None:
        return [{"action": "peak", "amount": -abs(peak)}]
    if "U" not in amounts and sign == -1:
        return None
    below = {} if peak is None else {"true_peak": -abs(peak)}
    return [{"action": "loudness", "amount": -abs(clause.amount("U", 14)), **below}]


def _fade(*actions: str) -> Callable[[Clause, int | None], list[Fields] | None]:
    def build(clause: Clause, sign: int | None) -> list[Fields] | None:
        start, end = clause.when.get("start"), clause.when.get("end")
        length = clause.amounts.values.get("S")
        if sign != 1:
            return None
        if length is None and start is not None and start < 0 and end is None and actions == ("fade_out",):
            return [{"action": "fade_out", "amount": -start, "at": {}}]
        if length is None and not start and end is not None and end > 0 and actions == ("fade_in",):
            return [{"action": "fade_in", "amount": end, "at": {}}]
        if length is None and start is not None and end is not None and end > start:
            length = end - start
        if length is None:
            length = 600 if clause.when else 4
        return [{"action": action, "amount": length} for action in actions]

    return build


def _filter(action: str) -> Callable[[Clause, int | None], list[Fields] | None]:
    return lambda clause, sign: (
        [{"action": action, "amount": clause.amount("H", 120 if action == "low_cut" else 6000)}]
        if sign != 1 or clause.way in ("", "add")
        else None
    )


def _repeat(clause: Clause, sign: int | None) -> list[Fields] | None:
    if clause.players or sign != 1 or not (clause.when or clause.letters) or not clause.words:
        return None
    return [{"action": "repeat", "amount": clause.amount("N", 2)}]


_SHARES = {"level": _level, "reverb": _reverb, "echo": _echo, "pan": _pan}
_FREE = {
    "width": _width, "speed": _speed, "pitch": _pitch, "loudness": _loudness, "repeat": _repeat,
    "fade_in": _fade("fade_in"), "fade_out": _fade("fade_out"), "fades": _fade("fade_in", "fade_out"),
    "low_cut": _filter("low_cut"), "high_cut": _filter("high_cut"),
}  # fmt: skip
"""Those whose amount may be where it is to be, not by how much it goes."""
