"""When an outlet that used to give articles raises an alarm, and when it does not."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from analysis.store import Crawl
from crawler.reporting.alarms import alarms, tail

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def crawl(number: int, counts: dict[str, int], after: timedelta = DAY, **measures: int) -> Crawl:
    """A crawl of one outlet."""
    moment = START + number * after
    return Crawl(
        number, moment, moment + HOUR / 2, False, {"gazette": counts}, {"gazette": measures}
    )


def read(number: int, pages: int, after: timedelta = DAY, **measures: int) -> Crawl:
    """A crawl whose feed was read and named as many articles, all new, read and kept."""
    given = {"links": pages, "first": pages, "requested": pages, "fetched": pages, "read": pages}
    return crawl(number, {"feed:read": 1, "new": pages}, after, **(given | measures))


def raised(*crawls: Crawl) -> list[str]:
    """The alarms of the last of these crawls."""
    *earlier, last = crawls
    return [alarm.kind for alarm in alarms(last, earlier[::-1])]


@pytest.mark.parametrize(
    ("pages", "crawls", "zeros", "expected"),
    [
        (12, 1, 1, ["no_links"]),
        (3, 1, 1, []),
        (3, 1, 3, []),
        (3, 10, 1, []),
        (3, 10, 3, ["no_links"]),
        (40, 10, 1, ["no_links"]),
        (0, 10, 1, []),
    ],
)
def test_sources_without_links_are_an_alarm_where_chance_does_not_explain_it(
    pages: int, crawls: int, zeros: int, expected: list[str]
) -> None:
    numbers = [pages] * crawls + [0] * zeros
    assert raised(*(read(number, found) for number, found in enumerate(numbers))) == expected


def test_an_outlet_that_rests_on_sundays_raises_no_alarm_on_the_second_one() -> None:
    weeks = [40] * 6 + [0]
    first = [read(number, found) for number, found in enumerate(weeks)]
    assert raised(*first) == ["no_links"]
    both = [read(number, found) for number, found in enumerate(weeks * 2)]
    assert raised(*both) == []
    longer = [read(number, found) for number, found in enumerate([*weeks, *weeks, 0])]
    assert raised(*longer) == ["no_links"]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"feed:http_404": 1}, ["sources_fail"]),
        ({"feed:robots_unreachable": 1, "sitemap:timeout": 2}, ["sources_fail"]),
        ({"feed:http_404": 1, "unchanged": 20}, ["sources_fail"]),
        ({"feed:http_404": 1, "sitemap:unchanged": 1}, []),
        ({"feed:unchanged": 1}, []),
        ({"new": 3}, []),
        ({}, []),
    ],
)
def test_sources_that_all_fail_are_an_alarm_at_once(
    counts: dict[str, int], expected: list[str]
) -> None:
    assert raised(read(0, 2), crawl(1, counts)) == expected


def test_an_outlet_that_never_gave_anything_raises_no_alarm() -> None:
    broken = {"feed:http_404": 1}
    assert raised(*(crawl(number, broken) for number in range(5))) == []
    assert raised(crawl(0, broken)) == []


def test_crawls_that_were_cut_short_or_read_a_list_are_no_measure() -> None:
    cut = crawl(0, {"feed:read": 1, "new": 12}, links=12, first=12, fetched=12)
    killed = Crawl(0, START, None, False, {"gazette": {}})
    interrupted = Crawl(0, START, START, True, cut.stats, cut.measures)
    listed = crawl(0, {"new": 12}, first=12, requested=12, fetched=12, read=12)
    for earlier in (killed, interrupted, listed):
        assert raised(earlier, crawl(1, {"feed:http_404": 1})) == []


def test_an_interrupted_crawl_raises_no_alarm_on_what_it_did_not_find() -> None:
    last = crawl(1, {"feed:read": 1}, links=0)
    stopped = Crawl(1, last.started, last.finished, True, last.stats, last.measures)
    assert raised(read(0, 12), stopped) == []


def hourly(days: int, tail_hours: int) -> list[Crawl]:
    """Crawls every hour that find an article by day, then none for some hours."""
    found = [
        int(8 <= (START + hour * HOUR).hour < 20) and (START + hour * HOUR).weekday() < 5
        for hour in range(24 * days)
    ]
    crawls = []
    for hour, new in enumerate([*found, *[0] * tail_hours]):
        counts = {"feed:read": 1} if new else {"feed:unchanged": 1}
        crawls.append(crawl(hour, counts, HOUR, links=20 * new, first=int(new)))
    return crawls


@pytest.mark.parametrize(
    ("days", "quiet", "expected"),
    [
        (19, 60, []),  # a weekend after two others
        (19, 24 * 7, ["nothing_new"]),
        (5, 24 * 7, []),  # too little is known
    ],
)
def test_a_feed_that_stands_still_is_an_alarm_after_twice_its_longest_rest(
    days: int, quiet: int, expected: list[str]
) -> None:
    assert raised(*hourly(days, quiet)) == expected


@pytest.mark.parametrize("field", ["title", "date", "body"])
@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ((0, 12), (12, 12), True),
        ((0, 5), (5, 5), True),
        ((0, 11), (3, 3), True),
        ((0, 10), (3, 3), False),
        ((0, 500), (2, 2), False),
        ((0, 100), (3, 30), False),
        ((0, 100), (10, 30), True),
        ((40, 100), (15, 30), False),
        ((90, 100), (30, 30), False),
        ((0, 0), (30, 30), False),
    ],
)
def test_pages_that_lack_more_than_usual_are_an_alarm(
    field: str, before: tuple[int, int], now: tuple[int, int], expected: bool
) -> None:
    name = f"no_{field}"
    past = read(0, before[1], **{name: before[0]})
    last = read(1, now[1], **{name: now[0]})
    assert raised(past, last) == ([name] if expected else [])


def test_an_alarm_stays_until_its_cause_is_gone() -> None:
    healthy = [read(number, 12) for number in range(2)]
    broken = [read(2 + number, 12, no_body=12, not_kept=12) for number in range(20)]
    assert raised(*healthy, *broken) == ["no_body"]
    assert raised(*healthy, *broken, read(22, 12)) == []
    trickling = [read(2 + number, 2, no_date=2) for number in range(20)]
    assert raised(*[read(number, 12) for number in range(2)], *trickling) == ["no_date"]


def test_small_crawls_are_taken_together() -> None:
    healthy = [read(number, 2) for number in range(20)]
    broken = [read(20 + number, 2, no_date=2) for number in range(3)]
    assert raised(*healthy, broken[0]) == []
    assert raised(*healthy, *broken[:2]) == ["no_date"]
    assert raised(*healthy, *broken, read(23, 2)) == []


@pytest.mark.parametrize(
    ("fetched", "expected"), [(0, ["no_page"]), (8, ["no_page"]), (18, []), (20, [])]
)
def test_pages_that_do_not_come_are_an_alarm(fetched: int, expected: list[str]) -> None:
    past = [read(number, 20) for number in range(3)]
    last = read(3, 20, fetched=fetched, no_page=20 - fetched, read=fetched)
    assert raised(*past, last) == expected


@pytest.mark.parametrize(
    ("usual", "read_now", "expected"),
    [
        (12, 10, ["none_kept"]),
        (12, 2, []),
        (1, 20, []),  # keeping none is an ordinary day
    ],
)
def test_an_outlet_whose_articles_used_to_be_kept_and_are_not(
    usual: int, read_now: int, expected: list[str]
) -> None:
    past = [read(number, 20, not_kept=20 - usual) for number in range(5)]
    assert raised(*past, read(5, read_now, not_kept=read_now)) == expected


@pytest.mark.parametrize(
    ("figures", "chance"),
    [
        ((0, 5, 3, 10), 1.0),
        ((1, 1, 0, 0), 0.5),
        ((5, 5, 0, 5), 9.775e-4),
        ((3, 3, 0, 11), 8.585e-4),
    ],
)
def test_the_chance_is_that_of_the_beta_binomial(
    figures: tuple[int, int, int, int], chance: float
) -> None:
    assert tail(*figures) == pytest.approx(chance, rel=1e-3)


def test_messages_say_what_is_and_what_was() -> None:
    past = [read(number, 20) for number in range(3)]
    (alarm,) = alarms(read(3, 20, no_date=19), past[::-1])
    assert alarm.message == "19 of 20 pages have no date; before, 0 of 60"
    (alarm,) = alarms(crawl(3, {"feed:http_404": 2, "listing:timeout": 1}), past[::-1])
    assert alarm.message == "none of its sources answers: feed:http_404 2, listing:timeout 1"
    (alarm,) = alarms(crawl(3, {"feed:read": 1}, links=0), past[::-1])
    assert alarm.message == "its sources name no article; before, 20 a crawl"
    (alarm,) = alarms(hourly(19, 24 * 7)[-1], hourly(19, 24 * 7)[-2::-1])
    assert alarm.message == "no new article for 7 days; before, never over 3 days"


def test_a_healthy_outlet_with_uneven_days_raises_hardly_any_alarm() -> None:
    chance = random.Random(4)
    crawls = []
    for number in range(120):
        pages = chance.choice([0, 0, 1, 2, 5, 20])
        undated = sum(chance.random() < 0.2 for _ in range(pages))
        off_topic = sum(chance.random() < 0.6 for _ in range(pages))
        crawls.append(read(number, pages, links=10 + pages, no_date=undated, not_kept=off_topic))
    assert sum(bool(raised(*crawls[: number + 1])) for number in range(len(crawls))) <= 1
