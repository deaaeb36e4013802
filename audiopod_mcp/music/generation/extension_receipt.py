"""The receipt of an extension: what of its prompt was done, and from where on the song is as it was."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from audiopod_mcp.music.captions.wishes import read_wishes
from audiopod_mcp.music.leadsheet import LeadSheet
from audiopod_mcp.music.model import Brief, Rendering

from .intensity import Change
from .receipts import Played, Receipt, receipt

_KEPT = {"cannot": "name the key, the metre or the tempo that it is to go on in: D minor, 3/4, 90 BPM"}
"""What to ask for, where a change is wished without saying to what."""
_GOING_ON = re.compile(
    r"\b(?:continu\w+|go(?:es|ing)? on|keep(?:s|ing)? (?:going|on)|carr(?:y|ies) on|now|next"
    r"|same (?:groove|style|band)|more of (?:it|the same))\b",
    re.IGNORECASE,
)
"""How an extension is asked for that is like the song."""


def fades_out_by(prompt: str) -> bool:
    """Whether ``prompt`` has the music fade out."""
    return any(wish.kind == "fade" and wish.value == "out" for wish in read_wishes(prompt))


def both_sides(told: list[Receipt]) -> Receipt:
    """One receipt of two: what was done on one side was done, and the players are told once."""
    first, *others = told
    done = [*first.done, *(fact for other in others for fact in other.done if not fact.startswith("plays: "))]
    missed = [wish for wish in first.not_done if all(wish.asked in _asked(other) for other in others)]
    return Receipt(tuple(dict.fromkeys(done)), tuple(missed))


def _asked(receipt: Receipt) -> set[str]:
    return {wish.asked for wish in receipt.not_done}


def receipt_of(
    song: Rendering,
    played: Rendering,
    brief: Brief,
    prompt: str,
    before: bool,
    length: float,
    overlap: float,
    own_words: str,
    close: str,
    change: Change | None,
    lead: float = 0.0,
) -> Receipt:
    """What was done of ``prompt``, and where the new music enters or gives over to the song.

    ``own_words`` is a pattern of words that the extension itself has done, ``close`` how it ends, ``change``
    how much more intense, or calmer, it is than the song beside it; ``lead`` seconds come before the song in
    the end.
    """
    assert played.score is not None  # noqa: S101 - accompany() always writes one
    score = replace(played.score, duration=length)
    fading = ("fade out to the end",) if fades_out_by(prompt) and not before else ()
    entry = lead + len(song.audio) / song.rate - overlap
    told = receipt(
        prompt,
        Played(
            brief,
            score,
            0.0 if before else entry,
            fading,
            _KEPT,
            own_words=own_words,
            close=close,
            change=change,
        ),
    )
    if before:
        fact = (
            f"the song begins at {_exact(length)}; every sample of it from {_exact(length + overlap + 0.01)} "
            "on is as it was"
        )
    else:
        of_it = " of the song" if lead else ""
        fact = f"the new music enters at {_exact(entry)}; every sample{of_it} before is as it was"
    return Receipt((fact, *told.done), told.not_done)


def _exact(seconds: float) -> str:
    """A time to the hundredth of a second, rounded down: what is said to lie before it does."""
    minutes, rest = divmod(math.floor(100 * seconds + 1e-6), 6000)
    return f"{minutes}:{rest / 100:05.2f}"


def own_words_of(own: LeadSheet, frame: LeadSheet, ending: bool, same_energy: bool) -> str:
    """A pattern of the words by which an extension is asked for that goes on, changes or ends as it does."""
    words = [_GOING_ON.pattern]
    words += [r"\boutro\b"] * ending + [r"\bsame\b"] * same_energy
    if frame is not own:
        words.append(r"^(?:switch\w*|chang\w+|shift\w*|mov\w+|turn\w*)$")
    words += [r"key change|modulat"] * (frame.key != own.key)
    words += [r"tempo change|speed|slow(?:s|ing)? down|gets? (?:faster|slower)"] * (frame.tempo != own.tempo)
    words += [r"time signature change|changing met"] * (frame.timesignature != own.timesignature)
    return "|".join(words)
