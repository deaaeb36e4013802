"""Audio files in and out, and where the traps of what decodes and encodes them are closed.

Reading trusts nothing: channels, rate, length and size are checked, before a sample is decoded as far as the
file tells and while it is, and what comes out is finite. Writing is exact for PCM, safe for long files, and
atomic.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from audiopod_mcp.disk import DiskFull, is_full
from audiopod_mcp.music.caching import Samples
from audiopod_mcp.music.model import Audio, Progress, ignore_progress
from audiopod_mcp.studio.refused import EngineRefused

from .containers import OGG_CHANNELS, NotAudio
from .containers.sampler import add_sampler_chunk
from .decoding import Decoder, open_streams
from .gathering import HEARD_RATE, Gathered, Limits, adapted, remarks

MAX_SECONDS = 30 * 60.0
"""The longest recording an operation takes, seconds: 0.6 GB of stereo at 44.1 kHz."""
MAX_CHANNELS = 8
MAX_SAMPLES = 64_000_000
"""Frames times channels that are held at once: 12 minutes of stereo at 44.1 kHz, 256 MB.

What changes a recording holds it two or three times: so a worker stays below a gigabyte."""
MAX_HEARD = 700_000_000
"""Frames times channels that are decoded only to be listened to: half an hour of stereo at 192 kHz."""
LOUDEST = 1e12
"""Times full scale: above 32-bit integers stored as floats by mistake, and squared still a number."""
RATES = (8_000, 192_000)
"""Lowest and highest sample rate, Hz."""
BLOCK = 65_536
"""Frames a write: libsndfile crashes on long Ogg Vorbis writes; and between them work can be stopped."""

_MP3_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
_READABLE = "wav, flac, ogg, mp3"
_FORMATS = {"wav": "WAV", "flac": "FLAC", "ogg": "OGG", "mp3": "MP3"}
_SUBTYPES = {"ogg": "VORBIS", "mp3": "MPEG_LAYER_III"}


def read_audio(
    path: Path,
    *,
    max_seconds: float = MAX_SECONDS,
    argument: str = "audio",
    listening: bool = False,
    report: Progress = ignore_progress,
    note: Callable[[str], None] = lambda _: None,
) -> tuple[Audio, int, str]:
    """Decode ``path``: samples ``(samples, channels)`` at the file's own rate, that rate in Hz, its subtype.

    All that is in the file counts, whatever its header says of its length; where that was wrong, or the file
    is damaged, ``note`` is told in a sentence. The subtype is libsndfile's (``"PCM_16"``, ``"PCM_24"``,
    ``"FLOAT"``, ``"VORBIS"`` …). ``argument`` is what the person calls this file. What holds more than
    :data:`MAX_SAMPLES` is refused or, where it is only for ``listening``, comes as stereo at
    :data:`HEARD_RATE`. Raises :class:`EngineRefused` for what isn't audio, or is beyond the limits.
    """
    try:
        with path.open("rb") as file, open_streams(file, path, max_seconds) as streams:
            return _read(streams, max_seconds, argument, listening, report, note)
    except NotAudio as reason:
        raise EngineRefused(
            f"{argument}: not a readable audio file: {reason}; send one of {_READABLE}"
        ) from reason
    except OSError as error:
        raise EngineRefused(f"{argument}: the file can't be opened ({error.strerror})") from error


def write_audio(
    path: Path,
    audio: Samples,
    rate: int,
    format: str | None = None,  # noqa: A002 - the API's own word
    *,
    subtype: str = "PCM_16",
    report: Progress = ignore_progress,
    loop: tuple[int, int] | None = None,
) -> None:
    """Encode ``audio`` to ``path`` as ``wav``, ``flac``, ``ogg`` or ``mp3`` (default: the name's ending).

    ``subtype`` (``"PCM_16"``, ``"PCM_24"``, of a wav ``"FLOAT"``) counts for wav and flac only. Integers are
    exactly ``round(x * 2**(bits - 1))``, clipped, the inverse of reading: what was read from such a file is
    written back bit for bit. What lies on the disk is read a block at a time, for wav and flac. A wav of a
    ``loop`` (its first sample, how many) tells samplers in its ``smpl`` chunk. mp3 knows two channels and at
    most 48 kHz: more is mixed down and resampled. The file appears under its name only when it
    is complete.
    """
    kind = (format or path.suffix.removeprefix(".")).lower()
    if kind not in _FORMATS:
        raise ValueError(f"can't write {kind!r}: one of {', '.join(_FORMATS)}")
    if kind == "mp3":
        audio, rate = _fit_mp3(audio[:], rate)
    if kind == "ogg" and (order := OGG_CHANNELS.get(audio.shape[1])):
        audio = audio[:][:, np.argsort(order)]
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with soundfile.SoundFile(
            temporary,
            "w",
            samplerate=rate,
            channels=audio.shape[1],
            format=_FORMATS[kind],
            subtype=_SUBTYPES.get(kind, subtype),
        ) as file:
            for start in range(0, len(audio), BLOCK):
                report(start / len(audio), f"writing {kind}")
                block = audio[start : start + BLOCK]
                if kind in _SUBTYPES:
                    file.write(np.clip(block, -1, 1))
                else:
                    file.write(block if subtype == "FLOAT" else _integers(block, subtype))
        _check_room(temporary, audio)
        if loop is not None and kind == "wav":
            add_sampler_chunk(temporary, rate, *loop)
        temporary.replace(path)
    except soundfile.LibsndfileError:
        _check_room(temporary, audio)
        raise
    finally:
        temporary.unlink(missing_ok=True)


def _check_room(temporary: Path, audio: Samples) -> None:
    """Raise what the system has against writing on.

    libsndfile says no more than "System error" where there is no room, and of the last bytes of an ogg or mp3
    not even that.
    """
    size = temporary.stat().st_size
    try:
        with temporary.open("r+b", buffering=0) as file:
            file.seek(0, os.SEEK_END)
            while file.tell() < size + BLOCK:
                file.write(bytes(BLOCK))
            file.truncate(size)
    except OSError as error:
        if is_full(error) and error.errno:
            raise DiskFull(error.errno, needed=math.prod(audio.shape) * 2) from None
        raise


def as_written(audio: Audio, subtype: str) -> Audio:
    """What reading gives of ``audio`` once :func:`write_audio` has written it as flac of ``subtype``."""
    bits, unused = (16, 0) if subtype == "PCM_16" else (24, 8)
    out = np.empty(audio.shape, np.float32)
    for start in range(0, len(audio), BLOCK):
        integers = _integers(audio[start : start + BLOCK], subtype) >> unused
        out[start : start + BLOCK] = integers.astype(np.float32) * np.float32(2.0 ** (1 - bits))
    return out


def exact_subtype(subtype: str) -> str:
    """The PCM subtype that holds everything a source of ``subtype`` may hold."""
    return "PCM_16" if subtype in ("PCM_16", "PCM_S8", "PCM_U8", "ULAW", "ALAW") else "PCM_24"


def _integers(block: Audio, subtype: str) -> Any:
    """PCM of ``block`` as libsndfile takes it untouched: int16, or 24 bits left-aligned in int32.

    Its own conversion multiplies by 2**15 - 1 but reads by dividing by 2**15: not a round trip.
    """
    if subtype == "PCM_16":
        return np.clip(np.round(block * np.float32(2**15)), -(2**15), 2**15 - 1).astype(np.int16)
    scaled = np.clip(np.round(block * np.float32(2**23)), -(2**23), 2**23 - 1).astype(np.int32)
    return scaled << 8


def _fit_mp3(audio: Audio, rate: int) -> tuple[Audio, int]:
    if audio.shape[1] > 2:
        audio = np.repeat(audio.mean(axis=1, keepdims=True, dtype=np.float32), 2, axis=1)
    if rate not in _MP3_RATES:
        import soxr

        better = 48_000 if rate % 48_000 == 0 or 48_000 % rate == 0 else 44_100
        audio, rate = np.asarray(soxr.resample(audio, rate, better), dtype=np.float32), better
    return audio, rate


def _read(
    streams: list[Decoder],
    max_seconds: float,
    argument: str,
    listening: bool,
    report: Progress,
    note: Callable[[str], None],
) -> tuple[Audio, int, str]:
    rate, channels = streams[0].rate, streams[0].channels
    for stream in streams:
        _check_format(stream, argument)
    counted = [None if s.frames is None else s.frames * rate / s.rate for s in streams]
    known = None if None in counted else round(sum(filter(None, counted)))
    limits = Limits(argument, rate, channels, max_seconds, MAX_HEARD if listening else MAX_SAMPLES)
    if known is not None:
        limits.check(known)
    gathered = Gathered(rate, channels, known, MAX_SAMPLES if listening else None)
    seconds: list[float] = []
    for stream in streams:
        frames = 0
        for block in adapted(stream, rate, channels):
            low, high = float(block.min(initial=0.0)), float(block.max(initial=0.0))
            if not (math.isfinite(low) and math.isfinite(high)):
                raise EngineRefused(
                    f"{argument}: the file holds samples that are not numbers (NaN or infinity); "
                    "export it again as wav or flac"
                )
            if (peak := max(-low, high)) > LOUDEST:
                raise EngineRefused(
                    f"{argument}: the file holds samples of {peak:.0e} times full scale, which are no sound; "
                    "export it again as wav or flac"
                )
            gathered.add(block)
            frames += len(block)
            limits.check(gathered.frames, at_least=True)
            report(min(1.0, gathered.frames / known) if known else 0.5, "reading the audio")
        seconds.append(frames / rate)
    if gathered.frames == 0:
        raise EngineRefused(
            f"{argument}: the file holds no sound at all; send a recording of at least a second"
        )
    for remark in remarks(streams, seconds):
        note(f"{argument}: {remark}")
    return gathered.audio(), HEARD_RATE if gathered.mixed else rate, streams[0].subtype


def _check_format(stream: Decoder, argument: str) -> None:
    if not 1 <= stream.channels <= MAX_CHANNELS:
        raise EngineRefused(
            f"{argument}: the file has {stream.channels} channels; at most {MAX_CHANNELS} are accepted"
        )
    low, high = RATES
    if not low <= stream.rate <= high:
        raise EngineRefused(
            f"{argument}: the file has a sample rate of {stream.rate} Hz; {low} to {high} Hz are accepted"
        )
