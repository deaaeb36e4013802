"""How far each instrument is from sampled real ones: the same notes played by us and by General MIDI soundfonts.

Run as a script: ``python -m tests.benchmarks.sampled [--fonts A.sf2 B.sf2] [--picture DIR] [instrument …]``. The first
font is the one to compare with, the others are held out: what they are from the first says how far two
real instruments of one name may be apart. Debian has all of it: ``fluidsynth fluid-soundfont-gm timgm6mb-soundfont``.

Distances are dB in ERB bands (Glasberg & Moore 1990) every 10 ms, aligned in level and onset, over the cells in
which either is within 50 dB of its loudest: ``all`` of them; the held spectrum alone; the level over time alone.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

import mido
import numpy as np
import soundfile

from audiopod_mcp.music.model import SAMPLE_RATE, Note, Part, ignore_progress
from audiopod_mcp.music.synthesis import INSTRUMENTS
from audiopod_mcp.music.synthesis.mix_effects import distort
from audiopod_mcp.music.synthesis.part_rendering import render_part

FONTS = ("/usr/share/sounds/sf2/FluidR3_GM.sf2", "/usr/share/sounds/sf2/TimGM6mb.sf2")
HOLD, STEP, TAIL = 1.2, 2.4, 3.0
VELOCITIES = (45, 85, 120)
GM = {
    "voice": 52, "choir": 52, "electric bass": 33, "upright bass": 32, "synth bass": 38, "contrabass": 43,
    "tuba": 58, "acoustic guitar": 25, "nylon guitar": 24, "electric guitar": 27, "distorted guitar": 30, "banjo": 105,
    "piano": 0, "electric piano": 4, "organ": 16, "clavinet": 7, "harpsichord": 6, "accordion": 21, "vibraphone": 11,
    "marimba": 12, "kalimba": 108, "glockenspiel": 9, "music box": 10, "bells": 14, "steel drum": 114, "timpani": 47,
    "strings": 48, "violin": 40, "cello": 42, "pizzicato": 45, "harp": 46, "koto": 107, "sitar": 104, "brass": 61,
    "trumpet": 56, "trombone": 57, "french horn": 60, "flute": 73, "clarinet": 71, "oboe": 68, "saxophone": 66,
    "harmonica": 22, "bagpipes": 109, "whistle": 78, "pad": 89, "synth lead": 81,
}  # fmt: skip
KITS = {"acoustic kit": 0, "brushed kit": 40, "electronic kit": 25, "dusty kit": 8}
DRUMS = {
    36: "kick", 38: "snare", 37: "side stick", 39: "clap", 42: "closed hat", 44: "pedal hat", 46: "open hat", 51: "ride",
    53: "ride bell", 49: "crash", 55: "splash", 41: "floor tom", 45: "low tom", 50: "high tom", 54: "tambourine",
    56: "cowbell", 60: "bongo", 63: "conga", 62: "mute conga", 70: "maracas", 69: "cabasa", 75: "claves", 76: "block",
    81: "triangle", 73: "guiro", 65: "timbale",
}  # fmt: skip


def notes_of(name: str, keys: list[int] | None = None) -> list[Note]:
    """Three pitches (or these keys) at three velocities, one every :data:`STEP` seconds."""
    instrument = INSTRUMENTS[name]
    low, high = instrument.low + 3, instrument.high - 3
    pitches = keys or [low, (low + high) // 2, high]
    syllable = "ah" if instrument.track in ("vocals", "backing_vocals") else None
    every = [(pitch, velocity) for pitch in pitches for velocity in VELOCITIES]
    return [Note(i * STEP, HOLD, p, v, syllable) for i, (p, v) in enumerate(every)]


def ours(name: str, notes: list[Note]) -> np.ndarray:
    samples = round((notes[-1].start + STEP + TAIL) * SAMPLE_RATE)
    instrument = INSTRUMENTS[name]
    dry = render_part(Part(instrument.track, name, tuple(notes)), samples, 1, ignore_progress)
    if instrument.drive:
        dry = distort(dry, instrument.drive, lambda: None)
    return dry if dry.ndim == 1 else dry.mean(axis=1)


def sampled(font: str, program: int, notes: list[Note], *, drums: bool) -> np.ndarray:
    """The notes by a soundfont, dry, mono."""
    channel = 9 if drums else 0
    track = mido.MidiTrack([mido.Message("program_change", channel=channel, program=program)])
    events = [(note.start, "note_on", note) for note in notes]
    events += [(note.start + note.duration, "note_off", note) for note in notes]
    last = 0
    for at, kind, note in sorted(events, key=lambda event: event[0]):
        tick = round(at * 960)  # 480 a beat at 120 a minute
        track.append(
            mido.Message(
                kind, channel=channel, note=int(note.pitch), velocity=note.velocity, time=tick - last
            )
        )
        last = tick
    track.append(mido.MetaMessage("end_of_track", time=round(TAIL * 960)))
    with tempfile.TemporaryDirectory() as folder:
        score, sound = Path(folder, "notes.mid"), Path(folder, "notes.wav")
        mido.MidiFile(tracks=[track], ticks_per_beat=480).save(score)
        player = ["fluidsynth", "-niq", "-R", "0", "-C", "0", "-g", "0.7", "-r", str(SAMPLE_RATE), "-F"]
        subprocess.run(
            [*player, sound, font, score], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        audio, _ = soundfile.read(sound, dtype="float32")
    return audio.mean(axis=1)


def _bank() -> tuple[np.ndarray, np.ndarray]:
    """Centres (Hz) of bands one ERB apart, and the band of each bin of a spectrum of 2048 samples."""
    numbers = np.arange(2, 40)
    edges = (10 ** (np.append(numbers - 0.5, numbers[-1] + 0.5) / 21.4) - 1) / 0.00437
    return (10 ** (numbers / 21.4) - 1) / 0.00437, np.digitize(
        np.fft.rfftfreq(2048, 1 / SAMPLE_RATE), edges
    ) - 1


CENTRES, BAND = _bank()


def cells(wave: np.ndarray) -> np.ndarray:
    """dB in ERB bands every 10 ms from the onset on, (frames, bands); the loudest frame's sum is 0 dB."""
    padded = np.pad(wave, (1024, 4096))
    frames = np.lib.stride_tricks.sliding_window_view(padded, 2048)[::441]
    power = np.abs(np.fft.rfft(frames * np.hanning(2048), axis=1)) ** 2
    bands = np.stack([power[:, b == BAND].sum(axis=1) for b in range(len(CENTRES))], axis=1)
    whole = bands.sum(axis=1)
    first = int((whole > 1e-3 * whole.max()).argmax())
    return 10 * np.log10(bands[first:] / (whole.max() + 1e-20) + 1e-9)


def distance(a: np.ndarray, b: np.ndarray) -> tuple[float, float, float]:
    """dB between two sounds' :func:`cells`: of all cells, of the held spectrum, of the level over time."""
    n = min(len(a), len(b), round(100 * (STEP - 0.1)))
    a, b = a[:n], b[:n]
    heard = np.maximum(a, b) > -50
    a, b = np.maximum(a, -60), np.maximum(b, -60)
    weight = heard * (60 + np.maximum(a, b))
    shift = ((a - b) * weight).sum() / (weight.sum() + 1e-9)
    everything = np.sqrt((np.clip(a - b - shift, -30, 30) ** 2 * weight).sum() / (weight.sum() + 1e-9))
    held = slice(8, round(100 * HOLD))
    mean = [10 * np.log10((10 ** (x[held] / 10)).mean(axis=0)) for x in (a, b)]
    loud = np.maximum(*mean) + 55
    loud = np.maximum(loud, 0)
    gap = mean[0] - mean[1]
    gap -= (gap * loud).sum() / (loud.sum() + 1e-9)
    level = [np.maximum(10 * np.log10((10 ** (x / 10)).sum(axis=1)), -50) for x in (a, b)]
    return (
        float(everything),
        float(np.sqrt((np.clip(gap, -30, 30) ** 2 * loud).sum() / (loud.sum() + 1e-9))),
        float(np.sqrt(np.mean(np.clip(level[0] - level[1], -30, 30) ** 2))),
    )


def pieces(wave: np.ndarray, count: int) -> list[np.ndarray]:
    length = round((STEP - 0.05) * SAMPLE_RATE)
    return [wave[round(i * STEP * SAMPLE_RATE) :][:length] for i in range(count)]


def attack(wave: np.ndarray) -> float:
    """ms from 10 % to 90 % of the peak of the level (RMS of 5 ms)."""
    level = np.sqrt(np.mean(wave[: len(wave) // 220 * 220].reshape(-1, 220) ** 2, axis=1))[:300] + 1e-9
    return 5.0 * (int((level > 0.9 * level.max()).argmax()) - int((level > 0.1 * level.max()).argmax()))


def t60(levels: np.ndarray) -> float:
    """s to fall by 60 dB, from the line through the second to the 30th dB below the loudest (held part only)."""
    level = 10 * np.log10((10 ** (levels / 10)).sum(axis=1))[: round(100 * HOLD)]
    after = level[int(level.argmax()) :]
    after = after[: int((after < -32).argmax()) or len(after)]
    if len(after) < 4:
        return 0.06
    slope = np.polyfit(np.arange(len(after)) / 100, after, 1)[0]
    return float(min(99.0, -60 / min(slope, -0.6)))


def centroids(levels: np.ndarray) -> tuple[int, int]:
    """Hz of the middle of the power on the ERB scale, in the first 60 ms and from 0.3 to 0.6 s."""
    power = 10 ** (levels / 10)
    where = np.arange(len(CENTRES))
    return tuple(
        round(float(np.interp((part.sum(axis=0) @ where) / part.sum(), where, CENTRES)))
        for part in (power[:6], power[30:60] + 1e-12)
    )


def judged(name: str, program: int, fonts: list[str], keys: list[int] | None = None) -> dict:
    """Distances and features, means over the notes: ours from the first font, and the others from it."""
    notes = notes_of(name, keys)
    drums = keys is not None
    waves = [ours(name, notes)] + [sampled(font, program, notes, drums=drums) for font in fonts]
    sounds = [[cells(piece) for piece in pieces(wave, len(notes))] for wave in waves]
    cut = [pieces(wave, len(notes)) for wave in waves]
    far = {
        (a, b): np.mean([distance(x, y) for x, y in zip(sounds[a], sounds[b], strict=True)], axis=0)
        for a, b in [(0, 1), *((0, i) for i in range(2, len(waves))), *((1, i) for i in range(2, len(waves)))]
    }
    features = [
        (
            np.median([attack(piece) for piece in cut[i]]),
            np.median([t60(x) for x in sounds[i]]),
            *np.median([centroids(x) for x in sounds[i]], axis=0),
            # How much brighter the hardest stroke is than the softest, in ERB bands of the first 0.2 s.
            np.mean([_tilt(sounds[i][j], sounds[i][j + 2]) for j in range(0, len(notes), 3)]),
        )
        for i in range(len(waves))
    ]
    return {"far": far, "features": features, "sounds": sounds, "notes": notes}


def _tilt(soft: np.ndarray, hard: np.ndarray) -> float:
    where = np.arange(len(CENTRES))
    means = [(10 ** (x[:20] / 10)).sum(axis=0) for x in (soft, hard)]
    return float(means[1] @ where / means[1].sum() - means[0] @ where / means[0].sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=[*GM, *KITS])
    parser.add_argument("--fonts", nargs="+", default=FONTS)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    fonts = list(options.fonts)
    print(
        "dB from the first font (all cells, held spectrum, level over time); the same, held out; fonts apart."
    )
    print(
        "attack ms, T60 s, centroid Hz in the first 60 ms > after 0.3 s, soft to hard in ERB: ours | each font"
    )
    for name in options.names:
        if name in KITS:
            for key, drum in DRUMS.items():
                show(f"{name[:8]} {drum}", judged(name, KITS[name], fonts, [key]), options.picture)
        else:
            show(name, judged(name, GM[name], fonts), options.picture)


def show(title: str, found: dict, folder: Path | None) -> None:
    far = "  |".join("".join(f"{value:6.1f}" for value in values) for values in found["far"].values())
    features = " | ".join(
        f"{a:4.0f} {t:5.1f} {first:5.0f} >{later:5.0f} {tilt:+5.1f}"
        for a, t, first, later, tilt in found["features"]
    )
    print(f"{title:22}{far}   {features}", flush=True)
    if folder:
        from matplotlib.figure import Figure

        folder.mkdir(parents=True, exist_ok=True)
        figure = Figure((16, 9), layout="constrained")
        chosen = [i for i, note in enumerate(found["notes"]) if note.velocity != VELOCITIES[1]][:6]
        axes = figure.subplots(len(found["sounds"]), len(chosen))
        for row, sounds in zip(axes, found["sounds"], strict=True):
            for axis, index in zip(row, chosen, strict=True):
                axis.imshow(sounds[index].T, origin="lower", aspect="auto", vmin=-70, vmax=-5, cmap="magma")
                axis.set_yticks(range(0, len(CENTRES), 6), [f"{hz:.0f}" for hz in CENTRES[::6]])
                axis.set_title(
                    f"{title} {found['notes'][index].pitch} v{found['notes'][index].velocity}", fontsize=8
                )
        figure.savefig(folder / f"{title.replace(' ', '-')}.png", dpi=60)


if __name__ == "__main__":
    main()
