"""Articles and claims as JSON lines."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import InputError
from analysis.jsonl import claim_line, parse_article, read_articles
from analysis.records import Article, Claim, Cue

A = {"id": "a", "title": "T"}


@pytest.mark.parametrize(
    ("given", "article"),
    [
        (A | {"paragraphs": ["x", ""]}, Article("a", "T", ("x", ""))),
        (A | {"text": " x \n\n y\r\nz\n"}, Article("a", "T", ("x", "y", "z"))),
        (A | {"paragraphs": ["x"], "text": "y"}, Article("a", "T", ("x",))),
        (A | {"id": 7, "paragraphs": []}, Article("7", "T", ())),
        (
            A | {"text": "x", "lang": "fr", "outlet": "o", "url": "u", "other": 1},
            Article("a", "T", ("x",), lang="fr", outlet="o", url="u"),
        ),
        (
            A | {"text": "x", "lang": None, "date": "2019-04-12"},
            Article("a", "T", ("x",), published=datetime(2019, 4, 12)),
        ),
        (
            A | {"text": "x", "date": "2019-04-12T18:05:00Z"},
            Article("a", "T", ("x",), published=datetime(2019, 4, 12, 18, 5, tzinfo=UTC)),
        ),
        (A | {"paragraphs": ["\ud800 é"]}, Article("a", "T", ("\ud800 é",))),
    ],
)
def test_an_article_on_a_line(given: dict[str, object], article: Article) -> None:
    assert parse_article(json.dumps(given).encode()) == article


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{", "not JSON at character 2"),
        (b"nonsense", "not JSON at character 1"),
        (b'{"id": "\xff"}', "not UTF-8 at byte 9"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "needed: a JSON object with id, title, and paragraphs or text"),
        (b'"text"', "needed: a JSON object"),
        (b'{"title": "T", "text": ""}', "id: Field required"),
        (b'{"id": "", "title": "T", "text": ""}', "id: String should have at least 1"),
        (b'{"id": "a", "text": ""}', "title: Field required"),
        (b'{"id": "a", "title": "T"}', r"paragraphs \(a list\) and text is needed"),
        (
            b'{"id": "a", "title": "T", "paragraphs": "x"}',
            "paragraphs: Input should be a valid list",
        ),
        (b'{"id": "a", "title": "T", "paragraphs": [1, null]}', r"paragraphs\.1: "),
        (b'{"id": "a", "title": "T", "text": "", "date": "soon"}', "date: "),
    ],
)
def test_a_line_that_is_no_article_says_why(line: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        parse_article(line)


def test_bad_lines_are_named_and_the_others_read() -> None:
    good = json.dumps(A | {"text": "x"}).encode()
    errors: list[InputError] = []
    lines = [b"\xef\xbb\xbf" + good + b"\n", b"\n", b"oops\n", b"  \r\n", good]
    assert len(list(read_articles(lines, "in.jsonl", errors.append))) == 2
    assert [str(error) for error in errors] == [
        "in.jsonl, line 3: not JSON at character 1: Expecting value"
    ]


@given(st.text(alphabet=st.characters()))
def test_a_claim_line_is_one_line_of_utf8_that_gives_the_claim_back(text: str) -> None:
    claim = Claim(
        article_id="a",
        paragraph=-1,
        start=0,
        end=len(text),
        quote=text,
        vendor="amazon",
        product=None,
        practice="retention",
        polarity="denied",
        certainty="certain",
        source_type="article",
        source=None,
        rule="r",
        confidence=0.93,
        cues=(Cue("vendor", -1, 0, 1, text[:1], "n"),),
    )
    line = claim_line(claim)
    assert line.count(b"\n") == 1
    back = json.loads(line.decode("utf-8"))
    assert list(back) == [
        "article_id",
        "paragraph",
        "start",
        "end",
        "quote",
        "vendor",
        "product",
        "practice",
        "polarity",
        "certainty",
        "source_type",
        "source",
        "rule",
        "confidence",
        "cues",
    ]
    assert (back["quote"], back["cues"][0]["text"]) == (text, text[:1])
    assert back["confidence"] == 0.93
