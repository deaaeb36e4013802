"""Entries: who is heard first in an intro, and when the others join."""

from __future__ import annotations

from collections.abc import Mapping

from audiopod_mcp.music.styles import Member

from .random_streams import random_stream
from .song_plan import SongPlan

_ENTRIES: dict[str, dict[str, float]] = {
    # The share of the intro after which each role enters.
    "harmony": {"drums": 0.5, "percussion": 0.5, "bass": 0.5},
    "groove": {"bass": 0.25, "comp": 0.5, "pad": 0.5, "lead": 0.5},
    "layers": {"bass": 0.25, "percussion": 0.25, "drums": 0.5, "lead": 0.5},
    "everybody": {},
}
_DANCE_STYLES = ("house", "hip hop", "funk", "disco", "reggae", "latin", "electronic", "afrobeat", "samba")
_TUTTI_STYLES = ("punk", "metal", "jazz", "swing", "march", "polka", "rock and roll", "gypsy jazz", "ska")


def entry_bars(plan: SongPlan, band: tuple[Member, ...]) -> Mapping[str, int]:
    """Choose the bar in which each role of ``band`` enters; empty for a piece without an intro of its own."""
    first = plan.sections[0]
    if first.label != "intro" or first.bars < 4 or not plan.has_own_form or plan.is_solo:
        return {}
    kind = plan.style.name, *plan.style.parents
    if plan.style.name in _TUTTI_STYLES:
        choice = ("everybody", "harmony", "everybody")
    elif set(kind) & set(_DANCE_STYLES):
        choice = ("groove", "groove", "layers")
    else:
        choice = ("harmony", "layers", "groove")
    name = choice[int(random_stream(plan.seed, "opening").integers(3))]
    entries = {role: int(share * first.bars) for role, share in _ENTRIES[name].items()}
    here = {member.role for member in band if plan.plays(member, plan.bars[0])}
    # Somebody has to begin.
    return entries if any(entries.get(role, 0) == 0 for role in here - {"fx"}) else {}
