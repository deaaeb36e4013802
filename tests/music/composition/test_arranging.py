"""Who plays what, so that a style is recognised: comping that breathes, a ride that is heard, guitars in front."""

from itertools import pairwise

import numpy as np

from audiopod_mcp.music.composition import compose
from audiopod_mcp.music.model import Brief, Note, Score
from audiopod_mcp.music.styles import STYLES


def composed(style: str, seed: int) -> Score:
    own = STYLES[style]
    brief = Brief("", style=style, tempo=round(sum(own.tempo) / 2), energy=own.energy, duration=60.0)
    return compose(brief, seed=seed)


def notes_of(score: Score, instrument: str) -> list[list[Note]]:
    return [list(part.notes) for part in score.parts if part.instrument == instrument]


def test_a_pianist_in_jazz_comps_otherwise_from_bar_to_bar() -> None:
    for seed in (1, 2, 3):
        score = composed("jazz", seed)
        (piano,) = notes_of(score, "piano")
        starts = np.array([note.start for note in piano])
        beat = 60 / score.tempo
        rhythms = []
        for bar in score.downbeats[4:-2]:
            inside = starts[(starts >= bar - 0.06) & (starts < bar + 4 * beat - 0.06)]
            rhythms.append(frozenset(np.round((inside - bar) / beat * 2).astype(int)))
        assert len(set(rhythms)) >= 3
        changes = np.mean([one != other for one, other in pairwise(rhythms)])
        assert changes > 0.5
        held = sum(note.duration for note in piano if note.duration > 1.2 * beat)
        assert held > 0.5 * sum(note.duration for note in piano)  # It breathes, but does not stab.


def test_the_time_in_jazz_is_on_the_ride_and_softer_than_the_soloist() -> None:
    score = composed("jazz", 2)
    (drums,), (solo,) = notes_of(score, "brushed kit"), notes_of(score, "saxophone")
    kinds = [note.pitch for note in drums]
    assert kinds.count(51) > 0.6 * len(kinds)
    assert kinds.count(36) < 0.05 * len(kinds)
    assert np.mean([n.velocity for n in drums]) < 0.7 * np.mean([n.velocity for n in solo])


def test_a_second_guitar_joins_in_the_choruses_of_punk_and_metal() -> None:
    for style in ("punk", "metal"):
        score = composed(style, 1)
        first, second = notes_of(score, "distorted guitar")
        assert first[0].start < second[0].start
        inside = {
            span.label
            for span in score.sections
            if any(span.start + 0.2 < note.start < span.end - 0.2 for note in second)
        }
        assert "chorus" in inside
        assert "verse" not in inside
