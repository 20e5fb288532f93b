"""Timeline: claims over time by vendor or practice, and the events that stand out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any, Final, Literal

import altair as alt
import pandas as pd
import streamlit as st

from analysis import timeline
from analysis.codebook import Codebook
from analysis.dashboard import access, address, charts, evidence, filters, frames
from analysis.dashboard.choice import choice
from analysis.dashboard.empty import empty_store
from analysis.dashboard.language import current, day, mark, month, number, speaking, tr, trn
from analysis.dashboard.text import label
from analysis.store import ClaimFilter
from analysis.table import ClaimTable
from analysis.timeline import Counted, Event, Series, Unit

# The first and the last day of a stretch of time.
Span = tuple[date, date]
# Series with a row of their own; the others share one.
ROWS = 8
# Events that are named, the heaviest.
EVENTS = 12
# Claims that are listed.
SHOWN = 5
BY = {"vendor": mark("Vendor"), "practice": mark("Practice")}
COUNT: dict[Counted, str] = {
    "claims": mark("Claims"),
    "articles": mark("Articles"),
    "stories": mark("Independent stories"),
}
AUTO: Final = "auto"
BINS: dict[Unit | Literal["auto"], str] = {
    AUTO: mark("Automatic"),
    "day": mark("Days"),
    "week": mark("Weeks"),
    "month": mark("Months"),
    "quarter": mark("Quarters"),
    "year": mark("Years"),
}
_FIGURES = {
    ("vendor", "claims"): mark("Claims over time, by vendor"),
    ("vendor", "articles"): mark("Articles over time, by vendor"),
    ("vendor", "stories"): mark("Independent stories over time, by vendor"),
    ("practice", "claims"): mark("Claims over time, by practice"),
    ("practice", "articles"): mark("Articles over time, by practice"),
    ("practice", "stories"): mark("Independent stories over time, by practice"),
}
# The address has it where the chart shows the chosen dates alone.
ZOOM = "zoom"
CLAIMS_PAGE = "analysis/dashboard/claims.py"
COMPARE_PAGE = "analysis/dashboard/compare.py"
# In the session: what the chart shows, the brush it began with, the days chosen since.
_DRAWN = "timeline_drawn"


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the chart shows: the claims that pass `wanted`, from the first day to the last.

    Small: an open tab holds on to it, for the files that it offers.
    """

    wanted: ClaimFilter
    series: Series
    events: list[tuple[int, Event]]
    by: str
    counted: Counted
    shown: Span

    def rows(self) -> pd.DataFrame:
        """The claims, as they are now."""
        return frames.table().rows(self.wanted)


def page() -> None:
    """Draws the page."""
    st.title(tr("Timeline"), anchor=False)
    if empty_store(frames.overview()):
        return
    st.write(
        tr(
            "When the press said what. Draw over the chart to choose dates: the claims below, "
            "and the pages that you open from here, keep to them."
        )
    )
    codebook = frames.codebook()
    wanted = filters.bar(frames.facets(), codebook, first=("vendor", "practice", "from", "to"))
    with st.container(horizontal=True, gap="medium"):
        by = choice("by", tr("One row for each"), BY)
        counted = choice("count", tr("Count"), COUNT)
        asked = choice("bin", tr("Bars"), BINS)
    whole = replace(wanted, date_from=None, date_to=None)
    table = frames.table()
    rows = table.rows(whole)
    inside = rows if wanted == whole else table.rows(wanted)
    if not rows["day"].notna().any():
        _nothing(len(rows))
        return
    zoomed = ZOOM in st.query_params and bool(inside["day"].notna().any())
    days = _extent(rows)
    if zoomed:
        days = _chosen(wanted, days) or days
    unit = timeline.unit_for(*days) if asked == AUTO else asked
    state = (frames.store().address, table.change)
    drawn, passing = (inside, wanted) if zoomed else (rows, whole)
    drawing = Drawing(
        wanted=passing,
        series=_series(drawn, state, passing, by, counted, unit),
        events=_heaviest(_every_event(rows, state, whole, unit), days),
        by=by,
        counted=counted,
        shown=_whole(days, unit),
    )
    _chart(drawing, wanted, codebook)
    _below(drawing, wanted, codebook)
    _events(drawing, wanted, table)
    _claims(wanted, len(inside), codebook)


# Kept for each state of the store: a brush counts nothing anew.
@st.cache_resource(max_entries=50, show_spinner=False)
def _series(
    _rows: pd.DataFrame,
    state: tuple[str, int],
    wanted: ClaimFilter,
    by: str,
    counted: Counted,
    unit: Unit,
) -> Series:
    return timeline.series(_rows, by, counted, unit, ROWS)


@st.cache_resource(max_entries=50, show_spinner=False)
def _every_event(
    _rows: pd.DataFrame, state: tuple[str, int], wanted: ClaimFilter, unit: Unit
) -> list[Event]:
    return timeline.events(_rows, unit)


def _nothing(undated: int) -> None:
    if undated:
        said = trn(
            "{n} claim passes these filters, in an article without a date.",
            "{n} claims pass these filters, all of them in articles without a date.",
            undated,
        )
    else:
        said = tr("No claim passes these filters.")
    st.info(said, icon=":material/filter_alt_off:")
    filters.clear_button()


def _extent(rows: pd.DataFrame) -> Span:
    """The days of the earliest and of the latest article."""
    return rows["day"].min().date(), rows["day"].max().date()


def _whole(days: Span, unit: Unit) -> Span:
    """Days, up to the ends of the periods that they begin and end in."""
    first, last = (timeline.period_of(end, unit) for end in days)
    return timeline.first_day(first, unit), timeline.last_day(last, unit)


def _heaviest(events: Sequence[Event], shown: Span) -> list[tuple[int, Event]]:
    """The heaviest events that the chart shows, numbered in order of time."""
    there = [event for event in events if event.first <= shown[1] and event.last >= shown[0]]
    heaviest = sorted(there, key=lambda event: -event.weight)[:EVENTS]
    return list(enumerate(sorted(heaviest, key=lambda event: event.first), start=1))


def _chart(drawing: Drawing, wanted: ClaimFilter, codebook: Codebook) -> None:
    dark = st.context.theme.type == "dark"
    first_brush, chart = _first_brush(drawing, _chosen(wanted, drawing.shown))
    key = f"timeline_chart_{chart}"
    st.altair_chart(
        _plotted(drawing, codebook, charts.DARK if dark else charts.LIGHT, first_brush),
        key=key,
        alt=tr("Bars over time, a row for each series. The same figures are in a table below."),
        on_select=partial(_brush, key, drawing.series.unit, drawing.shown),
        selection_mode=charts.BRUSH,
    )


def _chosen(wanted: ClaimFilter, shown: Span) -> Span | None:
    """The days that the address names, as far as the chart shows them and others besides."""
    first, last = (
        max(wanted.date_from or shown[0], shown[0]),
        min(wanted.date_to or shown[1], shown[1]),
    )
    return (first, last) if first <= last and (first, last) != shown else None


def _first_brush(drawing: Drawing, chosen: Span | None) -> tuple[Span | None, int]:
    """The brush that the chart begins with, and the number of the chart.

    A chart that changes is drawn anew, even under the reader's hand. So as long as it is that
    hand alone which moves the brush, the chart stays as it was; another change makes a new one.
    """
    what = (
        drawing.wanted,
        drawing.by,
        drawing.counted,
        drawing.series.unit,
        drawing.shown,
        current(),
        st.context.theme.type,
    )
    drawn = st.session_state.get(_DRAWN)
    if not drawn or (drawn["what"], drawn["chosen"]) != (what, chosen):
        chart = drawn["chart"] + 1 if drawn else 1
        drawn = {"what": what, "brush": chosen, "chosen": chosen, "chart": chart}
        st.session_state[_DRAWN] = drawn
    return drawn["brush"], drawn["chart"]


def _brush(key: str, unit: Unit, shown: Span) -> None:
    """Puts the days that were drawn over into the address, in whole periods."""
    drawn = st.session_state[_DRAWN]
    days = charts.brushed_days(st.session_state[key].selection)
    if days is None:
        filters.clear_dates()
        drawn["chosen"] = None
    elif days != drawn["chosen"]:  # a chart also tells the brush that it began with
        days = _whole(days, unit)
        filters.choose_dates(*days)
        drawn["chosen"] = _chosen(ClaimFilter(date_from=days[0], date_to=days[1]), shown)


def _plotted(
    drawing: Drawing, codebook: Codebook, colours: charts.Colours, brush: Span | None = None
) -> alt.LayerChart:
    unit = drawing.series.unit

    def bar(key: str, period: int, count: int) -> charts.Bar:
        return charts.Bar(
            timeline.first_day(period, unit),
            timeline.last_day(period, unit),
            count,
            tr(
                "{name}, {period}: {count}",
                name=_name(key, drawing, codebook),
                period=_period(period, unit),
                count=_counted(count, drawing.counted),
            ),
        )

    def row(key: str, counts: dict[int, int]) -> charts.Row:
        peak = max(counts, key=lambda period: counts[period])
        title = tr(
            "{name} · {total}, up to {most} ({period})",
            name=_name(key, drawing, codebook),
            total=number(drawing.series.totals[key]),
            most=number(counts[peak]),
            period=_period(peak, unit),
        )
        return charts.Row(title, tuple(bar(key, *counted) for counted in counts.items()))

    return charts.timeline(
        [row(key, counts) for key, counts in drawing.series.counts.items()],
        [charts.Mark(n, event.first, event.last, _peak(n, event)) for n, event in drawing.events],
        drawing.shown,
        colours,
        brush,
    )


def _below(drawing: Drawing, wanted: ClaimFilter, codebook: Codebook) -> None:
    """What the chart leaves out, what can be done with it, and its figures as a table."""
    notes = [tr("All rows have the same scale.")]
    if drawing.counted != "claims":
        notes.append(tr("What speaks of two vendors or practices counts in the row of each."))
    if drawing.series.undated and drawing.wanted.date_from is drawing.wanted.date_to is None:
        undated = _counted(drawing.series.undated, drawing.counted)
        notes.append(tr("Not on the chart, for want of a date: {undated}.", undated=undated))
    st.caption(" ".join(notes))
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if ZOOM in st.query_params:
            st.button(tr("Show all dates"), icon=":material/zoom_out:", on_click=_zoom, args=("",))
        elif wanted.date_from or wanted.date_to:
            st.button(
                tr("Show only the chosen dates"),
                icon=":material/zoom_in:",
                on_click=_zoom,
                args=("1",),
            )
        if wanted.date_from or wanted.date_to:
            st.button(tr("Take the dates off"), icon=":material/close:", on_click=_all_dates)
        _downloads(drawing, codebook)
    with st.expander(tr("The figures as a table"), icon=":material/table:"):
        _table(drawing, codebook)


def _zoom(value: str) -> None:
    if value:
        st.query_params[ZOOM] = value
    else:
        st.query_params.pop(ZOOM, None)


def _all_dates() -> None:
    _zoom("")
    filters.clear_dates()


def _downloads(drawing: Drawing, codebook: Codebook) -> None:
    """A menu of the chart as a picture and of its figures; each is made when asked for."""
    told = filters.in_words(drawing.wanted, frames.facets(), codebook)
    figure = partial(_figure, current(), drawing, codebook, told)
    unit, by = drawing.series.unit, drawing.by
    files: dict[str, tuple[str, Callable[[], bytes]]] = {
        "earshot-timeline.svg": ("image/svg+xml", lambda: charts.svg(figure())),
        "earshot-timeline.png": ("image/png", lambda: charts.png(figure())),
        "earshot-timeline.csv": (
            "text/csv",
            lambda: timeline.as_csv(drawing.rows(), by, unit, partial(_key_name, by, codebook)),
        ),
    }
    with st.popover(tr("Download"), icon=":material/download:"):
        for name, (kind, made) in files.items():
            st.download_button(
                name,
                access.while_allowed(made),
                file_name=name,
                mime=kind,
                on_click="ignore",
                width="stretch",
            )
        st.caption(
            tr(
                "The chart as a drawing or a picture, with its source below; and its figures, "
                "in claims, articles and independent stories."
            )
        )


def _figure(lang: str, drawing: Drawing, codebook: Codebook, told: str) -> dict[str, Any]:
    """The chart as a figure of its own. Downloads are made outside of the page: `lang` is given."""
    with speaking(lang):
        rows = drawing.rows()
        dated = rows[rows["day"].notna()]
        source = tr(
            "Source: Earshot, {claims} in {articles} of {outlets}. {filters}. Drawn on {day}.",
            claims=trn("{n} claim", "{n} claims", len(dated)),
            articles=trn("{n} article", "{n} articles", dated["article"].nunique()),
            outlets=trn("{n} outlet", "{n} outlets", dated["outlet"].nunique()),
            filters=told or tr("No filter"),
            day=day(date.today()),
        )
        peaks = tr("Dashed and numbered: peaks, when more articles than usual were published.")
        return charts.picture(
            _plotted(drawing, codebook, charts.LIGHT),
            tr(_FIGURES[drawing.by, drawing.counted]),
            peaks if drawing.events else "",
            source,
        )


def _table(drawing: Drawing, codebook: Codebook) -> None:
    counts, unit = drawing.series.counts, drawing.series.unit
    periods = sorted({period for series in counts.values() for period in series})
    st.table(
        pd.DataFrame(
            {
                label(_name(key, drawing, codebook)): [
                    number(series[period]) if period in series else "" for period in periods
                ]
                for key, series in counts.items()
            },
            index=pd.Index([_period(period, unit) for period in periods]),
        ),
        alt=tr(_FIGURES[drawing.by, drawing.counted]),
    )


def _events(drawing: Drawing, wanted: ClaimFilter, table: ClaimTable) -> None:
    """The peaks of the days that are chosen, each with its leading story."""
    first, last = _chosen(wanted, drawing.shown) or drawing.shown
    peaks = [(n, e) for n, e in drawing.events if e.first <= last and e.last >= first]
    st.header(tr("Peaks"), anchor=False)
    if not peaks:
        st.write(tr("At no time did the press write far more than usual about this."))
        return
    st.caption(
        tr(
            "Times in which far more articles than usual were published, each under the title "
            "of its leading story: the one that most articles carry, then most claims."
        )
    )
    leads = [event.lead for _, event in peaks]
    articles = table.article_ids(leads)
    stored = frames.store().claims_by_id(table.claim_ids(leads))
    for (n, event), article, claim in zip(peaks, articles, stored, strict=True):
        story = frames.store().story(article)
        first_told = story.first if story else claim
        days = replace(wanted, date_from=event.first, date_to=event.last)
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"**{_peak(n, event)}**")
            st.text(first_told.title)
            st.text(f"{first_told.outlet_name} · {day(first_told.published)}")
            st.caption(_figures(event))
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(
                    tr("Choose these dates"),
                    key=f"peak_{n}",
                    icon=":material/date_range:",
                    on_click=filters.choose_dates,
                    args=(event.first, event.last),
                )
                st.page_link(
                    CLAIMS_PAGE,
                    label=trn("Read the {n} claim", "Read the {n} claims", event.claims),
                    icon=":material/arrow_forward:",
                    icon_position="right",
                    query_params=address.write(days),
                )


def _figures(event: Event) -> str:
    every = tr(
        "{articles} of {outlets}.",
        articles=trn("{n} article", "{n} articles", event.articles),
        outlets=trn("{n} outlet", "{n} outlets", event.outlets),
    )
    if event.lead_articles == 1:
        return every
    lead = trn(
        "{n} article carries this story.",
        "{n} of the articles carry this story, in {outlets}.",
        event.lead_articles,
        outlets=trn("{n} outlet", "{n} outlets", event.lead_outlets),
    )
    return f"{every} {lead}"


def _claims(wanted: ClaimFilter, total: int, codebook: Codebook) -> None:
    st.header(trn("{n} claim", "{n} claims", total), anchor=False)
    if not total:
        st.write(tr("No claim passes these filters."))
        filters.clear_button()
        return
    if wanted.date_from or wanted.date_to:
        st.caption(tr("Of the chosen dates, newest article first."))
    evidence.listing(frames.claims(wanted, SHOWN), codebook)
    with st.container(horizontal=True):
        for target, text in (
            (CLAIMS_PAGE, tr("Read all of them")),
            (COMPARE_PAGE, tr("Compare the vendors with these filters")),
        ):
            st.page_link(
                target,
                label=text,
                icon=":material/arrow_forward:",
                icon_position="right",
                query_params=address.write(wanted),
            )


def _peak(n: int, event: Event) -> str:
    return tr("Peak {number}: {days}", number=n, days=_days(event.first, event.last))


def _days(first: date, last: date) -> str:
    whole_months = first.day == 1 and (last + timedelta(days=1)).day == 1
    if whole_months and (first.year, first.month) == (last.year, last.month):
        return month(first)
    said = month if whole_months else day
    return tr("{first} to {last}", first=said(first), last=said(last))


def _period(period: int, unit: Unit) -> str:
    first = timeline.first_day(period, unit)
    if unit == "week":
        return tr("week of {day}", day=day(first))
    if unit == "quarter":
        return tr("Q{quarter} {year}", quarter=first.month // 3 + 1, year=first.year)
    return {"day": day, "month": month}[unit](first) if unit != "year" else str(first.year)


def _counted(count: int, counted: Counted) -> str:
    if counted == "stories":
        return trn("{n} independent story", "{n} independent stories", count)
    if counted == "articles":
        return trn("{n} article", "{n} articles", count)
    return trn("{n} claim", "{n} claims", count)


def _name(key: str, drawing: Drawing, codebook: Codebook) -> str:
    if key == timeline.OTHERS:
        return trn("{n} other", "{n} others", drawing.series.others)
    return _key_name(drawing.by, codebook, key)


def _key_name(by: str, codebook: Codebook, key: str) -> str:
    if by == "vendor":
        return codebook.vendor_label(key)
    return codebook.practice_label(key, current())


page()
