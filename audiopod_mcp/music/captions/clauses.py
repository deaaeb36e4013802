"""The clauses of a caption, read once each: who plays when, what a section is like, who is not to play, how much.

A clause is read if its phrases stand in one of the orders below. Anything else is left for what its phrases say
by themselves.
"""

# ruff: noqa: E501 (tables: one sentence a line)

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from audiopod_mcp.music.model import Cue
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS

from .contraries import contraries
from .course_sentences import SENTENCES
from .manners import manners
from .named import more_of, named_tracks, track_of, tracks_of
from .phrases import ORDINALS, Phrase, phrases_of

_INSIDE = re.compile(rf"(?:in|during) (?:the )?(?:{'|'.join(ORDINALS)}) (?!half)", re.IGNORECASE)
_ENDS = {"opens": ("intro",), "ends": ("end", "outro")}
"""Where somebody who is alone opens the piece, or ends it."""
_MOST = 12
"""Cues of one caption."""
_QUALITY = re.compile(
    "(?P<run>(?:[PMam]&?)*[PMam])(?P<label>[ILU])|(?P<of>[ILU])[:i]_?(?P<is>[Mam])|(?P<verb>v)_?(?P<so>[Mam])"
    "|(?P<bare>[ILU])[Mam](?=[,.b]|$)"
)
_CLAUSE = re.compile("[ILU](?::|_{0,2}i_{0,2}o|wo)[^,.]*")
_TURNS = re.compile(r"(?:s:|g[^.P]*s)[^.]*$")  # Behind it stands who has a solo when, and not who enters.
_MIDDLE = ("verse", "pre-chorus", "chorus", "bridge", "solo", "break", "build", "drop")
_ALONE_THERE = 'who is alone in the middle is said by a tag of the lyrics: "[Bridge: piano only]"'
_PIECES = re.compile(
    "o(?:d?[pP][,&w]{0,2})*?p(?:[,&w]{0,2}d?[pP])*[TA]|(?:d?[pP][,&w]{0,2})*?p(?:[,&w]{0,2}d?[pP])*o[TA]"
)
_PIECE_LEVEL = 'pieces of the kit play as the groove has them; "more drums" is the whole kit'
_WHOLE_KIT = (
    'pieces of the kit have no entries of their own; "only drums and bass in the intro" is the whole kit'
)
_WHICH = "say what it is to be in its place"
FOR_A_TIME = 'who plays when is said by entries and exits: "drums enter at the chorus"'
BY_SECTION = 'who plays in which section is said in sentences: "starts with piano, drums enter at the chorus"'
LEVEL = "how loud a player is beside the others is said by an edit of the track"
_FEEL = "half-time and double-time are the whole kit's"
_SUNG_IN = ("verse", "pre-chorus", "chorus", "bridge")
"""Sections of which a player's name before them says that he plays there: a "piano verse", no "bass drop"."""
_LISTING = re.compile("avoid|exclud|minus|negative", re.IGNORECASE)
_LONG = re.compile("long|extended|big|slow|endless|drawn-out", re.IGNORECASE)
_LOUD = re.compile(r"many|much|loud|busy|big|harsh|prominent|overpowering|booming|intrusive|dominant", re.IGNORECASE)  # fmt: skip
_LEVEL = re.compile(r"(?:quiet|loud|soft|low)(?:er|ly)?|subdued|prominent|dominant", re.IGNORECASE)
_LESS = re.compile(r"(?:-?less|[\s-]free)$", re.IGNORECASE)
_SWAPPED = re.compile("R[dMma]*P(?=[w_][dMma]*P)")
_STRETCH = re.compile("[ACFHT]|u[^,.:]*")
_AFTER, _BEFORE = re.compile("[^,.:PyZ]{0,2}[Py](?:&[Py])*"), re.compile("[Py]:?[i_]{0,3}$")
_DENIABLE = ("mood", "pace", "mode", "hint", "form", "cannot", "fade", "instrumental")
_FARTHEST = 3
"""Words between a denial and what it denies."""
_OVERALL = re.compile(r"more|extra|lots of|plenty of|less|fewer|reduced|light|subtle|basic", re.IGNORECASE)
"""Words that say nothing about the whole when no layer is named."""
_LAYERS = {"drums": "drums", "percussion": "drums", "bass": "bass", "vocals": None, "backing_vocals": None, "fx": None, "woodwinds": "melody"}  # fmt: skip
"""The layer that a track is in, where that is not the chords."""
_LEADS = ("violin", "trumpet", "trombone", "lead guitar", "synth lead", "chip lead")
"""Players of tunes in tracks of which others play chords."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Something that a caption asks for."""

    kind: str
    """A word for what it is about: ``style``, ``player``, ``tempo`` …; ``cue`` is a step in the course of the
    piece, ``quality`` the label of a section and whether more (1) or less (-1) is to be played there, ``denied``
    who is ruled out, ``manner`` the phrase of a player and the figures of each role that are asked for, ``amount`` by which layers how much is played, ``cannot`` what nobody here can do,
    ``genre`` one that is not known, ``unread`` what is not understood.
    """
    asked: str
    """Its words."""
    start: int
    value: Any = None


@dataclass(frozen=True, slots=True)
class Clauses:
    """What the clauses of a caption say, and what is left of it."""

    wishes: tuple[Wish, ...]
    wanted: tuple[Phrase, ...]
    """The phrases; of what is denied or said of a stretch alone, no more than that there is something (``#``)."""

    def values(self, kind: str) -> list[Any]:
        return [wish.value for wish in self.wishes if wish.kind == kind]


@lru_cache(maxsize=64)
def read_clauses(text: str) -> Clauses:
    """Read ``text``, which is as :func:`~.text_search.normalize_text` writes it."""
    reader = _Reader(text)
    for first, last, playing in contraries(text, reader.phrases):
        reader.strike(first, last)
        reader.drop(first, last, playing)
    of_sections = []
    for match in _CLAUSE.finditer(reader.letters):
        of_sections.append(reader.wish("cannot", *match.span(), BY_SECTION))
        reader.drop(*match.span(), "P")
    for match in _PIECES.finditer(reader.letters):
        of_sections.append(reader.wish("cannot", *match.span(), _WHOLE_KIT))
        reader.strike(*match.span())
        reader.drop(*match.span(), "Pp")
    cues = sorted(reader.cues(), key=lambda cue: cue.start)[:_MOST]
    qualities, levels = list(reader.qualities()), list(reader.levels())
    denials, amounts = list(reader.denials()), list(reader.amounts())
    ways = list(reader.manners())
    wanted = tuple(
        Phrase("#", phrase.start, phrase.end, phrase.text) if number in reader.dropped else phrase
        for number, phrase in enumerate(reader.phrases)
    )
    return Clauses((*cues, *qualities, *denials, *of_sections, *levels, *amounts, *ways), wanted)


class _Reader:
    """Reads the phrases of a text; of those that were read, the letter is struck out."""

    def __init__(self, text: str) -> None:
        self.text, self.phrases = text, phrases_of(text)
        self.letters = "".join(phrase.letter for phrase in self.phrases)
        self.dropped = {number for number, phrase in enumerate(self.phrases) if phrase.kind == "topic"}
        """What is not wanted, or not of the whole piece."""
        self.playing = dict[int, str]()
        """The letters of who plays in a clause on the course of the piece, by the phrase."""
        self.less: dict[int, int] = {}
        """Phrases by which there is to be less of a player, and the ends of their lists in the text."""

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Start and end in the text of phrases."""
        start, end = self.phrases[first].start, self.phrases[last - 1].end
        return start, end + ("(" in self.text[start:end] and self.text[end : end + 1] == ")")

    def wish(self, kind: str, first: int, last: int, value: Any) -> Wish:
        start, end = self.span(first, last)
        return Wish(kind, self.text[start:end], start, value)

    def strike(self, first: int, last: int) -> None:
        self.letters = f"{self.letters[:first]}{'#' * (last - first)}{self.letters[last:]}"

    def drop(self, first: int, last: int, spared: str = "") -> None:
        """Take phrases out of what is wanted, but for those of some letters."""
        self.dropped.update(i for i in range(first, last) if self.phrases[i].letter not in spared)

    def cues(self) -> Iterator[Wish]:
        for action, order in SENTENCES:
            for match in order.finditer(self.letters):
                if "#" in self.letters[slice(*match.span())] or _TURNS.search(self.letters[: match.start()]):
                    continue
                groups = match.groupdict()
                named = self.phrases[slice(*match.span("who" if match["who"] else "them"))]
                players = [phrase for phrase in named if phrase.letter == "P"]
                if action != "opens" and any("solo" in phrase.text.lower() for phrase in players):
                    continue  # That is a solo, with the band.
                number, unit = 0.0, ""
                if name := next((name for name in ("when", "until", "label") if groups.get(name)), ""):
                    said = self.phrases[match.start(name)]
                    number, unit = said.value if name != "label" else _section(said)
                    if said.letter == "A" and _INSIDE.match(said.text):
                        # "In the second verse", and not after it.
                        action = "rests" if action == "leaves" else "only" if "o" in match[0] else action
                    elif action in ("only", "rests"):
                        number = 0.0
                if match[0][0] == "o" and action in ("opens", "only") and unit in _MIDDLE:
                    self.strike(*match.span())
                    self.drop(*match.span(), "P")
                    yield self.wish("cannot", *match.span(), _ALONE_THERE)
                    continue
                if match[0][0] == "o" and action == "opens" and unit in _ENDS["ends"]:
                    action, number, unit = "ends", 0.0, ""  # "Only piano at the end"
                if order.pattern.endswith("q(?P<when>T)") and unit not in _ENDS[action]:
                    continue
                if action == "opens" and unit == "whole":
                    number = 0.5
                unit = "outro" if unit == "end" and action in ("only", "rests") else unit
                if action not in ("leaves", "rests"):
                    self.playing |= {i: self.phrases[i].letter for i in range(*match.span())}
                self.strike(*match.span())
                apart = "noqsMma" if action in ("opens", "ends") else "noqs"
                self.dropped.update(i for i in range(*match.span()) if self.phrases[i].letter in apart)
                tracks = tuple(dict.fromkeys(track_of(phrase) for phrase in players))
                wish = self.wish("cue", *match.span(), None)
                yield replace(wish, value=Cue(action, tracks, wish.asked.strip(" ,"), unit, number))

    def qualities(self) -> Iterator[Wish]:
        for match in _QUALITY.finditer(self.letters):
            first, last = match.span()
            words = [i for i in range(first, last) if self.letters[i] in "PMam"]
            if match["verb"]:
                begins = re.match("start|begin|open", self.phrases[first].text, re.IGNORECASE)
                label = "intro" if begins else "outro"
            else:
                group = next(name for name in ("label", "of", "bare") if match[name])
                label = self.phrases[match.start(group)].value
            if self.phrases[last - 1].kind != "section" and match["label"] == "L":
                continue  # "catchy hooks"
            if match["run"]:
                while self.letters[first : first + 2] == "P&":  # "bass and euphoric drops"
                    first += 2
                if not re.search("[Mam]", self.letters[first : last - 1]) and label not in _SUNG_IN:
                    continue
                words = [i for i in reversed(words) if i >= first]
            more = next(filter(None, (more_of(self.phrases[i]) for i in words)), 0)
            yield self.wish("quality", first, last, (label, more))
            self.strike(first, last)
            self.drop(first, last, "P")

    def levels(self) -> Iterator[Wish]:
        """How loud somebody is to be, or silent: "the drums should be quiet" is not said of the piece."""
        for match in re.finditer("(?<=P)(?:i_?[Mm]|[Mm](?=[,.]|$))|[Pp]X[ACFHT]?|(?<=[py])m", self.letters):
            last = self.phrases[match.end() - 1]
            silent, feel = match[0][0] in "Pp", last.kind == "feel"
            if silent or feel or _LEVEL.fullmatch(last.text):
                self.drop(*match.span(), "Pp")
                self.strike(*match.span())
                yield self.wish("cannot", *match.span(), FOR_A_TIME if silent else _FEEL if feel else LEVEL)

    def denials(self) -> Iterator[Wish]:
        for number, phrase in enumerate(self.phrases):
            letter, last, kind = self.letters[number], number + 1, "denied"
            players, value = frozenset(tracks_of(phrase)), None
            if letter == "z":
                players = frozenset(named_tracks(_LESS.sub("", phrase.text)) or {"vocals"})
            elif letter == "P" and self.letters[number + 1 : number + 2] == "Z":
                last = number + 2
            elif letter == "K":
                kind, value = "cannot", _WHICH
            elif letter == "R" and (swapped := _SWAPPED.match(self.letters, number)):
                last = swapped.end()
                players = self._players(number + 1, last)
            elif letter in "nrN" and (denied := self._denied(number)):
                first, last = denied
                players = self._players(number + 1, last)
                reduces = letter == "r" or (last - first > 1 and self._is_manner(first))
                if self.letters[last : last + 1] == "s":
                    last, players = last + 1, frozenset()
                if when := _STRETCH.match(self.letters, last):
                    last, kind, value = when.end(), "cannot", FOR_A_TIME if players else _WHICH
                elif self.letters[last - 1] in "ILU":
                    kind, value = "no section", self._size(number + 1, last - 1)
                elif reduces or self.phrases[last - 1].kind == "instrumental":
                    kind = ""
                    self.less |= {number: self.phrases[last - 1].end} if letter == "r" else {}
                else:
                    last += self.letters[last : last + 1] == "x"
            else:
                continue
            self.drop(number, last)
            self.strike(number, last)
            if kind:
                yield self.wish(kind, number, last, players if value is None else value)

    def _players(self, first: int, last: int) -> frozenset[str]:
        return frozenset().union(*map(tracks_of, self.phrases[first:last]))

    def _size(self, first: int, last: int) -> str:
        return "".join(phrase.text for phrase in self.phrases[first:last] if _LONG.fullmatch(phrase.text))

    def _denied(self, at: int) -> tuple[int, int] | None:
        """The first phrase behind a denial, and the end of the list of things that it denies."""
        word = self.phrases[at]
        at += self.letters[at + 1 : at + 2] == ":"
        rest = re.split("[.:bnwxo#]", self.letters[at + 1 :])[0]
        end = at + 1 + len(rest)
        things = [i for i in range(at + 1, end) if self._is_thing(i)]
        if not things or "," in self.letters[at : things[0]]:
            return None
        between = self.phrases[at + 1 : things[0]]
        if sum(len(phrase.text.split()) for phrase in between) > _FARTHEST:
            return None
        if word.text.lower() == "not" and any(phrase.letter == "?" for phrase in between):
            return None  # "not cheesy ukulele" is a ukulele
        if self.letters[things[0] :].startswith("MP"):
            things = things[1:]
        listing = _LISTING.match(word.text)
        last, played = things[0], self.letters[things[0]] in "Pp"
        for number in things[1:]:
            link = self.letters[last + 1 : number]
            joined = re.fullmatch(",?[&/]?d?", link) or (link.startswith("/") and len(link) <= _FARTHEST)
            closed = "," in link and not listing and "/" not in self.letters[last + 1 : end]
            also = link.startswith("&d") and self.phrases[number - 1].text.lower() in ("a", "an")
            is_one = not link and "manner" in self.phrases[last].means  # "no arpeggiated synths"
            if (
                (not link and not is_one)
                or not joined
                or closed
                or also
                or (self.letters[number] in "Pp") != played
            ):
                break
            last = number
        first = next((i for i in range(at + 1, last + 1) if self.letters[i] not in "_d"), last)
        return first, last + 1

    def _is_manner(self, number: int) -> bool:
        """Whether a phrase says how somebody plays, who may play otherwise: "no loud drums"."""
        phrase = self.phrases[number]
        return phrase.letter in "?M" or bool(_LOUD.fullmatch(phrase.text))

    def _is_thing(self, number: int) -> bool:
        if self.letters[number] == "s":  # "No solo", and not "no solo piano"
            return self.letters[number - 1 : number] == "n" and self.letters[number + 1 : number + 2] != "P"
        return self.letters[number] in "PSpILU" or self.phrases[number].kind in _DENIABLE

    def manners(self) -> Iterator[Wish]:
        """How players are to play; a word that names another player by itself does not do so there."""
        letters = "".join(self.playing.get(i, letter) for i, letter in enumerate(self.letters))
        for manner in manners(self.phrases, letters):
            if manner.first != manner.player:
                self.drop(manner.first, manner.first + 1)
            value = (self.phrases[manner.player], manner.figures)
            both = sorted((manner.first, manner.player))
            beside = both[1] - both[0] <= 1
            yield self.wish(
                "manner",
                both[0] if beside else manner.first,
                (both[1] if beside else manner.first) + 1,
                value,
            )

    def amounts(self) -> Iterator[Wish]:
        for number, phrase in enumerate(self.phrases):
            if self.letters[number] not in "ar" and number not in self.less:
                continue
            level = phrase.means["level"]
            piece = re.match("[_d]?p(?!y)", self.letters[number + 1 :])
            if piece and phrase.text.lower() in ("more", "extra", "less", "fewer"):
                yield self.wish("cannot", number, number + 1 + piece.end(), _PIECE_LEVEL)
                continue
            beside = self._beside(number)
            kinds = "".join(self.phrases[i].letter for i in beside)
            if beside and (self.letters[beside[-1] + 1 :] or "#")[0] in "ACFHT" and number not in self.less:
                yield self.wish("cannot", min(number, beside[0]), beside[-1] + 2, BY_SECTION)
                continue
            layers = [self._layer(i) for i, kind in zip(beside, kinds, strict=True) if kind in "Py"]
            if not layers and not _OVERALL.fullmatch(phrase.text) and self._stands_alone(number):
                layers = [""]
            found = tuple(dict.fromkeys(layer for layer in layers if layer is not None))
            if layers:
                ends = (each.end for each in self.phrases[number + 1 :] if each.letter in "Py")
                end = self.less.get(number) or (phrase.end if found else next(ends, phrase.end))
                inverse = self.letters[:number].rstrip("_").endswith("n")
                value = (found, 0.75 - 0.5 * level if inverse else level)
                yield Wish("amount", self.text[phrase.start : end], phrase.start, value)

    def _layer(self, number: int) -> str | None:
        phrase = self.phrases[number]
        if phrase.letter == "y":
            return str(phrase.means["layer"])
        track = track_of(phrase)
        if track in _LEADS:
            return "melody"
        track = INSTRUMENTS[track].track if track in INSTRUMENTS else track
        return _LAYERS.get(track, "chords")

    def _beside(self, number: int) -> range:
        """The list of players that begins within two words behind a phrase, or who is named right before it."""
        kinds = "".join(phrase.letter for phrase in self.phrases)
        match = _AFTER.match(kinds, number + 1) or _BEFORE.search(kinds, 0, number)
        return range(*match.span()) if match else range(0)

    def _stands_alone(self, number: int) -> bool:
        """Whether a word is said of the music: "a busy song", not "a busy street"."""
        rest = "".join(phrase.letter for phrase in self.phrases[number + 1 :])
        return bool(re.match(r"$|[,.&bwi]|[^,.]?k", rest)) or any(
            phrase.kind in ("style", "form") and "," not in rest[:i] and "." not in rest[:i]
            for i, phrase in enumerate(self.phrases[number + 1 : number + 3])
        )


def _section(phrase: Phrase) -> tuple[float, str]:
    """Which section of a label a phrase names."""
    number = re.search(r"\d$", phrase.text)
    return float(number[0] if number else 1), phrase.value
