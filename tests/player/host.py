"""A host of MCP Apps: a web page in a real browser, and behind it a real session with a real server."""

import threading
from contextlib import contextmanager
from pathlib import Path

import anyio
import uvicorn
from mcp import Client
from mcp.client.stdio import stdio_client
from mcp.shared.exceptions import MCPError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from tests.server.sessions import free_port, parameters

PAGE = Path(__file__).with_name("host.html")

EVERYTHING = {
    "serverTools": {},
    "serverResources": {},
    "downloadFile": {},
    "message": {"text": {}},
    "updateModelContext": {"text": {}},
    "openLinks": {},
}

DARK = {
    "theme": "dark",
    "styles": {
        "variables": {
            "--color-background-primary": "#131416",
            "--color-background-secondary": "#1f2124",
            "--color-text-primary": "#f2f2f0",
            "--color-text-secondary": "#a9a9a4",
            "--color-border-primary": "#3b3d42",
        }
    },
}


class Host:
    """Serves the host page on loopback, and forwards what the player asks to a server over stdio."""

    def __init__(self, folder):
        self.folder = folder
        self.url = f"http://127.0.0.1:{free_port()}"
        self.settings = {}
        self._ready = threading.Event()
        self._failure = None

    def shows(self, tool, arguments, result=None, capabilities=EVERYTHING, context=None):
        """Let the page, when it is loaded next, call ``tool``, or show a ``result`` that came before."""
        self.settings = {
            "call": {"name": tool, "arguments": arguments},
            "result": result,
            "capabilities": capabilities,
            "context": {"theme": "light", "toolInfo": {"tool": {"name": tool}}} | (context or {}),
        }

    def call(self, tool, arguments):
        """What a tool answers, as the player would be told."""
        return anyio.from_thread.run(
            self._answer, {"method": "tools/call", "params": {"name": tool, "arguments": arguments}},
            token=self._token,
        )["result"]  # fmt: skip

    def finished(self, tool, arguments):
        """As :meth:`call`, when the job is done."""
        result = self.call(tool, arguments)
        while result["structuredContent"]["status"] in {"PENDING", "PROCESSING"}:
            job = result["structuredContent"]["job_id"]
            result = self.call("get_job", {"job_id": job, "wait_seconds": 30})
        return result

    async def _answer(self, request):
        method, params = request["method"], request["params"]
        try:
            if method == "tools/call":
                result = await self._client.call_tool(params["name"], params["arguments"])
            else:
                result = await self._client.read_resource(params["uri"])
        except MCPError as error:
            return {"error": {"code": error.error.code, "message": error.error.message}}
        return {"result": result.model_dump(mode="json", by_alias=True, exclude_none=True)}

    async def _serve(self):
        async def forward(request: Request):
            return JSONResponse(await self._answer(await request.json()))

        async def settings(_: Request):
            return JSONResponse(self.settings)

        async def player(_: Request):
            page = await self._client.read_resource("ui://audiopod/player.html")
            return HTMLResponse(page.contents[0].text)

        async def host(_: Request):
            return HTMLResponse(PAGE.read_text())

        app = Starlette(
            routes=[
                Route("/", host),
                Route("/settings", settings),
                Route("/player", player),
                Route("/forward", forward, methods=["POST"]),
                Route("/favicon.ico", lambda _: HTMLResponse("", 204)),
            ]
        )
        port = int(self.url.rpartition(":")[2])
        self._server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", lifespan="off"))
        async with Client(stdio_client(parameters(self.folder))) as self._client:
            self._token = anyio.lowlevel.current_token()
            async with anyio.create_task_group() as group:
                group.start_soon(self._server.serve)
                while not self._server.started:
                    await anyio.sleep(0.05)
                self._ready.set()

    def _run(self):
        try:
            anyio.run(self._serve)
        except BaseException as error:  # noqa: BLE001 - told to the thread that waits
            self._failure = error
            self._ready.set()

    @contextmanager
    def running(self):
        thread = threading.Thread(target=self._run, daemon=True)
        thread.start()
        assert self._ready.wait(60)
        if self._failure:
            raise self._failure
        try:
            yield self
        finally:
            self._server.should_exit = True
            thread.join(20)
