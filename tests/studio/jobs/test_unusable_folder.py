"""A data folder that can't be used: at once one line that says which file, what is wrong with it and what to do."""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import stdio_client

from audiopod_mcp.settings import SettingsError
from audiopod_mcp.studio.config import StudioConfig
from audiopod_mcp.studio.jobs.repair import examine_jobs, repair_jobs, restore_job
from audiopod_mcp.studio.jobs.shared_file import SharedFile
from audiopod_mcp.studio.jobs.store import Store
from audiopod_mcp.studio.serving import serve_studio
from tests.server.sessions import environment, free_port, parameters
from tests.studio.studios import BEEPER, MUSIC, opened, wait_for

COMMAND = [sys.executable, "-m", "audiopod_mcp"]
NOBODY = 65_534
ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def new(data):
    data.mkdir()
    Store(SharedFile(data / "studio.db")).close()
    return data / "studio.db"


def garbage(data):
    new(data).write_bytes(b"not a database at all, " * 1000)


def torn(data):
    path = new(data)
    path.write_bytes(path.read_bytes()[:4096] + b"\0" * (path.stat().st_size - 4096))


def newer(data):
    written(new(data), "PRAGMA user_version = 99")


WITHOUT_OWNERS = "DROP INDEX jobs_by_owner; DROP INDEX jobs_by_key; ALTER TABLE jobs DROP COLUMN owner"


def column(data):
    written(new(data), WITHOUT_OWNERS)


def folder(data):
    (data / "studio.db").mkdir(parents=True)


def file(data):
    data.write_text("")


def media(data):
    data.mkdir()
    (data / "media").write_text("")


def written(path, script):
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()


UNUSABLE = {
    garbage: ("studio.db is damaged", "doctor --repair"),
    torn: ("studio.db is damaged", "doctor --repair"),
    newer: ("studio.db was written by a newer version", "install that version"),
    column: ("the column owner of jobs is missing", "doctor --repair"),
    folder: ("studio.db is a folder", "move that folder away"),
    file: ("data is a file", "move that file away"),
    media: ("media is a file", "move that file away"),
}
unusable = pytest.mark.parametrize("spoil", UNUSABLE, ids=lambda spoil: spoil.__name__)


@pytest.mark.slow
@pytest.mark.anyio
@pytest.mark.parametrize("spoil", [garbage, newer, file], ids=lambda spoil: spoil.__name__)
async def test_every_tool_says_so_at_once_and_so_does_the_log(tmp_path, spoil):
    spoil(tmp_path / "data")
    with (tmp_path / "log").open("w") as log:
        async with Client(stdio_client(parameters(tmp_path), errlog=log)) as client:
            calls = [("generate_music", {"caption": "x"}), ("list_jobs", {}), ("get_job", {"job_id": 1})]
            for tool, arguments in calls:
                answer = await client.call_tool(tool, arguments)
                assert answer.is_error
                said = answer.content[0].text
                assert all(words in said for words in ("AUDIOPOD_DATA_DIR", *UNUSABLE[spoil])), said
                assert "accepted" not in said
                assert "\n" not in said
    lines = [line for line in (tmp_path / "log").read_text().splitlines() if "AUDIOPOD_DATA_DIR" in line]
    assert len(lines) == 1, lines
    assert all(words in lines[0] for words in UNUSABLE[spoil])


@unusable
def test_the_service_does_not_start_and_the_doctor_says_the_same(tmp_path, spoil):
    spoil(tmp_path / "data")
    before = sorted((path, path.is_file() and path.read_bytes()) for path in (tmp_path / "data").rglob("*"))
    with pytest.raises(SettingsError) as refusal:
        serve_studio(StudioConfig(tmp_path / "data", engine=BEEPER), "127.0.0.1", 0)
    line = str(refusal.value)
    assert all(words in line for words in ("AUDIOPOD_DATA_DIR", *UNUSABLE[spoil]))
    assert "\n" not in line
    (found,) = examine_jobs(tmp_path / "data")
    assert found.state == "problem"
    assert UNUSABLE[spoil][0] in found.found
    assert UNUSABLE[spoil][1] in found.fix
    after = sorted((path, path.is_file() and path.read_bytes()) for path in (tmp_path / "data").rglob("*"))
    assert after == before


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_database_that_somebody_else_holds_is_worth_a_second_try(tmp_path, monkeypatch):
    monkeypatch.setattr("audiopod_mcp.studio.jobs.database.PATIENCE", 0.2)
    async with opened(tmp_path) as studio:
        holder = sqlite3.connect(tmp_path / "studio.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        answer = await studio.post(f"{MUSIC}/text2music", json={"caption": "x"})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "another program holds studio.db locked" in answer.json()["detail"]
        holder.execute("ROLLBACK")
        assert (await studio.make(caption="x"))["status"] == "COMPLETED"
        holder.close()


@pytest.fixture
def small_disk(tmp_path):
    """The data folder as a disk of its own."""
    (data := tmp_path / "data").mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(data)]
    if (
        sys.platform != "linux"
        or not ROOT
        or subprocess.run(mount, check=False, capture_output=True).returncode
    ):
        pytest.skip("may not mount")
    yield data
    subprocess.run(["umount", "-l", str(data)], check=True)


def refused(tmp_path, *become):
    """The one line with which the service does not start."""
    run = subprocess.run(
        [*become, *COMMAND, "studio"], env=environment(tmp_path), capture_output=True, text=True, timeout=170
    )
    assert run.returncode == 2, run.stderr
    (line,) = run.stderr.splitlines()
    return line


@pytest.mark.slow
def test_a_disk_that_is_full(tmp_path, small_disk):
    assert "there is no room left on its disk" in refused(tmp_path)


@pytest.mark.slow
def test_a_disk_that_is_read_only(tmp_path, small_disk):
    Store(SharedFile(small_disk / "studio.db")).close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert "can't be written into); make it writable" in refused(tmp_path)


@pytest.mark.slow
@pytest.mark.anyio
async def test_audio_that_lies_on_another_disk(tmp_path, small_disk):
    """Made, deleted and restored across two disks, between which nothing can be renamed."""
    (tmp_path / "studio").mkdir()
    (tmp_path / "studio" / "media").symlink_to(small_disk)
    async with opened(tmp_path / "studio") as studio:
        job = await studio.make(caption="x")
        assert (await studio.get(job["output_url"])).content[:4] == b"fLaC"
        await studio.delete(f"{MUSIC}/jobs/{job['id']}")
        assert list(small_disk.iterdir()) == []
        assert [finding.found for finding in restore_job(tmp_path / "studio", 1)] == ["job 1 is back"]
        assert (await studio.get(job["output_url"])).content[:4] == b"fLaC"


@pytest.fixture
def humble():
    """A folder, and how to start a command as a user who can't write everywhere."""
    with tempfile.TemporaryDirectory() as folder:
        command = []
        if ROOT:
            command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
            Path(folder).chmod(0o755)
        if sys.platform == "win32" or not can_import(*command):
            pytest.skip("may not become another user who can read this program")
        yield Path(folder), command


@cache
def can_import(*become):
    """Whether that user can read this program."""
    needed = [sys.executable, "-c", "import audiopod_mcp.studio.serving, numpy, soundfile, uvicorn"]
    try:
        return not subprocess.run([*become, *needed], check=False, capture_output=True).returncode
    except FileNotFoundError:
        return False


def owned(path, mode):
    """Give ``path`` to the user who is tried here."""
    if ROOT:
        os.chown(path, NOBODY, NOBODY)
    path.chmod(mode)


@pytest.mark.slow
def test_permissions_that_are_missing(humble):
    home, become = humble
    new(home / "data")
    for folder in ("media", "trash", "work", "instances"):
        (home / "data" / folder).mkdir()
    for path in (home / "data", *(home / "data").iterdir()):
        owned(path, 0o700)
    for name in ("", "studio.db", "media", "trash", "work", "instances"):
        owned(home / "data" / name, 0o500)
        assert f"{name or 'data'} can't be written into); make it writable" in refused(home, *become)
        (home / "data" / name).chmod(0o700)
    assert "can't be written" not in tried(home, *become)


@pytest.mark.slow
def test_what_another_user_left_is_read_and_not_changed(humble):
    """As after a first start with sudo: one line, and the jobs are there when the owner is right again."""
    home, become = humble
    if not become:
        pytest.skip("only root leaves what others can't write")
    owned(home, 0o755)
    anyio.run(three_jobs, home / "data")
    assert "can't be written into); make it writable" in refused(home, *become)
    for path in (home / "data", *(home / "data").rglob("*")):
        owned(path, 0o700)
    assert "can't be written" not in tried(home, *become)


def tried(home, *become):
    """What a service says that is stopped as soon as it answers."""
    process = subprocess.Popen(
        [*become, *COMMAND, "studio", "--port", str(free_port())],
        env=environment(home),
        stderr=subprocess.PIPE,
        text=True,
    )
    lock = home / "data" / "instances"
    wait_for(lambda: process.poll() is not None or list(lock.iterdir()))
    process.terminate()
    return process.communicate(timeout=170)[1]


async def three_jobs(data):
    """As they are told; the last has failed, so that nothing but the database knows of it."""
    async with opened(data) as studio:
        await studio.make(caption="one")
        await studio.make(caption="two")
        await studio.make(caption="refuse")
        return (await studio.get(f"{MUSIC}/jobs")).json()


@pytest.mark.slow
@pytest.mark.anyio
@pytest.mark.parametrize(("spoil", "left"), [(garbage, 2), (column, 2), ("row", 3), ("pages", 3)])
async def test_repair_keeps_the_broken_file_and_brings_the_jobs_back(tmp_path, spoil, left):
    data = tmp_path / "data"
    jobs = await three_jobs(data)
    path = data / "studio.db"
    if spoil == "row":
        written(path, "UPDATE jobs SET params = 'no JSON' WHERE id = 1")
    elif spoil == "pages":
        path.write_bytes(path.read_bytes()[:8192] + os.urandom(path.stat().st_size - 8192))
    elif spoil is column:
        written(path, WITHOUT_OWNERS)
    else:
        path.write_bytes(b"not a database at all, " * 1000)
    done = list(repair_jobs(data))
    assert all(finding.state == "ok" for finding in done), done
    (aside,) = (path for path in data.glob("studio.db.broken-*") if not path.name.endswith(("-wal", "-shm")))
    assert aside.name in done[0].found
    (found,) = examine_jobs(data)
    assert (found.state, found.found) == ("ok", f"{left} jobs in studio.db, which is whole")
    async with opened(data) as studio:
        assert (await studio.get(f"{MUSIC}/jobs")).json() == jobs[-left:]
        assert (await studio.get(jobs[-1]["output_url"])).content[:4] == b"fLaC"
        assert await studio.create(caption="x") == 4
    assert [finding.found for finding in repair_jobs(data)] == ["there was nothing to mend"]


@pytest.mark.slow
def test_the_doctor_repairs_and_tells(tmp_path):
    garbage(tmp_path / "data")
    environ = environment(tmp_path, AUDIOPOD_ENGINE="tests.studio.beeping:Beeper")
    run = subprocess.run(
        [*COMMAND, "doctor", "--json", "--repair"], env=environ, capture_output=True, text=True, timeout=170
    )
    found = {finding["subject"]: finding for finding in json.loads(run.stdout)["findings"]}
    assert run.returncode == 0, run.stdout
    assert "the broken file is now studio.db.broken-" in found["repair"]["found"]
    assert found["jobs"]["found"] == "0 jobs in studio.db, which is whole"


@pytest.mark.slow
@pytest.mark.anyio
async def test_repair_leaves_a_folder_alone_that_a_studio_is_working_with(tmp_path):
    await three_jobs(tmp_path)
    async with opened(tmp_path):
        written(tmp_path / "studio.db", "UPDATE jobs SET params = 'no JSON' WHERE id = 1")
        (done,) = repair_jobs(tmp_path)
        assert done.state == "problem"
        assert "a studio is working with this studio.db" in done.found


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_deleted_job_can_be_restored_while_the_studio_runs(tmp_path):
    async with opened(tmp_path) as studio:
        job = await studio.make(caption="x", display_name="Mine")
        await studio.delete(f"{MUSIC}/jobs/{job['id']}")
        assert "kept for 7 days: 1 (20" in [finding.found for finding in examine_jobs(tmp_path)][1]
        assert [finding.state for finding in restore_job(tmp_path, 2)] == ["problem"]
        assert [finding.found for finding in restore_job(tmp_path, 1)] == ["job 1 is back"]
        assert await studio.job(1) == job
        assert (await studio.get(job["output_url"])).content[:4] == b"fLaC"


@pytest.mark.anyio
async def test_repair_looks_in_the_trash_for_what_an_older_database_still_knows(tmp_path):
    async with opened(tmp_path) as studio:
        job = await studio.make(caption="x")
        await studio.create(caption="slow 9")
        yesterday = (tmp_path / "studio.db").read_bytes()
        await studio.delete(f"{MUSIC}/jobs/{job['id']}")
    (tmp_path / "studio.db").write_bytes(yesterday)
    assert "the audio of 1 job is missing: 1" in [finding.found for finding in examine_jobs(tmp_path)]
    assert [finding.found for finding in repair_jobs(tmp_path)] == ["brought back from the trash: 1"]
    async with opened(tmp_path) as studio:
        assert (await studio.get(job["output_url"])).content[:4] == b"fLaC"
