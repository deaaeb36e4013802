"""What a worker process does to write a take down: its score as MIDI, MusicXML or a chord sheet."""

from __future__ import annotations

import logging
import math
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from audiopod_mcp.music.caching import using
from audiopod_mcp.music.model import Refused, Score
from audiopod_mcp.operations.vocabulary import Notation
from audiopod_mcp.studio.engines.base import MASTER, SCORE, EngineRefused
from audiopod_mcp.studio.engines.refusals import explain
from audiopod_mcp.studio.engines.takes import read_score
from audiopod_mcp.studio.media.cache import ResultCache
from audiopod_mcp.studio.media.layout import PLAYED

logger = logging.getLogger("audiopod_mcp.studio")


@dataclass(frozen=True)
class WrittenDown:
    """A file's bytes, or a line that says why there are none."""

    data: bytes = b""
    error: str | None = None


def write_down(
    take: Path, notation: Notation, title: str, lrc: str | None, cache: ResultCache | None = None
) -> WrittenDown:
    """The notes of the take in the folder ``take``.

    What was composed here is written as it was composed. What was recorded is a lead sheet by ear, with the
    words of ``lrc``, and says so.
    """
    from audiopod_mcp.music.lyrics.lrc import from_lrc
    from audiopod_mcp.music.notation.chord_sheet import to_chordpro
    from audiopod_mcp.music.notation.heard import transcribe
    from audiopod_mcp.music.notation.midi import to_midi
    from audiopod_mcp.music.notation.musicxml import to_musicxml
    from audiopod_mcp.studio.media.audio_files import read_audio

    try:
        score, remark = _score_of(take), ""
        if score is None:
            audio, rate, _ = read_audio(take / MASTER, max_seconds=math.inf, listening=True)
            with using(cache):
                heard = transcribe(audio, rate, from_lrc(lrc) if lrc else ())
            score, remark = heard.score, heard.remark
        if notation == "midi":
            return WrittenDown(to_midi(score, title, remark))
        if notation == "score":
            return WrittenDown(to_musicxml(score, title, remark))
        return WrittenDown(to_chordpro(score, title, remark).encode())
    except (EngineRefused, Refused) as refusal:
        return WrittenDown(error=explain(refusal))
    except Exception as error:
        logger.exception("could not write %s as %s", take, notation)
        return WrittenDown(error=f"it could not be written as {notation} ({type(error).__name__})")


def _score_of(take: Path) -> Score | None:
    """The score that was composed here; ``None`` where there is none, or one of another engine."""
    for name in (SCORE, PLAYED):
        with suppress(OSError, ValueError, KeyError, TypeError):
            return read_score(take, name)
    return None
