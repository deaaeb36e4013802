"""What stands around lyrics where they were copied from: titles, credits, a model's sentences, a site's words."""

# ruff: noqa: E501 (tables: one entry a line)

from __future__ import annotations

import re
import unicodedata

from audiopod_mcp.music.model import NotDone

from .chords import chord_line
from .headings import is_preamble, read_heading
from .numbered_chords import numbered_chords
from .tags import CREDIT, is_about, is_over

_ABOUT = "It tells about the song and is not sung: ask for it in the caption or by an argument."
_TITLE = "It stands above the first heading as a title does, and is not sung; [Intro] over it has it sung."
_OVER = "It is read as a mark of the end, and not sung; [Outro] over it has it sung."
_SAID = "It speaks of the lyrics, and is not sung."
_DASH = re.compile(r"\s[-–—]\s")
_SPEAKS = re.compile(
    r"\b(?:lyrics|(?:this|the|your|my|a) (?:\w+ )?(?:song|verse|chorus|bridge|draft|version|track)|song for you|let me know|feel free|hope (?:you|this|that|it)|enjoy|would you like me|want me to|changes|adjust\w*|tweak\w*|revis\w+|rewrite|modif\w+|genre|suno|udio|note)\b",
    re.IGNORECASE,
)
_SITE_HEAD = re.compile(r"\s*\d+ Contributors?.{0,400}?\bLyrics(?=\W|$|[A-Z])", re.DOTALL)
_SITE_TITLE = re.compile(r"\s*[^\n\[\]]{1,120} Lyrics(?=\s{0,9}\[)")
"""The title, as a site writes it right before the first heading."""
_SITE_TAIL = re.compile(r"(?:\d[\d.]{0,8}[KM]?)?\s{0,9}Embed$")
_LONGEST_TAIL = 24
_SITE_BETWEEN = re.compile(
    r"(?:^See [^\n]{1,80} Live\s*\n)?^Get tickets as low as \$\d+[ \t]*$|You might also like(?=\s*\[|\s*\n|\s*$)",
    re.MULTILINE,
)


def without_site(text: str) -> str:
    """``text`` without what a lyrics site writes around and between the words."""
    head = _SITE_HEAD.match(text) or _SITE_TITLE.match(text)
    tail = _SITE_TAIL.search(ended := text.rstrip(), max(0, len(ended) - _LONGEST_TAIL))
    if not head and not tail:
        return text
    text = text[head.end() if head else 0 : tail.start() if tail else None]
    return _SITE_BETWEEN.sub("\n", text)


def without_surroundings(lines: list[str]) -> tuple[list[str], list[NotDone], list[str]]:
    """Lines without what stands above and below the words; that, told, and marks that say nothing.

    Above are a title that stands alone over the first heading, what describes the song, and a sentence that
    ends in a colon or speaks of the lyrics; below are credits and such a sentence after a blank line.
    """
    cores = [_core(line) for line in lines]
    filled = [index for index, core in enumerate(cores) if core]
    above, unsung, first = _above(lines, cores, filled)
    below, last = _below(lines, cores, [index for index in filled if index >= first])
    if last < len(lines) and (over := next((core for core in cores[last:] if is_over(core)), None)):
        if any(map(_is_heading, lines)):
            unsung.append(over)
        else:
            below.append(NotDone(over, _OVER))
    return lines[first:last], [*above, *reversed(below)], unsung


def _above(lines: list[str], cores: list[str], filled: list[int]) -> tuple[list[NotDone], list[str], int]:
    """What stands above a song, told and not, and the line with which it begins."""
    told: list[NotDone] = []
    unsung: list[str] = []
    titled = False
    for here, index in enumerate(filled):
        core = cores[index]
        if _is_heading(lines[index]) or numbered_chords(core) or (chord_line(core) and core):
            return told, unsung, index
        following = filled[here + 1] if here + 1 < len(filled) else None
        begins = following is not None and _begins_song(lines[following])
        apart = following != index + 1 or (begins and not _is_heading(lines[following]))
        if is_about(_DASH.sub(": ", core, count=1)) or CREDIT.fullmatch(core):
            told.append(NotDone(core, _ABOUT))
        elif is_preamble(core):
            unsung.append(core)
        elif (apart or begins) and following and _is_said(core, opening=True):
            told.append(NotDone(core, _SAID))
        elif apart and not titled and len(core.split()) <= 8 and (begins or _is_bold(lines[index])):
            told.append(NotDone(core, _TITLE))
            titled = True
        else:
            return told, unsung, index
    return told, unsung, len(lines)


def _below(lines: list[str], cores: list[str], filled: list[int]) -> tuple[list[NotDone], int]:
    """What stands below a song, from the end, and the line before which it ends."""
    told: list[NotDone] = []
    at = len(filled) - 1
    while at > 0:
        index, core = filled[at], cores[filled[at]]
        apart = filled[at - 1] < index - 1
        listed = bool(told) or is_about(cores[index - 1])
        if CREDIT.fullmatch(core) or (is_about(core) and (apart or listed)):
            told.append(NotDone(core, _ABOUT))
        elif length := _length_of_speech(cores, filled[: at + 1]):
            told += [NotDone(cores[index - back], _SAID) for back in range(length)]
            at -= length - 1
        elif apart and _is_footnote(lines[index]):
            told.append(NotDone(core, _SAID))
        elif not (apart and is_over(core)):
            return told, index + 1
        at -= 1
    return told, filled[0] + 1 if filled else 0


def _length_of_speech(cores: list[str], filled: list[int]) -> int:
    """How many lines the last paragraph has, if it is sentences to the reader; 0 for another."""
    length = 1
    while length < min(4, len(filled)) and filled[-length - 1] == filled[-length] - 1:
        length += 1
    words = cores[filled[-1] - length + 1 : filled[-1] + 1]
    apart = length < len(filled) and filled[-length - 1] < filled[-length] - 1
    return length if apart and _is_said(" ".join(words), opening=False) and _are_sentences(words) else 0


def _are_sentences(lines: list[str]) -> bool:
    return all(line.endswith((".", "!", "?", ":")) for line in lines)


def _core(line: str) -> str:
    """A line without emphasis, rules and the brackets around all of it."""
    line = line.strip(" *_#=~-–—")
    while unicodedata.category(line[-1:] or "a") in ("So", "Zs", "Mn"):  # "Hope you like it! 🎶"
        line = line[:-1]
    return line[1:-1] if re.fullmatch(r"\([^()]*\)", line) else line


def _is_bold(line: str) -> bool:
    return line.lstrip().startswith(("**", "__", "# ", "## "))


def _is_footnote(line: str) -> bool:
    return bool(re.match(r"\s*(?:\*(?=[^\s*][^*]*$)|[†‡¹²³]|\[\d\]\s)", line))


def _begins_song(line: str) -> bool:
    """Whether a song may begin with a line that follows a title: a heading, who wrote it, what it is like."""
    core = _core(line)
    return bool(line) and (_is_heading(line) or is_about(core) or bool(CREDIT.fullmatch(core)))


def _is_heading(line: str) -> bool:
    line = line.strip()
    if line.startswith(("[", "{", "<")):
        return chord_line(line[1:].partition("]")[0]) is None
    tag, _ = read_heading(line)
    return tag is not None and tag.kind not in ("about", "voice")


def _is_said(line: str, *, opening: bool) -> bool:
    """Whether a line is a sentence to the reader: it ends like one, and speaks of the lyrics."""
    words = line.split()
    if opening and len(words) >= 4 and line.endswith((":", "：")):
        return True
    return len(words) >= 3 and line.endswith((".", "!", "?")) and bool(_SPEAKS.search(line))
