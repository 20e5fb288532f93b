"""Judging an address before it is fetched, by what its source and the address itself say.

Only evidence against an article counts: a date, a section that is about something else, or a
headline (in the source, or spelled out in the address) without any word of the codebook. An
address that says nothing is fetched.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import UTC, datetime
from functools import cached_property
from urllib.parse import unquote, urlsplit

from analysis.codebook import Codebook, Word, alternation
from crawler.discovery import Link

_DATE = re.compile(r"/((?:19|20)\d\d)([/-]?)([01]\d|[a-z]{3})(?:\2([0-3]\d))?(?=[/-]|$)")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_WORD = re.compile(r"[^\W\d_]{2,}")
_DESCRIPTIVE = {"title": 4, "address": 6}
"""Words from which a headline, or the last part of an address, says what an article is about."""
_TOPIC = ("assistant", "device", "thing", "voice", "privacy")
_ASSISTANTS = ("assistant", "device")


class Candidates:
    """Judges the links of sources in one language."""

    def __init__(self, codebook: Codebook, lang: str) -> None:
        self._codebook = codebook
        self._lists = codebook.relevance.get(lang, {})

    def off_topic(self, link: Link) -> str | None:
        """Why a link is off topic; None if nothing speaks against it.

        One of "off_topic:section", "off_topic:title" and "off_topic:address" (by the words in it,
        where there is no title).
        """
        if not self._lists:
            return None
        slug = words_of(link.url)
        said = folded(" ".join((link.title, link.summary, slug)))
        if self._is_elsewhere(link) and not self._assistants.search(said):
            return "off_topic:section"
        told = {"title": link.title, "address": slug}
        by = next((by for by, words in told.items() if _length(words) >= _DESCRIPTIVE[by]), None)
        said = folded(" ".join((said, *link.sections)))
        return None if by is None or self._topic.search(said) else f"off_topic:{by}"

    def _is_elsewhere(self, link: Link) -> bool:
        """Whether the article stands in a section that is about something else."""
        folders = urlsplit(link.url).path.split("/")[1:-1]
        named = [folded(name.replace("-", " ")) for name in (*folders, *link.sections)]
        return any(self._elsewhere.fullmatch(name) for name in named)

    @cached_property
    def _elsewhere(self) -> re.Pattern[str]:
        return alternation(_folded_terms(self._lists["section"].terms), re.IGNORECASE)

    @cached_property
    def _assistants(self) -> re.Pattern[str]:
        return self._pattern(_ASSISTANTS)

    @cached_property
    def _topic(self) -> re.Pattern[str]:
        return self._pattern(_TOPIC)

    def _pattern(self, lists: tuple[str, ...]) -> re.Pattern[str]:
        terms = [term for name in lists for term in self._lists[name].terms]
        for vendor in self._codebook.vendors.values():
            words = (*vendor.names, *vendor.products)
            terms += [one.word if isinstance(one, Word) else one for one in words]
        return alternation(_folded_terms(tuple(terms)), re.IGNORECASE)


def is_old(link: Link, since: datetime | None) -> bool:
    """Whether the article was published before; without any date it may be new."""
    dated = link.published or link.modified or date_in(link.url)
    return since is not None and dated is not None and dated < since


def date_in(url: str) -> datetime | None:
    """The last moment (UTC) of the day or month that an address names ("/2019/04/11/")."""
    match = _DATE.search(urlsplit(url).path.lower())
    if match is None:
        return None
    year, month = int(match[1]), match[3]
    number = _MONTHS.index(month) + 1 if month in _MONTHS else int(month) if month.isdigit() else 0
    if not 1 <= number <= 12:
        return None
    last = monthrange(year, number)[1]
    day = int(match[4] or last)
    return datetime(year, number, day, 23, 59, 59, tzinfo=UTC) if 1 <= day <= last else None


def words_of(url: str) -> str:
    """The words in the last part of an address, which often spells out the headline."""
    last = unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2]
    return " ".join(_WORD.findall(last.rpartition(".")[0] or last))


def folded(text: str) -> str:
    """Without accents, as addresses are written."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _folded_terms(terms: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(folded, terms))


def _length(text: str) -> int:
    return len(_WORD.findall(text))
