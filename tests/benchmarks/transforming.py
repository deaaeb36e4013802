"""How well songs are changed: ``python -m tests.benchmarks.transforming DATA [TABLE …]``.

``DATA`` is a folder of recordings (``*/mix.flac``, ``*.mp3``); pieces composed here stand beside them. Tables: ``retake``
(how like the song, by variance), ``cover`` (by strength), ``reference`` (what is taken), ``extend``, ``repaint`` (seams, levels),
``likeness`` (how like the song the new part sounds); ``styles`` prints what styles are known by. ``--seconds`` cuts the
recordings.
"""

import argparse
import itertools
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import soundfile

from audiopod_mcp.music.analysis import analyse
from audiopod_mcp.music.caption import read_caption
from audiopod_mcp.music.cover import cover
from audiopod_mcp.music.extend import extend
from audiopod_mcp.music.making import make
from audiopod_mcp.music.matching import spectral_balance, width_of
from audiopod_mcp.music.melody import melody
from audiopod_mcp.music.model import Score
from audiopod_mcp.music.onsets import WHOLE, onset_envelopes
from audiopod_mcp.music.reference import reference
from audiopod_mcp.music.repaint import repaint
from audiopod_mcp.music.retake import retake
from audiopod_mcp.music.sounding import features
from audiopod_mcp.music.spectrum import downmix
from audiopod_mcp.music.styles import STYLES
from audiopod_mcp.music.timbre import measure_timbre
from audiopod_mcp.music.tonality import beat_chroma

WORDS = "[Verse]\nmorning light is on the river\nboats are going out to sea\n[Chorus]\nsail away\nsail away with me"
PIECES = [
    ("pop song with piano", 118, "G major", WORDS), ("jazz trio, instrumental", 132, "Bb major", None),
    ("techno, instrumental", 130, "A minor", None), ("folk ballad with guitar", 92, "D major", WORDS),
    ("bossa nova, instrumental", 124, "F major", None), ("metal, instrumental", 150, "E minor", None),
]  # fmt: skip


@dataclass(frozen=True)
class Song:
    name: str
    audio: np.ndarray
    rate: int
    composed: dict = field(default_factory=dict)

    @cached_property
    def heard(self):
        return analyse(self.audio, self.rate)

    @cached_property
    def beats(self):
        score: Score | None = self.composed.get("score")
        return score.beats if score else self.heard.beats


def pieces(seconds, seeds=(1,)):
    for (caption, bpm, key, words), seed in itertools.product(PIECES, seeds):
        brief = read_caption(
            caption, bpm=bpm, keyscale=key, duration=seconds, lyrics=words, instrumental=not words
        )
        made = make(brief, seed=seed)
        yield Song(f"{brief.style} {seed}", made.audio, made.rate, {"score": made.score, "stems": made.stems})


def recordings(folder, seconds):
    files = [
        *sorted(folder.glob("*/mix.flac")),
        *sorted(folder.glob("*.mp3")),
        *sorted(folder.glob("on-the-run/*.ogg")),
    ]
    for file in files:
        audio, rate = soundfile.read(file, dtype="float32", always_2d=True)
        start = 0 if file.parent != folder or len(audio) < 90 * rate else 20 * rate
        audio = audio[start : start + round(seconds * rate)]
        yield Song(file.parent.name if file.parent != folder else file.stem, audio, rate)


def rows_alike(one, other):
    """Mean correlation of the rows of two chromagrams."""
    count = min(len(one), len(other))
    one, other = (x[:count] - x[:count].mean(axis=1, keepdims=True) for x in (one, other))
    norm = np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1))
    return float(((one * other).sum(axis=1) / np.maximum(norm, 1e-9)).mean())


def onsets(audio, rate):
    return onset_envelopes(downmix(audio, rate)[0])[WHOLE]


def correlation(one, other):
    count = min(len(one), len(other))
    return float(np.corrcoef(one[:count], other[:count])[0, 1])


def timbre(audio, rate):
    """Mean and spread of 13 cepstral coefficients of band levels, without loudness."""
    measured = measure_timbre(downmix(audio, rate)[0])
    bands = measured.bands[measured.energy > 1e-4 * measured.energy.max()]
    count = bands.shape[1]
    basis = np.cos(np.pi / count * (np.arange(count) + 0.5)[:, None] * np.arange(1, 14)) / np.sqrt(count / 2)
    cepstra = bands @ basis
    return np.concatenate((cepstra.mean(axis=0), cepstra.std(axis=0)))


def distance(one, other):
    return float(np.linalg.norm(one - other))


def notes_of(score):
    return {(part.track, round(note.start, 2), note.pitch) for part in score.parts for note in part.notes}


def level(audio, rate, start, seconds=1.0):
    first = max(0, round(start * rate))
    piece = audio[first : first + round(seconds * rate)]
    return 10 * np.log10(np.square(piece, dtype=np.float64).mean() + 1e-10)


def table(title, head, lines):
    print(f"\n{title}\n" + "  ".join(f"{h:>9}" for h in head))
    for line in lines:
        print("  ".join(f"{x:9.3f}" if isinstance(x, float) else f"{x!s:>9}" for x in line), flush=True)


VARIANCES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def retake_table(songs, seeds):
    """Likeness of harmony, rhythm and notes to the song, by variance; the worst step beside an even one's."""
    curves = []
    for song, seed in itertools.product(songs, seeds):
        own, rhythm = beat_chroma(song.audio, song.rate, song.beats), onsets(song.audio, song.rate)
        lines = []
        for variance in VARIANCES:
            made = retake(song.audio, song.rate, variance=variance, seed=seed, **song.composed)
            line = [
                variance,
                rows_alike(own, beat_chroma(made.audio, made.rate, song.beats)),
                correlation(rhythm, onsets(made.audio, made.rate)),
            ]
            if song.composed:
                mine, new = notes_of(song.composed["score"]), notes_of(made.score)
                line.append(len(mine & new) / max(len(mine), len(new)))
                line.append(len(made.lyrics))
            lines.append(line)
        table(f"retake: {song.name}, seed {seed}", ("variance", "harmony", "rhythm", "notes", "lines"), lines)
        curves.append([line[1:4] for line in lines])
    mean = np.mean(curves, axis=0)
    table(
        "retake: mean",
        ("variance", "harmony", "rhythm", "notes"),
        [[v, *map(float, m)] for v, m in zip(VARIANCES, mean, strict=True)],
    )
    steps = -np.diff(np.asarray(curves), axis=1) / np.diff(VARIANCES)[None, :, None]
    fall = np.asarray(curves)[:, :1] - np.asarray(curves)[:, -1:]
    steps = steps / np.maximum(fall, 1e-3)
    names = ("harmony", "rhythm", "notes")
    rising = [
        [
            float((steps[..., k] < -0.02).mean()),
            float(steps[..., k].max()),
            float(np.abs(steps[..., k]).mean()),
        ]
        for k in range(steps.shape[2])
    ]
    table(
        "retake: steps over an even fall (1)",
        ("of", "rising", "steepest", "mean"),
        [[n, *r] for n, r in zip(names, rising, strict=False)],
    )


def sung_pitch(audio, rate, beats):
    notes = melody(audio, rate, beats)
    at = np.full(len(beats) - 1, np.nan)
    middles = (np.asarray(beats[1:]) + np.asarray(beats[:-1])) / 2
    for note in notes:
        at[(middles >= note.start) & (middles < note.start + note.duration)] = note.pitch
    return at


def contour(one, other):
    both = ~np.isnan(one) & ~np.isnan(other)
    if both.sum() < 8:
        return float("nan")
    fold = np.abs((one[both] - other[both] + 6) % 12 - 6) < 0.5
    return float(fold.mean())


def cover_table(songs, captions=("bossa nova", "rock", "techno", "string quartet")):
    for number, song in enumerate(songs):
        caption = captions[number % len(captions)]
        own, pitch = (
            beat_chroma(song.audio, song.rate, song.beats),
            sung_pitch(song.audio, song.rate, song.beats),
        )
        rng = np.random.default_rng(0)
        lines = []
        for strength in (0.0, 0.25, 0.5, 0.75, 1.0):
            score = {"score": song.composed["score"]} if song.composed else {}
            made = cover(song.audio, song.rate, caption=caption, strength=strength, seed=3, **score)
            new, tune = (
                beat_chroma(made.audio, made.rate, song.beats),
                sung_pitch(made.audio, made.rate, song.beats),
            )
            control = np.mean([rows_alike(own[rng.permutation(len(own))], new) for _ in range(20)])
            chance = np.nanmean([contour(rng.permutation(pitch), tune) for _ in range(20)])
            same = len(made.audio) / made.rate - len(song.audio) / song.rate
            lines.append(
                [strength, rows_alike(own, new), float(control), contour(pitch, tune), float(chance), same]
            )
        table(
            f"cover: {song.name} as {caption}",
            ("strength", "harmony", "shuffled", "melody", "shuffled", "longer s"),
            lines,
        )


def reference_table(songs, captions=("soul with organ", "electronic")):
    for song, caption in itertools.product(songs, captions):
        made = reference(song.audio, song.rate, caption=caption, seed=4, duration=24)
        own, new = song.heard, analyse(made.audio, made.rate)
        balance = np.abs(spectral_balance(song.audio, song.rate) - spectral_balance(made.audio, made.rate))[
            2:17
        ].mean()
        table(
            f"reference: {song.name} for {caption}", ("", "tempo", "key", "density", "width", "LUFS", "balance"),
            [
                ["source", own.tempo, own.key, own.density, width_of(song.audio), own.loudness, 0.0],
                ["new", new.tempo, f"{made.score.key}/{new.key}", new.density, width_of(made.audio), new.loudness, float(balance)],
            ],
        )  # fmt: skip


def gap(audio, rate, near):
    """Seconds around ``near`` (s) in which nothing sounds: 25 dB below the song's level."""
    floor = 10 ** ((10 * np.log10(np.square(audio).mean() + 1e-12) - 25) / 10)
    frame = rate // 50
    power = (
        np.square(audio[: len(audio) // frame * frame]).reshape(-1, frame, audio.shape[1]).mean(axis=(1, 2))
    )
    quiet = power < floor
    at = min(len(quiet) - 1, round(near * 50))
    window = range(max(0, at - 25), min(len(quiet), at + 25))
    found = [i for i in window if quiet[i]]
    if not found:
        return 0.0
    first = last = found[0]
    while first > 0 and quiet[first - 1]:
        first -= 1
    while last + 1 < len(quiet) and quiet[last + 1]:
        last += 1
    return (last - first + 1) / 50


def copied(source, new, rate, bar):
    """The highest correlation of a bar of ``new`` with any bar-long stretch of ``source``."""
    size = round(min(bar, 4.0) * rate / 4)
    old, piece = source.mean(axis=1)[::4], new.mean(axis=1)[::4][:size]
    n = len(old) + len(piece)
    cross = np.fft.irfft(np.fft.rfft(old, n) * np.conj(np.fft.rfft(piece, n)), n)[: len(old) - len(piece)]
    passed = np.concatenate(([0], np.cumsum(old.astype(np.float64) ** 2)))
    energy = passed[len(piece) : len(piece) + len(cross)] - passed[: len(cross)]
    return float(np.abs(cross / np.sqrt(np.maximum(energy, 1e-6) * (piece**2).sum())).max())


def extend_table(songs):
    lines = []
    for song in songs:
        quiet = song.audio.copy()
        tail = round(6 * song.rate)
        quiet[-tail:] *= np.linspace(1, 0, tail, dtype=np.float32)[:, None] ** 2
        silent = np.concatenate(
            (song.audio[: -2 * song.rate], np.zeros((2 * song.rate, song.audio.shape[1]), np.float32))
        )
        for kind, audio in (("as it is", song.audio), ("faded", quiet), ("silence", silent)):
            composed = song.composed if kind == "as it is" else {}
            made = extend(audio, song.rate, right=16, prompt="go on", seed=2, **composed)
            seam = len(made.audio) / made.rate - 16
            new = made.audio[round(seam * song.rate) :]
            lines.append([
                song.name[:9], kind, level(audio, song.rate, seam - 1), level(made.audio, song.rate, seam), level(made.audio, song.rate, seam + 4, 4.0),
                level(audio, song.rate, seam - 12, 4.0), gap(made.audio, song.rate, seam), copied(audio, new, song.rate, 2.0),
                distance(timbre(audio, song.rate), timbre(new, song.rate)),
            ])  # fmt: skip
    table(
        "extend",
        ("song", "end", "dB before", "dB after", "dB later", "dB song", "gap s", "copied", "timbre"),
        lines,
    )


def repaint_table(songs):
    lines = []
    for song in songs:
        end = len(song.audio) / song.rate
        for start, stop in ((0.0, 5.3), (7.37, 14.91), (9.1, 9.6), (end - 6.2, -1.0)):
            made = repaint(
                song.audio, song.rate, start=start, end=stop, caption="a variation", seed=3, **song.composed
            )
            last = end if stop == -1 else stop
            first, final = round(start * song.rate), min(len(song.audio), round(last * song.rate))
            same = np.array_equal(made.audio[:first], song.audio[:first]) and np.array_equal(
                made.audio[final:], song.audio[final:]
            )
            steps = np.abs(np.diff(made.audio.mean(axis=1)))
            edges = [e for e in (first, final) if 0 < e < len(steps)]
            near = max([steps[max(0, e - 60) : e + 60].max() for e in edges], default=0.0)
            jump = level(made.audio, song.rate, start, last - start) - level(
                song.audio, song.rate, start, last - start
            )
            one = min(1.0, last - start)
            ends = [
                abs(level(made.audio, song.rate, at, one) - level(song.audio, song.rate, at, one))
                for at in (start, last - one)
            ]
            window = slice(first, final)
            lines.append([
                song.name[:9], f"{start:.1f}-{last:.1f}", same, float(near / np.percentile(steps, 99.9)), jump, max(ends),
                distance(timbre(song.audio, song.rate), timbre(made.audio[window], song.rate)) if last - start > 2 else float("nan"),
            ])  # fmt: skip
    table("repaint", ("song", "window", "outside", "click", "dB", "dB at end", "timbre"), lines)


def likeness_table(songs):
    """How like the song new parts sound: with no style named, and under captions named at random."""
    captions = ("pop", "jazz trio", "techno", "folk", "metal", "ambient", "bossa nova", "orchestral")
    lines = []
    for song in songs:
        start, end = 10.0, 26.0
        window = slice(round(start * song.rate), round(end * song.rate))
        own, rhythm = timbre(song.audio[window], song.rate), onsets(song.audio[window], song.rate)

        def judged(caption, song=song, window=window, own=own, rhythm=rhythm, start=start, end=end):
            part = repaint(song.audio, song.rate, start=start, end=end, caption=caption, seed=3).audio[window]
            return distance(own, timbre(part, song.rate)), correlation(rhythm, onsets(part, song.rate))

        mine, others = judged("go on"), [judged(caption) for caption in captions]
        far, beat = np.mean(others, axis=0)
        better = np.mean([other[0] > mine[0] for other in others])
        lines.append([song.name[:9], mine[0], float(far), float(better), mine[1], float(beat)])
    table("likeness of the new part", ("song", "timbre", "others", "better", "rhythm", "others"), lines)


def styles_table():
    """The means, the spreads and the rows of :mod:`audiopod_mcp.music.sounding`, from pieces made here."""
    rows = {}
    for style in STYLES:
        for seed in (1, 2, 3, 4):
            made = make(
                replace(read_caption(style, duration=30, seed=seed, instrumental=True), style=style),
                seed=seed,
            )
            found = features(made.audio, made.rate, analyse(made.audio, made.rate))
            rows.setdefault(style, []).append(found)
    every = np.concatenate([np.asarray(found) for found in rows.values()])
    mean, spread = np.nanmean(every, axis=0), np.nanstd(every, axis=0)
    for name, values in (("_MEAN", mean), ("_SPREAD", spread)):
        print(f"{name} = ({', '.join(f'{x:.3g}' for x in values)})")
    for style, found in rows.items():
        apart = (np.asarray(found) - mean) / spread
        typical = np.clip(np.where(np.isnan(apart), 0.0, apart).mean(axis=0), -3, 3)
        print(f'    "{style}": ({", ".join(str(round(10 * x)) for x in typical)}),')


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument(
        "tables", nargs="*", default=["retake", "cover", "reference", "extend", "repaint", "likeness"]
    )
    parser.add_argument("--seconds", type=float, default=32.0)
    parser.add_argument("--only", choices=("recordings", "pieces"))
    parser.add_argument("--seeds", type=int, nargs="*", default=[9])
    arguments = parser.parse_args()
    heard = [] if arguments.only == "pieces" else list(recordings(arguments.data, arguments.seconds))
    made = [] if arguments.only == "recordings" else list(pieces(arguments.seconds))
    for name in arguments.tables:
        if name == "styles":
            styles_table()
        elif name == "retake":
            for songs in (made, heard):
                if songs:
                    retake_table(songs, arguments.seeds)
        elif name == "cover":
            cover_table([*made[:3], *heard])
        elif name == "reference":
            reference_table([*heard, *made[:1]])
        elif name == "extend":
            extend_table([*heard, *made[:2]])
        elif name == "repaint":
            repaint_table([*heard, *made[:2]])
        elif name == "likeness":
            likeness_table(heard)


if __name__ == "__main__":
    main()
