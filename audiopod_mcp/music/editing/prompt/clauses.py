"""A prompt taken apart: its clauses, with a letter in the place of each player and each time."""

# ruff: noqa: E501 (patterns: one of meaning a line)

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeVar

from audiopod_mcp.edits.players import PIECE_OF, TRACK_OF

from .table import look_up
from .times import When, take_times

_PLAYER, _TIME = "\ue000-\uefff", "\uf000-\uf8ff"
"""Characters for private use: one stands for each player and each time that is found."""
_NAMES = "|".join(
    re.sub(" ", "[ -]", name) for name in sorted({**TRACK_OF, **PIECE_OF}, key=len, reverse=True)
)
_FIND_PLAYER = re.compile(
    rf"\b(?:(?:the|my|his|her|our|those|these|all(?: of)? the|both|both the) )?({_NAMES})(?: (?:part|line|riff|player)s?)?(?![\w'])",
    re.IGNORECASE,
)
_FIND_LIST = re.compile(
    rf"(?:both )?[{_PLAYER}](?:(?: ?, ?[{_PLAYER}])*(?:,? ?(?:\band\b|&|/|\bplus\b|\bor\b|\bas well as\b|\+(?! ?\d)) ?(?:also |then )?[{_PLAYER}]))+",
    re.IGNORECASE,
)
_FIND_ALL_BUT = re.compile(
    rf"\b(?:everything|everyone|all|all (?:the )?(?:instruments|tracks|parts)|the (?:whole )?(?:rest of the )?(?:band|mix|track|song))(?: else)? (?:but|except(?: for)?|apart from|other than|besides) ?([{_PLAYER}])",
    re.IGNORECASE,
)
_FIND_REST = re.compile(
    r"\b(?:the rest(?: of (?:the |it|them)(?:band|mix|track|song|instruments|arrangement)?)?|(?:the |all (?:the )?)?(?:others|other (?:instruments|tracks|parts|players))|everything else|everybody else|everyone else|all else)\b",
    re.IGNORECASE,
)
_LISTED = re.compile(r"^[ \t]*(?:\d{1,2}[.)]|[-*•](?!\s*\d))[ \t]+", re.MULTILINE)
_SO = r"(?:much|many|loud|quiet|soft|prominent|bright|dark|warm|dull|muffled|mellow|boomy|muddy|harsh|thin|fast|slow|quick|high|low|deep|wide|narrow|wet|dry|echoey|punchy|busy|heavy|good|great|bad|nice)"
"""What "so" says how much of, where it does not go on to the next clause."""
_NOT_SO = re.compile(
    rf"\b(?:(?:do|does|is|are|should|must|was|were) ?n['o]?t|never|not)((?: (?:want|need|make|let|have|like|be|to|W|it|the|sound|quite))*) so (?={_SO}\b)"
)
"""What asks for less: "don't make the drums so loud"."""
_APART = re.compile(
    rf"([;!?\n]+|\.(?!\d)|,(?!\d)|(?<![{_PLAYER}])\s[—–-]\s|(?<![{_PLAYER}]):\s(?!\d)|\b(?:and|but|then|plus|also|while|because|since|(?<!or )(?<!not )(?<!as )(?<!ever )(?<!it )(?<!is )(?<!are )so(?! {_SO}\b)|though|although)\b|&|\s\+\s(?!\d)|(?<=\s)(?=without (?:changing|affecting|altering|touching)\b)|\bwith (?=(?:more|less|a (?:bit|little|lot)|some|lots|much|no)\b))",
    re.IGNORECASE,
)
_TOGETHER = (
    (r"\b(slowed)(?: ?\+ ?| and | & )(reverb)\w*", r"\1-\2"),
    (r"\b(?:an )?octave and a half\b", "18 semitones"),
    (r"\b(fade[ds]?[ -]in)(?: and |/)(?:fade[ -])?(out)\b", r"\1-\2"),
)
"""Phrases whose "and" does not come between two wishes."""
_M = TypeVar("_M")
MOST = 0x700


@dataclass(frozen=True, slots=True)
class Players:
    """Who is meant: those named, everything but those, or ``rest``: all who were not talked of before."""

    names: tuple[str, ...] = ()
    all_but: bool = False
    rest: bool = False

    @property
    def pieces(self) -> tuple[str, ...]:
        return tuple(name for name in self.names if name in PIECE_OF)


@dataclass(frozen=True, slots=True)
class RawClause:
    """One clause: ``asked`` in its own words; ``text`` in lower case, W for players, T for times, R for the rest."""

    asked: str
    text: str
    joint: str
    """What joins it to the one before: "and", "but", "with", "," or "." where a sentence begins."""
    players: tuple[Players, ...] = ()
    times: tuple[When, ...] = ()


@dataclass
class _Tokens:
    players: dict[str, Players] = field(default_factory=dict)
    times: dict[str, When] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)

    def player(self, players: Players, words: str) -> str:
        return self._put(self.players, 0xE000, players, words)

    def time(self, when: When, words: str) -> str:
        return self._put(self.times, 0xF000, when, words)

    def _put(self, table: dict[str, _M], first: int, meaning: _M, words: str) -> str:
        if len(table) >= MOST:
            return words
        token = chr(first + len(table))
        table[token], self.words[token] = meaning, words
        return token

    def told(self, text: str) -> str:
        """``text`` with its own words again."""
        while re.search(f"[{_PLAYER}{_TIME}]", text):
            text = re.sub(f"[{_PLAYER}{_TIME}]", lambda m: self.words.get(m[0], "?"), text)
        return " ".join(text.split())


def clauses_of(prompt: str) -> list[RawClause]:
    """The clauses of an English ``prompt``, in order; every word of it is in one of them."""
    text = _LISTED.sub("", re.sub(r"\*\*|__|`", "", prompt.replace("\\n", "\n")))
    text = re.sub(f"[{_PLAYER}{_TIME}]", "?", text).translate(str.maketrans("’‘“”−‐", "''\"\"--"))
    for apart, together in _TOGETHER:
        text = re.sub(apart, together, text, flags=re.IGNORECASE)
    tokens = _Tokens()
    text = _FIND_PLAYER.sub(
        lambda m: tokens.player(Players((" ".join(re.split("[ -]+", m[1].lower())),)), m[0]), text
    )
    text = _FIND_LIST.sub(lambda m: tokens.player(_together(m[0], tokens), m[0]), text)
    text = _FIND_ALL_BUT.sub(
        lambda m: tokens.player(Players(tokens.players[m[1]].names, all_but=True), m[0]), text
    )
    text = _FIND_REST.sub(lambda m: tokens.player(Players(rest=True), m[0]), text)
    text = take_times(text, tokens.time)
    parts = ["", *_APART.split(text)]
    for at in range(len(parts) - 2, 1, -2):
        # "Mute: drums", "Tempo: slower"
        if parts[at].strip() == ":" and look_up(parts[at - 1].lower())[1]:
            parts[at - 1 : at + 2] = [f"{parts[at - 1]} {parts[at + 1]}"]
    found = []
    for between, part in zip(parts[::2], parts[1::2], strict=True):
        asked = tokens.told(part).strip(" '\"()")
        if asked:
            players = tuple(tokens.players[c] for c in part if c in tokens.players)
            times = tuple(tokens.times[c] for c in part if c in tokens.times)
            text = re.sub(f"[{_TIME}]", " T ", re.sub(f"[{_PLAYER}]", " W ", part.lower()))
            text = _NOT_SO.sub(r"\1 not so ", " ".join(text.split()))
            found.append(
                RawClause(
                    asked,
                    " ".join(text.split()),
                    _joint(between.lower()),
                    players,
                    times,
                )
            )
    return found


def _joint(between: str) -> str:
    if re.search(r"[;.!?\n]", between):
        return "."
    return next(
        (joint for joint in ("but", "with") if joint in between),
        "and" if re.search("and|&|\\+", between) else ",",
    )


def _together(listed: str, tokens: _Tokens) -> Players:
    names = [name for c in listed if c in tokens.players for name in tokens.players[c].names]
    return Players(tuple(dict.fromkeys(names)))
