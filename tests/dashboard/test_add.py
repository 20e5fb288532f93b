"""The page that takes addresses and files: what it accepts, refuses, and shows of its jobs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analysis.dashboard.jobs import outcome
from analysis.store import Piece, Store
from tests.dashboard.conftest import Open
from tests.dashboard.invented_press import fill


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A store that the page may write to."""
    address = f"sqlite:///{tmp_path / 'earshot.db'}"
    with Store.open(address) as store:
        fill(store)
    return address


def add(app: AppTest, addresses: str) -> AppTest:
    app.text_area[0].set_value(addresses)
    return app.button(key="add_addresses").click().run()


def said(app: AppTest) -> str:
    shown = [*app.error, *app.warning, *app.text, *app.caption, *app.markdown, *app.info]
    return "\n".join(element.value for element in shown)


@pytest.mark.parametrize(
    ("pasted", "message"),
    [
        ("", "Paste at least one address"),
        ("https://a.example/1\n**ledger**", "not web addresses"),
        ("\n".join(f"https://a.example/{n}" for n in range(101)), "101 addresses; at most 100"),
    ],
)
def test_a_list_that_cannot_be_added_says_why(
    open_page: Open, url: str, pasted: str, message: str
) -> None:
    app = add(open_page("add", url), pasted)
    assert message in said(app)
    with Store.open(url) as store:
        assert store.submissions() == []


def test_addresses_become_a_job_that_every_session_sees(open_page: Open, url: str) -> None:
    app = add(open_page("add", url), "https://ledger.example/lab\nhttps://ledger.example/lab#x")
    assert not app.exception
    assert app.text_area[0].value == ""
    with Store.open(url) as store:
        [job] = store.submissions()
        assert (job.kind, job.total) == ("addresses", 1)
        assert [piece.name for piece in store.pieces(job.number)] == ["https://ledger.example/lab"]
    assert "**1 address**" in said(open_page("add", url))


def test_what_became_of_each_and_the_way_to_its_claims(open_page: Open, url: str) -> None:
    with Store.open(url) as store:
        article = store.article_rows(limit=1)[0]
        job = store.submit("ada", "files", [Piece("a.pdf"), Piece("b.pdf"), Piece("c.pdf")])
        store.take_job("w")
        store.note_piece(job, 1, "kept", article.id)
        store.note_piece(job, 2, "encrypted")
        store.note_piece(job, 3, "duplicate", article.id)
        store.end_job(job, "w", "done")
    app = open_page("add", url)
    [drawn] = [d for c in app.get("bidi_component") if "facts" in (d := json.loads(c.proto.json))]
    assert [tuple(fact.values()) for fact in drawn["facts"]] == [
        ("Added", "a.pdf"),
        ("The PDF has a password: save a copy without one", "b.pdf"),
        ("Already in the store", "c.pdf"),
    ]
    assert app.expander[-1].label == "1 added, 1 already in the store, 1 not added"
    assert "· ada" in said(app)


def test_a_job_that_broke_off_can_be_started_again(open_page: Open, url: str) -> None:
    with Store.open(url) as store:
        job = store.submit("", "addresses", [Piece("https://nowhere.invalid/")])
        store.take_job("w")
        store.end_job(job, "w", "failed", "**the first try**")
    app = open_page("add", url)
    assert "**the first try**" in [text.value for text in app.text]
    app.button(key=f"start_{job}").click().run()
    with Store.open(url) as store:
        assert store.submissions()[0].message != "**the first try**"


def test_a_job_that_broke_off_without_a_reason_points_to_the_log(open_page: Open, url: str) -> None:
    with Store.open(url) as store:
        job = store.submit("", "files", [Piece("a.pdf")])
        store.take_job("w")
        store.end_job(job, "w", "failed")
    assert "which the server’s log has" in said(open_page("add", url))


def test_an_outcome_has_words_of_its_own_or_those_of_coverage() -> None:
    assert outcome("http_503") == "The site answered 503"
    assert outcome("http_404") == "The page does not exist"
    assert outcome("off_topic:no_privacy") == "Set aside: not about privacy"
    assert outcome("unknown_language:de").startswith("Neither French nor English")
    assert outcome("tls") == "The site’s certificate is not valid"
