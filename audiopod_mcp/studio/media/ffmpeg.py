"""The person's own ffmpeg, where there is one, for what libsndfile can't read: m4a, wma, video and others.

It reads one local file in the format that was recognised, so that it guesses nothing, follows no playlist and
opens no address; and it is ended when it takes too long, too much memory, or has nobody left to write to.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import numpy as np

from audiopod_mcp.music.model import Audio
from audiopod_mcp.plain_text import one_line

from .containers import Foreign, NotAudio

LONGEST: Final = 300.0
"""Seconds after which it is surely stuck: it decodes half an hour in some ten."""
MOST_MEMORY: Final = 2 << 30
"""Bytes of addresses that it may take, where the system can hold it to that."""
_LARGEST_BLOCK: Final = 256 << 20
"""Bytes that it may allocate at once, everywhere."""
_ELSEWHERE: Final = ("/opt/homebrew/bin", "/usr/local/bin", "/opt/local/bin", "/snap/bin")
"""Where it is installed, too: hosts that are started from a desktop often have a short PATH."""
_BLOCK: Final = 1 << 20
_ADDRESS: Final = re.compile(r" @ 0x[0-9a-f]+(?=\])")
"""Where in memory a part of it lies, which it puts before what it says."""


class _Ffmpeg:
    """A process that writes what it decodes, as a wav of floats."""

    subtype = "FLOAT"
    frames: int | None = None
    promised: float | None = None
    unfinished = False

    def __init__(self, process: subprocess.Popen[bytes], name: str, path: str) -> None:
        assert process.stdout is not None  # noqa: S101 - it was asked for
        assert process.stderr is not None  # noqa: S101
        self._process, self._name, self._path = process, name, path
        self._out: IO[bytes] = process.stdout
        self._said = ""
        """Its first complaint, which later ones follow from."""
        self._late = False
        self._listener = threading.Thread(target=self._listen, args=(process.stderr,), daemon=True)
        self._listener.start()
        self._clock = threading.Timer(LONGEST, self._give_up)
        self._clock.daemon = True
        self._clock.start()
        self.damage: str | None = None
        try:
            self.rate, self.channels = self._header()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._clock.cancel()
        self._process.kill()
        self._process.wait()
        self._out.close()
        self._listener.join(5)

    def blocks(self) -> Iterator[Audio]:
        width = 4 * self.channels
        while text := self._out.read(_BLOCK // width * width):
            whole = len(text) - len(text) % width
            if whole:
                yield np.frombuffer(text[:whole], "<f4").reshape(-1, self.channels)
        self._await_end()
        if self._process.returncode or self._said:
            self.damage = f"ffmpeg says: {self._why()}"

    def _header(self) -> tuple[int, int]:
        """Rate and channels, from what stands before the samples."""
        head, rate, channels = self._out.read(12), 0, 0
        while len(head) == 12 and len(chunk := self._out.read(8)) == 8:
            name, size = chunk[:4], int.from_bytes(chunk[4:], "little")
            if name == b"data":
                return rate, channels
            content = self._out.read(min(size, _BLOCK))
            if name == b"fmt ":
                channels, rate = (
                    int.from_bytes(content[2:4], "little"),
                    int.from_bytes(content[4:8], "little"),
                )
        self._await_end()
        why = self._why()
        if "matches no streams" in why or "does not contain any stream" in why:
            raise NotAudio(f"there is no sound in it ({self._name})")
        raise NotAudio(f"ffmpeg can't decode it as {self._name} ({why})")

    def _await_end(self) -> None:
        self._process.wait()
        self._listener.join(5)
        if self._late:
            raise NotAudio(f"ffmpeg took longer than {LONGEST:g} seconds over it")

    def _why(self) -> str:
        return self._said or f"it ended with {self._process.returncode}"

    def _listen(self, stderr: IO[bytes]) -> None:
        while line := stderr.readline(1000):
            said = _ADDRESS.sub("", line.decode("utf-8", "replace"))
            if text := one_line(said.replace(self._path, "the file"), 120):
                self._said = self._said or text
        stderr.close()

    def _give_up(self) -> None:
        self._late = True
        self._process.kill()


def find_ffmpeg() -> str | None:
    """Where ffmpeg is: on the PATH, or where it usually is."""
    found = shutil.which("ffmpeg") or shutil.which("ffmpeg", path=os.pathsep.join(_ELSEWHERE))
    # Windows looks into the working folder first, which may be anybody's: that one comes without a folder.
    return found if found and Path(found).is_absolute() else None


@contextmanager
def decoding(path: Path, kind: Foreign, most_seconds: float) -> Iterator[_Ffmpeg]:
    """The first sound in the file at ``path``, which is of ``kind``, up to a little over ``most_seconds``.

    Raises:
        NotAudio: where there is no ffmpeg, or nothing that it can decode.

    """
    program = find_ffmpeg()
    if program is None:
        raise NotAudio(
            f"{kind.name} files are read with ffmpeg, which is not installed here; install it (ffmpeg.org), "
            "or convert the file"
        )
    source = f"file:{path.absolute()}"
    command = [
        program, "-nostdin", "-hide_banner", "-v", "error", "-threads", "1",
        "-protocol_whitelist", "file,pipe", "-max_alloc", str(_LARGEST_BLOCK),
        "-f", kind.demuxer, "-i", source, "-map", "0:a:0", "-map_metadata", "-1",
    ]  # fmt: skip
    if most_seconds < float("inf"):
        command += ["-t", f"{most_seconds + 1:.3f}"]
    command += ["-c:a", "pcm_f32le", "-f", "wav", "pipe:1"]
    process = subprocess.Popen(  # noqa: S603 - a list, with a path in a fixed place
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    _bound_memory(process.pid)
    decoder = _Ffmpeg(process, kind.name, source)
    try:
        yield decoder
    finally:
        decoder.close()


def _bound_memory(pid: int) -> None:
    if sys.platform == "linux":
        import resource

        try:
            resource.prlimit(pid, resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, 0))  # it writes to us alone
        except (OSError, ValueError):  # it has ended already
            pass
