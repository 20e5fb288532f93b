"""Articles that people hand over: jobs, and what each has to read."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; nothing was handed over yet."""
    op.create_table(
        "submissions",
        sa.Column("number", sa.Integer, autoincrement=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("started", sa.DateTime(timezone=True)),
        sa.Column("finished", sa.DateTime(timezone=True)),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("worker", sa.Text),
        sa.Column("beat", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("number", name="pk_submissions"),
    )
    op.create_table(
        "submission_pieces",
        sa.Column("submission", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("outlet", sa.Text, nullable=False),
        sa.Column("lang", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("published", sa.Date),
        sa.Column("content", sa.LargeBinary),
        sa.Column("outcome", sa.Text),
        sa.Column("article_id", sa.Text),
        sa.Column("message", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("submission", "number", name="pk_submission_pieces"),
        sa.ForeignKeyConstraint(
            ["submission"],
            ["submissions.number"],
            name="fk_submission_pieces_submission_submissions",
        ),
    )
