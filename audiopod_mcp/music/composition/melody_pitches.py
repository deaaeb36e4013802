"""The pitches of a melody: mostly steps, leaps that turn back, chord tones on strong beats, one arch a
phrase.

The weights follow what has been counted in songs: about two thirds of the intervals are steps (Vos & Troost,
1989), after a leap a melody turns back (von Hippel & Huron, 2000), and phrases rise and fall (Huron, 1996).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.theory import Chord

from .song_plan import SongPlan

_Pitches = npt.NDArray[np.int_]
_Flags = npt.NDArray[np.bool_]
_Weights = npt.NDArray[np.float64]

_INTERVAL_LIKELIHOOD = np.zeros(40)
_INTERVAL_LIKELIHOOD[:13] = (0.5, 1.7, 2.3, 0.62, 0.34, 0.3, 0.06, 0.16, 0.03, 0.05, 0.01, 0.005, 0.04)
"""How likely an interval of so many semitones is in a singable melody."""
_INTERVAL_LIKELIHOOD[13:] = 0.001


@dataclass(frozen=True, slots=True)
class NoteSlot:
    """A note whose pitch is not chosen yet; times are in beats."""

    beat: float
    length: float
    strong: bool
    """Whether it falls where the metre or the words stress it."""
    final: bool = False
    """Whether it ends in a full cadence, on the tonic, or on the root where the chord has no tonic."""
    half: bool = False
    """Whether it ends in a half cadence, off the root."""


def choose_pitches(
    plan: SongPlan, slots: list[NoteSlot], low: float, high: float, rng: np.random.Generator,
    previous: float | None, shape: list[float] | None = None, peak: float = 0.62, centre: float = 0.0,
) -> list[float]:  # fmt: skip
    """Choose a pitch (MIDI) for every slot.

    Parameters
    ----------
    plan
        The song, with its chords and its scale.
    slots
        The notes.
    low, high
        The range, MIDI.
    rng
        Its chance.
    previous
        The pitch before the first note; ``None`` at the beginning.
    shape
        The pitches of an earlier phrase, one a slot, which is repeated over the chords of this one.
    peak
        Where the arch is highest, as a share of the phrase.
    centre
        Semitones by which the arch is moved.

    """
    middle = (low + high) / 2 + centre
    last = previous if previous is not None else middle
    leap = 0.0
    pitches: list[float] = []
    candidates = np.arange(int(low), int(high) + 1)
    by_chord: dict[Chord, tuple[_Pitches, _Flags, _Weights]] = {}
    approaches: dict[tuple[Chord, Chord, bool], _Weights] = {}
    for number, slot in enumerate(slots):
        chord = plan.chord(slot.beat)
        if chord not in by_chord:
            by_chord[chord] = _allowed_pitches(plan, chord, candidates)
        allowed, chordal, rubbing = by_chord[chord]
        if not len(allowed):
            pitches.append(last)
            continue
        step = allowed - last
        weights = _INTERVAL_LIKELIHOOD[np.minimum(np.abs(np.round(step)).astype(int), 39)].copy()
        if abs(leap) >= 5:
            back = step * leap < 0
            weights *= np.where(back & (np.abs(step) < abs(leap)), 1.0, 0.12)
        elif leap:
            weights *= np.where(step * leap > 0, 1.25, 1.0)
        if slot.final:
            weights *= np.where(
                allowed % 12 == _resting_class(plan, chord), 24.0, np.where(chordal, 2.0, 0.02)
            )
        elif slot.half:
            weights *= np.where(chordal & (allowed % 12 != chord.root), 5.0, np.where(chordal, 1.5, 0.05))
        elif slot.strong:
            weights *= np.where(chordal, 2.4, 0.45 if slot.length < 0.9 else 0.15)
        else:
            weights *= np.where(chordal, 0.9, 1.0)
        if (
            slot.length >= 0.75 or slot.strong
        ):  # A half step above a chord tone is harsh, and so is a root above its major seventh.
            weights *= rubbing
        following = slots[number + 1] if number + 1 < len(slots) else slot
        if following is not slot and (following.strong or following.final or following.half):
            way = (chord, plan.chord(following.beat), following.final)
            if way not in approaches:
                goals = (_resting_class(plan, way[1]),) if following.final else way[1].tones
                approaches[way] = _approach_weights(allowed, goals)
            weights *= approaches[way]
        if shape is not None and number < len(shape):
            # A full close need not repeat how the earlier phrase ended.
            aim, width = shape[number], 6.0 if slot.final else 1.5
        else:
            x = number / max(1, len(slots) - 1)
            arch = 1 - abs(x - peak) / max(peak, 1 - peak) * 1.6
            aim, width = middle + (high - low) * 0.2 * arch, 6.0 if slot.final else 4.5
        weights = weights * np.exp(-(((allowed - aim) / width) ** 2)) + 1e-12
        chosen = float(allowed[int(np.searchsorted(np.cumsum(weights), rng.random() * weights.sum()))])
        leap, last = chosen - last, chosen
        pitches.append(chosen)
    return pitches


def _allowed_pitches(plan: SongPlan, chord: Chord, candidates: _Pitches) -> tuple[_Pitches, _Flags, _Weights]:
    """Give the candidates in scale or chord, whether each is a chord tone, and a weight against harsh
    intervals.

    The chord's own accidentals replace their neighbours in the scale: there is no G against a G#.
    """
    foreign = [tone for tone in chord.tones if tone not in plan.scale]
    degrees = {
        degree for degree in plan.scale if not any((degree - tone) % 12 in (1, 11) for tone in foreign)
    }
    pitch = candidates % 12
    tones, scale = np.zeros(12, np.bool_), np.zeros(12, np.bool_)
    tones[list(chord.tones)] = True
    scale[list(degrees)] = True
    chordal = tones[pitch]
    keep = chordal | scale[pitch]
    rubbing = np.where(tones[pitch - 1], np.where(chordal, 0.12, 0.15), 1.0)
    rubbing = np.where(tones[(pitch + 1) % 12] & ~chordal, 0.4, rubbing)
    return candidates[keep], chordal[keep], rubbing[keep]


def _resting_class(plan: SongPlan, chord: Chord) -> int:
    """Give the pitch class on which a full close ends: the tonic, or the root of a chord without it."""
    return plan.key.tonic if plan.key.tonic in chord.tones else chord.root


def _approach_weights(allowed: _Pitches, goals: tuple[int, ...]) -> _Weights:
    """Weigh pitches by whether a step leads from them to where the next strong note is likely to be."""
    apart = (allowed[:, None] - np.array(goals)) % 12
    return np.where((np.minimum(apart, 12 - apart) <= 2).any(axis=1), 1.6, 0.7)
