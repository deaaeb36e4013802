"""Which syllables of a line are stressed, so that they can fall on strong beats.

This is done by rule, without a dictionary. English function words are unstressed, and words of two or three
syllables are stressed on the first but for known prefixes and endings (Hayes, *Metrical Stress Theory*, 1995,
ch. 1). Spanish, Italian, Portuguese and Polish stress the last syllable but one unless an accent or the ending
says otherwise, French and Turkish the last, others the first. Japanese, Chinese and Korean have no stress.
"""

# ruff: noqa: E501 (tables)

from __future__ import annotations

import re
import unicodedata

_FUNCTION_WORDS = {
    "en": "a an the of to and or but in on at by for from with as if is am are was were be been it its i i'm i'll"
    " i've you you're he she we we're they me him her us them my your his our their this that than then so no do"
    " does did has have had can could will would shall should may might must when where what who how not just"
    " oh there",
    "de": "der die das den dem ein eine einen und oder in im an am auf zu mit von ich du er sie es wir ihr mich dich",
    "fr": "le la les un une des de du et en je tu il elle on nous vous que qui me te se au aux à dans pour par sur",
    "es": "el la los las un una de y o en a mi tu su me te se lo al del que con por si no es",
    "it": "il lo la i gli le un una di e a in mi ti si che non per con da del al è",
    "pt": "o a os as um uma de e em me te se que do da no na por com eu é",
    "nl": "de het een en of in op aan te van ik je jij hij zij we mijn met die dat is",
}
_UNSTRESSED_PREFIX = re.compile(
    r"a(?=b[oe]|cr|fr|g[ao]|h|l[oi]|m[aou]|p(?:ar|pe)|rou|sl|w)|be(?=l[io]|f|c|g[iaou]|h|ne|si|t[wr]|y|w)"
    r"|re(?=m(?:em|ain|ind)|t|p|l(?:ease|y|ax)|v(?:eal|iv)|c(?:all|eiv)|g(?:ret|ard)|s(?:ist|olv|pond)|born|fus|new)"
    r"|de(?=s(?:ire|troy)|cid|ceiv|lay|ligh|fen|mand|ny|part|pend|vot)|un(?!der|cle|it|ion|i)|for(?=g|ev)|ex(?=[pic])"
    r"|to(?=n|d|m|g|war)|com(?=p)|con(?=[tfs])|en(?=d[ue]|j)|in(?=s)|mis(?=t)|perh|pre(?=par|fer|ten)|pro(?=t|v)|sur(?=r|v)|with|obey"
)
_STRESSED_BEFORE_ENDING = re.compile(r"(?:tion|sion|cian|ic|ity|ical|ious|eous|ial)s?$")
_STRESSED_ENDING = re.compile(r"(?:ee|eer|ette|oon|ain|self|selves)$")
_GERMAN_PREFIX = re.compile(r"(?:be|ge|er|ver|zer|ent|emp|miss)")
_ACCENTS = frozenset("áéíóúâêôàèìòù")
_UNSTRESSED_LANGUAGES = ("ja", "zh", "ko", "yue")


def stressed_syllables(word: str, parts: list[str], language: str | None) -> list[bool]:
    """Say for each of the syllables ``parts`` of ``word`` whether it is stressed."""
    bare = re.sub(r"[^\w']", "", word.lower()).replace("’", "'")
    tongue = (language or "en").split("-")[0].lower()
    if tongue in _UNSTRESSED_LANGUAGES or any(unicodedata.category(letter) == "Lo" for letter in bare):
        return [False] * len(parts)
    if len(parts) == 1:
        return [bare not in _FUNCTION_WORDS.get(tongue, _FUNCTION_WORDS["en"]).split()]
    return [index == _stressed_index(bare, parts, tongue) for index in range(len(parts))]


def _stressed_index(bare: str, parts: list[str], tongue: str) -> int:
    count = len(parts)
    if tongue in ("es", "it", "pt", "ca"):
        marked = [i for i, part in enumerate(parts) if _ACCENTS & set(part.lower())]
        if marked:
            return marked[-1]
        closed = not re.search(r"[aeiou]$" if tongue == "it" else r"[aeiou](?:n|s|m)?$", bare)
        return count - 1 if closed else count - 2
    if tongue in ("fr", "tr", "he", "fa"):
        return count - 1
    if tongue in ("pl", "cy", "sw", "id"):
        return count - 2
    if tongue in ("de", "nl"):
        return 1 if _GERMAN_PREFIX.match(bare) else 0
    if tongue != "en":
        return 0
    if _STRESSED_BEFORE_ENDING.search(bare):
        return count - 2
    if _STRESSED_ENDING.search(bare):
        return count - 1
    return 1 if _UNSTRESSED_PREFIX.match(bare) else 0
