"""What each crawl measured beside the outcomes: pages asked for, links found, fields missing."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column; of earlier crawls nothing was measured."""
    op.add_column(
        "crawls",
        sa.Column("measures", sa.JSON, nullable=False, server_default=sa.text("'{}'")),
    )
