"""What the documentation points at exists, and what can be set is documented."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
PACKAGE = ROOT / "audiopod_mcp"

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def anchors(page: Path) -> set[str]:
    """The names that GitHub gives the headings of ``page``."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_is_one_page():
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150


@every_page
def test_links_lead_somewhere(page):
    prose = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"https?://", target):
            continue
        name, _, anchor = target.partition("#")
        linked = (page.parent / name).resolve() if name else page
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked), target


@every_page
def test_files_and_modules_that_are_named_exist(page):
    text = page.read_text("utf-8")
    for path in re.findall(r"(?<![\w./-])(?:audiopod_mcp|examples|tests|training)/[\w./-]*\w", text):
        assert (ROOT / path).exists(), path
    for module in re.findall(r"python -m ((?:audiopod_mcp|tests|training)[\w.]*)", text):
        assert find_spec(module), module


def test_every_variable_is_in_the_table_and_no_other():
    table = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    documented = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    sources = "".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    assert sorted(documented) == sorted(set(re.findall(r"\b(?:AUDIOPOD|ACESTEP)_[A-Z_]+\b", sources)))
