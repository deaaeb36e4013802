"""One operation with one server: requests out, takes in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

from audiopod_mcp.music.model import Audio, Progress, Refused, Rendering, progress_within
from audiopod_mcp.operations.vocabulary import KEY_PATTERN
from audiopod_mcp.studio.engines.arguments import seeds_of
from audiopod_mcp.studio.engines.takes import SourceTrack, read_source, write_take
from audiopod_mcp.studio.media.audio_files import read_audio, write_audio

from ..base import SCORE, EngineRefused, NotDone, Outcome, Take, Work
from ..local import LocalEngine
from .client import AceStepClient, Capabilities, Generation

REQUEST = "request.json"
"""What a take was asked for with, in its folder, so that it can be taken again."""
LONGEST = 600.0
"""Seconds that the model makes or takes at most."""
BASE_STEPS = 50
"""Steps of a base model, which is not distilled to fewer."""

Fields: TypeAlias = dict[str, Any]
Shape: TypeAlias = Callable[[Audio, int], Rendering]
"""What is made of the audio that came back, at its rate."""


@dataclass(frozen=True)
class Session:
    """One operation with one server; ``scratch`` is for files on their way."""

    server: AceStepClient
    capabilities: Capabilities
    local: LocalEngine
    work: Work
    scratch: Path
    report: Progress
    remarks: list[str] = field(default_factory=list)
    """What the person should know about the source."""
    not_done: list[NotDone] = field(default_factory=list)
    """What of the lyrics was not handed on."""

    @property
    def params(self) -> Mapping[str, Any]:
        return self.work.params

    def make_takes(
        self,
        fields: Fields,
        shape: Shape,
        *,
        uploads: Mapping[str, Path] | None = None,
        seeds: Iterable[int] | None = None,
        subtype: str | None = None,
        notes: tuple[str, ...] = (),
    ) -> Outcome:
        """A generation a seed, shaped and written. One at a time: in a batch the server may lose items."""
        chosen = tuple(seeds if seeds is not None else seeds_of(self.params))
        takes: list[Take] = []
        details: dict[str, Any] = {}
        for number, seed in enumerate(chosen):
            part = progress_within(self.report, number / len(chosen), (number + 1) / len(chosen))
            generation = self.generate(fields, seed, progress_within(part, 0.0, 0.9), uploads)
            audio, rate, own = decode(generation, progress_within(part, 0.9, 0.92))
            end, name = progress_within(part, 0.92, 1.0), f"take-{number + 1}"
            made = shape(audio, rate)
            take = write_take(self.work.folder, name, made, seed, end, subtype=subtype or own)
            request = {"fields": fields, "uploads": sorted(uploads or ())}
            (self.work.folder / name / REQUEST).write_text(json.dumps(request), "utf-8")
            takes.append(self._with_lyrics(take, made, end))
            details = details or _details(generation.metadata)
        missed = tuple(dict.fromkeys(self.not_done))
        return Outcome(tuple(takes), notes=(*self.remarks, *notes), not_done=missed, details=details)

    def lyrics(self, given: str | None = None) -> str:
        """Lyrics, those of the request unless others are ``given``, as the model reads them."""
        from audiopod_mcp.music.lyrics.tagged import tagged_lyrics, untagged
        from audiopod_mcp.music.lyrics.text import read_lyrics

        sheet = read_lyrics(given or str(self.params.get("lyrics") or ""))
        self.not_done.extend(untagged(sheet))
        return tagged_lyrics(sheet)

    def source(self) -> SourceTrack:
        """The recording or track that the operation starts from."""
        source = read_source(
            self.work, progress_within(self.report, 0.0, 0.02), stems=False, max_seconds=LONGEST
        )
        self.remarks.extend(source.notes)
        return source

    def original_request(self) -> tuple[Fields, bool]:
        """What that track was asked for with, if it was made here, and whether by words alone.

        A track of the local engine has a score, which knows its caption and lyrics.
        """
        home = self.work.original
        if home is not None and (home / REQUEST).is_file():
            request: dict[str, Any] = json.loads((home / REQUEST).read_text("utf-8"))
            return request["fields"], not request["uploads"]
        if home is not None and (home / SCORE).is_file():
            brief = json.loads((home / SCORE).read_text("utf-8"))["brief"] or {}
            return {"prompt": brief.get("caption") or "", "lyrics": brief.get("lyrics") or ""}, False
        return {}, False

    def generate(
        self, fields: Fields, seed: int, report: Progress, uploads: Mapping[str, Path] | None = None
    ) -> Generation:
        """What the server makes of ``fields`` with ``seed``."""
        sent = fields | {"batch_size": 1, "use_random_seed": False, "seed": str(seed), "audio_format": "flac"}
        if (
            not self.capabilities.turbo
        ):  # the server takes eight steps unless told otherwise, too few for a base model
            sent.setdefault("inference_steps", BASE_STEPS)
        return self.server.generate(sent, self.scratch, report, uploads or {})

    def upload(self, source: SourceTrack, part: str = "src_audio") -> dict[str, Path]:
        """The source as a part to send: decoded and written anew, so that the server gets no broken file."""
        path = self.scratch / f"{part}.flac"
        write_audio(path, source.audio, source.rate, subtype="PCM_24")
        return {part: path}

    def _with_lyrics(self, take: Take, made: Rendering, report: Progress) -> Take:
        """The model tells no times, so what was sung is listened for, if that was asked."""
        lyrics = str(self.params.get("lyrics") or "")
        if not self.params.get("generate_lrc") or not lyrics:
            return take
        from audiopod_mcp.music.analysis.analyze import analyze
        from audiopod_mcp.music.lyrics.lrc import to_lrc
        from audiopod_mcp.music.lyrics.timing import align_lyrics_with_note

        try:
            analysis = analyze(made.audio, made.rate, report)
            lines, remark = align_lyrics_with_note(lyrics, analysis, made.audio, made.rate, report)
        except Refused:  # no reason to lose the song
            return take
        return replace(take, lrc=to_lrc(lines, length=analysis.duration, remark=remark, words=True))


def decode(generation: Generation, report: Progress) -> tuple[Audio, int, str]:
    """Samples, rate and subtype of what was made; :class:`EngineRefused` where the server kept nothing."""
    if generation.audio is None:
        raise EngineRefused(
            "ACE-Step made nothing but silence and threw it away; retry with another seed or caption"
        )
    return read_audio(generation.audio, argument="the audio of ACE-Step", report=report)


def _details(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """What the server knows of the piece; what it does not know it calls N/A."""
    metas = metadata.get("metas") or {}
    details: dict[str, Any] = {}
    if re.fullmatch(r"\d+(?:\.\d+)?", str(metas.get("bpm"))):
        details["bpm"] = float(metas["bpm"])
    if (key := KEY_PATTERN.fullmatch(str(metas.get("keyscale") or ""))) and key["mode"]:
        details["keyscale"] = str(metas["keyscale"]).title()
    return details
