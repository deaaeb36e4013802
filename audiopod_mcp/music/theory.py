"""Keys, scales, chords and metres. Pitch classes are 0 (C) to 11 (B); intervals are in semitones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

SHARP_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
FLAT_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
MINOR_SCALE = (0, 2, 3, 5, 7, 8, 10)

MELODY_SCALES: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    # The scales of melodies, in a major key and in a minor key.
    "diatonic": (MAJOR_SCALE, MINOR_SCALE),
    "pentatonic": ((0, 2, 4, 7, 9), (0, 3, 5, 7, 10)),
    "blues": ((0, 2, 3, 4, 7, 9), (0, 3, 5, 6, 7, 10)),
    "modal": ((0, 2, 4, 5, 7, 9, 10), (0, 2, 3, 5, 7, 9, 10)),  # mixolydian, dorian
    "dark": ((0, 1, 4, 5, 7, 8, 10), (0, 1, 3, 5, 7, 8, 10)),  # phrygian dominant, phrygian
    "harmonic": (MAJOR_SCALE, (0, 2, 3, 5, 7, 8, 11)),
}

MODES: dict[str, tuple[tuple[int, ...], bool]] = {
    # The church modes: the scale, and whether its third is minor.
    "dorian": ((0, 2, 3, 5, 7, 9, 10), True),
    "phrygian": ((0, 1, 3, 5, 7, 8, 10), True),
    "lydian": ((0, 2, 4, 6, 7, 9, 11), False),
    "mixolydian": ((0, 2, 4, 5, 7, 9, 10), False),
    "locrian": ((0, 1, 3, 5, 6, 8, 10), True),
}

_ABOVE_MAJOR = {"dorian": 2, "phrygian": 4, "lydian": 5, "mixolydian": 7, "locrian": 11}
"""Semitones from the tonic of the major key with the same notes to that of each mode."""

QUALITIES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "5": (0, 7),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "mmaj7": (0, 3, 7, 11),
    "dim": (0, 3, 6),
    "dim7": (0, 3, 6, 9),
    "m7b5": (0, 3, 6, 10),
    "aug": (0, 4, 8),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "7sus4": (0, 5, 7, 10),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "add9": (0, 4, 7, 14),
    "madd9": (0, 3, 7, 14),
    "9": (0, 4, 7, 10, 14),
    "maj9": (0, 4, 7, 11, 14),
    "m9": (0, 3, 7, 10, 14),
    "7b9": (0, 4, 7, 10, 13),
    "13": (0, 4, 10, 14, 21),
}
_ALIASES = {"maj": "", "M": "", "min": "m", "-": "m", "M7": "maj7", "min7": "m7", "-7": "m7", "o": "dim"}
_ALIASES |= {"°": "dim", "o7": "dim7", "°7": "dim7", "ø": "m7b5", "ø7": "m7b5", "mø7": "m7b5", "mo": "dim"}
_ALIASES |= {"m°": "dim", "mo7": "dim7", "+": "aug", "sus": "sus4", "hdim7": "m7b5", "mM7": "mmaj7"}

_NOTE = re.compile(r"([A-G])(#{1,2}|♯|b{1,2}|♭|[\s-]*sharp|[\s-]*flat)?", re.IGNORECASE)
_NUMERAL = re.compile(r"([b#]?)(VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)(.*)")
_DEGREES = {"I": 0, "II": 1, "III": 2, "IV": 3, "V": 4, "VI": 5, "VII": 6}


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic (pitch class) and its mode; ``str`` gives ``"F# minor"`` or ``"D dorian"``.

    ``mode`` is a church mode of :data:`MODES`, or empty; ``minor`` says whether the third is minor.
    """

    tonic: int
    minor: bool = False
    mode: str = ""

    @property
    def scale(self) -> tuple[int, ...]:
        """The degrees that Roman numerals count by: those of major or of natural minor."""
        return MINOR_SCALE if self.minor else MAJOR_SCALE

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the twelve pitch classes as they are spelled in this key."""
        minor = self.minor and not self.mode
        flats = (1, 3, 5, 8, 10, 6) if minor else (1, 3, 5, 8, 10)
        return FLAT_NAMES if self.relative_major in flats else SHARP_NAMES

    @property
    def relative_major(self) -> int:
        """The tonic of the major key with the same notes."""
        return (self.tonic - (_ABOVE_MAJOR[self.mode] if self.mode else 9 * self.minor)) % 12

    def __str__(self) -> str:
        return f"{self.names[self.tonic]} {self.mode or ('minor' if self.minor else 'major')}"


@dataclass(frozen=True, slots=True)
class Chord:
    """A root (pitch class) and the intervals above it, the root's 0 included."""

    root: int
    intervals: tuple[int, ...]
    label: str

    @property
    def tones(self) -> tuple[int, ...]:
        """The pitch classes, the root first."""
        return tuple((self.root + interval) % 12 for interval in self.intervals)

    @property
    def minor(self) -> bool:
        return 3 in self.intervals and 4 not in self.intervals


@dataclass(frozen=True, slots=True)
class Metre:
    """A metre, by the beats that are felt in a bar.

    6/8, 9/8 and 12/8 have two, three and four dotted beats, which their tempo counts. 7/8 (2+2+3) has seven,
    its eighths, and ``unit`` of them make one of the beats that its tempo counts. 5/4 is 3+2, 7/4 is 4+3.
    """

    name: str
    beats: int
    compound: bool = False
    unit: int = 1

    @property
    def steps_per_beat(self) -> int:
        """Steps of a pattern in a beat: sixteenths, of which a dotted beat has six."""
        return 6 if self.compound else 4 // self.unit

    def beat_seconds(self, tempo: float) -> float:
        """Give the length of a beat of the bar at ``tempo``, s."""
        return 60 / tempo / self.unit

    def is_strong(self, beat: float) -> bool:
        """Say whether a position, in beats from a bar line, is on a beat that one counts."""
        if self.unit > 1:
            return min(abs(beat % self.beats - at) for at in (0, 2, 4)) < 1e-6
        return abs(beat % 1) < 1e-6


METRES = {
    "2/4": Metre("2/4", 2),
    "3/4": Metre("3/4", 3),
    "4/4": Metre("4/4", 4),
    "6/8": Metre("6/8", 2, compound=True),
    "9/8": Metre("9/8", 3, compound=True),
    "12/8": Metre("12/8", 4, compound=True),
    "5/4": Metre("5/4", 5),
    "7/4": Metre("7/4", 7),
    "7/8": Metre("7/8", 7, unit=2),
}


def parse_note(text: str) -> tuple[int, str] | None:
    """Read the pitch class that ``text`` begins with, and what follows it; ``None`` where it is no note."""
    match = _NOTE.match(text)
    if match is None:
        return None
    pitch = SHARP_NAMES.index(match[1].upper())
    accidental = (match[2] or "").lower()
    if "sharp" in accidental or accidental == "♯":
        pitch += 1
    elif "flat" in accidental or accidental == "♭":
        pitch -= 1
    else:
        pitch += accidental.count("#") - accidental.count("b")
    return pitch % 12, text[match.end() :]


def parse_key(text: str) -> Key | None:
    """Read a key such as ``"C Major"``, ``"Am"``, ``"f# minor"`` or ``"Bb"``; ``None`` where it is none."""
    note = parse_note(text.strip())
    if note is None:
        return None
    tonic, mode = note[0], note[1].strip().strip("-_ ")
    if mode == "M" or mode.lower() in ("", "major", "maj", "dur", "ionian"):
        return Key(tonic)
    if mode.lower() in ("m", "minor", "min", "moll", "aeolian"):
        return Key(tonic, minor=True)
    if mode.lower() in MODES:
        return Key(tonic, MODES[mode.lower()][1], mode.lower())
    return None


@lru_cache(maxsize=512)
def parse_chord(label: str) -> Chord | None:
    """Read a chord such as ``"F#m7"`` or ``"Bbmaj7/D"``, without its bass note; ``None`` for ``"N"`` and the
    like.
    """
    if not label or label[0] not in "ABCDEFG":
        return None
    match = re.match(r"([A-G])(#|b|♯|♭)?([^/]*)", label)
    if match is None:
        return None
    root = (parse_note(match[1] + (match[2] or "")) or (0, ""))[0]
    quality = match[3].replace(":", "")
    quality = _ALIASES.get(quality, quality)
    intervals = QUALITIES.get(quality)
    if intervals is None:  # An extension that is not listed is played as its triad.
        triad = "dim" if quality.startswith("dim") else "m" if re.match(r"m(?!aj)", quality) else ""
        intervals = QUALITIES[triad]
    return Chord(root, intervals, label)


@lru_cache(maxsize=1024)
def parse_numeral(text: str, key: Key) -> Chord:
    """Give the chord that a Roman numeral names in a key.

    Parameters
    ----------
    text
        ``"ii7"``, ``"V7"``, ``"bVII"``, ``"iiø7"``, ``"I5"`` …; capitals are major.
    key
        In a minor key the degrees are those of the natural minor scale.

    Raises
    ------
    ValueError
        It is not a Roman numeral.

    """
    match = _NUMERAL.fullmatch(text)
    if match is None:
        raise ValueError(f"not a Roman numeral: {text!r}")
    accidental, degree, suffix = match[1], match[2], match[3]
    root = key.tonic + key.scale[_DEGREES[degree.upper()]] + {"b": -1, "#": 1, "": 0}[accidental]
    quality = ("m" if degree.islower() and not suffix.startswith(("ø", "o", "5")) else "") + suffix
    quality = _ALIASES.get(quality, quality)
    root %= 12
    return Chord(root, QUALITIES[quality], key.names[root] + quality)


@lru_cache(maxsize=8192)
def voice_leading(
    chord: Chord, previous: tuple[int, ...], low: int, high: int, voices: int = 4, before: Chord | None = None
) -> tuple[int, ...]:
    """Voice a chord so that its pitches move little from those of the chord before.

    Where the chord has more tones than there are voices, the root is left to the bass; but a minor one
    leaves out its fifth, because without its root it is the relative major chord.

    Parameters
    ----------
    chord
        What to voice.
    previous
        Pitches of the chord before, from the lowest; empty for a close voicing near the middle of the range.
    low, high
        The range, MIDI.
    voices
        How many pitches at most.
    before
        The chord before: with it, the top voice avoids fifths and octaves that are parallel to the roots.

    Returns
    -------
    tuple of int
        MIDI note numbers from the lowest.

    """
    tones = list(chord.tones)
    if len(tones) > voices:
        spare = 7 if chord.minor and 7 in chord.intervals else 0
        tones = [tone for tone in tones if tone != (chord.root + spare) % 12][:voices]
    centre = (low + high) / 2
    best: tuple[float, tuple[int, ...]] | None = None
    for lowest in range(low, high - 6):
        if lowest % 12 not in tones:
            continue
        pitches, at = [lowest], lowest
        while len(pitches) < min(voices, len(tones)):
            at += 1
            if at % 12 in tones and at % 12 not in [pitch % 12 for pitch in pitches]:
                pitches.append(at)
        if pitches[-1] > high:
            continue
        if previous:
            moved = sum(min(abs(pitch - old) for old in previous) for pitch in pitches) / len(pitches)
            moved += 0.5 * abs(pitches[-1] - previous[-1])
            if before is not None and before.root != chord.root:
                above = (pitches[-1] - chord.root) % 12
                parallel = above in (0, 7) and above == (previous[-1] - before.root) % 12
                moved += 2.5 * parallel
        else:
            moved = 0.0
        cost = moved + 0.15 * abs(sum(pitches) / len(pitches) - centre)
        if best is None or cost < best[0]:
            best = (cost, tuple(pitches))
    return best[1] if best else tuple(sorted((low + (tone - low) % 12) for tone in tones))


def transpose_chord(label: str, semitones: int, key: str) -> str:
    """Transpose a chord label up by ``semitones``, spelled as in ``key``."""
    chord, spelling = parse_chord(label), parse_key(key) or Key(0)
    if chord is None:
        return label
    quality = label.lstrip("ABCDEFG").lstrip("#b♯♭").split("/")[0]
    return spelling.names[(chord.root + semitones) % 12] + quality
