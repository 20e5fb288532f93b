"""What people handed over: how far it was read, and what became of each article."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from analysis import submissions
from analysis.dashboard import access, facts, frames, outcomes
from analysis.dashboard.language import mark, minute, tr, trn
from analysis.store import ClaimFilter, JobState, Piece, Submission
from analysis.submissions import DUPLICATE, KEPT

SHOWN = 10
EVERY_S = 2
_WORKING = ("reading", "analysing", "stopping")
_BROKEN_OFF = ("failed", "interrupted", "stopped")
_STATES: dict[JobState, str] = {
    "waiting": mark("Waiting"),
    "reading": mark("Reading"),
    "analysing": mark("Looking for claims"),
    "stopping": mark("Stopping"),
    "done": mark("Done"),
    "failed": mark("Failed"),
    "interrupted": mark("Interrupted"),
    "stopped": mark("Stopped"),
}
_COLOURS: dict[JobState, Literal["gray", "green", "red", "blue"]] = {
    "done": "green",
    "failed": "red",
    "interrupted": "red",
    "reading": "blue",
    "analysing": "blue",
}
_OUTCOMES = {
    KEPT: mark("Added"),
    DUPLICATE: mark("Already in the store"),
    "offsite": mark("Not read: the site sends on to another one; add the address there"),
    "not_asked": mark("Not asked for: on the stop list, or the site was asked enough for today"),
    "no_text": mark(
        "No text was found. A scanned PDF holds pictures of text: have it recognised (OCR) first"
    ),
    "encrypted": mark("The PDF has a password: save a copy without one"),
    "damaged": mark("The file cannot be read: it is damaged, or not what its name says"),
    "too_many_pages": mark("The PDF has too many pages for an article"),
    "too_large": mark("Too large for an article"),
    "over_limits": mark("Takes too long, or too much memory, to read"),
    "unknown_language": mark("Neither French nor English, or its language cannot be told"),
    "no_outlet": mark("Which outlet published it is missing: add the file again and name it"),
    "unknown_kind": mark("Not a saved page, a plain text or a PDF"),
    "not_html": mark("Not a web page; add a PDF as a file"),
    "http_404": mark("The page does not exist"),
    "http_410": mark("The page does not exist any more"),
}
"""Words for those who added it; all other outcomes have the words that Coverage has for them."""


def jobs() -> None:
    """Shows the last jobs; while one is at work, anew every few seconds."""
    found = frames.store().submissions(SHOWN)
    is_moving = any(job.state in ("waiting", *_WORKING) for job in found)
    st.fragment(_listing, run_every=EVERY_S if is_moving else None)(is_moving)


def _listing(was_moving: bool) -> None:
    if not access.may_read():
        st.rerun()  # the whole page, and so its gate: this part runs by itself
    found = frames.store().submissions(SHOWN)
    if not found:
        return
    st.header(tr("What was added"), anchor=False)
    is_working = any(job.state in _WORKING for job in found)
    for job in found:
        _job(job, is_working)
    if was_moving and not is_working and all(job.state != "waiting" for job in found):
        st.rerun()  # ends the repetition, and shows the claims that are new


def _job(job: Submission, is_working: bool) -> None:
    read = sum(job.outcomes.values())
    with st.container(border=True, gap="xsmall", key=f"job_{job.number}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            counted = (
                trn("{n} address", "{n} addresses", job.total)
                if job.kind == "addresses"
                else trn("{n} file", "{n} files", job.total)
            )
            st.markdown(f"**{counted}**")
            st.badge(tr(_STATES[job.state]), color=_COLOURS.get(job.state, "gray"))
            if access.may_review():
                _buttons(job, is_working)
        st.text(f"{minute(job.at)} · {job.by}" if job.by else minute(job.at))
        if job.state == "reading":
            st.progress(
                read / job.total, text=tr("{read} of {total} read", read=read, total=job.total)
            )
        if job.state == "interrupted":
            st.caption(
                tr(
                    "The program that read these was ended. What it had read is kept: start "
                    "it again."
                )
            )
        if job.message:
            st.text(job.message)
        elif job.state == "failed":
            st.caption(
                tr(
                    "The program that read these broke off with an error, which the server’s log "
                    "has. What it had read is kept: start it again."
                )
            )
        if read:
            _pieces(frames.store().pieces(job.number), job)


def _buttons(job: Submission, is_working: bool) -> None:
    if job.state in ("waiting", "reading", "analysing"):
        st.button(
            tr("Stop"),
            key=f"stop_{job.number}",
            icon=":material/stop_circle:",
            type="tertiary",
            on_click=_stop,
            args=(job.number,),
        )
    if job.state in _BROKEN_OFF or (job.state == "waiting" and not is_working):
        st.button(
            tr("Start again") if job.state in _BROKEN_OFF else tr("Start"),
            key=f"start_{job.number}",
            icon=":material/restart_alt:",
            type="tertiary",
            on_click=_start,
            args=(job.number, job.state in _BROKEN_OFF),
        )


def _pieces(pieces: list[Piece], job: Submission) -> None:
    articles = tuple(
        dict.fromkeys(piece.article_id for piece in pieces if piece.article_id is not None)
    )
    claims = frames.store().count_claims(ClaimFilter(articles=articles)) if articles else 0
    if claims:
        st.page_link(
            "analysis/dashboard/claims.py",
            label=trn("{n} claim in these articles", "{n} claims in these articles", claims),
            icon=":material/format_quote:",
            query_params={"article": list(articles)},
        )
    elif articles and job.state == "done":
        st.caption(tr("No claims in these articles"))
    with st.expander(_summary(job)):
        facts.show(
            [(outcome(piece.outcome), piece.name) for piece in pieces], key=f"pieces_{job.number}"
        )


def _summary(job: Submission) -> str:
    added, known = job.outcomes.get(KEPT, 0), job.outcomes.get(DUPLICATE, 0)
    others = sum(job.outcomes.values()) - added - known
    parts = [
        trn("{n} added", "{n} added", added),
        *([trn("{n} already in the store", "{n} already in the store", known)] if known else []),
        *([trn("{n} not added", "{n} not added", others)] if others else []),
    ]
    return ", ".join(parts)


def outcome(reason: str | None) -> str:
    """What became of an address or a file, in words."""
    if reason is None:
        return tr("Waiting")
    known = _OUTCOMES.get(reason.partition(":")[0])
    return tr(known) if known else outcomes.in_words(reason)


def _stop(job: int) -> None:
    if access.may_review():
        frames.store().stop_job(job)


def _start(job: int, broke_off: bool) -> None:
    if not access.may_review():
        return
    if broke_off:
        frames.store().restart_job(job)
    submissions.start_worker()
