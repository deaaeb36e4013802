"""Repaints and extensions: what is heard where new music meets the song."""

import numpy as np

from audiopod_mcp.music.extend import extend
from audiopod_mcp.music.repaint import repaint
from tests.benchmarks.transforming.judging import (
    copied,
    correlation,
    distance,
    gap,
    level,
    onsets,
    table,
    timbre,
)


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
