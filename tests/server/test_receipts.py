"""What a job did and what it did not reaches whoever reads the text, and whoever reads the structure."""

import pytest

from .sessions import BEEPER, ERAS, session

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@pytest.mark.parametrize("era", ERAS)
async def test_what_was_not_done_is_told_in_text_and_structure(era, tmp_path):
    async with session("stdio", era, tmp_path, **BEEPER) as client:
        made = await client.call_tool(
            "generate_music", {"mode": "prompt2instrumental", "caption": "lack a theremin"}
        )
        again = await client.call_tool("get_job", {"job_id": made.structured_content["job_id"]})
        for result in (made, again):
            assert result.structured_content["done"] == ["beeps"]
            assert result.structured_content["not_done"] == [
                {"asked": "a theremin", "instead": "beeps play in its place"}
            ]
            text = result.content[0].text
            assert "Done: “beeps”" in text
            assert "Not done: “a theremin”: “beeps play in its place”" in text


async def test_what_can_not_be_edited_is_told_of_the_argument_and_is_not_to_be_tried_again(tmp_path):
    async with session("stdio", "legacy", tmp_path) as client:
        song = {"mode": "prompt2instrumental", "caption": "piano trio", "duration": 6, "seed": 1}
        job = (await client.call_tool("generate_music", song)).structured_content["job_id"]
        edits = {"edits": [{"action": "remove", "on": ["trumpet"]}]}
        for wish, argument in (
            (edits, "edits"),
            ({"edit_target_prompt": "no trumpet"}, "edit_target_prompt"),
        ):
            failed = (await client.call_tool("edit_track", {"source_job_id": job, **wish})).structured_content
            assert failed["status"] == "FAILED"
            assert failed["error"].startswith(f"{argument}: there are no brass in this track")
            assert "retry_job" not in failed["next"]
            # A later call knows no more than what travelled.
            later = (await client.call_tool("get_job", {"job_id": failed["job_id"]})).structured_content
            names = "edits or edit_target_prompt" if argument == "edits" else argument
            assert later["error"] == failed["error"].replace(argument, names, 1)
            assert later["next"] == failed["next"]
