"""Fits the weights of ``music/tempo_level.py``, and tells what they are worth: ``python -m tests.benchmarks.tempo_level
FOLDER …``.

``FOLDER`` is what ``tests.benchmarks.corpus`` makes (``--library`` and ``--metre`` give more of waltzes and of 6/8). Every
fifth of the grooves is left out of a fit in turn and judged by it; then the weights of a fit to all are printed. A
weight is the sum of one that all metres share and one of the metre's own, both held small.
"""

import argparse
import json
import zlib
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import soundfile
from scipy.optimize import minimize

from audiopod_mcp.music import tempo_level
from audiopod_mcp.music.onsets import onset_envelopes
from audiopod_mcp.music.pitch import bass_chromagram, chromagram, spectral_peaks
from audiopod_mcp.music.rhythm import estimate_tempo
from audiopod_mcp.music.spectrum import downmix
from audiopod_mcp.music.tonality import harmonic_change

RATIOS = np.asarray(tempo_level._RATIOS)
METRES = list(tempo_level.METRES)
FOLDS = 5
ALSO = {"12/8": ("4/4", "6/8"), "5/4": tuple(METRES)}
"""Metres that are not told: what may be said of them."""


def listen(case):
    """Evidence ``(levels, features)``, which (level, metre) are right, which levels may be, and the truth."""
    folder, truth = case
    audio, rate = soundfile.read(folder / truth["file"], dtype="float32", always_2d=True)
    mid, _ = downmix(audio, rate)
    envelopes = onset_envelopes(mid)
    estimate = estimate_tempo(envelopes)
    if estimate is None:
        return None
    peaks = spectral_peaks(mid)
    harmony = harmonic_change(chromagram(peaks), bass_chromagram(peaks))
    tempi = estimate[0] * RATIOS
    levels = np.abs(truth["bpm"] / tempi - 1) < 0.04
    metres = [metre in ALSO.get(truth["timesig"], (truth["timesig"],)) for metre in METRES]
    likely = (RATIOS == 1) | ((tempi >= tempo_level._SLOWEST) & (tempi <= tempo_level._FASTEST))
    return tempo_level.evidence(envelopes, harmony, tempi), np.outer(levels, metres), likely, truth


def fit(evidence, right, likely, penalty):
    """Weights ``(features, metres)`` that make what is right most probable; features are standardised first."""
    mean, spread = evidence.mean((0, 1)), evidence.std((0, 1))
    mean[-1], spread[-1] = 0, 1  # the constant
    standard, known = (evidence - mean) / spread, right.any((1, 2))
    standard, right, allowed = standard[known], right[known], (likely | right.any(2))[known][:, :, None]
    shape, strength = (evidence.shape[2], len(METRES) + 1), np.append(np.ones(len(METRES)), 0.3) * penalty

    def loss(flat):
        parts = flat.reshape(shape)
        odds = np.where(allowed, standard @ (parts[:, :-1] + parts[:, -1:]), tempo_level._UNLIKELY)
        share = np.exp(odds - odds.max((1, 2), keepdims=True))
        share /= share.sum((1, 2), keepdims=True)
        hit = (share * right).sum((1, 2), keepdims=True) + 1e-300
        slope = np.einsum("nlf,nlm->fm", standard, (share * right / hit - share) * allowed)
        slope = np.hstack((slope, slope.sum(1, keepdims=True)))
        return (strength * parts**2).sum() - np.log(hit).sum(), (2 * strength * parts - slope).ravel()

    parts = minimize(loss, np.zeros(np.prod(shape)), jac=True, method="L-BFGS-B").x.reshape(shape)
    weights = (parts[:, :-1] + parts[:, -1:]) / spread[:, None]
    weights[-1] -= mean @ weights
    return weights


def judged(weights, evidence, likely):
    """The level and the metre, as :func:`tempo_level.count` chooses them."""
    odds = np.where(likely[:, :, None], evidence @ weights, tempo_level._UNLIKELY)
    share = np.exp(odds - odds.max((1, 2), keepdims=True)).sum(2)
    pieces = np.arange(len(evidence))
    level = share.argmax(1)
    level = np.where(share[pieces, level] > tempo_level._MARGIN * share[:, 0], level, 0)
    return level, odds[pieces, level].argmax(1)


def table(title, right, truths, level, metre):
    hits = right.any(2)[np.arange(len(right)), level]
    print(
        f"\n{title}: level right in {hits.mean():.1%} of {len(hits)} (found first: {right.any(2)[:, 0].mean():.1%})"
    )
    for true in METRES:
        heard = Counter(METRES[m] for m, truth in zip(metre, truths, strict=True) if truth["timesig"] == true)
        print(f"  {true} heard as {dict(sorted(heard.items()))}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--penalty", type=float, default=1.0)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    cases = [
        (folder, json.loads(line))
        for folder in arguments.folders
        for line in (folder / "truth.jsonl").read_text("utf-8").splitlines()
    ]
    with ProcessPoolExecutor(arguments.processes) as pool:
        heard = [found for found in pool.map(listen, cases, chunksize=4) if found is not None]
    evidence, right, likely = (
        np.stack([found[k] for found in heard]).astype(t) for k, t in enumerate((float, bool, bool))
    )
    truths = [found[3] for found in heard]
    fold = np.asarray([zlib.crc32(truth["groove"].encode()) % FOLDS for truth in truths])
    level, metre = np.zeros((2, len(truths)), int)
    for number in range(FOLDS):
        out = fold == number
        weights = fit(evidence[~out], right[~out], likely[~out], arguments.penalty)
        level[out], metre[out] = judged(weights, evidence[out], likely[out])
    table("Grooves left out of the fit", right, truths, level, metre)
    table("The weights that the engine has", right, truths, *judged(tempo_level._WEIGHTS, evidence, likely))
    print("\nWeights of a fit to all:")
    for row in fit(evidence, right, likely, arguments.penalty):
        print(f"        ({', '.join(f'{weight:.2f}' for weight in row)}),")


if __name__ == "__main__":
    main()
