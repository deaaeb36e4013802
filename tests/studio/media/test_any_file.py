"""Any file: the sound is what is in it, whatever its header, its name and its tags say; ffmpeg is the referee."""

import os
import struct
import subprocess
import sys

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from audiopod_mcp.studio.engines.base import EngineRefused
from audiopod_mcp.studio.media.audio_files import read_audio, write_audio

from .wild import (
    FFMPEG,
    chunk,
    decoded_by_ffmpeg,
    encoded,
    ffmpeg,
    flac_from_the_middle,
    flac_of_length,
    id3,
    music,
    ogg_flac,
    w64,
    wav,
    without_index,
)

MUSIC = music()
LIST = chunk(b"LIST", b"INFOISFT\x05\0\0\0Lavf\0\0")


def flac(sound=MUSIC, rate=44_100, subtype="PCM_16"):
    return encoded(sound, rate, "FLAC", subtype)


def vorbis(sound=MUSIC, rate=44_100):
    return encoded(sound, rate, "OGG", "VORBIS")


def mp3(sound=MUSIC, rate=44_100, mode="VARIABLE"):
    return encoded(sound, rate, "MP3", bitrate_mode=mode, compression_level=0.4)


def plain(sound=MUSIC, rate=44_100):
    return wav(sound, rate)


def unsized_aiff():
    content = bytearray(encoded(MUSIC, kind="AIFF", subtype="PCM_16"))
    content[4:8] = bytes(4)
    at = content.index(b"COMM")
    content[at + 10 : at + 14] = bytes(4)
    at = content.index(b"SSND")
    content[at + 4 : at + 8] = bytes(4)
    return bytes(content)


def unsized_caf():
    content = bytearray(encoded(MUSIC, kind="CAF", subtype="PCM_16"))
    at = content.index(b"data")
    content[at + 4 : at + 12] = b"\xff" * 8
    return bytes(content)


def extensible(subtype="FLOAT"):
    return encoded(MUSIC, kind="WAVEX", subtype=subtype)


def rf64(size=0):
    content = bytearray(encoded(MUSIC, kind="RF64", subtype="PCM_16"))
    at = content.index(b"ds64")
    content[at + 8 : at + 32] = struct.pack("<QQQ", size, size, size)
    return bytes(content)


WHOLE = {
    # name: bytes that hold all of MUSIC
    "mp3, variable bitrate": mp3,
    "mp3, variable bitrate, no index": lambda: without_index(mp3()),
    "mp3, constant bitrate, no index": lambda: without_index(mp3(mode="CONSTANT")),
    "mp3 after two tags": lambda: id3(70_000) + id3(10) + mp3(),
    "mp3 with a tag at its end": lambda: without_index(mp3()) + b"TAG".ljust(128, b" "),
    "flac": flac,
    "flac from a pipe": lambda: flac_of_length(flac(), 0),
    "flac said to be shorter": lambda: flac_of_length(flac(), 44_100),
    "flac said to be longer": lambda: flac_of_length(flac(), 2**36 - 1),
    "flac after a tag": lambda: id3() + flac(),
    "flac in ogg": lambda: ogg_flac(flac()),
    "ogg vorbis": vorbis,
    "ogg vorbis after a tag": lambda: id3() + vorbis(),
    "wav": lambda: wav(MUSIC),
    "wav, data size 0": lambda: wav(MUSIC, size=0, riff=0),
    "wav, data size 0 after a list": lambda: wav(MUSIC, size=0, riff=0, before=LIST),
    "wav, data size 0xFFFFFFFF": lambda: wav(MUSIC, size=0xFFFF_FFFF, riff=0xFFFF_FFFF),
    "wav, data size 0x7FFFFFFF": lambda: wav(MUSIC, size=0x7FFF_FFFF),
    "wav, data size too small": lambda: wav(MUSIC, size=1000),
    "wav, riff size 0": lambda: wav(MUSIC, riff=0),
    "wav, riff size too small": lambda: wav(MUSIC, riff=100),
    "wav, odd chunk before": lambda: wav(MUSIC, before=chunk(b"odd ", b"123")),
    "wav, odd chunk without padding": lambda: wav(MUSIC, before=chunk(b"odd ", b"123"), pad=False),
    "wav, list after": lambda: wav(MUSIC, after=LIST),
    "wav after a tag": lambda: id3() + wav(MUSIC),
    "wav, extensible": extensible,
    "rf64": lambda: encoded(MUSIC, kind="RF64", subtype="PCM_16"),
    "rf64, size 0": rf64,
    "rf64, size unknown": lambda: rf64(2**64 - 1),
    "rifx": lambda: encoded(MUSIC, kind="WAV", subtype="PCM_16", endian="BIG"),
    "aiff": lambda: encoded(MUSIC, kind="AIFF", subtype="PCM_24"),
    "aiff, sizes 0": unsized_aiff,
    "caf": lambda: encoded(MUSIC, kind="CAF", subtype="PCM_16"),
    "caf, size unknown": unsized_caf,
    "mp3 in a wav": lambda: (
        b"RIFF\xff\xff\xff\xffWAVE"
        + chunk(b"fmt ", struct.pack("<HHIIHHHHIHHH", 0x55, 2, 44_100, 16_000, 1, 0, 12, 1, 2, 417, 1, 1393))
        + chunk(b"data", mp3())
    ),
    "flac with a tag at its end": lambda: flac() + b"TAG".ljust(128, b" "),
    "flac of large frames from a pipe": lambda: flac_of_length(flac(subtype="PCM_24"), 0),
    "au, size too small": lambda: (
        (au := encoded(MUSIC, kind="AU", subtype="PCM_16"))[:8] + b"\0\0\1\0" + au[12:]
    ),
    "aifc, little-endian": lambda: encoded(MUSIC, kind="AIFF", subtype="PCM_16", endian="LITTLE"),
    "w64 of floats, extensible": lambda: w64(MUSIC),
    "mp3 after a tag of 300 kB that says 1": lambda: id3(1000) + bytes(300_000) + mp3(),
    "w64": lambda: encoded(MUSIC, kind="W64", subtype="PCM_16"),
    "au": lambda: encoded(MUSIC, kind="AU", subtype="PCM_16"),
}
BEYOND_FFMPEG = {  # what version 5.1 cuts short, refuses or, the bytes of a rifx, reads the wrong way round
    "wav, data size too small",
    "wav, odd chunk without padding",
    "rf64, size 0",
    "rf64, size unknown",
    "rifx",
    "aiff, sizes 0",
    "mp3 after a tag of 300 kB that says 1",  # whose index it does not see
    "mp3 in a wav",  # whose silence before and after it does not leave out
    "flac in ogg",  # that of an encoder is compared below
}
EXACT = {"PCM_16": 2**-15, "PCM_24": 2**-22, "FLOAT": 0.0}


def read(path):
    notes = []
    audio, rate, subtype = read_audio(path, argument="src_audio_url", note=notes.append)
    return audio, rate, subtype, notes


@pytest.mark.parametrize("name", WHOLE)
def test_all_of_the_sound_is_read(tmp_path, name):
    path = tmp_path / "song.bin"
    path.write_bytes(WHOLE[name]())
    audio, rate, subtype, notes = read(path)
    assert rate == 44_100
    assert audio.shape[1] == 2
    if subtype in EXACT:
        assert audio.shape == MUSIC.shape
        assert np.abs(audio - MUSIC).max() <= EXACT[subtype]
    else:
        assert 0 <= len(audio) - len(MUSIC) <= (3500 if "no index" in name or "end" in name else 0)
    told = {"shorter": "beyond", "longer": "ends early", "too small": "beyond"}
    expected = next((words for mark, words in told.items() if mark in name and "riff" not in name), None)
    assert len(notes) == (expected is not None)
    assert expected is None or (expected in notes[0] and notes[0].startswith("src_audio_url: "))


@pytest.mark.slow
@pytest.mark.skipif(not FFMPEG, reason="ffmpeg, the referee, is not installed")
@pytest.mark.parametrize("name", [name for name in WHOLE if name not in BEYOND_FFMPEG])
def test_it_is_what_ffmpeg_finds(tmp_path, name):
    path = tmp_path / "song.bin"
    path.write_bytes(WHOLE[name]())
    audio, rate, _, _ = read(path)
    theirs, their_rate = decoded_by_ffmpeg(path)
    assert (audio.shape, rate) == (theirs.shape, their_rate)
    assert np.abs(audio - theirs).max() < 1e-4


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 48_000, 96_000, 192_000])
@pytest.mark.parametrize("kind", ["WAV", "FLAC"])
def test_every_rate(tmp_path, rate, kind):
    sound = music(0.2, rate)
    (tmp_path / "a").write_bytes(encoded(sound, rate, kind, "PCM_16"))
    audio, found, _, notes = read(tmp_path / "a")
    assert (found, audio.shape, notes) == (rate, sound.shape, [])


@pytest.mark.parametrize("channels", range(1, 9))
@pytest.mark.parametrize("size", [0, None, 0xFFFF_FFFF])
def test_every_number_of_channels_whatever_the_size_says(tmp_path, channels, size):
    sound = music(0.2, channels=channels)
    (tmp_path / "a").write_bytes(wav(sound, size=size))
    audio, _, _, notes = read(tmp_path / "a")
    assert np.abs(audio - sound).max() < 2**-15
    assert notes == []


@pytest.mark.parametrize(
    ("subtype", "step"),
    [
        ("PCM_U8", 2**-7),
        ("PCM_16", 2**-15),
        ("PCM_24", 2**-22),
        ("PCM_32", 1e-7),
        ("FLOAT", 0),
        ("DOUBLE", 0),
        ("ULAW", 0.03),
        ("ALAW", 0.03),
    ],
)
def test_every_way_to_store_a_sample(tmp_path, subtype, step):
    (tmp_path / "a").write_bytes(encoded(MUSIC, kind="WAV", subtype=subtype))
    audio, _, found, _ = read(tmp_path / "a")
    assert found == subtype
    assert np.abs(audio - MUSIC).max() <= step


def test_float_over_full_scale_is_read_as_it_is(tmp_path):
    loud = music(0.5, peak=1.6)
    (tmp_path / "a").write_bytes(encoded(loud, kind="WAV", subtype="FLOAT"))
    assert np.array_equal(read(tmp_path / "a")[0], loud)


@pytest.mark.slow
@pytest.mark.parametrize("second", [(44_100, 2), (22_050, 2), (48_000, 1)])
@pytest.mark.parametrize("kind", [vorbis, mp3, flac, plain])
def test_recordings_end_to_end_are_all_read(tmp_path, kind, second):
    rate, channels = second
    more = music(2.0, rate, channels, seed=1)
    (tmp_path / "a").write_bytes(kind() + kind(more, rate))
    audio, found, _, notes = read(tmp_path / "a")
    assert found == 44_100
    assert audio.shape[1] == 2
    assert len(audio) / found == pytest.approx(5.0, abs=0.002)
    assert [("different formats" in note) for note in notes] == ([True] if second != (44_100, 2) else [])
    alone = tmp_path / "alone"
    alone.write_bytes(kind())
    first = read(alone)[0]
    assert np.abs(audio[: len(first)] - first).max() < 1e-6


def test_three_wavs_end_to_end_and_a_chunk_of_a_wrong_size(tmp_path):
    (tmp_path / "a").write_bytes(wav(MUSIC, after=LIST) + wav(MUSIC) + wav(MUSIC[:100], size=0))
    audio, _, _, notes = read(tmp_path / "a")
    assert len(audio) == 2 * len(MUSIC) + 100
    assert notes == []
    (tmp_path / "a").write_bytes(wav(MUSIC, before=chunk(b"LIST", b"INFO", 0x7000_0000)))
    assert read(tmp_path / "a")[0].shape == MUSIC.shape


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"#EXTM3U\nhttp://host/a.mp3\n", "a playlist"),
        (b"MThd\0\0\0\6" + bytes(100), "a MIDI file"),
        (b"PK\3\4" + bytes(100), "zip"),
        (b"%PDF-1.4\n" + bytes(100), "not audio"),
        (b'{"error": "not found"}', "it is text, not audio"),
        ("Kürzung erfordert Anmeldung\n".encode() * 40, "it is text, not audio"),
    ],
)
def test_what_it_is_instead_is_said(tmp_path, content, says):
    (tmp_path / "a.mp3").write_bytes(content)
    with pytest.raises(EngineRefused, match=f"not a readable audio file: .*{says}"):
        read(tmp_path / "a.mp3")


@pytest.mark.parametrize("channels", range(1, 9))
def test_channels_stay_in_their_places(tmp_path, channels):
    time = np.arange(22_050) / 44_100
    tones = np.stack([0.3 * np.sin(2 * np.pi * (300 + 200 * c) * time) for c in range(channels)], axis=1)
    write_audio(tmp_path / "a.ogg", tones.astype(np.float32), 44_100)
    spectrum = np.abs(np.fft.rfft(read(tmp_path / "a.ogg")[0] * np.hanning(22_050)[:, None], axis=0))
    heard = 2 * spectrum.argmax(axis=0)
    deep = {3} if channels == 6 else set()  # the channel for low frequencies has no others
    assert all(c in deep or abs(heard[c] - 300 - 200 * c) <= 4 for c in range(channels))


def test_many_short_oggs_end_to_end(tmp_path):
    parts = [vorbis(music(0.3, seed=seed)) for seed in range(12)]
    (tmp_path / "a").write_bytes(b"".join(parts))
    assert len(read(tmp_path / "a")[0]) == 12 * round(0.3 * 44_100)


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG", "MP3", "AIFF", "CAF"])
def test_what_is_cut_off_is_used_and_told(tmp_path, kind):
    whole = encoded(MUSIC, kind=kind)
    (tmp_path / "a").write_bytes(whole[: len(whole) * 6 // 10])
    audio, _, _, notes = read(tmp_path / "a")
    assert 0.45 < len(audio) / len(MUSIC) < 0.65
    assert len(notes) == 1
    assert "ends early" in notes[0] or "damaged" in notes[0]
    assert f"{len(audio) / 44_100:.2f}" in notes[0]


def test_damage_in_the_middle_is_told(tmp_path):
    content = bytearray(flac())
    content[len(content) // 2 : len(content) // 2 + 200] = bytes(200)
    (tmp_path / "a").write_bytes(content)
    audio, _, _, notes = read(tmp_path / "a")
    assert 0.4 < len(audio) / len(MUSIC) < 0.6
    assert [("damaged" in note, f"{len(audio) / 44_100:.2f} seconds" in note) for note in notes] == [
        (True, True)
    ]


def test_a_hole_in_an_ogg_and_rubbish_in_an_mp3_are_told(tmp_path):
    content = vorbis()
    starts = [at for at in range(len(content)) if content.startswith(b"OggS", at)]
    middle = len(starts) // 2
    (tmp_path / "a").write_bytes(content[: starts[middle]] + content[starts[middle + 1] :])
    assert ["damaged" in note for note in read(tmp_path / "a")[3]] == [True]
    joined = content[: starts[2]] + content[starts[middle] :]  # as one who comes late to a broadcast has it
    (tmp_path / "a").write_bytes(joined)
    audio, _, _, notes = read(tmp_path / "a")
    assert 0.2 < len(audio) / len(MUSIC) < 0.8
    assert notes == []
    content = mp3(mode="CONSTANT")
    half = content.index(content[:2], len(content) // 2)
    (tmp_path / "a").write_bytes(content[:half] + b"rubbish " * 300 + content[half:])
    audio, _, _, notes = read(tmp_path / "a")
    assert len(audio) / len(MUSIC) == pytest.approx(1, abs=0.02)
    assert ["damaged" in note for note in notes] == [True]


@pytest.mark.parametrize("subtype", ["MS_ADPCM", "IMA_ADPCM"])
def test_how_long_packed_samples_last_is_not_what_the_header_says_of_a_second(tmp_path, subtype):
    """ffmpeg writes the bitrate that it was asked for there, which is not that of the samples."""
    content = bytearray(encoded(MUSIC, kind="WAV", subtype=subtype))
    content[28:32] = struct.pack("<I", 16_000)
    (tmp_path / "packed.wav").write_bytes(content)
    audio, _, _, notes = read(tmp_path / "packed.wav")
    assert 0 <= len(audio) - len(MUSIC) < 2100
    assert notes == []
    (tmp_path / "cut.wav").write_bytes(content[: len(content) // 2])
    audio, _, _, notes = read(tmp_path / "cut.wav")
    assert 1.4 < len(audio) / 44_100 < 1.6
    assert "its header says 3.0" in notes[0]


def test_a_w64_that_is_cut_off_is_told(tmp_path):
    content = w64(MUSIC)
    (tmp_path / "cut.w64").write_bytes(content[: len(content) // 2])
    _, _, _, notes = read(tmp_path / "cut.w64")
    assert "ends early: its header says 3.00 seconds, and 1.50 are there" in notes[0]


def test_what_follows_a_long_hole_in_an_mp3_is_read(tmp_path):
    part = without_index(mp3(mode="CONSTANT"))
    (tmp_path / "hole.mp3").write_bytes(part + bytes(300_000) + part)
    audio, _, _, notes = read(tmp_path / "hole.mp3")
    assert len(audio) > 2 * len(MUSIC)
    assert "something in it is no sound" in notes[0]


@pytest.mark.parametrize("pack", [bytes, ogg_flac], ids=["flac", "flac in ogg"])
def test_a_flac_whose_beginning_was_cut_off_is_read_once(tmp_path, pack):
    """Its frames still count what is gone, as after ``ffmpeg -ss 1 -c copy``."""
    sound = music(10)
    whole = flac_of_length(flac(sound), 0)
    cut, gone = flac_from_the_middle(whole, int.from_bytes(whole[8:10], "big"))
    (tmp_path / "cut.flac").write_bytes(pack(cut))
    audio, _, _, notes = read(tmp_path / "cut.flac")
    assert len(audio) == len(sound) - gone
    np.testing.assert_allclose(audio, sound[gone:], atol=EXACT["PCM_16"])
    assert notes == []


def test_an_empty_wav_is_still_empty(tmp_path):
    for content in (wav(MUSIC[:0]), wav(MUSIC[:0], after=LIST), wav(MUSIC[:0], after=LIST + LIST)):
        (tmp_path / "a").write_bytes(content)
        with pytest.raises(EngineRefused, match="no sound"):
            read(tmp_path / "a")


def test_a_web_page_is_called_one(tmp_path):
    (tmp_path / "song.mp3").write_text("\n<!DOCTYPE html><html><body>Sign in</body></html>")
    with pytest.raises(EngineRefused, match="web page"):
        read(tmp_path / "song.mp3")


@pytest.mark.slow
@given(
    kind=st.sampled_from(["WAV", "FLAC", "OGG", "MP3", "AIFF", "CAF", "AU"]),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=12)), max_size=4),
    end=st.floats(0.01, 1),
)
def test_whatever_is_spoilt_there_is_audio_or_one_line(tmp_path_factory, kind, cuts, end):
    content = bytearray(encoded(music(0.3, channels=1), kind=kind))
    content = content[: max(1, round(len(content) * end))]
    for place, new in cuts:
        at = round(place * min(len(content), 200))
        content[at : at + len(new)] = new
    path = tmp_path_factory.getbasetemp() / "spoilt"
    path.write_bytes(content)
    try:
        audio, rate, _, said = read(path)
    except EngineRefused as refusal:
        audio, rate, said = MUSIC, 1, [str(refusal)]
    assert len(audio)
    assert rate
    assert all("\n" not in line for line in said)


FOREIGN = {
    # name: suffix, options, samples that may be added at either end
    "m4a": ("m4a", ["-c:a", "aac"], 2048),
    "m4a lossless": ("m4a", ["-c:a", "alac"], 0),
    "adts aac": ("aac", [], 4096),
    "opus": ("opus", [], 960),
    "wma": ("wma", [], 8192),
    "webm": ("webm", [], 1920),
    "flac in ogg": ("ogg", ["-c:a", "flac"], 0),
    "mka": ("mka", ["-c:a", "flac"], 0),
    "mp2": ("mp2", [], 4096),
    "ac3": ("ac3", [], 4096),
    "wav of mp2-like coding": ("wav", ["-c:a", "adpcm_swf", "-ar", "44100"], 9000),
    "surround opus": ("opus", ["-ac", "6", "-ar", "48000"], 960),
    "surround vorbis": ("ogg", ["-ac", "8"], 0),
    "caf of a rare kind": ("caf", ["-c:a", "adpcm_ima_qt"], 200),
    "wavpack": ("wv", [], 0),
    "mpeg-ts": ("ts", ["-c:a", "aac"], 8192),
    "mpeg-ts of a camera": ("m2ts", ["-c:a", "aac", "-mpegts_m2ts_mode", "1"], 8192),
    "dts": ("dts", ["-c:a", "dca", "-strict", "-2"], 4096),
    "truehd": ("thd", ["-c:a", "truehd", "-strict", "-2"], 0),
    "realmedia": ("rm", ["-c:a", "ac3"], 4096),
    "voc, in several blocks": ("voc", ["-c:a", "pcm_s16le"], 0),
}


@pytest.mark.slow
@pytest.mark.skipif(not FFMPEG, reason="ffmpeg is not installed")
@pytest.mark.parametrize("name", FOREIGN)
def test_what_only_ffmpeg_reads_is_read_with_it(tmp_path, name):
    suffix, options, more = FOREIGN[name]
    path = tmp_path / f"song.{suffix}"
    path.write_bytes(ffmpeg(music(rate=48_000), 48_000, *options, suffix=suffix))
    audio, rate, _, notes = read(path)
    theirs, their_rate = decoded_by_ffmpeg(path)
    assert (audio.shape, rate, notes) == (theirs.shape, their_rate, [])
    assert np.abs(audio - theirs).max() < 1e-4
    assert abs(len(audio) - 3 * 48_000) <= more


@pytest.mark.slow
@pytest.mark.skipif(not FFMPEG, reason="ffmpeg is not installed")
def test_the_sound_of_a_film(tmp_path):
    film = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=5", "-shortest", "-c:v", "mpeg4", "-c:a", "aac"]
    for suffix in ("mp4", "mkv", "avi", "mov"):
        path = tmp_path / f"film.{suffix}"
        path.write_bytes(ffmpeg(MUSIC, 44_100, *film, suffix=suffix))
        audio, rate, _, _ = read(path)
        assert rate == 44_100
        assert len(audio) / rate == pytest.approx(3, abs=0.1)


@pytest.mark.slow
@pytest.mark.skipif(not FFMPEG, reason="ffmpeg is not installed")
def test_where_something_lies_in_memory_is_not_told(tmp_path):
    path = tmp_path / "cut.wma"
    content = ffmpeg(MUSIC, 44_100, suffix="wma")
    path.write_bytes(content[: len(content) // 2])
    _, _, _, notes = read(path)
    assert "ffmpeg says" in notes[0]
    assert "0x" not in notes[0]
    assert str(tmp_path) not in notes[0]


@pytest.mark.slow
@pytest.mark.skipif(not FFMPEG, reason="ffmpeg is not installed")
def test_a_film_without_sound_and_a_broken_one_are_refused_in_words(tmp_path):
    silent = ffmpeg(
        MUSIC, 44_100, "-f", "lavfi", "-i", "testsrc=size=64x48:rate=5:duration=1",
        "-map", "1:v", "-c:v", "mpeg4", suffix="mp4",
    )  # fmt: skip
    for content, says in (
        (silent, "no sound"),
        (b"\0\0\0\x20ftypM4A " + bytes(1000), "ffmpeg can't decode it"),
    ):
        (tmp_path / "a.m4a").write_bytes(content)
        with pytest.raises(EngineRefused, match=says) as refused:
            read(tmp_path / "a.m4a")
        assert "\n" not in str(refused.value)
        assert str(tmp_path) not in str(refused.value)


@pytest.mark.slow
@pytest.mark.skipif(not FFMPEG, reason="ffmpeg is not installed")
def test_what_ffmpeg_reads_is_held_to_the_same_limits(tmp_path, monkeypatch):
    (tmp_path / "a.m4a").write_bytes(ffmpeg(MUSIC, 44_100, "-c:a", "aac", suffix="m4a"))
    with pytest.raises(EngineRefused, match="longer than 0:02 min; at most 0:02 min"):
        read_audio(tmp_path / "a.m4a", max_seconds=2)
    monkeypatch.setattr("audiopod_mcp.studio.media.audio_files.MAX_SAMPLES", 88_200)
    with pytest.raises(EngineRefused, match="holds more than 0:0"):
        read_audio(tmp_path / "a.m4a")
    audio, rate, _ = read_audio(tmp_path / "a.m4a", listening=True)
    assert rate == 22_050
    assert len(audio) / rate == pytest.approx(3, abs=0.1)


@pytest.mark.skipif(not FFMPEG, reason="ffmpeg is not installed")
@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nsecret.wav\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile secret.wav\n",
        "[playlist]\nFile1=secret.wav\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n",
        '<?xml version="1.0"?><MPD><Period></Period></MPD>',
    ],
)
def test_no_file_that_names_others_is_followed(tmp_path, text):
    (tmp_path / "secret.wav").write_bytes(wav(MUSIC))
    (tmp_path / "list.m4a").write_text(text)
    with pytest.raises(EngineRefused, match="not a readable audio file"):
        read(tmp_path / "list.m4a")


def test_without_ffmpeg_it_is_said_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("audiopod_mcp.studio.media.ffmpeg._ELSEWHERE", ())
    for content, name in (
        (b"\0\0\0\x20ftypM4A " + bytes(1000), "m4a"),
        (b"\x1a\x45\xdf\xa3" + bytes(1000), "webm"),
        (bytes.fromhex("3026b2758e66cf11") + bytes(1000), "wma"),
        (id3() + b"\xff\xf1\x50\x80" + bytes(1000), "aac"),
    ):
        (tmp_path / "song").write_bytes(content)
        with pytest.raises(
            EngineRefused, match=f"{name}.*ffmpeg, which is not installed.*convert"
        ) as refused:
            read(tmp_path / "song")
        assert "\n" not in str(refused.value)


HANGS = "#!/bin/sh\nexec sleep 60\n"
FLOODS = "#!/bin/sh\nprintf '{header}'\nexec cat /dev/zero\n"
FAILS = "#!/bin/sh\necho first trouble >&2\necho second trouble >&2\nexit 3\n"
HEADER = b"RIFF\xff\xff\xff\xffWAVE" + chunk(b"fmt ", struct.pack("<HHIIHH", 3, 2, 44_100, 352_800, 8, 32))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for ffmpeg")
@pytest.mark.parametrize(
    ("script", "says"),
    [
        (HANGS, "ffmpeg took longer than 0.5 seconds"),
        (FLOODS, "at most 0:20 min are accepted"),
        (FAILS, "ffmpeg can't decode it.*first trouble"),
    ],
)
def test_an_ffmpeg_that_misbehaves_is_ended(tmp_path, monkeypatch, script, says):
    header = "".join(f"\\{byte:03o}" for byte in HEADER + b"data\xff\xff\xff\xff")
    program = tmp_path / "ffmpeg"
    program.write_text(script.format(header=header))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    started, start = [], subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: started.append(start(*a, **k)) or started[-1])
    monkeypatch.setattr("audiopod_mcp.studio.media.ffmpeg.LONGEST", 0.5 if script is HANGS else 60)
    (tmp_path / "a.m4a").write_bytes(b"\0\0\0\x20ftypM4A " + bytes(1000))
    with pytest.raises(EngineRefused, match=says):
        read_audio(tmp_path / "a.m4a", max_seconds=20)
    assert [process.poll() is not None for process in started] == [True]


def test_an_opus_file_needs_no_ffmpeg(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("audiopod_mcp.studio.media.ffmpeg._ELSEWHERE", ())
    soundfile.write(tmp_path / "a.opus", music(rate=48_000), 48_000, format="OGG", subtype="OPUS")
    audio, rate, _, notes = read(tmp_path / "a.opus")
    assert (len(audio), rate, notes) == (144_000, 48_000, [])
