"""New music: from words, from a song to cover, from a reference to sound like."""

from __future__ import annotations

from audiopod_mcp.music.effects.crossfade import equal_power_fade
from audiopod_mcp.music.model import Audio, Rendering, progress_within
from audiopod_mcp.operations.vocabulary import KEY_PATTERN
from audiopod_mcp.studio.engines.arguments import caption_of, number_of
from audiopod_mcp.studio.engines.takes import read_source

from ..base import EngineRefused, Outcome
from .session import Fields, Session, Shape

_INSTRUMENTAL = "[Instrumental]"
_SHORTEST = 10.0
"""Seconds that the model makes at least."""
_FADE = 0.02
"""Seconds over which a piece that is cut fades, so that it does not click."""


def song(session: Session) -> Outcome:
    """text2music and its kin."""
    params = session.params
    notes: tuple[str, ...] = ()
    fields = _wanted(session) | {"task_type": "text2music"}
    match session.work.task:
        case "simple" if session.capabilities.language_model:
            fields |= {"sample_query": fields.pop("prompt"), "prompt": ""}
        case "text2rap":
            fields["prompt"] += ", rap"
        case "lyric2vocals":
            fields["prompt"] = f"a cappella, solo vocals, no instruments, {fields['prompt']}"
            notes = ("ACE-Step was asked for voices alone; an accompaniment may still be heard.",)
        case "text2samples":
            return _sample(session, fields)
    if params.get("instrumental") or session.work.task == "prompt2instrumental":
        fields["lyrics"] = _INSTRUMENTAL
    return session.make_takes(fields, _cut(session), notes=notes)


def _sample(session: Session, fields: Fields) -> Outcome:
    """A loop or one-shot, cut from the shortest piece that the model makes."""
    kind = session.params.get("sample_type") or "loop"
    tempo = session.params.get("tempo") or session.params.get("bpm") or 120
    seconds = fields["audio_duration"] or (4 * 240 / tempo if kind == "loop" else 2.0)
    fields |= {
        "prompt": f"{fields['prompt']}, {kind}", "lyrics": _INSTRUMENTAL, "bpm": tempo,
        "audio_duration": max(_SHORTEST, seconds),
    }  # fmt: skip

    note = "It is the beginning of a longer piece: the model makes no loops, so its ends may not meet."
    return session.make_takes(fields, _cut(session, seconds), notes=(note,) if kind == "loop" else ())


def cover(session: Session) -> Outcome:
    source = session.source()
    fields = _wanted(session) | {
        "task_type": "cover", "audio_duration": None, "thinking": None,
        "audio_cover_strength": number_of(session.params, "audio_cover_strength", 0.7),
    }  # fmt: skip
    return session.make_takes(fields, Rendering, uploads=session.upload(source))


def reference(session: Session) -> Outcome:
    source = read_source(session.work, progress_within(session.report, 0, 0.02), stems=False)
    session.remarks.extend(source.notes)
    fields = _wanted(session) | {"task_type": "text2music"}
    if session.params.get("instrumental"):
        fields["lyrics"] = _INSTRUMENTAL
    return session.make_takes(fields, _cut(session), uploads=session.upload(source, "reference_audio"))


def _cut(session: Session, seconds: float | None = None) -> Shape:
    """What came back, cut to what was asked for where that is less than the model makes."""
    wanted = seconds or session.params.get("audio_duration") or 0.0

    def cut(audio: Audio, rate: int) -> Rendering:
        if not 0 < wanted < _SHORTEST:
            return Rendering(audio, rate)
        piece = audio[: round(wanted * rate)].copy()
        fade = min(round(_FADE * rate), len(piece))
        piece[len(piece) - fade :] *= equal_power_fade(fade)[::-1]
        return Rendering(piece, rate)

    return cut


def _wanted(session: Session) -> Fields:
    """What new music is to be, in the server's own words."""
    params, able = session.params, session.capabilities
    if params.get("lora_name_or_path"):
        raise EngineRefused(
            "lora_name_or_path: a LoRA is loaded by the ACE-Step server; load it there, leave it out here"
        )
    duration = params.get("audio_duration")
    passed = {"shift", "infer_method", "cfg_interval_start", "cfg_interval_end"}
    passed |= set() if able.turbo else {"inference_steps", "guidance_scale", "use_adg"}
    if able.language_model:
        passed |= {"lm_temperature", "lm_cfg_scale", "lm_top_k", "lm_top_p", "lm_negative_prompt"}
        passed |= {"thinking", "use_cot_caption", "use_cot_language"}
    language = params.get("vocal_language")
    metre = params.get("timesignature")
    return {
        "prompt": caption_of(session.work),
        "lyrics": session.lyrics(),
        "audio_duration": None if duration is None or duration <= 0 else max(_SHORTEST, duration),
        "bpm": params.get("bpm"),
        "key_scale": _key(params.get("keyscale")),
        "time_signature": metre and metre[0],
        "vocal_language": language or "unknown",
        **{name: params[name] for name in sorted(passed) if params.get(name) is not None},
    }


def _key(keyscale: str | None) -> str | None:
    """``"F# minor"``, as the server spells keys."""
    found = KEY_PATTERN.fullmatch(keyscale or "")
    if found is None:
        return None
    mode = found["mode"] or ""
    minor = mode == "m" or mode.lower() in ("min", "minor", "dorian", "phrygian", "locrian")
    accidental = {"♯": "#", "♭": "b"}.get(found["accidental"], found["accidental"])
    return f"{found['tonic'].upper()}{accidental} {'minor' if minor else 'major'}"
