"""Edits' prompts as people write them: times, amounts, slips of spelling, several steps, other languages."""

from __future__ import annotations

import pytest

from audiopod_mcp.music.editing.prompt.parse import read_prompt
from audiopod_mcp.music.editing.time_range import TimeRange
from audiopod_mcp.music.model import Refused, Span


def said(prompt):
    """The steps in short: kind, amount, and what else is told of each."""
    return [
        (w.kind, round(w.amount, 2), *filter(None, (w.track, w.text, w.hertz)))
        for w in read_prompt(prompt).steps
    ]


@pytest.mark.parametrize(
    ("prompt", "steps"),
    [
        ("hey could you make the drums a bit louder? they kinda disappear", [("level", 2.5, "drums")]),
        ("I'd love it if the whole thing was about 20 % faster", [("tempo", 1.2)]),
        ("faster, like 15 percent or so", [("tempo", 1.15)]),
        ("slow it down from tempo 120 to 100", [("bpm", 100)]),
        ("one and a half times as fast", [("tempo", 1.5)]),
        ("nightcore version", [("tempo", 1.25), ("pitch", 4)]),
        ("get rid of the vocals, I need a karaoke version", [("remove", 0, "vocals")]),
        ("remove vocals but keep backing vocals", [("remove", 0, "vocals", "lead")]),
        ("give me just the drums and bass", [("only", 0, "drums", "bass")]),
        ("remove everything except the drums and the bass", [("only", 0, "drums", "bass")]),
        ("don't touch the vocals, just make the drums louder", [("level", 5, "drums")]),
        ("I dont like the flute, can you take it out?", [("remove", 0, "woodwinds")]),
        ("the bass is hard to hear, bring it up", [("level", 5, "bass")]),
        ("make it brigther and remvoe the drms", [("bright", 6), ("remove", 0, "drums")]),
        ("remove the brass", [("remove", 0, "brass")]),
        ("cut everything below 100 Hz", [("highpass", 0, 100)]),
        ("roll off the highs above 8k", [("lowpass", 0, 8000)]),
        ("+2 dB at 3 kHz", [("bell", 2, 3000)]),
        ("the mix sounds muddy", [("bell", -4, 300)]),
        ("scoop the mids", [("middle", -6)]),
        ("take some low end out of the piano", [("bass", -6, "keyboard")]),
        ("like it's coming through a telephone", [("band", 300, 3400)]),
        ("no reverb but a bit of delay", [("reverb", -0.6), ("echo", 0.2)]),
        ("delay on the guitar, synced to eighth notes", [("echo", 0.4, "guitar", "0.5 beats")]),
        ("hard pan the shaker right", [("pan", 1, "percussion")]),
        ("drop everything an octave and a half", [("pitch", -18)]),
        ("normalise to -1 dB", [("peak", -1)]),
        ("20% quieter", [("level", -1.94)]),
        ("play it backwards", [("reverse", 0)]),
        ("remove the silence at the beginning", [("trim", 0, "start")]),
        ("make it minor", [("key", 0, "minor")]),
        ("transpose to a minor", [("key", 0, "A minor")]),
        ("transpose it to c", [("key", 0, "C")]),
        ("into b flat minor", [("key", 0, "Bb minor")]),
        ("a minor third up", [("pitch", 3)]),
        ("mach bitte das Schlagzeug etwas lauter", [("level", 2.5, "drums")]),
        ("blende am Ende aus", [("fade out", 4)]),
        ("kannst du das Stück in a-Moll setzen?", [("key", 0, "A minor")]),
        ("nimm den Gesang raus, die Höhen so lassen", [("remove", 0, "vocals")]),
        ("haz la batería más fuerte y quita la voz", [("level", 5, "drums"), ("remove", 0, "vocals")]),
        ("sube el tono dos semitonos, en do mayor", [("pitch", 2), ("key", 0, "C major")]),
        ("enlève la batterie et mets le morceau en la mineur", [("remove", 0, "drums"), ("key", 0, "A minor")]),
        ("ralentis un peu", [("tempo", 0.95)]),
        ("deixa a bateria mais alta e tira o violão", [("level", 5, "drums"), ("remove", 0, "guitar")]),
        ("alza la voce e abbassa la batteria", [("level", 5, "vocals"), ("level", -5, "drums")]),
        ("сделай барабаны громче и убери вокал", [("level", 5, "drums"), ("remove", 0, "vocals")]),
        ("ドラムを大きくして、ボーカルを消して", [("level", 5, "drums"), ("remove", 0, "vocals")]),
        ("半音2つ下げて", [("pitch", -2)]),
        ("把贝斯调小3分贝，加一些混响", [("level", -3, "bass"), ("reverb", 0.35)]),
        ("드럼 소리를 더 크게 해줘", [("level", 5, "drums")]),
    ],
)  # fmt: skip
def test_what_is_understood(prompt, steps):
    assert said(prompt) == steps


@pytest.mark.parametrize(
    ("prompt", "kind", "when"),
    [
        ("from 0:30 to 0:45 mute the drums", "remove", TimeRange(30, 45)),
        ("from 0:30 to 0:45, mute the drums", "remove", TimeRange(30, 45)),
        ("mute the drums, but only between 10 and 20 seconds", "remove", TimeRange(10, 20)),
        ("make the last chorus louder", "level", TimeRange(section="chorus", which=-1)),
        ("in the 2nd verse no bass", "remove", TimeRange(section="verse", which=1)),
        ("fade out over the last 5 seconds", "fade out", TimeRange(-5)),
        ("trim 3 seconds off the start", "cut", TimeRange(end=3)),
        ("cut the intro", "cut", TimeRange(section="intro")),
        ("loop the chorus twice", "repeat", TimeRange(section="chorus")),
        ("keep only the first 30 seconds", "keep", TimeRange(end=30)),
        ("the second half darker", "bright", TimeRange(0.5, unit="share")),
        ("ab 0:05 bitte ohne Bass", "remove", TimeRange(5)),
        ("no drums in the last 4 bars", "remove", TimeRange(-4, unit="bars")),
        ("louder from bar 5 to 8", "level", TimeRange(4, 8, unit="bars")),
        ("coupe l'intro", "cut", TimeRange(section="intro")),
        ("最後の5秒をフェードアウト", "fade out", TimeRange(-5)),
    ],
)
def test_when(prompt, kind, when):
    (step,) = read_prompt(prompt).steps
    assert (step.kind, step.when) == (kind, when)


def test_a_moment_in_a_track():
    sections = (Span(0, 8, "intro"), Span(8, 20, "chorus"), Span(30, 40, "chorus"))
    assert TimeRange(-5).resolve(60, ()) == ((55, 60),)
    assert TimeRange(0.5, unit="share").resolve(60, ()) == ((30, 60),)
    assert TimeRange(-2, unit="bars").resolve(9, (), (0.5, 2.5, 4.5, 6.5)) == ((4.5, 9),)
    assert TimeRange(0, 2, unit="bars").resolve(9, (), (0.5, 2.5, 4.5, 6.5)) == ((0, 4.5),)
    assert TimeRange(section="chorus").resolve(60, sections) == ((8, 20), (30, 40))
    assert TimeRange(section="chorus", which=-1).resolve(60, sections) == ((30, 40),)
    with pytest.raises(Refused, match="no chorus number 3 was found in this track; it has intro 0:00-0:08"):
        TimeRange(section="chorus", which=2).resolve(60, sections)


def test_numbers_that_are_no_times():
    assert [
        step.when for step in read_prompt("drums -2.5 dB, transpose from C to D, up to 90 bpm").steps
    ] == [None] * 3


@pytest.mark.parametrize(
    ("prompt", "kind"),
    [
        ("extend the song by 30 seconds", "composition"),
        ("change the lyrics to something about summer", "lyrics"),
        ("put it back in the original key", "undo"),
        ("a female singer please", "singer"),
        ("export the stems", "stems"),
        ("make it 3/4", "metre"),
        ("louder, and remove the noise", "noise_removal"),
    ],
)
def test_what_an_edit_can_not_do_is_known(prompt, kind):
    found = read_prompt(prompt).unsupported
    assert found is not None
    assert found.kind == kind
    assert found.clause in prompt


def test_what_explains_a_wish_is_no_wish():
    assert read_prompt("take it down two semitones, my singer can't reach the high notes").unread == (
        "my singer can't reach the high notes"
    )
