"""Every job ends: its result is written down as soon as it can be, and no work goes on for ever."""

import sys
import time

import pytest

from tests.processes import children, is_alive
from tests.studio.studios import MUSIC, wait_for

pytestmark = pytest.mark.slow

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, or limits another process")


def hanging(studio):
    """A job that is in the middle of code which hears of nothing."""
    job_id = studio.create(caption="hang")
    studio.wait(job_id, "PROCESSING")
    return job_id


@pytest.mark.parametrize("through_another", [False, True], ids=["here", "through another process"])
def test_deleting_a_job_ends_its_work_whatever_code_it_is_in(serve, through_another):
    studio = serve()
    studio.wait(studio.create(caption="x"))  # the worker is there
    workers = children(studio.process.pid) if sys.platform == "linux" else []
    other = serve(workers=0).client if through_another else studio.client
    job_id, waiting = hanging(studio), studio.create(caption="x")
    time.sleep(0.2)
    other.delete(f"{MUSIC}/jobs/{job_id}")
    wait_for(lambda: not all(is_alive(pid) for pid in workers) or sys.platform != "linux")
    assert studio.wait(waiting)["status"] == "COMPLETED"


def test_work_that_takes_too_long_is_ended_and_says_so(serve):
    studio = serve()
    stuck, waiting = studio.create(caption="stuck"), studio.create(caption="x")
    job = studio.wait(stuck)
    assert job["status"] == "FAILED"
    assert job["error_message"].startswith("gave up: this took longer than 0 seconds")
    assert "retry it" in job["error_message"]
    assert studio.wait(waiting)["status"] == "COMPLETED"


@linux_only
@pytest.mark.parametrize(("caption", "status"), [("slow 0.4", "COMPLETED"), ("refuse 0.4", "FAILED")])
def test_a_result_that_the_disk_does_not_take_is_kept_until_it_does(serve, tmp_path, caption, status):
    import resource

    studio = serve(environment={"BEEPER_LOG": str(tmp_path / "log")})
    studio.wait(studio.create(caption="x"))  # the worker is there, and may still write
    job_id = studio.create(caption=caption)
    studio.wait(job_id, "PROCESSING")
    limit = resource.prlimit(studio.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(studio.process.pid, resource.RLIMIT_FSIZE, (0, limit[1]))
    time.sleep(1.2)
    assert studio.job(job_id)["status"] == "PROCESSING"
    resource.prlimit(studio.process.pid, resource.RLIMIT_FSIZE, limit)
    job = studio.wait(job_id)
    assert job["status"] == status
    if status == "COMPLETED":
        assert studio.client.get(job["output_urls"]["flac"]).content[:4] == b"fLaC"
    assert (tmp_path / "log").read_text().split("\n").count(caption) == 1
    assert studio.wait(studio.create(caption="x"))["status"] == "COMPLETED"
