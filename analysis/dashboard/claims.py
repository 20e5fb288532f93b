"""Claims: every claim that passes the filters, page by page."""

from __future__ import annotations

import streamlit as st

from analysis.dashboard import address, downloads, evidence, filters, frames
from analysis.dashboard.empty import empty_store
from analysis.dashboard.language import tr, trn

PAGE_SIZE = 20


def page() -> None:
    """Draws the page."""
    st.title(tr("Claims"), anchor=False)
    if empty_store(frames.overview()):
        return
    codebook = frames.codebook()
    wanted = filters.bar(frames.facets(), codebook, first=(address.TEXT, "vendor", "practice"))
    total = frames.count_claims(wanted)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            trn(
                "**{n} claim**, newest article first", "**{n} claims**, newest article first", total
            )
        )
        if address.write(wanted):
            filters.clear_button()
        if total:
            downloads.buttons(frames.store(), wanted, codebook)
    if not total:
        st.info(tr("No claim passes these filters."), icon=":material/filter_alt_off:")
        return
    pages = -(-total // PAGE_SIZE)
    number = filters.page_number(pages)
    shown = frames.claims(wanted, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    evidence.listing(shown, codebook)
    filters.pagination(number, pages)


page()
