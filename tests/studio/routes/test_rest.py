"""The REST API as a client sees it: documented answers, errors that say what to do, and no fault for any body."""

import json
import re
import subprocess
import sys

import anyio
import numpy as np
import pytest
import soundfile
from jsonschema import Draft202012Validator

from audiopod_mcp.operations import Job
from audiopod_mcp.operations.vocabulary import GENRE_PRESETS, MODES
from tests.studio.studios import MUSIC, opened, until

pytestmark = pytest.mark.anyio


async def test_a_job_from_creation_to_audio(studio):
    answer = await studio.post(f"{MUSIC}/text2music", json={"caption": "slow 0.8", "audio_duration": 120})
    created = answer.json()["job"]
    assert (created["status"], created["progress"], created["output_url"]) == ("PENDING", None, None)
    assert created["audio_duration"] == 120
    seen = []
    with anyio.fail_after(30):
        while (job := await studio.job(created["id"]))["status"] in {"PENDING", "PROCESSING"}:
            seen.append(job["progress"] or 0)
            await anyio.sleep(0.05)
    assert job["status"] == "COMPLETED"
    assert job["progress"] == 100
    assert seen == sorted(seen)
    assert len(set(seen)) >= 3
    assert job["output_url"] == job["output_urls"]["flac"]
    assert list(job["output_urls"]) == ["flac", "wav", "mp3", "ogg"]
    assert job["actual_seeds"] == [7]
    assert job["audio_duration"] == 1.0
    assert job["quality_score"] is None
    assert job["notes"] == ["A test."]
    assert Job.model_validate(job).is_finished
    heads = {"flac": b"fLaC", "wav": b"RIFF", "mp3": b"\xff", "ogg": b"OggS"}
    for audio_format, url in job["output_urls"].items():
        audio = await studio.get(url)
        assert audio.content.startswith(heads[audio_format])
        part = await studio.get(url, headers={"Range": "bytes=2-5"})
        assert (part.status_code, part.content) == (206, audio.content[2:6])


async def test_the_format_asked_for_is_there_when_the_job_is_done(studio):
    job = await studio.make(caption="x", format="mp3", batch_size=2)
    folder = studio.app.state.config.data_dir / "media" / str(job["id"])
    files = sorted(str(path.relative_to(folder).as_posix()) for path in folder.glob("*/audio.*"))
    assert files == [f"take-{take}/audio.{ending}" for take in (1, 2) for ending in ("flac", "mp3")]
    assert job["output_url"].endswith(".mp3")
    assert {"flac", "mp3", "flac_2", "mp3_2", "ogg_2"} <= job["output_urls"].keys()
    assert job["output_urls"]["mp3"] != job["output_urls"]["mp3_2"]


async def test_a_format_wanted_by_many_is_made_once(studio, monkeypatch):
    job = await studio.make(caption="x")
    made = []
    run = studio.app.state.studio.workers.run

    async def counted(function, *args):
        made.append(function.__name__)
        return await run(function, *args)

    monkeypatch.setattr(studio.app.state.studio.workers, "run", counted)
    answers = []

    async def get():
        answers.append((await studio.get(job["output_urls"]["ogg"])).content)

    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(get)
    assert made == ["transcode"]
    assert len(set(answers)) == 1


async def test_media_needs_the_whole_address(studio):
    job = await studio.make(caption="x")
    for address in (
        f"/media/{job['id']}/x.flac",
        f"/media/{job['id']}/.flac",
        f"/media/{job['id'] + 999}/{job['output_url'].rpartition('/')[2]}",
        job["output_url"].replace(".flac", ".exe"),
        job["output_url"].replace(".flac", "~2.flac"),
        job["output_url"].replace(".flac", ""),
        f"/media/{job['id']}/..%2f..%2fstudio.db",
    ):
        assert (await studio.get(address)).status_code == 404, address


@pytest.mark.parametrize("mode", MODES)
async def test_every_mode_has_its_path(studio, mode):
    body = {"query" if mode == "simple" else "prompt": "x"} | ({"lyrics": "la"} if "vocals" in mode else {})
    job = await studio.make(mode, **body)
    assert (job["task"], job["status"]) == (mode, "COMPLETED")


async def test_words_have_times_where_they_are_asked_for(studio):
    words = "<00:00.00>la <00:00.50>la"
    job = await studio.make(caption="x", lyrics=words)
    path = f"{MUSIC}/{job['id']}/lrc"
    for _ in ("made", "kept"):
        lines = (await studio.post(path)).json()
        assert lines["lrc_content"] == "[00:00.00]la la"
        assert (await studio.get(lines["lrc_url"])).text == "[00:00.00]la la"
        timed = (await studio.post(path, json={"words": True})).json()
        assert timed["lrc_content"] == f"[00:00.00]{words}"
        assert (await studio.get(timed["lrc_url"])).text == f"[00:00.00]{words}"
    assert (await studio.job(job["id"]))["lrc_content"] == "[00:00.00]la la"


async def test_results_chain_into_every_operation_on_jobs(studio):
    first = await studio.make(caption="x", lyrics="la la")
    reference = f"audiopod://jobs/{first['id']}"
    for path, body in {
        "cover": {"src_audio_url": reference, "caption": "x"},
        "reference": {"reference_audio_url": first["output_urls"]["mp3"], "caption": "x"},
        "extract-stem": {"src_audio_url": reference, "track_name": "bass"},
        "retake": {"original_job_id": first["id"]},
        "repaint": {
            "source_job_id": first["id"],
            "repainting_start": 0,
            "repainting_end": -1,
            "caption": "x",
        },
        "extend": {"source_job_id": first["id"], "prompt": "x"},
        "edit": {"source_job_id": first["id"], "edit_target_prompt": "x"},
    }.items():
        job = await studio.make(path, **body)
        assert job["status"] == "COMPLETED", job
        assert job["task"] == path.replace("-", "_")
        assert job["song_type"] == "song"
    lrc = (await studio.post(f"{MUSIC}/{first['id']}/lrc")).json()
    assert lrc["success"]
    assert lrc["lrc_content"] == "[00:00.00]la la"
    assert (await studio.get(lrc["lrc_url"])).text == lrc["lrc_content"]
    assert (await studio.job(first["id"]))["lrc_content"] == lrc["lrc_content"]
    heard = (await studio.post(f"{MUSIC}/analyze", json={"audio_url": reference})).json()
    assert heard["success"]
    assert heard["bpm"] == 120
    assert (await studio.get(f"{MUSIC}/analyses/{heard['id']}")).json() == heard
    stem = await studio.get(f"{MUSIC}/jobs/{first['id']}/stems/bass")
    assert stem.content[:4] == b"fLaC"
    assert (await studio.get(f"{MUSIC}/jobs/{first['id']}/stems/drums")).status_code == 404


@pytest.mark.slow
async def test_all_that_is_told_of_a_job_is_in_the_document_and_nothing_else(tmp_path):
    async with opened(tmp_path, tell_files=True) as studio:
        schemas = (await studio.get("/openapi.json")).json()["components"]["schemas"]
        song = await studio.make(caption="x", lyrics="la")
        await studio.make("cover", src_audio_url=f"audiopod://jobs/{song['id']}", caption="x")
        (cover, _) = (await studio.get(f"{MUSIC}/jobs", params={"include_interactions": True})).json()
        assert cover.keys() == schemas["Job"]["properties"].keys()
        heard = await studio.post(f"{MUSIC}/analyze", json={"audio_url": song["output_urls"]["flac"]})
        assert heard.json().keys() - {"success"} <= schemas["Analysis"]["properties"].keys()
        assert heard.json()["vocals"] == [{"start": 0.0, "end": 0.5, "label": "vocals"}]


async def test_what_was_heard_of_a_job_is_told_with_it_from_then_on(tmp_path):
    mine, yours = {"X-API-Key": "ap_mine"}, {"X-API-Key": "ap_yours"}
    async with opened(tmp_path) as studio:
        made = await studio.create(caption="x", batch_size=2, headers=mine)
        urls = (await studio.wait(made, headers=mine))["output_urls"]
        for key, url in ((yours, urls["flac"]), (mine, urls["flac_2"])):
            answer = await studio.post(f"{MUSIC}/analyze", json={"audio_url": url}, headers=key)
            assert answer.json()["sections"]
            assert "sections" not in (await studio.job(made, headers=mine))["details"]
        heard = (await studio.post(f"{MUSIC}/analyze", json={"audio_url": urls["flac"]}, headers=mine)).json()
    async with opened(tmp_path) as studio:
        told = (await studio.job(made, headers=mine))["details"]
        assert told == {"bpm": 120.0, "sections": heard["sections"]}


async def test_unfinished_and_missing_jobs_are_refused_as_sources(studio):
    slow = await studio.create(caption="slow 20")
    answer = await studio.post(f"{MUSIC}/extend", json={"source_job_id": slow, "prompt": "x"})
    assert answer.status_code == 409
    assert answer.json()["detail"].startswith("Job must be completed")
    answer = await studio.post(f"{MUSIC}/{slow}/lrc")
    assert answer.status_code == 409
    await studio.delete(f"{MUSIC}/jobs/{slow}")
    answer = await studio.post(f"{MUSIC}/retake", json={"original_job_id": slow})
    assert (answer.status_code, answer.json()) == (404, {"detail": "Original music job not found"})
    answer = await studio.post(
        f"{MUSIC}/cover", json={"src_audio_url": f"audiopod://jobs/{slow}", "caption": "x"}
    )
    assert (answer.status_code, answer.json()) == (404, {"detail": "Music job not found"})


async def test_what_the_engine_refuses_is_told(studio):
    job = await studio.make(caption="refuse")
    assert (job["status"], job["error_message"]) == (
        "FAILED",
        "caption: nothing can be made of this; say something else",
    )
    assert job["completed_at"]
    answer = await studio.post(f"{MUSIC}/jobs/{job['id']}/retry")
    assert answer.json()["job"]["status"] in {"PENDING", "PROCESSING"}
    assert answer.json()["job"]["error_message"] is None
    assert (await studio.wait(job["id"]))["status"] == "FAILED"


async def test_a_fault_of_the_engine_is_told_without_its_insides(studio):
    job = await studio.make(caption="raise")
    assert job["status"] == "FAILED"
    assert "RuntimeError" in job["error_message"]
    assert "secret" not in job["error_message"]


async def test_only_failed_jobs_are_retried(studio):
    job = await studio.make(caption="x")
    assert (await studio.post(f"{MUSIC}/jobs/{job['id']}/retry")).status_code == 409


async def test_rename_like_and_delete(studio):
    job = await studio.make(caption="x")
    address = f"{MUSIC}/jobs/{job['id']}"
    changed = (
        await studio.patch(address, json={"display_name": "New", "thumbnail_url": "http://x/y.png"})
    ).json()
    assert (changed["display_name"], changed["thumbnail_url"]) == ("New", "http://x/y.png")
    assert (await studio.patch(address, json={})).status_code == 400
    assert (await studio.patch(address, json={"display_name": "x" * 256})).status_code == 422
    assert (await studio.post(f"{address}/like")).json()["liked"] is True
    (liked,) = (await studio.get(f"{MUSIC}/liked")).json()
    assert (liked["id"], liked["liked"]) == (job["id"], True)
    await studio.delete(f"{address}/like")
    assert (await studio.get(f"{MUSIC}/liked")).json() == []
    assert (await studio.delete(address)).status_code == 200
    assert (await studio.get(f"{address}/status")).status_code == 404
    assert (await studio.get(job["output_url"])).status_code == 404
    assert not (studio.app.state.config.data_dir / "media" / str(job["id"])).exists()


async def test_deleting_a_running_job_stops_it_and_leaves_nothing(studio):
    job_id = await studio.create(caption="slow 60")
    await studio.begins(job_id)
    await studio.delete(f"{MUSIC}/jobs/{job_id}")
    after = await studio.make(caption="next")  # the only worker is free again
    assert after["status"] == "COMPLETED"
    data_dir = studio.app.state.config.data_dir
    assert not (data_dir / "media" / str(job_id)).exists()
    work = data_dir / "work" / studio.app.state.studio.upkeep.instance.id

    async def is_clear():
        return not list(work.iterdir())

    await until(is_clear)


async def test_lists(tmp_path):
    async with opened(tmp_path) as studio:
        await studio.make("text2rap", prompt="night rap", lyrics="yo", display_name="B 100%")
        await studio.make("prompt2instrumental", prompt="calm jazz for a wedding", genre_preset="Jazz")
        await studio.make(caption="sad song", vocal_language="de", display_name="a_b")
        await studio.make(caption="refuse")

        async def listed(**query):
            answer = await studio.get(f"{MUSIC}/jobs", params=query)
            assert answer.status_code == 200, answer.text
            assert isinstance(answer.json(), list)
            return [job["id"] for job in answer.json()], int(answer.headers["X-Total-Count"])

        assert await listed() == ([4, 3, 2, 1], 4)
        assert await listed(limit=2, skip=1) == ([3, 2], 4)
        assert await listed(sort_order="asc", limit=1) == ([1], 4)
        assert await listed(sort_by="display_name", sort_order="asc", search="") == ([2, 4, 3, 1], 4)
        assert await listed(task="text2rap") == ([1], 1)
        assert await listed(status="FAILED") == ([4], 1)
        assert await listed(song_type="instrumental") == ([2], 1)
        assert await listed(search="100%") == ([1], 1)
        assert await listed(search="%") == ([1], 1)
        assert await listed(search="_") == ([3], 1)
        assert await listed(language="de") == ([3], 1)
        assert await listed(genre="jazz") == ([2], 1)
        assert await listed(emotion="sad") == ([3], 1)
        assert await listed(occasion="wedding") == ([2], 1)
        assert await listed(liked="false", unknown="x") == ([4, 3, 2, 1], 4)
        assert await listed(skip=10**30) == ([], 4)
        assert await listed(before_id=3) == ([2, 1], 4)
        assert await listed(before_id=4, status="COMPLETED", limit=1, skip=1) == ([2], 3)
        assert await listed(before_id=3, sort_by="display_name", sort_order="asc") == ([2, 1], 4)
        assert await listed(before_id=10**30) == ([4, 3, 2, 1], 4)
        assert await listed(before_id=1) == ([], 4)
        assert (await studio.get(f"{MUSIC}/jobs?limit=500")).status_code == 422
        assert (await studio.get(f"{MUSIC}/jobs?before_id=0")).status_code == 422
        counts = (await studio.get(f"{MUSIC}/jobs/counts")).json()
        assert counts["total"] == 4
        assert counts["by_task"]["text2music"] == 2
        assert counts["by_song_type"]["instrumental"] == 1
        assert counts["filters"]["status"] == {"COMPLETED": 3, "FAILED": 1}
        stats = (await studio.get(f"{MUSIC}/filters/stats")).json()
        assert (stats["total_tracks"], stats["liked_count"]) == (4, 0)
        assert stats["song_types"] == counts["by_song_type"]
        assert stats["available_filters"]["language"] == {"de": 1}


async def test_jobs_of_one_key_are_invisible_to_another(studio):
    mine, yours = {"X-API-Key": "ap_mine"}, {"Authorization": "Bearer ap_yours"}
    job_id = await studio.create(caption="x", headers=mine)
    await studio.wait(job_id, headers=mine)
    for headers in (yours, {}):
        assert (await studio.get(f"{MUSIC}/jobs/{job_id}/status", headers=headers)).status_code == 404
        assert (await studio.delete(f"{MUSIC}/jobs/{job_id}", headers=headers)).status_code == 404
        assert job_id not in [j["id"] for j in (await studio.get(f"{MUSIC}/jobs", headers=headers)).json()]
        answer = await studio.post(f"{MUSIC}/retake", json={"original_job_id": job_id}, headers=headers)
        assert answer.status_code == 404
    assert [j["id"] for j in (await studio.get(f"{MUSIC}/jobs", headers=mine)).json()] == [job_id]
    same = {"Authorization": "Bearer ap_mine"}
    assert (await studio.get(f"{MUSIC}/jobs/{job_id}/status", headers=same)).status_code == 200
    assert (await studio.get(f"{MUSIC}/jobs", headers={"X-API-Key": "sk-1"})).status_code == 401


async def test_a_studio_with_keys_lets_nobody_else_in(tmp_path):
    async with opened(tmp_path, api_keys=frozenset({"ap_right"})) as studio:
        assert (await studio.get(f"{MUSIC}/jobs")).status_code == 401
        assert (await studio.get(f"{MUSIC}/jobs", headers={"X-API-Key": "ap_wrong"})).status_code == 401
        assert (await studio.get(f"{MUSIC}/jobs", headers={"X-API-Key": "ap_right"})).status_code == 200
        assert "ap_right" not in repr(studio.app.state.config)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:image/png;base64,AA", "file:///etc/passwd", "//x/y.png",
    "y.png", "http://", "https://x/\u202ey.png", "http://[x"])  # fmt: skip
async def test_a_picture_is_an_http_link(studio, url):
    answer = await studio.post(f"{MUSIC}/text2music", json={"caption": "x", "thumbnail_url": url})
    assert answer.status_code == 422
    assert re.fullmatch("thumbnail_url: .* is not an http.s. URL", answer.json()["message"])
    job = await studio.make(caption="x", thumbnail_url="https://x/y.png")
    answer = await studio.patch(f"{MUSIC}/jobs/{job['id']}", json={"thumbnail_url": url})
    assert re.fullmatch("thumbnail_url: .* is not an http.s. URL", answer.json()["message"])
    assert (await studio.job(job["id"]))["thumbnail_url"] == "https://x/y.png"
    await studio.patch(f"{MUSIC}/jobs/{job['id']}", json={"thumbnail_url": ""})
    assert not (await studio.job(job["id"]))["thumbnail_url"]


async def test_an_idempotency_key_makes_one_job(studio):
    headers = {"Idempotency-Key": "once"}
    first = await studio.create(caption="x", headers=headers)
    assert await studio.create(caption="x", headers=headers) == first
    assert await studio.create(caption="x", headers={**headers, "X-API-Key": "ap_other"}) != first
    assert await studio.create(caption="x", headers={"Idempotency-Key": "twice"}) != first
    answer = await studio.post(f"{MUSIC}/text2music", json={"caption": "y"}, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("Idempotency-Key")


async def test_one_key_sent_many_times_at_once_makes_one_job(studio):
    made = set()

    async def create():
        made.add(await studio.create(caption="x", headers={"Idempotency-Key": "at once"}))

    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(create)
    assert len(made) == 1


async def test_logs_tell_neither_keys_nor_words(studio, caplog):
    caplog.set_level("DEBUG", "audiopod_mcp")
    headers = {"X-API-Key": "ap_hush"}
    for caption in ("whisper", "raise whisper"):
        job_id = await studio.create(caption=caption, lyrics="my secret words", headers=headers)
        await studio.wait(job_id, headers=headers)

    async def is_told():
        return f"job {job_id} (text2music) failed: queued " in caplog.text

    await until(is_told)
    assert not [word for word in ("ap_hush", "secret words", "whisper") if word in caplog.text]


async def test_validation_names_the_argument_and_what_is_allowed(studio):
    answer = await studio.post(
        f"{MUSIC}/text2music", json={"caption": "x", "bpm": 900, "audio_duration": 9999, "lm_top_p": 2}
    )
    assert answer.status_code == 422
    assert answer.json()["detail"] == [
        {
            "loc": ["body", "audio_duration"],
            "msg": "duration: 9999 is out of range; allowed -1 to 600",
            "type": "less_than_equal",
        },
        {
            "loc": ["body", "bpm"],
            "msg": "bpm: 900 is out of range; allowed 30 to 300",
            "type": "less_than_equal",
        },
        {
            "loc": ["body", "lm_top_p"],
            "msg": "lm_top_p: 2 is out of range; allowed 0 to 1",
            "type": "less_than_equal",
        },
    ]


HOSTILE = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"x"',
    b"{}",
    b"\xff\xfe",
    b'{"caption": "\xff"}',
    b'{"caption": "\\ud800"}',
    b'{"caption": "a\\u0000b", "display_name": "\\u0000"}',
    b'{"caption": 1}',
    b'{"caption": null}',
    b'{"caption": {}}',
    b'{"caption": "x", "bpm": ' + b"9" * 300 + b"}",
    b'{"caption": "x", "bpm": ' + b"9" * 5000 + b"}",
    b'{"caption": "x", "seed": 1e400, "audio_duration": ' + b"9" * 400 + b"}",
    b'{"caption": "x", "seed": NaN, "audio_duration": Infinity}',
    b'{"caption": "x", "audio_duration": -Infinity}',
    b'{"caption": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b'{"caption": ' + b"[" * 900 + b"]" * 900 + b"}",
    b'{"caption": "x", "lyrics": ' + json.dumps("x" * 20_000).encode() + b"}",
    b'{"advanced": [], "mode": "simple", "caption": []}',
    b'{"original_job_id": ' + b"9" * 30 + b"}",
    b'{"source_job_id": ' + b"9" * 30 + b', "prompt": "x", "edit_target_prompt": "x"}',
    b'{"original_job_id": true}',
    b'{"src_audio_url": "http://[", "caption": "x", "track_name": "bass"}',
    b'{"src_audio_url": "http://\\u0000/", "caption": "x", "track_name": "bass"}',
    b'{"src_audio_url": "\\u0000", "caption": "x", "track_name": "bass"}',
    b'{"audio_url": "file://%00/%00"}',
    b'{"audio_url": "' + b"a/" * 2000 + b'"}',
    b'{"audio_url": "~nobody/x"}',
    b'{"audio_url": "audiopod://jobs/' + b"9" * 19 + b'"}',
]


@pytest.mark.parametrize(
    "path", [*MODES, "cover", "reference", "analyze", "extract-stem", "retake", "repaint"]
)
async def test_no_body_makes_a_fault(studio, path):
    for body in HOSTILE:
        answer = await studio.post(
            f"{MUSIC}/{path}", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code in {200, 400, 404, 409, 422}, (body[:80], answer.text)
        assert "Traceback" not in answer.text
        if answer.status_code != 200:
            assert answer.json()["detail"], body[:80]


@pytest.mark.parametrize(
    "path",
    ["jobs/0", "jobs/-1", "jobs/x", "jobs/²", f"jobs/{10**30}", "jobs/1.5", "jobs/%00", "analyses/%00"],
)
async def test_no_address_makes_a_fault(studio, path):
    assert (await studio.get(f"{MUSIC}/{path}")).status_code == 404


async def test_a_body_over_a_mebibyte_is_not_read(studio):
    answer = await studio.post(f"{MUSIC}/text2music", content=b"x" * (2**20 + 1))
    assert (answer.status_code, answer.json()["detail"]) == (413, "the request is too large; at most 1 MiB")

    async def endless():
        for _ in range(40):
            yield b"x" * 2**16

    assert (await studio.post(f"{MUSIC}/text2music", content=endless())).status_code == 413


async def test_a_page_of_another_site_can_not_make_jobs(studio):
    for origin, status in (("https://evil.example", 403), ("null", 403), ("http://studio.local", 200)):
        answer = await studio.post(f"{MUSIC}/text2music", json={"caption": "x"}, headers={"Origin": origin})
        assert answer.status_code == status


async def test_the_catalogue(studio):
    presets = (await studio.get(f"{MUSIC}/presets")).json()["genre_presets"]
    assert list(presets) == list(GENRE_PRESETS)
    assert "jazz" in presets["Jazz"]
    availability = (await studio.get(f"{MUSIC}/v3/availability")).json()
    assert availability == {"available": False, "revise": False}
    assert (await studio.get(f"{MUSIC}/model/status")).json()["status"] == "ready"
    assert (await studio.get(f"{MUSIC}/sample-data")).json()["caption"]
    wallet = (await studio.get("/api/v1/api-wallet/balance")).json()
    assert (wallet["balance_cents"], wallet["balance_usd"]) == (0, "0.00")
    prices = (await studio.get("/api/v1/api-wallet/pricing")).json()["services"]
    assert prices["stem_extraction"]["rate_per_minute"] == 0
    assert wallet["low_balance_warning"] is False
    asked = {"service_type": "stem_extraction", "duration_seconds": 90}
    cost = (await studio.post("/api/v1/api-wallet/estimate", json=asked)).json()
    assert (cost["cost_cents"], cost["duration_minutes"]) == (0, 1.5)
    assert (await studio.post("/api/v1/api-wallet/estimate", json={})).status_code == 422
    assert (await studio.get("/health")).json()["status"] == "ok"


async def test_the_openapi_document_describes_what_is_taken(studio):
    document = (await studio.get("/openapi.json")).json()
    assert document["openapi"] == "3.1.0"
    assert "$defs" not in json.dumps(document)

    def schema(path):
        body = document["paths"][f"{MUSIC}/{path}"]["post"]["requestBody"]
        return body["content"]["application/json"]["schema"]

    for path in (
        *MODES,
        "cover",
        "reference",
        "analyze",
        "extract-stem",
        "retake",
        "repaint",
        "extend",
        "edit",
    ):
        Draft202012Validator.check_schema(schema(path))
    assert {"query", "audio_duration"} <= schema("simple")["properties"].keys()
    assert "lm_top_p" not in schema("simple")["properties"]
    assert {"caption", "audio_duration", "lm_top_p"} <= schema("text2music")["properties"].keys()
    assert not {"mode", "duration", "advanced"} & schema("text2music")["properties"].keys()
    assert schema("cover")["required"] == ["src_audio_url", "caption"]
    assert document["components"]["schemas"]["Job"]["properties"]["progress"]["maximum"] == 100


async def test_two_jobs_do_not_wait_for_each_other_and_analyses_for_none(tmp_path):
    async with opened(tmp_path, workers=1) as studio:
        beep = await studio.make(caption="x")
        slow = await studio.create(caption="slow 60")
        await studio.wait(slow, "PROCESSING")
        with anyio.fail_after(15):
            answer = await studio.post(f"{MUSIC}/analyze", json={"audio_url": beep["output_url"]})
        assert answer.json()["success"]
        assert (await studio.job(slow))["status"] == "PROCESSING"


@pytest.mark.slow
def test_importing_the_application_imports_no_audio_library():
    code = "import sys, audiopod_mcp.studio.app, audiopod_mcp.studio.serving; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "scipy", "soundfile", "soxr", "uvicorn"} & set(loaded.stdout.split())


async def test_one_caller_can_not_fill_the_queue_for_good(tmp_path):
    async with opened(tmp_path, queue=2) as studio:
        first = await studio.create(caption="slow 20", audio_duration=5)
        await studio.create(caption="slow 20", audio_duration=5)
        refused = await studio.post(f"{MUSIC}/text2music", json={"caption": "one too many"})
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "10"
        assert "2 jobs are unfinished already" in refused.json()["detail"]
        other = await studio.post(f"{MUSIC}/text2music", json={"caption": "a"}, headers={"X-API-Key": "ap_b"})
        assert other.status_code == 200
        await studio.delete(f"{MUSIC}/jobs/{first}")
        assert (await studio.post(f"{MUSIC}/text2music", json={"caption": "now"})).status_code == 200


async def test_an_edit_of_which_nothing_is_understood_is_refused_before_there_is_a_job(tmp_path):
    soundfile.write(tmp_path / "tone.wav", np.sin(np.arange(8_000) / 5) / 9, 8_000)
    async with opened(tmp_path / "data", engine="local", workers=0, local_folders=(tmp_path,)) as studio:
        address, edit = f"{MUSIC}/edit", {"src_audio_url": str(tmp_path / "tone.wav")}
        for prompt in ("oink like a pig", "mach das Schlagzeug lauter", "the drums are great"):
            answer = await studio.post(address, json=edit | {"edit_target_prompt": prompt})
            assert answer.status_code == 422
            assert answer.json()["detail"].startswith("edit_target_prompt: ")
        assert (await studio.get(f"{MUSIC}/jobs")).json() == []
        # What may be possible is for the engine to say, which has heard the track.
        for more in ({"edit_target_prompt": "as a bossa nova"}, {"edit_target_lyrics": "la la"}):
            other = await studio.post(address, json=edit | more)
            assert "edit_target_prompt" not in str(other.json().get("detail"))
