"""What kind of page an article stands on: a live blog, the free part of a paid article."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from lxml import etree  # type: ignore[import-untyped]
from lxml.html import HtmlElement  # type: ignore[import-untyped]

from crawler.wording import as_list, clean, words

LIVE = "live"
PAYWALLED = "paywalled"
_LIVE_TYPE = re.compile(r"(?:^|/)LiveBlogPosting$")
_LIVE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:live-?blog|live-?(?:post|feed|update|stream)s?|liveblog\w*|fil-?direct)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
_PAYWALL_NAMES = re.compile(
    r"(?:^|[\s_-])(?:pay-?wall\w*|reg-?wall|piano-?(?:inline|offer)\w*|poool\w*|"
    r"subscriber-?only|reserved-?content|article-?(?:restricted|truncated|locked))(?:$|[\s_-])",
    re.IGNORECASE,
)
_TIERS = ("article:content_tier", "og:article:content_tier", "content_tier", "access")
_PAID = frozenset({"locked", "metered", "paid", "premium", "subscriber", "subscribers"})
_FALSE = frozenset({"false", "no", "0", "http://schema.org/false", "https://schema.org/false"})
_UPDATES = 3
"""Dated posts from which an element named after live posts is a live blog."""
_CLASSES = etree.XPath("//@class", smart_strings=False)
_LINES = etree.XPath(
    "//body//text()[string-length() > 15 and string-length() <= 300]"
    "[not(parent::script or parent::style)]",
    smart_strings=False,
)
"""Texts as long as a line that says the rest is for subscribers."""


def read_marks(
    tree: HtmlElement, linked: dict[str, Any], meta: dict[str, list[str]]
) -> frozenset[str]:
    """`live` for a live blog, `paywalled` where part of the article is not shown to everyone.

    A paywall is believed where the page declares it (schema.org `isAccessibleForFree`, the
    article's content tier), or where it stands in the page: by name, or as a line that keeps
    the rest for subscribers.
    """
    marks = set()
    if any(map(_LIVE_TYPE.search, filter(_is_text, as_list(linked.get("@type"))))):
        marks.add(LIVE)
    declared = _declared_free(linked)
    if declared is False or _tiers(meta) & _PAID:
        marks.add(PAYWALLED)
    names = _CLASSES(tree)
    if sum(map(bool, map(_LIVE_NAMES.search, names))) >= _UPDATES:
        marks.add(LIVE)
    if declared is not True and (_has_wall(names) or _keeps_the_rest(tree)):
        marks.add(PAYWALLED)
    return frozenset(marks)


def _declared_free(linked: dict[str, Any]) -> bool | None:
    """Whether the article is declared free; None where the page does not say."""
    values = [linked.get("isAccessibleForFree")]
    values += [
        part.get("isAccessibleForFree")
        for part in as_list(linked.get("hasPart"))
        if isinstance(part, dict)
    ]
    said = [value for value in values if value is not None]
    if any(value is False or str(value).lower() in _FALSE for value in said):
        return False
    return True if said else None


def _tiers(meta: dict[str, list[str]]) -> set[str]:
    return {value.lower() for name in _TIERS for value in meta.get(name, ())}


def _has_wall(names: Iterable[str]) -> bool:
    return any(map(_PAYWALL_NAMES.search, names))


def _keeps_the_rest(tree: HtmlElement) -> bool:
    pattern = words("reserved")
    return any(pattern.match(clean(text)) for text in _LINES(tree))


def _is_text(value: object) -> bool:
    return isinstance(value, str)
