"""What hosts build on: names, schemas, annotations. A change here is a change of the public contract.

``AUDIOPOD_UPDATE_SNAPSHOTS=1 pytest tests/server/test_contract.py`` writes the snapshots anew.
"""

import json
import os
from pathlib import Path
from typing import get_args

import jsonschema
import pytest
from mcp import Client
from mcp.client.extension import ClientExtension
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS, PromptReference, ResourceTemplateReference
from pydantic import BaseModel

from audiopod_mcp.operations import OPERATIONS
from audiopod_mcp.server import Service, build_server, schemas
from audiopod_mcp.server.tools import build_tools

pytestmark = pytest.mark.anyio

SNAPSHOTS = Path(__file__).parent / "snapshots"
ERAS = ["legacy", "2026-07-28"]


def no_service(key):
    raise AssertionError("nothing here may reach a service")


@pytest.fixture(scope="module", params=ERAS)
async def client(anyio_backend, request):
    async with Client(build_server(Service(connect=no_service)), mode=request.param) as client:
        yield client


async def published(client):
    listed = (await client.list_tools()).tools
    return {tool.name: tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed}


async def test_every_tool_is_published_as_its_snapshot_says(client):
    tools = await published(client)
    if os.environ.get("AUDIOPOD_UPDATE_SNAPSHOTS"):
        for old in SNAPSHOTS.glob("*.json"):
            old.unlink()
        for name, tool in tools.items():
            (SNAPSHOTS / f"{name}.json").write_text(json.dumps(tool, indent=1, ensure_ascii=False) + "\n")
    assert tools == {path.stem: json.loads(path.read_text()) for path in SNAPSHOTS.glob("*.json")}


def test_the_schemas_that_are_kept_are_those_of_the_declarations():
    kept = json.loads(schemas.KEPT.read_text())
    tools = build_tools(Service(connect=no_service))
    declared = {schemas.name_of(tool.arguments): schemas.arguments_of(tool.arguments) for tool in tools}
    declared |= {
        schemas.name_of(tool.result): schemas.result_of(tool.result) for tool in tools if tool.result
    }
    assert kept == declared, "run python docs/tool_tables.py"


async def test_there_is_a_tool_for_every_operation_and_every_task_of_looking_after_jobs(client):
    operations = {operation.tool for operation in OPERATIONS}
    after_jobs = {"get_job", "show_audio", "list_jobs", "retry_job", "rename_job", "delete_job", "save_audio"}
    assert set(await published(client)) == operations | after_jobs


async def test_the_tools_cost_the_model_few_tokens(client):
    """Every host sends all of them to its model at every turn."""
    tools = list((await published(client)).values())
    assert len(json.dumps({"tools": tools}, separators=(",", ":")).encode()) < 1_300 * len(tools)


async def test_settings_of_a_model_are_listed_only_where_there_is_one():
    async with Client(
        build_server(Service(connect=no_service, embedded=True, model_settings=False))
    ) as client:
        tools = await published(client)
    assert not [name for name, tool in tools.items() if "advanced" in tool["inputSchema"]["properties"]]
    assert not tools["analyze_audio"]["inputSchema"]["properties"].keys() & {"temperature", "audio_codes"}
    listed = json.dumps({"tools": list(tools.values())}, separators=(",", ":"), ensure_ascii=False)
    assert len(listed.encode()) <= 16_000


class App(ClientExtension):
    identifier = "io.modelcontextprotocol/ui"

    def __init__(self, *mime_types):
        self._mime_types = list(mime_types)

    def settings(self):
        return {"mimeTypes": self._mime_types}


@pytest.mark.parametrize("era", ERAS)
async def test_the_player_is_named_to_hosts_that_show_apps(era):
    server = build_server(Service(connect=no_service))
    for types, named in ((["text/html;profile=mcp-app"], True), (["text/plain"], False)):
        async with Client(server, mode=era, extensions=[App(*types)]) as client:
            tools = await published(client)
        assert ("_meta" in tools["generate_music"]) is named
        assert "_meta" not in tools["list_jobs"]


@pytest.mark.parametrize("toolset", ["core", "edit", "jobs"])
async def test_a_set_of_tools_is_smaller_and_can_still_finish_what_it_begins(toolset):
    async with Client(build_server(Service(connect=no_service))) as client:
        everything = await published(client)
    async with Client(build_server(Service(connect=no_service, toolset=toolset))) as client:
        tools = await published(client)
    assert tools.keys() < everything.keys()
    assert tools == {name: everything[name] for name in tools}
    assert tools.keys() >= {"get_job", "list_jobs", "save_audio"}
    assert len(tools) <= 12


async def test_every_tool_is_in_some_set():
    names = set()
    for toolset in ("core", "edit", "jobs"):
        async with Client(build_server(Service(connect=no_service, toolset=toolset))) as client:
            names |= (await published(client)).keys()
    async with Client(build_server(Service(connect=no_service))) as client:
        assert names == (await published(client)).keys()


async def test_schemas_are_valid_plain_and_wholly_described(client):
    for name, tool in (await published(client)).items():
        schema = tool["inputSchema"]
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft202012Validator.check_schema(tool.get("outputSchema", {}))
        assert tool["description"]
        assert_plain_and_described(name, schema)


def assert_plain_and_described(where, schema):
    """In words that every converter knows: a type for everything, and nothing closed."""
    assert schema.keys() <= {"type", "properties", "required", "description"}, where
    assert schema["type"] == "object"
    for name, parameter in schema["properties"].items():
        assert parameter.get("description"), f"{where}.{name} is not described"
        assert isinstance(parameter["type"], str), f"{where}.{name} has no type"
        inner = parameter.get("items", parameter)
        if inner["type"] == "object":
            assert_plain_and_described(f"{where}.{name}", inner)


def declared(model):
    """Every field with its declaration, those of a group of seldom-used ones included."""
    for name, field in model.model_fields.items():
        options = [option for option in get_args(field.annotation) if isinstance(option, type)]
        inner = next((option for option in options if issubclass(option, BaseModel)), None)
        yield from declared(inner) if inner else [(name, field)]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.tool)
async def test_every_default_is_published(operation):
    async with Client(build_server(Service(connect=no_service))) as client:
        schema = (await published(client))[operation.tool]["inputSchema"]
    properties = schema["properties"] | schema["properties"].get("advanced", {}).get("properties", {})
    for name, field in declared(operation):
        if field.default is not None and not field.is_required():
            assert properties[name]["default"] == field.default


async def test_what_is_not_published_as_refused_is_refused_by_its_name(client):
    result = await client.call_tool("generate_music", {"caption": "x", "advanced": {"stepps": 3}, "keys": 1})
    assert result.is_error
    assert "keys: unknown argument" in result.content[0].text
    assert "advanced.stepps: unknown argument" in result.content[0].text


async def test_pictures_have_a_tool_without_structured_results(client):
    with_pictures = [name for name, tool in (await published(client)).items() if "outputSchema" not in tool]
    assert with_pictures == ["show_audio"]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.tool)
async def test_what_the_schema_allows_the_operation_takes_and_nothing_beyond(operation):
    """The published numbers are the ones that are enforced."""
    async with Client(build_server(Service(connect=no_service))) as client:
        schema = (await published(client))[operation.tool]["inputSchema"]
        for name, parameter in schema["properties"].items():
            for limit, step in (("minimum", -1), ("maximum", 1)):
                if limit in parameter and (name, limit) != ("duration", "minimum"):
                    beyond = parameter[limit] + step
                    result = await client.call_tool(operation.tool, {name: beyond})
                    assert result.is_error
                    assert f"{name}: {beyond}" in result.content[0].text


async def test_annotations_tell_the_truth(client):
    hints = {name: tool.get("annotations", {}) for name, tool in (await published(client)).items()}
    reading = {name for name, hint in hints.items() if hint.get("readOnlyHint")}
    assert reading == {"analyze_audio", "get_job", "show_audio", "list_jobs"}
    destroying = {n for n, hint in hints.items() if n not in reading and hint.get("destructiveHint", True)}
    assert destroying == {"delete_job"}


async def test_resource_templates_cover_the_contract(client):
    templates = {t.uri_template for t in (await client.list_resource_templates()).resource_templates}
    assert templates == {
        "audiopod://jobs/{job_id}",
        "audiopod://jobs/{job_id}/audio",
        "audiopod://jobs/{job_id}/audio/{format}",
        "audiopod://jobs/{job_id}/stems/{track}",
        "audiopod://jobs/{job_id}/lyrics",
        "audiopod://jobs/{job_id}/lyrics/words",
        "audiopod://jobs/{job_id}/waveform",
        "audiopod://jobs/{job_id}/spectrogram",
        "audiopod://jobs/{job_id}/midi",
        "audiopod://jobs/{job_id}/score",
        "audiopod://jobs/{job_id}/chords",
        "audiopod://analyses/{analysis_id}",
    }


async def test_prompts_can_be_got_with_their_arguments(client):
    for prompt in (await client.list_prompts()).prompts:
        assert prompt.description
        got = await client.get_prompt(prompt.name, {a.name: "7" for a in prompt.arguments or []})
        assert "7" in got.messages[0].content.text


@pytest.mark.parametrize(
    ("name", "line"), [("polka", "Unknown prompt: polka"), ("fix_section", "Missing required")]
)
async def test_a_wrong_prompt_is_the_callers_mistake(client, name, line):
    with pytest.raises(MCPError, match=line) as error:
        await client.get_prompt(name, {})
    assert error.value.error.code == INVALID_PARAMS


@pytest.mark.parametrize(
    ("argument", "typed", "first"),
    [
        ("format", "m", "mp3"),
        ("key", "f# m", "F# Major"),
        ("track", "vo", "vocals"),
        ("style", "pop", "Modern Pop"),
        ("language", "ger", "German"),
        ("seconds", "", "15"),
    ],
)
async def test_arguments_complete(client, argument, typed, first):
    ref = (
        ResourceTemplateReference(type="ref/resource", uri="audiopod://jobs/{job_id}/audio/{format}")
        if argument == "format"
        else PromptReference(type="ref/prompt", name="cover_in_style")
    )
    completed = await client.complete(ref, {"name": argument, "value": typed})
    assert completed.completion.values[0] == first
