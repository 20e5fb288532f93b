"""The commands on the archive: show a page, check everything."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from analysis.config import load_settings
from analysis.errors import ConfigurationError, InputError
from analysis.store import Store
from crawler.archive.reading import read_page
from crawler.archive.serving import HOST, ArchiveServer, ShownPage
from crawler.archive.verifying import matches, verify

_out = Console(highlight=False, soft_wrap=True)
_progress = Console(stderr=True, highlight=False)


def show_archive(
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of a stored article.")],
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on this machine; 0: a free one.")
    ] = 0,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open it in a browser.")
    ] = False,
) -> None:
    """Serves the archived pages of an article on this machine, all versions.

    Nothing in them runs, and nothing is fetched from the web. Ctrl-C ends it.

    Example: python -m crawler show-archive https://www.example.org/tech/alexa
    """
    settings = load_settings()
    with Store.open(settings.database_url) as store:
        address, pages = shown_pages(store, _folder(settings.archive), url)
    try:
        server = ArchiveServer(address, pages, port)
    except OSError as error:
        raise InputError(f"cannot serve on port {port} of {HOST}: {error.strerror}") from error
    with server:
        _out.print(f"{len(pages)} archived version(s) of {address}:", markup=False)
        _out.print(server.address)
        if browser:
            webbrowser.open(server.address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            _out.print("Stopped.")


def verify_archive() -> None:
    """Reads the whole archive and compares every digest, also with those in the store.

    Damage is printed with file and byte; the exit status is then 1.

    Example: python -m crawler verify
    """
    settings = load_settings()
    folder = _folder(settings.archive)
    with Store.open(settings.database_url) as store, _progress.status("Reading") as status:
        found = verify(folder, store.captures(), lambda name: status.update(f"Reading {name}"))
    for damage in found.damage:
        _out.print(Text(str(damage), style="red"))
    for unfinished in found.unfinished:
        _out.print(f"{unfinished}; the run was killed, and no article points there", markup=False)
    _out.print(
        f"{found.files} files, {found.records} records, {found.captures} pages of the store: "
        + (f"{len(found.damage)} damaged" if found.damage else "no damage")
    )
    if found.damage:
        raise typer.Exit(1)


def shown_pages(store: Store, folder: Path, url: str) -> tuple[str, list[ShownPage]]:
    """The address of the article known at an address, and its archived versions.

    Raises:
        InputError: there is no such article, or no archived page of it, or it is damaged.
    """
    visit = store.page(url)
    known = store.identity(url)
    article_id = visit.article_id if visit and visit.article_id else known[0] if known else None
    history = store.history(article_id) if article_id else []
    if not history:
        raise InputError(f"no article of the store {store.address} is known at {url}")
    address = history[-1].article.url or url
    pages: list[ShownPage] = []
    for version in history:
        capture = version.capture
        if capture is None:
            continue
        page = ShownPage(version, read_page(folder / capture.file, capture.offset))
        if not matches(capture.digest, page.exchange.body):
            raise InputError(
                f"{folder / capture.file}, byte {capture.offset}: not the page that was stored "
                f"for {url}; `python -m crawler verify` tells what is damaged"
            )
        pages.append(page)
    if not pages:
        raise InputError(
            f"{address} is stored, but its page is not archived: it asked for that (noarchive), "
            "or EARSHOT_ARCHIVE was off"
        )
    return address, pages


def _folder(archive: Path | None) -> Path:
    if archive is None:
        raise ConfigurationError("EARSHOT_ARCHIVE is off: there is no archive; name its folder")
    return archive
