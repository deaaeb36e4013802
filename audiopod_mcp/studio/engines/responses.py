"""What was made or heard, in the API's own words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audiopod_mcp.music.model import Analysis, Rendering, Span


def details_of(rendering: Rendering) -> dict[str, Any]:
    """What a composed result is, small."""
    score = rendering.score
    loop = {"loop": {"start": 0, "length": len(rendering.audio), "rate": rendering.rate}}
    known = loop if rendering.loop else {}
    if score is None:
        return known
    return known | {
        "bpm": round(score.tempo, 1),
        "keyscale": _keyscale(score.key),
        "timesignature": score.timesignature,
        "chords": _spans(score.chords[:32]),
        "sections": _spans(score.sections),
    }


def analysis_result(analysis: Analysis) -> dict[str, Any]:
    """What was measured, and in notes what was not; words are none of that."""
    from audiopod_mcp.music.analysis.key import MIN_CONFIDENCE

    notes = []
    if analysis.loudness is None:
        notes.append("The recording is silent.")
    elif analysis.tempo is None:
        notes.append("No steady beat was heard, so there is no tempo.")
    elif analysis.tempo_span is not None:
        slowest, fastest = analysis.tempo_span
        notes.append(
            f"The tempo is not steady: {slowest:.0f} to {fastest:.0f} BPM; bpm is what it keeps longest."
        )
    clear = analysis.key is not None and analysis.key_confidence >= MIN_CONFIDENCE
    if analysis.key is not None and not clear:
        notes.append(f"No clear key was heard; {analysis.key} is the nearest.")
    if len(analysis.sections) > 1:
        notes.append("What sections are called is a guess, from what returns and how loud it is.")
    return {
        "success": True,
        "caption": analysis.caption,
        "lyrics": None,
        "bpm": None if analysis.tempo is None else round(analysis.tempo, 1),
        "keyscale": _keyscale(analysis.key) if clear else None,
        "timesignature": analysis.timesignature,
        "duration": round(analysis.duration, 3),
        "language": None,
        "audio_codes": None,
        "loudness_lufs": None if analysis.loudness is None else round(analysis.loudness, 1),
        "beats": [round(beat, 3) for beat in analysis.beats],
        "downbeats": [round(beat, 3) for beat in analysis.downbeats],
        "chords": _spans(analysis.chords),
        "sections": _spans(analysis.sections),
        "vocals": _spans(analysis.vocals),
        "timesignature_otherwise": analysis.other_metre,
        "tempo_confidence": round(analysis.tempo_confidence, 2),
        "key_confidence": round(analysis.key_confidence, 2),
        "timesignature_confidence": round(analysis.metre_confidence, 2),
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
