"""The outlets to crawl, as entries of a YAML file.

```yaml
outlets:
  - id: example                       # key in the store and on the command line
    name: The Example Gazette
    country: FR                       # ISO 3166-1 alpha-2
    language: fr                      # ISO 639-1
    home: https://www.example.org/
    hosts: [tech.example.net]         # optional: further hosts that carry its articles
    feeds: [https://www.example.org/rss.xml]             # RSS or Atom
    sitemaps: [https://www.example.org/sitemap-news.xml] # sitemaps or sitemap indexes
    listings:                         # pages that list articles
      - url: https://www.example.org/tech/
        links: "article h2 a"         # CSS: the links to articles
        next: "a[rel=next]"           # CSS: the link to the next page, optional
        max_pages: 3                  # without `next`, the address holds {page}: 1, 2, ...
    searches:                         # the outlet's own search page
      - url: https://www.example.org/search?q={query}&sort=date   # {page} as above, optional
        links: "article h2 a"
        queries: [Alexa, smart speaker]   # optional: else the codebook's names
        max_queries: 8
    gdelt:                            # an article list of the GDELT DOC 2.0 API
      url: https://api.gdeltproject.org/api/v2/doc/doc
      languages: [fr, en]             # of the articles
      days: 3                         # how far back
      strangers: false                # true: also articles of outlets that are not in this file
    patterns:                         # regular expressions, searched in the whole address
      allow: ["/tech/"]               # none: every address
      deny: ["/video/"]
    politeness: {delay: 2.0, concurrency: 1}   # seconds between requests; requests at once
    daily_budget: 500                 # most requests in a day of UTC, all crawls together
    terms: https://www.example.org/terms   # what the outlet permits
    private_addresses: false          # true: the outlet may stand on this machine or network
    verified: false                   # true: somebody has seen these addresses answer
    note: ""
```

At least one of `feeds`, `sitemaps`, `listings`, `searches` and `gdelt` is needed.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote_plus, urlsplit

import yaml
from cssselect import SelectorError
from parsel.csstranslator import HTMLTranslator
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from analysis.errors import ConfigurationError, InputError

ELSEWHERE = "ZZ"
"""The country of an outlet that no file describes (ISO 3166 leaves ZZ to its users)."""


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError as error:
        raise ValueError(f"{value!r} is not a web address: {error}") from error
    if not usable:
        raise ValueError(f"{value!r} is not a web address: write http://... or https://...")
    return value


def _template(value: str) -> str:
    _web_address(value)
    unknown = set(re.findall(r"\{(\w*)\}", value)) - {"page", "query"}
    if unknown:
        raise ValueError(f"{value!r} holds {{{min(unknown)}}}; accepted: {{page}} and {{query}}")
    return value


def _regular_expression(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"{value!r} is not a regular expression: {error}") from error
    return value


def _selector(value: str) -> str:
    try:
        HTMLTranslator().css_to_xpath(value)
    except SelectorError as error:
        raise ValueError(f"{value!r} is not a CSS selector: {error}") from error
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]
Template = Annotated[str, AfterValidator(_template)]
Pattern = Annotated[str, AfterValidator(_regular_expression)]
Selector = Annotated[str, AfterValidator(_selector)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Listing(_Entry):
    """A page that lists articles, and how to reach the next one.

    Attributes:
        url: with `{page}` in it, the number of the page stands there.
        links: CSS selector of the links to articles.
        next: CSS selector of the link to the next page.
        max_pages: how many pages of the listing are read at most.
    """

    url: Template
    links: Selector
    next: Selector | None = None
    max_pages: int = Field(default=3, ge=1, le=1000)

    def page(self, number: int) -> str:
        """The address of a page by its number, from 1."""
        return self.url.replace("{page}", str(number))


class Search(Listing):
    """The search page of an outlet: a listing for each query.

    Attributes:
        url: with `{query}` in it.
        queries: what is searched for; by default the codebook's names in the outlet's language.
        max_queries: how many of these.
    """

    max_pages: int = Field(default=1, ge=1, le=1000)
    queries: tuple[str, ...] = ()
    max_queries: int = Field(default=8, ge=1, le=100)

    @model_validator(mode="after")
    def _has_a_place_for_the_query(self) -> Search:
        if "{query}" not in self.url:
            raise ValueError("url: {query} must stand where the words of the search go")
        return self

    def listing(self, query: str) -> Listing:
        """The listing that answers a query."""
        url = self.url.replace("{query}", quote_plus(query))
        return Listing(url=url, links=self.links, next=self.next, max_pages=self.max_pages)


class Gdelt(_Entry):
    """What is asked of the GDELT DOC 2.0 API.

    Attributes:
        languages: of the articles, ISO 639-1.
        days: how many days back, today included.
        queries: what is searched for; by default the codebook's names, with words for privacy.
        max_queries: how many of these, for each language.
        strangers: whether articles of outlets that the file does not describe are read too.
    """

    url: WebAddress = "https://api.gdeltproject.org/api/v2/doc/doc"
    languages: tuple[Literal["en", "fr"], ...] = Field(default=("fr", "en"), min_length=1)
    days: int = Field(default=3, ge=1, le=90)
    queries: tuple[str, ...] = ()
    max_queries: int = Field(default=4, ge=1, le=100)
    strangers: bool = False


class Patterns(_Entry):
    """Which addresses are articles: one of `allow` (if any) and none of `deny`."""

    allow: tuple[Pattern, ...] = ()
    deny: tuple[Pattern, ...] = ()


class Politeness(_Entry):
    """Seconds between two requests to the outlet, and requests at once."""

    delay: float = Field(default=2.0, ge=0, le=600)
    concurrency: int = Field(default=1, ge=1, le=8)


class Outlet(_Entry):
    """One news outlet: where its articles are found and how politely it is read."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._:-]*$")
    name: str = Field(min_length=1)
    country: str = Field(pattern=r"^[A-Z]{2}$")
    language: str = Field(pattern=r"^[a-z]{2}$")
    home: WebAddress
    hosts: tuple[str, ...] = ()
    feeds: tuple[WebAddress, ...] = ()
    sitemaps: tuple[WebAddress, ...] = ()
    listings: tuple[Listing, ...] = ()
    searches: tuple[Search, ...] = ()
    gdelt: Gdelt | None = None
    patterns: Patterns = Patterns()
    politeness: Politeness = Politeness()
    daily_budget: int | None = Field(default=None, ge=1)
    terms: WebAddress | None = None
    private_addresses: bool = False
    verified: bool = False
    note: str = ""

    @model_validator(mode="after")
    def _has_a_source(self) -> Outlet:
        if not self.sources:
            raise ValueError(
                "at least one of feeds, sitemaps, listings, searches and gdelt is needed"
            )
        return self

    @property
    def sources(self) -> tuple[str, ...]:
        """The addresses from which articles are found, as the entry gives them."""
        pages = (listing.url for listing in (*self.listings, *self.searches))
        api = (self.gdelt.url,) if self.gdelt else ()
        return (*self.feeds, *self.sitemaps, *pages, *api)

    def owns(self, url: str) -> bool:
        """Whether an address is on one of the outlet's own hosts or a subdomain of one."""
        given = _authority(url)
        own = (_authority(self.home), *(_authority(f"https://{host}") for host in self.hosts))
        return any(given == host or given.endswith(f".{host}") for host in own)

    def includes(self, url: str) -> bool:
        """Whether an address is on a host that the entry names, a source's host included."""
        return self.owns(url) or _authority(url) in {_authority(source) for source in self.sources}

    @property
    def names(self) -> set[str]:
        """The names, or IP addresses, of the hosts that the entry names, without ports."""
        addresses = (self.home, *self.sources, *(f"https://{host}" for host in self.hosts))
        return {urlsplit(address).hostname or "" for address in addresses}

    def publishes(self, url: str) -> bool:
        """Whether an address may be an article of the outlet: own host, and its patterns."""
        allow, deny = self.patterns.allow, self.patterns.deny
        return (
            self.owns(url)
            and (not allow or any(re.search(pattern, url) for pattern in allow))
            and not any(re.search(pattern, url) for pattern in deny)
        )


class OutletsFile(_Entry):
    """The whole file."""

    outlets: tuple[Outlet, ...]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> OutletsFile:
        if not self.outlets:
            raise ValueError("outlets: no entry")
        counts = Counter(outlet.id for outlet in self.outlets)
        twice = sorted(key for key, count in counts.items() if count > 1)
        if twice:
            raise ValueError(f"id given twice: {', '.join(twice)}")
        return self


_MODELS: dict[str, type[BaseModel]] = {
    "outlets": Outlet,
    "listings": Listing,
    "searches": Search,
    "gdelt": Gdelt,
    "patterns": Patterns,
    "politeness": Politeness,
}


def load_outlets(path: Path) -> tuple[Outlet, ...]:
    """Reads and checks an outlets file.

    Raises:
        ConfigurationError: the file is missing, is not YAML or does not follow
            the schema; the message names the file, the outlet and the key.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"{path}: cannot read the outlets file: {error.strerror}"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise ConfigurationError(f"{path}: not a YAML file in UTF-8: {reason}") from error
    try:
        return OutletsFile.model_validate(content).outlets
    except ValidationError as error:
        problems = "; ".join(_problem(detail, content) for detail in error.errors())
        raise ConfigurationError(f"{path}: {problems}") from error


def select_outlets(outlets: tuple[Outlet, ...], ids: tuple[str, ...]) -> tuple[Outlet, ...]:
    """The outlets with these ids, in the order of the file; all of them where none is given.

    Raises:
        ConfigurationError: no outlet has one of the ids.
    """
    known = [outlet.id for outlet in outlets]
    unknown = [key for key in ids if key not in known]
    if unknown:
        raise ConfigurationError(f"no outlet {', '.join(unknown)}; there are: {', '.join(known)}")
    return tuple(outlet for outlet in outlets if not ids or outlet.id in ids)


def outlet_of(url: str, outlets: tuple[Outlet, ...]) -> Outlet:
    """The outlet that owns an address; one that no outlet owns stands for its host alone."""
    known = next((outlet for outlet in outlets if outlet.owns(url)), None)
    return known or _host_as_outlet(url)


def outlets_of(urls: Iterable[str], outlets: tuple[Outlet, ...]) -> dict[Outlet, list[str]]:
    """Groups addresses by outlet."""
    groups: dict[Outlet, list[str]] = {}
    for url in urls:
        groups.setdefault(outlet_of(url, outlets), []).append(url)
    return groups


def _host_as_outlet(url: str) -> Outlet:
    parts = urlsplit(url)
    home = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/"
    host = _authority(url)
    # The language is a formality here: each article's own is detected on its page.
    return Outlet(id=host, name=host, country=ELSEWHERE, language="en", home=home, sitemaps=(home,))


def _authority(url: str) -> str:
    """Host without "www.", and the port where it is not the scheme's own."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    return host if parts.port in {None, 80, 443} else f"{host}:{parts.port}"


def read_urls(lines: Iterable[str], name: str, column: str = "") -> list[str]:
    """Web addresses of a list.

    Args:
        lines: an address each; empty lines and those that begin with # are passed over. With a
            column: the lines of a CSV table, parted by commas, semicolons or tabs.
        name: of the list, for messages.
        column: heading of the column that holds the addresses; empty cells are passed over.

    Raises:
        InputError: a line is not a web address, or there is no such column; the message names
            `name` and the line.
    """
    given = _cells(lines, name, column) if column else enumerate(lines, start=1)
    urls = []
    for number, line in given:
        if (url := line.strip()) and not url.startswith("#"):
            try:
                urls.append(_web_address(url))
            except ValueError as error:
                raise InputError(f"{name}, line {number}: {error}") from error
    return urls


def _cells(lines: Iterable[str], name: str, column: str) -> Iterator[tuple[int, str]]:
    """The cells of a CSV column with the number of the line that each ends on."""
    remaining = iter(lines)
    header = next(remaining, "").removeprefix("\N{BYTE ORDER MARK}")
    for delimiter in ",;\t":
        headings = next(csv.reader([header], delimiter=delimiter), [])
        if column in headings:
            break
    else:
        raise InputError(
            f"{name}: no column {column!r}; the first line must hold the headings, it is "
            f"{header.strip()[:200]!r}"
        )
    rows = csv.reader(remaining, delimiter=delimiter)
    place = headings.index(column)
    try:
        for row in rows:
            yield rows.line_num + 1, row[place] if place < len(row) else ""
    except csv.Error as error:
        raise InputError(f"{name}, line {rows.line_num + 1}: {error}") from error


def _problem(detail: Any, content: Any) -> str:
    """One error of pydantic in words: outlet, key, and what is accepted."""
    location = list(detail["loc"])
    where = ""
    if location[:1] == ["outlets"] and len(location) > 1:
        entry = content["outlets"][location[1]]
        name = entry.get("id") if isinstance(entry, dict) else None
        where = f"outlet {name or f'number {location[1] + 1}'}: "
    if detail["type"] == "extra_forbidden":
        parents = [part for part in location[:-1] if isinstance(part, str)]
        model = _MODELS[parents[-1]] if parents else OutletsFile
        accepted = ", ".join(model.model_fields)
        return f"{where}unknown key {location[-1]!r}; accepted: {accepted}"
    inner = location[2:] if where else location
    key = ".".join(str(part) for part in inner)
    if detail["type"] == "missing":
        return f"{where}key {key!r} is missing"
    if detail["type"] in {"model_type", "model_attributes_type"}:
        subject = key or ("the entry" if where else "the file")
        return f"{where}{subject} must be a mapping of keys to values"
    message = detail["msg"].removeprefix("Value error, ")
    return f"{where}{f'key {key!r}: ' if key else ''}{message}"
