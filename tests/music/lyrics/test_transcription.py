"""What is believed of the words that a recogniser hears; here those that say the same to everything they hear."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiopod_mcp.music.lyrics.transcription import transcribe, with_sections
from audiopod_mcp.music.model import LyricLine, Span, ignore_progress

pytest.importorskip("pywhispercpp", reason="Macs with an Intel processor have no wheel of it")

from audiopod_mcp.studio.engines import whisper
from audiopod_mcp.studio.engines.base import EngineRefused
from audiopod_mcp.studio.engines.whisper import Whisper

from .whisper_file import write_model

RATE = 22_050
LINES = [(0.0, 2.0, "hello from the sea"), (2.0, 5.0, "we sing again")]


@pytest.fixture
def model(tmp_path):
    def made(lines=LINES, **options):
        return Whisper(write_model(tmp_path / "model.bin", lines, **options))

    return made


def sound(seconds=12.0):
    return np.random.default_rng(1).uniform(-0.2, 0.2, (round(seconds * RATE), 2)).astype(np.float32)


def understood(recognizer, sung, seconds=12.0):
    spans = [Span(start, end, "vocals") for start, end in sung]
    return transcribe(sound(seconds), RATE, spans, recognizer, ignore_progress)


def test_lines_have_their_times_their_language_and_their_sections(model):
    transcript = understood(model(language="de"), [(3.0, 9.0)])
    assert [line.text for line in transcript.lines] == ["hello from the sea", "we sing again"]
    assert [line.start for line in transcript.lines] == pytest.approx([3.0, 5.0], abs=0.5)
    assert [line.end for line in transcript.lines] == pytest.approx([5.0, 8.0], abs=0.5)
    assert transcript.language == "de"
    assert not transcript.missed
    sections = [Span(0, 2, "intro"), Span(2, 4.5, "verse"), Span(4.5, 12, "chorus")]
    lyrics = with_sections(transcript.lines, sections)
    assert lyrics == "[Verse]\nhello from the sea\n\n[Chorus]\nwe sing again"


@pytest.mark.parametrize(
    ("lines", "options", "sung"),
    [
        pytest.param(LINES, {}, [], id="nobody sings"),
        pytest.param(LINES, {"sure": 0.2}, [(3, 9)], id="not sure of a word"),
        pytest.param([(0, 9, "Thank you.")], {}, [(3, 4)], id="longer than anybody sings"),
        pytest.param([(0, 20, "Thank you.")], {}, [(0.5, 20)], id="two words in twenty seconds"),
        pytest.param([(0, 0.4, "a whole sentence that nobody can say so fast")], {}, [(3, 9)], id="too fast"),
        pytest.param(
            [(0, 2, "[Music]"), (2, 4, "(upbeat music)"), (4, 6, "♪ ♪")], {}, [(3, 9)], id="no words"
        ),
        pytest.param([(0, 20, "I love you " * 12)], {}, [(0.5, 20)], id="going round in circles"),
        pytest.param(LINES, {}, [(1, 7), (12, 18), (24, 30)], id="the same words everywhere"),
        pytest.param([(0, 1, "yes"), (1, 9, "Thank you.")], {}, [(3, 4.5)], id="most of it can't be"),
    ],
)
def test_what_cannot_be_believed_is_no_words_at_all(model, lines, options, sung):
    transcript = understood(model(lines, **options), sung, seconds=32.0)
    assert transcript.lines == ()
    assert transcript.language is None
    assert bool(transcript.missed) == bool(sung)


def test_one_line_that_cannot_be_believed_is_left_out_and_the_place_is_told_where_nothing_is_left(model):
    lines = [(0, 2, "hello from the sea"), (2, 2.1, "subtitles by somebody else"), (2.1, 4, "(echo) we sing")]
    transcript = understood(model(lines), [(3.0, 7.5)])
    assert [line.text for line in transcript.lines] == ["hello from the sea", "we sing"]


class Listener:
    """Remembers what it is given to hear, and understands a word of it."""

    def __init__(self):
        self.heard = []

    def languages(self, heard):
        return {"en": 0.9, "de": 0.1}

    def recognize(self, heard, language, report):
        self.heard.append(len(heard) / 16_000)
        report(0.5, "")
        return []


@settings(max_examples=25)
@given(
    cuts=st.lists(st.floats(0, 150), min_size=0, max_size=8, unique=True),
    length=st.floats(1.0, 150.0),
)
def test_all_singing_is_heard_once_half_a_minute_at_a_time(cuts, length):
    ordered = sorted(cuts)
    pairs = zip(ordered[::2], ordered[1::2], strict=False)
    sung = [Span(start, min(end, length), "vocals") for start, end in pairs if min(end, length) > start]
    listener, said = Listener(), []
    audio = np.random.default_rng(1).uniform(-1, 1, (round(length * 200), 1)).astype(np.float32)
    transcript = transcribe(audio, 200, sung, listener, lambda fraction, doing: said.append(fraction))
    assert all(1 <= seconds <= 28.1 for seconds in listener.heard)
    windows = transcript.missed
    assert len(windows) == len(listener.heard)
    assert all(one.end <= other.start + 1e-6 for one, other in pairwise(windows))
    for span in sung:
        inside = sum(max(0, min(w.end, span.end) - max(w.start, span.start)) for w in windows)
        assert inside == pytest.approx(span.end - span.start, abs=0.02)
    assert said == sorted(said)


def test_a_language_that_is_not_sure_is_none():
    class Unsure(Listener):
        def languages(self, heard):
            return {"en": 0.3, "de": 0.3, "fr": 0.4}

    listener = Unsure()
    transcript = understood(listener, [(1, 8)])
    assert (transcript.lines, transcript.language) == ((), None)
    assert not listener.heard


def test_it_can_be_stopped_in_the_middle(model, monkeypatch):
    monkeypatch.setattr(whisper, "_ASK_EVERY", 0.0)

    class Stopped(BaseException):
        pass

    def report(fraction, doing):
        if fraction > 0.4:
            raise Stopped

    spans = [Span(1, 9, "vocals")]
    with pytest.raises(Stopped):
        transcribe(sound(), RATE, spans, model(), report)


@settings(max_examples=8)
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_model_that_was_cut_off_is_refused_before_it_is_loaded(tmp_path_factory, share):
    folder = tmp_path_factory.mktemp("model")
    whole = write_model(folder / "whole.bin", LINES).read_bytes()
    (folder / "cut.bin").write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(EngineRefused, match="no whole model"):
        understood(Whisper(folder / "cut.bin"), [(1, 8)])


@pytest.mark.parametrize(
    "content", [b"", b"GGUF" + bytes(1000), b"lmgg" + bytes(100_000), b"lmgg" + b"\xff" * 999]
)
def test_what_is_no_model_is_refused_in_a_line(tmp_path, content):
    (tmp_path / "file.bin").write_bytes(content)
    with pytest.raises(EngineRefused, match=r"AUDIOPOD_WHISPER_MODEL.*ggml") as refused:
        understood(Whisper(tmp_path / "file.bin"), [(1, 8)])
    assert "\n" not in str(refused.value)
    with pytest.raises(EngineRefused, match="can't be read"):
        understood(Whisper(tmp_path / "nothing.bin"), [(1, 8)])


def test_lyrics_without_sections_have_no_tags():
    lines = [LyricLine(1, 2, "one"), LyricLine(3, 4, "two")]
    assert with_sections(lines, []) == "one\ntwo"
    assert with_sections([], [Span(0, 9, "verse")]) == ""
    returning = [Span(0, 2.5, "verse"), Span(2.5, 5, "verse")]
    assert with_sections(lines, returning) == "[Verse]\none\n\n[Verse]\ntwo"
