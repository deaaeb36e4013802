"""A chat in the terminal: a model at any OpenAI- or Anthropic-compatible endpoint, and our tools.

Set the endpoint, talk: ``python examples/chat.py``, or ``echo "a slow waltz" | python examples/chat.py``.

    OPENAI_API_KEY, OPENAI_MODEL, OPENAI_BASE_URL        such as http://127.0.0.1:11434/v1 for a local model
    ANTHROPIC_API_KEY, ANTHROPIC_MODEL, ANTHROPIC_BASE_URL

Ctrl-C ends the turn, at the prompt the chat, as does an empty line. Jobs that still run are finished by
the studio, if need be the next time it starts.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import anyio
import httpx
from mcp import Client, StdioServerParameters

ROUNDS = 12
"""Rounds of tool calls in one turn, so that a confused model comes to an end."""

NEEDED = """chat.py needs a model. Set one of
  OPENAI_MODEL and OPENAI_API_KEY, for another OpenAI-compatible endpoint OPENAI_BASE_URL
  ANTHROPIC_MODEL and ANTHROPIC_API_KEY, for another Anthropic-compatible endpoint ANTHROPIC_BASE_URL"""


@dataclass
class Call:
    """One tool call that the model asks for; ``arguments`` as a string are none that could be read."""

    id: str
    name: str
    arguments: dict[str, Any] | str


class OpenAI:
    """The chat completions dialect."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.url = (
            environment.get("OPENAI_BASE_URL", "https://api.openai.com/v1").rstrip("/") + "/chat/completions"
        )
        self.headers = {"authorization": f"Bearer {environment.get('OPENAI_API_KEY', 'none')}"}
        self.model = environment["OPENAI_MODEL"]

    def request(self, messages: list[Any], tools: list[Any], instructions: str) -> dict[str, Any]:
        functions = [
            {"name": tool.name, "description": tool.description, "parameters": tool.input_schema}
            for tool in tools
        ]
        return {
            "model": self.model,
            "messages": [{"role": "system", "content": instructions}, *messages],
            "tools": [{"type": "function", "function": function} for function in functions],
        }

    def read(self, answer: dict[str, Any]) -> tuple[Any, str, list[Call]]:
        message = answer["choices"][0]["message"]
        calls = [
            Call(each["id"], each["function"]["name"], parsed(each["function"]["arguments"]))
            for each in message.get("tool_calls") or []
        ]
        return message, message.get("content") or "", calls

    def results(self, results: list[tuple[Call, str, bool]]) -> list[Any]:
        return [{"role": "tool", "tool_call_id": call.id, "content": text} for call, text, _ in results]


class Anthropic:
    """The messages dialect."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.url = (
            environment.get("ANTHROPIC_BASE_URL", "https://api.anthropic.com").rstrip("/") + "/v1/messages"
        )
        self.headers = {
            "x-api-key": environment.get("ANTHROPIC_API_KEY", ""),
            "anthropic-version": "2023-06-01",
        }
        self.model = environment["ANTHROPIC_MODEL"]

    def request(self, messages: list[Any], tools: list[Any], instructions: str) -> dict[str, Any]:
        listed = [
            {"name": tool.name, "description": tool.description, "input_schema": tool.input_schema}
            for tool in tools
        ]
        return {
            "model": self.model,
            "max_tokens": 4096,
            "system": instructions,
            "messages": messages,
            "tools": listed,
        }

    def read(self, answer: dict[str, Any]) -> tuple[Any, str, list[Call]]:
        blocks = answer["content"]
        text = "".join(block["text"] for block in blocks if block["type"] == "text")
        calls = [
            Call(block["id"], block["name"], block["input"])
            for block in blocks
            if block["type"] == "tool_use"
        ]
        return {"role": "assistant", "content": blocks}, text, calls

    def results(self, results: list[tuple[Call, str, bool]]) -> list[Any]:
        blocks = [
            {"type": "tool_result", "tool_use_id": call.id, "content": text, "is_error": failed}
            for call, text, failed in results
        ]
        return [{"role": "user", "content": blocks}]


def parsed(arguments: str) -> dict[str, Any] | str:
    try:
        value = json.loads(arguments or "{}")
    except ValueError:
        return arguments
    return value if isinstance(value, dict) else arguments


def endpoint(environment: dict[str, str]) -> OpenAI | Anthropic | None:
    if environment.get("OPENAI_MODEL") and (
        environment.get("OPENAI_API_KEY") or environment.get("OPENAI_BASE_URL")
    ):
        return OpenAI(environment)
    if environment.get("ANTHROPIC_MODEL") and environment.get("ANTHROPIC_API_KEY"):
        return Anthropic(environment)
    return None


async def ask(http: httpx.AsyncClient, model: OpenAI | Anthropic, body: dict[str, Any]) -> dict[str, Any]:
    """The endpoint's answer; asked again when it is busy."""
    for pause in (1, 3, 9, None):
        answer = await http.post(model.url, headers=model.headers, json=body)
        if answer.status_code not in (429, 500, 502, 503, 529) or pause is None:
            break
        asked = answer.headers.get("retry-after", "")
        await anyio.sleep(min(60, int(asked)) if asked.isdigit() else pause)
    if answer.is_error:
        raise httpx.HTTPError(f"{model.url} answered {answer.status_code}: {answer.text[:300]}")
    return answer.json()


async def run(client: Client, call: Call) -> tuple[Call, str, bool]:
    """One tool call with a progress bar, and what the model reads of it."""

    async def progress(done: float, total: float | None, message: str | None) -> None:
        share = min(1.0, done / (total or 100))
        bar = "█" * round(20 * share)
        print(f"\r{call.name:24}{bar:░<20} {message or '':40.40}", end="", file=sys.stderr, flush=True)

    if isinstance(call.arguments, str):
        return call, f"The arguments are no JSON object: {call.arguments[:200]}", True
    try:
        result = await client.call_tool(call.name, call.arguments, progress_callback=progress)
    except Exception as error:  # noqa: BLE001 - whatever it was, the model should hear of it
        return call, str(error) or type(error).__name__, True
    print(f"\r{' ' * 86}\r", end="", file=sys.stderr)
    said = "\n".join(block.text for block in result.content if block.type == "text")
    for link in (block for block in result.content if block.type == "resource_link"):
        if str(link.mime_type).startswith("audio/"):
            print(f"♪ {(result.structured_content or {}).get('output_url') or link.uri}", file=sys.stderr)
    return call, said, bool(result.is_error)


async def turn(
    http: httpx.AsyncClient, model: OpenAI | Anthropic, client: Client, tools: list[Any], messages: list[Any]
) -> str:
    """Ask, run the tools that are asked for, side by side, and ask again, until the model only speaks."""
    instructions = client.instructions or "You make music for the person with the tools."
    for _ in range(ROUNDS):
        answer = await ask(http, model, model.request(messages, tools, instructions))
        message, text, calls = model.read(answer)
        if not calls:
            messages.append(message)
            return text
        if text:
            print(text)
        results: dict[str, tuple[Call, str, bool]] = {}

        async def one(call: Call, results: dict[str, tuple[Call, str, bool]] = results) -> None:
            results[call.id] = await run(client, call)

        async with anyio.create_task_group() as group:
            for call in calls:
                group.start_soon(one, call)
        # Together, so that what was made is remembered, and never a question without its answers.
        messages += [message, *model.results([results[call.id] for call in calls])]
    return f"(stopped after {ROUNDS} rounds of tool calls)"


STOPPED = {"role": "assistant", "content": "(The person stopped this turn. Jobs that had begun go on.)"}


class CtrlC:
    """What Ctrl-C cancels: the innermost scope that is open when it is pressed, and none twice."""

    def __init__(self) -> None:
        self._scopes: list[anyio.CancelScope] = []

    @contextmanager
    def ends(self) -> Iterator[anyio.CancelScope]:
        with anyio.CancelScope() as scope:
            self._scopes.append(scope)
            try:
                yield scope
            finally:
                if scope in self._scopes:
                    self._scopes.remove(scope)

    def listen(self) -> None:
        loop = asyncio.get_running_loop()
        signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(self._pressed))

    def _pressed(self) -> None:
        if self._scopes:
            self._scopes.pop().cancel()


async def main_loop(model: OpenAI | Anthropic) -> int:
    """The chat; 130 if Ctrl-C ended it, else 0."""
    ctrl_c = CtrlC()
    ctrl_c.listen()
    with ctrl_c.ends() as scope:
        await chat(model, ctrl_c)
    return 130 if scope.cancelled_caught else 0


async def chat(model: OpenAI | Anthropic, ctrl_c: CtrlC) -> None:
    server = StdioServerParameters(command=sys.executable, args=["-m", "audiopod_mcp"], env=dict(os.environ))
    async with Client(server) as client, httpx.AsyncClient(timeout=300) as http:
        tools = (await client.list_tools()).tools
        messages: list[Any] = []
        while True:
            if sys.stdin.isatty():
                print("> ", end="", flush=True)
            line = (await anyio.to_thread.run_sync(sys.stdin.readline, abandon_on_cancel=True)).strip()
            if not line:
                return
            wish = {"role": "user", "content": line}
            messages.append(wish)
            try:
                with ctrl_c.ends() as scope:
                    print(await turn(http, model, client, tools, messages), flush=True)
                if scope.cancelled_caught:
                    messages.append(STOPPED)
                    print("\n(stopped; jobs that had begun go on)", file=sys.stderr)
            except (httpx.HTTPError, KeyError, ValueError, IndexError, TypeError) as error:
                if messages[-1] is wish:  # nothing has come of it
                    messages.pop()
                print(f"The model's endpoint failed: {error or type(error).__name__}", file=sys.stderr)


def main() -> int:
    model = endpoint(dict(os.environ))
    if model is None:
        print(NEEDED, file=sys.stderr)
        return 2
    status = anyio.run(main_loop, model)
    sys.stdout.flush()
    if status:
        os._exit(status)  # a thread still waits for a line, and nobody is going to type it
    return 0


if __name__ == "__main__":
    sys.exit(main())
