"""Written phrases for one player alone, the same for whoever composes the pieces."""

from collections.abc import Iterator

from audiopod_mcp.music.model import Note, Part, Score
from audiopod_mcp.music.synthesis import INSTRUMENTS

TUNES = (
    (
        96,
        "C major",
        (0, 4, 7, 12, 11, 7, 9, 5, 4, 2, 0, -1, 0),
        (1, 0.5, 0.5, 1, 0.5, 0.5, 1, 1, 0.5, 0.5, 1, 1, 2),
    ),
    (72, "A minor", (-3, 0, 2, 4, 5, 4, 2, 0, -1, -3), (1.5, 0.5, 1, 1, 2, 0.5, 0.5, 1, 1, 2)),
    (132, "G major", (7, 9, 11, 14, 11, 9, 7, 4, 7, 9, 6, 7, 2, 4, 7, 7), (0.5,) * 12 + (1, 1, 1, 2)),
)
"""Tempo, key, semitones above C, and beats."""
CHORDS = (
    (92, "C major", ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14), (0, 4, 7))),
    (76, "A minor", ((9, 12, 16), (5, 9, 12), (0, 4, 7), (4, 8, 11), (9, 12, 16))),
    (116, "G major", ((7, 11, 14), (2, 6, 9), (4, 7, 11), (0, 4, 7), (7, 11, 14))),
)
GROOVES = {
    "straight": {36: (0, 1.5, 2, 4, 5.5, 6, 7.25), 38: (1, 3, 5, 7), 42: tuple(i / 2 for i in range(15)), 46: (7.5,), 49: (0,)},
    "swung": {51: (0, 1, 1.67, 2, 3, 3.67, 4, 5, 5.67, 6, 7, 7.67), 44: (1, 3, 5, 7), 38: (0.67, 2.67, 3.67, 6.67, 7.33), 36: (0, 4, 5.67)},
    "broken": {36: (0, 0.75, 2.5, 4, 4.75, 6.5), 38: (1, 1.75, 3, 5, 5.75, 7), 42: tuple(i / 4 for i in range(32)), 45: (7.5,), 41: (7.75,)},
    "hands": {60: (0, 0.75, 1.5, 4, 4.75, 5.5), 61: (1, 2.25, 5, 6.25), 63: (0.5, 2, 3, 4.5, 6), 64: (3.5, 7, 7.5), 70: tuple(i / 2 for i in range(16)), 54: (1, 3, 5, 7)},
}  # fmt: skip
"""Two bars of 4/4: beats by General MIDI drum."""
_CHORD_PLAYERS = (
    "acoustic guitar",
    "nylon guitar",
    "piano",
    "harpsichord",
    "harp",
    "electric guitar",
    "electric piano",
)
_HELD = ("strings", "choir", "organ", "pad")


def solo(name: str) -> Iterator[Score]:
    """Three scores in which the instrument plays alone, some 8 to 15 s each."""
    if INSTRUMENTS[name].unpitched:
        drums = (
            ("hands",)
            if name == "percussion"
            else ("swung",)
            if name == "brushed kit"
            else ("straight", "broken")
        )
        for number, tempo in enumerate((88, 112, 136)):
            yield _score(name, tempo, "C major", _struck(GROOVES[drums[number % len(drums)]]))
        return
    for (tempo, key, pitches, beats), (chord_tempo, chord_key, chords) in zip(TUNES, CHORDS, strict=True):
        if name in _HELD:
            yield _score(name, chord_tempo, chord_key, list(_held(chords, _home(name))))
        elif name in _CHORD_PLAYERS:
            yield _score(name, chord_tempo, chord_key, list(_broken(chords, _home(name))))
        else:
            notes = list(_sung(pitches, beats, _home(name)))
            again = [(at + sum(beats), beat, pitch, force) for at, beat, pitch, force in notes]
            yield _score(name, tempo, key, notes + again if sum(beats) * 60 / tempo < 9 else notes)


def _home(name: str) -> int:
    """The C from which an instrument plays up to an octave and a half."""
    middle = (INSTRUMENTS[name].low + INSTRUMENTS[name].high) / 2
    return 12 * round((middle - 6) / 12)


def _sung(pitches, beats, home):
    at = 0.0
    for index, (pitch, beat) in enumerate(zip(pitches, beats, strict=True)):
        yield at, beat * 0.97, home + pitch, 78 + 18 * (pitch > 4) + 6 * (index % 2)
        at += beat


def _broken(chords, home):
    """Eighths up and down each chord over its bass, with the tune on top; the last is held."""
    for bar, chord in enumerate(chords):
        low = home - 12 + chord[0] % 12
        tones = [low, home + chord[1] % 12, home + chord[2] % 12, home + 12 + chord[0] % 12]
        if bar == len(chords) - 1:
            for offset, pitch in enumerate(sorted(tones)):
                yield 4 * bar + 0.04 * offset, 3.8, pitch, 84
            return
        for eighth, which in enumerate((0, 1, 2, 3, 2, 1, 3, 2)):
            yield 4 * bar + eighth / 2, 0.9 if which else 2, tones[which], 92 if eighth in (0, 3, 6) else 74


def _held(chords, home):
    for bar, chord in enumerate(chords):
        for voice, pitch in enumerate((chord[0] % 12 - 12, *(tone % 12 for tone in chord))):
            yield 4 * bar, 3.95, home + pitch, 84 + 4 * voice


def _struck(groove):
    for bars in range(3):
        for key, beats in groove.items():
            for index, beat in enumerate(beats):
                weak = (key in (42, 51, 70) and index % 2) or (key == 38 and beat % 1) or key in (61, 64)
                yield 8 * bars + beat, 0.25, key, (62 if weak else 100) + (7 * index) % 9


def _score(name: str, tempo: float, key: str, written) -> Score:
    beat = 60 / tempo
    sung = "ah" if INSTRUMENTS[name].track in ("vocals", "backing_vocals") else None
    notes = tuple(Note(at * beat, held * beat, pitch, int(force), sung) for at, held, pitch, force in written)
    duration = max(note.start + note.duration for note in notes) + 1.0
    part = Part(INSTRUMENTS[name].track, name, notes)
    return Score(1, duration, tempo, key, "4/4", (), (), (), (), (part,))
