"""From the store to what the pages show: one open store, cached aggregates, tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from analysis.codebook import Codebook, load_codebook
from analysis.config import load_settings
from analysis.store import CellCount, ClaimFilter, Facets, Overview, Store

FRESH_S = 15
"""How long an aggregate is shown before it is counted again."""

OUTCOMES = {
    "kept": "Kept: about a voice assistant and privacy",
    "unchanged": "Unchanged since an earlier visit",
    "off_topic:no_assistant": "Set aside: not about a voice assistant",
    "off_topic:no_privacy": "Set aside: not about privacy",
    "no_body": "No article text found",
    "unknown_language": "Neither French nor English",
    "robots": "Not read: the site's robots.txt forbids it",
    "too_large": "Not read: the page is too large",
    "private_address": "Not read: the address is not on the public web",
    "timeout": "No answer in time",
}


def store() -> Store:
    """The store of this process, opened once.

    Raises:
        StoreError: it cannot be opened; SchemaError: a newer Earshot wrote it.
    """
    return _open(load_settings().database_url)


def codebook() -> Codebook:
    """The codebook, read once; raises ConfigurationError."""
    return _codebook(load_settings().codebook)


def overview() -> Overview:
    """The store in figures."""
    return _overview(store(), store().address)


def facets() -> Facets:
    """The values that current claims have."""
    return _facets(store(), store().address)


def cells(wanted: ClaimFilter) -> list[CellCount]:
    """Current claims counted by vendor and practice."""
    return _cells(store(), store().address, wanted)


def count_claims(wanted: ClaimFilter) -> int:
    """How many current claims pass the filter."""
    return _count_claims(store(), store().address, wanted)


def outlets(figures: Overview, values: Facets) -> pd.DataFrame:
    """One row an outlet of the last crawl or with a claim: pages by outcome, and claims."""
    stats = figures.last_crawl.stats if figures.last_crawl else {}
    keys = dict.fromkeys((*stats, *values.outlets))
    rows = []
    for key in keys:
        counted = stats.get(key, {})
        kept = counted.get("kept", 0)
        unchanged = counted.get("unchanged", 0)
        off_topic = sum(n for reason, n in counted.items() if reason.startswith("off_topic"))
        rows.append(
            {
                "Outlet": values.outlet_names.get(key, key),
                "Claims": values.outlets.get(key, 0),
                "New or changed": kept,
                "Unchanged": unchanged,
                "Off topic": off_topic,
                "Not read": sum(counted.values()) - kept - unchanged - off_topic,
            }
        )
    columns = ["Outlet", "Claims", "New or changed", "Unchanged", "Off topic", "Not read"]
    return pd.DataFrame(rows, columns=columns)


def outcomes(figures: Overview) -> pd.DataFrame:
    """One row a reason: how many addresses gave it at their last visit."""
    rows = [(_outcome(reason), number) for reason, number in figures.outcomes.items()]
    return pd.DataFrame(rows, columns=["What became of the page", "Pages"])


def _outcome(reason: str) -> str:
    if reason.startswith("http_"):
        return f"The site answered {reason.removeprefix('http_')}"
    return OUTCOMES.get(reason, reason.replace("_", " "))


@st.cache_resource
def _open(url: str) -> Store:
    return Store.open(url)


@st.cache_resource
def _codebook(folder: Path) -> Codebook:
    return load_codebook(folder)


@st.cache_data(ttl=FRESH_S, show_spinner=False)
def _overview(_store: Store, address: str) -> Overview:
    return _store.overview()


@st.cache_data(ttl=FRESH_S, show_spinner=False)
def _facets(_store: Store, address: str) -> Facets:
    return _store.facets()


@st.cache_data(ttl=FRESH_S, show_spinner=False)
def _cells(_store: Store, address: str, wanted: ClaimFilter) -> list[CellCount]:
    return _store.cells(wanted)


@st.cache_data(ttl=FRESH_S, show_spinner=False)
def _count_claims(_store: Store, address: str, wanted: ClaimFilter) -> int:
    return _store.count_claims(wanted)
