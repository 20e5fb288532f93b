"""Articles and their current claims as columns of numbers, for a table in memory.

A million claims are read here, so rows come straight from the database's own cursor and go
into arrays at once.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from analysis.store.changes import last_change
from analysis.store.effective import claims, counting
from analysis.store.reading import newest_version
from analysis.store.schema import articles, fold, named_vendors, versions

AT_ONCE = 20_000
"""Rows that are taken from the cursor together."""
BEFORE_ALL = -1
ID_LENGTH = 16
"""Of the ids of articles and claims: digits of a digest."""
UNDATED = -(2**63)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Coded:
    """Texts as numbers: row `i` holds `keys[codes[i]]`, None where the number is -1."""

    def __init__(self) -> None:
        self.codes = array("i")
        self._numbers = _Numbers()

    @property
    def keys(self) -> list[str]:
        """Every text once, in the order of their numbers."""
        return [key for key in self._numbers if key is not None]

    def extend(self, texts: Sequence[str | None]) -> None:
        """Add rows."""
        self.codes.extend(map(self._numbers.__getitem__, texts))


class _Numbers(dict[str | None, int]):
    def __init__(self) -> None:
        super().__init__({None: -1})

    def __missing__(self, key: str | None) -> int:
        self[key] = number = len(self) - 1
        return number


@dataclass(slots=True)
class Columns:
    """Some articles with all that is counted of them.

    Attributes:
        change: the number of the last change that may be in here.
        article_ids, stories: ids, one after the other; an article without a story is a story
            of its own.
        published: microseconds since 1970 in UTC, UNDATED for none.
        claim_ids: of current claims, in no order.
        claim_articles: for each claim the row of its article.
        confidences: -1 where unknown.
        claim_fields: "vendor", "practice", "polarity", "certainty", "source_type", "verdict".
        named_articles, named_vendors: rows of articles, each with a vendor that it names.
    """

    change: int
    article_ids: bytearray = field(default_factory=bytearray)
    stories: bytearray = field(default_factory=bytearray)
    outlets: Coded = field(default_factory=Coded)
    languages: Coded = field(default_factory=Coded)
    published: array[int] = field(default_factory=lambda: array("q"))
    claim_ids: bytearray = field(default_factory=bytearray)
    claim_articles: array[int] = field(default_factory=lambda: array("i"))
    paragraphs: array[int] = field(default_factory=lambda: array("i"))
    starts: array[int] = field(default_factory=lambda: array("i"))
    confidences: array[float] = field(default_factory=lambda: array("f"))
    claim_fields: dict[str, Coded] = field(default_factory=dict)
    named_articles: array[int] = field(default_factory=lambda: array("i"))
    named_vendors: Coded = field(default_factory=Coded)


def load(connection: sa.Connection, since: int) -> Columns:
    """The articles that changed after a change of this number, BEFORE_ALL for all of them.

    What is written meanwhile may be in here or not; if not, it has a higher number.
    """
    found = Columns(last_change(connection))
    changed = () if since == BEFORE_ALL else (articles.c.changed > since,)
    rows = _add_articles(connection, found, changed)
    _add_claims(connection, found, rows, changed)
    _add_named(connection, found, rows, changed)
    return found


def matching(connection: sa.Connection, text: str) -> list[str]:
    """Ids of the claims with every word of a text in sentence, title or source."""
    words = (claims.c.folded.contains(word, autoescape=True) for word in fold(text).split())
    return list(connection.scalars(sa.select(claims.c.id).where(*words)))


def _add_articles(
    connection: sa.Connection, found: Columns, changed: Sequence[sa.ColumnElement[bool]]
) -> dict[tuple[str, int], int]:
    """Adds the articles; their rows by id and newest version."""
    a, v = articles.c, versions.c
    statement = (
        sa.select(
            a.id, a.current_version, sa.func.coalesce(a.story, a.id), a.outlet, v.lang, v.published
        )
        .join(versions, newest_version)
        .where(*changed)
    )
    result = connection.execute(statement)
    rows: dict[tuple[str, int], int] = {}
    for batch in result.partitions(AT_ONCE):
        ids, current, stories, outlets, languages, published = zip(*batch, strict=True)
        rows.update((key, len(rows)) for key in zip(ids, current, strict=True))
        found.article_ids += "".join(ids).encode()
        found.stories += "".join(stories).encode()
        found.outlets.extend(outlets)
        found.languages.extend(languages)
        found.published.extend(
            UNDATED if moment is None else (moment - _EPOCH) // _MICROSECOND for moment in published
        )
    return rows


def _add_claims(
    connection: sa.Connection,
    found: Columns,
    rows: dict[tuple[str, int], int],
    changed: Sequence[sa.ColumnElement[bool]],
) -> None:
    c = claims.c
    fields = (c.vendor, c.practice, c.polarity, c.certainty, c.source_type, c.verdict)
    found.claim_fields = {column.name: Coded() for column in fields}
    statement = sa.select(
        c.article_id, c.last_version, c.id, c.paragraph, c.start, c.confidence, *fields
    ).where(counting)
    if changed:
        statement = statement.join(articles, articles.c.id == c.article_id).where(*changed)
    for batch in _batches(connection, statement):
        # Claims of older versions are passed over, and those of articles stored meanwhile.
        owned = [(row, *claim) for claim in batch if (row := rows.get(claim[:2])) is not None]
        if not owned:
            continue
        owners, _, _, ids, paragraphs, starts, confidences, *values = zip(*owned, strict=True)
        found.claim_articles.extend(owners)
        found.claim_ids += "".join(ids).encode()
        found.paragraphs.extend(paragraphs)
        found.starts.extend(starts)
        found.confidences.extend(-1.0 if value is None else value for value in confidences)
        for column, texts in zip(found.claim_fields.values(), values, strict=True):
            column.extend(texts)


def _add_named(
    connection: sa.Connection,
    found: Columns,
    rows: dict[tuple[str, int], int],
    changed: Sequence[sa.ColumnElement[bool]],
) -> None:
    statement = sa.select(
        named_vendors.c.article_id, articles.c.current_version, named_vendors.c.vendor
    ).join(articles, articles.c.id == named_vendors.c.article_id)
    for batch in _batches(connection, statement.where(*changed)):
        owned = [(row, name[2]) for name in batch if (row := rows.get(name[:2])) is not None]
        if owned:
            owners, vendors = zip(*owned, strict=True)
            found.named_articles.extend(owners)
            found.named_vendors.extend(vendors)


def _batches(connection: sa.Connection, statement: sa.Select[Any]) -> Iterator[Sequence[Any]]:
    """The rows as the database's cursor gives them, without conversion."""
    compiled = statement.compile(
        connection, compile_kwargs={"literal_binds": True, "render_postcompile": True}
    )
    result = connection.execution_options(stream_results=True).exec_driver_sql(str(compiled))
    cursor = result.cursor
    while batch := cursor.fetchmany(AT_ONCE):
        yield batch
    result.close()
