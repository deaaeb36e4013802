"""The folder of models: each whole or not there, whatever happens while it is added.

A model is a folder of its own name, with what is kept of it and ``model.json``, which says what that is and
where it comes from. It is made under another name beside it and renamed when it is whole.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from .registry import MODELS, Model

RECORD: Final = "model.json"


class ModelError(Exception):
    """A model can't be fetched, kept or used; the message is one line for the person."""


def find_model(folder: Path, name: str, *, thorough: bool = False) -> Path | None:
    """The folder of a model in the folder of models, ready to use; ``None`` where it was not added.

    What is compared is as of :func:`fault_of`.

    Raises:
        ModelError: where what is there is not what was added.

    """
    model = MODELS[name]
    if (fault := fault_of(folder, model, thorough=thorough)) is not None:
        raise ModelError(
            f"the model {name} in {folder / name} {fault}; run audiopod-mcp models add {name} to fetch it "
            f"again, or audiopod-mcp models remove {name} to do without"
        )
    return folder / name if (folder / name).is_dir() else None


def fault_of(folder: Path, model: Model, *, thorough: bool = False) -> str | None:
    """What is wrong with a model that was added; ``None`` where nothing is, or it was not added.

    The sizes of its files are compared, and if ``thorough`` their contents.
    """
    place = folder / model.name
    if not place.is_dir():
        return None
    try:
        record: dict[str, Any] = json.loads((place / RECORD).read_text("utf-8"))
        if record["revision"] != model.revision:
            return "was kept by another version of audiopod-mcp"
        for name, kept in record["files"].items():
            file = place / name
            if file.stat().st_size != kept["size"] or (thorough and digest(file) != kept["sha256"]):
                return f"is damaged ({name} is not as it was written)"
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        return f"is damaged ({' '.join(str(error).split())[:200]})"
    return None


def size_of(folder: Path, model: Model) -> int:
    """Bytes that a model takes."""
    return sum(file.stat().st_size for file in (folder / model.name).glob("*"))


def add_model(
    folder: Path, model: Model, bring: Callable[[Path], Path], waiting: Callable[[], None] = lambda: None
) -> bool:
    """Keep ``model`` in the folder of models; whether it was not there before.

    Args:
        folder: Of models; made if need be.
        model: Which.
        bring: Brings its file into a folder that is gone afterwards; answers its path, there or elsewhere.
        waiting: Called where another process is at the same model, before waiting for it.

    Raises:
        ModelError: where the file is another than is declared, or can't be converted.
        OSError: where it can't be written.

    """
    with _alone(folder, model, waiting):
        there = (folder / model.name).is_dir()
        if there and fault_of(folder, model, thorough=True) is None:
            return False
        with tempfile.TemporaryDirectory(prefix=f".{model.name}-", dir=folder) as scratch:
            fetched, made = Path(scratch, "fetched"), Path(scratch, "made")
            fetched.mkdir()
            made.mkdir()
            file = bring(fetched)
            if (found := digest(file)) != model.sha256:
                raise ModelError(
                    f"{file.name} is not the file of the model {model.name}: its sha256 is {found}, not "
                    f"{model.sha256}; fetch {model.source}"
                )
            _convert(model, file, made)
            (made / RECORD).write_text(json.dumps(_record(model, made), indent=2) + "\n", "utf-8")
            if there:
                (folder / model.name).rename(Path(scratch, "damaged"))
            made.rename(folder / model.name)
    return True


def remove_model(folder: Path, model: Model) -> int | None:
    """Remove a model and what is left of adding it; how many bytes that took, ``None`` if there was nothing.

    Raises:
        OSError: where it can't be removed, such as while Windows has it open.

    """
    left = [*folder.glob(f".{model.name}-*")]
    if not (folder / model.name).is_dir() and not left:
        return None
    size = sum(file.stat().st_size for place in left for file in place.rglob("*") if file.is_file())
    with _alone(folder, model, lambda: None):
        if not (folder / model.name).is_dir():
            return size
        size += size_of(folder, model)
        with tempfile.TemporaryDirectory(prefix=f".{model.name}-", dir=folder) as scratch:
            (folder / model.name).rename(Path(scratch, "removed"))
    return size


def digest(file: Path) -> str:
    """The SHA-256 of a file, hexadecimal."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@contextmanager
def _alone(folder: Path, model: Model, waiting: Callable[[], None]) -> Iterator[None]:
    """No other process is at the model; what one left that was killed is gone."""
    from filelock import FileLock, Timeout

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(folder / f".{model.name}.lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        waiting()
        lock.acquire()
    try:
        for left in folder.glob(f".{model.name}-*"):
            shutil.rmtree(left, ignore_errors=True)
        yield
    finally:
        lock.release()


def _convert(model: Model, file: Path, folder: Path) -> None:
    if model.convert is None:
        shutil.copyfile(file, folder / model.source.filename)
        return
    module, _, function = model.convert.partition(":")
    getattr(import_module(module), function)(file, folder)


def _record(model: Model, folder: Path) -> dict[str, Any]:
    """What stands beside a model."""
    return {
        "name": model.name,
        "revision": model.revision,
        "source": str(model.source),
        "sha256": model.sha256,
        "licence": model.licence,
        "files": {
            file.name: {"size": file.stat().st_size, "sha256": digest(file)}
            for file in sorted(folder.iterdir())
        },
    }
