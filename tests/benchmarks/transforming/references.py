"""References: what is taken of them."""

from dataclasses import replace

import numpy as np

from audiopod_mcp.music.analysis.analyze import analyze
from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.effects.mix_matching import spectral_balance, stereo_width
from audiopod_mcp.music.generation.generate import generate
from audiopod_mcp.music.generation.reference import reference
from audiopod_mcp.music.model import Activity
from tests.benchmarks.transforming.judging import table
from tests.benchmarks.transforming.songs import Song

STYLES = ("pop", "jazz", "house", "hip hop", "folk", "bossa nova", "metal")
CAPTIONS = ("soul with organ", "electronic", "rock", "pop with piano")


def sources(seed, seconds=20):
    """Pieces of different density: seven styles, bare, as they are and busy."""
    for number, style in enumerate(STYLES):
        for level in (0.05, 0.5, 0.95):
            brief = replace(
                read_caption(style, duration=seconds, seed=seed + number, instrumental=True),
                style=style,
                activity=Activity(level, level, level, level),
            )
            made = generate(brief, seed=seed + number)
            yield Song(f"{style[:6]} {level:.1f}"[:9], made.audio, made.rate)


def reference_table(songs, seed=4):
    """What is heard in the reference and in what was made after it, and how both go together over all of them."""
    lines, figures = [], []
    for number, song in enumerate(songs):
        own = song.heard
        if not own.beats:
            continue
        made = reference(
            song.audio, song.rate, caption=CAPTIONS[number % len(CAPTIONS)], seed=seed, duration=20
        )
        new = analyze(made.audio, made.rate)
        octave = min((abs(np.log2((new.tempo or 1) * by / own.tempo)), by) for by in (0.5, 1.0, 2.0))
        density = new.density * (new.tempo or own.tempo) / own.tempo
        balance = np.abs(spectral_balance(song.audio, song.rate) - spectral_balance(made.audio, made.rate))
        pairs = (
            (own.density, density),
            (stereo_width(song.audio), stereo_width(made.audio)),
            (own.loudness, new.loudness),
        )
        pairs += ((np.log2(own.brightness), np.log2(new.brightness)),)
        figures.append(pairs)
        lines.append([
            song.name[:9], own.tempo, octave[0] < 0.03, own.key, new.key, *(float(x) for pair in pairs for x in pair),
            float(balance[2:17].mean()),
        ])  # fmt: skip
    table(
        f"reference, seed {seed}",
        ("song", "tempo", "kept", "key", "new", "density", "new", "width", "new", "LUFS", "new", "bright", "new",
         "balance"),
        lines,
    )  # fmt: skip
    own, new = np.moveaxis(np.asarray(figures, float), 2, 0)
    rows = [
        [name, float(np.corrcoef(own[:, k], new[:, k])[0, 1]), float(np.abs(own[:, k] - new[:, k]).mean())]
        for k, name in enumerate(("density", "width", "loudness", "bright"))
    ]
    table(f"reference: {len(lines)} of them", ("", "correlate", "apart"), rows)
