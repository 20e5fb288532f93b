"""The words of texts in memory: which of many texts have some letters in a row.

The database reads every text to tell, which takes it a second for a million of them. Here
each word stands once, with the numbers of the texts that have it: to look through the words is
to look through a hundredth of the texts, and finds the same, since a word has no space in it.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from analysis.tallies import distinct

AT_ONCE = 2**16
"""Texts of a block: their numbers in it take two bytes."""
_Numbers = npt.NDArray[Any]


class Spelt:
    """Texts that are read one after the other, as numbers of words."""

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        self._begin()

    def extend(self, texts: Iterable[str]) -> None:
        """Adds texts."""
        # Texts that come together share lines, as the claims of an article share its title.
        lines = _Lines(self._words)
        for text in texts:
            if len(self._ends) == AT_ONCE:
                self._close()
                lines = _Lines(self._words)
            for line in text.split("\n"):
                self._codes.extend(lines[line])
            self._ends.append(len(self._codes))

    def words(self) -> Words:
        """The words of the texts so far, by the number of each text: 0, 1, 2…"""
        if self._ends:
            self._close()
        return Words(tuple(self._blocks))

    def _close(self) -> None:
        lengths = np.diff(np.asarray(self._ends), prepend=0)
        texts = np.repeat(np.arange(len(lengths)), lengths)
        codes = np.asarray(self._codes)
        self._blocks.append(_Block.of(self._words, codes, texts, len(lengths)))
        self._begin()

    def _begin(self) -> None:
        self._words, self._codes, self._ends = _Codes(), array("i"), array("i")


class Words:
    """The words of texts by the texts' numbers; not changed once it is made."""

    def __init__(self, blocks: Sequence[_Block] = ()) -> None:
        self._blocks = tuple(blocks)

    def __len__(self) -> int:
        """How many texts there are."""
        return sum(block.size for block in self._blocks)

    def followed_by(self, other: Words) -> Words:
        """Both; the numbers of the others' texts go on from the last one here."""
        blocks = list(self._blocks)
        for block in other._blocks:
            if blocks and blocks[-1].size + block.size <= AT_ONCE:
                blocks[-1] = blocks[-1].followed_by(block)
            else:
                blocks.append(block)
        return Words(blocks)

    def having(self, parts: Iterable[str]) -> _Numbers:
        """Which texts have each of these somewhere in a word; none of them holds a space."""
        found = np.ones(len(self), dtype=bool)
        for part in set(parts):
            letters = part.encode()
            each = [block.having(letters) for block in self._blocks]
            found &= np.concatenate([found[:0], *each])
        return found


class _Codes(dict[str, int]):
    def __missing__(self, word: str) -> int:
        self[word] = code = len(self)
        return code


class _Lines(dict[str, "array[int]"]):
    def __init__(self, words: _Codes) -> None:
        super().__init__()
        self._words = words

    def __missing__(self, line: str) -> array[int]:
        self[line] = codes = array("i", map(self._words.__getitem__, line.split()))
        return codes


@dataclass(frozen=True, slots=True)
class _Block:
    """Up to `AT_ONCE` texts.

    Attributes:
        size: how many.
        words: each word once, with a line break between them.
        starts: where each begins.
        texts: the numbers of the texts that have the first word, then of those with the second…
        bounds: where those of each word begin and the last ones end.
    """

    size: int
    words: bytes
    starts: _Numbers
    texts: _Numbers
    bounds: _Numbers

    @classmethod
    def of(cls, words: Iterable[str], codes: _Numbers, texts: _Numbers, size: int) -> Self:
        """Of words by their codes, and for each place of a text its code and the text's number."""
        spelt = [word.encode() for word in words]
        pairs = distinct(codes.astype("int64") * AT_ONCE + texts)
        lengths = np.fromiter(map(len, spelt), dtype="int32", count=len(spelt))
        counts = np.bincount(pairs // AT_ONCE, minlength=len(spelt))
        return cls(
            size,
            b"\n".join(spelt),
            _starts(lengths + 1)[:-1],
            (pairs % AT_ONCE).astype("uint16"),
            _starts(counts),
        )

    def followed_by(self, other: _Block) -> _Block:
        """Both in one."""
        codes = _Codes()
        mine, theirs = (
            np.repeat(
                np.array([codes[word] for word in block.words.decode().split()], dtype="int64"),
                np.diff(block.bounds),
            )
            for block in (self, other)
        )
        texts = np.concatenate(
            (self.texts.astype("int64"), other.texts.astype("int64") + self.size)
        )
        return self.of(codes, np.concatenate((mine, theirs)), texts, self.size + other.size)

    def having(self, letters: bytes) -> _Numbers:
        """Which texts have these letters somewhere in a word."""
        # To the end of the word, so that a word is found once.
        hits = re.finditer(re.escape(letters) + rb"[^\n]*", self.words)
        codes = np.searchsorted(self.starts, [hit.start() for hit in hits], side="right") - 1
        first, end = (self.bounds[at].tolist() for at in (codes, codes + 1))
        texts = [self.texts[a:b] for a, b in zip(first, end, strict=True)]
        found = np.zeros(self.size, dtype=bool)
        found[np.concatenate([self.texts[:0], *texts])] = True
        return found


def _starts(lengths: _Numbers) -> _Numbers:
    """Where each of some stretches begins, one after the other, and the last one ends."""
    return np.concatenate(([0], np.cumsum(lengths))).astype("int32")
