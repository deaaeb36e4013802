"""How well songs are changed: ``python -m tests.benchmarks.transforming DATA [TABLE …]``.

``DATA`` is a folder of recordings (``*/mix.flac``, ``*.mp3``); pieces composed here stand beside them. Tables: ``retake``
(how like the song, by variance), ``cover`` (by strength), ``reference`` (what is taken), ``extend``, ``repaint`` (seams, levels),
``likeness`` (how like the song the new part sounds), ``loop`` (the seam of loops, read back from a wav). ``--seconds`` cuts the recordings.
"""

from tests.benchmarks.transforming.judging import level, rows_alike
from tests.benchmarks.transforming.songs import WORDS

__all__ = ["WORDS", "level", "rows_alike"]
