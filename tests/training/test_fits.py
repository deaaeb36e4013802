"""The fits find what was put into made-up data, and judge it on what they did not see."""

import random

import numpy as np
import pytest
import soundfile

from audiopod_mcp.music.separation.estimator import SOURCES
from training import estimator, metrical_level, octave, singing_features

RATE = 44_100


def counted(number, metre, rng):
    """A piece whose right level and metre show in three of its features."""
    level, at = int(rng.integers(7)), metrical_level.NAMES.index(metre)
    features = rng.normal(size=(7, 4, 74)).astype(np.float32)
    features[level, at, :3] += 3
    right = np.zeros((7, 4), bool)
    right[level, at] = True
    truth = {"timesig": metre, "groove": f"groove {number % 7}", "bpm": 100}
    return metrical_level.Example(features, right, np.ones(7, bool), truth, excerpt=number % 3 == 0)


@pytest.mark.slow
def test_metre_is_fitted_and_judged_by_libraries_left_out(capsys):
    rng = np.random.default_rng(1)
    metres = ("4/4", "3/4", "6/8", "2/4")
    libraries = [[counted(n, metres[n % 4], rng) for n in range(60)] for _ in range(3)]
    weights, judged = metrical_level.cross_validate(libraries, penalty=6.0)
    assert weights.shape == (75, 4)
    assert weights[:3].min() > 5 * np.abs(weights[3:74]).mean()
    assert float(judged["Libraries left out"]["level"].split("%")[0]) > 90
    assert "of which library 3" in capsys.readouterr().out


def test_a_metre_counts_by_its_share_however_many_pieces_there_are():
    rng = np.random.default_rng(2)
    rows = [counted(n, "3/4" if n < 4 else "4/4", rng) for n in range(40)]
    examples = metrical_level.Examples(rows)
    weights, waltz = examples.weights(), examples.metre == "3/4"
    assert weights[waltz].sum() / weights.sum() == pytest.approx(0.2 / 0.7)


def an_octave(number, rng):
    """A piece that is counted twice as fast or as it was found, which shows in its fourth feature."""
    right = np.zeros(7, bool)
    right[number % 2] = True
    features = rng.normal(size=(7, 4)).astype(np.float32)
    features[number % 2, 3] -= 3
    log_odds = np.where(np.arange(7) < 2, 0.0, -20.0)[:, None] * np.ones(4)
    return octave.Example(log_odds, features, right, f"origin {number % 3}", excerpt=number % 4 == 0)


def test_octaves_are_fitted_and_judged_by_origins_left_out():
    rng = np.random.default_rng(4)
    examples = [an_octave(number, rng) for number in range(120)]
    weights = octave.fit(examples, (0, 1, 2, 3))
    assert weights[3] < -3 * np.abs(weights[:3]).max()
    judged = octave.cross_validate(examples)
    of_one = judged["origin 1"]
    assert float(of_one["with drums too"].split("%")[0]) > 85
    assert float(of_one["levels alone"].split("%")[0]) < 70
    assert np.shape(of_one["weights without it"]) == (4,)


def test_singing_is_fitted_whatever_the_level_of_the_recording():
    rng = np.random.default_rng(3)

    def recording():
        sings = rng.random(900) < 0.4
        features = rng.normal(size=(900, 5)) + rng.normal(scale=5)  # each recording has a level of its own
        features[:, 0] += 3.0 * sings
        return features, sings

    weights, bias = singing_features.fit([recording() for _ in range(12)])
    features, sings = recording()
    odds = features @ weights[:, 0] + features.mean(axis=0) @ weights[:, 1] + bias
    assert singing_features.area(odds, sings) > 0.95
    assert singing_features.area(-odds, sings) < 0.05
    assert np.mean((odds > 0) == sings) > 0.85


@pytest.mark.slow
def test_separation_is_fitted_from_a_folder_of_stems(tmp_path):
    rng = np.random.default_rng(4)
    seconds = np.arange(13 * RATE) / RATE
    clicks = rng.normal(size=len(seconds)) * np.exp(-60 * (seconds % 0.5))
    tones = {
        "bass": np.sin(2 * np.pi * 55 * seconds),
        "drums": clicks,
        "rest": sum(np.sin(2 * np.pi * hertz * seconds) for hertz in (330, 415, 660)),
    }
    for name in ("one", "left out"):
        (tmp_path / name).mkdir()
        for source, wave in tones.items():
            soundfile.write(tmp_path / name / f"{source}.flac", 0.2 * np.stack((wave, wave), axis=1), RATE)
    found = estimator.find_recordings(tmp_path, "left out")
    assert {source: len(paths) for source, paths in found.items()} == {
        "vocals": 0,
        "drums": 1,
        "bass": 1,
        "rest": 1,
    }
    rows = []
    for number in range(2):
        dice = random.Random(number)
        rows.append(estimator.draw_cells(estimator.draw_mix(found, dice, real=False), None, dice))
    fitted = estimator.fit(rows, units=8, steps=60)
    features, truth, _ = rows[0]
    shares = estimator.predict_masks([column[:, None] for column in features.T], fitted)[:, :, 0]
    assert set(SOURCES) == set(found)
    assert np.square(shares.T - truth).mean() < 0.5 * np.square(0.25 - truth).mean()
