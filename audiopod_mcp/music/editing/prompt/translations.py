"""The words of edits in many languages, and misspelt, put into the English that :mod:`.parse` reads.

Each table holds one language, without accents as :func:`~audiopod_mcp.music.captions.text_search.normalize_text` leaves it,
longer phrases first. Instruments are those of :mod:`audiopod_mcp.music.captions.translations`.
"""

# ruff: noqa: E501 (tables: one entry a line; other scripts' letters are meant)
# fmt: off

from __future__ import annotations

import re
from functools import lru_cache

from audiopod_mcp.music.captions.numbers import find_key
from audiopod_mcp.music.captions.text_search import find_words, is_one_typo, normalize_text

from .instrument_names import INSTRUMENT_WORDS
from .instruments import find_track

_SOME = r"([^,.;!?]{1,80}?)"

_GERMAN = (
    (r"(?:soll )?(?:weiter )?nach vorne?", "louder"), (r"(?:ganz )?nach links", "to the left"), (r"(?:ganz )?nach rechts", "to the right"),
    (rf"(?:nimm|nehmt?|lass|tu)e? {_SOME} (?:raus|heraus|weg)(?:nehmen|lassen)?", r"remove \1"),
    (rf"(?:blende?n?|fade) ?{_SOME}? ?(?:aus|langsam aus)|ausblend\w*|ausfad\w*", r"fade out \1"),
    (rf"(?:blende?n?|fade) ?{_SOME}? ?ein|einblend\w*", r"fade in \1"),
    (rf"dreh\w* {_SOME} (?:auf|hoch|rauf)", r"turn up \1"),
    (rf"dreh\w* {_SOME} (?:runter|zuruck|herunter)", r"turn down \1"),
    (rf"hol\w* {_SOME} (?:nach vorne?|hervor)|{_SOME} (?:mehr )?in den vordergrund", r"louder \1 \2"),
    (rf"(?:fuge?|nimm) {_SOME} (?:hinzu|dazu)|{_SOME} hinzufugen", r"add \1 \2"),
    (rf"(?:und |dafur )*{_SOME} (?:dazu|hinzu)", r"add \1"),
    (rf"(?:tausch\w*|ersetz\w*|wechsl\w*) {_SOME} (?:durch|gegen|mit)", r"replace \1 with"),
    (r"(\w+) durch (\w+) ersetzen", r"replace \1 with \2"),
    (r"ersetzen|austauschen|setzen|machen|spielen", ""),
    (r"zu laut\w*", "too loud"), (r"zu leise\w*", "too quiet"), (r"zu schnell\w*", "too fast"), (r"zu langsam\w*", "too slow"),
    (r"zu viel\w*", "too much"), (r"zu wenig\w*", "more"), (r"zu (?=\w)", "too "), (r"klingt|ist|wirkt", "is"), (r"dumpf|muffig", "dull"), (r"leise", "quiet"), (r"laut", "loud"), (r"langsam", "slow"), (r"schnell", "fast"),
    (r"(?:ab)?spielen? .{0,100}ruckwarts|ruckwarts|umgekehrt", "reverse"),
    (r"halb so schnell|halbe\w? (?:tempo|geschwindigkeit)", "half speed"), (r"doppelt so schnell|doppelte\w? (?:tempo|geschwindigkeit)", "double speed"),
    (r"halb so laut", "half as loud"), (r"doppelt so laut", "twice as loud"),
    (r"mach(?:e|en|t)?(?: es| das)?|bitte|kannst du|konntest du|konnen sie|ich (?:mochte|hatte gerne?|will|brauche)|mal|doch|das stuck|den song|das lied|den track|das ganze|stell\w*|setz\w*", ""),
    (r"ohne", "without"), (r"keine?\w?", "no"), (r"nur", "only"), (r"alles ausser", "everything except"), (r"entfern\w*|losch\w*|weg(?:nehmen|lassen)?|stumm(?:schalten)?", "remove"),
    (r"so lassen|unverandert|lass\w*|behalt\w*", "keep"),
    (r"lauter|kraftiger|deutlicher", "louder"), (r"leiser", "quieter"), (r"schneller|flotter|beschleunig\w*", "faster"), (r"langsamer|verlangsam\w*", "slower"),
    (r"heller|brillanter|klarer", "brighter"), (r"dunkler|dumpfer", "darker"), (r"warmer\w*", "warmer"), (r"breiter", "wider"), (r"schmaler", "narrower"), (r"trockener", "drier"),
    (r"(?:nach|hall|h)?hall|raum(?:klang)?", "reverb"), (r"echos?", "echo"), (r"hohen", "treble"), (r"mitten", "mids"), (r"tiefen|basse", "low end"), (r"bass", "bass"),
    (r"einen halbton|halben ton", "1 semitone"), (r"halbtone?n?", "semitones"), (r"einen ganzton|einen ton", "2 semitones"), (r"eine oktave", "an octave"), (r"oktaven?", "octave"),
    (r"eine quinte", "a fifth"), (r"eine quarte", "a fourth"), (r"(?:eine )?terz", "a third"),
    (r"hoher", "higher pitch up"), (r"tiefer", "lower pitch down"), (r"rauf|hoch", "up"), (r"runter", "down"), (r"tonart", "key"),
    (r"senke?n?|reduzier\w*|verringer\w*", "turn down"), (r"erhoh\w*|anheb\w*|heb\w*", "turn up"),
    (r"mehr", "more"), (r"weniger", "less"), (r"(?:ein )?(?:klein(?:es)? )?(?:bisschen|wenig)|etwas|leicht", "a bit"), (r"viel|deutlich|stark", "much"),
    (r"prozent", "percent"), (r"sekunden?", "seconds"), (r"minuten?", "minutes"), (r"von", "from"), (r"bis", "to"), (r"ab", "from"), (r"auf", "to"), (r"um", "by"), (r"uber", "over"), (r"unter(?:halb)?", "below"), (r"oberhalb", "above"),
    (r"(?:am|zum) (?:ende|schluss)", "at the end"), (r"am anfang|zu beginn", "at the start"), (r"(?:die |der )?letzten?", "the last"), (r"(?:die |der )?ersten?", "the first"),
    (r"refrains?", "chorus"), (r"strophen?", "verse"), (r"takten?", "bars"), (r"im", "in the"), (r"stille", "silence"), (r"(?:ab|weg|raus|heraus)?schneide?n?|kurz\w*", "cut"), (r"wiederhol\w*", "repeat"), (r"zweimal", "twice"),
    (r"trommeln?|becken", "drums"), (r"sanger(?:in)?|stimmen?", "vocals"),
    (r"zwei", "2"), (r"drei", "3"), (r"vier", "4"), (r"funf", "5"),
    (r"telefon\w*", "telephone"), (r"den|dem|das|die|der|des", "the"), (r"und|sowie", "and"), (r"mit", "with"), (r"aber", "but"), (r"eine?[nmrs]?", "a"),
)

_FRENCH = (
    (r"(?:a|vers la) gauche", "to the left"), (r"(?:a|vers la) droite", "to the right"), (r"tout sauf", "everything except"), (r"sous|en dessous de", "below"), (r"au-dessus de", "above"), (r"(?:d')?une tierce mineure", "a minor third"), (r"(?:d')?une tierce", "a third"), (r"descend\w*", "down"),
    (rf"(?:remplace[rz]?|echange[rz]?) {_SOME} (?:par|avec)", r"replace \1 with"),
    (r"fondu (?:a la fin|de sortie|sortant)|(?:un )?fondu en sortie", "fade out at the end"), (r"fondu (?:au debut|d'entree|entrant)", "fade in"), (r"fondu", "fade out"),
    (r"a l'envers|invers\w+", "reverse"), (r"deux fois plus (?:vite|rapide)", "double speed"), (r"deux fois (?:moins vite|plus lent\w*)", "half speed"), (r"deux fois plus fort", "twice as loud"), (r"moitie moins fort", "half as loud"),
    (r"trop forte?s?", "too loud"), (r"trop (?:faible|douce?|basse?)s?", "too quiet"), (r"trop (?:vite|rapide)s?", "too fast"), (r"trop lente?s?", "too slow"), (r"trop d[e']", "too much "), (r"trop", "too"),
    (r"plus forte?s?", "louder"), (r"hausse[rz]?|augmente[rz]?|monte[rz]?", "turn up"), (r"moins fortes?|plus (?:doux|douces?)", "quieter"), (r"baisse[rz]?|diminue[rz]?", "turn down"), (r"deux", "2"), (r"trois", "3"), (r"quatre", "4"), (r"cinq", "5"),
    (r"plus (?:rapide|vite)s?|acceler\w*", "faster"), (r"(?:plus lente?|moins vite|ralenti\w*)", "slower"),
    (r"plus (?:claire?|brillante?)s?", "brighter"), (r"plus (?:sombre|sourde?)s?", "darker"), (r"plus chaude?s?|chaleur\w*", "warmer"), (r"plus large", "wider"),
    (r"(?:d'un|un) demi-ton", "1 semitone"), (r"demi[- ]tons?", "semitones"), (r"(?:d'un|un) ton", "2 semitones"), (r"(?:d')?une octave", "an octave"), (r"(?:d')?une quinte", "a fifth"), (r"(?:d')?une quarte", "a fourth"),
    (r"plus haute?|plus aigue?", "higher pitch up"), (r"plus (?:bas|basse|grave)", "lower pitch down"), (r"tonalite|ton de", "key"),
    (r"enleve[rz]?|supprime[rz]?|retire[rz]?|vire[rz]?", "remove"), (r"coupe[rz]?", "cut"), (r"sans", "without"), (r"(?:seulement|uniquement|juste|que)", "only"), (r"garde[rz]?|laisse[rz]?|conserve[rz]?", "keep"), (r"touche[rz]?|ne (?=\w+ pas)", "don't"),
    (r"ajoute[rz]?|rajoute[rz]?", "add"), (r"reverb\w*", "reverb"), (r"echos?", "echo"), (r"moins d'aigus", "less treble"), (r"aigus?", "treble"), (r"graves", "low end"), (r"mediums?", "mids"),
    (r"plus d[eu']|davantage d[e']|encore d[e']", "more "), (r"moins d[eu']", "less "), (r"un (?:tout )?petit peu|un peu|legerement", "a bit"), (r"beaucoup", "a lot"), (r"tres", "very"),
    (r"pour cent", "percent"), (r"secondes?", "seconds"), (r"minutes?", "minutes"), (r"a partir de", "from"), (r"jusqu'a", "to"), (r"(?:a|vers) la fin", "at the end"), (r"au debut", "at the start"), (r"les (\d+) dernieres", r"the last \1"), (r"les (\d+) premieres", r"the first \1"), (r"entre", "between"),
    (r"refrains?", "chorus"), (r"mesures", "bars"), (r"couplets?", "verse"), (r"pont", "bridge"), (r"silence", "silence"), (r"(?:en boucle|repete[rz]?)", "repeat"), (r"deux fois", "twice"), (r"telephone", "telephone"), (r"chanteu\w+|voix|chant", "vocals"),
    (r"rends?(?:[ -](?:le|la|les))?|mets|mettre|mettez|fais|faites|pourrais-tu|peux-tu|pouvez-vous|s'il (?:te|vous) plait|stp|svp|je (?:voudrais|veux|souhaite)|le morceau|la chanson", ""), (r"le (?:son|volume)(?: d[eu])?", "volume"),
    (r"les|des|la|le|du|l'|d'", "the "), (r"et|puis", "and"), (r"avec", "with"), (r"mais", "but"), (r"une?", "a"), (r"dans|pendant", "in"), (r"de", "by"), (r"a (?=\d)", "to "),
)

_SPANISH = (
    (r"(?:a|hacia) la izquierda", "to the left"), (r"(?:a|hacia) la derecha", "to the right"), (r"todo (?:menos|excepto|salvo)", "everything except"), (r"(?:re)?corta\w*", "cut"),
    (rf"(?:cambia[rd]?|reemplaza[rd]?|sustituy\w+) {_SOME} por", r"replace \1 with"),
    (r"(?:desvanec\w+|fundido|fade)(?: de salida| al final| out)|desvanec\w+", "fade out at the end"), (r"(?:fundido|fade)(?: de entrada| al (?:principio|inicio)| in)", "fade in"),
    (r"al reves|inver\w+", "reverse"), (r"el doble de rapid\w|doble de velocidad", "double speed"), (r"(?:a )?(?:la )?mitad de (?:la )?velocidad", "half speed"), (r"el doble de (?:fuerte|alto)", "twice as loud"), (r"la mitad de (?:fuerte|volumen)", "half as loud"),
    (r"demasiado (?:fuerte|alt[oa])s?|muy (?:fuerte|alt[oa])s?", "too loud"), (r"demasiado (?:baj[oa]|suave)s?", "too quiet"), (r"(?:demasiado|muy) rapid[oa]s?", "too fast"), (r"(?:demasiado|muy) lent[oa]s?", "too slow"), (r"demasiad[oa]", "too much"),
    (r"mas (?:fuerte|alt[oa])s?", "louder"), (r"sub(?:e|ir|eme|ele|a)|aumenta\w*", "turn up"), (r"mas (?:suave|baj[oa])s?|menos fuerte", "quieter"), (r"baja(?:r|me|le)?|reduc\w+|disminu\w+", "turn down"), (r"dos", "2"), (r"tres", "3"), (r"cuatro", "4"), (r"cinco", "5"), (r"el volumen", "volume"), (r"(?:del )?(?:principio|inicio|comienzo)", "at the start"),
    (r"mas (?:rapid[oa]|veloz)s?|aceler\w+", "faster"), (r"mas (?:lent[oa]|despacio)s?|ralentiz\w+|mas lento", "slower"),
    (r"mas (?:brillante|clar[oa])s?", "brighter"), (r"mas oscur[oa]s?", "darker"), (r"mas calid[oa]s?", "warmer"), (r"mas anch[oa]", "wider"),
    (r"medio tono|un semitono", "1 semitone"), (r"semitonos?", "semitones"), (r"un tono", "2 semitones"), (r"una octava", "an octave"), (r"una quinta", "a fifth"), (r"una cuarta", "a fourth"),
    (r"mas agud[oa]|sube de tono", "higher pitch up"), (r"mas grave|baja de tono", "lower pitch down"), (r"tonalidad", "key"),
    (r"quita(?:r|me|le|d)?|elimina\w*|saca\w*|borra\w*|silencia\w*", "remove"), (r"sin", "without"), (r"solo|solamente|unicamente", "only"), (r"dej[ae]\w*|manten\w*|conserva\w*", "keep"),
    (r"anad\w+|agreg\w+|pon(?:le|er)?(?= (?:un|una|mas|algo|eco|cuerdas))|mete\w*", "add"), (r"reverb\w*", "reverb"), (r"eco", "echo"), (r"agudos", "treble"), (r"graves", "low end"), (r"medios", "mids"),
    (r"mas", "more"), (r"menos", "less"), (r"un (?:poco|poquito)|algo|ligeramente", "a bit"), (r"mucho|muchisimo|bastante", "much"),
    (r"por ciento", "percent"), (r"segundos?", "seconds"), (r"minutos?", "minutes"), (r"desde|a partir de", "from"), (r"hasta", "to"), (r"al final", "at the end"), (r"al (?:principio|inicio)", "at the start"), (r"los ultimos", "the last"), (r"los primeros", "the first"), (r"entre", "between"),
    (r"compases", "bars"), (r"estribillos?|coro", "chorus"), (r"estrofas?|versos?", "verse"), (r"puente", "bridge"), (r"silencio", "silence"), (r"repit\w+|repet\w+", "repeat"), (r"dos veces", "twice"), (r"telefono", "telephone"), (r"cantante|voz|voces", "vocals"), (r"tambores", "drums"),
    (r"haz(?:l[oa]s?)?|hacer(?:l[oa])?|pon(?:l[oa]|l[oa]s|me|er|ga)?|por favor|puedes|podrias|quiero|me gustaria|que|la cancion|el tema|la pista", ""),
    (r"los|las|el|la|del|lo", "the"), (r"y|e", "and"), (r"con", "with"), (r"pero", "but"), (r"una?", "a"), (r"como", "about"), (r"en", "in"), (r"a (?=\d)", "to "),
)

_PORTUGUESE = (
    (r"(?:para|a) (?:a )?esquerda", "to the left"), (r"(?:para|a) (?:a )?direita", "to the right"), (r"tudo (?:menos|exceto)", "everything except"),
    (r"muito rapid[oa]s?", "too fast"), (r"muito lent[oa]s?", "too slow"), (r"(?:do|no) (?:comeco|inicio)", "at the start"),
    (rf"(?:troca\w*|substitu\w+) {_SOME} (?:por|pelo|pela)", r"replace \1 with"),
    (r"fade out|desvanec\w+|diminuir? no final", "fade out at the end"), (r"ao contrario|de tras para (?:a )?frente|invert\w+", "reverse"),
    (r"(?:muito|demais|alto demais) alt[oa]s?|alt[oa]s? demais", "too loud"), (r"(?:muito|demasiado) baix[oa]s?|baix[oa]s? demais", "too quiet"), (r"rapid[oa] demais", "too fast"), (r"lent[oa] demais", "too slow"), (r"demais", "too much"),
    (r"mais (?:alt[oa]|forte)s?", "louder"), (r"aument\w+|sub[ae]\w*", "turn up"), (r"mais baix[oa]s?|mais suaves?", "quieter"), (r"abaix\w+|baix[ae]r?|diminu\w+|reduz\w*", "turn down"), (r"dois|duas", "2"), (r"tres", "3"), (r"quatro", "4"),
    (r"mais rapid[oa]s?|aceler\w+", "faster"), (r"mais (?:devagar|lent[oa])s?|desaceler\w+", "slower"), (r"mais (?:brilhante|clar[oa])s?", "brighter"), (r"mais escur[oa]s?", "darker"), (r"mais quente", "warmer"),
    (r"meio tom|um semitom", "1 semitone"), (r"semitons", "semitones"), (r"um tom", "2 semitones"), (r"uma oitava", "an octave"), (r"mais agud[oa]", "higher pitch up"), (r"mais grave", "lower pitch down"), (r"tom de", "key of"),
    (r"tir[ae]\w*|remov\w+|elimin\w+|retir\w+", "remove"), (r"sem", "without"), (r"so|somente|apenas", "only"), (r"mantenh\w*|manter", "keep"), (r"adicion\w+|acrescent\w+|coloc\w+|coloqu\w+|ponha", "add"),
    (r"reverb\w*", "reverb"), (r"eco", "echo"), (r"agudos", "treble"), (r"graves", "low end"), (r"mais", "more"), (r"menos", "less"), (r"um pouc\w+|um bocad\w+", "a bit"), (r"muito", "much"), (r"uns|umas|cerca de", "about"),
    (r"por cento", "percent"), (r"segundos?", "seconds"), (r"minutos?", "minutes"), (r"(?:de|desde|a partir de) (?=\d)", "from "), (r"ate", "to"), (r"no (?:final|fim)", "at the end"), (r"no (?:comeco|inicio)", "at the start"), (r"refrao", "chorus"), (r"silencio", "silence"), (r"violao", "guitar"), (r"voz(?:es)?|vocal|vocais|cantora?", "vocals"),
    (r"deix[ae]\w*|faca\w*|faz|fazer|por favor|voce pode|pode|quero|gostaria de|a musica", ""), (r"o volume", "volume"), (r"os|as|o|da|do", "the"), (r"e", "and"), (r"com", "with"), (r"mas", "but"), (r"uma?", "a"), (r"em", "in"), (r"para (?=\d)", "to "),
)

_ITALIAN = (
    (r"a sinistra", "to the left"), (r"a destra", "to the right"), (r"tutto (?:tranne|eccetto)", "everything except"),
    (rf"(?:sostituisc\w+|cambia\w*|scambia\w*) {_SOME} con", r"replace \1 with"),
    (r"dissolvenza (?:in entrata|iniziale)", "fade in"), (r"dissolvenza|sfum\w+", "fade out at the end"), (r"al contrario|all'indietro|invert\w+", "reverse"),
    (r"troppo (?:forte|alt[oa])", "too loud"), (r"troppo (?:piano|bass[oa])", "too quiet"), (r"troppo veloce", "too fast"), (r"troppo lent[oa]", "too slow"), (r"troppo", "too much"),
    (r"piu (?:forte|alt[oa])", "louder"), (r"alza\w*|aument\w+", "turn up"), (r"piu (?:piano|bass[oa])|meno forte", "quieter"), (r"abbass\w+|riduc\w+|diminu\w+", "turn down"), (r"due", "2"), (r"tre", "3"), (r"quattro", "4"),
    (r"piu (?:veloce|rapid[oa])|acceler\w+|velocizz\w+", "faster"), (r"piu (?:lent[oa]|lentamente)|rallent\w+", "slower"), (r"piu (?:brillante|chiar[oa])", "brighter"), (r"piu (?:scur[oa]|cup[oa])", "darker"), (r"piu cald[oa]", "warmer"), (r"piu larg[oa]|piu ampi[oa]", "wider"),
    (r"(?:un )?mezzo tono|un semitono", "1 semitone"), (r"semitoni", "semitones"), (r"un tono", "2 semitones"), (r"un'ottava", "an octave"), (r"una quinta", "a fifth"), (r"piu acut[oa]", "higher pitch up"), (r"piu grave", "lower pitch down"), (r"tonalita", "key"),
    (r"togli\w*|rimuov\w+|elimin\w+|leva\w*", "remove"), (r"senza", "without"), (r"solo|soltanto", "only"), (r"mantien\w*|lascia\w*|tieni", "keep"), (r"aggiung\w+|metti", "add"),
    (r"riverber\w+", "reverb"), (r"eco", "echo"), (r"acuti|alti", "treble"), (r"bassi", "low end"), (r"piu", "more"), (r"meno", "less"), (r"un po' di|un po'?|leggermente", "a bit"), (r"molto", "much"),
    (r"per cento", "percent"), (r"secondi", "seconds"), (r"minuti", "minutes"), (r"(?:da|dal) (?=\d)", "from "), (r"(?:a|al|fino a) (?=\d)", "to "), (r"alla fine", "at the end"), (r"all'inizio", "at the start"), (r"ritornello", "chorus"), (r"strofa", "verse"), (r"silenzio", "silence"), (r"voc[ei]|cantante", "vocals"),
    (r"fai|fallo|falla|rendi\w*|per favore|puoi|potresti|vorrei|il brano|la canzone|il pezzo", ""), (r"il volume", "volume"), (r"il|lo|la|gli|le|dell[ao]|del|i", "the"), (r"ed?|poi", "and"), (r"con", "with"), (r"ma", "but"), (r"una?|uno", "a"),
)

_RUSSIAN = (
    (r"(?:в|на)лево", "to the left"), (r"(?:в|на)право", "to the right"), (r"в[сc][её] кроме", "everything except"), (r"вступлени\w+", "the intro"),
    (rf"замени\w* {_SOME} на", r"replace \1 with"), (r"(?:плавн\w+ )?затухани\w+|затихан\w+|плавн\w+ (?:конец|окончани\w+)|фейд\w*", "fade out at the end"), (r"(?:задом наперед|наоборот|в обратн\w+ \w+|реверс)", "reverse"),
    (r"слишком громк\w+", "too loud"), (r"слишком тих\w+", "too quiet"), (r"слишком быстр\w+", "too fast"), (r"слишком медленн\w+", "too slow"), (r"слишком много", "too much"),
    (r"(?:по)?громче", "louder"), (r"усиль\w*|прибав\w*|подним\w+|повыс\w+", "turn up"), (r"(?:по)?тише|приглуши\w*", "quieter"), (r"убав\w*|опуст\w+|пониз\w+|сниз\w+", "turn down"), (r"два|две", "2"), (r"три", "3"), (r"четыре", "4"), (r"пять", "5"), (r"(?:по)?быстрее|ускор\w+", "faster"), (r"(?:по)?медленнее|замедл\w+", "slower"),
    (r"(?:по)?ярче|звонче", "brighter"), (r"(?:по)?темнее|глуше", "darker"), (r"(?:по)?теплее", "warmer"), (r"(?:по)?шире", "wider"),
    (r"на полтона", "1 semitone"), (r"полутон\w*", "semitones"), (r"на тон", "2 semitones"), (r"на октаву", "an octave"), (r"на квинту", "a fifth"), (r"(?:по)?выше", "higher pitch up"), (r"(?:по)?ниже", "lower pitch down"), (r"тональност\w+", "key"),
    (r"убер\w+|убрать|удал\w+|вырез\w+|выключ\w+", "remove"), (r"без", "without"), (r"только", "only"), (r"оставь\w*|не трога\w*|сохран\w+", "keep"), (r"добав\w+", "add"),
    (r"реверб\w*|эх[оаом]{1,2}(?=\s*зал)", "reverb"), (r"эхо", "echo"), (r"высоки\w+(?: частот\w*)?|верх[аов]{0,2}", "treble"), (r"низки\w+(?: частот\w*)?|низ[аыов]{0,2}", "low end"), (r"больше", "more"), (r"меньше", "less"), (r"немного|чуть(?:-чуть)?|слегка", "a bit"), (r"намного|гораздо|сильно", "much"),
    (r"процент\w*", "percent"), (r"секунд\w*", "seconds"), (r"минут\w*", "minutes"), (r"(?:с|от) (?=\d)", "from "), (r"(?:до|по) (?=\d)", "to "), (r"в конце", "at the end"), (r"в начале", "at the start"), (r"припев\w*", "chorus"), (r"куплет\w*", "verse"), (r"тишин\w+", "silence"), (r"(?:во?кал|голос)\w*|певц\w+|певиц\w+", "vocals"),
    (r"сдела\w+|пожалуйста|можешь|можно|хочу|чтобы|песн\w+|трек\w*", ""), (r"и", "and"), (r"но|а", "but"), (r"на (?=\d)", "by "), (r"с", "with"),
)

_JAPANESE = (
    (r"左", " to the left "), (r"右", " to the right "), (r"カット", " cut "),
    (r"(?:を|の)?(?:代わりに|かわりに)", " instead of "), (r"フェードアウト", " fade out at the end "), (r"フェードイン", " fade in "), (r"逆再生|逆回転", " reverse "), (r"カラオケ", " karaoke "),
    (r"うるさすぎ|大きすぎ", " too loud "), (r"小さすぎ", " too quiet "), (r"速すぎ", " too fast "), (r"遅すぎ", " too slow "),
    (r"大きく|強く|うるさく", " louder "), (r"上げ", " turn up "), (r"小さく|弱く|静かに|控えめに", " quieter "), (r"下げ", " turn down "), (r"デシベル", " dB "), (r"速く|早く|テンポアップ|スピードアップ", " faster "), (r"遅く|ゆっくり|スローに", " slower "),
    (r"明るく|クリアに", " brighter "), (r"暗く", " darker "), (r"暖かく|温かく|あたたかく", " warmer "), (r"広く", " wider "),
    (r"半音(\d)つ|(\d+)半音", r" \1\2 semitones "), (r"半音", " 1 semitone "), (r"全音", " 2 semitones "), (r"(?:1|一)?オクターブ", " an octave "), (r"高く", " higher pitch up "), (r"低く", " lower pitch down "), (r"キー", " key "),
    (r"消し(?:て)?|取り除|抜い(?:て)?|なくし|削除|外し|ミュート", " remove "), (r"なし(?:で|に)?|無し(?:で|に)?", " remove "), (r"だけ(?:に|を残)?|のみ", " only "), (r"そのまま|残し", " keep "), (r"追加|加え|足し|入れ", " add "),
    (r"リバーブ|残響", " reverb "), (r"エコー|ディレイ", " echo "), (r"高音|高域", " treble "), (r"低音|低域", " low end "), (r"もっと|より", " more "), (r"減らし|少なく", " less "), (r"少し|ちょっと|やや", " a bit "), (r"かなり|とても|すごく", " much "),
    (r"パーセント", "%"), (r"(\d+)秒から(\d+)秒(?:まで)?", r" from \1 to \2 seconds "), (r"最後の(\d+)秒", r" the last \1 seconds "), (r"最初の(\d+)秒", r" the first \1 seconds "), (r"秒", " seconds "), (r"最後", " at the end "), (r"最初", " at the start "), (r"サビ", " the chorus "), (r"イントロ", " the intro "), (r"歌", " vocals "),
    (r"ください|下さい|お願い(?:します)?|ほしい|欲しい|曲|全体", " "), (r"テンポ|速度", " tempo "), (r"音量|ボリューム", " volume "), (r"して|にし(?:て)?|くし(?:て)?|で、|て、|て(?=\s|$)", " , "), (r"[をはがのにもでと]", " "), (r"と|や", " and "),
)

_CHINESE = (
    (r"速度|节奏", " speed "),
    (r"左边?", " to the left "), (r"右边?", " to the right "),
    (r"混响", " reverb "), (r"把?\s*([^，。,]{1,40}?)\s*(?:换成|替换(?:成|为)|改成)(?=\D)", r" replace \1 with "), (r"淡出|渐弱|渐隐", " fade out "), (r"淡入|渐强", " fade in "), (r"倒放|反转|反向", " reverse "), (r"伴奏", " karaoke "),
    (r"太(?:大声|响|吵)", " too loud "), (r"太(?:小声|轻|小)", " too quiet "), (r"太快", " too fast "), (r"太慢", " too slow "),
    (r"(?:调|变|放|开)?(?:大声?|响|高音量|大音量)(?=一?点|些|$|\s|[,，])|大声|响一点|增强|突出|调大|放大|提高音量", " louder "), (r"调小|小声|减弱|降低音量|轻一?点|调低", " quieter "), (r"分贝", " dB "), (r"快一?[点些]|加快|加速|更快|变快|提速", " faster "), (r"慢一?[点些]|放慢|减速|更慢|变慢|减慢", " slower "),
    (r"明亮|清晰|亮一点", " brighter "), (r"暗一?点|暗淡|低沉", " darker "), (r"温暖", " warmer "), (r"更宽|宽一?点", " wider "),
    (r"(?:升高?|提高|上调)(\d+|一|两|三)?个?半音", r" up \1 semitones "), (r"(?:降低?|下调)(\d+|一|两|三)?个?半音", r" down \1 semitones "), (r"一?个?八度", " an octave "), (r"升调", " pitch up "), (r"降调", " pitch down "),
    (r"去掉|去除|移除|删除|删掉|拿掉|静音|不要|消除", " remove "), (r"没有", " without "), (r"只(?:要|留|保留)?|仅", " only "), (r"保留|保持", " keep "), (r"添加|加入|加上|增加|加(?:一[些点])?", " add "),
    (r"回声|延迟", " echo "), (r"高频|高音", " treble "), (r"低频|低音(?!提琴)", " low end "), (r"(?:升高?|提高|上调)", " up "), (r"(?:降低?|下调)", " down "), (r"更多|多一?[点些]", " more "), (r"更少|少一?[点些]|减少", " less "), (r"一点|一些|稍微|略微", " a bit "), (r"很多|大幅", " much "),
    (r"百分之(\d+)", r"\1 %"), (r"从?(\d+)秒到(\d+)秒", r" from \1 to \2 seconds "), (r"最后(\d+)秒", r" the last \1 seconds "), (r"前(\d+)秒", r" the first \1 seconds "), (r"秒", " seconds "), (r"结尾|最后", " at the end "), (r"开头|开始", " at the start "), (r"副歌", " the chorus "), (r"主歌", " the verse "), (r"前奏", " the intro "), (r"唱|人声|歌声", " vocals "), (r"鼓声?|架子鼓", " drums "),
    (r"请|帮我|可以|能不能|把|让|使|音量|歌曲|这首歌|声|的|调|到(?=\d)|吗|得|变", " "), (r"和|跟|与", " and "), (r"然后|再|并且?|同时", " , "), (r"三", "3"), (r"两", "2"),
)

_KOREAN = (
    (r"페이드 ?아웃", " fade out at the end "), (r"페이드 ?인", " fade in "), (r"거꾸로|역재생", " reverse "), (r"더 크게|크게|키워|높여", " louder "), (r"더 작게|작게|줄여|낮춰|조용(?:하게|히)", " quieter "), (r"더 빠르게|빠르게|빨리|빠른", " faster "), (r"더 느리게|느리게|천천히", " slower "),
    (r"밝게", " brighter "), (r"어둡게", " darker "), (r"따뜻하게", " warmer "), (r"넓게", " wider "), (r"(?:한 ?)?반음", " 1 semitone "), (r"옥타브", " octave "), (r"올려", " up "), (r"내려", " down "), (r"빼|없애|제거|지워|삭제|음소거", " remove "), (r"없이", " without "), (r"만(?=\s|$)", " only "), (r"추가|넣어|더해", " add "), (r"리버브|잔향", " reverb "), (r"에코|딜레이", " echo "), (r"고음", " treble "), (r"저음", " low end "), (r"더", " more "), (r"조금|약간|살짝", " a bit "), (r"많이|훨씬", " much "), (r"퍼센트", "%"), (r"데시벨", " dB "), (r"초", " seconds "), (r"후렴", " the chorus "), (r"목소리|보컬|노래", " vocals "), (r"해 ?주세요|해 ?줘|주세요|줘|소리|템포|볼륨|속도", " "), (r"그리고|하고|고(?=\s)", " , "), (r"(?<=\s)[을를이가은는도](?=\s|$)", " "), (r"와|과", " and "),
)

_TABLES = {"de": _GERMAN, "fr": _FRENCH, "es": _SPANISH, "pt": _PORTUGUESE, "it": _ITALIAN, "ru": _RUSSIAN, "ja": _JAPANESE, "zh": _CHINESE, "ko": _KOREAN}
_SCRIPTS = {"ru": r"[\u0400-\u04ff]", "ja": r"[\u3040-\u30ff]", "ko": r"[\uac00-\ud7af]", "zh": r"[\u4e00-\u9fff]"}
_ENGLISH = re.compile(
    r"\b(?:the|make|it|to|of|and|with|but|please|more|less|louder|quieter|softer|faster|slower|add|remove|turn|up|down|bit|"
    r"without|keep|just|like|in|on|at|out|can|you|could|i|is|are|too|much|all|lot|some|by|for|that|this|into|over|drums|vocals|make|"
    r"higher|lower|cut|drop|no|only|wider|brighter|darker|warmer|strings|half|double|speed)\b", re.IGNORECASE)
_KEYED = re.compile(
    r"(?:\b(?:in|en|em|nach|auf|a|au|zu|в|to)\s+)?(?:\bkey of\s+)?[^\s,.;]{1,40}(?:[\s-](?:sharp|flat|diese|bemol(?:le)?|sostenido|diesis|sustenido))?[\s-]?"
    r"(?:dur|moll|majeur|mayor|maggiore|maior|mineur|menor|minore|мажор\w*|минор\w*|メジャー|長調|マイナー|短調|大调|大調|小调|小調|장조|단조)\b", re.IGNORECASE)

_SEEMS = r"(?:sounds?|is|are|feels?|seems?) (?:a (?:bit|little|tad) |kind of |kinda |so |very |really |pretty |quite |rather )*"
_FAULTS = (
    # What is wrong, as what mends it.
    (r"too loud|not quiet enough", "quieter"),
    (r"too (?:quiet|soft|low in (?:the|volume)\b)|not loud enough", "louder"),
    (r"too (?:fast|hasty)", "slower"),
    (r"too slow", "faster"),
    (r"too dry", "more reverb"),
    (rf"{_SEEMS}(?:dull|muffled|lifeless|too dark)|too (?:dull|dark|muffled)", "brighter"),
    (rf"{_SEEMS}(?:quiet|soft)", "louder"),
    (rf"{_SEEMS}loud", "quieter"),
    (rf"{_SEEMS}slow", "faster"),
    (rf"{_SEEMS}(?:fast|rushed)", "slower"),
    (r"too (?:bright|sharp|crisp)", "darker"),
    (r"too much", "less"),
    (r"(?:not enough|too little|needs? more|could use (?:more|some))", "more"),
    (r"turn (?:it|this|everything|(?:the )?(?:whole )?(?:song|track|thing)) up(?!.{0,200}(?:tone|step|octave|\ba \w*(?:th|third)\b))", "louder"),
    (r"turn (?:it|this|everything|(?:the )?(?:whole )?(?:song|track|thing)) down(?!.{0,200}(?:tone|step|octave|\ba \w*(?:th|third)\b))", "quieter"),
)
_SPELLED = (
    "drums", "vocals", "guitar", "piano", "strings", "trumpet", "violin", "saxophone", "louder", "quieter", "softer", "faster", "slower", "brighter",
    "darker", "warmer", "wider", "remove", "reverb", "treble", "semitones", "octave", "percent", "seconds", "chorus", "verse", "instrumental", "reverse",
    "backwards", "delete", "transpose", "faders", "bass", "higher", "lower", "narrower", "tempo", "without", "speed", "pitch", "punchier", "muffled",
    "volume",
)
_WELL_SPELT = frozenset(("quite", "vocal", "shower", "fasten", "lover", "louder", "drum", "string", "master", "closer", "hider", "piano", "steel", "wilder", "darken", "warmed", "slowed", "higher", "percents", "verses", "spend", "filter", "water", "later", "lowest", "whiter"))


_PUT_IN_FIGURES = (
    # What is written short, or in words.
    (r"\bhalf (?:a )?seconds?\b", "0.5 seconds"), (r"\bhalf (?:a )?minutes?\b", "30 seconds"),
    (r"\bdrms?\b", "drums"), (r"\bgtrs?\b", "guitar"), (r"\bperc\b", "percussion"), (r"\brev\b", "reverb"),
    (r"\b(?:an|one|1) octave and a half\b", "18 semitones"),
    (r"\b(?:a|one) and a half\b", "1.5"), (r"\btwo and a half\b", "2.5"), (r"\bthree and a half\b", "3.5"),
    (r"\b(\d+) and a half\b", r"\1.5"), (r"\b(?:a )?quarter[ -]?tones?\b", "0.5 semitones"),
)


def to_english(prompt: str) -> str:
    """``prompt`` with its words in English, slips of spelling put right, and faults as what mends them."""
    text = normalize_text(prompt)
    if (language := _language(text)) is not None:
        text = _translated(text, language)
    text = re.sub(r"\b[a-z]{5,}\b", lambda match: _spelled(match[0]), text, flags=re.IGNORECASE)
    for words, english in _FAULTS:
        text = re.sub(rf"(?<!\w)(?:{words})(?!\w)", english, text, flags=re.IGNORECASE)
    for words, english in _PUT_IN_FIGURES:
        text = re.sub(words, english, text, flags=re.IGNORECASE)
    return re.sub(r"[ \t]+", " ", text).strip()


def _translated(text: str, language: str) -> str:
    if (key := find_key(text)) is not None and _KEYED.search(text):
        text = _KEYED.sub(f" in the key of {key} ", text, count=1)
    for start, end, name in reversed(find_words(text, INSTRUMENT_WORDS)):
        # English stays: "synth bass" is no "basse", and names of keys are no instruments.
        if text[start:end].lower() not in ("so", "as", "es", "bass", "pad", "solo"):
            plain = {"voice": "vocals", "electric bass": "bass", "electric guitar": text[start:end] if text[start:end].isascii() and text[start:end].lower() == "guitar" else "guitar", "synth lead": "synth"}.get(name, name)
            text = f"{text[:start]} {plain} {text[end:]}" if not text[start:end].isascii() else f"{text[:start]}{plain}{text[end:]}"
    text = re.sub(r"(?<!\w)(l|qu)'(?=\w)", r"\1' ", text, flags=re.IGNORECASE)
    text = re.sub(r"百分之([一二三四五六七八九]?)十", lambda m: f"{('一二三四五六七八九'.find(m[1]) + 1 if m[1] else 1) * 10} %", text)
    text = re.sub(r"[一二三四五六七八九](?=秒|个|分贝|次|倍|小节)", lambda m: str("一二三四五六七八九".index(m[0]) + 1), text)
    spaced = language not in ("ja", "zh", "ko")
    for words, english in _TABLES[language]:
        pattern = rf"(?<!\w)(?:{words})(?!\w)" if spaced else words
        text = re.sub(pattern, lambda m, e=english: re.sub(r"\\(\d)", lambda g: m[int(g[1])] or "", e), text, flags=re.IGNORECASE)  # type: ignore[misc]
    return text


@lru_cache(maxsize=256)
def _language(text: str) -> str | None:
    """The language whose table knows most of ``text``, in letters; ``None`` if English knows as much."""
    for language, letters in _SCRIPTS.items():
        if re.search(letters, text):
            return language
    known = {language: _letters_known(text, _TABLES[language]) for language in ("de", "fr", "es", "pt", "it")}
    best = max(known, key=lambda language: known[language])
    english = sum(len(match[0]) for match in _ENGLISH.finditer(text))
    return best if known[best] > english or (known[best] and _KEYED.search(text)) else None


def _letters_known(text: str, table: tuple[tuple[str, str], ...]) -> int:
    places: set[int] = set()
    for words, _ in table:
        if _SOME not in words:
            for match in re.finditer(rf"(?<!\w)(?:{words})(?!\w)", text, re.IGNORECASE):
                places |= set(range(*match.span()))
    return len(places)


def _spelled(word: str) -> str:
    lower = word.lower()
    if lower in _WELL_SPELT or lower in _SPELLED or find_track(lower):
        return word
    return next((right for right in _SPELLED if right[0] == lower[0] and is_one_typo(lower, right)), word)
