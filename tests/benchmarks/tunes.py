"""Folk tunes in the metre their collectors wrote down: ``python -m tests.benchmarks.tunes FOLDER BOOKS …``.

``BOOKS`` are folders of ABC files (``corpus/`` of the wheel of ``music21`` holds the Nottingham database, whose chords are
used, O'Neill's, Ryan's and Aird's collections and Essen's). Tunes without chords get, a bar or a few at a time, the
one that most of the melody agrees with; all are accompanied in one of the ways usual in their metre, some have drums, some
are the melody alone. Written and played like ``tests.benchmarks.corpus``; ``listening`` judges them, ``training.metrical_level`` fits to them.
"""

import argparse
import json
import random
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mido

from tests.benchmarks.corpus import MELODY, NAMES, SOUNDS, play
from tests.benchmarks.listening import pitch_class

SOUND_FONTS = [SOUNDS, SOUNDS.with_name("TimGM6mb.sf2")]
TICKS = 480
TEMPI = {"2/4": (72, 126), "3/4": (84, 190), "4/4": (76, 176), "6/8": (56, 126)}
LENGTH = {"2/4": 2.0, "3/4": 3.0, "4/4": 4.0, "6/8": 3.0}
"""Quarters in a bar."""
BEAT = {"2/4": 1.0, "3/4": 1.0, "4/4": 1.0, "6/8": 1.5}
"""Quarters in the beat that is counted."""
MODES = {"": 0, "maj": 0, "m": 3, "min": 3, "aeo": 3, "dor": 10, "mix": 5, "phr": 8, "lyd": 7, "loc": 1}
"""Semitones from the tonic of a mode up to that of the major scale with the same notes."""

BASS_AND_CHORDS = {  # quarters in the bar at which the root, the fifth and the chord sound
    "2/4": [([0], [1], [0.5, 1.5]), ([0], [], [1]), ([0, 1], [], [0.5, 1.5]), ([0], [], [0]), ([0], [1], [])],
    "3/4": [([0], [], [1, 2]), ([0], [2], [1]), ([0], [], [0]), ([0], [], [0, 1, 2]), ([0], [1, 2], [])],
    "4/4": [([0], [2], [1, 3]), ([0], [], [1, 2, 3]), ([0], [2], [0.5, 1, 1.5, 2.5, 3, 3.5]), ([0], [], [0]),
            ([0, 1.5], [2], [1, 3]), ([0, 2], [1, 3], [])],
    "6/8": [([0], [1.5], [1, 2.5]), ([0], [1.5], [0.5, 1, 2, 2.5]), ([0], [], [0, 1.5]), ([0], [1.5], [])],
}  # fmt: skip
ARPEGGIO = {"2/4": 0.25, "3/4": 0.5, "4/4": 0.5, "6/8": 0.5}
DRUMS = {  # kick, snare, hat
    "2/4": [([0, 1], [0.5, 1.5], []), ([0], [1], [0, 0.5, 1, 1.5]), ([0, 1], [], [0.5, 1.5])],
    "3/4": [([0], [1, 2], []), ([0], [], [1, 2]), ([0], [2], [0, 0.5, 1, 1.5, 2, 2.5]), ([0], [1], [0, 1, 2])],
    "4/4": [([0, 2], [1, 3], [0.5 * n for n in range(8)]), ([0, 1.5, 2], [1, 3], [0, 1, 2, 3]),
            ([0, 2.5], [1, 3], [0.5 * n for n in range(8)]), ([0, 1, 2, 3], [1, 3], [0.5, 1.5, 2.5, 3.5])],
    "6/8": [([0], [1.5], [0.5 * n for n in range(6)]), ([0, 1.5], [1, 2.5], []), ([0], [1.5], [0, 1, 1.5, 2.5]),
            ([0, 1.5], [], [0.5, 1, 2, 2.5])],
}  # fmt: skip

NOTE = re.compile(
    r'"(?P<chord>[^"]*)"|(?P<bar>:?\|[\]:|]?|::)|\((?P<tuplet>[2-9])|(?P<broken>[<>])|\[(?P<ending>[\d,]+)'
    r"|(?P<accidental>\^\^?|__?|=)?(?P<letter>[A-Ga-gzx])(?P<octave>[,']*)(?P<length>\d*/*\d*)|(?P<tie>-)"
)


def tunes(folder, each, dice):
    """``(metre, tonic, minor, upbeat, bars, chords)``, at most ``each`` of a metre: a bar is ``[(at, length,
    pitch)]``, chords ``[(at, root, minor)]`` from the first bar on or empty; in quarters.
    """
    texts = []
    for book in sorted(folder.glob("*.abc")):
        texts += re.split(r"(?m)^(?=X:)", book.read_text("latin-1"))
    left = dict.fromkeys(BEAT, each)
    for text in dice.sample(texts, len(texts)):
        tune = read(text)
        if tune is not None and left[tune[0]] > 0:
            left[tune[0]] -= 1
            yield tune


def fields(text):
    head = dict(re.findall(r"(?m)^([A-Z]):\s*([^%\n]*?)\s*$", text)[::-1])
    metre = {"C": "4/4", "C|": "4/4"}.get(head.get("M", ""), head.get("M"))
    key = re.match(r"([A-G])([#b]?)\s*([A-Za-z]{0,3})", head.get("K", ""))
    if metre not in BEAT or key is None or len(re.findall(r"(?m)^[MKL]:", text)) > 3:
        return None  # no such metre, or it changes
    mode = key[3].lower()
    if mode not in MODES:
        return None
    unit = [int(n) for n in head.get("L", "1/8").split("/")]
    return metre, pitch_class(key[1] + key[2]), mode, 4 * unit[0] / unit[1]


def read(text):
    """One tune of ABC, each part once; ``None``: another metre, a change of metre, incomplete bars, or too short."""
    head = fields(text)
    if head is None:
        return None
    metre, tonic, mode, unit = head
    sharps = ((tonic + MODES[mode]) * 7) % 12
    signed = dict.fromkeys("FCGDAEB"[: sharps if sharps < 7 else 0], 1)
    signed |= dict.fromkeys("BEADGCF"[: 12 - sharps if sharps >= 7 else 0], -1)
    body = re.sub(r"(?m)^[A-Za-z]:.*$|%.*$|\\\s*$|\{[^}]*\}|![^!]*!", "", text)
    body = re.sub(
        r"\[([A-Ga-g^_=][^\]]*)\]", lambda m: re.match(r"[\^_=]*[A-Ga-g][,']*[\d/]*", m[1])[0], body
    )
    bars, bar, chords, at, here = [], [], [], 0.0, {}
    tuplet, shrink, broken, skipping = 0, 1.0, 1.0, False
    for found in NOTE.finditer(body):
        kind = found.lastgroup if found["letter"] is None else "letter"
        if kind == "ending":
            skipping = found["ending"] != "1"
        elif kind == "bar":
            if ":" in found[0] or "]" in found[0] or found[0] == "||":
                skipping = False
            if at:
                bars.append((round(at, 3), bar))
            bar, at, here = [], 0.0, {}
        elif skipping:
            continue
        elif kind == "chord":
            chord = re.match(r"([A-G][#b]?)(m|dim)?(?!aj)", found["chord"])
            if chord:
                chords.append((len(bars), at, pitch_class(chord[1]), chord[2] is not None))
        elif kind == "tuplet":
            tuplet, shrink = int(found["tuplet"]), {2: 1.5, 3: 2 / 3, 4: 0.75}.get(int(found["tuplet"]), 1.0)
        elif kind == "broken":
            if not bar:
                return None
            when, length, pitch = bar[-1]
            factor = 1.5 if found[0] == ">" else 0.5
            bar[-1] = (when, length * factor, pitch)
            at, broken = when + length * factor, 2 - factor
        elif kind == "letter":
            above, slash, below = re.match(r"(\d*)(/*)(\d*)", found["length"]).groups()
            length = unit * int(above or 1) / (int(below) if below else 2 ** len(slash)) * broken
            broken = 1.0
            if tuplet:
                length, tuplet = length * shrink, tuplet - 1
            letter, spot = found["letter"], found["letter"] + found["octave"]
            if letter not in "zx":
                if found["accidental"]:
                    here[spot] = found["accidental"].count("^") - found["accidental"].count("_")
                step = here.get(spot, signed.get(letter.upper(), 0))
                octave = letter.islower() + found["octave"].count("'") - found["octave"].count(",")
                bar.append((at, length, 60 + pitch_class(letter.upper()) + 12 * octave + step))
            at += length
    span, first = LENGTH[metre], 0
    upbeat = bars[0] if bars and bars[0][0] < span else (0.0, [])
    if upbeat[0]:
        bars, first = bars[1:], 1
    whole = [notes for length, notes in bars if abs(length - span) < 0.01]
    if len(whole) < 8 or len(whole) < len(bars):
        return None  # repeats with upbeats of their own, or something not understood
    chords = [((n - first) * span + when, root, minor) for n, when, root, minor in chords if n >= first]
    return metre, tonic, mode in ("m", "min", "aeo", "dor", "phr"), upbeat, whole, chords


def harmonise(bars, home, minor, length, pace):
    """``[(at, root, minor)]``, one every ``pace`` bars: what its notes agree with most, the tonic first."""
    steps = [(0, 1), (5, 1), (7, 0), (3, 0), (10, 0)] if minor else [(0, 0), (5, 0), (7, 0), (9, 1), (2, 1)]
    notes = [(n * length + at, span, pitch) for n, bar in enumerate(bars) for at, span, pitch in bar]
    chords, at, end = [], 0.0, len(bars) * length
    while at < end:
        here = [(n, pitch) for when, n, pitch in notes if at <= when < at + pace * length]
        fits = [
            sum(n for n, pitch in here if (pitch - home - step) % 12 in ((0, 3, 7) if flat else (0, 4, 7)))
            + 0.1 * pace * length * (place < 3)
            for place, (step, flat) in enumerate(steps)
        ]
        step, flat = steps[fits.index(max(fits))] if chords else steps[0]
        chords.append((at, (home + step) % 12, bool(flat)))
        at += pace * length
    return chords


def arrange(tune, dice):
    """A MIDI file of a tune, and its truth."""
    metre, tonic, minor, (pickup, upbeat), once, chords = tune
    length = LENGTH[metre]
    bpm = dice.uniform(*TEMPI[metre])
    quarter = 60 / bpm / BEAT[metre]
    rounds = max(1, round(45 / (quarter * length * len(once))))
    pace = dice.choice([1, 1, 2] if metre == "3/4" else [0.5, 1, 1, 2])
    if not chords or chords[0][0] > 0 or dice.random() < 0.15:
        chords = harmonise(once, tonic, minor, length, pace)
    bars = once * rounds
    notes = [(at, n, p, 0, 96) for at, n, p in upbeat]
    for number, bar in enumerate(bars):
        notes += [(pickup + number * length + at, n, p, 0, 100 if at == 0 else 90) for at, n, p in bar]
    kind = dice.random()
    drums = dice.choice(DRUMS[metre]) if kind > 0.6 else None
    way = dice.choice([*BASS_AND_CHORDS[metre], None]) if kind > 0.15 else ()
    figure = dice.choice([[0, 1, 2], [0, 2, 1, 2]]) if metre != "6/8" else [0, 1, 2]
    for number in range(len(bars)):
        start, home = pickup + number * length, (number % len(once)) * length
        notes += accompany(way, figure, start, home, chords, metre, length)
        for pitch, hits in zip((36, 38, 42), drums or (), strict=False):
            notes += [(start + at, 0.1, pitch, 9, 95 if pitch < 42 else 70) for at in hits]
    loose = dice.choice([0.0, 0.006, 0.015]) / quarter
    notes = [(max(0.0, at + dice.gauss(0, loose)), *rest) for at, *rest in notes]
    programs = {
        0: dice.choice(MELODY),
        1: dice.choice([0, 21, 24, 25, 26, 46, 48]),
        2: dice.choice([32, 33, 42, 58]),
    }
    seconds = [(pickup + number * length) * quarter for number in range(len(bars) + 1)]
    beat = 60 / bpm
    truth = {
        "bpm": bpm, "timesig": metre, "key": f"{NAMES[tonic]} {'minor' if minor else 'major'}",
        "beats": [seconds[0] + n * beat for n in range(round((seconds[-1] - seconds[0]) / beat))],
        "downbeats": seconds[:-1], "chords": None, "sections": None,
        "kind": "melody" if way == () and not drums else "drums and melody" if way == () else "mix",
    }  # fmt: skip
    return midi(notes, programs, quarter), truth


def accompany(way, figure, start, home, chords, metre, length):
    """Bass and chords of the bar that begins ``home`` quarters into the tune, at ``start``."""

    def triad(at):
        _, root, minor = next(chord for chord in reversed(chords) if chord[0] <= home + at + 1e-6)
        return [root, root + (3 if minor else 4), root + 7]

    if way is None:
        step = ARPEGGIO[metre]
        times = [n * step for n in range(round(length / step))]
        return [
            (start + at, step, 48 + triad(at)[figure[n % len(figure)]], 1, 80 if n else 90)
            for n, at in enumerate(times)
        ]
    if not way:
        return []
    roots, fifths, strums = way
    long = length if len(strums) == 1 else 0.4
    notes = [(start + at, 0.9, 36 + triad(at)[0], 2, 95) for at in roots]
    notes += [(start + at, 0.9, 36 + (triad(at)[0] + 7) % 12, 2, 85) for at in fifths]
    return notes + [(start + at, long, 55 + (p - 7) % 12, 1, 75) for at in strums for p in triad(at)]


def midi(notes, programs, quarter):
    file = mido.MidiFile(ticks_per_beat=TICKS)
    head = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=round(quarter * 1e6))])
    head += [mido.Message("program_change", channel=c, program=p) for c, p in programs.items()]
    events = []
    for at, length, pitch, channel, velocity in notes:
        events += [
            (round(at * TICKS), 1, channel, pitch, velocity),
            (round((at + length * 0.95) * TICKS), 0, channel, pitch, 0),
        ]
    last = 0
    for when, _, channel, pitch, velocity in sorted(events):
        head.append(mido.Message("note_on", channel=channel, note=pitch, velocity=velocity, time=when - last))
        last = when
    file.tracks.append(head)
    return file


def make(case):
    folder, name, collection, seed, tune = case
    dice = random.Random(f"{seed} {name}")
    score, truth = arrange(tune, dice)
    score.save(folder / f"{name}.mid")
    play(folder / f"{name}.mid", dice.choice([font for font in SOUND_FONTS if font.exists()]))
    return json.dumps({"file": f"{name}.flac", "groove": collection, **truth}) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("books", type=Path, nargs="+")
    parser.add_argument("--each", type=int, default=12, help="tunes of a metre and a collection (12)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    cases = []
    for books in arguments.books:
        dice = random.Random(f"{arguments.seed} {books.name}")
        for n, tune in enumerate(tunes(books, arguments.each, dice)):
            name = f"{books.name}-{tune[0].replace('/', '')}-{n}"
            cases.append((arguments.folder, name, books.name, arguments.seed, tune))
    with ThreadPoolExecutor(arguments.processes) as pool:
        lines = list(pool.map(make, cases))
    (arguments.folder / "truth.jsonl").write_text("".join(lines), "utf-8")
    print(f"{len(lines)} tunes")


if __name__ == "__main__":
    main()
