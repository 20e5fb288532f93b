"""Language models, loaded once, and the text of an article as sentences.

A sentence here is what a coder of the codebook would quote: it ends at a full
stop, question or exclamation mark or ellipsis with the closing quotation marks that
follow, so a quotation that runs over several sentences is several sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import spacy
from spacy.language import Language

from analysis.errors import ModelError

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

_STRAIGHT = str.maketrans(
    {
        "’": "'",
        "ʼ": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "‹": '"',
        "›": '"',
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "\u2007": " ",
    }
)
_ABBREVIATIONS = re.compile(
    r"(?:\b(?:M|MM|Mme|Mlle|Dr|Pr|Me|St|Mr|Mrs|Ms|Prof|Gen|Sen|Rep|Gov|Inc|Ltd|Corp|Co|Jr|Sr|vs|etc|"
    r"cf|art|env|p|n|No|approx|v)|\b[A-Z](?:\.[A-Z])*)\.$"
)
_END = re.compile(r"""(?:[.!?]+|…)["'»”’)\]]*(?:\s*[»”"])?(?=\s+\S|$)""")
_CLOSING = ",;:a-zà-öø-ÿ"


# spaCy refuses lone surrogates, which broken pages do contain.
_STRAIGHT.update(dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))


def straight(text: str) -> str:
    """The text with straight apostrophes and quotation marks and plain spaces.

    Offsets stay the same: every character is replaced by one character.
    """
    return text.translate(_STRAIGHT)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Where the sentences of a paragraph stand, without the white space around them."""
    spans: list[tuple[int, int]] = []
    start = 0
    for end in _END.finditer(text):
        following = text[end.end() :].lstrip()
        before = text[start : end.end()]
        if following and following[0] in "»”":
            continue
        if following and re.match(rf"[{_CLOSING}]", following):
            continue
        if end.group().startswith(".") and _ABBREVIATIONS.search(before) and following:
            continue
        spans.append((start, end.end()))
        start = end.end()
    spans.append((start, len(text)))
    return [(a, b) for a, b in (_stripped(text, a, b) for a, b in spans) if a < b]


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


@Language.component("news_sentences")
def _news_sentences(doc: Doc) -> Doc:
    """Tells the parser where sentences begin, so that it never runs over a boundary."""
    starts = {start for start, _ in sentence_spans(doc.text)}
    pending = False
    for token in doc:
        pending = pending or any(
            token.idx <= start < token.idx + len(token.text_with_ws) for start in starts
        )
        begins = token.i == 0 or (pending and not token.is_space)
        token.is_sent_start = begins
        if begins:
            pending = False
    return doc


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an article.

    Attributes:
        start, end: offsets in the paragraph.
        text: the sentence with straight quotation marks; same length as verbatim.
        parsed: the parsed tokens.
    """

    paragraph: int
    start: int
    end: int
    text: str
    parsed: Span


def model_version(name: str) -> str:
    """The version of an installed spaCy model.

    Raises:
        ModelError: the model is not installed.
    """
    try:
        return version(name.replace("_", "-"))
    except PackageNotFoundError as error:
        raise ModelError(
            f"the spaCy model {name!r} is not installed; install requirements.txt, or name an "
            "installed model in EARSHOT_MODEL_FR or EARSHOT_MODEL_EN"
        ) from error


@cache
def load_model(name: str) -> Language:
    """A spaCy model with tagger and parser, its sentences ours.

    Raises:
        ModelError: the model is not installed.
    """
    model_version(name)
    model = spacy.load(name, exclude=["lemmatizer", "ner", "senter"])
    model.add_pipe("news_sentences", first=True)
    return model


def sentences(model: Language, blocks: Iterable[tuple[int, str]]) -> Iterator[list[Sentence]]:
    """Parses numbered paragraphs together and yields the sentences of each in order."""
    given = ((straight(text), number) for number, text in blocks)
    for doc, number in model.pipe(given, as_tuples=True):
        found = []
        for start, end in sentence_spans(doc.text):
            parsed = doc.char_span(start, end, alignment_mode="expand")
            if parsed is not None:
                found.append(Sentence(number, start, end, doc.text[start:end], parsed))
        yield found
