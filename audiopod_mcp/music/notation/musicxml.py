"""MusicXML 4.0: parts, chords, words and sections, for notation programs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from audiopod_mcp.music.model import Note, Score, Span
from audiopod_mcp.music.theory import METRES, Key, parse_chord, parse_key

from .instruments import Clef, Player, clef_of, players_of
from .rhythm import DIVISIONS, Symbol, Written, symbols, voices_of
from .spelling import key_signature, pitch_name, step_and_alter
from .syllabic import ALONE, places
from .timeline import Bar, Timeline, timeline_of

_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">\n'
)
_KINDS: Final[Mapping[str, tuple[str, tuple[tuple[int, int], ...]]]] = {
    # By quality: MusicXML's kind, and degrees that are added to it (degree, alteration).
    "": ("major", ()), "m": ("minor", ()), "5": ("power", ()), "7": ("dominant", ()),
    "maj7": ("major-seventh", ()), "m7": ("minor-seventh", ()), "mmaj7": ("major-minor", ()),
    "dim": ("diminished", ()), "dim7": ("diminished-seventh", ()), "m7b5": ("half-diminished", ()),
    "aug": ("augmented", ()), "sus2": ("suspended-second", ()), "sus4": ("suspended-fourth", ()),
    "7sus4": ("suspended-fourth", ((7, -1),)), "6": ("major-sixth", ()), "m6": ("minor-sixth", ()),
    "add9": ("major", ((9, 0),)), "madd9": ("minor", ((9, 0),)), "9": ("dominant-ninth", ()),
    "maj9": ("major-ninth", ()), "m9": ("minor-ninth", ()), "7b9": ("dominant", ((9, -1),)),
    "13": ("dominant-13th", ()),
}  # fmt: skip
_CLEFS: Final[Mapping[Clef, tuple[str, int, int]]] = {
    # Sign, line, and octaves by which it sounds higher than written.
    "treble": ("G", 2, 0), "treble 8": ("G", 2, -1), "bass": ("F", 4, 0), "bass 8": ("F", 4, -1),
    "percussion": ("percussion", 0, 0),
}  # fmt: skip
_DRUMS: Final[Mapping[int, tuple[str, str, int, str]]] = {
    # By General MIDI key: name, step, octave and note head, as drum kits are usually written.
    35: ("Bass drum", "F", 4, ""), 36: ("Bass drum", "F", 4, ""), 37: ("Side stick", "C", 5, "x"),
    38: ("Snare", "C", 5, ""), 39: ("Clap", "C", 5, "x"), 40: ("Snare", "C", 5, ""),
    41: ("Floor tom", "A", 4, ""), 42: ("Closed hi-hat", "G", 5, "x"), 43: ("Floor tom", "A", 4, ""),
    44: ("Pedal hi-hat", "D", 4, "x"), 45: ("Low tom", "B", 4, ""), 46: ("Open hi-hat", "G", 5, "circle-x"),
    47: ("Mid tom", "D", 5, ""), 48: ("High tom", "E", 5, ""), 49: ("Crash", "A", 5, "x"),
    50: ("High tom", "E", 5, ""), 51: ("Ride", "F", 5, "x"), 53: ("Ride bell", "F", 5, "diamond"),
    54: ("Tambourine", "B", 5, "x"), 56: ("Cowbell", "E", 5, "triangle"),
}  # fmt: skip


def to_musicxml(score: Score, title: str = "", remark: str = "") -> bytes:
    """Write ``score`` as a MusicXML document.

    Notes are put on the nearest sixteenth or, outside compound metres, triplet of eighths. What begins and
    ends together is a chord; what overlaps otherwise is written in further voices.

    Parameters
    ----------
    score : Score
    title : str
    remark : str
        What to know about it, above the first bar.

    Returns
    -------
    bytes
        UTF-8.

    """
    timeline = timeline_of(score)
    root = Element("score-partwise", version="4.0")
    SubElement(SubElement(root, "work"), "work-title").text = _text(title or "Score")
    encoding = SubElement(SubElement(root, "identification"), "encoding")
    SubElement(encoding, "software").text = "audiopod-mcp"
    listed = SubElement(root, "part-list")
    players = players_of(score)
    for number, player in enumerate(players, start=1):
        _list_player(listed, f"P{number}", player)
    for number, player in enumerate(players, start=1):
        part = SubElement(root, "part", id=f"P{number}")
        _PartWriter(score, timeline, player, f"P{number}", remark=remark, leads=number == 1).write(part)
    indent(root)
    document: bytes = tostring(root, encoding="utf-8")
    return _HEAD.encode() + document + b"\n"


def _list_player(listed: Element, number: str, player: Player) -> None:
    part = SubElement(listed, "score-part", id=number)
    SubElement(part, "part-name").text = player.name
    keys = sorted({round(note.pitch) for note in player.part.notes}) if player.unpitched else []
    for key in keys:
        instrument = SubElement(part, "score-instrument", id=f"{number}-I{key}")
        SubElement(instrument, "instrument-name").text = _DRUMS.get(key, (f"Percussion {key}",))[0]
    for key in keys:
        midi = SubElement(part, "midi-instrument", id=f"{number}-I{key}")
        SubElement(midi, "midi-channel").text = "10"
        SubElement(midi, "midi-unpitched").text = str(key + 1)
    if not keys:
        instrument = SubElement(part, "score-instrument", id=f"{number}-I1")
        SubElement(instrument, "instrument-name").text = player.name
        midi = SubElement(part, "midi-instrument", id=f"{number}-I1")
        SubElement(midi, "midi-program").text = str(player.program + 1)


class _PartWriter:
    """Writes the bars of one player; the one who ``leads`` has tempo, sections and chords above them."""

    def __init__(
        self, score: Score, timeline: Timeline, player: Player, number: str, *, remark: str, leads: bool
    ) -> None:
        metre = METRES.get(score.timesignature, METRES["4/4"])
        self.score, self.timeline, self.player, self.number, self.leads = (
            score, timeline, player, number, leads,
        )  # fmt: skip
        self.remark = remark
        self.key = parse_key(score.key)
        self.clef = clef_of(player)
        self.voices = voices_of(player.part.notes, timeline, compound=metre.compound, struck=player.unpitched)
        self.places = places(player.part.notes, score.lyrics)

    def write(self, part: Element) -> None:
        metre = ""
        for number, bar in enumerate(self.timeline.bars, start=1):
            measure = SubElement(part, "measure", number=str(number))
            self._attributes(measure, bar, first=number == 1, metre=metre)
            metre = bar.metre
            start, end = _division(bar.start), _division(bar.start + bar.length)
            if self.leads:
                self._above(measure, bar, first=number == 1)
            self._voices(measure, start, end)

    def _attributes(self, measure: Element, bar: Bar, *, first: bool, metre: str) -> None:
        if not first and bar.metre == metre:
            return
        attributes = SubElement(measure, "attributes")
        if first:
            SubElement(attributes, "divisions").text = str(DIVISIONS)
            if self.key is not None:
                signature = key_signature(self.key)
                key = SubElement(attributes, "key")
                SubElement(key, "fifths").text = str(signature.fifths)
                SubElement(key, "mode").text = signature.mode
        beats, _, unit = bar.metre.partition("/")
        time = SubElement(attributes, "time")
        SubElement(time, "beats").text = beats
        SubElement(time, "beat-type").text = unit
        if first:
            sign, line, octave = _CLEFS[self.clef]
            clef = SubElement(attributes, "clef")
            SubElement(clef, "sign").text = sign
            if line:
                SubElement(clef, "line").text = str(line)
            if octave:
                SubElement(clef, "clef-octave-change").text = str(octave)

    def _above(self, measure: Element, bar: Bar, *, first: bool) -> None:
        if first and self.remark:
            direction = SubElement(measure, "direction", placement="above")
            SubElement(SubElement(direction, "direction-type"), "words").text = _text(self.remark)
        if first:
            metre = METRES.get(self.score.timesignature, METRES["4/4"])
            direction = SubElement(measure, "direction", placement="above")
            metronome = SubElement(SubElement(direction, "direction-type"), "metronome")
            SubElement(metronome, "beat-unit").text = "quarter"
            if metre.compound:
                SubElement(metronome, "beat-unit-dot")
            SubElement(metronome, "per-minute").text = f"{self.score.tempo:g}"
            quarters = self.score.tempo * (1.5 if metre.compound else 1.0)
            SubElement(direction, "sound", tempo=f"{quarters:g}")
        for section, offset in self._in_bar(self.score.sections, bar):
            direction = SubElement(measure, "direction", placement="above")
            SubElement(SubElement(direction, "direction-type"), "rehearsal").text = _text(section.label)
            if offset:
                SubElement(direction, "offset").text = str(offset)
        for chord, offset in self._in_bar(self.score.chords, bar):
            _harmony(measure, chord.label, offset)

    def _in_bar(self, spans: Sequence[Span], bar: Bar) -> Iterator[tuple[Span, int]]:
        start, end = _division(bar.start), _division(bar.start + bar.length)
        for span in spans:
            at = _division(self.timeline.position(span.start))
            if start <= at < end:
                yield span, at - start

    def _voices(self, measure: Element, start: int, end: int) -> None:
        sounding = [
            (number, inside)
            for number, voice in enumerate(self.voices, start=1)
            if (
                inside := [
                    group for group in voice if group.start < end and group.start + group.length > start
                ]
            )
        ]
        for position, (number, inside) in enumerate(sounding or [(1, [])]):
            if position:
                SubElement(SubElement(measure, "backup"), "duration").text = str(end - start)
            self._voice(measure, number, inside, start, end)

    def _voice(self, measure: Element, number: int, inside: Sequence[Written], start: int, end: int) -> None:
        if not inside:
            rest = SubElement(measure, "note")
            SubElement(rest, "rest", measure="yes")
            SubElement(rest, "duration").text = str(end - start)
            SubElement(rest, "voice").text = str(number)
            return
        for symbol in symbols(inside, start, end):
            if symbol.notes:
                for place, note in enumerate(symbol.notes):
                    self._note(measure, symbol, note, number, in_chord=place > 0)
            else:
                rest = SubElement(measure, "note", {"print-object": "no"} if number > 1 else {})
                SubElement(rest, "rest")
                _value(rest, symbol, number)

    def _note(self, measure: Element, symbol: Symbol, note: Note, voice: int, *, in_chord: bool) -> None:
        element = SubElement(measure, "note", dynamics=f"{note.velocity / 0.9:.0f}")
        if in_chord:
            SubElement(element, "chord")
        pitch = round(note.pitch)
        head = ""
        if self.player.unpitched:
            _, step, octave, head = _DRUMS.get(pitch, ("", "E", 5, "x"))
            display = SubElement(element, "unpitched")
            SubElement(display, "display-step").text = step
            SubElement(display, "display-octave").text = str(octave)
        else:
            _pitch(SubElement(element, "pitch"), pitch, self.key)
        SubElement(element, "duration").text = str(symbol.length)
        for kind, tied in (("stop", symbol.tied_from), ("start", symbol.tied_to)):
            if tied:
                SubElement(element, "tie", type=kind)
        if self.player.unpitched:
            SubElement(element, "instrument", id=f"{self.number}-I{pitch}")
        _written(element, symbol, voice)
        if head:
            SubElement(element, "notehead").text = head
        if symbol.tied_from or symbol.tied_to:
            notations = SubElement(element, "notations")
            for kind, tied in (("stop", symbol.tied_from), ("start", symbol.tied_to)):
                if tied:
                    SubElement(notations, "tied", type=kind)
        if note.syllable and not symbol.tied_from and not in_chord:
            lyric = SubElement(element, "lyric", number="1")
            SubElement(lyric, "syllabic").text = self.places.get(note.start, ALONE).in_word
            SubElement(lyric, "text").text = _text(note.syllable)


def _pitch(element: Element, pitch: int, key: Key | None) -> None:
    step, alter, octave = pitch_name(pitch, key)
    SubElement(element, "step").text = step
    if alter:
        SubElement(element, "alter").text = str(alter)
    SubElement(element, "octave").text = str(octave)


def _value(element: Element, symbol: Symbol, voice: int) -> None:
    SubElement(element, "duration").text = str(symbol.length)
    _written(element, symbol, voice)


def _written(element: Element, symbol: Symbol, voice: int) -> None:
    SubElement(element, "voice").text = str(voice)
    SubElement(element, "type").text = symbol.name
    for _ in range(symbol.dots):
        SubElement(element, "dot")
    if symbol.triplet:
        modification = SubElement(element, "time-modification")
        SubElement(modification, "actual-notes").text = "3"
        SubElement(modification, "normal-notes").text = "2"


def _harmony(measure: Element, label: str, offset: int) -> None:
    name, _, bass = label.partition("/")
    chord = parse_chord(name)
    harmony = SubElement(measure, "harmony")
    if chord is None:
        root = SubElement(harmony, "root")
        SubElement(root, "root-step", text="").text = "C"
        SubElement(harmony, "kind", text="N.C.").text = "none"
    else:
        match = re.match(r"[A-G][#b]*", name)
        assert match is not None  # noqa: S101 - parse_chord has read it
        quality = name[match.end() :]
        _tone(SubElement(harmony, "root"), "root", match[0])
        kind, degrees = _KINDS.get(quality, ("other", ()))
        SubElement(harmony, "kind", text=quality).text = kind
        if re.fullmatch(r"[A-G][#b]*", bass):
            _tone(SubElement(harmony, "bass"), "bass", bass)
        for value, alter in degrees:
            degree = SubElement(harmony, "degree", {"print-object": "no"})
            SubElement(degree, "degree-value").text = str(value)
            SubElement(degree, "degree-alter").text = str(alter)
            SubElement(degree, "degree-type").text = "add"
    if offset:
        SubElement(harmony, "offset").text = str(offset)


def _tone(element: Element, what: str, name: str) -> None:
    step, alter = step_and_alter(name)
    SubElement(element, f"{what}-step").text = step
    if alter:
        SubElement(element, f"{what}-alter").text = str(alter)


def _division(quarter: float) -> int:
    return round(quarter * DIVISIONS)


def _text(text: str) -> str:
    """``text`` without the characters that XML can't hold."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)
