"""Lyrics written anew as singing models read them: a line each, under one plain tag a section."""

from __future__ import annotations

import re
from collections.abc import Iterator

from audiopod_mcp.music.model import NotDone

from .chords import NO_CHORD
from .sheet import LyricSection, LyricSheet
from .tags import voice_of

_NAMES = {
    "verse": "Verse",
    "pre-chorus": "Pre-Chorus",
    "chorus": "Chorus",
    "bridge": "Bridge",
    "intro": "Intro",
    "outro": "Outro",
    "solo": "Instrumental",
    "break": "Breakdown",
    "drop": "Drop",
    "build": "Build",
}  # fmt: skip


def tagged_lyrics(sheet: LyricSheet) -> str:
    """The words of a sheet, exactly, under tags such as ``[Verse 2 - whispered]``; a fade is a tag, too."""
    parts = ["[Fade In]"] if sheet.fades_in else []
    for section in sheet.sections:
        heading = (_tag(section),) if section.tag is not None else ()
        parts.append("\n".join((*heading, *_with_voices(section))))
    parts += ["[Fade Out]"] if sheet.fades_out else ["[Abrupt End]"] if sheet.ends_abruptly else []
    return "\n\n".join(part for part in parts if part)


def untagged(sheet: LyricSheet) -> tuple[NotDone, ...]:
    """What of a sheet is not in :func:`tagged_lyrics`."""
    chords = [label for label in dict.fromkeys(sheet.chords) if label != NO_CHORD]
    told = (NotDone(", ".join(chords), "The words are sung without these chords."),) if chords else ()
    return (*sheet.unmet, *told)


def _with_voices(section: LyricSection) -> Iterator[str]:
    """The lines, and before those of a voice that the heading does not name a tag for it."""
    now = voice_of(section.wish)
    for line, voice in zip(section.lines, section.voices or ("",) * len(section.lines), strict=True):
        if voice and voice != now:
            yield f"[{voice.removesuffix('voice')}vocal]"
        now = voice
        yield line


def _tag(section: LyricSection) -> str:
    tag = section.tag or ""
    label = section.label or "verse"
    if label == "solo" and section.wish:
        return f"[{tag}]"
    number = re.search(r"\d+", re.sub(r"[x×]\s?\d+|\d+\s?[x×]", "", tag.removesuffix(section.wish)))
    name = f"{_NAMES.get(label, label.title())}{f' {number[0]}' if number else ''}"
    return f"[{name} - {section.wish}]" if section.wish and not section.bars else f"[{name}]"
