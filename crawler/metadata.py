"""What a news page declares about itself: headline, authors, dates, language, address.

Sources in order: JSON-LD (schema.org NewsArticle and its kin), meta elements (OpenGraph,
article:*, Dublin Core and the usual vendors' names), microdata and visible markup; for the
date of publication, htmldate last. Nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urldefrag, urlsplit

from extruct.jsonld import JsonLdExtractor  # type: ignore[import-untyped]
from htmldate import find_date
from lxml.html import HtmlElement  # type: ignore[import-untyped]

from crawler.addresses import canonical_url
from crawler.bylines import is_elsewhere, read_authors
from crawler.headlines import Wording, choose_headline, host_names
from crawler.wording import as_list, clean, text_of, words

_ARTICLE_TYPE = re.compile(r"(?:Article|BlogPosting|LiveBlogPosting|^Report|/Report)$")
_PART_TYPE = re.compile(r"(?:ImageObject|Photograph|VideoObject|AudioObject|Comment)$")
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
_DESCRIPTION = ("og:description", "description", "twitter:description", "dc.description")
_TITLE = ("og:title", "twitter:title", "parsely-title", "dc.title")
_ZONE_NAME = re.compile(r"\[[\w/+-]+\]$|\s*\([\w ]+\)$")
_ZONE_APART = re.compile(r"(\d:\d\d(?::\d\d(?:\.\d+)?)?) ([+-]\d\d:?\d\d)$")
_DATED_PATH = re.compile(r"/((?:19|20)\d\d)/(?:[A-Za-z_-]+/)?(\d\d?)/(\d\d?)(?=/|$)")
_NAMED_DATE = re.compile(
    r"\b(?:(?P<day>\d\d?)(?:er|st|nd|rd|th)?\s+(?P<month>[^\W\d_]{3,9})\.?,?"
    r"|(?P<month_first>[^\W\d_]{3,9})\.?\s+(?P<day_after>\d\d?)(?:st|nd|rd|th)?,?)"
    r"\s+(?P<year>(?:19|20)\d\d)\b"
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan janv",
            "feb fév févr",
            "mar mars",
            "apr avr avri",
            "may mai",
            "jun juin",
            "jul juil",
            "aug aoû août",
            "sep sept",
            "oct octo",
            "nov nove",
            "dec déc déce",
        ),
        start=1,
    )
    for name in names.split()
}
_SAYS_PUBLISHED = re.compile(r"\b(?:publi(?:é|shed)|posted|posté|mis en ligne)\b", re.IGNORECASE)
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_ZONED = re.compile(r"\d[ T]\d.*(?:Z|[+-]\d\d:?\d\d|GMT)$")


@dataclass(frozen=True, slots=True)
class _Dated:
    date: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the page declares.

    Attributes:
        linked: the article's node of the JSON-LD; empty without one.
        meta: the contents of the meta elements by name.
        titles: the headline, then its other wordings on the page.
        descriptions: summaries declared in the head, not necessarily visible.
        published, modified: always with a zone; a date or time given without one counts as UTC.
        language: ISO 639-1 code.
        body: the article's text where the JSON-LD carries it, split at its line breaks.
        canonical: canonical address on the page's own host, or the page's address
            without tracking parameters and fragment.
        sources: where each field was read: `title`, `authors`, `published`, `modified`.
    """

    linked: dict[str, Any]
    meta: dict[str, list[str]]
    titles: tuple[str, ...]
    descriptions: tuple[str, ...]
    authors: tuple[str, ...]
    published: datetime | None
    modified: datetime | None
    language: str | None
    body: tuple[str, ...]
    canonical: str
    sources: dict[str, str]

    @property
    def title(self) -> str:
        """The headline, empty where the page has none."""
        return self.titles[0] if self.titles else ""


def read_metadata(tree: HtmlElement, url: str) -> Metadata:
    """Reads what a page declares about itself, in the order of the module's description."""
    meta = _meta(tree)
    canonical = _canonical(tree, meta, url)
    linked = _article_node(list(_linked_data(tree)), canonical)
    site = _site_names(linked, meta)
    published, modified = _dates(tree, linked, meta, url)
    titles = choose_headline(_wordings(tree, linked, meta), site, url)
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    authors, named_in = read_authors(tree, linked, meta, site, host, host_names(url))
    return Metadata(
        linked=linked,
        meta=meta,
        titles=tuple(wording.text for wording in titles),
        descriptions=tuple(
            text
            for text in (
                text_of(linked.get("description")),
                *(text_of(value) for name in _DESCRIPTION for value in meta.get(name, ())),
            )
            if text
        ),
        authors=authors,
        published=published.date if published else None,
        modified=modified.date if modified else None,
        language=_language(tree, linked, meta),
        body=tuple(filter(None, map(text_of, _lines(linked.get("articleBody"))))),
        canonical=canonical,
        sources={
            "title": titles[0].source if titles else "",
            "authors": named_in,
            "published": published.source if published else "",
            "modified": modified.source if modified else "",
        },
    )


def _lines(body: Any) -> list[str]:
    return body.splitlines() if isinstance(body, str) else []


def _meta(tree: HtmlElement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        content = (element.get("content") or "").strip()
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = (element.get(attribute) or "").lower()
            if name and attribute == "itemprop" and _is_of_a_part(element):
                continue
            if name and content and content not in found.setdefault(name, []):
                found[name].append(content)
    return found


def _is_of_a_part(element: HtmlElement) -> bool:
    """Whether microdata speaks of a picture, a film or a comment, not of the article."""
    scope = next((item for item in element.iterancestors() if item.get("itemtype")), None)
    return scope is not None and _PART_TYPE.search(scope.get("itemtype")) is not None


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
    titled = [node for node in articles if text_of(node.get("headline") or node.get("name"))]
    chosen = dict((named or titled or articles)[0])
    by_id = {node["@id"]: node for node in nodes if "name" in node and _is_text(node.get("@id"))}
    for key in ("author", "creator", "publisher"):
        chosen[key] = [_resolved(value, by_id) for value in as_list(chosen.get(key))]
    return chosen


def _resolved(value: Any, by_id: dict[str, dict[str, Any]]) -> Any:
    if isinstance(value, dict) and "name" not in value and _is_text(value.get("@id")):
        return by_id.get(value["@id"], value)
    return value


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _types(node: dict[str, Any]) -> list[str]:
    return [kind for kind in as_list(node.get("@type")) if isinstance(kind, str)]


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
        *(text_of(value) for value in as_list(linked.get("publisher"))),
        *meta.get("og:site_name", ()),
        *meta.get("application-name", ()),
    ]
    return tuple(clean(name) for name in names if name)


def _wordings(
    tree: HtmlElement, linked: dict[str, Any], meta: dict[str, list[str]]
) -> list[Wording]:
    element = tree.find(".//head/title")
    window = text_of(element.text_content()) if element is not None else ""
    headings = [clean(element.text_content()) for element in tree.iter("h1")]
    # Some sites set their logo as a first heading: the one that the window's title repeats wins.
    headings.sort(key=lambda heading: heading not in window)
    found = [Wording(text_of(linked.get("headline") or linked.get("name")), "json-ld")]
    found += [Wording(text_of(value), name) for name in _TITLE for value in meta.get(name, ())]
    found[1:1] = [Wording(heading, "h1") for heading in headings[:1]]
    found += [Wording(window, "title")]
    found += [Wording(heading, "h1") for heading in headings[1:]]
    return [wording for wording in found if wording.text]


def _dates(
    tree: HtmlElement, linked: dict[str, Any], meta: dict[str, list[str]], url: str
) -> tuple[_Dated | None, _Dated | None]:
    visible, changed = _visible_times(tree)
    published = _first_date(
        [
            ("json-ld", text_of(linked.get("datePublished"))),
            *((name, value) for name in _PUBLISHED for value in meta.get(name, ())),
            *(("time", value) for value in visible),
            ("json-ld", text_of(linked.get("dateCreated"))),
            ("address", _date_in(url)),
        ]
    )
    modified = _first_date(
        [
            ("json-ld", text_of(linked.get("dateModified"))),
            *((name, value) for name in _MODIFIED for value in meta.get(name, ())),
            *(("time", value) for value in changed),
        ]
    )
    if published is None:
        # Opportunistic search is off: a wrong date is worse than none.
        found = find_date(tree, extensive_search=False, original_date=True)
        date = parse_date(found) if found else None
        published = _Dated(date, "htmldate") if date else None
    return published, modified


def _date_in(url: str) -> str:
    """The day in an address: `/2019/08/02/`, with a section's name between or not."""
    found = _DATED_PATH.search(urlsplit(url).path)
    return "{}-{:0>2}-{:0>2}".format(*found.groups()) if found else ""


def _named_date(text: str) -> str:
    """A day written with the month's name, in French or English, as ISO 8601."""
    found = _NAMED_DATE.search(text)
    if not found:
        return ""
    day, month = found["day"] or found["day_after"], found["month"] or found["month_first"]
    number = _MONTHS.get(month.casefold()[:4]) or _MONTHS.get(month.casefold()[:3])
    return f"{found['year']}-{number:02}-{int(day):02}" if number else ""


def _first_date(values: Iterable[tuple[str, str]]) -> _Dated | None:
    """The first readable date; said again with a zone further on, that wording wins."""
    dates = [
        (_Dated(date, source), _ZONED.search(value) is not None)
        for source, value in values
        if (date := parse_date(value))
    ]
    if not dates:
        return None
    first = dates[0][0]
    for dated, is_zoned in dates:
        if is_zoned and abs(dated.date - first.date) <= timedelta(days=1):
            return dated
    return first


def parse_date(value: str) -> datetime | None:
    """A date in ISO 8601 or RFC 5322; midnight for a bare date, UTC where no zone is given."""
    text = _ZONE_APART.sub(r"\1\2", _ZONE_NAME.sub("", value.strip()))
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


def _are_close(one: str, other: str) -> bool:
    """Whether two dates are at most two days apart, or one of them cannot be read."""
    dates = parse_date(one), parse_date(other)
    return not (dates[0] and dates[1]) or abs(dates[0] - dates[1]) <= timedelta(days=2)


def _visible_times(tree: HtmlElement) -> tuple[list[str], list[str]]:
    """The machine-readable times on the page: of publication, and of the last change."""
    published: list[str] = []
    changed: list[str] = []
    labelled: list[str] = []
    for element in tree.xpath("//time | //*[@itemprop][@datetime]"):
        if is_elsewhere(element) or any(True for _ in element.iterancestors("blockquote")):
            continue
        said = element.text_content()
        shown = _named_date(said)
        date = element.get("datetime") or shown
        if not date:
            continue
        before = element.getprevious()
        parent = element.getparent()
        lead = before.tail if before is not None else (parent.text if parent is not None else "")
        label = f"{(lead or '')[-60:]} {said[:60]}"
        kind = f"{element.get('itemprop') or ''} {element.get('class') or ''}".lower()
        around = parent.get("class") or "" if parent is not None else ""
        if words("updated").search(label) or (
            re.search(r"modif|updat|maj", kind) and not re.search(r"publi", around)
        ):
            changed.append(date)
        elif _SAYS_PUBLISHED.search(label):
            labelled.append(date if _are_close(date, shown) else shown)
        else:
            published.append(date)
    return labelled + published, changed


def _language(tree: HtmlElement, linked: dict[str, Any], meta: dict[str, list[str]]) -> str | None:
    values = [
        text_of(linked.get("inLanguage")),
        tree.get("lang") or tree.get("xml:lang") or "",
        *meta.get("og:locale", ()),
        *meta.get("content-language", ()),
        *meta.get("dc.language", ()),
    ]
    for value in values:
        if code := re.match(r"[a-z]{2}(?=$|[-_,])", value.strip().lower()):
            return code[0]
    return None
