"""What a cell of the table counts: claims, articles, outlets, or independent stories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from analysis.store import CellCount

if TYPE_CHECKING:
    import pandas as pd

    _Numbers = np.ndarray[Any, np.dtype[Any]]

Shared = Literal["articles", "outlets", "stories"]
"""Units that hold several claims; copies of one text are one story."""
Unit = Literal["claims"] | Shared

_COLUMNS = {"articles": "article", "outlets": "outlet", "stories": "story"}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many units make a cell.

    An article, outlet or story can both affirm and deny. On either side it is uncertain
    where every claim that it makes there is hedged.
    """

    total: int = 0
    affirmed: int = 0
    affirmed_uncertain: int = 0
    denied: int = 0
    denied_uncertain: int = 0


@dataclass(frozen=True, slots=True)
class Tallies:
    """The cells that have a claim; and different units by vendor, by practice and in all."""

    cells: dict[tuple[str, str], Tally]
    vendors: dict[str, int]
    practices: dict[str, int]
    total: int


def of_claims(cells: Iterable[CellCount]) -> Tallies:
    """The tallies of claims, which the cells hold already."""
    counted = {
        (cell.vendor, cell.practice): Tally(
            total=cell.affirmed + cell.denied,
            affirmed=cell.affirmed,
            affirmed_uncertain=cell.affirmed_uncertain,
            denied=cell.denied,
            denied_uncertain=cell.denied_uncertain,
        )
        for cell in cells
    }
    vendors: Counter[str] = Counter()
    practices: Counter[str] = Counter()
    for (vendor, practice), tally in counted.items():
        vendors[vendor] += tally.total
        practices[practice] += tally.total
    return Tallies(counted, dict(vendors), dict(practices), vendors.total())


def of_units(rows: pd.DataFrame, unit: Shared) -> Tallies:
    """The tallies of another unit.

    Args:
        rows: claims, as `ClaimTable.rows` gives them.
    """
    column = rows[_COLUMNS[unit]]
    units = (column.cat.codes if unit == "outlets" else column).to_numpy("int64")
    vendor, practice = (rows[name].cat for name in ("vendor", "practice"))
    vendors, practices = list(vendor.categories), list(practice.categories)
    width = int(units.max(initial=-1)) + 1
    by_vendor = vendor.codes.to_numpy("int64") * width + units
    by_practice = practice.codes.to_numpy("int64") * width + units
    denied = (rows["polarity"] == "denied").to_numpy()
    uncertain = (rows["certainty"] == "uncertain").to_numpy()

    # One number for cell, unit and kind of statement; sorted, those of one unit stand together.
    cell = vendor.codes.to_numpy("int64") * len(practices) + practice.codes.to_numpy("int64")
    statements = np.sort(narrowed((cell * width + units) * 4 + denied * 2 + uncertain))
    first = first_of_each(statements >> 2)
    says = np.bitwise_or.reduceat(1 << (statements & 3), first) if len(first) else first
    cells = (statements[first] >> 2) // max(width, 1)

    def counted(which: _Numbers) -> _Numbers:
        return np.bincount(cells[which], minlength=len(vendors) * len(practices))

    figures = np.stack(
        [
            counted(says > 0),
            counted((says & 0b0011) > 0),
            counted((says & 0b0011) == 0b0010),
            counted((says & 0b1100) > 0),
            counted((says & 0b1100) == 0b1000),
        ],
        axis=1,
    ).tolist()
    return Tallies(
        cells={
            (vendors[number // len(practices)], practices[number % len(practices)]): Tally(*figure)
            for number, figure in enumerate(figures)
            if figure[0]
        },
        vendors=_distinct(by_vendor, width, vendors),
        practices=_distinct(by_practice, width, practices),
        total=int(np.count_nonzero(np.bincount(units))),
    )


def _distinct(keys: _Numbers, width: int, names: list[str]) -> dict[str, int]:
    """How many different units each name has; those without one are left out."""
    counts = np.bincount(distinct(keys) // max(width, 1), minlength=len(names)).tolist()
    return {name: number for name, number in zip(names, counts, strict=True) if number}


def narrowed(numbers: _Numbers) -> _Numbers:
    """Numbers from 0 on in half as many bytes, where they fit: they sort several times as fast."""
    return numbers.astype("uint32") if numbers.max(initial=0) < 2**32 else numbers


def distinct(numbers: _Numbers) -> _Numbers:
    """Numbers from 0 on, each once, in order; `np.unique` is many times slower."""
    ordered = np.sort(narrowed(numbers))
    return ordered[first_of_each(ordered)]


def first_of_each(ordered: _Numbers) -> _Numbers:
    """Where each value of sorted numbers stands first."""
    first = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return np.flatnonzero(first)
