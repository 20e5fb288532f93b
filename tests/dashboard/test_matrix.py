"""What the table of the comparison draws and says."""

from __future__ import annotations

from typing import Any

import pytest

from analysis.codebook import Codebook, load_codebook
from analysis.compare import comparison
from analysis.config import load_settings
from analysis.dashboard import language
from analysis.dashboard.matrix import View, cell_key, cell_name, chosen_cell, content, counts
from analysis.store import CellCount
from analysis.tallies import Tally, of_claims

TOYS = "other:a/b toys"
CELLS = [
    CellCount(
        "apple",
        "retention",
        affirmed=5,
        denied=2,
        uncertain=3,
        affirmed_uncertain=3,
        articles=41,
        outlets=3,
        stories=3,
    ),
    CellCount("apple", "deletion", denied=1, articles=1, outlets=1, stories=1),
    CellCount(TOYS, "retention", affirmed=1, articles=1, outlets=1, stories=1),
]
PRACTICES = ("retention", "deletion", "children")
COVERAGE = {"apple": 50, "samsung": 2}


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return load_codebook(load_settings({}).codebook)


def view(**fields: Any) -> View:
    known = ("apple", "samsung", "yandex")
    table = comparison(CELLS, known, PRACTICES, always=known)
    return View(**{"table": table, "tallies": of_claims(CELLS), "coverage": COVERAGE, **fields})


@pytest.mark.parametrize(
    ("tally", "texts"),
    [
        (Tally(7, 5, 0, 2, 0), {"affirmed": "5 affirm", "denied": "2 deny"}),
        (Tally(2, 1, 0, 1, 0), {"affirmed": "1 affirms", "denied": "1 denies"}),
        (Tally(1200, 0, 0, 1200, 0), {"denied": "1,200 deny"}),
        (Tally(), {}),
    ],
)
def test_counts_leave_out_zeros(tally: Tally, texts: dict[str, str]) -> None:
    assert counts(tally) == texts


def test_every_cell_has_a_name_that_says_all_that_it_draws(codebook: Codebook) -> None:
    assert cell_name(CELLS[0], view(), codebook) == (
        "Apple, Retention: 7 claims; 5 affirm, 3 of them uncertain; 2 deny; "
        "in 3 outlets; 41 articles, 3 origins"
    )
    assert cell_name(CELLS[1], view(), codebook) == (
        "Apple, Deletion: 1 claim; 1 denies; in 1 article; in 1 outlet"
    )


def test_the_name_says_what_is_counted(codebook: Codebook) -> None:
    counted = of_claims([])
    counted.cells["apple", "retention"] = Tally(3, 2, 0, 2, 1)
    stories = view(unit="stories", tallies=counted)
    assert cell_name(CELLS[0], stories, codebook) == (
        "Apple, Retention: 3 independent stories; 2 affirm; 2 deny, 1 of them uncertain; "
        "in 3 outlets; 41 articles, 3 origins"
    )


def test_the_drawing_tells_the_five_states(codebook: Codebook) -> None:
    drawn = content(view(), codebook)
    assert [column["label"] for column in drawn["columns"]] == [
        "Apple",
        "Samsung",
        "Yandex",
        "A/b Toys",
    ]
    assert [[cell["state"] for cell in row["cells"]] for row in drawn["rows"]] == [
        ["contested", "silent", "uncovered", "affirmed"],
        ["denied", "silent", "uncovered", "silent"],
        ["silent", "silent", "uncovered", "silent"],
    ]
    legend = {entry["state"]: entry["text"] for entry in drawn["legend"]}
    assert set(legend) == {"uncovered", "silent", "denied", "affirmed", "contested"}
    empty = {
        (c["state"], c["empty"], c["name"].split(": ", 1)[1]) for c in drawn["rows"][2]["cells"]
    }
    assert {(state, word) for state, word, _ in empty} == {
        ("silent", "no claim"),
        ("uncovered", "not covered"),
    }
    assert {legend[state].split(": ", 1)[1] for state, _, _ in empty} == {
        name.split(": ", 1)[1] for _, _, name in empty
    }


def test_the_bar_has_the_hedged_part_of_each_side_and_copies_are_told(codebook: Codebook) -> None:
    apple, *_ = content(view(), codebook)["rows"][0]["cells"]
    assert apple["bar"] == [0, 2, 2, 3]
    assert apple["copies"] == "41 articles, 3 origins"
    assert content(view(), codebook)["rows"][1]["cells"][0]["copies"] == ""


def test_rows_and_columns_have_totals(codebook: Codebook) -> None:
    drawn = content(view(), codebook)
    assert drawn["totals"] == ["8", "0", "0", "1"]
    assert [row["total"] for row in drawn["rows"]] == ["8", "1", "0"]
    assert drawn["total"] == "9"


def test_filters_change_what_empty_cells_mean(codebook: Codebook) -> None:
    name = cell_name(CellCount("samsung", "children"), view(filtered=True), codebook)
    assert name.endswith("no claim passes them")
    assert "within the filters" in cell_name(
        CellCount("yandex", "children"), view(filtered=True), codebook
    )


def test_practices_stand_in_the_language_of_the_interface(codebook: Codebook) -> None:
    with language.speaking("fr"):
        row = content(view(), codebook)["rows"][0]
    known = codebook.practices["retention"]
    assert (row["label"], row["definition"]) == (known.label["fr"], known.definition["fr"])


def test_a_key_names_its_cell_again() -> None:
    table = comparison(CELLS, ("apple",), ("retention", "deletion"))
    for cell in CELLS:
        assert chosen_cell(cell_key(cell.vendor, cell.practice), table) == cell
    for unknown in ("", "retention", "retention/nobody", "/", "nothing/apple"):
        assert chosen_cell(unknown, table) is None
