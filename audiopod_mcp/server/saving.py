"""Audio in the person's own folder, under a name that says what it is."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import anyio

from audiopod_mcp.api import AudioPodClient, InvalidRequest
from audiopod_mcp.operations import Job
from audiopod_mcp.tags.write import write_tags

from .results import default_format

RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


async def save(client: AudioPodClient, job: Job, folder: Path, format: str | None, take: int) -> Path:  # noqa: A002
    """Write the audio of ``job`` into ``folder`` and return the file, which is always a new one.

    Raises:
        InvalidRequest: where the job has no such format or take, or the folder can't be written.
        AudioPodError: where the download fails.

    """
    wanted = format or default_format(job).partition("_")[0]
    url = job.audio_urls.get(wanted if take == 1 else f"{wanted}_{take}")
    if url is None:
        missing = f"format: no {wanted}" if take == 1 else f"take: no take {take} in {wanted}"
        raise InvalidRequest(f"{missing}; job {job.id} has {', '.join(sorted(job.audio_urls))}")
    name = file_name(job, take)
    try:
        await anyio.Path(folder).mkdir(parents=True, exist_ok=True)
        # Jobs may share a title, and calls run side by side: each writes a file of its own.
        partial = folder / f".{name}.{uuid4().hex[:12]}.{wanted}.part"
        try:
            async with await anyio.open_file(partial, "wb") as file:
                async for chunk in client.download(url):
                    await file.write(chunk)
            # Tagging needs the room for a second copy: where there is none, the music goes untagged.
            with suppress(OSError):
                await anyio.to_thread.run_sync(write_tags, partial, tags_of(job, take))
            return await anyio.to_thread.run_sync(_claim, partial, folder, name, wanted)
        finally:
            partial.unlink(missing_ok=True)  # not awaited: a call that is cancelled leaves nothing behind
    except OSError as error:
        raise InvalidRequest(
            f"can't write to {folder} ({error.strerror or error}); set AUDIOPOD_OUTPUT_DIR to a "
            "folder that can be written"
        ) from error


def takes_of(job: Job) -> list[int]:
    """The numbers of its takes, as in ``flac``, ``flac_2`` …"""
    return sorted({int(name.partition("_")[2] or 1) for name in job.audio_urls})


def _claim(partial: Path, folder: Path, name: str, ending: str) -> Path:
    """Give ``partial`` the first free name; the exclusive creation settles all races."""
    for number in range(1, 10_000):
        path = folder / f"{name}{'' if number == 1 else f' ({number})'}.{ending}"
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            continue
        return partial.replace(path)
    raise OSError(f"there are 10,000 files named {name!r}")


def tags_of(job: Job, take: int) -> dict[str, str]:
    """What the file tells of itself in a music player, by Vorbis comment names; nothing that is not known."""
    details = job.details or {}
    bpm = details.get("bpm")
    seeds = job.actual_seeds or []
    parent = f" of job {job.source_job_id}" if job.source_job_id else ""
    origin = [f"AudioPod {job.task or 'music'}{parent}, job {job.id}"]
    if take > 1:
        origin.append(f"take {take}")
    if len(seeds) >= take:
        origin.append(f"seed {seeds[take - 1]}")
    tags = {
        "TITLE": job.title,
        "DATE": (job.created_at or "")[:10],
        "BPM": f"{bpm:.0f}" if isinstance(bpm, int | float) and bpm > 0 else "",
        "INITIALKEY": short_key(str(details.get("keyscale") or "")),
        "LYRICS": job.lrc_content or job.lyrics or "",
        "CAPTION": job.caption or "",
        "COMMENT": ", ".join(origin),
    }
    sound = {name: re.sub(r"[\x00\ud800-\udfff]", "", text).strip() for name, text in tags.items()}
    return {name: text for name, text in sound.items() if text}


def short_key(key: str) -> str:
    """``"F# Minor"`` as players and disc jockeys write it, ``"F#m"``; nothing where it is no such key."""
    match = re.fullmatch(r"([A-G][#b♯♭]?)\s*(major|minor)", key.strip(), re.IGNORECASE)
    return match[1].replace("♯", "#").replace("♭", "b") + "m" * (match[2].lower() == "minor") if match else ""


def file_name(job: Job, take: int) -> str:
    """A file name without its ending: title, operation and take, sound on every platform."""
    parts: list[Any] = [job.title]
    if job.display_name and job.task:
        parts.append(job.task.replace("_", " "))
    if take > 1:
        parts.append(f"take {take}")
    text = unicodedata.normalize("NFC", " - ".join(parts))
    text = re.sub(r'[<>:"/\\|?*\x00-\x1f\x7f\ud800-\udfff]', " ", text)
    text = re.sub(r"\s+", " ", text).strip(" .")
    while len(text.encode()) > 150:
        text = text[:-1].rstrip(" .")
    return f"_{text}" if not text or RESERVED.fullmatch(text) else text
