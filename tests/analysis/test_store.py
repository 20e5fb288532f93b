"""The store, on a real SQLite file and a real PostgreSQL in turn."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from analysis.config import ROOT
from analysis.errors import SchemaError, StoreError
from analysis.records import TITLE, Article, Claim, Cue, article_id, digest
from analysis.store import CellCount, ClaimChanges, ClaimFilter, Page, Store
from analysis.store.connection import VERSION_TABLE
from analysis.store.schema import clean, fold, metadata
from tests.analysis.schemas import store_of

NOON = datetime(2019, 4, 12, 12, 0, tzinfo=UTC)
SENTENCE = "Amazon fait écouter des enregistrements d’Alexa."
DENIAL = "Apple ne garde rien."


def an_article(slug: str = "a", **fields: object) -> Article:
    url = f"https://gazette.example/tech/{slug}"
    given = {
        "title": "Ce que les enceintes retiennent",
        "paragraphs": (SENTENCE, f"Un mot. {DENIAL}"),
        "lang": "fr",
        "outlet": "gazette",
        "authors": ("Jeanne Morvan",),
        "marks": ("paywalled",),
        "provenance": {"title": "h1", "body": "page"},
        "published": NOON,
        "fetched": NOON + timedelta(days=1),
    }
    return Article(id=article_id(url), url=url, **(given | fields))


def a_claim(article: Article, quote: str = SENTENCE, **fields: object) -> Claim:
    paragraph = next(n for n, text in article.blocks() if quote in text)
    start = dict(article.blocks())[paragraph].index(quote)
    given = {
        "vendor": "amazon",
        "product": "Alexa",
        "practice": "human_review",
        "polarity": "affirmed",
        "certainty": "certain",
        "source_type": "article",
        "source": None,
        "rule": "listen",
        "confidence": 0.93,
        "cues": (Cue("practice", paragraph, start, start + 6, quote[:6], "note"),),
        "start": start,
        "end": start + len(quote),
    }
    return Claim(article_id=article.id, paragraph=paragraph, quote=quote, **(given | fields))


def saved(store: Store, article: Article, *claims: Claim, extractor: str = "e1") -> Article:
    store.save_article(article, "La Gazette", "FR")
    store.save_claims(article.id, {1: claims}, extractor)
    return article


def test_an_article_comes_back_as_it_was_saved(store: Store) -> None:
    article = an_article()
    assert store.save_article(article, "La Gazette", "FR") == "new"
    assert store.article(article.id) == article
    assert store.versions(article.id) == [article]
    assert store.article("unknown") is None
    assert store.versions("unknown") == []


def test_saving_an_article_again_changes_nothing(store: Store) -> None:
    article = an_article()
    store.save_article(article, "La Gazette", "FR")
    before = store.article_rows()
    assert store.save_article(article, "La Gazette", "FR") == "unchanged"
    assert store.article_rows() == before


def test_an_edited_text_is_a_new_version_and_the_old_one_stays(store: Store) -> None:
    first = an_article()
    second = an_article(title="Un autre titre", fetched=NOON + timedelta(days=2))
    third = replace(first, fetched=NOON + timedelta(days=3))
    outcomes = [store.save_article(a, "La Gazette") for a in (first, second, third)]
    assert outcomes == ["new", "changed", "changed"]
    assert store.versions(first.id) == [first, second, third]
    assert store.article(first.id) == third
    assert store.article(first.id, version=2) == second
    assert store.article(first.id, version=4) is None
    (row,) = store.article_rows()
    assert (row.versions, row.first_seen, row.last_seen) == (3, first.fetched, third.fetched)


def test_details_of_an_unchanged_text_are_brought_up_to_date(store: Store) -> None:
    saved(store, an_article(published=None, authors=(), marks=(), provenance={}))
    better = an_article()
    assert store.save_article(better, "La Gazette du Numérique", "BE") == "unchanged"
    assert store.versions(better.id) == [better]
    assert store.article_rows()[0].outlet_name == "La Gazette du Numérique"
    assert store.pending("e1") == []


def test_another_language_makes_an_article_pending_again(store: Store) -> None:
    article = saved(store, an_article())
    store.save_article(replace(article, lang="en"), "La Gazette")
    assert store.pending("e1") == [article.id]


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (datetime(2019, 4, 12), datetime(2019, 4, 12, tzinfo=UTC)),
        (
            datetime(2019, 4, 12, 1, 30, tzinfo=timezone(timedelta(hours=2))),
            datetime(2019, 4, 11, 23, 30, tzinfo=UTC),
        ),
        (
            datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=2))),
            datetime(1, 1, 1, tzinfo=UTC),
        ),
        (
            datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5))),
            datetime(9999, 12, 31, 23, tzinfo=UTC),
        ),
        (None, None),
    ],
)
def test_dates_come_back_aware_and_in_utc(
    store: Store, given: datetime | None, stored: datetime | None
) -> None:
    article = an_article(published=given)
    store.save_article(article, "La Gazette")
    found = store.article(article.id)
    assert found is not None
    assert found.published == stored
    assert stored is None or found.published.utcoffset() == timedelta(0)


def test_text_that_a_database_refuses_is_cleaned_in_place(store: Store) -> None:
    bad, good = "a\x00b\ud800c\udfffd", "a\ufffdb\ufffdc\ufffdd"
    article = an_article(
        slug=bad, title=bad, paragraphs=(bad, SENTENCE), authors=(bad,), lang=bad, outlet=bad
    )
    assert store.save_article(article, bad, bad) == "new"
    assert store.save_article(article, bad, bad) == "unchanged"
    found = store.article(article.id)
    assert found is not None
    assert (found.title, found.paragraphs[0], found.authors) == (good, good, (good,))

    claim = a_claim(found, good, vendor=bad, product=bad, source=bad, rule=bad, practice=bad)
    claim = replace(claim, cues=(Cue("practice", 0, 0, 1, bad, bad),))
    store.save_claims(article.id, {1: [claim]}, bad)
    assert store.save_claims(article.id, {1: [claim]}, bad) == ClaimChanges(kept=1)
    assert store.pending(bad) == []
    (back,) = store.claims(ClaimFilter(vendors=(bad,), outlets=(bad,), text=bad))
    assert (back.claim.vendor, back.claim.source, back.claim.cues[0].text) == (good, good, good)

    crawl = store.start_crawl([bad])
    page = Page(f"https://x.example/{bad}", bad, bad, NOON, 200, article.id, bad, bad, bad, crawl)
    store.record_page(page)
    store.finish_crawl(crawl, {bad: {bad: 1}})
    assert store.page(page.url) == replace(
        page,
        url=f"https://x.example/{good}",
        outlet=good,
        outcome=good,
        etag=good,
        last_modified=good,
        body_digest=good,
    )
    assert store.page("\x00") is None
    assert store.claim("\ud800\x00") is None


def test_an_address_of_any_length_is_kept(store: Store) -> None:
    noise = random.Random(2)
    slug = "".join(noise.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=20_000))
    article = saved(store, an_article(slug))
    store.record_page(Page(str(article.url), "gazette", "kept", NOON, 200, article.id))
    assert store.known_urls("gazette") == {article.url}
    assert store.article(article.id) == article


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"url": None}, "no address"),
        ({"outlet": None}, "no outlet"),
        ({"id": "mine"}, "article_id"),
    ],
)
def test_an_article_that_cannot_be_found_again_is_refused(
    store: Store, fields: dict[str, None], words: str
) -> None:
    with pytest.raises(StoreError, match=words):
        store.save_article(replace(an_article(), **fields), "La Gazette")
    assert store.overview().articles == 0


def test_a_page_holds_what_the_last_visit_gave(store: Store) -> None:
    crawl = store.start_crawl(["gazette"])
    page = Page("https://gazette.example/x", "gazette", "timeout", NOON, crawl_id=crawl)
    store.record_page(page)
    store.record_page(page)
    assert store.page(page.url) == page
    later = replace(page, outcome="off_topic:no_privacy", status=200, etag='"7"')
    store.record_page(later)
    store.record_page(replace(page, url="https://other.example/", outlet="other"))
    assert store.page(page.url) == later
    assert store.known_urls("gazette") == {page.url}
    assert store.overview().outcomes == {"off_topic:no_privacy": 1, "timeout": 1}


def test_a_page_of_an_unknown_crawl_or_article_is_refused(store: Store) -> None:
    page = Page("https://gazette.example/x", "gazette", "kept", NOON)
    for wrong in (replace(page, crawl_id=7), replace(page, article_id="unknown")):
        with pytest.raises(StoreError, match=r"failed: .*(?i:foreign key)"):
            store.record_page(wrong)
    assert store.page(page.url) is None


def test_a_transaction_keeps_all_of_its_block_or_nothing(store: Store) -> None:
    article = an_article()
    page = Page(str(article.url), "gazette", "kept", NOON, 200, article.id)

    def keep(page: Page) -> None:
        with store.transaction() as one:
            assert one.save_article(article, "La Gazette") == "new"
            assert one.identity(str(article.url)) == (article.id, article.url)
            one.record_page(page)

    with pytest.raises(StoreError, match=r"(?i:foreign key)"):
        keep(replace(page, crawl_id=7))
    assert (store.article(article.id), store.page(page.url)) == (None, None)
    keep(page)
    assert (store.article(article.id), store.page(page.url)) == (article, page)


def test_crawls_are_numbered_and_closed(store: Store) -> None:
    first = store.start_crawl(["gazette", "courrier"])
    running = store.overview().last_crawl
    assert running is not None
    assert (running.id, running.finished, running.stats) == (
        first,
        None,
        {"gazette": {}, "courrier": {}},
    )
    stats = {"gazette": {"kept": 3, "http_404": 1}, "courrier": {}}
    store.finish_crawl(first, stats, interrupted=True)
    closed = store.overview().last_crawl
    assert closed is not None
    assert (closed.interrupted, closed.stats) == (True, stats)
    assert closed.finished is not None
    store.finish_crawl(first, stats, interrupted=True)
    assert store.overview().last_crawl == closed
    assert store.start_crawl([]) > first
    with pytest.raises(StoreError, match="no crawl 99"):
        store.finish_crawl(99, {})


def test_articles_are_pending_until_this_extractor_has_read_their_newest_version(
    store: Store,
) -> None:
    articles = [an_article(s, fetched=NOON + timedelta(hours=n)) for n, s in enumerate("cab")]
    for article in articles:
        store.save_article(article, "La Gazette")
    ids = [article.id for article in articles]
    assert store.pending("e1") == ids
    store.save_claims(ids[0], {1: []}, "e1")
    assert store.pending("e1") == ids[1:]
    assert store.pending("e2") == ids
    store.save_article(replace(articles[0], title="Un autre titre"), "La Gazette")
    assert store.pending("e1") == ids
    store.save_claims(ids[0], {1: []}, "e1")
    assert store.pending("e1") == ids, "version 2 has not been read"
    store.save_claims(ids[0], {1: [], 2: []}, "e1")
    assert store.pending("e1") == ids[1:]


def test_a_claim_comes_back_as_it_was_saved(store: Store) -> None:
    article = an_article()
    claim = a_claim(article)
    saved(store, article, claim)
    (stored,) = store.claims()
    assert stored.claim == claim
    assert store.claim(stored.id) == stored
    assert stored.current
    assert (stored.title, stored.url, stored.outlet_name, stored.published) == (
        article.title,
        article.url,
        "La Gazette",
        NOON,
    )
    assert store.claim("unknown") is None


def test_saving_claims_again_changes_nothing(store: Store) -> None:
    article = an_article()
    claims = [a_claim(article), a_claim(article, DENIAL, vendor="apple", polarity="denied")]
    store.save_article(article, "La Gazette")
    assert store.save_claims(article.id, {1: claims}, "e1") == ClaimChanges(added=2)
    before = (store.claims(), store.article_rows())
    assert store.save_claims(article.id, {1: claims[::-1]}, "e1") == ClaimChanges(kept=2)
    assert (store.claims(), store.article_rows()) == before


def test_a_claim_that_another_extractor_reads_the_same_is_kept_and_marked(store: Store) -> None:
    article = an_article()
    saved(store, article, a_claim(article))
    assert store.save_claims(article.id, {1: [a_claim(article)]}, "e2") == ClaimChanges(kept=1)
    assert store.claims()[0].extractor == "e2"


@pytest.mark.parametrize(
    ("before", "after", "outcome", "stored"),
    [
        (0.93, 0.93, ClaimChanges(kept=1), 0.93),
        (0.93124999, 0.93125001, ClaimChanges(kept=1), 0.9312),
        (0.93, 0.9349, ClaimChanges(kept=1), 0.93),
        (0.935, 0.9251, ClaimChanges(kept=1), 0.935),
        (0.56, 0.57, ClaimChanges(updated=1), 0.57),
        (0.93, 0.8123456, ClaimChanges(updated=1), 0.8123),
        (None, 0.0, ClaimChanges(updated=1), 0.0),
        (1.0, None, ClaimChanges(updated=1), None),
        (None, None, ClaimChanges(kept=1), None),
    ],
)
def test_a_confidence_changes_a_claim_only_when_it_moves_by_a_hundredth(
    store: Store,
    before: float | None,
    after: float | None,
    outcome: ClaimChanges,
    stored: float | None,
) -> None:
    article = saved(store, an_article(), a_claim(an_article(), confidence=before))
    again = a_claim(article, confidence=after)
    assert store.save_claims(article.id, {1: [again]}, "e1") == outcome
    assert store.claims()[0].claim.confidence == stored


def test_another_extractor_brings_its_own_confidence(store: Store) -> None:
    article = saved(store, an_article(), a_claim(an_article(), confidence=0.93))
    again = a_claim(article, confidence=0.9349)
    assert store.save_claims(article.id, {1: [again]}, "e2") == ClaimChanges(kept=1)
    (stored,) = store.claims()
    assert (stored.extractor, stored.claim.confidence) == ("e2", 0.9349)


def test_a_claim_keeps_its_id_when_it_moves_and_is_read_anew(store: Store) -> None:
    first = an_article()
    claim = a_claim(first)
    saved(store, first, claim)
    (before,) = store.claims()
    second = an_article(paragraphs=("Un chapeau.", f"D'abord. {SENTENCE}"), title="Autre titre")
    store.save_article(second, "La Gazette")
    assert store.claims() == [], "version 2 is not read yet"
    moved = a_claim(second, certainty="uncertain", rule="other")
    changes = store.save_claims(first.id, {1: [claim], 2: [moved]}, "e2")
    assert changes == ClaimChanges(updated=1)
    (after,) = store.claims(ClaimFilter(text="autre titre"))
    assert (after.id, after.claim, after.extractor) == (before.id, moved, "e2")
    assert (after.first_version, after.last_version) == (1, 2)


def test_a_claim_that_an_edit_removed_stays_at_its_address(store: Store) -> None:
    first = an_article()
    claim = a_claim(first)
    saved(store, first, claim)
    (before,) = store.claims()
    second = an_article(paragraphs=("Correction : rien de tel.",))
    store.save_article(second, "La Gazette")
    store.save_claims(first.id, {1: [claim], 2: []}, "e1")
    assert store.claims() == []
    assert store.cells() == []
    gone = store.claim(before.id)
    assert gone is not None
    assert (gone.claim, gone.withdrawn, gone.current) == (claim, None, False)
    assert (gone.last_version, gone.current_version) == (1, 2)


def test_a_claim_no_longer_read_is_withdrawn_and_can_come_back(store: Store) -> None:
    article = an_article()
    claim = a_claim(article)
    saved(store, article, claim)
    (before,) = store.claims()
    assert store.save_claims(article.id, {1: []}, "e2") == ClaimChanges(withdrawn=1)
    assert store.save_claims(article.id, {1: []}, "e2") == ClaimChanges()
    assert store.claims() == []
    withdrawn = store.claim(before.id)
    assert withdrawn is not None
    assert withdrawn.withdrawn is not None
    assert store.save_claims(article.id, {1: [claim]}, "e3") == ClaimChanges(updated=1)
    assert [c.id for c in store.claims()] == [before.id]


def test_a_sentence_said_twice_makes_two_claims(store: Store) -> None:
    article = an_article(paragraphs=(f"{SENTENCE} {SENTENCE}", SENTENCE))
    one = a_claim(article)
    at = len(SENTENCE) + 1
    two = replace(one, start=at, end=at + len(SENTENCE))
    three = replace(one, paragraph=1)
    store.save_article(article, "La Gazette")
    store.save_claims(article.id, {1: [three, one, two]}, "e1")
    stored = store.claims()
    assert [c.claim for c in stored] == [one, two, three]
    assert len({c.id for c in stored}) == 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"end": 10}, "not verbatim"),
        ({"paragraph": 9}, "not verbatim"),
        ({"paragraph": TITLE}, "not verbatim"),
        ({"start": 0, "end": 0, "quote": ""}, "not verbatim"),
        ({"article_id": "other"}, "not verbatim"),
    ],
)
def test_a_claim_that_is_not_verbatim_is_refused_and_nothing_is_written(
    store: Store, change: dict[str, object], words: str
) -> None:
    article = an_article()
    right = a_claim(article, DENIAL, vendor="apple")
    store.save_article(article, "La Gazette")
    with pytest.raises(StoreError, match=words):
        store.save_claims(article.id, {1: [right, replace(a_claim(article), **change)]}, "e1")
    assert store.claims() == []
    assert store.pending("e1") == [article.id]


@pytest.mark.parametrize("versions", [[], [2], [1, 2], [0, 1]])
def test_claims_of_other_versions_than_the_stored_ones_are_refused(
    store: Store, versions: list[int]
) -> None:
    article = an_article()
    store.save_article(article, "La Gazette")
    with pytest.raises(StoreError, match="versions 1 to 1"):
        store.save_claims(article.id, {version: [] for version in versions}, "e1")


def test_claims_of_an_unknown_article_are_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="no article 'nowhere'"):
        store.save_claims("nowhere", {1: []}, "e1")


@pytest.fixture
def press(store: Store) -> Store:
    """Three articles of two outlets and two languages, one undated, with five claims."""
    first = an_article("un")
    saved(
        store,
        first,
        a_claim(first),
        a_claim(first, DENIAL, vendor="apple", practice="retention", polarity="denied"),
    )
    ledger = {"outlet": "ledger", "lang": "en", "published": datetime(2020, 1, 5, 8, tzinfo=UTC)}
    text = "Amazon may let staff listen, a spokesman said."
    second = an_article("two", title="100% of it_all", paragraphs=(text, DENIAL), **ledger)
    saved(
        store,
        second,
        a_claim(second, text, certainty="uncertain", source_type="vendor", source="a spokesman"),
        a_claim(second, text, polarity="denied", practice="retention"),
    )
    third = an_article("three", published=None, title="Sans date")
    saved(store, third, a_claim(third, "Sans date", vendor="other:genesis toys"))
    saved(store, an_article("four", title="Sans affirmation"))
    return store


FILTERS: list[tuple[ClaimFilter, int, int]] = [
    (ClaimFilter(), 5, 4),
    (ClaimFilter(vendors=("amazon",)), 3, 2),
    (ClaimFilter(vendors=("apple", "other:genesis toys")), 2, 2),
    (ClaimFilter(vendors=("nobody",)), 0, 0),
    (ClaimFilter(practices=("retention",)), 2, 2),
    (ClaimFilter(source_types=("vendor",)), 1, 1),
    (ClaimFilter(polarities=("denied",)), 2, 2),
    (ClaimFilter(certainties=("uncertain",)), 1, 1),
    (ClaimFilter(languages=("fr",)), 3, 3),
    (ClaimFilter(outlets=("ledger",)), 2, 1),
    (ClaimFilter(outlets=("ledger",), languages=("fr",)), 0, 0),
    (ClaimFilter(date_from=date(2019, 4, 12)), 4, 3),
    (ClaimFilter(date_to=date(2019, 4, 12)), 2, 2),
    (ClaimFilter(date_from=date(2019, 4, 13), date_to=date(2020, 1, 5)), 2, 1),
    (ClaimFilter(text="ECOUTER enregistrements"), 1, 1),
    (ClaimFilter(text="d'alexa"), 1, 1),
    (ClaimFilter(text="spokesman  STAFF"), 2, 1),
    (ClaimFilter(text="100%"), 2, 1),
    (ClaimFilter(text="1%0"), 0, 0),
    (ClaimFilter(text="it_all"), 2, 1),
    (ClaimFilter(text="it.all"), 0, 0),
    (ClaimFilter(text="   "), 5, 4),
    (ClaimFilter(text="'; DROP TABLE claims; --"), 0, 0),
]


def test_filters(press: Store) -> None:
    for wanted, claims, articles in FILTERS:
        rows, cells = press.article_rows(wanted), press.cells(wanted)
        found = {
            "claims": len(press.claims(wanted)),
            "counted": press.count_claims(wanted),
            "in cells": sum(cell.affirmed + cell.denied for cell in cells),
            "in articles": sum(row.claims for row in rows),
        }
        assert found == dict.fromkeys(found, claims), wanted
        assert len(rows) == articles, wanted


def test_claims_come_newest_first_in_reading_order_and_in_pages(press: Store) -> None:
    claims = press.claims()
    assert [c.published and c.published.year for c in claims] == [2020, 2020, 2019, 2019, None]
    assert [c.claim.paragraph for c in claims] == [0, 0, 0, 1, TITLE]
    pages = [press.claims(limit=2, offset=start) for start in (0, 2, 4, 6)]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert [c for page in pages for c in page] == claims
    assert [r.title for r in press.article_rows(limit=1, offset=3)] == [
        press.article_rows()[3].title
    ]


def test_cells_count_claims_articles_and_outlets(press: Store) -> None:
    one = {"articles": 1, "outlets": 1, "stories": 1}
    affirmed = {"affirmed": 1, "affirmed_outlets": 1, "affirmed_stories": 1}
    denied = {"denied": 1, "denied_outlets": 1, "denied_stories": 1}
    assert press.cells() == [
        CellCount(
            "amazon",
            "human_review",
            affirmed=2,
            uncertain=1,
            affirmed_uncertain=1,
            articles=2,
            outlets=2,
            affirmed_outlets=2,
            stories=2,
            affirmed_stories=2,
        ),
        CellCount("amazon", "retention", **one, **denied),
        CellCount("apple", "retention", **one, **denied),
        CellCount("other:genesis toys", "human_review", **one, **affirmed),
    ]


def test_the_overview(press: Store) -> None:
    overview = press.overview()
    assert (overview.articles, overview.outlets, overview.claims) == (4, 2, 5)
    assert (overview.undated, overview.unread, overview.pages) == (1, 0, 0)
    assert overview.languages == {"fr": 3, "en": 1}
    assert overview.first_published == NOON
    assert overview.last_published == datetime(2020, 1, 5, 8, tzinfo=UTC)
    assert overview.last_crawl is None


def test_the_overview_of_an_empty_store(store: Store) -> None:
    overview = store.overview()
    assert (overview.articles, overview.claims, overview.first_published) == (0, 0, None)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Écouté", "ecoute"),
        ("ŒUVRE", "oeuvre"),
        ("l’été", "l'ete"),
        ("dix\N{NO-BREAK SPACE}ans", "dix ans"),
        ("STRASSE straße", "strasse strasse"),
        ("e\u0301te\u0301", "ete"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_cleaning_keeps_offsets() -> None:
    text = "a\x00\ud83d b\U0001f600"
    assert clean(text) == "a\ufffd\ufffd b\U0001f600"


def test_a_store_reopens_with_what_it_held(store_url: str) -> None:
    article = an_article()
    with Store.open(store_url) as store:
        saved(store, article, a_claim(article))
        before = store.claims()
    with Store.open(store_url) as store:
        assert store.claims() == before


def test_the_migrations_make_the_tables_that_the_code_uses(store_url: str) -> None:
    Store.open(store_url).close()
    with sa.create_engine(store_url).connect() as connection:
        options = {
            "version_table": VERSION_TABLE,
            "compare_type": True,
            # Each database has full-text tables of its own kind.
            "include_name": lambda name, kind, _: kind != "table" or "search_" not in name,
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_a_store_of_the_first_schema_is_upgraded_with_all_that_it_holds(store_url: str) -> None:
    article = an_article()
    claim = a_claim(article, confidence=None)
    _fill_first_schema(store_url, article, claim)
    with Store.open(store_url) as store:
        (stored,) = store.claims()
        assert stored.claim == claim
        assert store.save_article(article, "La Gazette", "FR") == "unchanged"
        assert store.save_claims(article.id, {1: [claim]}, "e1") == ClaimChanges(kept=1)
        measured = replace(claim, confidence=0.93)
        assert store.save_claims(article.id, {1: [measured]}, "e1") == ClaimChanges(updated=1)
        assert store.claims()[0].claim == measured
        (version,) = store.history(article.id)
        assert (version.first_seen, version.last_seen) == (article.fetched, article.fetched)
        assert version.capture is None
        assert store.identity(f"{article.url}/".replace("https", "http")) == (
            article.id,
            article.url,
        )
        assert store.without_fingerprint("m") == [article.id]
    with Store.open(store_url) as store:
        assert store.claims()[0].claim == measured


def _fill_first_schema(url: str, article: Article, claim: Claim) -> None:
    """A store as the first release left it."""
    with store_of(url, "0001") as connection:
        first = sa.MetaData()
        first.reflect(connection)
        fields = asdict(claim)
        del fields["confidence"]
        extracted = {"extractor": "e1", "extracted_at": NOON}
        rows = {
            "articles": {
                "id": article.id,
                "url": article.url,
                "outlet": article.outlet,
                "outlet_name": "La Gazette",
                "country": "FR",
                "first_seen": article.fetched,
                "last_seen": article.fetched,
                "current_version": 1,
                **extracted,
            },
            "versions": {
                "article_id": article.id,
                "version": 1,
                "digest": article.content_digest,
                "title": article.title,
                "paragraphs": article.paragraphs,
                "authors": article.authors,
                "lang": article.lang,
                "published": article.published,
            },
            "claims": {
                "id": digest(article.id, claim.quote, claim.vendor, claim.practice, "0")[:16],
                **fields,
                "first_version": 1,
                "last_version": 1,
                "folded": fold(f"{claim.quote}\n{article.title}\n"),
                **extracted,
            },
        }
        for table, row in rows.items():
            connection.execute(first.tables[table].insert(), row)


def test_a_store_of_a_newer_schema_is_left_alone(store_url: str) -> None:
    Store.open(store_url).close()
    with sa.create_engine(store_url).begin() as connection:
        connection.execute(sa.text(f"UPDATE {VERSION_TABLE} SET version_num = '9876'"))
    with pytest.raises(
        SchemaError, match=r"schema 9876, newer than schema \d{4} .* upgrade Earshot"
    ):
        Store.open(store_url)


def test_a_sqlite_store_is_opened_for_several_processes(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/deep/er/earshot.db"):
        connection = sqlite3.connect(tmp_path / "deep/er/earshot.db")
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        connection.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("earshot.db", "EARSHOT_DATABASE_URL is not an address.*accepted: sqlite:///"),
        ("postgres://host/db", "no store on 'postgres'; accepted: .*postgresql://"),
        ("mysql+pymysql://host/db", "no store on 'mysql'"),
        ("postgresql+asyncpg://host/db", "EARSHOT_DATABASE_URL is not .*asyncpg"),
        ("sqlite:////dev/null/x/earshot.db", "cannot create the folder"),
        ("sqlite:////proc/earshot.db", "cannot open the store"),
        ("postgresql://u:secret@127.0.0.1:1/db", r"cannot open the store .*u:\*\*\*@127"),
    ],
)
def test_an_address_that_cannot_be_opened_is_named(url: str, words: str) -> None:
    with pytest.raises(StoreError, match=words) as caught:
        Store.open(url)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_store_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database " * 100)
    with pytest.raises(StoreError, match=r"notes.txt: file is not a database"):
        Store.open(f"sqlite:///{path}")
    assert path.read_text() == "not a database " * 100


@pytest.mark.postgres
def test_a_postgresql_database_of_another_encoding_is_refused(postgres_server: str) -> None:
    with psycopg.connect(host=postgres_server, user="postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
        try:
            with pytest.raises(StoreError, match=r"encoded in LATIN1.*--encoding=UTF8"):
                Store.open(f"postgresql://postgres@/latin?host={postgres_server}")
        finally:
            connection.execute("DROP DATABASE latin WITH (FORCE)")


def test_a_new_store_can_be_opened_by_many_at_once(store_url: str) -> None:
    def open_and_count(_: int) -> int:
        with Store.open(store_url) as store:
            return store.overview().articles

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(open_and_count, range(6))) == [0] * 6


def test_writers_at_once_neither_fail_nor_lose_a_write(store: Store) -> None:
    def write(number: int) -> None:
        article = an_article(str(number % 8), title=f"Titre {number % 4}")
        store.save_article(article, "La Gazette")
        texts = store.versions(article.id)
        store.save_claims(
            article.id, {n: [a_claim(text)] for n, text in enumerate(texts, start=1)}, "e1"
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(48)))
    assert store.overview().articles == 8
    assert store.pending("e1") == []
    assert store.count_claims() == 8


WRITER = """
import sys
from tests.analysis.test_store import an_article, a_claim, saved
from analysis.store import Store
with Store.open(sys.argv[1]) as store:
    number = 0
    while True:
        article = an_article(str(number))
        saved(store, article, a_claim(article))
        number += 1
        print(number, flush=True)
"""


def test_a_killed_writer_leaves_a_good_store(store_url: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, store_url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for _ in range(20):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    written = 20 + len(process.stdout.readlines())
    process.wait()
    with Store.open(store_url) as store:
        assert written <= store.overview().articles <= written + 1
        assert store.overview().articles - len(store.pending("e1")) == store.count_claims()
        article = an_article("0")
        assert store.save_article(article, "La Gazette") == "unchanged"
        saved(store, an_article("after"))
