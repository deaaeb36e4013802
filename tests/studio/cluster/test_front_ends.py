"""Several front ends are one studio, and tell how it does."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import anyio
import httpx
import pytest

from audiopod_mcp.studio.app import at_work
from audiopod_mcp.studio.config import StudioConfig
from tests.studio.bucket import free_port
from tests.studio.cluster.clusters import ANOTHER, MARKS, in_the_middle
from tests.studio.cluster.test_compose import COMPOSE
from tests.studio.studios import BEEPER, MUSIC, opened, wait_for

pytestmark = MARKS


class Proxy(ThreadingHTTPServer):
    """Hands each request to another one of several front ends than the last, whoever sent it."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Forwarding)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.fronts, self.handed = [], Counter()
        self.lock = threading.Lock()

    def next(self):
        with self.lock:
            front = self.fronts[sum(self.handed.values()) % len(self.fronts)]
            self.handed[front] += 1
        return front


class Forwarding(BaseHTTPRequestHandler):
    def forward(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {
            name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")
        }
        answer = httpx.request(self.command, self.server.next() + self.path, headers=headers, content=body)
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name.lower() not in ("content-length", "content-encoding", "connection", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_GET = do_POST = do_DELETE = do_PATCH = forward  # noqa: N815 - as http.server calls them

    def log_message(self, *_):
        pass


@pytest.fixture
def sdk_uses(monkeypatch):
    """Have AudioPod's SDK make a song and a cover of it at an address; their numbers."""
    import audiopod

    nap = time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: nap(min(seconds, 0.1)))

    def use(url):
        with audiopod.Client(api_key="ap_test", base_url=url) as client:
            song = client.music.instrumental("x", duration=1, wait_for_completion=True)
            assert song["status"] == "COMPLETED"
            assert httpx.get(song["output_url"]).content[:4] == b"fLaC"
            job = client.music.cover(
                song["output_url"], "x", duration=1, format="mp3", wait_for_completion=True
            )
            assert job["status"] == "COMPLETED"
            assert {song["id"], job["id"]} <= {each["id"] for each in client.music.list_jobs()}

    return use


async def test_audiopods_sdk_works_with_front_ends_behind_a_proxy(cluster, sdk_uses):
    with Proxy() as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        proxy.fronts = [
            front.url
            for front in (cluster.front(public_url=proxy.url), cluster.front(public_url=proxy.url))
            if front.client
        ]
        cluster.worker()
        sdk_uses(proxy.url)
        assert min(proxy.handed.values()) > 1
        assert len(proxy.handed) == 2
        proxy.shutdown()


async def test_audiopods_sdk_works_behind_the_proxy_of_the_example(cluster, sdk_uses, tmp_path):
    if shutil.which("caddy") is None:
        pytest.skip("Caddy is not installed (Debian: apt-get install caddy)")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    fronts = [cluster.front(public_url=url, metrics=True) for _ in range(2)]
    cluster.worker()
    hosts = " ".join(front.url.removeprefix("http://") for front in fronts if front.client)
    site = COMPOSE["configs"]["proxy"]["content"].partition("http://:8765")[0].replace(":8770", f":{port}")
    looked_up = re.compile(r"dynamic a \{[^}]*name studio[^}]*\}")
    assert looked_up.search(site)
    if re.match(r"v?2\.([0-5]\.|6\.[0-2]\b)", subprocess.check_output(["caddy", "version"], text=True)):
        site = re.sub("request_buffers .*", "buffer_requests", site)
    (tmp_path / "Caddyfile").write_text("{\n  admin off\n}\n" + looked_up.sub(f"to {hosts}", site))
    command = ["caddy", "run", "--config", tmp_path / "Caddyfile", "--adapter", "caddyfile"]
    caddy = subprocess.Popen(command, env={**os.environ, "HOME": str(tmp_path)}, stderr=subprocess.DEVNULL)
    try:

        def answers():
            with contextlib.suppress(httpx.TransportError):
                return httpx.get(f"{url}/health").is_success

        wait_for(answers)
        sdk_uses(url)
        assert fronts[0].client.get("/metrics").status_code == 200
        assert httpx.get(f"{url}/metrics").status_code == 404
        fronts[0].kill()
        sdk_uses(url)
        posted = [httpx.post(f"{url}{MUSIC}/text2music", json={"caption": "x"}) for _ in range(10)]
        assert {answer.status_code for answer in posted} == {200}
    finally:
        caddy.terminate()
        caddy.wait()


async def test_a_limit_holds_across_front_ends(tmp_path, kind):
    options = {"queue": 10, "workers": 0, **kind}
    async with (
        opened(tmp_path / "a", **options) as one,
        opened(tmp_path / ("b" if kind else "a"), **options) as two,
    ):
        statuses = []

        async def post(front, number):
            answer = await front.post(f"{MUSIC}/text2music", json={"caption": f"x{number}"})
            statuses.append(answer.status_code)

        async with anyio.create_task_group() as tasks:
            for number in range(50):
                tasks.start_soon(post, (one, two)[number % 2], number)
        assert (statuses.count(200), statuses.count(429)) == (10, 40)
        key = {"Idempotency-Key": "k"}
        await one.delete(f"{MUSIC}/jobs/{(await one.get(f'{MUSIC}/jobs')).json()[0]['id']}")
        numbers = set()

        async def same(front):
            answer = await front.post(f"{MUSIC}/text2music", json={"caption": "same"}, headers=key)
            numbers.add(answer.json()["job"]["id"])

        async with anyio.create_task_group() as tasks:
            for front in (one, two) * 5:
                tasks.start_soon(same, front)
        assert len(numbers) == 1


async def test_nothing_is_left_of_an_analysis_whose_client_has_gone(cluster):
    front, worker = cluster.front(), cluster.worker()
    ask = {"audio_url": f"audiopod://jobs/{front.wait(front.create(caption='x'))['id']}"}
    worker.kill()
    worker.wait()
    for _ in range(9):  # more than one may wait for
        with pytest.raises(httpx.ReadTimeout):
            front.client.post(f"{MUSIC}/analyze", json=ask, timeout=0.5)
    wait_for(lambda: cluster.rows("SELECT count(*) FROM answers") == [(0,)])
    cluster.worker()
    assert front.client.post(f"{MUSIC}/analyze", json=ask).json()["bpm"] == 120.0


async def test_a_front_end_tells_whether_it_is_ready_and_how_much_there_is_to_do(tmp_path, kind):
    async with opened(tmp_path, workers=0, metrics=True, **kind) as front:
        await front.create(caption="x")
        assert (await front.get("/ready")).status_code == 200
        lines = (await front.get("/metrics")).text.splitlines()
        assert f'audiopod_jobs_unfinished{{engine="{BEEPER}",status="PENDING"}} 1' in lines
    async with opened(tmp_path, workers=0, **kind) as front:
        assert (await front.get("/metrics")).status_code == 404


async def test_a_worker_tells_how_its_runs_ended(cluster):
    front = cluster.front()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = cluster.worker(1, "--metrics", port)
        assert refused.wait(30) != 0
        assert f"--metrics: 127.0.0.1 port {port} can't be listened on" in cluster.said()
    worker = cluster.worker(1, "--metrics", port)
    assert front.wait(front.create(caption="x"))["status"] == "COMPLETED"
    running = front.create(caption="slow 60")
    in_the_middle(front, running)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        assert client.get("/ready").json() == {"status": "ready"}
        assert client.get("/api/v1/music/jobs").status_code == 404
        lines = client.get("/metrics").text.splitlines()
    assert 'audiopod_jobs_ended_total{task="text2music",end="completed"} 1' in lines
    assert f'audiopod_jobs_unfinished{{engine="{BEEPER}",status="PROCESSING"}} 1' in lines
    worker.terminate()
    assert worker.wait(30) == 0
    assert front.job(running)["status"] == "PENDING"


async def test_how_often_one_may_ask_is_counted_over_all_front_ends(tmp_path, database_url):
    options = {"rate": 10, "workers": 0, "database_url": database_url}
    async with opened(tmp_path / "a", **options) as one, opened(tmp_path / "b", **options) as two:
        answers = []

        async def post(front, number):
            answers.append(await front.post(f"{MUSIC}/text2music", json={"caption": f"x{number}"}))

        began = time.monotonic()
        async with anyio.create_task_group() as tasks:
            for number in range(50):
                tasks.start_soon(post, (one, two)[number % 2], number)
        more = int((time.monotonic() - began) / 6)  # one comes to it every six seconds
        let_in = [answer for answer in answers if answer.status_code == 200]
        assert 10 <= len(let_in) <= 10 + more
        for refused in (answer for answer in answers if answer not in let_in):
            assert refused.status_code == 429
            assert 1 <= int(refused.headers["retry-after"]) <= 7
            assert "10 requests a minute" in refused.json()["detail"]
        other = await one.post(f"{MUSIC}/text2music", json={"caption": "x"}, headers={"X-API-Key": ANOTHER})
        assert other.status_code == 200
        database = one.app.state.studio.store.database
        rows = "SELECT count(*) FROM rates"
        assert database.rows(rows)[0][0] == 2
        database.rows(
            "UPDATE rates SET due = due - interval '2 minutes' RETURNING 1"
        )  # as if they had passed
        await anyio.to_thread.run_sync(one.app.state.studio.queue._put_lost)
        assert database.rows(rows)[0][0] == 0
        retried = await two.post(f"{MUSIC}/text2music", json={"caption": "x"})
        assert retried.status_code == 200


async def test_how_many_answers_one_may_wait_for_is_counted_over_all_front_ends(tmp_path, database_url):
    hold = tmp_path / "hold"
    options = {"database_url": database_url, "engine": BEEPER, "environment": {"BEEPER_HOLD": str(hold)}}
    worker = StudioConfig(data_dir=tmp_path, workers=1, **options)
    async with (
        opened(tmp_path, workers=0, **options) as one,
        opened(tmp_path, workers=0, **options) as two,
        at_work(worker),
    ):
        made = await one.make(caption="x")
        hold.touch()
        statuses = []

        async def ask(front):
            body = {"audio_url": f"audiopod://jobs/{made['id']}"}
            statuses.append((await front.post(f"{MUSIC}/analyze", json=body)).status_code)

        async with anyio.create_task_group() as tasks:
            for front in (one, two) * 6:
                tasks.start_soon(ask, front)
            while len(statuses) < 4:
                await anyio.sleep(0.05)
            hold.unlink()
        assert (statuses.count(200), statuses.count(429)) == (8, 4)
        assert statuses[:4] == [429] * 4
