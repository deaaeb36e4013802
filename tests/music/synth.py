"""Small pieces of music whose truth is known, to test the listening half against."""

import numpy as np

RATE = 22_050


def silence(seconds, rate=RATE, channels=2):
    return np.zeros((round(seconds * rate), channels), np.float32)


def noise(seconds, rate=RATE, channels=2, level=0.1, seed=0):
    return (level * np.random.default_rng(seed).normal(size=(round(seconds * rate), channels))).astype(
        np.float32
    )


def tone(pitch, seconds, rate=RATE, harmonics=6, decay=2.0):
    """A plucked tone of a MIDI pitch, ``(samples,)``."""
    t = np.arange(round(seconds * rate)) / rate
    frequency = 440 * 2 ** ((pitch - 69) / 12)
    partials = [
        np.sin(2 * np.pi * frequency * k * t) / k for k in range(1, harmonics + 1) if frequency * k < rate / 2
    ]
    return (
        np.sum(partials, axis=0) * np.exp(-decay * t) * np.minimum(1, 200 * t) * np.minimum(1, 200 * t[::-1])
    )


def kick(rate=RATE):
    t = np.arange(round(0.2 * rate)) / rate
    return np.sin(2 * np.pi * (50 * t + 4 * (1 - np.exp(-30 * t)))) * np.exp(-14 * t)


def snare(rate=RATE, seed=1):
    t = np.arange(round(0.15 * rate)) / rate
    hiss = np.random.default_rng(seed).normal(size=len(t))
    return 0.5 * (hiss * 0.7 + np.sin(2 * np.pi * 190 * t)) * np.exp(-25 * t)


def hat(rate=RATE, seed=2):
    t = np.arange(round(0.05 * rate)) / rate
    return 0.3 * np.diff(np.random.default_rng(seed).normal(size=len(t) + 1)) * np.exp(-80 * t)


def place(events, seconds, rate=RATE):
    """Mono ``(samples,)`` sum of ``(time, sound)`` events."""
    out = np.zeros(round(seconds * rate))
    for time, sound in events:
        start = round(time * rate)
        piece = sound[: max(0, len(out) - start)]
        out[start : start + len(piece)] += piece
    return out


def drums(tempo, pattern, bars, rate=RATE):
    """Drums, ``(samples,)``: one ``k``, ``s``, ``h`` or ``.`` an eighth note, a pattern of a bar over and
    over."""
    step = 30 / tempo
    sounds = {
        "k": kick(rate) + np.pad(hat(rate), (0, len(kick(rate)) - len(hat(rate)))),
        "s": snare(rate),
        "h": hat(rate),
    }
    events = [
        ((bar * len(pattern) + index) * step, sounds[letter])
        for bar in range(bars)
        for index, letter in enumerate(pattern)
        if letter != "."
    ]
    return place(events, bars * len(pattern) * step, rate)


def chords(roots_and_thirds, seconds_each, rate=RATE, bass=True):
    """Triads, ``(samples,)``: MIDI roots with 3 (minor) or 4 (major) semitones to the third."""
    parts = []
    for root, third in roots_and_thirds:
        triad = sum(tone(root + step, seconds_each, rate, decay=0.5) for step in (0, third, 7))
        parts.append(triad + (tone(root - 24, seconds_each, rate, decay=0.5) if bass else 0))
    return 0.2 * np.concatenate(parts)


def stereo(mono, level=0.5):
    """``(samples,)`` to ``(samples, 2)`` float32 with a given peak."""
    peak = np.abs(mono).max()
    scaled = mono * (level / peak if peak else 1)
    return np.stack([scaled, scaled], axis=1).astype(np.float32)


def sung(pitches, seconds_each, rate=RATE):
    """Something like a voice, ``(samples,)``: rich tones that glide into each other and waver."""
    t = np.arange(round(seconds_each * len(pitches) * rate)) / rate
    steps = np.repeat(pitches, round(seconds_each * rate))[: len(t)].astype(float)
    steps = np.pad(steps, (0, len(t) - len(steps)), mode="edge")
    width = round(0.12 * rate)
    glide = np.convolve(np.pad(steps, width, mode="edge"), np.ones(width) / width, "same")[width:-width]
    pitch = glide + 0.5 * np.sin(2 * np.pi * 5.5 * t)
    phase = 2 * np.pi * np.cumsum(440 * 2 ** ((pitch - 69) / 12)) / rate
    formant = np.asarray([1, 0.9, 0.8, 0.7, 0.5, 0.5, 0.4, 0.3, 0.3, 0.2, 0.2, 0.1])
    return sum(a * np.sin((k + 1) * phase) for k, a in enumerate(formant)) * np.minimum(1, 20 * t)


def si_sdr(estimate, reference):
    """Scale-invariant signal-to-distortion ratio, dB (Le Roux et al., ICASSP 2019)."""
    estimate, reference = estimate.ravel().astype(float), reference.ravel().astype(float)
    target = (estimate @ reference) / (reference @ reference + 1e-12) * reference
    return 10 * np.log10((target @ target + 1e-12) / (np.square(estimate - target).sum() + 1e-12))
