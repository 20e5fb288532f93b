"""Verdicts on one claim: its history, and what a reviewer gives a new one with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from analysis.codebook import Codebook
from analysis.dashboard import access, filters, frames
from analysis.dashboard.correction import (
    FIELD_TITLES,
    changes,
    correction_form,
    field_text,
    fields_of,
    widget_key,
)
from analysis.dashboard.language import current, mark, minute, number, percent, tr, trn
from analysis.dashboard.text import label
from analysis.errors import InputError
from analysis.records import Claim
from analysis.review import LEAST_VERDICTS, Precision, precision
from analysis.store import Store, StoredClaim, Verdict, VerdictCount, VerdictKind

NAME = "reviewer_name"
CLAIM_PAGE = "analysis/dashboard/claim.py"
_DONE = {
    "accepted": mark("Accepted"),
    "rejected": mark("Rejected"),
    "corrected": mark("Corrected"),
    "withdrawn": mark("Took the verdict back"),
}
BUTTONS = {
    "accepted": mark("Accept"),
    "rejected": mark("Reject"),
    "corrected": mark("Correct"),
    "withdrawn": mark("Take the verdict back"),
}
COLOURS: dict[str, Literal["gray", "green", "violet", "red"]] = {
    "unreviewed": "gray",
    "accepted": "green",
    "corrected": "violet",
    "rejected": "red",
    "withdrawn": "gray",
}
ICONS = {
    "unreviewed": ":material/pending:",
    "accepted": ":material/check:",
    "corrected": ":material/edit:",
    "rejected": ":material/close:",
    "withdrawn": ":material/undo:",
}
_NOTICE = "review_notice"
LONGEST_NAME, LONGEST_NOTE = 100, 5_000


def panel(stored: StoredClaim) -> None:
    """What reviewers said of a claim, and the widgets of those who may say more."""
    st.subheader(tr("Review"), anchor=False)
    badge(stored)
    notes_on_standing(stored)
    st.caption(precision_note(stored.claim.practice, stored.lang))
    notice()
    if access.may_review():
        _actions(stored)
    history(stored)


def badge(stored: StoredClaim) -> None:
    """The verdict that stands, by whom and when."""
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.badge(
            tr(filters.VERDICT_LABELS[stored.verdict]),
            color=COLOURS[stored.verdict],
            icon=ICONS[stored.verdict],
        )
        if stored.judged is not None:
            st.text(
                tr("{name}, {moment}", name=stored.judged.by, moment=minute(stored.judged.at)),
                width="content",
            )


def notes_on_standing(stored: StoredClaim) -> None:
    """Says where the program reads the claim otherwise than its reviewer, and who else does."""
    codebook = frames.codebook()
    if stored.read_by_now is not None:
        st.info(
            tr(
                "The program now reads this sentence as the reviewer corrected it, as another "
                "claim. That one counts, this one does not."
            ),
            icon=":material/published_with_changes:",
        )
        _claim_link(stored.read_by_now, tr("The claim that counts"))
    elif stored.withdrawn is not None and stored.current:
        st.info(
            tr(
                "The program no longer reads this sentence so. The claim counts by the word of "
                "its reviewer, as long as the sentence stands in the article."
            ),
            icon=":material/person_check:",
        )
    if stored.as_read is not None and stored.withdrawn is None and stored.read_by_now is None:
        st.caption(tr("The program reads it otherwise:"))
        for name, value in changes(stored.claim, fields_of(stored.as_read)).items():
            st.text(
                tr(
                    "{field}: {value}",
                    field=tr(FIELD_TITLES[name]),
                    value=field_text(name, value, codebook),
                )
            )
    others = frames.store().same_sentence(stored.id)
    if others:
        st.caption(tr("Also read from this sentence:"))
        for other in others:
            _claim_link(other.id, subject(other.claim, codebook))


def history(stored: StoredClaim) -> None:
    """Every verdict on a claim, the latest first."""
    lines = frames.store().verdicts(stored.id)
    if not lines:
        return
    title = trn("{n} verdict in its history", "{n} verdicts in its history", len(lines))
    with st.expander(title, icon=":material/history:"):
        for line in reversed(lines):
            _line(line)


def _line(line: Verdict) -> None:
    codebook = frames.codebook()
    with st.container(gap="xxsmall"):
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
            st.badge(tr(_DONE[line.verdict]), color=COLOURS[line.verdict], icon=ICONS[line.verdict])
            st.text(tr("{name}, {moment}", name=line.by, moment=minute(line.at)), width="content")
        for name, value in line.correction.items():
            st.text(
                tr(
                    "{field}: {before} → {after}",
                    field=tr(FIELD_TITLES[name]),
                    before=field_text(name, line.reading.get(name), codebook),
                    after=field_text(name, value, codebook),
                )
            )
        if line.note:
            st.text(line.note)
        st.caption(tr("Read by version {version}", version=label(line.extractor)))


def precision_note(practice: str, lang: str | None) -> str:
    """One sentence on how often reviewers found this practice right in this language."""
    return precision_text(precision(counts(), practice, lang))


def precision_text(found: Precision) -> str:
    """A precision in words: a share with its interval, or that there are not enough verdicts."""
    if not found.enough:
        return tr(
            "Not enough verdicts to say how often this is right: {judged} of at least {least}.",
            judged=number(found.judged),
            least=number(LEAST_VERDICTS),
        )
    low, high = found.interval
    return trn(
        "Reviewers found company and practice right in {right} of {n} claim: {share} "
        "(95% interval: {low} to {high}).",
        "Reviewers found company and practice right in {right} of {n} claims: {share} "
        "(95% interval: {low} to {high}).",
        found.judged,
        right=number(found.right),
        share=percent(found.share),
        low=percent(low),
        high=percent(high),
    )


def share_text(found: Precision) -> str:
    """A precision in a table: "85% (71 to 93%)", or "not enough verdicts"."""
    if not found.enough:
        return tr("not enough verdicts")
    low, high = found.interval
    return tr(
        "{share} ({low} to {high})",
        share=percent(found.share),
        low=percent(low),
        high=percent(high),
    )


def counts() -> list[VerdictCount]:
    """How many claims of each practice and language reviewers found right."""
    return _counts(frames.store(), frames.store().address, frames.store().last_change())


@st.cache_data(max_entries=4, show_spinner=False)
def _counts(_store: Store, address: str, change: int) -> list[VerdictCount]:
    return _store.verdict_counts()


def name_field() -> None:
    """Asks who reviews, where nobody is logged in; kept for the visit."""
    if access.user() is None:
        st.text_input(
            tr("Your name"),
            key=NAME,
            max_chars=LONGEST_NAME,
            placeholder=tr("Stands beside your verdicts"),
            persist_state="session",
        )


def reviewer() -> str:
    """Who reviews: the person logged in, or the name given; "" where neither is known."""
    return access.user() or " ".join(str(st.session_state.get(NAME) or "").split())


def note_field(stored: StoredClaim) -> None:
    """Where a reviewer writes why."""
    st.text_input(
        tr("Note"),
        key=widget_key(stored.id, "note"),
        max_chars=LONGEST_NOTE,
        placeholder=tr("Why; kept with the verdict"),
    )


def give(
    stored: StoredClaim,
    verdict: VerdictKind,
    correction: Mapping[str, str | None] | None = None,
    at_random: bool = False,
) -> Verdict | None:
    """Writes a verdict from a widget's callback; None, with a notice, where it cannot be."""
    by = reviewer()
    if not access.may_review():
        say("error", tr("Your account may read, not review."))
        return None
    if not by:
        say("warning", tr("Write your name first: a verdict is signed."))
        return None
    store = frames.store()
    before = store.standing_verdicts([stored.id]).get(stored.id)
    note = str(st.session_state.get(widget_key(stored.id, "note")) or "")
    verdict, correction = _as_shown(stored, verdict, correction or {})
    try:
        given = store.judge(stored.id, verdict, by, note, correction, at_random)
    except InputError as error:
        say("error", tr("This verdict was not written."), str(error))
        return None
    st.session_state.pop(widget_key(stored.id, "note"), None)
    seen = stored.judged.number if stored.judged else None
    if before is not None and before.number != seen:
        say(
            "info",
            tr(
                "Somebody else has judged this claim since you opened it. Both verdicts are in "
                "its history; yours is the later one and counts."
            ),
            tr("{name}, {moment}", name=before.by, moment=minute(before.at)),
        )
    return given


def _as_shown(
    stored: StoredClaim, verdict: VerdictKind, correction: Mapping[str, str | None]
) -> tuple[VerdictKind, Mapping[str, str | None]]:
    """A verdict on what the page showed, as one on what the program reads by now.

    Who accepts a claim that somebody corrected, or that was read anew meanwhile, means what
    stood on the page.
    """
    if verdict not in ("accepted", "corrected"):
        return verdict, {}
    base = stored.claim if verdict == "accepted" else stored.as_read or stored.claim
    now = frames.store().claim(stored.id) or stored
    differing = changes(now.as_read or now.claim, fields_of(base) | dict(correction))
    return ("corrected" if differing else "accepted"), differing


def notice() -> None:
    """Says, once, what came of the last verdict."""
    found = st.session_state.pop(_NOTICE, None)
    if found is None:
        return
    kind, text, plain = found
    {"error": st.error, "warning": st.warning, "info": st.info}[kind](text)
    if plain:
        st.text(plain)


def say(kind: Literal["error", "warning", "info"], text: str, plain: str = "") -> None:
    """Keeps what `notice` says at the next run."""
    st.session_state[_NOTICE] = kind, text, plain


def subject(claim: Claim, codebook: Codebook) -> str:
    """Vendor and practice of a claim, fit for a heading."""
    practice = codebook.practice_label(claim.practice, current())
    return f"{label(codebook.vendor_label(claim.vendor))} · {label(practice)}"


def _claim_link(claim_id: str, text: str) -> None:
    st.page_link(
        CLAIM_PAGE, label=text, icon=":material/arrow_forward:", query_params={"id": claim_id}
    )


def _actions(stored: StoredClaim) -> None:
    """The widgets of the claim page."""
    name_field()
    note_field(stored)
    correcting = widget_key(stored.id, "correcting")

    def judge(verdict: VerdictKind) -> None:
        give(stored, verdict)

    def open_form(opened: bool) -> None:
        st.session_state[correcting] = opened

    def save(correction: Mapping[str, str | None]) -> None:
        if give(stored, "corrected", correction):
            open_form(False)

    with st.container(horizontal=True, gap="xsmall"):
        for name, kind in (("accept", "accepted"), ("reject", "rejected")):
            st.button(
                tr(BUTTONS[kind]),
                icon=ICONS[kind],
                key=widget_key(stored.id, name),
                on_click=judge,
                args=(kind,),
            )
        st.button(
            tr(BUTTONS["corrected"]),
            icon=ICONS["corrected"],
            key=widget_key(stored.id, "correct"),
            on_click=open_form,
            args=(True,),
        )
        if stored.judged is not None:
            st.button(
                tr(BUTTONS["withdrawn"]),
                icon=ICONS["withdrawn"],
                key=widget_key(stored.id, "withdraw"),
                on_click=judge,
                args=("withdrawn",),
                type="tertiary",
            )
    if st.session_state.get(correcting):
        correction_form(stored, save, lambda: open_form(False), lambda text: say("warning", text))
