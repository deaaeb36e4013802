"""Editing: what the prompt names is changed, everything else stays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from audiopod_mcp.music.captions.parse import names_style
from audiopod_mcp.music.captions.text_search import find, tidy
from audiopod_mcp.music.captions.vocabulary import HINT_WORDS, MOODS, TEMPO_WORDS
from audiopod_mcp.music.editing.prompt.edits import Wish
from audiopod_mcp.music.editing.prompt.parse import UNDERSTOOD, not_understood, read_wishes
from audiopod_mcp.music.editing.prompt.time_ranges import clock
from audiopod_mcp.music.editing.prompt.unsupported import unsupported_edit
from audiopod_mcp.music.effects.normalization import TRUE_PEAK, peaks_held
from audiopod_mcp.music.model import Audio, Progress, Refused, Rendering, Score, silent, within
from audiopod_mcp.music.signal.loudness import true_peak

from .form import FORM, formed
from .layers import WHOLE, Piece, Separator, by_signal, fitted
from .operations import CHANGES
from .rearrange import rearranged, sung_anew


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
    separator: Separator = by_signal,
) -> Rendering:
    """``audio`` changed as ``prompt`` says (:data:`UNDERSTOOD` by :mod:`wishes`), and sung to new ``lyrics``.

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
    if unsupported := unsupported_edit(prompt or ""):
        raise Refused("edit_unsupported", clause=unsupported.clause, kind=unsupported.kind)
    wishes, rest = read_wishes(prompt or ""), not_understood(prompt or "")
    if prompt and not wishes and not (composed and _names_music(prompt)):
        raise Refused("edit_not_understood", examples=UNDERSTOOD)
    highest = max(TRUE_PEAK, true_peak(audio, rate))
    layers = dict(stems) if composed and stems else {WHOLE: audio}
    song = Piece(layers, rate, score if composed else None, seed=seed, separator=separator)
    piece = song.cut(first, last)
    if prompt and composed and (not wishes or _asks_for_style(rest)):
        piece = _in_style(piece, prompt, seed, within(report, 0.0, 0.8))
    elif rest:
        note = f"Not understood, and left as it was: {rest}."
        piece = replace(piece, notes=(*piece.notes, note))
    if lyrics:
        piece = _with_words(piece, lyrics, seed, within(report, 0.0, 0.8))
    # What is said of a moment is meant on the clock of the track as it is: before others change that.
    for number, wish in enumerate(sorted(wishes, key=lambda wish: wish.when is None or wish.kind in FORM)):
        share = 0.9 / len(wishes)
        piece = _changed(
            piece, wish, first / rate, highest, within(report, number * share, (number + 1) * share)
        )
    report(0.9, "putting it together")
    out = song.put_back(_held(piece, song.cut(first, last), highest), first, last)
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
    return names_style(prompt) or bool(find(tidy(prompt), known))


def _asks_for_style(rest: str) -> bool:
    """Whether what no wish explains is a style that is asked for, and not a style in an aside."""
    said = r"\b(?:make|turn|as|like|style|version|into|arrange|play)\b|^\W*(?:[\w-]+\W+){0,2}[\w-]+\W*$"
    return names_style(rest) and bool(re.search(said, rest, re.IGNORECASE))


def _in_style(piece: Piece, prompt: str, seed: int, report: Progress) -> Piece:
    """The piece arranged anew, as loud as it was, and a note of it: some only meant a small change."""
    assert piece.score is not None  # noqa: S101 - only composed pieces come here
    new = rearranged(piece.score, prompt, seed=seed, report=report)
    style = f" as {new.score.brief.style}" if new.score and new.score.brief else ""
    note = f"It was arranged anew{style}, every instrument of it; say {UNDERSTOOD} to change just that."
    return replace(piece, layers=fitted(new.stems, piece), score=new.score, notes=(*piece.notes, note))


def _with_words(piece: Piece, lyrics: str, seed: int, report: Progress) -> Piece:
    """The piece with its singer's layer exchanged."""
    assert piece.score is not None  # noqa: S101 - only composed pieces come here
    (stems, _), score = sung_anew(piece.score, lyrics, seed=seed, report=report)
    layers = {track: layer for track, layer in piece.layers.items() if track != "vocals"}
    voice = fitted(stems, piece, beside=piece.layers.get("vocals"))
    return replace(piece, layers={**layers, **voice}, score=score)


def _changed(piece: Piece, wish: Wish, start: float, highest: float, report: Progress) -> Piece:
    """``piece``, which begins ``start`` seconds into the track, with one wish done, where it is meant.

    ``highest`` is the true peak (dBTP) that the parts that change may have.
    """
    spans: list[tuple[int, int]] = []
    if wish.when is not None:
        heard = piece.sections(within(report, 0.0, 0.2)) if wish.when.section else ()
        bars = piece.bars(within(report, 0.0, 0.2)) if wish.when.unit == "bars" else ()
        moment = wish.when.earlier(start) if wish.when.unit == "s" and not wish.when.section else wish.when
        times = moment.spans(piece.seconds, heard, bars)
        spans = [(round(a * piece.rate), round(b * piece.rate)) for a, b in times]
        if wish.when.section and piece.score is None:
            where = ", ".join(f"{clock(a)}-{clock(b)}" for a, b in times)
            note = f"The {wish.when.section} was heard at {where}; say from 0:30 to 0:45 if it is elsewhere."
            piece = replace(piece, notes=(*piece.notes, note))
    if wish.kind in FORM:
        return formed(piece, wish, spans)
    if not spans:
        return CHANGES[wish.kind](piece, wish, report)
    for first, last in reversed(spans):
        part = piece.cut(first, last)
        piece = piece.put_back(_held(CHANGES[wish.kind](part, wish, report), part, highest), first, last)
    return replace(piece, notes=tuple(dict.fromkeys(piece.notes)))


def _held(piece: Piece, before: Piece, highest: float) -> Piece:
    return replace(piece, layers=peaks_held(piece.layers, before.layers, piece.rate, highest))
