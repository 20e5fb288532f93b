import io

import pytest
from rich.console import Console

from crawler.extensions import barren, is_unchanged, report, summary

TALLY = {
    "gazette": {
        "feed:read": 1,
        "sitemap:http_404": 1,
        "new": 2,
        "changed": 1,
        "unchanged": 3,
        "off_topic:no_privacy": 4,
        "robots": 1,
        "timeout": 2,
        "http_503": 1,
    },
    "herald": {"feed:robots_unreachable": 1},
}
NAMES = {"gazette": "La Gazette", "herald": "[bold]Herald", "silent": "Silent"}


def test_every_page_counts_once_and_sources_not():
    assert summary(TALLY) == "2 new, 1 changed, 3 unchanged, 5 passed over, 3 failed"


def test_the_report_names_reasons_and_shows_names_as_they_are():
    out = io.StringIO()
    Console(file=out, width=200).print(report(TALLY, NAMES))
    text = out.getvalue()
    assert "[bold]Herald" in text
    assert (
        "http_503 1, off_topic:no_privacy 4, robots 1, sitemap:http_404 1, timeout 2"
        in " ".join(text.split())
    )
    assert "feed:robots_unreachable 1" in text
    assert "feed:read" not in text


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"unchanged": 3}, True),
        ({"unchanged": 3, "off_topic:no_assistant": 1}, True),
        ({"unchanged": 3, "new": 1}, False),
        ({"unchanged": 3, "changed": 1}, False),
        ({"feed:unchanged": 1}, False),
        ({}, False),
    ],
)
def test_nothing_changed_means_that_known_articles_were_seen(counts, expected):
    assert is_unchanged({"gazette": counts}) is expected


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"feed:read": 1}, True),
        ({"feed:http_404": 1}, True),
        ({"feed:read": 1, "no_body": 20}, True),
        ({"feed:read": 1, "robots": 20}, True),
        ({"feed:unchanged": 1}, False),
        ({"feed:read": 1, "off_topic:no_assistant": 20}, False),
        ({"unchanged": 1}, False),
    ],
)
def test_an_outlet_without_any_article_is_an_alarm(counts, expected):
    assert (barren({"gazette": counts}, {"gazette": "La Gazette"}) == ["La Gazette"]) is expected
