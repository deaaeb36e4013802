"""Loops of random stretches: what is heard where they begin again, read back from a wav and repeated four times."""

import tempfile
from pathlib import Path

import numpy as np

from audiopod_mcp.music.editing.edit import edit
from audiopod_mcp.studio.media.audio_files import read_audio, write_audio
from tests.benchmarks.transforming.judging import flux, level, table


def loop_table(songs, count=4, seed=1):
    """On ``count`` stretches a song: how the spectrum rises at the seam beside what it does on the same downbeat in
    the song (dB), the largest second difference at a seam over the 99.9th percentile of all, the step of level over
    the seam beside the median of those from second to second (dB), and the length.
    """
    lines, every = [], []
    for song in songs:
        rng = np.random.default_rng((seed, *song.name.encode()))
        duration = len(song.audio) / song.rate
        for _ in range(count):
            start = rng.uniform(0, duration / 2)
            end = min(duration, start + rng.uniform(4, 12))
            prompt = f"make a seamless loop from {start:.2f} to {end:.2f} seconds"
            made = edit(song.audio, song.rate, prompt=prompt, seed=1, **song.composed)
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "loop.wav"
                write_audio(path, made.audio, made.rate, subtype="PCM_24", loop=(0, len(made.audio)))
                loop, rate, _ = read_audio(path)
            every.append((*_seam(loop, rate, song.audio, _place(loop, song.audio)), len(loop) / rate))
        lines.append([song.name[-9:], *np.median(every[-count:], axis=0)])
    lines.append(["all", *np.median(every, axis=0)])
    lines.append(["most", *np.max(every, axis=0)])
    table(f"loop: {count} stretches a song", ("song", "rise", "2nd diff", "level", "seconds"), lines)


def _place(loop, audio):
    """The sample of ``audio`` with which the loop begins."""
    middle = len(loop) // 2
    found = np.flatnonzero(np.abs(audio[:, 0] - loop[middle, 0]) < 1e-4)
    return next(
        int(at) - middle
        for at in found
        if at + 100 < len(audio) and np.abs(audio[at : at + 100] - loop[middle : middle + 100]).max() < 1e-4
    )


def _seam(loop, rate, audio, first):
    tiled = np.concatenate([loop] * 4)

    def rise(sound, sample):
        near = sound[max(0, sample - rate // 2) : sample + rate // 2]
        strength, hop = flux(near, rate)
        at, reach = min(sample, rate // 2) // hop, round(0.04 * rate / hop)
        return strength[max(0, at - reach) : at + reach].max(initial=1e-9)

    seams = [len(loop) * n for n in (1, 2, 3)]
    there = 20 * np.log10(np.median([rise(tiled, seam) for seam in seams]) / rise(audio, first))
    steps = np.abs(np.diff(tiled, 2, axis=0)).max(axis=1)
    second = max(steps[seam - 3 : seam + 2].max() for seam in seams) / np.quantile(
        steps[: len(loop) - 8], 0.999
    )
    whole = range(1, int(len(loop) / rate) - 1)
    usual = [abs(level(loop, rate, s) - level(loop, rate, s - 1)) for s in whole] or [0.0]
    step = abs(level(loop, rate, 0) - level(loop, rate, len(loop) / rate - 1))
    return float(there), float(second), step - float(np.median(usual))
