"""Builds the bank of sampled instruments: ``python -m training.sound_bank [--font FILE] [--write]``.

It takes what the engine plays from MuseScore_General, in the form that Debian packages as
``musescore-general-soundfont-small`` (MIT; parts public domain or CC0). Its samples are Ogg Vorbis streams,
which are copied as they are. Only the piano, which alone is larger than the bank may be, is thinned out and
shortened. Printed is what each program costs; ``--write`` replaces the bank of the package.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from audiopod_mcp.music.synthesis import sound_bank
from audiopod_mcp.music.synthesis.sound_bank import Zone

from .soundfont import Sample, SoundFont
from .tables import Material, Provenance

FONT = Path("/usr/share/sounds/sf3/MuseScore_General_Lite.sf3")
_DRUM_KEYS = (27, 82)
"""The first and the last General MIDI drum that is kept."""
_SHORTENED_RATE = 32_000
_SHORTENED_LEVEL = 0.55
"""How much a shortened sample is compressed, 0 (least) to 1, as libsndfile counts it."""
_MISTUNED = 0.035
"""The share of its frequency by which a recording is off at most."""
_AUDIBLE = 1e-3
"""The power of a fundamental, over that of the strongest partial, at which it can be measured."""
_BASS_DRUMS = (35, 36)
_DRUM_TONES = (35.0, 700.0)
"""Hz between which a drum's tone lies."""
_TONAL = 0.3
"""Share of its power that a drum's tone has at least."""
Signal = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a program of the bank comes from."""

    bank: int
    program: int
    every: int = 1
    """How many groups of keys share one that is kept."""
    seconds: float | None = None
    """How much of each sample is kept, where it is shortened."""
    kit: bool = False
    """Whether it is a drum kit."""


PROGRAMS = {
    "piano": Source(0, 0, every=3, seconds=7.0),
    "electric piano": Source(0, 4),
    "harpsichord": Source(0, 6),
    "marimba": Source(0, 12),
    "nylon guitar": Source(0, 24),
    "steel guitar": Source(0, 25),
    "picked bass": Source(0, 34),
    "sitar": Source(0, 104),
    "koto": Source(0, 107),
    "harp": Source(0, 46),
    "violin": Source(0, 40),
    "cello": Source(0, 42),
    "strings": Source(0, 48),
    "pizzicato": Source(0, 45),
    "trumpet": Source(0, 56),
    "brass": Source(0, 61),
    "timpani": Source(0, 47),
    "standard kit": Source(128, 0, kit=True),
    "room kit": Source(128, 8, kit=True),
    "brush kit": Source(128, 40, kit=True),
}
"""Those which the judge (``tests.benchmarks.judge``) knows better than what is synthesized, or, where it has
no word for them, with which it knows the styles better (bass, bass drums), or that are nearer to another font
(``tests.benchmarks.sampled``)."""


def zones_of(font: SoundFont, source: Source) -> list[Zone]:
    """The zones of a program, as far as they are kept."""
    zones = font.zones(source.bank, source.program)
    if source.kit:
        return [zone for zone in zones if zone.keys[1] >= _DRUM_KEYS[0] and zone.keys[0] <= _DRUM_KEYS[1]]
    if source.every == 1:
        return zones
    groups = sorted({zone.keys for zone in zones})
    kept = groups[source.every // 2 :: source.every]
    edges = [0, *((a[1] + b[0]) // 2 + 1 for a, b in pairwise(kept)), 128]
    wider = {group: (edges[i], edges[i + 1] - 1) for i, group in enumerate(kept)}
    return [replace(zone, keys=wider[zone.keys]) for zone in zones if zone.keys in wider]


def shortened(sample: Sample, seconds: float) -> tuple[bytes, int]:
    """A sample faded out after so many ``seconds``, as an Ogg Vorbis stream, and its rate."""
    audio = sample.audio[: round(seconds * sample.rate)]
    tail = min(len(audio), round(0.3 * seconds * sample.rate))
    audio = np.concatenate((audio[:-tail], audio[-tail:] * np.linspace(1, 0, tail, dtype=np.float32) ** 2))
    audio = soxr.resample(audio, sample.rate, _SHORTENED_RATE, "VHQ")
    file = io.BytesIO()
    soundfile.write(
        file, audio, _SHORTENED_RATE, format="OGG", subtype="VORBIS", compression_level=_SHORTENED_LEVEL
    )
    return file.getvalue(), _SHORTENED_RATE


def mistuning(zone: Zone, sample: Sample) -> float:
    """Semitones by which a sample sounds higher than its zone says; 0 where its fundamental is too weak."""
    audio = sample.audio
    if zone.loop is not None:
        again = audio[slice(*zone.loop)]
        audio = np.concatenate((audio[: zone.loop[1]], np.tile(again, 1 + 2 * sample.rate // len(again))))
    audio = audio[zone.start :]
    held = audio[round(0.1 * sample.rate) : round(1.3 * sample.rate)]
    power = np.square(np.abs(np.fft.rfft(held * np.hanning(len(held)), 1 << 18)))
    hertz = np.fft.rfftfreq(1 << 18, 1 / sample.rate)
    expected = 440 * 2 ** ((zone.root - 69) / 12)
    near = np.abs(hertz / expected - 1) < _MISTUNED
    if power[near].max() < _AUDIBLE * power[hertz > 30].max():
        return 0.0
    centre = (hertz[near] * power[near]).sum() / power[near].sum()
    return float(12 * np.log2(centre / expected))


def drum_pitch(audio: Signal, rate: int, *, falls: bool) -> float | None:
    """MIDI pitch of the partial that outweighs the others from 20 ms to 250 ms of a stroke, if one does.

    Of a drum whose pitch ``falls`` that is no partial, but what is strongest of the whole stroke.
    """
    ringing = audio if falls else audio[round(0.02 * rate) : round(0.25 * rate)]
    if not ringing.any():
        return None
    window = 1.0 if falls else np.hanning(len(ringing))
    power = np.square(np.abs(np.fft.rfft(ringing * window, 1 << 17)))
    hertz = np.fft.rfftfreq(1 << 17, 1 / rate)
    inside = (hertz > _DRUM_TONES[0]) & (hertz < _DRUM_TONES[1])
    peak = hertz[inside][power[inside].argmax()]
    share = power[np.abs(hertz / peak - 1) < 0.06].sum() / power.sum()  # a semitone to either side
    return float(69 + 12 * np.log2(peak / 440)) if falls or share > _TONAL else None


def build(font: SoundFont, programs: Iterable[str]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The index of a bank with these programs, and its samples by name."""
    index: dict[str, Any] = {}
    samples: dict[str, bytes] = {}
    for name in programs:
        source, zones, cost = PROGRAMS[name], [], 0
        for zone in zones_of(font, PROGRAMS[name]):
            sample = font.sample(zone)
            zone = replace(zone, sample=f"{zone.sample}.ogg")
            if not source.kit:
                zone = replace(zone, root=zone.root + mistuning(zone, sample))
            else:
                falls = zone.keys[0] in _BASS_DRUMS
                pitch = drum_pitch(sample.audio[zone.start :], sample.rate, falls=falls)
                zone = replace(zone, pitch=None if pitch is None else round(pitch, 2))
            if source.seconds:
                encoded, rate = shortened(sample, source.seconds)
                zone = replace(zone, rate=rate, loop=None, hold=source.seconds, start=0)
            else:
                assert sample.encoded is not None  # noqa: S101 - fonts that are not compressed are not taken
                encoded = sample.encoded
            cost += 0 if zone.sample in samples else len(encoded)
            samples[zone.sample] = encoded
            zones.append(_written(zone))
        index[name] = zones
        print(f"{name:20}{len(zones):4} zones{cost / 1e6:7.2f} MB")
    return index, samples


def _written(zone: Zone) -> dict[str, Any]:
    """A zone as the index has it: short, with as many digits as can be heard."""
    entry = {name: value for name, value in asdict(zone).items() if name != "pitch" or value is not None}
    entry["root"], entry["gain"] = round(zone.root, 3), round(zone.gain, 1)
    entry["pan"] = round(zone.pan, 2)
    entry["cutoff"] = [round(hertz) for hertz in zone.cutoff]
    for name in ("attack", "hold"):
        entry[name] = round(entry[name], 3)
    entry["decay"] = round(entry["decay"], 2) if zone.decay < 1000 and zone.sustain else 0.0
    return entry


def write_bank(path: Path, index: dict[str, Any], samples: dict[str, bytes]) -> None:
    """Write a bank whose bytes depend on what is in it alone."""
    with ZipFile(path, "w") as archive:
        for name, data in {
            "index.json": json.dumps(index, separators=(",", ":")).encode(),
            **samples,
        }.items():
            entry = ZipInfo(name)
            entry.create_system = 3
            archive.writestr(entry, data)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--font", type=Path, default=FONT)
    parser.add_argument("--write", action="store_true", help="replace the bank of the package")
    arguments = parser.parse_args()
    index, samples = build(SoundFont(arguments.font), PROGRAMS)
    print(f"{len(index)} programs, {len(samples)} samples, {sum(map(len, samples.values())) / 1e6:.2f} MB")
    if arguments.write:
        path = Path(str(sound_bank.__file__)).with_suffix(".zip")
        write_bank(path, index, samples)
        digest = hashlib.sha256(arguments.font.read_bytes()).hexdigest()
        made = provenance(digest, len(index), len(samples))
        path.with_suffix(".json").write_text(
            json.dumps(asdict(made), indent=2, ensure_ascii=False) + "\n", "utf-8"
        )
        print(path)


def provenance(digest: str, programs: int, samples: int) -> Provenance:
    """What stands beside the bank."""
    origin = f"Debian's musescore-general-soundfont-small 0.2.1, MuseScore_General_Lite.sf3, sha256 {digest}"
    return Provenance(
        "Recorded notes and strokes of instruments that the synthesizer plays, with their zones",
        "python -m training.sound_bank --write",
        (
            Material(
                "MuseScore_General",
                f"{programs} programs, {samples} samples",
                origin,
                "MIT; parts CC0 or public domain",
            ),
        ),
        {
            "Solos of thirteen instruments known first by MTT_musicnn; they chose the programs": (
                "12, of which flute and choir are synthesized (all synthesized: 7)"
            ),
            "The same by MTT_vgg, which chose nothing": "12 (all synthesized: 8)",
        },
        "bit for bit, but for the piano: libvorbis encodes it, under serial numbers drawn by chance",
    )


if __name__ == "__main__":
    main()
