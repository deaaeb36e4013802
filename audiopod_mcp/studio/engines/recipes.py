"""Stems that are not kept: a small file says how they were made, and they are made again when asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from audiopod_mcp import __version__
from audiopod_mcp.music.generation.production import Production
from audiopod_mcp.music.model import Audio, Progress, Recipe, Rendering, Score
from audiopod_mcp.music.synthesis import Multitrack
from audiopod_mcp.studio.media.audio_files import BLOCK, as_written
from audiopod_mcp.studio.media.layout import RECIPE, SCORE

STEM_SUBTYPE: Final = "PCM_24"
"""What stems are written as."""
_ALIKE: Final = -60.0
"""How far below the mix, dB, what stems that are made again don't sum to may be: another processor rounds
otherwise; other instruments differ by far more."""


@dataclass(frozen=True)
class Remade:
    """Stems that were made again."""

    stems: Multitrack
    """As they are when they are read from files."""
    difference: float
    """How far below the mix that is kept the difference is between it and their mix, dB; −inf for none."""
    program: str
    """The version of this program that made the take."""
    score: Score | None = None
    """What they are the rendering of, where nothing was done to them since."""

    @property
    def same(self) -> bool:
        """Whether they are the stems of the mix that is kept, and not only ones with the same notes."""
        return self.difference < _ALIKE

    @property
    def reason(self) -> str:
        """Why they are not the same, to be said after a subject: "it …"."""
        return (
            f"was rendered by version {self.program} of this program, whose instruments sounded otherwise "
            f"than those of {__version__}"
        )


def write_recipe(home: Path, made: Rendering) -> None:
    """Write down in the folder of a take how its stems were made, without a score that is there anyway."""
    assert made.recipe is not None  # noqa: S101 - the caller looked
    data = asdict(made.recipe)
    if made.recipe.score == made.score:
        del data["score"]
    data = {"program": __version__, "stems": sorted(made.stems), **data}
    (home / RECIPE).write_text(json.dumps(data, separators=(",", ":")), "utf-8")


def remake_stems(home: Path, master: Audio, subtype: str, report: Progress) -> Remade | None:
    """Make the stems of the take in ``home`` again; ``None`` where there is no telling how.

    ``master`` is the take's own mix, read from a file of ``subtype``; what was made is compared with it.
    Raises ``FileNotFoundError`` where the take is gone.
    """
    try:
        data = json.loads((home / RECIPE).read_text("utf-8"))
        recipe = _recipe_of(home, data)
        program = str(data["program"])[:40]
        made = Production.repeat(recipe, report)
    except (LookupError, TypeError, ValueError, ArithmeticError, RecursionError):
        return None  # not as this version writes it, or not what it can play
    assert made.stems is not None  # noqa: S101 - what is repeated has them
    stems, difference = made.stems, _difference(made.audio, master, subtype)
    del made  # its mix is large
    stems.map(lambda stem: as_written(stem, STEM_SUBTYPE))
    return Remade(stems, difference, program, recipe.score if recipe.is_plain else None)


def _recipe_of(home: Path, data: Mapping[str, Any]) -> Recipe:
    score = data["score"] if "score" in data else json.loads((home / SCORE).read_text("utf-8"))
    return Recipe.from_dict({**data, "score": score})


def _difference(mix: Audio, master: Audio, subtype: str) -> float:
    """How far below ``master`` the difference is between it and ``mix``, written as it was, dB."""
    if mix.shape != master.shape:
        return 0.0
    own = other = 0.0
    for start in range(0, len(mix), BLOCK):
        block = master[start : start + BLOCK]
        apart = as_written(mix[start : start + BLOCK], subtype) - block
        own += float(np.square(block, dtype=np.float64).sum())
        other += float(np.square(apart, dtype=np.float64).sum())
    return float(10 * np.log10(other / own)) if other and own else -np.inf if not other else 0.0
