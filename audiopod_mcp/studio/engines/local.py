"""The engine that needs nothing but a CPU: the studio's operations, done with :mod:`audiopod_mcp.music`.

Here files become arrays and arrays become files; what happens to them in between is music's business.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from audiopod_mcp.music.model import (
    Audio,
    Refused,
    Rendering,
    Score,
)
from audiopod_mcp.studio.audio_files import MAX_SECONDS, exact_subtype, read_audio, write_audio

from .base import MASTER, SCORE, STEMS, Outcome, Report, Take, Work
from .params import brief_of, number_of, seeds_of, wanted_of, words_of
from .telling import analysis_told, details_of

_PLAYED_ANEW = ("cover", "reference", "retake", "repaint", "extend")
_BY_RULE = "The new music was composed by rule and synthesised on this computer: no neural model."
_GUIDE = "The voice is a guide: it sings vowels on the melody, one note a syllable, not the words."
_LONGEST_PLAYED = 600.0
"""Seconds of what is played again from start to end; the API's own limit for new music."""

_Operation: TypeAlias = Callable[[Work, Report], Outcome]


@dataclass(frozen=True)
class LocalEngine:
    name: str = "local"
    demucs_models: str | None = None
    """The folder of the Demucs models to separate recordings with, where the studio's owner has any."""

    def run(self, work: Work, report: Report) -> Outcome:
        stems: _Operation = partial(_extract_stem, models=self.demucs_models)
        operation = stems if work.task == "extract_stem" else _OPERATIONS.get(work.task)
        if operation is None:
            raise Refused(f"task: {work.task!r} is not something the local engine does")
        furthest = 0.0

        def onwards(fraction: float, doing: str) -> None:
            nonlocal furthest
            furthest = max(furthest, min(1.0, fraction))
            report(furthest, doing)

        return operation(work, onwards)


@dataclass(frozen=True)
class Material:
    """What an operation starts from: a recording, and where it was composed here its stems and score."""

    audio: Audio
    rate: int
    subtype: str
    stems: Mapping[str, Audio]
    score: Score | None

    @property
    def composed(self) -> dict[str, Any]:
        return {"score": self.score, "stems": self.stems or None}


def _material(
    work: Work, report: Report, *, stems: bool = True, max_seconds: float = MAX_SECONDS
) -> Material:
    """The source of ``work``, decoded."""
    path = work.source or (work.original / MASTER if work.original else None)
    if path is None:
        raise Refused(f"task: {work.task!r} needs a recording or a job to work on")
    name = next(iter(work.sources), "source")
    argument = name if name != "source" else "source_job_id"
    audio, rate, subtype = read_audio(
        path, argument=argument, max_seconds=max_seconds, report=_within(report, 0.0, 0.5)
    )
    score, layers = None, {}
    if work.original is not None and (work.original / SCORE).is_file():
        score = Score.from_dict(json.loads((work.original / SCORE).read_text("utf-8")))
        paths = sorted((work.original / STEMS).glob("*.flac")) if stems else []
        for number, stem in enumerate(paths):
            part = _within(report, 0.5 + 0.5 * number / len(paths), 0.5 + 0.5 * (number + 1) / len(paths))
            layer, stem_rate, _ = read_audio(stem, argument="source_job_id", report=part)
            if stem_rate == rate and layer.shape == audio.shape:
                layers[stem.stem] = layer
    return Material(audio, rate, subtype, layers, score)


def _make(work: Work, report: Report) -> Outcome:
    """text2music and its kin: nothing comes in but words."""
    from audiopod_mcp.music.making import make, rapped

    tracks = ("vocals", "backing_vocals") if work.task == "lyric2vocals" else None

    def song(seed: int, report: Report) -> Rendering:
        brief = brief_of(work, seed)
        brief = rapped(brief) if work.task == "text2rap" else brief
        return make(brief, seed=seed, report=report, tracks=tracks)

    return _takes(work, report, song)


def _sample(work: Work, report: Report) -> Outcome:
    from audiopod_mcp.music.making import make_sample

    kind: Any = work.params.get("sample_type") or "loop"
    return _takes(
        work, report, lambda seed, report: make_sample(brief_of(work, seed), kind, seed=seed, report=report)
    )


def _cover(work: Work, report: Report) -> Outcome:
    from audiopod_mcp.music.cover import cover

    source = _material(work, _within(report, 0.0, 0.05), stems=False, max_seconds=_LONGEST_PLAYED)
    strength = number_of(work.params, "audio_cover_strength", 0.7)
    return _takes(
        work,
        _within(report, 0.05, 1.0),
        lambda seed, report: cover(
            source.audio, source.rate, caption=words_of(work), strength=strength, seed=seed, report=report,
            score=source.score, **wanted_of(work.params),
        ),
    )  # fmt: skip


def _reference(work: Work, report: Report) -> Outcome:
    from audiopod_mcp.music.reference import reference

    source = _material(work, _within(report, 0.0, 0.05), stems=False)
    return _takes(
        work,
        _within(report, 0.05, 1.0),
        lambda seed, report: reference(
            source.audio,
            source.rate,
            caption=words_of(work),
            seed=seed,
            report=report,
            **wanted_of(work.params),
        ),
    )


def _retake(work: Work, report: Report) -> Outcome:
    from audiopod_mcp.music.retake import retake

    source = _material(work, _within(report, 0.0, 0.05), max_seconds=_LONGEST_PLAYED)
    variance = number_of(work.params, "retake_variance", 0.7)
    return _takes(
        work,
        _within(report, 0.05, 1.0),
        lambda seed, report: retake(
            source.audio, source.rate, variance=variance, seed=seed, report=report, **source.composed
        ),
        source,
        seeds=work.params.get("retake_seeds"),
    )


def _repaint(work: Work, report: Report) -> Outcome:
    from audiopod_mcp.music.repaint import repaint

    source = _material(work, _within(report, 0.0, 0.05))
    return _takes(
        work,
        _within(report, 0.05, 1.0),
        lambda seed, report: repaint(
            source.audio, source.rate,
            start=work.params["repainting_start"], end=work.params["repainting_end"], caption=words_of(work),
            lyrics=work.params.get("lyrics") or None, seed=seed, report=report, **source.composed,
        ),
        source,
    )  # fmt: skip


def _extend(work: Work, report: Report) -> Outcome:
    from audiopod_mcp.music.extend import extend

    source = _material(work, _within(report, 0.0, 0.05))
    return _takes(
        work,
        _within(report, 0.05, 1.0),
        lambda seed, report: extend(
            source.audio, source.rate, left=number_of(work.params, "left_extend_length", 0.0),
            right=number_of(work.params, "right_extend_length", 30.0), prompt=words_of(work),
            lyrics=work.params.get("lyrics") or None, seed=seed, report=report, **source.composed,
        ),
        source,
    )  # fmt: skip


def _edit(work: Work, report: Report) -> Outcome:
    from audiopod_mcp.music.edit import edit

    source = _material(work, _within(report, 0.0, 0.05))
    params = work.params
    return _takes(
        work,
        _within(report, 0.05, 1.0),
        lambda seed, report: edit(
            source.audio, source.rate, prompt=params.get("edit_target_prompt"),
            lyrics=params.get("edit_target_lyrics"), n_min=params.get("edit_n_min"),
            n_max=params.get("edit_n_max"), seed=seed, report=report, **source.composed,
        ),
        source,
    )  # fmt: skip


def _extract_stem(work: Work, report: Report, *, models: str | None) -> Outcome:
    from .stems import stem_of

    source = _material(work, _within(report, 0.0, 0.1))
    track = work.params["track_name"]
    notes: tuple[str, ...] = ()
    if source.stems:
        if track not in source.stems:
            raise Refused(f"track_name: nobody plays {track} in this track; it has {', '.join(source.stems)}")
        stem = source.stems[track]
        source = replace(source, subtype="PCM_24")
    else:
        stem, notes = stem_of(source.audio, source.rate, track, models, _within(report, 0.1, 0.9))
    take = _write(
        work.folder, "take-1", Rendering(stem, source.rate), None, source, _within(report, 0.9, 1.0)
    )
    return Outcome((take,), notes=notes)


def _analyze(work: Work, report: Report) -> Outcome:
    from audiopod_mcp.music.analysis import analyse

    source = _material(work, _within(report, 0.0, 0.2), stems=False)
    heard = analyse(source.audio, source.rate, _within(report, 0.2, 1.0))
    return Outcome(analysis=analysis_told(heard))


def _lrc(work: Work, report: Report) -> Outcome:
    from audiopod_mcp.music.analysis import analyse
    from audiopod_mcp.music.lyrics import place_lyrics, to_lrc

    source = _material(work, _within(report, 0.0, 0.2), stems=False)
    if source.score is not None and source.score.lyrics:
        return Outcome(lrc=to_lrc(source.score.lyrics, length=len(source.audio) / source.rate))
    text = (work.params.get("lyrics") or "").strip()
    if not text:
        raise Refused("job_id: this job has no lyrics to time; make it with lyrics, then ask for its LRC")
    heard = analyse(source.audio, source.rate, _within(report, 0.2, 0.7))
    lines, remark = place_lyrics(text, heard, source.audio, source.rate, _within(report, 0.7, 1.0))
    return Outcome(lrc=to_lrc(lines, length=heard.duration, remark=remark))


_OPERATIONS: Mapping[str, _Operation] = {
    **dict.fromkeys(("text2music", "prompt2instrumental", "text2rap", "lyric2vocals", "simple"), _make),
    "text2samples": _sample,
    "cover": _cover,
    "reference": _reference,
    "retake": _retake,
    "repaint": _repaint,
    "extend": _extend,
    "edit": _edit,
    "analyze": _analyze,
    "lrc": _lrc,
}


def _takes(
    work: Work,
    report: Report,
    operation: Callable[[int, Report], Rendering],
    source: Material | None = None,
    *,
    seeds: Sequence[int] | None = None,
) -> Outcome:
    """``operation`` done once for each seed that is asked for, or drawn, and its results written."""
    chosen = tuple(seeds) if seeds else tuple(seeds_of(work.params))
    takes: list[Take] = []
    notes: list[str] = []
    details: dict[str, Any] = {}
    for number, seed in enumerate(chosen):
        part = _within(report, number / len(chosen), (number + 1) / len(chosen))
        made = operation(seed, _within(part, 0.0, 0.9))
        takes.append(_write(work.folder, f"take-{number + 1}", made, seed, source, _within(part, 0.9, 1.0)))
        notes.extend(made.notes)
        if work.task in _PLAYED_ANEW:
            notes.append(_BY_RULE)
            notes.extend([_GUIDE] if made.lyrics and work.params.get("lyrics") else [])
        details = details or details_of(made)
    return Outcome(tuple(takes), notes=tuple(dict.fromkeys(notes)), details=details)


def _write(
    folder: Path, name: str, made: Rendering, seed: int | None, source: Material | None, report: Report
) -> Take:
    """Master, stems and score of a take. A changed recording keeps its own precision."""
    home = folder / name
    home.mkdir(parents=True, exist_ok=True)
    subtype = exact_subtype(source.subtype) if source else "PCM_16"
    write_audio(
        home / MASTER, made.audio, made.rate, "flac", subtype=subtype, report=_within(report, 0.0, 0.3)
    )
    if made.stems:
        (home / STEMS).mkdir(exist_ok=True)
    for number, (track, stem) in enumerate(made.stems.items()):
        low = 0.3 + 0.7 * number / len(made.stems)
        part = _within(report, low, low + 0.7 / len(made.stems))
        write_audio(home / STEMS / f"{track}.flac", stem, made.rate, "flac", subtype="PCM_24", report=part)
    if made.score is not None:
        (home / SCORE).write_text(json.dumps(asdict(made.score), separators=(",", ":")), "utf-8")
    lrc = None
    if made.lyrics:
        from audiopod_mcp.music.lyrics import to_lrc

        lrc = to_lrc(made.lyrics, length=len(made.audio) / made.rate)
    return Take(name, len(made.audio) / made.rate, made.rate, seed, tuple(made.stems), lrc)


def _within(report: Report, low: float, high: float) -> Report:
    """A report for a part of the work, which takes the whole from ``low`` to ``high``."""
    return lambda fraction, doing: report(low + (high - low) * min(1.0, max(0.0, fraction)), doing)
