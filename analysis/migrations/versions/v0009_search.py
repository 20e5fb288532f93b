"""The full-text index of the newest version of every article."""

import sqlalchemy as sa
from alembic import op

from analysis.records import Article
from analysis.store import search

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BATCH = 500
"""Articles in memory at a time."""


def upgrade() -> None:
    """Create the index and fill it: some two minutes for 100,000 articles."""
    connection = op.get_bind()
    search.create(connection)
    columns = ("id", "outlet", "current_version")
    articles = sa.table("articles", *map(sa.column, columns))
    versions = sa.table(
        "versions",
        *map(sa.column, ("article_id", "version", "title", "lang")),
        sa.column("paragraphs", sa.JSON),
        sa.column("published", sa.DateTime(timezone=True)),
    )
    statement = (
        sa.select(articles.c.outlet, versions)
        .join(
            versions,
            (versions.c.article_id == articles.c.id)
            & (versions.c.version == articles.c.current_version),
        )
        .order_by(articles.c.id)
        .limit(BATCH)
    )
    last = ""
    while rows := connection.execute(statement.where(articles.c.id > last)).all():
        for row in rows:
            search.index(
                connection,
                Article(
                    id=row.article_id,
                    title=row.title,
                    paragraphs=tuple(row.paragraphs),
                    lang=row.lang,
                    outlet=row.outlet,
                    published=row.published,
                ),
            )
        last = rows[-1].article_id
    search.finish(connection)
