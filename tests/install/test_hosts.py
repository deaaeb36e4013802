"""Every host on every platform, in real files: what is written, what is kept, what comes back."""

import io
import json
import os
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from audiopod_mcp.install import HOSTS, Machine, run_install, run_uninstall
from audiopod_mcp.install.formats import set_entry
from tests.server.sessions import environment

PATHS = {
    "claude-desktop": (".config/Claude/claude_desktop_config.json", "Library/Application Support/Claude/claude_desktop_config.json", "AppData/Roaming/Claude/claude_desktop_config.json"),
    "claude-code": (".claude.json",) * 3,
    "cursor": (".cursor/mcp.json",) * 3,
    "vscode": (".config/Code/User/mcp.json", "Library/Application Support/Code/User/mcp.json", "AppData/Roaming/Code/User/mcp.json"),
    "windsurf": (".codeium/windsurf/mcp_config.json",) * 3,
    "zed": (".config/zed/settings.json", ".config/zed/settings.json", "AppData/Roaming/Zed/settings.json"),
    "gemini-cli": (".gemini/settings.json",) * 3,
    "codex-cli": (".codex/config.toml",) * 3,
    "opencode": (".config/opencode/opencode.json",) * 3,
    "lm-studio": (".lmstudio/mcp.json",) * 3,
    "cline": tuple(
        f"{root}/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json"
        for root in (".config", "Library/Application Support", "AppData/Roaming")
    ),
    "amazon-q": (".aws/amazonq/mcp.json",) * 3,
    "goose": (".config/goose/config.yaml", ".config/goose/config.yaml", "AppData/Roaming/Block/goose/config/config.yaml"),
}  # fmt: skip
CASES = [
    (host, platform, path)
    for host, paths in PATHS.items()
    for platform, path in zip(("linux", "macos", "windows"), paths, strict=True)
]

JSON = """{
    // my settings
    "theme": "dark", /* at night */
    "%s": {
        "other": {"command": "npx", "args": ["-y", "é, {}"]} // keep
    },
    "z": [1, 2,],
}
"""
TOML = """# my settings
model = "o9"   # the big one

[mcp_servers.other]
command = "npx"
args = ["-y", "x"]

[tui]
theme = 'dark'
"""
YAML_TEXT = """# my settings
GOOSE_MODEL: big   # the big one
extensions:
  developer:
    type: builtin
    args:
    - "-y"   # yes

    # keep
GOOSE_MODE: 'auto'
"""


def existing(host):
    return {"json": JSON % host.container, "toml": TOML, "yaml": YAML_TEXT}[host.format]


def read(host, text):
    if host.format == "json":
        import audiopod_mcp.install.jsonc as jsonc

        return jsonc.parse(text)
    return tomllib.loads(text) if host.format == "toml" else YAML(typ="safe").load(text)


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home of é"


def install(machine, name, **arguments):
    out = io.StringIO()
    return run_install(name, machine=machine, out=out, **arguments), out.getvalue()


def uninstall(machine, name, **arguments):
    out = io.StringIO()
    return run_uninstall(name, machine=machine, out=out, **arguments), out.getvalue()


def test_every_host_is_tested():
    assert set(PATHS) == set(HOSTS)


@pytest.mark.parametrize(("name", "platform", "path"), CASES)
def test_a_new_file(home, name, platform, path):
    machine, host = Machine(platform, home), HOSTS[name]
    status, said = install(machine, name, env=["AUDIOPOD_MAX_WAIT=120"])
    assert status == 0
    assert str(home / path) in said
    entry = read(host, (home / path).read_text())[host.container]["audiopod"]
    command = entry.get("command", entry.get("cmd"))
    command = command[0] if isinstance(command, list) else command
    assert Path(command).is_absolute()
    assert os.access(command, os.X_OK)
    assert entry.get("env", entry.get("envs", entry.get("environment"))) == {"AUDIOPOD_MAX_WAIT": "120"}
    assert list((home / path).parent.glob("*.bak*")) == []


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("name", HOSTS)
def test_what_was_there_stays_and_comes_back(home, name, newline, bom):
    machine, host = Machine("linux", home), HOSTS[name]
    path = host.path(machine)
    path.parent.mkdir(parents=True, exist_ok=True)
    before = bom + existing(host).replace("\n", newline).encode()
    path.write_bytes(before)
    path.chmod(0o640)

    assert install(machine, name, env=["AUDIOPOD_MAX_WAIT=120"])[0] == 0
    after = path.read_bytes()
    assert after.startswith(bom)
    assert after.count(b"\n") == after.count(newline.encode())
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert path.with_name(path.name + ".bak").read_bytes() == before
    values, old = read(host, after.decode("utf-8-sig")), read(host, before.decode("utf-8-sig"))
    assert values[host.container].pop("audiopod")
    assert values == old

    status, said = install(machine, name)
    assert status == 0
    assert "already" in said
    assert path.read_bytes() == after

    assert uninstall(machine, name)[0] == 0
    assert path.read_bytes() == before
    assert path.with_name(path.name + ".bak2").read_bytes() == after


@pytest.mark.parametrize("name", HOSTS)
def test_a_file_without_servers_gets_a_table_that_goes_with_the_last(home, name):
    machine, host = Machine("linux", home), HOSTS[name]
    path = host.path(machine)
    path.parent.mkdir(parents=True, exist_ok=True)
    before = {"json": '{\n\t"a": 1 // one\n}\n', "toml": "a = 1 # one", "yaml": "a: 1 # one"}[host.format]
    path.write_text(before)
    install(machine, name)
    assert "# one" in path.read_text() or "// one" in path.read_text()
    uninstall(machine, name)
    assert path.read_text().strip() == before.strip()


@pytest.mark.parametrize("name", HOSTS)
def test_an_older_entry_is_brought_up_to_date_and_keeps_what_was_added_to_it(name):
    host = HOSTS[name]
    text = set_entry(
        host.format,
        "{}" if host.format == "json" else "",
        host.container,
        "audiopod",
        {"command": "old", "args": ["x"], "env": {"A": "1"}, "note": "mine"},
    )
    after = set_entry(
        host.format, text, host.container, "audiopod", {"command": "new", "args": [], "env": {"B": "2"}}
    )
    assert read(host, after)[host.container]["audiopod"] == {
        "command": "new",
        "args": [],
        "env": {"A": "1", "B": "2"},
        "note": "mine",
    }


@pytest.mark.parametrize("name", HOSTS)
@pytest.mark.parametrize("data", [b'{"a": [1, 2}\n', b"\xff\xfe{\x00", b"a = = b: {\n", b"[1, 2]"])
def test_a_malformed_file_is_not_touched(home, name, data, capsys):
    machine, host = Machine("linux", home), HOSTS[name]
    path = host.path(machine)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    for run in (install, uninstall):
        assert run(machine, name)[0] == 1
        error = capsys.readouterr().err
        assert error.startswith(f"audiopod-mcp: {path} was not touched: ")
        assert error.count("\n") == 1
    assert path.read_bytes() == data
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("name", HOSTS)
def test_a_dry_run_prints_the_entry_and_writes_nothing(home, name):
    machine, host = Machine("linux", home), HOSTS[name]
    status, said = install(
        machine, name, dry_run=True, key=lambda: "ap_very_secret", env=["SOME_TOKEN=hidden"]
    )
    assert status == 0
    path, text = said.split(" would get\n\n")
    assert path == str(host.path(machine))
    assert read(host, text)[host.container]["audiopod"]
    assert "secret" not in said
    assert "hidden" not in said
    assert not home.exists()


def test_project_files(home, tmp_path, capsys):
    for name, host in HOSTS.items():
        status, _ = install(Machine("linux", home), name, project=tmp_path / name)
        assert status == (0 if host.project else 1)
        if host.project:
            assert host.container in read(host, (tmp_path / name / host.project).read_text())
    assert not home.exists()
    assert install(Machine("linux", home), "cursor", project=tmp_path, key=lambda: "ap_very_secret")[0] == 1
    assert "secret" not in capsys.readouterr().err


def test_a_key_is_written_for_its_owner_only_and_never_shown(home):
    machine = Machine("linux", home)
    status, said = install(machine, "cursor", key=lambda: "ap_very_secret")
    assert status == 0
    assert "secret" not in said
    path = home / ".cursor/mcp.json"
    assert json.loads(path.read_text())["mcpServers"]["audiopod"]["env"] == {
        "AUDIOPOD_API_KEY": "ap_very_secret"
    }
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_stays_a_link(home, tmp_path):
    real = tmp_path / "dotfiles" / "mcp.json"
    real.parent.mkdir()
    real.write_text("{}\n")
    link = home / ".cursor" / "mcp.json"
    link.parent.mkdir(parents=True)
    link.symlink_to(real)
    install(Machine("linux", home), "cursor")
    assert link.is_symlink()
    assert "audiopod" in real.read_text()


def test_a_link_to_nothing_is_refused(home, tmp_path, capsys):
    link = home / ".cursor" / "mcp.json"
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "nothing")
    assert install(Machine("linux", home), "cursor")[0] == 1
    assert "does not exist" in capsys.readouterr().err


def test_the_hosts_own_variables_move_their_files(home, tmp_path):
    environment = {
        "CODEX_HOME": str(tmp_path / "c"),
        "XDG_CONFIG_HOME": str(tmp_path / "x"),
        "CLAUDE_CONFIG_DIR": str(tmp_path / "d"),
    }
    machine = Machine("linux", home, environment)
    assert HOSTS["codex-cli"].path(machine) == tmp_path / "c/config.toml"
    assert HOSTS["zed"].path(machine) == tmp_path / "x/zed/settings.json"
    assert HOSTS["claude-code"].path(machine) == tmp_path / "d/.claude.json"


def test_claude_desktop_from_the_windows_store_has_a_folder_of_its_own(home):
    machine = Machine("windows", home)
    packaged = home / "AppData/Local/Packages/Claude_pzs8sxrjxfjjc/LocalCache/Roaming"
    packaged.mkdir(parents=True)
    assert HOSTS["claude-desktop"].path(machine) == packaged / "Claude/claude_desktop_config.json"


def test_without_a_host_all_are_listed_with_their_state(home):
    machine = Machine("linux", home)
    install(machine, "zed")
    status, said = install(machine, None)
    assert status == 0
    assert [line.split()[0] for line in said.splitlines()] == list(HOSTS)
    assert "set up" in next(line for line in said.splitlines() if line.startswith("zed"))


@pytest.mark.parametrize("name", HOSTS)
def test_nothing_to_uninstall(home, name):
    status, said = uninstall(Machine("linux", home), name)
    assert status == 0
    assert "has no" in said
    assert not home.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no modes there")
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_one_line(home, capsys):
    folder = home / ".cursor"
    folder.mkdir(parents=True)
    folder.chmod(0o500)
    assert install(Machine("linux", home), "cursor")[0] == 1
    assert "can't be written" in capsys.readouterr().err


TOML_SHAPES = [
    'mcp_servers = { other = { command = "x" } } # inline\n',
    'mcp_servers.other.command = "x"\n[a]\nb = 1\n',
    '[mcp_servers]\n[mcp_servers.other]\ncommand = "x"\n# last\n',
    '[mcp_servers.other]\ncommand = "x"\n[a]\n[mcp_servers.third]\ncommand = "y"\n',
    "[[profiles]]\nname = 'x'",
]
YAML_SHAPES = [
    "extensions: {}\n",
    "extensions: # none yet\nmodel: x\n",
    "extensions: null",
    "{extensions: {a: {b: 1}}, c: 2}\n",
    "extensions: {a: {b: [1, 2]}} # flow\n",
    "extensions:\n    a:\n        b: |\n            text\n            more\n\nmodel: x\n",
    "extensions:\n- a\n",
    "a: &x {b: 1}\nextensions:\n  c: *x\n",
    "---\nextensions:\n  c: {}\n...\n",
    "- a list\n",
    "",
    "# only a comment\n",
    "extensions:\n  c:\n  # nothing in c\nmodel: 1",
]


@pytest.mark.parametrize(
    ("name", "text"), [*(("codex-cli", t) for t in TOML_SHAPES), *(("goose", t) for t in YAML_SHAPES)]
)
def test_unusual_shapes_are_kept_or_refused(home, name, text):
    machine, host = Machine("linux", home), HOSTS[name]
    path = host.path(machine)
    path.parent.mkdir(parents=True)
    path.write_text(text)
    status, _ = install(machine, name)
    if status:
        assert path.read_text() == text
        return
    before, after = read(host, text) or {}, read(host, path.read_text())
    assert after[host.container].pop("audiopod")
    assert {k: v for k, v in after.items() if v} == {k: v for k, v in before.items() if v}
    assert uninstall(machine, name)[0] == 0
    final = read(host, path.read_text()) or {}
    assert {k: v for k, v in final.items() if v} == {k: v for k, v in before.items() if v}


def run(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "audiopod_mcp", *arguments],
        env={**environment(folder), "HOME": str(folder), "XDG_CONFIG_HOME": "", "USERPROFILE": str(folder)},
        capture_output=True,
        text=True,
        timeout=170,
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
