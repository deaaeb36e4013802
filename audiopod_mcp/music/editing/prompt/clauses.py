"""A prompt taken apart: its sentences, their clauses, and in each the phrases that the lexicon has.

A letter stands for the kind of each phrase, so that lists, clauses and their forms are patterns of letters:
those of :mod:`.lexicon`, A for amounts, T for times, B for everything but some, ? for what is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from . import amounts, times
from .amounts import Amount
from .lexicon import ARTICLES, EVERYTHING, LEXICON, LONGEST, Players, Row
from .plan import Wish

_NUMBERED = re.compile(r"^[ \t]*\d{1,2}[.)][ \t]+", re.MULTILINE)
_WORD = re.compile(r"\w+(?:'\w+)?")
_MARKS = {
    ".": re.compile(r"[;!?\n]|\.(?!\d)"),
    ",": re.compile(r",(?: so\b)?|while(?= (?:keep|leav)ing)|\s[—–-](?=\s)(?!\s\d)"),
    "&": re.compile(r"&|(?<!\d)/|\+(?! ?\d)"),
    ":": re.compile(":"),
    "_": re.compile(r"too(?=\s*(?:[,.;!?\n]|$))"),  # "remove the bass, too"
}
_LISTS = {"P": r"P(?:[,&]+P)*(?:&P(?!z)|,P(?=[.,&bt]|$))", "T": r"T(?:[,&]+T)+", "B": "eP"}
"""What is one though it was several: players and times in a list, and everything but some."""
_HEAD = re.compile(r"o?(T)[:,]|(T)(?=.)|([PBRE]):")
"""What a sentence begins with that holds for all of it: "In the chorus, …", "Drums: …"."""
_PARTED = {"in", "out", "back"}
"""What may stand behind who is meant, and is a part of the verb: "fade the drums out"."""
_APART = re.compile(r"[,&bt]+|w(?=[dcrA])")
"""What stands between two clauses."""


@dataclass(frozen=True, slots=True)
class Token:
    """A phrase of the prompt, from ``start`` to ``end`` in it; ``text`` is as the lexicon has it."""

    kind: str
    value: Any
    start: int
    end: int
    text: str = ""


@dataclass
class Clause:
    """One clause: its words as they were ``asked``, what they mean, whom it is about, when, its wishes."""

    asked: str = ""
    tokens: list[Token] = field(default_factory=list)
    joint: str = ""
    """The letter of what joins it to the one before."""
    players: Players = EVERYTHING
    when: tuple[times.When, ...] = ({},)
    made: list[Wish] = field(default_factory=list)

    @property
    def kinds(self) -> str:
        kinds = "".join(token.kind for token in self.tokens if token.kind not in "hlwy")
        return kinds if "k" in kinds else re.sub("oT|To$", "T", kinds)

    def values(self, kinds: str) -> list[Any]:
        return [token.value for token in self.tokens if token.kind in kinds]

    @property
    def rows(self) -> list[Row]:
        return [row for row, _ in self.values("rqfx")]

    @property
    def amounts(self) -> dict[str, Amount]:
        return {amount.unit: amount for amount in self.values("A")}

    def amount(self, unit: str, otherwise: float = 0.0) -> float:
        return self.amounts[unit].value if unit in self.amounts else otherwise

    @property
    def actions(self) -> set[str]:
        return {wish.edit.action for wish in self.made}

    @property
    def is_absolute(self) -> bool:
        """Whether it says where to go, not how far."""
        return any(amount.lead in ("to", "at") for amount in self.values("A") if amount.unit in "DCI")

    @property
    def is_stated(self) -> bool:
        """Whether it may say how something is, not how it should be."""
        return bool(re.search("[sj]", self.kinds)) and "make" not in (token.text for token in self.tokens)

    @property
    def is_remark(self) -> bool:
        return self.is_stated or "f" in self.kinds or "too" in self.values("c")

    @property
    def degree(self) -> float:
        """What an unmeasured change is multiplied by."""
        return next(iter(self.values("d")), 1.0)

    def completes(self, before: Clause) -> bool:
        """Whether it says but when or how much, of what ``before`` asks for."""
        units = before.rows[0].units if before.rows else "DC"
        fits = all(unit in units and unit not in before.amounts for unit in self.amounts)
        only = re.fullmatch("[ATdo]*[AT]o?", self.kinds) and re.search("[vcrqfx]", before.kinds)
        return bool(only) and fits and not ("T" in self.kinds and "T" in before.kinds)

    def takes_verb_of(self, before: Clause) -> bool:
        """Whether it leaves out the verb: "mute the guitar until 0:10 and the piano until 0:20"."""
        if self.joint not in ("&", ",") or not re.fullmatch("P[AT]+|AT?P|AT|TA", self.kinds):
            return False
        same = self.amounts.keys() == before.amounts.keys() and ("T" in self.kinds) == ("T" in before.kinds)
        return same and bool(re.fullmatch("(?!.*P.*P)(?=.*[vq])[vqrPAT]+", before.kinds))


def sentences_of(prompt: str) -> Iterator[tuple[Token | None, list[Clause]]]:
    """The head and the clauses of each sentence of ``prompt``; every word of it is in one of them."""
    text = _NUMBERED.sub("", re.sub(r"\*\*|__|`", "", prompt.replace("\\n", "\n")))
    text = text.translate(str.maketrans("’‘“”−‐", "''\"\"--"))
    start, sentence = 0, list[Token]()
    for token in (*_tokens(text), Token(".", None, len(text), len(text))):
        if token.text in _PARTED and _joins(sentence, token.text):
            continue
        if token.kind == ".":
            yield _sentence(text[: token.start], start, sentence)
            start, sentence = token.end, []
        elif token.kind != "_":
            sentence.append(token)


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        token = _token(text, at)
        if token and token.kind in "nz" and token.text[:4] not in ("shou", "must"):
            yield Token(",", None, at, at)  # "louder, but not the drums"
        if token:
            yield token
        at = token.end if token else at + 1


def _joins(sentence: list[Token], particle: str) -> bool:
    """Make one phrase of a verb that is parted by who is meant, and of its ``particle``, if it is one."""
    opened = re.search("(.)[PERim&]+$", _kinds(sentence))
    if opened is None or (whole := f"{sentence[opened.start()].text} {particle}") not in LEXICON:
        return False
    kind, value = LEXICON[whole]
    sentence[opened.start()] = replace(sentence[opened.start()], kind=kind, value=value, text=whole)
    return True


def _token(text: str, at: int) -> Token | None:
    """The longest phrase that begins ``at`` a place in ``text``; ``None`` where none does."""
    for kind, pattern in _MARKS.items():
        if found := pattern.match(text, at):
            return Token(kind, None, at, found.end(), found[0])
    if text[at].isspace():
        return None
    for kind, pattern, read in (*times.READERS, *amounts.READERS):
        if (found := pattern.match(text, at)) and (value := read(found)):
            return Token(kind, (value,) if kind == "T" else value, at, found.end(), found[0])
    phrase, best, end = "", None, at
    for number in range(2 * LONGEST):
        if (word := _WORD.match(text, end)) is None:
            break
        if (plain := word[0].lower()) not in ARTICLES:
            phrase = f"{phrase} {plain}".lstrip()
            if phrase in LEXICON or not best:
                best = Token(*LEXICON.get(phrase, ("?", None)), at, word.end(), phrase)
        elif not number:
            return Token("_", None, at, word.end())
        end = word.end() + (text[word.end() : word.end() + 1] in (" ", "-"))
    return best


def _sentence(text: str, start: int, tokens: list[Token]) -> tuple[Token | None, list[Clause]]:
    for kind, pattern in _LISTS.items():
        for listed in reversed(list(re.finditer(pattern, _kinds(tokens)))):
            tokens[slice(*listed.span())] = [_merged(kind, tokens[slice(*listed.span())])]
    head = None
    if (found := _HEAD.match(_kinds(tokens))) and found.end() < len(tokens):
        head = tokens[found.end(found.lastindex or 0) - 1]
        if found[0][-1] in ":,":
            start, tokens = tokens[found.end() - 1].end, tokens[found.end() :]
        else:
            head = replace(head, text="")  # it is told with the clause that it is in
    tokens = [token for token in tokens if token.kind != ":"]
    clauses, at, opened = list[Clause](), 0, start
    tokens.append(Token(",", None, len(text), len(text)))
    for between in _APART.finditer(_kinds(tokens)):
        first, last = between.span()
        joint = tokens[at - 1].kind if at else ""
        clause = Clause(text[start : tokens[first].start].strip(" \t'\"()"), tokens[at:first], joint)
        if clauses and clause.completes(clauses[-1]):
            clauses[-1].tokens += clause.tokens
            clauses[-1].asked = text[opened : tokens[first].start].strip(" \t'\"()")
        elif clause.tokens:
            if clauses and clause.takes_verb_of(clauses[-1]):
                taken = "vqr" if "P" in clause.kinds else "vqrP"
                clause.tokens[:0] = (token for token in clauses[-1].tokens if token.kind in taken)
            opened = start
            clauses.append(clause)
        at, start = last, tokens[last - 1].end
    return head, clauses


def _kinds(tokens: list[Token]) -> str:
    return "".join(token.kind for token in tokens)


def _merged(kind: str, tokens: list[Token]) -> Token:
    parts = [token for token in tokens if token.kind in "PT"]
    names = dict.fromkeys(name for part in parts if kind != "T" for name in part.value.names)
    value: Any = Players(tuple(names), all_but=kind == "B")
    if kind == "T":
        value = tuple(when for part in parts for when in part.value)
    words = " and ".join(part.text for part in parts)
    return Token(kind, value, tokens[0].start, tokens[-1].end, words)
