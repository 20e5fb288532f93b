"""Why a claim was read: its sentence with the words that decided marked, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from itertools import pairwise

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from analysis.codebook import Codebook
from analysis.printing import printable, printable_part, reading
from analysis.records import TITLE, Article, Claim, Cue
from analysis.store import StoredClaim

_CONTEXT = 240
"""Characters of the paragraph that are shown before and after the sentence."""
_AROUND = 80
"""Characters that are shown around words in another paragraph."""
_WORD = 30
"""How far a cut may move to fall between words."""
_ENCODER = "encoder"
_COLOURS = {
    "practice": "magenta",
    "vendor": "cyan",
    "source": "blue",
    "polarity": "red",
    "certainty": "yellow",
}
_VENDOR_NOTES = {
    "name": "the company's name",
    "product": "a product of the company",
    "description": "words that stand for the company",
    "in focus": "the company in focus; the sentence names none",
}


def print_reasons(
    console: Console, stored: StoredClaim, article: Article, codebook: Codebook
) -> None:
    """Print a claim, its sentence in the article with its cues in brackets, and each decision.

    Args:
        article: the version that the claim's offsets refer to.
    """
    claim = stored.claim
    console.print(reading(stored, codebook))
    if stored.withdrawn is not None:
        console.print(f"Withdrawn on {stored.withdrawn:%Y-%m-%d}: it is not read so any more.")
    elif not stored.current:
        console.print(
            f"The article was edited: this stood in version {stored.last_version} of "
            f"{stored.current_version}."
        )
    console.print()
    console.print(Text(printable(article.title), style="bold"))
    day = f"{stored.published:%Y-%m-%d}" if stored.published else "no date"
    console.print(Text(printable(f"{stored.outlet_name}, {day}")))
    console.print(Text(printable(stored.url)), soft_wrap=True)
    for number, block in article.blocks():
        cues = [cue for cue in claim.cues if cue.paragraph == number]
        if number == claim.paragraph:
            console.print()
            _print_passage(console, block, claim, cues)
        elif cues:
            console.print()
            console.print("In the title:" if number == TITLE else "In another paragraph:")
            _print_excerpt(console, block, cues)
    console.print()
    table = Table("Field", "Reading", "Decided by", box=box.SIMPLE_HEAD, pad_edge=False)
    for field, value, reasons in _decisions(claim, codebook):
        table.add_row(field, Text(printable(value)), Text(printable("; ".join(reasons))))
    console.print(table)
    console.print(
        f"Claim {stored.id}, read on {stored.extracted_at:%Y-%m-%d} by {stored.extractor}.\n"
        f"The codebook in use now is {codebook.version}."
    )


def reasons_json(stored: StoredClaim, codebook: Codebook) -> str:
    """A stored claim as one JSON object, in ASCII: what is crawled steers no terminal."""
    rest = asdict(stored)
    claim = rest.pop("claim")
    given = {"id": rest.pop("id"), **claim, **rest, "codebook": codebook.version}
    return json.dumps(given, default=datetime.isoformat)


def _print_passage(console: Console, text: str, claim: Claim, cues: Sequence[Cue]) -> None:
    """The claim's sentence, its lines after ">", and what stands around it."""
    low = _word_start(text, min([claim.start - _CONTEXT, *(cue.start for cue in cues)]))
    high = _word_end(text, max([claim.end + _CONTEXT, *(cue.end for cue in cues)]))
    before = len(text[: claim.start].rstrip())
    after = len(text) - len(text[claim.end :].lstrip())
    if low < before:
        console.print(_opening(low) + _marked(text, low, before, cues))
    sentence = _marked(text, claim.start, claim.end, cues)
    for line in sentence.wrap(console, max(_WORD, console.width - 2)):
        line.rstrip()
        console.print(Text("> ") + line, soft_wrap=True)
    if after < high:
        console.print(_marked(text, after, high, cues) + _ending(text, high))


def _print_excerpt(console: Console, text: str, cues: Sequence[Cue]) -> None:
    """The cues with some words around them."""
    low = _word_start(text, min(cue.start for cue in cues) - _AROUND)
    high = _word_end(text, max(cue.end for cue in cues) + _AROUND)
    console.print(_opening(low) + _marked(text, low, high, cues) + _ending(text, high))


def _word_start(text: str, offset: int) -> int:
    if offset <= 0:
        return 0
    space = text.rfind(" ", max(0, offset - _WORD), offset)
    return space + 1 if space >= 0 else offset


def _word_end(text: str, offset: int) -> int:
    if offset >= len(text):
        return len(text)
    space = text.find(" ", offset, offset + _WORD)
    return space if space >= 0 else offset


def _opening(low: int) -> Text:
    return Text("… " if low > 0 else "")


def _ending(text: str, high: int) -> Text:
    return Text(" …" if high < len(text) else "")


def _marked(text: str, low: int, high: int, cues: Sequence[Cue]) -> Text:
    """A stretch of a text with each cue in brackets that name its field: "[vendor: Alexa]".

    Cues may lie in one another; of two that cross, the second is shown in two parts.
    """
    clipped = ((max(low, cue.start), min(high, cue.end), cue.role) for cue in cues)
    spans = sorted((s for s in clipped if s[0] < s[1]), key=lambda s: (s[0], -s[1]))
    borders = sorted({low, high, *(border for span in spans for border in span[:2])})
    shown = Text()
    inside: list[tuple[int, int, str]] = []
    for border, following in pairwise([*borders, high]):
        crossing = []
        while any(end == border for _, end, _ in inside):
            span = inside.pop()
            shown.append("]")
            if span[1] != border:
                crossing.append(span)
        for span in (*reversed(crossing), *(s for s in spans if s[0] == border)):
            inside.append(span)
            shown.append(f"[{span[2]}: ")
        style = f"bold {_COLOURS.get(inside[-1][2], '')}" if inside else ""
        shown.append(printable_part(text[border:following]), style=style)
    return shown


def _decisions(claim: Claim, codebook: Codebook) -> Iterator[tuple[str, str, list[str]]]:
    """Each field of a claim with its value and what decided it."""
    yield "practice", codebook.practice_label(claim.practice), _practice_reasons(claim)
    vendor = codebook.vendor_label(claim.vendor)
    noted = [replace(c, note=_VENDOR_NOTES.get(c.note, c.note)) for c in _cues(claim, "vendor")]
    yield "vendor", vendor, [_cited(cue) for cue in noted]
    if claim.product:
        yield "product", claim.product, ["the name that the sentence uses"]
    read = "the encoder" if claim.rule == _ENCODER else "the words of the practice"
    if claim.rule.endswith(f"+{_ENCODER}"):
        read += ", or the encoder"
    for field, value, plain, silence in (
        ("polarity", claim.polarity, "affirmed", "no negation or denial"),
        ("certainty", claim.certainty, "certain", "no hedge, question or accusation"),
    ):
        reasons = [_cited(cue) for cue in _cues(claim, field)]
        if not reasons:
            reasons = [f"{silence} found" if value == plain else read]
        yield field, value, reasons
    source = codebook.source_types[claim.source_type]["en"]
    if claim.source:
        source += f": {claim.source}"
    reasons = [_cited(cue) for cue in _cues(claim, "source")]
    yield "source", source, reasons or ["nobody is named as saying it"]


def _practice_reasons(claim: Claim) -> list[str]:
    expression, _, encoder = claim.rule.partition("+")
    if expression == _ENCODER:
        how = "the encoder alone"
    else:
        how = f"expression {expression}{' and the encoder' if encoder else ''}"
    words = [f"“{cue.text}”" for cue in _cues(claim, "practice")]
    sure = [] if claim.confidence is None else [f"confidence {claim.confidence:.2f}"]
    return [*words, how, *sure]


def _cues(claim: Claim, role: str) -> list[Cue]:
    return [cue for cue in claim.cues if cue.role == role]


def _cited(cue: Cue) -> str:
    return f"“{cue.text}” ({cue.note.removeprefix(f'{cue.role}: ')})"
