"""What the engine's rooms hand to each other: what was heard, what is wanted, what is played.

Audio is ``float32`` of shape ``(samples, channels)``, full scale at ±1. Times are seconds, tempi
are beats a minute, pitches are MIDI note numbers (69 = A4 = 440 Hz). Keys read ``"A minor"``,
chords ``"Am"``, ``"F#7"``, ``"Bdim"``, ``"N"`` (no chord), metres ``"4/4"``. Everything here but the
sample arrays is plain data: :func:`dataclasses.asdict` gives JSON, and the ``from_dict`` methods
take it back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:  # whoever only names an error or passes progress on need not wait for numpy
    import numpy as np
    import numpy.typing as npt

Audio: TypeAlias = "npt.NDArray[np.float32]"
"""Samples, shape ``(samples, channels)``."""

Progress: TypeAlias = Callable[[float, str], None]
"""Told how far the work is, 0 to 1, and what is being done. May raise to stop the work."""

SAMPLE_RATE = 44_100
"""What the engine composes and renders at, Hz."""


def silent(fraction: float, doing: str) -> None:
    """The report that nobody listens to."""


def within(report: Progress, low: float, high: float) -> Progress:
    """A report for a part of the work, which takes the whole from ``low`` to ``high``."""
    return lambda fraction, doing: report(low + (high - low) * min(1.0, max(0.0, fraction)), doing)


class Refused(ValueError):
    """The music can't be made or changed like this.

    Whoever asked is told in their own terms, which are not known here: ``code`` says what is the matter, in
    snake case and once for all, and ``values`` holds what it depends on, plain data only. An instance travels
    between processes.
    """

    def __init__(self, code: str, /, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values: Mapping[str, Any] = values

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        return f"{self.code} ({told})" if told else self.code

    def __reduce__(self) -> tuple[Callable[[str], Refused], tuple[str]]:
        return partial(type(self), **self.values), (self.code,)


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled stretch of time: a section (``"chorus"``) or a chord (``"Am"``)."""

    start: float
    end: float
    label: str


@dataclass(frozen=True, slots=True)
class Note:
    """One played note; for drums ``pitch`` is the General MIDI key (36 kick, 38 snare, 42 closed hat …)."""

    start: float
    duration: float
    pitch: float
    velocity: int
    syllable: str | None = None


@dataclass(frozen=True, slots=True)
class LyricLine:
    """A sung line; ``words`` are ``(start, word)`` where known."""

    start: float
    end: float
    text: str
    words: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was heard in a recording. ``None`` means: could not be told (silence, no pulse, no pitch)."""

    duration: float
    tempo: float | None
    tempo_confidence: float
    tempo_span: tuple[float, float] | None
    """The slowest and the fastest it gets where it is not steady."""
    beats: tuple[float, ...]
    downbeats: tuple[float, ...]
    timesignature: str | None
    metre_confidence: float
    """How probable the time signature is, 0 to 1; of those said to be so sure about as many are right."""
    other_metre: str | None
    """The time signature that is next likely."""
    key: str | None
    key_confidence: float
    loudness: float | None
    """Integrated loudness, LUFS (ITU-R BS.1770-4)."""
    chords: tuple[Span, ...]
    sections: tuple[Span, ...]
    vocals: tuple[Span, ...]
    """Where singing is likely; empty when none was heard."""
    brightness: float
    """Spectral centroid, Hz."""
    density: float
    """Onsets a beat (a second, without a pulse)."""
    width: float
    """Side-to-mid energy ratio, 0 (mono) to 1."""
    caption: str
    """One sentence composed only from what was measured."""


@dataclass(frozen=True, slots=True)
class Activity:
    """How much each layer plays: 0 the bare frame … 0.5 as the style has it … 1 busy."""

    drums: float = 0.5
    """Drums and percussion."""
    bass: float = 0.5
    chords: float = 0.5
    """Whoever comps: strums, arpeggios, stabs."""
    melody: float = 0.5
    """The lead's notes a beat, and whether a second line answers it."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What is wanted: a caption, understood, with the explicit parameters on top."""

    caption: str
    style: str = "pop"
    """A key of the style table of the composer."""
    mood: str | None = None
    tempo: float = 110.0
    key: str = "C major"
    timesignature: str = "4/4"
    duration: float = 60.0
    energy: float = 0.5
    """0 calm … 1 driving."""
    instruments: tuple[str, ...] = ()
    """Instruments named in the caption, in the synthesiser's vocabulary; empty: the style's own."""
    without: tuple[str, ...] = ()
    """Tracks or instruments the caption rules out ("no drums")."""
    lyrics: str | None = None
    form: tuple[str, ...] = ()
    """The sections that tags without words ask for; empty: the style's own form."""
    instrumental: bool = False
    language: str | None = None
    activity: Activity = Activity()
    feel: str | None = None
    """``half-time`` or ``double-time``: how the drums count, at the same tempo."""
    swing: float | None = None
    """The share of a pair that its first note takes, 0.5 straight … 0.67 triplets; ``None``: the style's."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A given frame to compose on: a song's own beats, metre, chords, sections, melody and density."""

    beats: tuple[float, ...]
    """Times of all beats, strictly rising; the last one is the end of the last beat."""
    first_downbeat: int = 0
    beats_per_bar: int = 4
    chords: tuple[str, ...] = ()
    """One a beat, or empty: the composer's own harmony."""
    sections: tuple[Span, ...] = ()
    melody: tuple[Note, ...] = ()
    """The lead to play, or empty: the composer's own."""
    density: float | None = None
    """Onsets a beat to aim at."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one instrument plays; ``track`` is one of the twelve stem names."""

    track: str
    instrument: str
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """A composed piece: everything needed to render it again, bit for bit."""

    seed: int
    duration: float
    tempo: float
    key: str
    timesignature: str
    beats: tuple[float, ...]
    downbeats: tuple[float, ...]
    sections: tuple[Span, ...]
    chords: tuple[Span, ...]
    parts: tuple[Part, ...]
    lyrics: tuple[LyricLine, ...] = ()
    brief: Brief | None = None

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Score:
        """The score that :func:`dataclasses.asdict` (and JSON) made ``data`` of."""

        def spans(name: str) -> tuple[Span, ...]:
            return tuple(Span(**span) for span in data[name])

        def whole(brief: Mapping[str, Any]) -> Brief:
            activity = Activity(**brief.get("activity", {}))
            names = {name: tuple(brief.get(name, ())) for name in ("instruments", "without", "form")}
            return Brief(**{**brief, **names, "activity": activity})

        brief = data.get("brief")
        return cls(
            seed=data["seed"],
            duration=data["duration"],
            tempo=data["tempo"],
            key=data["key"],
            timesignature=data["timesignature"],
            beats=tuple(data["beats"]),
            downbeats=tuple(data["downbeats"]),
            sections=spans("sections"),
            chords=spans("chords"),
            parts=tuple(
                Part(part["track"], part["instrument"], tuple(Note(**note) for note in part["notes"]))
                for part in data["parts"]
            ),
            lyrics=tuple(
                LyricLine(line["start"], line["end"], line["text"], tuple((t, w) for t, w in line["words"]))
                for line in data["lyrics"]
            ),
            brief=None if brief is None else whole(brief),
        )


@dataclass(frozen=True)
class Rendering:
    """What an operation made. ``stems``, by track name, each shaped like ``audio``, sum to it if present."""

    audio: Audio
    rate: int
    stems: Mapping[str, Audio] = field(default_factory=dict)
    score: Score | None = None
    lyrics: tuple[LyricLine, ...] = ()
    notes: tuple[str, ...] = ()
    """What the listener should know about how it was made, each one sentence."""
