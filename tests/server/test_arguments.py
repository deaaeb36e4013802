"""Arguments as language models send them are understood; what is not is refused with the way out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from audiopod_mcp.operations import (
    OPERATIONS,
    Cover,
    Edit,
    Extend,
    GenerateLrc,
    GenerateMusic,
    JobQuery,
    Repaint,
    Retake,
    as_meant,
)
from audiopod_mcp.operations.validation import error_lines

from .sessions import BEEPER, session


def body(model, **arguments):
    return model.model_validate(as_meant(arguments, model)).body()


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ({"lyrics": "null"}, {}),
        ({"lyrics": "None", "display_name": "", "bpm": "none", "keyscale": "N/A"}, {}),
        ({"duration": None, "seed": None, "format": "null", "instrumental": ""}, {}),
        ({"bpm": "120"}, {"bpm": 120}),
        ({"bpm": "120 BPM"}, {"bpm": 120}),
        ({"duration": "0:30"}, {"audio_duration": 30}),
        ({"duration": "0:02:30"}, {"audio_duration": 150}),
        ({"duration": "90s"}, {"audio_duration": 90}),
        ({"duration": "2 minutes"}, {"audio_duration": 120}),
        ({"duration": "1 min 30 sec"}, {"audio_duration": 90}),
        ({"duration": "auto", "seed": "random"}, {}),
        ({"keyscale": "F sharp minor"}, {"keyscale": "F# Minor"}),
        ({"keyscale": "A-flat major"}, {"keyscale": "Ab Major"}),
        ({"keyscale": "Am"}, {"keyscale": "Am"}),
        ({"keyscale": "C# Dorian"}, {"keyscale": "C# Dorian"}),
        ({"keyscale": "the key of E flat"}, {"keyscale": "Eb Major"}),
        ({"keyscale": "cis-moll"}, {"keyscale": "C# Minor"}),
        ({"vocal_language": "pt-BR"}, {"vocal_language": "pt"}),
        ({"vocal_language": "zh_Hans"}, {"vocal_language": "zh"}),
        ({"vocal_language": "Japanese"}, {"vocal_language": "ja"}),
        ({"format": "MP3"}, {"format": "mp3"}),
        ({"format": ".wav"}, {"format": "wav"}),
        ({"timesignature": "3/4 time", "bpm": "96.0"}, {"timesignature": "3/4", "bpm": 96}),
        ({"lyrics": "\n  Am   F\nRiver rolling\n \n"}, {"lyrics": "  Am   F\nRiver rolling"}),
        ({"lyrics": " \n "}, {}),
        ({"genre_preset": "hip-hop"}, {"genre_preset": "Hip Hop"}),
        ({"genre_preset": "r&b"}, {"genre_preset": "R&B"}),
        ({"generate_lrc": "true"}, {"generate_lrc": True}),
        ({"lyrics": ["[Verse]", "hello"]}, {"lyrics": "[Verse]\nhello"}),
        (
            {"lyrics": {"verse_1": "hello", "chorus": ["oh", "no"]}},
            {"lyrics": "[verse 1]\nhello\n[chorus]\noh\nno"},
        ),
        ({"lyrics": [{"section": "雨", "lines": ["a"]}, None]}, {"lyrics": "[雨]\na"}),
        ({"lyrics": {"title": "River", "lyrics": "[Verse]\nhi"}}, {"lyrics": "[title: River]\n[Verse]\nhi"}),
        ({"bpm": "around 120"}, {"bpm": 120}),
        *(
            ({"timesignature": metre}, {"timesignature": "4/4"})
            for metre in ("4", 4, 4.0, "4-4", "4:4", "Common Time", "4/4 (common)")
        ),
        *(
            ({"timesignature": metre}, {"timesignature": "3/4"})
            for metre in ("3", "waltz", "three-four time", "time signature: 3/4")
        ),
        ({"timesignature": "6"}, {"timesignature": "6/8"}),
        ({"advanced": '{"shift": "2", "thinking": "null"}'}, {"shift": 2}),
        ({"mode": "Lyric2Vocals", "lyrics": "la"}, {"lyrics": "la"}),
    ],
)
def test_new_music_is_asked_for_in_many_ways(sent, meant):
    assert body(GenerateMusic, caption="pop", **sent) == {"caption": "pop", **meant}


@pytest.mark.parametrize(
    ("sent", "way_out"),
    [
        ({"timesignature": "5"}, "write 5/4 in the caption"),
        ({"timesignature": 7}, "write 7/8 in the caption"),
        ({"timesignature": "swing"}, "'2/4', '3/4', '4/4' or '6/8'"),
        ({"bpm": "90-100"}, "say it in the caption"),
    ],
)
def test_what_is_not_understood_is_refused_with_the_way_out(sent, way_out):
    with pytest.raises(ValidationError) as refused:
        body(GenerateMusic, caption="pop", **sent)
    assert way_out in error_lines(refused.value, GenerateMusic)


@pytest.mark.parametrize("job", [17, "17", "job 17", "Job #17", "job-17", "#17", "audiopod://jobs/17", "audiopod://jobs/17/audio"])  # fmt: skip
def test_a_job_is_named_by_number_or_uri(job):
    assert body(Extend, source_job_id=job, prompt="more")["source_job_id"] == 17
    assert GenerateLrc.model_validate(as_meant({"job_id": job}, GenerateLrc)).job_id == 17


@pytest.mark.parametrize("seeds", [[1, 2], "[1, 2]", "1, 2", "1 2", ["1", "2"]])
def test_lists_come_as_text(seeds):
    assert body(Retake, original_job_id=1, retake_seeds=seeds)["retake_seeds"] == [1, 2]
    assert body(Retake, original_job_id=1, retake_seeds="3")["retake_seeds"] == [3]


def test_a_percentage_is_no_number_where_no_share_is_meant():
    with pytest.raises(ValidationError):
        body(GenerateMusic, caption="x", bpm="90%")
    assert body(Edit, source_job_id=1, edit_target_prompt="x", edit_n_min="25 %")["edit_n_min"] == 0.25


def test_times_shares_and_sources():
    asked = body(
        Repaint, source_job_id="4", src_audio_url="none", caption="x", repainting_start="0:30", repainting_end="end"
    )  # fmt: skip
    assert asked == {"source_job_id": 4, "caption": "x", "repainting_start": 30, "repainting_end": -1}
    cover = body(Cover, src_audio_url="job 4", caption="x", audio_cover_strength="70%")
    assert cover == {"src_audio_url": "audiopod://jobs/4", "caption": "x", "audio_cover_strength": 0.7}
    assert as_meant({"status": "completed", "search": "", "limit": "5"}, JobQuery) == {
        "status": "COMPLETED",
        "limit": "5",
    }


@given(st.sampled_from(OPERATIONS), st.data())
def test_what_is_declared_stays_as_it_is(operation, data):
    plain = {
        "text": "some words",
        "number": 7,
        "share": 0.5,
        "yes": True,
        "things": [1, 2],
        "nested": {"a": 1},
    }
    arguments = data.draw(
        st.dictionaries(
            st.sampled_from(sorted(operation.model_fields)), st.sampled_from(list(plain.values()))
        )
    )
    meant = as_meant(arguments, operation)
    assert as_meant(meant, operation) == meant
    for name, value in arguments.items():
        try:
            operation.__pydantic_validator__.validate_assignment(operation.model_construct(), name, value)
        except (ValidationError, AttributeError):  # what goes with it has not been given
            continue
        # What is true is no number, although Python has it so.
        assert meant[name] == value or (value is True and meant[name] == "true")


@pytest.mark.anyio
@pytest.mark.slow
async def test_tools_take_them_so(tmp_path):
    async with session("stdio", "legacy", tmp_path, **BEEPER) as client:
        made = await client.call_tool(
            "generate_music",
            {
                "mode": "prompt2instrumental",
                "caption": "pop",
                "duration": "0:02",
                "lyrics": "null",
                "format": "WAV",
            },
        )
        assert not made.is_error, made.content
        job = f"audiopod://jobs/{made.structured_content['job_id']}"
        again = await client.call_tool("get_job", {"job_id": job, "wait_seconds": "5 s"})
        assert again.structured_content["output_url"].endswith(".wav")
