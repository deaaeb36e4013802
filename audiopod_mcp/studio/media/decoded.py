"""Recordings that are decoded once, where what was decoded is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from audiopod_mcp.music.caching import Kept, current
from audiopod_mcp.music.model import Audio, Progress

from .audio_files import read_audio
from .cache import file_digest
from .ffmpeg import find_ffmpeg

_DENSE: Final = 0.5
"""Bytes of a file for each byte of its samples from which on decoding takes no longer than reading those."""


def read_once(
    path: Path, argument: str, max_seconds: float, listening: bool, report: Progress
) -> tuple[Audio, int, str, list[str]]:
    """What :func:`read_audio` gives, and what it told of the file."""
    notes: list[str] = []

    def read() -> tuple[Audio, int, str]:
        return read_audio(
            path,
            argument=argument,
            max_seconds=max_seconds,
            listening=listening,
            report=report,
            note=notes.append,
        )

    if (cache := current()) is None or (contents := _contents(path)) is None:
        return *read(), notes
    key = f"samples of {contents} ({argument}, {max_seconds} s, {listening})"
    if (found := cache.load(key)) is not None and found.audio is not None:
        report(1.0, "remembering the audio")
        return found.audio, found.facts["rate"], found.facts["subtype"], found.facts["notes"]
    audio, rate, subtype = read()
    if _contents(path) == contents and path.stat().st_size < _DENSE * audio.nbytes:  # nobody wrote to it
        cache.store(key, Kept({"rate": rate, "subtype": subtype, "notes": notes}, audio))
    return audio, rate, subtype, notes


def _contents(path: Path) -> str | None:
    """What the samples of a file depend on: its bytes and, of some formats, the ffmpeg that is installed."""
    try:
        status = Path(program).stat() if (program := find_ffmpeg()) else None
        decoder = f"{program} {status.st_size} {status.st_mtime_ns}" if status else "no ffmpeg"
        return f"{file_digest(path)} by {decoder}"
    except OSError:  # reading it says why
        return None
