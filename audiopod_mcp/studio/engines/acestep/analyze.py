"""What is heard: measured here, put into words by the server's language model."""

from __future__ import annotations

from dataclasses import replace

from audiopod_mcp.music.model import progress_within

from ..base import EngineRefused, Outcome
from .session import Session


def analyze(session: Session) -> Outcome:
    """Measured here; words, language and description by the server's language model, where it has one."""
    if not session.capabilities.language_model:
        return session.local.run(session.work, session.report)
    local = replace(session.local, listens_for_words=False)
    heard = local.run(session.work, progress_within(session.report, 0, 0.4))
    measured = heard.result
    if measured is None or measured["loudness_lufs"] is None:
        return heard
    report = progress_within(session.report, 0.42, 1.0)
    try:
        generation = session.server.generate(
            {"full_analysis_only": True},
            session.scratch,
            report,
            session.upload(session.source()),
        )
    except EngineRefused as reason:  # what was measured stands without it
        return replace(heard, result={**measured, "notes": [*measured["notes"], f"{reason}."]})
    metadata = generation.metadata
    words = {
        "caption": metadata.get("prompt"),
        "lyrics": metadata.get("lyrics"),
        "language": metadata.get("language"),
        "audio_codes": metadata.get("audio_codes"),
    }
    given = {name: value for name, value in words.items() if value and value != "N/A"}
    note = "Tempo, key, metre, form and loudness are measured; caption and words are ACE-Step's."
    return replace(heard, result={**measured, **given, "notes": [*measured["notes"], note]})
