"""What came of the tags and the chords of lyrics is told, and so is what did not."""

import json
import re
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.generation.extend import extend
from audiopod_mcp.music.generation.generate import generate
from audiopod_mcp.music.generation.lyric_receipts import lyric_receipts
from audiopod_mcp.music.lyrics.text import read_lyrics
from audiopod_mcp.music.model import Score


def receipts(lyrics, duration=60.0, **options):
    brief = read_caption("pop at 110 bpm", lyrics=lyrics, duration=duration, seed=1)
    done, unmet = lyric_receipts(brief, compose(brief, seed=1), **options)
    return " | ".join(done), {wish.asked: wish.instead for wish in unmet}


def test_form_solos_and_chords_are_told():
    done, unmet = receipts("[Verse]\n[Am]hello\n[Guitar Solo]\n[Chorus]\n[F]la la")
    assert "form as tagged" in done
    assert "lead guitar solo at 0:" in done
    assert "chords as written: Am, F" in done
    assert not unmet


@pytest.mark.parametrize(
    ("lyrics", "asked"),
    [
        ("[Bridge – whispered]\nhush", "Bridge – whispered"),
        ("[Verse 1: Drake & Future]\nhi", "Verse 1: Drake & Future"),
        ("[Verse]\nhi\n[Didgeridoo Solo]", "Didgeridoo Solo"),
        ("[Verse]\nhi\n[Guitar and sax solo]", "Guitar and sax solo"),
        ("[Am11]hello", "Am11"),
        ("[Verse]\nhi\n[Chorus]", "Chorus"),
        ("Choir: hi", "Choir"),
        ("[H7]hi", "H7"),
    ],
)
def test_what_is_not_made_is_told_in_the_words_that_asked_for_it(lyrics, asked):
    assert asked in receipts(lyrics)[1]


GROWING = (
    "[Intro: solo piano]\n[Verse 1: add drums and bass]\nMorning light\nI am waiting\n[Chorus: full band]\n"
    "We are running home\n[Verse 2 - no drums, whistled]\nEvening falls\n[Chorus]\nWe are running home\n"
    "[Outro - piano only]"
)


def test_tags_say_who_plays_in_their_sections():
    brief = read_caption("rock at 120 bpm", lyrics=GROWING, duration=80, seed=2)
    score = compose(Score.from_dict(json.loads(json.dumps(asdict(compose(brief, seed=2))))).brief, seed=2)
    done, unmet = lyric_receipts(brief, score)

    def players(number):
        span = score.sections[number]
        return {
            part.track
            for part in score.parts
            if any(span.start - 0.05 <= note.start < span.end - 0.05 for note in part.notes)
        }

    labels = [span.label for span in score.sections]
    verses = [number for number, label in enumerate(labels) if label == "verse"]
    assert players(0) == players(-1) == {"keyboard"}
    assert players(verses[0]) == {"keyboard", "drums", "bass", "vocals"}
    assert players(labels.index("chorus")) >= {"guitar", "drums", "bass"}
    assert "drums" not in players(verses[1])
    assert "guitar" in players(verses[1])
    assert "Verse 1: add drums and bass: acoustic kit, electric bass from 0:" in " ".join(done)
    assert [wish.asked for wish in unmet] == ["whistled"]


def test_tags_say_where_more_and_where_less_is_played():
    lyrics = (
        "[Verse 1: stripped back, piano only]\nMorning light\nI am waiting\n[Chorus - huge]\nWe are home\nWe are home\n"
        "[Verse 2]\nEvening falls\nI am waiting"
    )
    done, unmet = receipts(lyrics)
    assert re.search(r"Verse 1: stripped back, piano only: \d+% less is played at .*; piano alone at", done)
    assert re.search(r"Chorus - huge: \d+% more is played", done)
    assert not unmet


@pytest.mark.parametrize(
    "tag", ["Outro: piano only, fading", "Outro - gentle fade out", "Outro: no drums, fade"]
)
def test_an_outro_that_fades_has_its_players(tag):
    lyrics = f"[Verse]\nMorning light\n[Chorus]\nWe are home\n[{tag}]"
    assert read_lyrics(lyrics).fades_out
    done, unmet = receipts(lyrics)
    assert f"{tag}: " in done
    assert not unmet


def test_whom_a_tag_names_joins_the_band_or_is_told_not_to():
    lyrics = "[Verse: cello joins]\nOne line of song\nAnother line\n[Chorus]\nAll of us"
    done, unmet = receipts(lyrics)
    assert "cello from 0:" in done
    assert not unmet
    done, unmet = receipts(lyrics.replace("cello joins", "add accordion, piano and cello"))
    assert "accordion, piano, cello from 0:" in done
    assert not unmet
    done, _ = receipts("[Verse: drums drop out]\nOne line of song\n[Drum Solo]\n[Chorus]\nAll of us")
    assert "acoustic kit solo at" in done
    done, unmet = receipts("[Intro]\n[Drop: drums + bass + piano]\n[Verse]\nOne line of song")
    assert "acoustic kit, electric bass, piano at 0:08.7" in done
    done, unmet = receipts(
        "[Verse]\nOne line\n[Flute Solo - No Vocals, Full Band]\n[Interlude: flute solo, no drums]\n"
        "[Outro: piano and flute, drums out]"
    )
    assert re.search("flute solo at [^,|]*, ", done)
    assert "Outro: piano and flute, drums out: acoustic kit silent" in done
    assert "flute alone" in done
    assert "flute solo" not in unmet
    brief = read_caption("jazz trio", lyrics=lyrics, duration=60.0, seed=1)
    _, [missed] = lyric_receipts(brief, compose(brief, seed=1))
    assert missed.instead == "no cello plays here"


@pytest.mark.parametrize(
    ("tag", "done", "unmet"),
    [
        ("Verse: soft male vocals, piano only", "piano, male voice alone at", {"soft"}),
        ("Verse | female vocals | drums + bass", "female voice at", set()),
        ("Verse: no bass, piano", "piano at", set()),
        ("Verse: piano and saw only", "", {"Verse: piano and saw only"}),
        ("Verse: piano, drums out", "acoustic kit silent at", set()),
        ("Verse: a cappella", "voice alone at", set()),
        ("Verse - everyone drops out except piano", "piano alone at", set()),
        ("Verse: drums, no keys", "piano silent at", set()),
        ("Verse: no drums, piano and choir", "piano, choir at", set()),
        ("Verse: piano and choir, drums out", "piano, choir at", set()),
        ("Verse: everything drops out but piano and voice", "piano, voice alone at", set()),
        ("Verse: piano with trumpet, violin and brass", "piano, trumpet, violin, brass at", set()),
        ("Verse: no drums, no bass, choir", "choir at", set()),
    ],
)
def test_every_word_of_a_tag_is_done_or_told(tag, done, unmet):
    facts, missed = receipts(
        f"[Intro]\n[{tag}]\nMorning light\nI am waiting\n[Chorus: full band]\nWe are home"
    )
    assert done in facts
    assert missed.keys() == unmet


def test_of_those_who_are_named_together_each_is_told():
    lyrics = "[Intro: flute and acoustic guitar]\n[Verse: no drums, strings]\nMorning light\n[Chorus: add drums and tuba]\nHome"
    brief = read_caption("folk", lyrics=lyrics, duration=60.0, seed=1)
    score = compose(brief, seed=1)
    for part in score.parts:
        assert part.track != "drums" or min(note.start for note in part.notes) > score.sections[1].end - 0.1
    without = replace(score, parts=tuple(part for part in score.parts if part.instrument != "tuba"))
    done, unmet = lyric_receipts(brief, without)
    assert "Intro: flute and acoustic guitar: flute, acoustic guitar alone at" in " ".join(done)
    assert any(" from 0:" in told and "tuba" not in told.split("tuba: ")[-1] for told in done)
    assert "no tuba plays here" in [wish.instead for wish in unmet]


def test_who_began_alone_stays_when_others_are_added_and_the_band_plays_where_nobody_is_named():
    lyrics = "[Intro: solo cello]\n[Verse: add strings]\nMorning light\n[Bridge: soft]\nLow\n[Chorus: all in]\nHome"
    brief = read_caption("rock", lyrics=lyrics, duration=60.0, seed=1)
    score = compose(brief, seed=1)
    heard = [
        {
            part.track
            for part in score.parts
            if any(span.start <= n.start < span.end - 0.1 for n in part.notes)
        }
        for span in score.sections
    ]
    assert heard[0] == {"strings"}
    assert [
        part
        for part in score.parts
        if part.instrument == "cello" and part.notes[-1].start > score.sections[1].start
    ]
    assert "drums" not in heard[1]
    assert "drums" in heard[[span.label for span in score.sections].index("bridge")]


def test_what_a_tag_says_beside_an_abrupt_end_is_told():
    done, unmet = receipts("[Verse]\nMorning light\n[Outro: feedback, abrupt end]")
    assert "it ends at once" in done
    assert any("feedback" in asked for asked in unmet)


def test_lines_without_time_are_told():
    _, unmet = receipts("[Verse]\n" + "walking down the empty street tonight\n" * 30, duration=12.0)
    assert any("no time for" in told for told in unmet.values())


def test_what_joins_a_song_has_neither_its_beginning_nor_its_end():
    _, unmet = receipts("[Fade In]\n[Verse]\nhi\n[Fade Out]", joins=True)
    assert {"fade in", "fade out"} <= unmet.keys()
    _, unmet = receipts("[Am]hi", chords=False)
    assert "Am" in unmet


@pytest.mark.slow
def test_a_song_fades_in_and_out_as_its_lyrics_say():
    lyrics = "[Intro]\n[Fade In]\n[Verse]\nSoft light\n[Outro]\n[Fade Out]\n[End]"
    made = generate(read_caption("ambient", lyrics=lyrics, duration=24.0, seed=2), seed=2)
    level = np.sqrt(np.square(made.audio).mean(axis=1))
    assert level[: 44_100 // 2].mean() < 0.1 * level[8 * 44_100 : 12 * 44_100].mean()
    assert level[-44_100 // 2 :].mean() < 0.1 * level[8 * 44_100 : 12 * 44_100].mean()
    assert any(fact.startswith("fade in") for fact in made.done)
    assert any(fact.startswith("fade out") for fact in made.done)
    assert [line.text for line in made.lyrics] == ["Soft light"]


@pytest.mark.slow
def test_an_extension_has_the_sections_of_its_lyrics():
    made = generate(
        read_caption("pop at 120 bpm", lyrics="[Verse]\nhello you", duration=12.0, seed=2), seed=2
    )
    lyrics = "**Bridge**\n[Am]Hold on\n[Guitar Solo]\nChorus (x2):\nWe rise\n[Fade Out]"
    longer = extend(
        made.audio,
        made.rate,
        after=24,
        caption="same energy",
        lyrics=lyrics,
        score=made.score,
        stems=made.stems,
    )
    assert [span.label for span in longer.score.sections][-3:] == ["bridge", "solo", "chorus"]
    assert [line.text for line in longer.lyrics] == ["hello you", "Hold on", "We rise", "We rise"]
    assert "form as tagged" in longer.done
    assert any(fact.startswith("lead guitar solo at 0:1") for fact in longer.done)
    assert not longer.not_done
    assert np.abs(longer.audio[-2000:]).max() < 0.02


TAGS = ("[Verse]", "[Chorus]", "[Guitar Solo]", "[Bridge: softly]", "[weird noise]", "[Fade Out]", "(x2)", "Outro:", "[ja]", "[Sax solo]", "[Intro]")  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from((*TAGS, "la la la", "hello there")), min_size=1, max_size=8))
def test_every_tag_is_done_or_told(pieces):
    done, unmet = receipts("\n".join(pieces), duration=45.0)
    told = f"{done} {' '.join(unmet)}".lower()
    for tag, word in (("[weird noise]", "weird noise"), ("[Bridge: softly]", "softly"), ("[ja]", "ja")):
        assert tag not in pieces or word in told
    for tag in ("[Guitar Solo]", "[Sax solo]"):
        assert tag not in pieces or "solo" in told


def test_lines_are_sung_by_the_voices_that_the_lyrics_name():
    lyrics = (
        "[Verse 1 - female]\nWalking down the street tonight\nUnderneath the city light\n"
        "[Chorus]\nMale: Out into the rain\nFemale:\nAll of us again\n[Verse 2 - male, whispered]\nHolding on to you"
    )
    brief = read_caption("pop, 110 bpm", lyrics=lyrics)
    score = compose(brief, seed=1)
    sings = {
        line.text: {
            part.instrument
            for part in score.parts
            if part.track == "vocals" and any(line.start - 0.01 <= n.start < line.end for n in part.notes)
        }
        for line in score.lyrics
    }
    female, male = {"female voice"}, {"male voice"}
    assert list(sings.values()) == [female, female, male, female, male]
    done, not_done = lyric_receipts(brief, score)
    assert {"female voice sings 3 lines", "male voice sings 2 lines"} <= set(done)
    assert [wish.asked for wish in not_done] == ["Verse 2 - male, whispered"]
    rap = read_caption("rap", lyrics=lyrics)
    assert "female voice" in {wish.asked for wish in lyric_receipts(rap, compose(rap, seed=1))[1]}
