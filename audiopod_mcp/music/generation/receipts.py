"""The receipt of new music: what of its caption was done, measured on the score, and what was not.

Every wish of the caption ends up in one of the two lists, in the caption's own words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from audiopod_mcp.music.captions.numbers import canonical_metre, find_metre
from audiopod_mcp.music.captions.text_search import find_words, word_pattern
from audiopod_mcp.music.captions.vocabulary import (
    FAR_REGIONS,
    STANDS_IN,
    STYLE_WORDS,
    SYNONYMS,
    TECHNIQUES,
)
from audiopod_mcp.music.captions.wishes import Wish, read_wishes, styles_named_exactly
from audiopod_mcp.music.composition.course import cue_times, plays_it
from audiopod_mcp.music.model import Brief, Cue, NotDone, Part, Score, format_time
from audiopod_mcp.music.styles import STYLES
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS, TRACKS
from audiopod_mcp.music.theory import METRES, Key, parse_key

from .drum_keys import keys_of

_LONGEST = 200
"""Characters of what was not understood that are quoted."""
_SINGS = "nobody sings without lyrics"


@dataclass(frozen=True)
class Receipt:
    """What was made of a caption."""

    done: tuple[str, ...] = ()
    not_done: tuple[NotDone, ...] = ()


@dataclass(frozen=True)
class Played:
    """What was made of a brief, and what else is known of it."""

    brief: Brief
    score: Score
    """As it is heard: of a stretch that joins a song, that stretch alone."""
    offset: float = 0.0
    """The time in the track at which the score begins, s."""
    finish: Collection[str] = ()
    """What was done to the sound: ``fade out``, ``fade in``, ``mono``."""
    kept: Mapping[str, str] = field(default_factory=dict)
    """By kind of wish, why it could not be met: what a stretch has to keep of its song."""
    tracks: Collection[str] | None = None
    """The only tracks that are heard; ``None`` for all."""
    own_words: str = ""
    """A pattern of words that were done by the operation itself."""

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(
            p for p in self.score.parts if p.notes and (self.tracks is None or p.track in self.tracks)
        )

    def time(self, seconds: float) -> str:
        """Write a time of the score as that of the track."""
        return format_time(self.offset + seconds)


def receipt(caption: str, played: Played) -> Receipt:
    """Give the receipt of ``caption`` for what was played."""
    done: list[str] = []
    not_done: list[NotDone] = []
    grouped: dict[str, list[str]] = {"mood": [], "player": [], "unread": []}
    wishes = read_wishes(caption)
    for wish in wishes:
        said = _settle(wish, played, wishes)
        if said is None:
            continue
        if isinstance(said, NotDone):
            not_done.append(said)
        elif wish.kind in ("mood", "player") or said == "unread":
            grouped["unread" if said == "unread" else wish.kind].append(
                said if said != "unread" else wish.asked
            )
        else:
            done.append(said)
    if moods := grouped["mood"]:
        key = parse_key(played.score.key)
        tone = "minor" if key and key.minor else "major"
        done.append(f"mood {', '.join(dict.fromkeys(moods))}: {tone}, energy {played.brief.energy:.2g}")
    if band := _players(played, grouped["player"]):
        done.append(band)
    if unread := grouped["unread"]:
        asked = "; ".join(dict.fromkeys(unread))
        if len(asked) > _LONGEST:
            asked = f"{asked[:_LONGEST].rsplit(' ', 1)[0]} … ({len(asked.split())} words)"
        known = sum(len(wish.asked) for wish in wishes if wish.kind != "unread")
        english = " (captions are read in English)" if sum(map(len, unread)) > known else ""
        not_done.append(NotDone(asked, f"not understood, nothing was made of it{english}"))
    return Receipt(tuple(dict.fromkeys(done)), tuple(dict.fromkeys(not_done)))


def _settle(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str | NotDone | None:
    """What became of a wish: a fact, a shortfall, ``"unread"``, or nothing where another wish tells it."""
    if (
        wish.kind in ("unread", "section", "cannot")
        and played.own_words
        and re.search(played.own_words, wish.asked, re.IGNORECASE)
    ):
        return wish.asked
    if wish.kind in played.kept and not _is_met(wish, played):
        return NotDone(wish.asked, played.kept[wish.kind])
    return _SETTLERS[wish.kind](wish, played, wishes)


def _is_met(wish: Wish, played: Played) -> bool:
    return isinstance(_SETTLERS[wish.kind](wish, played, ()), str)


def _fact(asked: str, fact: str) -> str:
    """A fact with the words that it answers, unless it holds them already."""
    return fact if asked.lower() in fact.lower() else f"{asked}: {fact}"


def _style(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str | NotDone:
    own, value = played.brief.style, wish.value
    if value != own and value not in STYLES[own].parents:
        return NotDone(wish.asked, f"one style at a time: {own} is played")
    if styles_named_exactly(wish.asked, value, SYNONYMS.get(value, "(?!)")):
        return _fact(wish.asked, f"style {own}")
    return NotDone(wish.asked, f"played as {own}, the nearest style there is")


def _form(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str | NotDone:
    own, score = played.brief.style, played.score
    metre = find_metre(wish.asked)
    if wish.value == "rap":
        spoken = any(part.instrument == "spoken voice" for part in played.parts)
        return (
            _fact(wish.asked, "the words are spoken in rhythm")
            if spoken
            else NotDone(wish.asked, "nobody raps without lyrics")
        )
    if wish.value == own:
        return _fact(wish.asked, f"style {own}")
    if metre and metre == score.timesignature:
        return _fact(wish.asked, metre)
    if wish.value == "ballad" and score.tempo <= 100:
        return _fact(wish.asked, f"slow, {score.tempo:g} BPM")
    return NotDone(wish.asked, f"{own} is played, which was named too")


def _hint(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str | NotDone:
    if wish.asked.lower() in ("beat", "beats") and any(p.track == "drums" for p in played.parts):
        return wish.asked
    if wish.value != played.brief.style:
        return "unread"
    if word_pattern(FAR_REGIONS).fullmatch(wish.asked):
        return NotDone(wish.asked, f"played as {wish.value}, the nearest style there is")
    return _fact(wish.asked, f"style {wish.value}")


def _player(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str | NotDone:
    name, asked = wish.value, wish.asked
    if name in ("voice", "female voice", "male voice", "vocals"):
        return _singer(name, asked, played)
    if name in ("percussion", "drums") and (keys := keys_of(asked)):
        heard = {
            round(n.pitch)
            for part in played.parts
            if INSTRUMENTS[part.instrument].unpitched
            for n in part.notes
        }
        if heard & keys:
            return asked
        others = any(part.track == name for part in played.parts)
        return NotDone(asked, f"other {name} play{'s' * (name == 'percussion')}" if others else f"no {name} play here")
    generic = name in TRACKS or _is_plain(asked)
    track = name if name in TRACKS else "drums" if name == "drums" else INSTRUMENTS[name].track
    same = [part.instrument for part in played.parts if part.track == track]
    exact = [part.instrument for part in played.parts if part.instrument == name]
    if not exact and not (generic and same):
        return NotDone(
            asked, f"{', '.join(dict.fromkeys(same))} plays in its place" if same else "does not play here"
        )
    if word_pattern(STANDS_IN).fullmatch(asked) and not re.search(name, asked, re.IGNORECASE):
        return NotDone(asked, f"{name} plays in its place")
    for pattern, technique in TECHNIQUES.items():
        if word_pattern(pattern).fullmatch(asked):
            return NotDone(
                asked, f"{name} plays, {f'without {technique}' if technique else 'in its usual way'}"
            )
    plays = exact[0] if exact else same[0]
    return (
        asked
        if asked.lower().rstrip("s") in (plays, track) or asked.lower() == plays
        else f"{asked} ({plays})"
    )


def _is_plain(asked: str) -> bool:
    return bool(word_pattern(r"bass|bass ?lines?|guitars?|drums?|drumming|drummer|beats?|keys|keyboards?|synth(?:esi[sz]er)?s?").fullmatch(asked))


def _singer(name: str, asked: str, played: Played) -> str | NotDone:
    singers = [part.instrument for part in played.parts if part.track == "vocals"]
    if not singers:
        return NotDone(asked, _SINGS if not played.brief.lyrics else "nobody sings here")
    if name in ("female voice", "male voice") and name not in singers:
        return NotDone(asked, f"the {singers[0]} of this composer has one register")
    how = "" if played.score.lyrics else ", without words"
    called = name if name in singers else singers[0]
    return f"{asked} ({called}{how})" if asked.lower() != called or how else asked


def _ensemble(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str | NotDone:
    playing = {part.instrument for part in played.parts} | {part.track for part in played.parts}
    missing = [name for name in wish.value if name not in playing]
    here = ", ".join(name for name in wish.value if name in playing)
    if len(missing) == len(wish.value):
        return NotDone(wish.asked, "does not play here")
    return f"{wish.asked}: {here}" if not missing else NotDone(wish.asked, f"played by {here}")


def _solo(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str | NotDone:
    solos = [span for span in played.score.sections if span.label == "solo"]
    names = {wish.value} | {
        n for n in played.brief.solos if n in INSTRUMENTS and _track(n) == _track(wish.value)
    }
    for span in solos:
        for part in played.parts:
            inside = sum(span.start - 0.1 <= note.start < span.end for note in part.notes)
            if (part.instrument in names or part.track == wish.value) and inside >= 2:
                nearest = (
                    bool(word_pattern(STANDS_IN).match(wish.asked))
                    and part.instrument not in wish.asked.lower()
                )
                fact = f"{part.instrument} {played.time(span.start)}–{played.time(span.end)}"
                return _fact(wish.asked, fact) if not nearest else f"{wish.asked}: {fact}"
    form = ", ".join(dict.fromkeys(span.label for span in played.score.sections))
    return NotDone(
        wish.asked, f"there is no room for a solo ({form}); ask for more seconds, or [Solo] in the lyrics"
    )


def _track(name: str) -> str:
    return INSTRUMENTS[name].track if name in INSTRUMENTS else name


def _alone(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str | NotDone | None:
    named = {_track(w.value) for w in wishes if w.kind in ("player", "solo")}
    named |= {_track(name) for w in wishes if w.kind == "ensemble" for name in w.value}
    if (
        re.match("a|barber", wish.asked.lower())
        and "only" not in wish.asked
        and wish.asked.lower() != "alone"
    ):
        named |= {"vocals", "backing_vocals"}
    playing = {part.track for part in played.parts}
    if not playing:
        return NotDone(wish.asked, _SINGS)
    if playing <= named:
        return _fact(wish.asked, "nobody else plays")
    if wish.asked.lower() in ("solo", "just") or any(w.kind in ("instrumental", "denied") for w in wishes):
        return None
    others = sorted({part.instrument for part in played.parts if part.track not in named})
    return NotDone(wish.asked, f"{', '.join(others)} plays as well")


def _denied(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str | NotDone:
    playing = [p for p in played.parts if plays_it(p, tuple(wish.value.players))]
    if playing:
        sung = any(part.track == "vocals" for part in playing) and played.brief.lyrics
        why = (
            "there are lyrics, which are sung"
            if sung
            else f"{', '.join(p.instrument for p in playing)} plays"
        )
        return NotDone(wish.asked, why)
    styles = {style for _, _, style in find_words(wish.asked, STYLE_WORDS)}
    if played.brief.style in styles:
        return NotDone(wish.asked, f"{played.brief.style} is played")
    return wish.asked


def _cue(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str | NotDone:
    course = played.brief.course
    cue: Cue = wish.value
    times = dict(zip(course, cue_times(played.score, course), strict=True)) if course else {}
    when, mine = times.get(cue), [p for p in played.parts if plays_it(p, cue.players)]
    if not mine:
        return NotDone(wish.asked, f"no {' or '.join(cue.players)} plays here")
    if when is None:
        form = ", ".join(span.label for span in played.score.sections)
        return NotDone(
            wish.asked, f"the piece has no such moment ({form}); they play from {_first(mine, played)}"
        )
    name = ", ".join(dict.fromkeys(p.instrument for p in mine))
    bar = _bar_seconds(played.score)
    if cue.action in ("opens", "ends"):
        others = [
            p
            for p in played.parts
            if p not in mine and any(when[0] - 0.1 <= n.start < when[1] - 0.1 for n in p.notes)
        ]
        heard = any(when[0] - 0.1 <= n.start < when[1] for p in mine for n in p.notes)
        if others or not heard:
            who = ", ".join(p.instrument for p in others) or "nobody"
            return NotDone(wish.asked, f"{who} plays there too" if others else "nobody plays there")
        end = f" to {played.time(when[1])}" if cue.action == "opens" else ""
        return _fact(wish.asked, f"{name} alone from {played.time(when[0])}{end}")
    if cue.action == "leaves":
        after = [n for p in mine for n in p.notes if when[0] + 0.1 < n.start < when[0] + 2 * bar]
        return (
            NotDone(wish.asked, "they go on")
            if after
            else _fact(wish.asked, f"{name} out at {played.time(when[0])}")
        )
    starts = [n.start for p in mine for n in p.notes]
    entered = min(starts)
    if cue.action == "enters" and not when[0] - 0.1 <= entered <= when[0] + 2 * bar + 0.1:
        return NotDone(wish.asked, f"{name} enters at {played.time(entered)}")
    return _fact(wish.asked, f"{name} from {played.time(entered)}")


def _first(parts: Sequence[Part], played: Played) -> str:
    return played.time(min(note.start for part in parts for note in part.notes))


def _bar_seconds(score: Score) -> float:
    return score.downbeats[1] - score.downbeats[0] if len(score.downbeats) > 1 else 2.0


def _duet(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str | NotDone:
    singers = [part.instrument for part in played.parts if part.track == "vocals"]
    if len(singers) > 1:
        return _fact(wish.asked, f"{' and '.join(singers)}, line by line in turn")
    return NotDone(wish.asked, f"one {singers[0]} sings" if singers else _SINGS)


def _tempo(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str | NotDone:
    tempo = played.score.tempo
    if abs(tempo - wish.value) > max(1.0, 0.01 * wish.value):
        return NotDone(wish.asked, f"it is {tempo:g} BPM")
    return _fact(wish.asked, f"{tempo:g} BPM")


def _pace(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str | NotDone:
    tempo = played.score.tempo
    if not wish.value:
        return "unread"
    slow, fast = "slow" in wish.value, "fast" in wish.value
    if any(w.kind == "tempo" for w in wishes) and not ((slow and tempo > 125) or (fast and tempo < 95)):
        return wish.asked
    if (slow and tempo > 125) or (fast and tempo < 95):
        low, high = STYLES[played.brief.style].tempo
        if any(w.kind == "tempo" for w in wishes) or not low * 0.6 <= tempo <= high * 1.5:
            return NotDone(wish.asked, f"it is {tempo:g} BPM")
    return _fact(wish.asked, f"{tempo:g} BPM")


def _key(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str | NotDone:
    own, wanted = parse_key(played.score.key), wish.value
    assert isinstance(wanted, Key)  # noqa: S101 - that is what this kind of wish holds
    same = own is not None and own.tonic == wanted.tonic and own.mode == (wanted.mode or own.mode)
    open_mode = not re.search(r"maj|min|m$", wish.asked)
    if same and own is not None and (own.minor == wanted.minor or (open_mode and own.mode)):
        return _fact(wish.asked, str(own))
    return NotDone(wish.asked, f"it is in {played.score.key}")


def _mode(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str | NotDone:
    own = parse_key(played.score.key)
    heard = {own.mode, "minor" if own.minor else "major"} if own else set()
    return (
        _fact(wish.asked, played.score.key)
        if wish.value in heard
        else NotDone(wish.asked, f"it is in {played.score.key}")
    )


def _metre(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str | NotDone:
    own = played.score.timesignature
    if canonical_metre(wish.value) == own:
        return _fact(wish.asked, own)
    if canonical_metre(wish.value) is None:
        return NotDone(wish.asked, f"not played here: it is in {own} (there are {', '.join(METRES)})")
    return NotDone(wish.asked, f"it is in {own}")


def _length(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str | NotDone:
    if abs(played.score.duration - wish.value) < 0.6:
        return f"{played.score.duration:.4g} s"
    return NotDone(wish.asked, f"it lasts {played.score.duration:.4g} s")


def _feel(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str | NotDone:
    word = wish.asked.lower()
    counted = played.brief.feel is not None and played.brief.feel[:4] == word[:4]
    straight = word.startswith(("straight", "unsw", "no", "not")) and played.brief.swing == 0.5
    swung = played.brief.swing is not None and played.brief.swing > 0.5
    drums = any(part.track == "drums" for part in played.parts)
    if counted:
        return (
            _fact(wish.asked, f"{played.brief.feel} drums")
            if drums
            else NotDone(wish.asked, "no drums count it")
        )
    if straight or swung:
        return _fact(wish.asked, f"swing {100 * (played.brief.swing or 0.5):.0f} %")
    return NotDone(wish.asked, "it is in the style's own feel")


def _amount(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str | NotDone:
    layers, level = wish.value
    names = [layer for layer in layers if layer] or ["drums", "bass", "chords", "melody"]
    own = {name: getattr(played.brief.activity, name) for name in names}
    if not all((value < 0.5) == (level < 0.5) and value != 0.5 for value in own.values()):
        return NotDone(wish.asked, "they play as usual")
    amount = "less" if level < 0.5 else "more"
    return _fact(wish.asked, f"{amount} {', '.join(names) if '' not in layers else 'of everything'}")


def _mood(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str:
    return wish.asked


def _section(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str | NotDone:
    spans = [span for span in played.score.sections if span.label == wish.value]
    if spans:
        return f"{wish.asked} at {', '.join(played.time(span.start) for span in spans[:4])}"
    form = ", ".join(dict.fromkeys(span.label for span in played.score.sections))
    return NotDone(wish.asked, f"the form is {form}; sections can be named as tags in the lyrics")


def _finish(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str | NotDone:
    name = f"fade {wish.value}" if wish.kind == "fade" else wish.value
    if name == "dry" and played.brief.dry:
        return _fact(wish.asked, "no room, no echo")
    done = next((fact for fact in played.finish if fact.startswith(name)), None)
    return _fact(wish.asked, done) if done else NotDone(wish.asked, "edit_track does that afterwards")


def _language(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str | NotDone:
    if played.score.lyrics:
        return _fact(wish.asked, f"stresses of {wish.value}")
    return NotDone(wish.asked, f"{_SINGS}; write them in that language")


def _instrumental(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str | NotDone:
    if any(part.track == "vocals" for part in played.parts):
        return NotDone(wish.asked, "there are lyrics, which are sung")
    return _fact(wish.asked, "nobody sings")


def _players(played: Played, named: Sequence[str]) -> str:
    """Who plays: those who were named, then the others."""
    words = " ".join(named).lower()
    others = [p.instrument for p in played.parts if p.instrument not in words and p.track not in words]
    others = [name for name in dict.fromkeys(others) if name.split()[-1].removesuffix("s") not in words]
    if not named:
        return f"plays: {', '.join(others)}" if others else ""
    return f"plays: {', '.join(dict.fromkeys(named))}" + (f"; with {', '.join(others)}" if others else "")


def _cannot(wish: Wish, played: Played, wishes: Sequence[Wish]) -> NotDone:
    return NotDone(wish.asked, wish.value)


def _imitation(wish: Wish, played: Played, wishes: Sequence[Wish]) -> NotDone:
    return NotDone(wish.asked, "no artist's style is imitated")


def _genre(wish: Wish, played: Played, wishes: Sequence[Wish]) -> NotDone:
    return NotDone(wish.asked, f"no such style here: {played.brief.style} is played")


def _unread(wish: Wish, played: Played, wishes: Sequence[Wish]) -> str:
    return "unread"


_SETTLERS: Mapping[str, Callable[[Wish, Played, Sequence[Wish]], str | NotDone | None]] = {
    "style": _style, "form": _form, "hint": _hint, "player": _player, "ensemble": _ensemble, "solo": _solo, "alone": _alone,
    "denied": _denied, "cue": _cue, "duet": _duet, "tempo": _tempo, "pace": _pace, "key": _key, "mode": _mode, "metre": _metre,
    "length": _length, "feel": _feel, "amount": _amount, "mood": _mood, "section": _section, "fade": _finish, "mix": _finish,
    "language": _language, "instrumental": _instrumental,
    "cannot": _cannot, "imitation": _imitation, "genre": _genre, "unread": _unread,
}  # fmt: skip
