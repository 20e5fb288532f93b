"""A passage of an article with the sentence and its cues marked in place.

A component of its own because everything in Streamlit that can mark words inside
a line reads Markdown or HTML. Its script makes text nodes only, so that nothing
in an article can become markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import streamlit as st

from analysis.records import TITLE, Article, Claim, Cue

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "earshot_passage",
    html='<article class="passage"></article>',
    css=(_HERE / "passage.css").read_text(encoding="utf-8"),
    js=(_HERE / "passage.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive characters that are marked alike.

    Attributes:
        evidence: part of the claim's sentence.
        cue: part of a cue.
        ends: numbers (from 1) of the cues that end here.
    """

    text: str
    evidence: bool = False
    cue: bool = False
    ends: tuple[int, ...] = ()


def runs(text: str, evidence: tuple[int, int] | None, cues: Sequence[tuple[int, Cue]]) -> list[Run]:
    """Cuts a paragraph at every border of the sentence and of the numbered cues.

    The runs' texts joined are the paragraph. Offsets outside of it are cut off.
    """
    spans = [(max(0, c.start), min(len(text), c.end), number) for number, c in cues]
    spans = [span for span in spans if span[0] < span[1]]
    start, end = evidence or (0, 0)
    borders = {0, len(text), *(b for s in spans for b in s[:2])}
    borders |= {min(max(0, b), len(text)) for b in (start, end)}
    ordered = sorted(borders)
    return [
        Run(
            text[a:b],
            evidence=start <= a and b <= end,
            cue=any(s <= a and b <= e for s, e, _ in spans),
            ends=tuple(number for _, e, number in spans if e == b),
        )
        for a, b in pairwise(ordered)
    ]


def passage(article: Article, claim: Claim) -> list[dict[str, Any]]:
    """The title, the claim's paragraph and those that hold its cues, in reading order.

    Each block is {"title": bool, "gap": bool, "runs": [...]}; `gap` where
    paragraphs before it are left out, without runs where the last ones are.
    """
    wanted = {TITLE, claim.paragraph, *(cue.paragraph for cue in claim.cues)}
    numbered = list(enumerate(claim.cues, start=1))
    blocks: list[dict[str, Any]] = []
    last = TITLE
    for number, text in article.blocks():
        if number not in wanted:
            continue
        evidence = (claim.start, claim.end) if number == claim.paragraph else None
        cues = [(n, cue) for n, cue in numbered if cue.paragraph == number]
        blocks.append(
            {
                "title": number == TITLE,
                "gap": number > last + 1,
                "runs": [
                    {"text": r.text, "evidence": r.evidence, "cue": r.cue, "ends": list(r.ends)}
                    for r in runs(text, evidence, cues)
                ],
            }
        )
        last = number
    if last < len(article.paragraphs) - 1:
        blocks.append({"title": False, "gap": True, "runs": []})
    return blocks


def show(article: Article, claim: Claim) -> None:
    """Shows the passage on the page."""
    _mount(key="passage", data={"lang": article.lang or "", "blocks": passage(article, claim)})


def show_quote(claim: Claim, lang: str | None, key: str) -> None:
    """Shows the claim's sentence alone, as evidence."""
    run = {"text": claim.quote, "evidence": False, "cue": False, "ends": []}
    block = {"title": False, "gap": False, "quote": True, "runs": [run]}
    _mount(key=key, data={"lang": lang or "", "blocks": [block]})
