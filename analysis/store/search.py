"""The full-text index: FTS5 on SQLite, tsvector on PostgreSQL, both of the same keys.

The keys are those of `analysis.search_terms`, made in Python, so that a search finds the same
articles on either database, whatever dictionaries a PostgreSQL server has. The index holds the
newest version of each article and is written in the transaction that writes it.

`search_articles` has one row an article, with what a search is filtered and sorted by. On SQLite
the keys are in `search_words`, an FTS5 table that keeps none of the text. FTS5 can take words out
of such a table only by being given them again, which another version of Python or of the stemmers
might spell otherwise; so an article that changes gets a new number, and words under an old number
are left behind, where no search sees them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from itertools import chain, pairwise
from typing import Any
from zlib import crc32

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from analysis.records import Article
from analysis.search_terms import ANY, Key, Query, Term, keys
from analysis.store import reading
from analysis.store.rows import ArticleHit, ClaimFilter, Found
from analysis.store.schema import CleanText, UTCDateTime

RANKED = 5_000
"""Where more articles have the words, sorting by how well they do is slow and says little."""
TITLE_WEIGHT = 4.0
_MAX_WORDS = 50_000
_MAX_VECTOR = 900_000
"""Bytes of keys; PostgreSQL takes a tsvector of up to 1 MB."""
_MAX_POSITION = 16_383

searched = sa.table(
    "search_articles",
    sa.column("number", sa.Integer),
    sa.column("article_id", CleanText),
    sa.column("outlet", CleanText),
    sa.column("lang", CleanText),
    sa.column("published", UTCDateTime),
    sa.column("words", TSVECTOR),
)
_words = sa.table("search_words", sa.column("rowid"), sa.column("title"), sa.column("body"))
# Made once: making a statement takes longer than executing it.
_FORGET = sa.delete(searched).where(searched.c.article_id == sa.bindparam("article"))
_FILE = (
    sa.insert(searched)
    .values({name: sa.bindparam(name) for name in ("article_id", "outlet", "lang", "published")})
    .returning(searched.c.number)
)
_FILE_WITH_WORDS = sa.insert(searched).values(
    {name: sa.bindparam(name) for name in ("article_id", "outlet", "lang", "published")}
    | {"words": sa.cast(sa.bindparam("vector", type_=sa.Text), TSVECTOR)}
)
_KEEP_WORDS = sa.insert(_words)
_match: sa.ColumnElement[Any] = sa.literal_column("search_words")


def create(connection: sa.Connection) -> None:
    """Make the tables."""
    if connection.dialect.name == "postgresql":
        statements = [
            "CREATE TABLE search_articles ("
            "number INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
            "article_id TEXT NOT NULL UNIQUE REFERENCES articles (id), outlet TEXT NOT NULL, "
            "lang TEXT, published TIMESTAMP WITH TIME ZONE, words TSVECTOR NOT NULL)",
        ]
    else:
        statements = [
            "CREATE TABLE search_articles (number INTEGER PRIMARY KEY AUTOINCREMENT, "
            "article_id TEXT NOT NULL UNIQUE REFERENCES articles (id), outlet TEXT NOT NULL, "
            "lang TEXT, published DATETIME)",
            "CREATE VIRTUAL TABLE search_words USING fts5 ("
            "title, body, content='', tokenize='unicode61 remove_diacritics 0')",
        ]
    for statement in statements:
        connection.execute(sa.text(statement))


def finish(connection: sa.Connection) -> None:
    """What PostgreSQL does better once the tables are filled: the index, and its statistics."""
    if connection.dialect.name != "postgresql":
        return
    # Without fastupdate: with it every search reads through what was added of late.
    connection.execute(
        sa.text(
            "CREATE INDEX ix_search_articles_words ON search_articles USING gin (words) "
            "WITH (fastupdate = off)"
        )
    )
    connection.execute(sa.text("ANALYZE search_articles"))


def index(connection: sa.Connection, article: Article) -> None:
    """Index an article's newest version, over what was indexed of an earlier one."""
    connection.execute(_FORGET, {"article": article.id})
    title = keys(article.title, article.lang)[:_MAX_WORDS]
    body = list(chain.from_iterable(keys(text, article.lang) for text in article.paragraphs))
    body = body[: _MAX_WORDS - len(title)]
    row: dict[str, Any] = {
        "article_id": article.id,
        "outlet": article.outlet,
        "lang": article.lang,
        "published": article.published,
    }
    if connection.dialect.name == "postgresql":
        connection.execute(_FILE_WITH_WORDS, row | {"vector": _vector(title, body)})
        return
    number = connection.execute(_FILE, row).scalar_one()
    words = {"rowid": number, "title": " ".join(title), "body": " ".join(body)}
    connection.execute(_KEEP_WORDS, words)


def refile(connection: sa.Connection, article: Article) -> None:
    """Bring up to date what searches are filtered by, of an article whose text is the same."""
    connection.execute(
        sa.update(searched)
        .where(searched.c.article_id == article.id)
        .values(outlet=article.outlet, published=article.published)
    )


def search(
    connection: sa.Connection,
    query: Query,
    wanted: ClaimFilter,
    newest_first: bool,
    limit: int,
    offset: int,
) -> Found:
    """One page of the articles that a search finds, those that fit best in front."""
    source, matching, fit = _matching(connection, query)
    conditions = [matching, *_conditions(wanted)]
    total = connection.execute(
        sa.select(sa.func.count()).select_from(source).where(*conditions)
    ).scalar_one()
    ranked = not newest_first and total <= RANKED
    order = [searched.c.published.desc().nulls_last(), searched.c.number.desc()]
    ids = connection.scalars(
        sa.select(searched.c.article_id)
        .select_from(source)
        .where(*conditions)
        .order_by(*([fit] if ranked else []), *order)
        .limit(limit)
        .offset(offset)
    ).all()
    return Found(total, ranked, tuple(_hits(connection, ids)))


def _matching(
    connection: sa.Connection, query: Query
) -> tuple[sa.FromClause, sa.ColumnElement[bool], sa.ColumnElement[Any]]:
    """Where to search, what must hold, and what to sort by, the best fit first."""
    if connection.dialect.name == "postgresql":
        asked, plain = (
            sa.cast(sa.literal(tsquery(query, pairs), sa.Text), TSQUERY) for pairs in (True, False)
        )
        # Weights of D, C, B, A: bodies and titles. 1: long texts count less.
        weights: sa.ColumnElement[Any] = sa.literal_column(
            f"'{{{1 / TITLE_WEIGHT}, 0, 0, 1}}'::real[]"
        )
        rank = sa.func.ts_rank(weights, searched.c.words, plain, 1)
        return searched, searched.c.words.op("@@")(asked), rank.desc()
    source = _words.join(searched, searched.c.number == _words.c.rowid)
    fit = sa.func.bm25(_match, sa.literal_column(str(TITLE_WEIGHT)), sa.literal_column("1.0"))
    return source, _match.op("MATCH")(sa.literal(fts5(query), sa.Text)), fit


def _conditions(wanted: ClaimFilter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.languages:
        conditions.append(searched.c.lang.in_(wanted.languages))
    if wanted.outlets:
        conditions.append(searched.c.outlet.in_(wanted.outlets))
    if wanted.date_from is not None:
        conditions.append(searched.c.published >= datetime.combine(wanted.date_from, time.min, UTC))
    if wanted.date_to is not None:
        conditions.append(searched.c.published <= datetime.combine(wanted.date_to, time.max, UTC))
    return conditions


def _hits(connection: sa.Connection, ids: Sequence[str]) -> list[ArticleHit]:
    """Articles with what a result shows of them, in the order given."""
    if not ids:  # a filter of no articles is none
        return []
    rows = {
        row.id: row
        for row in reading.article_rows(connection, ClaimFilter(articles=tuple(ids)), None, 0)
    }
    return [
        ArticleHit(article, rows[key].outlet_name, rows[key].claims)
        for key in ids
        if key in rows and (article := reading.article(connection, key, None))
    ]


def fts5(query: Query) -> str:
    """A search in the language of SQLite's FTS5."""

    def key(found: Key) -> str:
        return f'"{found.text}"{" *" if found.prefix else ""}'

    def term(given: Term) -> str:
        return "(" + " OR ".join(" + ".join(map(key, s)) for s in _sequences(given)) + ")"

    wanted = " AND ".join("(" + " OR ".join(map(term, group)) + ")" for group in query.wanted)
    unwanted = " OR ".join(map(term, query.unwanted))
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def tsquery(query: Query, pairs: bool = False) -> str:
    """A search in the language of PostgreSQL's tsquery.

    Args:
        pairs: name the pairs of neighbours in phrases as well. It finds the same, faster: a GIN
            index knows no places, so that PostgreSQL reads every article with a phrase's words.
    """

    def key(found: Key) -> str:
        return f"'{found.text}'{':*' if found.prefix else ''}"

    def sequence(given: Sequence[Key]) -> str:
        whole = [found.text for found in given if not found.prefix]
        named = [f"'{pair}' & " for pair in _pairs(whole)] if pairs else []
        return "(" + "".join(named) + "(" + " <-> ".join(map(key, given)) + "))"

    def term(given: Term) -> str:
        return "(" + " | ".join(map(sequence, _sequences(given))) + ")"

    wanted = " & ".join("(" + " | ".join(map(term, group)) + ")" for group in query.wanted)
    unwanted = " | ".join(map(term, query.unwanted))
    return f"({wanted}) & !({unwanted})" if unwanted else wanted


def _sequences(term: Term) -> list[tuple[Key, ...]]:
    return [sequence for lang in ANY for sequence in term.sequences(lang)]


def _vector(title: Sequence[str], body: Sequence[str]) -> str:
    """The keys with their places, as PostgreSQL writes a tsvector; A: in the title."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for pair in (*_pairs(title), *_pairs(body)):
        places[pair] = []
    for place, found in enumerate(title, start=1):
        places[found].append(f"{min(place, _MAX_POSITION)}A")
    # A gap, so that no phrase begins in the title and ends in the body.
    for place, found in enumerate(body, start=len(title) + 2):
        places[found].append(str(min(place, _MAX_POSITION)))
    parts, size = [], 0
    for found, at in places.items():
        size += len(found.encode()) + 2 * len(at) + 4
        if size > _MAX_VECTOR:
            break
        parts.append(f"'{found}':{','.join(at)}" if at else f"'{found}'")
    return " ".join(parts)


def _pairs(found: Sequence[str]) -> Iterator[str]:
    """For each two neighbours one of 65,536 lexemes; no key begins so."""
    for pair in pairwise(found):
        yield f"p{crc32(' '.join(pair).encode()) & 0xFFFF:04x}"
