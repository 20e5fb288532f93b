"""How an article's page was read: its marks, and where each field stood."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of texts read before it is not known."""
    op.add_column("versions", sa.Column("marks", sa.JSON))
    op.add_column("versions", sa.Column("provenance", sa.JSON))
