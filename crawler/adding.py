"""The command that takes articles out of files."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from analysis.config import load_settings
from analysis.errors import InputError
from analysis.store import Store
from crawler.archive.writing import Archive
from crawler.uploads import MAX_BYTES, Given, UploadError, add_file


def add_files(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Saved pages, plain text or PDF.")
    ],
    title: Annotated[str, typer.Option(help="Headline, of a single file.")] = "",
    outlet: Annotated[
        str, typer.Option(metavar="NAME", help="Who published them: a name, or a key.")
    ] = "",
    day: Annotated[
        str, typer.Option("--date", metavar="DAY", help="Day of publication, YYYY-MM-DD.")
    ] = "",
    lang: Annotated[str, typer.Option(metavar="CODE", help="Language, fr or en.")] = "",
    url: Annotated[str, typer.Option(help="Web address, of a single file.")] = "",
) -> None:
    """Stores the articles in files; prints what became of each, one JSON object a line.

    The files themselves go into the archive.
    The options come before what a file says of itself. Off-topic articles are kept as well.

    Example: python -m crawler add-files report.pdf --outlet "Le Monde" --date 2019-08-28
    """
    if len(files) > 1 and (title or url):
        raise InputError("--title and --url are of a single file: give one file at a time")
    if url and not url.startswith(("https://", "http://")):
        raise InputError(f"--url {url!r}: not a web address")
    given = Given(title, outlet, lang, url, _day(day))
    failed = False
    settings = load_settings()
    with Store.open(settings.database_url) as store, _archive(settings.archive) as archive:
        for file in files:
            line: dict[str, str | None] = {"file": file}
            try:
                added = add_file(file, _content(file), given, store, archive)
                article = added.article
                line |= {"outcome": added.outcome, "article_id": article.id, "url": article.url}
                line["title"] = article.title
            except UploadError as error:
                failed = True
                line |= {"outcome": error.reason, "message": str(error)}
            typer.echo(json.dumps(line, ensure_ascii=False))
    if failed:
        raise typer.Exit(1)


def _archive(folder: Path | None) -> AbstractContextManager[Archive | None]:
    if folder is None:
        return nullcontext()
    return Archive(folder, "files", {"software": "Earshot", "isPartOf": "files handed over"})


def _content(file: str) -> bytes:
    try:
        with Path(file).open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}") from error


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InputError(f"--date {text!r}: write a day as YYYY-MM-DD") from error
