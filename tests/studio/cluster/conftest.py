import pytest


@pytest.fixture(scope="session")
def postgres():
    from tests.studio.postgres import Postgres

    server = Postgres()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def prepared(postgres):
    from audiopod_mcp.studio.jobs.postgres import migrate

    url = postgres.new_database()
    assert migrate(url)
    assert migrate(url) == []
    return url


@pytest.fixture
def database_url(prepared):
    """A database without jobs: emptied, which takes less time than making one."""
    import psycopg

    with psycopg.connect(prepared, autocommit=True) as connection:
        connection.execute(
            "TRUNCATE jobs, answers, analyses, tombstones, leftovers, rates, procrastinate_jobs, "
            "procrastinate_workers, procrastinate_periodic_defers, procrastinate_events RESTART IDENTITY"
        )
    return prepared


@pytest.fixture(params=["a file", "PostgreSQL"])
def kind(request):
    """Options of a studio of each kind."""
    if request.param == "a file":
        return {}
    return {"database_url": request.getfixturevalue("database_url")}


@pytest.fixture
def cluster(tmp_path, database_url):
    from tests.studio.cluster.clusters import Cluster

    made = Cluster(tmp_path, database_url)
    yield made
    made.end()


@pytest.fixture(scope="session")
def an_s3():
    pytest.importorskip("moto", reason="needs moto, an S3 to test against")
    from tests.studio.bucket import Bucket

    made = Bucket()
    yield made
    made.end()


@pytest.fixture
def bucket(an_s3, monkeypatch, tmp_path):
    """An object store with nothing in it, which the environment says how to reach."""
    an_s3.url = f"s3://music/{tmp_path.name}"
    for name, value in an_s3.variables.items():
        monkeypatch.setenv(name, value)
    return an_s3
