"""Recorded instruments: every note sounds, as long as it is held, the same from the same seed, read when it is played."""

import hashlib
import json
import subprocess
import sys
from zipfile import ZipFile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiopod_mcp.music.model import SAMPLE_RATE, Note, Part, Score, ignore_progress
from audiopod_mcp.music.synthesis import INSTRUMENTS, render, sound_bank
from audiopod_mcp.music.synthesis.part_rendering import render_part
from audiopod_mcp.music.synthesis.sampler import Sampled, SampledKit
from audiopod_mcp.music.synthesis.tone import Tone
from training.sound_bank import write_bank

PITCHED = {name: i for name, i in INSTRUMENTS.items() if isinstance(i.synthesize, Sampled)}
KITS = {name: i for name, i in INSTRUMENTS.items() if isinstance(i.synthesize, SampledKit)}


def tone(
    pitch: float, seconds: float, force: float, *, slurred: bool = False, tonic: int | None = None
) -> Tone:
    return Tone(pitch, seconds, force, np.random.default_rng(5), slurred=slurred, tonic=tonic)


@settings(max_examples=30, deadline=None)
@given(
    name=st.sampled_from(sorted(PITCHED)),
    pitch=st.floats(12, 120),
    seconds=st.floats(0.01, 9),
    force=st.floats(0, 1),
    slurred=st.booleans(),
)
def test_every_note_sounds_however_high_long_or_soft(name, pitch, seconds, force, slurred):
    asked = tone(pitch, seconds, force, slurred=slurred)
    sound = PITCHED[name].synthesize(asked)
    assert sound.dtype == np.float32
    assert len(sound) >= asked.samples()
    assert np.isfinite(sound).all()
    assert np.abs(sound[: SAMPLE_RATE // 2]).max() > 1e-4


@settings(max_examples=30, deadline=None)
@given(
    name=st.sampled_from(sorted(KITS)),
    key=st.integers(27, 87),
    force=st.floats(0, 1),
    tonic=st.one_of(st.none(), st.integers(0, 11)),
)
def test_every_drum_sounds(name, key, force, tonic):
    sound = KITS[name].synthesize(tone(key, 0.5, force, tonic=tonic))
    assert np.isfinite(sound).all()
    assert 1e-3 < np.abs(sound).max() < 5


@pytest.mark.parametrize("name", ["violin", "trumpet", "brass"])
def test_a_note_is_held_longer_than_it_was_recorded(name):
    """And where its recording begins again, nothing is heard."""
    instrument = INSTRUMENTS[name]
    middle = (instrument.low + instrument.high) // 2
    recorded = max(
        len(sound_bank.waveform(zone)) / zone.rate for zone in sound_bank.zones(instrument.synthesize.program)
    )
    held = recorded + 4
    sound = instrument.synthesize(tone(middle, held, 0.7))
    level = np.sqrt(np.mean(sound[: int(held * 10) * 4410].reshape(-1, 4410) ** 2, axis=1))[5:]
    assert level.min() > 0.25 * level.max()
    jumps = np.abs(np.diff(sound, n=2))
    own = jumps[: SAMPLE_RATE // 2].max()
    assert jumps[SAMPLE_RATE:].max() < 1.5 * own


def test_drums_are_tuned_to_the_key_congas_stay_apart_and_a_cymbal_stays():
    def strongest(tonic: int, key: int, since: int = 882, kit: str = "acoustic kit") -> float:
        sound = KITS[kit].synthesize(tone(key, 0.5, 0.7, tonic=tonic))[since:11025]
        power = np.abs(np.fft.rfft(sound * (np.hanning(len(sound)) if since else 1), 1 << 17))
        return float(69 + 12 * np.log2(power.argmax() * SAMPLE_RATE / (1 << 17) / 440))

    def off(pitch: float, tonic: int, *degrees: int) -> float:
        return min(abs((pitch - tonic - degree + 6) % 12 - 6) for degree in degrees)

    for tonic in (0, 2, 6, 9):
        for kit in ("acoustic kit", "brushed kit"):
            assert off(strongest(tonic, 36, 0, kit), tonic, 0, 5, 7) < 0.75
        assert off(strongest(tonic, 64), tonic, 0) < 0.75
        assert 1.5 < strongest(tonic, 63) - strongest(tonic, 64) < 3
    crashes = [KITS["acoustic kit"].synthesize(tone(49, 0.5, 0.7, tonic=tonic)) for tonic in (0, 6)]
    assert np.array_equal(*crashes)


_PLAY = """
import hashlib, sys
import numpy as np
from audiopod_mcp.music.model import Note, Part, Score
from audiopod_mcp.music.synthesis import INSTRUMENTS, mix, render, sound_bank
assert not sound_bank._index.cache_info().currsize, "the bank is read when somebody plays"
names = sys.argv[1:]
sums = {}
for name in names:
    notes = tuple(Note(0.25 * i, 0.3, 48 + i, 60 + 10 * i) for i in range(6))
    score = Score(3, 2.5, 120.0, "C major", "4/4", (), (), (), (), (Part(INSTRUMENTS[name].track, name, notes),))
    sums[name] = hashlib.sha256(mix(render(score)).tobytes()).hexdigest()
print(sorted(sums.items()), sound_bank.zones.cache_info().currsize)
"""


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_in_every_process_and_only_what_plays_is_read():
    def played(*names: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", _PLAY, *names], capture_output=True, text=True, check=True
        )
        return done.stdout

    first = played("piano", "violin", "brushed kit")
    assert first == played("brushed kit", "violin", "piano")
    assert first.split()[-1] == "3"


def test_a_bank_is_written_as_it_was(tmp_path):
    """Who builds it again from the same font gets the same file."""
    from importlib.resources import files

    stored = files("audiopod_mcp.music.synthesis") / "sound_bank.zip"
    with stored.open("rb") as file, ZipFile(file) as bank:
        index = json.loads(bank.read("index.json"))
        samples = {name: bank.read(name) for name in bank.namelist() if name != "index.json"}
    write_bank(tmp_path / "again.zip", index, samples)
    assert (
        hashlib.sha256((tmp_path / "again.zip").read_bytes()).digest()
        == hashlib.sha256(stored.read_bytes()).digest()
    )
    named = {zone["sample"] for zones in index.values() for zone in zones}
    assert named == set(samples)


def test_repeated_strokes_differ():
    notes = tuple(Note(0.5 * i, 0.1, 42, 100) for i in range(3))
    wave = render_part(Part("drums", "acoustic kit", notes), 2 * SAMPLE_RATE, 1, ignore_progress)
    strokes = [wave[i * SAMPLE_RATE // 2 :][:4000] for i in range(3)]
    for one, other in ((0, 1), (1, 2), (0, 2)):
        assert np.abs(strokes[one] - strokes[other]).max() > 0.05 * np.abs(strokes[one]).max()


def test_a_stereo_instrument_is_heard_from_both_sides():
    notes = (Note(0.0, 1.0, 60, 90),)
    score = Score(1, 2.0, 120.0, "C major", "4/4", (), (), (), (), (Part("keyboard", "piano", notes),))
    piano = render(score)["keyboard"]
    left, right = piano.T
    assert 0.3 < np.std(left) / np.std(right) < 3
    assert np.corrcoef(left, right)[0, 1] < 0.98
