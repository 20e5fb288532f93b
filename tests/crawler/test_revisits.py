from datetime import UTC, datetime, timedelta

import pytest

from analysis.store import Page
from crawler.discovery import Link
from crawler.revisits import is_due, is_newer, is_settled

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PUBLISHED = datetime(2024, 5, 2, 8, tzinfo=UTC)


def page(outcome: str = "kept", visited: timedelta = HOUR / 2, **fields: object) -> Page:
    given = {"article_id": "a"} if outcome == "kept" else {}
    return Page("https://x.example/a", "x", outcome, PUBLISHED + visited, **(given | fields))


@pytest.mark.parametrize(
    ("visited", "now", "due"),
    [
        (HOUR / 2, HOUR - timedelta(seconds=1), False),
        (HOUR / 2, HOUR, True),
        (HOUR, 5 * HOUR, False),
        (HOUR, 6 * HOUR, True),
        (2 * HOUR, DAY, True),
        (2 * DAY, 2.9 * DAY, False),
        (2 * DAY, 3 * DAY, True),
        (8 * DAY, 13 * DAY, False),
        (8 * DAY, 20 * DAY, True),
        (15 * DAY, 29 * DAY, False),
        (15 * DAY, 45 * DAY, True),
        (30 * DAY, 400 * DAY, False),
    ],
)
def test_visits_thin_out_over_a_month(visited, now, due):
    assert is_due(PUBLISHED, page(visited=visited), PUBLISHED + now) is due


@pytest.mark.parametrize(
    ("outcome", "due"),
    [
        ("timeout", True),
        ("http_503", True),
        ("http_404", False),
        ("http_410", False),
        ("off_topic:no_privacy", False),
        ("robots", False),
    ],
)
def test_a_visit_that_failed_is_made_up_for(outcome, due):
    last = page(outcome, 40 * DAY, article_id="a")
    assert is_due(PUBLISHED, last, PUBLISHED + 41 * DAY) is due


def test_a_failure_is_not_made_up_for_for_ever():
    assert not is_due(PUBLISHED, page("timeout", 59 * DAY, article_id="a"), PUBLISHED + 61 * DAY)


def test_a_source_that_dates_a_page_later_has_it_read_again():
    link = Link("https://x.example/a", PUBLISHED, PUBLISHED + DAY)
    assert is_newer(link, page(visited=HOUR))
    assert not is_newer(link, page(visited=2 * DAY))
    assert not is_newer(link, page(visited=HOUR, dated=PUBLISHED + DAY))
    assert is_newer(link, page(visited=2 * DAY, dated=PUBLISHED))
    assert not is_newer(Link("https://x.example/a"), page())


@pytest.mark.parametrize(
    ("outcome", "settled"),
    [
        ("kept", True),
        ("off_topic:no_assistant", True),
        ("http_404", True),
        ("http_500", False),
        ("pending", False),
        ("robots", False),
    ],
)
def test_what_is_not_asked_for_again(outcome, settled):
    assert is_settled(page(outcome)) is settled
