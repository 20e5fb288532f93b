"""From counted claims to the table of vendors by practices."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from analysis.store import CellCount

State = Literal["uncovered", "silent", "affirmed", "denied", "contested"]


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


def state(cell: CellCount, covered: bool = True) -> State:
    """What the press says of a cell.

    That it is so ("affirmed"), only that it is not ("denied"), both ("contested"), or
    nothing: "silent" where the press covers the vendor at all, "uncovered" where not.
    """
    if cell.affirmed and cell.denied:
        return "contested"
    if cell.affirmed:
        return "affirmed"
    if cell.denied:
        return "denied"
    return "silent" if covered else "uncovered"


def comparison(
    cells: Iterable[CellCount],
    vendors: Sequence[str],
    practices: Sequence[str],
    always: Collection[str] = (),
) -> Comparison:
    """The full table from the cells that hold a claim.

    Args:
        cells: as `Store.cells` gives them, at most one for each vendor and practice.
        vendors, practices: the codebook's keys, in its order. A practice that the
            codebook does not know, as an older one may have left, comes last.
        always: vendors that get a column without a claim too.
    """
    counted = {(cell.vendor, cell.practice): cell for cell in cells}
    columns = _in_order({*always, *(vendor for vendor, _ in counted)}, vendors)
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


def with_vendors(table: Comparison, vendors: Sequence[str]) -> Comparison:
    """The table with some of its columns, in this order."""
    kept = {key: cell for key, cell in table.cells.items() if key[0] in vendors}
    return replace(table, vendors=tuple(vendors), cells=kept)


def _in_order(present: set[str], known: Sequence[str]) -> tuple[str, ...]:
    return (*(key for key in known if key in present), *sorted(present - set(known)))
