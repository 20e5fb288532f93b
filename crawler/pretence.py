"""Pages that are not what their status or their type says."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from analysis.records import Article

MISSING = Path(__file__).with_name("data") / "missing.yml"
_LONGEST = 1500
"""Letters of the text up to which a page may be one that says that there is none."""
_OTHER = (b"{", b"[", b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"\x1f\x8b")
_SITE_NAME = re.compile(r"\s+[|•·–—-]\s+")


def is_markup(body: bytes) -> bool:
    """Whether a body sent as HTML may be that, and not JSON, a PDF or a picture."""
    return not body[:1024].removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\0").startswith(_OTHER)


def leads_home(url: str, final_url: str) -> bool:
    """Whether an address was redirected to a home page, as gone articles often are."""
    first, last = urlsplit(url), urlsplit(final_url)
    return first.path.strip("/") != "" and last.path.strip("/") == "" and not last.query


def says_missing(article: Article) -> bool:
    """Whether a short page has the headline of one that is not there."""
    if sum(map(len, article.paragraphs)) > _LONGEST:
        return False
    title = article.title.casefold().strip()
    parts = (title, *_SITE_NAME.split(title))
    return any(_headlines().fullmatch(part.strip(" .!?…")) for part in parts)


@cache
def _headlines() -> re.Pattern[str]:
    given = yaml.safe_load(MISSING.read_text(encoding="utf-8"))["headlines"]
    return re.compile("|".join(f"(?:{one})" for one in given))
