"""Times seen, archived pages, forms of an address and stories, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from analysis.records import Article, article_id
from analysis.store import Capture, Fingerprint, Grouping, Page, Store
from analysis.store.schema import address_key
from tests.analysis.test_store import NOON, an_article

DAY = timedelta(days=1)
CAPTURE = Capture("earshot-1.warc.gz", 4_294_967_296, "sha256:ABC")


def times(store: Store, article: Article) -> list[tuple[int, int]]:
    """First and last days on which each version was seen, counted from NOON."""
    return [
        ((v.first_seen - NOON).days, (v.last_seen - NOON).days) for v in store.history(article.id)
    ]


def read(store: Store, text: str, day: int, **fields: object) -> str:
    article = an_article(title=text, fetched=NOON + day * DAY, **fields)
    return store.save_article(article, "La Gazette")


def test_each_version_knows_when_it_was_seen(store: Store) -> None:
    article = an_article()
    for text, day in (("a", 1), ("a", 3), ("b", 4), ("b", 9), ("a", 12)):
        read(store, text, day)
    assert times(store, article) == [(1, 3), (4, 9), (12, 12)]
    assert [version.number for version in store.history(article.id)] == [1, 2, 3]
    assert [version.article.title for version in store.history(article.id)] == ["a", "b", "a"]


def test_a_page_confirmed_as_it_was_has_seen_the_newest_version_again(store: Store) -> None:
    article = an_article()
    read(store, "a", 1)
    read(store, "b", 2)
    page = Page(str(article.url), "gazette", "kept", NOON + 5 * DAY, 304, article.id)
    store.record_page(page)
    store.record_page(replace(page, fetched=NOON + 3 * DAY))
    store.record_page(replace(page, outcome="timeout", fetched=NOON + 8 * DAY))
    assert times(store, article) == [(1, 1), (2, 5)]
    assert store.article_rows()[0].last_seen == NOON + 5 * DAY


@pytest.mark.parametrize(
    ("text", "day", "outcome", "seen"),
    [
        ("a", 0, "unchanged", [(0, 2), (5, 6)]),
        ("a", 4, "unchanged", [(1, 4), (5, 6)]),
        ("b", 3, "unchanged", [(1, 2), (3, 6)]),
        ("z", 0, "superseded", [(1, 2), (5, 6)]),
        ("z", 5, "changed", [(1, 2), (5, 6), (5, 5)]),
    ],
)
def test_a_reading_from_before_never_takes_the_newest_version_s_place(
    store: Store, text: str, day: int, outcome: str, seen: list[tuple[int, int]]
) -> None:
    for known, when in (("a", 1), ("a", 2), ("b", 5), ("b", 6)):
        read(store, known, when)
    assert read(store, text, day) == outcome
    assert times(store, an_article()) == seen


def test_a_version_points_to_its_archived_page(store: Store) -> None:
    article = an_article()
    assert not store.is_archived(article)
    store.save_article(article, "La Gazette")
    assert not store.is_archived(article)
    assert store.captures() == []
    store.save_article(article, "La Gazette", capture=CAPTURE)
    assert store.is_archived(article)
    store.save_article(article, "La Gazette", capture=replace(CAPTURE, offset=9))
    assert [version.capture for version in store.history(article.id)] == [CAPTURE]

    edited = replace(article, title="Un autre titre")
    assert not store.is_archived(edited)
    second = replace(CAPTURE, file="earshot-2.warc.gz", offset=7)
    store.save_article(edited, "La Gazette", capture=second)
    assert not store.is_archived(article), "the newest version has another text"
    assert [version.capture for version in store.history(article.id)] == [CAPTURE, second]
    assert store.captures() == [(article.url, CAPTURE), (article.url, second)]


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://gazette.example/a", "gazette.example/a"),
        ("http://www.Gazette.example:80/a/", "gazette.example/a"),
        ("HTTPS://m.gazette.example:443/a", "gazette.example/a"),
        ("https://amp.gazette.example/a", "gazette.example/a"),
        ("https://mobile.gazette.example/a", "gazette.example/a"),
        ("https://gazette.example/A", "gazette.example/A"),
        ("https://gazette.example/a/?id=7", "gazette.example/a?id=7"),
        ("https://gazette.example/a?next=/b/", "gazette.example/a?next=/b/"),
        ("http://127.0.0.1:8641/a", "127.0.0.1:8641/a"),
        ("https://mairie.example/a", "mairie.example/a"),
        ("https://gazette.example/", "gazette.example"),
    ],
)
def test_what_the_forms_of_an_address_have_in_common(url: str, key: str) -> None:
    assert address_key(url) == key


def test_the_key_of_a_long_address_fits_an_index() -> None:
    long = "https://gazette.example/" + "é" * 5_000
    assert len(address_key(long)) == 32
    assert address_key(long) == address_key(long.replace("https", "http") + "/")
    assert address_key(long) != address_key(long + "e")


def test_an_article_is_found_at_other_forms_of_its_address(store: Store) -> None:
    article = an_article()
    assert store.identity(str(article.url)) is None
    store.save_article(article, "La Gazette")
    for form in ("http://www.gazette.example/tech/a", "https://m.gazette.example/tech/a/"):
        assert store.identity(form) == (article.id, article.url)
    assert store.identity("https://gazette.example/tech/b") is None
    exact = "http://gazette.example/tech/a"
    store.save_article(replace(article, id=article_id(exact), url=exact), "La Gazette")
    assert store.identity(exact) == (article_id(exact), exact)


def fingerprint(article: Article, version: int = 1, **fields: object) -> Fingerprint:
    return Fingerprint(article.id, version, b"\x00\xff", **fields)


def test_articles_wait_for_a_fingerprint_of_their_newest_version(store: Store) -> None:
    one, two = an_article("un"), an_article("deux")
    for article in (one, two):
        store.save_article(article, "La Gazette")
    ids = sorted((one.id, two.id))
    assert store.without_fingerprint("m1") == ids
    store.save_fingerprint(fingerprint(one, agency="afp"), "m1")
    assert store.without_fingerprint("m1") == [two.id]
    assert store.without_fingerprint("m2") == ids
    assert store.fingerprints("m1") == [fingerprint(one, agency="afp", published=NOON)]
    store.save_article(one, "La Gazette")
    assert store.without_fingerprint("m1") == [two.id]
    store.save_article(replace(one, authors=("AFP",)), "La Gazette")
    assert store.without_fingerprint("m1") == ids, "a byline can credit another agency"
    store.save_fingerprint(fingerprint(one), "m1")
    store.save_article(replace(one, title="Un autre titre", authors=("AFP",)), "La Gazette")
    assert store.without_fingerprint("m1") == ids
    store.save_fingerprint(fingerprint(one, version=2), "m1")
    assert [found.version for found in store.fingerprints("m1")] == [2]


def test_a_story_holds_its_copies_the_first_one_in_front(store: Store) -> None:
    day = {"published": NOON + DAY}
    copies = [an_article("un"), an_article("deux", **day), an_article("trois", published=None)]
    other = an_article("quatre")
    for article in (*copies, other):
        store.save_article(article, "La Gazette")
    assert store.story(other.id) is None
    store.save_fingerprint(fingerprint(copies[0], agency="afp"), "m1")
    ids = tuple(article.id for article in copies)
    stories = [Grouping("s1", ids[1], "afp", ids), Grouping("s2", other.id, None, (other.id,))]
    assert store.save_stories(stories) == 4
    assert store.save_stories(stories) == 0
    story = store.story(ids[2])
    assert story is not None
    assert story == store.story(ids[0])
    assert (story.id, story.agency, story.first.article_id) == ("s1", "afp", ids[1])
    assert [copy.article_id for copy in story.copies] == [ids[1], ids[0], ids[2]]
    assert [copy.agency for copy in story.copies] == [None, "afp", None]
    assert story.first.title == copies[1].title
    assert store.shared_stories() == [story]

    assert store.save_stories([Grouping("s2", other.id, "ap", (*ids, other.id))]) == 3
    joined = store.story(ids[0])
    assert joined is not None
    assert (joined.agency, len(joined.copies)) == ("ap", 4)
