"""Recordings that are decoded once, where what was decoded is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from audiopod_mcp.music.caching import Cache, Kept, current
from audiopod_mcp.music.model import Audio, Progress

from .audio_files import read_audio
from .cache import file_digest
from .ffmpeg import find_ffmpeg
from .gathering import HEARD_RATE

_DENSE: Final = 0.5
"""Bytes of a file for each byte of its samples from which on decoding takes no longer than reading those."""


def read_once(
    path: Path, argument: str, max_seconds: float, listening: bool, report: Progress
) -> tuple[Audio, int, str, list[str]]:
    """What :func:`read_audio` gives, and what it told of the file."""
    cache, contents = current(), None
    if cache is not None and (contents := _contents(path)) is not None:
        found = _found(cache, contents, listening)
        if found is not None and len(found.only_audio()) <= max_seconds * found.facts["rate"]:
            report(1.0, "remembering the audio")
            told = [f"{argument}: {remark}" for remark in found.facts["remarks"]]
            return found.only_audio(), found.facts["rate"], found.facts["subtype"], told
    notes: list[str] = []
    audio, rate, subtype = read_audio(
        path,
        argument=argument,
        max_seconds=max_seconds,
        listening=listening,
        report=report,
        note=notes.append,
    )
    if (
        cache is not None
        and contents is not None
        and _is_worth_it(path, audio)
        and _contents(path) == contents
    ):
        remarks = [note.removeprefix(f"{argument}: ") for note in notes]
        key = _key(contents, mixed=listening and rate == HEARD_RATE)
        cache.store(key, Kept({"rate": rate, "subtype": subtype, "remarks": remarks}, audio))
    return audio, rate, subtype, notes


def _found(cache: Cache, contents: str, listening: bool) -> Kept | None:
    found = cache.load(_key(contents, mixed=False))
    return found or (cache.load(_key(contents, mixed=True)) if listening else None)


def _key(contents: str, *, mixed: bool) -> str:
    """``mixed``: as it may come where it is only listened to."""
    return f"samples of {contents}" + (", perhaps mixed down" if mixed else "")


def _is_worth_it(path: Path, audio: Audio) -> bool:
    try:
        return path.stat().st_size < _DENSE * audio.nbytes
    except OSError:
        return False


def _contents(path: Path) -> str | None:
    """What the samples of a file depend on: its bytes and, of some formats, the ffmpeg that is installed."""
    try:
        status = Path(program).stat() if (program := find_ffmpeg()) else None
        decoder = f"{program} {status.st_size} {status.st_mtime_ns}" if status else "no ffmpeg"
        return f"{file_digest(path)} by {decoder}"
    except OSError:  # reading it says why
        return None
