"""Fitted tables: what is in the package, what is said of it, how it is read and written."""

import json
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import audiopod_mcp
from audiopod_mcp.music.lyrics.singing_features import FEATURE_NAMES, regression_weights
from training.tables import Material, Provenance, rounded, write_arrays, write_table

PACKAGE = Path(audiopod_mcp.__file__).parent
ROOT = PACKAGE.parent
TABLES = sorted(PACKAGE.rglob("*.npz"))

every_table = pytest.mark.parametrize("table", TABLES, ids=lambda path: path.stem)


def test_there_are_tables():
    assert {table.stem for table in TABLES} >= {
        "estimator",
        "metrical_level",
        "octave",
        "singing_features",
        "style_features",
    }


@every_table
def test_a_table_stands_beside_its_module_and_has_a_command_and_a_card(table):
    assert table.with_suffix(".py").exists()
    assert find_spec(f"training.{table.stem}")
    card = (ROOT / "docs" / "weights.md").read_text("utf-8")
    assert str(table.relative_to(ROOT).as_posix()) in card
    assert f"python -m training.{table.stem}" in card


@every_table
def test_provenance_says_from_what_when_how_well_and_whether_again(table):
    said = json.loads(table.with_suffix(".json").read_text("utf-8"))
    assert set(said) == set(Provenance.__dataclass_fields__)
    assert said["command"].startswith(f"python -m training.{table.stem}")
    assert said["reproduces"]
    assert said["judged"]
    assert time.strptime(said["date"], "%Y-%m-%d")
    assert said["data"]
    assert all(all(material.values()) for material in said["data"])


@every_table
def test_writing_a_table_again_gives_the_same_file(table, tmp_path):
    with np.load(table) as arrays:
        write_arrays(tmp_path / "again.npz", {name: arrays[name] for name in arrays.files})
    assert (tmp_path / "again.npz").read_bytes() == table.read_bytes()


@pytest.mark.slow
def test_tables_are_read_from_a_zipped_package(tmp_path):
    shutil.copytree(
        PACKAGE, tmp_path / "built" / "audiopod_mcp", ignore=shutil.ignore_patterns("__pycache__")
    )
    archive = shutil.make_archive(str(tmp_path / "package"), "zip", tmp_path / "built")
    script = f"""if True:
        import sys
        sys.path.insert(0, {archive!r})
        from audiopod_mcp.music.analysis.metrical_level import logit_weights
        from audiopod_mcp.music.generation.style_features import style_table
        from audiopod_mcp.music.lyrics.singing_features import regression_weights
        from audiopod_mcp.music.separation.estimator import perceptrons
        import audiopod_mcp
        assert {archive!r} in audiopod_mcp.__file__
        print(logit_weights().shape, regression_weights()[0].shape, len(style_table().typical))
        print([perceptron.hidden.shape for perceptron in perceptrons()])
    """
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.splitlines()[0].startswith("(75, 4) (51, 2)"), done.stderr


def test_weights_are_of_the_features_that_are_measured():
    with np.load(PACKAGE / "music" / "lyrics" / "singing_features.npz") as arrays:
        assert arrays["features"].tolist() == list(FEATURE_NAMES)
    assert len(regression_weights()[0]) == len(FEATURE_NAMES)


def test_the_bytes_of_a_table_depend_on_its_numbers_alone(tmp_path, monkeypatch):
    module = ModuleType("toy")
    module.__file__ = str(tmp_path / "toy.py")
    arrays = {
        "weights": np.arange(6.0).reshape(2, 3).T,
        "names": np.asarray(["a", "é"]),
        "bias": np.asarray(2.5),
    }
    provenance = Provenance(
        "A toy", "python -m toy", (Material("numbers", "6", "here", "CC0-1.0"),), {"all": 1}, "always"
    )
    first = write_table(module, arrays, provenance).read_bytes()
    said = json.loads((tmp_path / "toy.json").read_text("utf-8"))
    monkeypatch.setattr(time, "time", lambda: 2e9)
    monkeypatch.setattr(sys, "platform", "win32")
    assert write_table(module, arrays).read_bytes() == first
    assert said["data"] == [{"name": "numbers", "count": "6", "origin": "here", "licence": "CC0-1.0"}]
    assert json.loads((tmp_path / "toy.json").read_text("utf-8")) == said
    with np.load(tmp_path / "toy.npz") as read:
        assert all(np.array_equal(read[name], array) for name, array in arrays.items())
    assert write_table(module, {**arrays, "bias": np.asarray(2.6)}).read_bytes() != first


def test_rounded_numbers_do_not_depend_on_the_last_bits():
    values = np.asarray([[1.23456, -0.0004], [1e6, 7.0]])
    assert rounded(values, ".3g").tolist() == [[1.23, -0.0004], [1e6, 7.0]]
    assert np.array_equal(rounded(values * (1 + 1e-13), ".3g"), rounded(values, ".3g"))
