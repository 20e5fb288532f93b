"""From counts to the table."""

from __future__ import annotations

import pytest

from analysis.compare import comparison, state, with_vendors
from analysis.store import CellCount

VENDORS = ("amazon", "apple", "google")
PRACTICES = ("collection", "retention", "deletion")


@pytest.mark.parametrize(
    ("affirmed", "denied", "expected"),
    [
        (0, 0, "silent"),
        (2, 0, "affirmed"),
        (0, 1, "denied"),
        (5, 1, "contested"),
    ],
)
def test_what_a_cell_says(affirmed: int, denied: int, expected: str) -> None:
    assert state(CellCount("amazon", "retention", affirmed, denied)) == expected


def test_only_an_empty_cell_can_be_uncovered() -> None:
    assert state(CellCount("amazon", "retention"), covered=False) == "uncovered"
    assert state(CellCount("amazon", "retention", denied=1), covered=False) == "denied"


def test_every_vendor_with_a_claim_meets_every_practice() -> None:
    counted = CellCount("google", "retention", affirmed=1, articles=1, outlets=1)
    table = comparison([counted, CellCount("amazon", "deletion", denied=2)], VENDORS, PRACTICES)
    assert table.vendors == ("amazon", "google")
    assert table.practices == PRACTICES
    assert len(table.cells) == 6
    assert table.cell("google", "retention") == counted
    assert table.cell("google", "collection") == CellCount("google", "collection")
    with pytest.raises(KeyError):
        table.cell("apple", "retention")


def test_what_the_codebook_does_not_know_comes_last() -> None:
    cells = [
        CellCount("other:zeta", "retired", affirmed=1),
        CellCount("other:alpha", "retention", affirmed=1),
        CellCount("google", "retention", affirmed=1),
        CellCount("apple", "retention", affirmed=1),
    ]
    table = comparison(cells, VENDORS, PRACTICES)
    assert table.vendors == ("apple", "google", "other:alpha", "other:zeta")
    assert table.practices == (*PRACTICES, "retired")


def test_no_claim_gives_no_column() -> None:
    table = comparison([], VENDORS, PRACTICES)
    assert (table.vendors, table.cells) == ((), {})


def test_a_vendor_without_a_claim_has_a_column_where_it_is_asked_for() -> None:
    table = comparison([CellCount("google", "retention", 1)], VENDORS, PRACTICES, always=["apple"])
    assert table.vendors == ("apple", "google")
    assert table.cell("apple", "retention") == CellCount("apple", "retention")


def test_columns_can_be_chosen_and_put_in_order() -> None:
    table = comparison([], VENDORS, PRACTICES, always=VENDORS)
    narrowed = with_vendors(table, ["google", "amazon"])
    assert narrowed.vendors == ("google", "amazon")
    assert {vendor for vendor, _ in narrowed.cells} == {"google", "amazon"}
