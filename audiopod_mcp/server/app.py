"""The MCP server, put together."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from mcp.server.caching import CacheHint
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ResourceError
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    CallToolResult,
    GetPromptResult,
    InputRequiredResult,
    ListResourcesResult,
    PaginatedRequestParams,
    Prompt,
    ResourceTemplate,
)

from audiopod_mcp import __version__
from audiopod_mcp.operations import Analyze

from .caller import set_caller
from .completions import complete
from .fitting import fit_tools, fitted
from .player import Player
from .prompts import add_prompts
from .resources import TEMPLATES, list_page, read
from .service import Service
from .tasks import JobTasks
from .tools import build_tools

INSTRUCTIONS = (
    "Make, transform and understand music. Every music tool makes a job and waits for it with progress; "
    "one that takes longer comes back as running: continue with get_job, never repeat the call. Results "
    "chain: give audiopod://jobs/ID as audio, or the job id. Times are seconds (1:05 = 65). Where a wish "
    "leaves style or length open, choose and say what you chose; ask whose words are to be sung. Which "
    f"job or which seconds are meant, list_jobs and {Analyze.tool} tell; ask if they don't. Ask before you "
    "delete, and before several paid pieces at once."
)


class MusicServer(MCPServer[Any]):
    """An :class:`MCPServer` whose resources are the caller's own jobs."""

    def __init__(self, service: Service) -> None:
        self._service = service
        tasks = JobTasks(service)
        super().__init__(
            "audiopod-mcp",
            title="AudioPod music studio",
            version=__version__,
            instructions=INSTRUCTIONS,
            tools=[*build_tools(service)],
            extensions=[tasks, Player()],
            middleware=[
                set_caller,
                fit_tools,
                self._get_ready,
                tasks.announce,
                service.announcer.listening,
                service.announcer.handshake,
            ],
            subscriptions=service.announcer.bus,
            log_level="WARNING",
            cache_hints={
                "tools/list": CacheHint(3_600_000, "private"),
                "prompts/list": CacheHint(3_600_000, "public"),
                "resources/templates/list": CacheHint(3_600_000, "public"),
            },
        )
        self._has_prompts = False
        self.completion()(partial(complete, service))  # type: ignore[no-untyped-call]

    async def _get_ready(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Middleware: whoever has listed the tools is going to call one."""
        result = await call_next(ctx)
        if ctx.method == "tools/list" and self._service.get_ready is not None:
            self._service.get_ready()
        return result

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        result = await super().call_tool(name, arguments, context)
        if context is None or not isinstance(result, CallToolResult):
            return result
        version = context.request_context.protocol_version
        return fitted(result, version, links_as_text=self._service.links_as_text)

    async def _handle_list_resources(
        self,
        ctx: ServerRequestContext[Any],  # noqa: ARG002 - the middleware knows the caller
        params: PaginatedRequestParams | None,
    ) -> ListResourcesResult:
        try:
            resources, cursor = await list_page(self._service, params.cursor if params else None)
        except ResourceError as error:
            raise MCPError(code=INVALID_PARAMS, message=str(error)) from error
        return ListResourcesResult(resources=resources, next_cursor=cursor)

    async def list_resource_templates(self) -> list[ResourceTemplate]:
        return TEMPLATES

    async def read_resource(
        self,
        uri: Any,
        context: Context[Any, Any] | None = None,  # noqa: ARG002
    ) -> Iterable[ReadResourceContents]:
        return [await read(self._service, str(uri))]

    def _with_prompts(self) -> None:
        """Add the prompts, which few sessions ask for, and of which the SDK makes models."""
        if not self._has_prompts:
            self._has_prompts = True
            add_prompts(self)

    async def list_prompts(self) -> list[Prompt]:
        self._with_prompts()
        return await super().list_prompts()

    async def get_prompt(
        self, name: str, arguments: dict[str, Any] | None = None, context: Context[Any, Any] | None = None
    ) -> GetPromptResult | InputRequiredResult:
        self._with_prompts()
        try:
            return await super().get_prompt(name, arguments, context)
        except ValueError as error:  # an unknown prompt, or an argument that is missing
            raise MCPError(code=INVALID_PARAMS, message=str(error)) from error


def build_server(service: Service) -> MusicServer:
    """The MCP server that acts through ``service``, for any transport."""
    return MusicServer(service)
