"""A passage of an article with the sentence and its cues marked in place.

A component of its own because everything in Streamlit that can mark words inside
a line reads Markdown or HTML. Its script makes text nodes only, so that nothing
in an article can become markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import streamlit as st

from analysis.dashboard.history import Change, changes
from analysis.dashboard.language import current, mark, tr
from analysis.records import TITLE, Article, Claim, Cue

ROLES = {
    "practice": mark("Practice"),
    "vendor": mark("Vendor"),
    "source": mark("Source"),
    "polarity": mark("Negation"),
    "certainty": mark("Hedge"),
}
"""What each cue of the codebook is called beside its words."""
CHANGES = {"removed": mark("Removed"), "added": mark("Added")}

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "earshot_passage",
    html='<article class="passage"></article><ul class="legend"></ul>',
    css=(_HERE / "passage.css").read_text(encoding="utf-8"),
    js=(_HERE / "passage.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive characters that are marked alike.

    Attributes:
        evidence: part of the claim's sentence.
        roles: of the cues that it is part of, each once.
        ends: labels of the cues that end here, as (role, label).
        change: what an edit did with it.
    """

    text: str
    evidence: bool = False
    roles: tuple[str, ...] = ()
    ends: tuple[tuple[str, str], ...] = ()
    change: Change = "kept"


def runs(text: str, evidence: tuple[int, int] | None, cues: Sequence[tuple[int, Cue]]) -> list[Run]:
    """Cuts a paragraph at every border of the sentence and of the numbered cues.

    The runs' texts joined are the paragraph. Offsets outside of it are cut off.
    """
    spans = [(max(0, c.start), min(len(text), c.end), n, c.role) for n, c in cues]
    spans = [span for span in spans if span[0] < span[1]]
    start, end = evidence or (0, 0)
    borders = {0, len(text), *(b for s in spans for b in s[:2])}
    borders |= {min(max(0, b), len(text)) for b in (start, end)}
    return [
        Run(
            text[a:b],
            evidence=start <= a and b <= end,
            roles=tuple(dict.fromkeys(role for s, e, _, role in spans if s <= a and b <= e)),
            ends=tuple((role, tag(number, role)) for _, e, number, role in spans if e == b),
        )
        for a, b in pairwise(sorted(borders))
    ]


def numbered(claim: Claim) -> list[tuple[int, Cue]]:
    """The cues in reading order, with their numbers from 1."""
    ordered = sorted(claim.cues, key=lambda cue: (cue.paragraph, cue.start, cue.end))
    return list(enumerate(ordered, start=1))


def tag(number: int, role: str) -> str:
    """A cue's label: "Vendor 2"."""
    return f"{tr(ROLES[role]) if role in ROLES else role} {number}"


def passage(article: Article, claim: Claim, whole: bool = False) -> list[dict[str, Any]]:
    """The title, the claim's paragraph and those that hold its cues, in reading order.

    Each block is {"title": bool, "gap": bool, "runs": [...]}; `gap` where
    paragraphs before it are left out, without runs where the last ones are.

    Args:
        whole: every paragraph of the article.
    """
    wanted = {TITLE, claim.paragraph, *(cue.paragraph for cue in claim.cues)}
    cues = numbered(claim)
    blocks: list[dict[str, Any]] = []
    last = TITLE
    for number, text in article.blocks():
        if not whole and number not in wanted:
            continue
        evidence = (claim.start, claim.end) if number == claim.paragraph else None
        here = [(n, cue) for n, cue in cues if cue.paragraph == number]
        blocks.append(_block(runs(text, evidence, here), number == TITLE, number > last + 1))
        last = number
    if last < len(article.paragraphs) - 1:
        blocks.append(_block([], gap=True))
    return blocks


def show(article: Article, claim: Claim) -> None:
    """Shows the passage on the page, with a legend of its marks."""
    roles = [role for role in ROLES if any(cue.role == role for cue in claim.cues)]
    legend = [("sentence", tr("The sentence of the claim"))]
    legend += [(role, tr(ROLES[role])) for role in roles]
    _draw("passage", article.lang, passage(article, claim), legend)


def show_article(article: Article, claim: Claim) -> None:
    """Shows the whole article, marked as the passage is."""
    _draw("article", article.lang, passage(article, claim, whole=True))


def show_quote(claim: Claim, lang: str | None, key: str) -> None:
    """Shows the claim's sentence alone, as evidence."""
    _draw(key, lang, [{**_block([Run(claim.quote)]), "quote": True, "polarity": claim.polarity}])


def show_change(before: str, after: str, lang: str | None, key: str) -> None:
    """Shows what an edit made of a sentence, word by word."""
    edited = [Run(piece.text, change=piece.change) for piece in changes(before, after)]
    legend = [(change, tr(label)) for change, label in CHANGES.items()]
    _draw(key, lang, [{**_block(edited), "quote": True}], legend)


def _block(runs: Sequence[Run], title: bool = False, gap: bool = False) -> dict[str, Any]:
    return {"title": title, "gap": gap, "runs": [asdict(run) for run in runs]}


def _draw(
    key: str,
    lang: str | None,
    blocks: Sequence[dict[str, Any]],
    legend: Sequence[tuple[str, str]] = (),
) -> None:
    data = {
        "lang": lang or "",
        "ui": current(),
        "blocks": blocks,
        "marks": [{"mark": name, "text": text} for name, text in legend],
        "changes": {change: tr(label) for change, label in CHANGES.items()},
        "bounds": [tr("Beginning of the sentence"), tr("End of the sentence")],
    }
    _mount(key=key, data=data)
