"""The README's example is what the program prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analysis.cli import app
from analysis.config import ROOT
from analysis.records import Article, article_id
from analysis.store import Store
from crawler.demo.press import load_press
from crawler.demo.run import EXAMPLE

URL = "https://press.example/"


def test_the_example_is_what_the_program_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    quoted = re.search(r"^((?:> .+\n)+)", text, re.MULTILINE)
    printed = re.search(r"^((?:    \w+: .+\n)+)", text, re.MULTILINE)
    assert quoted is not None
    assert printed is not None
    quote = " ".join(quoted[1].replace("> ", "").split())
    outlet, path = EXAMPLE
    newsroom = next(newsroom for newsroom in load_press() if newsroom.key == outlet)
    source = next(article for article in newsroom.articles if article.path == path)
    blocks = (block if isinstance(block, str) else block.heading for block in source.paragraphs)
    article = Article(
        article_id(URL),
        source.title,
        tuple(blocks),
        lang=newsroom.outlet.language,
        outlet=outlet,
        url=URL,
    )
    url = f"sqlite:///{tmp_path}/earshot.db"
    monkeypatch.setenv("EARSHOT_DATABASE_URL", url)
    monkeypatch.setenv("COLUMNS", "1000")
    with Store.open(url) as store:
        store.save_article(article, newsroom.outlet.name, "FR")
    assert CliRunner().invoke(app, ["run"]).exit_code == 0
    done = CliRunner().invoke(app, ["compare", "--example", URL])
    paragraphs = re.split(r"\n\s*\n", done.output)
    example = next(lines for lines in paragraphs if lines.startswith(quote))
    claims = [line.strip() for line in example.splitlines()[1:]]
    assert claims == [line.strip() for line in printed[1].splitlines()]
