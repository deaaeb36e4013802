"""Make, analyse and change music with numpy arrays: the local engine as a library.

There is no I/O, no HTTP and no global state, and the same seed gives the same bytes. What a function needs is
imported when it is first called, so that importing this package costs next to nothing.

>>> from audiopod_mcp import music
>>> song = music.generate("bossa nova with nylon guitar", duration=20, seed=1)
>>> song.audio.shape, song.rate
((882000, 2), 44100)
>>> analysis = music.analyze(song)
>>> softer = music.edit(song, "softer drums, one semitone higher")

Functions that start from music take a *source*: a :class:`Rendering`, which is what these functions return,
or ``(samples, rate)``, which is what ``soundfile.read`` returns. A composed rendering brings its score and
stems along, and is changed note by note; a recording is changed as far as signal processing reaches.
What can't be done with the material, or was not understood, raises :class:`Refused`, which says why; an
argument that makes no sense raises a TypeError or a ValueError, which names it and says what is possible.
``examples/library.py`` shows more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from .library.arguments import (
    Source,
    check_choice,
    check_composition,
    check_number,
    check_text,
    instruction_of,
    rendering_of,
)
from .model import (
    Analysis,
    Audio,
    LyricLine,
    Note,
    Part,
    Progress,
    Refused,
    Rendering,
    Score,
    Span,
    ignore_progress,
    progress_within,
)

if TYPE_CHECKING:  # To import the library costs no pydantic.
    from audiopod_mcp.edits import TrackEdit

__all__ = [
    "Analysis",
    "LyricLine",
    "Note",
    "Part",
    "Progress",
    "Refused",
    "Rendering",
    "Score",
    "Source",
    "Span",
    "align_lyrics",
    "analyze",
    "cover",
    "edit",
    "extend",
    "extract_stem",
    "generate",
    "generate_from_reference",
    "generate_sample",
    "repaint",
    "retake",
    "separate",
]


def analyze(source: Source, *, progress: Progress = ignore_progress) -> Analysis:
    """Measure tempo, beats, metre, key, chords, sections, singing and loudness.

    Parameters
    ----------
    source
        What to listen to.
    progress
        Is told the fraction that is done, 0 to 1, and what is being done; may raise to stop the work.

    Returns
    -------
    Analysis
        What was heard. A field is ``None`` where it could not be told.

    Raises
    ------
    Refused
        There are no samples.
    """
    from .analysis.analyze import analyze as analyze_audio

    song = rendering_of(source)
    return analyze_audio(song.audio, song.rate, progress)


def separate(source: Source, *, progress: Progress = ignore_progress) -> Mapping[str, Audio]:
    """Split music into its stems.

    Parameters
    ----------
    source
        A composed rendering has every stem exactly; of a recording vocals, drums and bass are estimated.
    progress
        As in :func:`analyze`.

    Returns
    -------
    Mapping of str to ndarray
        By track name, each float32 of shape (samples, channels), as many as the source has; tracks that are
        not heard are left out.

    Raises
    ------
    Refused
        There are no samples, or none of the tracks is heard.
    """
    from .separation.separate import TRACKS

    song = rendering_of(source)
    if song.stems:
        return song.stems
    stems: dict[str, Audio] = {}
    refusal: Refused | None = None
    for number, track in enumerate(TRACKS):
        part = progress_within(progress, number / len(TRACKS), (number + 1) / len(TRACKS))
        try:
            stems[track] = extract_stem(song, track, progress=part)
        except Refused as error:
            refusal = error
    if refusal is not None and not stems:
        raise refusal
    return stems


def extract_stem(source: Source, track: str, *, progress: Progress = ignore_progress) -> Audio:
    """Take one stem out of music.

    Parameters
    ----------
    source
        As in :func:`separate`.
    track
        ``"vocals"``, ``"drums"`` or ``"bass"``; of a composed rendering any of its stems.
    progress
        As in :func:`analyze`.

    Returns
    -------
    ndarray
        float32 of shape (samples, channels), as many as the source has.

    Raises
    ------
    Refused
        The track is not heard in a recording, or is none that it, or the composed rendering, can give.
    """
    from .separation.separate import separate as separate_track

    song = rendering_of(source)
    if song.stems and track not in song.stems:
        raise Refused("stem_not_in_mix", track=track, tracks=tuple(song.stems))
    if song.stems:
        return song.stems[track]
    return separate_track(song.audio, song.rate, track, progress)


def generate(
    caption: str,
    *,
    lyrics: str | None = None,
    duration: float | None = None,
    tempo: float | None = None,
    key: str | None = None,
    timesignature: str | None = None,
    instrumental: bool = False,
    language: str | None = None,
    exclude: str | None = None,
    tracks: Collection[str] | None = None,
    seed: int = 0,
    progress: Progress = ignore_progress,
) -> Rendering:
    """Compose and render a song. What is not given is taken from the caption, or chosen by the seed.

    Parameters
    ----------
    caption
        What it should sound like, in English: style, mood, instruments, tempo, form.
    lyrics
        Sung to a guide voice; ``[Verse]`` and other tags lay out the form.
    duration
        Seconds, 1 to 600.
    tempo
        Beats a minute, 30 to 300.
    key
        ``"A minor"``, ``"F# major"``, ``"D dorian"`` …
    timesignature
        ``"4/4"``, ``"3/4"``, ``"6/8"`` …
    instrumental
        Whether nobody sings, though there are lyrics.
    language
        Of the lyrics, as an ISO 639 code.
    exclude
        Instruments and tracks that must not be there, in words.
    tracks
        Render only these stems; ``{"vocals"}`` is a cappella.
    seed
        The same request with the same seed is the same music, byte for byte.
    progress
        As in :func:`analyze`.

    Returns
    -------
    Rendering
        Stereo at 44.1 kHz, mastered to -14 LUFS and a true peak of -1 dBTP, with its stems and its score.
        Audio and stems are float32 arrays of shape (samples, 2), full scale ±1.

    Raises
    ------
    Refused
        Key or metre are not known, or nobody is left to play.
    """
    from .captions.parse import read_caption
    from .generation.generate import generate

    check_composition(
        caption, lyrics=lyrics, duration=duration, tempo=tempo, key=key, timesignature=timesignature,
        language=language, exclude=exclude, tracks=tracks,
    )  # fmt: skip
    brief = read_caption(
        caption, tempo=tempo, key=key, timesignature=timesignature, duration=duration or -1, lyrics=lyrics,
        instrumental=instrumental, language=language, exclude=exclude, seed=seed,
    )  # fmt: skip
    return generate(brief, seed=seed, report=progress, tracks=tracks)


def generate_sample(
    caption: str,
    kind: Literal["loop", "one-shot"] = "loop",
    *,
    duration: float | None = None,
    tempo: float | None = None,
    key: str | None = None,
    seed: int = 0,
    progress: Progress = ignore_progress,
) -> Rendering:
    """Make a loop of whole bars that repeats without a seam, or one hit, note or chord.

    Parameters
    ----------
    caption
        Who plays what.
    kind
        A loop lasts 1, 2, 4, 8 … bars, whatever is nearest to ``duration``.
    duration, tempo, key, seed, progress
        As in :func:`generate`.

    Returns
    -------
    Rendering
        As from :func:`generate`.

    Raises
    ------
    Refused
        The key is not known, or nobody is left to play.
    """
    from .captions.parse import read_caption
    from .generation.generate import generate_sample

    check_composition(caption, duration=duration, tempo=tempo, key=key)
    check_choice("kind", kind, ("loop", "one-shot"))
    brief = read_caption(caption, tempo=tempo, key=key, duration=duration or -1, seed=seed)
    return generate_sample(brief, kind, seed=seed, report=progress)


def generate_from_reference(
    reference: Source,
    caption: str = "",
    *,
    lyrics: str | None = None,
    duration: float | None = None,
    tempo: float | None = None,
    key: str | None = None,
    timesignature: str | None = None,
    instrumental: bool = False,
    language: str | None = None,
    exclude: str | None = None,
    seed: int = 0,
    progress: Progress = ignore_progress,
) -> Rendering:
    """Make new music in the tempo, key, metre, density and sound of a reference, of which no note is used.

    Parameters
    ----------
    reference
        What the new music should be like. What the caption or an argument states wins over it.
    caption, lyrics, duration, tempo, key, timesignature, instrumental, language, exclude, seed, progress
        As in :func:`generate`.

    Returns
    -------
    Rendering
        As from :func:`generate`, but as loud as the reference, within -26 to -8 LUFS.

    Raises
    ------
    Refused
        The reference is silent, key or metre are not known, or nobody is left to play.
    """
    from .generation.reference import reference as like_reference

    check_composition(
        caption, lyrics=lyrics, duration=duration, tempo=tempo, key=key, timesignature=timesignature,
        language=language, exclude=exclude,
    )  # fmt: skip
    song = rendering_of(reference, "reference")
    return like_reference(
        song.audio, song.rate, caption=caption, lyrics=lyrics, seed=seed, report=progress, tempo=tempo,
        key=key, timesignature=timesignature, duration=duration, instrumental=instrumental,
        language=language, exclude=exclude,
    )  # fmt: skip


def cover(
    source: Source,
    caption: str,
    *,
    strength: float = 0.7,
    lyrics: str | None = None,
    duration: float | None = None,
    tempo: float | None = None,
    key: str | None = None,
    instrumental: bool = False,
    language: str | None = None,
    exclude: str | None = None,
    seed: int = 0,
    progress: Progress = ignore_progress,
) -> Rendering:
    """Play a song again in another style, on its own beats.

    Parameters
    ----------
    source
        The song.
    caption
        The style to play it in.
    strength
        How closely it is followed, 0 to 1: 0 keeps beat, metre and form; towards 1 more and more bars keep
        their chords and their melody.
    lyrics, duration, tempo, key, instrumental, language, exclude, seed, progress
        As in :func:`generate`; a ``tempo`` plays the song slower or faster.

    Returns
    -------
    Rendering
        As from :func:`generate`, but as loud as the song, within -24 to -9 LUFS.

    Raises
    ------
    Refused
        The song is silent, the key is not known, or nobody is left to play.
    """
    from .generation.cover import cover as play_cover

    check_number("strength", strength, 0, 1)
    check_composition(
        caption, lyrics=lyrics, duration=duration, tempo=tempo, key=key, language=language, exclude=exclude
    )
    song = rendering_of(source)
    return play_cover(
        song.audio, song.rate, caption=caption, strength=strength, lyrics=lyrics, seed=seed, report=progress,
        score=song.score, tempo=tempo, key=key, duration=duration, instrumental=instrumental,
        language=language, exclude=exclude,
    )  # fmt: skip


def retake(
    source: Source, *, variance: float = 0.7, seed: int = 0, progress: Progress = ignore_progress
) -> Rendering:
    """Play the same music once more, a little or a lot otherwise.

    Parameters
    ----------
    source
        The music.
    variance
        How much of it is new, from 0, nothing, to 1, everything.
    seed, progress
        As in :func:`generate`.

    Returns
    -------
    Rendering
        At the rate of the source and with its shape, float32; with stems and score where it has them.

    Raises
    ------
    Refused
        The recording is silent.
    """
    from .generation.retake import retake as play_again

    check_number("variance", variance, 0, 1)
    song = rendering_of(source)
    return play_again(
        song.audio, song.rate, variance=variance, seed=seed, report=progress, edited=song.recipe is None,
        **_composed(song),
    )  # fmt: skip


def repaint(
    source: Source,
    start: float,
    end: float,
    caption: str = "",
    *,
    lyrics: str | None = None,
    seed: int = 0,
    progress: Progress = ignore_progress,
) -> Rendering:
    """Replace a stretch of a song by new music in its beats, key, chords, loudness and spectral balance.

    Parameters
    ----------
    source
        The song. Outside the stretch every sample stays as it is.
    start, end
        The stretch, in seconds; an ``end`` of -1 is the end of the song.
    caption
        What is to be heard there; empty for the song's own style.
    lyrics, seed, progress
        As in :func:`generate`.

    Returns
    -------
    Rendering
        At the rate of the source and with its shape, float32; with stems and score where it has them.

    Raises
    ------
    Refused
        The stretch is not in the song, too short or too long, or nobody is left to play.
    """
    from .generation.repaint import repaint as play_stretch

    check_composition(caption, lyrics=lyrics)
    check_number("start", start)
    check_number("end", end)
    song = rendering_of(source)
    return play_stretch(
        song.audio, song.rate, start=start, end=end, caption=caption, lyrics=lyrics, seed=seed,
        report=progress, **_composed(song),
    )  # fmt: skip


def extend(
    source: Source,
    caption: str = "",
    *,
    before: float = 0.0,
    after: float = 30.0,
    lyrics: str | None = None,
    seed: int = 0,
    progress: Progress = ignore_progress,
) -> Rendering:
    """Play on after the end of a song, and lead up to its start.

    Parameters
    ----------
    source
        The song, which stays as it is but for a short crossfade.
    caption
        What is to be heard; ``"an outro that fades"`` ends the song.
    before, after
        Seconds of new music, 0 to 60 each.
    lyrics, seed, progress
        As in :func:`generate`.

    Returns
    -------
    Rendering
        At the rate of the source and with its channels, float32; with stems and score where it has them.

    Raises
    ------
    Refused
        Both lengths are 0, or one is out of range, or nobody is left to play.
    """
    from .generation.extend import extend as play_on

    check_composition(caption, lyrics=lyrics)
    check_number("before", before)
    check_number("after", after)
    song = rendering_of(source)
    return play_on(
        song.audio, song.rate, before=before, after=after, caption=caption, lyrics=lyrics, seed=seed,
        report=progress, **_composed(song),
    )  # fmt: skip


def edit(
    source: Source,
    instruction: str | None = None,
    *,
    edits: Iterable[TrackEdit | Mapping[str, Any]] | None = None,
    lyrics: str | None = None,
    first: float | None = None,
    last: float | None = None,
    seed: int = 0,
    progress: Progress = ignore_progress,
) -> Rendering:
    """Change mix, sound, tempo, key, form or words of a song.

    Parameters
    ----------
    source
        The song.
    instruction
        What to change, in English: ``"louder bass, no drums, up two semitones, fade out over 3 seconds"``.
    edits
        In place of an instruction, typed changes: ``[{"action": "level", "amount": 3, "on": ["drums"]}]``, or
        :class:`~audiopod_mcp.edits.TrackEdit`; they are done exactly.
    lyrics
        New words to sing.
    first, last
        The part that changes, as fractions 0 to 1 of the song's length; outside it every sample stays.
    seed, progress
        As in :func:`generate`.

    Returns
    -------
    Rendering
        At the rate of the source and with its channels, float32; with stems and score where it has them.

    Raises
    ------
    Refused
        Nothing was understood, or what was understood can't be done; the message says what can.
    """
    from .editing.edit import edit as change

    if edits is not None:
        if instruction:
            raise ValueError("edits: give edits or an instruction, not both")
        instruction = instruction_of(edits)
    check_text(instruction=instruction or "", lyrics=lyrics or "")
    check_number("first", 0.0 if first is None else first)
    check_number("last", 1.0 if last is None else last)
    song = rendering_of(source)
    return change(
        song.audio, song.rate, prompt=instruction, lyrics=lyrics, first=first, last=last, seed=seed,
        report=progress, **_composed(song),
    )  # fmt: skip


def align_lyrics(
    source: Source, lyrics: str, *, analysis: Analysis | None = None, progress: Progress = ignore_progress
) -> tuple[LyricLine, ...]:
    """Find when each line of known lyrics is sung in a recording.

    Parameters
    ----------
    source
        The recording.
    lyrics
        One line of words a line, in the order in which they are sung.
    analysis
        What :func:`analyze` said of the recording, if that is known; else it is analysed first.
    progress
        As in :func:`analyze`.

    Returns
    -------
    tuple of LyricLine
        The lines with their times, s; :func:`audiopod_mcp.music.lyrics.lrc.to_lrc` writes them as LRC. They
        are estimates, no words are recognised: which of them are doubtful tells
        :func:`audiopod_mcp.music.lyrics.timing.align_lyrics_with_note`.

    Raises
    ------
    Refused
        The recording is silent, or the lyrics have no line or too many syllables for it.
    """
    from .lyrics.timing import align_lyrics as align

    song = rendering_of(source)
    check_text(lyrics=lyrics)
    begun = 0.0 if analysis else 0.6
    heard = analysis or analyze(song, progress=progress_within(progress, 0.0, begun))
    if heard.loudness is None:
        raise Refused("recording_without_singing")
    return align(lyrics, heard, song.audio, song.rate, progress_within(progress, begun, 1.0))


def _composed(song: Rendering) -> dict[str, Any]:
    """What a composed song brings along, so that its notes can be changed rather than its sound."""
    return {"score": song.score, "stems": song.stems or None}
