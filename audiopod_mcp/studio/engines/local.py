"""The engine that needs nothing but a CPU: the studio's operations, done with :mod:`audiopod_mcp.music`.

Here files become arrays and arrays become files; what happens to them in between is music's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from audiopod_mcp.music.model import Progress, Rendering, progress_within
from audiopod_mcp.settings import read_folder

from .arguments import base_parameters_of, brief_of, caption_of, number_of, seeds_of
from .base import SCORE, Engine, EngineRefused, Finding, NotDone, Outcome, Take, Work
from .demucs import VARIABLE, examine_models
from .responses import analysis_result, details_of
from .takes import read_source, write_take

_BY_RULE = "The new music was composed by rule and synthesised on this computer: no neural model."
_LONGEST_PLAYED = 600.0
"""Seconds of what is played again from start to end; the API's own limit for new music."""
_LONGEST_RETAKEN = 360.0
"""Seconds of a recording that is varied: a longer one would take more than 1 GB, 10 minutes take 1.4."""


@dataclass(frozen=True)
class LocalEngine(Engine):
    demucs_models: Path | None = None
    """The folder of the Demucs models to separate recordings with, where the studio's owner has any."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        return cls(read_folder(environment, VARIABLE))

    def text2music(self, work: Work, report: Progress) -> Outcome:
        from audiopod_mcp.music.generation.generate import generate

        def song(seed: int, report: Progress) -> Rendering:
            return generate(brief_of(work, seed), seed=seed, report=report)

        return _make_takes(work, report, song)

    prompt2instrumental = simple = text2music

    def text2rap(self, work: Work, report: Progress) -> Outcome:
        from audiopod_mcp.music.generation.generate import generate, rap_brief

        def rap(seed: int, report: Progress) -> Rendering:
            return generate(rap_brief(brief_of(work, seed)), seed=seed, report=report)

        return _make_takes(work, report, rap)

    def lyric2vocals(self, work: Work, report: Progress) -> Outcome:
        from audiopod_mcp.music.generation.generate import generate

        tracks = ("vocals", "backing_vocals")

        def voices(seed: int, report: Progress) -> Rendering:
            return generate(brief_of(work, seed), seed=seed, report=report, tracks=tracks)

        return _make_takes(work, report, voices)

    def text2samples(self, work: Work, report: Progress) -> Outcome:
        from audiopod_mcp.music.generation.generate import generate_sample

        kind: Any = work.params.get("sample_type") or "loop"

        def sample(seed: int, report: Progress) -> Rendering:
            return generate_sample(brief_of(work, seed), kind, seed=seed, report=report)

        return _make_takes(work, report, sample)

    def cover(self, work: Work, report: Progress) -> Outcome:
        from audiopod_mcp.music.generation.cover import cover

        source = read_source(
            work, progress_within(report, 0.0, 0.05), stems=False, max_seconds=_LONGEST_PLAYED
        )

        def covered(seed: int, report: Progress) -> Rendering:
            return cover(
                source.audio,
                source.rate,
                caption=caption_of(work),
                strength=number_of(work.params, "audio_cover_strength", 0.7),
                seed=seed,
                report=report,
                score=source.score,
                **base_parameters_of(work.params),
            )

        return _make_takes(
            work, progress_within(report, 0.05, 1.0), covered, by_rule=True, remarks=source.notes
        )

    def reference(self, work: Work, report: Progress) -> Outcome:
        from audiopod_mcp.music.generation.reference import reference

        source = read_source(work, progress_within(report, 0.0, 0.05), stems=False, listening=True)

        def likened(seed: int, report: Progress) -> Rendering:
            return reference(
                source.audio,
                source.rate,
                caption=caption_of(work),
                seed=seed,
                report=report,
                **base_parameters_of(work.params),
            )

        return _make_takes(
            work, progress_within(report, 0.05, 1.0), likened, by_rule=True, remarks=source.notes
        )

    def retake(self, work: Work, report: Progress) -> Outcome:
        from audiopod_mcp.music.generation.retake import retake

        composed = work.original is not None and (work.original / SCORE).is_file()
        source = read_source(
            work,
            progress_within(report, 0.0, 0.05),
            max_seconds=_LONGEST_PLAYED if composed else _LONGEST_RETAKEN,
        )

        def retaken(seed: int, report: Progress) -> Rendering:
            variance = number_of(work.params, "retake_variance", 0.7)
            return retake(
                source.audio, source.rate, variance=variance, seed=seed, report=report, **source.composed
            )

        seeds = work.params.get("retake_seeds")
        return _make_takes(
            work,
            progress_within(report, 0.05, 1.0),
            retaken,
            subtype=source.subtype,
            seeds=seeds,
            by_rule=True,
            remarks=source.notes,
        )

    def repaint(self, work: Work, report: Progress) -> Outcome:
        from audiopod_mcp.music.generation.repaint import repaint

        source = read_source(work, progress_within(report, 0.0, 0.05))

        def repainted(seed: int, report: Progress) -> Rendering:
            return repaint(
                source.audio,
                source.rate,
                start=work.params["repainting_start"],
                end=work.params["repainting_end"],
                caption=caption_of(work),
                lyrics=work.params.get("lyrics") or None,
                seed=seed,
                report=report,
                **source.composed,
            )

        return _make_takes(
            work,
            progress_within(report, 0.05, 1.0),
            repainted,
            subtype=source.subtype,
            by_rule=True,
            remarks=source.notes,
        )

    def extend(self, work: Work, report: Progress) -> Outcome:
        from audiopod_mcp.music.generation.extend import extend

        source = read_source(work, progress_within(report, 0.0, 0.05))

        def extended(seed: int, report: Progress) -> Rendering:
            return extend(
                source.audio,
                source.rate,
                before=number_of(work.params, "left_extend_length", 0.0),
                after=number_of(work.params, "right_extend_length", 30.0),
                caption=caption_of(work),
                lyrics=work.params.get("lyrics") or None,
                seed=seed,
                report=report,
                **source.composed,
            )

        return _make_takes(
            work,
            progress_within(report, 0.05, 1.0),
            extended,
            subtype=source.subtype,
            by_rule=True,
            remarks=source.notes,
        )

    @classmethod
    def refusal(cls, task: str, params: Mapping[str, Any]) -> str | None:
        """Of an edit, that nothing of its prompt was understood."""
        prompt = params.get("edit_target_prompt")
        if task != "edit" or not prompt or params.get("edit_target_lyrics"):
            return None
        from audiopod_mcp.music.editing.prompt.parse import read_prompt

        from .refusals import explain

        plan = read_prompt(prompt)
        return None if plan.steps or plan.style else explain(plan.refusal)

    def edit(self, work: Work, report: Progress) -> Outcome:
        from audiopod_mcp.music.editing.edit import edit

        from .refusals import explain
        from .stems import separator_of

        source = read_source(work, progress_within(report, 0.0, 0.05))

        def edited(seed: int, report: Progress) -> Rendering:
            return edit(
                source.audio,
                source.rate,
                prompt=work.params.get("edit_target_prompt"),
                lyrics=work.params.get("edit_target_lyrics"),
                first=work.params.get("edit_n_min"),
                last=work.params.get("edit_n_max"),
                seed=seed,
                report=report,
                separator=separator_of(self.demucs_models),
                wording=explain,
                **source.composed,
            )

        return _make_takes(
            work, progress_within(report, 0.05, 1.0), edited, subtype=source.subtype, remarks=source.notes
        )

    def extract_stem(self, work: Work, report: Progress) -> Outcome:
        from .stem_sets import stem_in_set
        from .stems import stem_of

        track = work.params["track_name"]
        if (made_before := stem_in_set(work.original, track)) is not None:
            return _copied(work, made_before, report)
        source = read_source(work, progress_within(report, 0.0, 0.1))
        notes: tuple[str, ...] = ()
        subtype = source.subtype
        if source.remade is not None and track in source.remade.stems:
            stem, subtype = source.remade.stems[track], "PCM_24"
            notes = (
                f"The song {source.remade.reason}: this stem was played anew from its score. It has the same "
                "notes, and sounds otherwise than in the mix.",
            )
        elif not source.stems and source.remade is None:
            part = progress_within(report, 0.1, 0.9)
            stem, notes = stem_of(source.audio, source.rate, track, self.demucs_models, part)
        elif track in source.stems:
            stem, subtype = source.stems[track], "PCM_24"
        else:
            tracks = ", ".join(sorted(source.remade.stems if source.remade else source.stems))
            raise EngineRefused(f"track_name: nobody plays {track} in this track; it has {tracks}")
        rendering = Rendering(stem, source.rate)
        take = write_take(
            work.folder, "take-1", rendering, None, progress_within(report, 0.9, 1.0), subtype=subtype
        )
        return Outcome((take,), notes=(*source.notes, *notes))

    def separate_stems(self, work: Work, report: Progress) -> Outcome:
        from .stem_sets import stems_of

        source = read_source(work, progress_within(report, 0.0, 0.1), max_seconds=_LONGEST_PLAYED)
        mode: Any = work.params["mode"]
        found = stems_of(source, mode, self.demucs_models, progress_within(report, 0.1, 0.8))
        subtype = source.subtype
        rendering = Rendering(found.audio, source.rate, found.stems)
        take = write_take(
            work.folder, "take-1", rendering, None, progress_within(report, 0.8, 1.0), subtype=subtype
        )
        return Outcome(
            (take,),
            notes=(*source.notes, *found.notes),
            done=(found.in_words(source.rate, subtype),),
            not_done=found.not_done,
            details={"mode": mode} | ({"separator": found.separator} if found.separator else {}),
        )

    def analyze(self, work: Work, report: Progress) -> Outcome:
        from audiopod_mcp.music.analysis.analyze import analyze

        source = read_source(work, progress_within(report, 0.0, 0.2), stems=False, listening=True)
        result = analysis_result(analyze(source.audio, source.rate, progress_within(report, 0.2, 1.0)))
        return Outcome(result={**result, "notes": [*source.notes, *result["notes"]]})

    def lrc(self, work: Work, report: Progress) -> Outcome:
        from audiopod_mcp.music.analysis.analyze import analyze
        from audiopod_mcp.music.lyrics.lrc import to_lrc
        from audiopod_mcp.music.lyrics.timing import align_lyrics_with_note

        source = read_source(work, progress_within(report, 0.0, 0.2), stems=False, listening=True)
        given = "src_audio_url" in work.sources  # with words of the caller's own, whatever its score may sing
        if not given and source.score is not None and source.score.lyrics:
            length = len(source.audio) / source.rate
            return Outcome(result={"lrc_content": to_lrc(source.score.lyrics, length=length, words=True)})
        text = (work.params.get("lyrics") or "").strip()
        if not text:
            raise EngineRefused(
                "job_id: this job has no lyrics to time; make it with lyrics, then ask for its LRC"
            )
        analysis = analyze(source.audio, source.rate, progress_within(report, 0.2, 0.7))
        lines, remark = align_lyrics_with_note(
            text, analysis, source.audio, source.rate, progress_within(report, 0.7, 1.0)
        )
        result: dict[str, Any] = {
            "lrc_content": to_lrc(lines, length=analysis.duration, remark=remark, words=True)
        }
        if work.params.get("words"):
            result["notes"] = ["Of a recording only lines are timed: its words have no times of their own."]
        return Outcome(result=result)

    def examine(self) -> Iterator[Finding]:
        if self.demucs_models is not None:
            yield examine_models(self.demucs_models)


def _copied(work: Work, stem: Path, report: Progress) -> Outcome:
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


def _make_takes(
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
    from audiopod_mcp.music.generation.generate import GUIDE_VOCAL_NOTE

    chosen = tuple(seeds) if seeds else tuple(seeds_of(work.params))
    takes: list[Take] = []
    notes: list[str] = []
    done: list[str] = []
    not_done: list[NotDone] = []
    details: dict[str, Any] = {}
    for number, seed in enumerate(chosen):
        part = progress_within(report, number / len(chosen), (number + 1) / len(chosen))
        rendering = render(seed, progress_within(part, 0.0, 0.9))
        end = progress_within(part, 0.9, 1.0)
        takes.append(write_take(work.folder, f"take-{number + 1}", rendering, seed, end, subtype=subtype))
        notes.extend(rendering.notes)
        done.extend(rendering.done)
        not_done.extend(rendering.not_done)
        if by_rule:
            notes.append(_BY_RULE)
            notes.extend([GUIDE_VOCAL_NOTE] if rendering.lyrics and work.params.get("lyrics") else [])
        details = details or details_of(rendering)
    return Outcome(
        tuple(takes),
        notes=tuple(dict.fromkeys((*remarks, *notes))),
        done=tuple(dict.fromkeys(done)),
        not_done=tuple(dict.fromkeys(not_done)),
        details=details,
    )
