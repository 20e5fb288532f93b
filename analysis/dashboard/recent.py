"""The searches of this visit, to be made again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from analysis.dashboard.language import tr

MOST = 8
_KEPT = "recent_searches"
_KEY = "recent"
_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "earshot_recent",
    html='<div class="recent"></div>',
    css=(_HERE / "recent.css").read_text(encoding="utf-8"),
    js=(_HERE / "recent.js").read_text(encoding="utf-8"),
)


def remember(typed: str) -> None:
    """Puts a search in front of the others."""
    others = [search for search in st.session_state.get(_KEPT, ()) if search != typed]
    st.session_state[_KEPT] = [typed, *others][:MOST]


def show(choose: Callable[[str], None]) -> None:
    """Shows them as buttons; `choose` is called with the search that was pressed."""
    searches = st.session_state.get(_KEPT, ())
    if not searches:
        return

    def chose() -> None:
        choice = st.session_state[_KEY].choice
        if choice in searches:
            choose(choice)

    data = {"title": tr("Searches of this visit"), "searches": searches}
    _mount(key=_KEY, data=data, on_choice_change=chose)
