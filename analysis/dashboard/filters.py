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
from analysis.dashboard import address
from analysis.dashboard.language import day, tr
from analysis.records import CERTAINTIES, POLARITIES, SOURCE_TYPES
from analysis.store import ClaimFilter, Facets

PAGE = "page"
POLARITY_LABELS = {"affirmed": "Affirmed", "denied": "Denied"}
CERTAINTY_LABELS = {"certain": "Certain", "uncertain": "Uncertain"}
LANGUAGE_LABELS = {"en": "English", "fr": "French"}
_EARLIEST = date(2010, 1, 1)
_TITLES = {
    "vendor": "Vendor",
    "practice": "Practice",
    "who": "Who says it",
    "polarity": "Affirmed or denied",
    "certainty": "Certainty",
    "lang": "Language",
    "outlet": "Outlet",
    "from": "Published from",
    "to": "Published until",
    address.TEXT: "Words",
}


def asked() -> ClaimFilter:
    """The filter in this page's address; tells the reader of a part that is not readable."""
    found = address.read(_parameters())
    for name in found.unreadable:
        st.warning(
            f"The address has no valid date under “{name}”: dates are written 2019-04-12. "
            "This filter is off.",
            icon=":material/event_busy:",
        )
    return found.wanted


def bar(values: Facets, codebook: Codebook, first: tuple[str, ...]) -> ClaimFilter:
    """The filter widgets, those of `first` in sight and the others under "More filters"."""
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
                _TITLES[name],
                key=_key(name),
                placeholder="In the sentence, the title or the source",
                max_chars=address.MAX_LENGTH,
                icon=":material/search:",
                on_change=_write,
            )
        elif name in address.DATES:
            st.date_input(
                _TITLES[name],
                value=None,
                min_value=min(days),
                max_value=max(days),
                key=_key(name),
                format="YYYY-MM-DD",
                on_change=_write,
            )
        else:
            st.multiselect(
                _TITLES[name],
                options[name],
                key=_key(name),
                format_func=labels[name],
                placeholder="All",
                on_change=_write,
            )

    others = [name for name in _TITLES if name not in first]
    if first:
        with st.grid(len(first), gap=("xsmall", "small"), min_column_width=210):
            for name in first:
                widget(name)
    active = sum(name in address.write(wanted) for name in others)
    title = "More filters" if first else "Filters"
    with (
        st.expander(
            f"{title} ({active} active)" if active else title,
            icon=":material/tune:",
            key="filters_more",
        ),
        st.grid(4, gap=("xsmall", "small"), min_column_width=210),
    ):
        for name in others:
            widget(name)
    return wanted


def clear_button() -> None:
    """A button that takes every filter off."""
    st.button("Clear filters", icon=":material/filter_alt_off:", on_click=_clear, type="tertiary")


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
        return f"“{given[0]}”" if name == address.TEXT else ", ".join(map(labels[name], given))

    return "; ".join(
        f"{tr(_TITLES[name])}: {said(name, given)}" for name, given in address.write(wanted).items()
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
        "lang": tuple(values.languages),
        "outlet": tuple(values.outlets),
    }
    options = {
        name: list(dict.fromkeys((*keys, *getattr(wanted, address.LISTS[name]))))
        for name, keys in known.items()
    }
    labels: dict[str, Callable[[str], str]] = {
        "vendor": codebook.vendor_label,
        "practice": codebook.practice_label,
        "who": lambda key: source_type_label(key, codebook),
        "polarity": lambda key: POLARITY_LABELS.get(key, key),
        "certainty": lambda key: CERTAINTY_LABELS.get(key, key),
        "lang": lambda key: LANGUAGE_LABELS.get(key, key),
        "outlet": lambda key: values.outlet_names.get(key, key),
    }
    return options, labels


def source_type_label(key: str, codebook: Codebook) -> str:
    """The name to show for a kind of source."""
    return codebook.source_types.get(key, {}).get("en", key)


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
        day = st.session_state.get(_key(name))
        parameters[name] = [] if day is None else [day.isoformat()]
    parameters[address.TEXT] = [st.session_state.get(_key(address.TEXT), "")]
    _replace(address.write(address.read(parameters).wanted))


def _clear() -> None:
    _replace({})


def _replace(parameters: dict[str, list[str]]) -> None:
    ours = {*address.LISTS, *address.DATES, address.TEXT, PAGE}
    kept = {name: values for name, values in _parameters().items() if name not in ours}
    st.query_params.from_dict({**kept, **parameters})


def _turn(key: str) -> None:
    st.query_params[PAGE] = str(st.session_state[key])
