"""The command that makes an outlets file's entry of a web address."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import typer
from rich.text import Text

from analysis.config import load_settings
from analysis.errors import CrawlError
from crawler.entries import add_entry, entry_text, id_for, refuse_known
from crawler.outlets import Outlet, Politeness, load_outlets
from crawler.reporting.checks import OutletCheck, SourceCheck
from crawler.reporting.progress import console
from crawler.running import STOPPED, is_finished, run_spider
from crawler.spiders.newcomers import NewcomerSpider

_LONGEST_DELAY = 600.0


def new_outlet(
    url: Annotated[str, typer.Argument(metavar="URL", help="Its home page.")],
    add: Annotated[
        str, typer.Option("--add", metavar="FILE", help="Put the entry at the end of FILE.")
    ] = "",
    outlets: Annotated[
        str,
        typer.Option(
            metavar="FILE",
            help="Refuse what FILE has; by default that of --add, or of EARSHOT_OUTLETS.",
        ),
    ] = "",
    contact: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="E-mail or web address to give to the site; by default that of EARSHOT_CONTACT.",
        ),
    ] = "",
    private_addresses: Annotated[
        bool,
        typer.Option("--private-addresses", help="The site may stand on this machine or network."),
    ] = False,
) -> None:
    """Makes the entry of a new outlet: finds its feeds, news sitemaps, name and language.

    As polite as a crawl: robots.txt is obeyed, and a dozen requests are the most. The entry is
    printed, with comments on what a person must check. Nothing is stored.

    Example: python -m crawler new-outlet https://www.example.org/ --contact desk@newsroom.example
    """
    address = url if "://" in url else f"https://{url}"
    file = Path(outlets or add) if outlets or add else load_settings().outlets
    known = load_outlets(file) if file.exists() or not add else ()
    refuse_known(address, known, file)
    crawler = run_spider(
        NewcomerSpider, url=address, contact=contact, private_addresses=private_addresses
    )
    spider = cast(NewcomerSpider, crawler.spider)
    if not is_finished(crawler):
        raise typer.Exit(STOPPED)
    if spider.home is None:
        raise CrawlError(_reason(spider, address))
    refuse_known(spider.home.url, known, file)
    key = id_for(spider.home.url, [one.id for one in known])
    entry = entry_text(key, spider.home, list(spider.tried.values()), _site(spider))
    if not add:
        typer.echo(entry, nl=False)
        return
    add_entry(Path(add), entry)
    said = f"Outlet {key} is in {add} now. Look at its lines marked `check`, then try it:"
    command = f"python -m crawler check-outlets --outlets {add} --outlet {key}"
    console.print(Text(f"{said}\n  {command}"), soft_wrap=True)


def _site(spider: NewcomerSpider) -> Outlet:
    """The site with the pace that its robots.txt asks for."""
    delay = min(max(spider.crawl_delay, Politeness().delay), _LONGEST_DELAY)
    return spider.outlet.model_copy(update={"politeness": Politeness(delay=delay)})


def _reason(spider: NewcomerSpider, asked: str) -> str:
    """Why the home page could not be read, and what to do."""
    outcome, url = spider.failure
    if outcome == "offsite":
        return f"{asked}: leads to another host; if that is the outlet's, give {url}"
    if outcome == "private_address":
        return f"{url}: stands in a private network: --private-addresses, if it is yours"
    check = OutletCheck(spider.outlet.id, spider.outlet.name, asked)
    check.sources[url] = SourceCheck("listing", url, outcome)
    problem = check.problems[0]
    return f"{url}: {problem.message}: {problem.remedy}"
