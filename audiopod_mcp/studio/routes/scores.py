"""The endpoint that gives what was composed, or heard, as notes: MIDI, MusicXML and chord sheets."""

from __future__ import annotations

from typing import Any, get_args

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from audiopod_mcp.operations import API_PREFIX
from audiopod_mcp.operations.vocabulary import NOTATION_TYPES, Notation
from audiopod_mcp.worker_pool import WorkerDied

from .http import audio_is_gone, studio_of
from .jobs import find_job


def routes() -> list[Route]:
    return [Route(f"{API_PREFIX}/jobs/{{job_id}}/notation/{{notation}}", get_notation)]


async def get_notation(request: Request) -> Response:
    """The first take, written down now."""
    job, studio = await find_job(request), studio_of(request)
    notation: Any = request.path_params["notation"]
    if notation not in get_args(Notation):
        raise HTTPException(404, f"there is no {notation[:20]!r}; there are {', '.join(get_args(Notation))}")
    if not job.takes:
        raise HTTPException(404, f"job {job.id} is {job.status.lower()} and has no audio to write down")
    try:
        written = await studio.on_demand.written_down(job, notation)
    except FileNotFoundError:
        raise HTTPException(410, audio_is_gone(job)) from None
    except WorkerDied as error:
        raise HTTPException(503, str(error) or "the process that wrote it down died; try again") from None
    if written.error:
        raise HTTPException(422, written.error)
    return Response(written.data, media_type=NOTATION_TYPES[notation])
