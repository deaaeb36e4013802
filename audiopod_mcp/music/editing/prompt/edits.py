"""The plan of an edit and its steps, and the words for more, less and none."""

# ruff: noqa: E501 (patterns: one alternative of meaning a line)

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .time_ranges import TimeRange

EditKind = Literal[
    "level", "loudness", "peak", "silence",
    "bright", "bass", "middle", "treble", "bell", "highpass", "lowpass", "band", "esses", "punch",
    "compress", "saturate", "reverb", "echo", "width", "pan",
    "tempo", "bpm", "pitch", "key", "remove", "only", "add", "swap",
    "fade in", "fade out", "reverse", "trim", "cut", "keep", "repeat",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class EditStep:
    """One change that was asked for.

    ``amount`` is in dB for ``level``, ``bright``, ``bass``, ``middle``, ``treble``, ``bell``, ``esses``,
    ``punch``, ``compress`` and ``saturate``; LUFS for ``loudness``; dBTP for ``peak``; a share to add for
    ``reverb`` (negative: take away) and ``echo``; a factor for ``width`` and ``tempo`` (speed); -1 (left) to 1
    for ``pan``; beats a minute for ``bpm`` (with ``text`` "more": so many more than now); semitones for
    ``pitch``; seconds for the fades (0: the whole stretch); times it is heard for ``repeat``. ``hertz`` is the
    corner or the middle of a filter, seconds between echoes are in ``text``. ``track`` is the stem it is about,
    ``None`` for everything. ``text`` is the key, the mode, the instrument or the end of the track that was
    named; for ``only``, the other tracks that stay; for ``remove``, "lead" if backing vocals do. ``when`` is
    the stretch it is for.
    """

    kind: EditKind
    amount: float = 0.0
    track: str | None = None
    text: str = ""
    hertz: float = 0.0
    when: TimeRange | None = None


@dataclass(frozen=True, slots=True)
class UnsupportedEdit:
    """Something that an edit can't do: the ``clause`` that asks for it, and which ``kind`` it is."""

    clause: str
    kind: str


@dataclass(frozen=True, slots=True)
class EditPlan:
    """What a prompt asks for: its ``steps`` in order, and the rest of it.

    ``unread`` are the clauses that hold no step: perhaps they name a style. ``unsupported`` is the first thing
    asked for that no edit can do.
    """

    steps: tuple[EditStep, ...] = ()
    unread: str = ""
    unsupported: UnsupportedEdit | None = None


LOW_END = "low end"
"""The ``text`` of "more bass": of a recording its lowest octaves are meant, not the one who plays it."""

UP_WORDS = (
    r"loud(?:er|ly)?|boost(?:ed)?|(?:more |very )?prominent(?:ly)?|forward|turn(?:ed)? up|crank(?:ed)?|"
    r"bring (?:up|out)|pump(?:ed)? up|hotter|up front|in front|to the front|emphasi[sz]e|more"
)
DOWN_WORDS = (
    r"quiet(?:er|ly)?|soft(?:er|ly)|turn(?:ed)? down|less|reduce[ds]?|lower(?:ed)?|"
    r"calm(?:er)? down|back(?:ed)? off|tone down|tame|push back|scoop(?:ed)?|dip|carve|further back|back in the mix"
    r"|(?:in|into) the background(?! add)|take (?:\w+ ){1,4}out of"
)
REMOVE_WORDS = (
    r"removed?|kill|silence|without|no|drop|mute[ds]?|take (?:\w+ ){0,2}(?:out|away|off)|taken? out|delete|turn(?:ed)? off|switch(?:ed)? off|"
    r"get(?:ting)? rid of|strip(?: out)?|lose|cut(?: out)?|rid|out with|eliminate|exclude|minus"
)
