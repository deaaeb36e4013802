"""What a caption rules out: "no drums", "ohne Gesang", "ドラムなし", "only piano", "solo cello"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS, TRACKS

from .text_search import find_words, word_pattern
from .vocabulary import (
    ENSEMBLES,
    FORM_WORDS,
    HINT_WORDS,
    INSTRUMENT_WORDS,
    MOODS,
    STYLE_WORDS,
    TEMPO_WORDS,
    TRACK_WORDS,
)

_NEGATION = re.compile(
    r"\b(?:(?:everything|all|anything)(?: \w+)? (?:except|but)(?: for)?|no|non"
    r"|without|not(?! only\b| just\b)|minus|exclud(?:e|ing)|avoid(?:ing)?"
    r"|don'?t (?:use|want|include)|never|nothing|sans|ohne|kein\w{0,2}|nicht|pas|aucune?"
    r"|sin|nada de|senza|niente|sem|nenhum\w*"
    r"|zonder|geen|niet|bez|nie|без|не)(?=[\s-])"
    r"(?:[\s-]+(?:any|too|so|very|overly|zu|zbyt|trop|de|d'|other))*[\s-]*"
    r"|(?:没有|不要|無|无|不含|बिना)\s*"
    r"|\b(?P<less>less|fewer|weniger|moins de|menos|meno|minder|mniej|меньше)\s+",
    re.IGNORECASE,
)
_LISTING = re.compile(r"\b(?:avoid(?:ing)?|exclud(?:e|ing)|minus)\b", re.IGNORECASE)
_CLAUSE_END = re.compile(
    r"[.;:!?()。;]|\b(?:but|with|except|plus|only|just|aber|mais|pero|ma|mas|maar|ale|но|mit|avec|con|com|met)\b",
    re.IGNORECASE,
)
_OR = re.compile(r"\b(?:or|nor|oder|ou|of|o|lub|ani|или|ni)\b", re.IGNORECASE)
_JOINED = re.compile(
    r"[\s-]*(?:,|/|&|、|,)?\s*(?:and|und|et|y|e|i|en|и|和|with|or|nor|oder|ou|of|o|lub|ani|или|ni|と)?"
    r"(?: (?:any|the|a|other))?\s*",
    re.IGNORECASE,
)
_LESS = re.compile(
    r"\b(drum|beat|percussion|bass|vocal|voice|guitar|piano|synth|lyric)s?(?:less|[\s-]free)\b",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?:\s*(?:の|は|が|も))?(?:なし|無し|抜き|のない|ない|不要)"
    r"|\s*(?:은|는|이|가)?\s*(?:없이|없는|없음|빼고|제외)"
    r"|\s*के बिना"
    r"|\s*[:=]\s*(?:none|no|nil|off|n/?a|keine?r?|aucune?|ningun\w?|nessun\w?|0)\b"
    r"|\w{0,3}s[ıiu]z\b",
    re.IGNORECASE,
)
_ONLY_BEFORE = re.compile(
    r"\b(?P<solo>solo|unaccompanied)"
    r"|\b(?:only|just|nothing but|purely|nur|seulement|uniquement|solamente|soltanto|apenas)\b",
    re.IGNORECASE,
)
_ONLY_AFTER = re.compile(
    r"\s*(?:only\b|alone\b|,? (?:and )?nothing\s+(?:else|more)\b|(?P<solo>solo\b|duet\b|duo\b|ソロ|独奏"
    r"|솔로|독주))",
    re.IGNORECASE,
)
_FILLER = re.compile(r"\s*(?:[\w'-]+\s+){0,2}", re.IGNORECASE)
_ACCOMPANIED = re.compile(r"\b(?:with|featuring|feat\.?|and|has|plus|a|an|the|long|,)\s*$", re.IGNORECASE)
_JOURNEY = re.compile(
    r"\b(?:start(?:s|ing)?|begin(?:s|ning)?|open(?:s|ing)?|builds?|building|grow(?:s|ing)?|climax\w*|then"
    r"|followed|join(?:s|ed)|at first|finally)\b",
    re.IGNORECASE,
)
ACAPPELLA = re.compile(r"\ba[\s-]?cap+el+a\b|\bvocals? only\b|\bbarbershop\b", re.IGNORECASE)

_NAMES = INSTRUMENT_WORDS | {
    pattern: pattern for pattern in (*STYLE_WORDS, *FORM_WORDS, *HINT_WORDS, *MOODS, *TEMPO_WORDS)
}
_THINGS: dict[str, object] = {**_NAMES, **TRACK_WORDS, **INSTRUMENT_WORDS}
_SOUNDS: dict[str, object] = {**INSTRUMENT_WORDS, **TRACK_WORDS}


def split_negated(text: str) -> tuple[set[str], str]:
    """The tracks and instruments that ``text`` rules out, and the text without what it denies."""
    without: set[str] = set()
    text, ruled = _suffixed(text)
    without |= ruled
    kept, at = [], 0
    while match := _NEGATION.search(text, at):
        end = _CLAUSE_END.search(text, match.end())
        clause = text[match.end() : end.start() if end else len(text)]
        length = _reach(clause, bool(_LISTING.match(match[0])))
        kept.append(text[at : match.start() if length else match.end()])
        if length and not match["less"]:
            without |= named_tracks(clause[:length])
        at = match.end() + length
    kept.append(text[at:])
    return without, " ".join(kept)


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
        closed = bool(re.search(r"[,、]", between)) and not listing and not _OR.search(clause[start:])
        alike = bool(named_tracks(clause[start:end])) == instruments
        linked = between.strip(" -") != "" and (
            _JOINED.fullmatch(between) or (_OR.match(between.strip()) and len(between.split()) <= 3)
        )
        if re.search(r"\band (?:a|an)\b", between) or closed or not alike or not linked:
            break
        reach = end
    return reach


def _suffixed(text: str) -> tuple[str, set[str]]:
    """What is ruled out by an ending ("drumless", "vokalsiz") or a word behind it, and the text without."""
    without: set[str] = set()
    for match in _LESS.finditer(text):
        without |= named_tracks(match[1]) or {"vocals"}
    text = _LESS.sub(" ", text)
    for start, end, _ in reversed(find_words(text, _SOUNDS)):
        if after := _AFTER.match(text, end):
            without |= named_tracks(text[start:end])
            text = f"{text[:start]} {text[after.end() :]}"
    for pattern in TRACK_WORDS:  # Turkish endings grow on the word itself.
        for match in re.finditer(rf"\b({pattern})s[ıiu]z\b", text, re.IGNORECASE):
            without |= named_tracks(match[1])
            text = text.replace(match[0], " ")
    return text, without


def named_tracks(clause: str) -> set[str]:
    """The tracks, or where one kind is meant the instruments, that a clause names."""
    found: set[str] = set()
    for start, end, name in find_words(clause, INSTRUMENT_WORDS):
        whole = [
            tracks
            for pattern, tracks in TRACK_WORDS.items()
            if word_pattern(pattern).fullmatch(clause[start:end])
        ]
        found |= set(whole[0]) if whole else {name}
    for _, _, tracks in find_words(clause, TRACK_WORDS):
        if not any(name in INSTRUMENTS and INSTRUMENTS[name].track in tracks for name in found):
            found |= set(tracks)
    return found


def excluded_tracks(text: str, instruments: tuple[str, ...]) -> set[str]:
    """Every track but those of ``instruments`` if ``text`` says "solo piano", "only strings", "string
    quartet", or all but the voices for "a cappella".
    """
    if ACAPPELLA.search(text):
        return _all_but(("vocals", "backing_vocals"))
    if groups := find_words(text, ENSEMBLES):
        return _all_but(_track(name) for name in (*groups[0][2], *instruments))
    hits = find_words(text, _SOUNDS)
    starts = {start for start, _, _ in hits}
    exclusive = False
    for match in _ONLY_BEFORE.finditer(text):
        filler = _FILLER.match(text, match.end())
        reach = range(match.end(), (filler.end() if filler else match.end()) + 1)
        alone = not any(end <= match.start() for _, end, _ in hits)
        accompanied = _ACCOMPANIED.search(text[: match.start()].removesuffix("a ").removesuffix("A "))
        if starts & set(reach):
            exclusive |= not match["solo"] or (alone and not accompanied)
    if _JOURNEY.search(text):
        return set()  # Who is alone at first isn't alone for good.
    for start, end, name in hits:
        after = _ONLY_AFTER.match(text, end)
        if after and not (after["solo"] and (_ACCOMPANIED.search(text[:start]) and "du" not in after[0])):
            exclusive |= not (after["solo"] and name == "voice")
    return _all_but(_track(name) for name in instruments) if exclusive and instruments else set()


def _all_but(tracks: Iterable[str]) -> set[str]:
    return set(TRACKS) - set(tracks)


def _track(name: str) -> str:
    return INSTRUMENTS[name].track if name in INSTRUMENTS else name
