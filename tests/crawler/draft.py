"""Prints what a saved page gives, as a draft of the file beside it: to be read by eye.

python tests/crawler/draft.py tests/crawler/pages/NAME.html ADDRESS > NAME.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from crawler.pages import parse_article


def draft(page: bytes, url: str) -> dict[str, Any]:
    """The keys that `test_a_saved_page_gives_its_article` compares."""
    article = parse_article(page, url)
    found: dict[str, Any] = {
        "read_at": url,
        "title": article.title,
        "authors": list(article.authors),
        "published": article.published and article.published.isoformat(),
        "modified": article.modified and article.modified.isoformat(),
        "lang": article.lang,
        "url": article.url,
        "paragraphs": list(article.paragraphs),
    }
    return found | ({"marks": list(article.marks)} if article.marks else {})


if __name__ == "__main__":
    saved, address = sys.argv[1:]
    text = json.dumps(draft(Path(saved).read_bytes(), address), ensure_ascii=False, indent=2)
    sys.stdout.write(text + "\n")
