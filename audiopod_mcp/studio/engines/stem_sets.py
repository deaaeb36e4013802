"""All stems of a track at once: sums of those that it was composed of, or estimates and what they leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from audiopod_mcp.music.model import Audio, Progress, progress_within
from audiopod_mcp.music.synthesis import Multitrack, pieces, tapes_of
from audiopod_mcp.operations.vocabulary import STEM_NAMES, STEM_SETS, StemMode
from audiopod_mcp.studio.media.audio_files import BLOCK, as_written, exact_subtype
from audiopod_mcp.studio.media.layout import SCORE, STEMS

from .base import EngineRefused, NotDone
from .demucs import VARIABLE, separate_trained_tracks
from .refusals import explain
from .stems import SIGNAL_PROCESSING, VOICES, VOICES_NOTE
from .takes import SourceTrack

if TYPE_CHECKING:
    from audiopod_mcp.music.separation.separate import SeparatedStem
    from audiopod_mcp.music.signal.stft import Array
    from audiopod_mcp.music.synthesis.multitrack import Tape

_PLAYERS: Final[Mapping[str, tuple[str, ...]]] = {
    "vocals": ("vocals", "backing_vocals"),
    "drums": ("drums", "percussion"),
    "bass": ("bass",),
    "guitar": ("guitar",),
    "piano": ("keyboard",),
}
"""The tracks of a composed piece that are in each stem; all others are in the last one of a set."""
_TRACKS: Final = {stem: track for track, stem in STEM_NAMES.items()}
_RESTS: Final = frozenset(names[-1] for names in STEM_SETS.values())
_SUBTYPE: Final = "PCM_24"
_AGREEING: Final = 1e-6
"""Share of the mix's power up to which stems that don't quite sum to it are taken for exact ones."""


@dataclass(frozen=True)
class StemSet:
    """The stems of a track, which sum to ``audio``; all arrays have one shape."""

    audio: Audio
    """The mix, softer than its source where one of the stems would be over full scale otherwise."""
    stems: Mapping[str, Audio]
    separator: str | None
    """What separated them: a model, or :data:`.stems.SIGNAL_PROCESSING`; ``None`` where they are exact."""
    notes: tuple[str, ...] = ()
    not_done: tuple[NotDone, ...] = ()

    def in_words(self, rate: int, subtype: str) -> str:
        """The set as it is written beside a mix of ``subtype``, measured."""
        names = f"{', '.join(self.stems)}: {len(self.stems)} aligned stems of {len(self.audio) / rate:.2f} s"
        apart = _sum_error(self.audio, self.stems, exact_subtype(subtype))
        return f"{names}; their sum is the mix to within {apart:.0f} dB" if np.isfinite(apart) else names


def stems_of(
    source: SourceTrack,
    mode: StemMode,
    models: Path | None,
    report: Progress,
    voice_weights: Mapping[str, Array] | None = None,
) -> StemSet:
    """The stems of ``mode`` of a track.

    ``models`` is the folder of Demucs models, if any; it comes before ``voice_weights``, those of the trained
    network that separates voices.

    Raises:
        EngineRefused: where a recording can't be taken apart so.
        Refused: where it is silent, or none of the stems is heard in it.

    """
    if source.stems:
        found = _composed(source, mode)
    else:
        found = _separated(source, mode, models, voice_weights, progress_within(report, 0.0, 0.95))
    peak = max(_peak(found.audio), *map(_peak, tapes_of(found.stems).values()))
    if peak <= 1:
        return found
    gain = np.float32(0.999 / peak)
    note = (
        f"Mix and stems are {-20 * np.log10(gain):.1f} dB softer than the source: a stem was over full scale."
    )
    stems = Multitrack.gather(tapes_of(found.stems).items())
    stems.scale(gain)
    return replace(found, audio=found.audio * gain, stems=stems, notes=(*found.notes, note))


def stem_in_set(take: Path | None, track: str) -> Path | None:
    """The file of ``track`` in the folder of a take that is a set of stems; ``None`` where it holds none."""
    if take is None or (take / SCORE).is_file() or not (take / STEMS).is_dir():
        return None
    files = {path.stem: path for path in (take / STEMS).glob("*.flac")}
    if not _RESTS & files.keys():
        return None
    return files.get(STEM_NAMES.get(track, track))


def _composed(source: SourceTrack, mode: StemMode) -> StemSet:
    *names, last = STEM_SETS[mode]
    groups = {name: [track for track in _PLAYERS[name] if track in source.stems] for name in names}
    taken = {track for tracks in groups.values() for track in tracks}
    groups[last] = [track for track in source.stems if track not in taken]
    own = tapes_of(source.stems)
    stems = Multitrack.gather(
        (name, _sum((own[track] for track in tracks), source)) for name, tracks in groups.items()
    )
    missing = _rest(source, tapes_of(stems).values())
    if _power(missing) > _AGREEING * _power(source.audio):
        missing += stems[last]
        stems = Multitrack.gather((tapes_of(stems) | {last: missing}).items())
    silent = [
        NotDone(name, "nobody plays it in this track: its stem is silent")
        for name in names
        if not groups[name]
    ]
    return StemSet(source.audio, stems, None, not_done=tuple(silent))


def _separated(
    source: SourceTrack,
    mode: StemMode,
    models: Path | None,
    voice_weights: Mapping[str, Array] | None,
    report: Progress,
) -> StemSet:
    *names, last = STEM_SETS[mode]
    tracks = [_TRACKS.get(name, name) for name in names]
    trained = separate_trained_tracks(source.audio, source.rate, tracks, models, report) if models else None
    not_done: list[NotDone] = []
    if trained is not None:
        by_track, model = trained
        notes: tuple[str, ...] = (
            f"Separated by the Demucs model {model}, which this studio's owner supplied.",
        )
    else:
        model = SIGNAL_PROCESSING if voice_weights is None else VOICES
        by_track, notes = _on_this_computer(source, mode, tracks, voice_weights, not_done, report)
    taken = Multitrack.gather((name, by_track.pop(track)) for name, track in zip(names, tracks, strict=True))
    rest = _rest(source, tapes_of(taken).values())
    stems = Multitrack.gather((*tapes_of(taken).items(), (last, rest)))
    return StemSet(source.audio, stems, model, notes=notes, not_done=tuple(not_done))


def _on_this_computer(
    source: SourceTrack,
    mode: StemMode,
    tracks: Sequence[str],
    voice_weights: Mapping[str, Array] | None,
    not_done: list[NotDone],
    report: Progress,
) -> tuple[dict[str, Tape], tuple[str, ...]]:
    from audiopod_mcp.music.separation.separate import TRACKS, separate_tracks

    if beyond := [name for name in STEM_SETS[mode][:-1] if name not in TRACKS]:
        raise EngineRefused(
            f"mode: {' and '.join(beyond)} can't be separated from a recording without a trained model; take "
            f"mode four, or use the extra audiopod-mcp[demucs] and {VARIABLE} naming a folder with the model "
            "htdemucs_6s. Tracks composed by this studio have all their stems."
        )
    found = separate_tracks(source.audio, source.rate, tracks, report, voice_weights)
    heard = {track: stem for track, stem in found.items() if stem.absence is None}
    if not heard:
        absence = found[tracks[0]].absence
        assert absence is not None  # noqa: S101 - none of them was heard
        raise absence
    not_done += [
        NotDone(track, f"{explain(stem.absence).rstrip('.')}: its stem is silent")
        for track, stem in found.items()
        if stem.absence is not None
    ]
    stems = {
        track: stem.audio if track in heard else np.zeros_like(source.audio) for track, stem in found.items()
    }
    return stems, noted_on(heard, () if voice_weights is None else (VOICES_NOTE,))


def noted_on(heard: Mapping[str, SeparatedStem], method: tuple[str, ...]) -> tuple[str, ...]:
    """What is noted on the stems, each sentence once; doubts first, since answers have room for little."""
    from audiopod_mcp.music.separation.separate import DOUBT_NOTE

    doubts = {DOUBT_NOTE.format(track=track) for track in heard}
    notes = dict.fromkeys((*method, *(note for stem in heard.values() for note in stem.notes)))
    return tuple(sorted(notes, key=lambda note: note not in doubts))


def _sum(parts: Iterable[Tape], like: SourceTrack) -> Audio:
    total = np.zeros_like(like.audio)
    for part in parts:
        for piece in pieces(len(total)):
            total[piece] += part[piece]
    return total


def _rest(source: SourceTrack, parts: Iterable[Tape]) -> Audio:
    """What ``parts`` leave of a recording."""
    rest = _sum(parts, source)
    return np.subtract(source.audio, rest, out=rest)


def _peak(audio: Tape) -> float:
    return max(float(np.abs(audio[piece]).max(initial=0.0)) for piece in pieces(len(audio)))


def _power(audio: Audio) -> float:
    blocks = (audio[start : start + BLOCK] for start in range(0, len(audio), BLOCK))
    return sum(float(np.square(block, dtype=np.float64).sum()) for block in blocks)


def _sum_error(mix: Audio, stems: Mapping[str, Audio], subtype: str) -> float:
    """How far below ``mix`` the difference is between it and the sum of ``stems``, all as written, dB."""
    own = apart = 0.0
    for start in range(0, len(mix), BLOCK):
        block = as_written(mix[start : start + BLOCK], subtype)
        rest = block.astype(np.float64)
        for stem in tapes_of(stems).values():
            rest -= as_written(stem[start : start + BLOCK], _SUBTYPE)
        own += float(np.square(block, dtype=np.float64).sum())
        apart += float(np.square(rest).sum())
    return float(10 * np.log10(apart / own)) if apart and own else -np.inf
