"""A list of terms and what is known under each: a real description list, of text nodes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "earshot_facts",
    html="<dl></dl>",
    css=(_HERE / "facts.css").read_text(encoding="utf-8"),
    js=(_HERE / "facts.js").read_text(encoding="utf-8"),
)


def show(known: Sequence[tuple[str, str]], key: str) -> None:
    """Shows (term, text) in order; those without text are left out."""
    _mount(key=key, data={"facts": [{"term": term, "text": text} for term, text in known if text]})
