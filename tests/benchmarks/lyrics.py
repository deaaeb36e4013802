"""How well the lines of known lyrics are placed: ``python -m tests.benchmarks.lyrics DATA_DIR [GROUP ...]``.

With ``--songs FOLDER``, whole recordings with an LRC of the same name beside each; with ``--models FOLDER``, the
``models`` of a data folder with the model for voices in it, those are placed by the separated voice as well.

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

from audiopod_mcp.music.lyrics.alignment import align_lines, evidence_from_audio, step_count
from audiopod_mcp.music.lyrics.letter_sounds import count_sung_syllables
from audiopod_mcp.music.lyrics.lrc import from_lrc
from audiopod_mcp.music.lyrics.phrase_search import align_phrases
from audiopod_mcp.music.lyrics.syllables import count_syllables
from audiopod_mcp.music.lyrics.voice_evidence import evidence_from_voice
from audiopod_mcp.music.separation.two_stems import separate_voice
from audiopod_mcp.studio.engines.stems import voice_network_in
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


def recordings(folder):
    for file in sorted(folder.glob("*.lrc")):
        (sound,) = (path for path in folder.glob(f"{file.stem}.*") if path != file)
        audio, rate = soundfile.read(sound, dtype="float32", always_2d=True)
        truth = [(line.start, line.text) for line in from_lrc(file.read_text("utf-8"))]
        yield Case(file.stem[:30], audio, rate, truth, None, None)


def by_voice(audio, rate, texts, models):
    voice = separate_voice(audio, rate, voice_network_in(models).weights)[:]
    steps = step_count(len(voice) / rate, len(texts))
    counts = np.asarray([count_sung_syllables(text) for text in texts], np.intp)
    return align_phrases(evidence_from_voice(voice, rate, steps), texts, counts)


def report_songs(folder, models):
    pooled = {}
    for name, audio, rate, truth, parted, _ in recordings(folder):
        texts = [text for _, text in truth]
        counts = np.asarray([max(1, count_syllables(text)) for text in texts], np.intp)
        words = ["".join(filter(str.isalnum, text.lower())) for text in texts]
        placed = {
            "by the mix": align_lines(evidence_from_audio(audio, rate, len(counts)), words, counts, parted)
        }
        if models is not None:
            placed["by the voice"] = by_voice(audio, rate, texts, models)
        for how, ours in placed.items():
            errors = np.abs([line.start - start for line, (start, _) in zip(ours, truth, strict=True)])
            pooled.setdefault(how, []).append(errors)
            print(f"  {name:32}{how:14}{summary(errors)}", flush=True)
    for how, errors in pooled.items():
        of_songs = np.mean(
            [[np.median(e), e.mean(), (e < 0.3).mean(), (e < 1).mean()] for e in errors], axis=0
        )
        print(f"{how:14} all lines: {summary(np.concatenate(errors))}")
        print("{:14} means of songs: median {:.2f} s, mean {:.2f} s, {:.0%}, {:.0%}".format(how, *of_songs))


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
    parser.add_argument("--songs", type=Path)
    parser.add_argument("--models", type=Path)
    wanted = parser.parse_args()
    if wanted.songs is not None:
        report_songs(wanted.songs, wanted.models)
        return
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
