"""The interface's languages: every text has its translation, numbers and dates their form."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from babel.messages.catalog import Message
from playwright.sync_api import Browser, expect

from analysis.dashboard import language
from analysis.dashboard.language import LANGUAGES, speaking, tr, trn
from analysis.dashboard.messages import SOURCE, forms, gathered, read, texts, translated
from tests.dashboard.conftest import Open

OTHERS = sorted(LANGUAGES.keys() - {SOURCE})
_FIELD = re.compile(r"\{\w*\}")
_MARKUP = re.compile(r"\*\*|`|\]\(|:material")


def ids(messages: set[Any]) -> list[str]:
    return sorted(map(str, messages))


@pytest.fixture(scope="module")
def shown() -> set[Any]:
    return {message.id for message in gathered() if message.id}


@pytest.mark.parametrize("lang", OTHERS)
def test_every_text_of_the_interface_is_translated(lang: str, shown: set[Any]) -> None:
    there = {m.id for m in read(lang) if m.id and translated(m.string)}
    assert ids(shown - there) == []  # make messages, then translate the empty ones


@pytest.mark.parametrize("lang", OTHERS)
def test_a_catalogue_has_no_text_that_is_not_shown(lang: str, shown: set[Any]) -> None:
    assert ids({m.id for m in read(lang) if m.id} - shown) == []


@pytest.mark.parametrize("lang", OTHERS)
def test_translations_keep_the_fields_and_the_markup(lang: str) -> None:
    wrong = [m.id for m in read(lang) if m.id and not _alike(m)]
    assert wrong == []


def _alike(message: Message) -> bool:
    given, said = forms(message.id), forms(message.string)
    # A form for one may do without the number: "one claim".
    return all(
        set(_FIELD.findall(text)) - {"{n}"} == set(_FIELD.findall(english)) - {"{n}"}
        and sorted(_MARKUP.findall(text)) == sorted(_MARKUP.findall(english))
        for text, english in zip(said, given, strict=True)
    ) and set(_FIELD.findall(said[-1])) == set(_FIELD.findall(given[-1]))


def test_a_text_inside_a_formatted_string_is_gathered_too() -> None:
    code = (
        """f'| {tr("one")} |'; trn('{n} a', '{n} as', 2); tr(constant); mark('b' 'c'); x.tr('no')"""
    )
    assert set(texts(code)) == {"one", ("{n} a", "{n} as"), "bc"}


def test_french_is_set_as_french_newspapers_set_it() -> None:
    """Spaces that do not break before : ; ? ! and within guillemets; apostrophes that are bent."""
    wrong = re.compile(r"[ \w)»][;?!](?!\S)|(?<!\d) :|\w:(?= |$)|« |[^\xa0]»|'|\"")
    texts_of_it = [said for m in read("fr") if m.id for said in forms(m.string)]
    assert [said for said in texts_of_it if wrong.search(said)] == []


def test_numbers_and_dates_are_written_as_each_language_does() -> None:
    moment = datetime(2019, 4, 12, 18, 5, tzinfo=UTC)
    with speaking("en"):
        assert language.number(1204) == "1,204"
        assert language.percent(0.12) == "12%"
        assert language.day(moment) == "12 Apr 2019"
        assert language.minute(moment) == "12 Apr 2019, 18:05 UTC"
        assert language.month(date(2019, 4, 1)) == "April 2019"
        assert language.day(None) == "no date"
    with speaking("fr"):
        assert language.number(1204) == "1\u202f204"
        assert language.percent(0.12) == "12\xa0%"
        assert language.day(moment) == "12 avr. 2019"
        assert language.month(date(2019, 4, 1)) == "avril 2019"
        assert language.day(None) == "sans date"


def test_french_counts_nothing_in_the_singular() -> None:
    with speaking("fr"):
        assert trn("{n} claim", "{n} claims", 0) == "0 énoncé"
        assert trn("{n} claim", "{n} claims", 1204) == "1\u202f204 énoncés"
    with speaking("en"):
        assert trn("{n} claim", "{n} claims", 0) == "0 claims"


def test_what_fills_a_text_in_is_not_read_as_one() -> None:
    with speaking("en"):
        assert tr("{name} said", name="{0} {n}") == "{0} {n} said"


def test_an_address_can_choose_the_language(open_page: Open) -> None:
    assert [title.value for title in open_page("claims", ui="fr").title] == ["Énoncés"]
    assert [title.value for title in open_page("claims", ui="tlh").title] == ["Claims"]


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_the_browser_chooses_and_a_reader_switches(
    browser: Browser, served: str, width: int
) -> None:
    viewport = {"width": width, "height": 844}
    context = browser.new_context(base_url=served, viewport=viewport, locale="fr-FR")
    page = context.new_page()
    page.set_default_timeout(30_000)
    address = "/claims?vendor=amazon&polarity=denied"
    page.goto(address)
    expect(page.get_by_role("heading", name="Énoncés")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("2 énoncés")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "fr")

    page.get_by_role("button", name="English").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Claims")).to_be_visible()
    expect(page.get_by_text("2 claims")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("button", name="Français")).to_be_focused()
    assert page.url.removeprefix(served) == address

    page.reload()
    expect(page.get_by_role("heading", name="Claims")).to_be_visible()
    context.close()
