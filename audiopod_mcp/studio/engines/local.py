"""The engine that needs nothing but a CPU: the studio's operations, done with :mod:`audiopod_mcp.music`.

Here files become arrays and arrays become files; what happens to them in between is music's business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from audiopod_mcp.music.model import Analysis, Progress, Rendering, progress_within
from audiopod_mcp.settings import DATA_DIR, models_folder, read_folder

from .arguments import base_parameters_of, brief_of, caption_of, number_of
from .base import SCORE, Engine, EngineRefused, Finding, Outcome, Work
from .demucs import VARIABLE, examine_models
from .outcomes import copied, make_takes
from .responses import analysis_result
from .stems import SIGNAL_PROCESSING, separator_of, stem_of, voice_network_in
from .takes import HeardTrack, read_heard, read_source, write_take
from .whisper import VARIABLE as WHISPER
from .whisper import Whisper, examine_whisper, find_whisper
from .words import NOT_UNDERSTOOD, PERHAPS, composed_words, understand, words_result

_LONGEST_PLAYED = 600.0
"""Seconds of what is played again from start to end; the API's own limit for new music."""
_LONGEST_RETAKEN = 360.0
"""Seconds of a recording that is varied: a longer one would take more than 1 GB, 10 minutes take 1.4."""


@dataclass(frozen=True)
class LocalEngine(Engine):
    demucs_models: Path | None = None
    """The folder of the Demucs models to separate recordings with, where the studio's owner has any."""
    models: Path | None = None
    """The folder of the models that were added, such as the one for voices."""
    whisper_model: Path | None = None
    """The file of a Whisper model, where the studio's owner names one."""
    listens_for_words: bool = True

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        data_dir = read_folder(environment, DATA_DIR)
        return cls(
            read_folder(environment, VARIABLE),
            data_dir and models_folder(data_dir),
            read_folder(environment, WHISPER),
        )

    def get_ready(self) -> None:
        import audiopod_mcp.music.generation.generate
        import audiopod_mcp.studio.media.audio_files  # noqa: F401

    def text2music(self, work: Work, report: Progress) -> Outcome:
        from audiopod_mcp.music.generation.generate import generate

        def song(seed: int, report: Progress) -> Rendering:
            return generate(brief_of(work, seed), seed=seed, report=report)

        return make_takes(work, report, song)

    prompt2instrumental = simple = text2music

    def text2rap(self, work: Work, report: Progress) -> Outcome:
        from audiopod_mcp.music.generation.generate import generate, rap_brief

        def rap(seed: int, report: Progress) -> Rendering:
            return generate(rap_brief(brief_of(work, seed)), seed=seed, report=report)

        return make_takes(work, report, rap)

    def lyric2vocals(self, work: Work, report: Progress) -> Outcome:
        from audiopod_mcp.music.generation.generate import generate

        tracks = ("vocals", "backing_vocals")

        def voices(seed: int, report: Progress) -> Rendering:
            return generate(brief_of(work, seed), seed=seed, report=report, tracks=tracks)

        return make_takes(work, report, voices)

    def text2samples(self, work: Work, report: Progress) -> Outcome:
        from audiopod_mcp.music.generation.generate import generate_sample

        kind: Any = work.params.get("sample_type") or "loop"

        def sample(seed: int, report: Progress) -> Rendering:
            return generate_sample(brief_of(work, seed), kind, seed=seed, report=report)

        return make_takes(work, report, sample)

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

        return make_takes(
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

        return make_takes(
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
                source.audio,
                source.rate,
                variance=variance,
                seed=seed,
                report=report,
                edited=source.edited,
                **source.composed,
            )

        seeds = work.params.get("retake_seeds")
        return make_takes(
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

        return make_takes(
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

        return make_takes(
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

        source = read_source(work, progress_within(report, 0.0, 0.05))
        voices = voice_network_in(self.models)

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
                separator=separator_of(self.demucs_models, voices),
                wording=explain,
                as_rendered=source.as_rendered,
                **source.composed,
            )

        return make_takes(
            work, progress_within(report, 0.05, 1.0), edited, subtype=source.subtype, remarks=source.notes
        )

    def extract_stem(self, work: Work, report: Progress) -> Outcome:
        from audiopod_mcp.music.score import with_parts

        from .stem_sets import stem_in_set

        track = work.params["track_name"]
        if (made_before := stem_in_set(work.original, track)) is not None:
            return copied(work, made_before, report)
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
            voices = voice_network_in(self.models)
            stem, notes = stem_of(source.audio, source.rate, track, self.demucs_models, part, voices.weights)
            notes = (*(voices.notes if track == "vocals" and self.demucs_models is None else ()), *notes)
        elif track in source.stems:
            stem, subtype = source.stems[track], "PCM_24"
        else:
            tracks = ", ".join(sorted(source.remade.stems if source.remade else source.stems))
            raise EngineRefused(f"track_name: nobody plays {track} in this track; it has {tracks}")
        rendering = Rendering(stem, source.rate)
        end = progress_within(report, 0.9, 1.0)
        played = source.score and with_parts(source.score, lambda part: part if part.track == track else None)
        take = write_take(work.folder, "take-1", rendering, None, end, subtype=subtype, played=played)
        return Outcome((take,), notes=(*source.notes, *notes))

    def separate_stems(self, work: Work, report: Progress) -> Outcome:
        from .stem_sets import stems_of

        source = read_source(work, progress_within(report, 0.0, 0.1), max_seconds=_LONGEST_PLAYED)
        mode: Any = work.params["mode"]
        part = progress_within(report, 0.1, 0.8)
        voices = voice_network_in(self.models)
        found = stems_of(source, mode, self.demucs_models, part, voices.weights)
        subtype = source.subtype
        rendering = Rendering(found.audio, source.rate, found.stems)
        end = progress_within(report, 0.8, 1.0)
        take = write_take(work.folder, "take-1", rendering, None, end, subtype=subtype, played=source.score)
        return Outcome(
            (take,),
            notes=(
                *source.notes,
                *(voices.notes if found.separator == SIGNAL_PROCESSING else ()),
                *found.notes,
            ),
            done=(found.in_words(source.rate, subtype),),
            not_done=found.not_done,
            details={"mode": mode} | ({"separator": found.separator} if found.separator else {}),
        )

    def analyze(self, work: Work, report: Progress) -> Outcome:
        from audiopod_mcp.music.analysis.analyze import analyze

        source = read_heard(work, progress_within(report, 0.0, 0.1))
        heard = analyze(source.audio, source.rate, progress_within(report, 0.1, 0.5))
        words = self._words(source, heard, progress_within(report, 0.5, 1.0))
        result = analysis_result(heard)
        notes = [*source.notes, *words["notes"], *result["notes"]]  # answers have room for the first ones
        return Outcome(result={**result, **words, "notes": notes})

    def _words(self, source: HeardTrack, heard: Analysis, report: Progress) -> dict[str, Any]:
        """The fields of an analysis that tell words, and ``notes`` on them."""
        if source.score is not None:
            return composed_words(source.score)
        perhaps = [PERHAPS] if heard.vocals else []
        if not self.listens_for_words:
            return {"notes": perhaps}
        try:
            recognizer = self._recognizer()
            if recognizer is None:
                return {"notes": [NOT_UNDERSTOOD, *perhaps] if perhaps else []}
            voices = voice_network_in(self.models)
            transcript = understand(recognizer, source.audio[:], source.rate, heard, voices.weights, report)
        except EngineRefused as reason:  # what was measured stands without it
            return {"notes": [f"No words are told: {reason}.", *perhaps]}
        result = words_result(transcript, heard, recognizer)
        return result | {"notes": [*result["notes"], *voices.notes]}

    def lrc(self, work: Work, report: Progress) -> Outcome:
        from .timed_lyrics import time_lyrics

        source = read_source(work, progress_within(report, 0.0, 0.2), stems=False, listening=True)
        return time_lyrics(work, source, self._recognizer, self.models, progress_within(report, 0.2, 1.0))

    def _recognizer(self) -> Whisper | None:
        """What understands words; looked for anew each time, for models are added meanwhile."""
        return find_whisper(self.whisper_model, self.models)

    def examine(self) -> Iterator[Finding]:
        if self.demucs_models is not None:
            yield examine_models(self.demucs_models)
        if self.whisper_model is not None:
            yield examine_whisper(self.whisper_model)
