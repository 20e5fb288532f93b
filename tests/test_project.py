"""The repository itself: what is tracked, what its documents promise."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.config import Settings
from crawler.outlets import load_outlets

ROOT = Path(__file__).parent.parent
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "CHANGES.md", *ROOT.glob("docs/*.md")]
ONE_MACHINE = re.compile(rb"(?<![\w.:/<>$}-])/(?:home|Users|root|work|mnt)/[\w.]")
LEFT_BEHIND = re.compile(rb"\b(?:TODO|FIXME|XXX|HACK)\b|^(?:<{7}|>{7}) ", re.MULTILINE)
MAX_BYTES = 1_000_000
MODEL = Path("analysis/data/encoder")
"""A model of tens of megabytes and its vocabulary; test_encoder.py says how large at most."""


def _tracked() -> list[Path]:
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("no git repository here: what is tracked cannot be told")
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, timeout=30
    )
    names = (os.fsdecode(name) for name in done.stdout.split(b"\0") if name)
    return [path for name in names if (path := ROOT / name).is_file()]


def _pins(name: str) -> list[str]:
    """The requirements of a lock file, without hashes and comments."""
    text = (ROOT / name).read_text(encoding="utf-8")
    logical = text.replace("\\\n", " ").splitlines()
    return [line.strip() for line in logical if line.strip() and not line.lstrip().startswith("#")]


def _targets() -> set[str]:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z-]+):", text, re.MULTILINE))


def _anchors(text: str) -> set[str]:
    """The anchors that a forge gives to a document's headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_nothing_tracked_is_ignored_large_or_of_one_machine() -> None:
    ignored = subprocess.run(
        ["git", "ls-files", "--cached", "--ignored", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    found = [f"{name}: tracked although ignored" for name in ignored.stdout.splitlines()]
    for path in _tracked():
        name, content = path.relative_to(ROOT), path.read_bytes()
        if len(content) > MAX_BYTES and name.parent != MODEL:
            found.append(f"{name}: {len(content)} bytes")
        found += [f"{name}: {hit[0]!r}" for hit in ONE_MACHINE.finditer(content)]
        if name.parts[0] != "tests" and name.parent != MODEL:
            found += [f"{name}: {hit[0]!r}" for hit in LEFT_BEHIND.finditer(content)]
    assert found == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-test.txt"])
def test_every_requirement_is_pinned_by_version_and_hash(name: str) -> None:
    pins = _pins(name)
    assert len(pins) > 10
    loose = [
        pin for pin in pins if not re.match(r"[a-z0-9-]+==\S+ ", pin) or "--hash=sha256:" not in pin
    ]
    assert loose == []
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["requirements", "requirements-test"])
def test_the_lock_holds_what_its_source_asks_for(name: str) -> None:
    locked = {pin.split("==")[0]: pin.split()[0] for pin in _pins(f"{name}.txt")}
    asked = [pin.split(";")[0].strip() for pin in _pins(f"{name}.in") if not pin.startswith("-")]
    for requirement in asked:
        package, _, version = requirement.partition("==")
        package = package.partition("[")[0]
        assert package in locked
        if version:
            text = (ROOT / f"{name}.txt").read_text(encoding="utf-8")
            assert f"{package}=={version} " in text


def test_make_help_lists_the_targets_with_one_line_each() -> None:
    done = subprocess.run(
        ["make", "--no-print-directory"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    listed = [line.split()[:2] for line in done.stdout.splitlines()]
    assert {"env", "run", "test", "check", "bench"} <= {target for _, target in listed}
    assert all(make == "make" for make, _ in listed)
    assert {target for _, target in listed} <= _targets()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda name: Path(name).name)
def test_documents_name_only_what_exists(document: str | Path) -> None:
    path = ROOT / document
    text = path.read_text(encoding="utf-8")
    used = set(re.findall(r"(?:`|^\s+|\$ )make ([a-z-]+)", text, re.MULTILINE))
    assert used <= _targets()
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        target, _, anchor = link.partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        file = (path.parent / target) if target else path
        assert file.exists(), link
        if anchor:
            assert anchor in _anchors(file.read_text(encoding="utf-8")), link
    known_outlets = {outlet.id for outlet in load_outlets(Settings().outlets)}
    assert set(re.findall(r"--outlet ([a-z][a-z0-9-]*)", text)) <= known_outlets
    for variable in re.findall(r"\bEARSHOT_[A-Z_]+", text):
        sources = [*ROOT.glob("analysis/**/*.py"), *ROOT.glob("crawler/**/*.py")]
        known = "".join(source.read_text(encoding="utf-8") for source in sources)
        assert variable in known, variable


def test_the_page_of_commands_is_their_help() -> None:
    done = subprocess.run(
        [sys.executable, "docs/commands.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert page == done.stdout, "run `make docs`"


def test_the_licence_is_apache_2_and_the_models_are_noticed() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for words in ("fr_core_news_md", "LGPL-LR", "en_core_web_sm", "MIT", "Explosion"):
        assert words in notice


def test_the_script_of_continuous_integration_can_run() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    done = subprocess.run(["bash", "-n", script], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
