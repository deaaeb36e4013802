"""Music that exists already: taken again, repainted, extended, edited, separated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from audiopod_mcp.music.effects.crossfade import fix_length, resample
from audiopod_mcp.music.effects.crossfade import splice as replaced
from audiopod_mcp.music.model import Audio, Rendering, progress_within
from audiopod_mcp.studio.engines.arguments import caption_of, number_of, seeds_of
from audiopod_mcp.studio.engines.takes import write_take

from ..base import EngineRefused, Outcome
from ..takes import has_stems
from .session import BASE_STEPS, LONGEST, Fields, Session, decode

_FRAME = 0.04
"""Seconds of the model's grid."""
_SEAM = 0.02
"""Seconds of a crossfade between the source and what was made from it."""


def retake(session: Session) -> Outcome:
    """The request made again with other seeds, or for less variance a cover of the track itself."""
    work, variance = session.work, number_of(session.params, "retake_variance", 0.7)
    seeds = session.params.get("retake_seeds")
    before, alone = session.original_request()
    if alone and variance == 1:
        return session.make_takes(before, Rendering, seeds=seeds)
    source = session.source()
    if variance == 0:
        made = Rendering(source.audio, source.rate)
        take = write_take(work.folder, "take-1", made, None, session.report, subtype=source.subtype)
        return Outcome((take,), notes=("A variance of 0 is the track itself.",))
    fields = {
        "task_type": "cover",
        "prompt": before.get("prompt", ""),
        "lyrics": before.get("lyrics", ""),
        "audio_cover_strength": 1.0,
        "cover_noise_strength": round(1 - variance, 3),
    }
    words = "in the track's own words" if before else "without words, as the recording's are not known"
    note = f"ACE-Step's server offers no retake: this is a cover {words}, freer with variance."
    return session.make_takes(
        fields,
        Rendering,
        uploads=session.upload(source),
        seeds=seeds,
        notes=(note,),
    )


def repaint(session: Session) -> Outcome:
    source = session.source()
    seconds = len(source.audio) / source.rate
    start, end = float(session.params["repainting_start"]), float(session.params["repainting_end"])
    end = seconds if end < 0 else min(end, seconds)
    if start >= end:
        raise EngineRefused(
            f"repainting_start: {start:g} s is not within the track, which ends at {seconds:.2f} s"
        )
    fields = _region(session, start, end)
    first, last = round(start * source.rate), round(end * source.rate)
    seam = round(_SEAM * source.rate)

    def splice(audio: Audio, rate: int) -> Rendering:
        piece = fix_length(resample(audio, rate, source.rate, source.audio.shape[1]), last)[first:last]
        fade_in, fade_out = seam * (first > 0), seam * (last < len(source.audio))
        return Rendering(replaced(source.audio, piece, first, fade_in, fade_out), source.rate)

    uploads = session.upload(source)
    return session.make_takes(fields, splice, uploads=uploads, subtype=source.subtype)


def extend(session: Session) -> Outcome:
    """A repaint of what lies beyond either end. The model takes one end at a time: the right one first."""
    source = session.source()
    left = number_of(session.params, "left_extend_length", 0.0)
    right = number_of(session.params, "right_extend_length", 30.0)
    seconds = len(source.audio) / source.rate
    if left + seconds + right > LONGEST:
        raise EngineRefused(
            f"left_extend_length, right_extend_length: {left:g} and {right:g} s more would make "
            f"{left + seconds + right:.0f} s; ACE-Step makes at most {LONGEST:.0f}"
        )

    def at_source_rate(audio: Audio, rate: int, length: float) -> Audio:
        return fix_length(
            resample(audio, rate, source.rate, source.audio.shape[1]), round(length * source.rate)
        )

    def put_together(audio: Audio, rate: int) -> Rendering:
        """The last result, with the source put back where it was."""
        made = at_source_rate(audio, rate, left + seconds + right)
        first = round(left * source.rate)
        return Rendering(_put_back(made, source.audio, first, round(_SEAM * source.rate)), source.rate)

    uploads = session.upload(source)
    fields = _region(session, seconds, seconds + right)
    if left and right:
        half = replace(session, report=progress_within(session.report, 0.02, 0.5))
        seed = next(iter(seeds_of(session.params)))
        audio, rate, _ = decode(half.generate(fields, seed, half.report, uploads), half.report)
        uploads = session.upload(replace(source, audio=at_source_rate(audio, rate, seconds + right)))
        session = replace(session, report=progress_within(session.report, 0.5, 1.0))
    if left:
        fields = _region(session, -left, _FRAME)
    return session.make_takes(fields, put_together, uploads=uploads, subtype=source.subtype)


def edit(session: Session) -> Outcome:
    """What can be done exactly is done here; else a cover towards the words asked for."""
    from audiopod_mcp.music.editing.prompt.parse import read_prompt

    params, (before, _) = session.params, session.original_request()
    prompt, lyrics = params.get("edit_target_prompt") or "", params.get("edit_target_lyrics")
    plan = read_prompt(prompt)
    in_words = plan.style or (not plan.steps and plan.refusal.code == "edit_not_understood")
    if not lyrics and not in_words:
        return session.local.run(session.work, session.report)
    source = session.source()
    fields = {
        "task_type": "cover",
        "prompt": prompt or before.get("prompt", ""),
        "lyrics": session.lyrics(lyrics) if lyrics else before.get("lyrics", ""),
        "cover_noise_strength": number_of(params, "edit_n_min", 0.2),
        "audio_cover_strength": number_of(params, "edit_n_max", 1.0),
    }
    note = (
        "ACE-Step's server offers no edit: this is a close cover in the new words, whose melody may differ."
    )
    return session.make_takes(fields, Rendering, uploads=session.upload(source), notes=(note,))


def extract_stem(session: Session) -> Outcome:
    work, model = session.work, session.capabilities.model_for("extract")
    if model is None or (work.original and has_stems(work.original)):
        return session.local.run(work, session.report)
    source = session.source()
    track = session.params["track_name"]
    # Anything the language model adds would be heard in the stem.
    fields = {
        "task_type": "extract", "model": model, "prompt": "", "lyrics": "", "thinking": False,
        "use_cot_caption": False, "use_cot_language": False, "inference_steps": BASE_STEPS,
        "track_name": track, "instruction": f"Extract the {track.upper()} track from the audio:",
    }  # fmt: skip
    note = (
        f"The model {model} plays the stem again rather than filtering it out: it may differ from the source."
    )
    return session.make_takes(fields, Rendering, uploads=session.upload(source), notes=(note,))


def _region(session: Session, start: float, end: float) -> Fields:
    """A request to make ``start`` to ``end``, seconds of the source, anew."""
    before, _ = session.original_request()
    return {
        "task_type": "repaint",
        "prompt": caption_of(session.work),
        "lyrics": session.lyrics() or before.get("lyrics") or "",
        "repainting_start": start,
        "repainting_end": end,
        "chunk_mask_mode": "explicit",
    }


def _put_back(made: Audio, source: Audio, first: int, seam: int) -> Audio:
    """``made`` with ``source`` at ``first``, faded within ``seam`` samples of an end that goes on.

    Both play the same music there, so their gains, not their powers, sum to 1.
    """
    gain = np.ones((len(source), 1), np.float32)
    ramp = np.linspace(0, 1, min(seam, len(source) // 2), dtype=np.float32)[:, None]
    if first > 0:
        gain[: len(ramp)] = ramp
    if first + len(source) < len(made):
        gain[len(gain) - len(ramp) :] = ramp[::-1]
    out = made.copy()
    stretch = slice(first, first + len(source))
    out[stretch] = source * gain + made[stretch] * (1 - gain)
    return out
