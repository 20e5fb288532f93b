"""What a search found of an article: its title and passages, with the found words marked.

A component of its own because everything in Streamlit that can mark words inside a line reads
Markdown or HTML. Its script makes text nodes only.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from analysis.search_terms import Run

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "earshot_snippet",
    html='<article class="snippet"></article>',
    css=(_HERE / "snippet.css").read_text(encoding="utf-8"),
    js=(_HERE / "snippet.js").read_text(encoding="utf-8"),
)


def show(
    title: Sequence[Run], passages: Sequence[Sequence[Run]], lang: str | None, key: str
) -> None:
    """Shows one result."""
    data = {"lang": lang or "", "title": _drawn(title), "passages": list(map(_drawn, passages))}
    _mount(key=key, data=data)


def _drawn(runs: Sequence[Run]) -> list[dict[str, object]]:
    return [{"text": run.text, "hit": run.hit} for run in runs]
