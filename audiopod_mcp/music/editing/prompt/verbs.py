"""What a clause asks for, once players, times and amounts are letters in it: one table of words and edits."""

# ruff: noqa: E501 (a table: the words of one meaning a line)

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import log2, log10
from typing import Any, Final

from .amounts import Amounts
from .times import When

Fields = dict[str, Any]
"""The fields of an edit, but for whom it is for and when."""


@dataclass(frozen=True, slots=True)
class Clause:
    """What a verb may look at: the ``amounts``, the ``players`` in order, and ``when``."""

    amounts: Amounts
    players: tuple[str, ...]
    when: When

    def amount(self, letter: str, otherwise: float) -> float:
        return self.amounts.values.get(letter, otherwise)

    def change(self, otherwise: float, sign: float = 1) -> float:
        """So many dB, in the direction of the verb."""
        if "D" in self.amounts.values:
            return sign * abs(self.amounts.values["D"])
        return sign * otherwise * self.amounts.degree


Builder = Callable[[Clause], list[Fields] | None]

_LESS = r"less|not (?:so|as|that)|too|reduce[ds]?|lower(?:ed)?|cut|decrease[ds]?|tame|dial back|turn(?:ed)? down|roll(?:ed)? off|take (?:off|out)|remove|scoop|dip|tone down|pull down"
_MORE = r"more|add(?: more)?|boost(?:ed)?|increase[ds]?|raise[ds]?|bring (?:up|out)|turn(?:ed)? up|needs?(?: more)?|with more|not enough"
_LOUD = r"volume|level|loudness|gain"
_UP = (
    rf"louder|(?:turn|bring|push|crank|pump|move|come|lift|mix|boost)(?:ed|s)? (?:up|forward|out front|up front|to front)(?: in)?|boost(?:ed)?|raise[ds]?|increase[ds]?|lift"
    rf"|(?:turn up|raise|increase|boost|more|up) (?:{_LOUD})(?: of)?|(?:{_LOUD}) (?:of )?(?:up|higher)|higher (?:{_LOUD})|(?:more|most) (?:prominent|audible|present in)|up|forward|up front|too (?:quiet|soft|low)"
    r"|(?:hard|difficult|impossible) to hear|can'?t hear|cannot hear|(?:buried|lost)(?: in)?|gets? (?:lost|buried)(?: in)?|not loud enough|up in|higher in"
)
_DOWN = (
    rf"quieter|softer|less loud|(?:turn|bring|pull|dial|push|tone|tuck|move|mix|take|knock)(?:ed|s)? (?:down|back)(?: in)?|reduce[ds]?|decrease[ds]?|tame|attenuate"
    rf"|(?:turn down|reduce|lower|decrease|less) (?:{_LOUD})(?: of)?|lower|(?:{_LOUD}) (?:of )?(?:down|lower)|lower (?:{_LOUD})|less prominent|down|back|(?:further )?back in|(?:in|into|to) background|too loud|too prominent|overpowering|lower in|down in"
)
_REMOVE = r"remove|rid|mute|kill|no|no more|without(?: any)?|delete|drop|drop out|take (?:out|away|off)|get rid of|getting rid of|rid of|cut(?: out)?|lose|strip(?: out)?|eliminate|exclude|minus|silence|turn off|switch off|don'?t (?:want|need)(?: any)?|do not want(?: any)?|not want"
_CUT = r"cut(?: out| off| away)?|remove|delete|drop|skip|trim(?: off)?|chop(?: off)?|take (?:out|off|away)|get rid of|snip|crop(?: out)?|lose"
_KEEP = r"(?:keep|use|leave|only|just|crop to|trim to|cut down to|cut to|trim down to|keep only|only keep|just keep|keep just|leave only|only use|nothing but)"
_ONLY = r"only|just|solo|solo'?d|isolate|keep only|keep just|leave only|leave just|only keep|nothing but|(?:to )?(?:only hear|hear only|hear just|just hear)|only alone|strip(?:ped)? down to(?: just| only)?|only leave"
_ROOM = r"reverb|reverberation|room|ambience|hall|space"
_NARROW = {"telephone|phone|walkie[ -]?talkie|megaphone|intercom": (300, 3400), "old radio|am radio|radio|vintage radio|transistor radio|gramophone": (200, 4500), "under ?water|next door|another room|behind wall|next room": (None, 500)}  # fmt: skip


def _level(sign: int) -> Builder:
    def build(clause: Clause) -> list[Fields]:
        share = abs(clause.amounts.values.get("C", 0)) / 100
        if share:
            return [
                {"action": "level", "amount": 20 * log10(1 + share if sign > 0 else max(1 - share, 1e-3))}
            ]
        return [{"action": "level", "amount": clause.change(5 if clause.players else 4, sign)}]

    return build


def _tone(action: str, sign: float, usual: float = 6, **more: float) -> Builder:
    return lambda clause: [{"action": action, "amount": clause.change(usual, sign), **more}]


def _signed(clause: Clause) -> list[Fields] | None:
    """A bare "+3 dB" or "-2 dB at 400 Hz"."""
    amount, at = clause.amounts.values.get("D"), clause.amounts.values.get("H")
    if amount is None or "D" not in clause.amounts.signed:
        return None
    return [
        {"action": "level", "amount": amount}
        if at is None
        else {"action": "equaliser", "amount": amount, "hz": at}
    ]


def _bell(sign: int) -> Builder:
    return lambda clause: [
        {"action": "equaliser", "amount": clause.change(4, sign), "hz": clause.amount("H", 0)}
    ]


def _filter(action: str, otherwise: float) -> Builder:
    return lambda clause: [{"action": action, "amount": clause.amount("H", otherwise)}]


def _narrow(low: float | None, high: float) -> Builder:
    cuts = [*([{"action": "low_cut", "amount": low}] if low else []), {"action": "high_cut", "amount": high}]
    return lambda _: cuts


def _share(action: str, usual: float, sign: int = 1) -> Builder:
    def build(clause: Clause) -> list[Fields]:
        amount = clause.amount("C", min(100, usual * clause.amounts.degree))
        every = {"time": clause.amounts.values["S"]} if "S" in clause.amounts.values else {}
        return [{"action": action, "amount": sign * abs(amount), **every}]

    return build


def _width(sign: int) -> Builder:
    return lambda clause: [
        {"action": "width", "amount": 100 + sign * clause.amount("C", min(60 * clause.amounts.degree, 100))}
    ]


def _pan(sign: int, usual: float = 60) -> Builder:
    return lambda clause: [
        {"action": "pan", "amount": sign * clause.amount("C", min(100, usual * clause.amounts.degree))}
    ]


def _tempo(sign: int) -> Builder:
    def build(clause: Clause) -> list[Fields] | None:
        if "B" in clause.amounts.values:
            return (
                [{"action": "tempo", "amount": clause.amount("B", 0)}] if clause.amount("B", 0) > 30 else None
            )
        if "N" in clause.amounts.values:
            return [{"action": "speed", "amount": 100 * clause.amount("N", 1) ** sign}]
        return [
            {"action": "speed", "amount": 100 + sign * abs(clause.amount("C", 10 * clause.amounts.degree))}
        ]

    return build


def _pitch(sign: int) -> Builder:
    def build(clause: Clause) -> list[Fields]:
        by = clause.amounts.values.get("I")
        if by is not None and "I" in clause.amounts.signed:
            return [{"action": "pitch", "amount": by}]
        return [
            {"action": "pitch", "amount": sign * (2 * min(1, clause.amounts.degree) if by is None else by)}
        ]

    return build


def _tuning(clause: Clause) -> list[Fields] | None:
    hertz = clause.amount("H", 0)
    return [{"action": "pitch", "amount": 12 * log2(hertz / 440)}] if 400 <= hertz <= 480 else None


def _loudness(clause: Clause) -> list[Fields] | None:
    amounts = clause.amounts.values
    peak = amounts.get("P", amounts.get("D"))
    if "U" not in amounts and peak is not None:
        return [{"action": "peak", "amount": -abs(peak)}]
    below = {} if peak is None else {"true_peak": -abs(peak)}
    return [{"action": "loudness", "amount": -abs(clause.amount("U", 14)), **below}]


def _fade(*actions: str) -> Builder:
    def build(clause: Clause) -> list[Fields]:
        start, end = clause.when.get("start"), clause.when.get("end")
        length = clause.amounts.values.get("S")
        if length is None and start is not None and start < 0 and end is None and actions == ("fade_out",):
            return [{"action": "fade_out", "amount": -start, "at": {}}]
        if length is None and not start and end is not None and end > 0 and actions == ("fade_in",):
            return [{"action": "fade_in", "amount": end, "at": {}}]
        if length is None and start is not None and end is not None and end > start:
            length = end - start
        if length is None:
            length = 600 if clause.when else 4
        return [{"action": action, "amount": length} for action in actions]

    return build


def _plain(action: str, **fields: Any) -> Builder:
    return lambda _: [{"action": action, **fields}]


def _key(mode: str = "") -> Builder:
    return lambda clause: [{"action": "key", "key": mode or clause.amounts.key}]


def _timed(action: str) -> Builder:
    return lambda clause: [{"action": action}] if clause.when and not clause.players else None


def _repeat(times: float) -> Builder:
    return lambda clause: (
        [{"action": "repeat", "amount": clause.amount("N", times)}] if not clause.players else None
    )


def _removed(clause: Clause) -> list[Fields] | None:
    return [{"action": "remove"}] if clause.players else None


def _silent(clause: Clause) -> list[Fields] | None:
    return [{"action": "remove"}] if clause.players or clause.when else None


def _low_end(sign: int) -> Builder:
    """Say that "more bass" is a turn of a knob on every amplifier; "the bass louder" is about who plays it."""
    return lambda clause: (
        [{"action": "bass", "amount": clause.change(6, sign), "who": None}]
        if clause.players == ("bass",)
        else None
    )


def _eq(words: str, hertz: float, sign: int) -> list[tuple[str, str, Builder]]:
    """A sound that has a name: too much of it if ``sign`` is below 0, else too little."""
    cut, lift = _tone("equaliser", -1, 4, hz=hertz), _tone("equaliser", 1, 4, hz=hertz)
    if sign < 0:
        return [(rf"(?:(?:{_LESS}) )?(?:{words})", "D", cut)]
    return [(rf"(?:(?:{_MORE}) )?(?:{words})", "D", lift), (rf"(?:{_LESS}) (?:{words})", "D", cut)]


VERBS: Final[tuple[tuple[re.Pattern[str], frozenset[str], frozenset[str], Builder], ...]] = tuple(
    (re.compile(words), frozenset(letters), frozenset(letters.partition("!")[2]), build)
    for words, letters, build in (
        # The whole of a clause but for its players and amounts; the amounts that it may, and after "!" must have; what
        # it means.
        ("", "DH", _signed),
        (rf"(?:{_LOUD})", "D", _signed),
        ("add", "!D", _level(1)), ("drop|cut|take off|off", "!D", _level(-1)),
        (_UP, "DC", _level(1)), (rf"(?:{_DOWN})", "DC", _level(-1)),
        (r"(?:twice|double) (?:as loud|volume|loudness)", "", _plain("level", amount=10)),
        (r"(?:half|halve) (?:as loud|volume|loudness)", "", _plain("level", amount=-10)),
        ("more|add more|needs? more|not enough", "D", _low_end(1)), ("less|too much", "D", _low_end(-1)),
        ("more", "D", lambda c: _level(1)(c) if c.players else None), ("less", "D", lambda c: _level(-1)(c) if c.players else None),
        (rf"(?:(?:{_MORE}) )(?:low end|lows|low frequencies|bottom end|bottom|sub)|bassier|fatter low end", "D", _tone("bass", 1)),
        (rf"(?:{_LESS}|too much|take) (?:low end|lows|low frequencies|bottom end|bottom|sub)(?: out)?|(?:less|too)? ?(?:boomy|rumble)", "D", _tone("bass", -1)),
        (rf"(?:(?:{_MORE}) )(?:treble|highs|high end|top end|high frequencies)|trebly", "D", _tone("treble", 1)),
        (rf"(?:{_LESS}|too much) (?:treble|highs|high end|top end|high frequencies|hiss)", "D", _tone("treble", -1)),
        (rf"(?:{_MORE}) (?:mids|midrange|mid-range)", "D", _tone("equaliser", 1, hz=1000)),
        (rf"(?:{_LESS}|too much) (?:mids|midrange|mid-range)", "D", _tone("equaliser", -1, hz=1000)),
        (r"(?:more )?(?:bright(?:er)?|brighten(?: up)?|brightness|crisp(?:er)?|sparkle|sparkly|shimmer|airier|air|clear(?:er)?|clarity|open up|open)|add (?:brightness|sparkle|air|clarity|shimmer)|(?:too|less) (?:dark|dull|muffled)|muffled|dull", "D", _tone("brightness", 1)),
        (r"(?:more )?(?:dark(?:er)?|darken|warm(?:er)?|warmth|warm up|mellow(?:er)?|duller|rounder|smoother|softer sounding)|add warmth|(?:too|less|not so) bright", "D", _tone("brightness", -1)),
        *_eq("mud(?:dy|diness)?", 300, -1), *_eq("box(?:y|iness)", 450, -1), *_eq("nasal|honky", 900, -1),
        *_eq("harsh(?:ness)?|piercing|shrill|tinny", 3500, -1),
        *_eq("fuller|full|thicker|thicken|body|fatter|fatten(?: up)?", 220, 1), ("too thin|thin", "D", _tone("equaliser", 1, 4, hz=220)), *_eq("presence|present", 3000, 1),
        (r"(?:boost|raise|add|increase|lift|more)(?: at| around| near)?", "D!H", _bell(1)),
        (r"(?:cut|dip|reduce|lower|scoop|take out|remove|less|notch)(?: out)?(?: at| around| near| from)?", "D!H", _bell(-1)),
        (r"at", "DH", _signed),
        (r"(?:(?:cut|remove|roll off|filter(?: out)?|take out|kill|lose)(?: (?:all|frequencies|lows|low end|bass))? )?(?:below|under|beneath)", "!H", _filter("low_cut", 0)),
        (r"(?:(?:cut|remove|roll off|filter(?: out)?|take out|kill|lose)(?: (?:all|frequencies|highs|high end|treble))? )?(?:above|over)", "!H", _filter("high_cut", 0)),
        (r"(?:add |apply )?(?:high[ -]?pass|low[ -]?cut)(?:ed)?(?: filter)?(?: at| below)?", "H", _filter("low_cut", 120)),
        (r"(?:add |apply )?(?:low[ -]?pass|high[ -]?cut)(?:ed)?(?: filter)?(?: at| above)?", "H", _filter("high_cut", 6000)),
        *((rf"(?:(?:like|as if|as though|coming|it'?s|is) )*(?:(?:through|from|over|on|in) )?(?:{words})(?: (?:effect|filter))?", "", _narrow(*band)) for words, band in _NARROW.items()),
        (rf"(?:(?:{_MORE}|bigger|larger|with) )?(?:{_ROOM})(?: on| to)?|wetter|roomier|spacious|more spacious|reverb[iy]|like in (?:church|cathedral|hall|big hall)", "C", _share("reverb", 35)),
        (rf"(?:{_LESS}|{_REMOVE}|too much|smaller)(?: of)? (?:{_ROOM})(?: on| from)?|drier|dryer|dry|dry(?: it)? (?:out|up)|(?:{_ROOM}) (?:down|off)|less (?:wet|roomy)|too (?:wet|roomy)", "C", _share("reverb", 60, -1)),
        (r"(?:(?:more|add|with|slapback|slap-back|tempo|put) )?(?:slapback )?(?:echo|echoes|delay|tape delay|tape echo)(?: on| to)?(?: every)?|echoey|more echoey", "CS", _share("echo", 40)),
        (rf"(?:{_LESS}|{_REMOVE}|too much) (?:echo|echoes|delay)(?: on| from)?", "C", _share("reverb", 60, -1)),
        (r"wider|widen|more (?:stereo|width|wide)|broader|wider stereo|stereo wider|stereo width up|wide", "C", _width(1)),
        (r"narrower|narrow|less (?:wide|stereo|width)|too wide|stereo narrower", "C", _width(-1)),
        (r"(?:convert |fold |collapse |in |to |into |down to )*mono", "", _plain("width", amount=0)),
        *((rf"(?:pan(?:ned)?|move|put|place|shift)(?: (?:to|towards?|on))? {way}(?: side| channel)?|more to {way}", "C", _pan(sign)) for way, sign in (("left", -1), ("right", 1))),
        ("left", "!C", _pan(-1)), ("right", "!C", _pan(1)),
        *((rf"(?:pan(?:ned)? |move |put |place )?(?:hard|fully|completely|all way|all to)(?: pan(?:ned)?)?(?: (?:to|towards?|on))? {way}(?: side)?", "", _pan(sign, 100)) for way, sign in (("left", -1), ("right", 1))),
        (r"compress(?:ed)?|(?:add|more) compression|squash|glue|add glue|glue together|more even|even out(?: (?:dynamics|levels?|volume))?|less dynamic", "D", _tone("compression", 1)),
        (r"distort(?:ed)?|(?:add|more) (?:distortion|grit|dirt|overdrive|fuzz|crunch)|overdrive|overdriven|fuzzy|gritty|grittier|crunchy|crunchier|dirty|dirtier", "D", _tone("saturation", 1, 18)),
        (r"saturate[d]?|(?:add|more) (?:saturation|tape saturation|analog warmth)|tape saturation|tape", "D", _tone("saturation", 1, 5)),
        (r"(?:more )?punch(?:y|ier)?|add (?:punch|snap|attack)|more (?:punch|snap|attack)|snappier|tighter|tighten(?: up)?|hit harder|lift attacks?", "D", _tone("punch", 1)),
        (r"less (?:punch|punchy|attack|snappy)|too punchy|soften attacks?", "D", _tone("punch", -0.7)),
        (r"de-?ess(?:ed)?|(?:less|reduce|remove|too much|tame|too) (?:sibilance|sibilant|esses|ess|hissy s)|sibilant", "D", _tone("de_ess", 1)),
        (r"faster|speed(?:ed)? up|sped up|quicker|up-?tempo|too slow|(?:raise|increase) (?:tempo|speed)|(?:tempo|speed) up|pick up tempo", "C", _tempo(1)),
        (r"slower|slow(?:ed)? down|slow|slowed|too fast|(?:lower|reduce|decrease|drop) (?:tempo|speed)|(?:tempo|speed) down|bring down (?:tempo|speed)", "C", _tempo(-1)),
        (r"(?:(?:faster|slower|speed|slow|set|change|bring|raise|lower|increase|reduce|drop|play|tempo|bpm|up|down|to|at|of)(?: |$))*", "!B", _tempo(1)),
        (r"(?:(?:set|change|play|at|to|of|original|normal|tempo|speed)(?: |$))*(?:tempo|speed)(?: (?:to|at))?", "!C", lambda c: [{"action": "speed", "amount": c.amount("C", 0)}]),
        (r"(?:double|twice)(?: |-)(?:speed|tempo|as fast)|twice speed|play twice as fast", "", _plain("speed", amount=200)),
        (r"half(?: |-)(?:speed|tempo|as fast)|halve (?:speed|tempo)", "", _plain("speed", amount=50)),
        (r"(?:as fast|speed|faster)", "!N", _tempo(1)),
        (r"nightcore(?: version)?", "", lambda _: [{"action": "speed", "amount": 125}, {"action": "pitch", "amount": 4}]),
        (r"slowed(?: |-)reverb(?: version)?|daycore(?: version)?", "", lambda _: [{"action": "speed", "amount": 85}, {"action": "pitch", "amount": -3}, {"action": "reverb", "amount": 35}]),
        (r"(?:(?:pitch|transpose|tune|shift|move|key|modulate|raise|bring|take|go|turn)(?:ed)? )*(?:(?:pitch|key)(?: of)? )?(?:up|higher|above)(?: in)?(?: (?:pitch|key))?|(?:raise|increase|higher)(?: (?:pitch|key|tuning)(?: of)?)?|sharpen", "!I", _pitch(1)),
        (r"(?:(?:pitch|transpose|tune|shift|move|key|modulate|drop|bring|take|go|turn)(?:ed)? )*(?:(?:pitch|key)(?: of)? )?(?:down|lower|below|deeper|drop)(?: in)?(?: (?:pitch|key))?|(?:lower|drop|reduce|decrease)(?: (?:pitch|key|tuning)(?: of)?)?|flatten", "!I", _pitch(-1)),
        (r"(?:transpose|pitch|pitch shift|shift pitch|shift|tune|key)", "!I", lambda c: _pitch(1)(c) if "I" in c.amounts.signed else None),
        (r"pitch(?:ed)? up|higher (?:in )?(?:pitch|key)|raise (?:pitch|key)(?: of)?|pitch higher|(?:pitch|key) up|transpose up", "", _pitch(1)),
        (r"pitch(?:ed)? down|lower (?:in )?(?:pitch|key)|lower (?:pitch|key)(?: of)?|pitch lower|(?:pitch|key) down|deeper (?:pitch|voice)|transpose down", "", _pitch(-1)),
        (r"(?:tune|retune|tuned|tuning|retuned)(?: (?:to|at|of|a to|a4 to))?|(?:change|set) tuning to", "!H", _tuning),
        (r"(?:(?:change|transpose|move|put|set|shift|modulate|play|bring)(?: (?:to|in|into))?|in|to|into|(?:change|set) (?:key )?to) K|K", "!K", _key()),
        (r"(?:change |turn |put |move )?(?:to |in |into )?(?:a )?minor(?: key)?", "", _key("minor")),
        (r"(?:change |turn |put |move )?(?:to |in |into )?(?:a )?major(?: key)?", "", _key("major")),
        (r"(?:(?:normali[sz]ed?|master(?:ed|ing)?|set|bring|target|level|loudness|at|limit)(?: (?:loudness|level|peak))?(?: (?:to|at|of|for))*|to|at)(?: (?:with|and|max))*", "P!U", _loudness),
        (r"(?:normali[sz]ed?)(?: (?:to|at|peaks? to|peak))?", "!D", _loudness),
        (r"normali[sz]e|normali[sz]ed|master|mastered|mastering|radio[ -]ready", "P", _loudness), (r"(?:(?:set|limit|with|max|to|at|normali[sz]e)(?: |$))*", "!P", _loudness),
        (r"fade[ -]?in(?: (?:over|for|of|lasting))?|fade(?:s|d)? (?:in|from silence)(?: (?:over|for|at start|at beginning))?|add fade[ -]?in(?: of)?|fade in (?:at|from) (?:start|beginning)", "S", _fade("fade_in")),
        (r"fade[ -]?out(?: (?:over|for|of|lasting|at end|towards end))?|fade(?:s|d)? out(?: (?:over|for|at end|to silence))?|(?:add|end with) fade[ -]?out(?: of)?|fade(?: (?:at|to) end| over)?", "S", _fade("fade_out")),
        (r"fade[ -]?in[ -]out(?: (?:over|for))?|fade(?: at)? both ends|fade start end", "S", _fade("fade_in", "fade_out")),
        (r"(?:play )?(?:reverse[d]?|backwards?|in reverse)", "", _plain("reverse")),
        (r"(?:remove|trim|cut|delete|get rid of)(?: off)?(?: (?:silence|dead air|silent bit|silent part|gap))(?: (?:at|from|in|off))?(?: (?:start|beginning|front))", "", _plain("trim_start")),
        (r"(?:remove|trim|cut|delete|get rid of)(?: off)?(?: (?:silence|dead air|silent bit|silent part|gap))(?: (?:at|from|in|off))?(?: (?:end|tail|ending))", "", _plain("trim_end")),
        (r"(?:remove|trim|cut|delete|get rid of)(?: off)?(?: (?:silence|dead air))(?: (?:at|from))?(?: (?:both )?ends)?", "", _plain("trim")),
        (_KEEP, "", _timed("keep")), (rf"(?:{_CUT})", "", _timed("cut")), (r"mute|silence", "", _timed("remove")),
        (r"(?:repeat|loop|play)(?: again)?|(?:play|repeat) again|double", "N", _repeat(2)),
        (r"(?:seamless loop|loopable|loop seamlessly|seamlessly loop|perfect loop)", "", _plain("loop")),
        (r"(?:into |to )?(?:instrumental|karaoke)(?: version)?(?: only)?|(?:only )?instrumental", "", _plain("remove", who=["vocals"])),
        (r"(?:only |into |to )*(?:a ?)?cap+ella(?: version)?(?: only)?", "", _plain("remove", but=["vocals"])),
        (rf"(?:{_REMOVE})|{_REMOVE} from|gone|off", "", _removed), (r"mute|silence", "", _silent),
    )
)  # fmt: skip
KEPT: Final = re.compile(
    r"(?:(?:leave|keep|let|should|must) ?)?(?:alone|as(?: before)?|unchanged|untouched|same|intact|be|stay|stays|stay (?:as|same|untouched)|leave|keep)"
    r"(?: (?:alone|as|same|intact|untouched|unchanged))?|(?:don'?t|do not|never|not) (?:touch|change|alter|mess with|edit|modify)"
)
"""What says that somebody is to stay as it is."""
PRAISED: Final = re.compile(
    r"(?:i )?(?:really )?(?:love|like|adore)(?: how)?|(?:is|are|'?s)? ?(?:great|perfect|good|fine|nice|awesome|amazing|beautiful|lovely|excellent|spot on|fantastic|wonderful|brilliant|ok|okay)(?: (?:as|already))?"
)
"""What says that somebody is good as it is."""
DISLIKED: Final = re.compile(r"(?:don'?t|do not) (?:really )?like|hate|dislike|not (?:a )?fan")
"""What says nothing of what is to be done."""
REMOVED: Final = re.compile(rf"(?:{_REMOVE})")
"""What says that somebody goes."""
ALONE: Final = re.compile(rf"(?:{_ONLY})")
"""What says that all others go."""
SOLOED: Final = re.compile(r"\b(?:an?|another|more|the|his|her|its) (?:\w+ ){0,3}solos?\b", re.IGNORECASE)
"""What speaks of a solo that somebody plays."""
PARTLY: Final = re.compile(
    r"\b(?:some|most|much|part|half) (?:of )?(?:the )?(?!of\b)|\ba (?:little |tiny )?(?:bit|touch|little|tad)\b|\b(?:slightly|partly|mostly|somewhat)\b",
    re.IGNORECASE,
)
"""What says that not all of somebody goes."""
SWAPPED: Final = re.compile(
    r"(?:replace|swap|change|switch|exchange|substitute|turn|swap out|trade)(?: out)? W (?:with|for|to|into|by) (?:W)"
)
INSTEAD: Final = re.compile(r"(?:use |play |have )?W (?:instead of|rather than|in place of) W")
ADDED: Final = re.compile(
    r"(?:add(?:ed)?(?: in)?|bring in|include|introduce|layer(?: in)?|throw in|put in|with added)(?: W)|W added"
)
