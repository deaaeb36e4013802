"""Automatic saving, for those who ask for it: each finished job is a file, once, and its failure is no job's."""

import os
from contextlib import asynccontextmanager

import anyio
import pytest

from audiopod_mcp.api import ServiceFailed
from audiopod_mcp.operations import Job
from audiopod_mcp.server import AutoSaver
from audiopod_mcp.worker_pool import WorkerPool
from tests.sounds import sound

from .sessions import BEEPER, session
from .test_tasks import Get, Params, State, start, task_client

pytestmark = pytest.mark.anyio

TUNE = {"mode": "prompt2instrumental", "caption": "piano", "display_name": "Tune"}
RUNNING = Job(id=3, task="cover", status="PROCESSING")
DONE = Job(
    id=3, task="cover", status="COMPLETED", display_name="Sun",
    output_urls={"flac": "http://x/1.flac", "mp3": "http://x/1.mp3", "flac_2": "http://x/2.flac"},
)  # fmt: skip


class Audio:
    base_url = "http://x"

    def __init__(self, fails=0):
        self.fails = fails

    async def download(self, url):
        self.fails -= 1
        if self.fails >= 0:
            raise ServiceFailed("the service is on fire")
        await anyio.sleep(0.01)
        yield sound("flac", 0.1)


@asynccontextmanager
async def auto_saver(folder, output="music"):
    workers = WorkerPool(1)
    async with anyio.create_task_group() as group:
        yield AutoSaver(folder / output, folder / "records", group.start_soon, workers)
    workers.close()


def told(result):
    return result.content[0].text.splitlines()


@pytest.mark.slow
async def test_a_finished_job_is_saved_once_and_the_path_is_the_first_line(tmp_path):
    async with session("stdio", "legacy", tmp_path, AUDIOPOD_AUTO_SAVE="1", **BEEPER) as client:
        made = await client.call_tool("generate_music", TUNE | {"batch_size": 2})
        folder = tmp_path / "output"
        name = "Tune - prompt2instrumental"
        assert told(made)[0] == f"Saved as “{folder / f'{name}.flac'}”, “{folder / f'{name} - take 2.flac'}”"
        assert "is finished" in told(made)[1]
        job = {"job_id": made.structured_content["job_id"]}
        assert told(await client.call_tool("get_job", job)) == told(made)
        assert len(list(folder.iterdir())) == 2
        tools = {tool.name: tool.annotations for tool in (await client.list_tools()).tools}
        assert not tools["get_job"].read_only_hint  # it may write a file
    async with session("stdio", "legacy", tmp_path, AUDIOPOD_AUTO_SAVE="1", **BEEPER) as later:
        assert "is finished" in told(await later.call_tool("get_job", job))[0]
    assert len(list(folder.iterdir())) == 2


@pytest.mark.slow
async def test_a_task_says_where_its_job_is_saved_and_nothing_is_saved_unless_wanted(tmp_path):
    for wanted in ("1", "0"):
        async with task_client(tmp_path / wanted, AUDIOPOD_AUTO_SAVE=wanted) as client:
            created = await start(client, "generate_music", TUNE)
            state = None
            with anyio.fail_after(60):
                while state is None or state.status == "working":
                    await anyio.sleep(0.3)
                    state = await client.session.send_request(
                        Get(params=Params(task_id=created.task_id)), State
                    )
            first = state.result["content"][0]["text"].splitlines()[0]
            assert first.startswith("Saved as ") is (tmp_path / wanted / "output").exists() is (wanted == "1")


async def test_two_servers_that_watch_one_job_save_it_once(tmp_path):
    async with auto_saver(tmp_path) as one, auto_saver(tmp_path) as other:
        async with anyio.create_task_group() as group:
            for each in (one, other, one):
                each.watch("me", RUNNING)
                group.start_soon(each.outcome, "me", Audio(), DONE)
        assert await one.outcome("me", Audio(), DONE) or await other.outcome("me", Audio(), DONE)
        # Another caller's job of that number is another job.
        one.watch("you", RUNNING)
        assert "Sun - cover (2).flac" in await one.outcome("you", Audio(), DONE)
    assert len(list((tmp_path / "music").iterdir())) == 4


async def test_what_nobody_watched_or_is_not_finished_is_not_saved(tmp_path):
    async with auto_saver(tmp_path) as saver:
        assert await saver.outcome("me", Audio(), DONE) is None
        saver.watch("me", RUNNING)
        assert await saver.outcome("me", Audio(), RUNNING) is None
        assert await saver.outcome("you", Audio(), DONE) is None
    assert list(tmp_path.iterdir()) == []


async def test_a_failure_is_one_line_and_is_tried_again_when_the_job_is_looked_at_again(tmp_path):
    (tmp_path / "file").touch()
    async with auto_saver(tmp_path, "file") as saver, auto_saver(tmp_path) as fickle:
        for each in (saver, fickle):
            each.watch(None, RUNNING)
        line = await saver.outcome(None, Audio(), DONE)
        assert line.startswith("Not saved: can't write to")
        assert "AUDIOPOD_OUTPUT_DIR" in line
        audio = Audio(fails=1)
        assert await fickle.outcome(None, audio, DONE) == "Not saved: the service is on fire"
        assert (await fickle.outcome(None, audio, DONE)).startswith("Saved as")


async def test_what_a_killed_server_had_begun_to_save_is_saved_by_a_later_one(tmp_path):
    async with auto_saver(tmp_path) as first:
        first.watch(None, RUNNING)
        await first.outcome(None, Audio(), DONE)
    for record in (tmp_path / "records").iterdir():
        record.write_text("")
    async with auto_saver(tmp_path) as at_once:
        at_once.watch(None, RUNNING)
        assert not (await at_once.outcome(None, Audio(), DONE)).startswith("Saved as")
    for record in (tmp_path / "records").iterdir():
        os.utime(record, (0, 0))
    async with auto_saver(tmp_path) as later:
        later.watch(None, RUNNING)
        assert "Sun - cover (2).flac" in await later.outcome(None, Audio(), DONE)
