"""Standard MIDI files (format 1), aligned to the audio: tick 0 is its first sample."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from math import floor
from typing import Final

from mido import Message, MetaMessage, MidiFile, MidiTrack, bpm2tempo

from audiopod_mcp.music.model import LyricLine, Note, Score
from audiopod_mcp.music.theory import parse_key

from .instruments import Player, players_of
from .spelling import key_signature
from .syllabic import ALONE, places
from .timeline import Timeline, timeline_of

TICKS: Final = 960
"""A quarter note."""
_DRUM_CHANNEL: Final = 9
_CHANNELS: Final = tuple(channel for channel in range(16) if channel != _DRUM_CHANNEL)
_BEND_RANGE: Final = 2
"""Semitones of a full pitch bend, in General MIDI."""

Event = tuple[int, int, Message | MetaMessage]
"""Ticks, which of those at the same tick comes first, and what it is."""


def to_midi(score: Score, title: str = "", remark: str = "") -> bytes:
    """Write ``score`` as a standard MIDI file.

    The first track has the tempo of every beat, the time and key signatures, sections as markers and chords
    as texts; then comes one track a player, with its General MIDI program, and with what is sung as lyrics:
    a syllable an event, a space where a word ends and a carriage return where a line does (MIDI Association,
    RP-017).
    Pitches between semitones become a pitch bend where the whole part is tuned so, and are rounded otherwise.

    Parameters
    ----------
    score : Score
    title : str
    remark : str
        What to know about it, as a text at its beginning.

    Returns
    -------
    bytes

    """
    timeline = timeline_of(score)
    file = MidiFile(type=1, ticks_per_beat=TICKS, charset="utf-8")
    remarked: list[Event] = [(0, 0, MetaMessage("text", text=remark))] if remark else []
    file.tracks.append(_track(title or "Score", [*_conductor(score, timeline), *remarked]))
    pitched = 0
    for player in players_of(score):
        channel, port = _DRUM_CHANNEL, 0
        if not player.unpitched:
            port, place = divmod(pitched, len(_CHANNELS))
            channel = _CHANNELS[place]
            pitched += 1
        file.tracks.append(_track(player.name, _played(player, timeline, score.lyrics, channel, port)))
    data = BytesIO()
    file.save(file=data)
    return data.getvalue()


def _conductor(score: Score, timeline: Timeline) -> list[Event]:
    events: list[Event] = []
    steps = zip(timeline.times, timeline.times[1:], timeline.quarters, timeline.quarters[1:], strict=False)
    before = 0
    for start, end, quarter, following in steps:
        tempo = bpm2tempo(60 * (following - quarter) / (end - start))
        if tempo != before:
            events.append((_ticks(quarter), 0, MetaMessage("set_tempo", tempo=tempo)))
            before = tempo
    metre = ""
    for bar in timeline.bars:
        if bar.metre != metre:
            metre = bar.metre
            beats, _, unit = metre.partition("/")
            message = MetaMessage("time_signature", numerator=int(beats), denominator=int(unit))
            events.append((_ticks(bar.start), 0, message))
    if (key := parse_key(score.key)) is not None:
        events.append((0, 1, MetaMessage("key_signature", key=key_signature(key).name)))
    for section in score.sections:
        at = _ticks(timeline.position(section.start))
        events.append((at, 2, MetaMessage("marker", text=section.label)))
    for chord in score.chords:
        at = _ticks(timeline.position(chord.start))
        events.append((at, 3, MetaMessage("text", text=chord.label)))
    return events


def _played(
    player: Player, timeline: Timeline, lines: Sequence[LyricLine], channel: int, port: int
) -> list[Event]:
    events: list[Event] = [(0, 1, Message("program_change", channel=channel, program=player.program))]
    if port:
        events.append((0, 0, MetaMessage("midi_port", port=port)))
    tuning = _tuning(player.part.notes)
    if tuning:
        bend = max(-8192, min(8191, round(tuning / _BEND_RANGE * 8192)))
        events.append((0, 2, Message("pitchwheel", channel=channel, pitch=bend)))
    placed = places(player.part.notes, lines)
    ends: dict[int, int] = {}
    for note in sorted(player.part.notes, key=lambda note: note.start, reverse=True):
        pitch = max(0, min(127, round(note.pitch - tuning)))
        start = _ticks(timeline.position(note.start))
        end = max(start + 1, _ticks(timeline.position(note.start + note.duration)))
        # A key that is down can't be struck: what still sounds ends where it is struck again.
        end = min(end, ends.get(pitch, end))
        if end <= start:
            continue
        ends[pitch] = start
        velocity = max(1, min(127, round(note.velocity)))
        events.append((start, 5, Message("note_on", channel=channel, note=pitch, velocity=velocity)))
        events.append((end, 4, Message("note_off", channel=channel, note=pitch)))
        if note.syllable:
            place = placed.get(note.start, ALONE)
            text = note.syllable + " " * place.ends_word + "\r" * place.ends_line
            events.append((start, 3, MetaMessage("lyrics", text=text)))
    return events


def _tuning(notes: tuple[Note, ...]) -> float:
    """How far all ``notes`` are off the semitone, where they all are by the same interval."""
    off = [note.pitch - floor(note.pitch + 0.5) for note in notes] or [0.0]
    return off[0] if max(off) - min(off) < 0.01 and abs(off[0]) > 0.01 else 0.0


def _track(name: str, events: list[Event]) -> MidiTrack:
    track = MidiTrack()
    track.name = name
    before = 0
    for at, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=at - before))
        before = at
    track.append(MetaMessage("end_of_track", time=0))
    return track


def _ticks(quarter: float) -> int:
    return max(0, round(quarter * TICKS))
