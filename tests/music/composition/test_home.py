"""Music settles on its tonic: where a piece begins, rests and ends, and what stands under it."""

from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.model import SAMPLE_RATE, Brief, Grid, Note, Score
from audiopod_mcp.music.styles import STYLES
from audiopod_mcp.music.synthesis import INSTRUMENTS, render
from audiopod_mcp.music.theory import parse_chord, parse_key, voice_leading

SOME_STYLES = (
    "pop",
    "rock",
    "jazz",
    "folk",
    "house",
    "country",
    "reggae",
    "soul",
    "trance",
    "bossa nova",
    "cumbia",
)


@cache
def composed(style: str, key: str, seed: int, **changes: object) -> Score:
    own = STYLES[style]
    brief = Brief(
        "", style=style, tempo=round(sum(own.tempo) / 2), timesignature=own.timesignature, key=key,
        energy=own.energy, duration=50.0, **changes,
    )  # fmt: skip
    return compose(brief, seed=seed)


def tonic_of(score: Score) -> int:
    key = parse_key(score.key)
    assert key is not None
    return key.tonic


def bass_of(score: Score) -> list[Note]:
    return [note for part in score.parts if part.track == "bass" for note in part.notes]


def root_at(score: Score, time: float) -> int | None:
    label = next((span.label for span in score.chords if span.start <= time < span.end), "N")
    chord = parse_chord(label)
    return chord.root if chord else None


def seconds_by_class(notes: list[Note]) -> np.ndarray:
    classes = np.zeros(12)
    for note in notes:
        classes[round(note.pitch) % 12] += note.duration
    return classes


@pytest.mark.slow
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("key", "seed"), [("Eb major", 3), ("F# minor", 4)])
def test_a_piece_of_every_style_begins_and_ends_at_home(style: str, key: str, seed: int) -> None:
    score = composed(style, key, seed)
    tonic = tonic_of(score)
    assert root_at(score, 0.0) == tonic
    assert root_at(score, score.duration - 0.1) == tonic
    bass = bass_of(score)
    if bass and bass[-1].start > score.downbeats[-2]:  # Where it plays to the end.
        assert round(bass[-1].pitch) % 12 == tonic


@pytest.mark.slow
@pytest.mark.parametrize("style", SOME_STYLES)
def test_sections_come_home_or_lead_there(style: str) -> None:
    settled = []
    for seed in range(6):
        score = composed(style, ("A minor", "D major")[seed % 2], seed)
        tonic = tonic_of(score)
        for section, following in pairwise(score.sections):
            rests = root_at(score, section.end - 0.1) == tonic
            settled.append(rests or root_at(score, following.start + 0.05) == tonic)
    assert np.mean(settled) > 0.9


@pytest.mark.slow
@pytest.mark.parametrize("style", SOME_STYLES)
def test_the_bass_stands_on_the_tonic_longer_than_anywhere_else(style: str) -> None:
    degrees = np.zeros(12)
    for seed in range(6):
        score = composed(style, ("Bb major", "E minor")[seed % 2], seed)
        degrees += np.roll(seconds_by_class(bass_of(score)), -tonic_of(score))
    assert int(np.argmax(degrees)) == 0


@pytest.mark.slow
def test_minor_keys_have_their_leading_tone_and_keep_their_seventh() -> None:
    """The raised seventh closes; elsewhere minor stays natural."""
    for style in ("pop", "folk", "house", "rock"):
        chords = []
        for seed in range(6):
            score = composed(style, "A minor", seed)
            chords += [span.label for span in score.chords]
        assert any(label in ("E", "E7") for label in chords), style
        assert any(label.startswith("G") and "#" not in label for label in chords), style


@pytest.mark.slow
def test_the_tune_rests_on_the_tonic_where_the_harmony_is_home() -> None:
    rests = []
    for style in ("pop", "folk", "country", "classical", "jazz", "ballad"):
        for seed in range(5):
            score = composed(style, "F major", seed)
            lead = next(m.instrument for m in STYLES[style].band if m.role == "lead")
            tune = next((p.notes for p in score.parts if p.instrument == lead), ())
            for section in score.sections:
                inside = [note for note in tune if section.start <= note.start < section.end - 0.02]
                if inside and root_at(score, inside[-1].start + 0.05) == 5:
                    rests.append(round(inside[-1].pitch) % 12 == 5)
    assert len(rests) > 30
    assert np.mean(rests) > 0.6


def test_styles_keep_the_harmony_that_makes_them() -> None:
    blues = {span.label for span in composed("blues", "E major", 1).chords}
    assert {"E7", "A7"} <= blues
    jazz = [span.label for seed in range(4) for span in composed("jazz", "C major", seed).chords]
    assert {"Dm7", "G7"} <= set(jazz)
    techno = [span.label for span in composed("techno", "C minor", 2).chords]
    assert not any(label.startswith("G") for label in techno if label != "Gm")  # No dominant in a drone.


def test_a_minor_ninth_keeps_its_root_in_four_voices() -> None:
    """Without it the chord is the relative major seventh."""
    chord = parse_chord("Am9")
    assert chord is not None
    assert 9 in {pitch % 12 for pitch in voice_leading(chord, (), 52, 76)}


def test_a_bar_is_heard_by_its_accents() -> None:
    score = composed("pop", "C major", 2)
    guitar = next(p.notes for p in score.parts if p.instrument == "electric guitar")
    beat = 60 / score.tempo
    phases = [(note.start / beat) % 4 for note in guitar]

    def loudness(at: float) -> float:
        return float(np.mean([n.velocity for n, p in zip(guitar, phases, strict=True) if abs(p - at) < 0.1]))

    assert loudness(0.0) > loudness(2.0) > loudness(1.0) > loudness(0.5)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["C minor", "D major", "F minor", "A major"])
def test_the_bass_drum_of_a_machine_is_tuned_to_the_key(key: str) -> None:
    score = composed("house", key, 1)
    drums = [p for p in score.parts if p.track == "drums"]
    assert drums
    assert INSTRUMENTS[drums[0].instrument].unpitched
    kicks = tuple(
        Note(0.5 + 0.8 * number, 0.3, 36, 100) for number in range(8)
    )  # Alone, so that nothing else is measured.
    alone = replace(score, duration=8.0, parts=(replace(drums[0], notes=kicks),))
    sound = render(alone)["drums"].mean(axis=1)
    spectrum = np.zeros(1 << 18)
    for note in kicks:
        tail = sound[round((note.start + 0.1) * SAMPLE_RATE) : round((note.start + 0.5) * SAMPLE_RATE)]
        spectrum[: 1 << 17] += np.abs(np.fft.rfft(tail * np.hanning(len(tail)), 1 << 18))[: 1 << 17]
    hertz = np.fft.rfftfreq(1 << 18, 1 / SAMPLE_RATE)
    low = (hertz > 30) & (hertz < 90)
    peak = hertz[: 1 << 17][low[: 1 << 17]][np.argmax(spectrum[: 1 << 17][low[: 1 << 17]])]
    apart = (69 + 12 * np.log2(peak / 440) - tonic_of(score) + 6) % 12 - 6
    assert abs(apart) < 0.7


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["dorian", "phrygian", "lydian", "mixolydian"])
def test_in_a_church_mode_the_bass_says_where_home_is(mode: str) -> None:
    """Its notes are those of a major key: only what is played longest and lowest tells its tonic."""
    shares = []
    for style in ("pop", "folk", "jazz", "house", "celtic", "latin"):
        degrees = np.roll(seconds_by_class(bass_of(composed(style, f"D {mode}", 1))), -2)
        shares.append(degrees[0] / degrees.sum())
    assert np.mean(shares) > 0.5


def test_chords_that_are_given_keep_their_own_bass_in_a_church_mode() -> None:
    labels = tuple(label for label in ("C", "D", "C", "D") for _ in range(4)) * 6
    grid = Grid(tuple(0.5 * beat for beat in range(97)), chords=labels)
    brief = Brief("", style="pop", key="C lydian", duration=48.0, tempo=120)
    bass = bass_of(compose(brief, seed=2, grid=grid))
    starts = [round(n.pitch) % 12 for n in bass if abs((n.start % 4) - 2.0) < 0.05]
    assert set(starts) == {2}
