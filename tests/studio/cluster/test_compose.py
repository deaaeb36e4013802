"""The example of all machines on one says what the program, its documentation and its own parts understand."""

import re
import shlex
from pathlib import Path

from ruamel.yaml import YAML

from audiopod_mcp.cli import _parser

ROOT = Path(__file__).parents[3]
COMPOSE = YAML(typ="safe").load(ROOT / "examples" / "cluster" / "compose.yaml")
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "audiopod-mcp-cluster"}


def test_every_command_is_one():
    told = {}
    for name, service in OURS.items():
        program, *arguments = shlex.split(service["command"])
        assert program == "audiopod-mcp"
        told[name] = _parser().parse_args(arguments)
    assert {name: options.command for name, options in told.items()} == {
        "migrate": "studio", "studio": "studio", "worker": "worker", "mcp": "serve"
    }  # fmt: skip
    assert told["migrate"].migrate
    assert told["mcp"].stateless
    assert told["studio"].metrics
    assert told["worker"].metrics


def test_every_setting_is_documented():
    known = (ROOT / "docs" / "configuration.md").read_text("utf-8") + (
        ROOT / "docs" / "cluster.md"
    ).read_text("utf-8")
    for service in OURS.values():
        for name in service["environment"]:
            assert f"`{name}`" in known or name == "AWS_SECRET_ACCESS_KEY" or name == "AWS_REGION", name


def test_all_parts_call_each_other_by_names_that_there_are():
    names = set(SERVICES)
    for service in SERVICES.values():
        names |= {alias for network in service.get("networks", {}).values() for alias in network["aliases"]}
        assert set(service.get("depends_on", ())) <= set(SERVICES)
    text = str([COMPOSE["x-audiopod"], *SERVICES.values()])
    called = re.findall(r"(?:://|@)(?:[a-z-]+:[a-z-]+@)?([a-z][a-z.]*)(?::\d+)?(?:/|\b)", text)
    assert {"database", "music.localhost", "store.localhost"} <= set(called)
    assert set(called) - {"music"} <= names  # which is the bucket of s3://music/studio
    proxied = re.findall(r"name (\w+)", COMPOSE["configs"]["proxy"]["content"])
    assert proxied == ["studio", "mcp"]
    for volume in ("jobs", "audio"):
        assert volume in COMPOSE["volumes"]
