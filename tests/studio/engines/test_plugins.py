"""Engines of strangers: installed beside the studio, found by their entry points, broken or not."""

import json
import re
import subprocess
import sys
import tomllib
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile

from audiopod_mcp.settings import Settings, SettingsError
from audiopod_mcp.studio.engines import registry
from audiopod_mcp.studio.engines.base import Engine, EngineRefused, Outcome, Work
from audiopod_mcp.studio.engines.local import LocalEngine
from tests.server.sessions import environment, free_port
from tests.studio.studios import MUSIC, wait_for
from tests.test_doctor import examined

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "audiopod_mcp"]


UNRULY = """
import asyncio
from pathlib import Path

import soundfile

from audiopod_mcp.studio.engines.base import MASTER, Engine, Outcome, Take


class Unruly(Engine):
    @classmethod
    def from_environment(cls, environment):
        if environment.get("UNRULY"):
            raise ValueError("oops")
        return cls()

    def text2music(self, work, report):
        caption = work.params["caption"]
        if caption == "cancels":
            raise asyncio.CancelledError
        if caption == "interrupts":
            raise KeyboardInterrupt
        if caption == "nothing":
            return Outcome()
        if caption == "text":
            return "done"
        (folder := work.folder / "take-1").mkdir()
        soundfile.write(folder / MASTER, [0.5] * 800, 8000)
        return Outcome((Take("take-1", 0.1, 8000),), details={"key": object()} if caption == "object" else {})
"""


def install(folder, name, version, engines):
    """What a package's installation leaves behind, but for its modules."""
    metadata = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    entries = "".join(f"{engine} = {place}\n" for engine, place in engines.items())
    (metadata / "entry_points.txt").write_text(f"[{registry.GROUP}]\n{entries}")


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """A folder for ``PYTHONPATH``: the engine of the author's guide, and a package of engines that are broken."""
    folder = tmp_path_factory.mktemp("packages")
    page = (ROOT / "docs" / "engines.md").read_text("utf-8")
    (module,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (pyproject,) = re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    project = tomllib.loads(pyproject)["project"]
    (folder / "beep_engine.py").write_text(module)
    install(folder, project["name"], project["version"], project["entry-points"][registry.GROUP])
    (folder / "lacking.py").write_text("import a_library_that_nobody_has")
    (folder / "fatal.py").write_text("import os; os._exit(3)")
    (folder / "stranger.py").write_text("print('hello on standard output')\nclass Stranger: pass")
    (folder / "unruly.py").write_text(UNRULY)
    broken = {"lacking": "lacking:Engine", "fatal": "fatal:Engine", "odd": "stranger:Stranger"}
    # A package can't put itself in the place of a built-in engine.
    install(folder, "broken-engines", "0.1", broken | {"local": "lacking:Engine"})
    return folder


@contextmanager
def studio(folder, *arguments, **extra):
    """``audiopod-mcp studio`` in a process of its own; a client of it."""
    port = free_port()
    process = subprocess.Popen(
        [*COMMAND, "studio", "--port", str(port), *arguments], env=environment(folder, **extra)
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:

            def answers():
                assert process.poll() is None, "the studio ended"
                try:
                    return client.get("/health").status_code == 200
                except httpx.TransportError:
                    return False

            wait_for(answers)
            yield client
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def beeps(packages, tmp_path_factory):
    extra = {"PYTHONPATH": str(packages), "BEEP_PITCH": "500"}
    with studio(tmp_path_factory.mktemp("studio"), "--engine", "beep", **extra) as client:
        yield client


def make(client, path, **body):
    answer = client.post(f"{MUSIC}/{path}", json=body)
    assert answer.status_code == 200, answer.text
    job_id = answer.json()["job"]["id"]

    def ended():
        job = client.get(f"{MUSIC}/jobs/{job_id}/status").json()
        return job if job["status"] in ("COMPLETED", "FAILED") else None

    return wait_for(ended)


def audio(client, url):
    return soundfile.read(BytesIO(client.get(url).content), dtype="float32", always_2d=True)


@pytest.mark.slow
def test_the_engine_of_the_guide_makes_a_job(beeps):
    job = make(beeps, "text2music", caption="beeps", audio_duration=3, seed=4, batch_size=2, format="wav")
    assert (job["status"], job["engine"], job["actual_seeds"]) == ("COMPLETED", "beep", [4, 5])
    assert (job["notes"], job["details"]) == (["Beeps only."], {"bpm": 60.0})
    music, rate = audio(beeps, job["output_urls"]["wav"])
    assert len(music) == 3 * rate
    spectrum = np.abs(np.fft.rfft(music[:rate, 0]))
    assert min(abs(spectrum.argmax() / 500 - ratio) for ratio in (1, 1.25, 1.5)) < 0.01  # BEEP_PITCH
    again = make(beeps, "text2music", caption="beeps", audio_duration=3, seed=5)
    assert (audio(beeps, again["output_url"])[0] == audio(beeps, job["output_urls"]["flac_2"])[0]).all()


@pytest.mark.slow
def test_it_works_on_what_it_made_and_refuses_in_its_own_words(beeps):
    song = make(beeps, "text2music", caption="beeps", audio_duration=4, seed=1)
    window = {"source_job_id": song["id"], "caption": "one more", "repainting_start": 1.5}
    job = make(beeps, "repaint", **window, repainting_end=2.5)
    before, rate = audio(beeps, song["output_url"])
    after, _ = audio(beeps, job["output_url"])
    changed = np.flatnonzero((before != after).any(axis=1)) / rate
    assert 1.5 <= changed.min() < 1.51
    assert 2.4 < changed.max() < 2.5
    job = make(beeps, "repaint", **(window | {"repainting_start": 9}), repainting_end=-1)
    assert job["status"] == "FAILED"
    assert job["error_message"] == "repainting_start: 9 s is after the end; give an earlier time"


@pytest.mark.slow
def test_what_it_can_not_do_is_refused_with_what_it_can(beeps):
    song = make(beeps, "text2music", caption="beeps", audio_duration=1)
    before = len(beeps.get(f"{MUSIC}/jobs").json())
    edit = {"source_job_id": song["id"], "edit_target_prompt": "louder"}
    for path, body in (("edit", edit), ("analyze", {"audio_url": song["output_url"]})):
        answer = beeps.post(f"{MUSIC}/{path}", json=body)
        assert answer.status_code == 422
        assert answer.json()["detail"] == f"{path}: the engine beep does only repaint, text2music"
    assert len(beeps.get(f"{MUSIC}/jobs").json()) == before  # no job was made for it


@pytest.mark.slow
def test_model_status_tells_the_engines_with_what_they_can_do(beeps):
    told = beeps.get(f"{MUSIC}/model/status").json()
    assert told["engine"] == "beep"
    engines = {engine.pop("name"): engine for engine in told["engines"]}
    assert engines["beep"] == {
        "package": "beep-engine", "version": "1.0", "tasks": ["repaint", "text2music"], "error": None,
    }  # fmt: skip
    assert engines["local"]["package"] == engines["acestep"]["package"] == "audiopod-mcp"
    assert {"edit", "lrc", "simple"} <= set(engines["local"]["tasks"])
    for name, why in (
        ("lacking", "ModuleNotFoundError: No module named 'a_library_that_nobody_has'"),
        ("fatal", "ends the process that imports it"),
        ("odd", "stranger:Stranger is not a subclass of Engine"),
    ):
        assert (engines[name]["package"], engines[name]["tasks"]) == ("broken-engines", [])
        assert why in engines[name]["error"]


@pytest.mark.slow
def test_the_doctor_lists_them_and_tries_the_one_in_use(tmp_path, packages):
    path = {"PYTHONPATH": str(packages)}
    found, status = examined(tmp_path, **path, AUDIOPOD_ENGINE="beep", BEEP_PITCH="${user_config.pitch}")
    assert status == 0
    assert found["engine beep"]["found"] == "beep-engine 1.0, in use: repaint, text2music"
    assert found["music"]["found"].startswith("one second made by a worker process")
    assert found["engine local"]["state"] == "ok"
    assert (found["engine lacking"]["state"], found["engine fatal"]["state"]) == ("warning", "warning")
    assert "a_library_that_nobody_has" in found["engine lacking"]["found"]
    assert found["engine lacking"]["fix"].startswith("install broken-engines again")
    found, status = examined(tmp_path, **path, AUDIOPOD_ENGINE="lacking")
    assert (status, found["engine lacking"]["state"]) == (1, "problem")
    assert "music" not in found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "extra", "line"),
    [
        (
            ["studio", "--engine", "nobody"],
            {},
            "'nobody' is not one of the installed engines: acestep, beep, fatal, lacking, local, odd",
        ),
        (["serve"], {"AUDIOPOD_ENGINE": "odd"}, "stranger:Stranger is not a subclass of Engine"),
        (
            ["serve"],
            {"AUDIOPOD_ENGINE": "lacking"},
            "the engine 'lacking' can't be loaded (ModuleNotFoundError",
        ),
        (
            ["studio"],
            {"AUDIOPOD_ENGINE": "beep", "BEEP_PITCH": "high"},
            "BEEP_PITCH: 'high' is not a frequency",
        ),
    ],
)
def test_what_can_not_be_used_ends_in_one_line(tmp_path, packages, command, extra, line):
    env = environment(tmp_path, PYTHONPATH=str(packages), **extra)
    done = subprocess.run([*COMMAND, *command], env=env, capture_output=True, text=True, timeout=170)
    assert done.returncode == 2
    assert line in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_our_own_engines_are_registered_like_anybodys():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"][registry.GROUP] == registry.BUILT_IN


def test_our_own_engines_need_no_metadata(monkeypatch):
    monkeypatch.setattr(registry, "entry_points", lambda group: ())
    assert list(registry.installed_engines()) == ["acestep", "local"]
    assert registry.describe_engine("local").tasks == LocalEngine.tasks()
    with pytest.raises(SettingsError, match="'beep' is not one of the installed engines: acestep, local"):
        registry.load_engine("beep")


@pytest.fixture(scope="module")
def unruly(packages, tmp_path_factory):
    with studio(
        tmp_path_factory.mktemp("unruly"), "--engine", "unruly:Unruly", PYTHONPATH=str(packages)
    ) as client:
        yield client


@pytest.mark.parametrize(
    ("caption", "line"),
    [
        ("cancels", "the unruly:Unruly engine failed unexpectedly (CancelledError)"),
        ("interrupts", "the unruly:Unruly engine failed unexpectedly (KeyboardInterrupt)"),
        ("nothing", "the unruly:Unruly engine gave back no take; this is a fault in the engine"),
        ("text", "the unruly:Unruly engine gave back str in place of an Outcome; this is a fault"),
        ("object", "the unruly:Unruly engine gave back what JSON can't hold (Object of type object"),
    ],
)
def test_whatever_an_engine_does_ends_its_job_alone(unruly, caption, line):
    job = make(unruly, "text2music", caption=caption)
    assert job["status"] == "FAILED"
    assert job["error_message"].startswith(line)
    assert make(unruly, "text2music", caption="fine")["status"] == "COMPLETED"


def test_takes_that_are_missing_are_told(unruly):
    job = make(unruly, "text2music", caption="fine", batch_size=3)
    assert job["notes"] == ["3 takes were asked for; the engine made 1."]


@pytest.mark.slow
def test_an_engine_that_can_not_be_set_up_says_so_in_one_line(packages, tmp_path):
    extra = {"PYTHONPATH": str(packages), "UNRULY": "1", "AUDIOPOD_ENGINE": "unruly:Unruly"}
    line = "AUDIOPOD_ENGINE: the engine 'unruly:Unruly' can't be set up (ValueError: oops)"
    for command in ("studio", "doctor"):
        done = subprocess.run(
            [*COMMAND, command],
            env=environment(tmp_path, **extra),
            capture_output=True,
            text=True,
            timeout=170,
        )
        assert line in done.stdout + done.stderr
        assert "Traceback" not in done.stderr


def test_the_guide_names_every_task():
    page = (ROOT / "docs" / "engines.md").read_text("utf-8")
    (table,) = re.findall(r"^\| task .*?\n\n", page, re.MULTILINE | re.DOTALL)
    tasks = [
        name for row in table.strip().splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])
    ]
    assert sorted(tasks) == sorted(LocalEngine.tasks())


def test_importing_our_own_engines_imports_no_audio_library():
    code = (
        "import sys\n"
        "from audiopod_mcp.studio.engines.registry import describe_engine\n"
        "print([describe_engine(name).error for name in ('local', 'acestep')], *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("[None, None]")
    assert not {"numpy", "scipy", "soundfile", "soxr", "httpx"} & set(done.stdout.split())


class Whistler(Engine):
    def cover(self, work, report):
        for fraction in (0.2, 0.6, 0.4, 2.0):
            report(fraction, "whistling")
        return self._whistle()

    def _whistle(self):
        return Outcome(notes=("A tune.",))


class Piper(Whistler):
    def reference(self, work, report):
        return Outcome()

    retake = reference


def test_tasks_are_the_public_methods_of_an_engine(tmp_path):
    assert Engine.tasks() == ()
    assert Whistler.tasks() == ("cover",)
    assert Piper.tasks() == ("cover", "reference", "retake")
    heard = []
    work = Work("cover", {}, {}, None, tmp_path)
    assert Piper().run(work, lambda fraction, doing: heard.append(fraction)).notes == ("A tune.",)
    assert heard == [0.2, 0.6, 0.6, 1.0]
    for task in ("run", "examine", "tasks", "_whistle", "edit"):
        with pytest.raises(
            EngineRefused, match=f"'{task}' is not something this engine does; it does cover$"
        ):
            Whistler().run(Work(task, {}, {}, None, tmp_path), lambda fraction, doing: None)


def test_settings_are_the_variables_that_are_really_set():
    given = {"BEEP_PITCH": " 500 ", "BEEP_KEY": "s3cret", "BEEP_MODEL": "${user_config.model}", "EMPTY": " "}
    settings = Settings.from_environment(given)
    assert settings.environment == {"BEEP_PITCH": "500", "BEEP_KEY": "s3cret"}
    assert "s3cret" not in repr(settings)
    assert json.dumps(dict(settings.environment))
