"""Audio in the person's own folder, under a name that says what it is."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
import time
import unicodedata
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import anyio

from audiopod_mcp.api import AudioPodClient, BadResponse, InvalidRequest
from audiopod_mcp.disk import describe_full, is_full
from audiopod_mcp.operations import Job
from audiopod_mcp.operations.vocabulary import NOTATION_ENDINGS, Notation
from audiopod_mcp.tags.check import CheckedAudio, check_audio
from audiopod_mcp.tags.write import write_tags
from audiopod_mcp.worker_pool import WorkerDied, WorkerPool

from .results import default_format

RESERVED = re.compile(r"(?i)(con(in\$|out\$)?|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])\s*(\..*)?")
PARTIAL = re.compile(r"\.audiopod-([0-9a-f]{8})-(\d{1,10})-[0-9a-f]{12}\.\w{1,8}\.part(\.tagged)?")
"""The name of a file on its way: the machine, the process that writes it, and a number of its own."""
HEARD = re.compile(rb"Heard in a recording, not composed: ([ -\-/-~]|\.\d){1,300}\.")
"""What notes and chords say of themselves that were written by ear."""
ABANDONED = 600.0
"""Seconds after which a file that is still being written is not: the process that wrote it was killed."""
LONGEST_WINDOWS_PATH = 259
"""Characters; Windows takes longer ones only where its owner has switched them on."""


async def save(
    client: AudioPodClient,
    workers: WorkerPool,
    job: Job,
    folder: Path,
    format: str | None,  # noqa: A002
    take: int,
) -> Path:
    """Write the audio of ``job`` into ``folder`` and return the file, which is always a new one.

    What came is decoded from beginning to end, in one of ``workers``, before it gets a name.

    Raises:
        InvalidRequest: where the job has no such format or take, or the folder can't be written.
        BadResponse: where what came is not audio, or not all of it.
        AudioPodError: where the download fails.

    """
    if job.stem_urls and not job.audio_urls:
        raise InvalidRequest(f"format: job {job.id} is a set of stems; give format stems")
    wanted = format or default_format(job).partition("_")[0]
    url = job.audio_urls.get(wanted if take == 1 else f"{wanted}_{take}")
    if url is None:
        missing = f"format: no {wanted}" if take == 1 else f"take: no take {take} in {wanted}"
        raise InvalidRequest(f"{missing}; job {job.id} has {', '.join(sorted(job.audio_urls))}")

    return await _written(
        folder,
        file_name(job, take),
        wanted,
        partial(_download, client, workers, job, url, tags_of(job, take)),
    )


async def _download(
    client: AudioPodClient, workers: WorkerPool, job: Job, url: str, tags: dict[str, str], target: Path
) -> str | None:
    """Bring the audio at ``url`` into ``target``, checked and tagged; gives the format that it really is."""
    async with await anyio.open_file(target, "xb") as file:
        async for chunk in client.download(url):
            await file.write(chunk)
    checked = await _checked(workers, target, job)
    # Tagging needs the room for a second copy: where there is none, the music goes untagged.
    with suppress(OSError):
        await anyio.to_thread.run_sync(write_tags, target, tags)
    return checked.kind


async def save_stems(client: AudioPodClient, workers: WorkerPool, job: Job, folder: Path) -> tuple[Path, int]:
    """Write all stems of ``job`` into a new folder in ``folder``; that, and how many bytes it holds.

    Raises:
        InvalidRequest: where it has none, or the folder can't be written.
        BadResponse: where what came is not audio, or not all of it.
        AudioPodError: where a download fails; nothing is left of the others then.

    """
    if not job.stem_urls:
        raise InvalidRequest(f"format: job {job.id} has no stems; separate_stems makes them")
    wanted = ("TITLE", "DATE", "BPM", "INITIALKEY", "COMMENT")
    tags = {name: text for name, text in tags_of(job, 1).items() if name in wanted}
    try:
        home = await anyio.to_thread.run_sync(_new_folder, folder, f"{file_name(job, 1)} - stems")
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        size = 0
        for track, url in job.stem_urls.items():
            named = {**tags, "TITLE": f"{tags.get('TITLE', '')}: {track}"}
            download = partial(_download, client, workers, job, url, named)
            path = await _written(home, re.sub(r"\W", "_", track), "flac", download)
            size += (await anyio.Path(path).stat()).st_size
    except BaseException:
        shutil.rmtree(home, ignore_errors=True)  # not awaited, as above
        raise
    return home, size


def _new_folder(folder: Path, name: str) -> Path:
    name = _shortened(name, folder)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, 10_000):
        home = folder / f"{name}{'' if number == 1 else f' ({number})'}"
        with suppress(FileExistsError):
            home.mkdir()
            return home
    raise OSError(f"there are 10,000 folders named {name!r}")


async def save_text(
    client: AudioPodClient, job: Job, folder: Path, kind: Notation | Literal["lyrics"]
) -> tuple[Path, str | None]:
    """Write the notes, chords or timed lyrics of the first take of ``job`` into ``folder``.

    Returns:
        The file, and what it says of itself where it was written by ear.


    Raises:
        InvalidRequest: where the job has none, or the folder can't be written.
        AudioPodError: where they can't be had.

    """
    if kind == "lyrics":
        content = (job.lrc_content or "").encode() or None
        missing = "it has no timed lyrics; generate_lrc makes them"
    else:
        content = await client.notation(job, kind)
        missing = "this service does not write its music down; the embedded studio does"
    if content is None:
        raise InvalidRequest(f"format: no {kind} of job {job.id}: {missing}")
    ending = "lrc" if kind == "lyrics" else NOTATION_ENDINGS[kind]

    async def write(target: Path) -> None:
        async with await anyio.open_file(target, "xb") as file:
            await file.write(content)

    heard = HEARD.search(content)
    said = heard[0].decode("utf-8", "replace") if heard else None
    return await _written(folder, file_name(job, 1), ending, write), said


async def _written(
    folder: Path, name: str, ending: str, write: Callable[[Path], Awaitable[str | None]]
) -> Path:
    """The new file ``name`` in ``folder`` which ``write`` has filled; what that gives, if any, is its ending.

    Raises:
        InvalidRequest: where the folder can't be written.

    """
    draft = folder / f".audiopod-{_machine()}-{os.getpid()}-{uuid4().hex[:12]}.{ending}.part"
    try:
        await anyio.Path(folder).mkdir(parents=True, exist_ok=True)
        # Jobs may share a title, and calls run side by side: each writes a file of its own.
        try:
            real = await write(draft) or ending
            return await anyio.to_thread.run_sync(_claim, draft, folder, _shortened(name, folder), real)
        finally:
            with suppress(OSError):
                draft.unlink()  # not awaited: a call that is cancelled leaves nothing behind
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError) -> InvalidRequest:
    if is_full(error):
        return InvalidRequest(
            f"{describe_full(folder)}; free some, or set AUDIOPOD_OUTPUT_DIR to a folder elsewhere"
        )
    return InvalidRequest(
        f"can't write to {folder} ({error.strerror or error}); set AUDIOPOD_OUTPUT_DIR to a folder that can "
        "be written"
    )


async def _checked(workers: WorkerPool, draft: Path, job: Job) -> CheckedAudio:
    """What came for ``job``, now that it surely is audio.

    Raises:
        BadResponse: where it isn't.

    """
    try:
        checked = await workers.run(check_audio, str(draft), end_cancelled=True)
        # An mp3 tells no length that could be trusted, the job does.
        if checked.kind == "mp3" and checked.seconds < (job.audio_duration or 0) / 2:
            raise ValueError(f"is cut off after {checked.seconds:.1f} of {job.audio_duration:.1f} seconds")
    except (ValueError, WorkerDied) as error:
        what = str(error) or "ends the process that reads it"
        raise BadResponse(
            f"not saved: the file that came for job {job.id} {what}; the job is safe, try again in a moment "
            "or in another format"
        ) from None
    return checked


def _shortened(name: str, folder: Path) -> str:
    """As much of ``name`` as Windows takes in ``folder``, with a number and an ending after it."""
    if sys.platform != "win32":
        return name
    room = LONGEST_WINDOWS_PATH - len(f"{folder}/ (9999).flac")
    return name[: max(8, room)].rstrip(" .")


def remove_abandoned(folder: Path) -> None:
    """Delete what a killed process of ours was writing into ``folder``; other people's files are not ours."""
    with suppress(OSError):
        for path in folder.iterdir():
            if (draft := PARTIAL.fullmatch(path.name)) and _is_abandoned(path, draft[1], int(draft[2])):
                with suppress(OSError):
                    path.unlink()


def _is_abandoned(path: Path, machine: str, process: int) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    if time.time() - path.stat().st_mtime > ABANDONED:
        return True
    # On Windows signal 0 is a real one, and the processes of another machine can't be seen.
    if sys.platform == "win32" or machine != _machine():
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        return False
    return False


def _machine() -> str:
    """Tells this machine, or container, from others that may share the folder."""
    return sha256(platform.node().encode()).hexdigest()[:8]


def takes_of(job: Job) -> list[int]:
    """The numbers of its takes, as in ``flac``, ``flac_2`` …"""
    return sorted({int(name.partition("_")[2] or 1) for name in job.audio_urls})


def _claim(draft: Path, folder: Path, name: str, ending: str) -> Path:
    """Give ``draft`` the first free name; the exclusive creation settles all races."""
    for number in range(1, 10_000):
        path = folder / f"{name}{'' if number == 1 else f' ({number})'}.{ending}"
        try:
            path.hardlink_to(draft)  # a second name, in one step; the first one goes later
        except FileExistsError:
            continue
        except OSError:  # a file system without such links
            with suppress(FileExistsError):
                path.touch(exist_ok=False)
                return draft.replace(path)
            continue
        return path
    raise OSError(f"there are 10,000 files named {name!r}")


def tags_of(job: Job, take: int) -> dict[str, str]:
    """What the file tells of itself in a music player, by Vorbis comment names; nothing that is not known.

    Tempo, key and times of words are known of the first take alone.
    """
    details = (job.details or {}) if take == 1 else {}
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
        "LYRICS": (job.lrc_content if take == 1 else None) or job.lyrics or "",
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
