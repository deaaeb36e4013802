"""Seams: where they are nothing is heard, and beside them nothing is changed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import lfilter

from audiopod_mcp.music.effects.crossfade import (
    crossfade,
    equal_power_fade,
    fix_length,
    limiter_gain,
    resample,
    splice,
)
from audiopod_mcp.music.effects.level_following import match_levels
from audiopod_mcp.music.effects.mix_matching import (
    apply_filter,
    loudness_gain,
    matching_equalizer,
    scale_stereo_width,
    spectral_balance,
    stereo_width,
)
from audiopod_mcp.music.effects.time_stretch import pitch_shift, pitch_shift_voice, stretch_together
from audiopod_mcp.music.signal.loudness import integrated_loudness

RATE = 44_100


def noise(seconds, seed=0, channels=2, level=0.1):
    return (level * np.random.default_rng(seed).standard_normal((round(seconds * RATE), channels))).astype(
        np.float32
    )


def tone(seconds, hertz=440.0, channels=2):
    time = np.arange(round(seconds * RATE)) / RATE
    return np.repeat(0.5 * np.sin(2 * np.pi * hertz * time)[:, None], channels, axis=1).astype(np.float32)


def pitch_of(audio):
    spectrum = np.abs(np.fft.rfft(audio[:, 0] * np.hanning(len(audio))))
    return float(np.argmax(spectrum) * RATE / len(audio))


def test_a_crossfade_keeps_the_power():
    up = equal_power_fade(1000)
    assert np.square(up) + np.square(up[::-1]) == pytest.approx(1.0)
    both = crossfade(noise(1, 1), noise(1, 2), RATE // 2)
    assert len(both) == round(1.5 * RATE)
    assert both[RATE // 2 : RATE].std() == pytest.approx(0.1, rel=0.03)


@given(st.integers(0, 900), st.integers(1, 600), st.integers(0, 400), st.integers(0, 400))
def test_outside_a_replaced_stretch_every_sample_stays(start, length, fade_in, fade_out):
    audio = noise(0.04, channels=1)
    length = min(length, len(audio) - start)
    out = splice(audio, np.ones((length, 1), np.float32), start, fade_in, fade_out)
    assert np.array_equal(out[:start], audio[:start])
    assert np.array_equal(out[start + length :], audio[start + length :])
    assert out.shape == audio.shape


def test_replacing_a_tone_in_a_tone_does_not_click():
    audio, piece = tone(1, 220), tone(0.5, 331)
    out = splice(audio, piece, RATE // 4, 1323, 1323)
    assert np.abs(np.diff(out[:, 0])).max() < 1.5 * np.abs(np.diff(piece[:, 0])).max()


def test_the_limiter_holds_the_ceiling_and_leaves_the_quiet_alone():
    audio = noise(1)
    audio[RATE // 2] = 2.0
    gain = limiter_gain(audio, RATE, 0.97)
    assert np.abs(audio * gain).max() <= 0.97 + 1e-6
    assert (gain[: RATE // 2 - 500] == 1).all()
    assert np.abs(np.diff(gain[:, 0])).max() < 0.01


def test_rate_and_channels_are_those_of_the_source():
    assert resample(tone(1), RATE, 48_000, 1).shape == (48_000, 1)
    assert pitch_of(resample(tone(1), RATE, 22_050, 2)) / RATE * 22_050 == pytest.approx(440, abs=2)
    assert resample(tone(1, channels=1), RATE, RATE, 6).shape == (RATE, 6)
    assert fix_length(tone(1), 10).shape == (10, 2)
    assert fix_length(tone(1), RATE + 10)[RATE:].max() == 0


def test_matching_brings_balance_and_loudness_together():
    bright, dark = noise(4, 1), np.cumsum(noise(4, 2) * 0.05, axis=0)
    dark -= np.convolve(dark[:, 0], np.ones(2001) / 2001, "same")[:, None]
    target, own = spectral_balance(dark, RATE), spectral_balance(bright, RATE)
    matched = apply_filter(bright, matching_equalizer(own, target, RATE, limit=30))
    middle = slice(6, 16)
    before = np.abs(own - target)[middle].mean()
    after = np.abs(spectral_balance(matched, RATE) - target)[middle].mean()
    assert after < 0.5 * before
    assert matched.shape == bright.shape
    loud = matched * np.float32(loudness_gain(matched, RATE, -20.0))
    assert integrated_loudness(loud, RATE) == pytest.approx(-20.0, abs=0.1)
    assert loudness_gain(np.zeros((RATE, 2), np.float32), RATE, -20.0) == 1.0


def test_a_matching_filter_is_in_time():
    click = np.zeros((RATE, 1), np.float32)
    click[1000] = 1
    flat = spectral_balance(noise(2), RATE)
    out = apply_filter(click, matching_equalizer(flat, flat, RATE))
    assert np.argmax(np.abs(out)) == 1000


def test_width_goes_from_mono_to_wide():
    audio = noise(1)
    assert stereo_width(scale_stereo_width(audio, 0)) == pytest.approx(0, abs=1e-9)
    assert stereo_width(scale_stereo_width(audio, 0.5)) < stereo_width(audio)


def stretched(audio, factor):
    return dict(stretch_together({"": audio}, RATE, factor))[""]


@pytest.mark.parametrize("factor", [0.5, 0.9, 1.1, 2.0])
def test_stretching_changes_the_length_and_not_the_pitch(factor):
    out = stretched(tone(2), factor)
    assert len(out) == round(2 * RATE * factor)
    assert pitch_of(out) == pytest.approx(440, abs=2)
    assert out.std() == pytest.approx(tone(2).std(), rel=0.03)


@pytest.mark.parametrize("semitones", [-12, -3, 5])
def test_shifting_changes_the_pitch_and_not_the_length(semitones):
    out = pitch_shift(tone(2), RATE, semitones)
    assert len(out) == 2 * RATE
    assert pitch_of(out) == pytest.approx(440 * 2 ** (semitones / 12), rel=0.005)


def test_stretched_clicks_stay_in_time():
    audio = np.zeros((4 * RATE, 1), np.float32)
    audio[:: RATE // 4] = 1.0
    out = stretched(audio, 1.25)
    at = np.flatnonzero(out[:, 0] > 0.5)
    late = at - np.arange(16) * RATE // 4 * 1.25  # each of them once
    assert np.abs(late).max() < 0.02 * RATE


def decibels(audio, start, end):
    return 10 * np.log10(np.square(audio[round(start * RATE) : round(end * RATE)]).mean())


@pytest.mark.slow
@pytest.mark.parametrize("rate", [8000, 44_100, 96_000])
def test_what_has_the_levels_of_its_surroundings_is_left_alone(rate):
    audio = noise(3, 1)[: 3 * rate]
    assert match_levels({"bass": audio}, audio, rate)["bass"] == pytest.approx(audio, abs=1e-6)


@pytest.mark.slow
def test_new_music_meets_the_level_of_every_band_at_its_seams_and_keeps_its_own_between_them():
    growing = np.linspace(0.2, 1.0, 10 * RATE, dtype=np.float32)[:, None]
    source = (noise(10, 1) + 0.2 * tone(10, 100.0)) * growing
    stems = {"drums": noise(10, 2), "synth": 0.4 * tone(10, 3000.0)}
    made = match_levels(stems, source, RATE)
    mix = made["drums"] + made["synth"]
    for start, end in ((0.0, 1.0), (9.0, 10.0)):
        assert decibels(mix, start, end) == pytest.approx(decibels(source, start, end), abs=0.5)
    # Between the seams only rises and falls are followed: there the balance stays that of the new music.
    ratio = [decibels(x["drums"], 4, 6) - decibels(x["synth"], 4, 6) for x in (stems, made)]
    assert ratio[1] == pytest.approx(ratio[0], abs=0.1)
    seams = match_levels(stems, source, RATE, seams=(False, True))
    assert np.abs(decibels(seams["drums"] + seams["synth"], 0, 1) - decibels(source, 0, 1)) > 2


@pytest.mark.slow
def test_the_gains_of_all_stems_are_those_of_their_mix():
    source, stems = noise(2, 1) * 3, {"drums": noise(2, 2), "bass": 0.5 * tone(2, 60.0)}
    made, whole = match_levels(stems, source, RATE), match_levels({"mix": sum(stems.values())}, source, RATE)
    assert made["drums"] + made["bass"] == pytest.approx(whole["mix"], abs=1e-4)


def test_silence_on_either_side_gives_numbers():
    silence = np.zeros((RATE, 1), np.float32)
    assert np.isfinite(match_levels({"bass": noise(1, channels=1)}, silence, RATE)["bass"]).all()
    assert not match_levels({"bass": silence}, noise(1, channels=1), RATE)["bass"].any()


def test_a_voice_keeps_its_formants_where_its_pitch_moves():
    def vowel(pitch):
        buzz = np.diff(np.floor(np.arange(44_100) * pitch / 44_100), prepend=0)
        for formant in (700, 1_220, 2_600):
            pole = np.exp(np.pi / 44_100 * (-90 + 2j * formant))
            buzz = lfilter([1], [1, -2 * pole.real, abs(pole) ** 2], buzz)
        return np.repeat(buzz[:, None] / np.abs(buzz).max() / 2, 2, axis=1).astype(np.float32)

    def balance(audio):
        power = np.square(np.abs(np.fft.rfft(audio[:, 0] * np.hanning(len(audio)))))
        edges = np.geomspace(200, 5_000, 13).astype(int)
        levels = [10 * np.log10(power[a:b].sum()) for a, b in itertools.pairwise(edges)]
        return np.array(levels) - np.median(levels)

    sung_higher = balance(vowel(180 * 2 ** (4 / 12)))
    plain, voice = (
        np.abs(balance(change(vowel(180), 44_100, 4)) - sung_higher).mean()
        for change in (pitch_shift, pitch_shift_voice)
    )
    assert voice < 0.7 * plain
