"""AudioPod's own SDK, unmodified, at work with a studio and its local engine."""

import io
import time

import audiopod
import numpy as np
import pytest
import soundfile

from audiopod_mcp.operations.vocabulary import GENRE_PRESETS
from tests.studio.studios import Served

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    studio = Served(tmp_path_factory.mktemp("data"), engine="local")
    yield studio
    studio.stop()


@pytest.fixture(scope="module")
def sdk(served):
    """A client whose naps between two looks at a job are short."""
    assert served.client.get("/health").is_success
    nap = time.sleep
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", lambda seconds: nap(min(seconds, 0.1)))
        with audiopod.Client(api_key="ap_test", base_url=served.url) as client:
            yield client


@pytest.fixture(scope="module")
def song(sdk):
    return sdk.music.simple("a quiet tune for a rainy evening", duration=6, wait_for_completion=True)


def heard(served, url):
    audio, rate = soundfile.read(io.BytesIO(served.client.get(url).content), always_2d=True)
    assert np.isfinite(audio).all()
    assert np.abs(audio).max() > 0.01
    return len(audio) / rate


def test_simple(served, song):
    assert song["status"] == "COMPLETED"
    assert song["task"] == "simple"
    assert song["progress"] == 100
    assert heard(served, song["output_url"]) == pytest.approx(song["audio_duration"], abs=0.1)
    assert song["audio_duration"] == pytest.approx(6, abs=2.5)


def test_every_way_to_generate(served, sdk):
    lyrics = "[Verse]\nWalking down the street\nOn a sunny day"
    made = [
        sdk.music.instrumental("calm piano", duration=5, wait_for_completion=True, seed=7),
        sdk.music.song("bright pop", lyrics, duration=6, wait_for_completion=True, generate_lrc=True),
        sdk.music.rap("dark trap", lyrics, duration=6, wait_for_completion=True),
        sdk.music.generate(
            "drum loop", task="text2samples", duration=4, wait_for_completion=True, quality="premium"
        ),
    ]
    assert [job["task"] for job in made] == ["prompt2instrumental", "text2music", "text2rap", "text2samples"]
    for job in made:
        heard(served, job["output_url"])
    assert made[0]["actual_seeds"] == [7]
    assert "Walking" in made[1]["lrc_content"]


def test_cover(served, sdk, song):
    job = sdk.music.cover(
        song["output_url"], "heavy rock", duration=6, format="mp3", wait_for_completion=True
    )
    assert job["output_url"].endswith(".mp3")
    heard(served, job["output_url"])


def test_reference(served, sdk, song):
    job = sdk.music.reference(
        f"audiopod://jobs/{song['id']}", "a waltz", duration=6, wait_for_completion=True
    )
    heard(served, job["output_url"])


def test_analyze(sdk, song):
    analysis = sdk.music.analyze(song["output_urls"]["mp3"])
    assert analysis["success"]
    assert analysis["duration"] == pytest.approx(song["audio_duration"], abs=0.1)
    assert {
        "caption",
        "lyrics",
        "bpm",
        "keyscale",
        "timesignature",
        "language",
        "audio_codes",
    } <= analysis.keys()


def test_extract_stem(served, sdk, song):
    job = sdk.music.extract_stem(song["output_url"], "bass", wait_for_completion=True)
    assert job["task"] == "extract_stem"
    for name in ("extract", "extract_stem"):  # AudioPod has had both names for it
        assert job["id"] in [other["id"] for other in sdk.music.list_jobs(task=name)]
    assert heard(served, job["output_url"]) == pytest.approx(song["audio_duration"], abs=0.1)


def test_all_stems_in_one_job(served, sdk, song):
    assert set(sdk.stem_extraction.modes()["modes"]) >= {"two", "four", "six"}
    made = sdk.stem_extraction.separate(url=song["output_url"], mode="six")
    assert made["status"] == "COMPLETED"
    assert set(made["download_urls"]) == {"vocals", "drums", "bass", "guitar", "piano", "other"}
    stems = [
        soundfile.read(io.BytesIO(served.client.get(url).content), always_2d=True)[0]
        for url in made["download_urls"].values()
    ]
    mix, _ = soundfile.read(io.BytesIO(served.client.get(song["output_url"]).content), always_2d=True)
    assert np.square(sum(stems) - mix).sum() < 1e-4 * np.square(mix).sum()
    later = sdk.stem_extraction.extract(url=f"audiopod://jobs/{song['id']}", mode="two")
    assert sdk.stem_extraction.wait_for_completion(later["id"])["download_urls"].keys() == {
        "vocals",
        "instrumental",
    }
    assert [job["id"] for job in sdk.stem_extraction.list_jobs(limit=2)] == [later["id"], made["id"]]
    sdk.stem_extraction.delete_job(later["id"])
    with pytest.raises(audiopod.AudioPodError, match="job not found"):
        sdk.stem_extraction.status(later["id"])
    with pytest.raises(audiopod.AudioPodError, match="mode: 'studio' is not one of 'two', 'four' or 'six'"):
        sdk.stem_extraction.separate(url=song["output_url"], mode="studio")
    with pytest.raises(audiopod.AudioPodError, match="uploads are not taken here; give url"):
        sdk.stem_extraction.separate(file=__file__, mode="two")


def test_jobs(sdk, song):
    assert sdk.music.get_job(song["id"])["id"] == song["id"]
    assert song["id"] in [job["id"] for job in sdk.music.list_jobs(task="simple")]
    job = sdk.music.simple("something to throw away", duration=5)["job"]
    sdk.music.delete_job(job["id"])
    with pytest.raises(audiopod.AudioPodError, match="Music job not found"):
        sdk.music.get_job(job["id"])


def test_presets_and_the_wallet(sdk):
    told = [f"{name}: {words}" for name, words in sdk.music.get_presets()["genre_presets"].items()]
    assert [line.partition(":")[0] for line in told] == list(GENRE_PRESETS)
    assert sdk.music.v3_availability() == {"available": False, "revise": False}
    assert f"Balance: {sdk.wallet.get_balance()['balance_usd']}" == "Balance: 0.00"
    assert sdk.wallet.estimate_cost("stem_extraction", 120)["cost_usd"] == 0
    assert sdk.wallet.check_balance("stem_extraction", 120)["can_proceed"] is True
    prices = sdk.wallet.get_pricing()["services"]
    assert {name: prices[name]["rate_per_minute"] for name in ("music_generation", "stem_extraction")} == {
        "music_generation": 0,
        "stem_extraction": 0,
    }


def test_what_is_refused_arrives(sdk):
    with pytest.raises(audiopod.AudioPodError, match="duration: 5000 is out of range; allowed -1 to 600"):
        sdk.music.simple("x", duration=5000)
    with pytest.raises(audiopod.AudioPodError, match="local files"):
        sdk.music.analyze("/etc/passwd")
    with pytest.raises(Exception, match="could not fetch"):
        sdk.music.cover("http://127.0.0.1:1/x.wav", "x", wait_for_completion=True)


def test_another_key_sees_nothing(served, sdk, song):
    with audiopod.Client(api_key="ap_other", base_url=served.url) as other:
        assert other.music.list_jobs() == []
        with pytest.raises(audiopod.AudioPodError, match="Music job not found"):
            other.music.get_job(song["id"])


@pytest.mark.anyio
async def test_the_asynchronous_client(served, song):
    async with audiopod.AsyncClient(api_key="ap_test", base_url=served.url) as client:
        assert (await client.music.get_job(song["id"]))["status"] == "COMPLETED"
        assert (await client.music.analyze(song["output_url"]))["success"]
