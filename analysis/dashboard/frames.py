"""From the store to what the pages show: one open store, claims in memory, cached aggregates."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from analysis.codebook import Codebook, load_codebook
from analysis.config import load_settings
from analysis.dashboard.language import tr
from analysis.live import LiveTable
from analysis.store import CellCount, ClaimFilter, Facets, Overview, Store, StoredClaim
from analysis.table import ClaimTable
from analysis.table import cells as counted

FRESH_S = 30
"""How long what no change of an article tells of is shown before it is counted again."""
KEPT = 200
"""Filters of which the counts are kept."""


def store() -> Store:
    """The store of this process, opened once.

    Raises:
        StoreError: it cannot be opened; SchemaError: a newer Earshot wrote it.
    """
    return _open(load_settings().database_url)


def codebook() -> Codebook:
    """The codebook, read once; raises ConfigurationError."""
    return _codebook(load_settings().codebook)


def table() -> ClaimTable:
    """All current claims, in memory; what a page shows together comes from one call of it."""
    live = _live(store(), store().address)
    if live.read:
        return live.current()
    with st.spinner(tr("Reading all claims…")):
        return live.current()


def overview() -> Overview:
    """The store in figures."""
    claims = table()
    return _overview(store(), claims, store().address, claims.change)


def facets() -> Facets:
    """The values that current claims have."""
    claims = table()
    return _facets(claims, store().address, claims.change)


def cells(wanted: ClaimFilter) -> list[CellCount]:
    """Current claims counted by vendor and practice."""
    claims = table()
    return _cells(claims, store().address, claims.change, wanted)


def count_claims(wanted: ClaimFilter) -> int:
    """How many current claims pass the filter."""
    return table().count(wanted)


def claims(wanted: ClaimFilter, limit: int, offset: int = 0) -> list[StoredClaim]:
    """Current claims: newest article first, undated last, then in reading order."""
    every = table()
    shown = every.positions(wanted)[offset : offset + limit]
    return store().claims_by_id(every.claim_ids(shown))


@st.cache_resource
def _open(url: str) -> Store:
    return Store.open(url)


@st.cache_resource
def _codebook(folder: Path) -> Codebook:
    return load_codebook(folder)


@st.cache_resource(show_spinner=False)
def _live(_store: Store, address: str) -> LiveTable:
    return LiveTable(_store)


@st.cache_data(ttl=FRESH_S, max_entries=KEPT, show_spinner=False)
def _overview(_store: Store, _table: ClaimTable, address: str, change: int) -> Overview:
    return _table.overview(_store.unread(), _store.outcomes(), _store.crawl())


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _facets(_table: ClaimTable, address: str, change: int) -> Facets:
    return _table.facets()


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _cells(_table: ClaimTable, address: str, change: int, wanted: ClaimFilter) -> list[CellCount]:
    return counted(_table.rows(wanted))
