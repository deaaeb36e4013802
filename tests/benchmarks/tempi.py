"""How well tempo and metre are heard on recordings: ``python -m tests.benchmarks.tempi DIR [--librosa]``.

``DIR/tempo.csv`` has ``file, bpm, timesignature, source``. For each source: tempo within 4 %; within 4 % of it, its double,
half, triple or third; within 1 %; metre; and how many are told to have no pulse. The table of octaves was fitted to these
recordings among others, so *left out* hears each source with the weights that were fitted without it, as far as
``octave.json`` has them; *levels alone* is without that table. Last, seconds of CPU for a minute of music.
"""

import argparse
import csv
import json
import time
from collections import defaultdict
from importlib.resources import files
from pathlib import Path

import numpy as np
import soundfile

from audiopod_mcp.music.analysis import metrical_level
from audiopod_mcp.music.analysis.analyze import analyze
from tests.benchmarks.accuracy import tempo_marks
from training.octave import LEFT_OUT


def rows_of(folder):
    with (folder / "tempo.csv").open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def marks(tempo, metre, row):
    """Right within 4 %, at any level, within 1 %; the metre right; no pulse."""
    truth = float(row["bpm"])
    exact = tempo is not None and abs(tempo / truth - 1) < 0.01
    return (*tempo_marks(tempo, truth)[:2], exact, metre == row["timesignature"], tempo is None)


def hear(folder, weights_of):
    """The marks of each source, by analysis with the octave weights that ``weights_of`` gives for it."""
    found, seconds, began = defaultdict(list), 0.0, time.process_time()
    own = metrical_level.octave_weights
    for row in rows_of(folder):
        audio, rate = soundfile.read(folder / row["file"], dtype="float32", always_2d=True)
        weights = weights_of(row["source"])
        metrical_level.octave_weights = own if weights is None else lambda chosen=weights: chosen
        heard = analyze(audio, rate)
        found[row["source"]].append(marks(heard.tempo, heard.timesignature, row))
        seconds += len(audio) / rate
    metrical_level.octave_weights = own
    return found, 60 * (time.process_time() - began) / seconds


def librosa_hears(folder):
    import librosa

    found, seconds, began = defaultdict(list), 0.0, time.process_time()
    for row in rows_of(folder):
        audio, rate = librosa.load(folder / row["file"], sr=22050)
        tempo, _ = librosa.beat.beat_track(y=audio, sr=rate)
        found[row["source"]].append(marks(float(np.atleast_1d(tempo)[0]) or None, None, row))
        seconds += len(audio) / rate
    return found, 60 * (time.process_time() - began) / seconds


def table(title, found, cost):
    print(f"\n{title:28}{'n':>5}{'4 %':>8}{'any level':>11}{'1 %':>8}{'metre':>8}{'no pulse':>10}")
    means = {source: np.mean(rows, axis=0) for source, rows in sorted(found.items())}
    for source, mean in means.items():
        none = sum(row[-1] for row in found[source])
        print(f"  {source:26}{len(found[source]):5}" + line(mean) + f"{none:10}")
    print(f"  {'mean of sources':26}{'':5}" + line(np.mean(list(means.values()), axis=0)))
    every = [row for rows in found.values() for row in rows]
    print(f"  {'of all':26}{len(every):5}" + line(np.mean(every, axis=0)))
    print(f"  {cost:.2f} s of CPU for a minute of music", flush=True)


def line(mean):
    return f"{mean[0]:8.1%}{mean[1]:11.1%}{mean[2]:8.1%}{mean[3]:8.1%}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--librosa", action="store_true")
    arguments = parser.parse_args()
    judged = json.loads((files("audiopod_mcp.music.analysis") / "octave.json").read_text("utf-8"))["judged"]
    without = {
        source: np.asarray(figures["weights without it"])
        for source, figures in judged[LEFT_OUT].items()
        if "weights without it" in figures
    }
    table("levels alone", *hear(arguments.folder, lambda _: np.zeros(4)))
    table("source left out", *hear(arguments.folder, without.get))
    table("as it is", *hear(arguments.folder, lambda _: None))
    if arguments.librosa:
        table("librosa", *librosa_hears(arguments.folder))


if __name__ == "__main__":
    main()
