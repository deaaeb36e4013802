"""File names that say what they are, on every platform, and never take another file's place."""

import gzip
import io
import os
import subprocess
import sys

import anyio
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from audiopod_mcp.api import InvalidRequest
from audiopod_mcp.operations import Job
from audiopod_mcp.server.saving import file_name, save, tags_of
from audiopod_mcp.worker_pool import WorkerPool
from tests.api.faulty import FaultyService, answer, serving
from tests.sounds import sound

from .sessions import environment, session

URLS = {"flac": "http://x/1.flac", "mp3": "http://x/1.mp3", "flac_2": "http://x/2.flac"}
JOB = Job(id=3, task="cover", status="COMPLETED", display_name="Neon Sun", output_urls=URLS)


@pytest.fixture(scope="module")
async def workers(anyio_backend):
    pool = WorkerPool(1)
    yield pool
    pool.close()


@pytest.fixture
def save_one(workers):
    async def save_with(client, *wanted):
        return await save(client, workers, *wanted)

    return save_with


FIRST, SECOND, THIRD = (sound("flac", 0.5, pitch=pitch) for pitch in (220, 330, 440))


class Audio:
    """Stands in for the service: downloads are the only thing that saving asks of it."""

    def __init__(self, *chunks, breaks=False):
        self.chunks = chunks
        self.breaks = breaks

    async def download(self, url):
        for chunk in self.chunks:
            yield chunk
        if self.breaks:
            raise InvalidRequest("the connection broke")


def heard(path):
    return soundfile.read(path)[0].tobytes()


def heard_in(content):
    return soundfile.read(io.BytesIO(content))[0].tobytes()


@given(title=st.text(max_size=300), task=st.text(max_size=20), take=st.integers(1, 8))
def test_any_title_makes_a_name_that_every_platform_takes(title, task, take):
    name = file_name(Job(id=1, status="COMPLETED", display_name=title, task=task), take)
    assert 0 < len(name.encode()) <= 160
    assert not set(name) & set('<>:"/\\|?*\n\0')
    assert name == name.strip(" .")
    assert name.split(".")[0].lower() not in {"con", "prn", "aux", "nul", "com1", "lpt9"}


def test_a_later_take_is_not_tagged_with_tempo_key_and_times_of_the_first():
    known = {"lyrics": "Fields of gold", "lrc_content": "[00:01.00]Fields of gold", "actual_seeds": [4, 5]}
    job = JOB.model_copy(update={"details": {"bpm": 140.0, "keyscale": "C Minor"}, **known})
    first, second = tags_of(job, 1), tags_of(job, 2)
    assert (first["BPM"], first["INITIALKEY"], first["LYRICS"]) == ("140", "Cm", "[00:01.00]Fields of gold")
    assert second.keys() & {"BPM", "INITIALKEY"} == set()
    assert second["LYRICS"] == "Fields of gold"
    assert second["COMMENT"].endswith("take 2, seed 5")


@pytest.mark.anyio
async def test_saving_twice_keeps_both_and_leaves_nothing_else(tmp_path, save_one):
    first = await save_one(Audio(FIRST), JOB, tmp_path / "new", None, 1)
    second = await save_one(Audio(SECOND[:100], SECOND[100:]), JOB, tmp_path / "new", None, 1)
    take = await save_one(Audio(THIRD), JOB, tmp_path / "new", None, 2)
    assert [first.name, second.name, take.name] == [
        "Neon Sun - cover.flac",
        "Neon Sun - cover (2).flac",
        "Neon Sun - cover - take 2.flac",
    ]
    assert heard(first) == heard_in(FIRST)
    assert heard(second) == heard_in(SECOND)
    assert len(list((tmp_path / "new").iterdir())) == 3


@pytest.mark.anyio
async def test_jobs_of_one_title_saved_side_by_side_are_each_saved_whole(tmp_path, save_one):
    class Slowly(Audio):
        async def download(self, url):
            for chunk in self.chunks:
                await anyio.sleep(0)
                yield chunk

    whole = [sound("flac", 0.5, pitch=pitch) for pitch in (200, 300, 400, 500)]
    async with anyio.create_task_group() as group:
        for audio in whole:
            chunks = [audio[at : at + 100] for at in range(0, len(audio), 100)]
            group.start_soon(save_one, Slowly(*chunks), JOB, tmp_path, None, 1)
    assert {heard(path) for path in tmp_path.iterdir()} == set(map(heard_in, whole))
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.anyio
async def test_a_broken_download_leaves_no_file(tmp_path, save_one):
    with pytest.raises(InvalidRequest):
        await save_one(Audio(b"half", breaks=True), JOB, tmp_path, None, 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("audio_format", "take", "line"), [("ogg", 1, "format: no ogg"), ("mp3", 2, "take: no take 2")]
)
async def test_what_the_job_does_not_have_is_said(tmp_path, save_one, audio_format, take, line):
    with pytest.raises(InvalidRequest, match=f"{line}.*job 3 has flac, flac_2, mp3"):
        await save_one(Audio(), JOB, tmp_path, audio_format, take)


@pytest.mark.anyio
async def test_a_folder_that_can_not_be_written_is_said_with_the_remedy(tmp_path, save_one):
    (tmp_path / "file").touch()
    with pytest.raises(InvalidRequest, match="AUDIOPOD_OUTPUT_DIR"):
        await save_one(Audio(b"x"), JOB, tmp_path / "file", None, 1)


@pytest.mark.anyio
async def test_a_save_that_is_cancelled_leaves_no_file(tmp_path, save_one):
    class Endless(Audio):
        async def download(self, url):
            while True:
                yield b"half"
                await anyio.sleep(0.01)

    with anyio.move_on_after(0.1):
        await save_one(Endless(), JOB, tmp_path, None, 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.anyio
async def test_where_there_is_no_room_for_tags_the_music_is_saved_without(tmp_path, save_one, monkeypatch):
    def full(path, tags):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("audiopod_mcp.server.saving.write_tags", full)
    path = await save_one(Audio(FIRST), JOB, tmp_path, None, 1)
    assert path.read_bytes() == FIRST
    assert list(tmp_path.iterdir()) == [path]


WAV, FLAC, OGG, MP3 = (sound(kind, 2) for kind in ("wav", "flac", "ogg", "mp3"))
BROKEN = {
    "an expired link's JSON": b'{"detail": "Signature has expired"}',
    "a web page": b"<!doctype html><title>Sign in</title>",
    "nothing": b"",
    "a text": b"this link has expired\n" * 100,
    "noise": bytes(range(256)) * 100,
    "half a flac": FLAC[: len(FLAC) // 2],
    "half a wav": WAV[: len(WAV) // 2],
    "half an ogg": OGG[: len(OGG) // 2],
    "a flac without sound": FLAC[:86],
    "a flac with a hole": FLAC[:2000] + bytes(4000) + FLAC[6000:],
}


@pytest.fixture(scope="module")
async def cloud(anyio_backend):
    """A service with a finished job, and a session of a server that uses it."""
    async with serving(FaultyService(tells_time=True)) as service:
        yield service


def offer(service, content, kind="flac", content_type="application/octet-stream", **headers):
    service.files["/a.bin"] = answer(200, content, content_type=content_type, **headers)
    service.jobs[101] = {"id": 101, "task": "text2music", "status": "COMPLETED", "display_name": "Sun"}
    service.jobs[101]["output_urls"] = {kind: "/a.bin"}


@pytest.mark.slow
@pytest.mark.anyio
async def test_what_is_saved_is_audio_or_an_error_that_leaves_nothing(tmp_path, cloud):
    folder = tmp_path / "output"
    async with session(
        "stdio", "legacy", tmp_path, AUDIOPOD_BASE_URL=cloud.url, AUDIOPOD_API_KEY="ap_test"
    ) as client:

        async def saved():
            with anyio.fail_after(30):
                result = await client.call_tool("save_audio", {"job_id": 101})
            return result.is_error, result.content[0].text

        for what, content in BROKEN.items():
            offer(cloud, content)
            is_error, line = await saved()
            assert is_error, what
            assert "\n" not in line
            assert any(words in line for words in ("the job is safe", "gives a fresh link")), (what, line)
            assert not folder.exists() or not list(folder.iterdir()), what
        for content in (WAV, FLAC, OGG, MP3):
            offer(cloud, content)
            is_error, line = await saved()
            assert not is_error, line
        offer(cloud, gzip.compress(WAV), "wav", content_encoding="gzip")
        is_error, line = await saved()
        assert not is_error, line
        assert heard(line.removeprefix("Saved as “").removesuffix("”")) == heard_in(WAV)
        names = sorted(path.name for path in folder.iterdir())
    assert names == [f"Sun - text2music{rest}" for rest in (" (2).wav", ".flac", ".mp3", ".ogg", ".wav")]


SAVER = """
import sys, time
from pathlib import Path
import anyio
from audiopod_mcp.operations import Job
from audiopod_mcp.server.saving import save

class Slow:
    async def download(self, url):
        yield b"half"
        print("begun", flush=True)
        await anyio.sleep(60)

job = Job(id=3, task="cover", status="COMPLETED", display_name="Sun", output_urls={"flac": "http://x"})
anyio.run(save, Slow(), None, job, Path(sys.argv[1]), None, 1)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="what nobody writes any more is told by signal 0")
@pytest.mark.anyio
async def test_what_a_killed_server_was_writing_goes_at_the_next_start(tmp_path):
    folder = tmp_path / "output"
    folder.mkdir()
    theirs = {"song.flac.part", ".song.part", ".audiopod-notes.part", ".audiopod-12345678-1-abc.flac.part"}
    for name in theirs:
        (folder / name).touch()
        os.utime(folder / name, (0, 0))
    writers = [
        subprocess.Popen([sys.executable, "-c", SAVER, str(folder)], stdout=subprocess.PIPE) for _ in range(2)
    ]
    try:
        for writer in writers:
            assert writer.stdout.readline() == b"begun\n"
        writers[0].kill()
        writers[0].wait()
        assert len(list(folder.iterdir())) == len(theirs) + 2
        async with session("stdio", "legacy", tmp_path) as client:
            await client.call_tool("list_jobs", {})
            with anyio.fail_after(30):
                while len(list(folder.iterdir())) > len(theirs) + 1:
                    await anyio.sleep(0.05)
            await anyio.sleep(0.2)
        left = {path.name for path in folder.iterdir()} - theirs
        assert len(left) == 1  # of the writer that still runs
        assert f"-{writers[1].pid}-" in left.pop()
    finally:
        for writer in writers:
            writer.kill()
            writer.wait()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
@pytest.mark.anyio
async def test_links_that_lie_in_wait_are_not_followed(tmp_path, save_one):
    folder, secret = tmp_path / "music", tmp_path / "secret"
    folder.mkdir()
    secret.write_bytes(b"mine")
    (folder / "Neon Sun - cover.flac").symlink_to(secret)
    (folder / "Neon Sun - cover (2).flac").symlink_to(tmp_path / "not there")

    class Racing(Audio):
        async def download(self, url):
            for partial in folder.glob("*.part"):
                partial.with_name(f"{partial.name}.tagged").symlink_to(secret)
            yield self.chunks[0]

    path = await save_one(Racing(FIRST), JOB, folder, None, 1)
    assert path.name == "Neon Sun - cover (3).flac"
    assert not path.is_symlink()
    assert secret.read_bytes() == b"mine"
    assert not (tmp_path / "not there").exists()


@pytest.mark.parametrize(
    "name",
    ["CON", "com¹", "LPT³.x", "nul .txt", "CONIN$", "aux.flac.wav", "a:b", "a<b>|c?*", "end. . ", "\u202e"],
)
def test_names_that_windows_keeps_for_itself_are_changed(name):
    safe = file_name(Job(id=1, status="COMPLETED", display_name=name), 1)
    stem = safe.split(".")[0].rstrip().upper()
    assert stem not in {"CON", "COM¹", "LPT³", "NUL", "CONIN$", "AUX"}
    assert not set(safe) & set('<>:"/\\|?*')
    assert safe == safe.strip(" .")


@pytest.mark.anyio
async def test_a_path_that_is_too_long_is_one_line(tmp_path, save_one):
    with pytest.raises(InvalidRequest, match=r"can't write to .*AUDIOPOD_OUTPUT_DIR"):
        await save_one(Audio(FIRST), JOB, tmp_path / "/".join(["x" * 200] * 25), None, 1)


CRAMPED = """
import resource, signal, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from audiopod_mcp.cli import main
sys.exit(main([]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="has no limit of a file's size")
@pytest.mark.anyio
async def test_a_disk_without_room_is_called_full(tmp_path, cloud):
    offer(cloud, sound("wav", 60))
    cramped = StdioServerParameters(
        command=sys.executable,
        args=["-c", CRAMPED],
        env=environment(tmp_path, AUDIOPOD_BASE_URL=cloud.url, AUDIOPOD_API_KEY="ap_test"),
    )
    async with Client(stdio_client(cramped)) as client:
        result = await client.call_tool("save_audio", {"job_id": 101})
    assert result.is_error
    assert f"the disk is full: no room in {tmp_path / 'output'}" in result.content[0].text
    assert "AUDIOPOD_OUTPUT_DIR" in result.content[0].text
    assert list((tmp_path / "output").iterdir()) == []
