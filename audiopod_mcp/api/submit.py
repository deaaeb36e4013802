"""Making jobs, each once: nobody pays twice for an answer that got lost."""

from __future__ import annotations

import re
import uuid
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from audiopod_mcp.operations import API_PREFIX, Job, JobQuery, Operation

from . import parsing, stem_service
from .clock import Clock, Deadline, OnWait
from .errors import AudioPodError, BadResponse, Uncertain
from .http_errors import ServiceIdentity, server_time
from .messages import Call, Response, list_parameters
from .recover import Submission, candidates, window
from .retry import Backoff, if_without_effect, with_retries

LOOK_PAUSES = (0.0, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each look at the job list: the job may show late, or the network be down for a while."""


class Submitter:
    """Makes the jobs of one client, and knows which job belongs to which request."""

    def __init__(
        self,
        ask: Callable[[Call], Awaitable[Response]],
        service: ServiceIdentity,
        clock: Clock,
        backoff: Backoff,
        *,
        stems: bool = False,
    ) -> None:
        """The jobs of music or, with ``stems``, those of the stem service, whose numbers are others."""
        self._ask = ask
        self._backoff = backoff
        self._service = service
        self._clock = clock
        self._stems = stems
        self._newest = 0
        self._pending: list[Submission] = []
        self._claimed: set[int] = set()

    def note_ids(self, job_ids: Iterable[int]) -> None:
        """Remember that these jobs exist: whatever is made later has a higher id."""
        self._newest = max(self._newest, *job_ids, 0)

    async def create(
        self, operation: Operation, deadline: Deadline, on_wait: OnWait | None, *, seconds: float
    ) -> Job:
        """The job that ``operation`` makes; see :meth:`.client.AudioPodClient.create`."""
        submission = Submission(operation, self._clock.now(), self._newest)
        call = Call(
            "POST",
            stem_service.CREATE if self._stems else operation.endpoint,
            body=None if self._stems else operation.body(),
            form=stem_service.form_of(operation) if self._stems else None,
            headers={"Idempotency-Key": str(uuid.uuid4())},
            seconds=seconds,
            arguments={"url": "src_audio_url"} if self._stems else operation.argument_names(),
        )
        self._pending.append(submission)
        try:
            job = await self._made(submission, call, deadline, on_wait)
            self._claimed.add(job.id)
            self.note_ids([job.id])
        finally:
            self._pending.remove(submission)
            if not self._pending:
                self._claimed.clear()
        return job

    async def _made(
        self, submission: Submission, call: Call, deadline: Deadline, on_wait: OnWait | None
    ) -> Job:
        async def attempt() -> Response:
            # Earlier attempts surely had no effect, so the job is not older than this one.
            submission.started = self._clock.now()
            return await self._ask(call)

        content: Any = None
        try:
            response = await self._persist(attempt, deadline, on_wait)
            content = await self._content(response)
            return await parsing.aside(response, self._new_job, content)
        except AudioPodError as lost:
            if not lost.in_doubt:
                raise
            if job_id := parsing.job_id_in(content):
                # It exists; what else there is to know, the first look at it will tell.
                return Job.model_validate(
                    {"id": job_id, "status": "PENDING", "task": submission.operation.task}
                )
            return await self._found(submission, lost, on_wait)

    async def _found(self, submission: Submission, lost: AudioPodError, on_wait: OnWait | None) -> Job:
        """The job of a request whose answer was lost.

        Raises:
            Uncertain: it can't be told.

        """
        happened = _what_happened(lost)
        readable = False
        # What shows in a list of this process shows at once.
        for pause in LOOK_PAUSES[:1] if self._service.in_process else LOOK_PAUSES:
            if pause and on_wait:
                await on_wait(pause, "looking for the job whose answer was lost")
            await self._clock.sleep(pause)
            try:
                entries, date = await self._newest_jobs()
            except AudioPodError as problem:
                if not (problem.transient or isinstance(problem, BadResponse)):
                    break
                continue
            readable = True
            when = window(submission.started, self._clock.now(), date)
            found = candidates(submission, entries, claimed=self._claimed, window=when)
            rivals = [other for other in self._pending if other is not submission]
            if len(found) == 1:
                (job_id, entry), *_ = found.items()
                if not any(rival.may_have_created(entry, job_id, when) for rival in rivals):
                    return parsing.read_job(entry, self._service, status="PENDING")
            elif found and not rivals:
                ids = ", ".join(str(job_id) for job_id in sorted(found))
                raise Uncertain(
                    f"{happened}, and one of the jobs {ids} may be it; look at them with get_job before "
                    f"asking again, or it may be {self._twice}"
                ) from None
        state = (
            "no new job shows in the list that is surely this one"
            if readable
            else "the job list can't be read either"
        )
        raise Uncertain(
            f"{happened}, so the job may or may not have been accepted, and {state}; check list_jobs in a "
            f"minute before asking again, or it may be {self._twice}",
            status=lost.status,
        ) from None

    @property
    def _twice(self) -> str:
        return "made twice" if self._service.in_process else "paid twice"

    async def run_again(
        self, job_id: int, deadline: Deadline, on_wait: OnWait | None, *, seconds: float
    ) -> Job:
        """The failed job, running again; see :meth:`.client.AudioPodClient.retry`."""
        path = f"{API_PREFIX}/jobs/{job_id}"
        call = Call("POST", f"{path}/retry", seconds=seconds)
        try:
            response = await self._persist(lambda: self._ask(call), deadline, on_wait)
            return await parsing.aside(response, self._new_job, await self._content(response))
        except AudioPodError as problem:
            if not problem.in_doubt:
                raise
            lost = problem
        try:
            response = await self._ask(Call("GET", f"{path}/status", seconds=seconds))
            content = await self._content(response)
            job = await parsing.aside(response, parsing.read_job, content, self._service)
        except AudioPodError:
            job = None
        if job is None or job.status == "FAILED":
            happened = _what_happened(lost)
            raise Uncertain(
                f"{happened}, so job {job_id} may or may not run again; look at it with get_job before "
                "retrying it",
                job_id=job_id,
            )
        return job

    async def _persist(
        self, attempt: Callable[[], Awaitable[Response]], deadline: Deadline, on_wait: OnWait | None
    ) -> Response:
        return await with_retries(
            attempt,
            again=if_without_effect,
            deadline=deadline,
            clock=self._clock,
            backoff=self._backoff,
            on_wait=on_wait,
        )

    def _new_job(self, content: Any) -> Job:
        return parsing.read_job(content, self._service, status="PENDING")

    async def _content(self, response: Response) -> Any:
        content = await parsing.aside(response, parsing.read_content, response, self._service)
        return stem_service.as_job(content) if self._stems else content

    async def _newest_jobs(self) -> tuple[list[Any], float | None]:
        """The newest jobs as the service tells them, and its time."""
        query = {"skip": 0, "limit": 50} if self._stems else list_parameters(JobQuery(limit=50))
        path = stem_service.JOBS if self._stems else f"{API_PREFIX}/jobs"
        response = await self._ask(Call("GET", path, query=query, seconds=10.0))
        entries = parsing.job_entries(await self._content(response), self._service)
        return entries, server_time(response.headers.get("date", ""))


def _what_happened(lost: AudioPodError) -> str:
    """What an error says before its advice: up to the first semicolon that is not quoted."""
    found = re.match(r"(?:“[^”]*”|[^;“])*", str(lost))
    return found[0] if found else ""
