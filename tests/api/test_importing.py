"""Importing the client costs next to nothing: httpx waits for the first call."""

from __future__ import annotations

import subprocess
import sys


def test_httpx_is_not_imported_at_start():
    code = """
import sys
from audiopod_mcp.api import AudioPodClient, watch
AudioPodClient("https://api.audiopod.ai", api_key="ap_x")
print([name for name in ("httpx", "httpcore", "ssl", "asyncio") if name in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
