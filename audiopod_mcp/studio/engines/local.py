"""The engine that needs nothing but a CPU: the studio's operations, done with :mod:`audiopod_mcp.music`.

Here files become arrays and arrays become files; what happens to them in between is music's business.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from audiopod_mcp.music.model import (
    Analysis,
    Audio,
    Brief,
    Refused,
    Rendering,
    Score,
    Span,
)
from audiopod_mcp.studio.audio_files import MAX_SECONDS, exact_subtype, read_audio, write_audio

from .base import MASTER, SCORE, STEMS, Outcome, Report, Take, Work

_NO_NEGATIVE = "NO USER INPUT"
"""What the API's ``lm_negative_prompt`` says when it says nothing."""
_SEEDS = 2**31
_PLAYED_ANEW = ("cover", "reference", "retake", "repaint", "extend")
_BY_RULE = "The new music was composed by rule and synthesised on this computer: no neural model."
_GUIDE = "The voice is a guide: it sings vowels on the melody, one note a syllable, not the words."
_LONGEST_PLAYED = 600.0
"""Seconds of what is played again from start to end; the API's own limit for new music."""


@dataclass(frozen=True)
class LocalEngine:
    name: str = "local"
    demucs_models: str | None = None
    """The folder of the Demucs models to separate recordings with, where the studio's owner has any."""

    def run(self, work: Work, report: Report) -> Outcome:
        operation = _OPERATIONS.get(work.task)
        if operation is None:
            raise Refused(f"task: {work.task!r} is not something the local engine does")
        furthest = 0.0

        def onwards(fraction: float, doing: str) -> None:
            nonlocal furthest
            furthest = max(furthest, min(1.0, fraction))
            report(furthest, doing)

        if operation is _extract_stem:
            return _extract_stem(work, onwards, self.demucs_models)
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
        brief = _brief(work, seed)
        brief = rapped(brief) if work.task == "text2rap" else brief
        return make(brief, seed=seed, report=report, tracks=tracks)

    return _takes(work, report, song)


def _brief(work: Work, seed: int) -> Brief:
    from audiopod_mcp.music.caption import read_caption

    params = work.params
    # What is to be rapped is a rap, though its caption may not say so.
    words = f"{_words(work)}, rap" if work.task == "text2rap" else _words(work)
    return read_caption(
        words,
        bpm=params.get("tempo") or params.get("bpm"),
        keyscale=params.get("keyscale"),
        timesignature=params.get("timesignature"),
        duration=_duration(params) or -1,
        genre_preset=params.get("genre_preset"),
        lyrics=params.get("lyrics") or None,
        instrumental=bool(params.get("instrumental")) or work.task == "prompt2instrumental",
        language=_language(params),
        seed=seed,
        negative=_negative(params),
    )


def _sample(work: Work, report: Report) -> Outcome:
    from audiopod_mcp.music.making import make_sample

    kind: Any = work.params.get("sample_type") or "loop"
    return _takes(
        work, report, lambda seed, report: make_sample(_brief(work, seed), kind, seed=seed, report=report)
    )


def _cover(work: Work, report: Report) -> Outcome:
    from audiopod_mcp.music.cover import cover

    source = _material(work, _within(report, 0.0, 0.05), stems=False, max_seconds=_LONGEST_PLAYED)
    strength = _number(work.params, "audio_cover_strength", 0.7)
    return _takes(
        work,
        _within(report, 0.05, 1.0),
        lambda seed, report: cover(
            source.audio, source.rate, caption=_words(work), strength=strength, seed=seed, report=report,
            score=source.score, **_wanted(work.params),
        ),
    )  # fmt: skip


def _reference(work: Work, report: Report) -> Outcome:
    from audiopod_mcp.music.reference import reference

    source = _material(work, _within(report, 0.0, 0.05), stems=False)
    return _takes(
        work,
        _within(report, 0.05, 1.0),
        lambda seed, report: reference(
            source.audio, source.rate, caption=_words(work), seed=seed, report=report, **_wanted(work.params)
        ),
    )


def _retake(work: Work, report: Report) -> Outcome:
    from audiopod_mcp.music.retake import retake

    source = _material(work, _within(report, 0.0, 0.05), max_seconds=_LONGEST_PLAYED)
    variance = _number(work.params, "retake_variance", 0.7)
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
            start=work.params["repainting_start"], end=work.params["repainting_end"], caption=_words(work),
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
            source.audio, source.rate, left=_number(work.params, "left_extend_length", 0.0),
            right=_number(work.params, "right_extend_length", 30.0), prompt=_words(work),
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


def _extract_stem(work: Work, report: Report, models: str | None = None) -> Outcome:
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
    return Outcome(analysis=_analysis(heard))


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


_OPERATIONS: Mapping[str, Callable[[Work, Report], Outcome]] = {
    **dict.fromkeys(("text2music", "prompt2instrumental", "text2rap", "lyric2vocals", "simple"), _make),
    "text2samples": _sample,
    "cover": _cover,
    "reference": _reference,
    "extract_stem": _extract_stem,
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
    chosen = tuple(seeds) if seeds else tuple(_seeds(work.params))
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
        details = details or _details(made)
    return Outcome(tuple(takes), notes=tuple(dict.fromkeys(notes)), details=details)


def _seeds(params: Mapping[str, Any]) -> Iterator[int]:
    """A seed a take: the one asked for and those after it, or drawn ones."""
    seed = params.get("seed", -1)
    if seed is None or seed < 0:
        seed = secrets.randbelow(_SEEDS)
    for number in range(params.get("batch_size") or 1):
        yield (seed + number) % _SEEDS


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


def _details(made: Rendering) -> dict[str, Any]:
    score = made.score
    if score is None:
        return {}
    return {
        "bpm": round(score.tempo, 1),
        "keyscale": _keyscale(score.key),
        "timesignature": score.timesignature,
        "chords": _spans(score.chords[:32]),
        "sections": _spans(score.sections),
    }


def _analysis(heard: Analysis) -> dict[str, Any]:
    notes = []
    if heard.loudness is None:
        notes.append("The recording is silent.")
    elif heard.tempo is None:
        notes.append("No steady beat was heard, so there is no tempo.")
    elif heard.tempo_span is not None:
        slowest, fastest = heard.tempo_span
        notes.append(f"The tempo is not steady: {slowest:.0f} to {fastest:.0f} BPM; bpm is its median.")
    notes.append("Words are not transcribed, and no language is told, without a model.")
    return {
        "success": True,
        "caption": heard.caption,
        "lyrics": None,
        "bpm": None if heard.tempo is None else round(heard.tempo, 1),
        "keyscale": _keyscale(heard.key),
        "timesignature": heard.timesignature,
        "duration": round(heard.duration, 3),
        "language": None,
        "audio_codes": None,
        "loudness_lufs": None if heard.loudness is None else round(heard.loudness, 1),
        "beats": [round(beat, 3) for beat in heard.beats],
        "downbeats": [round(beat, 3) for beat in heard.downbeats],
        "chords": _spans(heard.chords),
        "sections": _spans(heard.sections),
        "vocals": _spans(heard.vocals),
        "timesignature_otherwise": heard.other_metre,
        "confidences": {
            "bpm": round(heard.tempo_confidence, 2),
            "keyscale": round(heard.key_confidence, 2),
            "timesignature": round(heard.metre_confidence, 2),
        },
        "engine": "local",
        "notes": notes,
    }


def _spans(spans: Sequence[Span]) -> list[dict[str, Any]]:
    return [{"start": round(s.start, 2), "end": round(s.end, 2), "label": s.label} for s in spans]


def _keyscale(key: str | None) -> str | None:
    """``"C Major"``, as the API spells keys."""
    if key is None:
        return None
    tonic, _, mode = key.partition(" ")
    return f"{tonic} {mode.capitalize()}"


def _words(work: Work) -> str:
    return next((work.params[name] for name in ("caption", "prompt", "query") if work.params.get(name)), "")


def _wanted(params: Mapping[str, Any]) -> dict[str, Any]:
    """The base parameters that cover and reference hand on to the reading of their caption."""
    return {
        "bpm": params.get("bpm"),
        "keyscale": params.get("keyscale"),
        "timesignature": params.get("timesignature"),
        "duration": _duration(params),
        "lyrics": params.get("lyrics") or None,
        "instrumental": bool(params.get("instrumental")),
        "language": _language(params),
        "negative": _negative(params),
    }


def _number(params: Mapping[str, Any], name: str, default: float) -> float:
    value = params.get(name)
    return default if value is None else float(value)


def _duration(params: Mapping[str, Any]) -> float | None:
    duration = params.get("audio_duration")
    return None if duration is None or duration <= 0 else float(duration)


def _language(params: Mapping[str, Any]) -> str | None:
    language = params.get("vocal_language")
    return None if language in (None, "", "unknown") else language


def _negative(params: Mapping[str, Any]) -> str | None:
    negative = params.get("lm_negative_prompt")
    return None if negative in (None, "", _NO_NEGATIVE) else negative


def _within(report: Report, low: float, high: float) -> Report:
    """A report for a part of the work, which takes the whole from ``low`` to ``high``."""
    return lambda fraction, doing: report(low + (high - low) * min(1.0, max(0.0, fraction)), doing)
