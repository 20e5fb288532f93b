"""From the store to what the pages show: one open store, cached aggregates, tables."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import streamlit as st

from analysis.codebook import Codebook, load_codebook
from analysis.config import load_settings
from analysis.dashboard.language import mark, tr
from analysis.live import LiveTable
from analysis.store import CellCount, ClaimFilter, Facets, Overview, Store, StoredClaim
from analysis.table import ClaimTable
from analysis.table import cells as counted

FRESH_S = 30
"""How long what no change of an article tells of is shown before it is counted again."""
KEPT = 200
"""Filters of which the counts are kept."""

OUTCOMES = {
    "kept": mark("Kept for analysis"),
    "off_topic:no_assistant": mark("Set aside: not about a voice assistant"),
    "off_topic:no_privacy": mark("Set aside: not about privacy"),
    "no_body": mark("Set aside: no article text found"),
    "not_html": mark("Set aside: not a web page"),
    "not_xml": mark("Not a feed or sitemap"),
    "no_links": mark("No links found"),
    "too_large": mark("Set aside: the page is too large"),
    "unknown_language": mark("Set aside: neither French nor English"),
    "duplicate": mark("Set aside: already read at another address"),
    "too_old": mark("Not read: before the date asked for"),
    "limit": mark("Not read: beyond the number of pages asked for"),
    "robots": mark("Not read: the site’s robots.txt forbids it"),
    "robots_unreachable": mark("Not read: the site’s robots.txt did not answer"),
    "offsite": mark("Not read: the address belongs to another site"),
    "private_address": mark("Not read: the address is not on the public web"),
    "scheme": mark("Not read: not a web address"),
    "timeout": mark("No answer in time"),
    "dns": mark("The site’s name is unknown"),
    "connection": mark("The site could not be reached"),
    "redirects": mark("The site redirected without end"),
    "download_error": mark("The download failed"),
    "parse_error": mark("The page could not be read; the crawl’s log names it"),
    "read": mark("Read"),
    "unchanged": mark("Unchanged since the visit before"),
    "index": mark("Read: a list of sitemaps"),
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
SOURCES = {
    "feed": mark("Feed: {outcome}"),
    "sitemap": mark("Sitemap: {outcome}"),
    "listing": mark("Listing: {outcome}"),
}
SOURCE_READ = ("read", "unchanged", "index")
OUTLET_COLUMNS = (
    mark("Outlet"),
    mark("Claims"),
    mark("New"),
    mark("Changed"),
    mark("Unchanged"),
    mark("Set aside"),
    mark("Not read"),
    mark("Feeds failed"),
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
    """All current claims, in memory; what a page shows together comes from one call of it."""
    return _live(store(), store().address).current()


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


def coverage(wanted: ClaimFilter) -> dict[str, int]:
    """For each vendor how many articles name it, of the filter's outlets, languages and dates."""
    return table().coverage(wanted)


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
    return pd.DataFrame(rows, columns=[tr(name) for name in OUTLET_COLUMNS])


def outcomes(figures: Overview) -> pd.DataFrame:
    """One row an outcome: how many addresses gave it at their last visit."""
    rows = [(number, outcome(reason)) for reason, number in figures.outcomes.items()]
    return pd.DataFrame(rows, columns=[tr("Addresses"), tr("What became of them")])


def outcome(reason: str) -> str:
    """An outcome in words: "feed:http_404" is "Feed: the site answered 404"."""
    kind, _, rest = reason.partition(":")
    if kind in SOURCES:
        said = outcome(rest)
        return tr(SOURCES[kind], outcome=said[:1].lower() + said[1:])
    if reason.startswith("http_"):
        return tr("The site answered {status}", status=reason.removeprefix("http_"))
    known = OUTCOMES.get(reason) or OUTCOMES.get(kind)
    return tr(known) if known else reason.replace("_", " ")


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


def demonstration() -> bool:
    """Whether the newest article with a claim stands on this machine: the demonstration press."""
    newest = claims(ClaimFilter(), limit=1)
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
