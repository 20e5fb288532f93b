"""Claims as reviewers left them: the table of claims joined with the verdicts that stand.

Reads take their claims from here, so that a corrected field counts everywhere and a claim
that a reviewer kept goes on counting where the program no longer reads it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from analysis.store.rows import CLAIM_FIELDS
from analysis.store.schema import claims as read
from analysis.store.schema import verdict_states as states

UNREVIEWED = "unreviewed"
REJECTED = "rejected"
KEPT = ("accepted", "corrected")
"""Verdicts after which a claim is what the reviewer saw and left, whatever is read since."""

_other = read.alias("other")


def _is_kept() -> sa.ColumnElement[bool]:
    return states.c.state.in_([sa.literal_column(f"'{state}'") for state in KEPT])


def _as_left(name: str) -> sa.ColumnElement[Any]:
    return sa.case((_is_kept(), states.c[name]), else_=read.c[name]).label(name)


def _subject(table: sa.FromClause) -> sa.ColumnElement[str]:
    """Vendor and practice in one, so that no index on either is chosen.

    An article has few claims, and a vendor can have most of all.
    """
    expression: sa.ColumnElement[str] = table.c.vendor + sa.literal_column("'/'") + table.c.practice
    return expression


def _read_by_now() -> sa.ColumnElement[str | None]:
    """The claim in which the program itself now reads what a reviewer corrected this one to."""
    found = (
        sa.select(sa.func.min(_other.c.id))
        .where(
            _other.c.article_id == read.c.article_id,
            _other.c.quote == read.c.quote,
            _subject(_other) == _subject(states),
            _other.c.last_version == read.c.last_version,
            _other.c.withdrawn.is_(None),
            _other.c.id != read.c.id,
        )
        .correlate(read, states)
        .scalar_subquery()
    )
    return sa.case((sa.and_(_is_kept(), _subject(states) != _subject(read)), found))


claims = (
    sa.select(
        *(column for column in read.c if column.name not in CLAIM_FIELDS),
        *(_as_left(name) for name in CLAIM_FIELDS),
        *(read.c[name].label(f"read_{name}") for name in CLAIM_FIELDS),
        sa.func.coalesce(states.c.state, sa.literal_column(f"'{UNREVIEWED}'")).label("verdict"),
        states.c.number.label("standing"),
        _read_by_now().label("read_by_now"),
        sa.or_(read.c.withdrawn.is_(None), _is_kept()).label("stands"),
    )
    .select_from(read.outerjoin(states, states.c.claim_id == read.c.id))
    .subquery("claims_as_left")
)
"""The columns of the table of claims, the fields as reviewers left them, and besides:

`read_vendor`, ...: each field as the program reads it; `verdict`: the one that stands, or
"unreviewed"; `standing`: its number; `read_by_now`: the claim that has taken this one's place;
`stands`: whether the program still reads the claim or a reviewer kept it.
"""

counting = sa.and_(claims.c.stands, claims.c.read_by_now.is_(None))
"""What makes a claim a current one, besides its sentence standing in the newest version."""
