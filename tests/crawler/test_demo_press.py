"""The demonstration press as data: what a reader, and the tests of the crawl, rely on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path

import pytest

from analysis.codebook import load_codebook
from analysis.config import load_settings
from analysis.errors import ConfigurationError
from analysis.records import Article
from crawler.candidates import Candidates
from crawler.demo.press import (
    BRIEFS,
    PRESS_FOLDER,
    Heading,
    Newsroom,
    PressArticle,
    load_press,
)
from crawler.discovery import Link
from crawler.relevance import judge

FRENCH = ("lagazette", "courrier", "quotidien")
ENGLISH = ("techledger", "consumerdesk")

OUTLETS = (PRESS_FOLDER / "outlets.yml").read_text(encoding="utf-8")
ARTICLE = """\
slug: a-story
section: tech
title: A story
published: 2019-04-12T18:05:00+02:00
paragraphs: [One paragraph.]
"""


@pytest.fixture(scope="module")
def press() -> tuple[Newsroom, ...]:
    return load_press()


@pytest.fixture(scope="module")
def articles(press: tuple[Newsroom, ...]) -> list[tuple[str, PressArticle]]:
    """Every article with the key of its outlet."""
    return [(newsroom.key, article) for newsroom in press for article in newsroom.articles]


def body(article: PressArticle) -> list[str]:
    """The paragraphs, without headings."""
    return [block for block in article.paragraphs if isinstance(block, str)]


def texts(article: PressArticle) -> Iterator[str]:
    """All words that a reader sees of it, in both editions."""
    for edition in (article, article.at_edition(2)):
        yield edition.title
        yield edition.standfirst or ""
        yield edition.caption or ""
        yield from edition.authors
        yield from edition.read_also
        for block in edition.paragraphs:
            yield block.heading if isinstance(block, Heading) else block


def test_five_outlets_three_french_two_english(press: tuple[Newsroom, ...]) -> None:
    languages = {newsroom.key: newsroom.outlet.language for newsroom in press}
    assert languages == dict.fromkeys(FRENCH, "fr") | dict.fromkeys(ENGLISH, "en")


def test_outlets_differ_in_name_and_port(press: tuple[Newsroom, ...]) -> None:
    assert len({newsroom.outlet.name for newsroom in press}) == 5
    assert {newsroom.outlet.port for newsroom in press} == {8641, 8642, 8643, 8644, 8645}


def test_outlets_show_every_kind_of_markup_and_of_discovery(press: tuple[Newsroom, ...]) -> None:
    looks = {n.key: (n.outlet.markup, n.outlet.discovery) for n in press}
    assert looks == {
        "lagazette": ("json-ld", ("rss",)),
        "courrier": ("open-graph", ("atom",)),
        "quotidien": ("none", ("listing",)),
        "techledger": ("json-ld-graph", ("news-sitemap",)),
        "consumerdesk": ("open-graph-article", ("rss", "sitemap")),
    }


def test_the_traps_of_the_outlets(press: tuple[Newsroom, ...]) -> None:
    outlets = {newsroom.key: newsroom.outlet for newsroom in press}
    assert outlets["lagazette"].forbidden == ("/prive/",)
    assert outlets["lagazette"].consent
    assert outlets["quotidien"].dead_link


@pytest.mark.parametrize("key", FRENCH + ENGLISH)
def test_footer_says_that_it_is_a_demonstration(press: tuple[Newsroom, ...], key: str) -> None:
    outlet = next(newsroom.outlet for newsroom in press if newsroom.key == key)
    words = {"fr": ("de démonstration", "inventé pour"), "en": ("demonstration", "invented for")}
    for word in ("Earshot", outlet.name, *words[outlet.language]):
        assert word in outlet.footer


def test_at_least_thirty_articles_seven_an_outlet(press: tuple[Newsroom, ...]) -> None:
    counts = {newsroom.key: len(newsroom.articles) for newsroom in press}
    assert sum(counts.values()) >= 30
    assert min(counts.values()) >= 7, counts


def test_every_file_is_named_for_its_slug(press: tuple[Newsroom, ...]) -> None:
    for newsroom in press:
        paths = (PRESS_FOLDER / newsroom.key).iterdir()
        files = sorted(path.stem for path in paths if path.name != BRIEFS)
        assert files == sorted(article.slug for article in newsroom.articles)


def test_slugs_and_titles_are_unique_within_an_outlet(
    articles: list[tuple[str, PressArticle]],
) -> None:
    for name in ("slug", "title"):
        counts = Counter((outlet, getattr(article, name)) for outlet, article in articles)
        assert [key for key, count in counts.items() if count > 1] == []


def test_dates_have_a_zone_and_stand_between_2017_and_2025(
    articles: list[tuple[str, PressArticle]],
) -> None:
    for outlet, article in articles:
        later = article.edited.modified if article.edited else None
        dates = [date for date in (article.published, article.modified, later) if date]
        assert dates == sorted(dates), (outlet, article.slug)
        assert all(date.utcoffset() is not None for date in dates), (outlet, article.slug)
        assert all(2017 <= date.year <= 2025 for date in dates), (outlet, article.slug)


def test_one_page_gives_no_date_and_the_others_do(
    articles: list[tuple[str, PressArticle]],
) -> None:
    undated = [outlet for outlet, article in articles if article.published is None]
    assert undated == ["quotidien"]


def test_bodies_are_articles(articles: list[tuple[str, PressArticle]]) -> None:
    for outlet, article in articles:
        paragraphs = body(article)
        assert 5 <= len(paragraphs) <= 10, (outlet, article.slug)
        assert not isinstance(article.paragraphs[-1], Heading), (outlet, article.slug)
        assert len(set(paragraphs)) == len(paragraphs), (outlet, article.slug)
        assert len(" ".join(paragraphs).split()) >= 150, (outlet, article.slug)


def test_no_placeholders(articles: list[tuple[str, PressArticle]]) -> None:
    """An ellipsis or a bracket would stand for a text left out."""
    for outlet, article in articles:
        for text in texts(article):
            found = re.search(r"…|\.\.|\[|\]|\b(?:TODO|TBD|XXX|lorem ipsum)\b", text)
            assert found is None, (outlet, article.slug, text)


def test_quotes_are_typographic_where_the_encoding_has_them(
    articles: list[tuple[str, PressArticle]],
) -> None:
    for outlet, article in articles:
        straight = any(re.search(r"['\"]", text) for text in texts(article))
        assert straight == ("latin1" in article.quirks), (outlet, article.slug)


def test_bylines_vary(press: tuple[Newsroom, ...]) -> None:
    for newsroom in press:
        bylines = {article.authors for article in newsroom.articles}
        assert len(bylines) >= 3, newsroom.key


def test_read_also_names_articles_of_the_same_outlet(
    articles: list[tuple[str, PressArticle]],
) -> None:
    boxes = 0
    for outlet, article in articles:
        own = {other.title for key, other in articles if key == outlet and other != article}
        assert set(article.read_also) <= own, (outlet, article.slug)
        boxes += bool(article.read_also)
    assert boxes >= 4


def test_captions(articles: list[tuple[str, PressArticle]]) -> None:
    assert {article.caption is None for _, article in articles} == {True, False}


def test_wire_story_in_three_outlets_similar_but_not_equal(
    articles: list[tuple[str, PressArticle]],
) -> None:
    copies = {outlet: article for outlet, article in articles if article.wire == "ADP"}
    assert set(copies) == set(FRENCH)
    for (one, first), (two, second) in combinations(copies.items(), 2):
        left, right = (" ".join(body(article)).split() for article in (first, second))
        ratio = SequenceMatcher(None, left, right, autojunk=False).ratio()
        assert 0.6 < ratio < 1, (one, two, ratio)
        assert first.title != second.title


def test_only_wire_stories_are_copies(articles: list[tuple[str, PressArticle]]) -> None:
    """No paragraph is used twice, or syndication would be seen where there is none."""
    own = [p for _, article in articles if not article.wire for p in body(article)]
    assert [text for text, count in Counter(own).items() if count > 1] == []


def test_an_article_was_edited_after_publication(
    articles: list[tuple[str, PressArticle]],
) -> None:
    edited = [article for _, article in articles if article.edited]
    assert edited
    for article in edited:
        later = article.at_edition(2)
        assert later.edited is None
        assert article.edited
        assert later.modified == article.edited.modified
        assert later.paragraphs != article.paragraphs
        assert (later.path, later.published) == (article.path, article.published)


def test_the_amended_guide_says_what_was_amended(
    articles: list[tuple[str, PressArticle]],
) -> None:
    first = next(a for outlet, a in articles if outlet == "consumerdesk" and a.edited)
    before, after = body(first), body(first.at_edition(2))
    assert after[-1].startswith("This article was amended on")
    assert not any("amended" in paragraph for paragraph in before)
    assert any("some 2 percent of audio snippets" in paragraph for paragraph in before)
    assert any("around 0.2 percent of audio snippets" in paragraph for paragraph in after)


def test_off_topic_articles_of_both_kinds_and_no_others(
    articles: list[tuple[str, PressArticle]],
) -> None:
    """Some name an assistant and no privacy, some privacy and no assistant."""
    codebook = load_codebook(load_settings({}).codebook)
    reasons = set()
    for outlet, article in articles:
        lang = "en" if outlet in ENGLISH else "fr"
        standfirst = [article.standfirst] if article.standfirst else []
        verdict = judge(
            Article(article.slug, article.title, (*standfirst, *body(article)), lang), codebook
        )
        assert verdict.kept != article.off_topic, (outlet, article.slug, verdict)
        reasons.add(verdict.reason)
    assert reasons == {"kept", "off_topic:no_assistant", "off_topic:no_privacy"}


def test_briefs_are_many_and_all_off_topic(press: tuple[Newsroom, ...]) -> None:
    codebook = load_codebook(load_settings({}).codebook)
    for newsroom in press:
        assert len(newsroom.briefs) >= 12, newsroom.key
        paths = [article.path for article in newsroom.listed]
        assert len(paths) == len(set(paths)), newsroom.key
        for brief in newsroom.briefs:
            assert brief.off_topic
            assert brief.published
            read = Article(brief.slug, brief.title, tuple(body(brief)), newsroom.outlet.language)
            assert not judge(read, codebook).kept, brief.slug


def test_titles_spare_most_off_topic_requests_and_lose_no_article(
    press: tuple[Newsroom, ...],
) -> None:
    """With what a feed says of each, and with nothing but its address."""
    codebook = load_codebook(load_settings({}).codebook)
    spared = {"feed": 0, "address": 0}
    off_topic = 0
    for newsroom in press:
        candidates = Candidates(codebook, newsroom.outlet.language)
        for article in newsroom.listed:
            url = f"https://press.example{article.path}"
            links = {"feed": Link(url, title=article.title, summary=article.teaser)}
            links["address"] = Link(url)
            off_topic += article.off_topic
            for kind, link in links.items():
                reason = candidates.off_topic(link)
                spared[kind] += reason is not None
                assert article.off_topic or reason is None, (kind, article.slug, reason)
    assert off_topic >= 70
    assert min(spared.values()) / off_topic >= 0.7, spared


def test_two_articles_where_robots_may_not_go(
    articles: list[tuple[str, PressArticle]],
) -> None:
    private = [outlet for outlet, article in articles if article.path.startswith("/prive/")]
    assert len(private) >= 2
    assert set(private) == {"lagazette"}


def test_the_latin1_page_fits_into_latin1(articles: list[tuple[str, PressArticle]]) -> None:
    """Characters outside ISO-8859-1 (typographic quotes, œ) would be lost in that page."""
    pages = [article for _, article in articles if "latin1" in article.quirks]
    assert pages
    for article in pages:
        for text in texts(article):
            assert text.encode("iso-8859-1").decode("iso-8859-1") == text
        assert any(not text.isascii() for text in texts(article)), "nothing to decode"


def test_a_slow_page_and_a_latin1_page(articles: list[tuple[str, PressArticle]]) -> None:
    where = {(quirk, outlet) for outlet, article in articles for quirk in article.quirks}
    assert {("slow", "techledger"), ("latin1", "courrier")} <= where


def press_folder(folder: Path, article: str, outlets: str = OUTLETS) -> Path:
    (folder / "outlets.yml").write_text(outlets, encoding="utf-8")
    (folder / "techledger").mkdir()
    (folder / "techledger" / "a-story.yml").write_text(article, encoding="utf-8")
    return folder


def test_a_valid_article_is_read(tmp_path: Path) -> None:
    press = load_press(press_folder(tmp_path, ARTICLE))
    assert [article.path for newsroom in press for article in newsroom.articles] == [
        "/tech/a-story"
    ]


@pytest.mark.parametrize(
    ("article", "message"),
    [
        (ARTICLE + "subtitle: no such key\n", "subtitle: Extra inputs are not permitted"),
        (ARTICLE + "quirks: [broken]\n", "quirks.0: Input should be"),
        (ARTICLE.replace("+02:00", ""), "published: Input should have timezone info"),
        (ARTICLE.replace("title: A story\n", ""), "title: Field required"),
        (ARTICLE.replace("[One paragraph.]", "[]"), "paragraphs: Tuple should have at least 1"),
        (ARTICLE.replace("a-story", "A story"), "slug: String should match pattern"),
        (ARTICLE.replace("section: tech", "section: sports"), "unknown section 'sports'"),
        (ARTICLE + "edited: {modified: 2019-04-13T09:00:00+02:00, text: x}\n", "edited.text: "),
        (ARTICLE + "read_also: [Light: commands]\n", "read_also.0: Input should be a valid string"),
        ("title: [", "not YAML in UTF-8"),
    ],
)
def test_an_invalid_article_is_named_with_the_place(
    tmp_path: Path, article: str, message: str
) -> None:
    with pytest.raises(ConfigurationError) as raised:
        load_press(press_folder(tmp_path, article))
    assert "a-story.yml" in str(raised.value)
    assert message in str(raised.value)


def test_unknown_key_of_an_outlet_is_named(tmp_path: Path) -> None:
    outlets = OUTLETS.replace("  tagline:", "  slogan: Ours\n  tagline:", 1)
    with pytest.raises(ConfigurationError, match=r"outlets\.yml: lagazette\.slogan: Extra inputs"):
        load_press(press_folder(tmp_path, ARTICLE, outlets))
