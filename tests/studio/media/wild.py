"""Files as they are found in the wild, made by real encoders and then spoilt as other programs spoil them."""

import io
import shutil
import struct
import subprocess

import numpy as np
import soundfile

FFMPEG = shutil.which("ffmpeg")


def music(seconds=3.0, rate=44_100, channels=2, peak=0.5, seed=0):
    """Sound that is nowhere like itself: a rising tone and noise."""
    time = np.arange(round(seconds * rate)) / rate
    noise = np.random.default_rng(seed).normal(0, 0.05, (len(time), channels))
    tone = np.sin(2 * np.pi * (200 + 150 * time) * time)[:, None]
    sound = tone * np.linspace(1, 0.6, channels) + noise
    return (sound * peak / np.abs(sound).max()).astype(np.float32)


def encoded(sound, rate=44_100, kind="WAV", subtype=None, **options):
    file = io.BytesIO()
    soundfile.write(file, sound, rate, format=kind, subtype=subtype, **options)
    return file.getvalue()


def ffmpeg(sound, rate, *options, suffix):
    """What the ffmpeg of this machine makes of ``sound``, written to a file."""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.wav", Path(folder) / f"out.{suffix}"
        soundfile.write(source, sound, rate, subtype="FLOAT")
        subprocess.run([FFMPEG, "-v", "error", "-i", source, *options, target], check=True)
        return target.read_bytes()


def decoded_by_ffmpeg(path):
    """Samples and rate, as the referee has them."""
    command = [FFMPEG, "-v", "fatal", "-i", path, "-map", "0:a:0", "-c:a", "pcm_f32le", "-f", "wav", "-"]
    wav = subprocess.run(command, capture_output=True, check=True).stdout
    at = 12
    while wav[at : at + 4] != b"data":
        name, size = wav[at : at + 4], int.from_bytes(wav[at + 4 : at + 8], "little")
        if name == b"fmt ":
            channels, rate = struct.unpack("<HI", wav[at + 10 : at + 16])
        at += 8 + size
    return np.frombuffer(wav[at + 8 :], "<f4").reshape(-1, channels), rate


def chunk(name, content, size=None, *, order="<"):
    length = len(content) if size is None else size
    return name + struct.pack(f"{order}I", length) + content + b"\0" * (len(content) % 2)


def wav(sound, rate=44_100, *, size=None, riff=None, before=b"", after=b"", kind=b"RIFF", pad=True):
    """A wav of 16 bits whose sizes say anything."""
    data = np.round(sound * 32767).astype("<i2").tobytes()
    channels = sound.shape[1]
    about = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * 2, channels * 2, 16)
    before = before if pad else before.rstrip(b"\0")
    body = b"WAVE" + before + chunk(b"fmt ", about) + chunk(b"data", data, size) + after
    return kind + struct.pack("<I", len(body) if riff is None else riff) + body


def w64(sound, rate=44_100):
    """A Wave64 of floats, as ffmpeg writes it."""
    rest, end = bytes.fromhex("f3acd3118cd100c04f8edb8a"), bytes.fromhex("000000001000800000aa00389b71")
    channels = sound.shape[1]
    about = struct.pack(
        "<HHIIHHHHI", 0xFFFE, channels, rate, rate * channels * 4, channels * 4, 32, 22, 32, 3
    )
    about += b"\3\0" + end
    data = sound.astype("<f4").tobytes()
    chunks = b"fmt " + rest + struct.pack("<Q", 24 + len(about)) + about
    chunks += b"data" + rest + struct.pack("<Q", 24 + len(data)) + data
    riff = bytes.fromhex("726966662e91cf11a5d628db04c10000") + struct.pack("<Q", 40 + len(chunks))
    return riff + b"wave" + rest + chunks


def id3(size=1000):
    """A tag as taggers put before whatever it is."""
    return b"ID3\4\0\0" + bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0)) + bytes(size)


def flac_of_length(flac, samples):
    """``flac`` with another number of samples in its header."""
    content = bytearray(flac)
    content[21] = content[21] & 0xF0 | samples >> 32
    content[22:26] = (samples & 0xFFFF_FFFF).to_bytes(4, "big")
    return bytes(content)


def flac_from_the_middle(flac, block):
    """``flac``, of frames of ``block`` samples, without the first of its sound, and how many samples are left out."""
    at, last = 4, False
    while not last:
        last, at = bool(flac[at] & 0x80), at + 4 + int.from_bytes(flac[at + 1 : at + 4], "big")
    for number in range(5, 128):
        place = flac.find(flac[at : at + 4] + bytes([number]), at)
        if place > 0:
            return flac[:at] + flac[place:], number * block
    raise AssertionError("it has too few frames")


def ogg_flac(flac, serial=7):
    """``flac`` packed into Ogg pages, all its frames as one packet."""
    at, blocks, last = 4, [], False
    while not last:
        last, size = bool(flac[at] & 0x80), int.from_bytes(flac[at + 1 : at + 4], "big")
        blocks.append(flac[at : at + 4 + size])
        at += 4 + size
    streaminfo = bytes([blocks[0][0] & 0x7F]) + blocks[0][1:]
    comment = b"\x84" + struct.pack(">I", 8)[1:] + bytes(8)
    packets = [b"\x7fFLAC\1\0\0\1fLaC" + streaminfo, comment, flac[at:]]
    pages, number = b"", 0
    for index, packet in enumerate(packets):
        parts = [packet[i : i + 65_025] for i in range(0, len(packet), 65_025)] or [b""]
        for part in parts:
            flags = (2 if number == 0 else 0) | (4 if index == 2 and part is parts[-1] else 0)
            flags |= 1 if part is not parts[0] else 0
            lengths = bytes([255] * (len(part) // 255) + ([len(part) % 255] if part is parts[-1] else []))
            head = b"OggS\0" + bytes([flags]) + bytes(8) + struct.pack("<III", serial, number, 0)
            page = bytearray(head + bytes([len(lengths)]) + lengths + part)
            page[22:26] = struct.pack("<I", ogg_crc(page))
            pages += bytes(page)
            number += 1
    return pages


def _shifted(crc):
    for _ in range(8):
        crc = (crc << 1 ^ 0x04C1_1DB7 if crc & 0x8000_0000 else crc << 1) & 0xFFFF_FFFF
    return crc


CRCS = [_shifted(byte << 24) for byte in range(256)]


def ogg_crc(page):
    crc = 0
    for byte in page:
        crc = (crc << 8 & 0xFFFF_FFFF) ^ CRCS[crc >> 24 ^ byte]
    return crc


def without_index(mp3):
    """``mp3`` without its first frame, which says how many follow."""
    start = mp3.index(b"\xff")
    return mp3[mp3.index(mp3[start : start + 2], start + 100) :]
