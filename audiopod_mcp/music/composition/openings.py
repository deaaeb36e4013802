"""How a piece begins: who is heard first, and when the others join."""

from __future__ import annotations

from collections.abc import Mapping

from audiopod_mcp.music.composition.harmony import generator
from audiopod_mcp.music.composition.piece import Piece
from audiopod_mcp.music.styles import Member

_OPENINGS: dict[str, dict[str, float]] = {
    # The share of the intro after which each role enters.
    "harmony": {"drums": 0.5, "percussion": 0.5, "bass": 0.5},
    "groove": {"bass": 0.25, "comp": 0.5, "pad": 0.5, "lead": 0.5},
    "layers": {"bass": 0.25, "percussion": 0.25, "drums": 0.5, "lead": 0.5},
    "everybody": {},
}
_DANCED = ("house", "hip hop", "funk", "disco", "reggae", "latin", "electronic", "afrobeat", "samba")
_TOGETHER = ("punk", "metal", "jazz", "swing", "march", "polka", "rock and roll", "gypsy jazz", "ska")


def opening(piece: Piece, band: tuple[Member, ...]) -> Mapping[str, int]:
    """The bar in which each role of ``band`` enters, for a piece that has an intro of its own."""
    first = piece.sections[0]
    if first.label != "intro" or first.bars < 4 or not piece.own_form or piece.alone:
        return {}
    kind = piece.style.name, *piece.style.kin
    if piece.style.name in _TOGETHER:
        choice = ("everybody", "harmony", "everybody")
    elif set(kind) & set(_DANCED):
        choice = ("groove", "groove", "layers")
    else:
        choice = ("harmony", "layers", "groove")
    name = choice[int(generator(piece.seed, "opening").integers(3))]
    entries = {role: int(share * first.bars) for role, share in _OPENINGS[name].items()}
    here = {member.role for member in band if piece.plays(member, piece.bars[0])}
    # Somebody has to begin.
    return entries if any(entries.get(role, 0) == 0 for role in here - {"fx"}) else {}
