"""What comes of a task in takes: one for each seed, and what is told of them all together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from audiopod_mcp.music.model import Progress, Rendering, progress_within

from .arguments import seeds_of
from .base import EngineRefused, NotDone, Outcome, Take, Work
from .responses import details_of
from .takes import write_take

_Told = TypeVar("_Told", str, NotDone)


def copied(work: Work, stem: Path, report: Progress) -> Outcome:
    """The take that is a stem made before."""
    from audiopod_mcp.studio.media.audio_files import read_audio

    audio, rate, subtype = read_audio(stem, report=progress_within(report, 0.0, 0.5))
    if not audio.any():
        raise EngineRefused(
            f"track_name: the {stem.stem} of this set are silent: nobody was heard to play them"
        )
    take = write_take(
        work.folder,
        "take-1",
        Rendering(audio, rate),
        None,
        progress_within(report, 0.5, 1.0),
        subtype=subtype,
    )
    return Outcome(
        (take,), notes=("Taken from a set of stems that was made before: nothing was separated anew.",)
    )


def make_takes(
    work: Work,
    report: Progress,
    render: Callable[[int, Progress], Rendering],
    *,
    subtype: str = "PCM_16",
    seeds: Sequence[int] | None = None,
    by_rule: bool = False,
    remarks: tuple[str, ...] = (),
) -> Outcome:
    """``render`` called once for each seed that is asked for, or drawn, and its results written.

    ``subtype`` is that of a source that comes back changed. ``by_rule`` has a note say how new music was made
    that a listener may take for a model's; ``remarks`` are notes on the source.
    """
    from audiopod_mcp.music.generation.generate import BY_RULE_NOTE, GUIDE_VOCAL_NOTE

    chosen = tuple(seeds) if seeds else tuple(seeds_of(work.params))
    takes: list[Take] = []
    notes: list[Sequence[str]] = []
    done: list[Sequence[str]] = []
    not_done: list[Sequence[NotDone]] = []
    details: dict[str, Any] = {}
    for number, seed in enumerate(chosen):
        part = progress_within(report, number / len(chosen), (number + 1) / len(chosen))
        rendering = render(seed, progress_within(part, 0.0, 0.9))
        end = progress_within(part, 0.9, 1.0)
        takes.append(write_take(work.folder, f"take-{number + 1}", rendering, seed, end, subtype=subtype))
        guide = by_rule and rendering.lyrics and work.params.get("lyrics")
        ours = (*([BY_RULE_NOTE] if by_rule else []), *([GUIDE_VOCAL_NOTE] if guide else []))
        notes.append((*rendering.notes, *ours))
        not_done.append(rendering.not_done)
        own = details_of(rendering)
        details = details or own
        done.append((*_otherwise(own, details, rendering.done), *rendering.done))
    return Outcome(
        tuple(takes),
        notes=(*remarks, *_by_take(notes, lambda note, which: f"{which}: {note}")),
        done=_by_take(done, lambda fact, which: f"{which}: {fact}"),
        not_done=_by_take(not_done, lambda wish, which: replace(wish, instead=f"{which}: {wish.instead}")),
        details=details,
    )


def _otherwise(own: Mapping[str, Any], told: Mapping[str, Any], done: Sequence[str]) -> list[str]:
    """The tempo and key of a take where they are not what is ``told`` of all, unless ``done`` says them."""
    tempo, key = own.get("bpm"), own.get("keyscale")
    facts = [
        f"{tempo:g} BPM" if tempo and tempo != told.get("bpm") else "",
        key if key and key != told.get("keyscale") else "",
    ]
    said = "\n".join(done).lower()
    line = ", ".join(fact for fact in facts if fact and fact.lower() not in said)
    return [line] if line else []


def _by_take(told: Sequence[Sequence[_Told]], of: Callable[[_Told, str], _Told]) -> tuple[_Told, ...]:
    """What was told of takes in one list: what is true of all, then of which takes the rest is."""
    shared: list[_Told] = []
    others: list[_Told] = []
    for line in dict.fromkeys(line for take in told for line in take):
        takes = [str(number) for number, take in enumerate(told, 1) if line in take]
        if len(takes) == len(told):
            shared.append(line)
        else:
            others.append(of(line, f"take{'s' * (len(takes) > 1)} {', '.join(takes)}"))
    return tuple(shared + others)
