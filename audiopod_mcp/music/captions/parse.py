"""Understanding a caption: which music the words ask for."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from audiopod_mcp.music.composition.form import NOMINAL_BARS, natural_bars
from audiopod_mcp.music.composition.instrumentation import sole
from audiopod_mcp.music.composition.random_streams import random_stream
from audiopod_mcp.music.composition.stanzas import Stanza, stanzas
from audiopod_mcp.music.lyrics.chords import key_of_chords
from audiopod_mcp.music.lyrics.numbered_chords import in_key, mode_of_numbers
from audiopod_mcp.music.lyrics.text import read_lyrics
from audiopod_mcp.music.model import Activity, Brief, Refused, Staging
from audiopod_mcp.music.styles import STYLES, Style
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS
from audiopod_mcp.music.theory import METRES, MODES, Key, parse_key

from .alone import excluded_tracks
from .asked import asked, key_asked, length_asked, metre_asked, tempo_asked, wanted_phrases
from .clauses import read_clauses
from .named import named_tracks
from .numbers import canonical_metre
from .phrases import Phrase
from .style_names import choose_style
from .tagged_players import MARK, MELODIC, joined, staging_of
from .tempo_words import dotted_tempo_range, tempo_of_word
from .text_search import find_words, normalize_text, word_pattern
from .vocabulary import COMMON_KEYS, INSTRUMENT_WORDS, LANGUAGES
from .wishes import Wish, is_foreign, percussion_named, read_wishes

TEMPO_RANGE = (30.0, 300.0)
DURATION_RANGE = (1.0, 600.0)
_AFTER_CUE = 12
"""Bars that there are after the last entry that a caption counts."""

_PLAIN = {
    # What a word means when it says no more than this: the style's own instrument of the kind.
    "electric bass": r"bass|bass ?lines?",
    "electric guitar": r"guitars?",
    "drums": r".*",
}
_SHUFFLE = {0.5: 0.64, 0.25: 0.6}
"""What the first of a pair takes in a shuffle of eighths or, where a style swings those, of sixteenths."""
_NO_PLAYERS = ("drum and bass", "ambient", "future bass")
"""Styles in whose names nobody plays."""
_NOBODY_SINGS = re.compile(
    r"(?:no|without|minus|(?:\w+n'?t|not|never) \w+)(?: any)? (?:vocals?|voices?|singing)", re.IGNORECASE
)


def read_caption(
    caption: str,
    *,
    tempo: float | None = None,
    key: str | None = None,
    timesignature: str | None = None,
    duration: float = -1,
    genre_preset: str | None = None,
    lyrics: str | None = None,
    instrumental: bool = False,
    language: str | None = None,
    seed: int = 0,
    exclude: str | None = None,
) -> Brief:
    """Read the brief that a caption describes.

    Explicit parameters win over words, and words over the habits of the style.

    Parameters
    ----------
    caption : str
        English.
    tempo : float, optional
        Tempo in beats a minute, 30 to 300.
    key, timesignature : str, optional
        Key and metre, such as ``"F# minor"`` and ``"6/8"``.
    duration : float
        Seconds. Where it is not positive, it is the one that the caption names, else what the lyrics take, or
        about a minute of whole bars.
    genre_preset : str, optional
        One of :data:`~audiopod_mcp.music.styles.PRESETS`, or "custom".
    lyrics : str, optional
        With a line to sing they are sung, though the caption says "instrumental" or "no vocals".
    instrumental : bool
        Nobody sings, whatever the lyrics say. Lyrics of nothing but tags mean that, too.
    language : str, optional
        The code of the language of the lyrics.
    seed : int
        What is left open is chosen by it.
    exclude : str, optional
        Names what must not be there.

    Returns
    -------
    Brief

    Raises
    ------
    Refused
        Where a preset, a key or a metre is not known, or tempo or duration are out of range.
    """
    if is_foreign(caption):
        raise Refused("caption_not_english")
    wishes, clauses = read_wishes(caption), read_clauses(normalize_text(caption))
    without = set().union(*clauses.values("denied"))
    if exclude and exclude.strip().upper() != "NO USER INPUT":
        without |= named_tracks(normalize_text(exclude))
    phrases = clauses.wanted
    style = STYLES[choose_style(phrases, genre_preset)]
    mood, energy, pull = _mood(asked(phrases, "mood"), style)
    instruments = _instruments(phrases, style)
    if "female voice" in instruments or "male voice" in instruments:
        instruments = tuple(name for name in instruments if name != "voice")
    # "Jazz trio without drums": who only belongs to a group is not named.
    members = {name for group in asked(phrases, "ensemble") for name in group}
    own = [name for name in instruments if name not in members or INSTRUMENTS[name].track not in without]
    if any(_NOBODY_SINGS.fullmatch(wish.asked) for wish in clauses.wishes if wish.kind == "denied"):
        own = [name for name in own if name != "voice"]  # "Room for vocals, no vocals"
    kit = (_own_instrument("drums", style),) if asked(phrases, "kit") else ()
    excluded = excluded_tracks(phrases, wishes, (*instruments, *kit))
    instruments = (*instruments, *kit) if excluded else instruments  # "Just a kick and a bass"
    without = _sparing_the_named(without, own) | excluded
    if "percussion" in own:
        without -= {"percussion"}  # "Congas, no timbales"
    if "choir" in instruments:
        without -= {"backing_vocals"}  # "Choir, no vocals": there's no singer, and the choir stays.
    metre = _timesignature(timesignature) or metre_asked(phrases) or style.timesignature
    tonality = _key(key, phrases, style, pull, seed, lyrics or "")
    lyrics = in_key(lyrics, tonality) if lyrics else lyrics
    parts, staging = stanzas(lyrics), staging_of(lyrics)
    tagged = _tagged_solos(lyrics, style, staging)
    sung = {number for number, part in enumerate(parts) if part.lines}
    band = [member.instrument for member in style.band]
    joining, staging = joined(staging, sung, tagged, instruments, band)
    instruments = (*instruments, *joining)
    sings = any(part.lines for part in parts)
    instrumental = instrumental or (
        not sings and bool((lyrics or "").strip() or _of_kind(wishes, "instrumental"))
    )
    tempo = _tempo(tempo, phrases, style, energy, metre, seed)
    if instrumental:
        without |= {"vocals"}
        instruments = tuple(name for name in instruments if INSTRUMENTS[name].track != "vocals")
    elif sings:
        without -= {"vocals"}
        two = ("female voice", "male voice") if _of_kind(wishes, "duet") else ()
        named = (voice for part in read_lyrics(lyrics or "").sections for voice in part.voices if voice)
        if voices := tuple(dict.fromkeys((*two, *named))):
            instruments = tuple(name for name in instruments if name != "voice")
            instruments = (*instruments, *(voice for voice in voices if voice not in instruments))
        if "rap" in asked(phrases, "form"):
            instruments = (*instruments, "spoken voice")
    brief = Brief(
        caption=caption,
        style=style.name,
        mood=mood,
        tempo=tempo,
        key=tonality,
        timesignature=metre,
        duration=1.0,
        energy=energy,
        instruments=tuple(
            name for name in instruments if INSTRUMENTS[name].track not in without and name not in without
        ),
        without=tuple(sorted(without)),
        lyrics=lyrics if lyrics and lyrics.strip() else None,
        form=_form(parts, bool(tagged)) if instrumental or not sings else (),
        instrumental=instrumental,
        language=_language(language, wishes),
        activity=_activity(wishes),
        feel=next((feel for feel in asked(phrases, "feel") if isinstance(feel, str)), None),
        swing=_swing(phrases, style),
        course=tuple(_of_kind(wishes, "cue")),
        staging=staging,
        emphasis=tuple((label, more) for label, more in clauses.values("quality") if more),
        solos=(
            *tagged,
            *dict.fromkeys(
                (_own_instrument(name, style, instruments), None) for name in _of_kind(wishes, "solo")
            ),
        ),
        manners=tuple(
            (name, role, figure)
            for player, figures in clauses.values("manner")
            for name in _instruments([player], style)
            for role, figure in figures
            if role == (INSTRUMENTS[name].track if INSTRUMENTS[name].track in ("bass", "drums") else "comp")
        ),
        percussion=percussion_named(wishes),
        dry="dry" in _of_kind(wishes, "mix"),
        ends_abruptly="abrupt" in _of_kind(wishes, "ending"),
    )
    return _with_duration(brief, duration, length_asked(phrases))


def _sparing_the_named(without: set[str], instruments: Collection[str]) -> set[str]:
    """``without``, where "organ but no piano" leaves out the other players of the stem alone."""
    for name in instruments:
        if (track := INSTRUMENTS[name].track) in without and name not in without:
            others = {player for player in INSTRUMENTS if INSTRUMENTS[player].track == track}
            without = without - {track} | {sole(player) for player in others - set(instruments)}
    return without


def _activity(wishes: Sequence[Wish]) -> Activity:
    """How much each layer plays: as is said first of it, else of everything."""
    said = {layer: level for layers, level in reversed(_of_kind(wishes, "amount")) for layer in layers}
    return Activity(*(said.get(layer, said.get("", 0.5)) for layer in ("drums", "bass", "chords", "melody")))


def _mood(moods: Sequence[tuple[str, float, float]], style: Style) -> tuple[str | None, float, float]:
    """Mood, energy 0 to 1, and the pull towards minor (1) or major (-1)."""
    energy = style.energy + sum(change for _, change, _ in moods[:3])
    pull = sum(lean for _, _, lean in moods)
    return (
        moods[0][0] if moods else None,
        round(min(1.0, max(0.05, energy)), 3),
        float(max(-1, min(1, pull))),
    )


def _swing(phrases: Sequence[Phrase], style: Style) -> float | None:
    """The share of a pair that its first note takes; ``None``: the style's own."""
    said = [feel for feel in asked(phrases, "feel") if not isinstance(feel, str)]
    shares = [share for share in said if share]
    return min(shares, default=max(style.swing, _SHUFFLE[style.swing_unit])) if said else None


def _instruments(phrases: Sequence[Phrase], style: Style) -> tuple[str, ...]:
    """Instruments named, each once. "Drums" alone is the style's own kit, "guitar" its own guitar."""
    mentioned = [
        (name, bool(word_pattern(_PLAIN.get(name, "(?!)")).fullmatch(phrase.text)))
        for phrase in phrases
        for name in _players(phrase)
    ]
    others = [name for name, plain in mentioned if not plain]
    names = (_own_instrument(name, style, others) if plain else name for name, plain in mentioned)
    return tuple(dict.fromkeys(name for name in names if name in INSTRUMENTS))


def _players(phrase: Phrase) -> Iterable[str]:
    style = phrase.means.get("style")
    if style not in _NO_PLAYERS and phrase.kind in ("cannot", "style"):
        return [name for _, _, name in find_words(phrase.text, INSTRUMENT_WORDS)]  # "balkan brass"
    player = (phrase.means["player"],) if "player" in phrase.means else ()
    group: Sequence[str] = phrase.means.get("ensemble", player)
    return group


def _tagged_solos(
    lyrics: str | None, style: Style, staging: Sequence[Staging]
) -> tuple[tuple[str, int], ...]:
    """The instrument that each tag without words names, by the number of its section."""
    found = []
    for number, section in enumerate(read_lyrics(lyrics or "").sections):
        if section.tag and not section.lines:
            here = [step for step in staging if step.section == number]
            silent = {player for step in here if step.action == "rests" for player in step.players}
            named = [
                name
                for words in (MARK.split(section.tag)[0], section.tag)  # "Sax solo: bass and drums below"
                for name in _instruments(wanted_phrases(words), style)
                if _can_play_solo(name) and silent.isdisjoint((name, INSTRUMENTS[name].track))
                if words != section.tag
                or not any(step.action in ("enters", "leaves", "all") for step in here)
            ]
            together = {player for step in here for player in step.players}
            if len(together) > 1:
                pitched = [name for name in named if not INSTRUMENTS[name].unpitched]
                named = [name for name in pitched if INSTRUMENTS[name].track != "bass"] or pitched or named
            tunes = [name for name in named if INSTRUMENTS[name].track in MELODIC and len(together) > 1]
            if named:
                found.append(((tunes or named)[0], number))
    return tuple(found)


def _can_play_solo(name: str) -> bool:
    return INSTRUMENTS[name].track not in ("vocals", "backing_vocals", "fx")


def _own_instrument(name: str, style: Style, named: Collection[str] = ()) -> str:
    """The instrument of a kind that is named without saying more: one that is ``named``, or the style's."""
    if name not in _PLAIN:
        return name
    kind = "drums" if name == "drums" else INSTRUMENTS[name].track
    players = (*named, *(member.instrument for member in style.band))
    own = [player for player in players if player in INSTRUMENTS and INSTRUMENTS[player].track == kind]
    return own[0] if own else {"drums": "acoustic kit"}.get(name, name)


def _timesignature(given: str | None) -> str | None:
    if given is None or not given.strip():
        return None
    name = canonical_metre(given.replace(" ", ""))
    if name is None:
        raise Refused("metre_unknown", metre=given, metres=tuple(METRES))
    return name


def _tempo(
    given: float | None, phrases: Sequence[Phrase], style: Style, energy: float, metre: str, seed: int
) -> float:
    low, high = TEMPO_RANGE
    if given is not None:
        if not (math.isfinite(given) and low <= given <= high):
            raise Refused("tempo_out_of_range", tempo=given, lowest=low, highest=high)
        return float(given)
    if (value := tempo_asked(phrases)) is not None:
        return value
    slowest, fastest = style.tempo
    if METRES[metre].compound and style.name != "celtic":  # A jig is as fast as a reel.
        slowest, fastest = dotted_tempo_range(slowest, fastest)
    if words := [pace for pace in asked(phrases, "pace") if pace]:
        tempo = tempo_of_word(words[0], slowest, fastest, compound=METRES[metre].compound)
    else:
        chance = random_stream(seed, "tempo").random()
        place = min(1.0, max(0.0, 0.5 + 0.9 * (energy - style.energy) + 0.5 * (chance - 0.5)))
        tempo = slowest + place * (fastest - slowest)
    return float(round(min(high, max(low, tempo))))


def _key(
    given: str | None, phrases: Sequence[Phrase], style: Style, pull: float, seed: int, lyrics: str
) -> str:
    if given is not None and given.strip():
        key = parse_key(given)
        if key is None:
            raise Refused("key_unknown", key=given)
        return str(key)
    if (key := key_asked(phrases)) is not None:
        return str(key)
    if (written := key_of_chords(read_lyrics(lyrics).chords)) is not None:
        return written
    mode = next(iter(asked(phrases, "mode")), "")
    church = mode if mode in MODES else ""
    said = MODES[church][1] if church else mode == "minor"
    minor = said if mode else mode_of_numbers(lyrics)
    if minor is not None:
        pull = 1.0 if minor else -1.0
    chance = random_stream(seed, "key")
    share = 1.0 if pull >= 1 else 0.0 if pull <= -1 else style.minor_share
    keys = COMMON_KEYS[bool(chance.random() < share)]
    name = keys[int(chance.integers(len(keys)))]
    tonic = parse_key(name)
    return str(Key(tonic.tonic, tonic.minor, church)) if church and tonic else name


def _form(parts: tuple[Stanza, ...], solos: bool) -> tuple[str, ...]:
    """The sections of tags that say more than an "[Instrumental]"."""
    labels = tuple(part.label for part in parts)
    says_more = (len(labels) > 1 and set(labels) != {"solo"}) or solos or any(part.bars for part in parts)
    return labels if says_more else ()


def _language(given: str | None, wishes: Sequence[Wish]) -> str | None:
    if given and given != "unknown":
        return given
    said = next(iter(_of_kind(wishes, "language")), None)
    return next(
        (code for name, code in LANGUAGES.items() if said and word_pattern(name).fullmatch(said)), None
    )


def _of_kind(wishes: Sequence[Wish], kind: str) -> list[Any]:
    """The values of the wishes of a kind; ``True`` for one without a value."""
    return [True if wish.value is None else wish.value for wish in wishes if wish.kind == kind]


def default_duration(brief: Brief) -> float:
    """How long the music of ``brief`` is when nobody says, seconds.

    It is what the lyrics take, or about a minute of whole bars.
    """
    metre = METRES[brief.timesignature]
    words = () if brief.instrumental else stanzas(brief.lyrics)
    bar = metre.beats * metre.beat_seconds(brief.tempo)
    bars = natural_bars(words, metre, brief.tempo, "spoken voice" in brief.instruments)
    if counted := [
        cue.number * (1 if cue.unit == "bars" else 1 / bar)
        for cue in brief.course
        if cue.unit in ("bars", "s")
    ]:
        bars = max(bars, math.ceil(max(counted)) + _AFTER_CUE)
    if brief.form:
        bars = sum(NOMINAL_BARS.get(label, 4) for label in brief.form)
    bars = min(bars, int((DURATION_RANGE[1] - 3) / bar))
    # One more for the last chord, which rings for at least two seconds.
    ring = bar * max(1, math.ceil(2.0 / bar))
    return round(bars * bar + ring, 3)


def _with_duration(brief: Brief, duration: float, stated: float | None) -> Brief:
    """The brief with its duration: the one asked for, or stated in words, or the default."""
    low, high = DURATION_RANGE
    if not math.isfinite(duration) or duration > high:
        raise Refused("duration_out_of_range", duration=duration, lowest=low, highest=high)
    if duration <= 0 and stated:
        duration = stated
    return replace(brief, duration=max(low, float(duration)) if duration > 0 else default_duration(brief))
