"""What a rendering says was done is what is heard, and what it can't do it says."""

import json
import re
from dataclasses import asdict

import numpy as np
import pytest

from audiopod_mcp.music.analysis.analyze import analyze
from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.generation.cover import cover
from audiopod_mcp.music.generation.extend import extend
from audiopod_mcp.music.generation.generate import generate, generate_sample, rap_brief
from audiopod_mcp.music.generation.production import Production
from audiopod_mcp.music.generation.receipts import Played, receipt
from audiopod_mcp.music.generation.reference import reference
from audiopod_mcp.music.generation.repaint import repaint
from audiopod_mcp.music.generation.retake import retake
from audiopod_mcp.music.model import Score
from audiopod_mcp.music.signal.loudness import integrated_loudness, true_peak

pytestmark = pytest.mark.usefixtures("heard_once")

RATE = 44_100
LYRICS = "[Verse]\nWalking down the street tonight\nUnderneath the city light\nWalking home again\nOut into the rain"


def seconds(text):
    minutes, _, rest = text.partition(":")
    return 60 * int(minutes) + float(rest)


def starts(score, name):
    return min(n.start for p in score.parts if name in (p.track, p.instrument) for n in p.notes)


def test_the_course_of_a_piece_is_as_it_was_said():
    caption = (
        "Start with solo piano for 8 bars, then strings join, drums come in at the second chorus, "
        "end on piano alone. 84 bpm"
    )
    brief = read_caption(caption, duration=90)
    score = compose(brief, seed=1)
    bar = score.downbeats[1] - score.downbeats[0]
    second = [span.start for span in score.sections if span.label == "chorus"][1]
    last = score.sections[-1].start
    others = [n.start for p in score.parts if p.instrument != "piano" for n in p.notes]
    assert min(others) > 8 * bar - 0.1
    assert starts(score, "strings") == pytest.approx(8 * bar, abs=2 * bar)
    assert second - 0.1 < starts(score, "drums") < second + bar
    assert max(others) < last
    assert any(n.start > last for p in score.parts if p.instrument == "piano" for n in p.notes)
    told = receipt(caption, Played(brief, score))
    assert told.not_done == ()
    said = " ".join(told.done)
    assert seconds(re.search(r"acoustic kit from (\d:[\d.]+)", said)[1]) == pytest.approx(second, abs=bar)
    assert compose(brief, seed=1) == score
    assert Score.from_dict(json.loads(json.dumps(asdict(score)))) == score


@pytest.mark.parametrize(
    ("caption", "track", "when"),
    [
        ("rock, no drums until the second verse", "drums", lambda s: [x.start for x in s.sections if x.label == "verse"][1]),
        ("synthwave, drums enter at 0:20", "drums", lambda s: 20.0),
        ("folk, drums join after 8 bars", "drums", lambda s: s.downbeats[8]),
        ("pop, strings only in the chorus", "strings", lambda s: next(x.start for x in s.sections if x.label == "chorus")),
        ("house, then piano", "keyboard", lambda s: s.sections[1].start),
        ("house, bass comes in after the first verse", "bass", lambda s: next(x.end for x in s.sections if x.label == "verse")),
    ],
)  # fmt: skip
def test_an_entry_is_where_it_was_said(caption, track, when):
    score = compose(read_caption(caption, duration=75), seed=2)
    bar = score.downbeats[1] - score.downbeats[0]
    assert when(score) - bar / 2 <= starts(score, track) <= when(score) + 2 * bar
    assert min(starts(score, part.track) for part in score.parts) < bar


def test_who_drops_out_is_silent_and_comes_back_no_sooner_than_said():
    caption = "lo-fi, bass drops out in the bridge"
    brief = read_caption(caption, duration=75)
    score = compose(brief, seed=2)
    bridge = next(span for span in score.sections if span.label in ("bridge", "break"))
    bass = [n.start for p in score.parts if p.track == "bass" for n in p.notes]
    assert max(bass) < bridge.start
    assert receipt(caption, Played(brief, score)).not_done == ()


def test_a_moment_that_the_piece_does_not_have_is_told():
    caption = "pop, drums come in at the fourth chorus"
    brief = read_caption(caption, duration=12)
    told = receipt(caption, Played(brief, compose(brief, seed=1)))
    assert told.not_done[0].asked == "drums come in at the fourth chorus"
    assert "0:0" in told.not_done[0].instead


@pytest.mark.slow
def test_voices_differ_in_register_and_in_timbre():
    made = {
        kind: generate(
            read_caption(f"pop song, {kind} vocals, 100 bpm", duration=8, lyrics=LYRICS),
            seed=5,
            tracks={"vocals"},
        )
        for kind in ("male", "female")
    }
    pitches, centroids = {}, {}
    for kind, rendering in made.items():
        (singer,) = (part for part in rendering.score.parts if part.track == "vocals")
        assert singer.instrument == f"{kind} voice"
        pitches[kind] = np.mean([note.pitch for note in singer.notes])
        voice = rendering.stems["vocals"].mean(axis=1)
        power = np.abs(np.fft.rfft(voice)) ** 2
        band = np.fft.rfftfreq(len(voice), 1 / RATE)
        heard = (band > 1500) & (band < 4500)  # the third formant and the fourth
        centroids[kind] = (power[heard] * band[heard]).sum() / power[heard].sum()
        assert any(f"{kind} vocals" in fact for fact in rendering.done)
        assert rendering.not_done == ()
    assert pitches["female"] - pitches["male"] > 7
    assert centroids["female"] > 1.1 * centroids["male"]


def test_a_duet_is_two_voices_in_turn():
    brief = read_caption("pop duet between a man and a woman", duration=30, lyrics=LYRICS)
    score = compose(brief, seed=1)
    singers = {p.instrument: p for p in score.parts if p.track == "vocals"}
    assert set(singers) == {"female voice", "male voice"}
    for number, line in enumerate(score.lyrics):
        sung = {
            name
            for name, p in singers.items()
            if any(line.start - 0.01 <= n.start < line.end for n in p.notes)
        }
        assert len(sung) == 1
        assert sung == {("female voice", "male voice")[number % 2]}


@pytest.mark.slow
def test_a_fade_is_as_long_as_was_asked():
    made = generate(read_caption("ambient, fade in over 4 seconds, 3 second fade out", duration=8), seed=1)
    assert "fade in over 4 s" in made.done
    assert any("fade out over 3 s" in fact for fact in made.done)
    assert not made.not_done


@pytest.mark.slow
def test_what_is_not_known_of_a_list_of_denials_is_told():
    made = generate(read_caption("metal but with no distortion and no vocals", duration=3), seed=1)
    assert [wish.asked for wish in made.not_done] == ["no distortion"]
    for caption in ("jazz, no drums and no vocals", "pop without strings, synths or choir"):
        assert composed(caption)[2] == ""


@pytest.mark.slow
def test_mono_dry_and_fades_are_heard():
    plain = generate(read_caption("jazz", duration=4), seed=1)
    dry = generate(read_caption("jazz, mono, completely dry, fade in, fade out", duration=4), seed=1)
    assert np.array_equal(dry.audio[:, 0], dry.audio[:, 1])
    assert not np.array_equal(plain.audio[:, 0], plain.audio[:, 1])
    assert np.abs(dry.audio[:200]).max() < 0.02
    assert np.abs(dry.audio[-200:]).max() < 0.02
    assert dry.not_done == ()
    assert {"mono", "no room", "fade in", "fade out"} <= {
        word for word in ("mono", "no room", "fade in", "fade out") if word in " ".join(dry.done)
    }


def test_a_twelve_bar_blues_counts_its_choruses():
    def told(**wanted):
        brief = read_caption("12-bar blues in E", tempo=120, seed=1, **wanted)
        return receipt(brief.caption, Played(brief, compose(brief, seed=1)))

    assert "12-bar: 2 choruses of twelve bars" in told(duration=50).done
    assert not told(duration=50).not_done
    (short,) = told(duration=12).not_done
    assert short.asked == "12-bar"
    assert "of 6 bars" in short.instead


@pytest.mark.slow
def test_mono_is_as_loud_as_stereo():
    made = generate(read_caption("classical in mono", duration=3), seed=3)
    assert np.array_equal(made.audio[:, 0], made.audio[:, 1])
    assert integrated_loudness(made.audio, RATE) == pytest.approx(-14, abs=0.5)
    assert true_peak(made.audio, RATE) <= -1
    again = Production.repeat(made.recipe)
    assert np.array_equal(again.audio, made.audio)


@pytest.mark.slow
def test_an_extension_leaves_every_sample_up_to_where_it_says_that_it_enters(song, composed):
    for caption, after in (("go on", 5), ("continue in 3/4, key change to D major", 5), ("a quiet outro", 9)):
        made = extend(song.audio, RATE, after=after, caption=caption, seed=1, **composed)
        entry = seconds(re.search(r"enters at ([\d:.]+)", made.done[0])[1])
        assert np.array_equal(made.audio[: int(entry * RATE)], song.audio[: int(entry * RATE)])
        changed = np.flatnonzero((made.audio[: len(song.audio)] != song.audio).any(axis=1))
        assert changed[0] / RATE - entry < 0.2
        assert made.not_done == ()
    made = extend(song.audio, RATE, before=4, after=0, caption="an intro", seed=1, **composed)
    begins = seconds(re.search(r"from ([\d:.]+) on is as it was", made.done[0])[1])
    assert begins < 4.5
    assert np.array_equal(made.audio[round(begins * RATE) :], song.audio[round((begins - 4) * RATE) :])


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["composed", "recorded"])
def test_an_extension_goes_on_in_another_metre_key_and_tempo(kind, song, composed):
    beside = composed if kind == "composed" else {}
    caption = "pop, continue in 3/4, key change to D major, 140 bpm"
    made = extend(song.audio, RATE, after=14 if kind == "recorded" else 9, caption=caption, seed=1, **beside)
    assert {"3/4", "D major", "140 BPM"} <= set(made.done)
    assert made.not_done == ()
    if kind == "recorded":
        heard = analyze(np.ascontiguousarray(made.audio[-12 * RATE :]), RATE)
        assert min(abs(heard.tempo / 140 - ratio) for ratio in (0.5, 1, 2)) < 0.03
    if kind == "composed":
        bars = np.diff([beat for beat in made.score.downbeats if beat > 13])
        assert bars == pytest.approx(3 * 60 / 140, abs=0.02)
        assert made.score.chords[-1].label[0] in "DEFGAB"


@pytest.mark.slow
def test_a_stretch_is_repainted_in_another_key_but_on_the_beats_of_its_song(song, composed):
    made = repaint(
        song.audio, RATE, start=3, end=7, caption="folk in E major, 3/4, 150 bpm", seed=1, **composed
    )
    assert "E major" in made.done
    assert [wish.asked for wish in made.not_done] == ["3/4", "150 bpm"]
    assert np.array_equal(made.audio[: 3 * RATE], song.audio[: 3 * RATE])


@pytest.mark.slow
def test_covers_references_retakes_and_samples_have_receipts(song, composed):
    caption = "bluegrass in D major, 3/4, 130 bpm, with a theremin"
    covered = cover(song.audio, RATE, caption=caption, score=song.score, seed=1)
    assert (covered.score.key, covered.score.tempo) == ("D major", 130)
    assert {"D major", "130 BPM", "style bluegrass"} <= set(covered.done)
    assert [wish.asked for wish in covered.not_done] == ["3/4", "theremin"]
    like = reference(song.audio, RATE, caption="pop, same feel, in 3/4, 8 seconds, slushwave", seed=1)
    assert like.score.timesignature == "3/4"
    assert {"3/4", "8 s"} <= set(like.done)
    assert [wish.asked for wish in like.not_done] == ["slushwave"]
    again = retake(song.audio, RATE, variance=0.4, seed=1, **composed)
    assert re.match(r"\d+% of its notes are new", again.done[0])
    assert retake(song.audio, RATE, variance=0, seed=1, **composed).done
    loop = generate_sample(read_caption("funk drum loop with theremin"), "loop", seed=1)
    assert loop.done[0].startswith("loop of 4 bars")
    assert [wish.asked for wish in loop.not_done] == ["theremin"]
    hits = generate_sample(read_caption("808 bass one-shot", duration=4), "loop", seed=1)
    assert "one-shot" in [wish.asked for wish in hits.not_done]
    shot = generate_sample(read_caption("kick drum one-shot"), "one-shot", seed=1)
    assert shot.done[0].startswith("one-shot")
    assert shot.not_done == ()


def test_a_rap_has_one_register():
    caption = "trap with female vocals, rap"
    brief = rap_brief(read_caption(caption, duration=12, lyrics=LYRICS))
    told = receipt(caption, Played(brief, compose(brief, seed=1)))
    assert [wish.asked for wish in told.not_done] == ["female vocals"]


def test_receipts_stay_short():
    caption = ", ".join(f"purple thing number {n}" for n in range(200))
    brief = read_caption(f"jazz, {caption}", duration=8)
    told = receipt(f"jazz, {caption}", Played(brief, compose(brief, seed=1)))
    assert sum(map(len, told.done)) + sum(len(w.asked) + len(w.instead) for w in told.not_done) < 900


@pytest.mark.slow
def test_a_loop_has_the_bars_that_were_asked_for():
    for caption, bars in (("8 bar funk loop, 120 bpm", 8), ("one-bar loop, house", 1), ("3 bars of jazz", 3)):
        loop = generate_sample(read_caption(caption), "loop", seed=1)
        assert len(loop.score.downbeats) == bars
        assert loop.done[0].startswith(f"loop of {bars} bar")
        assert loop.not_done == ()


def composed(caption):
    brief = read_caption(caption, seed=1)
    score = compose(brief, seed=1)
    told = receipt(caption, Played(brief, score))
    playing = {p.instrument for p in score.parts if p.notes}
    return playing, " | ".join(told.done), " | ".join(n.asked for n in told.not_done)


@pytest.mark.parametrize(
    ("caption", "plays", "not_done"),
    [
        ("pop, no drums in the intro", "acoustic kit", ""),
        ("rock, no guitar in the verses", "distorted guitar", ""),
        ("cinematic, no drums until the climax", "acoustic kit", "no drums until the climax"),
        ("techno without kick", "electronic kit", "without kick"),
        ("techno with no snare or vocals", "electronic kit", "no snare or vocals"),
        ("pop, no chorus", "acoustic kit", "no chorus"),
        ("pop, verse: only bass", "acoustic kit", "verse:"),
        ("organ but no piano, gospel", "organ", ""),
        ("rock with electric guitar and no bass guitar", "electric guitar", ""),
        ("pop with no piano solo", "piano", ""),
        ("pop with less drums", "acoustic kit", ""),
        ("techno, the kick drops out for 8 bars", "electronic kit", "kick drops out"),
        ("house, the last 10 seconds are piano only", "electronic kit", "only"),
        ("house, bass and drums only for the first 8 bars", "piano", ""),
        ("techno without a kick drum", "electronic kit", "without a kick drum"),
        ("hardstyle, breakdown in the middle with only piano", "electronic kit", "only"),
    ],
)
def test_nobody_leaves_for_good_by_a_denial_of_less(caption, plays, not_done):
    playing, done, told = composed(caption)
    assert plays in playing
    assert told.startswith(not_done) if not_done else told == ""
    assert not not_done or not_done not in done


def test_all_players_are_told_who_are_no_other_name_of_one_that_was_named():
    playing, done, _ = composed("rock with electric guitar")
    assert "lead guitar" in playing
    assert "lead guitar" in done
    assert "lead guitar" not in composed("acoustic guitar but no electric guitars, rock")[0]
    assert "with electric guitar" not in composed("pop with guitar")[1]


def test_who_is_named_as_another_in_the_place_of_whom_does_not_play():
    playing, done, _ = composed("jazz with trumpet instead of sax")
    assert "trumpet" in playing
    assert "saxophone" not in playing
    assert "trumpet" in done


def test_a_caption_written_as_data_is_read():
    brief = read_caption('{"genre": "jazz", "bpm": 117, "key": "D minor"}')
    assert (brief.style, brief.tempo, brief.key) == ("jazz", 117, "D minor")


def test_latin_is_a_language_where_words_are_in_it():
    assert read_caption("boys choir and organ, in Latin").style != "latin"
    assert (
        read_caption("latin pop").style
        == read_caption("house, but latin style wins", genre_preset="Latin").style
    )


def test_of_two_paces_one_is_done():
    _, done, told = composed("fast slow song")
    assert ("slow" in done) != ("slow" in told)


def test_a_one_shot_is_told_as_no_loop():
    shot = generate_sample(read_caption("house kick loop", duration=2), "one-shot", seed=1)
    assert not any(re.search(r"\bloop\b", said) for said in shot.done)
    assert any("loop" in unmet.asked for unmet in shot.not_done)


@pytest.mark.parametrize(
    ("caption", "gone"),
    [
        ("pop. Negative prompt: drums, guitar", {"drums", "guitar"}),
        ("avoid: drums, vocals", {"drums", "vocals"}),
        ("pop. Exclude: piano", {"keyboard"}),
        ("pop, don't add drums", {"drums"}),
        ("pop, drums are not needed", {"drums"}),
        ("guitar-less rock", {"guitar"}),
        ("use synths rather than guitars, rock", {"guitar"}),
    ],
)
def test_who_is_ruled_out_in_whatever_words_does_not_play(caption, gone):
    score = compose(read_caption(caption, seed=1), seed=1)
    assert not gone & {part.track for part in score.parts if part.notes}
    assert len(score.parts) > 2


@pytest.mark.parametrize(
    ("caption", "told"),
    [
        ("pop, not in 4/4", "not in 4/4"),
        ("blues, not in a minor key", "not in a minor key"),
        ("E blues", "E"),
    ],
)
def test_what_is_denied_of_key_and_metre_is_told(caption, told):
    _, done, not_done = composed(caption)
    assert told in not_done
    assert "4/4" not in done
    assert "minor key" not in done


@pytest.mark.parametrize(
    "caption",
    ["acoustic guitar and piano, no other instruments", "acoustic guitar and piano; nothing else"],
)
def test_nobody_else_plays_where_no_other_is_wanted(caption):
    playing, done, _ = composed(caption)
    assert playing == {"acoustic guitar", "piano"}
    assert "nobody else plays" in done


@pytest.mark.parametrize(
    ("caption", "track", "share"),
    [
        ("pop, piano only in the first half", "drums", 0.5),
        ("pop ballad, cello joins in the second verse", "cello", None),
        ("minimal piano, gradually adding clarinet, then marimba", "clarinet", None),
        ("pop, brass comes in halfway through", "brass", 0.5),
    ],
)
def test_who_enters_later_is_not_there_before(caption, track, share):
    score = compose(read_caption(caption, seed=1), seed=1)
    begin = min(n.start for p in score.parts if track in (p.track, p.instrument) for n in p.notes)
    verses = [span.start for span in score.sections if span.label == "verse"]
    if share:
        assert -3 < begin - share * score.duration < 10
    elif "second verse" in caption:
        assert abs(begin - verses[1]) < 2
    else:
        assert begin > 4
