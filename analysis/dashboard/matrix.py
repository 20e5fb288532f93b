"""The table of vendors by practices, with a button in every cell that has evidence.

A component of its own: a real HTML table that stays legible at 390 px, keeps its
headings in sight and can be used from the keyboard. `st.dataframe` cuts the
counts off, a grid of buttons loses its headings, a chart shrinks until nothing
can be read.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from analysis.codebook import Codebook
from analysis.compare import Comparison, State, state
from analysis.dashboard.text import count
from analysis.store import CellCount

KEY = "matrix"
LEGEND: dict[State, str] = {
    "affirmed": "Affirmed: the press says it happens",
    "denied": "Denied only: the press says it does not",
    "contested": "Contested: some say so, some say not",
    "silent": "Nobody wrote about it",
}
SILENT_IF_FILTERED = "Nothing passes the filters"

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "earshot_matrix",
    html='<ul class="legend"></ul><div class="frame" role="region" tabindex="0"></div>',
    css=(_HERE / "matrix.css").read_text(encoding="utf-8"),
    js=(_HERE / "matrix.js").read_text(encoding="utf-8"),
)


def cell_key(vendor: str, practice: str) -> str:
    """How an address names a cell: "human_review/apple"."""
    return f"{practice}/{vendor}"


def chosen_cell(key: str, table: Comparison) -> CellCount | None:
    """The cell that an address names, if the table has it."""
    practice, _, vendor = key.partition("/")
    return table.cells.get((vendor, practice))


def counts(cell: CellCount) -> list[str]:
    """["5 affirm", "2 deny"], without zeros."""
    numbers = (
        (cell.affirmed, "affirms" if cell.affirmed == 1 else "affirm"),
        (cell.denied, "denies" if cell.denied == 1 else "deny"),
    )
    return [f"{number:,} {verb}" for number, verb in numbers if number]


def cell_name(cell: CellCount, codebook: Codebook, silent: str = LEGEND["silent"]) -> str:
    """The cell as a sentence, for screen readers and tooltips; `silent` for one without claims."""
    subject = f"{codebook.vendor_label(cell.vendor)}, {codebook.practice_label(cell.practice)}"
    if not cell.affirmed and not cell.denied:
        return f"{subject}: {silent[:1].lower()}{silent[1:]}"
    return (
        f"{subject}: {' and '.join(counts(cell))}, "
        f"in {count(cell.articles, 'article')} of {count(cell.outlets, 'outlet')}"
    )


def content(
    table: Comparison, codebook: Codebook, chosen: CellCount | None, filtered: bool = False
) -> dict[str, Any]:
    """What the component draws: headings, cells and the legend, as plain text.

    Where claims were `filtered` out, an empty cell does not say that nobody wrote.
    """
    legend = {**LEGEND, "silent": SILENT_IF_FILTERED} if filtered else dict(LEGEND)

    def drawn(cell: CellCount) -> dict[str, Any]:
        return {
            "key": cell_key(cell.vendor, cell.practice),
            "state": state(cell),
            "name": cell_name(cell, codebook, legend["silent"]),
            "counts": counts(cell),
            "outlets": count(cell.outlets, "outlet"),
        }

    def definition(practice: str) -> str:
        known = codebook.practices.get(practice)
        return known.definition["en"] if known else ""

    return {
        "caption": "Claims by vendor and practice",
        "corner": "Practice",
        "legend": [{"state": key, "text": text} for key, text in legend.items()],
        "columns": [codebook.vendor_label(vendor) for vendor in table.vendors],
        "rows": [
            {
                "label": codebook.practice_label(practice),
                "definition": definition(practice),
                "cells": [drawn(table.cell(vendor, practice)) for vendor in table.vendors],
            }
            for practice in table.practices
        ],
        "chosen": cell_key(chosen.vendor, chosen.practice) if chosen else None,
    }


def show(
    table: Comparison,
    codebook: Codebook,
    chosen: CellCount | None,
    filtered: bool,
    choose: Callable[[str], None],
) -> None:
    """Shows the table; `choose` is called with the key of a cell before the next run."""

    def chose() -> None:
        choice = st.session_state[KEY].choice
        if isinstance(choice, str):
            choose(choice)

    _mount(key=KEY, data=content(table, codebook, chosen, filtered), on_choice_change=chose)
