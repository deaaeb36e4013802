"""The data that the packages of the engine exchange: analyses, briefs, scores and renderings.

Audio is float32 of shape (samples, channels), full scale at ±1. Times are seconds, tempi are beats a minute,
pitches are MIDI note numbers (69 = A4 = 440 Hz). Keys read ``"A minor"``, chords ``"Am"``, ``"F#7"``,
``"Bdim"`` or ``"N"`` (no chord), metres ``"4/4"``. Everything but the sample arrays is plain data:
:func:`dataclasses.asdict` makes JSON of it, and :meth:`Score.from_dict` takes that back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:  # A module that only names an error, or passes progress on, does not wait for numpy.
    import numpy as np
    import numpy.typing as npt

Audio: TypeAlias = "npt.NDArray[np.float32]"
"""Samples: float32 of shape (samples, channels), full scale ±1."""

Progress: TypeAlias = Callable[[float, str], None]
"""A function that is told how far the work is, 0 to 1, and what is being done. It may raise to stop the
work.
"""

SAMPLE_RATE = 44_100
"""The sample rate at which the engine renders, Hz."""


def ignore_progress(fraction: float, doing: str) -> None:
    """Ignore the progress of the work."""


def progress_within(report: Progress, low: float, high: float) -> Progress:
    """Make the progress of a part of the work, during which the whole goes from ``low`` to ``high``."""
    return lambda fraction, doing: report(low + (high - low) * min(1.0, max(0.0, fraction)), doing)


def format_time(seconds: float) -> str:
    """Write a time as ``"1:05"``, with a tenth where it is not a whole second."""
    minutes, rest = divmod(round(seconds, 1), 60)
    return f"{int(minutes)}:{int(rest):02d}" if rest == int(rest) else f"{int(minutes)}:{rest:04.1f}"


class Refused(ValueError):
    """The music can't be made or changed like this; ``str()`` says why, in a line.

    ``code`` says what is the matter, in snake case and once for all, and ``values`` holds what it depends on,
    plain data only; :func:`audiopod_mcp.music.wording.refusals.sentence` makes the line of them, in other
    terms where those who asked have others. An instance travels between processes.
    """

    def __init__(self, code: str, /, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values: Mapping[str, Any] = values

    @classmethod
    def again(cls, code: str, values: Mapping[str, Any]) -> Refused:
        """One that was told before, of its parts; lists come back as the tuples that they were."""
        return cls(code, **{name: tuple(v) if isinstance(v, list) else v for name, v in values.items()})

    def __str__(self) -> str:
        from .wording.refusals import sentence

        return sentence(self)

    def __reduce__(self) -> tuple[Callable[[str], Refused], tuple[str]]:
        return partial(type(self), **self.values), (self.code,)


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled stretch of time: a section (``"chorus"``) or a chord (``"Am"``); times are seconds."""

    start: float
    end: float
    label: str


@dataclass(frozen=True, slots=True)
class Note:
    """One played note; times are seconds."""

    start: float
    duration: float
    pitch: float
    """MIDI note number; for drums the General MIDI key (36 bass drum, 38 snare, 42 closed hi-hat …)."""
    velocity: int
    """1 to 127."""
    syllable: str | None = None
    """What is sung on it."""


@dataclass(frozen=True, slots=True)
class LyricLine:
    """A sung line; times are seconds. ``words`` are (start, word), where those are known."""

    start: float
    end: float
    text: str
    words: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was heard in a recording. ``None`` where that can't be told: silence, no pulse, no pitch."""

    duration: float
    tempo: float | None
    tempo_confidence: float
    tempo_span: tuple[float, float] | None
    """The slowest and the fastest tempo, where it is not steady."""
    beats: tuple[float, ...]
    downbeats: tuple[float, ...]
    timesignature: str | None
    metre_confidence: float
    """How probable the time signature is, 0 to 1: about that share of those so rated are right."""
    other_metre: str | None
    """The second most likely time signature."""
    key: str | None
    key_confidence: float
    loudness: float | None
    """Integrated loudness, LUFS (ITU-R BS.1770-4)."""
    chords: tuple[Span, ...]
    sections: tuple[Span, ...]
    vocals: tuple[Span, ...]
    """Where singing is likely; empty where none was heard."""
    brightness: float
    """Spectral centroid, Hz."""
    density: float
    """Onsets a beat, or a second where there is no pulse."""
    width: float
    """Side-to-mid energy ratio, 0 (mono) to 1."""
    caption: str
    """One sentence that says only what was measured."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Analysis:
        """Restore the analysis of which :func:`dataclasses.asdict` (and JSON) made ``data``."""
        span = data["tempo_span"]
        spans = {
            name: tuple(Span(**each) for each in data[name]) for name in ("chords", "sections", "vocals")
        }
        times = {name: tuple(data[name]) for name in ("beats", "downbeats")}
        return cls(**{**data, **spans, **times, "tempo_span": tuple(span) if span else None})


@dataclass(frozen=True, slots=True)
class Activity:
    """How much each layer plays: 0 next to nothing, 0.5 as in the style, 1 busy."""

    drums: float = 0.5
    """Drums and percussion."""
    bass: float = 0.5
    chords: float = 0.5
    """Comping: strums, arpeggios, stabs."""
    melody: float = 0.5
    """The notes a beat of the melody, and whether there is a counter-melody."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A step in the course of a piece: who plays alone, enters, leaves or rests, and when."""

    action: str
    """``opens`` or ``ends`` (nobody else plays there), ``enters``, ``leaves``, ``only`` or ``rests`` (in that
    section).
    """
    players: tuple[str, ...]
    """Instruments or tracks."""
    asked: str
    """The words of the caption."""
    unit: str = ""
    """``bars`` or ``s`` from the start, ``whole`` for a share of the piece, or the label of a section; of
    ``after verse`` it is the end.

    Empty: at the next section.
    """
    number: float = 0.0
    """How many bars or seconds, which share, or which one of that label: 1 the first, -1 the last, 0 all."""


@dataclass(frozen=True, slots=True)
class Staging:
    """What the tag of a section of the lyrics says of who plays."""

    section: int
    """Its number in the lyrics, from 0."""
    action: str
    """``only`` (nobody else plays in it), ``plays`` or ``rests`` (in it), ``enters``, ``leaves`` or ``all``;
    ``more`` or ``less`` is to be played there than elsewhere.
    """
    players: tuple[str, ...]
    """Instruments or tracks."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What is wanted: a caption that was understood, and the arguments beside it, which win over it."""

    caption: str
    style: str = "pop"
    """A key of :data:`audiopod_mcp.music.styles.STYLES`."""
    mood: str | None = None
    tempo: float = 110.0
    key: str = "C major"
    timesignature: str = "4/4"
    duration: float = 60.0
    energy: float = 0.5
    """0 calm … 1 driving."""
    instruments: tuple[str, ...] = ()
    """Instruments that the caption names, by the synthesiser's names; empty: the style's own."""
    without: tuple[str, ...] = ()
    """Tracks or instruments that the caption excludes ("no drums")."""
    lyrics: str | None = None
    form: tuple[str, ...] = ()
    """The sections that lyrics of nothing but tags ask for; empty: the style's own form."""
    instrumental: bool = False
    language: str | None = None
    activity: Activity = Activity()
    feel: str | None = None
    """``half-time`` or ``double-time``: how the drums count, at the same tempo."""
    swing: float | None = None
    """The share of a pair that its first note takes, 0.5 straight to 0.67 triplets; ``None``: the style's."""
    course: tuple[Cue, ...] = ()
    """Who plays when, in the order of the caption; empty: as the style has it."""
    staging: tuple[Staging, ...] = ()
    """Who plays when by the tags of the lyrics, in their order."""
    solos: tuple[tuple[str, int | None], ...] = ()
    """Instruments that have a solo, and the section of the lyrics, by number; ``None``: within the piece."""
    manners: tuple[tuple[str, str, str], ...] = ()
    """Who is to play in another way than the style's: the instrument, the role, and the figure for it."""
    percussion: str = ""
    """The percussion patterns that it names, joined by ``+``; empty: the style's own."""
    dry: bool = False
    """Whether it is heard without a room and without echoes."""
    ends_abruptly: bool = False
    """Whether no last chord is held."""
    emphasis: tuple[tuple[str, int], ...] = ()
    """Sections, by label, in which more (1) or less (-1) is to be played than in the others."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid to compose on: a song's own beats, metre, chords, sections, melody and density."""

    beats: tuple[float, ...]
    """Times of all beats, strictly rising, and of the end of the last one."""
    first_downbeat: int = 0
    beats_per_bar: int = 4
    chords: tuple[str, ...] = ()
    """One label a beat; empty: the composer's own harmony."""
    sections: tuple[Span, ...] = ()
    melody: tuple[Note, ...] = ()
    """The melody to play; empty: the composer's own."""
    density: float | None = None
    """Onsets a beat to aim at."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one instrument plays; ``track`` is one of :data:`audiopod_mcp.music.synthesis.TRACKS`."""

    track: str
    instrument: str
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """A composed piece: whatever is needed to render it again, bit for bit."""

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
        """Restore the score of which :func:`dataclasses.asdict` (and JSON) made ``data``."""

        def spans(name: str) -> tuple[Span, ...]:
            return tuple(Span(**span) for span in data[name])

        def whole(brief: Mapping[str, Any]) -> Brief:
            activity = Activity(**brief.get("activity", {}))
            names = {name: tuple(brief.get(name, ())) for name in ("instruments", "without", "form")}
            brief = dict(brief)
            tagged = [(name, number) for number, name in brief.pop("tagged_solos", ())]  # Of older pieces.
            solos = [
                (solo, None) if isinstance(solo, str) else tuple(solo) for solo in brief.pop("solos", ())
            ]
            course = tuple(
                Cue(**{**cue, "players": tuple(cue["players"])}) for cue in brief.get("course", ())
            )
            staging = tuple(
                Staging(**{**step, "players": tuple(step["players"])}) for step in brief.get("staging", ())
            )
            told = {"solos": (*tagged, *solos), "activity": activity, "course": course, "staging": staging}
            told["manners"] = tuple(tuple(manner) for manner in brief.get("manners", ()))
            told["emphasis"] = tuple((label, more) for label, more in brief.get("emphasis", ()))
            return Brief(**{**brief, **names, **told})

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


@dataclass(frozen=True, slots=True)
class NotDone:
    """Something that was asked for and was not done: in the words in which it was ``asked``.

    ``instead`` is a sentence: what happens in its place, or why not, and what to ask for where that helps.
    """

    asked: str
    instead: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """How music was made of a score: whatever is needed to make its stems again, bit for bit."""

    score: Score
    """What was played, before anything was cut off."""
    seed: int
    tracks: tuple[str, ...] | None = None
    """The only tracks that were rendered, where not all were."""
    loop: bool = False
    steps: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    """What was done to mix and stems then, and with what arguments (:mod:`.generation.production`)."""

    @property
    def is_plain(self) -> bool:
        """Whether the stems are all that :func:`~.synthesis.record` makes of the score, and just that."""
        plain = Recipe(self.score, self.score.seed)
        return replace(self, steps=()) == plain and all(name == "mix" for name, _ in self.steps)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Recipe:
        """Restore the recipe of which :func:`dataclasses.asdict` (and JSON) made ``data``."""
        return cls(
            score=Score.from_dict(data["score"]),
            seed=data["seed"],
            tracks=None if data["tracks"] is None else tuple(data["tracks"]),
            loop=data["loop"],
            steps=tuple((name, tuple(arguments)) for name, arguments in data["steps"]),
        )


@dataclass(frozen=True)
class Rendering:
    """What an operation made."""

    audio: Audio
    rate: int
    """Hz."""
    stems: Mapping[str, Audio] = field(default_factory=dict)
    """By track name, each shaped like ``audio``, which is their sum; empty where there are none.

    Those of music that was rendered from a score may be played when one is looked at."""
    score: Score | None = None
    lyrics: tuple[LyricLine, ...] = ()
    notes: tuple[str, ...] = ()
    """What the listener should know about how it was made, one sentence each."""
    done: tuple[str, ...] = ()
    """What was made of the wish, each a short fact, measured where it can be: ``drums −5.9 dB from 0:30``."""
    not_done: tuple[NotDone, ...] = ()
    recipe: Recipe | None = None
    """How the stems can be made again; ``None`` where they can't, because a recording had a part in them."""
    loop: bool = False
    """Whether its last sample leads into its first."""
