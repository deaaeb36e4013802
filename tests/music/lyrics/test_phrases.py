"""Lines laid over a separated voice."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiopod_mcp.music.lyrics.letter_sounds import count_sung_syllables, sibilant_places
from audiopod_mcp.music.lyrics.phrase_search import align_phrases
from audiopod_mcp.music.lyrics.voice_evidence import evidence_from_voice

RATE = 22_050
VERSE = [
    "the boat is out upon the water", "a lamp", "nobody knows the hour or the way", "we walk along",
    "over the hill and into the meadow", "home again", "all that I wanted was a little more", "and then",
]  # fmt: skip


def sung(lines, *, pace=0.25, pauses=(0.0, 0.0), hisses=True, seed=1):
    """A voice that sings lines on a glottal buzz, a hiss where ``s`` is; and when each begins."""
    dice = np.random.default_rng(seed)
    parts, begins, at = [np.zeros(RATE)], [], 1.0
    for line in lines:
        begins.append(at)
        for word in line.split():
            for syllable in range(max(1, sum(letter in "aeiou" for letter in word) - word.endswith("e"))):
                length = round(RATE * pace * dice.uniform(0.85, 1.15))
                time = np.arange(length) / RATE
                pitch = dice.choice([196.0, 220.0, 247.0])
                tone = sum(np.sin(2 * np.pi * pitch * k * time) / k for k in range(1, 12)) * np.exp(-2 * time)
                if hisses and syllable == 0 and "s" in word:
                    noise = dice.standard_normal(length // 3)
                    tone[: length // 3] = np.diff(noise, prepend=0.0) * 0.8
                parts.append(0.2 * tone)
                at += length / RATE
        pause = dice.uniform(*pauses)
        parts.append(np.zeros(round(pause * RATE)))
        at += round(pause * RATE) / RATE
    voice = np.concatenate([*parts, np.zeros(RATE)]).astype(np.float32)
    return np.stack([voice, voice], axis=1), np.asarray(begins)


def aligned(lines, voice):
    syllables = np.asarray([count_sung_syllables(line) for line in lines], np.intp)
    evidence = evidence_from_voice(voice, RATE, max(4, round(10 * len(voice) / RATE)))
    return align_phrases(evidence, lines, syllables)


@pytest.mark.slow
def test_lines_with_pauses_between_them_are_found():
    voice, begins = sung(VERSE * 2, pauses=(0.3, 2.5))
    found = aligned(VERSE * 2, voice)
    assert np.abs([line.start for line in found] - begins).max() < 0.35
    assert all(0 <= line.confidence <= 1 for line in found)
    assert np.median([line.confidence for line in found]) > 0.5


@pytest.mark.slow
def test_where_there_is_no_pause_the_hisses_tell_lines_of_one_length_apart():
    dice = np.random.default_rng(3)
    lines = [" ".join(dice.choice(["sun", "sea", "man", "tree", "moon", "door"], 5)) for _ in range(12)]
    lines += ["a tree or a door", *lines[::-1]]
    errors = {}
    for hisses in (True, False):
        voice, begins = sung(lines, hisses=hisses)
        # An instrument that was taken for a voice, before the first line.
        extra, _ = sung(["moon moon tree"], hisses=False, seed=2)
        voice = np.concatenate([extra[RATE:-RATE], voice[RATE:]])
        begins = begins + len(extra) / RATE - 3
        errors[hisses] = np.abs([line.start for line in aligned(lines, voice)] - begins)
    assert np.median(errors[True]) < 0.3
    assert np.median(errors[True]) < np.median(errors[False])


@pytest.mark.slow
@settings(max_examples=20)
@given(
    st.lists(st.text(max_size=30), min_size=1, max_size=6),
    st.floats(0.0, 3.0),
    st.sampled_from(["silence", "noise", "click"]),
)
def test_whatever_is_sung_lines_are_in_order_and_inside(lines, seconds, kind):
    samples = max(1, round(seconds * RATE))
    voice = np.zeros((samples, 2), np.float32)
    if kind == "noise":
        voice += np.random.default_rng(1).standard_normal(voice.shape).astype(np.float32)
    elif kind == "click":
        voice[samples // 2] = 1
    found = aligned(lines, voice)
    assert len(found) == len(lines)
    starts = [line.start for line in found]
    assert starts == sorted(starts)
    assert all(line.start <= line.end and 0 <= line.confidence <= 1 for line in found)


@pytest.mark.parametrize(
    ("line", "syllables"),
    [
        ("DNA", 3),
        ("my DNA, baby", 6),
        ("the FBI", 4),
        ("I am", 2),
        ("LOVE is", 2),
        ("", 1),
        ("…", 1),
    ],
)
def test_abbreviations_are_spelled(line, syllables):
    assert count_sung_syllables(line) == syllables


def test_a_text_in_capitals_is_no_abbreviation():
    assert count_sung_syllables("NOW OR NEVER", shouted=True) == 4


@given(st.text(max_size=60))
def test_hisses_lie_within_the_line(line):
    places = sibilant_places(line)
    assert ((places >= 0) & (places <= 1)).all()


def test_hisses_are_where_the_letters_are():
    assert len(sibilant_places("no moon at all")) == 0
    (place,) = sibilant_places("sssh no more at all")
    assert place < 0.2
    assert len(sibilant_places("Josh chose six roses")) >= 6
    assert len(sibilant_places("я не знаю")) == 0
