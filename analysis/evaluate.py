"""Scores extracted claims against coded articles, as the codebook's "Scoring" defines.

Detection pairs predicted with coded claims of the same sentence, vendor and practice, greatest
overlap first; strict asks for polarity, certainty and kind of source as well; matrix compares
what the comparison table would show. A coded claim marked "optional" (its coders
disagreed) neither earns nor costs anything.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from analysis.errors import InputError
from analysis.export import neutralise
from analysis.records import Article, Certainty, Claim, Polarity, SourceType

FIELDS = ("polarity", "certainty", "source_type")
_OVERLAP = 0.5
ERROR_COLUMNS = (
    "article_id",
    "error",
    "vendor",
    "practice",
    "coded",
    "read",
    "rule",
    "quote",
)


class GoldClaim(BaseModel):
    """A claim as a coder coded it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    paragraph: int
    quote: str
    vendor: str
    practice: str
    polarity: Polarity
    certainty: Certainty
    source_type: SourceType
    source: str | None = None
    optional: bool = False


class _GoldFile(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str
    lang: str
    title: str
    paragraphs: tuple[str, ...]
    claims: tuple[GoldClaim, ...]


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """An article and what coders found in it."""

    article: Article
    claims: tuple[GoldClaim, ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """Precision, recall and their harmonic mean, all between 0 and 1."""

    hits: int
    predicted: int
    gold: int

    @property
    def precision(self) -> float:
        """Share of the predicted that is right; 0 where nothing was predicted."""
        return self.hits / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of the coded that was found; 0 where nothing was coded."""
        return self.hits / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.predicted + self.gold
        return 2 * self.hits / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures over some articles; field figures are accuracies on the paired claims."""

    articles: int
    detection: Rate
    strict: Rate
    matrix: Rate
    polarity: float
    certainty: float
    source_type: float


@dataclass(frozen=True, slots=True)
class Pairing:
    """One article's coded and predicted claims, paired."""

    gold: GoldArticle
    predicted: tuple[Claim, ...]
    pairs: tuple[tuple[GoldClaim, Claim], ...]
    missed: tuple[GoldClaim, ...]
    spurious: tuple[Claim, ...]


def load_gold(folder: Path) -> list[GoldArticle]:
    """The coded articles of a folder, in order of the files' names.

    A `*.json` file holds one article, a `*.jsonl` file one on each line.

    Raises:
        InputError: no such folder, no article in it, or a file of another format.
    """
    found = []
    for path in sorted([*folder.glob("*.json"), *folder.glob("*.jsonl")]):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise InputError(f"{path}: not UTF-8 at byte {error.start + 1}") from error
        if path.suffix == ".json":
            found.append(_coded(text, str(path)))
        else:
            lines = enumerate(text.split("\n"), start=1)
            found += [
                _coded(line, f"{path}, line {number}") for number, line in lines if line.strip()
            ]
    if not found:
        raise InputError(
            f"{folder}: no coded articles (*.json, *.jsonl) here; see docs/extraction.md"
        )
    return found


def _coded(text: str, place: str) -> GoldArticle:
    try:
        coded = _GoldFile.model_validate(json.loads(text))
    except json.JSONDecodeError as error:
        raise InputError(f"{place}: not JSON: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{place}: {key}: {first['msg']}; see docs/extraction.md") from error
    article = Article(coded.id, coded.title, coded.paragraphs, coded.lang)
    return GoldArticle(article, coded.claims)


def pair(gold: GoldArticle, predicted: Sequence[Claim]) -> Pairing:
    """Pairs the claims of one article, one to one."""
    texts = {number: _squeeze(text) for number, text in gold.article.blocks()}
    coded_spans = [_locate(c.quote, texts, c.paragraph) for c in gold.claims]
    spans = [_locate(p.quote, texts, p.paragraph) for p in predicted]
    candidates = sorted(
        (-_overlap(coded_spans[i], spans[j]), -_agreement(coded, claim), i, j)
        for i, coded in enumerate(gold.claims)
        for j, claim in enumerate(predicted)
        if (coded.vendor, coded.practice) == (claim.vendor, claim.practice)
        and _overlap(coded_spans[i], spans[j]) >= _OVERLAP
    )
    taken: dict[int, int] = {}
    for _, _, i, j in candidates:
        if i not in taken and j not in taken.values():
            taken[i] = j
    used = set(taken.values())
    return Pairing(
        gold,
        tuple(predicted),
        tuple(
            (gold.claims[i], predicted[j])
            for i, j in sorted(taken.items())
            if not gold.claims[i].optional
        ),
        tuple(c for i, c in enumerate(gold.claims) if i not in taken and not c.optional),
        tuple(p for j, p in enumerate(predicted) if j not in used),
    )


def figures(pairings: Iterable[Pairing]) -> Figures:
    """Micro-averaged figures over articles."""
    pairings = list(pairings)
    hits = sum(len(p.pairs) for p in pairings)
    predicted = hits + sum(len(p.spurious) for p in pairings)
    coded = hits + sum(len(p.missed) for p in pairings)
    right = Counter(
        field
        for p in pairings
        for gold, claim in p.pairs
        for field in FIELDS
        if getattr(gold, field) == getattr(claim, field)
    )
    strict = sum(_agreement(g, c) == len(FIELDS) for p in pairings for g, c in p.pairs)
    cells = [_cells(p) for p in pairings]
    return Figures(
        articles=len(pairings),
        detection=Rate(hits, predicted, coded),
        strict=Rate(strict, predicted, coded),
        matrix=Rate(
            sum(len(gold & found) for gold, found in cells),
            sum(len(found) for _, found in cells),
            sum(len(gold) for gold, _ in cells),
        ),
        polarity=right["polarity"] / hits if hits else 0.0,
        certainty=right["certainty"] / hits if hits else 0.0,
        source_type=right["source_type"] / hits if hits else 0.0,
    )


def breakdown(
    pairings: Iterable[Pairing], key: Callable[[GoldClaim | Claim], str]
) -> dict[str, Rate]:
    """Detection by a property of the claims, such as the practice; most coded first."""
    hits: Counter[str] = Counter()
    predicted: Counter[str] = Counter()
    coded: Counter[str] = Counter()
    for p in pairings:
        hits.update(key(gold) for gold, _ in p.pairs)
        coded.update(key(gold) for gold in (*(g for g, _ in p.pairs), *p.missed))
        predicted.update(key(gold) for gold, _ in p.pairs)
        predicted.update(key(claim) for claim in p.spurious)
    names = sorted(set(coded) | set(predicted), key=lambda name: (-coded[name], name))
    return {name: Rate(hits[name], predicted[name], coded[name]) for name in names}


def by_language(pairings: Iterable[Pairing]) -> dict[str, list[Pairing]]:
    """The pairings of each language, languages in alphabetical order."""
    grouped: defaultdict[str, list[Pairing]] = defaultdict(list)
    for pairing in pairings:
        grouped[pairing.gold.article.lang or ""].append(pairing)
    return dict(sorted(grouped.items()))


def error_table(pairings: Iterable[Pairing]) -> str:
    """Every error as a CSV table to read: missed, spurious, and fields read otherwise."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(ERROR_COLUMNS)
    for p in pairings:
        name = p.gold.article.id
        for gold in p.missed:
            coded = " ".join(str(getattr(gold, field)) for field in FIELDS)
            _row(writer, name, "missed", gold.vendor, gold.practice, coded, "", "", gold.quote)
        for claim in p.spurious:
            read = " ".join(str(getattr(claim, field)) for field in FIELDS)
            _row(
                writer, name, "spurious", claim.vendor, claim.practice, "", read, claim.rule,
                claim.quote,
            )  # fmt: skip
        for gold, claim in p.pairs:
            for field in FIELDS:
                coded, read = getattr(gold, field), getattr(claim, field)
                if coded != read:
                    _row(
                        writer, name, field, claim.vendor, claim.practice, coded, read,
                        claim.rule, claim.quote,
                    )  # fmt: skip
    return out.getvalue()


def _row(writer: Any, *cells: str) -> None:
    writer.writerow([neutralise(cell) for cell in cells])


def _agreement(gold: GoldClaim, claim: Claim) -> int:
    return sum(getattr(gold, field) == getattr(claim, field) for field in FIELDS)


def _cells(p: Pairing) -> tuple[set[tuple[str, ...]], set[tuple[str, ...]]]:
    firm = {_cell(c) for c in p.gold.claims if not c.optional}
    optional = {_cell(c) for c in p.gold.claims} - firm
    return firm, {_cell(claim) for claim in p.predicted} - optional


def _cell(claim: GoldClaim | Claim) -> tuple[str, ...]:
    return claim.vendor, claim.practice, claim.polarity


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _locate(quote: str, texts: dict[int, str], preferred: int) -> tuple[int, int, int] | None:
    """(paragraph, start, end) of a quote, white space apart; None where it is not verbatim."""
    quote = _squeeze(quote)
    for number in (preferred, *texts):
        start = texts.get(number, "").find(quote) if quote else -1
        if start >= 0:
            return number, start, start + len(quote)
    return None


def _overlap(a: tuple[int, int, int] | None, b: tuple[int, int, int] | None) -> float:
    """Share of the shorter span that two spans have in common."""
    if a is None or b is None or a[0] != b[0]:
        return 0.0
    common = min(a[2], b[2]) - max(a[1], b[1])
    return max(0, common) / max(1, min(a[2] - a[1], b[2] - b[1]))
