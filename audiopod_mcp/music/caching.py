"""What was made of the same sound before, where whoever runs the engine has somewhere to keep it.

Nothing is kept unless :func:`using` says where. A result is kept under the digest of the samples that it was
made of, so that it does not matter what file they came from, or whether they came from one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from hashlib import blake2b
from typing import Any, Final, Protocol, TypeVar

from .model import Audio, Progress, ignore_progress

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
SamplesT = TypeVar("SamplesT", bound="Samples")

_PIECE: Final = 1 << 20
"""Samples that are copied at a time, where they don't lie in one piece."""


class Samples(Protocol):
    """Audio in memory, or where it can be read from a stretch at a time."""

    @property
    def dtype(self) -> Any: ...
    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def nbytes(self) -> int: ...
    def __len__(self) -> int: ...
    def __getitem__(self, piece: slice, /) -> Audio: ...


@dataclass(frozen=True)
class Kept:
    """A result as it is kept."""

    facts: Any
    """What JSON can tell."""
    audio: Samples | None = None
    """In memory where it was loaded; what is stored may be as large as it likes."""

    @classmethod
    def of_audio(cls, audio: Samples) -> Kept:
        """A result that is nothing but audio."""
        return cls(None, audio)

    def only_audio(self) -> Audio:
        """The audio, which :meth:`of_audio` was given."""
        assert self.audio is not None  # noqa: S101 - it was kept with it
        return self.audio[:]


class Cache(Protocol):
    """Keeps results under keys, for as long as it likes. What is kept under a key is always the same."""

    def load(self, key: str) -> Kept | None:
        """What is kept under ``key``, just as it was stored; ``None`` where nothing is, or not any more."""

    def store(self, key: str, kept: Kept) -> None:
        """Keep a result, if that is possible."""


_current: ContextVar[Cache | None] = ContextVar("cache", default=None)


@contextmanager
def using(cache: Cache | None) -> Iterator[None]:
    """Have what is called meanwhile keep its results in ``cache``, and take them from there."""
    token = _current.set(cache)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> Cache | None:
    """Where results are kept; ``None``: nowhere."""
    return _current.get()


def key_of(result: str, audio: Samples, rate: int) -> str:
    """The key of a kind of result of a recording; ``result`` tells all else that it depends on.

    The version of this program need not be told: a cache keeps nothing from one to the next.
    """
    import numpy as np

    digest = blake2b(f"{audio.dtype.str} {audio.shape} {rate} ".encode(), digest_size=32)
    for start in range(0, len(audio), _PIECE):
        digest.update(np.ascontiguousarray(audio[start : start + _PIECE]).data)
    return f"{result} of {digest.hexdigest()}"


class OfRecording(Protocol[T_co]):
    """A function of a recording."""

    def __call__(self, audio: Samples, rate: int, report: Progress = ignore_progress) -> T_co: ...


def kept(
    result: str, keep: Callable[[T], Kept], restore: Callable[[Kept], T]
) -> Callable[[OfRecording[T]], OfRecording[T]]:
    """Have a function make its result of each recording once.

    ``restore`` is the inverse of ``keep``.
    """

    def decorate(make: OfRecording[T]) -> OfRecording[T]:
        @wraps(make)
        def answer(audio: Samples, rate: int, report: Progress = ignore_progress) -> T:
            def remembered(kept: Kept) -> T:
                report(1.0, "remembering it")
                return restore(kept)

            return _made_once(
                lambda: key_of(result, audio, rate), lambda: make(audio, rate, report), keep, remembered
            )

        return answer

    return decorate


def kept_audio(
    result: Callable[[], str], audio: Samples, rate: int, make: Callable[[], SamplesT]
) -> Audio | SamplesT:
    """What ``make`` makes of a recording, made once; ``result`` tells what that is, where it is kept."""
    made: Callable[[], Audio | SamplesT] = make
    loaded: Callable[[Kept], Audio | SamplesT] = Kept.only_audio
    return _made_once(lambda: key_of(result(), audio, rate), made, Kept.of_audio, loaded)


def kept_name(result: str, audio: Audio, rate: int, make: Callable[[], str]) -> str:
    """What ``make`` names of a recording, named once; ``result`` tells what that is, where it is kept."""
    return _made_once(
        lambda: key_of(result, audio, rate), make, lambda name: Kept(name), lambda kept: str(kept.facts)
    )


def _made_once(
    key_of_it: Callable[[], str],
    make: Callable[[], T],
    keep: Callable[[T], Kept],
    restore: Callable[[Kept], T],
) -> T:
    """What is kept under the key, which is asked for only where anything is kept, or else made now."""
    if (cache := current()) is None:
        return make()
    key = key_of_it()
    if (found := cache.load(key)) is not None:
        return restore(found)
    made = make()
    cache.store(key, keep(made))
    return made


def kept_each(
    result: str,
    audio: Samples,
    rate: int,
    names: Sequence[str],
    make: Callable[[Sequence[str]], dict[str, T]],
    keep: Callable[[T], Kept],
    restore: Callable[[Kept], T],
    along: Sequence[str] = (),
) -> dict[str, T]:
    """What ``make`` makes of a recording for each of ``names``, in their order; it is told which to make.

    Where it is called, it makes what is named in ``along`` as well, which is kept, too: at next to no cost.
    """
    if (cache := current()) is None:
        return make(names)
    whole = key_of(result, audio, rate)
    there = {name: found for name in names if (found := cache.load(f"{name}, {whole}")) is not None}
    if len(there) == len(set(names)):
        return {name: restore(there[name]) for name in names}
    missing = [name for name in names if name not in there]
    made = make([*missing, *(name for name in along if name not in names)])
    for name, one in made.items():
        cache.store(f"{name}, {whole}", keep(one))
    return {name: restore(there[name]) if name in there else made[name] for name in names}
