"""Mistakes are refused in one line that names the argument, before any service hears of them."""

import pytest
from anyio.from_thread import start_blocking_portal
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS

from audiopod_mcp.server import Service, build_server

REPAINT = {"repainting_start": 1, "repainting_end": 2, "caption": "x"}


def no_service(key):
    raise AssertionError("a mistake must not reach the service")


@pytest.fixture(scope="module")
def ask():
    """Asks from tests that are not async, all through one session: ``ask("call_tool", name, arguments)``."""
    with start_blocking_portal() as portal:
        client = Client(build_server(Service(connect=no_service)))
        with portal.wrap_async_context_manager(client):
            yield lambda method, *arguments: portal.call(getattr(client, method), *arguments)


def refused(ask, tool, arguments):
    result = ask("call_tool", tool, arguments)
    assert result.is_error
    (block,) = result.content
    assert "\n" not in block.text
    assert "pydantic" not in block.text
    return block.text


@pytest.mark.parametrize(
    ("tool", "arguments", "line"),
    [
        ("generate_music", {}, "caption: required"),
        ("generate_music", {"caption": "x", "bpm": 900}, "bpm: 900 is out of range; allowed 30 to 300"),
        ("generate_music", {"caption": "x", "bpm": "fast"}, "bpm: 'fast' is not a whole number"),
        (
            "generate_music",
            {"caption": "x", "duration": 0.5},
            "duration: 0.5 is out of range; allowed 1 to 600, or -1",
        ),
        ("generate_music", {"caption": "x" * 2049}, "caption: 2049 characters; at most 2048 allowed"),
        ("generate_music", {"caption": "x", "keyscale": "H dur"}, "keyscale: 'H dur' is not a key"),
        (
            "generate_music",
            {"caption": "x", "timesignature": "5/4"},
            "timesignature: '5/4' is not one of '2/4', '3/4', '4/4' or '6/8'; write 5/4 in the caption",
        ),
        ("generate_music", {"caption": ""}, "caption: required"),
        ("generate_music", {"caption": "null"}, "caption: required"),
        (
            "generate_music",
            {"caption": "x", "duration": "20:00"},
            "duration: 1200.0 is out of range; allowed -1 to 600",
        ),
        ("generate_music", {"caption": "x", "tempo": 90}, "tempo: only for mode 'text2samples'; use bpm"),
        (
            "generate_music",
            {"caption": "x", "mode": "lyric2vocals"},
            "lyrics: mode 'lyric2vocals' sings lyrics",
        ),
        ("generate_music", {"caption": "x", "mode": "simple", "bpm": 90}, "bpm: not taken by mode 'simple'"),
        ("generate_music", {"caption": "x", "mode": "text2samples", "duration": 121}, "allowed 1 to 120"),
        (
            "generate_music",
            {"caption": "x", "instrumental": True, "lyrics": "la"},
            "lyrics: instrumental music",
        ),
        (
            "generate_music",
            {"caption": "x", "shift": 2},
            "shift: unknown argument; it belongs inside 'advanced'",
        ),
        (
            "generate_music",
            {"caption": "x", "advanced": {"shift": 9}},
            "advanced.shift: 9 is out of range; allowed 1",
        ),
        ("delete_job", {"job_id": True}, "job_id: 'true' is not a whole number"),
        ("get_job", {"job_id": False}, "job_id: 'false' is not a whole number"),
        ("generate_music", {"caption": "x", "duration": True}, "duration: 'true' is not a number"),
        ("retake_track", {"original_job_id": 1, "retake_seeds": [True]}, "is not a whole number"),
        ("generate_music", {"caption": "x", "seed": 2**40}, "seed: 1099511627776 is out of range"),
        ("cover_song", {"caption": "jazz"}, "src_audio_url: required"),
        (
            "cover_song",
            {"caption": "jazz", "src_audio_url": "a", "audio_cover_strengh": 1},
            "did you mean 'audio_cover_strength'?",
        ),
        ("cover_song", {"caption": "jazz", "src_audio_url": "/etc/passwd"}, "src_audio_url: local files"),
        ("cover_song", {"caption": "jazz", "src_audio_url": "audiopod://jobs/x"}, "names no job"),
        (
            "extract_stem",
            {"src_audio_url": "http://a/b", "track_name": "kazoo"},
            "track_name: 'kazoo' is not one of",
        ),
        ("retake_track", {"original_job_id": 0}, "original_job_id: 0 is out of range; allowed 1 or more"),
        ("repaint_section", REPAINT, "give exactly one of source_job_id and src_audio_url"),
        ("repaint_section", REPAINT | {"source_job_id": 1, "src_audio_url": "http://a"}, "give exactly one"),
        (
            "repaint_section",
            {"repainting_start": 9, "repainting_end": 3, "caption": "x", "source_job_id": 1},
            "repainting_end: 3 is not after repainting_start (9)",
        ),
        ("extend_track", {"prompt": "x"}, "give exactly one of source_job_id and src_audio_url"),
        ("extend_track", {"prompt": "x", "source_job_id": 1, "src_audio_url": "http://a"}, "exactly one"),
        ("retake_track", {}, "give exactly one of original_job_id and src_audio_url"),
        ("edit_track", {"edit_target_prompt": "x"}, "give exactly one of source_job_id and src_audio_url"),
        ("extend_track", {"source_job_id": 1, "prompt": "x", "right_extend_length": 0}, "are both 0"),
        ("extend_track", {"source_job_id": 1, "prompt": "x", "right_extend_length": 61}, "allowed 0 to 60"),
        ("edit_track", {"source_job_id": 1}, "give edits, edit_target_prompt or edit_target_lyrics"),
        (
            "edit_track",
            {"source_job_id": 1, "edit_target_prompt": "x", "edit_n_min": 1, "edit_n_max": 0},
            "edit_n_max",
        ),
        (
            "edit_track",
            {"source_job_id": None, "edit_target_prompt": "x"},
            "give exactly one of source_job_id",
        ),
        ("generate_lrc", {"job_id": "twelve"}, "job_id: 'twelve' is not a whole number"),
        ("get_job", {"job_id": 1, "wait_seconds": -1}, "wait_seconds: -1 is out of range; allowed 0 to 600"),
        ("rename_job", {"job_id": 1, "display_name": " "}, "display_name: required"),
    ],
)
def test_a_mistake_is_one_line_about_the_argument(ask, tool, arguments, line):
    assert line in refused(ask, tool, arguments)


def test_what_there_is_instead_is_told_once(ask):
    line = refused(ask, "generate_music", {"caption": "x", "zzz": 1, "qqq": 2})
    assert "zzz: unknown argument" in line
    assert "qqq: unknown argument" in line
    assert line.count("known are ") == 1


def test_objects_sent_as_json_text_are_taken_as_meant(ask):
    arguments = {"caption": "x", "advanced": '{"shift": 9}'}
    assert "advanced.shift: 9 is out of range" in refused(ask, "generate_music", arguments)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
TOOLS = ["generate_music", "cover_song", "retake_track", "edit_track", "generate_lrc", "list_jobs"]
NAMES = [
    "caption",
    "bpm",
    "advanced",
    "src_audio_url",
    "retake_seeds",
    "source_job_id",
    "lyrics",
    "mode",
    "nonsense",
]


@settings(max_examples=100)
@given(
    arguments=st.dictionaries(st.sampled_from(NAMES), json_values, max_size=5), tool=st.sampled_from(TOOLS)
)
def test_whatever_is_sent_the_answer_is_a_clean_line(ask, arguments, tool):
    result = ask(
        "call_tool", tool, {"job_id": "no id", **arguments}
    )  # a wrong argument for every one of them
    assert result.is_error
    (block,) = result.content
    assert "job_id" in block.text
    assert block.text.isprintable()


uris = st.text(max_size=40) | st.builds(
    "audiopod://{}{}{}".format,
    st.sampled_from(["jobs/", "analyses/", "jobs", "//jobs/", "JOBS/", ""]),
    st.sampled_from(["0", "-1", "1e3", "１", "9" * 30, "../1", "%31", "1?x=1", "1/audio/../..", "a b", "\0"]),
    st.sampled_from(["", "/audio", "/audio/", "/audio/FLAC", "/lyrics/x", "/waveform%00", "/stems"]),
)


@pytest.mark.slow
@settings(max_examples=100)
@given(uri=uris)
def test_whatever_uri_is_read_the_answer_is_that_there_is_no_such_thing(ask, uri):
    with pytest.raises(MCPError) as refused:
        ask("read_resource", uri)
    assert refused.value.error.code == INVALID_PARAMS
    assert "\n" not in refused.value.error.message
