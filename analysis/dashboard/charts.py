"""The timeline as a chart: one row of bars a series, so that none is told by colour alone.

Only counted periods go into a chart, never claims. Texts in it are data, never expressions:
Vega draws them as text, whatever they hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from textwrap import wrap
from typing import Any

import altair as alt
import pandas as pd
import vl_convert
from babel.dates import get_month_names

from analysis.dashboard.language import current

BRUSH = "span"
ROW_HEIGHT = 64
_BARS = 0.6
"""What the tallest bar takes of its row; the name of the row stands above."""
_THIN = 0.03
"""The least that a bar takes of its row, to be seen."""
_NUMBERS = 0.35
"""Height of the strip above the rows with the numbers of the events, in rows."""
_WIDTH = 860
"""Of a downloaded chart, in pixels."""
_SCALE = 2
"""Pixels of a picture for each of them."""
_LINE = 125
"""Characters in a line below a downloaded chart."""
_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"


@dataclass(frozen=True, slots=True)
class Colours:
    """What a chart is drawn with on a light or a dark ground."""

    ground: str
    bars: str
    text: str
    lines: str
    event: str


LIGHT = Colours(ground="#fdfcf9", bars="#0f5f6b", text="#15181a", lines="#b9b4a7", event="#b4541a")
DARK = Colours(ground="#15181a", bars="#6fb7cc", text="#ebe8e1", lines="#4d5459", event="#eb9a63")


@dataclass(frozen=True, slots=True)
class Bar:
    """One period of one row: its days, both included, its count, and both in words."""

    first: date
    last: date
    count: int
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One series: its name with its figures, and its bars."""

    name: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """An event on the chart: its number in the list below, and its days, both included."""

    number: int
    first: date
    last: date
    words: str


def timeline(
    rows: Sequence[Row],
    marks: Sequence[Mark],
    shown: tuple[date, date],
    colours: Colours,
    brushed: tuple[date, date] | None = None,
) -> alt.LayerChart:
    """The rows under one another on one scale, the events across all of them.

    Args:
        shown: the first and the last day of the chart.
        brushed: the days that are chosen when it is first drawn, both included.
    """
    top = len(rows) + _NUMBERS
    x = _time_axis(shown, colours)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=alt.Scale(domain=[0, top], nice=False), axis=None)

    words = alt.Tooltip("words:N", title=" ")
    names = alt.Chart(_names(rows)).encode(tooltip=alt.value(None))
    bars = alt.Chart(_bars(rows)).encode(x=x, x2="end", y=y("base"), y2="tip", tooltip=words)
    written = names.encode(x=alt.value(3), y=y("name_at"), text="name:N")
    style: dict[str, Any] = {"align": "left", "baseline": "top", "fontSize": 12.5}
    layers = [
        names.mark_rule(color=colours.lines).encode(y=y("base")),
        bars.mark_bar(color=colours.bars).add_params(_brush(brushed, colours)),
        written.mark_text(**style, stroke=colours.ground, strokeWidth=3, strokeJoin="round"),
        written.mark_text(**style, color=colours.text),
    ]
    if marks:
        events = alt.Chart(_marks(marks, shown, top)).encode(x=x, y=y("top"))
        around = events.mark_rect(
            fill=colours.event, fillOpacity=0.12, stroke=colours.event, strokeDash=[3, 3]
        )
        numbers = events.mark_text(
            align="left", baseline="top", dx=2, fontWeight="bold", color=colours.event
        )
        layers = [
            around.encode(x2="end", y2=alt.datum(0), tooltip=words),
            *layers,
            numbers.encode(text="number:Q", tooltip=alt.value(None)),
        ]
    chart = alt.LayerChart(layer=layers)
    return chart.properties(height=round(top * ROW_HEIGHT))


def _time_axis(shown: tuple[date, date], colours: Colours) -> alt.X:
    return alt.X(
        "start:T",
        scale=alt.Scale(type="utc", domain=[_start(shown[0]), _end(shown[1])], nice=False),
        axis=alt.Axis(
            title=None,
            labelExpr=_tick_label(),
            labelColor=colours.text,
            labelFontSize=12,
            labelOverlap=True,
            labelFlush=True,
            tickCount=alt.ExprRef("max(2, width / 90)"),
            grid=False,
            tickColor=colours.lines,
            domainColor=colours.lines,
        ),
    )


def _brush(days: tuple[date, date] | None, colours: Colours) -> alt.Parameter:
    return alt.selection_interval(
        name=BRUSH,
        encodings=["x"],
        value={"x": [_start(days[0]), _end(days[1])]} if days else alt.Undefined,
        mark=alt.BrushConfig(fill=colours.bars, fillOpacity=0.15, stroke=colours.bars),
    )


def picture(chart: alt.LayerChart, title: str, subtitle: str, source: str) -> dict[str, Any]:
    """The chart as a figure of its own: with a title, and below what its source is."""
    lines = wrap(source, _LINE)
    below = (
        alt.Chart(pd.DataFrame({"line": lines}))
        .mark_text(align="left", fontSize=11, color=LIGHT.text)
        .encode(x=alt.value(0), y=alt.Y("line:N", sort=None, axis=None), text="line:N")
        .properties(width=_WIDTH, height=15 * len(lines))
    )
    heading = alt.TitleParams(
        text=wrap(title, 90),
        subtitle=wrap(subtitle, _LINE),
        color=LIGHT.text,
        subtitleColor=LIGHT.text,
        fontSize=18,
        subtitleFontSize=12,
        anchor="start",
        offset=12,
    )
    drawn: dict[str, Any] = (
        alt.vconcat(chart.properties(width=_WIDTH), below)
        .properties(background=LIGHT.ground, padding=16, title=heading)
        .configure(font=_FONT)
        .configure_view(stroke=None)
        .to_dict()
    )
    return drawn


def svg(figure: dict[str, Any]) -> bytes:
    """A figure as SVG; nothing is fetched for it."""
    drawn: str = vl_convert.vegalite_to_svg(figure, allowed_base_urls=[])
    return drawn.encode()


def png(figure: dict[str, Any]) -> bytes:
    """A figure as PNG; nothing is fetched for it."""
    drawn: bytes = vl_convert.vegalite_to_png(figure, scale=_SCALE, allowed_base_urls=[])
    return drawn


def brushed_days(selection: dict[str, Any]) -> tuple[date, date] | None:
    """The days of a brush, both included; None where nothing is chosen."""
    ends = selection.get(BRUSH, {}).get("start")
    if not isinstance(ends, list) or len(ends) != 2:
        return None
    try:
        first, last = (datetime.fromtimestamp(ms / 1000, UTC) for ms in sorted(ends))
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return first.date(), (last - timedelta(milliseconds=1)).date()


def _stacked(rows: Sequence[Row]) -> list[tuple[int, Row]]:
    """Each row with the height of its base line, the first row uppermost."""
    return [(len(rows) - number, row) for number, row in enumerate(rows, start=1)]


def _names(rows: Sequence[Row]) -> pd.DataFrame:
    return pd.DataFrame(
        [{"name": row.name, "base": base, "name_at": base + 0.95} for base, row in _stacked(rows)],
        columns=["name", "base", "name_at"],
    )


def _bars(rows: Sequence[Row]) -> pd.DataFrame:
    tallest = max((bar.count for row in rows for bar in row.bars), default=1)
    return pd.DataFrame(
        [
            {
                "start": _start(bar.first),
                "end": _end(bar.last),
                "base": base,
                "tip": base + max(_THIN, _BARS * bar.count / tallest),
                "words": bar.words,
            }
            for base, row in _stacked(rows)
            for bar in row.bars
        ],
        columns=["start", "end", "base", "tip", "words"],
    )


def _marks(marks: Sequence[Mark], shown: tuple[date, date], top: float) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "start": _start(max(mark.first, shown[0])),
                "end": _end(min(mark.last, shown[1])),
                "number": mark.number,
                "top": top,
                "words": mark.words,
            }
            for mark in marks
        ],
        columns=["start", "end", "number", "top", "words"],
    )


def _start(day: date) -> float:
    """The moment when a day begins, as browsers count: milliseconds since 1970, in UTC."""
    return datetime.combine(day, time.min, UTC).timestamp() * 1000


def _end(day: date) -> float:
    """The moment when a day ends."""
    return _start(day) + timedelta(days=1) / timedelta(milliseconds=1)


def _tick_label() -> str:
    """Vega's expression for a label of the axis: the year in January, else day or month."""
    months = list(get_month_names("abbreviated", locale=current()).values())
    name = f"{months}[utcmonth(datum.value)]"
    return (
        f"utcdate(datum.value) > 1 ? utcdate(datum.value) + ' ' + {name} : "
        f"utcmonth(datum.value) > 0 ? {name} : utcFormat(datum.value, '%Y')"
    )
