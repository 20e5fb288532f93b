"""The strongest claim: what decides, in its order."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from analysis.strength import strongest

WEAKEST = {
    "vendor": "apple",
    "practice": "human_review",
    "polarity": "affirmed",
    "certainty": "uncertain",
    "source_type": "article",
    "verdict": "unreviewed",
    "story": 1,
    "confidence": None,
}


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    """Claims in the shape of `ClaimTable.rows`, newest first, from what differs."""
    found = pd.DataFrame([{**WEAKEST, **row} for row in rows])
    texts = ("vendor", "practice", "polarity", "certainty", "source_type", "verdict")
    return found.astype({**dict.fromkeys(texts, "category"), "confidence": "float32"})


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        ({"verdict": "accepted"}, {"certainty": "certain", "confidence": 0.99}),
        ({"verdict": "corrected"}, {"certainty": "certain", "confidence": 0.99}),
        ({"certainty": "certain"}, {"confidence": 0.99, "source_type": "worker"}),
        ({"confidence": 0.91}, {"confidence": 0.8, "source_type": "worker"}),
        ({"confidence": 0.5}, {"confidence": None, "source_type": "worker"}),
        (
            {"confidence": 0.9, "source_type": "vendor"},
            {"confidence": 0.94, "source_type": "article"},
        ),
    ],
)
def test_each_criterion_decides_before_those_after_it(
    stronger: dict[str, Any], weaker: dict[str, Any]
) -> None:
    subject = ("apple", "human_review", "affirmed")
    assert strongest(frame(weaker, stronger)) == {subject: 1}
    assert strongest(frame(stronger, weaker)) == {subject: 0}


def test_of_attributed_claims_the_kind_of_source_heard_in_more_stories_is_stronger() -> None:
    rows = frame(
        {"source_type": "user", "story": 1},
        {"source_type": "user", "story": 1},
        {"source_type": "user", "story": 1},
        {"source_type": "worker", "story": 2},
        {"source_type": "worker", "story": 3},
    )
    assert list(strongest(rows).values()) == [3]


def test_the_newest_of_equals_is_taken_and_the_index_is_kept() -> None:
    rows = frame({}, {"vendor": "google"}, {}, {}).iloc[1:]
    assert strongest(rows) == {
        ("google", "human_review", "affirmed"): 1,
        ("apple", "human_review", "affirmed"): 2,
    }


def test_denials_and_other_practices_have_a_strongest_claim_of_their_own() -> None:
    rows = frame({"certainty": "certain"}, {"polarity": "denied"}, {"practice": "retention"})
    assert set(strongest(rows).values()) == {0, 1, 2}


def test_no_claim_has_no_strongest() -> None:
    assert strongest(frame({})[:0]) == {}
