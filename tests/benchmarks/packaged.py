"""Music that Debian packages, with the tempo that its makers wrote down: ``python -m tests.benchmarks.packaged FOLDER``.

``FOLDER`` gets a folder an origin, written like those of ``tests.benchmarks.corpus``; of beats, keys and sections
nothing is known. Real recordings are only the songs of Frets on Fire; the others are what people made with LMMS and Hydrogen, and
MIDI files of two games, played with three SoundFonts in turn. Of MIDI files that drift from their own beat the tempo says
nothing: they are left out. Needs ``lmms hydrogen openttd-openmsx freedoom fretsonfire-songs-muldjord
fretsonfire-songs-sectoid fluidsynth fluid-soundfont-gm timgm6mb-soundfont musescore-general-soundfont``.
"""

import argparse
import contextlib
import io
import json
import os
import re
import struct
import subprocess
import zlib
from pathlib import Path

import mido
import numpy as np
import soundfile

SHARE = Path("/usr/share")
FONTS = [
    SHARE / "sounds" / name
    for name in ("sf2/FluidR3_GM.sf2", "sf3/MuseScore_General.sf3", "sf2/TimGM6mb.sf2")
]
LONGEST, SHORTEST = 60, 8
"""Seconds of a piece."""
DRIFT = 0.05
"""Of a beat, by which a note may miss a fourth or a third of one."""


def rendered(scratch, *command):
    """What a program writes into ``scratch``, and its rate; it is cut off after five minutes."""
    scratch.unlink(missing_ok=True)
    screenless = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(
            [str(part) for part in command], capture_output=True, timeout=300, env=screenless, check=False
        )
    return soundfile.read(scratch, dtype="float32", always_2d=True)


def lmmsdemos(scratch):
    for project in sorted((SHARE / "lmms/projects").glob("*/**/*.mmp*")):
        if not {"demos", "shorties"} & set(project.parts):
            continue
        data = project.read_bytes()
        text = (zlib.decompress(data[4:]) if project.suffix == ".mmpz" else data).decode("utf-8", "replace")
        bpm = re.search(r'<head[^>]* bpm="(\d+)"', text)
        options = ("-f", "wav", "-s", "44100", "-i", "linear", "-x", "1", "--allowroot")
        sound = rendered(scratch, "lmms", "render", project, "-o", scratch, *options)
        yield project.stem, float(bpm[1]), "4/4", *sound


def hydrogen(scratch):
    for song in sorted((SHARE / "hydrogen/data/demo_songs").glob("*.h2song")):
        bpm = re.search(r"<bpm>([\d.]+)", song.read_text("utf-8"))
        options = ("-d", "auto", "-r", "44100", "-b", "16")
        yield (
            song.stem,
            float(bpm[1]),
            "4/4",
            *rendered(scratch, "h2cli", "-s", song, *options, "-o", scratch),
        )


def fretsonfire(_):
    for chart in sorted((SHARE / "games/fretsonfire/data/songs").glob("*/*/notes.mid")):
        (*_, (start, _, tempo, metre)) = stretches(mido.MidiFile(chart))
        parts = [
            soundfile.read(chart.with_name(f"{part}.ogg"), dtype="float32", always_2d=True)
            for part in ("song", "guitar")
        ]
        length, rate = min(len(audio) for audio, _ in parts), parts[0][1]
        song = sum(audio[:length].mean(axis=1, keepdims=True) for audio, _ in parts)
        for number, first in enumerate(range(round((start + 6) * rate), length - 20 * rate, 35 * rate)):
            yield (
                f"{chart.parent.name} {number}",
                tempo,
                metre or "4/4",
                song[first : first + 35 * rate],
                rate,
            )


def openttd(scratch):
    for score in sorted((SHARE / "games/openttd/baseset/openmsx").glob("*.mid")):
        yield from played(score.stem, score.read_bytes(), scratch)


def freedoom(scratch):
    seen = set()
    for wad in ("freedoom1", "freedoom2"):
        data = (SHARE / f"games/doom/{wad}.wad").read_bytes()
        count, directory = struct.unpack("<ii", data[4:12])
        for entry in range(count):
            at, size, name = struct.unpack(
                "<ii8s", data[directory + 16 * entry : directory + 16 * entry + 16]
            )
            lump = data[at : at + size]
            if lump[:4] == b"MThd" and lump not in seen:
                seen.add(lump)
                yield from played(name.rstrip(b"\0").decode().lower(), lump, scratch)


def stretches(midi):
    """``[(start, end, tempo, metre)]`` of one tempo and metre, seconds and beats a minute, the longest last."""
    ticks, now, tempo, metre, found = midi.ticks_per_beat, 0.0, 500_000, None, []
    for message in mido.merge_tracks(midi.tracks):
        span = mido.tick2second(message.time, ticks, tempo)
        if found and abs(found[-1][2] / tempo - 1) < 0.002 and found[-1][3] == metre:
            found[-1][1] = now + span
        elif span:
            found.append([now, now + span, tempo, metre])
        now += span
        if message.type == "set_tempo":
            tempo = message.tempo
        elif message.type == "time_signature":
            metre = f"{message.numerator}/{message.denominator}"
    beat = {"6/8": 1.5, "9/8": 1.5, "12/8": 1.5}
    return [
        (start, end, 60e6 / tempo / beat.get(metre, 1.0), metre)
        for start, end, tempo, metre in sorted(found, key=lambda each: each[1] - each[0])
    ]


def on_the_beat(midi):
    """Whether most notes begin on fourths or thirds of a beat."""
    times = [
        at / midi.ticks_per_beat
        for track in midi.tracks
        for at, message in zip(np.cumsum([m.time for m in track]), track, strict=True)
        if message.type == "note_on" and message.velocity
    ]
    parts = np.asarray(times)[:, None] * (4, 3)
    return (
        len(times) >= 40
        and (np.abs(parts - np.round(parts)) < DRIFT * np.asarray((4, 3))).mean(axis=0).max() > 0.75
    )


def played(name, data, scratch):
    midi = mido.MidiFile(file=io.BytesIO(data))
    start, end, tempo, metre = stretches(midi)[-1]
    if not on_the_beat(midi) or (metre or "4/4") not in ("2/4", "3/4", "4/4", "6/8", "9/8", "12/8"):
        return
    score = scratch.with_suffix(".mid")
    score.write_bytes(data)
    font = FONTS[zlib.crc32(name.encode()) % len(FONTS)]
    audio, rate = rendered(
        scratch, "fluidsynth", "-niq", "-g", "0.5", "-r", "22050", "-F", scratch, font, score
    )
    yield name, tempo, metre or "4/4", audio[round(start * rate) : round(end * rate)], rate


ORIGINS = {each.__name__: each for each in (lmmsdemos, hydrogen, fretsonfire, openttd, freedoom)}


def excerpt(audio, rate):
    """At most a minute of what sounds, without the first half minute where there is enough."""
    sounding = np.flatnonzero(np.abs(audio).max(axis=1) > 1e-3)
    audio = audio[sounding[0] : sounding[-1]] if len(sounding) else audio[:0]
    start = max(0, min(30 * rate, len(audio) - LONGEST * rate))
    return audio[start : start + LONGEST * rate] / max(1.0, np.abs(audio).max(initial=0))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--origin", nargs="+", choices=list(ORIGINS), default=list(ORIGINS))
    arguments = parser.parse_args()
    for origin in arguments.origin:
        folder = arguments.folder / origin
        folder.mkdir(parents=True, exist_ok=True)
        lines, scratch = [], folder / "scratch.wav"
        for name, bpm, metre, audio, rate in ORIGINS[origin](scratch):
            audio = excerpt(audio, rate)
            if len(audio) >= SHORTEST * rate:
                file = re.sub(r"\W+", "-", name) + ".flac"
                soundfile.write(folder / file, audio, rate)
                truth = {
                    "file": file,
                    "groove": name,
                    "bpm": bpm,
                    "timesig": metre,
                    "key": None,
                    "kind": "mix",
                }
                lines.append(json.dumps(truth) + "\n")
        scratch.unlink(missing_ok=True)
        scratch.with_suffix(".mid").unlink(missing_ok=True)
        (folder / "truth.jsonl").write_text("".join(lines), "utf-8")
        print(f"{origin}: {len(lines)} pieces", flush=True)


if __name__ == "__main__":
    main()
