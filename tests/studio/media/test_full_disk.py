"""A studio whose disk is full says so, also to whoever waits for another format of what it has."""

import pickle
import sys
from pathlib import Path

import pytest

from audiopod_mcp.api import AudioPodClient, AudioPodError
from audiopod_mcp.disk import DiskFull, describe_full

resource = pytest.importorskip("resource", reason="Windows has no such limits")


def test_it_travels_between_processes_whole(tmp_path):
    error = pickle.loads(pickle.dumps(DiskFull(28, 5 << 20)))
    assert error.errno == 28
    assert "5.0 MiB are needed" in describe_full(tmp_path, error)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits a process from outside")
@pytest.mark.anyio
async def test_a_format_that_finds_no_room_is_refused_at_once_with_the_way_out(serve, tmp_path):
    studio = serve()
    job_id = studio.create(prompt="a")
    link = studio.wait(job_id)["output_urls"]["wav"]
    tasks = Path(f"/proc/{studio.process.pid}/task").glob("*/children")
    for worker in " ".join(task.read_text() for task in tasks).split():
        resource.prlimit(int(worker), resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
    async with AudioPodClient(studio.url, private_hosts=True) as client:
        with pytest.raises(AudioPodError) as refused:
            [piece async for piece in client.download(link)]
    line = str(refused.value)
    assert f"the disk is full: no room in {tmp_path / 'data'}" in line
    assert "MiB are needed" in line
    assert "AUDIOPOD_DATA_DIR" in line
    assert "in a moment" not in line
    assert not list((tmp_path / "data" / "media").rglob("*.wav*"))
