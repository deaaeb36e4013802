"""A typed edit: what is done, to whom, by how much and when."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from .moments import section_name
from .players import player_name

STRICT: Final = ConfigDict(
    extra="forbid",
    frozen=True,
    allow_inf_nan=False,
    str_strip_whitespace=True,
    hide_input_in_errors=True,
    defer_build=True,  # the server starts with a few models and may never need the others
)
"""Of all arguments: nothing unknown, no NaN, no surrounding blanks."""
Action = Literal[
    "level", "remove", "add", "replace", "low_cut", "high_cut", "equaliser", "bass", "treble", "brightness",
    "reverb", "echo", "compression", "saturation", "punch", "de_ess", "width", "pan", "tempo", "speed",
    "pitch", "key", "loudness", "peak", "fade_in", "fade_out", "cut", "keep", "repeat", "reverse", "trim",
    "trim_start", "trim_end", "loop",
]  # fmt: skip
ACTIONS: Final[tuple[str, ...]] = get_args(Action)
UNITS: Final = (
    "dB -60..24; low_cut, high_cut Hz; reverb, pan % -100..100; echo %; width, speed % of now; tempo BPM; "
    "pitch semitones -24..24, fractions too; loudness LUFS -40..-6; peak dBTP; fades s; repeat times"
)


@dataclass(frozen=True)
class Rule:
    """What an action takes."""

    low: float | None = None
    """The least ``amount``; ``None``: the action takes none."""
    high: float = 0.0
    unit: str = ""
    neutral: float | None = None
    """The amount that would change nothing."""
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    players: bool = True
    """Whether it can be done to some players and not to others."""
    timed: bool = True
    """Whether it can be done to a part of the track."""


_TONE = Rule(-24, 24, "dB", neutral=0)
RULES: Final[dict[str, Rule]] = {
    "level": Rule(-60, 24, "dB", neutral=0),
    "remove": Rule(),
    "add": Rule(needs=("instrument",), players=False),
    "replace": Rule(needs=("on", "instrument")),
    "low_cut": Rule(10, 20_000, "Hz"),
    "high_cut": Rule(10, 20_000, "Hz"),
    "equaliser": Rule(-24, 24, "dB", neutral=0, needs=("hz",)),
    "bass": _TONE,
    "treble": _TONE,
    "brightness": _TONE,
    "reverb": Rule(-100, 100, "%", neutral=0),
    "echo": Rule(1, 100, "%", takes=("time",)),
    "compression": Rule(0.5, 24, "dB"),
    "saturation": Rule(0.5, 40, "dB"),
    "punch": _TONE,
    "de_ess": Rule(0.5, 24, "dB"),
    "width": Rule(0, 300, "%", neutral=100),
    "pan": Rule(-100, 100, "%", neutral=0),
    "tempo": Rule(20, 400, "BPM", players=False),
    "speed": Rule(25, 400, "%", neutral=100, players=False),
    "pitch": Rule(-24, 24, "semitones", neutral=0),
    "key": Rule(needs=("key",), players=False),
    "loudness": Rule(-40, -6, "LUFS", takes=("true_peak",)),
    "peak": Rule(-40, 0, "dBTP", players=False),
    "fade_in": Rule(0.01, 600, "s"),
    "fade_out": Rule(0.01, 600, "s"),
    "cut": Rule(players=False),
    "keep": Rule(players=False),
    "repeat": Rule(2, 16, "times", players=False),
    "reverse": Rule(),
    "trim": Rule(players=False, timed=False),
    "trim_start": Rule(players=False, timed=False),
    "trim_end": Rule(players=False, timed=False),
    "loop": Rule(players=False),
}
_KEY = re.compile(r"([A-Ga-g])[ -]?(#|b|♯|♭|sharp|flat)?(?:[ -]?(major|minor|maj|min|m))?", re.IGNORECASE)
_INSTRUMENT = re.compile(r"[a-z0-9][a-z0-9' -]{0,39}")
_MOST_SHARE: Final = 3.0
"""Per cent up to which an amount is taken for a share that was meant: a width of 1.5 is 150 %."""
_NOT_IN_NAMES = re.compile(r"\b(?:in|from|until|to|with|and|or|by|at|on|everything)\b")


_SAME_ACTION: Final = {
    "equalizer": "equaliser", "eq": "equaliser", "volume": "level", "gain": "level", "mute": "remove",
    "high_pass": "low_cut", "highpass": "low_cut", "low_pass": "high_cut", "lowpass": "high_cut",
    "transpose": "pitch", "delay": "echo", "deess": "de_ess", "compress": "compression",
    "normalize": "loudness",
}  # fmt: skip


def _plain_action(value: Any) -> Any:
    """``value`` as the list of actions has it: "Low cut" and "low-cut" are ``low_cut``."""
    if not isinstance(value, str):
        return value
    plain = re.sub(r"[\s-]+", "_", value.strip().lower())
    return _SAME_ACTION.get(plain, plain)


def _names(value: Any) -> Any:
    names = [value] if isinstance(value, str) else value
    return None if names in (["everything"], ["all"]) else names


def _players(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(player_name(name) for name in names))


def key_name(text: str) -> str:
    """A key as it is written here: "F# minor", "Bb" (the mode stays), "minor" (the tonic stays).

    Raises
    ------
    ValueError
        It is none.
    """
    plain = " ".join(text.split())
    if plain.lower() in ("major", "minor"):
        return plain.lower()
    found = _KEY.fullmatch(plain)
    if not found:
        raise ValueError(f"{text!r} is no key; write it like 'A minor', 'F# major', 'Bb', or 'minor' alone")
    tonic, sign, mode = found.groups()
    sign = {"sharp": "#", "♯": "#", "flat": "b", "♭": "b"}.get((sign or "").lower(), (sign or "").lower())
    if mode:
        return (
            f"{tonic.upper()}{sign} {'minor' if mode == 'm' or mode.lower().startswith('min') else 'major'}"
        )
    return f"{tonic.upper()}{sign}"


def _instrument(text: str) -> str:
    name = " ".join(text.lower().replace("_", " ").split())
    for article in ("a ", "an ", "the ", "some "):
        name = name.removeprefix(article)
    if not _INSTRUMENT.fullmatch(name) or _NOT_IN_NAMES.search(name):
        raise ValueError(
            f"{text!r} is no plain name of an instrument; write it like 'piano' or 'electric guitar'"
        )
    return name


def _rounded(number: float) -> float:
    return round(number, 4) + 0.0


def _seconds(value: Any) -> Any:
    """``value`` in seconds, where it is written as a clock shows it: "1:30"."""
    clock = re.fullmatch(r"\s*(\d{1,3}):([0-5]\d(?:\.\d+)?)\s*", value) if isinstance(value, str) else None
    return 60 * int(clock[1]) + float(clock[2]) if clock else value


Number = Annotated[float, AfterValidator(_rounded)]
Seconds = Annotated[Number, BeforeValidator(_seconds)]
Names = Annotated[tuple[str, ...], AfterValidator(_players)]
Who = Annotated[Names | None, BeforeValidator(_names)]


class TrackEdit(BaseModel):
    """One change of a finished track.

    Its fields beside ``action`` are those that the action takes, as :data:`RULES` has them; the others are
    ``None``. Numbers have four decimals at most; names are as :mod:`.players` and :mod:`.moments` write them.
    """

    model_config = ConfigDict(**STRICT, json_schema_extra=lambda schema: schema.pop("description", None))

    action: Annotated[Action, BeforeValidator(_plain_action)] = Field(description="What")
    amount: Number | None = Field(default=None, description=UNITS)
    on: Who = Field(default=None, description="Tracks or instruments; default everything")
    but: Who = Field(default=None, description="Everything but these")
    start: Seconds | None = Field(default=None, description="s; below 0 from the end")
    end: Seconds | None = Field(default=None, description="s")
    section: Annotated[str, AfterValidator(section_name)] | None = Field(
        default=None, description="'verse 2', 'last chorus', 'bars 5-8', 'second half'"
    )
    hz: Number | None = Field(default=None, description="Of equaliser")
    time: Number | None = Field(default=None, description="Of echo, s")
    true_peak: Number | None = Field(default=None, description="loudness, dBTP")
    key: Annotated[str, AfterValidator(key_name)] | None = Field(default=None, description="e.g. 'Am'")
    instrument: Annotated[str, AfterValidator(_instrument)] | None = Field(
        default=None, description="Added, or instead"
    )

    @model_validator(mode="before")
    @classmethod
    def _as_it_is_meant(cls, values: Any) -> Any:
        return _meant(values) if isinstance(values, dict) else values

    @model_validator(mode="after")
    def _as_the_action_takes_it(self) -> Self:
        if complaint := _complaint(self):
            raise ValueError(complaint)
        return self


def _meant(values: dict[str, Any]) -> dict[str, Any]:
    """``values`` without what says nothing, numbers without their units, and each in the field for it."""
    values = {name: value for name, value in values.items() if value not in ("", "null", "none")}
    action = _plain_action(values.get("action"))
    if action not in RULES:
        return values
    rule, taken = RULES[action], _fields_of(action)
    for field, unit in {"amount": rule.unit, "hz": "Hz", "time": "s", "true_peak": "dBTP"}.items():
        if isinstance(value := values.get(field), str):
            values[field] = _without_unit(value, unit)
    for field, other in (("hz", "amount"), ("instrument", "on"), ("on", "instrument")):
        if field in values and not {field, other} & (taken & values.keys()) and other in taken:
            given = values.pop(field)
            values[other] = (
                given[0] if other == "instrument" and isinstance(given, list) and len(given) == 1 else given
            )
    empty = {name for name, value in values.items() if value in (0, [])}
    spare = {"on": "but", "but": "on"}
    return {
        name: value
        for name, value in values.items()
        if name not in empty or (name in taken and not values.get(spare.get(name, "")))
    }


def _without_unit(text: str, unit: str) -> str:
    """A number without the ``unit`` that it is in: one in another unit is none."""
    found = re.fullmatch(r"\s*([-+−]?\d+(?:\.\d+)?)\s*(k?)(\D*)", text)
    if not found or found[3].strip().lower() not in ("", unit.lower()) or (found[2] and unit != "Hz"):
        return text
    number = float(found[1].replace("−", "-"))
    return str(1000 * number if found[2] else number)


def _fields_of(action: str) -> set[str]:
    """The fields that an action takes, beside its name."""
    rule = RULES[action]
    fields = {*rule.needs, *rule.takes} | ({"amount"} if rule.low is not None else set())
    fields |= {"on", "but"} if rule.players else set()
    fields |= {"start", "end", "section"} if rule.timed else set()
    return fields - ({"but"} if action == "replace" else set())


_OPTIONS: Final = {"hz": (20.0, 20_000.0, "Hz"), "time": (0.02, 2.0, "s"), "true_peak": (-20.0, 0.0, "dBTP")}


def _complaint(edit: TrackEdit) -> str | None:
    """What is wrong with ``edit``, beginning with the field that it is about; ``None`` if nothing is."""
    rule, action = RULES[edit.action], edit.action
    allowed = _fields_of(action)
    for field in type(edit).model_fields:
        if getattr(edit, field) is not None and field not in {"action", *allowed}:
            rest = ", ".join(name for name in type(edit).model_fields if name in allowed)
            rest = rest or "nothing else; keep and cut take a stretch"
            return f"{field}: {action} takes none; it takes {rest}"
    for field in rule.needs:
        if not getattr(edit, field):
            return f"{field}: required by {action}"
    if rule.low is not None:
        if edit.amount is None:
            return f"amount: required by {action}, {rule.low:g} to {rule.high:g} {rule.unit}"
        takes = f"{action} takes {rule.low:g} to {rule.high:g} {rule.unit}"
        if not rule.low <= edit.amount <= rule.high:
            return f"amount: {edit.amount:g} is out of range; {takes}"
        if rule.unit == "%" and 0 < abs(edit.amount) <= _MOST_SHARE:
            share = f"write {100 * edit.amount:g} if it is a share of one"
            return f"amount: {edit.amount:g} % is hardly anything; {share}"
        if edit.amount == rule.neutral:
            return f"amount: {edit.amount:g} {rule.unit} changes nothing; {takes}"
        if action == "repeat" and edit.amount % 1:
            return f"amount: {edit.amount:g} is no whole number of times"
    for field, (low, high, unit) in _OPTIONS.items():
        value = getattr(edit, field)
        if value is not None and not low <= value <= high:
            return f"{field}: {value:g} is out of range; allowed {low:g} to {high:g} {unit}"
    return _wrong_scope(edit)


def _wrong_scope(edit: TrackEdit) -> str | None:
    for field in ("on", "but"):
        if getattr(edit, field) == ():
            return f"{field}: name at least one, or leave it out"
    if edit.on and edit.but:
        return "but: give on or but, not both"
    whole = edit.start is None and edit.end is None and edit.section is None
    if edit.section is not None and (edit.start, edit.end) != (None, None):
        return "section: give section, or start and end, not both"
    if edit.action in ("cut", "keep") and whole:
        return f"start: {edit.action} needs start, end or section"
    if edit.action == "remove" and whole and not edit.on and not edit.but:
        return "on: whom to remove? name them in on, or who stays in but"
    if edit.end is not None and edit.end == 0:
        return "end: 0 is the start of the track; give a later time"
    if (
        edit.start is not None
        and edit.end is not None
        and edit.start * edit.end > 0
        and edit.start >= edit.end
    ):
        return f"end: {edit.end:g} is not after start ({edit.start:g})"
    return None
