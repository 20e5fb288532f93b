"""How probable it is that a claim is right."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; claims read before have no confidence."""
    op.add_column("claims", sa.Column("confidence", sa.Float))
