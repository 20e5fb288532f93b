"""What came of trying an outlet: its sources, a page or two, what is wrong, what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Self
from urllib.parse import urljoin

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from analysis.outcomes import SOURCE_READ
from crawler.outlets import Outlet

_STATUS = {
    "401": "turned",
    "402": "turned",
    "403": "turned",
    "451": "turned",
    "404": "gone",
    "410": "gone",
    "429": "rate",
    "503": "rate",
}
_REMEDIES = {
    "gone": "it has moved: find its new address at {home} and correct the entry",
    "turned": "the outlet turns the crawler away: ask its staff, or take it out of the file",
    "rate": "it asks for fewer requests: try later, with a longer politeness.delay",
    "server": "the outlet has trouble: try later",
    "robots": "robots.txt forbids it: name another source, or ask the outlet's staff",
    "robots_unreachable": "without a readable {robots} nothing is asked: try later",
    "not_xml": "it is no feed or sitemap: open it in a browser and correct the address",
    "not_html": "it is no page: open it in a browser and correct the address",
    "no_links": "nothing matches the selector `links`: compare it with the page",
    "offsite": "it leads to another host: name that in `hosts`, if it is the outlet's",
    "private_address": "it stands in a private network: `private_addresses: true`, if it is yours",
    "stop_list": "it is on the stop list: take it off there, or out of the file",
    "budget": "the outlet's requests of today are used up: try tomorrow",
    "rate_limited": "the service asks for fewer requests: try later",
    "query_refused": "the service does not accept the query: shorten `queries`",
    "too_large": "it is larger than any page should be: name another source",
    "no_body": "no text was found: is it an article? else keep such addresses out by `patterns`",
    "redirects": "it leads in circles: open it in a browser and correct the address",
    "soft_404": "the page says that there is none: look at the addresses in its source",
    "tls": "its certificate is not valid: open it in a browser and correct the address",
    "dns": "no such host: correct the address",
}
_SILENT = "it does not answer properly: open it in a browser, and try later"
_HARMLESS = ("rate_limited", "budget")


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """What one source gave.

    Attributes:
        outcome: as in a crawl: "read", "http_404", ...
        links: addresses that it names; `articles` of them may be the outlet's articles.
        dated: articles to which it gives a date; `recent` of them within the last days.
    """

    kind: str
    url: str
    outcome: str
    links: int = 0
    articles: int = 0
    dated: int = 0
    recent: int = 0

    @property
    def is_read(self) -> bool:
        """Whether it is what its kind says."""
        return self.outcome in SOURCE_READ


@dataclass(frozen=True, slots=True)
class PageCheck:
    """What one article page gave; `outcome` is "read" or why there is no article."""

    url: str
    outcome: str
    title: str = ""
    published: datetime | None = None
    authors: tuple[str, ...] = ()
    paragraphs: int = 0

    @property
    def lacks(self) -> tuple[str, ...]:
        """Which of title, date and text it has not."""
        has = {"title": self.title, "date": self.published, "text": self.paragraphs}
        return tuple(name for name, value in has.items() if not value)

    @property
    def is_whole(self) -> bool:
        """Whether the page gave all three."""
        return self.outcome == "read" and not self.lacks


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with an outlet, where, and what to do.

    Attributes:
        is_failure: whether the outlet's entry does not work because of it.
    """

    where: str
    message: str
    remedy: str
    is_failure: bool = True


@dataclass(slots=True)
class OutletCheck:
    """What came of trying an outlet.

    Attributes:
        robots: the status of robots.txt, by host.
        crawl_delay: seconds that it asks for between requests.
        sources: by address.
    """

    id: str
    name: str
    home: str
    robots: dict[str, int] = field(default_factory=dict)
    crawl_delay: float | None = None
    sources: dict[str, SourceCheck] = field(default_factory=dict)
    pages: list[PageCheck] = field(default_factory=list)

    @classmethod
    def of(cls, outlet: Outlet) -> Self:
        """An outlet that was not tried yet."""
        return cls(outlet.id, outlet.name, outlet.home)

    @property
    def problems(self) -> list[Problem]:
        """What is wrong, the sources first."""
        return [*self._source_problems(), *self._page_problems()]

    @property
    def fails(self) -> bool:
        """Whether the entry does not work."""
        return any(problem.is_failure for problem in self.problems)

    def _source_problems(self) -> Iterator[Problem]:
        sources = self.sources.values()
        for source in sources:
            if source.outcome == "no_links" and source.kind == "search":
                remedy = "no result, or nothing matches the selector `links`: look at the page"
                yield Problem(source.url, "names no article", remedy, is_failure=False)
            elif not source.is_read:
                yield self._unread(source.url, source.outcome)
            elif source.links and not source.articles:
                remedy = "they are on hosts, or of forms, that `hosts` and `patterns` leave out"
                yield Problem(source.url, f"none of its {source.links} links is taken", remedy)
            elif source.dated and not source.recent:
                remedy = "it may stand still: look for another one at {home}"
                yield Problem(
                    source.url,
                    f"none of its {source.dated} dated articles is recent",
                    remedy.format(home=self.home),
                    is_failure=False,
                )
        if not sources:
            yield Problem(self.home, "was not tried to the end", "run the check again")
        elif all(map(_is_fine, sources)) and not any(source.links for source in sources):
            remedy = "look at the addresses of its sources in a browser"
            yield Problem(self.home, "its sources name no article at all", remedy)

    def _page_problems(self) -> Iterator[Problem]:
        is_failure = not any(page.is_whole for page in self.pages)
        for page in self.pages:
            if page.outcome != "read":
                yield replace(self._unread(page.url, page.outcome), is_failure=is_failure)
            elif page.lacks:
                remedy = "is it an article? else keep such addresses out by `patterns`"
                missing = " and no ".join(page.lacks)
                yield Problem(page.url, f"no {missing} was found", remedy, is_failure)
        if not self.pages and any(source.articles for source in self.sources.values()):
            remedy = "its sources name no article on its own hosts: see `hosts` and `patterns`"
            yield Problem(self.home, "no article could be tried", remedy)

    def _unread(self, url: str, outcome: str) -> Problem:
        status = outcome.removeprefix("http_")
        kind = outcome
        if status != outcome:
            kind = _STATUS.get(status, "server" if status >= "500" else "")
        remedy = _REMEDIES.get(kind, _SILENT)
        robots = urljoin(url, "/robots.txt")
        return Problem(
            url,
            f"HTTP {status}" if status != outcome else outcome,
            remedy.format(home=self.home, robots=robots),
            is_failure=outcome not in _HARMLESS,
        )


def checks_json(checks: Sequence[OutletCheck]) -> str:
    """The checks as one JSON object, indented."""
    outlets = [
        {
            "id": check.id,
            "name": check.name,
            "fails": check.fails,
            "robots": check.robots,
            "crawl_delay": check.crawl_delay,
            "sources": [asdict(source) for source in check.sources.values()],
            "pages": [asdict(page) for page in check.pages],
            "problems": [asdict(problem) for problem in check.problems],
        }
        for check in checks
    ]
    return json.dumps({"outlets": outlets}, ensure_ascii=False, indent=2, default=_plain) + "\n"


def print_checks(checks: Sequence[OutletCheck], days: int, details: bool, out: Console) -> None:
    """Prints the checks for people: a table, the problems, and on demand every answer."""
    out.print(_table(checks, days))
    for check in checks:
        if details:
            _print_details(check, out)
        for problem in check.problems:
            style = "bold red" if problem.is_failure else "yellow"
            said = f" {check.name}: {problem.message}"
            out.print(Text.assemble(("Fails:" if problem.is_failure else "Look:", style), said))
            out.print(Text(f"  {problem.where}"), soft_wrap=True)
            out.print(Text(f"  {problem.remedy}"))


def _table(checks: Sequence[OutletCheck], days: int) -> Table:
    table = Table("Outlet", "robots.txt", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for heading in ("Sources", "Articles", f"Last {days} days", "Pages"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for check in checks:
        sources = check.sources.values()
        dated = sum(source.dated for source in sources)
        table.add_row(
            Text(check.name),
            _robots(check),
            f"{sum(map(_is_fine, sources))} of {len(sources)}",
            str(sum(source.articles for source in sources)),
            str(sum(source.recent for source in sources)) if dated else "?",
            f"{sum(page.is_whole for page in check.pages)} of {len(check.pages)}",
            "fails" if check.fails else "look" if check.problems else "ok",
        )
    return table


def _print_details(check: OutletCheck, out: Console) -> None:
    for source in check.sources.values():
        figures = f"{source.articles} articles, {source.dated} dated, {source.recent} recent"
        said = f"{source.kind} {source.url}: {figures if source.is_read else source.outcome}"
        out.print(Text(said), soft_wrap=True)
    for page in check.pages:
        date = page.published.isoformat() if page.published else "no date"
        found = f"{page.title!r}, {date}, {', '.join(page.authors) or 'no author'}"
        figures = f"{found}, {page.paragraphs} paragraphs"
        said = f"page {page.url}: {figures if page.outcome == 'read' else page.outcome}"
        out.print(Text(said), soft_wrap=True)


def _robots(check: OutletCheck) -> str:
    if not check.robots:
        return "no answer"
    if all(status < 300 for status in check.robots.values()):
        delay = f", delay {check.crawl_delay:g} s" if check.crawl_delay else ""
        return f"read{delay}"
    worst = max(check.robots.values())
    return f"HTTP {worst}" if worst >= 500 or worst == 429 else "none"


def _is_fine(source: SourceCheck) -> bool:
    return source.is_read or (source.kind == "search" and source.outcome == "no_links")


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} has no form in JSON")
