"""Before money is spent: what a call is going to cost, and whether the person wants that."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import AcceptedElicitation, Context, Elicit, ElicitationResult, Resolve
from mcp.server.mcpserver.resolve import build_resolver_plans, find_resolved_parameters, resolve_arguments
from mcp.types import CallToolResult, InputRequiredResult
from pydantic import BaseModel, Field

from audiopod_mcp.api import AudioPodClient, AudioPodError
from audiopod_mcp.operations import Operation

from .tool import error_result


class Consent(BaseModel, defer_build=True):
    """What the person is asked for."""

    go_on: bool = Field(description="Spend it?")


async def _ask(price: str, ctx: Context[Any, Any]) -> Consent | Elicit[Consent]:  # noqa: ARG001
    return Elicit(f"This costs {price} on AudioPod. Go on?", Consent)


async def _asking(consent: Annotated[ElicitationResult[Consent], Resolve(_ask)]) -> None: ...


async def estimate(operation: Operation, client: AudioPodClient) -> float | None:
    """USD that ``operation`` is going to cost; ``None`` where the length is not known before."""
    price = operation.usd_per_minute
    if price is None:
        return 0.0
    seconds = operation.billed_seconds(await _source_seconds(operation, client))
    return None if seconds is None else price * seconds / 60


async def _source_seconds(operation: Operation, client: AudioPodClient) -> float | None:
    """The length of the job that ``operation`` refers to, if it is one."""
    job_id = next((getattr(operation, name) for name in operation.job_references), None)
    if job_id is None:
        return None
    try:
        return (await client.job(job_id)).audio_duration
    except AudioPodError:
        return None  # the call itself will say what is wrong


def format_price(dollars: float | None, operation: Operation) -> str:
    """``about $0.08``, or the rate where the length is not known."""
    if dollars is None:
        return f"${operation.usd_per_minute:.2f} a minute of audio"
    return f"about ${max(dollars, 0.01):.2f}"


async def ask_consent(
    operation: Operation, dollars: float | None, limit: float, ctx: Context[Any, Any]
) -> CallToolResult | InputRequiredResult | None:
    """What to answer instead of spending: a question, or a refusal; ``None`` to go on.

    ``limit`` is in USD; a price that is not known before counts as above it.
    """
    if dollars is not None and dollars <= limit:
        return None
    price = format_price(dollars, operation)
    capabilities = ctx.client_capabilities
    if not (capabilities and capabilities.elicitation):
        return error_result(
            f"This costs {price}, above AUDIOPOD_CONFIRM_ABOVE (${limit:.2f}), and this host can't ask the "
            "person; nothing was sent. Ask them to raise that setting, or ask for less"
        )
    answers = await resolve_arguments(_RESOLVED, _PLANS, {"price": price}, ctx)
    if isinstance(answers, InputRequiredResult):
        return answers
    consent = answers["consent"]
    if isinstance(consent, AcceptedElicitation) and consent.data.go_on:
        return None
    return error_result(f"The person did not want to spend {price}; nothing was sent")


_RESOLVED = find_resolved_parameters(_asking)
_PLANS = build_resolver_plans(_RESOLVED, {"price"})
