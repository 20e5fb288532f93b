"""Leaving a host alone when it asks for that, or has trouble.

After an answer of 429 or 503, or none at all, the host is asked nothing for a while: as long as
its `Retry-After` says (RFC 9110, section 10.2.3), and twice as long each time that this happens
in a row. After BACKOFF_GIVE_UP times, or where it asks for more than BACKOFF_MAX_WAIT seconds, it
is left alone for the rest of the crawl; so is one that turns away REFUSALS_GIVE_UP requests in a
row (403, 451, server errors). What was still to be asked there ends as `backed_off`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Self
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Request, Response

from crawler.politeness import drop_waiting
from crawler.visits import BACKED_OFF, RefusedRequest

logger = logging.getLogger(__name__)

ASKS_TO_WAIT = (429, 503)
TURNS_AWAY = (401, 403, 451)
_NO_ANSWER = (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    OSError,
)
_LEAST_DELAY = 0.001
"""Seconds; Scrapy looks at a slot's next turn only where there is a delay between turns."""


def retry_after(value: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for; None where it is missing or not valid.

    Args:
        value: seconds, or a date of HTTP.
        now: with its zone.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdecimal():
        return float(text[:12])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


@dataclass(slots=True)
class _Host:
    """What a host last answered.

    Attributes:
        waits: how often in a row it was left alone for a while.
        refusals: how many requests in a row it did not grant.
        until: when it may be asked again, on the monotonic clock.
        is_given_up: whether it is asked nothing more in this crawl.
    """

    waits: int = 0
    refusals: int = 0
    until: float = 0.0
    is_given_up: bool = False


class BackOffMiddleware:
    """Makes the hosts' slots wait; stands nearer to the network than the retries."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._first = settings.getfloat("BACKOFF_FIRST_WAIT")
        self._longest = settings.getfloat("BACKOFF_MAX_WAIT")
        self._most_waits = settings.getint("BACKOFF_GIVE_UP")
        self._most_refusals = settings.getint("REFUSALS_GIVE_UP")
        self._hosts: dict[str, _Host] = {}
        # Before Scrapy sends the slot's next request, which a middleware would come too late for.
        crawler.signals.connect(self._answered, signals.response_downloaded)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Called by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raises RefusedRequest for a host that is left alone."""
        if self._host(request).is_given_up:
            raise RefusedRequest(BACKED_OFF)

    def process_response(self, request: Request, response: Response) -> Response:
        """The response, to which there is no retry where its host is left alone."""
        request.meta["dont_retry"] = self._host(request).is_given_up
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Leaves a host alone that does not answer."""
        if isinstance(exception, _NO_ANSWER):
            self._leave(request, 0.0, type(exception).__name__)
        request.meta["dont_retry"] = self._host(request).is_given_up

    def _answered(self, response: Response, request: Request) -> None:
        host = self._host(request)
        if response.status in ASKS_TO_WAIT:
            asked = retry_after(_text(response, "Retry-After"), datetime.now(UTC))
            self._leave(request, asked or 0.0, f"HTTP {response.status}")
        elif response.status in TURNS_AWAY or response.status >= 500:
            self._refused(request, f"HTTP {response.status}")
        else:
            host.waits = host.refusals = 0

    def _leave(self, request: Request, asked: float, reason: str) -> None:
        """Leaves a host alone for a while, or for good."""
        host, now = self._host(request), monotonic()
        self._refused(request, reason)
        if now < host.until or host.is_given_up:
            return  # sent before the host was left alone
        host.waits += 1
        if host.waits >= self._most_waits or asked > self._longest:
            self._give_up(request, reason)
            return
        seconds = min((asked or self._first) * 2 ** (host.waits - 1), self._longest)
        host.until = now + seconds
        slot = self._crawler.engine.downloader.slots.get(request.meta["download_slot"])
        if slot is not None:
            slot.delay = max(slot.delay, _LEAST_DELAY)
            slot.lastseen = max(slot.lastseen, host.until - slot.delay)
        logger.info("%s is asked nothing for %.0f s: %s", _name(request), seconds, reason)

    def _refused(self, request: Request, reason: str) -> None:
        host = self._host(request)
        host.refusals += 1
        if host.refusals >= self._most_refusals:
            self._give_up(request, reason)

    def _give_up(self, request: Request, reason: str) -> None:
        host = self._host(request)
        if not host.is_given_up:
            host.is_given_up = True
            logger.warning("%s is left alone for this crawl, after: %s", _name(request), reason)
            drop_waiting(self._crawler, BACKED_OFF, _name(request))

    def _host(self, request: Request) -> _Host:
        return self._hosts.setdefault(_name(request), _Host())


def _name(request: Request) -> str:
    return urlsplit(request.url).netloc


def _text(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
