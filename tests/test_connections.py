"""A server that many keep waiting still answers everybody else."""

import asyncio
import contextlib
import socket
import sys
import threading
import time

import httpx
import pytest
import uvicorn

from audiopod_mcp import connections
from tests.server.sessions import http_server
from tests.studio.studios import Served, wait_for

pytestmark = pytest.mark.slow

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@contextlib.contextmanager
def open_files(number):
    """Let this process, and those that it starts meanwhile, open so many."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < number:
        pytest.skip(f"no process may open {number} files here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextlib.contextmanager
def silent_clients(address, number):
    with open_files(number + 500), contextlib.ExitStack() as stack:
        for _ in range(number):
            stack.enter_context(socket.create_connection(address, timeout=10))
        yield


def address_of(url):
    host, _, port = url.removeprefix("http://").partition(":")
    return host, int(port)


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit of open files to raise")
def test_1100_clients_that_say_nothing_keep_nobody_from_a_studio(tmp_path):
    with open_files(1024):
        studio = Served(tmp_path)
    try:
        assert studio.client.get("/health").status_code == 200
        with silent_clients(address_of(studio.url), 1100):
            assert httpx.get(f"{studio.url}/health", timeout=60).status_code == 200
    finally:
        studio.stop()


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit of open files to raise")
def test_nor_from_the_mcp_server(tmp_path):
    with open_files(1024), http_server(tmp_path) as url, silent_clients(address_of(url), 1100):
        assert httpx.get(f"{url}/health", timeout=60).status_code == 200


async def app(scope, receive, send):
    """Answers once it has the whole body: ``/slow`` later, ``/large`` at length."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    if scope["path"] == "/slow":
        await asyncio.sleep(1.5)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(1000 if scope["path"] == "/large" else 1):
        await send({"type": "http.response.body", "body": b"." * 65536, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture(scope="module")
def impatient():
    """The address of a server that waits for half a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "SILENCE", 0.5)
        options = connections.server_options()
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off", **options))
        thread = threading.Thread(target=server.run)
        thread.start()
        wait_for(lambda: server.started)
        yield server.servers[0].sockets[0].getsockname()
        server.should_exit = server.force_exit = True
        thread.join()


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-More: ",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        GET + b"G",
    ],
    ids=["nothing", "half a line", "half a head", "half a body", "half the chunks", "half a second request"],
)
def test_who_never_ends_a_request_is_hung_up_on(impatient, said):
    with socket.create_connection(impatient, timeout=60) as client:
        client.sendall(said)
        began = time.monotonic()
        with contextlib.suppress(ConnectionResetError):
            while client.recv(1 << 20):
                pass
        assert time.monotonic() - began > 0.3


def test_who_does_not_take_the_answer_is_hung_up_on(impatient):
    with socket.create_connection(impatient, timeout=60) as client:
        client.sendall(GET.replace(b"/ ", b"/large ", 1))
        time.sleep(2)
        taken = 0
        with contextlib.suppress(ConnectionResetError):
            while chunk := client.recv(1 << 20):
                taken += len(chunk)
        assert taken < 1000 * 65536


def test_who_waits_for_an_answer_is_not(impatient):
    with httpx.Client(base_url=f"http://127.0.0.1:{impatient[1]}", timeout=60) as client:
        assert client.get("/slow").status_code == 200
        assert len(client.get("/large").content) == 1000 * 65536
