"""The guide voice: each vowel's formants, and a beginning that tells one consonant from another."""

import numpy as np
import pytest

from audiopod_mcp.music.model import SAMPLE_RATE, Note, Part, ignore_progress
from audiopod_mcp.music.synthesis.part_rendering import render_part
from audiopod_mcp.music.synthesis.voice import consonant_of, vowel_of


def sung(syllable: str, pitches: tuple[float, ...] = (52.0,), seconds: float = 0.8) -> np.ndarray:
    notes = tuple(Note(i * (seconds + 0.2), seconds, pitch, 100, syllable) for i, pitch in enumerate(pitches))
    samples = round(len(pitches) * (seconds + 0.2) * SAMPLE_RATE)
    return render_part(Part("vocals", "voice", notes), samples, 1, ignore_progress)


def power(wave: np.ndarray, low: float, high: float) -> float:
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave)))) ** 2
    hertz = np.fft.rfftfreq(len(wave), 1 / SAMPLE_RATE)
    return float(spectrum[(hertz > low) & (hertz < high)].sum())


@pytest.mark.parametrize(
    ("syllable", "first", "second", "low", "high"),
    [("ee", (200, 450), (1800, 2300), -22, -8), ("oo", (200, 480), (560, 860), -18, -5)],
)
def test_the_second_formant_of_close_vowels_is_heard(
    syllable: str, first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    wave = sung(syllable, (45.0, 45.7, 46.4, 47.1, 47.8))
    assert low < 10 * np.log10(power(wave, *second) / power(wave, *first)) < high


def test_consonants_begin_each_in_their_way() -> None:
    early, late = slice(660, 2640), slice(9000, 18_000)
    hiss, murmur, vowel = (sung(syllable) for syllable in ("sa", "ma", "a"))
    assert power(hiss[early], 4000, 11_000) > 3 * power(hiss[early], 100, 1000)
    assert power(hiss[late], 4000, 11_000) < 0.01 * power(hiss[late], 100, 2000)
    closed, opened = (
        power(murmur[part], 800, 4000) / power(murmur[part], 100, 600) for part in (early, late)
    )
    assert closed < 0.1 * opened
    assert np.std(murmur[early]) < 0.7 * np.std(vowel[early])
    # The mouth opens out of "w" by its second formant rising.
    wide = sung("wa")
    assert power(wide[early], 900, 1300) / power(wide[early], 200, 600) < 0.2


@pytest.mark.parametrize(
    ("syllable", "consonant", "vowel"),
    [
        ("street", "s", "i"),
        ("you", "y", "u"), ("yes", "y", "e"), ("sha", "š", "a"), ("the", "θ", "e"), ("my", "m", "a"), ("cry", "k", "a"), ("Ly", "l", "i"),
        ("night", "n", "a"), ("ich", "", "i"), ("calm", "k", "a"), ("над", "n", "a"), ("été", "", "e"), ("'cause", "k", "o"),
        ("ypsilon", "", "i"), ("I", "", "a"), ("i", "", "i"), ("love,", "l", "a"), ("she", "š", "i"), ("", "", "u"), ("mm", "m", "a"), ("schön", "š", "e"),
    ],
)  # fmt: skip
def test_spelling_is_read(syllable: str, consonant: str, vowel: str) -> None:
    assert (consonant_of(syllable), vowel_of(syllable)) == (consonant, vowel)
    # What a note's sound is remembered by reads as itself.
    assert (consonant_of(consonant + vowel), vowel_of(consonant + vowel)) == (consonant, vowel)


def test_a_singer_takes_breath_between_lines_only() -> None:
    notes = tuple(Note(start, 0.6, 57.0, 100, "la") for start in (1.0, 1.6, 2.6))
    wave = render_part(Part("vocals", "voice", notes), 4 * SAMPLE_RATE, 1, ignore_progress)

    def level(first: float, last: float) -> float:
        return float(
            20 * np.log10(np.std(wave[round(first * SAMPLE_RATE) : round(last * SAMPLE_RATE)]) + 1e-9)
        )

    voice, breath = level(1.2, 1.5), level(2.4, 2.55)
    assert -32 < breath - voice < -16
    assert level(3.4, 3.9) < voice - 60
