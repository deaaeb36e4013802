"""What a prompt asks for of music that joins a piece or a recording."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from audiopod_mcp.music.model import Brief
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS, TRACKS

from .parse import instruments_named, read_caption
from .text_search import names_style


def brief_in_context(
    prompt: str, own: Brief | None, tracks: Collection[str], *, heard_style: str | None = None, **wanted: Any
) -> Brief:
    """Read the brief for music that joins a piece or a recording.

    A prompt that names a style describes the music alone. Else it is on top of what the piece is; the players
    are then those of the piece and those that the prompt names, without those that it rules out.

    Parameters
    ----------
    prompt : str
        What the new music should be.
    own : Brief or None
        The brief of a composed piece.
    tracks : collection of str
        Who plays in the piece.
    heard_style : str, optional
        The style that a recording sounds most like.
    **wanted
        Passed on to :func:`read_caption`.

    Returns
    -------
    Brief

    Raises
    ------
    Refused
        As :func:`read_caption` does.
    """
    wanted["duration"] = min(600.0, wanted.get("duration") or 60.0)
    if names_style(prompt) or (own is None and heard_style is None):
        return read_caption(prompt, **wanted)
    if own is None:
        return replace(read_caption(f"{heard_style}. {prompt}", **wanted), style=heard_style or "pop")
    brief = replace(read_caption(f"{own.caption}. {prompt}", **wanted), style=own.style)
    asked = read_caption(prompt, duration=wanted["duration"])
    tagged = tuple(solo for solo in brief.solos if solo[1] is not None)
    solos = (*tagged, *(solo for solo in asked.solos if solo[1] is None))
    brief = replace(
        brief, course=asked.course, emphasis=asked.emphasis, solos=solos, dry=asked.dry or own.dry
    )
    beside = {name: wanted[name] for name in ("lyrics", "exclude") if wanted.get(name)}
    ruled_out = set(read_caption(prompt, duration=wanted["duration"], **beside).without)
    named = set(instruments_named(prompt)) & set(INSTRUMENTS)
    sung = brief.lyrics and not brief.instrumental
    playing = {*tracks, *(INSTRUMENTS[name].track for name in named), *(("vocals",) if sung else ())}
    for step in brief.staging:
        if step.action in ("enters", "plays", "only"):
            playing |= {INSTRUMENTS[name].track for name in step.players if name in brief.instruments}
    playing -= ruled_out
    # Without words of its own the new part has no singer, unless it asks for one or has nobody else.
    alone = playing <= {"vocals", "backing_vocals"}
    players = [name for name in brief.instruments if name != "voice" or name in named]
    return replace(
        brief,
        instruments=(*players, "voice") if alone and not sung else tuple(players),
        without=tuple(sorted({*brief.without, *TRACKS} - playing)) if tracks else brief.without,
    )
