"""What the commands print for a person: tables and the claims of an article."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from analysis.agencies import Agencies
from analysis.codebook import Codebook
from analysis.compare import Comparison
from analysis.evaluate import Figures, Pairing, breakdown, by_language, figures
from analysis.store import ArticleRow, CellCount, Copy, StoredClaim, Story

if TYPE_CHECKING:  # it loads spaCy, for which most commands do not wait
    from analysis.inspection import Change, Inspection

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
_ORIGINS = {"bundled": "bundled", "extends": "extended", "replaces": "replaced"}
_NAMED = 5
"""How many names a line gives before it only counts."""
MINUS = "\N{MINUS SIGN}"
SILENT = "\N{MIDDLE DOT}"


def print_stories(console: Console, stories: Sequence[Story], agencies: Agencies) -> None:
    """Prints each story with its copies, the first published in front."""
    if not stories:
        console.print("No story stands in several of the stored articles.")
    for story in stories:
        agency = agencies.by_key.get(story.agency or "")
        credit = f", credits {agency.label}" if agency else ""
        console.print(Text(f"{printable(story.first.title)}{credit}", style="bold"), soft_wrap=True)
        for copy in story.copies:
            console.print(Text(_copy_line(copy, copy is story.first)), soft_wrap=True)


def _copy_line(copy: Copy, is_first: bool) -> str:
    day = f"{copy.published:%Y-%m-%d %H:%M}" if copy.published else "undated"
    mark = "first" if is_first else ""
    return f"  {mark:<5}  {day:<16}  {printable(copy.outlet_name)}  {printable(copy.url)}"


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


def print_inspection(console: Console, found: Inspection) -> None:
    """Print what a codebook folder adds, changes and leaves out, and which examples fail."""
    table = Table("File", "", "Holds", box=box.SIMPLE_HEAD, pad_edge=False)
    for name, origin in found.origins.items():
        lines = [printable(_changed(change)) for change in found.changes[name]]
        table.add_row(name, _ORIGINS[origin], Text("\n".join(lines)))
    console.print(table)
    for practice in found.unread:
        console.print(f"No expression states {practice} yet: nothing is read as it.")
    for failure in found.failures:
        console.print(Text(printable(failure), style="red"), soft_wrap=True)
    good = found.examples - len(found.failures)
    console.print(f"{good} of {found.examples} examples are read as they should be.")
    console.print(f"The version of this codebook is {found.version}.")


def _changed(change: Change) -> str:
    parts = []
    for word, names in (
        ("new", change.added),
        ("changed", change.changed),
        ("left out", change.dropped),
    ):
        if names:
            more = ", ..." if len(names) > _NAMED else ""
            parts.append(f"{len(names)} {word} ({', '.join(names[:_NAMED])}{more})")
    return f"{change.total} {change.kind}{': ' if parts else ''}{', '.join(parts)}"


def printable(text: str) -> str:
    """Text on one line, without characters that steer a terminal or the reading direction."""
    return printable_part(" ".join(text.split()))


def printable_part(text: str) -> str:
    """The same for a part of a text, which may begin or end with a space."""
    visible = (c for c in re.sub(r"\s+", " ", text) if unicodedata.category(c) != "Cf")
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


def print_claims(
    console: Console, article: ArticleRow, claims: Sequence[StoredClaim], codebook: Codebook
) -> None:
    """Print an article's heading and its claims, each sentence once."""
    console.print(Text(printable(article.title), style="bold"))
    day = f"{article.published:%Y-%m-%d}" if article.published else "no date"
    console.print(Text(printable(f"{article.outlet_name}, {day}, {article.url}"), style="dim"))
    if not claims:
        console.print("No claim was read in this article.")
    for (_, _, quote), same in groupby(
        claims, key=lambda c: (c.claim.paragraph, c.claim.start, c.claim.quote)
    ):
        console.print()
        console.print(Text(printable(quote), style="italic"))
        for stored in same:
            console.print(Text("  ") + reading(stored, codebook))
    console.print()


def reading(stored: StoredClaim, codebook: Codebook) -> Text:
    """A claim on one line."""
    claim = stored.claim
    who = codebook.source_types[claim.source_type]["en"]
    if claim.source:
        who += f" ({printable(claim.source)})"
    text = Text()
    text.append(printable(codebook.vendor_label(claim.vendor)), style="bold")
    text.append(f": {codebook.practice_label(claim.practice)}, ")
    text.append(claim.polarity, style="green" if claim.polarity == "affirmed" else "red")
    text.append(f", {claim.certainty}. Who says it: {who}")
    return text
