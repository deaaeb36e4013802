"""Reading an edit prompt into a plan: "a bit brighter, drums 3 dB louder from 0:30 on, no bass"."""

# ruff: noqa: E501 (patterns: one alternative of meaning a line)

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from . import form_phrases, sound_phrases
from .edits import REMOVE_WORDS, EditPlan, EditStep
from .form_phrases import KEEP_WORDS
from .instruments import find_track, is_only_an_instrument
from .time_ranges import TimeRange, extract_time_ranges
from .translations import to_english
from .unsupported import find_unsupported

EXAMPLES = (
    "louder or softer, to -14 LUFS, brighter, more bass, reverb, echo, cut below 100 Hz, wider, "
    "faster (to 120 bpm), higher (to A minor), fade out, cut or repeat a part, add or remove "
    "an instrument, from 0:30 to 0:45"
)
"""What an edit understands, as told to a person."""

_REMARKS = (
    # What is wrong with a player, as what mends it.
    (r"(?:is |are )?(?:drown\w*|overpower\w*|dominat\w+)(?: out)?(?: everything| the \w+| all)?", "quieter"),
    (
        r"(?:hard|difficult|impossible) to hear|can'?t (?:really )?hear|buried|gets? lost|disappears?",
        "louder",
    ),
)
_QUANTITY = (
    r"(?:(?:by|like|about|around|roughly|maybe|say|something|so|only|just|a|an|let'?s|to|of|at|over|or) )*"
    r"(?:[-+]? ?\d+(?:[.,]\d+)? ?(?:%|percent|db|bpm|semitones?|seconds?|s|sec|hz|k|khz|lufs)"
    r"(?: or so| more| less| max| tops|ish)*|bit|little|tad|touch|lot|(?:synced |in time |set )*(?:to |in |with )?(?:half|quarter|eighth|sixteenth)[ -]notes?)"
)


@lru_cache(maxsize=32)
def parse_prompt(prompt: str) -> EditPlan:
    """Read the plan that an edit prompt describes.

    Whoever needs the plan may ask for it: it is remembered, so that a prompt is read once.

    Parameters
    ----------
    prompt : str
        English, or another language that :mod:`.translations` knows.

    Returns
    -------
    EditPlan
        Without steps where nothing is understood.
    """
    english = to_english(prompt)
    steps, unread = _read(english)
    unsupported = find_unsupported(clause for clause, _ in _clauses(english))
    return EditPlan(steps, ", ".join(unread), unsupported)


def _read(prompt: str) -> tuple[tuple[EditStep, ...], list[str]]:
    """The steps of an English ``prompt``, and its clauses that hold none."""
    steps: list[EditStep] = []
    rest: list[str] = []
    untouched: set[str] = set()
    waiting: list[str] = []
    carried, about, before, fresh = "", None, "", 0
    scope: TimeRange | None = None
    english, moments = extract_time_ranges(prompt)
    for clause, by_and in _clauses(english):
        at = next((moments[int(number)] for number in re.findall(r"@(\d+)@", clause)), None)
        bare = re.sub(r"\s*(?:\bin )?@\d+@\s*|^\s*(?:please|only|just)\s*$", " ", clause).strip(" ?!")
        if at and not bare:
            # "from 0:30 to 0:45, mute the drums", or "mute the drums, only in the chorus".
            if steps and all(step.when is None for step in steps):
                steps = [replace(step, when=at) for step in steps]
            scope = at
            continue
        if at:
            scope = at if re.match(r"\s*in @", clause) else None
        elif not by_and and before:
            scope = None
        if _stays(clause.lower()) and not (at and re.search(KEEP_WORDS, bare.lower())):
            untouched |= {
                track for part in re.split(r"\band\b", clause.lower()) if (track := find_track(part))
            }
            continue
        bare = _spelled_out(bare, about, fresh)
        when = at or scope
        if before and re.fullmatch(_QUANTITY, bare.lower()) and (again := _read_clause(f"{before} {bare}")):
            # "faster, about 10 %": how much the clause before meant.
            when = steps[-1].when if fresh else when
            steps = steps[: len(steps) - fresh] + [replace(step, when=when) for step in again]
            fresh = len(again)
            continue
        found = _read_clause(f"{bare} @0@" if at else bare)
        named = find_track(bare.lower())
        if not found and carried and named:
            # "remove the drums and the bass": the verb of the clause before goes for this one too.
            found = _read_clause(f"{carried} {bare}")
        if not found and is_only_an_instrument(bare.lower()):
            waiting.append(named or "")
            about = named
            continue
        # "drums and bass louder": what is wished for the last of them goes for all.
        if waiting and len(found) == 1 and found[0].track is not None:
            found = [*(replace(found[0], track=track) for track in waiting), *found]
        waiting = []
        carried = _verb(bare.lower(), found) or (carried if found else "")
        about, before, fresh = named or about, bare, len(found)
        if not found:
            rest.append(bare)
            if at:  # "make the chorus pop: louder and wider"
                scope, before = at, ""
        steps += [replace(step, when=when) for step in found]
    return _settled(steps, untouched), rest


def _read_clause(clause: str) -> list[EditStep]:
    """The steps of one clause in English; the first group of words that fits decides."""
    text = clause.lower()
    for read in _READERS:
        if step := read(text, clause):
            return step if isinstance(step, list) else [step]
    return []


def _verb(clause: str, found: list[EditStep]) -> str:
    """What ``clause`` says is to be done with a player, for those that are named after it."""
    if found and found[0].kind in ("only", "remove", "add"):
        return found[0].kind
    verb = re.match(
        r"(?:(?:please|can you|could you|i want you to|give me|also|just) )*"
        rf"({REMOVE_WORDS}|add|only|just|more|less|boost|reduce)\b",
        clause,
    )
    return verb[1] if verb else ""


def _spelled_out(clause: str, about: str | None, before_found: int) -> str:
    """``clause`` with who is meant by "them", or by "it" after a remark, and with remarks as steps."""
    if about and find_track(clause.lower()) is None:
        player = f"the {about.replace('_', ' ')}"
        clause = re.sub(r"\b(?:them|they|their|those)\b", player, clause, flags=re.IGNORECASE)
        if not before_found:
            clause = re.sub(r"\b(?:it|that)\b", player, clause, count=1, flags=re.IGNORECASE)
    if find_track(clause.lower()):
        for words, mended in _REMARKS:
            clause = re.sub(rf"\b(?:{words})", mended, clause, flags=re.IGNORECASE)
    return clause


def _settled(steps: list[EditStep], untouched: set[str]) -> tuple[EditStep, ...]:
    """What is left when steps that say the same, or more exactly what another says, are one."""
    if any(step.kind == "bpm" for step in steps):
        steps = [step for step in steps if step.kind != "tempo"]
    if "backing_vocals" in untouched:
        steps = [replace(w, text="lead") if w.kind == "remove" and w.track == "vocals" else w for w in steps]
    alone = [step.track or "" for step in steps if step.kind == "only"]
    if len(alone) > 1:
        when = next((step.when for step in steps if step.kind == "only" and step.when), None)
        steps = [step for step in steps if step.kind != "only"]
        steps.append(EditStep("only", track=alone[0], text=" ".join(alone[1:]), when=when))
    unique: dict[tuple[object, ...], EditStep] = {}
    for step in steps:
        what = (step.kind, step.track, step.text if step.kind in ("add", "swap", "key") else "", step.hertz)
        unique.setdefault((*what, step.when, step.amount < 0), step)
    return tuple(unique.values())


_STAYS = (
    r"keep(?:ing)?|leave|don'?t|do not|same|preserv\w+|untouched|should stay|unchanged|as (?:it|they) (?:is|are|was|were)"
    r"|full volume|back to normal"
)
_APART = (
    r"[,;.!?\n、，。；！？](?!\d)| \+ (?!\d)| [—–-] |: (?!\d)"
    r"|\b(?:and|but|then|plus|also|while|because|since|so that)\b"
)


def _stays(text: str) -> bool:
    """Whether ``text`` says what is not to change."""
    if re.search(
        r"\bi (?:don'?t|do not) (?:like|want|need)\b|\bonly\b|\bjust (?:the|keep)\b|\bjust \w+$", text
    ):
        return False
    return bool(re.search(rf"\b(?:{_STAYS})\b", text))


def _clauses(prompt: str) -> list[tuple[str, bool]]:
    """Each clause, and whether it goes on with "and" from the one before it."""
    prompt = re.sub(r"\b(everything|all)(?: else)? but\b", r"\1 except", prompt, flags=re.IGNORECASE)
    prompt = re.sub(r"\b((?:less|more) [\w ]+?) (?=(?:less|more) )", r"\1, ", prompt, flags=re.IGNORECASE)
    prompt = re.sub(r"\b(slowed) (?:\+|and|&) (reverb)", r"\1+\2", prompt, flags=re.IGNORECASE)
    if not re.search(r"\b(?:swap|replace|change|switch|substitute|exchange)\b", prompt, re.IGNORECASE):
        prompt = re.sub(r"\bwith (?=(?:more|less|a (?:bit|little|lot)|some|lots|much|no)\b)", ", ", prompt)
    parts = ["", *re.split(f"({_APART})", prompt)]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return [(clause.strip(), "and" in between) for between, clause in pairs if clause.strip()]


_READERS: tuple[Callable[[str, str], list[EditStep] | EditStep | None], ...] = (
    form_phrases.read_preset,
    sound_phrases.read_loudness,
    form_phrases.read_fade,
    form_phrases.read_form,
    form_phrases.read_tempo,
    form_phrases.read_pitch,
    sound_phrases.read_echo,
    sound_phrases.read_reverb,
    sound_phrases.read_place,
    sound_phrases.read_filter,
    sound_phrases.read_band,
    sound_phrases.read_tone,
    sound_phrases.read_level,
)
"""Readers of one clause, in lower case and as written; the first that finds something decides."""
