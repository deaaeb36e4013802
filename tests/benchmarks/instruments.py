"""What every instrument measures, note by note, and (with a folder) what it looks like.

Run as a script: ``python tests/benchmarks/instruments.py [--folder DIR] [instrument …]``. Pitched instruments play
a low, a middle and a high note of 2 s; "soft" is velocity 45, "loud" 120. The folder gets a picture of each
(spectrogram above waveform: low, middle and high, soft then loud; a kit's drums in turn); that needs matplotlib.
"""

import argparse
from pathlib import Path

import numpy as np

from audiopod_mcp.music.model import SAMPLE_RATE, Note, Part, ignore_progress
from audiopod_mcp.music.synthesis import INSTRUMENTS
from audiopod_mcp.music.synthesis.part_rendering import render_part

HOLD, GAP = 2.0, 3.0
DRUMS = (36, 38, 37, 39, 42, 46, 51, 49, 41, 45, 50, 54, 56, 61, 70)
COLUMNS = (
    ("attack", "ms from 10 % to 90 % of the steady level (or the peak), middle, loud"),
    ("t60", "s to fall by 60 dB, from the first 0.7 s, low/middle/high; -: holds"),
    ("t60 end", "s to fall by 60 dB, from the second second, middle"),
    ("centroid", "harmonic number of the spectral centroid, middle, soft > loud"),
    ("B", "inharmonicity, 1e-4, middle"),
    ("even", "dB of even over odd partials, middle, loud"),
    ("noise", "dB of what lies between the partials to the whole, middle, loud"),
    ("moves", "dB by which a partial's level varies in 0.3 … 1.5 s (its trend removed)"),
    ("same", "correlation of two equal notes in a row"),
)


KITS = ("acoustic kit", "brushed kit", "electronic kit", "dusty kit", "chip kit")
STRUCK = (
    ("t60", "s to fall by 60 dB, loud"),
    ("peak Hz", "strongest frequency in the first 30 ms > from 0.1 s on"),
    ("centroid", "Hz of the spectral centroid, soft > loud"),
    ("low/mid/high", "dB of what's below 250 Hz, from 250 to 3000 and above, to the whole"),
    ("same", "correlation of two equal strokes in a row"),
)


def phrase(name: str, notes: list[Note]) -> np.ndarray:
    """Dry sound of ``notes``, (samples, 2)."""
    samples = int((notes[-1].start + notes[-1].duration + 2.0) * SAMPLE_RATE)
    dry = render_part(Part(INSTRUMENTS[name].track, name, tuple(notes)), samples, 1, ignore_progress)
    return dry if dry.ndim == 2 else np.repeat(dry[:, None], 2, axis=1)


def note(name: str, pitch: float, velocity: int) -> np.ndarray:
    syllable = "la" if INSTRUMENTS[name].track == "vocals" else None
    return phrase(name, [Note(0.0, HOLD, pitch, velocity, syllable)]).mean(axis=1)


def envelope(wave: np.ndarray, hop: int = 44) -> np.ndarray:
    """Amplitude at every ``hop`` samples: RMS of 10 ms."""
    energy = np.cumsum(np.concatenate(([0.0], wave.astype(np.float64) ** 2)))
    starts = np.arange(0, len(wave) - 441, hop)
    return np.sqrt((energy[starts + 441] - energy[starts]) / 441) + 1e-9


def decay(wave: np.ndarray, first: float, last: float) -> float:
    """Seconds for 60 dB, from a line through the level between two times; infinite if it holds."""
    level = 20 * np.log10(envelope(wave))
    peak = int(level[:500].argmax()) if first == 0 else int(first * 1000)
    piece = level[peak : int(last * 1000)]
    piece = piece[piece > level.max() - 60]
    if len(piece) < 50:
        return 60.0 / 1000
    slope = np.polyfit(np.arange(len(piece)) * 44 / SAMPLE_RATE, piece, 1)[0]
    return float(-60 / slope) if slope < -2 else float("inf")


def partials(wave: np.ndarray, f: float, count: int = 24) -> tuple[np.ndarray, np.ndarray, float]:
    """Frequencies and levels (power) of partials 1 … ``count``, and the share of power between them."""
    window = wave[int(0.25 * SAMPLE_RATE) :][:SAMPLE_RATE]
    size = 1 << 18
    power = np.abs(np.fft.rfft(window * np.blackman(len(window)), size)) ** 2
    hertz = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    count = max(1, min(count, int(0.4 * SAMPLE_RATE / f)))
    found, levels, inside = [], [], np.zeros(len(hertz), bool)
    for k in range(1, count + 1):
        near = np.flatnonzero(np.abs(hertz - k * f * (1 + 0.0003 * k * k / 4)) < min(0.3 * f, 0.04 * k * f))
        peak = near[power[near].argmax()]
        found.append(hertz[peak])
        around = slice(max(0, peak - 90), peak + 91)
        levels.append(power[around].sum())
        inside[max(0, peak - 90) : peak + 91] = True
    whole = power[hertz < (count + 0.5) * f].sum() + 1e-20
    return np.array(found), np.array(levels), float(1 - power[inside].sum() / whole)


def centroid(wave: np.ndarray) -> float:
    window = wave[: int(0.6 * SAMPLE_RATE)]
    power = np.abs(np.fft.rfft(window)) ** 2
    hertz = np.fft.rfftfreq(len(window), 1 / SAMPLE_RATE)
    return float((hertz * power).sum() / (power.sum() + 1e-20))


def movement(wave: np.ndarray, f: float) -> float:
    """Median over the first eight partials of the spread of their level, dB, without its trend."""
    t = np.arange(len(wave)) / SAMPLE_RATE
    spread = []
    for k in range(1, 9):
        if k * f > 0.4 * SAMPLE_RATE:
            break
        base = wave * np.exp(-2j * np.pi * k * f * t)
        width = int(SAMPLE_RATE / min(f / 2, 60))
        smooth = np.convolve(base, np.hanning(width), "same")[
            int(0.3 * SAMPLE_RATE) : int(1.5 * SAMPLE_RATE) : 441
        ]
        level = 20 * np.log10(np.abs(smooth) + 1e-9)
        x = np.arange(len(level))
        spread.append(np.std(level - np.polyval(np.polyfit(x, level, 2), x)))
    return float(np.median(spread))


def measured(name: str) -> dict[str, str]:
    instrument = INSTRUMENTS[name]
    pitches = (instrument.low + 3, (instrument.low + instrument.high) // 2, instrument.high - 3)
    middle = pitches[1]
    f = 440 * 2 ** ((middle - 69) / 12)
    low, loud, high = (note(name, pitch, 120) for pitch in pitches)
    soft = note(name, middle, 45)
    level = envelope(loud)[:600]
    peak = min(level.max(), float(np.median(level[200:])))
    attack = int((level > 0.9 * peak).argmax()) - int((level > 0.1 * peak).argmax())
    found, power, noise = partials(loud, f)
    k = np.arange(1, len(found) + 1)
    clear = (power > 1e-6 * power.max()) & (k > 1) & (k < 16)
    stretch = (found / (k * found[0])) ** 2 - 1
    b = float(np.median(stretch[clear] / (k[clear] ** 2 - 1))) if clear.any() else 0.0
    even = 10 * np.log10(power[1::2].sum() / power[::2].sum()) if len(power) > 1 else -99.0
    pair = phrase(name, [Note(GAP * i, 0.5, middle, 100) for i in range(2)]).mean(axis=1)
    step = int(GAP * SAMPLE_RATE)
    a, c = pair[: step // 6], pair[step : step + step // 6]
    same = float((a * c).sum() / np.sqrt((a**2).sum() * (c**2).sum() + 1e-20))

    def seconds(value: float) -> str:
        return "-" if value > 60 else f"{value:.1f}"

    return {
        "attack": f"{attack}",
        "t60": "/".join(seconds(decay(w, 0, 0.7)) for w in (low, loud, high)),
        "t60 end": seconds(decay(loud, 1.0, 2.0)),
        "centroid": f"{centroid(soft) / f:.1f}>{centroid(loud) / f:.1f}",
        "B": f"{1e4 * b:.1f}",
        "even": f"{even:.0f}",
        "noise": f"{10 * np.log10(max(noise, 1e-9)):.0f}",
        "moves": f"{movement(loud, f):.1f}",
        "same": f"{same:.2f}",
    }


def struck(kit: str, key: int) -> dict[str, str]:
    soft, loud = (phrase(kit, [Note(0.0, 0.3, key, velocity)]).mean(axis=1) for velocity in (45, 120))
    pair = phrase(kit, [Note(GAP * i, 0.3, key, 100) for i in range(2)]).mean(axis=1)
    step = int(GAP * SAMPLE_RATE)
    a, c = pair[: step // 6], pair[step : step + step // 6]

    def strongest(piece: np.ndarray) -> float:
        power = np.abs(np.fft.rfft(piece * np.hanning(len(piece)), 1 << 16))
        return float(np.argmax(power) * SAMPLE_RATE / (1 << 16))

    power = np.abs(np.fft.rfft(loud)) ** 2
    hertz = np.fft.rfftfreq(len(loud), 1 / SAMPLE_RATE)
    bands = (hertz < 250, (hertz >= 250) & (hertz < 3000), hertz >= 3000)
    shares = [10 * np.log10(power[band].sum() / power.sum() + 1e-9) for band in bands]
    return {
        "t60": f"{decay(loud, 0, 2.0):.2f}",
        "peak Hz": f"{strongest(loud[:1323]):.0f}>{strongest(loud[4410:15000]):.0f}",
        "centroid": f"{centroid(soft):.0f}>{centroid(loud):.0f}",
        "low/mid/high": "/".join(f"{share:.0f}" for share in shares),
        "same": f"{(a * c).sum() / np.sqrt((a**2).sum() * (c**2).sum() + 1e-20):.2f}",
    }


def pictured(name: str, axes: tuple) -> None:
    """Spectrogram (log frequency) and waveform of a phrase."""
    instrument = INSTRUMENTS[name]
    notes = []
    if instrument.unpitched:
        for key in DRUMS:
            notes += [
                Note(1.2 * (len(notes) // 2), 0.3, key, 45),
                Note(1.2 * (len(notes) // 2) + 0.6, 0.3, key, 120),
            ]
    else:
        syllables = iter(("la", "lee", "loo", "sa", "see", "so"))
        for pitch in (instrument.low + 3, (instrument.low + instrument.high) // 2, instrument.high - 3):
            for velocity in (45, 120):
                sung = next(syllables) if instrument.track in ("vocals", "backing_vocals") else None
                notes.append(Note(1.5 * len(notes), 1.2, pitch, velocity, sung))
    wave = phrase(name, notes)
    mono = wave.mean(axis=1)
    axes[0].specgram(mono + 1e-9, NFFT=4096, Fs=SAMPLE_RATE, noverlap=3072, vmin=-150, vmax=-50, cmap="magma")
    axes[0].set(ylim=(40, 20000), title=name)
    axes[0].set_yscale("function", functions=(lambda x: np.sqrt(np.maximum(x, 0)), np.square))
    axes[1].plot(np.arange(len(mono)) / SAMPLE_RATE, wave, linewidth=0.3)
    axes[1].set(xlim=(0, len(mono) / SAMPLE_RATE))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(INSTRUMENTS))
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    for column, meaning in COLUMNS:
        print(f"{column:9} {meaning}")
    print(f"{'':17}" + "".join(f"{column:>13}" for column, _ in COLUMNS))
    for name in options.names:
        if not INSTRUMENTS[name].unpitched and name != "spoken voice":
            row = measured(name)
            print(f"{name:17}" + "".join(f"{row[column]:>13}" for column, _ in COLUMNS))
        if name in KITS:
            for column, meaning in STRUCK:
                print(f"{column:12} {meaning}")
            print(f"{name:17}" + "".join(f"{column:>15}" for column, _ in STRUCK))
            for key in DRUMS:
                row = struck(name, key)
                print(f"{key:17}" + "".join(f"{row[column]:>15}" for column, _ in STRUCK))
        if options.folder:
            from matplotlib.figure import Figure

            options.folder.mkdir(parents=True, exist_ok=True)
            figure = Figure((11, 5), layout="constrained")
            pictured(name, tuple(figure.subplots(2, 1, height_ratios=(3, 1))))
            figure.savefig(options.folder / f"{name.replace(' ', '-')}.png", dpi=70)


if __name__ == "__main__":
    main()
