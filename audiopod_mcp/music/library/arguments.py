"""What the library checks of the arguments it is given, before it begins: each error names the argument."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from audiopod_mcp.music.model import Refused, Rendering

if TYPE_CHECKING:  # To import the library costs no numpy.
    import numpy as np
    import numpy.typing as npt

    from audiopod_mcp.edits import TrackEdit

Source: TypeAlias = "Rendering | tuple[npt.NDArray[np.floating[Any]], int]"
"""A rendering, or ``(samples, rate)``: floats of shape (samples, channels) or (samples,), full scale ±1."""

_MAX_CHANNELS = 64
"""With more channels than this an array is taken for one of shape (channels, samples)."""
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]+)*|unknown", re.IGNORECASE)


def rendering_of(source: Source, name: str = "source") -> Rendering:
    """What a function works on.

    Parameters
    ----------
    source : Rendering or tuple
    name : str
        Of the argument.

    Returns
    -------
    Rendering
        The source itself, or one without stems and score.

    Raises
    ------
    TypeError
        It is no source, or its samples are no floats.
    ValueError
        The samples have another shape, or the rate is no whole number of hertz.
    Refused
        There are no samples.
    """
    if isinstance(source, Rendering):
        song = source
    else:
        import numpy as np

        if not isinstance(source, tuple) or len(source) != 2:
            raise TypeError(
                f"{name}: give a Rendering or a tuple (samples, rate), such as soundfile.read returns, "
                f"not {type(source).__name__}"
            )
        samples, rate = np.asarray(source[0]), source[1]
        if isinstance(rate, bool) or not isinstance(rate, int | float | np.integer | np.floating):
            raise TypeError(f"{name}: the rate of (samples, rate) is a number of hertz, not {_kind(rate)}")
        if not np.issubdtype(samples.dtype, np.floating):
            raise TypeError(
                f"{name}: samples are floating-point numbers, full scale ±1, not {samples.dtype}: "
                "divide 16-bit integers by 32768"
            )
        audio = np.asarray(samples, np.float32)
        audio = audio[:, None] if audio.ndim == 1 else audio
        if audio.ndim != 2 or audio.shape[1] > _MAX_CHANNELS:
            raise ValueError(f"{name}: samples have the shape (samples, channels), not {samples.shape}")
        if not (rate > 0 and float(rate).is_integer()):
            raise ValueError(f"{name}: the rate is a whole number of hertz above 0, not {rate}")
        song = Rendering(audio, int(rate))
    if not song.audio.size:
        raise Refused("recording_empty", purpose="listen to")
    return song


def instruction_of(edits: Iterable[TrackEdit | Mapping[str, Any]]) -> str:
    """What typed edits say in English.

    Raises
    ------
    TypeError
        It is no list of edits.
    ValueError
        There is none, or one of them is none: the message says which, and what is wrong with it.
    """
    from pydantic import ValidationError

    from audiopod_mcp.edits import TrackEdit, render_edits

    if isinstance(edits, str | Mapping) or not isinstance(edits, Iterable):
        raise TypeError(f"edits: give a list of edits, not {_kind(edits)}")
    typed = list[TrackEdit]()
    for number, edit in enumerate(edits):
        try:
            typed.append(TrackEdit.model_validate(edit))
        except ValidationError as error:
            wrong = error.errors(include_url=False)[0]
            field = "".join(f".{name}" for name in wrong["loc"][:1])
            message = wrong["msg"].removeprefix("Value error, ")
            raise ValueError(f"edits[{number}]{field}: {message}") from None
    if not typed:
        raise ValueError("edits: the list is empty; give at least one")
    return render_edits(typed)


def check_text(**texts: str | None) -> None:
    """Check that arguments are text.

    Raises
    ------
    TypeError
        One is not.
    """
    for name, text in texts.items():
        if not isinstance(text, str):
            raise TypeError(f"{name}: give text, not {_kind(text)}")


def check_number(name: str, value: float, lowest: float = -math.inf, highest: float = math.inf) -> None:
    """Check that an argument is a number from ``lowest`` to ``highest``.

    Raises
    ------
    TypeError
        It is no number.
    ValueError
        It is out of range.
    """
    try:
        number = math.nan if isinstance(value, str | bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if math.isnan(number):
        raise TypeError(f"{name}: give a number, not {_kind(value)}")
    if not lowest <= number <= highest:
        raise ValueError(f"{name}: {number:g} is out of range; give {lowest:g} to {highest:g}")


def check_choice(name: str, value: str, choices: Iterable[str]) -> None:
    """Check that an argument is one of the ``choices``.

    Raises
    ------
    ValueError
        It is none of them.
    """
    allowed = tuple(choices)
    if value not in allowed:
        raise ValueError(f"{name}: {value!r} is none of {', '.join(allowed)}")


def check_composition(
    caption: str,
    *,
    duration: float | None = None,
    tempo: float | None = None,
    language: str | None = None,
    exclude: str | None = None,
    tracks: Collection[str] | None = None,
    **texts: str | None,
) -> None:
    """Check what is said of music that is to be composed; what is ``None`` is left open.

    Parameters
    ----------
    caption : str
    duration, tempo : float, optional
        Seconds, and beats a minute.
    language : str, optional
        An ISO 639 code.
    exclude : str, optional
        Names instruments and tracks.
    tracks : collection of str, optional
        Stems.
    **texts : str, optional
        Other arguments that are text.

    Raises
    ------
    TypeError
        One is of another type.
    ValueError
        One is out of range, or not known.
    """
    from audiopod_mcp.music.captions.named import named_tracks
    from audiopod_mcp.music.captions.parse import DURATION_RANGE, TEMPO_RANGE
    from audiopod_mcp.music.captions.text_search import normalize_text
    from audiopod_mcp.music.synthesis import TRACKS

    texts |= {"language": language, "exclude": exclude}
    check_text(caption=caption, **{name: text for name, text in texts.items() if text is not None})
    if duration is not None:
        check_number("duration", duration, *DURATION_RANGE)
    if tempo is not None:
        check_number("tempo", tempo, *TEMPO_RANGE)
    if language and not _LANGUAGE.fullmatch(language):
        raise ValueError(f"language: {language!r} is no ISO 639 code; give one such as 'en', 'es' or 'hi'")
    if exclude and exclude.strip() and not named_tracks(normalize_text(exclude)):
        raise ValueError(
            f"exclude: {exclude!r} names no instrument and no track that is known; "
            f"name instruments, such as 'electric guitar', or tracks: {', '.join(TRACKS)}"
        )
    if isinstance(tracks, str):
        raise TypeError(f"tracks: give a set of names, such as {{{tracks!r}}}, not text")
    for track in tracks or ():
        check_choice("tracks", track, TRACKS)


def _kind(value: object) -> str:
    return "None" if value is None else f"{type(value).__name__} {value!r}"[:60]
