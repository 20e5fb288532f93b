"""Which statements contradict each other, by their codes, their dates and their stories."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.codebook import load_codebook
from analysis.config import load_settings
from analysis.contradictions import FAIR, REASSURANCES, Pair, admits, pairs, turns
from analysis.records import Claim, Cue

CATEGORIES = ("vendor", "practice", "polarity", "certainty", "source_type", "verdict")


def said(source_type: str, polarity: str, **other: Any) -> dict[str, Any]:
    """A statement on Apple and human review, of a story of its own on 1 May 2019."""
    return {
        "vendor": "apple",
        "practice": "human_review",
        "certainty": "certain",
        "source_type": source_type,
        "polarity": polarity,
        "story": None,
        "day": "2019-05-01",
        "confidence": 0.9,
        "verdict": "unreviewed",
        **other,
    }


def table(*rows: dict[str, Any]) -> pd.DataFrame:
    """Statements as the columns of ClaimTable.rows, at positions from 100."""
    frame = pd.DataFrame(list(rows), index=pd.RangeIndex(100, 100 + len(rows)))
    own = range(-len(rows), 0)
    frame["story"] = [
        number if row["story"] is None else row["story"]
        for number, row in zip(own, rows, strict=True)
    ]
    frame["day"] = pd.to_datetime(frame["day"]).astype("datetime64[s]")
    return frame.astype({**dict.fromkeys(CATEGORIES, "category"), "confidence": "float32"})


def positions(found: list[Pair]) -> list[tuple[int, int]]:
    return [(pair.company, pair.other) for pair in found]


DENIES = said("vendor", "denied", story=1)


def test_a_denial_and_what_others_affirm_are_a_pair() -> None:
    (pair,) = pairs(table(DENIES, said("worker", "affirmed", day="2019-05-04")))
    assert (pair.company, pair.other) == (100, 101)
    assert (pair.vendor, pair.practice, pair.days) == ("apple", "human_review", 3)
    assert not pair.same_story
    assert (pair.company_stories, pair.other_stories) == (1, 1)
    assert 0 < pair.strength < 1


@pytest.mark.parametrize(
    "opposite",
    [
        said("worker", "denied"),
        said("worker", "affirmed", certainty="uncertain"),
        said("worker", "affirmed", confidence=FAIR - 0.05),
        said("worker", "affirmed", vendor="google"),
        said("worker", "affirmed", practice="sharing"),
        said("worker", "affirmed", day="2019-06-02"),
        said("worker", "affirmed", day=None),
        said("article", "affirmed", story=1),
        said("other", "affirmed", story=1),
        said("vendor", "affirmed", story=1),
    ],
    ids=[
        "agrees",
        "hedged",
        "hardly read",
        "another vendor",
        "another practice",
        "more than a month later",
        "undated, elsewhere",
        "the journalist",
        "whoever",
        "the company",
    ],
)
def test_what_contradicts_nothing(opposite: dict[str, Any]) -> None:
    assert pairs(table(DENIES, opposite)) == []


def test_what_the_company_admits_and_others_deny_is_no_pair() -> None:
    assert pairs(table(said("vendor", "affirmed"), said("researcher", "denied"))) == []


def test_of_a_protection_the_company_affirms_and_others_deny() -> None:
    protects = said("vendor", "affirmed", practice="anonymisation")
    exposed = said("media", "denied", practice="anonymisation")
    assert positions(pairs(table(exposed, protects))) == [(101, 100)]


@pytest.mark.parametrize("practice", ["deletion", "safeguards", "legal_action", "disclosure"])
def test_practices_of_several_objects_or_cases_make_no_pair(practice: str) -> None:
    for polarity, opposite in (("affirmed", "denied"), ("denied", "affirmed")):
        both = (said("vendor", polarity, practice=practice, story=1),
                said("worker", opposite, practice=practice, story=1))  # fmt: skip
        assert pairs(table(*both)) == []


def test_every_practice_that_makes_pairs_is_one_of_the_codebook() -> None:
    assert set(REASSURANCES) <= set(load_codebook(load_settings().codebook).practices)


def test_statements_of_one_story_need_no_date_and_come_before_a_nearer_rank() -> None:
    undated = pairs(table({**DENIES, "day": None}, said("worker", "affirmed", story=1, day=None)))
    assert [(pair.same_story, pair.days) for pair in undated] == [(True, 0)]
    there = said("worker", "affirmed", story=1)
    elsewhere = said("media", "affirmed")
    assert positions(pairs(table(DENIES, elsewhere, there))) == [(100, 102)]


def test_each_statement_stands_in_one_pair_the_strongest_first() -> None:
    weaker = said("vendor", "denied", confidence=0.7)
    finding = said("worker", "affirmed")
    assert positions(pairs(table(weaker, DENIES, finding))) == [(101, 102)]


def test_stories_count_once_and_only_near_the_pair() -> None:
    (pair,) = pairs(
        table(
            DENIES,
            said("vendor", "denied", story=1),
            said("worker", "affirmed", story=1),
            said("media", "affirmed", story=2, day="2019-04-20"),
            said("media", "affirmed", story=2, day="2019-05-20"),
            said("media", "affirmed", story=3, day="2018-01-01"),
            said("media", "affirmed", story=4, vendor="google"),
        )
    )[:1]
    assert (pair.company_stories, pair.other_stories) == (1, 2)


def test_more_stories_make_a_pair_stronger_and_more_days_weaker() -> None:
    def strength(*rows: dict[str, Any]) -> float:
        return pairs(table(*rows))[0].strength

    alone = strength(DENIES, said("worker", "affirmed", day="2019-05-02"))
    later = strength(DENIES, said("worker", "affirmed", day="2019-05-28"))
    told = strength(
        DENIES,
        said("worker", "affirmed", day="2019-05-02"),
        said("media", "affirmed", day="2019-05-20"),
    )
    assert later < alone < told


def test_a_subject_has_no_more_pairs_than_asked() -> None:
    rows = [said(who, polarity, story=story) for story in range(5)
            for who, polarity in (("vendor", "denied"), ("worker", "affirmed"))]  # fmt: skip
    assert len(pairs(table(*rows))) == 5
    other = [{**row, "vendor": "google"} for row in rows]
    assert len(pairs(table(*rows, *other), each_subject=2)) == 4


def test_no_claims_make_no_pairs() -> None:
    assert pairs(table(DENIES).iloc[:0]) == []
    assert turns(table(DENIES).iloc[:0], "apple") == []


def test_confidence_that_was_not_measured_counts_as_fair() -> None:
    unknown = {**DENIES, "confidence": np.nan}
    (pair,) = pairs(table(unknown, said("worker", "affirmed", story=1)))
    (known,) = pairs(table({**DENIES, "confidence": FAIR}, said("worker", "affirmed", story=1)))
    assert pair.strength == pytest.approx(known.strength)


def test_what_a_person_accepted_counts_as_sure() -> None:
    doubtful = said("worker", "affirmed", story=1, confidence=0.55)
    assert pairs(table(DENIES, doubtful)) == []
    assert len(pairs(table(DENIES, {**doubtful, "verdict": "accepted"}))) == 1


def test_a_company_that_denied_and_says_so_later_may_have_turned() -> None:
    (turn,) = turns(
        table(
            said("vendor", "affirmed", day="2019-08-01"),
            said("vendor", "denied", day="2019-04-01"),
            said("vendor", "denied", day="2019-06-01"),
            said("worker", "affirmed", day="2019-05-01"),
            said("vendor", "affirmed", day="2019-07-01"),
        ),
        "apple",
    )
    assert (turn.practice, turn.before, turn.after) == ("human_review", 101, (104, 100))


@pytest.mark.parametrize(
    "rows",
    [
        (said("vendor", "affirmed", day="2019-01-01"), DENIES, said("vendor", "affirmed")),
        (DENIES, said("vendor", "affirmed")),
        (DENIES, said("vendor", "affirmed", story=1, day="2020-01-01")),
        (DENIES, said("vendor", "affirmed", day="2020-01-01", vendor="google")),
        (DENIES, said("vendor", "affirmed", day="2020-01-01", certainty="uncertain")),
        (DENIES, said("vendor", "affirmed", day=None)),
    ],
    ids=["had said so before", "same day", "same story", "another vendor", "hedged", "undated"],
)
def test_what_is_no_turn(rows: tuple[dict[str, Any], ...]) -> None:
    assert turns(table(*rows), "apple") == []


@pytest.mark.parametrize(
    ("words", "lang", "admitted"),
    [
        ("concedes", "en", True),
        ("has admitted", "en", True),
        ("confirmed", "en", False),
        ("a reconnu", "fr", True),
        ("assure", "fr", False),
        ("concedes", None, False),
    ],
)
def test_an_admission_is_told_as_one(words: str, lang: str | None, admitted: bool) -> None:
    cue = Cue("source", 0, 0, len(words), words, "reporting words")
    claim = Claim("a", 0, 0, 1, "q", "apple", None, "human_review", "affirmed", "certain",
                  "vendor", None, "r", cues=(cue,))  # fmt: skip
    assert admits(claim, lang, load_codebook(load_settings().codebook)) is admitted
