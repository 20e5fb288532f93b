"""The coded articles beside the project, for the tests that read them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.records import Article

GOLD = Path(__file__).resolve().parents[3] / "shared" / "gold"
needs_gold = pytest.mark.skipif(
    not GOLD.is_dir(), reason="the coded articles (../shared/gold) are not beside the project"
)


def article(path: Path) -> Article:
    """A coded article without its codes."""
    coded = json.loads(path.read_text(encoding="utf-8"))
    return Article(coded["id"], coded["title"], tuple(coded["paragraphs"]), coded["lang"])
