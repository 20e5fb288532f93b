"""Links to articles, read from feeds, sitemaps and listing pages. Nothing is fetched."""

from __future__ import annotations

import calendar
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

from analysis.errors import InputError
from crawler.outlets import Listing

_GZIP = b"\x1f\x8b\x08"


@dataclass(frozen=True, slots=True)
class Link:
    """An address with the dates that the source gives it (UTC where it names no zone)."""

    url: str
    published: datetime | None = None
    modified: datetime | None = None

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
    """The links of a listing page, in its order, and the address of the next page."""
    links = [Link(url) for url in _addresses(response, listing.links)]
    following = _addresses(response, listing.next) if listing.next else []
    return links, following[0] if following else None


def clean_url(address: str | None, base: str) -> str | None:
    """An absolute web address without fragment and tracking parameters, or None."""
    try:
        url: str = normalize_url(urldefrag(urljoin(base, (address or "").strip())).url)
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        return None
    return url if address and usable else None


class _NewsSitemap(Sitemap):
    """Scrapy's sitemap with the date that the news extension nests one level deeper."""

    def _process_sitemap_element(self, elem: Any) -> dict[str, Any] | None:
        dates = [date.text for date in elem.iter("{*}publication_date") if date.text]
        entry = super()._process_sitemap_element(elem)
        return entry | {"publication_date": dates[0]} if entry and dates else entry


def _plain(body: bytes, max_size: int) -> bytes:
    if not body.startswith(_GZIP):
        return body
    try:
        return gunzip(body, max_size=max_size)
    except (ValueError, OSError, EOFError) as error:
        raise InputError(f"gzip data: {error}") from error


def _addresses(response: TextResponse, selector: str) -> list[str]:
    base = get_base_url(response)
    matches = response.css(selector)
    given = (m.get() if isinstance(m.root, str) else m.attrib.get("href") for m in matches)
    return [url for address in given if (url := clean_url(address, base))]


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
