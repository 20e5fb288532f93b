"""The pages that say what was read: Coverage, and the overview's door to it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analysis.dashboard import outcomes
from analysis.outcomes import _CLASS_OF, SOURCES
from analysis.store import Page, Store
from tests.dashboard.conftest import Open
from tests.dashboard.invented_press import HOSTILE, NOW, article, claim
from tests.dashboard.test_pages import markdown, store_at, texts


def tables(app: AppTest) -> dict[str, list[list[str]]]:
    """The cells of the page's tables, by the heading of the first column."""
    return {str(t.value.columns[0]): t.value.astype(str).to_numpy().tolist() for t in app.table}


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("kept", "Kept for analysis"),
        ("http_404", "The site answered 404"),
        ("feed:http_503", "Feed: the site answered 503"),
        ("sitemap:unchanged", "Sitemap: unchanged since the visit before"),
        ("gdelt:not_json", "GDELT: not json"),
        ("unknown_language:de", "Set aside: neither French nor English"),
        ("off_topic:title", "Not asked for: its title or section is about something else"),
        ("a_new_one", "a new one"),
    ],
)
def test_outcomes_are_put_into_words(outcome: str, words: str) -> None:
    assert outcomes.in_words(outcome) == words


def test_every_outcome_that_the_crawler_keeps_has_words() -> None:
    stored = set(_CLASS_OF) - {"new", "changed", "known"}  # kept, under that name
    assert stored - set(outcomes.OUTCOMES) == set()
    assert set(outcomes.SOURCES) == set(SOURCES)


def test_each_outlet_is_counted_by_what_became_of_its_addresses(open_page: Open) -> None:
    app = open_page("coverage")
    assert not app.exception
    (frame,) = app.dataframe
    by_outlet = frame.value.set_index("Outlet").drop(columns=["First article", "Last article"])
    assert by_outlet.loc["La Gazette d’essai"].to_dict() == {
        "Articles": 2,
        "Claims": 4,
        "Addresses": 3,
        "Kept": 2,
        "Off topic": 0,
        "Duplicate": 0,
        "Forbidden by robots.txt": 0,
        "Not taken": 0,
        "Failed": 1,
        "Feeds failed": 0,
        "Not yet read": 0,
        "Without a date": 0,
    }
    ledger = by_outlet.loc["The Test Ledger"]
    assert (ledger["Off topic"], ledger["Without a date"]) == (1, 1)
    assert ["The site answered 404", "1", "1"] in tables(app)["What became of them"]
    assert tables(app)["Language"] == [["English", "3", "0", "5"], ["French", "2", "0", "4"]]


def test_practices_told_from_one_side_say_which(open_page: Open) -> None:
    app = open_page("coverage")
    sides = {practice: only for practice, only, *_ in tables(app)["Practice"]}
    assert sides["Retention"] == (
        "language: French; outlet: La Gazette d’essai; one story, in 1 article"
    )
    assert "Human review" not in sides
    assert "No claim on: " in texts(app)


def test_vendors_that_are_named_without_a_claim_are_told(open_page: Open, tmp_path: Path) -> None:
    one = article("a", "ledger", "Title", "Apple records. Sonos is sold too.")
    with Store.open(store_at(tmp_path)) as store:
        store.save_article(one, "The Test Ledger")
        found = claim(one, 0, "Apple records.", "apple", "collection")
        store.save_claims(one.id, {1: [found]}, "test", named={"apple", "sonos"})
    app = open_page("coverage", store_at(tmp_path))
    assert tables(app)["Vendor"] == [["Sonos", "1"]]


def test_a_gap_of_an_outlet_is_told(open_page: Open, tmp_path: Path) -> None:
    with Store.open(store_at(tmp_path)) as store:
        for number in (1, 2, 3, 4, 6, 7, 8):
            published = datetime(2019, number, 3, tzinfo=UTC)
            one = article(f"a{number}", "ledger", "T", "Apple records.", published=published)
            store.save_article(one, HOSTILE)
            found = claim(one, 0, "Apple records.", "apple", "collection")
            store.save_claims(one.id, {1: [found]}, "test")
    app = open_page("coverage", store_at(tmp_path))
    ((_, *gap),) = tables(app)["Outlet"]
    assert gap == ["May 2019", "May 2019", "an article in 7 of 8 months"]


def test_a_store_of_refusals_alone_says_so(open_page: Open, tmp_path: Path) -> None:
    with Store.open(store_at(tmp_path)) as store:
        store.record_page(Page("https://ledger.example/x", "ledger", "robots", NOW))
    app = open_page("coverage", store_at(tmp_path))
    assert not app.exception
    assert app.dataframe[0].value.set_index("Outlet").loc["ledger", "Forbidden by robots.txt"] == 1


def test_a_store_without_visits_says_what_to_run(open_page: Open, tmp_path: Path) -> None:
    assert "make run" in texts(open_page("coverage", store_at(tmp_path)))


def test_outlets_with_markup_in_their_name_stay_text(open_page: Open) -> None:
    app = open_page("coverage")
    assert not [text for text in markdown(app) if "<script" in text or "javascript:" in text]
    cells = [cell for rows in tables(app).values() for row in rows for cell in row]
    assert not [cell for cell in cells if "<" in cell or "](" in cell]
