"""What the letters of a line tell of how it sounds: how many syllables are sung, and where it hisses."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from .syllables import count_syllables

_SIBILANT = re.compile(r"tch|sch|sh|ch|s+|z+|x|ß|c(?=[eiy])|j|g(?=[ei])|t(?=ion)")
"""Letters that are mostly spoken as a hiss, in languages of the Latin alphabet."""
_LETTERS = re.compile(r"[^\W\d_]+")
_VOWEL = re.compile("[AEIOUY]")
_CLUSTER = re.compile("[^AEIOUY]{3}")


def count_sung_syllables(line: str, *, shouted: bool = False) -> int:
    """Syllables of a line, abbreviations such as DNA spelled out; at least 1.

    In a text that is ``shouted``, all in capitals, no word is known for one.
    """
    count = 0
    for word in line.split():
        letters = re.sub(r"\W", "", word)
        count += len(letters) if not shouted and _is_spelled(letters) else count_syllables(word)
    return max(1, count)


def sibilant_places(line: str) -> npt.NDArray[np.float64]:
    """Where a line hisses, as shares of its letters, 0 to 1; empty for letters of another alphabet."""
    letters = " ".join(_LETTERS.findall(line.lower()))
    middles = [(hiss.start() + hiss.end() - 1) / 2 for hiss in _SIBILANT.finditer(letters)]
    return np.asarray(middles, np.float64) / max(1, len(letters))


def _is_spelled(word: str) -> bool:
    """Whether a word is sung letter by letter: capitals alone, few or such as can't be spoken."""
    if len(word) < 2 or not (word.isascii() and word.isalpha() and word.isupper()):
        return False
    return len(word) <= 3 or not _VOWEL.search(word) or bool(_CLUSTER.search(word))
