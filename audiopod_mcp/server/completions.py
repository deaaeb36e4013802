"""What the person may mean while typing an argument: tracks, keys, formats, jobs."""

from __future__ import annotations

from mcp.types import (
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceTemplateReference,
)

from audiopod_mcp.api import AudioPodError
from audiopod_mcp.operations import OPERATIONS, JobQuery
from audiopod_mcp.operations.vocabulary import FORMATS, GENRE_PRESETS, KEYS, MODES, TRACKS

from .service import Service

MOST = 100

LISTS: dict[str, tuple[str, ...]] = {
    "track_name": TRACKS,
    "track": TRACKS,
    "keyscale": KEYS,
    "key": KEYS,
    "format": FORMATS,
    "timesignature": ("2/4", "3/4", "4/4", "6/8"),
    "genre": GENRE_PRESETS,
    "style": GENRE_PRESETS,
    "styles": GENRE_PRESETS,
    "language": (
        "English",
        "German",
        "French",
        "Spanish",
        "Portuguese",
        "Italian",
        "Japanese",
        "Chinese",
        "Korean",
        "Hindi",
        "Arabic",
        "Russian",
    ),
    "seconds": ("15", "30", "45", "60"),
    "mode": MODES,
}


async def complete(
    service: Service,
    ref: PromptReference | ResourceTemplateReference,  # noqa: ARG001 - names mean the same everywhere
    argument: CompletionArgument,
    context: CompletionContext | None,
) -> Completion:
    """Values that begin with what was typed, then those that contain it."""
    typed = argument.value.lower()
    if any(argument.name in operation.job_references for operation in OPERATIONS):
        return _matching(typed, await _jobs(service, "{}"))
    if argument.name == "audio":
        return _matching(typed, await _jobs(service, "audiopod://jobs/{}"))
    if (
        argument.name == "format"
        and context
        and (job_id := (context.arguments or {}).get("job_id", "")).isdecimal()
    ):
        return _matching(typed, _named(await _formats(service, int(job_id))))
    return _matching(typed, _named(LISTS.get(argument.name, ())))


async def _jobs(service: Service, form: str) -> dict[str, str]:
    """The jobs, newest first, as the argument names them, each with its title to be found by."""
    try:
        page = await service.client.jobs(JobQuery(limit=MOST))
    except AudioPodError:
        return {}
    return {form.format(job.id): job.title for job in page.jobs}


async def _formats(service: Service, job_id: int) -> tuple[str, ...]:
    try:
        return tuple((await service.client.job(job_id)).audio_urls) or FORMATS
    except AudioPodError:
        return FORMATS


def _named(values: tuple[str, ...]) -> dict[str, str]:
    return {value: value for value in values}


def _matching(typed: str, values: dict[str, str]) -> Completion:
    """Of ``values``, each with its name: those that begin with what was typed, then those that hold it."""
    begin = [value for value in values if value.lower().startswith(typed)]
    contain = [v for v, name in values.items() if typed in f"{v} {name}".lower() and v not in begin]
    found = begin + contain
    return Completion(values=found[:MOST], total=len(found), has_more=len(found) > MOST)
