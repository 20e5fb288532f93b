"""Articles and claims as JSON lines, the format of `python -m analysis extract`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from analysis.errors import InputError
from analysis.records import Article, Claim


class ArticleLine(BaseModel):
    """One line of input; keys that it does not name are passed over."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str = Field(min_length=1)
    title: str
    paragraphs: list[str] | None = None
    text: str | None = None
    lang: str | None = None
    outlet: str | None = None
    date: datetime | None = None
    url: str | None = None

    @model_validator(mode="after")
    def _has_a_body(self) -> ArticleLine:
        if self.paragraphs is None and self.text is None:
            raise ValueError("one of the keys paragraphs (a list) and text is needed")
        return self

    def article(self) -> Article:
        """The article; a `text` is cut into paragraphs at line ends."""
        paragraphs = self.paragraphs
        if paragraphs is None:
            paragraphs = [part.strip() for part in re.split(r"[\r\n]+", self.text or "")]
            paragraphs = [part for part in paragraphs if part]
        return Article(
            id=self.id,
            title=self.title,
            paragraphs=tuple(paragraphs),
            lang=self.lang,
            outlet=self.outlet,
            url=self.url,
            published=self.date,
        )


def parse_article(line: bytes) -> Article:
    """The article on one line.

    Raises:
        InputError: the line is not UTF-8, not JSON, or lacks a key; says which.
    """
    try:
        given = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 at byte {error.start + 1}") from error
    except json.JSONDecodeError as error:
        raise InputError(f"not JSON at character {error.pos + 1}: {error.msg}") from error
    except RecursionError as error:
        raise InputError("not an article: nested too deeply") from error
    try:
        return ArticleLine.model_validate(given).article()
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        accepted = "a JSON object with id, title, and paragraphs or text"
        raise InputError(
            f"{key + ': ' if key else ''}{first['msg']}; needed: {accepted}"
        ) from error


def read_articles(
    lines: Iterable[bytes], name: str, report: Callable[[InputError], None]
) -> Iterator[Article]:
    """The articles of a file, in order; empty lines are passed over.

    Args:
        lines: the file's lines.
        name: the file's name, for messages.
        report: called with an error that names file and line for every line that
            is not an article; reading goes on after it.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                article = parse_article(line)
            except InputError as error:
                report(InputError(f"{name}, line {number}: {error}"))
            else:
                yield article


def claim_line(claim: Claim) -> bytes:
    """A claim as one line of JSON in UTF-8, its keys those of the codebook."""
    text = json.dumps(asdict(claim), ensure_ascii=False)
    # A lone surrogate, which UTF-8 cannot hold, takes the form \udxxx: JSON's own escape.
    return text.encode("utf-8", "backslashreplace") + b"\n"
