"""Text from outside made fit to show: short, visible, without secrets, and unable to leave its quotes.

What a service, an engine, a file or a web server says ends up in front of a person and of a model that
acts upon what it reads. So it is data there: bounded, with nothing in it that can't be seen, and marked.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote_plus

_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,16}[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|\Z)"
    r"|\x1b[ -/]{0,4}[0-~]?"
)
"""What terminals obey: colours, titles, clipboards."""
_LINE_END = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_FILLERS = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")
"""Letters that look like blanks."""
_MARKERS = re.compile(
    "[\u034f\u17b4\u17b5\u180b-\u180f\U000e0000-\U000e0fff]|(?<=[\ufe00-\ufe0f])[\ufe00-\ufe0f]"
)
"""Marks that no one sees; one variation selector a character is enough."""
_JOINERS = "\u200c\u200d"
_CREDENTIALS = re.compile(r"//[^\s/?#\\]*@")
_PARAMETER = re.compile(r"([?&#;])([^\s=&#;?/\"'<>]{1,80})=([^\s&#;\"'<>”’]+)")
_SECRET = re.compile(
    r"sig$|signature|token|key|secret|password|passwd|pwd|auth|credential|session|policy|hmac|jwt",
    re.IGNORECASE,
)
_DOUBLE_QUOTES = str.maketrans(
    dict.fromkeys("“„‟❝〝", "‘") | dict.fromkeys("”\u2033❞〞〟", "’") | dict.fromkeys('"＂ʺˮ', "'")
)


def one_line(text: str, most: int = 300) -> str:
    """``text`` on one line of at most ``most`` characters, with nothing in it that can't be seen."""
    text = _LINE_END.sub(" ", _visible(text[: 4 * most + 8192]).replace("\t", " "))
    return _shortened(without_secrets(re.sub(r"\s+", " ", text).strip()), most)


def lines(text: str, most: int) -> str:
    """``text`` with its lines, of at most ``most`` characters, with nothing in it that can't be seen."""
    text = _LINE_END.sub("\n", _visible(text[: 4 * most + 8192]))
    return _shortened(without_secrets(text.strip("\n")), most)


def quoted(text: str) -> str:
    """``text`` as a quotation on one line, which ends where its quotes end."""
    return f"“{one_line(text, max(len(text), 1)).translate(_DOUBLE_QUOTES)}”"


def quoted_lines(text: str) -> str:
    """``text`` as a quotation of several lines, each marked as such."""
    shown = lines(text, max(len(text), 1)).translate(_DOUBLE_QUOTES)
    return "\n".join(f"> {line}".rstrip() for line in shown.split("\n"))


def without_secrets(text: str) -> str:
    """``text`` whose URLs tell neither user and password nor signatures, tokens and keys."""
    return _PARAMETER.sub(_without_value, _CREDENTIALS.sub("//", text))


def without_credentials(url: str) -> str:
    """A link without user and password, its signature kept: without that it leads nowhere."""
    return _CREDENTIALS.sub("//", url)


def _without_value(found: re.Match[str]) -> str:
    mark, name, _ = found.groups()
    return f"{mark}{name}=…" if _SECRET.search(unquote_plus(name)) else found[0]


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _visible(text: str) -> str:
    """``text`` without control and format characters; line ends and tabs stay."""
    text = _MARKERS.sub("", _FILLERS.sub(" ", _ESCAPE.sub("", text)))
    if all(line.isprintable() for line in text.split("\n")):
        return text
    return "".join(_shown(text, place, character) for place, character in enumerate(text))


def _shown(text: str, place: int, character: str) -> str:
    category = unicodedata.category(character)
    if category[0] != "C" or _LINE_END.match(character) or character == "\t":
        return character
    if category == "Cc":
        return " "
    if character in _JOINERS and _joins(text[place - 1 : place]) and _joins(text[place + 1 : place + 2]):
        return character
    return ""


def _joins(neighbour: str) -> bool:
    """Whether a joiner beside this character changes how it looks: in emoji, Arabic, Indic scripts …"""
    return neighbour >= "\u0590" and unicodedata.category(neighbour)[0] in "LMS"
