"""The engine as a library: what a programmer imports, what it costs, and that its example runs."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from audiopod_mcp import music
from audiopod_mcp.edits import TrackEdit

pytestmark = pytest.mark.usefixtures("heard_once")

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
    said = _run(str(EXAMPLE), "--duration", "6", "--folder", str(tmp_path))
    song, rate = soundfile.read(tmp_path / "song.flac")
    again, _ = soundfile.read(tmp_path / "repainted.flac")
    assert song.shape == again.shape == (6 * rate, 2)
    assert np.array_equal(song[:rate], again[:rate])
    assert np.array_equal(song[5 * rate :], again[5 * rate :])
    assert not np.allclose(song[2 * rate : 4 * rate], again[2 * rate : 4 * rate], atol=0.01)
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
    said, _, _ = mypy.run(
        [
            *["--strict", "--no-site-packages", "--ignore-missing-imports", "--follow-imports=silent"],
            str(snippet),
        ]
    )
    assert 'Revealed type is "float | None"' in said
    assert 'Revealed type is "audiopod_mcp.music.model.Rendering"' in said
    assert 'Revealed type is "tuple[audiopod_mcp.music.model.LyricLine, ...]"' in said
    assert 'Argument 2 to "repaint" has incompatible type "str"; expected "float"' in said
    assert 'Unexpected keyword argument "bpm" for "generate"' in said
    assert said.count(": error:") == 2


@pytest.mark.slow
def test_a_composed_song_is_changed_note_by_note_and_a_recording_by_ear(short_song, tune) -> None:
    song = short_song
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
    alike = music.generate_from_reference(recording, "rock", duration=3.0, instrumental=True)
    assert (round(alike.score.tempo), alike.score.duration) == (110, 3.0)
    waltz = music.cover(tune, "jazz", instrumental=True)
    assert waltz.score.key == "A minor"
    assert waltz.score.brief.style == "jazz"
    assert len(waltz.audio) == len(tune.audio)


@pytest.mark.slow
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


_TONE = 0.1 * np.sin(np.arange(24_000) / 5)
_RECORDING = (_TONE, 8_000)
_LOUDER = {"action": "level", "amount": 6}
_SILENCE = (np.zeros((24_000, 2)), 8_000)
_NONSENSE = [
    ("analyze", (_TONE,), TypeError, "source: give a Rendering or a tuple (samples, rate)"),
    ("analyze", ("song.flac",), TypeError, "source: give a Rendering or a tuple (samples, rate)"),
    ("analyze", (None,), TypeError, "not NoneType"),
    ("analyze", ((_TONE, "8000"),), TypeError, "source: the rate of (samples, rate) is a number of hertz"),
    (
        "analyze",
        ((_TONE, 8_000.5),),
        ValueError,
        "source: the rate is a whole number of hertz above 0, not 8000.5",
    ),
    ("analyze", ((_TONE, 0),), ValueError, "source: the rate is a whole number of hertz above 0, not 0"),
    ("analyze", (((_TONE * 32_767).astype(np.int16), 8_000),), TypeError, "divide 16-bit integers by 32768"),
    (
        "analyze",
        ((np.zeros((2, 9_000)), 8_000),),
        ValueError,
        "have the shape (samples, channels), not (2, 9000)",
    ),
    ("analyze", ((np.zeros(0), 8_000),), music.Refused, "The recording is empty"),
    ("edit", ((np.zeros(0), 8_000), "louder"), music.Refused, "The recording is empty"),
    ("edit", (_RECORDING, 3), TypeError, "instruction: give text, not int 3"),
    ("edit", (_RECORDING, "louder", {"first": "a"}), TypeError, "first: give a number, not str 'a'"),
    ("edit", (_RECORDING, "louder", {"first": 0.8, "last": 0.2}), music.Refused, "first, last: 0.8 to 0.2"),
    ("edit", (_RECORDING,), music.Refused, "instruction: say what to change"),
    ("edit", (_RECORDING, {"edits": "louder"}), TypeError, "edits: give a list of edits, not str 'louder'"),
    ("edit", (_RECORDING, {"edits": []}), ValueError, "edits: the list is empty; give at least one"),
    ("edit", (_RECORDING, "louder", {"edits": [_LOUDER]}), ValueError, "edits: give edits or an instruction"),
    (
        "edit",
        (_RECORDING, {"edits": [_LOUDER, {"action": "level", "amount": 90}]}),
        ValueError,
        "edits[1]: amount: 90 is out",
    ),
    (
        "edit",
        (_RECORDING, {"edits": [{"action": "fly"}]}),
        ValueError,
        "edits[0].action: Input should be 'level'",
    ),
    ("extract_stem", (_RECORDING, "banana"), music.Refused, "it can do vocals, bass and drums"),
    ("separate", (_SILENCE,), music.Refused, "The recording is silent"),
    ("align_lyrics", (_SILENCE, "hello"), music.Refused, "source: the recording is silent, nobody sings"),
    ("align_lyrics", (_RECORDING, None), TypeError, "lyrics: give text, not None"),
    ("generate", (None,), TypeError, "caption: give text, not None"),
    ("generate", ("pop", {"duration": 0}), ValueError, "duration: 0 is out of range; give 1 to 600"),
    ("generate", ("pop", {"duration": -5}), ValueError, "duration: -5 is out of range; give 1 to 600"),
    ("generate", ("pop", {"duration": "8"}), TypeError, "duration: give a number, not str '8'"),
    ("generate", ("pop", {"tempo": 5_000}), ValueError, "tempo: 5000 is out of range; give 30 to 300"),
    ("generate", ("pop", {"key": "H flat"}), music.Refused, '"H flat" is not a key'),
    ("generate", ("pop", {"timesignature": "banana"}), music.Refused, "use 2/4, 3/4"),
    ("generate", ("pop", {"tracks": {"banana"}}), ValueError, "tracks: 'banana' is none of vocals, "),
    ("generate", ("pop", {"tracks": "drums"}), TypeError, "tracks: give a set of names, such as {'drums'}"),
    ("generate", ("pop", {"exclude": "banana"}), ValueError, "exclude: 'banana' names no instrument"),
    ("generate", ("pop", {"language": "klingon"}), ValueError, "language: 'klingon' is no ISO 639 code"),
    ("generate_sample", ("drum loop", "banana"), ValueError, "kind: 'banana' is none of loop, one-shot"),
    ("generate_from_reference", (None,), TypeError, "reference: give a Rendering or a tuple"),
    ("cover", (_RECORDING, None), TypeError, "caption: give text, not None"),
    (
        "cover",
        (_RECORDING, "jazz", {"strength": -1}),
        ValueError,
        "strength: -1 is out of range; give 0 to 1",
    ),
    ("retake", (_RECORDING, {"variance": 9}), ValueError, "variance: 9 is out of range; give 0 to 1"),
    ("repaint", (_RECORDING, 1, "x"), TypeError, "end: give a number, not str 'x'"),
    ("repaint", (_RECORDING, 30, 40), music.Refused, "start: 30 s is not in the track; give 0 to 3.00 s"),
    (
        "extend",
        (_RECORDING, {"after": 1_000}),
        music.Refused,
        "after: 1000 s is out of range; give 0 to 60 s",
    ),
]


def test_an_edit_is_given_as_data_as_well_as_in_words() -> None:
    told, typed, given = (
        music.edit(_RECORDING, "6 dB quieter"),
        music.edit(_RECORDING, edits=[{"action": "level", "amount": -6}]),
        music.edit(_RECORDING, edits=[TrackEdit(action="level", amount=-6)]),
    )
    assert np.array_equal(told.audio, typed.audio)
    assert np.array_equal(told.audio, given.audio)


@pytest.mark.parametrize(("function", "arguments", "error", "says"), _NONSENSE)
def test_nonsense_is_refused_in_a_line_that_names_the_argument(function, arguments, error, says) -> None:
    *given, named = arguments if isinstance(arguments[-1], dict) else (*arguments, {})
    with pytest.raises(error, match=re.escape(says)) as caught:
        getattr(music, function)(*given, **named)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.slow
def test_a_rate_may_be_a_whole_float_and_a_stem_is_one_that_is_there(tune) -> None:
    assert music.analyze((_TONE, 8_000.0)) == music.analyze(_RECORDING)
    with pytest.raises(music.Refused, match=r"^track: there is no banana in this music; it has .*drums"):
        music.extract_stem(tune, "banana")
