"""Which articles changed since a reader last looked, and which vendors their texts name."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the counter, the articles' numbers, and the vendors: unknown until read anew."""
    changes = op.create_table(
        "changes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
    )
    op.bulk_insert(changes, [{"id": 1, "number": 0}])
    op.add_column(
        "articles", sa.Column("changed", sa.BigInteger, nullable=False, server_default="0")
    )
    op.create_index("ix_articles_changed", "articles", ["changed"])
    op.create_table(
        "named_vendors",
        sa.Column("article_id", sa.Text, nullable=False),
        sa.Column("vendor", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("article_id", "vendor", name="pk_named_vendors"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_named_vendors_article_id_articles"
        ),
    )
