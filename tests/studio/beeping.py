"""An engine for tests, named by its place: quick, and steered by the caption."""

import json
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
import soundfile

from audiopod_mcp.music.model import Progress
from audiopod_mcp.studio.engines.base import (
    MASTER,
    SCORE,
    STEMS,
    Engine,
    EngineRefused,
    NotDone,
    Outcome,
    Take,
    Work,
)

RATE = 8_000


def hang():
    """Be in C code, which hears of nothing and has the interpreter to itself, for ages."""
    re.fullmatch(r"(?:a|a)*", "a" * 60 + "b")


@dataclass(frozen=True)
class Beeper(Engine):
    """The caption says what happens: ``slow N`` (seconds), ``first N`` (slow the first time), ``hang``, ``stuck`` (the same, for longer than it may), ``refuse N`` (after so many seconds), ``raise``, ``die``, ``print``; else a beep."""

    log: Path | None = None
    """A file that gets a line for every run."""
    hold: Path | None = None
    """A file; while it is there, no analysis ends."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        log, hold = environment.get("BEEPER_LOG"), environment.get("BEEPER_HOLD")
        return cls(Path(log) if log else None, Path(hold) if hold else None)

    @classmethod
    def longest(cls, work: Work) -> float:
        return 0.5 if work.params.get("caption") == "stuck" else super().longest(work)

    def text2music(self, work: Work, report: Progress) -> Outcome:
        words = str(work.params.get("caption") or work.params.get("prompt") or "")
        runs = self._runs_before(words)
        command, _, argument = words.partition(" ")
        if command == "refuse":
            time.sleep(float(argument or 0))
            raise EngineRefused("caption: nothing can be made of this; say something else")
        if command == "raise":
            raise RuntimeError("a secret")
        if command == "die":
            os._exit(9)
        if command in {"hang", "stuck"}:
            hang()
        if command == "print":
            print("noise on standard output", flush=True)
            os.write(1, b"more noise\n")
            assert os.read(0, 10) == b""
        if command == "slow" or (command == "first" and not runs):
            steps = int(float(argument) / 0.02)
            for step in range(steps):
                report(step / steps, "being slow")
                time.sleep(0.02)
        if command == "flood":
            return self._flood(work)
        takes = [self._take(work, number) for number in range(work.params.get("batch_size") or 1)]
        lacking = (NotDone(argument, "beeps play in its place"),) if command == "lack" else ()
        return Outcome(
            tuple(takes), notes=("A test.",), done=("beeps",), not_done=lacking, details={"bpm": 120.0}
        )

    def _flood(self, work: Work) -> Outcome:
        """More words than anybody wants: 13 MB."""
        many = tuple(f"fact {number} " + "x" * 700 for number in range(3000))
        details = {"huge": ["y" * 1000] * 7000, "bpm": 120.0} | {
            str(number): "z" * 4000 for number in range(40)
        }
        take = replace(self._take(work, 0), lrc="[00:00.00]la\n" * 40_000)
        missed = tuple(NotDone(fact, fact) for fact in many)
        return Outcome((take,), notes=many, done=many, not_done=missed, details=details)

    prompt2instrumental = text2rap = lyric2vocals = text2samples = simple = cover = reference = text2music
    retake = repaint = extend = edit = extract_stem = text2music

    def analyze(self, work: Work, report: Progress) -> Outcome:
        if work.params.get("temperature") == 2:
            return Outcome(result={"caption": "x" * 20_000_000})
        audio, rate = soundfile.read(work.source)
        duration = len(audio) / rate
        while self.hold and self.hold.exists():
            report(0.5, "listening")
            time.sleep(0.02)
        heard = {"caption": "a beep", "bpm": 120.0, "duration": duration}
        heard["sections"] = [{"start": 0.0, "end": duration, "label": "verse"}]
        heard["vocals"] = [{"start": 0.0, "end": 0.5, "label": "vocals"}]
        return Outcome(result=heard)

    def lrc(self, work: Work, report: Progress) -> Outcome:
        return Outcome(result={"lrc_content": f"[00:00.00]{work.params['lyrics']}"})

    def _runs_before(self, words: str) -> int:
        if self.log is None:
            return 0
        with self.log.open("a+") as log:
            log.seek(0)
            runs = log.read().split("\n").count(words)
            log.write(f"{words}\n")
        return runs

    def _take(self, work: Work, number: int) -> Take:
        folder = work.folder / f"take-{number + 1}"
        (folder / STEMS).mkdir(parents=True)
        if work.source:
            samples, rate = soundfile.read(work.source)
        else:
            samples, rate = np.sin(np.arange(RATE) * 0.3) * 0.1, RATE
        soundfile.write(folder / MASTER, samples, rate)
        soundfile.write(folder / STEMS / "bass.flac", samples, rate)
        (folder / SCORE).write_text(json.dumps({}))
        return Take(folder.name, len(samples) / rate, rate, 7 + number, ("bass",))
