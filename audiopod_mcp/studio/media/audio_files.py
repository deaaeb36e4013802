"""Audio files in and out: the one place that touches libsndfile, and where its traps are closed.

Reading trusts nothing: size, channels, rate and length are checked before a sample is decoded, and
what comes out is finite. Writing is exact for PCM, safe for long files, and atomic.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from audiopod_mcp.disk import DiskFull, is_full
from audiopod_mcp.music.model import Audio, Progress, ignore_progress
from audiopod_mcp.studio.refused import EngineRefused

MAX_SECONDS = 30 * 60.0
"""The longest recording an operation takes, seconds: 0.6 GB of stereo at 44.1 kHz."""
MAX_CHANNELS = 8
MAX_SAMPLES = 64_000_000
"""Frames times channels that are held at once: 12 minutes of stereo at 44.1 kHz, 256 MB.

What changes a recording holds it two or three times: so a worker stays below a gigabyte."""
MAX_HEARD = 700_000_000
"""Frames times channels that are decoded only to be listened to: half an hour of stereo at 192 kHz."""
HEARD_RATE = 22_050
"""What a recording that is too large to be held is listened to at, Hz: the rate of the analysis."""
RATES = (8_000, 192_000)
"""Lowest and highest sample rate, Hz."""
BLOCK = 65_536
"""Frames a write: libsndfile crashes on long Ogg Vorbis writes; and between them work can be stopped."""

_MP3_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
_STREAMED = 0x7FFF_0000
"""A wav written to a pipe has its length left at the maximum."""
_UNKNOWN = 1 << 62
"""Frames, and more: what libsndfile says of a flac that was written to a pipe, whose end it can't find."""
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
) -> tuple[Audio, int, str]:
    """Decode ``path``: samples ``(samples, channels)`` at the file's own rate, that rate in Hz, its subtype.

    The subtype is libsndfile's (``"PCM_16"``, ``"PCM_24"``, ``"FLOAT"``, ``"VORBIS"`` …). ``argument``
    is what the person calls this file. What holds more than :data:`MAX_SAMPLES` is refused or, where it is
    only for ``listening``, comes as stereo at :data:`HEARD_RATE`. Raises :class:`EngineRefused` for what
    isn't audio, is damaged, or is beyond the limits.
    """
    _recognise(path, argument)
    try:
        with soundfile.SoundFile(path) as file:
            _check_limits(file, max_seconds, argument)
            mix = listening and file.frames * file.channels > MAX_SAMPLES
            _check_size(file, argument, MAX_HEARD if mix else MAX_SAMPLES)
            audio, frames = (_read_mixed if mix else _read_frames)(file, argument, report)
            promised, rate, subtype = _promised_frames(file), file.samplerate, str(file.subtype)
            estimated = file.format in ("MP3", "MPEG")
    except soundfile.LibsndfileError as error:
        raise _unreadable(argument, "it is damaged or not audio") from error
    if frames == 0:
        raise EngineRefused(
            f"{argument}: the file holds no sound at all; send a recording of at least a second"
        )
    # A VBR mp3 without an index only estimates its length; everything else promises it.
    missing = (promised - frames) / rate
    if missing > 0.5 and not (estimated and frames > 0.5 * promised):
        raise EngineRefused(
            f"{argument}: the file is cut off, {frames / rate:.1f} of {promised / rate:.1f} seconds "
            "are there; send the whole file"
        )
    return audio, HEARD_RATE if mix else rate, subtype


def write_audio(
    path: Path,
    audio: Audio,
    rate: int,
    format: str | None = None,  # noqa: A002 - the API's own word
    *,
    subtype: str = "PCM_16",
    report: Progress = ignore_progress,
) -> None:
    """Encode ``audio`` to ``path`` as ``wav``, ``flac``, ``ogg`` or ``mp3`` (default: the name's ending).

    ``subtype`` (``"PCM_16"`` or ``"PCM_24"``) counts for wav and flac only. Integers are exactly
    ``round(x * 2**(bits - 1))``, clipped, the inverse of reading: what was read from such a file is written
    back bit for bit. mp3 knows two channels and at most 48 kHz: more is mixed down and resampled.
    The file appears under its name only when it is complete.
    """
    kind = (format or path.suffix.removeprefix(".")).lower()
    if kind not in _FORMATS:
        raise ValueError(f"can't write {kind!r}: one of {', '.join(_FORMATS)}")
    if kind == "mp3":
        audio, rate = _fit_mp3(audio, rate)
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
                file.write(np.clip(block, -1, 1) if kind in _SUBTYPES else _integers(block, subtype))
        _check_room(temporary, audio)
        temporary.replace(path)
    except soundfile.LibsndfileError:
        _check_room(temporary, audio)
        raise
    finally:
        temporary.unlink(missing_ok=True)


def _check_room(temporary: Path, audio: Audio) -> None:
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
            raise DiskFull(error.errno, needed=audio.size * 2) from None
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


def _recognise(path: Path, argument: str) -> None:
    """Refuse what can be told from its first bytes, with the way out."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        raise EngineRefused(f"{argument}: the file can't be opened ({error.strerror})") from error
    if not head:
        raise _unreadable(argument, "it is empty")
    if head[4:8] == b"ftyp" or head[:2] in (b"\xff\xf1", b"\xff\xf9"):
        raise EngineRefused(
            f"{argument}: m4a and other AAC audio can't be read here; convert it to one of {_READABLE} first "
            "(for example: ffmpeg -i song.m4a song.flac)"
        )
    if head[:4] == b"\x1a\x45\xdf\xa3" or head[:4] == b"0&\xb2u":
        raise _unreadable(argument, "it is a webm, mkv or wma file")
    if head[:2] == b"PK":
        raise _unreadable(argument, "it is a zip archive")


def _unreadable(argument: str, why: str) -> EngineRefused:
    return EngineRefused(f"{argument}: not a readable audio file: {why}; send one of {_READABLE}")


def _check_limits(file: soundfile.SoundFile, max_seconds: float, argument: str) -> None:
    if file.channels > MAX_CHANNELS:
        raise EngineRefused(
            f"{argument}: the file has {file.channels} channels; at most {MAX_CHANNELS} are accepted"
        )
    low, high = RATES
    if not low <= file.samplerate <= high:
        raise EngineRefused(
            f"{argument}: the file has a sample rate of {file.samplerate} Hz; {low} to {high} Hz are accepted"
        )
    if file.frames >= _UNKNOWN:
        raise EngineRefused(
            f"{argument}: the file does not tell its length, as one that was written to a pipe; export it "
            "again (for example: ffmpeg -i song.flac whole.flac)"
        )
    seconds = file.frames / file.samplerate
    if seconds > max_seconds:
        raise EngineRefused(
            f"{argument}: the file is {_clock(seconds)} long; at most {_clock(max_seconds)} are accepted, "
            "send the part that matters"
        )


def _check_size(file: soundfile.SoundFile, argument: str, most: int) -> None:
    """Refuse what would fill the memory, however small the file is on the disk."""
    if file.frames * file.channels <= most:
        return
    seconds, gigabytes = file.frames / file.samplerate, file.frames * file.channels * 4 / 1e9
    raise EngineRefused(
        f"{argument}: the file holds {_clock(seconds)} of {file.channels} channels at {file.samplerate} Hz, "
        f"{gigabytes:.1f} GB once it is decoded; at most {most * 4 / 1e9:.2g} GB are accepted, "
        f"{_clock(most / file.samplerate / file.channels)} of such sound: send the part that matters, or "
        "export it as stereo at 44100 Hz"
    )


def _promised_frames(file: soundfile.SoundFile) -> int:
    """What the header says. libsndfile corrects a wav's length to what is there, and only logs it."""
    found = re.search(r"^data : (\d+) \(should be \d+\)", file.extra_info, re.MULTILINE)
    align = re.search(r"Block Align +: (\d+)", file.extra_info)
    if not found or not align or int(found[1]) >= _STREAMED:
        return int(file.frames)
    return int(found[1]) // int(align[1])


def _read_frames(file: soundfile.SoundFile, argument: str, report: Progress) -> tuple[Audio, int]:
    """All frames, and how many; memory is touched by what is really there, not by what the header says."""
    audio, done = np.empty((file.frames, file.channels), np.float32), 0
    for block in _blocks(file, argument, report):
        audio[done : done + len(block)] = block
        done += len(block)
    return audio[:done], done


def _read_mixed(file: soundfile.SoundFile, argument: str, report: Progress) -> tuple[Audio, int]:
    """All frames as stereo at :data:`HEARD_RATE`, and how many they were.

    Middle and sides are those of the recording: the mean of all channels, and half the difference of the
    first two.
    """
    import soxr

    stream = soxr.ResampleStream(file.samplerate, HEARD_RATE, 2, dtype="float32")
    audio = np.empty((-(-file.frames * HEARD_RATE // file.samplerate) + 1, 2), np.float32)
    done = written = 0

    def write(mixed: Audio, *, last: bool = False) -> None:
        nonlocal written
        part = stream.resample_chunk(mixed, last=last)[: len(audio) - written]
        audio[written : written + len(part)] = part
        written += len(part)

    for block in _blocks(file, argument, report):
        middle = block.mean(axis=1)
        side = (block[:, 0] - block[:, 1]) / 2 if file.channels > 1 else np.zeros_like(middle)
        write(np.column_stack((middle + side, middle - side)))
        done += len(block)
    write(np.zeros((0, 2), np.float32), last=True)
    return audio[:written], done


def _blocks(file: soundfile.SoundFile, argument: str, report: Progress) -> Iterator[Audio]:
    """The frames, a few megabytes at a time, every sample of them a number."""
    length, done = max(1, BLOCK * 8 // file.channels), 0
    while len(block := file.read(length, dtype="float32", always_2d=True)):
        if not np.isfinite(block).all():
            raise EngineRefused(
                f"{argument}: the file holds samples that are not numbers (NaN or infinity); "
                "export it again as wav or flac"
            )
        yield block
        done += len(block)
        report(min(1.0, done / max(1, file.frames)), "reading the audio")


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d} min"
