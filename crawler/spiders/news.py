"""The one spider: from an outlet's feeds, sitemaps and listings to its articles.

It asks conditionally wherever an earlier answer allows it (RFC 9110, section 13), and yields
one `Visit` for every address, whatever came of it; the pipelines read and store them.
"""

from __future__ import annotations

import logging
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Self, cast

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import HtmlResponse, Request, Response, TextResponse
from twisted.python.failure import Failure
from w3lib.encoding import http_content_type_encoding

from analysis.config import load_settings
from analysis.errors import ConfigurationError, InputError, StoreError
from analysis.store import Page, Store
from crawler.discovery import Link, read_feed, read_listing, read_sitemap
from crawler.outlets import Listing, Outlet, load_outlets, outlets_of, read_urls, select_outlets
from crawler.politeness import user_agent
from crawler.visits import INTERRUPTED, STORE_ERROR, Kind, Visit, is_rejected, outcome_of, visit_of

logger = logging.getLogger(__name__)

MAX_PAGES = 1000
REVISITS = 200
"""How many known articles of an outlet are asked for again in one crawl, beside those linked."""
MAX_SITEMAPS = 50
MAX_SITEMAP_DEPTH = 3
_SOURCES_FIRST, _REVISITS_LAST = 10, -10

Output = Iterator[Request | Visit]
Reader = Callable[[Visit, Response], Output]


class NewsSpider(Spider):
    """Crawls outlets, or a list of addresses.

    Attributes:
        outlets: what is crawled; the safety checks go by them.
        store: open while the spider is.
        crawl_id: this crawl in the store.
        is_selective: whether the crawl was told to leave articles out.
        reads_again: whether one run may bring several readings of one article.
        origin: where the pages are from, in the archive's words.
    """

    name = "news"
    reads_again = False
    origin = "pages read by a crawl"
    _max_size: int

    def __init__(
        self,
        outlets: str = "",
        outlet: str = "",
        since: str = "",
        max_pages: str = str(MAX_PAGES),
        urls: str = "",
        contact: str = "",
        refetch: str = "",
        **kwargs: Any,
    ) -> None:
        """Takes the `-a` arguments of `scrapy crawl news`, all of them strings.

        Args:
            outlets: the outlets file; by default that of `EARSHOT_OUTLETS`.
            outlet: ids of the outlets to crawl, parted by commas; all by default.
            since: first day of publication to crawl (YYYY-MM-DD).
            max_pages: most articles that one outlet is asked for.
            urls: a file of addresses to crawl instead, one a line; "-" reads standard input.
            contact: e-mail or web address; by default that of `EARSHOT_CONTACT`.
            refetch: not empty: ask for everything in full, as if never seen.
        """
        super().__init__(**kwargs)
        settings = load_settings()
        listed = load_outlets(Path(outlets) if outlets else settings.outlets)
        self._urls = outlets_of(_read_urls(urls), listed) if urls else {}
        ids = tuple(filter(None, (key.strip() for key in outlet.split(","))))
        self.outlets = tuple(self._urls) if urls else select_outlets(listed, ids)
        self.agent = user_agent(self.outlets, contact or settings.contact)
        self._since = _since(since)
        self._max_pages = _positive(max_pages)
        self._refetch = bool(refetch)
        self.is_selective = bool(since)
        self._asked: Counter[str] = Counter()
        self._seen: set[str] = set()
        self.store = Store.open(settings.database_url)
        self.crawl_id = self.store.start_crawl([outlet.id for outlet in self.outlets])

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Called by Scrapy; gives each outlet its own pace."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        paces = {outlet.id: outlet.politeness.model_dump() for outlet in spider.outlets}
        crawler.settings.set("DOWNLOAD_SLOTS", paces, priority="spider")
        crawler.settings.set("USER_AGENT", spider.agent, priority="spider")
        spider._max_size = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """What is asked first: the sources, then articles seen in earlier crawls."""
        for outlet, urls in self._urls.items():
            for url in urls:
                for step in self._article(outlet, Link(url), wanted=True):
                    yield step
        if self._urls:
            return
        for outlet in self.outlets:
            self._seen.update(outlet.sources)
            for url in outlet.feeds:
                yield self._ask(outlet, url, "feed", self._read_feed)
            for url in outlet.sitemaps:
                yield self._ask(outlet, url, "sitemap", partial(self._read_sitemap, depth=1))
            for listing in outlet.listings:
                yield self._ask_listing(outlet, listing, listing.url, page=1)
        for outlet in self.outlets:
            for url in self._known_articles(outlet):
                for step in self._article(outlet, Link(url), priority=_REVISITS_LAST):
                    yield step

    def _ask(
        self,
        outlet: Outlet,
        url: str,
        kind: Kind,
        read: Reader,
        priority: int = _SOURCES_FIRST,
    ) -> Request:
        """A request, conditional where the last answer can be confirmed."""
        previous = self._page(url)
        headers = {}
        if previous and not self._refetch:
            if previous.etag:
                headers["If-None-Match"] = previous.etag
            if previous.last_modified:
                headers["If-Modified-Since"] = previous.last_modified
        return Request(
            url,
            callback=self._answered,
            errback=self._unanswered,
            cb_kwargs={"read": read},
            headers=headers,
            priority=priority,
            meta={
                "outlet": outlet,
                "kind": kind,
                "previous": previous,
                "download_slot": outlet.id,
            },
        )

    def _ask_listing(self, outlet: Outlet, listing: Listing, url: str, page: int) -> Request:
        read = partial(self._read_listing, listing=listing, page=page)
        return self._ask(outlet, url, "listing", read)

    def _article(
        self, outlet: Outlet, link: Link, *, priority: int = 0, wanted: bool = False
    ) -> Output:
        """The request for an article, or the visit that is not made, and why."""
        url = link.url
        if not (wanted or outlet.publishes(url)) or not self._is_first(url):
            return
        dated = link.published or link.modified
        previous = None if wanted or self._refetch else self._page(url)
        if self._since and dated and dated < self._since:
            yield Visit(url, outlet, outcome="too_old")
        elif previous and _is_settled(previous, link):
            yield Visit(url, outlet, outcome=previous.outcome)
        elif self._asked[outlet.id] >= self._max_pages:
            yield Visit(url, outlet, outcome="limit")
        else:
            self._asked[outlet.id] += 1
            yield self._ask(outlet, url, "article", self._read_article, priority)

    def _answered(self, response: Response, read: Reader) -> Output:
        visit = visit_of(cast(Request, response.request), response)
        if response.status == 304 and visit.previous:
            yield visit.ending(_as_before(visit.previous))
        elif response.status != 200:
            yield visit.ending(f"http_{response.status}")
        elif visit.kind == "article" and not self._refetch and _is_same(visit):
            yield visit.ending(_as_before(cast(Page, visit.previous)))
        else:
            try:
                yield from list(read(visit, response))
            except CloseSpider:
                raise
            except InputError as error:
                logger.warning("passed over: %s", error)
                yield visit.ending("not_xml")
            except Exception:  # one bad source must not end the crawl of the others
                logger.exception("%s %s cannot be read", visit.kind, visit.url)
                yield visit.ending("parse_error")

    def _unanswered(self, failure: Failure) -> Output:
        request: Request = failure.request  # type: ignore[attr-defined]
        error = cast(BaseException, failure.value)
        outcome = outcome_of(error)
        if outcome == "download_error":
            logger.warning("%s: %r", request.url, error)
        if outcome != INTERRUPTED:
            yield visit_of(request).ending(outcome)

    def _read_feed(self, visit: Visit, response: Response) -> Output:
        links = read_feed(response.body, response.url, self._max_size)
        yield visit.ending("read")
        for link in links:
            yield from self._article(visit.outlet, link)

    def _read_sitemap(self, visit: Visit, response: Response, depth: int) -> Output:
        links, sitemaps = read_sitemap(response.body, response.url, self._max_size)
        yield visit.ending("index" if sitemaps else "read")
        for link in links:
            yield from self._article(visit.outlet, link)
        if depth < MAX_SITEMAP_DEPTH:
            since = self._since
            recent = [
                link for link in sitemaps if not (since and link.touched and link.touched < since)
            ]
            for link in recent[:MAX_SITEMAPS]:
                if self._is_first(link.url):
                    deeper = partial(self._read_sitemap, depth=depth + 1)
                    yield self._ask(visit.outlet, link.url, "sitemap", deeper)

    def _read_listing(
        self, visit: Visit, response: Response, listing: Listing, page: int
    ) -> Output:
        if not isinstance(response, TextResponse):
            yield visit.ending("not_html")
            return
        links, following = read_listing(response, listing)
        if not links:
            logger.warning("%s: nothing matches the selector %r", response.url, listing.links)
        yield visit.ending("read" if links else "no_links")
        for link in links:
            yield from self._article(visit.outlet, link)
        if following and page < listing.max_pages and self._is_first(following):
            yield self._ask_listing(visit.outlet, listing, following, page + 1)

    def _read_article(self, visit: Visit, response: Response) -> Output:
        if isinstance(response, HtmlResponse):
            declared = (response.headers.get("Content-Type") or b"").decode("latin-1")
            yield replace(visit, encoding=http_content_type_encoding(declared))
        else:
            yield visit.ending("not_html" if response.body else "no_body")

    def _is_first(self, url: str) -> bool:
        """Whether this crawl meets the address for the first time."""
        is_first = url not in self._seen
        self._seen.add(url)
        return is_first

    def _known_articles(self, outlet: Outlet) -> list[str]:
        """Addresses of stored articles, those least recently visited first."""
        with self._closing_on_failure():
            pages = list(map(self.store.page, self.store.known_urls(outlet.id)))
        kept = [
            page for page in pages if page and page.article_id and not is_rejected(page.outcome)
        ]
        kept.sort(key=lambda page: (page.fetched, page.url))
        return [page.url for page in kept[:REVISITS]]

    def _page(self, url: str) -> Page | None:
        with self._closing_on_failure():
            return self.store.page(url)

    @contextmanager
    def _closing_on_failure(self) -> Iterator[None]:
        try:
            yield
        except StoreError as error:
            self.crawler.stats.set_value(STORE_ERROR, str(error))
            raise CloseSpider(STORE_ERROR) from error


def _is_settled(previous: Page, link: Link) -> bool:
    """Whether the page was rejected, and its source does not date it later than that."""
    is_newer = link.touched is not None and link.touched > previous.fetched
    return is_rejected(previous.outcome) and not is_newer


def _is_same(visit: Visit) -> bool:
    return visit.previous is not None and visit.previous.body_digest == visit.body_digest


def _as_before(previous: Page) -> str:
    return previous.outcome if is_rejected(previous.outcome) else "unchanged"


def _since(text: str) -> datetime | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(f"since {text!r}: write a day as YYYY-MM-DD") from error
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise ConfigurationError(f"max_pages {text!r}: write a whole number from 1")
    return int(text)


def _read_urls(name: str) -> list[str]:
    try:
        if name == "-":
            return read_urls(sys.stdin, "standard input")
        with Path(name).open(encoding="utf-8") as lines:
            return read_urls(lines, name)
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: not text in UTF-8") from error
