"""A list of jobs is short, whatever they are called, and finds them under whichever name a service has for them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client

from audiopod_mcp.api import AudioPodClient, JobPage, RateLimits
from audiopod_mcp.operations import OPERATIONS, Job, JobQuery
from audiopod_mcp.operations.vocabulary import STATUSES
from audiopod_mcp.server import Service, build_server
from audiopod_mcp.server.job_list import job_list
from tests.api.faulty import FaultyService, answer, serving
from tests.api.quick import KEY, QuickClock

TASKS = sorted({endpoint.task for o in OPERATIONS for endpoint in o.endpoints() if not o.is_synchronous()})

jobs = st.builds(
    Job,
    id=st.integers(1, 10**9),
    task=st.sampled_from(TASKS),
    status=st.sampled_from(STATUSES),
    display_name=st.none() | st.text(max_size=255),
    caption=st.none() | st.text(max_size=2048),
    audio_duration=st.none() | st.floats(0, 600),
)


@given(st.lists(jobs, min_size=1, max_size=20))
def test_a_job_costs_at_most_200_bytes_in_text_and_structure_together(listed):
    result = job_list(JobPage(tuple(listed), 1000), JobQuery())
    head, *lines, following = result.content[0].text.split("\n")
    assert head.startswith(f"Jobs 1 to {len(listed)} of 1000")
    assert following.startswith("Next: list_jobs")
    entries = result.structured_content["jobs"]
    for job, line, entry in zip(listed, lines, entries, strict=True):
        assert len(line.encode()) + len(json.dumps(entry, ensure_ascii=False).encode()) <= 200
        assert line.startswith(f"{job.id} {job.task}")
        assert (entry["job_id"], entry["status"]) == (job.id, job.status)
        assert (job.status.lower() in line) or job.status == "COMPLETED"


@pytest.mark.parametrize("caption", ["静かなピアノの夜の曲です", "𐀀" * 16, '"' * 16, "\\" * 14, "x" * 16])
@pytest.mark.parametrize("title", [None, "夜" * 255, '"' * 255])
@pytest.mark.parametrize("task", TASKS)
def test_nor_does_one_of_few_but_long_characters(caption, title, task):
    job = Job(
        id=10**9, task=task, status="PROCESSING", display_name=title, caption=caption, audio_duration=599.9
    )
    result = job_list(JobPage((job,), 1), JobQuery())
    line = result.content[0].text.split("\n")[1]
    entry = json.dumps(result.structured_content["jobs"][0], ensure_ascii=False)
    assert len(line.encode()) + len(entry.encode()) <= 200


@given(jobs)
def test_a_stem_always_tells_its_track(job):
    stem = job.model_copy(update={"task": "extract_stem", "caption": "backing_vocals", "source_job_id": 7})
    result = job_list(JobPage((stem,), 1), JobQuery())
    (entry,) = result.structured_content["jobs"]
    assert (entry["caption"], entry["source_job_id"]) == ("backing_vocals", 7)
    assert "“backing_vocals”" in result.content[0].text


@pytest.mark.anyio
@pytest.mark.parametrize("asked", ["extract_stem", "extract"])
async def test_stems_are_listed_under_whichever_name_the_service_has_for_them(asked, anyio_backend):
    async with serving(FaultyService()) as service:
        clock = QuickClock()

        def connect(key):
            return AudioPodClient(service.url, api_key=key, clock=clock, rates=RateLimits(clock))

        async with Client(build_server(Service(connect, api_key=KEY))) as client:
            service.add_job(status="COMPLETED", task="extract")
            service.will("list", answer(200, []))  # there are none of the name that was asked for
            result = await client.call_tool("list_jobs", {"task": asked})
            assert [job["task"] for job in result.structured_content["jobs"]] == ["extract"]
            names = [request.query for request in service.asked("list")]
            assert len(names) == 2
            assert all(f"task={name}" in " ".join(names) for name in ("extract", "extract_stem"))
