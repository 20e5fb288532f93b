import pytest

from analysis.codebook import Codebook, load_codebook
from analysis.compare import comparison
from analysis.config import load_settings
from analysis.dashboard.matrix import cell_key, cell_name, chosen_cell, content, counts
from analysis.store import CellCount

CELLS = [
    CellCount("apple", "retention", affirmed=5, denied=2, articles=4, outlets=3),
    CellCount("apple", "deletion", denied=1, articles=1, outlets=1),
    CellCount("other:a/b toys", "retention", affirmed=1, articles=1, outlets=1),
]


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return load_codebook(load_settings({}).codebook)


@pytest.mark.parametrize(
    ("cell", "texts"),
    [
        (CellCount("a", "p", affirmed=5, denied=2), ["5 affirm", "2 deny"]),
        (CellCount("a", "p", affirmed=1, denied=1), ["1 affirms", "1 denies"]),
        (CellCount("a", "p", denied=1200), ["1,200 deny"]),
        (CellCount("a", "p"), []),
    ],
)
def test_counts_leave_out_zeros(cell: CellCount, texts: list[str]) -> None:
    assert counts(cell) == texts


def test_every_cell_has_a_name_that_says_its_state(codebook: Codebook) -> None:
    assert cell_name(CELLS[0], codebook) == (
        "Apple, Retention: 5 affirm and 2 deny, in 4 articles of 3 outlets"
    )
    assert cell_name(CELLS[1], codebook) == ("Apple, Deletion: 1 denies, in 1 article of 1 outlet")
    silent = CellCount("apple", "children")
    assert cell_name(silent, codebook).endswith(": nobody wrote about it")


def test_the_drawing_tells_silent_from_denied(codebook: Codebook) -> None:
    practices = ("retention", "deletion", "children")
    drawn = content(comparison(CELLS, ("apple",), practices), codebook, None)
    assert drawn["columns"] == ["Apple", "A/b Toys"]
    assert [[cell["state"] for cell in row["cells"]] for row in drawn["rows"]] == [
        ["contested", "affirmed"],
        ["denied", "silent"],
        ["silent", "silent"],
    ]
    assert {entry["state"] for entry in drawn["legend"]} == {
        "silent",
        "denied",
        "affirmed",
        "contested",
    }


def test_a_key_names_its_cell_again() -> None:
    table = comparison(CELLS, ("apple",), ("retention", "deletion"))
    for cell in CELLS:
        assert chosen_cell(cell_key(cell.vendor, cell.practice), table) == cell
    for unknown in ("", "retention", "retention/nobody", "/", "nothing/apple"):
        assert chosen_cell(unknown, table) is None
