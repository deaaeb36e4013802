"""The demo: a real MCP client starts this very server over stdio and uses every operation once."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any, TextIO, cast

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.types import CallToolResult, TextContent

from audiopod_mcp.settings import Settings

LYRICS = """[Verse]
Morning light on the window pane
Footsteps soft in the summer rain
[Chorus]
Sing it out, let the river run
Carry me home to the rising sun"""


class DemoError(Exception):
    """A step did not work; the message is what the tool answered."""


class Bar:
    """Progress of one call: a bar that moves on a terminal, plain lines elsewhere."""

    def __init__(self, title: str, stream: TextIO) -> None:
        self._title = title
        self._stream = stream
        self._moves = stream.isatty()
        self._began = time.monotonic()
        self._shown = -10

    async def __call__(self, progress: float, total: float | None, message: str | None) -> None:
        percent = round(100 * progress / (total or 100))
        if self._moves:
            done = "█" * (percent // 5) + "·" * (20 - percent // 5)
            self._write(f"\r{self._title:<34} {done} {percent:3d} %  {(message or '')[:40]:<40}")
        elif percent - self._shown >= 10:
            self._shown = percent
            self._write(f"{self._title}: {percent} % {message or ''}\n")

    def end(self, summary: str) -> None:
        seconds = time.monotonic() - self._began
        if self._moves:
            self._write(f"\r{self._title:<34} {'█' * 20} {seconds:4.1f} s  {summary[:70]:<70}\n")
        else:
            self._write(f"{self._title}: done in {seconds:.1f} s. {summary}\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


class Session:
    """An MCP session that shows every call, and the files that came of it."""

    def __init__(self, client: Client, stream: TextIO) -> None:
        self._client = client
        self._stream = stream
        self.saved: list[tuple[str, Path, int]] = []

    async def call(self, title: str, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Call ``tool``, and if it made a job, save its audio; the structured result.

        Raises:
            DemoError: where the tool answers with an error.

        """
        bar = Bar(title, self._stream)
        result = await self._client.call_tool(tool, arguments, progress_callback=bar)
        content = _structured(tool, result)
        while content.get("status") in {"PENDING", "PROCESSING"}:
            again = {"job_id": content["job_id"], "wait_seconds": 45}
            content = _structured(
                "get_job", await self._client.call_tool("get_job", again, progress_callback=bar)
            )
        lines = [line.removeprefix("> ") for line in _text(result).splitlines()]
        told = [line for line in lines if not line.startswith("[length:")]  # the header of timed lyrics
        bar.end((told or lines)[0])
        if content.get("output_url"):
            saved = _structured(
                "save_audio", await self._client.call_tool("save_audio", {"job_id": content["job_id"]})
            )
            self.saved.append((title, Path(saved["path"]), saved["size_bytes"]))
        return content


async def run_demo(settings: Settings, stream: TextIO = sys.stdout) -> int:
    """Use every operation once against the embedded studio; the exit status."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "audiopod_mcp"],
        env={
            "AUDIOPOD_DATA_DIR": str(settings.data_dir),
            "AUDIOPOD_OUTPUT_DIR": str(settings.output_dir),
            "PYTHONUTF8": "1",
        },
    )
    # The server's own lines would tear the progress bars; they are shown only where something fails.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        # On Windows a temporary file is a wrapper around the file itself.
        async with Client(stdio_client(server, errlog=cast(TextIO, log))) as client:
            session = Session(client, stream)
            try:
                await _play(session)
            except DemoError as error:
                log.seek(0)
                print(f"\naudiopod-mcp demo: {error}\n{log.read()}", file=sys.stderr)  # noqa: T201
                return 1
    width = max(len(title) for title, _, _ in session.saved)
    lines = [f"{title:<{width}}  {size / 1e6:6.2f} MB  {path}" for title, path, size in session.saved]
    stream.write("\n" + "\n".join(lines) + "\n")
    return 0


async def _play(session: Session) -> None:
    song = await session.call(
        "Make a song",
        "generate_music",
        {
            "caption": "warm indie folk with acoustic guitar, upright bass and brushed drums, 104 BPM",
            "lyrics": LYRICS,
            "duration": 32,
            "seed": 7,
            "generate_lrc": True,
            "display_name": "Rising Sun",
        },
    )
    job = song["job_id"]
    audio = f"audiopod://jobs/{job}"
    await session.call("Analyze it", "analyze_audio", {"audio_url": audio})
    await session.call(
        "Cover it",
        "cover_song",
        {"src_audio_url": audio, "caption": "synthwave, 80s drums, warm pads", "display_name": "Neon Sun"},
    )
    await session.call(
        "New music that sounds like it",
        "generate_from_reference",
        {"reference_audio_url": audio, "caption": "a gentle waltz", "instrumental": True, "duration": 20},
    )
    await session.call("Extract its drums", "extract_stem", {"src_audio_url": audio, "track_name": "drums"})
    await session.call("Retake it", "retake_track", {"original_job_id": job, "retake_variance": 0.5})
    await session.call(
        "Repaint seconds 8 to 16",
        "repaint_section",
        {
            "source_job_id": job,
            "repainting_start": 8,
            "repainting_end": 16,
            "caption": "only strings and piano, quiet",
        },
    )
    await session.call(
        "Extend it by 12 seconds",
        "extend_track",
        {"source_job_id": job, "right_extend_length": 12, "prompt": "same energy, then a calm outro"},
    )
    await session.call(
        "Edit it",
        "edit_track",
        {
            "source_job_id": job,
            "edits": [
                {"action": "remove", "on": ["drums"]},
                {"action": "brightness", "amount": 6},
                {"action": "reverb", "amount": 35},
            ],
        },
    )
    await session.call("Time its lyrics", "generate_lrc", {"job_id": job})


def _structured(tool: str, result: CallToolResult) -> dict[str, Any]:
    if result.is_error or result.structured_content is None:
        raise DemoError(f"{tool}: {_text(result)}")
    content: dict[str, Any] = result.structured_content
    return content


def _text(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))
