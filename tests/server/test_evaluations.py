"""What people ask for can be said with the tools, in one way only.

``tests/evaluations/requests.jsonl`` holds requests in many languages, each with the call that answers it.
These tests check the data against the tools; the same file serves to evaluate a model: give it the tools and
a request, and compare its call.
"""

import json
from collections import Counter
from pathlib import Path

import jsonschema
import pytest

from audiopod_mcp.server import Service
from audiopod_mcp.server.tools import build_tools

FILE = Path(__file__).parents[1] / "evaluations" / "requests.jsonl"
REQUESTS = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]

NOBODY_ASKS_FOR = {"audio_codes", "temperature", "edit_type"}
"""Arguments that only programs have a use for."""


def no_service(key):
    raise AssertionError("nothing here may reach a service")


TOOLS = {tool.name: tool for tool in build_tools(Service(connect=no_service))}


@pytest.mark.parametrize("case", REQUESTS, ids=lambda case: f"{case['tool']}-{case['language']}")
def test_the_request_can_be_expressed(case):
    tool = TOOLS[case["tool"]]
    jsonschema.validate(case["arguments"], tool.parameters, jsonschema.Draft202012Validator)
    tool.arguments.model_validate(case["arguments"])


def test_no_request_is_told_twice():
    seen = Counter(" ".join(case["request"].casefold().split()) for case in REQUESTS)
    assert [request for request, times in seen.items() if times > 1] == []


def test_calls_of_one_language_differ():
    """Two requests that lead to the same call in one language add nothing."""
    calls = Counter(
        (case["language"], case["tool"], json.dumps(case["arguments"], sort_keys=True)) for case in REQUESTS
    )
    assert [call for call, times in calls.items() if times > 1] == []


def test_a_job_that_is_named_is_the_job_that_is_meant():
    for case in REQUESTS:
        arguments = case["arguments"]
        job = next((arguments[name] for name in arguments if name.endswith("job_id")), None)
        if job is not None:
            assert str(job) in case["request"]
        source = next((arguments[name] for name in arguments if name.endswith("audio_url")), "")
        if source.startswith("audiopod:"):
            assert source.rpartition("/")[2] in case["request"]
        else:
            assert source in case["request"]


def test_there_are_many_in_many_languages():
    assert len(REQUESTS) >= 60
    assert {case["language"] for case in REQUESTS} >= {
        "en",
        "de",
        "fr",
        "es",
        "pt",
        "it",
        "ja",
        "zh",
        "hi",
        "ar",
    }


def test_every_tool_and_every_argument_people_talk_about_is_asked_for():
    asked = {name for case in REQUESTS for name in case["arguments"]}
    offered = {name for tool in TOOLS.values() for name in tool.parameters["properties"]}
    assert {case["tool"] for case in REQUESTS} == set(TOOLS)
    assert offered - asked == NOBODY_ASKS_FOR


def test_every_choice_of_a_mode_is_asked_for():
    modes = TOOLS["generate_music"].parameters["properties"]["mode"]["enum"]
    assert {case["arguments"].get("mode") for case in REQUESTS} >= set(modes)
