"""The report of a crawl: as a table at any width, as JSON, from the store."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from analysis.errors import InputError, StoreError
from analysis.outcomes import by_class, class_of, is_known
from analysis.store import Crawl, Store
from crawler import visits
from crawler.reporting.alarms import Alarm
from crawler.reporting.report import (
    OutletReport,
    Report,
    as_json,
    is_barren,
    is_unchanged,
    print_report,
    report_of,
    summary,
    write_json,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
COUNTS = {
    "feed:read": 1,
    "sitemap:http_404": 1,
    "new": 2,
    "changed": 1,
    "unchanged": 3,
    "off_topic:no_privacy": 4,
    "unknown_language:pt-BR": 1,
    "duplicate": 1,
    "robots": 1,
    "timeout": 2,
    "http_503": 1,
    "no_body": 1,
}
NAMES = {"gazette": "La Gazette des Consommateurs", "herald": "[bold]Herald", "silent": "Silent"}
MEASURES = {"requested": 16, "fetched": 13, "read": 10, "no_date": 1}


def a_report(*alarms: Alarm) -> Report:
    stats = {"gazette": COUNTS, "herald": {"feed:robots_unreachable": 1}, "silent": {}}
    measures = {"gazette": MEASURES, "herald": {"requested": 0}, "silent": {"requested": 0}}
    crawl = Crawl(7, NOON, NOON + timedelta(seconds=125), False, stats, measures)
    outlets = (OutletReport(key, NAMES[key], stats[key], measures[key]) for key in stats)
    return Report(crawl, tuple(outlets), alarms)


def printed(report: Report, width: int = 80) -> str:
    out = io.StringIO()
    print_report(report, Console(file=out, width=width))
    return out.getvalue()


def test_every_outcome_that_is_documented_has_its_class() -> None:
    table = re.findall(r"^\| (`[^|]+`) \|", visits.__doc__ or "", re.MULTILINE)
    outcomes = [name for row in table for name in re.findall(r"`([^`]+)`", row)]
    assert len(outcomes) > 20
    unknown = [name for name in outcomes if not (name.startswith(":") or is_known(name))]
    assert unknown == []


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("known", "kept"),
        ("off_topic:title", "off_topic"),
        ("unknown_language:de", "off_topic"),
        ("too_old", "refused"),
        ("robots_unreachable", "failed"),
        ("http_429", "failed"),
        ("something_else", "failed"),
    ],
)
def test_outcomes_have_classes(outcome: str, expected: str) -> None:
    assert class_of(outcome) == expected


def test_every_page_counts_once_and_sources_not() -> None:
    assert by_class(COUNTS) == {
        "kept": 6,
        "off_topic": 5,
        "duplicate": 1,
        "refused": 1,
        "failed": 4,
    }
    assert summary([COUNTS]) == "2 new, 1 changed, 3 unchanged, 7 passed over, 4 failed"


def test_the_report_names_figures_and_reasons_and_shows_names_as_they_are() -> None:
    text = printed(a_report(), 200)
    assert "Crawl 7, 2026-03-02 12:00 UTC: took 2 min 5 s" in text
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "La Gazette des Consommateurs 16 13 6 5 1 1 4" in lines
    assert "[bold]Herald 0 0 0 0 0 0 0" in lines
    assert "All 16 13 6 5 1 1 4" in lines
    assert "La Gazette des Consommateurs off topic no_privacy=4, unknown_language:pt-BR=1" in lines
    assert "failed timeout=2, http_503=1, no_body=1" in lines
    assert "sources sitemap:http_404=1" in lines
    assert "[bold]Herald sources feed:robots_unreachable=1" in lines
    assert "feed:read" not in text


def test_at_80_columns_no_word_is_broken() -> None:
    many = {f"http_{status}": status for status in range(500, 530)}
    outlets = tuple(replace(one, counts=many | COUNTS) for one in a_report().outlets)
    text = printed(replace(a_report(), outlets=outlets))
    lines = text.splitlines()
    assert max(map(len, lines)) <= 80
    for status in range(500, 530):
        if status != 503:
            assert text.count(f"http_{status}={status}") == 3
    for word in ("Consommateurs", "unknown_language:pt-BR=1", "Duplicate", "sitemap:http_404"):
        assert word in text


def test_alarms_are_printed_with_what_to_do() -> None:
    alarm = Alarm("gazette", "no_date", "12 of 12 pages have no date; before, 1 of 98")
    text = " ".join(printed(a_report(alarm)).split())
    assert f"Alarm: La Gazette des Consommateurs: {alarm.message}" in text
    assert "python -m crawler check-outlets --outlet gazette" in text
    assert "check-outlets" not in printed(a_report())


def test_the_json_holds_everything(tmp_path) -> None:
    alarm = Alarm("gazette", "no_date", "12 of 12 pages have no date; before, 1 of 98")
    report = a_report(alarm)
    content = json.loads(as_json(report))
    assert {key: content[key] for key in ("crawl", "started", "finished", "interrupted")} == {
        "crawl": 7,
        "started": "2026-03-02T12:00:00+00:00",
        "finished": "2026-03-02T12:02:05+00:00",
        "interrupted": False,
    }
    assert content["alarms"] == [{"outlet": "gazette", "kind": "no_date", "message": alarm.message}]
    gazette = content["outlets"][0]
    figures = ("requested", "fetched", "kept", "off_topic", "duplicate", "refused", "failed")
    assert [gazette[name] for name in figures] == [16, 13, 6, 5, 1, 1, 4]
    assert gazette["reasons"]["failed"] == {"http_503": 1, "no_body": 1, "timeout": 2}
    assert gazette["sources"] == {"feed:read": 1, "sitemap:http_404": 1}
    assert gazette["measures"] == MEASURES
    write_json(report, tmp_path / "deep" / "report.json")
    assert (tmp_path / "deep" / "report.json").read_text(encoding="utf-8") == as_json(report)


def test_a_report_that_cannot_be_written_says_where_its_counts_are(tmp_path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"file/report.json cannot be written: .* report 7$"):
        write_json(a_report(), tmp_path / "file" / "report.json")


def test_an_earlier_crawl_is_reported_from_the_store() -> None:
    with Store.open("sqlite://") as store:
        with pytest.raises(InputError, match="no crawl yet in the store"):
            report_of(store, None, {})
        numbers = [store.start_crawl(["gazette", "herald"]) for _ in range(3)]
        measures = {"gazette": {"links": 20, "requested": 20, "fetched": 20}}
        store.finish_crawl(numbers[0], {"gazette": {"feed:read": 1, "new": 20}}, measures=measures)
        store.finish_crawl(numbers[1], {"gazette": {"feed:http_404": 1}}, measures=measures)
        last = report_of(store, None, {})
        assert (last.crawl.id, last.alarms) == (numbers[2], ())
        assert "not finished, or killed" in printed(last)
        report = report_of(store, numbers[1], {"gazette": "La Gazette"})
        assert [alarm.kind for alarm in report.alarms] == ["sources_fail"]
        assert report.outlets[0].name == "La Gazette"
        with pytest.raises(InputError, match=f"no crawl 99 .*; the last one is {numbers[2]}"):
            report_of(store, 99, {})


def test_what_an_old_crawl_did_not_measure_is_left_open() -> None:
    outlets = tuple(replace(one, measures={}) for one in a_report().outlets)
    report = replace(a_report(), outlets=outlets)
    assert json.loads(as_json(report))["outlets"][0]["requested"] is None
    assert "–" in printed(report)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"unchanged": 3}, True),
        ({"known": 3}, True),
        ({"unchanged": 3, "off_topic:no_assistant": 1}, True),
        ({"unchanged": 3, "new": 1}, False),
        ({"unchanged": 3, "changed": 1}, False),
        ({"feed:unchanged": 1}, True),
        ({"feed:read": 1, "off_topic:title": 3}, False),
        ({}, False),
    ],
)
def test_nothing_changed_means_that_something_known_was_seen(
    counts: dict[str, int], expected: bool
) -> None:
    assert is_unchanged([counts]) is expected


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
def test_an_outlet_without_any_article_is_barren(counts: dict[str, int], expected: bool) -> None:
    assert is_barren(counts) is expected
