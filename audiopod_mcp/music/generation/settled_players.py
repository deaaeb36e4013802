"""What became of wishes for players: who was named, who was ruled out, who enters when."""

from __future__ import annotations

import re
from collections.abc import Sequence

from audiopod_mcp.music.captions.text_search import find_words, word_pattern
from audiopod_mcp.music.captions.vocabulary import (
    KIT_WORDS,
    MOODS,
    STANDS_IN,
    STYLE_WORDS,
    TECHNIQUES,
    TEMPO_WORDS,
)
from audiopod_mcp.music.captions.wishes import NO_PART_OF_KIT, Wish, read_wishes
from audiopod_mcp.music.composition.course import cue_times, plays_it, sections_of
from audiopod_mcp.music.composition.instrumentation import choose_band
from audiopod_mcp.music.composition.solos import solo_turns, soloists_of
from audiopod_mcp.music.model import Cue, NotDone, Part, Score, Span
from audiopod_mcp.music.styles import STYLES
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS, TRACKS
from audiopod_mcp.music.theory import parse_key

from .drum_keys import keys_of
from .played import SINGS, Played, fact


def settle_player(wish: Wish, played: Played) -> str | NotDone:
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
        if heard & keys and word_pattern(STANDS_IN).fullmatch(asked):
            return NotDone(asked, "a relative of it plays in its place")
        if heard & keys:
            return asked
        others = any(part.track == name for part in played.parts)
        return NotDone(
            asked, f"other {name} play{'s' * (name == 'percussion')}" if others else f"no {name} play here"
        )
    generic = name in TRACKS or _is_plain(asked)
    track = name if name in TRACKS else "drums" if name == "drums" else INSTRUMENTS[name].track
    same = [part.instrument for part in played.parts if part.track == track]
    if asked.lower() == "808" and any(part.instrument == "electronic kit" for part in played.parts):
        return f"{asked} (electronic kit)"
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


def settle_manner(wish: Wish, played: Played) -> str | NotDone:
    """A way of playing: whether it is that of a member of the band who is heard."""
    player, figures = wish.value
    there = settle_player(Wish("player", player.text, wish.start, player.means["player"]), played)
    if isinstance(there, NotDone):
        return NotDone(wish.asked, there.instead)
    style = STYLES.get(played.brief.style, STYLES["pop"])
    band = choose_band(played.brief, style, sings=bool(played.score.lyrics))
    heard = {part.instrument for part in played.parts}
    playing = {
        (member.instrument, member.role, member.figure) for member in band if member.instrument in heard
    }
    for name, role, figure in played.brief.manners:
        if (role, figure) in figures and (name, role, figure) in playing:
            return f"{wish.asked} ({name})"
    return NotDone(wish.asked, f"{there} in the usual way")


def _is_plain(asked: str) -> bool:
    return bool(
        word_pattern(
            r"bass|bass ?lines?|guitars?|drums?|drumming|drummer|beats?|keys|keyboards?|synth(?:esi[sz]er)?s?"
        ).fullmatch(asked)
    )


def _singer(name: str, asked: str, played: Played) -> str | NotDone:
    singers = [part.instrument for part in played.parts if part.track == "vocals"]
    if not singers:
        return NotDone(asked, SINGS if not played.brief.lyrics else "nobody sings here")
    if name in ("female voice", "male voice") and name not in singers:
        return NotDone(asked, f"the {singers[0]} sings: a song has one singer")
    how = "" if played.score.lyrics else ", without words"
    called = name if name in singers else singers[0]
    return f"{asked} ({called}{how})" if asked.lower() != called or how else asked


def settle_ensemble(wish: Wish, played: Played) -> str | NotDone:
    playing = {part.instrument for part in played.parts} | {part.track for part in played.parts}
    missing = [name for name in wish.value if name not in playing]
    here = ", ".join(name for name in wish.value if name in playing)
    if len(missing) == len(wish.value):
        return NotDone(wish.asked, "does not play here")
    return f"{wish.asked}: {here}" if not missing else NotDone(wish.asked, f"played by {here}")


def settle_solo(wish: Wish, played: Played) -> str | NotDone:
    spans = [(span.start, span.end) for span in played.score.sections if span.label == "solo"]
    soloists = soloists_of(played.brief)
    mine = [name for name in soloists if name == wish.value or _track(name) == _track(wish.value)]
    turns = solo_turns(spans, soloists) if spans and soloists else {}
    for start, end in turns.get(mine[0], []) if mine else []:
        for part in played.parts:
            inside = sum(start - 0.1 <= note.start < end for note in part.notes)
            if part.instrument == mine[0] and inside >= 2:
                where = f"{part.instrument} {played.time(start)}–{played.time(end)}"
                return f"{wish.asked}: {where}"
    form = ", ".join(dict.fromkeys(span.label for span in played.score.sections))
    return NotDone(
        wish.asked, f"there is no room for a solo ({form}); ask for more seconds, or [Solo] in the lyrics"
    )


def _track(name: str) -> str:
    return INSTRUMENTS[name].track if name in INSTRUMENTS else name


def settle_alone(wish: Wish, played: Played) -> str | NotDone | None:
    named = {_track(w.value) for w in played.wishes if w.kind in ("player", "solo")}
    named |= {_track(name) for w in played.wishes if w.kind == "ensemble" for name in w.value}
    if (
        re.match("a|barber", wish.asked.lower())
        and "only" not in wish.asked
        and wish.asked.lower() != "alone"
    ):
        named |= {"vocals", "backing_vocals"}
    playing = {part.track for part in played.parts}
    if not playing:
        return NotDone(wish.asked, SINGS)
    if playing <= named:
        return fact(wish.asked, "nobody else plays")
    if (
        wish.asked.lower() == "just"
        or (wish.asked.lower() == "solo" and len(named) > 1)
        or any(w.kind == "instrumental" for w in played.wishes)
    ):
        return None
    others = sorted({part.instrument for part in played.parts if part.track not in named})
    return NotDone(wish.asked, f"{', '.join(others)} plays as well")


def settle_denied(wish: Wish, played: Played) -> str | NotDone:
    wanted = {w.value for w in played.wishes if w.kind in ("player", "solo")}
    playing = [
        p
        for p in played.parts
        if plays_it(p, tuple(wish.value))
        and (not wanted & {p.instrument, p.track} or p.instrument in wish.asked.lower())
    ]
    if not wish.value and re.search(r"\bsolo", wish.asked, re.IGNORECASE):
        solos = any(span.label == "solo" for span in played.score.sections)
        return NotDone(wish.asked, "the form has a solo") if solos else wish.asked
    if playing:
        sung = any(part.track == "vocals" for part in playing) and played.brief.lyrics
        why = "there are lyrics, which are sung" if sung else f"{_names(playing)} plays"
        return NotDone(wish.asked, why)
    if unknown := _unknown_of(wish.asked):
        return NotDone(wish.asked, f"'{unknown}' is not understood; the rest is left out")
    if find_words(wish.asked, {KIT_WORDS: ""}) and any(part.track == "drums" for part in played.parts):
        return NotDone(wish.asked, NO_PART_OF_KIT)
    styles = {style for _, _, style in find_words(wish.asked, STYLE_WORDS)}
    if played.brief.style in styles:
        return NotDone(wish.asked, f"{played.brief.style} is played")
    if find_words(wish.asked, TEMPO_WORDS):
        return fact(wish.asked, f"{played.score.tempo:g} BPM")
    minor = bool((key := parse_key(played.score.key)) and key.minor)
    if re.search(rf"\b{'minor' if minor else 'major'}\b", wish.asked, re.IGNORECASE):
        return NotDone(wish.asked, f"it is in {played.score.key}; name the key that it is to have")
    if moods := find_words(wish.asked, MOODS):
        told = f"{'minor' if minor else 'major'}, energy {played.brief.energy:.2g}"
        if any(_is_so(played.brief.energy, minor, rise, pull) for _, _, (_, rise, pull) in moods):
            return NotDone(wish.asked, f"it is {told}; name the mood or the key that it is to have")
        return fact(wish.asked, told)
    return wish.asked


def _is_so(energy: float, minor: bool, rise: float, pull: float) -> bool:
    """Whether music is as a mood has it that changes its energy by ``rise`` and pulls to a mode."""
    lively = energy >= 0.6 if rise > 0 else energy <= 0.4 if rise < 0 else True
    return lively and (not pull or minor == (pull > 0))


def _unknown_of(denied: str) -> str:
    """What of a list of things that are to be left out is not known here."""
    items = re.split(r"\s*(?:,|/|\b(?:and|or|nor)\b)\s*", denied)
    for item in items if len(items) > 1 else ():
        bare = re.sub(r"^(?:no|not|without|any|a|an|the|never|use|neither|don't|do not)\b\s*", "", item)
        if bare and all(wish.kind == "unread" for wish in read_wishes(f"no {bare}")):
            return bare
    return ""


def settle_cue(wish: Wish, played: Played) -> str | NotDone:
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
    name = _names(mine)
    bar = _bar_seconds(played.score)
    if cue.action in ("opens", "ends"):
        early, late = when[0] - 0.1, when[1] - 0.1
        others = [p for p in played.parts if p not in mine and any(early <= n.start < late for n in p.notes)]
        if not any(early <= n.start < late for p in mine for n in p.notes):
            return NotDone(wish.asked, "nobody plays there")
        begun = (n.start for p in others for n in p.notes if n.start >= early)
        until = min(begun, default=when[1])
        # Words are sung wherever they are: where nothing says for how long, it is alone until then.
        alone = cue.action == "opens" and not cue.unit and until - when[0] >= 2 * bar - 0.1
        if others and not alone:
            return NotDone(wish.asked, f"{_names(others)} plays there too")
        end = f" to {played.time(until)}" if cue.action == "opens" else ""
        return fact(wish.asked, f"{name} alone from {played.time(when[0])}{end}")
    if cue.action == "leaves":
        after = [n for p in mine for n in p.notes if when[0] + 0.1 < n.start < when[0] + 2 * bar]
        return (
            NotDone(wish.asked, "they go on")
            if after
            else fact(wish.asked, f"{name} out at {played.time(when[0])}")
        )
    if cue.action == "rests":
        spans, at = _stretches(cue, played)
        heard = any(s.start - 0.06 <= n.start < s.end - 0.1 for s in spans for p in mine for n in p.notes)
        return NotDone(wish.asked, f"{name} plays there") if heard else fact(wish.asked, f"silent {at}")
    openers = {player for c in course if c.action == "opens" for player in c.players}
    mine = [p for p in mine if p.instrument not in openers]
    if not mine:
        return NotDone(wish.asked, f"at {played.time(when[0])} the piece is at its end")
    name = _names(mine)
    entered = min(n.start for p in mine for n in p.notes)
    if cue.action == "enters" and not when[0] - 0.1 <= entered <= when[0] + 2 * bar + 0.1:
        return NotDone(wish.asked, f"{name} enters at {played.time(entered)}")
    if cue.action == "only":
        _, at = _stretches(cue, played)
        return fact(wish.asked, f"{name} from {played.time(entered)}, silent outside {at}")
    return fact(wish.asked, f"{name} from {played.time(entered)}")


def _stretches(cue: Cue, played: Played) -> tuple[list[Span], str]:
    """The sections that a cue is about, and their times in words."""
    spans = sections_of(played.score, cue)
    return spans, ", ".join(f"{played.time(span.start)}–{played.time(span.end)}" for span in spans)


def _names(parts: Sequence[Part]) -> str:
    return ", ".join(dict.fromkeys(part.instrument for part in parts))


def _first(parts: Sequence[Part], played: Played) -> str:
    return played.time(min(note.start for part in parts for note in part.notes))


def _bar_seconds(score: Score) -> float:
    return score.downbeats[1] - score.downbeats[0] if len(score.downbeats) > 1 else 2.0


def settle_duet(wish: Wish, played: Played) -> str | NotDone:
    singers = [part.instrument for part in played.parts if part.track == "vocals"]
    if len(singers) > 1:
        return fact(wish.asked, f"{' and '.join(singers)}, line by line in turn")
    return NotDone(wish.asked, f"one {singers[0]} sings" if singers else SINGS)
