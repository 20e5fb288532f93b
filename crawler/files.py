"""The article in a file, as far as the file says: a saved page, plain text or PDF."""

from __future__ import annotations

import re
from dataclasses import replace

from lxml.html import document_fromstring  # type: ignore[import-untyped]

from analysis.records import Article
from crawler.addresses import plain_url
from crawler.pages import NoBodyError, decode, parse_article
from crawler.pdf import read_pdf
from crawler.wording import clean, detect_language

KINDS = {
    ".html": "text/html",
    ".htm": "text/html",
    ".txt": "text/plain",
    ".pdf": "application/pdf",
}
"""Endings of the files that can be read, and their media types."""
_PLACEHOLDER = "https://upload.invalid/"
_LONGEST_TITLE = 250


def read_file(suffix: str, content: bytes) -> Article:
    """The article in a file, as far as the file says; its address may be empty.

    Raises:
        PdfError, NoBodyError, PageTooLargeError: there is none.
    """
    if suffix in (".html", ".htm"):
        return _from_page(content)
    if suffix == ".pdf":
        return _from_text(*read_pdf(content))
    return _from_text("", _blocks(decode(content)))


def _from_page(content: bytes) -> Article:
    article = parse_article(content, _PLACEHOLDER)
    tree = document_fromstring(decode(content).encode())
    declared = tree.xpath("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content")
    url = next((plain_url(url) for url in declared if re.match(r"https?://[^/\s]+/.", url)), None)
    return replace(article, url=url)


def _from_text(title: str, paragraphs: tuple[str, ...]) -> Article:
    """A first paragraph that is short enough is the title, where the file declares none."""
    if not title and len(paragraphs) > 1 and len(paragraphs[0]) <= _LONGEST_TITLE:
        title, paragraphs = paragraphs[0], paragraphs[1:]
    if not any(map(str.isalpha, "".join(paragraphs))):
        raise NoBodyError("the file has no text")
    language, probability = detect_language("\n".join(paragraphs))
    return Article(
        id="",
        title=title,
        paragraphs=paragraphs,
        lang=language if probability > 0.9 else None,
        provenance={"title": "upload", "body": "upload"},
    )


def _blocks(text: str) -> tuple[str, ...]:
    """Paragraphs: parted by empty lines, or where there is none, by the ends of lines."""
    parted = re.split(r"\n\s*\n", text.strip()) if re.search(r"\n\s*\n", text.strip()) else None
    return tuple(filter(None, map(clean, parted or text.splitlines())))
