"""Lyrics as people paste them: what is sung, what makes the form, and what is told."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiopod_mcp.music.lyrics.text import parse_lyrics, read_lyrics


def form(text):
    return [(section.label, *section.lines) for section in parse_lyrics(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[Verse 1] I walk\n[Chorus] We rise", [("verse", "I walk"), ("chorus", "We rise")]),
        ("I walk alone[Verse 2]\nmore", [(None, "I walk alone"), ("verse", "more")]),
        ("[verse]I walk[/verse]\nafter", [("verse", "I walk"), (None, "after")]),
        ("Verse 1:\nI walk\n\nPre-Chorus:\nup", [("verse", "I walk"), ("pre-chorus", "up")]),
        ("VERSE ONE: I walk", [("verse", "I walk")]),
        ("**Chorus**\nWe **rise**", [("chorus", "We rise")]),
        ("## Bridge\nHold on\n#OUTRO\nGone", [("bridge", "Hold on"), ("outro", "Gone")]),
        ("【副歌】\n再见\n主歌1：\n你好", [("chorus", "再见"), ("verse", "你好")]),
        ("（Verse）\nhi\n(Chorus)\nho", [("verse", "hi"), ("chorus", "ho")]),
        ("<verse>\nhi\n</verse>\n<chorus>ho</chorus>", [("verse", "hi"), ("chorus", "ho")]),
        ("{start_of_chorus}\nhi\n{end_of_chorus}", [("chorus", "hi")]),
        ("[Chorus] x2\nhi", [("chorus", "hi", "hi")]),
        ("Chorus (x2)\nhi", [("chorus", "hi", "hi")]),
        ("[Chorus 2x]\nhi\nho", [("chorus", "hi", "ho", "hi", "ho")]),
        ("hi (x2)\nho x3", [(None, "hi", "hi", "ho", "ho", "ho")]),
        ("[Verse]\nhi\nho\n(x2)", [("verse", "hi", "ho", "hi", "ho")]),
        ("[Chorus]\nhi\n[Verse]\nho\n[Chorus]", [("chorus", "hi"), ("verse", "ho"), ("chorus", "hi")]),
        ("[Chorus]\nhi\n[Verse]\nho\n(Repeat Chorus)", [("chorus", "hi"), ("verse", "ho"), ("chorus", "hi")]),
        ("Strophe 1\nJe chante\nRefrain :\nLa", [("verse", "Je chante"), ("chorus", "La")]),
        ("Estribillo\nAy\nPuente\nNo", [("chorus", "Ay"), ("bridge", "No")]),
        ("[サビ]\n歌う\nAメロ\n走る", [("chorus", "歌う"), ("verse", "走る")]),
        ("[Verse 1]\\nI see\\n[Chorus]\\nOh stay", [("verse", "I see"), ("chorus", "Oh stay")]),
        ("[Verse]<br>Tom &amp; I<br/>go", [("verse", "Tom & I", "go")]),
        ("```\n- [Verse]\n- I walk\n```", [("verse", "I walk")]),
        ("Lyrics:\n\n1. I walk\n2. I run", [(None, "I walk", "I run")]),
        ("Sure! Here are the lyrics for your song:\n\n[Verse]\nhi", [("verse", "hi")]),
        ("[Verse]\r\nI\u200b walk\u200e\r\n", [("verse", "I walk")]),
        ("[Bridge – whispered]\nhush", [("bridge", "hush")]),
        ("[Verse]\nSay it\n[Instrumental crescendo with guitars]\n[Outro]\nGone",
         [("verse", "Say it"), ("solo",), ("outro", "Gone")]),
        ("[Verse]\nSay it\n[Guitar Solo]\n[End]", [("verse", "Say it"), ("solo",)]),
        ("[Intro]\n[Fade In]\n[Verse]\nSoft\n[Outro]\n[Fade Out]\n[End]", [("intro",), ("verse", "Soft"), ("outro",)]),
        ("[Verse]\n[soft piano]\nI sing", [("verse", "I sing")]),
        ("[Verse\nI sing", [("verse", "I sing")]),
        ("[Verse [soft]]\nI sing", [("verse", "I sing")]),
        ("V1:\nhello\nC:\nworld", [("verse", "hello"), ("chorus", "world")]),
        ("Verse 1 (Drake):\nyo\nChorus (Rihanna)\nna na", [("verse", "yo"), ("chorus", "na na")]),
        ("Intro (instrumental)\nVerse\nhi", [("intro",), ("verse", "hi")]),
        ("Primera estrofa\nhola\nÚltimo coro:\nla", [("verse", "hola"), ("chorus", "la")]),
        ("\\[Verse\\]\nhi\n\\*\\*Chorus\\*\\*\nho", [("verse", "hi"), ("chorus", "ho")]),
        ("1\n00:00:01,000 --> 00:00:04,000\nHello\n2\n00:00:05,000 --> 00:00:08,000\nthere", [(None, "Hello", "there")]),
        ("0:12 Hello\n0:16 there", [(None, "Hello", "there")]),
        ("Capo 2\n♪ la la ♪", [(None, "la la")]),
        ("e|--0--|\nB|--1--|\nla la", [(None, "la la")]),
        ("[Chorus]\nhi\n[Repeat chorus to fade]", [("chorus", "hi"), ("chorus", "hi")]),
        ("[Verse]/nHello/n[Chorus]/nHi", [("verse", "Hello"), ("chorus", "Hi")]),
        ("[Verse] Hello / World", [("verse", "Hello", "World")]),
        ("[Verse]\n{whisper}hello{/whisper}\n<soft>hi</soft>\nyo", [("verse", "hello", "hi", "yo")]),
        ("f**k it _now_ snake_case", [(None, "f**k it now snake_case")]),
        ("[Guitar Solo]\nI sing", [("solo",), (None, "I sing")]),
        ("[Long solo by the guitar,\nslow and sad]\nI sing", [("solo",), (None, "I sing")]),
    ],
)  # fmt: skip
def test_headings_of_every_form_make_sections_and_are_not_sung(text, expected):
    assert form(text) == expected


@pytest.mark.parametrize(
    "line",
    [
        "Chorus of angels",
        "Bridge over troubled water",
        "Verse by verse I wrote it down",
        "Oh, refrain from crying",
        "come on (come on)",
        "(oh yeah)",
        "(ooh)",
        "End",
        "Break",
        "A B C D E F G",
        "I <3 you",
        "It ends at 4:20",
        "#blessed",
        "1999 was the year",
        "She said: come home",
        "Am I awake",
        "Fade into you",
        "Drop it low",
        "「さよなら」と言った",
    ],
)
def test_a_line_that_only_looks_like_a_heading_is_sung(line):
    assert form(line) == [(None, line)]
    assert form(f"[Verse]\nfirst\n{line}") == [("verse", "first", line)]


def test_times_of_lrc_put_lines_in_order_and_are_not_sung():
    text = "[ti:Song]\n[00:12.00]Far away\n[00:15.30][00:45.10]Lights go on\n[00:30.00]<00:30.00>In <00:31.00>between"
    assert form(text) == [(None, "Far away", "Lights go on", "In between", "Lights go on")]
    assert {wish.asked for wish in read_lyrics(text).unmet} >= {"ti:Song"}


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Both: I love you\nChoir:\nme too", ["Both", "Choir"]),
        ("[ja]\nこんにちは", ["ja"]),
        ("[Verse]\n[applause]\nhi", ["applause"]),
        ("[Verse]\nI walk [softly] along", ["softly"]),
        ("(whispered) hush", ["whispered"]),
        ("[Verse]\n(building) Hearts are loud", ["building"]),
        ("[Verse]\n~whispers~ come to me\n*claps* yeah", ["whispers", "claps"]),
        ("[Chorus] (All together)\nla la", ["All together"]),
        ("[Verse]\nhello there\n\nHope you like it! 🎶", ["Hope you like it!"]),
        ("Title: Midnight\nTempo: 120\n[Verse]\nhi", ["Title: Midnight", "Tempo: 120"]),
        ("[Verse]\nhi\n[Fade Out]\n[Chorus]\nho", ["Fade Out"]),
    ],
)
def test_what_makes_no_section_is_told_in_its_own_words(text, asked):
    assert [wish.asked for wish in read_lyrics(text).unmet] == asked
    sung = " ".join(line for section in parse_lyrics(text) for line in section.lines)
    assert not any(
        word in sung
        for word in (
            "Female",
            "Male:",
            "applause",
            "softly",
            "whisper",
            "Title",
            "building",
            "claps",
            "together",
            "Hope",
        )
    )


def test_fades_and_ends():
    sheet = read_lyrics("[Fade in]\n[Verse]\nhi\n[Outro - fade out]")
    assert (sheet.fades_in, sheet.fades_out, sheet.ends_abruptly) == (True, True, False)
    assert read_lyrics("[Verse]\nhi\n[abrupt end]").ends_abruptly
    for text in (
        "[Verse]\nhi\n[Outro: fade out]\nbye",
        "[Outro]\nbye\n(Fade out)\nbye",
        "Verse\nhi\nFade out:",
        "Verse\nhi (repeat until fade)",
        "Verse\nhi\n[Music fades out]",
    ):
        assert read_lyrics(text).fades_out
    assert not read_lyrics("[Verse: guitar fades out]\nhi\n[Chorus]\nho").fades_out


@pytest.mark.parametrize(
    ("text", "lines", "chords"),
    [
        ("[Am]River rolling [F]to the sea", ("River rolling to the sea",), (((0, "Am"), (12, "F")),)),
        ("riv[F#m7/C#]er", ("river",), (((3, "F#m7/C#"),),)),
        ("Am      F\nRiver rolling", ("River rolling",), (((0, "Am"), (7, "F")),)),
        ("C  N.C.\nHold on", ("Hold on",), (((0, "C"), (3, "N")),)),
        ("[ch]C[/ch] Hold [ch]G[/ch]on", ("Hold on",), (((0, "C"), (4, "G")),)),
        ("C G\nHold on", ("Hold on",), (((0, "C"), (2, "G")),)),
    ],
)
def test_chords_stand_at_their_syllables_and_are_not_sung(text, lines, chords):
    (section,) = parse_lyrics(text)
    assert (section.lines, section.chords) == (lines, chords)


def test_chords_by_themselves_are_bars_of_music():
    intro, verse = parse_lyrics("Intro: Am F | C G |\n[Verse]\nhi")
    assert (intro.label, intro.lines, intro.bars) == ("intro", (), (("Am", "F"), ("C", "G")))
    assert verse.lines == ("hi",)
    (chorus,) = parse_lyrics("[Chorus]\n| G | D |\nwords go")
    assert (chorus.lines, chorus.chords, chorus.bars) == (("words go",), (), (("G",), ("D",)))
    (solo,) = parse_lyrics("[Solo]\n[Am] [F] [C]\n")
    assert solo.bars == (("Am",), ("F",), ("C",))


def test_lone_letters_are_names_of_parts():
    assert form("[A]\nhi\n\n[B]\nho") == [("verse", "hi"), ("verse", "ho")]


WORDS = st.text(st.sampled_from("abcdeioumnrst"), min_size=2, max_size=7).filter(
    lambda word: (
        word not in ("end", "ad", "add", "aug", "dim", "sus", "bis", "ter", "inst", "intro", "outro", "to")
    )
)
SUNG = st.lists(WORDS, min_size=3, max_size=6).map(lambda words: " ".join(words).capitalize())
LABELS = {
    "Verse": "verse",
    "Chorus": "chorus",
    "Bridge": "bridge",
    "Pre-Chorus": "pre-chorus",
    "Outro": "outro",
}
WRITTEN = ("[{}]", "[{}]:", "**{}**", "## {}", "#{}", "{}:", "【{}】", "({})", "<{}>", "- {} -", "[[{}]]", "**[{}]**", "*{}:*", "{{{}}}")  # fmt: skip


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(LABELS)), st.sampled_from(WRITTEN), st.booleans(),
            st.lists(SUNG, min_size=1, max_size=4),
        ),
        min_size=1, max_size=5,
    ),
    st.sampled_from(("\n", "\r\n", "\\n", "<br>")),
)  # fmt: skip
def test_however_headings_are_written_the_song_is_the_same(parts, newline):
    lines, expected = [], []
    for number, (name, written, numbered, words) in enumerate(parts):
        lines += [written.format(f"{name} {number + 1}" if numbered else name), *words]
        expected.append((LABELS[name], *words))
    assert form(newline.join(lines)) == expected


PIECES = st.sampled_from(
    ("[Verse]", "Chorus:", "[Guitar solo]", "[Am]", "la la", "(x2)", "[", "]", "(oh)", "{c: hi}", "[00:01.00]", "<b>", "**", "# ", "x2",
     "Am F", "[weird words here]", "[Fade Out]", "hello world", "Female:", "- ", "1. ", "\n", " ", "&amp;", "\\n", "[/x]", "<3", "N.C.")
)  # fmt: skip


@given(st.lists(PIECES, max_size=25).map("".join))
def test_every_word_is_sung_or_told_and_nothing_between_brackets_is_sung(text):
    sheet = read_lyrics(text)
    sung = [line for section in sheet.sections for line in section.lines]
    assert not any(bracket in line for line in sung for bracket in "[]{}")
    assert not any(word in line for line in sung for word in ("weird", "Fade", "Am]", "&amp", "00:0"))
    told = " ".join(
        [*sung, *sheet.unsung, *(s.tag or "" for s in sheet.sections), *(wish.asked for wish in sheet.unmet)]
    ).lower()
    for word in ("la la", "hello world", "weird words", "solo", "fade out", "oh"):
        assert word not in text.lower() or word in told


WORDS = ["amber", "birch", "cedar", "dahlia", "elder", "fennel", "ginger", "hazel", "iris", "juniper", "kelp", "lotus", "maple", "nettle", "olive", "poppy", "quince", "rowan"]  # fmt: skip
LINES = st.sampled_from(
    ("{} {} tonight", "({} {})", "{} ({})", "[{} {}]", "[Verse 1: {}] {}", "{}: {} now", "Verse 1 ({}) {}", "**{}** {}", "## {} {}", "<{}>{}",
     "{{{}}} {}", "{{soc: {}}} {}", "[{} solo] {}", "- {} {}", "1. {} {}", "| {} | {} |", "[00:05.00]{} {}", "Title: {} {}", "[Fade out {}] {}",
     "({} fades) {}", "Verse 2 - {} {}", "Chorus | {} {}", "(The {} falls. {})", "~ {} {} ~", "{} / {}", "[{} {}", "[{}\n{}]", "#{} #{}",
     "Produced by {} {}", "(repeat {} x2) {}", "[/{}] {}", "[Chorus] {} {}", "Intro: {} {}", "[End {}] {}", "© {} {}")
)  # fmt: skip


@given(st.lists(LINES, max_size=8), st.permutations(WORDS))
def test_each_word_is_sung_or_told(lines, words):
    text = "\n".join(line.format(*words[2 * number :]) for number, line in enumerate(lines))
    sheet = read_lyrics(text)
    sung = [line for section in sheet.sections for line in section.lines]
    told = [*(section.tag or "" for section in sheet.sections), *(wish.asked for wish in sheet.unmet)]
    heard = " ".join([*sung, *sheet.unsung, *told]).lower()
    assert [word for word in words[: 2 * len(lines)] if word not in heard] == []


@given(st.text(max_size=300))
def test_no_text_is_too_strange_to_read(text):
    sheet = read_lyrics(text)
    for section in sheet.sections:
        assert all(any(letter.isalnum() for letter in line) for line in section.lines)
        assert not section.chords or len(section.chords) == len(section.lines)


@pytest.mark.slow
def test_reading_takes_time_in_proportion_to_the_text():
    for piece in ("[", "(", "<a", "[a", "*", "(x8)\n", "[Verse]", "Am ", "1. a\n", "&", "\\", "a(b", "[[]", "x2 ", "[Chorus]\n", "#", "{c", "_a_", "00:0", "and "):  # fmt: skip
        taken = []
        for size in (2_500, 10_000):
            text = (piece * size)[:size]
            begun = time.process_time()
            read_lyrics.__wrapped__(text)
            taken.append(time.process_time() - begun)
        assert taken[1] < 0.5, (piece, taken)


@pytest.mark.parametrize(
    ("pasted", "sung"),
    [
        (
            "3 ContributorsMidnight Rain Lyrics[Verse 1]\nRain falls\nYou might also like[Chorus]\nWash it away3Embed",
            ["Rain falls", "Wash it away"],
        ),
        ('{"verse_1": ["I see the light", "In the night"], "chorus": "Oh I run"}',
         ["I see the light", "In the night", "Oh I run"]),
        ('[{"section": "Verse", "lines": ["I see"]}, {"section": "Chorus", "lines": ["Oh"]}]', ["I see", "Oh"]),
        ('{"title": "River", "lyrics": "[Verse]\\nHello sea\\n[Chorus]\\nRise"}', ["Hello sea", "Rise"]),
        ('["[Verse]", "Hello sea", "[Chorus]", "Rise"]', ["Hello sea", "Rise"]),
        ("[Verse1]\nHello\nChorus2:\nRise", ["Hello", "Rise"]),
        ("(Am)Hello (F)sea\n[Chorus]\n(C)Rise (G)up (oh oh)", ["Hello sea", "Rise up (oh oh)"]),
        ("[Verse]\n(Am F C G)\nHello sea\n[Chorus]\nRise", ["Hello sea", "Rise"]),
        ("[Verse]\nHe: Hello sea\nShe: Hello sky\n[Chorus]\nRise", ["Hello sea", "Hello sky", "Rise"]),
        ("Verse 1: Hello sea, hello sky. Chorus: Rise up", ["Hello sea, hello sky.", "Rise up"]),
        ("Verse\nHello\nChorus - rise up\nhttps://example.org/song\n© 2024 Somebody", ["Hello", "rise up"]),
        ("1\nHello sea\n\n2\nRise up\n\n[Chorus]\nOh", ["Hello sea", "Rise up", "Oh"]),
        ("[Verse 1]\nHello sea\n[Chorus]\nRise\n(Same as verse 1)", ["Hello sea", "Rise", "Hello sea"]),
        ("~Verse~\nHello\n(Outro - fade)\nbye", ["Hello", "bye"]),
        ("[Verse]\nHello\n(Sax solo 8 bars)\n[Chorus]\nRise", ["Hello", "Rise"]),
    ],
)  # fmt: skip
def test_only_words_are_sung_of_what_sites_and_models_write(pasted, sung):
    sheet = read_lyrics(pasted)
    assert [line for section in sheet.sections for line in section.lines] == sung
    assert len(sheet.sections) > 1


@pytest.mark.parametrize(
    ("pasted", "sung"),
    [
        ("[Chorus]\nLove (A) me (G) now", "Love (A) me (G) now"),
        ("[Verse]\nYou might also like the rain", "You might also like the rain"),
        ("[Verse]\n1\n2\n3\nGo", "1"),
        ("[Verse]\nEmbed me in your heart", "Embed me in your heart"),
    ],
)
def test_words_that_look_like_markup_are_sung(pasted, sung):
    assert read_lyrics(pasted).sections[0].lines[0] == sung


def test_chords_in_round_brackets_are_kept():
    assert read_lyrics("(Am)Hello (F)sea").chords == ("Am", "F")
    assert read_lyrics("[Verse: Am, F, C, G]\nHello").chords == ("Am", "F", "C", "G")
    assert read_lyrics("(no lyrics)").sections == ()
