"""Fits what tells singing: ``python -m training.singing_features DATA CORPUS [--show | --write]``.

A logistic regression on the development cases of :mod:`tests.benchmarks.sung_lines`, lines spoken over
pieces of the corpus and one song with a vocal stem. ``DATA`` holds that song, ``hydrogen``, and what the
spoken lines lie over; ``CORPUS`` is what ``tests.benchmarks.corpus`` makes. Needs ``espeak-ng`` and
``pyworld``: without them there are fewer cases. Printed is how well singing is told frame by frame (area
under the curve, mean and least of each group), held groups included. ``--show`` judges the weights of the
package, without a fit; ``--write`` replaces them.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr
from scipy.optimize import minimize
from scipy.stats import rankdata

from audiopod_mcp.music.analysis.vocal_activity import VOCAL_FPS
from audiopod_mcp.music.lyrics import singing_features
from audiopod_mcp.music.lyrics.singing_features import (
    FEATURE_NAMES,
    extract_singing_features,
    regression_weights,
)
from audiopod_mcp.music.model import Audio
from audiopod_mcp.music.signal.downmix import downmix
from tests.benchmarks.sung_lines import RATE, SINGERS, composed, say, song_text, spoken, sung, voice_level

from .tables import Material, Provenance, rounded, write_table

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

PENALTY = 100.0
"""Weight of half the squared coefficients, against the sum of the losses."""
STEP = 5
"""Every so many frames of a case are used."""
COUNTS = {"composed-dev": 2}
"""How often the cases of a group count; the others once."""


def cases(data: Path, corpus: Path, half: str) -> Iterator[tuple[str, Audio, int, Numbers]]:
    """Group, audio, rate and the voice's level every 10 ms, of all cases of a half, ``dev`` or ``held``."""
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


def spoken_over(corpus: Path) -> Iterator[tuple[Audio, Numbers]]:
    """Lines spoken over pieces of :mod:`tests.benchmarks.corpus` that the held singers don't sing over: audio
    and the voice's level. Two backings alone would teach what is in them, not what a voice is.
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


def observe(audio: Audio, rate: int, level: Numbers) -> tuple[Numbers, Flags]:
    """The features of a case, ``(frames, features)``, and in which frames somebody sings."""
    features = extract_singing_features(*downmix(audio, rate)).astype(np.float64)
    sings = (level > 0.1 * np.percentile(level, 95)).astype(float)
    times = np.arange(len(features)) / VOCAL_FPS
    return features, np.interp(times, (np.arange(len(level)) + 0.5) * 0.01, sings) > 0.5


def fit(known: Sequence[tuple[Numbers, Flags]]) -> tuple[Numbers, float]:
    """The weights of the features and of their means, ``(features, 2)``, and the bias.

    By a logistic regression with a ridge penalty on each feature and on how it differs from the mean of its
    recording.
    """
    rows = [np.hstack((f, f - f.mean(axis=0)))[::STEP] for f, _ in known]
    x, y = np.concatenate(rows), np.concatenate([sings[::STEP] for _, sings in known])
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    x, sign = (x - mean) / spread, np.where(y, 1.0, -1.0)

    def loss(w: Numbers) -> tuple[float, Numbers]:
        margin = sign * (x @ w[:-1] + w[-1])
        slope = -sign / (1 + np.exp(np.clip(margin, -50, 50)))
        gradient = np.append(x.T @ slope + PENALTY * w[:-1], slope.sum())
        return np.logaddexp(0, -margin).sum() + 0.5 * PENALTY * w[:-1] @ w[:-1], gradient

    found = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 3000}).x
    raw = found[:-1] / spread
    value, relative = np.split(raw, 2)
    return np.stack((value + relative, -relative), axis=1), float(found[-1] - mean @ raw)


def area(odds: Numbers, sings: Flags) -> float:
    """Area under the receiver operating curve."""
    yes = np.count_nonzero(sings)
    no = len(sings) - yes
    return float((rankdata(odds)[sings].sum() - yes * (yes + 1) / 2) / (yes * no))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("corpus", type=Path)
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--show", action="store_true", help="judge the table of the package")
    either.add_argument("--write", action="store_true", help="replace the table of the package")
    wanted = parser.parse_args()
    known = [
        (group, *observe(audio, rate, level))
        for half in ("dev", "held")
        for group, audio, rate, level in cases(wanted.data, wanted.corpus, half)
    ]
    if wanted.show:
        weights, bias = regression_weights()
    else:
        weights, bias = fit(
            [
                (features, sings)
                for group, features, sings in known
                if group.endswith("dev")
                for _ in range(COUNTS.get(group, 1))
            ]
        )
    counts, judged = Counter(group for group, _, _ in known), {}
    for group in sorted(counts):
        areas = [
            area(f @ weights[:, 0] + f.mean(axis=0) @ weights[:, 1] + bias, sings)
            for name, f, sings in known
            if name == group
        ]
        judged[group] = f"area under the curve {np.mean(areas):.3f} mean, {np.min(areas):.3f} least"
        print(f"{group:16}{judged[group]}, {len(areas)} cases")
    if wanted.write:
        arrays = {
            "features": np.asarray(FEATURE_NAMES),
            "weights": rounded(weights, ".4g"),
            "bias": rounded(bias, ".4g"),
        }
        print(write_table(singing_features, arrays, provenance(counts, judged)))


def provenance(counts: Counter[str], judged: dict[str, str]) -> Provenance:
    """What stands beside a table that this command has just fitted."""
    names = {
        "composed-dev": "Songs composed and sung by this package, counted twice",
        "spoken-dev": "Lines of espeak-ng over pieces of the corpus and of two songs",
        "sung-dev": "Lines of espeak-ng sung by WORLD over pieces of the corpus",
        "real-dev": "Hydrogen, by Software-Entwicklungskit",
    }
    data = tuple(
        Material(name, f"{counts[group]} cases", "made by the command", "see docs/weights.md")
        for group, name in names.items()
        if counts[group]
    )
    return Provenance(
        "Logistic regression that tells, frame by frame, whether somebody sings",
        "python -m training.singing_features DATA CORPUS --write",
        data,
        judged,
        "from the same folders and the same versions of espeak-ng and pyworld",
    )


if __name__ == "__main__":
    main()
