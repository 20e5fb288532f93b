"""The scores: by hand on a small case, and equal to the reference scorer on the coded articles."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from analysis.errors import InputError
from analysis.evaluate import (
    ERROR_COLUMNS,
    GoldArticle,
    GoldClaim,
    breakdown,
    by_language,
    error_table,
    figures,
    load_gold,
    pair,
)
from analysis.records import Article, Claim
from tests.analysis.gold import GOLD, needs_gold
from tests.analysis.reading import extractor

TEXT = "Amazon keeps clips. Apple deletes them."


def coded(vendor: str, practice: str, quote: str, **fields: object) -> GoldClaim:
    return GoldClaim.model_validate(
        {
            "paragraph": 0,
            "quote": quote,
            "vendor": vendor,
            "practice": practice,
            "polarity": "affirmed",
            "certainty": "certain",
            "source_type": "article",
            **fields,
        }
    )


def claim(vendor: str, practice: str, start: int, end: int, polarity: str = "affirmed") -> Claim:
    return Claim(
        "a", 0, start, end, TEXT[start:end], vendor, None, practice,
        polarity, "certain", "article", None, "rule",
    )  # type: ignore[arg-type] # fmt: skip


def test_figures_of_a_case_counted_by_hand():
    gold = GoldArticle(
        Article("a", "", (TEXT,), "en"),
        (
            coded("amazon", "retention", TEXT[:19]),
            coded("apple", "deletion", TEXT[20:]),
            coded("apple", "retention", TEXT[20:], optional=True),
        ),
    )
    pairing = pair(
        gold,
        [
            claim("amazon", "retention", 0, 19, "denied"),
            claim("google", "deletion", 20, 39),
            claim("apple", "retention", 20, 39),
        ],
    )
    result = figures([pairing])
    assert (result.detection.hits, result.detection.predicted, result.detection.gold) == (1, 2, 2)
    assert result.detection.f1 == pytest.approx(0.5)
    assert result.strict.hits == 0
    assert (result.matrix.hits, result.matrix.predicted, result.matrix.gold) == (0, 2, 2)
    assert (result.polarity, result.certainty, result.source_type) == (0.0, 1.0, 1.0)
    assert breakdown([pairing], lambda c: c.vendor)["apple"].recall == 0.0
    rows = list(csv.reader(io.StringIO(error_table([pairing]))))
    assert tuple(rows[0]) == ERROR_COLUMNS
    assert sorted(row[1] for row in rows[1:]) == ["missed", "polarity", "spurious"]


def test_no_claims_anywhere_is_no_division_by_zero():
    gold = GoldArticle(Article("a", "", (TEXT,), "en"), ())
    assert figures([pair(gold, [])]).detection.f1 == 0.0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not JSON"),
        ('{"id": "a", "lang": "en", "title": "", "paragraphs": [], "claims": [{}]}', "claims.0"),
    ],
)
def test_a_file_of_another_format_is_named(tmp_path: Path, content: str, said: str):
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        load_gold(tmp_path)


def test_a_folder_without_articles_is_named(tmp_path: Path):
    with pytest.raises(InputError, match="no coded articles"):
        load_gold(tmp_path)


@needs_gold
def test_the_figures_are_those_of_the_reference_scorer(tmp_path: Path):
    folder = GOLD / "dev-plain"
    pairings, lines = [], []
    for gold in load_gold(folder):
        claims = extractor().extract(gold.article)
        pairings.append(pair(gold, claims))
        lines += [json.dumps(asdict(c)) for c in claims]
    predictions = tmp_path / "claims.jsonl"
    predictions.write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, GOLD / "score.py", predictions, "--gold", folder, "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    reference = json.loads(done.stdout)
    for lang, some in by_language(pairings).items():
        ours = figures(some)
        for name in ("detection", "strict", "matrix"):
            assert getattr(ours, name).f1 == pytest.approx(reference[lang][name]["f1"], abs=1e-4)
        for name in ("polarity", "certainty", "source_type"):
            assert getattr(ours, name) == pytest.approx(reference[lang][name], abs=1e-4)
