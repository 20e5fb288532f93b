"""Right of reply: a request for comment to one company, and the log of what it answered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

import streamlit as st

from analysis.codebook import Codebook
from analysis.dashboard import access, filters, frames, reply
from analysis.dashboard.empty import empty_store
from analysis.dashboard.language import LANGUAGES, current, day, mark, speaking, tr, trn
from analysis.dashboard.letter import INTRODUCTION, MOST, Letter, Request, docx, markdown, request
from analysis.dashboard.text import label
from analysis.errors import InputError
from analysis.store import Answer, ClaimFilter, StoredClaim
from analysis.store.replies import LONGEST_NAME, LONGEST_TEXT
from analysis.table import REJECTED

# Claims read for a document: more than it lists, as copies of one story come together.
READ = 5 * MOST
PREVIEWED = 3
LONGEST_INTRODUCTION = 5_000
NAME = "reviewer_name"
_FORM = "reply_form"
_NOTICE = "reply_notice"
_CALENDAR = "YYYY-MM-DD"
_WORD_FILE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LOGGED = mark("The entry is in the log.")


def page() -> None:
    """Draws the page."""
    st.title(tr("Right of reply"), anchor=False)
    if empty_store(frames.overview()):
        return
    st.write(
        tr(
            "What the press says of one company, as a document with a question on each "
            "statement, and what the company answered."
        )
    )
    codebook = frames.codebook()
    wanted = filters.bar(frames.facets(), codebook, first=("vendor", "practice", "from"))
    if len(wanted.vendors) != 1:
        st.info(tr("Choose one vendor: a request goes to one company."), icon=":material/domain:")
        return
    (vendor,) = wanted.vendors
    claims, stories, total = _claims(wanted)
    if claims:
        _request(vendor, claims, stories, total - len(claims), codebook)
    else:
        st.info(tr("No claim passes these filters."), icon=":material/filter_alt_off:")
        filters.clear_button()
    _answers(vendor, claims, wanted, codebook)


def _claims(wanted: ClaimFilter) -> tuple[list[StoredClaim], dict[str, int], int]:
    """The newest claims that pass, the story of each article, and how many pass in all.

    No company is asked about a claim that a reviewer rejected, whatever the filter says.
    """
    table = frames.table()
    rows = table.rows(wanted)
    rows = rows[rows["verdict"] != REJECTED]
    first = rows.head(READ)
    stories = dict(zip(table.article_ids(first.index), first["story"].tolist(), strict=True))
    return frames.store().claims_by_id(table.claim_ids(first.index)), stories, len(rows)


def _request(
    vendor: str,
    claims: Sequence[StoredClaim],
    stories: dict[str, int],
    more: int,
    codebook: Codebook,
) -> None:
    st.header(tr("The request"), anchor=False)
    form, preview = st.columns([2, 3], gap="large")
    with form:
        lang, letter = _letter(vendor, codebook)
        with speaking(lang):
            made = request(vendor, claims, stories, letter, codebook, more)
        _downloads(made, vendor)
    with preview:
        _preview(made)


def _letter(vendor: str, codebook: Codebook) -> tuple[str, Letter]:
    lang = (
        st.segmented_control(
            tr("Language of the document"),
            list(LANGUAGES),
            default=current(),
            format_func=lambda key: LANGUAGES[key],
            required=True,
            key="reply_language",
        )
        or current()
    )
    deadline = st.date_input(
        tr("Answer by"),
        value=None,
        min_value="today",
        format=_CALENDAR,
        key="reply_deadline",
    )
    contact = st.text_input(
        tr("Where to answer"),
        max_chars=LONGEST_NAME,
        placeholder=tr("Name, e-mail address, telephone"),
        key="reply_contact",
        persist_state="session",
    )
    with speaking(lang):
        given = tr(INTRODUCTION, vendor=codebook.vendor_label(vendor))
    introduction = st.text_area(
        tr("Introduction"),
        value=given,
        height=180,
        max_chars=LONGEST_INTRODUCTION,
        key=f"reply_introduction_{lang}_{vendor}",
    )
    return lang, Letter(introduction or "", contact or "", deadline)


def _downloads(made: Request, vendor: str) -> None:
    name = re.sub(r"\W+", "-", vendor.removeprefix("other:")).strip("-")[:40] or "company"
    with st.container(horizontal=True):
        st.download_button(
            tr("Download for Word"),
            data=access.while_allowed(partial(docx, made)),
            file_name=f"request-{name}.docx",
            mime=_WORD_FILE,
            on_click="ignore",
            icon=":material/description:",
            type="primary",
        )
        st.download_button(
            tr("Download as Markdown"),
            data=access.while_allowed(partial(_markdown_file, made)),
            file_name=f"request-{name}.md",
            mime="text/markdown",
            on_click="ignore",
            icon=":material/markdown:",
        )
    st.caption(
        tr(
            "A program found these statements. Read each one in its article before you send the "
            "request."
        )
    )


def _markdown_file(made: Request) -> bytes:
    return markdown(made).encode("utf-8")


def _preview(made: Request) -> None:
    shown = 0
    st.text(trn("{n} statement in the document", "{n} statements in the document", made.statements))
    for section in made.sections:
        if shown == PREVIEWED:
            break
        st.subheader(label(section.title), anchor=False)
        st.text(" ".join((made.asks, *section.questions)))
        for statement in section.statements[: PREVIEWED - shown]:
            shown += 1
            with st.container(border=True, gap="xsmall"):
                st.text(statement.heading)
                st.text(tr("“{words}”", words=statement.quote))
                st.text("\n".join(statement.facts))
                st.text(f"{made.asks} {statement.question}")
    if made.statements > shown:
        st.caption(
            trn(
                "{n} more statement is in the document.",
                "{n} more statements are in the document.",
                made.statements - shown,
            )
        )
    if made.closing:
        st.warning(made.closing, icon=":material/content_cut:")


def _answers(
    vendor: str, claims: Sequence[StoredClaim], wanted: ClaimFilter, codebook: Codebook
) -> None:
    st.header(tr("Answers"), anchor=False)
    notice = st.session_state.pop(_NOTICE, None)
    if notice:
        st.success(notice, icon=":material/check:")
    if access.may_review():
        with st.expander(tr("Enter a request or an answer"), icon=":material/edit_note:"):
            _form(vendor, claims, wanted, codebook)
    logged = frames.store().answers(vendor)
    for answer in logged:
        reply.entry(answer)
    if not logged:
        st.caption(tr("Nothing is logged about this company yet."))


def _form(
    vendor: str, claims: Sequence[StoredClaim], wanted: ClaimFilter, codebook: Codebook
) -> None:
    by_id = {stored.id: stored for stored in claims[:MOST]}
    # A form of a new key is an empty one: what was entered is in the log.
    turn = st.session_state.setdefault(_FORM, 0)
    with st.form(f"{_FORM}_{turn}", border=False):
        left, right = st.columns(2)
        asked = left.date_input(
            tr("Asked on"), value=None, max_value="today", format=_CALENDAR, key=f"asked_{turn}"
        )
        answered = right.date_input(
            tr("Answered on"),
            value=None,
            max_value="today",
            format=_CALENDAR,
            key=f"answered_{turn}",
            help=tr("Leave it empty to note a request that was not answered."),
        )
        answered_by = st.text_input(
            tr("Who answered"),
            max_chars=LONGEST_NAME,
            placeholder=tr("A spokesperson, by e-mail"),
            key=f"answered_by_{turn}",
        )
        text = st.text_area(
            tr("The answer, word for word"), max_chars=LONGEST_TEXT, height=160, key=f"text_{turn}"
        )
        practices = st.multiselect(
            tr("About these practices"),
            list(codebook.practices),
            default=[key for key in wanted.practices if key in codebook.practices],
            format_func=lambda key: codebook.practice_label(key, current()),
            placeholder=tr("All"),
            key=f"practices_{turn}",
        )
        chosen = st.multiselect(
            tr("Only about these statements"),
            list(by_id),
            format_func=lambda key: _short(by_id[key]),
            placeholder=tr("All on these practices"),
            key=f"claims_{turn}",
        )
        if access.user() is None:
            st.text_input(
                tr("Your name"), key=NAME, max_chars=LONGEST_NAME, persist_state="session"
            )
        st.caption(tr("An entry cannot be changed later: to correct one, enter another."))
        if st.form_submit_button(tr("Enter"), type="primary"):
            _log(
                Answer(
                    vendor=vendor,
                    entered_by=access.user() or str(st.session_state.get(NAME) or "").strip(),
                    practices=tuple(practices),
                    claims=tuple(chosen),
                    asked=asked,
                    answered=answered,
                    answered_by=answered_by or "",
                    text=text or "",
                )
            )


def _short(stored: StoredClaim) -> str:
    quote = " ".join(stored.claim.quote.split())
    return f"{quote[:60]}… ({stored.outlet_name}, {day(stored.published)})"


def _log(answer: Answer) -> None:
    problem = _problem(answer)
    if problem is None and access.may_review():
        try:
            frames.store().log_answer(answer)
        except InputError as error:
            problem = str(error)
        else:
            st.session_state[_FORM] += 1
            st.session_state[_NOTICE] = tr(_LOGGED)
            st.rerun()
    if problem:
        st.error(tr("This was not entered."), icon=":material/error:")
        st.text(problem)


def _problem(answer: Answer) -> str | None:
    """What is missing, in words for the person who enters it."""
    if not answer.entered_by:
        return tr("Write your name: an entry is signed.")
    if answer.answered is None and answer.text.strip():
        return tr("Give the day of the answer.")
    if answer.answered is not None and not answer.text.strip():
        return tr("Write what the company answered, or leave the day of the answer empty.")
    if answer.asked is None and answer.answered is None:
        return tr("Give the day of the request.")
    if answer.asked and answer.answered and answer.answered < answer.asked:
        return tr("The answer is dated before the request.")
    return None


page()
