"""How well the listening half hears, on recordings with known truth: ``python -m tests.benchmarks.accuracy
DATA_DIR``.

``DATA_DIR/manifest.csv`` names the files (``file, kind, bpm, key, stem, …``). Rows with a tempo or a key and
kind ``mix`` or ``loop`` are analysed; folders with a ``mix.*`` and stems named after the tracks are
separated, and so is the sum of the stems of folders without a mix; folders with an ``.lrc``, a
``lyrics.txt`` and a recording are aligned.
"""

import argparse
import csv
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import soundfile

from audiopod_mcp.music.analysis.analyze import analyze
from audiopod_mcp.music.lyrics.lrc import from_lrc
from audiopod_mcp.music.lyrics.timing import align_lyrics
from audiopod_mcp.music.model import Refused
from audiopod_mcp.music.separation.separate import TRACKS, separate
from tests.music.synth import si_sdr


def read(path):
    return soundfile.read(path, dtype="float32", always_2d=True)


def key_score(estimate, truth):
    """MIREX weights: the key 1, its fifth 0.5, its relative 0.3, its parallel 0.2."""
    names = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"]
    if estimate is None:
        return 0.0
    (tonic, mode), (true_tonic, true_mode) = estimate.split(), truth.split()
    step = (names.index(tonic) - names.index(true_tonic)) % 12
    if mode == true_mode:
        return {0: 1.0, 7: 0.5}.get(step, 0.0)
    relative = 9 if true_mode == "major" else 3
    return {relative: 0.3, 0: 0.2}.get(step, 0.0)


def tempo_marks(estimate, truth):
    """Within 4 % of the tempo; or of its double, half, triple or third; and then within 1 %."""
    if estimate is None:
        return False, False, False
    errors = {factor: abs(estimate / (truth * factor) - 1) for factor in (1, 2, 0.5, 3, 1 / 3)}
    nearest = min(errors.values())
    return errors[1] < 0.04, nearest < 0.04, nearest < 0.01


def tempo_and_key(folder, rows):
    print(
        f"{'recording':28}{'BPM':>8}{'heard':>9}{'acc1':>6}{'acc2':>6}{'1 %':>6}  {'key':10}{'heard':10}{'score':>6}{'metre':>7}"
    )
    for row in rows:
        if row["kind"] not in ("mix", "loop", "song", "track"):
            continue
        audio, rate = read(folder / row["file"])
        heard = analyze(audio, rate)
        tempo = f"{heard.tempo:9.2f}" if heard.tempo else "        –"
        marks = ["", "", ""]
        if row["bpm"]:
            marks = ["yes" if good else "no" for good in tempo_marks(heard.tempo, float(row["bpm"]))]
        score = f"{key_score(heard.key, row['key']):6.1f}" if row["key"] else " " * 6
        print(
            f"{row['file']:28}{row['bpm']:>8}{tempo}{marks[0]:>6}{marks[1]:>6}{marks[2]:>6}  "
            f"{row['key']:10}{heard.key or '–':10}{score}{heard.timesignature or '–':>7}"
        )


def stems(folder, rows):
    print(f"\nSI-SDR, dB\n{'mix':16}{'track':10}{'the mix':>9}{'ours':>9}{'gain':>8}{'× real time':>13}")
    for name in sorted({Path(row["file"]).parent for row in rows if row["kind"] == "stem"}):
        parts = {
            row["stem"]: read(folder / row["file"])
            for row in rows
            if Path(row["file"]).parent == name and row["kind"] == "stem"
        }
        length, rate = max(len(audio) for audio, _ in parts.values()), next(iter(parts.values()))[1]
        tracks = {
            stem: np.pad(audio, ((0, length - len(audio)), (0, 0))) for stem, (audio, _) in parts.items()
        }
        mix = sum(tracks.values())
        for track in TRACKS:
            if track not in tracks:
                continue
            began = time.perf_counter()
            try:
                ours = si_sdr(separate(mix, rate, track), tracks[track])
            except Refused as refusal:
                print(f"{name!s:16}{track:10}  refused: {refusal}")
                continue
            speed = length / rate / (time.perf_counter() - began)
            before = si_sdr(mix, tracks[track])
            print(f"{name!s:16}{track:10}{before:9.2f}{ours:9.2f}{ours - before:+8.2f}{speed:13.1f}")


def lyrics(folder):
    for truth_file in sorted(folder.glob("*/*.lrc")):
        text = (truth_file.parent / "lyrics.txt").read_text("utf-8")
        audio, rate = read(
            next(p for p in truth_file.parent.iterdir() if p.suffix in (".ogg", ".flac", ".mp3", ".wav"))
        )
        truth = from_lrc(truth_file.read_text("utf-8"))
        analysis = analyze(audio, rate)
        returning(analysis, truth)
        for name, heard in (("with audio", audio), ("analysis only", None)):
            began = time.perf_counter()
            ours = align_lyrics(text, analysis, heard, rate)
            took = time.perf_counter() - began
            errors = np.asarray([abs(a.start - b.start) for a, b in zip(ours, truth, strict=True)])
            print(
                f"\nLine onsets, {truth_file.stem}, {name}: median error {np.median(errors):.2f} s, mean {errors.mean():.2f} s, "
                f"within 0.3 s {np.mean(errors < 0.3):.0%}, within 1 s {np.mean(errors < 1):.0%} ({took:.1f} s)"
            )


def returning(analysis, lines):
    """Lines that return word for word are the chorus: how many of them, and of the others, lie in one."""

    def in_chorus(line):
        label = next((s.label for s in analysis.sections if s.start <= line.start + 0.5 < s.end), None)
        return label == "chorus"

    words = [re.sub(r"\W", "", line.text.lower()) for line in lines]
    for name, again in (("return", True), ("do not", False)):
        found = [
            in_chorus(n) for n, text in zip(lines, words, strict=True) if (words.count(text) > 1) == again
        ]
        print(f"\nLines that {name}: {np.mean(found):.0%} of {len(found)} in a section called chorus", end="")
    print(f"; {len(analysis.sections)} sections")


def speed(folder, rows):
    """Three minutes made of a mix, analysed in a fresh process and again in the same one."""
    mix = folder / next(row["file"] for row in rows if row["kind"] == "mix")
    program = (
        "import time; t0 = time.perf_counter()\n"
        "from audiopod_mcp.music.analysis.analyze import analyze\n"
        "import numpy as np, soundfile\n"
        f"audio, rate = soundfile.read({str(mix)!r}, dtype='float32', always_2d=True)\n"
        "audio = np.tile(audio, (4, 1))[: 180 * rate]\n"
        "analyze(audio, rate); t1 = time.perf_counter(); analyze(audio, rate); t2 = time.perf_counter()\n"
        "print(f'\\nThree minutes analyzed: cold (with imports and decoding) {t1 - t0:.2f} s, warm {t2 - t1:.2f} s')"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    folder = parser.parse_args().data
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    speed(folder, rows)
    print()
    tempo_and_key(folder, rows)
    stems(folder, rows)
    lyrics(folder)


if __name__ == "__main__":
    main()
