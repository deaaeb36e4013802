"""A MIDI file says when everything is played as the score does, to the millisecond, and is aligned to the audio."""

from dataclasses import replace
from io import BytesIO

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiopod_mcp.music.model import Note, Part, Score, Span
from audiopod_mcp.music.notation.midi import to_midi
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS

from .pieces import CAPTIONS, piece


def read(score, title=""):
    return mido.MidiFile(file=BytesIO(to_midi(score, title)), charset="utf-8")


def seconds(file):
    """Every message with its time in seconds, worked out from the file's own tempo map."""
    tempi, at = [], 0
    for message in file.tracks[0]:
        at += message.time
        if message.type == "set_tempo":
            tempi.append((at, message.tempo))

    def when(tick):
        time, before, tempo = 0.0, 0, 500_000
        for change, following in tempi:
            if change >= tick:
                break
            time += (change - before) * tempo / 1e6 / file.ticks_per_beat
            before, tempo = change, following
        return time + (tick - before) * tempo / 1e6 / file.ticks_per_beat

    for track in file.tracks:
        at = 0
        for message in track:
            at += message.time
            yield track.name, when(at), message


def struck(file, name):
    return [
        (time, message.note, message.velocity)
        for track, time, message in seconds(file)
        if track == name and message.type == "note_on"
    ]


@pytest.mark.parametrize("name", CAPTIONS)
def test_every_note_is_where_the_score_has_it(name):
    score = piece(name)
    file = read(score)
    by_player = [part for part in score.parts if part.instrument not in {"riser", "impact", "vinyl"}]
    assert len(file.tracks) == 1 + len(by_player)
    for track, part in zip(file.tracks[1:], by_player, strict=True):
        heard = struck(file, track.name)
        wanted = sorted((note.start, round(note.pitch), note.velocity) for note in part.notes)
        assert len(heard) == len({(round(start, 3), pitch) for start, pitch, _ in wanted})
        for start, pitch, _ in wanted:
            assert min(abs(time - start) for time, key, _ in heard if key == pitch) < 0.002


@pytest.mark.parametrize("name", CAPTIONS)
def test_bars_are_where_the_downbeats_are(name):
    score = piece(name)
    file = read(score)
    signatures = [message for message in file.tracks[0] if message.type == "time_signature"]
    first = signatures[0]
    assert f"{first.numerator}/{first.denominator}" == score.timesignature
    quarters = first.numerator * 4 / first.denominator
    for number, downbeat in enumerate(score.downbeats):
        ticks = number * quarters * file.ticks_per_beat
        assert _seconds_at(file, ticks) == pytest.approx(downbeat, abs=0.003)


def _seconds_at(file, tick):
    time, at, tempo = 0.0, 0, 500_000
    for message in file.tracks[0]:
        step = min(message.time, tick - at)
        time += step * tempo / 1e6 / file.ticks_per_beat
        at += step
        if at >= tick:
            return time
        if message.type == "set_tempo":
            tempo = message.tempo
    return time + (tick - at) * tempo / 1e6 / file.ticks_per_beat


def test_words_sections_chords_and_key_are_in_it():
    score = piece("sung jazz")
    file = read(score, "Ballad")
    told = list(seconds(file))
    assert file.tracks[0].name == "Ballad"
    markers = [(time, message.text) for _, time, message in told if message.type == "marker"]
    assert [text for _, text in markers] == [section.label for section in score.sections]
    assert [time for time, _ in markers] == pytest.approx([s.start for s in score.sections], abs=0.003)
    assert [m.text for _, _, m in told if m.type == "text"] == [chord.label for chord in score.chords]
    assert [m.key for _, _, m in told if m.type == "key_signature"] == ["Bb"]
    sung = "".join(m.text for _, _, m in told if m.type == "lyrics")
    assert sung == "".join(f"{line.text} \r" for line in score.lyrics)
    assert sung == "Walking down the empty avenue \rNobody's around \rWe are the ones \r"


def test_drums_are_on_the_drum_channel_and_nobody_else_is():
    score = piece("sung jazz")
    channels = {
        track.name: {message.channel for message in track if message.type == "note_on"}
        for track in read(score).tracks[1:]
    }
    assert channels.pop("Brushed kit") == {9}
    assert all(9 not in others and len(others) == 1 for others in channels.values())
    assert len({min(channel) for channel in channels.values()}) == len(channels)


def test_a_part_that_is_tuned_between_semitones_is_bent():
    score = piece("waltz")
    flat = replace(
        score,
        parts=tuple(
            replace(part, notes=tuple(replace(note, pitch=note.pitch - 0.5) for note in part.notes))
            for part in score.parts
        ),
    )
    bends = [m.pitch for track in read(flat).tracks for m in track if m.type == "pitchwheel"]
    assert bends
    assert {abs(bend) for bend in bends} == {2048}


times = st.floats(0, 20, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(
    notes=st.lists(
        st.tuples(times, st.floats(0.01, 5), st.integers(0, 127), st.integers(1, 127)),
        min_size=1,
        max_size=30,
    ),
    first=st.floats(0, 3),
    beat=st.floats(0.2, 2),
)
def test_no_key_is_struck_while_it_is_down_whatever_is_played(notes, first, beat):
    beats = tuple(first + number * beat for number in range(12))
    played = tuple(Note(start, length, pitch, velocity) for start, length, pitch, velocity in notes)
    score = Score(
        0, 25.0, 60 / beat, "C major", "4/4", beats, beats[::4], (Span(0, 25, "verse"),), (),
        (Part("keyboard", "piano", played),),
    )  # fmt: skip
    down = set()
    for message in read(score).tracks[1]:
        if message.type == "note_on":
            assert message.note not in down
            down.add(message.note)
        elif message.type == "note_off":
            down.remove(message.note)
    assert not down
    heard = struck(read(score), "Piano")
    for note in played:
        assert any(abs(time - note.start) < 0.003 and key == note.pitch for time, key, _ in heard)


def test_whoever_plays_notes_is_written_down():
    """All instruments but effects, so that a new one is not left out of scores without a word."""
    for name, instrument in INSTRUMENTS.items():
        note = Note(0.0, 0.5, 38 if instrument.unpitched else instrument.low, 90)
        score = Score(
            0, 2.0, 120.0, "C major", "4/4", (0.0, 0.5, 1.0, 1.5), (0.0,), (Span(0, 2, "verse"),), (),
            (Part(instrument.track, name, (note,)),),
        )  # fmt: skip
        played = [message for track in read(score).tracks for message in track if message.type == "note_on"]
        assert bool(played) != (instrument.track == "fx"), name
