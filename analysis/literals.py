"""Which strings a text must hold for an expression to match it.

Looking for plain strings takes a small part of the time of an expression, and most expressions
match nowhere in a text. The method is that of Cox 2012, "Regular Expression Matching with a
Trigram Index", with whole strings for trigrams.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_Strings = frozenset[str]


class Sieve:
    """Tells which of several expressions can match a text."""

    def __init__(self, patterns: Sequence[re.Pattern[str]]) -> None:
        self._always: set[int] = set()
        self._by_string: dict[str, list[int]] = defaultdict(list)
        for number, pattern in enumerate(patterns):
            strings = needed(pattern)
            if strings is None:
                self._always.add(number)
            else:
                for string in strings:
                    self._by_string[string.lower()].append(number)

    def possible(self, text: str) -> list[int]:
        """The numbers of the expressions that may match; no other one does."""
        lower = text.lower()
        found = set(self._always)
        for string, numbers in self._by_string.items():
            if string in lower:
                found.update(numbers)
        return sorted(found)


def needed(pattern: re.Pattern[str]) -> _Strings | None:
    """Strings one of which stands in every match, as they are written; None without any.

    Where case is ignored, text and strings are to be compared in lower case. A letter that
    only folding makes another (the long s) is then not found under that one.
    """
    return _needed(parser.parse(pattern.pattern, pattern.flags))


def _needed(sequence: Iterable[tuple[Any, Any]]) -> _Strings | None:
    """The best of what the parts of a sequence need: the longest strings, then the fewest."""
    found: list[_Strings] = []
    run = ""
    for code, value in sequence:
        if code is codes.LITERAL:
            run += chr(value)
            continue
        if run:
            found.append(frozenset({run}))
            run = ""
        strings = _of_part(code, value)
        if strings:
            found.append(strings)
    if run:
        found.append(frozenset({run}))
    return max(found, key=lambda some: (min(map(len, some)), -len(some)), default=None)


def _of_part(code: Any, value: Any) -> _Strings | None:
    if code is codes.SUBPATTERN:
        return _needed(value[-1])
    if code is codes.ATOMIC_GROUP:
        return _needed(value)
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        least, _, repeated = value
        return _needed(repeated) if least else None
    if code is codes.BRANCH:
        ways = [_needed(way) for way in value[1]]
        return None if None in ways else frozenset().union(*(way for way in ways if way))
    return None
