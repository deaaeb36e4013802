"""Whether edits do what their prompts say: ``python -m tests.benchmarks.edits [DATA]``.

Each prompt is made to a piece of 14 s that was composed here, and to 15 s of a recording whose true stems are known
(``DATA/lithium``). A line each: what the prompt names, measured; what was wanted of it; and what happened to the rest.

Measures: ``LUFS`` the loudness, ``louder`` its change in LU; ``dB TRACK`` the change of a stem's level (of a recording:
by least squares over the true stems); ``centroid`` the ratio of spectral centroids; ``low``, ``high`` the change of the
lowest and the highest bands against the middle, dB; ``gaps`` how far the quietest tenth of moments came up to the
mean, dB (reverberation fills gaps); ``length`` and ``tempo`` ratios; ``steps`` semitones, by the chroma; ``key`` the
score's key, or the one heard; ``width`` the ratio of widths; ``start`` and ``end`` the change of half a second there, dB;
``tracks`` the stems that came (+) and went (-);
``backwards`` the difference from the source played backwards, dB; ``peak`` dBTP; ``crest`` the change of peak against
level, dB; ``left`` left against right, dB; ``seconds`` by how much longer; ``outside`` the largest change out of these seconds, dB. ``rest`` is the largest change of any other stem, dB relative to it (-200: to the sample);
of a recording, the change of the level of all others together, dB, by least squares.
"""

import argparse
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import stft

from audiopod_mcp.music.analysis.analyze import analyze
from audiopod_mcp.music.analysis.key import beat_chroma
from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.editing.edit import edit
from audiopod_mcp.music.editing.prompt.parse import read_prompt
from audiopod_mcp.music.effects.mix_matching import spectral_balance, stereo_width
from audiopod_mcp.music.generation.generate import generate
from audiopod_mcp.music.model import Refused
from audiopod_mcp.music.signal.loudness import integrated_loudness, true_peak
from audiopod_mcp.studio.engines.refusals import explain
from tests.benchmarks.transforming import WORDS, level, rows_alike

BOTH, COMPOSED = "both", "composed"
CASES = [
    ("make it louder", "louder", (2, 5), BOTH), ("a little quieter", "louder", (-2.3, -1.7), BOTH),
    ("turn it down by 3 dB", "louder", (-3.1, -2.9), BOTH),
    ("half as loud", "louder", (-10.1, -9.9), BOTH), ("normalise to -18 LUFS", "LUFS", (-18.3, -17.7), BOTH),
    ("normalize to -11 LUFS", "LUFS", (-11.3, -10.7), BOTH),
    ("drums 6 dB quieter", "dB drums", (-7, -5), BOTH), ("turn the bass up", "dB bass", (3, 7), BOTH),
    ("drums +3 dB", "dB drums", (2, 4), BOTH), ("bring the vocals forward", "dB vocals", (3, 7), BOTH),
    ("remove the drums", "dB drums", (-300, -8), BOTH), ("without vocals", "dB vocals", (-300, -8), BOTH),
    ("mute the piano", "dB keyboard", (-300, -8), COMPOSED),
    ("only drums and bass", "tracks", "bass drums", COMPOSED),
    ("add strings", "tracks", "the same", COMPOSED), ("add a saxophone", "tracks", "+woodwinds", COMPOSED),
    ("swap the piano for an organ", "tracks", "the same", COMPOSED),
    ("swap the piano for a guitar", "tracks", "-keyboard", COMPOSED),
    ("use an organ instead of the piano", "tracks", "the same", COMPOSED),
    ("turn down the reverb", "gaps", (-20, -0.3), BOTH), ("roll off the high end", "high", (-9, -3), BOTH),
    ("the drums are too loud", "dB drums", (-7, -3), BOTH),
    ("turn it up", "louder", (2, 5), BOTH),
    ("a bit brighter", "centroid", (1.03, 1.6), BOTH), ("make it warmer", "centroid", (0.4, 0.95), BOTH),
    ("darker", "centroid", (0.4, 0.95), BOTH),
    ("more low end", "low", (3, 9), BOTH), ("less treble", "high", (-9, -3), BOTH), ("more treble", "high", (3, 9), BOTH),
    ("more reverb", "gaps", (0.5, 20), BOTH),
    ("drier", "gaps", (-20, -0.3), BOTH),
    ("slow it down by 10 %", "tempo", (0.89, 0.91), BOTH), ("faster, 140 bpm", "bpm", (139, 141), BOTH),
    ("speed it up by 15%", "tempo", (1.14, 1.16), BOTH), ("half speed", "tempo", (0.49, 0.51), BOTH),
    ("up a whole step", "steps", (2, 2), BOTH), ("pitch it down a semitone", "steps", (-1, -1), BOTH),
    ("transpose up a fourth", "steps", (5, 5), BOTH),
    ("in A minor instead", "key", "A minor", COMPOSED), ("in the key of D major", "key", "D major", COMPOSED),
    ("change the key to F", "key", "F major", COMPOSED),
    ("wider stereo", "width", (1.2, 9), BOTH), ("make it mono", "width", (0, 0.01), BOTH),
    ("narrower", "width", (0.05, 0.6), BOTH),
    ("fade out at the end", "end", (-200, -12), BOTH), ("fade in over 2 seconds", "start", (-200, -9), BOTH),
    ("play it backwards", "backwards", (-300, -90), BOTH),
    ("normalise to -1 dB", "peak", (-1.1, -0.9), BOTH), ("compress it", "crest", (-9, -0.5), BOTH),
    ("distort it", "crest", (-20, -2), BOTH), ("pan it hard left", "left", (20, 300), BOTH),
    ("add echo", "gaps", (0.3, 20), BOTH),
    ("cut everything below 200 Hz", "low", (-90, -12), BOTH),
    ("like through a telephone", "high", (-90, -12), BOTH), ("punchier", "crest", (0.5, 9), BOTH),
    ("louder from 0:05 to 0:08", "outside 5 8", (-300, -300), BOTH), ("cut the first 5 seconds", "seconds", (-5.01, -4.99), BOTH),
    ("loop the first 4 seconds twice", "seconds", (3.99, 4.01), BOTH), ("mute the drums from 0:05 to 0:08", "outside 5 8", (-300, -300), BOTH),
    ("mute the drums in the chorus", "dB drums", (-300, -2), COMPOSED), ("cut the chorus", "seconds", (-12, -1), COMPOSED),
    ("drums 6 dB louder", "dB drums", (5, 7), BOTH), ("bass 4 dB quieter", "dB bass", (-5, -3), BOTH),
    ("vocals 4 dB quieter", "dB vocals", (-5, -3), BOTH), ("no bass", "dB bass", (-300, -8), BOTH),
]  # fmt: skip
REFUSED = (
    "remove the noise", "denoise it", "make the bridge quieter", "more energetic", "auto-tune the vocals", "flanger on it", "make the song longer",
    "in the original key", "change the lyrics to something sad", "gradually louder", "make it 3/4", "a female singer",
)  # fmt: skip
WHOLE = {
    "louder",
    "LUFS",
    "centroid",
    "low",
    "high",
    "gaps",
    "tempo",
    "bpm",
    "steps",
    "key",
    "width",
    "start",
    "end",
    "backwards",
    "peak",
    "crest",
    "left",
    "seconds",
}
"""Measures of everything: there is no rest, but for the length."""


@dataclass(frozen=True)
class Song:
    audio: np.ndarray
    rate: int
    true: dict
    score: object = None

    @property
    def composed(self):
        return {"score": self.score, "stems": self.true} if self.score else {}


def composed_song():
    brief = read_caption("pop song with piano", tempo=118, key="G major", duration=14, lyrics=WORDS)
    made = generate(brief, seed=1)
    return Song(made.audio, made.rate, dict(made.stems), made.score)


def recorded_song(folder, start=40, seconds=15):
    def cut(file):
        audio, rate = soundfile.read(file, dtype="float32", always_2d=True)
        return audio[start * rate : (start + seconds) * rate], rate

    audio, rate = cut(folder / "mix.flac")
    return Song(audio, rate, {file.stem: cut(file)[0] for file in sorted(folder.glob("*.ogg"))})


def decibels(ratio):
    return float(20 * np.log10(max(ratio, 1e-10)))


def stem_gains(song, made):
    """The change of each true stem's level, dB: of the stems if there are, else by least squares."""
    if song.score:
        return {
            track: decibels(rms(made.stems[track]) / rms(stem)) if track in made.stems else -200.0
            for track, stem in song.true.items()
        }
    size = min(len(made.audio), *(len(stem) for stem in song.true.values()))
    stems = np.stack([stem[:size].ravel() for stem in song.true.values()], axis=1)
    gains = np.linalg.lstsq(stems, made.audio[:size].ravel(), rcond=None)[0]
    return {track: decibels(abs(gain)) for track, gain in zip(song.true, gains, strict=True)}


def rms(audio):
    return float(np.sqrt(np.square(audio, dtype=np.float64).mean()) + 1e-12)


def centroid(audio, rate):
    spectrum = np.square(np.abs(np.fft.rfft(audio.mean(axis=1))))
    return float((np.fft.rfftfreq(len(audio), 1 / rate) * spectrum).sum() / spectrum.sum())


def gaps(audio, rate):
    """How far the quietest tenth of frames lies below the mean, by octave from 200 Hz, dB: negative."""
    power = np.square(np.abs(stft(audio.mean(axis=1), rate, nperseg=1024, noverlap=512)[2]))
    at = np.fft.rfftfreq(1024, 1 / rate)
    octaves = [power[(at >= low) & (at < 2 * low)].mean(axis=0) for low in 200 * 2 ** np.arange(6)]
    return float(
        np.mean([10 * np.log10((np.percentile(x, 10) + 1e-12) / (x.mean() + 1e-12)) for x in octaves])
    )


def semitones(song, made):
    beats = np.arange(0, len(song.audio) / song.rate - 1, 0.5)
    own, new = (beat_chroma(x, song.rate, beats) for x in (song.audio, made.audio))
    best = int(np.argmax([rows_alike(np.roll(own, shift, axis=1), new) for shift in range(12)]))
    return float((best + 5) % 12 - 5)


def tilt(audio, rate, bands):
    balance = spectral_balance(audio, rate)
    return float(balance[bands].mean() - balance[10])


def measured(what, song, made):
    own, new, rate = song.audio, made.audio, song.rate
    name, _, track = what.partition(" ")
    if name == "outside":
        first, last = (round(float(second) * rate) for second in track.split())
        changed = np.abs(np.delete(new - own, slice(first, last), axis=0)).max()
        return decibels(changed) if changed else -300.0
    if name == "dB":
        return stem_gains(song, made)[track]
    if name == "tempo":
        # The length says by how much; the beat that is heard must have followed, octaves apart.
        ratio = len(own) / len(new)
        heard = (analyze(new, rate).tempo or np.nan) / analyze(own, rate).tempo / ratio
        return ratio if min(abs(heard - octave) for octave in (0.5, 1, 2)) < 0.03 else heard * ratio
    if name == "tracks":
        gone, new_ones = (
            sorted(x) for x in (set(song.true) - set(made.stems), set(made.stems) - set(song.true))
        )
        return "".join([f"-{t}" for t in gone] + [f"+{t}" for t in new_ones]) or "the same"
    return {
        "louder": lambda: integrated_loudness(new, rate) - integrated_loudness(own, rate),
        "LUFS": lambda: integrated_loudness(new, rate),
        "centroid": lambda: centroid(new, rate) / centroid(own, rate),
        "low": lambda: tilt(new, rate, slice(0, 4)) - tilt(own, rate, slice(0, 4)),
        "high": lambda: tilt(new, rate, slice(-4, -1)) - tilt(own, rate, slice(-4, -1)),
        "gaps": lambda: gaps(new, rate) - gaps(own, rate),
        "bpm": lambda: analyze(new, rate).tempo,
        "steps": lambda: semitones(song, made),
        "key": lambda: made.score.key if made.score else analyze(new, rate).key,
        "width": lambda: stereo_width(new) / stereo_width(own),
        "start": lambda: level(new, rate, 0.0, 0.5) - level(own, rate, 0.0, 0.5),
        "backwards": lambda: decibels(rms(new[::-1] - own) / rms(own)),
        "peak": lambda: true_peak(new, rate),
        "crest": lambda: decibels(np.abs(new).max() / rms(new)) - decibels(np.abs(own).max() / rms(own)),
        "left": lambda: decibels(rms(new[:, 0]) / rms(new[:, 1])),
        "seconds": lambda: (len(new) - len(own)) / rate,
        "end": lambda: level(new, rate, len(new) / rate - 0.5, 0.5) - level(own, rate, len(own) / rate - 0.5, 0.5),
    }[name]()  # fmt: skip


def wanted_and_got(what, wanted, got, song):
    if what == "tracks" and wanted[0] not in "+-t":
        wanted = "".join(f"-{track}" for track in sorted(song.true) if track not in wanted.split())
    if isinstance(wanted, str):
        return wanted, got == wanted
    low, high = wanted
    return f"{low:g}..{high:g}", low <= got <= high


def rest(prompt, what, song, made):
    """The largest change of what was not named, in dB, and whether that is little; ``None``: nothing is left."""
    if what in WHOLE or what.startswith("outside"):
        return None
    named = {wish.track for wish in read_prompt(prompt).steps}
    named |= {"backing_vocals"} if "vocals" in named else set()
    if what == "tracks" and not any(wish.kind == "only" for wish in read_prompt(prompt).steps):
        named |= set(made.stems) - set(song.true) | {
            t for w in read_prompt(prompt).steps for t in w.text.split()
        }
    if song.score:
        others = [track for track in song.true if track in made.stems and track not in named]
        changes = [decibels(rms(made.stems[t] - song.true[t]) / rms(song.true[t])) for t in others]
        return max(changes, default=-200.0), max(changes, default=-200.0) < -25
    others = sum(stem for track, stem in song.true.items() if track not in named)
    size = min(len(made.audio), len(song.audio))
    columns = np.stack([x[:size].ravel() for x in (song.audio - others, others)], axis=1)
    change = abs(decibels(abs(np.linalg.lstsq(columns, made.audio[:size].ravel(), rcond=None)[0][1])))
    return change, change < 1.5


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--only", default="", help="prompts that contain this")
    arguments = parser.parse_args()
    songs = {"composed": composed_song()}
    if arguments.data:
        songs["recording"] = recorded_song(arguments.data / "lithium")
    count = Counter()
    print(f"stems of the composed piece: {', '.join(sorted(songs['composed'].true))}")
    print(f"{'of':9} {'prompt':28} {'measure':12} {'measured':>12} {'wanted':>14} {'rest dB':>8}")
    for name, song in songs.items():
        cases = [case for case in CASES if case[3] == BOTH or song.score]
        for prompt, what, wanted, _ in cases:
            if arguments.only not in prompt:
                continue
            try:
                made = edit(song.audio, song.rate, prompt=prompt, **song.composed)
            except Refused as refused:
                print(f"{name:9} {prompt:28} {what:12} refused: {explain(refused)}", flush=True)
                count[name, False] += 1
                continue
            got = measured(what, song, made)
            target, ok = wanted_and_got(what, wanted, got, song)
            others = rest(prompt, what, song, made)
            same = what in ("tempo", "bpm", "seconds") or len(made.audio) == len(song.audio)
            ok = ok and same and (others is None or others[1])
            count[name, ok] += 1
            shown = f"{got:.2f}" if isinstance(got, float) else str(got)
            left = "" if others is None else f"{others[0]:.1f}"
            verdict = "ok" if ok else "NOT"
            print(f"{name:9} {prompt:28} {what:12} {shown:>12} {target:>14} {left:>8} {verdict}", flush=True)
        for prompt in REFUSED:
            if arguments.only not in prompt:
                continue
            try:
                edit(song.audio, song.rate, prompt=prompt, **song.composed)
                says, ok = "done, or nothing done", False
            except Refused as refused:
                says, ok = explain(refused), "; " in explain(refused)
            count[name, ok] += 1
            print(f"{name:9} {prompt:28} {'refused' if ok else 'NOT'}: {says}", flush=True)
        print(f"{name}: {count[name, True]} ok, {count[name, False]} not", flush=True)


if __name__ == "__main__":
    main()
