"""A recording in one sentence, composed only from what was measured."""

from __future__ import annotations

from collections.abc import Sequence

from audiopod_mcp.music.model import Span

from .key import MIN_CONFIDENCE

_CERTAIN_METRE, _CERTAIN_KEY = 0.6, 0.5
"""Confidence in a metre, and in a key, below which they are called probable."""

# Words for values below each limit.
_TEMPI = ((70, "very slow"), (92, "slow"), (112, "mid-tempo"), (136, "lively"), (168, "fast"))
_BRIGHTNESS = ((900, "dark"), (1700, "warm"), (2900, "clear"))
_LOUDNESS = ((-30, "very quiet"), (-20, "quiet"), (-13, "moderately loud"), (-9, "loud"))


def describe(
    *,
    duration: float,
    tempo: float | None,
    tempo_span: tuple[float, float] | None,
    key: str | None,
    key_confidence: float,
    timesignature: str | None,
    metre_confidence: float,
    loudness: float | None,
    brightness: float,
    density: float,
    width: float,
    sections: Sequence[Span],
    vocals: Sequence[Span],
) -> str:
    """A caption of one sentence that says nothing that was not measured.

    All arguments are fields of :class:`~audiopod_mcp.music.model.Analysis`, in the same units.
    """
    if loudness is None or brightness <= 0:
        return f"Silence, {_duration_text(duration)} long."
    if key_confidence < MIN_CONFIDENCE:
        key = None
    if tempo is None:
        what = ["Free-flowing music without a steady pulse" if key else "Sound without a steady pulse"]
    else:
        pace = f"{tempo:.1f} BPM" if tempo_span is None else f"{tempo_span[0]:.0f} to {tempo_span[1]:.0f} BPM"
        certainty = "in" if metre_confidence >= _CERTAIN_METRE else "probably in"
        metre = f" {certainty} {timesignature}" if timesignature else ""
        what = [f"{_word_for(tempo, _TEMPI, 'very fast').capitalize()} music at {pace}{metre}"]
    named = f"{'in' if key_confidence >= _CERTAIN_KEY else 'probably in'} {key}"
    what.append(named if key else "without a clear key" if tempo else "or a clear key")
    sound = [_word_for(brightness, _BRIGHTNESS, "bright"), _word_for(loudness, _LOUDNESS, "very loud")]
    if tempo is not None:
        sound.append("sparse" if density < 1.2 else "busy" if density > 3.0 else "steady")
    sung = sum(span.end - span.start for span in vocals) / duration
    voice = "with vocals" if sung > 0.1 else "perhaps with some vocals" if sung > 0.03 else "no vocals heard"
    stereo = (
        "mono" if width < 1e-4 else "narrow" if width < 0.03 else "wide stereo" if width > 0.3 else "stereo"
    )
    names = {span.label for span in sections}
    form = " with a returning chorus" if "chorus" in names else ""
    return (
        f"{' '.join(what)}: {', '.join(sound)}, {voice}, {stereo}, {_duration_text(duration)} long"
        f"{f' in {len(sections)} sections{form}' if len(sections) > 1 else ''}."
    )


def _word_for(value: float, steps: Sequence[tuple[float, str]], beyond: str) -> str:
    """The word of the first limit that the value is below."""
    return next((word for limit, word in steps if value < limit), beyond)


def _duration_text(seconds: float) -> str:
    """A duration in words: ``"8.0 seconds"``, ``"42 seconds"``, ``"3:05 minutes"``."""
    if seconds < 10:
        return f"{seconds:.1f} seconds"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d} minutes" if minutes else f"{rest} seconds"
