"""Editing: what the prompt names is changed, everything else stays."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from audiopod_mcp.edits.players import TRACK_OF, is_whole_track
from audiopod_mcp.music.captions.lyric_receipts import lyric_receipts
from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.editing.prompt.parse import EditPlan, read_prompt
from audiopod_mcp.music.editing.prompt.plan import NOT_UNDERSTOOD
from audiopod_mcp.music.effects.crossfade import mixdown
from audiopod_mcp.music.effects.normalization import TRUE_PEAK_CEILING, limit_true_peak
from audiopod_mcp.music.generation.played import Played
from audiopod_mcp.music.generation.receipts import receipt as receipt_of
from audiopod_mcp.music.model import (
    Audio,
    NotDone,
    Progress,
    Refused,
    Rendering,
    Score,
    format_time,
    ignore_progress,
    progress_within,
)
from audiopod_mcp.music.signal.loudness import true_peak
from audiopod_mcp.music.synthesis import Multitrack, tapes_of

from .form import FORM_EDITS, SampleRange, edit_form
from .layers import RESIDUAL, LayeredTrack, Separator, conform_stems, separate_by_signal, track_label
from .operations import EDIT_FUNCTIONS
from .rearrange import rearrange, replace_lyrics
from .receipts import (
    OF_SILENCE,
    OF_STATE,
    fact_of,
    figure,
    is_silent,
    is_softer,
    is_unchanged,
    level_change,
    signed,
    who_is_meant,
)
from .step import EditStep
from .time_range import TimeRange, spoken

_FADES = ("fade in", "fade out")
_OF_TIME = ("tempo", "bpm", *_FADES, *FORM_EDITS)
"""Kinds of step that change when something is heard, or how it begins and ends."""
_AUDIBLE = 0.1
"""A change that is told, dB."""
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
_ONE_PLAYER = ("vocals", "backing_vocals", "drums", "bass")
"""Stems whose player is meant by whatever name: "bass guitar" where a double bass plays."""
_ANY_OF_A_STEM = re.compile(
    r"keys|guitars|keyboards|synths|synthesi[sz]ers?|(?:lead|rhythm) guitars?|lead synth|.* section|orchestra"
)
"""What any player of a stem may be called, whichever the instrument."""
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
    moments = [step for step in plan.steps if step.when is not None]
    forms = [step for step in moments if step.kind in FORM_EDITS]
    sounds = [step for step in moments if step.kind not in FORM_EDITS]
    rest = sorted((step for step in plan.steps if step.when is None), key=_order)
    # What is done to the sound of a loop has to be in it before it is closed.
    closes = any(step.kind == "loop" for step in forms) and not any(step.kind in _OF_TIME for step in rest)
    share = 0.9 / max(1, len(plan.steps))
    for number, step in enumerate((*sounds, *rest)):
        part = progress_within(report, number * share, (number + 1) * share)
        if number == len(sounds) and not closes:
            piece = _reformed(piece, forms, begin / rate, receipt)
        try:
            piece = receipt.take(step, _apply_step(piece, step, begin / rate, ceiling, part))
        except Refused as refused:
            receipt.refused(step.asked, refused)
    if not rest or closes:
        piece = _reformed(piece, forms, begin / rate, receipt)
    if forms and len(moments) > 1:
        receipt.done.append("times are those of the track before this edit")
    if not receipt.done and receipt.refusal:
        raise receipt.refusal
    report(0.9, "putting it together")
    held = _with_peaks_limited(piece, song.excerpt(begin, stop), ceiling)
    out = song.insert(held, begin, stop)
    end = begin + piece.samples
    receipt.done.extend(_of_held_peaks(piece, held, ceiling))
    lines = out.score.lyrics if out.score else ()
    for who, asked in plan.kept:
        _tell_of_kept(who, asked, plan, song, out, receipt)
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
        loop=_is_loop(plan.steps, receipt.done) and (begin, stop) == (0, len(audio)),
    )


@dataclass
class Receipt:
    """What was done of a plan, and what was not."""

    wording: Callable[[Refused], str] = str
    done: list[str] = field(default_factory=list)
    not_done: list[NotDone] = field(default_factory=list)
    refusal: Refused | None = None
    """Why the first was not done that was understood, or else the first."""

    def fail(self, asked: str, instead: str) -> None:
        self.not_done.append(NotDone(asked, instead))

    def refused(self, asked: str, why: Refused) -> None:
        """Say why, without the name of the argument and the words that are quoted beside it."""
        if self.refusal is None or self.refusal.code == NOT_UNDERSTOOD:
            self.refusal = why
        text = re.sub(r"^[\w, ]+: ", "", self.wording(why)).removeprefix(f"{why.values.get('clause')!r}: ")
        self.fail(asked, f"{text[:1].upper()}{text[1:].rstrip('.')}.")

    def take(self, step: EditStep, piece: LayeredTrack) -> LayeredTrack:
        """Take down what a step did; ``piece`` without it."""
        self.done.extend(piece.facts)
        for shortfall in piece.shortfalls:
            self.fail(step.asked, shortfall)
        return replace(piece, facts=(), shortfalls=())


def _sample_range(first: float | None, last: float | None, samples: int) -> tuple[int, int]:
    low, high = 0.0 if first is None else first, 1.0 if last is None else last
    if not 0 <= low <= 1 or not 0 <= high <= 1 or low >= high:
        raise Refused("edit_range_invalid", low=low, high=high)
    return round(low * samples), round(high * samples)


def _tell_of_kept(
    who: str, asked: str, plan: EditPlan, before: LayeredTrack, after: LayeredTrack, receipt: Receipt
) -> None:
    """Say whether a player who was to stay did."""
    track = TRACK_OF[who]
    if before.score is None:
        touched = plan.style or any(step.track is None and track not in step.others for step in plan.steps)
    elif track not in before.layers:
        touched = False
    else:
        old, new = before.layers[track], after.layers.get(track)
        touched = new is None or new.shape != old.shape or abs(level_change(old, new - old)) < _UNHEARD
    named = any(step.track == track for step in plan.steps)
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


def _apply_step(
    piece: LayeredTrack, step: EditStep, start: float, ceiling: float, report: Progress
) -> LayeredTrack:
    """``piece``, which begins ``start`` seconds into the track, with one step done, where it is meant.

    ``ceiling`` is the true peak (dBTP) that the parts that change may have. It has the facts of the step.
    """
    _check_player(piece, step)
    if step.when is None and step.kind in FORM_EDITS:
        after = edit_form(piece, step, [])
        return after if after.facts else after.with_facts(fact_of(step, piece, after))
    if step.when is not None:
        piece, spans = _spans(piece, step.when, start, report)
    elif (faded := _faded(piece, step)) is not None and piece.score is not None:
        spans = [faded]  # whether the player is heard matters only there
    else:
        return _changed(piece, step, report)
    after, facts, shortfalls = piece, list[str](), list[str]()
    for first, last in reversed(spans):
        part = after.excerpt(first, last)
        changed = _changed(part, step, report)
        where = "" if step.when is None else _where(piece, [(first, last)], start)
        facts[:0] = [f"{fact}{where}" for fact in changed.facts]
        several = where if len(spans) > 1 else ""
        shortfalls[:0] = [f"{shortfall.removesuffix('.')}{several}." for shortfall in changed.shortfalls]
        held = _with_peaks_limited(replace(changed, facts=(), shortfalls=()), part, ceiling)
        facts += [f"{fact}{where}" for fact in _of_held_peaks(changed, held, ceiling)]
        after = after.insert(held, first, last)
    notes = tuple(dict.fromkeys(after.notes))
    return replace(after, notes=notes, facts=tuple(facts), shortfalls=tuple(shortfalls))


def _reformed(piece: LayeredTrack, steps: Sequence[EditStep], start: float, receipt: Receipt) -> LayeredTrack:
    """``piece`` with stretches cut, kept and repeated, all of them meant on its clock as it is.

    The last stretch comes first, so that none moves before it is its turn; to keep one is to cut the others.
    """
    before, todo, told = piece, list[tuple[SampleRange, EditStep]](), list[tuple[EditStep, str]]()
    for step in steps:
        assert step.when is not None  # noqa: S101 - these have moments
        try:
            _check_player(piece, step)
            piece, spans = _spans(piece, step.when, start, ignore_progress)
        except Refused as refused:
            receipt.refused(step.asked, refused)
            continue
        told.append((step, _where(piece, spans, start)))
        if step.kind == "keep":
            edges = [0, *(edge for span in spans for edge in span), piece.samples]
            step = replace(step, kind="cut")
            spans = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b > a]
        todo += [(span, step) for span in spans]
    refused_of, done = dict[str, Refused](), set[str]()
    for span, step in sorted(todo, key=lambda each: each[0], reverse=True):
        try:
            piece = edit_form(piece, step, [span])
            done.add(step.asked)
        except Refused as refused:
            refused_of[step.asked] = refused
    for step, where in told:
        if step.asked in refused_of.keys() - done:
            receipt.refused(step.asked, refused_of[step.asked])
        elif step.kind != "loop":
            receipt.done.append(fact_of(step, before, piece, where))
    receipt.done.extend(piece.facts)
    return replace(piece, facts=())


def _spans(
    piece: LayeredTrack, when: TimeRange, start: float, report: Progress
) -> tuple[LayeredTrack, list[SampleRange]]:
    """The stretches that are meant, and ``piece`` with a note of where they were heard."""
    sections = piece.sections(progress_within(report, 0.0, 0.2)) if when.section else ()
    bars = piece.downbeats(progress_within(report, 0.0, 0.2)) if when.unit == "bars" else ()
    moment = when.shifted(start) if when.unit == "s" and not when.section else when
    stretches = moment.resolve(piece.seconds, sections, bars)
    if when.section and piece.score is None:
        where = ", ".join(f"{format_time(start + a)}-{format_time(start + b)}" for a, b in stretches)
        piece = piece.with_notes(
            f"The {when.section} was heard at {where}; say from 0:30 to 0:45 if it is elsewhere."
        )
    return piece, [(round(a * piece.rate), round(b * piece.rate)) for a, b in stretches]


def _where(piece: LayeredTrack, spans: Sequence[SampleRange], start: float) -> str:
    """Where ``spans`` are on the clock of the track, of which ``piece`` begins at ``start``, seconds."""
    times = [(start + first / piece.rate, start + last / piece.rate) for first, last in spans]
    return spoken(times, start + piece.seconds)


def _changed(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    """``piece`` with a step done to all of it, but for those ``others`` that it is not for, and the fact."""
    named = () if step.track is None or step.kind in ("add", "only") else (step.track,)
    for track in (*step.others, *named):
        piece = piece.separate(track, report)
    tapes = tapes_of(piece.layers)
    kept = {track: tape for track, tape in tapes.items() if track in step.others}
    if not kept:
        return _done(step, piece, report)
    rest = {track: tape for track, tape in tapes.items() if track not in kept}
    if not rest:
        raise Refused("nobody_left")
    after = _done(step, replace(piece, layers=Multitrack.gather(rest.items())), report)
    score = after.score
    if score is not None and piece.score is not None:
        parts = [part for part in score.parts if part.track not in kept]
        score = replace(score, parts=(*parts, *(part for part in piece.score.parts if part.track in kept)))
    layers = Multitrack.gather((tapes_of(after.layers) | kept).items())
    return replace(after, layers=layers, score=score)


def _done(step: EditStep, before: LayeredTrack, report: Progress) -> LayeredTrack:
    """``before`` with a step done to it, and what that did; a change of what can't be heard is none."""
    who = who_is_meant(step, before)
    if step.kind not in OF_SILENCE and is_silent(before, step.track):
        return before.with_shortfall(f"Nothing is heard of {who} there.")
    after = EDIT_FUNCTIONS[step.kind](before, step, report)
    if after.facts:
        return after
    if step.kind not in OF_STATE and is_unchanged(before.mix, after.mix):
        return after.with_shortfall(f"It changes nothing that is heard of {who} there.")
    after = after.with_facts(fact_of(step, before, after))
    if step.kind in _FADES and step.when is None and step.amount > before.seconds:
        return after.with_shortfall(f"The track lasts {format_time(before.seconds)}: it fades all the time.")
    if step.kind == "only" and is_silent(after, None):
        return after.with_shortfall(f"Nothing is heard of {who} there: what is left is silent.")
    faded = _faded(before, step)
    if faded is not None and before.score is None and is_softer(before.heard(step.track), faded, before.rate):
        return after.with_shortfall(f"Hardly anything is heard of {who} where it fades.")
    return after


def _faded(piece: LayeredTrack, step: EditStep) -> SampleRange | None:
    """The part of the track in which a player fades; ``None`` for all of it, and for other steps."""
    length = round(step.amount * piece.rate)
    if step.kind not in _FADES or step.track is None or not 0 < length < piece.samples:
        return None
    return (0, length) if step.kind == "fade in" else (piece.samples - length, piece.samples)


def _check_player(piece: LayeredTrack, step: EditStep) -> None:
    """Refuse what names one of several instruments that are one stem, or one that nobody plays: it would
    change others.
    """
    if step.track is None or piece.score is None or any(map(is_whole_track, step.names)):
        return
    played = {part.instrument for part in piece.score.parts if part.track == step.track}
    named = {instrument for name in step.names for instrument in read_caption(name).instruments}
    meant = named & played
    others = played - meant
    definite = step.track not in _ONE_PLAYER and not any(map(_ANY_OF_A_STEM.fullmatch, step.names))
    if played and named and not meant and definite:
        raise Refused(
            "instrument_not_in_mix",
            name=" and ".join(step.names),
            track=track_label(step.track),
            played=tuple(sorted(played)),
        )
    if step.names and len(played) > 1 and others:
        raise Refused(
            "instrument_shares_stem",
            name=" and ".join(step.names),
            others=tuple(sorted(others)),
            track=track_label(step.track),
        )


def _of_held_peaks(piece: LayeredTrack, held: LayeredTrack, ceiling: float) -> list[str]:
    """The fact that peaks were held down, where that made the whole, or one player more than that, softer."""
    if held.layers is piece.layers:
        return []
    changes = {"in all": level_change(piece.mix, held.mix)}
    changes |= {
        f"of {track_label(track)}": level_change(layer, held.layers[track])
        for track, layer in piece.layers.items()
        if track in held.layers
    }
    changes = {who: change for who, change in changes.items() if -np.inf < change < -_AUDIBLE}
    softest = min(changes, key=lambda who: changes[who], default="")
    alike = changes.get("in all", np.inf) < changes.get(softest, 0.0) + _AUDIBLE
    who = "in all" if alike else softest
    return [f"peaks held at {figure(ceiling)} dBTP: {signed(changes[who], 'dB')} {who}"] if who else []


def _with_peaks_limited(piece: LayeredTrack, before: LayeredTrack, ceiling: float) -> LayeredTrack:
    return replace(piece, layers=limit_true_peak(piece.layers, before.layers, piece.rate, ceiling))
