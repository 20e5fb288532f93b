"""Claims as a list to read: the sentence, where it stands, who says it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from analysis.codebook import Codebook
from analysis.dashboard import passage, review
from analysis.dashboard.filters import (
    CERTAINTY_LABELS,
    MEANINGS,
    POLARITY_LABELS,
    VERDICT_LABELS,
    source_type_label,
)
from analysis.dashboard.language import current, day, tr
from analysis.dashboard.text import label
from analysis.store import StoredClaim

CLAIM_PAGE = "analysis/dashboard/claim.py"
_COLOURS: dict[str, Literal["blue", "orange"]] = {"affirmed": "blue", "denied": "orange"}
_ICONS = {
    "affirmed": ":material/check_circle:",
    "denied": ":material/do_not_disturb_on:",
    "certain": ":material/horizontal_rule:",
    "uncertain": ":material/question_mark:",
}


def chips(stored: StoredClaim, codebook: Codebook) -> None:
    """Polarity, certainty, kind of source and the verdict, if any, each in words."""
    claim = stored.claim
    with st.container(horizontal=True, gap="xsmall", width="content"):
        st.badge(
            tr(POLARITY_LABELS[claim.polarity]),
            color=_COLOURS[claim.polarity],
            icon=_ICONS[claim.polarity],
            help=tr(MEANINGS[claim.polarity]),
        )
        st.badge(
            tr(CERTAINTY_LABELS[claim.certainty]),
            color="yellow" if claim.certainty == "uncertain" else "gray",
            icon=_ICONS[claim.certainty],
            help=tr(MEANINGS[claim.certainty]),
        )
        st.badge(
            tr("Said by: {who}", who=label(source_type_label(claim.source_type, codebook))),
            color="gray",
            icon=":material/record_voice_over:",
        )
        if stored.judged is not None:
            st.badge(
                tr(VERDICT_LABELS[stored.verdict]),
                color=review.COLOURS[stored.verdict],
                icon=review.ICONS[stored.verdict],
            )


def listing(claims: Sequence[StoredClaim], codebook: Codebook, subject: bool = True) -> None:
    """One card a claim; `subject` also names its vendor and practice."""
    for stored in claims:
        claim = stored.claim
        with st.container(border=True, gap="small"):
            if subject:
                vendor = label(codebook.vendor_label(claim.vendor))
                practice = label(codebook.practice_label(claim.practice, current()))
                st.markdown(f"**{vendor}** · {practice}")
            passage.show_quote(claim, stored.lang, key=f"quote_{stored.id}")
            st.text(source_line(stored))
            with st.container(
                horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
            ):
                chips(stored, codebook)
                st.page_link(
                    CLAIM_PAGE,
                    label=tr("Open this claim"),
                    icon=":material/arrow_forward:",
                    icon_position="right",
                    query_params={"id": stored.id},
                )


def source_line(stored: StoredClaim) -> str:
    """Outlet, date and the words that name the source."""
    parts = [stored.outlet_name, day(stored.published)]
    if stored.claim.source:
        parts.append(tr("according to “{source}”", source=stored.claim.source))
    return " · ".join(parts)
