"""Seconds of CPU per minute of music, operation by operation: ``python -m tests.benchmarks.operations [NAME …]``.

Each operation is done as a worker does it, from a file to a file, ``--runs`` times in one process, on a minute of
music (``--seconds``): on a song that was composed here and comes with its score, and on a recording, which is that
song without it, or ``--file``. A minute is one of what is listened to or of what is made, whichever is longer, so
that a repaint counts the whole song that it writes again. Seconds are of the process, in all of its threads, and the
median of the runs; the first run, which imports, does not count.

``yardsticks`` is the same as a multiple of one fixed computation, 4096 transforms of 4096 numbers, which is done
between any two operations: machines and days differ less in it. With ``--beside CHECKOUT`` every operation is done in
turn by another checkout of this project as well, in a process of its own; ``ratio`` is that checkout's seconds
divided by this one's, and ``same`` whether both made the same audio and answered the same.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

CAPTION = "funk rock with electric guitar, organ, brass and a singer"
LYRICS = "\n".join(f"this is line {number} of a song\nand it has a sequel" for number in range(1, 9))

NEW = [
    ("song", "text2music", {"caption": CAPTION, "lyrics": LYRICS}),
    ("instrumental", "prompt2instrumental", {"caption": "orchestral film music with choir"}),
    ("rap", "text2rap", {"caption": "boom bap", "lyrics": LYRICS}),
    ("vocals", "lyric2vocals", {"caption": CAPTION, "lyrics": LYRICS}),
    ("loop", "text2samples", {"caption": "drum and bass loop", "sample_type": "loop"}),
]
CHANGES = [
    ("analysis", "analyze", {}),
    ("lyric timing", "lrc", {"lyrics": LYRICS}),
    ("four stems", "separate_stems", {"mode": "four"}),
    ("one stem", "extract_stem", {"track_name": "drums"}),
    ("cover", "cover", {"caption": "bossa nova"}),
    ("like it", "reference", {"caption": "with piano"}),
    ("retake", "retake", {"retake_variance": 0.5}),
    ("repaint", "repaint", {"repainting_start": 20.0, "repainting_end": 30.0}),
    ("extend", "extend", {"right_extend_length": 30.0}),
    ("edit mix", "edit", {"edit_target_prompt": "softer vocals"}),
    ("edit sound", "edit", {"edit_target_prompt": "warmer, with more reverb"}),
    ("edit tempo", "edit", {"edit_target_prompt": "10 % faster, two semitones up"}),
    ("edit players", "edit", {"edit_target_prompt": "add a tambourine"}),
    ("edit style", "edit", {"edit_target_prompt": "as jazz"}),
]
FORMATS = ("wav", "ogg", "mp3")


def orders(seconds: float) -> dict[str, tuple[str, dict[str, Any], str]]:
    """By name: the task, its parameters, and what it starts from."""
    every: dict[str, tuple[str, dict[str, Any], str]] = {}
    for name, task, params in NEW:
        every[name] = (task, {"audio_duration": seconds, "seed": 5, **params}, "nothing")
    for source in ("song", "recording"):
        for name, task, params in CHANGES:
            seeds = {"retake_seeds": [5]} if task == "retake" else {"seed": 5}
            length = {"audio_duration": seconds} if task == "reference" else {}
            every[f"{name}, {source}"] = (task, {**params, **seeds, **length}, source)
    every["stems again, song"] = ("stems", {}, "song")
    for audio_format in FORMATS:
        every[f"as {audio_format}, song"] = ("convert", {"format": audio_format}, "song")
    return every


def do(name: str, folder: Path, seconds: float) -> tuple[float, float, str]:
    """CPU seconds of one operation in this process, minutes of music, and what tells its results from others."""
    from audiopod_mcp.studio.engines.base import MASTER, Work
    from audiopod_mcp.studio.engines.takes import make_stems
    from audiopod_mcp.studio.jobs.task import Order, convert, perform

    task, params, source = orders(seconds)[name]
    song = folder / "song"
    recording = folder / "recording.flac"
    digest = hashlib.sha256()
    minutes = seconds / 60
    with tempfile.TemporaryDirectory() as place:
        (made := Path(place, "made")).mkdir()
        start = time.process_time()
        if task == "stems":
            make_stems(song, made)
        elif task == "convert":
            convert(song / MASTER, params["format"], folder=made)
        else:
            sources = {"song": {"source": song / MASTER}, "recording": {"src_audio_url": recording}}
            original = song if source == "song" else None
            work = Work(task, params, sources.get(source, {}), original, made)
            result = perform(Order(work, "local"))
            if result.outcome is None:
                raise ValueError(result.error)
            minutes = max([minutes, *(take.duration / 60 for take in result.outcome.takes)])
            digest.update(repr(result.outcome.result).encode())
        spent = time.process_time() - start
        for file in sorted(path for path in made.rglob("*") if path.suffix in (".flac", ".wav")):
            digest.update(file.read_bytes())
    return spent, minutes, digest.hexdigest()


def yardstick() -> float:
    """CPU seconds of the fixed computation."""
    import numpy as np
    from scipy.fft import irfft, rfft

    signal = np.random.default_rng(0).standard_normal((256, 4096), np.float32)
    start = time.process_time()
    for _ in range(8):
        signal = irfft(rfft(signal, axis=1), axis=1)
    return time.process_time() - start


def answer() -> None:
    """Be the process of one checkout: do what each line asks for, and answer with a line."""
    for line in sys.stdin:
        name, folder, seconds, file = json.loads(line)
        if not name:
            prepare(Path(folder), seconds, file and Path(file))
            print("[0, 0, 0, null]", flush=True)
            continue
        try:
            done: tuple[Any, ...] = do(name, Path(folder), seconds)
        except ValueError as refusal:
            done = (None, None, str(refusal))
        print(json.dumps((yardstick(), *done)), flush=True)


class Checkout:
    """A process that works with the code of one checkout."""

    def __init__(self, home: Path, folder: Path) -> None:
        self.folder = folder
        environment = {
            **os.environ,
            "PYTHONPATH": str(home),
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        }
        command = [sys.executable, str(Path(__file__).resolve()), "--answer"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=home, env=environment
        )

    def do(self, name: str, seconds: float, file: Path | None = None) -> tuple[float, float, float, str]:
        """One operation; with no name, :func:`prepare`: another checkout may not read this one's scores."""
        assert self._process.stdin
        assert self._process.stdout
        order = (name, str(self.folder), seconds, file and str(file.resolve()))
        print(json.dumps(order), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{name}: the process ended")
        yard, spent, minutes, digest = json.loads(line)
        return yard, spent, minutes, digest

    def end(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


def prepare(folder: Path, seconds: float, file: Path | None) -> None:
    """Leave the song and the recording that all operations start from in ``folder``."""
    from audiopod_mcp.studio.engines.base import MASTER, Work
    from audiopod_mcp.studio.engines.local import LocalEngine
    from audiopod_mcp.studio.media.audio_files import read_audio, write_audio

    task, params, _ = orders(seconds)["song"]
    take = LocalEngine().run(Work(task, params, {}, None, folder), lambda *_: None).takes[0]
    (folder / take.name).rename(folder / "song")
    audio, rate, _ = read_audio(file or folder / "song" / MASTER)
    write_audio(folder / "recording.flac", audio[: round(seconds * rate)], rate, "flac", subtype="PCM_16")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="what the operations' names begin with; all by default")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--file", type=Path, help="a recording in place of the composed one")
    parser.add_argument("--beside", type=Path, metavar="CHECKOUT")
    parser.add_argument("--answer", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.answer:
        answer()
        return
    names = [
        name for name in orders(options.seconds)
        if not options.names or name.startswith(tuple(options.names))
    ]  # fmt: skip
    homes = [Path(__file__).resolve().parents[2], *([options.beside.resolve()] if options.beside else [])]
    print(
        "operation            | s CPU a minute | yardsticks" + " | beside | ratio | same" * (len(homes) > 1)
    )
    with tempfile.TemporaryDirectory() as place:
        checkouts = [Checkout(home, Path(place, str(number))) for number, home in enumerate(homes)]
        file = options.file
        for checkout in checkouts:
            checkout.folder.mkdir()
            checkout.do("", options.seconds, file)
            file = file or checkout.folder / "recording.flac"
        for name in names:
            figures: list[list[tuple[float, float, float, str]]] = [[] for _ in checkouts]
            for run in range(options.runs + 1):
                for checkout, column in zip(checkouts, figures, strict=True):
                    measured = checkout.do(name, options.seconds)
                    if run:
                        column.append(measured)
            if refusals := {digest for column in figures for _, spent, _, digest in column if spent is None}:
                print(f"{name:25} | refused: {'; '.join(sorted(refusals))}")
                continue
            minute = [median(spent / minutes for _, spent, minutes, _ in column) for column in figures]
            yards = median(yard for column in figures for yard, *_ in column)
            line = f"{name:25} | {minute[0]:7.2f} | {minute[0] / yards:7.1f}"
            if len(minute) > 1:
                same = len({digest for column in figures for *_, digest in column}) == 1
                line += f" | {minute[1]:7.2f} | {minute[1] / minute[0]:5.2f} | {'yes' if same else 'no'}"
            print(line, flush=True)
        for checkout in checkouts:
            checkout.end()


if __name__ == "__main__":
    main()
