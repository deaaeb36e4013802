"""Harmony of the church modes: progressions on the degree that tells each mode from minor or major.

They are those that modal pieces are known for: the dorian i-IV, the mixolydian bVII, the phrygian bII, the
lydian II. A style plays them as it plays its own chords: with sevenths, as power chords or as triads.
"""

from __future__ import annotations

from functools import lru_cache

from audiopod_mcp.music.styles import Style
from audiopod_mcp.music.theory import MODES, QUALITIES, Key, parse_numeral

_PROGRESSIONS: dict[str, tuple[str, ...]] = {
    # In minor modes the degrees are those of natural minor, in major ones those of major.
    "dorian": ("i i IV i", "i VII IV i", "i IV i VII", "i ii i IV", "i III IV i"),
    "phrygian": ("i bII i bII", "i bII vii i", "i VI bII i", "i III bII i", "i vii bII i"),
    "lydian": ("I II I II", "I V II I", "I II iii II", "I II vii I", "I vi II I"),
    "mixolydian": ("I bVII IV I", "I bVII I IV", "I v I bVII", "I I bVII I", "I I bVII IV"),
    "locrian": ("io bII io VI", "io iii bII io", "io bII vii io"),
}
_CADENCE_CHORDS = {"dorian": "IV", "phrygian": "bII", "lydian": "II", "mixolydian": "bVII", "locrian": "bII"}
_SEVENTHS = {QUALITIES[name]: name for name in ("7", "maj7", "m7", "m7b5")}


@lru_cache(maxsize=256)
def modal_progressions(style: Style, key: Key) -> tuple[str, ...]:
    """Give the progressions of a mode with the kind of chords that ``style`` has."""
    return tuple(
        " ".join(_in_style(word, style, key) for word in words.split()) for words in _PROGRESSIONS[key.mode]
    )


def modal_cadence_chord(style: Style, key: Key) -> str:
    """Give the numeral that leads home in a mode."""
    return _in_style(_CADENCE_CHORDS[key.mode], style, key)


def _in_style(word: str, style: Style, key: Key) -> str:
    if word.endswith("o"):
        return word
    own = " ".join(style.minor if key.minor else style.major).replace(",", " ").split()
    if sum(name.endswith("5") for name in own) > len(own) / 2:
        return word.upper().replace("B", "b") + "5"
    if sum(any(figure in name for figure in "79") for name in own) <= len(own) / 2:
        return word
    chord = parse_numeral(word, key)
    scale = MODES[key.mode][0]
    degree = next(i for i, step in enumerate(scale) if (key.tonic + step - chord.root) % 12 == 0)
    tones = tuple((scale[(degree + step) % 7] - scale[degree]) % 12 for step in (0, 2, 4, 6))
    name = _SEVENTHS.get(tones, "")
    return word + {"m7": "7", "m7b5": ""}.get(name, name)
