"""The buttons that hand out the files of `python -m analysis export`."""

from __future__ import annotations

from functools import partial

import streamlit as st

from analysis.codebook import Codebook
from analysis.dashboard.language import mark, tr
from analysis.export import COLUMNS, export_files
from analysis.store import ClaimFilter, Store

_ABOUT = {
    "claims.csv": mark("Every claim with its sentence and source"),
    "vendors_by_practice.csv": mark("The comparison table, one cell a line"),
    "articles.csv": mark("The articles behind the claims"),
}


def buttons(store: Store, wanted: ClaimFilter, codebook: Codebook) -> None:
    """A menu of the three files, of the claims that pass the filter; written when asked for."""
    with st.popover(tr("Download"), icon=":material/download:"):
        for name in COLUMNS:
            st.download_button(
                name,
                data=partial(one_file, name, store, wanted, codebook),
                file_name=name,
                mime="text/csv",
                on_click="ignore",
                icon=":material/csv:",
                width="stretch",
            )
            st.caption(tr(_ABOUT[name]))


def one_file(name: str, store: Store, wanted: ClaimFilter, codebook: Codebook) -> bytes:
    """The content of one file of the export."""
    return export_files(store, wanted, codebook)[name]
