"""The buttons that hand out the files of `python -m analysis export`."""

from __future__ import annotations

from functools import partial

import streamlit as st

from analysis.codebook import Codebook
from analysis.dashboard import access, frames
from analysis.dashboard.language import mark, number, tr
from analysis.export import COLUMNS, export_file
from analysis.store import ClaimFilter, Store

MOST = 20_000
"""Claims that a page hands out at once; a file of more would take the server's memory."""
_ABOUT = {
    "claims.csv": mark("Every claim with its sentence and source"),
    "vendors_by_practice.csv": mark("The comparison table, one cell a line"),
    "articles.csv": mark("The articles behind the claims"),
}
_LONG = ("claims.csv", "articles.csv")


def buttons(store: Store, wanted: ClaimFilter, codebook: Codebook) -> None:
    """A menu of the three files, of the claims that pass the filter; written when asked for."""
    many = frames.count_claims(wanted) > MOST
    with st.popover(tr("Download"), icon=":material/download:"):
        for name in COLUMNS:
            st.download_button(
                name,
                data=access.while_allowed(partial(export_file, name, store, wanted, codebook)),
                file_name=name,
                mime="text/csv",
                on_click="ignore",
                icon=":material/csv:",
                width="stretch",
                disabled=many and name in _LONG,
            )
            st.caption(tr(_ABOUT[name]))
        if many:
            st.caption(
                tr(
                    "More than {most} claims pass the filters: narrow them to download the claims "
                    "and the articles here, or run `python -m analysis export` where Earshot runs.",
                    most=number(MOST),
                )
            )
