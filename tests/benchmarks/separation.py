"""How well stems come out of pieces nobody tuned on: ``python -m tests.benchmarks.separation [--pieces 12] [--held]``.

Pieces of :mod:`tests.benchmarks.corpus` with its needs, drums, bass and the rest each played by itself, so that the
truth is exact. None of them is sung: vocals should be refused or doubted. The method may be changed with an eye on
the grooves played by default; those of ``--held`` only report.

With ``--songs FOLDER …``, instead: songs with their stems (``vocals``, ``drums``, ``bass``, ``other``) beside each
other, and with ``--models FOLDER``, the ``models`` of a data folder, their vocals by the model for voices as well.
"""

import argparse
import copy
import random
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

import mido
import numpy as np
import soundfile

from audiopod_mcp.music.model import Refused
from audiopod_mcp.music.separation.separate import TRACKS, separate, separate_tracks, separate_with_notes
from audiopod_mcp.studio.engines.stems import voice_network_in
from tests.music.synth import si_sdr

from .corpus import SOUNDS, add_melody, compose, grooves

RATE = 44_100
SECONDS = 20


def played(midi, channels, folder):
    """The notes of some channels, from 8 seconds on: ``(samples, 2)``."""
    alone = copy.deepcopy(midi)
    for track in alone.tracks:
        for message in track:
            if message.type == "note_on" and message.channel not in channels:
                message.velocity = 0
    alone.save(folder / "alone.mid")
    player = ["fluidsynth", "-niq", "-g", "0.4", "-r", str(RATE), "-F", folder / "alone.wav"]
    subprocess.run([*player, SOUNDS, folder / "alone.mid"], capture_output=True, check=True)
    audio = soundfile.read(folder / "alone.wav", dtype="float32", start=8 * RATE, frames=SECONDS * RATE)[0]
    return np.pad(audio, ((0, SECONDS * RATE - len(audio)), (0, 0)))


def piece(groove, folder):
    """The stems of a piece in ``groove``; ``None`` where it does not compile."""
    stem, *rest = groove
    dice = random.Random(f"stems {stem}")
    text, truth = compose(stem, *rest, dice)
    (folder / "piece.mma").write_text(text, "utf-8")
    (folder / "piece.mid").unlink(missing_ok=True)
    command = ["mma", "-w", "-f", folder / "piece.mid", folder / "piece.mma"]
    subprocess.run(command, capture_output=True, check=False)
    if not (folder / "piece.mid").exists():
        return None
    midi = mido.MidiFile(folder / "piece.mid")
    if dice.random() < 0.6:
        add_melody(midi, truth, rest[4], dice)
    programs = {}
    for message in (message for track in midi.tracks for message in track):
        if message.type == "program_change":
            programs.setdefault(message.channel, set()).add(message.program)
    bass = {c for c, used in programs.items() if c != 9 and all(32 <= p <= 39 or p == 43 for p in used)}
    parts = {"drums": {9}, "bass": bass, "rest": set(range(16)) - bass - {9}}
    return {name: played(midi, channels, folder) for name, channels in parts.items()}


def voice(mix):
    try:
        return (
            "doubted"
            if "doubtful" in " ".join(separate_with_notes(mix, RATE, "vocals")[1])
            else "taken for sung"
        )
    except Refused:
        return "refused"


def stems_in(folder):
    """The stems of a song, all of one length: ``(samples, 2)``."""
    files = [path for path in sorted(folder.iterdir()) if path.suffix in {".ogg", ".flac", ".mp3", ".wav"}]
    read = {
        path.stem: soundfile.read(path, dtype="float32", always_2d=True)[0]
        for path in files
        if path.stem != "mix"
    }
    length = max(map(len, read.values()))
    return {
        name: np.pad(np.broadcast_to(audio, (len(audio), 2)), ((0, length - len(audio)), (0, 0)))
        for name, audio in read.items()
    }


def report_songs(folders, models):
    weights = voice_network_in(models).weights
    for folder in folders:
        stems = stems_in(folder)
        mix = sum(stems.values()).astype(np.float32)
        minutes = len(mix) / RATE / 60
        found = {}
        for how, given in (
            {"by masks": None} | ({"by the network": weights} if weights is not None else {})
        ).items():
            began = time.process_time()
            found[how] = separate_tracks(mix, RATE, TRACKS, voice_weights=given)
            print(f"{folder.name:12} {how}: {(time.process_time() - began) / minutes:.1f} s of CPU a minute")
        for track in (*TRACKS, "other"):
            if track not in stems:
                continue
            line = f"{folder.name:12} {track:8} mix {si_sdr(mix, stems[track]):6.2f}"
            for how, tracks in found.items():
                rest = mix - sum(stem.audio for stem in tracks.values())
                stem = rest if track == "other" else tracks[track].audio
                line += f"   {how} {si_sdr(stem, stems[track]):6.2f}"
            print(line, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pieces", type=int, default=12)
    parser.add_argument("--held", action="store_true")
    parser.add_argument("--songs", type=Path, nargs="+")
    parser.add_argument("--models", type=Path)
    wanted = parser.parse_args()
    if wanted.songs:
        report_songs(wanted.songs, wanted.models)
        return
    order = list(grooves("stdlib"))
    random.Random(17).shuffle(order)
    gains, voices = {"drums": [], "bass": []}, []
    refused, given = Counter(), Counter()
    with tempfile.TemporaryDirectory() as folder:
        for groove in order[int(wanted.held) :: 2]:
            if len(voices) == wanted.pieces:
                break
            stems = piece(groove, Path(folder))
            if stems is None:
                continue
            mix = sum(stems.values())
            line = f"{groove[0]:20}"
            for track, found in gains.items():
                there = np.square(stems[track]).sum() > 1e-4 * np.square(mix).sum()
                try:
                    stem = separate(mix, RATE, track)
                except Refused:
                    refused[track, there] += 1
                    line += f"{track:>8}: {'missed' if there else 'refused'}       "
                    continue
                given[track, there] += 1
                if not there:
                    line += f"{track:>8}: residue       "
                    continue
                before, after = si_sdr(mix, stems[track]), si_sdr(stem, stems[track])
                found.append((before, after))
                line += f"{track:>8}: {before:6.1f} → {after:5.1f} "
            voices.append(voice(mix))
            print(f"{line}  vocals: {voices[-1]}", flush=True)
    for track, found in gains.items():
        before, after = np.asarray(found).T
        print(
            f"{track}: SI-SDR of the mix {np.median(before):.1f} dB, of the stem {np.median(after):.1f} dB (medians), "
            f"better in {np.sum(after > before)} of {len(found)}"
        )
        for there, what in ((True, "played, and missed"), (False, "not played, and refused")):
            count = refused[track, there]
            print(f"{track}: {what} in {count} of {count + given[track, there]}")
    print("vocals: " + ", ".join(f"{kind} {voices.count(kind)}" for kind in sorted(set(voices))))


if __name__ == "__main__":
    main()
