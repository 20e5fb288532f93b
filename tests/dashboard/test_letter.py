"""A request for comment: what it lists, what it asks, and that it quotes letter by letter."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import docx as word
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from analysis.codebook import Codebook, load_codebook
from analysis.config import Settings
from analysis.dashboard.language import speaking
from analysis.dashboard.letter import (
    MOST,
    QUESTIONS,
    Letter,
    Request,
    docx,
    escaped,
    markdown,
    question,
    questions,
    request,
)
from analysis.records import CERTAINTIES, POLARITIES, Claim
from analysis.store import StoredClaim
from tests.dashboard.invented_press import HOSTILE

NOW = datetime(2020, 3, 2, tzinfo=UTC)
LETTER = Letter(
    "We write about voices.\n\nPlease comment.", "desk@newsroom.example", date(2020, 4, 1)
)
QUOTE = "Amazon employs people who listen."
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return load_codebook(Settings().codebook)


def stored(number: int = 1, **changes: object) -> StoredClaim:
    """A claim of an article of its own."""
    claim = Claim(
        article_id=f"article{number}",
        paragraph=0,
        start=0,
        end=len(QUOTE),
        quote=QUOTE,
        vendor="amazon",
        product=None,
        practice="human_review",
        polarity="affirmed",
        certainty="certain",
        source_type="media",
        source="Bloomberg",
        rule="test",
    )
    of_claim = {name: changes.pop(name) for name in list(changes) if hasattr(claim, name)}
    values: dict[str, object] = {
        "id": f"claim{number}",
        "claim": replace(claim, **of_claim),  # type: ignore[arg-type]
        "title": "Staff listen",
        "url": f"https://ledger.example/{number}",
        "outlet": f"outlet{number}",
        "outlet_name": f"Outlet {number}",
        "country": "GB",
        "lang": "en",
        "published": NOW,
        "first_version": 1,
        "last_version": 1,
        "current_version": 1,
        "extractor": "test",
        "extracted_at": NOW,
        "withdrawn": None,
        **changes,
    }
    return StoredClaim(**values)  # type: ignore[arg-type]


def made(
    codebook: Codebook,
    *claims: StoredClaim,
    lang: str = "en",
    vendor: str = "amazon",
    more: int = 0,
) -> Request:
    with speaking(lang):
        return request(vendor, claims, {}, LETTER, codebook, more)


def test_a_statement_has_quote_outlet_date_source_link_and_question(codebook: Codebook) -> None:
    document = made(codebook, stored())
    assert document.title == "Request for comment: Amazon"
    assert document.opening == (
        "We write about voices.",
        "Please comment.",
        "Please answer by 1 Apr 2020.",
        "Contact: desk@newsroom.example",
    )
    (section,) = document.sections
    assert section.title == "Human review"
    assert section.definition.startswith("People (staff or contractors)")
    (statement,) = section.statements
    assert statement.quote == QUOTE
    assert statement.facts == (
        "Outlet 1, 2 Mar 2020: “Staff listen”",
        f"Said by: {codebook.source_types['media']['en']} (“Bloomberg”)",
        "Reference: claim1",
    )
    assert statement.url == "https://ledger.example/1"
    assert section.questions == (QUESTIONS["human_review"]["affirmed"],)
    assert statement.question.startswith("The article reports this without reservation.")
    assert document.closing == ""


def test_every_practice_of_the_codebook_has_its_questions(codebook: Codebook) -> None:
    assert set(QUESTIONS) == set(codebook.practices)
    asked = [text for by_polarity in QUESTIONS.values() for text in by_polarity.values()]
    assert all(set(by_polarity) == set(POLARITIES) for by_polarity in QUESTIONS.values())
    assert len(set(asked)) == len(asked) == 2 * len(codebook.practices)
    assert all(text.endswith("?") for text in asked)
    blame = re.compile("spy|spied|illegal|secret|admit|violat|why did|scandal|abuse", re.IGNORECASE)
    assert [text for text in asked if blame.search(text)] == []


def test_a_question_goes_by_polarity_certainty_and_whose_word_it_is() -> None:
    of = stored().claim
    asked = {
        question(replace(of, polarity=polarity, certainty=certainty, source_type=source_type))
        for polarity in POLARITIES
        for certainty in CERTAINTIES
        for source_type in ("media", "vendor")
    }
    assert len(asked) == 5
    assert "as possible" in question(replace(of, certainty="uncertain"))
    assert "without exception" in question(replace(of, polarity="denied"))
    assert "your company" in question(replace(of, source_type="vendor"))


def test_a_practice_is_asked_about_by_what_is_said_of_it() -> None:
    both = questions("sharing", {"denied", "affirmed"})
    assert both == (QUESTIONS["sharing"]["affirmed"], QUESTIONS["sharing"]["denied"])
    assert questions("sharing", {"denied"}) == both[1:]
    assert len(set(questions("of_our_own_codebook", POLARITIES))) == 2


def test_copies_that_are_read_as_different_people_s_words_are_listed_apart(
    codebook: Codebook,
) -> None:
    copies = [stored(1, source_type="worker", source=None), stored(2, source_type="vendor")]
    with speaking("en"):
        document = request("amazon", copies, {"article1": 1, "article2": 1}, LETTER, codebook)
    statements = [one for section in document.sections for one in section.statements]
    assert len(statements) == 2
    assert not any("Also published by" in fact for one in statements for fact in one.facts)
    assert "as a statement of your company" in statements[1].question


def test_copies_of_one_story_are_listed_once_with_their_outlets(codebook: Codebook) -> None:
    first = stored(2, published=NOW.replace(day=1), quote="“Amazon” employs people, who listen!")
    copies = [
        stored(1, quote="Amazon employs people who listen."),
        first,
        stored(3, published=None),
    ]
    other = stored(4)
    stories = {"article1": 7, "article2": 7, "article3": 7}
    with speaking("en"):
        document = request("amazon", [*copies, other], stories, LETTER, codebook)
    statements = document.sections[0].statements
    assert [s.facts[0][:8] for s in statements] == ["Outlet 2", "Outlet 4"]
    assert "Also published by: Outlet 1, Outlet 3" in statements[0].facts
    assert [s.heading for s in statements] == ["Statement 1", "Statement 2"]


def test_a_story_that_also_denies_keeps_both_statements(codebook: Codebook) -> None:
    both = [stored(1), stored(1, id="other", polarity="denied")]
    assert made(codebook, *both).statements == 2


def test_practices_come_in_the_order_of_the_codebook(codebook: Codebook) -> None:
    claims = [
        stored(n, practice=practice)
        for n, practice in enumerate(["of_our_own", "sharing", "collection", "sharing"])
    ]
    document = made(codebook, *claims)
    assert [s.title for s in document.sections] == ["Collection", "Sharing", "of_our_own"]
    assert [s.heading for s in document.sections[1].statements] == ["Statement 2", "Statement 3"]


def test_what_is_too_much_is_left_out_and_said(codebook: Codebook) -> None:
    document = made(codebook, *map(stored, range(MOST + 5)), more=1000)
    assert document.statements == MOST
    assert document.closing == "1,005 more claims pass the filter and are not listed."


def test_the_document_speaks_the_language_asked_for(codebook: Codebook) -> None:
    french = made(codebook, stored(), lang="fr")
    assert french.lang == "fr"
    assert french.sections[0].title == "Écoute humaine"
    assert french.sections[0].definition.startswith("Des personnes")
    assert "2 mars 2020" in french.sections[0].statements[0].facts[0]


def shown(source: str) -> str:
    """What a reader of Markdown sees of one paragraph; fails where anything is markup."""
    tokens = READER.parse(source)
    assert [t.type for t in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert {child.type for child in tokens[1].children or ()} <= {"text", "text_special"}
    return "".join(child.content for child in tokens[1].children or ())


PUNCTUATION = st.text(alphabet="!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ a1wé«»", max_size=30)


@given(PUNCTUATION | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Z"])))
def test_escaped_text_is_shown_letter_by_letter(text: str) -> None:
    text = " ".join(text.split())
    if text:
        assert shown(escaped(text)) == text


@pytest.mark.parametrize(
    "text",
    [HOSTILE, "1. not a list", "12) nor this", "- x", "+ x", "# x", "=== x", "> x", "    code"],
)
def test_no_line_becomes_markup(text: str) -> None:
    assert shown(escaped(text.strip())) == text.strip()


@pytest.mark.parametrize("text", ["https://evil.example", "see WWW.evil.example", "a@evil.example"])
def test_no_address_links_itself(text: str) -> None:
    assert not re.search(r"(?<!\\)(:(?=//)|@)|www\.", escaped(text), re.IGNORECASE)


def test_a_hostile_article_stays_text_in_both_formats(codebook: Codebook) -> None:
    hostile = stored(
        quote=f"{HOSTILE}\n\n# Heading\x0b\u202e",
        title=HOSTILE,
        outlet_name=HOSTILE,
        source=HOSTILE,
        url="javascript:alert(1)",
        vendor=f"other:{HOSTILE}",
    )
    document = made(codebook, hostile)
    tokens = READER.parse(markdown(document))
    headings = [t.tag for t in tokens if t.type == "heading_open"]
    assert headings == ["h1", "h2", "h3"]
    kinds = {c.type for t in tokens for c in t.children or ()}
    assert kinds <= {"text", "text_special", "strong_open", "strong_close", "em_open", "em_close"}
    lines = [p.text for p in read_back(document).paragraphs]
    assert f"{HOSTILE} # Heading" in lines
    assert [link for p in read_back(document).paragraphs for link in p.hyperlinks] == []


def links(source: str) -> list[str | int | float]:
    children = [child for token in READER.parse(source) for child in token.children or ()]
    return [child.attrs["href"] for child in children if child.type == "link_open"]


def read_back(document: Request) -> word.document.Document:
    return word.Document(io.BytesIO(docx(document)))


def test_the_docx_reads_back_as_the_document(codebook: Codebook) -> None:
    document = made(codebook, stored(1), stored(2, practice="retention", source=None), more=3)
    file = read_back(document)
    texts = [p.text for p in file.paragraphs]
    assert texts[: 1 + len(document.opening)] == [document.title, *document.opening]
    assert texts[-1] == document.closing
    by_style: dict[str, list[str]] = {}
    for paragraph in file.paragraphs:
        by_style.setdefault(paragraph.style.name, []).append(paragraph.text)
    assert by_style["Heading 1"] == [section.title for section in document.sections]
    statements = [s for section in document.sections for s in section.statements]
    assert by_style["Heading 2"] == [s.heading for s in statements]
    assert by_style["Quote"] == [s.quote for s in statements]
    linked = [link.url for p in file.paragraphs for link in p.hyperlinks]
    assert linked == [s.url for s in statements]
    for statement in statements:
        assert set(statement.facts) <= set(texts)
        assert f"Question: {statement.question}" in texts
    assert file.core_properties.title == document.title


def test_the_markdown_has_every_statement_and_its_link(codebook: Codebook) -> None:
    document = made(codebook, stored(1), stored(2, practice="retention"))
    source = markdown(document)
    assert links(source) == ["https://ledger.example/1", "https://ledger.example/2"]
    tokens = READER.parse(source)
    assert sum(t.type == "blockquote_open" for t in tokens) == 2


def test_an_address_cannot_leave_its_brackets(codebook: Codebook) -> None:
    source = markdown(made(codebook, stored(url="https://ledger.example/a>**b**<c")))
    links = [
        c.attrs["href"]
        for t in READER.parse(source)
        for c in t.children or ()
        if c.type == "link_open"
    ]
    assert links == ["https://ledger.example/a%3E**b**%3Cc"]
