"""Words of other languages for styles, moods, speeds and instruments, where one pattern serves cheaply.

German, French, Spanish, Italian, Portuguese, Dutch, Polish, Turkish, Russian, Japanese, Chinese, Korean and
Hindi. Written without accents, as the caption is read; words that end in different ways stop at their stem.
Scripts without spaces between words are matched anywhere (:mod:`audiopod_mcp.music.captions.text_search`).
"""

# ruff: noqa: E501 (tables: one entry a line; other scripts' letters are meant)
# fmt: off

from __future__ import annotations

STYLE_WORDS: dict[str, str] = {
    r"elektronisch\w*|electronique|electro|electronica|elettronica|eletronica|elektroniczn\w*|elektronik|электронн\w*|электроник\w*": "electronic",
    r"エレクトロ(?:ニック|ニカ)?|电子|電子|일렉트로닉|댄스|इलेक्ट्रॉनिक": "electronic",
    r"klassisch\w*|klassik|classique|clasic[ao]|classica|classico|klassiek\w*|klasyczn\w*|klasik|классическ\w*|классик\w*": "classical",
    r"クラシック|古典|管弦楽|交响|클래식|शास्त्रीय": "classical",
    r"volks ?musik|volkslied|folklor\w*|musica popolare|ludow\w*|народн\w*": "folk",
    r"民謡|フォーク|民谣|民謠|포크|लोक": "folk",
    r"джаз\w*": "jazz", r"ジャズ|爵士|재즈|जैज़": "jazz",
    r"rockig\w*|rockmusik|roquero|rockowy|rockow\w*|рок\w{0,3}": "rock", r"ロック|摇滚|搖滾|록|रॉक": "rock",
    r"popmusik|popowy|popow\w*|поп": "pop", r"ポップス?|ポップ|流行|팝|पॉप": "pop",
    r"ケイポップ|케이팝": "k-pop",
    r"хип-?хоп": "hip hop", r"ヒップホップ|嘻哈|说唱|힙합|हिप हॉप": "hip hop",
    r"блюз\w*": "blues", r"ブルース|蓝调|藍調|블루스": "blues",
    r"метал|металл": "metal", r"メタル|金属|메탈": "metal",
    r"техно": "techno", r"テクノ|테크노": "techno", r"хаус": "house", r"ハウス|浩室|하우스": "house",
    r"ボサノ[バヴァ]+|波萨诺瓦|보사노바": "bossa nova", r"ローファイ|로파이|低保真": "lo-fi",
    r"アンビエント|环境音乐|氛围|앰비언트": "ambient", r"эмбиент": "ambient",
    r"ファンク|放克|펑크": "funk", r"ディスコ|迪斯科|디스코": "disco", r"диско": "disco",
    r"レゲエ|雷鬼|레게": "reggae", r"регги": "reggae", r"танго": "tango", r"タンゴ|探戈|탱고": "tango",
    r"レトロゲーム|8ビット": "chiptune", r"film ?musik|musique de film|musica de cine|colonna sonora|filmmuziek|muzyka filmowa": "cinematic",
    r"映画音楽|电影|史诗|영화음악|시네마틱": "cinematic",
    r"celtique|celtic[ao]|keltisch\w*|celtyck\w*|кельтск\w*": "celtic", r"ケルト|凯尔特|켈틱": "celtic",
    r"трэп\w*|трап": "trap", r"トラップ|ドリル|트랩|드릴": "trap", r"фанк": "funk", r"соул": "soul", r"ソウル|소울|灵魂乐": "soul",
    r"рэп\w*|реп": "hip hop", r"ラップ|랩": "hip hop", r"металл?\w*": "metal", r"ゴスペル|가스펠|福音": "gospel", r"госпел": "gospel",
    r"シティポップ|시티팝": "city pop", r"синтвейв|ретровейв": "synthwave", r"カントリー|乡村|컨트리": "country", r"кантри": "country",
    r"サンバ|桑巴": "samba", r"フラメンコ|弗拉门戈": "flamenco", r"flamenca": "flamenco",
}

FORM_WORDS: dict[str, str] = {
    r"walzer|valse|vals|valzer|valsa|wals|walc|вальс\w*": "waltz", r"ワルツ|圆舞曲|圓舞曲|华尔兹|왈츠": "waltz",
    r"wiegen ?lied|berceuse|nana|cancion de cuna|ninna ?nanna|cancao de ninar|slaap ?liedje|kolysank\w*|ninni|колыбельн\w*": "lullaby",
    r"子守唄|摇篮曲|자장가|लोरी": "lullaby",
    r"marsch|marche|marcha|marcia|marsz|марш\w*": "march", r"行進曲|进行曲|행진곡": "march",
    r"ballade|balada|ballata|баллад\w*": "ballad", r"バラード|抒情|발라드": "ballad",
    r"weihnacht\w*|noel|navid\w*|natale|natal|kerst\w*|рождеств\w*": "christmas", r"クリスマス|圣诞|크리스마스": "christmas",
}

MOODS: dict[str, str] = {
    r"traurig\w*|melancholisch\w*|triste\w*|malinconic\w*|melancolic\w*|melancolique|droevig\w*|smutn\w*|huzunlu|uzgun|грустн\w*|печальн\w*": "sad",
    r"悲し\w*|切ない|悲伤|忧伤|哀伤|伤感|슬픈|슬프\w*|उदास|दुखी": "sad",
    r"frohlich\w*|heiter\w*|lustig\w*|joyeu\w*|alegre\w*|feliz|allegr[aeo]|felice|vrolijk\w*|blij\w*|wesol\w*|radosn\w*|neseli|mutlu|весел\w*|весёл\w*|радостн\w*": "happy",
    r"明るい|楽しい|元気|欢快|轻快|快乐|愉快|신나는|밝은|즐거운|खुश": "happy",
    r"ruhig\w*|entspannt\w*|sanft\w*|calme|douce?|tranquil\w*|relajad\w*|suave|calm[ao]|dolce|rilassant\w*|rustig\w*|spokojn\w*|sakin|спокойн\w*|тих\w{2}": "calm",
    r"静かな|穏やか|癒し|安静|平静|舒缓|잔잔한|조용한|차분한|शांत": "calm",
    r"dunkel|dunkle\w*|duster\w*|sombre|oscur[ao]|scur[ao]|sombri[ao]|donker\w*|mroczn\w*|karanlik|мрачн\w*|темн\w*": "dark",
    r"暗い|ダーク|黑暗|阴森|어두운|अंधेरा": "dark",
    r"energiegeladen\w*|energique|energic[ao]|energetico|energiek\w*|energiczn\w*|enerjik|энергичн\w*|kraftvoll\w*": "energetic",
    r"激しい|エネルギッシュ|激烈|强劲|激情|강렬한|ऊर्जावान": "energetic",
    r"episch\w*|epique|epic[ao]|эпическ\w*|epicki\w*": "epic", r"壮大|史诗|웅장한": "epic",
    r"romantisch\w*|romantique|romantic[ao]|romantyczn\w*|романтич\w*": "tender", r"ロマンチック|浪漫|로맨틱|रोमांटिक": "tender",
    r"vertraumt\w*|traumerisch\w*|reveuse?|sonador\w*|sognante|мечтательн\w*": "dreamy", r"夢|幻想|梦幻|몽환": "dreamy",
}

TEMPO_WORDS: dict[str, bool] = {
    # Whether it's fast.
    r"langsam\w*|lente?|lent[ao]s?|devagar|langzaam|langzame|woln\w*|powoln\w*|yavas|медленн\w*": False,
    r"ゆっくり|スロー|遅い|慢|缓慢|느린|느리\w*|धीमा|धीमी": False,
    r"schnell\w*|rapide|rapid[ao]s?|veloce|snel\w{0,2}|szybk\w*|hizli|быстр\w*|flott\w*": True,
    r"速い|アップテンポ|快速|快节奏|빠른|빠르\w*|तेज़?": True,
}

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

TRACK_WORDS: dict[str, tuple[str, ...]] = {
    r"schlagzeug|batterie|bateria|batteria|perkusj\w*|bateri|davul|барабан\w*|ударн\w*|slagwerk|trommeln?": ("drums",),
    r"ドラム|鼓|드럼|ड्रम": ("drums",),
    r"percussions?|percusion(?:es)?|percussioni|percussao|перкусси\w*": ("percussion", "drums"),
    r"basse|bajo|basso|baixo|bas|бас": ("bass",), r"ベース|贝斯|베이스": ("bass",),
    r"gitarren?|guitares?|guitarras?|chitarr[ae]|gitaar|gitar[aey]?|гитар\w*": ("guitar",), r"ギター|吉他|기타": ("guitar",),
    r"gesang|(?:frauen|manner|kinder)?stimmen?|chant|voix|voz|voces|canto|voce|zang|stem|spiew\w*|wokal\w*|vokal|вокал\w*|голос\w*|paroles|letra|texte?": ("vocals", "backing_vocals"),
    r"ボーカル|歌声|歌|人声|보컬|목소리|गायन": ("vocals", "backing_vocals"),
    r"streicher|cordes|cuerdas|archi|cordas|strijkers": ("strings",),
    r"klavier|piyano|пианино|фортепиан\w*": ("keyboard",), r"ピアノ|钢琴|피아노": ("keyboard",),
    r"blaser|cuivres|metales|ottoni": ("brass",), r"synthesizer|synthes": ("synth",),
}

INSTRUMENTAL = (
    r"instrumental(?:e[snr]?|mente|version|o|musik)?|strumentale|instrumentaal|instrumentale|instrumentaln\w*|"
    r"инструментал\w*|enstrumantal|karaoke"
)
INSTRUMENTAL_ANYWHERE = r"インスト(?:ゥルメンタル|ルメンタル)?|纯音乐|純音樂|器乐|연주곡|인스트루멘탈|वाद्य"

KANA_NOTES = {"ハ": 0, "ニ": 2, "ホ": 4, "ヘ": 5, "ト": 7, "イ": 9, "ロ": 11}
"""Japanese keys: ヘ長調 is F major, 嬰ハ短調 C sharp minor, 変ホ長調 E flat major."""
NOTES: dict[str, int] = {
    # Note names of the keys people write in their own language, as pitch classes.
    "do": 0, "ut": 0, "re": 2, "mi": 4, "fa": 5, "sol": 7, "la": 9, "si": 11,
    "до": 0, "ре": 2, "ми": 4, "фа": 5, "соль": 7, "ля": 9, "си": 11,
    "cis": 1, "des": 1, "dis": 3, "es": 3, "fis": 6, "ges": 6, "gis": 8, "as": 8, "ais": 10, "b": 10, "h": 11,
}
