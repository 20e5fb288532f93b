"""Every page as axe-core sees it: contrast, names, roles and landmarks, in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from analysis.store import ClaimFilter, Store
from tests.dashboard.conftest import ROOT

pytestmark = pytest.mark.browser

PAGES = re.findall(r'url_path="(\w+)"', (ROOT / "app.py").read_text(encoding="utf-8"))
SHOWING: dict[str, dict[str, str | list[str]]] = {
    "overview": {},
    "compare": {"cell": "human_review/amazon", "vs": ["amazon", "apple"]},
    "says": {"vendor": "amazon"},
    "search": {"q": "recordings"},
    "reply": {"vendor": "amazon"},
}
"""What an address asks for, so that the page has everything that it can show."""
STREAMLIT = {
    # The groups of the menu of a phone are a list whose items stand in boxes.
    ("list", "stSidebarNavItems"),
    ("listitem", "stSidebarNavItems"),
    # Vega draws the frame for choosing dates as a mark, and gives it no name.
    ("svg-img-alt", "stVegaLiteChart"),
}
"""Findings in what Streamlit itself draws: the rule, and the nearest part that it has named."""
AXE = Axe()
NEAREST = "element => element.closest('[data-testid]')?.dataset.testid"


@pytest.fixture(
    scope="module",
    params=[(1280, 900, "light"), (390, 844, "dark")],
    ids=["desk, light", "phone, dark"],
)
def screen(request: pytest.FixtureRequest, browser: Browser, served: str) -> Iterator[Page]:
    width, height, scheme = request.param
    context = browser.new_context(
        base_url=served,
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(screen: Page, name: str, press: Store) -> None:
    asked = SHOWING.get(name, {})
    if name == "claim":
        asked = {"id": press.claims(ClaimFilter(practices=("human_review",)))[0].id}
    path = "" if name == "overview" else name
    screen.goto(f"/{path}?{urlencode(asked, doseq=True)}")
    screen.get_by_role("heading", level=1).wait_for()
    screen.wait_for_selector('[data-test-script-state="notRunning"]')
    assert findings(screen) == []


def findings(page: Page) -> list[str]:
    """The serious and critical findings on a page that are ours, each as one line."""
    found = AXE.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{violation['id']} in {part(page, node)}: {node['failureSummary']}: {node['html']}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
        if (violation["id"], part(page, node)) not in STREAMLIT
    ]


def part(page: Page, node: dict[str, Any]) -> str:
    """The nearest part of the page around an element that Streamlit has named."""
    first = node["target"][0]
    place = first if isinstance(first, str) else first[0]
    return str(page.locator(place).first.evaluate(NEAREST))
