"""Where audio may come from: jobs of the caller, files in allowed folders, the web outside; nothing else."""

import os
import sqlite3
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import anyio
import numpy as np
import pytest
import soundfile
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from audiopod_mcp import addresses
from audiopod_mcp.addresses import is_outside
from audiopod_mcp.studio.media.download import NotFetched, fetch
from tests.studio.studios import MUSIC, opened

pytestmark = pytest.mark.anyio


async def unheard(fraction):
    """A report that nobody listens to."""


@pytest.fixture(scope="module")
def song(songs):
    (songs / "my song.flac").parent.mkdir(exist_ok=True)
    soundfile.write(songs / "my song.flac", np.zeros(4000), 8000)
    return songs / "my song.flac"


@pytest.fixture(scope="module")
def web(song):
    """A server on loopback that answers in every way a server can."""
    audio = song.read_bytes()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            path = self.path.partition("?")[0]
            self.server.asked.append(self.path)
            if path.startswith("/to/"):
                self.send_response(302)
                self.send_header("Location", path.removeprefix("/to/"))
                self.end_headers()
                return
            if path == "/rude":
                self.wfile.write(b"HTTP/1.1 500 \x9b2J\xad" + b"no " * 900 + b"\r\nContent-Length: 0\r\n\r\n")
                return
            if path == "/loop":
                self.send_response(302)
                self.send_header("Location", "/loop")
                self.end_headers()
                return
            status, body, length = {
                "/song.flac": (200, audio, len(audio)),
                "/page": (200, b"\n <!DOCTYPE html><p>hello", 24),
                "/empty": (200, b"", 0),
                "/gone": (404, b"", 0),
                "/huge": (200, b"x" * 1000, 10**12),
                "/endless": (200, b"x" * 3_000_000, None),
                "/slow": (200, b"", 5),
                "/noise": (200, b"this is not audio at all", 24),
            }[path]
            self.send_response(status)
            if length is not None:
                self.send_header("Content-Length", str(length))
            self.end_headers()
            if path == "/slow":
                self.server.stopping.wait(20)
            with suppress(OSError):
                self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.stopping = [], threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.stopping.set()
    server.shutdown()
    thread.join()
    server.server_close()


async def cover(studio, url, **options):
    return await studio.post(f"{MUSIC}/cover", json={"src_audio_url": str(url), "caption": "x"}, **options)


async def refused(studio, url, status=422):
    answer = await cover(studio, url)
    assert answer.status_code == status, answer.text
    return answer.json()["detail"]


async def test_local_files_in_every_spelling(studio, song):
    for spelling in (
        song,
        song.as_uri(),
        f"file://localhost{song.as_posix().replace(' ', '%20')}",
        song.name,
    ):
        answer = await cover(studio, spelling)
        assert answer.status_code == 200, answer.text
        job = await studio.wait(answer.json()["job"]["id"])
        assert (job["status"], job["audio_duration"]) == ("COMPLETED", 0.5)


async def test_local_files_that_may_not_be_read(studio, song, songs, tmp_path):
    outside = tmp_path / "outside.flac"
    outside.write_bytes(song.read_bytes())
    (songs / "link.flac").symlink_to(outside)
    (songs / "linked").symlink_to(tmp_path)
    os.mkfifo(songs / "pipe.flac")
    for path in (
        outside,
        songs / "link.flac",
        songs / "linked" / "outside.flac",
        songs / ".." / "x",
        "/etc/passwd",
    ):
        line = await refused(studio, path)
        assert line.startswith("src_audio_url: ")
        assert "outside the folders" in line
        assert str(songs) in line
        assert "AUDIOPOD_ALLOWED_DIRS" in line
    assert "not an ordinary file" in await refused(studio, songs / "pipe.flac")
    assert "is a folder" in await refused(studio, songs)
    assert "there is no file" in await refused(studio, songs / "none.flac")
    assert "names another machine" in await refused(studio, "file://server/share/a.wav")
    # Whether a file outside exists is nobody's business.
    assert "outside the folders" in await refused(studio, tmp_path / "none.flac")


async def test_a_link_inside_the_folder_may_be_followed(studio, song, songs):
    (songs / "inner.flac").symlink_to(song)
    assert (await cover(studio, songs / "inner.flac")).status_code == 200


async def test_a_file_swapped_for_a_link_is_not_followed(studio, song, songs, tmp_path):
    secret = tmp_path / "secret.flac"
    secret.write_bytes(song.read_bytes())
    (songs / "swapped.flac").write_bytes(song.read_bytes())
    busy = await studio.create(caption="slow 60")
    await studio.wait(busy, "PROCESSING")
    answer = await cover(studio, songs / "swapped.flac")
    (songs / "swapped.flac").unlink()
    (songs / "swapped.flac").symlink_to(secret)
    await studio.delete(f"{MUSIC}/jobs/{busy}")
    job = await studio.wait(answer.json()["job"]["id"])
    assert job["error_message"].startswith("src_audio_url: the file 'swapped.flac' was moved")


async def test_without_folders_no_file_is_read(tmp_path, song):
    async with opened(tmp_path) as studio:
        for path in (song, song.as_uri(), "C:\\song.wav", "song.wav"):
            assert "can't read local files" in await refused(studio, path)


async def test_the_studios_own_files_are_jobs_or_nothing(tmp_path):
    async with opened(tmp_path, local_folders=(tmp_path,), tell_files=True) as studio:
        made = await studio.make(caption="x")
        file = made["files"]["flac"]
        assert file.endswith("audio.flac")
        answer = await cover(studio, file)
        assert (await studio.wait(answer.json()["job"]["id"]))["status"] == "COMPLETED"
        assert (await cover(studio, file, headers={"X-API-Key": "ap_other"})).status_code == 422
        for name in ("studio.db", f"instances/{studio.app.state.studio.upkeep.instance.id}.lock"):
            assert "belongs to the studio itself" in await refused(studio, tmp_path / name)


async def test_own_addresses_are_the_job(studio):
    made = await studio.make(caption="x", batch_size=2)
    for url in made["output_urls"].values():
        answer = await cover(studio, url)
        assert (await studio.wait(answer.json()["job"]["id"]))["status"] == "COMPLETED"
    assert "no such audio" in await refused(studio, f"http://studio.local/media/{made['id']}/guess.flac", 404)
    assert "no such audio" in await refused(studio, "http://studio.local/media/../studio.db", 404)


@pytest.mark.parametrize(
    "url",
    ["ftp://host/a.wav", "data:audio/wav;base64,AAAA", "audiopod://jobs/x", "audiopod:1", "javascript:1"],
)
async def test_other_schemes_are_refused(studio, url):
    assert (await refused(studio, url)).startswith("src_audio_url: ")


async def test_private_addresses_are_not_fetched(studio, web):
    asked = len(web.asked)
    port = web.server_port
    for host in (
        *("127.0.0.1", "localhost", "localhost.", "[::1]", "0.0.0.0", "2130706433", "127.1", "0x7f000001"),
        *(
            "[::ffff:127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[::127.0.0.1]",
            "[::ffff:0:127.0.0.1]",
        ),
    ):
        answer = await cover(studio, f"http://{host}:{port}/song.flac")
        job = await studio.wait(answer.json()["job"]["id"])
        assert job["status"] == "FAILED"
        assert job["error_message"].startswith(
            f"src_audio_url: could not fetch http://{host}:{port}/song.flac ("
        )
        assert "\n" not in job["error_message"]
    assert len(web.asked) == asked
    answer = await studio.post(
        f"{MUSIC}/analyze", json={"audio_url": "http://169.254.169.254/latest/meta-data"}
    )
    assert answer.json()["success"] is False
    assert "169.254.169.254" in answer.json()["error"]


async def test_a_redirect_inside_is_not_followed(monkeypatch, tmp_path, web):
    """The first address counts as outside, the one it leads to does not."""
    checked = []

    def only_the_first(address):
        checked.append(address)
        return len(checked) == 1

    monkeypatch.setattr(addresses, "is_outside", only_the_first)
    with pytest.raises(NotFetched, match="private address"):
        await fetch(f"{web.url}/to/{web.url}/song.flac", tmp_path / "x", allow_private=False, told=unheard)
    assert web.asked[-1].startswith("/to/")
    assert len(checked) == 2


async def test_a_name_is_looked_up_once(monkeypatch, tmp_path, web):
    """Whoever answers the second look-up with another address is not asked."""
    looked_up = []

    async def lookup(host, port, **options):
        looked_up.append(host)
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(anyio, "getaddrinfo", lookup)
    address = f"http://rebind.example:{web.server_port}/song.flac"
    await fetch(address, tmp_path / "x", allow_private=True, told=unheard)
    assert looked_up == ["rebind.example"]
    assert (tmp_path / "x").read_bytes()[:4] == b"fLaC"


@pytest.fixture(scope="module")
def secure_web(song, tmp_path_factory):
    """A TLS server on loopback whose certificate is for ``music.example``, and the authority that says so."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "music.example")])
    begin = datetime.now(UTC) - timedelta(hours=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("music.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(certificate.public_bytes(pem))
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(plain)
    audio = song.read_bytes()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(audio)))
            self.end_headers()
            self.wfile.write(audio)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.server_port, folder / "cert.pem"
    server.shutdown()
    thread.join()
    server.server_close()


async def test_a_pinned_address_is_still_checked_for_its_name(monkeypatch, tmp_path, secure_web):
    port, authority = secure_web

    async def lookup(host, port, **options):
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(anyio, "getaddrinfo", lookup)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    await fetch(f"https://music.example:{port}/x", tmp_path / "x", allow_private=True, told=unheard)
    assert (tmp_path / "x").read_bytes()[:4] == b"fLaC"
    for host in ("other.example", "127.0.0.1"):
        with pytest.raises(NotFetched, match=r"(?i)certificate"):
            await fetch(f"https://{host}:{port}/x", tmp_path / "y", allow_private=True, told=unheard)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::1",
        "192.0.2.1",
    ],
)
def test_addresses_inside(address):
    assert not is_outside(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_outside(address):
    assert is_outside(ip_address(address))


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/page", "web page"),
        ("/empty", "empty"),
        ("/gone", "404"),
        ("/huge", "larger than 1 MB"),
        ("/endless", "larger than 1 MB"),
        ("/slow", "longer than 0.5 seconds"),
        ("/loop", "more than 5 redirects"),
        ("/to/ftp://x/y", "ftp|not http"),
        ("/to/http://nobody.invalid/", "no host nobody.invalid"),
    ],
)
async def test_what_is_not_audio_is_told(web, tmp_path, path, reason):
    limits = {"max_bytes": 2**20, "max_seconds": 0.5 if path == "/slow" else 20}
    with pytest.raises(NotFetched, match=reason):
        await fetch(web.url + path, tmp_path / "x", allow_private=True, told=unheard, **limits)


async def test_nobody_listening_is_told(tmp_path):
    with pytest.raises(NotFetched):
        await fetch("http://127.0.0.1:1/x", tmp_path / "x", allow_private=True, told=unheard)


@pytest.mark.slow
async def test_private_addresses_can_be_allowed(tmp_path, web):
    async with opened(tmp_path, allow_private_urls=True) as studio:
        answer = await cover(studio, f"{web.url}/to/{web.url}/song.flac?a=1")
        job = await studio.wait(answer.json()["job"]["id"])
        assert (job["status"], job["audio_duration"]) == ("COMPLETED", 0.5)
        answer = await cover(studio, f"{web.url}/page")
        job = await studio.wait(answer.json()["job"]["id"])
        assert "web page" in job["error_message"]


SIGNED = "?X-Amz-Signature=abc123&X-Amz-Credential=def456&token=ghi789&part=1"
SECRETS = ("hush", "abc123", "def456", "ghi789")


async def test_secrets_of_a_url_are_sent_and_neither_told_nor_kept(tmp_path, web, caplog):
    caplog.set_level("DEBUG")
    address = web.url.replace("//", "//me:hush@")
    told = []
    async with opened(tmp_path, allow_private_urls=True) as studio:
        for path, status in (("/song.flac", "COMPLETED"), ("/gone", "FAILED"), ("/noise", "FAILED")):
            answer = await cover(studio, f"{address}{path}{SIGNED}")
            job = await studio.wait(answer.json()["job"]["id"])
            assert job["status"] == status
            assert web.asked[-1] == path + SIGNED
            told += [answer.text, str(job)]
        answer = await studio.post(f"{MUSIC}/analyze", json={"audio_url": f"{address}/gone{SIGNED}"})
        assert "could not fetch http://127.0.0.1" in answer.json()["error"]
        told += [answer.text, await refused(studio, "ftp://me:hush@host/a.wav"), caplog.text]
        stored = sqlite3.connect(tmp_path / "studio.db").execute("SELECT * FROM jobs WHERE id = 1").fetchone()
        told.append(str(stored))
    assert not [secret for secret in SECRETS if secret in "\n".join(told)]


def hushed(folder):
    """Whether nothing that is kept in ``folder`` holds a secret."""
    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    return not [secret for secret in SECRETS if secret.encode() in kept]


@pytest.mark.slow
async def test_a_failed_job_is_retried_with_its_secrets_for_a_day_and_then_they_are_gone(tmp_path, web):
    address = f"{web.url.replace('//', '//me:hush@')}/noise{SIGNED}"
    async with opened(tmp_path, allow_private_urls=True) as studio:
        job_id = (await cover(studio, address)).json()["job"]["id"]
        await studio.wait(job_id)
        asked = web.asked.count("/noise" + SIGNED)
        await studio.post(f"{MUSIC}/jobs/{job_id}/retry")
        assert (await studio.wait(job_id))["status"] == "FAILED"
        assert web.asked.count("/noise" + SIGNED) == asked + 1
    with sqlite3.connect(tmp_path / "studio.db") as database:
        database.execute("UPDATE jobs SET completed_at = '2020-01-01T00:00:00.000Z'")
    async with opened(tmp_path, allow_private_urls=True) as studio:
        answer = await studio.post(f"{MUSIC}/jobs/{job_id}/retry")
        assert answer.status_code == 409
        assert "signature in its src_audio_url was kept for a day only" in answer.json()["detail"]
    assert hushed(tmp_path)


@pytest.mark.slow
async def test_the_secrets_of_a_deleted_job_are_gone(tmp_path, web):
    address = f"{web.url.replace('//', '//me:hush@')}/gone{SIGNED}"
    async with opened(tmp_path, allow_private_urls=True) as studio:
        job_id = (await cover(studio, address)).json()["job"]["id"]
        await studio.wait(job_id)
        await studio.delete(f"{MUSIC}/jobs/{job_id}")
    assert hushed(tmp_path)


async def test_a_failed_job_without_secrets_is_retried_whenever_one_likes(tmp_path, web):
    async with opened(tmp_path, allow_private_urls=True) as studio:
        job_id = (await cover(studio, f"{web.url}/gone")).json()["job"]["id"]
        await studio.wait(job_id)
    with sqlite3.connect(tmp_path / "studio.db") as database:
        database.execute("UPDATE jobs SET completed_at = '2020-01-01T00:00:00.000Z'")
    async with opened(tmp_path, allow_private_urls=True) as studio:
        assert (await studio.post(f"{MUSIC}/jobs/{job_id}/retry")).status_code == 200


async def test_what_a_web_server_says_is_one_clean_line(tmp_path, web):
    async with opened(tmp_path, allow_private_urls=True) as studio:
        for path in ("/rude", "/to/javascript:alert(1)"):
            answer = await cover(studio, web.url + path)
            job = await studio.wait(answer.json()["job"]["id"])
            assert job["status"] == "FAILED"
            assert job["error_message"].isprintable()
            assert len(job["error_message"]) < 400


@pytest.mark.slow
async def test_a_slow_download_keeps_nobody_from_working(tmp_path, web):
    async with opened(tmp_path, allow_private_urls=True) as studio:
        answer = await cover(studio, f"{web.url}/slow")
        slow = answer.json()["job"]["id"]
        await studio.wait(slow, "PROCESSING")
        assert (await studio.make(caption="x"))["status"] == "COMPLETED"
        assert (await studio.job(slow))["status"] == "PROCESSING"
