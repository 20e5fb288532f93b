"""What a source says of a page's date."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of pages visited before it is not known."""
    op.add_column("pages", sa.Column("dated", sa.DateTime(timezone=True)))
