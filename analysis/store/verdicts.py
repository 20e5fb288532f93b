"""What reviewers say of claims: a history that only grows, and the verdict that stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from analysis.errors import InputError
from analysis.records import CERTAINTIES, POLARITIES, SOURCE_TYPES, Article
from analysis.store import reading
from analysis.store.changes import note_changes
from analysis.store.effective import KEPT
from analysis.store.effective import claims as as_left
from analysis.store.rows import (
    CLAIM_FIELDS,
    VERDICT_KINDS,
    SecondLook,
    StoredClaim,
    Verdict,
    VerdictCount,
    VerdictKind,
)
from analysis.store.schema import articles, claims, clean, to_utc, verdicts, versions
from analysis.store.schema import verdict_states as states

LONGEST_NAME = 100
LONGEST_NOTE = 5_000
LONGEST_FIELD = 500
_CHOICES: dict[str, tuple[str, ...]] = {
    "polarity": POLARITIES,
    "certainty": CERTAINTIES,
    "source_type": SOURCE_TYPES,
}
_CAN_BE_NONE = ("product", "source")


def add(
    connection: sa.Connection,
    claim_id: str,
    verdict: VerdictKind,
    by: str,
    note: str,
    correction: Mapping[str, str | None],
    at_random: bool,
) -> Verdict:
    """Write a verdict; it is the one that stands from now on.

    Raises:
        InputError: unknown claim, no name, a text that is too long, or a correction that is
            none.
    """
    claim = _locked(connection, claim_id)
    if claim is None:
        raise InputError(f"no claim {claim_id!r} in this store")
    read = {name: claim[name] for name in CLAIM_FIELDS}
    last = connection.scalar(
        sa.select(sa.func.max(verdicts.c.at, type_=verdicts.c.at.type)).where(
            verdicts.c.claim_id == claim_id
        )
    )
    now = datetime.now(UTC)
    given = _checked(
        Verdict(
            number=0,
            claim_id=claim_id,
            # Clocks of two machines may differ; what is written later counts.
            at=now if last is None else max(now, last),
            by=clean(" ".join(by.split())),
            verdict=verdict,
            correction={name: _tidied(value) for name, value in correction.items()},
            note=clean(note.strip()),
            at_random=at_random,
            extractor=claim["extractor"],
            reading=read,
        )
    )
    written = replace(given, number=_write(connection, given))
    follow_sentences(connection, claim["article_id"])
    note_changes(connection, [claim["article_id"]])
    return written


def history(connection: sa.Connection, claim_id: str) -> list[Verdict]:
    """All verdicts on a claim, the first one first."""
    return list(_verdicts(connection, verdicts.c.claim_id == claim_id))


def every(connection: sa.Connection) -> list[Verdict]:
    """All verdicts on all claims, in the order of writing."""
    return list(_verdicts(connection, sa.true()))


def standing(connection: sa.Connection, claim_ids: Sequence[str]) -> dict[str, Verdict]:
    """The verdicts that stand on some claims; the unreviewed ones are left out."""
    found = {}
    for first in range(0, len(claim_ids), reading.BATCH):
        asked = states.c.claim_id.in_(claim_ids[first : first + reading.BATCH])
        numbers = sa.select(states.c.number).where(asked)
        for verdict in _verdicts(connection, verdicts.c.number.in_(numbers)):
            found[verdict.claim_id] = verdict
    return found


def same_sentence(connection: sa.Connection, claim_id: str) -> list[StoredClaim]:
    """The other current claims that are read from a claim's sentence."""
    c, this = as_left.c, claims.alias("this")
    ids = connection.scalars(
        sa.select(c.id)
        .join(this, sa.and_(this.c.article_id == c.article_id, this.c.quote == c.quote))
        .where(this.c.id == claim_id, c.id != claim_id)
        .order_by(c.vendor, c.practice, c.id)
    ).all()
    return [other for other in reading.claims_by_id(connection, ids) if other.current]


def restore(connection: sa.Connection, given: Iterable[Verdict]) -> tuple[int, list[str]]:
    """Add verdicts of another store to the same claims.

    Those that are here already are passed over. Of all verdicts on a claim, the latest by
    its time stands.

    Returns:
        How many were added, and the ids of the claims that this store does not have.

    Raises:
        InputError: a verdict that could not have been given here.
    """
    added, unknown, judged = 0, [], set()
    for verdict in sorted(given, key=lambda one: (to_utc(one.at), one.number)):
        claim = _locked(connection, verdict.claim_id)
        if claim is None:
            unknown.append(verdict.claim_id)
            continue
        known = connection.scalar(
            sa.select(verdicts.c.number).where(
                verdicts.c.claim_id == verdict.claim_id,
                verdicts.c.at == verdict.at,
                verdicts.c.by == verdict.by,
                verdicts.c.verdict == verdict.verdict,
            )
        )
        if known is None:
            _write(connection, _checked(verdict))
            follow_sentences(connection, claim["article_id"])
            judged.add(claim["article_id"])
            added += 1
    note_changes(connection, judged)
    return added, unknown


def follow_sentences(connection: sa.Connection, article_id: str) -> None:
    """Move the claims that only a reviewer keeps to where their sentences stand now.

    The program has withdrawn them, so that no reading tells their place in the newest
    version. Where the sentence is gone, the claim stays in the version that had it.
    """
    newest = connection.scalar(
        sa.select(articles.c.current_version).where(articles.c.id == article_id)
    )
    kept = connection.execute(
        sa.select(claims)
        .join(states, states.c.claim_id == claims.c.id)
        .where(
            claims.c.article_id == article_id,
            claims.c.withdrawn.is_not(None),
            claims.c.last_version != newest,
            states.c.state.in_(KEPT),
        )
    ).mappings()
    for row in kept.all():
        article = reading.article(connection, article_id, newest)
        place = None if article is None else _place(article, row)
        if place is not None:
            connection.execute(
                sa.update(claims)
                .where(claims.c.id == row["id"])
                .values(**place, last_version=newest)
            )


def counts(connection: sa.Connection) -> list[VerdictCount]:
    """Verdicts that stand on what the program reads now, by practice, language and drawing."""

    def number_of(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.count(sa.case((condition, 1)))

    found = _same("vendor", "practice")
    exact = sa.and_(found, _same("polarity", "certainty", "source_type"))
    group = (claims.c.practice, versions.c.lang, verdicts.c.at_random)
    # As an expression: SQLite would begin with all claims and look for the verdict of each.
    claim_id = states.c.claim_id + sa.literal_column("''")
    rows = connection.execute(
        sa.select(
            *group,
            sa.func.count().label("judged"),
            number_of(found).label("right"),
            number_of(exact).label("exact"),
        )
        .select_from(states)
        .join(verdicts, verdicts.c.number == states.c.number)
        .join(claims, claims.c.id == claim_id)
        .join(
            versions,
            sa.and_(
                versions.c.article_id == claims.c.article_id,
                versions.c.version == claims.c.last_version,
            ),
        )
        .where(claims.c.withdrawn.is_(None))
        .group_by(*group)
        .order_by(*group)
    ).mappings()
    return [VerdictCount(**row) for row in rows]


def second_looks(connection: sa.Connection) -> list[SecondLook]:
    """Judged claims that are read otherwise since; the latest verdict first."""
    by_now = as_left.c
    rows = connection.execute(
        sa.select(
            verdicts,
            by_now.read_by_now,
            by_now.withdrawn,
            *(by_now[f"read_{name}"].label(name) for name in _CHOICES),
        )
        .join(states, states.c.number == verdicts.c.number)
        .join(as_left, by_now.id == states.c.claim_id)
        .join(articles, articles.c.id == by_now.article_id)
        .where(
            by_now.last_version == articles.c.current_version,
            # Says the same again, so that SQLite begins with the few that are judged.
            by_now.id.in_(sa.select(states.c.claim_id)),
        )
        .order_by(verdicts.c.number.desc())
    )
    return [look for row in rows.mappings() if (look := _second_look(row)) is not None]


def _second_look(row: sa.RowMapping) -> SecondLook | None:
    if row["read_by_now"] is not None:
        return SecondLook(row["claim_id"], "read_as_corrected", row["read_by_now"])
    if row["withdrawn"] is not None:
        unseen = row["verdict"] in KEPT and row["at"] < row["withdrawn"]
        return SecondLook(row["claim_id"], "no_longer_read") if unseen else None
    if any(row["reading"].get(name) != row[name] for name in _CHOICES):
        return SecondLook(row["claim_id"], "read_otherwise")
    return None


def _same(*names: str) -> sa.ColumnElement[bool]:
    return sa.and_(*(states.c[name] == claims.c[name] for name in names))


def _tidied(value: str | None) -> str | None:
    return None if value is None else clean(" ".join(value.split())) or None


def _locked(connection: sa.Connection, claim_id: str) -> sa.RowMapping | None:
    """A claim as the program reads it; who judges it at the same moment waits."""
    return (
        connection.execute(sa.select(claims).where(claims.c.id == claim_id).with_for_update())
        .mappings()
        .first()
    )


def _write(connection: sa.Connection, given: Verdict) -> int:
    """A new line of the history, and the claim's state by its latest line."""
    row = {name: value for name, value in asdict(given).items() if name != "number"}
    number = connection.execute(
        sa.insert(verdicts).values(row).returning(verdicts.c.number)
    ).scalar_one()
    latest = max(history(connection, given.claim_id), key=lambda one: (one.at, one.number))
    connection.execute(sa.delete(states).where(states.c.claim_id == given.claim_id))
    if latest.verdict != "withdrawn":
        left = {**latest.reading, **latest.correction} if latest.verdict in KEPT else {}
        connection.execute(
            sa.insert(states).values(
                claim_id=latest.claim_id,
                number=latest.number,
                state=latest.verdict,
                **{name: left.get(name) for name in CLAIM_FIELDS},
            )
        )
    return int(number)


def _verdicts(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> Iterator[Verdict]:
    rows = connection.execute(sa.select(verdicts).where(condition).order_by(verdicts.c.number))
    for row in rows.mappings():
        yield Verdict(**{field.name: row[field.name] for field in fields(Verdict)})


def _checked(given: Verdict) -> Verdict:
    """The verdict; raises InputError where it cannot be one."""
    if given.verdict not in VERDICT_KINDS:
        raise InputError(
            f"verdict {given.verdict!r} is not one; accepted: {', '.join(VERDICT_KINDS)}"
        )
    if not given.by:
        raise InputError("a verdict needs the name of who gives it")
    for name, text, limit in (("name", given.by, LONGEST_NAME), ("note", given.note, LONGEST_NOTE)):
        if len(text) > limit:
            raise InputError(f"the {name} has {len(text):,} characters; at most {limit:,} fit")
    _check_reading(given)
    if given.verdict != "corrected" and given.correction:
        raise InputError(f"a claim that is {given.verdict} has no corrected fields")
    if given.verdict == "corrected":
        for name, value in given.correction.items():
            _check_field(name, value)
        if all(given.reading.get(name) == value for name, value in given.correction.items()):
            raise InputError("the correction changes no field: accept the claim instead")
    return given


def _check_reading(given: Verdict) -> None:
    """Refuses a verdict of a file that leaves open what was read: a kept claim counts as that."""
    if given.verdict not in KEPT:
        return
    for name in CLAIM_FIELDS:
        value = given.reading.get(name)
        if not value and name not in _CAN_BE_NONE:
            raise InputError(f"the verdict on {given.claim_id!r} has no {name} in its reading")
        if name in _CHOICES and value not in _CHOICES[name]:
            raise InputError(f"{name} {value!r} is not one; accepted: {', '.join(_CHOICES[name])}")


def _check_field(name: str, value: str | None) -> None:
    if name not in CLAIM_FIELDS:
        raise InputError(f"a claim has no field {name!r}; it has {', '.join(CLAIM_FIELDS)}")
    if not value:
        if name in _CAN_BE_NONE and value is None:
            return
        raise InputError(f"the corrected {name} is empty")
    if len(value) > LONGEST_FIELD:
        raise InputError(f"the corrected {name} is longer than {LONGEST_FIELD} characters")
    accepted = _CHOICES.get(name)
    if accepted and value not in accepted:
        raise InputError(f"{name} {value!r} is not one; accepted: {', '.join(accepted)}")


def _place(article: Article, row: sa.RowMapping) -> dict[str, Any] | None:
    """Where a claim's sentence and cues stand in a version, None where the sentence does not.

    Of several places the one nearest to where it stood. A cue in another paragraph that does
    not stand at its place any more is dropped.
    """
    blocks = dict(article.blocks())
    places = [
        (number, start)
        for number, text in blocks.items()
        for start in _occurrences(row["quote"], text)
    ]
    if not places:
        return None
    paragraph, start = min(
        places, key=lambda at: (abs(at[0] - row["paragraph"]), abs(at[1] - row["start"]))
    )
    shift = start - row["start"]
    cues = []
    for cue in row["cues"]:
        inside = cue["paragraph"] == row["paragraph"] and (
            row["start"] <= cue["start"] and cue["end"] <= row["end"]
        )
        moved = (
            {
                **cue,
                "paragraph": paragraph,
                "start": cue["start"] + shift,
                "end": cue["end"] + shift,
            }
            if inside
            else cue
        )
        if blocks.get(moved["paragraph"], "")[moved["start"] : moved["end"]] == cue["text"]:
            cues.append(moved)
    end = start + len(row["quote"])
    return {"paragraph": paragraph, "start": start, "end": end, "cues": cues}


def _occurrences(quote: str, text: str) -> Iterator[int]:
    start = text.find(quote)
    while start >= 0:
        yield start
        start = text.find(quote, start + 1)
