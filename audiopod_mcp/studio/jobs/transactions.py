"""What the job store asks of a database: rows, and transactions that hold everything or nothing.

The SQL is the same for all: marks are ``?``, truth is 0 and 1, and texts are compared by ``lower``. What goes
wrong is told as the errors of :mod:`sqlite3`, which everything above knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol


class Row(Protocol):
    """One row, by number and by name of the column."""

    def __getitem__(self, key: Any, /) -> Any: ...
    def keys(self) -> Any: ...


class Cursor(Protocol):
    """What a statement gave back."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...


class Transaction(Protocol):
    """Statements that are all in force at its end, or none of them."""

    def execute(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = (), /) -> Cursor: ...

    def insert(self, table: str, values: Mapping[str, Any]) -> int:
        """Add a row; its number."""

    def alone(self, name: str) -> None:
        """Wait until no other transaction is at what ``name`` means, and keep others out until the end."""

    def alone_now(self, name: str) -> bool:
        """:meth:`alone` where that is to be had without waiting; else ``False``."""

    def changed(self, table: str, number: int) -> None:
        """Have other processes told, once this is in force, that the row looks different."""


class Database(Protocol):
    """A database. Methods block and are safe from any thread.

    Raises:
        sqlite3.OperationalError: from each method, where it does not answer now and may do so later.
        sqlite3.Error: where it can't be used.

    """

    def transaction(self) -> AbstractContextManager[Transaction]:
        """A transaction, or the one that this thread is in already."""

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """What a query finds, as this thread's transaction sees it, if it is in one."""

    def start_ids_above(self, highest: int) -> None:
        """Give new jobs numbers above ``highest`` and above all that were given here."""

    def checkpoint(self) -> None:
        """A result was written, so that it is a good time to put things in their place."""

    def close(self) -> None: ...


def in_pairs(rows: Iterator[Any] | list[Any]) -> dict[Any, Any]:
    """Rows of two columns as a mapping."""
    return {row[0]: row[1] for row in rows}
