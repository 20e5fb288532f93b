"""Search: the articles that have some words, with the passages where they stand.

A search is its address: words, filters, order and page.
"""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

import streamlit as st

from analysis.dashboard import address, filters, frames, recent, snippet
from analysis.dashboard.empty import empty_store
from analysis.dashboard.language import day, mark, number, tr, trn
from analysis.dashboard.text import web_address
from analysis.search_terms import (
    MAX_LENGTH,
    MAX_WORDS,
    SHORTEST_PREFIX,
    Problem,
    Query,
    QueryError,
    highlighted,
    parse,
    snippets,
)
from analysis.store import ArticleHit, ClaimFilter, Found

PAGE_SIZE = 20
SORT = "sort"
BEST, NEWEST = "best", "newest"
_ORDERS = {BEST: mark("Best match first"), NEWEST: mark("Newest first")}
_PROBLEMS: dict[Problem, str] = {
    "empty": mark(
        "There is no word to look for: quotation marks, minus and asterisk only say how to look. "
        "Write at least one word."
    ),
    "only_unwanted": mark(
        "A minus takes articles away from those that are found. Write at least one word without it."
    ),
    "too_long": mark("This search is too long: at most {length} characters are read."),
    "too_many_words": mark("This search has too many words: at most {words} are read."),
    "short_prefix": mark("An asterisk needs at least {letters} letters before it, as in surveil*."),
}
_EARLIEST = date(2010, 1, 1)
_CALENDAR = "YYYY-MM-DD"
_FILTERS = ("lang", "outlet", "from", "to")
_LAST_PAGE = 100_000


def page() -> None:
    """Draws the page."""
    st.title(tr("Search"), anchor=False)
    figures = frames.overview()
    if not figures.articles:
        empty_store(figures)
        return
    typed = " ".join(st.query_params.get_all(address.TEXT)).strip()
    wanted = filters.asked()
    order = NEWEST if st.query_params.get(SORT) == NEWEST else BEST
    _bar(typed, wanted, order, tuple(filter(None, figures.languages)))
    filters.note_undated(wanted)
    if not typed:
        st.caption(tr("Finds words in the titles and texts of all articles, in all their forms."))
        recent.show(_search_again)
        return
    try:
        query = parse(typed)
    except QueryError as error:
        st.warning(
            tr(
                _PROBLEMS[error.problem],
                length=number(MAX_LENGTH),
                words=number(MAX_WORDS),
                letters=number(SHORTEST_PREFIX),
            ),
            icon=":material/search_off:",
        )
        recent.show(_search_again)
        return
    recent.remember(typed)
    if query.unclosed:
        st.caption(
            tr("A quotation mark is not closed: the words after it were read as one phrase.")
        )
    _results(query, wanted, order)


def _bar(typed: str, wanted: ClaimFilter, order: str, languages: tuple[str, ...]) -> None:
    """The words, then what narrows and sorts; filled from the address, and written to it."""
    st.session_state[_key(address.TEXT)] = typed[:MAX_LENGTH]
    st.session_state[_key("lang")] = list(wanted.languages)
    st.session_state[_key("outlet")] = list(wanted.outlets)
    st.session_state[_key("from")] = wanted.date_from
    st.session_state[_key("to")] = wanted.date_to
    st.session_state[_key(SORT)] = order
    st.text_input(
        tr("Words"),
        key=_key(address.TEXT),
        placeholder=tr("voice recordings"),
        max_chars=MAX_LENGTH,
        icon=":material/search:",
        on_change=_write,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            tr("Order"),
            list(_ORDERS),
            key=_key(SORT),
            format_func=lambda key: tr(_ORDERS[key]),
            label_visibility="collapsed",
            wrap=True,
            on_change=_write,
        )
        _filters(wanted, languages)
        _help()
        if typed:
            _link()


def _filters(wanted: ClaimFilter, languages: tuple[str, ...]) -> None:
    names = frames.facets().outlet_names
    # The calendar refuses a day outside its range, also one that the address names.
    days = [d for d in (_EARLIEST, date.today(), wanted.date_from, wanted.date_to) if d]
    active = _active(wanted)
    title = tr("Filters ({n} active)", n=number(active)) if active else tr("Filters")
    with (
        st.popover(title, icon=":material/tune:", key="search_filters"),
        st.grid(2, gap=("xsmall", "small"), min_column_width=220),
    ):
        st.multiselect(
            tr("Language"),
            list(dict.fromkeys((*languages, *wanted.languages))),
            key=_key("lang"),
            format_func=filters.language_label,
            placeholder=tr("All"),
            on_change=_write,
        )
        st.multiselect(
            tr("Outlet"),
            list(dict.fromkeys((*names, *wanted.outlets))),
            key=_key("outlet"),
            format_func=lambda key: names.get(key, key),
            placeholder=tr("All"),
            on_change=_write,
        )
        for name, title in (("from", tr("Published from")), ("to", tr("Published until"))):
            st.date_input(
                title,
                value=None,
                min_value=min(days),
                max_value=max(days),
                key=_key(name),
                format=_CALENDAR,
                on_change=_write,
            )


def _active(wanted: ClaimFilter) -> int:
    return sum(name in address.write(wanted) for name in _FILTERS)


def _help() -> None:
    with st.popover(tr("How to search"), icon=":material/help:", type="tertiary"):
        st.markdown(
            "\n".join(
                [
                    "| | |",
                    "|---|---|",
                    f"| `listen recordings` | {tr('both words, in any of their forms')} |",
                    f'| `"voice recordings"` | {tr("these words in this order")} |',
                    f"| `alexa -police` | {tr('without the second word')} |",
                    f"| `alexa OR siri` | {tr('one of the two')} |",
                    f"| `surveil*` | {tr('words that begin so')} |",
                ]
            )
        )
        st.caption(tr("Accents and capital letters make no difference."))


def _link() -> None:
    """The address of this search, to be kept or sent."""
    with st.popover(tr("Link to this search"), icon=":material/link:", type="tertiary"):
        st.caption(tr("Opens this search again, with its filters and its order."))
        here = (st.context.url or "").partition("?")[0]
        parameters = {name: st.query_params.get_all(name) for name in st.query_params}
        st.code(f"{here}?{urlencode(parameters, doseq=True)}", language=None, wrap_lines=True)


def _results(query: Query, wanted: ClaimFilter, order: str) -> None:
    def page_of(number: int) -> Found:
        offset = (number - 1) * PAGE_SIZE
        return frames.store().search_articles(query, wanted, order == NEWEST, PAGE_SIZE, offset)

    asked = filters.page_number(_LAST_PAGE)
    found = page_of(asked)
    if not found.total:
        st.info(
            tr("No article that passes the filters has these words.")
            if _active(wanted)
            else tr("No article has these words. Try fewer words, or the beginning of one with *."),
            icon=":material/search_off:",
        )
        return
    pages = -(-found.total // PAGE_SIZE)
    if asked > pages:
        found = page_of(pages)
    st.markdown(f"**{trn('{n} article', '{n} articles', found.total)}**")
    if order == BEST and not found.ranked:
        st.caption(
            tr(
                "Too many articles have these words to tell which fit best: the newest come first. "
                "Another word or a filter narrows them down."
            )
        )
    for hit in found.hits:
        _result(hit, query)
    filters.pagination(min(asked, pages), pages)


def _result(hit: ArticleHit, query: Query) -> None:
    article = hit.article
    with st.container(border=True, gap="xsmall"):
        snippet.show(
            highlighted(article.title, article.lang, query),
            snippets(article, query),
            article.lang,
            key=f"found_{article.id}",
        )
        st.text(f"{hit.outlet_name} · {day(article.published)}")
        with st.container(horizontal=True, vertical_alignment="center"):
            if hit.claims:
                st.page_link(
                    "analysis/dashboard/claims.py",
                    label=trn(
                        "{n} claim in this article", "{n} claims in this article", hit.claims
                    ),
                    icon=":material/format_quote:",
                    query_params={"article": article.id},
                )
            else:
                st.caption(tr("No claims"))
            link = web_address(article.url or "")
            if link:
                st.link_button(tr("Read the article"), link, icon=":material/open_in_new:")


def _key(name: str) -> str:
    return f"search_{name}"


def _search_again(typed: str) -> None:
    st.query_params.from_dict({**_kept(), address.TEXT: typed})


def _write() -> None:
    """Puts what the widgets hold into the address; back to the first page of results."""
    held = st.session_state
    typed = held[_key(address.TEXT)].strip()
    parameters: dict[str, list[str]] = {
        address.TEXT: [typed] if typed else [],
        "lang": held[_key("lang")],
        "outlet": held[_key("outlet")],
        **{name: [d.isoformat()] if (d := held[_key(name)]) else [] for name in ("from", "to")},
        SORT: [NEWEST] if held[_key(SORT)] == NEWEST else [],
    }
    written = {name: values for name, values in parameters.items() if values}
    st.query_params.from_dict({**_kept(), **written})


def _kept() -> dict[str, list[str]]:
    """What of the address is no part of a search, such as the language of the interface."""
    ours = {address.TEXT, *_FILTERS, SORT, filters.PAGE}
    return {name: st.query_params.get_all(name) for name in st.query_params if name not in ours}


page()
