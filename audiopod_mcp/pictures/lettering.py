"""Capitals, digits and a few signs, seven pixels high, for pictures that are drawn by hand."""

from __future__ import annotations

from typing import Any

HEIGHT, ADVANCE = 7, 6
"""Pixels: of a letter, and from one letter to the next; times the scale."""

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ:.-/+ "
COLUMNS = """
3e5149453e 00427f4000 4261514946 2141454b31 1814127f10 2745454539 3c4a494930 0171090503 3649494936
064949291e 7e1111117e 7f49494936 3e41414122 7f4141221c 7f49494941 7f09090901 3e4149497a 7f0808087f
00417f4100 2040413f01 7f08142241 7f40404040 7f020c027f 7f0408107f 3e4141413e 7f09090906 3e4151215e
7f09192946 4649494931 01017f0101 3f4040403f 1f2040201f 3f4038403f 6314081463 0708700807 6151494543
0036360000 0060600000 0808080808 2010080402 08083e0808 0000000000
"""
GLYPHS = {letter: bytes.fromhex(columns) for letter, columns in zip(LETTERS, COLUMNS.split(), strict=True)}
"""Each letter by its five columns, the lowest bit on top."""


def width_of(text: str, scale: int = 1) -> int:
    """Pixels that :func:`write` takes for ``text``."""
    return (ADVANCE * len(_known(text)) - 1) * scale if _known(text) else 0


def write(picture: Any, x: int, y: int, text: str, ink: int, scale: int = 1) -> None:
    """Write ``text`` with its upper left corner at ``x``, ``y``; what goes beyond the picture is cut off.

    ``picture`` has the shape (rows, columns). Letters that there are no glyphs for are left out.
    """
    import numpy as np

    for letter in _known(text):
        bits = np.unpackbits(np.frombuffer(GLYPHS[letter], np.uint8)[:, None], axis=1, bitorder="little")
        dark = np.repeat(np.repeat(bits[:, :HEIGHT].T, scale, axis=0), scale, axis=1).astype(bool)
        place = picture[max(y, 0) : y + HEIGHT * scale, max(x, 0) : x + 5 * scale]
        place[dark[: place.shape[0], : place.shape[1]]] = ink
        x += ADVANCE * scale


def _known(text: str) -> str:
    return "".join(letter for letter in text.upper() if letter in GLYPHS)
