"""Spans: one per request to the service, below it one per run of its job, and nothing in them that is a secret."""

import pytest
from mcp import Client
from opentelemetry import trace

from audiopod_mcp.hosting import open_service
from audiopod_mcp.server import build_server
from audiopod_mcp.settings import Settings

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

KEY = "ap_test_0123456789abcdef"


async def test_requests_and_jobs(tmp_path, exporter):
    settings = Settings(api_key=None, data_dir=tmp_path / "data", output_dir=tmp_path / "output")
    async with open_service(settings, same_machine=True) as (service, _):
        service.api_key = KEY
        async with Client(build_server(service)) as client:
            arguments = {"caption": "a secret piano", "duration": 2, "seed": 1, "instrumental": True}
            made = await client.call_tool("generate_music", arguments)
            while made.structured_content["status"] in {"PENDING", "PROCESSING"}:
                made = await client.call_tool("get_job", {"job_id": 1, "wait_seconds": 30})
            refused = await client.call_tool("get_job", {"job_id": 99})
            assert refused.is_error
    spans = exporter.get_finished_spans()
    ours = [span for span in spans if span.instrumentation_scope.name.startswith("audiopod_mcp")]
    (job,) = (span for span in ours if span.name == "job text2music")
    assert job.attributes["audiopod.status"] == "completed"
    assert job.attributes["audiopod.worked"] > 0
    (create,) = (span for span in ours if span.name == "POST /api/v1/music/text2music")
    assert job.parent.span_id == create.context.span_id
    assert job.context.trace_id == create.context.trace_id
    (call,) = (span for span in spans if span.name == "tools/call generate_music")
    assert call.context.trace_id == create.context.trace_id  # from the call of the tool on
    assert create.kind is trace.SpanKind.CLIENT
    assert create.attributes["http.response.status_code"] == 200
    looks = [span for span in ours if span.name == "GET /api/v1/music/jobs/{job_id}/status"]
    (lost,) = (span for span in looks if span.attributes["http.response.status_code"] == 404)
    assert lost.attributes["error.type"] == "NotFound"
    assert lost.status.status_code is trace.StatusCode.ERROR
    told = "\n".join(span.to_json() for span in ours)
    assert not [word for word in (KEY, "secret", "/media/", "?", str(tmp_path)) if word in told]
