"""What was made of the tags and the chords of lyrics, and what was not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping

from audiopod_mcp.music.captions.text_search import find_words, normalize_text
from audiopod_mcp.music.captions.vocabulary import INSTRUMENT_WORDS
from audiopod_mcp.music.composition.form import SECTION_INTENSITY
from audiopod_mcp.music.composition.singing import voices_of
from audiopod_mcp.music.lyrics.chords import NO_CHORD, is_played_whole
from audiopod_mcp.music.lyrics.tags import without_voice
from audiopod_mcp.music.lyrics.text import LyricSection, LyricSheet, read_lyrics
from audiopod_mcp.music.model import Brief, LyricLine, NotDone, Score, Span, format_time
from audiopod_mcp.music.synthesis.instruments import INSTRUMENTS

from .staging_receipts import staging_receipts

_SAYS_NOTHING = re.compile(
    r"an?|and|by|for|in|of|on|only|lead|solo|section|short|long|the|with|music|musical", re.IGNORECASE
)
_SUNG = ("verse", "pre-chorus", "chorus")
_LONGEST = 200
"""Characters of somebody's words that are repeated."""

Receipts = tuple[tuple[str, ...], tuple[NotDone, ...]]
"""What was done, and what was not."""


def lyric_receipts(
    brief: Brief,
    score: Score,
    tracks: Collection[str] | None = None,
    *,
    joins: bool = False,
    fades_out: bool = False,
    chords: bool = True,
    at: float = 0.0,
) -> Receipts:
    """Tell what music made of its lyrics.

    Parameters
    ----------
    brief : Brief
        Whose lyrics are told of.
    score : Score
        What was made of it.
    tracks : collection of str, optional
        The only tracks that are heard.
    joins : bool
        Whether it joins a song, whose beginning and end stay as they are, but for an end that ``fades_out``.
    chords : bool
        Whether the band plays the chords that are written.
    at : float
        Where the music begins in what is told of, s.
    """
    sheet = read_lyrics(brief.lyrics or "")
    done: list[str] = []
    unmet = list(sheet.unmet)
    places = _places(sheet, score)
    made, dropped = _form_of(sheet, score, places)
    if made and (joins or brief.form or not brief.instrumental):
        tagged = [section.label for section in sheet.sections if section.label and section.tag]
        done.append("form as tagged" if made == tagged else f"form: {', '.join(made)}")
        unmet += dropped
    elif sheet.sections and brief.instrumental:
        done.append("no singing")
    heard_solos: set[int] = set()
    for name, number in brief.solos:
        if number is None:
            continue
        times = _solo_times(score, name)
        if times and (tracks is None or INSTRUMENTS[name].track in tracks):
            when = ", ".join(f"{format_time(at + a)}-{format_time(at + b)}" for a, b in times)
            done.append(f"{name} solo at {when}")
            heard_solos.add(number)
    sings = any(section.lines for section in sheet.sections)
    staged = {step.section for step in brief.staging} if tracks is None else set()
    if staged:
        settled, missed_steps = staging_receipts(brief, sheet, score, places, at, heard_solos)
        done += settled
        unmet += missed_steps
    for number, section in enumerate(sheet.sections):
        if number in staged:
            continue
        unmet += _unmet_of(section, number in heard_solos, sings=sings)
    heard_voices, missed = _voices_heard(brief, score)
    done += [f"{voice} sings {count} line{'s' * (count > 1)}" for voice, count in heard_voices.items()]
    unmet += [NotDone(voice, "One voice sings all of it here.") for voice in missed]
    voices_alone = tracks is not None and set(tracks) <= {"vocals", "backing_vocals"}
    done_chords, unmet_chords = _chord_receipts(sheet, score if chords and not voices_alone else None)
    if joins:
        unmet += [
            NotDone(name, "The song's own beginning and end stay as they are.")
            for name, asked in (
                ("fade in", sheet.fades_in),
                ("fade out", sheet.fades_out and not fades_out),
                ("abrupt end", sheet.ends_abruptly),
            )
            if asked
        ]
    elif sheet.ends_abruptly:
        done.append("no last chord that is held: it ends at once")
    if not brief.instrumental and (joins or "vocals" not in brief.without):
        unmet += unsung_lines(sheet, score.lyrics, score.duration)
    return tuple(dict.fromkeys((*done, *done_chords))), tuple(dict.fromkeys((*unmet, *unmet_chords)))


def _voices_heard(brief: Brief, score: Score) -> tuple[dict[str, int], list[str]]:
    """How many lines each voice sings that the lyrics name for them, and those that are not heard."""
    heard: dict[str, int] = {}
    missed = []
    for line, voice in zip(score.lyrics, voices_of(brief.lyrics, score.lyrics), strict=False):
        own = [part for part in score.parts if part.instrument == voice]
        if any(line.start - 0.05 <= note.start < line.end for part in own for note in part.notes):
            heard[voice] = heard.get(voice, 0) + 1
        elif voice:
            missed.append(voice)
    return heard, list(dict.fromkeys(missed))


def _chord_receipts(sheet: LyricSheet, score: Score | None) -> Receipts:
    """Which chords are played in ``score``, if anybody plays them."""
    labels = [label for label in dict.fromkeys(sheet.chords) if label != NO_CHORD]
    if not labels:
        return (), ()
    if score is None:
        return (), (NotDone(", ".join(labels), "The words are sung without these chords."),)
    reduced = tuple(
        NotDone(label, "It is played as the chord without what is added to it.")
        for label in labels
        if not is_played_whole(label)
    )
    there = {span.label for span in score.chords}
    missing = tuple(NotDone(label, "There is no time for it here.") for label in labels if label not in there)
    played = [label for label in labels if label in there]
    return (f"chords as written: {', '.join(played)}",) if played else (), (*reduced, *missing)


def _places(sheet: LyricSheet, score: Score) -> dict[int, Span]:
    """Where each section of the lyrics is, by its number; not those for which there is no place."""
    places: dict[int, Span] = {}
    labels = [span.label for span in score.sections]
    sung = list(score.lyrics)
    at = 0
    for number, section in enumerate(sheet.sections):
        place: int | None = None
        if section.lines:
            line = next((line for line in sung if line.text == section.lines[0]), None)
            if line is None:
                continue
            del sung[: sung.index(line) + 1]
            place = next(
                (i for i, s in enumerate(score.sections) if s.start <= line.start + 0.6 < s.end), None
            )
            at = max(at, (place or 0) + 1)
        elif section.tag is not None and section.label in labels[at:]:
            place = labels.index(section.label, at)
            at = place + 1
        if place is not None:
            places[number] = score.sections[place]
    return places


def _form_of(sheet: LyricSheet, score: Score, places: Mapping[int, Span]) -> tuple[list[str], list[NotDone]]:
    """The sections that the tags ask for: those that there are, in order, and what became of the others."""
    made: list[str] = []
    dropped: list[NotDone] = []
    sung = {line.text for line in score.lyrics}
    for number, section in enumerate(sheet.sections):
        if section.label is None or section.tag is None or (section.lines and section.lines[0] not in sung):
            continue
        heard = places[number].label if number in places else section.label if section.lines else None
        if heard == section.label:
            made.append(heard)
        elif heard is not None:
            dropped.append(NotDone(section.tag, f"Its words are sung in the {heard} of the song."))
        else:
            told = f"There is no place for it in {format_time(score.duration)}; give it longer."
            dropped.append(NotDone(section.tag, told))
    return made, dropped


def unsung_lines(sheet: LyricSheet, sung: tuple[LyricLine, ...], length: float) -> tuple[NotDone, ...]:
    """The lines for which there was no time, as one that is not done."""
    left = Counter(line.text for line in sung)
    missing = []
    for section in sheet.sections:
        for line in section.lines:
            if left[line]:
                left[line] -= 1
            elif any(letter.isalnum() for letter in line):
                missing.append(line)
    if not missing:
        return ()
    words = " / ".join(missing)
    asked = words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
    count = f"{len(missing)} line{'s' * (len(missing) > 1)}"
    return (NotDone(asked, f"Left out: no time for {count} in {format_time(length)}; give it longer."),)


def _unmet_of(section: LyricSection, heard_solo: bool, *, sings: bool) -> list[NotDone]:
    """What a tag says beside its section, as far as nothing came of it."""
    if section.tag and not section.lines and not section.bars and section.label in _SUNG and sings:
        return [NotDone(section.tag, "There are no words below it: it is played without singing.")]
    if not section.tag or not any(letter.isalnum() for letter in section.wish):
        return []
    kind = section.label or "verse"
    if section.lines:
        voice = next(filter(None, section.voices), "")
        if voice and not any(map(str.isalnum, without_voice(section.wish))):
            return []
        told = f"It is sung as a {kind}; how it sounds can be asked for in the caption."
        return [NotDone(section.tag, told)]
    text = normalize_text(section.wish)
    named = find_words(text, INSTRUMENT_WORDS)
    rest = "".join(c if not any(a <= i < b for a, b, _ in named) else " " for i, c in enumerate(text))
    left = [
        word for word in rest.lower().replace(",", " ").split()
        if not _SAYS_NOTHING.fullmatch(word.strip("-–—:;.()")) and any(c.isalnum() for c in word)
    ]  # fmt: skip
    if heard_solo and not left and len(named) < 2:
        return []
    who = "the first instrument that it names" if heard_solo else "the band"
    kind = kind if kind in SECTION_INTENSITY else "section"
    article = "an" if kind[0] in "aeiou" else "a"
    return [
        NotDone(
            section.tag,
            f"It is {article} {kind} without singing, by {who}; nothing more was made of it.",
        )
    ]


def _solo_times(score: Score, name: str) -> list[tuple[float, float]]:
    """The sections, s, in which an instrument plays its solo."""
    pitched = not INSTRUMENTS[name].unpitched
    own = next((part.notes for part in reversed(score.parts) if part.instrument == name), ())
    if not pitched:
        others = [n.start for p in score.parts if not INSTRUMENTS[p.instrument].unpitched for n in p.notes]
    times = []
    for span in score.sections:
        inside = any(span.start - 0.02 <= note.start < span.end - 0.02 for note in own)
        alone = pitched or not any(span.start <= start < span.end - 0.05 for start in others)
        if inside and alone:
            times.append((span.start, span.end))
    return times
