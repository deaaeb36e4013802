"""A real Chromium that shows the player. Without one, or without Playwright, these tests are skipped."""

import os
import shutil

import pytest

from .host import Host

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SONG = {
    "mode": "text2music",
    "caption": "upbeat pop song, bright piano, 120 BPM, D major",
    "lyrics": "[Verse]\nMorning light upon the sea\nEvery wave is calling me\n[Chorus]\nRise and shine",
    "duration": 13,
    "seed": 7,
    "batch_size": 2,
    "generate_lrc": True,
    "display_name": "Morning Light",
}


@pytest.fixture(scope="package")
def browser():
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="Playwright is not installed: pip install -e '.[browser]'"
    )
    chromium = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if chromium is None:
        pytest.skip("no Chromium on the PATH; its path may be given in CHROMIUM")
    playwright.expect.set_options(timeout=60_000)  # a busy machine is late, not wrong
    # Playwright runs an event loop in this thread: it ends with this package, or no other test could run one.
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def host(browser, tmp_path_factory):
    """A host with one finished song of two takes, ``host.song``."""
    with Host(tmp_path_factory.mktemp("host")).running() as host:
        host.song = host.finished("generate_music", SONG)
        yield host


class Player:
    """The player in its host page, and all that the browser had to say about it."""

    def __init__(self, page, host):
        self.page, self.host = page, host
        self.complaints, self.requests = [], []
        page.on("console", lambda m: m.type in {"error", "warning"} and self.complaints.append(m.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def open(self, tool="generate_music", arguments=SONG, result=None, **settings):
        self.host.shows(tool, arguments, result or self.host.song, **settings)
        self.page.goto(self.host.url)
        return self

    @property
    def frame(self):
        return self.page.frame_locator("iframe")

    def __getitem__(self, selector):
        return self.frame.locator(selector)

    def button(self, name):
        return self.frame.get_by_role("button", name=name, exact=True)

    @property
    def position(self):
        return float(self["#wave"].get_attribute("aria-valuenow"))

    def loaded(self):
        """Wait for the waveform."""
        self["#wave"].wait_for(timeout=30_000)
        return self

    def plays_to(self, seconds):
        """Wait until so much was played, however late the sound begins."""
        while self.position < seconds:
            self.page.wait_for_timeout(50)

    def drag(self, start, end):
        """Choose a part of the waveform, in shares of its width."""
        box = self["#wave"].bounding_box()
        y = box["y"] + box["height"] / 2
        self.page.mouse.move(box["x"] + start * box["width"], y)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + end * box["width"], y, steps=8)
        self.page.mouse.up()

    def sent(self, method):
        """The parameters of all messages of this kind that the player has sent."""
        log = self.page.evaluate("log")
        return [message.get("params") for message in log if message.get("method") == method]


@pytest.fixture
def player(browser, host, request):
    context = browser.new_context(viewport={"width": 680, "height": 640}, device_scale_factor=1)
    player = Player(context.new_page(), host)
    yield player
    if folder := os.environ.get("AUDIOPOD_SCREENSHOTS"):
        player.page.screenshot(path=f"{folder}/{request.node.name}.png", full_page=True)
    context.close()
    assert player.complaints == []
    outside = [url for url in player.requests if not url.startswith((host.url, "about:", "blob:", "data:"))]
    assert outside == []
