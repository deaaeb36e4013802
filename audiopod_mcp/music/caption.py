"""Understanding a caption: which music the words ask for."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

from audiopod_mcp.music.composition.form import natural_bars
from audiopod_mcp.music.composition.harmony import generator
from audiopod_mcp.music.composition.words import stanzas
from audiopod_mcp.music.model import Brief, Refused
from audiopod_mcp.music.styles import PRESETS, STYLES, Style
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS, TRACKS
from audiopod_mcp.music.theory import METRES, parse_key
from audiopod_mcp.music.vocabulary import (
    INSTRUMENT_WORDS,
    KEY_FRIENDS,
    MOODS,
    STYLE_WORDS,
    TEMPO_WORDS,
    TRACK_WORDS,
)

TEMPO_RANGE = (30.0, 300.0)
DURATION_RANGE = (1.0, 600.0)

_Meaning = TypeVar("_Meaning")
_BPM = re.compile(
    r"(\d{2,3}(?:\.\d+)?)\s*-?\s*(?:bpm|beats per minute)"
    r"|(?:tempo|bpm)(?:\s+of|\s*[:=])?\s*(\d{2,3}(?:\.\d+)?)",
    re.IGNORECASE,
)
_KEY = re.compile(
    r"(?<![\w#])([A-G](?:#|♯|b|♭|[\s-]?sharp|[\s-]?flat)?)[\s-]?(major|minor|maj|min)\b", re.IGNORECASE
)
_BARE_KEY = re.compile(r"\b(?:in|key of|key:)\s+([A-G](?:#|♯|b|♭)?m?)(?![\w#♯♭'’])")
"""``in F#``: a capital, or it may be "in a forest"."""
_RAP = re.compile(r"\brap(?:s|ped|per|ping)?\b", re.IGNORECASE)
_METRE = re.compile(
    r"\b([2346])\s*/\s*([48])\b|\b(?:in\s+)?(three|six)[\s-](four|eight)(?:\s+time)?\b", re.IGNORECASE
)
_NEGATION = re.compile(
    r"\b(no|without(?:\s+any)?|not?\s+any|minus|excluding|avoid|don'?t use|sans)\s+([^.;:!?()]{1,90})",
    re.IGNORECASE,
)
_NEGATION_ENDS = re.compile(r"\b(?:but|with|except|plus|only)\b|,\s*(?=(?:no|without)\b)", re.IGNORECASE)
_ONLY = re.compile(r"\b(?:solo|only|unaccompanied|just(?:\s+an?)?)\b", re.IGNORECASE)
_ACAPPELLA = re.compile(r"\ba[\s-]?cappella\b|\bvocals? only\b", re.IGNORECASE)
_INSTRUMENTAL = re.compile(r"\binstrumental\b", re.IGNORECASE)


def read_caption(
    caption: str,
    *,
    bpm: float | None = None,
    keyscale: str | None = None,
    timesignature: str | None = None,
    duration: float = -1,
    genre_preset: str | None = None,
    lyrics: str | None = None,
    instrumental: bool = False,
    language: str | None = None,
    seed: int = 0,
    negative: str | None = None,
) -> Brief:
    """The brief that ``caption`` describes. Explicit parameters win over words, words over habits.

    ``duration`` is in seconds; not positive, it's chosen from the lyrics, or about a minute of whole bars.
    ``negative`` names what must not be there. What's left open is chosen by ``seed``. Raises
    :class:`Refused` for a key or metre that can't be understood.
    """
    text = " ".join(caption.split())[:4000]
    without, wanted_text = _negations(text)
    if negative and negative.strip().upper() != "NO USER INPUT":
        without |= _named(negative)
    style = STYLES[_style(wanted_text, genre_preset)]
    mood, energy, pull = _mood(wanted_text, style)
    instruments = _instruments(wanted_text, style)
    without |= _others(wanted_text, instruments)
    instrumental = instrumental or bool(_INSTRUMENTAL.search(wanted_text))
    metre = _timesignature(timesignature, wanted_text, style)
    tempo = _tempo(bpm, wanted_text, style, energy, metre, seed)
    if instrumental:
        without |= {"vocals"}
        instruments = tuple(name for name in instruments if INSTRUMENTS[name].track != "vocals")
    elif lyrics and lyrics.strip():
        without -= {"vocals"}
        lyrics = lyrics.strip()
        if _RAP.search(wanted_text):
            instruments = (*instruments, "spoken voice")
    brief = Brief(
        caption=caption,
        style=style.name,
        mood=mood,
        tempo=tempo,
        key=_key(keyscale, wanted_text, style, pull, seed),
        timesignature=metre,
        duration=1.0,
        energy=energy,
        instruments=tuple(
            name for name in instruments if INSTRUMENTS[name].track not in without and name not in without
        ),
        without=tuple(sorted(without)),
        lyrics=lyrics or None,
        instrumental=instrumental,
        language=language if language and language != "unknown" else None,
    )
    return _lasting(brief, duration)


@lru_cache(maxsize=1024)
def _word(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w&])(?:{pattern})(?![\w&])", re.IGNORECASE)


def _find(text: str, vocabulary: Mapping[str, _Meaning]) -> list[tuple[int, int, _Meaning]]:
    """``(start, end, meaning)`` of what ``text`` names, in order; a longer match hides those within."""
    hits = [
        (match.start(), match.end(), meaning)
        for pattern, meaning in vocabulary.items()
        for match in _word(pattern).finditer(text)
    ]
    hits.sort(key=lambda hit: (hit[0] - hit[1], hit[0]))
    kept: list[tuple[int, int, _Meaning]] = []
    for start, end, meaning in hits:
        if all(end <= other[0] or start >= other[1] for other in kept):
            kept.append((start, end, meaning))
    return sorted(kept, key=lambda hit: hit[0])


def _negations(text: str) -> tuple[set[str], str]:
    """Tracks and instruments ruled out, and the text without those clauses."""
    without: set[str] = set()
    kept, at = [], 0
    while match := _NEGATION.search(text, at):
        clause = _NEGATION_ENDS.split(match[2], maxsplit=1)[0]
        if match[1].lower() == "no" and not re.search(r"\b(?:or|nor)\b", clause):
            clause = clause.split(",")[0]  # "no drums, acoustic guitar" wants the guitar.
        named = _named(clause)
        without |= named
        ends = [end for _, end, _ in _find(clause, TRACK_WORDS)] + [
            end for _, end, _ in _find(clause, INSTRUMENT_WORDS)
        ]
        kept.append(text[at : match.start() if named else match.start(2)])
        at = match.start(2) + max(ends, default=0)
    kept.append(text[at:])
    if _ACAPPELLA.search(text):
        without |= set(TRACKS) - {"vocals", "backing_vocals"}
    return without, " ".join(kept)


def _named(clause: str) -> set[str]:
    """The tracks, or where one kind is meant the instruments, that a clause names."""
    named: set[str] = set()
    for start, end, name in _find(clause, INSTRUMENT_WORDS):
        word = clause[start:end]
        whole = [tracks for pattern, tracks in TRACK_WORDS.items() if _word(pattern).fullmatch(word)]
        named |= set(whole[0]) if whole else {name}
    for _, _, tracks in _find(clause, TRACK_WORDS):
        if not any(name in INSTRUMENTS and INSTRUMENTS[name].track in tracks for name in named):
            named |= set(tracks)
    return named


def _style(text: str, preset: str | None) -> str:
    """The style that's named by the words or the preset, else the one that the instruments suggest."""
    chosen = (preset or "").strip().lower()
    if chosen and chosen != "custom" and chosen not in PRESETS:
        raise Refused(f'"{preset}" is not a genre preset: use one of {", ".join(sorted(PRESETS))} or custom.')
    hits = _find(text, STYLE_WORDS)
    named = [style for _, _, style in hits if style not in ("ballad", "rap")]
    if not named and any(style == "rap" for _, _, style in hits):
        named = ["hip hop"]  # Unless another style is named, which may be rapped over too.
    if chosen and chosen != "custom":
        kin = PRESETS[chosen]
        # "Electronic" with "techno" in the caption is techno; "Jazz" with "rock" is jazz.
        return next((style for style in named if _family(style) == _family(kin)), kin)
    if named:
        # In "jazz waltz" and "lo-fi hip hop" the first word decides, in "folk rock" the last one.
        weak = (
            "pop",
            "folk",
            "electronic",
            "classical",
            "cinematic",
            "soul",
            "funk",
            "blues",
            "waltz",
            "march",
        )
        return next(
            (style for style in named if style not in weak),
            named[-1] if len(named) > 1 and named[-1] not in ("waltz", "march") else named[0],
        )
    if hits or _ACAPPELLA.search(text):
        return "ballad"
    tracks = {INSTRUMENTS[name].track for _, _, name in _find(text, INSTRUMENT_WORDS) if name in INSTRUMENTS}
    if re.search(r"\bsax", text, re.IGNORECASE):
        return "jazz"
    if tracks == {"guitar"} and _ONLY.search(text):
        return "folk"
    if tracks and tracks <= {"strings", "woodwinds", "keyboard", "brass"}:
        return "classical"
    moods = {mood for _, _, (mood, _, _) in _find(text, MOODS)}
    return (
        "ambient"
        if "dreamy" in moods and not tracks
        else "cinematic"
        if "epic" in moods and not tracks
        else "pop"
    )


def _family(style: str) -> str:
    """The preset that a style is a kind of."""
    families = {
        "electronic": (
            "house",
            "techno",
            "trance",
            "drum and bass",
            "dubstep",
            "synthwave",
            "chiptune",
            "ambient",
        ),
        "hip hop": ("trap", "lo-fi"),
        "jazz": ("swing", "bossa nova"),
        "classical": ("waltz", "cinematic", "march", "lullaby", "ambient"),
        "rock": ("punk",),
        "reggae": ("ska",),
        "latin": ("reggaeton", "bossa nova"),
        "r&b": ("soul", "funk", "gospel"),
        "pop": ("ballad", "disco", "synthwave"),
    }
    return next((parent for parent, children in families.items() if style in children), style)


def _mood(text: str, style: Style) -> tuple[str | None, float, float]:
    """Mood, energy 0 to 1, and the pull towards minor (1) or major (-1)."""
    found = _find(text, MOODS)
    energy = style.energy + sum(change for _, _, (_, change, _) in found[:3])
    pull = sum(lean for _, _, (_, _, lean) in found)
    return (
        (found[0][2][0] if found else None),
        round(min(1.0, max(0.05, energy)), 3),
        float(max(-1, min(1, pull))),
    )


def _instruments(text: str, style: Style) -> tuple[str, ...]:
    """Instruments named, each once. "Drums" alone is the style's own kit."""
    names: list[str] = []
    for start, end, name in _find(text, INSTRUMENT_WORDS):
        word = text[start:end].lower()
        if word in ("bass", "bassline", "beat", "beats", "acid", "guitar", "guitars") or name == "drums":
            kind = {"electric bass": "bass", "electric guitar": "guitar"}.get(
                name, "drums" if name == "drums" else INSTRUMENTS[name].track
            )
            own = [member.instrument for member in style.band if INSTRUMENTS[member.instrument].track == kind]
            name = own[0] if own else {"drums": "acoustic kit"}.get(name, name)
        if (
            re.match(r"\s*(?:and|&|n)\s*bass\b", text[end:], re.IGNORECASE)
            and word in ("drum", "drums")
            and style.name == "drum and bass"
        ):
            continue
        if name not in names and name in INSTRUMENTS:
            names.append(name)
    return tuple(names)


def _others(text: str, instruments: tuple[str, ...]) -> set[str]:
    """Every track but those named, if the caption says "solo piano" or "only strings"."""
    for match in _ONLY.finditer(text):
        window = text[max(0, match.start() - 24) : match.end() + 24]
        if (
            "solo" in match[0].lower()
            and re.search(r"guitar solos?\b|\w+ solos?\b", window[: 24 + 6], re.IGNORECASE)
            and not re.match(r"\s*\w+", text[match.end() :])
        ):
            continue
        if match[0].lower() == "solo" and not any(
            a == 0 for a, _, _ in _find(text[match.end() :].lstrip(), INSTRUMENT_WORDS)
        ):
            continue
        if instruments and _find(window, INSTRUMENT_WORDS):
            return set(TRACKS) - {INSTRUMENTS[name].track for name in instruments}
    return set()


def _timesignature(given: str | None, text: str, style: Style) -> str:
    if given is not None and given.strip():
        name = given.replace(" ", "")
        name = {"2": "2/4", "3": "3/4", "4": "4/4", "6": "6/8"}.get(name, name)
        if name not in METRES:
            raise Refused(f'"{given}" is not a metre that can be played: use {", ".join(METRES)}.')
        return name
    match = _METRE.search(text)
    if match:
        name = f"{match[1]}/{match[2]}" if match[1] else "3/4" if match[3].lower() == "three" else "6/8"
        if name in METRES:
            return name
    if re.search(r"\bwaltz|\bminuet|\bmazurka", text, re.IGNORECASE):
        return "3/4"
    if re.search(r"\bjig\b|\bsea shanty\b|\btarantella\b|\bbarcarolle\b", text, re.IGNORECASE):
        return "6/8"
    if re.search(r"\bpolka\b|\bmarch\b", text, re.IGNORECASE):
        return "2/4"
    return style.timesignature


def _tempo(bpm: float | None, text: str, style: Style, energy: float, metre: str, seed: int) -> float:
    low, high = TEMPO_RANGE
    if bpm is not None:
        if not (math.isfinite(bpm) and low <= bpm <= high):
            raise Refused(f"A tempo of {bpm:g} BPM can't be played: use {low:g} to {high:g}.")
        return float(bpm)
    match = _BPM.search(text)
    if match:
        value = float(match[1] or match[2])
        if low <= value <= high:
            return value
    slowest, fastest = style.tempo
    words = _find(text, TEMPO_WORDS)
    if words:
        place, factor = words[0][2]
        tempo = (slowest + place * (fastest - slowest)) * factor
    else:
        chance = generator(seed, "tempo").random()
        place = min(1.0, max(0.0, 0.5 + 0.9 * (energy - style.energy) + 0.5 * (chance - 0.5)))
        tempo = slowest + place * (fastest - slowest)
    if metre == "6/8" and tempo > 110:
        tempo /= 1.5  # The beat of 6/8 is a dotted one.
    return float(round(min(high, max(low, tempo))))


def _key(given: str | None, text: str, style: Style, pull: float, seed: int) -> str:
    if given is not None and given.strip():
        key = parse_key(given)
        if key is None:
            raise Refused(f'"{given}" is not a key: write for example "C major", "Am" or "F# minor".')
        return str(key)
    match = _KEY.search(text)
    bare = _BARE_KEY.search(text)
    named = f"{match[1]} {match[2]}" if match else bare[1] if bare else ""
    key = parse_key(named)
    if key is not None:
        return str(key)
    chance = generator(seed, "key")
    share = style.minor_share
    if re.search(r"\bminor key\b|\bin minor\b", text, re.IGNORECASE):
        pull = 1.0
    elif re.search(r"\bmajor key\b|\bin major\b", text, re.IGNORECASE):
        pull = -1.0
    share = 1.0 if pull >= 1 else 0.0 if pull <= -1 else share
    keys = KEY_FRIENDS[bool(chance.random() < share)]
    return keys[int(chance.integers(len(keys)))]


def natural_duration(brief: Brief) -> float:
    """Seconds that the music wants when nobody says: what the lyrics take, or a minute of whole bars."""
    metre = METRES[brief.timesignature]
    words = () if brief.instrumental else stanzas(brief.lyrics)
    bars = natural_bars(words, metre, brief.tempo, "spoken voice" in brief.instruments)
    bar = metre.beats * 60 / brief.tempo
    bars = min(bars, int((DURATION_RANGE[1] - 3) / bar))
    # One more for the last chord, which rings for at least two seconds.
    ring = bar * max(1, math.ceil(2.0 / bar))
    return round(bars * bar + ring, 3)


def _lasting(brief: Brief, duration: float) -> Brief:
    """The brief with its duration: the one asked for, or the natural one."""
    low, high = DURATION_RANGE
    if not math.isfinite(duration) or duration > high:
        raise Refused(f"A piece can't last {duration:g} seconds: use 1 to {high:g}, or -1 for automatic.")
    return replace(brief, duration=max(low, float(duration)) if duration > 0 else natural_duration(brief))


def mentions(caption: str) -> Iterable[str]:
    """The instruments that a caption names, in its order."""
    return [name for _, _, name in _find(caption, INSTRUMENT_WORDS)]
