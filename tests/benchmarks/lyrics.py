"""How well the lines of known lyrics are placed: ``python -m tests.benchmarks.lyrics DATA_DIR [GROUP ...]``.

Truth is known because the cases are made (:mod:`tests.benchmarks.sung_lines`): songs the studio composes with its
guide voice, taken as recordings; spoken lines over instrumental stems of ``DATA_DIR``; with ``--corpus``, lines sung
by a synthetic singer over its pieces; and the timed song, as it is and disturbed. ``dev`` cases may be looked at
while the method is changed, ``held`` ones only report. At the end, how well the confidence tells the errors.
"""

import argparse
from pathlib import Path

import numpy as np
import soundfile
import soxr

from audiopod_mcp.music.lyrics.alignment import align_lines, evidence_from_audio
from audiopod_mcp.music.lyrics.lrc import from_lrc
from audiopod_mcp.music.lyrics.syllables import count_syllables
from tests.benchmarks.sung_lines import Case, composed, spoken, sung


def disturbed(audio, rate):
    """The same recording, changed as recordings are: ``(name, audio, rate, offset, time factor)``."""
    noise = np.random.default_rng(5).standard_normal(audio.shape).astype(np.float32)
    yield "as it is", audio, rate, 0.0, 1.0
    yield "0.9 of the gain", 0.9 * audio, rate, 0.0, 1.0
    yield "22.05 kHz", soxr.resample(audio, rate, 22_050), 22_050, 0.0, 1.0
    yield "48 kHz", soxr.resample(audio, rate, 48_000), 48_000, 0.0, 1.0
    yield "0.73 s later", np.pad(audio, ((round(0.73 * rate), 0), (0, 0))), rate, 0.73, 1.0
    yield "noise, -40 dB", audio + 0.01 * np.sqrt(np.square(audio).mean()) * 100**0.5 * noise, rate, 0.0, 1.0
    yield "3 % faster", soxr.resample(audio, 1.03 * rate, rate), rate, 0.0, 1 / 1.03
    yield "mono", audio.mean(axis=1, keepdims=True), rate, 0.0, 1.0


def timed(folder):
    for file in sorted(folder.glob("*/*.lrc")):
        audio, rate = soundfile.read(next(file.parent.glob("*.ogg")), dtype="float32", always_2d=True)
        lines = from_lrc(file.read_text("utf-8"))
        for name, changed, at, later, factor in disturbed(audio, rate):
            truth = [(line.start * factor + later, line.text) for line in lines]
            yield Case(name, changed, at, truth, None, None)
        truth = [(line.start, line.text) for line in lines]
        yield Case("a line missing", audio, rate, truth[:4] + truth[5:], None, None)


def cases(folder, corpus, group):
    kind, _, half = group.partition("-")
    if kind == "timed":
        return timed(folder)
    if kind == "composed":
        return composed(half)
    if kind == "sung":
        return sung(corpus, half) if corpus else ()
    return spoken(folder, half)


GROUPS = ("composed-dev", "composed-held", "sung-dev", "sung-held", "spoken-dev", "spoken-held", "timed")


def summary(errors):
    return (
        f"median {np.median(errors):6.2f} s, mean {np.mean(errors):6.2f} s, "
        f"within 0.3 s {np.mean(errors < 0.3):4.0%}, within 1 s {np.mean(errors < 1):4.0%}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("groups", nargs="*", default=GROUPS)
    parser.add_argument("--corpus", type=Path)
    wanted = parser.parse_args()
    everything = []
    for group in wanted.groups:
        pooled = []
        for name, audio, rate, truth, parted, _ in cases(wanted.data, wanted.corpus, group):
            counts = np.asarray([max(1, count_syllables(text)) for _, text in truth], np.intp)
            words = ["".join(filter(str.isalnum, text.lower())) for _, text in truth]
            ours = align_lines(evidence_from_audio(audio, rate, len(counts)), words, counts, parted)
            errors = np.abs([line.start - start for line, (start, _) in zip(ours, truth, strict=True)])
            pooled.append(errors)
            everything += zip([line.confidence for line in ours], errors, strict=True)
            print(f"  {name:32}{summary(errors)}", flush=True)
        if pooled:
            print(f"{group:34}{summary(np.concatenate(pooled))}", flush=True)
    sure, errors = np.asarray(everything).T
    for low, high in ((0, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1.01)):
        chosen = errors[(sure >= low) & (sure < high)]
        if len(chosen):
            print(f"confidence from {low:<5}{len(chosen):6} lines  {summary(chosen)}")


if __name__ == "__main__":
    main()
