"""What became of wishes for style, time, key, form, mood and the sound of the whole."""

from __future__ import annotations

import re

from audiopod_mcp.music.captions.asked import metre_asked, wanted_phrases
from audiopod_mcp.music.captions.named import named_tracks
from audiopod_mcp.music.captions.numbers import canonical_metre
from audiopod_mcp.music.captions.text_search import find_words, word_pattern
from audiopod_mcp.music.captions.vocabulary import FAR_REGIONS, OWN_NAMES, SECTIONS
from audiopod_mcp.music.captions.wishes import Wish, styles_named_exactly
from audiopod_mcp.music.composition.course import plays_it
from audiopod_mcp.music.model import NotDone
from audiopod_mcp.music.styles import STYLES
from audiopod_mcp.music.theory import METRES, Key, parse_key

from .played import MARKED, SINGS, Played, fact, played_a_second

_OF_THE_WHOLE = (
    "mood, tempo and feel are the whole piece's: say them without a section; "
    'who plays is said by entries: "piano enters at the verse"'
)
_SHORT_SECTION = 10.0
"""Seconds that nobody calls a long intro."""


_PLUGGED = re.compile("electr|synth|distorted|lead guitar|808|reese|chip|pedal steel|organ|clavinet|dusty")
"""Instruments that are nothing without a plug."""


def settle_style(wish: Wish, played: Played) -> str | NotDone:
    own, value = played.brief.style, wish.value
    if value != own and value not in STYLES[own].parents:
        return NotDone(wish.asked, f"one style at a time: {own} is played")
    if styles_named_exactly(wish.asked, value, OWN_NAMES[value]):
        return fact(wish.asked, f"style {own}")
    return NotDone(wish.asked, f"played as {own}, the nearest style there is")


def settle_form(wish: Wish, played: Played) -> str | NotDone:
    own, score = played.brief.style, played.score
    metre = metre_asked(wanted_phrases(wish.asked))
    if wish.value == "rap":
        spoken = any(part.instrument == "spoken voice" for part in played.parts)
        return (
            fact(wish.asked, "the words are spoken in rhythm")
            if spoken
            else NotDone(wish.asked, "nobody raps without lyrics")
        )
    if wish.value == own:
        return fact(wish.asked, f"style {own}")
    if metre and metre == score.timesignature:
        return fact(wish.asked, metre)
    if wish.value == "ballad" and score.tempo <= 100:
        return fact(wish.asked, f"slow, {score.tempo:g} BPM")
    return NotDone(wish.asked, f"{own} is played, which was named too")


def settle_hint(wish: Wish, played: Played) -> str | NotDone:
    if wish.asked.lower() in ("beat", "beats") and any(p.track == "drums" for p in played.parts):
        return wish.asked
    if wish.value != played.brief.style:
        return settle_acoustic(wish, played) if wish.asked.lower() == "acoustic" else "unread"
    if word_pattern(FAR_REGIONS).fullmatch(wish.asked):
        return NotDone(wish.asked, f"played as {wish.value}, the nearest style there is")
    return fact(wish.asked, f"style {wish.value}")


def settle_acoustic(wish: Wish, played: Played) -> str | NotDone:
    plugged = [
        part
        for part in played.parts
        if _PLUGGED.search(part.instrument) or (part.track in ("synth", "fx") and part.instrument != "bells")
    ]
    if names := ", ".join(dict.fromkeys(part.instrument for part in plugged)):
        return NotDone(wish.asked, f"{names} plays")
    return fact(wish.asked, "no electric instrument plays")


def settle_tempo(wish: Wish, played: Played) -> str | NotDone:
    tempo = played.score.tempo
    asked = wish.asked.strip(" ,;|@")
    named = [float(number) for number in re.findall(r"\d+(?:\.\d+)?", asked)]
    if not min(named) * 0.99 - 1e-6 <= tempo <= max(named) * 1.01 + 1e-6:
        return NotDone(asked, f"it is {tempo:g} BPM")
    middle = ", the middle" if len(named) > 1 and tempo == wish.value else ""
    return fact(asked, f"{tempo:g} BPM{middle}")


def settle_pace(wish: Wish, played: Played) -> str | NotDone:
    tempo = played.score.tempo
    if not wish.value:
        return "unread"
    slow, fast = "slow" in wish.value, "fast" in wish.value
    first = next(w for w in played.wishes if w.kind == "pace" and w.value)
    if (slow or fast) and first.value != wish.value and ("slow" if fast else "fast") in first.value:
        return NotDone(wish.asked, f"it is {tempo:g} BPM")
    if any(w.kind == "tempo" for w in played.wishes) and not (
        (slow and tempo > 125) or (fast and tempo < 95)
    ):
        return wish.asked
    if (slow and tempo > 125) or (fast and tempo < 95):
        low, high = STYLES[played.brief.style].tempo
        if any(w.kind == "tempo" for w in played.wishes) or not low * 0.6 <= tempo <= high * 1.5:
            return NotDone(wish.asked, f"it is {tempo:g} BPM")
    return fact(wish.asked, f"{tempo:g} BPM")


def settle_key(wish: Wish, played: Played) -> str | NotDone:
    own, wanted = parse_key(played.score.key), wish.value
    assert isinstance(wanted, Key)  # noqa: S101 - that is what this kind of wish holds
    same = own is not None and own.tonic == wanted.tonic and own.mode == (wanted.mode or own.mode)
    open_mode = not re.search(r"maj|min|m$", wish.asked)
    if same and own is not None and (own.minor == wanted.minor or (open_mode and own.mode)):
        return fact(wish.asked, str(own))
    return NotDone(wish.asked, f"it is in {played.score.key}")


def settle_mode(wish: Wish, played: Played) -> str | NotDone:
    own = parse_key(played.score.key)
    heard = {own.mode, "minor" if own.minor else "major"} if own else set()
    return (
        fact(wish.asked, played.score.key)
        if wish.value in heard
        else NotDone(wish.asked, f"it is in {played.score.key}")
    )


def settle_metre(wish: Wish, played: Played) -> str | NotDone:
    own = played.score.timesignature
    if canonical_metre(wish.value) == own:
        return fact(wish.asked, own)
    if canonical_metre(wish.value) is None:
        return NotDone(wish.asked, f"not played here: it is in {own} (there are {', '.join(METRES)})")
    return NotDone(wish.asked, f"it is in {own}")


def settle_length(wish: Wish, played: Played) -> str | NotDone:
    if abs(played.score.duration - wish.value) < 0.6:
        return f"{played.score.duration:.4g} s"
    limits = "" if 1 <= wish.value <= 600 else "; 1 to 600 s are possible"
    return NotDone(wish.asked, f"it lasts {played.score.duration:.4g} s{limits}")


def settle_bars(wish: Wish, played: Played) -> str | NotDone:
    count = len(played.score.downbeats)
    return (
        fact(wish.asked, f"{count} bars")
        if count == wish.value
        else NotDone(wish.asked, f"it has {count} bars")
    )


def settle_twelve_bars(wish: Wish, played: Played) -> str | NotDone:
    """Choruses of twelve bars, behind the last of which a chord may be held for one more."""
    lengths = [
        (span.label, sum(span.start - 0.01 <= beat < span.end - 0.01 for beat in played.score.downbeats))
        for span in played.score.sections
    ]
    choruses = sum(bars in (12, 13) for _, bars in lengths)
    if choruses:
        return fact(wish.asked, f"{choruses} chorus{'es' * (choruses > 1)} of twelve bars")
    form = ", ".join(f"{label} of {bars}" for label, bars in lengths)
    return NotDone(wish.asked, f"the form is {form} bars")


def settle_feel(wish: Wish, played: Played) -> str | NotDone:
    word = wish.asked.lower()
    counted = played.brief.feel is not None and played.brief.feel[:4] == word[:4]
    straight = word.startswith(("straight", "unsw", "no", "not")) and played.brief.swing == 0.5
    swung = played.brief.swing is not None and played.brief.swing > 0.5
    drums = any(part.track == "drums" for part in played.parts)
    if counted:
        return (
            fact(wish.asked, f"{played.brief.feel} drums")
            if drums
            else NotDone(wish.asked, "no drums count it")
        )
    if straight or swung:
        return fact(wish.asked, f"swing {100 * (played.brief.swing or 0.5):.0f} %")
    return NotDone(wish.asked, "it is in the style's own feel")


def settle_pulse(wish: Wish, played: Played) -> str | NotDone:
    """A kick, or a note of the bass, on every beat."""
    score, kick = played.score, wish.value == "kick"
    starts = [
        note.start
        for part in played.parts
        if part.track == ("drums" if kick else "bass")
        for note in part.notes
        if not kick or round(note.pitch) in (35, 36)
    ]
    heard = sum(any(abs(start - beat) < 0.07 for start in starts) for beat in score.beats)
    share = heard / max(1, len(score.beats))
    told = f"{'kick' if kick else 'bass'} on {share:.0%} of the beats"
    return fact(wish.asked, told) if share > 0.7 else NotDone(wish.asked, told)


def settle_amount(wish: Wish, played: Played) -> str | NotDone:
    layers, level = wish.value
    if not layers:
        return NotDone(wish.asked, "how loud a player is beside the others is said by an edit of the track")
    named = named_tracks(wish.asked)
    if named and not any(plays_it(part, named) for part in played.parts):
        return NotDone(wish.asked, f"no {' or '.join(sorted(named))} plays here")
    names = [layer for layer in layers if layer] or ["drums", "bass", "chords", "melody"]
    own = {name: getattr(played.brief.activity, name) for name in names}
    if not all((value < 0.5) == (level < 0.5) and value != 0.5 for value in own.values()):
        return NotDone(wish.asked, "they play as usual")
    amount = "less" if level < 0.5 else "more"
    return fact(wish.asked, f"{amount} {', '.join(names) if '' not in layers else 'of everything'}")


def settle_mood(wish: Wish, played: Played) -> str | NotDone:
    """A mood of more energy than there was, or of less, is met only where that is heard."""
    change = played.change
    is_met = change is None or change.is_heard or wish.value[1] * change.wanted <= 0
    return wish.asked if is_met else settle_change(wish, played)


def settle_change(wish: Wish, played: Played) -> str | NotDone:
    if played.change is None:
        return wish.asked
    if played.change.is_heard:
        return fact(wish.asked, str(played.change))
    return NotDone(wish.asked, f"it is hardly heard: {played.change}; an edit sets levels in dB")


def settle_section(wish: Wish, played: Played) -> str | NotDone:
    spans = [span for span in played.score.sections if span.label == wish.value]
    if spans:
        return f"{wish.asked} at {', '.join(played.time(span.start) for span in spans[:4])}"
    form = ", ".join(dict.fromkeys(span.label for span in played.score.sections))
    return NotDone(wish.asked, f"the form is {form}; sections can be named as tags in the lyrics")


def settle_no_section(wish: Wish, played: Played) -> str | NotDone:
    otherwise = "break" if "break" in wish.asked.lower() else "chorus"
    label = next((label for _, _, label in find_words(wish.asked, SECTIONS)), otherwise)
    spans = [span for span in played.score.sections if span.label == label]
    if not spans:
        return wish.asked
    longest = max(span.end - span.start for span in spans)
    told = f"{label} of {longest:.2g} s"
    if wish.value and longest <= _SHORT_SECTION:
        return fact(wish.asked, told)
    return NotDone(wish.asked, f"the form has {told}; sections can be named as tags in the lyrics")


def settle_quality(wish: Wish, played: Played) -> str | NotDone:
    """More or less of the music in a section than elsewhere, by the velocities of its notes in a second."""
    label, more = wish.value
    spans = [span for span in played.score.sections if span.label == label]
    ends = () if label in ("intro", "outro") else ("intro", "outro")
    others = [span for span in played.score.sections if span not in spans and span.label not in ends]
    if not spans or not others:
        return settle_section(wish, played) if not spans else NotDone(wish.asked, "there is no other section")
    if not more:
        return NotDone(wish.asked, _OF_THE_WHOLE)
    share = played_a_second(played.parts, spans) / max(1e-6, played_a_second(played.parts, others))
    told = f"{abs(share - 1):.0%} {'more' if share > 1 else 'less'} is played there than elsewhere"
    return fact(wish.asked, told) if (share - 1) * more > MARKED else NotDone(wish.asked, told)


def settle_finish(wish: Wish, played: Played) -> str | NotDone:
    name = f"fade {wish.value}" if wish.kind == "fade" else wish.value
    if name == "dry" and played.brief.dry:
        return fact(wish.asked, "no room, no echo")
    done = next((fact for fact in played.finish if fact.startswith(name)), None)
    if done and wish.kind == "fade":
        return done
    return fact(wish.asked, done) if done else NotDone(wish.asked, "an edit does that afterwards")


def settle_ending(wish: Wish, played: Played) -> str | NotDone | None:
    """Every piece comes to an end: only one that is sudden or big is a wish."""
    if wish.value == "abrupt":
        if played.brief.ends_abruptly and not played.kept:
            return fact(wish.asked, "no last chord that is held")
        return NotDone(wish.asked, "it ends on a chord that rings")
    if wish.value == "big" and played.close != "big":
        return NotDone(wish.asked, "it ends as loud as the form has it")
    return wish.asked if played.close else None


def settle_language(wish: Wish, played: Played) -> str | NotDone:
    if wish.value.lower() == "latin":
        return NotDone(wish.asked, "its stresses are not known here")
    if played.score.lyrics:
        return fact(wish.asked, f"stresses of {wish.value}")
    return NotDone(wish.asked, f"{SINGS}; write them in that language")


def settle_instrumental(wish: Wish, played: Played) -> str | NotDone:
    if any(part.track == "vocals" for part in played.parts):
        return NotDone(wish.asked, "there are lyrics, which are sung")
    return fact(wish.asked, "nobody sings")
