"""From counted claims to the table of vendors by practices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.store import CellCount

State = Literal["silent", "affirmed", "denied", "contested"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every vendor against every practice.

    Attributes:
        vendors: the columns: those that a claim names, in the codebook's order,
            then those that it does not know, by name.
        practices: the rows, in the codebook's order.
        cells: a count for every (vendor, practice), of zeros where nobody wrote.
    """

    vendors: tuple[str, ...]
    practices: tuple[str, ...]
    cells: dict[tuple[str, str], CellCount]

    def cell(self, vendor: str, practice: str) -> CellCount:
        """The count of one cell; raises KeyError outside the table."""
        return self.cells[vendor, practice]


def state(cell: CellCount) -> State:
    """What the press says: nothing, that it is so, only that it is not, or both."""
    if cell.affirmed and cell.denied:
        return "contested"
    if cell.affirmed:
        return "affirmed"
    return "denied" if cell.denied else "silent"


def comparison(
    cells: Iterable[CellCount], vendors: Sequence[str], practices: Sequence[str]
) -> Comparison:
    """The full table from the cells that hold a claim.

    Args:
        cells: as `Store.cells` gives them, at most one for each vendor and practice.
        vendors, practices: the codebook's keys, in its order. A vendor without a
            claim gets no column; a practice that the codebook does not know, as an
            older one may have left, comes last.
    """
    counted = {(cell.vendor, cell.practice): cell for cell in cells}
    columns = _in_order({vendor for vendor, _ in counted}, vendors)
    rows = (*practices, *_in_order({p for _, p in counted} - set(practices), ()))
    return Comparison(
        vendors=columns,
        practices=rows,
        cells={
            (vendor, practice): counted.get((vendor, practice), CellCount(vendor, practice))
            for vendor in columns
            for practice in rows
        },
    )


def _in_order(present: set[str], known: Sequence[str]) -> tuple[str, ...]:
    return (*(key for key in known if key in present), *sorted(present - set(known)))
