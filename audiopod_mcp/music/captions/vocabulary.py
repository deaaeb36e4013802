"""The words people describe music with, and what each means to the composer.

Patterns are regular expressions, matched whole-word, without case and without accents; the longer one
wins.
"""

# ruff: noqa: E501 (tables: one entry a line)
# fmt: off

from __future__ import annotations

_STYLES: dict[str, str] = {
    # A style: its own names % kinds of music without a style of their own here, of which it is the nearest.
    "lo-fi": r"lo[-\s]?fi|chill-?hop",
    "trap": r"trap % drill|plugg(?:nb)?|crunk|rage beats?",
    "phonk": r"phonk",
    "grime": r"grime",
    "hip hop": r"hip[\s-]?hop|boom[\s-]?bap % g-funk|turntablism|hyphy|horror-?core|(?:west|east)[\s-]coast(?: rap)?|chopped (?:and|&|'?n'?) screwed|spoken word",
    "trip hop": r"trip[\s-]?hop % downtempo(?: beats?)?|illbient",
    "drum and bass": r"drum\s?(?:and|&|'?n'?)\s?bass|dnb|d&b % jungle|breakcore|liquid funk|neuro-?funk|jump[\s-]up|drumstep",
    "dubstep": r"dub-?step|riddim dubstep % brostep|tear-?out",
    "house": r"(?:deep |tech |progressive |tropical |acid |afro |slap |future |bass |french |disco |piano |funky |soulful |electro |melodic )?house(?: music)?|micro-?house % nu[\s-]disco|uk bass|french touch",
    "amapiano": r"amapiano % gqom|kwaito|jersey club|footwork|chicago juke|kuduro",
    "uk garage": r"2-?step % (?:uk |speed |2-?step )garage",
    "techno": r"(?:detroit |acid |melodic |hard |dub |peak[\s-]time |hypnotic )?techno % gabber|ebm|aggrotech|schranz",
    "trance": r"(?:psy-?|goa |vocal |uplifting |progressive |hard )?trance % eurodance|eurobeat|italo[\s-]dance|hi-?nrg|goa|happy hardcore",
    "hardstyle": r"hard-?style % raw-?style|jumpstyle",
    "future bass": r"future bass % melodic dubstep|kawaii bass",
    "synthwave": r"(?:dark)?synth-?wave|retro-?wave|outrun % vapor-?wave|mall-?soft|synth-?pop|new wave|new romantic|italo[\s-]disco|(?:dark|cold|chill)-?wave|synth-?punk|electro-?clash",
    "chiptune": r"chip-?tunes?|chip music|8[\s-]?bit|16[\s-]?bit % game ?boy|nes",
    "electronic": r"electronica?|edm|electronic dance(?: music)? % electro|idm|big room|hyper-?pop|breakbeats?|big beat|dance music|complextro|glitch(?:core|[\s-]hop)?|digicore|moombahton|(?:indie|live|folk)tronica|nightcore",
    "ambient": r"dark ambient|ambient|soundscapes? % drone|new age|space music|chill-?out|dungeon synth|hauntology|binaural(?: beats?)?|noise music|harsh noise|musique concrete|plunderphonics|lowercase",
    "cinematic": r"cinematic|film score|film music|movie score|epic orchestral|trailer music|soundtrack score % spaghetti western",
    "bossa nova": r"bossa[\s-]?nova|bossa % mpb",
    "samba": r"samba % batucada|pagode|baile funk|funk carioca|brazilian funk|sertanejo|forro|choro|axe music",
    "swing": r"swing|electro swing|big[\s-]band % dixie(?:land)?|new orleans|second line|lindy hop|charleston",
    "gypsy jazz": r"gypsy jazz|jazz manouche % hot club",
    "ragtime": r"ragtime % stride(?: piano)?|vaudeville|cabaret",
    "jazz": r"jazzy?|(?:smooth|cool|acid|modal|soul|free|lounge|vocal) jazz|jazz[\s-]fusion % be-?bop|hard bop|fusion",
    "funk": r"jazz[\s-]funk|funk(?:y)?|p-funk",
    "reggaeton": r"reggaeton % regueton|dembow|perreo|dancehall|ragga",
    "latin": r"latin|latino|latin jazz|latin pop % salsa|mambo|rumba|bachata|merengue|calypso|soca|cha[\s-]cha(?:[\s-]cha)?|tropicalia|bolero|son cubano|cuban|bhangra|bollywood|kizomba|zouk",
    "cumbia": r"cumbia % vallenato",
    "mariachi": r"mariachi % ranchera|norteno|corridos?(?: tumbados?)?|tejano|tex[\s-]mex|banda sinaloense",
    "tango": r"tango % milonga",
    "flamenco": r"flamenco % bulerias?|rumba flamenca",
    "klezmer": r"klezmer % balkan(?: brass)?|romani|gnawa|rai|dabke|arabesque?|rebetiko|laiko|manele|turbo-?folk",
    "afrobeat": r"afro[\s-]?beats? % afro[\s-]?pop|highlife|afro-?fusion|soukous|juju",
    "celtic": r"celtic|irish|scottish|gaelic % jig|reel",
    "polka": r"polka % oom-?pah|beer hall",
    "dub": r"dub",
    "reggae": r"(?:roots |dub )?reggae",
    "ska": r"ska(?:[\s-]punk)? % rock[\s-]?steady|two[\s-]tone",
    "city pop": r"city[\s-]pop",
    "disco": r"disco % boogie funk",
    "boogie": r"boogie|boogie[\s-]?woogie % barrelhouse",
    "soul": r"soul|neo[\s-]soul|northern soul|motown|soulful",
    "gospel": r"gospel|worship % spirituals?|hymns?|praise|ccm|gregorian chant|plainchant",
    "r&b": r"(?:contemporary |alternative )?(?:r\s?(?:&|n|'n'|and)\s?b|rnb)|rhythm and blues % slow jam|quiet storm",
    "blues": r"blues|delta blues|chicago blues|bluesy",
    "bluegrass": r"blue-?grass % newgrass",
    "country": r"country|outlaw country|honky[\s-]tonk|nashville % americana|western swing|cajun|zydeco",
    "folk": r"folk|(?:indie|acoustic|contemporary|chamber) folk|folky % singer[\s-]songwriter|medieval|renaissance|tavern music|fado|enka|trot|qawwali|carnatic|hindustani|raga|throat singing|gamelan|hawaiian|exotica",
    "metal": r"metal|metalcore|(?:death|black|heavy|doom|power|nu|industrial|symphonic|folk|speed|gothic|progressive|orchestral|neo-?classical) metal % djent|sludge|doom|grindcore|blackgaze|thrash|deathcore",
    "punk": r"punk|(?:pop|post|hardcore|skate|garage|folk)[\s-]punk|punk[\s-]rock % hardcore(?: punk)?|post-?hardcore|screamo|riot grrrl|crust|emo|no wave",
    "grunge": r"grunge",
    "post-rock": r"post-?rock % math[\s-]rock",
    "shoegaze": r"shoegaze % dream[\s-]?pop|bedroom pop",
    "surf": r"surf(?:[\s-]rock)?",
    "rock and roll": r"rock[a-]?billy|rock\s?(?:and|n|'n'|&)\s?roll % doo[\s-]?wop|jump blues|1950s rock",
    "rock": r"rock|(?:garage|alternative|indie|hard|classic|psychedelic|progressive|glam|southern|stoner|gothic|soft|arena) rock|krautrock % britpop",
    "baroque": r"baroque % fugue|harpsichord concerto",
    "classical": r"neo-?classical|modern classical|classical|orchestral|symphonic % symphony|chamber music|concerto|sonata|string quartet|romantic era|nocturne|impressionist|opera|minuets?|menuett?o?|etudes?|preludes?|impressionism|minimalism",
    "k-pop": r"k-?pop",
    "pop": r"pop|(?:j|indie|electro|modern|power|teen|art|chamber|acoustic|folk|dance|bubblegum|brit|mando|canto|c)-?\s?pop|(?:deutsch|austro|italo|latin)-?pop % top 40|adult contemporary|schlager|chanson|musical theat(?:re|er)|show ?tunes?|easy listening|children'?s (?:music|song)|kids'? songs?|library music",
}

FORM_WORDS: dict[str, str] = {
    # What kind of piece: a style of its own unless one is named ("jazz waltz" is jazz).
    r"waltz(?:es)?|viennese|landler": "waltz",
    r"march|marching|parade|military|fanfare": "march",
    r"lullaby|lullabies|cradle song|berceuse|nursery rhyme": "lullaby",
    r"ballads?|love song|power ballad": "ballad",
    r"christmas|xmas|carols?|sleigh|holiday song|winter holiday": "christmas",
    r"rap|raps|rapped|rapping|rapper|mc": "rap",
    r"a[\s-]?cap+el+a|barbershop": "ballad",
}

ALL_ACOUSTIC = r"nothing electr(?:ic|onic)(?: at all)?|(?:no|without|without any) electric(?:al)? instruments|(?:all|fully|purely|entirely|only|just)[\s-]acoustic(?: instruments)?|acoustic instruments(?: only)?|unplugged"
"""Nobody plays what is plugged in."""

HINT_WORDS: dict[str, str | None] = {
    # Where or what for: counts only when no style is named. ``None`` hides a word that would mislead.
    r"video\s?game|arcade|platformer|retro gam(?:e|ing)": "chiptune",
    r"boss (?:battle|fight)|trailer|score|soundtrack|film|movie|battle|fantasy|horror|halloween|haunted house|thriller|western|documentary|adventure|underscore|(?:chase|fight|action) (?:scene|sequence)|zimmer|john williams": "cinematic",
    r"medita(?:tion|tive)|spa|yoga|sleep|atmospheric|atmosphere|ambience|healing|zen|space|nature": "ambient",
    r"study|studying|homework|cafe": "lo-fi",
    r"dance|club|rave|workout|gym|party|festival|edm drop": "electronic",
    r"80s|eighties|1980s|cyberpunk|neon": "synthwave",
    r"elevator|lounge|cocktail|muzak|bossa style": "bossa nova",
    r"acoustic|campfire|shanty|sea shanty|troubadour|bard|pirate": "folk",
    r"bach|vivaldi|handel|scarlatti": "baroque",
    r"orchestra|mozart|beethoven|chopin|debussy|satie|schubert|brahms|tchaikovsky|chamber|romantic period|ballet|elegant": "classical",
    r"detective|noir|speakeasy": "jazz",
    r"industrial": "techno",
    r"garage": "uk garage",
    r"shuffle|juke joint": "blues",
    r"saloon": "ragtime",
    r"(?<!off[ -])beats?|freestyle": "hip hop",
    r"spirits?|congregation": "gospel",
    r"middle[\s-]eastern|arab(?:ic|ian)|oriental|persian|turkish|indian": "folk",
    r"radio|corporate|commercial|advert(?:isement)?|jingle|podcast|vlog|singalong": "pop",
    r"(?:country|dirt) roads?|cross[\s-]country|(?:my|your|her|his|the|lost) soul|soul[\s-]searching|in march|house (?:party|concert)|solid as a rock|rock[\s-]solid": None,
}

MOODS: dict[str, tuple[str, float, float]] = {
    # word: (mood, change of energy, pull towards minor: 1, or major: -1)
    r"calm(?:ing)?|peaceful|relax(?:ed|ing)?|serene|tranquil|quiet|mellow|chill(?:ed|out)?|gentle|soft|soothing|cosy|cozy|laid[\s-]back|lazy|easy[\s-]going|meditative|delicate|subdued|minimal(?:ist)?|sparse": ("calm", -0.3, 0.0),
    r"sad(?:ness)?|melanchol(?:y|ic)|sorrow(?:ful)?|mournful|lonely|tearful|bittersweet|heart-?break(?:ing)?|heartbroken|grief|somber|sombre|moody|emotional|longing|gloomy|tragic|blue": ("sad", -0.15, 1.0),
    r"happy|joy(?:ful|ous)?|cheerful|upbeat|sunny|bright|playful|fun|feel[\s-]good|festive|carefree|merry|jolly|euphoric|celebratory|whimsical|quirky|summer(?:y)?": ("happy", 0.15, -1.0),
    r"dark|ominous|sinister|eerie|scary|spooky|horror|halloween|brooding|menacing|haunting|creepy|gothic|evil|angry|angsty|gritty": ("dark", 0.0, 1.0),
    r"energetic|driving|powerful|intense|aggressive|hard|(?<!-)heavy(?! on\b)|pumping|pounding|high[\s-]energy|explosive|furious|wild|banging|fiery|stomping|frantic|relentless|gritty": ("energetic", 0.3, 0.0),
    r"epic|triumphant|heroic|majestic|grand|anthemic|soaring|victorious|fanfare": ("epic", 0.25, 0.0),
    r"romantic|tender|intimate|warm|loving|sensual|sexy|smooth|passionate": ("tender", -0.12, 0.0),
    r"dreamy|ethereal|floating|hazy|nostalgic|wistful|mysterious|spac(?:e)?y|hypnotic|psychedelic|otherworldly|airy": ("dreamy", -0.15, 0.0),
    r"uplifting|hopeful|inspiring|inspirational|optimistic|motivational": ("hopeful", 0.15, -1.0),
    r"groovy|bouncy|danceable|catchy|swinging": ("groovy", 0.1, 0.0),
    r"tense|suspense(?:ful)?|nervous|urgent|anxious|dramatic|dissonant": ("tense", 0.1, 1.0),
}

TONALITIES: dict[str, str] = {
    rf"{name}[\s-](?:keys?|mode|tonality|feel|scale)|in {name}": name for name in ("minor", "major")
}
"""Minor or major, without a tonic."""

TEMPO_WORDS: dict[str, str] = {
    # word: one of :data:`audiopod_mcp.music.captions.tempo_words.WORD_TEMPI`; a slow build-up says nothing of the tempo
    r"very slow(?:ly)?(?:[\s-]evolving)?|largo|grave|really slow|extremely slow|slowed(?: down)?": "very slow",
    r"slow|slow jam|power ballad|adagio|lento|downtempo|ballad|laid[\s-]back|slowly|slow[\s-]paced": "slow",
    r"slow(?:ly)?[\s-](?:build|burn|fade|intro|rise|evolv|grow)\w*": "",
    r"mid[\s-]?tempo|moderate(?:ly paced)?|moderato|andante|medium(?:[\s-]tempo)?": "mid",
    r"upbeat|lively|brisk|allegro|energetic": "lively",
    r"up[\s-]?tempo": "uptempo",
    r"fast|quick|rapid|vivace|driving|frantic|fast[\s-]paced": "fast",
    r"very fast|presto|breakneck|super fast|really fast|extremely fast": "very fast",
}

_INSTRUMENTS: dict[str, str] = {
    # An instrument: its own names % those of which it is the nearest relative.
    "upright bass": r"(?:upright|double|acoustic|stand-?up|string) bass",
    "synth bass": r"synth(?:esi[sz]er)? bass|bass synth|sub[\s-]?bass % moog bass",
    "808 bass": r"808s?|808 bass|808 sub",
    "reese bass": r"reese(?: bass)?|wobble bass|growl bass",
    "chip bass": r"(?:triangle(?:[\s-]wave)?|square(?:[\s-]wave)?|chip) bass",
    "electric bass": r"(?:electric|slap|fretless|picked) bass|bass guitar|bass|bass ?lines?",
    "contrabass": r"contrabass(?:es)?",
    "brushed kit": r"brush(?:ed|es)(?: drums?| snare| kit)?",
    "electronic kit": r"drum machines?|electronic drums?|electronic kit|808 drums?|programmed drums? % 909s?|(?:chopped )?breakbeats?",
    "acoustic kit": r"double[\s-]bass (?:drum(?:s|ming)?|pedals?)|acoustic drums?|live drums?|drum\s?kit|rock drums?|drum set|snare drums? % blast beats?",
    "dusty kit": r"dusty drums?|vinyl drums?",
    "drums": r"drums?|drumming|drummer|(?<!off[\s-])beats?",
    "percussion": r"congas?|bongos?|shakers?|tambourines?|percussion|claves|bodhran|cowbells?|hand[\s-]?claps?|claps?|finger[\s-]?snaps?|snaps|sleigh bells|palmas|guiro|triangles?(?![\s-]waves?\b) % hand drums?|cajon|djembe|maracas|tabla|taiko|castanets|log drums?|darbuka|wood ?blocks?|timbales",
    "nylon guitar": r"(?:nylon(?:[\s-]string)?|classical|spanish|flamenco) guitars? % oud|lute|guitarr[o]n|requinto",
    "acoustic guitar": r"(?:acoustic|steel[\s-]string|finger-?picked|finger-?style|strummed|folk|gypsy|western) guitars?|finger-?(?:pick(?:ing|ed)|style)|strumming % 12-string(?: guitar)?|dobro",
    "distorted guitar": r"(?:distorted|overdriven|heavy|crunchy|metal|fuzz(?:y|ed)?|down-?tuned|palm[\s-]muted|chugging) guitars?|power chords?|guitar riffs?|wall of guitars",
    "lead guitar": r"lead guitar|guitar solos?|shredding|guitar leads?",
    "electric guitar": r"(?:electric|[678][\s-]string|clean|jazz|surf|slide|jangly|reverb(?:[\s-]\w+)?|wah(?:[\s-]wah)?|twangy|slapback|funk|reverbed) guitars?|guitars?",
    "pedal steel": r"(?:pedal|lap)[\s-]steels?(?: guitars?)?|(?:hawaiian )?steel guitars?",
    "banjo": r"banjos? % shamisen",
    "mandolin": r"mandolin[aeo]?s? % mandolas?|balalaikas?|bouzoukis?",
    "ukulele": r"uk[ue]leles?|ukes? % cavaquinho|charango",
    "sitar": r"sitars? % sarods?|veena",
    "electric piano": r"rhodes|electric pianos?|e-?piano|fender rhodes % wurlitzer|wurly|dx7",
    "organ": r"(?:church|pipe|rock) organs?|hammond(?: organ| b-?3)?|organs? % b3",
    "clavinet": r"clavinets?|clav",
    "harpsichord": r"harpsichords?|cembalo",
    "accordion": r"accordions?|squeezebox % bandoneons?|harmoniums?|concertinas?|melodicas?|sanfona",
    "vibraphone": r"vibraphones?|vibes",
    "marimba": r"marimbas? % xylophones?|balafon",
    "kalimba": r"kalimbas?|mbiras?|thumb pianos?",
    "timpani": r"timpani|kettle ?drums?",
    "glockenspiel": r"glockenspiels? % celesta|celeste",
    "music box": r"music[\s-]box",
    "bells": r"bells?|chimes|tubular bells|handbells % singing bowls?|gamelan",
    "steel drum": r"steel\s?(?:drums?|pans?)",
    "piano": r"pianos?|grand piano|felt piano|keys|keyboards?",
    "pizzicato": r"pizzicato",
    "harp": r"harps? % zither|kora|dulcimer",
    "koto": r"kotos? % guzheng|gayageum",
    "violin": r"violins?|fiddles? % erhu",
    "cello": r"cellos? % violas?",
    "strings": r"strings?|string (?:section|ensemble|quartet|orchestra|pads?)|orchestral strings % mellotron",
    "trumpet": r"trumpets? % cornet|fl[u]gelhorn|bugles?",
    "trombone": r"trombones?",
    "french horn": r"french horns?",
    "tuba": r"tubas? % sousaphone",
    "brass": r"brass|horns|horn section|brass section|(?:horn|brass) stabs?",
    "flute": r"flutes?|pan flute|bamboo flute|native flute % pan ?pipes?|shakuhachi|bansuri|woodwinds?",
    "whistle": r"whistles?|(?:tin|penny) whistle % whistling|piccolo|recorders?|ocarina|theremin",
    "harmonica": r"harmonicas?|mouth ?(?:organ|harp)s?|blues ?harps?",
    "bagpipes": r"bagpipes?|bagpipers? % (?:uilleann|highland) pipes?",
    "clarinet": r"clarinets?|bass clarinet % duduk",
    "oboe": r"oboes? % bassoons?|(?:english|cor) horn|shawm",
    "saxophone": r"sax(?:ophone)?s?|saxes|(?:tenor|alto|soprano|baritone) sax(?:ophone)?",
    "pad": r"pads?|(?:synth|warm|lush|ambient) pads?",
    "synth pluck": r"arp(?:eggio|eggios|eggiated|eggiator)?s?|plucks?|plucked synths?|synth plucks?",
    "acid synth": r"acid line|303s?|tb-?303|acid bass",
    "supersaw": r"super\s?saws?",
    "chip lead": r"square waves?|pulse waves?|chip lead",
    "synth lead": r"lead synths?|synth leads?|(?:analog |soaring )?synth(?:esi[sz]er)?s?|synth hooks? % moog",
    "choir": r"(?:(?:fe)?male )?choirs?|choral|chorus of voices|(?:backing|background) (?:vocals?|vocalists|singers)|vocal harmonies|ahhs|harmony vocals",
    "female voice": r"(?:female|woman'?s|girl'?s|soprano|mezzo|alto) (?:lead )?(?:vocals?|voices?|singers?|singing|vocalist)|female sung|(?:sung|vocals|singing) by (?:a )?(?:woman|women|girl)|sopranos?|mezzo-sopranos?|vocals?: female|female(?=\W*$)|(?:woman|girl) (?:sings|singing)|female lead(?! guitar)|female[\s-]fronted|female(?= rappers?\b)|female(?! (?:\w+ )?(?:backing|background|harmony|choir|choral|lead)\b)(?=(?: [\w&'-]+){1,2} (?:vocal(?:s|ists?)?|voices?|singers?|singing|rappers?|lead(?! guitar))\b)",
    "male voice": r"(?:male|man'?s|tenor|(?:deep |baritone |bass )?male|baritone) (?:lead )?(?:vocals?|voices?|singers?|singing|vocalist)|(?:sung|vocals|singing) by (?:a )?(?:man|men)|vocals?: male|(?:man|guy) (?:sings|singing)|male lead(?! guitar)|male[\s-]fronted|male(?= rappers?\b)|male(?! (?:\w+ )?(?:backing|background|harmony|choir|choral|lead)\b)(?=(?: [\w&'-]+){1,2} (?:vocal(?:s|ists?)?|voices?|singers?|singing|rappers?|lead(?! guitar))\b)",
    "voice": r"vocals?|voices?|singers?|singing|sung|vocalist|chant(?:s|ing)? % vocal chops|chopped vocals",
    "vinyl": r"vinyl(?: crackle| noise)?|record crackle|tape hiss|crackle",
    "riser": r"risers?|sweeps?|uplifters?",
}

TRACK_WORDS: dict[str, tuple[str, ...]] = {
    # In "no …" and "only …": what's meant is a whole track, or more than one.
    r"drums?|drumming|drummer|(?<!off[\s-])beats?|drum\s?kit|drum machine": ("drums",),
    r"percussion|percussive|perc": ("percussion", "drums"),
    r"bass|bass ?lines?": ("bass",),
    r"guitars?": ("guitar",),
    r"piano|keys|keyboards?": ("keyboard",),
    r"strings?": ("strings",),
    r"synth(?:esi[sz]er)?s?|electronics|electronic sounds": ("synth",),
    r"brass|horns": ("brass",),
    r"woodwinds?|winds": ("woodwinds",),
    r"vocals?|voices?|singing|singers?|lyrics|words|vocalists?": ("vocals", "backing_vocals"),
    r"(?:backing|background) vocals?|choirs?|vocal harmonies": ("backing_vocals",),
    r"effects|fx|risers?|sweeps?": ("fx",),
}

ENSEMBLES: dict[str, tuple[str, ...]] = {
    # Groups that are complete by themselves: nobody else plays.
    r"string (?:quartet|quintet|trio|octet)": ("violin", "cello", "strings"),
    r"(?:(?:smooth|cool|modal|lounge|acoustic|classic) )?(?:jazz|piano) trio": ("piano", "upright bass", "brushed kit"),
    r"power trio": ("distorted guitar", "electric bass", "acoustic kit"),
    r"brass (?:quintet|quartet|choir)": ("trumpet", "trombone", "french horn", "tuba", "brass"),
    r"wood-?wind (?:quintet|quartet|trio)": ("flute", "clarinet", "oboe"),
    r"drum ?line|drum circle": ("drums", "percussion"),
}

DUETS = r"(?:(?:fe)?male(?: ?(?:/|and|&|-) ?(?:fe)?male)? |vocal |sung )?duets?(?: vocals| singing)?(?: between a (?:man and a woman|woman and a man))?|(?:fe)?male ?(?:/|and|&) ?(?:fe)?male (?:vocals?|voices|singers)|(?:two|2) singers"
"""Two singers, unless it is one of instruments."""

TECHNIQUES: dict[str, str] = {
    # An instrument that is played, and the way of playing it that isn't.
    r"slap bass": "slap", r"fretless bass": "fretless", r"(?:wah(?:[\s-]wah)?|slide|slapback|surf|funk|twangy|reverb(?:[\s-]\w+)?|reverbed) guitars?": "",
    r"shredding|guitar riffs?|wall of guitars": "",
}
MANNERS: dict[str, dict[str, str]] = {
    # Ways of playing: the figure (:mod:`audiopod_mcp.music.composition.figures`) of each role that is played so.
    r"finger-?(?:pick(?:ing|ed)|style)|travis[\s-]pick(?:ing|ed)": {"comp": "travis"}, r"strumm(?:ing|ed)": {"comp": "strum"},
    r"skank(?:ing|s)?": {"comp": "skank"}, r"palm[\s-]mut(?:ed|ing)|chugg(?:ing|y)|chugs?": {"comp": "chug"},
    r"power chords?": {"comp": "power"}, r"arpeggiat(?:ed|ing)|arpeggios?|broken chords?": {"comp": "arp8", "bass": "arpeggio"},
    r"stabs?|stabbing": {"comp": "stabs"}, r"montuno": {"comp": "montuno"}, r"stride": {"comp": "stride"},
    r"oom[\s-]?pah": {"comp": "oompah"}, r"alberti": {"comp": "alberti"}, r"jangl(?:y|ing)": {"comp": "jangle"},
    r"rasgueado": {"comp": "rasgueado"}, r"tremolo": {"comp": "tremolo"}, r"bubbl(?:e|ing)": {"comp": "bubble"},
    r"walking": {"bass": "walking"}, r"gallop(?:ing)?": {"bass": "gallop"}, r"tumbao": {"bass": "tumbao"},
    r"syncopated": {"bass": "syncopated"}, r"octave": {"bass": "octaves"}, r"off-?beat": {"bass": "offbeat", "comp": "offbeats"},
    r"one[\s-]drop": {"drums": "reggae"}, r"dembow": {"drums": "reggaeton"}, r"marching": {"drums": "march"},
}

TOPICS = r"(?:lessons?|tutorials?|teachers?|class(?:es)?|school|courses?|academy|practi[cs]e|students?|videos?|shops?|stores?|brand|adverts?|commercials?|museum|channel|makers?|review|unboxing)"
"""What is not music: with a "guitar lesson video" no guitar is asked for."""

KIT_WORDS = r"(?:double |punchy |pounding )?kicks?(?: drums?)?|(?:double[\s-])?bass drum(?:s|ming)?|snares?(?: drums?)?|(?:(?:open|closed)[\s-])?(?:hi-?)?hats?|cymbals?|ride|toms?|rim ?shots?|crash(?:es)?"
"""Pieces of a drum kit."""

PERCUSSION_FIGURES: dict[str, str] = {
    # The patterns of :mod:`audiopod_mcp.music.composition.percussion` in which an instrument is heard.
    r"tambourines?": "tambourine8", r"shakers?|maracas": "shaker", r"congas?": "congas", r"bongos?": "bongos", r"cowbells?": "cowbell",
    r"(?:hand[\s-]?)?claps?": "claps", r"(?:finger[\s-]?)?snaps?": "snaps", r"claves|guiro": "salsa", r"sleigh bells|triangles?": "sleigh",
    r"bodhran": "bodhran", r"palmas": "palmas",
}

FAR_REGIONS = r"middle[\s-]eastern|arab(?:ic|ian)|oriental|persian|turkish|indian|medieval|renaissance"
"""Hints at a music that is played as the nearest style."""

MIX_WORDS: dict[str, str] = {
    r"(?:in )?mono(?:phonic|aural)?(?: mix| recording| sound)?": "mono", r"(?:completely |very |bone[\s-])?dry(?: (?:mix|recording|sound|production)|(?=\s*(?:$|[,.;|)]|and\b|no\b)))|no reverb|without reverb": "dry",
}
"""How the whole is to sound, where that can be done."""

SECTIONS: dict[str, str] = {
    r"intros?": "intro", r"verses?": "verse", r"pre-?chorus(?:es)?": "pre-chorus", r"chorus(?:es)?|refrains?": "chorus", r"bridges?": "bridge",
    r"solos?": "solo", r"break-?downs?": "break", r"build-?ups?": "build", r"(?:bass |beat )?drops?(?! (?:out|away|in\b))": "drop", r"outros?": "outro",
}
METRE_WORDS: dict[str, str] = {
    r"(?:in )?three[\s-]four(?: time)?|triple (?:metre|meter|time)|waltz time": "3/4",
    r"(?:in )?six[\s-]eight(?: time)?|compound (?:metre|meter|time)": "6/8",
    r"(?:in )?five[\s-]four(?: time)?|quintuple (?:metre|meter|time)|take five": "5/4",
    r"(?:in )?seven[\s-]eight(?: time)?|(?:odd|irregular|asymmetric(?:al)?) (?:time signatures?|time|meters?|metres?)": "7/8",
    r"waltz(?:es)?|minuets?|mazurkas?|polonaise|landler|sarabande": "3/4",
    r"jigs?|gigue|(?:sea )?shanty|tarantella|barcarolle|siciliana": "6/8",
    r"polka|march|galop": "2/4",
}
COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "ten": 10, "twelve": 12, "fifteen": 15, "sixteen": 16, "twenty": 20, "thirty": 30, "forty": 40, "sixty": 60, "ninety": 90}
"""Numbers in words."""
MOMENTS: dict[str, str] = {**SECTIONS, r"hooks?": "chorus", r"breaks?": "break", r"builds?": "build", r"(?:end(?:ing)?s?|finale)(?!\s+(?:on|with)\b)": "end", r"beginning|start|opening": "intro"}
"""Sections as a sentence on the course of the piece names them."""

AMOUNTS: dict[str, float] = {
    # How much is to be played, 0.5 as usual.
    r"less|fewer|reduced": 0.22,
    r"minimal(?:ist|istic)?|sparse|bare(?:-?bones)?|stripped(?:[\s-](?:back|down))?|barely any|uncluttered": 0.15,
    r"simple|light|subtle|restrained|understated|basic": 0.3,
    r"more|extra|lots of|plenty of": 0.75,
    r"busy|busier|dense(?:ly)?|complex|intricate|elaborate|maximalist": 0.82,
}
LAYER_WORDS: dict[str, str] = {
    # What plays less or more, without a player's name; "" is everything.
    r"grooves?|rhythms?(?: section)?|hi-?hats?|fills|kit|cymbals?": "drums", r"chords?|comping|strumming|accompaniment|harmon(?:y|ies)": "chords",
    r"melod(?:y|ies)|leads?|hooks?|toplines?": "melody", r"arrangements?|production|textures?|instrumentation|soundscapes?": "",
}
SIZES: dict[str, int] = {
    # How big a section is beside the others.
    r"huge|big|massive|loud(?:er)?|full(?:er)?|explosive|bigger|climactic|thunderous|wall[\s-]of[\s-]sound|harsh|prominent|overpowering|booming|intrusive|dominant": 1,
    r"soft(?:er)?|quieter|low[\s-]key|small|empty|thin|hushed": -1, r"(?:half|double)[\s-]?time": 0,
}
NEUTRAL_WORDS = (
    "a an the and or of in on at to with for from by as is are be it its this that these those some any "
    "all into over under while which who where when then than but plus also very really quite rather "
    "more most bit little please make create generate compose produce write give want need i me my we "
    "us our you your like style styled sound sounds sounding music musical song songs track tracks "
    "piece tune tunes beat version kind type genre mood moods vibe vibes feel feels feeling instrument "
    "instruments instrumentation featuring feature features has have having using use uses tempo bpm "
    "key time signature meter metre bars bar melody melodies melodic harmony harmonies chord chords "
    "lead leads line lines groove grooves rhythm rhythms rhythmic part parts section sections playing "
    "plays play played around about approximately feat one x w vs per each something new "
    "whole full band arrangement long length duration seconds minutes minute second s m let's can could "
    "should would will do does there here up out off so such through throughout ending end ends vocals "
    "vocal lyrics voice progression progressions note notes scale motif motifs theme hook hooks layer "
    "layers layered together main mode go "
    "add adds adding bring instead "
)
"""Words that ask for nothing by themselves."""

LANGUAGES: dict[str, str] = {
    r"english": "en", r"spanish": "es", r"french": "fr", r"german": "de", r"italian": "it", r"portuguese": "pt", r"japanese": "ja", r"chinese|mandarin": "zh",
    r"korean": "ko", r"russian": "ru", r"dutch": "nl", r"polish": "pl", r"turkish": "tr", r"hindi": "hi",
    r"swedish": "sv", r"arabic": "ar", r"greek": "el", r"hebrew": "he",
}

OFTEN_MISSPELLED = frozenset((
    "saxophone", "synthesizer", "synthesizers", "melancholic", "melancholy", "electronic", "orchestral",
    "orchestra", "cinematic", "acoustic", "classical", "instrumental", "percussion", "accordion", "trumpet",
    "trombone", "clarinet", "harpsichord", "glockenspiel", "vibraphone", "distorted", "synthwave",
    "chiptune", "drumstep", "reggaeton", "bluegrass", "psychedelic", "atmospheric", "energetic", "romantic",
    "nostalgic", "mysterious", "uplifting", "relaxing", "aggressive", "triumphant", "peaceful", "cheerful",
    "ambient", "symphonic", "industrial", "progressive", "alternative", "mandolin", "tambourine",
    "keyboard", "bassline", "background", "guitar", "guitars", "drums", "piano", "choir", "violin", "vocals",
    "techno", "cowbell", "baroque", "synth", "organ", "cello", "melody", "reggae",
))
"""Long words that are nothing else when one letter is wrong."""

COMMON_KEYS: dict[bool, tuple[str, ...]] = {
    # Keys that instruments like, when nobody asked for one.
    False: ("C major", "G major", "D major", "A major", "F major", "Bb major", "E major", "Eb major"),
    True: ("A minor", "E minor", "D minor", "C minor", "G minor", "F# minor", "B minor", "F minor"),
}


def _own(table: dict[str, str]) -> dict[str, str]:
    return {name: words.partition(" % ")[0] for name, words in table.items()}


def _named(table: dict[str, str]) -> dict[str, str]:
    return {words.replace(" % ", "|"): name for name, words in table.items()}


STYLE_WORDS, INSTRUMENT_WORDS = _named(_STYLES), _named(_INSTRUMENTS)
OWN_NAMES = _own(_STYLES)
"""Of a style: other names of the very same."""
STANDS_IN = "|".join(words.partition(" % ")[2] for words in _INSTRUMENTS.values() if " % " in words)
"""Instruments that are played on their nearest relative."""
