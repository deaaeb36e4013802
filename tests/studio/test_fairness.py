"""One caller, or many that are one, leave room for the others."""

import anyio
import pytest

from audiopod_mcp.studio.routes.admission import NEWCOMERS, WAITING
from tests.studio.studios import MUSIC, opened

pytestmark = pytest.mark.anyio


def key(name):
    return {"X-API-Key": f"ap_{name}"}


async def together(studio, requests, hold=None, refused=0):
    """The answers to ``requests``, (headers, path, body), made at the same time; ``hold`` goes when so many are refused."""
    answers = [None] * len(requests)

    async def ask(number, headers, path, body):
        answers[number] = await studio.post(f"{MUSIC}/{path}", headers=headers, json=body)
        if hold and [answer.status_code for answer in answers if answer].count(429) == refused:
            hold.unlink(missing_ok=True)

    async with anyio.create_task_group() as tasks:
        for number, request in enumerate(requests):
            tasks.start_soon(ask, number, *request)
    return answers


@pytest.mark.slow
async def test_callers_take_turns(tmp_path):
    log = tmp_path / "log"
    async with opened(tmp_path / "data", environment={"BEEPER_LOG": str(log)}) as studio:
        first = await studio.create(caption="slow 1", headers=key("greedy"))
        for number in range(6):
            last = await studio.create(caption=f"greedy-{number}", headers=key("greedy"))
        for number in range(2):
            for name in ("modest", "shy"):
                await studio.create(caption=f"{name}-{number}", headers=key(name))
        await studio.wait(last, headers=key("greedy"))
        assert (await studio.job(first, headers=key("greedy")))["status"] == "COMPLETED"
    order = [line.partition("-")[0] for line in log.read_text().split("\n")[1:] if line]
    assert [set(order[:3]), set(order[3:6])] == [{"greedy", "modest", "shy"}] * 2
    assert order[6:] == ["greedy"] * 4


async def test_of_new_keys_only_some_are_let_in_at_a_time(tmp_path):
    async with opened(tmp_path) as studio:
        await studio.wait(await studio.create(caption="x", headers=key("known")), headers=key("known"))
        await studio.create(caption="slow 60")
        new = [(key(number), "text2music", {"caption": "slow 60"}) for number in range(NEWCOMERS + 5)]
        refused = [answer for answer in await together(studio, new) if answer.status_code == 429]
        assert len(refused) == 5
        assert refused[0].headers["retry-after"] == "10"
        assert "too many callers with new keys" in refused[0].json()["detail"]
        for headers in (key("known"), {}):
            assert await studio.create(caption="x", headers=headers)
    async with opened(tmp_path, api_keys=frozenset({"ap_let_in"})) as studio:
        assert await studio.create(caption="x", headers=key("let_in"))


async def test_who_waits_for_many_answers_at_a_time_is_refused_some(tmp_path):
    hold = tmp_path / "hold"
    async with opened(tmp_path / "data", environment={"BEEPER_HOLD": str(hold)}) as studio:
        url = (await studio.make(caption="x"))["output_url"]
        many = [({}, "analyze", {"audio_url": url})] * (WAITING + 4)
        hold.touch()
        statuses = sorted(answer.status_code for answer in await together(studio, many, hold, 4))
        assert statuses == [200] * WAITING + [429] * 4
        new = [(key(number), "analyze", {"audio_url": url}) for number in range(NEWCOMERS + 5)]
        hold.touch()
        answers = await together(studio, [*new, many[0]], hold, 5)
        assert [answer.status_code for answer in answers].count(429) == 5
        assert answers[-1].status_code == 200
        assert not studio.app.state.studio.waiting


async def test_a_job_that_is_tried_again_counts_as_well(tmp_path):
    async with opened(tmp_path, queue=2) as studio:
        failed = (await studio.make(caption="refuse"))["id"]
        for _ in range(2):
            await studio.create(caption="slow 60")
        assert (await studio.post(f"{MUSIC}/jobs/{failed}/retry")).status_code == 429


async def test_a_request_that_comes_again_finds_its_job_however_many_wait(tmp_path):
    once = {"Idempotency-Key": "once"}
    async with opened(tmp_path, queue=2) as studio:
        first = await studio.create(caption="slow 60", headers=once)
        await studio.create(caption="slow 60")
        answer = await studio.post(f"{MUSIC}/text2music", json={"caption": "slow 60"})
        assert answer.status_code == 429
        assert await studio.create(caption="slow 60", headers=once) == first
        answer = await studio.post(f"{MUSIC}/text2music", json={"caption": "slow 61"}, headers=once)
        assert answer.status_code == 422
        other = {**once, "X-API-Key": "ap_other"}
        assert await studio.create(caption="slow 60", headers=other) != first


async def test_who_wants_many_formats_at_a_time_is_refused_some(tmp_path):
    async with opened(tmp_path) as studio:
        urls = (await studio.make(caption="x", batch_size=8))["output_urls"]
        made = [url for name, url in urls.items() if not name.startswith("flac")][: WAITING + 4]
        others = (await studio.wait(await studio.create(caption="x", headers=key("b")), headers=key("b")))[
            "output_urls"
        ]
        statuses = []

        async def get(url):
            statuses.append((await studio.get(url)).status_code)

        aside = studio.app.state.studio.on_demand.places
        async with anyio.create_task_group() as tasks:
            await aside.acquire()  # nobody who waits is served meanwhile
            for url in made:
                tasks.start_soon(get, url)
            with anyio.fail_after(20):
                while len(statuses) < 4:
                    await anyio.sleep(0.01)
            assert statuses == [429] * 4
            assert (await studio.get(urls["flac"])).status_code == 200
            tasks.start_soon(get, others["mp3"])
            await anyio.sleep(0.1)
            aside.release()
        assert sorted(statuses) == [200] * (WAITING + 1) + [429] * 4
        for url in made:
            assert (await studio.get(url)).status_code == 200
