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
    "byline",
    "search.byline",
    "article_author",
)
_EXACT = re.compile(
    r"(?:^|[\s_-])(?:author|auteur|byline|signature)s?(?:[\s_-]*name)?(?:$|\s)", re.IGNORECASE
)
_NEAR = re.compile(r"author(?!i[sz])|auteur|byline|signature", re.IGNORECASE)
_PERHAPS_AUTHOR = etree.XPath(
    "//*[@rel = 'author' or contains(@rel, ':has_creator') or @itemprop"
    " or contains(translate(@class, 'AUBS', 'aubs'), 'author')"
    " or contains(translate(@class, 'AUBS', 'aubs'), 'auteur')"
    " or contains(translate(@class, 'AUBS', 'aubs'), 'byline')"
    " or contains(translate(@class, 'AUBS', 'aubs'), 'signature')]"
)
_OTHER = re.compile(
    r"comment(?!able|ing|s?[_-]?(?:enabled|open|closed|count|on\b))|related|teaser"
    r"|(?<!v)(?<!author[_-])card",
    re.IGNORECASE,
)
_EXACT_TAGS = frozenset({"p", "div", "span", "a", "address", "li"})
_DECLARED = frozenset({"author", "creator"})
_HCARD = re.compile(r"^(?=.*\bauthor\b).*\b(?:fn|vcard)\b")
_PICTURE = re.compile(r"(?:^|[\s_-])(?:img|image|photo|picture|caption|credit)", re.IGNORECASE)
_LONGEST = 200
"""Characters of a byline; longer ones are an author's portrait."""
_APART = re.compile(
    r"\s*(?:[;,&|/•·–—\n]|\bet\b|\band\b|\bavec\b|\bwith\b|\s-\s)\s*", re.IGNORECASE
)
_HANDLES = re.compile(r"\S*@\S+|\b(?:https?://|www\.)\S+")
_AFTERWARDS = re.compile(
    r"\s+(?:in|at|for|on|from|à|pour|chez|via|publi(?:é|shed)|updated|posted|mis|le)\s.*$"
    r"|\s+(?:Follow|Suivre)\b.*$"
)
"""What follows a name: "in London", "pour Le Fanal", "le 3 mai"; particles are not among it."""
_MOST_WORDS = 6
_DAY = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|lundi|mardi|mercredi|jeudi|vendredi|samedi"
    r"|dimanche|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)\.?|january|february|march"
    r"|april|june|july|august|september|october|november|december|janvier|février|mars|avril|mai"
    r"|juin|juillet|août|septembre|octobre|novembre|décembre)"
)
_IS_DATE = re.compile(rf"{_DAY}\b\.?(?:$|\s*[,\d])", re.IGNORECASE)
_NOT_A_NAME = re.compile(
    r"\+?\s*(?:follow|view|share|print|e-?mail|comments?|read"
    r"|tweet|contact|posted|updated|published|suivre|voir|partager|imprimer|commenter"
    r"|ses articles|mis à jour|publié)(?!\w)",
    re.IGNORECASE,
)
"""What stands beside a name: links to follow, to share, to print."""
_LABEL = re.compile(r"(?:by|par|authors?|auteurs?)$", re.IGNORECASE)
_MORE_BY = re.compile(
    r"(?:more |all |other |tous les |autres )?(?:stories|articles|posts) (?:by|from|de|par) ",
    re.IGNORECASE,
)
_DATED_BYLINE = re.compile(r"^\D{0,20}\d.*?\b(?:by|par)\s+(?=[^\W\d_])", re.IGNORECASE)
"""A byline that begins with its date: "3 May 2019, 10:12 by Ana Cruz"."""


def read_authors(
    tree: HtmlElement,
    linked: dict[str, Any],
    meta: dict[str, list[str]],
    site: tuple[str, ...],
    host: str = "",
    host_names: Iterable[str] = (),
) -> tuple[tuple[str, ...], str]:
    """The authors, and where they are named: `json-ld`, `meta`, `markup` or `byline`.

    The first source that names anybody but the site decides; a collective ("Ledger staff") is
    named only where nobody else is. Agencies stay among the names:
    whose text it is says something about how independent it is.
    """
    known = {_key(name) for name in site}
    of_host = {_key(name) for name in host_names}
    own = re.compile(rf"(?<![@\w.])(?:www\.)?{re.escape(host)}\b") if host else None
    collective: tuple[tuple[str, ...], str] = ((), "")
    for source, texts in _sources(tree, linked, meta):
        names = dict.fromkeys(
            name for text in texts if not (own and own.search(text)) for name in names_in(text)
        )
        authors = tuple(name for name in names if _key(name) not in known)
        # On a site of one person, the host's name is the author's; else it follows the author's.
        authors = tuple(name for name in authors if _key(name) not in of_host) or authors
        if any(not words("role").search(name) for name in authors):
            return authors, source
        if authors and not collective[0]:
            collective = authors, source
    return collective


def _key(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def names_in(byline: str) -> list[str]:
    """The people and agencies that a byline names, without roles, places and handles.

    A role after a name is left out; a collective before one ("Ledger staff") is kept.
    """
    byline = _DATED_BYLINE.sub("", byline)
    opening = words("byline").match(byline)
    text = byline[opening.end() :].lstrip(" :\u00a0") if opening else byline
    names: list[str] = []
    is_dated = False
    for part in _APART.split(_HANDLES.sub(" ", text)):
        name = _AFTERWARDS.sub("", _MORE_BY.sub("", part.strip(" .()[]\u00a0:+")))
        if again := words("byline").match(name):
            name = name[again.end() :]
        name = clean(name.strip(" .()[]:\u00a0-"))
        if re.search(r"\d", name) or _IS_DATE.match(name):
            if names:
                break
            is_dated = True
            continue
        if is_dated and len(name.split()) < 2:
            continue
        is_label = part.rstrip().endswith(":") and not all(
            word[0].isupper() for word in name.split()
        )
        if is_label or _NOT_A_NAME.match(name) or _LABEL.match(name):
            continue
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
    yield "markup", _agreed_aside(declared)


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
        if not element.text_content().strip() or _credits_a_picture(element):
            continue
        classes = element.get("class") or ""
        if (
            element.get("rel") in {"author", "sioc:has_creator"}
            or element.get("itemprop") in _DECLARED
            or _HCARD.search(classes)
        ):
            declared.append(element)
        kind = _kind(classes)
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
        if first is None or _are_beside(element, first):
            first = element if first is None else first
            named = element.xpath(".//*[@itemprop='name']")
            for part in named or [element]:
                text = _pieces(part)
                if len(text) <= _LONGEST:
                    yield text


def _are_beside(element: HtmlElement, first: HtmlElement) -> bool:
    """Whether two bylines have one parent, or stand each in its own item of one list."""
    one, other = element.getparent(), first.getparent()
    if one is other:
        return True
    if one is None or other is None or one.tag != "li" or other.tag != "li":
        return False
    return one.getparent() is other.getparent()


def _pieces(element: HtmlElement) -> str:
    """A byline's text, with its roles, dates and links each on a line of their own."""
    text = ""
    for piece in filter(None, map(clean, element.itertext())):
        is_apart = words("role").search(piece) or _IS_DATE.match(piece) or _NOT_A_NAME.match(piece)
        text += ("\n" if is_apart else " ") + piece
    return text.strip()


def _credits_a_picture(element: HtmlElement) -> bool:
    parent = element.getparent()
    return any(
        item.tag in {"figure", "figcaption"} or _PICTURE.search(item.get("class") or "")
        for item in (element, *(() if parent is None else (parent,)))
    ) or any(
        item.tag in {"figure", "figcaption"} or "ImageObject" in (item.get("itemtype") or "")
        for item in element.iterancestors()
    )


def _agreed_aside(elements: list[HtmlElement]) -> Iterator[str]:
    """The author declared in the page's margins, where these declare only one."""
    texts = {
        text
        for element in elements
        if not _is_of_others(element) and len(text := _pieces(element)) <= _LONGEST
    }
    if len({tuple(names_in(text)) for text in texts}) == 1:
        yield from texts


def is_elsewhere(element: HtmlElement) -> bool:
    """Whether an element stands among comments, other articles or the page's margins.

    The foot of an article is no margin: bylines stand there too.
    """
    for parent in element.iterancestors():
        if parent.tag in {"aside", "nav"}:
            return True
        if parent.tag == "footer" and not any(True for _ in parent.iterancestors("article")):
            return True
    return _is_of_others(element)


def _is_of_others(element: HtmlElement) -> bool:
    """Whether an element stands among comments or other articles, by the names of its boxes."""
    return any(
        (names := parent.get("class")) is not None and _is_other(names)
        for parent in element.iterancestors()
        if parent.tag not in {"html", "body"}
    )


@lru_cache(maxsize=20_000)
def _is_other(names: str) -> bool:
    return _OTHER.search(names) is not None
