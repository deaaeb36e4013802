"""What is said of the course of a piece, as patterns in the letters of :mod:`.phrases`."""

from __future__ import annotations

import re

_NAME = "[dMmaos]{0,4}P"
_ONE = f"(?P<who>{_NAME}(?:[&w]{_NAME}){{0,3}})"
_SOME = f"(?P<who>{_NAME}(?:(?:,{_NAME}){{0,4}},?[&w]{_NAME})?)"
"""A list ends with "and": in "with piano, drums come in" only the drums do."""
_LIST = f"(?P<who>{_NAME}(?:[,&w]{{0,2}}{_NAME}){{0,5}})"
_WHEN, _END, _ENTER = "(?P<when>[ACFT])", "(?=[,.]|$)", "(?:J|v(?=[,.]|$))"
_NO_PIECE = "(?<!p[,&w])(?<!p,&)(?<!p[,&w]d)"
"""Pieces of the kit have no entries of their own: in "kick and bass in the intro" the bass is not alone."""
_OTHERS = "(?:[,.&]{0,2}t?[dMm]*[gS]J(?P<until>[ACFHT])?)?"
"""Everybody else comes in."""
SENTENCES = tuple(
    (action, re.compile(order))
    for action, order in (
        ("opens", f"O{_ONE}[oqs]?(?!&P{_ENTER})(?P<when>[ACFHT])?{_OTHERS}"),
        ("opens", f"B{_ONE}(?:2[dMm]*[gS])?"),
        ("opens", f"o{_ONE}(?P<when>[ACFHT])"),
        ("opens", f"{_ONE}[oq](?P<when>H){_OTHERS}"),
        ("opens", f"{_ONE}~?Q"),
        ("opens", f"{_ONE}[Jv_]f|f{_ONE.replace('who', 'them')}(?=,t)"),
        ("ends", f"E{_ONE}(?:[oqs]|{_END})"),
        ("opens", f"{_ONE}q(?P<when>T)"),
        ("ends", f"{_ONE}q(?P<when>T)"),
        ("enters", f"t{_ONE}o?(?P<when>T)"),
        ("only", f"n{_SOME}x(?P<when>T)"),
        ("only", f"(?P<who>{_NAME})~o_?(?P<when>T)"),
        ("enters", f"(?P<who>{_NAME})~o_?(?P<when>A)"),
        ("enters", f"(?P<who>{_NAME})~_?J{_WHEN}"),
        ("only", f"{_NO_PIECE}{_SOME}_?o_?(?P<when>T)"),
        ("enters", f"(?!a){_SOME}_?o_?(?P<when>A)"),
        ("enters", f"(?:n{_SOME}|{_SOME.replace('who', 'them')}(?:h|_{{0,2}}n_{{0,2}}))(?P<when>F)"),
        ("leaves", f"n{_SOME}(?P<when>A)"),
        ("enters", f"n{_SOME}(?P<when>H)"),
        ("rests", f"{_SOME},?b?,?_{{0,2}}[nx](?P<when>T)"),
        ("rests", f"n{_SOME}(?P<when>T)"),
        ("enters", f"D{_SOME}{_WHEN}"),
        ("enters", f"[tM]D{_SOME}"),
        ("enters", f"(?P<label>L):{_SOME}J(?![ACFHT])"),
        ("enters", f"t?{_SOME}{_ENTER}(?:{_WHEN}|l|t{_END})?"),
        ("enters", f"(?<![nraP])t?{_SOME}(?P<when>A)"),
        ("leaves", f"t?{_SOME}X{_WHEN}"),
        ("only", f"{_NO_PIECE}(?<![nraP])(?!a){_SOME}o?(?P<when>T)o?(?!:)"),
        ("enters", f"t{_ONE}(?={_END}|9)"),
        ("opens", f"[dMma]*(?P<label>I)(?::|wo){_LIST}[oqs]?(?![PJX])"),
        ("ends", f"[dMma]*U(?::|w(?=[dMma]*[os])){_LIST}[oqs]?(?![PJX])"),
        ("enters", f"(?P<label>L):(?!o)[Dwt]?{_LIST}(?![PJX])"),
        ("opens", f"{_ONE}(?P<label>I)(?!:)"),
        ("ends", f"{_ONE}U(?!:)"),
    )
)  # fmt: skip
"""The action of a cue, and an order of phrases that says it."""
