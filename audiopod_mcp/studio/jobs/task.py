"""What a worker process does with one order: have the engine do it, in the format wanted.

Imported by both sides; what is heavy is imported when the work begins, which is in the worker.
Answers are plain data, so that the process that waits for them needs no audio library to read them.
"""

from __future__ import annotations

import json
import logging
import math
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from audiopod_mcp.disk import describe_full_studio, is_full
from audiopod_mcp.music.caching import using
from audiopod_mcp.music.model import Progress, Refused, ignore_progress, progress_within
from audiopod_mcp.settings import SettingsError
from audiopod_mcp.studio.engines.base import LOOP, MASTER, Engine, EngineRefused, Outcome, Work
from audiopod_mcp.studio.engines.refusals import explain
from audiopod_mcp.studio.engines.registry import make_engine
from audiopod_mcp.studio.media.cache import ResultCache
from audiopod_mcp.studio.media.store import MASTER_FORMAT
from audiopod_mcp.worker_pool import tell

from .outcome_bounds import fault_in, within_bounds

REPORT_EVERY: Final = 0.15
"""Seconds between two reports of how far the work is."""

logger = logging.getLogger("audiopod_mcp.studio")


@dataclass(frozen=True)
class Order:
    """One piece of work for a worker process."""

    work: Work
    engine: str
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The variables in which the engine looks for its settings."""
    audio_format: str = "flac"
    makes_audio: bool = False
    """Whether takes are wanted, as of every job; else a result, for somebody who waits."""
    data_dir: Path | None = None
    """The folder that the person chose the disk of; ``None``: that of the work."""
    progress_from: float = 0.0
    """What of the progress was made before, percent."""
    cache: ResultCache | None = None
    """Where results are kept from one work to the next."""


@dataclass(frozen=True)
class Result:
    """What became of an order: an outcome, or a line that says why not."""

    outcome: Outcome | None = None
    error: str | None = None


def perform(order: Order) -> Result:
    """Do what ``order`` says. Never raises but for the end of the process."""
    try:
        with _scratch_in(order.work.folder.parent), using(order.cache):
            return Result(_run_engine(order, _reporter(order.progress_from)))
    except (EngineRefused, Refused, SettingsError) as refusal:
        return Result(error=explain(refusal, order.work.sources))
    except MemoryError:
        return Result(error="not enough memory; ask for less (shorter, fewer takes) and retry")
    except BaseException as error:  # somebody else's code: a leaked cancellation or exit ends this job alone
        if is_full(error):
            return Result(error=describe_full_studio(order.data_dir or order.work.folder, error))
        logger.exception("the engine failed at %s", order.work.task)
        return Result(
            error=f"the {order.engine} engine failed unexpectedly ({type(error).__name__}); "
            "its log says more, and a retry may help"
        )


def get_ready(engine: str, environment: Mapping[str, str]) -> None:
    """Have an engine import what most orders need, before there is one."""
    _engine(engine, frozenset(environment.items())).get_ready()


def _run_engine(order: Order, report: Progress) -> Outcome:
    formatting = 0.0 if order.audio_format == MASTER_FORMAT else 0.1
    engine = _engine(order.engine, frozenset(order.environment.items()))
    outcome = engine.run(order.work, progress_within(report, 0.0, 1.0 - formatting))
    if fault := _fault_in(outcome, order):
        logger.error("the engine %s at %s: %s", order.engine, order.work.task, fault)
        raise EngineRefused(f"the {order.engine} engine {fault}; this is a fault in the engine")
    asked = len(order.work.params.get("retake_seeds") or ()) or order.work.params.get("batch_size") or 1
    if 0 < len(outcome.takes) < asked:
        note = f"{asked} takes were asked for; the engine made {len(outcome.takes)}."
        outcome = replace(outcome, notes=(note, *outcome.notes))
    outcome = within_bounds(outcome)
    if formatting:
        for number, take in enumerate(outcome.takes):
            start = 1.0 - formatting * (1 - number / len(outcome.takes))
            part = progress_within(report, start, start + formatting / len(outcome.takes))
            convert(take.master(order.work.folder), order.audio_format, part)
    return outcome


def _fault_in(outcome: Outcome, order: Order) -> str | None:
    """What is wrong with what an engine gave back; ``None`` where it is as its author's guide says."""
    if not isinstance(outcome, Outcome):
        return f"gave back {type(outcome).__name__} in place of an Outcome"
    if order.makes_audio and not outcome.takes:
        return "gave back no take"
    return fault_in(outcome)


def convert(
    master: Path, audio_format: str, report: Progress = ignore_progress, *, folder: Path | None = None
) -> Path:
    """Write ``master`` in another format beside it, or in ``folder``; the file appears when it is whole."""
    from audiopod_mcp.studio.media.audio_files import exact_subtype, read_audio, write_audio

    target = (folder or master.parent) / f"{master.stem}.{audio_format}"
    audio, rate, subtype = read_audio(master, max_seconds=math.inf)
    mark = master.with_name(LOOP)
    loop = tuple(json.loads(mark.read_text("utf-8"))) if mark.is_file() else None
    write_audio(target, audio, rate, audio_format, subtype=exact_subtype(subtype), report=report, loop=loop)
    return target


def write_stems(take: Path, folder: Path) -> str | None:
    """Make the stems of a take in ``folder``, for one who waits in another process.

    The answer is what went wrong, if anything. A full disk is raised, that they can't be made any more, and
    ``FileNotFoundError`` where the take is gone.
    """
    from audiopod_mcp.studio.engines.takes import make_stems

    try:
        with _scratch_in(folder.parent):
            make_stems(take, folder)
    except (EngineRefused, FileNotFoundError) as reason:
        if not take.is_dir():
            raise FileNotFoundError(take) from reason
        raise
    except Exception as error:
        if is_full(error):
            raise
        logger.exception("could not make the stems in %s", take)
        return f"the stems could not be made ({type(error).__name__})"
    return None


def transcode(master: Path, audio_format: str, folder: Path) -> str | None:
    """:func:`convert` into ``folder``, for one who waits in another process.

    The answer is what went wrong, if anything. A full disk is raised.
    """
    try:
        convert(master, audio_format, folder=folder)
    except Exception as error:
        if is_full(error):
            raise
        logger.exception("could not write %s", audio_format)
        return f"the audio could not be written as {audio_format} ({type(error).__name__})"
    return None


@contextmanager
def _scratch_in(folder: Path) -> Iterator[None]:
    """Have temporary files made in ``folder``: on the disk that the person chose, and gone with the job."""
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


@lru_cache(maxsize=4)
def _engine(name: str, environment: frozenset[tuple[str, str]]) -> Engine:
    """The engine, made once a process, so that what it holds (a model) stays from one job to the next."""
    return make_engine(name, dict(environment))


def _reporter(progress_from: float) -> Progress:
    """What the engine reports to: tells the process that waits, now and then, percent and what is done."""
    told = -math.inf

    def report(fraction: float, doing: str) -> None:
        nonlocal told
        if (clock := time.monotonic()) - told < REPORT_EVERY:
            return
        told = clock
        done = min(1.0, max(0.0, fraction)) if math.isfinite(fraction) else 0.0
        tell((progress_from + done * (99 - progress_from), doing[:200]))

    return report


def output_folder_is_whole(outcome: Outcome, folder: Path) -> bool:
    """Whether every take of ``outcome`` really lies in ``folder``."""
    return all((folder / take.name / MASTER).is_file() for take in outcome.takes)
