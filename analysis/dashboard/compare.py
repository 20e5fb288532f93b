"""Compare: vendors across, practices down, and the evidence of a chosen cell."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from analysis.codebook import Codebook
from analysis.compare import comparison
from analysis.dashboard import address, downloads, evidence, filters, frames, matrix
from analysis.dashboard.empty import empty_store
from analysis.dashboard.text import count, label
from analysis.store import CellCount, ClaimFilter

CELL = "cell"
SHOWN = 10


def page() -> None:
    """Draws the page."""
    st.title("Compare vendors", anchor="table")
    if empty_store(frames.overview()):
        return
    codebook = frames.codebook()
    st.write(
        "Each cell counts claims: sentences that say a vendor does a thing (affirm) or "
        "does not (deny). Choose a cell to read them."
    )
    wanted = filters.bar(frames.facets(), codebook, first=())
    table = comparison(
        frames.cells(wanted),
        wanted.vendors or tuple(codebook.vendors),
        wanted.practices or tuple(codebook.practices),
    )
    if not table.vendors:
        st.info("No claim passes these filters.", icon=":material/filter_alt_off:")
        filters.clear_button()
        return
    chosen = matrix.chosen_cell(st.query_params.get(CELL, ""), table)
    filtered = bool(address.write(replace(wanted, vendors=(), practices=())))
    matrix.show(table, codebook, chosen, filtered, _choose)
    if filtered:
        st.caption(
            "The filters are on: a cell that is empty, or that only affirms or only denies, "
            "may have claims that do not pass them."
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        downloads.buttons(frames.store(), wanted, codebook)
        if address.write(wanted):
            filters.clear_button()
    _evidence(chosen, wanted, codebook)


def _evidence(cell: CellCount | None, wanted: ClaimFilter, codebook: Codebook) -> None:
    if cell is None:
        st.header("Evidence", anchor="evidence")
        st.write("Choose a cell in the table to read the sentences behind its numbers.")
        return
    vendor, practice = codebook.vendor_label(cell.vendor), codebook.practice_label(cell.practice)
    st.header(f"{label(vendor)} · {label(practice)}", anchor="evidence")
    known = codebook.practices.get(cell.practice)
    if known:
        st.caption(known.definition["en"])
    st.write(
        f"**{' · '.join(matrix.counts(cell))}**, {cell.uncertain:,} of them uncertain, "
        f"in {count(cell.articles, 'article')} of {count(cell.outlets, 'outlet')}."
    )
    inside = replace(wanted, vendors=(cell.vendor,), practices=(cell.practice,))
    evidence.listing(frames.store().claims(inside, limit=SHOWN), codebook, subject=False)
    st.markdown("[Back to the table](#table)")
    total = cell.affirmed + cell.denied
    if total > SHOWN:
        st.page_link(
            "analysis/dashboard/claims.py",
            label=f"See all {count(total, 'claim')}",
            icon=":material/arrow_forward:",
            icon_position="right",
            query_params=address.write(inside),
        )


def _choose(key: str) -> None:
    st.query_params[CELL] = key


page()
