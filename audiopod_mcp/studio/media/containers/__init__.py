"""What is in an audio file, by its content: the sound, stream by stream, whatever headers and names say."""

from __future__ import annotations

import struct
from typing import BinaryIO

from .chunks import aiff_streams, caf_streams, w64_streams, wav_streams
from .flac import flac_streams
from .mpeg import find_frames, mpeg_streams
from .ogg import OGG_CHANNELS as OGG_CHANNELS
from .ogg import ogg_streams
from .stream import Foreign as Foreign
from .stream import NotAudio as NotAudio
from .stream import Stream as Stream
from .stream import read_at
from .tags import skip_tags
from .window import Stretch
from .window import Window as Window

_NO_AUDIO = (
    ((b"pk\3\4", b"pk\5\6"), "a zip archive"),
    ((b"<!doctype html", b"<html"), "a web page"),
    ((b"#extm3u", b"[playlist]", b"ffconcat"), "a playlist, which only names audio"),
    ((b"mthd",), "a MIDI file, which holds notes and no sound"),
)
_DEMUXERS = {
    b"RIFF": "wav",
    b"RF64": "wav",
    b"FORM": "aiff",
    b"OggS": "ogg",
    b"caff": "caf",
    b".snd": "au",
}
"""Formats whose rarer codings only ffmpeg knows."""
_W64 = bytes.fromhex("726966662e91cf11a5d628db04c10000")
_PACKETS = ((0, 188), (4, 192))
"""Where the packets of an mpeg-ts begin, and how long they are."""
_FOREIGN = (
    # Where the mark stands, the mark, what people call such files, ffmpeg's demuxer for them.
    (4, b"ftyp", "m4a, mp4 and mov", "mov"),
    (4, b"moov", "m4a, mp4 and mov", "mov"),
    (4, b"mdat", "m4a, mp4 and mov", "mov"),
    (4, b"wide", "m4a, mp4 and mov", "mov"),
    (0, b"\x1a\x45\xdf\xa3", "webm and mkv", "matroska"),
    (0, b"0&\xb2u\x8ef\xcf\x11", "wma and wmv", "asf"),
    (0, b"FLV\x01", "flv", "flv"),
    (0, b"\0\0\x01\xba", "mpg", "mpeg"),
    (0, b"MAC ", "Monkey's Audio", "ape"),
    (0, b"wvpk", "WavPack", "wv"),
    (0, b"TTA1", "True Audio", "tta"),
    (0, b"#!AMR", "AMR", "amr"),
    (0, b"\x0b\x77", "AC-3", "ac3"),
    (0, b"MPCK", "Musepack", "mpc8"),
    (0, b"MP+", "Musepack", "mpc"),
    (0, b"DSD ", "DSD", "dsf"),
    (0, b"ADIF", "aac", "aac"),
    (0, b"\x7f\xfe\x80\x01", "DTS", "dts"),
    (0, b"\xfe\x7f\x01\x80", "DTS", "dts"),
    (4, b"\xf8\x72\x6f\xba", "TrueHD", "truehd"),
    (0, b".RMF", "RealMedia", "rm"),
    (0, b".ra\xfd", "RealAudio", "rm"),
    # libsndfile knows them, and takes the headers of their later blocks for sound.
    (0, b"Creative Voice File\x1a", "voc", "voc"),
)


def find_streams(file: BinaryIO) -> list[Stream] | Foreign:
    """The sound of ``file``, or what else reads it.

    Raises:
        NotAudio: where it is none.

    """
    try:
        return _find(file)
    except (struct.error, ArithmeticError) as error:  # numbers that no header has
        raise NotAudio("its header is damaged") from error


def otherwise(file: BinaryIO) -> Foreign | None:
    """What else may read ``file`` where libsndfile does not."""
    demuxer = _DEMUXERS.get(read_at(file, 0, 4))
    return Foreign(f"{demuxer} of this kind", demuxer) if demuxer else None


def _find(file: BinaryIO) -> list[Stream] | Foreign:
    end = file.seek(0, 2)
    if end == 0:
        raise NotAudio("it is empty")
    start = skip_tags(file, 0, end)
    head = read_at(file, start, 512)
    form = head[8:12]
    if head[:4] in (b"RIFF", b"RIFX", b"RF64", b"BW64") and form == b"WAVE":
        return wav_streams(file, start, end)
    if head[:16] == _W64:
        return w64_streams(file, start, end)
    if head[:4] == b"RIFF" and form == b"AVI ":
        return Foreign("avi", "avi")
    if head[:4] == b"FORM" and form in (b"AIFF", b"AIFC"):
        return aiff_streams(file, start, end)
    if head[:4] == b"fLaC":
        return flac_streams(file, start, end)
    if head[:4] == b"OggS":
        return ogg_streams(file, start, end)
    if head[:4] == b"caff":
        return caf_streams(file, start, end)
    if head[:4] == b".snd":
        return [_au_stream(head, start, end)]
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for marks, what in _NO_AUDIO:
        if text.startswith(marks):
            raise NotAudio(f"it is {what}")
    for at, mark, name, demuxer in _FOREIGN:
        if head[at : at + len(mark)] == mark:
            return Foreign(name, demuxer)
    if any(len(head) > a + 2 * b and head[a] == head[a + b] == head[a + 2 * b] == 0x47 for a, b in _PACKETS):
        return Foreign("mpeg-ts", "mpegts")
    if len(head) > 6 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return Foreign("aac", "aac")
    if find_frames(file, start, end) is not None:
        return mpeg_streams(file, start, end)
    if _is_text(head):
        raise NotAudio("it is text, not audio")
    return [Stream((Stretch(start, end - start),), as_it_is=start == 0)]


def _is_text(head: bytes) -> bool:
    """Whether ``head`` holds words, as the answer of a server that has no audio does, and nothing else."""
    words = head.decode("utf-8", "ignore")
    return len(words.encode()) > len(head) - 4 and all(c.isprintable() or c.isspace() for c in words)


def _au_stream(head: bytes, start: int, end: int) -> Stream:
    """An au, shown without the size it says of itself."""
    said = int.from_bytes(head[8:12], "big")
    unknown = said in (0, 0xFFFF_FFFF)
    header = int.from_bytes(head[4:8], "big")
    size = {1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 7: 8, 27: 1}.get(int.from_bytes(head[12:16], "big"), 0)
    rate, channels = int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
    a_second = size * rate * channels
    length = max(0, end - start - header)
    return Stream(
        (head[:8] + length.to_bytes(8, "big")[4:] + head[12:24], Stretch(start + 24, end - start - 24)),
        None if unknown or not a_second else said / a_second,
        length / a_second if a_second else None,
    )
