"""The words people describe music with, and what each means to the composer.

Patterns are regular expressions, matched whole-word, without case and without accents; the longer one
wins.
"""

# ruff: noqa: E501 (tables: one entry a line)
# fmt: off

from __future__ import annotations

STYLE_WORDS: dict[str, str] = {
    r"lo[-\s]?fi|chill-?hop": "lo-fi",
    r"trap|drill|plugg(?:nb)?|crunk|rage beats?": "trap",
    r"phonk": "phonk",
    r"grime": "grime",
    r"hip[\s-]?hop|boom[\s-]?bap|g-funk|turntablism|hyphy|horror-?core|(?:west|east)[\s-]coast(?: rap)?|chopped (?:and|&|'?n'?) screwed": "hip hop",
    r"trip[\s-]?hop|downtempo(?: beats?)?|illbient": "trip hop",
    r"drum\s?(?:and|&|'?n'?)\s?bass|dnb|d&b|jungle|breakcore|liquid funk|neuro-?funk|jump[\s-]up|drumstep": "drum and bass",
    r"dub-?step|brostep|riddim dubstep|tear-?out": "dubstep",
    r"(?:deep |tech |progressive |tropical |acid |afro |slap |future |bass |french |disco |piano |funky |soulful |electro |melodic )?house(?: music)?|nu[\s-]disco|micro-?house|uk bass|french touch": "house",
    r"amapiano|gqom|kwaito|jersey club|footwork|chicago juke": "amapiano",
    r"(?:uk |speed |2-?step )garage|2-?step": "uk garage",
    r"(?:minimal |detroit |acid |melodic |hard |dub |peak[\s-]time |hypnotic )?techno|gabber|ebm|aggrotech|schranz": "techno",
    r"(?:psy-?|goa |vocal |uplifting |progressive |hard )?trance|eurodance|eurobeat|italo[\s-]dance|hi-?nrg|goa|happy hardcore": "trance",
    r"hard-?style|raw-?style|jumpstyle": "hardstyle",
    r"future bass|melodic dubstep|kawaii bass": "future bass",
    r"(?:dark)?synth-?wave|retro-?wave|outrun|vapor-?wave|mall-?soft|synth-?pop|new wave|new romantic|italo[\s-]disco|(?:dark|cold|chill)-?wave|synth-?punk|electro-?clash": "synthwave",
    r"chip-?tunes?|chip music|8[\s-]?bit|16[\s-]?bit|game ?boy|nes": "chiptune",
    r"electronica?|edm|electro|idm|electronic dance(?: music)?|big room|hyper-?pop|breakbeats?|big beat|dance music|complextro|glitch(?:core|[\s-]hop)?|digicore|moombahton|(?:indie|live|folk)tronica|nightcore": "electronic",
    r"dark ambient|ambient|drone|new age|soundscapes?|space music|chill-?out|dungeon synth|hauntology|binaural(?: beats?)?": "ambient",
    r"cinematic|film score|film music|movie score|epic orchestral|trailer music|soundtrack score|spaghetti western": "cinematic",
    r"bossa[\s-]?nova|bossa|mpb": "bossa nova",
    r"samba|batucada|pagode|baile funk|funk carioca|brazilian funk": "samba",
    r"big[\s-]band|swing|dixie(?:land)?|new orleans|second line|electro swing|lindy hop|charleston": "swing",
    r"gypsy jazz|jazz manouche|hot club": "gypsy jazz",
    r"ragtime|stride(?: piano)?": "ragtime",
    r"be-?bop|jazzy?|(?:smooth|cool|acid|modal|soul|free|lounge|vocal) jazz|hard bop|jazz[\s-]fusion": "jazz",
    r"jazz[\s-]funk": "funk",
    r"reggaeton|regueton|dembow|perreo|dancehall|ragga": "reggaeton",
    r"salsa|latin|latino|mambo|rumba|bachata|merengue|calypso|soca|cha[\s-]cha(?:[\s-]cha)?|tropicalia|bolero|son cubano|cuban|latin jazz|latin pop": "latin",
    r"cumbia|vallenato": "cumbia",
    r"mariachi|ranchera|norteno|corridos?(?: tumbados?)?|tejano|tex[\s-]mex|banda sinaloense": "mariachi",
    r"tango|milonga": "tango",
    r"flamenco|bulerias?|rumba flamenca": "flamenco",
    r"klezmer|balkan(?: brass)?|romani": "klezmer",
    r"afro[\s-]?beats?|afro[\s-]?pop|highlife|afro-?fusion|soukous|juju": "afrobeat",
    r"celtic|irish|scottish|gaelic|jig|reel": "celtic",
    r"polka|oom-?pah|beer hall": "polka",
    r"dub": "dub",
    r"(?:roots |dub )?reggae": "reggae",
    r"ska(?:[\s-]punk)?|rock[\s-]?steady|two[\s-]tone": "ska",
    r"funk(?:y)?|p-funk": "funk",
    r"city[\s-]pop": "city pop",
    r"disco|boogie funk": "disco",
    r"boogie[\s-]?woogie|barrelhouse|boogie": "boogie",
    r"motown|soul|soulful|neo[\s-]soul|northern soul": "soul",
    r"gospel|spirituals?|worship|hymns?|praise|ccm": "gospel",
    r"(?:contemporary |alternative )?(?:r\s?(?:&|n|'n'|and)\s?b|rnb)|rhythm and blues|slow jam|quiet storm": "r&b",
    r"blues|bluesy|delta blues|chicago blues": "blues",
    r"blue-?grass|newgrass": "bluegrass",
    r"country|americana|honky[\s-]tonk|nashville|western swing|outlaw country|cajun|zydeco": "country",
    r"folk|folky|singer[\s-]songwriter|(?:indie|acoustic|contemporary|chamber) folk|medieval|renaissance|tavern music": "folk",
    r"metal|metalcore|djent|sludge|doom|grindcore|blackgaze|thrash|deathcore|(?:death|black|heavy|doom|power|nu|industrial|symphonic|folk|speed|gothic|progressive|orchestral) metal": "metal",
    r"punk|(?:pop|post|hardcore|skate|garage|folk)[\s-]punk|punk[\s-]rock|hardcore(?: punk)?|post-?hardcore|screamo|riot grrrl|crust|emo": "punk",
    r"grunge": "grunge",
    r"post-?rock|math[\s-]rock": "post-rock",
    r"shoegaze|dream[\s-]?pop|bedroom pop": "shoegaze",
    r"surf(?:[\s-]rock)?": "surf",
    r"rock[a-]?billy|rock\s?(?:and|n|'n'|&)\s?roll|doo[\s-]?wop|jump blues|1950s rock": "rock and roll",
    r"rock|(?:garage|alternative|indie|hard|classic|psychedelic|progressive|glam|southern|stoner|gothic|soft|arena) rock|britpop|krautrock": "rock",
    r"baroque|fugue|harpsichord concerto": "baroque",
    r"neo-?classical|modern classical|classical|orchestral|symphon(?:y|ic)|chamber music|concerto|sonata|string quartet|romantic era|nocturne|impressionist|opera|minuets?|menuett?o?|etudes?|preludes?|impressionism": "classical",
    r"k-?pop": "k-pop",
    r"pop|(?:j|indie|electro|modern|power|teen|art|chamber|acoustic|folk|dance|bubblegum|brit|mando|canto|c)-?\s?pop|top 40|(?:deutsch|austro|italo|latin)-?pop|adult contemporary|schlager|chanson|musical theat(?:re|er)|show ?tunes?|easy listening|children'?s (?:music|song)|kids'? songs?": "pop",
}

NEAREST_STYLES: dict[str, str] = {
    # Kinds of music without a style of their own here, and the one that's nearest: the result says so.
    r"fado|enka|trot|qawwali|carnatic|hindustani|raga|throat singing|gamelan|hawaiian|exotica": "folk",
    r"gnawa|rai|dabke|arabesque?|rebetiko|laiko|manele|turbo-?folk": "klezmer",
    r"bhangra|bollywood|kizomba|zouk": "latin", r"kuduro": "amapiano", r"sertanejo|forro|choro|axe music": "samba",
    r"gregorian chant|plainchant": "gospel", r"vaudeville|cabaret": "ragtime", r"fusion": "jazz",
    r"noise music|harsh noise|musique concrete|plunderphonics|lowercase": "ambient", r"minimalism": "classical",
    r"library music": "pop", r"no wave": "punk", r"spoken word": "hip hop",
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
    r"beats?|freestyle": "hip hop",
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
    r"energetic|driving|powerful|intense|aggressive|hard|heavy|pumping|pounding|high[\s-]energy|explosive|furious|wild|banging|fiery|stomping|frantic|relentless|gritty": ("energetic", 0.3, 0.0),
    r"epic|triumphant|heroic|majestic|grand|anthemic|soaring|victorious|fanfare": ("epic", 0.25, 0.0),
    r"romantic|tender|intimate|warm|loving|sensual|sexy|smooth|passionate": ("tender", -0.12, 0.0),
    r"dreamy|ethereal|floating|hazy|nostalgic|wistful|mysterious|spac(?:e)?y|hypnotic|psychedelic|otherworldly|airy": ("dreamy", -0.15, 0.0),
    r"uplifting|hopeful|inspiring|inspirational|optimistic|motivational": ("hopeful", 0.15, -1.0),
    r"groovy|bouncy|danceable|catchy|swinging": ("groovy", 0.1, 0.0),
    r"tense|suspense(?:ful)?|nervous|urgent|anxious|dramatic|dissonant": ("tense", 0.1, 1.0),
}

TEMPO_WORDS: dict[str, str] = {
    # word: one of :data:`audiopod_mcp.music.captions.tempo_words.WORD_TEMPI`; a slow build-up says nothing of the tempo
    r"very slow(?:ly)?(?:[\s-]evolving)?|largo|grave|really slow|extremely slow|slowed(?: down)?": "very slow",
    r"slow|adagio|lento|downtempo|ballad|laid[\s-]back|slowly|slow[\s-]paced": "slow",
    r"slow(?:ly)?[\s-](?:build|burn|fade|intro|rise|evolv|grow)\w*": "",
    r"mid[\s-]?tempo|moderate(?:ly paced)?|moderato|andante|medium(?:[\s-]tempo)?": "mid",
    r"upbeat|lively|brisk|allegro|energetic": "lively",
    r"up[\s-]?tempo": "uptempo",
    r"fast|quick|rapid|vivace|driving|frantic|fast[\s-]paced": "fast",
    r"very fast|presto|breakneck|super fast|really fast|extremely fast": "very fast",
}

INSTRUMENT_WORDS: dict[str, str] = {
    r"(?:upright|double|acoustic|stand-?up|string) bass": "upright bass",
    r"synth(?:esi[sz]er)? bass|bass synth|moog bass|sub[\s-]?bass": "synth bass",
    r"808s?|808 bass|808 sub": "808 bass",
    r"reese(?: bass)?|wobble bass|growl bass": "reese bass",
    r"(?:electric|slap|fretless|picked) bass|bass guitar|bass|bass ?lines?": "electric bass",
    r"contrabass(?:es)?": "contrabass",
    r"brush(?:ed|es)(?: drums?| snare| kit)?": "brushed kit",
    r"drum machines?|electronic drums?|electronic kit|808 drums?|909s?|programmed drums?|(?:chopped )?breakbeats?": "electronic kit",
    r"acoustic drums?|live drums?|drum\s?kit|rock drums?|drum set|snare drums?|blast beats?": "acoustic kit",
    r"dusty drums?|vinyl drums?": "dusty kit",
    r"drums?|drumming|drummer|(?<!off[\s-])beats?": "drums",
    r"congas?|bongos?|shakers?|tambourines?|percussion|hand drums?|claves|cajon|djembe|maracas|tabla|taiko|bodhran|cowbells?|hand[\s-]?claps|claps|finger[\s-]?snaps?|snaps|sleigh bells|palmas|castanets|log drums?|darbuka|guiro|triangles?|wood ?blocks?|timbales": "percussion",
    r"(?:nylon(?:[\s-]string)?|classical|spanish|flamenco) guitars?|oud|lute|guitarr[o]n|requinto": "nylon guitar",
    r"(?:acoustic|steel[\s-]string|finger-?picked|finger-?style|strummed|folk|gypsy|western) guitars?|finger-?(?:pick(?:ing|ed)|style)|12-string(?: guitar)?|strumming|dobro": "acoustic guitar",
    r"(?:distorted|overdriven|heavy|crunchy|metal|fuzz(?:y|ed)?|down-?tuned|palm[\s-]muted|chugging) guitars?|power chords?|guitar riffs?|wall of guitars": "distorted guitar",
    r"lead guitar|guitar solos?|shredding|guitar leads?": "lead guitar",
    r"(?:electric|clean|jazz|surf|slide|jangly|reverb(?:[\s-]\w+)?|wah|twangy|slapback|funk|reverbed) guitars?|guitars?": "electric guitar",
    r"(?:pedal|lap)[\s-]steels?(?: guitars?)?|(?:hawaiian )?steel guitars?": "pedal steel",
    r"banjos?": "banjo",
    r"shamisen": "banjo",
    r"mandolin[aeo]?s?|mandolas?|balalaikas?|bouzoukis?": "mandolin",
    r"uk[ue]leles?|ukes?|cavaquinho|charango": "ukulele",
    r"sitars?|sarods?|veena": "sitar",
    r"rhodes|electric pianos?|wurlitzer|wurly|e-?piano|fender rhodes|dx7": "electric piano",
    r"(?:church|pipe|rock) organs?|hammond(?: organ| b-?3)?|organs?|b3": "organ",
    r"clavinets?|clav": "clavinet",
    r"harpsichords?|cembalo": "harpsichord",
    r"accordions?|bandoneons?|harmoniums?|concertinas?|melodicas?|squeezebox|sanfona": "accordion",
    r"vibraphones?|vibes": "vibraphone",
    r"marimbas?|xylophones?|balafon": "marimba",
    r"kalimbas?|mbiras?|thumb pianos?": "kalimba",
    r"timpani|kettle ?drums?": "timpani",
    r"glockenspiels?|celesta|celeste": "glockenspiel",
    r"music[\s-]box": "music box",
    r"bells?|chimes|tubular bells|singing bowls?|gamelan|handbells": "bells",
    r"steel\s?(?:drums?|pans?)": "steel drum",
    r"pianos?|grand piano|felt piano|keys|keyboards?": "piano",
    r"pizzicato": "pizzicato",
    r"harps?|zither|kora|dulcimer": "harp",
    r"kotos?|guzheng|gayageum": "koto",
    r"violins?|fiddles?|erhu": "violin",
    r"cellos?|violas?": "cello",
    r"strings?|string (?:section|ensemble|quartet|orchestra|pads?)|orchestral strings|mellotron": "strings",
    r"trumpets?|cornet|fl[u]gelhorn|bugles?": "trumpet",
    r"trombones?": "trombone",
    r"french horns?": "french horn",
    r"tubas?|sousaphone": "tuba",
    r"brass|horns|horn section|brass section|(?:horn|brass) stabs?": "brass",
    r"flutes?|pan ?pipes?|pan flute|shakuhachi|bansuri|bamboo flute|native flute": "flute",
    r"whistles?|whistling|piccolo|recorders?|(?:tin|penny) whistle|ocarina|theremin": "whistle",
    r"harmonicas?|mouth ?(?:organ|harp)s?|blues ?harps?": "harmonica",
    r"(?:bag|uilleann |highland )pipes?|bagpipers?": "bagpipes",
    r"clarinets?|bass clarinet|duduk": "clarinet",
    r"oboes?|bassoons?|(?:english|cor) horn|shawm": "oboe",
    r"sax(?:ophone)?s?|saxes|(?:tenor|alto|soprano|baritone) sax(?:ophone)?": "saxophone",
    r"woodwinds?": "flute",
    r"pads?|(?:synth|warm|lush|ambient) pads?": "pad",
    r"arp(?:eggio|eggios|eggiated|eggiator)?s?|plucks?|plucked synths?|synth plucks?": "synth pluck",
    r"acid line|303s?|tb-?303|acid bass": "acid synth",
    r"super\s?saws?": "supersaw",
    r"square waves?|pulse waves?|chip lead": "chip lead",
    r"lead synths?|synth leads?|(?:analog |soaring )?synth(?:esi[sz]er)?s?|synth hooks?|moog": "synth lead",
    r"(?:(?:fe)?male |kids'? |children'?s |boys'? )?choirs?|choral|chorus of voices|(?:backing|background) (?:vocals?|vocalists|singers)|vocal harmonies|ahhs|harmony vocals": "choir",
    r"(?:female|woman'?s|girl'?s|soprano|mezzo|alto) (?:lead )?(?:vocals?|voices?|singers?|singing|vocalist)|female sung|(?:sung|vocals|singing) by (?:a )?(?:woman|women|girl)|sopranos?|mezzo-sopranos?|vocals?: female|female(?=\W*$)|(?:woman|girl) singing": "female voice",
    r"female(?! (?:\w+ )?(?:backing|background|harmony|choir|choral))(?=(?: [\w&'-]+){0,2} (?:vocal(?:s|ists?)?|voices?|singers?|singing|rappers?|lead(?! guitar))\b)|female[\s-]fronted": "female voice",
    r"(?:male|man'?s|tenor|(?:deep |baritone |bass )?male|baritone) (?:lead )?(?:vocals?|voices?|singers?|singing|vocalist)|(?:sung|vocals|singing) by (?:a )?(?:man|men)|vocals?: male|man singing": "male voice",
    r"male(?! (?:\w+ )?(?:backing|background|harmony|choir|choral))(?=(?: [\w&'-]+){0,2} (?:vocal(?:s|ists?)?|voices?|singers?|singing|rappers?|lead(?! guitar))\b)|male[\s-]fronted": "male voice",
    r"vocals?|voices?|singers?|singing|sung|vocalist|chant(?:s|ing)?|vocal chops|chopped vocals": "voice",
    r"vinyl(?: crackle| noise)?|record crackle|tape hiss|crackle": "vinyl",
    r"risers?|sweeps?|uplifters?": "riser",
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
    r"woodwinds?|winds?": ("woodwinds",),
    r"vocals?|voices?|singing|singers?|lyrics|words|vocalists?": ("vocals", "backing_vocals"),
    r"(?:backing|background) vocals?|choirs?|vocal harmonies": ("backing_vocals",),
    r"effects|fx|risers?|sweeps?": ("fx",),
}

ENSEMBLES: dict[str, tuple[str, ...]] = {
    # Groups that are complete by themselves: nobody else plays.
    r"string (?:quartet|quintet|trio|octet)": ("violin", "cello", "strings"),
    r"(?:jazz|piano) trio": ("piano", "upright bass", "brushed kit"),
    r"power trio": ("distorted guitar", "electric bass", "acoustic kit"),
    r"brass (?:quintet|quartet|choir)": ("trumpet", "trombone", "french horn", "tuba", "brass"),
    r"wood-?wind (?:quintet|quartet|trio)": ("flute", "clarinet", "oboe"),
    r"drum ?line|drum circle": ("drums", "percussion"),
}

DUETS = r"(?:(?:fe)?male(?: ?(?:/|and|&|-) ?(?:fe)?male)? |vocal |sung )?duets?(?: vocals| singing)?(?: between a (?:man and a woman|woman and a man))?|(?:fe)?male ?(?:/|and|&) ?(?:fe)?male (?:vocals?|voices|singers)|(?:two|2) singers"
"""Two singers, unless it is one of instruments."""

STANDS_IN = r"theremin|ocarina|recorders?|piccolo|duduk|bass clarinet|bassoons?|(?:english|cor) horn|shawm|cornet|fl[u]gelhorn|bugles?|sousaphone|violas?|erhu|mellotron|guzheng|gayageum|zither|kora|dulcimer|singing bowls?|gamelan|handbells|xylophones?|balafon|celesta|celeste|bandoneons?|harmoniums?|concertinas?|melodicas?|sanfona|sarods?|veena|cavaquinho|charango|mandolas?|balalaikas?|bouzoukis?|shamisen|dobro|oud|lute|guitarr[o]n|requinto|wurlitzer|wurly|dx7|shakuhachi|bansuri|pan ?pipes?|pan flute|native flute|bamboo flute|(?:uilleann|highland) pipes?|woodwinds?|12-string(?: guitar)?|honky-tonk piano|(?:tenor|alto|soprano|baritone) sax(?:ophone)?|whistling|(?:hand|log) drums?|taiko|tabla|djembe|cajon|darbuka|maracas|wood ?blocks?|castanets|timbales|(?:rock|church|pipe) organs?|b3|909s?|moog(?: bass)?|(?:fe)?male choirs?|(?:kids|children|boys)'?s? choirs?|vocal chops|chopped vocals|blast beats?|(?:chopped )?breakbeats?"
"""Instruments that are played on their nearest relative."""

TECHNIQUES: dict[str, str] = {
    # An instrument that is played, and the way of playing it that isn't.
    r"slap bass": "slap", r"fretless bass": "fretless", r"(?:wah|slide|slapback|surf|funk|twangy|jangly|reverb(?:[\s-]\w+)?|reverbed) guitars?": "",
    r"palm[\s-]muted guitars?": "palm muting", r"(?:horn|brass) stabs?": "stabs", r"finger-?(?:pick(?:ing|ed)|style) guitars?": "",
    r"shredding|power chords?|guitar riffs?|wall of guitars|strumming|strummed guitars?": "",
}

KIT_WORDS = r"(?:double |punchy |pounding )?kicks?(?: drums?)?|bass drums?|snares?(?: drums?)?|(?:(?:open|closed)[\s-])?(?:hi-?)?hats?|cymbals?|ride|toms?|rim ?shots?|crash(?:es)?"
"""Pieces of a drum kit."""

PERCUSSION_FIGURES: dict[str, str] = {
    # The patterns of :mod:`audiopod_mcp.music.composition.percussion` in which an instrument is heard.
    r"tambourines?": "tambourine8", r"shakers?|maracas": "shaker", r"congas?": "congas", r"bongos?": "bongos", r"cowbells?": "cowbell",
    r"(?:hand[\s-]?)?claps": "claps", r"(?:finger[\s-]?)?snaps?": "snaps", r"claves|guiro": "salsa", r"sleigh bells|triangles?": "sleigh",
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
    r"solos?": "solo", r"break-?downs?": "break", r"build-?ups?": "build", r"(?:bass |beat )?drops?": "drop", r"outros?": "outro",
}

SECTION_WORD = r"(?:intro|verse|pre-?chorus|chorus|hook|refrain|bridge|break(?:down)?|build-?up|drop|outro|solo)(?:e?s)?"
"""A section of a song, as it is named in the middle of a sentence."""

SYNONYMS: dict[str, str] = {
    # Other names of the very same styles.
    "pop": "pop music|pop song", "lo-fi": "lo-?fi|lo fi|chill-?hop", "hip hop": "hip-?hop|boom[ -]?bap|rap", "drum and bass": "dnb|d&b|drum ?(?:n|&|'n')'? ?bass", "synthwave": "synth-?wave|retro-?wave|outrun",
    "electronic": "electronica?|edm|electronic dance music", "r&b": "r ?(?:&|n|and) ?b|rnb|rhythm and blues", "chiptune": "chip-?tunes?|chip music|8[ -]?bit|16[ -]?bit", "swing": "big[ -]band", "classical": "orchestral|symphonic",
    "bossa nova": "bossa", "rock and roll": "rock ?(?:n|'n'|&) ?roll|rock[a-]?billy", "uk garage": "2-?step", "celtic": "irish|scottish|gaelic", "cinematic": "epic orchestral|film (?:score|music)|movie score|trailer music|soundtrack score", "post-rock": "post rock",
    "country": "nashville|honky[ -]tonk", "gospel": "worship", "dubstep": "dub-?step", "trance": "psy-?trance", "ambient": "soundscapes?", "afrobeat": "afro[ -]?beats?", "christmas": "xmas", "k-pop": "k-?pop", "gypsy jazz": "jazz manouche",
    "jazz": "jazzy", "blues": "bluesy", "funk": "funky", "soul": "soulful|motown", "folk": "folky", "waltz": "waltz(?:es)?", "ballad": "ballads?", "march": "marching", "hardstyle": "hard-?style", "boogie": "boogie[ -]?woogie", "bluegrass": "blue-?grass",
}

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

STYLE_WORDS |= NEAREST_STYLES
