"""Editing: what the prompt names is changed, everything else stays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from audiopod_mcp.music.captions.style_names import names_style
from audiopod_mcp.music.captions.text_search import find_words, normalize_text
from audiopod_mcp.music.captions.vocabulary import HINT_WORDS, MOODS, TEMPO_WORDS
from audiopod_mcp.music.editing.prompt.edits import EditStep
from audiopod_mcp.music.editing.prompt.parse import EXAMPLES, parse_prompt
from audiopod_mcp.music.effects.normalization import TRUE_PEAK_CEILING, limit_true_peak
from audiopod_mcp.music.model import (
    Audio,
    Progress,
    Refused,
    Rendering,
    Score,
    format_time,
    ignore_progress,
    progress_within,
)
from audiopod_mcp.music.signal.loudness import true_peak

from .form import FORM_EDITS, edit_form
from .layers import RESIDUAL, LayeredTrack, Separator, conform_stems, separate_by_signal
from .operations import EDIT_FUNCTIONS
from .rearrange import rearrange, replace_lyrics


def edit(
    audio: Audio,
    rate: int,
    *,
    prompt: str | None = None,
    lyrics: str | None = None,
    first: float | None = None,
    last: float | None = None,
    seed: int = 0,
    report: Progress = ignore_progress,
    score: Score | None = None,
    stems: Mapping[str, Audio] | None = None,
    separator: Separator = separate_by_signal,
) -> Rendering:
    """Change what a prompt names, and leave the rest as it is.

    A composed piece keeps its stems and its score. A prompt that names no change to it, but a style, has it
    arranged anew in that style.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
    rate : int
        Sample rate, Hz.
    prompt : str, optional
        The changes, in words (such as :data:`EXAMPLES`).
    lyrics : str, optional
        New words for a composed piece.
    first, last : float, optional
        The part of the track that changes, as fractions 0 to 1 of its length. Outside it every sample stays.
    seed : int
        The same seed gives the same samples.
    report : Progress
    score, stems : Score and mapping of float32 arrays shaped like ``audio``, optional
        Those of a piece that was composed here.
    separator : Separator
        What takes players out of a recording.

    Returns
    -------
    Rendering
        At the rate of ``audio``, with as many channels.

    Raises
    ------
    Refused
        Where nothing was understood, and where what was understood can't be done.
    """
    if not (prompt or "").strip() and not (lyrics or "").strip():
        raise Refused("nothing_to_edit")
    begin, stop = _sample_range(first, last, len(audio))
    composed = score is not None and bool(stems)
    if lyrics and not composed:
        raise Refused("recording_keeps_its_words")
    plan = parse_prompt(prompt or "")
    if plan.unsupported:
        raise Refused("edit_unsupported", clause=plan.unsupported.clause, kind=plan.unsupported.kind)
    steps = plan.steps
    if prompt and not steps and not (composed and _is_musical(prompt)):
        raise Refused("edit_not_understood", examples=EXAMPLES)
    ceiling = max(TRUE_PEAK_CEILING, true_peak(audio, rate))
    layers = stems if composed and stems else {RESIDUAL: audio}
    song = LayeredTrack(layers, rate, score if composed else None, seed=seed, separator=separator)
    piece = song.excerpt(begin, stop)
    if prompt and composed and (not steps or _asks_for_style(plan.unread)):
        piece = _in_style(piece, prompt, seed, progress_within(report, 0.0, 0.8))
    elif plan.unread:
        note = f"Not understood, and left as it was: {plan.unread}."
        piece = piece.with_notes(note)
    if lyrics:
        piece = _with_words(piece, lyrics, seed, progress_within(report, 0.0, 0.8))
    # What is said of a moment is meant on the clock of the track as it is: before others change that.
    for number, step in enumerate(
        sorted(steps, key=lambda step: step.when is None or step.kind in FORM_EDITS)
    ):
        share = 0.9 / len(steps)
        piece = _apply_step(
            piece, step, begin / rate, ceiling, progress_within(report, number * share, (number + 1) * share)
        )
    report(0.9, "putting it together")
    out = song.insert(_with_peaks_limited(piece, song.excerpt(begin, stop), ceiling), begin, stop)
    end = begin + piece.samples
    changed = out.mix
    changed[:begin], changed[end:] = audio[:begin], audio[stop:]
    lines = out.score.lyrics if out.score else ()
    return Rendering(changed, rate, out.layers if composed else {}, out.score, lines, out.notes)


def _sample_range(first: float | None, last: float | None, samples: int) -> tuple[int, int]:
    low, high = 0.0 if first is None else first, 1.0 if last is None else last
    if not 0 <= low <= 1 or not 0 <= high <= 1 or low >= high:
        raise Refused("edit_range_invalid", low=low, high=high)
    return round(low * samples), round(high * samples)


def _is_musical(prompt: str) -> bool:
    """Whether a caption of it would say how the piece should be played."""
    known = {**MOODS, **TEMPO_WORDS, **HINT_WORDS}
    return names_style(prompt) or bool(find_words(normalize_text(prompt), known))


def _asks_for_style(rest: str) -> bool:
    """Whether what no step explains is a style that is asked for, and not a style in an aside."""
    asking_words = (
        r"\b(?:make|turn|as|like|style|version|into|arrange|play)\b|^\W*(?:[\w-]+\W+){0,2}[\w-]+\W*$"
    )
    return names_style(rest) and bool(re.search(asking_words, rest, re.IGNORECASE))


def _in_style(piece: LayeredTrack, prompt: str, seed: int, report: Progress) -> LayeredTrack:
    """The piece arranged anew, as loud as it was, and a note of it: some only meant a small change."""
    assert piece.score is not None  # noqa: S101 - only composed pieces come here
    new = rearrange(piece.score, prompt, seed=seed, report=report)
    style = f" as {new.score.brief.style}" if new.score and new.score.brief else ""
    note = f"It was arranged anew{style}, every instrument of it; say {EXAMPLES} to change just that."
    return replace(piece, layers=conform_stems(new.stems, piece), score=new.score, notes=(*piece.notes, note))


def _with_words(piece: LayeredTrack, lyrics: str, seed: int, report: Progress) -> LayeredTrack:
    """The piece with its singer's layer exchanged."""
    assert piece.score is not None  # noqa: S101 - only composed pieces come here
    (stems, _), score = replace_lyrics(piece.score, lyrics, seed=seed, report=report)
    layers = {track: layer for track, layer in piece.layers.items() if track != "vocals"}
    voice = conform_stems(stems, piece, beside=piece.layers.get("vocals"))
    return replace(piece, layers={**layers, **voice}, score=score)


def _apply_step(
    piece: LayeredTrack, step: EditStep, start: float, ceiling: float, report: Progress
) -> LayeredTrack:
    """``piece``, which begins ``start`` seconds into the track, with one step done, where it is meant.

    ``ceiling`` is the true peak (dBTP) that the parts that change may have.
    """
    spans: list[tuple[int, int]] = []
    if step.when is not None:
        sections = piece.sections(progress_within(report, 0.0, 0.2)) if step.when.section else ()
        bars = piece.downbeats(progress_within(report, 0.0, 0.2)) if step.when.unit == "bars" else ()
        moment = step.when.shifted(start) if step.when.unit == "s" and not step.when.section else step.when
        times = moment.resolve(piece.seconds, sections, bars)
        spans = [(round(a * piece.rate), round(b * piece.rate)) for a, b in times]
        if step.when.section and piece.score is None:
            where = ", ".join(f"{format_time(a)}-{format_time(b)}" for a, b in times)
            note = f"The {step.when.section} was heard at {where}; say from 0:30 to 0:45 if it is elsewhere."
            piece = piece.with_notes(note)
    if step.kind in FORM_EDITS:
        return edit_form(piece, step, spans)
    if not spans:
        return EDIT_FUNCTIONS[step.kind](piece, step, report)
    for first, last in reversed(spans):
        part = piece.excerpt(first, last)
        piece = piece.insert(
            _with_peaks_limited(EDIT_FUNCTIONS[step.kind](part, step, report), part, ceiling), first, last
        )
    return replace(piece, notes=tuple(dict.fromkeys(piece.notes)))


def _with_peaks_limited(piece: LayeredTrack, before: LayeredTrack, ceiling: float) -> LayeredTrack:
    return replace(piece, layers=limit_true_peak(piece.layers, before.layers, piece.rate, ceiling))
