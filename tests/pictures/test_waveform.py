"""The picture of a recording shows what is in it."""

import numpy as np
import pytest
import soundfile

from audiopod_mcp.pictures import draw

from .reading import CURVE, PEAK, RMS, SECTION, is_color, pixels, places, plot_of


@pytest.fixture
def drawn(tmp_path):
    """The waveform of samples."""

    def draw_samples(samples, rate, sections=()):
        path = tmp_path / "drawn.wav"
        soundfile.write(path, samples, rate, subtype="FLOAT")
        return pixels(draw("waveform", str(path), sections))

    return draw_samples


def wave(picture):
    """Where there is sound, and how many rows there are for it."""
    sound = is_color(plot_of(picture), PEAK, RMS)
    labels = [row for row, _ in places(picture, "0 dB", 12)]
    return sound, labels[-1] - labels[0]


def test_loud_and_quiet_halves_look_so(drawn):
    t = np.arange(10 * 8000) / 8000
    # Beside a part of the music: then the scale is not cut off on top.
    sound, full = wave(drawn(np.where(t < 5, 0.9, 0.1) * np.sin(2 * np.pi * 220 * t), 8000, [(0, 10, "a")]))
    height = sound.sum(0)
    middle = len(height) // 2
    assert height[10 : middle - 10].mean() == pytest.approx(0.9 * full, abs=4)
    assert height[middle + 10 : -10].mean() == pytest.approx(0.1 * full, abs=4)


def test_the_dark_part_is_the_root_mean_square(drawn):
    t = np.arange(10 * 8000) / 8000
    picture = plot_of(drawn(0.8 * np.sin(2 * np.pi * 220 * t), 8000))[:, 10:-10]
    dark, all_of_it = is_color(picture, RMS).sum(0), is_color(picture, PEAK, RMS).sum(0)
    assert (dark / all_of_it).mean() == pytest.approx(np.sqrt(0.5), abs=0.02)


def test_parts_loudness_and_time_are_told(drawn):
    t = np.arange(20 * 8000) / 8000
    # A sine of 997 Hz with a peak of -23 dB has -26.01 LUFS (BS.1770-4); the three blocks that it ends in, -0.07.
    sine = 10 ** (-23 / 20) * np.sin(2 * np.pi * 997 * t)
    parts = [(0, 10, "intro"), (10, 19.9, "Refrain"), (19.9, 20, "outro"), (30, 40, "beyond"), (9, 9, "none")]
    picture = drawn(np.where(t < 10, sine, 0), 8000, parts)
    plot = plot_of(picture)
    assert [len(places(plot, name)) for name in ("intro", "Refrain", "outro", "beyond", "none")] == [
        1,
        1,
        0,
        0,
        0,
    ]
    lines = np.flatnonzero(is_color(plot, SECTION)[:200].all(0))
    assert lines / plot.shape[1] == pytest.approx([10 / 20, 19.9 / 20], abs=0.001)
    assert places(plot, "Refrain")[0][1] > lines[0]
    assert places(picture, "Loudness -26.1 LUFS")
    curve = is_color(plot, CURVE).sum(0)
    assert curve[100:400].min() > 10
    assert curve[600:].max() == 0
    times = [places(picture, time) for time in ("0:00", "0:02", "0:10", "0:20")]
    assert [len(found) for found in times] == [1, 1, 1, 1]
    assert len({row for ((row, _),) in times}) == 1


def test_what_is_unknown_is_not_told(drawn):
    silent = drawn(np.zeros(9000), 8000)
    assert not is_color(silent, SECTION, CURVE).any()
    assert places(silent, "Silent")
    assert not places(silent, "Loudness")


def test_names_keep_to_their_part(drawn):
    names = ["the refrain before the last one", "b", "a very long name " * 3, "end"]
    parts = [(0, 1, names[0]), (1, 1.02, names[1]), (1.02, 4, names[2]), (4, 9, names[3])]
    plot = plot_of(drawn(np.zeros(9 * 8000), 8000, parts))
    header = is_color(plot, SECTION)[:22]
    lines = [round(start / 9 * plot.shape[1]) for start, *_ in parts[1:]]
    assert np.flatnonzero(header.all(0)).tolist() == lines
    assert not (header.any(0) & ~header.all(0)).any()  # no letter is on a line
    assert places(plot, "the refr")
    assert not places(plot, names[0])
    assert places(plot, "end")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Café  Zoë", "Cafe Zoe"),
        ("副歌", "#2"),
        ("副歌 2", "#2"),
        ("Куплет", "#2"),
        ("🎸 solo", "solo"),
        ("a\0b\nc\ud800", "a b c"),
        ("3", "3"),
    ],
)
def test_names_in_letters_that_there_are_none_for(drawn, name, written):
    """Not the boxes that stand for missing glyphs: what can be written, or else which part it is."""
    pictures = [drawn(np.zeros(9000), 8000, [(0, 0.5, "a"), (0.5, 1.1, each)]) for each in (name, written)]
    assert places(pictures[1], written)
    assert (pictures[0] == pictures[1]).all()


@pytest.mark.parametrize(
    "part", [(0, 1, "x" * 2_000_000), (float("nan"), 1, "x"), (0, float("inf"), ""), (2, 1, "")]
)
def test_parts_that_make_no_sense_spoil_no_picture(drawn, part):
    assert is_color(drawn(np.full(9000, 0.5), 8000, [part]), PEAK, RMS).any()


def test_short_silent_stereo_and_many_channels(drawn):
    for samples in (np.ones(1), np.zeros((44_100, 2)), np.full((3000, 8), 0.5)):
        assert is_color(plot_of(drawn(samples, 44_100)), PEAK, RMS).sum(0).min() >= 1


def test_a_short_recording_has_times_too(drawn):
    picture = drawn(np.full(8820, 0.1), 44_100)
    assert all(places(picture, time) for time in ("0.00 s", "0.10 s", "0.20 s"))


def test_values_that_are_none_do_not_spoil_the_picture(drawn):
    samples = np.full(9000, 0.5, np.float32)
    samples[::100] = np.nan
    samples[50] = np.inf
    sound, _ = wave(drawn(samples, 8000, [(0, 1, "a")]))
    assert sound.sum(0).min() >= 1


def test_what_is_no_audio_is_an_error_in_words(tmp_path):
    (tmp_path / "text.wav").write_text("no music")
    soundfile.write(tmp_path / "empty.wav", np.zeros(0), 8000)
    for name in ("text.wav", "empty.wav"):
        with pytest.raises(ValueError, match="audio"):
            draw("waveform", str(tmp_path / name))


@pytest.mark.parametrize(("channels", "rate"), [(9, 8000), (1024, 44_100), (1, 2_000_000_000)])
@pytest.mark.parametrize("kind", ["waveform", "spectrogram"])
def test_a_file_that_would_fill_the_memory_is_an_error_in_words(tmp_path, kind, channels, rate):
    soundfile.write(tmp_path / "bomb.wav", np.zeros((5000, channels), np.int16), rate)
    with pytest.raises(ValueError, match=rf"{channels} channels at {rate} Hz; at most 8 at 192000 Hz"):
        draw(kind, str(tmp_path / "bomb.wav"))
