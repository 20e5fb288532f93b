"""Compare: vendors across, practices down, and the evidence of a chosen cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from analysis.codebook import Codebook
from analysis.compare import comparison, with_vendors
from analysis.dashboard import address, downloads, evidence, filters, frames, matrix, side_by_side
from analysis.dashboard.choice import choice
from analysis.dashboard.empty import empty_store
from analysis.dashboard.language import current, mark, tr, trn
from analysis.dashboard.text import label
from analysis.store import CellCount, ClaimFilter
from analysis.strength import strongest
from analysis.table import ClaimTable
from analysis.tallies import Shared, Tallies, Unit, of_claims, of_units

CELL = "cell"
COUNT = "count"
SORT = "sort"
VERSUS = "vs"
SORTS = {"coverage": mark("Most counted first"), "name": mark("By name")}
# Comments, since Streamlit would show a text of its own that stands in a page's script.
SHOWN = 5  # claims of a chosen cell, for each polarity
COLUMNS = 24  # vendors that the table has room for
KEPT = 100  # filters of which the counts are kept


def page() -> None:
    """Draws the page."""
    st.title(tr("Compare vendors"), anchor="table")
    if empty_store(frames.overview()):
        return
    codebook = frames.codebook()
    st.write(
        tr(
            "What the press says that each vendor does, or does not do, with voice recordings. "
            "Choose a cell to read the sentences behind its numbers."
        )
    )
    wanted = filters.bar(frames.facets(), codebook, first=())
    cells = frames.cells(wanted)
    if not cells:
        st.info(tr("No claim passes these filters."), icon=":material/filter_alt_off:")
        filters.clear_button()
        return
    with st.container(horizontal=True, gap="medium"):
        unit = choice(COUNT, tr("What a cell counts"), matrix.UNIT_LABELS)
        sort = choice(SORT, tr("Order of the vendors"), SORTS)
    view = _view(wanted, cells, unit, sort, codebook)
    matrix.show(view, codebook, _choose)
    _remarks(view, cells)
    with st.container(horizontal=True, vertical_alignment="center"):
        downloads.buttons(frames.store(), wanted, codebook)
        if address.write(wanted):
            filters.clear_button()
    _evidence(view, wanted, codebook)
    _side_by_side(view, wanted, codebook)


def _view(
    wanted: ClaimFilter, cells: Sequence[CellCount], unit: Unit, sort: str, codebook: Codebook
) -> matrix.View:
    coverage = frames.table().coverage(wanted)
    tallies = _tallies(wanted, cells, unit)
    table = comparison(
        cells,
        wanted.vendors or tuple(codebook.vendors),
        wanted.practices or tuple(codebook.practices),
        always=wanted.vendors or [key for key in codebook.vendors if not key.startswith("other:")],
    )

    def name(vendor: str) -> str:
        return codebook.vendor_label(vendor).casefold()

    def most_counted(vendor: str) -> tuple[int, int, str]:
        return -tallies.vendors.get(vendor, 0), -coverage.get(vendor, 0), name(vendor)

    shown = sorted(table.vendors, key=most_counted)[:COLUMNS]
    return matrix.View(
        table=with_vendors(table, sorted(shown, key=name) if sort == "name" else shown),
        tallies=tallies,
        unit=unit,
        coverage=coverage,
        filtered=bool(address.write(replace(wanted, vendors=(), practices=()))),
        chosen=matrix.chosen_cell(st.query_params.get(CELL, ""), table),
    )


def _tallies(wanted: ClaimFilter, cells: Sequence[CellCount], unit: Unit) -> Tallies:
    if unit == "claims":
        return of_claims(cells)
    claims = frames.table()
    return _tallies_of_units(claims, frames.store().address, claims.change, wanted, unit)


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _tallies_of_units(
    _claims: ClaimTable, store: str, change: int, wanted: ClaimFilter, unit: Shared
) -> Tallies:
    return of_units(_claims.rows(wanted), unit)


def _remarks(view: matrix.View, cells: Sequence[CellCount]) -> None:
    """What a reader must know not to misread the table."""
    left_out = len({cell.vendor for cell in cells} - set(view.table.vendors))
    if left_out:
        st.caption(
            trn(
                "{n} vendor with fewer claims is left out of the table: choose it in the filter.",
                "{n} vendors with fewer claims are left out of the table: "
                "choose them in the filter.",
                left_out,
            )
        )
    if view.unit != "claims":
        st.caption(
            tr(
                "One article, outlet or story can affirm and deny, and can speak of several "
                "practices and vendors: it counts once in each cell and once in each total. "
                "It is hatched as uncertain where all that it says on that side is uncertain."
            )
        )
    if view.filtered:
        st.caption(
            tr(
                "The filters are on: a cell that is empty, or that only affirms or only denies, "
                "may have claims that do not pass them."
            )
        )


def _evidence(view: matrix.View, wanted: ClaimFilter, codebook: Codebook) -> None:
    cell = view.chosen
    if cell is None:
        st.header(tr("Evidence"), anchor="evidence")
        st.write(tr("Choose a cell in the table to read the sentences behind its numbers."))
        return
    vendor = label(codebook.vendor_label(cell.vendor))
    practice = label(codebook.practice_label(cell.practice, current()))
    st.header(f"{vendor} · {practice}", anchor="evidence")
    st.caption(matrix.definition(cell.practice, codebook))
    st.write(_extent(cell) if cell.articles else view.legend[view.state(cell)])
    sides = {"affirmed": cell.affirmed, "denied": cell.denied}
    said = [polarity for polarity, total in sides.items() if total]
    for polarity, column in zip(said, st.columns(len(said)) if said else (), strict=True):
        with column:
            _side(polarity, cell, wanted, codebook)
    st.markdown(f"[{tr('Back to the table')}](#table)")


def _extent(cell: CellCount) -> str:
    """ "In 12 articles of 7 outlets; 9 origins." """
    where = tr(
        "In {articles} of {outlets}",
        articles=matrix.counted(cell.articles, "articles"),
        outlets=matrix.counted(cell.outlets, "outlets"),
    )
    if cell.stories == cell.articles:
        return f"{where}."
    return f"{where}; {trn('{n} origin', '{n} origins', cell.stories)}."


def _side(polarity: str, cell: CellCount, wanted: ClaimFilter, codebook: Codebook) -> None:
    """The claims of a cell that say one thing, newest first."""
    if polarity == "affirmed":
        total, uncertain = cell.affirmed, cell.affirmed_uncertain
        title = trn("{n} claim affirms it", "{n} claims affirm it", total)
    else:
        total, uncertain = cell.denied, cell.denied_uncertain
        title = trn("{n} claim denies it", "{n} claims deny it", total)
    st.subheader(matrix.hedged(title, uncertain), anchor=False)
    inside = replace(
        wanted, vendors=(cell.vendor,), practices=(cell.practice,), polarities=(polarity,)
    )
    evidence.listing(frames.claims(inside, limit=SHOWN), codebook, subject=False)
    if total > SHOWN:
        st.page_link(
            "analysis/dashboard/claims.py",
            label=trn("See the {n} claim", "See all {n} claims", total),
            icon=":material/arrow_forward:",
            icon_position="right",
            query_params=address.write(inside),
        )


def _side_by_side(view: matrix.View, wanted: ClaimFilter, codebook: Codebook) -> None:
    st.header(tr("Side by side"), anchor="side-by-side")
    asked = list(dict.fromkeys(st.query_params.get_all(VERSUS)))
    known = [vendor for vendor in asked if vendor in view.table.vendors]
    vendors = known[: side_by_side.AT_MOST]
    if len(known) < len(asked):
        st.warning(
            tr("A vendor that the address names is not in the table, and is left out here."),
            icon=":material/link_off:",
        )
    if len(vendors) < len(known):
        st.warning(
            tr("The address names more than four vendors: the first four are shown."),
            icon=":material/link_off:",
        )
    key = f"choice_{VERSUS}"
    st.session_state[key] = vendors

    def write() -> None:
        st.query_params[VERSUS] = st.session_state[key]

    st.multiselect(
        tr("Up to four vendors"),
        view.table.vendors,
        format_func=codebook.vendor_label,
        key=key,
        max_selections=side_by_side.AT_MOST,
        placeholder=tr("Choose vendors"),
        on_change=write,
    )
    st.caption(tr(side_by_side.RULE))
    if vendors:
        inside = replace(wanted, vendors=tuple(vendors))
        side_by_side.show(view, vendors, _strongest(inside), codebook)


def _strongest(wanted: ClaimFilter) -> side_by_side.Evidence:
    table = frames.table()
    found = _strongest_ids(table, frames.store().address, table.change, wanted)
    claims = {stored.id: stored for stored in frames.store().claims_by_id(list(found.values()))}
    return {key: claims[claim_id] for key, claim_id in found.items() if claim_id in claims}


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _strongest_ids(
    _claims: ClaimTable, store: str, change: int, wanted: ClaimFilter
) -> dict[tuple[str, str, str], str]:
    found = strongest(_claims.rows(wanted))
    return dict(zip(found, _claims.claim_ids(list(found.values())), strict=True))


def _choose(key: str) -> None:
    st.query_params[CELL] = key


page()
