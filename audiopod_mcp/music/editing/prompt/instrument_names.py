"""Names of instruments in other languages, for :mod:`.translations`."""

# ruff: noqa: E501 (tables: one entry a line; other scripts' letters are meant)
# fmt: off

from __future__ import annotations

INSTRUMENT_WORDS: dict[str, str] = {
    r"klavier|flugel|pianino|pianoforte|fortepian\w*|piyano|пианино|фортепиан\w*|рояль": "piano",
    r"ピアノ|钢琴|鋼琴|피아노|पियानो": "piano",
    r"(?:akustik|akustische?)[\s-]?gitarren?|guitare acoustique|guitare folk|guitarra acustica|chitarra acustica|gitara akustyczna|akoestische gitaar": "acoustic guitar",
    r"アコースティックギター|アコギ|木吉他|어쿠스틱 ?기타|акустическ\w+ гитар\w*": "acoustic guitar",
    r"(?:konzert)gitarre|guitare classique|guitarra (?:espanola|clasica|flamenca)|chitarra classica|violao": "nylon guitar",
    r"e-gitarren?|guitare electrique|guitarra electrica|chitarra elettrica|elektrische gitaar|gitar\w+ elektryczn\w+|электрогитар\w*": "electric guitar",
    r"gitarren?|guitares?|guitarras?|chitarr[ae]|gitaar|gitar[aey]?|гитар\w*": "electric guitar",
    r"エレキギター|ギター|吉他|기타|गिटार": "electric guitar",
    r"schlagzeug|batterie|bateria|batteria|perkusj\w*|bateri|davul|барабан\w*|ударн\w*|slagwerk": "drums",
    r"ドラム|鼓|드럼|ड्रम": "drums",
    r"percussions?|percusion(?:es)?|percussioni|percussao|перкусси\w*": "percussion", r"パーカッション|打击乐|퍼커션": "percussion",
    r"kontrabass|contrebasse|contrabajo|contrabbasso|contrabaixo|contrabas|kontrabas|контрабас\w*": "upright bass",
    r"ウッドベース|コントラバス|低音提琴|콘트라베이스": "upright bass",
    r"e-bass|basse|bajo|basso|baixo|basgitaar|bas|бас(?:-?гитар\w*)?": "electric bass", r"ベース|贝斯|베이스": "electric bass",
    r"geigen?|violine\w*|violons?|violin[oi]|viool|skrzyp\w*|keman|скрипк\w*": "violin",
    r"バイオリン|ヴァイオリン|小提琴|바이올린": "violin",
    r"violoncell\w*|violoncelle|violonchelo|wiolonczel\w*|cello|çello|виолончел\w*": "cello", r"チェロ|大提琴|첼로": "cello",
    r"streicher|cordes|cuerdas|archi|cordas|strijkers|smyczk\w*|yaylilar|струнн\w*": "strings",
    r"ストリングス|弦楽|弦乐|현악기?|스트링": "strings",
    r"flote|querflote|flauta|flauto|fluit|flet\w*|flut|флейт\w*": "flute", r"フルート|长笛|笛子|플루트": "flute",
    r"klarinett\w*|clarinette|clarinete|clarinetto|klarnet|кларнет\w*": "clarinet", r"クラリネット|单簧管|클라리넷": "clarinet",
    r"saxofon\w*|sassofono|saksofon\w*|саксофон\w*|saxophon": "saxophone", r"サックス|萨克斯|색소폰": "saxophone",
    r"trompet\w*|trompette|tromba|trabk\w*|труб[аыуой]+": "trumpet", r"トランペット|小号|트럼펫": "trumpet",
    r"blaser|blech ?blaser|cuivres|metales|metais|ottoni|koperblazers|медн\w+ духов\w+": "brass",
    r"akkordeon|accordeon|acordeon|acordeao|fisarmonica|akordeon\w*|аккордеон\w*|баян\w*": "accordion",
    r"アコーディオン|手风琴|아코디언": "accordion",
    r"mundharmonika|armonica(?: a bocca)?|mondharmonica|harmonijka|губн\w+ гармошк\w*|гармоник\w*": "harmonica",
    r"ハーモニカ|ブルースハープ|口琴|하모니카": "harmonica",
    r"мандолин\w*|балалайк\w*|マンドリン|曼陀林|만돌린": "mandolin", r"укулеле|ウクレレ|尤克里里|우쿨렐레": "ukulele",
    r"pauken?|timpanos?|kotly|литавр\w*|ティンパニ|定音鼓|팀파니": "timpani",
    r"dudelsack|cornemuses?|cornamus[ae]|doedelzak|dudy|волынк\w*|バグパイプ|风笛|백파이프": "bagpipes",
    r"箏|お琴|古筝|가야금|кото": "koto", r"ситар\w*|シタール|西塔琴|시타르": "sitar",
    r"campan[ae]s?|glocken|cloches|колокол\w*": "bells", r"鐘|钟声|종소리": "bells",
    r"カリンバ|卡林巴|칼림바|калимб\w*": "kalimba",
    r"orgel|orgue|organo|orgao|organy|орган\w{0,2}": "organ", r"オルガン|管风琴|오르간": "organ",
    r"harfe|harpe|arpa|arf|арф\w*": "harp", r"ハープ|竖琴|하프": "harp",
    r"chor|ch[oœ]e?urs?|coros?|koor|chor\w{0,1}|koro|хор\w{0,2}": "choir", r"合唱|コーラス|합창": "choir",
    r"synthesizer|synthe|sintetizador\w*|sintetizzatore|syntezator\w*|синтезатор\w*": "synth lead", r"シンセ|合成器|신스": "synth lead",
    r"gesang|(?:frauen|manner|kinder)?stimmen?|chant|voix|voz|voces|canto|voce|zang|stem|spiew\w*|wokal\w*|vokal|вокал\w*|голос\w*": "voice",
    r"ボーカル|歌声|人声|보컬|목소리|गायन": "voice",
}
