"""One step of an edit done to a track: when and to whom it is meant, and what came of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from audiopod_mcp.edits.players import is_whole_track
from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.generation.drum_keys import keys_of
from audiopod_mcp.music.model import Progress, Refused, format_time, ignore_progress, progress_within
from audiopod_mcp.music.synthesis import Multitrack, tapes_of

from .form import FORM_EDITS, SampleRange, edit_form
from .held_peaks import of_held_levels, of_held_peaks, with_peaks_limited
from .layers import LayeredTrack, track_label
from .operations import EDIT_FUNCTIONS
from .receipts import (
    OF_SILENCE,
    OF_STATE,
    Receipt,
    fact_of,
    is_silent,
    is_softer,
    is_unchanged,
    who_is_meant,
)
from .step import EditStep
from .time_range import TimeRange, spoken

FADES = ("fade in", "fade out")
_ONE_PLAYER = ("vocals", "backing_vocals", "drums", "bass")
"""Stems whose player is meant by whatever name: "bass guitar" where a double bass plays."""
_ANY_OF_A_STEM = re.compile(
    r"keys|guitars|keyboards|synths|synthesi[sz]ers?|(?:lead|rhythm) guitars?|lead synth|.* section|orchestra"
)
"""What any player of a stem may be called, whichever the instrument."""


def apply_step(
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
        held = with_peaks_limited(replace(changed, facts=(), shortfalls=()), part, ceiling)
        told, missing = of_held_levels(step, changed.facts, changed, held)
        facts[:0] = [f"{fact}{where}" for fact in told]
        several = where if len(spans) > 1 else ""
        shortfalls[:0] = [f"{each.removesuffix('.')}{several}." for each in (*changed.shortfalls, *missing)]
        told_of = {step.track} if told != [*changed.facts] else ()
        facts += [f"{fact}{where}" for fact in of_held_peaks(changed, held, ceiling, told_of)]
        after = after.insert(held, first, last)
    notes = tuple(dict.fromkeys(after.notes))
    return replace(after, notes=notes, facts=tuple(facts), shortfalls=tuple(shortfalls))


def reformed(piece: LayeredTrack, steps: Sequence[EditStep], start: float, receipt: Receipt) -> LayeredTrack:
    """``piece`` with stretches cut, kept, repeated and looped, all of them meant on its clock as it is.

    The last stretch comes first, so that none moves before it is its turn; to keep one is to cut the others.
    What is left of the stretch that is to be a loop becomes one at the end.
    """
    before, todo, told = piece, list[tuple[SampleRange, EditStep]](), list[tuple[EditStep, str]]()
    loop: tuple[SampleRange, EditStep] | None = None
    for step in steps:
        assert step.when is not None  # noqa: S101 - these have moments
        try:
            _check_player(piece, step)
            piece, spans = _spans(piece, step.when, start, ignore_progress)
        except Refused as refused:
            receipt.refused(step.asked, refused)
            continue
        if step.kind == "loop":
            if loop or len(spans) > 1:
                where = _where(piece, [loop[0] if loop else spans[0]], start)
                receipt.fail(step.asked, f"One loop is made of a track, and this is{where}.")
            loop = loop or (spans[0], step)
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
            loop = loop and ((_moved(loop[0][0], span, step), _moved(loop[0][1], span, step)), loop[1])
            done.add(step.asked)
        except Refused as refused:
            refused_of[step.asked] = refused
    for step, where in told:
        if step.asked in refused_of.keys() - done:
            receipt.refused(step.asked, refused_of[step.asked])
        else:
            receipt.done.append(fact_of(step, before, piece, where))
    if loop and loop[0][0] >= loop[0][1]:
        receipt.refused(loop[1].asked, Refused("cut_leaves_nothing"))
    elif loop:
        piece = edit_form(piece, loop[1], [loop[0]])
    receipt.done.extend(piece.facts)
    return replace(piece, facts=())


def _moved(sample: int, span: SampleRange, step: EditStep) -> int:
    """Where a sample is after a stretch was cut or repeated."""
    first, last = span
    if step.kind == "cut":
        return sample - max(0, min(sample, last) - first)
    return sample + (sample >= last) * (last - first) * (round(step.amount) - 1) * (step.kind == "repeat")


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
    named = () if step.track is None or step.kind == "add" else (step.track,)
    for track in (*step.others, *named):
        piece = piece.separate(track, report)
    tapes = tapes_of(piece.layers)
    kept = {track: tape for track, tape in tapes.items() if track in step.others}
    if not kept or step.kind == "only":
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
        if step.track is not None and not step.names:
            return before  # nobody asked for backing vocals by name
        return before.with_shortfall(f"Nothing is heard of {who} there.")
    after = EDIT_FUNCTIONS[step.kind](before, step, report)
    if after.facts:
        return after
    if step.kind not in OF_STATE and is_unchanged(before.mix, after.mix):
        return after.with_shortfall(f"It changes nothing that is heard of {who} there.")
    fact = fact_of(step, before, after)
    if step.kind != "pan" and re.search(r"[+−]0\.0 dB", fact):
        return after.with_shortfall(f"It changes nothing that is heard: {fact}.")
    after = after.with_facts(fact)
    if step.kind in FADES and step.when is None and step.amount > before.seconds:
        return after.with_shortfall(f"The track lasts {format_time(before.seconds)}: it fades all the time.")
    if step.kind == "only" and is_silent(after, None):
        return after.with_shortfall("Nobody else is heard there: what is left is silent.")
    faded = _faded(before, step)
    if faded is not None and before.score is None and is_softer(before.heard(step.track), faded, before.rate):
        return after.with_shortfall(f"Hardly anything is heard of {who} where it fades.")
    return after


def _faded(piece: LayeredTrack, step: EditStep) -> SampleRange | None:
    """The part of the track in which a player fades; ``None`` for all of it, and for other steps."""
    length = round(step.amount * piece.rate)
    if step.kind not in FADES or step.track is None or not 0 < length < piece.samples:
        return None
    return (0, length) if step.kind == "fade in" else (piece.samples - length, piece.samples)


def _check_player(piece: LayeredTrack, step: EditStep) -> None:
    """Refuse what names one of several instruments that are one stem, or one that nobody plays: it would
    change others.
    """
    if step.track is None or piece.score is None or any(map(is_whole_track, step.names)):
        return
    mine = [part for part in piece.score.parts if part.track == step.track]
    played = {part.instrument for part in mine}
    if step.track == "percussion" and mine:
        _check_percussion(step, {round(note.pitch) for part in mine for note in part.notes})
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


def _check_percussion(step: EditStep, heard: set[int]) -> None:
    """Refuse to change percussion instruments that are not ``heard``, or not by themselves."""
    asked = [keys_of(name) for name in step.names]
    if step.kind == "add" or not asked or not all(asked):
        return
    name, others = " and ".join(step.names), ("other percussion",)
    if not all(keys & heard for keys in asked):
        raise Refused("instrument_not_in_mix", name=name, track="percussion", played=others)
    if heard - set().union(*asked):
        raise Refused("instrument_shares_stem", name=name, others=others, track="percussion")
