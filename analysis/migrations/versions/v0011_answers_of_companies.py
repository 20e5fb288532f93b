"""What companies answered to requests for comment: a log that only grows."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

REFUSAL = "answers are never changed or deleted: add another one"


def upgrade() -> None:
    """Create the table, and what keeps its lines."""
    op.create_table(
        "answers",
        sa.Column("number", sa.Integer, autoincrement=True),
        sa.Column("vendor", sa.Text, nullable=False),
        sa.Column("practices", sa.JSON, nullable=False),
        sa.Column("claims", sa.JSON, nullable=False),
        sa.Column("asked", sa.Date),
        sa.Column("answered", sa.Date),
        sa.Column("answered_by", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("entered_by", sa.Text, nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_answers"),
    )
    op.create_index("ix_answers_vendor", "answers", ["vendor"])
    if op.get_context().dialect.name == "postgresql":
        _keep_on_postgresql()
    else:
        _keep_on_sqlite()


def _keep_on_sqlite() -> None:
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER answers_no_{change.lower()} BEFORE {change} ON answers "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
    # INSERT OR REPLACE deletes the old row without a word to the trigger above.
    op.execute(
        "CREATE TRIGGER answers_no_replace BEFORE INSERT ON answers "  # noqa: S608 - constants
        "WHEN EXISTS (SELECT 1 FROM answers WHERE number = NEW.number) "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )


def _keep_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION answers_are_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER answers_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON answers "
        "FOR EACH STATEMENT EXECUTE FUNCTION answers_are_kept()"
    )
