"""How far a crawl is, while it runs."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request

from analysis.outcomes import class_of
from crawler.outlets import Outlet
from crawler.reporting.measures import is_repeated
from crawler.visits import LET_GO, Visit

SECONDS_BETWEEN_LINES = 15.0
SETTLED = 5
"""Pages after which the rate of an outlet says something."""
console = Console(stderr=True)
"""For progress and warnings; reports go to standard output."""


@dataclass(slots=True)
class Pace:
    """How far an outlet is.

    Attributes:
        sources: feeds, sitemaps, ... that were asked and have not answered.
        found: articles to ask for, as far as is known.
        visited: those that were asked for.
        kept: those of them that are in the store.
        first: when the first article came, in seconds of the clock; None before.
    """

    sources: int = 0
    found: int = 0
    visited: int = 0
    kept: int = 0
    first: float | None = None

    def rate(self, now: float) -> float | None:
        """Pages a second; None while there are too few to say."""
        if self.first is None or self.visited < SETTLED or now <= self.first:
            return None
        return (self.visited - 1) / (now - self.first)

    def left(self, now: float) -> float | None:
        """Seconds that the articles left will take; None while sources may name more."""
        if self.sources:
            return None
        if self.visited >= self.found:
            return 0.0
        rate = self.rate(now)
        return (self.found - self.visited) / rate if rate else None


@dataclass(slots=True)
class Paces:
    """How far a crawl is, by the id of each outlet."""

    outlets: dict[str, Pace] = field(default_factory=dict)

    def of(self, outlet: str) -> Pace:
        """The pace of an outlet."""
        return self.outlets.setdefault(outlet, Pace())

    def total(self) -> Pace:
        """All outlets as one."""
        paces = self.outlets.values()
        first = [pace.first for pace in paces if pace.first is not None]
        return Pace(
            sources=sum(pace.sources for pace in paces),
            found=sum(pace.found for pace in paces),
            visited=sum(pace.visited for pace in paces),
            kept=sum(pace.kept for pace in paces),
            first=min(first, default=None),
        )

    def left(self, now: float) -> float | None:
        """Seconds until the slowest outlet is done, since all are read at once; None: unknown."""
        left = [pace.left(now) for pace in self.outlets.values()]
        known = [seconds for seconds in left if seconds is not None]
        return max(known, default=None) if len(known) == len(left) else None


class CrawlProgress:
    """A bar for the crawl and one for each outlet on a terminal; elsewhere lines now and then."""

    def __init__(self, crawler: Crawler) -> None:
        self._paces = Paces()
        self._next_line = time.monotonic() + SECONDS_BETWEEN_LINES
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(16),
            *(
                TextColumn(f"{{task.fields[{name}]}}", justify="right", markup=False)
                for name in ("pages", "kept", "rate", "left")
            ),
            console=console,
            transient=True,
        )
        self._whole = self._add("All outlets", visible=True)
        self._tasks: dict[str, TaskID] = {}
        crawler.signals.connect(self._start, signals.spider_opened)
        crawler.signals.connect(self._scheduled, signals.request_scheduled)
        crawler.signals.connect(self._scraped, signals.item_scraped)
        crawler.signals.connect(self._stop, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Called by Scrapy."""
        return cls(crawler)

    def _add(self, name: str, visible: bool) -> TaskID:
        description = name if len(name) <= 24 else f"{name[:23]}…"
        return self._bars.add_task(
            description, total=None, visible=visible, pages="", kept="", rate="", left=""
        )

    def _start(self) -> None:
        if console.is_terminal:
            self._bars.start()

    def _scheduled(self, request: Request) -> None:
        if is_repeated(request) or "outlet" not in request.meta:
            return
        outlet: Outlet = request.meta["outlet"]
        pace = self._paces.of(outlet.id)
        if request.meta["kind"] == "article":
            pace.found += 1
        else:
            pace.sources += 1
        self._show(outlet)

    def _scraped(self, item: Visit) -> None:
        if item.fetched is None and item.outcome not in LET_GO:
            return  # it was not scheduled
        pace = self._paces.of(item.outlet.id)
        if item.kind != "article":
            pace.sources -= 1
        else:
            pace.visited += 1
            # Pages out of an archive are not asked for.
            pace.found = max(pace.found, pace.visited)
            pace.first = pace.first or time.monotonic()
            pace.kept += class_of(item.outcome) == "kept"
        self._show(item.outlet)

    def _show(self, outlet: Outlet) -> None:
        now = time.monotonic()
        if console.is_terminal:
            pace = self._paces.of(outlet.id)
            if outlet.id not in self._tasks:
                self._tasks[outlet.id] = self._add(outlet.name, visible=False)
            is_done = not pace.sources and pace.visited >= pace.found
            task = self._tasks[outlet.id]
            self._update(task, pace, pace.left(now), visible=pace.found > 0 and not is_done)
            self._update(self._whole, self._paces.total(), self._paces.left(now), visible=True)
        elif now >= self._next_line:
            self._next_line = now + SECONDS_BETWEEN_LINES
            console.print(self.line(now), highlight=False, soft_wrap=True)

    def _update(self, task: TaskID, pace: Pace, left: float | None, visible: bool) -> None:
        rate = pace.rate(time.monotonic())
        self._bars.update(
            task,
            total=pace.found or None,
            completed=pace.visited,
            visible=visible,
            pages=f"{pace.visited}/{pace.found}",
            kept=f"{pace.kept} kept",
            rate=f"{60 * rate:.0f}/min" if rate else "",
            left=f"{clock(left)} left" if left else "",
        )

    def line(self, now: float) -> str:
        """The crawl so far in one line."""
        total, left = self._paces.total(), self._paces.left(now)
        rate = total.rate(now)
        parts = [f"{total.visited} of {total.found} pages read", f"{total.kept} kept"]
        if rate:
            parts.append(f"{60 * rate:.0f} a minute")
        if left:
            parts.append(f"{clock(left)} left")
        return ", ".join(parts)

    def _stop(self) -> None:
        if console.is_terminal:
            self._bars.stop()


def clock(seconds: float) -> str:
    """A time as hours, minutes and seconds: "1:05:00"."""
    return str(timedelta(seconds=round(seconds))).removeprefix("0:")
