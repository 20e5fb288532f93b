"""Coverage: what was read and what was not, so that silence is not taken for proof."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial

import pandas as pd
import streamlit as st

from analysis import coverage
from analysis.codebook import Codebook
from analysis.coverage import Gap, OutletCoverage, Sides
from analysis.dashboard import access, frames, outcomes
from analysis.dashboard.empty import empty_store
from analysis.dashboard.filters import language_label
from analysis.dashboard.language import current, listed, month, number, tr, trn
from analysis.dashboard.text import label
from analysis.export import csv_file
from analysis.outcomes import is_source
from analysis.store import ClaimFilter, MonthOfArticles, MonthOfVisits, Store
from analysis.table import ClaimTable

# Gaps that are shown at once; the file has them all in its months.
GAPS = 30


def page() -> None:
    """Draws the page."""
    st.title(tr("Coverage"), anchor=False)
    figures = frames.overview()
    if not figures.pages and empty_store(figures):
        return
    st.write(
        tr(
            "What the figures rest on. Where nothing was read, nothing was counted: an empty cell "
            "can mean that nobody wrote, that nobody was read, or that a page could not be read."
        )
    )
    store, table = frames.store(), frames.table()
    visits = _visits(store, store.address)
    unread = store.unread_by_month()
    stock, gaps, sides = _counted(table, store.address, table.change)
    _outlets(coverage.outlets(visits, stock, unread), visits, stock)
    _reasons(visits)
    _languages(stock, unread, visits)
    _gaps(gaps)
    _practices(sides, frames.codebook())
    _vendors(table.coverage(ClaimFilter()), frames.codebook())


@st.cache_data(ttl=frames.FRESH_S, refresh_mode="background", show_spinner=False)
def _visits(_store: Store, address: str) -> list[MonthOfVisits]:
    return _store.visits()


@st.cache_resource(max_entries=1, show_spinner=False)
def _counted(
    _table: ClaimTable, address: str, change: int
) -> tuple[list[MonthOfArticles], list[Gap], list[Sides]]:
    """Counted once for each state of the store, and not to be changed."""
    stock = _table.articles_by_month()
    dated = [date(row.year, row.month, 1) for row in stock if row.year and row.month]
    gaps = coverage.gaps(stock, min(max(dated), date.today())) if dated else []
    return stock, gaps, coverage.sides(_table.rows(ClaimFilter()))


def _outlets(
    found: Sequence[OutletCoverage],
    visits: Sequence[MonthOfVisits],
    stock: Sequence[MonthOfArticles],
) -> None:
    st.header(tr("Outlets"), anchor="outlets")
    st.caption(
        tr(
            "Each address of an article counts once, by its last visit. An outlet of which much "
            "was forbidden, not taken or failed may have written more than is counted here."
        )
    )
    claims = frames.facets().outlets
    first, last = tr("First article"), tr("Last article")
    st.dataframe(
        pd.DataFrame(
            [
                {
                    tr("Outlet"): one.name,
                    tr("Articles"): one.articles,
                    tr("Claims"): claims.get(one.outlet, 0),
                    tr("Addresses"): one.addresses,
                    **{tr(name): one.fates[fate] for fate, name in outcomes.FATES.items()},
                    tr("Feeds failed"): one.failed_sources,
                    tr("Not yet read"): one.unread,
                    tr("Without a date"): one.undated,
                    first: one.first,
                    last: one.last,
                }
                for one in found
            ]
        ),
        column_config=dict.fromkeys(
            (first, last), st.column_config.DateColumn(format="YYYY-MM", width="small")
        ),
        hide_index=True,
        height="content" if len(found) <= 25 else 900,
        alt=tr("Addresses, articles and claims by outlet"),
    )
    with st.expander(tr("By month of the last visit")):
        _months(visits)
    st.download_button(
        tr("Download all of it by month"),
        data=access.while_allowed(partial(_file, visits, stock)),
        file_name="earshot-coverage.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
    )


def _months(visits: Sequence[MonthOfVisits]) -> None:
    counts: dict[date, Counter[str]] = {}
    for visit in visits:
        if not is_source(visit.outcome):
            in_month = counts.setdefault(date(visit.year, visit.month, 1), Counter())
            in_month[coverage.fate(visit.outcome)] += visit.pages
    st.table(
        pd.DataFrame(
            {
                tr(name): [number(counts[first][fate]) for first in sorted(counts)]
                for fate, name in outcomes.FATES.items()
            },
            index=pd.Index([month(first) for first in sorted(counts)]),
        ),
        alt=tr("Addresses by month of their last visit and by what became of them"),
    )


def _file(visits: Sequence[MonthOfVisits], stock: Sequence[MonthOfArticles]) -> bytes:
    """Visits by month of the visit, then articles by month of publication, one group a line."""

    def year_month(row: MonthOfVisits | MonthOfArticles) -> str:
        return "" if row.year is None else f"{row.year:04}-{row.month:02}"

    return csv_file(
        ("counted", "outlet", "month", "language", "outcome", "number"),
        [
            *(("addresses", v.outlet, year_month(v), "", v.outcome, v.pages) for v in visits),
            *(("articles", a.outlet, year_month(a), a.lang, "", a.articles) for a in stock),
        ],
    )


def _reasons(visits: Sequence[MonthOfVisits]) -> None:
    found = coverage.reasons(visits)
    with st.expander(tr("Every reason")):
        st.table(
            pd.DataFrame(
                {
                    tr("What became of them"): [outcomes.in_words(one[0]) for one in found],
                    tr("Addresses"): [number(one[1]) for one in found],
                    tr("Outlets"): [number(one[2]) for one in found],
                }
            ),
            hide_index=True,
            alt=tr("Addresses and outlets by reason"),
        )


def _languages(
    stock: Sequence[MonthOfArticles],
    unread: Sequence[MonthOfArticles],
    visits: Sequence[MonthOfVisits],
) -> None:
    st.header(tr("Languages"), anchor="languages")
    others = sum(v.pages for v in visits if v.outcome.startswith("unknown_language"))
    st.caption(
        tr(
            "Claims are read in French and in English only; what the press of other languages "
            "writes is not here."
        )
    )
    articles, waiting = _by_language(stock), _by_language(unread)
    claims = frames.facets().languages
    st.table(
        pd.DataFrame(
            [
                {
                    tr("Language"): label(language_label(lang)) if lang else tr("unknown"),
                    tr("Articles"): number(count),
                    tr("Not yet read"): number(waiting[lang]),
                    tr("Claims"): number(claims.get(lang or "", 0)),
                }
                for lang, count in articles.most_common()
            ]
        ),
        hide_index=True,
        alt=tr("Articles and claims by language"),
    )
    if others:
        st.write(
            trn(
                "{n} page was set aside because it is in another language.",
                "{n} pages were set aside because they are in another language.",
                others,
            )
        )


def _by_language(stock: Iterable[MonthOfArticles]) -> Counter[str | None]:
    found: Counter[str | None] = Counter()
    for row in stock:
        found[row.lang] += row.articles
    return found


def _gaps(gaps: Sequence[Gap]) -> None:
    st.header(tr("Gaps in time"), anchor="gaps")
    st.caption(
        tr(
            "Months without an article of an outlet that has one in two months of three: more "
            "likely a page that moved or a feed that failed than a press that fell silent."
        )
    )
    if not gaps:
        st.write(tr("No outlet that usually has articles has a month without one."))
        return
    st.table(
        pd.DataFrame(
            [
                {
                    tr("Outlet"): label(gap.name),
                    tr("Nothing from"): month(gap.first),
                    tr("until"): month(gap.last),
                    tr("Usually"): tr(
                        "an article in {some} of {all} months",
                        some=number(gap.with_article),
                        all=number(gap.months),
                    ),
                }
                for gap in gaps[:GAPS]
            ]
        ),
        hide_index=True,
        alt=tr("Months without an article, by outlet"),
    )
    if len(gaps) > GAPS:
        more = len(gaps) - GAPS
        st.caption(trn("{n} earlier gap is not shown.", "{n} earlier gaps are not shown.", more))


def _practices(found: Sequence[Sides], codebook: Codebook) -> None:
    st.header(tr("Practices told from one side"), anchor="practices")
    st.caption(
        tr(
            "What one language, one outlet or one story alone reports has no second source here; "
            "a practice without a claim may well exist."
        )
    )
    names = frames.facets().outlet_names
    one_sided = [one for one in found if 1 in (one.languages, one.outlets, one.stories)]
    if one_sided:
        st.table(
            pd.DataFrame(
                [
                    {
                        tr("Practice"): _practice(one.practice, codebook),
                        tr("Only in"): listed(_only(one, names)),
                        tr("Claims"): number(one.claims),
                        tr("Articles"): number(one.articles),
                    }
                    for one in one_sided
                ]
            ),
            hide_index=True,
            alt=tr("Practices that one language, outlet or story alone reports"),
        )
    else:
        st.write(tr("Every practice is told in both languages, by several outlets and stories."))
    told = {one.practice for one in found}
    silent = [_practice(key, codebook) for key in codebook.practices if key not in told]
    if silent:
        st.write(tr("No claim on: {practices}.", practices=", ".join(silent)))


def _practice(key: str, codebook: Codebook) -> str:
    return label(codebook.practice_label(key, current()))


def _only(one: Sides, names: dict[str, str]) -> Iterable[str]:
    if one.lang is not None:
        yield tr("language: {name}", name=label(language_label(one.lang)))
    if one.outlet is not None:
        yield tr("outlet: {name}", name=label(names.get(one.outlet, one.outlet)))
    if one.stories == 1:
        yield trn("one story, in {n} article", "one story, in {n} articles", one.articles)


def _vendors(named: Mapping[str, int], codebook: Codebook) -> None:
    st.header(tr("Vendors without a claim"), anchor="vendors")
    st.caption(
        tr(
            "The press names them, but no sentence that was read says what they do with voice "
            "data. That is silence about a practice, not the absence of one."
        )
    )
    claimed = frames.facets().vendors
    silent = sorted(
        ((key, count) for key, count in named.items() if key not in claimed),
        key=lambda pair: (-pair[1], pair[0]),
    )
    if silent:
        st.table(
            pd.DataFrame(
                {
                    tr("Vendor"): [label(codebook.vendor_label(key)) for key, _ in silent],
                    tr("Articles that name it"): [number(count) for _, count in silent],
                }
            ),
            hide_index=True,
            alt=tr("Vendors that articles name without a claim"),
        )
    else:
        st.write(tr("Every vendor that an article names has a claim."))
    absent = [
        label(vendor.label)
        for key, vendor in codebook.vendors.items()
        if key not in named and key not in claimed
    ]
    if absent:
        with st.expander(
            trn(
                "{n} vendor of the codebook that no article names",
                "{n} vendors of the codebook that no article names",
                len(absent),
            )
        ):
            st.write(", ".join(absent))


page()
