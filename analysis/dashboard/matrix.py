"""The table of vendors by practices, with a button in every cell that has evidence.

A component of its own: a real HTML table that stays legible at 390 px, keeps its
headings in sight and can be used from the keyboard. `st.dataframe` cuts the
counts off, a grid of buttons loses its headings, a chart shrinks until nothing
can be read. The bar in a cell is a drawing of what its words say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from analysis.codebook import Codebook
from analysis.compare import Comparison, State, state
from analysis.dashboard.language import current, listed, mark, number, speaking, tr, trn
from analysis.store import CellCount
from analysis.tallies import Tallies, Tally, Unit

KEY = "matrix"
UNIT_LABELS: dict[Unit, str] = {
    "claims": mark("Claims"),
    "articles": mark("Articles"),
    "outlets": mark("Outlets"),
    "stories": mark("Independent stories"),
}
LEGEND: dict[State, str] = {
    "affirmed": mark("Affirmed: every claim says that the vendor does it"),
    "denied": mark("Only denied: every claim says that the vendor does not do it"),
    "contested": mark(
        "Contested: some claims say that the vendor does it, others that it does not"
    ),
    "silent": mark("No claim: articles name the vendor, none says whether it does this"),
    "uncovered": mark("Never covered: no article read so far names the vendor"),
}
LEGEND_IF_FILTERED: dict[State, str] = {
    **LEGEND,
    "silent": mark("No claim: articles within the filters name the vendor, no claim passes them"),
    "uncovered": mark(
        "Never covered: no article read so far, within the filters, names the vendor"
    ),
}
EMPTY: dict[State, str] = {"silent": mark("no claim"), "uncovered": mark("not covered")}

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "earshot_matrix",
    html=(
        '<details class="legend" hidden><summary></summary><ul></ul></details>'
        '<div class="frame" role="region" tabindex="0"></div><p class="keys"></p>'
    ),
    css=(_HERE / "matrix.css").read_text(encoding="utf-8"),
    js=(_HERE / "matrix.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True, slots=True)
class View:
    """What the table shows.

    Attributes:
        tallies: of the unit that the cells count.
        coverage: articles that name each vendor, within the filters.
        filtered: whether a filter may hide claims of the cells shown.
        chosen: the cell whose evidence is open.
    """

    table: Comparison
    tallies: Tallies
    unit: Unit = "claims"
    coverage: Mapping[str, int] = field(default_factory=dict)
    filtered: bool = False
    chosen: CellCount | None = None

    def state(self, cell: CellCount) -> State:
        """What the press says of a cell."""
        return state(cell, covered=self.covered(cell.vendor))

    def covered(self, vendor: str) -> bool:
        """Whether an article within the filters names the vendor."""
        return bool(self.coverage.get(vendor) or self.tallies.vendors.get(vendor))

    def tally(self, cell: CellCount) -> Tally:
        """What the cell counts."""
        return self.tallies.cells.get((cell.vendor, cell.practice), Tally())

    @property
    def legend(self) -> Mapping[State, str]:
        """What each state means, in the language in use."""
        texts = LEGEND_IF_FILTERED if self.filtered else LEGEND
        return {key: tr(text) for key, text in texts.items()}


def cell_key(vendor: str, practice: str) -> str:
    """How an address names a cell: "human_review/apple"."""
    return f"{practice}/{vendor}"


def chosen_cell(key: str, table: Comparison) -> CellCount | None:
    """The cell that an address names, if the table has it."""
    practice, _, vendor = key.partition("/")
    return table.cells.get((vendor, practice))


def counted(total: int, unit: Unit) -> str:
    """A number with its unit: "5 claims", "3 independent stories"."""
    match unit:
        case "claims":
            return trn("{n} claim", "{n} claims", total)
        case "articles":
            return trn("{n} article", "{n} articles", total)
        case "outlets":
            return trn("{n} outlet", "{n} outlets", total)
        case "stories":
            return trn("{n} independent story", "{n} independent stories", total)


def counts(tally: Tally) -> dict[str, str]:
    """{"affirmed": "5 affirm", "denied": "2 deny"}, without zeros."""
    texts = {}
    if tally.affirmed:
        texts["affirmed"] = trn("{n} affirms", "{n} affirm", tally.affirmed)
    if tally.denied:
        texts["denied"] = trn("{n} denies", "{n} deny", tally.denied)
    return texts


def copies(cell: CellCount) -> str:
    """ "41 articles, 3 origins" where articles share a text; nothing where they do not."""
    if cell.articles == cell.stories:
        return ""
    return tr(
        "{articles}, {origins}",
        articles=counted(cell.articles, "articles"),
        origins=trn("{n} origin", "{n} origins", cell.stories),
    )


def hedged(text: str, uncertain: int) -> str:
    """ "5 claims affirm it, 2 of them uncertain"; the text alone where none is."""
    if not uncertain:
        return text
    return tr(
        "{counted}, {uncertain}",
        counted=text,
        uncertain=trn("{n} of them uncertain", "{n} of them uncertain", uncertain),
    )


def cell_name(cell: CellCount, view: View, codebook: Codebook) -> str:
    """The cell as a sentence, for screen readers and tooltips."""
    subject = tr(
        "{vendor}, {practice}",
        vendor=codebook.vendor_label(cell.vendor),
        practice=codebook.practice_label(cell.practice, current()),
    )
    tally = view.tally(cell)
    if not tally.total:
        return tr(
            "{subject}: {said}", subject=subject, said=_lowered(view.legend[view.state(cell)])
        )
    said = [counted(tally.total, view.unit), *_sides(tally)]
    shared = copies(cell)
    if view.unit != "articles" and not shared:
        said.append(trn("in {n} article", "in {n} articles", cell.articles))
    if view.unit != "outlets":
        said.append(trn("in {n} outlet", "in {n} outlets", cell.outlets))
    if shared:
        said.append(shared)
    return tr("{subject}: {said}", subject=subject, said=listed(said))


def content(view: View, codebook: Codebook) -> dict[str, Any]:
    """What the component draws: headings, cells, totals and the legend, as plain text."""
    table = view.table

    def drawn(cell: CellCount) -> dict[str, Any]:
        says, tally = view.state(cell), view.tally(cell)
        shared = {
            "key": cell_key(cell.vendor, cell.practice),
            "state": says,
            "name": cell_name(cell, view, codebook),
        }
        if not tally.total:
            return {**shared, "empty": tr(EMPTY[says])}
        return {
            **shared,
            "counts": list(counts(tally).values()),
            "bar": [
                tally.denied_uncertain,
                tally.denied - tally.denied_uncertain,
                tally.affirmed - tally.affirmed_uncertain,
                tally.affirmed_uncertain,
            ],
            "copies": copies(cell),
        }

    return {
        "caption": tr("{unit} by vendor and practice", unit=tr(UNIT_LABELS[view.unit])),
        "corner": tr("Practice"),
        "how": tr("How to read a cell"),
        "legend": [{"state": key, "text": text} for key, text in view.legend.items()],
        "bar": tr("The bar: denied to the left, affirmed to the right, hatched where uncertain"),
        "keys": tr("Arrow keys move from cell to cell, Enter opens one."),
        "columns": [
            {
                "label": codebook.vendor_label(vendor),
                "named": trn(
                    "named in {n} article", "named in {n} articles", view.coverage.get(vendor, 0)
                ),
            }
            for vendor in table.vendors
        ],
        "all": {"vendors": tr("All vendors"), "practices": tr("All practices")},
        "totals": [number(view.tallies.vendors.get(vendor, 0)) for vendor in table.vendors],
        "total": number(view.tallies.total),
        "rows": [
            {
                "label": codebook.practice_label(practice, current()),
                "definition": definition(practice, codebook),
                "cells": [drawn(table.cell(vendor, practice)) for vendor in table.vendors],
                "total": number(view.tallies.practices.get(practice, 0)),
            }
            for practice in table.practices
        ],
        "chosen": cell_key(view.chosen.vendor, view.chosen.practice) if view.chosen else None,
    }


def definition(practice: str, codebook: Codebook) -> str:
    """What a practice is, in the language in use; nothing for one that the codebook lacks."""
    known = codebook.practices.get(practice)
    return known.definition[current()] if known else ""


def show(view: View, codebook: Codebook, choose: Callable[[str], None]) -> None:
    """Shows the table; `choose` is called with the key of a cell before the next run."""

    def chose() -> None:
        choice = st.session_state[KEY].choice
        if isinstance(choice, str):
            choose(choice)

    # Thousands of texts: the language is looked up once for all.
    with speaking(current()):
        data = content(view, codebook)
    _mount(key=KEY, data=data, on_choice_change=chose)


def _sides(tally: Tally) -> list[str]:
    """["5 affirm, 1 of them uncertain", "2 deny"]"""
    uncertain = {"affirmed": tally.affirmed_uncertain, "denied": tally.denied_uncertain}
    return [hedged(text, uncertain[polarity]) for polarity, text in counts(tally).items()]


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
