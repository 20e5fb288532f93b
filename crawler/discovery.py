"""Links to articles, read from feeds, sitemaps and listing pages. Nothing is fetched."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import feedparser  # type: ignore[import-untyped]
from courlan import normalize_url
from lxml import etree  # type: ignore[import-untyped]
from scrapy.http import TextResponse
from scrapy.utils.gz import gunzip
from scrapy.utils.response import get_base_url
from scrapy.utils.sitemap import Sitemap
from w3lib.html import remove_tags, replace_entities

from analysis.errors import InputError
from crawler.outlets import Listing
from crawler.sessions import without_session

_GZIP = b"\x1f\x8b\x08"
_TITLE, _SUMMARY = 300, 1000


@dataclass(frozen=True, slots=True)
class Link:
    """An address with what its source says of it; dates are UTC where it names no zone.

    Attributes:
        title, summary: as plain text, at most `_TITLE` and `_SUMMARY` characters.
        sections: names of the outlet's sections or categories.
    """

    url: str
    published: datetime | None = None
    modified: datetime | None = None
    title: str = ""
    summary: str = ""
    sections: tuple[str, ...] = ()

    @property
    def touched(self) -> datetime | None:
        """The latest of the two dates."""
        return max(filter(None, (self.published, self.modified)), default=None)


def read_feed(body: bytes, url: str, max_size: int) -> list[Link]:
    """The entries of an RSS or Atom feed, in its order.

    Args:
        url: where the feed was read, for relative addresses.
        max_size: bytes that a gzipped feed may have.

    Raises:
        InputError: it is neither RSS nor Atom.
    """
    # feedparser opens a string that looks like an address or a file name; a stream it only reads.
    feed = feedparser.parse(
        BytesIO(_plain(body, max_size)),
        response_headers={"content-location": url},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    if not feed.get("version") and not feed.entries:
        raise InputError(f"{url}: neither RSS nor Atom")
    return [
        Link(
            address,
            published=_entry_date(entry, "published_parsed"),
            modified=_entry_date(entry, "updated_parsed"),
            title=plain_text(entry.get("title"), _TITLE),
            summary=plain_text(entry.get("summary"), _SUMMARY),
            sections=tuple(
                filter(None, (plain_text(tag.get("term"), _TITLE) for tag in entry.get("tags", ())))
            ),
        )
        for entry in feed.entries
        if (address := clean_url(entry.get("link"), url))
    ]


def read_sitemap(body: bytes, url: str, max_size: int) -> tuple[list[Link], list[Link]]:
    """The pages, and the further sitemaps, of a sitemap (sitemaps.org, Google News).

    Both newest first, undated ones last.

    Raises:
        InputError: it is neither a sitemap nor a sitemap index.
    """
    try:
        sitemap = _NewsSitemap(_plain(body, max_size))
        links = [
            Link(
                address,
                published=_from_text(entry.get("publication_date", "")),
                modified=_from_text(entry.get("lastmod", "")),
                title=plain_text(entry.get("news_title"), _TITLE),
                sections=tuple(filter(None, map(str.strip, entry.get("keywords", "").split(",")))),
            )
            for entry in sitemap
            if (address := clean_url(entry["loc"], url))
        ]
    except (etree.XMLSyntaxError, StopIteration) as error:
        raise InputError(f"{url}: not a sitemap: {error}") from error
    if sitemap.type not in {"urlset", "sitemapindex"}:
        raise InputError(f"{url}: not a sitemap: its root element is {sitemap.type!r}")
    earliest = datetime.min.replace(tzinfo=UTC)
    links.sort(key=lambda link: link.touched or earliest, reverse=True)
    return (links, []) if sitemap.type == "urlset" else ([], links)


def read_listing(response: TextResponse, listing: Listing) -> tuple[list[Link], str | None]:
    """The links of a listing page with their words, in its order; the address of the next page."""
    links = list(_links(response, listing.links))
    following = list(_links(response, listing.next)) if listing.next else []
    return links, following[0].url if following else None


def clean_url(address: str | None, base: str) -> str | None:
    """An absolute web address without fragment and tracking parameters, or None."""
    try:
        absolute = urldefrag(urljoin(base, (address or "").strip())).url
        url: str = normalize_url(without_session(absolute))
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        return None
    return url if address and usable else None


def plain_text(markup: str | None, longest: int) -> str:
    """The words of a title or a summary, without tags and references, on one line."""
    text = replace_entities(remove_tags((markup or "")[: 10 * longest]))
    return " ".join(text.split())[:longest]


class _NewsSitemap(Sitemap):
    """Scrapy's sitemap with what the news extension nests one level deeper."""

    def _process_sitemap_element(self, elem: Any) -> dict[str, Any] | None:
        news = {
            key: found
            for key, tag in _NEWS.items()
            if (found := next((e.text for e in elem.iter(tag) if e.text), None))
        }
        entry = super()._process_sitemap_element(elem)
        return entry | news if entry else None


_NEWS = {
    "publication_date": "{*}publication_date",
    "news_title": "{http://www.google.com/schemas/sitemap-news/0.9}title",
    "keywords": "{http://www.google.com/schemas/sitemap-news/0.9}keywords",
}


def _plain(body: bytes, max_size: int) -> bytes:
    if not body.startswith(_GZIP):
        return body
    try:
        return gunzip(body, max_size=max_size)
    except (ValueError, OSError, EOFError) as error:
        raise InputError(f"gzip data: {error}") from error


def _links(response: TextResponse, selector: str) -> Iterator[Link]:
    base = get_base_url(response)
    for match in response.css(selector):
        is_text = isinstance(match.root, str)
        url = clean_url(match.get() if is_text else match.attrib.get("href"), base)
        if url:
            words = "" if is_text else " ".join(match.css("::text").getall())
            yield Link(url, title=plain_text(words, _TITLE))


def _entry_date(entry: Any, key: str) -> datetime | None:
    # Asked for a date that is not there, feedparser would give the other one.
    if key not in entry or not entry[key]:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(entry[key]), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _from_text(text: str) -> datetime | None:
    """A W3C date and time; a year or month alone counts as none."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
