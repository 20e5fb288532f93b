"""Where links to articles come from: every kind of source behind one interface.

A source has an address to ask and reads the answer; what it finds are links, and further
sources. The spider asks them all alike.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from scrapy.http import Response, TextResponse

from analysis.codebook import Codebook
from analysis.errors import InputError
from crawler.discovery import Link, read_feed, read_listing, read_sitemap
from crawler.gdelt import (
    MAX_RECORDS,
    RefusedListError,
    Window,
    list_url,
    queries,
    read_article_list,
    windows,
)
from crawler.outlets import Listing, Outlet
from crawler.queries import search_terms
from crawler.visits import Kind

MAX_SITEMAPS = 50
"""How many sitemaps of an index one crawl reads, the newest and those not read yet."""
ALL_SITEMAPS = 200
"""How many sitemaps of an outlet one crawl asks for beside those that its entry names."""
MAX_SITEMAP_DEPTH = 3
SITEMAP_SIZE = 50 * 1024 * 1024
"""Bytes that a sitemap may have (sitemaps.org)."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a source gave.

    Attributes:
        outcome: the named reason that its visit ends with.
        further: the sources that it leads to.
        warning: what somebody who runs the crawl should know.
    """

    links: tuple[Link, ...] = ()
    further: tuple[Source, ...] = ()
    outcome: str = "read"
    warning: str = ""


@dataclass(frozen=True, kw_only=True)
class Source(ABC):
    """One address that is asked for links.

    Attributes:
        url: what is asked for.
        touched: when it last changed, as the source that led to it says.
        kind: as outcomes name it.
        is_search: its links answer a query, so that their words need not be judged.
        is_settled: once read, it will not change.
        max_size: bytes that it may have; None: what every page may.
    """

    url: str
    touched: datetime | None = None
    is_settled: bool = False
    kind: ClassVar[Kind]
    is_search: ClassVar[bool] = False
    max_size: ClassVar[int | None] = None

    @abstractmethod
    def read(self, response: Response, max_size: int) -> Found:
        """What the answer holds.

        Args:
            max_size: bytes that it may have when decompressed.

        Raises:
            InputError: it is not what the source should be.
        """


class Feed(Source):
    """An RSS or Atom feed."""

    kind: ClassVar[Kind] = "feed"

    def read(self, response: Response, max_size: int) -> Found:
        """Its entries."""
        return Found(tuple(read_feed(response.body, response.url, max_size)))


@dataclass(frozen=True, kw_only=True)
class Sitemap(Source):
    """A sitemap, or an index of sitemaps."""

    depth: int = 1
    kind: ClassVar[Kind] = "sitemap"
    max_size: ClassVar[int | None] = SITEMAP_SIZE

    def read(self, response: Response, max_size: int) -> Found:
        """Its pages, or the sitemaps that it names."""
        links, sitemaps = read_sitemap(response.body, response.url, max_size)
        if not sitemaps:
            return Found(tuple(links))
        deeper = sitemaps if self.depth < MAX_SITEMAP_DEPTH else []
        further = (
            Sitemap(url=link.url, touched=link.touched, depth=self.depth + 1) for link in deeper
        )
        return Found(further=tuple(further), outcome="index")


@dataclass(frozen=True, kw_only=True)
class ListingPage(Source):
    """A page of a listing."""

    listing: Listing
    number: int = 1
    kind: ClassVar[Kind] = "listing"

    def read(self, response: Response, max_size: int) -> Found:
        """Its links, and the next page."""
        if not isinstance(response, TextResponse):
            return Found(outcome="not_html")
        links, following = read_listing(response, self.listing)
        if not links:
            return Found(outcome="no_links", warning=self._of_no_links())
        return Found(tuple(links), tuple(self._next(following)))

    def _of_no_links(self) -> str:
        if self.number > 1:  # past the last page of a template there are none
            return ""
        return f"{self.url}: nothing matches the selector {self.listing.links!r}"

    def _next(self, following: str | None) -> Iterator[Source]:
        if self.listing.next is None and "{page}" in self.listing.url:
            following = self.listing.page(self.number + 1)
        if following and self.number < self.listing.max_pages:
            yield replace(self, url=following, number=self.number + 1)


class SearchPage(ListingPage):
    """A page of an outlet's answer to a query."""

    kind: ClassVar[Kind] = "search"
    is_search: ClassVar[bool] = True

    def _of_no_links(self) -> str:
        return ""  # a query may find nothing


@dataclass(frozen=True, kw_only=True)
class ArticleList(Source):
    """What GDELT knows of a query in a window of time."""

    base: str
    query: str
    window: Window
    kind: ClassVar[Kind] = "gdelt"
    is_search: ClassVar[bool] = True

    def read(self, response: Response, max_size: int) -> Found:
        """Its articles; the halves of its window as well, where the list is full."""
        try:
            links = read_article_list(response.body, response.url)
        except RefusedListError as error:
            outcome = "rate_limited" if error.is_rate else "query_refused"
            return Found(outcome=outcome, warning=str(error))
        except InputError as error:
            return Found(outcome="not_json", warning=str(error))
        if len(links) < MAX_RECORDS:
            return Found(tuple(links))
        halves = self.window.halves()
        further = (article_list(self.base, self.query, half) for half in halves)
        return Found(tuple(links), tuple(further), outcome="split" if halves else "full")


def article_list(base: str, query: str, window: Window) -> ArticleList:
    """The article list of a query; that of a past day is settled once it is read."""
    return ArticleList(
        url=list_url(base, query, window),
        base=base,
        query=query,
        window=window,
        is_settled=window.start is not None,
    )


def sources_of(
    outlet: Outlet, codebook: Codebook, since: datetime | None, now: datetime
) -> Iterator[Source]:
    """The sources that an outlet's entry names, as they are asked first."""
    for url in outlet.feeds:
        yield Feed(url=url)
    for url in outlet.sitemaps:
        yield Sitemap(url=url)
    for listing in outlet.listings:
        yield ListingPage(url=listing.page(1), listing=listing)
    for search in outlet.searches:
        terms = search.queries or search_terms(codebook, outlet.language)[: search.max_queries]
        for term in terms:
            listing = search.listing(term)
            yield SearchPage(url=listing.page(1), listing=listing)
    if outlet.gdelt:
        for query in queries(outlet.gdelt, codebook):
            for window in windows(outlet.gdelt.days, since, now):
                yield article_list(outlet.gdelt.url, query, window)
