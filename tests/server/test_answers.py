"""Text and structure of an answer are each enough alone, short, and in the words of the client's protocol."""

import json
import tempfile
from pathlib import Path

import pytest

from .raw import raw_client
from .sessions import BEEPER, ERAS, environment, finished, session

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

LYRICS = "[Verse]\nWalking down the street\nOn a sunny day"
SONG = {
    "caption": "warm lo-fi hip hop with electric piano, slow, A minor",
    "lyrics": LYRICS,
    "duration": 8,
    "seed": 3,
    "display_name": "Rainy evening",
}
TUNE = {"mode": "prompt2instrumental", "caption": "lack a theremin", "display_name": "Tune"}


def both(result):
    """The text of a result, and its structure as JSON: what models get to read, each by itself."""
    text = "\n".join(block.text for block in result.content if block.type == "text")
    return text, json.dumps(result.structured_content, ensure_ascii=False)


def size(result):
    return sum(len(told.encode()) for told in both(result))


def cost(result, folder):
    """Bytes as they are sent, wherever the test keeps its files."""
    text, _ = both(result)
    structure = json.dumps(result.structured_content, ensure_ascii=False, separators=(",", ":"))
    return len(f"{text}{structure}".replace(str(folder), "/home/somebody").encode())


@pytest.fixture
def short_folder():
    """A folder whose name is as short as people's are: those of tests would take the room of notes."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


async def test_results_cost_little_and_leave_nothing_out(short_folder):
    async with session("stdio", "legacy", short_folder) as client:
        made = await finished(client, "generate_music", SONG)
        uri = f"audiopod://jobs/{made['job_id']}"
        song = await client.call_tool("get_job", {"job_id": made["job_id"]})
        for told in both(song):
            for word in ("Rainy evening", str(made["bpm"]).removesuffix(".0"), "A Minor", uri, "file://"):
                assert word in told
        assert "0:08" in both(song)[0]
        assert song.structured_content["audio_duration"] == 8

        heard = await client.call_tool("analyze_audio", {"audio_url": uri})
        for told in both(heard):
            for word in ("BPM", heard.structured_content["keyscale"], "audiopod://analyses/", "0–"):
                assert word in told
        made = await finished(client, "extract_stem", {"src_audio_url": uri, "track_name": "drums"})
        stem = await client.call_tool("get_job", {"job_id": made["job_id"]})
        assert "…" not in both(song)[0]
        most = {"song": 1100, "heard": 1200, "stem": 1000}
        told = {"song": song, "heard": heard, "stem": stem}
        costs = {name: cost(result, short_folder) for name, result in told.items()}
        assert all(costs[name] < most[name] for name in most), costs


@pytest.fixture(scope="module", params=ERAS)
async def client(anyio_backend, request, tmp_path_factory):
    async with session("stdio", request.param, tmp_path_factory.mktemp("answers"), **BEEPER) as client:
        yield client


async def test_twenty_jobs_cost_four_kilobytes_and_can_be_told_apart(tmp_path):
    """Whatever they are called."""
    titles = [
        "",
        "Ein sehr langer Titel für ein ziemlich kurzes Stück Musik mit Umlauten äöü",
        "夜の雨" * 20,
        '"\\',
    ]
    old, new = (session("stdio", era, tmp_path, **BEEPER) for era in ERAS)
    async with old as maker, new as other:
        for number in range(24):
            caption = f"{number} dusty vinyl drums with plenty of swing and a round upright bass underneath"
            tune = {"caption": caption, "instrumental": True, "display_name": titles[number % len(titles)]}
            await maker.call_tool("generate_music", tune)
        for client in (maker, other):
            listed = await client.call_tool("list_jobs", {})
            assert len(listed.structured_content["jobs"]) == 20
            assert listed.structured_content["total"] == 24
            assert size(listed) <= 4000
            for told in both(listed):
                for word in ("20 dusty vinyl", "Ein sehr langer", "夜の雨", "list_jobs", "skip"):
                    assert word in told
            rest = await client.call_tool("list_jobs", {"skip": 20})
            assert [job["job_id"] for job in rest.structured_content["jobs"]] == [4, 3, 2, 1]
            assert "next" not in rest.structured_content


async def test_each_take_is_told_in_text_and_structure_and_can_be_gone_on_with(client):
    made = await client.call_tool("generate_music", TUNE | {"batch_size": 3})
    takes, job_id = (made.structured_content[name] for name in ("output_urls", "job_id"))
    assert list(takes) == ["flac", "flac_2", "flac_3"]
    assert "output_url" not in made.structured_content  # the first take's, which is told already
    for told in both(made):
        assert all(url in told for url in takes.values())
    for told in both(await client.call_tool("save_audio", {"job_id": job_id})):
        assert "Take 1 of 3" in told
    for path, number in (
        ("", 1),
        ("/audio", 1),
        ("/audio/mp3", 1),
        ("/audio/mp3_2", 2),
        ("/audio/flac_3", 3),
    ):
        source = f"audiopod://jobs/{job_id}{path}"
        stem = {"src_audio_url": source, "track_name": "bass"}
        job = (await finished(client, "extract_stem", stem))["job_id"]
        (contents,) = (await client.read_resource(f"audiopod://jobs/{job}")).contents
        assert json.loads(contents.text)["source_take"] == number
    refused = await client.call_tool("extract_stem", stem | {"src_audio_url": source.replace("_3", "_4")})
    assert refused.is_error
    assert f"job {job_id} has no audio 'flac_4'; it has flac" in refused.content[0].text


async def test_what_is_not_there_is_named_with_the_next_step(client):
    for tool, arguments, name in (
        ("get_job", {"job_id": 99}, "job_id 99"),
        ("show_audio", {"job_id": 99}, "job_id 99"),
        ("retake_track", {"original_job_id": 99}, "original_job_id 99"),
        ("cover_song", {"src_audio_url": "audiopod://jobs/99", "caption": "x"}, "audiopod://jobs/99"),
    ):
        result = await client.call_tool(tool, arguments)
        assert result.is_error
        assert name in result.content[0].text
        assert "list_jobs" in result.content[0].text


async def test_a_failed_job_says_what_to_do_in_text_and_structure(client):
    result = await client.call_tool("generate_music", {"caption": "refuse 0"})
    assert result.is_error
    for told in (result.content[0].text, result.structured_content["next"]):
        assert "a new call that asks for something else" in told
        assert "retry_job" not in told
    for told in (result.content[0].text, result.structured_content["error"]):
        assert "say something else" in told
    result = await client.call_tool("generate_music", {"caption": "raise"})
    assert result.is_error
    retry = f'retry_job {{"job_id": {result.structured_content["job_id"]}}}'
    for told in (result.content[0].text, result.structured_content["next"]):
        assert retry in told


@pytest.mark.parametrize("version", ["2024-11-05", "2025-03-26", "2025-06-18"])
async def test_a_client_gets_what_its_protocol_has_and_no_notice_that_it_did_not_ask_for(version, tmp_path):
    async with raw_client(version, tmp_path, **BEEPER) as client:
        tools = (await client.ask("tools/list"))["tools"]
        assert any("outputSchema" in tool for tool in tools) is (version >= "2025-06-18")
        # Where tools have no titles, their annotations have them.
        [tool] = [tool for tool in tools if tool["name"] == "generate_lrc"]
        assert (tool if version >= "2025-06-18" else tool["annotations"])["title"] == "Time the lyrics"
        assert ("title" in tool) is (version >= "2025-06-18")
        made = await client.call("generate_music", **TUNE)
        again = await client.call("get_job", job_id=1)
        kinds = {block["type"] for result in (made, again) for block in result["content"]}
        if version < "2025-06-18":
            assert kinds == {"text"}
            assert "structuredContent" not in made
            assert "Resources: audiopod://jobs/1/audio" in made["content"][0]["text"]
        else:
            assert kinds == {"text", "resource_link"}
            assert made["structuredContent"]["job_id"] == 1
        await client.call("rename_job", job_id=1, display_name="New")
        assert client.notices == []
        # What is asked for comes, if it was declared.
        await client.ask("resources/list")
        await client.ask("resources/subscribe", uri="audiopod://jobs/1")
        await client.call("rename_job", job_id=1, display_name="Newer")
        await client.call("delete_job", job_id=1)
        await client.ask("ping")
        expected = (
            {"notifications/resources/updated"} if client.capabilities["resources"]["subscribe"] else set()
        )
        if client.capabilities["resources"]["listChanged"]:
            expected.add("notifications/resources/list_changed")
        assert set(client.notices) == expected


async def test_links_in_words_for_agents_that_choke_on_links(tmp_path):
    async with session("stdio", "legacy", tmp_path, AUDIOPOD_LINKS="text", **BEEPER) as client:
        made = await client.call_tool("generate_music", TUNE)
        assert [block.type for block in made.content] == ["text"]
        assert made.content[0].text.endswith("Resources: audiopod://jobs/1/audio")
        assert made.structured_content["uri"] == "audiopod://jobs/1"


def test_another_way_of_linking_is_refused(tmp_path):
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "audiopod_mcp"],
        env=environment(tmp_path, AUDIOPOD_LINKS="html"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode
    assert "AUDIOPOD_LINKS: 'html' is not one of blocks and text" in done.stderr
