"""The crawler's command line: `python -m crawler`."""

from __future__ import annotations

import logging
import sys
from types import FrameType
from typing import Annotated, Any, cast

import typer
from rich.logging import RichHandler
from rich.text import Text
from scrapy import Spider
from scrapy.crawler import Crawler, CrawlerProcess
from scrapy.settings import Settings
from twisted.python.failure import Failure

from analysis.errors import CrawlError, EarshotError, InputError, StoreError
from crawler.archive.commands import show_archive, verify_archive
from crawler.extensions import console
from crawler.politeness import drop_waiting
from crawler.spiders.archives import ArchiveSpider
from crawler.spiders.news import MAX_PAGES, NewsSpider
from crawler.visits import STORE_ERROR

STOPPED = 130

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


@app.command()
def crawl(
    outlets: OutletsOption = "",
    outlet: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="An outlet of the file; can be repeated. Default: all."),
    ] = None,
    since: Annotated[
        str, typer.Option(metavar="YYYY-MM-DD", help="First day of publication.")
    ] = "",
    max_pages: MaxPagesOption = MAX_PAGES,
    contact: ContactOption = "",
    refetch: RefetchOption = False,
) -> None:
    """Crawls outlets: their feeds, sitemaps and listings, then the articles.

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
        )
    )


@app.command()
def urls(
    file: Annotated[str, typer.Argument(metavar="FILE", help='Addresses, one a line; "-": stdin.')],
    outlets: OutletsOption = "",
    max_pages: MaxPagesOption = MAX_PAGES,
    contact: ContactOption = "",
    refetch: RefetchOption = False,
) -> None:
    """Crawls a list of article addresses.

    An address of a known outlet is counted there, another one under its host.

    Example: python -m crawler urls articles.txt --contact desk@newsroom.example
    """
    raise typer.Exit(
        run(
            urls=file,
            outlets=outlets,
            max_pages=str(max_pages),
            contact=contact,
            refetch="yes" if refetch else "",
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


app.command("show-archive")(show_archive)
app.command("verify")(verify_archive)


def run(spider: type[Spider] = NewsSpider, **arguments: Any) -> int:
    """Runs one crawl in this process, which can run no other, and returns the exit status.

    Args:
        spider: which spider crawls.
        **arguments: the spider's own.

    Raises:
        EarshotError: the crawl could not start, or the store failed.
    """
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.set("LOG_INSTALL_ROOT_HANDLER", False)
    handler = RichHandler(settings["LOG_LEVEL"], console, show_path=False, show_time=False)
    logging.basicConfig(format="%(message)s", handlers=[handler])
    process = _Process(settings)
    crawler = process.create_crawler(spider)
    failures: list[BaseException] = []

    def note(failure: Failure) -> None:
        failures.append(cast(BaseException, failure.value))

    process.crawl(crawler, **arguments).addErrback(note)
    if not failures:
        process.start()
    for failure in failures:
        raise (
            failure
            if isinstance(failure, EarshotError | KeyboardInterrupt)
            else CrawlError(f"the crawl broke off: {failure!r}")
        ) from failure
    return _status(crawler)


def main() -> None:
    """Runs the command line; a user's error is one line and exit status 1."""
    try:
        app()
    except EarshotError as error:
        console.print(Text.assemble(("Error: ", "bold red"), str(error)), soft_wrap=True)
        sys.exit(1)


def _status(crawler: Crawler) -> int:
    store_error = crawler.stats.get_value(STORE_ERROR)
    if store_error:
        raise StoreError(store_error)
    if isinstance(crawler.spider, ArchiveSpider) and crawler.spider.unread:
        raise InputError("; ".join(crawler.spider.unread))
    finished = crawler.stats.get_value("finish_reason") == "finished"
    return 0 if finished else STOPPED


class _Process(CrawlerProcess):
    def _signal_shutdown(self, signum: int, frame: FrameType | Any) -> None:
        from twisted.internet import reactor  # the import installs a reactor: not earlier

        reactor.callFromThread(self._let_go)
        super()._signal_shutdown(signum, frame)

    def _let_go(self) -> None:
        console.print("Stopping after the pages in hand; Ctrl-C again stops at once.")
        for crawler in self.crawlers:
            drop_waiting(crawler)
