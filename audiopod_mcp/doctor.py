"""The doctor: what is configured, what answers, what is missing, each with its fix."""

from __future__ import annotations

import json
import os
import platform
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TextIO

import anyio
from anyio import to_thread

from audiopod_mcp import __version__
from audiopod_mcp.api import AudioPodClient, AudioPodError, Timeouts, watch
from audiopod_mcp.install import set_up_hosts
from audiopod_mcp.models import MODELS
from audiopod_mcp.models.store import fault_of, size_of
from audiopod_mcp.operations import Analyze, GenerateMusic, JobQuery
from audiopod_mcp.settings import Settings, SettingsError
from audiopod_mcp.studio.engines.base import Finding, State
from audiopod_mcp.studio.engines.registry import EngineInfo, find_engine
from audiopod_mcp.studio.jobs.inspection import describe_engines, examine_engine
from audiopod_mcp.studio.jobs.repair import examine_jobs, repair_jobs, restore_job
from audiopod_mcp.studio.jobs.retention import folder_size

LIBRARIES = ("numpy", "scipy", "soundfile", "soxr")
LITTLE_SPACE = 2 * 2**30
"""Bytes free below which a warning is due: ten minutes of music take about that while they are made."""
NO_SPACE = 100 * 2**20
PATIENCE = 60.0
"""Seconds that one second of music may take."""


async def examine() -> AsyncIterator[Finding]:
    """Look at everything, in the order of how much depends on it."""
    yield _versions()
    try:
        settings = Settings.from_environment()
        if settings.service_url is None:
            find_engine(settings.engine)
    except SettingsError as error:
        yield Finding(
            "settings", "problem", str(error), "correct or remove it where the server is configured"
        )
        return
    yield _key(settings)
    if settings.service_url:
        async for finding in _service(settings, settings.service_url):
            yield finding
    else:
        async for finding in _studio(settings):
            yield finding
    yield _writable("output folder", settings.output_dir, "AUDIOPOD_OUTPUT_DIR")
    if settings.auto_save:
        yield Finding(
            "auto save",
            "ok",
            "every job that finishes is saved there, over stdio; ignored over HTTP, where it would "
            "be the server's disk",
        )
    for finding in (*_allowed(settings), *_hosts()):
        yield finding


def _versions() -> Finding:
    found = f"audiopod-mcp {__version__}, mcp {_version('mcp')}, Python {platform.python_version()}"
    return Finding("versions", "ok", f"{found} on {platform.system()} {platform.machine()}")


def _key(settings: Settings) -> Finding:
    key = settings.api_key
    if key is None:
        return Finding("API key", "ok", "not set")
    # The end of a long key tells its owner which one it is, and nobody else anything.
    found = f"set, ends in {key[-4:]}" if len(key) > 12 else "set"
    if not key.startswith("ap_"):
        return Finding("API key", "warning", found, "AudioPod's keys start with ap_; check AUDIOPOD_API_KEY")
    return Finding("API key", "ok", found)


async def _service(settings: Settings, url: str) -> AsyncIterator[Finding]:
    """Whether the service answers and takes the key, and what is in the wallet."""
    client = AudioPodClient(
        url,
        api_key=settings.api_key,
        private_hosts=settings.allow_private_urls,
        timeouts=Timeouts(connect=5, response=10),
        patience=0,
    )
    async with client:
        try:
            page = await client.jobs(JobQuery(limit=1))
        except AudioPodError as error:
            what, _, remedy = str(error).partition("; ")
            yield Finding("service", "problem", what, remedy or "look at AUDIOPOD_BASE_URL")
            return
        jobs = "" if page.total is None else f", {page.total} jobs"
        yield Finding("service", "ok", f"{client.service.name} answers and lets you in{jobs}")
        try:
            wallet = await client.balance()
        except AudioPodError as error:
            yield Finding("balance", "ok", f"not told ({error})")
            return
    found = f"${wallet.balance_cents / 100:.2f}"
    if wallet.low_balance_warning:
        yield Finding("balance", "warning", found, "it is low; top up the wallet before long work")
    else:
        yield Finding("balance", "ok", found)


async def _studio(settings: Settings) -> AsyncIterator[Finding]:
    """Whether the embedded studio has room, libraries and an engine, and makes music with them."""
    yield Finding("service", "ok", "the embedded studio, in the server's own process; no network needed")
    yield (folder := _writable("data folder", settings.data_dir, "AUDIOPOD_DATA_DIR"))
    yield _space(settings.data_dir)
    if settings.database_url is not None:
        for finding in await to_thread.run_sync(_shared, settings):
            yield finding
    else:
        if folder.state != "problem":
            for finding in examine_jobs(settings.data_dir):
                yield finding
        yield _kept(settings)
    for finding in _models(settings):
        yield finding
    yield (libraries := _libraries())
    if libraries.state != "problem":
        yield _ffmpeg()
    engines = await describe_engines(settings.engine)
    for engine in engines:
        yield _engine(engine, settings.engine)
    chosen = next(engine for engine in engines if engine.name == settings.engine)
    if chosen.error is not None:
        return
    for finding in await examine_engine(settings.engine, settings.environment):
        yield finding
    able = "problem" not in (folder.state, libraries.state)
    if able and "text2music" in chosen.tasks and not chosen.costly:
        yield await _music(settings, chosen)


def _shared(settings: Settings) -> list[Finding]:
    from audiopod_mcp.studio.config import StudioConfig
    from audiopod_mcp.studio.jobs.overview import examine_cluster

    return list(examine_cluster(StudioConfig.from_settings(settings)))


def _writable(subject: str, folder: Path, variable: str) -> Finding:
    """Whether ``folder`` can be written into; one that is not there yet is not made."""
    there = next(path for path in (folder, *folder.parents) if path.exists() or path == path.parent)
    try:
        if there == folder:
            with tempfile.NamedTemporaryFile(dir=folder):
                pass
        elif not there.is_dir():
            raise NotADirectoryError(20, f"{there} is a file")
        elif not os.access(there, os.W_OK | os.X_OK):
            raise PermissionError(13, f"{there} is not yours to write into")
    except OSError as error:
        return Finding(
            subject,
            "problem",
            f"{folder} can't be written into: {error.strerror}",
            f"make it writable, or set {variable} to a folder that is",
        )
    return Finding(subject, "ok", f"{folder}{'' if there == folder else ', made when first needed'}")


def _space(folder: Path) -> Finding:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    found = f"{free / 2**30:.1f} GiB free"
    if free >= LITTLE_SPACE:
        return Finding("disk space", "ok", found)
    fix = "delete jobs you no longer need, or set AUDIOPOD_DATA_DIR to another disk"
    return Finding("disk space", "problem" if free < NO_SPACE else "warning", found, fix)


def _kept(settings: Settings) -> Finding:
    """How much audio there is, and what becomes of it."""
    size = folder_size(settings.data_dir / "media")
    days, gigabytes = settings.keep_days, settings.keep_gb
    limits = [f"older than {days:g} days"] if days is not None else []
    limits += [f"beyond {gigabytes:g} GB"] if gigabytes is not None else []
    what = (
        f"what is {' or '.join(limits)} is deleted, oldest first" if limits else "nothing is deleted unasked"
    )
    cache = folder_size(settings.data_dir / "cache") / 1e9
    results = f"; {cache:.2f} GB of results that AUDIOPOD_CACHE_MB limits" if cache else ""
    return Finding("audio kept", "ok", f"{size / 1e9:.2f} GB; {what}{results}")


def _models(settings: Settings) -> Iterator[Finding]:
    """Which trained models were added, and whether they are whole."""
    folder = settings.models_dir
    for model in MODELS.values():
        subject, add = f"model {model.name}", f"audiopod-mcp models add {model.name}"
        fault = fault_of(folder, model, thorough=True)
        if fault is not None:
            yield Finding(subject, "problem", f"{folder / model.name} {fault}", f"run {add}")
        elif (folder / model.name).is_dir() and model.runner is not None and model.runner.is_missing:
            found = f"added, but {model.runner.module}, which runs it, is not installed"
            yield Finding(subject, "warning", found, f"install {model.runner.extra}")
        elif (folder / model.name).is_dir():
            size = size_of(folder, model) / 1e6
            yield Finding(subject, "ok", f"{size:.0f} MB in {folder / model.name}. {model.does}")
        else:
            yield Finding(subject, "ok", f"not added, and not needed; {add} tells what it is for")


def _libraries() -> Finding:
    found = ", ".join(f"{name} {_version(name)}" for name in LIBRARIES)
    missing = [name for name in LIBRARIES if _version(name) == "missing"]
    if missing:
        fix = f"install again what is missing: {', '.join(missing)}"
        return Finding("libraries", "problem", found, fix)
    return Finding("libraries", "ok", found)


def _ffmpeg() -> Finding:
    """Whether recordings can be read that the libraries can't read."""
    from audiopod_mcp.studio.media.ffmpeg import find_ffmpeg

    if program := find_ffmpeg():
        return Finding("ffmpeg", "ok", f"{program} reads m4a, wma and the sound of films")
    fix = "install ffmpeg (ffmpeg.org) if you have such recordings"
    return Finding("ffmpeg", "warning", "not found: m4a, wma and the sound of films can't be read", fix)


def _engine(info: EngineInfo, chosen: str) -> Finding:
    """What an installed engine can do, or why it can't be used."""
    package = " ".join(filter(None, (info.package, info.version)))
    if info.error is None:
        use = ", in use" if info.name == chosen else ""
        return Finding(f"engine {info.name}", "ok", f"{package}{use}: {', '.join(info.tasks)}")
    state: State = "problem" if info.name == chosen else "warning"
    fix = f"install {info.package} again or remove it, or set AUDIOPOD_ENGINE to another"
    return Finding(f"engine {info.name}", state, f"{package}: {info.error}", fix)


async def _music(settings: Settings, engine: EngineInfo) -> Finding:
    """A second of music made and, if it can, listened to, in the studio's own way, leaving nothing behind."""
    from audiopod_mcp.hosting import open_service

    fix = "run audiopod-mcp serve --log-level debug and look at its log"
    began = anyio.current_time()
    with tempfile.TemporaryDirectory(prefix="audiopod-doctor-") as folder:
        trial = replace(settings, data_dir=Path(folder), database_url=None, media_url=None)
        try:
            async with open_service(trial, same_machine=True) as (service, _):
                song = GenerateMusic(caption="solo piano", duration=1, instrumental=True, seed=1)
                job = await watch(service.client, await service.client.create(song), max_wait=PATIENCE)
                if job.status != "COMPLETED":
                    why = job.error_message or f"not done after {PATIENCE:g} s"
                    return Finding("music", "problem", f"a trial failed: {why}", fix)
                if "analyze" in engine.tasks:
                    await service.client.perform(Analyze(audio_url=f"audiopod://jobs/{job.id}"))
        except (AudioPodError, SettingsError) as error:
            return Finding("music", "problem", f"a trial failed: {error}", fix)
    seconds = anyio.current_time() - began
    done = "made and analyzed" if "analyze" in engine.tasks else "made"
    return Finding("music", "ok", f"one second {done} by a worker process, in {seconds:.1f} s")


def _allowed(settings: Settings) -> Iterator[Finding]:
    """Which of the folders with audio are there; those that the person named should be."""
    folders = dict.fromkeys(settings.readable_folders())
    there = [str(folder) for folder in folders if folder.is_dir()]
    yield Finding("local files", "ok", f"readable in {', '.join(there)}" if there else "in no folder yet")
    for folder in settings.allowed_dirs or ():
        if not folder.is_dir():
            fix = "make it, or take it out of AUDIOPOD_ALLOWED_DIRS"
            yield Finding("local files", "warning", f"{folder} is not a folder", fix)


def _hosts() -> Iterator[Finding]:
    """Whether what the hosts were told to start is there."""
    for host, path, command in set_up_hosts():
        if shutil.which(command):
            yield Finding("hosts", "ok", f"{host.title} starts {command}")
        else:
            found = f"{host.title} is to start {command or 'nothing'}, which is not there ({path})"
            yield Finding("hosts", "problem", found, f"run audiopod-mcp install {host.name}")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


async def _mend(repair: bool, restore: int | None) -> AsyncIterator[Finding]:
    """Do what was asked for, then examine."""
    if repair or restore is not None:
        try:
            data_dir = Settings.from_environment().data_dir
        except SettingsError:  # which the examination tells
            pass
        else:
            for finding in repair_jobs(data_dir) if repair else ():
                yield finding
            for finding in restore_job(data_dir, restore) if restore is not None else ():
                yield finding
    async for finding in examine():
        yield finding


def run_doctor(*, as_json: bool, stream: TextIO, repair: bool = False, restore: int | None = None) -> int:
    """Mend what is to be mended, examine, and tell ``stream``; 1 if there is any problem, else 0."""

    async def tell() -> list[Finding]:
        findings = []
        async for finding in _mend(repair, restore):
            findings.append(finding)
            if not as_json:
                stream.write(_line(finding))
                stream.flush()
        return findings

    findings = anyio.run(tell)
    healthy = all(finding.state != "problem" for finding in findings)
    if as_json:
        told = {"healthy": healthy, "findings": [finding._asdict() for finding in findings]}
        stream.write(json.dumps(told, indent=2) + "\n")
    return 0 if healthy else 1


def _line(finding: Finding) -> str:
    fix = f"\n{'':24}→ {finding.fix}" if finding.fix else ""
    return f"{finding.state:<8} {finding.subject:<14} {finding.found}{fix}\n"
