"""The text of an article: its standfirst and paragraphs, as the page sets them apart.

trafilatura decides what belongs to the article; the words are then taken from the page's own
blocks, so that a paragraph begins and ends where the page has it and keeps its typography
(no-break spaces included).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree  # type: ignore[import-untyped]
from lxml.html import HtmlElement  # type: ignore[import-untyped]
from trafilatura import bare_extraction
from trafilatura.settings import JUSTEXT_LANGUAGES, Document, Extractor

from crawler.metadata import Metadata
from crawler.wording import clean, detect_language, words

_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        """
        address article aside blockquote body caption center dd details dialog dir div dl dt
        fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html li main menu nav
        ol p pre section summary table tbody tfoot thead tr ul
        """,
    )
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CELLS = frozenset({"td", "th"})
_IN_LAYOUT = ("p", "div", "br", "h1", "h2", "h3", "h4", "table", "ul", "ol", "blockquote")
_REMOVED = frozenset(
    re.findall(
        r"\w+",
        """
        script style noscript template svg iframe object embed video audio canvas nav aside footer
        figure figcaption dialog button select textarea input
        """,
    )
)
_KEPT = frozenset({"html", "head", "body", "main", "article"})
_NAMES = re.compile(
    r"(?:^|[\s_-])(?:"
    + "|".join(
        re.findall(
            r"\S+",
            r"""
            consent cookies? didomi onetrust tarteaucitron axeptio gdpr rgpd cmp popup modal overlay
            newsletters? sign-?up subscri\w* abonne\w* paywall promo\w* advert\w* ads? pub publicite
            sponsor\w* outbrain taboola comments? commentaires? disqus related
            read-?(?:also|more|next) see-?also (?:a-)?(?:re)?lire(?:-aussi)? a-voir more-?on
            most-?(?:read|popular) recommend\w* recirc\w* teasers? shar(?:e|ing) partage social
            captions? legende credits? breadcrumbs? ariane bylines? authors? auteurs? signature
            tags? toc sommaire pull-?quotes? exergue
            """,
        )
    )
    + r")(?:$|[\s_-])",
    re.IGNORECASE,
)
_MODIFIERS = re.compile(
    r"--\S+|(?:^|(?<=\s))(?:has|with|without|no|not|is|tag|category|type|format|status)-\S+", re.I
)
"""What a name says of an element that it does not say it is: `block--with-ads`, `tag-cookies`."""
_CONSENT = re.compile(
    r"(?:^|[\s_-])(?:consent|cookies?|didomi|onetrust|tarteaucitron|axeptio|gdpr|rgpd|cmp)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
_NAMED = etree.XPath("//*[@id or @class][not(self::html or self::body or self::main)]")
_HIDDEN = re.compile(r"display:\s*none", re.IGNORECASE)
_PERHAPS_HIDDEN = etree.XPath(
    "//*[@hidden or @aria-hidden or @role or @style or contains(@class, 'idden')"
    " or contains(@class, 'sr-only') or contains(@class, 'creen')]"
)
_FOR_SCREEN_READERS = re.compile(
    r"(?:^|[\s_-])(?:sr-only|visually-?hidden|screen-?reader(?:-text)?)(?:$|[\s_-])", re.IGNORECASE
)
_ROLES = frozenset(
    ["navigation", "complementary", "contentinfo", "dialog", "alertdialog", "search"]
)
_STANDFIRST = re.compile(
    r"(?:^|[\s_-])(?:chapo|chapeau|standfirst|stand-first|intro(?:duction)?|dek|deck|lede|lead|"
    r"subtitle|sub-title|sous-titre|subhead(?:line)?|summary|strapline|accroche|excerpt|"
    r"article__desc|description)(?:$|[\s_-])",
    re.IGNORECASE,
)
_FULL_STOP = re.compile(r"[.!?…»”\"]\s*$")
_SENTENCE_END = re.compile(r"[.!?…:;»”\"'’)\]]\s*$")
_LONG = 40
"""Letters from which a text is taken to stand on the page only once."""
_DATED = 100
"""Characters of a line that says when the article was published."""
_JOINING = 5
"""Letters that a byline may have besides its names ("et", "and")."""
_SMALL = 200
"""Characters up to which what is hidden goes, however little text the page has."""
_WALL = 1500
"""Characters up to which a layer that asks for consent goes, even where it is all there is."""
_MOST = 0.4
"""Share of the text from which a name or a hidden element is not taken for furniture."""
_NOTE = re.compile(r"\s*[\[(]?(?:\d{1,3}|\*)[\])]?\s*$")
_BREAK = "\x1e"
_GAP = re.compile(rf"{_BREAK}(?:\s*{_BREAK})+")


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


def read_body(
    tree: HtmlElement, metadata: Metadata, declared: str | None = None
) -> tuple[list[str], str | None]:
    """The article's paragraphs, the standfirst first; empty where there are none.

    Prunes the tree.

    Args:
        tree: the page.
        metadata: what it declares.
        declared: ISO 639-1 code of the language that it says it is in.

    Returns:
        The paragraphs, and the declared language if trafilatura found the text to be in it,
        which spares telling it again.
    """
    _drop_consent(tree)
    page = deepcopy(tree)  # trafilatura judges better with all that readers see before it
    etree.strip_elements(page, "script", "button", "select", "textarea", with_tail=False)
    _prune(tree)
    blocks = list(_blocks(tree))
    content, language = _extract(page, blocks, declared)
    return _paragraphs(blocks, content, metadata), language


def _paragraphs(blocks: list[_Block], content: list[HtmlElement], metadata: Metadata) -> list[str]:
    texts = [_key("".join(element.itertext())) for element in content]
    whole = texts[0] if texts else ""
    chosen = _with_gaps(blocks, _chosen(blocks, texts))
    chosen = _without_furniture(blocks, chosen)
    if sum(len(blocks[place].key) for place in chosen) < len(whole) / 2:
        return _as_extracted(content[0])
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
        return []
    opening = [blocks[place].key for place in body[:2]]
    lead = [
        place
        for place in _standfirst(blocks, body[0], metadata)
        if not _opens(blocks[place].key, opening)
    ]
    return [blocks[place].text for place in (*lead, *body)]


def _extract(
    page: HtmlElement, blocks: list[_Block], declared: str | None
) -> tuple[list[HtmlElement], str | None]:
    """The elements of trafilatura's result, its fallbacks included; the language if as declared."""
    # Without a language, the fallbacks load the words of a hundred: a second, and 100 MB.
    # With one, a text that trafilatura takes to be in another is given up.
    if declared in JUSTEXT_LANGUAGES and (found := _elements(page, declared)):
        return found, declared
    language, _ = detect_language(" ".join(b.text for b in blocks if len(b.key) >= _LONG))
    if language != declared and language in JUSTEXT_LANGUAGES:
        found = _elements(page, language)
        if found:
            return found, None
    return _elements(page, None), None


def _elements(page: HtmlElement, language: str | None) -> list[HtmlElement]:
    found = bare_extraction(page, options=_options(language))
    return list(found.body.iter()) if isinstance(found, Document) else []


@lru_cache(maxsize=256)
def _options(language: str | None) -> Extractor:
    return Extractor(output_format="python", comments=False, lang=language)


def _as_extracted(body: HtmlElement) -> list[str]:
    """trafilatura's own paragraphs, for text that stands in no block of the page."""
    parts = (part for element in body for part in "".join(element.itertext()).splitlines())
    return [text for text in map(clean, parts) if text]


def _prune(tree: HtmlElement) -> None:
    """Takes out what holds no article text, and what readers do not see."""
    for element in list(tree.iter(*_REMOVED)):
        _drop(element)
    for element in list(tree.iter("sup")):
        if element.find(".//a") is not None and _NOTE.match(element.text_content()):
            _drop(element)
    total = _length_of_prose(tree)
    hidden = [
        (_length_of_prose(element), element)
        for element in _PERHAPS_HIDDEN(tree)
        if element.tag not in _KEPT and _is_hidden(element)
    ]
    for length, element in hidden:
        if length <= max(_SMALL, _MOST * total):
            _drop(element)


def _drop_consent(tree: HtmlElement) -> None:
    """Takes out layers that ask for consent, which may be all that a page shows."""
    asking = [element for element in _NAMED(tree) if _asks_for_consent(_names(element))]
    if not asking:
        return
    longest = max(_WALL, _MOST * _length_of_prose(tree))
    for element in asking:
        if _length_of_prose(element) <= longest:
            _drop(element)


@lru_cache(maxsize=20_000)
def _asks_for_consent(names: str) -> bool:
    return _CONSENT.search(_MODIFIERS.sub(" ", names)) is not None


def _without_furniture(blocks: list[_Block], chosen: list[int]) -> list[int]:
    """The blocks chosen, without those in elements whose name is that of furniture.

    A name that so much of the article goes by is no name of furniture.
    """
    named: dict[HtmlElement, bool] = {}
    inside = {place for place in chosen if _stands_in_furniture(blocks[place].element, named)}
    size = sum(len(blocks[place].key) for place in chosen)
    if sum(len(blocks[place].key) for place in inside) > _MOST * size:
        return chosen
    return [place for place in chosen if place not in inside]


def _stands_in_furniture(element: HtmlElement | None, named: dict[HtmlElement, bool]) -> bool:
    path: list[HtmlElement] = []
    found = False
    while element is not None:
        if element in named:
            found = named[element]
            break
        path.append(element)
        if element.tag not in _KEPT and _is_named(element):
            found = True
            break
        element = element.getparent()
    for passed in path:
        named[passed] = found
    return found


def _length_of_prose(element: HtmlElement) -> int:
    """Characters outside of links."""
    linked = sum(len(link.text_content()) for link in element.iter("a"))
    return len(element.text_content()) - linked


def _is_hidden(element: HtmlElement) -> bool:
    get = element.get
    style = get("style")
    return (
        get("hidden") is not None
        or get("aria-hidden") == "true"
        or get("role") in _ROLES
        or (style is not None and _HIDDEN.search(style) is not None)
        or ((names := get("class")) is not None and _is_for_screen_readers(names))
    )


@lru_cache(maxsize=20_000)
def _is_for_screen_readers(names: str) -> bool:
    return _FOR_SCREEN_READERS.search(names) is not None


def _is_named(element: HtmlElement) -> bool:
    names = _names(element)
    return len(names) > 1 and _is_name_of_furniture(names)


def _names(element: HtmlElement) -> str:
    return f"{element.get('id') or ''} {element.get('class') or ''}"


@lru_cache(maxsize=20_000)
def _is_name_of_furniture(names: str) -> bool:
    return _NAMES.search(_MODIFIERS.sub(" ", names)) is not None


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
        tag = element.tag
        is_block = tag in _BLOCKS or (tag in _CELLS and _is_layout(element))
        if is_block:
            yield from _flush(pieces, holders[-1])
        if event == "start":
            if is_block:
                holders.append(element)
            if tag in _CELLS and pieces:
                pieces.append(" | ")
            if tag == "br":
                pieces.append(_BREAK)
            elif element.text:
                pieces.append(element.text)
        else:
            if is_block:
                holders.pop()
            if element.tail and element is not body:
                pieces.append(element.tail)


def _is_layout(cell: HtmlElement) -> bool:
    """Whether a table's cell holds paragraphs, as on pages that are laid out by a table."""
    return next(cell.iter(*_IN_LAYOUT), None) is not None


def _flush(pieces: list[str], holder: HtmlElement) -> Iterator[_Block]:
    if not pieces:
        return
    run = "".join(pieces)
    pieces.clear()
    if run.isspace():
        return
    parts = _GAP.split(run) if _BREAK in run else (run,)
    for part in parts:
        if text := clean(part.replace(_BREAK, " ")):
            yield _Block.of(text, holder)


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _chosen(blocks: list[_Block], texts: list[str]) -> list[int]:
    """The numbers of the blocks that trafilatura took for the article, in the page's order.

    Args:
        blocks: those of the page.
        texts: the keys of trafilatura's elements, that of the whole first.
    """
    exact = set(texts)
    whole = texts[0] if texts else ""
    chosen: list[int] = []
    seen: set[str] = set()
    before = ""
    for place, block in enumerate(blocks):
        is_long = len(block.key) >= _LONG
        if not block.key or (is_long and block.key in seen):
            continue
        # trafilatura may join paragraphs: a short one is known by what stands before it.
        found = block.key if is_long else before + block.key
        if block.key in exact or (len(found) >= _LONG and found in whole):
            chosen.append(place)
            seen.add(block.key)
            before = block.key
        else:
            before = ""
    return chosen


def _with_gaps(blocks: list[_Block], chosen: list[int]) -> list[int]:
    """The blocks chosen, and what stands among them in the same container.

    trafilatura passes over bare text in an article whose other paragraphs are marked up, and
    over a heading that is only a platform's name ("Google").
    """
    if not chosen:
        return []
    containers = {blocks[place].element.getparent() for place in chosen}
    rows = {
        blocks[place].element.getparent() for place in chosen if blocks[place].element.tag == "tr"
    }
    taken = set(chosen)
    keys = {blocks[place].key for place in chosen}
    for place in range(chosen[-1], chosen[0], -1):
        block = blocks[place]
        parent = block.element.getparent()
        is_sentence = (
            len(block.key) >= _LONG // 2
            and block.key not in keys
            and _FULL_STOP.search(block.text) is not None
            and (block.element in containers or parent in containers)
        )
        heads = block.element.tag in _HEADINGS and parent in containers and place + 1 in taken
        is_row = block.element.tag == "tr" and parent in rows
        if is_sentence or heads or is_row:
            taken.add(place)
    return sorted(taken)


def _is_furniture(block: _Block, authors: tuple[str, ...]) -> bool:
    """Whether a block is a byline, a date, an invitation or a link to another article."""
    if words("promo").match(block.text) or words("reserved").match(block.text):
        return True
    if len(block.text) <= _DATED and words("dated").fullmatch(block.text):
        return True
    opening = words("byline").match(block.text)
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
    return words("read_also").fullmatch(stripped) is not None


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
