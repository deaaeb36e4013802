"""Recordings in, takes out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audiopod_mcp.music.model import Audio, Progress, Rendering, Score, ignore_progress, progress_within
from audiopod_mcp.studio.media.layout import PLAYED

from .base import LOOP, MASTER, RECIPE, SCORE, STEMS, UNCLIPPED, EngineRefused, Take, Work

if TYPE_CHECKING:
    from audiopod_mcp.music.synthesis.multitrack import Tape

    from .recipes import Remade


@dataclass(frozen=True)
class SourceTrack:
    """What an operation starts from: a recording, and where it was composed here its stems and score."""

    audio: Audio
    rate: int
    subtype: str
    stems: Mapping[str, Audio]
    score: Score | None
    remade: Remade | None = None
    """Where its stems can't be had any more as they were: what is played today from its score."""
    notes: tuple[str, ...] = field(default=())
    """What the person should know about it, one sentence each."""
    as_rendered: bool = False
    """Whether its stems are what its score sounds like when it is rendered."""
    edited: bool = False
    """Whether its stems are kept because its sound was changed since it was rendered."""

    @property
    def composed(self) -> dict[str, Any]:
        return {"score": self.score, "stems": self.stems or None}


def read_source(
    work: Work,
    report: Progress,
    *,
    stems: bool = True,
    max_seconds: float | None = None,
    listening: bool = False,
) -> SourceTrack:
    """The source of ``work``, decoded; ``max_seconds`` where it may be less long than any recording may.

    One that is only for ``listening`` may come mixed down, where it is too large to be held as it is.

    Raises:
        EngineRefused: where it can't be read, or its job was deleted meanwhile.

    """
    try:
        source = _read_source(work, report, stems, max_seconds, listening)
    except (FileNotFoundError, EngineRefused):
        if work.original is None or work.original.is_dir():
            raise
        source = None
    # A folder that vanishes while it is read looks like that of a recording, without stems.
    if source is None or (work.original is not None and not work.original.is_dir()):
        raise EngineRefused("the job that it starts from was deleted meanwhile")
    return source


def _read_source(
    work: Work, report: Progress, stems: bool, max_seconds: float | None, listening: bool
) -> SourceTrack:
    from audiopod_mcp.studio.media.audio_files import MAX_SECONDS
    from audiopod_mcp.studio.media.decoded import read_once

    path = work.source or (work.original / MASTER if work.original else None)
    if path is None:
        raise EngineRefused(f"task: {work.task!r} needs a recording or a job to work on")
    if path.name == MASTER and path.with_name(UNCLIPPED).is_file():
        path = path.with_name(UNCLIPPED)
    name = next(iter(work.sources), "source")
    argument = name if name != "source" else "source_job_id"
    audio, rate, subtype, notes = read_once(
        path, argument, max_seconds or MAX_SECONDS, listening, progress_within(report, 0.0, 0.5)
    )
    score: Score | None = None
    layers: Mapping[str, Audio] = {}
    edited = False
    if work.original is not None and (work.original / SCORE).is_file():
        score = read_score(work.original)
        rest = progress_within(report, 0.5, 1.0)
        if stems and (work.original / STEMS).is_dir():
            layers = _read_stems(work.original / STEMS, audio, rate, rest)
            edited = not (work.original / RECIPE).is_file()
        elif stems and (work.original / RECIPE).is_file():
            from .recipes import remake_stems

            remade = remake_stems(work.original, audio, subtype, rest)
            if remade is None or not remade.same:
                reason = remade.reason if remade else "has stems that can't be made any more"
                note = f"What it starts from {reason}: it was treated as a recording, without stems."
                return SourceTrack(audio, rate, subtype, {}, score, remade, (*notes, note))
            layers = remade.stems.sorted()
            return SourceTrack(
                audio, rate, subtype, layers, score, notes=tuple(notes), as_rendered=remade.score == score
            )
    return SourceTrack(audio, rate, subtype, layers, score, notes=tuple(notes), edited=edited)


@dataclass(frozen=True)
class HeardTrack:
    """What is only listened to: a recording, and its score where it was composed here."""

    audio: Tape
    """On the disk where it is large: it is read a stretch at a time, and what is heard in it needs room."""
    rate: int
    score: Score | None
    notes: tuple[str, ...]
    """As those of :class:`SourceTrack`."""


def read_heard(work: Work, report: Progress) -> HeardTrack:
    """The source of ``work``, to be listened to."""
    from audiopod_mcp.music.synthesis.multitrack import Multitrack

    source = read_source(work, report, stems=False, listening=True)
    tape: Tape = source.audio
    with suppress(OSError):  # where the disk is full, memory has to do
        tape = Multitrack.gather([("", source.audio)]).tape("")
    return HeardTrack(tape, source.rate, source.score, source.notes)


def read_score(take: Path, name: str = SCORE) -> Score:
    """The score in the folder of a take."""
    return Score.from_dict(json.loads((take / name).read_text("utf-8")))


def has_stems(take: Path) -> bool:
    """Whether the folder of a take has stems, or what they are made with."""
    return (take / STEMS).is_dir() or (take / RECIPE).is_file()


def _read_stems(folder: Path, audio: Audio, rate: int, report: Progress) -> Mapping[str, Audio]:
    """The stems in ``folder`` that are shaped like ``audio``."""
    from audiopod_mcp.music.synthesis.multitrack import Multitrack
    from audiopod_mcp.studio.media.audio_files import read_audio

    paths = sorted(folder.glob("*.flac"))

    def fitting() -> Iterator[tuple[str, Audio]]:
        for number, stem in enumerate(paths):
            part = progress_within(report, number / len(paths), (number + 1) / len(paths))
            layer, stem_rate, _ = read_audio(stem, argument="source_job_id", report=part)
            if stem_rate == rate and layer.shape == audio.shape:
                yield stem.stem, layer

    return Multitrack.gather(fitting())


def make_stems(take: Path, folder: Path, report: Progress = ignore_progress) -> None:
    """Make the stems of the take whose folder is ``take``, each ``{track}.flac`` in ``folder``.

    Raises:
        EngineRefused: where they can't be made any more.
        FileNotFoundError: where the take is gone.

    """
    from audiopod_mcp.studio.media.audio_files import MAX_HEARD, read_audio, write_audio

    from .recipes import STEM_SUBTYPE, remake_stems

    master, rate, subtype = read_audio(take / MASTER, max_seconds=MAX_HEARD)
    remade = remake_stems(take, master, subtype, report)
    del master
    if remade is None:
        raise EngineRefused("how they were made is not written down as this version of the program does it")
    if not remade.same:
        raise EngineRefused(
            f"it {remade.reason}, so its stems would not sum to it; extract_stem plays one anew"
        )
    for track in remade.stems:  # one in memory at a time
        write_audio(
            folder / f"{track}.flac", remade.stems[track], rate, "flac", subtype=STEM_SUBTYPE, report=report
        )


def write_take(
    folder: Path,
    name: str,
    made: Rendering,
    seed: int | None,
    report: Progress,
    *,
    subtype: str = "PCM_16",
    played: Score | None = None,
) -> Take:
    """Master and score of a take, the master precise enough for a source of ``subtype``, and its stems.

    Those that can be made again are not written: how they are made is. ``played`` is the score of what has
    other stems than it says.
    """
    from audiopod_mcp.studio.media.audio_files import exact_subtype, write_audio

    home = folder / name
    home.mkdir(parents=True, exist_ok=True)
    precise = exact_subtype(subtype)
    write_audio(
        home / MASTER,
        made.audio,
        made.rate,
        "flac",
        subtype=precise,
        report=progress_within(report, 0.0, 0.3),
    )
    loop = (0, len(made.audio)) if made.loop else None
    if loop:
        (home / LOOP).write_text(json.dumps(loop), "utf-8")
    loud = not subtype.startswith("PCM_") and bool(max(made.audio.max(), -made.audio.min()) > 1)
    if loud:
        write_audio(home / UNCLIPPED, made.audio, made.rate, subtype="FLOAT", loop=loop)
    if made.recipe is not None:
        from .recipes import write_recipe

        write_recipe(home, made)
    elif made.stems:
        from audiopod_mcp.music.synthesis.multitrack import tapes_of

        (home / STEMS).mkdir(exist_ok=True)
        for number, (track, stem) in enumerate(tapes_of(made.stems).items()):  # long ones are not in memory
            low = 0.3 + 0.7 * number / len(made.stems)
            part = progress_within(report, low, low + 0.7 / len(made.stems))
            path = home / STEMS / f"{track}.flac"
            write_audio(path, stem, made.rate, "flac", subtype="PCM_24", report=part)
    if made.score is not None:
        _write_score(home / SCORE, made.score)
    if played is not None:
        _write_score(home / PLAYED, played)
    lrc = None
    if made.lyrics:
        from audiopod_mcp.music.lyrics.lrc import to_lrc

        lrc = to_lrc(made.lyrics, length=len(made.audio) / made.rate, words=True)
    seconds = len(made.audio) / made.rate
    return Take(name, seconds, made.rate, seed, tuple(made.stems), lrc, unclipped=loud)


def _write_score(file: Path, score: Score) -> None:
    file.write_text(json.dumps(asdict(score), separators=(",", ":")), "utf-8")
