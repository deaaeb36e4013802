"""The instruments by name: how each is synthesised, which track it belongs to, and how it sits in the mix."""

# ruff: noqa: E501 (tables: one entry a line)

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from . import drums, plucked, sound_effects, subtractive, sustained, voice
from .sampler import Sampled, SampledKit
from .tone import Signal, Tone

TRACKS = (
    "vocals", "backing_vocals", "drums", "percussion", "bass", "guitar", "keyboard", "strings", "brass", "woodwinds",
    "synth", "fx",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Instrument:
    """An instrument; ``low`` to ``high`` is its comfortable range, MIDI; ``pan`` is -1 (left) to 1 (right)."""

    track: str
    synthesize: Callable[[Tone], Signal]
    low: int = 48
    high: int = 84
    level_db: float = 0.0
    pan: float = 0.0
    reverb_send: float = 0.15
    """How much of it goes to the room's reverberation."""
    release: float = 0.12
    """Seconds that a note takes to die after the key is up."""
    max_seconds: float = 5.0
    """Seconds after which nothing is left to hear, however long the key is held."""
    drive: float = 0.0
    """Gain into a soft clipper, which a loudspeaker cabinet follows; 0 for none."""
    echo_level: float = 0.0
    """Level of the tempo echo's first repeat."""
    auto_pan_depth: float = 0.0
    """Depth of a slow tremolo between left and right."""
    rotary_speaker: bool = False
    """Whether it is heard through a loudspeaker that turns."""
    unpitched: bool = False
    plays_legato: bool = False
    """Whether its player connects the notes of a phrase."""
    places: Mapping[int, float] = field(default_factory=dict)
    """Where the pieces of a kit stand that are not in its middle, by General MIDI key, -1 to 1."""


_SUSTAINED = 24.0
_KIT_PLACES = {
    42: 0.3, 44: 0.3, 46: 0.3, 51: -0.35, 53: -0.35, 59: -0.45, 49: -0.45, 57: 0.5, 55: 0.15, 50: 0.3, 48: 0.2, 47: 0.05,
    45: -0.15, 43: -0.3, 41: -0.4, 37: 0.05, 39: 0.1, 54: 0.4, 56: -0.2,
}  # fmt: skip
"""As seen from in front of the drummer, whose left hand strikes the hi-hat."""
_NARROW = {key: 0.5 * place for key, place in _KIT_PLACES.items()}
_PERCUSSION_PLACES = {
    54: 0.45, 69: -0.45, 70: -0.45, 82: -0.45, 60: 0.3, 61: 0.25, 62: -0.25, 63: -0.2, 64: -0.3, 65: 0.4, 66: 0.35, 56: 0.15,
    73: 0.5, 75: 0.35, 76: 0.3, 77: 0.25, 80: -0.4, 81: -0.4, 39: 0.2, 27: -0.2,
}  # fmt: skip


def _kit(
    strike: Callable[[Tone], Signal],
    level_db: float,
    reverb_send: float,
    places: Mapping[int, float] = _KIT_PLACES,
    track: str = "drums",
) -> Instrument:
    return Instrument(
        track,
        strike,
        level_db=level_db,
        reverb_send=reverb_send,
        release=0.6,
        max_seconds=4,
        unpitched=True,
        places=places,
    )


INSTRUMENTS: dict[str, Instrument] = {
    # singing
    "voice": Instrument(
        "vocals", voice.guide_voice, 55, 76, 0.8, 0.0, 0.22, 0.09, _SUSTAINED, echo_level=0.08
    ),
    "female voice": Instrument(
        "vocals", voice.female_voice, 57, 79, 0.8, 0.0, 0.22, 0.09, _SUSTAINED, echo_level=0.08
    ),
    "male voice": Instrument(
        "vocals", voice.male_voice, 45, 66, 1.3, 0.0, 0.22, 0.09, _SUSTAINED, echo_level=0.08
    ),
    "spoken voice": Instrument("vocals", voice.speaking_voice, 43, 55, 1.5, 0.0, 0.1, 0.05, 1.5),
    "choir": Instrument("backing_vocals", voice.choir, 48, 79, -6.0, 0.0, 0.4, 0.35, _SUSTAINED),
    # drums
    "acoustic kit": _kit(SampledKit("standard kit", drums.ACOUSTIC, 1.45), -1.5, 0.07),
    "brushed kit": _kit(SampledKit("brush kit", drums.BRUSHED, 0.81), -7.5, 0.12),
    "electronic kit": _kit(drums.ELECTRONIC, -1.0, 0.05, _NARROW),
    "dusty kit": _kit(SampledKit("room kit", drums.DUSTY, 1.1), -2.5, 0.1, _NARROW),
    "chip kit": _kit(drums.CHIP, -2.0, 0.0, {}),
    "percussion": _kit(
        SampledKit("room kit", drums.ACOUSTIC, 1.4), -3.0, 0.12, _PERCUSSION_PLACES, "percussion"
    ),
    # bass
    "electric bass": Instrument(
        "bass", Sampled("picked bass"), 28, 50, 4.0, reverb_send=0.0, release=0.06, max_seconds=4
    ),
    "upright bass": Instrument(
        "bass", plucked.UPRIGHT, 28, 50, 5.0, reverb_send=0.06, release=0.1, max_seconds=3
    ),
    "synth bass": Instrument(
        "bass", subtractive.SYNTH_BASS, 28, 48, 5.5, reverb_send=0.0, release=0.05, max_seconds=_SUSTAINED
    ),
    "reese bass": Instrument(
        "bass", subtractive.REESE, 26, 45, 5.5, reverb_send=0.02, release=0.06, max_seconds=_SUSTAINED
    ),
    "808 bass": Instrument(
        "bass", subtractive.bass_808, 26, 45, 6.5, reverb_send=0.0, release=0.08, max_seconds=4
    ),
    "chip bass": Instrument(
        "bass", subtractive.CHIP_BASS, 33, 55, 4.0, reverb_send=0.0, release=0.02, max_seconds=_SUSTAINED
    ),
    "contrabass": Instrument("bass", sustained.CONTRABASS, 28, 50, 4.0, 0.0, 0.2, 0.15, _SUSTAINED),
    "tuba": Instrument("brass", sustained.TUBA, 28, 53, 1.0, 0.1, 0.18, 0.1, _SUSTAINED),
    # guitars
    "acoustic guitar": Instrument("guitar", Sampled("steel guitar"), 43, 76, -2.0, -0.35, 0.12, 0.12, 5),
    "nylon guitar": Instrument("guitar", Sampled("nylon guitar"), 43, 76, -2.0, -0.3, 0.15, 0.15, 4),
    "electric guitar": Instrument(
        "guitar", plucked.CLEAN, 45, 79, -3.5, 0.35, 0.15, 0.08, 5, echo_level=0.08
    ),
    "distorted guitar": Instrument("guitar", plucked.PICKED, 38, 64, -5.5, -0.4, 0.08, 0.05, 5, drive=11.0),
    "lead guitar": Instrument(
        "guitar", plucked.PICKED, 55, 84, -6.0, 0.15, 0.2, 0.09, 6, drive=5.5, echo_level=0.22
    ),
    "banjo": Instrument("guitar", plucked.BANJO, 50, 79, -4.0, 0.4, 0.1, 0.1, 2),
    "pedal steel": Instrument(
        "guitar", plucked.PEDAL_STEEL, 50, 81, -1.0, 0.3, 0.25, 0.2, 8, echo_level=0.06
    ),
    "mandolin": Instrument("guitar", plucked.MANDOLIN, 55, 86, -4.0, 0.35, 0.13, 0.1, 8),
    "ukulele": Instrument("guitar", plucked.UKULELE, 60, 84, -3.0, 0.25, 0.12, 0.1, 3),
    "sitar": Instrument("guitar", Sampled("sitar"), 48, 79, -4.0, 0.15, 0.2, 0.3, 6),
    # keyboards
    "piano": Instrument("keyboard", Sampled("piano"), 40, 88, -2.0, 0.15, 0.15, 0.14, 8),
    "electric piano": Instrument(
        "keyboard", Sampled("electric piano"), 43, 84, -3.0, 0.1, 0.16, 0.12, 6, auto_pan_depth=0.35
    ),
    "organ": Instrument(
        "keyboard", sustained.organ, 43, 84, -4.5, 0.0, 0.16, 0.05, _SUSTAINED, rotary_speaker=True
    ),
    "clavinet": Instrument("keyboard", plucked.CLAVINET, 43, 79, -5.0, -0.25, 0.06, 0.04, 2.5),
    "harpsichord": Instrument("keyboard", Sampled("harpsichord"), 43, 84, -5.0, 0.1, 0.2, 0.1, 4),
    "accordion": Instrument("keyboard", sustained.ACCORDION, 50, 84, -5.0, 0.2, 0.15, 0.08, _SUSTAINED),
    "vibraphone": Instrument(
        "keyboard", plucked.VIBRAPHONE, 53, 86, -3.0, 0.2, 0.22, 0.3, 5, auto_pan_depth=0.3
    ),
    "marimba": Instrument("keyboard", Sampled("marimba"), 48, 84, -3.0, 0.2, 0.18, 0.3, 2),
    "kalimba": Instrument("keyboard", plucked.KALIMBA, 57, 88, -3.0, 0.2, 0.2, 0.3, 3),
    "glockenspiel": Instrument("keyboard", plucked.GLOCKENSPIEL, 72, 96, -6.0, 0.25, 0.25, 0.8, 4),
    "music box": Instrument("keyboard", plucked.MUSIC_BOX, 65, 91, -4.0, 0.1, 0.25, 0.8, 4),
    "bells": Instrument("synth", plucked.BELLS, 60, 88, -5.0, 0.15, 0.35, 1.0, 6, echo_level=0.15),
    "steel drum": Instrument("percussion", plucked.STEEL_DRUM, 55, 84, -4.0, 0.2, 0.18, 0.3, 2),
    "timpani": Instrument("percussion", Sampled("timpani"), 38, 57, 0.0, -0.15, 0.3, 0.8, 3),
    # strings
    "strings": Instrument(
        "strings", Sampled("strings", attack=0.12), 48, 86, -5.0, 0.0, 0.35, 0.3, _SUSTAINED
    ),
    "violin": Instrument(
        "strings",
        Sampled("violin", attack=0.05, onset=0.3, lowest=0.7),
        57,
        91,
        -2.0,
        -0.25,
        0.3,
        0.14,
        _SUSTAINED,
        plays_legato=True,
    ),
    "cello": Instrument(
        "strings",
        Sampled("cello", attack=0.05, onset=0.3, lowest=0.7),
        38,
        64,
        -1.0,
        0.25,
        0.25,
        0.15,
        _SUSTAINED,
        plays_legato=True,
    ),
    "pizzicato": Instrument("strings", Sampled("pizzicato"), 45, 84, -2.0, -0.1, 0.3, 0.2, 1.5),
    "harp": Instrument("strings", Sampled("harp", darkest=10, brilliance=4), 43, 91, -4.0, 0.35, 0.3, 0.5, 4),
    "koto": Instrument("strings", Sampled("koto"), 50, 84, -4.0, 0.25, 0.22, 0.4, 4),
    # brass and woodwinds
    "brass": Instrument("brass", Sampled("brass"), 50, 81, -3.5, 0.1, 0.2, 0.1, _SUSTAINED),
    "trumpet": Instrument(
        "brass", Sampled("trumpet"), 57, 82, -2.5, 0.2, 0.2, 0.08, _SUSTAINED, plays_legato=True
    ),
    "trombone": Instrument(
        "brass", sustained.TROMBONE, 45, 70, -2.0, -0.2, 0.2, 0.1, _SUSTAINED, plays_legato=True
    ),
    "french horn": Instrument(
        "brass", sustained.HORN, 43, 72, -2.0, -0.25, 0.32, 0.15, _SUSTAINED, plays_legato=True
    ),
    "flute": Instrument(
        "woodwinds", sustained.FLUTE, 62, 91, -2.0, -0.15, 0.25, 0.1, _SUSTAINED, plays_legato=True
    ),
    "clarinet": Instrument(
        "woodwinds", sustained.CLARINET, 52, 84, -3.0, 0.15, 0.2, 0.09, _SUSTAINED, plays_legato=True
    ),
    "oboe": Instrument(
        "woodwinds", sustained.OBOE, 60, 86, -4.0, 0.1, 0.25, 0.09, _SUSTAINED, plays_legato=True
    ),
    "saxophone": Instrument(
        "woodwinds", sustained.SAXOPHONE, 52, 79, -2.0, 0.1, 0.2, 0.09, _SUSTAINED, plays_legato=True
    ),
    "harmonica": Instrument("woodwinds", sustained.HARMONICA, 60, 86, -4.0, 0.1, 0.2, 0.08, _SUSTAINED),
    "bagpipes": Instrument("woodwinds", sustained.BAGPIPES, 67, 83, -5.5, 0.0, 0.22, 0.05, _SUSTAINED),
    "whistle": Instrument(
        "woodwinds", sustained.WHISTLE, 67, 93, -4.0, -0.1, 0.25, 0.09, _SUSTAINED, plays_legato=True
    ),
    # synthesisers and effects
    "pad": Instrument("synth", subtractive.PAD, 48, 84, -6.0, 0.0, 0.35, 0.45, _SUSTAINED),
    "synth lead": Instrument(
        "synth", subtractive.LEAD, 57, 86, -4.5, 0.1, 0.18, 0.08, _SUSTAINED, echo_level=0.2
    ),
    "synth pluck": Instrument(
        "synth", subtractive.SYNTH_PLUCK, 52, 88, -4.0, -0.2, 0.22, 0.12, 2, echo_level=0.22
    ),
    "acid synth": Instrument(
        "synth", subtractive.ACID, 40, 67, -5.0, 0.1, 0.08, 0.04, _SUSTAINED, drive=2.5, echo_level=0.12
    ),
    "supersaw": Instrument(
        "synth", subtractive.SUPERSAW, 52, 86, -5.0, 0.0, 0.25, 0.12, _SUSTAINED, echo_level=0.12
    ),
    "chip lead": Instrument(
        "synth", subtractive.CHIP_LEAD, 60, 90, -7.0, 0.05, 0.0, 0.02, _SUSTAINED, echo_level=0.15
    ),
    "chip arpeggio": Instrument("synth", subtractive.CHIP_ARPEGGIO, 60, 90, -9.0, -0.15, 0.0, 0.02, 2),
    "riser": Instrument(
        "fx",
        sound_effects.riser,
        level_db=-16.0,
        reverb_send=0.2,
        release=0.05,
        max_seconds=_SUSTAINED,
        unpitched=True,
    ),
    "impact": Instrument(
        "fx", sound_effects.impact, level_db=-5.0, reverb_send=0.2, release=1.0, max_seconds=4, unpitched=True
    ),
    "vinyl": Instrument(
        "fx",
        sound_effects.vinyl,
        level_db=-19.0,
        reverb_send=0.0,
        release=0.1,
        max_seconds=_SUSTAINED,
        unpitched=True,
    ),
}
