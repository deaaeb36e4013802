"""What brings numbers of jobs and answers to those who do them; the rows themselves are the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from .ledger import Lane
from .news import News

RUNNING: Final = 8
"""How many jobs of one caller run, or fetch their audio, at the same time: the others' turn comes, too."""


@dataclass(frozen=True)
class Delivery:
    """A number that was taken from a queue, until it is done or given back."""

    lane: Lane
    number: int
    reference: Any = None
    """What the queue knows it by."""


class JobQueue(Protocol):
    """A queue with a lane for jobs and one for answers.

    Raises:
        sqlite3.Error: from each method, where the database does not answer.

    """

    asker: str
    """Who this process is, for answers that it waits for."""
    care_every: float
    look_every: float
    """Seconds after which to look for what others put or gave back."""
    report_every: float
    """Seconds between two looks at what is running here: how far it is, and whether it is still ours."""

    def put(self, lane: Lane, number: int, owner: str) -> None:
        """Have the number delivered, once the transaction that this thread is in holds. Blocks."""

    async def listen(self, on_put: Callable[[], None], news: News | None) -> None:
        """Call ``on_put``, on the event loop, when others may have put something; until cancelled.

        ``news`` is told what they have changed, for those who wait in this process.
        """

    async def take(self, lane: Lane) -> Delivery | None:
        """The next one, which nobody else is given while this process lives."""

    async def done(self, delivery: Delivery) -> None:
        """It is finished, and not to be delivered again."""

    async def give_back(self, delivery: Delivery) -> None:
        """Have it delivered again, to anybody."""

    async def care(self) -> None:
        """Have delivered again what dead processes held; to be called every :attr:`care_every` seconds."""

    async def close(self) -> None:
        """Take no more; what is still held here is given back, at once or as that of the dead."""
