"""What :class:`~audiopod_mcp.music.model.Refused` says: one sentence for each code.

It names the argument at fault, the value, what is possible and what helps instead. What stands in angle
brackets is a name of the library's, ``<start>``; who passes a refusal on to people who call it something else
gives their name for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from audiopod_mcp.music.model import format_time

if TYPE_CHECKING:  # An error is told with its sentence when it is printed: no sooner is this imported.
    from audiopod_mcp.music.model import Refused

_NAME: Final = re.compile(r"<([^<>]+)>")


def sentence(refusal: Refused, names: Mapping[str, str] | None = None) -> str:
    """What a refusal says, in one line.

    Parameters
    ----------
    refusal : Refused
    names : mapping of str to str, optional
        What the names of the library are called where the sentence is read.

    Returns
    -------
    str
        The code and its values, where the code has no sentence.
    """
    called = names or {}

    def spoken(text: str) -> str:
        return _NAME.sub(lambda name: called.get(name[1], name[1]), text)

    wording = SENTENCES.get(refusal.code)
    if wording is None:
        return f"{refusal.code} {dict(refusal.values)}" if refusal.values else refusal.code
    if callable(wording):
        return spoken(wording(**refusal.values))
    return spoken(wording).format_map({name: _listed(value) for name, value in refusal.values.items()})


def _listed(value: Any) -> Any:
    return ", ".join(value) if isinstance(value, tuple) else value


def _section_not_found(section: str, number: int | None, sections: Sequence[tuple[str, float, float]]) -> str:
    name = section if number is None else f"{section} number {number}"
    heard = ", ".join(f"{label} {format_time(start)}-{format_time(end)}" for label, start, end in sections)
    has = f"it has {heard}" if heard else "it has no sections that could be told"
    return (
        f"<instruction>: no {name} was found in this track; {has}; give times, for example from 0:30 to 0:45"
    )


def _stretch_outside(start: float, end: float, duration: float) -> str:
    asked = f"{format_time(start)} to {format_time(end)}" if start < end else f"after {format_time(start)}"
    return f"<instruction>: {asked} is no part of this track; it lasts {format_time(duration)}"


def _result_too_long(length: float, longest: float) -> str:
    return (
        f"<instruction>: the track would be {format_time(length)} long; at most {format_time(longest)} of "
        "such sound are possible: change it less, or cut it first"
    )


def _repeat_out_of_range(times: int, most: int, longest: float) -> str:
    return (
        f"<instruction>: {times} times is out of range; 2 to {most} times, "
        f"and {longest / 60:g} minutes in all, is possible"
    )


def _track_not_in_mix(track: str, tracks: Sequence[str]) -> str:
    return f"<instruction>: there are no {track.replace('_', ' ')} in this track; it has {', '.join(tracks)}"


def _track_not_transposable(track: str, semitones: float, furthest: int) -> str:
    return (
        f"<instruction>: {track.replace('_', ' ')} can't be moved by {semitones:g} semitones; "
        f"at most {furthest} up or down, and no drums or percussion, is possible"
    )


def _track_not_separable(track: str) -> str:
    return (
        f"{track.capitalize()} can't be separated from a recording by <this engine>; "
        "it can do vocals, bass and drums. Tracks <composed here> have all their stems."
    )


def _track_not_heard(track: str, heard: Sequence[str]) -> str:
    missing = {"vocals": "singing was", "drums": "drums were", "bass": "bass was"}[track]
    return f"No {missing} heard in this recording; heard: {', '.join((*heard, 'other instruments'))}."


def _extension_out_of_range(side: str, length: float, longest: float) -> str:
    return f"<{side}>: {length:g} s is out of range; give 0 to {longest:.0f} s"


def _edit_unsupported(clause: str, kind: str) -> str:
    why, instead = UNSUPPORTED_EDITS[kind]
    return f"<instruction>: {clause!r}: {why}; {instead}"


UNSUPPORTED_EDITS: Final[Mapping[str, tuple[str, str]]] = {
    "noise_removal": (
        "noise can't be removed",
        "less treble makes hiss softer, cut everything below 60 Hz makes hum and rumble softer",
    ),
    "energy": (
        "energy is too wide a word for an edit",
        "say what makes it: 5 % faster, drums 3 dB louder, brighter, add drums; "
        "a cover with a livelier caption plays it anew",
    ),
    "modulation_effect": (
        "there is no such effect",
        "an edit has echo, reverb, compression, distortion, filters, width and a place left or right",
    ),
    "correction": (
        "neither tuning nor timing of what was played can be corrected",
        "a repaint plays a part anew (<repaint>)",
    ),
    "undo": (
        "an edit does not know what the track was before",
        "<edit the earlier rendering again>, or say the key or tempo: in G minor, to 120 bpm",
    ),
    "lyrics": (
        "new words come as an argument of their own",
        "give them as <lyrics>; it works with tracks that were <composed here>",
    ),
    "relative_tempo": (
        "an edit sets the tempo itself, not by how much it changes",
        "say to 126 bpm, or 5 % faster",
    ),
    "solo": (
        "an edit composes no solos",
        "it has an instrument play along for a stretch: add a saxophone from 1:00 to 1:30",
    ),
    "composition": (
        "an edit composes no new sections",
        "<extend> goes on before or after the track, <repaint> plays a stretch anew, "
        "and an edit can repeat a part: repeat the chorus",
    ),
    "singer": (
        "the singer can't be exchanged for another",
        "pitch the vocals up or down by 3 semitones, or make a new take (<retake>)",
    ),
    "shortening": (
        "how much of it should go has to be said",
        "say cut the first 4 seconds, cut from 0:30 to 0:45, cut the intro or keep only the first minute",
    ),
    "automation": (
        "an edit changes a stretch as a whole, not little by little",
        "fade in over 10 seconds and fade out do; or give stretches: 3 dB quieter from 0:00 to 0:20",
    ),
    "stems": (
        "an edit gives one mix",
        "extract_stem gives one instrument as a track of its own",
    ),
    "metre": (
        "metre and feel of what was played can't be bent",
        "a cover plays the song anew in another style (<cover>)",
    ),
}
"""Why an edit can't do what is asked for, and what can be done instead."""

SENTENCES: Final[Mapping[str, str | Callable[..., str]]] = {
    # What is to be composed.
    "genre_preset_unknown": '"{preset}" is not a genre preset: use one of {presets} or custom.',
    "key_unknown": '"{key}" is not a key: write for example "C major", "Am" or "F# minor".',
    "composition_key_unknown": '"{key}" is not a key: write for example "C major" or "F# minor".',
    "caption_not_english": (
        "<caption>: nothing of it was understood; write it in English and name a style, players, a mood or a "
        "tempo"
    ),
    "metre_unknown": '"{metre}" is not a metre that can be played: use {metres}.',
    "tempo_out_of_range": "A tempo of {tempo:g} BPM can't be played: use {lowest:g} to {highest:g}.",
    "duration_out_of_range": (
        "A piece can't last {duration:g} seconds: use {lowest:g} to {highest:g}, or <None> for automatic."
    ),
    "duration_not_positive": "A piece can't last {duration:g} seconds: ask for more than 0.",
    "nobody_plays": "<caption>: nobody is left to play what it asks for; name an instrument",
    # What is to be listened to.
    "recording_empty": "The recording is empty: there is nothing to {purpose}.",
    "sample_rate_not_positive": "A sample rate of {rate} Hz makes no sense.",
    "separation_source_silent": "The recording is silent: there is nothing to separate.",
    "track_not_separable": _track_not_separable,
    "track_not_heard": _track_not_heard,
    "stem_not_in_mix": "<track>: there is no {track} in this music; it has {tracks}.",
    "recording_without_singing": "<source>: the recording is silent, nobody sings these lyrics in it.",
    "lyrics_without_lines": "There are no lyrics to time: the text has no lines.",
    "lyrics_too_long": (
        "{syllables} syllables of lyrics don't fit into {duration:.0f} seconds: is it the right text?"
    ),
    # What is to be played again.
    "nothing_to_write_down": (
        "no tune and no chords are heard in this audio, so there is nothing to write down"
    ),
    "cover_source_silent": (
        "<source>: the recording is silent, there is no song in it to cover; <give another one>"
    ),
    "cover_key_unknown": '<key>: {key!r} is not a key; write it like "C Major" or "F# minor"',
    "reference_silent": (
        "<reference>: the recording is silent, it has no sound to go by; <give another one>"
    ),
    "retake_source_silent": (
        "<source>: the track is silent, there is nothing to play again; <give another one>"
    ),
    "window_start_outside": "<start>: {start:g} s is not in the track; give 0 to {duration:.2f} s",
    "window_after_end": (
        "<end>: {end:g} s is after the end of the track ({duration:.2f} s); -1 means its end"
    ),
    "window_too_short": (
        "<end>: {end:g} s is too early; it must be at least {shortest:g} s after <start> ({start:g} s)"
    ),
    "window_too_long": (
        "<end>: {length:.0f} s is too long a stretch; "
        "repaint at most {longest:.0f} s at a time, or make a cover"
    ),
    "extension_out_of_range": _extension_out_of_range,
    "nothing_to_extend": ("<after>: both lengths are 0; give at least one of them, up to {longest:.0f} s"),
    # What is to be edited.
    "nothing_to_edit": ("<instruction>: say what to change, for example: a bit brighter, drums 3 dB louder"),
    "edit_not_understood": (
        "<instruction>: no change was understood in it; write it in English, such as {examples}; "
        "for a style, <cover>"
    ),
    "edit_clause_refused": "<instruction>: {clause!r}: {why}",
    "clause_not_understood": (
        "<instruction>: not understood, and left as it was; say it in plain English, one change a clause, "
        "or with edits"
    ),
    "edit_asks_for_nothing": (
        "<instruction>: it says what is to stay as it is and nothing that is to change; say what to change"
    ),
    "edit_unsupported": _edit_unsupported,
    "edit_range_invalid": (
        "<first>, <last>: {low:g} to {high:g} is no part of the track; "
        "give fractions of its length, 0 to 1, the smaller one first"
    ),
    "recording_keeps_its_words": (
        "<lyrics>: the words of a recording can't be changed here; "
        "it works with tracks that were <composed here>"
    ),
    "recording_keeps_its_style": (
        "<instruction>: a recording is not arranged anew by an edit; <cover> plays it in another style"
    ),
    "nothing_to_sing": (
        "<lyrics>: there is nothing to sing in these lyrics; write at least one line of words"
    ),
    "section_not_found": _section_not_found,
    "stretch_outside": _stretch_outside,
    "no_bars_heard": (
        "<instruction>: no bars were heard to count; give times, for example from 0:30 to 0:45"
    ),
    "cut_leaves_nothing": "<instruction>: nothing would be left of the track; cut a part of it",
    "no_silence_there": "<instruction>: there is no silence {where} to remove",
    "mono_already": "<instruction>: it is mono already",
    "instrument_shares_stem": (
        "<instruction>: {name} can't be told apart from {others}: they are one stem; "
        "say {track} to change all of it"
    ),
    "instrument_not_in_mix": (
        "<instruction>: no {name} plays in this track: its {track} stem has {played}; "
        "name those, or add {name}"
    ),
    "nobody_left": "<instruction>: nothing would be left of the track; keep at least one instrument",
    "repeat_out_of_range": _repeat_out_of_range,
    "result_too_long": _result_too_long,
    "nothing_heard_there": "<instruction>: nothing is heard of {who} there",
    "nothing_but_silence": (
        "<instruction>: this track is silent from start to end; there is nothing to keep"
    ),
    "track_not_in_mix": _track_not_in_mix,
    "track_not_transposable": _track_not_transposable,
    "instrument_unknown": (
        "<instruction>: {instrument!r} is not an instrument known here; try piano or strings"
    ),
    "instrument_not_addable": ("<instruction>: {instrument!r} can't be added here; try strings or piano"),
    "loudness_out_of_range": (
        "<instruction>: {loudness:g} LUFS is out of range; "
        "{lowest:g} to {highest:g} LUFS is possible, -14 is usual"
    ),
    "silence_has_no_loudness": "<instruction>: silence has no loudness that could be changed",
    "peak_out_of_range": (
        "<instruction>: a peak of {peak:g} dB is out of range; {lowest:g} to {highest:g} dB is possible"
    ),
    "silence_has_no_peak": "<instruction>: silence has no peak that could be set",
    "no_steady_beat": (
        "<instruction>: no steady beat was heard to set to a tempo; say faster or slower by N %"
    ),
    "speed_out_of_range": (
        "<instruction>: a speed of {speed:.2g} times is out of range; "
        "{lowest:g} to {highest:g} times is possible"
    ),
    "no_key_heard": ("<instruction>: no key was heard in this track; say up or down by N semitones"),
    "transposition_too_far": (
        "<instruction>: {semitones:g} semitones is too far; at most {furthest} up or down is possible"
    ),
    "frequency_out_of_range": (
        "<instruction>: {hertz:g} Hz is out of range; {lowest:g} to {highest} is possible"
    ),
    "not_stereo": (
        "<instruction>: this track is not stereo, so nothing can be made wider, narrower or moved"
    ),
}
