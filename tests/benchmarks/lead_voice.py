"""Fits the weights of :mod:`audiopod_mcp.music.lyrics.singing_features`: ``python -m tests.benchmarks.lead_voice DATA CORPUS``.

On the dev cases of :mod:`tests.benchmarks.sung_lines`, lines spoken over pieces of the corpus and one song with a
vocal stem. Prints how well singing is told
frame by frame (area under the curve, mean and least of each group), held groups included, and the weights, in
the form of ``lead_voice_weights.py``; ``--show`` prints the accuracy of the weights in use, without a fit.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import soundfile
import soxr
from scipy.optimize import minimize
from scipy.stats import rankdata

from audiopod_mcp.music.analysis.vocal_activity import VOCAL_FPS
from audiopod_mcp.music.lyrics.singing_features import FEATURE_NAMES, extract_singing_features
from audiopod_mcp.music.lyrics.singing_weights import BIAS, WEIGHTS
from audiopod_mcp.music.signal.downmix import downmix
from tests.benchmarks.sung_lines import RATE, SINGERS, composed, say, song_text, spoken, sung, voice_level

PENALTY = 100.0
"""Weight of half the squared coefficients, against the sum of the losses."""
STEP = 5
"""Every so many frames of a case are used."""
COUNTS = {"composed-dev": 2}
"""How often the cases of a group count; the others once."""


def cases(data, corpus, half):
    for group, found in (
        ("composed", composed(half)),
        ("spoken", spoken(data, half)),
        ("sung", sung(corpus, half)),
    ):
        for case in found:
            yield f"{group}-{half}", case.audio, case.rate, case.level
    if half == "dev":
        for audio, level in spoken_over(corpus):
            yield "spoken-dev", audio, RATE, level
    for song in ("hydrogen",) if half == "dev" else ("lithium", "potassium"):
        audio, rate = soundfile.read(data / song / "mix.flac", dtype="float32", always_2d=True)
        voice, _ = soundfile.read(data / song / "vocals.ogg", dtype="float32", always_2d=True)
        yield f"real-{half}", audio, rate, voice_level(voice, rate)


def spoken_over(corpus):
    """Lines spoken over pieces of :mod:`tests.benchmarks.corpus` that the held singers don't sing over: audio and
    the voice's level. Two backings alone would teach what is in them, not what a voice is.
    """
    rows = [json.loads(row) for row in (corpus / "truth.jsonl").read_text("utf-8").splitlines()]
    files = {Path(row["file"]).stem: row["file"] for row in rows if 50 < row["beats"][-1] < 110}
    singable = sorted(
        Path(row["file"]).stem for row in rows if row["kind"] != "drums" and Path(row["file"]).stem in files
    )
    np.random.default_rng(1).shuffle(singable)
    pieces = sorted(files)
    np.random.default_rng(77).shuffle(pieces)
    for number, piece in enumerate([piece for piece in pieces if piece not in singable[16:28]][:12]):
        rng = np.random.default_rng(500 + number)
        audio, rate = soundfile.read(corpus / files[piece], dtype="float32", always_2d=True)
        music = np.tile(soxr.resample(audio, rate, RATE), (3, 1))[: 130 * RATE]
        music = music * (0.1 / np.sqrt(np.square(music).mean()))
        voices = np.zeros(len(music), np.float32)
        at, period, longest = float(rng.uniform(4, 25)), float(rng.uniform(2.2, 5)), rng.choice((2, 6, 14))
        language, singer = SINGERS["dev"][number % 8]
        text = song_text(language, ("VCWC", "VCWCC", "VWCXC")[number % 3], tagged=False)
        for index, line in enumerate(text.splitlines()):
            voice = say(line, singer, int(rng.integers(90, 150)), 40 + 10 * (index % 3))
            voice = voice * (0.1 * 10 ** ((-6, 0, 6)[number % 3] / 20) / np.sqrt(np.square(voice).mean()))
            first = round(at * RATE)
            if first + len(voice) > len(voices):
                break
            voices[first : first + len(voice)] += voice
            at += max(period, len(voice) / RATE + 0.2)
            at += rng.uniform(1, longest) if index % 4 == 3 else rng.uniform(0, 0.3)
        yield (music + voices[:, None]).astype(np.float32), voice_level(voices, RATE)


def heard(audio, rate, level):
    """The features of a case and in which frames somebody sings."""
    features = extract_singing_features(*downmix(audio, rate)).astype(np.float64)
    sings = (level > 0.1 * np.percentile(level, 95)).astype(float)
    times = np.arange(len(features)) / VOCAL_FPS
    return features, np.interp(times, (np.arange(len(level)) + 0.5) * 0.01, sings) > 0.5


def fit(known):
    """``(weights of the features, of their means, bias)`` by a ridge-penalised logistic regression."""
    rows = [np.hstack((f, f - f.mean(axis=0)))[::STEP] for f, _ in known]
    x, y = np.concatenate(rows), np.concatenate([sings[::STEP] for _, sings in known])
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    x, sign = (x - mean) / spread, np.where(y, 1.0, -1.0)

    def loss(w):
        margin = sign * (x @ w[:-1] + w[-1])
        slope = -sign / (1 + np.exp(np.clip(margin, -50, 50)))
        gradient = np.append(x.T @ slope + PENALTY * w[:-1], slope.sum())
        return np.logaddexp(0, -margin).sum() + 0.5 * PENALTY * w[:-1] @ w[:-1], gradient

    found = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 3000}).x
    raw = found[:-1] / spread
    value, relative = np.split(raw, 2)
    return value + relative, -relative, float(found[-1] - mean @ raw)


def area(odds, sings):
    """Area under the receiver operating curve."""
    yes = np.count_nonzero(sings)
    no = len(sings) - yes
    return (rankdata(odds)[sings].sum() - yes * (yes + 1) / 2) / (yes * no)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--show", action="store_true")
    wanted = parser.parse_args()
    known = [
        (group, *heard(audio, rate, level))
        for half in ("dev", "held")
        for group, audio, rate, level in cases(wanted.data, wanted.corpus, half)
    ]
    if wanted.show:
        (value, mean), bias = np.asarray(WEIGHTS).T, BIAS
    else:
        value, mean, bias = fit(
            [case for group, *case in known if group.endswith("dev") for _ in range(COUNTS.get(group, 1))]
        )
    for group in sorted({group for group, _, _ in known}):
        areas = [area(f @ value + f.mean(axis=0) @ mean, sings) for name, f, sings in known if name == group]
        print(f"{group:16}{np.mean(areas):.3f} mean, {np.min(areas):.3f} least, {len(areas)} cases")
    if not wanted.show:
        print(f"BIAS = {bias:.4g}\nWEIGHTS = (")
        for name, a, b in zip(FEATURE_NAMES, value, mean, strict=True):
            print(f"    ({a:.4g}, {b:.4g}),  # {name}")
        print(")")


if __name__ == "__main__":
    main()
