"""The player judged by somebody else's code: the host side of npm's @modelcontextprotocol/ext-apps.

``npm install --prefix DIR @modelcontextprotocol/ext-apps@2 esbuild`` once, and ``NODE_MODULES=DIR/node_modules``.
"""

import os
import subprocess
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="Playwright is not installed: pip install -e '.[browser]'")

from playwright.sync_api import expect

pytestmark = [pytest.mark.timeout(300), pytest.mark.slow]

HERE = Path(__file__).parent
MODULES = Path(os.environ.get("NODE_MODULES") or HERE.parents[1] / "node_modules")


@pytest.fixture
def bridge(tmp_path):
    """The reference host as one script."""
    esbuild = MODULES / ".bin" / "esbuild"
    if not (esbuild.exists() and (MODULES / "@modelcontextprotocol" / "ext-apps").exists()):
        pytest.skip(f"no esbuild and @modelcontextprotocol/ext-apps in {MODULES}; see NODE_MODULES")
    script = tmp_path / "bridge.js"
    subprocess.run(
        [
            esbuild,
            HERE / "bridge.mjs",
            "--bundle",
            "--format=esm",
            f"--outfile={script}",
            "--log-level=error",
        ],
        env=os.environ | {"NODE_PATH": str(MODULES)},
        check=True,
    )
    return script.read_text("utf-8")


def test_the_reference_host_finds_nothing_wrong(player, bridge):
    style = "body { margin: 0 } iframe { display: block; width: 0; height: 60px; border: 0 }"
    html = f"<!doctype html><title>Host</title><style>{style}</style><body><script type=module src=/bridge.js></script>"
    player.page.route(
        "**/bridge.js", lambda route: route.fulfill(body=bridge, content_type="text/javascript")
    )
    player.page.route("**/", lambda route: route.fulfill(body=html, content_type="text/html"))
    player.open()
    player.page.wait_for_function("asked.length > 1")  # the frame has no width yet, and no size is told
    assert player.page.evaluate("sizes") == []
    player.page.add_style_tag(content="iframe { width: 100% !important }")
    player.loaded()
    expect(player["#title"]).to_have_text("Morning Light")
    player.drag(0.4, 0.6)
    player["#caption"].fill("only strings")
    player.button("Repaint this").click()
    expect(player.frame.get_by_role("radio")).to_have_count(3, timeout=120_000)
    page = player.page
    page.evaluate("theme('dark')")
    expect(player["html"]).to_have_attribute("data-theme", "dark")
    assert page.evaluate("failures") == []
    assert set(page.evaluate("asked")) == {"tools/call", "resources/read"}
    assert "of job" in page.evaluate("context.content[0].text")
    for width, height in page.evaluate("sizes"):
        assert width == 680
        assert height < 1200
    assert page.evaluate("close()") is True
