"""Melodies, stresses, voice leading, and what tells styles apart: counted, note by note."""

from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest

from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.composition.figures import BASS_FIGURES, COMPING_FIGURES
from audiopod_mcp.music.composition.grooves import GROOVES
from audiopod_mcp.music.composition.percussion import PERCUSSION
from audiopod_mcp.music.composition.stanzas import split_words
from audiopod_mcp.music.composition.stress import stressed_syllables
from audiopod_mcp.music.lyrics.syllables import syllables
from audiopod_mcp.music.model import Activity, Brief, Note, Score
from audiopod_mcp.music.styles import STYLES, Style
from audiopod_mcp.music.theory import parse_chord

LYRICS = """[Verse]
I was running out of reasons to believe
When you found me in the middle of the rain

[Chorus]
Carry me over the water
And carry me home to the sea
"""


def brief_for(style: str, **changes: object) -> Brief:
    name = STYLES[style]
    return replace(
        Brief(
            "",
            style=style,
            tempo=round(sum(name.tempo) / 2),
            timesignature=name.timesignature,
            energy=name.energy,
        ),
        **changes,
    )


def melody_of(style: str, seed: int) -> tuple[Score, list[Note]]:
    """A piece of a style, and its lead's notes."""
    score = compose(brief_for(style, duration=100.0), seed=seed)
    lead = next(member.instrument for member in STYLES[style].band if member.role == "lead")
    return score, [note for part in score.parts if part.instrument == lead for note in part.notes]


TUNEFUL = ("pop", "folk", "jazz", "waltz", "reggae", "christmas")


@pytest.mark.slow
def test_tunes_go_by_step_and_turn_back_after_a_leap() -> None:
    steps, turns = [], []
    for style in TUNEFUL:
        for seed in (1, 2):
            _, notes = melody_of(style, seed)
            moves = np.diff([note.pitch for note in notes])
            steps.append(np.mean(np.abs(moves[moves != 0]) <= 2))
            turns += [a * b <= 0 for a, b in pairwise(moves) if abs(a) >= 5]
    assert 0.5 < np.mean(steps) < 0.8
    assert np.mean(turns) > 0.65


def test_tunes_breathe_and_rest_on_the_chord_where_sections_end() -> None:
    for style in TUNEFUL:
        score, notes = melody_of(style, 3)
        spans = [s for s in score.sections if any(s.start - 0.03 <= n.start < s.end - 0.03 for n in notes)]
        sounding = sum(note.duration for note in notes)
        assert 0.5 < sounding / sum(span.end - span.start for span in spans) < 0.88
        settled = []
        for span in spans:
            last = [note for note in notes if span.start - 0.03 <= note.start < span.end - 0.03][-1]
            under = next(chord for chord in reversed(score.chords) if chord.start <= last.start + 0.05)
            settled.append(round(last.pitch) % 12 in parse_chord(under.label).tones)
        assert np.mean(settled) > 0.7


def test_a_chorus_comes_back_varied_but_recognisable() -> None:
    shares = []
    for style in ("pop", "rock", "soul"):
        score, notes = melody_of(style, 5)
        starts = [span.start for span in score.sections if span.label == "chorus"]
        beat = 60 / score.tempo
        heard = [
            {round(4 * (n.start - s) / beat) for n in notes if 0 <= n.start - s + 0.05 < 32 * beat}
            for s in starts
        ]
        shares += [len(heard[0] & other) / len(heard[0] | other) for other in heard[1:]]
    assert all(share > 0.7 for share in shares)
    assert min(shares) < 1


def test_the_last_chorus_holds_the_highest_note() -> None:
    score, notes = melody_of("pop", 5)
    top = max(notes, key=lambda note: note.pitch)
    assert 0.5 < top.start / score.duration < 0.95


def test_top_voice_and_bass_shun_parallel_fifths_and_octaves() -> None:
    found = changes = 0
    for seed in range(4):
        score = compose(brief_for("ballad", duration=90.0), seed=seed)
        pads = next(part.notes for part in score.parts if part.instrument == "strings")
        tops = []
        for chord in score.chords:
            top = max(
                (n.pitch for n in pads if n.start <= chord.start + 0.3 < n.start + n.duration), default=None
            )
            tops.append((parse_chord(chord.label).root, top))
        for (root, top), (new_root, new_top) in pairwise(tops):
            if top and new_top and root != new_root:
                changes += 1
                found += (top - root) % 12 == (new_top - new_root) % 12 and (top - root) % 12 in (0, 7)
    assert changes > 40
    assert found / changes < 0.1


def test_stressed_syllables_are_sung_on_beats() -> None:
    heavy, light = [], []
    for style in ("pop", "folk", "waltz"):
        score = compose(read_caption(style, lyrics=LYRICS), seed=2)
        beats = np.array(score.beats)
        weights = [
            w
            for line in score.lyrics
            for word, parts in split_words(line.text)
            for w in stressed_syllables(word, parts, "en")
        ]
        for note, weight in zip(
            [n for part in score.parts if part.track == "vocals" for n in part.notes], weights, strict=True
        ):
            (heavy if weight else light).append(np.abs(beats - note.start).min() < 0.04)
    assert np.mean(heavy) > 0.9
    assert np.mean(light) < 0.6


def test_light_syllables_before_the_first_stress_come_before_the_bar() -> None:
    words = "[Verse]\nTonight we fall\nAnd carry me over\nThe river is calling\nMorning is breaking\n"
    score = compose(read_caption("folk at 100 bpm", lyrics=words), seed=2)
    beat, downbeats = 60 / score.tempo, np.array(score.downbeats)
    stresses = [line.words[first][0] for line, first in zip(score.lyrics, (0, 1, 1, 0), strict=True)]
    early = [round((s - line.start) / beat, 2) for line, s in zip(score.lyrics, stresses, strict=True)]
    assert early == [0, 0.5, 0.5, 0]
    assert [bool(np.abs(downbeats - time).min() < 0.02) for time in stresses] == [True] * 4
    assert all(a.end <= b.start for a, b in pairwise(score.lyrics))
    section = next(span for span in score.sections if span.label == "verse")
    assert score.lyrics[0].start >= section.start - 0.01


@pytest.mark.parametrize(("style", "drum"), [("latin", 53), ("blues", 51), ("ballad", 42), ("reggae", 42)])
def test_compound_grooves_differ_by_style_and_keep_to_thirds(style: str, drum: int) -> None:
    score = compose(brief_for(style, timesignature="6/8", tempo=66, duration=60.0, energy=0.7), seed=2)
    beat = 60 / score.tempo
    strokes = [n for p in score.parts if p.instrument.endswith("kit") for n in p.notes if n.pitch == drum]
    assert len(strokes) > 20
    phases = np.array([(n.start - score.downbeats[0]) / beat * 6 for n in strokes])
    assert np.abs(phases - np.round(phases)).mean() < 0.12
    if style == "latin":  # The bembé takes two bars: neighbours differ, every other one is alike.
        bars = [
            tuple(
                round((n.start - d) / beat * 6) for n in strokes if d - 0.05 <= n.start < d + 2 * beat - 0.05
            )
            for d in score.downbeats[4:12]
        ]
        assert bars[0] != bars[1]
        assert bars[0] == bars[2]


@pytest.mark.parametrize(
    ("word", "language", "where"),
    [("believe", "en", 1), ("pretty", "en", 0), ("sensation", "en", 1), ("canción", "es", 1), ("camino", "es", 1),
     ("amour", "fr", 1), ("Erinnerung", "de", 1), ("wieczorem", "pl", 1)],
)  # fmt: skip
def test_words_are_stressed_as_their_language_does(word: str, language: str, where: int) -> None:
    assert stressed_syllables(word, syllables(word), language).index(True) == where


def test_no_two_styles_play_the_same_music() -> None:
    def manner(style: Style) -> tuple:
        return tuple(
            sorted(
                (member.role, member.figure)
                for member in style.band
                if member.role in ("drums", "bass", "comp")
            )
        )

    manners = {name: manner(style) for name, style in STYLES.items()}
    twins = [(a, b) for a, b in combinations(manners, 2) if manners[a] == manners[b]]
    assert twins == []
    known = {"drums": GROOVES, "percussion": PERCUSSION, "bass": BASS_FIGURES, "comp": COMPING_FIGURES}
    for style in STYLES.values():
        for member in style.band:
            assert member.figure in known.get(member.role, [member.figure]), (style.name, member.figure)
        assert set(style.parents) <= set(STYLES)


@pytest.mark.slow
def test_ten_minutes_are_not_one_and_the_same() -> None:
    labels = [span.label for span in compose(brief_for("pop", duration=600.0), seed=1).sections]
    assert labels.count("bridge") > 3


@pytest.mark.slow
def test_an_intro_begins_with_some_of_the_band_and_the_others_join() -> None:
    begun = []
    for style in ("pop", "house", "soul", "country", "reggae", "r&b"):
        score = compose(brief_for(style, duration=100.0), seed=2)
        intro, following = score.sections[:2]
        assert intro.label == "intro"

        def heard(start: float, end: float, score: Score = score) -> set[str]:
            return {
                part.instrument
                for part in score.parts
                if part.track != "fx" and any(start <= n.start < end for n in part.notes)
            }

        quarter = (intro.end - intro.start) / 4
        first, last = heard(0, quarter - 0.1), heard(intro.end - quarter, intro.end - 0.1)
        assert first
        begun.append((first, last, heard(following.start, following.end)))
    assert sum(len(first) < len(last) for first, last, _ in begun) >= 5
    assert all(last <= everybody for _, last, everybody in begun)


@pytest.mark.parametrize("style", ["house", "trance", "dubstep"])
def test_a_build_up_rolls_without_kick_and_bass_into_a_silent_beat_and_the_drop(style: str) -> None:
    score = compose(brief_for(style, duration=100.0), seed=2)
    build = next(s for s, t in pairwise(score.sections) if (s.label, t.label) == ("build", "drop"))
    beat = 60 / score.tempo
    notes = {
        track: [n for p in score.parts if p.track == track for n in p.notes] for track in ("drums", "bass")
    }

    def struck(track: str, begin: float, end: float, pitch: int | None = None) -> int:
        """In beats from the drop."""
        inside = [n for n in notes[track] if begin * beat - 0.02 <= n.start - build.end < end * beat - 0.03]
        return sum(pitch in (None, n.pitch) for n in inside)

    assert struck("drums", -8, 0, 36) == struck("bass", -8, 0) == 0
    # Eighths, then sixteenths up to the last beat, which is silent.
    assert (struck("drums", -8, -4, 38), struck("drums", -4, -1, 38), struck("drums", -1, 0)) == (8, 12, 0)
    assert struck("drums", 0, 1, 36) >= 1
    assert struck("drums", 0, 1, 49) == 1


@pytest.mark.slow
def test_styles_have_fills_of_their_own() -> None:
    def fill(style: str) -> tuple:
        score = compose(brief_for(style, duration=100.0), seed=2)
        end = next(s for s in score.sections[1:-1] if s.label in ("chorus", "verse", "drop")).end
        beat = 60 / score.tempo
        strokes = [n for p in score.parts if p.track == "drums" for n in p.notes]
        last = [n for n in strokes if end - 2 * beat <= n.start < end]
        return tuple(sorted((round(12 * (n.start - end) / beat), n.pitch) for n in last))

    fills = [fill(style) for style in ("rock", "trap", "jazz", "reggae", "latin", "funk", "country", "metal")]
    assert all(fills)
    assert len(set(fills)) == len(fills)


def onsets_a_beat(style: str, activity: Activity) -> float:
    score = compose(brief_for(style, duration=40.0, activity=activity), seed=1)
    times = np.sort([note.start for part in score.parts for note in part.notes])
    return float(1 + (np.diff(times) > 0.03).sum()) / len(score.beats)


@pytest.mark.slow
@pytest.mark.parametrize("style", ["pop", "trap", "jazz", "house", "folk", "waltz", "metal"])
def test_the_more_active_the_players_the_more_is_struck(style: str) -> None:
    levels = (0.0, 0.3, 0.5, 0.8, 1.0)
    found = [onsets_a_beat(style, Activity(x, x, x, x)) for x in levels]
    assert all(less <= more + 0.05 for less, more in pairwise(found))
    assert found[0] < 0.8 * found[2]
    assert found[-1] > 2.8


def test_activity_changes_the_layer_it_names_and_leaves_the_beat() -> None:
    own, calm = (compose(brief_for("rock", activity=Activity(drums=level)), seed=1) for level in (0.5, 0.1))
    layers = [{part.instrument: part.notes for part in score.parts} for score in (own, calm)]
    assert len(layers[1]["acoustic kit"]) < 0.7 * len(layers[0]["acoustic kit"])
    assert layers[0]["electric bass"] == layers[1]["electric bass"]
    snares = [note.start for note in layers[1]["acoustic kit"] if note.pitch == 38]
    assert len(snares) > len(calm.downbeats)  # the backbeat stays
