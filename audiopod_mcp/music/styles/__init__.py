"""Styles as data: tempo, swing, band, harmony and form of each kind of music that the composer knows.

A :class:`Member` of a band is an instrument, its role, and the figure it plays, which is named in
:mod:`audiopod_mcp.music.composition.figures`. Harmony is written in Roman numerals, one word a bar, and
``a,b`` for two chords in one bar; the composer chooses among the progressions.
"""

from __future__ import annotations

from .genres import GENRES
from .regional import REGIONAL
from .scenes import SCENES
from .style import Member, Style
from .subgenres import SUBGENRES

__all__ = ["PRESETS", "STYLES", "Member", "Style"]

STYLES: dict[str, Style] = {style.name: style for style in (*GENRES, *SUBGENRES, *REGIONAL, *SCENES)}

PRESETS: dict[str, str] = {
    "modern pop": "pop",
    "rock": "rock",
    "hip hop": "hip hop",
    "jazz": "jazz",
    "classical": "classical",
    "electronic": "electronic",
    "country": "country",
    "folk": "folk",
    "blues": "blues",
    "reggae": "reggae",
    "latin": "latin",
    "r&b": "r&b",
    "metal": "metal",
}
"""The service's genre presets, in lower case; ``Custom`` leaves the choice to the caption."""
