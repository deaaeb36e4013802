"""Fits the weights of ``music/metre_weights.py``, and tells what they are worth: ``python -m tests.benchmarks.tempo_level
--library FOLDER … --library FOLDER …``.

A library is one or more folders of what ``tests.benchmarks.corpus``, ``tunes`` or ``songs`` make, of one origin: each is left
out of a fit in turn and judged by it. Of every piece the whole is heard and three excerpts of 8 to 24 s. Pieces are
weighted so that each metre has its share of :data:`EVEN`; the odds are then moved to music at large, :data:`AT_LARGE`
(an estimate, not a count), and made as sure as they are right on what was left out. ``--write`` replaces the weights by
those of a fit to all.
"""

import argparse
import json
import random
import zlib
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import soundfile
from scipy.optimize import minimize, minimize_scalar

from audiopod_mcp.music.analysis import metre_weights, metrical_level
from audiopod_mcp.music.analysis.beats import estimate_tempo, refine_and_track
from audiopod_mcp.music.analysis.chroma import CHROMA_FPS, bass_chromagram, chromagram, spectral_peaks
from audiopod_mcp.music.analysis.key import harmonic_change
from audiopod_mcp.music.analysis.metre_features import LEVEL_RATIOS, METRES, extract_metre_features
from audiopod_mcp.music.analysis.onsets import ONSET_FPS, onset_envelopes
from audiopod_mcp.music.analysis.tatums import sync_to_tatums
from audiopod_mcp.music.signal.downmix import downmix

NAMES = list(METRES)
ALSO = {"12/8": ("4/4", "6/8"), "5/4": NAMES, "7/4": NAMES}
"""Metres that are not told: what may be said of them."""
EVEN = {"2/4": 0.1, "3/4": 0.2, "4/4": 0.5, "6/8": 0.2}
AT_LARGE = {"2/4": 0.05, "3/4": 0.12, "4/4": 0.70, "6/8": 0.13}
EXCERPTS, EXCERPT = 3, 0.5
"""Excerpts a piece, and what one counts together with its piece."""


def listen(case):
    """``[(evidence, which (level, metre) are right, which levels may be, truth, excerpt?)]``."""
    folder, truth = case
    audio, rate = soundfile.read(folder / truth["file"], dtype="float32", always_2d=True)
    mid, _ = downmix(audio, rate)
    envelopes, peaks = onset_envelopes(mid), spectral_peaks(mid)
    heard = envelopes, chromagram(peaks), bass_chromagram(peaks)
    dice, duration = random.Random(truth["file"]), envelopes.shape[1] / ONSET_FPS
    spans = [(0.0, duration)]
    for _ in range(EXCERPTS):
        length = dice.uniform(8, 24)
        start = dice.uniform(0, max(0, duration - length))
        spans.append((start, start + length))
    found = [weigh(truth, *cut(*heard, *span)) for span in spans]
    return [(*one, n > 0) for n, one in enumerate(found) if one is not None]


def cut(envelopes, chroma, bass, start, end):
    frames = slice(round(start * CHROMA_FPS), round(end * CHROMA_FPS))
    return envelopes[:, round(start * ONSET_FPS) : round(end * ONSET_FPS)], chroma[frames], bass[frames]


def weigh(truth, envelopes, chroma, bass):
    estimate = estimate_tempo(envelopes)
    if estimate is None:
        return None
    tempo, beats = refine_and_track(envelopes, estimate[0])
    if len(beats) < metrical_level.MIN_BEATS:
        return None
    ticks = sync_to_tatums(envelopes, harmonic_change(chroma, bass), chroma, beats, tempo)
    weighed = extract_metre_features(ticks, tempo, metrical_level.onset_density(envelopes))
    tempi = tempo * np.asarray(LEVEL_RATIOS)
    levels = np.abs(truth["bpm"] / tempi - 1) < 0.04
    metres = [metre in ALSO.get(truth["timesig"], (truth["timesig"],)) for metre in NAMES]
    return weighed, np.outer(levels, metres), metrical_level.plausible_levels(tempi), truth


def shares(truths, excerpt):
    """What each counts: a metre's share in all, an excerpt its part of a piece."""
    weight = np.where(excerpt, EXCERPT / EXCERPTS, 1.0)
    signs = np.asarray([truth["timesig"] for truth in truths])
    total = weight.sum()
    for sign in set(signs):
        weight[signs == sign] *= EVEN.get(sign, 0.01) * total / weight[signs == sign].sum()
    return weight


def fit(evidence, right, likely, counts, penalty):
    """Weights ``(features, metres)`` that make what is right most probable; features are standardised first.

    A weight is the sum of one that all metres share and one of the metre's own, both held small.
    """
    mean, spread = evidence.mean((0, 1, 2)), evidence.std((0, 1, 2)) + 1e-9
    mean[-1], spread[-1] = 0, 1  # the constant
    known = right.any((1, 2))
    standard, right, counts = (evidence[known] - mean) / spread, right[known], counts[known][:, None, None]
    allowed = likely[known][:, :, None] | right
    shape, strength = (evidence.shape[3], len(NAMES) + 1), np.append(np.ones(len(NAMES)), 0.3) * penalty

    def loss(flat):
        parts = flat.reshape(shape)
        weights = parts[:, :-1] + parts[:, -1:]
        odds = np.where(
            allowed,
            np.einsum("nlmf,fm->nlm", standard, weights, optimize=True),
            metrical_level.IMPLAUSIBLE_LOG_ODDS,
        )
        share = np.exp(odds - odds.max((1, 2), keepdims=True))
        share /= share.sum((1, 2), keepdims=True)
        hit = (share * right).sum((1, 2), keepdims=True) + 1e-300
        pull = (share * right / hit - share) * allowed * counts
        slope = np.einsum("nlmf,nlm->fm", standard, pull, optimize=True)
        slope = np.hstack((slope, slope.sum(1, keepdims=True)))
        return (strength * parts**2).sum() - (counts * np.log(hit)).sum(), (
            2 * strength * parts - slope
        ).ravel()

    parts = minimize(
        loss, np.zeros(np.prod(shape)), jac=True, method="L-BFGS-B", options={"maxiter": 300}
    ).x.reshape(shape)
    weights = (parts[:, :-1] + parts[:, -1:]) / spread[:, None]
    weights[-1] -= (mean[:, None] * weights).sum(0)
    weights[-1] += np.log([AT_LARGE[name] / EVEN[name] for name in NAMES])
    return weights


def temper(odds, right, counts):
    """By what the odds are to be divided to be as sure as they are right (Guo et al., ICML 2017)."""
    known = right.any((1, 2))

    def loss(log):
        share = np.exp((odds[known] - odds[known].max((1, 2), keepdims=True)) / np.exp(log))
        share /= share.sum((1, 2), keepdims=True)
        return -(counts[known] * np.log((share * right[known]).sum((1, 2)) + 1e-12)).sum()

    return float(np.exp(minimize_scalar(loss, bounds=(-1, 2), method="bounded").x))


def odds_of(weights, evidence, likely):
    return np.where(
        likely[:, :, None],
        np.einsum("nlmf,fm->nlm", evidence, weights, optimize=True),
        metrical_level.IMPLAUSIBLE_LOG_ODDS,
    )


def table(title, right, truths, odds, excerpt):
    chosen = np.asarray([metrical_level.most_probable(each) for each in odds])
    level, metre, sure = chosen[:, 0].astype(int), chosen[:, 1].astype(int), chosen[:, 2]
    for name, which in (("whole", ~excerpt), ("excerpts", excerpt)):
        here = np.flatnonzero(which)
        hits = right.any(2)[here, level[here]]
        print(
            f"\n{title}, {name}: level right in {hits.mean():.1%} of {len(here)}, found first {right.any(2)[here, 0].mean():.1%}"
        )
        for true in [*NAMES, "12/8", "5/4"]:
            heard = Counter(NAMES[metre[n]] for n in here if truths[n]["timesig"] == true)
            if heard:
                print(f"  {true:4} {heard[true]:4} of {sum(heard.values()):4} {dict(sorted(heard.items()))}")
    told = np.asarray([truth["timesig"] in NAMES for truth in truths])
    good = np.asarray([NAMES[m] == truth["timesig"] for m, truth in zip(metre, truths, strict=True)])
    large = shares(truths, excerpt) * [
        AT_LARGE.get(t["timesig"], 0) / EVEN.get(t["timesig"], 1) for t in truths
    ]
    print("  said to be so sure, right (weighted as music at large):", end="")
    for low in np.arange(0.3, 1.0, 0.1):
        bin_ = told & (sure >= low) & (sure < low + 0.1 + 1e-9)
        if bin_.any():
            print(
                f"  {np.average(sure[bin_], weights=large[bin_]):.2f} {np.average(good[bin_], weights=large[bin_]):.2f} ({bin_.sum()})",
                end="",
            )
    print()


def judge(libraries, penalty):
    """Prints what holds on libraries, and on grooves, left out; returns the weights of a fit to all."""
    rows = [(*row, number) for number, library in enumerate(libraries) for row in library]
    evidence, right, likely, truths, excerpt, origin = (
        [row[k] for row in rows] if k == 3 else np.stack([row[k] for row in rows]) for k in range(6)
    )
    evidence = np.concatenate((evidence, np.ones((*evidence.shape[:3], 1))), axis=3)
    counts = shares(truths, excerpt)
    large = counts * [AT_LARGE.get(t["timesig"], 0) / EVEN.get(t["timesig"], 1) for t in truths]
    groove = np.asarray(
        [zlib.crc32(f"{o} {t['groove']}".encode()) % 5 for o, t in zip(origin, truths, strict=True)]
    )
    for title, fold in (("Libraries left out", origin), ("Grooves left out", groove)):
        odds = np.zeros(right.shape)
        for number in np.unique(fold):
            out = fold == number
            kept = [truth for truth, left in zip(truths, out, strict=True) if not left]
            weights = fit(evidence[~out], right[~out], likely[~out], shares(kept, excerpt[~out]), penalty)
            odds[out] = odds_of(weights, evidence[out], likely[out])
        heat = temper(odds, right, large)
        print(f"\n{title}: odds divided by {heat:.2f}")
        if title.startswith("Libraries"):
            cooled = heat
        table(title, right, truths, odds / heat, excerpt)
        for number in np.unique(origin):
            here = origin == number
            table(
                f"  of which library {number + 1}",
                right[here],
                [t for t, h in zip(truths, here, strict=True) if h],
                odds[here] / heat,
                excerpt[here],
            )
    return fit(evidence, right, likely, counts, penalty) / cooled


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", type=Path, nargs="+", action="append", required=True)
    parser.add_argument("--penalty", type=float, default=6.0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="replace music/metre_weights.py")
    arguments = parser.parse_args()
    libraries = []
    with ProcessPoolExecutor(arguments.processes) as pool:
        for folders in arguments.library:
            cases = [
                (folder, json.loads(line))
                for folder in folders
                for line in (folder / "truth.jsonl").read_text("utf-8").splitlines()
            ]
            libraries.append([row for rows in pool.map(listen, cases, chunksize=4) for row in rows])
    weights = judge(libraries, arguments.penalty)
    if arguments.write:
        lines = "".join(f"        ({', '.join(f'{weight:.2f}' for weight in row)}),\n" for row in weights)
        path = Path(metre_weights.__file__)
        head, _, rest = path.read_text("utf-8").partition("        (")
        path.write_text(head + lines + rest[rest.index("    ]\n") :], "utf-8")


if __name__ == "__main__":
    main()
