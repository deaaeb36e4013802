"""The changes an edit can make, one function each: a layered track and a step in, the changed track out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from audiopod_mcp.edits.players import TRACK_OF
from audiopod_mcp.music.analysis.key import MIN_CONFIDENCE
from audiopod_mcp.music.effects.crossfade import fix_length
from audiopod_mcp.music.effects.mix_matching import loudness_gain
from audiopod_mcp.music.effects.normalization import (
    MAX_LOUDNESS,
    MIN_LOUDNESS,
    TRUE_PEAK_CEILING,
    normalization_gain,
)
from audiopod_mcp.music.effects.time_stretch import (
    pitch_shift,
    pitch_shift_voice,
    shift_together,
    stretch_together,
)
from audiopod_mcp.music.model import (
    SAMPLE_RATE,
    Audio,
    Brief,
    Part,
    Progress,
    Refused,
    Score,
    progress_within,
)
from audiopod_mcp.music.score import UNPITCHED, in_key, stretched, transposed, with_parts
from audiopod_mcp.music.separation.remix import rebalance, remove_source
from audiopod_mcp.music.separation.source_activity import without_quality
from audiopod_mcp.music.signal.loudness import integrated_loudness, true_peak
from audiopod_mcp.music.synthesis import Multitrack, record, tapes_of
from audiopod_mcp.music.theory import parse_key

from .layers import RESIDUAL, TRACES, LayeredTrack, conform_stems, pronoun, track_label
from .rearrange import add_instrument, swap_instrument, track_of_instrument
from .receipts import figure, signed
from .sound import SOUND_EDITS
from .step import EditStep, StepKind

_SPEED_RANGE = (0.25, 4.0)
"""How much slower and faster a track can be made, as factors."""
_PEAK_RANGE = (-40.0, 0.0)
"""True peaks that can be asked for, dBTP."""
_MAX_RENDERING_ERROR = 0.01
"""Share of a layer's power that may differ from its rendering: buses and mastering answer to other layers."""
_MAX_SEMITONES = 24
"""Semitones that a track can be moved."""
_REMOVED = -6.0
"""By how much a player of a recording falls at least who is called removed, dB."""
_ADDED_LEVEL = -7.0
"""Level of an added instrument, dB: it plays under the mix, not over it."""


def _level(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    report(0.0, "changing levels")
    if step.track is None or RESIDUAL not in piece.layers:
        return piece.map_layers(lambda x: x * np.float32(10 ** (step.amount / 20)), step.track, report)
    piece = piece.separate(step.track, progress_within(report, 0.0, 0.8))
    stem, rest, reached = rebalance(
        piece.heard(step.track),
        piece.heard(RESIDUAL),
        piece.rate,
        step.amount,
        progress_within(report, 0.8, 1.0),
    )
    piece = piece.with_layers([(step.track, stem), (RESIDUAL, rest)]).with_facts(
        f"{track_label(step.track)} about {signed(reached, 'dB')}"
    )
    if abs(reached - step.amount) <= 1:
        return piece
    far = f"about {abs(reached):.0f} of the {abs(step.amount):g} dB asked for"
    return piece.with_shortfall(
        f"The {track_label(step.track)} moved by {far}: more can't be told apart from the rest."
    )


def _loudness(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    report(0.0, "setting the loudness")
    if not MIN_LOUDNESS <= step.amount <= MAX_LOUDNESS:
        raise Refused(
            "loudness_out_of_range", loudness=step.amount, lowest=MIN_LOUDNESS, highest=MAX_LOUDNESS
        )
    piece = piece if step.track is None else piece.separate(step.track, report)
    before = integrated_loudness(piece.heard(step.track), piece.rate)
    if before is None:
        raise Refused("silence_has_no_loudness")
    if step.track is not None:
        return piece.map_layers(
            lambda x: x * np.float32(loudness_gain(x, piece.rate, step.amount)), step.track
        )
    ceiling = TRUE_PEAK_CEILING if step.ceiling is None else step.ceiling
    gain = normalization_gain(piece.mix, piece.rate, before, step.amount, ceiling)
    piece = piece.map_layers(lambda x: x * gain)
    reached = integrated_loudness(piece.mix, piece.rate) or before
    piece = piece.with_facts(
        f"{figure(reached)} LUFS, true peak {figure(true_peak(piece.mix, piece.rate))} dBTP"
    )
    if abs(reached - step.amount) < 0.3:
        return piece
    return piece.with_shortfall(
        f"It reached {reached:.1f} LUFS: nearer to {step.amount:g} its peaks would be crushed."
    )


def _peak(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    report(0.0, "setting the peak")
    if not _PEAK_RANGE[0] <= step.amount <= _PEAK_RANGE[1]:
        raise Refused("peak_out_of_range", peak=step.amount, lowest=_PEAK_RANGE[0], highest=_PEAK_RANGE[1])
    highest = true_peak(piece.mix, piece.rate)
    if not np.isfinite(highest):
        raise Refused("silence_has_no_peak")
    return piece.map_layers(lambda x: x * np.float32(10 ** ((step.amount - highest) / 20)))


def _silence(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    return piece.map_layers(np.zeros_like, step.track, report)


def _tempo(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    speed = step.amount
    if step.kind == "bpm":
        frame = piece.frame(progress_within(report, 0.0, 0.3))
        if not frame.has_pulse:
            raise Refused("no_steady_beat")
        speed = step.amount / frame.tempo
    if not _SPEED_RANGE[0] <= speed <= _SPEED_RANGE[1]:
        raise Refused("speed_out_of_range", speed=speed, lowest=_SPEED_RANGE[0], highest=_SPEED_RANGE[1])
    piece.check_length(round(piece.samples / speed))
    score = piece.score and stretched(piece.score, 1 / speed)
    rendered = _rendered_again(piece, score, progress_within(report, 0.3, 0.6))
    own = tapes_of(piece.layers)
    left = {track: tape for track, tape in own.items() if track not in rendered}
    rest = progress_within(report, 0.6, 1.0)
    others = Multitrack.gather(stretch_together(left, piece.rate, 1 / speed, rest) if left else ())
    changed = tapes_of(rendered) | tapes_of(others)
    return replace(piece, layers=Multitrack.gather((track, changed[track]) for track in own), score=score)


def _pitch(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    if step.track is not None:
        return _pitch_of_track(piece, step, report)
    if abs(step.amount) > _MAX_SEMITONES:
        raise Refused("transposition_too_far", semitones=step.amount, furthest=_MAX_SEMITONES)
    score = piece.score and transposed(piece.score, step.amount)
    rendered = _rendered_again(piece, score, progress_within(report, 0.3, 0.6))
    return _shifted(piece, step.amount, rendered, score, progress_within(report, 0.6, 1.0))


def _key(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    listening = progress_within(report, 0.0, 0.3)
    own = parse_key(piece.frame(listening).key or "")
    to = parse_key(step.text)
    if step.text in ("major", "minor"):  # "in minor": the tonic stays.
        to = own and replace(own, minor=step.text == "minor")
    unsure = piece.score is None and piece.analysis(listening).key_confidence < MIN_CONFIDENCE
    if own is None or to is None or unsure or set(piece.layers) <= {*UNPITCHED}:
        raise Refused("no_key_heard")
    if " " not in step.text and step.text not in ("major", "minor"):  # "to F#": the mode stays.
        to = replace(to, minor=own.minor)
    # A minor key has the notes of the major key three semitones above it.
    by = (to.tonic + 3 * to.minor - own.tonic - 3 * own.minor + 5) % 12 - 5
    score = piece.score and in_key(piece.score, to)
    rendered = _rendered_again(piece, score, progress_within(report, 0.3, 0.6))
    if to.minor != own.minor and not set(piece.layers) <= {*rendered, *UNPITCHED}:
        rendered, score = {}, piece.score and transposed(piece.score, by)
        mode = "minor" if own.minor else "major"
        piece = piece.with_facts(f"everything {signed(by, 'semitones', 0)}").with_shortfall(
            f"What was recorded in {mode} stays so: it has the notes of {to} now, around another home."
        )
    return _shifted(piece, by, rendered, score, progress_within(report, 0.6, 1.0))


def _shifted(
    piece: LayeredTrack,
    semitones: float,
    rendered: Mapping[str, Audio],
    score: Score | None,
    report: Progress,
) -> LayeredTrack:
    """``piece`` with the layers that were ``rendered`` from ``score``, and the other pitched ones shifted."""
    own = tapes_of(piece.layers)
    pitched = {t: tape for t, tape in own.items() if t not in UNPITCHED and t not in rendered}
    higher = Multitrack.gather(shift_together(pitched, piece.rate, semitones, report) if pitched else ())
    changed = own | tapes_of(higher) | tapes_of(rendered)
    return replace(piece, layers=Multitrack.gather((track, changed[track]) for track in own), score=score)


def _pitch_of_track(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    """``piece`` with one player higher or lower and the others as they are."""
    track = step.track or ""
    if abs(step.amount) > _MAX_SEMITONES or track in UNPITCHED:
        raise Refused("track_not_transposable", track=track, semitones=step.amount, furthest=_MAX_SEMITONES)
    piece = piece.separate(track, progress_within(report, 0.0, 0.5))

    def higher(part: Part) -> Part:
        moved = (replace(note, pitch=note.pitch + step.amount) for note in part.notes)
        return replace(part, notes=tuple(moved)) if part.track == track else part

    score = piece.score and with_parts(piece.score, higher)
    shift = pitch_shift_voice if track in ("vocals", "backing_vocals") else pitch_shift
    changed = piece.map_layers(
        lambda x: shift(x, piece.rate, step.amount, progress_within(report, 0.5, 1.0)), track
    )
    return replace(changed, score=score)


def _rendered_again(piece: LayeredTrack, score: Score | None, report: Progress) -> Mapping[str, Audio]:
    """The layers that still sound as the piece's own score, but for their level, rendered from ``score``.

    That sounds better than any stretching. A layer whose sound was changed is not among them.
    """
    if score is None or piece.score is None or piece.rate != SAMPLE_RATE:
        return {}
    before = _rendering(piece, piece.score, progress_within(report, 0.0, 0.5))
    gains = {}
    for track in piece.layers:
        own = piece.layers[track]
        old = fix_length(before.get(track, own[:0]), piece.samples)
        work = old * own  # minutes of each further copy are large
        gain = float(work.sum() / max(1e-9, float(np.square(old, out=work).sum())))
        np.subtract(own, np.multiply(old, gain, out=work), out=work)
        error = np.square(work, out=work).sum()
        if error < _MAX_RENDERING_ERROR * np.square(own, out=work).sum():
            gains[track] = np.float32(gain)
        del own, old, work
    if not gains:
        return {}
    new = _rendering(piece, score, progress_within(report, 0.5, 1.0))
    samples = round(score.duration * SAMPLE_RATE)
    return Multitrack.gather(
        (track, fix_length(new[track] * gain, samples)) for track, gain in gains.items() if track in new
    )


def _rendering(piece: LayeredTrack, score: Score, report: Progress) -> Mapping[str, Audio]:
    """The stems of ``score``, which are not to be changed: the next step may ask for them again."""
    for known, stems in piece.rendered:
        if known == score:
            return stems
    piece.rendered[:] = [(score, record(score, apart=True, report=report).stems)]
    return piece.rendered[0][1]


def _remove(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    report(0.0, f"taking out the {track_label(step.track or '')}")
    track = step.track or ""
    piece = piece.separate(track, progress_within(report, 0.0, 0.7))
    if RESIDUAL in piece.layers:
        rest, fell = remove_source(
            piece.heard(track), piece.heard(RESIDUAL), piece.rate, progress_within(report, 0.7, 1.0)
        )
        fact = f"{track_label(track)} about {signed(fell, 'dB', 0)}: traces of {pronoun(track)} remain"
        notes = tuple(note for note in without_quality(piece.notes) if not note.endswith(TRACES))
        piece = replace(piece.with_layers([(RESIDUAL, rest)]), notes=notes)
        piece = piece.with_facts(fact)
        if fell > _REMOVED:
            fell_short = f"The {track_label(track)} fell by {abs(fell):.0f} dB only"
            piece = piece.with_shortfall(f"{fell_short}: more can't be told apart from the rest.")
    if step.text == "lead" and "backing_vocals" not in piece.layers:
        piece = piece.with_shortfall("No backing vocals could be told apart here: they went with the vocals.")
    return _keep_tracks(piece, tuple(other for other in piece.layers if other != track))


def _only(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    report(0.0, f"keeping only the {' and the '.join(map(track_label, step.others))}")
    return _keep_tracks(piece, tuple(track for track in piece.layers if track in step.others))


def _keep_tracks(piece: LayeredTrack, tracks: tuple[str, ...]) -> LayeredTrack:
    """Only ``tracks``, in the layers and in the score."""
    if not tracks:
        raise Refused("nobody_left")
    score = piece.score and with_parts(piece.score, lambda part: part if part.track in tracks else None)
    if score is not None and "vocals" not in tracks:
        score = replace(score, lyrics=())
    own = tapes_of(piece.layers)
    return replace(piece, layers=Multitrack.gather((track, own[track]) for track in tracks), score=score)


def _add(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    track = step.track or track_of_instrument(step.text)
    frame = piece.frame(progress_within(report, 0.0, 0.3))
    own = piece.score.brief if piece.score else None
    brief = own or Brief(step.text, tempo=frame.tempo, key=frame.key or "C major")
    stems, parts = add_instrument(
        frame, brief, step.text, track, seed=piece.seed, report=progress_within(report, 0.3, 1.0)
    )
    new = conform_stems(stems, piece)[track] * np.float32(10 ** (_ADDED_LEVEL / 20))
    changed = piece.with_layers([(track, piece.layers[track] + new if track in piece.layers else new)])
    score = piece.score and replace(piece.score, parts=(*piece.score.parts, *parts))
    notes = piece.notes if frame.has_pulse else (*piece.notes, "No steady beat was heard to play along with.")
    return replace(changed, score=score, notes=notes)


def _swap(piece: LayeredTrack, step: EditStep, report: Progress) -> LayeredTrack:
    old = step.track or ""
    score = piece.score
    if score is None:  # A recording: what can be separated is replaced by what plays along.
        taken = _remove(piece, step, progress_within(report, 0.0, 0.5))
        added = _add(taken, replace(step, track=TRACK_OF.get(step.text)), progress_within(report, 0.5, 1.0))
        return added.with_facts(f"{step.text} added")
    piece = piece.separate(old, report)
    stems, parts = swap_instrument(score, old, step.text, seed=piece.seed, report=report)
    before = piece.layers[old]
    layers = {track: tape for track, tape in tapes_of(piece.layers).items() if track != old}
    for track, stem in conform_stems(stems, piece, beside=before).items():
        layers[track] = layers[track][:] + stem if track in layers else stem
    rest = with_parts(score, lambda part: None if part.track == old else part)
    tapes = Multitrack.gather(layers.items())
    return replace(piece, layers=tapes, score=replace(rest, parts=(*rest.parts, *parts)))


EDIT_FUNCTIONS: Mapping[StepKind, Callable[[LayeredTrack, EditStep, Progress], LayeredTrack]] = {
    **SOUND_EDITS,
    "level": _level,
    "loudness": _loudness,
    "peak": _peak,
    "silence": _silence,
    "tempo": _tempo,
    "bpm": _tempo,
    "pitch": _pitch,
    "key": _key,
    "remove": _remove,
    "only": _only,
    "add": _add,
    "swap": _swap,
}
"""What each kind of step does, but for those of :data:`~.form.FORM_EDITS`."""
