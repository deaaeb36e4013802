"""What the words and the amounts of one clause mean together: the fields of typed edits."""

from __future__ import annotations

import re
from math import log2, log10

from .clauses import Clause
from .lexicon import EVERYTHING, ROWS, Fields, Players, Row

_UP = {"more", "up", "add"}
_DOWN = {"less", "too", "down", "cut", "remove", "no", "mute", "snip"}
_ALONE = ("unwanted", "replace", "keep", "no", "enter")
"""What goes together with no other way."""
_STRONGEST = (*_ALONE, "mute", "snip", "down", "remove", "cut", "less", "too", "up", "more", "add")
"""Which of several words for one way counts: "drop … out", "turn down", "add more"."""
_ROW_OF = {"U": "loudness", "P": "loudness", "B": "speed", "I": "pitch", "K": "pitch", "N": "repeat"}
"""What is meant where an amount is all that says it, by its unit."""
_FILTERS = {"below": "low_cut", "under": "low_cut", "above": "high_cut", "over": "high_cut"}
Made = list[Fields] | None
"""The fields of edits; ``None``: it is not sure."""


def way_of(clause: Clause) -> str | None:
    """Which way a clause goes; ``""``: it does not say, ``None``: two ways at once."""
    said = clause.values("vc")
    ways = {*said} - {"set"}
    if (ways & _UP and ways & _DOWN) or ways >= {"remove", "down"} or (len(said) > 1 and ways & {*_ALONE}):
        return None
    return next((way for way in _STRONGEST if way in ways), "")


def is_for_all(clause: Clause) -> bool:
    """Whether it is about the track as a whole where nobody is named: its speed, its key, a stretch of it."""
    if clause.rows:
        return any(row.fixed or "=" in row.units for row in clause.rows)
    taken = way_of(clause) in ("cut", "snip", "remove", "no", "keep")
    of_stretch = taken and re.fullmatch("[^im]*T[^im]*", clause.kinds)
    return bool(of_stretch or _ROW_OF.keys() & clause.amounts)


def edits_of(clause: Clause) -> Made:
    """The fields of the edits that all words and amounts of a clause ask for."""
    way, amounts, words = way_of(clause), clause.amounts, clause.values("rqfx")
    row, sense = max(words, key=lambda word: word[1] != "noun", default=(None, "noun"))
    hertz, unit = amounts.get("H"), next((unit for unit in _ROW_OF if unit in amounts), "")
    if way is None or way in ("unwanted", "replace", "enter") or len(clause.values("A")) > len(amounts):
        return None
    removes = {"remove", "cut", "mute", "no"} & {*clause.values("v")}
    if (removes or clause.is_stated) and "o" in clause.kinds:
        return None  # "strip it down to only the piano", "only the drums are too loud"
    if hertz and hertz.lead in _FILTERS and all(row.action in ("bass", "treble") for row in clause.rows):
        sure = len(amounts) == 1 and way not in _UP
        return [{"action": _FILTERS[hertz.lead], "amount": hertz.value}] if sure else None
    if any(word[0] is not row or word[1] not in ("noun", sense) for word in words):
        return None
    if row and row.fixed:
        return list(row.fixed) if not amounts and way in ("", "add", "remove", "no", "cut") else None
    if unit and (row is None or row.action == "level"):
        if unit == "U" and "D" in amounts and (row or way):
            return None  # "3 dB louder and -14 LUFS"
        row = _row(_ROW_OF[unit])
    if clause.degree > 2 and (row is None or row.action != "pan"):
        return None
    if row is None:
        return _by_the_way_alone(clause, way)
    sign = _sign(clause, row, sense, way)
    if sign is None or not amounts.keys() <= {*row.units}:
        return None
    return (_where_to if "=" in row.units else _how_far)(clause, row, sign)


def _row(action: str) -> Row:
    return next(row for row in ROWS if row.action == action)


def _by_the_way_alone(clause: Clause, way: str) -> Made:
    """What is asked for by a way and who: louder, quieter, gone."""
    amounts, named = clause.amounts, clause.players != EVERYTHING
    if clause.is_stated or not (amounts.keys() <= {"D", "C"} or amounts.keys() <= {"D", "H"}):
        return None
    if not amounts and way in ("add", "cut", "remove", "no", "mute", "snip", "keep"):
        action = "remove" if named or way == "mute" else "keep" if way == "keep" else "cut"
        sure = way not in ("snip", "keep") if named else clause.when[0]
        sure = sure and way != "add" and "d" not in clause.kinds  # "remove some of the drums"
        return [{"action": action}] if sure else None
    sign, more_or_less = _sign(clause, _row("level"), "noun", way), way in ("more", "less")
    if not sign or way == "too" or (more_or_less and not named):
        return None
    if clause.players == Players(("bass",)) and more_or_less and not {"C", "H"} & amounts.keys():
        # "More bass" is a turn of a knob on every amplifier; "the bass louder" is about who plays it.
        knob = _how_far(clause, _row("bass"), sign)
        return knob and [{**knob[0], "on": None}]
    return _how_far(clause, _row("equaliser" if "H" in amounts else "level"), sign)


def _sign(clause: Clause, row: Row, sense: str, way: str) -> int | None:
    """Whether a clause asks for more of a row or for less; 0: it does not say, ``None``: it is not sure."""
    below = any(amount.signed and amount.value < 0 for amount in clause.amounts.values())
    if sense in ("lack", "excess"):
        said = way or clause.is_stated or row.action == "level"  # or else "make it muddy"
        return None if way in _UP or not said else 1 if sense == "lack" else -1
    if sense == "noun":
        sign = 1 if way in _UP or (not way and row.alone) else -1 if way in _DOWN else 0
        if not way and any(amount.signed for amount in clause.amounts.values()):
            return -1 if below else 1
    else:
        sign = 1 if sense == "more" else -1
        if way not in ("", "more", "less", "too", "add", "up" if sign > 0 else "down"):
            return None
        if clause.is_stated and way != "too":
            return None  # "the drums are loud": is that a wish?
        sign *= -1 if way in ("less", "too") else 1
    return None if below and sign == 1 and row.action != "loudness" else sign


def _how_far(clause: Clause, row: Row, sign: int) -> Made:
    """An amount that says how far it goes from the ``base`` of a row; of some rows, where it is to be."""
    action, share, hertz = row.action, clause.amount("C"), clause.amount("H", row.hz)
    usual = row.usual - (clause.players == EVERYTHING) if action == "level" else row.usual
    size = clause.amount(row.units[0], min(100, usual * clause.degree))
    if action == "width" and share and (not sign or clause.is_absolute):
        return [{"action": action, "amount": share}]
    if not sign or (clause.is_absolute and action not in ("pan", "reverb")):
        return None
    if (row.base and share >= 100) or (action == "pan" and not re.search("[vAd]", clause.kinds)):
        return None  # "wider, 150 %": of what it is, or beside it? "right": is it where, or is it so?
    if action == "level" and share:
        size = abs(20 * log10(max(1 + sign * abs(share) / 100, 1e-3)))
        return [{"action": action, "amount": sign * size}] if len(clause.amounts) == 1 else None
    if action in ("reverb", "echo") and sign < 0:
        return [{"action": "reverb", "amount": -abs(share or 60)}]
    apart = clause.amounts.get("S")
    if apart and apart.lead == "by":
        return None  # "delay the vocals by 0.2 seconds"
    seconds = apart.value if apart else row.seconds
    more = {"hz": hertz} if action == "equaliser" else {"time": seconds} if seconds else {}
    return [{"action": action, "amount": row.base + sign * abs(size), **more}]


def _where_to(clause: Clause, row: Row, sign: int) -> Made:
    """An amount of what several units mean different things of."""
    action, amounts, way = row.action, clause.amounts, way_of(clause)
    unit = next(iter(amounts), "")
    amount = clause.amount(unit, row.usual)
    if action == "loudness":
        peak = -abs(clause.amount("P") or clause.amount("D"))
        if peak and "U" not in amounts:
            return [{"action": "peak", "amount": peak}]
        loudness = {"action": action, "amount": -abs(clause.amount("U", row.usual))}
        return [loudness | ({"true_peak": peak} if peak else {})] if "U" in amounts or sign == 1 else None
    if len(amounts) > 1:
        return None
    if action.startswith("fade"):
        return _fades(clause, action) if sign == 1 else None
    if action == "repeat" and (clause.players.names or not clause.rows or not (amounts or clause.when[0])):
        return None
    if action == "repeat" or action.endswith("_cut"):
        return [{"action": action, "amount": amount}] if way not in ("up", "more") else None
    if action == "pitch" and way not in ("", "up", "down", "cut"):
        return None
    if unit == "K":
        return [{"action": "key", "key": amounts["K"].key}]
    if unit == "H":
        return [{"action": action, "amount": 12 * log2(amount / 440)}] if 400 <= amount <= 480 else None
    if unit == "B":
        relative = amounts["B"].signed or amounts["B"].lead == "by" or "Aq" in clause.kinds  # "6 bpm faster"
        return [{"action": "tempo", "amount": amount}] if not relative else None
    if unit == "N":
        return [{"action": action, "amount": 100 * amount if sign >= 0 else 100 / amount}]
    if clause.is_absolute or not sign:
        return [{"action": action, "amount": amount}] if unit == "C" else None
    change = sign * abs(amount if unit or not row.base else row.usual * clause.degree)
    return [{"action": action, "amount": row.base + change}] if abs(change) < 100 else None


def _fades(clause: Clause, action: str) -> Made:
    """Fades over a length that is told, over the stretch that is named, or over four seconds."""
    start, end, length = clause.when[0].get("start"), clause.when[0].get("end"), clause.amount("S")
    if not length and action == "fade_out" and start and start < 0 and end is None:
        return [{"action": action, "amount": -start, "start": None}]
    if not length and action == "fade_in" and not start and end:
        return [{"action": action, "amount": end, "end": None}]
    length = length or (4 if not clause.when[0] else end - start if start is not None and end else 600)
    both = ("fade_in", "fade_out") if action == "fades" else (action,)
    return [{"action": kind, "amount": length} for kind in both]
