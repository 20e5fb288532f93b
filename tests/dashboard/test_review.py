"""Review: verdicts given on the pages, what they change, and who may give them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analysis.codebook import load_codebook
from analysis.config import load_settings
from analysis.dashboard.correction import vendor_key
from analysis.store import ClaimFilter, Store
from tests.dashboard.conftest import Open
from tests.dashboard.invented_press import HOSTILE, fill
from tests.dashboard.test_pages import markdown, store_at, texts

LISTENS = "Amazon employs people who listen to voice recordings."


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A store of one's own, to be written to."""
    with Store.open(store_at(tmp_path)) as store:
        fill(store)
    return store_at(tmp_path)


def named(app: AppTest, name: str = "Ann Example") -> AppTest:
    return app.text_input(key="reviewer_name").set_value(name).run()


def press(app: AppTest, name: str) -> AppTest:
    done = app.button(key=f"queue_{name}").click().run()
    assert not done.exception
    return done


def shown(app: AppTest) -> str:
    """The practice and vendor of the claim in the queue."""
    return str(app.subheader[0].value)


def test_a_verdict_is_signed_kept_and_changes_the_comparison(open_page: Open, url: str) -> None:
    app = named(open_page("review_queue", url))
    assert "0 of 9 claims reviewed" in app.get("progress")[0].proto.text
    first = shown(app)
    press(app, "rejected")
    assert shown(app) != first
    with Store.open(url) as store:
        (verdict,) = store.all_verdicts()
        assert (verdict.verdict, verdict.by, verdict.at_random) == (
            "rejected",
            "Ann Example",
            False,
        )
        assert store.count_claims() == 8
        assert store.count_claims(ClaimFilter(verdicts=("rejected",))) == 1


def test_a_verdict_without_a_name_is_not_written(open_page: Open, url: str) -> None:
    app = press(open_page("review_queue", url), "accepted")
    assert "Write your name first" in app.warning[0].value
    with Store.open(url) as store:
        assert store.all_verdicts() == []


def test_undo_is_another_line_of_the_history(open_page: Open, url: str) -> None:
    app = named(open_page("review_queue", url))
    first = shown(app)
    assert app.button(key="queue_undo").disabled
    press(app, "accepted")
    press(app, "undo")
    assert shown(app) == first
    with Store.open(url) as store:
        assert [one.verdict for one in store.all_verdicts()] == ["accepted", "withdrawn"]
        assert store.count_claims(ClaimFilter(verdicts=("unreviewed",))) == 9


def test_skipped_claims_come_back_when_asked_for(open_page: Open, url: str) -> None:
    app = open_page("review_queue", url, vendor="google")
    first = shown(app)
    press(app, "skip")
    assert shown(app) != first
    press(app, "skip")
    assert "No claim is left" in app.success[0].value
    next(b for b in app.button if b.label == "Show the skipped ones again").click().run()
    assert shown(app) == first


def test_a_correction_changes_the_fields_it_names(open_page: Open, url: str) -> None:
    with Store.open(url) as store:
        stored = next(one for one in store.claims() if one.claim.quote == LISTENS)
    app = named(open_page("review_queue", url, id=stored.id))
    press(app, "corrected")
    save = next(b for b in app.button if b.label == "Save the correction")
    save.click().run()
    assert "Nothing is changed" in app.warning[0].value
    app.selectbox(key=f"review_{stored.id}_certainty").set_value("uncertain")
    app.text_input(key=f"review_{stored.id}_product").set_value("Echo")
    app.text_input(key=f"review_{stored.id}_note").set_value(HOSTILE)
    next(b for b in app.button if b.label == "Save the correction").click().run()
    assert not app.exception
    with Store.open(url) as store:
        found = store.claim(stored.id)
        assert found is not None
        assert found.judged is not None
        assert found.judged.correction == {"certainty": "uncertain", "product": "Echo"}
        assert found.judged.note == " ".join(HOSTILE.split())
        assert found.claim.product == "Echo"
    again = open_page("review_queue", url, id=stored.id)
    assert "Product: none → Echo" in texts(again)
    assert HOSTILE not in "\n".join(markdown(again))


def test_a_correction_that_another_claim_says_already_is_not_written(
    open_page: Open, url: str
) -> None:
    with Store.open(url) as store:
        stored = next(one for one in store.claims() if one.claim.quote == LISTENS)
        history = store.history(stored.claim.article_id)
        claims = [one for one in store.claims() if one.claim.article_id == history[0].article.id]
        other = replace(stored.claim, vendor="apple")
        given = [*(one.claim for one in claims), other]
        store.save_claims(stored.claim.article_id, {1: given}, "test2")
    app = named(open_page("review_queue", url, id=stored.id))
    assert "Also read from this sentence" in texts(app)
    press(app, "corrected")
    app.selectbox(key=f"review_{stored.id}_vendor").set_value("apple")
    next(b for b in app.button if b.label == "Save the correction").click().run()
    assert "Another claim already says this" in app.warning[0].value
    with Store.open(url) as store:
        assert store.all_verdicts() == []


def test_who_accepts_a_corrected_claim_accepts_the_correction(open_page: Open, url: str) -> None:
    with Store.open(url) as store:
        stored = next(one for one in store.claims() if one.claim.quote == LISTENS)
        store.judge(stored.id, "corrected", "Ann", correction={"polarity": "denied"})
    app = named(open_page("claim", url, id=stored.id), "Ben Example")
    app.button(key=f"review_{stored.id}_accept").click().run()
    assert not app.exception
    with Store.open(url) as store:
        found = store.claim(stored.id)
        assert found is not None
        assert found.judged is not None
        assert (found.judged.by, found.claim.polarity) == ("Ben Example", "denied")


def test_who_accepts_a_claim_accepts_what_the_page_showed(open_page: Open, url: str) -> None:
    with Store.open(url) as store:
        stored = next(one for one in store.claims() if one.claim.quote == LISTENS)
        app = named(open_page("claim", url, id=stored.id))
        of_article = store.claims(ClaimFilter(articles=(stored.claim.article_id,)))
        read_anew = [replace(one.claim, polarity="denied") for one in of_article]
        store.save_claims(stored.claim.article_id, {1: read_anew}, "test2")
        app.button(key=f"review_{stored.id}_accept").click().run()
        found = store.claim(stored.id)
        assert found is not None
        assert (found.verdict, found.claim.polarity) == ("corrected", "affirmed")


def test_two_reviewers_of_one_claim_are_told(open_page: Open, url: str) -> None:
    app = named(open_page("review_queue", url))
    with Store.open(url) as store:
        for one in store.claims():
            store.judge(one.id, "accepted", "Ben Example")
    press(app, "rejected")
    assert "Somebody else has judged this claim" in app.info[0].value
    assert "Ben Example" in texts(app)
    with Store.open(url) as store:
        assert store.count_claims(ClaimFilter(verdicts=("rejected",))) == 1
        assert len(store.all_verdicts()) == 10


def test_claims_drawn_at_random_are_noted_as_such(open_page: Open, url: str) -> None:
    app = named(open_page("review_queue", url, order="random"))
    press(app, "accepted")
    with Store.open(url) as store:
        assert [one.at_random for one in store.all_verdicts()] == [True]
    assert "Not enough verdicts" in texts(app)
    assert "not enough verdicts" in str(app.table[0].value)


@pytest.mark.parametrize(
    ("filtered", "measures"),
    [({"practice": "human_review"}, True), ({"lang": "en"}, True), ({"vendor": "amazon"}, False)],
)
def test_a_choice_of_claims_is_no_measure_of_all(
    open_page: Open, url: str, filtered: dict[str, str], measures: bool
) -> None:
    app = named(open_page("review_queue", url, order="random", **filtered))
    press(app, "accepted")
    with Store.open(url) as store:
        assert [one.at_random for one in store.all_verdicts()] == [measures]


def test_claims_read_otherwise_since_are_shown_again(open_page: Open, url: str) -> None:
    with Store.open(url) as store:
        stored = next(one for one in store.claims() if one.claim.quote == LISTENS)
        store.judge(stored.id, "accepted", "Ann Example")
        store.save_claims(stored.claim.article_id, {1: []}, "test2")
        assert stored.id in [one.id for one in store.claims()]
    app = open_page("review_queue", url)
    assert "1 reviewed claim is worth a second look" in [e.label for e in app.expander]
    app.button(key=f"look_again_{stored.id}").click().run()
    assert app.query_params["id"] == stored.id
    assert any("counts by the word of" in info.value for info in app.info)


def test_the_page_of_a_claim_takes_verdicts_and_shows_their_history(
    open_page: Open, url: str
) -> None:
    with Store.open(url) as store:
        stored = next(one for one in store.claims() if one.claim.quote == LISTENS)
    app = named(open_page("claim", url, id=stored.id), "Ann **Example**")
    assert "Not enough verdicts" in texts(app)
    app.text_input(key=f"review_{stored.id}_note").set_value("It says so.").run()
    app.button(key=f"review_{stored.id}_accept").click().run()
    assert not app.exception
    assert "1 verdict in its history" in [e.label for e in app.expander]
    assert "It says so." in [text.value for text in app.text]
    assert app.text_input(key=f"review_{stored.id}_note").value == ""
    app.button(key=f"review_{stored.id}_withdraw").click().run()
    assert "2 verdicts in its history" in [e.label for e in app.expander]
    assert "**Example**" not in "\n".join(markdown(app))
    with Store.open(url) as store:
        assert [one.verdict for one in store.verdicts(stored.id)] == ["accepted", "withdrawn"]


@pytest.mark.parametrize("asked", ["nothing", "x" * 10_000, "a\x00b"])
def test_an_unknown_claim_in_the_address_is_said(open_page: Open, url: str, asked: str) -> None:
    app = open_page("review_queue", url, id=asked, order="none")
    assert not app.exception
    assert "no such claim" in app.warning[0].value
    assert app.button(key="queue_accepted")


def test_filters_by_verdict_hold_on_every_page(open_page: Open, url: str) -> None:
    with Store.open(url) as store:
        first, second, *_ = store.claims()
        store.judge(first.id, "rejected", "Ann Example")
        store.judge(second.id, "accepted", "Ann Example")
    assert "8 claims" in texts(open_page("claims", url))
    assert "1 claim" in texts(open_page("claims", url, verdict="rejected"))
    assert "1 claim" in texts(open_page("claims", url, verdict="accepted"))
    unreviewed = open_page("claims", url, verdict="unreviewed")
    assert "7 claims" in texts(unreviewed)
    unreviewed.button(key="filter_off_verdict_0").click().run()
    assert unreviewed.query_params == {}


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ("apple", "apple"),
        ("Apple", "apple"),
        ("Genesis Toys", "other:genesis toys"),
        ("other:Genesis Toys", "other:genesis toys"),
    ],
)
def test_a_written_company_becomes_a_key(given: str, key: str) -> None:
    assert vendor_key(given, load_codebook(load_settings().codebook)) == key
