"""One address for each article, whichever of its forms was asked for. Pure functions.

The rules that hold for any address are here and in `data/addresses.yml`. Forms that cannot be
told from the address alone (http or https, "www.", a slash at the end) are left as they are:
the store finds an article at any of them, see `Store.identity`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from urllib.parse import SplitResult, urldefrag, urljoin, urlsplit, urlunsplit

import yaml
from courlan import normalize_url

from crawler.sessions import without_session

RULES = Path(__file__).parent / "data" / "addresses.yml"
_AMP_CACHE = re.compile(
    r"https?://(?:[\w.-]+\.cdn\.ampproject\.org/[acv](?:/s)?|www\.google\.[\w.]+/amp/s)/", re.I
)
"""Google's copies of AMP pages; the address of the page follows, without its scheme."""


def canonical_url(url: str, declared: Iterable[str] = ()) -> str:
    """The address by which the article on a page is known.

    Args:
        url: where the page was read.
        declared: what the page says of its address (`rel=canonical`, then `og:url`), relative or
            not. The first that is on the page's own host is taken: one elsewhere would let a site
            overwrite another's articles. One that leads to the home page is a mistake of the
            site's, and is not.
    """
    for candidate in declared:
        address = _absolute(candidate.strip(), url)
        if address and _is_own(urlsplit(address), urlsplit(url)):
            return plain_url(address)
    return str(normalize_url(plain_url(url)))


def plain_url(url: str) -> str:
    """An address without fragment, session, campaign marks, and what asks for AMP or print."""
    bare = without_session(urldefrag(_AMP_CACHE.sub("https://", url, count=1)).url)
    parts = urlsplit(bare)
    return urlunsplit(parts._replace(path=_plain_path(parts.path), query=_plain_query(parts.query)))


def same_host(one: SplitResult, other: SplitResult) -> bool:
    """Whether two addresses are of one host, whatever "www." or "m." stands before it."""
    return _bare_host(one) == _bare_host(other)


def _plain_path(path: str) -> str:
    for name in ("suffixes", "prefixes"):
        shorter = _rule(name, "(?:{})").sub("", path, count=1)
        if shorter.strip("/"):
            path = shorter + ("/" if path.endswith("/") and not shorter.endswith("/") else "")
    return path


def _plain_query(query: str) -> str:
    kept = [
        part
        for part in query.split("&")
        if part
        and not _rule("tracking", r"(?:{})(?==|$)").match(part)
        and not _rule("copies", r"(?:{})$").match(part)
    ]
    return "&".join(kept)


def _absolute(candidate: str, url: str) -> str | None:
    try:
        address = urljoin(url, candidate)
        parts = urlsplit(address)
        usable = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    except ValueError:
        return None
    return address if candidate and usable else None


def _is_own(address: SplitResult, page: SplitResult) -> bool:
    is_home = not address.path.strip("/") and not address.query
    return same_host(address, page) and not (is_home and page.path.strip("/"))


def _bare_host(parts: SplitResult) -> str:
    return _rule("hosts", r"(?:{})\.").sub("", parts.netloc.rpartition("@")[2], count=1).lower()


@cache
def _rule(name: str, place: str) -> re.Pattern[str]:
    """One expression for a list of the data file, at a place in the text."""
    rules = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    return re.compile(place.format("|".join(f"(?:{rule})" for rule in rules[name])), re.IGNORECASE)
