"""The tools: one per operation, and the few that look after jobs."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ResourceError
from mcp.types import CallToolResult, ImageContent, InputRequiredResult, TextContent
from pydantic import BaseModel, Field

from audiopod_mcp.api import watch
from audiopod_mcp.operations import OPERATIONS, Arguments, Job, JobQuery, Lrc, Operation, names_of_task
from audiopod_mcp.operations.arguments import SECONDS, JobId, between
from audiopod_mcp.operations.vocabulary import AudioFormat, Notation
from audiopod_mcp.pictures import Picture
from audiopod_mcp.plain_text import quoted

from .cost import ask_consent, estimate, format_price
from .job_list import JobList, job_list
from .phrases import format_duration, tool_result
from .resources import draw_job
from .results import (
    Deleted,
    JobState,
    JobSummary,
    Renamed,
    SavedAudio,
    SavedText,
    job_result,
    presentation,
    waiting_call,
)
from .saving import save, save_stems, save_text, takes_of
from .service import Service
from .tool import Handler, MusicTool, error_result

AnyContext = Context[Any, Any]

_detached: ContextVar[bool] = ContextVar("detached", default=False)


@contextmanager
def detached() -> Iterator[None]:
    """Calls in here return their job as it is made; somebody else follows it."""
    before = _detached.set(True)
    try:
        yield
    finally:
        _detached.reset(before)


class GetJob(Arguments):
    job_id: JobId = Field(description="Job")
    wait_seconds: Annotated[float, Field(ge=0, le=600), SECONDS] | None = Field(
        default=None, description="Longest wait for its end; 0 = none"
    )


class ShowAudio(Arguments):
    job_id: JobId = Field(description="Finished job")
    picture: Picture = Field(default="waveform", description="Kind")


class RetryJob(Arguments):
    job_id: JobId = Field(description="Failed job")


class RenameJob(Arguments):
    job_id: JobId = Field(description="Job")
    display_name: Annotated[str, between(1, 255)] = Field(description="New title")


class DeleteJob(Arguments):
    job_id: JobId = Field(description="Job")


class SaveAudio(Arguments):
    job_id: JobId = Field(description="Finished job")
    format: Literal[AudioFormat, Notation, "lyrics", "stems"] | None = Field(
        default=None,
        description="The job's own if left out; midi, score (MusicXML), chords, lyrics (LRC), stems (folder)",
    )
    take: Annotated[int, Field(ge=1, le=8)] = Field(default=1, description="Which take")


IN_EVERY_SET = ("get_job", "list_jobs", "save_audio")
"""The tools without which the others are of little use."""


def build_tools(service: Service) -> list[MusicTool]:
    """The tools of the set that ``service`` names, acting through it."""
    chosen = service.toolset
    tools = [
        _operation_tool(operation, service)
        for operation in OPERATIONS
        if chosen == "all" or chosen in operation.toolsets
    ]

    def add(
        name: str,
        title: str,
        description: str,
        arguments: type[Arguments],
        result: type[BaseModel] | None,
        handler: Callable[..., Any],
        **hints: Any,
    ) -> None:
        if chosen not in ("all", "jobs") and name not in IN_EVERY_SET:
            return
        bound: Handler[Any] = partial(handler, service)
        tools.append(MusicTool.of(name, title, description, arguments, result, bound, **hints))

    add(
        "get_job",
        "Get job",
        "Status and audio of a job; resumes waiting for a running one.",
        GetJob,
        JobState,
        _get_job,
        read_only=service.auto_saver is None,  # else a finished job becomes a file
        played=True,
    )
    add(
        "show_audio",
        "Show audio",
        "A picture of a job's audio.",
        ShowAudio,
        None,
        _show_audio,
        read_only=True,
    )
    add(
        "list_jobs",
        "List jobs",
        "Find earlier jobs, when no id is known.",
        JobQuery,
        JobList,
        _list_jobs,
        read_only=True,
    )
    add(
        "retry_job",
        "Retry job",
        "Run a failed job again; it is not charged twice.",
        RetryJob,
        JobSummary,
        _retry_job,
        played=True,
    )
    add(
        "rename_job",
        "Rename job",
        "Give a job another title.",
        RenameJob,
        Renamed,
        _rename_job,
        idempotent=True,
    )
    add(
        "delete_job",
        "Delete job",
        "Delete a job and its audio. Ask the person first.",
        DeleteJob,
        Deleted,
        _delete_job,
        destructive=True,
    )
    add(
        "save_audio",
        "Save audio",
        "Write a job's audio into the person's music folder; answers with the path.",
        SaveAudio,
        SavedAudio,
        _save_audio,
        open_world=False,
    )
    return tools


def _operation_tool(operation: type[Operation], service: Service) -> MusicTool:
    price = None if service.embedded else operation.usd_per_minute  # nothing is charged here
    published, _ = presentation(operation.result)
    return MusicTool.of(
        operation.tool,
        operation.title,
        operation.description + (f" Cloud: ${price:.2f}/min." if price else ""),
        operation,
        published,
        partial(_perform if operation.is_synchronous() else _run_job, service),
        read_only=operation.is_read_only(),
        idempotent=operation.stored_as is not None,
        played=not operation.is_read_only(),
        unlisted=() if service.model_settings else operation.model_settings,
    )


async def _run_job(
    service: Service, operation: Operation, ctx: AnyContext
) -> CallToolResult | InputRequiredResult:
    ready = await service.with_reachable_sources(operation)
    progress = _Progress(ctx)
    price = ""
    if not service.embedded and operation.usd_per_minute:
        dollars = await estimate(ready, service.client)
        price = f" ({format_price(dollars, operation)})"
        if service.confirm_above is not None:
            stop = await ask_consent(operation, dollars, service.confirm_above, ctx)
            if stop is not None:
                return stop
    await progress.say(0, f"Sending the request{price}")
    job = await service.client.create(ready, patience=service.max_wait, on_wait=progress.wait)
    await service.announcer.list_changed()
    job = await _follow(service, job, service.max_wait, progress)
    return await _finish(service, _complaining_of(operation.argument_names(), job))


def _complaining_of(arguments: Mapping[str, str], job: Job) -> Job:
    """``job``, its failure told of the argument that was given, where that travels under another name."""
    field, colon, why = (job.error_message or "").partition(": ")
    if not (colon and field in arguments):
        return job
    return job.model_copy(update={"error_message": f"{arguments[field]}: {why}"})


async def _finish(service: Service, job: Job) -> CallToolResult:
    return job_result(job, await service.save_finished(job), wait=service.max_wait)


async def _follow(service: Service, job: Job, seconds: float, progress: _Progress) -> Job:
    """The job after at most ``seconds``, reporting what changes meanwhile."""
    await service.save_finished(job)
    wait = 0 if _detached.get() else seconds
    job = await watch(service.client, job, max_wait=wait, on_change=progress.of)
    if job.is_finished:
        await service.announcer.job_changed(job.id)
        await service.announcer.list_changed()
    else:
        service.announcer.follow(job)
    return job


class _Progress:
    """Progress notifications of one call: MCP wants each greater than the last."""

    def __init__(self, ctx: AnyContext) -> None:
        self.ctx = ctx
        self._last = -1.0

    async def say(self, percent: float, message: str | None) -> None:
        if percent > self._last and not _detached.get():
            self._last = percent
            await self.ctx.report_progress(percent, 100, message)

    async def of(self, job: Job) -> None:
        if job.status == "COMPLETED":
            await self.say(100, "Finished")
        elif not job.is_finished:
            # 100 is for the end alone: a service that says 100 too early still gets its last word.
            percent = min(job.progress or 0.0, 99.0)
            await self.say(max(percent, self._last + 0.01), job.stage or job.status.capitalize())

    async def wait(self, _seconds: float, reason: str) -> None:
        await self.say(self._last + 0.01, reason[:1].upper() + reason[1:])


async def _perform(service: Service, operation: Operation, ctx: AnyContext) -> CallToolResult:
    """Answer with the result of a synchronous operation."""
    ready = await service.with_reachable_sources(operation)
    await ctx.report_progress(0, 100, operation.activity)
    result = service.remember(await service.client.perform(ready, patience=service.max_wait))
    if isinstance(result, Lrc) and result.lrc_url:
        result = result.model_copy(update={"lrc_url": service.openable(result.lrc_url)})
    if operation.stored_as:
        for name in operation.job_references:
            if (job_id := getattr(operation, name)) is not None:
                await service.announcer.job_changed(job_id)
    await ctx.report_progress(100, 100, "Finished")
    _, present = presentation(operation.result)
    return present(operation.told(result))


async def _get_job(service: Service, arguments: GetJob, ctx: AnyContext) -> CallToolResult:
    job = await service.client.job(arguments.job_id)
    wait = service.max_wait if arguments.wait_seconds is None else arguments.wait_seconds
    if not job.is_finished and wait:
        job = await _follow(service, job, wait, _Progress(ctx))
    return await _finish(service, job)


async def _show_audio(service: Service, arguments: ShowAudio, _: AnyContext) -> CallToolResult:
    job, kind = await service.client.job(arguments.job_id), arguments.picture
    if not job.is_finished:
        return error_result(_not_finished(service, job, "show"))
    try:
        picture = await draw_job(service, job, kind)
    except ResourceError as error:
        return error_result(f"no {kind} of job {job.id}: {error}")
    title = f" {quoted(job.display_name)}" if job.display_name else ""
    length = f", {format_duration(job.audio_duration)}" if job.audio_duration else ""
    return CallToolResult(
        content=[
            ImageContent(data=b64encode(picture).decode(), mime_type="image/png"),
            TextContent(text=f"The {kind} of job {job.id}{title}{length} (audiopod://jobs/{job.id})."),
        ]
    )


def _not_finished(service: Service, job: Job, wish: str) -> str:
    """Why there is nothing to ``wish`` of ``job``, and what to do next."""
    if job.is_finished:
        return f"job_id: job {job.id} is {job.status.lower()}, so there is no audio to {wish}"
    return (
        f"job_id: job {job.id} is still {job.status.lower()}, so there is no audio to {wish} yet. "
        f"Next: {waiting_call(job.id, service.max_wait)}"
    )


async def _list_jobs(service: Service, query: JobQuery, _: AnyContext) -> CallToolResult:
    page = await service.client.jobs(query)
    for name in names_of_task(query.task)[1:] if query.task and not page.jobs else ():
        page = await service.client.jobs(query.model_copy(update={"task": name}))
    return job_list(page, query)


async def _retry_job(service: Service, arguments: RetryJob, ctx: AnyContext) -> CallToolResult:
    job = await service.client.retry(arguments.job_id)
    return await _finish(service, await _follow(service, job, service.max_wait, _Progress(ctx)))


async def _rename_job(service: Service, arguments: RenameJob, _: AnyContext) -> CallToolResult:
    name = arguments.display_name
    await service.client.rename(arguments.job_id, display_name=name)
    await service.announcer.job_changed(arguments.job_id)
    return tool_result(
        Renamed(job_id=arguments.job_id, display_name=name), f"Job {arguments.job_id} is now {quoted(name)}."
    )


async def _delete_job(service: Service, arguments: DeleteJob, _: AnyContext) -> CallToolResult:
    way_back = await service.client.delete(arguments.job_id)
    await service.announcer.list_changed()
    line = f"Job {arguments.job_id} and its audio are deleted."
    return tool_result(Deleted(job_id=arguments.job_id, deleted=True, note=way_back), line, way_back)


async def _save_audio(service: Service, arguments: SaveAudio, _: AnyContext) -> CallToolResult:
    if service.output_dir is None:
        return error_result(
            "save_audio writes on the machine where this server runs, which is not yours; download the "
            "output_url of the job instead"
        )
    job = await service.client.job(arguments.job_id)
    if job.status != "COMPLETED":
        return error_result(_not_finished(service, job, "save"))
    kind = arguments.format
    if kind in ("midi", "score", "chords", "lyrics", "stems") and arguments.take > 1:
        return error_result(f"take: {kind} is written of the first take alone; leave take out")
    if kind == "stems":
        folder, size = await save_stems(service.client, service.drawers, job, service.output_dir)
        return tool_result(
            SavedAudio(path=str(folder), size_bytes=size),
            f"Saved {', '.join(job.stem_urls or ())} in {quoted(str(folder))}",
        )
    if kind in ("midi", "score", "chords", "lyrics"):
        saved, note = await save_text(service.client, job, service.output_dir, kind)
    else:
        takes = takes_of(job)
        note = (
            f"Take {arguments.take} of {len(takes)}; the argument take names another." if takes[1:] else None
        )
        saved = await save(service.client, service.drawers, job, service.output_dir, kind, arguments.take)
    return tool_result(
        SavedText(path=str(saved), size_bytes=saved.stat().st_size, note=note),
        f"Saved as {quoted(str(saved))}",
        note and f"Note: {quoted(note)}",
    )
