"""The doctor, as a person calls it: every trouble is a line with its fix, and the status says whether all is well."""

import json
import os
import subprocess
import sys

import anyio
import pytest

from tests.api.faulty import FaultyService, answer, serving

from .server.sessions import environment

DOCTOR = [sys.executable, "-m", "audiopod_mcp", "doctor"]
KEY = "ap_test_0123456789abcdef"


def examined(folder, **extra):
    """The findings by subject, and the exit status."""
    done = subprocess.run(
        [*DOCTOR, "--json"], env=environment(folder, **extra), capture_output=True, text=True, timeout=120
    )
    told = json.loads(done.stdout)
    assert told["healthy"] == (done.returncode == 0), done.stdout
    assert KEY not in done.stdout + done.stderr
    return {finding["subject"]: finding for finding in told["findings"]}, done.returncode


@pytest.mark.slow
def test_a_healthy_machine(tmp_path):
    (tmp_path / "allowed").mkdir()
    env = environment(tmp_path, AUDIOPOD_AUTO_SAVE="1")
    done = subprocess.run(DOCTOR, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    assert all(line.startswith(("ok ", "warning ")) or "→" in line for line in lines)
    assert "\033" not in done.stdout
    for word in (
        "Python 3",
        "not set",
        "embedded studio",
        "numpy",
        "GiB free",
        "one second made",
        "auto save",
        "allowed",
        "models add spleeter",
    ):
        assert word in done.stdout
    assert not (tmp_path / "data").exists()
    assert not (tmp_path / "output").exists()


@pytest.mark.slow
def test_it_says_whether_ffmpeg_is_there(tmp_path):
    program = tmp_path / ("ffmpeg.exe" if sys.platform == "win32" else "ffmpeg")
    program.write_bytes(b"")
    program.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    found, _ = examined(tmp_path, PATH=path, AUDIOPOD_ENGINE="acestep", ACESTEP_BASE_URL="http://127.0.0.1:1")
    assert found["ffmpeg"]["state"] == "ok"
    assert str(tmp_path) in found["ffmpeg"]["found"]


@pytest.mark.slow
def test_folders_that_can_not_be_written_into(tmp_path):
    (tmp_path / "file").write_text("")
    found, status = examined(
        tmp_path,
        AUDIOPOD_OUTPUT_DIR=str(tmp_path / "file" / "music"),
        AUDIOPOD_DATA_DIR=str(tmp_path / "file" / "data"),
    )
    assert status == 1
    for subject, variable in (("output folder", "AUDIOPOD_OUTPUT_DIR"), ("data folder", "AUDIOPOD_DATA_DIR")):
        assert found[subject]["state"] == "problem"
        assert "is a file" in found[subject]["found"]
        assert variable in found[subject]["fix"]
    assert "auto save" not in found
    assert found["local files"]["state"] == "warning"
    assert "music" not in found


def test_a_host_that_starts_what_is_no_longer_there(tmp_path):
    for name, command in (("cursor", "/gone/audiopod-mcp"), ("gemini", sys.executable)):
        file = tmp_path / f".{name}" / {"cursor": "mcp.json", "gemini": "settings.json"}[name]
        file.parent.mkdir()
        file.write_text(json.dumps({"mcpServers": {"audiopod": {"command": command}}}), "utf-8")
    (tmp_path / ".claude.json").write_text("{ half a file", "utf-8")
    home = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path), "AUDIOPOD_BASE_URL": "http://127.0.0.1:9"}
    done = subprocess.run(
        DOCTOR, env=environment(tmp_path, **home), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1
    assert "Cursor is to start /gone/audiopod-mcp, which is not there" in done.stdout
    assert "run audiopod-mcp install cursor" in done.stdout
    assert f"Gemini CLI starts {sys.executable}" in done.stdout


@pytest.mark.slow
def test_nobody_at_the_base_url(tmp_path):
    found, status = examined(tmp_path, AUDIOPOD_BASE_URL="http://127.0.0.1:9", AUDIOPOD_API_KEY=KEY)
    assert status == 1
    assert "can't be reached" in found["service"]["found"]
    assert "AUDIOPOD_BASE_URL" in found["service"]["fix"]
    assert found["API key"]["found"] == "set, ends in cdef"
    assert not any(subject.startswith("engine") for subject in found)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value"),
    [("AUDIOPOD_MAX_WAIT", "soon"), ("AUDIOPOD_BASE_URL", "here"), ("AUDIOPOD_ENGINE", "x")],
)
def test_a_wrong_setting(tmp_path, name, value):
    found, status = examined(tmp_path, **{name: value})
    assert status == 1
    assert name in found["settings"]["found"]
    assert value in found["settings"]["found"]


async def examined_at(service, folder):
    async with serving(service):
        settings = {"AUDIOPOD_BASE_URL": service.url, "AUDIOPOD_API_KEY": KEY}
        return await anyio.to_thread.run_sync(lambda: examined(folder, **settings))


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_service_with_little_money_left(tmp_path):
    service = FaultyService()
    service.add_job()
    wallet = {"balance_cents": 150, "low_balance_warning": True}
    service.files["/api/v1/api-wallet/balance"] = answer(200, wallet)
    found, status = await examined_at(service, tmp_path)
    assert status == 0
    assert found["service"]["found"].endswith("answers and lets you in, 1 jobs")
    assert (found["balance"]["state"], found["balance"]["found"]) == ("warning", "$1.50")


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_key_that_is_refused(tmp_path):
    service = FaultyService()
    service.will("list", answer(401, {"detail": f"no such key: {KEY}"}))
    found, status = await examined_at(service, tmp_path)
    assert status == 1
    assert "does not accept the API key" in found["service"]["found"]
    assert "AUDIOPOD_API_KEY" in found["service"]["fix"]
