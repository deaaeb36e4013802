"""What a caption is understood to ask for."""

import math
import re
from dataclasses import asdict
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.captions.tempo_words import WORD_TEMPI, tempo_of_word
from audiopod_mcp.music.captions.wishes import is_foreign
from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.model import Activity, Brief, Refused
from audiopod_mcp.music.styles import PRESETS, STYLES
from audiopod_mcp.music.synthesis import INSTRUMENTS, TRACKS
from audiopod_mcp.music.theory import METRES, parse_key
from tests.music.captions.cases import CAPTIONS


def met(brief: Brief, wish: str) -> bool:
    """Whether ``brief`` is as one expectation of the table has it."""
    what, _, value = wish.replace("_", " ").partition("=")
    values = wish.partition("=")[2].replace("_", " ").split(",")
    low, _, high = value.partition("-")
    playing = set(TRACKS) - set(brief.without)
    return {
        "style": lambda: brief.style in value.split("/"),
        "tempo": lambda: float(low) <= brief.tempo <= float(high or low),
        "key": lambda: brief.key == value,
        "mode": lambda: brief.key.endswith(value),
        "metre": lambda: brief.timesignature in (value if value.count("/") == 1 else "2/4 4/4"),
        "has": lambda: all(set(name.split("/")) & set(brief.instruments) for name in values),
        "unnamed": lambda: not set(values) & set(brief.instruments),
        "no": lambda: set(wish.partition("=")[2].split(",")) <= set(brief.without),
        "plays": lambda: set(wish.partition("=")[2].split(",")) <= playing,
        "only": lambda: playing == set(wish.partition("=")[2].split(",")),
        "inst": lambda: "vocals" in brief.without,
        "mood": lambda: brief.mood in value.split("/"),
        "lasts": lambda: brief.duration == float(value),
        "less": lambda: all(getattr(brief.activity, layer) < 0.5 for layer in values),
        "more": lambda: all(getattr(brief.activity, layer) > 0.5 for layer in values),
        "feel": lambda: brief.feel == value,
        "tongue": lambda: brief.language == value,
    }[what]()


@pytest.mark.parametrize("line", CAPTIONS.strip().splitlines())
def test_captions_are_read_as_a_musician_would(line: str) -> None:
    caption, _, wishes = line.rpartition(" | ")
    brief = read_caption(caption)
    assert [wish for wish in wishes.split() if not met(brief, wish)] == [], brief


@pytest.mark.parametrize(
    ("caption", "style"),
    [
        ("upbeat pop song", "pop"),
        ("rainy lo-fi hip hop to study to", "lo-fi"),
        ("boom bap hip-hop", "hip hop"),
        ("dark trap beat with 808s", "trap"),
        ("liquid drum and bass", "drum and bass"),
        ("D&B roller", "drum and bass"),
        ("deep house", "house"),
        ("warehouse techno", "techno"),
        ("bossa nova for a café", "bossa nova"),
        ("slow jazz ballad", "jazz"),
        ("a jazzy waltz", "jazz"),
        ("viennese waltz", "waltz"),
        ("folk rock", "rock"),
        ("smooth R&B", "r&b"),
        ("roots reggae", "reggae"),
        ("ska punk", "ska"),
        ("gospel choir", "gospel"),
        ("80s synthwave", "synthwave"),
        ("ambient soundscape", "ambient"),
        ("epic cinematic trailer", "cinematic"),
        ("thrash metal", "metal"),
        ("bluegrass with banjo", "bluegrass"),
        ("slow blues in E", "blues"),
        ("salsa party", "latin"),
        ("string quartet", "classical"),
        ("funky groove", "funk"),
        ("", "pop"),
    ],
)
def test_the_style_is_the_one_named(caption: str, style: str) -> None:
    assert read_caption(caption).style == style


@pytest.mark.parametrize("preset", [*PRESETS, "Custom", "Modern Pop", "R&B"])
def test_every_preset_is_a_style(preset: str) -> None:
    brief = read_caption("something nice", genre_preset=preset)
    assert brief.style == PRESETS.get(preset.lower(), "pop")


def test_a_caption_refines_a_preset_but_does_not_leave_it() -> None:
    assert read_caption("hard techno", genre_preset="Electronic").style == "techno"
    assert read_caption("with a rock feel", genre_preset="Jazz").style == "jazz"
    with pytest.raises(Refused, match="is not a genre preset"):
        read_caption("", genre_preset="Polka Core")


@pytest.mark.parametrize(
    ("caption", "tempo"),
    [
        ("at 120 BPM", 120),
        ("97.5 bpm folk", 97.5),
        ("tempo of 84", 84),
        ("techno, 131bpm", 131),
        ("bpm: 66", 66),
    ],
)
def test_a_tempo_in_words(caption: str, tempo: float) -> None:
    assert read_caption(caption).tempo == tempo


@pytest.mark.parametrize("style", STYLES)
def test_slow_and_fast_are_so_for_the_style_and_by_themselves(style: str) -> None:
    low, high = STYLES[style].tempo
    tempi = {pace: tempo_of_word(pace, low, high) for pace in WORD_TEMPI}
    slowing = ("very slow", "slow", "mid", "uptempo", "fast", "very fast")
    assert all(tempi[a] < tempi[b] for a, b in pairwise(slowing))
    assert tempi["slow"] < low
    assert high <= tempi["uptempo"]
    assert tempi["mid"] <= tempi["lively"] <= tempi["fast"]
    if high / low > 1.28:  # Played at any tempo: slow is slow, whatever the style's habit.
        assert tempi["slow"] < 97
    else:  # Known by its tempo.
        assert tempi["slow"] > 0.6 * low


@pytest.mark.parametrize(
    ("caption", "low", "high"),
    [
        ("slow waltz", 80, 96),
        ("slow jazz", 66, 90),
        ("slow drum and bass", 150, 168),
        ("mid-tempo metal", 95, 125),
        ("uptempo soul", 112, 135),
        ("fast lo-fi", 86, 116),
        ("slow 12/8 blues", 45, 66),
        ("celtic jig", 100, 130),
        ("pads that slowly build, house", 119, 128),
        ("techno at 140", 140, 140),
        ("phonk, drift, 130", 130, 130),
    ],
)
def test_paces_a_musician_would_take(caption: str, low: float, high: float) -> None:
    assert low <= read_caption(caption).tempo <= high


@pytest.mark.parametrize(
    ("caption", "key", "metre", "feel"),
    [
        ("mixolydian folk rock in G", "G mixolydian", "4/4", None),
        ("key of F, lydian film score", "F lydian", "4/4", None),
        ("E minor, phrygian, metal", "E phrygian", "4/4", None),
        ("C major, phrygian touches", "C major", "4/4", None),
        ("blues, Bb, slow", "Bb major", "4/4", None),
        ("deep house | 122bpm | Am", "A minor", "4/4", None),
        ("progressive rock in 7/8, key of E", "E major", "7/8", None),
        ("jazz like take five in Eb minor", "Eb minor", "5/4", None),
        ("half-time rock in D", "D major", "4/4", "half-time"),
    ],
)
def test_modes_odd_metres_and_feels(caption: str, key: str, metre: str, feel: str | None) -> None:
    brief = read_caption(caption)
    assert (brief.key, brief.timesignature, brief.feel) == (key, metre, feel)
    assert read_caption("dorian groove").key.endswith("dorian")
    assert read_caption("pop", key="d dorian").key == "D dorian"
    for told, played in (("7/4", "7/4"), ("12/8", "12/8"), ("9/8", "9/8"), ("5", "5/4"), ("2/2", "2/4")):
        assert read_caption("pop", timesignature=told).timesignature == played


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("C Major", "C major"),
        ("Am", "A minor"),
        ("F# minor", "F# minor"),
        ("Bb major", "Bb major"),
        ("c minor", "C minor"),
        ("Ebm", "Eb minor"),
        ("f sharp minor", "F# minor"),
        ("B flat", "Bb major"),
        ("G", "G major"),
        ("D♭ major", "Db major"),
        ("bbm", "Bb minor"),
    ],
)
def test_keys_however_they_are_written(text: str, key: str) -> None:
    assert read_caption("pop", key=text).key == key


@pytest.mark.parametrize(
    ("caption", "key"),
    [
        ("sad song in A minor", "A minor"),
        ("in F# major, lively", "F# major"),
        ("a tune in D", "D major"),
        ("key of Eb minor", "Eb minor"),
        ("waltz in Bbm", "Bb minor"),
        ("C-sharp minor nocturne", "C# minor"),
    ],
)
def test_keys_in_words(caption: str, key: str) -> None:
    assert read_caption(caption).key == key


def test_a_forest_is_not_a_key() -> None:
    keys = {read_caption("pop in a forest", seed=seed).key for seed in range(30)}
    assert len(keys) > 3


@pytest.mark.parametrize("text", ["H major", "purple", "C locrian-ish", "12"])
def test_a_key_that_is_none_is_refused_by_name(text: str) -> None:
    with pytest.raises(Refused, match=re.escape(f'"{text}" is not a key')):
        read_caption("pop", key=text)


@pytest.mark.parametrize(
    ("caption", "metre"),
    [
        ("a waltz", "3/4"),
        ("folk in 6/8", "6/8"),
        ("celtic jig", "6/8"),
        ("march", "2/4"),
        ("rock", "4/4"),
        ("in 3/4", "3/4"),
        ("three-four time", "3/4"),
    ],
)
def test_metres_in_words(caption: str, metre: str) -> None:
    assert read_caption(caption).timesignature == metre


def test_parameters_win_over_words() -> None:
    brief = read_caption(
        "fast techno at 140 bpm in A minor in 3/4",
        tempo=96,
        key="G major",
        timesignature="6/8",
        duration=12.5,
    )
    assert (brief.tempo, brief.key, brief.timesignature, brief.duration) == (96, "G major", "6/8", 12.5)


@pytest.mark.parametrize(
    "arguments",
    [
        {"tempo": 20},
        {"tempo": 400},
        {"tempo": math.nan},
        {"timesignature": "11/8"},
        {"duration": 601},
        {"duration": math.inf},
    ],
)
def test_what_cannot_be_played_is_refused(arguments: dict) -> None:
    with pytest.raises(Refused):
        read_caption("pop", **arguments)


@pytest.mark.parametrize(
    ("caption", "instruments"),
    [
        ("jazz trio with upright bass and brushed drums", {"piano", "upright bass", "brushed kit"}),
        ("acoustic guitar and strings", {"acoustic guitar", "strings"}),
        ("Rhodes and a muted trumpet", {"electric piano", "trumpet"}),
        ("distorted guitars, hammond organ", {"distorted guitar", "organ"}),
        ("808s and bells", {"808 bass", "bells"}),
        ("choir with harp and flute", {"choir", "harp", "flute"}),
    ],
)
def test_instruments_named(caption: str, instruments: set[str]) -> None:
    assert set(read_caption(caption).instruments) == instruments


@pytest.mark.parametrize(
    ("caption", "levels"),
    [
        ("pop song with less drums", {"drums"}),
        ("drums are sparse, warm piano chords", {"drums"}),
        ("rock with simple drums and bass", {"drums", "bass"}),
        ("jazz with a simple melody", {"melody"}),
        ("minimal techno", {"drums", "bass", "chords", "melody"}),
        ("not too busy, folk", {"drums", "bass", "chords", "melody"}),
        ("less is more, house with minimal vocals", set()),
        ("a loud rock song", set()),
        ("pop about a simple life in a sparse forest", set()),
        ("a simple little folk song", {"drums", "bass", "chords", "melody"}),
    ],
)
def test_less_of_something_is_less_of_that(caption: str, levels: set[str]) -> None:
    activity = asdict(read_caption(caption).activity)
    assert {name for name, level in activity.items() if level < 0.5} == levels
    assert all(level <= 0.5 for level in activity.values())


def test_busy_is_more_and_rock_is_no_organ() -> None:
    assert read_caption("funk with a busy bassline").activity == Activity(bass=0.82)
    assert read_caption("lounge music for a busy street cafe, complex emotions").activity == Activity()
    assert read_caption("rock song").instruments == ()


@pytest.mark.parametrize(
    ("caption", "swing"),
    [
        ("rock with a shuffle feel", 0.64),
        ("hip hop, swung drums", 0.6),
        ("jazz, straight eighths", 0.5),
        ("swing band", None),
        ("pop", None),
    ],
)
def test_shuffled_and_straight_are_heard_in_the_timing(caption: str, swing: float | None) -> None:
    brief = read_caption(caption, tempo=120, duration=20)
    assert brief.swing == swing
    if swing == 0.64:
        hats = [n.start / 0.5 % 1 for p in compose(brief, seed=1).parts for n in p.notes if n.pitch == 42]
        off = [phase for phase in hats if 0.3 < phase < 0.8]
        assert 0.6 < sum(off) / len(off) < 0.68


def test_negations_rule_out_tracks_and_never_name_instruments() -> None:
    brief = read_caption("rock song with organ, no drums, no bass and without vocals")
    assert set(brief.without) >= {"drums", "bass", "vocals"}
    assert brief.instruments == ("organ",)
    kept = read_caption("techno without any synths but with strings")
    assert "synth" in kept.without
    assert "strings" in kept.instruments


def test_the_negative_prompt_rules_out_too() -> None:
    assert "drums" in read_caption("rock", exclude="drums, shouting").without
    assert read_caption("rock", exclude="NO USER INPUT").without == ()


def test_solo_means_nobody_else() -> None:
    brief = read_caption("solo piano, melancholic")
    assert brief.instruments == ("piano",)
    assert set(brief.without) == set(TRACKS) - {"keyboard"}
    assert "drums" not in read_caption("rock with a long guitar solo").without


def test_instrumental_has_no_voice() -> None:
    brief = read_caption("pop with vocals", instrumental=True, lyrics="[Verse]\nla la la")
    assert "vocals" in brief.without
    assert "voice" not in brief.instruments


@pytest.mark.parametrize("caption", ["instrumental hip hop beat", "pop, no vocals", "pop"])
def test_lyrics_are_sung_whatever_the_caption_says_unless_they_are_only_tags(caption: str) -> None:
    brief = read_caption(caption, lyrics="[Verse]\nla la la")
    assert "vocals" not in brief.without
    assert not brief.instrumental
    silent = read_caption(caption, lyrics="[Instrumental]")
    assert silent.instrumental
    assert "vocals" in silent.without


def test_an_explicit_length_and_language_win_over_words() -> None:
    brief = read_caption("30-second jingle sung in Spanish", duration=12, language="de")
    assert (brief.duration, brief.language) == (12, "de")


def test_an_automatic_duration_is_about_a_minute_of_whole_bars() -> None:
    for style in STYLES:
        brief = read_caption(style if style != "pop" else "")
        bar = METRES[brief.timesignature].beats * 60 / brief.tempo
        assert 35 <= brief.duration <= 95
        assert abs(brief.duration / bar - round(brief.duration / bar)) < 0.01


def test_more_lyrics_take_more_time() -> None:
    line = "walking down the empty street tonight\n"
    durations = [read_caption("pop", lyrics="[Verse]\n" + line * n).duration for n in (4, 12, 30, 400)]
    assert durations[0] < durations[1] < durations[2] < durations[3] <= 600


def test_the_seed_decides_what_is_left_open_and_only_that() -> None:
    briefs = [read_caption("rock at 120 bpm", seed=seed) for seed in range(12)]
    assert {brief.tempo for brief in briefs} == {120.0}
    assert len({brief.key for brief in briefs}) > 2
    assert read_caption("rock at 120 bpm", seed=7) == briefs[7]


@pytest.mark.slow
@settings(max_examples=150)
@given(
    st.text(max_size=300)
    | st.lists(
        st.sampled_from(
            [
                "no",
                "without",
                "solo",
                "jazz",
                "drums",
                "in",
                "A",
                "minor",
                "6/8",
                "bpm",
                "120",
                "slow",
                ",",
                ".",
                "only",
                "&",
                "piano",
                "waltz",
            ]
        ),
        max_size=25,
    ).map(" ".join),
    st.integers(0, 2**40),
)
def test_any_text_is_a_brief(caption: str, seed: int) -> None:
    if is_foreign(caption):
        with pytest.raises(Refused, match="in English"):
            read_caption(caption, seed=seed)
        return
    brief = read_caption(caption, seed=seed)
    assert isinstance(brief, Brief)
    assert brief.style in STYLES
    assert 30 <= brief.tempo <= 300
    assert parse_key(brief.key) is not None
    assert brief.timesignature in METRES
    assert 1 <= brief.duration <= 600
    assert 0 <= brief.energy <= 1
    assert set(brief.instruments) <= set(INSTRUMENTS)


@settings(max_examples=80)
@given(st.text(max_size=12))
def test_any_key_is_read_or_refused(text: str) -> None:
    try:
        brief = read_caption("pop", key=text)
    except Refused:
        return
    assert parse_key(brief.key) is not None


@pytest.mark.parametrize(
    ("caption", "tracks"),
    [
        ("jazz trio without drums", {"drums"}),
        ("string quartet, no vocals", {"vocals"}),
        ("house, neither vocals nor piano", {"vocals", "keyboard"}),
    ],
)
def test_a_denial_outweighs_a_group_and_neither_denies(caption: str, tracks: set[str]) -> None:
    brief = read_caption(caption)
    playing = {INSTRUMENTS[name].track for name in brief.instruments} - set(brief.without)
    assert not playing & tracks


@pytest.mark.parametrize("caption", ["lo-fi, no loud drums", "jazz without busy drums"])
def test_who_is_not_to_be_loud_plays(caption: str) -> None:
    assert "drums" not in read_caption(caption).without
