"""Tags are there for whoever reads the file, and the sound is what it was."""

import io

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from tinytag import TinyTag

from audiopod_mcp.operations import Job
from audiopod_mcp.server.saving import save, short_key, tags_of
from audiopod_mcp.tags.write import write_tags
from audiopod_mcp.worker_pool import WorkerPool

RATE = 44100
TAGS = {
    "TITLE": "Néon Sun – 太陽",
    "DATE": "2026-11-24",
    "BPM": "104",
    "INITIALKEY": "F#m",
    "LYRICS": "[00:01.00]Hello\n[00:02.50]Wörld",
    "CAPTION": "slow waltz, accordion",
    "COMMENT": "AudioPod cover, job 3, seed 7",
}


def encoded(kind):
    sound = np.sin(np.arange(RATE) * 0.05)[:, None] * [0.4, 0.2]
    file = io.BytesIO()
    soundfile.write(file, sound, RATE, format=kind)
    return file.getvalue()


AUDIO = {kind: encoded(kind) for kind in ("flac", "wav", "mp3", "ogg")}


def samples(data):
    return soundfile.read(io.BytesIO(data), dtype="int16")[0]


@pytest.mark.parametrize("kind", ["flac", "wav", "mp3", "ogg"])
def test_another_programs_reader_finds_every_tag_and_the_sound_is_untouched(tmp_path, kind):
    path = tmp_path / f"song.{kind}"
    path.write_bytes(AUDIO[kind])
    for tags in ({"TITLE": "an earlier one"}, TAGS):
        assert write_tags(path, tags)
    read = TinyTag.get(path)
    assert read.title == TAGS["TITLE"]
    assert read.year == TAGS["DATE"]
    assert read.comment == TAGS["COMMENT"]
    assert read.other["bpm"] == [TAGS["BPM"]]
    assert read.other["initial_key"] == [TAGS["INITIALKEY"]]
    assert read.other["lyrics"] == [TAGS["LYRICS"]]
    assert read.other["caption"] == [TAGS["CAPTION"]]
    assert read.duration == pytest.approx(1, abs=0.1)
    assert np.array_equal(samples(path.read_bytes()), samples(AUDIO[kind]))
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kind", ["flac", "wav", "mp3", "ogg"])
@given(cut=st.integers(0, 400), junk=st.binary(max_size=40), at=st.integers(0, 300))
def test_a_damaged_file_is_either_tagged_whole_or_left_as_it_was(tmp_path_factory, kind, cut, junk, at):
    data = AUDIO[kind][: -cut or None]
    data = data[:at] + junk + data[at + len(junk) :]
    path = tmp_path_factory.mktemp("damaged") / "song"
    path.write_bytes(data)
    if write_tags(path, TAGS):
        assert TAGS["COMMENT"].encode() in path.read_bytes()
    else:
        assert path.read_bytes() == data
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    "data",
    [b"", b"R", AUDIO["ogg"][:-9], b"<html>", AUDIO["wav"][:-100], AUDIO["flac"][:20], AUDIO["ogg"] * 2],
)
def test_what_is_no_whole_file_of_a_known_kind_is_left_alone(tmp_path, data):
    path = tmp_path / "song"
    path.write_bytes(data)
    assert not write_tags(path, TAGS)
    assert path.read_bytes() == data


def test_tags_say_what_is_known_of_the_job_and_nothing_else():
    job = Job(
        id=3, task="cover", status="COMPLETED", display_name="Neon Sun", created_at="2026-11-24T10:00:00Z",
        actual_seeds=[7, 8], lrc_content="[00:01.00]Hello", details={"bpm": 104.2, "keyscale": "F# Minor"},
        caption="as a waltz", lyrics="Hello", source_job_id=2,
    )  # fmt: skip
    every = {"TITLE": "Neon Sun", "DATE": "2026-11-24", "CAPTION": "as a waltz"}
    assert tags_of(job, 1) == every | {
        "BPM": "104", "INITIALKEY": "F#m", "LYRICS": "[00:01.00]Hello",
        "COMMENT": "AudioPod cover of job 2, job 3, seed 7",
    }  # fmt: skip
    later = {"LYRICS": "Hello", "COMMENT": "AudioPod cover of job 2, job 3, take 2, seed 8"}
    assert tags_of(job, 2) == every | later
    assert tags_of(job.model_copy(update={"lrc_content": None}), 1)["LYRICS"] == "Hello"
    assert set(tags_of(Job(id=4, status="COMPLETED"), 1)) == {"TITLE", "COMMENT"}


@pytest.mark.parametrize("details", [{"bpm": "fast"}, {"bpm": [1], "keyscale": 5}, {"bpm": -1}])
def test_a_service_that_tells_nonsense_is_no_reason_not_to_save(details):
    job = Job(id=4, status="COMPLETED", display_name="a\0b\ud800c", details=details)
    assert tags_of(job, 1) == {"TITLE": "abc", "COMMENT": "AudioPod music, job 4"}


def test_long_lyrics_go_into_an_ogg_file_over_several_pages(tmp_path):
    path = tmp_path / "song.ogg"
    path.write_bytes(AUDIO["ogg"])
    words = "la li lu " * 20_000
    assert write_tags(path, TAGS | {"LYRICS": words.strip()})
    assert TinyTag.get(path).other["lyrics"] == [words.strip()]
    assert np.array_equal(samples(path.read_bytes()), samples(AUDIO["ogg"]))
    assert write_tags(path, TAGS)
    assert np.array_equal(samples(path.read_bytes()), samples(AUDIO["ogg"]))


@pytest.mark.parametrize(("key", "short"), [("C major", "C"), ("B♭ Minor", "Bbm"), ("H dur", ""), ("", "")])
def test_keys_are_written_as_disc_jockeys_do(key, short):
    assert short_key(key) == short


@pytest.mark.anyio
async def test_saved_audio_is_tagged(tmp_path):
    class Service:
        async def download(self, url):
            yield AUDIO["flac"]

    job = Job(
        id=3,
        task="cover",
        status="COMPLETED",
        display_name="Neon Sun",
        output_urls={"flac": "http://x/1.flac"},
    )
    workers = WorkerPool(1)
    path = await save(Service(), workers, job, tmp_path, None, 1)
    workers.close()
    assert TinyTag.get(path).title == "Neon Sun"


def test_metadata_without_end_is_not_read_into_memory(tmp_path):
    picture = b"\x06" + (0xFFFFFF).to_bytes(3, "big") + bytes(0xFFFFFF)
    path = tmp_path / "heavy.flac"
    path.write_bytes(AUDIO["flac"][:42] + picture * 3 + AUDIO["flac"][42:])
    before = path.stat()
    assert not write_tags(path, TAGS)
    assert (path.stat().st_size, path.stat().st_ino) == (before.st_size, before.st_ino)
    assert list(tmp_path.iterdir()) == [path]
