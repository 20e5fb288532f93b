"""Asks a site what an outlet's entry needs: home page, feeds, sitemaps. Nothing is stored."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

from pydantic import ValidationError
from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.robotstxt import ProtegoRobotParser, RobotParser
from twisted.python.failure import Failure

from analysis.config import load_settings
from analysis.errors import InputError
from analysis.outcomes import SOURCE_READ
from analysis.store import Store
from crawler.confined import Confined, LimitError, confined_of
from crawler.homepage import HomePage, places, read_home
from crawler.outlets import ELSEWHERE, Outlet, Politeness
from crawler.plan import without_reports
from crawler.politeness import paces, user_agent
from crawler.sources import Feed, Found, Sitemap, Source
from crawler.visits import outcome_of

_MOST_FEEDS, _MOST_SITEMAPS, _MOST_OF_INDEX = 6, 4, 2


@dataclass(frozen=True, slots=True)
class Tried:
    """What a feed or a sitemap gave.

    Attributes:
        url: where the answer came from.
        outcome: as in a crawl: "read", "index", "http_404", ...
        links: addresses that it names; `articles` of them on the outlet's own hosts.
        latest: the latest date that it gives.
        is_news: whether a sitemap gives dates of publication, as only those of news do.
        host: the host of most of its links.
    """

    kind: str
    url: str
    outcome: str
    links: int = 0
    articles: int = 0
    latest: datetime | None = None
    is_news: bool = False
    host: str = ""

    @property
    def is_read(self) -> bool:
        """Whether it is what its kind says, and not empty."""
        return self.outcome == "index" or (self.outcome in SOURCE_READ and self.links > 0)


class NewcomerSpider(Spider):
    """Asks one site for its home page, and for the feeds and sitemaps that it declares.

    Where it declares none, for those in the places of `crawler/data/places.yml`.

    Attributes:
        home: what the home page says; None where it could not be read.
        failure: outcome of the home page where it could not be read, with its address.
        tried: the feeds and sitemaps that were asked for, each once.
        crawl_delay: seconds that robots.txt asks for between requests.
    """

    name = "newcomer"
    _confined: Confined
    _max_size: int

    def __init__(
        self, url: str = "", contact: str = "", private_addresses: bool = False, **kwargs: Any
    ) -> None:
        """Takes the address of the home page.

        Args:
            contact: e-mail or web address; by default that of `EARSHOT_CONTACT`.
            private_addresses: whether the site may stand on this machine or network; it is then
                asked without delay.

        Raises:
            InputError: it is no web address.
            ConfigurationError: there is no contact.
        """
        super().__init__(**kwargs)
        self.outlets = (_outlet(url, private_addresses),)
        self.agent = user_agent(self.outlets, contact or load_settings().contact)
        self.store = Store.open("sqlite://")
        self.home: HomePage | None = None
        self.failure = ("interrupted", url)
        self.tried: dict[str, Tried] = {}
        self.crawl_delay = 0.0
        self._url = url
        self._sitemaps: list[str] = []
        self._asked: set[str] = set()
        self._open = 0
        self._guessed = False

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Called by Scrapy."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        settings = crawler.settings
        settings.set("DOWNLOAD_SLOTS", paces(spider.outlets), priority="spider")
        settings.set("USER_AGENT", spider.agent, priority="spider")
        settings.set("ITEM_PIPELINES", {}, priority="spider")
        without_reports(settings)
        spider._max_size = settings.getint("DOWNLOAD_MAXSIZE")
        spider._confined = confined_of(crawler)
        crawler.signals.connect(spider._note_robots, signals.robots_parsed)
        crawler.signals.connect(spider.store.close, signals.spider_closed)
        return spider

    @property
    def outlet(self) -> Outlet:
        """The site as it is asked, with the hosts of what it declares."""
        return self.outlets[0]

    async def start(self) -> AsyncIterator[Any]:
        """The home page."""
        yield self._ask(self._url, self._read_home, self._note_failure, "listing")

    def _ask(self, url: str, read: Any, fail: Any, kind: str, **meta: Any) -> Request:
        self._asked.add(url)
        known = {"outlet": self.outlet, "previous": None, "kind": kind}
        slot = {"download_slot": self.outlet.id}
        return Request(url, callback=read, errback=fail, meta={**known, **slot, **meta})

    async def _read_home(self, response: Response) -> AsyncIterator[Request]:
        if response.status != 200:
            self.failure = (f"http_{response.status}", response.url)
            return
        try:
            self.home = await self._confined.run(read_home, response.replace(request=None))
        except LimitError:
            self.failure = ("parse_limit", response.url)
            return
        except InputError:
            self.failure = ("not_html", response.url)
            return
        feeds, sitemaps = self.home.feeds[:_MOST_FEEDS], self._sitemaps[:_MOST_SITEMAPS]
        self._widen([*feeds, *sitemaps])
        for request in (*self._sources(Feed, feeds), *self._sources(Sitemap, sitemaps)):
            yield request
        for request in self._guesses():
            yield request

    def _note_failure(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]
        self.failure = (outcome_of(failure.value), request.url)  # type: ignore[arg-type]

    def _sources(self, kind: type[Feed | Sitemap], urls: Iterable[str]) -> Iterator[Request]:
        for url in urls:
            if url not in self._asked:
                yield self._ask_source(kind(url=url))

    def _ask_source(self, source: Source) -> Request:
        async def read(response: Response) -> AsyncIterator[Request]:
            tried, further = await self._try(source, response)
            for request in self._note(source.url, tried, further):
                yield request

        def fail(failure: Failure) -> Iterator[Request]:
            outcome = outcome_of(failure.value)  # type: ignore[arg-type]
            yield from self._note(source.url, Tried(source.kind, source.url, outcome), ())

        self._open += 1
        limits = {"download_maxsize": source.max_size} if source.max_size else {}
        return self._ask(source.url, read, fail, source.kind, **limits)

    async def _try(self, source: Source, response: Response) -> tuple[Tried, tuple[Source, ...]]:
        if response.status != 200:
            return Tried(source.kind, response.url, f"http_{response.status}"), ()
        answer = response.replace(request=None)
        try:
            found = await self._confined.run(source.read, answer, source.max_size or self._max_size)
        except LimitError:
            return Tried(source.kind, response.url, "parse_limit"), ()
        except InputError:
            return Tried(source.kind, response.url, "not_xml"), ()
        return self._tried(source, response.url, found), found.further

    def _tried(self, source: Source, url: str, found: Found) -> Tried:
        hosts = Counter(urlsplit(link.url).netloc for link in found.links)
        return Tried(
            kind=source.kind,
            url=url,
            outcome=found.outcome,
            links=len(found.links),
            articles=sum(self.outlet.owns(link.url) for link in found.links),
            latest=max((link.touched for link in found.links if link.touched), default=None),
            is_news=source.kind == "sitemap" and any(link.published for link in found.links),
            host=next((host for host, _ in hosts.most_common(1)), ""),
        )

    def _note(self, url: str, tried: Tried, further: tuple[Source, ...]) -> Iterator[Request]:
        """Keeps what came; of an index, asks for those that may hold the news."""
        self.tried.setdefault(tried.url if tried.is_read else url, tried)
        named = sorted(
            (one.url for one in further if self.outlet.includes(one.url)),
            key=lambda one: not re.search(places().news_sitemaps, one, re.IGNORECASE),
        )
        if isinstance(next(iter(further), None), Sitemap):
            yield from self._sources(Sitemap, named[:_MOST_OF_INDEX])
        self._open -= 1
        yield from self._guesses()

    def _guesses(self) -> Iterator[Request]:
        """Once all that is declared was tried in vain, the common places."""
        if self._open or self._guessed or self.home is None:
            return
        self._guessed = True
        found = {one.kind for one in self.tried.values() if one.is_read}
        for kind, paths in ((Feed, places().feeds), (Sitemap, places().sitemaps)):
            if kind.kind not in found:
                yield from self._sources(kind, (urljoin(self.home.url, path) for path in paths))

    def _widen(self, urls: Iterable[str]) -> None:
        """Lets the site's declared feeds stand on other hosts."""
        self.outlets = (self.outlet.model_copy(update={"feeds": tuple(urls)}),)

    def _note_robots(self, robotparser: RobotParser, request: Request) -> None:
        agent = self.crawler.settings["ROBOTSTXT_USER_AGENT"]
        self.crawl_delay = max(self.crawl_delay, robotparser.crawl_delay(agent) or 0.0)
        if self.home is None and isinstance(robotparser, ProtegoRobotParser):
            named = (urljoin(request.url, one) for one in robotparser.rp.sitemaps)
            self._sitemaps += [one for one in named if one not in self._sitemaps]


def _outlet(url: str, private_addresses: bool) -> Outlet:
    try:
        return Outlet(
            id="newcomer",
            name="newcomer",
            country=ELSEWHERE,
            language="en",
            home=url,
            sitemaps=(url,),
            politeness=Politeness(delay=0) if private_addresses else Politeness(),
            private_addresses=private_addresses,
        )
    except ValidationError as error:
        raise InputError(f"{url!r} is not a web address: write https://www.example.org/") from error
