"""No reader of captions, prompts or lyrics takes longer than in proportion, whatever it reads."""

import contextlib
import time

import pytest

from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.captions.wishes import read_wishes
from audiopod_mcp.music.composition.stanzas import stanzas
from audiopod_mcp.music.editing.prompt.parse import read_prompt
from audiopod_mcp.music.generation.intensity import wanted_change
from audiopod_mcp.music.lyrics.lrc import from_lrc
from audiopod_mcp.music.lyrics.syllables import count_syllables
from audiopod_mcp.music.lyrics.text import parse_lyrics
from audiopod_mcp.music.model import Refused

CAPTIONS = {
    "caption": read_caption,
    "wishes": read_wishes.__wrapped__,
    "edit": read_prompt.__wrapped__,
    "change": wanted_change,
}
LYRICS = {
    "lyrics": parse_lyrics,
    "stanzas": stanzas,
    "syllables": count_syllables,
    "lrc": from_lrc,
}
UNITS = [
    "a", "e", "1", "_", "-", "é", "無", "我", "ー", "\u0301", "(", "[", "[]", "'", ".", "&", "@0@ ", "no ", "no any ", "no-",
    "a-", "a ", "A ", "1 ", "1.", "12", "0:30 ", "x, ", "x y, ", "drums ", "no drums, ", "no a, ", "only drums ",
    "less ", "less a ", "less energy ", "more ", "in ", "in C ", "from 0:30 to ", "to ", "the first ", "louder, ",
    "everything a but ", "keep ", "solo ", "piano solo ", "chorus ", "sparse ", "like A ",
    "in the style of A and ", "tempo ", "turn it up ", "instead of ", "wave", "guitarguitar", "ohne ", "sans ",
    "无a", "无鼓", "ドラム", "ドラムなし", "ohne Schlagzeug, ", "4/4 ", "3 dB ", "ﷺ", "[Verse] ", "(verse",
    "[Verse]\n", "la\n", "\n", "[00:01.00]", "<00:01.00>", "[0[00:00]0:00]", "[00:01.00]la\n", "ing", "qu", "'s",
]  # fmt: skip


def seconds(read, text):
    began = time.process_time()
    with contextlib.suppress(Refused):
        read(text)
    return time.process_time() - began


def is_out_of_proportion(read, text, length):
    short, long = seconds(read, text[:length]), seconds(read, text)
    # Twice what is in proportion, and what a machine with other work may add.
    return long > 8 * short + 0.1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("read", "length"),
    [
        *(pytest.param(read, 160, id=name) for name, read in CAPTIONS.items()),
        *(pytest.param(read, 2500, id=name) for name, read in LYRICS.items()),
    ],
)
def test_four_times_the_text_takes_about_four_times_as_long(read, length):
    for unit in UNITS:
        text = (unit * (4 * length))[: 4 * length]
        again = f"x {text}"  # nothing of it is remembered
        assert not (is_out_of_proportion(read, text, length) and is_out_of_proportion(read, again, length)), (
            unit
        )


def test_a_caption_of_one_character_is_read_at_once():
    """It took a minute."""
    words = seconds(read_caption, "warm piano and soft strings, " * 70)
    for character in ("无", "無", "a", "-", "1"):
        assert seconds(read_caption, character * 2048) < words + 0.05


def test_marks_of_our_own_in_a_prompt_mean_nothing():
    for mark in ("\ue000", "\uf000", "W", "T"):
        assert not read_prompt(f"remove {mark}").wishes
