import pytest

from tests.studio.studios import Served, opened


@pytest.fixture
def serve(tmp_path):
    """Start studios; they are stopped at the end."""
    started = []

    def start(data_dir=tmp_path / "data", **options):
        started.append(Served(data_dir, **options))
        return started[-1]

    yield start
    for studio in started:
        studio.stop()


@pytest.fixture(scope="module")
def songs(tmp_path_factory):
    """The folder of local files that the module's studio may read."""
    return tmp_path_factory.mktemp("songs")


@pytest.fixture(scope="module")
async def studio(anyio_backend, tmp_path_factory, songs):
    async with opened(tmp_path_factory.mktemp("data"), local_folders=(songs,)) as client:
        yield client
