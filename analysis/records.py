"""The records that pass between the stages: frozen dataclasses, no behaviour.

Offsets are character offsets, half open, into the paragraph that they name; the
title counts as paragraph -1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Polarity = Literal["affirmed", "denied"]
Certainty = Literal["certain", "uncertain"]
SourceType = Literal[
    "article",
    "vendor",
    "worker",
    "media",
    "regulator",
    "researcher",
    "civil_society",
    "user",
    "other",
]
POLARITIES: tuple[Polarity, ...] = ("affirmed", "denied")
CERTAINTIES: tuple[Certainty, ...] = ("certain", "uncertain")
SOURCE_TYPES: tuple[SourceType, ...] = (
    "article",
    "vendor",
    "worker",
    "media",
    "regulator",
    "researcher",
    "civil_society",
    "user",
    "other",
)
TITLE = -1
"""The paragraph number of the title."""


def digest(*parts: str) -> str:
    """A short, stable identifier of some strings (128 bits of SHA-256, hexadecimal)."""
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Article:
    """One version of one news article, as it was read at one time.

    Attributes:
        id: `article_id(url)` for crawled articles; any string for given ones.
        title: the headline; may be empty.
        paragraphs: the standfirst, if any, then the body, in reading order.
        lang: ISO 639-1 code ("fr", "en", or another language's), None: to be detected.
        outlet: the key of the outlet in the outlets file, or its name, or None.
        url: canonical address.
        published: date of publication, with time zone where the page gave a time.
        modified: date of the last change that the page declares.
        fetched: when the page was read (UTC).
        marks: "live" for a live blog, "paywalled" where the page shows a part of its text.
        provenance: where each field was read: "title", "authors", "published", "modified" and
            "body" -> "json-ld", a meta element's name, "h1", "title", "markup" (rel, itemprop),
            "byline", "time", "htmldate", "page"; empty where nothing was found.
    """

    id: str
    title: str
    paragraphs: tuple[str, ...]
    lang: str | None = None
    outlet: str | None = None
    url: str | None = None
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    modified: datetime | None = None
    fetched: datetime | None = None
    marks: tuple[str, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict, hash=False)

    def blocks(self) -> Iterator[tuple[int, str]]:
        """The title as (-1, title), then every paragraph with its number."""
        yield TITLE, self.title
        yield from enumerate(self.paragraphs)

    @property
    def content_digest(self) -> str:
        """Identifies this version's text: title and paragraphs."""
        return digest(self.title, *self.paragraphs)


def article_id(url: str) -> str:
    """The identifier of the article at a canonical address."""
    return digest(url)[:16]


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that led to a reading, for a person to check it.

    Attributes:
        role: what the words decided: "practice", "vendor", "source",
            "polarity" or "certainty".
        start, end: offsets in `paragraph`, which need not be the claim's own
            (a pronoun's antecedent may stand in an earlier one).
        text: the words, verbatim.
        note: how they were read ("pronoun for amazon", "hearsay conditional").
    """

    role: str
    paragraph: int
    start: int
    end: int
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one sentence says about one vendor and one practice.

    The fields are those of the codebook. `quote` is the sentence, verbatim:
    `article.paragraphs[paragraph][start:end]`, or of the title for paragraph -1.

    Attributes:
        vendor: a codebook key, or "other:" and a name in lower case.
        product: the product named ("Alexa"), or None.
        source: the words that name the source, None for "article".
        rule: what read the practice: "practice/expression" (an expression matched),
            "encoder" (only the encoder read it) or "practice/expression+encoder".
        confidence: probability that a person who checks finds the claim's vendor and
            practice stated, from 0 to 1; None where only rules read and none was
            measured.
        cues: the words behind the reading.
    """

    article_id: str
    paragraph: int
    start: int
    end: int
    quote: str
    vendor: str
    product: str | None
    practice: str
    polarity: Polarity
    certainty: Certainty
    source_type: SourceType
    source: str | None
    rule: str
    confidence: float | None = None
    cues: tuple[Cue, ...] = field(default=())
