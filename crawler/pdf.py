"""The text of a PDF as an article's title and paragraphs. Nothing is rendered, nothing is run.

A PDF holds lines, not paragraphs. A paragraph ends where a line stops short with the end of a
sentence; what stands at the edge of most pages is furniture, and words parted at the end of a
line are joined.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from io import BytesIO
from statistics import quantiles

from pypdf import PdfReader

from analysis.errors import InputError
from crawler.wording import clean

MAX_PAGES = 200
LEAST_LETTERS = 40
"""A PDF with fewer letters a page is a picture of a text."""
_LONGEST_TITLE = 250
_SHORT = 0.85
_FURNITURE_PAGES = 3
_SENTENCE_END = re.compile(r"[.!?…][\"'»”’)\]]*$")
_PARTED = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]$")
_NUMBERS = re.compile(r"\d+")


class PdfError(InputError):
    """A PDF that gave no text.

    `reason` is "encrypted", "damaged", "no_text" or "too_many_pages".
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason

    def __reduce__(self) -> tuple[type[PdfError], tuple[str, str]]:
        """It comes from a child process."""
        return type(self), (self.reason, str(self))


def read_pdf(content: bytes) -> tuple[str, tuple[str, ...]]:
    """The title that the file declares, which may be empty, and its paragraphs.

    Raises:
        PdfError: it has a password, is damaged, has no text, or too many pages.
    """
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise PdfError("encrypted", "the PDF has a password: save a copy without one")
        if len(reader.pages) > MAX_PAGES:
            raise PdfError(
                "too_many_pages", f"the PDF has {len(reader.pages)} pages; at most {MAX_PAGES}"
            )
        pages = [_lines(page.extract_text()) for page in reader.pages]
        declared = reader.metadata.title if reader.metadata else None
    except PdfError:
        raise
    except Exception as error:  # pypdf meets broken files with whatever its code then raises
        raise PdfError("damaged", f"the PDF cannot be read: {error}") from error
    letters = sum(character.isalpha() for page in pages for line in page for character in line)
    if letters < LEAST_LETTERS * max(1, len(pages)):
        raise PdfError(
            "no_text", "the PDF has no text, only pictures of it: have its text recognised (OCR)"
        )
    title = clean(declared) if isinstance(declared, str) else ""
    return title[:_LONGEST_TITLE], tuple(_paragraphs(_without_furniture(pages)))


def _lines(text: str) -> list[str]:
    return [clean(line) for line in text.splitlines()]


def _without_furniture(pages: Sequence[Sequence[str]]) -> list[str]:
    """The lines of all pages, without running heads, running feet and page numbers."""
    edges = [{_NUMBERS.sub("#", line) for line in (*p[:2], *p[-2:]) if line} for p in pages]
    counted = Counter(edge for page in edges for edge in page)
    most = max(_FURNITURE_PAGES, len(pages) / 2)
    furniture = {edge for edge, number in counted.items() if number >= most} | {"#"}

    def is_kept(place: int, line: str, page: Sequence[str]) -> bool:
        is_edge = place < 2 or place >= len(page) - 2
        return not (is_edge and _NUMBERS.sub("#", line) in furniture)

    return [line for page in pages for place, line in enumerate(page) if is_kept(place, line, page)]


def _paragraphs(lines: Sequence[str]) -> list[str]:
    full = _full_line(lines)
    found, current = [], ""
    for line in lines:
        if line:
            current = _joined(current, line)
        is_end = not line or (len(line) < _SHORT * full and _SENTENCE_END.search(line))
        if is_end and current:
            found.append(current)
            current = ""
    return [*found, current] if current else found


def _full_line(lines: Sequence[str]) -> float:
    """The length of a line that runs from margin to margin."""
    lengths = [len(line) for line in lines if line]
    return quantiles(lengths, n=10)[7] if len(lengths) > 1 else 0.0


def _joined(text: str, line: str) -> str:
    if _PARTED.search(text) and line[0].islower():
        return text[:-1] + line
    return f"{text} {line}" if text else line
