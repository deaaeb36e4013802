"""A new operation is one declaration and one engine method: all the rest follows."""

import importlib
import json
import sys

import httpx
import jsonschema
import pytest
from mcp import Client

from audiopod_mcp.hosting import open_service
from audiopod_mcp.operations import OPERATIONS
from audiopod_mcp.server import build_server
from audiopod_mcp.settings import Settings

from .server.sessions import Progress, finished

pytestmark = pytest.mark.anyio

TOYS = """
from typing import ClassVar

import soundfile
from pydantic import Field

from audiopod_mcp.operations import Operation, Result
from audiopod_mcp.operations.arguments import JobId, Name, Source
from audiopod_mcp.studio.engines.base import MASTER, Engine, Outcome, Take


class Reverse(Operation):
    tool: ClassVar[str] = "reverse_track"
    title: ClassVar[str] = "Reverse a track"
    description: ClassVar[str] = "Play a finished track backwards. Nobody asks for it."
    path = "reverse"
    per_minute = 5
    usd_per_minute = 0.01
    job_references = ("source_job_id",)
    caption_field = "reason"

    source_job_id: JobId = Field(description="Finished job")
    reason: Name = Field(default="why not", description="What for")
    times: int = Field(default=1, ge=1, le=3, description="How often")


class Peak(Result):
    noun = "peak"

    peak: float
    at: float


class FindPeak(Operation):
    tool: ClassVar[str] = "find_peak"
    title: ClassVar[str] = "Find the peak"
    description: ClassVar[str] = "Find the loudest sample of a recording."
    path = "find-peak"
    result = Peak
    activity = "Looking for the peak"
    sources = ("audio_url",)
    source_details = ("peak",)

    audio_url: Source = Field(description="Recording")
    absolute: bool = Field(default=True, description="Whether negative samples count")
    unit: str = Field(default="share", description="Of the peak")


class Toy(Engine):
    def text2music(self, work, report):
        return self._take(work, [0.0] * 6000 + [0.5, -0.8], 8000)

    def reverse(self, work, report):
        samples, rate = soundfile.read(work.source)
        for _ in range(work.params["times"]):
            samples = samples[::-1]
        report(0.5, "turning round")
        return self._take(work, samples, rate)

    def find_peak(self, work, report):
        samples, rate = soundfile.read(work.source)
        heights = abs(samples) if work.params["absolute"] else samples
        at = int(heights.argmax())
        if work.params["unit"] == "dB":
            return Outcome(result={"peak": "-1.9 dB"})
        return Outcome(result={"peak": round(float(heights[at]), 2), "at": round(at / rate, 2)})

    def _take(self, work, samples, rate):
        (folder := work.folder / "take-1").mkdir()
        soundfile.write(folder / MASTER, samples, rate)
        return Outcome((Take("take-1", len(samples) / rate, rate),))
"""


@pytest.fixture
async def studio(tmp_path, monkeypatch):
    """A session with an MCP server, and the REST service below it, which know two more operations."""
    (tmp_path / "toys.py").write_text(TOYS)
    monkeypatch.syspath_prepend(tmp_path)  # worker processes inherit it
    toys = importlib.import_module("toys")
    OPERATIONS.extend([toys.Reverse, toys.FindPeak])
    settings = Settings(data_dir=tmp_path / "data", output_dir=tmp_path / "music", engine="toys:Toy")
    try:
        async with (
            open_service(settings, same_machine=True) as (service, embedded),
            Client(build_server(service)) as client,
            httpx.AsyncClient(transport=embedded.transport(), base_url="http://studio.local") as rest,
        ):
            yield client, rest
    finally:
        del OPERATIONS[-2:]
        del sys.modules["toys"]


async def test_a_declared_job_goes_from_the_tool_to_the_engine_and_back(studio):
    client, rest = studio
    made = await finished(client, "generate_music", {"caption": "x"})
    heard = Progress()
    result = await client.call_tool(
        "reverse_track", {"source_job_id": made["job_id"], "times": 3}, progress_callback=heard
    )
    assert result.structured_content["status"] == "COMPLETED"
    assert heard.seen[-1] == 100
    job = (await rest.get(f"/api/v1/music/jobs/{result.structured_content['job_id']}/status")).json()
    assert (job["task"], job["caption"], job["source_job_id"]) == ("reverse", "why not", made["job_id"])
    assert job["song_type"] == "song"  # as what it was made from
    assert job["audio_duration"] == pytest.approx(6002 / 8000)
    again = await rest.post("/api/v1/music/reverse", json={"source_job_id": made["job_id"], "times": 4})
    assert again.json()["detail"][0]["msg"] == "times: 4 is out of range; allowed 1 to 3"


async def test_a_declared_synchronous_operation_answers_at_once(studio):
    client, rest = studio
    made = await finished(client, "generate_music", {"caption": "x"})
    heard = Progress()
    audio = {"audio_url": f"audiopod://jobs/{made['job_id']}"}
    result = await client.call_tool("find_peak", audio, progress_callback=heard)
    assert result.structured_content == {"peak": 0.8, "at": 0.75}
    assert result.content[0].text == "peak: 0.8\nat: 0.75"
    assert heard.messages == ["Looking for the peak", "Finished"]
    answer = await rest.post("/api/v1/music/find-peak", json={**audio, "absolute": False})
    assert answer.json() == {"success": True, "peak": 0.5, "at": 0.75}
    details = (await rest.get(f"/api/v1/music/jobs/{made['job_id']}/status")).json()["details"]
    assert details == {"peak": 0.8}  # what was found first stays
    wrong = await client.call_tool("find_peak", {**audio, "unit": "dB"})
    assert wrong.is_error
    assert "could not make the peak: the toys:Toy engine's peak is malformed" in wrong.content[0].text
    gone = await client.call_tool("find_peak", {"audio_url": "audiopod://jobs/99"})
    assert "does not have it" in gone.content[0].text


async def test_both_are_published_by_tools_and_openapi(studio):
    client, rest = studio
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert "$" not in tools["reverse_track"].description  # the embedded studio charges nothing
    assert not tools["reverse_track"].annotations.read_only_hint
    assert tools["find_peak"].annotations.read_only_hint
    assert list(tools["find_peak"].output_schema["properties"]) == ["peak", "at"]
    (page,) = (await client.read_resource("ui://audiopod/player.html")).contents
    assert '"reverse_track": "reverse"' in page.text
    document = (await rest.get("/openapi.json")).json()
    body = document["paths"]["/api/v1/music/reverse"]["post"]["requestBody"]["content"]["application/json"]
    jsonschema.validate({"source_job_id": 1, "times": 2}, body["schema"])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"source_job_id": 1, "times": 4}, body["schema"])
    answer = document["paths"]["/api/v1/music/find-peak"]["post"]["responses"]["200"]["content"]
    assert "Peak" in json.dumps(answer)
    assert document["components"]["schemas"]["Peak"]["required"] == ["peak", "at"]
