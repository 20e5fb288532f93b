"""Is an article about a voice assistant and privacy? Decided from the codebook's vocabulary.

An assistant counts by where it is named (headline, first paragraph, elsewhere); privacy counts
by the number of distinct words, around the assistant if it is named in passing. Nothing but
regular expressions runs here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analysis.codebook import Codebook, TermList, Word, alternation
from analysis.records import Article

_ASSISTANT = (4.0, 2.0, 1.0)
"""What an assistant counts in the headline, in the first paragraph, in each further one."""
_MAKER = (3.0, 1.0, 0.5)
"""What a maker or its device counts there, beside words for recorded speech."""
_SHORT = 4
"""Blocks, headline included, up to which an article is short."""
_IN_PASSING = {True: 2.0, False: 3.0}
"""By shortness: an assistant that counts less is named in passing."""
_PRIVACY = {True: 3, False: 6}
"""By shortness: the privacy words needed where the article is about the assistant."""
_PRIVACY_IN_PASSING = 8
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

    Scores were set on coded articles: all that carry more than a passing claim are kept, while
    reviews, sales figures and fines for other matters are not.
    """
    lists = codebook.relevance.get(article.lang or "")
    if lists is None:
        return Verdict(False, "unknown_language")
    blocks = [text for _, text in article.blocks()]
    assistants, makers = _named(blocks, lists, codebook)
    score = sum(
        _ASSISTANT[min(place, 2)] if names else _MAKER[min(place, 2)] * makers[place]
        for place, names in enumerate(assistants)
    )
    named = [bool(names) or makers[place] for place, names in enumerate(assistants)]
    assistant = tuple(dict.fromkeys(name for names in assistants for name in names))
    if not score:
        return Verdict(False, "off_topic:no_assistant")
    is_short = len(blocks) <= _SHORT
    in_passing = score < _IN_PASSING[is_short]
    near = [
        text
        for place, text in enumerate(blocks)
        if not in_passing or any(named[max(0, place - 1) : place + 2])
    ]
    strong = _distinct(lists["privacy"], near)
    weak = _distinct(lists["handling"], near)
    headline = {*_distinct(lists["privacy"], near[:1]), *_distinct(lists["handling"], near[:1])}
    weight = 2 * len(strong) + len(weak) + (2 * len(headline) if named[0] else 0)
    if weight >= (_PRIVACY_IN_PASSING if in_passing else _PRIVACY[is_short]):
        return Verdict(True, "kept", assistant, strong)
    reason = "off_topic:no_assistant" if in_passing else "off_topic:no_privacy"
    return Verdict(False, reason, assistant, strong)


def _named(
    blocks: list[str], lists: dict[str, TermList], codebook: Codebook
) -> tuple[list[list[str]], list[bool]]:
    """For each block, the assistants that it names, and whether it has a maker beside speech."""
    whole = "\n".join(blocks)
    products = list(_patterns(whole, codebook, "products"))
    names = list(_patterns(whole, codebook, "names"))
    assistants: list[list[str]] = []
    makers: list[bool] = []
    for text in blocks:
        found = [found[0].lower() for found in lists["assistant"].pattern.finditer(text)]
        has_maker = any(True for _ in _matches(names, text))
        for product in _matches(products, text):
            if lists["device"].pattern.fullmatch(product):
                has_maker = True
            else:
                found.append(product.lower())
        assistants.append(found)
        makers.append(has_maker and lists["voice"].pattern.search(text) is not None)
    return assistants, makers


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


def _distinct(terms: TermList, texts: list[str]) -> tuple[str, ...]:
    found = (match[0].lower() for text in texts for match in terms.pattern.finditer(text))
    return tuple(dict.fromkeys(found))
