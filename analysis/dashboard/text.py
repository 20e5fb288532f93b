"""Strings for the screen: safe labels, links, dates and counts."""

from __future__ import annotations

import re
from datetime import date, datetime
from urllib.parse import urlsplit

_NOT_IN_LABELS = re.compile(r"[^\w\s'’&-]|_")
_HYPHENS = re.compile(r"-{2,}")


def label(text: str) -> str:
    """A name as Streamlit may show it in a heading or on a button, where it reads Markdown.

    Keeps letters, digits, apostrophes, ampersands and single hyphens: nothing of
    Markdown, LaTeX, HTML, an address or a Streamlit directive can be made of
    them inside a line. For names only; evidence is shown whole, as plain text.
    """
    words = _HYPHENS.sub("-", _NOT_IN_LABELS.sub(" ", text)).split()
    return " ".join(word for word in words if word != "-").lstrip("-")


def web_address(url: str) -> str | None:
    """The address if a browser may be sent there: http or https, a host, no user name.

    None otherwise: then it is text to read, not a link to follow.
    """
    if not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        return None
    return url


def day(moment: date | None) -> str:
    """A date as "12 Apr 2019"; "no date" for None. A datetime gives its own day."""
    return "no date" if moment is None else f"{moment.day} {moment:%b %Y}"


def minute(moment: datetime) -> str:
    """A moment as "12 Apr 2019, 18:05 UTC"."""
    return f"{day(moment)}, {moment:%H:%M %Z}".rstrip()


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: "1 claim", "1,204 claims"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
