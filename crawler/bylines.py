"""Who wrote an article: people and agencies, from what the page declares or its byline shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

from lxml import etree  # type: ignore[import-untyped]
from lxml.html import HtmlElement  # type: ignore[import-untyped]

from crawler.wording import as_list, clean, text_of, words

_AUTHOR = (
    "author",
    "article:author",
    "og:article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "byl",
)
_EXACT = re.compile(
    r"(?:^|[\s_-])(?:author|auteur|byline|signature)s?(?:[\s_-]*name)?(?:$|\s)", re.IGNORECASE
)
_NEAR = re.compile(r"author(?!i[sz])|auteur|byline|signature", re.IGNORECASE)
_PERHAPS_AUTHOR = etree.XPath(
    "//*[@rel = 'author' or @itemprop or contains(translate(@class, 'AUBS', 'aubs'), 'author')"
    " or contains(translate(@class, 'AUBS', 'aubs'), 'auteur')"
    " or contains(translate(@class, 'AUBS', 'aubs'), 'byline')"
    " or contains(translate(@class, 'AUBS', 'aubs'), 'signature')]"
)
_EXACT_TAGS = frozenset({"p", "div", "span", "a", "address", "li"})
_DECLARED = frozenset({"author", "creator"})
_LONGEST = 200
"""Characters of a byline; longer ones are an author's portrait."""
_APART = re.compile(
    r"\s*(?:[;,&|/•·–—\n]|\bet\b|\band\b|\bavec\b|\bwith\b|\s-\s)\s*", re.IGNORECASE
)
_HANDLES = re.compile(r"\S*@\S+|\b(?:https?://|www\.)\S+")
_AFTERWARDS = re.compile(
    r"\s+(?:in|at|for|on|from|à|pour|chez|via|publi(?:é|shed)|updated|posted|mis|le)\s.*$"
)
"""What follows a name: "in London", "pour Le Fanal", "le 3 mai"; particles are not among it."""
_MOST_WORDS = 6


def read_authors(
    tree: HtmlElement, linked: dict[str, Any], meta: dict[str, list[str]], site: tuple[str, ...]
) -> tuple[tuple[str, ...], str]:
    """The authors, and where they are named: `json-ld`, `meta`, `markup` or `byline`.

    The first source that names anybody but the site decides; a collective ("Ledger staff") is
    named only where nobody else is. Agencies stay among the names:
    whose text it is says something about how independent it is.
    """
    known = {name.casefold() for name in site}
    collective: tuple[tuple[str, ...], str] = ((), "")
    for source, texts in _sources(tree, linked, meta):
        names = dict.fromkeys(name for text in texts for name in names_in(text))
        authors = tuple(name for name in names if name.casefold() not in known)
        if any(not words("role").search(name) for name in authors):
            return authors, source
        if authors and not collective[0]:
            collective = authors, source
    return collective


def names_in(byline: str) -> list[str]:
    """The people and agencies that a byline names, without roles, places and handles.

    A role after a name is left out; a collective before one ("Ledger staff") is kept.
    """
    opening = words("byline").match(byline)
    text = byline[opening.end() :].lstrip(" :\u00a0") if opening else byline
    names: list[str] = []
    for part in _APART.split(_HANDLES.sub(" ", text)):
        name = _AFTERWARDS.sub("", part.strip(" .()[]\u00a0:"))
        if again := words("byline").match(name):
            name = name[again.end() :]
        name = clean(name.strip(" .()[]:\u00a0"))
        if re.search(r"\d", name):
            break
        is_name = bool(name) and len(name.split()) <= _MOST_WORDS and name[0].isupper()
        if is_name and not (names and words("role").search(name)):
            names.append(name)
    return names


def _sources(
    tree: HtmlElement, linked: dict[str, Any], meta: dict[str, list[str]]
) -> Iterator[tuple[str, Iterable[str]]]:
    yield "json-ld", list(_linked_names(linked))
    yield "meta", [text_of(value) for name in _AUTHOR for value in meta.get(name, ())]
    declared, exact, near = _marked(tree)
    yield "markup", _first_and_beside(declared)
    yield "byline", _first_and_beside(exact)
    yield "byline", _first_and_beside(near)
    yield "byline", islice(_shown(tree), 1)


def _linked_names(linked: dict[str, Any]) -> Iterator[str]:
    for author in as_list(linked.get("author") or linked.get("creator")):
        named = text_of(author)
        if not named and isinstance(author, dict):
            named = clean(f"{author.get('givenName') or ''} {author.get('familyName') or ''}")
        yield named


@lru_cache(maxsize=20_000)
def _kind(names: str) -> int:
    return 2 if _EXACT.search(names) else 1 if _NEAR.search(names) else 0


def _marked(
    tree: HtmlElement,
) -> tuple[list[HtmlElement], list[HtmlElement], list[HtmlElement]]:
    """Elements declared as the author, elements whose class says author, and near to that."""
    declared: list[HtmlElement] = []
    exact: list[HtmlElement] = []
    near: list[HtmlElement] = []
    for element in _PERHAPS_AUTHOR(tree):
        if element.get("rel") == "author" or element.get("itemprop") in _DECLARED:
            declared.append(element)
        kind = _kind(element.get("class") or "")
        if kind:
            near.append(element)
        if kind == 2 and element.tag in _EXACT_TAGS:
            exact.append(element)
    return declared, exact, near


def _shown(tree: HtmlElement) -> Iterator[str]:
    """Lines that begin "Par Jeanne Morvan", as bylines without any markup do."""
    for element in tree.iter(*_EXACT_TAGS):
        if _opens_byline(element):
            line = clean(element.text_content())
            if len(line) <= _LONGEST / 2 and not line.endswith((".", "?", "!")):
                yield line


def _opens_byline(element: HtmlElement) -> bool:
    text = element.text
    if not text or len(text) > _LONGEST:
        return False
    opening = words("byline").match(text.lstrip())
    if not opening or is_elsewhere(element):
        return False
    name = element.text_content().strip()[opening.end() :].split()[:2]
    return len(name) == 2 and all(word[0].isupper() for word in name)


def _first_and_beside(elements: list[HtmlElement]) -> Iterator[str]:
    """The text of the first byline, and of its equals beside it."""
    first: HtmlElement | None = None
    for element in elements:
        if is_elsewhere(element):
            continue
        if first is None or element.getparent() is first.getparent():
            first = element if first is None else first
            named = element.xpath(".//*[@itemprop='name']")
            for part in named or [element]:
                text = clean(" ".join(part.itertext()))
                if len(text) <= _LONGEST:
                    yield text


def is_elsewhere(element: HtmlElement) -> bool:
    """Whether an element stands among comments, other articles or the page's margins."""
    return any(
        parent.tag in {"aside", "nav", "footer"}
        or ((names := parent.get("class")) is not None and _is_other(names))
        for parent in element.iterancestors()
    )


@lru_cache(maxsize=20_000)
def _is_other(names: str) -> bool:
    return re.search(r"comment|related|teaser|card", names, re.IGNORECASE) is not None
