"""What a caption rules out: "no drums", "drumless", "vocals: none", "only piano", "solo cello"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS, TRACKS

from .text_search import find_words, word_pattern
from .vocabulary import (
    ENSEMBLES,
    FORM_WORDS,
    HINT_WORDS,
    INSTRUMENT_WORDS,
    KIT_WORDS,
    MOODS,
    SECTION_WORD,
    STYLE_WORDS,
    TEMPO_WORDS,
    TRACK_WORDS,
)

_NEGATION = re.compile(
    r"\b(?:(?:everything|all|anything)(?: \w+)? (?:except|but)(?: for)?|no|non"
    r"|without|not(?! only\b| just\b)|minus|exclud(?:e|ing)|avoid(?:ing)?|negative prompt"
    r"|don'?t (?:use|want|include|add|have|need|put)|(?:instead|in place) of|rather than|never"
    r"|nothing|neither)(?=[\s:-])"
    r"(?:[\s:-]+(?:any|too|so|very|overly|other))*[\s:-]*"
    r"|\b(?P<less>less|fewer)\s+",
    re.IGNORECASE,
)
_LOUD = re.compile(
    r"(?:loud|busy|big|harsh|prominent|overpowering|booming|intrusive|dominant)\s+(?=\w)", re.IGNORECASE
)
"""What is said of somebody who may play, but not like that: "no loud drums"."""
_LISTING = re.compile(r"\b(?:avoid(?:ing)?|exclud(?:e|ing)|minus|negative prompt)\b", re.IGNORECASE)
_CLAUSE_END = re.compile(
    r"[.;:!?()]|\b(?:but|with|except|plus|only|just)\b",
    re.IGNORECASE,
)
_SOMETIMES = re.compile(
    r"\s+(?:(?:until|till|before|after)\s+(?!all\b)(?:[^,.;:!?]|(?<=\d)[:.](?=\d)){1,40}"
    r"|(?:in|during|at|on|for|throughout|through)\s+(?:the\s+|all\s+)?"
    r"(?:(?:first|second|third|last|final|opening|1st|2nd)\s+)?"
    rf"(?:{SECTION_WORD}|beginning|start|end(?:ing)?|opening|half|(?:\w+\s+)?(?:bar|measure|second|minute)s?)"
    r"\b[^,.;:!?]{0,20})",
    re.IGNORECASE,
)
"""When somebody is not to play, who plays otherwise."""
_SOLO = re.compile(r"\s+solo(?:s|ing)?\b", re.IGNORECASE)
_OR = re.compile(r"\b(?:or|nor)\b", re.IGNORECASE)
_JOINED = re.compile(
    r"[\s-]*(?:,|/|&)?\s*(?:and|with|or|nor)?"
    r"(?: (?:any|the|a|other))?\s*",
    re.IGNORECASE,
)
_LESS = re.compile(
    r"\b(drum|beat|percussion|bass|vocal|voice|guitar|piano|synth|lyric)s?(?:-?less|[\s-]free)\b",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s*[:=]\s*(?:none|no|nil|off|n/?a|0)\b"
    r"|\s+(?:is|are)\s+(?:not (?:allowed|needed|wanted|required|welcome)|forbidden|unwanted)\b",
    re.IGNORECASE,
)
_NOT_IN = re.compile(
    r"\bnot (?:in|at) (?:an? )?(?:\d{1,2}/\d{1,2}|\d{2,3} ?bpm"
    r"|(?:[A-G](?:#|b| sharp| flat)? )?(?:major|minor)(?: key)?)",
    re.IGNORECASE,
)
"""A key, a metre or a tempo that is not wanted leaves the others open."""
_ONLY_BEFORE = re.compile(
    r"\b(?P<solo>solo(?! (?:by|on|from|for|over|in|at|section|part)\b)|unaccompanied)"
    r"|\b(?:only|just|nothing but|purely)\b",
    re.IGNORECASE,
)
_ONLY_AFTER = re.compile(
    r"\s*(?:(?:only|alone)\b(?!\s+(?:in|on|at|during|for|from|until|after|before)\b)"
    r"|[,;.]? (?:and |with )?(?:nothing\s+(?:else|more)|no other (?:instruments?|players?))\b"
    r"|(?P<duet>duet\b|duo\b))",
    re.IGNORECASE,
)
_FILLER = re.compile(r"\s*(?:[\w'-]+\s+){0,2}", re.IGNORECASE)
_ACCOMPANIED = re.compile(r"\b(?:with|featuring|feat\.?|and|has|plus|a|an|the|long)\s*$", re.IGNORECASE)
_PART = re.compile(rf"\b(?:(?!solo){SECTION_WORD}|middle|beginning|ending|half)\b", re.IGNORECASE)
"""A stretch of the piece: who is alone there is not alone for good."""
_JOURNEY = re.compile(
    r"\b(?:start|begin|open|build|grow|climax|follow|join|enter|halfway|comes? in|drops? out|at first|finally"
    r"|then(?! (?:it )?fad)|(?:first|last|final) (?:\w+ )?(?:bar|measure|second|minute|half|part))",
    re.IGNORECASE,
)
ACAPPELLA = re.compile(
    r"\ba[\s-]?cap+el+a\b|(?<!and )(?<!& )(?<!, )(?<!with )\bvocals? only\b|\bbarbershop\b",
    re.IGNORECASE,
)

ALONE = re.compile(
    r"\b(?:unaccompanied|only|alone|just|nothing but|purely|nothing (?:else|more)"
    r"|no other (?:instruments?|players?)|a[\s-]?cap+el+a"
    r"|barbershop|duet|duo)\b",
    re.IGNORECASE,
)
"""Words by which nobody else plays, where they are said of players."""
_MOST_NEGATIONS = 32
_LONGEST_CLAUSE = 240
"""Characters. Nobody who is understood says more; the time it takes to read a caption stays in proportion."""
_BEFORE = 80
"""Characters before a word in which what decides about it must begin."""

_NAMES = INSTRUMENT_WORDS | {
    pattern: pattern for pattern in (*STYLE_WORDS, *FORM_WORDS, *HINT_WORDS, *MOODS, *TEMPO_WORDS)
}
_THINGS: dict[str, object] = {**_NAMES, **TRACK_WORDS, **INSTRUMENT_WORDS}
_SOUNDS: dict[str, object] = {**INSTRUMENT_WORDS, **TRACK_WORDS}


@dataclass(frozen=True, slots=True)
class Denial:
    """A stretch of a text that rules something out."""

    start: int
    end: int
    players: frozenset[str]
    """Tracks and instruments; empty where what is ruled out is a style, a mood or the like."""
    reduces: bool = False
    """Whether there is only to be less of it."""
    for_a_time: bool = False
    """Whether it is ruled out for a stretch alone."""

    @property
    def rules_out(self) -> bool:
        """Whether nothing of it is to be heard."""
        return not self.reduces and not self.for_a_time


def split_negated(text: str) -> tuple[set[str], str]:
    """The tracks and instruments that ``text`` rules out, and the text with blanks for what it denies."""
    found, wanted = find_denials(text)
    return {player for denial in found if denial.rules_out for player in denial.players}, wanted


@lru_cache(maxsize=64)
def find_denials(text: str) -> tuple[tuple[Denial, ...], str]:
    """What ``text`` rules out, in order, and the text with as many blanks in the place of each."""
    found = [
        Denial(match.start(), match.end(), frozenset(named_tracks(match[1]) or {"vocals"}))
        for match in _LESS.finditer(text)
    ]
    found += [
        Denial(start, after.end(), frozenset(named_tracks(text[start:end])))
        for start, end, _ in find_words(text, _SOUNDS)
        if (after := _AFTER.match(text, end))
    ]
    found += [
        Denial(match.start(), match.end(), frozenset(), for_a_time=True) for match in _NOT_IN.finditer(text)
    ]
    text, at = _blanked(text, found), 0
    for _ in range(_MOST_NEGATIONS):
        if (match := _NEGATION.search(text, at)) is None:
            break
        furthest = match.end() + _LONGEST_CLAUSE
        end = _CLAUSE_END.search(text, match.end(), furthest)
        clause = text[match.end() : end.start() if end else furthest]
        length = _reach(clause, bool(_LISTING.match(match[0])))
        at = match.end() + length
        if length:
            players = frozenset(named_tracks(clause[:length]))
            if solo := _SOLO.match(text, at):
                at, players = solo.end(), frozenset()
            reduces = bool(match["less"] or _LOUD.match(clause))
            when = None if reduces else _SOMETIMES.match(text, at)
            at = when.end() if when else at
            found.append(Denial(match.start(), at, players, reduces, when is not None))
    return tuple(sorted(found, key=lambda denial: denial.start)), _blanked(text, found)


def _blanked(text: str, denials: Iterable[Denial]) -> str:
    letters = list(text)
    for denial in denials:
        letters[denial.start : denial.end] = " " * (denial.end - denial.start)
    return "".join(letters)


def _reach(clause: str, listing: bool) -> int:
    """Characters of a clause that are denied: up to the last thing of the list it begins with, 0 for none."""
    hits = [(start, end) for start, end, _ in find_words(clause, _THINGS)]
    if not hits or len(clause[: hits[0][0]].split()) > 3 or "," in clause[: hits[0][0]]:
        return 0
    reach = hits[0][1]
    instruments = bool(named_tracks(clause[:reach]))
    for start, end in hits[1:]:
        between = clause[reach:start]
        # "no drums, bass or vocals" goes on over its comma, "no drums, acoustic guitar" doesn't.
        closed = bool(re.search(r",", between)) and not listing and not _OR.search(clause[start:])
        alike = bool(named_tracks(clause[start:end])) == instruments
        linked = between.strip(" -") != "" and (
            _JOINED.fullmatch(between) or (_OR.match(between.strip()) and len(between.split()) <= 3)
        )
        if re.search(r"\band (?:a|an|more)\b", between) or closed or not alike or not linked:
            break
        reach = end
    return reach


def named_tracks(clause: str) -> set[str]:
    """The tracks, or where one kind is meant the instruments, that a clause names."""
    found: set[str] = set()
    named = find_words(clause, {KIT_WORDS: "", **INSTRUMENT_WORDS})
    for start, end, name in named:
        if not name:
            continue  # A piece of the kit is not the kit.
        whole = [
            tracks
            for pattern, tracks in TRACK_WORDS.items()
            if word_pattern(pattern).fullmatch(clause[start:end])
        ]
        found |= set(whole[0]) if whole else {name}
    for first, last, tracks in find_words(clause, TRACK_WORDS):
        if any(start <= first and last <= end and last - first < end - start for start, end, _ in named):
            continue  # "Bass guitar" is no guitar.
        if not any(name in INSTRUMENTS and INSTRUMENTS[name].track in tracks for name in found):
            found |= set(tracks)
    return found | {"distorted guitar", "lead guitar"} if "electric guitar" in found else found


def excluded_tracks(text: str, instruments: tuple[str, ...]) -> set[str]:
    """Every track but those of ``instruments`` if ``text`` says "solo piano", "only strings", "string
    quartet", or all but the voices for "a cappella". "Piano solo" is a solo of the piano within a piece.
    """
    if ACAPPELLA.search(text):
        return _all_but(("vocals", "backing_vocals"))
    if groups := find_words(text, ENSEMBLES):
        return _all_but(_track(name) for name in (*groups[0][2], *instruments))
    hits = find_words(text, _SOUNDS)
    starts = {start for start, _, _ in hits}
    exclusive = False
    for match in _ONLY_BEFORE.finditer(text):
        if _PART.search(_clause_around(text, match.start())):
            continue
        filler = _FILLER.match(text, match.end())
        reach = range(match.end(), (filler.end() if filler else match.end()) + 1)
        alone = not hits or hits[0][1] > match.start()
        before = text[max(0, match.start() - _BEFORE) : match.start()].removesuffix("a ").removesuffix("A ")
        accompanied = _ACCOMPANIED.search(before)
        if starts & set(reach):
            exclusive |= not match["solo"] or (alone and not accompanied)
    if _JOURNEY.search(text):
        return set()  # Who is alone at first isn't alone for good.
    for _, end, name in hits:
        after = _ONLY_AFTER.match(text, end)
        exclusive |= after is not None and not (after["duet"] and str(name).endswith("voice"))
    return _all_but(_track(name) for name in instruments) if exclusive and instruments else set()


def _clause_around(text: str, at: int) -> str:
    return re.split(r"[.;,:]", text[:at])[-1] + re.split(r"[.;,:]", text[at:])[0]


def _all_but(tracks: Iterable[str]) -> set[str]:
    return set(TRACKS) - set(tracks)


def _track(name: str) -> str:
    return INSTRUMENTS[name].track if name in INSTRUMENTS else name
