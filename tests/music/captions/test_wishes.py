"""Captions are read clause by clause, in English, and nothing of them is lost."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.generation.receipts import Played, receipt
from audiopod_mcp.music.model import Refused, Score

FOREIGN = [
    "シティポップ、スラップベース、サックスソロ",
    "грустная фортепианная музыка без барабанов",
    "슬픈 발라드, 피아노와 현악기",
    "उदास पियानो संगीत",
    "Langsame Rockballade ohne Schlagzeug",
]


@pytest.mark.parametrize("caption", FOREIGN)
def test_a_caption_in_another_language_is_refused_with_the_way_out(caption):
    with pytest.raises(Refused, match="write it in English"):
        read_caption(caption)


@pytest.mark.parametrize("caption", ["musique classique triste au piano, sans batterie", "jazz, ドラムなし"])
def test_what_is_not_english_in_a_caption_is_told(caption):
    told = receipt_of(caption, seconds=12)
    assert any(word in wish.asked for wish in told.not_done for word in ("sans batterie", "ドラムなし"))


@pytest.mark.parametrize(
    ("caption", "seconds"),
    [
        ("lofi, duration: 45 seconds", 45),
        ("30 seconds of house", 30),
        ("jazz, length 1:30", 90),
        ("about 90 seconds, folk", 90),
        ("2 minutes of ambient pads", 120),
        ("rock, 1:15, E minor", 75),
        ("a 20 second clip of techno", 20),
        ("a 30-second jingle", 30),
        ("folk, half a minute", 30),
        ("Duration: 2:05. Style: soul.", 125),
        ("runtime of 40 secs, funk", 40),
    ],
)
def test_a_length_in_words_is_how_long_it_is(caption, seconds):
    assert read_caption(caption).duration == seconds
    assert read_caption(caption, duration=17).duration == 17


@pytest.mark.parametrize(
    "caption",
    [
        "90s house", "808s and dark bells, trap", "drums enter after 30 seconds", "pop with a 10 second intro",
        "70s funk", "starts with piano for 20 seconds", "fade out in the last 5 seconds", "ambient, fade in over 4 seconds", "reverb tail of 3 seconds", "rock, solo lasting 6 seconds", "5 second fade out", "pads, 10 seconds of silence at the end",
    ],
)  # fmt: skip
def test_other_numbers_are_no_length(caption):
    assert read_caption(caption).duration > 35


def test_a_length_that_an_argument_overrules_is_told():
    caption = "lofi, 45 seconds"
    told = receipt_of(caption, seconds=12)
    assert [(wish.asked, wish.instead) for wish in told.not_done] == [("45 seconds", "it lasts 12 s")]


@pytest.mark.parametrize(
    ("caption", "solos", "plays"),
    [
        ("city pop, slap bass, sax solo", ("saxophone",), {"drums", "bass", "woodwinds"}),
        ("smooth jazz with tenor saxophone solo", ("saxophone",), {"drums", "bass", "keyboard"}),
        ("blues with a harmonica solo and an organ solo", ("harmonica", "organ"), {"drums", "bass"}),
        ("hard rock, long guitar solo", ("lead guitar",), {"drums", "bass", "guitar"}),
        ("bluegrass, banjo solo, no drums", ("banjo",), {"bass", "guitar"}),
    ],
)
def test_a_solo_is_within_the_piece_and_the_band_stays(caption, solos, plays):
    brief = read_caption(caption, duration=60)
    assert brief.solos == tuple((name, None) for name in solos)
    score = compose(brief, seed=3)
    assert {part.track for part in score.parts} >= plays
    (first, *_) = [span for span in score.sections if span.label == "solo"]
    soloist = next(part for part in score.parts if part.instrument == solos[0])
    assert sum(first.start <= note.start < first.end for note in soloist.notes) >= 4
    assert receipt_of(caption, seconds=60).not_done == () or "slap" in caption


def test_a_drum_solo_is_one_alone():
    brief = read_caption("jazz trio, drum solo", duration=60)
    score = compose(brief, seed=3)
    solo = next(span for span in score.sections if span.label == "solo")
    playing = {
        part.track for part in score.parts for n in part.notes if solo.start <= n.start < solo.end - 0.2
    }
    assert playing == {"drums"}


def test_who_joins_in_a_section_plays_on_after_it():
    caption = "folk, guitar opens alone, joined by an upright bass in the verse, then a fiddle in the chorus"
    score = compose(read_caption(caption, duration=32), seed=3)
    last = score.sections[-1].start
    assert {p.instrument for p in score.parts if any(n.start >= last for n in p.notes)} >= {
        "upright bass",
        "violin",
    }


def test_more_of_who_has_the_tune_is_more_of_the_tune():
    usual, more = (
        {p.instrument: len(p.notes) for p in compose(read_caption(caption, duration=32), seed=3).parts}
        for caption in ("waltz with flute", "waltz with more flute")
    )
    assert more["flute"] > usual["flute"]
    assert more["piano"] == usual["piano"]


def test_solo_piano_is_the_piano_alone():
    score = compose(read_caption("solo piano, melancholic", duration=20), seed=1)
    assert {part.instrument for part in score.parts} == {"piano"}


@pytest.mark.parametrize(
    ("caption", "metre"),
    [
        ("song in 9/8, balkan brass, 120 bpm", "9/8"),
        ("slow 12/8 blues", "12/8"),
        ("prog rock in 7/8", "7/8"),
        ("jazz in 5/4", "5/4"),
        ("minimal piece in 7/4", "7/4"),
    ],
)
def test_metres_are_played_as_they_are_written(caption, metre):
    score = compose(read_caption(caption, duration=20), seed=2)
    assert score.timesignature == metre
    top, bottom = map(int, metre.split("/"))
    beat = 60 / score.tempo * (4 / bottom) / (1.5 if bottom == 8 and top % 3 == 0 else 1)
    beat = beat if not (bottom == 8 and top % 3 == 0) else 60 / score.tempo / 3
    assert score.downbeats[1] - score.downbeats[0] == pytest.approx(top * beat, rel=0.01)
    assert metre in " ".join(receipt_of(caption, seconds=20).done)


def test_a_metre_that_is_not_played_is_told():
    told = receipt_of("rock in 11/8", seconds=12)
    assert [wish.asked for wish in told.not_done] == ["11/8"]
    assert "4/4" in told.not_done[0].instead


@pytest.mark.parametrize(
    ("caption", "asked", "instead"),
    [
        ("melancholic fado with guitar", "fado", "folk"),
        ("slushwave at 90 bpm", "slushwave", "no such style"),
        ("pop with a key change", "key change", "one key"),
        ("pop, screamed vocals", "screamed vocals", "plainly"),
        ("lo-fi with rain sounds", "rain sounds", "no recorded sounds"),
        ("in the style of Radiohead, 100 bpm", "Radiohead", "no artist"),
        ("theremin and strings", "theremin", "whistle"),
        ("folk with a hurdy-gurdy", "hurdy-gurdy", "not understood"),
        ("techno with tabla", "tabla", "percussion"),
        ("funk with slap bass", "slap bass", "without slap"),
        ("jazz and metal at once", "metal", "one style"),
        ("gabber at 180 bpm", "gabber", "techno"),
        ("horror, no melody", "no melody", "not understood"),
        ("pop, sung in Spanish", "in Spanish", "without lyrics"),
        ("folk with a children's choir", "children's", "grown-ups"),
        ("reggae, heavy on the off-beat", "heavy on the off-beat", "not understood"),
        ("techno with a sudden silence at 0:08", "sudden silence at 0:08", "not understood"),
        ("folk in A minor, not too sad", "not too sad", "minor"),
        ("a heatwave of funk for a road trip", "road trip", "not understood"),
        ("pop, do not make the drums too busy", "too busy", "not understood"),
        ("folk in A minor, no minor keys", "no minor keys", "A minor"),
        ("hip hop, room for vocals, but don’t add vocals", "vocals", "nobody sings"),
        ("pop, remove the drums from the chorus", "remove", "not understood"),
        ("metal with vocals, not instrumental", "not instrumental", "not understood"),
        ("house, then piano chords at the chorus", "at the chorus", "said in sentences"),
        ("jazz, everyone takes a solo: first piano, then bass", "everyone takes", "not understood"),
        ("a tuba would be too much, jazz with piano", "tuba would be too much", "not understood"),
        ("ambient pads, no sudden drums or sharp bells", "no sudden drums or sharp bells", "not understood"),
        ("soul, the drums should be quiet", "should be quiet", "an edit"),
        ("male sings verses, female sings choruses, pop", "male sings verses", "not understood"),
        ("violin lesson video, piano only", "violin lesson", "not understood"),
        (
            "rock, driving drums and a guitar solo after the second chorus",
            "after the second chorus",
            "place for solos",
        ),
        ("trap, hi-hats double time", "double time", "whole kit"),
        ("jazz, drop everything but the drums in the bridge", "everything", "not understood"),
        ("rock with chorus guitar", "chorus", "no such effect"),
        ("techno without drums in the last 8 bars", "drums in the last 8 bars", "entries and exits"),
        ("jazz, the trumpet sits out the first verse", "sits out the first verse", "not understood"),
        ("ambient with wind sounds", "wind sounds", "no recorded sounds"),
        ("techno, only kick and bass in the intro", "only kick and bass in the intro", "whole kit"),
        ("country, a steel guitar solo at the end", "at the end", "place for solos"),
        ("funk, wah-wah guitar enters at the chorus", "wah-wah guitar", "in its usual way"),
        ("cinematic, starts with piano, then theremin", "theremin", "whistle plays in its place"),
        (
            "hip hop, just drums and bass in the verse",
            "just drums and bass in the verse",
            "a tag of the lyrics",
        ),
        ("hip hop, more snare", "more snare", "whole kit"),
        ("pop, nothing electronic", "nothing electronic", "electric"),
        ("solo piano, less guitar", "less guitar", "no guitar plays here"),
        ("synthwave, acoustic", "acoustic", "synth"),
        ("post-punk with chorus-drenched guitars", "chorus-drenched", "no such effect"),
        ("disco, the bass starts alone, guitar follows four bars later", "four bars later", "not understood"),
        ("everything except drums should be soft, jazz", "soft", "not understood"),
    ],
)
def test_what_is_not_done_is_told_in_the_persons_own_words(caption, asked, instead):
    told = receipt_of(caption, seconds=12)
    assert any(asked in wish.asked and instead in wish.instead for wish in told.not_done), told


@pytest.mark.parametrize(
    ("caption", "fact"),
    [
        ("house, bpm 90-100", "90-100: 95 BPM, the middle"),
        ("soul, tempo around 80 to 90", "85 BPM, the middle"),
        ("between 120 and 130 bpm, techno", "125 BPM, the middle"),
        ("house, 118-122", "118-122: 120 BPM, the middle"),
        ("rock, no long intro", "no long intro: intro of"),
        ("folk, no break", "no break"),
        ("pop, sparse verse, huge chorus", "huge chorus"),
        ("indie rock, quiet verses and loud choruses", "less is played there than elsewhere"),
        ("lo-fi, the chorus is big", "chorus is big"),
        ("folk with a piano intro", "piano alone from 0:00"),
        ("lo-fi, intro: pads; verse: add bass; outro: pads only", "upright bass from"),
        ("Intro - solo piano. Verse - bass and drums. Chorus - strings.", "strings from"),
        ("k-pop, intro (synth pluck), verse (add bass)", "synth pluck alone"),
        ("samba, nylon guitar, no drums until bar 9", "from 0:"),
        ("folk, flute in the choruses", "flute from"),
        ("Only bass and drums for the first 8 bars, then guitar comes in. Funk", "alone from 0:00"),
        ("lo-fi, swing 58%", "swing 58 %"),
        ("Techno at 135 with acid line", "135 BPM"),
        ("hip hop, 92ish bpm", "92 BPM"),
        ("soul with more bass", "more bass"),
        ("blues, quiet ending", "less is played"),
        ("EDM, starts sparse", "less is played"),
        ("folk, cello enters first, then drums", "cello alone from 0:00"),
        ("pop, strings from the second verse", "strings from"),
        ("pop, explosive verse", "more is played there"),
        ("pop, verse (minimal)", "less is played there"),
        ("huge finale with choir and brass, orchestral", "more is played there"),
        ("post-rock, start soft, end loud", "end loud"),
        ("pop, no drums in the intro", "silent 0:00"),
        ("rock with a guitar, but not in the verses", "silent 0:"),
        ("pop, no drums in the second verse", "second verse: silent 0:34.6–0:43.2"),
        ("pop, mute the drums in the intro", "silent 0:00"),
        ("pop, no drums except in the chorus", "from 0:"),
        ("synthwave, drums come in later", "from 0:"),
        ("builds up from a lone cello to a full orchestra, cinematic", "cello alone from 0:00"),
        ("starts with piano alone, then the whole band joins, pop", "piano alone from 0:00"),
        ("ambient, the drums should only play in the second half", "from 0:"),
        ("first pad, then arp, then drums, trance", "pad alone from 0:00"),
        ("house, no vocals except a choir", "no vocals except"),
        ("a soft outro with only strings, cinematic", "alone from"),
        ("the chorus should be huge and the verses sparse, pop", "verses sparse"),
        ("ambient, drums off until 0:30", "from 0:"),
        ("lullaby with a music box alone at the end", "music box alone from"),
        ("soul, drums and bass in the chorus only", "from 0:"),
        ("drums enter after one minute", "from 1:00"),
        ("guitar, joined by strings after 8 bars, pop", "strings from"),
        ("piano alone for the first 4 bars then the band comes in, soul", "piano alone from 0:00"),
        ("strings should not play until the chorus; pop", "strings from"),
        ("swing, trumpet-free", "trumpet-free"),
        ("pop, [Chorus] strings enter", "Chorus: strings enter: strings from 0:1"),
        (
            "country with pedal steel and a harmonica that only plays at the end",
            "harmonica that only plays at the end: harmonica from",
        ),
        ("house, piano chords and a saxophone that comes in halfway through", "saxophone from 0:"),
        ("punk, no fade out", "no fade out"),
        ("quiet outro with solo piano, pop", "piano alone from"),
        ("country, the guitar plays throughout except in the chorus", "silent 0:"),
        ("trap, no autotune", "no autotune"),
        ("folk, fingerpicked guitar opens alone", "fingerpicked guitar (acoustic guitar)"),
        ("bossa nova with nylon guitar that begins alone", "nylon guitar alone from 0:00"),
        ("cinematic, begins with cello, strings join gradually, then timpani and brass", "timpani from 0:2"),
        ("ska, the trumpet takes a solo", "trumpet takes a solo: trumpet 0:"),
        ("bluegrass, acoustic", "no electric instrument plays"),
        ("folk, no electric instruments", "no electric instrument plays"),
        ("waltz with more flute", "more melody"),
        ("chiptune with triangle bass", "chip bass"),
        ("ballad with piano playing slow arpeggios", "arpeggios (piano)"),
        ("smooth jazz trio", "piano, upright bass, brushed kit"),
        ("soul, a woman sings", "female voice"),
        ("rock, no solo", "no solo"),
        ("pop, only piano at the end", "piano alone from 1:0"),
        ("fingerstyle, solo guitar", "nobody else plays"),
    ],
)
def test_what_is_said_of_sections_and_ranges_is_measured(caption, fact):
    told = receipt_of(caption, seconds=75)
    assert any(fact in done for done in told.done), told
    assert told.not_done == ()


@pytest.mark.parametrize(
    ("caption", "asked"),
    [
        ("trap with a half-time intro", "half-time intro"),
        ("pop, dark choir verse", "dark choir verse"),
        ("jazz, verses in half-time", "verses in half-time"),
        ("pop, starts slow", "starts slow"),
        ("EDM, dark breakdown", "dark breakdown"),
        ("rock with hard pan guitars left and right", "hard pan"),
        ("pop, no intro", "no intro"),
        ("boom bap with soul samples", "soul samples"),
        ("folk with heavy reverb", "heavy reverb"),
        ("jazz, In the style of Daft Punk meets Black Sabbath", "Daft Punk meets Black Sabbath"),
        ("ambient with binaural beats", "binaural beats"),
        ("indie pop, less drums in the verse", "less drums in the verse"),
        ("rock, the verse is just acoustic guitar", "verse is just acoustic guitar"),
        ("punk, end with a bang", "end with a bang"),
        ("pop, strings alone in the chorus", "alone"),
        ("rock, more drums in the chorus", "more drums in the chorus"),
        ("pop, not cheesy", "not cheesy"),
        ("lo-fi, more crackle", "more crackle"),
        ("pop, verse (dark), chorus: everything huge", "verse (dark)"),
    ],
)
def test_what_is_not_done_leaves_the_piece_as_it_is_without_it(caption, asked):
    told = receipt_of(caption, seconds=75)
    assert any(asked in wish.asked for wish in told.not_done), told
    plain = read_caption(caption.split(",")[0].split(" with ")[0], duration=75)
    brief = read_caption(caption, duration=75)
    for name in ("style", "mood", "energy", "tempo", "feel", "activity"):
        assert getattr(brief, name) == getattr(plain, name), name


def test_an_argument_that_overrules_the_caption_is_told():
    caption = "folk at 140 bpm in A minor, 3/4, no vocals"
    brief = read_caption(caption, tempo=96, key="G", timesignature="4/4", lyrics="la la\nla la", duration=12)
    told = receipt(caption, Played(brief, compose(brief, seed=1)))
    assert {wish.asked for wish in told.not_done} == {"140 bpm", "A minor", "3/4", "no vocals"}


_WORDS = [
    "jazz", "dark", "techno", "piano", "saxophone solo", "no drums", "120 bpm", "in A minor", "3/4", "12/8", "slow", "fast",
    "waltz", "theremin", "slap bass", "male vocals", "choir", "fade out", "mono", "dry", "45 seconds", "road trip", "purple",
    "sparse drums", "half-time", "swung", "with a bridge", "key change", "rain sounds", "in the style of Radiohead",
    "string quartet", "only strings", "duet", "sung in Spanish", "80s", "study", "kick", "starts with piano", "strings join after 4 bars",
    "drums come in at the chorus", "ends on piano", "without bass", "not sad", "cowbell", "gabber", "ヴァイオリン", "schnell", "D dorian",
    "no drums in the intro", "huge finale", "less bass", "more vinyl crackle", "strings come in later", "drums off until 0:09",
    "replace the piano with an organ", "organ but not in the chorus", "not cheesy", "sparse verses", "builds from flute to choir",
]  # fmt: skip


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(_WORDS), min_size=1, max_size=7, unique=True),
    st.sampled_from([", ", " and ", ". ", " "]),
)
def test_every_word_that_says_something_is_in_one_of_the_two_lists(wishes, between):
    caption = between.join(wishes)
    try:
        told = receipt_of(caption, seconds=16)
    except Refused:
        return
    said = " ".join((*told.done, *(f"{wish.asked} {wish.instead}" for wish in told.not_done))).lower()
    for word in re.findall(r"[^\W_]{3,}", caption.lower()):
        if word not in ("with", "and", "the", "duet", "bpm", "seconds", "solo", "only"):
            assert word in said, (caption, told)
    assert not {f.lower() for f in told.done} & {wish.asked.lower() for wish in told.not_done}


def receipt_of(caption, seconds=None, **wanted):
    brief = read_caption(caption, duration=seconds or -1, **wanted)
    return receipt(caption, Played(brief, scored(brief)))


def scored(brief) -> Score:
    return compose(brief, seed=1)


@pytest.mark.parametrize(
    ("caption", "keys"),
    [
        ("pop with tambourine", {54}),
        ("latin groove with congas and a cowbell", {62, 56}),
        ("soul, finger snaps", {27}),
        ("folk with a shaker", {70}),
    ],
)
def test_a_percussion_instrument_that_is_named_is_the_one_that_plays(caption, keys):
    score = compose(read_caption(caption, duration=40), seed=2)
    heard = {round(n.pitch) for part in score.parts if part.track == "percussion" for n in part.notes}
    assert heard >= keys
    assert receipt_of(caption, seconds=40).not_done == ()


def test_a_pulse_is_measured_on_the_score():
    assert any("kick on" in fact for fact in receipt_of("disco, four-on-the-floor", seconds=30).done)
    told = receipt_of("trap, four on the floor", seconds=30)
    assert [wish.asked for wish in told.not_done] == ["four on the floor"]


@pytest.mark.parametrize("caption", ["pop, walking bass at 90 bpm", "rock with a walking bass line, 100 bpm"])
def test_a_bass_walks_where_it_is_asked_to(caption):
    def moves(caption):
        score = scored(read_caption(caption, duration=24))
        bass = sorted((n.start, n.pitch) for p in score.parts if p.track == "bass" for n in p.notes)
        return sum(a[1] != b[1] for a, b in pairwise(bass)) / len(score.beats)

    assert moves(caption) > 0.75 > moves(caption.replace("walking ", ""))
    assert any("walking bass" in fact for fact in receipt_of(caption, seconds=24).done)


def test_a_guitar_is_picked_or_strummed_as_it_is_asked():
    def together(caption):
        score = scored(read_caption(caption, duration=24))
        starts = sorted(n.start for p in score.parts if p.track == "guitar" for n in p.notes)
        return sum(b - a < 0.06 for a, b in pairwise(starts)) / len(starts)

    assert together("folk, fingerpicked guitar") < 0.2 < together("folk, strummed guitar")


@pytest.mark.parametrize(
    ("caption", "said"),
    [
        ("reggae with skanking guitar, one-drop drums", "skanking guitar (electric guitar), one-drop drums"),
        ("cinematic, arpeggiated harp and tremolo strings", "arpeggiated harp (harp), tremolo strings"),
        ("soul with brass stabs", "brass stabs (brass)"),
        ("synthwave, arpeggiated bass", "arpeggiated bass (synth bass)"),
        ("ambient, piano arpeggios", "piano arpeggios (piano)"),
    ],
)
def test_who_plays_in_which_way_is_told(caption, said):
    told = receipt_of(caption, seconds=24)
    assert not told.not_done
    assert any(said in fact for fact in told.done)


def test_a_way_of_playing_that_nobody_has_is_told():
    [missed] = receipt_of("pop, galloping piano", seconds=20).not_done
    assert missed.asked == "galloping piano"
    assert receipt_of("pop, no arpeggiated synths", seconds=20).not_done == ()
