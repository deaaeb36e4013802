"""What is measured: likeness of harmony, rhythm, colour and notes, levels, copies, gaps."""

import numpy as np

from audiopod_mcp.music.analysis.melody import extract_melody
from audiopod_mcp.music.analysis.onsets import BROADBAND, onset_envelopes
from audiopod_mcp.music.analysis.timbre import measure_timbre
from audiopod_mcp.music.signal.downmix import downmix


def rows_alike(one, other):
    """Mean correlation of the rows of two chromagrams."""
    count = min(len(one), len(other))
    one, other = (x[:count] - x[:count].mean(axis=1, keepdims=True) for x in (one, other))
    norm = np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1))
    return float(((one * other).sum(axis=1) / np.maximum(norm, 1e-9)).mean())


def onsets(audio, rate):
    return onset_envelopes(downmix(audio, rate)[0])[BROADBAND]


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


def sung_pitch(audio, rate, beats):
    notes = extract_melody(audio, rate, beats)
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


def flux(audio, rate):
    """How suddenly the spectrum rises above 2 kHz, every 1.5 ms: a click does so at all frequencies."""
    hop, size = rate // 689, 2 * (rate // 172)
    mono = np.pad(audio.mean(axis=1), size // 2)
    frames = np.lib.stride_tricks.sliding_window_view(mono, size)[::hop]
    bins = np.fft.rfftfreq(size, 1 / rate)
    level = np.log1p(1000 * np.abs(np.fft.rfft(frames * np.hanning(size), axis=1))[:, bins > 2000])
    return np.maximum(np.diff(level, axis=0), 0).mean(axis=1), hop
