"""A tool whose schema, validation and complaints come from one pydantic model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import Any, TypeVar

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import UnexpectedToolError
from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase, FuncMetadata
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, InputRequiredResult, TextContent, ToolAnnotations
from pydantic import BaseModel, Field, ValidationError

from audiopod_mcp.api import AudioPodError, NotFound
from audiopod_mcp.operations import Arguments, as_meant, error_lines

from .player import UI
from .schemas import input_schema, output_schema

A = TypeVar("A", bound=Arguments)
Handler = Callable[[A, Context[Any, Any]], Awaitable[CallToolResult | InputRequiredResult]]


def error_result(line: str) -> CallToolResult:
    """A result that tells the model, in one line, why nothing was done."""
    return CallToolResult(content=[TextContent(type="text", text=line)], is_error=True)


class MusicTool(Tool):
    """Unlike the SDK's own tools it refuses unknown arguments and says every mistake in one line."""

    arguments: type[Arguments] = Field(exclude=True)
    result: type[BaseModel] | None = Field(exclude=True)

    @classmethod
    def of(
        cls,
        name: str,
        title: str,
        description: str,
        arguments: type[A],
        result: type[BaseModel] | None,
        handler: Handler[A],
        *,
        read_only: bool = False,
        destructive: bool = False,
        idempotent: bool = False,
        open_world: bool = True,
        unlisted: Collection[str] = (),
        played: bool = False,
    ) -> MusicTool:
        """The tool ``name``, which answers with ``handler`` and publishes the schemas of both models.

        A tool without a ``result`` answers with content alone: hosts that prefer what is structured would
        throw its pictures away.
        Arguments that are ``unlisted`` are taken, but not published.
        What is ``played`` is shown in the player, by hosts that have room for it.
        """
        return cls(
            fn=handler,
            name=name,
            title=title,
            description=description,
            arguments=arguments,
            result=result,
            parameters=input_schema(arguments, unlisted),
            fn_metadata=FuncMetadata(
                arg_model=ArgModelBase, output_schema=output_schema(result) if result else None
            ),
            is_async=True,
            context_kwarg=None,
            # What is left out is as MCP's defaults say: not read-only, not idempotent, open world.
            annotations=ToolAnnotations(
                title=title,
                read_only_hint=read_only or None,
                destructive_hint=None if read_only else destructive,
                idempotent_hint=idempotent or None,
                open_world_hint=None if open_world else False,
            ),
            meta=UI if played else None,
        )

    async def run(
        self,
        arguments: dict[str, Any],
        context: Context[Any, Any],
        convert_result: bool = False,  # noqa: ARG002 - results are converted already
    ) -> CallToolResult | InputRequiredResult:
        """Answer one call.

        Raises:
            UnexpectedToolError: where our own code fails; its text stays on the server.

        """
        try:
            request = self.arguments.model_validate(as_meant(arguments, self.arguments))
        except ValidationError as error:
            return error_result(error_lines(error, self.arguments))
        try:
            result: CallToolResult | InputRequiredResult = await self.fn(request, context)
        except AudioPodError as error:
            return error_result(_about(error, request))
        except MCPError:
            raise
        except Exception as error:
            raise UnexpectedToolError(f"{self.name} failed for a reason of its own; see the log") from error
        return result


def _about(error: AudioPodError, request: Arguments) -> str:
    """What went wrong; where something is not there, with the argument that named it."""
    if isinstance(error, NotFound):
        for name, value in request:
            if (name.endswith("job_id") and value) or str(value).startswith("audiopod://jobs/"):
                return f"{name} {value}: {error}; list_jobs shows which there are"
    return str(error)
