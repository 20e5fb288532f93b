"""What a site's home page says of the outlet: name, language, country, feeds. Nothing is fetched.

The lists that it goes by are in `crawler/data/places.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import yaml
from pydantic import BaseModel, ConfigDict
from scrapy.http import HtmlResponse, Response
from scrapy.utils.response import get_base_url

from analysis.errors import InputError
from crawler.discovery import clean_url, plain_text
from crawler.outlets import Pattern
from crawler.wording import detect_language

_PLACES = Path(__file__).parent / "data" / "places.yml"
_LOCALE = re.compile(r"([a-z]{2})(?:[-_]([a-z]{2}))?\b", re.IGNORECASE)
_NAMES = (
    "meta[property='og:site_name']::attr(content)",
    "meta[name='application-name']::attr(content)",
    "title::text",
)
_LOCALES = ("meta[property='og:locale']::attr(content)", "html::attr(lang)")
_FEEDS = "link[rel~='alternate'][type*='rss'], link[rel~='alternate'][type*='atom']"
_LONGEST_NAME = 100
_MOST_LINKS = 5
_SURE = 0.9


class Places(BaseModel):
    """The lists of `crawler/data/places.yml`, which explains them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    feeds: tuple[str, ...]
    sitemaps: tuple[str, ...]
    feed_links: Pattern
    not_articles: Pattern
    news_sitemaps: Pattern
    nowhere: frozenset[str]


@dataclass(frozen=True, slots=True)
class HomePage:
    """What a home page says.

    Attributes:
        url: where the answer came from.
        canonical: the address that it gives itself, or `url`.
        country: ISO 3166-1 alpha-2, "" where neither host nor page tells.
        country_by: what told the country.
        language_by: what told the language.
        feeds: those that it declares; those that it links to where it declares none.
    """

    url: str
    canonical: str
    name: str
    language: str
    language_by: str
    country: str
    country_by: str
    feeds: tuple[str, ...]


@lru_cache(maxsize=1)
def places() -> Places:
    """The lists, read once."""
    return Places.model_validate(yaml.safe_load(_PLACES.read_text(encoding="utf-8")))


def read_home(response: Response) -> HomePage:
    """What a home page says.

    Raises:
        InputError: it is no page.
    """
    if not isinstance(response, HtmlResponse):
        raise InputError(f"{response.url}: not a page")
    locales = [found for css in _LOCALES if (found := _LOCALE.match(_first(response, css)))]
    language, language_by = _language(response, locales)
    country, country_by = _country(response.url, locales)
    canonical = clean_url(_first(response, "link[rel='canonical']::attr(href)"), response.url)
    names = (plain_text(_first(response, css), _LONGEST_NAME) for css in _NAMES)
    return HomePage(
        url=response.url,
        canonical=canonical or response.url,
        name=next(filter(None, names), urlsplit(response.url).hostname or ""),
        language=language,
        language_by=language_by,
        country=country,
        country_by=country_by,
        feeds=tuple(dict.fromkeys(_feeds(response))),
    )


def _first(response: HtmlResponse, css: str) -> str:
    return next(filter(None, map(str.strip, response.css(css).getall())), "")


def _language(response: HtmlResponse, locales: list[re.Match[str]]) -> tuple[str, str]:
    """By the text where that is clear: what is declared may be the software's default."""
    declared = _LOCALE.match(_first(response, _LOCALES[1])) or next(iter(locales), None)
    text = " ".join(response.css("p::text, a::text, h1::text, h2::text, h3::text").getall())
    read, probability = detect_language(plain_text(text, 5000))
    if probability > _SURE:
        return read, "its text"
    return (declared[1].lower(), "its lang") if declared else (read, "its text, uncertain")


def _country(url: str, locales: list[re.Match[str]]) -> tuple[str, str]:
    ending = (urlsplit(url).hostname or "").rpartition(".")[2]
    if re.fullmatch("[a-z]{2}", ending) and ending not in places().nowhere:
        return ("GB" if ending == "uk" else ending.upper()), f"the host's .{ending}"
    found = next((locale[2] for locale in locales if locale[2]), "")
    return found.upper(), "its locale" if found else ""


def _feeds(response: HtmlResponse) -> Iterator[str]:
    base = get_base_url(response)
    declared = [*_addresses(response.css(_FEEDS).css("::attr(href)").getall(), base)]
    if declared:
        yield from declared
        return
    links = [urljoin(base, href.strip()) for href in response.css("a::attr(href)").getall()[:5000]]
    named = (link for link in links if re.search(places().feed_links, link, re.IGNORECASE))
    yield from list(dict.fromkeys(_addresses(named, base)))[:_MOST_LINKS]


def _addresses(given: Iterable[str], base: str) -> Iterator[str]:
    for href in given:
        url = clean_url(href, base)
        if url and not re.search(places().not_articles, urlsplit(url).path, re.IGNORECASE):
            yield url
