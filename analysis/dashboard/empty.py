"""What a page says when there is nothing to show."""

from __future__ import annotations

import logging
import secrets

import streamlit as st

from analysis.dashboard.language import tr
from analysis.errors import EarshotError
from analysis.store import Overview


def empty_store(figures: Overview) -> bool:
    """Says what to do when there are no articles, or no claims yet; whether it did."""
    if not figures.articles:
        with st.container(border=True):
            st.subheader(tr("No articles yet"), anchor=False)
            st.write(
                tr(
                    "Run `make run` for the demonstration press, or crawl the outlets of your "
                    "own file with `python -m crawler crawl`, then `python -m analysis run`."
                )
            )
        return True
    if not figures.claims:
        with st.container(border=True):
            st.subheader(tr("No claims yet"), anchor=False)
            st.write(
                tr(
                    "Articles are stored, but none of them has given a claim. "
                    "Run `python -m analysis run` to read them."
                )
            )
        return True
    return False


def trouble(error: EarshotError) -> None:
    """Shows an error that a person can do something about; its text as it is."""
    st.error(tr("Earshot cannot show this page."), icon=":material/error:")
    st.text(str(error))


def failure(error: Exception, what: str) -> None:
    """Says what went wrong without showing how; the log has it under the reference given."""
    reference = secrets.token_hex(4)
    logging.getLogger(__name__).error("reference %s: %s", reference, error, exc_info=error)
    st.error(what, icon=":material/error:")
    st.text(
        tr(
            "Whoever runs this server finds the cause in its log, under the reference {reference}.",
            reference=reference,
        )
    )
