"""The coded text: format, values, no sentence twice, nothing from the measured articles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict

from analysis.codebook import load_codebook
from analysis.config import Settings
from analysis.evaluate import load_gold
from analysis.records import Certainty, Polarity, SourceType
from tests.analysis.gold import GOLD, needs_gold

FOLDER = Settings().codebook / "training"
FILES = sorted(FOLDER.glob("coder-*.jsonl"))
ARTICLES = FOLDER / "articles"
UNSEEN = FOLDER / "unseen"
"""Coded articles that training leaves alone."""
MEASURED = ("dev", "dev-plain")
RUN = 8


class Code(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sentence: int
    vendor: str
    practice: str
    polarity: Polarity
    certainty: Certainty
    source_type: SourceType
    source: str | None


class Passage(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    coder: str
    lang: Literal["fr", "en"]
    style: Literal["plain", "hard"]
    sentences: list[str]
    claims: list[Code]


def passages(path: Path) -> list[Passage]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Passage.model_validate_json(line) for line in lines]


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_passage_is_coded_in_the_words_of_the_codebook(path: Path):
    codebook = load_codebook(Settings().codebook)
    known = {key for key in codebook.vendors if not key.startswith("other:")}
    for passage in passages(path):
        assert f"coder-{passage.coder}" == path.stem
        assert all(sentence.strip() == sentence != "" for sentence in passage.sentences)
        for code in passage.claims:
            assert 0 <= code.sentence < len(passage.sentences), passage.id
            assert code.practice in codebook.practices, passage.id
            assert code.vendor in known or code.vendor.startswith("other:"), passage.id
            assert (code.source is None) == (code.source_type == "article"), passage.id
            assert code.source is None or code.source in " ".join(passage.sentences), passage.id


def test_no_sentence_and_no_identifier_stands_twice():
    everything = [passage for path in FILES for passage in passages(path)]
    assert len(everything) > 2000
    assert [name for name, n in Counter(p.id for p in everything).items() if n > 1] == []
    sentences = Counter(s.lower() for p in everything for s in p.sentences)
    assert [sentence for sentence, n in sentences.items() if n > 1] == []


def runs(text: str) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return (tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1))


def test_every_article_is_coded_in_the_words_of_the_codebook():
    codebook = load_codebook(Settings().codebook)
    known = {key for key in codebook.vendors if not key.startswith("other:")}
    articles = [*load_gold(ARTICLES), *load_gold(UNSEEN)]
    assert len({gold.article.id for gold in articles}) == len(articles) > 1300
    for gold in articles:
        blocks = dict(gold.article.blocks())
        for claim in gold.claims:
            assert claim.quote in blocks[claim.paragraph], gold.article.id
            assert claim.practice in codebook.practices, gold.article.id
            assert claim.vendor in known or claim.vendor.startswith("other:"), gold.article.id
            assert (claim.source is None) == (claim.source_type == "article"), gold.article.id


@needs_gold
def test_no_coded_text_shares_eight_words_with_a_measured_article():
    measured: set[tuple[str, ...]] = set()
    for make in MEASURED:
        for gold in load_gold(GOLD / make):
            for _, text in gold.article.blocks():
                measured.update(runs(text))
    for path in FILES:
        for passage in passages(path):
            assert not measured.intersection(runs(" ".join(passage.sentences))), passage.id
    for gold in (*load_gold(ARTICLES), *load_gold(UNSEEN)):
        for _, text in gold.article.blocks():
            assert not measured.intersection(runs(text)), gold.article.id
