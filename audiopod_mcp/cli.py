"""The ``audiopod-mcp`` command."""

from __future__ import annotations

import argparse
import gc
import os
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path

from audiopod_mcp import __version__
from audiopod_mcp.event_loops import loop_options
from audiopod_mcp.logs import FORMATS, LEVELS, start_logging
from audiopod_mcp.settings import Settings, SettingsError, is_set

PUBLIC = "listen on other than loopback addresses, where anyone may use the studio (or your key)"
TOOLSETS = ("core", "edit", "jobs", "all")
COMMANDS = ("serve", "studio", "worker", "demo", "doctor", "models", "install", "uninstall", "completion")
SHELLS = ("bash", "zsh", "fish", "powershell")


class _ToldToStop(KeyboardInterrupt):
    """SIGTERM ends as Ctrl+C does, and not by ``SystemExit``, which engines that are loaded may raise."""


def _stop(*_: object) -> None:
    raise _ToldToStop


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that ``arguments`` (default: the process's own) ask for; the exit status."""
    if "_ARGCOMPLETE" in os.environ:  # a shell asks, not a person
        import argcomplete

        argcomplete.autocomplete(_parser())
    if isinstance(sys.stdout, TextIOWrapper):  # into a pipe Windows writes in an alphabet of few letters
        sys.stdout.reconfigure(errors="replace")
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or (given[0] not in {*COMMANDS, "-h", "--help", "--version"}):
        given.insert(0, "serve")
    try:
        if given[0] == "worker":  # told to stop before it has anything to give back, it ends as it does later
            signal.signal(signal.SIGTERM, _stop)
        options = _parser().parse_args(given)
        start_logging(options.log_level, options.log_format)
        if options.command == "doctor":  # who tells what is wrong with the settings
            return _doctor(options)
        settings = Settings.from_environment()
        return int(options.run(options, settings))
    except SettingsError as error:
        print(f"audiopod-mcp: {error}", file=sys.stderr)  # noqa: T201
        return 2
    except _ToldToStop:
        return 0
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="audiopod-mcp",
        description="The music studio for AI assistants. Without a command: serve over stdio.",
    )
    parser.add_argument("--version", action="version", version=f"audiopod-mcp {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, summary: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=summary, description=summary)
        sub.add_argument("--log-level", choices=LEVELS, default="warning", help="(warning)")
        sub.add_argument("--log-format", choices=FORMATS, default="text", help="one line per event (text)")
        return sub

    serve = command("serve", "MCP server (the default)")
    serve.add_argument("--transport", choices=("stdio", "http", "sse"), default="stdio", help="(stdio)")
    serve.add_argument("--host", default="127.0.0.1", help="address for http and sse (127.0.0.1)")
    serve.add_argument("--port", type=_port, default=8765, help="port for http and sse (8765)")
    serve.add_argument(
        "--allowed-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a host name under which clients may reach the server; repeatable",
    )
    serve.add_argument(
        "--allowed-dirs",
        nargs="*",
        default=(),
        metavar="FOLDER",
        help="where local audio may be read (AUDIOPOD_ALLOWED_DIRS)",
    )
    serve.add_argument(
        "--allowed-origin",
        action="append",
        type=_origin,
        default=[],
        metavar="ORIGIN",
        help="a site whose pages may use the server, such as https://app.example; repeatable",
    )
    serve.add_argument(
        "--stateless",
        action="store_true",
        help="keep no sessions, so that any of several servers answers any request (so with a cluster)",
    )
    serve.add_argument(
        "--toolset",
        choices=TOOLSETS,
        default="all",
        help="fewer tools: core makes and hears, edit changes, jobs tidies up (all)",
    )
    serve.add_argument("--public-url", help="the address that clients see, for links to audio")
    serve.add_argument("--allow-public", action="store_true", help=PUBLIC)
    serve.set_defaults(run=_serve)

    studio = command("studio", "the AudioPod-compatible REST service alone")
    studio.add_argument("--host", default="127.0.0.1", help="(127.0.0.1)")
    studio.add_argument("--port", type=_port, default=8770, help="(8770)")
    studio.add_argument("--data-dir", type=Path, help="jobs and audio (the platform's user data folder)")
    studio.add_argument("--public-url", help="the address that clients see, for links to audio")
    studio.add_argument("--allow-public", action="store_true", help=PUBLIC)
    studio.add_argument(
        "--rate", type=_rate, metavar="N", help="requests for work a minute and key, with a database (300)"
    )
    studio.add_argument("--metrics", action="store_true", help="serve /metrics, for Prometheus")
    studio.add_argument(
        "--migrate", action="store_true", help="only prepare the database of AUDIOPOD_DATABASE_URL, and end"
    )
    studio.set_defaults(run=_studio)

    worker = command("worker", "does a studio's jobs, without answering anybody: any number, anywhere")
    worker.add_argument("--data-dir", type=Path, help="work in progress (the platform's user data folder)")
    worker.add_argument("--processes", type=_count, metavar="N", help="jobs at a time (one less than cores)")
    worker.add_argument("--metrics", type=_port, metavar="PORT", help="serve /metrics and /ready there")
    worker.add_argument("--host", default="127.0.0.1", help="where to serve them (127.0.0.1)")
    worker.set_defaults(run=_worker)
    for sub in (studio, worker):
        engine = sub.add_argument("--engine", metavar="NAME", help="who makes the music (AUDIOPOD_ENGINE)")
        engine.completer = _engines  # type: ignore[attr-defined]  # read by argcomplete

    install = command("install", "set up a host to use the server; without a host, list them")
    set_up = install.add_argument("host", nargs="?", help="claude-desktop, claude-code, cursor, vscode, …")
    install.add_argument("--env", action="append", default=[], metavar="NAME=VALUE", help="repeatable")
    install.add_argument(
        "--with-key", action="store_true", help="also write AUDIOPOD_API_KEY, as set here or typed now"
    )
    install.set_defaults(run=_install)
    uninstall = command("uninstall", "take the server out of a host's configuration again")
    for host in (set_up, uninstall.add_argument("host")):
        setattr(host, "completer", _hosts)  # noqa: B010 - read by argcomplete
    uninstall.set_defaults(run=_uninstall)
    for sub in (install, uninstall):
        sub.add_argument("--project", type=Path, metavar="FOLDER", help="the configuration of this project")
        sub.add_argument("--dry-run", action="store_true", help="only print what would change")

    demo = command("demo", "every operation once, through a real MCP client, on real audio")
    demo.add_argument("--data-dir", type=Path, help="jobs and audio (the platform's user data folder)")
    demo.add_argument("--output-dir", type=Path, help="where the audio is saved (AUDIOPOD_OUTPUT_DIR)")
    demo.set_defaults(run=_demo)

    doctor = command("doctor", "what is configured, what answers, what is missing; status 1 if anything is")
    doctor.add_argument("--json", action="store_true", help="for machines")
    doctor.add_argument("--repair", action="store_true", help="first mend the studio's data folder")
    doctor.add_argument("--restore", type=int, metavar="JOB", help="first bring a deleted job back")

    models = command("models", "trained models that you may add: list, add and remove them")
    models.set_defaults(run=_models, do="list", name=None, yes=False, file=None)
    do = models.add_subparsers(dest="do", metavar="list|add|remove")
    do.add_parser("list", help="what there is, what each is for, its size and licence (the default)")
    add = do.add_parser("add", help="fetch a model, after asking, into the data folder")
    remove = do.add_parser("remove", help="remove it from there")
    for sub in (add, remove):
        sub.add_argument("name").completer = _model_names  # type: ignore[attr-defined]
    add.add_argument("--yes", action="store_true", help="agreed: do not ask")
    add.add_argument(
        "--from", dest="file", type=Path, metavar="FILE", help="its file, fetched by another way"
    )

    completion = command("completion", "print what makes a shell complete this command's words")
    completion.add_argument("shell", choices=SHELLS)
    completion.set_defaults(run=_completion)
    return parser


def _port(text: str) -> int:
    return _whole_number(text, 0, 65535, "a port")


def _origin(text: str) -> str:
    origin = text.strip().removesuffix("/").lower()
    if not re.fullmatch(r"https?://([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", origin):
        raise argparse.ArgumentTypeError(f"{text!r} is not the address of one site, as https://app.example")
    return origin


def _count(text: str) -> int:
    return _whole_number(text, 1, 1024, "a number of processes")


def _rate(text: str) -> int:
    return _whole_number(text, 1, 100_000, "a number of requests")


def _whole_number(text: str, low: int, high: int, what: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not {what}; allowed {low} to {high}")
    return number


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    with _no_garbage():
        import anyio

        from audiopod_mcp.hosting import serve_http, serve_stdio

    settings = replace(settings, toolset=options.toolset)
    if folders := tuple(Path(text).expanduser().absolute() for text in options.allowed_dirs if is_set(text)):
        settings = replace(settings, allowed_dirs=folders)
    if options.transport == "stdio":
        anyio.run(serve_stdio, settings, backend_options=loop_options(settings.database_url))
    else:
        _refuse_the_public(options.host, options.allow_public)
        anyio.run(
            serve_http,
            settings,
            options.host,
            options.port,
            tuple(options.allowed_host),
            options.transport == "http",
            options.public_url,
            tuple(options.allowed_origin),
            options.stateless or settings.database_url is not None,
            backend_options=loop_options(settings.database_url),
        )
    return 0


@contextmanager
def _no_garbage() -> Iterator[None]:
    """While modules are imported nothing is thrown away: looking for garbage takes a fifth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _refuse_the_public(host: str, allowed: bool) -> None:
    from audiopod_mcp.studio.serving import is_loopback

    if not (allowed or is_loopback(host)):
        raise SettingsError(
            f"--host: {host} can be reached from other machines, and anybody there could use this server and "
            "what it pays for; listen on 127.0.0.1, or say --allow-public if that is what you want"
        )


def _studio(options: argparse.Namespace, settings: Settings) -> int:
    from audiopod_mcp.studio.config import StudioConfig
    from audiopod_mcp.studio.serving import prepare_database, serve_studio

    if options.migrate:
        for line in prepare_database(settings.database_url):
            print(line)  # noqa: T201
        return 0
    chosen = {"public_url": options.public_url, "metrics": options.metrics}
    if options.rate is not None:
        if settings.database_url is None:
            raise SettingsError("--rate: it goes with AUDIOPOD_DATABASE_URL alone; leave it out")
        chosen["rate"] = options.rate
    config = StudioConfig.from_settings(_chosen(options, settings), **chosen)
    serve_studio(config, options.host, options.port, allow_public=options.allow_public)
    return 0


def _worker(options: argparse.Namespace, settings: Settings) -> int:
    from audiopod_mcp.studio.config import StudioConfig, default_workers
    from audiopod_mcp.studio.serving import run_worker

    config = StudioConfig.from_settings(
        _chosen(options, settings),
        workers=options.processes or default_workers(),
        metrics=options.metrics is not None,
    )
    run_worker(config, None if options.metrics is None else (options.host, options.metrics))
    return 0


def _chosen(options: argparse.Namespace, settings: Settings) -> Settings:
    return replace(
        settings, engine=options.engine or settings.engine, data_dir=options.data_dir or settings.data_dir
    )


def _install(options: argparse.Namespace, settings: Settings) -> int:
    from getpass import getpass

    from audiopod_mcp.install import run_install

    return run_install(
        options.host,
        env=options.env,
        key=(lambda: settings.api_key or getpass("AudioPod API key: ").strip()) if options.with_key else None,
        project=options.project,
        dry_run=options.dry_run,
        out=sys.stdout,
    )


def _uninstall(options: argparse.Namespace, _: Settings) -> int:
    from audiopod_mcp.install import run_uninstall

    return run_uninstall(options.host, project=options.project, dry_run=options.dry_run, out=sys.stdout)


def _hosts(**_: object) -> list[str]:
    from audiopod_mcp.install.hosts import HOSTS

    return list(HOSTS)


def _engines(**_: object) -> list[str]:
    from audiopod_mcp.studio.engines.registry import installed_engines

    return list(installed_engines())


def _models(options: argparse.Namespace, settings: Settings) -> int:
    from audiopod_mcp.models.command import run_models

    return run_models(
        options.do or "list",
        options.name,
        settings.models_dir,
        out=sys.stdout,
        yes=options.yes,
        file=options.file,
        environment=settings.environment,
    )


def _model_names(**_: object) -> list[str]:
    from audiopod_mcp.models import MODELS

    return list(MODELS)


def _completion(options: argparse.Namespace, _: Settings) -> int:
    from argcomplete.shell_integration import shellcode

    print(shellcode(["audiopod-mcp"], shell=options.shell))  # noqa: T201
    return 0


def _demo(options: argparse.Namespace, settings: Settings) -> int:
    import anyio

    from audiopod_mcp.demo import run_demo

    chosen = replace(
        settings,
        data_dir=options.data_dir or settings.data_dir,
        output_dir=options.output_dir or settings.output_dir,
    )
    return anyio.run(run_demo, chosen)


def _doctor(options: argparse.Namespace) -> int:
    from audiopod_mcp.doctor import run_doctor

    return run_doctor(as_json=options.json, stream=sys.stdout, repair=options.repair, restore=options.restore)
