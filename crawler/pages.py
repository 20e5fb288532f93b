"""A news page as an `Article`: decoding, text, metadata, language. Nothing is fetched."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from datetime import datetime
from unicodedata import normalize

from lxml import etree  # type: ignore[import-untyped]
from lxml.html import (  # type: ignore[import-untyped]
    HtmlElement,
    HTMLParser,
    document_fromstring,
)
from w3lib.encoding import html_body_declared_encoding, resolve_encoding

from analysis.errors import InputError
from analysis.records import Article, article_id
from crawler.body import read_body
from crawler.marks import PAYWALLED, read_marks
from crawler.metadata import read_metadata
from crawler.wording import clean, detect_language

MAX_BYTES = 10 * 1024 * 1024
"""Larger pages are refused."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u2060\ufeff]")


class NoBodyError(InputError):
    """The page has no article text."""


class PageTooLargeError(InputError):
    """The page is larger, or nested deeper, than any article."""


def parse_article(
    html: bytes | str,
    url: str,
    *,
    encoding: str | None = None,
    outlet: str | None = None,
    language: str | None = None,
    fetched: datetime | None = None,
) -> Article:
    """Reads one article from its page.

    Headings inside the body are paragraphs of their own, and so are the rows of a table;
    captions, pull quotes, links to other articles, consent layers, comments and the like are
    left out. The standfirst is paragraph 0 where the page shows one, never twice. Soft hyphens
    and zero-width characters are dropped and the text is in Unicode's NFC form.

    Args:
        html: the page, at most `MAX_BYTES`.
        url: where the page was read.
        encoding: the charset that the server declared.
        outlet: the key of the outlet.
        language: ISO 639-1 code to assume where the page declares none.
        fetched: when the page was read (UTC).

    Raises:
        NoBodyError: the page has no article text.
        PageTooLargeError: the page is over `MAX_BYTES`, or nested over 255 elements deep.
    """
    if len(html) > MAX_BYTES:
        raise PageTooLargeError(f"{url}: {len(html)} bytes; at most {MAX_BYTES} are read")
    tree = _parse(html if isinstance(html, str) else decode(html, encoding), url)
    metadata = read_metadata(tree, url)
    marks = read_marks(tree, metadata.linked, metadata.meta)
    declared = metadata.language or language
    body, lang = read_body(tree, metadata, declared)
    paragraphs = [_plain(text) for text in body]
    source = "page"
    if PAYWALLED not in marks and _length(paragraphs) < _length(metadata.body) / 2:
        paragraphs = [_plain(text) for text in metadata.body]
        source, lang = "json-ld", None
    if not paragraphs:
        raise NoBodyError(f"{url}: no article text on the page")
    return Article(
        id=article_id(metadata.canonical),
        title=_plain(metadata.title),
        paragraphs=tuple(paragraphs),
        lang=lang or _language(paragraphs, declared),
        outlet=outlet,
        url=metadata.canonical,
        authors=tuple(map(_plain, metadata.authors)),
        published=metadata.published,
        modified=metadata.modified,
        fetched=fetched,
        marks=tuple(sorted(marks)),
        provenance={**metadata.sources, "body": source},
    )


def _length(paragraphs: Iterable[str]) -> int:
    return sum(map(len, paragraphs))


def decode(body: bytes, encoding: str | None = None) -> str:
    """The page's text, whatever charset it claims.

    A byte order mark decides; then UTF-8 where the bytes are valid as such (other charsets
    practically never are), then the charset of the server, of the page, and windows-1252.
    """
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    if body.isascii() and b"\x1b" not in body:  # ISO-2022 switches its alphabet with ESC
        return body.decode("ascii")
    declared = (encoding, html_body_declared_encoding(body[:4096]))
    names = [known for name in declared if name and (known := resolve_encoding(name))]
    for name in (*(["utf-8"] if not body.isascii() else []), *names, "cp1252"):
        try:
            return body.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode("cp1252", "replace")


def _parse(text: str, url: str) -> HtmlElement:
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    source = _CONTROL.sub("", text).encode("utf-8", "replace")
    try:
        tree = document_fromstring(source, parser=parser)
    except etree.ParserError as error:
        raise NoBodyError(f"{url}: the page is empty") from error
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise PageTooLargeError(f"{url}: nested over 255 elements deep")
    return tree


def _plain(text: str) -> str:
    """Text in NFC, without characters that have no width."""
    return clean(normalize("NFC", _INVISIBLE.sub("", text)))


def _language(paragraphs: list[str], declared: str | None) -> str | None:
    """The declared language, unless the text is clearly in another."""
    text = " ".join(paragraphs)
    found, probability = detect_language(text)
    if len(text) >= 200 and probability > 0.95:
        return found
    return declared or (found if probability > 0.9 else None)
