"""A MusicXML file has whole bars, every note of the score at its place, and words under the notes they are sung on."""

from fractions import Fraction
from xml.etree import ElementTree

import numpy as np
import pytest

from audiopod_mcp.music.notation.musicxml import to_musicxml

from .pieces import CAPTIONS, piece

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def read(part):
    """The notes of a part as (start in quarters, length, pitch or instrument, syllable), ties joined; its bars."""
    notes, bars, open_ties = [], [], {}
    divisions, at_bar = 1, Fraction(0)
    for measure in part.iter("measure"):
        if (told := measure.find("attributes/divisions")) is not None:
            divisions = int(told.text)
        if (time := measure.find("attributes/time")) is not None:
            full = Fraction(4 * int(time.findtext("beats")), int(time.findtext("beat-type")))
        at = begins = at_bar
        ends = at_bar
        for element in measure:
            if element.tag == "backup":
                at -= Fraction(int(element.findtext("duration")), divisions)
            if element.tag != "note":
                continue
            length = Fraction(int(element.findtext("duration")), divisions)
            start = begins if element.find("chord") is not None else at
            if element.find("rest") is None:
                what = _what(element)
                ties = {tie.get("type") for tie in element.findall("tie")}
                voice = element.findtext("voice")
                if "stop" in ties:
                    notes[open_ties[voice, what]][1] += length
                else:
                    notes.append([start, length, what, element.findtext("lyric/text")])
                    open_ties[voice, what] = len(notes) - 1
                if "start" in ties and "stop" not in ties:
                    open_ties[voice, what] = len(notes) - 1
            begins = start
            at = start + length
            ends = max(ends, at)
        assert at == ends == at_bar + full, "a bar that is not full"
        bars.append((at_bar, full))
        at_bar += full
    return notes, bars


def _what(element):
    if (pitch := element.find("pitch")) is not None:
        alter = int(pitch.findtext("alter") or 0)
        return 12 * (int(pitch.findtext("octave")) + 1) + STEPS[pitch.findtext("step")] + alter
    return int(element.find("instrument").get("id").rpartition("I")[2])


@pytest.mark.parametrize("name", CAPTIONS)
def test_every_note_of_the_score_is_written_where_it_is_played(name):
    score = piece(name)
    root = ElementTree.fromstring(to_musicxml(score))
    parts = [part for part in score.parts if part.instrument not in {"riser", "impact", "vinyl"}]
    unit = {"6/8": 1.5, "7/8": 0.5}.get(score.timesignature, 1.0)
    for element, part in zip(root.findall("part"), parts, strict=True):
        notes, bars = read(element)
        assert {length for _, length in bars} == {bars[0][1]}
        beats = np.arange(len(score.beats)) * unit
        for note in part.notes:
            played = np.interp(note.start, score.beats, beats)
            if note.start > score.beats[-1]:
                continue
            away = min(abs(float(start) - played) for start, _, what, _ in notes if what == round(note.pitch))
            assert away <= 0.13  # half of a sixteenth
        assert len(notes) <= len(part.notes)


def test_the_words_are_under_their_notes():
    root = ElementTree.fromstring(to_musicxml(piece("sung jazz"), "Ballad & <more>"))
    assert root.findtext("work/work-title") == "Ballad & <more>"
    notes, _ = read(root.find("part"))
    sung = "".join(syllable for *_, syllable in sorted(notes, key=lambda note: note[0]) if syllable)
    assert sung == "WalkingdowntheemptyavenueNobody'saroundWearetheones"
    places = [lyric.findtext("syllabic") for lyric in root.iter("lyric")]
    assert places[:3] == ["begin", "end", "single"]


def test_chords_and_sections_are_above_the_first_part():
    score = piece("sung jazz")
    root = ElementTree.fromstring(to_musicxml(score))
    first, *others = root.findall("part")
    chords = list(first.iter("harmony"))
    assert len(chords) == len(score.chords)
    for element, chord in zip(chords, score.chords, strict=True):
        sign = {"1": "#", "-1": "b", None: ""}[element.findtext("root/root-alter")]
        spelled = element.findtext("root/root-step") + sign + element.find("kind").get("text")
        assert spelled == chord.label
    assert [mark.text for mark in first.iter("rehearsal")] == [section.label for section in score.sections]
    assert not any(list(other.iter("harmony")) for other in others)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sung jazz", "jig", "odd", "drums"])
def test_another_program_reads_it(name, tmp_path):
    music21 = pytest.importorskip("music21", reason="music21 is not installed")
    score = piece(name)
    file = tmp_path / "score.musicxml"
    file.write_bytes(to_musicxml(score, "Read by others"))
    opened = music21.converter.parse(file)
    assert len(opened.parts) == len(ElementTree.parse(file).findall("part"))
    key = opened.parts[0].recurse().getElementsByClass("KeySignature").first()
    assert key is not None
    time = opened.parts[0].recurse().getElementsByClass("TimeSignature").first()
    assert time.ratioString == score.timesignature
