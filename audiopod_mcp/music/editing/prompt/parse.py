"""The plan that the prompt of an edit describes, whether it is canonical English or prose."""

from __future__ import annotations

from functools import lru_cache

from audiopod_mcp.edits.english import BETWEEN, parse_edit

from .clauses import sentences_of
from .plan import EXAMPLES as EXAMPLES
from .plan import EditPlan as EditPlan
from .plan import Wish
from .reader import Reader


@lru_cache(maxsize=32)
def read_prompt(prompt: str) -> EditPlan:
    """Read the plan that an edit prompt describes.

    Whoever needs the plan may ask for it: it is remembered, so that a prompt is read once.

    Parameters
    ----------
    prompt : str
        What :func:`~audiopod_mcp.edits.render_edits` wrote, a person's English, or both, one after another.
    """
    reader = Reader()
    for phrase in prompt.split(BETWEEN):
        if edit := parse_edit(phrase):
            reader.wishes.append(Wish(edit, phrase, exact=True))
            continue
        for head, clauses in sentences_of(phrase):
            reader.read(head, clauses)
    return reader.plan()
