"""Up to four vendors side by side: for each practice the strongest evidence of each.

A component of its own: a real HTML table whose cells hold sentences from articles as
plain text, and which becomes a list of practices where the screen is narrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from analysis.codebook import Codebook
from analysis.dashboard import matrix
from analysis.dashboard.evidence import CLAIM_PAGE, source_line
from analysis.dashboard.filters import CERTAINTY_LABELS, POLARITY_LABELS, source_type_label
from analysis.dashboard.language import current, mark, tr
from analysis.store import CellCount, StoredClaim

AT_MOST = 4
KEY = "side_by_side"
RULE = mark(
    "For each practice the strongest claim that affirms and the strongest that denies. "
    "In this order: claims that a person has checked; certain before uncertain; the higher "
    "confidence of the program, in tenths; claims with a source before the article’s own words; "
    "the kind of source that says so in more independent stories; the newest."
)
STATES = {
    "affirmed": mark("Affirmed"),
    "denied": mark("Only denied"),
    "contested": mark("Contested"),
    "silent": mark("No claim"),
    "uncovered": mark("Not covered"),
}

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "earshot_side_by_side",
    html='<div class="frame"></div>',
    css=(_HERE / "side_by_side.css").read_text(encoding="utf-8"),
    js=(_HERE / "side_by_side.js").read_text(encoding="utf-8"),
)

Evidence = Mapping[tuple[str, str, str], StoredClaim]
"""The claim to show of a vendor, a practice and a polarity."""


def content(
    view: matrix.View, vendors: Sequence[str], evidence: Evidence, codebook: Codebook
) -> dict[str, Any]:
    """What the component draws, as plain text; practices without a claim are left out."""

    def drawn(cell: CellCount) -> dict[str, Any]:
        says = view.state(cell)
        return {
            "state": says,
            "stated": tr(STATES[says]),
            "counts": list(matrix.counts(view.tally(cell)).values()),
            "copies": matrix.copies(cell),
            "claims": [
                _drawn_claim(evidence[key], codebook)
                for polarity in POLARITY_LABELS
                if (key := (cell.vendor, cell.practice, polarity)) in evidence
            ],
        }

    return {
        "caption": tr("The strongest evidence of each vendor, by practice"),
        "corner": tr("Practice"),
        "columns": [codebook.vendor_label(vendor) for vendor in vendors],
        "rows": [
            {
                "label": codebook.practice_label(practice, current()),
                "definition": matrix.definition(practice, codebook),
                "cells": [drawn(view.table.cell(vendor, practice)) for vendor in vendors],
            }
            for practice in spoken_of(view, vendors)
        ],
    }


def spoken_of(view: matrix.View, vendors: Sequence[str]) -> list[str]:
    """The practices on which there is a claim about one of the vendors."""
    return [
        practice
        for practice in view.table.practices
        if any((vendor, practice) in view.tallies.cells for vendor in vendors)
    ]


def show(view: matrix.View, vendors: Sequence[str], evidence: Evidence, codebook: Codebook) -> None:
    """Shows the vendors side by side; a claim that is chosen opens its page."""
    result = _mount(
        key=KEY, data=content(view, vendors, evidence, codebook), on_opened_change=lambda: None
    )
    if isinstance(result.opened, str):
        st.switch_page(CLAIM_PAGE, query_params={"id": result.opened})


def _drawn_claim(stored: StoredClaim, codebook: Codebook) -> dict[str, Any]:
    claim = stored.claim
    return {
        "id": stored.id,
        "href": f"claim?{urlencode({'id': stored.id})}",
        "polarity": claim.polarity,
        "stated": tr(
            "{polarity}, {certainty}. Said by: {source}",
            polarity=tr(POLARITY_LABELS[claim.polarity]),
            certainty=tr(CERTAINTY_LABELS[claim.certainty]).lower(),
            source=source_type_label(claim.source_type, codebook),
        ),
        "quote": claim.quote,
        "lang": stored.lang or "",
        "line": source_line(stored),
        "open": tr("Open this claim"),
    }
