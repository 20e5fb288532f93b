"""Add articles: addresses that are pasted and files that are uploaded, read in the background."""

from __future__ import annotations

from datetime import date
from pathlib import PurePath

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from analysis import submissions
from analysis.dashboard import access, frames
from analysis.dashboard.filters import language_label
from analysis.dashboard.jobs import jobs
from analysis.dashboard.language import number, tr, trn
from analysis.dashboard.text import label
from analysis.store import Piece
from analysis.submissions import FILE_KINDS, MAX_ADDRESSES, MAX_FILES, MAX_MEGABYTES

_MAX_TOTAL_MEGABYTES = 60
_LONGEST_LIST = 100_000
_LONGEST_FIELD = 300
_LANGUAGES = ("", "en", "fr")
_EARLIEST = date(1990, 1, 1)
_MEGABYTE = 1024 * 1024
_ROUND = "add_round"
"""Counts what was handed over: new widgets, which are empty, follow each time."""


def page() -> None:
    """Draws the page."""
    st.title(tr("Add articles"), anchor=False)
    if not access.may_review():
        st.info(tr("Only reviewers may add articles."), icon=":material/lock:")
    else:
        st.write(
            tr(
                "Articles that the crawl did not find. They are read in the background and "
                "analysed like all others; you may leave this page meanwhile."
            )
        )
        addresses, files = st.tabs([tr("Addresses"), tr("Files")])
        with addresses:
            _addresses()
        with files:
            _files()
    jobs()


def _addresses() -> None:
    given = st.text_area(
        tr("Addresses of articles, one a line"),
        key=_key("addresses"),
        height=160,
        max_chars=_LONGEST_LIST,
        placeholder="https://www.example.org/tech/alexa",
    )
    st.caption(
        tr(
            "Each is asked for as in any crawl: by the rules of the site’s robots.txt, with "
            "pauses, on the public web only. It is kept where it is about a voice assistant and "
            "privacy."
        )
    )
    if st.button(tr("Add these articles"), type="primary", key="add_addresses"):
        found = submissions.read_addresses(given)
        if found.refused:
            st.error(
                tr("These lines are not web addresses. Correct them, or take them away:"),
                icon=":material/link_off:",
            )
            st.text("\n".join(line[:_LONGEST_FIELD] for line in found.refused[:20]))
        elif not found.urls:
            st.warning(tr("Paste at least one address."))
        elif len(found.urls) > MAX_ADDRESSES:
            st.error(
                tr(
                    "These are {n} addresses; at most {most} can be added at a time.",
                    n=number(len(found.urls)),
                    most=number(MAX_ADDRESSES),
                )
            )
        else:
            _submit("addresses", [Piece(url) for url in found.urls])


def _files() -> None:
    uploaded = st.file_uploader(
        tr("Saved pages (HTML), plain text or PDF"),
        type=list(FILE_KINDS),
        accept_multiple_files=True,
        max_upload_size=MAX_MEGABYTES,
        key=_key("files"),
    )
    st.caption(
        tr("What you leave empty is read from the file. An article from a file is always kept.")
    )
    pieces = [_details(file) for file in uploaded]
    if not st.button(tr("Add these files"), type="primary", key="add_files", disabled=not uploaded):
        return
    total = sum(file.size for file in uploaded)
    unnamed = [piece.name for piece in pieces if _is_without_outlet(piece)]
    wrong = [piece.url for piece in pieces if piece.url and not _is_address(piece.url)]
    if len(uploaded) > MAX_FILES or total > _MAX_TOTAL_MEGABYTES * _MEGABYTE:
        st.error(
            tr(
                "At most {files} files and {megabytes} MB can be added at a time.",
                files=number(MAX_FILES),
                megabytes=number(_MAX_TOTAL_MEGABYTES),
            )
        )
    elif wrong:
        st.error(tr("This is not a web address; it begins with https:// or http://"))
        st.text("\n".join(wrong))
    elif unnamed:
        st.error(tr("Say which outlet published these, or give their web address:"))
        st.text("\n".join(unnamed))
    else:
        _submit("files", pieces)


def _details(file: UploadedFile) -> Piece:
    """What a person writes of a file."""
    path = PurePath(file.name)
    shown = f"{label(path.stem) or tr('File')} ({label(path.suffix)})"
    with st.expander(shown, expanded=True, icon=":material/description:"):
        name = f"{file.file_id}"
        with st.grid(2, gap=("xsmall", "small"), min_column_width=220):
            title = st.text_input(tr("Title"), key=f"{name}_title", max_chars=_LONGEST_FIELD)
            outlet = st.text_input(tr("Outlet"), key=f"{name}_outlet", max_chars=_LONGEST_FIELD)
            published = st.date_input(
                tr("Published on"),
                value=None,
                min_value=_EARLIEST,
                max_value=date.today(),
                format="YYYY-MM-DD",
                key=f"{name}_day",
            )
            lang = st.selectbox(
                tr("Language"),
                _LANGUAGES,
                format_func=lambda key: language_label(key) if key else tr("As the text says"),
                key=f"{name}_lang",
            )
        url = st.text_input(
            tr("Web address"), key=f"{name}_url", max_chars=submissions.LONGEST_ADDRESS
        )
    return Piece(
        file.name,
        title=title.strip(),
        outlet=outlet.strip(),
        lang=lang,
        url=url.strip(),
        published=published,
        content=file.getvalue(),
    )


def _is_without_outlet(piece: Piece) -> bool:
    is_page = PurePath(piece.name).suffix.lower() in (".html", ".htm")
    return not (piece.outlet or piece.url or is_page)


def _is_address(url: str) -> bool:
    return bool(submissions.read_addresses(url).urls)


def _submit(kind: str, pieces: list[Piece]) -> None:
    if not access.may_review():
        return
    frames.store().submit(access.user() or "", kind, pieces)
    submissions.start_worker()
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.toast(trn("{n} article is waiting.", "{n} articles are waiting.", len(pieces)))
    st.rerun()


def _key(name: str) -> str:
    return f"add_{name}_{st.session_state.get(_ROUND, 0)}"


page()
