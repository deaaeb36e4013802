"""Reading lyrics line after line: what is sung, what makes the form, and what is told instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from audiopod_mcp.lyrics_data import ABOUT_KEYS
from audiopod_mcp.music.model import NotDone

from .brackets import segments, without_stars
from .chords import chord_bars, chord_line, is_alphabet
from .drafts import MOST_LINES, REFERRED_TO, Draft, cut, sections_of
from .headings import is_preamble, read_heading
from .markup import plain
from .numbered_chords import numbered_chords
from .sheet import ChordMarks, LyricSheet
from .speakers import SPEAKER, is_stage_direction, without_direction
from .survey import NOTE, Survey
from .tags import MOST_REPEATS, Tag, is_noise, read_directive, read_tag, voice_of

_TIMES_AFTER = re.compile(r"(?:^|\s)(?:[x×]\s?([2-9])|([2-9])\s?[x×])$", re.IGNORECASE)
_TABLATURE = re.compile(r"\s*[A-Ga-g]?[#b]?\s?\|(?=.*--)[-|\s\dhpbrtsx~/\\^*().<>=]+")
_ASIDE = re.compile(r"\([^()]*[^\W\d_]{3}[^()]*\)")
"""What is said in round brackets beside chords."""
_LABEL = re.compile(r"\s*[^\s:]+(?:\s+[^\s:]+){0,2}\s*:\s*")
"""A line that ends in a colon after a blank one is no lyric, whatever its language."""
_UNMET = {
    "voice": "The words are sung by the voice of the song: name voices in the caption.",
    "manner": "It is played and sung like the rest: how the song sounds is said in the caption.",
    "language": "The words are sung as they are written.",
    "about": "It tells about the song and is not sung: ask for it in the caption or by an argument.",
    "unknown": "It is not sung, and nothing was made of it: ask for sounds and players in the caption.",
}


_OF_THE_PAGE = re.compile(
    r"\s*(?:(?:https?://|www\.)\S+\s*$|[©℗]|copyright\b|#\w+(?:\s+#\w+)+\s*$"
    r"|(?-i:(?:INT|EXT)\.\s|CUT TO:|(?:SCENE|ACT) [\dIVX]+|BLACKOUT|CURTAIN"
    r"|(?:Act|Scene) [\dIVX]+(?:[,.:]? Scene [\dIVX]+)?\s*$))",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Line:
    """The words of a line as they are found, and the chords over them."""

    text: str = ""
    marks: list[tuple[int, str]] = field(default_factory=list)
    times: int = 1
    headed: bool = False
    """Whether a heading was the last thing in it."""

    def mark(self, label: str) -> None:
        self.marks.append((_letters(self.text), label))


_SUNG_BY = re.compile(r"\s*\(([^()]{1,40})\)[:\s]*(.*)")
"""Who sings a line, in brackets before it or alone."""


class LyricReader:
    """Reads line after line; what it makes of them is in :meth:`finish`."""

    def __init__(
        self, lines: Sequence[str], told: Iterable[NotDone] = (), unsung: Iterable[str] = ()
    ) -> None:
        self._drafts: list[Draft] = []
        self._unmet = list(told)
        self._unsung = list(unsung)
        self._blank = True
        self._above: str | None = None
        self._voice = ""
        self._aside = False
        self._fade_in = False
        self._ends: dict[str, tuple[str, int]] = {}
        self._all = Survey(lines)

    def read(self, line: str) -> None:
        if not any(letter.isalnum() for letter in line):
            if not any(letter in "[({<" for letter in line):
                self._leave_chords()
                self._blank = True
                if self._drafts and self._drafts[-1].tag is None and not self._drafts[-1].holds_nothing:
                    self._drafts.append(Draft(None))
            return
        note = NOTE.match(line.strip())
        if _OF_THE_PAGE.match(line) or self._describes(line) or (note and note[1] in self._all.notes):
            self._unmet.append(NotDone(line.strip(), _UNMET["about"]))
            self._blank = False
            return
        if is_stage_direction(line, self._all.speakers | self._all.characters):
            self._unmet.append(NotDone(line.strip(" ()*_"), _UNMET["unknown"]))
            return
        if not any(draft.lines for draft in self._drafts) and is_preamble(line):
            self._about(line)
            return
        if _TABLATURE.fullmatch(line):
            self._unmet.append(NotDone(line.strip(), "Tablature is not read: write the chords."))
            return
        if self._all.has_chords and chord_line(bare := _ASIDE.sub("", line)) and bare != line:
            self._unmet += [NotDone(aside.strip("()"), _UNMET["manner"]) for aside in _ASIDE.findall(line)]
            line = bare
        if numbered_chords(line):
            self._unsung.append(line.strip())
            return
        if self._all.is_chord_line(line):
            self._leave_chords()
            self._above = line
            return
        self._read_words(line)
        self._blank = False

    def _describes(self, line: str) -> bool:
        """Whether a line is "## Style" or what stands below that."""
        if re.match(r"[\s#*_]+\w|\w+:", line) and line.strip(" #*_:").lower() in ABOUT_KEYS:
            self._aside = True
            return True
        self._aside = self._aside and not self._blank and read_heading(line)[0] is None and line[:1] != "["
        return self._aside

    def finish(self, timed: bool) -> LyricSheet:
        """What was read, the marks of the last lines with it."""
        self._leave_chords()
        drafts = []
        for draft in self._drafts:
            if draft.tag is not None and draft.tag.kind == "unknown":
                told = "It is no section that is known: its words are sung as a verse."
                self._unmet.append(NotDone(draft.tag.text, told if draft.lines else _UNMET["unknown"]))
            if not draft.holds_nothing or (draft.tag is not None and draft.tag.kind != "unknown"):
                drafts.append(draft)
        written = tuple(sections_of(drafts))
        sections = tuple(cut(written))
        left_out = sum(len(section.lines) for section in written) - sum(len(s.lines) for s in sections)
        if left_out:
            told = f"A song has {MOST_LINES} lines at most, repeats included."
            self._unmet.append(NotDone(f"the last {left_out} lines", told))
        ends = set()
        for kind, (asked, last) in self._ends.items():
            if any(draft.lines for draft in self._drafts[last + 1 :]):
                told = f"A {kind} is made at the end of the song alone, and others are sung after it."
                self._unmet.append(NotDone(asked, told))
            else:
                ends.add(kind)
        if timed:
            told = "They put the lines in order; when each is sung is the song's own tempo."
            self._unmet.append(NotDone("the times before the lines", told))
        return LyricSheet(
            sections, self._fade_in, "fade out" in ends, "abrupt end" in ends,
            tuple(dict.fromkeys(self._unmet)), tuple(self._unsung),
        )  # fmt: skip

    def _read_words(self, line: str) -> None:
        """Read a line that holds more than chords."""
        found = _Line()
        line = without_stars(line)
        if "(" in line and "[" not in line:
            heading, rest = read_heading(line)
            whole = re.fullmatch(r"[\s*_~]*\(([^()]{1,60})\)[\s*_~]*", line)
            if whole and is_noise(whole[1]) and self._is_manner(read_tag(whole[1])):
                heading, rest = Tag("manner", whole[1]), ""
            if heading is None and whole and self._heads_nothing() and read_tag(whole[1]).only_played:
                heading, rest = read_tag(whole[1]), ""
            if heading is not None and not rest:
                self._leave_chords()
                self._take(heading, found)
                return
        if self._above is not None and "[" not in line and "|" not in self._above:
            columns = chord_line(self._above) or []
            found.marks = [(_letters(line[:column]), label) for column, label in columns]
            above, self._above = self._above, None
            if read_heading(line)[0] is not None and not read_heading(line)[1]:
                self._above, found.marks = above, []
        self._leave_chords()
        if line.startswith("[") and "]" not in line:  # Somebody forgot to close it.
            heading, rest = read_heading(line[1:])
            if heading is not None:
                self._take(heading, found)
                line = rest
        refers: Draft | None = None
        said = False
        for content, opening in segments(line):
            if not opening:
                found.text += content
                if any(letter.isalnum() for letter in content):
                    said, refers = True, None
                continue
            if content in self._all.notes:
                continue
            short = self._all.short(content) if opening == "[" else None
            chords = chord_line(content) if opening == "[" and not self._all.letters_are_names else None
            if chords and not short:
                for _, label in chords:
                    found.mark(label)
            else:
                read = read_directive if opening == "{" else read_tag
                tag = short or read(content)
                if opening == "(" and tag.only_played and (said or self._is_manner(tag)):
                    tag = Tag("manner", content)
                self._take(tag, found, in_brackets=True)
                found.headed = tag.kind == "section"
                refers = self._drafts[-1] if found.headed and said and tag.label in REFERRED_TO else None
        if refers is not None:
            refers.ends_line = True
        self._flush(found)

    def _take(self, tag: Tag, line: _Line, *, in_brackets: bool = False) -> None:
        """Do what a tag says, in the middle of ``line`` or before it."""
        if in_brackets and line.text and not line.text[-1].isspace():
            line.text += " "
        if tag.kind == "repeat":
            self._unsung.append(tag.text)
            self._repeat(tag, line)
            return
        if tag.kind in ("fade in", "fade out", "abrupt end"):
            self._fade(tag)
            if tag.label is None:
                return
        elif tag.kind == "end":
            self._unsung.append(tag.text)
            return
        elif tag.kind == "close":
            self._flush(line)
            self._unsung.append(tag.text)
            if self._drafts and self._drafts[-1].tag is not None and self._closes(tag):
                self._drafts.append(Draft(None))
            return
        elif tag.kind == "voice" and voice_of(tag.text):
            self._flush(line)
            self._voice = voice_of(tag.text)
            return
        elif tag.kind != "section":
            told = tag.kind
            if tag.kind in ("manner", "unknown") and self._heads_nothing() and voice_of(tag.text):
                self._voice, told = voice_of(tag.text), "manner"
            self._unmet.append(NotDone(tag.text, _UNMET[told]))
            begins = self._blank or not self._drafts
            if tag.kind == "unknown" and begins and not line.text.strip() and not self._heads_nothing():
                self._unmet.pop()
                self._drafts.append(Draft(tag))
            return
        self._flush(line)
        self._drafts.append(Draft(tag, self._blank, tag.times))
        self._voice = voice_of(tag.wish)
        bars = chord_bars(tag.wish) if chord_line(tag.wish) else []
        self._drafts[-1].bars += bars

    def _is_for_a_voice(self, name: str) -> bool:
        """Whether a name in brackets says who sings what is below it."""
        return name in self._all.speakers or (self._heads_nothing() and read_tag(name).kind == "voice")

    def _heads_nothing(self) -> bool:
        """Whether the last heading has no words yet: what follows is a direction for it."""
        return bool(self._drafts) and self._drafts[-1].tag is not None and self._drafts[-1].holds_nothing

    def _is_manner(self, tag: Tag) -> bool:
        """Whether a sound is one to be heard with the words, and no section of its own."""
        if tag.kind != "section" or tag.only_played:
            return tag.kind in ("unknown", "manner") or not self._heads_nothing()
        return self._heads_nothing() and tag.label in ("build", "drop", "break")

    def _closes(self, tag: Tag) -> bool:
        """Whether a closing tag is that of the section, and not of a style within it."""
        opened = self._drafts[-1].tag
        name = tag.text.strip("/ ").lower()
        named = read_tag(name)
        return opened is None or not name or (named.kind == "section" and named.label == opened.label)

    def _repeat(self, tag: Tag, line: _Line) -> None:
        if any(letter.isalnum() for letter in line.text):
            line.times = tag.times
        elif self._drafts and self._drafts[-1].holds_nothing:
            self._drafts[-1].times = tag.times
        elif self._drafts:
            draft = self._drafts[-1]
            for lines in (draft.lines, draft.chords, draft.voices):
                lines *= tag.times
                del lines[MOST_LINES:]

    def _fade(self, tag: Tag) -> None:
        if tag.kind != "fade in":
            # Words of the section that it stands in, or heads, are sung as it fades.
            self._ends[tag.kind] = tag.text, len(self._drafts) - (tag.label is None)
        elif any(draft.lines for draft in self._drafts):
            self._unmet.append(NotDone(tag.text, "A fade in is made at the beginning of the song alone."))
            return
        else:
            self._fade_in = True
        self._unsung.append(tag.text)
        if tag.wish and tag.label is None:
            self._unmet.append(NotDone(tag.text, f"The song fades; nothing was made of {tag.wish!r}."))

    def _about(self, line: str) -> None:
        text = plain(line).strip("# ")
        if read_tag(text).kind == "about":
            self._unmet.append(NotDone(text, _UNMET["about"]))
        else:
            self._unsung.append(text)

    def _flush(self, line: _Line) -> None:
        """Sing what was found of a line, or read it as a heading."""
        text, marks, headed = line.text, line.marks, line.headed
        line.text, line.marks, times, line.times = "", [], line.times, 1
        if not any(letter.isalnum() for letter in text):
            if marks:
                self._current().bars.extend((label,) for _, label in marks)
            return
        if headed and (chords := chord_line(text)) and not is_alphabet([label for _, label in chords]):
            self._current().bars += chord_bars(text)
            return
        heading, rest = read_heading(text)
        if heading is None and (short := self._all.short(text.strip())):
            heading, rest = short, ""
        if heading is None and (sung_by := _SUNG_BY.match(text)):
            name, said = sung_by.groups()
            if (said and name in self._all.speakers) or (not said and self._is_for_a_voice(name)):
                heading, rest = Tag("voice", name), said
        if heading is None and self._blank and without_direction(text) in self._all.characters:
            heading, rest = Tag("voice", text.strip()), ""
        alone = text.isupper() or len(text.removesuffix(" again").split()) == 1
        if heading is None and alone and self._blank and self._all.has_headings:
            heading, rest = read_heading(f"{text}:")
        spoken = SPEAKER.match(text)
        if spoken and spoken["said"] and spoken["name"] in self._all.speakers:
            heading = None
        # In a song with headings it is one, too, in whatever language.
        heads = spoken and not spoken["said"] and self._blank and self._all.has_headings
        if heading is None and spoken and spoken["name"] in self._all.speakers and not heads:
            heading, rest = Tag("voice", text.partition(":")[0].strip("*_ ")), spoken["said"]
        elif heading is None and self._blank and _LABEL.fullmatch(text):
            heading, rest = Tag("unknown", text.strip("*_: "), wish=text), ""
        if heading is not None:
            dropped = _letters(text) - _letters(rest)
            marks = [(max(0, position - dropped), label) for position, label in marks]
            self._take(heading, _Line())
            text = rest
            within = re.fullmatch(r"\s*\(([^()]{1,60})\)\s*", rest)
            if within and (is_noise(within[1]) or read_tag(within[1]).kind == "manner"):
                self._unmet.append(NotDone(within[1], _UNMET["manner"]))
                return
            if numbered_chords(text):
                self._unsung.append(text)
                return
            if not text and times > 1:
                self._repeat(Tag("repeat", "", times=times), _Line())
            if chord_line(text):
                self._current().bars += chord_bars(text)
                return
        text = plain(re.sub(r"[\[\]{}]", " ", text))
        if repeated := re.fullmatch(r"\|:\s*(.+?)\s*:\|", text):
            times, text = 2, repeated[1]
            self._unsung.append("|: :|")
        if after := _TIMES_AFTER.search(text):
            times, text = int(after[1] or after[2]), text[: after.start()]
            self._unsung.append(after[0].strip())
            if not text.strip() or read_tag(text).kind == "repeat":
                self._repeat(Tag("repeat", "", times=min(MOST_REPEATS, times)), _Line())
                return
        if any(letter.isalnum() for letter in text):
            self._sing(text, tuple(marks), times)
        elif marks:
            self._current().bars.extend((label,) for _, label in marks)

    def _sing(self, text: str, marks: ChordMarks, times: int) -> None:
        draft = self._current()
        is_played = draft.bars and not draft.lines and draft.tag and draft.tag.label == "intro"
        if self._blank and (is_played or (draft.holds_nothing and (draft.ends_line or draft.repeats))):
            draft = Draft(None)
            self._drafts.append(draft)
        if draft.tag is not None and draft.tag.label == "solo" and not draft.tag.only_played:
            self._drafts.append(Draft(None))  # A solo is played, whatever follows is sung after it.
            draft = self._drafts[-1]
        elif draft.tag is not None and draft.tag.only_played and draft.holds_nothing:
            before = self._drafts[-2] if len(self._drafts) > 1 else None
            heads = before is not None and before.tag is not None and not before.tag.only_played
            if before is not None and heads and (before.holds_nothing or not draft.after_blank):
                # It said how to play what is sung here, and is no section of its own.
                self._unmet.append(NotDone(draft.tag.text, _UNMET["manner"]))
                self._drafts.pop()
                draft = before
        draft.lines += [text] * times
        draft.chords += [marks] * times
        draft.voices += [self._voice] * times

    def _current(self) -> Draft:
        if not self._drafts:
            self._drafts.append(Draft(None))
        return self._drafts[-1]

    def _leave_chords(self) -> None:
        """Chords with no words below them are played by themselves."""
        if self._above is not None:
            self._current().bars += chord_bars(self._above)
            self._above = None


def _letters(text: str) -> int:
    """How many letters and digits a text has."""
    return sum(letter.isalnum() for letter in text)
