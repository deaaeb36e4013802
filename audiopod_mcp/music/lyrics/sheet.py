"""What lyrics say: sections with their lines and chords, fades, and what is not sung."""

from __future__ import annotations

from dataclasses import dataclass

from audiopod_mcp.music.model import NotDone

from .tags import read_tag, section_label

ChordMarks = tuple[tuple[int, str], ...]
"""The chords over a line: how many letters and digits stand before each, and its label."""


@dataclass(frozen=True, slots=True)
class LyricSection:
    """A part of a text.

    Attributes
    ----------
    tag : str or None
        As written between brackets or as a heading (``"Verse 1"``), ``None`` without one.
    lines : tuple of str
        What is sung, repeats written out.
    chords : tuple of ChordMarks
        Over each line; empty where the section has none.
    bars : tuple of tuple of str
        Chords that stand by themselves, by bars.
    wish : str
        What the tag says beside the name of the section.
    voices : tuple of str
        Which voice each line is for, ``female voice`` or ``male voice``; empty where none is named.
    """

    tag: str | None
    lines: tuple[str, ...]
    chords: tuple[ChordMarks, ...] = ()
    bars: tuple[tuple[str, ...], ...] = ()
    wish: str = ""
    voices: tuple[str, ...] = ()

    @property
    def label(self) -> str | None:
        """The section that the tag names, ``None`` without one."""
        if self.tag is None:
            return None
        return "verse" if self.lines and read_tag(self.tag).only_played else section_label(self.tag)


@dataclass(frozen=True, slots=True)
class LyricSheet:
    """What lyrics say: what is sung, in which form, and what else is asked for.

    Attributes
    ----------
    sections : tuple of LyricSection
    fades_in, fades_out, ends_abruptly : bool
    unmet : tuple of NotDone
        What is not sung and makes no section, in the words of the text, and what becomes of it.
    unsung : tuple of str
        Marks that do their work without a trace: closing tags, preambles, repeats, fades.
    """

    sections: tuple[LyricSection, ...]
    fades_in: bool = False
    fades_out: bool = False
    ends_abruptly: bool = False
    unmet: tuple[NotDone, ...] = ()
    unsung: tuple[str, ...] = ()

    @property
    def chords(self) -> tuple[str, ...]:
        """Every chord, in order."""
        return tuple(
            label
            for section in self.sections
            for label in (
                *(label for bar in section.bars for label in bar),
                *(label for marks in section.chords for _, label in marks),
            )
        )
