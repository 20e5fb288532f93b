"""Where the expressions and the encoder are joined.

An expression that matches adds to the encoder's log-odds; so do the rules' readings of polarity,
certainty and source. The weights are fitted on held-out texts when the encoder is trained
and stand in the model's description. Practices that the encoder does not know are
read by their expressions alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from analysis.encoder import FusionWeights, SentenceReading
from analysis.practices import PracticeMatch
from analysis.records import Certainty, Polarity, SourceType

ENCODER_RULE = "encoder"
_TINY = 1e-6


class Fusion:
    """Joins rules and encoder for one sentence after another.

    Args:
        practices, sources: what the encoder's outputs stand for, in order.
        weights: fitted with the encoder.
        confidence: the least probability of what is reported.
    """

    def __init__(
        self,
        practices: Sequence[str],
        sources: Sequence[SourceType],
        weights: FusionWeights,
        confidence: float,
    ) -> None:
        self._practices = practices
        self._sources = sources
        self._weights = weights
        self._confidence = confidence

    def join(
        self, found: Iterable[PracticeMatch], reading: SentenceReading, sentence: str
    ) -> list[PracticeMatch]:
        """The practices that a sentence states, by expressions and encoder together."""
        matches = list(found)
        known = [m for m in matches if m.practice in self._practices]
        joined = [m for m in matches if m.practice not in self._practices]
        for column, practice in enumerate(self._practices):
            own = [m for m in known if m.practice == practice]
            confidence = self._stated(float(reading.stated[column]), bool(own))
            if confidence < self._confidence:
                continue
            encoded = reading.practice(column)
            if own:
                joined += [
                    replace(
                        m, rule=f"{m.rule}+{ENCODER_RULE}", confidence=confidence, encoded=encoded
                    )
                    for m in own
                ]
            else:
                start, end = _word(sentence, *encoded.focus)
                joined.append(
                    PracticeMatch(
                        practice, ENCODER_RULE, start, end, "affirmed", "flips", confidence, encoded
                    )
                )
        return joined

    def polarity(self, rules: Polarity, match: PracticeMatch) -> Polarity:
        """Affirmed or denied."""
        if match.encoded is None:
            return rules
        weight = (
            self._weights.polarity_rule if match.rule != ENCODER_RULE else self._weights.polarity
        )
        score = _log_odds(match.encoded.denied) + (weight if rules == "denied" else -weight)
        return "denied" if score > 0 else "affirmed"

    def certainty(self, rules: Certainty, match: PracticeMatch) -> Certainty:
        """Certain or uncertain."""
        if match.encoded is None:
            return rules
        weight = self._weights.certainty
        score = _log_odds(match.encoded.uncertain) + (weight if rules == "uncertain" else -weight)
        return "uncertain" if score > 0 else "certain"

    def sources(self, rules: SourceType, match: PracticeMatch) -> Iterator[SourceType]:
        """Kinds of source, the most probable first."""
        if match.encoded is None:
            yield rules
            return
        scores = {
            kind: math.log(max(float(p), _TINY)) + (self._weights.source if kind == rules else 0.0)
            for kind, p in zip(self._sources, match.encoded.sources, strict=True)
        }
        yield from sorted(scores, key=lambda kind: -scores[kind])

    def _stated(self, probability: float, expression: bool) -> float:
        score = self._weights.bias + self._weights.encoder * _log_odds(probability)
        return 1 / (1 + math.exp(-score - (self._weights.expression if expression else 0.0)))


def _log_odds(probability: float) -> float:
    inside = min(max(probability, _TINY), 1 - _TINY)
    return math.log(inside / (1 - inside))


def _word(sentence: str, start: int, end: int) -> tuple[int, int]:
    """The whole word around the piece of a word between two offsets."""
    while start < end and sentence[start].isspace():
        start += 1
    while start > 0 and sentence[start - 1].isalnum():
        start -= 1
    while end < len(sentence) and sentence[end].isalnum():
        end += 1
    return start, max(end, start)
