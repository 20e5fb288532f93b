"""What a page asks of robots: `X-Robots-Tag` in its headers, `<meta name="robots">` in its HTML.

Both are read in their general form and in that for Earshot alone (`X-Robots-Tag: earshot:
noarchive`, `<meta name="earshot" content="noarchive">`); what either forbids is forbidden. The
words are those that search engines document: developers.google.com/search/docs/crawling-indexing/
robots-meta-tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml.html import document_fromstring  # type: ignore[import-untyped]
from scrapy.http import Response

AGENT = "earshot"
NO_COPY = frozenset({"noarchive", "nocache", "noindex", "none"})
"""Directives after which no copy of a page is kept.

`noindex` and `none` ask that nobody finds the page: it is read as a person would read it, but not
put where it could be served again.
"""
NO_FOLLOW = frozenset({"nofollow", "none"})
"""Directives after which the links of a listing are not followed."""
_VALUED = ("max-snippet", "max-image-preview", "max-video-preview", "unavailable_after")
_META = re.compile(rb"<meta\s[^<>]{0,1000}>", re.IGNORECASE)
_MENTION = re.compile(rb"robots|" + AGENT.encode(), re.IGNORECASE)
_MOST_TAGS = 100


def directives(response: Response) -> frozenset[str]:
    """The directives that hold for Earshot, in lower case, without those that have a value."""
    lines = [line.decode("latin-1") for line in response.headers.getlist("X-Robots-Tag")]
    return frozenset(_of_headers(lines)) | frozenset(_of_page(response.body))


def _of_headers(lines: Iterable[str]) -> Iterator[str]:
    """A line may begin with the name of an agent, which then holds to the line's end.

    Servers and caches join lines with commas, so another name may follow further on.
    """
    for line in lines:
        agent = ""
        for part in line.casefold().split(","):
            word = part.strip()
            name, colon, rest = word.partition(":")
            if colon and name.strip() not in _VALUED:
                agent, word = name.strip(), rest.strip()
            if agent in {"", "*", "robots", AGENT} and word and ":" not in word:
                yield word


def _of_page(body: bytes) -> Iterator[str]:
    """Also of tags in comments and scripts: a site that hides one from browsers has its reason."""
    tags = [tag for tag in _META.findall(body) if _MENTION.search(tag)][:_MOST_TAGS]
    if not tags:
        return
    for tag in document_fromstring(b"".join(tags)).iter("meta"):
        if (tag.get("name") or "").strip().casefold() in {"robots", AGENT}:
            for word in (tag.get("content") or "").casefold().split(","):
                if word.strip() and ":" not in word:
                    yield word.strip()
