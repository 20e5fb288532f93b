"""All current claims as columns of numbers: what a table in memory is made of.

A million claims are read here, so rows come straight from the database's own cursor and go
into arrays at once.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from analysis.store.effective import claims, counting
from analysis.store.reading import newest_version
from analysis.store.schema import articles, fold, versions

AT_ONCE = 20_000
"""Rows that are taken from the cursor together."""


@dataclass(slots=True)
class Coded:
    """Texts as numbers: row `i` holds `keys[codes[i]]`, None where the number is -1."""

    codes: array[int] = field(default_factory=lambda: array("i"))
    keys: list[str] = field(default_factory=list)


@dataclass(slots=True)
class ArticleColumns:
    """Stored articles, newest first, undated last.

    Attributes:
        days: ordinal (`date.toordinal`) of the day of publication in UTC, 0 for none.
        stories: the story's key; an article without one is a story of its own.
    """

    ids: list[str] = field(default_factory=list)
    outlets: Coded = field(default_factory=Coded)
    languages: Coded = field(default_factory=Coded)
    stories: Coded = field(default_factory=Coded)
    days: array[int] = field(default_factory=lambda: array("i"))


@dataclass(slots=True)
class ClaimColumns:
    """Current claims, in no order; `articles` are row numbers of the article columns.

    Attributes:
        fields: "vendor", "practice", "polarity", "certainty", "source_type", "verdict".
        confidences: -1 where unknown.
    """

    ids: list[bytes] = field(default_factory=list)
    articles: array[int] = field(default_factory=lambda: array("i"))
    paragraphs: array[int] = field(default_factory=lambda: array("i"))
    starts: array[int] = field(default_factory=lambda: array("i"))
    confidences: array[float] = field(default_factory=lambda: array("f"))
    fields: dict[str, Coded] = field(default_factory=dict)


class _Codes(dict[str | None, int]):
    """Numbers for keys in the order in which they are met; -1 for None."""

    def __init__(self) -> None:
        super().__init__({None: -1})

    def __missing__(self, key: str | None) -> int:
        self[key] = number = len(self) - 1
        return number


def load(connection: sa.Connection) -> tuple[ArticleColumns, ClaimColumns]:
    """The articles and their current claims."""
    found, current = _articles(connection)
    return found, _claims(connection, found, current)


def matching(connection: sa.Connection, text: str) -> list[str]:
    """Ids of the claims with every word of a text in sentence, title or source."""
    words = (claims.c.folded.contains(word, autoescape=True) for word in fold(text).split())
    return list(connection.scalars(sa.select(claims.c.id).where(*words)))


def _articles(connection: sa.Connection) -> tuple[ArticleColumns, array[int]]:
    """The articles, and the newest version of each."""
    a, v = articles.c, versions.c
    statement = (
        sa.select(
            a.id, a.outlet, v.lang, sa.func.coalesce(a.story, a.id), v.published, a.current_version
        )
        .join(versions, newest_version)
        .order_by(v.published.desc().nulls_last(), a.id)
    )
    found, current = ArticleColumns(), array("i")
    outlets, languages, stories = _Codes(), _Codes(), _Codes()
    for row in connection.execute(statement):
        key, outlet, lang, story, published, version = row
        found.ids.append(key)
        found.outlets.codes.append(outlets[outlet])
        found.languages.codes.append(languages[lang])
        found.stories.codes.append(stories[story])
        found.days.append(0 if published is None else published.toordinal())
        current.append(version)
    for coded, codes in (
        (found.outlets, outlets),
        (found.languages, languages),
        (found.stories, stories),
    ):
        coded.keys = _keys(codes)
    return found, current


def _claims(connection: sa.Connection, known: ArticleColumns, current: array[int]) -> ClaimColumns:
    c = claims.c
    coded = {
        "vendor": c.vendor,
        "practice": c.practice,
        "polarity": c.polarity,
        "certainty": c.certainty,
        "source_type": c.source_type,
        "verdict": c.verdict,
    }
    plain = (c.id, c.article_id, c.last_version, c.paragraph, c.start, c.confidence)
    statement = sa.select(*plain, *(column.label(name) for name, column in coded.items())).where(
        counting
    )
    rows = {key: number for number, key in enumerate(known.ids)}
    found = ClaimColumns(fields={name: Coded() for name in coded})
    codes = {name: _Codes() for name in coded}
    for batch in _batches(connection, statement):
        # An article that was stored since the articles were read comes with the next loading.
        current_ones = [
            row for row in batch if (n := rows.get(row[1])) is not None and current[n] == row[2]
        ]
        if not current_ones:
            continue
        ids, owners, _, paragraphs, starts, confidences, *values = zip(*current_ones, strict=True)
        found.ids += map(str.encode, ids)
        found.articles.extend(map(rows.__getitem__, owners))
        found.paragraphs.extend(paragraphs)
        found.starts.extend(starts)
        found.confidences.extend(-1.0 if value is None else value for value in confidences)
        for name, column in zip(coded, values, strict=True):
            found.fields[name].codes.extend(map(codes[name].__getitem__, column))
    for name, numbers in codes.items():
        found.fields[name].keys = _keys(numbers)
    return found


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


def _keys(codes: Iterable[str | None]) -> list[str]:
    return [key for key in codes if key is not None]
