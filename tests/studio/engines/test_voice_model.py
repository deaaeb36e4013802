"""The model for voices, where the engine listens to them."""

import re

import numpy as np
import pytest
import soundfile

from audiopod_mcp.music.model import ignore_progress
from audiopod_mcp.studio.engines.base import Work
from audiopod_mcp.studio.engines.local import LocalEngine
from tests.music.synth import chords, stereo, sung

RATE = 22_050
LINES = [
    "over the wide river",
    "home",
    "nobody knew of it at all",
    "we were young",
    "carry me over the hill again",
]
NOTES = (6, 1, 7, 3, 9)


@pytest.fixture
def recording(tmp_path):
    """A voice that sings five lines over chords, with pauses between them; and when each begins."""
    parts, begins, at = [np.zeros(2 * RATE)], [], 2.0
    for number, notes in enumerate(NOTES):
        voice = sung([67 + (n * 5 + number) % 7 for n in range(notes)], 0.3, RATE)
        begins.append(at)
        parts += [voice, np.zeros(round((0.8 + 0.5 * number) * RATE))]
        at += (len(voice) + len(parts[-1])) / RATE
    voice = stereo(np.concatenate(parts), 0.3)
    band = stereo(chords([(60, 4), (65, 4), (67, 4), (60, 4)] * 8, 1.0, RATE, bass=False), 0.15)[: len(voice)]
    soundfile.write(tmp_path / "song.flac", voice[: len(band)] + band, RATE)
    return tmp_path / "song.flac", np.asarray(begins)


@pytest.mark.slow
def test_lines_are_timed_by_the_separated_voice(recording, voice_models, tmp_path):
    file, begins = recording
    work = Work("lrc", {"lyrics": "\n".join(LINES)}, {"src_audio_url": file}, None, tmp_path)
    result = LocalEngine(models=voice_models).run(work, ignore_progress).result
    assert "spleeter" in " ".join(result["notes"])
    assert "separated from the rest" in result["lrc_content"]
    times = [
        60 * int(m) + float(s)
        for m, s in re.findall(r"^\[(\d+):([\d.]+)\]", result["lrc_content"], re.MULTILINE)
    ]
    assert np.abs(np.asarray(times)[: len(begins)] - begins).max() < 0.5
    without = LocalEngine().run(work, ignore_progress).result
    assert "notes" not in without
    assert "separated from the rest" not in without["lrc_content"]
    assert LocalEngine(models=tmp_path / "none").run(work, ignore_progress).result == without
