"""An outlet's entry as text for an outlets file, with what a person must check; adding it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from analysis.errors import ConfigurationError, InputError
from crawler.homepage import HomePage
from crawler.outlets import ELSEWHERE, Outlet, Politeness, load_outlets
from crawler.spiders.newcomers import Tried

_ITEM = re.compile(r"^( *)- ", re.MULTILINE)
_INDENT = "  "
_PUBLIC_SUFFIX = 3
"""Labels of a host's end with at most so many letters are no name: "co.uk"."""


def refuse_known(url: str, known: Iterable[Outlet], file: Path) -> None:
    """Raises InputError where an address is one of an outlet that the file has already."""
    found = next((one for one in known if one.gdelt is None and one.owns(url)), None)
    if found:
        raise InputError(
            f"{urlsplit(url).netloc} is already in {file}, as outlet {found.id}: change that "
            "entry; one for another section of the same site is written by hand"
        )


def id_for(url: str, taken: Iterable[str]) -> str:
    """A key for an outlet, after its host, that is not taken."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    labels = host.split(".")
    while len(labels) > 1 and len(labels[-1]) <= _PUBLIC_SUFFIX and not host[-1].isdigit():
        labels.pop()
    if len(labels) > 1 and not host[-1].isdigit() and labels == host.split("."):
        labels.pop()  # a long ending: example.press
    short, long = ("-".join(named) for named in (labels, host.split(".")))
    ids = [short, long, *(f"{long}-{number}" for number in range(2, 1000))]
    return next(one for one in ids if one not in set(taken))


def entry_text(outlet_id: str, home: HomePage, tried: Sequence[Tried], outlet: Outlet) -> str:
    """The entry as an item of the list `outlets`, indented by two spaces, with comments.

    Args:
        tried: feeds and sitemaps that were asked for.
        outlet: the site as it was asked: its pace, and whether it may be on this network.

    Raises:
        InputError: none of them can be read.
    """
    sources = _sources(tried)
    if not sources:
        raise InputError(_nothing(home.url, tried))
    root = _root(home, outlet)
    lines = [
        ("id", outlet_id, "key in the store and on the command line; cannot change later"),
        ("name", home.name, "check: as the page calls itself"),
        ("country", home.country or ELSEWHERE, _by(home.country_by, "ISO 3166-1 alpha-2")),
        ("language", home.language, _by(home.language_by, "ISO 639-1")),
        ("home", root, ""),
    ]
    text = [_line(key, value, comment) for key, value, comment in lines]
    for key, kind in (("feeds", "feed"), ("sitemaps", "sitemap")):
        of_kind = [one for one in sources if one.kind == kind]
        if of_kind:
            text.append(f"{key}:")
            text += [f"  - {_scalar(one.url)}  # {_found(one, outlet)}" for one in of_kind]
    text += _manners(outlet)
    text.append("verified: false  # check: read its terms, try check-outlets, then write true")
    first, *rest = text
    return "".join([f"{_INDENT}- {first}\n", *(f"{_INDENT}  {line}\n" for line in rest)])


def add_entry(path: Path, entry: str) -> None:
    """Appends an entry to an outlets file, which is made where there is none.

    Raises:
        ConfigurationError: the file is not valid, or an entry cannot simply be put at its end;
            it is left as it was.
    """
    exists = path.exists()
    before = load_outlets(path) if exists else ()
    text = _with_end(path.read_text(encoding="utf-8")) if exists else "outlets:\n"
    found = _ITEM.search(text)
    indent = found[1] if found else _INDENT
    added = "".join(indent + line[len(_INDENT) :] for line in entry.splitlines(keepends=True))
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(text + added, encoding="utf-8")
        if exists:
            shutil.copymode(path, beside)
        if load_outlets(beside)[:-1] != before:
            raise ConfigurationError("the list of outlets is not at its end")
        beside.replace(path)
    except (OSError, ConfigurationError) as error:
        raise ConfigurationError(
            f"{path}: the entry cannot be put at the end ({error}); print it without --add, and "
            "paste it where it belongs"
        ) from error
    finally:
        beside.unlink(missing_ok=True)


def _with_end(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def _sources(tried: Sequence[Tried]) -> list[Tried]:
    """Feeds and sitemaps of news; where there is neither, the other sitemaps."""
    read = [one for one in tried if one.is_read]
    wanted = [one for one in read if one.kind == "feed" or one.is_news]
    return wanted or [one for one in read if one.outcome == "index"] or read


def _nothing(url: str, tried: Iterable[Tried]) -> str:
    asked = "; ".join(f"{one.url}: {one.outcome}" for one in tried) or "none is declared"
    return (
        f"{url}: no feed and no sitemap was found ({asked}): name a page that lists its articles, "
        "as docs/adding-an-outlet.md shows"
    )


def _root(home: HomePage, outlet: Outlet) -> str:
    """The home page on the host that the page gives itself, where that is its own."""
    parts = urlsplit(home.canonical if outlet.owns(home.canonical) else home.url)
    return f"{parts.scheme}://{parts.netloc}/"


def _by(source: str, form: str) -> str:
    return f"check: by {source}" if source else f"check: not known; {form}"


def _found(one: Tried, outlet: Outlet) -> str:
    if one.outcome == "index":
        return "check: an index of sitemaps, none of news; old ones are many pages"
    if not one.articles:
        host = re.sub(r"[^\w.:-]", "", one.host)
        return f"check: its {one.links} links are on {host}; if that is its own: hosts: [{host}]"
    news = ", a news sitemap" if one.is_news else ""
    latest = f", latest {one.latest:%Y-%m-%d}" if one.latest else ", without dates"
    check = "" if one.latest else "check: "
    return f"{check}{one.articles} articles{latest}{news}"


def _manners(outlet: Outlet) -> Iterator[str]:
    polite = outlet.politeness
    if polite.delay > Politeness().delay:
        yield (
            f"politeness: {{delay: {polite.delay:g}, concurrency: {polite.concurrency}}}"
            "  # as robots.txt asks"
        )
    if outlet.private_addresses:
        yield "private_addresses: true  # check: it may stand on this machine or network"


def _line(key: str, value: str, comment: str) -> str:
    return f"{key}: {_scalar(value)}" + (f"  # {comment}" if comment else "")


def _scalar(value: Any) -> str:
    """A value on one line of YAML, quoted where that is needed."""
    text: str = yaml.safe_dump(value, allow_unicode=True, width=10**9)
    return text.removesuffix("...\n").strip()
