"""What a caption asks of the finished sound: fades and mono; and the receipt that goes with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from audiopod_mcp.music.captions.wishes import read_wishes
from audiopod_mcp.music.effects.equalizer_reverb import apply_fade
from audiopod_mcp.music.model import Audio, Rendering

from .receipts import Played, receipt


def finished(made: Rendering, caption: str, *, fades: bool = True) -> tuple[Rendering, tuple[str, ...]]:
    """Fade ``made`` in or out and fold it to mono where ``caption`` asks for it.

    Returns it with what was done, each a short fact.
    """
    wishes = read_wishes(caption)
    seconds = min(8.0, 0.15 * len(made.audio) / made.rate)
    facts = []
    for side in dict.fromkeys(wish.value for wish in wishes if wish.kind == "fade"):
        if fades:
            made = _changed(made, partial(apply_fade, rate=made.rate, seconds=seconds, at_start=side == "in"))
            facts.append(f"fade {side} over {seconds:.2g} s")
    if any(wish.kind == "mix" and wish.value == "mono" for wish in wishes):
        made = _changed(
            made, lambda audio: np.repeat(audio.mean(axis=1, keepdims=True), audio.shape[1], axis=1)
        )
        facts.append("mono, both sides alike")
    return made, tuple(facts)


def with_receipt(made: Rendering, caption: str, played: Played) -> Rendering:
    """``made`` with what was done and not done of ``caption``."""
    told = receipt(caption, played)
    return replace(made, done=(*made.done, *told.done), not_done=(*made.not_done, *told.not_done))


def _changed(made: Rendering, change: Callable[[Audio], Audio]) -> Rendering:
    return replace(
        made, audio=change(made.audio), stems={name: change(stem) for name, stem in made.stems.items()}
    )
