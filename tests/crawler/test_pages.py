import json
from pathlib import Path

import pytest

from crawler.pages import parse_article

PAGES = Path(__file__).parent / "pages"


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.html")), ids=lambda page: page.stem)
def test_a_saved_page_gives_its_article(page: Path) -> None:
    expected = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))

    article = parse_article(page.read_bytes(), expected.pop("read_at"))

    assert {
        "title": article.title,
        "authors": list(article.authors),
        "published": article.published and article.published.isoformat(),
        "modified": article.modified and article.modified.isoformat(),
        "lang": article.lang,
        "url": article.url,
        "paragraphs": list(article.paragraphs),
    } == expected
