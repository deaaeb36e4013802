"""The trained network for voices: its arithmetic by the definition, and with its real weights whatever it is given."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from audiopod_mcp.music.analysis.voice_prominence import voice_prominence
from audiopod_mcp.music.model import Refused
from audiopod_mcp.music.separation.separate import separate_tracks, separate_with_notes
from audiopod_mcp.music.separation.two_stem_weights import Weights, write_weights
from audiopod_mcp.music.separation.two_stems import separate_voice, voice_share
from tests.music.synth import chords, drums, si_sdr, silence, stereo, sung

RATE = 44_100

rows = arrays(
    np.float32, st.tuples(st.integers(1, 6), st.integers(1, 5)), elements=st.floats(-4, 4, width=32)
)


@given(
    st.dictionaries(
        st.text("abc.", min_size=1, max_size=6).filter(lambda n: not n.endswith(".scale")), rows, max_size=4
    )
)
def test_weights_come_back_to_within_half_a_step_of_their_column(tmp_path_factory, kernels):
    file = tmp_path_factory.mktemp("weights") / "weights"
    vectors = {f"{name} bias": kernel[0] for name, kernel in kernels.items()}
    write_weights(file, kernels, vectors)
    found = Weights(file)
    for name, kernel in kernels.items():
        assert found[name].dtype == np.float32
        assert (np.abs(found[name] - kernel) <= np.abs(kernel).max(axis=0) / 253 + 1e-6).all()
        np.testing.assert_array_equal(found[f"{name} bias"], kernel[0])


def convolved(signal, kernel, step=1, gap=1):
    """A convolution as the field defines it, with as many zeros around as keep the size, fewer before than after."""
    taps = len(kernel)
    spread = gap * (taps - 1) + 1 - step
    before = spread // 2
    padded = np.pad(signal, ((before, spread - before), (before, spread - before), (0, 0)))
    frames, bins = (size // step for size in signal.shape[:2])
    out = np.zeros((frames, bins, kernel.shape[3]))
    for i in range(taps):
        for j in range(taps):
            out += padded[gap * i :: step, gap * j :: step][:frames, :bins] @ kernel[i, j]
    return out


def transposed(signal, kernel):
    """The transposed convolution by 2: each number adds a kernel's worth around twice its place."""
    frames, bins, _ = signal.shape
    out = np.zeros((2 * frames + 3, 2 * bins + 3, kernel.shape[3]))
    for i in range(5):
        for j in range(5):
            out[i : i + 2 * frames : 2, j : j + 2 * bins : 2] += signal @ kernel[i, j]
    return out[1:-2, 1:-2]


def by_definition(magnitudes, weights, network):
    def layer(name, *shape):
        return weights[f"{network}.{name}.kernel"].reshape(*shape), weights[f"{network}.{name}.bias"]

    def normalized(name, signal):
        return signal * weights[f"{network}.{name}.factor"] + weights[f"{network}.{name}.offset"]

    signal, halves = magnitudes, []
    for level in range(6):
        kernel, bias = layer(f"down.{level}", 5, 5, signal.shape[2], -1)
        halves.append(convolved(signal, kernel, step=2) + bias)
        signal = normalized(f"down.{level}", halves[-1])
        signal = np.where(signal > 0, signal, 0.2 * signal)
    signal = halves[-1]
    for level in range(6):
        kernel, bias = layer(f"up.{level}", 5, 5, signal.shape[2], -1)
        signal = normalized(f"up.{level}", np.maximum(transposed(signal, kernel) + bias, 0))
        if level < 5:
            signal = np.concatenate([halves[4 - level], signal], axis=2)
    kernel, bias = layer("mask", 4, 4, 1, 2)
    return magnitudes / (1 + np.exp(-convolved(signal, kernel, gap=2) - bias))


@pytest.mark.slow
def test_the_network_is_what_its_definition_says():
    dice = np.random.default_rng(1)
    down, up = (
        (2, 16, 32, 64, 128, 256, 512),
        ((512, 256), (512, 128), (256, 64), (128, 32), (64, 16), (32, 1)),
    )
    weights = {}
    for network in ("vocals", "accompaniment"):
        for level in range(6):
            for name, inputs, outputs in (("down", *down[level : level + 2]), ("up", *up[level])):
                place = f"{network}.{name}.{level}"
                weights[f"{place}.kernel"] = dice.standard_normal(
                    (25 * inputs, outputs), np.float32
                ) / np.sqrt(np.float32(12 * inputs))
                for part in ("bias", "offset"):
                    weights[f"{place}.{part}"] = 0.1 * dice.standard_normal(outputs, np.float32)
                weights[f"{place}.factor"] = 1 + 0.1 * dice.standard_normal(outputs, np.float32)
        weights[f"{network}.mask.kernel"] = 0.1 * dice.standard_normal((16, 2), np.float32)
        weights[f"{network}.mask.bias"] = dice.standard_normal(2, np.float32)
    magnitudes = 0.1 + np.square(dice.standard_normal((128, 1024, 2), np.float32))
    voice, rest = (
        by_definition(magnitudes, weights, network) ** 2 for network in ("vocals", "accompaniment")
    )
    found = voice_share(magnitudes, weights)
    assert np.abs(found - voice / (voice + rest)).max() < 1e-3
    assert voice_share(magnitudes[:70], weights).shape == (70, 1024, 2)


@pytest.fixture(scope="module")
def weights(voice_models):
    (file,) = (voice_models / "spleeter").glob("*.safetensors")
    return Weights(file)


@pytest.fixture(scope="module")
def song():
    """Eight seconds of a voice over drums and chords; then the voice alone."""
    voice = stereo(np.concatenate([np.zeros(RATE), sung([67, 69, 72, 71, 67, 64] * 2, 0.5, RATE)]), 0.2)
    band = stereo(drums(120, "khshkhsh", 4, RATE), 0.4)
    pad = stereo(chords([(60, 4), (65, 4), (67, 4), (60, 4)], 2.0, RATE, bass=False), 0.15)
    length = min(len(voice), len(band), len(pad))
    voice = voice[:length]
    return voice + band[:length] + pad[:length], voice


@pytest.mark.slow
def test_a_voice_comes_out_clearer_and_the_same_each_time(song, weights):
    mix, voice = song
    found = separate_voice(mix, RATE, weights)
    assert si_sdr(found, voice) > si_sdr(mix, voice) + 3
    beginning = mix[: 2 * RATE]
    assert np.array_equal(separate_voice(beginning, RATE, weights), separate_voice(beginning, RATE, weights))
    assert (
        voice_prominence(mix, found, RATE)
        > voice_prominence(mix - voice, separate_voice(mix - voice, RATE, weights), RATE) + 6
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rate", "channels", "seconds"),
    [(8000, 1, 2.0), (96_000, 2, 1.0), (48_000, 3, 1.0), (44_100, 2, 0.1), (44_100, 1, 1e-4)],
)
def test_any_recording_gives_a_voice_of_its_own_shape(weights, rate, channels, seconds):
    audio = 0.1 * np.random.default_rng(1).standard_normal((max(1, int(rate * seconds)), channels)).astype(
        np.float32
    )
    found = separate_voice(audio, rate, weights)
    assert found.shape == audio.shape
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    assert not separate_voice(np.zeros_like(audio), rate, weights).any()
    assert voice_prominence(np.zeros_like(audio), found, rate) == -np.inf


@pytest.mark.slow
def test_the_vocals_are_the_networks_and_the_others_come_out_of_the_rest(song, weights):
    mix = song[0][: 4 * RATE]
    found = separate_tracks(mix, RATE, ("drums", "vocals"), voice_weights=weights)
    assert list(found) == ["drums", "vocals"]
    np.testing.assert_array_equal(found["vocals"].audio, separate_voice(mix, RATE, weights))
    again, notes = separate_with_notes(mix, RATE, "vocals", voice_weights=weights)
    np.testing.assert_array_equal(again, found["vocals"].audio)
    assert "trained network" in " ".join(notes)
    drums_alone = separate_with_notes(mix - again, RATE, "drums")[0]
    np.testing.assert_array_equal(found["drums"].audio, drums_alone)
    # Whoever does not ask for the vocals gets what there was before.
    np.testing.assert_array_equal(
        separate_with_notes(mix, RATE, "drums", voice_weights=weights)[0],
        separate_with_notes(mix, RATE, "drums")[0],
    )


@pytest.mark.slow
def test_where_nobody_sings_the_network_says_so(song, weights):
    mix, voice = song
    with pytest.raises(Refused) as refused:
        separate_with_notes(mix - voice, RATE, "vocals", voice_weights=weights)
    assert refused.value.code == "track_not_heard"
    with pytest.raises(Refused):
        separate_with_notes(stereo(silence(2, RATE)), RATE, "vocals", voice_weights=weights)
