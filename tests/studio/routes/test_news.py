"""A caller that prefers to wait hears of a job when it gets on, and not before."""

import sqlite3

import anyio
import pytest

from audiopod_mcp.studio.jobs.news import LOOK_EVERY, News
from audiopod_mcp.studio.jobs.store import state_of
from tests.studio.studios import MUSIC

pytestmark = pytest.mark.anyio


async def news_of(studio, job_id, tag=None, wait=20):
    headers = {"Prefer": f"wait={wait}"} | ({"If-None-Match": tag} if tag else {})
    answer = await studio.get(f"{MUSIC}/jobs/{job_id}/status", headers=headers)
    return answer, answer.headers.get("etag")


async def test_every_step_of_a_job_is_told_once_and_its_end_at_once(studio):
    created = await studio.post(f"{MUSIC}/text2music", json={"caption": "slow 1.5"})
    job_id, tag, seen = created.json()["job"]["id"], None, []
    with anyio.fail_after(60):
        while not seen or seen[-1]["status"] in {"PENDING", "PROCESSING"}:
            answer, tag = await news_of(studio, job_id, tag)
            seen.append(answer.json())
    assert seen[-1]["status"] == "COMPLETED"
    states = [(job["status"], job["progress"], job["stage"]) for job in seen]
    assert len(states) == len(set(states))
    assert len(states) > 3
    again, same = await news_of(studio, job_id, tag, wait=0)
    assert (again.status_code, again.content, same) == (304, b"", tag)
    told, _ = await news_of(studio, job_id, '"another"')
    assert told.json()["status"] == "COMPLETED"


async def test_nothing_new_is_told_when_the_wait_is_over(studio):
    job_id = (await studio.make(caption="x"))["id"]
    _, tag = await news_of(studio, job_id)
    began = anyio.current_time()
    answer, _ = await news_of(studio, job_id, tag, wait=2)
    assert answer.status_code == 304
    assert anyio.current_time() - began >= 1.9
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: studio.delete(f"{MUSIC}/jobs/{job_id}"))
        gone, _ = await news_of(studio, job_id, tag)
    assert gone.status_code == 404


async def test_a_title_given_meanwhile_is_news(studio):
    job = await studio.make(caption="x")
    _, tag = await news_of(studio, job["id"])
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: studio.patch(f"{MUSIC}/jobs/{job['id']}", json={"display_name": "New"}))
        with anyio.fail_after(15):
            answer, _ = await news_of(studio, job["id"], tag)
    assert answer.json()["display_name"] == "New"


async def test_one_look_for_all_finds_what_was_written_elsewhere_and_disturbs_nobody_else(monkeypatch):
    monkeypatch.setitem(LOOK_EVERY, "jobs", 0.01)
    news, looks = News(), []

    def states(numbers):
        looks.append(sorted(numbers))
        if len(looks) == 1:
            raise sqlite3.OperationalError("locked")
        return {1: ("PENDING",), 2: ("COMPLETED",)}

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(news.keep, states)
        with news.of("jobs", 1) as same, news.of("jobs", 2) as changed, news.of("jobs", 3) as deleted:
            for listener in (same, changed, deleted):
                listener.known = ("PENDING",)
            with anyio.fail_after(10):
                await changed.heard.wait()
                await deleted.heard.wait()
            assert not same.heard.is_set()
        assert looks[0] == [1, 2, 3]
        tasks.cancel_scope.cancel()


async def test_a_state_is_the_same_however_it_is_read(studio):
    store = studio.app.state.studio.store
    done = (await studio.make(caption="x"))["id"]
    waits = (await studio.post(f"{MUSIC}/text2music", json={"caption": "slow 2"})).json()["job"]["id"]
    states = store.states([done, waits, 10**30, -1])
    assert set(states) == {done, waits}
    assert states[done] == state_of(store.job(done))


async def test_what_is_told_while_nobody_looks_is_not_missed():
    news = News()
    with news.of("jobs", 1) as listener, news.of("jobs", 1) as other:
        news.tell("jobs", 1)
        news.tell("jobs", 2)
        with anyio.fail_after(15):
            await listener.wait(20)
            await other.wait(20)
        began = anyio.current_time()
        await listener.wait(0.05)
        assert anyio.current_time() - began >= 0.04
    news.tell("jobs", 1)
    assert not news._listeners
