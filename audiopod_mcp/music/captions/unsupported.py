"""What captions ask for that this composer can't do, and what there is in its place."""

# ruff: noqa: E501 (tables: one entry a line)

from __future__ import annotations

CANNOT: dict[str, str] = {
    # How voices are to sound: the guide voice has one sound in each register.
    r"scream(?:s|ed|ing|o)?(?: vocals?)?(?= |$|,|\.)(?! guitars?)|growl(?:s|ed|ing)?(?: vocals?)?(?! (?:reese|bass|synth))|guttural vocals?|shout(?:s|ed|y|ing)?(?: vocals?)?|raspy|husky": "the guide voice sings plainly",
    r"whisper(?:s|ed|y|ing)?(?: vocals?)?|breathy(?: vocals?)?|spoken word": "the guide voice sings plainly",
    r"auto-?tuned?|vocoder|talk ?box": "the guide voice has no such effect",
    r"falsetto|yodel\w*|melisma\w*|vibrato vocals?|opera(?:tic)? (?:vocals?|voice|singing)|belting": "the guide voice sings plainly, one note a syllable",
    r"vocal chops|chopped vocals|beat-?box\w*": "no voice is cut up",
    r"(?:two|three|four|2|3|4) (?:fe)?male (?:singers|vocalists|voices|vocals)": "one voice of a kind sings",
    r"(?:child(?:ren)?|kid|boy|girl)(?:s|'s|s')?(?= (?:choirs?|chorus|chorale|voices?|vocals?|singers?)\b)": "the voices are those of grown-ups",
    r"call and response vocals|ad-?libs|harmoni[sz]ed vocals|vocal harmon(?:y|ies)": "one voice sings at a time; a choir is “choir”",
    # How the piece is to go.
    r"key changes?|modulat(?:es?|ion|ing)(?: up)?": "one key throughout; an extension goes on in another",
    r"tempo changes?|accelerando|ritardando|speed(?:s|ing)? up|slow(?:s|ing)? down|rubato|beat switch|gets? (?:faster|slower)": "one tempo throughout; an extension goes on in another",
    r"time signature changes?|changing (?:metre|meter|time signatures?)|poly-?rhythm\w*|poly-?met\w+": "one metre throughout; an extension goes on in another",
    r"micro-?tonal|quarter[\s-]tones?|atonal\w*|twelve[\s-]tone|serialis[mt]|just intonation|4(?:32|40) ?hz|maqam|xenharmonic|drop(?:ped)? [a-g](?: tuning)?": "twelve equal semitones, A = 440 Hz",
    r"crescendos?|(?:slowly |gradually )?(?:builds?(?![\s-]?ups?)|building|swells?|swelling|grow(?:s|ing)?)(?: up)?(?: slowly| gradually| steadily)?(?: (?:to|into|towards) (?:a |an |the )?(?:\w+ ){0,2}(?:climax|peak|crescendo|finale))?|climax\w*": "loudness follows the form, verse to chorus",
    # Sounds that are no notes.
    r"wind(?: sounds?| noise)?(?=,|\.|$| sounds?| and )|rain(?: sounds?)?(?=,|\.|$| sounds?| and thunder)|thunder|bird ?song|birds chirping|ocean (?:waves|sounds)|waves crashing|crowd (?:noise|cheering)|applause|sirens?|gunshots?|street noise|city sounds|field recordings?|nature sounds|footsteps|fire crackling|sound effects": "there are no recorded sounds",
    r"scratch(?:es|ing)|turntabl\w+|record scratch\w*|(?:chopped|flipped|soul|vocal|movie) samples?|sampled (?:from|vocals?|drums?)|(?<=piano )samples?|(?<=string )samples?|(?<=strings )samples?|(?<=brass )samples?": "nothing is sampled",
    r"chorus(?:[\s-](?:drenched|soaked|laden|heavy))?(?= (?:guitars?|effect|pedal))(?: effect| pedal)?|bit-?crush\w*|glitch(?:es|y|ed)?|stutter\w*|granular|reversed?(?: \w+){0,2}(?=,|\.|$)|tape stop|8d audio|binaural(?: beats?)?|side-?chain(?:ed|ing)?|pitch bends?|slides?(?=,|\.|$)": "there is no such effect",
    r"(?:lots of |heavy |big |spring |plate |hall )?(?:reverb|echo(?:es)?|delay)(?:-drenched| drenched|[\s-]soaked)?|saturat\w+|wide stereo|stereo width|compress(?:ed|ion)|mastered|(?:warm )?tape|analog(?:ue)? warmth|(?:hard[\s-])?pan(?:s|ned|ning)?(?![\s-]?(?:flute|pipe))(?:[\s-](?:hard|far|slightly))?(?: (?:to the )?(?:left|right|centre|center)(?: (?:and|/) right)?)?|(?:on the |to the |hard )(?:left|right)(?: channel| side)?|left and right": "the mix is as it is; an edit changes it",
}
