"""A claim's sentence through the versions of its article: where it stands, and how it changed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from analysis.records import TITLE, Article
from analysis.store import Version
from analysis.text import sentence_spans

State = Literal["first", "same", "reworded", "appeared", "gone", "absent"]
Change = Literal["kept", "added", "removed"]

SIMILAR = 0.5
"""Least share of words that a sentence has in common with what became of it (Dice)."""
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Form:
    """What one version of an article makes of the sentence.

    Attributes:
        sentence: its words there; None where it does not stand there.
        state: what it is beside the version before; "first" in the oldest version.
    """

    version: Version
    sentence: str | None
    state: State


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive characters that an edit kept, added or removed."""

    text: str
    change: Change


def forms(quote: str, paragraph: int, versions: Sequence[Version]) -> list[Form]:
    """The sentence in every version, in the versions' order."""
    found: list[Form] = []
    for version in versions:
        sentence = counterpart(quote, paragraph, version.article)
        found.append(Form(version, sentence, _state(found, sentence)))
    return found


def counterpart(quote: str, paragraph: int, article: Article) -> str | None:
    """The sentence in a version: its own words, or the sentence most like it, or None.

    A headline is compared with the headline, a sentence of the body with the body.
    """
    blocks = [
        (number, text)
        for number, text in article.blocks()
        if (number == TITLE) == (paragraph == TITLE)
    ]
    if any(quote in text for _, text in blocks):
        return quote
    words = _words(quote)
    candidates = [
        (_likeness(words, _words(text[start:end])), -abs(number - paragraph), text[start:end])
        for number, text in blocks
        for start, end in sentence_spans(text)
    ]
    likeness, _, sentence = max(candidates, default=(0.0, 0, ""))
    return sentence if likeness >= SIMILAR else None


def changes(before: str, after: str) -> list[Piece]:
    """What turns one sentence into another, by words; what is removed stands before what is added.

    The pieces that are not added joined are `before`, those not removed `after`.
    """
    return [Piece(text, change) for text, change in _pieces(before, after) if text]


def _pieces(before: str, after: str) -> Iterator[tuple[str, Change]]:
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    removed = added = ""
    for tag, i, j, k, m in SequenceMatcher(None, old, new).get_opcodes():
        was, now = "".join(old[i:j]), "".join(new[k:m])
        if tag == "equal" and (was.strip() or not (removed or added)):
            yield removed, "removed"
            yield added, "added"
            yield was, "kept"
            removed = added = ""
        else:  # a space between two changed words changes with them
            removed += was
            added += now
    yield removed, "removed"
    yield added, "added"


def _state(earlier: Sequence[Form], sentence: str | None) -> State:
    if not earlier:
        return "absent" if sentence is None else "first"
    before = earlier[-1].sentence
    if sentence is None:
        return "absent" if before is None else "gone"
    if before is None:
        return "appeared"
    return "same" if before == sentence else "reworded"


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.casefold()))


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0
