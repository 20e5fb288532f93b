"""What is said of an outlet that was tried: the table, the problems, the remedies."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from rich.console import Console

from crawler.reporting.checks import OutletCheck, PageCheck, SourceCheck, print_checks

FEED = "https://gazette.example/rss.xml"
PAGE = "https://gazette.example/a"
READ = SourceCheck("feed", FEED, "read", links=20, articles=18, dated=18, recent=4)
WHOLE = PageCheck(PAGE, "read", "[b]Alexa", datetime(2026, 3, 1, tzinfo=UTC), ("A. Martin",), 9)


def check(*sources: SourceCheck, pages: tuple[PageCheck, ...] = (WHOLE,)) -> OutletCheck:
    return OutletCheck(
        "gazette",
        "La Gazette",
        "https://gazette.example/",
        robots={"gazette.example": 200},
        crawl_delay=10.0,
        sources={source.url: source for source in sources},
        pages=list(pages),
    )


def source(outcome: str, kind: str = "feed", **figures: int) -> SourceCheck:
    return SourceCheck(kind, f"https://gazette.example/{kind}", outcome, **figures)


@pytest.mark.parametrize(
    ("sources", "message", "remedy", "fails"),
    [
        ((source("http_410"),), "HTTP 410", "new address at https://gazette.example/", True),
        ((source("http_403"),), "HTTP 403", "turns the crawler away", True),
        ((source("http_503"),), "HTTP 503", "longer politeness.delay", True),
        ((source("http_500"),), "HTTP 500", "try later", True),
        ((source("http_418"),), "HTTP 418", "open it in a browser", True),
        ((source("robots_unreachable"),), "robots_unreachable", "example/robots.txt", True),
        ((source("no_links", "listing"),), "no_links", "selector `links`", True),
        ((source("no_links", "search"), READ), "names no article", "no result", False),
        ((source("rate_limited", "gdelt"), READ), "rate_limited", "try later", False),
        ((source("offsite"),), "offsite", "name that in `hosts`", True),
        ((source("read", links=9),), "none of its 9 links is taken", "`patterns`", True),
        ((source("read"),), "its sources name no article at all", "in a browser", True),
        ((), "was not tried to the end", "run the check again", True),
        (
            (source("read", links=9, articles=9, dated=9),),
            "none of its 9 dated articles is recent",
            "may stand still",
            False,
        ),
    ],
)
def test_each_problem_of_a_source_has_its_remedy(
    sources: tuple[SourceCheck, ...], message: str, remedy: str, fails: bool
) -> None:
    tried = check(*sources)
    (problem,) = tried.problems
    assert problem.message == message
    assert remedy in problem.remedy
    assert tried.fails is fails


@pytest.mark.parametrize(
    ("pages", "messages", "fails"),
    [
        ((WHOLE, WHOLE), [], False),
        ((WHOLE, PageCheck(PAGE, "read", "T", None, (), 9)), ["no date was found"], False),
        ((PageCheck(PAGE, "read", "", None, (), 9),), ["no title and no date was found"], True),
        ((WHOLE, PageCheck(PAGE, "no_body")), ["no_body"], False),
        ((PageCheck(PAGE, "no_body"), PageCheck(PAGE, "http_403")), ["no_body", "HTTP 403"], True),
        ((), ["no article could be tried"], True),
    ],
)
def test_pages_fail_an_outlet_where_none_is_whole(
    pages: tuple[PageCheck, ...], messages: list[str], fails: bool
) -> None:
    tried = check(READ, pages=pages)
    assert [problem.message for problem in tried.problems] == messages
    assert tried.fails is fails


def test_the_table_fits_80_columns_and_shows_text_as_it_is() -> None:
    out = io.StringIO()
    outlets = [check(READ), check(source("http_404"), pages=())]
    print_checks(outlets, 7, details=True, out=Console(file=out, width=80))
    lines = [" ".join(line.split()) for line in out.getvalue().splitlines()]
    assert "La Gazette read, delay 10 s 1 of 1 18 4 1 of 1 ok" in lines
    assert "La Gazette read, delay 10 s 0 of 1 0 ? 0 of 0 fails" in lines
    assert f"feed {FEED}: 18 articles, 18 dated, 4 recent" in lines
    assert any(line.startswith(f"page {PAGE}: '[b]Alexa', 2026-03-01") for line in lines)
    assert "Fails: La Gazette: HTTP 404" in lines
