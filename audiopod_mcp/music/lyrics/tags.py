"""What headings and directions in lyrics say: sections, repeats, fades, voices, the manner of singing."""

# ruff: noqa: E501 (tables: one entry a line)

from __future__ import annotations

import re
from dataclasses import dataclass

from audiopod_mcp.edits.players import TRACK_OF

_START = r"(?<![^\W\d_])"
"""A word begins here: "wrap" is no rap."""
_END = r"(?![^\W\d_])"
"""A word ends here; a number may follow: "Verse1"."""
_LABELS = tuple(
    (label, re.compile(pattern.replace(r"\b", _END), re.IGNORECASE))
    for label, pattern in (
        ("pre-chorus", rf"{_START}(?:pre|pré)[\s-]?(?:chorus|refrain|hook|coro)\b|导歌|導歌|Bメロ|프리코러스"),
        ("chorus", rf"{_START}(?:(?:post[\s-]?)?chorus(?:es)?|refrain|hook|estribillo|refr[ãa]o|coro|ritornello|rit|refrein|refräng|omkväd|omkvæd|refrén|refren|reff?|refr|nakarat|kertosäe|kehrvers|kehrreim|điệp khúc|ρεφρέν|припев|приспів)\b|サビ|副歌|후렴|코러스|मुखड़ा|لازمة|פזמון"),
        ("verse", rf"{_START}(?:verses?|stanza|strophe|vers|verso|couplet|estrofa|strofa|strof|zwrotka|sloka|säkeistö|kıta|rap|ad[\s-]?libs?|куплет|bait|lời)\b|メロ|主歌|절|벌스|अंतरा|مقطع|בית"),
        ("bridge", rf"{_START}(?:bridge|middle(?:[\s-]?(?:8|eight))?|puente|ponte|pont|brücke|brygga|бридж)\b|桥段|橋段|ブリッジ|브릿지|브리지"),
        ("intro", rf"{_START}(?:intro|introduction|introducci[óo]n|introdução|einleitung|вступление)\b|前奏|イントロ|전주|인트로"),
        ("outro", rf"{_START}(?:outro|ending|end|coda|finale|schluss|концовка|tag)\b|{_START}final\W*$|尾奏|尾声|尾聲|アウトロ|아웃트로|후주"),
        ("solo", rf"{_START}(?:solos?|inst|instrumentals?|interludes?|interludio|interlúdio|zwischenspiel|riff|vamp|проигрыш|соло)\b|間奏|间奏|ソロ|간주"),
        ("break", rf"{_START}break(?:down)?\b"),
        ("drop", rf"{_START}drop\b"),
        ("build", rf"{_START}build(?:[\s-]?up)?\b"),
    )
)  # fmt: skip
_PLAYERS = rf"(?:{'|'.join(sorted((re.escape(name) for name, track in TRACK_OF.items() if 'vocals' not in track), key=len, reverse=True))}|electric|acoustic|lead|steel|slide)"
_PLAYED = re.compile(
    rf"{_START}{_PLAYERS}\b|{_START}(?:music|musical|orchestra\w*|crescendo|melody|beats?|groove|jam)\b",
    re.IGNORECASE,
)
_COUNT = r"(?:\d{1,2}(?:st|nd|rd|th)?|[ivx]{1,4}|one|two|three|four|five|six|first|second|third|fourth|last|final|once|[abcＡＢＣ]|[一二三四五六七八九十１２３４５])"
_ORDINAL = r"(?:primer[ao]?|segund[ao]|tercer[ao]?|[úu]ltim[ao]|premi[eè]re?|deuxi[eè]me|derni[eè]re?|erste[rn]?|zweite[rn]?|letzte[rn]?|prim[ao]|second[ao])"
_BESIDE = re.compile(
    rf"{_COUNT}|{_ORDINAL}|{_PLAYERS}|bars?|measures?|same|as|part|section|chorus|#|no|nr|&|and|again|repeat(?:s|ed)?|double|musical|au|à|al|ao|repetir|repite|répéter|ripetere",
    re.IGNORECASE,
)
"""What a heading may hold beside the name of the section."""
_NOTHING_MORE = re.compile(
    rf"(?:{_COUNT}|{_ORDINAL}|the|part|section|#|no|nr|&|and|again|repeat(?:s|ed)?|same|as|times?|song|repita|wdh|au|à|al|ao|repetir|repite|répéter|ripetere)",
    re.IGNORECASE,
)
_TIMES = re.compile(
    r"[x×*]\s?(\d{1,2})(?!\w)|(?<!\w)(\d{1,2})\s?(?:[x×](?!\w)|(?:times?|mal|veces|vezes|fois|volte|раза?)\b|[回번次遍])|\b(twice|bis|two times)\b|\b(thrice|ter|three times)\b",
    re.IGNORECASE,
)
_REPEAT = re.compile(
    r"(?:repeat(?:s|ed)?|play(?:ed)?|again|bis|ter|twice|thrice|rep\.?|wdh\.?)(?: (?:the )?(?:last|previous)? ?(?:line|above|all|it|that))?",
    re.IGNORECASE,
)
AGAIN = re.compile(
    r"\brepeat(?:s|ed)?\b(?: the\b)?|\bsame as\b|\b(?:au|repetir|(?:se )?repite|répéter|ripetere|volver al?|zurück zum?|wiederholen)\b(?: el\b| la\b)?|重[复複]"
    r"|^\W*(?:(?:go |then )?(?:back )?to|return to)(?= (?:the )?(?:pre-?)?(?:chorus|verse|refrain))(?: the\b)?",
    re.IGNORECASE,
)
"""What says beside the name of a section that it comes again; "back to the bridge" may be sung."""
MOST_REPEATS = 8
FADE = re.compile(
    rf"{_START}(?:slow(?:ly)? )?fad(?:e|es|ed|ing)(?:[\s-](in|out|away|to (?:silence|black|end|nothing)))?\b",
    re.IGNORECASE,
)
_BEFORE_FADE = re.compile(
    rf"{_START}(?:(?:(?:repeats?|ad[\s-]?libs?|vamps?|jams?|play) )?(?:and|to|till?|until|,? ?then)(?=\s*$| fad)|(?:the )?(?:music|song|track|everything|all|instruments?|band)(?=\s*$))",
    re.IGNORECASE,
)
_AND_THEN = re.compile(r",?\s+(?:and|then)\W*$", re.IGNORECASE)
_TO_FADE = re.compile(
    r"(?:(?:repeats?|ad[\s-]?libs?|vamps?|jams?|play) )?(?:and|to|till?|until)(?: the)? fad(?:e|es)(?: out)?",
    re.IGNORECASE,
)
_NO_SINGING = re.compile(r"no (?:lyrics|vocals?|singing|words)", re.IGNORECASE)
ABRUPT = re.compile(
    rf"{_START}(?:abrupt(?:ly)?|sudden(?:ly)?|hard|cold|dead)[\s-](?:end(?:s|ing)?|stop(?:s)?|cut(?:s)?|silence)\b|{_START}(?:ends?|stops?|cuts?) (?:abruptly|suddenly|hard)\b",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"(?:the )?(?:end|fin|fine|ende|stop|конец|終わり|完|끝)(?: of (?:the )?(?:song|track|lyrics))?[.!]?",
    re.IGNORECASE,
)
_VOICES = r"(?:female|male|he|she|him|her|woman|women|man|men|girls?|boys?|both|all(?: together)?|everyone|everybody|duet|together|choir|backing(?: vocals?| singers?)?|background(?: vocals?| singers?)?|lead(?: vocals?| singer)?|singer(?: [1-9ab])?|vocal(?:s|ist)?(?: [1-9ab])?|voice(?: [1-9ab])?|narrator|rapper|crowd|kids|children|group|harmony|harmonies|gang vocals|hombre|mujer|homme|femme|mann|frau|男|女|合|男声|女声|合唱)"
_VOICE = re.compile(
    rf"{_VOICES}(?: (?:vocals?|voices?|singer|solo|part|only|verse))*(?: ?(?:&|and|\+|/|,) ?{_VOICES}(?: (?:vocals?|voices?))?)*",
    re.IGNORECASE,
)
_GENDERS = {
    "female voice": re.compile(
        rf"{_START}(?:female|wom[ae]n|girls?|she|her|soprano|mezzo|alto|mujer|femme|frau)\b|女(?!子)",
        re.IGNORECASE,
    ),
    "male voice": re.compile(
        rf"{_START}(?:male|m[ae]n|boys?|he|him|tenor|baritone|hombre|homme|mann)\b|男", re.IGNORECASE
    ),
}
MANNER = re.compile(
    r"(?:soft|quiet|loud|gent|slow|quick|tender|sad|ang[er]+)(?:ly|ily)|with feeling|\d{1,2} (?:bars?|measures?)|(?:(?:soft(?:ly)?|quiet(?:ly)?|loud(?:ly)?|slow(?:ly)?|fast|breathy|deep|low|high|half|almost|being|is|was|all) )?(?:whisper(?:ed|s|ing)?|spoken(?:[\s-]word)?|speaking|singing|scream(?:ed|s|ing)?|shout(?:ed|s|ing)?|sung|rapp(?:ed|ing)|hum(?:med|ming)|growl(?:ed|s|ing)?|yell(?:ed|ing)?|chant(?:ed|ing)|falsetto|belt(?:ed|ing)|a[\s-]?cappella|acapella|auto-?tuned?|vocoder|laugh(?:s|ter|ing)|sigh(?:s|ing)|crying|sobbing|gasps?|breath(?:es|ing)?|inhales?|exhales?|applause|cheer(?:s|ing)|crowd (?:cheers|cheering|noise)|silence|pause|beat drops?|ad[\s-]?libs?:.{1,60}|key change|modulation|tempo change|half[\s-]time|double[\s-]time|slow(?:s|ing)? down|speed(?:s|ing)? up)(?: (?:vocals?|voices?|softly|quietly|loudly|vocal))?",
    re.IGNORECASE,
)
_SOUNDS = rf"(?:music|band|thunder|rain|wind|waves?|ocean|birds?|birdsong|crickets|sirens?|trains?|cars?|engines?|doors?|phones?|bells?|clocks?|footsteps|heartbeats?|crowds?|audience|applause|laughter|static|vinyl|needle|glass|gun ?shots?|whistl(?:e|es|ing)|(?:hand ?)?clap(?:s|ping)?|stomp(?:s|ing)?|(?:finger ?)?snap(?:s|ping)?|{_PLAYERS})"
_SOUNDING = r"(?:(?:crash|roll|blow|play|build|ring|slam|tick|fad|drop|kick|stop|enter|swell|start|howl|chirp|cheer|crackl|break|knock|hum|beat|stomp|clap|whistl|pass|honk)(?:s|es|e|ing|ping)?|in|out|on|the|a|an|and|with|distance|background|distant|soft|softly|quiet|quietly|gentle|gently|loud|loudly|heavy|light|slow|slowly|fast|solo|only|alone|low|warm|full)"
_NOISE = re.compile(
    rf"(?:the )?sounds? (?:of )?.+|(?:{_SOUNDING} )*{_SOUNDS}(?: (?:{_SOUNDS}|{_SOUNDING}))*", re.IGNORECASE
)
"""A sound that is no word: "thunder rolls", "clap clap", "soft piano"."""
_OWN_NOISE = re.compile(r"(?:(?:hand|finger)?[ -]?(?:clap|stomp|snap)(?:s|ping)?(?: |$))+", re.IGNORECASE)
"""Those that stand in the middle of a line: other things that sound may be sung as words."""
_LANGUAGE = re.compile(
    r"(?-i:[a-z]{2}(?:-[A-Z]{2}|-[A-Z][a-z]{3})?)|(?:in )?(?:english|spanish|french|german|italian|portuguese|japanese|korean|chinese|mandarin|cantonese|hindi|arabic|russian|polish|turkish|dutch|swedish)(?: lyrics)?",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(song ?title|title|artist|album|band|credits?|source|scene|setting|(?:song ?)?writers?|notes?|copyright|written by|composers?|composed by|lyrics by|music by|author|producers?|genre|style|mood|vibe|theme|tempo|bpm|key|time(?: signature)?|metre|meter|capo|tuning|lang|language|duration|length|instrument(?:s|ation)?|(?:song )?structure|form|tono|tonalidade?|tonart|tonalité|ti|ar|al|au|by|re|ve|offset|la|id|tool|music|lyricist|(?:lyrics|words)(?=: (?-i:[A-Z][\w.'-]+ [A-Z][\w.'-]+)\s*$)|作[词詞曲]|[编編]曲|[词詞曲]|原唱|演唱|歌手|作詞・作曲|작사|작곡)\s*[:=：]\s*.{0,300}|tom\s*[:=：]\s*(?-i:[A-G])[#b♯♭]?m?(?:\W.{0,40})?|capo(?: on)?(?: fret)? \d.{0,40}|\d{2,3} ?bpm|bpm \d{2,3}|(?:in the )?key of .{1,20}",
    re.IGNORECASE,
)
CREDIT = re.compile(
    r"(?:(?:lyrics|words|music|song|melody|text)(?:(?:,| and| &) (?:lyrics|words|music|melody))* by\b.+"
    r"|(?:(?i:(?:written|composed|produced|performed|arranged|mixed|sung)(?: (?:and|&) \w+)? by|by|from|feat\.?|ft\.?)) (?-i:[A-Z]).*)",
    re.IGNORECASE,
)
_DIRECTIVE = re.compile(
    r"(start_of_|end_of_|so|eo)(chorus|verse|bridge|tab|grid|abc|ly|c|v|b|t|g)\b:?\s*(.*)|(c|ci|cb|comment|comment_italic|comment_box|highlight|chorus)\b:?\s*(.*)",
    re.IGNORECASE,
)
_DIRECTED = {"c": "chorus", "v": "verse", "b": "bridge", "t": "tab", "g": "grid"}


@dataclass(frozen=True, slots=True)
class Tag:
    """What stands between brackets, or heads a section."""

    kind: str
    """``section``, ``repeat``, ``fade in``, ``fade out``, ``abrupt end``, ``end``, ``close``; of directions
    ``voice``, ``manner``, ``language``, ``about`` (the song) or ``unknown``.
    """
    text: str
    """As written, without brackets."""
    label: str | None = None
    """The section that is named, a word of the form's vocabulary."""
    times: int = 1
    """How often it is sung."""
    wish: str = ""
    """What it says beside that."""
    only_played: bool = False
    """Whether it names players or music, and no section."""


def voice_of(words: str) -> str:
    """The voice that words such as "female, whispered" name; empty for none, or for both."""
    named = [voice for voice, pattern in _GENDERS.items() if pattern.search(words)]
    return named[0] if len(named) == 1 else ""


def without_voice(words: str) -> str:
    """What words say beside the voice that they name."""
    for pattern in _GENDERS.values():
        words = pattern.sub(" ", words)
    return re.sub(r"\b(?:lead|vocals?|voice|singer)\b", " ", words, flags=re.IGNORECASE)


def section_label(tag: str) -> str:
    """Give the section that a tag such as ``"Verse 2"`` or ``"Guitar solo"`` names; ``"verse"`` if unknown."""
    return label_of(tag) or ("solo" if _PLAYED.search(tag) else "verse")


def read_tag(text: str) -> Tag:
    """Read what stands between brackets; whatever it is, it is not sung."""
    text = " ".join(text.strip("*_ ").split())
    text = text[1:-1] if re.fullmatch(r"\([^()]*\)", text) else text
    body, times = without_times(text.strip(" :：#-–—=~*"))
    if text.startswith("/"):
        return Tag("close", text)
    if ABRUPT.search(body):
        rest = ABRUPT.sub("", body).strip(" -–—:,./|")
        return Tag("abrupt end", text, label_of(rest), wish=_wish(rest) if label_of(rest) else "")
    if fade := FADE.search(body):
        rest = _BEFORE_FADE.sub("", FADE.sub("", body)).strip(" -–—:,./|")
        way = "fade in" if fade[1] and fade[1].lower() == "in" else "fade out"
        label = label_of(rest)
        follows = (fade[1] or label == "outro") and (not _wish(rest) if label else fade.start() == 0)
        if (label, way) in (("outro", "fade out"), ("intro", "fade in")):
            return Tag(way, text, label, wish=_wish(rest))
        if not rest or follows or (label and _BEFORE_FADE.search(body) and not _wish(rest)):
            again = "repeat" if "repeat" in body.lower() else ""
            return Tag(way, text, label, times if label else 1, "" if label else rest or again)
    if _OVER.fullmatch(body) or _NO_SINGING.fullmatch(body):
        return Tag("end", text)
    if not body or (_REPEAT.fullmatch(body) and label_of(body) is None):
        return Tag("repeat", text, times=max(2, times))
    for kind, pattern in (
        ("voice", _VOICE),
        ("manner", MANNER),
        ("language", _LANGUAGE),
        ("about", _ABOUT),
        ("about", CREDIT),
    ):
        if pattern.fullmatch(body):
            return Tag(kind, text, wish=body)
    if label := label_of(body):
        return Tag("section", text, label, times, _wish(body))
    if _PLAYED.search(body):
        return Tag("section", text, "solo", times, body, only_played=True)
    return Tag("unknown", text, wish=body)


def is_direction(text: str) -> bool:
    """Whether what stands in round brackets is said to the players: other words there are sung."""
    if "," in text:
        return all(is_direction(part) for part in text.split(","))
    body, times = without_times(text.strip(" :*_"))
    alone = not body or any(p.fullmatch(body) for p in (_REPEAT, MANNER, FADE, ABRUPT, _TO_FADE, _NO_SINGING))
    return (alone and (times > 1 or bool(body))) or (names_section_alone(body) and len(body) > 1)


def is_noise(text: str, line: str = "") -> bool:
    """Whether ``text`` is a sound to be made and no word, in brackets in ``line`` or by itself.

    Among words it is only what hands and feet do, or a sound with what it does; what the line says as well
    is an echo.
    """
    body = text.strip(" *_~-.:()").lower()
    if any(letter.isalnum() for letter in line):
        is_echo = all(re.search(rf"\b{re.escape(word)}\b", line, re.IGNORECASE) for word in body.split())
        return bool(_OWN_NOISE.fullmatch(body)) and not is_echo
    is_sound = " " in body.removeprefix("the ") or body.endswith("ing") or bool(_OWN_NOISE.fullmatch(body))
    return is_sound and bool(_NOISE.fullmatch(body))


def is_voice(text: str) -> bool:
    """Whether what stands before words says who sings them."""
    return bool(_VOICE.fullmatch(text.strip(" :*_")))


def is_about(line: str) -> bool:
    """Whether a line describes the song: "Tempo: 120"."""
    return bool(_ABOUT.fullmatch(line.replace("**", "").replace("__", "").strip("*_# ")))


def is_over(line: str) -> bool:
    """Whether a line says that this is the end."""
    return bool(_OVER.fullmatch(line))


def label_of(text: str) -> str | None:
    """The section that is named in ``text``."""
    return next((label for label, pattern in _LABELS if pattern.search(text)), None)


def names_section_alone(text: str) -> bool:
    """Whether ``text`` is the name of a section, with a number or a player at most."""
    label = label_of(text)
    if label is None:
        return False
    if AGAIN.search(text):
        text = _AND_THEN.sub("", FADE.sub(" ", AGAIN.sub("again ", text)))
    pattern = next(pattern for name, pattern in _LABELS if name == label)
    rest = pattern.sub(" ", text)
    for _, other in _LABELS:
        rest = other.sub(" ", rest)
    words = re.findall(r"[\w']+|[#&]", re.sub(r"(?<=\d)[.)]", " ", rest))
    return all(_BESIDE.fullmatch(word) for word in words) and not re.search(r"[.!?,;]\s*\w", text)


def _wish(body: str) -> str:
    """What a heading says beside the name of its section and its number."""
    for _, pattern in _LABELS:
        body = pattern.sub(" ", body)
    parts = [word for word in body.split() if any(c.isalnum() for c in word)]
    if all(_NOTHING_MORE.fullmatch(word.strip(".,:;()-–—")) for word in parts):
        return ""
    return " ".join(
        re.sub(
            r"^[\s:,;|\-–—().]*(?:(?:\d{1,2}|[ivx]{1,4})(?!\w))?[\s:,;|\-–—().]*",
            "",
            body,
            flags=re.IGNORECASE,
        )
        .rstrip(" )")
        .split()
    )


def without_times(text: str) -> tuple[str, int]:
    """``text`` without "x2" and the like, and how often that is."""
    found = _TIMES.search(text)
    if found is None:
        return text, 1
    number = found[1] or found[2] or ("2" if found[3] else "3")
    return " ".join((text[: found.start()] + text[found.end() :]).strip(" (),-–—").split()), max(
        1, min(MOST_REPEATS, int(number))
    )


def read_directive(text: str) -> Tag:
    """Read one of ChordPro's directives, which stand between braces; what is none is read as a tag."""
    match = _DIRECTIVE.fullmatch(text.strip())
    if match is None:
        return read_tag(text)
    if match[1]:
        if match[1].lower() in ("end_of_", "eo"):
            return Tag("close", text)
        if (named := read_tag(match[3])).kind == "section":
            return named
        name = _DIRECTED.get(match[2].lower(), match[2].lower())
        label = label_of(name)
        if not label:
            return Tag("unknown", text, wish=text)
        return Tag("section", ": ".join(filter(None, (label, match[3]))), label, wish=match[3])
    if match[4].lower() == "chorus":
        return Tag("section", "chorus", "chorus", wish=match[5])
    return read_tag(match[5]) if match[5] else Tag("unknown", text, wish=text)
