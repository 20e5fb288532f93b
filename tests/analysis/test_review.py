"""Which claims are reviewed first, and what verdicts say of the program."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.review import (
    LEAST_VERDICTS,
    Precision,
    drawn_at_random,
    first_by_weight,
    precision,
    precisions,
    stakes,
    wilson,
)
from analysis.store import VerdictCount


def claims(*rows: tuple[str, str, str, int, float | None]) -> pd.DataFrame:
    """Claims as the table in memory has them: vendor, practice, polarity, story, confidence."""
    names = ["vendor", "practice", "polarity", "story", "confidence"]
    frame = pd.DataFrame(rows, columns=names)
    kinds = dict.fromkeys(("vendor", "practice", "polarity"), "category")
    return frame.astype(kinds | {"story": "int32", "confidence": "float32"})


def test_the_only_word_on_a_cell_weighs_most() -> None:
    found = stakes(
        claims(
            ("apple", "sharing", "affirmed", 0, 0.8),
            ("apple", "sharing", "affirmed", 1, 0.8),
            ("apple", "sharing", "denied", 1, 0.8),
            ("google", "sharing", "affirmed", 2, 0.8),
            ("google", "sharing", "affirmed", 2, 0.9),
            ("google", "deletion", "affirmed", 2, None),
        )
    )
    assert found["stories"].tolist() == [2, 2, 1, 1, 1, 1]
    assert found["in_story"].tolist() == [1, 1, 1, 2, 2, 1]
    assert found["weight"].tolist() == pytest.approx([0.1, 0.1, 0.2, 0.1, 0.05, 0.5])
    assert first_by_weight(found, 4).index.tolist() == [5, 2, 0, 1]
    assert first_by_weight(found, 99).index.tolist() == [5, 2, 0, 1, 3, 4]


def test_no_claim_has_no_stakes() -> None:
    none = stakes(claims(("apple", "sharing", "affirmed", 0, 0.8)).head(0))
    assert none.empty
    assert first_by_weight(none, 5).empty
    assert drawn_at_random(none, 5, seed=1).empty


def test_a_drawing_repeats_with_its_seed_and_takes_each_claim_once() -> None:
    rows = [("apple", "sharing", "affirmed", number, 0.8) for number in range(50)]
    staked = stakes(claims(*rows))
    drawn = drawn_at_random(staked, 20, seed=7)
    assert drawn.index.tolist() == drawn_at_random(staked, 20, seed=7).index.tolist()
    assert drawn.index.is_unique
    assert drawn.index.tolist() != drawn_at_random(staked, 20, seed=8).index.tolist()


@pytest.mark.parametrize(
    ("right", "judged", "low", "high"),
    [
        (0, 0, 0.0, 1.0),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (34, 40, 0.7093, 0.9294),
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I
    ],
)
def test_wilson_intervals(right: int, judged: int, low: float, high: float) -> None:
    assert np.allclose(wilson(right, judged), (low, high), atol=0.0001)


def test_precision_is_of_the_claims_drawn_at_random_where_they_are_enough() -> None:
    chosen = VerdictCount("sharing", "fr", False, judged=30, right=10, exact=5)
    drawn = VerdictCount("sharing", "fr", True, judged=LEAST_VERDICTS, right=18, exact=12)
    few = VerdictCount("sharing", "en", True, judged=LEAST_VERDICTS - 1, right=18, exact=12)
    assert precisions([chosen, drawn, few]) == [
        Precision("sharing", "fr", LEAST_VERDICTS, 18, 12, at_random=True),
        Precision("sharing", "en", LEAST_VERDICTS - 1, 18, 12, at_random=False),
    ]
    assert [one.enough for one in precisions([chosen, few])] == [True, False]
    assert precision([chosen, few], "sharing", "fr").share == pytest.approx(1 / 3)
    nothing = precision([chosen], "sharing", None)
    assert (nothing.judged, nothing.enough, nothing.interval) == (0, False, (0.0, 1.0))
