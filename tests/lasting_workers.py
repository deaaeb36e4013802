"""Worker processes that outlast their studio: to start one takes more than most tests do with it."""

from audiopod_mcp.worker_pool import WorkerPool


class LastingWorkers(WorkerPool):
    """What has nothing to do when the studio ends is there for the next one of this process."""

    left = []  # noqa: RUF012 - shared on purpose, by the studios of one test after the other

    def __init__(self, processes):
        super().__init__(processes)
        self._idle = self.left

    def _give_back(self, worker, dead):
        super()._give_back(worker, dead)
        if worker in self.left:  # from here on it is anybody's
            self._all.discard(worker)

    def close(self):
        self._idle = []
        super().close()

    @classmethod
    def let_go(cls):
        """End those that have nothing to do: for tests that kill or freeze whatever process works."""
        while cls.left:
            worker = cls.left.pop()
            worker.end()
            worker.pool.shutdown(wait=True)
