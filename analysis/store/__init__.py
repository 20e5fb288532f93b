"""Where everything is kept: articles in all their versions, visits, crawls and claims.

One SQLite file, or one PostgreSQL database that a newsroom shares. This package
(with the migrations beside it) is the only place that knows SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import copy
from datetime import datetime
from types import MappingProxyType, TracebackType
from typing import Self

import sqlalchemy as sa

from analysis.errors import StoreError
from analysis.records import Article, Claim
from analysis.search_terms import Query
from analysis.store import (
    changes,
    columns,
    coverage,
    reading,
    replies,
    search,
    stories,
    submissions,
    verdicts,
    writing,
)
from analysis.store.connection import address, connect, reason
from analysis.store.locking import Lock, lock_for_crawl
from analysis.store.rows import (
    CLAIM_FIELDS,
    VERDICT_STATES,
    Answer,
    ArticleHit,
    ArticleRow,
    Capture,
    CellCount,
    ClaimChanges,
    ClaimFilter,
    Copy,
    Crawl,
    Facets,
    Fingerprint,
    Found,
    Grouping,
    JobState,
    MonthOfArticles,
    MonthOfVisits,
    Overview,
    Page,
    Piece,
    SaveOutcome,
    SecondLook,
    StoredClaim,
    Story,
    Submission,
    Verdict,
    VerdictCount,
    VerdictKind,
    Version,
)

__all__ = [
    "CLAIM_FIELDS",
    "VERDICT_STATES",
    "Answer",
    "ArticleHit",
    "ArticleRow",
    "Capture",
    "CellCount",
    "ClaimChanges",
    "ClaimFilter",
    "Copy",
    "Crawl",
    "Facets",
    "Fingerprint",
    "Found",
    "Grouping",
    "JobState",
    "MonthOfArticles",
    "MonthOfVisits",
    "Overview",
    "Page",
    "Piece",
    "SaveOutcome",
    "SecondLook",
    "Store",
    "StoredClaim",
    "Story",
    "Submission",
    "Verdict",
    "VerdictCount",
    "VerdictKind",
    "Version",
]

EVERYTHING = ClaimFilter()


class Store:
    """An open store. Threads may share one; every method is one transaction.

    Every write can be repeated: the same input leaves the same rows under the
    same identifiers. An interrupted one leaves nothing behind. Text is stored as
    given, save for NUL and lone surrogates, which become U+FFFD. Moments come
    back aware, in UTC.

    All methods raise StoreError where the database fails.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writing=True)
        self._lock: Lock | None = None
        self._held: sa.Connection | None = None

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the store at an SQLAlchemy address, created or upgraded where needed.

        Raises:
            StoreError: the address cannot be used.
            SchemaError: the store was written by a newer Earshot.
        """
        return cls(connect(url))

    def close(self) -> None:
        """Give all connections back, and the crawl's lock."""
        if self._lock:
            self._lock.release()
            self._lock = None
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def address(self) -> str:
        """Where the store is, without a password."""
        return address(self._engine)

    @contextmanager
    def transaction(self) -> Iterator[Self]:
        """This store, with all that is read and written through it one transaction.

        The transaction ends with the block; nothing is kept of one that raised.
        """
        with self._writing() as connection:
            held = copy(self)
            held._held = connection
            yield held

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with self._failures_named(), self._begun(self._engine) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with self._failures_named(), self._begun(self._writer) as connection:
            yield connection

    def _begun(self, engine: sa.Engine) -> AbstractContextManager[sa.Connection]:
        return engine.begin() if self._held is None else nullcontext(self._held)

    @contextmanager
    def _failures_named(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.SQLAlchemyError as error:
            raise StoreError(f"the store {self.address} failed: {reason(error)}") from error

    def lock_for_crawl(self) -> None:
        """Keep other processes from crawling into this store, until it is closed.

        The lock dies with the process, however that ends.

        Raises:
            BusyError: another process crawls into it.
        """
        with self._failures_named():
            self._lock = lock_for_crawl(self._engine, self.address)

    def start_crawl(self, outlets: Sequence[str]) -> int:
        """Note that a crawl of these outlets starts; its number."""
        with self._writing() as connection:
            return writing.start_crawl(connection, outlets)

    def finish_crawl(
        self,
        crawl_id: int,
        stats: Mapping[str, Mapping[str, int]],
        interrupted: bool = False,
        measures: Mapping[str, Mapping[str, int]] = MappingProxyType({}),
    ) -> None:
        """Close a crawl with what it counted.

        Args:
            stats: pages, {outlet: {outcome: count}}.
            measures: what else was counted, {outlet: {name: count}}.
        """
        with self._writing() as connection:
            writing.finish_crawl(connection, crawl_id, stats, interrupted, measures)

    def crawl(self, crawl_id: int | None = None) -> Crawl | None:
        """A crawl by its number, by default the last one."""
        with self._reading() as connection:
            return reading.crawl(connection, crawl_id)

    def crawls_before(self, crawl_id: int, since: datetime, limit: int = 1000) -> list[Crawl]:
        """The crawls before one that started since a moment, newest first."""
        with self._reading() as connection:
            return reading.crawls_before(connection, crawl_id, since, limit)

    def page(self, url: str) -> Page | None:
        """What the last visit to a requested address gave."""
        with self._reading() as connection:
            return reading.page(connection, url)

    def record_page(self, page: Page) -> None:
        """Note what a visit to an address gave, over what the earlier one gave.

        The article it names must be stored and the crawl started.
        """
        with self._writing() as connection:
            writing.record_page(connection, page)

    def pages(self, urls: Sequence[str]) -> dict[str, Page]:
        """What the last visits to some addresses gave; those never visited are left out."""
        with self._reading() as connection:
            return reading.pages_of(connection, urls)

    def note_pages(self, found: Sequence[Page]) -> None:
        """Note addresses that were never visited; what is known of the others stays."""
        with self._writing() as connection:
            writing.note_pages(connection, found)

    def pages_ending(self, outlet: str, outcome: str) -> list[Page]:
        """An outlet's pages whose last visit gave this outcome, the earliest first."""
        with self._reading() as connection:
            return reading.pages_ending(connection, outlet, outcome)

    def revisitable(self, outlet: str, since: datetime) -> list[tuple[Page, datetime]]:
        """An outlet's pages of articles published since, each with the article's date.

        An article without a date, or dated later, was published when it was first seen.
        The page visited the longest time ago comes first.
        """
        with self._reading() as connection:
            return reading.revisitable(connection, outlet, since)

    def visited_since(self, outlet: str, since: datetime, besides: Sequence[str] = ()) -> int:
        """How many of an outlet's pages were visited since a moment, other outcomes than these."""
        with self._reading() as connection:
            return reading.visited_since(connection, outlet, since, besides)

    def known_urls(self, outlet: str) -> set[str]:
        """Every address of an outlet that was ever requested, whatever it gave."""
        with self._reading() as connection:
            return reading.known_urls(connection, outlet)

    def save_article(
        self,
        article: Article,
        outlet_name: str,
        country: str | None = None,
        capture: Capture | None = None,
    ) -> SaveOutcome:
        """Store an article as it was read when it was fetched.

        A text (title and paragraphs) that differs from the newest version becomes a
        version of its own, and the article is pending again. With the same text,
        dates, authors and language are brought up to date in place. A text fetched
        before the newest version, which no version has, is superseded and not stored.

        Args:
            capture: where its page is archived; noted for a version that has none.

        Raises:
            StoreError: no address, no outlet, or an id that is not article_id(url).
        """
        with self._writing() as connection:
            return writing.save_article(connection, article, outlet_name, country, capture)

    def identity(self, url: str) -> tuple[str, str] | None:
        """Id and address of the article stored at an address, or at another form of it.

        Forms differ in scheme, default port, trailing slash and the host's "www.", "m.",
        "mobile." or "amp.".
        """
        with self._reading() as connection:
            return reading.identity(connection, url)

    def is_archived(self, article: Article) -> bool:
        """Whether the newest version has this very text, and its page is archived."""
        text = writing.cleaned(article).content_digest
        with self._reading() as connection:
            return reading.is_archived(connection, article.id, text)

    def captures(self) -> list[tuple[str, Capture]]:
        """Each archived page that a version points to, with its article's address, by file."""
        with self._reading() as connection:
            return reading.captures(connection)

    def pending(self, extractor: str) -> list[str]:
        """Ids of the articles whose newest version this extractor has not read."""
        with self._reading() as connection:
            return reading.pending(connection, extractor)

    def article(self, article_id: str, version: int | None = None) -> Article | None:
        """One version (from 1) of an article, by default its newest."""
        with self._reading() as connection:
            return reading.article(connection, article_id, version)

    def versions(self, article_id: str) -> list[Article]:
        """Every version of an article, version 1 first; empty for an unknown one."""
        with self._reading() as connection:
            return reading.versions(connection, article_id)

    def history(self, article_id: str) -> list[Version]:
        """Every version with the times it was seen and where it is archived, 1 first."""
        with self._reading() as connection:
            return reading.history(connection, article_id)

    def without_fingerprint(self, method: str) -> list[str]:
        """Ids of the articles whose newest version has no fingerprint of this method."""
        with self._reading() as connection:
            return stories.without_fingerprint(connection, method)

    def save_fingerprint(self, found: Fingerprint, method: str) -> None:
        """Write an article's fingerprint, over an earlier one, and the agency it credits."""
        with self._writing() as connection:
            stories.save_fingerprint(connection, found, method)

    def fingerprints(self, method: str) -> list[Fingerprint]:
        """All fingerprints of a method, by article id."""
        with self._reading() as connection:
            return stories.all_fingerprints(connection, method)

    def save_stories(self, found: Sequence[Grouping]) -> int:
        """Make these the stories, and return how many articles came into another one."""
        with self._writing() as connection:
            return stories.save_groupings(connection, found)

    def story(self, article_id: str) -> Story | None:
        """The copies of an article's story; None for one that was not grouped yet."""
        with self._reading() as connection:
            return stories.story(connection, article_id)

    def shared_stories(self) -> list[Story]:
        """The stories that several articles carry, newest first, undated last."""
        with self._reading() as connection:
            return stories.shared(connection)

    def save_claims(
        self,
        article_id: str,
        by_version: Mapping[int, Sequence[Claim]],
        extractor: str,
        named: Collection[str] = (),
    ) -> ClaimChanges:
        """Make the article's claims those that an extractor read in versions 1, 2, ...

        A claim keeps its id across versions and extractors as long as the same
        sentence speaks of the same vendor and practice. One that is no longer read
        is marked withdrawn, never deleted; one that comes back counts again.
        Confidence is stored to 4 digits; less than 0.01 more or less is no change.

        Args:
            named: the vendors that the newest version names, besides those of its claims.

        Raises:
            StoreError: unknown article or version, a version left out, or a quote
                that is not what stands at the claim's offsets.
        """
        with self._writing() as connection:
            return writing.save_claims(connection, article_id, by_version, extractor, named)

    def claims(
        self, wanted: ClaimFilter = EVERYTHING, limit: int | None = None, offset: int = 0
    ) -> list[StoredClaim]:
        """Current claims: newest article first, undated last, then in reading order."""
        with self._reading() as connection:
            return reading.claims(connection, wanted, limit, offset)

    def count_claims(self, wanted: ClaimFilter = EVERYTHING) -> int:
        """How many current claims pass the filter."""
        with self._reading() as connection:
            return reading.count_claims(connection, wanted)

    def claim(self, claim_id: str) -> StoredClaim | None:
        """One claim by its id, also when it is withdrawn or gone from the newest version."""
        with self._reading() as connection:
            return reading.claim(connection, claim_id)

    def claims_by_id(self, ids: Sequence[str]) -> list[StoredClaim]:
        """Claims by their ids, in that order; unknown ids are left out."""
        with self._reading() as connection:
            return reading.claims_by_id(connection, ids)

    def last_change(self) -> int:
        """The number of the last change of an article, its claims, verdicts or story."""
        with self._reading() as connection:
            return changes.last_change(connection)

    def changed_since(self, change: int) -> int:
        """How many articles changed after a change of this number."""
        with self._reading() as connection:
            return changes.changed_since(connection, change)

    def columns(self, since: int, take_texts: Callable[[Sequence[str]], None]) -> columns.Columns:
        """The articles that changed after some number, with all that is counted of them.

        `take_texts` is given the folded texts of their current claims, some at a time.
        """
        with self._reading() as connection:
            return columns.load(connection, since, take_texts)

    def cells(self, wanted: ClaimFilter = EVERYTHING) -> list[CellCount]:
        """Current claims counted by vendor and practice; empty cells are left out."""
        with self._reading() as connection:
            return reading.cells(connection, wanted)

    def article_rows(
        self, wanted: ClaimFilter = EVERYTHING, limit: int | None = None, offset: int = 0
    ) -> list[ArticleRow]:
        """Articles, newest first, each with its number of claims that pass the filter.

        Where the filter is on claims (vendor, practice, source type, polarity,
        certainty, text), only the articles that make such a claim.
        """
        with self._reading() as connection:
            return reading.article_rows(connection, wanted, limit, offset)

    def search_articles(
        self,
        query: Query,
        wanted: ClaimFilter = EVERYTHING,
        newest_first: bool = False,
        limit: int = 20,
        offset: int = 0,
    ) -> Found:
        """The articles whose newest version has the words of a search, the best fit first.

        Args:
            wanted: only its languages, outlets and dates narrow; those of claims do not.
            newest_first: sort by date; so is what too many articles have, whatever is asked.
        """
        with self._reading() as connection:
            return search.search(connection, query, wanted, newest_first, limit, offset)

    def overview(self) -> Overview:
        """The store in figures."""
        with self._reading() as connection:
            return reading.overview(connection)

    def visits(self) -> list[MonthOfVisits]:
        """Visited addresses by outlet, month and outcome of their last visit."""
        with self._reading() as connection:
            return coverage.visits(connection)

    def unread_by_month(self) -> list[MonthOfArticles]:
        """Articles that no extractor has read, by outlet, language and month of publication."""
        with self._reading() as connection:
            return coverage.unread_by_month(connection)

    def outcomes(self) -> dict[str, int]:
        """Addresses by the outcome of the last visit, most frequent first."""
        with self._reading() as connection:
            return reading.outcomes(connection)

    def unread(self) -> int:
        """How many articles no extractor has read in their newest version."""
        with self._reading() as connection:
            return reading.unread(connection)

    def judge(
        self,
        claim_id: str,
        verdict: VerdictKind,
        by: str,
        note: str = "",
        correction: Mapping[str, str | None] = MappingProxyType({}),
        at_random: bool = False,
    ) -> Verdict:
        """Write a reviewer's verdict on a claim; the latest one stands, all are kept.

        Args:
            correction: for "corrected", the fields that change (of `CLAIM_FIELDS`).
            at_random: the claim was drawn at random.

        Raises:
            InputError: an unknown claim, no name, or a correction that is none.
        """
        with self._writing() as connection:
            return verdicts.add(connection, claim_id, verdict, by, note, correction, at_random)

    def verdicts(self, claim_id: str) -> list[Verdict]:
        """Every verdict on a claim, the first one first."""
        with self._reading() as connection:
            return verdicts.history(connection, claim_id)

    def all_verdicts(self) -> list[Verdict]:
        """Every verdict on every claim, in the order of writing."""
        with self._reading() as connection:
            return verdicts.every(connection)

    def standing_verdicts(self, claim_ids: Sequence[str]) -> dict[str, Verdict]:
        """The verdicts that stand on some claims; the unreviewed ones are left out."""
        with self._reading() as connection:
            return verdicts.standing(connection, claim_ids)

    def restore_verdicts(self, given: Sequence[Verdict]) -> tuple[int, list[str]]:
        """Add verdicts of another store; how many were new, and the claims that are unknown."""
        with self._writing() as connection:
            return verdicts.restore(connection, given)

    def verdict_counts(self) -> list[VerdictCount]:
        """How many claims of each practice and language reviewers found right."""
        with self._reading() as connection:
            return verdicts.counts(connection)

    def second_looks(self) -> list[SecondLook]:
        """Judged claims that a newer extractor reads otherwise; the latest verdict first."""
        with self._reading() as connection:
            return verdicts.second_looks(connection)

    def same_sentence(self, claim_id: str) -> list[StoredClaim]:
        """The other current claims that are read from a claim's sentence."""
        with self._reading() as connection:
            return verdicts.same_sentence(connection, claim_id)

    def log_answer(self, answer: Answer) -> Answer:
        """Write what a company answered, as of now; nothing of it can be changed later.

        Raises:
            InputError: something is missing, contradicts itself, or is too long.
        """
        with self._writing() as connection:
            return replies.add(connection, answer)

    def answers(self, vendor: str) -> list[Answer]:
        """What a company answered, the latest entry first."""
        with self._reading() as connection:
            return replies.of_vendor(connection, vendor)

    def submit(self, by: str, kind: str, given: Sequence[Piece]) -> int:
        """Note a job of reading addresses or files that a person hands over; its number."""
        with self._writing() as connection:
            return submissions.submit(connection, by, kind, given)

    def submissions(self, limit: int = 20) -> list[Submission]:
        """The last jobs, newest first; one whose worker died counts as interrupted."""
        with self._reading() as connection:
            return submissions.recent(connection, limit)

    def pieces(self, job: int) -> list[Piece]:
        """What a job is to read, in order, and what became of it; without the files."""
        with self._reading() as connection:
            return submissions.pieces_of(connection, job)

    def piece_content(self, job: int, number: int) -> bytes | None:
        """A file that is still to be read."""
        with self._reading() as connection:
            return submissions.content(connection, job, number)

    def take_job(self, worker: str) -> Submission | None:
        """The job that waited longest, now this worker's; None while another one is worked at."""
        with self._writing() as connection:
            return submissions.take_next(connection, worker)

    def beat(self, job: int, worker: str, state: JobState | None = None) -> bool:
        """Give a sign of life of a job; whether it is still to be worked at, by this worker."""
        with self._writing() as connection:
            return submissions.beat(connection, job, worker, state)

    def note_piece(
        self,
        job: int,
        number: int,
        outcome: str,
        article_id: str | None = None,
        message: str = "",
    ) -> None:
        """Note what became of one address or file of a job; the file is let go."""
        with self._writing() as connection:
            submissions.note(connection, job, number, outcome, article_id, message)

    def end_job(self, job: int, worker: str, state: JobState, message: str = "") -> None:
        """Close a job, unless another worker has taken it."""
        with self._writing() as connection:
            submissions.end(connection, job, worker, state, message)

    def stop_job(self, job: int) -> None:
        """Ask for the end of a job; its worker leaves off within seconds."""
        with self._writing() as connection:
            submissions.stop(connection, job)

    def restart_job(self, job: int) -> None:
        """Let a job that broke off wait again; raises InputError for any other."""
        with self._writing() as connection:
            submissions.restart(connection, job)
