"""An S3-compatible object store of the tests' own, which forgets everything when it ends."""

import os
import socket
import subprocess
import sys

import httpx

from tests.studio.studios import wait_for


class Bucket:
    def __init__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = "s3://music/studio"
        self.process = None
        self.start()

    @property
    def variables(self):
        """What says where it is, and who one is there."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ACCESS_KEY_ID": "tests",
            "AWS_SECRET_ACCESS_KEY": "tests",
            "AWS_REGION": "us-east-1",
        }

    def start(self):
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ}
        )
        wait_for(self._answers)

    def _answers(self):
        try:
            return httpx.put(
                f"http://127.0.0.1:{self.port}/music",
                headers={
                    "Authorization": "AWS4-HMAC-SHA256 Credential=tests/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
                },
            ).is_success
        except httpx.TransportError:
            return False

    def stop(self):
        self.process.kill()
        self.process.wait()
