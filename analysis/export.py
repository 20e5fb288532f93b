"""The comparison and its evidence as CSV files, described in docs/export.md.

UTF-8 with byte order mark, so that spreadsheets read accents; RFC 4180 lines and
quotes; cells that a spreadsheet would run as a formula are neutralised.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import cache

from analysis.codebook import Codebook
from analysis.compare import comparison, state
from analysis.records import TITLE
from analysis.store import CLAIM_FIELDS, Answer, CellCount, ClaimFilter, Store, StoredClaim

CLAIM_COLUMNS = (
    "claim_id",
    "vendor",
    "vendor_label",
    "product",
    "practice",
    "practice_fr",
    "practice_en",
    "polarity",
    "certainty",
    "source_type",
    "source",
    "quote",
    "article_id",
    "title",
    "outlet",
    "outlet_name",
    "country",
    "language",
    "published",
    "url",
    "paragraph",
    "start",
    "end",
    "rule",
    "extractor",
    "confidence",
    "verdict",
    "verdict_by",
    "verdict_at",
    "verdict_note",
    *(f"read_{name}" for name in CLAIM_FIELDS),
    "asked",
    "answered",
    "answered_by",
    "answer",
    "answer_entries",
)
CELL_COLUMNS = (
    "vendor",
    "vendor_label",
    "practice",
    "practice_fr",
    "practice_en",
    "state",
    "affirmed",
    "denied",
    "uncertain",
    "articles",
    "outlets",
    "affirmed_outlets",
    "denied_outlets",
    "stories",
    "affirmed_stories",
    "denied_stories",
    "affirmed_uncertain",
    "denied_uncertain",
)
ARTICLE_COLUMNS = (
    "article_id",
    "title",
    "authors",
    "outlet",
    "outlet_name",
    "country",
    "language",
    "published",
    "modified",
    "url",
    "first_seen",
    "last_seen",
    "versions",
    "claims",
    "extractor",
)
COLUMNS = {
    "claims.csv": CLAIM_COLUMNS,
    "vendors_by_practice.csv": CELL_COLUMNS,
    "articles.csv": ARTICLE_COLUMNS,
}

Cell = str | int | float | date | datetime | None
_RISKY = (*"=+-@", *"＝＋－＠", "\t", "\r", "\n")
_MARK = "'"


def neutralise(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula.

    A leading = + - @, also of full width, tab, line feed or carriage return gets an
    apostrophe before it, and so does a leading apostrophe, so that `restore` can tell
    them apart. See OWASP, "CSV Injection".
    """
    return _MARK + cell if cell.startswith((*_RISKY, _MARK)) else cell


def restore(cell: str) -> str:
    """The text that `neutralise` was given."""
    return cell.removeprefix(_MARK)


def export_files(store: Store, wanted: ClaimFilter, codebook: Codebook) -> dict[str, bytes]:
    """The three files, by name, of the claims that pass a filter."""
    return {name: export_file(name, store, wanted, codebook) for name in COLUMNS}


def export_file(name: str, store: Store, wanted: ClaimFilter, codebook: Codebook) -> bytes:
    """One of the three files; raises KeyError for another name."""
    rows: dict[str, Callable[[], Iterable[Sequence[Cell]]]] = {
        "claims.csv": lambda: _claim_rows(store, wanted, codebook),
        "vendors_by_practice.csv": lambda: _cell_rows(store.cells(wanted), codebook),
        "articles.csv": lambda: _article_rows(store, wanted),
    }
    return csv_file(COLUMNS[name], rows[name]())


def _claim_rows(store: Store, wanted: ClaimFilter, codebook: Codebook) -> Iterable[Sequence[Cell]]:
    answers = cache(store.answers)
    for stored in store.claims(wanted):
        claim = stored.claim
        yield (
            stored.id,
            claim.vendor,
            codebook.vendor_label(claim.vendor),
            claim.product,
            claim.practice,
            *_practice_labels(claim.practice, codebook),
            claim.polarity,
            claim.certainty,
            claim.source_type,
            claim.source,
            claim.quote,
            claim.article_id,
            stored.title,
            stored.outlet,
            stored.outlet_name,
            stored.country,
            stored.lang,
            stored.published,
            stored.url,
            None if claim.paragraph == TITLE else claim.paragraph,
            claim.start,
            claim.end,
            claim.rule,
            stored.extractor,
            claim.confidence,
            *_verdict(stored),
            *_answer(stored, answers(claim.vendor)),
        )


def _verdict(stored: StoredClaim) -> Sequence[Cell]:
    """The verdict that stands, and the fields as the program reads them where they differ."""
    judged, read = stored.judged, stored.as_read
    return (
        stored.verdict,
        judged.by if judged else None,
        judged.at if judged else None,
        judged.note if judged else None,
        *(getattr(read, name) if read else None for name in CLAIM_FIELDS),
    )


def _answer(stored: StoredClaim, logged: Sequence[Answer]) -> Sequence[Cell]:
    """What the company answered last; where it has not, the last request."""
    about = [one for one in logged if one.about(stored.id, stored.claim.practice)]
    last = next((one for one in about if one.answered), about[0] if about else None)
    if last is None:
        return None, None, None, None, 0
    return last.asked, last.answered, last.answered_by, last.text, len(about)


def _cell_rows(cells: Iterable[CellCount], codebook: Codebook) -> Iterable[Sequence[Cell]]:
    table = comparison(cells, tuple(codebook.vendors), tuple(codebook.practices))
    for cell in table.cells.values():
        yield (
            cell.vendor,
            codebook.vendor_label(cell.vendor),
            cell.practice,
            *_practice_labels(cell.practice, codebook),
            state(cell),
            cell.affirmed,
            cell.denied,
            cell.uncertain,
            cell.articles,
            cell.outlets,
            cell.affirmed_outlets,
            cell.denied_outlets,
            cell.stories,
            cell.affirmed_stories,
            cell.denied_stories,
            cell.affirmed_uncertain,
            cell.denied_uncertain,
        )


def _article_rows(store: Store, wanted: ClaimFilter) -> Iterable[Sequence[Cell]]:
    for article in store.article_rows(wanted):
        yield (
            article.id,
            article.title,
            "; ".join(article.authors),
            article.outlet,
            article.outlet_name,
            article.country,
            article.lang,
            article.published,
            article.modified,
            article.url,
            article.first_seen,
            article.last_seen,
            article.versions,
            article.claims,
            article.extractor,
        )


def _practice_labels(practice: str, codebook: Codebook) -> tuple[str, str]:
    return codebook.practice_label(practice, "fr"), codebook.practice_label(practice, "en")


def csv_file(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV file of the kind described above."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_text(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig")


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return neutralise(str(cell))
