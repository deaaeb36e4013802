"""Addresses as people and programs write them: understood, or refused for what is really wrong."""

import os
import socket
import sys
import threading
import time
import unicodedata
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiopod_mcp.operations import Analyze
from audiopod_mcp.operations.sources import unwrapped
from audiopod_mcp.studio.media.download import NotFetched, fetch
from audiopod_mcp.studio.media.local_files import NotReadable, find_file
from tests.sounds import sound
from tests.studio.studios import opened

posix = pytest.mark.skipif(sys.platform == "win32", reason="file names of POSIX")


async def _unheard(fraction: float) -> None:
    """The report that nobody listens to."""


URL = "https://host.example/a/song.mp3?x=1"


@pytest.mark.parametrize(
    "text",
    [
        URL,
        f"  {URL}\n",
        f'"{URL}"',
        f"'{URL}'",
        f"“{URL}”",
        f"`{URL}`",
        f"<{URL}>",
        f"[my song]({URL})",
        f'[my song]({URL} "its title")',
        f"[my (live) song](<{URL}>)",
        f"![]({URL})",
        f'"<{URL}>"',
        f"@{URL}",
        f"\ufeff{URL}\u200b",
    ],
)
def test_what_stands_around_a_url_is_left_out(text):
    assert Analyze(audio_url=text).audio_url == URL
    assert Analyze(audio_url=text).body() == {"audio_url": URL}


def test_blanks_of_a_url_are_encoded():
    assert Analyze(audio_url='"https://h.example/my song.mp3"').audio_url == "https://h.example/my%20song.mp3"


@pytest.mark.parametrize("text", ["audiopod://jobs/7", "<audiopod://jobs/7>", "[it](audiopod://jobs/7)"])
def test_a_job_may_be_wrapped_too(text):
    assert Analyze(audio_url=text).audio_url == "audiopod://jobs/7"


@given(st.text(max_size=40))
def test_unwrapping_ends_and_is_done_once(text):
    assert unwrapped(unwrapped(text)) == unwrapped(text)


@given(
    st.text("abc/.:%?=&-", min_size=1, max_size=20),
    st.lists(st.sampled_from(['""', "''", "<>", "()", "@"]), max_size=4),
)
def test_whatever_is_around_it(path, wraps):
    text = inner = f"https://h.example/{path}"
    for wrap in wraps:
        text = f"[x]({text})" if wrap == "()" else f"@{text}" if wrap == "@" else wrap[0] + text + wrap[1]
    assert unwrapped(text) == inner


@pytest.mark.parametrize(
    "text",
    [
        "[](" + " " * 4000 + "x",
        "[](" + "a " * 2000,
        '"' * 4000,
        "[x](" * 700 + ")" * 700,
        "@" * 4000,
        "<" * 2000 + ">" * 2000,
        "[" * 4000,
        "\ufeff " * 2000,
    ],
)
def test_nobody_waits_for_nonsense(text):
    began = time.process_time()
    unwrapped(text)
    assert time.process_time() - began < 0.5


NAME = "Café del Mar (live) #1 100%.wav"


@pytest.fixture
def music(tmp_path, monkeypatch):
    folder = tmp_path / "Music of mine"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (folder / NAME).write_bytes(b"x")
    return folder


def spellings(folder):
    path = str(folder / NAME)
    escaped = "".join(f"\\{c}" if c in " ()#%'&" else c for c in path)
    shown = {
        "as it is": path,
        "in quotes": f'"{path}"',
        "in single quotes": f"'{path}'",
        "in backticks": f"`{path}`",
        "a mention": f"@{path}",
        "a mention in quotes": f'@"{path}"',
        "Markdown": f"[song](<{path}>)",
        "with blanks around": f"  {path}\n",
        "of home": f"~/{folder.name}/{NAME}",
        "of home in quotes": f'"~/{folder.name}/{NAME}"',
        "a mention of home": f"@~/{folder.name}/{NAME}",
        "by a variable": f"$HOME/{folder.name}/{NAME}",
        "by its name alone": NAME,
        "a mention by its name": f"@{NAME}",
        "by its folder's name": f"{folder.name}/{NAME}",
        "URI": (folder / NAME).as_uri(),
        "URI in brackets": f"<{(folder / NAME).as_uri()}>",
        "URI of this host": (folder / NAME).as_uri().replace("file://", "file://localhost"),
        "URI of this machine": (folder / NAME).as_uri().replace("file://", f"file://{socket.gethostname()}"),
        "URI with one slash": (folder / NAME).as_uri().replace("file://", "file:"),
        "URI that encodes nothing": f"file://{path}",
        "percent-encoded": quote(path),
        "other letters": unicodedata.normalize("NFD", path),
        "URI of other letters": Path(unicodedata.normalize("NFD", path)).as_uri(),
    }
    if os.name != "nt":
        shown |= {"of a shell": escaped, "a mention of a shell": f"@{escaped}"}
        shown |= {"URI with two slashes": (folder / NAME).as_uri().replace("file:///", "file://")}
    return shown


@posix
@pytest.mark.parametrize("spelling", spellings(Path("/x")))
def test_a_path_is_found_however_it_is_written(music, spelling):
    assert find_file(spellings(music)[spelling], (music,)).samefile(music / NAME)


@posix
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_letters_may_be_composed_or_not(music, form):
    there = music / unicodedata.normalize("NFD" if form == "NFC" else "NFC", "Motörhead é") / "Ünder.wav"
    there.parent.mkdir()
    there.write_bytes(b"x")
    written = str(
        music / unicodedata.normalize(form, "Motörhead é") / unicodedata.normalize(form, "Ünder.wav")
    )
    assert find_file(written, (music,)).samefile(there)
    assert find_file(f"'{written}'", (music,)).samefile(there)


@posix
@pytest.mark.parametrize(
    "name", ['"quoted".wav', "a\\ b.wav", "[x](y).wav", "@home.wav", "100%41.wav", "Intro: x.wav", "<a>"]
)
def test_a_file_that_is_really_called_so_comes_first(music, name):
    (music / name).write_bytes(b"x")
    for other in (unwrapped(name), name.replace("\\", ""), name.replace("%41", "A"), name.removeprefix("@")):
        if other != name:
            (music / other).write_bytes(b"y")
    assert find_file(str(music / name), (music,)).name == name
    assert find_file(name, (music,)).name == name


@posix
def test_no_spelling_leads_out(music, tmp_path):
    (tmp_path / "secret.wav").write_bytes(b"x")
    (music / "link.wav").symlink_to(tmp_path / "secret.wav")
    path = tmp_path / "secret.wav"
    for text in (
        *(
            str(path),
            f'"{path}"',
            f"@{path}",
            f"<{path.as_uri()}>",
            f"[x]({path})",
            "../secret.wav",
            "@../secret.wav",
        ),
        *("%2e%2e/secret.wav", "..\\/secret.wav", "link.wav", f"{music}/../secret.wav", "~/secret.wav"),
        *(
            "file://../secret.wav",
            f"file:{music}/%2e%2e/secret.wav",
            f"{music}%2f..%2fsecret.wav",
            "$HOME/secret.wav",
        ),
    ):
        with pytest.raises(NotReadable, match=r"outside the folders|no file"):
            find_file(text, (music,))


@posix
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("gone.wav", "there is no file 'gone.wav'"),
        ('"gone.wav"', "there is no file 'gone.wav'"),
        ("/etc/hostname", "outside the folders that may be read"),
        ("/no/such/place.wav", "outside the folders that may be read"),
        (".", "a folder"),
        ("pipe", "not an ordinary file"),
        ("dangling.wav", "a link to one that is gone"),
        ("C:\\Users\\me\\song.wav", "a path on Windows"),
        ("file:///C:/Users/me/song.wav", "there is no file|outside|a path on Windows"),
        ("\\\\server\\share\\song.wav", "network of Windows"),
        ("file://elsewhere/share/song.wav", "names another machine, elsewhere"),
        ("www.host.example/song.mp3", "https://"),
        ("host.example/song.mp3", "https://"),
    ],
)
def test_what_is_refused_says_why(music, text, says):
    os.mkfifo(music / "pipe")
    (music / "dangling.wav").symlink_to(music / "nothing")
    with pytest.raises(NotReadable, match=says) as refused:
        find_file(text, (music,))
    assert "\n" not in str(refused.value)


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="nothing is forbidden to root")
def test_no_permission_is_called_that(music):
    (music / "mine.wav").write_bytes(b"x")
    (music / "mine.wav").chmod(0)
    with pytest.raises(NotReadable, match="permission"):
        find_file("mine.wav", (music,))


@pytest.mark.skipif(sys.platform != "win32", reason="paths of Windows")
def test_paths_of_windows(music):
    path = music / "song.wav"
    path.write_bytes(b"x")
    drive = str(path).replace("\\", "/")
    for text in (
        str(path),
        drive,
        f'"{path}"',
        f"@{path}",
        f"file:///{drive}",
        f"file://{drive}",
        f"file:///{drive.replace(':', '|')}",
    ):
        assert find_file(text, (music,)) == path.resolve()


SIGN_IN = (
    b"<!doctype html><html><head><title>Sign in - Cloud</title></head><body><form>"
    b"<input name=user><input name=pw type='password'></form></body></html>"
)


@pytest.fixture(scope="module")
def busy():
    """A server that is busy in every way."""
    audio = sound("flac")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            count = self.server.asked[self.path] = self.server.asked.get(self.path, 0) + 1
            status, headers, body = 200, {}, audio
            soon = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
            wait = {"/503": "1", "/429": "1", "/date": soon, "/always": "0", "/long": "3600", "/odd": "soon"}
            if self.path in wait and (count == 1 or self.path in {"/always", "/long", "/odd"}):
                status, headers, body = (
                    (429 if self.path == "/429" else 503),
                    {"Retry-After": wait[self.path]},
                    b"",
                )
            elif self.path == "/plain":
                status, body = 503, b""
            elif self.path == "/to-sign-in":
                status, headers, body = 302, {"Location": "/accounts/login?next=song"}, b""
            elif self.path.startswith("/accounts/login"):
                body = b"<html><body>Hello</body></html>"
            elif self.path == "/sign-in":
                body = SIGN_IN
            elif self.path == "/page":
                body = b"<!doctype html><title>A song</title>"
            elif self.path == "/comment":
                body = b"<!-- a song -->\n<html><body>A song</body></html>"
            elif self.path == "/private":
                status, body = 401, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = {}
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.anyio
@pytest.mark.slow
@pytest.mark.parametrize("path", ["/503", "/429", "/date"])
async def test_a_server_that_says_when_to_come_back_is_asked_again(busy, tmp_path, path):
    began = time.monotonic()
    await fetch(busy.url + path, tmp_path / "x", allow_private=True, told=_unheard)
    assert (tmp_path / "x").read_bytes()[:4] == b"fLaC"
    assert busy.asked[path] == 2
    assert time.monotonic() - began > 0.5


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "asked", "says"),
    [
        ("/always", 2, "busy"),
        ("/long", 1, "wait for 3600 seconds"),
        ("/odd", 1, "503 Service Unavailable: it is busy"),
        ("/plain", 1, "busy"),
        ("/sign-in", 1, "sign-in page"),
        ("/to-sign-in", 1, "sign-in page"),
        ("/page", 1, "it is a web page"),
        ("/comment", 1, "it is a web page"),
        ("/private", 1, "401 Unauthorized: it wants a sign-in"),
    ],
)
async def test_why_it_was_not_fetched(busy, tmp_path, path, asked, says):
    with pytest.raises(NotFetched, match=says):
        await fetch(busy.url + path, tmp_path / "x", allow_private=True, told=_unheard)
    assert busy.asked[path] == asked


@pytest.mark.anyio
@pytest.mark.slow
async def test_a_job_says_it_in_one_line(busy, tmp_path):
    async with opened(tmp_path, allow_private_urls=True) as studio:
        job = await studio.make("cover", src_audio_url=f"<{busy.url}/sign-in>", caption="x")
        assert job["error_message"] == (
            f"src_audio_url: could not fetch {busy.url}/sign-in (it is a sign-in page, not audio); give an address "
            "that works without signing in, or download it and give the file"
        )
        job = await studio.make("cover", src_audio_url=f"[it]({busy.url}/ok)", caption="x")
        assert job["status"] == "COMPLETED", job
