"""Reads: each function answers one question, aggregated by the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, time
from typing import Any

import sqlalchemy as sa

from analysis.records import Article, Claim, Cue, digest
from analysis.store import effective
from analysis.store.effective import claims as claims_table
from analysis.store.rows import (
    CLAIM_FIELDS,
    ArticleRow,
    Capture,
    CellCount,
    ClaimFilter,
    Crawl,
    Overview,
    Page,
    StoredClaim,
    Verdict,
    Version,
)
from analysis.store.schema import address_key, crawls, fold, pages, verdicts
from analysis.store.schema import articles as articles_table
from analysis.store.schema import versions as versions_table

newest_version = sa.and_(
    versions_table.c.article_id == articles_table.c.id,
    versions_table.c.version == articles_table.c.current_version,
)
_version_of_claim = sa.and_(
    versions_table.c.article_id == claims_table.c.article_id,
    versions_table.c.version == claims_table.c.last_version,
)
_current = sa.and_(
    effective.counting,
    claims_table.c.last_version == articles_table.c.current_version,
)
_not_rejected = claims_table.c.verdict != effective.REJECTED
_with_outlet = claims_table.join(articles_table, articles_table.c.id == claims_table.c.article_id)
_with_article = _with_outlet.join(versions_table, _version_of_claim)
BATCH = 500
"""Keys that one statement asks for."""


def page_key(url: str) -> str:
    """The key of an address in the table of pages."""
    return digest(url)


def page(connection: sa.Connection, url: str) -> Page | None:
    """What the last visit to an address gave."""
    row = (
        connection.execute(sa.select(pages).where(pages.c.key == page_key(url))).mappings().first()
    )
    return None if row is None else _page(row)


def pages_of(connection: sa.Connection, urls: Sequence[str]) -> dict[str, Page]:
    """What the last visits to some addresses gave; those never visited are left out."""
    found = {}
    for first in range(0, len(urls), BATCH):
        keys = [page_key(url) for url in urls[first : first + BATCH]]
        rows = connection.execute(sa.select(pages).where(pages.c.key.in_(keys))).mappings()
        found.update({row["url"]: _page(row) for row in rows})
    return found


def revisitable(
    connection: sa.Connection, outlet: str, since: datetime
) -> list[tuple[Page, datetime]]:
    """Pages of articles published since, each with the article's date, longest unvisited first.

    An article without a date, or dated later, was published when it was first seen.
    """
    published = sa.func.coalesce(versions_table.c.published, articles_table.c.first_seen)
    rows = connection.execute(
        sa.select(pages, versions_table.c.published, articles_table.c.first_seen)
        .join(articles_table, articles_table.c.id == pages.c.article_id)
        .join(versions_table, newest_version)
        .where(pages.c.outlet == outlet, published >= since)
        .order_by(pages.c.fetched, pages.c.url)
    ).mappings()
    return [
        (_page(row), min(row["published"] or row["first_seen"], row["first_seen"])) for row in rows
    ]


def pages_ending(connection: sa.Connection, outlet: str, outcome: str) -> list[Page]:
    """Pages whose outcome is this one, those found first leading."""
    rows = connection.execute(
        sa.select(pages)
        .where(pages.c.outlet == outlet, pages.c.outcome == outcome)
        .order_by(pages.c.fetched, pages.c.url)
    ).mappings()
    return [_page(row) for row in rows]


def _page(row: sa.RowMapping) -> Page:
    return Page(**{field.name: row[field.name] for field in fields(Page)})


def visited_since(
    connection: sa.Connection, outlet: str, since: datetime, besides: Sequence[str]
) -> int:
    """How many of an outlet's pages were visited since a moment, other outcomes than these."""
    statement = sa.select(sa.func.count()).where(
        pages.c.outlet == outlet, pages.c.fetched >= since, pages.c.outcome.not_in(besides)
    )
    return int(connection.execute(statement).scalar_one())


def known_urls(connection: sa.Connection, outlet: str) -> set[str]:
    """Every address of an outlet that was ever requested, whatever it gave."""
    return set(connection.scalars(sa.select(pages.c.url).where(pages.c.outlet == outlet)))


def pending(connection: sa.Connection, extractor: str) -> list[str]:
    """Articles that this extractor has not read in their newest version, oldest first."""
    return list(
        connection.scalars(
            sa.select(articles_table.c.id)
            .where(articles_table.c.extractor.is_distinct_from(extractor))
            .order_by(articles_table.c.first_seen, articles_table.c.id)
        )
    )


def versions(connection: sa.Connection, article_id: str) -> list[Article]:
    """Every version of an article, the first one first."""
    return list(_articles(connection, versions_table.c.article_id == article_id))


def article(connection: sa.Connection, article_id: str, version: int | None) -> Article | None:
    """One version of an article, or its newest."""
    wanted = articles_table.c.current_version if version is None else version
    found = _articles(
        connection,
        sa.and_(versions_table.c.article_id == article_id, versions_table.c.version == wanted),
    )
    return next(found, None)


def history(connection: sa.Connection, article_id: str) -> list[Version]:
    """Every version of an article with the times it was seen and its archived page."""
    v = versions_table.c
    rows = connection.execute(
        sa.select(v.first_seen, v.last_seen, v.archive_file, v.archive_offset, v.archive_digest)
        .where(v.article_id == article_id)
        .order_by(v.version)
    )
    return [
        Version(
            number=number,
            article=article,
            first_seen=row.first_seen,
            last_seen=row.last_seen,
            capture=None if row.archive_file is None else Capture(*row[2:]),
        )
        for number, (article, row) in enumerate(
            zip(versions(connection, article_id), rows, strict=True), start=1
        )
    ]


def captures(connection: sa.Connection) -> list[tuple[str, Capture]]:
    """Every archived page that a version points to, with its article's address, by file."""
    v = versions_table.c
    rows = connection.execute(
        sa.select(articles_table.c.url, v.archive_file, v.archive_offset, v.archive_digest)
        .join(articles_table, articles_table.c.id == v.article_id)
        .where(v.archive_file.is_not(None))
        .order_by(v.archive_file, v.archive_offset)
    )
    return [(row.url, Capture(*row[1:])) for row in rows]


def identity(connection: sa.Connection, url: str) -> tuple[str, str] | None:
    """Id and address of the article stored at an address, or at another form of it."""
    a = articles_table.c
    row = connection.execute(
        sa.select(a.id, a.url)
        .where(a.address_key == address_key(url))
        .order_by((a.url == url).desc(), a.first_seen, a.id)
    ).first()
    return None if row is None else (row.id, row.url)


def is_archived(connection: sa.Connection, article_id: str, content_digest: str) -> bool:
    """Whether the newest version of an article has this text, and its page is archived."""
    row = connection.execute(
        sa.select(versions_table.c.archive_file)
        .join(articles_table, newest_version)
        .where(
            articles_table.c.id == article_id,
            versions_table.c.digest == content_digest,
        )
    ).first()
    return row is not None and row.archive_file is not None


def _articles(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> Iterator[Article]:
    rows = connection.execute(
        sa.select(versions_table, articles_table.c.outlet, articles_table.c.url)
        .join(articles_table, articles_table.c.id == versions_table.c.article_id)
        .where(condition)
        .order_by(versions_table.c.version)
    )
    for row in rows:
        yield Article(
            id=row.article_id,
            title=row.title,
            paragraphs=tuple(row.paragraphs),
            lang=row.lang,
            outlet=row.outlet,
            url=row.url,
            authors=tuple(row.authors),
            published=row.published,
            modified=row.modified,
            fetched=row.fetched,
            marks=tuple(row.marks or ()),
            provenance=row.provenance or {},
        )


def claims(
    connection: sa.Connection, wanted: ClaimFilter, limit: int | None, offset: int
) -> list[StoredClaim]:
    """Current claims, newest article first, then in reading order."""
    c = claims_table.c
    statement = (
        _stored_claims()
        .where(_current, *_conditions(wanted))
        .order_by(
            versions_table.c.published.desc().nulls_last(),
            c.article_id,
            c.paragraph,
            c.start,
            c.vendor,
            c.practice,
            c.id,
        )
        .limit(limit)
        .offset(offset)
    )
    return [_stored_claim(row) for row in connection.execute(statement).mappings()]


def claim(connection: sa.Connection, claim_id: str) -> StoredClaim | None:
    """One claim, also one that is withdrawn or that an edit removed."""
    statement = _stored_claims().where(claims_table.c.id == claim_id)
    row = connection.execute(statement).mappings().first()
    return None if row is None else _stored_claim(row)


def claims_by_id(connection: sa.Connection, ids: Sequence[str]) -> list[StoredClaim]:
    """Claims by their ids, in that order; unknown ids are left out."""
    found = {}
    for first in range(0, len(ids), BATCH):
        statement = _stored_claims().where(claims_table.c.id.in_(ids[first : first + BATCH]))
        for row in connection.execute(statement).mappings():
            found[row["id"]] = _stored_claim(row)
    return [found[key] for key in ids if key in found]


def count_claims(connection: sa.Connection, wanted: ClaimFilter) -> int:
    """How many current claims there are."""
    statement = (
        sa.select(sa.func.count()).select_from(_with_article).where(_current, *_conditions(wanted))
    )
    return connection.execute(statement).scalar_one()


def cells(connection: sa.Connection, wanted: ClaimFilter) -> list[CellCount]:
    """Current claims counted by vendor and practice; cells without a claim are left out."""
    c = claims_table.c
    outlet = articles_table.c.outlet
    story = sa.func.coalesce(articles_table.c.story, articles_table.c.id)
    uncertain = c.certainty == "uncertain"

    def distinct(values: sa.ColumnElement[str], polarity: str) -> sa.ColumnElement[int]:
        return sa.func.count(sa.distinct(sa.case((c.polarity == polarity, values))))

    statement = (
        sa.select(
            c.vendor,
            c.practice,
            _count_if(c.polarity == "affirmed").label("affirmed"),
            _count_if(c.polarity == "denied").label("denied"),
            _count_if(uncertain).label("uncertain"),
            sa.func.count(sa.distinct(c.article_id)).label("articles"),
            sa.func.count(sa.distinct(outlet)).label("outlets"),
            distinct(outlet, "affirmed").label("affirmed_outlets"),
            distinct(outlet, "denied").label("denied_outlets"),
            sa.func.count(sa.distinct(story)).label("stories"),
            _count_if(sa.and_(uncertain, c.polarity == "affirmed")).label("affirmed_uncertain"),
            _count_if(sa.and_(uncertain, c.polarity == "denied")).label("denied_uncertain"),
            distinct(story, "affirmed").label("affirmed_stories"),
            distinct(story, "denied").label("denied_stories"),
        )
        .select_from(_with_article)
        .where(_current, *_conditions(wanted))
        .group_by(c.vendor, c.practice)
        .order_by(c.vendor, c.practice)
    )
    return [CellCount(**row) for row in connection.execute(statement).mappings()]


def article_rows(
    connection: sa.Connection, wanted: ClaimFilter, limit: int | None, offset: int
) -> list[ArticleRow]:
    """Articles, newest first, with the number of their current claims that pass the filter.

    A filter on claims leaves out the articles without such a claim; one on
    languages, outlets and dates alone keeps those that make no claim.
    """
    a, v = articles_table.c, versions_table.c
    counted = (
        sa.select(claims_table.c.article_id, sa.func.count().label("claims"))
        .select_from(_with_article)
        .where(_current, *_conditions(wanted))
        .group_by(claims_table.c.article_id)
        .subquery()
    )
    statement = (
        sa.select(
            a.id,
            a.url,
            a.outlet,
            a.outlet_name,
            a.country,
            v.title,
            v.authors,
            v.lang,
            v.published,
            v.modified,
            a.first_seen,
            a.last_seen,
            a.current_version.label("versions"),
            sa.func.coalesce(counted.c.claims, 0).label("claims"),
            a.extractor,
            a.extracted_at,
        )
        .join(versions_table, newest_version)
        .join(counted, counted.c.article_id == a.id, isouter=not wanted.about_claims)
        .where(*_article_conditions(wanted))
        .order_by(v.published.desc().nulls_last(), a.id)
        .limit(limit)
        .offset(offset)
    )
    rows = connection.execute(statement).mappings()
    return [ArticleRow(**{**row, "authors": tuple(row["authors"])}) for row in rows]


def overview(connection: sa.Connection) -> Overview:
    """The store in figures."""
    a, v = articles_table.c, versions_table.c
    totals = connection.execute(
        sa.select(
            sa.func.count().label("articles"),
            sa.func.count(sa.distinct(a.outlet)).label("outlets"),
            _count_if(v.published.is_(None)).label("undated"),
            _count_if(a.extractor.is_(None)).label("unread"),
            sa.func.min(v.published, type_=v.published.type).label("first_published"),
            sa.func.max(v.published, type_=v.published.type).label("last_published"),
        ).select_from(articles_table.join(versions_table, newest_version))
    ).one()
    return Overview(
        **totals._mapping,
        claims=count_claims(connection, ClaimFilter()),
        languages=_tally(connection, v.lang, articles_table.join(versions_table, newest_version)),
        pages=connection.execute(sa.select(sa.func.count()).select_from(pages)).scalar_one(),
        outcomes=outcomes(connection),
        last_crawl=crawl(connection, None),
    )


def outcomes(connection: sa.Connection) -> dict[str, int]:
    """Addresses by the outcome of the last visit, most frequent first."""
    return _tally(connection, pages.c.outcome, pages)


def unread(connection: sa.Connection) -> int:
    """How many articles no extractor has read in their newest version."""
    statement = sa.select(sa.func.count()).where(articles_table.c.extractor.is_(None))
    return connection.execute(statement).scalar_one()


def crawl(connection: sa.Connection, crawl_id: int | None) -> Crawl | None:
    """One crawl, by default the last one."""
    statement = sa.select(crawls).order_by(crawls.c.id.desc()).limit(1)
    if crawl_id is not None:
        statement = statement.where(crawls.c.id == crawl_id)
    row = connection.execute(statement).mappings().first()
    return None if row is None else Crawl(**row)


def crawls_before(
    connection: sa.Connection, crawl_id: int, since: datetime, limit: int
) -> list[Crawl]:
    """Earlier crawls that started since a moment, newest first."""
    statement = (
        sa.select(crawls)
        .where(crawls.c.id < crawl_id, crawls.c.started >= since)
        .order_by(crawls.c.id.desc())
        .limit(limit)
    )
    return [Crawl(**row) for row in connection.execute(statement).mappings()]


def _tally(
    connection: sa.Connection,
    column: sa.ColumnElement[Any],
    source: sa.FromClause,
    *conditions: sa.ColumnElement[bool],
) -> dict[Any, int]:
    count = sa.func.count().label("count")
    rows = connection.execute(
        sa.select(column, count)
        .select_from(source)
        .where(*conditions)
        .group_by(column)
        .order_by(count.desc(), column)
    )
    return dict(iter(rows))


def _count_if(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.count(sa.case((condition, 1)))


def _conditions(wanted: ClaimFilter) -> Iterator[sa.ColumnElement[bool]]:
    c = claims_table.c
    for column, values in (
        (c.vendor, wanted.vendors),
        (c.practice, wanted.practices),
        (c.source_type, wanted.source_types),
        (c.polarity, wanted.polarities),
        (c.certainty, wanted.certainties),
    ):
        if values:
            yield column.in_(values)
    yield c.verdict.in_(wanted.verdicts) if wanted.verdicts else _not_rejected
    for word in fold(wanted.text).split():
        yield c.folded.contains(word, autoescape=True)
    yield from _article_conditions(wanted)


def _article_conditions(wanted: ClaimFilter) -> Iterator[sa.ColumnElement[bool]]:
    v = versions_table.c
    if wanted.articles:
        yield articles_table.c.id.in_(wanted.articles)
    if wanted.languages:
        yield v.lang.in_(wanted.languages)
    if wanted.outlets:
        yield articles_table.c.outlet.in_(wanted.outlets)
    if wanted.date_from is not None:
        yield v.published >= datetime.combine(wanted.date_from, time.min, UTC)
    if wanted.date_to is not None:
        yield v.published <= datetime.combine(wanted.date_to, time.max, UTC)


def _stored_claims() -> sa.Select[Any]:
    a, v = articles_table.c, versions_table.c
    return sa.select(
        claims_table,
        v.title,
        v.lang,
        v.published,
        a.url,
        a.outlet,
        a.outlet_name,
        a.country,
        a.current_version,
        *(column.label(f"verdict_{column.name}") for column in verdicts.c),
    ).select_from(_with_article.outerjoin(verdicts, verdicts.c.number == claims_table.c.standing))


def _stored_claim(row: sa.RowMapping) -> StoredClaim:
    claim = Claim(
        article_id=row["article_id"],
        paragraph=row["paragraph"],
        start=row["start"],
        end=row["end"],
        quote=row["quote"],
        vendor=row["vendor"],
        product=row["product"],
        practice=row["practice"],
        polarity=row["polarity"],
        certainty=row["certainty"],
        source_type=row["source_type"],
        source=row["source"],
        rule=row["rule"],
        confidence=row["confidence"],
        cues=tuple(Cue(**cue) for cue in row["cues"]),
    )
    return StoredClaim(
        id=row["id"],
        claim=claim,
        title=row["title"],
        url=row["url"],
        outlet=row["outlet"],
        outlet_name=row["outlet_name"],
        country=row["country"],
        lang=row["lang"],
        published=row["published"],
        first_version=row["first_version"],
        last_version=row["last_version"],
        current_version=row["current_version"],
        extractor=row["extractor"],
        extracted_at=row["extracted_at"],
        withdrawn=row["withdrawn"],
        judged=_judged(row),
        as_read=_as_read(row, claim),
        read_by_now=row["read_by_now"],
    )


def _judged(row: sa.RowMapping) -> Verdict | None:
    if row["verdict_number"] is None:
        return None
    return Verdict(**{field.name: row[f"verdict_{field.name}"] for field in fields(Verdict)})


def _as_read(row: sa.RowMapping, claim: Claim) -> Claim | None:
    read = replace(claim, **{name: row[f"read_{name}"] for name in CLAIM_FIELDS})
    return None if read == claim else read
