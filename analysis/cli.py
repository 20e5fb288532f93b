"""The command line of the analysis: extract, run, compare, export, evaluate.

Results go to standard output; progress, warnings and errors to standard error.
"""

from __future__ import annotations

import logging
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.logging import RichHandler
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text
from typer.core import TyperGroup

from analysis.codebook import Codebook, load_codebook
from analysis.compare import Comparison, comparison
from analysis.config import load_settings
from analysis.errors import EarshotError, InputError
from analysis.evaluate import (
    Figures,
    Pairing,
    breakdown,
    by_language,
    error_table,
    figures,
    load_gold,
    pair,
)
from analysis.export import export_files
from analysis.jsonl import claim_line, read_articles
from analysis.pipeline import Readers, RunSummary, load_extractor
from analysis.pipeline import run as run_pipeline
from analysis.records import CERTAINTIES, POLARITIES, SOURCE_TYPES, article_id
from analysis.store import CellCount, ClaimFilter, Store, StoredClaim

_FIGURES: dict[str, Callable[[Figures], str]] = {
    "articles": lambda f: str(f.articles),
    "claims coded": lambda f: str(f.detection.gold),
    "claims read": lambda f: str(f.detection.predicted),
    "detection precision": lambda f: f"{f.detection.precision:.3f}",
    "detection recall": lambda f: f"{f.detection.recall:.3f}",
    "detection F1": lambda f: f"{f.detection.f1:.3f}",
    "strict F1": lambda f: f"{f.strict.f1:.3f}",
    "matrix F1": lambda f: f"{f.matrix.f1:.3f}",
    "polarity right": lambda f: f"{f.polarity:.3f}",
    "certainty right": lambda f: f"{f.certainty:.3f}",
    "source type right": lambda f: f"{f.source_type:.3f}",
}
MINUS = "\N{MINUS SIGN}"
SILENT = "\N{MIDDLE DOT}"


class _ErrorsInOneLine(TyperGroup):
    """Prints an EarshotError as one line instead of a traceback, and exits with 1."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except EarshotError as error:
            _complain(str(error))
            raise typer.Exit(1) from error


app = typer.Typer(
    cls=_ErrorsInOneLine,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,
    help="Read articles for claims on voice-assistant privacy, compare vendors, export.",
)
Jobs = Annotated[int, typer.Option("--jobs", min=1, help="Processes that read articles.")]


@app.callback()
def configure(
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Show log messages, with the origin of errors.")
    ] = False,
) -> None:
    """Set the log up before a command runs."""
    log = logging.getLogger("analysis")
    log.addHandler(RichHandler(console=_err()) if verbose else logging.NullHandler())
    log.setLevel(logging.DEBUG if verbose else logging.WARNING)


@app.command()
def extract(
    articles: Annotated[
        typer.FileBinaryRead,
        typer.Argument(metavar="ARTICLES.jsonl|-", help="A file, or - for standard input."),
    ],
    jobs: Jobs = 1,
) -> None:
    """Print the claims of articles, one JSON object a line.

    Each line of the input is a JSON object with id, title, paragraphs (a list) or
    text; lang, outlet, date and url where known. Lines that are not are named on
    standard error and passed over, and the exit status is then 1.

    Example: `python -m analysis extract articles.jsonl --jobs 2 > claims.jsonl`
    """
    failures = 0

    def report(error: InputError) -> None:
        nonlocal failures
        failures += 1
        _complain(str(error))

    name = "standard input" if articles.name in ("<stdin>", "-") else articles.name
    given = ((article,) for article in read_articles(articles, name, report))
    out = sys.stdout.buffer
    with (
        _progress("Reading articles", shown=not sys.stdout.isatty()) as advance,
        Readers(partial(load_extractor, load_settings()), jobs) as readers,
    ):
        for done, ((article,), reading) in enumerate(readers.read(given), start=1):
            if reading.error is not None:
                report(InputError(f"{name}, article {article.id!r}: {reading.error}"))
            out.writelines(claim_line(claim) for claims in reading.claims for claim in claims)
            out.flush()
            advance(done, None)
    if failures:
        raise typer.Exit(1)


@app.command()
def run(jobs: Jobs = 1) -> None:
    """Read the stored articles that this codebook and these models have not read yet.

    Example: `python -m analysis run --jobs 2`
    """
    settings = load_settings()
    with Store.open(settings.database_url) as store, _progress("Reading articles") as advance:
        summary = run_pipeline(store, partial(load_extractor, settings), jobs, advance)
        empty = store.overview().articles == 0
    if empty:
        typer.echo("The store holds no articles yet: crawl some first (python -m crawler crawl).")
    else:
        _print_summary(summary)
    if summary.failed and not summary.read:
        raise typer.Exit(1)


@app.command()
def compare(
    example: Annotated[
        str | None,
        typer.Option(metavar="URL_OR_ID", help="First print the claims of this article."),
    ] = None,
) -> None:
    """Print what the press says: a row for each practice, a column for each vendor.

    Example: `python -m analysis compare`
    """
    settings = load_settings()
    codebook = load_codebook(settings.codebook)
    with Store.open(settings.database_url) as store:
        if example is not None:
            _print_example(store, example, codebook)
        cells = store.cells()
    table = comparison(cells, tuple(codebook.vendors), tuple(codebook.practices))
    print_comparison(_out(), table, codebook)


@app.command()
def export(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the three files.")],
    vendor: Annotated[list[str] | None, typer.Option(help="amazon, other:genesis toys")] = None,
    practice: Annotated[list[str] | None, typer.Option(help="human_review, retention")] = None,
    source_type: Annotated[list[str] | None, typer.Option(help="vendor, worker, media")] = None,
    polarity: Annotated[list[str] | None, typer.Option(help="affirmed or denied")] = None,
    certainty: Annotated[list[str] | None, typer.Option(help="certain or uncertain")] = None,
    language: Annotated[list[str] | None, typer.Option(help="fr, en")] = None,
    outlet: Annotated[list[str] | None, typer.Option(help="Key of an outlet.")] = None,
    date_from: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")
    ] = None,
    date_to: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")
    ] = None,
    text: Annotated[str, typer.Option(help="Words of sentence, title or source.")] = "",
) -> None:
    """Write claims.csv, vendors_by_practice.csv and articles.csv.

    Filters can be repeated: `--vendor amazon --vendor apple` takes both. Every
    column is described in docs/export.md.

    Example: `python -m analysis export --out export --practice human_review --from 2019-01-01`
    """
    settings = load_settings()
    codebook = load_codebook(settings.codebook)
    practices, vendors = tuple(codebook.practices), tuple(codebook.vendors)
    wanted = ClaimFilter(
        vendors=_known("--vendor", vendor, (*vendors, "other:NAME")),
        practices=_known("--practice", practice, practices),
        source_types=_known("--source-type", source_type, SOURCE_TYPES),
        polarities=_known("--polarity", polarity, POLARITIES),
        certainties=_known("--certainty", certainty, CERTAINTIES),
        languages=tuple(language or ()),
        outlets=tuple(outlet or ()),
        date_from=date_from.date() if date_from else None,
        date_to=date_to.date() if date_to else None,
        text=text,
    )
    with Store.open(settings.database_url) as store:
        claims = store.count_claims(wanted)
        files = export_files(store, wanted, codebook)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (out / name).write_bytes(content)
    except OSError as error:
        raise InputError(f"--out {out}: cannot write there: {error.strerror}") from error
    typer.echo(f"{claims} claims; wrote {', '.join(str(out / name) for name in files)}")


@app.command()
def evaluate(
    gold: Annotated[
        list[Path], typer.Option(metavar="DIR", help="Folder of coded articles; repeatable.")
    ],
    errors: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write every error to this CSV file.")
    ] = None,
    jobs: Jobs = 1,
) -> None:
    """Score this extractor against articles coded by hand.

    Prints precision, recall and F1 by language, then by practice, vendor and kind of source. The
    format of coded articles and the figures are described in docs/extraction.md.

    Example: `python -m analysis evaluate --gold coded/ --errors errors.csv`
    """
    coded = [article for folder in gold for article in load_gold(folder)]
    given = ([article.article] for article in coded)
    pairings = []
    with (
        _progress("Reading articles") as advance,
        Readers(partial(load_extractor, load_settings()), jobs) as readers,
    ):
        for done, (article, (_, reading)) in enumerate(
            zip(coded, readers.read(given), strict=True), start=1
        ):
            if reading.error is not None:
                raise InputError(f"article {article.article.id!r}: {reading.error}")
            pairings.append(pair(article, [c for claims in reading.claims for c in claims]))
            advance(done, len(coded))
    print_figures(_out(), pairings)
    if errors is not None:
        errors.write_text(error_table(pairings), encoding="utf-8-sig", newline="")


def print_figures(console: Console, pairings: Sequence[Pairing]) -> None:
    """Prints the scores by language, then detection by practice, vendor and kind of source."""
    languages = {**by_language(pairings), "all": list(pairings)}
    scores = {name: figures(some) for name, some in languages.items()}
    table = Table("", *scores, box=box.SIMPLE_HEAD, title="Against coded articles")
    for label, figure in _FIGURES.items():
        table.add_row(label, *(figure(score) for score in scores.values()))
    console.print(table)
    for label in ("practice", "vendor", "source_type"):
        rates = breakdown(pairings, attrgetter(label))
        table = Table(box=box.SIMPLE_HEAD, title=f"Detection by {label.replace('_', ' ')}")
        for column in (label, "coded", "read", "P", "R", "F1"):
            table.add_column(column, justify="left" if column == label else "right")
        for name, rate in rates.items():
            table.add_row(
                printable(name), str(rate.gold), str(rate.predicted),
                f"{rate.precision:.3f}", f"{rate.recall:.3f}", f"{rate.f1:.3f}",
            )  # fmt: skip
        console.print(table)


def print_comparison(console: Console, table: Comparison, codebook: Codebook) -> None:
    """Print the table, in several parts where the terminal is too narrow for all vendors."""
    if not table.vendors:
        console.print("The store holds no claim yet: crawl, then `python -m analysis run`.")
        return
    rows = [codebook.practice_label(practice) for practice in table.practices]
    columns = [
        [
            codebook.vendor_label(vendor),
            *_aligned([table.cell(vendor, practice) for practice in table.practices]),
        ]
        for vendor in table.vendors
    ]
    room = console.width - max(map(len, rows)) - 4
    for part in _parts(columns, room):
        grid = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
        grid.add_column("Practice", no_wrap=True)
        for header, *_ in part:
            grid.add_column(Text(printable(header)), justify="right", no_wrap=True)
        for number, label in enumerate(rows, start=1):
            grid.add_row(label, *(_styled(column[number]) for column in part))
        console.print(grid)
    console.print(
        f"+n sentences say that the vendor does it, {MINUS}n that it does not; "
        f"{SILENT} nobody wrote about it.",
        style="dim",
    )


def printable(text: str) -> str:
    """Text on one line, without characters that steer a terminal or the reading direction."""
    visible = (c for c in " ".join(text.split()) if unicodedata.category(c) != "Cf")
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in ("Cc", "Cs") else c
        for c in visible
    )


def _aligned(counts: Sequence[CellCount]) -> list[str]:
    """The cells of a column, affirmations under affirmations and denials under denials."""
    cells = [
        (
            f"+{count.affirmed}" if count.affirmed else "" if count.denied else SILENT,
            f"{MINUS}{count.denied}" if count.denied else "",
        )
        for count in counts
    ]
    left, right = (max(map(len, side)) for side in zip(*cells, strict=True))
    return [
        f"{plus:>{left}} {minus:>{right}}" if right else f"{plus:>{left}}" for plus, minus in cells
    ]


def _styled(cell: str) -> Text:
    text = Text(cell, style="dim" if cell.strip() == SILENT else "")
    text.highlight_regex(r"\+\d+", "green")
    text.highlight_regex(rf"{MINUS}\d+", "red")
    return text


def _parts(columns: Sequence[list[str]], room: int) -> Iterator[list[list[str]]]:
    part: list[list[str]] = []
    left = room
    for column in columns:
        width = max(map(len, column)) + 2
        if part and width > left:
            yield part
            part, left = [], room
        part.append(column)
        left -= width
    yield part


def _print_example(store: Store, example: str, codebook: Codebook) -> None:
    found = store.article_rows(ClaimFilter(articles=(example, article_id(example))))
    if not found:
        raise InputError(
            f"--example {example}: no such article in {store.address}; give the address or the "
            "article_id of one that articles.csv lists"
        )
    article = found[0]
    console = _out()
    console.print(Text(printable(article.title), style="bold"))
    day = f"{article.published:%Y-%m-%d}" if article.published else "no date"
    console.print(Text(printable(f"{article.outlet_name}, {day}, {article.url}"), style="dim"))
    claims = store.claims(ClaimFilter(articles=(article.id,)))
    if not claims:
        console.print("No claim was read in this article.")
    for (_, _, quote), same in groupby(
        claims, key=lambda c: (c.claim.paragraph, c.claim.start, c.claim.quote)
    ):
        console.print()
        console.print(Text(printable(quote), style="italic"))
        for stored in same:
            console.print(_reading(stored, codebook))
    console.print()


def _reading(stored: StoredClaim, codebook: Codebook) -> Text:
    claim = stored.claim
    who = codebook.source_types[claim.source_type]["en"]
    if claim.source:
        who += f" ({printable(claim.source)})"
    text = Text("  ")
    text.append(printable(codebook.vendor_label(claim.vendor)), style="bold")
    text.append(f": {codebook.practice_label(claim.practice)}, ")
    text.append(claim.polarity, style="green" if claim.polarity == "affirmed" else "red")
    text.append(f", {claim.certainty}. Who says it: {who}")
    return text


def _print_summary(summary: RunSummary) -> None:
    if not summary.read and not summary.failed:
        typer.echo("Nothing to read: every stored article has been read already.")
        return
    typer.echo(
        f"Read {summary.read} articles: {summary.added} new claims, {summary.updated} changed, "
        f"{summary.kept} as before, {summary.withdrawn} withdrawn."
    )
    for key, error in summary.failed.items():
        _complain(f"article {key} was passed over: {error}")


def _known(option: str, given: list[str] | None, accepted: Sequence[str]) -> tuple[str, ...]:
    for value in given or ():
        if value not in accepted and not ("other:NAME" in accepted and value.startswith("other:")):
            raise InputError(f"{option} {value}: unknown; accepted: {', '.join(accepted)}")
    return tuple(given or ())


@contextmanager
def _progress(label: str, shown: bool = True) -> Iterator[Any]:
    console = _err()
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not (shown and console.is_terminal),
    ) as bar:
        task = bar.add_task("Loading language models", total=None)

        def advance(done: int, total: int | None) -> None:
            bar.update(task, description=label, completed=done, total=total)

        yield advance


def _out() -> Console:
    return Console(highlight=False)


def _err() -> Console:
    return Console(stderr=True, highlight=False)


def _complain(message: str) -> None:
    typer.echo(f"earshot: {printable(message)}", err=True)
