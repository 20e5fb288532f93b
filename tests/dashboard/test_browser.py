"""The main path in a real browser, at the width of a desk and of a phone."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from analysis.export import CLAIM_COLUMNS, restore
from analysis.store import ClaimFilter, Store
from tests.dashboard.invented_press import HOSTILE

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)
WIDTHS = {"desk": (1280, 900), "phone": (390, 844)}


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, browser: Browser, served: str) -> Iterator[Page]:
    width, height = WIDTHS[request.param]
    context = browser.new_context(
        base_url=served,
        viewport={"width": width, "height": height},
        has_touch=request.param == "phone",
        is_mobile=request.param == "phone",
        accept_downloads=True,
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    yield page
    context.close()


def download(page: Page, name: str, folder: Path) -> list[dict[str, str]]:
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name).click()
    assert waiting.value.suggested_filename == name
    waiting.value.save_as(folder / name)
    content = (folder / name).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_from_the_table_to_the_sentence_its_article_and_the_file(
    page: Page, press: Store, tmp_path: Path
) -> None:
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto("/")
    expect(page.get_by_role("heading", name="What the press says")).to_be_visible()
    page.get_by_test_id("stMain").get_by_role("link", name="Compare").click()

    cell = page.get_by_role("button", name="Amazon, Human review: 2 claims; 1 affirms; 1 denies")
    cell.click()
    expect(page.get_by_role("heading", name="Amazon · Human review")).to_be_in_viewport()
    expect(page).to_have_url(re.compile(r"/compare\?cell=human_review%2Famazon$"))
    expect(cell).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("Amazon employs people who listen")).to_be_visible()

    page.get_by_role("link", name="Open this claim").first.click()
    expect(page).to_have_url(re.compile(r"/claim\?id=[0-9a-f]{16}$"))
    expect(page.locator("mark").first).to_be_visible()
    marked = "".join(page.locator("mark").all_text_contents())
    assert marked == "Amazon employs people who listen to voice recordings."
    link = page.get_by_role("link", name="Read the article")
    expect(link).to_have_attribute("href", "https://ledger.example/lab")

    page.go_back()
    expect(page.get_by_role("heading", name="Amazon · Human review")).to_be_visible()
    rows = download(page, "claims.csv", tmp_path)
    assert tuple(rows[0]) == CLAIM_COLUMNS
    assert [restore(row["quote"]) for row in rows] == [s.claim.quote for s in press.claims()]
    assert len(download_again(page, tmp_path)) > 0
    outside = [url for url in requested if not url.startswith(("http://127.0.0.1:", "blob:"))]
    assert [url for url in outside if not url.startswith("data:")] == []


@pytest.mark.parametrize("page", ["desk"], indirect=True)
def test_the_first_page_is_also_found_by_its_name(page: Page) -> None:
    page.goto("/overview")
    expect(page.get_by_role("heading", name="What the press says")).to_be_visible()
    expect(page).to_have_title("Overview · Earshot")
    expect(page.get_by_role("dialog")).to_have_count(0)


def download_again(page: Page, folder: Path) -> list[dict[str, str]]:
    page.keyboard.press("Escape")
    return download(page, "vendors_by_practice.csv", folder)


@pytest.mark.parametrize("page", ["desk"], indirect=True)
def test_a_link_restores_a_filtered_view_and_its_download(page: Page, tmp_path: Path) -> None:
    page.goto("/claims?vendor=amazon&polarity=denied")
    expect(page.get_by_text("2 claims")).to_be_visible()
    rows = download(page, "claims.csv", tmp_path)
    assert {(row["vendor"], row["polarity"]) for row in rows} == {("amazon", "denied")}
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_text("9 claims")).to_be_visible()
    expect(page).to_have_url(re.compile("/claims$"))
    page.go_back()
    expect(page.get_by_text("2 claims")).to_be_visible()


def test_what_is_chosen_or_open_is_as_legible_as_text_on_dark_ground(
    browser: Browser, served: str
) -> None:
    context = browser.new_context(base_url=served, color_scheme="dark")
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto("/search?q=recordings")
    text = page.get_by_role("heading", level=1).evaluate("title => getComputedStyle(title).color")
    button = page.get_by_role("button", name="How to search")
    button.click()
    expect(page.get_by_text("both words, in any of their forms")).to_be_visible()
    expect(button).to_have_css("color", text)
    page.goto("/add")
    expect(page.get_by_role("tab", selected=True)).to_have_css("color", text)
    context.close()


@pytest.mark.parametrize("page", ["desk"], indirect=True)
def test_the_table_can_be_used_from_the_keyboard(page: Page) -> None:
    page.goto("/compare")
    first = page.get_by_role("button", name="Google, Retention:")
    first.focus()
    page.keyboard.press("ArrowDown")
    cell = page.get_by_role("button", name="Google, Deletion:")
    expect(cell).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Google · Deletion")).to_be_visible()
    expect(cell).to_be_focused()
    expect(page.get_by_role("row", name=re.compile("^Retention"))).to_be_visible()

    # One stop of the tab key for the whole table, also where a cell is empty.
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Home")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert page.evaluate(
        "[...document.querySelectorAll('*')].map(e => e.shadowRoot?.activeElement?.dataset.key)"
        ".find(Boolean)"
    ) == ("retention/amazon")


@pytest.mark.parametrize("page", ["desk"], indirect=True)
def test_two_vendors_side_by_side_open_a_claim(page: Page) -> None:
    page.goto("/compare?vs=amazon&vs=apple")
    table = page.get_by_role("table", name="The strongest evidence of each vendor")
    expect(table.get_by_role("columnheader")).to_have_text(["Practice", "Amazon", "Apple"])
    table.get_by_role("link", name="Amazon employs people who listen").click()
    expect(page).to_have_url(re.compile(r"/claim\?id=[0-9a-f]{16}$"))
    expect(page.locator("mark").first).to_be_visible()


@pytest.mark.parametrize("page", ["phone"], indirect=True)
def test_nothing_is_wider_than_the_screen(page: Page, press: Store) -> None:
    (hostile,) = press.claims(ClaimFilter(practices=("collection",)))
    for address, last in (
        ("/", page.get_by_role("link", name="What was read, and what was not")),
        ("/compare?cell=human_review%2Famazon", page.get_by_role("link", name="Open this claim")),
        ("/claims", page.get_by_role("link", name="Open this claim")),
        (f"/claim?id={hostile.id}", page.get_by_role("link", name="in the comparison")),
    ):
        page.goto(address)
        expect(last.last).to_be_attached()
        if "compare" in address:
            expect(page.get_by_role("table")).to_be_visible()
        width = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
        assert width <= page.viewport_size["width"]


@pytest.mark.parametrize("page", ["desk"], indirect=True)
def test_hostile_text_stays_text(page: Page, press: Store) -> None:
    (hostile,) = press.claims(ClaimFilter(practices=("collection",)))
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for address in (f"/claim?id={hostile.id}", "/claims", "/compare"):
        page.goto(address)
        expect(page.get_by_text("**bold** <b>html</b> <img src=x").first).to_be_attached()
        page.wait_for_selector('[data-test-script-state="notRunning"]')
        for made in ("img[src=x]", "b", ".katex", 'a[href^="javascript"]', 'a[href*="://evil"]'):
            assert page.locator(made).count() == 0
    page.goto(f"/claim?id={hostile.id}")
    expect(page.get_by_text(f"By Author {HOSTILE}", exact=True)).to_be_visible()
    assert dialogs == []
