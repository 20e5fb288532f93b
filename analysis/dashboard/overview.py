"""Overview: what was crawled, when, how much, and what that does not cover."""

from __future__ import annotations

import streamlit as st

from analysis.codebook import Codebook
from analysis.dashboard import frames
from analysis.dashboard.empty import empty_store
from analysis.dashboard.filters import LANGUAGE_LABELS
from analysis.dashboard.text import count, day, label, minute
from analysis.store import Crawl, Facets, Overview


def page() -> None:
    """Draws the page."""
    st.title("What the press says about voice assistants and privacy", anchor=False)
    figures, values, codebook = frames.overview(), frames.facets(), frames.codebook()
    if not empty_store(figures):
        st.write(
            "Every number here opens down to a sentence: who says that which company does, "
            "or does not do, what with people’s voices."
        )
        if frames.demonstration(frames.store()):
            st.info(
                "This is the demonstration press: invented outlets on this machine, with "
                "articles about publicly reported events. Do not quote them.",
                icon=":material/science:",
            )
        _figures(figures, values)
        st.page_link(
            "analysis/dashboard/compare.py",
            label="Compare the vendors",
            icon=":material/arrow_forward:",
            icon_position="right",
        )
    if figures.last_crawl:
        st.header("What was crawled", anchor=False)
        st.write(_last_crawl(figures.last_crawl))
        st.dataframe(
            frames.outlets(figures, values),
            hide_index=True,
            height="content",
            alt="Claims and articles of the last crawl, by outlet",
        )
    if figures.articles:
        st.header("What this does not cover", anchor=False)
        _limits(figures, values, codebook)
    if figures.outcomes:
        with st.expander(
            f"What became of the {count(figures.pages, 'address', 'addresses')} requested"
        ):
            st.dataframe(
                frames.outcomes(figures),
                hide_index=True,
                height="content",
                column_config={"Addresses": st.column_config.NumberColumn(width="small")},
                alt="Requested addresses by outcome",
            )


def _figures(figures: Overview, values: Facets) -> None:
    languages = ", ".join(
        f"{LANGUAGE_LABELS.get(lang or '', lang or 'unknown')} {number}"
        for lang, number in figures.languages.items()
    )
    with st.grid(4, gap="small", min_column_width=150):
        st.metric("Claims", f"{figures.claims:,}", border=True)
        st.metric("Articles", f"{figures.articles:,}", border=True)
        st.metric("Outlets", f"{figures.outlets:,}", border=True)
        st.metric("Vendors", f"{len(values.vendors):,}", border=True)
    st.text(
        f"Articles published from {day(figures.first_published)} to "
        f"{day(figures.last_published)}; by language: {languages}."
    )


def _last_crawl(crawl: Crawl) -> str:
    start = f"The last crawl started on {minute(crawl.started)}"
    if crawl.interrupted:
        return f"{start} and was interrupted; the next one goes on from there."
    if crawl.finished is None:
        return f"{start} and has not finished."
    return f"{start} and finished on {minute(crawl.finished)}."


def _limits(figures: Overview, values: Facets, codebook: Codebook) -> None:
    silent_vendors = [v.label for key, v in codebook.vendors.items() if key not in values.vendors]
    silent = [p.label["en"] for key, p in codebook.practices.items() if key not in values.practices]
    lines = [
        "Only the outlets above, and of them only articles that name a voice assistant and "
        "speak of privacy, in French or English. Silence here is not proof that nobody wrote.",
        "A claim is what a sentence says, not what is true. A program read the sentences: "
        "check the article before you quote.",
    ]
    if silent_vendors:
        lines.append(f"No claim about {', '.join(map(label, silent_vendors))}.")
    if silent:
        lines.append(f"No claim on {', '.join(map(label, silent)).lower()}.")
    if figures.undated:
        undated = count(figures.undated, "article")
        lines.append(f"{undated} without a date: left out when you filter by date.")
    if figures.unread:
        lines.append(f"{count(figures.unread, 'article')} crawled but not yet read for claims.")
    st.markdown("\n".join(f"- {line}" for line in lines))


page()
