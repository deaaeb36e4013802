import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiopod_mcp.music.analysis.analyze import analyze
from audiopod_mcp.music.lyrics.alignment import AlignmentEvidence, align_lines
from audiopod_mcp.music.lyrics.lrc import from_lrc, to_lrc
from audiopod_mcp.music.lyrics.repetition import repeated_passage
from audiopod_mcp.music.lyrics.syllables import syllables
from audiopod_mcp.music.lyrics.text import LyricSection, parse_lyrics
from audiopod_mcp.music.lyrics.timing import align_lyrics, align_lyrics_with_note
from audiopod_mcp.music.model import LyricLine, Refused
from audiopod_mcp.operations.lrc import line_times
from tests.music.synth import RATE, chords, stereo, sung

# ---------------------------------------------------------------------------- text


def test_sections_are_read_from_their_tags():
    text = "\ufeff[Verse 1]\r\nFirst  line \r\n\r\nsecond line\r\n[Chorus]\r\nSing\r\n[Instrumental]\r\n"
    assert parse_lyrics(text) == (
        LyricSection("Verse 1", ("First line", "second line")),
        LyricSection("Chorus", ("Sing",)),
        LyricSection("Instrumental", ()),
    )


def test_blank_lines_part_untagged_text():
    assert parse_lyrics("a\nb\n\n\nc\n") == (LyricSection(None, ("a", "b")), LyricSection(None, ("c",)))
    assert parse_lyrics(" \n \n") == ()


def test_words_in_brackets_within_a_line_are_sung():
    assert parse_lyrics("come on (come on)\n(ooh)") == (LyricSection(None, ("come on (come on)", "(ooh)")),)


@pytest.mark.parametrize(
    "divided",
    [
        "hel-lo",
        "ba-na-na",
        "love",
        "hopes",
        "walked",
        "wan-ted",
        "wi-shes",
        "ta-ble",
        "na-tion",
        "spe-cial",
        "quick",
        "queen",
        "some-one",
        "a-way",
        "beau-ti-ful",
        "pi-a-no",
        "ra-di-o",
        "i-de-a",
        "be-ing",
        "run-ning",
        "don't",
        "ev'-ry",
        "free-dom",
        "lit-tle",
        "peo-ple",
        "you",
        "re-mem-ber",
        "be-neath",
        "twen-ty-one",
        "li-on",
        "strength",
        "rhythm",
        "fly-ing",
        "be-yond",
        "gui-tar",
        "blue",
        "cre-ate",
        "sci-ence",
        "lone-ly",
        "ma-ña-na",
        "co-ra-zón",
        "dí-a",
        "stra-ße",
        "мо-ло-ко",
    ],
)
def test_words_divide_into_syllables(divided):
    assert syllables(divided.replace("-", "")) == divided.split("-")


def test_characters_are_syllables_in_chinese_japanese_and_korean():
    assert syllables("你好世界") == list("你好世界")
    assert syllables("きょう") == ["きょ", "う"]
    assert syllables("안녕!") == ["안", "녕!"]


@given(st.text(max_size=30))
def test_syllables_joined_are_the_word(word):
    parts = syllables(word)
    assert "".join(parts) == word
    assert all(parts)


# ---------------------------------------------------------------------------- LRC

WORDS = st.text(st.characters(categories=["L", "N"], include_characters="'’,!-"), min_size=1, max_size=8)
TIMES = st.integers(0, 600_000).map(lambda hundredths: hundredths / 100)


@st.composite
def lyric_lines(draw):
    starts = sorted(draw(st.lists(TIMES, min_size=1, max_size=8, unique=True)))
    lines = []
    for start in starts:
        words = draw(st.lists(WORDS, min_size=1, max_size=5))
        timed = tuple((round(start + 0.3 * index, 2), word) for index, word in enumerate(words))
        lines.append(LyricLine(start, start + 2.0, " ".join(words), timed if draw(st.booleans()) else ()))
    return tuple(lines)


@given(lyric_lines())
def test_lines_survive_the_trip_through_lrc(lines):
    back = from_lrc(to_lrc(lines, title="A [strange] title", artist="Somebody", length=6_100, words=True))
    assert [line.text for line in back] == [line.text for line in lines]
    assert [line.start for line in back] == pytest.approx([line.start for line in lines], abs=0.006)
    for before, after in zip(lines, back, strict=True):
        assert [word for _, word in after.words] == [word for _, word in before.words]
        assert [t for t, _ in after.words] == pytest.approx([t for t, _ in before.words], abs=0.006)
        assert after.end >= after.start


@given(st.text(alphabet="[]<>:.0123456789 abti\n\r\t\ufeff-+offset", max_size=120))
def test_no_text_is_too_strange_for_the_parser(text):
    lines = from_lrc(text)
    assert all(line.text and 0 <= line.start <= line.end for line in lines)
    assert [line.start for line in lines] == sorted(line.start for line in lines)


@given(st.text(max_size=60))
def test_any_line_of_text_stays_one_line(text):
    written = to_lrc([LyricLine(1.0, 2.0, text)])
    assert len(written.splitlines()) <= 2 or not text.isprintable()
    assert all(line.startswith("[00:0") for line in written.split("\n")[:-1])


def test_lrc_as_players_expect_it():
    lines = [
        LyricLine(61.234, 63.0, "Hello world", ((61.234, "Hello"), (62.0, "world"))),
        LyricLine(5.0, 6.5, "First"),
    ]
    head = "[ti:Song]\n[ar:Me]\n[length:03:05]\n[00:05.00]First\n[00:06.50]\n"
    written = to_lrc(lines, title="Song", artist="Me", length=185.4)
    assert written == f"{head}[01:01.23]Hello world\n[01:03.00]\n"
    worded = to_lrc(lines, title="Song", artist="Me", length=185.4, words=True)
    assert worded == f"{head}[01:01.23]<01:01.23>Hello <01:02.00>world\n[01:03.00]\n"
    assert line_times(worded) == written


@pytest.mark.parametrize(
    ("theirs", "read"),
    [
        ("[00:01.00] <00:01.00> We <00:01.50> sing <00:02.00>", "[00:01.00]We sing"),
        ("[00:01.00]We [00:01.50]sing", "[00:01.00]We sing"),
        ("[00:01.00][00:09.00]We sing", "[00:01.00][00:09.00]We sing"),
        ("[ti:A <00:01.00> song]\n[00:01.00] la\n", "[ti:A <00:01.00> song]\n[00:01.00] la\n"),
    ],
)
def test_times_of_words_are_left_out_of_what_others_wrote(theirs, read):
    assert line_times(theirs) == read


def test_lrc_as_others_write_it():
    text = "[ti:x]\n[offset:+500]\n[00:10.50][01:10.5]Again\n[00:12.123]Once\n[00:14]\nno time\n[by:me]\n"
    assert from_lrc(text) == (
        LyricLine(10.0, pytest.approx(11.623), "Again"),
        LyricLine(pytest.approx(11.623), 13.5, "Once"),
        LyricLine(70.0, 74.0, "Again"),
    )


# ---------------------------------------------------------------------------- timing

LINES = [
    "Over the hills and far away",
    "nobody knows the way",
    "Down by the river we shall meet",
    "singing it all day",
]


@pytest.fixture(scope="module")
def recording():
    """Four lines, sung at known times over chords, with a break in the middle."""
    starts = [4.0, 7.0, 16.0, 19.0]
    audio = chords([(60, 4), (65, 4), (67, 4), (60, 4)] * 3, 2.0)[: 24 * RATE]
    for start in starts:
        voice = sung([67, 69, 72, 71], 0.5)
        first = round(start * RATE)
        audio[first : first + len(voice)] += 0.15 * voice
    audio = stereo(audio)
    return starts, audio, analyze(audio, RATE)


@pytest.mark.slow
def test_lines_are_placed_where_the_voice_sings(recording):
    starts, audio, analysis = recording
    lines = align_lyrics("[Verse]\n" + "\n".join(LINES), analysis, audio, RATE)
    assert [line.text for line in lines] == LINES
    assert [line.start for line in lines] == pytest.approx(starts, abs=0.5)
    assert all(a.start < a.end <= b.start + 1e-6 for a, b in itertools.pairwise(lines))


def heard(seconds, sung):
    """Evidence at 10 steps a second in which somebody clearly sings in the given stretches, else nobody."""
    voice, onset = np.full(10 * seconds, -4.0, np.float32), np.zeros(10 * seconds, np.float32)
    for start, end in sung:
        voice[round(10 * start) : round(10 * end)] = 4.0
        onset[round(10 * start)] = 2.0
    return AlignmentEvidence(10.0, voice, onset, np.zeros((0, 12), np.float32))


def lay(evidence, counts, stanzas=None, words=None):
    counts = np.asarray(counts)
    return align_lines(evidence, words or [f"line {n}" for n in range(len(counts))], counts, stanzas)


def starts(placed):
    return [line.start for line in placed]


def test_a_line_without_a_voice_for_it_is_less_sure():
    evidence = heard(30, [(5, 7.5), (10, 12.5)])
    two, three = (lay(evidence, np.full(n, 8)) for n in (2, 3))
    assert min(line.confidence for line in three) < min(line.confidence for line in two)


@pytest.mark.slow
def test_long_lines_with_hardly_a_breath_between_them_are_told_apart():
    """Sixteen lines on a grid of 4.6 s, sung all through but for 0.4 s, an interlude between stanzas."""
    at = [8 + 4.6 * line + 10 * (line // 4) for line in range(16)]
    placed = lay(heard(130, [(start, start + 4.2) for start in at]), np.asarray([8, 8, 8, 4] * 4))
    assert starts(placed) == pytest.approx(at, abs=0.2)


def test_lines_run_on_without_any_breath_share_the_voice_out():
    at = [10 + 3.5 * line + 12 * (line // 4) for line in range(8)]
    evidence = heard(70, [(at[0], at[3] + 3.5), (at[4], at[7] + 3.5)])
    stanzas = [line % 4 == 0 for line in range(8)]
    assert starts(lay(evidence, np.full(8, 8), stanzas)) == pytest.approx(at, abs=0.6)


def test_a_long_way_to_the_first_line_is_no_obstacle():
    at = [60 + 3 * line for line in range(6)]
    assert starts(lay(heard(90, [(t, t + 2.2) for t in at]), np.full(6, 8))) == pytest.approx(at, abs=0.2)


def test_singing_that_is_not_written_takes_no_line():
    at = [5 + 3 * line + 15 * (line // 4) for line in range(8)]
    sung = [(t, t + 2.2) for t in at] + [(20.5, 22.0)]
    assert starts(lay(heard(60, sung), np.full(8, 8))) == pytest.approx(at, abs=0.2)


def test_more_lines_than_steps_are_spread_out_evenly():
    placed = lay(heard(2, [(0.5, 1.5)]), np.full(30, 1))
    assert all(a <= b for a, b in itertools.pairwise(starts(placed)))
    assert max(line.confidence for line in placed) == 0


def test_the_passage_that_returns_is_found():
    verse, chorus = ["a", "b", "c"], ["x", "y", "x", "z"]
    assert repeated_passage([*verse, *chorus, "d", "e", *chorus, "f", *chorus]) == (4, (3, 9, 14))
    assert repeated_passage(["a", "b", "c"]) is None


@pytest.mark.slow
def test_music_that_returns_without_the_words_misleads_nobody():
    """A loop returns all the time; the voice tells which return is the chorus."""
    at = [12, 16, 20, 24, 40, 44, 48, 52]
    evidence = heard(80, [(t, t + 2.5) for t in at])
    loop = np.eye(12, dtype=np.float32)[np.arange(800) // 20 % 4]
    placed = lay(
        replace(evidence, chroma=loop), np.full(8, 8), words=["a", "b", "x", "y", "c", "d", "x", "y"]
    )
    assert starts(placed) == pytest.approx(at, abs=0.3)
    assert all(0 <= line.confidence <= 1 for line in placed)


@pytest.mark.slow
def test_lines_are_placed_by_the_analysis_alone(recording):
    starts, _, analysis = recording
    lines = align_lyrics("\n".join(LINES), analysis, None, RATE)
    assert [line.start for line in lines] == pytest.approx(starts, abs=1.0)


@pytest.mark.slow
def test_no_lines_and_too_many_lines_are_refused(recording):
    _, audio, analysis = recording
    with pytest.raises(Refused, match="no lines"):
        align_lyrics("[Verse]\n\n", analysis, audio, RATE)
    with pytest.raises(Refused, match="syllables of lyrics don't fit"):
        align_lyrics("\n".join(LINES * 30), analysis, audio, RATE)


def test_even_the_shortest_recording_takes_a_line():
    audio = stereo(sung([60], 0.5))
    (line,) = align_lyrics("Hey", analyze(audio, RATE), audio, RATE)
    assert 0 <= line.start <= line.end <= 0.5


@pytest.mark.slow
def test_times_are_finite_in_a_recording_without_any_voice():
    audio = stereo(chords([(60, 4), (65, 4)] * 3, 2.0))
    lines = align_lyrics("one\ntwo\nthree", analyze(audio, RATE), audio, RATE)
    assert np.isfinite([line.start for line in lines] + [line.end for line in lines]).all()
    _, remark = align_lyrics_with_note("one\ntwo\nthree", analyze(audio, RATE), audio, RATE)
    assert "no clear singing was heard" in remark


@pytest.mark.slow
def test_times_are_doubted_where_hardly_any_voice_was_separated(recording):
    _, audio, analysis = recording
    for gain, doubted in ((0.3, True), (1.0, False)):
        _, remark = align_lyrics_with_note("\n".join(LINES), analysis, audio, RATE, voice=gain * audio)
        assert ("no clear singing was heard" in remark) is doubted


def test_a_remark_is_no_line_to_a_player():
    written = to_lrc([LyricLine(1.0, 2.0, "la")], length=3.0, remark="Times [00:01.00] are estimated.")
    assert written.startswith("[length:00:03]\n[re:audiopod-mcp]\n[#:Times are estimated.]\n[00:01.00]la")
    assert [line.text for line in from_lrc(written)] == ["la"]
