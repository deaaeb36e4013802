"""Every host on every platform: set up, kept as it was otherwise, and taken out again."""

import io
import json
import subprocess
import sys
import tomllib

import pytest

from audiopod_mcp.install import HOSTS, Machine, run_install, run_uninstall
from audiopod_mcp.install.yaml_text import parse as parse_yaml

from ..server.sessions import environment

PLATFORMS = ["linux", "macos", "windows"]
EXISTING = {
    "json": '// mine\n{\n  "theme": "dark", // keep\n  "%s": {\n    "other": {"command": "x"}\n  }\n}\n',
    "toml": '# mine\ntheme = "dark" # keep\n\n[%s.other]\ncommand = "x"\n',
    "yaml": "# mine\ntheme: dark # keep\n%s:\n  other:\n    cmd: x\n",
}
PARSERS = {"toml": tomllib.loads, "yaml": parse_yaml}


def parsed(host, text):
    if host.format == "json":
        text = "\n".join(line.partition("//")[0] for line in text.splitlines())
        return json.loads(text)
    return PARSERS[host.format](text)


def install(host, machine, **options):
    out = io.StringIO()
    assert run_install(host.name, machine=machine, out=out, **options) == 0
    return out.getvalue()


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("host", HOSTS.values(), ids=lambda host: host.name)
def test_a_new_file_says_how_to_start_us(host, platform, tmp_path):
    machine = Machine(platform, tmp_path)
    told = install(host, machine, env=["AUDIOPOD_MAX_WAIT=90"])
    path = host.path(machine)
    entry = parsed(host, path.read_text())[host.container]["audiopod"]
    assert str(path) in told
    assert host.next_step in told
    command = entry.get("command") or entry["cmd"]
    assert "audiopod-mcp" in command or entry["args"] == ["-m", "audiopod_mcp"]
    assert (entry.get("env") or entry["envs"]) == {"AUDIOPOD_MAX_WAIT": "90"}


@pytest.mark.parametrize("host", HOSTS.values(), ids=lambda host: host.name)
def test_what_others_wrote_stays_and_comes_back_exactly(host, tmp_path):
    machine = Machine("linux", tmp_path)
    path = host.path(machine)
    path.parent.mkdir(parents=True, exist_ok=True)
    before = EXISTING[host.format] % host.container
    path.write_text(before)
    path.chmod(0o640)

    told = install(host, machine)
    after = path.read_text()
    assert "# mine" in after or "// mine" in after
    assert "keep" in after
    assert set(parsed(host, after)[host.container]) == {"other", "audiopod"}
    assert path.stat().st_mode & 0o777 == 0o640
    backup = path.with_name(f"{path.name}.bak")
    assert backup.read_text() == before
    assert str(backup) in told

    assert "set up already" in install(host, machine)
    assert path.read_text() == after
    assert run_uninstall(host.name, machine=machine, out=io.StringIO()) == 0
    assert path.read_text() == before
    assert backup.read_text() == before, "an earlier backup is never overwritten"


@pytest.mark.parametrize("host", HOSTS.values(), ids=lambda host: host.name)
def test_a_malformed_file_is_one_line_and_left_alone(host, tmp_path, capsys):
    machine = Machine("linux", tmp_path)
    path = host.path(machine)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{[: broken")
    assert run_install(host.name, machine=machine, out=io.StringIO()) == 1
    complaint = capsys.readouterr().err
    assert str(path) in complaint
    assert complaint.count("\n") == 1
    assert path.read_text() == "{[: broken"
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_key_is_written_for_its_owner_alone_and_never_shown(tmp_path):
    machine = Machine("linux", tmp_path)
    host = HOSTS["cursor"]
    shown = install(host, machine, key=lambda: "ap_secret", dry_run=True)
    assert "ap_secret" not in shown
    assert not host.path(machine).exists()
    told = install(host, machine, key=lambda: "ap_secret")
    assert "ap_secret" not in told
    assert host.path(machine).stat().st_mode & 0o777 == 0o600
    assert "ap_secret" in host.path(machine).read_text()


def test_windows_line_ends_and_a_byte_order_mark_stay(tmp_path):
    machine = Machine("windows", tmp_path)
    path = HOSTS["claude-desktop"].path(machine)
    path.parent.mkdir(parents=True)
    path.write_bytes(b'\xef\xbb\xbf{\r\n  "a": 1\r\n}\r\n')
    install(HOSTS["claude-desktop"], machine)
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf{\r\n")
    assert raw.count(b"\n") == raw.count(b"\r\n")


def run(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "audiopod_mcp", *arguments],
        env={**environment(folder), "HOME": str(folder), "XDG_CONFIG_HOME": "", "USERPROFILE": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_command_itself(tmp_path):
    listed = run(tmp_path, "install")
    assert all(name in listed.stdout for name in HOSTS)
    tried = run(tmp_path, "install", "cursor", "--dry-run")
    assert "audiopod" in tried.stdout
    assert not (tmp_path / ".cursor").exists()
    assert run(tmp_path, "install", "cursor").returncode == 0
    assert "audiopod" in json.loads((tmp_path / ".cursor" / "mcp.json").read_text())["mcpServers"]
    project = tmp_path / "project"
    project.mkdir()
    assert run(tmp_path, "install", "vscode", "--project", str(project)).returncode == 0
    assert (project / ".vscode" / "mcp.json").exists()
    unknown = run(tmp_path, "install", "notepad")
    assert unknown.returncode == 1
    assert "'notepad' is not a host" in unknown.stderr
