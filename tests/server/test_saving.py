"""File names that say what they are, on every platform, and never take another file's place."""

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiopod_mcp.api import InvalidRequest
from audiopod_mcp.operations import Job
from audiopod_mcp.server.saving import file_name, save

URLS = {"flac": "http://x/1.flac", "mp3": "http://x/1.mp3", "flac_2": "http://x/2.flac"}
JOB = Job(id=3, task="cover", status="COMPLETED", display_name="Neon Sun", output_urls=URLS)


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


@given(title=st.text(max_size=300), task=st.text(max_size=20), take=st.integers(1, 8))
def test_any_title_makes_a_name_that_every_platform_takes(title, task, take):
    name = file_name(Job(id=1, status="COMPLETED", display_name=title, task=task), take)
    assert 0 < len(name.encode()) <= 160
    assert not set(name) & set('<>:"/\\|?*\n\0')
    assert name == name.strip(" .")
    assert name.split(".")[0].lower() not in {"con", "prn", "aux", "nul", "com1", "lpt9"}


@pytest.mark.anyio
async def test_saving_twice_keeps_both_and_leaves_nothing_else(tmp_path):
    first = await save_one(Audio(b"one"), JOB, tmp_path / "new", None, 1)
    second = await save_one(Audio(b"t", b"wo"), JOB, tmp_path / "new", None, 1)
    take = await save_one(Audio(b"three"), JOB, tmp_path / "new", None, 2)
    assert [first.name, second.name, take.name] == [
        "Neon Sun - cover.flac",
        "Neon Sun - cover (2).flac",
        "Neon Sun - cover - take 2.flac",
    ]
    assert (first.read_bytes(), second.read_bytes()) == (b"one", b"two")
    assert len(list((tmp_path / "new").iterdir())) == 3


@pytest.mark.anyio
async def test_jobs_of_one_title_saved_side_by_side_are_each_saved_whole(tmp_path):
    class Slowly(Audio):
        async def download(self, url):
            for chunk in self.chunks:
                await anyio.sleep(0)
                yield chunk

    whole = {bytes([64 + number]) * 1000 for number in range(1, 5)}
    async with anyio.create_task_group() as group:
        for audio in whole:
            chunks = [audio[at : at + 100] for at in range(0, 1000, 100)]
            group.start_soon(save_one, Slowly(*chunks), JOB, tmp_path, None, 1)
    assert {path.read_bytes() for path in tmp_path.iterdir()} == whole
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.anyio
async def test_a_broken_download_leaves_no_file(tmp_path):
    with pytest.raises(InvalidRequest):
        await save_one(Audio(b"half", breaks=True), JOB, tmp_path, None, 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("audio_format", "take", "line"), [("ogg", 1, "format: no ogg"), ("mp3", 2, "take: no take 2")]
)
async def test_what_the_job_does_not_have_is_said(tmp_path, audio_format, take, line):
    with pytest.raises(InvalidRequest, match=f"{line}.*job 3 has flac, flac_2, mp3"):
        await save_one(Audio(), JOB, tmp_path, audio_format, take)


@pytest.mark.anyio
async def test_a_folder_that_can_not_be_written_is_said_with_the_remedy(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InvalidRequest, match="AUDIOPOD_OUTPUT_DIR"):
        await save_one(Audio(b"x"), JOB, tmp_path / "file", None, 1)


@pytest.mark.anyio
async def test_a_save_that_is_cancelled_leaves_no_file(tmp_path):
    class Endless(Audio):
        async def download(self, url):
            while True:
                yield b"half"
                await anyio.sleep(0.01)

    with anyio.move_on_after(0.1):
        await save_one(Endless(), JOB, tmp_path, None, 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.anyio
async def test_where_there_is_no_room_for_tags_the_music_is_saved_without(tmp_path, monkeypatch):
    def full(path, tags):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("audiopod_mcp.server.saving.write_tags", full)
    path = await save_one(Audio(b"music"), JOB, tmp_path, None, 1)
    assert path.read_bytes() == b"music"
    assert list(tmp_path.iterdir()) == [path]
