"""Whether a file is audio, all of it: decoded from its first sample to its last before it counts as saved.

Decoding is a core's work: :func:`check_audio` is meant for a worker process.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

_BLOCK = 1 << 19
"""Samples decoded at a time, whatever the number of channels."""
_STREAMED = 0x7FFF_0000
"""Bytes, and more: what a wav that was written to a pipe says of its size."""
_UNKNOWN = 1 << 62
"""Frames, and more: what libsndfile says of a flac that was written to a pipe."""
_LAST_PAGE = 1 << 17
"""Bytes at the end of an Ogg file within which its last page begins: none is as large as half of them."""
_MISSED = 0.5
"""Seconds that may be missing: encoders round."""
_KINDS = {"WAV": "wav", "WAVEX": "wav", "FLAC": "flac", "OGG": "ogg", "MP3": "mp3", "MPEG": "mp3"}


class CheckedAudio(NamedTuple):
    """What was found in a file that is whole."""

    kind: str | None
    """``flac``, ``mp3``, ``ogg`` or ``wav``, whatever the file is called; ``None`` for another kind."""
    seconds: float


def check_audio(path: str) -> CheckedAudio:
    """Decode a file block by block, and compare what is there with what it promises.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    CheckedAudio
        Which kind of audio it is and how long.

    Raises
    ------
    ValueError
        Where it is no audio, damaged, or cut off; completes "the file …".

    """
    import soundfile

    decoded = 0
    try:
        with soundfile.SoundFile(path) as file:
            promised, rate, kind = file.frames, file.samplerate, _KINDS.get(file.format)
            try:
                while count := len(file.read(max(1, _BLOCK // file.channels), always_2d=True)):
                    decoded += count
            except soundfile.LibsndfileError:
                if promised < _UNKNOWN or not decoded:  # else it is how such a file ends
                    raise ValueError(f"is damaged after {decoded / rate:.1f} seconds") from None
    except soundfile.LibsndfileError:
        raise ValueError("is not audio, or damaged from its beginning") from None
    if not decoded:
        raise ValueError("holds no sound")
    # An mp3 without an index only estimates its length.
    estimated = kind == "mp3" and decoded > promised / 2
    missing = (promised - decoded) / rate if promised < _UNKNOWN else 0.0
    if _ends_early(Path(path), kind) or (missing > _MISSED and not estimated):
        raise ValueError(f"is cut off after {decoded / rate:.1f} seconds")
    return CheckedAudio(kind, decoded / rate)


def _ends_early(path: Path, kind: str | None) -> bool:
    """Whether the container says that there should be more, which libsndfile overlooks."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if kind == "wav":
            head = file.read(8)
            promised = int.from_bytes(head[4:8], "little")
            return head[:4] == b"RIFF" and promised < _STREAMED and promised + 8 > size + 1
        if kind == "ogg":
            file.seek(max(0, size - _LAST_PAGE))
            end = file.read()
            start = end.rfind(b"OggS")
            return start < 0 or not end[start + 5] & 4
    return False
