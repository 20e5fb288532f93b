"""Overview: the front door. What is here, what is new, where to go, what it does not say."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

import streamlit as st

from analysis.dashboard import frames
from analysis.dashboard.empty import empty_store
from analysis.dashboard.filters import language_label, meaning, undated_text
from analysis.dashboard.language import day, mark, minute, number, tr, trn
from analysis.dashboard.text import label
from analysis.store import ArticleRow, ClaimFilter, Crawl, Facets, Overview

# Articles that are shown as new.
NEW = 4
DOORS = (
    (
        "compare",
        mark("Compare"),
        mark("Which vendor does what, cell by cell, down to the sentence."),
    ),
    (
        "says",
        mark("Who says what"),
        mark("What the companies say, against what others say of them."),
    ),
    ("timeline", mark("Timeline"), mark("When it was said, and the peaks of attention.")),
    ("search", mark("Search"), mark("Every article, by its words.")),
)


def page() -> None:
    """Draws the page."""
    st.title(tr("What the press says about voice assistants and privacy"), anchor=False)
    figures = frames.overview()
    if empty_store(figures):
        if figures.last_crawl:
            st.write(_last_crawl(figures.last_crawl))
            _door("coverage", tr("What became of the addresses"))
        return
    st.write(
        tr(
            "Every number here opens down to a sentence: who says that which company does, "
            "or does not do, what with people’s voices."
        )
    )
    newest = _newest()
    if any(_on_this_machine(article.url) for article in newest[:1]):
        st.info(
            tr(
                "This is the demonstration press: invented outlets on this machine, with "
                "articles about publicly reported events. Do not quote them."
            ),
            icon=":material/science:",
        )
    _figures(figures, frames.facets())
    with st.grid(len(DOORS), gap="small", min_column_width=210):
        for page_name, title, what in DOORS:
            with st.container(border=True, gap="xsmall", height="stretch"):
                _door(page_name, tr(title))
                st.caption(tr(what))
    _news(newest, figures.last_crawl)
    st.header(tr("How to read a claim"), anchor=False)
    words = ("affirmed", "denied", "uncertain")
    st.markdown("\n".join(f"- {meaning(word)}" for word in words))
    st.header(tr("What this does not say"), anchor=False)
    _limits(figures)
    _door("coverage", tr("What was read, and what was not"))


def _door(page_name: str, title: str) -> None:
    st.page_link(
        f"analysis/dashboard/{page_name}.py",
        label=title,
        icon=":material/arrow_forward:",
        icon_position="right",
    )


def _figures(figures: Overview, values: Facets) -> None:
    languages = ", ".join(
        tr("{language} {number}", language=label(_language(lang)), number=number(count))
        for lang, count in figures.languages.items()
    )
    with st.grid(4, gap="small", min_column_width=150):
        st.metric(tr("Claims"), number(figures.claims), border=True)
        st.metric(tr("Articles"), number(figures.articles), border=True)
        st.metric(tr("Outlets"), number(figures.outlets), border=True)
        st.metric(tr("Vendors"), number(len(values.vendors)), border=True)
    st.text(
        tr(
            "Articles published from {first} to {last}; by language: {languages}.",
            first=day(figures.first_published),
            last=day(figures.last_published),
            languages=languages,
        )
    )


def _language(lang: str | None) -> str:
    return language_label(lang) if lang else tr("unknown")


def _news(newest: Sequence[ArticleRow], crawl: Crawl | None) -> None:
    """The newest articles that make a claim, and what the last crawl brought."""
    st.header(tr("What is new"), anchor=False)
    for article in newest:
        with st.container(gap=None):
            st.text(article.title)
            claims = trn("{n} claim", "{n} claims", article.claims)
            st.caption(f"{label(article.outlet_name)} · {day(article.published)} · {claims}")
    _door("claims", tr("Read the claims, newest first"))
    if crawl:
        st.write(_last_crawl(crawl))


def _newest() -> Sequence[ArticleRow]:
    table = frames.table()
    first_of_each = table.rows(ClaimFilter())["article"].drop_duplicates().index[:NEW]
    articles = tuple(table.article_ids(first_of_each))
    return frames.store().article_rows(ClaimFilter(articles=articles)) if articles else ()


def _on_this_machine(url: str) -> bool:
    """Whether an article stands on this machine: the demonstration press."""
    try:
        return ip_address(urlsplit(url).hostname or "").is_loopback
    except ValueError:
        return False


def _last_crawl(crawl: Crawl) -> str:
    start = minute(crawl.started)
    if crawl.interrupted:
        return tr(
            "The last crawl started on {start} and was interrupted; the next one goes on from "
            "there.",
            start=start,
        )
    if crawl.finished is None:
        return tr("The last crawl started on {start} and has not finished.", start=start)
    counts = crawl.stats.values()
    new, changed = (
        sum(outcomes.get(name, 0) for outcomes in counts) for name in ("new", "changed")
    )
    return tr(
        "The last crawl started on {start} and finished on {end}. It brought {new} and found "
        "{changed} changed.",
        start=start,
        end=minute(crawl.finished),
        new=trn("{n} new article", "{n} new articles", new),
        changed=number(changed),
    )


def _limits(figures: Overview) -> None:
    lines = [
        tr(
            "Only the outlets that were crawled, and of them only articles that name a voice "
            "assistant and speak of privacy, in French or English. Silence here is not proof "
            "that nobody wrote."
        ),
        tr(
            "A claim is what a sentence says, not what is true. A program read the sentences: "
            "check the article before you quote."
        ),
    ]
    if figures.undated:
        lines.append(undated_text(figures.undated))
    if figures.unread:
        lines.append(
            trn(
                "{n} article was crawled but is not yet read for claims.",
                "{n} articles were crawled but are not yet read for claims.",
                figures.unread,
            )
        )
    st.markdown("\n".join(f"- {line}" for line in lines))


page()
