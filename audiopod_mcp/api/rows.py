"""Whether a row of the job list says all that is told of a job which is looked up by itself."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from audiopod_mcp.operations import Job

from .bounds import LINKS, LINKS_BY_NAME

SURE: Final = 3
"""Rows of a shape that have to say what the job says before rows like them are believed."""
SHAPES: Final = 200
"""How many shapes are remembered."""

_PASSING: Final = LINKS | LINKS_BY_NAME.keys()
"""Links may be signed anew each time that they are told, so only their names are compared."""

_Shape = tuple[str | None, str, frozenset[str]]


class Rows:
    """Learns by comparing what no service documents.

    Rows are of one shape when they are of the same task and status and tell the same fields: a list that
    leaves out what is long has other shapes for it.
    """

    def __init__(self) -> None:
        self._agreed: OrderedDict[_Shape, int] = OrderedDict()

    def tell_all_of(self, row: Job) -> bool:
        """Whether looking up the job of ``row`` would tell no more."""
        return self._agreed.get(_shape_of(row), 0) >= SURE

    def compare(self, row: Job, job: Job) -> None:
        """``row`` told of ``job`` what it told; then the job was looked up."""
        shape = _shape_of(row)
        agrees = all(_says(row, name, value) for name, value in job if value is not None)
        self._agreed[shape] = self._agreed.get(shape, 0) + 1 if agrees else 0
        self._agreed.move_to_end(shape)
        while len(self._agreed) > SHAPES:
            self._agreed.popitem(last=False)


def _shape_of(job: Job) -> _Shape:
    return job.task, job.status, frozenset(name for name, value in job if value is not None)


def _says(row: Job, name: str, value: object) -> bool:
    said = getattr(row, name)
    if name not in _PASSING:
        return bool(said == value)
    if isinstance(said, dict) and isinstance(value, dict):
        return said.keys() == value.keys()
    return type(said) is type(value)
