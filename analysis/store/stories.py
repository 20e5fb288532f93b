"""Copies of one story: what is needed to find them, and what was found."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from analysis.store.changes import note_changes
from analysis.store.reading import newest_version
from analysis.store.rows import Copy, Fingerprint, Grouping, Story
from analysis.store.schema import articles, fingerprints, stories, versions


def without_fingerprint(connection: sa.Connection, method: str) -> list[str]:
    """Ids of the articles whose newest version has no fingerprint of this method."""
    a, f = articles.c, fingerprints.c
    return list(
        connection.scalars(
            sa.select(a.id)
            .join(fingerprints, f.article_id == a.id, isouter=True)
            .where(
                sa.or_(f.article_id.is_(None), f.version != a.current_version, f.method != method)
            )
            .order_by(a.id)
        )
    )


def save_fingerprint(connection: sa.Connection, found: Fingerprint, method: str) -> None:
    """Write an article's fingerprint, over an earlier one, and the agency that it credits."""
    this = fingerprints.c.article_id == found.article_id
    connection.execute(sa.delete(fingerprints).where(this))
    connection.execute(
        sa.insert(fingerprints).values(
            article_id=found.article_id,
            version=found.version,
            method=method,
            minhash=found.minhash,
        )
    )
    connection.execute(
        sa.update(articles).where(articles.c.id == found.article_id).values(agency=found.agency)
    )


def all_fingerprints(connection: sa.Connection, method: str) -> list[Fingerprint]:
    """The fingerprints of a method, by article id."""
    f = fingerprints.c
    rows = connection.execute(
        sa.select(f.article_id, f.version, f.minhash, articles.c.agency, versions.c.published)
        .join(articles, articles.c.id == f.article_id)
        .join(versions, newest_version)
        .where(f.method == method)
        .order_by(f.article_id)
    )
    return [Fingerprint(*row) for row in rows]


def save_groupings(connection: sa.Connection, found: Sequence[Grouping]) -> int:
    """Make these the stories, and return how many articles came into another one."""
    before = dict(iter(connection.execute(sa.select(articles.c.id, articles.c.story))))
    moved = [
        {"article": article, "value": grouping.id}
        for grouping in found
        for article in grouping.articles
        if before.get(article) != grouping.id
    ]
    if moved:
        connection.execute(
            sa.update(articles)
            .where(articles.c.id == sa.bindparam("article"))
            .values(story=sa.bindparam("value")),
            moved,
        )
    stored = {row.id: tuple(row) for row in connection.execute(sa.select(stories))}
    wanted = {g.id: (g.id, g.first_article_id, g.agency) for g in found}
    stale = [key for key, row in stored.items() if wanted.get(key) != row]
    fresh = [row for key, row in wanted.items() if stored.get(key) != row]
    if stale:
        connection.execute(
            sa.delete(stories).where(stories.c.id == sa.bindparam("story")),
            [{"story": key} for key in stale],
        )
    if fresh:
        names = ("id", "first_article_id", "agency")
        connection.execute(
            sa.insert(stories), [dict(zip(names, row, strict=True)) for row in fresh]
        )
    note_changes(connection, [row["article"] for row in moved])
    return len(moved)


def story(connection: sa.Connection, article_id: str) -> Story | None:
    """The story that an article belongs to, with all its copies."""
    found = connection.execute(
        sa.select(stories)
        .join(articles, articles.c.story == stories.c.id)
        .where(articles.c.id == article_id)
    ).first()
    if found is None:
        return None
    a, v = articles.c, versions.c
    rows = connection.execute(
        sa.select(
            a.id, a.url, a.outlet, a.outlet_name, v.title, v.published, a.first_seen, a.agency
        )
        .join(versions, newest_version)
        .where(a.story == found.id)
        .order_by(v.published.asc().nulls_last(), a.id)
    )
    copies = sorted(
        (Copy(*row) for row in rows), key=lambda copy: copy.article_id != found.first_article_id
    )
    return Story(found.id, copies[0], found.agency, tuple(copies))


def shared(connection: sa.Connection) -> list[Story]:
    """The stories of several articles, that whose first article is newest in front."""
    several = sa.select(articles.c.story).group_by(articles.c.story).having(sa.func.count() > 1)
    firsts = connection.scalars(
        sa.select(articles.c.id)
        .join(stories, stories.c.first_article_id == articles.c.id)
        .join(versions, newest_version)
        .where(stories.c.id.in_(several))
        .order_by(versions.c.published.desc().nulls_last(), articles.c.id)
    ).all()
    return [found for first in firsts if (found := story(connection, first))]
