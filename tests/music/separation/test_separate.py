import re
from functools import cache

import numpy as np
import pytest

from audiopod_mcp.music.model import Refused
from audiopod_mcp.music.separation.remix import retention_and_leakage
from audiopod_mcp.music.separation.separate import TRACKS, separate, separate_with_notes
from tests.music.synth import chords, drums, si_sdr, silence, stereo, sung, tone

RATE = 22_050


@pytest.fixture(scope="module")
def song():
    """Twelve seconds of drums, a sustained bass, chords left and right, and a voice in the middle: stems
    and mix."""
    seconds = 12
    rhythm = stereo(drums(120, "khshkhsh", 6, RATE), 0.4)
    roots = [36, 41, 43, 36, 36, 41]
    bass = stereo(np.concatenate([tone(root, 2.0, RATE, harmonics=3, decay=0.1) for root in roots]), 0.25)
    pad = stereo(chords([(60, 4), (65, 4), (67, 4), (60, 4), (60, 4), (65, 4)], 2.0, RATE, bass=False), 0.15)
    pad[:, 1] *= -0.4
    voice = stereo(
        np.concatenate(
            [np.zeros(3 * RATE), sung([67, 69, 72, 71, 67, 64] * 2, 0.5, RATE), np.zeros(3 * RATE)]
        ),
        0.2,
    )
    stems = {"drums": rhythm, "bass": bass, "other": pad, "vocals": voice}
    length = min(seconds * RATE, *(len(stem) for stem in stems.values()))
    stems = {name: stem[:length] for name, stem in stems.items()}
    return stems, sum(stems.values())


@pytest.fixture(scope="module")
def separated(song):
    """``separated(track)``: a track out of the mix, what is noted about it, and the progress that was told."""

    @cache
    def take_out(track):
        told = []
        stem, notes = separate_with_notes(song[1], RATE, track, lambda fraction, doing: told.append(fraction))
        return stem, " ".join(notes), told

    return take_out


@pytest.mark.slow
@pytest.mark.parametrize("track", TRACKS)
def test_every_track_comes_out_clearer_than_in_the_mix(song, separated, track):
    stems, mix = song
    stem, _, _ = separated(track)
    assert stem.shape == mix.shape
    assert stem.dtype == np.float32
    assert si_sdr(stem, stems[track]) > si_sdr(mix, stems[track]) + 2


@pytest.mark.slow
def test_the_kick_goes_to_the_drums_and_not_to_the_bass(song, separated):
    stems, mix = song
    spectrum = np.fft.rfftfreq(len(mix), 1 / RATE)
    low = (spectrum > 30) & (spectrum < 120)

    def low_end(audio):
        return np.fft.irfft(np.fft.rfft(audio[:, 0]) * low, len(mix))

    assert si_sdr(low_end(separated("drums")[0]), low_end(stems["drums"])) > 3


@pytest.mark.slow
@pytest.mark.parametrize("track", ["guitar", "keyboard", "strings", "nonsense"])
def test_what_cannot_be_told_apart_is_refused_with_what_can(song, track):
    with pytest.raises(Refused, match="can't be separated"):
        separate(song[1], RATE, track)


@pytest.mark.slow
def test_a_recording_without_a_voice_has_no_vocals():
    with pytest.raises(Refused, match="No singing was heard"):
        separate(stereo(chords([(60, 4), (65, 4)], 2.0)), RATE, "vocals")


@pytest.mark.slow
def test_a_voice_that_is_hardly_heard_is_doubted_in_words(song, separated):
    stems, mix = song
    _, clear, _ = separated("vocals")
    _, faint = separate_with_notes(mix - 0.8 * stems["vocals"], RATE, "vocals")
    assert "doubtful" not in clear
    assert "doubtful" in " ".join(faint)
    with pytest.raises(Refused, match="No singing was heard"):
        separate((mix - stems["vocals"])[: 6 * RATE], RATE, "vocals")


@pytest.mark.slow
def test_what_is_not_played_is_refused_with_what_is(song):
    stems, mix = song
    beginning = slice(0, 6 * RATE)
    with pytest.raises(Refused, match=r"No drums were heard .*; heard: .*bass"):
        separate((mix - stems["drums"])[beginning], RATE, "drums")
    with pytest.raises(Refused, match=r"No bass was heard .*; heard: .*drums"):
        separate((mix - stems["bass"])[beginning], RATE, "bass")


@pytest.mark.slow
def test_a_stem_says_how_clear_it_is_and_how_much_of_its_track_it_holds(song, separated):
    stems, mix = song
    voice, notes, _ = separated("vocals")
    said = re.search(r"vocals should stand some (\d+) dB above", notes)
    assert abs(int(said[1]) - si_sdr(voice, stems["vocals"])) < 6
    held = (voice * stems["vocals"]).sum() / np.square(stems["vocals"]).sum()
    assert retention_and_leakage(voice, mix - voice)[0] == pytest.approx(held, abs=0.15)


@pytest.mark.slow
def test_one_silent_channel_and_opposite_phases_are_no_obstacle(song):
    stems, mix = song
    mono, drums = mix[: 5 * RATE, 0], stems["drums"][: 5 * RATE, 0]
    for channels in ([1, 0], [1, -1]):
        gains = np.asarray(channels, np.float32)
        separated = separate(mono[:, None] * gains, RATE, "drums")
        assert np.isfinite(separated).all()
        assert si_sdr(separated, drums[:, None] * gains) > si_sdr(mono, drums) + 2


@pytest.mark.parametrize(
    "audio", [silence(1), np.zeros((0, 2), np.float32), np.full((999, 2), np.nan, np.float32)]
)
def test_nothing_is_refused(audio):
    with pytest.raises(Refused):
        separate(audio, RATE, "drums")


@pytest.mark.parametrize(
    ("rate", "channels", "seconds"), [(8_000, 1, 2.0), (96_000, 2, 1.0), (44_100, 6, 1.0), (44_100, 1, 0.01)]
)
def test_any_rate_length_and_number_of_channels(rate, channels, seconds):
    played = drums(120, "khshkhsh", 2, rate)[: round(seconds * rate)]
    audio = np.repeat(played[:, None], channels, axis=1).astype(np.float32)
    separated = separate(audio, rate, "drums")
    assert separated.shape == audio.shape
    assert np.isfinite(separated).all()


@pytest.mark.slow
def test_long_recordings_are_joined_without_a_seam():
    rate = 8_000
    audio = stereo(drums(120, "khshkhsh", 12, rate))
    whole = separate(audio, rate, "drums")
    assert len(whole) == len(audio) > 22 * rate
    # Where blocks meet (16 to 20 s) the level is that of the music around.
    level = np.sqrt(np.square(whole[: 22 * rate, 0]).reshape(-1, 2 * rate).mean(axis=1))
    assert level.min() > 0.9 * np.median(level)
    assert level.max() < 1.1 * np.median(level)


@pytest.mark.slow
def test_the_work_can_be_followed(separated):
    _, _, told = separated("vocals")
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) > 5
