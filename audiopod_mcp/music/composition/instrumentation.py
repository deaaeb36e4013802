"""Instrumentation: the style's band, with the instruments asked for and without those excluded."""

# ruff: noqa: E501 (tables: one entry a line)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from audiopod_mcp.music.model import Brief
from audiopod_mcp.music.styles import Member, Style
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS, TRACKS

_TRACK_ROLES = {
    # The role and figure of an instrument that is not in the style's band, by its track.
    "drums": ("drums", ""), "percussion": ("percussion", "shaker"), "bass": ("bass", "pop"), "guitar": ("comp", "strum"),
    "keyboard": ("comp", "ballad"), "strings": ("pad", "swell"), "synth": ("pad", "swell"), "brass": ("counter", "answers"),
    "woodwinds": ("lead", "melody"), "vocals": ("lead", "melody"), "backing_vocals": ("pad", "swell"), "fx": ("fx", "transitions"),
}  # fmt: skip
_INSTRUMENT_ROLES = {
    "nylon guitar": ("comp", "travis"), "banjo": ("comp", "arp16"), "harp": ("comp", "arp8"), "pizzicato": ("comp", "arp8"),
    "violin": ("counter", "long"), "cello": ("counter", "long"), "lead guitar": ("lead", "melody"), "synth lead": ("lead", "melody"),
    "synth pluck": ("comp", "arp16"), "bells": ("comp", "arp8"), "supersaw": ("comp", "trance"), "acid synth": ("lead", "riff"),
    "chip lead": ("lead", "melody"), "chip arpeggio": ("comp", "arp16"), "organ": ("comp", "hold"), "marimba": ("comp", "arp8"),
    "vibraphone": ("comp", "arp8"), "glockenspiel": ("lead", "melody"), "music box": ("lead", "melody"), "accordion": ("comp", "halves"),
    "clavinet": ("comp", "stabs"), "trumpet": ("lead", "melody"), "trombone": ("counter", "long"), "french horn": ("counter", "long"),
    "tuba": ("bass", "fifths"), "distorted guitar": ("comp", "power"), "steel drum": ("lead", "melody"), "vinyl": ("fx", "bed"),
    "oboe": ("counter", "long"), "clarinet": ("counter", "answers"), "contrabass": ("bass", "roots"),
    "mandolin": ("lead", "melody"), "sitar": ("lead", "melody"), "pedal steel": ("counter", "long"), "koto": ("comp", "arp8"),
    "kalimba": ("comp", "arp8"), "timpani": ("bass", "fifths"),
}  # fmt: skip
_MELODIC = ("lead", "counter")
_ONE_ROLE_TRACKS = ("drums", "bass", "percussion", "vocals")
_SUSTAINED_SECONDS = 10.0
"""An instrument that sounds no longer than this (s) is plucked or struck:
:attr:`~audiopod_mcp.music.synthesis.instruments.Instrument.max_seconds`.
"""


def is_excluded(member: Member, without: tuple[str, ...]) -> bool:
    """Say whether a brief's ``without`` names this member's track or instrument."""
    name = member.instrument
    return not {INSTRUMENTS[name].track, name, sole(name)}.isdisjoint(without)


def sole(instrument: str) -> str:
    """Name an instrument in a brief's ``without`` where its name alone would mean its whole track."""
    return f"{instrument} section" if instrument in TRACKS else instrument


def choose_band(brief: Brief, style: Style, *, sings: bool) -> tuple[Member, ...]:
    """Choose who plays ``brief``: an instrument that is asked for replaces the style's own of its kind."""
    band = list(style.band)
    asked = [
        name for name in brief.instruments if name in INSTRUMENTS and INSTRUMENTS[name].track != "vocals"
    ]
    taken: set[int] = set()
    for name in asked:
        taken.add(_seat(band, name, taken))
    _assign_melody(band, asked)
    if brief.percussion:
        band = [
            replace(member, figure=brief.percussion) if member.role == "percussion" else member
            for member in band
        ]
    band = [member for i, member in enumerate(band) if not _sits_out(band, i, brief, asked)]
    band = [member for member in band if not is_excluded(member, brief.without)]
    if asked and set(TRACKS) - set(brief.without) <= {INSTRUMENTS[name].track for name in asked}:
        # "Solo violin" excludes every other track, and the cello is of the violin's.
        band = [member for member in band if member.instrument in asked]
    _play_as_asked(band, brief.manners)
    if sings and "backing_vocals" not in brief.without and not any(m.instrument == "choir" for m in band):
        band.append(Member("pad", "choir", "swell", 0.8, 0.7))
    if not band and "vocals" in brief.without:
        band = [Member("lead", "piano", "melody")]
    return tuple(_completed(band, sings))


def _play_as_asked(band: list[Member], manners: Sequence[tuple[str, str, str]]) -> None:
    """Give members the figures that are asked for, in place; who plays no chords so far does so besides."""
    for name, role, figure in manners:
        mine = [i for i, member in enumerate(band) if member.instrument == name]
        at = next((i for i in mine if band[i].role == role), None)
        if at is None and role == "comp":
            at = next((i for i in mine if band[i].role == "pad"), None)
        if at is not None:
            band[at] = replace(band[at], role=role, figure=figure)
        elif mine and role == "comp":
            band.append(Member(role, name, figure))


def _seat(band: list[Member], name: str, taken: set[int]) -> int:
    """Let an instrument play in the band, in place, and give its index; ``taken`` are not replaced."""
    role, figure = _own_role(name)
    seat = _seat_of_its_kind(band, name, taken)
    if seat is not None:
        member = band[seat]
        dies_away = name in _INSTRUMENT_ROLES and INSTRUMENTS[name].max_seconds < _SUSTAINED_SECONDS
        if member.role == "pad" and dies_away:  # It can't hold a chord, so it plays it broken.
            member = replace(member, role=role, figure=figure)
        band[seat] = replace(member, instrument=name, min_intensity=0.0, level=max(1.0, member.level))
        return seat
    if role == "lead":  # There is one melody, and the instrument that is asked for plays it.
        lead = next((i for i, m in enumerate(band) if m.role == "lead" and i not in taken), None)
        if lead is not None:
            band[lead] = Member("lead", name, band[lead].figure)
            return lead
    band.append(Member(role, name, figure))
    return len(band) - 1


def _seat_of_its_kind(band: list[Member], name: str, taken: set[int]) -> int | None:
    """Find whom an instrument replaces: itself, or one of its track that plays melodies or chords as it does."""
    free = [i for i in range(len(band)) if i not in taken]
    if itself := [i for i in free if band[i].instrument == name]:
        return itself[0]
    wanted = INSTRUMENTS[name]
    for i in free:
        own = INSTRUMENTS[band[i].instrument]
        if (own.track, own.unpitched) == (wanted.track, wanted.unpitched):
            melodic = _own_role(name)[0] in _MELODIC
            fits = wanted.track in _ONE_ROLE_TRACKS or (band[i].role in _MELODIC) == melodic
            return i if fits else None
    return None


def _own_role(name: str) -> tuple[str, str]:
    """Give the role and the figure that an instrument has by nature."""
    return _INSTRUMENT_ROLES.get(name, _TRACK_ROLES[INSTRUMENTS[name].track])


def _sits_out(band: list[Member], index: int, brief: Brief, asked: list[str]) -> bool:
    """Say whether a member is silent because its layer is to be bare and others play it."""
    member, activity = band[index], brief.activity
    if member.instrument in asked:
        return False
    second = any(other.role == member.role for other in band[:index])
    return (
        (member.role == "percussion" and activity.drums <= 0.2 and any(m.role == "drums" for m in band))
        or (member.role == "comp" and activity.chords <= 0.2 and second)
        or (member.role == "counter" and activity.melody <= 0.25)
    )


def _assign_melody(band: list[Member], asked: list[str]) -> None:
    """Give the melody to an instrument that was asked for and is by nature melodic, in place.

    The style's own melody instrument takes over its part.
    """
    tune = next((i for i, member in enumerate(band) if member.role == "lead"), None)
    if tune is None or band[tune].instrument in asked:
        return
    for i, member in enumerate(band):
        natural, _ = _own_role(member.instrument)
        if member.role == "counter" and member.instrument in asked and natural == "lead":
            band[tune], band[i] = (
                replace(band[tune], instrument=member.instrument),
                replace(member, instrument=band[tune].instrument),
            )
            return


def _completed(band: list[Member], sings: bool) -> list[Member]:
    """Complete the band, so that somebody has the melody and somebody plays from the start."""
    pitched = [member for member in band if not INSTRUMENTS[member.instrument].unpitched]
    if pitched and all(member.role in ("bass", "counter") for member in pitched):
        first = next((m for m in pitched if INSTRUMENTS[m.instrument].track != "bass"), None)
        if first is not None:
            band[band.index(first)] = Member("lead", first.instrument, "melody")
    chordal = next((member for member in band if member.role in ("comp", "pad")), None)
    if chordal is not None and not sings and not any(member.role == "lead" for member in band):
        band.append(Member("lead", chordal.instrument, "melody"))  # As if its right hand played the melody.
    if band and all(member.role == "percussion" for member in band):
        band = [replace(member, figure="salsa", min_intensity=0.0, level=1.0) for member in band]
    if band and all(member.min_intensity > 0.3 for member in band):
        lowest = min(member.min_intensity for member in band)
        band = [
            replace(member, min_intensity=0.0) if member.min_intensity <= lowest else member
            for member in band
        ]
    return band
