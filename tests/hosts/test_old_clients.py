"""Clients of protocols before 2025-06-18 know neither links nor structured content: they work, and lose nothing."""

import pytest

from tests.server.sessions import BEEPER, parameters

from .clients import HERE, node_modules_of, python_of, run

pytestmark = pytest.mark.slow

TUNE = {"mode": "prompt2instrumental", "caption": "lack oud"}
CALLS = [
    ("generate_music", TUNE),
    ("get_job", {"job_id": 1}),
    ("analyze_audio", {"audio_url": "audiopod://jobs/1"}),
    ("extract_stem", {"src_audio_url": "audiopod://jobs/1", "track_name": "bass"}),
    ("generate_lrc", {"job_id": 1, "wordz": "no such argument"}),
    ("show_audio", {"job_id": 1}),
    ("rename_job", {"job_id": 1, "display_name": "II"}),
    ("list_jobs", {}),
    ("get_job", {"job_id": 99}),
    ("delete_job", {"job_id": 1}),
]


def check(told):
    assert len(told["tools"]) > 15
    errors = [result["is_error"] for result in told["results"]]
    assert errors == [False, False, False, False, True, False, False, False, True, False]
    made, again, heard, stem, refused, shown, _, listed, missing, _ = (
        "\n".join(result["content"]) for result in told["results"]
    )
    assert made == again
    for text, words in (
        (made, ("audiopod://jobs/1", "Not done: “oud”", "120 BPM", "file://")),
        (heard, ("120 BPM", "audiopod://analyses/")),
        (stem, ("audiopod://jobs/2", "file://")),
        (refused, ("wordz: unknown argument",)),
        (shown, ("image", "waveform of job 1")),
        (listed, ("“II”: “lack oud”", "2 extract_stem")),
        (missing, ("job_id 99", "list_jobs")),
    ):
        for word in words:
            assert word in text


def server(folder):
    return parameters(folder, **BEEPER).model_dump(include={"command", "args", "env"})


@pytest.mark.parametrize(("name", "version"), [("mcp-1.3.0", "2024-11-05"), ("mcp-1.9.4", "2025-03-26")])
def test_python_sdks(name, version, tmp_path):
    told = run([python_of(name), str(HERE / "python_client.py")], server(tmp_path), CALLS)
    assert told["version"] == version
    check(told)


@pytest.mark.parametrize("name", ["typescript-1.11.0", "typescript"])
def test_typescript_sdks(name, tmp_path):
    modules = node_modules_of(name).resolve().as_posix()
    script = str(HERE / "typescript_client.mjs")
    told = run(["node", script], modules, server(tmp_path), CALLS)
    if name == "typescript":  # it knows links, which come beside the text
        told["results"] = [
            result | {"content": [block for block in result["content"] if block != "resource_link"]}
            for result in told["results"]
        ]
    check(told)
