"""A database that is old, new, not prepared or not there: told in a line, or brought up to date."""

import os
import socket
from contextlib import aclosing

import pytest

from tests.studio.cluster.clusters import MARKS
from tests.studio.studios import opened

pytestmark = MARKS


async def test_the_doctor_looks_at_what_machines_share(tmp_path, database_url, monkeypatch):
    from audiopod_mcp.doctor import examine

    async def told():
        found = {}
        async with aclosing(examine()) as findings:
            async for finding in findings:
                found[finding.subject] = finding
                if finding.subject == "object store":  # what follows is asked elsewhere
                    return found
        return found

    monkeypatch.setenv("AUDIOPOD_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("AUDIOPOD_DATABASE_URL", database_url)
    monkeypatch.setenv("AUDIOPOD_MEDIA_URL", (tmp_path / "store").as_uri())
    found = await told()
    assert found["queue"].state == "warning"
    assert "audiopod-mcp worker" in found["queue"].fix
    assert {found[name].state for name in ("object store", "database", "notices")} == {"ok"}
    monkeypatch.setenv("AUDIOPOD_DATABASE_URL", "postgresql://127.0.0.1:1/none")
    found = await told()
    assert found["database"].state == "problem"
    assert found["database"].found.startswith("AUDIOPOD_DATABASE_URL: the database does not answer")


def test_a_machine_that_vanished_is_noticed_while_it_is_asked(database_url):
    import psycopg

    from audiopod_mcp.studio.jobs.postgres import CONNECTING

    with (
        psycopg.connect(database_url, **CONNECTING) as connection,
        socket.socket(fileno=os.dup(connection.fileno())) as asked,
    ):
        assert asked.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 10_000


async def test_tables_of_an_earlier_version_are_brought_up_to_date(tmp_path, postgres):
    import psycopg

    from audiopod_mcp.settings import SettingsError
    from audiopod_mcp.studio.jobs.postgres import migrate

    url = postgres.new_database()
    migrate(url)
    async with opened(tmp_path, database_url=url, workers=0) as front:
        job_id = await front.create(caption="x")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER TABLE jobs DROP COLUMN traceparent")
        connection.execute("DROP TABLE leftovers, rates")
        connection.execute("UPDATE versions SET version = '1' WHERE name = 'audiopod'")
        connection.execute("ALTER TABLE procrastinate_jobs ENABLE TRIGGER USER")
    with pytest.raises(SettingsError, match="--migrate"):
        async with opened(tmp_path, database_url=url):
            pass
    assert len(migrate(url)) == 2
    assert migrate(url) == []
    async with opened(tmp_path, database_url=url, workers=1) as front:
        assert (await front.wait(job_id))["status"] == "COMPLETED"


async def test_a_newer_version_may_prepare_the_database_while_this_one_runs(cluster):
    front, worker = cluster.front(), cluster.worker()
    made = [front.create(caption=f"x{number}") for number in range(20)]  # statements that come often, by then
    assert {front.wait(number)["status"] for number in made} == {"COMPLETED"}
    cluster.rows("ALTER TABLE jobs ADD COLUMN something TEXT")
    try:
        after = [front.create(caption=f"y{number}") for number in range(5)]
        assert [front.wait(number)["status"] for number in after] == ["COMPLETED"] * 5
        assert worker.poll() is None
    finally:
        cluster.rows("ALTER TABLE jobs DROP COLUMN something")


async def test_a_database_that_was_not_prepared_says_so(tmp_path, postgres):
    from audiopod_mcp.settings import SettingsError

    with pytest.raises(
        SettingsError, match=r"^AUDIOPOD_DATABASE_URL: .*; run audiopod-mcp studio --migrate$"
    ):
        async with opened(tmp_path, database_url=postgres.new_database()):
            pass


def test_a_folder_that_can_not_be_made_is_told_as_the_object_store(tmp_path):
    from audiopod_mcp.settings import SettingsError
    from audiopod_mcp.studio.media.bucket import BucketMedia

    (tmp_path / "file").write_text("x")
    with pytest.raises(SettingsError, match=r"^AUDIOPOD_MEDIA_URL: it can't be used \(.+\); correct it"):
        BucketMedia(tmp_path / "data", "x", (tmp_path / "file" / "store").as_uri())


@pytest.mark.parametrize("password", ["gehe%im77", "gehe im77", "gehe@im77", "gehe/im77"])
def test_an_address_that_can_not_be_read_is_not_told(tmp_path, password):
    from audiopod_mcp.settings import SettingsError
    from audiopod_mcp.studio.serving import prepare_database

    with pytest.raises(SettingsError, match=r"^AUDIOPOD_DATABASE_URL: the address can't be read") as refused:
        prepare_database(f"postgresql://u:{password}@127.0.0.1:1/db")
    assert "gehe" not in str(refused.value)
    assert "im77" not in str(refused.value)


async def test_why_a_database_does_not_answer_is_told(tmp_path, postgres):
    from audiopod_mcp.settings import SettingsError

    nobodys = postgres.new_database().replace("postgres@", "nobody:secret@")
    with pytest.raises(SettingsError, match='role "nobody" does not exist'):
        async with opened(tmp_path, database_url=nobodys):
            pass
