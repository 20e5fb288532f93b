"""The one spider: from an outlet's feeds, sitemaps and listings to its articles.

It asks conditionally wherever an earlier answer allows it (RFC 9110, section 13), and yields
one `Visit` for every address, whatever came of it; the pipelines read and store them.
"""

from __future__ import annotations

import logging
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Self, cast

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import HtmlResponse, Request, Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure
from w3lib.encoding import http_content_type_encoding

from analysis.codebook import load_codebook
from analysis.config import load_settings
from analysis.errors import ConfigurationError, InputError, StoreError
from analysis.store import Page, Store
from crawler.candidates import Candidates, is_old
from crawler.confined import Confined, LimitError, confined_of
from crawler.directives import NO_FOLLOW, directives
from crawler.discovery import Link
from crawler.outlets import (
    Outlet,
    load_outlets,
    outlet_of,
    outlets_of,
    read_urls,
    select_outlets,
)
from crawler.plan import plan_only
from crawler.politeness import paces, user_agent
from crawler.revisits import HORIZON, is_due, is_newer, is_settled
from crawler.sources import ALL_SITEMAPS, MAX_SITEMAPS, Found, Source, sources_of
from crawler.visits import (
    INTERRUPTED,
    LET_GO,
    PENDING,
    STORE_ERROR,
    Visit,
    is_rejected,
    outcome_of,
    visit_of,
)

logger = logging.getLogger(__name__)

MAX_PAGES = 1000
REVISITS = 200
"""How many known articles of an outlet are asked for again in one crawl, beside those linked."""
_SOURCES_FIRST, _REVISITS_LAST = 10, -10

Output = Iterator[Request | Visit]
Reader = Callable[[Visit, Response], AsyncIterator[Request | Visit]]


class NewsSpider(Spider):
    """Crawls outlets, or a list of addresses.

    Attributes:
        outlets: what is crawled; the safety checks go by them.
        store: open while the spider is.
        crawl_id: this crawl in the store.
        is_selective: whether the crawl was told to leave articles out.
        reads_again: whether one run may bring several readings of one article.
    """

    name = "news"
    reads_again = False
    _confined: Confined
    _max_size: int

    def __init__(
        self,
        outlets: str = "",
        outlet: str = "",
        since: str = "",
        max_pages: str = str(MAX_PAGES),
        urls: str = "",
        column: str = "",
        contact: str = "",
        refetch: str = "",
        judge: str = "yes",
        dry_run: str = "",
        **kwargs: Any,
    ) -> None:
        """Takes the `-a` arguments of `scrapy crawl news`, all of them strings.

        Args:
            outlets: the outlets file; by default that of `EARSHOT_OUTLETS`.
            outlet: ids of the outlets to crawl, parted by commas; all by default.
            since: first day of publication to crawl (YYYY-MM-DD), or how many days back (7d).
            max_pages: most articles that one outlet is asked for.
            urls: a file of addresses to crawl instead, one a line; "-" reads standard input.
            column: heading of the column that holds them, where the file is a CSV table.
            contact: e-mail or web address; by default that of `EARSHOT_CONTACT`.
            refetch: not empty: ask for everything in full, as if never seen.
            judge: empty: ask for every address, also those that are off topic by their titles.
            dry_run: not empty: ask the sources only, print what would be asked for, store nothing.
        """
        super().__init__(**kwargs)
        settings = load_settings()
        self._now = datetime.now(UTC)
        self._listed = load_outlets(Path(outlets) if outlets else settings.outlets)
        self._urls = outlets_of(_read_urls(urls, column), self._listed) if urls else {}
        ids = tuple(filter(None, (key.strip() for key in outlet.split(","))))
        self.outlets = tuple(self._urls) if urls else select_outlets(self._listed, ids)
        self.agent = user_agent(self.outlets, contact or settings.contact)
        self._since = _since(since, self._now)
        self._max_pages = _positive(max_pages)
        self._refetch = bool(refetch)
        self.is_selective = bool(since)
        self.is_dry_run = bool(dry_run)
        self._asked: Counter[str] = Counter()
        self._sitemaps: Counter[str] = Counter()
        self._seen: set[str] = set()
        self._passed: set[str] = set()
        self._due: set[str] = set()
        self._codebook = load_codebook(settings.codebook)
        languages = {outlet.language for outlet in (*self._listed, *self.outlets)}
        self._candidates = (
            {lang: Candidates(self._codebook, lang) for lang in languages} if judge else {}
        )
        if self.is_dry_run:
            self.store = Store.open(_existing(settings.database_url))
            self.crawl_id = 0
        else:
            self.store = Store.open(settings.database_url)
            self.store.lock_for_crawl()
            self.crawl_id = self.store.start_crawl([outlet.id for outlet in self.outlets])

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Called by Scrapy; gives each outlet its own pace."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.settings.set("DOWNLOAD_SLOTS", paces(spider.outlets), priority="spider")
        crawler.settings.set("USER_AGENT", spider.agent, priority="spider")
        spider._max_size = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        spider._confined = confined_of(crawler)
        spider.prepare(crawler.settings)
        return spider

    def prepare(self, settings: BaseSettings) -> None:
        """Makes Scrapy's settings fit what is crawled."""
        if self.is_dry_run:
            plan_only(settings)

    @property
    def provenance(self) -> dict[str, str]:
        """How the pages were come by, in the fields of a WARC file's first record."""
        return {"http-header-user-agent": self.agent, "robots": "obey"}

    async def start(self) -> AsyncIterator[Any]:
        """What is asked first: the sources, then articles of earlier crawls that are due."""
        for outlet, urls in self._urls.items():
            addresses = list(dict.fromkeys(urls))
            for url in addresses[: self._max_pages]:
                yield self._request(outlet, Link(url), self._page(url))
            for url in addresses[self._max_pages :]:
                yield Visit(url, outlet, outcome="limit")
        if self._urls:
            return
        for outlet in self.outlets:
            self._seen.update(outlet.sources)
            self._due.update(self._due_articles(outlet))
            for source in sources_of(outlet, self._codebook, self._since, self._now):
                for step in self._source(outlet, source):
                    yield step
        for outlet in self.outlets:
            for link in self._left_over(outlet):
                for step in self._articles(outlet, [link], is_search=True):
                    yield step
        for outlet in self.outlets:
            for url in self._due_articles(outlet):
                for step in self._articles(outlet, [Link(url)], priority=_REVISITS_LAST):
                    yield step

    def _ask(
        self, outlet: Outlet, url: str, read: Reader, previous: Page | None, **meta: Any
    ) -> Request:
        """A request, conditional where the last answer can be confirmed."""
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
            meta={"outlet": outlet, "previous": previous, "download_slot": outlet.id, **meta},
        )

    def _source(self, outlet: Outlet, source: Source) -> Output:
        """The request for a source, unless it cannot have changed since it was read."""
        self._seen.add(source.url)
        previous = self._page(source.url)
        was_read = previous is not None and previous.body_digest is not None and not self._refetch
        if self._since and source.touched and source.touched < self._since:
            return
        if previous and was_read and (source.is_settled or _is_before(source, previous)):
            yield Visit(source.url, outlet, kind=source.kind, outcome="unchanged")
            return
        read = partial(self._read_source, source=source)
        limits = {"download_maxsize": source.max_size} if source.max_size else {}
        yield self._ask(outlet, source.url, read, previous, kind=source.kind, **limits).replace(
            priority=_SOURCES_FIRST
        )

    def _articles(
        self,
        outlet: Outlet,
        links: Sequence[Link],
        *,
        is_search: bool = False,
        priority: int = 0,
    ) -> Output:
        """For each link the request, or the visit that is not made, and why."""
        listed = [(link, owner) for link in links if (owner := self._owner(outlet, link.url))]
        known = self._pages([link.url for link, _ in listed])
        asked = []
        for link, owner in listed:
            if link.url in self._seen:
                continue
            page = known.get(link.url)
            if page and page.outcome == PENDING:
                page = None
            reason = self._passed_over(outlet, owner, link, page, is_search)
            if reason is None:
                self._seen.add(link.url)
                self._asked[owner.id] += 1
                asked.append(self._request(owner, link, page, priority))
            elif link.url not in self._passed:  # another source may know more of it
                self._passed.add(link.url)
                counted = outlet if reason == "unlisted" else owner
                yield Visit(link.url, counted, outcome=reason)
        if not self.is_dry_run:
            self._note([request for request in asked if request.meta["previous"] is None])
        yield from asked

    def _request(self, outlet: Outlet, link: Link, page: Page | None, priority: int = 0) -> Request:
        asked = self._ask(
            *(outlet, link.url, self._read_article, page),
            kind="article",
            dated=link.touched,
            title=link.title,
        )
        return asked.replace(priority=priority)

    def _owner(self, outlet: Outlet, url: str) -> Outlet | None:
        """The outlet that an address is an article of; None: it is none of a known outlet."""
        owner = outlet if outlet.gdelt is None else outlet_of(url, self._listed)
        return owner if owner.publishes(url) else None

    def _passed_over(
        self, source: Outlet, owner: Outlet, link: Link, page: Page | None, is_search: bool
    ) -> str | None:
        """Why an address is not asked for; None: it is."""
        if owner not in self.outlets:
            if source.gdelt and not source.gdelt.strangers and owner not in self._listed:
                return "unlisted"
            self.outlets = (*self.outlets, owner)
        if is_old(link, self._since):
            return "too_old"
        is_stored = page is not None and page.article_id is not None
        is_wanted = self._refetch or link.url in self._due
        if page and is_settled(page) and not (is_wanted or is_newer(link, page)):
            return "known" if is_stored else page.outcome
        if not (is_search or is_stored) and owner.language in self._candidates:
            reason = self._candidates[owner.language].off_topic(link)
            if reason:
                return reason
        return "limit" if self._asked[owner.id] >= self._max_pages else None

    async def _answered(self, response: Response, read: Reader) -> AsyncIterator[Request | Visit]:
        visit = visit_of(cast(Request, response.request), response)
        if response.status == 304 and visit.previous:
            yield visit.ending(_as_before(visit.previous))
        elif response.status != 200:
            yield visit.ending(f"http_{response.status}")
        elif visit.kind == "article" and not self._refetch and _is_same(visit):
            yield visit.ending(_as_before(cast(Page, visit.previous)))
        else:
            try:
                for step in [step async for step in read(visit, response)]:
                    yield step
            except CloseSpider:
                raise
            except LimitError as error:
                logger.warning("%s cannot be read: %s", visit.url, error)
                yield visit.ending("parse_limit")
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
            visit = visit_of(request).ending(outcome)
            yield replace(visit, fetched=None) if outcome in LET_GO else visit

    async def _read_source(
        self, visit: Visit, response: Response, source: Source
    ) -> AsyncIterator[Request | Visit]:
        found = await self._read(source, response)
        if found.warning:
            logger.warning("%s", found.warning)
        named = [
            link for link in found.links if source.is_search or visit.outlet.publishes(link.url)
        ]
        yield replace(visit.ending(found.outcome), links=len(named))
        for step in self._articles(visit.outlet, found.links, is_search=source.is_search):
            yield step
        asked = 0
        for further in found.further:
            is_too_much = asked == MAX_SITEMAPS or self._sitemaps[visit.outlet.id] == ALL_SITEMAPS
            if self._is_first(further.url) and not is_too_much:
                self._sitemaps[visit.outlet.id] += further.kind == "sitemap"
                for step in self._source(visit.outlet, further):
                    asked += isinstance(step, Request)
                    yield step

    async def _read(self, source: Source, response: Response) -> Found:
        if source.kind in {"listing", "search"} and not NO_FOLLOW.isdisjoint(directives(response)):
            return Found(outcome="nofollow")
        # The request's callbacks cannot go to another process.
        answer = response.replace(request=None)
        return await self._confined.run(source.read, answer, source.max_size or self._max_size)

    async def _read_article(
        self, visit: Visit, response: Response
    ) -> AsyncIterator[Request | Visit]:
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

    def _due_articles(self, outlet: Outlet) -> list[str]:
        """Addresses of stored articles that are to be read again, the longest unread first."""
        with self._closing_on_failure():
            stored = self.store.revisitable(outlet.id, self._now - HORIZON)
        due = [page.url for page, published in stored if is_due(published, page, self._now)]
        return due[:REVISITS]

    def _left_over(self, outlet: Outlet) -> list[Link]:
        """What an earlier crawl found and did not come to ask for."""
        with self._closing_on_failure():
            pages = self.store.pages_ending(outlet.id, PENDING)
        return [Link(page.url, modified=page.dated) for page in pages]

    def _note(self, requests: Sequence[Request]) -> None:
        """Notes addresses that will be asked for, so that a killed crawl forgets none."""
        found = [
            Page(
                url=request.url,
                outlet=request.meta["outlet"].id,
                outcome=PENDING,
                fetched=self._now,
                crawl_id=self.crawl_id,
                dated=request.meta["dated"],
            )
            for request in requests
        ]
        with self._closing_on_failure():
            self.store.note_pages(found)

    def _page(self, url: str) -> Page | None:
        return self._pages([url]).get(url)

    def _pages(self, urls: Sequence[str]) -> dict[str, Page]:
        with self._closing_on_failure():
            return self.store.pages(urls)

    @contextmanager
    def _closing_on_failure(self) -> Iterator[None]:
        try:
            yield
        except StoreError as error:
            self.crawler.stats.set_value(STORE_ERROR, str(error))
            raise CloseSpider(STORE_ERROR) from error


def _is_before(source: Source, page: Page) -> bool:
    """Whether the source has not changed since the page was read, as its index says."""
    return source.touched is not None and source.touched < page.fetched


def _is_same(visit: Visit) -> bool:
    return visit.previous is not None and visit.previous.body_digest == visit.body_digest


def _as_before(previous: Page) -> str:
    return previous.outcome if is_rejected(previous.outcome) else "unchanged"


def _since(text: str, now: datetime) -> datetime | None:
    if not text:
        return None
    if text.endswith("d") and text[:-1].isdecimal() and len(text) <= 5:
        return now - timedelta(days=int(text[:-1]))
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(
            f"since {text!r}: write a day as YYYY-MM-DD, or how many days back as 7d"
        ) from error
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _existing(database_url: str) -> str:
    """The store's address; that of an empty one in memory where there is no file yet."""
    path = database_url.removeprefix("sqlite:///")
    is_missing = path != database_url and not Path(path.partition("?")[0]).exists()
    return "sqlite://" if is_missing else database_url


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise ConfigurationError(f"max_pages {text!r}: write a whole number from 1")
    return int(text)


def _read_urls(name: str, column: str) -> list[str]:
    try:
        if name == "-":
            return read_urls(sys.stdin, "standard input", column)
        with Path(name).open(encoding="utf-8-sig", newline="") as lines:
            return read_urls(lines, name, column)
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: not text in UTF-8") from error
