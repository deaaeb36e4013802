"""What was made or heard, in the API's own words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audiopod_mcp.music.model import Analysis, Rendering, Span

NOT_TRANSCRIBED = "Words are not transcribed, and no language is told, without a model."


def details_of(made: Rendering) -> dict[str, Any]:
    """What a composed result is, small."""
    score = made.score
    if score is None:
        return {}
    return {
        "bpm": round(score.tempo, 1),
        "keyscale": _keyscale(score.key),
        "timesignature": score.timesignature,
        "chords": _spans(score.chords[:32]),
        "sections": _spans(score.sections),
    }


def analysis_result(heard: Analysis) -> dict[str, Any]:
    """What was measured, and in notes what was not."""
    notes = []
    if heard.loudness is None:
        notes.append("The recording is silent.")
    elif heard.tempo is None:
        notes.append("No steady beat was heard, so there is no tempo.")
    elif heard.tempo_span is not None:
        slowest, fastest = heard.tempo_span
        notes.append(
            f"The tempo is not steady: {slowest:.0f} to {fastest:.0f} BPM; bpm is what it keeps longest."
        )
    if len(heard.sections) > 1:
        notes.append("What sections are called is a guess, from what returns and how loud it is.")
    notes.append(NOT_TRANSCRIBED)
    return {
        "success": True,
        "caption": heard.caption,
        "lyrics": None,
        "bpm": None if heard.tempo is None else round(heard.tempo, 1),
        "keyscale": _keyscale(heard.key),
        "timesignature": heard.timesignature,
        "duration": round(heard.duration, 3),
        "language": None,
        "audio_codes": None,
        "loudness_lufs": None if heard.loudness is None else round(heard.loudness, 1),
        "beats": [round(beat, 3) for beat in heard.beats],
        "downbeats": [round(beat, 3) for beat in heard.downbeats],
        "chords": _spans(heard.chords),
        "sections": _spans(heard.sections),
        "vocals": _spans(heard.vocals),
        "timesignature_otherwise": heard.other_metre,
        "tempo_confidence": round(heard.tempo_confidence, 2),
        "key_confidence": round(heard.key_confidence, 2),
        "timesignature_confidence": round(heard.metre_confidence, 2),
        "engine": "local",
        "notes": notes,
    }


def _spans(spans: Sequence[Span]) -> list[dict[str, Any]]:
    return [{"start": round(s.start, 2), "end": round(s.end, 2), "label": s.label} for s in spans]


def _keyscale(key: str | None) -> str | None:
    """``"C Major"``, as the API spells keys."""
    if key is None:
        return None
    tonic, _, mode = key.partition(" ")
    return f"{tonic} {mode.capitalize()}"
