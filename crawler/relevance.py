"""Is an article about a voice assistant and privacy? Decided from the codebook's vocabulary.

A paragraph listens if it names an assistant, or has words for speech with a vendor, or a thing
that may listen, in it or next to it. What counts is the distinct words for privacy, and for
what becomes of speech, in those paragraphs and the ones next to them. Nothing but regular
expressions runs here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from analysis.codebook import Alternation, Codebook, TermList, Word
from analysis.records import Article

_SHORT = 4
"""Blocks, headline included, up to which an article is short."""
_NEEDED = {"short": 3, "long": 4, "unnamed": 5}
"""The weight that is enough: a word for privacy counts 2, one for handling 1.

"unnamed": the article names no vendor and no assistant.
"""
_IN_PASSING = 2
"""Listening paragraphs below which it is in passing; only a named assistant needs fewer."""
_AROUND = 30
"""Characters on each side in which a vendor's `unless` rules it out."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an article is kept for analysis, and the words behind it.

    Attributes:
        reason: "kept"; "off_topic:no_assistant" (none, or only in passing);
            "off_topic:no_privacy"; "unknown_language" where the codebook has no words
            for the article's language.
        assistant, privacy: the distinct words found, in lower case, in order.
    """

    kept: bool
    reason: str
    assistant: tuple[str, ...] = ()
    privacy: tuple[str, ...] = ()


def judge(article: Article, codebook: Codebook) -> Verdict:
    """Decides whether an article is about a voice assistant, or its maker as such, and privacy.

    Set on coded articles, so that few with claims are lost; an article kept in vain costs a row
    in the store. `docs/crawling.md` has the figures.
    """
    lists = codebook.relevance.get(article.lang or "")
    if lists is None:
        return Verdict(False, "unknown_language")
    blocks = [text for _, text in article.blocks()]
    assistants, vendors = _named(blocks, lists, codebook)
    listeners = [
        vendor or _mentions(lists["thing"], text)
        for text, vendor in zip(blocks, vendors, strict=True)
    ]
    listening = [
        bool(names) or (_mentions(lists["voice"], text) and any(_around(listeners, place)))
        for place, (text, names) in enumerate(zip(blocks, assistants, strict=True))
    ]
    near = [text for place, text in enumerate(blocks) if any(_around(listening, place))]
    assistant = tuple(dict.fromkeys(name for names in assistants for name in names))
    privacy = _distinct(lists["privacy"], near)
    weight = 2 * len(privacy) + len(_distinct(lists["handling"], near))
    if len(blocks) <= _SHORT:
        needed = _NEEDED["short"]
    else:
        needed = _NEEDED["long" if assistant or any(vendors) else "unnamed"]
    is_in_passing = not listening[0] and sum(listening) < _IN_PASSING
    if weight >= needed and (assistant or not is_in_passing):
        return Verdict(True, "kept", assistant, privacy)
    reason = "off_topic:no_assistant" if is_in_passing else "off_topic:no_privacy"
    return Verdict(False, reason, assistant, privacy)


def _around(values: list[bool], place: int) -> list[bool]:
    """Those of a block and of the ones next to it."""
    return values[max(0, place - 1) : place + 2]


def _named(
    blocks: list[str], lists: dict[str, TermList], codebook: Codebook
) -> tuple[list[list[str]], list[bool]]:
    """For each block, the assistants that it names, and whether it names a vendor or a device."""
    whole = "\n".join(blocks)
    products = _Names(codebook, "products", whole)
    names = _Names(codebook, "names", whole)
    device, assistant = lists["device"].pattern, lists["assistant"].pattern
    assistants: list[list[str]] = []
    vendors: list[bool] = []
    for text in blocks:
        found = [match[0].lower() for match in assistant.finditer(text)]
        has_vendor = any(True for _ in names.find(text))
        for product in products.find(text):
            if device.fullmatch(product):
                has_vendor = True
            else:
                found.append(product.lower())
        assistants.append(found)
        vendors.append(has_vendor)
    return assistants, vendors


class _Names:
    """The vendors' words of a kind, of which an article meets some conditions."""

    def __init__(self, codebook: Codebook, kind: str, whole: str) -> None:
        words = [
            (_expression(word if isinstance(word, str) else word.word), word)
            for vendor in codebook.vendors.values()
            for word in (vendor.products if kind == "products" else vendor.names)
        ]
        self._words = [pair for pair in words if pair[0].may_match(whole)]
        self._whole = whole
        self._met: dict[str, bool] = {}

    def find(self, text: str) -> Iterator[str]:
        for expression, word in self._words:
            for match in expression.finditer(text):
                if isinstance(word, str) or self._counts(word, match, text):
                    yield match[0]

    def _counts(self, word: Word, match: re.Match[str], text: str) -> bool:
        around = text[max(0, match.start() - _AROUND) : match.end() + _AROUND]
        return self._is_met(word.needs) and not (word.unless and re.search(word.unless, around))

    def _is_met(self, needs: str | None) -> bool:
        if needs is None:
            return True
        if needs not in self._met:
            self._met[needs] = re.search(needs, self._whole) is not None
        return self._met[needs]


@lru_cache(maxsize=4096)
def _expression(fragment: str) -> Alternation:
    return Alternation((fragment,))


def _mentions(terms: TermList, text: str) -> bool:
    return terms.pattern.search(text) is not None


def _distinct(terms: TermList, texts: list[str]) -> tuple[str, ...]:
    found = (match[0].lower() for text in texts for match in terms.pattern.finditer(text))
    return tuple(dict.fromkeys(found))
