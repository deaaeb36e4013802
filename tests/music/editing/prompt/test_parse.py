"""What a prompt is read as, told as the typed edits that it becomes; what is not understood keeps its words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiopod_mcp.edits import render_edits
from audiopod_mcp.music.editing.prompt.parse import read_prompt
from audiopod_mcp.music.editing.time_range import TimeRange
from audiopod_mcp.music.model import Refused, Span


def told(prompt):
    return render_edits(wish.edit for wish in read_prompt(prompt).wishes)


def left_out(prompt):
    return [left.asked for left in read_prompt(prompt).left_out]


UNDERSTOOD = {
    "louder": "make everything 4 dB louder",
    "turn it up": "make everything 4 dB louder",
    "2 LU louder": "make everything 2 dB louder",
    "20% quieter": "make everything 1.9382 dB quieter",
    "less drums": "make the drums 5 dB quieter",
    "raise the vocals, they are great": "make the vocals 5 dB louder",
    "solo the bass": "remove everything but the bass",
    "half as loud": "make everything 10 dB quieter",
    "a bit brighter, drums 3 dB louder": "make everything 3 dB brighter; make the drums 3 dB louder",
    "bass +3 dB, drums -2.5dB": "make the bass 3 dB louder; make the drums 2.5 dB quieter",
    "bass and drums louder": "make the bass and the drums 5 dB louder",
    "make the vocals 2 dB louder and the drums 3 dB quieter": "make the vocals 2 dB louder; make the drums 3 dB quieter",
    "drums louder and wider": "make the drums 5 dB louder; set the stereo width of the drums to 160 %",
    "make the guitars more prominent, and add reverb to everything": "make the guitars 5 dB louder; add 35 % reverb to everything",
    "the drums are too loud": "make the drums 5 dB quieter",
    "the drums are too loud, turn them down by 3 dB": "make the drums 3 dB quieter",
    "The drums are too loud. Turn the drums down by 3 dB.": "make the drums 3 dB quieter",
    "Too bright, tame the highs": "give everything 6 dB less treble",
    "Too boomy, too harsh": "give everything 6 dB less low end; cut everything by 4 dB at 3500 Hz",
    "half the volume": "make everything 6.0206 dB quieter",
    "lower the volume by half": "make everything 6.0206 dB quieter",
    "the bass is hard to hear, bring it up": "make the bass 5 dB louder",
    "take the vocals down a bit": "make the vocals 2.5 dB quieter",
    "make only the drums louder": "make the drums 5 dB louder",
    "drop the bass by 3 dB": "make the bass 3 dB quieter",
    "drop the bass guitar": "remove the bass guitar",
    "remove the drums and the bass": "remove the drums and the bass",
    "remove the drums, also the bass": "remove the drums and the bass",
    "no vocals please": "remove the vocals",
    "I don't want any drums": "remove the drums",
    "make it instrumental": "remove the vocals",
    "get rid of the vocals, I need a karaoke version": "remove the vocals",
    "remove vocals but keep backing vocals": "remove the lead vocals",
    "the flute is too loud, can you take it out?": "remove the flute",
    "keep the drums but remove the vocals": "remove the vocals",
    "just the drums": "remove everything but the drums",
    "give me just the drums and bass": "remove everything but the drums and the bass",
    "remove everything except the drums and the bass": "remove everything but the drums and the bass",
    "keep only the drums": "remove everything but the drums",
    "a cappella": "remove everything but the vocals",
    "add a piano and strings": "have piano play along; have strings play along",
    "replace the piano with electric guitar": "replace the piano with electric guitar",
    "swap the piano for an organ": "replace the piano with organ",
    "a guitar instead of the piano": "replace the piano with guitar",
    "I love the piano, just make the rest quieter": "make everything but the piano 5 dB quieter",
    "leave the vocals alone, everything else 3 dB quieter": "make everything but the vocals 3 dB quieter",
    "leave the piano as it is and make everything else brighter": "make everything but the piano 6 dB brighter",
    "don't touch the vocals, just make the drums louder": "make the drums 5 dB louder",
    "make it louder but leave the drums": "make everything but the drums 4 dB louder",
    "all instruments except the piano should be quieter": "make everything but the piano 5 dB quieter",
    "The vocals are perfect, but the drums are too loud": "make the drums 5 dB quieter",
    "less bass, more treble": "give everything 6 dB less low end; give everything 6 dB more treble",
    "take some low end out of the piano": "give the piano 6 dB less low end",
    "roll off the high end": "give everything 6 dB less treble",
    "less bright": "make everything 6 dB darker",
    "the mix sounds muddy": "cut everything by 4 dB at 300 Hz",
    "scoop the mids": "cut everything by 6 dB at 1000 Hz",
    "+2 dB at 3 kHz": "boost everything by 2 dB at 3000 Hz",
    "cut 400 Hz by 3 dB on the vocals": "cut the vocals by 3 dB at 400 Hz",
    "cut everything below 100 Hz": "cut everything below 100 Hz",
    "roll off the highs above 8k": "cut everything above 8000 Hz",
    "high-pass the vocals at 120 Hz": "cut the vocals below 120 Hz",
    "like it's coming through a telephone": "cut everything below 300 Hz; cut everything above 3400 Hz",
    "add echo": "add 40 % echo to everything",
    "no reverb but a bit of delay": "take 60 % of the reverb off everything; add 20 % echo to everything",
    "drier and quieter": "take 60 % of the reverb off everything; make everything 4 dB quieter",
    "add 20% reverb to the vocals": "add 20 % reverb to the vocals",
    "compress the drums": "compress the drums by 6 dB",
    "distort it": "saturate everything by 18 dB",
    "punchier drums": "lift the attacks of the drums by 6 dB",
    "de-ess the vocals": "de-ess the vocals by 6 dB",
    "much wider": "set the stereo width of everything to 200 %",
    "hard pan the shaker right": "pan the shaker 100 % right",
    "pan the guitar 30% left and the piano 30% right": "pan the guitar 30 % left; pan the piano 30 % right",
    "10% faster": "set the speed to 110 %",
    "faster, like 15 percent or so": "set the speed to 115 %",
    "I'd love it about 20 % faster": "set the speed to 120 %",
    "Change the tempo from 120 BPM to 100 BPM": "set the tempo to 100 BPM",
    "Slow it down to 92 BPM while keeping the pitch unchanged": "set the tempo to 92 BPM",
    "Change the key from A minor to C minor": "change the key to C minor",
    "Make it 1.25x faster": "set the speed to 125 %",
    "Delete the section from 0:45 to 1:00": "cut the stretch from 45 s to 60 s",
    "Cut the muddiness around 250 Hz by 3 dB": "cut everything by 3 dB at 250 Hz",
    "Keep the drums and bass only": "remove everything but the drums and the bass",
    "slow it down to 90 bpm": "set the tempo to 90 BPM",
    "faster, 140 bpm": "set the tempo to 140 BPM",
    "set the tempo to 120": "set the tempo to 120 BPM",
    "make it twice as fast": "set the speed to 200 %",
    "make it 20% slower with more reverb": "set the speed to 80 %; add 35 % reverb to everything",
    "nightcore version": "set the speed to 125 %; raise the pitch of everything by 4 semitones",
    "transpose up two semitones": "raise the pitch of everything by 2 semitones",
    "turn it down two semitones": "lower the pitch of everything by 2 semitones",
    "drop it an octave": "lower the pitch of everything by 12 semitones",
    "drop everything an octave and a half": "lower the pitch of everything by 18 semitones",
    "down a fifth": "lower the pitch of everything by 7 semitones",
    "a minor third up": "raise the pitch of everything by 3 semitones",
    "pitch up 150 cents": "raise the pitch of everything by 1.5 semitones",
    "pitch up 25 cents": "raise the pitch of everything by 0.25 semitones",
    "lower the pitch by 50 cents": "lower the pitch of everything by 0.5 semitones",
    "tune to 432 Hz": "lower the pitch of everything by 0.3177 semitones",
    "in the key of F# minor": "change the key to F# minor",
    "transpose to a minor": "change the key to A minor",
    "into b flat minor": "change the key to Bb minor",
    "make it minor": "change the key to minor",
    "normalise to -16 LUFS": "set the loudness of everything to -16 LUFS",
    "normalise to -1 dB": "set the true peak to -1 dBTP",
    "master to -14 LUFS, true peak -1 dB": "set the loudness of everything to -14 LUFS with a true peak of -1 dBTP",
    "fade out over 6 seconds": "fade out everything over 6 s",
    "fade in and out": "fade in everything over 4 s; fade out everything over 4 s",
    "fade out over the last 5 seconds": "fade out everything over 5 s",
    "play it backwards": "reverse everything",
    "remove the silence at the beginning": "trim the silence at the start",
    "from 0:30 to 0:45 mute the drums": "remove the drums from 30 s to 45 s",
    "from 0:30 to 0:45, mute the drums": "remove the drums from 30 s to 45 s",
    "mute the drums, but only between 10 and 20 seconds": "remove the drums from 10 s to 20 s",
    "mute the drums in the chorus and add reverb": "remove the drums in the chorus; add 35 % reverb to everything",
    "in the chorus, drums louder and wider": "make the drums 5 dB louder in the chorus; set the stereo width of the drums to 160 % in the chorus",
    "make the last chorus louder": "make everything 4 dB louder in the last chorus",
    "in the 2nd verse no bass": "remove the bass in verse 2",
    "no drums in the last 4 bars": "remove the drums in the last 4 bars",
    "louder from bar 5 to 8": "make everything 4 dB louder in bars 5-8",
    "the second half darker": "make everything 6 dB darker in the second half",
    "trim 3 seconds off the start": "cut the stretch until 3 s",
    "cut the intro": "cut the stretch in the intro",
    "keep only the first 30 seconds": "keep only the stretch until 30 s",
    "loop the chorus twice": "play it 2 times in the chorus",
    "slow it down to 100 bpm without changing the pitch": "set the tempo to 100 BPM",
    "pitch it up 2 semitones, same tempo": "raise the pitch of everything by 2 semitones",
    "louder without touching the drums": "make everything but the drums 4 dB louder",
    "silence from 0:10 to 0:12": "remove everything from 10 s to 12 s",
    "no drums in the first 4 seconds only": "remove the drums until 4 s",
    "can we try it without drums?": "remove the drums",
    "fade the guitar out over the last 5 seconds": "fade out the guitar over 5 s",
    "bring the drums in after 4 seconds": "remove the drums until 4 s",
    "bring the vocals in at 0:04 and the drums in at 0:08": "remove the vocals until 4 s; remove the drums until 8 s",
    "bring in strings in the chorus": "have strings play along in the chorus",
    "swap the guitar out for a piano": "replace the guitar with piano",
    "bass up, drums up and guitar down in the second half": "make the bass 5 dB louder in the second half; make the drums 5 dB louder in the second half; make the guitar 5 dB quieter in the second half",
    "louder and brighter drums in the chorus": "make the drums 5 dB louder in the chorus; make the drums 6 dB brighter in the chorus",
    "10% faster and drums louder in the chorus": "set the speed to 110 %; make the drums 5 dB louder in the chorus",
    "I think the bass is a bit too loud in the chorus, could you bring it down 2 dB there?": "make the bass 2 dB quieter in the chorus",
    "Boost the vocal presence around 3-4 kHz by 2 dB.": "boost the vocal by 2 dB at 3464.1016 Hz",
    "Make the whole thing sound warmer and less bright.": "make everything 6 dB darker",
    "Trim the silence from the beginning and the end.": "trim the silence at both ends",
    "Vocals: +1 dB, a bit of delay. Guitars: -2 dB, panned 30% left.": "make the vocals 1 dB louder; add 20 % echo to the vocals; make the guitars 2 dB quieter; pan the guitars 30 % left",
    "Boost 100 Hz by 3 dB and cut 8 kHz by 2 dB on the drums.": "boost the drums by 3 dB at 100 Hz; cut the drums by 2 dB at 8000 Hz",
    "Strip the arrangement down to vocals and piano in the last verse.": "remove everything but the vocals and the piano in the last verse",
    "Add piano and remove guitar in the second half.": "have piano play along in the second half; remove the guitar in the second half",
    "remove the drums and fade out the vocals in the last 5 seconds": "remove the drums; fade out the vocals over 5 s",
    "Lower drums and raise bass by 3 dB each.": "make the drums 3 dB quieter; make the bass 3 dB louder",
    "Lower the vocals 2 dB in verse 1 and 3 dB in verse 2.": "make the vocals 2 dB quieter in verse 1; make the vocals 3 dB quieter in verse 2",
    "make the chorus louder and give it more reverb": "make everything 4 dB louder in the chorus; add 35 % reverb to everything in the chorus",
    "cut the intro and make it louder": "cut the stretch in the intro; make everything 4 dB louder",
    "slapback echo on the vocals": "add 40 % echo to the vocals every 0.1 s",
    "there's too much reverb on the vocals": "take 60 % of the reverb off the vocals",
    "mute the guitar until 0:10 and the piano until 0:20": "remove the guitar until 10 s; remove the piano until 20 s",
}  # fmt: skip


@pytest.mark.parametrize(("prompt", "edits"), UNDERSTOOD.items())
def test_what_is_clear_is_understood(prompt, edits):
    assert told(prompt) == edits
    assert not left_out(prompt)


@pytest.mark.parametrize(
    ("prompt", "edits", "asked"),
    [
        ("remove the bass drum", "", "remove the bass drum"),
        ("3 dB quieter except the bass which should rise", "make everything but the bass 3 dB quieter", "except the bass which should rise"),
        ("transpose up 2 semitones but keep the bass where it is", "raise the pitch of everything but the bass by 2 semitones", "keep the bass where it is"),
        ("The vocals are harsh. Take out some treble", "cut the vocals by 4 dB at 3500 Hz", "Take out some treble"),
        ("louder, and remove the kick", "make everything 4 dB louder", "remove the kick"),
        ("Boost everything by 3 dB but the bass by only 1 dB", "make everything but the bass 3 dB louder", "the bass by only 1 dB"),
        ("3 dB quieter, oink like a pig", "make everything 3 dB quieter", "oink like a pig"),
        ("Make it sparkle like Versailles", "", "Make it sparkle like Versailles"),
        ("add strings and make it louder", "have strings play along", "make it louder"),
        ("make everything else louder", "", "make everything else louder"),
        ("remove the drums and reverb", "remove the drums", "reverb"),
        ("lower the drums and the reverb", "make the drums 5 dB quieter", "the reverb"),
        ("boost the bass by 4 dB and cut the mids", "make the bass 4 dB louder", "cut the mids"),
        ("make the guitars more prominent and add reverb", "make the guitars 5 dB louder", "add reverb"),
        ("vocals +3 dB, reverb 20%", "make the vocals 3 dB louder", "reverb 20%"),
        ("brighter vocals, less on the drums", "make the vocals 6 dB brighter", "less on the drums"),
        ("more reverb on the vocals, less on everything else", "add 35 % reverb to the vocals", "less on everything else"),
        ("boost the treble on the guitar, reduce it on the piano", "give the guitar 6 dB more treble", "reduce it on the piano"),
        ("drop the bass", "", "drop the bass"),
        ("I do not want the drums so loud, so turn them down 5 dB", "make the drums 5 dB quieter", "I do not want the drums so loud"),
        ("panned left", "", "panned left"),
        ("just keep the drums", "", "just keep the drums"),
        ("add bass", "", "add bass"),
        ("mute the drums, the bass should not be removed", "remove the drums", "the bass should not be removed"),
        ("No, and I love the drums", "", "No"),
        ("the bass is great but a little too loud", "", "a little too loud"),
        ("make it sadder", "", "make it sadder"),
        ("6 bpm faster", "", "6 bpm faster"),
        ("add a saxophone solo", "", "add a saxophone solo"),
        ("take it down two semitones, my singer can't reach the high notes", "lower the pitch of everything by 2 semitones", "my singer can't reach the high notes"),
        ("louder and quieter vocals than drums", "make everything 4 dB louder", "quieter vocals than drums"),
        ("up 40 semitones", "", "up 40 semitones"),
        ("mach das Schlagzeug lauter", "", "mach das Schlagzeug lauter"),
        ("plus fort", "", "fort"),
        ("ドラムを大きくして", "", "ドラムを大きくして"),
    ],
)  # fmt: skip
def test_what_is_not_sure_is_not_guessed(prompt, edits, asked):
    assert told(prompt) == edits
    assert left_out(prompt) == [asked]


@pytest.mark.parametrize("prompt", ["the guitar solo is great, leave it", "don't remove the drums", "don't leave the drums out", "I love the drums", "leave everything as it is"])  # fmt: skip
def test_what_asks_for_nothing_is_refused(prompt):
    plan = read_prompt(prompt)
    assert not plan.wishes
    assert not plan.left_out
    assert "nothing that is to change" in str(plan.refusal)


@pytest.mark.parametrize("prompt", ["lo-fi hip hop", "dreamy ambient version with soft pads", "make it jazz"])
def test_a_style_is_neither_guessed_nor_lost(prompt):
    plan = read_prompt(prompt)
    assert (plan.style, plan.wishes, plan.left_out) == (prompt, (), ())


@pytest.mark.parametrize(
    ("prompt", "edits"),
    [
        ("vocals +2", "make the vocals 2 dB louder"),
        ("Vocals: +2, drums: -1.5", "make the vocals 2 dB louder; make the drums 1.5 dB quieter"),
        ("volume -3", "make everything 3 dB quieter"),
        ("tempo: 100", "set the tempo to 100 BPM"),
        ("tempo = 92 bpm", "set the tempo to 92 BPM"),
        ("Tempo +10%", "set the speed to 110 %"),
        ("tempo: 90 %", "set the speed to 90 %"),
        ("speed -5 %", "set the speed to 95 %"),
        ("+3 semitones", "raise the pitch of everything by 3 semitones"),
        ("pitch: -2 semitones", "lower the pitch of everything by 2 semitones"),
        ("Key: F# minor", "change the key to F# minor"),
        ("-14 LUFS", "set the loudness of everything to -14 LUFS"),
        ("loudness: -16 LUFS", "set the loudness of everything to -16 LUFS"),
        ("width 50%", "set the stereo width of everything to 50 %"),
        ("Mute: drums", "remove the drums"),
        ("Remove: drums and bass", "remove the drums and the bass"),
        ("Reverb: 20%", "add 20 % reverb to everything"),
        ("Treble: -3 dB", "give everything 3 dB less treble"),
        ("Fade out: 5 s", "fade out everything over 5 s"),
    ],
)
def test_a_setting_is_read_as_it_is_written_on_a_desk(prompt, edits):
    assert told(prompt) == edits
    assert not left_out(prompt)


@pytest.mark.parametrize(
    ("prompt", "edits"),
    [
        ("add reverb and delay to the vocals", "add 35 % reverb to the vocals; add 40 % echo to the vocals"),
        ("louder and brighter drums", "make the drums 5 dB louder; make the drums 6 dB brighter"),
        ("remove the reverb and echo", "take 60 % of the reverb off everything"),
        (
            "less treble and reverb",
            "give everything 6 dB less treble; take 60 % of the reverb off everything",
        ),
        ("mute the drums, the bass too", "remove the drums and the bass"),
        ("remove the drums too", "remove the drums"),
        ("drums louder and 10% faster", "make the drums 5 dB louder; set the speed to 110 %"),
        ("drums louder, 10% faster", "make the drums 5 dB louder; set the speed to 110 %"),
        (
            "make the vocals louder, brighter and wider",
            "make the vocals 5 dB louder; make the vocals 6 dB brighter; set the stereo width of the vocals to 160 %",
        ),
        (
            "drums 3 dB louder, no bass, brighter",
            "make the drums 3 dB louder; remove the bass; make everything 6 dB brighter",
        ),
        (
            "make the vocals softer but brighter",
            "make the vocals 5 dB quieter; make the vocals 6 dB brighter",
        ),
        (
            "make the guitar warmer with some reverb",
            "make the guitar 6 dB darker; add 35 % reverb to the guitar",
        ),
        (
            "de-ess the vocals by 4 dB and compress it",
            "de-ess the vocals by 4 dB; compress the vocals by 6 dB",
        ),
        ("remove the drums and make it brighter", "remove the drums; make everything 6 dB brighter"),
        ("loop the chorus 3 times", "play it 3 times in the chorus"),
        ("add a string section", "have string section play along"),
    ],
)
def test_what_is_said_once_is_meant_of_all_that_are_named_with_it(prompt, edits):
    assert told(prompt) == edits


@pytest.mark.parametrize(
    "prompt",
    [
        "bring back the drums",
        "the drums are loud",
        "40 bpm faster",
        "tempo +40 bpm",
        "keep the chorus",
        "leave the intro",
        "turn the drums all the way up",
        "drums to -3 dB",
        "boost the vocals by -3 dB",
        "the mix is warm",
        "mute the guitar but not in the chorus",
        "add reverb, except in the bridge",
        "make it wider, but not from 0:10 to 0:20",
        "make it 20 dB louder and -14 LUFS",
        "turn it up by 3 dB to -10 LUFS",
        "kill the bass drop",
        "make it higher",
        "swap guitar and piano",
        "silence the bass at 0:30",
        "bring the drums in after the intro",
        "there are no drums",
        "strip down the drums",
        "mute the strings until the first chorus",
        "in the intro, mute the drums from 0:02 to 0:04",
        "make it louder there",
    ],
)
def test_what_may_mean_two_things_is_not_done(prompt):
    assert told(prompt) == ""


@pytest.mark.parametrize(
    ("prompt", "edits"),
    [
        (
            "add strings and remove them in the verse",
            "have strings play along; remove the strings in the verse",
        ),
        ("I love the drums but remove them in the intro", "remove the drums in the intro"),
        ("add a flute and remove it in the verse", "have flute play along"),
        ("mute the piano, and remove it from 0:04 to 0:08", "remove the piano"),
        ("the intro is boring, cut it", "cut the stretch in the intro"),
        ("cut it from 0:30 to 0:45", "cut the stretch from 30 s to 45 s"),
    ],
)
def test_a_stretch_is_not_cut_where_players_are_meant(prompt, edits):
    assert told(prompt) == edits


PLAYERS = ["drums", "bass guitar", "piano", "lead vocals", "strings", "kick", "bass drum"]
PIECES = st.one_of(
    st.sampled_from([f"{verb} the {player}" for player in PLAYERS for verb in ("remove", "mute", "leave", "keep", "pan", "love", "boost", "hate", "add", "don't touch", "what about", "quieter", "more of")]),
    st.sampled_from([f"the {player} {how}" for player in PLAYERS for how in ("is great", "are too loud", "louder", "3 dB quieter", "alone", "could go", "in the chorus", "wobbles")]),
    st.sampled_from(["louder", "the rest quieter", "everything else louder", "leave it", "bring it up", "thanks", "10 % faster", "in the chorus", "no", "only", "just", "make them wider", "reverb", "frobnicate"]),
)  # fmt: skip
SEAMS = st.sampled_from([", ", " and ", ". ", "; ", " but ", ": ", " with ", "\n"])
PARTS = st.lists(st.tuples(PIECES, SEAMS), min_size=1, max_size=5)
PROMPTS = PARTS.map(lambda parts: "".join(piece + seam for piece, seam in parts))


@pytest.mark.slow
@given(PARTS)
@settings(max_examples=150, deadline=None)
def test_every_clause_is_done_or_kept_or_not_done(parts):
    plan = read_prompt("".join(piece + seam for piece, seam in parts))
    told = [*(w.asked for w in plan.wishes), *(n.asked for n in plan.left_out), *plan.left, plan.style]
    when = ["in the chorus" for wish in plan.wishes if wish.edit.section == "chorus"]
    heard = " ".join([*told, *when, *(asked for _, asked in plan.kept)]).lower()
    for piece, _ in parts:
        alone = {wish.edit.action for wish in read_prompt(piece).wishes}
        stays = re.search("great|love|leave|keep|touch|alone", piece)  # a reason, or said once of each player
        if piece != "thanks" and not stays and not (alone and alone <= {w.edit.action for w in plan.wishes}):
            assert piece.lower() in heard


GOES = (
    "remove the {}",
    "mute the {}",
    "no {}",
    "get rid of the {}",
    "drop the {}",
    "without {}",
    "{} off",
    "delete the {}",
)
ALONE = ("only the {}", "just the {}", "solo the {}", "remove everything but the {}")
STAYS = (
    "{} louder", "the {} are too loud", "the {} is great", "leave the {} alone", "keep the {}", "don't remove the {}", "never cut the {}",
    "the {} should not be removed", "the {} shouldn't go", "less {}", "I love the {}", "not the {}", "the {} can stay", "no reverb on the {}",
    "remove the reverb from the {}", "cut the {} by 3 dB", "cut the lows of the {}", "take the {} down 2 dB", "mute the reverb on the {}",
    "add {}", "cut the {} below 100 Hz", "fade out the {}", "the {} without reverb", "{}: no echo", "keep the {} but dry", "while keeping the {}",
    "turn the {} down", "hate the {}", "the {} wobbles", "louder", "the rest quieter", "make them wider", "please", "no", "10 % faster",
)  # fmt: skip
CLAUSES = st.lists(
    st.tuples(
        st.sampled_from(GOES + ALONE + STAYS * 2),
        st.sampled_from(["drums", "piano", "vocals", "strings", "sax"]),
    ),
    max_size=4,
)


@pytest.mark.slow
@given(CLAUSES, st.sampled_from([", ", " and ", ". ", "; ", " but ", "\n", ", and "]))
@settings(max_examples=200, deadline=None)
def test_nobody_is_removed_whom_no_removing_word_governs(clauses, seam):
    prompt = seam.join(form.format(player) for form, player in clauses)
    goes = {player for form, player in clauses if form in GOES}
    for wish in read_prompt(prompt).wishes:
        assert wish.edit.action not in ("cut", "keep", "replace")
        assert wish.edit.action != "level" or abs(wish.edit.amount) <= 6
        if wish.edit.action == "remove":
            assert {*(wish.edit.on or ())} <= goes
            assert wish.edit.on or any(form in ALONE for form, _ in clauses)


@pytest.mark.slow
@given(st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read(prompt):
    read_prompt(prompt)


def test_a_moment_in_a_track():
    sections = (Span(0, 8, "intro"), Span(8, 20, "chorus"), Span(30, 40, "chorus"))
    assert TimeRange(-5).resolve(60, ()) == ((55, 60),)
    assert TimeRange(5, -10).resolve(60, ()) == ((5, 50),)
    assert TimeRange(0.5, unit="share").resolve(60, ()) == ((30, 60),)
    assert TimeRange(-2, unit="bars").resolve(9, (), (0.5, 2.5, 4.5, 6.5)) == ((4.5, 9),)
    assert TimeRange(0, 2, unit="bars").resolve(9, (), (0.5, 2.5, 4.5, 6.5)) == ((0, 4.5),)
    assert TimeRange(section="chorus").resolve(60, sections) == ((8, 20), (30, 40))
    assert TimeRange(section="chorus", which=-1).resolve(60, sections) == ((30, 40),)
    with pytest.raises(Refused, match="no chorus number 3 was found in this track; it has intro 0:00-0:08"):
        TimeRange(section="chorus", which=2).resolve(60, sections)


@pytest.mark.parametrize(
    ("prompt", "why"),
    [
        ("extend the song by 30 seconds", "an edit composes no new sections"),
        ("change the lyrics to something about summer", "new words come as an argument of their own"),
        ("put it back in the original key", "does not know what the track was before"),
        ("a female singer please", "the singer can't be exchanged"),
        ("export the stems", "an edit gives one mix"),
        ("make it 3/4", "metre and feel"),
        ("remove the noise", "noise can't be removed"),
    ],
)
def test_what_an_edit_can_not_do_is_known(prompt, why):
    plan = read_prompt(prompt)
    assert not plan.wishes
    assert why in str(plan.refusal)


@pytest.mark.parametrize(
    "prompt",
    [
        "give the bass a solo",
        "let the guitar take the solo",
        "take some bass off",
        "remove some of the drums",
        "cut a bit of guitar",
        "cut the bass",
        "should I remove the guitar?",
        "only touch the vocals: add reverb",
        "Remove the drums but keep the kick",
        "keep the snare, and remove the drums",
        "I don't want the piano to change",
        "I don't want the drums to stop",
        "the drums are gone in the verse",
        "keep the drums in the chorus only",
        "I don't want the vocals to be so loud",
        "the drums should stay out of the intro",
        "no bass drop",
        "mute the guitar solo",
        "keep the drums loud",
        "replace the guitar with piano and the strings with brass",
    ],
)
def test_nobody_goes_by_a_word_that_means_less_than_all_of_him(prompt: str) -> None:
    plan = read_prompt(prompt)
    assert not plan.wishes
    assert plan.left_out


@pytest.mark.parametrize("prompt", ["not so bright", "make it not so bright", "the piano is not so bright"])
def test_a_denial_is_not_parted_from_what_it_denies(prompt: str) -> None:
    assert all((wish.edit.amount or 0) <= 0 for wish in read_prompt(prompt).wishes)


@pytest.mark.parametrize(
    "prompt",
    [
        "I don't want the drums so loud",
        "don't make the drums so loud",
        "the drums shouldn't be so loud",
        "the drums are not so loud",
        "the drums are too loud so turn them down",
    ],
)
def test_how_loud_so_loud_is_is_not_guessed(prompt: str) -> None:
    assert told(prompt) == ""
    assert left_out(prompt)


@pytest.mark.parametrize("prompt", ["why are the drums so loud", "don't let the guitar be so loud", "everything is so loud"])  # fmt: skip
def test_so_loud_is_never_louder(prompt: str) -> None:
    assert all((wish.edit.amount or 0) <= 0 for wish in read_prompt(prompt).wishes)


def test_every_stretch_of_a_list_is_meant_or_told() -> None:
    two = read_prompt("remove the intro and the outro")
    assert [wish.edit.section for wish in two.wishes] == ["intro", "outro"]
    assert not two.left_out
    three = read_prompt("remove the intro, the bridge and the outro")
    assert [wish.edit.section for wish in three.wishes] == ["intro", "bridge", "outro"]
    levels = read_prompt("drums 3 dB louder in the verse and the chorus").wishes
    assert [(w.edit.on, w.edit.amount, w.edit.section) for w in levels] == [
        (("drums",), 3, "verse"),
        (("drums",), 3, "chorus"),
    ]
    assert left_out("swap verse and chorus") == ["swap verse and chorus"]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        (
            "vocals: +3 dB; drums: -2 dB; bass: mute",
            "make the vocals 3 dB louder; make the drums 2 dB quieter; remove the bass",
        ),
        ("Drums: louder, wider", "make the drums 5 dB louder; set the stereo width of the drums to 160 %"),
        ("1. Remove the drums\n2) Vocals: add reverb", "remove the drums; add 35 % reverb to the vocals"),
        ("compress the drums, more on the bass", "compress the drums by 6 dB"),
        ("- remove drums\\n- brighter vocals", "remove the drums; make the vocals 6 dB brighter"),
        ("louder, except the drums", "make everything but the drums 4 dB louder"),
        ("3 dB louder but not the drums", "make everything but the drums 3 dB louder"),
        ("delay the vocals by 0.2 seconds", ""),
        ("**Drums**: -3 dB", "make the drums 3 dB quieter"),
        ("Drums - 3 dB quieter", "make the drums 3 dB quieter"),
        ("remove drums/bass", "remove the drums and the bass"),
        ("in addition, remove the drums", "remove the drums"),
        ("after that, remove the drums", "remove the drums"),
        ("for the drums, add reverb", ""),
        ("0:10-0:20: mute vocals", "remove the vocals from 10 s to 20 s"),
        ("the drums: well, 3 dB quieter", "make the drums 3 dB quieter"),
        ("high-pass vocals 100 Hz, de-ess 5 dB", "cut the vocals below 100 Hz; de-ess the vocals by 5 dB"),
        ("make everything louder but the vocals", "make everything but the vocals 4 dB louder"),
        ("vocals off in the chorus, on in the verse", "remove the vocals in the chorus"),
        ("drums down, please, in the chorus only", "make the drums 5 dB quieter in the chorus"),
        ("not louder, quieter", "make everything 4 dB quieter"),
        ("except for the drums everything louder", ""),
        ("everything louder but the kick", "make everything but the drums 4 dB louder"),
        (
            "get rid of the trumpet and make the bass guitar 3 dB louder",
            "remove the trumpet; make the bass guitar 3 dB louder",
        ),
        ("boost the lows and highs by 3 dB", ""),
        ("make the guitar acoustic", ""),
        ("vocals 3 dB louder from 0:45 to 1:10 and dry", "make the vocals 3 dB louder from 45 s to 70 s"),
        (
            "in the chorus vocals louder and dry",
            "make the vocals 5 dB louder in the chorus; take 60 % of the reverb off the vocals in the chorus",
        ),
        ("in the intro only piano, then only drums", "remove everything but the piano in the intro"),
        ("decrease drums by half", "make the drums 6.0206 dB quieter"),
        ("fade in the drums over 4 seconds", "fade in the drums over 4 s"),
        (
            "first half quieter, second half louder",
            "make everything 4 dB quieter in the first half; make everything 4 dB louder in the second half",
        ),
    ],
)
def test_lists_and_exceptions_are_about_whom_they_name(prompt: str, expected: str) -> None:
    assert told(prompt) == expected


@pytest.mark.parametrize(
    "prompt",
    [
        "after the chorus, remove the drums",
        "before the chorus, mute the piano",
        "at the start, no drums",
        "around 0:10, mute vocals",
        "piano, hm, add reverb",
        "the rest 3 dB quieter than the piano, mute them",
        "I do not want the drums to be removed, only quieter",
    ],
)
def test_nothing_is_done_where_or_to_whom_was_said_and_not_understood(prompt: str) -> None:
    assert told(prompt) == ""
    assert len(left_out(prompt)) > 1
