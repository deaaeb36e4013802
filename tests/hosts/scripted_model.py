"""A model on 127.0.0.1 that says what a script tells it to, over the four APIs that real hosts speak.

It is no model: for each turn it calls the next tool of its script, or ends the conversation, and it keeps what the
host sent back, which is what a real model would have read.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Call:
    """A tool to call, by the name that this server publishes."""

    tool: str
    arguments: dict


@dataclass
class Model:
    """What is to be said, and what was heard."""

    script: list
    offered: dict = field(default_factory=dict)
    """The tools that the host offered: its name for each, and the schema."""
    results: list = field(default_factory=list)
    """What the model got of each call: a list of blocks, ``{"text": …}`` or ``{"image": …}``."""
    turns: list = field(default_factory=list)

    def next(self, offered, results):
        """The next call as (host's name, arguments), or ``None`` for the end."""
        self.turns.append(list(offered))
        if "WaitForMcpServers" in offered and not any(name.endswith("generate_music") for name in offered):
            # Claude Code asks before slow servers have connected; this is how a model has it wait for them.
            return "WaitForMcpServers", {}
        if not any(name.endswith("generate_music") for name in offered):
            return None  # a side question, such as a title for the conversation
        self.offered = offered
        self.results = results
        if len(results) >= len(self.script):
            return None
        call = self.script[len(results)]
        name = next(name for name in offered if name.endswith(call.tool))
        return name, call.arguments


def _text_of(content):
    """Blocks of a result in any of the APIs' shapes."""
    if isinstance(content, str):
        return [{"text": content}]
    blocks = []
    for block in content or []:
        if isinstance(block, str):
            blocks.append({"text": block})
        elif "text" in block:
            blocks.append({"text": block["text"]})
        elif "image" in str(block.get("type")) or "inlineData" in block:
            blocks.append({"image": True})
        else:
            blocks.append({"text": json.dumps(block)})
    return blocks


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    @property
    def model(self):
        return self.server.model

    def do_HEAD(self):
        self._json({})

    def do_GET(self):
        if "models" in self.path:
            return self._json(
                {"data": [{"id": "scripted", "type": "model", "display_name": "Scripted"}], "models": []}
            )
        return self._json({})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        request = json.loads(body or b"{}")
        path = self.path.partition("?")[0]
        if path.endswith("/messages"):
            return self._anthropic(request)
        if path.endswith("/responses"):
            return self._responses(request)
        if path.endswith("/chat/completions"):
            return self._chat(request)
        if "generateContent" in path.lower() or "streamGenerateContent" in path:
            return self._gemini(request, stream="stream" in path)
        if path.endswith("count_tokens"):
            return self._json({"input_tokens": 10})
        return self._json({"totalTokens": 10})

    # Anthropic's Messages API

    def _anthropic(self, request):
        offered = {tool["name"]: tool.get("input_schema") for tool in request.get("tools") or []}
        results = [
            _text_of(block.get("content"))
            for message in request["messages"]
            if isinstance(message["content"], list)
            for block in message["content"]
            if block.get("type") == "tool_result" and block["tool_use_id"].startswith("call_")
        ]
        call = self.model.next(offered, results)
        number = len(results)
        if call:
            name, arguments = call
            block = {
                "type": "tool_use",
                "id": f"{'wait' if name == 'WaitForMcpServers' else 'call'}_{number}",
                "name": name,
                "input": {},
            }
            delta = {"type": "input_json_delta", "partial_json": json.dumps(arguments)}
        else:
            block = {"type": "text", "text": ""}
            delta = {"type": "text_delta", "text": "done"}
        stop = "tool_use" if call else "end_turn"
        usage = {"input_tokens": 10, "output_tokens": 10}
        if not request.get("stream"):
            content = {**block, "input": call[1]} if call else {"type": "text", "text": "done"}
            return self._json(
                {"id": "msg", "type": "message", "role": "assistant", "model": "scripted", "content": [content],
                 "stop_reason": stop, "stop_sequence": None, "usage": usage}
            )  # fmt: skip
        message = {
            "id": f"msg_{number}", "type": "message", "role": "assistant", "model": "scripted", "content": [],
            "stop_reason": None, "stop_sequence": None, "usage": usage,
        }  # fmt: skip
        return self._events(
            ("message_start", {"type": "message_start", "message": message}),
            ("content_block_start", {"type": "content_block_start", "index": 0, "content_block": block}),
            ("content_block_delta", {"type": "content_block_delta", "index": 0, "delta": delta}),
            ("content_block_stop", {"type": "content_block_stop", "index": 0}),
            ("message_delta", {"type": "message_delta", "delta": {"stop_reason": stop}, "usage": usage}),
            ("message_stop", {"type": "message_stop"}),
        )

    # OpenAI's Responses API

    def _responses(self, request):
        offered = {}
        for tool in request.get("tools") or []:
            if tool.get("type") == "namespace":
                offered |= {f"{tool['name']}\0{inner['name']}": inner for inner in tool.get("tools", [])}
            elif "name" in tool:
                offered[tool["name"]] = tool.get("parameters")
        results = [
            _text_of(item["output"])
            for item in request["input"]
            if item.get("type") == "function_call_output"
        ]
        call = self.model.next(offered, results)
        if call:
            namespace, _, name = call[0].rpartition("\0")
            item = {
                "type": "function_call", "id": f"fc_{len(results)}", "call_id": f"call_{len(results)}", "name": name,
                "arguments": json.dumps(call[1]), "status": "completed",
            } | ({"namespace": namespace} if namespace else {})  # fmt: skip
        else:
            text = {"type": "output_text", "text": "done", "annotations": []}
            item = {
                "type": "message",
                "id": "m",
                "role": "assistant",
                "content": [text],
                "status": "completed",
            }
        usage = {"input_tokens": 10, "output_tokens": 10, "total_tokens": 20,
                 "input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}}  # fmt: skip
        response = {
            "id": f"resp_{len(results)}",
            "object": "response",
            "status": "completed",
            "output": [item],
            "usage": usage,
        }
        self._events(
            (
                "response.created",
                {"type": "response.created", "response": {**response, "output": [], "status": "in_progress"}},
            ),
            (
                "response.output_item.added",
                {"type": "response.output_item.added", "output_index": 0, "item": item},
            ),
            (
                "response.output_item.done",
                {"type": "response.output_item.done", "output_index": 0, "item": item},
            ),
            ("response.completed", {"type": "response.completed", "response": response}),
        )

    # Chat Completions

    def _chat(self, request):
        offered = {
            tool["function"]["name"]: tool["function"].get("parameters")
            for tool in request.get("tools") or []
        }
        results = []
        for message in request["messages"]:
            if message["role"] == "tool":
                results.append(_text_of(message["content"]))
            elif message["role"] == "user" and isinstance(message["content"], list) and results:
                # What a host shows beside a result, which may be text alone here: pictures.
                results[-1] += [block for block in _text_of(message["content"]) if "image" in block]
        call = self.model.next(offered, results)
        if call:
            function = {"name": call[0], "arguments": json.dumps(call[1])}
            delta = {"role": "assistant", "tool_calls": [
                {"index": 0, "id": f"call_{len(results)}", "type": "function", "function": function}
            ]}  # fmt: skip
        else:
            delta = {"role": "assistant", "content": "done"}
        finish = "tool_calls" if call else "stop"
        head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}
        usage = {"prompt_tokens": 10, "completion_tokens": 10, "total_tokens": 20}
        if not request.get("stream"):
            choice = {"index": 0, "message": {"content": None, **delta}, "finish_reason": finish}
            return self._json({**head, "object": "chat.completion", "choices": [choice], "usage": usage})
        return self._events(
            (None, {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}),
            (None, {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": finish}], "usage": usage}),
            (None, "[DONE]"),
        )

    # Gemini's generateContent

    def _gemini(self, request, *, stream):
        offered = {
            declared["name"]: declared.get("parametersJsonSchema") or declared.get("parameters")
            for tool in request.get("tools") or []
            for declared in tool.get("functionDeclarations") or []
        }
        results = []
        for message in request.get("contents") or []:
            for part in message.get("parts") or []:
                if "functionResponse" in part:
                    response = part["functionResponse"]
                    blocks = _text_of(json.dumps(response.get("response"), ensure_ascii=False))
                    blocks += [block for block in _text_of(response.get("parts")) if "image" in block]
                    results.append(blocks)
                elif "inlineData" in part and results:
                    results[-1].append({"image": True})
        call = self.model.next(offered, results)
        part = {"functionCall": {"name": call[0], "args": call[1]}} if call else {"text": "done"}
        candidate = {"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}
        usage = {"promptTokenCount": 10, "candidatesTokenCount": 10, "totalTokenCount": 20}
        answer = {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "scripted"}
        if stream:
            return self._events((None, answer))
        return self._json(answer)

    def _json(self, answer):
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _events(self, *events):
        lines = []
        for name, data in events:
            if name:
                lines.append(f"event: {name}\n")
            lines.append(f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n")
        data = "".join(lines).encode()
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def scripted(*script):
    """A model that follows ``script``; gives it and its address."""
    model = Model(list(script))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.model = model
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield model, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
