"""What companies answered: the entries of the log, on its page and beside each claim."""

from __future__ import annotations

import streamlit as st

from analysis.dashboard import frames
from analysis.dashboard.language import current, day, minute, tr, trn
from analysis.store import Answer, StoredClaim

PAGE = "analysis/dashboard/reply_page.py"


def panel(stored: StoredClaim) -> None:
    """What the company answered about a claim, and the way to ask it."""
    claim = stored.claim
    st.subheader(tr("What the company answered"), anchor=False)
    logged = [
        answer
        for answer in frames.store().answers(claim.vendor)
        if answer.about(stored.id, claim.practice)
    ]
    for answer in logged:
        entry(answer)
    if not logged:
        st.caption(tr("Nothing is logged: no request, no answer."))
    st.page_link(
        PAGE,
        label=tr("Ask the company"),
        icon=":material/contact_mail:",
        query_params={"vendor": claim.vendor, "practice": claim.practice},
    )


def entry(answer: Answer) -> None:
    """One line of the log."""
    with st.container(border=True, gap="xsmall"):
        if answer.answered is None:
            st.badge(tr("No answer"), color="yellow", icon=":material/hourglass_empty:")
        else:
            st.badge(tr("Answer"), color="green", icon=":material/chat:")
            st.text(_answered(answer))
            st.text(answer.text)
        if answer.asked is not None:
            st.text(tr("Asked on {date}", date=day(answer.asked)))
        st.text(_about(answer))
        if answer.entered_at is not None:
            st.text(
                tr(
                    "Entered by {name}, {moment}",
                    name=answer.entered_by,
                    moment=minute(answer.entered_at),
                )
            )


def _answered(answer: Answer) -> str:
    if not answer.answered_by:
        return day(answer.answered)
    return tr("{name}, {date}", name=answer.answered_by, date=day(answer.answered))


def _about(answer: Answer) -> str:
    if answer.claims:
        return trn("About {n} statement", "About {n} statements", len(answer.claims))
    if not answer.practices:
        return tr("About all statements on the company")
    named = [frames.codebook().practice_label(key, current()) for key in answer.practices]
    return tr("About: {practices}", practices=", ".join(named))
