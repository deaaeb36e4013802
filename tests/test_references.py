"""Every name that a docstring or a comment refers to by a role, such as :func:`dataclasses.replace`, exists."""

import ast
import importlib
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_ROLE = re.compile(r":(?:py:)?(?:mod|func|class|data|meth|attr|exc):`~?([\w.]+)`")
_SOURCES = sorted(
    path for name in ("audiopod_mcp", "tests", "training") for path in (ROOT / name).rglob("*.py")
)
_MISSING = object()


@cache
def _find(name: str) -> object:
    """What a full dotted name stands for; a field that only instances have stands for its class."""
    module, rest = name, ""
    while module:
        try:
            found: object = importlib.import_module(module)
            break
        except ImportError:
            module, _, last = module.rpartition(".")
            rest = f"{last}.{rest}" if rest else last
    else:
        return _MISSING
    for part in filter(None, rest.split(".")):
        fields = {**getattr(found, "__annotations__", {}), **getattr(found, "model_fields", {})}
        if not hasattr(found, part) and part not in fields:
            return _MISSING
        found = getattr(found, part, found)
    return found


def _names_in_reach(tree: ast.Module, module: str, package: str) -> dict[str, str]:
    """What a short name in a module stands for in full: what it defines, and what it imports anywhere."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            known |= {alias.asname or alias.name: f"{origin}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            known |= {
                alias.asname or alias.name.split(".")[0]: alias.name for alias in node.names if alias.asname
            }
            known |= {
                alias.name.split(".")[0]: alias.name.split(".")[0] for alias in node.names if not alias.asname
            }
        elif isinstance(node, ast.ClassDef):
            for inner in ast.walk(node):
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                    known.setdefault(inner.name, f"{module}.{node.name}.{inner.name}")
                elif isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name):
                    known.setdefault(inner.target.id, f"{module}.{node.name}.{inner.target.id}")
                elif isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store):
                    known.setdefault(inner.attr, f"{module}.{node.name}")
    return known


def _lacks_an_extra(module: str) -> bool:
    """Whether a module imports a library that is installed with an extra only, and is not here."""
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        return (error.name or "").partition(".")[0] not in {"audiopod_mcp", "tests", "training"}
    return False


def _unresolved(path: Path) -> list[str]:
    text = path.read_text("utf-8")
    roles = list(_ROLE.finditer(text))
    if not roles:
        return []
    parts = path.relative_to(ROOT).with_suffix("").parts
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    if _lacks_an_extra(module):
        return []
    package = ".".join(parts[:-1])
    known = _names_in_reach(ast.parse(text), module, package)

    def exists(name: str) -> bool:
        if ROOT.joinpath(*name.split(".")).with_suffix(".py").exists():  # importing it may take an extra
            return True
        if name.startswith("."):
            return _find(package + name) is not _MISSING
        head, dot, rest = name.partition(".")
        candidates = [name, f"{module}.{name}", *([known[head] + dot + rest] if head in known else [])]
        return any(_find(candidate) is not _MISSING for candidate in candidates)

    return [
        f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, role.start()) + 1}: {role[0]}"
        for role in roles
        if not exists(role[1])
    ]


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["audiopod_mcp", "tests", "training"])
def test_every_role_names_something_that_is_there(folder: str) -> None:
    assert [
        line for path in _SOURCES if path.is_relative_to(ROOT / folder) for line in _unresolved(path)
    ] == []
