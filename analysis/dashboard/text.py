"""Strings for the screen: names that are safe as labels, addresses that are safe as links."""

from __future__ import annotations

import re
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
