"""What an edit's prompt asks for: "a bit brighter, drums 3 dB louder from 0:30 on, no bass"."""

# ruff: noqa: E501 (patterns: one alternative of meaning a line)

from __future__ import annotations

import re
from dataclasses import replace

from audiopod_mcp.music.asked import REMOVE, Wish, read_clause
from audiopod_mcp.music.edit_words import in_english
from audiopod_mcp.music.moments import Moment, taken_out
from audiopod_mcp.music.players import only_names, track_of

UNDERSTOOD = (
    "louder or softer, normalise to -14 LUFS, brighter or darker, more or less bass, treble, reverb or echo, "
    "cut below 100 Hz, wider or narrower, faster or slower (by 10 %, to 120 bpm), higher or lower (by 2 "
    "semitones, to A minor), fade in or out, cut or repeat a part, reverse, add or remove an instrument, each "
    "for all, for an instrument, from 0:30 to 0:45 or in the chorus"
)
"""What an edit understands, for the person."""

_REMARKS = (
    # What is wrong with a player, as what mends it.
    (
        r"(?:hard|difficult|impossible) to hear|can'?t (?:really )?hear|buried|gets? lost|disappears?|drown\w*",
        "louder",
    ),
    (r"drowns? (?:out )?everything|overpower\w*|dominat\w+", "quieter"),
)
_QUANTITY = (
    r"(?:(?:by|like|about|around|roughly|maybe|say|something|so|only|just|a|an|let'?s|to|of|at|over|or) )*"
    r"(?:[-+]? ?\d+(?:[.,]\d+)? ?(?:%|percent|db|bpm|semitones?|seconds?|s|sec|hz|k|khz|lufs)"
    r"|bit|little|tad|touch|lot|(?:synced |in time |set )*(?:to |in |with )?(?:half|quarter|eighth|sixteenth)[ -]notes?)"
)


def read_wishes(prompt: str) -> tuple[Wish, ...]:
    """Everything in ``prompt`` that is understood, in its order; empty when nothing is."""
    return _read(prompt)[0]


def not_understood(prompt: str) -> str:
    """The clauses of ``prompt`` that hold no wish: perhaps they name a style."""
    return ", ".join(_read(prompt)[1])


def _read(prompt: str) -> tuple[tuple[Wish, ...], list[str]]:
    wishes: list[Wish] = []
    rest: list[str] = []
    kept: set[str] = set()
    carried, waiting, about = "", list[str](), None
    when: Moment | None = None
    before, before_found = "", 0
    english, moments = taken_out(in_english(prompt))
    for clause in clauses(english):
        text = clause.lower()
        at = [moments[int(number)] for number in re.findall(r"@(\d+)@", text)]
        bare = re.sub(r"\s*@\d+@\s*|^\s*(?:please|only|just)\s*$", " ", clause).strip(" ?!")
        if at and not bare:
            # "from 0:30 to 0:45, mute the drums", or "mute the drums, only in the chorus".
            if wishes and clause is clauses(english)[-1]:
                wishes = [w if w.when else replace(w, when=at[0]) for w in wishes]
            when = at[0]
            continue
        if _stays(text):
            kept |= {track for part in re.split(r"\band\b", text) if (track := track_of(part))}
            continue
        bare = _spelled_out(bare, about, before_found)
        found = read_clause(f"{bare} @0@" if at else bare)
        if re.fullmatch(_QUANTITY, bare.lower()) and before:
            # "faster, about 10 %": how much the clause before meant.
            again = read_clause(f"{before} {bare}")
            if again:
                wishes = wishes[: len(wishes) - before_found] + again
                before_found = len(again)
                continue
        named = track_of(bare.lower())
        if not found and carried and named:
            # "remove the drums and the bass": the verb of the clause before goes for this one too.
            found = read_clause(f"{carried} {bare}")
        if not found and only_names(bare.lower()):
            waiting.append(named or "")
            about = named
            continue
        # "drums and bass louder": what is wished for the last of them goes for all.
        if waiting and len(found) == 1 and found[0].track is not None:
            found = [*(replace(found[0], track=track) for track in waiting), *found]
        waiting = []
        verb = re.match(
            r"(?:(?:please|can you|could you|i want you to|give me|also|just) )*"
            rf"({REMOVE}|add|only|just|more|less|boost|reduce)\b",
            bare.lower(),
        )
        carried = verb[1] if verb else carried if found else ""
        if found and found[0].kind in ("only", "remove", "add"):
            carried = found[0].kind
        about = named or about
        before, before_found = bare, len(found)
        if not found:
            rest.append(bare)
        wishes += [replace(w, when=at[0] if at else when) for w in found]
    return _settled(wishes, kept), rest


def _spelled_out(clause: str, about: str | None, before_found: int) -> str:
    """``clause`` with who is meant by "them", or by "it" after a remark, and with remarks as wishes."""
    if about and track_of(clause.lower()) is None:
        player = f"the {about.replace('_', ' ')}"
        clause = re.sub(r"\b(?:them|they|their|those)\b", player, clause, flags=re.IGNORECASE)
        if not before_found:
            clause = re.sub(r"\b(?:it|that)\b", player, clause, count=1, flags=re.IGNORECASE)
    if track_of(clause.lower()):
        for words, mended in _REMARKS:
            clause = re.sub(rf"\b(?:{words})", mended, clause, flags=re.IGNORECASE)
    return clause


def _settled(wishes: list[Wish], kept: set[str]) -> tuple[Wish, ...]:
    """What is left when wishes that say the same, or more exactly what another says, are one."""
    if any(wish.kind == "bpm" for wish in wishes):
        wishes = [wish for wish in wishes if wish.kind != "tempo"]
    if "backing_vocals" in kept:
        wishes = [
            replace(w, text="lead") if w.kind == "remove" and w.track == "vocals" else w for w in wishes
        ]
    alone = [wish.track or "" for wish in wishes if wish.kind == "only"]
    if len(alone) > 1:
        wishes = [wish for wish in wishes if wish.kind != "only"]
        wishes.append(Wish("only", track=alone[0], text=" ".join(alone[1:])))
    said: dict[tuple[object, ...], Wish] = {}
    for wish in wishes:
        what = (wish.kind, wish.track, wish.text if wish.kind in ("add", "swap", "key") else "", wish.hertz)
        said.setdefault((*what, wish.when, wish.amount < 0), wish)
    return tuple(said.values())


_STAYS = (
    r"keep(?:ing)?|leave|don'?t|do not|same|preserv\w+|untouched|should stay|unchanged|as (?:it|they) (?:is|are|was|were)"
    r"|full volume|back to normal"
)
_APART = (
    r"[,;.!?\n、，。；！？](?!\d)| \+ (?!\d)"
    r"|\b(?:and|but|then|plus|also|while|because|since|so that)\b"
)


def _stays(text: str) -> bool:
    """Whether ``text`` says what is not to change."""
    if re.search(
        r"\bi (?:don'?t|do not) (?:like|want|need)\b|\bonly\b|\bjust (?:the|keep)\b|\bjust \w+$", text
    ):
        return False
    return bool(re.search(rf"\b(?:{_STAYS})\b", text))


def clauses(prompt: str) -> list[str]:
    """The parts of ``prompt`` that each hold one wish."""
    prompt = re.sub(r"\b(everything|all)(?: else)? but\b", r"\1 except", prompt, flags=re.IGNORECASE)
    prompt = re.sub(r"\b(slowed) (?:\+|and|&) (reverb)", r"\1+\2", prompt, flags=re.IGNORECASE)
    if not re.search(r"\b(?:swap|replace|change|switch|substitute|exchange)\b", prompt, re.IGNORECASE):
        prompt = re.sub(r"\bwith (?=(?:more|less|a (?:bit|little|lot)|some|lots|much|no)\b)", ", ", prompt)
    return [part.strip() for part in re.split(_APART, prompt) if part.strip()]
