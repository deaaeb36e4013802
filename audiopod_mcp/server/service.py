"""The music service as the tools see it: a client that acts for whoever is calling."""

from __future__ import annotations

import os
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from audiopod_mcp.api import AudioPodClient, InvalidRequest
from audiopod_mcp.operations import OPERATIONS, Job, KeptResult, Operation, Result
from audiopod_mcp.plain_text import without_credentials
from audiopod_mcp.worker_pool import WorkerPool

from .autosave import AutoSaver
from .caller import current_caller
from .notifications import Announcer, Spawn

REMEMBERED = 200
JOB = re.compile(r"audiopod://jobs/(\d{1,18})(?:/audio(?:/(\w+))?)?")
"""A job's audio by its number and, where it is not the first take in its own format, by ``flac_2`` …"""
STEM = re.compile(r"audiopod://jobs/(\d{1,18})/stems/([\w-]{1,40})")

Op = TypeVar("Op", bound=Operation)


@dataclass
class Service:
    """How to reach the service, and how this server treats its callers.

    ``connect`` makes a client for a key. ``embedded`` says that the service is our own studio in this
    process, which reads ``audiopod://`` references itself and, with ``local_files``, files. ``output_dir``
    is where ``save_audio`` writes, and ``auto_saver`` does so unasked; ``None`` where callers are on
    other machines. Paid calls that cost more than ``confirm_above`` USD need the person's consent.
    Where ``model_settings`` do nothing, as with an engine that has no model, tools don't list them.
    ``toolset`` says which tools there are: core, edit, jobs or all.
    With ``links_as_text`` results name what they link to in words. ``spawn`` starts a task that may outlive
    the call. ``get_ready`` is called when a model has been told of the tools, and may soon want one.
    """

    connect: Callable[[str | None], AudioPodClient]
    api_key: str | None = field(default=None, repr=False)
    embedded: bool = False
    local_files: bool = False
    output_dir: Path | None = None
    auto_saver: AutoSaver | None = None
    max_wait: float = 45.0
    confirm_above: float | None = None
    model_settings: bool = True
    toolset: str = "all"
    links_as_text: bool = False
    spawn: Spawn | None = field(default=None, repr=False)
    get_ready: Callable[[], None] | None = field(default=None, repr=False)
    drawers: WorkerPool = field(default_factory=lambda: WorkerPool(os.cpu_count() or 1), repr=False)
    """Processes that draw audio, and check it before it is called saved."""
    announcer: Announcer = field(init=False, repr=False)
    _clients: OrderedDict[str | None, AudioPodClient] = field(default_factory=OrderedDict, repr=False)
    _results: OrderedDict[tuple[str | None, str], KeptResult] = field(default_factory=OrderedDict, repr=False)

    def __post_init__(self) -> None:
        self.announcer = Announcer(lambda: self.client, self.spawn, self.save_finished)

    @property
    def caller(self) -> str | None:
        """The key that the current call is made with."""
        return current_caller().key or self.api_key

    @property
    def client(self) -> AudioPodClient:
        """The client that acts for whoever is calling."""
        key = self.caller
        if key not in self._clients:
            self._clients[key] = self.connect(key)
            while len(self._clients) > REMEMBERED:
                self._clients.popitem(last=False)
        self._clients.move_to_end(key)
        return self._clients[key]

    def look_now(self, job_id: int) -> None:
        """Whoever waits for ``job_id``, which is said to have ended, looks at once, with their own key."""
        for client in self._clients.values():
            client.lookups.look_now(job_id)

    async def aclose(self) -> None:
        self.drawers.close()
        while self._clients:
            await self._clients.popitem()[1].aclose()

    async def save_finished(self, job: Job) -> str | None:
        """Where a job that was watched is saved by itself, or why not, in one line; else nothing."""
        if self.auto_saver is None:
            return None
        if not job.is_finished:
            self.auto_saver.watch(self.caller, job)
        return await self.auto_saver.outcome(self.caller, self.client, job)

    def remember(self, result: Result) -> Result:
        """``result``; one that is to be kept gets an id, by which :meth:`recall` finds it for this caller."""
        if not isinstance(result, KeptResult):
            return result
        if result.id is None:
            from hashlib import sha256

            digest = sha256(result.model_dump_json().encode()).hexdigest()[:16]
            result = result.model_copy(update={"id": digest})
        self._results[self.caller, str(result.id)] = result
        while len(self._results) > REMEMBERED:
            self._results.popitem(last=False)
        return result

    def recall(self, result_id: str) -> KeptResult | None:
        return self._results.get((self.caller, result_id))

    def openable(self, url: str) -> str | None:
        """``url`` as it may be shown, without user and password; ``None`` where only this process can ask."""
        inside = self.embedded and url.startswith(f"{self.client.base_url}/")
        return None if inside else without_credentials(url)

    async def with_reachable_sources(self, operation: Op) -> Op:
        """``operation`` with audio named as the service understands it.

        Raises:
            InvalidRequest: for a local file that the service can't read.
            AudioPodError: where a job that is named as a source can't be looked up.

        """
        found: dict[str, str | int | None] = {}
        for name in operation.sources:
            source = getattr(operation, name)
            if source is None:
                continue
            if name in operation.studio_only and not self.embedded:
                found |= await self._as_studio_only(operation, name, source)
                if name in found:
                    continue
            if job_reference := JOB.fullmatch(source):
                job_id, audio = int(job_reference[1]), job_reference[2]
                found[name] = (
                    f"audiopod://jobs/{job_id}"
                    if self.embedded and audio is None
                    else await self._audio_url(name, job_id, audio)
                )
            elif stem := STEM.fullmatch(source):
                if not (self.embedded or await self.client.is_studio()):
                    found[name] = await self._stem_url(name, int(stem[1]), stem[2])
            elif re.match(r"(?i)audiopod:", source):
                raise InvalidRequest(
                    f"{name}: {source!r} names no job; write audiopod://jobs/ID, for example audiopod://jobs/12"
                )
            elif not re.match(r"(?i)https?://", source) and not self.local_files:
                raise InvalidRequest(
                    f"{name}: local files can't be read here; give an http(s) URL or audiopod://jobs/ID, "
                    "or use the embedded studio over stdio, which reads them"
                )
        return operation.model_copy(update=found) if found else operation

    async def _as_studio_only(self, operation: Operation, name: str, source: str) -> dict[str, int | None]:
        """The arguments in place of ``source`` where only jobs are taken; none where a studio is asked."""
        alone = all(getattr(operation, other) is None for other in operation.studio_only if other != name)
        job_reference = JOB.fullmatch(source)
        if alone and job_reference and "_" not in (job_reference[2] or ""):  # a job stands for its first take
            return {operation.job_references[0]: int(job_reference[1]), name: None}
        if await self.client.is_studio():
            return {}
        others = [other.tool for other in OPERATIONS if name in {*other.sources} - {*other.studio_only}]
        raise InvalidRequest(
            f"{name}: {self.client.service.name} takes no recording for {operation.tool}, so nothing was "
            f"sent; it does for {', '.join(others)}. Or give {operation.job_references[0]}, or use the "
            "embedded studio (leave out AUDIOPOD_API_KEY)"
        )

    async def _stem_url(self, name: str, job_id: int, track: str) -> str:
        stems = (await self.client.job(job_id)).stem_urls or {}
        if track not in stems:
            there = f"it has {', '.join(sorted(stems))}" if stems else "it has none"
            raise InvalidRequest(f"{name}: job {job_id} has no stem {track!r}; {there}")
        return stems[track]

    async def _audio_url(self, name: str, job_id: int, audio: str | None) -> str:
        job = await self.client.job(job_id)
        if job.stem_urls and not job.audio_urls:
            raise InvalidRequest(
                f"{name}: job {job_id} is a set of stems; name one of {', '.join(job.stem_urls)}, as "
                f"audiopod://jobs/{job_id}/stems/{next(iter(job.stem_urls))}"
            )
        if job.status != "COMPLETED" or not job.audio_urls:
            raise InvalidRequest(
                f"{name}: job {job_id} is {job.status.lower()} and has no audio yet; wait for it with get_job"
            )
        if audio is None:
            return job.output_url or next(iter(job.audio_urls.values()))
        if audio not in job.audio_urls:
            raise InvalidRequest(
                f"{name}: job {job_id} has no audio {audio!r}; it has {', '.join(sorted(job.audio_urls))}"
            )
        return job.audio_urls[audio]
