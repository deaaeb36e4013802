"""What is looked after while a studio runs: dead processes' jobs, the trash, what is beyond the limits."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import anyio
from anyio import to_thread

from audiopod_mcp.studio.config import StudioConfig
from audiopod_mcp.studio.media.cache import ResultCache
from audiopod_mcp.studio.media.drafts import remove_abandoned_drafts
from audiopod_mcp.studio.media.store import MediaStore
from audiopod_mcp.studio.stored_job import StoredJob

from .instances import Instance
from .outage import Outage
from .queueing import JobQueue
from .recovery import reconcile
from .retention import let_go
from .store import Store
from .unusable import DATABASE

SWEEP_EVERY: Final = 3600.0
"""Seconds after which to look into the trash."""
CLEAR_EVERY: Final = 30.0
"""Seconds after which to look for audio of deleted jobs that is in the object store still."""
SECRETS_KEPT: Final = timedelta(days=1)
"""How long a failed job can be fetched anew from an address with a password or signature."""
QUIET: Final = 10.0
"""Seconds without a request that had to be refused after which none has to."""
ROOM_WANTED: Final = 512 * 2**20
"""Bytes that should be free: below that nothing is kept in the trash."""

logger = logging.getLogger("audiopod_mcp.studio")


@dataclass
class Upkeep:
    """Keeps a studio in order."""

    config: StudioConfig
    store: Store
    media: MediaStore
    instance: Instance
    queue: JobQueue
    cache: ResultCache
    shared: bool = False
    """Whether other machines work on the same jobs."""
    _no_care: Outage = field(
        default_factory=lambda: Outage("could not look after the jobs of other studio processes")
    )
    _no_clearing: Outage = field(
        default_factory=lambda: Outage("could not delete the audio of deleted jobs yet")
    )
    no_store: Outage = field(default_factory=lambda: Outage("requests are refused", QUIET))
    """For what the job store did not do, which is told once and not for each request."""
    no_media: Outage = field(default_factory=lambda: Outage("requests are refused", QUIET))
    """The same for the object store."""
    _deleted: anyio.Event = field(default_factory=anyio.Event)

    def tidy(self) -> None:
        """Delete what dead processes were writing beside finished audio; after the queue's care."""
        alone = self.instance.is_alone() and not self.shared
        remove_abandoned_drafts(self.media.media, self.instance.began if alone else None)

    def sweep(self) -> None:
        """Bring media and jobs in line, which deletes nothing but what has been in the trash long enough."""
        if self.shared:  # whoever runs the database has copies of it; and this folder may not be all there is
            for dead in self.instance.bury(self.media.workers_at()):
                self.media.clean(dead)
        else:
            self._reconcile()
        let_go(self.config, self.store, self.media)
        self.media.drop_copies()
        self.media.empty_trash()
        self.cache.make_room()
        self.store.forget_secrets(SECRETS_KEPT)

    def _reconcile(self) -> None:
        done = reconcile(self.store, self.media)
        if done.restored:
            logger.warning(
                "%s did not know %s finished jobs whose audio is here; they are back: %s",
                DATABASE,
                len(done.restored),
                ", ".join(map(str, done.restored[:20])),
            )
        for job_id, why in list(done.left.items())[:20]:
            logger.warning("media/%s is kept and belongs to no job: %s", job_id, why)

    def refused(self, job: StoredJob) -> None:
        """The media of ``job`` were published, and it was no longer ours to finish."""
        if not self.shared:
            self.sweep()
        elif (found := self.store.job(job.id)) is None:
            if self.media.elsewhere:
                self.store.leave(job.id)
            else:
                self.media.remove(job.id)
        elif found.attempt != job.attempt:
            self.media.discard(job.id, job.attempt)

    def let_go_here(self) -> None:
        """Delete the jobs that are beyond the limits, where one machine has to see to that at once."""
        if not self.shared:
            let_go(self.config, self.store, self.media)

    def _make_room(self) -> None:
        """Empty the trash and the cache at once where the disk is nearly full."""
        if shutil.disk_usage(self.config.data_dir).free < ROOM_WANTED:
            self.media.empty_trash(older_than=0)
            self.media.drop_copies(older_than=600)
            self.cache.clear()

    def clear_soon(self) -> None:
        """A job was deleted."""
        self._deleted.set()

    async def clear(self) -> None:
        """Delete from the object store, as soon as it answers, the audio of deleted jobs, until cancelled."""
        while self.media.elsewhere:
            with anyio.move_on_after(CLEAR_EVERY):
                await self._deleted.wait()
            self._deleted = anyio.Event()
            try:
                await to_thread.run_sync(self.store.clear_leftovers, self.media.remove)
            except (OSError, sqlite3.Error) as error:
                self._no_clearing.failed(error)
            else:
                self._no_clearing.over()

    async def keep(self) -> None:
        """Look after everything now and then, until cancelled."""
        swept = anyio.current_time()
        while True:
            await anyio.sleep(self.queue.care_every)
            try:
                await self.queue.care()
                await to_thread.run_sync(self._make_room)
                if anyio.current_time() - swept > SWEEP_EVERY:
                    swept = anyio.current_time()
                    await to_thread.run_sync(self.sweep)
                    await to_thread.run_sync(self.tidy)
            except (OSError, sqlite3.Error) as error:
                self._no_care.failed(error)
            else:
                self._no_care.over()
                self.no_store.over()
            self.no_media.over()
