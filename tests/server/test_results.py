"""What a job's result says, and in how many bytes."""

import json

import pytest

from audiopod_mcp.operations import Job
from audiopod_mcp.server.results import job_result

SONG = Job(
    id=1234,
    task="text2music",
    status="COMPLETED",
    display_name="Neon rain",
    audio_duration=120.0,
    actual_seeds=[502515649],
    output_url="file:///home/somebody/.local/share/audiopod-mcp/media/1234/take-1/audio.flac",
    details={"bpm": 100.0, "keyscale": "A Minor"},
    done=[
        "style synthwave",
        "100 BPM",
        "A minor",
        "mood dreamy: minor, energy 0.5",
        "plays: electronic kit, synth bass, synth pluck, pad, synth lead, riser",
    ],
    notes=["New music by rule: no neural model, no musician."],
    engine="local",
)


def test_a_finished_job_is_told_in_text_and_structure_by_less_than_a_thousand_bytes():
    result = job_result(SONG)
    text, structure = result.content[0].text, json.dumps(result.structured_content, separators=(",", ":"))
    assert len(f"{text}{structure}".encode()) < 1000
    for told in (text, structure):
        for fact in ("1234", "Neon rain", "100", "A Minor", "502515649", "audio.flac", "no neural model"):
            assert fact in told
        for done in ("style synthwave", "mood dreamy", "plays: electronic kit"):
            assert done in told
        assert told.count("100") == 1  # the tempo is a fact, and need not be done as well


@pytest.mark.parametrize(
    ("task", "caption", "said", "told"),
    [
        ("simple", "a song", "query: it is empty", "caption: it is empty"),
        ("prompt2instrumental", "a song", "prompt: it is empty", "caption: it is empty"),
        ("text2music", "a song", "caption: it is empty", "caption: it is empty"),
        ("text2music", "a song", "audio_duration: too long", "duration: too long"),
        ("edit", "remove the vocals", "edit_target_prompt: no", "edits or edit_target_prompt: no"),
        ("edit", "as a bossa nova", "edit_target_prompt: no", "edit_target_prompt: no"),
        ("edit", None, "gave up: out of memory", "gave up: out of memory"),
        ("extract", None, "track_name: none", "track_name: none"),
        ("something", None, "query: none", "query: none"),
        (None, None, "no reason", "no reason"),
    ],
)
def test_a_failure_names_the_argument_and_not_what_it_travelled_as(task, caption, said, told):
    failed = Job(id=1, status="FAILED", task=task, caption=caption, error_message=said)
    result = job_result(failed)
    assert result.structured_content["error"] == told
    assert told in result.content[0].text
