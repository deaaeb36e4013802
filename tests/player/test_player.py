"""The player in a real browser, on real jobs of a real server."""

import base64
import json
import re

import pytest

from .host import DARK, EVERYTHING

pytest.importorskip("playwright", reason="Playwright is not installed: pip install -e '.[browser]'")

from playwright.sync_api import expect

pytestmark = [pytest.mark.timeout(300), pytest.mark.slow]


def test_a_song_is_shown_with_its_form_takes_and_lyrics(player):
    player.open().loaded()
    expect(player["#title"]).to_have_text("Morning Light")
    expect(player["#facts"]).to_contain_text("0:13 · 120 BPM · D Major")
    expect(player.frame.get_by_role("radio")).to_have_text(
        ["Morning Light · take 1", "Morning Light · take 2"]
    )
    expect(player["#lyrics li"]).to_have_text(
        ["Morning light upon the sea", "Every wave is calling me", "Rise and shine"]
    )
    expect(player["#wave"]).to_have_attribute("aria-valuemax", re.compile(r"^(12\.9|13\.\d)$"))
    expect(player["#message"]).to_be_hidden()
    assert player.sent("ui/notifications/size-changed")[-1]["height"] > 300


def test_it_plays_and_lyrics_follow(player):
    player.open().loaded()
    player.button("Play").click()
    expect(player.button("Pause")).to_be_visible()
    player.plays_to(0.7)
    player.button("Pause").click()
    line = player["#lyrics li"].nth(1)
    line.click()
    expect(line).to_have_attribute("aria-current", "true")
    expect(line.locator(".sung")).to_have_text(["Every "])
    stopped = player.position
    player.page.wait_for_timeout(300)
    assert player.position == stopped > 1


def test_takes_are_compared_at_the_same_place(player):
    player.open().loaded()
    player["#wave"].click(position={"x": 300, "y": 70})
    place = player.position
    assert place > 5
    first = player["#wave"].screenshot()
    player.frame.get_by_role("radio").nth(1).click()
    expect(player.frame.get_by_role("radio").nth(1)).to_be_checked()
    expect(player["#working"]).to_be_hidden()
    assert player.position == pytest.approx(place, abs=0.1)
    assert player["#wave"].screenshot() != first
    player.page.keyboard.press("b")
    expect(player.frame.get_by_role("radio").nth(0)).to_be_checked()
    assert player.position == pytest.approx(place, abs=0.1)


def test_a_chosen_part_is_repainted_and_heard_as_a_new_take(player):
    player.open().loaded()
    player.drag(0.4, 0.6)
    expect(player["#region"]).to_be_visible()
    start, end = (float(player[name].input_value()) for name in ("#from", "#to"))
    assert (start, end) == (pytest.approx(5.2, abs=0.3), pytest.approx(7.8, abs=0.3))
    assert f"{start:g}" in player.sent("ui/update-model-context")[-1]["content"][0]["text"]
    player.button("Repaint this").click()
    expect(player["#message"]).to_have_text("Say in a few words what it should become.")
    player["#caption"].fill("only strings, quiet")
    player.page.keyboard.press("Enter")
    expect(player.frame.get_by_role("radio")).to_have_count(3, timeout=240_000)
    expect(player.frame.get_by_role("radio").nth(2)).to_be_checked()
    [call] = player.sent("tools/call")
    assert call == {
        "name": "repaint_section",
        "arguments": {
            "source_job_id": player.host.song["structuredContent"]["job_id"],
            "repainting_start": start,
            "repainting_end": end,
            "caption": "only strings, quiet",
        },
    }
    expect(player["#working"]).to_be_hidden()
    expect(player["#facts"]).to_contain_text("repaint")


def test_a_part_of_a_further_take_is_repainted_by_its_url(player):
    player.open().loaded()
    player.frame.get_by_role("radio").nth(1).click()
    expect(player["#working"]).to_be_hidden()
    player.drag(0.9, 1)
    expect(player.button("Extend from here")).to_be_disabled()
    player["#caption"].fill("drums alone")
    player.button("Repaint this").click()
    expect(player.frame.get_by_role("radio")).to_have_count(3, timeout=240_000)
    assert player.sent("tools/call")[0]["arguments"]["src_audio_url"].startswith(("http", "file:"))


def test_the_end_is_extended_the_middle_redone(player):
    player.open(capabilities={"serverResources": {}, "message": {"text": {}}}).loaded()
    player.drag(0.54, 0.999)
    player["#caption"].fill("a quiet outro")
    player.button("Extend from here").click()
    expect(player["#message"]).to_have_text("Asked in the conversation.")
    player.drag(0.2, 0.4)
    player.button("Redo from here on").click()
    expect(player["#message"]).to_have_text("Asked in the conversation.")
    extend, redo = (message["content"][0]["text"] for message in player.sent("ui/message"))
    job = player.host.song["structuredContent"]["job_id"]
    assert extend == (
        f"Extend job {job} by 6 s at its end: a quiet outro (extend_track with "
        f'{{"source_job_id":{job},"prompt":"a quiet outro","right_extend_length":6}})'
    )
    assert '"repainting_end":-1' in redo
    expect(player.button("Analyse")).to_be_hidden()
    assert player.sent("tools/call") == []


def test_a_part_is_looped(player):
    player.open().loaded()
    player.drag(0.5, 0.55)
    player.button("Loop this").click()
    expect(player.button("Loop")).to_have_attribute("aria-pressed", "true")
    end = 0.0
    while (begin := player.position) >= end:
        end = begin
        player.page.wait_for_timeout(20)
    assert 6.3 < begin < end < 7.4
    player.button("Pause").click()


def test_everything_is_done_by_keyboard(player):
    player.open().loaded()
    keys = player.page.keyboard
    player["#wave"].focus()
    for key in ("ArrowRight", "ArrowRight", "[", "Shift+ArrowRight", "]"):
        keys.press(key)
    assert [player[name].input_value() for name in ("#from", "#to")] == ["2", "12"]
    expect(player["#wave"]).to_have_attribute("aria-valuetext", re.compile(r"^0:12 of 0:(13|12), \w+"))
    keys.press("l")
    expect(player.button("Loop")).to_have_attribute("aria-pressed", "true")
    keys.press("Space")
    expect(player.button("Pause")).to_be_visible()
    keys.press("Space")
    expect(player.button("Play")).to_be_visible()
    keys.press("Escape")
    expect(player["#region"]).to_be_hidden()
    keys.press("2")
    expect(player.frame.get_by_role("radio").nth(1)).to_be_checked()
    keys.press("Home")
    assert player.position == 0
    reached = set()
    player["#play"].focus()
    for _ in range(3):
        keys.press("Shift+Tab")
        if player["*:focus"].count():
            reached.add(player["*:focus"].first.evaluate("e => e.id || e.getAttribute('role')"))
    player["#wave"].focus()
    for _ in range(20):
        keys.press("Tab")
        if not player["*:focus"].count():
            break  # back in the conversation
        reached.add(player["*:focus"].first.evaluate("e => e.id || e.getAttribute('role') || e.tagName"))
    assert {"radio", "wave", "play", "loop", "volume", "analyse", "download", "SUMMARY"} <= reached


def test_analysis_marks_beats_and_tells_figures(player):
    player.open().loaded()
    before = player["#wave"].screenshot()
    player.button("Analyse").click()
    expect(player["#facts"]).to_contain_text("LUFS")
    expect(player["#message"]).to_contain_text("BPM")
    assert player["#wave"].screenshot() != before


def test_stems_become_lanes_that_are_muted_and_soloed_in_step_with_the_take(player):
    player.open().loaded()
    player.button("Stems").click()
    expect(player["#stems"]).to_contain_text("Each stem is a job of its own; a service that charges")
    assert player.sent("tools/call") == []
    player.button("drums").click()
    expect(player["#lanes li"]).to_have_count(2, timeout=240_000)
    _, call = player.sent("tools/call")  # after a look at what there is
    assert call == {
        "name": "extract_stem",
        "arguments": {"src_audio_url": "audiopod://jobs/1", "track_name": "drums"},
    }
    player.button("bass").click()
    expect(player["#lanes .name"]).to_have_text(["drums", "bass", "everything else"], timeout=240_000)
    expect(player["#working"]).to_be_hidden()
    lengths = "[sound.buffer, ...takes.now.stems.map(stem => stem.audio)].map(audio => audio.length)"
    assert len(set(player["body"].evaluate(f"() => {lengths}"))) == 1
    gains = "() => lanes.all.map(lane => lanes.gainOf(lane))"
    assert player["body"].evaluate(gains) == [0, 0, 1]  # nothing muted: the take itself
    player.button("Mute drums").focus()
    player.page.keyboard.press("Space")
    expect(player.button("Mute drums")).to_have_attribute("aria-pressed", "true")
    assert player["body"].evaluate(gains) == [-1, 0, 1]
    player.page.keyboard.press("Space")
    player.button("Solo bass").click()
    assert player["body"].evaluate(gains) == [0, 1, 0]
    player.button("Play").click()
    player.plays_to(0.2)
    assert player["body"].evaluate("() => sound.nodes.length") == 3
    player.button("Pause").click()
    # The rest is what the take has and its stems have not: without the drums there is less of it.
    energy = """() => {
      const [mix, drums] = [sound.buffer, takes.now.stems[0].audio].map(audio => audio.getChannelData(0));
      const power = sample => mix.reduce((sum, _, i) => sum + sample(i) ** 2, 0);
      return power(i => mix[i] - drums[i]) / power(i => mix[i]);
    }"""
    share = player["body"].evaluate(energy)
    assert 0 < share < 1


def test_all_stems_become_lanes_by_one_job(player):
    player.open().loaded()
    player.button("Stems").click()
    player.button("all at once").click()
    expect(player["#lanes .name"]).to_have_text(
        ["vocals", "drums", "bass", "everything else"], timeout=240_000
    )
    expect(player["#working"]).to_be_hidden()
    calls = [call for call in player.sent("tools/call") if call["name"] == "separate_stems"]
    assert [call["arguments"] for call in calls] == [{"src_audio_url": "audiopod://jobs/1", "mode": "four"}]
    player.button("Solo drums").click()
    assert player["body"].evaluate("() => lanes.all.map(lane => lanes.gainOf(lane))") == [0, 1, 0, 0]
    lengths = "[sound.buffer, ...takes.now.stems.map(stem => stem.audio)].map(audio => audio.length)"
    assert len(set(player["body"].evaluate(f"() => {lengths}"))) == 1
    loudest = "takes.now.stems.map(stem => Math.max(...stem.audio.getChannelData(0).subarray(0, 100000)))"
    assert len(set(player["body"].evaluate(f"() => {loudest}"))) == 3


def test_a_stem_that_exists_is_not_made_again(player):
    """Nor is one of another take taken for it."""
    player.open().loaded()
    song = player.host.song["structuredContent"]
    for source in (f"audiopod://jobs/{song['job_id']}", song["output_urls"]["flac_2"]):
        player.host.finished("extract_stem", {"src_audio_url": source, "track_name": "bass"})
    made = player.host.call("list_jobs", {"task": "extract_stem"})["structuredContent"]["jobs"]
    own = next(job["job_id"] for job in made if job["caption"] == "bass" and job["source_take"] == 1)
    player.button("Stems").click()
    player.button("bass").click()
    expect(player["#message"]).to_have_text("bass has a lane now.")
    assert [call["name"] for call in player.sent("tools/call")] == ["list_jobs"]
    assert player["body"].evaluate("() => takes.now.stems[0].take.job.id") == own


def test_timed_lyrics_are_shown_with_their_song(player):
    job = {"job_id": player.host.song["structuredContent"]["job_id"]}
    player.open("generate_lrc", job, player.host.call("generate_lrc", job)).loaded()
    expect(player["#lyrics li"]).to_have_count(3)


def test_a_stem_that_was_asked_for_is_a_lane_of_its_original(player):
    arguments = {"src_audio_url": "audiopod://jobs/1", "track_name": "bass"}
    stem = player.host.finished("extract_stem", arguments)
    player.open("extract_stem", arguments, stem).loaded()
    expect(player.frame.get_by_role("radio")).to_have_count(3)
    expect(player.button("Stems")).to_be_visible()
    player.frame.get_by_role("radio").first.click()
    player.button("Stems (1)").click()
    expect(player["#lanes .name"]).to_have_text(["bass", "everything else"])
    player.button("Solo bass").click()
    assert player["body"].evaluate("() => lanes.all.map(lane => lanes.gainOf(lane))") == [1, 0]
    assert player["body"].evaluate("() => takes.now.stems[0].audio.length === sound.buffer.length")


def test_a_job_is_watched_while_it_is_made(player):
    arguments = {"caption": "slow ambient pad", "duration": 8, "display_name": "Mist", "instrumental": True}
    job = {"type": "text", "text": "Job 1 is still processing"}
    running = player.host.call("retake_track", {"original_job_id": 1, "retake_variance": 0.2})
    result = {"content": [job], "structuredContent": running["structuredContent"] | {"status": "PROCESSING"}}
    player.open("generate_music", arguments, result)
    player.loaded()
    expect(player["#facts"]).to_contain_text("retake")


def test_the_original_stands_beside_what_was_made_of_it(player):
    made = player.host.finished("retake_track", {"original_job_id": 1, "retake_seeds": [3]})
    player.open("retake_track", {"original_job_id": 1}, made, context=DARK).loaded()
    expect(player.frame.get_by_role("radio")).to_have_count(3)
    expect(player.frame.get_by_role("radio").nth(2)).to_be_checked()
    player.button("Analyse").click()
    expect(player["#facts"]).to_contain_text("LUFS")
    player.drag(0.3, 0.5)
    assert player["body"].evaluate("e => getComputedStyle(e).color") == "rgb(242, 242, 240)"
    assert player["html"].evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(19, 20, 22)"
    player.page.evaluate("notify('host-context-changed', {theme: 'light'})")
    assert player["html"].evaluate("e => getComputedStyle(e).colorScheme") == "light"
    player.page.evaluate("notify('host-context-changed', {theme: 'dark'})")


def test_the_audio_is_downloaded_through_the_host_in_its_own_format(player):
    player.open().loaded()
    player.button("Download").click()
    expect(player["#message"]).to_have_text("Saved as Morning Light take 1.flac")
    [download] = player.sent("ui/download-file")
    [content] = download["contents"]
    assert content["resource"]["mimeType"] == "audio/flac"
    assert base64.b64decode(content["resource"]["blob"])[:4] == b"fLaC"


def test_a_failed_job_says_why(player):
    text = "Job 99 (cover) failed: the source can't be read"
    result = {"content": [{"type": "text", "text": text}], "isError": True}
    player.open("cover_song", {"caption": "jazz"}, result)
    expect(player["#message"]).to_have_text(text)
    expect(player["#studio"]).to_be_hidden()


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"status": "FAILED", "error_message": "no space left"}, "It failed: no space left"),
        ({"status": "CANCELLED"}, "It was cancelled."),
        ({"status": "COMPLETED"}, "This job is finished, but it has no audio."),
    ],
)
def test_a_job_that_ends_without_audio_says_how(player, told, message):
    job = {"id": 77, "task": "cover", "display_name": "Neon Sun"}
    state = job | {"status": "PROCESSING", "progress": 42, "stage": "Rendering drums"}

    def answer(route):
        if route.request.post_data_json["params"].get("uri") != "audiopod://jobs/77":
            return route.continue_()
        text = json.dumps(state)
        return route.fulfill(json={"result": {"contents": [{"uri": "audiopod://jobs/77", "text": text}]}})

    player.page.route("**/forward", answer)
    result = {"content": [], "structuredContent": {"job_id": 77, "status": "PROCESSING"}}
    player.open("cover_song", {"caption": "jazz"}, result)
    expect(player["#stage"]).to_have_text("Rendering drums · 42 %")
    expect(player["#title"]).to_have_text("Neon Sun")
    state = job | told
    expect(player["#message"]).to_have_text(message)
    expect(player["#working"]).to_be_hidden()
    expect(player["#studio"]).to_be_hidden()


def test_a_host_that_passes_nothing_on_gets_words_and_a_link(player):
    result = {
        "content": [{"type": "text", "text": "Job 4 (cover) is finished: 0:20."}],
        "structuredContent": {
            "job_id": 4,
            "status": "COMPLETED",
            "output_url": "https://audio.example/4.flac",
        },
    }
    player.open("cover_song", {"caption": "jazz"}, result, capabilities={"openLinks": {}})
    expect(player["#message"]).to_have_text("Job 4 (cover) is finished: 0:20.")
    player.button("Open the audio").click()
    assert player.sent("ui/open-link") == [{"url": "https://audio.example/4.flac"}]


def test_the_host_may_ask_whether_it_lives_and_end_it(player):
    player.open().loaded()
    player.button("Play").click()
    player.page.evaluate("ask('ping')")
    player.page.evaluate("ask('ui/resource-teardown')")
    expect(player.button("Play")).to_be_visible()
    player.page.evaluate("ask('ui/dance')")
    player.page.wait_for_function("log.filter(message => message.id === 10_000).length >= 3")
    answers = [m for m in player.page.evaluate("log") if m.get("id") == 10_000]
    assert [("result" in a, a.get("error", {}).get("code")) for a in answers] == [
        (True, None),
        (True, None),
        (False, -32601),
    ]


def test_narrow_and_without_tools(player):
    player.page.set_viewport_size({"width": 340, "height": 640})
    player.open(capabilities={name: {} for name in EVERYTHING if name != "serverTools"}).loaded()
    assert player["html"].evaluate("e => e.scrollWidth") <= 340
