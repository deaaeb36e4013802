"""Jobs and answers are delivered once, fairly, and to nobody who gave up."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from urllib.parse import urljoin

import anyio

from audiopod_mcp.studio.config import StudioConfig
from tests.studio.cluster.clusters import ANOTHER, JOB, MARKS, both
from tests.studio.studios import MUSIC, opened, until

pytestmark = MARKS


def queues(folder, url, engines):
    """Queues of a process for each of ``engines``, to the first of which the store belongs."""
    from audiopod_mcp.studio.jobs.instances import Instance
    from audiopod_mcp.studio.jobs.local_queue import LocalQueue
    from audiopod_mcp.studio.jobs.postgres import PostgresDatabase
    from audiopod_mcp.studio.jobs.postgres_queue import PostgresQueue
    from audiopod_mcp.studio.jobs.shared_file import SharedFile
    from audiopod_mcp.studio.media.store import MediaStore

    made = []
    for engine in engines:
        config = StudioConfig(data_dir=folder, engine=engine, workers=200, database_url=url)
        if url is None:
            database, instance = SharedFile(folder / "studio.db"), Instance(folder)
            media = MediaStore(folder, instance.id)
            made.append((database, LocalQueue(config, database, instance, media)))
        else:
            database = PostgresDatabase(url)
            made.append((database, PostgresQueue(config, url, database)))
    return made


@asynccontextmanager
async def some_queues(folder, kind, count, engines=None):
    from audiopod_mcp.studio.jobs.store import Store

    made = queues(folder, kind.get("database_url"), engines or ["e"] * count)
    try:
        yield Store(made[0][0]), [queue for _, queue in made], [database for database, _ in made]
    finally:
        for database, queue in made:
            await queue.close()
            database.close()


def fill(store, queue, owners):
    """Jobs of ``owners``; their numbers."""
    numbers = []
    with store.database.transaction():
        for owner in owners:
            job, _ = store.create({**JOB, "owner": owner, "engine": "e"})
            queue.put("jobs", job.id, owner)
            numbers.append(job.id)
    return numbers


async def test_two_who_take_get_each_of_200_once(tmp_path, kind):
    async with some_queues(tmp_path, kind, 2) as (store, takers, _):
        numbers = await anyio.to_thread.run_sync(fill, store, takers[0], [f"{n % 7}" for n in range(200)])
        taken = []

        async def take_all(queue):
            while delivery := await queue.take("jobs"):
                taken.append(delivery.number)

        async with anyio.create_task_group() as tasks:
            for queue in takers:
                tasks.start_soon(take_all, queue)
        assert sorted(taken) == numbers


async def test_an_engine_may_have_a_long_name(tmp_path, database_url):
    names = ["a_company.music.engines:" + "X" * 60, "a_company.music.engines:" + "X" * 60 + "2"]
    async with some_queues(tmp_path, {"database_url": database_url}, 2, names) as (store, takers, _):
        numbers = [fill(store, queue, [""])[0] for queue in takers]
        taken = [(await queue.take("jobs")).number for queue in takers]
        assert taken == numbers
        await anyio.to_thread.run_sync(takers[0]._put_lost)
        assert await takers[0].take("jobs") is None  # it was not lost


async def test_of_two_who_begin_the_same_the_earlier_is_refused(tmp_path, kind):
    from audiopod_mcp.studio.jobs.ledger import Ledger, Report

    async with some_queues(tmp_path, kind, 2) as (store, takers, databases):
        numbers = fill(store, takers[0], [""] * 30)
        ledgers = [Ledger(database, "jobs") for database in databases]
        with ThreadPoolExecutor(2) as threads:
            begun = list(threads.map(lambda ledger: [ledger.begin(number) for number in numbers], ledgers))
        done = {"status": "COMPLETED"}
        for pair in zip(*begun, strict=True):
            assert sorted(job.attempt for job in pair) == [1, 2]
            earlier, later = sorted(pair, key=lambda job: job.attempt)
            ledger = ledgers[0]
            reports = [Report(job.id, job.attempt, 50.0, "x") for job in pair]
            assert ledger.progress(reports[:1]) | ledger.progress(reports[1:]) == {later.id}
            assert not ledger.put_back(earlier.id, earlier.attempt)
            assert not ledger.finish(earlier.id, earlier.attempt, done)
            assert ledger.finish(later.id, later.attempt, done)
            assert ledger.begin(later.id) is None


async def test_one_who_wants_little_does_not_wait_for_one_who_wants_much(tmp_path, kind):
    async with some_queues(tmp_path, kind, 1) as (store, (queue,), _):
        numbers = fill(store, queue, [*["much"] * 200, "little"])
        first = [(await queue.take("jobs")).number for _ in range(2)]
        assert numbers[-1] in first


async def test_who_waits_behind_many_is_told_to_ask_less_often(tmp_path, kind):
    async def told(front, job_id, key=None, **headers):
        headers |= {"X-API-Key": key} if key else {}
        answer = await front.get(f"{MUSIC}/jobs/{job_id}/status", headers=headers)
        return answer.json()["status"], int(answer.headers.get("retry-after", 0))

    async with both(tmp_path, kind) as front:
        alone = await front.create(caption="slow 1")
        assert (await told(front, alone))[1] == 0
        await front.wait(alone)
        running = await front.create(caption="slow 300")
        await front.begins(running)
        waiting = [await front.create(caption="slow 300") for _ in range(60)]
        other = await front.create(caption="x", headers={"X-API-Key": ANOTHER})
        assert await told(front, running) == ("PROCESSING", 0)
        hints = [(await told(front, job_id))[1] for job_id in waiting]
        assert hints == sorted(hints)
        assert hints[0] == 0
        assert 5 <= hints[-1] <= 10  # 59 jobs before it, which take a second each
        assert await told(front, other, ANOTHER) == ("PENDING", 0)  # whose turn is soon
        assert await told(front, waiting[-1], Prefer="wait=1") == ("PENDING", 0)


async def test_pages_are_right_while_jobs_come_in(tmp_path, kind):
    async with opened(tmp_path, workers=0, **kind) as front:
        made = [await front.create(caption=f"a & b>c {number}") for number in range(10)]
        address, told = f"{MUSIC}/jobs?limit=3&search=b%3Ec", []
        while address:
            page = await front.get(address)
            assert len(page.json()) <= 3
            told += [job["id"] for job in page.json()]
            await front.create(caption="a & b>c, meanwhile")
            address = urljoin(str(page.url), page.links["next"]["url"]) if "next" in page.links else None
        assert told == made[::-1]
        for order in ("sort_by=status", "sort_order=asc"):
            assert "link" not in (await front.get(f"{MUSIC}/jobs?limit=3&{order}")).headers


async def test_a_deleted_job_frees_its_place_whatever_code_it_is_in(tmp_path, kind):
    async with both(tmp_path, kind) as front:
        job_id = await front.create(caption="hang")
        await front.wait(job_id, "PROCESSING")
        await anyio.sleep(1)
        assert (await front.delete(f"{MUSIC}/jobs/{job_id}")).status_code == 200
        assert (await front.make(caption="next"))["status"] == "COMPLETED"


async def test_an_analysis_waits_for_no_song_and_nothing_is_left_of_one_that_nobody_waits_for(tmp_path, kind):
    hold = tmp_path / "hold"
    async with both(tmp_path / "data", kind, environment={"BEEPER_HOLD": str(hold)}) as front:
        made = await front.make(caption="x")
        busy = await front.create(caption="slow 60")
        await front.begins(busy)
        ask = {"audio_url": f"audiopod://jobs/{made['id']}"}
        answer = await front.post(f"{MUSIC}/analyze", json=ask)
        assert answer.json()["bpm"] == 120.0
        hold.touch()
        with anyio.move_on_after(2):
            await front.post(f"{MUSIC}/analyze", json=ask)
        hold.unlink()
        database = front.app.state.studio.store.database

        async def is_gone():
            return not await anyio.to_thread.run_sync(database.rows, "SELECT id FROM answers")

        await until(is_gone)
        assert (await front.post(f"{MUSIC}/analyze", json=ask)).status_code == 200
        assert (await front.job(busy))["status"] == "PROCESSING"
        await front.delete(f"{MUSIC}/jobs/{busy}")


TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


SPAN = f"00-{TRACE}-00f067aa0ba902b7-01"
NONE_AT_ALL = (f"00-{TRACE}-0000000000000000-01", f"00-{TRACE}", "é" * 5000, None)


async def test_the_trace_of_a_request_goes_on_where_its_job_is_done(tmp_path, kind, exporter):
    async with both(tmp_path, kind) as front:
        for told in (SPAN, *NONE_AT_ALL):
            headers = {"traceparent": told.encode()} if told else {}
            job_id = await front.create(caption="x", headers=headers)
            assert "traceparent" not in await front.wait(job_id)
        stored = front.app.state.studio.store.database.rows("SELECT traceparent FROM jobs ORDER BY id")
        assert [row[0] for row in stored] == [SPAN, None, None, None, None]
    spans = [span for span in exporter.get_finished_spans() if span.name == "job text2music"]
    (job,) = (span for span in spans if span.parent)
    assert f"{job.context.trace_id:032x}" == TRACE
    assert f"{job.parent.span_id:016x}" == "00f067aa0ba902b7"
    assert len(spans) == 5
