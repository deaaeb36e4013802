"""The engine as a library: make a song, analyse it, repaint a part of it, take it apart, write the files.

Run it in an empty folder: ``python examples/library.py "slow blues with piano and harmonica"``.
"""

import argparse
from pathlib import Path

import soundfile

from audiopod_mcp import music


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("caption", nargs="?", default="pop rock, 120 BPM, G major")
    parser.add_argument("--duration", type=float, default=20.0, help="seconds")
    parser.add_argument("--folder", type=Path, default=Path())
    options = parser.parse_args()

    song = music.generate(options.caption, duration=options.duration, instrumental=True, seed=1)
    print(f"{len(song.audio) / song.rate:.1f} s of music; who plays: {', '.join(song.stems)}")
    soundfile.write(options.folder / "song.flac", song.audio, song.rate)

    heard = music.analyze(song)
    print(f"heard: {heard.tempo} BPM, {heard.timesignature}, {heard.key}, {heard.loudness} LUFS")
    print(f"       {' '.join(chord.label for chord in heard.chords)}")

    # A composed song is changed note by note: its score and its stems come along in the rendering.
    middle = options.duration / 2
    repainted = music.repaint(song, middle - 2, middle + 2, "drum solo", seed=2)
    print(f"played anew from {middle - 2:g} to {middle + 2:g} s")
    soundfile.write(options.folder / "repainted.flac", repainted.audio, repainted.rate)
    for track, stem in music.separate(repainted).items():
        soundfile.write(options.folder / f"repainted-{track}.flac", stem, repainted.rate)
        print(f"stem: {track}")

    # A recording is samples and a rate: nothing is known but what can be heard.
    recording = soundfile.read(options.folder / "repainted.flac")
    for track, stem in music.separate(recording).items():
        soundfile.write(options.folder / f"estimated-{track}.flac", stem, recording[1])
        print(f"estimated from the mix: {track}")


if __name__ == "__main__":
    main()
