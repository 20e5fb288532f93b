"""What the encoder learns from: the coded passages and articles of the repository."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from analysis.evaluate import GoldArticle, load_gold
from analysis.text import sentence_spans

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Code:
    """What a coder said of one practice in one sentence; None: coded both ways."""

    denied: bool | None
    uncertain: bool | None
    source: str | None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and its codes by practice."""

    text: str
    codes: dict[str, Code] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Text:
    """An article or passage: what cross-validation keeps together.

    Attributes:
        paragraphs: the title first, where there is one.
        titled: whether there is.
    """

    name: str
    lang: str
    paragraphs: tuple[tuple[Sentence, ...], ...]
    titled: bool


def load_passages(folder: Path) -> list[Text]:
    """The coded passages (`coder-*.jsonl`), each one paragraph."""
    texts = []
    for path in sorted(folder.glob("coder-*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            given = json.loads(line)
            codes: dict[int, list[dict[str, Any]]] = defaultdict(list)
            for claim in given["claims"]:
                codes[claim["sentence"]].append(claim)
            paragraph = tuple(
                Sentence(text, _codes(codes[number]))
                for number, text in enumerate(given["sentences"])
            )
            texts.append(Text(given["id"], given["lang"], (paragraph,), titled=False))
    return texts


def load_articles(folder: Path) -> list[Text]:
    """The coded articles of a folder, in the format of `python -m analysis evaluate`."""
    return [article_text(gold) for gold in load_gold(folder)]


def article_text(gold: GoldArticle) -> Text:
    """A coded article as sentences with their codes."""
    paragraphs = []
    for number, block in gold.article.blocks():
        spans = sentence_spans(block)
        found: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for claim in gold.claims:
            start = block.find(claim.quote) if claim.paragraph == number else -1
            if start < 0:
                continue
            shared = [
                min(end, start + len(claim.quote)) - max(begin, start) for begin, end in spans
            ]
            if shared and max(shared) > 0:
                found[shared.index(max(shared))].append(claim.model_dump())
        paragraphs.append(
            tuple(
                Sentence(block[begin:end], _codes(found[index]))
                for index, (begin, end) in enumerate(spans)
            )
        )
    lang = gold.article.lang or ""
    return Text(gold.article.id, lang, tuple(p for p in paragraphs if p), titled=True)


def split(texts: Sequence[Text], folds: int, fold: int, seed: int) -> tuple[list[Text], list[Text]]:
    """Texts to train on and texts held out: whole articles and passages."""
    names = sorted(text.name for text in texts)
    random.Random(seed).shuffle(names)  # noqa: S311 - a repeatable split
    out = set(names[fold::folds])
    return [t for t in texts if t.name not in out], [t for t in texts if t.name in out]


def _codes(claims: Iterable[dict[str, Any]]) -> dict[str, Code]:
    by_practice: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for claim in claims:
        by_practice[claim["practice"]].append(claim)
    return {
        practice: Code(
            _agreed([c["polarity"] == "denied" for c in some]),
            _agreed([c["certainty"] == "uncertain" for c in some]),
            _agreed([str(c["source_type"]) for c in some]),
            all(c.get("optional", False) for c in some),
        )
        for practice, some in by_practice.items()
    }


def _agreed(values: list[_T]) -> _T | None:
    return values[0] if all(value == values[0] for value in values) else None
