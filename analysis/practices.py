"""Which practices a sentence states: the codebook's expressions, compiled once."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from analysis.codebook import Codebook, Expression
from analysis.errors import ConfigurationError
from analysis.literals import Sieve
from analysis.records import Polarity

if TYPE_CHECKING:
    from analysis.encoder import PracticeReading

_GAP = r"(?:(?<!\w)|(?!\w))(?:[^;:]{0,60}?(?<!\w))?"
TAKERS = frozenset(("suspension", "opt_out", "disclosure"))
"""Practices that have others for their object: listening, of what was suspended."""
_OBJECTS = ("human_review", "outsourcing", "collection", "retention", "model_training", "deletion")
_ALSO_NOT = {"suspension": ("withdrawn",)}
_REACH = 30
_COMPLEMENT = re.compile(r"^[^;:.]{0,40}\b(?:que|qu'|that)\s?[^,;:.]{0,30}$")
_CONCEPT = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class PracticeMatch:
    """Words that state a practice; offsets in the sentence.

    Attributes:
        rule: practice and expression identifier, as stored with a claim.
        polarity: what the words say before any negation around them.
        negation: where a negation turns that round, as the expression says.
        confidence: probability that the sentence states the practice; None by rules alone.
        encoded: what the encoder reads, None where it did not.
    """

    practice: str
    rule: str
    start: int
    end: int
    polarity: Polarity
    negation: Literal["flips", "before", "included"]
    confidence: float | None = None
    encoded: PracticeReading | None = None


@dataclass(frozen=True, slots=True)
class _Compiled:
    practice: str
    expression: Expression
    match: re.Pattern[str]
    unless: re.Pattern[str] | None


class PracticeFinder:
    """Finds stated practices in the sentences of one language."""

    def __init__(self, codebook: Codebook, lang: str) -> None:
        concepts = {
            name: f"(?:{'|'.join(sorted(words, key=len, reverse=True))})"
            for name, words in codebook.concepts[lang].items()
        }
        self._expressions = [
            _Compiled(
                practice,
                expression,
                _compiled(expression.match, concepts, f"{lang}.{practice}.{expression.id}"),
                _compiled(expression.unless, concepts, f"{lang}.{practice}.{expression.id}")
                if expression.unless
                else None,
            )
            for practice, expressions in codebook.expressions[lang].items()
            for expression in expressions
        ]
        cues = codebook.cues[lang]
        self._deceptive = {
            practice: [
                cues[name].pattern
                for name in (f"not_{practice}", *_ALSO_NOT.get(practice, ()))
                if name in cues
            ]
            for practice in codebook.practices
        }
        self._sieve = Sieve([compiled.match for compiled in self._expressions])

    def find(self, sentence: str, among: Container[str] | None = None) -> list[PracticeMatch]:
        """What a sentence with straight quotation marks states.

        `among`: the practices to look for; None: all.

        Each expression counts once, and matches of one practice never overlap. A practice that is
        only the object of a suspension, of a choice or of what users are (not) told is
        left out, as the codebook rules.
        """
        matches = [m for m in self._matches(sentence, among) if not self.deceives(m, sentence)]
        return [m for m in matches if not any(is_object(m, taker, sentence) for taker in matches)]

    def deceives(self, match: PracticeMatch, sentence: str) -> bool:
        """Whether a match has words that look like its practice and are something else.

        They are the cues `not_PRACTICE`: what is done in secret is no safeguard. Nor is a
        suspension what takes a choice away from users.
        """
        hits = (
            hit for words in self._deceptive[match.practice] for hit in words.finditer(sentence)
        )
        return any(hit.start() < match.end and match.start < hit.end() for hit in hits)

    def _matches(self, sentence: str, among: Container[str] | None) -> Iterator[PracticeMatch]:
        taken: dict[str, list[re.Match[str]]] = {}
        for number in self._sieve.possible(sentence):
            compiled = self._expressions[number]
            if among is not None and compiled.practice not in among:
                continue
            found = compiled.match.search(sentence)
            if found is None or (compiled.unless and compiled.unless.search(sentence)):
                continue
            others = taken.setdefault(compiled.practice, [])
            if any(found.start() < o.end() and o.start() < found.end() for o in others):
                continue
            others.append(found)
            yield PracticeMatch(
                compiled.practice,
                f"{compiled.practice}/{compiled.expression.id}",
                found.start(),
                found.end(),
                compiled.expression.polarity,
                compiled.expression.negation,
            )


def is_object(match: PracticeMatch, taker: PracticeMatch, sentence: str) -> bool:
    """Whether a match is not a statement of its own beside another one: what was suspended."""
    if match.practice == "collection" and taker.practice == "accidental_activation":
        return match.start < taker.end and taker.start < match.end
    if taker.practice not in TAKERS or match.practice not in _OBJECTS:
        return False
    if not taker.start <= match.start:
        return False
    between = sentence[taker.end : match.start]
    if _COMPLEMENT.search(between):
        return True
    return len(between) < _REACH and not re.search(r"[,;:.]", between)


def _compiled(fragments: tuple[str, ...], concepts: dict[str, str], place: str) -> re.Pattern[str]:
    def concept(name: re.Match[str]) -> str:
        if name.group(1) not in concepts:
            raise ConfigurationError(
                f"expressions.yml: {place}: unknown concept <{name.group(1)}>; "
                f"known are {', '.join(sorted(concepts))}"
            )
        return concepts[name.group(1)]

    joined = "|".join(
        f"(?:{_CONCEPT.sub(concept, fragment).replace(' .. ', _GAP)})" for fragment in fragments
    )
    try:
        return re.compile(rf"(?<!\w)(?:{joined})(?!\w)", re.IGNORECASE)
    except re.error as error:
        raise ConfigurationError(
            f"expressions.yml: {place}: not a regular expression: {error}"
        ) from error
