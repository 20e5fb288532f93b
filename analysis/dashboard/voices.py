"""Who says what of one vendor, as a table: practices down, kinds of sources across.

A component of its own: a real HTML table whose cells lead to the claims behind them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from analysis.codebook import Codebook
from analysis.contradictions import COMPANY
from analysis.dashboard import address
from analysis.dashboard.filters import source_type_label
from analysis.dashboard.language import current, month, tr, trn
from analysis.records import SOURCE_TYPES
from analysis.store import ClaimFilter
from analysis.voices import Voice

KEY = "voices"
CLAIMS_PAGE = "analysis/dashboard/claims.py"
# The company stands beside the practice, the journalist's own voice after those that it quotes.
ORDER = (COMPANY, *(key for key in SOURCE_TYPES if key not in (COMPANY, "article", "other")),
         "article", "other")  # fmt: skip

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "earshot_voices",
    html='<div class="frame" role="region" tabindex="0"></div>',
    css=(_HERE / "voices.css").read_text(encoding="utf-8"),
    js=(_HERE / "voices.js").read_text(encoding="utf-8"),
)

Heard = Mapping[tuple[str, str], Voice]
"""What is said, by (practice, kind of source)."""


def content(heard: Heard, vendor: str, wanted: ClaimFilter, codebook: Codebook) -> dict[str, Any]:
    """What the component draws: headings and cells, as plain text.

    Practices of which nobody speaks have no row, kinds of sources that say nothing no column.
    """
    spoken = {practice for practice, _ in heard}
    practices = [p for p in (*codebook.practices, *sorted(spoken)) if p in spoken]
    kinds = [kind for kind in ORDER if any(kind == key for _, key in heard)]

    def drawn(practice: str, kind: str) -> dict[str, Any] | None:
        voice = heard.get((practice, kind))
        if voice is None:
            return None
        query = {**address.write(wanted), "vendor": vendor, "practice": practice, "who": kind}
        lines = _lines(voice)
        names = (codebook.practice_label(practice, current()), source_type_label(kind, codebook))
        return {
            "key": f"{practice}/{kind}",
            "href": f"claims?{urlencode(query, doseq=True)}",
            "lines": lines,
            "days": _span(voice.first, voice.last),
            "name": tr(
                "{subject}: {said}",
                subject=", ".join(names),
                said=", ".join(line["text"] for line in lines),
            ),
        }

    return {
        "caption": tr(
            "What is said of {vendor}, by practice and by who says it",
            vendor=codebook.vendor_label(vendor),
        ),
        "corner": tr("Practice"),
        "nobody": tr("Says nothing about it"),
        "columns": [
            {"label": source_type_label(kind, codebook), "company": kind == COMPANY}
            for kind in kinds
        ],
        "rows": [
            {
                "label": codebook.practice_label(practice, current()),
                "definition": _definition(practice, codebook),
                "cells": [drawn(practice, kind) for kind in kinds],
            }
            for practice in dict.fromkeys(practices)
        ],
    }


def show(heard: Heard, vendor: str, wanted: ClaimFilter, codebook: Codebook) -> None:
    """Shows the table; a cell that is chosen opens its claims."""
    result = _mount(
        key=KEY,
        data=content(heard, vendor, wanted, codebook),
        on_opened_change=lambda: None,
    )
    practice, _, kind = str(result.opened or "").partition("/")
    if (practice, kind) in heard:
        query = {**address.write(wanted), "vendor": vendor, "practice": practice, "who": kind}
        st.switch_page(CLAIMS_PAGE, query_params=query)


def _lines(voice: Voice) -> list[dict[str, str]]:
    """ "3 affirm", "1 denies, uncertain": stories of each polarity, without zeros."""
    counted = (
        ("affirmed", voice.affirmed, voice.affirmed_firm),
        ("denied", voice.denied, voice.denied_firm),
    )
    return [
        {"polarity": polarity, "text": _line(polarity, stories, firm)}
        for polarity, stories, firm in counted
        if stories
    ]


def _line(polarity: str, stories: int, firm: int) -> str:
    if polarity == "affirmed":
        text = trn("{n} affirms", "{n} affirm", stories)
    else:
        text = trn("{n} denies", "{n} deny", stories)
    if firm == stories:
        return text
    if not firm:
        return tr("{count}, uncertain", count=text)
    return tr("{count}, {uncertain} uncertain", count=text, uncertain=stories - firm)


def _span(first: date | None, last: date | None) -> str:
    if first is None or last is None:
        return tr("no date")
    if (first.year, first.month) == (last.year, last.month):
        return month(first)
    return tr("{first} to {last}", first=month(first), last=month(last))


def _definition(practice: str, codebook: Codebook) -> str:
    known = codebook.practices.get(practice)
    return known.definition[current()] if known else ""
