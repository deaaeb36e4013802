"""The table of styles is of the styles and of the synthesizer that there are today."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from audiopod_mcp.music.generation import style_features
from audiopod_mcp.music.generation.style_features import style_table
from audiopod_mcp.music.styles import STYLES
from audiopod_mcp.music.synthesis import INSTRUMENTS
from training.fingerprint import changed_instruments
from training.style_features import known_again, measure_piece, tabulate

AGAIN = "measure the styles again: python -m training.style_features --write"


def stored_levels():
    with np.load(Path(style_features.__file__).with_suffix(".npz")) as arrays:
        return dict(zip(arrays["instruments"].tolist(), arrays["octave_levels"], strict=True))


def test_every_style_was_measured():
    assert set(style_table().typical) == set(STYLES), AGAIN


@pytest.mark.slow
def test_the_synthesizer_sounds_as_it_did_when_the_styles_were_measured():
    changed = changed_instruments(stored_levels())
    assert not changed, f"{changed} (dB at most): {AGAIN}"


@pytest.mark.slow
def test_an_instrument_that_sounds_otherwise_is_named(monkeypatch):
    stored = stored_levels()
    monkeypatch.setitem(
        INSTRUMENTS, "piano", replace(INSTRUMENTS["piano"], level_db=INSTRUMENTS["piano"].level_db + 0.5)
    )
    monkeypatch.setitem(INSTRUMENTS, "serpent", INSTRUMENTS["tuba"])
    monkeypatch.delitem(INSTRUMENTS, "kalimba")
    changed = changed_instruments(stored)
    assert set(changed) == {"piano", "serpent", "kalimba"}
    assert 0.3 < changed["piano"] < 0.7


@pytest.mark.slow
def test_styles_are_told_apart_by_what_is_measured_in_their_pieces(monkeypatch):
    monkeypatch.setattr("training.style_features.SECONDS", 8.0)
    pieces = {
        (style, seed): measure_piece((style, seed)) for style in ("techno", "lullaby") for seed in (1, 2)
    }
    measured = {piece: row for piece, (row, _) in pieces.items()}
    table = tabulate(measured)
    assert list(table.typical) == ["techno", "lullaby"]
    assert all(np.array_equal(10 * row, np.round(10 * row)) for row in table.typical.values())
    shares = known_again(measured, {piece: heard for piece, (_, heard) in pieces.items()}, seeds=(1, 2))
    assert shares["among the first 1"] == 1
