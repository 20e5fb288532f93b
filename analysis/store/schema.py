"""Tables, column types, and the one place where text is made fit for any database."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from analysis.records import digest

LONGEST_KEY = 500
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def clean(text: str) -> str:
    """Text that every database holds: NUL and lone surrogates become U+FFFD.

    PostgreSQL refuses NUL, UTF-8 has no form for lone surrogates. One character
    replaces one, so offsets stay right.
    """
    return _UNSTORABLE.sub("\ufffd", text)


def fold(text: str) -> str:
    """Text for comparison: without accents, case or typographic variants.

    Compatibility decomposition (Unicode NFKD) without combining marks, then
    `str.casefold`, with the French ligatures and the curved apostrophe spelt out.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return (
        clean(plain.casefold())
        .replace("œ", "oe")
        .replace("æ", "ae")
        .replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    )


def address_key(url: str) -> str:
    """What the addresses of one article have in common, to find it at any of them.

    Without scheme, default port, trailing slash, and the host's "www.", "m.", "mobile." or
    "amp.". An index on it may not hold more than 2,700 bytes: longer ones are digested.
    """
    bare = re.sub(r"^https?://(?:(?:www|m|mobile|amp)\.)?", "", url, flags=re.IGNORECASE)
    host, slash, rest = bare.partition("/")
    host = re.sub(r":(?:80|443)$", "", host.lower())
    path, mark, query = rest.partition("?")
    key = f"{host}{slash}{path}".rstrip("/") + mark + query
    return key if len(key) <= LONGEST_KEY else digest(key)


class CleanText(sa.types.TypeDecorator[str]):
    """Text, cleaned on the way in; parameters that it is compared with as well."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: D102
        return None if value is None else clean(value)


class CleanJSON(sa.types.TypeDecorator[Any]):
    """JSON whose strings are cleaned on the way in."""

    impl = sa.JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:  # noqa: D102
        return clean_values(value)


def clean_values(value: Any) -> Any:
    """The same values, as JSON holds them, with every text cleaned."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(key): clean_values(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean_values(item) for item in value]
    return value


class UTCDateTime(sa.types.TypeDecorator[datetime]):
    """A moment, stored in UTC and returned aware.

    A naive value (a page that gave a day without time zone) counts as UTC, which
    keeps its day.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: D102
        if value is None:
            return None
        moment = to_utc(value)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: D102
        return None if value is None else to_utc(value)


def to_utc(value: datetime) -> datetime:
    """The same moment in UTC; a naive value is taken as UTC already."""
    if value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    try:
        return value.astimezone(UTC)
    except OverflowError:  # the first or last day of the calendar, as broken pages declare
        return value.replace(tzinfo=UTC)


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

articles = sa.Table(
    "articles",
    metadata,
    sa.Column("id", CleanText, primary_key=True),
    sa.Column("url", CleanText, nullable=False),
    sa.Column("outlet", CleanText, nullable=False, index=True),
    sa.Column("outlet_name", CleanText, nullable=False),
    sa.Column("country", CleanText),
    sa.Column("first_seen", UTCDateTime, nullable=False),
    sa.Column("last_seen", UTCDateTime, nullable=False),
    sa.Column("current_version", sa.Integer, nullable=False),
    sa.Column("extractor", CleanText, index=True),
    sa.Column("extracted_at", UTCDateTime),
    sa.Column("address_key", CleanText, index=True),
    sa.Column("story", CleanText, index=True),
    sa.Column("agency", CleanText),
    sa.Column("changed", sa.BigInteger, nullable=False, server_default="0", index=True),
)

# One row: the number of the last change of an article; `articles.changed` holds each one's.
changes = sa.Table(
    "changes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", sa.BigInteger, nullable=False),
)

# The vendors that the newest text of an article names, whatever it says of them.
named_vendors = sa.Table(
    "named_vendors",
    metadata,
    sa.Column("article_id", sa.ForeignKey("articles.id"), primary_key=True),
    sa.Column("vendor", CleanText, primary_key=True),
)

versions = sa.Table(
    "versions",
    metadata,
    sa.Column("article_id", sa.ForeignKey("articles.id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("digest", CleanText, nullable=False),
    sa.Column("title", CleanText, nullable=False),
    sa.Column("paragraphs", CleanJSON, nullable=False),
    sa.Column("authors", CleanJSON, nullable=False),
    sa.Column("lang", CleanText),
    sa.Column("published", UTCDateTime, index=True),
    sa.Column("modified", UTCDateTime),
    sa.Column("fetched", UTCDateTime),
    sa.Column("first_seen", UTCDateTime),
    sa.Column("last_seen", UTCDateTime),
    sa.Column("archive_file", CleanText),
    sa.Column("archive_offset", sa.BigInteger),
    sa.Column("archive_digest", CleanText),
    sa.Column("marks", CleanJSON),
    sa.Column("provenance", CleanJSON),
)

fingerprints = sa.Table(
    "fingerprints",
    metadata,
    sa.Column("article_id", sa.ForeignKey("articles.id"), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("method", CleanText, nullable=False),
    sa.Column("minhash", sa.LargeBinary, nullable=False),
)

stories = sa.Table(
    "stories",
    metadata,
    sa.Column("id", CleanText, primary_key=True),
    sa.Column("first_article_id", sa.ForeignKey("articles.id"), nullable=False),
    sa.Column("agency", CleanText),
)

crawls = sa.Table(
    "crawls",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("started", UTCDateTime, nullable=False),
    sa.Column("finished", UTCDateTime),
    sa.Column("interrupted", sa.Boolean, nullable=False),
    sa.Column("stats", CleanJSON, nullable=False),
    sa.Column("measures", CleanJSON, nullable=False, server_default=sa.text("'{}'")),
)

# Keyed by the digest of the address: PostgreSQL cannot index an address beyond 2,700 bytes.
pages = sa.Table(
    "pages",
    metadata,
    sa.Column("key", CleanText, primary_key=True),
    sa.Column("url", CleanText, nullable=False),
    sa.Column("outlet", CleanText, nullable=False, index=True),
    sa.Column("outcome", CleanText, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("article_id", sa.ForeignKey("articles.id"), index=True),
    sa.Column("etag", CleanText),
    sa.Column("last_modified", CleanText),
    sa.Column("body_digest", CleanText),
    sa.Column("fetched", UTCDateTime, nullable=False),
    sa.Column("crawl_id", sa.ForeignKey("crawls.id")),
    sa.Column("dated", UTCDateTime),
)

claims = sa.Table(
    "claims",
    metadata,
    sa.Column("id", CleanText, primary_key=True),
    sa.Column("article_id", sa.ForeignKey("articles.id"), nullable=False, index=True),
    sa.Column("first_version", sa.Integer, nullable=False),
    sa.Column("last_version", sa.Integer, nullable=False),
    sa.Column("paragraph", sa.Integer, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("quote", CleanText, nullable=False),
    sa.Column("vendor", CleanText, nullable=False),
    sa.Column("product", CleanText),
    sa.Column("practice", CleanText, nullable=False, index=True),
    sa.Column("polarity", CleanText, nullable=False),
    sa.Column("certainty", CleanText, nullable=False),
    sa.Column("source_type", CleanText, nullable=False, index=True),
    sa.Column("source", CleanText),
    sa.Column("rule", CleanText, nullable=False),
    sa.Column("cues", CleanJSON, nullable=False),
    sa.Column("folded", CleanText, nullable=False),
    sa.Column("extractor", CleanText, nullable=False),
    sa.Column("extracted_at", UTCDateTime, nullable=False),
    sa.Column("withdrawn", UTCDateTime),
    sa.Column("confidence", sa.Float),
    sa.ForeignKeyConstraint(
        ["article_id", "last_version"],
        ["versions.article_id", "versions.version"],
        name="fk_claims_last_version_versions",
    ),
    sa.Index("ix_claims_vendor_practice", "vendor", "practice"),
)

# Append-only: triggers of migration 0008 refuse to change or delete a row.
verdicts = sa.Table(
    "verdicts",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("claim_id", sa.ForeignKey("claims.id"), nullable=False, index=True),
    sa.Column("at", UTCDateTime, nullable=False),
    sa.Column("by", CleanText, nullable=False),
    sa.Column("verdict", CleanText, nullable=False),
    sa.Column("correction", CleanJSON, nullable=False),
    sa.Column("note", CleanText, nullable=False),
    sa.Column("at_random", sa.Boolean, nullable=False),
    sa.Column("extractor", CleanText, nullable=False),
    sa.Column("reading", CleanJSON, nullable=False),
)

# The verdict that stands on each claim, for joins; the fields as an accepting or correcting
# reviewer left them.
verdict_states = sa.Table(
    "verdict_states",
    metadata,
    sa.Column("claim_id", sa.ForeignKey("claims.id"), primary_key=True),
    sa.Column("number", sa.ForeignKey("verdicts.number"), nullable=False),
    sa.Column("state", CleanText, nullable=False),
    sa.Column("vendor", CleanText),
    sa.Column("product", CleanText),
    sa.Column("practice", CleanText),
    sa.Column("polarity", CleanText),
    sa.Column("certainty", CleanText),
    sa.Column("source_type", CleanText),
    sa.Column("source", CleanText),
)

answers = sa.Table(
    "answers",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("vendor", CleanText, nullable=False, index=True),
    sa.Column("practices", CleanJSON, nullable=False),
    sa.Column("claims", CleanJSON, nullable=False),
    sa.Column("asked", sa.Date),
    sa.Column("answered", sa.Date),
    sa.Column("answered_by", CleanText, nullable=False),
    sa.Column("text", CleanText, nullable=False),
    sa.Column("entered_by", CleanText, nullable=False),
    sa.Column("entered_at", UTCDateTime, nullable=False),
)

submissions = sa.Table(
    "submissions",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("kind", CleanText, nullable=False),
    sa.Column("by", CleanText, nullable=False),
    sa.Column("at", UTCDateTime, nullable=False),
    sa.Column("state", CleanText, nullable=False),
    sa.Column("started", UTCDateTime),
    sa.Column("finished", UTCDateTime),
    sa.Column("message", CleanText, nullable=False),
    sa.Column("worker", CleanText),
    sa.Column("beat", UTCDateTime),
)

submission_pieces = sa.Table(
    "submission_pieces",
    metadata,
    sa.Column("submission", sa.ForeignKey("submissions.number"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", CleanText, nullable=False),
    sa.Column("title", CleanText, nullable=False),
    sa.Column("outlet", CleanText, nullable=False),
    sa.Column("lang", CleanText, nullable=False),
    sa.Column("url", CleanText, nullable=False),
    sa.Column("published", sa.Date),
    sa.Column("content", sa.LargeBinary),
    sa.Column("outcome", CleanText),
    sa.Column("article_id", CleanText),
    sa.Column("message", CleanText, nullable=False, server_default=""),
)
