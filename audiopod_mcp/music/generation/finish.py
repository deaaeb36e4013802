"""What a caption asks of the finished sound: mono and fades; and the receipt that goes with it."""

from __future__ import annotations

import re
from dataclasses import replace

from audiopod_mcp.music.captions.wishes import read_wishes
from audiopod_mcp.music.model import SAMPLE_RATE, Rendering

from .production import Production
from .receipts import Played, receipt

_LONGEST_FADE, _FADED_SHARE = 8.0, 0.15
"""Seconds, and share of the piece, that fade at most."""


def finish(
    made: Production, caption: str, *, fades: bool = True, mono: bool | None = None
) -> tuple[str, ...]:
    """Have ``made`` be in mono and fade where ``caption`` asks for it; give what was done.

    Whether it is ``mono`` may be known already, and whether there are ``fades``.
    """
    wishes = read_wishes(caption)
    facts = []
    if mono is None:
        mono = any(wish.kind == "mix" and wish.value == "mono" for wish in wishes)
    if mono:
        made.fold_to_mono()
        facts.append("mono, both sides alike")
    whole = made.samples / SAMPLE_RATE
    sides = {wish.value: wish.asked for wish in reversed(wishes) if wish.kind == "fade" and fades}
    for side, asked in sorted(sides.items()):
        figure = re.search(r"\d+(?:\.\d+)?", asked)
        usual = min(_LONGEST_FADE, _FADED_SHARE * whole)
        seconds = min(float(figure[0]), whole / 2) if figure else usual
        (made.fade_in if side == "in" else made.fade_out)(seconds)
        facts.append(f"fade {side} over {seconds:.3g} s")
    return tuple(facts)


def with_receipt(made: Rendering, caption: str, played: Played) -> Rendering:
    """``made`` with what was done and not done of ``caption``."""
    told = receipt(caption, played)
    return replace(made, done=(*made.done, *told.done), not_done=(*made.not_done, *told.not_done))
