"""Article lists of the GDELT DOC 2.0 API: queries, windows of time, and what it answers.

https://blog.gdeltproject.org/gdelt-doc-2-0-api-debuts/ describes the API; what it leaves out is
known from those who use it: it refuses long queries (250 characters pass), OR outside of
parentheses, quoted phrases under five and words under three letters. It says so, and that it is
asked too often, in a line of plain text that may come with status 200. It gives at most 250
articles for a query. All coverage is searched in English translation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from analysis.codebook import Codebook
from analysis.errors import InputError
from crawler.discovery import Link, clean_url, plain_text
from crawler.outlets import Gdelt
from crawler.queries import assistant_names

MAX_RECORDS = 250
MAX_QUERY = 250
"""Characters of a query."""
LEAST_WINDOW = timedelta(minutes=15)
"""GDELT notes what it saw every 15 minutes; a shorter window would show nothing more."""
_LANGUAGES = {"en": "english", "fr": "french"}
_TIME = "%Y%m%d%H%M%S"
_SEEN = "%Y%m%dT%H%M%SZ"
_TITLE = 300
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})')


class RefusedListError(InputError):
    """GDELT answered in words; `is_rate` tells whether it was asked too often."""

    def __init__(self, url: str, words: str) -> None:
        super().__init__(f"{url}: GDELT answers {words!r}")
        self.is_rate = "limit requests" in words.lower()


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time; without a beginning, the 24 hours before the request."""

    start: datetime | None
    end: datetime

    def halves(self) -> tuple[Window, ...]:
        """Its two halves; none where they would be shorter than GDELT's own steps."""
        start = self.start or self.end - timedelta(days=1)
        middle = start + (self.end - start) / 2
        if middle - start < LEAST_WINDOW:
            return ()
        return Window(start, middle), Window(middle, self.end)


def windows(days: int, since: datetime | None, now: datetime) -> list[Window]:
    """The last 24 hours, then whole days of UTC, whose addresses stay the same."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    earlier = (
        Window(midnight - timedelta(days=back), midnight - timedelta(days=back - 1))
        for back in range(1, days)
    )
    return [Window(None, now), *(w for w in earlier if since is None or w.end > since)]


def queries(gdelt: Gdelt, codebook: Codebook) -> list[str]:
    """What is asked for: as many names as fit into a query, joined to words for privacy."""
    found = []
    for lang in gdelt.languages:
        suffix = f" sourcelang:{_LANGUAGES[lang]}"
        if gdelt.queries:
            found += [query + suffix for query in gdelt.queries]
            continue
        words = codebook.relevance["en"]
        suffix = f" {_any(words['topic'].terms)}{suffix}"
        names = dict.fromkeys((*words["search"].terms, *assistant_names(codebook, lang)))
        groups = _groups(tuple(names), MAX_QUERY - len(suffix))
        found += [group + suffix for group in groups][: gdelt.max_queries]
    return found


def list_url(base: str, query: str, window: Window) -> str:
    """The address of an article list, newest first."""
    parameters = {
        "query": query,
        "mode": "artlist",
        "format": "json",
        "sort": "datedesc",
        "maxrecords": str(MAX_RECORDS),
    }
    if window.start is None:
        parameters["timespan"] = "24h"
    else:
        parameters["startdatetime"] = window.start.strftime(_TIME)
        parameters["enddatetime"] = window.end.strftime(_TIME)
    return f"{base}?{urlencode(parameters, quote_via=quote)}"


def read_article_list(body: bytes, url: str) -> list[Link]:
    """The articles of a list; an article's date is when GDELT saw it, soon after publication.

    Raises:
        RefusedListError: an answer in words.
        InputError: JSON that is no article list.
    """
    text = body.decode("utf-8-sig", "replace").strip()
    if not text.startswith("{"):
        raise RefusedListError(url, " ".join(text.split())[:200])
    try:
        # Titles hold control characters and backslashes as their pages had them.
        content = json.loads(_BAD_ESCAPE.sub(r"\\\\", text), strict=False)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{url}: not JSON: {error}") from error
    entries = content.get("articles", [])  # nothing found is {}
    if not isinstance(entries, list):
        raise InputError(f"{url}: its articles are not a list")
    return list(_links(entries, url))


def _links(entries: list[Any], base: str) -> Iterator[Link]:
    for entry in entries:
        given = entry if isinstance(entry, dict) else {}
        url = clean_url(str(given.get("url") or ""), base)
        if url:
            title = plain_text(str(given.get("title") or ""), _TITLE)
            yield Link(url, published=_seen(given.get("seendate")), title=title)


def _seen(text: object) -> datetime | None:
    try:
        return datetime.strptime(str(text), _SEEN).replace(tzinfo=UTC)
    except ValueError:
        return None


def _groups(words: Sequence[str], room: int) -> list[str]:
    """The words as alternatives, in as few groups as have room."""
    groups: list[list[str]] = []
    for word in words:
        if groups and len(_any([*groups[-1], word])) <= room:
            groups[-1].append(word)
        else:
            groups.append([word])
    return [_any(group) for group in groups]


def _any(words: Sequence[str]) -> str:
    quoted = [word if word.isalnum() else f'"{word}"' for word in words]
    return f"({' OR '.join(quoted)})" if len(quoted) > 1 else quoted[0]
