"""How often one caller may ask for work, counted over all front ends that share a database.

Each caller has one row: when all that it was let in for would be over, were it let in evenly (the generic
cell rate algorithm). That is one statement, by the clock of the database alone.
"""

from __future__ import annotations

from typing import Final

from .transactions import Database

_TURN: Final = (
    "INSERT INTO rates AS rate VALUES (?, clock_timestamp() + ? * interval '1 second') "
    "ON CONFLICT (owner) DO UPDATE "
    "SET due = greatest(rate.due, clock_timestamp()) + ? * interval '1 second' "
    "WHERE rate.due <= clock_timestamp() + ? * interval '1 second' RETURNING 1"
)
_WAIT: Final = "SELECT extract(epoch FROM due - clock_timestamp()) FROM rates WHERE owner = ?"


class Rates:
    """Lets each caller in ``per_minute`` times a minute, and as often at once; 0: as often as it likes."""

    def __init__(self, database: Database, per_minute: int) -> None:
        self._database = database
        self._per_minute = per_minute

    def turn(self, owner: str) -> float:
        """Count one request of ``owner``; or the seconds until it may be made. Blocks.

        Raises:
            sqlite3.Error: where the database can't be used.

        """
        if not self._per_minute:
            return 0.0
        step = 60 / self._per_minute
        room = 60 - step
        if self._database.rows(_TURN, (owner, step, step, room)):
            return 0.0
        return max((float(row[0]) - room for row in self._database.rows(_WAIT, (owner,))), default=0.1)
