"""The search page: what it finds, what it says where nothing can be found."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, expect
from streamlit.testing.v1 import AppTest

from analysis.store import Store
from tests.dashboard.conftest import Open
from tests.dashboard.invented_press import article


def results(app: AppTest) -> list[tuple[str, str]]:
    """Title and passage of each result, with the found words in brackets."""

    def written(runs: list[dict[str, object]]) -> str:
        return "".join(f"[{run['text']}]" if run["hit"] else str(run["text"]) for run in runs)

    drawn = [json.loads(c.proto.json) for c in app.get("bidi_component")]
    return [
        (written(d["title"]), " | ".join(map(written, d["passages"])))
        for d in drawn
        if "passages" in d
    ]


def test_the_found_words_are_marked_in_their_passage(open_page: Open) -> None:
    app = open_page("search", q='employs "voice recordings" -cortana')
    [(_, text)] = results(app)
    assert "Amazon [employs] people who listen to [voice recordings]." in text
    assert app.main.markdown[-1].value == "**1 article**"
    assert not app.exception


def test_an_unknown_page_of_results_is_the_last_one(open_page: Open) -> None:
    assert results(open_page("search", q="amazon", page="999")) == results(
        open_page("search", q="amazon")
    )


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ('- "" OR *', "no word to look for"),
        ("-alexa", "at least one word without it"),
        ("al*", "An asterisk needs at least 3 letters"),
        ("a" * 10_000, "too long: at most 1,000 characters"),
        ("no " * 100, "too many words"),
    ],
)
def test_a_search_that_cannot_be_made_says_why(open_page: Open, typed: str, message: str) -> None:
    app = open_page("search", q=typed)
    assert not app.exception
    assert message in app.warning[0].value
    assert not results(app)


def test_what_is_typed_goes_into_the_address_and_into_this_visit(open_page: Open) -> None:
    app = open_page("search", q="amazon", ui="en")
    app.text_input(key="search_q").set_value("google -siri").run()
    assert dict(app.query_params) == {"q": "google -siri", "ui": "en"}
    assert [title for title, _ in results(app)]
    app.text_input(key="search_q").set_value("").run()
    drawn = [json.loads(c.proto.json) for c in app.get("bidi_component")]
    [recent] = [data for data in drawn if "searches" in data]
    assert recent["searches"] == ["google -siri", "amazon"]


def test_filters_narrow_and_an_unclosed_quotation_is_noted(open_page: Open) -> None:
    app = open_page("search", q='"amazon', lang="fr")
    assert any("not closed" in caption.value for caption in app.caption)
    english = results(open_page("search", q="amazon", lang="en"))
    assert english
    assert len(results(open_page("search", q="amazon"))) == len(english) + len(results(app))


def test_a_store_without_articles_says_what_to_run(open_page: Open, tmp_path: Path) -> None:
    app = open_page("search", f"sqlite:///{tmp_path / 'earshot.db'}", q="alexa")
    assert app.subheader[0].value == "No articles yet"


def test_articles_without_claims_are_found(open_page: Open, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'earshot.db'}"
    with Store.open(url) as store:
        store.save_article(article("a", "ledger", "Alexa", "It listens."), "The Ledger")
    app = open_page("search", url, q="listening")
    assert results(app) == [("Alexa", "It [listens].")]
    assert "No claims" in [caption.value for caption in app.caption]


@pytest.mark.browser
def test_from_a_search_to_the_claims_of_an_article_and_back(browser: Browser, served: str) -> None:
    page = browser.new_context(base_url=served, viewport={"width": 390, "height": 844}).new_page()
    page.set_default_timeout(30_000)
    page.goto("/search?q=recordings")
    page.get_by_role("textbox", name="Words").fill('"voice recordings" employs')
    page.keyboard.press("Enter")
    expect(page.locator("mark", has_text="voice recordings").first).to_be_visible(timeout=30_000)
    assert parse_qs(urlsplit(page.url).query) == {"q": ['"voice recordings" employs']}
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    page.get_by_role("link", name="in this article").click()
    # The results show the sentence too: the address tells when they are left.
    page.wait_for_url(lambda url: list(parse_qs(urlsplit(url).query)) == ["article"])
    sentence = page.get_by_text("Amazon employs people who listen to voice recordings.")
    expect(sentence.first).to_be_visible(timeout=30_000)
    page.go_back()
    words = page.get_by_role("textbox", name="Words")
    expect(words).to_have_value('"voice recordings" employs', timeout=30_000)
    words.fill("")
    page.keyboard.press("Enter")
    page.get_by_role("button", name='"voice recordings" employs').click()
    expect(page.locator("mark", has_text="voice recordings").first).to_be_visible(timeout=30_000)


@pytest.mark.browser
def test_hostile_text_stays_text(browser: Browser, served: str) -> None:
    page = browser.new_context(base_url=served).new_page()
    page.set_default_timeout(30_000)
    page.goto("/search?q=javascript")
    expect(page.get_by_text("**bold** <b>html</b> <img src=x").first).to_be_visible(timeout=30_000)
    for made in ("img[src=x]", ".snippet b", ".katex", 'a[href^="javascript"]'):
        assert page.locator(made).count() == 0
