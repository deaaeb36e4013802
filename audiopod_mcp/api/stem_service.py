"""AudioPod's stem service, whose jobs have numbers of their own: here told as jobs among those of music.

A job of it is known to callers by a number far above those of music jobs, so that neither is ever taken for
the other: stem job 42 is job 1000000000042.
"""

from __future__ import annotations

from typing import Any, Final

from audiopod_mcp.operations import Operation, SeparateStems

from .errors import InvalidRequest

FIRST: Final = 10**12
"""What is added to the number of a stem job."""
PREFIX: Final = "/api/v1/stem-extraction"
CREATE: Final = f"{PREFIX}/api/extract"
JOBS: Final = f"{PREFIX}/jobs"
TASK: Final = SeparateStems.endpoints()[0].task


def is_stem_job(job_id: int) -> bool:
    return job_id > FIRST


def status_path(job_id: int) -> str:
    return f"{PREFIX}/status/{job_id - FIRST}"


def job_path(job_id: int) -> str:
    return f"{JOBS}/{job_id - FIRST}"


def form_of(operation: Operation) -> dict[str, Any]:
    """The fields that the service takes.

    Raises:
        InvalidRequest: for a title, which it does not know.

    """
    body = operation.body()
    if "display_name" in body:
        raise InvalidRequest(
            "display_name: AudioPod's stem service keeps no titles, so nothing was sent; leave it out"
        )
    return {"url": body["src_audio_url"], "mode": body.get("mode", "four")}


def as_job(content: Any) -> Any:
    """What the service tells of one job, or of several, in the words in which music jobs are told."""
    if isinstance(content, list):
        return [as_job(entry) for entry in content]
    if not isinstance(content, dict):
        return content
    if isinstance(nested := content.get("job"), dict):
        return as_job(nested)
    if "id" not in content and "job_id" not in content:
        return {
            name: as_job(value) if name in ("jobs", "items") else value for name, value in content.items()
        }
    told = {
        name: value for name, value in content.items() if name not in ("job_id", "output_url", "output_urls")
    }
    digits = str(content.get("id", content.get("job_id")))
    readable = digits.isascii() and digits.isdigit() and len(digits) < 13 and int(digits) > 0
    return told | {
        "id": FIRST + int(digits) if readable else None,
        "task": TASK,
        "stem_urls": content.get("download_urls"),
        "audio_duration": content.get("audio_duration", content.get("duration")),
        "caption": content.get("mode"),
    }
