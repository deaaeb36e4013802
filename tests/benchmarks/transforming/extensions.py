"""Extensions, and how like the song new parts sound."""

import numpy as np

from audiopod_mcp.music.analysis.key import beat_chroma
from audiopod_mcp.music.analysis.onsets import ONSET_FPS
from audiopod_mcp.music.generation.extend import extend
from audiopod_mcp.music.generation.repaint import repaint
from audiopod_mcp.music.theory import parse_key
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
    """Ends of three kinds, and the beginning: levels around the seam, the gap at it, the likeness of a bar that was added
    to the most similar one of the song (``copied``; beside it that of a bar of another song, and that of one of its
    own bars elsewhere), harmony beside the song's chords over again and beside them shuffled, colour.
    """
    lines = []
    for number, song in enumerate(songs):
        tail = round(6 * song.rate)
        quiet = song.audio.copy()
        quiet[-tail:] *= np.linspace(1, 0, tail, dtype=np.float32)[:, None] ** 2
        silent = np.concatenate(
            (song.audio[: -2 * song.rate], np.zeros((2 * song.rate, song.audio.shape[1]), np.float32))
        )
        other = songs[number - 1]
        chance = copied(
            song.audio, other.audio[5 * other.rate :: max(1, other.rate // song.rate)], song.rate, 2.0
        )
        own = copied(song.audio[: -4 * song.rate], song.audio[-4 * song.rate :], song.rate, 2.0)
        ends = (("right", song.audio), ("faded", quiet), ("silence", silent), ("left", song.audio))
        for kind, audio in ends:
            composed = song.composed if kind in ("right", "left") else {}
            lengths = {"before": 16, "after": 0} if kind == "left" else {"after": 16}
            made = extend(audio, song.rate, caption="go on", seed=2, **lengths, **composed)
            if kind == "left":
                seam, new = 16.0, made.audio[: 16 * song.rate]
                levels = [level(audio, song.rate, 0), level(made.audio, song.rate, 15)]
                levels += [level(made.audio, song.rate, 8, 4.0), level(audio, song.rate, 4, 4.0)]
            else:
                seam = len(made.audio) / made.rate - 16
                new = made.audio[round(seam * song.rate) :]
                levels = [level(audio, song.rate, seam - 1), level(made.audio, song.rate, seam)]
                levels += [
                    level(made.audio, song.rate, seam + 4, 4.0),
                    level(audio, song.rate, seam - 12, 4.0),
                ]
            lines.append([
                song.name[:9], kind, *levels, gap(made.audio, song.rate, seam), copied(audio, new, song.rate, 2.0), chance,
                own, *_goes_on(song, new), distance(timbre(audio, song.rate), timbre(new, song.rate)),
            ])  # fmt: skip
    table(
        "extend",
        ("song", "end", "dB song", "dB new", "dB later", "dB typical", "gap s", "copied", "other's", "its own",
         "harmony", "shuffled", "timbre"),
        lines,
    )  # fmt: skip


def _goes_on(song, new):
    """The share of beats added on which a chord of the song's own sounds, and that with all twelve keys instead.

    By chroma: the best of the song's beats for each new one, beside the mean over all transpositions.
    """
    beat = np.median(np.diff(song.beats)) if len(song.beats) > 4 else 0.5
    own = beat_chroma(song.audio, song.rate, song.beats if len(song.beats) > 4 else np.arange(0, 24, beat))
    added = beat_chroma(new, song.rate, np.arange(0, len(new) / song.rate, beat))

    def best(chroma):
        return float((chroma @ own.T).max(axis=1).mean())

    return best(added), float(np.mean([best(np.roll(added, shift, axis=1)) for shift in range(1, 12)]))


def ending_table(songs):
    """Whether endings that are asked for are heard: dB in the last second, and in the four before the last two,
    beside the song; onsets in the last two seconds; the tonic chord's share of the last three seconds' harmony.
    """
    lines = []
    for song in songs:
        for prompt in ("go on", "fade out", "gentle outro", "big ending"):
            made = extend(song.audio, song.rate, after=16, caption=prompt, seed=2, **song.composed)
            new = made.audio[-16 * song.rate :]
            typical = level(song.audio, song.rate, len(song.audio) / song.rate - 12, 8.0)
            key = parse_key((song.composed["score"].key if song.composed else song.heard.key) or "C major")
            tones = [(key.tonic + step) % 12 for step in (0, 3 if key.minor else 4, 7)]
            last = beat_chroma(new, song.rate, (13.0, 15.8))[0] ** 2
            strength = onsets(new, song.rate)
            late = int((strength[int(14 * ONSET_FPS) :] > 2.0).sum())
            lines.append([
                song.name[:9], prompt[:9], level(new, song.rate, 15.0) - typical, level(new, song.rate, 10, 4.0) - typical,
                late, float(last[tones].sum() / max(1e-9, last.sum())),
            ])  # fmt: skip
    table("extend: endings", ("song", "prompt", "dB last", "dB before", "onsets", "tonic"), lines)


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
