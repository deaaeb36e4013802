"""Words into syllables, for singing."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

_VOWELS = frozenset("aeiouyæœøıаеиоуыэюяєіїαεηιουω")
_APART = re.compile(
    r"i(?=[aou])|y(?=[aeiou])|e(?=o)|u(?=[ao])|[aeiouy](?=ing)|(?<=cr)e(?=at)|sci(?=en)|po(?=e[tm])|ide(?=a)"
)
"""Vowels sung apart from the next one; other neighbours are diphthongs."""
_TOGETHER = re.compile(r"[tscxg]i(?=o|a[ln])|(?<=[bcdfghjklmnpqrstvwxz])i(?=ous)|pe(?=op)|qu|gu(?=[aei])")
"""Where they are not, after all: na-tion, spe-cial, re-gion, peo-ple, quick, guard."""
_COMPOUND = re.compile(
    r"(?<=[aeiouy][^aeiouy\W\d_])e"
    r"(?=(?:ly|ment|ful|less|ness|times?|where|thing|ball|body|day|more|fore|how|one|what)s?\b)"
    r"|(?<=ev)e(?=ry)"
)
"""An e that is silent within a word: lone-ly, some-where, ev-ery."""
_ONSETS = re.compile(
    r"[bcfgkp][lr]|[dtwv]r|sch[lmnrw]?|sc?r|s[cklmnpqtvw]|shr?|s[pt]r|spl|squ|"
    r"[tc]hr?|ph[lr]?|[gk]n|kh|[rw]h|t[wsz]|dw|vl|ps"
)
_SILENT_END = re.compile(r"(?:[aeiouy][^aeiouy\W\d_]+|[^aeiouy\W\d_]u)e(?:'?s)?$")
_SOUNDED_ES = re.compile(r"(?:s|z|x|ch|sh|c|g)es$")
_SOUNDED_ED = re.compile(r"[td]ed$")
_CONSONANT_LE = re.compile(r"[^aeiouylrwn\W\d_]les?$")
_SMALL_KANA = frozenset("ぁぃぅぇぉゃゅょゎっァィゥェォャュョヮッーん ン")


def syllables(word: str) -> list[str]:
    """The syllables of a word.

    English and other alphabetic languages are divided by vowel groups, silent endings and the maximal onset
    principle; Chinese, Japanese and Korean have one a character (small kana and long marks go with the one
    before). A word without a vowel ("hmm", "123") is one syllable, an empty one none.

    Parameters
    ----------
    word : str

    Returns
    -------
    list of str
        Joined they give the word again; punctuation stays where it is.
    """
    if not word:
        return []
    if any(_is_cjk(letter) for letter in word):
        return _characters(word)
    letters = "".join(_plain(letter) for letter in word.lower())
    nuclei = _nuclei(letters, word)
    if len(nuclei) < 2:
        return [word]
    cuts = [0]
    for (_, end), (start, _) in pairwise(nuclei):
        cuts.append(_cut(letters, end, start))
    cuts.append(len(word))
    return [word[a:b] for a, b in pairwise(cuts)]


def count_syllables(text: str) -> int:
    """How many syllables a line of text has: at least 1 when there is a word in it."""
    return sum(len(syllables(word)) for word in text.split() if any(c.isalnum() for c in word))


def _nuclei(letters: str, word: str) -> list[tuple[int, int]]:
    """Index ranges of the vowels that carry a syllable."""
    apart = {m.end() for m in _APART.finditer(letters)} - {m.end() for m in _TOGETHER.finditer(letters)}
    apart |= {i for i, letter in enumerate(word) if letter in "íúïëü"}
    # An accent parts a-ó and e-á, but not the glide of can-ción.
    apart |= {i for i, letter in enumerate(word) if letter in "óá" and letters[i - 1 : i] not in ("i", "u")}
    silent = {m.start() for m in _COMPOUND.finditer(letters)}
    nuclei: list[tuple[int, int]] = []
    for index in range(len(letters)):
        if not _is_vowel(letters, index) or index in silent:
            continue
        if nuclei and nuclei[-1][1] == index and index not in apart:
            nuclei[-1] = (nuclei[-1][0], index + 1)
        else:
            nuclei.append((index, index + 1))
    return _without_silent(nuclei, letters)


def _without_silent(nuclei: list[tuple[int, int]], letters: str) -> list[tuple[int, int]]:
    """Nuclei without English silent endings: mad(e), hop(es), walk(ed), but not ta-ble, wish-es, want-ed."""
    core = re.sub(r"[^\w]+$", "", letters).replace("’", "'")
    if len(nuclei) < 2 or not core.isascii():
        return nuclei
    start, end = nuclei[-1]
    silent = False
    if letters[start:end] == "e" and end >= len(core) - (2 if core.endswith("'s") else 1):
        if core.endswith("ed") and end == len(core) - 1:
            silent = not _SOUNDED_ED.search(core)
        elif core.endswith("es"):
            silent = not _SOUNDED_ES.search(core) and not _CONSONANT_LE.search(core)
        elif end == len(core) or core.endswith("'s"):
            silent = bool(_SILENT_END.search(core)) and not _CONSONANT_LE.search(core)
    return nuclei[:-1] if silent else nuclei


def _cut(letters: str, end: int, start: int) -> int:
    """Where the consonants between two vowels divide: as many to the right as can begin a word."""
    between = letters[end:start]
    for mark in re.finditer(r"[^\w]", between):
        return end + mark.end()
    if len(between) < 2:
        return end
    if "e" in between:  # a silent one ends its syllable: some-one
        return end + between.rindex("e") + 1
    if letters[start - 1 :] in ("le", "les"):
        return start - 2
    for size in (4, 3, 2):
        if len(between) >= size and _ONSETS.fullmatch(between[-size:]):
            return start - size
    return start - 1


def _is_vowel(letters: str, index: int) -> bool:
    """Whether a letter is a vowel where it stands: ``y`` and the ``u`` after ``q`` may be consonants."""
    letter = letters[index]
    if letter not in _VOWELS:
        return False
    before, after = letters[index - 1 : index] if index else "", letters[index + 1 : index + 2]
    if letter == "y" and after in _VOWELS and after:  # a consonant in "you" and "beyond", a vowel in "flying"
        return bool(before) and before.isalpha() and before not in _VOWELS
    return not (letter == "u" and before == "q" and after in _VOWELS and after)


def _plain(letter: str) -> str:
    """A letter without its accents, always one character."""
    base = unicodedata.normalize("NFD", letter)[0]
    return base if len(letter) == 1 else letter[0]


def _is_cjk(letter: str) -> bool:
    """Whether a letter is Chinese, Japanese or Korean."""
    point = ord(letter)
    return (
        0x3040 <= point <= 0x30FF
        or 0x3400 <= point <= 0x9FFF
        or 0xAC00 <= point <= 0xD7AF
        or point >= 0x20000
    )


def _characters(word: str) -> list[str]:
    """The word's characters, each with what cannot be sung alone."""
    parts: list[str] = []
    for letter in word:
        begins = _is_cjk(letter) and letter not in _SMALL_KANA
        if parts and not begins:
            parts[-1] += letter
        else:
            parts.append(letter)
    return parts
