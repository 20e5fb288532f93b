"""What came of one address: the item that spider and pipelines pass on, and its outcomes.

An outcome is the named reason that is counted and stored. For articles:

| outcome | meaning |
|---|---|
| `new`, `changed`, `unchanged` | in the store; stored pages say `kept` |
| `off_topic:*` | not about a voice assistant and privacy |
| `no_body`, `not_html`, `too_large`, `unknown_language:xx` | nothing that could be analysed |
| `duplicate` | the same article was already read at another address |
| `superseded` | out of an archive: an older text of an article in the store |
| `known` | in the store, and its next visit is not due; not asked for |
| `off_topic:title`, `:section`, `:address` | judged by what its source says; not asked for |
| `too_old`, `limit` | not asked for: before `--since`, beyond `--max-pages` |
| `unlisted` | not asked for: no outlet of the file, and its source keeps to these |
| `robots`, `robots_unreachable` | robots.txt forbids it, or could not be read |
| `stop_list`, `budget` | not asked for: on the stop list, beyond the outlet's daily budget |
| `backed_off` | not asked for: its host is left alone for the rest of the crawl |
| `offsite`, `private_address`, `scheme` | not an address that the outlet may send us to |
| `http_NNN`, `timeout`, `dns`, `connection`, `redirects`, `download_error` | no page came |
| `tls`, `truncated`, `bad_encoding` | no whole page came: certificate, length, compression |
| `soft_404` | a page that says that there is none, without the status of one |
| `parse_error`, `parse_limit` | the page could not be read; or not within time and memory |

Sources have the same ones after their kind (`feed:http_404`), and `read`, `unchanged`, `index`
(a sitemap of sitemaps), `not_xml`, `no_links`, `nofollow` (its links are not to be followed); of
GDELT `split` (a full list, asked again in halves), `full` (one that cannot be split),
`rate_limited`, `query_refused` and `not_json`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from OpenSSL import SSL
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Request, Response
from service_identity import CertificateError, VerificationError

from analysis.outcomes import KEPT
from analysis.records import Article
from analysis.store import Page
from crawler.archive.exchange import EXCHANGES, Exchange
from crawler.directives import NO_COPY, directives
from crawler.outlets import Outlet

Kind = Literal["article", "feed", "sitemap", "listing", "search", "gdelt"]
TALLY = "outcomes"
"""Under this name Scrapy's stats hold {outlet: {reason: count}}."""
MEASURES = "measures"
"""Under this name Scrapy's stats hold what else is counted, {outlet: {name: count}}."""
STORE_ERROR = "store_error"
"""Under this name Scrapy's stats hold why the store failed."""
INTERRUPTED = "interrupted"
"""Why a request was let go when the crawl was stopped; not an outcome that counts."""
PENDING = "pending"
"""What the store says of an address that was found and not asked for yet."""
BUDGET = "budget"
STOP_LIST = "stop_list"
BACKED_OFF = "backed_off"
WANTED = "wanted"
"""Why a dry run let a request go: it would have been made."""
_REJECTED = ("off_topic", "no_body", "not_html", "too_large", "unknown_language", "duplicate")
_FINAL = (
    "kept",
    "known",
    "unlisted",
    "robots",
    "offsite",
    "private_address",
    "scheme",
    "stop_list",
    "soft_404",
    "http_404",
    "http_410",
)


LET_GO = (BUDGET, STOP_LIST, BACKED_OFF)
"""Outcomes that say nothing of a page, so that what is known of it stays."""
NOT_ASKED = (
    *LET_GO,
    PENDING,
    "robots",
    "robots_unreachable",
    "offsite",
    "private_address",
    "scheme",
)
"""Outcomes of addresses from which nothing was asked."""


class RefusedRequest(IgnoreRequest):
    """A request that Earshot does not make, or an answer that it does not take.

    `outcome` says why.
    """

    def __init__(self, outcome: str) -> None:
        super().__init__(outcome)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Visit:
    """What one address gave.

    Attributes:
        url: the address as it was first asked for, before any redirect.
        final_url: where the answer came from.
        outcome: the named reason; empty while the pipelines have not decided.
        fetched: when it was asked (UTC); None where it was not asked at all.
        body, encoding: the page and the charset the server declared, still to be read.
        exchanges: what went over the wire for it, redirects first.
        noarchive: the page asks that no copy of it be kept.
        article: what the page holds.
        previous: what the last crawl that asked noted.
        dated: the latest date that a source gave it.
        links: how many addresses of articles a source named; None where it was not read.
    """

    url: str
    outlet: Outlet
    kind: Kind = "article"
    outcome: str = ""
    fetched: datetime | None = None
    final_url: str = ""
    status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    body: bytes = field(default=b"", repr=False)
    body_digest: str | None = None
    encoding: str | None = None
    exchanges: tuple[Exchange, ...] = field(default=(), repr=False)
    noarchive: bool = False
    article: Article | None = None
    previous: Page | None = None
    dated: datetime | None = None
    links: int | None = None

    def ending(self, outcome: str) -> Visit:
        """The same visit with its outcome, without the page."""
        return replace(self, outcome=outcome, body=b"", exchanges=())

    @property
    def is_read(self) -> bool:
        """Whether the page was read to the end, so that a later request may build on it.

        A sitemap index does not count: it may stay the same while its sitemaps change.
        """
        return self.outcome in (*KEPT, "read") or is_rejected(self.outcome)

    @property
    def reason(self) -> str:
        """The outcome as it is counted: with the kind, unless it is an article's."""
        return self.outcome if self.kind == "article" else f"{self.kind}:{self.outcome}"


def visit_of(request: Request, response: Response | None = None) -> Visit:
    """The visit that a request of the spider made, outcome open."""
    visit = Visit(
        url=first_url(request),
        outlet=request.meta["outlet"],
        kind=request.meta["kind"],
        fetched=datetime.now(UTC),
        previous=request.meta["previous"],
        dated=request.meta.get("dated"),
    )
    if response is None:
        return visit
    return replace(
        visit,
        final_url=response.url,
        status=response.status,
        etag=_header(response, "ETag"),
        last_modified=_header(response, "Last-Modified"),
        body=response.body,
        exchanges=request.meta.get(EXCHANGES, ()),
        body_digest=hashlib.sha256(response.body).hexdigest()[:32],
        noarchive=not NO_COPY.isdisjoint(directives(response)),
    )


def first_url(request: Request) -> str:
    """The address that was asked for before any redirect."""
    urls: list[str] = request.meta.get("redirect_urls", [])
    return urls[0] if urls else request.url


def outcome_of(error: BaseException) -> str:
    """The outcome of a request that got no answer."""
    match error:
        case RefusedRequest():
            return error.outcome
        case DownloadTimeoutError():
            return "timeout"
        case CannotResolveHostError():
            return "dns"
        case DownloadCancelledError():
            return "too_large"
        case ResponseDataLossError():
            return "truncated"
        case DownloadFailedError() if _is_about_tls(error):
            return "tls"
        case DownloadConnectionRefusedError() | DownloadFailedError():
            return "connection"
        case UnsupportedURLSchemeError() | NotSupported():
            return "scheme"
        case IgnoreRequest() if isinstance(error.__cause__, ValueError):
            return "too_large"  # Scrapy's decompression went over DOWNLOAD_MAXSIZE
        case IgnoreRequest():
            return "redirects"
        case OSError():
            return "connection"
        case _:
            return "download_error"


def is_rejected(outcome: str) -> bool:
    """Whether the page was read and is nothing for us: it is not asked for again."""
    return outcome.startswith(_REJECTED)


def is_final(outcome: str) -> bool:
    """Whether asking again soon would give nothing else."""
    return is_rejected(outcome) or outcome in KEPT or outcome in _FINAL


def _is_about_tls(error: BaseException) -> bool:
    """Whether a connection failed for its encryption or certificate."""
    inner = getattr(error.__cause__, "reasons", ())
    found = [getattr(failure, "value", failure) for failure in inner]
    return any(isinstance(one, SSL.Error | CertificateError | VerificationError) for one in found)


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
