"""What the store covers: visits by outcome, and articles that are not read yet, by month."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from analysis.store.reading import newest_version
from analysis.store.rows import MonthOfArticles, MonthOfVisits
from analysis.store.schema import articles, pages, versions


def visits(connection: sa.Connection) -> list[MonthOfVisits]:
    """Addresses by outlet, month and outcome of their last visit."""
    p = pages.c
    group = (p.outlet, *_month(p.fetched), p.outcome)
    rows = connection.execute(_counted(*group).select_from(pages).group_by(*group).order_by(*group))
    return [MonthOfVisits(*row) for row in rows]


def unread_by_month(connection: sa.Connection) -> list[MonthOfArticles]:
    """Articles that no extractor has read, by outlet, language and month of publication."""
    a, v = articles.c, versions.c
    group = (a.outlet, v.lang, *_month(v.published))
    # By their ids: else SQLite reads all articles, in the order of their outlets.
    unread = sa.select(a.id).where(a.extractor.is_(None))
    rows = connection.execute(
        _counted(*group)
        .add_columns(sa.func.max(a.outlet_name))
        .select_from(articles.join(versions, newest_version))
        .where(a.id.in_(unread))
        .group_by(*group)
        .order_by(*group)
    )
    return [
        MonthOfArticles(outlet, name, lang, year, month, count)
        for outlet, lang, year, month, count, name in rows
    ]


def _month(moment: sa.ColumnElement[Any]) -> tuple[sa.ColumnElement[int], ...]:
    parts = ("year", "month")
    return tuple(sa.cast(sa.extract(part, moment), sa.Integer) for part in parts)


def _counted(*group: sa.ColumnElement[Any]) -> sa.Select[Any]:
    return sa.select(*group, sa.func.count())
