"""Quotations: the stretches of an article that stand between quotation marks.

Typographic marks nest by their direction, straight ones by turns. A quotation whose paragraph
ends before its closing mark goes on where the next paragraph opens with a mark, as
news style has it; a mark without a partner is no quotation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_OPEN = {"«": "»", "“": "”", "„": "“”", "‹": "›"}
_CLOSE = "»”›"
_SINGLE_OPEN = re.compile(r"(?:^|(?<=[\s(—–]))['‘](?=\w)")
_SINGLE_CLOSE = re.compile(r"(?:(?<=[.,!?…])['’]|(?<=\w)['’](?=[,.;:!?]|\s(?!\w)))(?!\w)")
_DEPTH = 8
_RESUMED = re.compile(r"\s*[«»“”\"‘']")


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation in a run of blocks, its outermost marks included.

    Attributes:
        first, start: block and offset of the opening mark.
        last, end: block of the closing mark and the offset behind it.
    """

    first: int
    start: int
    last: int
    end: int

    def within(self, block: int, length: int) -> tuple[int, int] | None:
        """The stretch of one block that the quotation holds; None where it holds nothing of it."""
        if not self.first <= block <= self.last:
            return None
        return self.start if block == self.first else 0, self.end if block == self.last else length


def quotations(blocks: Sequence[str]) -> list[Quotation]:
    """The outermost quotations of consecutive blocks of text, in order."""
    found: list[Quotation] = []
    pending: tuple[int, int] | None = None
    for number, block in enumerate(blocks):
        if pending is not None and not _RESUMED.match(block):
            pending = None
        spans, left = _scan(block, resumed=pending is not None)
        for start, end in spans:
            if pending is not None:
                found.append(Quotation(*pending, number, end))
                pending = None
            else:
                found.append(Quotation(number, start, number, end))
        if left is not None and number + 1 < len(blocks) and _RESUMED.match(blocks[number + 1]):
            pending = pending or (number, left)
        else:
            pending = None
    return found


def _scan(block: str, resumed: bool) -> tuple[list[tuple[int, int]], int | None]:
    """The quotations of a block, and where one begins that the block does not close.

    A block that resumes a quotation opens with a mark that closes or opens nothing by itself.
    """
    spans: list[tuple[int, int]] = []
    stack: list[tuple[str, int]] = []
    at = 0
    if resumed:
        opening = _RESUMED.match(block)
        at = opening.end() if opening else 0
        stack.append((_closing_of(block[at - 1]), 0))
    for offset in range(at, len(block)):
        mark = block[offset]
        if stack and mark in stack[-1][0]:
            _, start = stack.pop()
            if not stack:
                spans.append((start, offset + 1))
        elif mark == '"':
            _toggle(stack, spans, offset)
        elif mark in _OPEN and len(stack) < _DEPTH:
            stack.append((_OPEN[mark], offset))
        elif mark in _CLOSE and any(mark in closing for closing, _ in stack):
            while mark not in stack[-1][0]:
                stack.pop()
            _, start = stack.pop()
            if not stack:
                spans.append((start, offset + 1))
    if not spans and not stack:
        return _single(block), None
    return spans, stack[0][1] if stack else None


def _toggle(stack: list[tuple[str, int]], spans: list[tuple[int, int]], offset: int) -> None:
    """A straight mark closes the straight one that is open, else opens."""
    straight = next((i for i, (closing, _) in enumerate(stack) if closing == '"'), None)
    if straight is None:
        stack.append(('"', offset))
        return
    _, start = stack[straight]
    del stack[straight:]
    if not stack:
        spans.append((start, offset + 1))


def _closing_of(mark: str) -> str:
    return {**_OPEN, "»": "»", "”": "”", "‘": "’", "'": "'"}.get(mark, '"')


def _single(block: str) -> list[tuple[int, int]]:
    """Quotations between single marks, in a block that has no others."""
    spans: list[tuple[int, int]] = []
    at = 0
    while opening := _SINGLE_OPEN.search(block, at):
        closing = _SINGLE_CLOSE.search(block, opening.end())
        if closing is None:
            break
        spans.append((opening.start(), closing.end()))
        at = closing.end()
    return spans
