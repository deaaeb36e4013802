"""A client of an ACE-Step 1.5 server: what it can do, and one generation from request to audio file.

It blocks, for it lives in a worker process. The server has no way to cancel: work that is stopped here
runs on there, unheard.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from audiopod_mcp.music.model import Progress
from audiopod_mcp.plain_text import one_line, without_secrets

from ..base import EngineRefused
from . import KEY, URL

POLL_INTERVAL = 1.5
"""Seconds between two questions for a job's state."""
REPORT_INTERVAL = 0.25
LONGEST_OUTAGE = 90.0
"""Seconds without an answer after which a running job is given up, and a full queue."""
LONGEST_STANDSTILL = 1800.0
"""Seconds after which a generation that has left the server's queue and gets no further is given up."""
_NO_PARTS: Mapping[str, Path] = {}


@dataclass(frozen=True)
class Capabilities:
    """What a server has loaded."""

    models: Mapping[str, frozenset[str]]
    """The task types of each model, the default model first."""
    language_model: bool
    """Whether the model is there that plans songs and hears words."""

    @property
    def turbo(self) -> bool:
        """Whether the default model is distilled: to eight steps, without guidance."""
        return "turbo" in next(iter(self.models), "turbo")

    def model_for(self, task: str) -> str | None:
        """The first model that does ``task``."""
        return next((name for name, tasks in self.models.items() if task in tasks), None)


@dataclass(frozen=True)
class Generation:
    """What became of a generation: what the server tells of it, and the audio file it speaks of, if any."""

    metadata: Mapping[str, Any]
    audio: Path | None = None


@dataclass(frozen=True)
class AceStepClient:
    """The server at ``url``. Every method raises :class:`EngineRefused` if it is not reached or says no."""

    url: str
    key: str | None = field(default=None, repr=False)

    @property
    def place(self) -> str:
        """Where the server is, as it may be told."""
        return without_secrets(self.url)

    def capabilities(self) -> Capabilities:
        """What the server has loaded.

        Raises:
            EngineRefused: also where it can't be used: the API of ACE-Step's own web page, which makes
                songs from words only, or a release that takes no uploads.

        """
        with self._client() as client:
            service = str(_data(self._ask(client, "GET", "/health")).get("service", ""))
            if "gradio" in service.lower():
                raise EngineRefused(
                    f"{URL}: {self.place} is the API of ACE-Step's web page, which takes no recordings; "
                    "start the API server instead (uv run acestep-api)"
                )
            answer = self._ask(client, "GET", "/v1/model_inventory", allow=(404,))
        if answer.status_code == 404:
            raise EngineRefused(
                f"{URL}: {self.place} is no ACE-Step API server, or one from before March 2026, which takes "
                "no uploads; update it"
            )
        inventory = _data(answer)
        # Models that only lie on its disk are listed, too; asked for, they may be passed over silently.
        models = [model for model in inventory.get("models") or () if model.get("is_loaded")]
        models.sort(key=lambda model: not model.get("is_default"))
        return Capabilities(
            {str(model["name"]): frozenset(model.get("supported_task_types") or ()) for model in models},
            bool(inventory.get("llm_initialized")),
        )

    def generate(
        self,
        fields: Mapping[str, Any],
        folder: Path,
        report: Progress,
        uploads: Mapping[str, Path] = _NO_PARTS,
    ) -> Generation:
        """One generation with ``fields``, waited for; its audio, where it makes any, in ``folder``.

        ``uploads`` are files by the name of their part, ``src_audio`` or ``reference_audio``.
        """
        with self._client() as client:
            metadata = self._finished(client, self._submitted(client, fields, uploads, report), report)
            return Generation(metadata, self._fetched(client, str(metadata.get("file") or ""), folder))

    def _submitted(
        self, client: httpx.Client, fields: Mapping[str, Any], uploads: Mapping[str, Path], report: Progress
    ) -> str:
        """The id of a new generation, once the server's queue has room for it."""
        values = {name: value for name, value in fields.items() if value is not None}
        for _ in _until(time.monotonic() + LONGEST_OUTAGE, report, "waiting for room in ACE-Step's queue"):
            with _opened(uploads) as files:
                sent: dict[str, Any] = (
                    {"data": {name: _as_text(value) for name, value in values.items()}, "files": files}
                    if files
                    else {"json": values}
                )
                answer = self._ask(client, "POST", "/release_task", allow=(429,), **sent)
            if answer.status_code != 429:
                return str(_data(answer)["task_id"])
        raise EngineRefused("ACE-Step's queue is full; retry in a few minutes")

    def _finished(self, client: httpx.Client, task: str, report: Progress) -> Mapping[str, Any]:
        """What the server tells of the generation when it has succeeded."""
        progress, doing, deadline = 0.0, "waiting for ACE-Step", time.monotonic() + LONGEST_OUTAGE
        state, since = (progress, doing), time.monotonic()
        while True:
            asked = time.monotonic()
            try:
                row = _data(
                    self._ask(client, "POST", "/query_result", json={"task_id_list": [task]}, outage=True)
                )[0]
            except _Outage as outage:
                if asked > deadline:
                    raise EngineRefused(
                        f"ACE-Step stopped answering ({outage}); see that it runs, then retry"
                    ) from None
            else:
                deadline = asked + LONGEST_OUTAGE
                items = json.loads(row.get("result") or "[]")
                if not items:  # a job that waits or runs always has an item
                    raise EngineRefused("ACE-Step lost the job, most likely because it was restarted; retry")
                item: Mapping[str, Any] = items[0]
                if row["status"] == 1:
                    return item
                if row["status"] == 2:
                    raise EngineRefused(
                        f"ACE-Step failed: {_last_line(item.get('error')) or 'it does not say why'}"
                    )
                progress = max(progress, float(item.get("progress") or 0.0))
                doing = one_line(str(item.get("stage") or "running"), 80).rstrip(".… ")
                if doing == "queued" or state != (progress, doing):
                    state, since = (progress, doing), asked
                if asked - since > LONGEST_STANDSTILL:
                    raise EngineRefused(
                        f"ACE-Step has got no further for {LONGEST_STANDSTILL / 60:g} minutes "
                        f"({doing}); restart it, then retry"
                    )
            for _ in _until(asked + POLL_INTERVAL, report, f"ACE-Step: {doing}", progress):
                pass

    def _fetched(self, client: httpx.Client, file: str, folder: Path) -> Path | None:
        if not file.startswith("/"):
            return None
        target = folder / "made.flac"
        try:
            with client.stream("GET", file) as answer, target.open("wb") as sink:
                if answer.status_code != 200:
                    raise EngineRefused(
                        f"ACE-Step does not hand out the audio it made (status {answer.status_code}); retry"
                    )
                for chunk in answer.iter_bytes():
                    sink.write(chunk)
        except httpx.HTTPError as error:
            raise EngineRefused(
                f"ACE-Step's audio can't be fetched ({type(error).__name__}); retry"
            ) from error
        return target

    def _client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        # Reading waits longer than any answer takes: uploads are stored before they are answered.
        timeout = httpx.Timeout(60.0, connect=10.0)
        return httpx.Client(base_url=self.url, headers=headers, timeout=timeout, trust_env=False)

    def _ask(
        self,
        client: httpx.Client,
        method: str,
        path: str,
        *,
        allow: tuple[int, ...] = (),
        outage: bool = False,
        **sent: Any,
    ) -> httpx.Response:
        """The answer, if its status is 200 or one to ``allow``; raises :class:`_Outage` if asked to."""
        try:
            answer = client.request(method, path, **sent)
        except httpx.TransportError as error:
            if outage:
                raise _Outage(type(error).__name__) from error
            raise EngineRefused(
                f"{URL}: no ACE-Step server answers at {self.place} ({type(error).__name__}); start it, or "
                "name another"
            ) from error
        if answer.status_code == 200 or answer.status_code in allow:
            return answer
        if outage and answer.status_code >= 500:
            raise _Outage(f"status {answer.status_code}")
        if answer.status_code in (401, 403):
            raise EngineRefused(
                f"{KEY}: the ACE-Step server at {self.place} does not accept it; set the server's own key"
            )
        raise EngineRefused(f"ACE-Step refused {path} (status {answer.status_code}): {_detail(answer)}")


class _Outage(Exception):
    """The server did not answer; that may pass."""


def _data(answer: httpx.Response) -> Any:
    """What an envelope holds; some failures come as a success with an error in it."""
    try:
        envelope = answer.json()
    except ValueError:
        raise EngineRefused(
            f"{URL}: {without_secrets(str(answer.url))} does not speak ACE-Step's language; check the address"
        ) from None
    if not isinstance(envelope, dict) or "data" not in envelope:
        raise EngineRefused(
            f"{URL}: {without_secrets(str(answer.url))} does not speak ACE-Step's language; check the address"
        )
    if envelope.get("error") or envelope["data"] is None:
        raise EngineRefused(f"ACE-Step failed: {_last_line(envelope.get('error')) or 'it does not say why'}")
    return envelope["data"]


def _detail(answer: httpx.Response) -> str:
    try:
        detail = answer.json()["detail"]
    except (ValueError, LookupError, TypeError):
        detail = answer.text
    return _last_line(detail if isinstance(detail, str) else json.dumps(detail)) or "it does not say why"


def _last_line(error: Any) -> str:
    """What a traceback ends with, without the server's own paths."""
    lines = str(error or "").strip().splitlines()
    return one_line(re.sub(r"(?:[A-Za-z]:)?(?:[\\/][\w. +-]+){2,}", "…", lines[-1]), 200) if lines else ""


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _until(deadline: float, report: Progress, doing: str, fraction: float = 0.0) -> Iterator[None]:
    """Rounds until ``deadline`` that report, so that work can be stopped in between; at least one."""
    while True:
        report(fraction, doing)
        yield
        rest = deadline - time.monotonic()
        if rest <= 0:
            return
        time.sleep(min(rest, REPORT_INTERVAL))


@contextmanager
def _opened(uploads: Mapping[str, Path]) -> Iterator[dict[str, Any]]:
    files: dict[str, Any] = {}
    try:
        for part, path in uploads.items():
            files[part] = (f"{part}.flac", path.open("rb"), "audio/flac")
        yield files
    finally:
        for _, file, _ in files.values():
            file.close()
