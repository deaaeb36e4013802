"""Repainting on random windows: what is heard at the seams and between them."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from audiopod_mcp.music.analysis.key import beat_chroma
from audiopod_mcp.music.analysis.onsets import ONSET_FPS
from audiopod_mcp.music.generation.repaint import repaint
from audiopod_mcp.music.generation.style_matching import matching_style
from tests.benchmarks.transforming.judging import distance, flux, level, onsets, rows_alike, table, timbre

EDGES = (30, 150, 800, 4000, 16_000)
"""Hz between which levels are compared: bass, low middle, high middle, treble."""
LENGTHS = (0.5, 0.8, 1.5, 3.0, 5.0, 8.0, 12.0)


def windows(song, count, seed):
    """``count`` stretches, ``(start, end)`` in seconds, anywhere, of all lengths in turn."""
    rng = np.random.default_rng((seed, *song.name.encode()))
    duration = len(song.audio) / song.rate
    for number in range(count):
        length = min(LENGTHS[number % len(LENGTHS)] * rng.uniform(0.9, 1.1), 0.7 * duration)
        length = max(0.5, length)
        start = rng.uniform(0.0, duration - length)
        yield start, start + length


def band_levels(audio, rate):
    """Power between :data:`EDGES`, dB, ``(4,)``."""
    power = np.square(np.abs(np.fft.rfft(audio * np.hanning(len(audio))[:, None], axis=0))).sum(axis=1)
    bins = np.fft.rfftfreq(len(audio), 1 / rate)
    found = [power[(bins >= low) & (bins < high)].sum() for low, high in pairwise(EDGES)]
    return 10 * np.log10(np.asarray(found) / len(audio) ** 2 + 1e-10)


def click(song, made, new, at):
    """The share of beats at which the spectrum rises less than near sample ``at``: the song's own beats, and
    those of the new music, whose samples are the slice ``new``.
    """
    hop = song.flux[1]
    reach = round(0.04 * song.rate / hop)
    beats = np.round(np.asarray(song.beats) * song.rate).astype(int)

    def rises(strength, positions):
        return [strength[max(0, i - reach) : i + reach].max(initial=0.0) for i in positions // hop]

    far = beats[np.abs(beats - at) > 0.06 * song.rate]
    inside = (far >= new.start) & (far < new.stop)
    usual = rises(song.flux[0], far) + rises(flux(made.audio[new], song.rate)[0], far[inside] - new.start)
    near = slice(max(0, at - song.rate // 4), at + song.rate // 4)
    there = rises(flux(made.audio[near], song.rate)[0], np.array([at - near.start]))
    return float(np.mean(np.asarray(usual) < there)) if usual else float("nan")


def lag(audio, rate, beats):
    """Milliseconds by which onsets come late on ``beats`` (s); and their strength there over the mean."""
    strength = onsets(audio, rate)
    at = np.round(np.asarray(beats) * ONSET_FPS).astype(int)
    shifts = np.arange(-10, 11)
    at = at[(at > 10) & (at < len(strength) - 11)]
    if len(at) < 4 or not strength.any():
        return float("nan"), float("nan")
    found = np.asarray([strength[at + shift].mean() for shift in shifts])
    best = int(found.argmax())
    return float(shifts[best] / ONSET_FPS * 1000), float(found[best] / strength.mean())


def judged(song, start, end, caption, seed, rng):
    made = repaint(song.audio, song.rate, start=start, end=end, caption=caption, seed=seed, **song.composed)
    first, last = round(start * song.rate), min(len(song.audio), round(end * song.rate))
    same = np.array_equal(made.audio[:first], song.audio[:first]) and np.array_equal(
        made.audio[last:], song.audio[last:]
    )
    one = min(1.0, end - start)
    steps, bands, clicks = [], [], []
    for at, edge in ((start, first), (end - one, last)):
        if not 0 < edge < len(song.audio):
            continue
        steps.append(abs(level(made.audio, song.rate, at, one) - level(song.audio, song.rate, at, one)))
        piece = slice(round(at * song.rate), round((at + one) * song.rate))
        mine, new = (band_levels(x[piece], song.rate) for x in (song.audio, made.audio))
        heard = mine > mine.max() - 40
        bands.append(float(np.abs(mine - new)[heard].mean()))
        clicks.append(click(song, made, slice(first, last), edge))
    inner = slice(first, last)
    beats = [beat - start for beat in song.beats if start + 0.05 <= beat <= end - 0.05]
    alike = shuffled = late = contrast = float("nan")
    if len(beats) > 4:
        own, new = (beat_chroma(x[inner], song.rate, beats) for x in (song.audio, made.audio))
        alike = rows_alike(own, new)
        shuffled = float(np.mean([rows_alike(own[rng.permutation(len(own))], new) for _ in range(20)]))
        late, contrast = lag(made.audio[inner], song.rate, beats)
    whole = level(made.audio[inner], song.rate, 0, end - start) - level(
        song.audio[inner], song.rate, 0, end - start
    )
    colour = (
        distance(timbre(song.audio[inner], song.rate), timbre(made.audio[inner], song.rate))
        if end - start > 2
        else np.nan
    )
    return same, steps, bands, clicks, abs(whole), alike, shuffled, abs(late), contrast, colour


def repaint_table(songs, count=14, seed=1):
    """On ``count`` random windows a song: whether all outside is the same, level steps at the seams (dB beside the
    song's own second there: median, 90th percentile, most), those of bands, clicks (share of seams above 95 % of
    the song's beats), level, harmony beside shuffled, beats late, onsets on beats, colour.
    """
    lines, every = [], []
    for song in songs:
        rng = np.random.default_rng(0)
        caption = "a variation"
        if not song.composed:  # found once, not once a window
            caption = matching_style(song.audio, song.rate, song.heard)
        found = [
            judged(song, start, end, caption, number, rng)
            for number, (start, end) in enumerate(windows(song, count, seed))
        ]
        every += found
        lines.append([song.name[:9], *_summary(found)])
    lines.append(["all", *_summary(every)])
    table(
        f"repaint: {count} windows a song, seed {seed}",
        ("song", "same", "step 50", "step 90", "step max", "bands 50", "bands 90", "clicks", "level", "harmony", "shuffled",
         "late ms", "on beat", "timbre"),
        lines,
    )  # fmt: skip


def _summary(found):
    steps, bands, clicks = (np.concatenate([f[i] for f in found]) for i in (1, 2, 3))
    return [
        all(f[0] for f in found), *(float(np.percentile(steps, p)) for p in (50, 90, 100)),
        *(float(np.percentile(bands, p)) for p in (50, 90)), float((clicks > 0.95).mean()),
        *(float(np.nanmean([f[i] for f in found])) for i in range(4, 10)),
    ]  # fmt: skip


def special(song):
    """The song as others have it: quiet, fading, silent in the middle, mono, at other rates."""
    import soxr

    fade = np.linspace(1.0, 0.02, len(song.audio), dtype=np.float32)[:, None]
    hole = song.audio.copy()
    third = len(hole) // 3
    hole[third : 2 * third] = 0
    yield "fading", replace(song, audio=song.audio * fade)
    yield "silence", replace(song, audio=hole)
    yield "mono", replace(song, audio=song.audio.mean(axis=1, keepdims=True))
    for rate in (8000, 96_000):
        audio = np.ascontiguousarray(soxr.resample(song.audio, song.rate, rate), np.float32)
        yield f"{rate} Hz", replace(song, audio=audio, rate=rate)
