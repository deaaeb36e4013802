"""Dynamics: phrases that swell and relax, sections that grow into louder ones, an end that dies away.

Four bars are a phrase, loudest after three fifths of it, as in the phrase arch of the KTH rule system
(Friberg, Bresin & Sundberg, "Overview of the KTH rule system for musical performance", 2006). How loud
sections are beside each other is their intensity; this is what happens within them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from .form import Section
from .timeline import Bar

_PHRASE = 4
"""Bars of a phrase."""
_PEAK = 0.62
"""Where a phrase is loudest, as a share of it."""
_ARC, _GROWTH, _RISE, _FALL, _DYING = 0.055, 0.035, 0.13, 0.08, 0.24
"""Shares of the velocity: half the swing of a phrase, half the growth of a section, the crescendo into a much
louder one, the diminuendo into a softer one, and what an ending loses.
"""
_STEP = 0.1
"""Difference of intensity from which a section is prepared for."""
_LEAD = 2
"""Bars of a crescendo."""


def phrase_arc(position: float) -> float:
    """Give how loud a phrase is at a ``position`` from 0 to 1: -1 at its ends, 1 at its peak."""
    share = position / _PEAK if position < _PEAK else (1 - position) / (1 - _PEAK)
    return -math.cos(math.pi * min(1.0, max(0.0, share)))


def dynamics(bars: Sequence[Bar], sections: Sequence[Section], expression: float) -> tuple[float, ...]:
    """Give the factor of every beat's velocity, and of the moment after the last one.

    Parameters
    ----------
    bars
        The bars of the piece.
    sections
        Its sections, with the bars that they count.
    expression
        How far players follow: 0 is a machine, 1 a band.

    """
    factors: list[float] = []
    loudest = max((section.intensity for section in sections), default=0.0)
    for bar in bars:
        section = sections[bar.section]
        whole = max(section.bars, bar.index + 1)
        following = sections[bar.section + 1] if bar.section + 1 < len(sections) else None
        step = following.intensity - section.intensity if following else 0.0
        # A phrase that its section cuts short is as long as what is left of it.
        length = min(_PHRASE, whole - bar.index // _PHRASE * _PHRASE)
        for beat in range(bar.beats):
            at = bar.index + beat / bar.beats
            factor = _ARC * phrase_arc(at % _PHRASE / length)
            if whole > _PHRASE:
                factor += _GROWTH * (2 * at / whole - 1)
            if whole >= _PHRASE and step > _STEP:
                factor += _RISE * min(1.0, step / 0.3) * max(0.0, 1 - (whole - at) / _LEAD)
            elif whole >= _PHRASE and step < -_STEP:
                factor -= _FALL * max(0.0, 1 - (whole - at))
            elif following is None and section.label == "outro" and section.intensity < loudest:
                factor -= _DYING * at / whole
            factors.append(1 + expression * factor)
    return (*factors, factors[-1] if factors else 1.0)
