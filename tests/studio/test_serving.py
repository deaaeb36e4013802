"""The studio as a service of its own: who may reach it, and that it leaves politely."""

import signal

import pytest

from audiopod_mcp.settings import SettingsError
from audiopod_mcp.studio.app import create_studio
from audiopod_mcp.studio.config import StudioConfig
from audiopod_mcp.studio.serving import is_loopback, serve_studio
from tests.studio.studios import MUSIC

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_this_machine(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com", ""])
def test_an_open_studio_does_not_listen_to_everybody(host, tmp_path):
    assert not is_loopback(host)
    with pytest.raises(SettingsError, match="--allow-public"):
        serve_studio(StudioConfig(data_dir=tmp_path), host, 8770)


@pytest.mark.parametrize("engine", ["acestep-2", "nowhere.at:All", "beeping", ""])
def test_engines_that_do_not_exist_are_refused_at_once(engine, tmp_path):
    with pytest.raises(SettingsError, match="AUDIOPOD_ENGINE"):
        create_studio(StudioConfig(data_dir=tmp_path, engine=engine))


def test_a_name_that_was_made_to_mean_this_machine_is_not_answered(serve):
    studio = serve()
    for host, status in (("evil.example", 400), ("evil.example:80", 400), ("localhost:1", 200)):
        assert studio.client.get("/health", headers={"Host": host}).status_code == status
    port = studio.url.rpartition(":")[2]
    job = studio.job(studio.create(caption="x"))
    done = studio.wait(job["id"])
    assert done["output_url"].startswith(f"http://127.0.0.1:{port}/media/")
    by_name = studio.client.get(f"{MUSIC}/jobs", headers={"Host": f"localhost:{port}"}).json()
    assert by_name[0]["output_url"].startswith(f"http://localhost:{port}/media/")


def test_links_begin_with_the_public_address(serve):
    studio = serve(public_url="https://music.example/studio/")
    job = studio.wait(studio.create(caption="x"))
    assert job["output_url"].startswith("https://music.example/studio/media/")
    answer = studio.client.post(f"{MUSIC}/cover", json={"src_audio_url": job["output_url"], "caption": "x"})
    assert studio.wait(answer.json()["job"]["id"])["status"] == "COMPLETED"


def test_interrupting_ends_it(serve):
    studio = serve()
    studio.create(caption="slow 60")
    studio.process.send_signal(signal.SIGINT)
    studio.process.wait(10)
