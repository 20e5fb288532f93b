"""Who says what of a vendor, counted in stories."""

from __future__ import annotations

from datetime import date

import pandas as pd

from analysis.voices import Voice, voices
from tests.analysis.test_contradictions import said, table


def test_each_kind_of_source_counts_in_stories_with_its_dates() -> None:
    found = voices(
        table(
            said("worker", "affirmed", story=1, day="2019-04-11"),
            said("worker", "affirmed", story=1, day="2019-04-12"),
            said("worker", "affirmed", story=2, day="2019-07-26", certainty="uncertain"),
            said("worker", "denied", story=2, day=None),
            said("vendor", "denied", story=2, day=None),
            said("vendor", "denied", story=3, vendor="google"),
        ),
        "apple",
    )
    workers = Voice(2, 1, 1, 1, date(2019, 4, 11), date(2019, 7, 26))
    assert found == {
        ("human_review", "worker"): workers,
        ("human_review", "vendor"): Voice(denied=1, denied_firm=1),
    }


def test_nothing_is_said_of_a_vendor_without_claims() -> None:
    claims: pd.DataFrame = table(said("worker", "affirmed"))
    assert voices(claims, "nobody") == {}
    assert voices(claims.iloc[:0], "apple") == {}
