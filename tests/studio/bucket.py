"""An S3-compatible object store of the tests' own, which may be away, or hang, for a while."""

import contextlib
import os
import select
import socket
import subprocess
import sys
import threading

import httpx

from tests.studio.studios import wait_for


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Bucket:
    """A server of moto's, behind a door that breaks connections where it is ``shut`` and leads nowhere where it ``hangs``."""

    def __init__(self):
        self.url = "s3://music/studio"
        self._port = free_port()
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self._port)]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ}
        )
        wait_for(self._answers)
        self._state, self._open = "open", set()
        self._door = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._let_in, daemon=True).start()

    @property
    def variables(self):
        """What says where it is, and who one is there."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._door.getsockname()[1]}",
            "AWS_ACCESS_KEY_ID": "tests",
            "AWS_SECRET_ACCESS_KEY": "tests",
            "AWS_REGION": "us-east-1",
        }

    @contextlib.contextmanager
    def out_of_order(self, state="shut"):
        self._state = state
        self._break_off()
        try:
            yield
        finally:
            self._state = "open"
            self._break_off()

    def _break_off(self):
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _let_in(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._door.accept()
                if self._state == "shut":
                    client.close()
                else:
                    threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client):
        server = socket.create_connection(("127.0.0.1", self._port))
        both = {client, server}
        with client, server, contextlib.suppress(OSError):
            self._open |= both
            while self._state == "hangs":
                if not client.recv(65_536):
                    return
            while True:
                for source in select.select([*both], [], [])[0]:
                    if not (data := source.recv(65_536)):
                        return
                    (server if source is client else client).sendall(data)
        self._open -= both

    def _answers(self):
        try:
            return httpx.put(
                f"http://127.0.0.1:{self._port}/music",
                headers={
                    "Authorization": "AWS4-HMAC-SHA256 Credential=tests/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
                },
            ).is_success
        except httpx.TransportError:
            return False

    def end(self):
        self._door.close()
        self._process.kill()
        self._process.wait()
