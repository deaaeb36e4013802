"""Fits the perceptrons that separate sources: ``python -m training.estimator FOLDER [--without SONG]
[--write]``.

``FOLDER`` holds a folder a piece with any of ``vocals``, ``drums``, ``bass`` and ``rest`` (.flac, .wav or
.ogg, 44.1 kHz stereo, from 12 s on), each played by itself; folders whose names begin with ``real`` count
twice and only in the second step. Mixes are drawn at random: sources of any pieces together, their
levels, their equalisation, the width of the image. Printed is how far the shares are from the truth in
mixes that were not fitted to, beside those of the perceptrons in the package; ``--write`` replaces these.
To hear how it does on a song, leave it out.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from audiopod_mcp.music.separation import estimator
from audiopod_mcp.music.separation.estimator import (
    SOURCES,
    Perceptron,
    context_features,
    perceptrons,
    predict_masks,
)
from audiopod_mcp.music.separation.features import SEPARATION_RATE, SEPARATION_STFT, bin_features
from audiopod_mcp.music.signal.stft import Array, Complex

from .tables import Material, Provenance, rounded, write_table

Numbers = npt.NDArray[np.float64]
Recordings = Mapping[str, Sequence[tuple[bool, Path]]]
"""By source: whether a recording is real, and its file."""
Cells = tuple[Array, Array, Numbers]
"""Features ``(cells, inputs)``, true shares ``(cells, 4)`` and what each is worth ``(cells, 4)``."""

SECONDS = 12
CELLS = 12_000
"""Drawn from each mix."""
LEVELS = {"vocals": (-8, 7), "drums": (-10, 10), "bass": (-10, 5), "rest": (0, 0)}
"""Decibels, from and to."""
CHANCES = {"vocals": 0.62, "drums": 0.85, "bass": 0.85, "rest": 0.97}
"""How often a source sounds."""
STEPS = (("first", 32), ("second", 24))
"""The perceptrons, and how many hidden units they have."""
HELD_OUT = 10
"""Mixes that only judge."""


def find_recordings(folder: Path, left_out: str | None) -> Recordings:
    found: dict[str, list[tuple[bool, Path]]] = {source: [] for source in SOURCES}
    for path in sorted(folder.glob("*/*")):
        if path.stem in found and not (left_out and left_out in path.parent.name):
            found[path.stem].append((path.parent.name.startswith("real"), path))
    return found


def excerpt(path: Path, dice: random.Random) -> Array | None:
    """Somewhere in a file, ``(samples, 2)`` with an effective value of 1; ``None`` where it is silent."""
    length = soundfile.info(path).frames
    start = dice.randrange(max(1, length - SECONDS * SEPARATION_RATE))
    audio = soundfile.read(path, SECONDS * SEPARATION_RATE, start, dtype="float32", always_2d=True)[0]
    audio = np.pad(audio, ((0, SECONDS * SEPARATION_RATE - len(audio)), (0, 0)))
    effective = np.sqrt(np.square(audio).mean())
    return None if effective < 1e-4 else np.repeat(audio, 2, axis=1)[:, :2] / effective


def draw_mix(found: Recordings, dice: random.Random, *, real: bool) -> dict[str, list[Complex]]:
    """The spectra of each source in a random mix, ``(frames, bins)`` a channel."""
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
        audio = audio * 10 ** (dice.uniform(*LEVELS[source]) / 20)
        spectra = [SEPARATION_STFT.forward(channel) for channel in audio.T]
        octaves = np.log2(np.arange(1, spectra[0].shape[1] + 1))
        curve = np.interp(octaves, np.linspace(0, octaves[-1], 6), [dice.gauss(0, 3) for _ in range(6)])
        out[source] = [(spectrum * 10 ** (curve / 20)).astype(np.complex64) for spectrum in spectra]
    return out


def draw_cells(
    sources: Mapping[str, Sequence[Complex]], first: Perceptron | None, dice: random.Random
) -> Cells:
    """Cells of a mix, drawn by their level; a source that is faint weighs as much as one that is loud."""
    mix = [sum(channels[1:], start=channels[0]) for channels in zip(*sources.values(), strict=True)]
    power: Array = np.sum([np.square(np.abs(channel)) for channel in mix], axis=0)
    features = bin_features(mix)
    if first is not None:
        features += context_features(predict_masks(features, first), power)
    truth = np.zeros((4, *power.shape), np.float32)
    energy = np.zeros(4)
    for source, channels in sources.items():
        common = [(a * np.conj(b)).real for a, b in zip(channels, mix, strict=True)]
        truth[SOURCES.index(source)] = np.clip(np.sum(common, axis=0) / (power + 1e-12), 0, 1)
        energy[SOURCES.index(source)] = sum(np.square(np.abs(a)).sum() for a in channels) / power.sum()
    likely = np.sqrt(power).ravel().astype(np.float64)
    likely = 0.85 * likely / likely.sum() + 0.15 / likely.size
    drawn = np.random.default_rng(dice.randrange(2**31)).choice(likely.size, CELLS, p=likely)
    importance = power.ravel()[drawn] / likely[drawn] / CELLS / power.sum()
    worth = np.where(energy > 1e-5, np.minimum(1 / np.maximum(energy, 1e-9), 30), 8)
    columns = np.stack([each.ravel()[drawn] for each in features], axis=1)
    return columns.astype(np.float32), truth.reshape(4, -1)[:, drawn].T, importance[:, None] * worth


def fit(rows: Sequence[Cells], units: int, steps: int, seed: int = 0) -> Perceptron:
    """A perceptron by Adam (Kingma & Ba, ICLR 2015), its rate falling to nothing; in hundredths."""
    rng = np.random.default_rng(seed)
    x, truth, worth = (np.concatenate(each) for each in zip(*rows, strict=True))
    mean, spread = x.mean(axis=0), np.maximum(x.std(axis=0) + 1e-3, 0.01)  # it is written in hundredths
    x = (x - mean) / spread
    worth = worth / worth.sum(axis=1).mean()
    sizes: tuple[tuple[int, ...], ...] = ((x.shape[1], units), (units,), (units, 4), (4,))
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
    return Perceptron(*(rounded(value, ".2f").astype(np.float32) for value in (mean, spread, *values)))


def error(pair: tuple[Perceptron, Perceptron], mixes: Sequence[Mapping[str, Sequence[Complex]]]) -> float:
    """The mean squared error of the second's shares, each cell weighted as in the fit."""
    losses = []
    for number, sources in enumerate(mixes):
        columns, truth, worth = draw_cells(sources, pair[0], random.Random(number))
        shares = predict_masks([column[:, None] for column in columns.T], pair[1])[:, :, 0]
        losses.append(float((worth * np.square(shares.T - truth)).sum() / worth.sum()))
    return float(np.mean(losses))


def provenance(command: str, found: Recordings, judged: Mapping[str, float]) -> Provenance:
    kinds = [is_real for paths in found.values() for is_real, _ in paths]
    data = tuple(
        Material(name, f"{kinds.count(real)} files", "as given", "as given")
        for name, real in (("real recordings, by source", True), ("other recordings, by source", False))
    )
    return Provenance(
        "Two perceptrons that tell the share of each source in each cell of a spectrogram",
        command,
        data,
        {"Mixes drawn anew from the same recordings, mean squared error of shares": dict(judged)},
        "from the same folder",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--without", help="leave out the folders whose names have this in them")
    parser.add_argument("--mixes", type=int, default=150)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--write", action="store_true", help="replace the table of the package")
    wanted = parser.parse_args()
    found = find_recordings(wanted.folder, wanted.without)
    made: list[Perceptron] = []
    for name, units in STEPS:
        rows: list[Cells] = []
        for number in range(wanted.mixes):
            dice = random.Random(f"{name} {number}")
            real = bool(made) and number % 5 > 1
            if sources := draw_mix(found, dice, real=real):
                rows += [draw_cells(sources, made[0] if made else None, dice)] * (1 + real)
        made.append(fit(rows, units, wanted.steps))
    held = [draw_mix(found, random.Random(f"held out {n}"), real=bool(n % 2)) for n in range(HELD_OUT)]
    mixes = [mix for mix in held if mix]
    judged = {"fitted": error((made[0], made[1]), mixes), "in the package": error(perceptrons(), mixes)}
    print("mean squared error of shares:", ", ".join(f"{value:.4f} {what}" for what, value in judged.items()))
    if wanted.write:
        arrays = {
            f"{name}_{part.name}": getattr(perceptron, part.name)
            for (name, _), perceptron in zip(STEPS, made, strict=True)
            for part in fields(Perceptron)
        }
        without = f" --without {wanted.without}" if wanted.without else ""
        command = (
            f"python -m training.estimator FOLDER{without} --mixes {wanted.mixes} --steps {wanted.steps}"
        )
        print(write_table(estimator, arrays, provenance(f"{command} --write", found, judged)))


if __name__ == "__main__":
    main()
