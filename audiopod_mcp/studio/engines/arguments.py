"""What a request asks for, as the functions of ``music`` take it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audiopod_mcp.music.model import Brief

    from .base import Work

_NO_NEGATIVE = "NO USER INPUT"
"""What the API's ``lm_negative_prompt`` says when it says nothing."""
_SEED_RANGE = 2**31


def brief_of(work: Work, seed: int) -> Brief:
    """What new music is to be, by its caption and its arguments."""
    from audiopod_mcp.music.captions.parse import read_caption

    params = work.params
    # What is to be rapped is a rap, though its caption may not say so.
    words = f"{caption_of(work)}, rap" if work.task == "text2rap" else caption_of(work)
    return read_caption(
        words,
        tempo=params.get("tempo") or params.get("bpm"),
        key=params.get("keyscale"),
        timesignature=params.get("timesignature"),
        duration=_duration(params) or -1,
        genre_preset=params.get("genre_preset"),
        lyrics=params.get("lyrics") or None,
        instrumental=bool(params.get("instrumental")) or work.task == "prompt2instrumental",
        language=_language(params),
        seed=seed,
        exclude=_negative(params),
    )


def seeds_of(params: Mapping[str, Any]) -> Iterator[int]:
    """A seed a take: the one asked for and those after it, or drawn ones."""
    seed = params.get("seed", -1)
    if seed is None or seed < 0:
        seed = secrets.randbelow(_SEED_RANGE)
    for number in range(params.get("batch_size") or 1):
        yield (seed + number) % _SEED_RANGE


def caption_of(work: Work) -> str:
    """The caption, whatever the operation calls it."""
    return next((work.params[name] for name in ("caption", "prompt", "query") if work.params.get(name)), "")


def base_parameters_of(params: Mapping[str, Any]) -> dict[str, Any]:
    """The base parameters that cover and reference hand on to the reading of their caption."""
    return {
        "tempo": params.get("bpm"),
        "key": params.get("keyscale"),
        "timesignature": params.get("timesignature"),
        "duration": _duration(params),
        "lyrics": params.get("lyrics") or None,
        "instrumental": bool(params.get("instrumental")),
        "language": _language(params),
        "exclude": _negative(params),
    }


def number_of(params: Mapping[str, Any], name: str, default: float) -> float:
    """``name``, or ``default`` where it is absent or ``None``."""
    value = params.get(name)
    return default if value is None else float(value)


def _duration(params: Mapping[str, Any]) -> float | None:
    duration = params.get("audio_duration")
    return None if duration is None or duration <= 0 else float(duration)


def _language(params: Mapping[str, Any]) -> str | None:
    language = params.get("vocal_language")
    return None if language in (None, "", "unknown") else language


def _negative(params: Mapping[str, Any]) -> str | None:
    negative = params.get("lm_negative_prompt")
    return None if negative in (None, "", _NO_NEGATIVE) else negative
