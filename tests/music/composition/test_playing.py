"""How a score is played: phrases that swell, fills that arrive, bars that differ, tunes that are answered."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.model import Brief, Note, Score
from audiopod_mcp.music.styles import STYLES

CRASH, TOMS_AND_SNARE = 49, (38, 45, 47, 50)


@cache
def composed(style: str, seed: int, seconds: float = 100.0) -> Score:
    own = STYLES[style]
    brief = Brief("", style=style, tempo=round(sum(own.tempo) / 2), energy=own.energy, duration=seconds)
    return compose(brief, seed=seed)


def notes_of(score: Score, track: str) -> list[Note]:
    return [note for part in score.parts if part.track == track for note in part.notes]


def bars(score: Score) -> list[tuple[float, float]]:
    return list(pairwise((*score.downbeats, score.duration)))


def inside(notes: list[Note], start: float, end: float) -> list[Note]:
    return [note for note in notes if start - 0.05 <= note.start < end - 0.05]


def loudness(score: Score, spans: list[tuple[float, float]]) -> float:
    """The mean velocity of everything that is struck in ``spans``."""
    notes = [note for part in score.parts if part.track != "fx" for note in part.notes]
    return float(np.mean([note.velocity for span in spans for note in inside(notes, *span)]))


def test_a_phrase_of_four_bars_is_loudest_after_its_middle() -> None:
    score = composed("classical", 2)
    ends, peaks = [], []
    for section in score.sections:
        own = [bar for bar in bars(score) if section.start - 0.05 <= bar[0] < section.end - 0.05]
        for at in range(0, len(own) - 3, 4):
            ends.append(own[at])
            peaks.append(own[at + 2])
    assert len(peaks) >= 4
    assert loudness(score, peaks) > 1.08 * loudness(score, ends)


@pytest.mark.parametrize("style", ["pop", "rock", "folk"])
def test_sections_grow_into_a_chorus_and_the_end_dies_away(style: str) -> None:
    score = composed(style, 1)
    before = [a for a, b in pairwise(score.sections) if (a.label, b.label) == ("verse", "chorus")]
    assert before
    beginnings = [(section.start, section.start + 2.0) for section in before]
    endings = [(section.end - 2.0, section.end) for section in before]
    assert loudness(score, endings) > 1.05 * loudness(score, beginnings)
    outro = score.sections[-1]
    assert outro.label == "outro"
    middle = (outro.start + outro.end) / 2
    last = loudness(score, [(middle, score.downbeats[-1])])
    assert last < 0.95 * loudness(score, [(outro.start, middle)])


def test_a_machine_swells_less_than_a_quartet() -> None:
    def spread(style: str) -> float:
        score = composed(style, 2)
        section = max(score.sections, key=lambda span: span.end - span.start)
        own = [bar for bar in bars(score) if section.start - 0.05 <= bar[0] < section.end - 0.05]
        return float(np.ptp([loudness(score, [bar]) for bar in own[:8]]))

    assert spread("techno") < 0.6 * spread("classical")


@pytest.mark.parametrize("style", ["pop", "funk", "reggae"])
def test_bars_are_varied_and_come_back(style: str) -> None:
    score = composed(style, 3)
    drums = notes_of(score, "drums")

    def rhythm(bar: tuple[float, float]) -> frozenset[tuple[int, int]]:
        start, end = bar
        return frozenset(
            (round(note.pitch), round(16 * (note.start - start) / (end - start)))
            for note in inside(drums, start, end)
            if round(note.pitch) != CRASH
        )

    verse = next(span for span in score.sections if span.label == "verse")
    own = [bar for bar in bars(score) if verse.start - 0.05 <= bar[0] < verse.end - 0.05]
    first, second, third, fourth = (rhythm(bar) for bar in own[:4])
    assert first == third
    assert len({first, second, fourth}) == 3
    assert len(first & second) > 0.5 * len(first)  # It is the same groove.


@pytest.mark.parametrize("style", ["pop", "rock", "disco"])
def test_fills_arrive_on_a_cymbal_and_are_longer_before_what_is_louder(style: str) -> None:
    filled = {True: [], False: []}
    for seed in range(4):
        score = composed(style, seed)
        drums = notes_of(score, "drums")
        beat = 60 / score.tempo
        for section, following in pairwise(score.sections):
            if section.label == "intro":
                continue
            rises = following.label == "chorus"
            strokes = inside(drums, section.end - 4 * beat, section.end)
            filled[rises].append(sum(note.pitch in TOMS_AND_SNARE for note in strokes))
            if rises:
                crash = [note for note in drums if note.pitch == CRASH]
                assert min(abs(note.start - section.end) for note in crash) < 0.06
    assert np.mean(filled[True]) > np.mean(filled[False])


def test_eight_bars_of_a_long_section_end_in_a_fill() -> None:
    score = composed("rock", 2, 240.0)
    drums = notes_of(score, "drums")
    long = [span for span in score.sections if span.end - span.start > 15 * 4 * 60 / score.tempo]
    inner = []
    for section in long or score.sections:
        own = [bar for bar in bars(score) if section.start - 0.05 <= bar[0] < section.end - 0.05]
        inner += [own[at] for at in range(8, len(own) - 1, 8)]
    assert inner
    for start, _ in inner:
        strokes = inside(drums, start - 60 / score.tempo, start)
        assert sum(note.pitch in TOMS_AND_SNARE for note in strokes) >= 2


@pytest.mark.parametrize("style", ["latin", "soul", "reggae"])
def test_a_tune_is_answered_in_its_rests(style: str) -> None:
    rubs, answered = [], 0
    for seed in range(3):
        score = composed(style, seed)
        lead = next(member.instrument for member in STYLES[style].band if member.role == "lead")
        other = next(member.instrument for member in STYLES[style].band if member.role == "counter")
        tune = [note for part in score.parts if part.instrument == lead for note in part.notes]
        answers = [note for part in score.parts if part.instrument == other for note in part.notes]
        for note in answers:
            over = [n for n in tune if n.start - 0.03 <= note.start < n.start + n.duration - 0.03]
            rubs.append(bool(over))
        answered += len(answers)
    assert answered > 20
    assert np.mean(rubs) < 0.1


@pytest.mark.parametrize("style", ["swing", "boogie"])
def test_an_answer_swings_as_its_call_does(style: str) -> None:
    calls, answers = [], []
    for seed in range(4):
        score = composed(style, seed)
        beat = 60 / score.tempo
        lead = next(member.instrument for member in STYLES[style].band if member.role == "lead")
        for part in score.parts:
            phases = [((note.start + 0.05) / beat) % 1 for note in part.notes]
            calls += phases if part.instrument == lead else []
            answers += phases if part.instrument in ("brass", "saxophone") else []
    halves = [phase for phase in answers if 0.4 < phase < 0.95]
    assert len(halves) > 10
    swung = np.median([phase for phase in calls if 0.4 < phase < 0.95])
    assert np.mean([abs(phase - swung) < 0.12 for phase in halves]) > 0.8


def test_the_band_answers_the_voice_between_its_lines() -> None:
    lines = "[Verse]\nWalking down the empty street\nEvery window holds a light\nNobody remembers me\nOnly the river\n"
    score = compose(read_caption("pop at 100 bpm", lyrics=lines, duration=60, seed=2), seed=2)
    voice = notes_of(score, "vocals")
    verse = next(span for span in score.sections if span.label == "verse")
    lead = [note for part in score.parts if part.instrument == "synth lead" for note in part.notes]
    answers = inside(lead, verse.start, verse.end)
    assert len(answers) >= 2
    for note in answers:  # While a syllable is held at most.
        beats = (note.start - max(n.start for n in voice if n.start <= note.start + 0.05)) * 100 / 60
        assert beats > 0.9


@pytest.mark.parametrize("seconds", [60.0, 100.0, 200.0])
def test_a_blues_has_whole_choruses_of_twelve_bars_in_which_the_tune_calls_and_is_answered(
    seconds: float,
) -> None:
    score = composed("blues", 1, seconds)
    bar = 4 * 60 / score.tempo
    inner = [span for span in score.sections if span.label not in ("intro", "outro")]
    lengths = [round((span.end - span.start) / bar) for span in inner]
    assert all(length == 12 for length in lengths[:-1])
    assert 12 <= lengths[-1] <= 14  # With what is left over, and the last chord
    tune = [note for part in score.parts if part.instrument == "lead guitar" for note in part.notes]
    answers = [note for part in score.parts if part.instrument == "harmonica" for note in part.notes]
    verse = next(span for span in inner if span.label == "verse")
    for phrase in range(3):
        call = verse.start + 4 * phrase * bar
        assert inside(tune, call, call + 2 * bar)
        assert not inside(tune, call + 2 * bar, call + 4 * bar)
        assert inside(answers, call + 2 * bar, call + 4 * bar)


def test_who_accompanies_is_softer_under_the_tune() -> None:
    score = composed("folk", 1)
    tune = [note for part in score.parts if part.instrument == "harmonica" for note in part.notes]
    guitar = [note for part in score.parts if part.instrument == "acoustic guitar" for note in part.notes]
    beat = 60 / score.tempo
    under, alone = [], []
    for section in score.sections:
        if section.label in ("verse", "chorus"):
            for note in inside(guitar, section.start, section.end):
                if ((note.start + 0.03) / beat) % 2 < 0.3:  # Compare what carries the metre alike.
                    sounds = any(n.start - 0.03 <= note.start < n.start + 0.85 * n.duration for n in tune)
                    (under if sounds else alone).append(note.velocity)
    assert np.mean(alone) > np.mean(under)
