"""The vocal line: one note for every syllable, and the times of lines and words that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.lyrics.text import ChordMarks, parse_lyrics
from audiopod_mcp.music.model import Brief, LyricLine, Note, Part
from audiopod_mcp.music.styles import Member
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS

from .form import Section
from .melody_pitches import NoteSlot, choose_pitches
from .random_streams import random_stream
from .song_plan import PartWriter, SongPlan
from .stanzas import Stanza, split_words
from .stress import stressed_syllables

_LINE_FORMS = ((0, 1, 0, 2), (0, 0, 1, 2), (0, 1, 2, 3), (0, 1, 0, 1))
"""Which of four lines share a melody."""
_REGISTER_SHIFTS = {"chorus": 3, "pre-chorus": 1, "bridge": 1}


def distribute_lines(
    sections: list[Section], lines: list[str], beats_per_bar: int, chords: list[ChordMarks] | None = None
) -> list[Section]:
    """Distribute ``lines``, and the ``chords`` over them, over the sections of a grid that are sung in, by
    their length.
    """
    silent = ("intro", "outro", "solo", "instrumental", "break", "interlude")
    open_ = [i for i, section in enumerate(sections) if section.label.lower() not in silent] or list(
        range(len(sections))
    )
    total = sum(sections[i].bars for i in open_)
    result, used, passed = list(sections), 0, 0
    for i in open_:
        passed += sections[i].bars
        upto = round(len(lines) * passed / total)
        chosen, marks = tuple(lines[used:upto]), tuple((chords or [])[used:upto])
        used = upto
        if chosen:
            pace = _beats_a_line(sections[i].bars, len(chosen), beats_per_bar)
            result[i] = replace(sections[i], lines=chosen, beats_per_line=pace, chords=marks)
    return result


def place_stanzas(
    sections: list[Section], parts: Sequence[Stanza], beats_per_bar: int, *, staged: bool = False
) -> list[Section] | None:
    """Put each stanza of a tagged form into the next section of a grid that has its name.

    One that stands for itself and is ``staged`` has the longest of that name, or of all. ``None`` where there
    is no form to follow, or where the grid has not all of its sections.
    """
    if len({part.label for part in parts}) < 2 and not staged and not any(part.soloist for part in parts):
        return None
    result, at = list(sections), 0
    alone = len(parts) == 1 and staged
    if alone:
        named = [n for n, section in enumerate(sections) if section.label == parts[0].label]
        at = max(named or range(len(sections)), key=lambda n: sections[n].bars)
    for part in parts:
        while not alone and at < len(sections) and sections[at].label != part.label:
            at += 1
        if at == len(sections):
            return None
        result[at] = replace(sections[at], soloist=part.soloist, written=part.bars, stanza=part.number)
        if part.lines:
            pace = _beats_a_line(sections[at].bars, len(part.lines), beats_per_bar)
            result[at] = replace(result[at], lines=part.lines, beats_per_line=pace, chords=part.chords)
        at += 1
    return result


def name_stanzas(sections: Sequence[Section], parts: Sequence[Stanza]) -> list[Section]:
    """Say of the sections of a grid which stanzas they are, as far as it has them in that order."""
    result, at = list(sections), 0
    for part in parts:
        found = next((i for i in range(at, len(result)) if result[i].label == part.label), None)
        if found is not None:
            result[found] = replace(result[found], stanza=part.number)
            at = found + 1
    return result


def _beats_a_line(bars: int, lines: int, beats_per_bar: int) -> float:
    per_line = bars * beats_per_bar / lines
    return min(float(np.floor(per_line)) if per_line >= 2 else per_line, 4.0 * beats_per_bar)


def singers_of(brief: Brief) -> tuple[str, ...]:
    """Give the singers that a brief names: one, or the two of a duet."""
    return tuple(
        name
        for name in brief.instruments
        if name in INSTRUMENTS and INSTRUMENTS[name].track == "vocals" and name != "spoken voice"
    )


def voices_of(lyrics: str | None, lines: Sequence[LyricLine]) -> list[str]:
    """Give the voice that the lyrics name for each line that is sung, where they name any."""
    sections = parse_lyrics(lyrics or "")
    written = [
        (line, voice)
        for section in sections
        for line, voice in zip(section.lines, section.voices or ("",) * len(section.lines), strict=True)
    ]
    found, at = [], 0
    for line in lines:
        at = next((n for n in range(at, len(written)) if written[n][0] == line.text), at)
        found.append(written[at][1] if at < len(written) else "")
        at += 1
    return found if any(found) else []


def divide_lines(
    notes: tuple[Note, ...], lines: tuple[LyricLine, ...], singers: tuple[str, ...], lyrics: str | None = None
) -> list[Part]:
    """Give ``singers`` their parts, each in its register: the lines that the lyrics give them, nobody's lines
    to the first; without any such, the two of a duet sing line by line in turn.
    """
    if len(singers) < 2:
        return [Part("vocals", singers[0], notes)]
    starts = np.array([line.start for line in lines])
    named = voices_of(lyrics, lines)
    turns = [singers.index(v) if v in singers else 0 for v in named] or [n % 2 for n in range(len(lines))]
    at = np.searchsorted(starts, [note.start + 0.01 for note in notes], side="right") - 1
    first = [note for note, line in zip(notes, at, strict=True) if turns[max(0, line)] == 0]
    second = [note for note, line in zip(notes, at, strict=True) if turns[max(0, line)] == 1]
    between = (INSTRUMENTS[singers[0]].low + INSTRUMENTS[singers[0]].high) / 2
    shift = 12 * round(((INSTRUMENTS[singers[1]].low + INSTRUMENTS[singers[1]].high) / 2 - between) / 12)
    moved = [replace(note, pitch=note.pitch + shift) for note in second]
    parts = (Part("vocals", singers[0], tuple(first)), Part("vocals", singers[1], tuple(moved)))
    return [part for part in parts if part.notes]


def vocal_line(plan: SongPlan, member: Member) -> tuple[tuple[Note, ...], tuple[LyricLine, ...]]:
    """Write the notes of the voice, and the lines with their times. A section returns with its melody."""
    writer = PartWriter(plan, member, "voice", exact=True)
    instrument = INSTRUMENTS[member.instrument]
    spoken = member.instrument == "spoken voice"
    low, high = instrument.low + 2, instrument.high - 4
    found: list[LyricLine] = []
    shapes: dict[tuple[str, int], list[tuple[float, float]]] = {}
    previous: float | None = None
    metre = plan.timeline.metre
    climax_section = _last_chorus(plan)
    for number, section in enumerate(plan.sections):
        if not section.lines:
            continue
        bars = [bar for bar in plan.bars if bar.section == number]
        start, intensity = bars[0].start, plan.intensity(bars[0])
        lift = _REGISTER_SHIFTS.get(section.label, 0)
        for index, line in enumerate(section.lines):
            words = split_words(line)
            syllables = [syllable for _, parts in words for syllable in parts]
            letter, weights, placed, rng = _placed(plan, section, index, spoken=spoken)
            begin = start + index * section.beats_per_line
            closes = index % 4 == 3 or index == len(section.lines) - 1
            onsets = [onset * metre.unit for onset in placed]
            slots = _note_slots(begin, onsets, section.beats_per_line, closes, weights)
            if spoken:
                pitches = _spoken_pitches(slots, low, rng)
            else:
                shape = _grid_pitches(plan, slots, low, high)
                if shape is None and (earlier := shapes.get((section.label, letter))):
                    shape = [min(earlier, key=lambda note: abs(note[0] - at))[1] for at in onsets]
                third_line = index % 4 == 2
                climax = number == climax_section
                if shape and climax and third_line:
                    shape = [aim + 2 for aim in shape]
                top = min(instrument.high, high + lift - 2 + climax)
                pitches = choose_pitches(
                    plan, slots, low + lift, top, rng, previous, shape, centre=2.0 if third_line else 0.0
                )
                shapes.setdefault((section.label, letter), list(zip(onsets, pitches, strict=True)))
            previous = pitches[-1]
            timed = _write_line(writer, slots, pitches, syllables, intensity)
            if timed:
                found.append(_lyric_line(line, words, timed))
    return writer.sorted_notes(), tuple(found)


def sung_onsets(plan: SongPlan, number: int, index: int, *, spoken: bool) -> list[float]:
    """Give the beats, from the start of a section, on which the syllables of one of its lines are sung."""
    section = plan.sections[number]
    _, _, placed, _ = _placed(plan, section, index, spoken=spoken)
    return [index * section.beats_per_line + onset * plan.timeline.metre.unit for onset in placed]


def _placed(
    plan: SongPlan, section: Section, index: int, *, spoken: bool
) -> tuple[int, list[bool], list[float], np.random.Generator]:
    """Place the syllables of a line: which melody it has, their stresses and onsets, and its chance."""
    metre = plan.timeline.metre
    form = _LINE_FORMS[int(random_stream(plan.seed, "verse form", section.label).integers(len(_LINE_FORMS)))]
    words = split_words(section.lines[index])
    weights = [
        heavy for word, parts in words for heavy in stressed_syllables(word, list(parts), plan.brief.language)
    ]
    letter = form[index % 4]
    rng = random_stream(plan.seed, "sung", section.label, letter)
    early = _pickup(weights, section.beats_per_line / metre.unit, metre.compound) if index else []
    count = sum(len(parts) for _, parts in words)
    placed = early + place_syllables(
        count - len(early), section.beats_per_line / metre.unit, metre.compound, rng,
        dense=spoken, weights=weights[len(early) :], bar=metre.beats,
    )  # fmt: skip
    return letter, weights, placed, rng


def _last_chorus(plan: SongPlan) -> int | None:
    """Find the last of several sung choruses, which is the climax of the song."""
    choruses = [i for i, section in enumerate(plan.sections) if section.label == "chorus"]
    return choruses[-1] if sum(bool(plan.sections[i].lines) for i in choruses) > 1 else None


def place_syllables(
    count: int, span: float, compound: bool, rng: np.random.Generator, *, dense: bool = False,
    weights: list[bool] | None = None, bar: int = 4,
) -> list[float]:  # fmt: skip
    """Place the syllables of a line in time, by dynamic programming over the metrical grid.

    Syllables lie about evenly, and stressed ones on strong beats where possible. Which off-beats are sung is
    drawn from ``rng``, and is the same for every line of a kind.

    Parameters
    ----------
    count
        Syllables.
    span
        Beats of the line; a breath is left at its end.
    compound
        Whether a beat divides into three.
    rng
        Its chance.
    dense
        Whether it is rapped, on a finer grid.
    weights
        Whether each syllable is stressed.
    bar
        Beats of a bar.

    Returns
    -------
    list of float
        Onsets in beats, strictly rising from 0.

    """
    usable = span - min(1.5 if span >= 8 else 1.0, 0.2 * span)
    steps = [1 / 3, 1 / 6] if compound else [0.25, 0.125] if dense else [0.5, 0.25, 0.125]
    step = next((step for step in steps if count <= usable / step + 1e-6), usable / count)
    slots = max(count, int(usable / step + 1e-6))
    taste = rng.normal(0, 0.45, 64)
    gap = min(slots / count, 1.5 / step)
    if count < 2 or count == slots:
        return [i * step for i in range(count)]
    beat = np.arange(slots) * step
    strong = np.where(np.abs(beat % bar) < 1e-6, 2.0, np.where(np.abs(beat % 2) < 1e-6, 1.4, 0.0))
    strong = np.where((strong == 0) & (np.abs(beat % 1) < 1e-6), 0.8, strong)
    heavy = weights if weights and len(weights) == count else [False] * count
    light = 0.25 if weights and any(weights) else 0.0
    # A rhythm repeats with the bar, so the preference for its off-beats does too.
    liking = taste[(np.round((beat % bar) / step).astype(int)) % 64]
    widest = min(slots, int(3 * gap) + 2)
    moves = np.arange(1, widest + 1)
    pull = ((moves - gap) / max(gap, 1.0)) ** 2
    cost = np.full(slots, np.inf)
    cost[0] = 0.0
    came: list[npt.NDArray[np.int_]] = []
    for i in range(1, count):
        best, source = np.full(slots, np.inf), np.zeros(slots, int)
        for move, price in zip(moves.tolist(), pull.tolist(), strict=True):
            reached = cost[: slots - move] + price
            better = reached < best[move:]
            best[move:][better] = reached[better]
            source[move:][better] = np.flatnonzero(better)
        best += (1.1 * (2.0 - strong) * 0.7 if heavy[i] else light * strong) + liking
        best[slots - (count - 1 - i) :] = np.inf
        cost = best
        came.append(source)
    if not np.isfinite(cost).any():
        return [i * step for i in range(count)]
    # The line ends at the cheapest place, which is near the breath rather than long before it.
    at = int(np.argmin(cost))
    chosen = [at]
    for source in reversed(came):
        at = int(source[at])
        chosen.append(at)
    return [position * step for position in reversed(chosen)]


def _pickup(weights: list[bool], span: float, compound: bool) -> list[float]:
    """Place the unstressed syllables that a line begins with before the bar, in the breath of the line
    before.

    Then the first stressed syllable falls on the downbeat. None are moved where there is no time for all.
    """
    light = weights.index(True) if True in weights else 0
    step = 1 / 3 if compound else 0.5
    room = int((_breath(span) - 0.1) / step)
    if not 0 < light <= room or len(weights) - light < 2:
        return []
    return [-step * (light - i) for i in range(light)]


def _breath(span: float) -> float:
    """Give the beats of silence at the end of a line."""
    return min(1.25, 0.15 * span)


def _note_slots(
    begin: float, onsets: list[float], span: float, final: bool, weights: list[bool]
) -> list[NoteSlot]:
    ends = [*onsets[1:], min(span - _breath(span), onsets[-1] + 2.5)]
    slots = []
    for number, (onset, end) in enumerate(zip(onsets, ends, strict=True)):
        last = number == len(onsets) - 1
        slots.append(
            NoteSlot(
                begin + onset,
                max(0.1, min(end - onset, 2.5)),
                abs(onset % 1) < 1e-6 or weights[number],
                final and last,
                last and not final,
            )
        )
    return slots


def _spoken_pitches(slots: list[NoteSlot], low: float, rng: np.random.Generator) -> list[float]:
    """Give the pitches of speech: high on the beat, falling through the line."""
    fall = np.linspace(4, 0, len(slots))
    return [
        float(round(low + fall[i] + (2 if slot.strong else 0) + rng.integers(-1, 2)))
        for i, slot in enumerate(slots)
    ]


def _grid_pitches(plan: SongPlan, slots: list[NoteSlot], low: float, high: float) -> list[float] | None:
    """Give the pitches of the grid's melody at the slots, within the voice's range; ``None`` without one."""
    if not plan.melody:
        return None
    starts = np.array([note.start for note in plan.melody])
    pitches = []
    for slot in slots:
        pitch = plan.melody[int(np.abs(starts - plan.timeline.seconds_at(slot.beat)).argmin())].pitch
        while pitch > high:
            pitch -= 12
        while pitch < low:
            pitch += 12
        pitches.append(float(pitch))
    return pitches


def _write_line(
    writer: PartWriter, slots: list[NoteSlot], pitches: list[float], syllables: list[str], intensity: float
) -> list[Note | None]:
    notes = []
    for slot, pitch, syllable in zip(slots, pitches, syllables, strict=True):
        strength = 0.95 if slot.strong else 0.86
        notes.append(
            writer.write(
                slot.beat,
                slot.length * 0.97,
                pitch,
                strength,
                intensity=max(0.6, intensity),
                syllable=syllable,
            )
        )
    return notes if any(notes) else []


def _lyric_line(text: str, words: list[tuple[str, list[str]]], notes: list[Note | None]) -> LyricLine:
    times: list[tuple[float, str]] = []
    at = 0
    for word, parts in words:
        note = notes[at]
        if note is not None:
            times.append((note.start, word))
        at += len(parts)
    sounding = [note for note in notes if note is not None]
    return LyricLine(
        sounding[0].start, max(note.start + note.duration for note in sounding), text, tuple(times)
    )
