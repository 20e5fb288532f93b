"""Why a claim was read, as a person sees it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from analysis.codebook import BUNDLED, load_codebook
from analysis.reasons import print_reasons, reasons_json
from analysis.records import Article, Claim, Cue, article_id
from analysis.store import ClaimFilter, Store, StoredClaim

CODEBOOK = load_codebook(BUNDLED)
URL = "https://ledger.example/tech/clips"
BEFORE = "Millions of homes own an Echo."
SENTENCE = "According to the Sun, it may keep clips for years."
AFTER = "Nobody answered our questions."
ARTICLE = Article(
    id=article_id(URL),
    title="What Alexa keeps",
    paragraphs=("A long story about Amazon.", f"{BEFORE} {SENTENCE} {AFTER}"),
    lang="en",
    outlet="ledger",
    url=URL,
    published=datetime(2019, 4, 12, tzinfo=UTC),
)


def cue(role: str, text: str, note: str, paragraph: int = 1) -> Cue:
    block = dict(ARTICLE.blocks())[paragraph]
    start = block.index(text)
    return Cue(role, paragraph, start, start + len(text), text, note)


CLAIM = Claim(
    article_id=ARTICLE.id,
    paragraph=1,
    start=len(BEFORE) + 1,
    end=len(BEFORE) + 1 + len(SENTENCE),
    quote=SENTENCE,
    vendor="amazon",
    product=None,
    practice="retention",
    polarity="affirmed",
    certainty="uncertain",
    source_type="media",
    source="the Sun",
    rule="retention/kept",
    cues=(
        cue("practice", "may keep clips", "retention/kept"),
        cue("vendor", "it", "stands for Amazon"),
        cue("source", "the Sun", "source: media"),
        cue("source", "According to", "reporting words"),
        cue("certainty", "may", "hedge"),
    ),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path}/earshot.db") as opened:
        yield opened


def shown(store: Store, claim: Claim, article: Article = ARTICLE, width: int = 80) -> str:
    """What is printed of a claim that went through the store."""
    store.save_article(article, "The Ledger")
    store.save_claims(article.id, {1: [claim]}, "e1")
    [stored] = store.claims(ClaimFilter())
    return printed(stored, article, width)


def printed(stored: StoredClaim, article: Article, width: int = 80) -> str:
    out = io.StringIO()
    print_reasons(Console(file=out, width=width, highlight=False), stored, article, CODEBOOK)
    return out.getvalue()


def test_the_sentence_stands_in_its_paragraph_with_its_words_marked(store):
    lines = shown(store, CLAIM).splitlines()
    assert lines[0] == (
        "Amazon: Retention, affirmed, uncertain. Who says it: Another outlet (the Sun)"
    )
    assert lines[2:5] == ["What Alexa keeps", "The Ledger, 2019-04-12", URL]
    at = lines.index(BEFORE)
    assert lines[at + 1 : at + 4] == [
        "> [source: According to] [source: the Sun], [vendor: it] [practice: [certainty:",
        "> may] keep clips] for years.",
        AFTER,
    ]


def test_each_field_says_what_decided_it(store):
    words = " ".join(shown(store, replace(CLAIM, confidence=0.8712), width=100).split())
    for row in (
        "practice Retention “may keep clips”; expression retention/kept; confidence 0.87",
        "vendor Amazon “it” (stands for Amazon)",
        "polarity affirmed no negation or denial found",
        "certainty uncertain “may” (hedge)",
        "source Another outlet: the Sun “the Sun” (media); “According to” (reporting words)",
    ):
        assert row in words
    assert f"by e1. The codebook in use now is {CODEBOOK.version}." in words


@pytest.mark.parametrize(
    ("rule", "practice", "polarity"),
    [
        ("retention/kept", "expression retention/kept", "the words of the practice"),
        ("encoder", "the encoder alone", "the encoder"),
        (
            "retention/kept+encoder",
            "expression retention/kept and the encoder",
            "the words of the practice, or the encoder",
        ),
    ],
)
def test_what_no_word_decides_was_decided_by_the_reader_of_the_practice(
    store, rule, practice, polarity
):
    claim = replace(
        CLAIM, rule=rule, polarity="denied", source_type="article", source=None, cues=()
    )
    words = " ".join(shown(store, claim, width=100).split())
    assert f"practice Retention {practice} vendor" in words
    assert f"polarity denied {polarity} certainty" in words
    assert "source The article itself nobody is named" in words


def test_words_elsewhere_are_shown_with_their_surroundings(store):
    cues = (
        cue("vendor", "Alexa", "in focus", -1),
        cue("source", "long story", "source: other", 0),
        cue("vendor", "Echo", "product"),
    )
    lines = shown(store, replace(CLAIM, cues=cues, product="Echo")).splitlines()
    assert lines[lines.index("In the title:") + 1] == "What [vendor: Alexa] keeps"
    assert lines[lines.index("In another paragraph:") + 1] == (
        "A [source: long story] about Amazon."
    )
    assert "Millions of homes own an [vendor: Echo]." in lines
    assert f"> {SENTENCE}" in lines


def test_of_words_that_cross_the_second_is_shown_in_two_parts(store):
    cues = (cue("practice", "may keep clips", "x"), cue("certainty", "clips for years", "y"))
    words = " ".join(shown(store, replace(CLAIM, cues=cues)).replace("> ", "").split())
    assert "[practice: may keep [certainty: clips]][certainty: for years]." in words


def test_a_long_paragraph_is_cut_between_words_around_the_sentence(store):
    text = f"{'before ' * 9000}{SENTENCE}{' after' * 9000}"
    claim = replace(
        CLAIM, paragraph=0, start=63000, end=63000 + len(SENTENCE), cues=(), rule="encoder"
    )
    text = shown(store, claim, replace(ARTICLE, paragraphs=(text,)))
    lines = text.splitlines()
    at = lines.index(f"> {SENTENCE}")
    assert lines[5:at][1].startswith("… before before")
    assert "after …" in text
    assert len(text) < 2500


def test_text_from_the_web_cannot_steer_the_terminal(store):
    text = "It \x1b[2Jkeeps \x9b31m[bold]clips[/bold] \N{RIGHT-TO-LEFT OVERRIDE}."
    article = replace(ARTICLE, title="\x1b]0;owned\x07", paragraphs=(text,))
    claim = replace(
        CLAIM, paragraph=0, start=0, end=len(text), quote=text, source="\x1b[1m",
        cues=(Cue("practice", 0, 3, 14, "\x1b[2Jkeeps", "\x07"),),
    )  # fmt: skip
    page = shown(store, claim, article)
    assert not set(page) & {"\x1b", "\x9b", "\x07", "\N{RIGHT-TO-LEFT OVERRIDE}"}
    assert "[bold]clips[/bold]" in page
    [stored] = store.claims(ClaimFilter())
    line = reasons_json(stored, CODEBOOK)
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["quote"] == text


def test_a_claim_that_no_longer_counts_says_so(store):
    shown(store, CLAIM)
    [counted] = store.claims(ClaimFilter())
    store.save_article(replace(ARTICLE, paragraphs=("Corrected.",)), "The Ledger")
    store.save_claims(ARTICLE.id, {1: [CLAIM], 2: []}, "e1")
    assert "this stood in version 1 of 2" in printed(store.claim(counted.id), ARTICLE)
    store.save_claims(ARTICLE.id, {1: [], 2: []}, "e2")
    assert "it is not read so any more" in printed(store.claim(counted.id), ARTICLE)
