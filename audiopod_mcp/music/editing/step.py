"""The steps of an edit, in the engine's own units: one change of one stem, or of everything."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from audiopod_mcp.edits.model import TrackEdit
from audiopod_mcp.edits.players import LEAD, TRACK_OF

from .time_range import TimeRange

StepKind = Literal[
    "level", "loudness", "peak", "silence",
    "bright", "bass", "treble", "bell", "highpass", "lowpass", "esses", "punch",
    "compress", "saturate", "reverb", "echo", "width", "pan",
    "tempo", "bpm", "pitch", "key", "remove", "only", "add", "swap",
    "fade in", "fade out", "reverse", "trim", "cut", "keep", "repeat", "loop",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class EditStep:
    """One change.

    ``amount`` is in dB for ``level``, ``bright``, ``bass``, ``treble``, ``bell``, ``esses``, ``punch``,
    ``compress`` and ``saturate``; LUFS for ``loudness``; dBTP for ``peak``; a share to add for ``reverb``
    (negative: take away) and ``echo``; a factor for ``width`` and ``tempo`` (speed); -1 (left) to 1 for
    ``pan``; beats a minute for ``bpm``; semitones for ``pitch``; seconds for the fades; times it is heard for
    ``repeat``. ``hertz`` is the corner or the middle of a filter, ``seconds`` are between echoes, and
    ``ceiling`` is the true peak beside a loudness, dBTP. ``track`` is the stem it is about, ``None`` for
    everything but ``others``, and ``names`` are what its players were called, none of who was not named.
    ``text`` is the key, the mode, the instrument or the end of the track that was named; for ``remove``,
    "lead" if backing vocals stay. ``when`` is the stretch it is for. ``asked`` are the words that asked for
    it.
    """

    kind: StepKind
    amount: float = 0.0
    track: str | None = None
    text: str = ""
    hertz: float = 0.0
    seconds: float | None = None
    ceiling: float | None = None
    others: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    when: TimeRange | None = None
    asked: str = ""


_KINDS: dict[str, StepKind] = {
    "low_cut": "highpass", "high_cut": "lowpass", "equaliser": "bell", "brightness": "bright",
    "de_ess": "esses", "compression": "compress", "saturation": "saturate", "tempo": "bpm", "speed": "tempo",
    "replace": "swap", "fade_in": "fade in", "fade_out": "fade out", "trim_start": "trim", "trim_end": "trim",
}  # fmt: skip


def steps_of(edit: TrackEdit, asked: str) -> list[EditStep]:
    """The steps that a typed edit, for which ``asked`` asks, is made of: one a stem, whoever plays in it."""
    kind: StepKind = _KINDS.get(edit.action, edit.action)  # type: ignore[arg-type]
    amount, when = edit.amount or 0.0, TimeRange.of(edit)
    kept = tuple(_named(edit.but))
    if kind == "remove" and kept:
        return [EditStep("only", others=kept, when=when, asked=asked)]
    if kind == "remove" and not edit.on:
        return [EditStep("silence", when=when, asked=asked)]
    if kind == "add":
        instrument = edit.instrument or ""
        return [EditStep("add", text=instrument, track=TRACK_OF.get(instrument), when=when, asked=asked)]
    if kind in ("highpass", "lowpass"):
        hertz, amount = amount, 0.0
    else:
        hertz = edit.hz or 0.0
    if kind in ("reverb", "echo", "width", "pan", "tempo"):
        amount /= 100
    text = edit.key or edit.instrument or edit.action.removeprefix("trim_") * (kind == "trim")
    players = dict[str | None, tuple[str, ...]](_named(edit.on).items()) or {None: ()}
    return [
        EditStep(
            kind, amount, track, "lead" if kind == "remove" and names and LEAD.issuperset(names) else text,
            hertz, edit.time, edit.true_peak, kept, names, when, asked,
        )
        for track, names in players.items()
    ]  # fmt: skip


def _named(names: Sequence[str] | None) -> dict[str, tuple[str, ...]]:
    """The tracks of players, and what they are called; of vocals who are not the lead, all who sing."""
    tracks = dict[str, tuple[str, ...]]()
    for name in names or ():
        tracks[TRACK_OF[name]] = (*tracks.get(TRACK_OF[name], ()), name)
    if not LEAD.issuperset(tracks.get("vocals", ())):
        tracks.setdefault("backing_vocals", ())
    return tracks


def who_are_there(steps: Sequence[EditStep], tracks: Collection[str]) -> list[EditStep]:
    """``steps`` without backing vocals, where they are no track and nobody named them."""
    if "backing_vocals" in tracks:
        return [*steps]
    named = (step for step in steps if step.track != "backing_vocals" or step.names or step.kind == "add")
    return [
        replace(step, others=tuple(t for t in step.others if t != "backing_vocals"))
        if "vocals" in step.others
        else step
        for step in named
    ]
