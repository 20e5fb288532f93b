"""The choice of the interface's language, at the right of the navigation of every page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from analysis.dashboard.language import COOKIE, LANGUAGES, choose, current

_KEY = "language"
_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "earshot_switch",
    html='<div class="switch"></div>',
    css=(_HERE / "switch.css").read_text(encoding="utf-8"),
    js=(_HERE / "switch.js").read_text(encoding="utf-8"),
)


def show() -> None:
    """A button for each other language; the page and its address stay as they are."""

    def chose() -> None:
        choice = st.session_state[_KEY].choice
        if choice in LANGUAGES:
            choose(choice)

    data = {"current": current(), "languages": LANGUAGES, "cookie": COOKIE}
    _mount(key=_KEY, data=data, on_choice_change=chose)
