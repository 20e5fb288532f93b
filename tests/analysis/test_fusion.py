"""Expressions and encoder joined: each counts, and what one does not know the other decides."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.encoder import SentenceReading
from analysis.fusion import Fusion, log_odds
from analysis.practices import PracticeMatch
from analysis.records import SOURCE_TYPES, Polarity

PRACTICES = ("retention", "deletion")
EXPRESSION = 2.0
SENTENCE = "Amazon keeps every word."
MATCH = PracticeMatch("retention", "retention/keeps", 7, 12, "affirmed", "flips")
OURS = PracticeMatch("humming", "humming/hums", 7, 12, "affirmed", "flips")


def reading(
    stated: float = 0.5, denied: float = 0.5, uncertain: float = 0.5, source: str = "article"
) -> SentenceReading:
    sources = np.full((2, len(SOURCE_TYPES)), 0.05, np.float32)
    sources[:, SOURCE_TYPES.index(source)] = 0.6
    return SentenceReading(
        np.array([log_odds(stated), -5.0], np.float32),
        np.full(2, denied, np.float32),
        np.full(2, uncertain, np.float32),
        sources,
        np.array([[8, 10], [0, 0]], np.int32),
    )


def fusion(confidence: float = 0.5, codebook: tuple[str, ...] = (*PRACTICES, "humming")) -> Fusion:
    return Fusion(PRACTICES, SOURCE_TYPES, EXPRESSION, confidence, codebook)


@pytest.mark.parametrize(
    ("stated", "found", "rule", "confidence"),
    [
        (0.9, [], "encoder", 0.9),
        (0.4, [], None, None),
        (0.4, [MATCH], "retention/keeps+encoder", 0.8313),
        (0.05, [MATCH], None, None),
        (0.05, [OURS], "humming/hums", None),
    ],
)
def test_both_add_up(
    stated: float, found: list[PracticeMatch], rule: str | None, confidence: float | None
):
    joined = fusion().join(found, reading(stated), SENTENCE)
    if rule is None:
        assert joined == []
        return
    [match] = joined
    assert match.rule == rule
    assert match.confidence == (None if confidence is None else pytest.approx(confidence, abs=1e-3))


def test_what_only_the_encoder_reads_points_at_its_word():
    [match] = fusion().join([], reading(0.9), SENTENCE)
    assert SENTENCE[match.start : match.end] == "keeps"


def test_the_operating_point_is_a_setting():
    assert fusion(confidence=0.95).join([], reading(0.9), SENTENCE) == []
    assert len(fusion(confidence=0.1).join([], reading(0.2), SENTENCE)) == 1


def test_a_practice_that_the_codebook_lacks_is_not_reported():
    assert fusion(codebook=("deletion",)).join([], reading(0.99), SENTENCE) == []


@pytest.mark.parametrize(
    ("rules", "denied", "expected"),
    [
        ("affirmed", 0.5, "affirmed"),
        ("denied", 0.5, "denied"),
        ("affirmed", 0.99, "denied"),
        ("denied", 0.01, "affirmed"),
    ],
)
def test_polarity_is_the_rules_where_the_encoder_is_unsure(
    rules: Polarity, denied: float, expected: Polarity
):
    [match] = fusion().join([MATCH], reading(0.9, denied=denied), SENTENCE)
    assert fusion().polarity(rules, match) == expected


def test_certainty_is_the_rules_where_the_encoder_is_unsure():
    [unsure] = fusion().join([MATCH], reading(0.9), SENTENCE)
    assert fusion().certainty("uncertain", unsure) == "uncertain"
    [sure] = fusion().join([MATCH], reading(0.9, uncertain=0.99), SENTENCE)
    assert fusion().certainty("certain", sure) == "uncertain"


def test_a_syntactic_source_outweighs_the_encoder_and_none_does_not():
    [match] = fusion().join([MATCH], reading(0.9, source="worker"), SENTENCE)
    assert next(fusion().sources("vendor", match)) == "vendor"
    assert next(fusion().sources(None, match)) == "worker"


def test_rules_alone_are_left_as_they_are():
    assert fusion().polarity("denied", MATCH) == "denied"
    assert fusion().certainty("uncertain", MATCH) == "uncertain"
    assert list(fusion().sources("user", MATCH)) == ["user"]
