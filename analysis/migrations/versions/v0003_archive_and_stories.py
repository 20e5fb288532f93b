"""Where each version is archived and when it was seen; one article at many addresses; stories."""

import hashlib
import re

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns and tables; earlier versions have no archive, earlier articles no story."""
    for column in ("address_key", "story", "agency"):
        op.add_column("articles", sa.Column(column, sa.Text))
    for column in ("first_seen", "last_seen"):
        op.add_column("versions", sa.Column(column, sa.DateTime(timezone=True)))
    op.add_column("versions", sa.Column("archive_file", sa.Text))
    op.add_column("versions", sa.Column("archive_offset", sa.BigInteger))
    op.add_column("versions", sa.Column("archive_digest", sa.Text))
    op.create_table(
        "fingerprints",
        sa.Column("article_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("minhash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_fingerprints"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_fingerprints_article_id_articles"
        ),
    )
    op.create_table(
        "stories",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("first_article_id", sa.Text, nullable=False),
        sa.Column("agency", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_stories"),
        sa.ForeignKeyConstraint(
            ["first_article_id"], ["articles.id"], name="fk_stories_first_article_id_articles"
        ),
    )
    _fill_address_keys()
    _fill_times()
    op.create_index("ix_articles_address_key", "articles", ["address_key"])
    op.create_index("ix_articles_story", "articles", ["story"])


def _fill_address_keys() -> None:
    connection = op.get_bind()
    articles = sa.table("articles", sa.column("id"), sa.column("url"), sa.column("address_key"))
    keys = [
        {"article": row.id, "value": _address_key(row.url)}
        for row in connection.execute(sa.select(articles.c.id, articles.c.url))
    ]
    if keys:
        connection.execute(
            sa.update(articles)
            .where(articles.c.id == sa.bindparam("article"))
            .values(address_key=sa.bindparam("value")),
            keys,
        )


def _address_key(url: str) -> str:
    """`analysis.store.schema.address_key` as it was when this migration was written."""
    bare = re.sub(r"^https?://(?:(?:www|m|mobile|amp)\.)?", "", url, flags=re.IGNORECASE)
    host, slash, rest = bare.partition("/")
    host = re.sub(r":(?:80|443)$", "", host.lower())
    path, mark, query = rest.partition("?")
    key = f"{host}{slash}{path}".rstrip("/") + mark + query
    if len(key) <= 500:
        return key
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _fill_times() -> None:
    """A version was seen when it was fetched, the newest one until its article was last seen."""
    op.execute(
        """
        UPDATE versions SET first_seen = coalesce(
            fetched, (SELECT first_seen FROM articles WHERE id = article_id))
        """
    )
    op.execute(
        """
        UPDATE versions SET last_seen = coalesce(
            (SELECT last_seen FROM articles WHERE id = article_id AND current_version = version),
            versions.first_seen)
        """
    )
