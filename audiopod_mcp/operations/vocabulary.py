"""The words of the protocol: every closed list of values, once."""

import re
from typing import Final, Literal, get_args

Mode = Literal["text2music", "prompt2instrumental", "text2rap", "lyric2vocals", "text2samples", "simple"]
AudioFormat = Literal["flac", "wav", "mp3", "ogg"]
TimeSignature = Literal["2/4", "3/4", "4/4", "6/8"]
ModelVersion = Literal["audiomusic-v2", "audiomusic-v1.5"]
Track = Literal[
    "vocals",
    "drums",
    "bass",
    "guitar",
    "keyboard",
    "strings",
    "synth",
    "percussion",
    "brass",
    "woodwinds",
    "backing_vocals",
    "fx",
]
StemMode = Literal["two", "four", "six"]
Notation = Literal["midi", "score", "chords"]
"""How notes leave: a standard MIDI file, MusicXML, a ChordPro sheet."""
GenrePreset = Literal[
    "Modern Pop",
    "Rock",
    "Hip Hop",
    "Jazz",
    "Classical",
    "Electronic",
    "Country",
    "Folk",
    "Blues",
    "Reggae",
    "Latin",
    "R&B",
    "Metal",
    "Custom",
]
Status = Literal["PENDING", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED"]
SongType = Literal["rap", "song", "vocals", "instrumental", "samples"]

MODES: Final[tuple[str, ...]] = get_args(Mode)
FORMATS: Final[tuple[str, ...]] = get_args(AudioFormat)
TRACKS: Final[tuple[str, ...]] = get_args(Track)
GENRE_PRESETS: Final[tuple[str, ...]] = get_args(GenrePreset)
STATUSES: Final[tuple[str, ...]] = get_args(Status)

STEM_SETS: Final[dict[StemMode, tuple[str, ...]]] = {
    "two": ("vocals", "instrumental"),
    "four": ("vocals", "drums", "bass", "other"),
    "six": ("vocals", "drums", "bass", "guitar", "piano", "other"),
}
"""The stems that each mode gives, as AudioPod's stem service calls them; the last is what the rest leave."""
STEM_NAMES: Final[dict[str, str]] = {"keyboard": "piano"}
"""What these stems call a track that has another name elsewhere."""

MIME_TYPES: Final = {"flac": "audio/flac", "wav": "audio/wav", "mp3": "audio/mpeg", "ogg": "audio/ogg"}

NOTATION_TYPES: Final[dict[Notation, str]] = {
    "midi": "audio/midi",
    "score": "application/vnd.recordare.musicxml+xml",
    "chords": "text/plain",
}
NOTATION_ENDINGS: Final[dict[Notation, str]] = {"midi": "mid", "score": "musicxml", "chords": "cho"}

KEYS: Final = tuple(
    f"{tonic} {mode}"
    for mode in ("Major", "Minor")
    for tonic in ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
)
"""The common spelling of each key, as completions offer them; every other spelling is understood too."""

KEY_PATTERN: Final = re.compile(
    r"(?P<tonic>[A-Ga-g])\s*(?P<accidental>[#♯b♭]?)\s*"
    r"(?P<mode>m|min|minor|M|maj|major|Major|Minor|(?i:dorian|phrygian|lydian|mixolydian|locrian))?"
)
"""How a key is written on the wire."""
_SPOKEN_KEY: Final = re.compile(
    r"(?:(?:in|key|the|of|:)\s*)*(?P<tonic>[A-G])[\s-]*(?P<accidental>sharp|flat|is|[#♯b♭])?[\s-]*"
    r"(?P<mode>m|min|minor|moll|aeolian|natural minor|maj|major|dur|ionian|"
    r"dorian|phrygian|lydian|mixolydian|locrian)?(?:\s+(?:mode|key|scale))?\.?",
    re.IGNORECASE,
)
_MODES: Final = {"m": "Minor", "min": "Minor", "moll": "Minor", "aeolian": "Minor", "natural minor": "Minor"}
_MODES_AND_MAJOR: Final = {**_MODES, "": "Major", "maj": "Major", "dur": "Major", "ionian": "Major"}
_LANGUAGES: Final = {
    "arabic": "ar", "bengali": "bn", "cantonese": "yue", "chinese": "zh", "czech": "cs", "danish": "da",
    "dutch": "nl", "english": "en", "finnish": "fi", "french": "fr", "german": "de", "greek": "el",
    "hebrew": "he", "hindi": "hi", "hungarian": "hu", "indonesian": "id", "italian": "it", "japanese": "ja",
    "korean": "ko", "mandarin": "zh", "norwegian": "no", "persian": "fa", "polish": "pl", "portuguese": "pt",
    "romanian": "ro", "russian": "ru", "spanish": "es", "swedish": "sv", "thai": "th", "turkish": "tr",
    "ukrainian": "uk", "vietnamese": "vi", "auto": "unknown", "automatic": "unknown",
}  # fmt: skip


_METRE: Final = re.compile(
    r"(?:in\s+)?(\d{1,2})(?:\.0)?(?:\s*(?:[/:\s-]|over|by)\s*(\d{1,2}))?(?:\s*\([^()]*\))?"
)
_SPOKEN_METRES: Final = {
    "common": "4/4", "c": "4/4", "cut": "2/4", "alla-breve": "2/4", "waltz": "3/4", "two-four": "2/4",
    "three-four": "3/4", "four-four": "4/4", "six-eight": "6/8", "five-four": "5/4", "seven-eight": "7/8",
}  # fmt: skip


def canonical_metre(text: str) -> str | None:
    """The metre that ``text`` names, as it is written on the wire: ``3/4`` for "3" and "waltz time"."""
    plain = re.sub(r"\b(?:time|signatures?|met(?:re|er)|beats)\b[\s:=]*", "", text.lower()).strip()
    if found := _METRE.fullmatch(plain):
        return f"{found[1]}/{found[2] or ('8' if int(found[1]) > 5 else '4')}"
    return _SPOKEN_METRES.get(plain.replace(" ", "-"))


def canonical_key(text: str) -> str | None:
    """The key that ``text`` names, as it is written on the wire: ``F# Minor`` for "F sharp minor"."""
    text = " ".join(text.split())
    if KEY_PATTERN.fullmatch(text):
        return text
    found = _SPOKEN_KEY.fullmatch(text)
    if found is None:
        return None
    accidental = (found["accidental"] or "").lower()
    accidental = {"sharp": "#", "is": "#", "♯": "#", "flat": "b", "♭": "b"}.get(accidental, accidental)
    mode = (found["mode"] or "").lower()
    return f"{found['tonic'].upper()}{accidental} {_MODES_AND_MAJOR.get(mode, mode.capitalize())}"


def language_code(text: str) -> str | None:
    """The code of a language such as ``pt-BR`` or "Portuguese", without its region."""
    if found := re.fullmatch(r"([A-Za-z]{2,3})[-_][A-Za-z]{2,4}(?:[-_]\w+)*", text.strip()):
        return found[1].lower()
    return _LANGUAGES.get(text.strip().lower())
