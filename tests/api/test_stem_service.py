"""What AudioPod's stem service tells, read as jobs that no music job is ever taken for."""

from contextlib import suppress

from hypothesis import example, given
from hypothesis import strategies as st

from audiopod_mcp.api.errors import BadResponse
from audiopod_mcp.api.http_errors import ServiceIdentity
from audiopod_mcp.api.parsing import job_id_in, read_job, read_page
from audiopod_mcp.api.stem_service import as_job, is_stem_job

SERVICE = ServiceIdentity("AudioPod", None, in_process=False)
LARGEST_MUSIC_JOB = 10**12

ANY_ID = st.integers() | st.text("0123456789-x²", max_size=20) | st.none() | st.booleans() | st.floats()
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=12)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner)
)
JOBS = st.fixed_dictionaries(
    {"id": ANY_ID},
    optional={
        "job_id": ANY_ID,
        "status": st.sampled_from(["pending", "COMPLETED", "failed", "", 3]),
        "download_urls": JSON | st.dictionaries(st.text(max_size=8), st.just("https://x.test/a.flac")),
        "duration": LEAVES,
        "mode": LEAVES,
        "error_message": JSON,
    },
)


@given(JOBS | st.fixed_dictionaries({"job": JOBS}) | JSON)
@example({"id": 42, "status": "COMPLETED", "output_url": "https://x.test/a.flac", "job_id": 7})
@example({"id": 10**12 + 1, "status": "COMPLETED"})
@example({"id": True, "status": "COMPLETED"})
def test_its_numbers_are_above_those_of_music_or_there_is_no_job(told):
    content = as_job(told)
    found = job_id_in(content)
    assert found is None or is_stem_job(found)
    with suppress(BadResponse):
        job = read_job(content, SERVICE, status="PENDING")
        assert LARGEST_MUSIC_JOB < job.id <= 2 * LARGEST_MUSIC_JOB
        assert job.task == "separate_stems"
        assert not job.audio_urls


@given(st.lists(JOBS | JSON, max_size=4))
def test_lists_of_them_are_read_alike(told):
    for content in (told, {"jobs": told, "total": len(told)}):
        with suppress(BadResponse):
            page = read_page(as_job(content), {}, SERVICE)
            assert all(is_stem_job(job.id) for job in page.jobs)


def test_what_is_told_of_one_is_kept():
    job = read_job(
        as_job(
            {
                "id": "42",
                "status": "completed",
                "mode": "two",
                "duration": 61.5,
                "download_urls": {"vocals": "https://x.test/v.wav", "instrumental": "https://x.test/i.wav"},
            }
        ),
        SERVICE,
    )
    assert (job.id, job.status, job.audio_duration, job.caption) == (
        1_000_000_000_042,
        "COMPLETED",
        61.5,
        "two",
    )
    assert set(job.stem_urls) == {"vocals", "instrumental"}
