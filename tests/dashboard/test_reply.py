"""Right of reply: the page, its document, and the log of answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analysis.store import Answer, ClaimFilter, Store
from tests.dashboard.conftest import Open
from tests.dashboard.invented_press import HOSTILE, fill
from tests.dashboard.test_pages import markdown, texts

ANSWER = Answer(
    vendor="amazon",
    entered_by="Ann",
    practices=("human_review",),
    asked=date(2020, 3, 2),
    answered=date(2020, 3, 9),
    answered_by="A spokesperson",
    text="We review a small sample.",
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A store of the invented press that may be written to."""
    address = f"sqlite:///{tmp_path / 'earshot.db'}"
    with Store.open(address) as store:
        fill(store)
    return address


def logged(url: str, vendor: str = "amazon") -> list[Answer]:
    with Store.open(url) as store:
        return store.answers(vendor)


def form(app: AppTest) -> dict[str, str]:
    """The keys of the form's widgets, by what they ask for."""
    turn = app.session_state["reply_form"]
    return {name: f"{name}_{turn}" for name in ("asked", "answered", "answered_by", "text")}


def entered(app: AppTest, **values: object) -> AppTest:
    """The form filled in and sent."""
    keys = form(app)
    for name in ("asked", "answered"):
        if name in values:
            app.date_input(key=keys[name]).set_value(values[name])
    app.text_input(key=keys["answered_by"]).set_value(str(values.get("answered_by", "")))
    app.text_area(key=keys["text"]).set_value(str(values.get("text", "")))
    app.text_input(key="reviewer_name").set_value(str(values.get("name", "Ann")))
    next(button for button in app.button if button.label == "Enter").click()
    return app.run()


@pytest.mark.parametrize("vendors", [[], ["amazon", "apple"]])
def test_a_request_goes_to_one_company(open_page: Open, vendors: list[str]) -> None:
    app = open_page("reply_page", vendor=vendors)
    assert "Choose one vendor" in app.info[0].value
    assert not app.get("download_button")


def test_the_page_shows_what_the_document_says(open_page: Open, press: Store) -> None:
    app = open_page("reply_page", vendor="amazon")
    said = texts(app)
    assert "4 statements in the document" in said
    assert "Statement 1" in said
    shown = [
        stored
        for stored in press.claims(ClaimFilter(vendors=("amazon",)))
        if f"“{stored.claim.quote}”" in said and f"Reference: {stored.id}" in said
    ]
    assert len(shown) == 3
    assert "1 more statement is in the document." in said
    assert [button.label for button in app.get("download_button")] == [
        "Download for Word",
        "Download as Markdown",
    ]
    assert "about Amazon" in app.text_area(key="reply_introduction_en_amazon").value


def test_a_filter_narrows_the_document(open_page: Open) -> None:
    said = texts(open_page("reply_page", vendor="amazon", practice="human_review", lang="fr"))
    assert "1 statement in the document" in said
    assert "personne n’écoute" in said


def test_a_company_is_not_asked_about_what_a_reviewer_rejected(open_page: Open, url: str) -> None:
    with Store.open(url) as store:
        for stored in store.claims(ClaimFilter(vendors=("amazon",))):
            store.judge(stored.id, "rejected", by="Ada")
    app = open_page("reply_page", url, vendor="amazon", verdict="rejected")
    assert not app.get("download_button")


def test_the_language_of_the_document_is_chosen_apart(open_page: Open) -> None:
    app = open_page("reply_page", vendor="amazon")
    app.segmented_control(key="reply_language").set_value("fr").run()
    assert app.title[0].value == "Right of reply"
    assert "Écoute humaine" in [header.value for header in app.subheader]
    assert app.text_area(key="reply_introduction_fr_amazon")


def test_an_unknown_company_has_nothing_to_answer(open_page: Open) -> None:
    app = open_page("reply_page", vendor="nobody")
    assert "No claim passes these filters" in app.info[0].value


def test_an_answer_is_entered_and_stays(open_page: Open, url: str) -> None:
    app = open_page("reply_page", url, vendor="amazon", practice="human_review")
    assert "Nothing is logged about this company yet." in texts(app)
    app = entered(
        app,
        asked=date(2020, 3, 2),
        answered=date(2020, 3, 9),
        answered_by="A spokesperson",
        text=f"No. {HOSTILE}",
    )
    assert app.success[0].value == "The entry is in the log."
    (answer,) = logged(url)
    assert answer.text == f"No. {HOSTILE}"
    assert answer.practices == ("human_review",)
    assert (answer.answered_by, answer.entered_by) == ("A spokesperson", "Ann")
    assert f"No. {HOSTILE}" in texts(app)
    assert not [shown for shown in markdown(app) if "**bold**" in shown]
    assert app.text_area(key=form(app)["text"]).value == ""


def test_a_request_without_an_answer_is_noted(open_page: Open, url: str) -> None:
    app = entered(open_page("reply_page", url, vendor="amazon"), asked=date(2020, 3, 2))
    assert logged(url)[0].answered is None
    assert "Asked on 2 Mar 2020" in texts(app)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"asked": date(2020, 3, 2), "name": " "}, "Write your name"),
        ({"text": "No."}, "Give the day of the answer"),
        ({"answered": date(2020, 3, 2)}, "Write what the company answered"),
        ({}, "Give the day of the request"),
        (
            {"asked": date(2020, 3, 2), "answered": date(2020, 3, 1), "text": "No."},
            "dated before the request",
        ),
    ],
)
def test_an_entry_that_lacks_something_is_not_lost(
    open_page: Open, url: str, values: dict[str, object], said: str
) -> None:
    app = entered(open_page("reply_page", url, vendor="amazon"), **values)
    assert said in texts(app)
    assert logged(url) == []
    assert app.text_area(key=form(app)["text"]).value == values.get("text", "")


def test_a_claim_shows_what_the_company_answered_to_it(open_page: Open, url: str) -> None:
    with Store.open(url) as store:
        on_review, on_sale = (
            store.claims(ClaimFilter(vendors=("amazon",), practices=(practice,)))[0].id
            for practice in ("human_review", "advertising")
        )
        store.log_answer(replace(ANSWER, text=f"A few. {HOSTILE}"))
        store.log_answer(replace(ANSWER, practices=(), claims=(on_sale,), text="We never sell."))
    said = texts(open_page("claim", url, id=on_review))
    assert f"A few. {HOSTILE}" in said
    assert "A spokesperson, 9 Mar 2020" in said
    assert "Asked on 2 Mar 2020" in said
    assert "Entered by Ann" in said
    assert "We never sell." not in said
    other = texts(open_page("claim", url, id=on_sale))
    assert "We never sell." in other
    assert "A few." not in other


def test_a_claim_without_an_answer_leads_to_the_request(open_page: Open, press: Store) -> None:
    (claim,) = press.claims(ClaimFilter(vendors=("google",), practices=("retention",)))
    app = open_page("claim", id=claim.id)
    assert "Nothing is logged: no request, no answer." in texts(app)
    link = next(link for link in app.get("page_link") if link.proto.label == "Ask the company")
    assert "vendor=google&practice=retention" in link.proto.query_string
