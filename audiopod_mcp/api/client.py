"""The client of one music service that speaks the AudioPod Music REST API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from math import ceil
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import quote, urlsplit

from audiopod_mcp import __version__
from audiopod_mcp.operations import API_PREFIX, Analysis, Job, JobQuery, Operation, Result, SeparateStems
from audiopod_mcp.operations.vocabulary import Notation

from . import parsing, stem_service
from .clock import Clock, Deadline, OnWait
from .downloads import LARGEST_FILE, Media, Resume, expired
from .errors import AudioPodError, BadResponse, InvalidRequest, NotFound, Unauthorized
from .http_errors import ServiceIdentity, retry_after
from .lookups import Lookups
from .messages import Call, Response, Timeouts, list_parameters
from .parsing import Balance, JobPage
from .rate_limits import SHARED, RateLimits
from .retry import Backoff, if_transient, with_retries
from .submit import Submitter

if TYPE_CHECKING:
    import httpx

    from .transport import HttpTransport

T = TypeVar("T")
RETRIES_PER_MINUTE = 10
NOT_MODIFIED = 304


class AudioPodClient:
    """Asks a music service; safe to share between tasks of one event loop.

    Opens connections on first use only; ``async with`` or :meth:`aclose` closes them. The API key goes
    to the service's own origin, never to another, and shows in no repr, log or error.

    Every method raises :class:`AudioPodError`, whose text is one line for a person. ``patience`` is how
    many seconds it may wait between tries (rate limits, outages), by default the client's; ``on_wait``
    is told of each such wait.
    """

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        timeouts: Timeouts | None = None,
        patience: float = 30.0,
        limits: bool = True,
        private_hosts: bool = False,
        name: str | None = None,
        rates: RateLimits = SHARED,
        clock: Clock | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        """A client of the service at ``base_url``.

        Args:
            base_url: http(s) URL of the service, without ``/api/v1``.
            api_key: sent as ``X-API-Key`` and as a bearer token, as AudioPod's SDK does.
            transport: of httpx; for a service in this process, whose ``Job.files`` are then believed.
            timeouts: of single requests.
            patience: seconds to wait between tries, in all, per call.
            limits: whether the service has AudioPod's rate limits; false for an embedded studio.
            private_hosts: whether audio may be on private hosts other than the service's.
            name: what messages call the service.
            rates: where the limits are kept; by default those of the process.
            clock: the time.
            backoff: the pauses between tries.

        """
        host = urlsplit(base_url).netloc.rpartition("@")[2]
        cloud = host == "audiopod.ai" or host.endswith(".audiopod.ai")
        self.base_url = base_url.rstrip("/")
        self.limits = limits
        self.clock = clock or Clock()
        self.service = ServiceIdentity(
            name or ("AudioPod" if cloud else f"The music service at {host}"),
            api_key,
            in_process=transport is not None,
        )
        self._transport = transport
        self._timeouts = timeouts or Timeouts()
        self._patience = patience
        self._private_hosts = private_hosts
        self._rates = rates
        self._backoff = backoff or Backoff()
        self._submitter = Submitter(self._ask, self.service, self.clock, self._backoff)
        self._stem_submitter = Submitter(self._ask, self.service, self.clock, self._backoff, stems=True)
        self.lookups = Lookups(self)
        self._http: HttpTransport | None = None
        self._is_studio = False if cloud else None

    def __repr__(self) -> str:
        return f"<AudioPodClient of {self.service.name}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections. A later call opens new ones."""
        wire, self._http = self._http, None
        if wire is not None:
            await wire.aclose()

    # Making music

    async def create(
        self, operation: Operation, *, patience: float | None = None, on_wait: OnWait | None = None
    ) -> Job:
        """Start a job.

        The request is sent again only where it surely had no effect. Where the answer is lost after
        sending, the job is looked for in the job list, and adopted if it can be told for sure.

        Raises:
            Uncertain: the service may have accepted the job, and it can't be told which one it is.
            RateLimited: the rate limit leaves no turn within ``patience`` seconds.

        """
        deadline = self._deadline(patience)
        await self._await_turn(operation.tool, operation.per_minute, deadline, on_wait)
        stems = isinstance(operation, SeparateStems) and not await self.is_studio()
        submitter = self._stem_submitter if stems else self._submitter
        job = await submitter.create(operation, deadline, on_wait, seconds=self._timeouts.create)
        self.lookups.durations.made(job)
        return job

    async def retry(
        self, job_id: int, *, patience: float | None = None, on_wait: OnWait | None = None
    ) -> Job:
        """Run a failed job again, on its first reservation of credits.

        Raises:
            NotReady: it has not failed.
            Uncertain: the answer was lost and the job does not show whether it runs again.

        """
        await self._refuse_stem_job(job_id, "can't be run again; ask for the stems anew")
        deadline = self._deadline(patience)
        await self._await_turn("retry_job", RETRIES_PER_MINUTE, deadline, on_wait)
        self.lookups.durations.run_again(job_id)
        return await self._submitter.run_again(
            int(job_id), deadline, on_wait, seconds=self._timeouts.response
        )

    async def perform(
        self, operation: Operation, *, patience: float | None = None, on_wait: OnWait | None = None
    ) -> Result:
        """The result of a synchronous operation; takes as long as the service needs, up to ten minutes.

        It costs nothing, so it is asked for again where the answer is lost.

        Raises:
            ServiceFailed: it could not be done; says why.

        """
        deadline = self._deadline(patience)
        await self._await_turn(operation.tool, operation.per_minute, deadline, on_wait)
        call = Call("POST", operation.endpoint, body=operation.body(), seconds=self._timeouts.work)
        response = await self._retried(lambda: self._ask(call), if_transient, deadline, on_wait)
        known = {
            name: getattr(operation, name)
            for name in operation.job_references
            if name in operation.result.model_fields
        }

        def read() -> Result:
            content = parsing.read_content(response, self.service)
            return parsing.read_result(operation.result, content, known, self.service)

        return await parsing.aside(response, read)

    # Jobs

    async def job(self, job_id: int, *, patience: float | None = None, on_wait: OnWait | None = None) -> Job:
        """One job as it is now."""
        call = self._call("GET", f"jobs/{int(job_id)}/status")
        stems = await self._is_stem_job(job_id)
        if stems:
            call = call._replace(path=stem_service.status_path(job_id))

        def read(content: Any, headers: Mapping[str, str]) -> Job:
            job = parsing.read_job(stem_service.as_job(content) if stems else content, self.service)
            self.lookups.hinted(job_id, retry_after(headers))
            return job

        return await self._read(call, read, patience, on_wait)

    async def job_news(self, job_id: int, tag: str | None, seconds: float) -> tuple[Job | None, str | None]:
        """The job as soon as it looks otherwise than when ``tag`` was told, and its tag now.

        ``None`` where nothing is new after ``seconds``. Only a studio in this process is asked so: it holds
        its answer back (``Prefer: wait``, RFC 7240), which would hold a connection elsewhere.
        """
        if await self._is_stem_job(job_id):
            return await self.job(job_id, patience=0.0), None
        headers = {"Prefer": f"wait={ceil(seconds)}", **({"If-None-Match": tag} if tag else {})}
        path = f"{API_PREFIX}/jobs/{int(job_id)}/status"
        response = await self._ask(
            Call("GET", path, headers=headers, seconds=self._timeouts.response + seconds)
        )
        job = None
        if response.status != NOT_MODIFIED:
            job = parsing.read_job(parsing.read_content(response, self.service), self.service)
        return job, response.headers.get("etag")

    async def jobs(
        self,
        query: JobQuery | None = None,
        *,
        only: Collection[int] | None = None,
        before: parsing.RowsRead | None = None,
        patience: float | None = None,
        on_wait: OnWait | None = None,
    ) -> JobPage:
        """A page of jobs, or ``only`` those of it; newest first unless the query says otherwise.

        What came the same ``before`` is not read again.
        """
        query = query or JobQuery()
        call = self._call("GET", "jobs", query=list_parameters(query))
        if query.task == stem_service.TASK and not await self.is_studio():
            return await self._stem_jobs(query, patience, on_wait)
        page = await self._read(
            call,
            lambda content, headers: parsing.read_page(content, headers, self.service, only, before),
            patience,
            on_wait,
        )
        self._submitter.note_ids(job.id for job in page.jobs)
        return page

    async def _stem_jobs(self, query: JobQuery, patience: float | None, on_wait: OnWait | None) -> JobPage:
        """A page of the stem service's jobs, which it lists without filters."""
        if query.search:
            raise InvalidRequest(f"search: {self.service.name}'s stem service can't search; leave search out")
        call = Call(
            "GET",
            stem_service.JOBS,
            query={"skip": query.skip, "limit": query.limit},
            seconds=self._timeouts.response,
        )
        page = await self._read(
            call,
            lambda content, headers: parsing.read_page(stem_service.as_job(content), headers, self.service),
            patience,
            on_wait,
        )
        return page._replace(jobs=tuple(job for job in page.jobs if query.status in (None, job.status)))

    async def _is_stem_job(self, job_id: int) -> bool:
        return stem_service.is_stem_job(int(job_id)) and not await self.is_studio()

    async def _refuse_stem_job(self, job_id: int, why: str) -> None:
        if await self._is_stem_job(job_id):
            raise InvalidRequest(
                f"job_id: {job_id} is a job of {self.service.name}'s stem service, which {why}"
            )

    async def rename(
        self,
        job_id: int,
        *,
        display_name: str | None = None,
        thumbnail_url: str | None = None,
        patience: float | None = None,
    ) -> Job:
        """Give a job another title or picture."""
        await self._refuse_stem_job(job_id, "keeps no titles")
        changes = {"display_name": display_name, "thumbnail_url": thumbnail_url}
        call = self._call(
            "PATCH", f"jobs/{int(job_id)}", body={k: v for k, v in changes.items() if v is not None}
        )
        await self._retried(lambda: self._ask(call), if_transient, self._deadline(patience))
        # What the service answers to a change is not documented, what a job looks like is.
        return await self.job(job_id, patience=patience)

    async def delete(self, job_id: int, *, patience: float | None = None) -> str | None:
        """Delete a job and its audio; how to get it back, where a service in this process says so.

        Raises:
            NotFound: there is none.

        """
        call = self._call("DELETE", f"jobs/{int(job_id)}")
        if await self._is_stem_job(job_id):
            call = call._replace(path=stem_service.job_path(job_id))
        in_doubt = False

        async def attempt() -> str | None:
            nonlocal in_doubt
            try:
                response = await self._ask(call)
                note: str | None = None
                if self.service.in_process:
                    note = parsing.read_content(response, self.service).get("note")
                return note
            except NotFound:
                # After a lost answer this is what success looks like.
                if not in_doubt:
                    raise
                return None
            except AudioPodError as error:
                in_doubt = in_doubt or error.in_doubt
                raise

        return await self._retried(attempt, if_transient, self._deadline(patience))

    # What else there is to know

    async def presets(self, *, patience: float | None = None) -> dict[str, Any]:
        """The service's genre presets."""
        return await self._read(
            self._call("GET", "presets"),
            lambda content, _: parsing.read_object(
                {"genre_presets": content} if isinstance(content, list) else content,
                "list of presets",
                self.service,
            ),
            patience,
        )

    async def balance(self, *, patience: float | None = None) -> Balance:
        """What is in the wallet."""
        call = Call("GET", "/api/v1/api-wallet/balance", seconds=self._timeouts.response)
        return await self._read(
            call, lambda content, _: parsing.read_balance(content, self.service), patience
        )

    async def is_studio(self, *, patience: float | None = None) -> bool:
        """Whether the service is this project's studio, which takes what AudioPod's cloud does not."""
        if self._is_studio is None:
            call = Call("GET", "/health", seconds=self._timeouts.response)
            try:
                told = await self._read(call, lambda content, _: content, patience)
            except (BadResponse, InvalidRequest, NotFound, Unauthorized):
                told = None
            self._is_studio = isinstance(told, dict) and isinstance(told.get("engine"), str)
        return self._is_studio

    async def analysis(self, analysis_id: str, *, patience: float | None = None) -> Analysis:
        """An analysis made before; only this project's studio keeps them."""
        call = self._call("GET", f"analyses/{quote(str(analysis_id), safe='')}")
        return await self._read(
            call, lambda content, _: parsing.read_result(Analysis, content, {}, self.service), patience
        )

    async def notation(self, job: Job, notation: Notation, *, patience: float | None = None) -> bytes | None:
        """The first take of ``job`` as notes; ``None`` where the service does not write its music down."""
        if notation not in (job.notation_urls or {}):
            return None
        call = self._call("GET", f"jobs/{job.id}/notation/{notation}")
        response = await self._retried(lambda: self._ask(call), if_transient, self._deadline(patience))
        return response.body

    # Audio

    @asynccontextmanager
    async def stream(
        self,
        url: str,
        *,
        max_bytes: int = LARGEST_FILE,
        patience: float | None = None,
        resume: Resume | None = None,
    ) -> AsyncIterator[Media]:
        """Open a file of the service: its type and size, and its bytes to be read.

        ``url`` may be relative to the service; ``resume`` says where an earlier download broke off.

        Raises:
            NotFound: the link has expired, or the file is gone.
            BadResponse: it is larger than ``max_bytes``, or a web page.

        """
        wire = self._connection()
        headers = resume.headers if resume else {}
        async with AsyncExitStack() as stack:
            try:
                response = await self._retried(
                    lambda: stack.enter_async_context(wire.open(url, headers=headers)),
                    if_transient,
                    self._deadline(patience),
                )
            except AudioPodError as error:
                elsewhere = urlsplit(url).netloc not in {"", urlsplit(self.base_url).netloc}
                if elsewhere and error.status in {401, 403, 404, 410}:
                    raise expired(error.status) from None
                raise
            deadline = Deadline(self.clock, self._timeouts.work)
            yield Media(response, self.service, max_bytes, deadline, resume)

    async def download(self, url: str, *, max_bytes: int = LARGEST_FILE) -> AsyncIterator[bytes]:
        """The bytes of a file of the service, as :meth:`stream`; resumed where the connection breaks off."""
        media: Media | None = None
        for tries_left in (2, 1, 0):
            resume = media.resume if media else None
            try:
                async with self.stream(url, max_bytes=max_bytes, resume=resume) as media:
                    async for chunk in media.chunks():
                        yield chunk
                return
            except BadResponse as cut_off:
                if not (cut_off.transient and media and media.resume and tries_left):
                    raise

    # How it is asked

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Call:
        return Call(method, f"{API_PREFIX}/{path}", query=query, body=body, seconds=self._timeouts.response)

    async def _read(
        self,
        call: Call,
        read: Callable[[Any, Mapping[str, str]], T],
        patience: float | None,
        on_wait: OnWait | None = None,
    ) -> T:
        async def attempt() -> T:
            response = await self._ask(call)
            return await parsing.aside(
                response,
                lambda: read(parsing.read_content(response, self.service), response.headers),
            )

        return await self._retried(attempt, if_transient, self._deadline(patience), on_wait)

    async def _ask(self, call: Call) -> Response:
        return await self._connection().ask(call)

    def _connection(self) -> HttpTransport:
        if self._http is None:
            # httpx takes longer to import than the MCP server may take to start.
            from .transport import HttpTransport

            key = self.service.key
            if key is not None and not (key.isascii() and key.isprintable() and " " not in key and key):
                raise Unauthorized(
                    "The API key holds blanks or characters that no key has; check AUDIOPOD_API_KEY"
                )
            self._http = HttpTransport(
                self.base_url,
                self.service,
                {"User-Agent": f"audiopod-mcp/{__version__}"},
                {"X-API-Key": key, "Authorization": f"Bearer {key}"} if key else {},
                self._timeouts,
                self._transport,
                private_hosts=self._private_hosts,
            )
        return self._http

    async def _retried(
        self,
        attempt: Callable[[], Awaitable[T]],
        again: Callable[[AudioPodError], bool],
        deadline: Deadline,
        on_wait: OnWait | None = None,
    ) -> T:
        return await with_retries(
            attempt,
            again=again,
            deadline=deadline,
            clock=self.clock,
            backoff=self._backoff,
            on_wait=on_wait,
        )

    async def _await_turn(
        self, kind: str, per_minute: int | None, deadline: Deadline, on_wait: OnWait | None
    ) -> None:
        if self.limits and per_minute is not None:
            caller = f"{self.base_url} {self.service.key}"
            await self._rates.turn(caller, kind, per_minute, patience=deadline.left, on_wait=on_wait)

    def _deadline(self, patience: float | None) -> Deadline:
        return Deadline(self.clock, self._patience if patience is None else patience)
