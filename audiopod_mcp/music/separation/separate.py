"""Vocals, drums or bass out of a finished recording, by soft masks on its spectrogram.

Without a large trained network this can be no clean isolation: each track comes out clearer than it is in the
mix, with traces of the others. What guitars, keyboards or strings play can't be told apart. Examined, on 25
pieces played part by part: what is neither voice, drums nor bass, taken for guitar, keyboard, strings, synth,
brass or woodwinds, was nearer to the part than the mixture for 37 of 44 (by 3 dB in the median, at -4 dB
SI-SDR), but it is one and the same for all of them, whoever plays; the side of the stereo image was nearer
for 6 of 44, and the drums above 2 kHz as percussion for 1 of 4. So these are refused.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import soxr

from audiopod_mcp.music.analysis.vocal_activity import VOCAL_FPS, vocal_log_odds, vocal_segments
from audiopod_mcp.music.analysis.voice_prominence import (
    CLEAR_PROMINENCE,
    MIN_PROMINENCE,
    voice_prominence,
)
from audiopod_mcp.music.caching import Kept, Samples, kept_each
from audiopod_mcp.music.model import Audio, Progress, Refused, ignore_progress, progress_within
from audiopod_mcp.music.signal.blocks import process_onto
from audiopod_mcp.music.signal.downmix import SILENCE_THRESHOLD, downmix
from audiopod_mcp.music.signal.loudness import Sliceable, highest
from audiopod_mcp.music.signal.stft import Array, Complex
from audiopod_mcp.music.synthesis.multitrack import Multitrack, Tape, blank_tapes

from .estimator import SOURCES, ratio_masks
from .features import HOP, N_FFT, SEPARATION_RATE, SEPARATION_STFT
from .masks import drum_mask, low_pass_mask, vocal_mask
from .source_activity import SourceActivity
from .two_stems import separate_voice

TRACKS = ("vocals", "drums", "bass")
"""What can be had from a recording."""

_ALONG = ("drums", "bass")
"""What is taken out along with others where the trained network separates vocals."""
_PIECE = 1 << 20
"""Samples that are measured at a time."""
_BLOCK = 20.0
"""Seconds that are weighed at a time."""
_MIN_DETECTION_LENGTH = 6.0
"""Seconds below which a recording is too short for its sources to be told missing."""
_MOST_TAKEN_ALONG = 32_000_000
"""Samples of a recording up to which all tracks are taken out where they are kept, at the cost of one."""
_RULE_WEIGHT = 0.5
"""How much the masks by rule count beside the fitted ones (geometric mean): they err in other places."""
_BASS_CUTOFF = 220.0
"""Above this (Hz) there are only harmonics of a bass."""
_RUMBLE_CUTOFF = 16.0
"""Below this (Hz) there are no notes, only offsets and stage noise."""
_CERTAIN_LOG_ODDS = 1.2
"""Log-odds that a sung recording reaches somewhere and most instrumental ones do not."""
_RESIDUE_NOTE = "Separated by signal processing on this computer: traces of what else plays remain in it."
_VOICE_NOTE = "Separated by a trained network on this computer: traces of what else plays remain in it."
DOUBT_NOTE = (
    "Whether there is any of the {track} in this recording is doubtful: something else may have come out."
)


@dataclass(frozen=True)
class SeparatedStem:
    """A track out of a recording."""

    audio: Tape
    """Float32, shape (samples, channels); where the recording is long it lies on the disk."""
    notes: tuple[str, ...]
    """Sentences for the listener: how far to trust it."""
    absence: Refused | None = None
    """Why it is none: the track is not heard."""

    def kept(self) -> Kept:
        why = self.absence and (self.absence.code, dict(self.absence.values))
        return Kept({"notes": self.notes, "absence": why}, self.audio)

    @classmethod
    def restored(cls, kept: Kept) -> SeparatedStem:
        """The stem of which :meth:`kept` made ``kept``."""
        why = kept.facts["absence"]
        absence = Refused.again(*why) if why else None
        return cls(kept.only_audio(), tuple(kept.facts["notes"]), absence)


def separate(
    audio: Audio,
    rate: int,
    track: str,
    report: Progress = ignore_progress,
    voice_weights: Mapping[str, Array] | None = None,
) -> Audio:
    """The stem of :func:`separate_with_notes`, without the notes."""
    return separate_with_notes(audio, rate, track, report, voice_weights)[0]


def separate_with_notes(
    audio: Audio,
    rate: int,
    track: str,
    report: Progress = ignore_progress,
    voice_weights: Mapping[str, Array] | None = None,
) -> tuple[Audio, tuple[str, ...]]:
    """One track of a recording, and in words how far to trust it.

    Parameters
    ----------
    audio : float32 array, shape (samples, channels)
        Of any length and number of channels.
    rate : int
        Samples a second, any.
    track : str
        One of :data:`TRACKS`.
    report : Progress
    voice_weights : mapping of str to float32 array, optional
        Of the trained network that separates vocals, see :func:`.two_stems.separate_voice`; without them they
        are separated by masks, as the other tracks are.

    Returns
    -------
    stem : float32 array, shape (samples, channels)
    notes : tuple of str
        Sentences for the listener.

    Raises
    ------
    Refused
        For any other track, for silence, and where the track is not heard.
    """
    (stem,) = separate_tracks(audio, rate, (track,), report, voice_weights).values()
    if stem.absence is not None:
        raise stem.absence
    return stem.audio[:], stem.notes


def separate_tracks(
    audio: Audio,
    rate: int,
    tracks: Sequence[str],
    report: Progress = ignore_progress,
    voice_weights: Mapping[str, Array] | None = None,
) -> dict[str, SeparatedStem]:
    """Several tracks of a recording, each as of :func:`separate_with_notes`, at little more cost than one.

    Where a trained network separates the vocals, the others come out of what it leaves. By itself that is
    neither better nor worse for drums and a bass (0.0 and -0.2 dB SI-SDR, means of four and three songs), but
    what is left of all of them is 1.0 dB nearer to what it should be.

    Raises
    ------
    Refused
        For a track that is none of :data:`TRACKS`, and for silence.
    """
    for track in tracks:
        if track not in TRACKS:
            raise Refused("track_not_separable", track=track)
    if not len(audio):
        raise Refused("recording_empty", purpose="separate")
    if not all(np.isfinite(block).all() for block in _pieces(audio)):
        audio = np.nan_to_num(audio, posinf=0.0, neginf=0.0)
    audio = audio.astype(np.float32, copy=False)
    _refuse_silence(audio)
    if voice_weights is not None and "vocals" in tracks:
        return _separate_with_network(audio, rate, tracks, report, voice_weights)
    return _separate_by_signal(audio, rate, tracks, report, TRACKS if voice_weights is None else _ALONG)


def _separate_by_signal(
    audio: Samples, rate: int, tracks: Sequence[str], report: Progress, alike: Sequence[str]
) -> dict[str, SeparatedStem]:
    """:func:`separate_tracks` by masks; what of the others is ``alike`` is kept as well, where it can be."""

    def make(missing: Sequence[str]) -> dict[str, SeparatedStem]:
        return _separate_tracks(audio, rate, missing, report)

    along = alike if math.prod(audio.shape) <= _MOST_TAKEN_ALONG else ()
    found = kept_each(
        "signal processing", audio, rate, tracks, make, SeparatedStem.kept, SeparatedStem.restored, along
    )
    report(1.0, "separating")
    return found


def _separate_tracks(
    audio: Samples, rate: int, tracks: Sequence[str], report: Progress
) -> dict[str, SeparatedStem]:
    odds = None
    if "vocals" in tracks:
        odds = vocal_log_odds(*downmix(audio, rate), progress_within(report, 0.0, 0.1))
    heard = SourceActivity()

    def work(block: Audio, start: float, tell: Progress) -> Audio:
        at_rate = block if rate == SEPARATION_RATE else soxr.resample(block, rate, SEPARATION_RATE)
        stems = _separate_block(at_rate, tracks, odds, start, heard, lambda done, _: tell(done, doing))
        return (
            stems
            if rate == SEPARATION_RATE
            else _match_length(soxr.resample(stems, SEPARATION_RATE, rate), len(block))
        )

    doing = f"separating the {' and the '.join(tracks)}"
    rest = progress_within(report, 0.0 if odds is None else 0.1, 1.0)
    tapes = blank_tapes(len(tracks), len(audio), audio.shape[1])
    process_onto(tapes, audio, rate, work, rest, _BLOCK)
    whole, brief = _energy(audio), len(audio) < _MIN_DETECTION_LENGTH * rate  # too short to miss anything in
    found = {}
    for track, stem in zip(tracks, tapes, strict=True):
        own = odds if track == "vocals" else None
        sung = own is None or bool(vocal_segments(own))
        absence = None
        if _energy(stem) < 1e-5 * whole or not (heard.is_present(track, sure=sung) or (brief and sung)):
            absence = Refused("track_not_heard", track=track, heard=heard.instead_of(track))
        doubted = heard.is_doubtful(track) or not sung or (own is not None and own.max() < _CERTAIN_LOG_ODDS)
        notes = (
            _RESIDUE_NOTE,
            heard.quality_note(track),
            *([DOUBT_NOTE.format(track=track)] if doubted else []),
        )
        found[track] = SeparatedStem(stem, notes, absence)
    return found


def _separate_with_network(
    audio: Audio, rate: int, tracks: Sequence[str], report: Progress, voice_weights: Mapping[str, Array]
) -> dict[str, SeparatedStem]:
    """:func:`separate_tracks` with the vocals by the trained network."""
    others = [track for track in tracks if track != "vocals"]
    part = progress_within(report, 0.0, 0.45 if others else 1.0)
    voice = separate_voice(audio, rate, voice_weights, part)
    tape = Multitrack.gather([("vocals", voice)]).tape("vocals")
    del voice
    prominence = voice_prominence(audio, tape, rate)
    heard = prominence >= MIN_PROMINENCE
    found: dict[str, SeparatedStem] = {}
    if others:
        accompaniment = _Remainder(audio, tape) if heard else audio
        try:
            _refuse_silence(accompaniment)
            rest = progress_within(report, 0.45, 1.0)
            found = _separate_by_signal(accompaniment, rate, others, rest, _ALONG)
        except Refused:  # nothing but a voice
            nothing = np.zeros_like(audio)
            found = {
                track: SeparatedStem(nothing, (), Refused("track_not_heard", track=track, heard=("vocals",)))
                for track in others
            }
    instead = tuple(track for track, stem in found.items() if stem.absence is None)
    absence = None if heard else Refused("track_not_heard", track="vocals", heard=instead)
    notes = (
        _VOICE_NOTE,
        *(() if prominence >= CLEAR_PROMINENCE else [DOUBT_NOTE.format(track="vocals")]),
    )
    found["vocals"] = SeparatedStem(tape, notes, absence)
    report(1.0, "separating the vocals")
    return {track: found[track] for track in tracks}


class _Remainder:
    """What a stem leaves of a recording, which is computed where it is read: it is never held beside both."""

    def __init__(self, whole: Audio, stem: Tape) -> None:
        self._whole = whole
        self._stem = stem
        self.shape, self.dtype, self.nbytes = whole.shape, whole.dtype, whole.nbytes

    def __len__(self) -> int:
        return len(self._whole)

    def __getitem__(self, piece: slice) -> Audio:
        rest: Audio = self._whole[piece] - self._stem[piece]
        return rest


def _pieces(audio: Sliceable) -> Iterator[Audio]:
    """The recording in pieces, so that what is computed of it is never as large as itself."""
    return (audio[start : start + _PIECE] for start in range(0, len(audio), _PIECE))


def _refuse_silence(audio: Sliceable) -> None:
    if max(highest(piece) for piece in _pieces(audio)) < SILENCE_THRESHOLD:
        raise Refused("separation_source_silent")


def _energy(audio: Sliceable) -> float:
    return sum(float(np.square(piece, dtype=np.float64).sum()) for piece in _pieces(audio))


def _match_length(stems: Audio, samples: int) -> Audio:
    """``stems`` of so many ``samples``, cut off or filled up with silence."""
    out = np.zeros((samples, stems.shape[1]), stems.dtype)
    out[: len(stems)] = stems[:samples]
    return out


def _separate_block(
    block: Audio,
    tracks: Sequence[str],
    odds: Array | None,
    start: float,
    heard: SourceActivity,
    report: Progress,
) -> Audio:
    """The stems of a block at :data:`SEPARATION_RATE`, side by side as channels, each by the geometric mean
    of a mask by rule and a fitted one.

    ``odds`` are the log-odds of singing of the whole recording, in which the block begins at ``start`` (s).
    """
    report(0.0, "separating")
    spectra = [SEPARATION_STFT.forward(channel) for channel in block.T]
    fitted = ratio_masks(spectra, progress_within(report, 0.05, 0.6))
    heard.add(spectra, fitted)
    level: Array = np.mean([np.abs(spectrum) for spectrum in spectra], axis=0) + 1e-9
    frequency = np.arange(level.shape[1], dtype=np.float32) * (SEPARATION_RATE / N_FFT)
    drums = drum_mask(level, frequency, SEPARATION_RATE / HOP)
    stems: list[Array] = []
    for number, track in enumerate(tracks):
        part = progress_within(
            report, 0.6 + 0.4 * number / len(tracks), 0.6 + 0.4 * (number + 1) / len(tracks)
        )
        rule = _rule_mask(level, spectra, frequency, drums, track, progress_within(part, 0.0, 0.75))
        if odds is not None and track == "vocals":
            times = start + SEPARATION_STFT.times(len(level), SEPARATION_RATE)
            frame_odds = np.interp(times, np.arange(len(odds)) / VOCAL_FPS, odds)
            rule *= (1 / np.sqrt(1 + np.exp(-frame_odds - 0.5))).astype(np.float32)[:, None]
        mask = np.maximum(rule, 1e-6) ** _RULE_WEIGHT * fitted[SOURCES.index(track)] ** (1 - _RULE_WEIGHT)
        part(0.75, "separating")
        stems += [SEPARATION_STFT.inverse([(0, spectrum * mask)], len(block)) for spectrum in spectra]
    out: Audio = np.stack(stems, axis=1)
    out /= SEPARATION_STFT.overlap(len(block))[:, None]
    report(1.0, "separating")
    return out


def _rule_mask(
    level: Array, spectra: list[Complex], frequency: Array, drums: Array, track: str, report: Progress
) -> Array:
    """The track's share by what it must be: short or broad, low, or not repeating and in a voice's range.

    ``drums`` is that of the drums.
    """
    if track == "drums":
        return drums
    if track == "bass":
        low = low_pass_mask(frequency, _BASS_CUTOFF, 6)
        return (1 - drums) * low * (1 - low_pass_mask(frequency, _RUMBLE_CUTOFF, 8))
    return vocal_mask(level, spectra, frequency, SEPARATION_RATE / HOP, drums, report)
