"""The words of recordings, as callers get them, with models that say the same to everything they hear."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

pytest.importorskip("pywhispercpp", reason="Macs with an Intel processor have no wheel of it")

from audiopod_mcp.models.registry import MODELS
from audiopod_mcp.models.store import add_model, digest
from audiopod_mcp.music.lyrics.transcription import Transcript
from audiopod_mcp.music.model import Span
from audiopod_mcp.settings import Settings, models_folder
from audiopod_mcp.studio.engines.whisper import Whisper
from audiopod_mcp.studio.engines.words import notes_on
from tests.music.lyrics.whisper_file import write_model
from tests.music.synth import chords, stereo, sung
from tests.server.sessions import session
from tests.studio.studios import MUSIC, opened

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

RATE = 22_050
WORDS = [(0.3, 2.0, "hello from the sea"), (2.0, 3.8, "we sing again")]
GET_IT = "audiopod-mcp models add whisper-base"


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """One of 12 s that is sung from 3 to 6.5 s, one that is not, and a model."""
    folder = tmp_path_factory.mktemp("recordings")
    line = sung([67, 69, 72, 71, 67, 64, 65], 0.5, RATE)
    voice = np.zeros(12 * RATE)
    voice[3 * RATE : 3 * RATE + len(line)] += line
    pad = stereo(chords([(60, 4), (65, 4), (67, 4), (60, 4)], 3.0, RATE, bass=False), 0.1)[: len(voice)]
    soundfile.write(folder / "sung.wav", stereo(voice, 0.25) + pad, RATE)
    soundfile.write(folder / "played.wav", pad, RATE)
    write_model(folder / "model.bin", WORDS, language="es")
    return folder


def studio_with(folder, recordings, **environment):
    options = {"engine": "local", "local_folders": (recordings,), "environment": environment}
    return opened(folder, **options)


async def analyzed(studio, source):
    answer = (await studio.post(f"{MUSIC}/analyze", json={"audio_url": str(source)})).json()
    assert answer["success"], answer
    return answer


async def test_a_model_that_is_named_tells_words_language_and_times(tmp_path, recordings):
    model = str(recordings / "model.bin")
    async with studio_with(tmp_path, recordings, AUDIOPOD_WHISPER_MODEL=model) as studio:
        heard = await analyzed(studio, recordings / "sung.wav")
        assert re.sub(r"\[[A-Z][a-z]+\]\n", "", heard["lyrics"]).split("\n") == [
            "hello from the sea",
            "we sing again",
        ]
        assert heard["lyrics"].startswith("[")
        assert heard["language"] == "es"
        assert [line["label"] for line in heard["lines"]] == ["hello from the sea", "we sing again"]
        assert heard["lines"][0]["start"] == pytest.approx(3.0, abs=1.0)
        assert any("model.bin" in note and "mistakes" in note for note in heard["notes"])
        assert GET_IT not in json.dumps(heard)
        timed = (
            await studio.post(f"{MUSIC}/lrc", json={"src_audio_url": str(recordings / "sung.wav")})
        ).json()
        assert timed["success"], timed
        assert re.findall(r"\](\w.*)$", timed["lrc_content"], re.MULTILINE) == [
            "hello from the sea",
            "we sing again",
        ]
        assert any("mistakes" in note for note in timed["notes"])

        played = await analyzed(studio, recordings / "played.wav")
        assert (played["lyrics"], played["language"], played["lines"]) == (None, None, None)
        assert any("No singing" in note for note in played["notes"])
        nothing = (
            await studio.post(f"{MUSIC}/lrc", json={"src_audio_url": str(recordings / "played.wav")})
        ).json()
        assert not nothing["success"]
        assert "No singing was heard" in nothing["error"]
        composed = await studio.make(caption="piano", instrumental=True, audio_duration=8)
        nothing = (await studio.post(f"{MUSIC}/{composed['id']}/lrc", json={})).json()
        assert "no lyrics to time: it was composed without words" in nothing["error"]


async def test_a_model_that_was_added_is_used_and_one_that_is_damaged_is_not(tmp_path, recordings):
    declared = replace(MODELS["whisper-base"], sha256=digest(recordings / "model.bin"))
    folder = models_folder(tmp_path)
    async with studio_with(tmp_path, recordings) as studio:
        before = await analyzed(studio, recordings / "sung.wav")
        assert before["lyrics"] is None
        add_model(folder, declared, lambda _: recordings / "model.bin")
        heard = await analyzed(studio, recordings / "sung.wav")
        assert "hello from the sea" in heard["lyrics"]
        assert any("whisper-base" in note for note in heard["notes"])
        (kept,) = (folder / "whisper-base").glob("*.bin")
        kept.write_bytes(kept.read_bytes()[:-100])
        without = await analyzed(studio, recordings / "sung.wav")
        assert without["lyrics"] is None
        assert without["chords"] == before["chords"]
        assert any("is damaged" in note and GET_IT in note for note in without["notes"])


@pytest.mark.parametrize("name", ["nothing.bin", ""], ids=["missing", "a folder"])
async def test_a_named_model_that_is_no_file_is_told_beside_what_was_measured(tmp_path, recordings, name):
    model = str(tmp_path / name)
    async with studio_with(tmp_path, recordings, AUDIOPOD_WHISPER_MODEL=model) as studio:
        heard = await analyzed(studio, recordings / "sung.wav")
        assert (heard["lyrics"], heard["language"]) == (None, None)
        assert heard["chords"]
        # Answers have room for the first notes alone.
        assert heard["notes"][0].startswith(
            f"No words are told: AUDIOPOD_WHISPER_MODEL: {model} can't be read"
        )


async def test_without_a_model_all_is_as_it_was_and_says_how_to_get_one_where_somebody_sings(
    tmp_path, recordings
):
    async with studio_with(tmp_path, recordings) as studio:
        heard = await analyzed(studio, recordings / "sung.wav")
        assert (heard["lyrics"], heard["language"]) == (None, None)
        assert heard["bpm"] or heard["keyscale"]
        assert sum(GET_IT in note for note in heard["notes"]) == 1
        assert any("is a guess from the whole mix" in note for note in heard["notes"])
        played = await analyzed(studio, recordings / "played.wav")
        assert GET_IT not in json.dumps(played)
        timed = (
            await studio.post(f"{MUSIC}/lrc", json={"src_audio_url": str(recordings / "sung.wav")})
        ).json()
        assert timed["error"].startswith("lyrics: give what is sung")
        assert GET_IT in timed["error"]
        # What was composed here has words of its own.
        job = await studio.make(
            caption="pop", lyrics="[Verse]\nla la in the sun\n[Chorus]\nla la in the rain", audio_duration=12
        )
        heard = await analyzed(studio, f"audiopod://jobs/{job['id']}")
        assert "[Chorus]\nla la in the rain" in heard["lyrics"]
        assert any("composed with" in note for note in heard["notes"])
        assert GET_IT not in json.dumps(heard)
        timed = await studio.post(f"{MUSIC}/lrc", json={"src_audio_url": f"audiopod://jobs/{job['id']}"})
        assert "]la la in the rain" in timed.json()["lrc_content"]


async def test_an_assistant_gets_them(tmp_path, recordings):
    (tmp_path / "allowed").mkdir()
    source = tmp_path / "allowed" / "sung.wav"
    source.write_bytes((recordings / "sung.wav").read_bytes())
    model = str(recordings / "model.bin")
    async with session("stdio", "2026-07-28", tmp_path, AUDIOPOD_WHISPER_MODEL=model) as client:
        result = await client.call_tool("analyze_audio", {"audio_url": str(source)})
        assert not result.is_error, result.content[0].text
        told = result.structured_content
        assert "hello from the sea" in told["lyrics"]
        assert told["language"] == "es"
        assert "hello from the sea" in result.content[0].text
        whole = json.loads((await client.read_resource(told["uri"])).contents[0].text)
        assert whole["lines"][0]["label"] == "hello from the sea"
        timed = await client.call_tool("generate_lrc", {"src_audio_url": str(source)})
        assert "]hello from the sea" in timed.structured_content["lrc_content"]


async def test_the_voice_alone_is_listened_to_where_it_can_be_had(tmp_path, recordings, voice_models):
    shutil.copytree(voice_models, models_folder(tmp_path))
    model = str(recordings / "model.bin")
    async with studio_with(tmp_path, recordings, AUDIOPOD_WHISPER_MODEL=model) as studio:
        heard = await analyzed(studio, recordings / "sung.wav")
        assert "hello from the sea" in heard["lyrics"], heard["notes"]
        made = await studio.make(
            "extract-stem", src_audio_url=str(recordings / "sung.wav"), track_name="vocals"
        )
        assert made["status"] == "COMPLETED", made


@pytest.mark.parametrize(
    ("vocals", "told"),
    [((), "No singing was heard"), ((Span(1.0, 5.0, "vocals"),), "most likely an instrument")],
)
def test_why_nothing_was_listened_for_agrees_with_what_is_told_of_singing(vocals, told):
    """A network may hear no voice where the analysis tells of one."""
    (note,) = notes_on(Transcript((), None, ()), SimpleNamespace(vocals=vocals), Whisper(Path("model.bin")))
    assert told in note


def test_the_doctor_looks_at_the_model_that_is_named(recordings, tmp_path):
    from audiopod_mcp.studio.engines.registry import make_engine

    def found(path):
        settings = Settings.from_environment({"AUDIOPOD_WHISPER_MODEL": str(path)})
        return [f for f in make_engine("local", settings.environment).examine() if f.subject == "words"]

    assert found(recordings / "model.bin")[0].state == "ok"
    (tmp_path / "cut.bin").write_bytes((recordings / "model.bin").read_bytes()[:5000])
    assert found(tmp_path / "cut.bin")[0].state == "problem"
    assert found(tmp_path / "nothing.bin")[0].state == "problem"
