"""Rendering of a part: each different note is synthesised once, then mixed in as often as it is played."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import groupby, pairwise

import numpy as np

from audiopod_mcp.music.model import SAMPLE_RATE, Note, Part, Progress

from .instruments import INSTRUMENTS, Instrument
from .noise import remove_dc
from .rooms import gains
from .tone import Signal, Tone, silence
from .voice import consonant_of, inhalation, vowel_of

_VELOCITY_LAYERS = 5
"""Velocities that differ in more than loudness."""
_ROUND_ROBINS = 2
"""Sounds of a repeated note, which take turns (a drum has three): one twice in a row sounds like a machine
gun.
"""
_COPIED_FROM = 1.5
"""Seconds from which a repeated note has one sound only."""
_REFERENCE_RMS = 0.1
"""RMS of the loudest quarter second of a pitched note at full velocity, before its instrument's level."""
_DRUM_LEVEL = 0.42
_OPEN_HAT = 46
_FROM_ABOVE, _SLURRED = "<", "~"
_SUNG_SLUR_GAP = 0.12
"""Seconds of silence that still connect two sung notes."""
_BREATH_PAUSE = 0.25
"""Seconds of silence in which a singer takes breath."""
_SLUR_GAP = 0.05
"""Seconds of silence over which a player still slurs."""
_SLUR_INTERVAL = 5.5
"""Semitones below which a player slurs."""
_SLUR_NOTES = 2
"""How many notes in a row a player slurs."""
_DRONES = {"bagpipes": (57, 45)}
"""Lowest pitch (MIDI) of each pipe that sounds the tonic as long as its player plays."""
_DRONE_REST = 2.0
"""Seconds of silence through which a bag stays full."""
_DRONE_NOTE_SECONDS = 8.0
"""A drone is written as notes of about this length."""
_SoundKey = tuple[int, int, int, str]


def render_part(
    part: Part, samples: int, seed: int, report: Progress, tonic: int | None = None, width: float = 1.0
) -> Signal:
    """Play a part without effects.

    Parameters
    ----------
    part
        Its notes, and who plays them.
    samples
        Length of the signal at :data:`SAMPLE_RATE`.
    seed
        Decides the noise of the instrument.
    report
        Is told the fraction of this part that is done, and may raise to stop it.
    tonic
        Pitch class that drums are tuned to; ``None`` leaves them at their own pitch.
    width
        How far apart the pieces of a kit stand.

    Returns
    -------
    ndarray
        float32 of shape (samples,), or (samples, 2) for an ensemble or a kit.

    """
    instrument = INSTRUMENTS[part.instrument]
    slurs = _slurs(part) if instrument.plays_legato else {}
    endings = _hi_hat_closings(part) if instrument.track == "drums" else {}
    endings |= {before.start: (start + 0.003 - before.start, 0.04) for start, before in slurs.items()}
    if sung := instrument.track == "vocals":
        endings |= _syllable_closings(part)
    groups = list(_notes_by_sound(part, instrument, slurs))
    dry = silence(samples, 2) if instrument.places else silence(samples)
    for done, (key, notes) in enumerate(groups):
        report(0.85 * done / len(groups), part.instrument)
        sound = _synthesize_sound(instrument, part.instrument, key, notes, seed, tonic)
        place = instrument.places.get(key[0] // 20)
        sides = gains(place * width) if place else None
        sound = np.asfortranarray(sound)  # as the signal that it is added to
        if sound.ndim == 2 and dry.ndim == 1:
            mono, dry = dry, silence(samples, 2)
            if done:
                dry += mono[:, None]
        tied = sung or instrument.plays_legato or key[0] == 20 * _OPEN_HAT
        release = round(instrument.release * SAMPLE_RATE)
        if not tied and instrument.unpitched and instrument.track != "fx":  # it dies away by itself
            faded = sound[max(0, len(sound) - release) :]
            faded *= _release_curve(len(faded))[: len(faded)]
            release = 0
        for note in notes:
            ending = endings.get(note.start) if tied else None
            _mix_in(dry, sound, note, instrument, release, ending, sides)
    if sung:
        _add_breaths(dry, part, seed)
    return dry


def with_drones(part: Part, tonic: int) -> Part:
    """Add the drones of an instrument that has any, on the pitch class ``tonic``."""
    notes = sorted(part.notes, key=lambda note: note.start)
    phrases: list[list[float]] = []
    for note in notes if part.instrument in _DRONES else ():
        end = note.start + note.duration
        if phrases and note.start - phrases[-1][1] < _DRONE_REST:
            phrases[-1][1] = max(phrases[-1][1], end)
        else:
            phrases.append([note.start, end])
    drones: list[Note] = []
    for start, end in phrases:
        count = max(1, round((end - start) / _DRONE_NOTE_SECONDS))
        for lowest in _DRONES[part.instrument]:
            pitch = lowest + (tonic - lowest) % 12
            starts = np.linspace(start, end, count, endpoint=False).tolist()
            drones += [Note(at, (end - start) / count, pitch, 62) for at in starts]
    return replace(part, notes=(*part.notes, *drones))


def _add_breaths(dry: Signal, part: Part, seed: int) -> None:
    """Add the breath that a singer takes before each line, some 24 dB below the voice, to ``dry`` (n,)."""
    rng = np.random.default_rng([seed & 0xFFFFFFFF, len(part.notes)])
    end = 0.0
    for note in sorted(part.notes, key=lambda note: note.start):
        if note.start - end > _BREATH_PAUSE:
            breath = inhalation(min(0.35, note.start - end - 0.12), rng)
            breath *= np.float32(0.0063 * (note.velocity / 100))
            at = max(0, round((note.start - 0.04) * SAMPLE_RATE) - len(breath))
            dry[at : at + len(breath)] += breath[: max(0, len(dry) - at)]
        end = note.start + note.duration


def _hi_hat_closings(part: Part) -> dict[float, tuple[float, float]]:
    """Give, by the start of each open hi-hat, the seconds until it is closed or struck again, and its
    release.
    """
    strokes = sorted({note.start for note in part.notes if round(note.pitch) in (42, 44, _OPEN_HAT)})
    return {start: (after - start, 0.03) for start, after in pairwise(strokes) if after - start > 0.02}


def _syllable_closings(part: Part) -> dict[float, tuple[float, float]]:
    """Give, by the start of each syllable that another follows, the seconds until then, and its release."""
    line = pairwise(sorted(part.notes, key=lambda note: note.start))
    return {
        before.start: (note.start - before.start, 0.045)
        for before, note in line
        if 0 <= note.start - before.start - before.duration < _SUNG_SLUR_GAP
    }


def _slurs(part: Part) -> dict[float, Note]:
    """Give, by the start of each note that goes on from the one before in one breath or bow, that one before.

    Single notes are slurred that follow at once and at a small interval, a few in a row. Repeated notes,
    leaps and chords begin anew.
    """
    slurs: dict[float, Note] = {}
    connected = 0
    for before, note in pairwise(sorted(part.notes, key=lambda note: note.start)):
        gap, interval = note.start - before.start - before.duration, abs(note.pitch - before.pitch)
        near = abs(gap) < _SLUR_GAP and before.duration > 0.1 and 0.5 < interval < _SLUR_INTERVAL
        connected = connected + 1 if near and connected < _SLUR_NOTES else 0
        if connected:
            slurs[note.start] = before
    return slurs


def _notes_by_sound(
    part: Part, instrument: Instrument, slurs: dict[float, Note]
) -> Iterator[tuple[_SoundKey, list[Note]]]:
    """Group the notes that share one synthesised sound, in an order that is always the same."""
    takes: Counter[_SoundKey] = Counter()
    last: Note | None = None

    def key(note: Note) -> _SoundKey:
        nonlocal last
        force = min(_VELOCITY_LAYERS - 1, note.velocity * _VELOCITY_LAYERS // 128)
        sung = ""
        if note.syllable is not None:
            sung = consonant_of(note.syllable) + vowel_of(note.syllable)
            if (
                last
                and note.start - last.start - last.duration < _SUNG_SLUR_GAP
                and last.pitch > note.pitch + 0.5
            ):
                sung += _FROM_ABOVE
        if (before := slurs.get(note.start)) is not None:
            sung += _SLURRED + _FROM_ABOVE * (before.pitch > note.pitch)
        last = note
        drum = instrument.unpitched and instrument.track != "fx"
        variants = 3 if drum else _ROUND_ROBINS if note.duration < _COPIED_FROM else 1
        same = (round(note.pitch * 20), force, 0, sung)
        takes[same] += 1
        return (*same[:2], takes[same] % variants, sung)

    keyed = sorted(((key(note), index) for index, note in enumerate(part.notes)))
    for shared, members in groupby(keyed, key=lambda pair: pair[0]):
        yield shared, [part.notes[index] for _, index in members]


def _synthesize_sound(
    instrument: Instrument, name: str, key: _SoundKey, notes: list[Note], seed: int, tonic: int | None
) -> Signal:
    """Synthesise the longest sound that these notes need, at the reference level."""
    pitch, force, _, sung = key
    seconds = min(max(note.duration for note in notes), instrument.max_seconds) + instrument.release
    rng = np.random.default_rng(
        [
            seed & 0xFFFFFFFF,
            zlib.crc32(name.encode()),
            *(abs(part) for part in key[:3]),
            zlib.crc32(sung.encode()),
        ]
    )
    syllable = sung.rstrip(_FROM_ABOVE + _SLURRED) or None
    above, slurred = _FROM_ABOVE in sung, _SLURRED in sung
    tone = Tone(pitch / 20, seconds, (force + 0.5) / _VELOCITY_LAYERS, rng, syllable, above, slurred, tonic)
    sound = instrument.synthesize(tone)
    if instrument.unpitched or instrument.track == "bass":
        sound = remove_dc(sound)
    sound *= np.float32(
        _DRUM_LEVEL if instrument.unpitched else _REFERENCE_RMS / (_loudest_rms(sound) + 1e-9)
    )
    return sound


def _loudest_rms(sound: Signal) -> float:
    """Measure the RMS of the loudest five among the frames of 50 ms in the first second."""
    mono = sound if sound.ndim == 1 else (sound[:, 0] + sound[:, 1]) * np.float32(0.6)
    frame = min(SAMPLE_RATE // 20, len(mono))
    count = max(1, min(20, len(mono) // frame))
    energy = np.sort(np.mean(mono[: count * frame].reshape(count, frame) ** 2, axis=1))
    return float(np.sqrt(energy[-5:].mean()))


@lru_cache(maxsize=64)
def _release_curve(samples: int) -> Signal:
    """Fall from 1 to 0, with no corner at either end, so that no note ends in a click."""
    x = np.linspace(0, 1, max(2, samples), dtype=np.float32)
    release: Signal = np.exp(-5 * x**2) * np.cos(0.5 * np.pi * x) ** 2
    release.flags.writeable = False
    return release


def _mix_in(
    dry: Signal,
    sound: Signal,
    note: Note,
    instrument: Instrument,
    release: int,
    ending: tuple[float, float] | None,
    sides: Signal | None,
) -> None:
    """Add ``sound`` to ``dry`` as ``note``, which takes so many samples to die at its ``release``.

    An ``ending`` is how long it is held and released instead, s; ``sides`` are the gains of both channels,
    of a sound that has one.
    """
    start = round(note.start * SAMPLE_RATE)
    whole = instrument.unpitched and instrument.track != "fx"
    held = len(sound) - release if whole else min(round(note.duration * SAMPLE_RATE), len(sound) - release)
    if ending is not None:
        until, fading = (round(seconds * SAMPLE_RATE) for seconds in ending)
        if until < len(sound) - fading:
            held, release = until, fading
    held = max(held, 0)
    skip = max(0, -start)
    end = min(len(dry), start + min(held + release, len(sound)))
    if end <= start + skip:
        return
    gain = np.float32((note.velocity / 127) ** 1.6)
    piece, first = sound[skip : end - start], held - skip
    if sides is None:
        piece = piece * gain
    elif first < len(piece):
        piece = piece.copy()
    if first < len(piece):
        fading_out = _release_curve(min(release, len(sound) - held))
        fade = fading_out[max(0, -first) :][: len(piece) - max(0, first)]
        piece[max(0, first) :] *= fade if piece.ndim == 1 else fade[:, None]
    if sides is not None:
        for side, level in enumerate(gain * sides):
            dry[start + skip : end, side] += piece * level
    elif dry.ndim == 2 and piece.ndim == 1:
        dry[start + skip : end] += piece[:, None]
    else:
        dry[start + skip : end] += piece
