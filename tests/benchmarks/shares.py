"""Fits the weights of :mod:`audiopod_mcp.music.separation.estimator`: ``python -m tests.benchmarks.shares FOLDER [--without SONG]``.

FOLDER holds a folder a piece with any of ``vocals``, ``drums``, ``bass`` and ``rest`` (.flac, .wav or .ogg, 44.1 kHz
stereo, from 12 s on), each played by itself; folders whose names begin with ``real`` count twice and only in the
second step. Mixes are drawn at random: sources of any pieces together, their levels, their equalisation, the width
of the image. Prints the module ``share_weights.py``.

The weights in the repository came from 24 grooves of Musical MIDI Accompaniment (``tests.benchmarks.separation``;
FluidR3), 34 pieces of this studio's own, 24 patterns on seven drum kits of Debian's ``hydrogen-drumkits``, voices of
``asterisk-core-sounds`` spoken and, resynthesised by WORLD on other notes, sung, and four real songs. To hear how it
does on a song, leave it out.
"""

import argparse
import random
import textwrap
from pathlib import Path

import numpy as np
import soundfile

from audiopod_mcp.music.separation.estimator import SOURCES, context_features, predict_masks
from audiopod_mcp.music.separation.features import SEPARATION_RATE, SEPARATION_STFT, bin_features
from audiopod_mcp.music.separation.weights import Weights

SECONDS = 12
CELLS = 12_000
LEVELS = {"vocals": (-8, 7), "drums": (-10, 10), "bass": (-10, 5), "rest": (0, 0)}
CHANCES = {"vocals": 0.62, "drums": 0.85, "bass": 0.85, "rest": 0.97}


def material(folder, left_out):
    """``{source: [(is real, path), ...]}``."""
    found = {source: [] for source in SOURCES}
    for path in sorted(folder.glob("*/*")):
        if path.stem in found and not (left_out and left_out in path.parent.name):
            found[path.stem].append((path.parent.name.startswith("real"), path))
    return found


def excerpt(path, dice):
    """Somewhere in a file, ``(samples, 2)`` with an effective value of 1; ``None`` where it is silent."""
    length = soundfile.info(path).frames
    start = dice.randrange(max(1, length - SECONDS * SEPARATION_RATE))
    audio = soundfile.read(path, SECONDS * SEPARATION_RATE, start, dtype="float32", always_2d=True)[0]
    audio = np.pad(audio, ((0, SECONDS * SEPARATION_RATE - len(audio)), (0, 0)))
    effective = np.sqrt(np.square(audio).mean())
    return None if effective < 1e-4 else np.repeat(audio, 2, axis=1)[:, :2] / effective


def mixed(found, dice, real):
    """Spectra of each source in a random mix: ``{source: [channel, ...]}``."""
    width, mono, out = dice.choice((0, 0.5, 1, 1, 1.4)), dice.random() < 0.2, {}
    for source, paths in found.items():
        choice = [path for is_real, path in paths if is_real == (real and dice.random() < 0.5)]
        if not choice or dice.random() > CHANCES[source]:
            continue
        audio = excerpt(dice.choice(choice), dice)
        if audio is None:
            continue
        middle = audio.mean(axis=1, keepdims=True)
        audio = middle + (1.0 if source == "vocals" else width) * (audio - middle)
        audio = middle if mono else audio
        spectra = [
            SEPARATION_STFT.forward(channel)
            for channel in (audio * 10 ** (dice.uniform(*LEVELS[source]) / 20)).T
        ]
        octaves = np.log2(np.arange(1, spectra[0].shape[1] + 1))
        curve = np.interp(octaves, np.linspace(0, octaves[-1], 6), [dice.gauss(0, 3) for _ in range(6)])
        out[source] = [(spectrum * 10 ** (curve / 20)).astype(np.complex64) for spectrum in spectra]
    return out


def cells(sources, first, dice):
    """Evidence, true shares and weights of cells drawn by their level; what is faint weighs as much as what is loud."""
    mix = [sum(channels) for channels in zip(*sources.values(), strict=True)]
    power = sum(np.square(np.abs(channel)) for channel in mix)
    evidence = bin_features(mix)
    if first is not None:
        evidence += context_features(predict_masks(evidence, first), power)
    truth = np.zeros((4, *power.shape), np.float32)
    energy = np.zeros(4)
    for source, channels in sources.items():
        share = sum((a * np.conj(b)).real for a, b in zip(channels, mix, strict=True)) / (power + 1e-12)
        truth[SOURCES.index(source)] = np.clip(share, 0, 1)
        energy[SOURCES.index(source)] = sum(np.square(np.abs(a)).sum() for a in channels) / power.sum()
    likely = np.sqrt(power).ravel().astype(np.float64)
    likely = 0.85 * likely / likely.sum() + 0.15 / likely.size
    drawn = np.random.default_rng(dice.randrange(2**31)).choice(likely.size, CELLS, p=likely)
    importance = power.ravel()[drawn] / likely[drawn] / CELLS / power.sum()
    worth = np.where(energy > 1e-5, np.minimum(1 / np.maximum(energy, 1e-9), 30), 8)
    columns = np.stack([each.ravel()[drawn] for each in evidence], axis=1)
    return columns.astype(np.float32), truth.reshape(4, -1)[:, drawn].T, importance[:, None] * worth


def fitted(rows, units, steps, seed=0):
    """A perceptron by Adam (Kingma & Ba, ICLR 2015), its rate falling to nothing."""
    rng = np.random.default_rng(seed)
    x, truth, worth = (np.concatenate(each) for each in zip(*rows, strict=True))
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-3
    x = (x - mean) / spread
    worth = worth / worth.sum(axis=1).mean()
    sizes = ((x.shape[1], units), (units,), (units, 4), (4,))
    values = [rng.normal(size=size) / np.sqrt(size[0]) * (len(size) > 1) for size in sizes]
    first, second = ([np.zeros(size) for size in sizes] for _ in range(2))
    for step in range(1, steps + 1):
        drawn = rng.integers(len(x), size=4096)
        inner = np.maximum(x[drawn] @ values[0] + values[1], 0)
        odds = inner @ values[2] + values[3]
        share = np.exp(odds - odds.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        slope = 2 * np.minimum(worth[drawn], 30) * (share - truth[drawn]) / len(drawn)
        outer = share * (slope - (slope * share).sum(axis=1, keepdims=True))
        hidden = (outer @ values[2].T) * (inner > 0)
        slopes = (x[drawn].T @ hidden, hidden.sum(axis=0), inner.T @ outer, outer.sum(axis=0))
        pace = 0.01 * min(step / (0.3 * steps), (steps - step) / (0.7 * steps))
        for n, change in enumerate(slopes):
            first[n] = 0.9 * first[n] + 0.1 * change
            second[n] = 0.999 * second[n] + 0.001 * np.square(change)
            even = np.sqrt(second[n] / (1 - 0.999**step)) + 1e-8
            values[n] -= pace * first[n] / (1 - 0.9**step) / even
    return Weights(mean, spread, *(value.astype(np.float32) for value in values))


def printed(name, weights):
    def block(*values):
        numbers = [str(round(100 * float(x))) for x in np.concatenate([np.ravel(v) for v in values])]
        return '"""\n' + "\n".join(textwrap.wrap(" ".join(numbers), 108)) + '\n"""'

    inputs, units = weights.hidden.shape
    parts = {
        "mean": [weights.mean], "spread": [weights.spread], "hidden": [weights.hidden], "out": [weights.out],
        "bias": [weights.hidden_bias, weights.out_bias],
    }  # fmt: skip
    lines = "".join(f"    {part}={block(*values)},\n" for part, values in parts.items())
    return f"{name} = Weights.of(\n    {inputs},\n    {units},\n{lines})\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--without", help="leave out the folders whose names have this in them")
    parser.add_argument("--mixes", type=int, default=150)
    parser.add_argument("--steps", type=int, default=3000)
    wanted = parser.parse_args()
    found = material(wanted.folder, wanted.without)
    first = None
    for name, units in (("FIRST", 32), ("SECOND", 24)):
        rows = []
        for number in range(wanted.mixes):
            dice = random.Random(f"{name} {number}")
            real = first is not None and number % 5 > 1
            sources = mixed(found, dice, real)
            if sources:
                rows += [cells(sources, first, dice)] * (1 + real)
        made = fitted(rows, units, wanted.steps)
        first = first or made
        print(printed(name, made), flush=True)


if __name__ == "__main__":
    main()
