"""Articles and their current claims as columns of numbers, for a table in memory.

A million claims are read here: rows go into arrays by the batch.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from analysis.store import effective
from analysis.store.changes import last_change
from analysis.store.reading import newest_version
from analysis.store.schema import articles, claims, named_vendors, verdict_states, versions

AT_ONCE = 20_000
"""Rows that are taken from the cursor together."""
BEFORE_ALL = -1
FIELDS = ("vendor", "practice", "polarity", "certainty", "source_type", "verdict")
SEPARATOR = "\x1f"
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
        article_ids: one after the other.
        stories: of each article; one without a story is a story of its own.
        outlet_names: by outlet, as the article that was seen last gives it.
        published: microseconds since 1970 in UTC, UNDATED for none.
        claim_ids: one after the other, in no order.
        claim_articles: for each claim the row of its article, -1 where it is not current.
        confidences: -1 where unknown.
        claim_fields: vendor, practice, polarity, certainty, source type and verdict of each
            claim in one text, FIELDS in this order with SEPARATOR between them.
        named_articles, named_vendors: rows of articles, each with a vendor that it names.
    """

    change: int
    article_ids: bytearray = field(default_factory=bytearray)
    stories: Coded = field(default_factory=Coded)
    outlets: Coded = field(default_factory=Coded)
    outlet_names: dict[str, str] = field(default_factory=dict)
    languages: Coded = field(default_factory=Coded)
    published: array[int] = field(default_factory=lambda: array("q"))
    claim_ids: bytearray = field(default_factory=bytearray)
    claim_articles: array[int] = field(default_factory=lambda: array("i"))
    paragraphs: array[int] = field(default_factory=lambda: array("i"))
    starts: array[int] = field(default_factory=lambda: array("i"))
    confidences: array[float] = field(default_factory=lambda: array("f"))
    claim_fields: Coded = field(default_factory=Coded)
    named_articles: array[int] = field(default_factory=lambda: array("i"))
    named_vendors: Coded = field(default_factory=Coded)


def load(
    connection: sa.Connection, since: int, take_texts: Callable[[Sequence[str]], None]
) -> Columns:
    """The articles that changed after a change of this number, BEFORE_ALL for all of them.

    What is written meanwhile may be in here or not; if not, it has a higher number.

    Args:
        take_texts: is given the folded texts of the claims that are current, in their order and
            up to `AT_ONCE` at a time: together they take more memory than all else.
    """
    found = Columns(last_change(connection))
    changed = () if since == BEFORE_ALL else (articles.c.changed > since,)
    rows = _add_articles(connection, found, changed)
    for statement, article_id in (_unreviewed(), _judged()):
        if changed:
            statement = statement.join(articles, articles.c.id == article_id).where(*changed)
        _add_claims(connection, found, rows, statement, take_texts)
    _add_named(connection, found, rows, changed)
    return found


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
    rows: dict[tuple[str, int], int] = {}
    for batch in _batches(connection, statement):
        ids, current, stories, outlets, languages, published = zip(*batch, strict=True)
        rows.update((key, len(rows)) for key in zip(ids, current, strict=True))
        found.article_ids += "".join(ids).encode()
        found.stories.extend(stories)
        found.outlets.extend(outlets)
        found.languages.extend(languages)
        found.published.extend(
            UNDATED if moment is None else (moment - _EPOCH) // _MICROSECOND for moment in published
        )
    names = sa.select(a.outlet, a.outlet_name).where(*changed).group_by(a.outlet, a.outlet_name)
    found.outlet_names.update(connection.execute(names.order_by(sa.func.max(a.last_seen))).all())
    return rows


def _unreviewed() -> tuple[sa.Select[Any], sa.ColumnElement[str]]:
    """Claims without a verdict: what most claims are, read without the detours of the others."""
    c, states = claims.c, verdict_states.c
    statement = (
        _select(c, sa.literal(effective.UNREVIEWED, sa.Text))
        .select_from(claims.outerjoin(verdict_states, states.claim_id == c.id))
        .where(states.claim_id.is_(None), c.withdrawn.is_(None))
    )
    return statement, c.article_id


def _judged() -> tuple[sa.Select[Any], sa.ColumnElement[str]]:
    c = effective.claims.c
    judged = c.id.in_(sa.select(verdict_states.c.claim_id))
    statement = _select(c, c.verdict).where(effective.counting, judged)
    return statement, c.article_id


def _select(c: Any, verdict: sa.ColumnElement[str]) -> sa.Select[Any]:
    first, *others = (*(c[name] for name in FIELDS[:-1]), verdict)
    joined = first
    for other in others:
        joined = joined + sa.literal(SEPARATOR, sa.Text) + other
    return sa.select(
        c.article_id,
        c.last_version,
        c.id,
        c.paragraph,
        c.start,
        c.confidence,
        c.folded,
        joined,
    )


def _add_claims(
    connection: sa.Connection,
    found: Columns,
    rows: dict[tuple[str, int], int],
    statement: sa.Select[Any],
    take_texts: Callable[[Sequence[str]], None],
) -> None:
    for batch in _batches(connection, statement):
        owners, current, ids, paragraphs, starts, confidences, texts, fields = zip(
            *batch, strict=True
        )
        # -1 for claims of older versions, and for those of articles stored meanwhile.
        places = [rows.get(key, -1) for key in zip(owners, current, strict=True)]
        take_texts([text for text, row in zip(texts, places, strict=True) if row >= 0])
        found.claim_articles.extend(places)
        found.claim_ids += "".join(ids).encode()
        found.paragraphs.extend(paragraphs)
        found.starts.extend(starts)
        found.confidences.extend([-1.0 if value is None else value for value in confidences])
        found.claim_fields.extend(fields)


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
        ids, current, vendors = zip(*batch, strict=True)
        owners = [rows.get(key, -1) for key in zip(ids, current, strict=True)]
        found.named_articles.extend(owners)
        found.named_vendors.extend(vendors)


def _batches(connection: sa.Connection, statement: sa.Select[Any]) -> Iterator[Sequence[Any]]:
    # On PostgreSQL, all rows at once would take more memory than the table that they make.
    options = {"yield_per": AT_ONCE}
    return connection.execute(statement, execution_options=options).partitions()
