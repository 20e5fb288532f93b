"""A text with a button that copies it, in sight also where there is no mouse to hover with."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from analysis.dashboard.language import tr

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "earshot_copyable",
    html='<pre tabindex="0"></pre>'
    '<button type="button" hidden></button>'
    '<span role="status"></span>',
    css=(_HERE / "copyable.css").read_text(encoding="utf-8"),
    js=(_HERE / "copyable.js").read_text(encoding="utf-8"),
)


def show(text: str, name: str, key: str, code: bool = False) -> None:
    """Shows the text as it is.

    Args:
        name: what the text is, for those who cannot see it.
        code: in letters of one width, as programs are written.
    """
    data = {
        "text": text,
        "name": name,
        "code": code,
        "copy": tr("Copy"),
        "copied": tr("Copied"),
        "failed": tr("Select the text and copy it with the keyboard."),
    }
    _mount(key=key, data=data)
