"""Writes: each function runs in one transaction that its caller holds, and can be repeated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from analysis.errors import StoreError
from analysis.records import Article, Claim, article_id, digest
from analysis.store import reading, search, verdicts
from analysis.store.changes import note_changes
from analysis.store.rows import Capture, ClaimChanges, Page, SaveOutcome
from analysis.store.schema import (
    address_key,
    articles,
    claims,
    clean,
    clean_values,
    crawls,
    fingerprints,
    fold,
    named_vendors,
    pages,
    to_utc,
    versions,
)

CONFIDENCE_DIGITS = 4
CONFIDENCE_STEP = 0.01
"""The least difference of confidence that changes a claim; machines differ by less."""


def start_crawl(connection: sa.Connection, outlets: Sequence[str]) -> int:
    """A new crawl's number."""
    row = {
        "started": datetime.now(UTC),
        "interrupted": False,
        "stats": {outlet: {} for outlet in outlets},
    }
    statement = sa.insert(crawls).values(row).returning(crawls.c.id)
    return int(connection.execute(statement).scalar_one())


def finish_crawl(
    connection: sa.Connection,
    crawl_id: int,
    stats: Mapping[str, Mapping[str, int]],
    interrupted: bool,
    measures: Mapping[str, Mapping[str, int]],
) -> None:
    """Close a crawl with what it counted; raises StoreError for an unknown one."""
    values = {
        "finished": sa.func.coalesce(crawls.c.finished, datetime.now(UTC)),
        "interrupted": interrupted,
        "stats": {outlet: dict(counts) for outlet, counts in stats.items()},
        "measures": {outlet: dict(counts) for outlet, counts in measures.items()},
    }
    done = connection.execute(sa.update(crawls).where(crawls.c.id == crawl_id).values(values))
    if done.rowcount == 0:
        raise StoreError(f"no crawl {crawl_id} was started in this store")


def record_page(connection: sa.Connection, page: Page) -> None:
    """Note what the last visit to an address gave, over what an earlier one gave.

    One that found an article as it was has seen the article's newest version again.
    """
    _upsert(connection, pages, [{"key": reading.page_key(page.url), **asdict(page)}])
    if page.outcome == "kept" and page.article_id is not None:
        seen = to_utc(page.fetched)
        connection.execute(
            sa.update(articles)
            .where(articles.c.id == page.article_id, articles.c.last_seen < seen)
            .values(last_seen=seen)
        )
        newest = sa.select(articles.c.current_version).where(articles.c.id == page.article_id)
        connection.execute(
            sa.update(versions)
            .where(
                versions.c.article_id == page.article_id,
                versions.c.version == newest.scalar_subquery(),
                versions.c.last_seen < seen,
            )
            .values(last_seen=seen)
        )


def note_pages(connection: sa.Connection, found: Sequence[Page]) -> None:
    """Note addresses that were never visited; what is known of the others stays."""
    for first in range(0, len(found), reading.BATCH):
        batch = found[first : first + reading.BATCH]
        rows = [{"key": reading.page_key(page.url), **asdict(page)} for page in batch]
        connection.execute(_insert(connection, pages).values(rows).on_conflict_do_nothing())


def save_article(
    connection: sa.Connection,
    article: Article,
    outlet_name: str,
    country: str | None,
    capture: Capture | None,
) -> SaveOutcome:
    """Store an article as read now: a new one, a new version, or nothing new.

    Only title and paragraphs make a version. What else the page says of an unchanged
    text is brought up to date in place. A text that was read before the
    newest version was (from an archive) only lengthens the time of the version that
    has it, and is superseded where none has.
    """
    url = article.url
    if url is None or article.outlet is None:
        raise StoreError(f"article {article.id!r} has no address or no outlet; both are needed")
    if article.id != article_id(url):
        raise StoreError(
            f"article {article.id!r} at {url} must be identified as "
            f"{article_id(url)!r}: article_id(url)"
        )
    article = cleaned(article)
    seen = to_utc(article.fetched or datetime.now(UTC))
    head = {"outlet": article.outlet, "outlet_name": outlet_name, "country": country}
    fresh = {
        "id": article.id,
        "url": article.url,
        "address_key": address_key(clean(url)),
        "first_seen": seen,
        "last_seen": seen,
        "current_version": 1,
    }
    insertion = _insert(connection, articles).on_conflict_do_nothing().returning(articles.c.id)
    created = connection.execute(insertion, fresh | head).first()
    if created is not None:
        connection.execute(sa.insert(versions), _version_row(article, 1, seen, capture))
        search.index(connection, article)
        note_changes(connection, [article.id])
        return "new"

    stored = connection.execute(
        sa.select(
            articles,
            versions.c.digest,
            versions.c.lang,
            versions.c.authors,
            versions.c.archive_file,
            versions.c.first_seen.label("version_seen"),
        )
        .join(versions, reading.newest_version)
        .where(articles.c.id == article.id)
        .with_for_update(of=articles)
    ).one()
    changed = stored.digest != article.content_digest
    if changed and seen < stored.version_seen:
        return _seen_earlier(connection, article, seen)
    values = head | {
        "first_seen": min(seen, stored.first_seen),
        "last_seen": max(seen, stored.last_seen),
    }
    version = stored.current_version + 1 if changed else stored.current_version
    row = _version_row(article, version, seen, capture)
    if changed:
        values["current_version"] = version
        connection.execute(sa.insert(versions), row)
    else:
        names = ("authors", "lang", "published", "modified", "marks", "provenance")
        details = {key: row[key] for key in names}
        if capture is not None and stored.archive_file is None:
            details |= _capture_columns(capture)
        _see(connection, article.id, version, seen, details)
    if changed or stored.lang != article.lang:
        values |= {"extractor": None, "extracted_at": None}
        search.index(connection, article)
    else:
        search.refile(connection, article)
    if changed or tuple(stored.authors) != article.authors:
        connection.execute(sa.delete(fingerprints).where(fingerprints.c.article_id == article.id))
    connection.execute(sa.update(articles).where(articles.c.id == article.id).values(values))
    note_changes(connection, [article.id])
    return "changed" if changed else "unchanged"


def _seen_earlier(connection: sa.Connection, article: Article, seen: datetime) -> SaveOutcome:
    """Note an older reading of an article than its newest version's."""
    version = connection.execute(
        sa.select(versions.c.version)
        .where(versions.c.article_id == article.id, versions.c.digest == article.content_digest)
        .order_by(versions.c.version)
    ).scalar()
    if version is None:
        return "superseded"
    _see(connection, article.id, version, seen, {})
    return "unchanged"


def _see(
    connection: sa.Connection, article_id: str, version: int, seen: datetime, values: dict[str, Any]
) -> None:
    """Lengthen the time in which a version is known to have stood, and set other columns."""
    this = sa.and_(versions.c.article_id == article_id, versions.c.version == version)
    first, last = connection.execute(
        sa.select(versions.c.first_seen, versions.c.last_seen).where(this)
    ).one()
    times = {"first_seen": min(seen, first), "last_seen": max(seen, last)}
    connection.execute(sa.update(versions).where(this).values(times | values))


def save_claims(
    connection: sa.Connection,
    article_id: str,
    by_version: Mapping[int, Sequence[Claim]],
    extractor: str,
    named: Collection[str],
) -> ClaimChanges:
    """Make the article's claims those that an extractor read in its versions.

    A claim keeps its identifier wherever the same sentence says the same thing
    of the same vendor; one that is no longer read is marked withdrawn, one that
    comes back is not withdrawn any more. `by_version` holds every version from 1
    on; a version that the crawler added meanwhile leaves the article pending.

    Raises:
        StoreError: the article or a version is unknown, versions are left out, or
            a claim's quote is not what stands at its offsets.
    """
    known = dict(enumerate(reading.versions(connection, article_id), start=1))
    if not known:
        raise StoreError(f"no article {article_id!r} in this store")
    newest = max(by_version, default=0)
    if not 1 <= newest <= len(known) or set(by_version) != set(range(1, newest + 1)):
        raise StoreError(
            f"the claims of article {article_id!r} must be given for its versions 1 to "
            f"{len(known)}, got {sorted(by_version)}"
        )
    now = datetime.now(UTC)
    given = _claim_rows(article_id, known, by_version, extractor)
    stored = {
        row["id"]: dict(row)
        for row in connection.execute(
            sa.select(claims).where(claims.c.article_id == article_id).with_for_update()
        ).mappings()
    }
    changes: Counter[str] = Counter()
    for key, row in given.items():
        old = stored.get(key)
        differing = {name for name in row if old is None or _differ(old[name], row[name])}
        if not differing:
            changes["kept"] += 1
            continue
        outcome = "added" if old is None else "kept" if differing == {"extractor"} else "updated"
        changes[outcome] += 1
        _upsert(connection, claims, [row | {"extracted_at": now}])
    gone = [key for key, old in stored.items() if key not in given and old["withdrawn"] is None]
    if gone:
        connection.execute(sa.update(claims).where(claims.c.id.in_(gone)).values(withdrawn=now))
    changes["withdrawn"] = len(gone)
    verdicts.follow_sentences(connection, article_id)
    connection.execute(
        sa.update(articles)
        .where(
            articles.c.id == article_id,
            articles.c.current_version == newest,
            articles.c.extractor.is_distinct_from(extractor),
        )
        .values(extractor=extractor, extracted_at=now)
    )
    _name_vendors(connection, article_id, {*named, *(c.vendor for c in by_version[newest])})
    note_changes(connection, [article_id])
    return ClaimChanges(**changes)


def _name_vendors(connection: sa.Connection, article_id: str, named: set[str]) -> None:
    """Make these the vendors that the article's text names."""
    connection.execute(sa.delete(named_vendors).where(named_vendors.c.article_id == article_id))
    if named:
        rows = [{"article_id": article_id, "vendor": vendor} for vendor in sorted(named)]
        connection.execute(sa.insert(named_vendors), rows)


def _claim_rows(
    article_id: str,
    known: Mapping[int, Article],
    by_version: Mapping[int, Sequence[Claim]],
    extractor: str,
) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for version in sorted(by_version):
        title = known[version].title
        for key, claim in _identified(article_id, by_version[version]):
            _check_quote(known[version], version, claim)
            row = {
                "id": key,
                **asdict(claim),
                "confidence": _rounded(claim.confidence),
                "first_version": rows[key]["first_version"] if key in rows else version,
                "last_version": version,
                "folded": fold("\n".join((claim.quote, title, claim.source or ""))),
                "extractor": extractor,
                "withdrawn": None,
            }
            rows[key] = clean_values(row)
    return rows


def _rounded(confidence: float | None) -> float | None:
    return None if confidence is None else round(confidence, CONFIDENCE_DIGITS)


def _differ(old: object, new: object) -> bool:
    if isinstance(old, float) and isinstance(new, float):
        return round(abs(new - old), CONFIDENCE_DIGITS) >= CONFIDENCE_STEP
    return old != new


def _identified(article_id: str, given: Sequence[Claim]) -> Iterator[tuple[str, Claim]]:
    """Each claim with its identifier, which depends on neither its place nor the version."""
    occurrences: Counter[tuple[str, str, str]] = Counter()
    for claim in sorted(given, key=lambda c: (c.paragraph, c.start, c.end)):
        same = (clean(claim.quote), clean(claim.vendor), clean(claim.practice))
        yield digest(article_id, *same, str(occurrences[same]))[:16], claim
        occurrences[same] += 1


def _check_quote(article: Article, version: int, claim: Claim) -> None:
    blocks = dict(article.blocks())
    there = blocks.get(claim.paragraph, "")[claim.start : claim.end]
    if claim.article_id != article.id or not there or there != clean(claim.quote):
        raise StoreError(
            f"claim on {claim.vendor}, {claim.practice} is not verbatim: paragraph "
            f"{claim.paragraph}[{claim.start}:{claim.end}] of article {article.id!r}, version "
            f"{version}, is {there!r}, the claim quotes {claim.quote!r} of {claim.article_id!r}"
        )


def cleaned(article: Article) -> Article:
    """The article as it will be read back, so that its digest is that of the stored text."""
    return replace(
        article,
        title=clean(article.title),
        paragraphs=tuple(map(clean, article.paragraphs)),
        lang=None if article.lang is None else clean(article.lang),
    )


def _version_row(
    article: Article, version: int, seen: datetime, capture: Capture | None
) -> dict[str, Any]:
    return {
        "article_id": article.id,
        "version": version,
        "digest": article.content_digest,
        "title": article.title,
        "paragraphs": article.paragraphs,
        "authors": article.authors,
        "lang": article.lang,
        "published": article.published,
        "modified": article.modified,
        "fetched": article.fetched,
        "marks": article.marks,
        "provenance": dict(article.provenance),
        "first_seen": seen,
        "last_seen": seen,
        **_capture_columns(capture),
    }


def _capture_columns(capture: Capture | None) -> dict[str, Any]:
    values = (None, None, None) if capture is None else astuple(capture)
    return dict(zip(("archive_file", "archive_offset", "archive_digest"), values, strict=True))


def _insert(connection: sa.Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    return _insertion(connection.dialect.name, table)


def _insertion(dialect: str, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def _upsert(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows, or replace those with the same primary key."""
    statement = _upsertion(connection.dialect.name, table, tuple(rows[0]))
    connection.execute(statement, rows)


@cache  # making the statement takes longer than executing it
def _upsertion(
    dialect: str, table: sa.Table, names: tuple[str, ...]
) -> sqlite.Insert | postgresql.Insert:
    statement = _insertion(dialect, table)
    keys = [column.name for column in table.primary_key]
    return statement.on_conflict_do_update(
        index_elements=keys,
        set_={name: statement.excluded[name] for name in names if name not in keys},
    )
