"""Through real hosts, a model gets what it needs to go on: in the text or the structure, whichever the host hands on."""

import pytest

from .real import HOSTS, run
from .scripted_model import Call, scripted

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

CAPTION = "lo-fi hip hop, 80 bpm, A minor, piano, bass and drums"


def words(result):
    return "\n".join(block["text"] for block in result if "text" in block)


@pytest.fixture(params=HOSTS, scope="module")
def session(request, tmp_path_factory):
    """One session of each host: what its model got of every call."""
    host = HOSTS[request.param]
    home = tmp_path_factory.mktemp(request.param)
    calls = {
        "make": Call("generate_music", {"mode": "prompt2instrumental", "caption": CAPTION, "duration": 120, "seed": 3}),
        "finish": Call("get_job", {"job_id": 1, "wait_seconds": 100}),
        "analyse": Call("analyze_audio", {"audio_url": "audiopod://jobs/1"}),
        "stem": Call("extract_stem", {"src_audio_url": "audiopod://jobs/1", "track_name": "drums"}),
        "stem done": Call("get_job", {"job_id": 2, "wait_seconds": 100}),
        "edit": Call("edit_track", {"source_job_id": 1, "edit_target_prompt": "drums 6 dB quieter"}),
        "edit done": Call("get_job", {"job_id": 3, "wait_seconds": 100}),
        "mistake": Call("list_jobs", {"limmit": 3}),
        "list": Call("list_jobs", {}),
        "picture": Call("show_audio", {"job_id": 1}),
    }  # fmt: skip
    with scripted(*calls.values()) as (model, url):
        # One second is shorter than the work: the first call comes back while the job runs.
        said = run(host, home, url, AUDIOPOD_MAX_WAIT="1", AUDIOPOD_DATA_DIR=str(home / "data"))
    assert len(model.results) == len(calls), said
    return host, dict(zip(calls, model.results, strict=True))


def test_a_job_that_still_runs_says_how_to_go_on(session):
    _, got = session
    text = words(got["make"])
    assert "get_job" in text
    assert "wait_seconds" in text
    assert "audiopod://jobs/1" in text or '"job_id": 1' in text or '"job_id":1' in text


def test_a_finished_job_says_what_it_is_and_where(session):
    _, got = session
    text = words(got["finish"])
    assert "audiopod://jobs/1" in text
    assert "80" in text
    assert "A Minor" in text
    assert len(text) < 1500


def test_an_analysis_says_what_was_heard(session):
    _, got = session
    text = words(got["analyse"])
    assert "4/4" in text
    assert "audiopod://analyses/" in text


def test_stem_and_edit_say_what_was_done(session):
    _, got = session
    assert "audiopod://jobs/2" in words(got["stem done"])
    edit = words(got["edit done"])
    assert "audiopod://jobs/3" in edit
    assert "drums" in edit.lower()


def test_a_mistake_is_named(session):
    _, got = session
    assert "limit" in words(got["mistake"])
    assert "limmit" in words(got["mistake"])


def test_a_list_names_every_job(session):
    _, got = session
    text = words(got["list"])
    assert "lo-fi" in text
    assert all(f"{number}" in text for number in (1, 2, 3))


def test_a_picture_is_shown(session):
    _, got = session
    assert any("image" in block for block in got["picture"])
