"""Good answers of the service as typed values. Lenient where nothing depends on it, exact where it does."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Collection, Mapping, MutableMapping
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar, TypeVarTuple

from anyio import to_thread
from pydantic import BaseModel, ConfigDict, ValidationError

from audiopod_mcp.operations import Job, Result

from .bounds import Sieve, is_crowded, is_deeply_nested
from .errors import BadResponse, ServiceFailed, Unreadable
from .http_errors import ServiceIdentity
from .messages import Response
from .text import is_web_page

JOB_NEEDS = frozenset({"job_id", "output_url", "output_urls"})
"""The fields of a job, beyond those its model requires, without which it is of no use.

Any other field of an answer that can't be read is taken as not told.
"""

MOST_LISTED = 100
"""Jobs that are read of one list: no more are ever asked for."""
STATUS = re.compile(r"[A-Za-z][A-Za-z _-]{0,39}")
FAILURE_FIELDS = ("error_message", "error", "failure_reason")

LARGE = 16 * 2**10
"""Bytes of an answer that takes some thousandths of a second to read, as a list of a hundred jobs does."""

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")
M = TypeVar("M", bound=BaseModel)
R = TypeVar("R", bound=Result)


class JobPage(NamedTuple):
    """Some of the jobs there are."""

    jobs: tuple[Job, ...]
    total: int | None
    """How many fit the query in all; ``None`` where the service does not say."""
    listed: int = 0
    """Entries of the page, those too that were not read."""


RowsRead = MutableMapping[int, tuple[Any, Job]]
"""Entries of a list of jobs as they came last, by the job's id, and what they were read as."""


class Balance(BaseModel):
    """The wallet."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)

    balance_cents: float
    balance_usd: float | None = None
    total_spent_cents: float | None = None
    total_spent_usd: float | None = None
    low_balance_warning: bool | None = None


async def aside(response: Response, function: Callable[[*Arguments], T], *args: *Arguments) -> T:
    """What ``function`` makes of ``response``; in a thread where that takes long: nobody else waits."""
    if len(response.body) <= LARGE:
        return function(*args)
    return await to_thread.run_sync(function, *args)


def read_content(response: Response, service: ServiceIdentity) -> Any:
    """:func:`read_json` of an answer."""
    return read_json(response.body, response.headers.get("content-type", ""), service)


def read_json(body: bytes, content_type: str, service: ServiceIdentity) -> Any:
    """The content of an answer; numbers that are not finite become ``None``.

    Raises:
        BadResponse: it is a web page, or not JSON.

    """
    if is_web_page(content_type, body):
        said = service.clean(body[:20_000].decode(errors="replace"))[:80]
        title = f" ({service.quote(said)})" if said else ""
        raise Unreadable(
            f"{service.name} answered with a web page{title} instead of data; "
            "check AUDIOPOD_BASE_URL and any proxy or login page in between",
            transient=True,
            in_doubt=True,
        )
    if not is_crowded(body):
        with suppress(ValueError, RecursionError):
            # A hook in Python lets other threads have their turn, which the C code between them does not.
            content = json.loads(
                body, parse_float=_finite, parse_constant=lambda _: None, object_hook=lambda item: item
            )
            if not is_deeply_nested(content):
                return content
    raise Unreadable(
        f"{service.name}'s answer is malformed or cut off; try again in a moment",
        transient=True,
        in_doubt=True,
    )


def read_job(content: Any, service: ServiceIdentity, *, status: str | None = None) -> Job:
    """The job in an answer: under ``job``, or flat with ``id`` or ``job_id``.

    Args:
        content: of the answer.
        service: who answered.
        status: what to assume where none is told: a job just created is pending.

    Raises:
        BadResponse: it holds none, or a field that is needed is of the wrong type.

    """
    fields = _object(content, "job", service)
    if isinstance(nested := fields.get("job"), dict):
        fields = nested
    told = dict(fields)
    for key in ("id", "job_id"):
        if key in told and not _is_id(told[key]):
            if told[key] is None:
                del told[key]
                continue
            raise _wrong("job", f"{key} is not a number", service)
    sieve = Sieve()
    fields = sieve.fields(told, {*Job.model_fields, "job_id"} - {"files", *FAILURE_FIELDS})
    if service.in_process:
        # Whoever reads these files reads them from this machine's disk: a service elsewhere has no say.
        fields["files"] = told.get("files")
    if status is not None and fields.get("status") is None:
        fields["status"] = status
    if isinstance(fields.get("status"), str) and not STATUS.fullmatch(fields["status"]):
        raise _wrong("job", "status: it is not a word", service)
    failure = next((told[key] for key in FAILURE_FIELDS if told.get(key)), None)
    fields["error_message"] = _text_of(failure, service) if failure else None
    job = _read(Job, fields, "job", service, needs=JOB_NEEDS)
    job = _remarked(job, sieve, service)
    if job.progress is None:
        return job
    return job.model_copy(update={"progress": min(max(job.progress, 0.0), 100.0)})


def job_id_in(content: Any) -> int | None:
    """The id of the job that an answer tells of, where nothing else of it can be read."""
    for fields in (content.get("job"), content) if isinstance(content, dict) else ():
        for key in ("id", "job_id"):
            if isinstance(fields, dict) and _is_id(fields.get(key)):
                return int(fields[key])
    return None


def job_entries(content: Any, service: ServiceIdentity) -> list[Any]:
    """The entries of a list of jobs, unread: the answer itself, or under ``jobs`` or ``items``."""
    entries = content
    if isinstance(content, dict):
        entries = next((content[key] for key in ("jobs", "items") if key in content), None)
    if not isinstance(entries, list):
        raise _wrong("list of jobs", "there is no list in it", service)
    return entries


def read_page(
    content: Any,
    headers: Mapping[str, str],
    service: ServiceIdentity,
    only: Collection[int] | None = None,
    before: RowsRead | None = None,
) -> JobPage:
    """A page of jobs, or ``only`` some of them. A job that can't be read is passed over, unless none can.

    An entry that is as it was ``before`` is not read again, which takes most of the time.
    """
    jobs: list[Job] = []
    problem: BadResponse | None = None
    entries = job_entries(content, service)
    for entry in entries[:MOST_LISTED]:
        job_id = job_id_in(entry)
        if only is not None and job_id not in only:
            continue
        last, job = (before.get(job_id) if before and job_id else None) or (None, None)
        if job is not None and last == entry:
            jobs.append(job)
            continue
        try:
            jobs.append(read_job(entry, service))
        except BadResponse as unreadable:
            problem = unreadable
        else:
            if before is not None:
                before[jobs[-1].id] = entry, jobs[-1]
    if problem and not jobs:
        raise problem
    total: Any = headers.get("x-total-count") or (content.get("total") if isinstance(content, dict) else None)
    if _is_count(total):
        return JobPage(tuple(jobs), int(total), len(entries))
    return JobPage(tuple(jobs), len(entries) if len(entries) > MOST_LISTED else None, len(entries))


def read_result(model: type[R], content: Any, known: Mapping[str, Any], service: ServiceIdentity) -> R:
    """The result of a synchronous operation; ``known`` are fields of it that need not be told.

    Raises:
        ServiceFailed: the service says that there is none, and why.
        BadResponse: it can't be read.

    """
    fields = _object(content, model.noun, service)
    if fields.get("success") is False:
        reason = next(
            (
                service.quote(said)
                for key in ("error", "message", "detail")
                if (said := _text_of(fields.get(key), service))
            ),
            "no reason given",
        )
        raise ServiceFailed(f"{service.name} could not make the {model.noun}: {reason}")
    sieve = Sieve()
    fields = sieve.fields(fields, model.model_fields)
    return _remarked(_read(model, {**fields, **known}, model.noun, service), sieve, service)


def read_balance(content: Any, service: ServiceIdentity) -> Balance:
    return _read(Balance, _object(content, "balance", service), "balance", service)


def read_object(content: Any, what: str, service: ServiceIdentity) -> dict[str, Any]:
    return dict(Sieve().value(what, _object(content, what, service)))


def _remarked(result: R, sieve: Sieve, service: ServiceIdentity) -> R:
    """``result`` with a note of what was left out of it."""
    remark = sieve.remark(service.name)
    if remark is None or "notes" not in type(result).model_fields:
        return result
    return result.model_copy(update={"notes": [remark, *(getattr(result, "notes", None) or ())]})


def _read(
    model: type[M],
    fields: Mapping[str, Any],
    what: str,
    service: ServiceIdentity,
    needs: frozenset[str] = frozenset(),
) -> M:
    readable = dict(fields)
    needs |= {name for name, field in model.model_fields.items() if field.is_required()}
    # AudioPod's documentation does not give the types of all fields, and work that is paid for must
    # not be out of reach because of a score in an unexpected form.
    for _ in range(2):
        try:
            return model.model_validate(readable)
        except ValidationError as error:
            problems = {str(e["loc"][0]): str(e["msg"]) for e in error.errors(include_url=False) if e["loc"]}
            spared = {"output_urls"} if isinstance(readable.get("output_url"), str) else set()
            if fatal := set(problems) & (needs - spared) or {p for p in problems if p not in readable}:
                field = min(fatal)
                raise _wrong(what, f"{field}: {problems[field]}", service) from None
            readable = {name: value for name, value in readable.items() if name not in problems}
    raise _wrong(what, "its fields do not fit together", service)


def _object(content: Any, what: str, service: ServiceIdentity) -> Mapping[str, Any]:
    if not isinstance(content, dict):
        raise _wrong(what, "it is not an object", service)
    return content


def _wrong(what: str, problem: str, service: ServiceIdentity) -> BadResponse:
    return BadResponse(
        service.clean(f"{service.name}'s answer does not hold a readable {what}: {problem}"), in_doubt=True
    )


def _text_of(value: Any, service: ServiceIdentity) -> str:
    if isinstance(value, dict):
        value = value.get("message") or value.get("detail") or value
    if not value:
        return ""
    return service.clean(value if isinstance(value, str) else json.dumps(Sieve().value("error", value)))


def _is_id(value: Any) -> bool:
    """Whether a value is a whole positive number, or says one in digits."""
    if isinstance(value, str):
        return value.isascii() and value.isdigit() and len(value) < 20 and int(value) > 0
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


def _is_count(value: Any) -> bool:
    return str(value)[:20].isascii() and str(value)[:20].isdigit() and len(str(value)) < 16


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None
