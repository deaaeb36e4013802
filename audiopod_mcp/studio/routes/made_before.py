"""What was separated before, so that it is not separated again."""

from __future__ import annotations

from typing import Any, Final

from audiopod_mcp.operations import JobFilters, SeparateStems
from audiopod_mcp.operations.vocabulary import STEM_NAMES
from audiopod_mcp.studio.config import StudioConfig
from audiopod_mcp.studio.engines.demucs import VARIABLE
from audiopod_mcp.studio.engines.stems import SIGNAL_PROCESSING
from audiopod_mcp.studio.jobs.store import Store

_LOOKED_AT: Final = 100
"""How many of the newest sets are looked through."""


def set_with_stem(
    store: Store, config: StudioConfig, source: dict[str, Any], track: str, owner: str
) -> dict[str, Any] | None:
    """The newest set of stems of ``owner`` that was separated from ``source`` and has ``track``, as a source.

    Only audio of the studio itself is known to be the same as before; the stems of what was composed here are
    more exact than those of a set, in which several players may share one; and what was separated without a
    model is not what the model gives that is there by now.
    """
    if "job" not in source:
        return None
    stem = STEM_NAMES.get(track, track)
    (endpoint,) = SeparateStems.endpoints()
    filters = JobFilters(task=endpoint.task, status="COMPLETED", limit=_LOOKED_AT)
    sets, _ = store.jobs(owner, filters)
    for made in sets:
        stems = {*(made.takes[0].get("stems") or ())} if made.takes else set()
        heard = stems - {wish.asked for wish in made.not_done}
        trained = made.details.get("separator") not in (None, SIGNAL_PROCESSING)
        alike = made.engine == config.engine and trained == (VARIABLE in config.environment)
        same = list(made.sources.values()) == [source] and bool(made.details.get("separator"))
        if same and alike and stem in heard:
            return {"job": made.id, "take": made.takes[0]["name"]}
    return None
