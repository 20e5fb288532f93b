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

from analysis.codebook import Codebook, TermList, Word, alternation
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
    products = list(_patterns(whole, codebook, "products"))
    names = list(_patterns(whole, codebook, "names"))
    assistants: list[list[str]] = []
    vendors: list[bool] = []
    for text in blocks:
        found = [match[0].lower() for match in lists["assistant"].pattern.finditer(text)]
        has_vendor = any(True for _ in _matches(names, text))
        for product in _matches(products, text):
            if lists["device"].pattern.fullmatch(product):
                has_vendor = True
            else:
                found.append(product.lower())
        assistants.append(found)
        vendors.append(has_vendor)
    return assistants, vendors


def _patterns(whole: str, codebook: Codebook, kind: str) -> Iterator[tuple[re.Pattern[str], str]]:
    """The vendors' words of a kind whose conditions the article meets, with their `unless`."""
    for vendor in codebook.vendors.values():
        for entry in vendor.products if kind == "products" else vendor.names:
            word = Word(word=entry) if isinstance(entry, str) else entry
            if word.needs is None or re.search(word.needs, whole):
                yield alternation((word.word,)), word.unless or ""


def _matches(patterns: list[tuple[re.Pattern[str], str]], text: str) -> Iterator[str]:
    for pattern, unless in patterns:
        for match in pattern.finditer(text):
            around = text[max(0, match.start() - _AROUND) : match.end() + _AROUND]
            if not (unless and re.search(unless, around)):
                yield match[0]


def _mentions(terms: TermList, text: str) -> bool:
    return terms.pattern.search(text) is not None


def _distinct(terms: TermList, texts: list[str]) -> tuple[str, ...]:
    found = (match[0].lower() for text in texts for match in terms.pattern.finditer(text))
    return tuple(dict.fromkeys(found))
