"""Editing: what the prompt names is changed, everything else stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from audiopod_mcp.music.beyond import beyond
from audiopod_mcp.music.changes import CHANGES, WHOLE, Piece, fitted
from audiopod_mcp.music.model import Audio, Refused, Rendering, Report, Score, silent
from audiopod_mcp.music.playing import names_style, within
from audiopod_mcp.music.rearrange import rearranged, sung_anew
from audiopod_mcp.music.scores import excerpt, joined
from audiopod_mcp.music.splice import CEILING, CROSSFADE, join, limiter, mixed
from audiopod_mcp.music.splice import replace as replaced
from audiopod_mcp.music.wishes import UNDERSTOOD, not_understood, read_wishes


def edit(
    audio: Audio,
    rate: int,
    *,
    prompt: str | None = None,
    lyrics: str | None = None,
    n_min: float | None = None,
    n_max: float | None = None,
    seed: int = 0,
    report: Report = silent,
    score: Score | None = None,
    stems: Mapping[str, Audio] | None = None,
) -> Rendering:
    """``audio`` changed as ``prompt`` says (:data:`UNDERSTOOD` by :mod:`wishes`), and sung to new ``lyrics``.

    ``n_min`` and ``n_max`` are the part of the track that changes, as fractions 0 to 1 of its length;
    outside it every sample stays. A composed piece (``score`` and ``stems``) keeps its stems, and its
    score; a prompt that names no change there is a style, in which the piece is arranged anew. Raises
    :class:`Refused` for what can't be done to a recording.
    """
    if not (prompt or "").strip() and not (lyrics or "").strip():
        raise Refused(
            "edit_target_prompt: say what to change, for example: a bit brighter, drums 3 dB louder"
        )
    first, last = _range(n_min, n_max, len(audio))
    composed = score is not None and bool(stems)
    if lyrics and not composed:
        raise Refused(
            "edit_target_lyrics: the words of a recording can't be changed here; "
            "it works with tracks that were composed by this studio"
        )
    if impossible := beyond(prompt or "", part=(n_min, n_max) != (None, None)):
        raise Refused(f"edit_target_prompt: {impossible}")
    wishes, rest = read_wishes(prompt or ""), not_understood(prompt or "")
    if prompt and not wishes and not composed:
        raise Refused(
            f"edit_target_prompt: no change to a recording was understood in it; say {UNDERSTOOD}; "
            "for another style make a cover"
        )
    layers = dict(stems) if composed and stems else {WHOLE: audio}
    song = Piece(layers, rate, score if composed else None, seed=seed)
    piece = song.cut(first, last)
    if prompt and composed and (not wishes or names_style(rest)):
        piece = _in_style(piece, prompt, seed, within(report, 0.0, 0.8))
    elif rest:
        note = f"Not understood, and left as it was: {rest}."
        piece = replace(piece, notes=(*piece.notes, note))
    if lyrics:
        piece = _with_words(piece, lyrics, seed, within(report, 0.0, 0.8))
    for number, wish in enumerate(wishes):
        share = 0.9 / len(wishes)
        piece = CHANGES[wish.kind](piece, wish, within(report, number * share, (number + 1) * share))
    report(0.9, "putting it together")
    out = _put_back(song, piece, first, last)
    end = first + piece.samples
    report(0.95, "putting it together")
    limited = _limited(out.layers, rate, first, end, float(np.abs(audio).max(initial=0.0)))
    changed = mixed(limited)
    changed[:first], changed[end:] = audio[:first], audio[last:]
    lines = out.score.lyrics if out.score else ()
    return Rendering(changed, rate, limited if composed else {}, out.score, lines, out.notes)


def _range(n_min: float | None, n_max: float | None, samples: int) -> tuple[int, int]:
    low, high = 0.0 if n_min is None else n_min, 1.0 if n_max is None else n_max
    if not 0 <= low <= 1 or not 0 <= high <= 1 or low >= high:
        raise Refused(
            f"edit_n_min, edit_n_max: {low:g} to {high:g} is no part of the track; "
            "give fractions of its length, 0 to 1, the smaller one first"
        )
    return round(low * samples), round(high * samples)


def _in_style(piece: Piece, prompt: str, seed: int, report: Report) -> Piece:
    """The piece arranged anew, as loud as it was, and a note of it: some only meant a small change."""
    assert piece.score is not None  # noqa: S101 - only composed pieces come here
    new = rearranged(piece.score, prompt, seed=seed, report=report)
    style = f" as {new.score.brief.style}" if new.score and new.score.brief else ""
    note = f"It was arranged anew{style}, every instrument of it; say {UNDERSTOOD} to change just that."
    return replace(piece, layers=fitted(new.stems, piece), score=new.score, notes=(*piece.notes, note))


def _with_words(piece: Piece, lyrics: str, seed: int, report: Report) -> Piece:
    """The piece with its singer's layer exchanged."""
    assert piece.score is not None  # noqa: S101 - only composed pieces come here
    (stems, _), score = sung_anew(piece.score, lyrics, seed=seed, report=report)
    layers = {track: layer for track, layer in piece.layers.items() if track != "vocals"}
    voice = fitted(stems, piece, beside=piece.layers.get("vocals"))
    return replace(piece, layers={**layers, **voice}, score=score)


def _put_back(song: Piece, piece: Piece, first: int, last: int) -> Piece:
    """``song`` with ``piece`` where ``[first, last)`` was; the crossfades lie inside."""
    fade = round(CROSSFADE * song.rate)
    before, after = first > 0, last < song.samples
    if not before and not after:
        return piece
    nothing = np.zeros_like(song.mix)
    silence = np.zeros_like(piece.mix)
    layers = {}
    for track in (*song.layers, *(track for track in piece.layers if track not in song.layers)):
        old, new = song.layers.get(track, nothing), piece.layers.get(track, silence)
        if piece.samples == last - first:
            layers[track] = replaced(old, new, first, fade * before, fade * after)
        else:
            whole = join(old[: first + fade], new, fade) if before else new
            layers[track] = join(whole, old[last - fade :], fade) if after else whole
    score = piece.score
    if song.score is not None and score is not None and (before or after):
        parts = (
            excerpt(song.score, 0, first / song.rate),
            score,
            excerpt(song.score, last / song.rate, song.seconds),
        )
        score = joined(parts)
    return replace(piece, layers=layers, score=score)


def _limited(layers: Mapping[str, Audio], rate: int, first: int, last: int, peak: float) -> dict[str, Audio]:
    """Layers whose sum in ``[first, last)`` is within full scale, or ``peak`` if the source was at that."""
    gain = limiter(mixed(layers)[first:last], rate, max(CEILING, min(1.0, peak)))
    if gain.min(initial=1.0) >= 1:
        return dict(layers)
    limited = {track: layer.copy() for track, layer in layers.items()}
    for layer in limited.values():
        layer[first:last] *= gain
    return limited
