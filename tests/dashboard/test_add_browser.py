"""A file through the real file chooser, until its article and claims are there."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.crawler.test_uploads import HTML
from tests.dashboard.conftest import free_port, serving

expect.set_options(timeout=20_000)


@pytest.mark.browser
@pytest.mark.timeout(400)  # the crawler and the analysis read the file
def test_a_saved_page_is_chosen_read_and_shown(browser: Browser, tmp_path: Path) -> None:
    saved = tmp_path / "saved.html"
    saved.write_text(HTML, encoding="utf-8")
    store = f"sqlite:///{tmp_path}/earshot.db"
    settings = {"EARSHOT_DATABASE_URL": store, "EARSHOT_ENCODER": "off"}
    with serving(free_port(), tmp_path / "log", settings) as address:
        context = browser.new_context(base_url=address)
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.goto("/add")
        page.get_by_role("tab", name="Files").click()
        with page.expect_file_chooser() as chooser:
            page.get_by_test_id("stFileUploader").locator("button").click()
        chooser.value.set_files(saved)
        page.get_by_label("Title").fill("A title by hand")
        page.get_by_label("Title").press("Tab")
        page.get_by_role("button", name="Add these files").click()

        expect(page.get_by_role("heading", name="What was added")).to_be_visible()
        expect(page.get_by_text("1 added")).to_be_visible(timeout=200_000)
        page.get_by_role("link", name="in these articles").click(timeout=100_000)
        expect(page.get_by_text("nobody listens to it").first).to_be_visible()
        page.get_by_role("link", name="Open this claim").first.click()
        expect(page.get_by_text("A title by hand").first).to_be_visible()
        archived = page.get_by_role("definition").filter(has_text="-files-00001.warc.gz")
        expect(archived).to_be_visible()
        context.close()
