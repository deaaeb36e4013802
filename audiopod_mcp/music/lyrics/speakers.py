"""Who sings a line: "Anna: Hello", or a name in capitals over what a character says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from .headings import read_heading
from .tags import Tag, is_about

_JOINING = ("and", "of", "the", "y", "et", "und")
SPEAKER = re.compile(
    r"[\s*_]*(?P<name>[^\W\d_][\w.'’-]{0,15}(?:(?: (?:&|\+|/))? [^\W_][\w.'’-]{0,15}){0,2})[*_]*"
    r"(?: \([^()]{1,30}\))?[*_]*\s*:[*_]*\s*(?!//)(?P<said>.*)"
)
"""A line that may begin with who sings it."""


def speakers_of(lines: Sequence[str]) -> frozenset[str]:
    """The names before a colon that say who sings what follows: "Anna: Hello".

    A name has a capital, and so has what it says, unless it is there more than once or others are. Where A
    says something, B is no bridge.
    """
    names: Counter[str] = Counter()
    sure = set()
    lettered = any(re.match(r"[\s*_]*A[*_]*:\s*\w", line) for line in lines)
    for line in lines:
        found = SPEAKER.match(line)
        letter = found is not None and lettered and len(found["name"]) == 1
        if found is None or (read_heading(line)[0] is not None and not letter) or is_about(line):
            continue
        words = [word for word in re.findall(r"[^\W\d_][\w.'’-]*", found["name"]) if word not in _JOINING]
        if not words or any(word[0].islower() for word in words):
            continue
        names[found["name"]] += 1
        begins = found["said"].lstrip("\"'“‘«(¡¿")[:1]
        if words[0][0].isupper() and (not found["said"] or (begins.isalpha() and not begins.islower())):
            sure.add(found["name"])
    sure |= {name for name, count in names.items() if count > 1}
    known = sure or not any(name[0].isupper() for name in names)  # other scripts have no capitals
    return frozenset(names if known and len(names) > 1 else sure)


_DASHED = re.compile(
    r"\s*([A-Z][\w'’]{1,15}(?: [A-Z][\w'’]{1,15})?)\s+[-–—]\s+((?:\([^()]{1,30}\) )?[\"'“]?[A-Z].*)"
)


def with_colons(lines: Sequence[str]) -> list[str]:
    """Lines with a colon where a dash stands behind who sings: "Anna - Hello".

    Names are several, and one at least comes again, or stands before a colon, too: "Monday - Rain" is sung.
    """
    parted = [None if read_heading(line)[0] else _DASHED.fullmatch(line) for line in lines]
    names = Counter(found[1] for found in parted if found)
    known = {found["name"] for line in lines if (found := SPEAKER.match(line))}
    if len(names) > 1 and max(names.values()) > 1:
        known |= names.keys()
    return [
        f"{found[1]}: {found[2]}" if found and found[1] in known else line
        for line, found in zip(lines, parted, strict=True)
    ]


_OF_A_SINGER = re.compile(
    r"\b(?:i|i'm|i'll|i've|you|you're|we|we're|me|my|mine|your|us|our|oh|ooh|yeah|hey|la|na|baby)\b",
    re.IGNORECASE,
)
"""Words of who sings; a direction is about others."""


def is_stage_direction(line: str, names: Iterable[str]) -> bool:
    """Whether a line is a sentence in round brackets that tells what happens: "(The lights go down.)".

    Where ``names`` speak, it may end without a full stop if it begins with one of them, or with who they are.
    """
    found = re.fullmatch(r"\s*[*_]*\(([A-Z][^()]{3,200}|Exeunt\.?|Exit\.?)\)[*_]*\s*", line)
    if not found or _OF_A_SINGER.search(found[1]):
        return False
    who = (
        *(f"{name.lower()} " for name in names),
        "she ",
        "he ",
        "they ",
        "exit",
        "exeunt",
        "lights",
        "curtain",
    )
    return found[1].endswith(".") or (len(who) > 6 and found[1].lower().startswith(who))


def without_direction(line: str) -> str:
    """The name of a character without how it speaks: "ELSA (quietly)"."""
    return re.sub(r"\s*\([^()]{1,40}\)$", "", line.strip())


def characters_of(lines: Sequence[str]) -> frozenset[str]:
    """The names that stand in capitals over what each character says, as in a screenplay; two at least."""
    names = {
        name
        for above, line, below in zip(("", *lines), lines, (*lines[1:], ""), strict=False)
        if (name := without_direction(line)).isupper()
        and re.fullmatch(r"[^\W\d_][\w.'’]*(?:(?: &| AND)? [^\W\d_][\w.'’]*){0,2}", name)
        and not above.strip()
        and below.strip()
        and not below.isupper()
        and read_heading(f"{name}:")[0] in (None, Tag("voice", name, wish=name))
    }
    return frozenset(names if len(names) > 1 else ())
