"""What companies answered: a log that only grows."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, date, datetime

import sqlalchemy as sa

from analysis.errors import InputError
from analysis.store.rows import Answer
from analysis.store.schema import answers, claims, clean

LONGEST_NAME = 200
LONGEST_TEXT = 20_000
MOST_CLAIMS = 200


def add(connection: sa.Connection, given: Answer) -> Answer:
    """Write an answer to the log, as of now.

    Raises:
        InputError: no company, no name, an answer without text or the other way round, a text
            that is too long, dates in the wrong order, or a claim that the store does not have.
    """
    answer = _checked(connection, given)
    values = {name: value for name, value in asdict(answer).items() if name != "number"}
    number = connection.execute(
        sa.insert(answers).values(**values).returning(answers.c.number)
    ).scalar_one()
    return replace(answer, number=number)


def of_vendor(connection: sa.Connection, vendor: str) -> list[Answer]:
    """Everything that is logged about a company, the latest entry first."""
    rows = connection.execute(
        sa.select(answers).where(answers.c.vendor == vendor).order_by(answers.c.number.desc())
    ).mappings()
    return [
        Answer(**{**row, "practices": tuple(row["practices"]), "claims": tuple(row["claims"])})
        for row in rows
    ]


def _checked(connection: sa.Connection, given: Answer) -> Answer:
    now = datetime.now(UTC)
    answer = replace(
        given,
        practices=tuple(dict.fromkeys(given.practices)),
        claims=tuple(dict.fromkeys(given.claims)),
        answered_by=clean(" ".join(given.answered_by.split())),
        entered_by=clean(" ".join(given.entered_by.split())),
        text=clean(given.text.strip()),
        entered_at=now,
    )
    if not answer.vendor.strip():
        raise InputError("an answer needs the company that gave it")
    if not answer.entered_by:
        raise InputError("an answer needs the name of the person who enters it")
    for name in ("answered_by", "entered_by"):
        if len(getattr(answer, name)) > LONGEST_NAME:
            raise InputError(f"a name has at most {LONGEST_NAME} characters")
    if len(answer.text) > LONGEST_TEXT:
        raise InputError(f"an answer has at most {LONGEST_TEXT:,} characters")
    if (answer.answered is None) != (not answer.text):
        raise InputError("an answer has both a date and a text; a request without one has neither")
    if answer.answered is None and answer.asked is None:
        raise InputError("a request without an answer needs the day when it was sent")
    _check_days(answer.asked, answer.answered, now.date())
    _check_claims(connection, answer.claims)
    return answer


def _check_days(asked: date | None, answered: date | None, today: date) -> None:
    if asked and answered and answered < asked:
        raise InputError("the answer is dated before the request")
    # A day ahead: it may be tomorrow already where the journalist is.
    if max(day.toordinal() for day in (asked, answered) if day) > today.toordinal() + 1:
        raise InputError("the date lies in the future")


def _check_claims(connection: sa.Connection, ids: tuple[str, ...]) -> None:
    if len(ids) > MOST_CLAIMS:
        raise InputError(f"an answer is about at most {MOST_CLAIMS} claims; name practices instead")
    known = set(connection.scalars(sa.select(claims.c.id).where(claims.c.id.in_(ids))))
    for claim_id in ids:
        if claim_id not in known:
            raise InputError(f"no claim {claim_id!r} in this store")
