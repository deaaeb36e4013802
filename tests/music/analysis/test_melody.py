import itertools

import numpy as np
import pytest

from audiopod_mcp.music.analysis.melody import extract_melody
from tests.music.synth import RATE, chords, noise, place, silence, stereo, sung, tone

SCALE = [60, 62, 64, 65, 67, 69, 71, 72, 67, 64]


def test_a_scale_over_a_bass_comes_out_note_by_note():
    line = place([(0.5 * index, tone(pitch, 0.5)) for index, pitch in enumerate(SCALE)], 5)
    bass = 0.4 * np.concatenate([tone(36, 2.5, harmonics=2), tone(43, 2.5, harmonics=2)])
    notes = extract_melody(stereo(line + bass), RATE, tuple(np.arange(0, 5.5, 0.5)))
    assert [note.pitch for note in notes] == SCALE
    assert [note.start for note in notes] == pytest.approx(np.arange(10) * 0.5, abs=0.03)
    assert all(0.3 < note.duration <= 0.5 for note in notes)


def test_vibrato_and_glides_do_not_split_notes():
    notes = extract_melody(stereo(sung([60, 64, 67, 62], 1.0)), RATE, ())
    long = [note.pitch for note in notes if note.duration > 0.4]
    assert long == [60, 64, 67, 62]


def test_notes_never_overlap_and_lie_within_the_recording():
    piece = stereo(chords([(60, 4), (65, 4), (67, 4)] * 2, 1.0) + 0.3 * sung([72, 74, 76] * 4, 0.5))
    notes = extract_melody(piece, RATE, tuple(np.arange(0, 6.1, 0.5)))
    assert notes
    assert all(a.start + a.duration <= b.start + 1e-6 for a, b in itertools.pairwise(notes))
    assert all(
        note.start >= 0 and note.start + note.duration <= 6.01 and 1 <= note.velocity <= 127 for note in notes
    )


@pytest.mark.parametrize("audio", [silence(2), silence(0.001), np.full((100, 1), 0.5, np.float32)])
def test_where_nothing_is_pitched_there_is_no_melody(audio):
    assert extract_melody(audio, RATE, ()) == ()


def test_any_rate():
    assert isinstance(extract_melody(noise(1, 8_000, 1), 8_000, (0.0, 0.5)), tuple)
