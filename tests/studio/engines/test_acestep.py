"""The engine of a self-hosted ACE-Step 1.5: every operation over its HTTP API, and what is kept from its traps."""

import json
import pickle
import time

import numpy as np
import pytest
import soundfile

from audiopod_mcp.settings import SettingsError
from audiopod_mcp.studio.engines.acestep import AceStepEngine, client
from audiopod_mcp.studio.engines.base import EngineRefused, Work
from audiopod_mcp.studio.engines.local import LocalEngine
from tests.server.sessions import session
from tests.studio.engines.acestep_server import BASE, RATE, TURBO, acestep
from tests.studio.studios import MUSIC, opened
from tests.test_doctor import examined

KEY = "a-secret-key"
BODY = {
    "audio_duration": 12, "seed": 7, "batch_size": 1, "vocal_language": "en", "inference_steps": 64, "thinking": True,
    "lm_negative_prompt": "NO USER INPUT", "caption": "sea shanty",
}  # fmt: skip
REPAINT = {"repainting_start": 3.0, "repainting_end": 5.5, "caption": "bells"}
LYRICS = "[Verse]\nheave away the morning tide\nheave away the rain"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(client, "POLL_INTERVAL", 0.05)


@pytest.fixture(scope="module")
def toy():
    with acestep(key=KEY, takes=0.1) as toy:
        yield toy


@pytest.fixture
def source(tmp_path):
    """A mono recording of 9 s at 22.05 kHz, 16 bits."""
    time_ = np.arange(9 * 22_050) / 22_050
    audio = 0.3 * np.sin(2 * np.pi * 220 * time_) * (0.5 + 0.5 * np.sin(2 * np.pi * 0.7 * time_))
    path = tmp_path / "source.wav"
    soundfile.write(path, audio, 22_050, subtype="PCM_16")
    return path


def run(toy, folder, task, params, sources=None, original=None, report=lambda fraction, doing: None):
    """The outcome, its folder, and the requests that the server got."""
    target = folder / f"{task}-{len(list(folder.iterdir()))}"
    target.mkdir()
    before = len(toy.log)
    outcome = AceStepEngine(toy.url, toy.key).run(Work(task, params, sources or {}, original, target), report)
    assert pickle.loads(pickle.dumps(outcome)) == outcome
    return outcome, target, toy.log[before:]


def read(outcome, folder, number=0):
    audio, rate = soundfile.read(outcome.takes[number].master(folder), dtype="int32", always_2d=True)
    assert rate == outcome.takes[number].rate
    assert len(audio) / rate == pytest.approx(outcome.takes[number].duration)
    return audio, rate


@pytest.mark.slow
def test_a_song(toy, tmp_path):
    reports = []
    asked = BODY | {
        "bpm": 90,
        "keyscale": "F#m",
        "timesignature": "6/8",
        "lyrics": LYRICS,
        "batch_size": 2,
        "generate_lrc": True,
    }
    outcome, folder, requests = run(
        toy, tmp_path, "text2music", asked, report=lambda *told: reports.append(told)
    )
    assert [take.seed for take in outcome.takes] == [7, 8]
    assert [fields["seed"] for fields, _ in requests] == ["7", "8"]
    fields, uploads = requests[0]
    assert not uploads
    assert {
        "prompt": "sea shanty", "lyrics": LYRICS, "audio_duration": 12, "bpm": 90, "key_scale": "F# minor",
        "time_signature": "6", "batch_size": 1, "use_random_seed": False, "thinking": True,
    }.items() <= fields.items()  # fmt: skip
    assert "inference_steps" not in fields  # a turbo model takes eight, whatever a base model takes
    audio, rate = read(outcome, folder)
    assert (rate, len(audio)) == (RATE, 12 * RATE)
    assert (audio != read(outcome, folder, 1)[0]).any()
    assert outcome.details == {"bpm": 90.0, "keyscale": "F# Minor"}
    assert "heave away the rain" in outcome.takes[0].lrc
    fractions = [fraction for fraction, _ in reports]
    assert fractions == sorted(fractions)
    assert any("Generating music" in doing for _, doing in reports)
    assert not any("somebody else" in doing for _, doing in reports)


@pytest.mark.parametrize(
    ("task", "params", "sent"),
    [
        ("prompt2instrumental", {"prompt": "piano"}, {"lyrics": "[Instrumental]", "prompt": "piano"}),
        ("text2rap", {"lyrics": "yo"}, {"prompt": "sea shanty, rap"}),
        ("lyric2vocals", {"lyrics": "la"}, {"prompt": "a cappella, solo vocals, no instruments, sea shanty"}),
        ("simple", {"query": "a song for my cat"}, {"sample_query": "a song for my cat", "prompt": ""}),
        ("text2music", {"audio_duration": -1}, {"audio_duration": None}),
    ],
)
def test_modes(toy, tmp_path, task, params, sent):
    words = {} if "prompt" in params or "query" in params else {"caption": "sea shanty"}
    _, _, ((fields, _),) = run(toy, tmp_path, task, {"seed": 1, "audio_duration": 10} | words | params)
    assert {name: fields.get(name) for name in sent} == sent


@pytest.mark.slow
def test_lyrics_are_handed_on_under_plain_tags_and_what_is_not_is_told(toy, tmp_path):
    pasted = (
        "Sure! Here are the lyrics:\n\n**Strophe 1**\n[Am]Über den [F]Wellen\n夜を歩く\n\n## Refrain (x2)\nAnna: שלום\n"
        "[Guitar Solo]\n[Bridge – whispered]\nhush\n[Fade Out]\n\nWritten by Max Mustermann"
    )
    outcome, _, ((fields, _),) = run(toy, tmp_path, "text2music", BODY | {"lyrics": pasted})
    assert fields["lyrics"] == (
        "[Verse 1]\nÜber den Wellen\n夜を歩く\n\n[Chorus]\nשלום\nשלום\n\n[Guitar Solo]\n\n"
        "[Bridge - whispered]\nhush\n\n[Fade Out]"
    )
    assert {wish.asked for wish in outcome.not_done} == {
        "Sure! Here are the lyrics:", "Anna", "Am, F", "Written by Max Mustermann",
    }  # fmt: skip


def test_a_base_model_gets_its_steps(tmp_path, source):
    with acestep(models=[BASE], language_model=False, takes=0.05) as toy:
        _, _, ((fields, _),) = run(toy, tmp_path, "text2music", BODY)
        _, _, ((repaint, _),) = run(toy, tmp_path, "repaint", REPAINT, {"src_audio_url": source})
    assert fields["inference_steps"] == 64
    assert repaint["inference_steps"] == "50"
    assert not {"thinking", "lm_negative_prompt"} & fields.keys()


@pytest.mark.slow
def test_what_is_shorter_than_the_model_makes_is_cut(toy, tmp_path):
    loop = {"prompt": "drums", "sample_type": "loop", "tempo": 120, "seed": 1}
    outcome, folder, ((fields, _),) = run(toy, tmp_path, "text2samples", loop)
    assert (fields["audio_duration"], fields["bpm"]) == (10.0, 120)
    audio, rate = read(outcome, folder)
    assert len(audio) == 8 * rate  # four bars
    assert "loop" in outcome.notes[0]
    outcome, folder, _ = run(toy, tmp_path, "text2music", BODY | {"audio_duration": 5})
    audio, rate = read(outcome, folder)
    assert len(audio) == 5 * rate
    assert abs(audio[-1]).max() < 0.01 * abs(audio).max()


@pytest.mark.slow
def test_a_cover_and_a_reference(toy, tmp_path, source):
    asked = BODY | {"audio_cover_strength": 0.4}
    outcome, folder, ((fields, uploads),) = run(toy, tmp_path, "cover", asked, {"src_audio_url": source})
    assert {
        "task_type": "cover",
        "audio_cover_strength": "0.4",
        "prompt": "sea shanty",
    }.items() <= fields.items()
    assert not {"thinking", "audio_duration"} & fields.keys()
    sent, rate = uploads["src_audio"]
    assert (sent == soundfile.read(source, always_2d=True)[0]).all()
    assert rate == 22_050
    assert read(outcome, folder)[1] == RATE
    asked = BODY | {"instrumental": True}
    _, _, ((fields, uploads),) = run(toy, tmp_path, "reference", asked, {"reference_audio_url": source})
    assert (fields["task_type"], fields["lyrics"]) == ("text2music", "[Instrumental]")
    assert uploads.keys() == {"reference_audio"}


@pytest.mark.slow
def test_a_retake_asks_again_or_covers_the_track_itself(toy, tmp_path):
    first, folder, ((asked, _),) = run(toy, tmp_path, "text2music", BODY | {"lyrics": LYRICS})
    home = folder / first.takes[0].name

    def again(variance):
        params = {"retake_variance": variance, "retake_seeds": [3, 4]}
        return run(toy, tmp_path, "retake", params, original=home)

    outcome, target, requests = again(1)
    assert [fields for fields, _ in requests] == [asked | {"seed": "3"}, asked | {"seed": "4"}]
    assert [take.seed for take in outcome.takes] == [3, 4]
    assert (read(outcome, target)[0] != read(first, folder)[0]).any()
    outcome, _, ((fields, uploads), _) = again(0.3)
    assert {"task_type": "cover", "cover_noise_strength": "0.7", "lyrics": LYRICS}.items() <= fields.items()
    assert uploads.keys() == {"src_audio"}
    assert "no retake" in outcome.notes[0]
    outcome, target, requests = again(0)
    assert not requests
    assert (read(outcome, target)[0] == read(first, folder)[0]).all()


@pytest.mark.slow
def test_a_retake_of_a_track_of_the_local_engine_knows_its_words(toy, tmp_path):
    home = tmp_path / "local"
    home.mkdir()
    brief = BODY | {"audio_duration": 4, "lyrics": "heave away", "caption": "sea shanty"}
    made = LocalEngine().run(Work("text2music", brief, {}, None, home), lambda fraction, doing: None)
    params = {"retake_variance": 1, "retake_seeds": [1]}
    _, _, ((fields, _),) = run(toy, tmp_path, "retake", params, original=home / made.takes[0].name)
    assert (fields["task_type"], fields["prompt"], fields["lyrics"]) == ("cover", "sea shanty", "heave away")


@pytest.mark.slow
def test_a_retake_of_a_recording_is_a_cover_without_words(toy, tmp_path, source):
    params = {"retake_variance": 0.4, "retake_seeds": [1]}
    outcome, _, ((fields, uploads),) = run(toy, tmp_path, "retake", params, {"src_audio_url": source})
    assert (fields["task_type"], fields["lyrics"], uploads.keys()) == ("cover", "", {"src_audio"})
    assert "not known" in outcome.notes[0]


@pytest.mark.slow
def test_float_over_full_scale_and_a_cut_file_come_back_with_a_note(toy, tmp_path):
    time_ = np.arange(9 * 22_050) / 22_050
    loud = (1.4 * np.sin(2 * np.pi * 220 * time_)).astype(np.float32)
    path = tmp_path / "loud.wav"
    soundfile.write(path, loud, 22_050, subtype="FLOAT")
    path.write_bytes(path.read_bytes()[: -22_050 * 4])
    outcome, folder, _ = run(toy, tmp_path, "repaint", REPAINT, {"src_audio_url": path})
    audio, rate = soundfile.read(folder / outcome.takes[0].name / "audio.wav", dtype="float32")
    assert outcome.takes[0].unclipped
    assert (audio[: 3 * rate] == loud[: 3 * rate]).all()
    assert any(note.startswith("src_audio_url: the file ends early") for note in outcome.notes)


@pytest.mark.slow
def test_a_repaint_leaves_every_other_sample(toy, tmp_path, source):
    outcome, folder, ((fields, _),) = run(toy, tmp_path, "repaint", REPAINT, {"src_audio_url": source})
    assert {
        "repainting_start": "3.0",
        "repainting_end": "5.5",
        "chunk_mask_mode": "explicit",
    }.items() <= fields.items()
    audio, rate = read(outcome, folder)
    old, _ = soundfile.read(source, dtype="int32", always_2d=True)
    assert (rate, audio.shape) == (22_050, old.shape)
    changed = np.flatnonzero((audio != old).any(axis=1)) / rate
    assert 3.0 <= changed.min() < 3.01
    assert 5.49 < changed.max() < 5.5
    outcome, folder, ((fields, _),) = run(
        toy, tmp_path, "repaint", REPAINT | {"repainting_end": -1}, {"src_audio_url": source}
    )
    assert fields["repainting_end"] == "9.0"
    assert (read(outcome, folder)[0][: 3 * rate] == old[: 3 * rate]).all()
    with pytest.raises(
        EngineRefused, match=r"repainting_start: 12 s is not within the track, which ends at 9\.00 s"
    ):
        run(
            toy,
            tmp_path,
            "repaint",
            REPAINT | {"repainting_start": 12.0, "repainting_end": -1},
            {"src_audio_url": source},
        )


@pytest.mark.slow
def test_an_extension_grows_at_both_ends_around_the_source(toy, tmp_path, source):
    asked = {"left_extend_length": 2.0, "right_extend_length": 4.0, "prompt": "and on"}
    outcome, folder, requests = run(toy, tmp_path, "extend", asked, {"source": source})
    windows = [(fields["repainting_start"], fields["repainting_end"]) for fields, _ in requests]
    assert windows == [("9.0", "13.0"), ("-2.0", "0.04")]
    audio, rate = read(outcome, folder)
    old, _ = soundfile.read(source, dtype="int32", always_2d=True)
    assert len(audio) == 15 * rate
    seam = round(0.02 * rate)
    middle = audio[2 * rate : 11 * rate]
    assert (middle[seam:-seam] == old[seam:-seam]).all()
    for edge in (audio[: 2 * rate], audio[11 * rate :]):
        assert abs(edge).max() > 2**31 * 0.05
    jumps = abs(np.diff(audio[:, 0].astype(float)))
    ordinary = np.quantile(jumps, 0.999)
    for seconds in (2, 11):
        assert jumps[round((seconds - 0.03) * rate) : round((seconds + 0.03) * rate)].max() < 2 * ordinary


@pytest.mark.slow
def test_stems_come_from_a_base_model_where_there_is_one(tmp_path, source):
    with acestep(models=[TURBO, BASE], takes=0.05) as toy:
        outcome, _, ((fields, _),) = run(
            toy, tmp_path, "extract_stem", {"track_name": "backing_vocals"}, {"src_audio_url": source}
        )
        assert {
            "task_type": "extract", "model": BASE["name"], "thinking": "false", "use_cot_caption": "false", "prompt": "",
            "track_name": "backing_vocals", "instruction": "Extract the BACKING_VOCALS track from the audio:",
        }.items() <= fields.items()  # fmt: skip
        assert "plays the stem again" in outcome.notes[0]
    with acestep(models=[TURBO, BASE | {"is_loaded": False}]) as toy:
        with pytest.raises(EngineRefused, match="track_name: guitar can't be separated"):
            run(toy, tmp_path, "extract_stem", {"track_name": "guitar"}, {"src_audio_url": source})
        assert not toy.log


@pytest.mark.slow
def test_an_edit_in_numbers_is_done_exactly_and_one_in_style_is_a_cover(toy, tmp_path, source):
    outcome, folder, requests = run(
        toy, tmp_path, "edit", {"edit_target_prompt": "6 dB softer"}, {"source": source}
    )
    assert not requests
    old, _ = soundfile.read(source, dtype="int32", always_2d=True)
    assert np.abs(read(outcome, folder)[0]).max() == pytest.approx(np.abs(old).max() / 2, rel=0.01)
    asked = {"edit_target_prompt": "a reggae version", "edit_target_lyrics": "la la", "edit_n_min": 0.4}
    outcome, _, ((fields, _),) = run(toy, tmp_path, "edit", asked, {"source": source})
    assert {
        "task_type": "cover", "prompt": "a reggae version", "lyrics": "la la", "cover_noise_strength": "0.4",
        "audio_cover_strength": "1.0",
    }.items() <= fields.items()  # fmt: skip
    assert "no edit" in outcome.notes[0]


@pytest.mark.slow
def test_an_analysis_is_measured_here_and_put_into_words_there(toy, tmp_path, source):
    outcome, _, ((fields, uploads),) = run(toy, tmp_path, "analyze", {}, {"audio_url": source})
    assert fields["full_analysis_only"] == "true"
    assert uploads.keys() == {"src_audio"}
    heard = outcome.result
    assert (heard["caption"], heard["lyrics"], heard["language"]) == (
        "a sea shanty",
        "[Verse]\nheave ho",
        "en",
    )
    assert heard["duration"] == 9.0
    assert heard["bpm"] != 61
    assert not any("not transcribed" in note for note in heard["notes"])
    with acestep(language_model=False) as plain:
        outcome, _, requests = run(plain, tmp_path, "analyze", {}, {"audio_url": source})
        assert not requests
        assert outcome.result["lyrics"] is None


@pytest.mark.parametrize(
    ("caption", "line"),
    [
        ("please fail", r"ACE-Step failed: RuntimeError: CUDA out of memory in …$"),
        ("a lost song", "ACE-Step lost the job, most likely because it was restarted; retry"),
        ("silent music", "nothing but silence and threw it away; retry with another seed or caption"),
    ],
)
def test_failures_in_one_line(toy, tmp_path, caption, line):
    with pytest.raises(EngineRefused, match=line):
        run(toy, tmp_path, "text2music", BODY | {"caption": caption})


@pytest.mark.slow
def test_a_full_queue_and_an_outage_pass(toy, tmp_path, monkeypatch):
    toy.refusals, toy.outage = 2, 3
    outcome, _, _ = run(toy, tmp_path, "text2music", BODY)
    assert outcome.takes
    monkeypatch.setattr(client, "LONGEST_OUTAGE", 0.5)
    toy.refusals = 100
    with pytest.raises(EngineRefused, match="queue is full; retry in a few minutes"):
        run(toy, tmp_path, "text2music", BODY)
    toy.refusals, toy.outage = 0, 1000
    with pytest.raises(EngineRefused, match=r"stopped answering \(status 502\)"):
        run(toy, tmp_path, "text2music", BODY)
    toy.outage = 0


@pytest.mark.slow
def test_what_gets_no_further_is_given_up_but_not_what_is_queued(tmp_path, monkeypatch):
    monkeypatch.setattr(client, "LONGEST_STANDSTILL", 0.3)
    with acestep(key=KEY, takes=0.8) as server:
        assert run(server, tmp_path, "text2music", BODY | {"caption": "queued for long"})[0].takes
        with pytest.raises(EngineRefused, match=r"no further for 0\.005 minutes \(stuck\); restart"):
            run(server, tmp_path, "text2music", BODY | {"caption": "stuck"})


@pytest.mark.parametrize(
    ("state", "line"),
    [
        (
            {"service": "ACE-Step Gradio API"},
            "ACESTEP_BASE_URL: .* takes no recordings; start the API server",
        ),
        ({"old": True}, "one from before March 2026, which takes no uploads; update it"),
        ({"key": "another"}, "ACESTEP_API_KEY: .* does not accept it; set the server's own key"),
    ],
)
def test_servers_that_can_not_be_used(tmp_path, state, line):
    with acestep(**state) as server:
        engine = AceStepEngine(server.url + "/", KEY)
        with pytest.raises(EngineRefused, match=line) as refusal:
            engine.run(Work("text2music", BODY, {}, None, tmp_path), lambda fraction, doing: None)
    assert KEY not in str(refusal.value) + repr(engine)
    with pytest.raises(EngineRefused, match=r"no ACE-Step server answers at http://127\.0\.0\.1:9 "):
        AceStepEngine("http://127.0.0.1:9").run(
            Work("text2music", BODY, {}, None, tmp_path), lambda *told: None
        )


def test_its_settings_are_variables():
    assert AceStepEngine.from_environment({}).base_url == "http://127.0.0.1:8001"
    engine = AceStepEngine.from_environment({"ACESTEP_BASE_URL": "https://gpu:1/", "ACESTEP_API_KEY": KEY})
    assert (engine.base_url, engine.api_key) == ("https://gpu:1", KEY)
    assert KEY not in repr(engine)
    with pytest.raises(SettingsError, match=r"ACESTEP_BASE_URL: '127\.0\.0\.1:8001' is not an http\(s\) URL"):
        AceStepEngine.from_environment({"ACESTEP_BASE_URL": "127.0.0.1:8001"})


@pytest.mark.slow
@pytest.mark.anyio
async def test_through_the_studio_a_job_is_made_retaken_timed_and_stopped(tmp_path):
    with acestep(key=KEY, takes=0.2) as toy:
        environment = {"ACESTEP_BASE_URL": toy.url, "ACESTEP_API_KEY": KEY}
        async with opened(tmp_path, engine="acestep", environment=environment) as studio:
            job = await studio.make(caption="sea shanty", lyrics=LYRICS, audio_duration=12, seed=3)
            assert (job["status"], job["engine"], job["actual_seeds"]) == ("COMPLETED", "acestep", [3])
            again = await studio.make(
                "retake", original_job_id=job["id"], retake_variance=1, retake_seeds=[9]
            )
            assert again["actual_seeds"] == [9]
            assert toy.log[-1][0]["lyrics"] == LYRICS
            lrc = (await studio.post(f"{MUSIC}/{job['id']}/lrc")).json()
            assert "heave away the rain" in lrc["lrc_content"]
            assert not list((tmp_path / "media").rglob("src_audio*"))
            toy.takes = 60
            running = await studio.create(caption="a long one")
            await studio.begins(running)
            began = time.monotonic()
            await studio.delete(f"{MUSIC}/jobs/{running}")
            toy.takes = 0.1
            assert (await studio.make(caption="the next"))["status"] == "COMPLETED"
            assert time.monotonic() - began < 50  # the long one would take longer
            for file in tmp_path.rglob("*.json"):
                assert KEY not in json.dumps(json.loads(file.read_text()))


@pytest.mark.slow
@pytest.mark.anyio
async def test_from_the_environment_to_the_assistant(tmp_path):
    with acestep(takes=0.2) as toy:
        env = {"AUDIOPOD_ENGINE": "acestep", "ACESTEP_BASE_URL": toy.url}
        async with session("stdio", "2026-07-28", tmp_path, **env) as client_:
            arguments = {"caption": "sea shanty", "duration": 12, "mode": "prompt2instrumental"}
            made = (await client_.call_tool("generate_music", arguments)).structured_content
            assert made["status"] == "COMPLETED"
            (told,) = (await client_.read_resource(f"audiopod://jobs/{made['job_id']}")).contents
            assert json.loads(told.text)["engine"] == "acestep"
            assert made["audio_duration"] == pytest.approx(12)


@pytest.mark.slow
def test_the_doctor_looks_at_it(tmp_path):
    def found(**state):
        with acestep(**state) as toy:
            env = {"AUDIOPOD_ENGINE": "acestep", "ACESTEP_BASE_URL": toy.url, "ACESTEP_API_KEY": KEY}
            return examined(tmp_path, **env)[0]["ACE-Step"]

    assert (told := found(key=KEY))["state"] == "ok"
    assert BASE["name"] in told["found"]
    assert "base model" in found(models=[TURBO])["fix"]
    assert "--init-llm" in found(language_model=False)["fix"]
    assert (refused := found(key="another"))["state"] == "problem"
    assert refused["fix"] == "set the server's own key"
