"""Recordings in, takes out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from audiopod_mcp.music.model import Audio, Progress, Rendering, Score, progress_within

from .base import MASTER, SCORE, STEMS, UNCLIPPED, EngineRefused, Take, Work


@dataclass(frozen=True)
class SourceTrack:
    """What an operation starts from: a recording, and where it was composed here its stems and score."""

    audio: Audio
    rate: int
    subtype: str
    stems: Mapping[str, Audio]
    score: Score | None
    notes: tuple[str, ...] = field(default=())
    """What the person should know about it, one sentence each."""

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
    """
    from audiopod_mcp.studio.media.audio_files import MAX_SECONDS, read_audio

    path = work.source or (work.original / MASTER if work.original else None)
    if path is None:
        raise EngineRefused(f"task: {work.task!r} needs a recording or a job to work on")
    if path.name == MASTER and path.with_name(UNCLIPPED).is_file():
        path = path.with_name(UNCLIPPED)
    notes: list[str] = []
    name = next(iter(work.sources), "source")
    argument = name if name != "source" else "source_job_id"
    audio, rate, subtype = read_audio(
        path,
        argument=argument,
        max_seconds=max_seconds or MAX_SECONDS,
        listening=listening,
        report=progress_within(report, 0.0, 0.5),
        note=notes.append,
    )
    score, layers = None, {}
    if work.original is not None and (work.original / SCORE).is_file():
        score = Score.from_dict(json.loads((work.original / SCORE).read_text("utf-8")))
        paths = sorted((work.original / STEMS).glob("*.flac")) if stems else []
        for number, stem in enumerate(paths):
            part = progress_within(
                report, 0.5 + 0.5 * number / len(paths), 0.5 + 0.5 * (number + 1) / len(paths)
            )
            layer, stem_rate, _ = read_audio(stem, argument="source_job_id", report=part)
            if stem_rate == rate and layer.shape == audio.shape:
                layers[stem.stem] = layer
    return SourceTrack(audio, rate, subtype, layers, score, notes=tuple(notes))


def write_take(
    folder: Path, name: str, made: Rendering, seed: int | None, report: Progress, *, subtype: str = "PCM_16"
) -> Take:
    """Master, stems and score of a take, the master precise enough for a source of ``subtype``."""
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
    loud = not subtype.startswith("PCM_") and bool(max(made.audio.max(), -made.audio.min()) > 1)
    if loud:
        write_audio(home / UNCLIPPED, made.audio, made.rate, subtype="FLOAT")
    if made.stems:
        (home / STEMS).mkdir(exist_ok=True)
    for number, (track, stem) in enumerate(made.stems.items()):
        low = 0.3 + 0.7 * number / len(made.stems)
        part = progress_within(report, low, low + 0.7 / len(made.stems))
        write_audio(home / STEMS / f"{track}.flac", stem, made.rate, "flac", subtype="PCM_24", report=part)
    if made.score is not None:
        (home / SCORE).write_text(json.dumps(asdict(made.score), separators=(",", ":")), "utf-8")
    lrc = None
    if made.lyrics:
        from audiopod_mcp.music.lyrics.lrc import to_lrc

        lrc = to_lrc(made.lyrics, length=len(made.audio) / made.rate)
    seconds = len(made.audio) / made.rate
    return Take(name, seconds, made.rate, seed, tuple(made.stems), lrc, unclipped=loud)
