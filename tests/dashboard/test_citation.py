"""Citations: the marks, dates and spaces of each language, and files that programs can read."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.dashboard.citation import (
    Reference,
    bibtex,
    csl_json,
    permanent_address,
    quoted,
    reference,
    sentence,
)
from analysis.store import Capture, ClaimFilter, Store

CITED = Reference(
    key="ledger2019-0a1b2c",
    quote="Staff “listen” to Alexa.",
    authors=("Ann Example", "Bob Sample"),
    title="They listen",
    outlet="The Test Ledger",
    published=date(2019, 8, 1),
    url="https://ledger.example/lab",
    accessed=date(2025, 3, 1),
    lang="en",
    archive=Capture("earshot-1.warc.gz", 383, "sha256:ab12"),
)


def test_the_english_style() -> None:
    assert sentence(CITED, "en") == (
        "“Staff ‘listen’ to Alexa.” — Ann Example, Bob Sample, “They listen”, The Test Ledger, "
        "1 August 2019. https://ledger.example/lab (accessed on 1 March 2025). "
        "Archived copy: earshot-1.warc.gz, byte 383, sha256:ab12."
    )


def test_the_french_style() -> None:
    french = replace(
        CITED, quote="Des salariés «\u202fécoutent\u202f» Alexa.", title="Ils écoutent"
    )
    assert sentence(french, "fr") == (
        "«\xa0Des salariés “écoutent” Alexa.\xa0» — Ann Example, Bob Sample, "
        "«\xa0Ils écoutent\xa0», The Test Ledger, 1er août 2019. "
        "https://ledger.example/lab (consulté le 1er mars 2025). "
        "Copie archivée\xa0: earshot-1.warc.gz, octet 383, sha256:ab12."
    )


def test_what_is_unknown_is_left_out_or_said() -> None:
    bare = replace(CITED, authors=(), title="", published=None, archive=None)
    assert sentence(bare, "en") == (
        "“Staff ‘listen’ to Alexa.” — The Test Ledger, no date. "
        "https://ledger.example/lab (accessed on 1 March 2025)."
    )
    assert "sans date. https" in sentence(bare, "fr")
    assert set(json.loads(csl_json(bare))[0]) == {
        *("id", "type", "container-title", "accessed", "URL", "language", "note")
    }
    assert not re.search("author|title =|  date|  note", bibtex(bare))


@pytest.mark.parametrize(
    ("text", "french", "english"),
    [
        ("Oui.", "«\xa0Oui.\xa0»", "“Oui.”"),
        ("« Non », dit-elle.", "«\xa0“Non”, dit-elle.\xa0»", "“« Non », dit-elle.”"),
        ("“No,” she says.", "«\xa0“No,” she says.\xa0»", "“‘No,’ she says.”"),
        ('It is "safe".', '«\xa0It is "safe".\xa0»', '“It is "safe".”'),
    ],
)
def test_quotation_marks_inside_others(text: str, french: str, english: str) -> None:
    assert (quoted(text, "fr"), quoted(text, "en")) == (french, english)


def test_a_bibtex_entry() -> None:
    assert bibtex(CITED) == "\n".join(
        [
            "@online{ledger2019-0a1b2c,",
            "  author = {{Ann Example} and {Bob Sample}},",
            "  title = {{They listen}},",
            "  organization = {The Test Ledger},",
            "  date = {2019-08-01},",
            "  url = {https://ledger.example/lab},",
            "  urldate = {2025-03-01},",
            "  langid = {english},",
            "  note = {earshot-1.warc.gz, byte 383, sha256:ab12},",
            "  annotation = {Staff “listen” to Alexa.},",
            "}",
        ]
    )


@given(st.text(max_size=30) | st.text("{}\\%$", max_size=10))
def test_no_text_breaks_out_of_its_bibtex_field(text: str) -> None:
    entry = bibtex(replace(CITED, title=text or "x", authors=(text,), quote=text, url=text))
    depth = 0
    for character in entry:
        depth += (character == "{") - (character == "}")
        assert depth >= 0
    assert depth == 0


def test_csl_json_holds_what_the_reference_holds() -> None:
    (item,) = json.loads(csl_json(CITED))
    assert item == {
        "id": "ledger2019-0a1b2c",
        "type": "article-newspaper",
        "title": "They listen",
        "author": [{"literal": "Ann Example"}, {"literal": "Bob Sample"}],
        "container-title": "The Test Ledger",
        "issued": {"date-parts": [[2019, 8, 1]]},
        "accessed": {"date-parts": [[2025, 3, 1]]},
        "URL": "https://ledger.example/lab",
        "language": "en",
        "archive_location": "earshot-1.warc.gz, byte 383, sha256:ab12",
        "note": "Staff “listen” to Alexa.",
    }


def test_the_reference_of_a_stored_claim(press: Store) -> None:
    listens = ClaimFilter(outlets=("ledger",), vendors=("amazon",), practices=("human_review",))
    (stored,) = press.claims(listens)
    (version,) = press.history(stored.claim.article_id)
    broken = replace(stored, title="Staff\n  listen\xa0!")
    assert reference(broken, version) == Reference(
        key=f"ledger2019-{stored.id[:6]}",
        quote="Amazon employs people who listen to voice recordings.",
        authors=("Ann Example",),
        title="Staff listen\xa0!",
        outlet="The Test Ledger",
        published=date(2019, 4, 12),
        url="https://ledger.example/lab",
        accessed=date(2025, 3, 1),
        lang="en",
        archive=None,
    )


def test_the_permanent_address_keeps_nothing_but_the_claim() -> None:
    here = "https://desk.example:8443/earshot/claim?id=b&ui=fr&embed=true#x"
    assert permanent_address("a", here) == "https://desk.example:8443/earshot/claim?id=a"
    assert permanent_address("a", None) == "/claim?id=a"
