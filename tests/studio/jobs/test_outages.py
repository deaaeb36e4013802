"""A store that fails all the time is told of now and then, and when it is well again."""

import sqlite3

import anyio
import pytest

from tests.studio.studios import MUSIC, opened, until

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

REFUSED = "requests are refused"
STORE, CARE = "the job store does not answer", "could not look after the jobs"


async def test_it_is_told_when_it_begins_ever_more_rarely_and_when_it_is_over(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("audiopod_mcp.studio.jobs.local_queue.LocalQueue.look_every", 0.01)
    monkeypatch.setattr("audiopod_mcp.studio.jobs.local_queue.LocalQueue.care_every", 0.02)
    monkeypatch.setattr("audiopod_mcp.studio.jobs.upkeep.QUIET", 0.1)
    monkeypatch.setattr("audiopod_mcp.studio.jobs.outage.FIRST_PAUSE", 0.6)

    def told(words):
        return [record for record in caplog.records if words in record.getMessage()]

    async with opened(tmp_path) as studio:
        connection = sqlite3.connect(tmp_path / "studio.db", timeout=10)
        for _ in range(2):  # a second outage is told like the first
            caplog.clear()
            connection.execute("ALTER TABLE jobs RENAME TO away")
            asked = [await studio.get(f"{MUSIC}/jobs/1") for _ in range(20)]
            assert {answer.status_code for answer in asked} == {507}
            assert len(told(REFUSED)) == 1
            await anyio.sleep(2)  # some hundred tries
            for words in (STORE, CARE):
                assert 2 <= len(told(words)) <= 4
                assert [bool(record.exc_info) for record in told(words)] == [True] + [False] * (
                    len(told(words)) - 1
                )
                assert "times: " in told(words)[-1].getMessage()
                assert "\n" not in told(words)[-1].getMessage()
            connection.execute("ALTER TABLE away RENAME TO jobs")

            async def is_well():
                return len(told("well again")) == 2

            await until(is_well)
            await anyio.sleep(0.2)
            assert len(told("well again")) == 2
            assert [record.args[-1] for record in told("not any more")] == [20]
        assert (await studio.make(caption="x"))["status"] == "COMPLETED"
        connection.close()
