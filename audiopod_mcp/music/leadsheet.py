"""The lead sheet of a song: its beats, bars, chords, sections and melody, beyond both ends where needed.

It is made from the analysis of a recording or from the score of a composed song. New music that has to fit
the song is composed on a stretch of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.signal import savgol_filter

from .model import Analysis, Grid, Note, Score, Span
from .score import lead_part
from .theory import METRES, parse_chord, parse_key, transpose_chord

Times = npt.NDArray[np.float64]

SOFT_DENSITY = 0.5
"""Onsets a beat below which a density says little: they are few because they are soft, as of bowed
strings.
"""


@dataclass(frozen=True)
class LeadSheet:
    """A song's time and harmony; times are seconds from its start."""

    duration: float
    beats: tuple[float, ...]
    """They reach over both ends: the first is at or before 0, the last at or after ``duration``."""
    first_downbeat: int
    beats_per_bar: int
    tempo: float
    key: str | None
    timesignature: str
    chords: tuple[str, ...] = ()
    """One label a beat, never ``"N"``; empty where no harmony was heard."""
    sections: tuple[Span, ...] = ()
    melody: tuple[Note, ...] = ()
    density: float | None = None
    """Onsets a beat, where they are known."""
    has_pulse: bool = True
    """Whether the song has a pulse of its own; if not, the beats are evenly spaced whatever is played."""

    @property
    def beat_seconds(self) -> float:
        """Seconds of a typical beat."""
        typical = float(np.median(np.diff(self.beats)))
        return 60 / self.tempo if abs(60 / self.tempo / typical - 1) < 0.03 else typical

    @property
    def bar_seconds(self) -> float:
        return self.beat_seconds * self.beats_per_bar

    def grid(
        self, start: float, end: float, *, chords: bool = True, melody: bool = False, sections: bool = True
    ) -> tuple[Grid, float]:
        """Give the grid to compose on for ``[start, end)``, and the time (s) in the song at which it begins.

        It begins on the downbeat at or before ``start``, so that music that is cut out of it does not begin
        there, and ends with the beat at or after ``end``. Beyond the song's ends, the beats go on evenly and
        the chords repeat the nearest progression.

        Parameters
        ----------
        start, end
            The stretch, s; it may lie beyond the song's ends.
        chords, melody, sections
            Whether the grid has those of the song.

        """
        at, before = self._beats_covering(start, end)
        first = int(np.searchsorted(at, start + 1e-3, side="right")) - 1
        first -= (first - before - self.first_downbeat) % self.beats_per_bar
        last = max(first + 1, int(np.searchsorted(at, end - 1e-3)))
        origin = float(at[first])
        beats = at[first : last + 1] - origin
        labels = self._chords_at(np.arange(first, last) - before) if chords and self.chords else ()
        inside = [span for span in self.sections if span.end > origin and span.start < at[last]]
        return (
            Grid(
                beats=tuple(float(beat) for beat in beats),
                first_downbeat=0,
                beats_per_bar=self.beats_per_bar,
                chords=labels,
                sections=tuple(
                    Span(max(0.0, span.start - origin), min(float(beats[-1]), span.end - origin), span.label)
                    for span in inside
                )
                if sections
                else (),
                melody=tuple(
                    replace(note, start=note.start - origin)
                    for note in self.melody
                    if origin <= note.start < at[last]
                )
                if melody
                else (),
                density=self.density,
            ),
            origin,
        )

    def downbeat_before(self, time: float) -> float:
        """Give the downbeat at or before ``time``, s, which may lie beyond the song's ends."""
        at, before = self._beats_covering(min(time, 0.0), max(time, self.duration))
        first = int(np.searchsorted(at, time + 1e-3, side="right")) - 1
        return float(at[first - (first - before - self.first_downbeat) % self.beats_per_bar])

    def at_tempo(self, tempo: float) -> LeadSheet:
        """Stretch the song in time, so that it has another tempo."""
        by = self.tempo / tempo

        def spans(old: tuple[Span, ...]) -> tuple[Span, ...]:
            return tuple(Span(span.start * by, span.end * by, span.label) for span in old)

        return replace(
            self,
            duration=self.duration * by,
            beats=tuple(beat * by for beat in self.beats),
            tempo=tempo,
            sections=spans(self.sections),
            melody=tuple(
                replace(note, start=note.start * by, duration=note.duration * by) for note in self.melody
            ),
        )

    def transposed(self, semitones: int, key: str) -> LeadSheet:
        """Transpose the song up by ``semitones``, spelled as in ``key``."""
        return replace(
            self,
            key=key,
            chords=tuple(transpose_chord(label, semitones, key) for label in self.chords),
            melody=tuple(replace(note, pitch=note.pitch + semitones) for note in self.melody),
        )

    def _beats_covering(self, start: float, end: float) -> tuple[Times, int]:
        """Give beats that cover ``[start, end]``, and how many of them come before the song's own."""
        at = np.asarray(self.beats)
        margin = 2 * self.beats_per_bar
        early = max(0, int(np.ceil((at[0] - start) / self.beat_seconds))) + margin
        late = max(0, int(np.ceil((end - at[-1]) / self.beat_seconds))) + margin
        return _extrapolated(at, early, late), early

    def _chords_at(self, index: npt.NDArray[np.int_]) -> tuple[str, ...]:
        """Give the labels of beats by index; before and after the song, its first or last bars are
        repeated.
        """
        count = len(self.chords)
        loop = min(self._progression_beats(), count)
        index = np.where(index < 0, index % loop, index)
        index = np.where(index >= count, count - loop + (index - count) % loop, index)
        return tuple(self.chords[i] for i in index)

    def _progression_beats(self) -> int:
        """Give the beats after which the harmony at the end repeats: those of two, four or eight bars."""
        best, most = 4 * self.beats_per_bar, -1.0
        for bars in (4, 8, 2):
            beats = bars * self.beats_per_bar
            last, before = self.chords[-beats:], self.chords[-2 * beats : -beats]
            if len(before) == beats:
                alike = float(np.mean([a == b for a, b in zip(last, before, strict=True)]))
                if alike > most + 0.05 and len(set(last)) > 1:
                    best, most = beats, alike
        return best


def lead_sheet_from_analysis(
    analysis: Analysis, *, tempo: float = 110.0, melody: tuple[Note, ...] = ()
) -> LeadSheet:
    """Make the lead sheet of a recording.

    Parameters
    ----------
    analysis
        What was heard in it.
    tempo
        Beats a minute where it has no pulse of its own.
    melody
        Its melody, where that was transcribed.

    """
    steady = len(analysis.beats) >= 4
    beats = (
        _smoothed_beats(np.asarray(analysis.beats))
        if steady
        else np.arange(0, analysis.duration + 1, 60 / tempo)
    )
    metre = METRES.get(analysis.timesignature or "", METRES["4/4"])
    downbeats = np.searchsorted(beats, np.asarray(analysis.downbeats) - 1e-3) if steady else np.zeros(0, int)
    per_bar = round(float(np.median(np.diff(downbeats)))) if len(downbeats) > 1 else metre.beats
    if per_bar != metre.beats:
        metre = {2: METRES["2/4"], 3: METRES["3/4"]}.get(per_bar, METRES["4/4"])
        per_bar = metre.beats
    phase = int(np.bincount(downbeats % per_bar, minlength=per_bar).argmax()) if len(downbeats) else 0
    beats, before = _extended_over(beats, analysis.duration)
    chords = _chord_of_each_beat(beats, analysis.chords, analysis.key)
    return LeadSheet(
        duration=analysis.duration,
        beats=tuple(float(beat) for beat in beats),
        first_downbeat=(phase + before) % per_bar,
        beats_per_bar=per_bar,
        tempo=analysis.tempo if steady and analysis.tempo else tempo,
        key=analysis.key,
        timesignature=metre.name,
        chords=chords,
        sections=analysis.sections,
        melody=melody,
        density=analysis.density if steady and analysis.density >= SOFT_DENSITY else None,
        has_pulse=steady,
    )


def lead_sheet_from_score(score: Score) -> LeadSheet:
    """Make the lead sheet of a composed song, whose beats, chords and melody are known."""
    metre = METRES.get(score.timesignature, METRES["4/4"])
    written = score.beats if len(score.beats) > 1 else (0.0, 60 / score.tempo)
    beats, before = _extended_over(np.asarray(written), score.duration)
    first = int(np.argmin(np.abs(beats - score.downbeats[0]))) if score.downbeats else before
    lead = lead_part(score)
    return LeadSheet(
        duration=score.duration,
        beats=tuple(float(beat) for beat in beats),
        first_downbeat=first % metre.beats,
        beats_per_bar=metre.beats,
        tempo=score.tempo,
        key=score.key,
        timesignature=score.timesignature,
        chords=_chord_of_each_beat(beats, score.chords, score.key),
        sections=score.sections,
        melody=lead.notes if lead else (),
        density=None,
    )


def _smoothed_beats(beats: Times) -> Times:
    """Take the jitter of beat tracking (some 10 ms) out of beat times, by a line through each one's
    neighbours.
    """
    if len(beats) < 9:
        return beats
    return np.asarray(savgol_filter(beats, 9, 1, mode="interp"))


def _extended_over(beats: Times, duration: float) -> tuple[Times, int]:
    """Extend ``beats`` evenly to cover ``[0, duration]``; also give how many were put before them."""
    beat = float(np.median(np.diff(beats)))
    early = max(0, int(np.ceil((beats[0] - 1e-3) / beat)))
    late = max(0, int(np.ceil((duration - beats[-1] - 1e-3) / beat)))
    return _extrapolated(beats, early, late), early


def _extrapolated(beats: Times, early: int, late: int) -> Times:
    """Extend ``beats`` by ``early`` beats before and ``late`` after them, in the tempo of the nearest
    eight.
    """
    steps = np.diff(beats)
    head = beats[0] - float(np.median(steps[:8])) * np.arange(early, 0, -1)
    tail = beats[-1] + float(np.median(steps[-8:])) * np.arange(1, late + 1)
    return np.concatenate((head, beats, tail))


def _chord_of_each_beat(beats: Times, chords: tuple[Span, ...], key: str | None) -> tuple[str, ...]:
    """Give the chord at the middle of each beat; where none was heard, the one before, or the tonic."""
    known = [span for span in chords if parse_chord(span.label) is not None]
    if not known:
        return ()
    starts = np.asarray([span.start for span in chords])
    middles = (beats[:-1] + beats[1:]) / 2
    labels = [chords[max(0, i)].label for i in np.searchsorted(starts, middles, side="right") - 1]
    tonic = parse_key(key) if key else None
    last = known[0].label if tonic is None else tonic.names[tonic.tonic] + "m" * tonic.minor
    filled = []
    for label in labels:
        last = label if parse_chord(label) is not None else last
        filled.append(last)
    return tuple(filled)
