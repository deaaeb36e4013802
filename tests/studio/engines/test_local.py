"""The local engine: every operation from files to files."""

from __future__ import annotations

import errno
import json
import pickle
import shutil
import struct
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from audiopod_mcp.music.analysis.analyze import analyze
from audiopod_mcp.music.model import Score
from audiopod_mcp.music.synthesis import multitrack
from audiopod_mcp.studio.engines.base import EngineRefused, Work
from audiopod_mcp.studio.engines.local import LocalEngine
from audiopod_mcp.studio.engines.responses import analysis_result
from audiopod_mcp.studio.engines.takes import make_stems
from audiopod_mcp.studio.jobs.task import convert, write_stems
from audiopod_mcp.studio.media import decoded
from audiopod_mcp.studio.media.decoded import read_once
from audiopod_mcp.tags.write import Tags, write_tags

BASE = {
    "audio_duration": 8,
    "seed": 7,
    "batch_size": 1,
    "lm_negative_prompt": "NO USER INPUT",
    "vocal_language": "unknown",
}
LYRICS = "[Verse]\nhello from the studio\nhello from the sea"


def run(folder, task, params, sources=None, original=None, report=lambda fraction, doing: None):
    target = folder / f"{task}-{len(list(folder.iterdir()))}"
    target.mkdir()
    work = Work(task, params, sources or {}, original, target)
    outcome = LocalEngine().run(work, report)
    assert pickle.loads(pickle.dumps(outcome)) == outcome
    return outcome, target


def read(path):
    return soundfile.read(path, dtype="int32", always_2d=True)


def check(take, folder, *, stems=True, score=True):
    audio, rate = read(take.master(folder))
    assert rate == take.rate
    assert len(audio) / rate == pytest.approx(take.duration)
    home = folder / take.name
    assert (home / "score.json").exists() == score
    if score:
        Score.from_dict(json.loads((home / "score.json").read_text()))
    assert bool(take.stems) == stems
    if stems and not (home / "stems").exists():
        (home / "stems").mkdir()
        make_stems(home, home / "stems")
    assert set(take.stems) == {path.stem for path in home.glob("stems/*.flac")}
    if stems:
        total = sum(read(home / "stems" / f"{track}.flac")[0].astype(float) for track in take.stems)
        assert np.abs(total - audio).max() < 2**31 * 1e-4
    return audio


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def made(folder):
    """A sung song: its take folder and what was said about it."""
    outcome, target = run(
        folder,
        "text2music",
        BASE | {"caption": "pop song with piano", "bpm": 120, "keyscale": "G Major", "lyrics": LYRICS},
    )
    return target / outcome.takes[0].name, outcome


@pytest.fixture(scope="module")
def source(folder):
    """A 16-bit stereo recording at 48 kHz that this studio didn't make."""
    rng = np.random.default_rng(1)
    time = np.arange(48_000 * 10) / 48_000
    beat = np.exp(-18 * (time % 0.5)) * rng.standard_normal(len(time)) * 0.2
    root = np.where(time % 4 < 2, 220.0, 174.61)
    tones = sum(0.1 * np.sin(2 * np.pi * root * ratio * time) for ratio in (1, 1.25, 1.5))
    path = folder / "source.wav"
    soundfile.write(path, np.stack((tones + beat, tones + 0.7 * beat), axis=1), 48_000, subtype="PCM_16")
    return path


def test_a_song_has_master_stems_score_lyrics_and_its_seed(folder, made):
    home, outcome = made
    take = outcome.takes[0]
    check(take, home.parent)
    assert take.seed == 7
    assert take.duration == pytest.approx(8)
    assert "vocals" in take.stems
    assert "studio" in take.lrc
    assert outcome.details["bpm"] == 120
    assert outcome.details["keyscale"] == "G Major"
    assert soundfile.info(take.master(home.parent)).subtype == "PCM_16"


@pytest.mark.slow
def test_a_seed_brings_the_same_music_back_and_batches_differ(folder):
    params = BASE | {"caption": "lo-fi", "audio_duration": 4, "batch_size": 2, "instrumental": True}
    two, place = run(folder, "text2music", params)
    assert [take.seed for take in two.takes] == [7, 8]
    one, other = run(folder, "text2music", params | {"seed": 8, "batch_size": 1})
    music = [read(take.master(place))[0] for take in two.takes]
    assert np.array_equal(music[1], read(one.takes[0].master(other))[0])
    assert not np.array_equal(music[0], music[1])


@pytest.mark.slow
def test_what_is_not_true_of_every_take_is_told_with_its_number(folder):
    params = BASE | {
        "caption": "piano at 90 bpm in a minor key, kazoo",
        "audio_duration": 2,
        "instrumental": True,
    }
    outcome, target = run(folder, "text2music", params | {"batch_size": 2})
    keys = [json.loads((target / take.name / "score.json").read_text())["key"] for take in outcome.takes]
    assert keys[0] != keys[1]
    assert "90 BPM" in outcome.done
    for number, key in enumerate(keys, 1):
        assert [fact for fact in outcome.done if key in fact] == [f"take {number}: minor key: {key}"]
    assert [(wish.asked, wish.instead.count("take")) for wish in outcome.not_done] == [("kazoo", 0)]


@pytest.mark.slow
def test_a_take_of_another_tempo_and_key_than_the_first_says_so_after_what_is_true_of_all(folder):
    params = BASE | {"caption": "indie pop, piano and drums", "audio_duration": 2, "instrumental": True}
    outcome, target = run(folder, "text2music", params | {"batch_size": 2})
    first, second = (json.loads((target / take.name / "score.json").read_text()) for take in outcome.takes)
    assert first["key"] != second["key"]
    assert first["tempo"] != second["tempo"]
    assert outcome.details["bpm"] == round(first["tempo"], 1)
    told = next(fact for fact in outcome.done if "BPM" in fact)
    assert told.lower() == f"take 2: {round(second['tempo'], 1):g} bpm, {second['key'].lower()}"
    of_one = [fact.startswith("take ") for fact in outcome.done]
    assert of_one == sorted(of_one)
    assert not all(of_one)


@pytest.mark.slow
def test_a_loop_says_where_it_loops_in_its_wav_and_has_no_click(folder):
    params = BASE | {
        "prompt": "warm pad and bass loop, 2 bars",
        "tempo": 120,
        "sample_type": "loop",
        "audio_duration": -1,
    }
    outcome, target = run(folder, "text2samples", params)
    assert outcome.details["loop"] == {"start": 0, "length": 4 * 44_100, "rate": 44_100}
    assert any("176400 samples at 44100 Hz" in fact for fact in outcome.done)
    wav = convert(outcome.takes[0].master(target), "wav")
    assert write_tags(wav, Tags(TITLE="Loop"))
    audio, rate = soundfile.read(wav, always_2d=True)
    sampler = dict(chunks(wav.read_bytes()))[b"smpl"]
    period, count, start, end = (struct.unpack_from("<I", sampler, at)[0] for at in (8, 28, 44, 48))
    assert (period, count, start, end) == (round(1e9 / rate), 1, 0, len(audio) - 1)
    steps = np.abs(np.diff(np.concatenate([audio] * 4), 2, axis=0)).max(axis=1)
    seams = np.arange(1, 4) * len(audio)
    assert max(steps[at - 3 : at + 2].max() for at in seams) < np.quantile(steps, 0.999)
    flac = outcome.takes[0].master(target)
    assert soundfile.info(flac).frames == len(audio)


def chunks(data):
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        yield name, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    assert at == len(data) == int.from_bytes(data[4:8], "little") + 8


@pytest.mark.slow
def test_a_drawn_seed_is_told(folder):
    params = BASE | {"query": "a quiet piano piece", "seed": -1, "audio_duration": 2}
    seeds = {run(folder, "simple", params)[0].takes[0].seed for _ in range(2)}
    assert len(seeds) == 2
    assert all(0 <= seed < 2**31 for seed in seeds)


@pytest.mark.slow
def test_instrumental_rap_vocals_and_samples(folder):
    outcome, place = run(folder, "prompt2instrumental", BASE | {"prompt": "rock"})
    assert "vocals" not in outcome.takes[0].stems
    outcome, place = run(folder, "text2rap", BASE | {"caption": "boom bap", "lyrics": LYRICS})
    assert "vocals" in outcome.takes[0].stems
    outcome, place = run(folder, "lyric2vocals", BASE | {"caption": "folk", "lyrics": LYRICS})
    assert set(outcome.takes[0].stems) <= {"vocals", "backing_vocals"}
    outcome, place = run(
        folder,
        "text2samples",
        BASE | {"prompt": "drum loop", "sample_type": "loop", "tempo": 120, "audio_duration": 4},
    )
    assert outcome.takes[0].duration == pytest.approx(4, abs=0.01)
    check(outcome.takes[0], place)


@pytest.mark.slow
def test_cover_and_reference_of_a_recording(folder, source):
    outcome, place = run(
        folder,
        "cover",
        BASE | {"caption": "jazz", "audio_cover_strength": 0.9, "audio_duration": -1},
        {"src_audio_url": source},
    )
    check(outcome.takes[0], place)
    assert outcome.takes[0].duration == pytest.approx(10, abs=0.01)
    outcome, place = run(folder, "reference", BASE | {"caption": "funk"}, {"reference_audio_url": source})
    check(outcome.takes[0], place)
    assert outcome.takes[0].duration == pytest.approx(8)


@pytest.mark.slow
def test_repainting_a_recording_leaves_the_rest_bit_for_bit(folder, source):
    params = {"repainting_start": 3.1, "repainting_end": 6.2, "caption": "rock", "lyrics": None}
    outcome, place = run(folder, "repaint", params, {"src_audio_url": source})
    new, old = check(outcome.takes[0], place, stems=False, score=False), read(source)[0]
    first, last = round(3.1 * 48_000), round(6.2 * 48_000)
    assert np.array_equal(new[:first], old[:first])
    assert np.array_equal(new[last:], old[last:])
    assert not np.array_equal(new, old)
    assert soundfile.info(outcome.takes[0].master(place)).subtype == "PCM_16"


@pytest.mark.slow
def test_operations_on_a_job_keep_its_stems_and_score(folder, made):
    home, _ = made
    sources = {"source": home / "audio.flac"}
    old = read(home / "audio.flac")[0]
    outcome, place = run(
        folder,
        "repaint",
        {"repainting_start": 4.0, "repainting_end": -1, "caption": "louder drums"},
        sources,
        home,
    )
    new = check(outcome.takes[0], place)
    assert np.array_equal(new[: 4 * 44_100], old[: 4 * 44_100])
    outcome, place = run(
        folder,
        "extend",
        {"left_extend_length": 0.0, "right_extend_length": 4.0, "prompt": "go on", "seed": 3},
        sources,
        home,
    )
    assert len(check(outcome.takes[0], place)) == 12 * 44_100
    outcome, place = run(folder, "edit", {"edit_target_prompt": "remove the drums"}, sources, home)
    check(outcome.takes[0], place)
    assert "drums" not in outcome.takes[0].stems
    outcome, place = run(folder, "retake", {"retake_variance": 0.4, "retake_seeds": [5, 6]}, sources, home)
    assert [take.seed for take in outcome.takes] == [5, 6]
    check(outcome.takes[1], place)
    outcome, place = run(folder, "extract_stem", {"track_name": "bass"}, sources, home)
    (made := place / "stems").mkdir()
    make_stems(home, made)
    assert np.array_equal(read(outcome.takes[0].master(place))[0], read(made / "bass.flac")[0])
    with pytest.raises(EngineRefused, match="track_name: nobody plays brass in this track; it has"):
        run(folder, "extract_stem", {"track_name": "brass"}, sources, home)


@pytest.mark.parametrize("after", ["nothing", "its sound"])
def test_a_job_that_is_deleted_while_it_is_read_is_no_recording(folder, made, monkeypatch, after):
    home = folder / "deleted" / "take-1"
    shutil.copytree(made[0], home)

    def read_and_deleted(*args):
        read = read_once(*args) if after == "its sound" else None
        shutil.rmtree(home.parent)
        return read or read_once(*args)

    monkeypatch.setattr(decoded, "read_once", read_and_deleted)
    with pytest.raises(EngineRefused, match="the job that it starts from was deleted meanwhile"):
        run(folder, "extract_stem", {"track_name": "drums"}, {"source": home / "audio.flac"}, home)
    with pytest.raises(FileNotFoundError):
        write_stems(home, folder / "stems")


@pytest.mark.slow
def test_a_result_can_be_worked_on_again(folder, made):
    home, _ = made
    outcome, place = run(
        folder, "edit", {"edit_target_prompt": "10% faster"}, {"source": home / "audio.flac"}, home
    )
    again = place / outcome.takes[0].name
    outcome, place = run(
        folder, "edit", {"edit_target_prompt": "darker"}, {"source": again / "audio.flac"}, again
    )
    check(outcome.takes[0], place)
    assert outcome.details["bpm"] == pytest.approx(132)


def test_analysis_speaks_the_api(folder, made, source):
    home, _ = made
    analysis = run(folder, "analyze", {}, {"audio_url": home / "audio.flac"})[0].result
    assert analysis["success"] is True
    assert min(abs(analysis["bpm"] / 120 - r) for r in (0.5, 1, 2)) < 0.02
    assert analysis["keyscale"].split()[1] in ("Major", "Minor")
    assert {
        "caption",
        "lyrics",
        "timesignature",
        "duration",
        "language",
        "audio_codes",
        "beats",
        "chords",
        "timesignature_otherwise",
    } <= set(analysis)
    assert 0 < analysis["timesignature_confidence"] <= 1
    assert any("sections" in note for note in analysis["notes"]) == (len(analysis["sections"]) > 1)
    json.dumps(analysis, allow_nan=False)
    soundfile.write(folder / "silence.wav", np.zeros((44_100, 1)), 44_100)
    analysis = run(folder, "analyze", {}, {"audio_url": folder / "silence.wav"})[0].result
    assert analysis["bpm"] is None
    assert analysis["keyscale"] is None
    json.dumps(analysis, allow_nan=False)


@pytest.mark.parametrize("full", [False, True])
def test_a_long_recording_is_listened_to_from_the_disk_or_from_memory_where_that_is_full(
    folder, monkeypatch, full
):
    rate, channels = 22_050, 2
    sound = np.random.default_rng(5).standard_normal((3 * rate, channels)) * 0.1
    soundfile.write(folder / "noise.wav", sound, rate)
    in_memory = run(folder, "analyze", {}, {"audio_url": folder / "noise.wav"})[0].result
    tape = folder / f"tape-{full}"

    def file():
        if full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return tape.open("w+b")

    monkeypatch.setattr(multitrack, "IN_MEMORY", 0)
    monkeypatch.setattr(multitrack.tempfile, "TemporaryFile", file)
    assert run(folder, "analyze", {}, {"audio_url": folder / "noise.wav"})[0].result == in_memory
    assert tape.exists() is not full
    assert full or tape.stat().st_size == sound.size * 4


def test_a_key_that_nobody_could_be_sure_of_is_not_told():
    heard = replace(analyze(np.zeros((4410, 1), np.float32), 44_100), loudness=-14.0, key="B minor")
    told = analysis_result(replace(heard, key_confidence=0.31))
    assert told["keyscale"] == "B Minor"
    told = analysis_result(replace(heard, key_confidence=0.29))
    assert told["keyscale"] is None
    assert "No clear key was heard; B minor is the nearest." in told["notes"]


def test_lrc_of_songs_and_recordings(folder, made, source):
    home, outcome = made
    lrc = run(folder, "lrc", {"lyrics": LYRICS}, {"source": home / "audio.flac"}, home)[0].result[
        "lrc_content"
    ]
    assert lrc == outcome.takes[0].lrc
    timed = run(folder, "lrc", {"lyrics": "one line\nanother line"}, {"src_audio_url": source})[0].result[
        "lrc_content"
    ]
    assert "another line" in timed
    with pytest.raises(EngineRefused, match="give what is sung"):
        run(folder, "lrc", {}, {"src_audio_url": source})
    with pytest.raises(EngineRefused, match="no lyrics to time"):
        run(folder, "lrc", {}, {"source": source})


def test_refusals_name_the_argument(folder, source):
    (folder / "fake.mp3").write_bytes(b"not music" * 99)
    with pytest.raises(EngineRefused, match="src_audio_url: not a readable audio file"):
        run(folder, "cover", BASE | {"caption": "jazz"}, {"src_audio_url": folder / "fake.mp3"})
    with pytest.raises(
        EngineRefused, match="'dance' is not something this engine does; it does analyze, cover"
    ):
        run(folder, "dance", {})
    with pytest.raises(EngineRefused, match="needs a recording"):
        run(folder, "analyze", {})


@pytest.mark.slow
@pytest.mark.parametrize("task", ["text2music", "cover", "edit", "analyze"])
def test_progress_only_rises_and_work_can_be_stopped(folder, source, task):
    params = BASE | {"caption": "rock", "edit_target_prompt": "faster"}
    sources = {} if task == "text2music" else {"src_audio_url": source}
    seen = []
    run(folder, task, params, sources, report=lambda fraction, doing: seen.append((fraction, doing)))
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] <= 1.0
    assert all(doing for _, doing in seen)

    class Stopped(BaseException):
        pass

    def stop(fraction, doing):
        if fraction > 0.3:
            raise Stopped

    with pytest.raises(Stopped):
        run(folder, task, params, sources, report=stop)


def test_a_recording_too_long_to_be_varied_in_memory_is_refused_with_its_length(tmp_path):
    long = tmp_path / "long.flac"
    soundfile.write(long, np.zeros((400 * 8000, 1), np.float32), 8000)
    (tmp_path / "out").mkdir()
    work = Work("retake", {"retake_seeds": [1]}, {"src_audio_url": long}, None, tmp_path / "out")
    with pytest.raises(EngineRefused, match=r"src_audio_url: the file is 6:40 min long; at most 6:00 min"):
        LocalEngine().run(work, lambda fraction, doing: None)
