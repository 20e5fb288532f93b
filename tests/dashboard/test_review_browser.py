"""The review page's keys, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

expect.set_options(timeout=20_000)


@pytest.mark.browser
def test_the_keys_judge_and_skip_but_not_while_one_writes(browser: Browser, served: str) -> None:
    context = browser.new_context(base_url=served, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto("/review")
    title = page.get_by_test_id("stMain").get_by_role("heading", level=3).first
    expect(title).to_be_visible()
    first = title.inner_text()

    for key, kind in (("a", "Accept"), ("x", "Reject")):
        expect(page.get_by_role("button", name=kind)).to_be_visible()
        page.keyboard.press(key)
        expect(page.get_by_text("Write your name first")).to_be_visible()
        page.reload()
        expect(title).to_have_text(first)

    expect(page.get_by_role("button", name="Skip")).to_be_visible()
    page.get_by_label("Your name").fill("Sasha")
    page.get_by_label("Your name").press_sequentially(" xes")
    expect(page.get_by_label("Your name")).to_have_value("Sasha xes")
    expect(title).to_have_text(first)
    page.get_by_label("Your name").press("Tab")
    page.get_by_test_id("stMain").get_by_role("heading", level=1).click()
    page.keyboard.press("e")
    expect(page.get_by_role("button", name="Save the correction")).to_be_visible()
    page.get_by_test_id("stMain").get_by_role("heading", level=1).click()
    page.keyboard.press("s")
    expect(title).not_to_have_text(first)
    expect(page.get_by_role("button", name="Save the correction")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/review$"))
    context.close()
