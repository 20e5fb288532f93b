"""The crawler's command line: `python -m crawler`."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from rich.text import Text
from scrapy import Spider

from analysis.errors import BusyError, EarshotError, InputError
from crawler.adding import add_files
from crawler.archive.commands import show_archive, verify_archive
from crawler.newcomer import new_outlet
from crawler.reporting.commands import (
    ALARMED,
    FailOnAlarmOption,
    check_outlets,
    print_earlier_report,
)
from crawler.reporting.extension import ALARMS, REPORT_FILE
from crawler.reporting.progress import console
from crawler.running import BUSY, STOPPED, is_finished, run_spider
from crawler.spiders.archives import ArchiveSpider
from crawler.spiders.news import MAX_PAGES, NewsSpider
from crawler.watching import Step, interval, python
from crawler.watching import watch as run_rounds

app = typer.Typer(
    name="crawler",
    help="Reads news outlets politely, and keeps the articles on voice assistants and privacy.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

OutletsOption = Annotated[
    str,
    typer.Option(metavar="FILE", help="Outlets file; by default that of EARSHOT_OUTLETS."),
]
ContactOption = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS",
        help="E-mail or web address to give to the sites; by default that of EARSHOT_CONTACT.",
    ),
]
MaxPagesOption = Annotated[
    int, typer.Option(min=1, metavar="N", help="Most articles to ask one outlet for.")
]
RefetchOption = Annotated[
    bool,
    typer.Option("--refetch", help="Ask for every page in full, also those known or rejected."),
]
ReportOption = Annotated[
    str,
    typer.Option(
        metavar="FILE", help="Write the report, as JSON, to FILE; by default beside the store."
    ),
]
OutletOption = Annotated[
    list[str] | None,
    typer.Option(metavar="ID", help="An outlet of the file; can be repeated. Default: all."),
]
SinceOption = Annotated[
    str,
    typer.Option(
        metavar="DAY", help="First day of publication, YYYY-MM-DD, or how many days back: 7d."
    ),
]
JudgeOption = Annotated[
    bool,
    typer.Option(
        "--judge/--no-judge",
        help="Pass over articles that are off topic by the titles in their sources.",
    ),
]
DryRunOption = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Ask the sources only, and print what would be fetched and why not the rest.",
    ),
]


@app.command()
def crawl(
    outlets: OutletsOption = "",
    outlet: OutletOption = None,
    since: SinceOption = "",
    max_pages: MaxPagesOption = MAX_PAGES,
    contact: ContactOption = "",
    refetch: RefetchOption = False,
    judge: JudgeOption = True,
    dry_run: DryRunOption = False,
    report: ReportOption = "",
    fail_on_alarm: FailOnAlarmOption = False,
) -> None:
    """Crawls outlets: their feeds, sitemaps, listings and searches, then the articles.

    Example: python -m crawler crawl --outlet numerama --contact desk@newsroom.example
    """
    raise typer.Exit(
        run(
            outlets=outlets,
            outlet=",".join(outlet or []),
            since=since,
            max_pages=str(max_pages),
            contact=contact,
            refetch="yes" if refetch else "",
            judge="yes" if judge else "",
            dry_run="yes" if dry_run else "",
            report=report,
            fail_on_alarm=fail_on_alarm,
        )
    )


@app.command()
def watch(
    every: Annotated[
        str, typer.Option(metavar="TIME", help="From start to start of two rounds: 30m, 1h, 2d.")
    ],
    outlets: OutletsOption = "",
    outlet: OutletOption = None,
    since: SinceOption = "",
    max_pages: MaxPagesOption = MAX_PAGES,
    contact: ContactOption = "",
    judge: JudgeOption = True,
    analyse: Annotated[
        bool, typer.Option("--analyse", help="After each crawl, python -m analysis run.")
    ] = False,
    then: Annotated[
        str,
        typer.Option(metavar="COMMAND", help="After each crawl, and its analysis, this for sh."),
    ] = "",
    rounds: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Stop after N rounds. Default: never.")
    ] = None,
) -> None:
    """Crawls again and again, until Ctrl-C or SIGTERM, which stop a running crawl in good order.

    A round that fails is reported, and the next one goes on. What follows a crawl is left out
    where the crawl failed. With --rounds, the exit status is 1 where a round failed.

    Example: python -m crawler watch --every 1h --analyse --contact desk@newsroom.example
    """
    given = {"outlets": outlets, "since": since, "contact": contact, "max-pages": str(max_pages)}
    options = [f"--{name}={value}" for name, value in given.items() if value]
    options += [f"--outlet={key}" for key in outlet or []]
    options += [] if judge else ["--no-judge"]
    steps = [Step("the crawl", python("crawler", "crawl", *options))]
    if analyse:
        steps.append(Step("the analysis", python("analysis", "run")))
    if then:
        steps.append(Step("the command", ("/bin/sh", "-c", then)))
    raise typer.Exit(run_rounds(steps, interval(every), rounds))


@app.command()
def urls(
    file: Annotated[str, typer.Argument(metavar="FILE", help='Addresses, one a line; "-": stdin.')],
    column: Annotated[
        str,
        typer.Option(metavar="HEADING", help="FILE is a CSV table with addresses in this column."),
    ] = "",
    outlets: OutletsOption = "",
    max_pages: MaxPagesOption = MAX_PAGES,
    contact: ContactOption = "",
    refetch: RefetchOption = False,
    dry_run: DryRunOption = False,
    report: ReportOption = "",
) -> None:
    """Crawls a list of article addresses.

    An address of a known outlet is counted there, another one under its host.

    Example: python -m crawler urls articles.txt --contact desk@newsroom.example
    """
    raise typer.Exit(
        run(
            urls=file,
            column=column,
            outlets=outlets,
            max_pages=str(max_pages),
            contact=contact,
            refetch="yes" if refetch else "",
            dry_run="yes" if dry_run else "",
            report=report,
        )
    )


@app.command("import-warc")
def import_warc(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="WARC files, plain or gzip; oldest first."),
    ],
    outlets: OutletsOption = "",
) -> None:
    """Takes articles out of somebody's WARC files, each as of the day of its record.

    Pages are read, judged, stored and archived like those of a crawl; none is asked for.

    Example: python -m crawler import-warc old/*.warc.gz
    """
    raise typer.Exit(run(ArchiveSpider, files=files, outlets=outlets))


app.command("add-files")(add_files)
app.command("show-archive")(show_archive)
app.command("verify")(verify_archive)
app.command("report")(print_earlier_report)
app.command("check-outlets")(check_outlets)
app.command("new-outlet")(new_outlet)


def run(
    spider: type[Spider] = NewsSpider,
    *,
    report: str = "",
    fail_on_alarm: bool = False,
    **arguments: Any,
) -> int:
    """Runs one crawl in this process, which can run no other, and returns the exit status.

    Args:
        spider: which spider crawls.
        report: the file of its report; by default one a crawl, beside the store.
        fail_on_alarm: whether an alarm makes the status `ALARMED`.
        **arguments: the spider's own.

    Raises:
        EarshotError: the crawl could not start, or the store failed.
    """
    crawler = run_spider(spider, {REPORT_FILE: report} if report else {}, **arguments)
    if isinstance(crawler.spider, ArchiveSpider) and crawler.spider.unread:
        raise InputError("; ".join(crawler.spider.unread))
    if not is_finished(crawler):
        return STOPPED
    return ALARMED if fail_on_alarm and crawler.stats.get_value(ALARMS) else 0


def main() -> None:
    """Runs the command line; a user's error is one line and exit status 1, or `BUSY`."""
    try:
        app()
    except EarshotError as error:
        console.print(Text.assemble(("Error: ", "bold red"), str(error)), soft_wrap=True)
        sys.exit(BUSY if isinstance(error, BusyError) else 1)
