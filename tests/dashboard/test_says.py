"""Who says what: the pairs, the table of voices and the words that turned."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from streamlit.testing.v1 import AppTest

from analysis.codebook import load_codebook
from analysis.config import load_settings
from analysis.contradictions import Pair
from analysis.dashboard.language import speaking
from analysis.dashboard.voices import content
from analysis.export import restore
from analysis.pairs_csv import PAIR_COLUMNS, pairs_csv
from analysis.records import Claim
from analysis.store import ClaimFilter, Store
from analysis.voices import Voice
from tests.dashboard.conftest import Open, free_port, serving
from tests.dashboard.invented_press import HOSTILE, article, claim
from tests.dashboard.test_pages import components, markdown, quotes, store_at, texts

expect.set_options(timeout=60_000)

NOBODY = "Apple says that nobody listens."
LISTENED = "We listened to Siri all day, a worker says."
CONCEDES = "Apple concedes that people listened."
NO_ADS = f"Amazon says it sells no recordings {HOSTILE}."
ADS = f"A study found that recordings are sold {HOSTILE}."


def _claim(story: Any, number: int, vendor: str, practice: str, **fields: Any) -> Claim:
    return claim(
        story, number, story.paragraphs[number], vendor, practice, confidence=0.9, **fields
    )


def _fill(url: str) -> str:
    denial = article(
        "denial", "ledger", "Apple answers", NOBODY, published=datetime(2019, 5, 1, tzinfo=UTC)
    )
    found = article(
        "found", "gazette", "Siri heard", LISTENED, published=datetime(2019, 5, 4, tzinfo=UTC)
    )
    turned = article(
        "turned", "ledger", "Apple yields", CONCEDES, published=datetime(2020, 1, 3, tzinfo=UTC)
    )
    ads = article("ads", "odd", f"Title {HOSTILE}", NO_ADS, ADS)
    words = CONCEDES[CONCEDES.index("concedes") :].split()[0]
    listens = ("apple", "human_review")
    claims = (
        (denial, _claim(denial, 0, *listens, polarity="denied", source_type="vendor")),
        (found, _claim(found, 0, *listens, source_type="worker", source="a worker")),
        (
            turned,
            _claim(turned, 0, *listens, source_type="vendor",
                   cues=(("source", words, "reporting words"),)),
        ),
        (ads, _claim(ads, 0, "amazon", "advertising", polarity="denied", source_type="vendor",
                     source=HOSTILE)),
        (ads, _claim(ads, 1, "amazon", "advertising", source_type="researcher", source=HOSTILE)),
    )  # fmt: skip
    with Store.open(url) as store:
        for one, name in (
            (denial, "The Test Ledger"),
            (found, "La Gazette d’essai"),
            (turned, "The Test Ledger"),
            (ads, HOSTILE),
        ):
            store.save_article(one, name)
            store.save_claims(one.id, {1: [c for a, c in claims if a is one]}, "test")
    return url


@pytest.fixture(scope="module")
def quarrel(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store in which Apple denies, a worker affirms, and Apple concedes; and a hostile pair."""
    return _fill(store_at(tmp_path_factory.mktemp("quarrel")))


@pytest.fixture(scope="module")
def quarrel_served(quarrel: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("served") / "streamlit.log"
    with serving(free_port(), log, {"EARSHOT_DATABASE_URL": quarrel}) as address:
        yield address


def drawn(app: AppTest) -> dict[str, Any]:
    """What the table of voices shows."""
    (table,) = [data for data in components(app) if "nobody" in data]
    return table


def cell(app: AppTest, practice: str, who: str) -> dict[str, Any]:
    table = drawn(app)
    column = [one["label"] for one in table["columns"]].index(who)
    (row,) = [one for one in table["rows"] if one["label"] == practice]
    found: dict[str, Any] = row["cells"][column]
    return found


def test_both_sides_of_a_pair_stand_side_by_side(open_page: Open, quarrel: str) -> None:
    app = open_page("says", quarrel, vendor="apple")
    assert not app.exception
    assert quotes(app)[:2] == [NOBODY, LISTENED]
    said = texts(app)
    for shown in (
        "1 pair, strongest first",
        "1. Apple · Human review",
        "3 days apart",
        "The Test Ledger · 1 May 2019",
        "La Gazette d’essai · 4 May 2019 · according to “a worker”",
        "1 independent story of these weeks says so",
        "at most 31 days apart",
    ):
        assert shown in said
    assert len(app.get("download_button")) == 1


def test_the_strongest_pair_comes_first_and_the_address_narrows(
    open_page: Open, quarrel: str
) -> None:
    assert quotes(open_page("says", quarrel))[:4] == [NO_ADS, ADS, NOBODY, LISTENED]
    narrow = open_page("says", quarrel, vendor="apple", practice="human_review", who="worker")
    assert quotes(narrow)[:2] == [NOBODY, LISTENED]
    assert "1 pair" in texts(open_page("says", quarrel, lang="en", from_="2019-05-01"))


def test_where_no_pair_passes_the_page_says_why(open_page: Open, quarrel: str) -> None:
    app = open_page("says", quarrel, polarity="denied")
    assert "contradict each other" in app.info[0].value
    assert "filters on these leave none" in texts(app)
    assert not app.get("download_button")
    nothing = open_page("says", quarrel, vendor="nobody")
    assert "No claim passes" in nothing.info[0].value
    for page in ("99", "0", "x"):
        assert quotes(open_page("says", quarrel, page=page, vendor="apple"))[:1] == [NOBODY]


def test_the_voices_on_the_chosen_company(open_page: Open, quarrel: str) -> None:
    app = open_page("says", quarrel, vendor="apple")
    assert [one["label"] for one in drawn(app)["columns"]] == ["The company", "Workers"]
    company = cell(app, "Human review", "The company")
    assert [line["text"] for line in company["lines"]] == ["1 affirms", "1 denies"]
    assert company["days"] == "May 2019 to January 2020"
    assert company["href"] == "claims?vendor=apple&practice=human_review&who=vendor"
    app.selectbox(key="says_vendor").select("amazon").run()
    assert app.query_params == {"vendor": "amazon"}
    assert cell(app, "Advertising", "Researchers")["lines"][0]["text"] == "1 affirms"


def test_a_verdict_shows_at_once(open_page: Open, tmp_path: Path) -> None:
    url = _fill(store_at(tmp_path))
    app = open_page("says", url, vendor="apple")
    assert quotes(app) == [NOBODY, LISTENED, NOBODY, CONCEDES]
    with Store.open(url) as store:
        (denial,) = store.claims(ClaimFilter(vendors=("apple",), polarities=("denied",)))
        store.judge(denial.id, "rejected", "Ann")
    app.run()
    assert quotes(app) == []
    company = cell(app, "Human review", "The company")
    assert [line["text"] for line in company["lines"]] == ["1 affirms"]


def test_a_company_that_denied_and_then_conceded(open_page: Open, quarrel: str) -> None:
    app = open_page("says", quarrel, vendor="apple")
    assert quotes(app)[-2:] == [NOBODY, CONCEDES]
    assert "**3 Jan 2020** · Affirmed" in list(markdown(app))
    assert "No such turn of Amazon" in texts(open_page("says", quarrel, vendor="amazon"))


def test_text_from_the_web_never_reaches_markdown(open_page: Open, quarrel: str) -> None:
    app = open_page("says", quarrel, vendor=["amazon", HOSTILE])
    assert HOSTILE in texts(app)
    for shown in markdown(app):
        for fragment in ("**bold**", "<img", "$x", ":red[", "](java", "`code`", ":smile:"):
            assert fragment not in shown


@pytest.mark.parametrize("claims", [False, True])
def test_a_store_with_little_says_what_to_do(open_page: Open, tmp_path: Path, claims: bool) -> None:
    one = article("a", "ledger", "Title", "Apple may record.")
    with Store.open(store_at(tmp_path)) as store:
        if claims:
            store.save_article(one, "The Test Ledger")
            found = _claim(one, 0, "apple", "collection", certainty="uncertain")
            store.save_claims(one.id, {1: [found]}, "test")
    app = open_page("says", store_at(tmp_path))
    assert not app.exception
    if claims:
        assert "contradict each other" in app.info[0].value
        assert cell(app, "Collection", "The article itself")["lines"][0]["text"] == (
            "1 affirms, uncertain"
        )
    else:
        assert "No articles yet" in texts(app)


def test_a_cell_counts_stories_and_says_how_many_are_hedged() -> None:
    codebook = load_codebook(load_settings().codebook)
    heard = {("sharing", "worker"): Voice(affirmed=3, affirmed_firm=1, denied=1, denied_firm=1)}
    with speaking("en"):
        table = content(heard, "apple", ClaimFilter(languages=("fr",)), codebook)
    (found,) = table["rows"][0]["cells"]
    assert [line["text"] for line in found["lines"]] == ["3 affirm, 2 uncertain", "1 denies"]
    assert found["days"] == "no date"
    assert found["href"] == "claims?lang=fr&vendor=apple&practice=sharing&who=worker"


def test_the_file_holds_both_sides_and_no_formula(quarrel: str) -> None:
    with Store.open(quarrel) as store:
        by_type = {s.claim.source_type: s for s in store.claims(ClaimFilter(vendors=("amazon",)))}
    pair = Pair(0, 1, "amazon", "advertising", 3, False, 2, 5, 0.81234)
    codebook = load_codebook(load_settings().codebook)
    both = (by_type["vendor"], by_type["researcher"])
    written = pairs_csv([(pair, *both)], codebook).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(written, newline=""))
    assert tuple(row) == PAIR_COLUMNS
    assert (row["rank"], row["strength"], row["same_story"]) == ("1", "0.8123", "no")
    assert (row["company_quote"], row["other_quote"]) == (NO_ADS, ADS)
    assert (row["company_stories"], row["other_stories"]) == ("2", "5")
    assert restore(row["other_source"]) == HOSTILE
    assert not [value for value in row.values() if value.startswith(("=", "+", "-", "@"))]


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_in_a_browser_a_cell_opens_its_claims_and_text_stays_text(
    browser: Browser, quarrel_served: str, width: int
) -> None:
    context = browser.new_context(base_url=quarrel_served, viewport={"width": width, "height": 900})
    context.set_default_timeout(60_000)
    page = context.new_page()
    try:
        page.goto("/says")
        expect(page.get_by_text(NO_ADS).first).to_be_visible()
        expect(page.get_by_role("table")).to_be_visible()
        page.wait_for_selector('[data-test-script-state="notRunning"]')
        for made in ("img[src=x]", "b", ".katex", 'a[href*="://evil"]'):
            assert page.locator(made).count() == 0
        main = page.locator("[data-testid=stMain]")
        assert main.evaluate("element => element.scrollWidth") <= width
        page.get_by_role("link", name="Advertising, Researchers: 1 affirms").click()
        expect(page).to_have_url(
            re.compile(r"/claims\?vendor=amazon&practice=advertising&who=researcher$")
        )
        expect(page.get_by_text(ADS).first).to_be_visible()
    finally:
        context.close()
