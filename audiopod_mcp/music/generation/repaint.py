"""Repainting: a stretch of a song played anew, everything around it untouched to the sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from audiopod_mcp.music.analysis.analyze import analyze
from audiopod_mcp.music.captions.context import brief_in_context
from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.captions.text_search import names_style
from audiopod_mcp.music.effects.crossfade import CROSSFADE, fix_length, mixdown, splice
from audiopod_mcp.music.effects.level_following import match_levels
from audiopod_mcp.music.effects.mix_matching import match_mix, surrounding_profile
from audiopod_mcp.music.effects.normalization import TRUE_PEAK_CEILING, true_peak_gain
from audiopod_mcp.music.leadsheet import lead_sheet_from_analysis, lead_sheet_from_score
from audiopod_mcp.music.model import (
    Audio,
    LyricLine,
    Progress,
    Refused,
    Rendering,
    Score,
    format_time,
    ignore_progress,
    progress_within,
)
from audiopod_mcp.music.score import concatenated, excerpt, shifted_lines
from audiopod_mcp.music.signal.loudness import true_peak
from audiopod_mcp.music.synthesis import Multitrack

from .accompany import accompany, fold_like
from .changed_frame import wanted_key
from .intensity import Change, set_level, wanted_change, with_energy
from .lyric_receipts import lyric_receipts
from .receipts import Played, receipt
from .style_matching import matching_style

MAX_WINDOW = 300.0
"""Seconds that are repainted at most at a time."""
MIN_WINDOW = 0.5
"""Seconds that are repainted at least."""
_NEIGHBORHOOD = 60.0
"""Seconds on either side of the stretch that are listened to."""
_SNAP_TO_BEAT = 0.2
"""Seconds from an edge, into the stretch, in which a beat is looked for to join at."""


def repaint(
    audio: Audio,
    rate: int,
    *,
    start: float,
    end: float,
    caption: str,
    lyrics: str | None = None,
    seed: int = 0,
    report: Progress = ignore_progress,
    score: Score | None = None,
    stems: Mapping[str, Audio] | None = None,
    clock: float = 0.0,
    **wanted: Any,
) -> Rendering:
    """Play a stretch of a song anew.

    The new music has the song's beats, key, chords, loudness and spectral balance. Outside the stretch every
    sample is the song's; the crossfades lie inside, on a beat where one is near.

    Parameters
    ----------
    audio : float32 array, shape (n, channels)
        The song.
    rate : int
        Sample rate, Hz.
    start, end : float
        The stretch, seconds; an ``end`` of −1 is the end of the song.
    caption : str
        The style of the new music, or the song's where it names none.
    lyrics : str, optional
        Words to sing; of a piece that was composed here, else those that are sung there.
    seed : int
        The same seed gives the same samples.
    report : Progress
    score, stems : Score and mapping of float32 arrays shaped like ``audio``, optional
        Those of a piece that was composed here; they are repainted with it.
    clock : float
        The time, seconds, at which ``audio`` begins in the track that receipts speak of.
    **wanted
        Passed on to :func:`~audiopod_mcp.music.captions.parse.read_caption`.

    Returns
    -------
    Rendering
        Shaped like ``audio``, at its rate.

    Raises
    ------
    Refused
        Where the stretch is not in the song, shorter than half a second or longer than five minutes.
    """
    duration = len(audio) / rate
    end = duration if end == -1 else end
    _check_window(start, end, duration)
    if score is None and duration > end - start + 3 * _NEIGHBORHOOD:
        first = round(max(0.0, start - _NEIGHBORHOOD) * rate)
        last = round(min(duration, end + _NEIGHBORHOOD) * rate)
        part = repaint(
            audio[first:last], rate, start=start - first / rate, end=end - first / rate,
            caption=caption, lyrics=lyrics, seed=seed, report=report, clock=clock + first / rate, **wanted,
        )  # fmt: skip
        out = audio.copy()
        out[first:last] = part.audio
        return Rendering(
            out,
            rate,
            lyrics=shifted_lines(part.lyrics, first / rate),
            notes=part.notes,
            done=part.done,
            not_done=part.not_done,
        )

    heard_style = own_words = None
    before = [line for line in (score.lyrics if score else ()) if line.start < end and start < line.end]
    if score is not None:
        own_words = None if lyrics else _own_words(before, start, end, caption, wanted.get("exclude"))
        lyrics = lyrics or own_words
        frame = lead_sheet_from_score(score)
    else:
        analysis = analyze(audio, rate, progress_within(report, 0.0, 0.25))
        frame = lead_sheet_from_analysis(analysis)
        if not names_style(caption):
            heard_style = matching_style(audio, rate, analysis, report=progress_within(report, 0.25, 0.3))
    brief = brief_in_context(
        caption,
        score.brief if score else None,
        (stems or {}).keys(),
        heard_style=heard_style,
        **(dict(wanted) | {"tempo": frame.tempo, "key": frame.key, "timesignature": frame.timesignature}),
        duration=end - start,
        lyrics=lyrics,
    )
    first, last = round(start * rate), min(len(audio), round(end * rate))
    if (key := wanted_key(caption, frame.key)) is not None:
        frame = replace(frame, key=key, chords=())
    change, own = wanted_change(caption)
    played = accompany(
        frame,
        with_energy(brief, change, frame.density),
        start,
        end,
        seed=seed,
        report=progress_within(report, 0.3, 0.9),
        ending=last == len(audio),
        apart=True,
    )
    assert played.score is not None  # noqa: S101 - accompany() always writes one
    of_words, unmet_words = lyric_receipts(brief, played.score, joins=True, at=clock + start)
    report(0.9, "fitting it in")
    fold_like(played, audio[max(0, first - 15 * rate) : last + 15 * rate])
    target, level_is_own = surrounding_profile(audio, rate, first, last)
    new = match_mix(
        played.stems, rate, audio.shape[1], target, report=progress_within(report, 0.9, 1.0)
    )  # fmt: skip
    new = Multitrack.gather((track, fix_length(stem, last - first)) for track, stem in new.items())
    if level_is_own:
        # What fades, grows or waits there goes on doing so: at both seams the levels meet.
        new = match_levels(new, audio[first:last], rate, seams=(first > 0, last < len(audio)))
    set_level(new, change, rate, (first > 0, last < len(audio)))

    seams = _seams(frame.beats if frame.has_pulse else (), rate, first, last, len(audio))
    out = _spliced(audio, mixdown(new), *seams)
    gain = np.ones((len(audio), 1), np.float32)
    ceiling = max(TRUE_PEAK_CEILING, true_peak(audio[first:last], rate))
    gain[first:last] = true_peak_gain(out[first:last], rate, ceiling)
    out *= gain
    notes = () if frame.has_pulse else ("No steady beat was heard here; the new music keeps its own time.",)
    if heard_style:
        notes = (
            *notes,
            f"No style was asked for: it is played as {heard_style}, which the song sounds most like.",
        )
    assert played.score is not None  # noqa: S101 - accompany() always writes one
    held = f"the stretch keeps the beats of the song around it: {frame.timesignature}, {frame.tempo:.4g} BPM"
    kept = dict.fromkeys(("tempo", "metre", "pace"), held) | {
        "length": f"the stretch is {end - start:.4g} s",
        "mix": "the stretch is mixed like the song",
        "fade": "the stretch has the levels of the song around it",
    }
    scores = None if score is None else (excerpt(score, start, end), played.score)
    changed = Change.measure(change, audio[first:last], out[first:last], rate, scores) if change else None
    told = receipt(
        caption,
        Played(brief, played.score, clock + start, kept=kept, own_words=own, change=changed),
    )
    stretch = f"{format_time(clock + start)}–{format_time(clock + end)}"
    fact = f"{stretch} played anew; every sample outside is as it was"
    again = {line.text for line in played.score.lyrics}
    lost = [line.text for line in before if line.text not in again]
    more = f" and {len(lost) - 3} more lines" if len(lost) > 3 else ""
    sung = ["its words are sung again, to a new melody"] if own_words else []
    gone = [f"not sung there any more: {' / '.join(lost[:3])}{more}"] if lost else []
    done, not_done = (fact, *sung, *gone, *told.done, *of_words), (*told.not_done, *unmet_words)
    if score is None or not stems:
        return Rendering(
            out,
            rate,
            lyrics=shifted_lines(played.lyrics, start),
            notes=notes,
            done=done,
            not_done=not_done,
        )
    nothing = np.zeros(audio.shape, np.float32)
    merged = Multitrack.gather(
        (track, _spliced(stems.get(track, nothing), new.get(track, nothing[first:last]), *seams) * gain)
        for track in (*stems, *(track for track in new if track not in stems))
    )
    whole = concatenated((excerpt(score, 0, start), played.score, excerpt(score, end, score.duration)))
    return Rendering(out, rate, merged, whole, whole.lyrics, notes, done, not_done)


def _own_words(
    lines: Sequence[LyricLine], start: float, end: float, caption: str, exclude: str | None
) -> str | None:
    """The words of a stretch, to be sung again; ``None`` where the caption leaves the singer out of it."""
    asked = read_caption(caption, duration=end - start, exclude=exclude)
    if asked.instrumental or asked.solos or {"vocals", "voice"} & set(asked.without):
        return None
    return "\n".join(line.text for line in lines if start <= (line.start + line.end) / 2 < end) or None


def _check_window(start: float, end: float, duration: float) -> None:
    if start < 0 or start >= duration:
        raise Refused("window_start_outside", start=start, duration=duration)
    if end > duration + 0.05:
        raise Refused("window_after_end", end=end, duration=duration)
    if end - start < MIN_WINDOW - 1e-6:
        raise Refused("window_too_short", start=start, end=end, shortest=MIN_WINDOW)
    if end - start > MAX_WINDOW:
        raise Refused("window_too_long", length=end - start, longest=MAX_WINDOW)


def _seams(
    beats: tuple[float, ...], rate: int, first: int, last: int, samples: int
) -> tuple[int, int, int, int, int]:
    """Where the new music begins and ends, its two fades, and its clock's zero: samples in ``[first, last)``.

    The new music is fully there on the first beat near the start, the old one is fully back on the last
    beat near the end: attacks are never cut in two. At the ends of the file there is nothing to fade to.
    """
    fade = min(round(CROSSFADE * rate), (last - first) // 4)
    near = min(round(_SNAP_TO_BEAT * rate), (last - first) // 4)
    at = np.round(np.asarray(beats) * rate).astype(int)
    opening = at[(at >= first + fade) & (at <= first + near)]
    closing = at[(at > last - near + fade) & (at <= last)]
    begin = first if first == 0 or not opening.size else int(opening[0]) - fade
    finish = last if last == samples or not closing.size else int(closing[-1])
    return begin, finish, fade if first > 0 else 0, fade if last < samples else 0, first


def _spliced(
    audio: Audio, new: Audio, begin: int, finish: int, fade_in: int, fade_out: int, first: int
) -> Audio:
    """``audio`` with ``new``, whose clock starts at sample ``first``, in ``[begin, finish)``."""
    return splice(audio, new[begin - first : finish - first], begin, fade_in, fade_out)
