"""Who the crawler says it is, and how it heeds what sites ask of crawlers."""

from __future__ import annotations

import logging
import re
import tomllib
from typing import cast
from urllib.parse import urlsplit

from scrapy import Spider, signals
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Request, Response
from scrapy.robotstxt import RobotParser

from analysis.config import ROOT
from analysis.errors import ConfigurationError
from crawler.outlets import Outlet
from crawler.visits import INTERRUPTED, RefusedRequest, outcome_of

logger = logging.getLogger(__name__)

_CONTACT = re.compile(r"[!-~]+@[!-~]+\.[!-~]+|https?://[!-~]+\.[!-~]+")
_TOO_MANY_REQUESTS = 429
_NO_HOST = ("dns", "tls")
"""Outcomes that say more than that a robots.txt cannot be read: nothing there can."""


def user_agent(outlets: tuple[Outlet, ...], contact: str | None) -> str:
    """The name that the crawler gives: "Earshot/<version> (+contact)".

    Raises:
        ConfigurationError: no contact, and an outlet that is not on this machine; or a
            contact that is neither an e-mail nor a web address.
    """
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    if contact:
        if not _CONTACT.fullmatch(contact):
            raise ConfigurationError(
                f"contact {contact!r}: write an e-mail or a web address "
                "(EARSHOT_CONTACT=desk@newsroom.example)"
            )
        return f"Earshot/{version} (+{contact})"
    public = [outlet.id for outlet in outlets if not outlet.private_addresses]
    if public:
        raise ConfigurationError(
            "no contact address to give to the outlets "
            f"({', '.join(public[:5])}{', ...' if len(public) > 5 else ''}): set EARSHOT_CONTACT, "
            "or --contact, to an e-mail or web address where their staff can reach you"
        )
    return f"Earshot/{version}"


def slot_of(url: str, outlet: Outlet, outlets: tuple[Outlet, ...]) -> str:
    """The name of the slot in which an address waits for its turn.

    One for each outlet; outlets that share a host share the first one's, so that no host is
    asked by two at once.
    """
    return next((other.id for other in outlets if other.includes(url)), outlet.id)


def paces(outlets: tuple[Outlet, ...]) -> dict[str, dict[str, float]]:
    """The delay and the concurrency of each slot: those of the slowest outlet in it."""
    found: dict[str, dict[str, float]] = {}
    for outlet in outlets:
        wanted = outlet.politeness
        for address in (outlet.home, *outlet.sources):
            pace = found.setdefault(slot_of(address, outlet, outlets), wanted.model_dump())
            pace["delay"] = max(pace["delay"], wanted.delay)
            pace["concurrency"] = min(pace["concurrency"], wanted.concurrency)
    return found


def drop_waiting(crawler: Crawler, outcome: str = INTERRUPTED, host: str = "") -> None:
    """Drops the requests that wait for their turn, which Scrapy makes even when it is stopped.

    Args:
        outcome: what becomes of them.
        host: only those to this one, port included.
    """
    for slot in crawler.engine.downloader.slots.values():
        dropped = [
            entry for entry in slot.queue if not host or urlsplit(entry[0].url).netloc == host
        ]
        for entry in dropped:
            slot.queue.remove(entry)
            entry[1].errback(RefusedRequest(outcome))


class RobotsMiddleware(RobotsTxtMiddleware):
    """Obeys robots.txt, and stays away where it cannot be read (RFC 9309, section 2.3.1).

    A host whose robots.txt gives a server error, 429 or no answer is not crawled; any other
    4xx says that there are no rules. Scrapy's own middleware crawls in all these cases.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._unreachable: dict[str, str] = {}
        # Scrapy logs a traceback for a robots.txt that does not answer; one line is logged here.
        logging.getLogger(RobotsTxtMiddleware.__module__).setLevel(logging.CRITICAL)

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The rules of a host, None where there are none.

        Of several requests that wait for them, Scrapy 2.19 tells all but the first two that
        there are none.
        """
        await super().robot_parser(request)
        return cast("RobotParser | None", self._parsers[urlsplit(request.url).netloc])

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Raises RefusedRequest where the rules, or their absence, forbid the request."""
        outcome = self._unreachable.get(urlsplit(request.url).netloc)
        if outcome:
            raise RefusedRequest(outcome)
        if rp and not rp.allowed(request.url, self._robotstxt_useragent or ""):
            raise RefusedRequest("robots")

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        status = response.status
        if status >= 500 or status == _TOO_MANY_REQUESTS or 300 <= status < 400:
            raise ConnectionError(f"HTTP {status}")
        rules = response if status < 400 else response.replace(body=b"")
        await super()._parse_robots(rules, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        outcome = outcome_of(exc)
        if isinstance(exc, RefusedRequest) or outcome in _NO_HOST:
            self._unreachable[netloc] = outcome
        else:
            self._unreachable[netloc] = "robots_unreachable"
        if not isinstance(exc, RefusedRequest):
            logger.warning("%s is not crawled, its robots.txt cannot be read: %s", netloc, exc)
        super()._robots_error(exc, netloc)


class OutletThrottle(AutoThrottle):
    """Scrapy's AutoThrottle, with each outlet's own delay as the least.

    The delay is that of the outlets file, or the Crawl-delay of robots.txt if it is longer
    (up to AUTOTHROTTLE_MAX_DELAY).
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._least: dict[str, float] = {}
        crawler.signals.connect(self._robots_parsed, signals.robots_parsed)

    def _min_delay(self) -> float:
        return 0.0

    def _response_downloaded(self, response: Response, request: Request, spider: Spider) -> None:
        super()._response_downloaded(response, request, spider)
        key, slot = self._get_slot(request, spider)
        if key is not None and slot is not None:
            self._hold(key, slot)

    def _robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        agent = self.crawler.settings["ROBOTSTXT_USER_AGENT"]
        wanted = min(robotparser.crawl_delay(agent) or 0.0, self.maxdelay)
        key, slot = self._get_slot(request, cast(Spider, self.crawler.spider))
        if key is not None:
            self._least[key] = max(wanted, self._least.get(key, 0.0))
            if slot is not None:
                self._hold(key, slot)

    def _hold(self, key: str, slot: Slot) -> None:
        slots = self.crawler.settings.getdict("DOWNLOAD_SLOTS")
        least = slots.get(key, {}).get("delay", 0.0)
        slot.delay = max(slot.delay, least, self._least.get(key, 0.0))
