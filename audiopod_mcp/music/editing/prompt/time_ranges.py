"""When an edit happens: "from 0:30 to 0:45", "the last ten seconds", "only in the second chorus"."""

# ruff: noqa: E501 (patterns: one alternative of meaning a line)

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from audiopod_mcp.music.model import Refused, Span

from .quantities import NUMBER, parse_number


@dataclass(frozen=True, slots=True)
class TimeRange:
    """A stretch of a track, or all its sections of one name.

    ``start`` and ``end`` are in ``unit``: seconds (s), fractions of the whole (share) or bars, from the end of
    the track where they are negative; ``end`` ``None`` is the end itself. ``which`` counts the sections from
    0, -1 is the last, ``None`` all of them.
    """

    start: float = 0.0
    end: float | None = None
    unit: str = "s"
    section: str = ""
    which: int | None = None

    def resolve(
        self, duration: float, sections: Sequence[Span], bars: Sequence[float] = ()
    ) -> tuple[tuple[float, float], ...]:
        """Find the stretches that are meant in a track.

        Parameters
        ----------
        duration : float
            Length of the track, seconds.
        sections : sequence of Span
            Its sections.
        bars : sequence of float
            When its bars begin, seconds.

        Returns
        -------
        tuple of (float, float)
            Start and end of each, seconds, in order and within the track.

        Raises
        ------
        Refused
            Where there are none.
        """
        if self.section:
            found = [(s.start, s.end) for s in sections if s.label.lower().split(" ")[0] == self.section]
            if self.which is not None:
                found = found[self.which :][:1] if self.which >= -len(found) else []
            if not found:
                number = self.which + 1 if self.which is not None and self.which > 0 else None
                present = tuple((section.label, section.start, section.end) for section in sections)
                raise Refused("section_not_found", section=self.section, number=number, sections=present)
            return tuple(found)
        if self.unit == "bars":
            start, end = (_bar(number, bars, duration) for number in (self.start, self.end))
        else:
            unit = duration if self.unit == "share" else 1.0
            start = self.start * unit + (duration if self.start < 0 else 0.0)
            end = duration if self.end is None else self.end * unit
        if max(0.0, start) >= min(end, duration):
            raise Refused("stretch_outside", start=start, end=end, duration=duration)
        return ((max(0.0, start), min(end, duration)),)

    def shifted(self, seconds: float) -> TimeRange:
        """The same times counted from ``seconds`` later; what counts from the end stays."""
        return replace(
            self,
            start=self.start if self.start < 0 else max(0.0, self.start - seconds),
            end=None if self.end is None else max(0.0, self.end - seconds),
        )


def _bar(number: float | None, bars: Sequence[float], duration: float) -> float:
    """When the bar of this number, from 0, begins; negative: of the last ones; ``None``: the end."""
    if not bars:
        raise Refused("no_bars_heard")
    if number is None or number >= len(bars):
        return duration
    return bars[max(-len(bars), int(number))] if number else 0.0


_UNIT = r"(?:s|secs?|seconds?|m|mins?|minutes?)"
_TIME = rf"(?:(?:second|minute) )?(\d{{1,2}}:\d{{2}}(?:\.\d+)?|\d+(?:\.\d+)?(?: ?{_UNIT}\b)?)"
_NTH = {
    "first": 0,
    "1st": 0,
    "second": 1,
    "2nd": 1,
    "third": 2,
    "3rd": 2,
    "fourth": 3,
    "last": -1,
    "final": -1,
}
_ORDER = "|".join(_NTH)
_NAMES = {"hook": "chorus", "refrain": "chorus", "drop": "chorus", "ending": "outro", "opening": "intro"}
_SECTION = r"pre-?chorus|chorus(?:es)?|verses?|intro|outro|bridge|hook|refrain"
_ONLY = r"\b(?:(?:but )?(?:only|just) )?"
_IN = r"(?:\b(?:in|during|for|throughout|over|within|of|from|at) )?"

_STRETCH = re.compile(
    rf"{_ONLY}(?:from |between )?{_TIME} ?(?:to|until|till|and|-|–) ?{_TIME}(?! ?(?:bpm|%|hz|khz|db|semitones?))",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"{_ONLY}(?:after|from|starting (?:at|from)|since) (\d{{1,2}}:\d{{2}}|\d+ ?{_UNIT}\b|(?:second|minute) \d+)(?: on(?:wards?)?)?",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"{_ONLY}(?:until|till|before|up to) (\d{{1,2}}:\d{{2}}|\d+ ?{_UNIT}\b|(?:second|minute) \d+)",
    re.IGNORECASE,
)
_EDGE = re.compile(
    rf"{_ONLY}{_IN}the (first|opening|last|final) {NUMBER}?[ -]?(seconds?|secs?|s|minutes?|mins?|half|third|quarter|bars?|measures?)\b",
    re.IGNORECASE,
)
_HALF = re.compile(rf"{_ONLY}{_IN}the (second) half\b", re.IGNORECASE)
_NAMED = re.compile(
    rf"{_ONLY}{_IN}(?:(?:the|each|every|all|both|my|its)(?: of)?(?: the)? )?(?:({_ORDER}) )?(?<!\ba )(?<!\ban )"
    rf"\b({_SECTION})\b(?! effect)(?: (\d)\b)?",
    re.IGNORECASE,
)


_BARS = re.compile(
    rf"{_ONLY}(?:from |between |in )?(?:bars?|measures?) (\d+)(?: ?(?:to|until|through|and|-|–) ?(?:bar |measure )?(\d+))?\b",
    re.IGNORECASE,
)
_STARTS = re.compile(rf"\b(?:start|begin)s? (?:\w+ ){{0,2}}?at {_TIME}(?!\w)", re.IGNORECASE)
_ENDS = re.compile(rf"\b(?:end|stop)s? (?:\w+ ){{0,2}}?at {_TIME}(?!\w)", re.IGNORECASE)
_OFF = re.compile(
    rf"\b(?:the )?{NUMBER} (seconds?|secs?|s|minutes?)\b (?:off|from|of|at|on)(?: of)? the (start|beginning|front|intro|end|ending|back)\b",
    re.IGNORECASE,
)


def extract_time_ranges(prompt: str) -> tuple[str, tuple[TimeRange, ...]]:
    """``prompt`` with ``@0@``, ``@1@`` … where it says when, and what they stand for.

    Where a preposition says that something happens then, not that the stretch itself is meant, it is
    ``in @0@``.
    """
    found: list[TimeRange] = []

    def token(moment: TimeRange, matched: str = "in") -> str:
        found.append(moment)
        then = re.match(
            r"\W*(?:(?:but|only|just) )*(?:from|between|in|during|for|throughout|over|within|at|after|until|till|before|up to|since|starting)\b",
            matched,
            re.IGNORECASE,
        )
        return f" {'in ' if then else ''}@{len(found) - 1}@ "

    def stretch(match: re.Match[str]) -> str:
        unit = re.search(_UNIT + "$", match[2])
        first = match[1] if ":" in match[1] or not match[1].isdigit() or not unit else match[1] + unit[0]
        if not (":" in match[0] or unit or re.search("second|minute", match[0])):
            return match[0]
        return token(TimeRange(_seconds(first), _seconds(match[2])), match[0])

    def edge(match: re.Match[str]) -> str:
        first = match[1].lower() in ("first", "opening")
        size = parse_number(match[2].lower()) if match[2] else 1.0
        shares = {"half": 0.5, "third": 1 / 3, "quarter": 0.25}
        if (unit := match[3].lower()) in shares:
            size = shares[unit]
            return token(
                TimeRange(end=size, unit="share") if first else TimeRange(1 - size, unit="share"), match[0]
            )
        if unit.startswith(("bar", "measure")):
            return token(
                TimeRange(end=size, unit="bars") if first else TimeRange(-size, unit="bars"), match[0]
            )
        size *= 60 if unit.startswith("m") else 1
        return token(TimeRange(end=size) if first else TimeRange(-size), match[0])

    def off(match: re.Match[str]) -> str:
        size = parse_number(match[1].lower()) * (60 if match[2].startswith("m") else 1)
        at_end = match[3].lower() in ("end", "ending", "back")
        return token(TimeRange(-size) if at_end else TimeRange(end=size), match[0])

    def section(match: re.Match[str]) -> str:
        name = re.sub("(?<=chorus)es$|(?<=verse)s$", "", match[2].lower())
        which = _NTH[match[1].lower()] if match[1] else int(match[3]) - 1 if match[3] else None
        return token(TimeRange(section=_NAMES.get(name, name), which=which), match[0])

    def bars(match: re.Match[str]) -> str:
        last = int(match[2] or match[1])
        return token(TimeRange(int(match[1]) - 1, last, unit="bars"), match[0])

    prompt = _STARTS.sub(lambda m: f" cut {token(TimeRange(end=_seconds(m[1])), '')}", prompt)
    prompt = _ENDS.sub(lambda m: f" cut {token(TimeRange(_seconds(m[1])), '')}", prompt)
    prompt = _BARS.sub(bars, prompt)
    prompt = _OFF.sub(off, prompt)
    prompt = _STRETCH.sub(stretch, prompt)
    prompt = _AFTER.sub(lambda m: token(TimeRange(_seconds(m[1]))), prompt)
    prompt = _BEFORE.sub(lambda m: token(TimeRange(end=_seconds(m[1]))), prompt)
    prompt = _EDGE.sub(edge, prompt)
    prompt = _HALF.sub(lambda m: token(TimeRange(0.5, unit="share"), m[0]), prompt)
    prompt = _NAMED.sub(section, prompt)
    return prompt, tuple(found)


def _seconds(text: str) -> float:
    if ":" in text:
        minutes, rest = text.split(":")
        return 60 * int(minutes) + float(rest)
    number = float(re.search(r"\d+(?:\.\d+)?", text)[0])  # type: ignore[index]
    return number * (60 if re.search(r"\dm| ?m(?:in)|minute", text) else 1)
