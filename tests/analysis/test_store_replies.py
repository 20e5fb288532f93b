"""The log of what companies answered, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from analysis.errors import InputError
from analysis.store import Answer, Store
from analysis.store.replies import LONGEST_NAME, LONGEST_TEXT
from tests.analysis.test_store import a_claim, an_article, saved

ANSWER = Answer(
    vendor="amazon",
    entered_by="Ann",
    practices=("human_review",),
    asked=date(2020, 3, 2),
    answered=date(2020, 3, 9),
    answered_by="A spokesperson",
    text="We review a small sample.\n\nNo names.",
)


def test_an_answer_comes_back_as_it_was_written(store: Store) -> None:
    before = datetime.now(UTC)
    logged = store.log_answer(replace(ANSWER, text=f"  {ANSWER.text}\n", answered_by=" A  b "))
    assert logged.entered_at is not None
    assert before <= logged.entered_at <= datetime.now(UTC)
    assert logged == replace(
        ANSWER, number=logged.number, entered_at=logged.entered_at, answered_by="A b"
    )
    assert store.answers("amazon") == [logged]
    assert store.answers("apple") == []


def test_the_latest_entry_comes_first(store: Store) -> None:
    asked = store.log_answer(Answer("amazon", "Ann", asked=date(2020, 3, 2)))
    answered = store.log_answer(ANSWER)
    assert store.answers("amazon") == [answered, asked]


def test_an_answer_is_about_claims_practices_or_the_whole(store: Store) -> None:
    article = an_article()
    saved(store, article, a_claim(article))
    (claim,) = store.claims()
    logged = store.log_answer(replace(ANSWER, claims=(claim.id, claim.id)))
    assert logged.claims == (claim.id,)
    assert logged.about(claim.id, "retention")
    assert not logged.about("another", "human_review")
    assert not replace(logged, practices=()).about("another", "human_review")
    assert ANSWER.about("any", "human_review")
    assert not ANSWER.about("any", "retention")
    assert replace(ANSWER, practices=()).about("any", "retention")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"vendor": " "}, "needs the company"),
        ({"entered_by": "\n "}, "the person who enters it"),
        ({"text": " "}, "both a date and a text"),
        ({"answered": None}, "both a date and a text"),
        ({"answered": None, "text": "", "asked": None}, "the day when it was sent"),
        ({"asked": date(2020, 3, 10)}, "dated before the request"),
        ({"answered": date.today() + timedelta(days=3)}, "in the future"),
        ({"asked": None, "answered": date.max}, "in the future"),
        ({"text": "x" * (LONGEST_TEXT + 1)}, "at most 20,000"),
        ({"answered_by": "x" * (LONGEST_NAME + 1)}, "at most 200"),
        ({"claims": ("0123",)}, "no claim '0123'"),
        ({"claims": tuple(map(str, range(201)))}, "name practices instead"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(
    store: Store, changes: dict[str, object], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        store.log_answer(replace(ANSWER, **changes))
    assert store.answers("amazon") == []


def test_any_text_is_kept(store: Store) -> None:
    text = "'; DROP TABLE answers; -- <b>**x**</b> \U0001f600 \ud800 nul \x00 é"
    (logged,) = (store.log_answer(replace(ANSWER, text=text, vendor=text)),)
    assert logged.text == "'; DROP TABLE answers; -- <b>**x**</b> \U0001f600 \ufffd nul \ufffd é"
    assert [answer.text for answer in store.answers(text)] == [logged.text]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE answers SET text = 'other'",
        "DELETE FROM answers",
        "INSERT OR REPLACE INTO answers SELECT * FROM answers",
        "TRUNCATE answers",
    ],
)
def test_the_database_refuses_to_change_the_log(store_url: str, change: str) -> None:
    sqlite = store_url.startswith("sqlite")
    if ("REPLACE" in change and not sqlite) or ("TRUNCATE" in change and sqlite):
        change = "DELETE FROM answers WHERE number = 1"  # the other database's word
    with Store.open(store_url) as store:
        logged = store.log_answer(ANSWER)
        engine = sa.create_engine(store_url)
        with (
            pytest.raises(sa.exc.DBAPIError, match="never changed or deleted"),
            engine.begin() as connection,
        ):
            connection.execute(sa.text(change))
        engine.dispose()
        assert store.answers("amazon") == [logged]
