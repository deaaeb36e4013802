"""Audio that lies elsewhere: links, copies, outages."""

import shutil
import threading
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import anyio
import httpx
import pytest

from tests.studio.cluster.clusters import MARKS, apart, both
from tests.studio.studios import MUSIC, opened, until

pytestmark = MARKS


@pytest.mark.parametrize("kind_of_store", ["s3", "folder"])
async def test_audio_goes_through_an_object_store(tmp_path, database_url, request, kind_of_store):
    url = request.getfixturevalue("bucket").url if kind_of_store == "s3" else (tmp_path / "store").as_uri()

    async def got(front, address):
        answer = await front.get(address)
        if answer.status_code == 307:
            async with httpx.AsyncClient() as client:
                answer = await client.get(answer.headers["location"], headers={"Range": "bytes=0-3"})
                assert answer.status_code == 206
        else:
            assert kind_of_store == "folder"
        return answer.content[:4]

    async with apart(tmp_path, database_url, url) as front:
        job = await front.make(caption="x", format="ogg")
        assert job["status"] == "COMPLETED", job
        for _ in range(2):  # made, then found
            assert await got(front, job["output_urls"]["flac"]) == b"fLaC"
            assert await got(front, job["output_urls"]["ogg"]) == b"OggS"
            assert await got(front, job["output_urls"]["wav"]) == b"RIFF"
        assert await got(front, job["stem_urls"]["bass"]) == b"fLaC"
        for source in (f"audiopod://jobs/{job['id']}", f"audiopod://jobs/{job['id']}/stems/bass"):
            cover = await front.make("cover", src_audio_url=source, caption="x")
            assert cover["status"] == "COMPLETED", cover
            answer = await front.post(f"{MUSIC}/analyze", json={"audio_url": source})
            assert answer.json()["duration"] == 1.0
        studio = front.app.state.studio
        stored = studio.store.job(job["id"])
        await front.delete(f"{MUSIC}/jobs/{job['id']}")
        assert not (studio.media.folder(job["id"])).exists()
        await until(partial(is_gone, studio, stored))


async def is_gone(studio, job):
    """Whether the object store has no more of the audio of ``job``."""
    try:
        await anyio.to_thread.run_sync(studio.media.bring, job, "take-1")
    except FileNotFoundError:
        return True
    if studio.media.elsewhere:
        shutil.rmtree(studio.media.folder(job.id), ignore_errors=True)
    return False


async def test_a_link_that_has_expired_says_so_and_a_fresh_one_is_to_be_had(tmp_path, kind, monkeypatch):
    async with both(tmp_path, kind) as front:
        old = (await front.make(caption="x"))["output_url"]
        assert (await front.get(old)).status_code == 200
        tomorrow = time.time() + 26 * 3600
        with monkeypatch.context() as later:
            later.setattr("time.time", lambda: tomorrow)
            answer = await front.get(old)
            assert (answer.status_code, answer.json()) == (
                410,
                {"detail": "this link has expired; the status of the job gives a fresh one"},
            )
            fresh = (await front.job(1))["output_url"]
            assert fresh != old
            assert (await front.get(fresh)).content[:4] == b"fLaC"
            body = {"src_audio_url": old, "caption": "x"}
            refused = await front.post(f"{MUSIC}/cover", json=body)
            assert refused.status_code == 410
            assert "expired" in refused.text
            assert (await front.make("cover", src_audio_url=fresh, caption="x"))["status"] == "COMPLETED"


class Expired(BaseHTTPRequestHandler):
    """What object stores say of a link that was signed too long ago."""

    def do_GET(self):
        said = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
        self.send_response(403)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_):
        pass


async def test_a_link_that_expires_while_its_job_waits_is_named(tmp_path, kind):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Expired)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        async with both(tmp_path, kind, allow_private_urls=True) as front:
            address = f"http://127.0.0.1:{server.server_port}/a.wav?X-Amz-Signature=5ec2e7"
            job = await front.make("cover", src_audio_url=address, caption="x")
            assert job["status"] == "FAILED"
            assert "expired" in job["error_message"]
            assert "src_audio_url" in job["error_message"]
            assert "5ec2e7" not in str(job)
    finally:
        server.shutdown()
        server.server_close()


async def test_a_result_waits_for_an_object_store_that_is_away(tmp_path, database_url, bucket):
    runs = {"BEEPER_LOG": str(tmp_path / "runs")}
    async with apart(tmp_path, database_url, bucket.url, environment=runs) as front:
        job_id = await front.create(caption="slow 1")
        await front.begins(job_id)
        with bucket.out_of_order():
            await anyio.sleep(3)
            assert (await front.job(job_id))["status"] == "PROCESSING"
        job = await front.wait(job_id)
        assert job["status"] == "COMPLETED", job
        assert (await front.get(job["output_url"])).status_code == 307
        assert (tmp_path / "runs").read_text() == "slow 1\n"


async def test_who_asks_an_object_store_that_is_away_is_told_so(tmp_path, database_url, bucket):
    line = "the object store, which keeps the audio, does not answer; try again in a moment"
    async with apart(tmp_path, database_url, bucket.url) as front:
        job = await front.make(caption="x")
        with bucket.out_of_order():
            for path in (job["output_url"], job["stem_urls"]["bass"], job["notation_urls"]["midi"]):
                answer = await front.get(path)
                assert (answer.status_code, answer.headers["retry-after"]) == (503, "5"), answer.text
                assert "127.0.0.1" not in answer.text
            heard = await front.post(f"{MUSIC}/analyze", json={"audio_url": f"audiopod://jobs/{job['id']}"})
            assert heard.json()["error"] == line


@pytest.mark.parametrize("state", ["shut", "hangs"])
async def test_a_job_waits_for_its_audio_while_the_object_store_is_away(
    tmp_path, database_url, bucket, state
):
    async with apart(tmp_path, database_url, bucket.url) as front:
        made = await front.make(caption="x")
        source = f"audiopod://jobs/{made['id']}"
        with bucket.out_of_order(state):
            covers = [
                await front.create("cover", src_audio_url=address, caption="y")
                for address in (source, f"{source}/stems/bass", source)
            ]

            async def all_wait():
                told = [await front.job(number) for number in covers]
                return all("waiting for" in (job["stage"] or "") for job in told)

            await until(all_wait)  # one after the other, so that none keeps a place at work
            await front.delete(f"{MUSIC}/jobs/{covers.pop()}")

            async def nobody_is_at_it():
                queued = front.app.state.studio.store.database.rows("SELECT 1 FROM procrastinate_jobs")
                return len(queued) == len(covers) >= len([*(tmp_path / "worker" / "work").iterdir()])

            await until(nobody_is_at_it)
        assert [(await front.wait(number))["status"] for number in covers] == ["COMPLETED"] * 2


async def test_what_is_away_for_too_long_fails_a_job(tmp_path, database_url, bucket, monkeypatch):
    monkeypatch.setattr("audiopod_mcp.studio.jobs.runner.STORE_PATIENCE", 0.5)
    async with apart(tmp_path, database_url, bucket.url) as front:
        made = await front.make(caption="x")
        with bucket.out_of_order():
            source = f"audiopod://jobs/{made['id']}"
            cover = await front.make("cover", src_audio_url=source, caption="y")
        assert cover["status"] == "FAILED"
        assert cover["error_message"].startswith("the object store, which keeps the audio, does not answer")


@pytest.mark.parametrize("state", ["shut", "hangs"])
async def test_what_is_deleted_while_the_object_store_is_away_is_gone_once_it_is_back(
    tmp_path, database_url, bucket, state, monkeypatch
):
    monkeypatch.setattr("audiopod_mcp.studio.jobs.upkeep.CLEAR_EVERY", 0.5)
    async with apart(tmp_path, database_url, bucket.url) as front:
        made = await front.make(caption="x")
        studio = front.app.state.studio
        job = studio.store.job(made["id"])
        studio.media.bring(job, "take-1")
        with bucket.out_of_order(state):
            assert (await front.delete(f"{MUSIC}/jobs/{job.id}")).status_code == 200
            assert (await front.get(f"{MUSIC}/jobs/{job.id}")).status_code == 404
            assert not studio.media.folder(job.id).exists()
        await until(partial(is_gone, studio, job))

        async def forgotten():
            return not studio.store.database.rows("SELECT * FROM leftovers")

        await until(forgotten)


@pytest.mark.parametrize("kind_of_store", ["s3", "folder", "none"])
async def test_what_is_published_of_a_job_that_was_deleted_meanwhile_goes_too(
    tmp_path, database_url, request, kind_of_store, monkeypatch
):
    monkeypatch.setattr("audiopod_mcp.studio.jobs.upkeep.CLEAR_EVERY", 0.2)
    url = {"none": None, "folder": (tmp_path / "store").as_uri()}.get(kind_of_store, "")
    if url == "":
        url = request.getfixturevalue("bucket").url
    options = {"database_url": database_url, "media_url": url, "workers": 1}
    async with opened(tmp_path / "data", **options) as front:
        made = await front.make(caption="x")
        studio = front.app.state.studio
        job = studio.store.job(made["id"])
        studio.store.delete(job.id)  # and then it was published
        await anyio.to_thread.run_sync(studio.upkeep.refused, job)
        await until(partial(is_gone, studio, job))
