"""The engine as a library: what a programmer imports, what it costs, and that its example runs."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from audiopod_mcp import music

EXAMPLE = Path(__file__).parents[2] / "examples" / "library.py"


def _run(*arguments: str) -> str:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True).stdout


def test_importing_the_library_loads_nothing_heavy() -> None:
    script = (
        "import sys; from audiopod_mcp import music; from audiopod_mcp.music import Rendering, analyze;"
        "print(set(music.__all__) <= set(dir(music)), {'numpy', 'scipy', 'soxr'} & set(sys.modules))"
    )
    assert _run("-c", script).strip() == "True set()"


@pytest.mark.slow
def test_the_example_writes_what_it_says(tmp_path) -> None:
    said = _run(str(EXAMPLE), "--duration", "8", "--folder", str(tmp_path))
    song, rate = soundfile.read(tmp_path / "song.flac")
    again, _ = soundfile.read(tmp_path / "repainted.flac")
    assert song.shape == again.shape == (8 * rate, 2)
    assert np.array_equal(song[: 2 * rate], again[: 2 * rate])
    assert np.array_equal(song[6 * rate :], again[6 * rate :])
    assert not np.allclose(song[3 * rate : 5 * rate], again[3 * rate : 5 * rate], atol=0.01)
    stems = [soundfile.read(path)[0] for path in tmp_path.glob("repainted-*.flac")]
    assert len(stems) == said.count("stem: ") > 1
    assert np.allclose(sum(stems), again, atol=0.001)
    assert len(list(tmp_path.glob("estimated-*.flac"))) == said.count("estimated from the mix") > 0
    assert "120" in said


@pytest.mark.slow
def test_types_are_known_to_a_type_checker(tmp_path) -> None:
    snippet = tmp_path / "snippet.py"
    snippet.write_text(
        "import soundfile\n"
        "from audiopod_mcp import music\n"
        "recording = soundfile.read('song.wav')\n"
        "reveal_type(music.analyze(recording).tempo)\n"
        "reveal_type(music.generate('jazz', tempo=120, seed=1))\n"
        "reveal_type(music.align_lyrics(recording, 'words'))\n"
        "music.repaint(recording, 'four', 8)\n"
        "music.generate('jazz', bpm=120)\n"
    )
    mypy = pytest.importorskip("mypy.api")
    said, _, _ = mypy.run(["--strict", "--ignore-missing-imports", "--follow-imports=silent", str(snippet)])
    assert 'Revealed type is "float | None"' in said
    assert 'Revealed type is "audiopod_mcp.music.model.Rendering"' in said
    assert 'Revealed type is "tuple[audiopod_mcp.music.model.LyricLine, ...]"' in said
    assert 'Argument 2 to "repaint" has incompatible type "str"; expected "float"' in said
    assert 'Unexpected keyword argument "bpm" for "generate"' in said
    assert said.count(": error:") == 2


@pytest.mark.slow
def test_a_composed_song_is_changed_note_by_note_and_a_recording_by_ear(song, tune) -> None:
    higher = music.edit(song, "two semitones higher")
    assert (song.score.key, higher.score.key) == ("G major", "A major")
    assert music.separate(song) is song.stems
    assert music.extract_stem(song, "vocals") is song.stems["vocals"]
    again = music.retake(song, variance=0.0)
    assert np.array_equal(again.audio, song.audio)

    audio = tune.audio[: 6 * tune.rate].mean(axis=1)  # mono, as soundfile gives it
    recording = (audio, tune.rate)
    stems = music.separate(recording)
    assert {"drums", "bass"} <= set(stems) <= {"vocals", "drums", "bass"}
    assert all(stem.shape == (len(audio), 1) for stem in stems.values())
    longer = music.extend(recording, "rock", after=6, seed=1)
    assert longer.audio.shape == (12 * tune.rate, 1)


def test_the_same_request_is_the_same_music() -> None:
    wanted = {"tempo": 90, "key": "E minor", "timesignature": "3/4", "duration": 6.0, "instrumental": True}
    first, second = (music.generate("folk", **wanted, seed=5) for _ in range(2))
    assert np.array_equal(first.audio, second.audio)
    score = first.score
    assert (score.tempo, score.key, score.timesignature, score.duration) == (90, "E minor", "3/4", 6.0)
    loop = music.generate_sample("funk drum loop", tempo=120, duration=4, seed=1)
    assert len(loop.audio) == 4 * loop.rate
    assert set(loop.stems) == {"drums"}


@pytest.mark.slow
def test_new_music_in_the_likeness_of_a_song_and_the_song_in_another_style(tune) -> None:
    recording = (tune.audio[: 8 * tune.rate], tune.rate)
    alike = music.generate_from_reference(recording, duration=6.0, instrumental=True)
    assert (round(alike.score.tempo), alike.score.duration) == (110, 6.0)
    waltz = music.cover(tune, "jazz", instrumental=True)
    assert waltz.score.key == "A minor"
    assert waltz.score.brief.style == "jazz"
    assert len(waltz.audio) == len(tune.audio)


def test_known_lyrics_are_found_in_time(song) -> None:
    progress: list[float] = []
    lines = music.align_lyrics(
        (song.audio, song.rate),
        "\n".join(line.text for line in song.lyrics),
        progress=lambda done, _: progress.append(done),
    )
    assert [line.text for line in lines] == [line.text for line in song.lyrics]
    assert progress == sorted(progress)
    assert progress[0] < 0.1 < 0.9 < progress[-1] <= 1


def test_samples_of_another_kind_are_refused_with_a_reason(tune) -> None:
    with pytest.raises(TypeError, match="32768"):
        music.analyze(((tune.audio * 32767).astype(np.int16), tune.rate))
    with pytest.raises(ValueError, match="samples, channels"):
        music.analyze((tune.audio.T, tune.rate))
    with pytest.raises(music.Refused):
        music.separate((np.zeros((44_100, 2)), 44_100))
