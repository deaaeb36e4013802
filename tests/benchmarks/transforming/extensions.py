"""Extensions, and how like the song new parts sound."""

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
