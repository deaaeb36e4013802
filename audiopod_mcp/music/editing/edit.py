"""Editing: what the prompt names is changed, everything else stays."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from audiopod_mcp.edits.players import TRACK_OF
from audiopod_mcp.music.editing.prompt.parse import read_prompt
from audiopod_mcp.music.effects.crossfade import mixdown
from audiopod_mcp.music.effects.normalization import TRUE_PEAK_CEILING
from audiopod_mcp.music.generation.lyric_receipts import lyric_receipts
from audiopod_mcp.music.generation.played import Played
from audiopod_mcp.music.generation.receipts import receipt as receipt_of
from audiopod_mcp.music.model import (
    Audio,
    Progress,
    Refused,
    Rendering,
    Score,
    ignore_progress,
    progress_within,
)
from audiopod_mcp.music.signal.loudness import integrated_loudness, true_peak
from audiopod_mcp.music.synthesis import Multitrack, tapes_of

from .apply_step import FADES, apply_step, reformed
from .form import FORM_EDITS
from .held_peaks import of_held_levels, of_held_peaks, with_peaks_limited
from .layers import RESIDUAL, LayeredTrack, Separator, conform_stems, separate_by_signal
from .rearrange import rearrange, replace_lyrics
from .receipts import Receipt, figure, level_change
from .step import EditStep, who_are_there

_OF_TIME = ("tempo", "bpm", *FADES, *FORM_EDITS)
"""Kinds of step that change when something is heard, or how it begins and ends."""
_KEPT = dict.fromkeys(
    ("tempo", "pace", "key", "mode", "metre"),
    "a song that is arranged anew keeps its key, tempo and metre; say key and tempo as edits of their own",
)
"""What a change of style leaves, by kind of wish."""
_ANEW = (
    r"^(?:make|turn|as|like|into|version|style|arrange\w*|play\w*|it|song|track|feel|vibe|more|sound\w*|in)$"
)
"""What asks for a style and names none."""
_NOT_REMOVED = re.compile(r"\b(?:remove|mute|cut|lose|drop|delete|silence|kill)\b", re.IGNORECASE)
"""What somebody is not to be who may change otherwise."""
_UNHEARD = 40.0
"""How far below a player the difference must be for it to be as before, dB."""


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
    wording: Callable[[Refused], str] = str,
    as_rendered: bool = False,
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
        The changes, as :func:`audiopod_mcp.edits.render_edits` writes them, or in a person's words.
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
    wording : callable
        What a refusal is called in the receipt.
    as_rendered : bool
        Whether the stems are just what the score sounds like.

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
    plan = read_prompt(prompt or "")
    if prompt and not plan.steps and not (composed and plan.style) and not lyrics:
        raise Refused("recording_keeps_its_style") if plan.style else plan.refusal
    ceiling = max(TRUE_PEAK_CEILING, true_peak(audio, rate))
    layers = stems if composed and stems else {RESIDUAL: audio}
    song = LayeredTrack(layers, rate, score if composed else None, seed=seed, separator=separator)
    if as_rendered and song.score is not None:
        song.rendered.append((song.score, layers))
    receipt = Receipt(wording)
    for left in plan.left_out:
        receipt.refused(left.asked, left.why)
    piece = song.excerpt(begin, stop)
    if plan.style and composed:
        piece = _in_style(piece, plan.style, seed, progress_within(report, 0.0, 0.8), receipt)
    elif plan.style:
        receipt.refused(plan.style, Refused("recording_keeps_its_style"))
    if lyrics:
        piece = _with_words(piece, lyrics, seed, progress_within(report, 0.0, 0.8))
        receipt.done.append("the new lyrics are sung")
        if piece.score is not None and piece.score.brief is not None:
            done_of_words, not_done = lyric_receipts(piece.score.brief, piece.score, joins=True, chords=False)
            receipt.done.extend(done_of_words)
            receipt.not_done.extend(not_done)
    steps = who_are_there(plan.steps, song.layers)
    moments = [step for step in steps if step.when is not None]
    forms = [step for step in moments if step.kind in FORM_EDITS]
    sounds = [step for step in moments if step.kind not in FORM_EDITS]
    rest = sorted((step for step in steps if step.when is None), key=_order)
    # What is done to the sound of a loop has to be in it before it is closed.
    closes = any(step.kind == "loop" for step in forms) and not any(step.kind in _OF_TIME for step in rest)
    share, levels, raised = 0.9 / max(1, len(steps)), list[tuple[EditStep, str]](), dict[str, EditStep]()
    for number, step in enumerate((*sounds, *rest)):
        part = progress_within(report, number * share, (number + 1) * share)
        if number == len(sounds) and not closes:
            piece = reformed(piece, forms, begin / rate, receipt)
        try:
            piece = apply_step(piece, step, begin / rate, ceiling, part)
            raised |= dict.fromkeys(piece.facts if step.when is None else (), step)
            piece = receipt.take(step, piece)
            if step.kind in ("loudness", "peak") and step.when is None and receipt.done:
                levels.append((step, receipt.done[-1]))
        except Refused as refused:
            receipt.refused(step.asked, refused)
    if not rest or closes:
        piece = reformed(piece, forms, begin / rate, receipt)
    if forms and len(moments) > 1:
        receipt.done.append("times are those of the track before this edit")
    _tell_of_levels(levels, piece, receipt)
    if not receipt.done and receipt.refusal:
        raise receipt.refusal
    report(0.9, "putting it together")
    held = with_peaks_limited(piece, song.excerpt(begin, stop), ceiling)
    out = song.insert(held, begin, stop)
    end = begin + piece.samples
    told_of = set[str | None]()
    for fact, step in raised.items():
        told, missing = of_held_levels(step, [fact], piece, held)
        if fact in receipt.done and told != [fact]:
            receipt.done[receipt.done.index(fact)] = told[0]
            told_of.add(step.track)
            for shortfall in missing:
                receipt.fail(step.asked, shortfall)
    receipt.done.extend(of_held_peaks(piece, held, ceiling, told_of))
    lines = out.score.lyrics if out.score else ()
    for who, asked in plan.kept:
        _tell_of_kept(who, asked, plan.style, steps, song, out, receipt)
    receipt.done.extend(f"left as it was: {clause}" for clause in plan.left)
    done = tuple(dict.fromkeys(receipt.done))
    changed = mixdown(out.layers)
    changed[:begin], changed[end:] = audio[:begin], audio[stop:]
    return Rendering(
        changed,
        rate,
        out.layers if composed else {},
        out.score,
        lines,
        out.notes,
        done,
        tuple(receipt.not_done),
        loop=_is_loop(steps, receipt.done) and (begin, stop) == (0, len(audio)),
    )


def _sample_range(first: float | None, last: float | None, samples: int) -> tuple[int, int]:
    low, high = 0.0 if first is None else first, 1.0 if last is None else last
    if not 0 <= low <= 1 or not 0 <= high <= 1 or low >= high:
        raise Refused("edit_range_invalid", low=low, high=high)
    return round(low * samples), round(high * samples)


def _tell_of_kept(
    who: str,
    asked: str,
    style: str,
    steps: Sequence[EditStep],
    before: LayeredTrack,
    after: LayeredTrack,
    receipt: Receipt,
) -> None:
    """Say whether a player who was to stay did."""
    track = TRACK_OF[who]
    if before.score is None:
        touched = style or any(step.track is None and track not in step.others for step in steps)
    elif track not in before.layers:
        touched = False
    else:
        old, new = before.layers[track], after.layers.get(track)
        touched = new is None or new.shape != old.shape or abs(level_change(old, new - old)) < _UNHEARD
    named = any(step.track == track for step in steps)
    if touched and named and track in after.layers and _NOT_REMOVED.search(asked):
        receipt.done.append(f"{who} not removed")
    elif touched and named:
        receipt.fail(asked, f"The {who} changed as other words asked.")
    elif touched:
        receipt.fail(
            asked,
            f"The {who} changed with all the rest: this can't be done to some players only.",
        )
    else:
        receipt.done.append(f"{who} as before")


def _tell_of_levels(levels: Sequence[tuple[EditStep, str]], after: LayeredTrack, receipt: Receipt) -> None:
    """Say of a loudness or a peak that was reached, and then moved by what came after it, where it is now."""
    for step, told in levels[:-1]:
        heard = after.heard(step.track)
        loud = step.kind == "loudness"
        level = integrated_loudness(heard, after.rate) if loud else true_peak(heard, after.rate)
        now = f"{figure(-np.inf if level is None else level)} {'LUFS' if loud else 'dBTP'}"
        if told in receipt.done and now not in told:
            receipt.done.remove(told)
            receipt.fail(step.asked, f"It was done, and what was done after it made it {now}.")


def _order(step: EditStep) -> int:
    """What closes a loop comes after what is done to its sound; what is about the result comes last."""
    return 2 if step.kind in ("loudness", "peak") else int(step.kind == "loop")


def _is_loop(steps: Sequence[EditStep], done: Sequence[str]) -> bool:
    """Whether a loop was made, and nothing after it that opens its seam."""
    moved = any(step.kind == "loop" and step.when for step in steps)
    opened = moved and any(step.kind in _OF_TIME and step.when is None for step in steps)
    return not opened and any(fact.startswith("cut to a loop") for fact in done)


def _in_style(
    piece: LayeredTrack, prompt: str, seed: int, report: Progress, receipt: Receipt
) -> LayeredTrack:
    """The piece arranged anew, as loud as it was."""
    assert piece.score is not None  # noqa: S101 - only composed pieces come here
    new = rearrange(piece.score, prompt, seed=seed, report=report)
    style = f" as {new.score.brief.style}" if new.score and new.score.brief else ""
    receipt.done.append(f"arranged anew{style}, every instrument of it")
    if new.score and new.score.brief:
        told = receipt_of(prompt, Played(new.score.brief, new.score, kept=_KEPT, own_words=_ANEW))
        receipt.done.extend(fact for fact in told.done if not re.search(_ANEW, fact, re.IGNORECASE))
        receipt.not_done.extend(told.not_done)
    return replace(piece, layers=conform_stems(new.stems, piece), score=new.score)


def _with_words(piece: LayeredTrack, lyrics: str, seed: int, report: Progress) -> LayeredTrack:
    """The piece with its singer's layer exchanged."""
    assert piece.score is not None  # noqa: S101 - only composed pieces come here
    (stems, _), score = replace_lyrics(piece.score, lyrics, seed=seed, report=report)
    others = {track: tape for track, tape in tapes_of(piece.layers).items() if track != "vocals"}
    voice = conform_stems(stems, piece, beside=piece.layers.get("vocals"))
    return replace(piece, layers=Multitrack.gather((others | tapes_of(voice)).items()), score=score)
