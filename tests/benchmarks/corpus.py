"""Hundreds of pieces whose truth is known, none of them ours: ``python -m tests.benchmarks.corpus FOLDER``.

Accompaniments in the grooves of Musical MIDI Accompaniment, over harmony drawn at random, played with the FluidR3
SoundFont, two in three with a melody; some without drums, some drums alone. ``FOLDER/truth.jsonl`` gets one line a
piece: tempo, time signature, key, beats and downbeats (s), chords and sections ``[start, end, label]`` (s). The
same seed gives the same pieces. Debian has all that is needed: ``mma fluidsynth fluid-soundfont-gm``.
"""

import argparse
import json
import random
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mido
import soundfile

GROOVES = Path("/usr/share/mma/lib")
SOUNDS = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
RATE = 22050

TEMPI = [  # what dancers and band leaders count, by the first word that the groove's name contains
    ("fastjazzwaltz|fastwaltz|vieneswaltz|vienesewaltz", 160, 200), ("waltz", 90, 150),
    ("bebop|fastswing|quickstep|charleston", 190, 230), ("fastblues", 130, 160), ("slow|hymn|lullaby", 60, 80),
    ("ballad|spiritual|nitejazz", 62, 90), ("bluegrass|hillcountry", 110, 150), ("march|polka|dixie", 104, 126),
    ("salsa|mambo|merengue|son|samba", 170, 210), ("trance", 128, 142), ("ska|twist|jive|boggie", 140, 180),
    ("zydeco|calypso", 100, 130), ("chacha|foxtrot|tango|beguine|rhumba|bolero", 96, 124), ("ragtime|strut", 88, 110),
    ("bossanova", 120, 150), ("swing|bigband|jazz|gypsy", 110, 180), ("blues|68|128", 60, 84), ("funk|soul|rb", 84, 112),
    ("rock|8beat|boneym", 96, 144), ("folk|country|guitar", 84, 128), ("", 84, 132),
]  # fmt: skip
MAJOR = [
    "I IV V I",
    "I vi IV V",
    "I V vi IV",
    "ii V7 I I",
    "I IV I V7",
    "vi IV I V",
    "I iii IV V",
    "I I IV IV",
]
MINOR = ["i iv V7 i", "i VI III VII", "i VII VI V7", "iv V7 i i", "i iv VII III", "i i iv V7"]
RICH_MAJOR = [
    "Imaj7 vi7 ii7 V7", "I viidim I Vsus4", "I I7 IV ivdim", "ii7 V7sus4 V7 Imaj7", "Isus4 I Vsus4 V7",
    "I #idim ii7 V7", "IV #ivdim I V7", "vi7 Vsus2 IV Isus2",
]  # fmt: skip
RICH_MINOR = [
    "i7 iv7 V7 i",
    "i iidim V7 i",
    "i viidim i Vsus4",
    "i VImaj7 iidim V7",
    "i7 VII7 IIImaj7 V7sus4",
]
DEGREES = {"i": 0, "ii": 2, "iii": 4, "iv": 5, "v": 7, "vi": 9, "vii": 11}
MINOR_DEGREES = {**DEGREES, "iii": 3, "vi": 8, "vii": 10}
NAMES = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"]
TONES = {
    "maj": (0, 4, 7), "min": (0, 3, 7), "7": (0, 4, 7, 10), "min7": (0, 3, 7, 10), "maj7": (0, 4, 7, 11),
    "dim": (0, 3, 6), "sus4": (0, 5, 7), "sus2": (0, 2, 7),
}  # fmt: skip
MELODY = [0, 11, 21, 24, 40, 56, 65, 66, 68, 71, 73, 80, 81]
SCALES = {"major": [0, 2, 4, 5, 7, 9, 11], "minor": [0, 2, 3, 5, 7, 8, 10]}


def grooves(library):
    """``(file, main groove, [variants], intro, ending, counts a bar, counts a felt beat, time signature)``."""
    for path in sorted((GROOVES / library).glob("*.mma")):
        text = path.read_text("latin-1")
        names = re.findall(r"^\s*DefGroove\s+(\S+)", text, re.MULTILINE | re.IGNORECASE)
        time = re.search(r"^Time\s+(\d)", text, re.MULTILINE | re.IGNORECASE)
        signature = re.search(r"^Timesig\s+(\d)[ /](\d)", text, re.MULTILINE | re.IGNORECASE)
        if not names or path.stem in ("none", "gypsyjazz") or "metronome" in path.stem:
            continue
        counts = int(time[1]) if time else 4
        written = f"{signature[1]}/{signature[2]}" if signature and counts != 3 else f"{counts}/4"
        per_beat = 1.0
        if signature and signature[1] == "6":
            written = "6/8" if path.stem != "ballad68" else "12/8"
            per_beat = {6: 3.0, 3: 1.5}.get(counts, 1.0)
        elif "128" in path.stem:
            written = "12/8"
        elif counts == 6:
            written, per_beat = "6/8", 3.0
        names = [f"{library}:{name}" for name in names]
        plain = [name for name in names if not re.search(r"Intro|End|Fill", name)]
        intro = next((name for name in names if re.search(r"Intro\d*$", name)), None)
        ending = next((name for name in names if re.search(r"End\d*$", name)), None)
        yield path.stem, plain[0], plain[1:4], intro, ending, counts, per_beat, written


def spell(roman, tonic, mode):
    """A chord of MMA's spelling and its plain truth, from a Roman numeral."""
    raised, numeral, kind = re.fullmatch("(#?)([iIvV]+)(.*)", roman).groups()
    degrees = MINOR_DEGREES if mode == "minor" and kind != "dim" else DEGREES
    root = NAMES[(tonic + degrees[numeral.lower()] + len(raised)) % 12]
    if kind in ("dim", "sus4", "sus2", "7sus4"):
        return root + kind.replace("7sus4", "sus4"), f"{root}:{kind.replace('7sus4', 'sus4')}"
    minor = numeral.islower()
    seventh = {"": "", "7": "min7" if minor else "7", "maj7": "maj7"}[kind]
    return root + ("m" if minor else "") + kind.replace(
        "maj7", "M7"
    ), f"{root}:{seventh or ('min' if minor else 'maj')}"


def compose(stem, groove, variants, intro, ending, counts, per_beat, written, dice, varied=False, rich=False):
    """The text of a piece for MMA, and its truth; a chord a bar unless it is to be ``varied``, triads unless ``rich``."""
    low, high = next((a, b) for words, a, b in TEMPI if re.search(words, stem))
    if written in ("6/8", "12/8"):
        low, high = 56, 84 if "march" not in stem else 120
    bpm = round(dice.uniform(low, high) * per_beat) / per_beat  # MMA drops the decimals of a tempo
    tonic, mode = dice.randrange(12), dice.choice(["major", "major", "minor"])
    harmony = (RICH_MAJOR, RICH_MINOR) if rich else (MAJOR, MINOR)
    themes = [dice.choice(harmony[mode == "minor"]).split() for _ in range(3)]
    home = "I" if mode == "major" else "i"
    form = dice.choice(["ABAB", "AABA", "ABAC", "ABCA"])
    parts = [("intro", intro or groove, [home, *([home] * 3)])] if dice.random() < 0.6 else []
    parts += [
        (name, ([groove, *variants] * 3)["ABC".index(name)], themes["ABC".index(name)] * 2) for name in form
    ]
    parts += [("outro", ending or groove, [home, home])]
    pace = dice.choice([0.5, 1, 2, 4] if counts % 2 == 0 else [1, 2, 4]) if varied else 1
    bar = 60 / bpm * counts / per_beat
    lines, chords, sections, time, number = [f"Tempo {bpm * per_beat:.0f}"], [], [], 0.0, 1
    for label, played, romans in parts:
        lines.append(f"Groove {played}")
        sections.append([time, time + bar * len(romans), label])
        for n, roman in enumerate(romans):
            if pace > 1:
                roman = romans[int(n // pace) % len(romans)]
            halves = [roman, romans[(n + 1) % len(romans)]] if pace < 1 else [roman]
            named = [spell(each, tonic, mode) for each in halves]
            rest = " / " * (counts // 2 - 1)
            lines.append(f"{number} " + f"{rest} ".join(name for name, _ in named))
            for place, (_, plain) in enumerate(named):
                edges = [time + bar * k / len(named) for k in (place, place + 1)]
                chords.append(
                    [*edges, plain if rich else plain.split(":")[0] + (":min" if ":min" in plain else ":maj")]
                )
            time, number = time + bar, number + 1
    count = round(time * bpm / 60)
    beats = [beat * 60 / bpm for beat in range(count)]
    truth = {
        "bpm": bpm, "timesig": written, "key": f"{NAMES[tonic]} {mode}", "beats": beats,
        "downbeats": [n * bar for n in range(number - 1)], "chords": chords, "sections": sections,
    }  # fmt: skip
    return "\n".join(lines) + "\n", truth


def add_melody(midi, truth, counts, dice):
    """Chord tones on the strong counts, steps of the scale between; phrases that return with their theme."""
    tonic, mode = truth["key"].split()
    scale = {(NAMES.index(tonic) + step) % 12 for step in SCALES[mode]}
    pitches = [p for p in range(60, 85) if p % 12 in scale]
    ticks = midi.ticks_per_beat
    events, place = [], len(pitches) // 2
    rhythms = [[dice.choice([[1.0], [0.5, 0.5], [2.0], [1.5, 0.5]]) for _ in range(4)] for _ in range(2)]
    for bar, start in enumerate(truth["downbeats"]):
        chord = next(name for _, end, name in truth["chords"] if start + 0.01 < end)
        root, kind = chord.split(":")
        tones = {(NAMES.index(root) + step) % 12 for step in TONES[kind]}
        at, lengths = 0.0, [length for cell in rhythms[bar // 2 % 2] for length in cell]
        while at < counts and lengths:
            length = min(lengths.pop(0), counts - at)
            place = min(len(pitches) - 1, max(0, place + dice.choice([-2, -1, -1, 1, 1, 2])))
            if at == int(at):
                place = min(
                    range(len(pitches)), key=lambda n: abs(n - place) + 9 * (pitches[n] % 12 not in tones)
                )
            if dice.random() < 0.85:
                begin = (bar * counts + at) * ticks
                events += [(begin, 1, pitches[place]), (begin + length * ticks * 0.9, 0, pitches[place])]
            at += length
    track = mido.MidiTrack([mido.Message("program_change", channel=14, program=dice.choice(MELODY))])
    last = 0
    for when, on, pitch in sorted((round(w), on, p) for w, on, p in events):
        loudness = dice.randint(80, 105) if on else 0
        track.append(mido.Message("note_on", channel=14, note=pitch, velocity=loudness, time=when - last))
        last = when
    midi.tracks.append(track)


def without(midi, drums):
    """Drop the drum track's notes, or all others."""
    for track in midi.tracks:
        for message in track:
            if message.type == "note_on" and (message.channel == 9) == drums:
                message.velocity = 0


def play(score, sounds=SOUNDS):
    """Turns a MIDI file into a FLAC file beside it."""
    sound = score.with_suffix(".wav")
    player = ["fluidsynth", "-niq", "-g", "0.5", "-r", str(RATE), "-F", sound, sounds, score]
    subprocess.run(player, capture_output=True, check=True)
    audio, rate = soundfile.read(sound, dtype="float32")
    soundfile.write(sound.with_suffix(".flac"), audio, rate)
    sound.unlink()
    score.unlink()


def make(case):
    """One piece; its line of ``truth.jsonl``, or ``None`` where the groove does not compile."""
    folder, number, seed, varied, rich, (stem, *rest) = case
    dice = random.Random(f"{seed} {number} {stem}")
    text, truth = compose(stem, *rest, dice, varied, rich)
    name = f"{stem}-{number}"
    source, score = (folder / f"{name}.{kind}" for kind in ("mma", "mid"))
    source.write_text(text, "utf-8")
    subprocess.run(["mma", "-w", "-f", score, source], capture_output=True, check=False)
    if not score.exists():
        return None
    midi = mido.MidiFile(score)
    drums = any(m.type == "note_on" and m.channel == 9 for track in midi.tracks for m in track)
    chance = dice.random()
    truth["kind"] = "mix"
    if drums and chance < 0.1:
        without(midi, drums=False)
        truth |= {"kind": "drums", "key": None, "chords": None}
    else:
        if drums and chance < 0.3:
            without(midi, drums=True)
            truth["kind"] = "no drums"
        if dice.random() < 0.65:
            add_melody(midi, truth, rest[4], dice)
    midi.save(score)
    source.unlink()
    play(score)
    return json.dumps({"file": f"{name}.flac", "groove": stem, **truth}) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--library", default="stdlib", help="of MMA: casio, kara, stdlib, yamaha (stdlib)")
    parser.add_argument("--metre", nargs="+", help="only grooves in these: 3/4 6/8 …")
    parser.add_argument("--each", type=int, default=2, help="pieces a groove file (2)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--varied", action="store_true", help="chords of half a bar to four bars, not of one")
    parser.add_argument("--rich", action="store_true", help="sevenths, diminished and suspended chords too")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    wanted = [g for g in grooves(arguments.library) if arguments.metre is None or g[-1] in arguments.metre]
    pieces = enumerate(wanted * arguments.each)
    cases = [
        (arguments.folder, number, arguments.seed, arguments.varied, arguments.rich, groove)
        for number, groove in pieces
    ]
    with ThreadPoolExecutor(arguments.processes) as pool:
        lines = [line for line in pool.map(make, cases) if line is not None]
    (arguments.folder / "truth.jsonl").write_text("".join(lines), "utf-8")
    print(f"{len(lines)} pieces, {len(cases) - len(lines)} grooves left out")


if __name__ == "__main__":
    main()
