"""A choice of one of a few values, such as what is counted, kept in the page's address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import streamlit as st

from analysis.dashboard.language import tr

Key = TypeVar("Key", bound=str)


def choice(name: str, title: str, labels: Mapping[Key, str]) -> Key:
    """The value in the address, or the first one, and the widget that changes it.

    The first value is left out of the address. One that is unknown is said, and not taken.
    """
    options = list(labels)
    given = st.query_params.get(name, options[0])
    asked = next((option for option in options if option == given), options[0])
    if asked != given:
        st.warning(
            tr(
                "The address has no known value under “{name}”: known are {values}.",
                name=name,
                values=", ".join(options),
            ),
            icon=":material/link_off:",
        )
    key = f"choice_{name}"
    st.session_state[key] = asked

    def write() -> None:
        chosen = st.session_state[key]
        if chosen == options[0]:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = chosen

    st.segmented_control(
        title,
        options,
        format_func=lambda option: tr(labels[option]),
        key=key,
        required=True,
        wrap=True,
        on_change=write,
    )
    return asked
