"""The commands that report: on an earlier crawl, and on outlets that are tried."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console

from analysis.config import load_settings
from analysis.errors import ConfigurationError
from analysis.store import Store
from crawler.outlets import load_outlets
from crawler.reporting.checks import checks_json, print_checks
from crawler.reporting.report import as_json, print_report, report_of
from crawler.running import STOPPED, is_finished, run_spider
from crawler.spiders.checks import CheckSpider

ALARMED = 3
"""The exit status of a crawl that raised an alarm, where that was asked for."""
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON in place of the table.")]
FailOnAlarmOption = Annotated[
    bool,
    typer.Option("--fail-on-alarm", help=f"Exit with {ALARMED} where an outlet raises an alarm."),
]


def print_earlier_report(
    crawl: Annotated[
        int | None, typer.Argument(metavar="CRAWL", help="Its number; by default the last one.")
    ] = None,
    json: JsonOption = False,
    fail_on_alarm: FailOnAlarmOption = False,
) -> None:
    """Prints the report of an earlier crawl again, from the counts in the store.

    Example: python -m crawler report --json
    """
    settings = load_settings()
    with Store.open(settings.database_url) as store:
        report = report_of(store, crawl, _names(settings.outlets))
    if json:
        sys.stdout.write(as_json(report))
    else:
        print_report(report, Console())
    if fail_on_alarm and report.alarms:
        raise typer.Exit(ALARMED)


def check_outlets(
    outlets: Annotated[
        str,
        typer.Option(metavar="FILE", help="Outlets file; by default that of EARSHOT_OUTLETS."),
    ] = "",
    outlet: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="An outlet of the file; can be repeated. Default: all."),
    ] = None,
    days: Annotated[
        int, typer.Option(min=1, metavar="N", help="Articles of the last N days are recent.")
    ] = 7,
    contact: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="E-mail or web address to give to the sites; by default that of EARSHOT_CONTACT.",
        ),
    ] = "",
    json: JsonOption = False,
) -> None:
    """Tries outlets: robots.txt, every feed, sitemap, listing and search, and two articles.

    As polite as a crawl; nothing is stored. Each problem comes with a remedy. Every answer is
    printed for outlets named by --outlet. The exit status is 1 where an outlet fails.

    Example: python -m crawler check-outlets --outlet numerama --contact desk@newsroom.example
    """
    ids = ",".join(outlet or [])
    crawler = run_spider(CheckSpider, outlets=outlets, outlet=ids, contact=contact, days=days)
    checks = list(cast(CheckSpider, crawler.spider).checks.values())
    if json:
        sys.stdout.write(checks_json(checks))
    else:
        print_checks(checks, days, details=bool(outlet), out=Console())
    if not is_finished(crawler):
        raise typer.Exit(STOPPED)
    if any(check.fails for check in checks):
        raise typer.Exit(1)


def _names(outlets: Path) -> dict[str, str]:
    """The names of the outlets, as far as the outlets file can be read."""
    try:
        return {outlet.id: outlet.name for outlet in load_outlets(outlets)}
    except ConfigurationError:
        return {}
