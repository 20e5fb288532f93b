"""Articles in versions, visited pages, crawls and claims."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of the first release."""
    op.create_table(
        "articles",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("outlet", sa.Text, nullable=False),
        sa.Column("outlet_name", sa.Text, nullable=False),
        sa.Column("country", sa.Text),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("current_version", sa.Integer, nullable=False),
        sa.Column("extractor", sa.Text),
        sa.Column("extracted_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_articles"),
    )
    op.create_index("ix_articles_extractor", "articles", ["extractor"])
    op.create_index("ix_articles_outlet", "articles", ["outlet"])
    op.create_table(
        "crawls",
        sa.Column("id", sa.Integer, autoincrement=True),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished", sa.DateTime(timezone=True)),
        sa.Column("interrupted", sa.Boolean, nullable=False),
        sa.Column("stats", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_crawls"),
    )
    op.create_table(
        "pages",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("outlet", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("article_id", sa.Text),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("body_digest", sa.Text),
        sa.Column("fetched", sa.DateTime(timezone=True), nullable=False),
        sa.Column("crawl_id", sa.Integer),
        sa.PrimaryKeyConstraint("key", name="pk_pages"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_pages_article_id_articles"
        ),
        sa.ForeignKeyConstraint(["crawl_id"], ["crawls.id"], name="fk_pages_crawl_id_crawls"),
    )
    op.create_index("ix_pages_article_id", "pages", ["article_id"])
    op.create_index("ix_pages_outlet", "pages", ["outlet"])
    op.create_table(
        "versions",
        sa.Column("article_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("paragraphs", sa.JSON, nullable=False),
        sa.Column("authors", sa.JSON, nullable=False),
        sa.Column("lang", sa.Text),
        sa.Column("published", sa.DateTime(timezone=True)),
        sa.Column("modified", sa.DateTime(timezone=True)),
        sa.Column("fetched", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("article_id", "version", name="pk_versions"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_versions_article_id_articles"
        ),
    )
    op.create_index("ix_versions_published", "versions", ["published"])
    op.create_table(
        "claims",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("article_id", sa.Text, nullable=False),
        sa.Column("first_version", sa.Integer, nullable=False),
        sa.Column("last_version", sa.Integer, nullable=False),
        sa.Column("paragraph", sa.Integer, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("quote", sa.Text, nullable=False),
        sa.Column("vendor", sa.Text, nullable=False),
        sa.Column("product", sa.Text),
        sa.Column("practice", sa.Text, nullable=False),
        sa.Column("polarity", sa.Text, nullable=False),
        sa.Column("certainty", sa.Text, nullable=False),
        sa.Column("source_type", sa.Text, nullable=False),
        sa.Column("source", sa.Text),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("cues", sa.JSON, nullable=False),
        sa.Column("folded", sa.Text, nullable=False),
        sa.Column("extractor", sa.Text, nullable=False),
        sa.Column("extracted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_claims"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_claims_article_id_articles"
        ),
        sa.ForeignKeyConstraint(
            ["article_id", "last_version"],
            ["versions.article_id", "versions.version"],
            name="fk_claims_last_version_versions",
        ),
    )
    op.create_index("ix_claims_article_id", "claims", ["article_id"])
    op.create_index("ix_claims_practice", "claims", ["practice"])
    op.create_index("ix_claims_source_type", "claims", ["source_type"])
    op.create_index("ix_claims_vendor_practice", "claims", ["vendor", "practice"])
