"""The engine that needs nothing but a CPU: the studio's operations, done with :mod:`audiopod_mcp.music`.

Here files become arrays and arrays become files; what happens to them in between is music's business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from audiopod_mcp.music.model import Progress, Refused, Rendering, within

from .arguments import brief_of, number_of, seeds_of, wanted_of, words_of
from .base import Outcome, Take, Work
from .responses import analysis_told, details_of
from .takes import Material, read_material, rising, write_take

_PLAYED_ANEW = ("cover", "reference", "retake", "repaint", "extend")
_BY_RULE = "The new music was composed by rule and synthesised on this computer: no neural model."
_LONGEST_PLAYED = 600.0
"""Seconds of what is played again from start to end; the API's own limit for new music."""

_Operation: TypeAlias = Callable[[Work, Progress], Outcome]


@dataclass(frozen=True)
class LocalEngine:
    name: str = "local"
    demucs_models: str | None = None
    """The folder of the Demucs models to separate recordings with, where the studio's owner has any."""

    def run(self, work: Work, report: Progress) -> Outcome:
        operation = _OPERATIONS.get(work.task)
        if work.task in _SEPARATING:
            operation = partial(_SEPARATING[work.task], models=self.demucs_models)
        if operation is None:
            raise Refused(f"task: {work.task!r} is not something the local engine does")
        return operation(work, rising(report))


def _make(work: Work, report: Progress) -> Outcome:
    """text2music and its kin: nothing comes in but words."""
    from audiopod_mcp.music.generation.generate import generate, rap_brief

    tracks = ("vocals", "backing_vocals") if work.task == "lyric2vocals" else None

    def song(seed: int, report: Progress) -> Rendering:
        brief = brief_of(work, seed)
        brief = rap_brief(brief) if work.task == "text2rap" else brief
        return generate(brief, seed=seed, report=report, tracks=tracks)

    return _takes(work, report, song)


def _sample(work: Work, report: Progress) -> Outcome:
    from audiopod_mcp.music.generation.generate import generate_sample

    kind: Any = work.params.get("sample_type") or "loop"
    return _takes(
        work,
        report,
        lambda seed, report: generate_sample(brief_of(work, seed), kind, seed=seed, report=report),
    )


def _cover(work: Work, report: Progress) -> Outcome:
    from audiopod_mcp.music.generation.cover import cover

    source = read_material(work, within(report, 0.0, 0.05), stems=False, max_seconds=_LONGEST_PLAYED)
    strength = number_of(work.params, "audio_cover_strength", 0.7)
    return _takes(
        work,
        within(report, 0.05, 1.0),
        lambda seed, report: cover(
            source.audio, source.rate, caption=words_of(work), strength=strength, seed=seed, report=report,
            score=source.score, **wanted_of(work.params),
        ),
    )  # fmt: skip


def _reference(work: Work, report: Progress) -> Outcome:
    from audiopod_mcp.music.generation.reference import reference

    source = read_material(work, within(report, 0.0, 0.05), stems=False)
    return _takes(
        work,
        within(report, 0.05, 1.0),
        lambda seed, report: reference(
            source.audio,
            source.rate,
            caption=words_of(work),
            seed=seed,
            report=report,
            **wanted_of(work.params),
        ),
    )


def _retake(work: Work, report: Progress) -> Outcome:
    from audiopod_mcp.music.generation.retake import retake

    source = read_material(work, within(report, 0.0, 0.05), max_seconds=_LONGEST_PLAYED)
    variance = number_of(work.params, "retake_variance", 0.7)
    return _takes(
        work,
        within(report, 0.05, 1.0),
        lambda seed, report: retake(
            source.audio, source.rate, variance=variance, seed=seed, report=report, **source.composed
        ),
        source,
        seeds=work.params.get("retake_seeds"),
    )


def _repaint(work: Work, report: Progress) -> Outcome:
    from audiopod_mcp.music.generation.repaint import repaint

    source = read_material(work, within(report, 0.0, 0.05))
    return _takes(
        work,
        within(report, 0.05, 1.0),
        lambda seed, report: repaint(
            source.audio, source.rate,
            start=work.params["repainting_start"], end=work.params["repainting_end"], caption=words_of(work),
            lyrics=work.params.get("lyrics") or None, seed=seed, report=report, **source.composed,
        ),
        source,
    )  # fmt: skip


def _extend(work: Work, report: Progress) -> Outcome:
    from audiopod_mcp.music.generation.extend import extend

    source = read_material(work, within(report, 0.0, 0.05))
    return _takes(
        work,
        within(report, 0.05, 1.0),
        lambda seed, report: extend(
            source.audio, source.rate, left=number_of(work.params, "left_extend_length", 0.0),
            right=number_of(work.params, "right_extend_length", 30.0), prompt=words_of(work),
            lyrics=work.params.get("lyrics") or None, seed=seed, report=report, **source.composed,
        ),
        source,
    )  # fmt: skip


def _edit(work: Work, report: Progress, *, models: str | None) -> Outcome:
    from audiopod_mcp.music.editing.edit import edit

    from .stems import separator_of

    source = read_material(work, within(report, 0.0, 0.05))
    params = work.params
    return _takes(
        work,
        within(report, 0.05, 1.0),
        lambda seed, report: edit(
            source.audio, source.rate, prompt=params.get("edit_target_prompt"),
            lyrics=params.get("edit_target_lyrics"), n_min=params.get("edit_n_min"),
            n_max=params.get("edit_n_max"), seed=seed, report=report, separator=separator_of(models),
            **source.composed,
        ),
        source,
    )  # fmt: skip


def _extract_stem(work: Work, report: Progress, *, models: str | None) -> Outcome:
    from .stems import stem_of

    source = read_material(work, within(report, 0.0, 0.1))
    track = work.params["track_name"]
    notes: tuple[str, ...] = ()
    subtype = source.subtype
    if source.stems:
        if track not in source.stems:
            raise Refused(f"track_name: nobody plays {track} in this track; it has {', '.join(source.stems)}")
        stem = source.stems[track]
        subtype = "PCM_24"
    else:
        stem, notes = stem_of(source.audio, source.rate, track, models, within(report, 0.1, 0.9))
    rendering = Rendering(stem, source.rate)
    take = write_take(work.folder, "take-1", rendering, None, within(report, 0.9, 1.0), subtype=subtype)
    return Outcome((take,), notes=notes)


def _analyze(work: Work, report: Progress) -> Outcome:
    from audiopod_mcp.music.analysis.analyze import analyse

    source = read_material(work, within(report, 0.0, 0.2), stems=False)
    heard = analyse(source.audio, source.rate, within(report, 0.2, 1.0))
    return Outcome(result=analysis_told(heard))


def _lrc(work: Work, report: Progress) -> Outcome:
    from audiopod_mcp.music.analysis.analyze import analyse
    from audiopod_mcp.music.lyrics.lrc import to_lrc
    from audiopod_mcp.music.lyrics.timing import place_lyrics

    source = read_material(work, within(report, 0.0, 0.2), stems=False)
    if source.score is not None and source.score.lyrics:
        return Outcome(
            result={"lrc_content": to_lrc(source.score.lyrics, length=len(source.audio) / source.rate)}
        )
    text = (work.params.get("lyrics") or "").strip()
    if not text:
        raise Refused("job_id: this job has no lyrics to time; make it with lyrics, then ask for its LRC")
    heard = analyse(source.audio, source.rate, within(report, 0.2, 0.7))
    lines, remark = place_lyrics(text, heard, source.audio, source.rate, within(report, 0.7, 1.0))
    return Outcome(result={"lrc_content": to_lrc(lines, length=heard.duration, remark=remark)})


_SEPARATING: Mapping[str, Callable[..., Outcome]] = {"edit": _edit, "extract_stem": _extract_stem}
"""Those that take recordings apart, by a Demucs model where there is one."""
_OPERATIONS: Mapping[str, _Operation] = {
    **dict.fromkeys(("text2music", "prompt2instrumental", "text2rap", "lyric2vocals", "simple"), _make),
    "text2samples": _sample,
    "cover": _cover,
    "reference": _reference,
    "retake": _retake,
    "repaint": _repaint,
    "extend": _extend,
    "analyze": _analyze,
    "lrc": _lrc,
}


def _takes(
    work: Work,
    report: Progress,
    operation: Callable[[int, Progress], Rendering],
    source: Material | None = None,
    *,
    seeds: Sequence[int] | None = None,
) -> Outcome:
    """``operation`` done once for each seed that is asked for, or drawn, and its results written."""
    from audiopod_mcp.music.generation.generate import GUIDE_VOCAL_NOTE

    chosen = tuple(seeds) if seeds else tuple(seeds_of(work.params))
    subtype = source.subtype if source else "PCM_16"
    takes: list[Take] = []
    notes: list[str] = []
    details: dict[str, Any] = {}
    for number, seed in enumerate(chosen):
        part = within(report, number / len(chosen), (number + 1) / len(chosen))
        made = operation(seed, within(part, 0.0, 0.9))
        end = within(part, 0.9, 1.0)
        takes.append(write_take(work.folder, f"take-{number + 1}", made, seed, end, subtype=subtype))
        notes.extend(made.notes)
        if work.task in _PLAYED_ANEW:
            notes.append(_BY_RULE)
            notes.extend([GUIDE_VOCAL_NOTE] if made.lyrics and work.params.get("lyrics") else [])
        details = details or details_of(made)
    return Outcome(tuple(takes), notes=tuple(dict.fromkeys(notes)), details=details)
