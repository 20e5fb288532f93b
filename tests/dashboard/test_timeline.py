"""The timeline: counts over time, peaks, dates chosen on the chart."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, expect
from streamlit.testing.v1 import AppTest

from analysis.dashboard import charts
from analysis.records import Article
from analysis.store import Grouping, Store
from tests.dashboard.conftest import Open
from tests.dashboard.invented_press import HOSTILE, article, claim
from tests.dashboard.test_pages import quotes, store_at, texts

expect.set_options(timeout=20_000)
JULY = date(2019, 7, 1), date(2019, 7, 31)


def put(
    store: Store, slug: str, outlet: str, published: datetime | None, vendor: str, title: str
) -> Article:
    sentence = f"{vendor.title()} listens, says {slug}."
    one = article(slug, outlet, title, sentence, published=published)
    store.save_article(one, outlet.title())
    store.save_claims(one.id, {1: [claim(one, 0, sentence, vendor, "human_review")]}, "test")
    return one


@pytest.fixture(scope="module")
def year_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A year with an article a month, and a story in July that six outlets carry."""
    url = store_at(tmp_path_factory.mktemp("year"))
    with Store.open(url) as store:
        for number in range(1, 13):
            day = datetime(2019, number, 10, tzinfo=UTC)
            put(store, f"quiet-{number}", "ledger", day, "google", "A quiet month")
        start = datetime(2019, 7, 26, tzinfo=UTC)
        copies = [
            put(store, "leak", f"o{n}", start + timedelta(hours=n), "apple", f"Siri {n} {HOSTILE}")
            for n in range(6)
        ]
        ids = tuple(copy.id for copy in copies)
        store.save_stories([Grouping(ids[0], ids[0], None, ids)])
        put(store, "undated", "ledger", None, "apple", "A note")
    return url


def figures(app: AppTest) -> dict[str, dict[str, str]]:
    """The table of figures, by series and period, without empty cells."""
    (table,) = app.table
    return {
        str(name): {str(period): str(cell) for period, cell in column.items() if cell}
        for name, column in table.value.items()
    }


def test_claims_are_counted_by_vendor_and_month(open_page: Open, year_url: str) -> None:
    app = open_page("timeline", year_url)
    assert not app.exception
    counts = figures(app)
    assert list(counts) == ["Google", "Apple"]
    assert counts["Apple"] == {"July 2019": "6"}
    assert set(counts["Google"].values()) == {"1"}
    assert "for want of a date: 1 claim." in texts(app)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"count": "stories"}, {"July 2019": "1"}),
        ({"count": "articles", "bin": "year"}, {"2019": "6"}),
        ({"bin": "quarter"}, {"Q3 2019": "6"}),
        ({"bin": "week"}, {"week of 22 Jul 2019": "6"}),
        ({"bin": "day", "from_": "2019-07-26", "zoom": "1"}, {"26 Jul 2019": "6"}),
        # Addresses edited by hand.
        ({"bin": "hour", "count": HOSTILE, "by": "x" * 10_000}, {"July 2019": "6"}),
    ],
)
def test_the_address_says_what_is_counted(
    open_page: Open, year_url: str, parameters: dict[str, str], expected: dict[str, str]
) -> None:
    app = open_page("timeline", year_url, **parameters)
    assert not app.exception
    assert figures(app)["Apple"] == expected


def test_an_address_with_an_unknown_choice_says_which_there_are(
    open_page: Open, year_url: str
) -> None:
    app = open_page("timeline", year_url, count="outlets")
    assert "claims, articles, stories" in app.warning[0].value
    app.segmented_control(key="choice_count").set_value("articles").run()
    assert not app.warning
    assert app.query_params == {"count": "articles"}


def test_rows_can_be_practices(open_page: Open, year_url: str) -> None:
    app = open_page("timeline", year_url, by="practice")
    assert figures(app)["Human review"]["July 2019"] == "7"


def test_a_peak_is_named_by_its_leading_story(open_page: Open, year_url: str) -> None:
    app = open_page("timeline", year_url)
    said = texts(app)
    assert "**Peak 1: July 2019**" in said
    assert f"Siri 0 {HOSTILE}" in [text.value for text in app.text]
    assert "O0 · 26 Jul 2019" in said
    assert "7 articles of 7 outlets. 6 of the articles carry this story, in 6 outlets." in said


def test_a_peak_chooses_its_dates(open_page: Open, year_url: str) -> None:
    app = open_page("timeline", year_url)
    app.button(key="peak_1").click().run()
    assert app.query_params["from"] == "2019-07-01"
    assert app.query_params["to"] == "2019-07-31"
    assert len(quotes(app)) == 5
    assert "7 claims" in texts(app)
    assert figures(app)["Google"]["May 2019"] == "1"


def test_peaks_outside_of_the_chosen_dates_are_left_out(open_page: Open, year_url: str) -> None:
    app = open_page("timeline", year_url, from_="2019-09-01")
    assert "Peak 1" not in texts(app)
    assert "At no time" in texts(app)


def test_a_chart_of_the_chosen_dates_alone(open_page: Open, year_url: str) -> None:
    app = open_page("timeline", year_url, from_="2019-09-01", to="2019-10-31", zoom="1")
    assert figures(app) == {"Google": {"week of 9 Sept 2019": "1", "week of 7 Oct 2019": "1"}}
    nothing = open_page("timeline", year_url, from_="2022-01-01", zoom="1")
    assert not nothing.exception
    assert "No claim passes these filters" in texts(nothing)


def test_claims_without_a_date_have_no_chart(open_page: Open, year_url: str) -> None:
    app = open_page("timeline", year_url, q="undated")
    assert "1 claim passes these filters, in an article without a date." in app.info[0].value


def test_a_filter_that_nothing_passes_says_so(open_page: Open, year_url: str) -> None:
    app = open_page("timeline", year_url, vendor="nobody")
    assert "No claim passes these filters" in app.info[0].value


def test_a_store_without_articles_says_what_to_run(open_page: Open, tmp_path: Path) -> None:
    assert "make run" in texts(open_page("timeline", store_at(tmp_path)))


def test_hostile_text_stays_text(open_page: Open) -> None:
    app = open_page("timeline", by="vendor")
    assert not app.exception
    assert not [name for name in figures(app) if re.search(r"[<>\[\]`|*_$]", name)]


def bar(day: date, count: int) -> charts.Bar:
    return charts.Bar(day, day, count, "words")


@pytest.fixture(scope="module")
def figure() -> dict[str, object]:
    days = [date(2019, 7, number) for number in range(1, 20)]
    rows = [
        charts.Row(f"Row {HOSTILE}", tuple(bar(day, n + 1) for n, day in enumerate(days))),
        charts.Row("Empty", ()),
    ]
    marks = [charts.Mark(1, days[3], days[5], f"Peak {HOSTILE}")]
    chart = charts.timeline(rows, marks, JULY, charts.LIGHT)
    return charts.picture(chart, f"Title {HOSTILE}", "Subtitle", f"Source: {HOSTILE} " * 5)


def test_a_picture_names_its_source_and_shows_markup_as_text(figure: dict[str, object]) -> None:
    drawn = ElementTree.fromstring(charts.svg(figure))
    tags = {element.tag.rpartition("}")[2] for element in drawn.iter()}
    assert tags <= {"svg", "g", "path", "rect", "text", "tspan", "line", "defs", "clipPath"}
    said = " ".join(element.text or "" for element in drawn.iter() if element.tag.endswith("text"))
    assert "Source: " in said
    assert HOSTILE[:20] in said
    addresses = [v for e in drawn.iter() for k, v in e.attrib.items() if k.endswith("href")]
    assert addresses == []


def test_a_picture_is_a_png_twice_as_fine(figure: dict[str, object]) -> None:
    drawn = charts.png(figure)
    assert drawn.startswith(b"\x89PNG")
    assert int.from_bytes(drawn[16:20]) >= 1720


def test_taller_bars_stand_for_more() -> None:
    row = charts.Row("Apple", (bar(JULY[0], 1), bar(date(2019, 7, 9), 5), bar(JULY[1], 1000)))
    spec = charts.timeline([row], [], JULY, charts.LIGHT).to_dict()
    data = max(spec["datasets"].values(), key=len)
    heights = [one["tip"] - one["base"] for one in data]
    assert heights == sorted(heights)
    assert heights[0] > 0
    assert all(low["end"] <= high["start"] for low, high in pairwise(data))


@pytest.mark.parametrize(
    ("selection", "days"),
    [
        ({}, None),
        ({charts.BRUSH: {}}, None),
        ({charts.BRUSH: {"start": [0.0]}}, None),
        ({charts.BRUSH: {"start": ["x", None]}}, None),
        ({charts.BRUSH: {"start": [1e300, 2e300]}}, None),
        ({charts.BRUSH: {"start": [0, 86_400_000]}}, (date(1970, 1, 1), date(1970, 1, 1))),
        ({charts.BRUSH: {"start": [90_000_000.5, 5]}}, (date(1970, 1, 1), date(1970, 1, 2))),
    ],
)
def test_a_brush_names_days(selection: dict[str, object], days: tuple[date, date] | None) -> None:
    assert charts.brushed_days(selection) == days


@pytest.mark.browser
def test_dates_are_chosen_on_the_chart(browser: Browser, served: str, tmp_path: Path) -> None:
    with browser.new_context(viewport={"width": 1280, "height": 1000}) as context:
        page = context.new_page()
        page.goto(f"{served}/timeline?by=vendor")
        draw_over(page, 0.02, 0.2)
        page.wait_for_url(re.compile("from=2019-04-01&to=20[0-9-]+"), timeout=60_000)
        expect(page.get_by_role("button", name="Show only the chosen dates")).to_be_visible()
        year = page.get_by_role("spinbutton", name="year, Published from")
        expect(year).to_have_text("2019")

        page.get_by_role("button", name="Download", exact=True).click()
        for name, start in (("svg", b"<svg"), ("png", b"\x89PNG"), ("csv", b"\xef\xbb\xbfperiod")):
            with page.expect_download() as waiting:
                page.get_by_role("button", name=f"earshot-timeline.{name}").click()
            waiting.value.save_as(tmp_path / name)
            assert (tmp_path / name).read_bytes().startswith(start)
        assert "Source: Earshot, 8 claims in 4 articles of 3 outlets. No filter." in (
            tmp_path / "svg"
        ).read_text("utf-8")


@pytest.mark.browser
def test_a_telephone_shows_the_whole_chart(browser: Browser, served: str) -> None:
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.goto(f"{served}/timeline?count=articles")
        chart = page.get_by_test_id("stVegaLiteChart")
        expect(chart.get_by_text("Amazon · 3, up to 1").first).to_be_visible(timeout=60_000)
        box = chart.bounding_box()
        assert box
        assert 0 <= box["x"] < box["x"] + box["width"] <= 390


def draw_over(page: Page, start: float, end: float) -> None:
    """Draws over the chart from one share of its width to another."""
    chart = page.get_by_test_id("stVegaLiteChart")
    expect(chart.get_by_text("Amazon · ").first).to_be_visible(timeout=60_000)
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + end * box["width"], middle, steps=8)
    page.mouse.up()
