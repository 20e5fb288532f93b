"""Claims, articles, outlets and stories, counted where they differ."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.store import CellCount
from analysis.tallies import Tallies, Tally, of_claims, of_units

VENDORS = ("amazon", "apple", "google")
PRACTICES = ("retention", "sharing")
COLUMNS = ("vendor", "practice", "polarity", "certainty", "article", "outlet", "story")
Row = tuple[str, str, str, str, int, str, int]


def frame(rows: list[Row]) -> pd.DataFrame:
    """Claims in the shape of `ClaimTable.rows`."""
    found = pd.DataFrame(rows, columns=list(COLUMNS))
    texts = ("vendor", "practice", "polarity", "certainty", "outlet")
    return found.astype({**dict.fromkeys(texts, "category"), "article": "int32", "story": "int32"})


COPIES = [
    # One agency's text in three outlets, which then deny in texts of their own.
    ("amazon", "retention", "affirmed", "certain", 0, "ledger", 0),
    ("amazon", "retention", "affirmed", "uncertain", 0, "ledger", 0),
    ("amazon", "retention", "affirmed", "certain", 1, "gazette", 0),
    ("amazon", "retention", "affirmed", "certain", 2, "herald", 0),
    ("amazon", "retention", "denied", "uncertain", 3, "ledger", 1),
    ("amazon", "sharing", "affirmed", "uncertain", 3, "ledger", 1),
    ("google", "sharing", "denied", "certain", 3, "ledger", 1),
]


@pytest.mark.parametrize(
    ("unit", "retention", "vendors", "practices", "total"),
    [
        ("articles", Tally(4, 3, 0, 1, 1), {"amazon": 4, "google": 1}, (4, 1), 4),
        ("outlets", Tally(3, 3, 0, 1, 1), {"amazon": 3, "google": 1}, (3, 1), 3),
        ("stories", Tally(2, 1, 0, 1, 1), {"amazon": 2, "google": 1}, (2, 1), 2),
    ],
)
def test_units_are_counted_once_in_every_cell_and_total(
    unit: str, retention: Tally, vendors: dict[str, int], practices: tuple[int, int], total: int
) -> None:
    assert of_units(frame(COPIES), unit) == Tallies(  # type: ignore[arg-type]
        cells={
            ("amazon", "retention"): retention,
            ("amazon", "sharing"): Tally(1, 1, 1, 0, 0),
            ("google", "sharing"): Tally(1, 0, 0, 1, 0),
        },
        vendors=vendors,
        practices=dict(zip(PRACTICES, practices, strict=True)),
        total=total,
    )


def test_claims_are_summed_from_the_cells() -> None:
    cells = [
        CellCount("amazon", "retention", 4, 1, 2, affirmed_uncertain=1, denied_uncertain=1),
        CellCount("google", "retention", denied=2),
    ]
    assert of_claims(cells) == Tallies(
        cells={
            ("amazon", "retention"): Tally(5, 4, 1, 1, 1),
            ("google", "retention"): Tally(2, 0, 0, 2, 0),
        },
        vendors={"amazon": 5, "google": 2},
        practices={"retention": 7},
        total=7,
    )


def test_nothing_is_counted_in_nothing() -> None:
    assert of_units(frame(COPIES)[:0], "stories") == of_claims([]) == Tallies({}, {}, {}, 0)


rows = st.lists(
    st.tuples(
        st.sampled_from(VENDORS),
        st.sampled_from(PRACTICES),
        st.sampled_from(("affirmed", "denied")),
        st.sampled_from(("certain", "uncertain")),
        st.integers(0, 5),
        st.sampled_from(("ledger", "gazette")),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=30,
)


@given(rows)
def test_a_tally_is_what_counting_by_hand_gives(said: list[Row]) -> None:
    found = of_units(frame(said), "articles")
    for (vendor, practice), tally in found.cells.items():
        inside = [row for row in said if row[:2] == (vendor, practice)]

        def articles(polarity: str, certainty: str = "", among: list[Row] = inside) -> set[int]:
            return {r[4] for r in among if r[2] == polarity and certainty in ("", r[3])}

        affirmed, denied = articles("affirmed"), articles("denied")
        assert tally == Tally(
            total=len(affirmed | denied),
            affirmed=len(affirmed),
            affirmed_uncertain=len(affirmed - articles("affirmed", "certain")),
            denied=len(denied),
            denied_uncertain=len(denied - articles("denied", "certain")),
        )
    assert set(found.cells) == {row[:2] for row in said}
    assert found.total == len({row[4] for row in said})
