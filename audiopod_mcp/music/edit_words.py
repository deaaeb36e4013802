"""The words of edits in several languages, put into the English that :mod:`wishes` reads."""

from __future__ import annotations

import re

_FOREIGN = (
    # What is wrong, as what mends it.
    (r"too loud", "quieter"),
    (r"too (?:quiet|soft)", "louder"),
    (r"too (?:fast|hasty)", "slower"),
    (r"too slow", "faster"),
    (r"too much", "less"),
    (r"turn (?:it|this|everything) up(?!.*(?:tone|step|octave))", "louder"),
    (r"turn (?:it|this|everything) down(?!.*(?:tone|step|octave))", "quieter"),
    (r"(\w+) durch (\w+) ersetzen", r"replace \1 with \2"),
    (r"(?:ersetze|remplace[rz]?|reemplaza|cambia) (.+?) (?:durch|par|por)", r"replace \1 with"),
    (r"moins d'aigus|weniger h[oö]hen", "less treble"),
    (r"h[oö]hen|aigus|agudos", "treble"),
    (r"halb so schnell", "half speed"),
    (r"doppelt so schnell", "double speed"),
    (r"m[aá]s despacio|ralenti(?:s|r|ssez)?", "slower"),
    (r"acc[eé]l[eè]re[rz]?", "faster"),
    (r"breiter", "wider"),
    (r"trockener", "drier"),
    (r"m(?:ache|ach)(?: es)?|bitte|rends[ -]le|hazlo|haz(?:la)?|por favor|s'il (?:te|vous) pla[iî]t", ""),
    (r"schlagzeug|batterie|bater[ií]a|tambores", "drums"),
    (r"gesang|stimmen?|voix|chant|vo(?:z|ces)|canto", "vocals"),
    (r"gitarren?|guitares?|guitarras?", "guitar"),
    (r"klavier|clavier|teclado", "piano"),
    (r"streicher|cordes|cuerdas", "strings"),
    (r"bl[aä]ser|cuivres|metales", "brass"),
    (r"basse|bajo", "bass"),
    (r"ohne|sans|sin", "without"),
    (r"nur|seulement|s[oó]lamente|sólo", "only"),
    (r"baisse[rz]?|baja[rd]?|senke?", "turn down"),
    (r"monte[rz]?|augmente[rz]?|sube|subir|erh[oö]he", "turn up"),
    (r"entfern\w*|enl[eè]ve[rz]?|supprime[rz]?|quita[rd]?|elimina[rd]?", "remove"),
    (r"f[uü]ge|ajoute[rz]?|a[ñn]ad[ei]\w*|agrega[rd]?", "add"),
    (r"hinzu", ""),
    (r"lauter|plus forte?|m[aá]s (?:fuerte|alto)", "louder"),
    (r"leiser|moins forte?|m[aá]s (?:bajo|suave)", "quieter"),
    (r"schneller|plus (?:rapide|vite)|m[aá]s r[aá]pid[oa]", "faster"),
    (r"langsamer|plus lente?|m[aá]s lent[oa]", "slower"),
    (r"heller|plus (?:claire?|brillante?)|m[aá]s brillante", "brighter"),
    (r"dunkler|dumpfer|plus sombre|m[aá]s oscur[oa]", "darker"),
    (r"w[aä]rmer|plus chaude?|m[aá]s c[aá]lid[oa]", "warmer"),
    (r"hall|r[eé]verb[eé]?(?:ration)?|reverberaci[oó]n", "reverb"),
    (r"mehr|plus de|m[aá]s", "more"),
    (r"weniger|moins de|menos", "less"),
    (r"etwas|un peu|un poco", "a bit"),
    (r"viel|beaucoup|mucho", "much"),
    (r"(?:einen|un) (?:halbton|demi-ton|semitono)", "1 semitone"),
    (r"halbt[oö]ne?|demi-tons|semitonos", "semitones"),
    (r"(?:einen ganzton|einen ton|un ton|un tono)", "2 semitones"),
    (r"h[oö]her|plus haut", "higher pitch"),
    (r"tiefer|plus bas|m[aá]s grave", "lower pitch"),
    (r"den|dem|das|les|los|las|una", "the"),
    (r"und|et|y", "and"),
)
"""Words of edits, most in German, French and Spanish, as they are read here; longer phrases first."""


def in_english(prompt: str) -> str:
    """``prompt`` with common German, French and Spanish words in English, and faults as what mends them."""
    for words, english in _FOREIGN:
        prompt = re.sub(rf"(?<!\w)(?:{words})(?!\w)", english, prompt, flags=re.IGNORECASE)
    return prompt
