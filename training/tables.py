"""How a fitted table is written: arrays beside the module that uses them, provenance beside the arrays."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from zipfile import ZipFile, ZipInfo

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Material:
    """One origin of what a table was fitted to."""

    name: str
    count: str
    origin: str
    licence: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the numbers of a table come from and what they are worth: ``NAME.json`` beside ``NAME.npz``."""

    model: str
    command: str
    data: tuple[Material, ...]
    judged: Mapping[str, Any]
    """Figures by the material that they were measured on."""
    reproduces: str
    """Whether the command gives these very numbers, and if not, why."""
    date: str = field(default_factory=lambda: datetime.now(UTC).date().isoformat())
    commit: str | None = field(default_factory=lambda: _commit())
    """Of the code that was fitted with, as far as it was committed."""


def write_table(
    module: ModuleType, arrays: Mapping[str, npt.NDArray[Any]], provenance: Provenance | None = None
) -> Path:
    """Write the table of ``module`` into the package, next to it.

    Parameters
    ----------
    module
        ``audiopod_mcp.music.….NAME``, which reads ``NAME.npz``.
    arrays
        By name, in the order in which they are written.
    provenance
        Written as ``NAME.json``; without it that file stays as it is.

    Returns
    -------
    Path
        Of the ``.npz`` file.

    """
    path = Path(str(module.__file__)).with_suffix(".npz")
    write_arrays(path, arrays)
    if provenance is not None:
        text = json.dumps(asdict(provenance), indent=2, ensure_ascii=False)
        path.with_suffix(".json").write_text(text + "\n", "utf-8")
    return path


def write_arrays(path: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write an ``.npz`` file whose bytes depend on the arrays alone.

    :func:`numpy.savez` promises nothing of the kind. A zip archive tells when and on what system it was
    made, and compressed bytes differ from one version of zlib to the next; neither does here.
    """
    with ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            entry = ZipInfo(f"{name}.npy")  # of 1980, whatever the clock says
            entry.create_system = 3
            with archive.open(entry, "w") as file:
                np.lib.format.write_array(file, np.asarray(array, order="C"), (1, 0), allow_pickle=False)


def rounded(values: npt.ArrayLike, digits: str) -> npt.NDArray[np.float64]:
    """``values`` as they read when printed with the format ``digits`` (``".2f"``, ``".4g"``).

    Machines whose floating point differs in the last digits then write the same table.
    """
    exact = np.asarray(values, np.float64)
    return np.asarray([float(format(value, digits)) for value in exact.ravel()]).reshape(exact.shape)


def _commit() -> str | None:
    """The commit that is checked out, ``None`` outside a repository."""
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
