"""Loops of random stretches: what is heard where they begin again, read back from a wav and repeated four times."""

import tempfile
from pathlib import Path

import numpy as np

from audiopod_mcp.music.editing.edit import edit
from audiopod_mcp.studio.media.audio_files import read_audio, write_audio
from tests.benchmarks.transforming.judging import flux, level, table


def loop_table(songs, count=4, seed=1):
    """On ``count`` stretches a song: bars, the rise of the spectrum at the seam among those at the loop's own beats
    (share that is smaller: above .95 is a click), the same where it is cut without a crossfade, the largest second
    difference at a seam over the 99.9th percentile of all, the step of level over the seam beside the median of
    those from second to second, dB.
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
            beats = [b - start for b in song.beats if start + 0.2 < b < end - 0.2]
            every.append((*_seam(loop, rate, beats), len(loop) / rate))
        lines.append([song.name[-9:], *np.median(every[-count:], axis=0)])
    lines.append(["all", *np.median(every, axis=0)])
    clicks = np.asarray([found[0] for found in every])
    lines.append(["clicks", float(np.mean(clicks > 0.95)), *[""] * 3])
    table(f"loop: {count} stretches a song", ("song", "rise", "2nd diff", "level", "seconds"), lines)


def _seam(loop, rate, beats):
    tiled = np.concatenate([loop] * 4)
    strength, hop = flux(tiled, rate)
    reach = round(0.04 * rate / hop)

    def rise(sample):
        return strength[max(0, int(sample) // hop - reach) : int(sample) // hop + reach].max(initial=0.0)

    seams = [len(loop) * n for n in (1, 2, 3)]
    own = [rise(len(loop) + beat * rate) for beat in beats]
    there = np.median([rise(seam) for seam in seams])
    steps = np.abs(np.diff(tiled, 2, axis=0)).max(axis=1)
    second = max(steps[seam - 3 : seam + 2].max() for seam in seams) / np.quantile(
        steps[: len(loop) - 8], 0.999
    )
    whole = range(1, int(len(loop) / rate) - 1)
    usual = [abs(level(loop, rate, s) - level(loop, rate, s - 1)) for s in whole] or [0.0]
    step = abs(level(loop, rate, 0) - level(loop, rate, len(loop) / rate - 1))
    share = float(np.mean(np.asarray(own) < there)) if own else float("nan")
    return share, float(second), step - float(np.median(usual))
