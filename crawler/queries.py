"""What to ask search pages and article lists for: the codebook's names, as plain words."""

from __future__ import annotations

import re
from operator import itemgetter

from analysis.codebook import Codebook, Vendor, Word

_LOOKAROUND = re.compile(r"\(\?<?[=!](?:[^()]|\([^()]*\))*\)")
_OPTIONAL_GROUP = re.compile(r"\(\?:(?:[^()]|\([^()]*\))*\)[?*]")
_CONDITION = re.compile(r"\(\?<?=")
_OPTIONAL_LETTER = re.compile(r"(?:\[[^\]]*\]|\\.|[^()|])[?*]")
_GROUP = re.compile(r"\(\?:([^()]*)\)")
_WORDS = re.compile(r"[\w'’+ -]+")
_LEAST = 4
"""Letters of the shortest name that can be searched for."""


def spellings(fragment: str) -> tuple[str, ...]:
    """The plain spellings of a codebook fragment, shortest form of each alternative.

    "Google (?:Home|Nest)(?: Mini)*" gives "Google Home" and "Google Nest". A fragment with
    what plain words cannot say (a class of characters, a repetition) gives none.
    """
    text = fragment.replace(r"\b", "")
    for optional in (_LOOKAROUND, _OPTIONAL_GROUP, _OPTIONAL_LETTER):
        text = optional.sub("", text)
    found = [text]
    while any(_GROUP.search(one) for one in found):
        found = [
            one[: group.start()] + choice + one[group.end() :]
            for one in found
            for group in [_GROUP.search(one)]
            if group is not None
            for choice in group[1].split("|")
        ]
    plain = (choice.strip() for one in found for choice in one.split("|"))
    return tuple(dict.fromkeys(one for one in plain if _WORDS.fullmatch(one)))


def assistant_names(codebook: Codebook, lang: str) -> tuple[str, ...]:
    """The assistants of the codebook by name: the first of each vendor, then the second of each ...

    A product whose name means much else stands with its maker's ("Amazon Echo"); one that
    does much else (relevance.yml, `device`) is left out.
    """
    device = codebook.relevance[lang]["device"].pattern
    ranked = [
        (rank, f"{vendor.label} {name}" if _is_ambiguous(product) else name)
        for vendor in codebook.vendors.values()
        for rank, product in enumerate(_products(vendor))
        for name in spellings(product.word)
        if len(name) >= _LEAST and not name.islower() and not device.fullmatch(name)
    ]
    names = [name for _, name in sorted(ranked, key=itemgetter(0))]
    unique: dict[str, str] = {}
    for name in names:
        unique.setdefault(name.casefold(), name)
    return tuple(unique.values())


def search_terms(codebook: Codebook, lang: str) -> tuple[str, ...]:
    """What an outlet's search page is asked for: the language's own words, then the names."""
    return (*codebook.relevance[lang]["search"].terms, *assistant_names(codebook, lang))


def _is_ambiguous(product: Word) -> bool:
    return bool(product.needs or product.unless or _CONDITION.search(product.word))


def _products(vendor: Vendor) -> list[Word]:
    return [Word(word=one) if isinstance(one, str) else one for one in vendor.products]
