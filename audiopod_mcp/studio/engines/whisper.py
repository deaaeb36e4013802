"""Words heard by Whisper: whisper.cpp, with a model that the person added or named. Never a download.

The optional extra ``transcribe`` brings its code. A model is one file in the format of whisper.cpp. Its
structure is looked at before it is loaded: what reads it dies of a file that was cut off.
"""

from __future__ import annotations

import math
import os
import struct
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from audiopod_mcp.models import MODELS, ModelError, find_model
from audiopod_mcp.music.caching import Kept, current, key_of
from audiopod_mcp.music.model import Progress
from audiopod_mcp.studio.media.cache import file_digest

from .base import EngineRefused, Finding

if TYPE_CHECKING:
    from audiopod_mcp.music.lyrics.transcription import Utterance
    from audiopod_mcp.music.signal.stft import Array

VARIABLE: Final = "AUDIOPOD_WHISPER_MODEL"
_PREFERRED: Final = ("whisper-small", "whisper-base")
"""The models that can be added, the better one first."""
_ASK_EVERY: Final = 0.2
"""Seconds after which it is asked whether the work is still wanted."""

RECOGNITION_RATE: Final = 16_000
"""Samples a second that it hears."""
_MAGIC: Final = 0x67676D6C
_FILTERS: Final = 80, 128
_BLOCKS: Final = {
    0: (4, 1), 1: (2, 1), 2: (18, 32), 3: (20, 32), 6: (22, 32), 7: (24, 32), 8: (34, 32),
    10: (84, 256), 11: (110, 256), 12: (144, 256), 13: (176, 256), 14: (210, 256),
}  # fmt: skip
"""For each type of weights the bytes of a block, and how many weights that is."""


def find_whisper(named: Path | None, models: Path | None) -> Whisper | None:
    """The model to use: the one in the file ``named``, else the best that is in the folder of models.

    ``None`` where there is none, or the extra is not installed and none was named.

    Raises:
        EngineRefused: where what was named or added can't be used.

    """
    if named is not None:
        if not find_spec("pywhispercpp"):
            raise EngineRefused(
                f"{VARIABLE}: whisper.cpp is not installed; install audiopod-mcp[transcribe], or unset "
                f"{VARIABLE}"
            )
        return Whisper(named)
    if models is None or not find_spec("pywhispercpp"):
        return None
    try:
        for name in _PREFERRED:
            if (folder := find_model(models, name)) is not None:
                return Whisper(folder / MODELS[name].source.filename)
    except ModelError as error:
        raise EngineRefused(str(error)) from error
    return None


class Whisper:
    """A model as a :class:`audiopod_mcp.music.lyrics.transcription.Recognizer`.

    It is loaded when something has to be heard that was not heard before: some hundred megabytes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = path.parent.name if path.parent.name in MODELS else path.name
        """What a person calls it."""

    def languages(self, heard: Array) -> Mapping[str, float]:
        found: dict[str, float] = self._once("languages", heard, lambda: self._hear_language(heard))
        return found

    def recognize(self, heard: Array, language: str, report: Progress) -> Sequence[Utterance]:
        from audiopod_mcp.music.lyrics.transcription import Utterance

        lines = self._once(f"words in {language}", heard, lambda: self._understand(heard, language, report))
        return [Utterance(*line) for line in lines]

    def _once(self, what: str, heard: Array, make: Callable[[], Any]) -> Any:
        """What was made of it before, else what ``make`` makes: so a call that was cut off goes on."""
        if (cache := current()) is None:
            return make()
        key = key_of(f"{what} by {self._identity}", heard, RECOGNITION_RATE)
        if (found := cache.load(key)) is None:
            cache.store(key, found := Kept(make()))
        return found.facts

    def _hear_language(self, heard: Array) -> dict[str, float]:
        import _pywhispercpp

        if not _pywhispercpp.whisper_is_multilingual(self._model._ctx):
            return {"en": 1.0}
        _, probabilities = self._model.auto_detect_language(heard)
        return {language: float(probability) for language, probability in probabilities.items()}

    def _understand(
        self, heard: Array, language: str, report: Progress
    ) -> list[tuple[float, float, str, float]]:
        asked = time.monotonic()
        stop: BaseException | None = None

        def is_over() -> bool:
            """Whether ``report`` raised; that must not fly through threads which know no exceptions."""
            nonlocal asked, stop
            if stop is None and (clock := time.monotonic()) - asked > _ASK_EVERY:
                asked = clock
                try:
                    report(0.5, "understanding the words")
                except BaseException as error:  # noqa: BLE001 - it is raised below
                    stop = error
            return stop is not None

        segments = self._model.transcribe(
            heard, abort_callback=is_over, extract_probability=True, language=language
        )
        if stop is not None:
            raise stop
        return [(one.t0 / 100, one.t1 / 100, one.text, one.probability) for one in segments]

    @cached_property
    def _identity(self) -> str:
        """What tells this model, and what runs it, from others."""
        check_model(self._path)
        return f"whisper.cpp {version('pywhispercpp')} with {file_digest(self._path)}"

    @cached_property
    def _model(self) -> Any:
        check_model(self._path)
        from pywhispercpp.model import Model

        return Model(
            str(self._path),
            redirect_whispercpp_logs_to=None if sys.stderr else False,
            context_params={"use_gpu": False},
            n_threads=max(1, (os.cpu_count() or 1) // 2),
            print_progress=False,
            no_context=True,  # words that were misheard would be misheard again
            suppress_nst=True,
            temperature_inc=0.0,  # a second try at a higher one overstates how probable its tokens are
        )


def check_model(path: Path) -> None:
    """Raise :class:`EngineRefused` where a file is no model of whisper.cpp, or not a whole one."""
    try:
        with path.open("rb") as file:
            _check(file)
    except OSError as error:
        raise EngineRefused(f"{VARIABLE}: {path} can't be read ({error.strerror}); name a file") from error
    except (ValueError, struct.error) as error:
        raise EngineRefused(
            f"{VARIABLE}: {path} is no whole model of whisper.cpp ({error}); name a ggml-….bin file"
        ) from error


def examine_whisper(path: Path) -> Finding:
    """Whether the model that was named can be used."""
    try:
        find_whisper(path, None)
        check_model(path)
    except EngineRefused as refusal:
        found, _, fix = str(refusal).partition("; ")
        return Finding("words", "problem", found, fix)
    return Finding("words", "ok", f"understood by whisper.cpp {version('pywhispercpp')} with {path.name}")


def _check(file: BinaryIO) -> None:
    """Raise ``ValueError`` where a file is no whole model, as far as its structure tells."""

    def read(count: int) -> tuple[int, ...]:
        return struct.unpack(f"<{count}i", file.read(4 * count))

    def skip(size: int) -> None:
        if size < 0 or file.tell() + size > end:
            raise ValueError("it ends early")
        file.seek(size, os.SEEK_CUR)

    end = os.fstat(file.fileno()).st_size
    if end < 64 or read(1)[0] != _MAGIC:
        raise ValueError("it begins otherwise")
    vocabulary, _, _, _, encoder, _, _, _, decoder, mels, _ = read(11)
    if not (0 < vocabulary < 10**6 and 0 < encoder <= 64 and 0 < decoder <= 64 and mels in _FILTERS):
        raise ValueError("it is of another kind")
    rows, columns = read(2)
    skip(4 * rows * columns)
    for _ in range(read(1)[0]):
        skip(read(1)[0])
    tensors = 0
    while file.tell() < end:
        dimensions, name, kind = read(3)
        if not (1 <= dimensions <= 4 and 0 < name < 256 and kind in _BLOCKS):
            raise ValueError("it is damaged")
        shape = read(dimensions)
        skip(name)
        size, weights = _BLOCKS[kind]
        skip(math.prod(shape) // weights * size)
        tensors += 1
    if tensors != 11 + 15 * encoder + 24 * decoder:
        raise ValueError("some of its weights are missing")
