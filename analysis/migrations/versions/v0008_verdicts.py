"""What reviewers say of claims: a history that only grows, and the verdicts that stand."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

REFUSAL = "verdicts are never changed or deleted: add another one"


def upgrade() -> None:
    """Create the tables; no claim has a verdict yet."""
    op.create_table(
        "verdicts",
        sa.Column("number", sa.Integer, autoincrement=True),
        sa.Column("claim_id", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("correction", sa.JSON, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at_random", sa.Boolean, nullable=False),
        sa.Column("extractor", sa.Text, nullable=False),
        sa.Column("reading", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_verdicts"),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name="fk_verdicts_claim_id_claims"),
        sa.CheckConstraint(
            "verdict IN ('accepted', 'rejected', 'corrected', 'withdrawn')", name="ck_verdicts"
        ),
    )
    op.create_index("ix_verdicts_claim_id", "verdicts", ["claim_id"])
    op.create_table(
        "verdict_states",
        sa.Column("claim_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("vendor", sa.Text),
        sa.Column("product", sa.Text),
        sa.Column("practice", sa.Text),
        sa.Column("polarity", sa.Text),
        sa.Column("certainty", sa.Text),
        sa.Column("source_type", sa.Text),
        sa.Column("source", sa.Text),
        sa.PrimaryKeyConstraint("claim_id", name="pk_verdict_states"),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claims.id"], name="fk_verdict_states_claim_id_claims"
        ),
        sa.ForeignKeyConstraint(
            ["number"], ["verdicts.number"], name="fk_verdict_states_number_verdicts"
        ),
    )
    if op.get_context().dialect.name == "postgresql":
        _keep_on_postgresql()
    else:
        _keep_on_sqlite()


def _keep_on_sqlite() -> None:
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER verdicts_no_{change.lower()} BEFORE {change} ON verdicts "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
    # INSERT OR REPLACE deletes the old row without a word to the trigger above.
    op.execute(
        "CREATE TRIGGER verdicts_no_replace BEFORE INSERT ON verdicts "  # noqa: S608 - constants
        "WHEN EXISTS (SELECT 1 FROM verdicts WHERE number = NEW.number) "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )


def _keep_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION verdicts_are_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER verdicts_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON verdicts "
        "FOR EACH STATEMENT EXECUTE FUNCTION verdicts_are_kept()"
    )
