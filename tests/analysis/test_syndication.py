"""Copies of stories: the table of pairs by which the thresholds were chosen, and whole stores."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from analysis.agencies import load_agencies
from analysis.cli import app
from analysis.records import Article, article_id
from analysis.store import Fingerprint, Grouping, Store
from analysis.syndication import (
    METHOD,
    MIN_CONTAINMENT,
    MIN_SIMILARITY,
    are_copies,
    candidates,
    group_stories,
    overlap,
    publication_order,
    shingles,
    signature,
    stories,
)

PAIRS = yaml.safe_load((Path(__file__).parent / "copies.yml").read_text(encoding="utf-8"))
AGENCIES = load_agencies()
NOON = datetime(2024, 5, 2, 12, tzinfo=UTC)


def article(lang: str, name: str, **fields: object) -> Article:
    url = f"https://{lang}.example/{name}"
    texts = PAIRS[lang]["paragraphs"]
    paragraphs = tuple(texts[part] for part in PAIRS[lang]["articles"][name])
    given = {"title": name, "outlet": lang, "lang": lang, "published": NOON, "fetched": NOON}
    return Article(article_id(url), paragraphs=paragraphs, url=url, **(given | fields))


def pairs(kind: str) -> list[tuple[str, str, str]]:
    return [(lang, *pair) for lang in PAIRS for pair in PAIRS[lang][kind]]


@pytest.mark.parametrize(("lang", "one", "other"), pairs("copies"))
def test_a_copy_is_told_from_its_text(lang: str, one: str, other: str) -> None:
    texts = [shingles(article(lang, name)) for name in (one, other)]
    assert are_copies(*texts), overlap(*texts)
    found = [Fingerprint(str(n), 1, signature(text)) for n, text in enumerate(texts)]
    assert list(candidates(found)) == [("0", "1")]


@pytest.mark.parametrize(("lang", "one", "other"), pairs("others"))
def test_another_article_on_the_same_event_is_no_copy(lang: str, one: str, other: str) -> None:
    texts = [shingles(article(lang, name)) for name in (one, other)]
    assert not are_copies(*texts), overlap(*texts)


def test_the_thresholds_lie_between_the_copies_and_the_others() -> None:
    def measured(kind: str) -> list[tuple[float, float]]:
        return [overlap(*(shingles(article(p[0], n)) for n in p[1:])) for p in pairs(kind)]

    copied, others = measured("copies"), measured("others")
    assert min(similarity for similarity, _ in copied) > MIN_SIMILARITY
    assert min(containment for _, containment in copied) > MIN_CONTAINMENT
    assert any(containment == 1 for _, containment in others), "a round-up holds its briefs whole"
    assert any(similarity > MIN_SIMILARITY for similarity, _ in others), "shared boilerplate"


def test_the_two_languages_have_no_story_in_common() -> None:
    assert overlap(shingles(article("fr", "wire")), shingles(article("en", "wire"))) == (0, 0)


def test_neither_title_nor_typography_counts() -> None:
    wire = article("fr", "wire")
    other = replace(
        wire,
        title="Autre titre",
        paragraphs=(" ".join(wire.paragraphs).upper().replace("'", "’").replace("«", "“"),),
    )
    assert overlap(shingles(wire), shingles(other)) == (1, 1)


@pytest.mark.parametrize("paragraphs", [(), ("Trop court pour le dire.",), ("a b",)])
def test_a_text_that_is_too_short_has_no_copies(paragraphs: tuple[str, ...]) -> None:
    text = shingles(replace(article("fr", "wire"), paragraphs=paragraphs))
    assert signature(text) == b""
    assert not are_copies(text, text)


def test_a_signature_is_always_the_same() -> None:
    text = shingles(article("en", "wire"))
    assert signature(text) == signature(text)
    assert len(signature(text)) == 1024
    assert signature(text)[:8].hex() == "157a7401c7837d00"


@pytest.mark.parametrize(
    ("published", "order"),
    [
        (NOON, NOON),
        (datetime(2024, 5, 2, tzinfo=UTC), datetime(2024, 5, 3, tzinfo=UTC)),
        (datetime(9999, 12, 31, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)),
        (None, datetime.max.replace(tzinfo=UTC)),
    ],
)
def test_a_day_without_a_time_counts_as_its_end(
    published: datetime | None, order: datetime
) -> None:
    assert publication_order(published) == order


def known(*rows: tuple[str, str | None, int | None]) -> list[Fingerprint]:
    return [
        Fingerprint(key, 1, b"", agency, None if day is None else NOON + timedelta(days=day))
        for key, agency, day in rows
    ]


def test_a_story_bears_the_name_of_its_first_article_and_its_most_credited_agency() -> None:
    found = stories(
        known(("a", "afp", 3), ("b", "ap", 1), ("c", "afp", None), ("d", None, 2), ("e", None, 0)),
        iter([("a", "b"), ("c", "d"), ("b", "c")]),
    )
    assert found == [
        Grouping("b", "b", "afp", ("a", "b", "c", "d")),
        Grouping("e", "e", None, ("e",)),
    ]


def saved(store: Store, articles: list[Article]) -> list[tuple[str, ...]]:
    """The stories of a store that got articles in this order, in runs of a few."""
    for start in range(0, len(articles), 15):
        for one in articles[start : start + 15]:
            store.save_article(one, "La Gazette")
        group_stories(store, AGENCIES)
    found = {store.story(one.id) for one in articles}
    return sorted(
        (story.id, story.first.article_id, *(copy.article_id for copy in story.copies))
        for story in found
        if story
    )


def test_the_order_of_arrival_makes_no_difference(tmp_path: Path) -> None:
    articles = [
        article(lang, name, published=NOON + timedelta(hours=n))
        for lang in PAIRS
        for n, name in enumerate(PAIRS[lang]["articles"])
    ]
    results = []
    for seed in range(2):
        random.Random(seed).shuffle(articles)
        with Store.open(f"sqlite:///{tmp_path}/{seed}.db") as store:
            results.append(saved(store, articles))
    assert results[0] == results[1]
    names = {one.id: (one.outlet, one.title) for one in articles}
    found = {frozenset(map(names.__getitem__, story[2:])) for story in results[0]}
    wires = (
        "wire same cut brief reordered edited edited_cut extended half_rewritten with_newsletter "
        "other_words"  # what half_rewritten took its other half from
    )
    for lang in PAIRS:
        assert {(lang, name) for name in wires.split()} in found
        assert {(lang, "roundup")} in found
        assert {(lang, "follow_up"), (lang, "follow_up_short")} in found


def test_an_edited_article_leaves_its_story_and_an_earlier_copy_leads_it(store: Store) -> None:
    wire, cut = article("fr", "wire"), article("fr", "cut", published=NOON + timedelta(days=1))
    for one in (wire, cut):
        store.save_article(one, "La Gazette")
    summary = group_stories(store, AGENCIES)
    assert (summary.stories, summary.shared, summary.moved) == (1, 1, 2)
    assert group_stories(store, AGENCIES).moved == 0
    story = store.story(cut.id)
    assert story is not None
    assert (story.id, story.first.article_id, story.agency) == (wire.id, wire.id, None)

    earlier = article("fr", "edited", published=NOON - timedelta(days=1), authors=("AFP",))
    store.save_article(earlier, "Le Courrier")
    assert group_stories(store, AGENCIES).moved == 3
    story = store.story(cut.id)
    assert story is not None
    assert (story.first.article_id, story.agency) == (earlier.id, "afp")
    assert [copy.article_id for copy in story.copies] == [earlier.id, wire.id, cut.id]

    rewritten = replace(cut, paragraphs=article("fr", "own").paragraphs)
    store.save_article(replace(rewritten, fetched=NOON + timedelta(days=2)), "La Gazette")
    assert group_stories(store, AGENCIES).moved == 1
    alone = store.story(cut.id)
    assert alone is not None
    assert [copy.article_id for copy in alone.copies] == [cut.id]
    assert store.without_fingerprint(METHOD) == []


def test_no_pair_of_the_table_is_in_both_lists() -> None:
    for lang in PAIRS:
        listed = [frozenset(p) for kind in ("copies", "others") for p in PAIRS[lang][kind]]
        assert len(set(listed)) == len(listed)
        names = set(map(frozenset, combinations(PAIRS[lang]["articles"], 2)))
        assert set(listed) <= names


def test_the_stories_command_tells_who_was_first_and_whose_wire_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/earshot.db"
    monkeypatch.setenv("EARSHOT_DATABASE_URL", url)
    day = timedelta(days=1)
    articles = [
        article("fr", "wire", authors=("AFP",), title="[bold]Une enceinte"),
        article("fr", "edited", published=NOON + day, title="Autre titre"),
        article("fr", "own", published=None),
        article("en", "wire"),
        article("en", "cut", published=None),
    ]
    with Store.open(url) as store:
        assert "No story" in CliRunner().invoke(app, ["stories"]).stdout
        for number, one in enumerate(articles):
            store.save_article(one, f"Outlet {number}")
        group_stories(store, AGENCIES)
        assert [story.first.article_id for story in store.shared_stories()] == sorted(
            [articles[0].id, articles[3].id]
        )
    lines = CliRunner().invoke(app, ["stories"]).stdout.splitlines()
    start = lines.index("[bold]Une enceinte, credits Agence France-Presse")
    assert lines[start + 1].split() == f"first 2024-05-02 12:00 Outlet 0 {articles[0].url}".split()
    assert lines[start + 2].split() == f"2024-05-03 12:00 Outlet 1 {articles[1].url}".split()
    assert any(line.startswith("         undated") for line in lines)
    assert not any(str(articles[2].url) in line for line in lines)
