"""Reads SoundFont 2 files, and their compressed kin (sf3: each sample is an Ogg Vorbis stream).

The format is in the *SoundFont Technical Specification* 2.04 (Creative 2006). Read is what a sampler needs
that has no wheels and pedals: zones by key and velocity, their envelopes, and how bright velocity makes them.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from audiopod_mcp.music.synthesis.sound_bank import Range, Zone

_GENERATORS = {
    0: "start_fine", 2: "loop_start_fine", 3: "loop_end_fine", 4: "start_coarse", 8: "cutoff",
    11: "envelope_to_cutoff", 17: "pan", 34: "attack", 35: "hold", 36: "decay", 37: "sustain",
    41: "instrument", 43: "keys", 44: "velocities", 45: "loop_start_coarse", 48: "attenuation",
    50: "loop_end_coarse", 51: "semitones", 52: "cents", 53: "sample", 54: "mode", 58: "root",
}  # fmt: skip
_DEFAULTS = {"cutoff": 13500, "attack": -12000, "hold": -12000, "decay": -12000, "root": -1}
_OF_INSTRUMENTS = {
    "sample", "mode", "root", "start_fine", "start_coarse", "loop_start_fine", "loop_end_fine",
    "loop_start_coarse", "loop_end_coarse",
}  # fmt: skip
"""Generators that a preset can't change."""
_VELOCITY, _KEY = 2, 3
"""Controllers of modulators."""
_ATTENUATION = 0.4
"""How much of an attenuation counts: what the first hardware did, and all fonts since are made for."""
_FULL_RANGE = (0, 127)


@dataclass(frozen=True, slots=True)
class Sample:
    """One recording."""

    name: str
    audio: npt.NDArray[np.float32]
    rate: int
    encoded: bytes | None
    """The Ogg Vorbis stream that it is stored as, if it is."""


class SoundFont:
    """A font: its programs, by bank and number, and its samples, by number."""

    def __init__(self, path: Path) -> None:
        self._data = path.read_bytes()
        self._chunks: dict[str, tuple[int, int]] = dict(self._walk(0, len(self._data)))
        self._presets = self._records("phdr", "<20sHHHIII")
        self._preset_bags = self._records("pbag", "<HH")
        self._preset_generators = self._records("pgen", "<HH")
        self._preset_modulators = self._records("pmod", "<HHhHH")
        self._instruments = self._records("inst", "<20sH")
        self._instrument_bags = self._records("ibag", "<HH")
        self._instrument_generators = self._records("igen", "<HH")
        self._instrument_modulators = self._records("imod", "<HHhHH")
        self._headers = self._records("shdr", "<20sIIIIIBbHH")
        self.programs = {(p[2], p[1]): number for number, p in enumerate(self._presets[:-1])}

    def _walk(self, at: int, end: int) -> Iterator[tuple[str, tuple[int, int]]]:
        while at + 8 <= end:
            name, size = self._data[at : at + 4], struct.unpack_from("<I", self._data, at + 4)[0]
            if name in (b"RIFF", b"LIST"):
                yield from self._walk(at + 12, at + 8 + size)
            else:
                yield name.decode("ascii"), (at + 8, size)
            at += 8 + size
            if size % 2 and self._data[at : at + 1] == b"\0":  # sf3 files don't pad every odd chunk
                at += 1

    def _records(self, chunk: str, form: str) -> list[tuple[int, ...]]:
        start, size = self._chunks[chunk]
        return list(struct.iter_unpack(form, self._data[start : start + size]))

    def sample(self, zone: Zone) -> Sample:
        name, start, end, _, _, rate, *_, kind = self._headers[int(zone.sample)]
        offset = self._chunks["smpl"][0]
        title = bytes(name).split(b"\0")[0].decode("latin-1")
        if kind & 0x10:  # compressed: places are bytes, and loops count from the sample's own start
            encoded = self._data[offset + start : offset + end]
            audio, _ = soundfile.read(io.BytesIO(encoded), dtype="float32", always_2d=True)
            return Sample(title, np.ascontiguousarray(audio[:, 0]), rate, encoded)
        audio = np.frombuffer(self._data[offset + 2 * start : offset + 2 * end], "<i2") / np.float32(32768)
        return Sample(title, audio.astype(np.float32), rate, None)

    def zones(self, bank: int, program: int) -> list[Zone]:
        """Every zone of a program; those of one sample that differ in velocity only are one.

        The name of a zone's sample is its number in the font.
        """
        number = self.programs[bank, program]
        found: dict[tuple[str, Range], list[tuple[Range, Zone]]] = {}
        first, last = self._presets[number][3], self._presets[number + 1][3]
        for preset in self._bags(first, last, "preset", "instrument"):
            held = (
                self._instruments[preset["instrument"][0]][1],
                self._instruments[preset["instrument"][0] + 1][1],
            )
            for part in self._bags(*held, "instrument", "sample"):
                keys, velocities = (
                    _overlap(part.get(name, _FULL_RANGE), preset.get(name, _FULL_RANGE))
                    for name in ("keys", "velocities")
                )
                if keys[0] <= keys[1] and velocities[0] <= velocities[1]:
                    zone = self._zone(preset, part, keys, velocities)
                    found.setdefault((zone.sample, keys), []).append((velocities, zone))
        merged = []
        for layers in found.values():
            layers.sort(key=lambda layer: layer[0])
            soft, hard = layers[0][1], layers[-1][1]
            velocities = layers[0][0][0], layers[-1][0][1]
            merged.append(replace(hard, velocities=velocities, cutoff=(soft.cutoff[0], hard.cutoff[1])))
        return sorted(merged, key=lambda zone: (zone.keys, zone.velocities, zone.pan, int(zone.sample)))

    def _bags(
        self, first: int, last: int, level: str, ends_with: str
    ) -> Iterator[dict[str, tuple[int, ...]]]:
        """The zones between two bags, each with what the global one before them says."""
        bags = getattr(self, f"_{level}_bags")
        generators, modulators = getattr(self, f"_{level}_generators"), getattr(self, f"_{level}_modulators")
        common: dict[str, tuple[int, ...]] = {}
        for at in range(first, last):
            own: dict[str, tuple[int, ...]] = {}
            for kind, value in generators[bags[at][0] : bags[at + 1][0]]:
                if (name := _GENERATORS.get(kind)) in ("keys", "velocities"):
                    own[name] = (value & 255, value >> 8)
                elif name:
                    own[name] = (value - 65536 * (value > 32767),)
            for source, kind, amount, other, _ in modulators[bags[at][1] : bags[at + 1][1]]:
                if not other and (name := _GENERATORS.get(kind)) in ("cutoff", "envelope_to_cutoff"):
                    own[f"{name} by {source & 0x3FF}"] = (amount,)
            if ends_with in own:
                yield common | own
            elif at == first:
                common = own

    def _zone(
        self,
        preset: dict[str, tuple[int, ...]],
        part: dict[str, tuple[int, ...]],
        keys: Range,
        velocities: Range,
    ) -> Zone:
        def value(name: str) -> int:
            own = part.get(name, (_DEFAULTS.get(name, 0),))[0]
            return own if name in _OF_INSTRUMENTS else own + preset.get(name, (0,))[0]

        def moved(name: str, controller: int, at: float) -> float:
            """What modulators add when a controller is ``at`` 0 … 1: rising, falling, or about its middle."""
            ways = {controller: at, controller | 0x100: 1 - at, controller | 0x200: 2 * at - 1}
            amounts = {
                flag: part.get(f"{name} by {flag}", (0,))[0] + preset.get(f"{name} by {flag}", (0,))[0]
                for flag in ways
            }
            return sum(amounts[flag] * way for flag, way in ways.items())

        header = self._headers[value("sample")]
        shift = 0 if header[9] & 0x10 else header[1]
        start = value("start_fine") + 32768 * value("start_coarse")
        loop = (
            header[3] - shift + value("loop_start_fine") + 32768 * value("loop_start_coarse"),
            header[4] - shift + value("loop_end_fine") + 32768 * value("loop_end_coarse"),
        )
        root = value("root") if value("root") >= 0 else header[6]
        tuning = value("semitones") + (value("cents") + header[7]) / 100
        middle = (max(keys[0], 21) + min(keys[1], 108)) / 2 / 127
        cutoff = []
        for force in (velocities[0] / 127, velocities[1] / 127):
            cents = float(value("cutoff")) + moved("cutoff", _VELOCITY, force) + moved("cutoff", _KEY, middle)
            # The filter's envelope opens at once and closes over half a minute: it counts as open.
            if moved("envelope_to_cutoff", _VELOCITY, 1.0) > 0:
                cents += value("envelope_to_cutoff") + moved("envelope_to_cutoff", _VELOCITY, force)
            cutoff.append(8.176 * 2 ** (min(cents, 13500) / 1200))
        return Zone(
            str(value("sample")), header[5], keys, velocities, root - tuning, start,
            loop if value("mode") in (1, 3) else None,
            float(np.clip(value("pan") / 500, -1, 1)), -_ATTENUATION * value("attenuation") / 10,
            2 ** (value("attack") / 1200), 2 ** (value("hold") / 1200), 100 / 2 ** (value("decay") / 1200),
            value("sustain") / 10, (cutoff[0], cutoff[1]),
        )  # fmt: skip


def _overlap(a: tuple[int, ...], b: tuple[int, ...]) -> Range:
    return max(a[0], b[0]), min(a[1], b[1])
