"""Every page in AppTest: what it shows, and what its address does."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from analysis.records import article_id
from analysis.store import ClaimFilter, Store
from tests.dashboard.conftest import Open
from tests.dashboard.invented_press import HOSTILE, article, claim

PAGE_SIZE = 20
PAGES = ("overview", "compare", "timeline", "claims", "coverage", "claim")


def texts(app: AppTest) -> str:
    """Everything that the page says in plain text and in components, on one string."""
    drawn = [json.dumps(data, ensure_ascii=False) for data in components(app)]
    return "\n".join([*(t.value for t in app.text), *markdown(app), *drawn])


def markdown(app: AppTest) -> Iterator[str]:
    """Everything that Streamlit reads as Markdown: text, headings, labels and help."""
    for element in (*app.main, *app.sidebar):
        proto = getattr(element, "proto", None)
        if proto is None or element.type in ("text", "bidi_component"):
            continue
        for field in ("body", "label", "help", "placeholder"):
            value = getattr(proto, field, None)
            if isinstance(value, str):
                yield value


def components(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(c.proto.json) for c in app.get("bidi_component")]


def quotes(app: AppTest) -> list[str]:
    """The sentences listed on the page, in order."""
    blocks = [block for data in components(app) for block in data.get("blocks", ())]
    return [block["runs"][0]["text"] for block in blocks if block.get("quote")]


def claim_of(store: Store, vendor: str, practice: str) -> str:
    return store.claims(ClaimFilter(vendors=(vendor,), practices=(practice,)))[0].id


def store_at(folder: Path) -> str:
    return f"sqlite:///{folder / 'earshot.db'}"


@pytest.mark.parametrize("page", PAGES)
def test_no_page_of_the_invented_press_fails(open_page: Open, page: str, press: Store) -> None:
    app = open_page(page, id=claim_of(press, "amazon", "human_review"))
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("page", ["overview", "compare", "claims"])
def test_a_store_without_articles_says_what_to_run(
    open_page: Open, page: str, tmp_path: Path
) -> None:
    app = open_page(page, store_at(tmp_path))
    assert not app.exception
    assert "No articles yet" in texts(app)
    assert "make run" in texts(app)


@pytest.mark.parametrize("page", ["overview", "compare", "claims"])
def test_articles_without_claims_say_what_to_run(
    open_page: Open, page: str, tmp_path: Path
) -> None:
    with Store.open(store_at(tmp_path)) as store:
        store.save_article(article("a", "ledger", "Title", "Text."), "The Test Ledger")
    app = open_page(page, store_at(tmp_path))
    assert not app.exception
    assert "python -m analysis run" in texts(app)


@pytest.mark.parametrize("page", PAGES)
def test_a_store_of_a_newer_schema_is_named(open_page: Open, page: str, tmp_path: Path) -> None:
    Store.open(store_at(tmp_path)).close()
    with sqlite3.connect(tmp_path / "earshot.db") as database:
        database.execute("UPDATE earshot_schema SET version_num = '9999'")
    app = open_page(page, store_at(tmp_path), id="x")
    assert not app.exception
    assert [error.value for error in app.error] == ["Earshot cannot show this page."]
    assert "schema 9999" in texts(app)


def test_the_overview_counts_what_is_there_and_shows_what_is_new(open_page: Open) -> None:
    app = open_page("overview")
    assert {metric.label: metric.value for metric in app.metric} == {
        "Claims": "9",
        "Articles": "5",
        "Outlets": "3",
        "Vendors": "4",
    }
    said = texts(app)
    assert "12 Apr 2019 to 4 May 2021" in said
    assert "English 3, French 2" in said
    assert "1 article without a date" in said
    assert "It brought 5 new articles" in said
    shown = [text.value for text in app.text]
    newest = [f"Title {HOSTILE}", "Amazon répond aux critiques", "Des enceintes très indiscrètes"]
    assert [text for text in shown if text in newest] == newest


def test_only_the_demonstration_press_is_called_one(open_page: Open, tmp_path: Path) -> None:
    assert not open_page("overview").info
    local = replace(article("a", "ledger", "T", "Apple records."), url="http://127.0.0.1:8641/a")
    local = replace(local, id=article_id(str(local.url)))
    with Store.open(store_at(tmp_path)) as store:
        store.save_article(local, "The Test Ledger")
        found = claim(local, 0, "Apple records.", "apple", "collection")
        store.save_claims(local.id, {1: [found]}, "test")
    assert "demonstration press" in open_page("overview", store_at(tmp_path)).info[0].value


def cells_shown(app: AppTest) -> dict[str, dict[str, Any]]:
    (matrix,) = [data for data in components(app) if "totals" in data]
    return {cell["key"]: cell for row in matrix["rows"] for cell in row["cells"]}


def columns_shown(app: AppTest) -> list[str]:
    (matrix,) = [data for data in components(app) if "totals" in data]
    return [column["label"] for column in matrix["columns"]]


def side_by_side(app: AppTest) -> dict[str, list[dict[str, Any]]]:
    """The rows of the table of chosen vendors, by practice."""
    return {
        row["label"]: row["cells"]
        for data in components(app)
        if "rows" in data and "totals" not in data
        for row in data["rows"]
    }


def test_the_comparison_shows_every_state(open_page: Open) -> None:
    shown = cells_shown(open_page("compare"))
    states = {key: shown[key]["state"] for key in shown}
    assert states["human_review/amazon"] == "contested"
    assert shown["human_review/amazon"]["counts"] == ["1 affirms", "1 denies"]
    assert states["retention/google"] == "affirmed"
    assert states["deletion/google"] == "denied"
    assert states["deletion/apple"] == "silent"
    assert states["deletion/microsoft"] == "uncovered"


def test_the_address_says_what_a_cell_counts(open_page: Open) -> None:
    app = open_page("compare", count="outlets")
    shown = cells_shown(app)
    assert "Amazon, Human review: 2 outlets;" in shown["human_review/amazon"]["name"]
    assert app.segmented_control(key="choice_count").value == "outlets"
    app.segmented_control(key="choice_count").set_value("stories").run()
    assert app.query_params == {"count": "stories"}
    assert "2 independent stories" in cells_shown(app)["human_review/amazon"]["name"]
    app.segmented_control(key="choice_count").set_value("claims").run()
    assert app.query_params == {}


@pytest.mark.parametrize("parameter", ["count", "sort"])
def test_an_unknown_way_to_count_or_sort_names_the_known_ones(
    open_page: Open, parameter: str
) -> None:
    app = open_page("compare", **{parameter: HOSTILE})
    assert f"“{parameter}”: known are" in app.warning[0].value
    assert cells_shown(app)["human_review/amazon"]["counts"] == ["1 affirms", "1 denies"]


def test_vendors_are_sorted_by_what_is_counted_or_by_name(open_page: Open) -> None:
    columns = columns_shown(open_page("compare"))
    assert columns[0] == "Amazon"
    assert columns.index("Google") < columns.index("Alibaba")
    by_name = columns_shown(open_page("compare", sort="name"))
    assert by_name == sorted(columns, key=str.casefold) != columns


def test_a_cell_in_the_address_opens_its_evidence_on_either_side(open_page: Open) -> None:
    app = open_page("compare", cell="human_review/amazon")
    assert app.header[0].value == "Amazon · Human review"
    assert [group.value for group in app.subheader] == [
        "1 claim affirms it",
        "1 claim denies it",
    ]
    assert quotes(app) == [
        "Amazon employs people who listen to voice recordings.",
        "Amazon affirme que personne n’écoute les enregistrements.",
    ]
    assert "The Test Ledger · 12 Apr 2019" in texts(app)


@pytest.mark.parametrize("cell", ["nothing/nobody", "human_review", "/", HOSTILE])
def test_an_unknown_cell_opens_nothing(open_page: Open, cell: str) -> None:
    app = open_page("compare", cell=cell)
    assert not app.exception
    assert app.header[0].value == "Evidence"
    assert quotes(app) == []


def test_filters_narrow_the_comparison_and_its_evidence(open_page: Open) -> None:
    app = open_page("compare", cell="human_review/amazon", lang="fr")
    assert cells_shown(app)["human_review/amazon"]["state"] == "denied"
    assert quotes(app) == ["Amazon affirme que personne n’écoute les enregistrements."]


def test_an_empty_cell_tells_no_claim_from_none_that_passes_the_filters(open_page: Open) -> None:
    assert cells_shown(open_page("compare"))["deletion/apple"]["name"] == (
        "Apple, Deletion: no claim: articles name the vendor, none says whether it does this"
    )
    by_vendor = open_page("compare", vendor=["apple", "amazon"])
    assert "none says" in cells_shown(by_vendor)["deletion/apple"]["name"]
    denied = open_page("compare", polarity="denied", vendor=["amazon", "google"])
    name = cells_shown(denied)["retention/google"]["name"]
    assert name.endswith("articles within the filters name the vendor, no claim passes them")
    assert "The filters are on" in texts(denied)


def test_a_vendor_that_is_named_without_a_claim_is_covered(open_page: Open, tmp_path: Path) -> None:
    named = article("a", "ledger", "T", "Apple records all. Bixby is by Samsung.")
    with Store.open(store_at(tmp_path)) as store:
        store.save_article(named, "The Test Ledger")
        found = claim(named, 0, "Apple records all.", "apple", "collection")
        store.save_claims(named.id, {1: [found]}, "test", named=["samsung"])
    shown = cells_shown(open_page("compare", store_at(tmp_path)))
    assert shown["collection/samsung"]["state"] == "silent"
    assert shown["collection/meta"]["state"] == "uncovered"


def test_a_comparison_of_nothing_says_so(open_page: Open) -> None:
    app = open_page("compare", vendor="nobody")
    assert "No claim passes these filters" in app.info[0].value
    next(button for button in app.button if button.label == "Clear filters").click().run()
    assert "human_review/amazon" in cells_shown(app)
    assert app.query_params == {}


def test_vendors_side_by_side_show_the_strongest_evidence_of_each(open_page: Open) -> None:
    app = open_page("compare", vs=["apple", "amazon"])
    rows = side_by_side(app)
    assert list(rows) == ["Human review", "Anonymisation", "Advertising"]
    apple, amazon = rows["Human review"]
    assert [claim["quote"] for claim in apple["claims"]] == [
        "Selon Le Quotidien, Apple aurait écouté des conversations privées."
    ]
    assert [claim["quote"] for claim in amazon["claims"]] == [
        "Amazon employs people who listen to voice recordings.",
        "Amazon affirme que personne n’écoute les enregistrements.",
    ]
    assert (apple["stated"], amazon["stated"]) == ("Affirmed", "Contested")
    assert rows["Advertising"][0] == {
        "state": "silent",
        "stated": "No claim",
        "counts": [],
        "copies": "",
        "claims": [],
    }
    assert "certain before uncertain" in texts(app)


def test_vendors_side_by_side_are_chosen_in_the_address(open_page: Open) -> None:
    app = open_page("compare")
    assert side_by_side(app) == {}
    app.multiselect(key="choice_vs").select("google").run()
    assert app.query_params == {"vs": "google"}
    assert list(side_by_side(app)) == ["Retention", "Deletion"]
    app.multiselect(key="choice_vs").unselect("google").run()
    assert app.query_params == {}
    assert side_by_side(app) == {}
    five = open_page("compare", vs=["apple", "amazon", "google", "meta", "sonos", HOSTILE])
    assert [warning.value[:25] for warning in five.warning] == [
        "A vendor that the address",
        "The address names more th",
    ]
    assert five.multiselect(key="choice_vs").value == ["apple", "amazon", "google", "meta"]


@pytest.mark.parametrize(
    ("parameters", "wanted"),
    [
        ({}, ClaimFilter()),
        ({"vendor": "apple"}, ClaimFilter(vendors=("apple",))),
        ({"vendor": ["apple", "google"]}, ClaimFilter(vendors=("apple", "google"))),
        ({"practice": "human_review"}, ClaimFilter(practices=("human_review",))),
        ({"who": "vendor"}, ClaimFilter(source_types=("vendor",))),
        ({"polarity": "denied"}, ClaimFilter(polarities=("denied",))),
        ({"certainty": "uncertain"}, ClaimFilter(certainties=("uncertain",))),
        ({"lang": "fr"}, ClaimFilter(languages=("fr",))),
        ({"outlet": "ledger"}, ClaimFilter(outlets=("ledger",))),
        ({"q": "ecoute enregistrements"}, ClaimFilter(text="écoute enregistrements")),
        ({"vendor": "nobody"}, ClaimFilter(vendors=("nobody",))),
    ],
)
def test_the_address_filters_the_claims(
    open_page: Open, press: Store, parameters: dict[str, Any], wanted: ClaimFilter
) -> None:
    app = open_page("claims", **parameters)
    assert not app.exception
    assert quotes(app) == [stored.claim.quote for stored in press.claims(wanted)]


def test_dates_in_the_address_filter_the_claims(open_page: Open) -> None:
    app = open_page("claims", from_="2019-07-26", to="2020-12-31", vendor="amazon")
    assert quotes(app) == [
        "Amazon affirme que personne n’écoute les enregistrements.",
        "Amazon affirme ne pas vendre les enregistrements à des annonceurs.",
    ]
    long_ago = open_page("claims", from_="0001-01-01", to="9999-12-31")
    assert not long_ago.exception
    assert len(quotes(long_ago)) == 8


@pytest.mark.parametrize("page", ["claims", "compare", "says", "review_queue", "search"])
def test_a_filter_by_date_says_that_it_leaves_out_what_has_none(open_page: Open, page: str) -> None:
    left_out = "1 article without a date is left out when you filter by date."
    assert left_out in texts(open_page(page, from_="2019-01-01"))
    assert left_out not in texts(open_page(page))


def test_a_date_that_is_none_is_said_and_ignored(open_page: Open) -> None:
    app = open_page("claims", from_="12/04/2019")
    assert "2019-04-12" in app.warning[0].value
    assert len(quotes(app)) == 9


def test_a_widget_writes_the_address_and_an_address_sets_the_widgets(open_page: Open) -> None:
    app = open_page("claims", vendor="apple", page="1")
    assert app.multiselect(key="filter_vendor").value == ["apple"]
    app.multiselect(key="filter_certainty").select("uncertain").run()
    app.text_input(key="filter_q").set_value("private").run()
    assert app.query_params == {"vendor": "apple", "certainty": "uncertain", "q": "private"}
    assert quotes(app) == ["Apple workers may have heard private talk, two people told the paper."]


def test_claims_come_in_pages(open_page: Open, tmp_path: Path) -> None:
    sentences = [f"Apple records sentence {number}." for number in range(PAGE_SIZE + 3)]
    long = article("long", "ledger", "Title", *sentences)
    with Store.open(store_at(tmp_path)) as store:
        store.save_article(long, "The Test Ledger")
        found = [claim(long, n, s, "apple", "collection") for n, s in enumerate(sentences)]
        store.save_claims(long.id, {1: found}, "test")
    assert quotes(open_page("claims", store_at(tmp_path))) == sentences[:PAGE_SIZE]
    second = open_page("claims", store_at(tmp_path), page="2")
    assert quotes(second) == sentences[PAGE_SIZE:]
    for beyond in ("99", "0", "-1", "²", "9" * 5000, "x"):
        app = open_page("claims", store_at(tmp_path), page=beyond)
        assert not app.exception
        assert quotes(app) in (sentences[:PAGE_SIZE], sentences[PAGE_SIZE:])


@pytest.mark.parametrize("page", PAGES)
def test_text_from_the_web_never_reaches_markdown(open_page: Open, press: Store, page: str) -> None:
    (hostile,) = press.claims(ClaimFilter(practices=("collection",)))
    cell = f"collection/{hostile.claim.vendor}"
    app = open_page(page, id=hostile.id, cell=cell)
    assert not app.exception
    for shown in markdown(app):
        for fragment in ("**bold**", "<img", "$x", ":red[", "](java", "`code`", ":smile:"):
            assert fragment not in shown
    if page not in ("overview", "coverage"):
        # json escapes no character of it, so that it can be found whole.
        assert HOSTILE in texts(app)
