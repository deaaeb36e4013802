"""What was made before is not made again: the same bits, of one owner only, whatever happens to the files."""

import hashlib
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from audiopod_mcp.music.analysis.analyze import analyze
from audiopod_mcp.music.caching import Kept, using
from audiopod_mcp.music.model import ignore_progress
from audiopod_mcp.music.separation.separate import TRACKS, separate_tracks
from audiopod_mcp.studio.engines.base import EngineRefused, Work
from audiopod_mcp.studio.jobs.task import Order, perform
from audiopod_mcp.studio.media.cache import ResultCache
from audiopod_mcp.studio.media.decoded import read_once
from tests.music.synth import chords, drums, stereo, sung
from tests.studio.studios import MUSIC, opened

RATE = 22_050
MEGABYTE = 10**6
DAY = 86_400

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@pytest.fixture
def cache(tmp_path):
    return ResultCache(tmp_path / "cache", 100 * MEGABYTE, "somebody")


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """A singer with drums and chords."""
    folder = tmp_path_factory.mktemp("recording")
    parts = [
        stereo(np.concatenate([np.zeros(RATE), sung([67, 69, 72, 71], 1.0, RATE)]), 0.3),
        stereo(drums(120, "khshkhsh", 3, RATE), 0.3),
        stereo(chords([(60, 4), (65, 4), (67, 4), (60, 4)], 1.5, RATE), 0.2),
    ]
    length = min(map(len, parts))
    soundfile.write(folder / "sung.ogg", sum(part[:length] for part in parts), RATE)
    return folder / "sung.ogg"


def noise(samples=1000, channels=2, seed=1):
    return np.random.default_rng(seed).standard_normal((samples, channels)).astype(np.float32)


def files(cache):
    return sorted(path for path in cache.folder.iterdir() if path.suffix != ".part")


@settings(max_examples=20)
@given(facts=values, samples=st.integers(0, 300), channels=st.integers(1, 4), key=st.text())
def test_what_is_kept_comes_back_bit_for_bit(tmp_path_factory, facts, samples, channels, key):
    cache = ResultCache(tmp_path_factory.mktemp("cache"), MEGABYTE)
    audio = noise(samples, channels)
    cache.store(key, Kept(facts, audio))
    found = cache.load(key)
    assert found.facts == facts
    assert (found.audio.dtype, found.audio.shape) == (audio.dtype, audio.shape)
    assert found.audio.tobytes() == audio.tobytes()
    assert cache.load(key + "'") is None
    assert replace(cache, owner="somebody else").load(key) is None


def test_what_lies_scattered_in_memory_is_kept_too(cache):
    audio = noise(2_500_000, 6)
    cache.store("stem", Kept(None, audio[:, 2:4]))
    assert np.array_equal(cache.load("stem").audio, audio[:, 2:4])
    cache.store("facts", Kept([1, 2.5, "three"]))
    assert cache.load("facts") == Kept([1, 2.5, "three"])


@settings(max_examples=20)
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_one_wrong_bit_is_never_believed(tmp_path_factory, where, bit):
    cache = ResultCache(tmp_path_factory.mktemp("cache"), MEGABYTE)
    kept = Kept({"notes": ["as it was"]}, noise(50))
    cache.store("key", kept)
    (file,) = files(cache)
    content = bytearray(file.read_bytes())
    content[int(where * len(content))] ^= 1 << bit
    file.write_bytes(content)
    assert cache.load("key") is None
    assert not file.exists()
    cache.store("key", kept)
    assert cache.load("key").facts == kept.facts


@settings(max_examples=20)
@given(length=st.floats(0, 1))
def test_what_was_cut_off_is_never_believed(tmp_path_factory, length):
    cache = ResultCache(tmp_path_factory.mktemp("cache"), MEGABYTE)
    cache.store("key", Kept(None, noise(50)))
    (file,) = files(cache)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(length * (len(whole) - 1))])
    assert cache.load("key") is None
    file.write_bytes(whole + b"more")
    assert cache.load("key") is None


def test_what_was_not_used_for_longest_goes_first(cache):
    cache = replace(cache, limit=MEGABYTE)
    for number in range(4):
        cache.store(f"{number}", Kept(number, noise(25_000)))
        os.utime(files(cache)[-1] if number == 0 else max(files(cache), key=lambda f: f.stat().st_mtime))
        time.sleep(0.02)
    assert cache.load("0")
    time.sleep(0.02)
    cache.store("4", Kept(4, noise(25_000)))
    cache.store("5", Kept(5, noise(25_000)))
    assert [number for number in range(6) if cache.load(f"{number}")] == [0, 3, 4, 5]
    assert sum(file.stat().st_size for file in files(cache)) <= MEGABYTE
    cache.store("huge", Kept(None, noise(100_000)))
    assert cache.load("huge") is None
    assert cache.load("5")


def test_what_nobody_uses_is_gone_after_a_week_and_what_was_left_half_written_after_an_hour(cache):
    for name, days in (("week", 7.01), ("less", 6.9), ("tomorrow", -2)):
        cache.store(name, Kept(name))
        new = next(file for file in files(cache) if file.stat().st_mtime > time.time() - 60)
        os.utime(new, (time.time() - days * DAY,) * 2)
    for name, seconds in (("left", 4000), ("at work", 5)):
        (cache.folder / f".{name}.part").write_bytes(b"half")
        os.utime(cache.folder / f".{name}.part", (time.time() - seconds,) * 2)
    cache.make_room()
    assert [name for name in ("week", "less", "tomorrow") if cache.load(name)] == ["less"]
    assert [path.name for path in cache.folder.glob(".*.part")] == [".at work.part"]
    replace(cache, limit=0).make_room()
    assert not files(cache)


def test_a_folder_that_cannot_be_written_is_no_fault(cache, tmp_path):
    (tmp_path / "cache").write_text("a file")
    cache.store("key", Kept(1))
    assert cache.load("key") is None
    cache.make_room()
    cache.clear()


HAMMER = """
import sys, time
from pathlib import Path
import numpy as np
from audiopod_mcp.music.caching import Kept
from audiopod_mcp.studio.media.cache import ResultCache
cache = ResultCache(Path(sys.argv[1]), 2_000_000)
dice = np.random.default_rng(int(sys.argv[2]))
print("ready", flush=True)
end = time.monotonic() + float(sys.argv[3])
found = 0
while time.monotonic() < end:
    number = int(dice.integers(12))
    audio = np.full((40_000, 2), number, np.float32)
    if (kept := cache.load(f"{number}")) is None:
        cache.store(f"{number}", Kept({"number": number}, audio))
    else:
        found += 1
        assert kept.facts == {"number": number} and np.array_equal(kept.audio, audio), number
print(found)
"""


def hammer(cache, number, seconds):
    command = [sys.executable, "-c", HAMMER, cache.folder, str(number), str(seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.slow
def test_processes_that_write_read_and_delete_at_once_only_ever_read_the_truth(cache):
    processes = [hammer(cache, number, 1.5) for number in range(3)]
    found = [int(process.communicate(timeout=170)[0]) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert all(found)
    assert sum(file.stat().st_size for file in files(cache)) <= 2_000_000
    assert not [*cache.folder.glob(".*.part")]


@pytest.mark.slow
def test_a_process_that_is_killed_leaves_nothing_that_is_believed(cache):
    for number in range(3):
        process = hammer(cache, number, 60)
        time.sleep(0.2 + 0.05 * number)
        process.kill()
        process.wait()
        process.stdout.close()
    survivor = hammer(cache, 9, 0.5)
    assert int(survivor.communicate(timeout=170)[0]) >= 0
    assert survivor.returncode == 0


def outcome(task, params, recording, folder, cache, **environment):
    """What a worker makes of it: the digest of each file, or the result."""
    (folder / "result").mkdir(parents=True)
    work = Work(task, params, {"src_audio_url": recording}, None, folder / "result")
    result = perform(Order(work, "local", environment=environment, cache=cache))
    assert result.error is None
    made = {
        path.relative_to(folder): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.flac"))
    }
    return result.outcome, made


@pytest.mark.slow
@pytest.mark.parametrize(
    ("task", "params"),
    [
        ("analyze", {}),
        ("separate_stems", {"mode": "four"}),
        ("edit", {"edit_target_prompt": "mute the vocals", "seed": 5}),
    ],
)
def test_the_same_bits_come_with_it_without_it_and_from_it(task, params, recording, cache, tmp_path):
    without = outcome(task, params, recording, tmp_path / "without", None)
    first = outcome(task, params, recording, tmp_path / "first", cache)
    before = {file: file.stat().st_mtime_ns for file in files(cache)}
    assert before
    second = outcome(task, params, recording, tmp_path / "second", cache)
    assert first == without
    assert second == without
    assert files(cache) == sorted(before)  # nothing was made anew


@pytest.mark.slow
def test_an_analysis_and_stems_come_back_equal(recording, cache):
    audio, rate = soundfile.read(recording, dtype="float32", always_2d=True)
    with using(cache):
        heard, again = analyze(audio, rate), analyze(audio, rate)
        assert heard == again
        assert len(files(cache)) == 1
        noise = np.random.default_rng(1).uniform(-0.1, 0.1, (8 * rate, 2)).astype(np.float32)
        first, second = separate_tracks(noise, rate, TRACKS), separate_tracks(noise, rate, TRACKS)
    assert any(stem.absence for stem in first.values())
    for track, stem in first.items():
        assert np.array_equal(stem.audio, second[track].audio)
        assert stem.notes == second[track].notes
        assert str(stem.absence) == str(second[track].absence)


@pytest.mark.slow
def test_one_stem_brings_the_others_and_other_takes_of_the_sound_share_what_was_heard(
    recording, cache, tmp_path
):
    outcome("extract_stem", {"track_name": "vocals"}, recording, tmp_path / "a", cache)
    known = files(cache)
    alone = outcome("extract_stem", {"track_name": "drums"}, recording, tmp_path / "b", None)
    assert outcome("extract_stem", {"track_name": "drums"}, recording, tmp_path / "c", cache) == alone
    assert files(cache) == known
    audio, rate = soundfile.read(recording, dtype="float32")
    soundfile.write(tmp_path / "copy.wav", audio, rate, subtype="FLOAT")
    outcome("extract_stem", {"track_name": "bass"}, tmp_path / "copy.wav", tmp_path / "d", cache)
    assert files(cache) == known  # a wav is read as fast as what would be kept of it


def test_a_file_is_decoded_once_whoever_asks_by_whatever_name_and_within_its_limits(tmp_path, cache):
    path = tmp_path / "cut.flac"
    soundfile.write(path, noise(3 * 44_100) / 100, 44_100, subtype="PCM_16")
    path.write_bytes(path.read_bytes()[:-60_000])  # so that there is something to be told of it

    def read(argument, seconds=60.0, listening=False):
        return read_once(path, argument, seconds, listening, ignore_progress)

    plain = read("audio_url")
    assert plain[3]
    with using(cache):
        first, second = read("audio_url", listening=True), read("src_audio_url")
        assert len(files(cache)) == 1
        third = read("audio_url", 30.0)
        with pytest.raises(EngineRefused, match="src_audio_url"):
            read("src_audio_url", 1.0)
    for each in (first, second, third):
        assert np.array_equal(each[0], plain[0])
        assert each[1:3] == plain[1:3]
    assert first[3] == third[3] == plain[3]
    assert second[3] == [note.replace("audio_url: ", "src_audio_url: ") for note in plain[3]]


@pytest.mark.slow
def test_what_one_model_made_is_not_taken_for_what_another_makes(recording, cache, tmp_path, voice_models):
    wanted = ("extract_stem", {"track_name": "vocals"}, recording)
    by_rule = outcome(*wanted, tmp_path / "rule", cache)
    there = {"AUDIOPOD_DATA_DIR": str(voice_models.parent)}
    by_network = outcome(*wanted, tmp_path / "network", cache, **there)
    assert by_network != by_rule
    known = files(cache)
    assert outcome(*wanted, tmp_path / "again", cache, **there) == by_network
    assert outcome(*wanted, tmp_path / "without", None, **there) == by_network
    assert outcome(*wanted, tmp_path / "removed", cache) == by_rule
    assert files(cache) == known


@pytest.mark.slow
def test_a_damaged_result_is_made_anew(recording, cache, tmp_path):
    fresh = outcome("analyze", {}, recording, tmp_path / "a", cache)
    for file in files(cache):
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    assert outcome("analyze", {}, recording, tmp_path / "b", cache) == fresh
    assert outcome("analyze", {}, recording, tmp_path / "c", cache) == fresh


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_studio_shares_nothing_between_callers_and_keeps_nothing_when_told_so(recording, tmp_path):
    data, songs = tmp_path / "data", recording.parent
    options = {"engine": "local", "local_folders": (songs,)}

    async def analyzed(studio, key):
        answer = await studio.post(
            f"{MUSIC}/analyze", json={"audio_url": str(recording)}, headers={"X-API-Key": key}
        )
        assert answer.json()["success"], answer.text
        return {**answer.json(), "id": None}

    async with opened(data, cache_mb=50, **options) as studio:
        first = await analyzed(studio, "ap_one")
        own = len([*(data / "cache").iterdir()])
        assert own
        assert await analyzed(studio, "ap_one") == first
        assert len([*(data / "cache").iterdir()]) == own
        assert await analyzed(studio, "ap_two") == first
        assert len([*(data / "cache").iterdir()]) == 2 * own
    async with opened(data, cache_mb=0, **options) as studio:
        assert not [*(data / "cache").iterdir()]
        assert await analyzed(studio, "ap_one") == first
        assert not [*(data / "cache").iterdir()]


def test_the_folder_is_nobody_elses(cache):
    if sys.platform == "win32":
        pytest.skip("Windows has no such modes")
    cache.store("key", Kept(1))
    assert Path(cache.folder).stat().st_mode & 0o077 == 0
