"""The filters of a page, kept in its address.

The address is the only truth: each run fills the widgets from it, and a widget
that changes writes it. So a link, the back button and a reload all give the same
view. Streamlit's own binding would put the widgets' labels into the address and
drop values without a word.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import streamlit as st

from analysis.codebook import Codebook
from analysis.dashboard import address, frames, language
from analysis.dashboard.language import day, listed, mark, tr, trn
from analysis.dashboard.text import label
from analysis.records import CERTAINTIES, POLARITIES, SOURCE_TYPES
from analysis.store import VERDICT_STATES, ClaimFilter, Facets

PAGE = "page"
POLARITY_LABELS = {"affirmed": mark("Affirmed"), "denied": mark("Denied")}
CERTAINTY_LABELS = {"certain": mark("Certain"), "uncertain": mark("Uncertain")}
MEANINGS = {
    "affirmed": mark("The sentence says that the company does it."),
    "denied": mark("The sentence says that the company does not do it."),
    "certain": mark("The sentence says so without reservation, in whosever name."),
    "uncertain": mark(
        "The sentence says so with reservation: as possible, as alleged or suspected, or as a "
        "question."
    ),
}
LANGUAGE_LABELS = {"en": mark("English"), "fr": mark("French")}
VERDICT_LABELS = {
    "unreviewed": mark("Not reviewed"),
    "accepted": mark("Accepted"),
    "corrected": mark("Corrected"),
    "rejected": mark("Rejected"),
}
_EARLIEST = date(2010, 1, 1)
_TITLES = {
    "vendor": mark("Vendor"),
    "practice": mark("Practice"),
    "who": mark("Who says it"),
    "polarity": mark("Affirmed or denied"),
    "certainty": mark("Certainty"),
    "verdict": mark("Review"),
    "lang": mark("Language"),
    "outlet": mark("Outlet"),
    "article": mark("Article"),
    "from": mark("Published from"),
    "to": mark("Published until"),
    address.TEXT: mark("Words"),
}
_CHIP_LENGTH = 40
_POPOVER_WIDTH = 560


def asked() -> ClaimFilter:
    """The filter in this page's address; tells the reader of a part that is not readable."""
    found = address.read(_parameters())
    for name in found.unreadable:
        st.warning(
            tr(
                "The address has no valid date under “{name}”: dates are written 2019-04-12. "
                "This filter is off.",
                name=name,
            ),
            icon=":material/event_busy:",
        )
    return found.wanted


def bar(values: Facets, codebook: Codebook, first: tuple[str, ...]) -> ClaimFilter:
    """The filter widgets: those of `first` in sight, the others behind a button.

    What is on behind the button stands below it, each value with a cross that takes it off.
    """
    wanted = asked()
    for name, field in {**address.LISTS, **address.DATES}.items():
        value = getattr(wanted, field)
        st.session_state[_key(name)] = list(value) if isinstance(value, tuple) else value
    st.session_state[_key(address.TEXT)] = wanted.text

    options, labels = _choices(values, codebook, wanted)
    # The calendar refuses a day outside its range, also one that the address names.
    days = [d for d in (_EARLIEST, date.today(), wanted.date_from, wanted.date_to) if d]

    def widget(name: str) -> None:
        if name == address.TEXT:
            st.text_input(
                tr(_TITLES[name]),
                key=_key(name),
                placeholder=tr("In the sentence, the title or the source"),
                max_chars=address.MAX_LENGTH,
                icon=":material/search:",
                on_change=_write,
            )
        elif name in address.DATES:
            st.date_input(
                tr(_TITLES[name]),
                value=None,
                min_value=min(days),
                max_value=max(days),
                key=_key(name),
                format="YYYY-MM-DD",
                on_change=_write,
            )
        else:
            st.multiselect(
                tr(_TITLES[name]),
                options[name],
                key=_key(name),
                format_func=labels[name],
                placeholder=tr("All but rejected") if name == "verdict" else tr("All"),
                help=_help(name),
                on_change=_write,
            )

    others = [name for name in _TITLES if name not in first]
    with st.container(key="filters", gap="xsmall"):
        if first:
            with st.grid(len(first), gap=("xsmall", "small"), min_column_width=200):
                for name in first:
                    widget(name)
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
            with (
                st.popover(
                    tr("More filters") if first else tr("Filters"),
                    icon=":material/tune:",
                    key="filters_more",
                ),
                st.grid(2, gap=("xsmall", "small"), min_column_width=220, width=_POPOVER_WIDTH),
            ):
                for name in others:
                    if name != "article":  # a link sets it; no list of articles is short enough
                        widget(name)
            for name in others:
                _chips(name, wanted, labels)
        note_undated(wanted)
    return wanted


def note_undated(wanted: ClaimFilter) -> None:
    """Says how many articles a filter by date leaves out for want of a date."""
    undated = frames.overview().undated
    if undated and (wanted.date_from or wanted.date_to):
        st.caption(undated_text(undated))


def undated_text(articles: int) -> str:
    """What happens to articles without a date, in a sentence."""
    return trn(
        "{n} article without a date is left out when you filter by date.",
        "{n} articles without a date are left out when you filter by date.",
        articles,
    )


def meaning(key: str) -> str:
    """What a polarity or a certainty means: its name and one sentence, in Markdown."""
    word = {**POLARITY_LABELS, **CERTAINTY_LABELS}[key]
    return tr("**{word}**: {meaning}", word=tr(word), meaning=tr(MEANINGS[key]))


def _help(name: str) -> str | None:
    explained = {"polarity": POLARITIES, "certainty": CERTAINTIES}.get(name)
    return "\n\n".join(map(meaning, explained)) if explained else None


def _chips(name: str, wanted: ClaimFilter, labels: dict[str, Callable[[str], str]]) -> None:
    """A button for each value of a filter that is on; it takes that value off."""
    on = address.write(wanted)
    for number, value in enumerate(on.get(name, ())):
        shown = labels[name](value) if name in labels else value
        rest = {**on, name: [other for other in on[name] if other != value]}
        st.button(
            tr("{filter}: {value}", filter=tr(_TITLES[name]), value=_short(label(shown))),
            key=f"filter_off_{name}_{number}",
            icon=":material/close:",
            icon_position="right",
            help=tr("Take this filter off"),
            on_click=_replace,
            args=(rest,),
        )


def _short(text: str) -> str:
    return text if len(text) <= _CHIP_LENGTH else f"{text[:_CHIP_LENGTH].rstrip()}…"


def clear_button() -> None:
    """A button that takes every filter off."""
    st.button(
        tr("Clear filters"), icon=":material/filter_alt_off:", on_click=_clear, type="tertiary"
    )


def choose_dates(first: date, last: date) -> None:
    """Puts a range of days, both included, into the address; the other filters stay."""
    _replace(address.write(replace(_current(), date_from=first, date_to=last)))


def clear_dates() -> None:
    """Takes the range of days out of the address; the other filters stay."""
    _replace(address.write(replace(_current(), date_from=None, date_to=None)))


def in_words(wanted: ClaimFilter, values: Facets, codebook: Codebook) -> str:
    """A filter as text: "Vendor: Apple, Google; Words: “police”"; empty where nothing narrows."""
    _, labels = _choices(values, codebook, wanted)

    def said(name: str, given: list[str]) -> str:
        if name in address.DATES:
            return day(date.fromisoformat(given[0]))
        if name == address.TEXT:
            return tr("“{words}”", words=given[0])
        return ", ".join(map(labels[name], given))

    return listed(
        tr("{filter}: {value}", filter=tr(_TITLES[name]), value=said(name, given))
        for name, given in address.write(wanted).items()
    )


def page_number(pages: int) -> int:
    """The number of the page of results in the address, from 1 to `pages`."""
    given = st.query_params.get(PAGE, "1")
    # int() reads other digits too, but not at any length.
    number = int(given) if given.isdecimal() and len(given) < 10 else 1
    return min(max(number, 1), pages)


def pagination(number: int, pages: int) -> None:
    """The widget that moves between pages of results."""
    if pages == 1:
        return
    # A new key for each page: the widget follows the address, also when a filter resets it.
    key = f"{PAGE}_{number}_of_{pages}"
    st.pagination(pages, default=number, key=key, on_change=_turn, args=(key,))


def _choices(
    values: Facets, codebook: Codebook, wanted: ClaimFilter
) -> tuple[dict[str, list[str]], dict[str, Callable[[str], str]]]:
    """Per parameter: every value that can be chosen (or is), and how it is shown."""
    known = {
        "vendor": (*codebook.vendors, *values.vendors),
        "practice": (*codebook.practices, *values.practices),
        "who": SOURCE_TYPES,
        "polarity": POLARITIES,
        "certainty": CERTAINTIES,
        "verdict": VERDICT_STATES,
        "lang": tuple(values.languages),
        "outlet": tuple(values.outlets),
        "article": (),
    }
    options = {
        name: list(dict.fromkeys((*keys, *getattr(wanted, address.LISTS[name]))))
        for name, keys in known.items()
    }
    labels: dict[str, Callable[[str], str]] = {
        "vendor": codebook.vendor_label,
        "practice": lambda key: codebook.practice_label(key, language.current()),
        "who": lambda key: source_type_label(key, codebook),
        "polarity": lambda key: tr(POLARITY_LABELS.get(key, key)),
        "certainty": lambda key: tr(CERTAINTY_LABELS.get(key, key)),
        "verdict": lambda key: tr(VERDICT_LABELS.get(key, key)),
        "lang": language_label,
        "outlet": lambda key: values.outlet_names.get(key, key),
        "article": _title,
        **dict.fromkeys(address.DATES, lambda key: day(date.fromisoformat(key))),
    }
    return options, labels


def source_type_label(key: str, codebook: Codebook) -> str:
    """The name to show for a kind of source."""
    return codebook.source_types.get(key, {}).get(language.current(), key)


def language_label(key: str) -> str:
    """The name to show for the language of an article."""
    return tr(LANGUAGE_LABELS.get(key, key))


def _title(article_id: str) -> str:
    article = frames.store().article(article_id)
    return article.title if article else article_id


def _key(name: str) -> str:
    return f"filter_{name}"


def _current() -> ClaimFilter:
    return address.read(_parameters()).wanted


def _parameters() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _write() -> None:
    """Puts what the widgets hold into the address; back to the first page of results."""
    parameters: dict[str, list[str]] = {
        name: list(st.session_state.get(_key(name), ())) for name in address.LISTS
    }
    for name in address.DATES:
        chosen = st.session_state.get(_key(name))
        parameters[name] = [] if chosen is None else [chosen.isoformat()]
    parameters[address.TEXT] = [st.session_state.get(_key(address.TEXT), "")]
    _replace(address.write(address.read(parameters).wanted))


def _clear() -> None:
    _replace({})


def _replace(parameters: dict[str, list[str]]) -> None:
    ours = {*address.LISTS, *address.DATES, address.TEXT, PAGE}
    kept = {name: values for name, values in _parameters().items() if name not in ours}
    st.query_params.from_dict({**kept, **{name: v for name, v in parameters.items() if v}})


def _turn(key: str) -> None:
    st.query_params[PAGE] = str(st.session_state[key])
