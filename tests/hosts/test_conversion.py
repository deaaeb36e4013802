"""Every tool is taken by the frameworks that agents are made with, and nothing of it is lost on the way."""

import json

import pytest

from audiopod_mcp.server import Service
from audiopod_mcp.server.tools import build_tools
from tests.server.sessions import BEEPER, parameters

from .clients import HERE, python_of, run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tools():
    published = build_tools(Service(connect=lambda key: None))
    return [{"name": t.name, "description": t.description, "inputSchema": t.parameters} for t in published]


@pytest.fixture(scope="module")
def converted(tools, tmp_path_factory):
    file = tmp_path_factory.mktemp("tools") / "tools.json"
    file.write_text(json.dumps(tools))
    return run([python_of("agents"), str(HERE / "converted.py")], str(file))


def without_type(node):
    """The properties of a schema, however deep, of which no type is told."""
    found = []
    for name, value in (node.get("properties") or {}).items():
        found += [name] if "type" not in value else []
        found += without_type(value)
    return found


def test_google_genai(tools, converted):
    declared = [declaration for tool in converted["gemini"] for declaration in tool["function_declarations"]]
    assert [declaration["name"] for declaration in declared] == [tool["name"] for tool in tools]
    for tool, declaration in zip(tools, declared, strict=True):
        schema = declaration.get("parameters") or declaration["parameters_json_schema"]
        assert schema["properties"].keys() == tool["inputSchema"]["properties"].keys()
        assert without_type(schema) == []


def test_langchain(tools, converted):
    functions = [tool["function"] for tool in converted["langchain"]]
    for tool, function in zip(tools, functions, strict=True):
        assert function["name"] == tool["name"]
        assert function["parameters"]["properties"].keys() == tool["inputSchema"]["properties"].keys()
        assert without_type(function["parameters"]) == []


def test_langchain_gets_words_where_links_are_told_in_words(tmp_path):
    """Its adapters make file blocks of links, which Chat Completions refuses."""
    server = parameters(tmp_path, AUDIOPOD_LINKS="text", **BEEPER).model_dump(
        include={"command", "args", "env"}
    )
    tune = {"mode": "prompt2instrumental", "caption": "a beep"}
    client = [python_of("agents"), str(HERE / "langchain_client.py")]
    content = run(client, server, "generate_music", tune)
    assert [block["type"] for block in content] == ["text"]
    assert "audiopod://jobs/1" in content[0]["text"]


def test_openai_agents(tools, converted):
    names = [tool["name"] for tool in tools]
    assert converted["agents"] == [*names, *names]
