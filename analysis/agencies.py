"""Which news agency an article credits: in its byline, its dateline or a line of its own.

A credit is told from a mention ("AFP a appris que...") by where it stands and by what stands
beside the name: nothing but the words of credit lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import yaml
from pydantic import BaseModel, ConfigDict

from analysis.config import ROOT
from analysis.records import Article

FILE = ROOT / "analysis" / "data" / "syndication" / "agencies.yml"
_LONGEST_LINE = 90
_DATELINE = 80
"""A dateline's agency stands within so many characters of the paragraph's beginning."""


class Agency(BaseModel):
    """An agency, its names in credits, and texts to test them on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    names: tuple[str, ...]
    hits: tuple[str, ...]
    misses: tuple[str, ...]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    agencies: dict[str, Agency]
    credit: tuple[str, ...]
    credit_hits: tuple[str, ...]
    credit_misses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agencies:
    """The agencies that can be told, by key, with the expressions that tell them."""

    by_key: dict[str, Agency]
    _keys: dict[str, str]
    _name: re.Pattern[str]
    _line: re.Pattern[str]
    _end: re.Pattern[str]
    _dateline: re.Pattern[str]

    def credited(self, article: Article) -> str | None:
        """The key of the agency that an article credits, the first where it names several."""
        return next(self._credits(article), None)

    def named_in_byline(self, author: str) -> str | None:
        """The agency that an author's name is, or holds beside a person's or a newspaper's."""
        return self._first(author)

    def named_in_line(self, paragraph: str) -> str | None:
        """The agency that a paragraph credits, being such a line or ending with one."""
        text = " ".join(paragraph.split())
        if len(text) <= _LONGEST_LINE and self._line.fullmatch(text):
            return self._first(text)
        end = self._end.search(text)
        return self._first(end[0]) if end else None

    def named_in_dateline(self, paragraph: str) -> str | None:
        """The agency of a dateline: "PARIS (Reuters) -"."""
        found = self._dateline.match(paragraph)
        return self._first(found[0]) if found else None

    def _credits(self, article: Article) -> Iterator[str]:
        openings, endings = article.paragraphs[:2], article.paragraphs[-3:]
        found = (
            *map(self.named_in_dateline, openings),
            *map(self.named_in_byline, article.authors),
            *map(self.named_in_line, (*openings, *endings)),
        )
        return filter(None, found)

    def _first(self, text: str) -> str | None:
        found = self._name.search(text)
        return self._keys[found[0]] if found else None


@cache
def load_agencies() -> Agencies:
    """The agencies of the data file."""
    return _compiled(_File.model_validate(yaml.safe_load(FILE.read_text(encoding="utf-8"))))


def _compiled(content: _File) -> Agencies:
    keys = {name: key for key, agency in content.agencies.items() for name in agency.names}
    longest_first = sorted(keys, key=len, reverse=True)
    name = rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])"
    word = rf"(?i:(?<!\w)(?:{'|'.join(content.credit)})(?!\w))"
    part = rf"(?:{name}|{word}|\d{{4}}|[\W_])"
    return Agencies(
        by_key=content.agencies,
        _keys=keys,
        _name=re.compile(name),
        _line=re.compile(rf"{part}*{name}{part}*"),
        _end=re.compile(rf"\((?:{word}|[\s/,])*{name}{part}*\)\W*$"),
        _dateline=re.compile(
            rf"[^.!?;:]{{0,{_DATELINE}}}\((?:{name}[\s/,]*)+\)\s*[-–—:]", re.DOTALL
        ),
    )
