"""What was separated before, so that it is not separated again."""

from __future__ import annotations

from typing import Any, Final

from audiopod_mcp.models import ModelError, find_model
from audiopod_mcp.operations import JobFilters, SeparateStems
from audiopod_mcp.operations.vocabulary import STEM_NAMES
from audiopod_mcp.settings import models_folder
from audiopod_mcp.studio.config import StudioConfig
from audiopod_mcp.studio.engines.demucs import VARIABLE
from audiopod_mcp.studio.engines.stems import SIGNAL_PROCESSING, VOICES
from audiopod_mcp.studio.jobs.store import Store

_LOOKED_AT: Final = 100
"""How many of the newest sets are looked through."""


def set_with_stem(
    store: Store, config: StudioConfig, source: dict[str, Any], track: str, owner: str
) -> dict[str, Any] | None:
    """The newest set of stems of ``owner`` that was separated from ``source`` and has ``track``, as a source.

    Only audio of the studio itself is known to be the same as before; the stems of what was composed here are
    more exact than those of a set, in which several players may share one; and what was separated by other
    means is not what those give that are there by now.
    """
    if "job" not in source:
        return None
    stem = STEM_NAMES.get(track, track)
    (endpoint,) = SeparateStems.endpoints()
    filters = JobFilters(task=endpoint.task, status="COMPLETED", limit=_LOOKED_AT)
    sets, _ = store.jobs(owner, filters)
    there = _separator_of(config)
    for made in sets:
        stems = {*(made.takes[0].get("stems") or ())} if made.takes else set()
        heard = stems - {wish.asked for wish in made.not_done}
        separator = made.details.get("separator")
        kind = separator if separator in (SIGNAL_PROCESSING, VOICES) else VARIABLE
        alike = made.engine == config.engine and kind == there
        same = list(made.sources.values()) == [source] and bool(separator)
        if same and alike and stem in heard:
            return {"job": made.id, "take": made.takes[0]["name"]}
    return None


def _separator_of(config: StudioConfig) -> str:
    """By what a recording would be separated now: :data:`VARIABLE` stands for any Demucs model."""
    if VARIABLE in config.environment:
        return VARIABLE
    try:
        added = find_model(models_folder(config.data_dir), VOICES) is not None
    except ModelError:  # which the job tells, done without it
        added = False
    return VOICES if added else SIGNAL_PROCESSING
