"""Editing: what the prompt names is changed, everything else stays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from audiopod_mcp.music.captions.parse import names_style
from audiopod_mcp.music.captions.text_search import find_words, normalize_text
from audiopod_mcp.music.captions.vocabulary import HINT_WORDS, MOODS, TEMPO_WORDS
from audiopod_mcp.music.editing.prompt.edits import EditStep
from audiopod_mcp.music.editing.prompt.parse import EXAMPLES, parse_prompt
from audiopod_mcp.music.editing.prompt.time_ranges import format_time
from audiopod_mcp.music.effects.normalization import TRUE_PEAK_CEILING, limit_true_peak
from audiopod_mcp.music.model import Audio, Progress, Refused, Rendering, Score, silent, within
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
    n_min: float | None = None,
    n_max: float | None = None,
    seed: int = 0,
    report: Progress = silent,
    score: Score | None = None,
    stems: Mapping[str, Audio] | None = None,
    separator: Separator = separate_by_signal,
) -> Rendering:
    """``audio`` changed as ``prompt`` says (:data:`EXAMPLES` by :mod:`steps`), and sung to new ``lyrics``.

    ``n_min`` and ``n_max`` are the part of the track that changes, as fractions 0 to 1 of its length;
    outside it every sample stays. A composed piece (``score`` and ``stems``) keeps its stems, and its
    score; a prompt that names no change there is a style, in which the piece is arranged anew. Players of
    a recording are taken out of it by ``separator``. Raises
    :class:`Refused` for what can't be done to a recording.
    """
    if not (prompt or "").strip() and not (lyrics or "").strip():
        raise Refused("nothing_to_edit")
    first, last = _range(n_min, n_max, len(audio))
    composed = score is not None and bool(stems)
    if lyrics and not composed:
        raise Refused("recording_keeps_its_words")
    plan = parse_prompt(prompt or "")
    if plan.unsupported:
        raise Refused("edit_unsupported", clause=plan.unsupported.clause, kind=plan.unsupported.kind)
    steps = plan.steps
    if prompt and not steps and not (composed and _names_music(prompt)):
        raise Refused("edit_not_understood", examples=EXAMPLES)
    highest = max(TRUE_PEAK_CEILING, true_peak(audio, rate))
    layers = dict(stems) if composed and stems else {RESIDUAL: audio}
    song = LayeredTrack(layers, rate, score if composed else None, seed=seed, separator=separator)
    piece = song.excerpt(first, last)
    if prompt and composed and (not steps or _asks_for_style(plan.unread)):
        piece = _in_style(piece, prompt, seed, within(report, 0.0, 0.8))
    elif plan.unread:
        note = f"Not understood, and left as it was: {plan.unread}."
        piece = replace(piece, notes=(*piece.notes, note))
    if lyrics:
        piece = _with_words(piece, lyrics, seed, within(report, 0.0, 0.8))
    # What is said of a moment is meant on the clock of the track as it is: before others change that.
    for number, step in enumerate(
        sorted(steps, key=lambda step: step.when is None or step.kind in FORM_EDITS)
    ):
        share = 0.9 / len(steps)
        piece = _changed(
            piece, step, first / rate, highest, within(report, number * share, (number + 1) * share)
        )
    report(0.9, "putting it together")
    out = song.insert(_held(piece, song.excerpt(first, last), highest), first, last)
    end = first + piece.samples
    changed = out.mix
    changed[:first], changed[end:] = audio[:first], audio[last:]
    lines = out.score.lyrics if out.score else ()
    return Rendering(changed, rate, out.layers if composed else {}, out.score, lines, out.notes)


def _range(n_min: float | None, n_max: float | None, samples: int) -> tuple[int, int]:
    low, high = 0.0 if n_min is None else n_min, 1.0 if n_max is None else n_max
    if not 0 <= low <= 1 or not 0 <= high <= 1 or low >= high:
        raise Refused("edit_range_invalid", low=low, high=high)
    return round(low * samples), round(high * samples)


def _names_music(prompt: str) -> bool:
    """Whether a caption of it would say how the piece should be played."""
    known = {**MOODS, **TEMPO_WORDS, **HINT_WORDS}
    return names_style(prompt) or bool(find_words(normalize_text(prompt), known))


def _asks_for_style(rest: str) -> bool:
    """Whether what no step explains is a style that is asked for, and not a style in an aside."""
    said = r"\b(?:make|turn|as|like|style|version|into|arrange|play)\b|^\W*(?:[\w-]+\W+){0,2}[\w-]+\W*$"
    return names_style(rest) and bool(re.search(said, rest, re.IGNORECASE))


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


def _changed(
    piece: LayeredTrack, step: EditStep, start: float, highest: float, report: Progress
) -> LayeredTrack:
    """``piece``, which begins ``start`` seconds into the track, with one step done, where it is meant.

    ``highest`` is the true peak (dBTP) that the parts that change may have.
    """
    spans: list[tuple[int, int]] = []
    if step.when is not None:
        heard = piece.sections(within(report, 0.0, 0.2)) if step.when.section else ()
        bars = piece.bars(within(report, 0.0, 0.2)) if step.when.unit == "bars" else ()
        moment = step.when.shifted(start) if step.when.unit == "s" and not step.when.section else step.when
        times = moment.resolve(piece.seconds, heard, bars)
        spans = [(round(a * piece.rate), round(b * piece.rate)) for a, b in times]
        if step.when.section and piece.score is None:
            where = ", ".join(f"{format_time(a)}-{format_time(b)}" for a, b in times)
            note = f"The {step.when.section} was heard at {where}; say from 0:30 to 0:45 if it is elsewhere."
            piece = replace(piece, notes=(*piece.notes, note))
    if step.kind in FORM_EDITS:
        return edit_form(piece, step, spans)
    if not spans:
        return EDIT_FUNCTIONS[step.kind](piece, step, report)
    for first, last in reversed(spans):
        part = piece.excerpt(first, last)
        piece = piece.insert(_held(EDIT_FUNCTIONS[step.kind](part, step, report), part, highest), first, last)
    return replace(piece, notes=tuple(dict.fromkeys(piece.notes)))


def _held(piece: LayeredTrack, before: LayeredTrack, highest: float) -> LayeredTrack:
    return replace(piece, layers=limit_true_peak(piece.layers, before.layers, piece.rate, highest))
