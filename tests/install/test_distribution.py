"""What the package says of itself elsewhere: the desktop bundle, the registry's entry, the image, the shell."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
import soundfile
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from audiopod_mcp import __version__
from audiopod_mcp.settings import Settings
from tests.server.sessions import environment

ROOT = Path(__file__).parents[2]
MANIFEST = json.loads((ROOT / "manifest.json").read_text("utf-8"))
REGISTRY = json.loads((ROOT / "server.json").read_text("utf-8"))
TABLE = (ROOT / "docs" / "configuration.md").read_text("utf-8")
DOCUMENTED = set(re.findall(r"^\| `((?:AUDIOPOD|ACESTEP)_\w+)` \|", TABLE, re.MULTILINE))


@pytest.mark.slow
def test_readme_and_bundle_list_the_tools_that_the_server_has():
    command = [sys.executable, str(ROOT / "docs" / "tool_tables.py"), "--check"]
    checked = subprocess.run(command, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


def test_versions_and_names_agree():
    package = REGISTRY["packages"][0]
    assert MANIFEST["version"] == REGISTRY["version"] == package["version"] == __version__
    assert MANIFEST["name"] == package["identifier"]
    assert f"<!-- mcp-name: {REGISTRY['name']} -->" in (ROOT / "README.md").read_text("utf-8")


def test_settings_offered_elsewhere_exist_and_the_key_is_marked_secret():
    variables = {variable["name"]: variable for variable in REGISTRY["packages"][0]["environmentVariables"]}
    bundled = MANIFEST["server"]["mcp_config"]["env"]
    assert set(variables) == DOCUMENTED
    assert set(bundled) <= DOCUMENTED
    secret = {name for name, variable in variables.items() if variable["isSecret"]}
    keys = {"AUDIOPOD_API_KEY", "ACESTEP_API_KEY"}
    assert secret == keys | {"AUDIOPOD_DATABASE_URL", "AUDIOPOD_WEBHOOK_SECRET"}
    assert set(re.findall(r"user_config\.(\w+)", json.dumps(MANIFEST["server"]))) == set(
        MANIFEST["user_config"]
    )
    assert MANIFEST["user_config"]["api_key"]["sensitive"]


def test_what_the_person_left_empty_counts_as_unset():
    left_out = MANIFEST["server"]["mcp_config"]["env"]
    assert Settings.from_environment(left_out) == Settings.from_environment({})
    everything = dict.fromkeys(DOCUMENTED, "${user_config.anything}")
    assert Settings.from_environment(everything) == Settings.from_environment({})


@pytest.mark.slow
@pytest.mark.anyio
async def test_folders_chosen_in_the_bundle_are_read(tmp_path):
    config = MANIFEST["server"]["mcp_config"]
    arguments = config["args"][config["args"].index("audiopod-mcp") + 1 :]
    chosen = tmp_path / "chosen here"
    chosen.mkdir()
    soundfile.write(chosen / "a.wav", np.sin(np.arange(16_000) * 0.2) * 0.5, 8000)
    for folders, heard in (([str(tmp_path / "other"), str(chosen)], True), ([arguments[-1]], False)):
        server = StdioServerParameters(
            command=sys.executable,
            args=["-m", "audiopod_mcp", *arguments[:-1], *folders],
            env=environment(tmp_path),
        )
        async with Client(stdio_client(server)) as client:
            answer = await client.call_tool("analyze_audio", {"audio_url": str(chosen / "a.wav")})
        assert answer.is_error is not heard
        assert heard or "outside the folders" in answer.content[0].text


def test_the_lock_file_is_of_these_dependencies_and_from_the_public_index():
    text = (ROOT / "uv.lock").read_text("utf-8")
    assert {"pypi.org", "files.pythonhosted.org"} == set(re.findall(r"https?://([^/\"]+)", text))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())}
    (ours,) = (package for package in tomllib.loads(text)["package"] if package["name"] == "audiopod-mcp")
    locked = {(each["name"], SpecifierSet(each["specifier"])) for each in ours["metadata"]["requires-dist"]}
    assert {(canonicalize_name(r.name), r.specifier) for r in map(Requirement, wanted)} == locked, (
        "run uv lock"
    )


def test_the_images_health_check_is_an_address_that_the_server_has():
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    assert "http://127.0.0.1:8765/health" in dockerfile
    words = json.loads(re.search(r"^ENTRYPOINT (\[.*\])$", dockerfile, re.MULTILINE)[1])
    done = subprocess.run([sys.executable, "-m", "audiopod_mcp", *words[1:], "--help"], capture_output=True)
    assert done.returncode == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_every_shell_gets_its_script(tmp_path, shell):
    command = [sys.executable, "-m", "audiopod_mcp", "completion", shell]
    done = subprocess.run(command, env=environment(tmp_path), capture_output=True, text=True)
    assert done.returncode == 0
    assert "audiopod-mcp" in done.stdout
    assert "_ARGCOMPLETE" in done.stdout


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("audiopod-mcp in", {"install"}),
        ("audiopod-mcp install cl", {"claude-desktop", "claude-code", "cline"}),
        ("audiopod-mcp serve --transport ", {"stdio", "http", "sse"}),
    ],
)
def test_bash_completes_commands_hosts_and_choices(tmp_path, typed, words):
    command = tmp_path / "audiopod-mcp"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m audiopod_mcp "$@"\n', "utf-8")
    command.chmod(0o755)
    parts = typed.split(" ")
    script = f"""
        eval "$(audiopod-mcp completion bash)"
        COMP_WORDS=({" ".join(parts)} {"''" if not parts[-1] else ""}) COMP_CWORD={len(parts) - 1}
        COMP_LINE='{typed}' COMP_POINT={len(typed)} COMP_TYPE=9
        _python_argcomplete audiopod-mcp '{parts[-1]}' '{parts[-2]}'
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    env = environment(tmp_path)
    env["PATH"] = f"{tmp_path}:{env.get('PATH', '/usr/bin:/bin')}"
    done = subprocess.run(["bash", "-c", script], env=env, capture_output=True, text=True)
    assert {word.strip() for word in done.stdout.split()} == words, done.stderr
