"""A news page as an `Article`: decoding, text in exact paragraphs, metadata.

trafilatura decides what belongs to the article; the words are then taken from the page's own
blocks, so that a paragraph begins and ends where the page has it and keeps its typography
(no-break spaces included). Nothing is fetched.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from unicodedata import normalize

from lxml import etree  # type: ignore[import-untyped]
from lxml.html import (  # type: ignore[import-untyped]
    HtmlElement,
    HTMLParser,
    document_fromstring,
)
from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]
from trafilatura import bare_extraction
from trafilatura.settings import Document
from w3lib.encoding import html_body_declared_encoding, resolve_encoding

from analysis.errors import InputError
from analysis.records import Article, article_id
from crawler.metadata import Metadata, clean, furniture, read_metadata

MAX_BYTES = 10 * 1024 * 1024
"""Larger pages are refused."""

_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        """
        address article aside blockquote body caption center dd details dialog dir div dl dt
        fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html li main menu nav
        ol p pre section summary table tbody td tfoot th thead tr ul
        """,
    )
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LONG = 40
"""Letters from which a text is taken to stand on the page only once."""
_JOINING = 5
"""Letters that a byline may have besides its names ("et", "and")."""
_BREAK = "\x1e"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u2060\ufeff"))
_REMOVED = re.findall(
    r"\w+",
    """
    script style noscript template svg iframe object embed video audio canvas nav aside footer
    figure figcaption dialog button select textarea input table
    """,
)
_REGEXP = {"re": "http://exslt.org/regular-expressions"}
_FURNITURE_NAMES = "|".join(
    re.findall(
        r"\S+",
        r"""
        consent cookies? didomi onetrust tarteaucitron axeptio gdpr rgpd cmp popup modal overlay
        newsletters? sign-?up subscri\w* abonne\w* paywall promo\w* advert\w* ads? pub publicite
        sponsor\w* outbrain taboola comments? commentaires? disqus related read-?(?:also|more|next)
        see-?also (?:a-)?(?:re)?lire(?:-aussi)? a-voir more-?on most-?(?:read|popular) recommend\w*
        recirc\w* teasers? shar(?:e|ing) partage social captions? legende credits? breadcrumbs?
        ariane bylines? authors? auteurs? signature tags? toc sommaire
        sr-only visually-?hidden screen-?reader(?:-text)?
        """,
    )
)
_PRUNED = etree.XPath(
    "//*[not(self::html or self::head or self::body or self::main or self::article)]["
    "@hidden or @aria-hidden='true' or re:test(@style, 'display:\\s*none', 'i') or "
    "re:test(@role, '^(navigation|complementary|contentinfo|dialog|alertdialog|search)$') or "
    f"re:test(concat(@id, ' ', @class), '(^|[\\s_-])({_FURNITURE_NAMES})($|[\\s_-])', 'i')]",
    namespaces=_REGEXP,
)
_STANDFIRST = re.compile(
    r"(?:^|[\s_-])(?:chapo|chapeau|standfirst|stand-first|intro(?:duction)?|dek|deck|lede|lead|"
    r"subtitle|sub-title|sous-titre|subhead(?:line)?|summary|strapline|accroche|excerpt|"
    r"article__desc|description)(?:$|[\s_-])",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…:;»”\"'’)\]]\s*$")


class NoBodyError(InputError):
    """The page has no article text."""


class PageTooLargeError(InputError):
    """The page is larger, or nested deeper, than any article."""


@dataclass(frozen=True, slots=True)
class _Block:
    """A run of text that the page sets apart: a paragraph, a heading, an item of a list.

    Attributes:
        key: the text's letters and digits in lower case, to compare wordings.
        element: the closest block element around it.
    """

    text: str
    element: HtmlElement
    key: str = field(default="")

    @classmethod
    def of(cls, text: str, element: HtmlElement) -> _Block:
        return cls(text, element, _key(text))


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

    Headings inside the body are paragraphs of their own; captions, links to other articles,
    consent layers, comments and the like are left out. The standfirst is paragraph 0 where
    the page shows one, never twice. Soft hyphens and zero-width characters are dropped and
    the text is in Unicode's NFC form.

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
    paragraphs = _paragraphs(tree, metadata)
    if not paragraphs:
        raise NoBodyError(f"{url}: no article text on the page")
    return Article(
        id=article_id(metadata.canonical),
        title=_plain(metadata.title),
        paragraphs=tuple(paragraphs),
        lang=_language(paragraphs, metadata.language or language),
        outlet=outlet,
        url=metadata.canonical,
        authors=tuple(map(_plain, metadata.authors)),
        published=metadata.published,
        modified=metadata.modified,
        fetched=fetched,
    )


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


def _paragraphs(tree: HtmlElement, metadata: Metadata) -> list[str]:
    """The article's paragraphs; prunes the tree."""
    _prune(tree)
    blocks = list(_blocks(tree))
    found = bare_extraction(tree, fast=True, include_comments=False, include_tables=False)
    content = found.body.iter() if isinstance(found, Document) else ()
    chosen = _with_gaps(blocks, _chosen(blocks, content))
    titles = {_key(title) for title in metadata.titles}
    body = [
        place
        for place in chosen
        if blocks[place].key not in titles and not _is_furniture(blocks[place], metadata.authors)
    ]
    while body and _trails([blocks[place] for place in body]):
        body.pop()
    if len(body) > 1 and _opens(blocks[body[0]].key, [blocks[place].key for place in body[1:3]]):
        del body[0]
    if not body:
        return [_plain(text) for text in metadata.body]
    opening = [blocks[place].key for place in body[:2]]
    lead = [
        place
        for place in _standfirst(blocks, body[0], metadata)
        if not _opens(blocks[place].key, opening)
    ]
    return [_plain(blocks[place].text) for place in (*lead, *body)]


def _prune(tree: HtmlElement) -> None:
    """Takes out what is not article text, unless that is most of the page's paragraphs."""
    for element in list(tree.iter(*_REMOVED)):
        _drop(element)
    total = sum(len(paragraph.text_content()) for paragraph in tree.iter("p"))
    for element in _PRUNED(tree):
        inside = sum(len(paragraph.text_content()) for paragraph in element.iter("p"))
        if inside <= 0.4 * total or inside < 200:
            _drop(element)


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _blocks(tree: HtmlElement) -> Iterator[_Block]:
    """The page's runs of text in order; two line breaks in a row part a run as well."""
    body = tree.find("body")
    if body is None:
        return
    holders = [body]
    pieces: list[str] = []
    for event, element in etree.iterwalk(body, events=("start", "end")):
        is_block = element.tag in _BLOCKS
        if is_block:
            yield from _flush(pieces, holders[-1])
        if event == "start":
            if is_block:
                holders.append(element)
            pieces.append(_BREAK if element.tag == "br" else element.text or "")
        else:
            if is_block:
                holders.pop()
            if element is not body:
                pieces.append(element.tail or "")


def _flush(pieces: list[str], holder: HtmlElement) -> Iterator[_Block]:
    run = "".join(pieces)
    pieces.clear()
    for part in re.split(rf"{_BREAK}(?:\s*{_BREAK})+", run):
        if text := clean(part.replace(_BREAK, " ")):
            yield _Block.of(text, holder)


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _chosen(blocks: list[_Block], elements: Iterable[HtmlElement]) -> list[int]:
    """The numbers of the blocks that trafilatura took for the article, in the page's order."""
    texts = [_key("".join(element.itertext())) for element in elements]
    exact = set(texts)
    whole = texts[0] if texts else ""
    chosen: list[int] = []
    seen: set[str] = set()
    for place, block in enumerate(blocks):
        is_long = len(block.key) >= _LONG
        if not block.key or (is_long and block.key in seen):
            continue
        if block.key in exact or (is_long and block.key in whole):
            chosen.append(place)
            seen.add(block.key)
    return chosen


def _with_gaps(blocks: list[_Block], chosen: list[int]) -> list[int]:
    """The blocks chosen, and what stands among them in the same container.

    trafilatura passes over bare text in an article whose other paragraphs are marked up, and
    over a heading that is only a platform's name ("Google").
    """
    if not chosen:
        return []
    containers = {blocks[place].element.getparent() for place in chosen}
    taken = set(chosen)
    keys = {blocks[place].key for place in chosen}
    for place in range(chosen[-1], chosen[0], -1):
        block = blocks[place]
        parent = block.element.getparent()
        is_sentence = (
            len(block.key) >= _LONG // 2
            and block.key not in keys
            and _SENTENCE_END.search(block.text) is not None
            and (block.element in containers or parent in containers)
        )
        heads = block.element.tag in _HEADINGS and parent in containers and place + 1 in taken
        if is_sentence or heads:
            taken.add(place)
    return sorted(taken)


def _is_furniture(block: _Block, authors: tuple[str, ...]) -> bool:
    """Whether a block is a byline, a date, an invitation or a link to another article."""
    words = furniture()
    if words["promo"].pattern.match(block.text):
        return True
    opening = words["byline"].pattern.match(block.text)
    signed = block.text[opening.end() if opening else 0 :]
    for author in authors:
        signed = signed.replace(author, "")
    if len(_key(signed)) <= _JOINING and any(author in block.text for author in authors):
        return True
    is_sentence = _SENTENCE_END.search(block.text) is not None
    if not is_sentence and len(block.text) < 200 and block.element.find(".//time") is not None:
        return True
    return _leads_away(block)


def _leads_away(block: _Block) -> bool:
    """Whether a block is a link to another article, with or without a label before it."""
    label, bar, _ = re.split(r"([:|]|$)", block.text, maxsplit=1)
    if _is_label(label if bar else block.text):
        return True
    links = [link for link in block.element.iter("a") if not _is_fragment(link)]
    linked = _key("".join(link.text_content() for link in links))
    before, found, after = block.key.partition(linked) if linked else ("", "", "")
    if not found or after:
        return False
    return not before or _is_label(block.text[: _length(block.text, before)])


def _is_fragment(link: HtmlElement) -> bool:
    return (link.get("href") or "#").startswith("#")


def _is_label(text: str) -> bool:
    stripped = text.strip(" \u00a0>→»|–—-:")
    return furniture()["read_also"].pattern.fullmatch(stripped) is not None


def _length(text: str, key: str) -> int:
    """How many characters of the text its first letters and digits, `key`, take up."""
    left = len(key)
    for place, character in enumerate(text):
        if left == 0:
            return place
        left -= len(_key(character))
    return len(text)


def _trails(blocks: list[_Block]) -> bool:
    """Whether the last block is a heading of nothing, or a line from outside the text."""
    *others, last = blocks
    if _SENTENCE_END.search(last.text):
        return False
    container = last.element.getparent()
    return last.element.tag in _HEADINGS or (
        bool(others) and all(other.element.getparent() is not container for other in others)
    )


def _standfirst(blocks: list[_Block], first: int, metadata: Metadata) -> list[int]:
    """The blocks of the standfirst between the headline and the first paragraph."""
    headline = {_key(title) for title in metadata.titles}
    start = max((place for place in range(first) if blocks[place].key in headline), default=-1)
    declared = [_key(text) for text in metadata.descriptions]
    return [
        place
        for place in range(start + 1, first)
        if len(blocks[place].key) >= _LONG
        and (
            _is_marked(blocks[place].element)
            or any(_repeats(text, blocks[place].key) for text in declared)
        )
    ]


def _repeats(description: str, key: str) -> bool:
    """Whether a declared description is this text, or its start cut to a length."""
    return key == description or (len(description) >= 2 * _LONG and key.startswith(description))


def _opens(key: str, keys: list[str]) -> bool:
    """Whether the paragraphs say again what a standfirst says."""
    return len(key) >= _LONG and any(key in other for other in keys)


def _is_marked(element: HtmlElement) -> bool:
    near = [element, *list(element.iterancestors())[:2]]
    names = (f"{e.get('class') or ''} {e.get('id') or ''} {e.get('itemprop') or ''}" for e in near)
    return any(map(_STANDFIRST.search, names))


def _plain(text: str) -> str:
    """Text in NFC, without characters that have no width."""
    return clean(normalize("NFC", text.translate(_INVISIBLE)))


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _language(paragraphs: list[str], declared: str | None) -> str | None:
    """The declared language, unless the text is clearly in another."""
    text = " ".join(paragraphs)[:4000]
    found, probability = _identifier().classify(text)
    if len(text) >= 200 and probability > 0.95:
        return str(found)
    return declared or (str(found) if probability > 0.9 else None)
