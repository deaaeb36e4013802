"""Places at work: as many jobs at a time as there are workers for."""

from __future__ import annotations

import anyio


class Slot:
    """One of the places at work, held or given back."""

    def __init__(self, slots: anyio.Semaphore) -> None:
        self._slots, self._held = slots, True

    async def acquire(self) -> None:
        """Have one, as soon as there is one."""
        if not self._held:
            await self._slots.acquire()
            self._held = True

    def release(self) -> bool:
        """Give it back; ``False`` where that has been done."""
        if not self._held:
            return False
        self._held = False
        self._slots.release()
        return True
