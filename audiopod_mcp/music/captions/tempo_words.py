"""What slow and fast mean: some beats a minute, and some within what the style allows.

A style that is danced or defined by its tempo (drum and bass, techno) goes a little slower when it's called
slow; one that is played at any speed (jazz, a waltz) goes to what musicians call slow, adagio to andante.
How wide the style's own range of tempi is says which of the two it is.
"""

from __future__ import annotations

import math

WORD_TEMPI: dict[str, float] = {
    # What the word means by itself, in beats a minute.
    "very slow": 58.0, "slow": 76.0, "mid": 100.0, "lively": 126.0, "uptempo": 132.0, "fast": 160.0,
    "very fast": 190.0,
}  # fmt: skip
_DOTTED = 1.3
"""By how much fewer of them make the same pace where beats are dotted ones."""


def _toward(ratio: float, pull: float) -> float:
    return math.exp(pull * math.log(ratio))


def dotted_tempo_range(slowest: float, fastest: float) -> tuple[float, float]:
    """The range of a style's tempi in 6/8, where a beat is a dotted one."""
    longer = 1.5 if fastest > 120 else 1.25 if fastest > 80 else 1.0
    return slowest / longer, fastest / longer


def tempo_of_word(word: str, slowest: float, fastest: float, *, compound: bool = False) -> float:
    """The tempo of a style of ``slowest … fastest`` when it's called ``word``, one of :data:`WORD_TEMPI`."""
    meant = WORD_TEMPI[word] / (_DOTTED if compound else 1.0)
    pull: float = min(0.75, max(0.0, (math.log2(fastest / slowest) - 0.1) / 0.25))
    if word in ("very slow", "slow"):
        own = slowest * (0.94 if word == "slow" else 0.85)
        tempo = min(own * _toward(meant / own, pull), slowest * (0.92 if word == "slow" else 0.8))
        return max(tempo, (0.6 if word == "slow" else 0.5) * slowest)
    if word == "mid":
        own = math.sqrt(slowest * fastest)
        return min(max(own * _toward(meant / own, pull), 0.8 * slowest), 1.05 * fastest)
    own = slowest + 0.85 * (fastest - slowest) if word == "lively" else fastest
    own *= {"lively": 1.0, "uptempo": 1.02, "fast": 1.06, "very fast": 1.2}[word]
    tempo = max(own * _toward(meant / own, pull), own)
    return min(tempo, {"lively": 1.05, "uptempo": 1.2, "fast": 1.3, "very fast": 1.5}[word] * fastest)
