"""What the store takes and gives back, beside `Article` and `Claim`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from analysis.records import Article, Claim

SaveOutcome = Literal["new", "unchanged", "changed", "superseded"]
VerdictKind = Literal["accepted", "rejected", "corrected", "withdrawn"]
VERDICT_KINDS: tuple[VerdictKind, ...] = ("accepted", "rejected", "corrected", "withdrawn")
VERDICT_STATES = ("unreviewed", "accepted", "corrected", "rejected")
CLAIM_FIELDS = (
    "vendor",
    "product",
    "practice",
    "polarity",
    "certainty",
    "source_type",
    "source",
)
"""What a reviewer can correct in a claim."""


@dataclass(frozen=True, slots=True)
class Capture:
    """Where the page that a text was read from is archived.

    Attributes:
        file: name of a WARC file in the archive's folder.
        offset: of the response's record in it, in bytes.
        digest: the payload's, as the record has it ("sha256:...").
    """

    file: str
    offset: int
    digest: str


@dataclass(frozen=True, slots=True)
class Version:
    """One text of an article, and when it stood on the page.

    Attributes:
        number: from 1.
        first_seen, last_seen: the first and the last visit that found this text.
        capture: the archived page; None where there is none.
    """

    number: int
    article: Article
    first_seen: datetime
    last_seen: datetime
    capture: Capture | None = None


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What of an article's newest version is needed to find its copies.

    Attributes:
        minhash: as `analysis.syndication` writes it.
        agency: key of the news agency that the article credits.
    """

    article_id: str
    version: int
    minhash: bytes = field(repr=False)
    agency: str | None = None
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class Grouping:
    """A story as it is written: its articles, the one published first, the agency's key."""

    id: str
    first_article_id: str
    agency: str | None
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Copy:
    """One article of a story."""

    article_id: str
    url: str
    outlet: str
    outlet_name: str
    title: str
    published: datetime | None
    first_seen: datetime
    agency: str | None


@dataclass(frozen=True, slots=True)
class Story:
    """The articles that carry one text.

    Attributes:
        first: the copy that was published first, by the dates that the pages give.
        agency: key of the news agency that copies credit, None where none does.
        copies: all of them, `first` included and in front, then by date.
    """

    id: str
    first: Copy
    agency: str | None
    copies: tuple[Copy, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What the last visit to one requested address gave.

    Attributes:
        url: the address as it was requested.
        outcome: a named reason: "kept", "unchanged", "off_topic:no_privacy",
            "no_body", "http_404", "robots", "timeout", ...
        fetched: when the visit took place.
        status: HTTP status, None where no answer came.
        article_id: the stored article that the page holds, if it was kept.
        etag, last_modified: the response headers, for the next conditional request.
        body_digest: identifies the body, to notice an unchanged one.
        crawl_id: the crawl that made the visit.
        dated: the latest date that a source (feed, sitemap) gave the page.
    """

    url: str
    outlet: str
    outcome: str
    fetched: datetime
    status: int | None = None
    article_id: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_digest: str | None = None
    crawl_id: int | None = None
    dated: datetime | None = None


@dataclass(frozen=True, slots=True)
class Crawl:
    """One run of the crawler.

    Attributes:
        finished: None while the crawl runs, or when it was killed.
        stats: counts of pages, {outlet: {outcome: count}}.
        measures: what else was counted, {outlet: {name: count}}.
    """

    id: int
    started: datetime
    finished: datetime | None
    interrupted: bool
    stats: dict[str, dict[str, int]]
    measures: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """Which claims to read; an empty field does not narrow.

    Attributes:
        date_from, date_to: days of publication (UTC), both included. Either one
            leaves out articles without a date.
        text: every word must occur in the sentence, the article's title or the
            named source, whatever the accents and the case.
        articles: article ids.
        verdicts: "unreviewed", "accepted", "corrected", "rejected"; where it is empty, all
            but rejected claims pass.
    """

    vendors: tuple[str, ...] = ()
    practices: tuple[str, ...] = ()
    source_types: tuple[str, ...] = ()
    polarities: tuple[str, ...] = ()
    certainties: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    date_from: date | None = None
    date_to: date | None = None
    text: str = ""
    articles: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()

    @property
    def about_claims(self) -> bool:
        """Whether a field narrows the claims themselves, not only their articles."""
        return bool(
            self.vendors
            or self.practices
            or self.source_types
            or self.polarities
            or self.certainties
            or self.verdicts
            or self.text.split()
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reviewer said of a claim; one line of its history.

    Attributes:
        number: in the order of writing.
        verdict: "withdrawn" takes the one before back: the claim counts as unreviewed again.
        correction: the fields that the reviewer changed, with their right values.
        at_random: whether the claim was drawn at random, and not chosen for being doubtful.
        extractor: the version that had read the claim.
        reading: the claim's fields (`CLAIM_FIELDS`) as the program had read them.
    """

    number: int
    claim_id: str
    at: datetime
    by: str
    verdict: VerdictKind
    correction: Mapping[str, str | None] = field(default_factory=dict, hash=False)
    note: str = ""
    at_random: bool = False
    extractor: str = ""
    reading: Mapping[str, str | None] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class VerdictCount:
    """Verdicts on what the program now reads of one practice in one language.

    Attributes:
        judged: claims with a verdict that stands.
        right: those whose vendor and practice a reviewer left as they were read.
        exact: those of which polarity, certainty and kind of source are right as well.
    """

    practice: str
    lang: str | None
    at_random: bool
    judged: int
    right: int
    exact: int


@dataclass(frozen=True, slots=True)
class SecondLook:
    """A judged claim that a newer extractor reads otherwise than its reviewer saw it.

    Attributes:
        reason: "read_otherwise" (its fields changed), "no_longer_read" (a reviewer kept it,
            and the program does not read it any more) or "read_as_corrected" (the program
            now reads, as claim `other_id`, what the reviewer corrected it to).
    """

    claim_id: str
    reason: Literal["read_otherwise", "no_longer_read", "read_as_corrected"]
    other_id: str | None = None


@dataclass(frozen=True, slots=True)
class StoredClaim:
    """A claim, its permanent identifier, and the article version that holds it.

    Attributes:
        id: survives edits of the article and new extractors.
        claim: its offsets refer to version `last_version` of the article; its fields are
            those that a reviewer left, where one accepted or corrected the claim.
        title, lang, published: of that version.
        first_version, last_version: the versions (from 1) in which the sentence stands.
        current_version: the article's newest version.
        extractor: the version of the extractor that last gave the claim.
        withdrawn: when a newer extractor stopped giving it, or None.
        judged: the verdict that stands, None for an unreviewed claim.
        as_read: the claim as the program reads it, where a reviewer left it otherwise.
        read_by_now: the claim that has taken this one's place: the program now reads there
            what a reviewer corrected this one to.
    """

    id: str
    claim: Claim
    title: str
    url: str
    outlet: str
    outlet_name: str
    country: str | None
    lang: str | None
    published: datetime | None
    first_version: int
    last_version: int
    current_version: int
    extractor: str
    extracted_at: datetime
    withdrawn: datetime | None
    judged: Verdict | None = None
    as_read: Claim | None = None
    read_by_now: str | None = None

    @property
    def verdict(self) -> str:
        """ "unreviewed", "accepted", "corrected" or "rejected"."""
        return "unreviewed" if self.judged is None else self.judged.verdict

    @property
    def current(self) -> bool:
        """Whether the article's newest version makes the claim.

        By the newest reading, or by the word of a reviewer who accepted or corrected it.
        """
        stands = self.withdrawn is None or self.verdict in ("accepted", "corrected")
        newest = self.last_version == self.current_version
        return stands and newest and self.read_by_now is None

    @property
    def counted(self) -> bool:
        """Whether the comparison counts the claim: it is current and nobody rejected it."""
        return self.current and self.verdict != "rejected"


@dataclass(frozen=True, slots=True)
class ClaimChanges:
    """What saving one article's claims did, in numbers of claims.

    A claim that another extractor reads just the same, or with a confidence that
    differs by less than 0.01, is kept; one that comes back after it was withdrawn is
    updated.
    """

    added: int = 0
    updated: int = 0
    kept: int = 0
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class CellCount:
    """Current claims about one vendor and one practice.

    Attributes:
        affirmed, denied: claims of each polarity; they add up to all claims.
        uncertain: claims of either polarity whose statement is hedged, the sum of
            `affirmed_uncertain` and `denied_uncertain`.
        articles, outlets, stories: distinct ones that make a claim; copies of one text are
            one story.
        affirmed_outlets, denied_outlets: distinct outlets of each polarity.
        affirmed_stories, denied_stories: distinct stories of each polarity.
    """

    vendor: str
    practice: str
    affirmed: int = 0
    denied: int = 0
    uncertain: int = 0
    articles: int = 0
    outlets: int = 0
    affirmed_outlets: int = 0
    denied_outlets: int = 0
    stories: int = 0
    affirmed_uncertain: int = 0
    denied_uncertain: int = 0
    affirmed_stories: int = 0
    denied_stories: int = 0


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """One stored article, its newest version, and how many current claims it makes.

    `claims` counts those that pass the filter it was asked with.
    """

    id: str
    url: str
    outlet: str
    outlet_name: str
    country: str | None
    title: str
    authors: tuple[str, ...]
    lang: str | None
    published: datetime | None
    modified: datetime | None
    first_seen: datetime
    last_seen: datetime
    versions: int
    claims: int
    extractor: str | None
    extracted_at: datetime | None


JobState = Literal[
    "waiting", "reading", "analysing", "stopping", "done", "failed", "interrupted", "stopped"
]


@dataclass(frozen=True, slots=True)
class Piece:
    """One address or file that a person handed over, and what became of it.

    Attributes:
        number: its place in the job, from 1; 0 before it is stored.
        name: the address, or the file's name.
        title, outlet, lang, url, published: what the person wrote of it; may be empty.
        content: the file, until it is read.
        outcome: None while it waits; "kept", "duplicate", or the reason why not.
    """

    name: str
    title: str = ""
    outlet: str = ""
    lang: str = ""
    url: str = ""
    published: date | None = None
    content: bytes | None = field(default=None, repr=False)
    number: int = 0
    outcome: str | None = None
    article_id: str | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """A job of reading what a person handed over.

    Attributes:
        kind: "addresses" or "files".
        by: who submitted it; empty where nobody logs in.
        message: why it failed.
        total: how many addresses or files it has; `outcomes` counts those that were read.
    """

    number: int
    kind: str
    by: str
    at: datetime
    state: JobState
    started: datetime | None
    finished: datetime | None
    message: str
    total: int
    outcomes: dict[str, int]


@dataclass(frozen=True, slots=True)
class ArticleHit:
    """An article that a search found, in its newest version, and its number of current claims."""

    article: Article
    outlet_name: str
    claims: int


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what a search found.

    Attributes:
        total: how many articles it found in all.
        ranked: whether those that fit best come first; otherwise the newest do.
    """

    total: int
    ranked: bool
    hits: tuple[ArticleHit, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """The store in figures.

    Attributes:
        articles: stored articles; `undated` of them without a date of publication,
            `unread` not yet read by any extractor in their newest version.
        claims: current claims.
        languages: articles by language; None for those whose language is unknown.
        first_published, last_published: range of the articles' dates.
        pages: addresses visited, all outcomes.
        outcomes: addresses by the outcome of the last visit, most frequent first.
    """

    articles: int
    outlets: int
    claims: int
    undated: int
    unread: int
    languages: dict[str | None, int]
    first_published: datetime | None
    last_published: datetime | None
    pages: int
    outcomes: dict[str, int]
    last_crawl: Crawl | None


@dataclass(frozen=True, slots=True)
class MonthOfVisits:
    """How many addresses of an outlet had their last visit in a month, with one outcome."""

    outlet: str
    year: int
    month: int
    outcome: str
    pages: int


@dataclass(frozen=True, slots=True)
class MonthOfArticles:
    """How many stored articles an outlet published in a month, in one language.

    Attributes:
        lang: None for those whose language is unknown.
        year, month: of publication (UTC); None for those without a date.
    """

    outlet: str
    outlet_name: str
    lang: str | None
    year: int | None
    month: int | None
    articles: int


@dataclass(frozen=True, slots=True)
class Facets:
    """The values that current claims have, with their numbers of claims, most frequent first.

    `outlet_names` gives the name of each outlet key; the dates are days of
    publication (UTC).
    """

    vendors: dict[str, int] = field(default_factory=dict)
    practices: dict[str, int] = field(default_factory=dict)
    source_types: dict[str, int] = field(default_factory=dict)
    polarities: dict[str, int] = field(default_factory=dict)
    certainties: dict[str, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)
    outlets: dict[str, int] = field(default_factory=dict)
    outlet_names: dict[str, str] = field(default_factory=dict)
    date_min: date | None = None
    date_max: date | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a company answered to a request for comment, or that it has not; one line of a log.

    Attributes:
        practices: what it is about; all of them where there is none.
        claims: ids of those that it is about; all on its practices where there is none.
        asked: the day of the request; None for a statement that nobody asked for.
        answered: the day of the answer; None where there is none (`text` is empty then).
        answered_by: who spoke for the company.
        entered_by, entered_at: who wrote this line, and when.
        number: in the order of writing; 0 for one that is not written yet.
    """

    vendor: str
    entered_by: str
    practices: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    asked: date | None = None
    answered: date | None = None
    answered_by: str = ""
    text: str = ""
    entered_at: datetime | None = None
    number: int = 0

    def about(self, claim_id: str, practice: str) -> bool:
        """Whether it speaks of a claim of its company."""
        if self.claims:
            return claim_id in self.claims
        return not self.practices or practice in self.practices
