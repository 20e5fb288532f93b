"""From the store to what the pages show: one open store, cached aggregates, tables."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import streamlit as st

from analysis.codebook import Codebook, load_codebook
from analysis.config import load_settings
from analysis.store import CellCount, ClaimFilter, Facets, Overview, Store, StoredClaim
from analysis.table import ClaimTable

FRESH_S = 30
"""How long an aggregate is shown before it is counted again."""

OUTCOMES = {
    "kept": "Kept for analysis",
    "off_topic:no_assistant": "Set aside: not about a voice assistant",
    "off_topic:no_privacy": "Set aside: not about privacy",
    "no_body": "Set aside: no article text found",
    "not_html": "Set aside: not a web page",
    "not_xml": "Not a feed or sitemap",
    "no_links": "No links found",
    "too_large": "Set aside: the page is too large",
    "unknown_language": "Set aside: neither French nor English",
    "duplicate": "Set aside: already read at another address",
    "too_old": "Not read: before the date asked for",
    "limit": "Not read: beyond the number of pages asked for",
    "robots": "Not read: the site’s robots.txt forbids it",
    "robots_unreachable": "Not read: the site’s robots.txt did not answer",
    "offsite": "Not read: the address belongs to another site",
    "private_address": "Not read: the address is not on the public web",
    "scheme": "Not read: not a web address",
    "timeout": "No answer in time",
    "dns": "The site’s name is unknown",
    "connection": "The site could not be reached",
    "redirects": "The site redirected without end",
    "download_error": "The download failed",
    "parse_error": "The page could not be read; the crawl’s log names it",
    "read": "Read",
    "unchanged": "Unchanged since the visit before",
    "index": "Read: a list of sitemaps",
}
"""What the outcomes of a visit mean, for a reader; the crawler documents them."""

SET_ASIDE = (
    "off_topic",
    "no_body",
    "not_html",
    "too_large",
    "unknown_language",
    "duplicate",
    "too_old",
    "limit",
)
SOURCES = {"feed": "Feed", "sitemap": "Sitemap", "listing": "Listing"}
SOURCE_READ = ("read", "unchanged", "index")
OUTLET_COLUMNS = (
    "Outlet",
    "Claims",
    "New",
    "Changed",
    "Unchanged",
    "Set aside",
    "Not read",
    "Feeds failed",
)


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
    """All current claims, in memory."""
    return _table(store(), store().address)


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


def claims(wanted: ClaimFilter, limit: int, offset: int = 0) -> list[StoredClaim]:
    """Current claims: newest article first, undated last, then in reading order."""
    shown = table().rows(wanted).index[offset : offset + limit]
    return store().claims_by_id(table().claim_ids(shown))


def outlets(figures: Overview, values: Facets) -> pd.DataFrame:
    """One row an outlet: its claims, and the articles of the last crawl by what became of them.

    "Feeds failed" counts the feeds, sitemaps and listings that gave nothing to read.
    """
    stats = figures.last_crawl.stats if figures.last_crawl else {}
    rows = [
        (
            values.outlet_names.get(key, key),
            values.outlets.get(key, 0),
            *_visits(stats.get(key, {})),
        )
        for key in dict.fromkeys((*stats, *values.outlets))
    ]
    return pd.DataFrame(rows, columns=list(OUTLET_COLUMNS))


def outcomes(figures: Overview) -> pd.DataFrame:
    """One row an outcome: how many addresses gave it at their last visit."""
    rows = [(number, outcome(reason)) for reason, number in figures.outcomes.items()]
    return pd.DataFrame(rows, columns=["Addresses", "What became of them"])


def outcome(reason: str) -> str:
    """An outcome in words: "feed:http_404" is "Feed: the site answered 404"."""
    kind, _, rest = reason.partition(":")
    if kind in SOURCES:
        said = outcome(rest)
        return f"{SOURCES[kind]}: {said[:1].lower()}{said[1:]}"
    if reason.startswith("http_"):
        return f"The site answered {reason.removeprefix('http_')}"
    return OUTCOMES.get(reason) or OUTCOMES.get(kind) or reason.replace("_", " ")


def _visits(counted: dict[str, int]) -> tuple[int, ...]:
    """New, changed, unchanged, set aside, not read; then sources that failed."""
    stored = dict.fromkeys(("new", "changed", "unchanged"), 0)
    aside = unread = failed = 0
    for reason, number in counted.items():
        kind, _, rest = reason.partition(":")
        if kind in SOURCES:
            failed += 0 if rest in SOURCE_READ else number
        elif reason in stored:
            stored[reason] += number
        elif kind in SET_ASIDE:
            aside += number
        else:
            unread += number
    return *stored.values(), aside, unread, failed


def demonstration(store: Store) -> bool:
    """Whether the newest article stands on this machine: the demonstration press."""
    newest = store.article_rows(limit=1)
    if not newest:
        return False
    try:
        return ip_address(urlsplit(newest[0].url).hostname or "").is_loopback
    except ValueError:
        return False


@st.cache_resource
def _open(url: str) -> Store:
    return Store.open(url)


@st.cache_resource
def _codebook(folder: Path) -> Codebook:
    return load_codebook(folder)


@st.cache_resource(ttl=FRESH_S, show_spinner=False)
def _table(_store: Store, address: str) -> ClaimTable:
    return ClaimTable.empty(_store.matching).updated(_store.columns())


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
