"""What a news page declares about itself: headline, authors, dates, language, address.

Sources in order: JSON-LD (schema.org NewsArticle and its kin), meta elements (OpenGraph,
article:*, Dublin Core and the usual vendors' names), microdata and visible markup; for the
date of publication, htmldate last. Nothing is fetched.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag

import yaml
from extruct.jsonld import JsonLdExtractor  # type: ignore[import-untyped]
from htmldate import find_date
from lxml.html import HtmlElement  # type: ignore[import-untyped]

from analysis.codebook import TermList
from crawler.addresses import canonical_url

FURNITURE = Path(__file__).parent / "data" / "furniture.yml"
_ARTICLE_TYPE = re.compile(r"(?:Article|BlogPosting|LiveBlogPosting|^Report|/Report)$")
_PUBLISHED = (
    "article:published_time",
    "og:article:published_time",
    "article:published",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "publish-date",
    "publication_date",
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "pubdate",
    "date",
)
_MODIFIED = (
    "article:modified_time",
    "og:article:modified_time",
    "og:updated_time",
    "datemodified",
    "last-modified",
    "dcterms.modified",
    "dc.date.modified",
)
_AUTHOR = ("author", "article:author", "og:article:author", "parsely-author", "dc.creator", "byl")
_DESCRIPTION = ("og:description", "description", "twitter:description", "dc.description")
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_SEPARATORS = r"\s*(?:[|–—:·•»]|\s-\s)\s*"
_BYLINES = (
    "//*[@rel='author' or @itemprop='author' or @itemprop='creator']",
    "//*[self::p or self::div or self::span or self::a or self::address or self::li]"
    "[re:test(@class, '(^|[\\s_-])(author|auteur|byline|signature)s?([\\s_-]?name)?($|\\s)', 'i')]",
    "//*[re:test(@class, 'author|auteur|byline|signature', 'i')]",
)
_NAMES_APART = re.compile(r"\s*(?:[;,&|/•·]|\bet\b|\band\b|\bavec\b|\bwith\b)\s*", re.IGNORECASE)
_ZONED = re.compile(r"\d[ T]\d.*(?:Z|[+-]\d\d:?\d\d|GMT)$")
_REGEXP = {"re": "http://exslt.org/regular-expressions"}


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the page declares.

    Attributes:
        titles: the headline, then its other wordings on the page.
        descriptions: summaries declared in the head, not necessarily visible.
        published, modified: always with a zone; a date or time given without one counts as UTC.
        language: ISO 639-1 code.
        body: the article's text where the JSON-LD carries it, split at its line breaks.
        canonical: canonical address on the page's own host, or the page's address
            without tracking parameters and fragment.
    """

    titles: tuple[str, ...]
    descriptions: tuple[str, ...]
    authors: tuple[str, ...]
    published: datetime | None
    modified: datetime | None
    language: str | None
    body: tuple[str, ...]
    canonical: str

    @property
    def title(self) -> str:
        """The headline, empty where the page has none."""
        return self.titles[0] if self.titles else ""


@cache
def furniture() -> dict[str, TermList]:
    """The lists of `data/furniture.yml`."""
    content = yaml.safe_load(FURNITURE.read_text(encoding="utf-8"))
    return {name: TermList.model_validate(terms) for name, terms in content.items()}


def read_metadata(tree: HtmlElement, url: str) -> Metadata:
    """Reads what a page declares about itself, in the order of the module's description."""
    meta = _meta(tree)
    canonical = _canonical(tree, meta, url)
    linked = _article_node(list(_linked_data(tree)), canonical)
    site = _site_names(linked, meta)
    published, modified = _dates(tree, linked, meta)
    return Metadata(
        titles=_titles(tree, linked, meta, site),
        descriptions=tuple(
            text
            for text in (
                _text(linked.get("description")),
                *(_text(value) for name in _DESCRIPTION for value in meta.get(name, ())),
            )
            if text
        ),
        authors=_authors(tree, linked, meta, site),
        published=published,
        modified=modified,
        language=_language(tree, linked, meta),
        body=tuple(filter(None, map(_text, _lines(linked.get("articleBody"))))),
        canonical=canonical,
    )


def clean(text: str) -> str:
    """Text with runs of white space as one space; no-break spaces inside it are kept."""
    return re.sub(r"[ \t\n\r\f\v]+", " ", text).strip()


def _text(value: Any) -> str:
    """A JSON-LD or meta value as text; entities that were escaped twice are resolved."""
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value")
    if isinstance(value, list):
        value = value[0] if value else None
    return clean(html.unescape(value)) if isinstance(value, str) else ""


def _lines(body: Any) -> list[str]:
    return body.splitlines() if isinstance(body, str) else []


def _meta(tree: HtmlElement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        content = (element.get("content") or "").strip()
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = (element.get(attribute) or "").lower()
            if name and content and content not in found.setdefault(name, []):
                found[name].append(content)
    return found


def _linked_data(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    """Every JSON-LD object of the page, nested ones too; unreadable scripts are passed over."""
    extractor = JsonLdExtractor()
    for script in tree.iter("script"):
        kind = (script.get("type") or "").partition(";")[0].strip().lower()
        if kind != "application/ld+json":
            continue
        script.set("type", kind)
        try:
            queue = list(extractor.extract_items(script))
        except (ValueError, RecursionError):
            continue
        while queue:
            item = queue.pop(0)
            if isinstance(item, dict):
                yield item
                queue += [value for value in item.values() if isinstance(value, dict | list)]
            elif isinstance(item, list):
                queue += item


def _article_node(nodes: list[dict[str, Any]], url: str) -> dict[str, Any]:
    """The node of the article: the one with the page's address, else the first with a headline.

    References to other nodes (`{"@id": ...}`) among its authors and publisher are resolved.
    """
    articles = [node for node in nodes if any(map(_ARTICLE_TYPE.search, _types(node)))]
    if not articles:
        return {}
    named = [node for node in articles if any(_same_page(a, url) for a in _addresses(node))]
    titled = [node for node in articles if _text(node.get("headline") or node.get("name"))]
    chosen = dict((named or titled or articles)[0])
    by_id = {node["@id"]: node for node in nodes if "name" in node and _is_text(node.get("@id"))}
    for key in ("author", "creator", "publisher"):
        chosen[key] = [_resolved(value, by_id) for value in _as_list(chosen.get(key))]
    return chosen


def _resolved(value: Any, by_id: dict[str, dict[str, Any]]) -> Any:
    if isinstance(value, dict) and "name" not in value and _is_text(value.get("@id")):
        return by_id.get(value["@id"], value)
    return value


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _types(node: dict[str, Any]) -> list[str]:
    return [kind for kind in _as_list(node.get("@type")) if isinstance(kind, str)]


def _addresses(node: dict[str, Any]) -> Iterator[str]:
    for key in ("url", "mainEntityOfPage", "@id"):
        value = node.get(key)
        if isinstance(value, dict):
            value = value.get("@id") or value.get("url")
        if isinstance(value, str):
            yield value


def _same_page(address: str, url: str) -> bool:
    given, wanted = urldefrag(address)[0], urldefrag(url)[0]
    return given.rstrip("/").partition("://")[2] == wanted.rstrip("/").partition("://")[2]


def _canonical(tree: HtmlElement, meta: dict[str, list[str]], url: str) -> str:
    links = [
        link.get("href") or ""
        for link in tree.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    ]
    return canonical_url(url, (*links, *meta.get("og:url", ())))


def _site_names(linked: dict[str, Any], meta: dict[str, list[str]]) -> tuple[str, ...]:
    names = [
        *(_text(value) for value in _as_list(linked.get("publisher"))),
        *meta.get("og:site_name", ()),
        *meta.get("application-name", ()),
    ]
    return tuple(clean(name) for name in names if name)


def _titles(
    tree: HtmlElement, linked: dict[str, Any], meta: dict[str, list[str]], site: tuple[str, ...]
) -> tuple[str, ...]:
    element = tree.find(".//head/title")
    window = _text(element.text_content()) if element is not None else ""
    headings = [clean(element.text_content()) for element in tree.iter("h1")]
    # Some sites set their logo as a first heading: the one that the window's title repeats wins.
    headings.sort(key=lambda heading: heading not in window)
    candidates = [
        _text(linked.get("headline") or linked.get("name")),
        *(_text(value) for value in meta.get("og:title", ())),
        *headings,
        window,
    ]
    titles = dict.fromkeys(
        _without_site(candidate, headings, site) for candidate in candidates if candidate
    )
    return tuple(filter(None, titles))


def _without_site(title: str, headings: list[str], site: tuple[str, ...]) -> str:
    """The title without the site's name; in full where it was cut and a heading continues it."""
    for name in site:
        title = re.sub(rf"(?<=.){_SEPARATORS}{re.escape(name)}\s*$", "", title, flags=re.IGNORECASE)
    for heading in headings:
        cut = re.sub(r"\s*(?:…|\.\.\.)$", "", title)
        if heading and cut != title and heading.startswith(cut):
            return heading
        if heading and re.match(rf"{re.escape(heading)}{_SEPARATORS}", title):
            return heading
    return title


def _authors(
    tree: HtmlElement, linked: dict[str, Any], meta: dict[str, list[str]], site: tuple[str, ...]
) -> tuple[str, ...]:
    declared = [_text(author) for author in _as_list(linked.get("author") or linked.get("creator"))]
    tagged = [_text(value) for name in _AUTHOR for value in meta.get(name, ())]
    sources: list[Iterable[str]] = [declared, tagged, *(_bylines(tree, path) for path in _BYLINES)]
    known = {name.casefold() for name in site}
    for source in sources:
        names = dict.fromkeys(name for text in source for name in _names(text))
        authors = tuple(name for name in names if name.casefold() not in known)
        if authors:
            return authors
    return ()


def _bylines(tree: HtmlElement, path: str) -> Iterator[str]:
    """The text of the first byline, and of its equals beside it."""
    found = tree.xpath(path, namespaces=_REGEXP)
    first: HtmlElement | None = None
    for element in found:
        if any(map(_elsewhere, element.iterancestors())):
            continue
        if first is None or element.getparent() is first.getparent():
            first = element if first is None else first
            named = element.xpath(".//*[@itemprop='name']")
            yield from (clean(part.text_content()) for part in (named or [element]))


def _elsewhere(element: HtmlElement) -> bool:
    return element.tag in {"aside", "nav", "footer"} or bool(
        re.search(r"comment|related|teaser|card", element.get("class") or "", re.IGNORECASE)
    )


def _names(byline: str) -> Iterator[str]:
    """The people (or agencies) that a byline names."""
    opening = furniture()["byline"].pattern.match(byline)
    text = byline[opening.end() :].lstrip(" :\u00a0") if opening else byline
    for part in _NAMES_APART.split(text):
        name = part.strip(" .()\u00a0")
        if re.search(r"\d|@|://|www\.", name):
            return
        if name and len(name.split()) <= 6 and name[0].isupper():
            yield name


def _dates(
    tree: HtmlElement, linked: dict[str, Any], meta: dict[str, list[str]]
) -> tuple[datetime | None, datetime | None]:
    visible, changed = _visible_times(tree)
    published = _first_date(
        [
            _text(linked.get("datePublished")),
            *(value for name in _PUBLISHED for value in meta.get(name, ())),
            *visible,
        ]
    )
    modified = _first_date(
        [
            _text(linked.get("dateModified")),
            *(value for name in _MODIFIED for value in meta.get(name, ())),
            *changed,
        ]
    )
    if published is None:
        # Opportunistic search is off: a wrong date is worse than none.
        found = find_date(tree, extensive_search=False, original_date=True)
        published = parse_date(found) if found else None
    return published, modified


def _first_date(values: Iterable[str]) -> datetime | None:
    """The first readable date; said again with a zone further on, that wording wins."""
    dates = [(value, date) for value in values if (date := parse_date(value))]
    if not dates:
        return None
    first = dates[0][1]
    zoned = [date for value, date in dates if _ZONED.search(value)]
    near = [date for date in zoned if abs(date - first) <= timedelta(days=1)]
    return near[0] if near else first


def parse_date(value: str) -> datetime | None:
    """A date in ISO 8601 or RFC 5322; midnight for a bare date, UTC where no zone is given."""
    text = value.strip()
    date: datetime | None = None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            date = read(text)
        except (ValueError, TypeError, IndexError):
            continue
        break
    if date is None:
        return None
    try:
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        return date if date >= _EARLIEST else None
    except OverflowError:
        return None


def _visible_times(tree: HtmlElement) -> tuple[list[str], list[str]]:
    """The machine-readable times on the page: of publication, and of the last change."""
    published: list[str] = []
    changed: list[str] = []
    for element in tree.xpath("//time[@datetime] | //*[@itemprop][@datetime]"):
        if any(map(_elsewhere, element.iterancestors())):
            continue
        before = element.getprevious()
        parent = element.getparent()
        lead = before.tail if before is not None else (parent.text if parent is not None else "")
        label = f"{(lead or '')[-60:]} {element.text_content()[:60]}"
        kind = f"{element.get('itemprop') or ''} {element.get('class') or ''}".lower()
        is_change = furniture()["updated"].pattern.search(label) or re.search(
            r"modif|updat|maj", kind
        )
        (changed if is_change else published).append(element.get("datetime"))
    return published, changed


def _language(tree: HtmlElement, linked: dict[str, Any], meta: dict[str, list[str]]) -> str | None:
    values = [
        _text(linked.get("inLanguage")),
        tree.get("lang") or tree.get("xml:lang") or "",
        *meta.get("og:locale", ()),
        *meta.get("content-language", ()),
        *meta.get("dc.language", ()),
    ]
    for value in values:
        if code := re.match(r"[a-z]{2}(?=$|[-_,])", value.strip().lower()):
            return code[0]
    return None
