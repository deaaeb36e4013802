"""Typed edits as English, which any service that is told in words understands, and back, exactly.

Each edit is one phrase of a fixed form, such as ``make the drums 3 dB louder from 30 s to 45 s``, and a list is
phrases with ``; `` between them. Both directions come from one table.
"""

# ruff: noqa: E501 (patterns: one of meaning a line)

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from pydantic import ValidationError

from .model import TrackEdit

BETWEEN: Final = "; "
"""What stands between two phrases."""

FORMS: Final[dict[str, tuple[str, ...]]] = {
    # Where there are two: of what is more than the neutral amount, and of what is less.
    "level": ("make {who} {amount} dB louder", "make {who} {amount} dB quieter"),
    "remove": ("remove {who}",),
    "add": ("have {instrument} play along",),
    "replace": ("replace {who} with {instrument}",),
    "low_cut": ("cut {who} below {amount} Hz",),
    "high_cut": ("cut {who} above {amount} Hz",),
    "equaliser": ("boost {who} by {amount} dB at {hz} Hz", "cut {who} by {amount} dB at {hz} Hz"),
    "bass": ("give {who} {amount} dB more low end", "give {who} {amount} dB less low end"),
    "treble": ("give {who} {amount} dB more treble", "give {who} {amount} dB less treble"),
    "brightness": ("make {who} {amount} dB brighter", "make {who} {amount} dB darker"),
    "reverb": ("add {amount} % reverb to {who}", "take {amount} % of the reverb off {who}"),
    "echo": ("add {amount} % echo to {who}[ every {time} s]",),
    "compression": ("compress {who} by {amount} dB",),
    "saturation": ("saturate {who} by {amount} dB",),
    "punch": ("lift the attacks of {who} by {amount} dB", "soften the attacks of {who} by {amount} dB"),
    "de_ess": ("de-ess {who} by {amount} dB",),
    "width": ("set the stereo width of {who} to {amount} %",),
    "pan": ("pan {who} {amount} % right", "pan {who} {amount} % left"),
    "tempo": ("set the tempo to {amount} BPM",),
    "speed": ("set the speed to {amount} %",),
    "pitch": ("raise the pitch of {who} by {amount} semitones", "lower the pitch of {who} by {amount} semitones"),
    "key": ("change the key to {key}",),
    "loudness": ("set the loudness of {who} to {amount} LUFS[ with a true peak of {true_peak} dBTP]",),
    "peak": ("set the true peak to {amount} dBTP",),
    "fade_in": ("fade in {who} over {amount} s",),
    "fade_out": ("fade out {who} over {amount} s",),
    "cut": ("cut the stretch",),
    "keep": ("keep only the stretch",),
    "repeat": ("play it {amount} times",),
    "reverse": ("reverse {who}",),
    "trim": ("trim the silence at both ends",),
    "trim_start": ("trim the silence at the start",),
    "trim_end": ("trim the silence at the end",),
    "loop": ("make a seamless loop",),
}  # fmt: skip

_NUMBER = r"-?\d+(?:\.\d+)?"
_PLAYER = r"the [a-z0-9' ]+?"
_PLAYERS = rf"{_PLAYER}(?:(?:, {_PLAYER})* and {_PLAYER})?"
_TIME = rf"{_NUMBER} s(?: before the end)?"
_WHEN = rf"(?: from (?P<start>{_TIME}))?(?: (?:to|until) (?P<end>{_TIME}))?(?: in (?P<section>(?:the )?[a-z0-9 -]+))?"
_HOLES = {
    "who": rf"(?P<who>everything(?: but {_PLAYERS})?|{_PLAYERS})",
    "instrument": r"(?P<instrument>[a-z0-9' -]+?)",
    "key": r"(?P<key>[A-G][#b]?(?: (?:major|minor))?|major|minor)",
}


def render_edits(edits: Iterable[TrackEdit]) -> str:
    """``edits`` as one line of English."""
    return BETWEEN.join(map(render_edit, edits))


def render_edit(edit: TrackEdit) -> str:
    """One edit as a phrase."""
    forms = FORMS[edit.action]
    form = forms[len(forms) > 1 and (edit.amount or 0) < 0]
    values = edit.model_dump(exclude_none=True)
    form = re.sub(r"\[(.*?\{(\w+)\}.*?)\]", lambda option: option[1] if option[2] in values else "", form)
    amount = abs(edit.amount or 0) if len(forms) > 1 else edit.amount or 0
    named = {name: _number(value) if isinstance(value, float) else value for name, value in values.items()}
    return form.format_map({**named, "amount": _number(amount), "who": _who(edit)}) + _when(edit)


def parse_edits(text: str) -> tuple[TrackEdit, ...] | None:
    """The edits that :func:`render_edits` made ``text`` of; ``None`` where it is other English."""
    edits = [parse_edit(phrase) for phrase in text.split(BETWEEN)]
    return None if None in edits else tuple(edit for edit in edits if edit is not None)


def parse_edit(phrase: str) -> TrackEdit | None:
    """The edit that :func:`render_edit` made ``phrase`` of; ``None`` where it is other English."""
    for action, sign, pattern in _patterns():
        if (found := pattern.fullmatch(phrase)) is None:
            continue
        try:
            edit = TrackEdit.model_validate({"action": action, **_fields(found.groupdict(), sign)})
        except ValidationError:
            continue
        if render_edit(edit) == phrase:
            return edit
    return None


@cache
def _patterns() -> tuple[tuple[str, int, re.Pattern[str]], ...]:
    return tuple(
        (action, (1, -1)[number] if len(forms) > 1 else 0, re.compile(_pattern(form)))
        for action, forms in FORMS.items()
        for number, form in enumerate(forms)
    )


def _pattern(form: str) -> str:
    pattern = re.sub(r"\[(.*?)\]", r"(?:\1)?", form)
    return (
        re.sub(r"\{(\w+)\}", lambda hole: _HOLES.get(hole[1], rf"(?P<{hole[1]}>{_NUMBER})"), pattern) + _WHEN
    )


def _fields(found: dict[str, str | None], sign: int) -> dict[str, Any]:
    fields: dict[str, Any] = {name: value for name, value in found.items() if value is not None}
    who = fields.pop("who", "everything")
    names = re.split(", | and ", who.removeprefix("everything but "))
    if who != "everything":
        fields["but" if who.startswith("everything") else "on"] = [
            name.removeprefix("the ") for name in names
        ]
    for name in ("start", "end"):
        if name in fields:
            number = float(fields[name].split(" ")[0])
            fields[name] = -number if "before" in fields[name] else number
    for name in {"amount", "hz", "time", "true_peak"} & set(fields):
        fields[name] = float(fields[name])
    if sign:
        fields["amount"] *= sign
    return fields


def _who(edit: TrackEdit) -> str:
    names = [f"the {name}" for name in edit.on or edit.but or ()]
    listed = " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
    if edit.on:
        return listed
    return f"everything but {listed}" if listed else "everything"


def _when(edit: TrackEdit) -> str:
    if edit.section is not None:
        return f" in {edit.section}" if edit.section[-1].isdigit() else f" in the {edit.section}"
    start = f" from {_time(edit.start)}" if edit.start is not None else ""
    end = "" if edit.end is None else f" {'to' if start else 'until'} {_time(edit.end)}"
    return start + end


def _time(seconds: float) -> str:
    return f"{_number(seconds)} s" if seconds >= 0 else f"{_number(-seconds)} s before the end"


def _number(number: float) -> str:
    """Four decimals at most, and none that say nothing."""
    return f"{number:.4f}".rstrip("0").rstrip(".")
