"""Small files of real sound, and of sound that is broken in some way, for all that reads or saves audio."""

import io

import numpy as np
import soundfile

RATE = 8_000


def sound(kind="flac", seconds=1.0, rate=RATE, channels=1, pitch=440.0):
    """The bytes of an audio file with a tone in it."""
    time = np.arange(round(seconds * rate)) / rate
    tone = (0.3 * np.sin(2 * np.pi * pitch * time)).astype(np.float32)
    noise = 0.01 * np.random.default_rng(1).standard_normal(len(tone)).astype(np.float32)
    file = io.BytesIO()
    soundfile.write(file, np.repeat((tone + noise)[:, None], channels, axis=1), rate, format=kind.upper())
    return file.getvalue()


def bomb(path, seconds, rate=192_000, channels=8):
    """A flac file of silence that is a few kilobytes on the disk, and gigabytes in memory."""
    silence = np.zeros((rate, channels), np.int16)
    with soundfile.SoundFile(path, "w", rate, channels, format="FLAC") as file:
        for _ in range(seconds):
            file.write(silence)
    return path
