"""How well the engine hears pieces that nobody tuned it to: ``python -m tests.benchmarks.listening FOLDER``.

``FOLDER`` is what ``tests.benchmarks.corpus`` makes. Tempo within 4 % (acc1), allowing octaves and thirds (acc2), within
1 %; beats and downbeats as F-measure within 70 ms; time signature by class; key by MIREX weights; labels of sections by share of time; chords as the share
of time with the right root and third; section boundaries as F-measure within 3 s. One half of the grooves is for
finding constants, the other, printed apart, only for reporting; but the weights of tempo level and metre were fitted to
the grooves of both: for these, ``training.metrical_level`` tells what holds on grooves left out. ``--librosa`` adds
its figures.
"""

import argparse
import json
import re
import zlib
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import soundfile

from audiopod_mcp.music.analysis.analyze import analyze
from tests.benchmarks.accuracy import key_score, tempo_marks

METRES = ("2/4", "3/4", "4/4", "6/8")
NAMES = ("intro", "verse", "chorus", "bridge", "outro")


def f_measure(found, truth, within):
    """Harmonic mean of precision and recall, each event matched at most once."""
    found, truth = np.asarray(found, float), np.asarray(truth, float)
    if not len(found) or not len(truth):
        return 0.0
    hits, k = 0, 0
    for event in truth:
        while k < len(found) and found[k] < event - within:
            k += 1
        if k < len(found) and found[k] <= event + within:
            hits, k = hits + 1, k + 1
    return 2 * hits / (len(found) + len(truth))


def chord_share(found, truth):
    """Share of the time with the chord's root and third right."""
    at = np.arange(truth[0][0] + 0.05, truth[-1][1], 0.1)

    def label(chord):
        root = re.match("[A-G][#b]?", chord)
        kind = chord[root.end() :].lstrip(":") if root else ""
        return root and (root[0], kind.startswith(("m", "dim")) and not kind.startswith("maj"))

    def read(chords, when):
        return next((label(name) for start, end, name in chords if start <= when < end), None)

    return float(np.mean([read(found, when) == read(truth, when) for when in at]))


def kind_of(chord):
    """Root and kind: ``maj``, ``min``, ``7``, ``maj7``, ``min7``, ``dim``, ``sus``; ``None`` of others."""
    found = re.fullmatch("([A-G][#b]?):?([^/]*).*", chord)
    kinds = [
        ("sus", ".*sus.*"), ("dim", "dim.*|m7b5|o7?"), ("maj7", "(maj|M)(7|9)"), ("maj", "|maj|6"), ("7", "7|9|13|7b9"),
        ("min7", "m(in)?(7|9)"), ("min", "m(in)?6?"),
    ]  # fmt: skip
    kind = next((name for name, spelt in kinds if re.fullmatch(spelt, found[2])), None) if found else None
    return (pitch_class(found[1]), kind) if kind else None


def chord_kinds(found, truth):
    """By kind of true chord, how often (every 0.2 s) root and kind are right, and how often it sounds."""
    right, all_ = Counter(), Counter()
    for start, end, name in truth:
        wanted = kind_of(name)
        for when in np.arange(start + 0.1, end, 0.2) if wanted else ():
            heard = next((label for begin, stop, label in found if begin <= when < stop), "N")
            all_[wanted[1]] += 1
            right[wanted[1]] += kind_of(heard) == wanted
    return {kind: (right[kind], count) for kind, count in all_.items()}


def pitch_class(name):
    return ("C D EF G A B".index(name[0]) + name.count("#") - name.count("b")) % 12


def label_share(found, truth):
    """Share of the time of sections with a name of :data:`NAMES` that are called so; ``None`` of others."""
    at = np.arange(0.25, truth[-1][1], 0.5)

    def read(sections, when):
        return next((name for start, end, name in sections if start <= when < end), None)

    right = [read(found, when) == name for when in at if (name := read(truth, when)) in NAMES]
    return float(np.mean(right)) if {name for *_, name in truth} & {"verse", "chorus"} else None


def tempo_row(tempo, truth):
    """The marks of a tempo, and in which half of the grooves the piece is."""
    marks = zip(("acc1", "acc2", "1 %"), tempo_marks(tempo, truth["bpm"]), strict=True)
    return {**dict(marks), "half": zlib.crc32(truth["groove"].encode()) % 2}


def hear(case):
    folder, truth = case
    audio, rate = soundfile.read(folder / truth["file"], dtype="float32", always_2d=True)
    heard = analyze(audio, rate)
    row = {
        "file": truth["file"], "kind": truth["kind"], "bpm": truth["bpm"], "heard": heard.tempo or 0,
        **tempo_row(heard.tempo, truth),
        "beats": f_measure(heard.beats, truth["beats"], 0.07), "ratio": (heard.tempo or 0) / truth["bpm"],
        "downbeats": f_measure(heard.downbeats, truth["downbeats"], 0.07),
        "metre": heard.timesignature, "timesig": truth["timesig"],
        "sections": None, "labels": None, "key": None, "chords": None,
    }  # fmt: skip
    if truth["sections"]:
        starts = [s for s, _, _ in truth["sections"][1:]]
        row["sections"] = f_measure([s.start for s in heard.sections[1:]], starts, 3.0)
        row["labels"] = label_share([(s.start, s.end, s.label) for s in heard.sections], truth["sections"])
    if truth["key"]:
        row["key"] = key_score(heard.key, truth["key"])
        row["heard key"], row["true key"] = heard.key, truth["key"]
    if truth["chords"]:
        chords = [(c.start, c.end, c.label) for c in heard.chords]
        row["chords"] = chord_share(chords, truth["chords"])
        row["kinds"] = chord_kinds(chords, truth["chords"])
    return row


def librosa_hears(case):
    import librosa

    folder, truth = case
    audio, rate = librosa.load(folder / truth["file"], sr=22050)
    tempo, frames = librosa.beat.beat_track(y=audio, sr=rate)
    beats = f_measure(librosa.frames_to_time(frames, sr=rate), truth["beats"], 0.07)
    return {**tempo_row(float(np.atleast_1d(tempo)[0]), truth), "beats": beats}


def table(title, rows):
    print(f"\n{title}: {len(rows)} pieces")
    for name in ("acc1", "acc2", "1 %", "beats", "downbeats", "sections", "labels", "key", "chords"):
        values = [row[name] for row in rows if row.get(name) is not None]
        if values:
            print(f"  {name:10}{np.mean(values):7.1%}  (n {len(values)})")
    kinds = {kind for row in rows for kind in row.get("kinds", ())}
    counts = {
        k: np.sum([row["kinds"].get(k, (0, 0)) for row in rows if row.get("kinds")], axis=0) for k in kinds
    }
    if kinds:
        recalls = "  ".join(f"{kind} {right / total:.0%}" for kind, (right, total) in sorted(counts.items()))
        print(f"  chords, root and kind: {recalls}")
    confusion = Counter((row["timesig"], row["metre"]) for row in rows if row.get("timesig") in METRES)
    for truth in METRES:
        heard = {metre: count for (true, metre), count in confusion.items() if true == truth}
        if heard:
            print(f"  {truth} heard as {dict(sorted(heard.items(), key=str))}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--librosa", action="store_true")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--rows", type=Path, help="write one JSON line a piece there")
    parser.add_argument("--limit", type=int)
    arguments = parser.parse_args()
    lines = (arguments.folder / "truth.jsonl").read_text("utf-8").splitlines()[: arguments.limit]
    cases = [(arguments.folder, json.loads(line)) for line in lines]
    with ProcessPoolExecutor(arguments.processes) as pool:
        for name, ears in [("engine", hear), *([("librosa", librosa_hears)] if arguments.librosa else [])]:
            rows = list(pool.map(ears, cases, chunksize=4))
            table(f"{name}, grooves for finding constants", [row for row in rows if row["half"] == 0])
            table(f"{name}, grooves held out", [row for row in rows if row["half"] == 1])
            if name == "engine" and arguments.rows:
                arguments.rows.write_text(
                    "".join(json.dumps(row, default=float) + "\n" for row in rows), "utf-8"
                )


if __name__ == "__main__":
    main()
