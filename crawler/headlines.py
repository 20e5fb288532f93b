"""The headline, chosen among the wordings that a page gives it.

JSON-LD, meta elements, the first heading and the window's title often differ: one is cut to a
length, one ends in the site's name, one is written for search engines. What most of them say,
apart from the site's name, is the headline.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

_SEPARATOR = re.compile(r"\s*[|–—:·•]\s*|\s+-\s+")
_ENDS_CUT = re.compile(r"\s*(?:…|\.\.\.)$")
_OFTEN_CUT = 100
"""Characters from which JSON-LD headlines are cut: Google asked for at most 110."""
_ECHOES = frozenset({"twitter:title", "parsely-title"})
"""Meta elements that repeat another one."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording of the headline, and where it stands: `json-ld`, `og:title`, `h1`, `title`."""

    text: str
    source: str


def choose_headline(wordings: list[Wording], site: tuple[str, ...], url: str) -> list[Wording]:
    """The wordings without the site's name, the headline first, each once.

    Args:
        wordings: in the order in which they are trusted where they differ.
        site: names of the site.
        url: the page's address, whose host says the site's name too.
    """
    names = {_key(name) for name in (*site, *_host_names(url))} - {""}
    bare = [
        Wording(text, wording.source)
        for wording in wordings
        if (text := _without_site(wording.text, names)) and _key(text) not in names
    ]
    whole = [_whole(wording, bare) for wording in bare]
    votes: dict[str, float] = {}
    for wording in whole:
        key = _key(wording.text)
        votes[key] = votes.get(key, 0.0) + (0.5 if wording.source in _ECHOES else 1.0)
    ranked = sorted(whole, key=lambda wording: -votes[_key(wording.text)])
    distinct: dict[str, Wording] = {}
    for wording in ranked:
        distinct.setdefault(_key(wording.text), wording)
    return list(distinct.values())


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _host_names(url: str) -> Iterable[str]:
    host = re.sub(r"^(?:www|m|mobile|amp)\.", "", (urlsplit(url).hostname or "").lower())
    return (host, host.rpartition(".")[0]) if "." in host else (host,)


def _without_site(title: str, names: set[str]) -> str:
    """The title without the site's name, before or after a separator; sections go with it."""
    parts = [*_SEPARATOR.finditer(title)]
    for cut in parts:
        if _key(title[cut.end() :]) in names and title[: cut.start()].strip():
            return _without_site(title[: cut.start()], names)
    for cut in parts:
        if _key(title[: cut.start()]) in names and title[cut.end() :].strip():
            return _without_site(title[cut.end() :], names)
    return title.strip()


def _whole(wording: Wording, others: list[Wording]) -> Wording:
    """The wording in full: what it was cut from, or what it only adds a name to."""
    text = wording.text
    cut = _ENDS_CUT.sub("", text)
    is_cut = cut != text or len(text) >= _OFTEN_CUT
    for other in others:
        if is_cut and len(other.text) > len(text) and _continues(other.text, cut):
            return Wording(other.text, wording.source)
    for other in others:
        rest = text.removeprefix(other.text)
        if rest != text and (bar := _SEPARATOR.match(rest)) and ":" not in bar[0]:
            return Wording(other.text, wording.source)
    return wording


def _continues(text: str, beginning: str) -> bool:
    return text.startswith(beginning) and not _SEPARATOR.match(text[len(beginning) :])
