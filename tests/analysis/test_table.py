"""The table of claims in memory, against the database's own counts, on stores made at random."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest

from analysis.errors import StoreError
from analysis.records import CERTAINTIES, POLARITIES, SOURCE_TYPES, Article, Claim, article_id
from analysis.store import ClaimFilter, Facets, Grouping, Overview, Store
from analysis.store.columns import FIELDS, SEPARATOR, Coded
from analysis.store.rows import VerdictKind
from analysis.table import ClaimTable, _fields, cells

VENDORS = ("amazon", "apple", "google", "other:genesis toys")
PRACTICES = ("human_review", "retention", "children")
OUTLETS = ("gazette", "ledger", "odd")
SENTENCES = ("Amazon fait écouter.", "Apple keeps nothing.", "Google's app is silent, 100_%.")
FIRST = datetime(2019, 4, 12, 23, 30, tzinfo=UTC)


class Press:
    """A store that grows and changes at random."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store = store
        self.chance = random.Random(seed)
        self.articles: list[Article] = []
        for _ in range(12):
            self.publish()

    def publish(self) -> None:
        """Stores a new article."""
        url = f"https://a.example/{len(self.articles)}"
        outlet = self.chance.choice(OUTLETS)
        days = timedelta(days=self.chance.randrange(4), hours=self.chance.randrange(3))
        article = Article(
            id=article_id(url),
            title=self.chance.choice(("Écoutes", "A quiet house")),
            paragraphs=tuple(self.chance.choices(SENTENCES, k=3)),
            lang=self.chance.choice(("fr", "en", None)),
            outlet=outlet,
            url=url,
            published=self.chance.choice((FIRST + days, None, FIRST + days)),
            fetched=FIRST,
        )
        self.articles.append(article)
        self.store.save_article(article, outlet.title())
        self.read(article)

    def edit(self) -> None:
        """Stores another version of an article; often it is read anew."""
        number = self.chance.randrange(len(self.articles))
        old = self.articles[number]
        paragraphs = tuple(self.chance.choices(SENTENCES, k=3))
        fetched = old.fetched + timedelta(days=1)
        self.articles[number] = article = replace(old, paragraphs=paragraphs, fetched=fetched)
        self.store.save_article(article, article.outlet.title())
        if self.chance.random() < 0.7:
            self.read(article)

    def read(self, article: Article) -> None:
        """Makes claims on all versions of an article."""
        versions = self.store.versions(article.id)
        claims = {n: self.claims(version) for n, version in enumerate(versions, start=1)}
        named = self.chance.sample(VENDORS, k=2)
        self.store.save_claims(article.id, claims, self.chance.choice("ab"), named)

    def claims(self, article: Article) -> list[Claim]:
        """A few claims on the sentences of a text."""
        return [
            Claim(
                article_id=article.id,
                paragraph=paragraph,
                start=0,
                end=len(article.paragraphs[paragraph]),
                quote=article.paragraphs[paragraph],
                vendor=vendor,
                product=None,
                practice=practice,
                polarity=self.chance.choice(POLARITIES),
                certainty=self.chance.choice(CERTAINTIES),
                source_type=self.chance.choice(SOURCE_TYPES),
                source=self.chance.choice((None, "L’Élysée")),
                rule="r",
                confidence=self.chance.choice((None, 0.75)),
            )
            for paragraph, vendor, practice in {
                (self.chance.randrange(3), self.chance.choice(VENDORS), practice)
                for practice in self.chance.choices(PRACTICES, k=self.chance.randrange(5))
            }
        ]

    def judge(self) -> None:
        """A reviewer says something of a claim."""
        claim = self.chance.choice(self.store.claims())
        verdict = self.chance.choice(get_args(VerdictKind))
        correction = {"vendor": self.chance.choice(VENDORS)} if verdict == "corrected" else {}
        if correction.get("vendor") != claim.claim.vendor:
            self.store.judge(claim.id, verdict, "Ann", correction=correction)

    def group(self) -> None:
        """Finds the copies of stories anew."""
        ids = [article.id for article in self.articles]
        self.chance.shuffle(ids)
        cut = self.chance.randrange(1, len(ids))
        self.store.save_stories(
            [Grouping(some[0], some[0], None, tuple(some)) for some in (ids[:cut], ids[cut:])]
        )

    def live(self) -> None:
        """One thing that happens."""
        self.chance.choice((self.publish, self.edit, self.judge, self.judge, self.group))()

    def filter(self) -> ClaimFilter:
        """A filter that narrows by a few fields."""
        wanted = ClaimFilter()
        choices = {
            "vendors": (*VENDORS, "nobody"),
            "practices": PRACTICES,
            "source_types": SOURCE_TYPES,
            "polarities": POLARITIES,
            "certainties": CERTAINTIES,
            "languages": ("fr", "en"),
            "outlets": OUTLETS,
            "verdicts": ("unreviewed", "accepted", "rejected", "corrected"),
            "articles": [article.id for article in self.articles],
        }
        for name in self.chance.sample(sorted(choices), k=self.chance.randrange(4)):
            some = self.chance.sample(choices[name], k=min(len(choices[name]), 2))
            wanted = replace(wanted, **{name: tuple(some)})
        if self.chance.random() < 0.3:
            day = date(2019, 4, 11) + timedelta(days=self.chance.randrange(6))
            wanted = replace(wanted, **{self.chance.choice(("date_from", "date_to")): day})
        if self.chance.random() < 0.3:
            text = self.chance.choice(("ecoute", "KEEPS house", "elysee", "100_%", "l'app"))
            wanted = replace(wanted, text=text)
        return wanted


def table_of(store: Store) -> ClaimTable:
    return ClaimTable.empty().updated(store)


def assert_like_the_store(table: ClaimTable, press: Press) -> None:
    """The table gives what the database counts, whatever is asked."""
    for wanted in (ClaimFilter(), *(press.filter() for _ in range(8))):
        claims = press.store.claims(wanted)
        rows = table.rows(wanted)
        assert table.claim_ids(rows.index) == [claim.id for claim in claims], wanted
        assert table.claim_ids(table.positions(wanted)) == [claim.id for claim in claims]
        assert table.article_ids(rows.index) == [claim.claim.article_id for claim in claims]
        assert table.count(wanted) == len(claims)
        assert cells(rows) == press.store.cells(wanted), wanted
        assert rows["verdict"].tolist() == [claim.verdict for claim in claims]
        days = [claim.published and claim.published.date() for claim in claims]
        assert [day.date() if day == day else None for day in rows["day"]] == days
        known = [claim.claim.confidence for claim in claims]
        assert [None if value != value else value for value in rows["confidence"]] == known


@pytest.mark.parametrize("seed", range(4))
def test_a_table_counts_as_the_database_does(store: Store, seed: int) -> None:
    press = Press(store, seed)
    for _ in range(10):
        press.live()
    assert_like_the_store(table_of(store), press)


@pytest.mark.parametrize("seed", range(4))
def test_what_changed_is_read_into_a_table(store: Store, seed: int) -> None:
    press = Press(store, seed)
    table = table_of(store)
    for _ in range(6):
        for _ in range(press.chance.randrange(1, 4)):
            press.live()
        before = table.claim_ids(table.positions(ClaimFilter()))
        newer = table.updated(store)
        assert table.claim_ids(table.positions(ClaimFilter())) == before
        assert newer.change == store.last_change()
        table = newer
    assert_like_the_store(table, press)
    fresh = table_of(store)
    assert table.facets() == fresh.facets()
    assert overview(table, store) == store.overview() == overview(fresh, store)
    for _ in range(5):
        wanted = press.filter()
        assert table.coverage(wanted) == fresh.coverage(wanted)


def overview(table: ClaimTable, store: Store) -> Overview:
    return table.overview(store.unread(), store.outcomes(), store.crawl())


def test_nothing_is_read_where_nothing_changed(store: Store) -> None:
    Press(store, 0)
    texts: list[str] = []
    read = store.columns(store.last_change(), texts.extend)
    assert not read.article_ids
    assert not read.claim_ids
    assert not texts


def test_a_claim_without_a_field_is_not_taken_for_another() -> None:
    read = Coded()
    read.extend([SEPARATOR.join(FIELDS), None])
    with pytest.raises(StoreError, match="lacks one of vendor"):
        _fields(read)


def test_an_empty_store_is_an_empty_table(store: Store) -> None:
    table = table_of(store)
    assert len(table) == table.count(ClaimFilter(vendors=("amazon",), text="x")) == 0
    assert cells(table.rows(ClaimFilter())) == []
    assert table.facets() == Facets()
    assert table.coverage(ClaimFilter()) == {}
    assert overview(table, store) == store.overview()


def test_facets_give_the_values_of_claims_most_frequent_first(store: Store) -> None:
    press = Press(store, 3)
    claims = store.claims()
    vendors = Counter(claim.claim.vendor for claim in claims)
    facets = table_of(store).facets()
    assert facets.vendors == vendors
    assert list(facets.vendors.values()) == sorted(vendors.values(), reverse=True)
    assert facets.languages == Counter(claim.lang for claim in claims if claim.lang)
    assert facets.outlet_names == {key: key.title() for key in facets.outlets}
    days = [claim.published.date() for claim in claims if claim.published]
    assert (facets.date_min, facets.date_max) == (min(days), max(days))
    rejected = claims[0]
    store.judge(rejected.id, "rejected", "Ann")
    press.publish()
    assert sum(table_of(store).facets().practices.values()) == store.count_claims()


def test_articles_that_name_a_vendor_are_counted_with_and_without_claims(store: Store) -> None:
    def publish(slug: str, outlet: str, lang: str, day: int, named: set[str]) -> None:
        url = f"https://{outlet}.example/{slug}"
        published = datetime(2020, 1, day, tzinfo=UTC)
        text = ("Apple keeps nothing.",)
        article = Article(
            article_id(url), "T", text, lang, outlet, url, published=published, fetched=FIRST
        )
        store.save_article(article, outlet)
        claim = Claim(
            article.id, 0, 0, len(text[0]), text[0], "apple", None, "retention", "denied",
            "certain", "article", None, "r",
        )  # fmt: skip
        store.save_claims(article.id, {1: [claim]}, "e1", named)

    publish("a", "ledger", "en", 1, {"amazon"})
    publish("b", "ledger", "en", 2, set())
    publish("c", "gazette", "fr", 3, {"amazon", "google"})
    table = table_of(store)
    assert table.coverage(ClaimFilter()) == {"amazon": 2, "apple": 3, "google": 1}
    assert table.coverage(ClaimFilter(languages=("en",))) == {"amazon": 1, "apple": 2}
    assert table.coverage(ClaimFilter(outlets=("gazette",), vendors=("apple",))) == {
        "amazon": 1,
        "apple": 1,
        "google": 1,
    }
    late = ClaimFilter(date_from=date(2020, 1, 2), date_to=date(2020, 1, 2))
    assert table.coverage(late) == {"apple": 1}


def test_ids_that_are_none_find_nothing(store: Store) -> None:
    Press(store, 1)
    table = table_of(store)
    for asked in ("nobody", "é" * 16, "0" * 15, "ABCDEF0123456789", ""):
        assert table.count(ClaimFilter(articles=(asked,))) == 0
    assert store.claims_by_id(["nobody"]) == []


def test_claims_are_given_by_their_ids_in_the_order_asked(store: Store) -> None:
    Press(store, 2)
    claims = store.claims()[::-1]
    assert store.claims_by_id([claim.id for claim in claims]) == claims
