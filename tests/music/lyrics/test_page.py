"""What stands around and between the words on the page that lyrics were copied from."""

import pytest

from audiopod_mcp.music.lyrics.text import parse_lyrics, read_lyrics


def form(text):
    return [(section.label, *section.lines) for section in parse_lyrics(text)]


def told(text):
    return [wish.asked for wish in read_lyrics(text).unmet]


@pytest.mark.parametrize(
    ("text", "sung", "speakers"),
    [
        ("Anna: Hello there", ["Hello there"], ["Anna"]),
        ("A: Where to\nB: Nowhere\nBoth: We stay", ["Where to", "Nowhere", "We stay"], ["A", "B", "Both"]),
        (
            "ANNA: hello\nBen & Joe: hi\nANNA: where were you",
            ["hello", "hi", "where were you"],
            ["ANNA", "Ben & Joe"],
        ),
        (
            "Little Red:\nwhat big eyes\nWolf:\nthe better to see",
            ["what big eyes", "the better to see"],
            ["Little Red", "Wolf"],
        ),
        ("[Verse]\nАнна: Привет\nИван: Прощай", ["Привет", "Прощай"], ["Анна", "Иван"]),
        ("太郎：おはよう\n花子：さよなら", ["おはよう", "さよなら"], ["太郎", "花子"]),
    ],
)
def test_who_speaks_a_line_is_not_sung_but_told(text, sung, speakers):
    assert [line for section in parse_lyrics(text) for line in section.lines] == sung
    assert told(text) == speakers


@pytest.mark.parametrize(
    "line",
    [
        "Count: one, two",
        "She said: come home",
        "Listen: the rain is falling",
        "It ends at 4:20",
        "one thing I know: You lie",
        "(4:30) in the morning",
        "Monday - Rain",
        "Back to the bridge",
        "Solo again",
        "To the verse I wrote",
    ],
)
def test_other_colons_are_sung(line):
    assert form(f"[Verse]\nfirst\n{line}") == [("verse", "first", line)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("V1\nI walk\nPC\nup\nCH\nWe rise\nV2\nI run\nBR\nhush\nCH",
         [("verse", "I walk"), ("pre-chorus", "up"), ("chorus", "We rise"), ("verse", "I run"), ("bridge", "hush"), ("chorus", "We rise")]),
        ("v1\nI walk\nC\nWe rise\nV2\nI run\nC", [("verse", "I walk"), ("chorus", "We rise"), ("verse", "I run"), ("chorus", "We rise")]),
        ("Verse\nI walk\n\nPRE\nup\n\nCHORUS\nrise\n\nEND",
         [("verse", "I walk"), ("pre-chorus", "up"), ("chorus", "rise")]),
        ("[V1] I walk\n[PC] up\n[C] rise", [("verse", "I walk"), ("pre-chorus", "up"), ("chorus", "rise")]),
        ("[V1] [PC] [C]\nrise", [("verse",), ("pre-chorus",), ("chorus", "rise")]),
        ("[V1]\n[C]I walk [Am]on", [("verse", "I walk on")]),
    ],
)  # fmt: skip
def test_short_names_of_sections_are_headings(text, expected):
    assert form(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("| Section | Lyrics |\n|---------|--------|\n| Verse 1 | I walk<br>the shore |\n| Chorus | We rise |",
         [("verse", "I walk", "the shore"), ("chorus", "We rise")]),
        ("| Verse | Chorus |\n|:---|---:|\n| I walk | We rise |\n| I run | We fall |",
         [("verse", "I walk", "I run"), ("chorus", "We rise", "We fall")]),
        ("Words:\n\n| # | Part | Text | Mood |\n|--|--|--|--|\n| 1 | **Verse** | I walk | calm |\n| 2 | | I run | wild |",
         [("verse", "I walk", "I run")]),
        ("|  |  |\n|--|--|\n| Verse 1 | I walk |\n| Chorus | We rise |", [("verse", "I walk"), ("chorus", "We rise")]),
    ],
)  # fmt: skip
def test_tables_are_read_by_their_columns(text, expected):
    assert form(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<song><artist>Jane</artist>\n<verse>\nRain\n</verse>\n</song>", [("verse", "Rain")]),
        ("title: Rain\nbridge: |\n  Wash it off\nchorus: >\n  Away", [("bridge", "Wash it off"), ("chorus", "Away")]),
        ('{"tempo": 90, "parts": [{"label": "chorus", "id": 7, "lines": ["Rain"]}]}', [("chorus", "Rain")]),
        ("[Verse]\nRain\n\nالمقطع الأول:\nمطر", [("verse", "Rain"), ("verse", "مطر")]),
        ("[Intro]\n| Am | F |\n[Outro]\nC G (slow down)", [("intro",), ("outro",)]),
        ("Form: Verse, Chorus, Verse\n\nVerse\nRain", [("verse", "Rain")]),
        ("[Chorus]\nRain on me (4)\nWash it all away (6)", [("chorus", "Rain on me", "Wash it all away")]),
        ("[Verse]\n(gentle strings)\nRain on me", [("verse", "Rain on me")]),
        ("CHORUS\nRain on me\n\nTHE END", [("chorus", "Rain on me")]),
        ("[Chorus]\nRain* on me\n\n*rain: sorrow", [("chorus", "Rain on me")]),
        ("[Chorus]\nRain\n[Outro | fade]\nbye", [("chorus", "Rain"), ("outro", "bye")]),
        ("[Refrain]\nPluie\n(refrain 2 fois)", [("chorus", "Pluie"), ("chorus", "Pluie", "Pluie")]),
        ("(Her) Rain\n(Him) Away\n(All) Home", [(None, "Rain", "Away", "Home")]),
        ("I V vi IV\n\n[Verse: 1 4 5 1]\nRain", [("verse", "Rain")]),
        ("[Verse]\nRain\n\n## Instruments\nharp, flute\nsoft pads", [("verse", "Rain")]),
        ("[Verse]\nRain\n\nSource: a friend\nSongwriters: A / B", [("verse", "Rain")]),
        ("[Verse]\nRain\n\nShall I write another version?\nI can add a bridge.", [("verse", "Rain")]),
        ("Strofa:\nPioggia\n\nRitornello:\nVia\n\nSpeciale:\nCasa",
         [("verse", "Pioggia"), ("chorus", "Via"), ("verse", "Casa")]),
        ("Rain [Am] on [F] me\n[C] Away", [(None, "Rain on me", "Away")]),
        ("Whispered: Rain on me\n[Chorus]\nAway", [(None, "Rain on me"), ("chorus", "Away")]),
        ("VERSE\nRain\n\nHOOK\nAway\n\nVAMP", [("verse", "Rain"), ("chorus", "Away"), ("solo",)]),
        ("Chorus (1:05)\nRain\nBridge (1:30 - 1:45)\nAway", [("chorus", "Rain"), ("bridge", "Away")]),
        ("[Verse]\nRain\n\n(Final Chorus, half time)\nAway", [("verse", "Rain"), ("chorus", "Away")]),
        ("Artist - Jane\n\n[Verse]\nRain (gently)", [("verse", "Rain")]),
        ("**Storm**\n\n**Rain on me**\n\n**Wash me**", [(None, "Rain on me"), (None, "Wash me")]),
        ("Oh yeah\n[Verse]\nRain", [(None, "Oh yeah"), ("verse", "Rain")]),
        ("(0:05-0:20) Verse\nRain\n(0:20-0:40) Chorus\nAway", [("verse", "Rain"), ("chorus", "Away")]),
    ],
)  # fmt: skip
def test_nothing_but_the_words_is_sung(text, expected):
    assert form(text) == expected


def test_what_else_a_table_says_is_told():
    text = "| Part | Text | Mood |\n|--|--|--|\n| Verse | I walk | wistful |"
    assert any("wistful" in asked for asked in told(text))


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("[Verse]\nhello there\n\nLyrics by Jane Doe\nWritten by Max Mustermann", ["Lyrics by Jane Doe", "Written by Max Mustermann"]),
        ("[Verse]\nhello there\nWords and music by Jane Doe", ["Words and music by Jane Doe"]),
        ("Midnight Rain\nby Jane Doe\n\n[Verse]\nhello there", ["Midnight Rain", "by Jane Doe"]),
        ("**Midnight Rain**\n\nVerse 1:\nhello there", ["Midnight Rain"]),
        ('"Midnight Rain"\n\n[Verse]\nhello there', ['"Midnight Rain"']),
        ("[Verse]\nhello there\n\n---\n\nLet me know if you'd like any changes!", ["Let me know if you'd like any changes!"]),
        ("[Verse]\nhello there\n\nFeel free to adjust the tone or add a bridge. Enjoy!", ["Feel free to adjust the tone or add a bridge. Enjoy!"]),
        ("I've written a ballad about rain for you:\n\n[Verse]\nhello there", ["I've written a ballad about rain for you:"]),
        ("Sure thing! Below is a draft about the sea.\n\n[Verse]\nhello there", ["Sure thing! Below is a draft about the sea."]),
        ("[Verse]\nhello there\n\nGenre: dream pop\nBPM: 90", ["Genre: dream pop", "BPM: 90"]),
        ("[Verse]\nhello there\nGenre: dream pop\nBPM: 90", ["Genre: dream pop", "BPM: 90"]),
    ],
)  # fmt: skip
def test_titles_credits_and_a_models_sentences_are_told_and_not_sung(text, asked):
    assert form(text) == [("verse", "hello there")]
    assert told(text) == asked


@pytest.mark.parametrize(
    "text",
    [
        "[Verse]\nhello there\n\nWritten by the stars above",
        "[Verse]\nhello there\n\nLet me know",
        "[Verse]\nhello there\n\nWould you like to dance?",
        "hello there\n\nmy love",
        "Oh, I would like to know:\nhow do you feel?",
    ],
)  # fmt: skip
def test_words_at_the_edges_are_sung(text):
    sheet = read_lyrics(text)
    assert " ".join(line for section in sheet.sections for line in section.lines).split() == [
        word for word in text.split() if "[" not in word
    ]
    assert sheet.unmet == ()


@pytest.mark.parametrize(
    ("text", "chords"),
    [
        ("1 5 6m 4\nhello there", ("A", "E", "F#m", "D")),
        ("1 - 5 - 6- - 4\nhello there", ("A", "E", "F#m", "D")),
        ("| 1 | 4 5 | 6m7 | b7 |\nhello there", ("A", "D", "E", "F#m7", "G")),
        ("I–V–vi–IV\nhello there", ("A", "E", "F#m", "D")),
        ("ii7 V7 Imaj7\nhello there", ("Bm7", "E7", "Amaj7")),
        ("1/3 4 5sus4\nhello there", ("A/C#", "D", "Esus4")),
    ],
)
def test_numbered_chords_are_played_in_the_key(text, chords):
    from audiopod_mcp.music.captions.parse import read_caption

    assert form(f"[Verse]\n{text}") == [("verse", "hello there")]
    brief = read_caption("pop", key="A major", lyrics=f"[Verse]\n{text}")
    assert read_lyrics(brief.lyrics).chords == chords
    assert form(brief.lyrics) == [("verse", "hello there")]


@pytest.mark.parametrize("line", ["1 2 3 4", "5 4 3 2 1", "I", "4 4 4", "I I I", "1"])
def test_numbers_that_are_counted_are_sung(line):
    assert form(f"[Verse]\nhello\n{line}") == [("verse", "hello", line)]


def test_what_a_site_writes_into_the_words_is_not_sung():
    page = (
        "Night Train Lyrics[Verse 1]\nI left my coat\n[Chorus]\nTake me home\nSee Anna Live\n"
        "Get tickets as low as $45\nYou might also like[Outro]\nGoodbye1.2KEmbed"
    )
    assert form(page) == [("verse", "I left my coat"), ("chorus", "Take me home"), ("outro", "Goodbye")]
    assert form("[Verse]\nI see Anna Live\nSong Lyrics are mine") == [
        ("verse", "I see Anna Live", "Song Lyrics are mine")
    ]


@pytest.mark.parametrize(
    ("text", "sung", "speakers"),
    [
        ("[Verse]\nHello\n[Chorus] (All)\nYeah yeah", ["Hello", "Yeah yeah"], ["All"]),
        ("[Chorus]\n(Both) We rise", ["We rise"], ["Both"]),
        ("John:\nI loved you\nMary:\nTwice\n(Mary) And now\n(John)\nBye\n(Oh Mary) come back",
         ["I loved you", "Twice", "And now", "Bye", "(Oh Mary) come back"], ["John", "Mary"]),
    ],
)  # fmt: skip
def test_who_sings_is_not_sung_in_brackets_either(text, sung, speakers):
    assert [line for section in parse_lyrics(text) for line in section.lines] == sung
    assert told(text) == speakers


def test_credits_and_headings_of_other_languages_are_not_sung():
    assert form("主歌：\n我独自走\n副歌：\n我们自由\n作词：李白\n作曲：王五") == [
        ("verse", "我独自走"),
        ("chorus", "我们自由"),
    ]
    assert form("Couplet 1\nJe marche\nPont musical\nRefrain\nLibres")[0] == ("verse", "Je marche")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The round brackets of a line: an echo and a word of the line are sung, a sound is not.
        ("[Verse]\n(All) night long", [("verse", "(All) night long")]),
        ("[Verse]\nWe (really) mean it\nI need you (need you)", [("verse", "We (really) mean it", "I need you (need you)")]),
        ("[Verse]\nI hear the rain (rain)\n(Thunder rolls)\nfar", [("verse", "I hear the rain (rain)", "far")]),
        ("[Verse]\nI got boots (stomp stomp) and a hat (clap)", [("verse", "I got boots and a hat")]),
        ("[Intro]\n(sound of rain)\n[Verse]\nHome\n~ whistling ~\n*clap clap*\n(train whistle in the distance)",
         [("intro",), ("verse", "Home")]),
        ("**[Verse]**\n*(soft piano)*\nStreetlights hum", [("verse", "Streetlights hum")]),
        ("{comment: repeat chorus}\n{start_of_chorus}\nWalk on\n{end_of_chorus}\n{comment: repeat chorus}\n{chorus}",
         [("chorus", "Walk on"), ("chorus", "Walk on")]),
        ("Come home\n\nAway\n\nFin", [(None, "Come home"), (None, "Away")]),
        ("1. Come all\nand sing.\n\nRefrain:\nGlory.\n\n2. The hill\nis still. [Refrain]\n\nAmen.",
         [("verse", "Come all", "and sing."), ("chorus", "Glory."), ("verse", "The hill", "is still."), ("chorus", "Glory."),
          (None, "Amen.")]),
        ("INT. BAR - NIGHT\n\nMARIA\n(softly)\nI stay\n\nTONY\nI go\n\nFADE OUT.", [(None, "I stay"), (None, "I go")]),
        ("Refrain\nReviens\n\nCouplet\nJe marche\n(Au refrain)", [("chorus", "Reviens"), ("verse", "Je marche"), ("chorus", "Reviens")]),
        ("STROFA\nGuardo\n\nRIT.\nVola\n\nSTROFA\nVia\n\nRIT. x2",
         [("verse", "Guardo"), ("chorus", "Vola"), ("verse", "Via"), ("chorus", "Vola", "Vola")]),
        ("[Chorus]\nOpen up\n[Chorus]\n(ad lib to fade)", [("chorus", "Open up"), ("chorus", "Open up")]),
        ("(Hook)\nMove\n(Outro: talking)\nYeah", [("chorus", "Move"), ("outro", "Yeah")]),
        ("Verso 1\nVoy\n\nCoro\nVuelve\n\nVerso 2\nSi\n\n(Repetir coro)",
         [("verse", "Voy"), ("chorus", "Vuelve"), ("verse", "Si"), ("chorus", "Vuelve")]),
        ("[Chorus]\n|: Halt mich :|", [("chorus", "Halt mich", "Halt mich")]),
        ("[Outro]\n*(slowing down, whispered)*\nAutumn", [("outro", "Autumn")]),
        ("Intro: G D Em\n\nG     D\nEvery road\n\nChorus:\nTurn", [("intro",), (None, "Every road"), ("chorus", "Turn")]),
        ("[Verse]\nSlow\nPlay 2x", [("verse", "Slow", "Slow")]),
        ("[Verse]\nA light[1] on\n\n[1] The bandstand.", [("verse", "A light on")]),
        ("[Intro] C  G  Am\n[Verse]\nC    G\nQuando\n[Final] C  G", [("intro",), ("verse", "Quando"), ("outro",)]),
        ("[Verse]\nHome\n[Produced by Kilo Beats]\n#indie #folk", [("verse", "Home")]),
        ("(The lights go down.)\n\nANNA (softly)\nI stay\n\nBEN\nI go\n(He leaves)\n\n(I'm sorry.)", [(None, "I stay"), (None, "I go"), (None, "(I'm sorry.)")]),
        ("Act I, Scene 2\nHome\n(Music swells)\nAway", [(None, "Home", "Away")]),
        ("Re|Dm |Gm\nCanto\nSol   Lam7\nSolo\nDo re mi", [(None, "Canto", "Solo", "Do re mi")]),
        ("Verse 1 - Soft and slow\nSnow\nChorus | F G\nStorm\nBridge - I go", [("verse", "Snow"), ("chorus", "Storm"), ("bridge", "I go")]),
        ("[Chorus]\nrise\n\n[Verse]\nhello\n\nback to chorus\n\nGo to Chorus\n\n(back to the bridge)",
         [("chorus", "rise"), ("verse", "hello"), ("chorus", "rise"), ("chorus", "rise"), (None, "(back to the bridge)")]),
        ("Verse 1\nI go\n\nVerse 2\nI stay\n\nBack to verse 1", [("verse", "I go"), ("verse", "I stay"), ("verse", "I go")]),
        ("Refrain\nKomm\n\nStrophe\nKalt\n\nRefrain wiederholen", [("chorus", "Komm"), ("verse", "Kalt"), ("chorus", "Komm")]),
        ("[Chorus]\nrise\n\n### Final Chorus\nRepeat Chorus x2", [("chorus", "rise"), ("chorus", "rise", "rise")]),
        ("[Chorus]\nrise\n\nVerse\n(8 bars)\nfall\n\nRepeat chorus twice, then fade out", [("chorus", "rise"), ("verse", "fall"), ("chorus", "rise", "rise")]),
        ("[Verse]\nfirst\n(0:30) Third line", [("verse", "first", "Third line")]),
        ("Anna - Hello\nBen – Hi there\nAnna - (softly) How are you", [(None, "Hello", "Hi there", "How are you")]),
        ("[Verse]\nHome\n\nSolo again\n\n[Chorus]\nRise", [("verse", "Home"), ("solo",), ("chorus", "Rise")]),
        ("Intro: (whistling)\nVerse:\nTom: I walk\n*(full band enters)*\nTom: I run", [("intro",), ("verse", "I walk", "I run")]),
        ("[Verse]\nSpit fire [ad-lib: brr brr]\nOn", [("verse", "Spit fire", "On")]),
        ("WEBVTT\n\n00:01.000 --> 00:04.000\n<v Ann>Star\n\nNOTE a comment\n\n00:08.000 --> 00:12.000\nFar", [(None, "Star"), (None, "Far")]),
    ],
)  # fmt: skip
def test_sounds_speakers_and_references_are_not_sung(text, expected):
    assert form(text) == expected
