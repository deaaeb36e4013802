"""A stretch that is to be more intense than it was, or calmer: played so, and what came of it measured."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from audiopod_mcp.music.captions.wishes import read_wishes
from audiopod_mcp.music.composition.activity import activity_for_density
from audiopod_mcp.music.model import Activity, Audio, Brief, Score
from audiopod_mcp.music.signal.loudness import integrated_loudness
from audiopod_mcp.music.synthesis import Multitrack

_UP = "louder|bigger|fuller|harder|heavier|stronger|livelier|wilder|denser"
_DOWN = "quieter|softer|calmer|gentler|mellower|lighter|sparser"
_FORCE, _FORCEFUL = "energy|intensity|power|drive", "intense|energetic|powerful|driving|aggressive"
_MORE = rf"{_UP}|more (?:{_FORCE}|impact)"
_LESS = rf"{_DOWN}|less (?:{_FORCE}|{_FORCEFUL})"
_BESIDE = (
    r"much|a|an|bit|little|lot|far|even|and|but|it|this|part|section|passage|the|make|play|with|same|style|"
    r"feel|as|than|before|music|slightly|somewhat|quite|very|please|should|be|is|now|more|less|just|in|general|overall"
)
_OWN = rf"{_UP}|{_DOWN}|{_FORCE}|impact|{_FORCEFUL}"
_OWN_WORDS = rf"^(?=.*\b(?:{_OWN})\b)(?:\W*\b(?:{_OWN}|{_BESIDE})\b)+\W*$"
"""What a caption says of a stretch beside the moods that captions have."""
_LEAST = 0.2
"""A change from which on it is one of intensity: "happy" is of colour."""
_MOST = 0.45
_DECIBELS = 10.0
"""Of level, for a change of 1 of the energy: a mood that has much of it makes 3 dB."""
_RAMP = 0.5
"""Seconds in which the level goes from the song's to that of the stretch."""
_HEARD_LEVEL, _HEARD_DENSITY = 1.0, 0.1
"""Changes that are heard: dB, and a share of the notes."""


def wanted_change(caption: str) -> tuple[float, str]:
    """By how much, -0.45 to 0.45, the energy of a stretch is to change, and which words are done by that.

    It is 0 for hardly. "Louder drums" are about the drums.
    """
    wishes = read_wishes(caption)
    said = any(re.search(_OWN_WORDS, wish.asked, re.IGNORECASE) for wish in wishes if wish.kind == "unread")
    clauses = [
        clause
        for clause in re.split(r"[,.;!?\n]|\b(?:and|but|with)\b", caption if said else "")
        if all(wish.kind != "player" for wish in read_wishes(clause))
    ]
    more, less = (
        any(re.search(rf"(?i)\b(?:{each})\b", clause) for clause in clauses) for each in (_MORE, _LESS)
    )
    moods = sum(wish.value[1] for wish in wishes if wish.kind == "mood")
    change = moods + 0.3 * (more - less)
    if abs(change) < _LEAST:
        return 0.0, ""
    return float(np.clip(change, -_MOST, _MOST)), _OWN_WORDS if more or less else ""


def with_energy(brief: Brief, change: float, density: float | None) -> Brief:
    """``brief`` with players who do more, or less, than they did; what it says of one of them stays.

    ``density`` is that of a recording, onsets a beat.
    """
    if not change:
        return brief
    own = Activity() if density is None else activity_for_density(density)
    plain = Activity()
    levels = {
        layer: float(np.clip(getattr(own, layer) + change, 0, 1))
        for layer in ("drums", "bass", "chords", "melody")
        if getattr(brief.activity, layer) == getattr(plain, layer)
    }
    return replace(brief, activity=replace(brief.activity, **levels))


def set_level(stems: Multitrack, change: float, rate: int, seams: tuple[bool, bool]) -> None:
    """Make ``stems`` louder, or softer; at seams with the song they stay as loud as they are."""
    if not change or not stems:
        return
    at = np.arange(len(next(iter(stems.values())))) / rate
    away = [at] * seams[0] + [at[::-1]] * seams[1]
    risen = np.minimum.reduce([np.clip(seconds / _RAMP, 0, 1) for seconds in away] or [np.ones(len(at))])
    stems.scale((10 ** (_DECIBELS * change * risen / 20)).astype(np.float32))


@dataclass(frozen=True)
class Change:
    """What became of a stretch that was to change."""

    wanted: float
    decibels: float | None
    notes: tuple[float, float] | None
    """Notes a second before and after, where a score tells them."""

    @classmethod
    def measure(
        cls, wanted: float, before: Audio, after: Audio, rate: int, scores: tuple[Score, Score] | None
    ) -> Change | None:
        """Compare both; ``None`` where there was nothing to compare with."""
        old, new = (integrated_loudness(audio, rate) for audio in (before, after))
        decibels = None if old is None or new is None else new - old
        notes = None
        if scores is not None:
            was, now = (sum(len(p.notes) for p in score.parts) / score.duration for score in scores)
            notes = (was, now) if was else None
        return None if decibels is None and notes is None else cls(wanted, decibels, notes)

    @property
    def is_heard(self) -> bool:
        way = np.sign(self.wanted)
        louder = self.decibels is not None and way * self.decibels >= _HEARD_LEVEL
        denser = self.notes is not None and way * (self.notes[1] / self.notes[0] - 1) >= _HEARD_DENSITY
        return louder or denser

    def __str__(self) -> str:
        told = [] if self.decibels is None else [f"{self.decibels:+.1f} dB".replace("-", "−")]
        if self.notes is not None:
            told.append(f"{self.notes[1]:.0f} notes a second (was {self.notes[0]:.0f})")
        return ", ".join(told)
