"""The example chat against an endpoint that answers from a script, over a real socket, with the real server."""

import json
import os
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from .server.sessions import BEEPER, environment

pytestmark = pytest.mark.slow

CHAT = Path(__file__).parents[1] / "examples" / "chat.py"
TUNE = {"mode": "prompt2instrumental", "caption": "waltz"}


@pytest.fixture
def endpoint():
    """A server that gives its ``script`` answer by answer and keeps what was ``asked``."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self.server.asked.append((self.path, dict(self.headers), body))
            status, answer = self.server.script.pop(0)
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            if status == 429:
                self.send_header("retry-after", "0")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.script = [], []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def talk(folder, lines, **settings):
    env = {
        k: v for k, v in environment(folder, **BEEPER).items() if not k.startswith(("OPENAI_", "ANTHROPIC_"))
    } | settings
    return subprocess.run(
        [sys.executable, str(CHAT)],
        input="\n".join(lines) + "\n",
        env=env,
        capture_output=True,
        text=True,
        timeout=150,
    )


def openai(content=None, *calls):
    tools = [
        {"id": f"call-{n}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for n, (name, arguments) in enumerate(calls)
    ]
    return 200, {
        "choices": [{"message": {"role": "assistant", "content": content, "tool_calls": tools or None}}]
    }


def test_without_an_endpoint_it_says_what_it_needs(tmp_path):
    done = talk(tmp_path, ["hello"])
    assert done.returncode == 2
    assert "OPENAI_MODEL" in done.stderr
    assert "ANTHROPIC_MODEL" in done.stderr


def test_a_wish_becomes_music_in_the_openai_dialect(tmp_path, endpoint):
    endpoint.script = [
        (429, {"error": "busy"}),
        openai("Right away.", ("generate_music", json.dumps(TUNE)), ("list_jobs", "{not json")),
        openai("Here is your waltz."),
        (400, {"error": "too long"}),
        openai("You are welcome."),
    ]
    url = f"http://127.0.0.1:{endpoint.server_port}/v1"
    done = talk(tmp_path, ["a slow waltz", "again", "thanks"], OPENAI_MODEL="m", OPENAI_BASE_URL=url)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["Right away.", "Here is your waltz.", "You are welcome."]
    assert "♪ file://" in done.stderr
    assert "too long" in done.stderr
    asked = endpoint.asked[2][2]
    made, refused = asked["messages"][-2:]
    assert "is finished: 0:01" in made["content"]
    assert "no JSON object" in refused["content"]
    assert {tool["function"]["name"] for tool in asked["tools"]} >= {"generate_music", "save_audio"}
    last = endpoint.asked[-1][2]["messages"]
    assert [message["content"] for message in last if message["role"] == "user"] == ["a slow waltz", "thanks"]


def test_mistakes_go_back_to_the_model_in_the_anthropic_dialect(tmp_path, endpoint):
    use = {
        "type": "tool_use",
        "id": "u1",
        "name": "generate_music",
        "input": {"mode": "text2music", "duration": 9999},
    }
    endpoint.script = [
        (200, {"content": [{"type": "text", "text": "Trying."}, use]}),
        (200, {"content": [{"type": "text", "text": "That is too long."}]}),
    ]
    url = f"http://127.0.0.1:{endpoint.server_port}"
    done = talk(
        tmp_path,
        ["a song of three hours"],
        ANTHROPIC_MODEL="m",
        ANTHROPIC_API_KEY="k",
        ANTHROPIC_BASE_URL=url,
    )
    assert done.stdout.splitlines() == ["Trying.", "That is too long."]
    path, headers, body = endpoint.asked[1]
    assert path == "/v1/messages"
    assert headers["x-api-key"] == "k"
    (result,) = body["messages"][-1]["content"]
    assert result["tool_use_id"] == "u1"
    assert result["is_error"]
    assert "duration" in result["content"] or "caption" in result["content"]


def test_ctrl_c_ends_the_turn_and_at_the_prompt_the_chat(tmp_path, endpoint):
    long = TUNE | {"caption": "slow 60"}
    endpoint.script = [
        openai(None, ("generate_music", json.dumps(long))),
        openai(None, ("list_jobs", "{}")),
        openai("All right."),
    ]
    settings = {"OPENAI_MODEL": "m", "OPENAI_BASE_URL": f"http://127.0.0.1:{endpoint.server_port}/v1"}
    chat = subprocess.Popen(
        [sys.executable, str(CHAT)],
        env=environment(tmp_path, **BEEPER) | settings,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, bufsize=1, start_new_session=True,
    )  # fmt: skip
    try:
        chat.stdin.write("a long waltz\n")
        seen = ""
        while "█" not in seen:  # the job is at work
            seen += chat.stderr.read(1)
        os.killpg(chat.pid, signal.SIGINT)  # as a terminal does: to the chat and all that it started
        chat.stdin.write("never mind\n")
        assert chat.stdout.readline() == "All right.\n"
        os.killpg(chat.pid, signal.SIGINT)
        assert chat.wait(30) == 130
        assert "stopped" in chat.stderr.read()
    finally:
        chat.kill()
        chat.communicate()
    told = [message["content"] for message in endpoint.asked[1][2]["messages"][1:]]
    assert [told[0], told[2]] == ["a long waltz", "never mind"]
    assert "stopped this turn" in told[1]
    listed = endpoint.asked[2][2]["messages"][-1]["content"]
    assert "Jobs 1 to 1 of 1" in listed  # the server lives, and so does the job


def test_what_was_made_is_remembered_when_the_endpoint_fails_afterwards(tmp_path, endpoint):
    endpoint.script = [
        openai(None, ("generate_music", json.dumps(TUNE))),
        (400, {"error": "too long"}),
        openai("It is there already."),
    ]
    url = f"http://127.0.0.1:{endpoint.server_port}/v1"
    done = talk(tmp_path, ["a slow waltz", "where is it?"], OPENAI_MODEL="m", OPENAI_BASE_URL=url)
    assert done.stdout.splitlines() == ["It is there already."], done.stderr
    told = endpoint.asked[-1][2]["messages"]
    assert [message["role"] for message in told] == ["system", "user", "assistant", "tool", "user"]
    assert "is finished: 0:01" in told[3]["content"]
