"""The full-text index, on a real SQLite file and a real PostgreSQL in turn."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from analysis.records import Article, article_id
from analysis.search_terms import parse
from analysis.store import ClaimFilter, Store, search
from tests.analysis.schemas import store_of


def an_article(slug: str, title: str, *paragraphs: str, **fields: object) -> Article:
    url = f"https://gazette.example/{slug}"
    given = {"lang": "en", "outlet": "gazette", "fetched": datetime(2020, 1, 1, tzinfo=UTC)}
    return Article(
        id=article_id(url), url=url, title=title, paragraphs=paragraphs, **(given | fields)
    )


ALEXA = an_article(
    "alexa",
    "Alexa is listening",
    "Amazon employs people who listen to voice recordings.",
    published=datetime(2019, 4, 12, tzinfo=UTC),
)
SIRI = an_article(
    "siri",
    "Les écoutes de Siri",
    "Des salariés écoutent, sir. L’œuvre d’Apple : voice « recordings ».",
    "Amazon n’en dit rien, Alexa non plus.",
    lang="fr",
    outlet="fanal",
    published=datetime(2019, 8, 1, tzinfo=UTC),
)
PLAIN = an_article("plain", "", "Straße, рассказ 漢字 100%", "Alexa", lang="de")


@pytest.fixture
def press(store: Store) -> Store:
    for article in (ALEXA, SIRI, PLAIN):
        store.save_article(article, article.outlet or "", "FR")
    return store


def found(store: Store, typed: str, **fields: object) -> list[str]:
    hits = store.search_articles(parse(typed), ClaimFilter(**fields)).hits  # type: ignore[arg-type]
    return [(hit.article.url or "").rpartition("/")[2] for hit in hits]


@pytest.mark.parametrize(
    ("typed", "slugs"),
    [
        ("alexa", ["alexa", "siri", "plain"]),
        ("listened recording", ["alexa"]),
        ("ECOUTEE", ["siri"]),
        ("ecoutent salarie", ["siri"]),
        ("oeuvre", ["siri"]),
        ('"voice recordings"', ["alexa", "siri"]),
        ('"recordings voice"', []),
        ('"listening Amazon"', []),
        ("alexa -siri", ["alexa", "plain"]),
        ('alexa -"voice recordings"', ["plain"]),
        ("siri OR straße", ["siri", "plain"]),
        ("STRASSE рассказ 漢字", ["plain"]),
        ("record*", ["alexa", "siri"]),
        ('"voice record*"', ["alexa", "siri"]),
        ("salarié*", ["siri"]),
        ("siri sir", ["siri"]),
        ("nothing", []),
    ],
)
def test_what_a_search_finds(press: Store, typed: str, slugs: list[str]) -> None:
    assert sorted(found(press, typed)) == sorted(slugs)


def test_a_hit_in_the_title_comes_first_unless_the_newest_is_asked_for(press: Store) -> None:
    assert found(press, "alexa")[0] == "alexa"
    newest = press.search_articles(parse("alexa"), newest_first=True)
    assert [hit.article.id for hit in newest.hits] == [SIRI.id, ALEXA.id, PLAIN.id]
    assert (newest.total, newest.ranked) == (3, False)


@pytest.mark.parametrize(
    ("fields", "slugs"),
    [
        ({"languages": ("en", "de")}, ["alexa", "plain"]),
        ({"outlets": ("fanal",)}, ["siri"]),
        ({"date_from": date(2019, 4, 12), "date_to": date(2019, 4, 12)}, ["alexa"]),
        ({"date_from": date(2019, 4, 13)}, ["siri"]),
        ({"vendors": ("nobody",)}, ["alexa", "plain", "siri"]),
    ],
)
def test_filters_narrow(press: Store, fields: dict[str, object], slugs: list[str]) -> None:
    assert sorted(found(press, "alexa", **fields)) == slugs


def test_pages_of_results_follow_one_another(press: Store) -> None:
    pages = [press.search_articles(parse("alexa"), limit=1, offset=n) for n in range(4)]
    assert [page.total for page in pages] == [3] * 4
    ids = [hit.article.id for page in pages for hit in page.hits]
    assert sorted(ids) == sorted([ALEXA.id, SIRI.id, PLAIN.id])


def test_only_the_newest_version_is_found(press: Store) -> None:
    later = {"fetched": datetime(2020, 2, 1, tzinfo=UTC)}
    edited = replace(ALEXA, paragraphs=("Amazon employs machines.",), **later)
    assert press.save_article(edited, "Gazette") == "changed"
    assert found(press, '"voice recordings"') == ["siri"]
    assert found(press, "machine") == ["alexa"]
    assert press.search_articles(parse("alexa")).total == 3


def test_an_article_that_moves_is_filtered_by_its_new_place(press: Store) -> None:
    moved = replace(ALEXA, outlet="herald", published=datetime(2021, 1, 1, tzinfo=UTC))
    assert press.save_article(moved, "Herald") == "unchanged"
    assert found(press, "alexa", outlets=("herald",), date_from=date(2021, 1, 1)) == ["alexa"]
    french = replace(moved, lang="fr")
    press.save_article(french, "Herald")
    assert "alexa" in found(press, "alexa", languages=("fr",))


def test_an_article_of_any_length_and_any_words_is_indexed(store: Store) -> None:
    words = " ".join(f"{'é' * 30}{number}" for number in range(60_000))
    odd = "'quoted' \\ back:slash* (a | b) & !c <-> \x00 \ud800 \N{LATIN SMALL LIGATURE FI}n"
    store.save_article(an_article("long", odd, "last words", words), "Gazette")
    for typed in ("quoted", '"last words"', "back slash", "fin", f"{'e' * 30}9"):
        assert found(store, typed) == ["long"], typed


def test_a_search_that_too_many_articles_answer_gives_the_newest(
    press: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "RANKED", 2)
    answer = press.search_articles(parse("alexa"))
    assert not answer.ranked
    assert answer.hits[0].article.id == SIRI.id


def test_articles_of_an_earlier_schema_are_indexed(store_url: str) -> None:
    with store_of(store_url, "0008") as connection:
        before = sa.MetaData()
        before.reflect(connection)
        at = datetime(2019, 4, 12)
        for number in range(1203):
            connection.execute(
                sa.insert(before.tables["articles"]).values(
                    id=f"a{number}",
                    url=f"https://gazette.example/{number}",
                    outlet="gazette",
                    outlet_name="Gazette",
                    first_seen=at,
                    last_seen=at,
                    current_version=2,
                )
            )
            for version, text in ((1, "Superseded"), (2, f"Alexa number {number}.")):
                connection.execute(
                    sa.insert(before.tables["versions"]).values(
                        article_id=f"a{number}",
                        version=version,
                        digest="d",
                        title="T",
                        paragraphs=[text],
                        authors=[],
                        lang="en",
                        published=at,
                    )
                )
    with Store.open(store_url) as store:
        assert store.search_articles(parse("alexa")).total == 1203
        assert found(store, "alexa 1202", date_to=date(2019, 4, 12)) == ["1202"]
        assert found(store, "superseded") == []
