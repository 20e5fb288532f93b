"""Floors under the quality of the extraction: raised when it rises, lowered only by an edit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.evaluate import Figures, by_language, figures, load_gold, pair
from tests.analysis.gold import GOLD, needs_gold
from tests.analysis.reading import extractor, hybrid

MAKES = ("dev-plain", "dev")
FLOORS = json.loads((Path(__file__).parent / "floors.json").read_text(encoding="utf-8"))


def value(result: Figures, name: str) -> float:
    found = getattr(result, name)
    return found if isinstance(found, float) else found.f1


@needs_gold
@pytest.mark.gold
@pytest.mark.parametrize("make", MAKES)
@pytest.mark.parametrize("kind", ["hybrid", "rules"])
def test_no_figure_falls_below_its_floor(kind: str, make: str):
    reader = hybrid() if kind == "hybrid" else extractor()
    pairings = [pair(gold, reader.extract(gold.article)) for gold in load_gold(GOLD / make)]
    below = {}
    for lang, some in by_language(pairings).items():
        result = figures(some)
        assert result.detection.precision >= result.detection.recall, f"{kind} {make} {lang}"
        for name, floor in FLOORS[kind][make][lang].items():
            if value(result, name) < floor:
                below[f"{lang} {name}"] = (round(value(result, name), 3), floor)
    assert below == {}


@needs_gold
@pytest.mark.gold
def test_articles_without_claims_give_few():
    """At most so many false claims in all articles that coders found none in."""
    empty = [gold for make in MAKES for gold in load_gold(GOLD / make) if not gold.claims]
    assert len(empty) > 5
    false = sum(len(hybrid().extract(gold.article)) for gold in empty)
    assert false <= FLOORS["false claims in articles without any"]
