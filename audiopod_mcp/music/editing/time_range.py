"""A part of a track, and the seconds that it means in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from audiopod_mcp.edits.model import TrackEdit
from audiopod_mcp.edits.moments import moment
from audiopod_mcp.music.model import Refused, Span, format_time


@dataclass(frozen=True, slots=True)
class TimeRange:
    """A stretch of a track, or all its sections of one name.

    ``start`` and ``end`` are in ``unit``: seconds (s), fractions of the whole (share) or bars, from the end
    of the track where they are negative; ``end`` ``None`` is the end itself. ``which`` counts the sections
    from 0, -1 is the last, ``None`` all of them.
    """

    start: float = 0.0
    end: float | None = None
    unit: str = "s"
    section: str = ""
    which: int | None = None

    @classmethod
    def of(cls, edit: TrackEdit) -> TimeRange | None:
        """When ``edit`` is to happen; ``None``: all the time."""
        if edit.section is not None:
            part = moment(edit.section)
            return cls(part.start, part.end, part.unit or "s", part.name, part.which)
        if edit.start is None and edit.end is None:
            return None
        return cls(edit.start or 0.0, edit.end)

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
            end = duration if self.end is None else self.end * unit + (duration if self.end < 0 else 0.0)
        if max(0.0, start) >= min(end, duration):
            raise Refused("stretch_outside", start=start, end=end, duration=duration)
        return ((max(0.0, start), min(end, duration)),)

    def shifted(self, seconds: float) -> TimeRange:
        """The same times counted from ``seconds`` later; what counts from the end stays."""
        return replace(
            self,
            start=self.start if self.start < 0 else max(0.0, self.start - seconds),
            end=self.end if self.end is None or self.end < 0 else max(0.0, self.end - seconds),
        )


def spoken(spans: Sequence[tuple[float, float]], duration: float) -> str:
    """Where in a track: " from 0:30 to 0:45"; empty where it is all of it."""
    parts = []
    for start, end in spans:
        if start <= 0.005 and end >= duration - 0.005:
            continue
        until = f" to {format_time(end)}" if end < duration - 0.005 else ""
        parts.append(f"from {format_time(start)}{until}")
    return f" {' and '.join(parts)}" if parts else ""


def _bar(number: float | None, bars: Sequence[float], duration: float) -> float:
    """When the bar of this number, from 0, begins; negative: of the last ones; ``None``: the end."""
    if not bars:
        raise Refused("no_bars_heard")
    if number is None or number >= len(bars):
        return duration
    return bars[max(-len(bars), int(number))] if number else 0.0
