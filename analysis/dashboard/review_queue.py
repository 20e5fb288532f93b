"""Review: one claim at a time, those first whose verdict would change the comparison most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from analysis.codebook import Codebook
from analysis.dashboard import access, agenda, evidence, filters, frames, passage, review
from analysis.dashboard.agenda import RANDOM, Agenda
from analysis.dashboard.correction import correction_form, widget_key
from analysis.dashboard.empty import empty_store
from analysis.dashboard.language import current, mark, number, percent, tr, trn
from analysis.dashboard.text import label
from analysis.review import precisions
from analysis.store import VERDICT_STATES, ClaimFilter, SecondLook, Store, StoredClaim, VerdictKind

ORDER, CLAIM = "order", "id"
SECOND_LOOKS_SHOWN = 10
JUDGED = ("accepted", "corrected", "rejected")
ORDERS = {"": mark("Those that matter most"), RANDOM: mark("At random")}
# Streamlit keeps C and R for itself, so that rejecting and correcting have other keys.
KEYS = {"accepted": "A", "rejected": "X", "corrected": "E", "skip": "S", "undo": "U"}
RULE = mark(
    "First come the claims on which the comparison rests: 1 divided by the number of stories "
    "that say the same of the same company, divided by the number of claims in which the story "
    "says it, times how unsure the program was of its reading."
)
RANDOM_RULE = mark(
    "Each claim is as likely as any other. Verdicts given so measure how often the program is "
    "right; the doubtful claims that come first otherwise are wrong more often."
)
REASONS = {
    "read_otherwise": mark("The program reads other details in it than at the time of the verdict"),
    "no_longer_read": mark("The program no longer reads it; it counts by the reviewer’s word"),
    "read_as_corrected": mark("The program now reads it as it was corrected, as another claim"),
}
_AT_ONCE: tuple[VerdictKind, ...] = ("accepted", "rejected")


def page() -> None:
    """Draws the page."""
    st.title(tr("Review"), anchor=False)
    if empty_store(frames.overview()):
        return
    st.write(
        tr(
            "Say of each claim whether the sentence says so. Rejected claims are no longer "
            "counted; corrected ones count as you correct them. Every verdict is signed and kept."
        )
    )
    codebook = frames.codebook()
    wanted = filters.bar(frames.facets(), codebook, first=())
    order = _order()
    queue = agenda.of_visit(wanted, order)
    stored = _shown(queue)
    _progress(wanted, queue)
    review.notice()
    if stored is None:
        _nothing_left(queue)
    else:
        _claim(stored, queue, codebook)
    _second_looks(codebook)
    _precision(codebook)


def _order() -> str:
    """The order in the address, and the widget that changes it."""
    given = st.query_params.get(ORDER, "")
    order = given if given in ORDERS else ""
    st.session_state[ORDER] = order
    st.segmented_control(
        tr("Order"),
        list(ORDERS),
        key=ORDER,
        required=True,
        format_func=lambda key: tr(ORDERS[key]),
        help=tr(RANDOM_RULE if order == RANDOM else RULE),
        on_change=_reorder,
    )
    return order


def _reorder() -> None:
    st.query_params.pop(CLAIM, None)
    if st.session_state[ORDER]:
        st.query_params[ORDER] = st.session_state[ORDER]
    else:
        st.query_params.pop(ORDER, None)


def _shown(queue: Agenda) -> StoredClaim | None:
    """The claim that the address names, or the first one that is left."""
    asked = st.query_params.get(CLAIM, "").strip()
    if asked:
        found = frames.store().claims_by_id([asked])
        if found:
            return found[0]
        st.warning(tr("This store has no such claim. The link may come from another store."))
    key = queue.next()
    return frames.store().claim(key) if key else None


def _progress(wanted: ClaimFilter, queue: Agenda) -> None:
    table = frames.table()
    done = table.count(replace(wanted, verdicts=JUDGED))
    total = table.count(replace(wanted, verdicts=VERDICT_STATES))
    if queue.judged:
        said = trn(
            "{judged} of {n} claim reviewed, {now} in this visit",
            "{judged} of {n} claims reviewed, {now} in this visit",
            total,
            judged=number(done),
            now=number(len(queue.judged)),
        )
    else:
        said = trn(
            "{judged} of {n} claim reviewed",
            "{judged} of {n} claims reviewed",
            total,
            judged=number(done),
        )
    st.progress(done / total if total else 0.0, text=said)


def _nothing_left(queue: Agenda) -> None:
    st.success(tr("No claim is left to review here."), icon=":material/done_all:")
    with st.container(horizontal=True):
        filters.clear_button()
        if queue.passed:
            st.button(
                tr("Show the skipped ones again"),
                icon=":material/replay:",
                on_click=queue.passed.clear,
            )
        if access.may_review():
            _undo_button(queue)


def _claim(stored: StoredClaim, queue: Agenda, codebook: Codebook) -> None:
    """The claim with its passage, and the buttons that judge it."""
    article = frames.store().article(stored.claim.article_id, stored.last_version)
    text, actions = st.columns([3, 2], gap="large")
    with text, st.container(border=True):
        st.subheader(review.subject(stored.claim, codebook), anchor=False)
        known = codebook.practices.get(stored.claim.practice)
        if known:
            st.caption(known.definition[current()])
        evidence.chips(stored, codebook)
        if article is not None:
            passage.show(article, stored.claim)
        st.text(evidence.source_line(stored))
        _why_now(stored, queue)
    with actions:
        _actions(stored, queue)
        st.caption(review.precision_note(stored.claim.practice, stored.lang))
        if stored.judged is not None:
            review.badge(stored)
        review.notes_on_standing(stored)
        review.history(stored)
        st.page_link(
            review.CLAIM_PAGE,
            label=tr("Open this claim"),
            icon=":material/arrow_forward:",
            query_params={"id": stored.id},
        )


def _why_now(stored: StoredClaim, queue: Agenda) -> None:
    """What of the comparison rests on the claim, and how sure the program was."""
    if stored.id in queue.stakes:
        stories, in_story = queue.stakes[stored.id]
        st.caption(_stakes_text(stored, stories, in_story))
    confidence = stored.claim.confidence
    if confidence is None:
        st.caption(tr("The program gave no confidence."))
    else:
        sure = percent(min(confidence, 0.99))
        st.caption(tr("The program’s confidence in company and practice: {share}.", share=sure))


def _stakes_text(stored: StoredClaim, stories: int, in_story: int) -> str:
    affirmed = stored.claim.polarity == "affirmed"
    if stories == 1 and in_story == 1:
        return (
            tr("In the comparison, nothing else affirms this of this company.")
            if affirmed
            else tr("In the comparison, nothing else denies this of this company.")
        )
    if stories == 1:
        return (
            tr("In the comparison, one story alone affirms this of this company.")
            if affirmed
            else tr("In the comparison, one story alone denies this of this company.")
        )
    return (
        trn(
            "In the comparison, {n} story affirms this of this company.",
            "In the comparison, {n} stories affirm this of this company.",
            stories,
        )
        if affirmed
        else trn(
            "In the comparison, {n} story denies this of this company.",
            "In the comparison, {n} stories deny this of this company.",
            stories,
        )
    )


def _actions(stored: StoredClaim, queue: Agenda) -> None:
    if not access.may_review():
        st.info(tr("Your account may read, not review."), icon=":material/lock:")
        return
    correcting = widget_key(stored.id, "correcting")

    def judge(verdict: VerdictKind, correction: Mapping[str, str | None] | None = None) -> None:
        drawn = queue.measures and stored.id in queue.stakes
        given = review.give(stored, verdict, correction, at_random=drawn)
        if given is not None:
            queue.judged.append((stored.id, given.number))
            _go_on(stored.id, queue)

    def open_form(opened: bool) -> None:
        st.session_state[correcting] = opened

    def save(correction: Mapping[str, str | None]) -> None:
        open_form(False)
        judge("corrected", correction)

    review.name_field()
    review.note_field(stored)
    with st.container(horizontal=True, gap="xsmall", key="review_actions"):
        for kind in _AT_ONCE:
            st.button(
                tr(review.BUTTONS[kind]),
                key=f"queue_{kind}",
                icon=review.ICONS[kind],
                shortcut=KEYS[kind],
                type="primary" if kind == "accepted" else "secondary",
                on_click=judge,
                args=(kind,),
            )
        st.button(
            tr(review.BUTTONS["corrected"]),
            key="queue_corrected",
            icon=review.ICONS["corrected"],
            shortcut=KEYS["corrected"],
            on_click=open_form,
            args=(True,),
        )
        st.button(
            tr("Skip"),
            key="queue_skip",
            icon=":material/skip_next:",
            shortcut=KEYS["skip"],
            on_click=_go_on,
            args=(stored.id, queue),
        )
        _undo_button(queue)
    if st.session_state.get(correcting):
        correction_form(
            stored, save, lambda: open_form(False), lambda text: review.say("warning", text)
        )


def _go_on(claim_id: str, queue: Agenda) -> None:
    """Leaves a claim for the next one."""
    queue.passed.add(claim_id)
    st.query_params.pop(CLAIM, None)


def _undo_button(queue: Agenda) -> None:
    st.button(
        tr("Undo"),
        key="queue_undo",
        icon=review.ICONS["withdrawn"],
        shortcut=KEYS["undo"],
        type="tertiary",
        disabled=not queue.judged,
        help=tr("Takes back your last verdict of this visit; the history keeps both."),
        on_click=_undo,
        args=(queue,),
    )


def _undo(queue: Agenda) -> None:
    """Takes the last verdict of this visit back, unless somebody has judged the claim since."""
    claim_id, verdict = queue.judged[-1]
    stored = frames.store().claim(claim_id)
    if stored is None or stored.judged is None or stored.judged.number != verdict:
        queue.judged.pop()
        review.say("info", tr("Somebody else has judged that claim since; it stays as it is."))
    elif review.give(stored, "withdrawn") is not None:
        queue.judged.pop()
    queue.passed.discard(claim_id)
    st.query_params[CLAIM] = claim_id


@st.cache_data(max_entries=4, show_spinner=False)
def second_looks(_store: Store, address: str, change: int) -> list[SecondLook]:
    """The store's, computed once for each of its changes."""
    return _store.second_looks()


def _second_looks(codebook: Codebook) -> None:
    looks = second_looks(frames.store(), frames.store().address, frames.store().last_change())
    if not looks:
        return
    title = trn(
        "{n} reviewed claim is worth a second look",
        "{n} reviewed claims are worth a second look",
        len(looks),
    )
    with st.expander(title, icon=":material/find_replace:"):
        st.write(tr("The program has read these articles again since, and reads them otherwise."))
        shown = {look.claim_id: look for look in looks[:SECOND_LOOKS_SHOWN]}
        for stored in frames.store().claims_by_id(list(shown)):
            _second_look(stored, shown[stored.id], codebook)
        if len(looks) > SECOND_LOOKS_SHOWN:
            more = len(looks) - SECOND_LOOKS_SHOWN
            st.caption(trn("{n} more is not shown.", "{n} more are not shown.", more))


def _second_look(stored: StoredClaim, look: SecondLook, codebook: Codebook) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{review.subject(stored.claim, codebook)}**")
        passage.show_quote(stored.claim, stored.lang, key=f"look_{stored.id}")
        st.caption(tr(REASONS[look.reason]))
        with st.container(horizontal=True, vertical_alignment="center"):
            review.badge(stored)
            st.button(
                tr("Review it again"),
                key=f"look_again_{stored.id}",
                icon=":material/rate_review:",
                type="tertiary",
                on_click=_look_at,
                args=(stored.id,),
            )


def _look_at(claim_id: str) -> None:
    st.query_params[CLAIM] = claim_id


def _precision(codebook: Codebook) -> None:
    st.header(tr("How often the program is right"), anchor=False)
    found = precisions(review.counts())
    if not found:
        st.write(tr("There are no verdicts yet."))
        return
    st.caption(
        tr(
            "Right: a reviewer left company and practice as the program reads them. Doubtful "
            "claims come first in this queue, so that the program is right more often than "
            "reviewed claims show; those drawn at random do not mislead, and are taken alone "
            "where they are enough."
        )
    )
    st.table(
        [
            {
                tr("Practice"): label(codebook.practice_label(one.practice, current())),
                tr("Language"): label(filters.language_label(one.lang or tr("unknown"))),
                tr("Verdicts"): number(one.judged),
                tr("Drawn"): tr("at random") if one.at_random else tr("all"),
                tr("Right"): review.share_text(one),
                tr("Right in every field"): (percent(one.exact / one.judged) if one.enough else ""),
            }
            for one in found
        ]
    )


page()
