"""The command, as a person types it."""

import json
import signal
import subprocess
import sys
import time

import pytest

from audiopod_mcp import __version__

from .server.sessions import environment

COMMAND = [sys.executable, "-m", "audiopod_mcp"]


def run(folder, *arguments, **extra):
    return subprocess.run(
        [*COMMAND, *arguments], env=environment(folder, **extra), capture_output=True, text=True, timeout=170
    )


def test_version_and_help(tmp_path):
    assert run(tmp_path, "--version").stdout == f"audiopod-mcp {__version__}\n"
    assert {"serve", "studio", "demo"} <= set(run(tmp_path, "--help").stdout.replace(",", " ").split())


@pytest.mark.slow
def test_what_an_output_has_no_letters_for_is_written_otherwise(tmp_path):
    done = run(tmp_path, "install", "--help", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "claude-desktop" in done.stdout


WRONG = [
    (["serve"], {"AUDIOPOD_MAX_WAIT": "soon"}, "AUDIOPOD_MAX_WAIT"),
    (["--transport", "telex"], {}, "--transport"),
    (["studio", "--port", "99999"], {}, "--port"),
    (["studio", "--host", "0.0.0.0"], {}, "--allow-public"),
    (["--transport", "http", "--host", "0.0.0.0"], {}, "--allow-public"),
    (["--transport", "http", "--allowed-origin", "app.example"], {}, "--allowed-origin"),
    (["--transport", "http", "--allowed-origin", "*"], {}, "--allowed-origin"),
    (["--transport", "http", "--allowed-origin", "null"], {}, "--allowed-origin"),
    (["studio", "--port", "0"], {"AUDIOPOD_DATABASE_URL": "postgresql://127.0.0.1:1/x"}, "DATABASE_URL"),
    (["studio", "--port", "0"], {"AUDIOPOD_MEDIA_URL": "s3://bucket"}, "AUDIOPOD_MEDIA_URL"),
    (["studio", "--port", "0", "--rate", "5"], {}, "--rate"),
]
ONE_AFTER_THE_OTHER = """
import json, os, sys
from audiopod_mcp.cli import main
usual = dict(os.environ)
for arguments, extra in json.loads(sys.argv[1]):
    os.environ.clear()
    os.environ.update(usual | extra)
    try:
        status = main(arguments)
    except SystemExit as end:  # of those that are no arguments
        status = end.code
    print("ended with", status, file=sys.stderr, flush=True)
"""


def test_a_wrong_setting_ends_in_one_line(tmp_path):
    wrong = json.dumps([(arguments, extra) for arguments, extra, _ in WRONG])
    done = subprocess.run(
        [sys.executable, "-c", ONE_AFTER_THE_OTHER, wrong],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=170,
    )
    *told, rest = done.stderr.split("ended with 2\n")
    assert rest == ""
    for (arguments, _, line), words in zip(WRONG, told, strict=True):
        assert line in words.splitlines()[-1], arguments
        assert "Traceback" not in words


HEAVY = (
    "numpy",
    "scipy",
    "sqlite3",
    "soundfile",
    "PIL",
    "soxr",
    "audiopod_mcp.studio",
    "audiopod_mcp.music",
    "httpx",
)


@pytest.mark.slow
def test_nothing_heavy_is_imported_before_the_first_call_that_needs_it(tmp_path):
    script = (
        "import json, sys, anyio, audiopod_mcp.cli, audiopod_mcp.hosting, audiopod_mcp.server\n"
        "from mcp import Client\n"
        "from audiopod_mcp.hosting import open_service\n"
        "from audiopod_mcp.server import build_server\n"
        "from audiopod_mcp.settings import Settings\n"
        "async def main():\n"
        "    async with open_service(Settings.from_environment(), same_machine=True) as (service, _):\n"
        "        async with Client(build_server(service)) as client:\n"
        "            await client.list_tools()\n"
        "            await client.list_prompts()\n"
        "            await client.list_resource_templates()\n"
        "            print(json.dumps(list(sys.modules)))\n"
        "anyio.run(main)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=170,
        check=True,
    )
    loaded = set(json.loads(done.stdout))
    assert loaded.isdisjoint(HEAVY)


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_the_demo_uses_every_operation_and_lists_its_files(tmp_path):
    done = run(tmp_path, "demo")
    assert done.returncode == 0, done.stderr
    assert "\r" not in done.stdout
    saved = sorted(path.name for path in (tmp_path / "output").iterdir())
    assert len(saved) == 8
    for name in saved:
        assert str(tmp_path / "output" / name) in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_a_worker_that_is_told_to_stop_while_its_engine_is_loaded_ends_in_order(tmp_path):
    pytest.importorskip("procrastinate", reason="needs the extra cluster")
    module = "import pathlib, time\npathlib.Path(__file__).with_name('begun').touch()\ntime.sleep(60)\n"
    (tmp_path / "heavy.py").write_text(module)
    given = {"AUDIOPOD_DATABASE_URL": "postgresql://127.0.0.1:1/x", "PYTHONPATH": str(tmp_path)}
    worker = subprocess.Popen(
        [*COMMAND, "worker", "--engine", "heavy:Engine"],
        env=environment(tmp_path, **given),
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (tmp_path / "begun").exists():
        assert worker.poll() is None
        time.sleep(0.05)
    worker.send_signal(signal.SIGTERM)
    assert (worker.communicate(timeout=60)[1], worker.returncode) == ("", 0)
