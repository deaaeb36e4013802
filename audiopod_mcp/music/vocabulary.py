"""The words people describe music with, and what each means to the composer.

Patterns are regular expressions, matched whole-word and without case; the longer one wins.
"""

# ruff: noqa: E501 (tables: one entry a line)

from __future__ import annotations

STYLE_WORDS: dict[str, str] = {
    r"lo-?\s?fi|chill-?hop|study beats?": "lo-fi",
    r"trap|drill|phonk": "trap",
    r"hip[\s-]?hop|boom[\s-]?bap": "hip hop",
    r"rap|raps|rapped|rapping|rapper": "rap",
    r"drum\s?(?:and|&|'?n'?)\s?bass|dnb|d&b|jungle|breakcore|breakbeats?": "drum and bass",
    r"dub-?step|brostep": "dubstep",
    r"deep house|tech house|house|garage|uk garage|nu disco": "house",
    r"techno|industrial|acid": "techno",
    r"trance|eurodance|hardstyle|rave": "trance",
    r"synth-?wave|retro-?wave|outrun|vaporwave|synth-?pop|80s|eighties|new wave": "synthwave",
    r"chip-?tune|8-?bit|video\s?game|game boy": "chiptune",
    r"electronica?|edm|electro|idm|dance|club|future bass": "electronic",
    r"ambient|drone|meditation|meditative|soundscape|new age|spa|sleep music|atmospheric": "ambient",
    r"cinematic|film score|soundtrack|trailer|epic orchestral|film music|score": "cinematic",
    r"bossa[\s-]?nova|bossa|samba": "bossa nova",
    r"big band|swing|gypsy jazz|dixieland|ragtime": "swing",
    r"be-?bop|jazz|jazzy|smooth jazz|cool jazz": "jazz",
    r"reggaeton|dembow|perreo": "reggaeton",
    r"salsa|latin|latino|cumbia|mambo|rumba|bachata|merengue|tango|flamenco|afrobeats?|calypso|cha[\s-]cha": "latin",
    r"reggae|dub|dancehall|roots reggae": "reggae",
    r"ska|rocksteady": "ska",
    r"funk|funky": "funk",
    r"disco": "disco",
    r"motown|soul|soulful|neo[\s-]soul": "soul",
    r"gospel|spiritual|worship|hymn": "gospel",
    r"r\s?(?:&|n|'n'|and)\s?b|rnb|rhythm and blues|slow jam": "r&b",
    r"blues|bluesy|shuffle": "blues",
    r"bluegrass|country|americana|honky[\s-]tonk|nashville": "country",
    r"folk|folky|celtic|irish|singer[\s-]songwriter|acoustic|campfire|shanty": "folk",
    r"metal|metalcore|djent|thrash|deathcore|death metal|black metal|heavy metal": "metal",
    r"punk|pop[\s-]punk|hardcore": "punk",
    r"rock|indie|grunge|alternative|rock\s?(?:and|n|'n'|&)\s?roll|garage rock|post-rock|shoegaze|britpop": "rock",
    r"waltz|viennese": "waltz",
    r"march|marching|parade|military": "march",
    r"lullaby|cradle song": "lullaby",
    r"classical|orchestral|symphony|symphonic|baroque|chamber|concerto|sonata|string quartet|romantic era|orchestra": "classical",
    r"ballad": "ballad",
    r"pop|k-?pop|j-?pop|modern pop|top 40|radio": "pop",
}

MOODS: dict[str, tuple[str, float, float]] = {
    # word: (mood, change of energy, pull towards minor: 1, or major: -1)
    r"calm|peaceful|relax(?:ed|ing)|serene|tranquil|quiet|mellow|chill(?:ed)?|gentle|soft|soothing|cosy|cozy": (
        "calm",
        -0.3,
        0.0,
    ),
    r"sad|melanchol(?:y|ic)|sorrowful|mournful|lonely|tearful|bittersweet|heartbreak|grief": (
        "sad",
        -0.15,
        1.0,
    ),
    r"happy|joyful|cheerful|upbeat|sunny|bright|playful|fun|feel[\s-]good|festive|carefree": (
        "happy",
        0.15,
        -1.0,
    ),
    r"dark|ominous|sinister|eerie|scary|spooky|horror|brooding|menacing|haunting": ("dark", 0.0, 1.0),
    r"energetic|driving|powerful|intense|aggressive|hard|heavy|pumping|high[\s-]energy|explosive|furious|wild|banging": (
        "energetic",
        0.3,
        0.0,
    ),
    r"epic|triumphant|heroic|majestic|grand|anthemic|soaring": ("epic", 0.25, 0.0),
    r"romantic|tender|intimate|warm|loving|sensual|sexy|smooth": ("tender", -0.12, 0.0),
    r"dreamy|ethereal|floating|hazy|nostalgic|wistful|mysterious": ("dreamy", -0.15, 0.0),
    r"uplifting|hopeful|inspiring|inspirational|optimistic|motivational": ("hopeful", 0.15, -1.0),
    r"groovy|bouncy|danceable|catchy": ("groovy", 0.1, 0.0),
    r"tense|suspense(?:ful)?|nervous|urgent|anxious|dramatic": ("tense", 0.1, 1.0),
}

TEMPO_WORDS: dict[str, tuple[float, float]] = {
    # word: (where in the style's tempo range, factor beyond it)
    r"very slow|largo|grave|really slow": (0.0, 0.75),
    r"slow|adagio|lento|downtempo|ballad|laid[\s-]back|slowly": (0.0, 0.88),
    r"mid[\s-]?tempo|moderate|moderato|andante|medium tempo": (0.4, 1.0),
    r"up[\s-]?tempo|lively|brisk|allegro|energetic": (0.85, 1.03),
    r"fast|quick|rapid|vivace|driving|frantic": (1.0, 1.12),
    r"very fast|presto|breakneck|super fast|really fast": (1.0, 1.3),
}

INSTRUMENT_WORDS: dict[str, str] = {
    r"upright bass|double bass|acoustic bass|stand-?up bass": "upright bass",
    r"synth(?:esi[sz]er)? bass|bass synth|moog bass|sub[\s-]?bass": "synth bass",
    r"808s?|808 bass": "808 bass",
    r"reese|wobble bass": "reese bass",
    r"electric bass|bass guitar|slap bass|fretless bass|bass|bassline": "electric bass",
    r"contrabass(?:es)?": "contrabass",
    r"brush(?:ed|es)(?: drums?| snare| kit)?": "brushed kit",
    r"drum machine|electronic drums?|electronic kit|808 drums?|909|programmed drums?": "electronic kit",
    r"acoustic drums?|live drums?|drum\s?kit|rock drums?": "acoustic kit",
    r"dusty drums?|vinyl drums?": "dusty kit",
    r"drums?|drumming|beats?": "drums",
    r"congas?|bongos?|shakers?|tambourine|percussion|hand drums?|claves|cajon|djembe|maracas": "percussion",
    r"nylon(?:[\s-]string)? guitar|classical guitar|spanish guitar|flamenco guitar|ukulele": "nylon guitar",
    r"acoustic guitars?|steel[\s-]string guitar|fingerpicked guitar|strummed guitar|fingerpicking|12-string": "acoustic guitar",
    r"distorted guitars?|overdriven guitars?|heavy guitars?|power chords?|crunchy guitars?|metal guitars?|fuzz guitar|guitar riffs?": "distorted guitar",
    r"lead guitar|guitar solos?|shredding": "lead guitar",
    r"electric guitars?|clean guitar|jazz guitar|surf guitar|slide guitar|guitars?": "electric guitar",
    r"banjo": "banjo",
    r"mandolin": "banjo",
    r"rhodes|electric piano|wurlitzer|wurly|e-piano|epiano": "electric piano",
    r"hammond(?: organ)?|organ|b3|church organ|pipe organ": "organ",
    r"clavinet|clav": "clavinet",
    r"harpsichord": "harpsichord",
    r"accordion|bandoneon|harmonium|concertina|harmonica": "accordion",
    r"vibraphone|vibes": "vibraphone",
    r"marimba|xylophone|kalimba|balafon": "marimba",
    r"glockenspiel|celesta|celeste": "glockenspiel",
    r"music box": "music box",
    r"bells?|chimes|tubular bells": "bells",
    r"steel\s?(?:drums?|pans?)": "steel drum",
    r"piano|grand piano|keys|keyboards?": "piano",
    r"pizzicato": "pizzicato",
    r"harp": "harp",
    r"violins?|fiddle": "violin",
    r"cellos?|viola": "cello",
    r"strings?|string section|string ensemble|string quartet|orchestral strings|string pads?": "strings",
    r"trumpets?|cornet|flugelhorn": "trumpet",
    r"trombones?": "trombone",
    r"french horns?": "french horn",
    r"tuba|sousaphone": "tuba",
    r"brass|horns|horn section|brass section|horn stabs?": "brass",
    r"flutes?|panpipes?|pan flute|shakuhachi|bansuri": "flute",
    r"whistles?|whistling|piccolo|recorder|tin whistle|ocarina": "whistle",
    r"clarinets?|bass clarinet": "clarinet",
    r"oboes?|bassoon|english horn": "oboe",
    r"sax(?:ophone)?s?|tenor sax|alto sax": "saxophone",
    r"woodwinds?": "flute",
    r"pads?|synth pads?|warm pads?": "pad",
    r"arp(?:eggio|eggios|eggiated|eggiator)?s?|plucks?|plucked synth|synth pluck": "synth pluck",
    r"acid|303|acid bass": "acid synth",
    r"super\s?saws?": "supersaw",
    r"lead synth|synth lead|synth(?:esi[sz]er)?s?": "synth lead",
    r"choir|choral|chorus of voices|backing vocals?|vocal harmonies|background vocals?": "choir",
    r"vocals?|voice|singer|singing|sung|vocalist": "voice",
    r"vinyl crackle|vinyl|record crackle|tape hiss": "vinyl",
    r"risers?|sweeps?|uplifters?": "riser",
}

TRACK_WORDS: dict[str, tuple[str, ...]] = {
    # In "no …" and "only …": what's meant is a whole track, or more than one.
    r"drums?|drumming|beats?|drum\s?kit": ("drums",),
    r"percussion|percussive": ("percussion", "drums"),
    r"bass|bassline": ("bass",),
    r"guitars?": ("guitar",),
    r"piano|keys|keyboards?": ("keyboard",),
    r"strings?": ("strings",),
    r"synth(?:esi[sz]er)?s?|electronics": ("synth",),
    r"brass|horns": ("brass",),
    r"woodwinds?|winds?": ("woodwinds",),
    r"vocals?|voices?|singing|singers?|lyrics|words|vocalist": ("vocals", "backing_vocals"),
    r"backing vocals?|background vocals?|choir|vocal harmonies": ("backing_vocals",),
    r"effects|fx|risers?|sweeps?": ("fx",),
}

KEY_FRIENDS: dict[bool, tuple[str, ...]] = {
    # Keys that instruments like, when nobody asked for one.
    False: ("C major", "G major", "D major", "A major", "F major", "Bb major", "E major", "Eb major"),
    True: ("A minor", "E minor", "D minor", "C minor", "G minor", "F# minor", "B minor", "F minor"),
}
