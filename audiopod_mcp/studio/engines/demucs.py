"""Stems by a trained network: Demucs, with a model that lies in a folder of the user's. Never a download.

The optional extra ``demucs`` brings its code and torch. A model is a ``.yaml`` that lists its parts, and
beside it these parts: ``SIGNATURE-CHECKSUM.th`` as published up to Demucs 4.0, or ``SIGNATURE.safetensors``
as 4.1 fetches them. Loading a ``.th`` runs what is written in it, so models come from nowhere but the
folder that the user named.
Rouard, Massa & Défossez, "Hybrid Transformers for Music Source Separation", ICASSP 2023.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from hashlib import blake2b
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audiopod_mcp.music.caching import Kept, kept_each
from audiopod_mcp.music.model import Audio, Progress
from audiopod_mcp.studio.media.cache import file_digest

from .base import EngineRefused, Finding

if TYPE_CHECKING:
    from audiopod_mcp.music.synthesis.multitrack import Tape

VARIABLE = "AUDIOPOD_DEMUCS_MODELS"
LICENCE_NOTE = "weights of htdemucs are, as their author says, for scientific purposes only"
SOURCES = {"vocals": "vocals", "drums": "drums", "bass": "bass", "guitar": "guitar", "keyboard": "piano"}
"""What Demucs calls our tracks; guitar and piano are known to its six-source models only."""


def find_models(folder: Path) -> list[str]:
    """The names of the models in ``folder``, sorted: its bags or, without any, its single models.

    Raises :class:`EngineRefused` where the extra is not installed, or there is no model or half of one.
    """
    if not (find_spec("torch") and find_spec("demucs")):
        raise EngineRefused(
            f"{VARIABLE}: Demucs is not installed; install audiopod-mcp[demucs], or unset {VARIABLE}"
        )
    if not folder.is_dir():
        raise EngineRefused(f"{VARIABLE}: {folder} is not a folder; name the one that holds the Demucs model")
    signatures = {path.stem.rsplit("-", 1)[0] for path in folder.glob("*.th")}
    signatures |= {path.stem for path in folder.glob("*.safetensors")}
    bags = {path.stem: set(_bag(path)["models"]) for path in sorted(folder.glob("*.yaml"))}
    for name, wanted in bags.items():
        if missing := sorted(wanted - signatures):
            raise EngineRefused(
                f"{VARIABLE}: {folder / name}.yaml needs {missing[0]}.safetensors (or {missing[0]}-….th), "
                "which is not beside it"
            )
    if not (bags or signatures):
        raise EngineRefused(
            f"{VARIABLE}: no Demucs model is in {folder}; put its .yaml and .safetensors (or .th) files there"
        )
    return sorted(bags) or sorted(signatures)


def examine_models(folder: Path) -> Finding:
    """Whether the models in ``folder`` are there; they are not loaded, for that runs them."""
    try:
        models = find_models(folder)
    except EngineRefused as refusal:
        found, _, fix = str(refusal).partition("; ")
        return Finding("stems", "problem", found, fix or "put what is missing there, or unset it")
    found = f"separated by Demucs {version('demucs')} with {', '.join(models)}"
    return Finding("stems", "ok", f"{found}; {LICENCE_NOTE}")


def separate_trained(
    audio: Audio, rate: int, track: str, folder: Path, report: Progress
) -> tuple[Audio, str] | None:
    """``track`` out of a recording, shaped like ``audio``, and the name of the first model that knows it.

    ``None`` where no model in ``folder`` knows such a track. Raises as :func:`find_models`, and where a model
    can't be loaded. The same recording and model give the same stem: Demucs' random shifts are left out.
    """
    separated = separate_trained_tracks(audio, rate, (track,), folder, report)
    return None if separated is None else (separated[0][track][:], separated[1])


def separate_trained_tracks(
    audio: Audio, rate: int, tracks: Sequence[str], folder: Path, report: Progress
) -> tuple[dict[str, Tape], str] | None:
    """Several tracks by one model, at the cost of one; ``None`` where none knows all of them."""
    wanted = [SOURCES.get(track) for track in tracks]
    for name in find_models(folder):
        report(0.0, f"loading the Demucs model {name}")
        model = _load(name, folder)
        if all(source in model.sources for source in wanted):
            separator = f"Demucs {version('demucs')} with {_digest(name, folder)}"
            make = partial(_apply, model, audio, rate, dict(zip(tracks, wanted, strict=True)), report)
            return kept_each(separator, audio, rate, tracks, make, _kept, Kept.only_audio), name
    return None


def _kept(stem: Tape) -> Kept:
    return Kept.of_audio(stem[:])


def _digest(name: str, folder: Path) -> str:
    """What tells a model from others of its name."""
    bag = folder / f"{name}.yaml"
    parts = _bag(bag)["models"] if bag.exists() else [name]
    files = sorted(
        path for part in parts for path in (*folder.glob(f"{part}-*.th"), folder / f"{part}.safetensors")
    )
    digest = blake2b(digest_size=20)
    for path in [bag, *files]:
        if path.exists():
            digest.update(file_digest(path).encode())
    return digest.hexdigest()


def _load(name: str, folder: Path) -> Any:
    from demucs.apply import BagOfModels
    from demucs.hf import load_safetensors_model
    from demucs.repo import LocalRepo

    bag = _bag(folder / f"{name}.yaml") if (folder / f"{name}.yaml").exists() else {"models": [name]}
    try:
        parts = []
        for signature in bag["models"]:
            tensors = folder / f"{signature}.safetensors"
            found = tensors.exists()
            parts.append(load_safetensors_model(tensors) if found else LocalRepo(folder).get_model(signature))
        model = BagOfModels(parts, bag.get("weights"), bag.get("segment"))
        model.eval()
        return model
    except (Exception, SystemExit) as error:  # a file of anybody's making may raise anything
        why = " ".join(str(error).split())[:200] or type(error).__name__
        raise EngineRefused(
            f"{VARIABLE}: the Demucs model {name} in {folder} can't be loaded: {why}"
        ) from error


def _apply(
    model: Any,
    audio: Audio,
    rate: int,
    names: Mapping[str, Any],
    report: Progress,
    tracks: Sequence[str],
) -> dict[str, Tape]:
    """The ``tracks``, whose names the model has in ``names``."""
    import numpy as np
    import soxr
    import torch
    from demucs.apply import apply_model

    from audiopod_mcp.music.signal.blocks import process_onto
    from audiopod_mcp.music.synthesis.multitrack import blank_tapes

    sources = {track: names[track] for track in tracks}
    middle = audio.mean(axis=1)
    wanted = [model.sources.index(source) for source in sources.values()]
    doing = f"separating the {' and the '.join(sources)}"
    offset, scale = float(middle.mean()), float(middle.std()) or 1.0

    def separate_block(block: Audio, _: float, report: Progress) -> Audio:
        resampled = (soxr.resample(block, rate, model.samplerate) - offset) / scale
        mixture = torch.from_numpy(np.ascontiguousarray(resampled.T))
        # The channels of a stereo recording go in together; of any other each one by itself.
        paired = audio.shape[1] == model.audio_channels
        batch = mixture[None] if paired else mixture[:, None].expand(-1, model.audio_channels, -1)

        def report_segment(state: dict[str, Any]) -> None:
            passed = state["segment_offset"] / mixture.shape[1]
            report((state["model_idx_in_bag"] + passed) / state["models"], doing)

        estimate = apply_model(model, batch, shifts=0, callback=report_segment)[:, wanted]
        # (sources, channels, samples), then the channels of all sources beside each other.
        stems = (estimate[0] if paired else estimate.mean(dim=2).transpose(0, 1)).flatten(0, 1)
        output = np.zeros((len(block), len(stems)), block.dtype)
        at_source_rate = soxr.resample(stems.numpy().T * scale, model.samplerate, rate)[: len(block)]
        output[: len(at_source_rate)] = at_source_rate
        return output

    tapes = blank_tapes(len(sources), len(audio), audio.shape[1])
    process_onto(tapes, audio, rate, separate_block, report)
    return dict(zip(sources, tapes, strict=True))


def _bag(path: Path) -> dict[str, Any]:
    """What a ``.yaml`` says: ``models``, the signatures of its parts, perhaps ``weights`` and ``segment``."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        bag = YAML(typ="safe").load(path.read_text("utf-8"))
        return {**bag, "models": [str(signature) for signature in bag["models"]]}
    except (YAMLError, UnicodeDecodeError, LookupError, TypeError):
        raise EngineRefused(f"{VARIABLE}: {path} does not say which models it is made of") from None
